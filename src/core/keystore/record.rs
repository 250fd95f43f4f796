//! The files of a keystore: one per key, with its public half in the clear and its private half
//! sealed; and the manifest, which names the folder that counts.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use zeroize::Zeroizing;

use super::super::alg::SigAlg;
use super::super::error::{Code, Error};
use super::super::json::{Json, Object};
use super::super::key::{Job, Key, Misfit};
use super::super::keyfile::Passphrase;
use super::super::seal;
use super::super::secret::Secret;
use super::super::time::Timestamp;
use super::line::{End, Slot};

/// The version of both file formats.
const VERSION: i64 = 1;

/// How a private half is stored.
pub(super) enum Private {
    /// A compact JWE of the JWK (RFC 7517 §7).
    Sealed(String),
    /// The text of the JWK.
    Clear(Secret),
}

/// One key of the store.
pub struct StoredKey {
    /// Its place in the line.
    pub slot: Slot,
    /// Its public half.
    pub key: Arc<Key>,
    pub(super) private: Private,
    pub(super) path: PathBuf,
}

impl StoredKey {
    /// An entry for `key`, whose private half is stored as `private`.
    pub(super) fn new(key: &Key, slot: Slot, private: Private, folder: &Path) -> Option<Self> {
        let key = Arc::new(key.public()?);
        let path = folder.join(file_name(&key));
        Some(Self {
            slot,
            key,
            private,
            path,
        })
    }

    /// Reads the content of the file at `path`.
    ///
    /// # Errors
    /// [`Code::Io`] when it is not as it was written.
    pub fn parse(bytes: &Secret, path: &Path) -> Result<Self, Error> {
        let file = versioned(bytes, path)?;
        Self::read(file, bytes.len(), path).map_err(|why| damaged(path, &why))
    }

    /// `size` is that of the file in bytes.
    fn read(mut file: Object, size: usize, path: &Path) -> Result<Self, String> {
        // The private half is taken out first, so that it is wiped also after an error.
        let private = take_private(&mut file, size);
        let Some(Json::Object(public)) = file.remove("public") else {
            return Err("has no \"public\" key".into());
        };
        let key = Key::from_jwk(public).map_err(|why| format!("holds a public key that {why}"))?;
        let kid = key.kid.clone().ok_or("holds a key without \"kid\"")?;
        if key.is_private() {
            return Err("holds a private key in the place of the public one".into());
        }
        if path.file_name().and_then(|name| name.to_str()) != Some(&file_name(&key)) {
            return Err("is named after another key than it holds".into());
        }
        let time = |name: &str| {
            let text = file.text(name).ok_or_else(|| format!("has no {name:?}"))?;
            Timestamp::from_rfc3339(text).ok_or_else(|| format!("has {name:?} that is not a time"))
        };
        let end = match (file.has("retires_at"), file.has("expires_at")) {
            (false, false) => None,
            _ => Some(End {
                retires_at: time("retires_at")?,
                expires_at: time("expires_at")?,
            }),
        };
        let Some(Json::Number(grace)) = file.member("grace_s") else {
            return Err("has no \"grace_s\"".into());
        };
        let slot = Slot {
            kid,
            signs: signs(&key),
            created_at: time("created_at")?,
            activates_at: time("activates_at")?,
            grace_s: grace
                .parse()
                .map_err(|_| "has \"grace_s\" that is not a number of seconds")?,
            end,
        };
        Ok(Self {
            slot,
            key: Arc::new(key),
            private: private?,
            path: path.into(),
        })
    }

    /// The content of its file.
    pub(super) fn to_bytes(&self) -> Result<Secret, Error> {
        let mut file = Object(vec![
            ("v".into(), VERSION.into()),
            ("public".into(), self.key.public_jwk().into()),
        ]);
        let mut time = |name: &str, time: Timestamp| {
            let text = time
                .rfc3339()
                .ok_or_else(|| Error::usage(name, "lies beyond the year 9999"))?;
            file.set(name, text.as_str().into());
            Ok::<_, Error>(())
        };
        time("created_at", self.slot.created_at)?;
        time("activates_at", self.slot.activates_at)?;
        if let Some(end) = self.slot.end {
            time("retires_at", end.retires_at)?;
            time("expires_at", end.expires_at)?;
        }
        file.set("grace_s", self.slot.grace_s.into());
        let head = Json::from(file).to_text();
        let (name, private, quote) = match &self.private {
            Private::Sealed(text) => ("sealed", text.as_bytes(), "\""),
            Private::Clear(text) => ("private", text.expose(), ""),
        };
        // The buffer has its final size from the start: one that grows leaves copies behind that
        // are not wiped.
        let mut bytes = Zeroizing::new(Vec::with_capacity(head.len() + private.len() + 32));
        bytes.extend_from_slice(&head.as_bytes()[..head.len() - 1]);
        bytes.extend_from_slice(format!(",\"{name}\":{quote}").as_bytes());
        bytes.extend_from_slice(private);
        bytes.extend_from_slice(format!("{quote}}}\n").as_bytes());
        Ok(Secret::from(bytes))
    }

    /// The name of its file: the RFC 7638 thumbprint, so that no key is in a store twice.
    pub(super) fn file_name(&self) -> String {
        file_name(&self.key)
    }

    /// The whole key. The sealed key must be the one whose public half is in the file, and its
    /// halves must belong together, so that a public half that was exchanged is found here.
    ///
    /// # Errors
    /// [`Code::BadPassphrase`]; [`Code::Io`] when the file was damaged or tampered with.
    pub fn open(&self, passphrase: Passphrase<'_>) -> Result<Key, Error> {
        let opened;
        let text = match &self.private {
            Private::Clear(text) => text,
            Private::Sealed(text) => {
                let result = seal::open(text, &format!("store:{}", self.slot.kid), passphrase);
                opened = result.map_err(|error| match error.code() {
                    Code::BadKey => damaged(&self.path, &error.to_string()),
                    _ => error,
                })?;
                &opened
            }
        };
        self.check(text).map_err(|why| damaged(&self.path, &why))
    }

    fn check(&self, text: &Secret) -> Result<Key, String> {
        let Ok(Json::Object(jwk)) = Json::parse(text.expose()) else {
            return Err("holds a private half that is not a JWK".into());
        };
        let key = Key::from_jwk(jwk).map_err(|why| format!("holds a private half that {why}"))?;
        let published = Json::from(self.key.public_jwk());
        let same = |key: &Key| Json::from(key.public_jwk()).same(&published);
        match key.public() {
            Some(public) if key.is_private() && same(&public) => {}
            _ => return Err("publishes another key than it has the private half of".into()),
        }
        key.check_private()
            .map_err(|misfit| format!("holds a key that {}", misfit.why()))?;
        Ok(key)
    }
}

impl std::fmt::Debug for StoredKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry")
            .field("slot", &self.slot)
            .finish_non_exhaustive()
    }
}

/// Whether a key is for signatures, whatever its size: the line is made of these.
pub(super) fn signs(key: &Key) -> bool {
    SigAlg::ALL
        .iter()
        .any(|alg| matches!(key.fit(*alg, Job::Verify), Ok(()) | Err(Misfit::Weak(_))))
}

/// The private half, in a buffer that is as long as its file and so need not grow.
fn take_private(file: &mut Object, length: usize) -> Result<Private, String> {
    match (file.remove("sealed"), file.remove("private")) {
        (Some(Json::String(sealed)), None) => Ok(Private::Sealed(sealed)),
        (None, Some(mut jwk @ Json::Object(_))) => {
            let mut text = Zeroizing::new(Vec::with_capacity(length));
            let written = serde_json::to_writer(&mut *text, &jwk);
            jwk.wipe();
            written
                .map(|()| Private::Clear(Secret::from(text)))
                .map_err(|_| "has a \"private\" half that is not a JWK".into())
        }
        (_, private) => {
            private.into_iter().for_each(|mut json| json.wipe());
            Err("has neither a \"sealed\" nor a \"private\" half, or both".into())
        }
    }
}

fn file_name(key: &Key) -> String {
    format!("{}.json", key.thumbprint())
}

/// The object in a file, if its format is the one that is known.
fn versioned(bytes: &Secret, path: &Path) -> Result<Object, Error> {
    let object = match Json::parse(bytes.expose()) {
        Ok(Json::Object(object)) => object,
        Ok(other) => {
            let why = format!("is {}, not an object", other.kind());
            return Err(damaged(path, &why));
        }
        Err(why) => return Err(damaged(path, &format!("is not JSON: {why}"))),
    };
    match object.member("v") {
        Some(version) if version.same(&VERSION.into()) => Ok(object),
        Some(Json::Number(version)) => {
            let why = format!("is of version {version}, and this jwtctl reads version {VERSION}");
            Err(unusable(path, &why).hint("use the jwtctl that wrote it, or a newer one"))
        }
        _ => Err(damaged(path, "is not part of a keystore")),
    }
}

fn unusable(path: &Path, why: &str) -> Error {
    Error::Io {
        code: Code::Io,
        path: path.into(),
        why: why.into(),
        hints: Vec::new(),
    }
}

/// The error for a file that is not as jwtctl wrote it.
pub(super) fn damaged(path: &Path, why: &str) -> Error {
    unusable(path, why).hint("the file was damaged or tampered with; restore it from a backup")
}

/// Which folder holds the keys, and whether they are sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Manifest {
    /// The number of the folder with the key files. A new passphrase writes all keys into the next
    /// one.
    pub generation: u64,
    /// Whether private halves are sealed.
    pub encrypted: bool,
    /// PBKDF2 iterations that new keys are sealed with.
    pub p2c: u32,
}

/// The name of the manifest's file.
pub(super) const MANIFEST: &str = "keystore.json";

impl Manifest {
    /// The name of the folder with the key files.
    pub fn folder(&self) -> String {
        format!("keys-{}", self.generation)
    }

    /// Reads the file at `path`.
    pub fn parse(bytes: &Secret, path: &Path) -> Result<Self, Error> {
        let file = versioned(bytes, path)?;
        Self::read(&file).map_err(|why| damaged(path, &why))
    }

    fn read(file: &Object) -> Result<Self, String> {
        let number = |name: &str| match file.member(name) {
            Some(Json::Number(number)) => Ok(number.as_str()),
            _ => Err(format!("has no {name:?}")),
        };
        let Some(Json::Bool(encrypted)) = file.member("encrypted") else {
            return Err("has no \"encrypted\"".into());
        };
        let generation = number("generation")?
            .parse()
            .map_err(|_| "has \"generation\" that is not a whole number")?;
        let p2c = number("p2c")?
            .parse()
            .map_err(|_| "has \"p2c\" that is not a whole number")?;
        Ok(Self {
            generation,
            encrypted: *encrypted,
            p2c,
        })
    }

    /// The content of its file.
    pub fn to_text(&self) -> String {
        let members = [
            ("v", VERSION.into()),
            ("generation", Json::Number(self.generation.to_string())),
            ("encrypted", Json::Bool(self.encrypted)),
            ("p2c", i64::from(self.p2c).into()),
        ];
        Json::from(Object(
            members.map(|(name, value)| (name.into(), value)).into(),
        ))
        .to_text()
            + "\n"
    }
}
