//! Making a JWE (RFC 7516 §5.1).

use std::sync::Arc;

use super::super::alg::{ContentEnc, KeyAlg};
use super::super::env::Env;
use super::super::error::{Code, Error};
use super::super::json::{Json, Object};
use super::super::key::{Key, Wrapped, encode};
use super::super::limits::{MAX_CANDIDATES, MAX_RECIPIENTS};
use super::super::secret::Secret;
use super::{JweForm, content, parse_any};

/// Whom a JWE is made for.
#[derive(Clone, Debug)]
pub struct Addressee {
    /// The key: public, symmetric, or a passphrase.
    pub key: Arc<Key>,
    /// The algorithm, which the key fits.
    pub alg: KeyAlg,
    /// What the header names the key by.
    pub kid: Option<String>,
    /// PBKDF2 iterations, where the key is a passphrase.
    pub rounds: u32,
}

impl Addressee {
    /// The content encryption that a JWE for this recipient alone has unless told otherwise:
    /// A256GCM, or what the key is long enough for where it is the content's.
    pub fn usual_enc(&self) -> ContentEnc {
        let direct = match self.alg {
            KeyAlg::Dir => self.key.direct_encs().first().copied(),
            _ => None,
        };
        direct.unwrap_or(ContentEnc::A256Gcm)
    }
}

/// How a JWE is made.
#[derive(Debug)]
pub struct Encryption<'a> {
    /// Its form.
    pub form: JweForm,
    /// How the content is encrypted.
    pub enc: ContentEnc,
    /// Whether it is compressed first.
    pub zip: bool,
    /// Further members of the protected header, such as `typ` and `cty`.
    pub header: Object,
    /// What else the tag covers, in the JSON forms.
    pub aad: Option<&'a [u8]>,
    /// Whom it is for; several in the general form only.
    pub addressees: &'a [Addressee],
}

/// A JWE that was made.
#[derive(Debug)]
pub struct Encrypted {
    /// The token.
    pub text: String,
    /// Its protected header.
    pub protected: Object,
}

/// Encrypts `content`. The content encryption key, the initialization vector and everything else
/// that has to be random is drawn from `env`. With one recipient, all of the header is protected;
/// with several, what is said to each stands in their own.
///
/// # Errors
/// [`Code::Usage`] when the form does not take so many recipients or such algorithms;
/// [`Code::BadKey`] when a key cannot be encrypted to; [`Code::BadInput`] when the header would be
/// one that no strict reader takes.
pub fn encrypt(content: &Secret, how: &Encryption<'_>, env: &Env<'_>) -> Result<Encrypted, Error> {
    check(how)?;
    let mut content_key = random(how.enc.key_len(), env);
    let mut wrapped = Vec::with_capacity(how.addressees.len());
    for to in how.addressees {
        let mut made = to
            .key
            .wrap_key(to.alg, how.enc, &content_key, to.rounds, env)
            .map_err(|why| Error::input(Code::BadKey, to.key.label(), why))?;
        if let Some(decided) = made.content_key.take() {
            content_key = decided;
        }
        wrapped.push(made);
    }
    let (protected, own) = headers(how, &wrapped);
    let protected_text = encode(Json::Object(protected.clone()).to_text().as_bytes());
    let aad = how.aad.map(encode);
    let covered = match &aad {
        Some(aad) => format!("{protected_text}.{aad}"),
        None => protected_text.clone(),
    };
    let iv = random(how.enc.iv_len(), env);
    let deflated = how.zip.then(|| content::deflate(content));
    let content = deflated.as_ref().unwrap_or(content);
    let encrypted = content::encrypt(
        how.enc,
        &content_key,
        iv.expose(),
        covered.as_bytes(),
        content,
    );
    let (ciphertext, tag) = encrypted
        .ok_or_else(|| Error::input(Code::BadInput, "", "the content could not be encrypted"))?;
    let [iv, ciphertext, tag] = [iv.expose(), &ciphertext, &tag].map(encode);
    let text = match how.form {
        JweForm::Compact => {
            let encrypted_key = encode(&wrapped[0].encrypted_key);
            [protected_text, encrypted_key, iv, ciphertext, tag].join(".")
        }
        JweForm::Flattened | JweForm::General => {
            let mut object = vec![("protected".to_owned(), Json::String(protected_text))];
            object.extend(recipients(how.form, own, &wrapped));
            object.extend(aad.map(|aad| ("aad".into(), Json::String(aad))));
            for (name, value) in [("iv", iv), ("ciphertext", ciphertext), ("tag", tag)] {
                object.push((name.into(), Json::String(value)));
            }
            Json::Object(Object(object)).to_text()
        }
    };
    // What decrypt would call malformed is not made in the first place.
    parse_any(&text).map_err(|reason| Error::input(Code::BadInput, "", reason.message))?;
    Ok(Encrypted { text, protected })
}

fn check(how: &Encryption<'_>) -> Result<(), Error> {
    let several = match how.addressees.len() {
        0 => return Err(Error::usage("recipients", "there is none to encrypt to")),
        1 => false,
        count if count > MAX_RECIPIENTS => {
            let why = format!("there are {count}, and {MAX_RECIPIENTS} are the most");
            return Err(Error::usage("recipients", why));
        }
        _ => true,
    };
    if several && how.form != JweForm::General {
        return Err(Error::usage(
            "recipients",
            "several of them need the general form",
        ));
    }
    let unnamed = how.addressees.iter().filter(|to| to.kid.is_none()).count();
    if unnamed > MAX_CANDIDATES {
        let why = format!(
            "{unnamed} of them have no id, and a reader tries {MAX_CANDIDATES} keys at most"
        );
        return Err(Error::usage("recipients", why));
    }
    match how.addressees.iter().find(|to| to.alg.is_sole()) {
        Some(to) if several => {
            let why = format!(
                "{} is for one recipient only, and there are several: {} decides the content's key",
                to.alg,
                to.key.label()
            );
            Err(Error::usage("recipients", why))
        }
        _ if how.aad.is_some() && how.form == JweForm::Compact => Err(Error::usage(
            "aad",
            "has no place in the compact form of a token",
        )),
        _ => Ok(()),
    }
}

fn random(bytes: usize, env: &Env<'_>) -> Secret {
    let mut buffer = vec![0; bytes];
    (env.random)(&mut buffer);
    Secret::new(buffer)
}

/// The protected header, and with several recipients that of each.
fn headers(how: &Encryption<'_>, wrapped: &[Wrapped]) -> (Object, Vec<Object>) {
    let mut protected = Object::default();
    let to_one = |to: &Addressee, wrapped: &Wrapped| {
        let mut own = Object::default();
        own.set("alg", to.alg.as_str().into());
        if let Some(kid) = to.kid.as_deref().filter(|_| !how.header.has("kid")) {
            own.set("kid", kid.into());
        }
        own.0.extend(wrapped.parameters.0.iter().cloned());
        own
    };
    let mut own: Vec<Object> = how
        .addressees
        .iter()
        .zip(wrapped)
        .map(|(to, wrapped)| to_one(to, wrapped))
        .collect();
    let sole = match own.len() {
        1 => own.pop().unwrap_or_default(),
        _ => Object::default(),
    };
    // The order in which people look for them.
    protected
        .0
        .extend(sole.0.iter().filter(|it| it.0 == "alg").cloned());
    protected.set("enc", how.enc.as_str().into());
    if how.zip {
        protected.set("zip", "DEF".into());
    }
    protected
        .0
        .extend(sole.0.iter().filter(|it| it.0 == "kid").cloned());
    protected.0.extend(how.header.0.iter().cloned());
    let rest = sole.0.into_iter();
    protected
        .0
        .extend(rest.filter(|it| it.0 != "alg" && it.0 != "kid"));
    (protected, own)
}

/// The members that say whom it is for.
fn recipients(form: JweForm, own: Vec<Object>, wrapped: &[Wrapped]) -> Vec<(String, Json)> {
    let mut own = own.into_iter();
    let one = |wrapped: &Wrapped, own: Option<Object>| {
        let mut members = Object::default();
        if let Some(own) = own {
            members.set("header", own.into());
        }
        if !wrapped.encrypted_key.is_empty() {
            let key = encode(&wrapped.encrypted_key);
            members.set("encrypted_key", Json::String(key));
        }
        members
    };
    let all: Vec<Object> = wrapped.iter().map(|it| one(it, own.next())).collect();
    match form {
        JweForm::General => {
            let items = all.into_iter().map(Json::Object).collect();
            vec![("recipients".into(), Json::Array(items))]
        }
        _ => all.into_iter().flat_map(|members| members.0).collect(),
    }
}
