//! Opening a JWE: what can be refused without a key first, then the recipient that a key fits, then
//! the content.

use std::sync::Arc;

use super::super::alg::{ContentEnc, KeyAlg};
use super::super::error::{Code, Error, Reason, shortened};
use super::super::json::Object;
use super::super::key::{Key, KeyJob, Misfit, Wrapping};
use super::super::limits::{MAX_CANDIDATES, MAX_INFLATED, P2C};
use super::super::secret::Secret;
use super::content::{self, Inflation};
use super::{Jwe, Recipient, wrapping};

/// What an encrypted token may be like to be opened.
#[derive(Clone, Debug)]
pub struct Acceptance {
    /// The only key-management algorithms; all but RSA1_5 if there is no list.
    pub algs: Option<Vec<KeyAlg>>,
    /// The only content encryption algorithms.
    pub encs: Option<Vec<ContentEnc>>,
    /// The most PBKDF2 iterations.
    pub max_p2c: u64,
    /// The most bytes that compressed content inflates to.
    pub max_inflated: usize,
    /// Whether RSA1_5 is opened, whose padding has been the way into many systems (RFC 8725
    /// §3.2).
    pub rsa1_5: bool,
}

impl Default for Acceptance {
    fn default() -> Self {
        Self {
            algs: None,
            encs: None,
            max_p2c: *P2C.end(),
            max_inflated: MAX_INFLATED,
            rsa1_5: false,
        }
    }
}

/// Keys that a caller has for a JWE.
#[derive(Clone, Copy)]
pub enum Holder<'a> {
    /// The one key that was named: tried whatever id the token names, though a recipient of its
    /// own id is preferred.
    Key(&'a Arc<Key>),
    /// The keys of a set: a recipient that names a key by its `kid` is tried with that key only.
    Set(&'a [Arc<Key>]),
}

impl Holder<'_> {
    fn keys(&self) -> &[Arc<Key>] {
        match self {
            Self::Key(key) => std::slice::from_ref(key),
            Self::Set(keys) => keys,
        }
    }
}

/// A JWE whose form, header and lengths are in order, so that it is worth looking for a key.
#[derive(Debug)]
pub struct Locked<'a> {
    jwe: &'a Jwe,
    enc: ContentEnc,
    acceptance: &'a Acceptance,
    /// The recipients for which it can be opened, if the caller has the key.
    doors: Vec<Door<'a>>,
    /// Why the first of the other recipients was ruled out.
    shut: Option<Reason>,
}

/// A recipient, and how the content encryption key reaches it.
#[derive(Debug)]
struct Door<'a> {
    index: usize,
    recipient: &'a Recipient,
    alg: KeyAlg,
    wrapping: Wrapping,
}

/// A JWE that has been opened.
#[derive(Debug)]
pub struct Opened {
    /// The content. It is authentic if the sender had to know a secret; encrypted to a public key,
    /// it can be from any sender that has that key.
    pub content: Secret,
    /// Everything that was said to the recipient: its joint header.
    pub header: Object,
    /// The members of it that the tag covers. The others can have been changed on the way.
    pub protected: Object,
    /// How many recipients the token has: each of them knows the content encryption key, and could
    /// have made it.
    pub recipients: usize,
    /// How the content encryption key was carried.
    pub alg: KeyAlg,
    /// How the content was encrypted.
    pub enc: ContentEnc,
    /// The key that opened it.
    pub key: Arc<Key>,
    /// The place of the recipient among all.
    pub recipient: usize,
}

/// Examines a JWE as far as that goes without a key.
///
/// # Errors
/// [`Code::UnknownCritical`], [`Code::AlgNotAllowed`] or [`Code::Malformed`]. Of several
/// recipients, one that cannot be opened for does not matter if there is another one.
pub fn examine<'a>(jwe: &'a Jwe, acceptance: &'a Acceptance) -> Result<Locked<'a>, Reason> {
    for recipient in &jwe.recipients {
        recipient.header.check_critical(false)?;
    }
    let enc = content_enc(jwe, acceptance)?;
    check_zip(&jwe.protected)?;
    for (name, length, expected) in [
        ("initialization vector", jwe.iv.len(), enc.iv_len()),
        ("tag", jwe.tag.len(), enc.tag_len()),
    ] {
        if length != expected {
            return Err(Reason::malformed(format!(
                "its {name} has {length} bytes, and {enc} takes {expected}"
            )));
        }
    }
    let (mut doors, mut shut) = (Vec::new(), None);
    for (index, recipient) in jwe.recipients.iter().enumerate() {
        match door(index, recipient, enc, acceptance) {
            Ok(door) => doors.push(door),
            Err(reason) => shut = shut.or(Some(reason)),
        }
    }
    match (doors.is_empty(), shut) {
        (true, Some(reason)) => Err(reason),
        (_, shut) => Ok(Locked {
            jwe,
            enc,
            acceptance,
            doors,
            shut,
        }),
    }
}

fn refused(check: &str, actual: &str, why: String) -> Reason {
    Reason {
        actual: Some(actual.into()),
        ..Reason::new(Code::AlgNotAllowed, check, why)
    }
}

/// The algorithm of the content, which all recipients agree on (RFC 7516 §7.2.1).
fn content_enc(jwe: &Jwe, acceptance: &Acceptance) -> Result<ContentEnc, Reason> {
    let of = |recipient: &Recipient| {
        let enc = recipient.header.members().optional_text("enc");
        enc.map_err(|why| Reason::malformed(format!("header {why}")))?
            .map(str::to_owned)
            .ok_or_else(|| Reason::malformed("the header has no \"enc\""))
    };
    let mut names = jwe.recipients.iter().map(of);
    let first = names.next().unwrap_or_else(|| Ok(String::new()))?;
    for other in names {
        if other? != first {
            return Err(Reason::malformed("its recipients have different \"enc\""));
        }
    }
    let enc: ContentEnc = first.parse().map_err(|()| {
        let why = format!("enc is {}, which jwtctl does not know", shortened(&first));
        refused("enc", &first, why)
    })?;
    match &acceptance.encs {
        Some(allowed) if !allowed.contains(&enc) => {
            let names: Vec<&str> = allowed.iter().map(|it| it.as_str()).collect();
            Err(Reason {
                expected: Some(names.iter().collect()),
                ..refused(
                    "enc",
                    &first,
                    format!("enc is {enc}, and only {} is allowed", names.join(" or ")),
                )
            })
        }
        _ => Ok(enc),
    }
}

/// Compression is DEFLATE or none (RFC 7516 §4.1.3).
fn check_zip(protected: &Object) -> Result<(), Reason> {
    match protected.member("zip") {
        None => Ok(()),
        Some(zip) if zip.as_str() == Some("DEF") => Ok(()),
        Some(zip) => Err(Reason {
            actual: Some(zip.clone()),
            ..Reason::new(
                Code::AlgNotAllowed,
                "zip",
                format!("zip is {}, which jwtctl does not know", zip.brief()),
            )
        }),
    }
}

fn door<'a>(
    index: usize,
    recipient: &'a Recipient,
    enc: ContentEnc,
    acceptance: &Acceptance,
) -> Result<Door<'a>, Reason> {
    let name = recipient.header.alg();
    let alg: KeyAlg = name.parse().map_err(|()| {
        let why = format!("alg is {}, which is no encryption", shortened(name));
        refused("alg", name, why)
    })?;
    if alg == KeyAlg::Rsa15 && !acceptance.rsa1_5 {
        let why = "alg is RSA1_5, whose padding is broken, and it is not opened unless asked for";
        return Err(refused("alg", name, why.into()));
    }
    if let Some(allowed) = &acceptance.algs
        && !allowed.contains(&alg)
    {
        let names: Vec<&str> = allowed.iter().map(|it| it.as_str()).collect();
        let why = format!("alg is {alg}, and only {} is allowed", names.join(" or "));
        return Err(Reason {
            expected: Some(names.iter().collect()),
            ..refused("alg", name, why)
        });
    }
    let members = recipient.header.members();
    let encrypted = &recipient.encrypted_key;
    Ok(Door {
        index,
        recipient,
        alg,
        wrapping: wrapping::read(members, alg, enc, encrypted, acceptance.max_p2c)?,
    })
}

impl Locked<'_> {
    /// The algorithms of the recipients that it can be opened for.
    pub fn algs(&self) -> impl Iterator<Item = KeyAlg> {
        self.doors.iter().map(|door| door.alg)
    }

    /// Why the first of the recipients that it cannot be opened for was ruled out.
    pub fn shut(&self) -> Option<&Reason> {
        self.shut.as_ref()
    }

    /// Whether `key`, or its public half, is one that a recipient names and of the kind that its
    /// algorithm takes.
    pub fn names(&self, key: &Key) -> bool {
        let is_of_kind = |alg: KeyAlg| match key.curve() {
            Some(crv) => alg.curves().contains(&crv),
            None => alg.kty() == key.kty(),
        };
        let mut doors = self.doors.iter();
        doors.any(|door| door.recipient.header.kid() == key.kid.as_deref() && is_of_kind(door.alg))
    }

    /// The ids of the keys that those recipients name.
    pub fn kids(&self) -> impl Iterator<Item = &str> {
        self.doors
            .iter()
            .filter_map(|door| door.recipient.header.kid())
    }

    /// Opens it with the first of the keys that does. `source` names them in messages; `random`
    /// makes a content encryption key for the work on what did not unwrap.
    ///
    /// # Errors
    /// [`Code::NoMatchingKey`] when the token is for other keys, [`Code::AlgNotAllowed`] when those
    /// it is for are not for its algorithm, and [`Code::DecryptionFailed`], which never says what
    /// failed. [`Code::BadKey`] when a key is too short to be used. Of compressed content whose tag
    /// holds, [`Code::Malformed`] when it does not inflate within its limit.
    pub fn open(
        &self,
        holder: Holder<'_>,
        source: &str,
        random: &dyn Fn(&mut [u8]),
    ) -> Result<Opened, Error> {
        let pairs = self.pairs(holder, source)?;
        let mut rounds_left = self.acceptance.max_p2c;
        for (door, key) in pairs {
            if let Wrapping::Derived { rounds, .. } = door.wrapping {
                match rounds_left.checked_sub(u64::from(rounds)) {
                    Some(left) => rounds_left = left,
                    // All recipients together may cost no more rounds than a single one may.
                    None => continue,
                }
            }
            if let Some(content) = self.try_key(door, &key, random) {
                return Ok(Opened {
                    content: self.inflated(content)?,
                    header: door.recipient.header.members().clone(),
                    protected: self.jwe.protected.clone(),
                    recipients: self.jwe.recipients.len(),
                    alg: door.alg,
                    enc: self.enc,
                    key,
                    recipient: door.index,
                });
            }
        }
        Err(Reason::new(Code::DecryptionFailed, "decryption", "decryption failed").into())
    }

    /// The content, if this key opens it. The work is the same where the key did not unwrap: it is
    /// done with a random one then, and its outcome does not count.
    fn try_key(&self, door: &Door<'_>, key: &Key, random: &dyn Fn(&mut [u8])) -> Option<Secret> {
        let mut other = vec![0; self.enc.key_len()];
        random(&mut other);
        let other = Secret::new(other);
        let encrypted = &door.recipient.encrypted_key;
        let unwrapped = key
            .unwrap_key(door.alg, self.enc, &door.wrapping, encrypted)
            .filter(|key| key.len() == self.enc.key_len());
        let content = content::open(self.jwe, self.enc, unwrapped.as_ref().unwrap_or(&other));
        content.filter(|_| unwrapped.is_some())
    }

    fn inflated(&self, content: Secret) -> Result<Secret, Reason> {
        if !self.jwe.protected.has("zip") {
            return Ok(content);
        }
        let limit = self.acceptance.max_inflated;
        content::inflate(&content, limit).map_err(|why| match why {
            Inflation::TooLarge => Reason::new(
                Code::Malformed,
                "zip",
                format!("its content inflates to more than {limit} bytes"),
            ),
            Inflation::Damaged => {
                Reason::malformed("its content is not compressed as its header says")
            }
        })
    }

    /// Recipients with the keys that could be theirs, in the order in which they are tried.
    fn pairs(&self, holder: Holder<'_>, source: &str) -> Result<Vec<(&Door<'_>, Arc<Key>)>, Error> {
        let kid = |door: &Door<'_>| door.recipient.header.kid().map(String::from);
        let own = match holder {
            Holder::Key(key) => key.kid.clone(),
            Holder::Set(_) => None,
        };
        let names_own = own.is_some() && self.doors.iter().any(|door| kid(door) == own);
        let is_meant = |door: &Door<'_>, key: &Key| match (holder, kid(door)) {
            (Holder::Key(_), _) if names_own => kid(door) == own,
            (Holder::Key(_), _) | (Holder::Set(_), None) => true,
            (Holder::Set(_), Some(kid)) => key.kid.as_ref() == Some(&kid),
        };
        let is_set = matches!(holder, Holder::Set(_));
        let (mut fitting, mut misfits, mut first) = (Vec::new(), 0, None);
        for door in &self.doors {
            for key in holder.keys().iter().filter(|key| is_meant(door, key)) {
                match key.fit_encryption(door.alg, Some(self.enc), KeyJob::Unwrap) {
                    Ok(()) => fitting.push((door, Arc::clone(key))),
                    // Where the other recipients name their keys, one without a `kid` says nothing
                    // about this key, so its misfit is not reported.
                    Err(_) if is_set && kid(door).is_none() && self.kids().next().is_some() => {}
                    Err(misfit) => {
                        misfits += 1;
                        first = first.or(Some((key, misfit)));
                    }
                }
            }
        }
        match (fitting.len(), first) {
            (0, None) => Err(self.no_key(holder, source).into()),
            (0, Some((key, misfit))) => Err(self.misfit(key, &misfit, misfits, source)),
            (1..=MAX_CANDIDATES, _) => Ok(fitting),
            (many, _) => Err(Reason::new(
                Code::NoMatchingKey,
                "kid",
                format!(
                    "{many} keys of {source} could be meant by the recipients of the token, too many to try"
                ),
            )
            .into()),
        }
    }

    fn no_key(&self, holder: Holder<'_>, source: &str) -> Reason {
        let known: Vec<String> = holder
            .keys()
            .iter()
            .take(5)
            .map(|key| key.label())
            .collect();
        let has = match known.len() {
            0 => format!("{source} has no usable key"),
            _ => format!("{source} has {}", known.join(", ")),
        };
        let named: Vec<String> = self.kids().take(5).map(shortened).collect();
        let why = match named.is_empty() {
            true => has,
            false => format!("no key {}: {has}", named.join(" or ")),
        };
        Reason {
            actual: self.kids().next().map(Into::into),
            ..Reason::new(Code::NoMatchingKey, "kid", why)
        }
    }

    /// No key that could be meant is for the algorithm. What ruled a recipient out before says
    /// more, if there is something.
    fn misfit(&self, key: &Key, misfit: &Misfit, count: usize, source: &str) -> Error {
        let why = format!("{} {}", key.label(), misfit.why());
        if let Misfit::Weak(_) = misfit {
            return Error::input(Code::BadKey, source, why);
        }
        if let Some(shut) = &self.shut {
            return shut.clone().into();
        }
        let alg = self.doors.first().map(|door| door.alg.as_str());
        Reason {
            actual: alg.map(Into::into),
            ..Reason::new(
                Code::AlgNotAllowed,
                "alg",
                match count {
                    1 => why,
                    _ => format!("none of the keys that could be meant fits the token: {why}"),
                },
            )
        }
        .into()
    }
}
