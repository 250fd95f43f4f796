//! The keys that tokens are encrypted to, and those that open them.

use std::sync::Arc;

use jwtctl::core::alg::{KeyAlg, KeyMode};
use jwtctl::core::env::Env;
use jwtctl::core::error::{Code, Error, Reason};
use jwtctl::core::jwe::{Addressee, Holder, Locked, Opened};
use jwtctl::core::key::{Key, KeyJob};
use jwtctl::core::keyfile::{KeyFile, PickError, Purpose};
use jwtctl::core::keystore::StoredKey;
use jwtctl::core::limits::{MAX_CANDIDATES, TOKEN_P2C};

use super::super::Context;
use super::{Inputs, Source, Spec};

/// Keys that could open a token, and where they are from.
pub struct Openers {
    keys: Vec<Arc<Key>>,
    /// Whether they are a set, from which the token's `kid` chooses.
    is_set: bool,
    /// Where they are from.
    pub source: String,
}

impl Openers {
    /// One key that the caller has named.
    pub fn one(key: Key, source: &str) -> Self {
        Self {
            keys: vec![Arc::new(key)],
            is_set: false,
            source: source.into(),
        }
    }

    /// Gives a single key the id `kid`, by which the recipient is chosen. If the key has another
    /// id, that is an error.
    fn name(&mut self, kid: &str, spec: &str) -> Result<(), Error> {
        let own = self.keys.first().and_then(|key| key.kid.clone());
        if let Some(own) = own.filter(|own| own != kid) {
            return Err(Error::usage(
                format!("--kid {kid}"),
                format!("{spec} has the key {own:?}"),
            ));
        }
        // The key is not shared yet, so it can be changed.
        if let Some(key) = self.keys.first_mut().and_then(Arc::get_mut) {
            key.kid = Some(kid.to_owned());
        }
        Ok(())
    }

    /// Opens one layer of a token. Also returns where the key is from.
    pub fn open(&self, locked: &Locked<'_>, env: &Env<'_>) -> Result<(Opened, String), Error> {
        let opened = locked.open(self.holder(), &self.source, env.random)?;
        Ok((opened, self.source.clone()))
    }

    /// The keys in the form that `core` takes.
    pub fn holder(&self) -> Holder<'_> {
        match &self.keys[..] {
            [key] if !self.is_set => Holder::Key(key),
            keys => Holder::Set(keys),
        }
    }
}

impl Context<'_> {
    /// The keys of `spec` that could open a token; of a set, that of `kid` if it is given.
    /// `store:` alone are the keys of the keystore that the token names.
    pub fn openers(
        &self,
        spec: &Spec,
        kid: Option<&str>,
        locked: &Locked<'_>,
    ) -> Result<Openers, Error> {
        match (spec.text(), kid) {
            ("store:", None) => self.stored_openers(locked),
            _ => self.named_openers(spec, kid),
        }
    }

    /// [`Context::openers`] for a spec that names keys by itself: any except `store:` alone, where
    /// the token names them.
    pub fn named_openers(&self, spec: &Spec, kid: Option<&str>) -> Result<Openers, Error> {
        let file = match (spec.source(), kid) {
            (Source::Store(named), Some(kid)) if named.is_empty() => {
                KeyFile::from(vec![self.inputs.stored_key(kid)?])
            }
            _ => self.inputs.key_file(spec)?,
        };
        for dropped in &file.dropped {
            self.output.detail(&format!(
                "{spec}: key {} of the set {}",
                dropped.index, dropped.why
            ));
        }
        let known = file.labels();
        let mut openers = Openers {
            is_set: file.is_set,
            keys: file.keys,
            source: spec.source_name().into(),
        };
        if let Some(kid) = kid.filter(|_| !openers.is_set) {
            openers.name(kid, spec)?;
        }
        if let Some(kid) = kid.filter(|_| openers.is_set) {
            openers.keys.retain(|key| key.kid.as_deref() == Some(kid));
            if openers.keys.is_empty() {
                return Err(unknown_kid(kid, spec, known));
            }
            openers.is_set = openers.keys.len() > 1;
        }
        Ok(openers)
    }

    /// Opens one layer of a token with the keys that `spec` names, or with the passphrase if there
    /// is no `spec`. Also returns where the key is from. `read` keeps the keys for the next layer.
    pub fn open_layer(
        &self,
        locked: &Locked<'_>,
        spec: Option<&Spec>,
        read: &mut Option<Openers>,
    ) -> Result<(Opened, String), Error> {
        let openers = match (spec, read.take()) {
            // Each layer names its own key of the keystore.
            (Some(spec), _) if spec.text() == "store:" => self.stored_openers(locked)?,
            (_, Some(openers)) => openers,
            (Some(spec), None) => self.openers(spec, None, locked)?,
            (None, None) => match locked.algs().any(|alg| alg.mode() == KeyMode::Passphrase) {
                true => self.passphrase_opener()?,
                false => {
                    let why = "the token is encrypted (a JWE), and not with a passphrase";
                    let reason = Reason::malformed(why);
                    return Err(reason.hint("to open it: --decrypt-key KEYSPEC").into());
                }
            },
        };
        let opened = openers.open(locked, &self.env);
        *read = Some(openers);
        opened
    }

    /// The keys that open the encrypted tokens of a batch, if the caller has named any.
    pub fn ready_openers(&self, spec: Option<&Spec>) -> Result<Option<Openers>, Error> {
        match spec {
            Some(spec) if spec.text() == "store:" => {
                let why = "store: alone leaves the key to each token, and --batch makes its keys ready once";
                let error = Error::usage(spec.flag(), why);
                Err(error.hint("name the key: --decrypt-key store:KID"))
            }
            Some(spec) => self.named_openers(spec, None).map(Some),
            None if self.typed.has("passphrase_from") => self.passphrase_opener().map(Some),
            None => Ok(None),
        }
    }

    /// The passphrase as a key that opens a token.
    pub fn passphrase_opener(&self) -> Result<Openers, Error> {
        let passphrase = self.inputs.passphrase("the token")?;
        let key = Key::from_passphrase(passphrase);
        Ok(Openers::one(key, "--passphrase-from"))
    }

    /// The keys of the keystore that the token names, opened.
    pub fn stored_openers(&self, locked: &Locked<'_>) -> Result<Openers, Error> {
        let store = self.inputs.store()?;
        let source = format!("the keystore {}", store.path().display());
        if store.entries().is_empty() {
            return Err(Error::usage(source, "is empty").hint("name the key that opens the token"));
        }
        let Some(first) = locked.kids().next() else {
            let why = "the token does not name its key, and from the keystore only a key that it names is taken";
            return Err(Reason::new(Code::NoMatchingKey, "kid", why).into());
        };
        // Keys for signatures are left out, so that no passphrase is asked for them; and the number
        // of keys is limited before any is opened.
        let is_meant =
            |it: &&StoredKey| it.key.usage.as_deref() != Some("sig") && locked.names(&it.key);
        let meant: Vec<&StoredKey> = store.entries().iter().filter(is_meant).collect();
        if meant.len() > MAX_CANDIDATES {
            let why = format!(
                "the token names {} keys of the keystore, too many to try",
                meant.len()
            );
            return Err(Reason::new(Code::NoMatchingKey, "kid", why).into());
        }
        let open = |entry: &&StoredKey| {
            let key = entry.open(&mut || self.inputs.passphrase("the keystore"));
            key.map(Arc::new)
        };
        let keys = meant.iter().map(open).collect::<Result<Vec<_>, Error>>()?;
        if keys.is_empty() {
            let why = format!("the keystore has no key {first:?} to decrypt with");
            return Err(Reason {
                actual: Some(first.into()),
                ..Reason::new(Code::NoMatchingKey, "kid", why)
            }
            .into());
        }
        Ok(Openers {
            keys,
            is_set: true,
            source,
        })
    }

    /// The keys that open a token when the caller has named none: the passphrase, if the token is
    /// encrypted under one, else the keystore.
    pub fn default_openers(&self, locked: &Locked<'_>) -> Result<Openers, Error> {
        let mut modes = locked.algs().map(|alg| alg.mode());
        let takes_passphrase = modes.any(|mode| mode == KeyMode::Passphrase);
        let is_stored = || {
            let store = self.inputs.store();
            store.is_ok_and(|store| locked.kids().any(|kid| store.find(kid).is_ok()))
        };
        if let Some(shut) = locked.shut()
            && !takes_passphrase
            && self.inputs.has_passphrase()
            && self.typed.has("passphrase_from")
            && !is_stored()
        {
            return Err(shut.clone().into());
        }
        if !takes_passphrase {
            return self.stored_openers(locked);
        }
        let stored = is_stored().then(|| self.stored_openers(locked));
        match (stored, self.inputs.has_passphrase()) {
            (None, _) => self.passphrase_opener(),
            // The passphrase does not open the keystore, so it is the one of the token.
            (Some(Err(_)), true) => self.passphrase_opener(),
            (Some(stored), false) => stored,
            (Some(Ok(mut stored)), true) => {
                stored.keys.extend(self.passphrase_opener()?.keys);
                Ok(stored)
            }
        }
    }

    /// The key of `spec` as the one recipient of a token, with the algorithm that is usual for it.
    pub fn addressee(&self, spec: &Spec) -> Result<Addressee, Error> {
        let (key, _) = self.recipient(spec, None)?;
        let what = spec.source_name();
        let alg = key
            .usual_key_alg()
            .ok_or_else(|| not_for_encryption(&key, what))?;
        Ok(Addressee {
            kid: key.kid.clone(),
            key,
            alg,
            rounds: TOKEN_P2C,
        })
    }

    /// The key of `spec` that a token is to be encrypted to; of a set, the one of `kid`, or the
    /// only one that is for encryption. Also returns whether `spec` is a set.
    pub fn recipient(&self, spec: &Spec, kid: Option<&str>) -> Result<(Arc<Key>, bool), Error> {
        let file = self.inputs.recipient_keys(spec, self)?;
        let key = file.pick(kid, Purpose::Encrypt);
        let key = key.map_err(|why| why.about(spec.source_name()))?;
        Ok((Arc::clone(key), file.is_set))
    }
}

impl Inputs {
    /// Whether a passphrase was named.
    pub fn has_passphrase(&self) -> bool {
        self.passphrase_from.is_some()
    }

    /// Keys to encrypt to. The passphrase of the token is not used to open a key file as well:
    /// every recipient of the token could try to guess it.
    fn recipient_keys(&self, spec: &Spec, context: &Context<'_>) -> Result<KeyFile, Error> {
        if matches!(spec.source(), Source::Store(_))
            || !context.typed.has("passphrase_from")
            || !context.typed.has("to")
        {
            return self.public_keys(spec, context.env.now);
        }
        let bytes = self.key_bytes(spec)?;
        self.read_keys_with(&bytes, spec.source_name(), &mut || {
            let why = "is encrypted itself, and the passphrase is for the token alone";
            Err(Error::usage(format!("{} {spec}", spec.flag()), why)
                .hint("name the public half of the key"))
        })
    }
}

/// The refusal of a `--kid` that no key has of those that the arguments name.
pub fn unknown_kid(kid: &str, sources: &str, known: Vec<String>) -> Error {
    let why = PickError::Unknown(known);
    Error::usage(format!("--kid {kid}"), format!("{sources} {why}"))
}

/// The error for a key that no algorithm can encrypt to, explained by the algorithm that is usual
/// for its type.
pub fn not_for_encryption(key: &Key, source: &str) -> Error {
    let misfit = |alg: &KeyAlg| key.fit_encryption(*alg, None, KeyJob::Wrap).err();
    let natural = KeyAlg::ALL.iter().find(|alg| match key.curve() {
        Some(crv) => alg.curves().contains(&crv),
        None if source == "--secret" => **alg == KeyAlg::Dir,
        None => alg.kty() == key.kty() && **alg != KeyAlg::Rsa15,
    });
    let why = natural.and_then(misfit).map_or_else(
        || "is not for encryption".to_owned(),
        |misfit| misfit.why().to_owned(),
    );
    match source {
        "--secret" => Error::input(Code::BadSecret, source, format!("the secret {why}"))
            .hint("a passphrase, which has any length, is given with --passphrase-from"),
        _ => Error::input(Code::BadKey, source, format!("{} {why}", key.label())),
    }
}
