//! The keystore, as arguments name it.

use std::path::PathBuf;

use jwtctl::core::error::Error;
use jwtctl::core::json::{Json, Object, WipedJson};
use jwtctl::core::jwks::KeySet;
use jwtctl::core::key::Key;
use jwtctl::core::keyfile::{self, KeyFile};
use jwtctl::core::keystore::{Changed, Keystore, Protection, Unfinished};
use jwtctl::core::secret::Secret;
use jwtctl::core::time::Timestamp;

use super::super::Context;
use super::{Inputs, Source, Spec};

/// How a new key of the keystore is protected: under a passphrase, or not at all.
pub struct Guard {
    passphrase: Option<Secret>,
    p2c: Option<u32>,
}

impl Guard {
    /// Protects a key under this passphrase, or stores it in the clear.
    pub fn new(passphrase: Option<Secret>, p2c: Option<u32>) -> Self {
        Self { passphrase, p2c }
    }

    /// How a key that joins `store` is protected: like the keys that it has. The caller decides for
    /// the first one.
    pub fn joining(
        store: &Keystore,
        no_encrypt: bool,
        p2c: Option<u32>,
        context: &Context<'_>,
    ) -> Result<Self, Error> {
        let passphrase = match store.is_encrypted() {
            Some(true) if !no_encrypt => Some(context.inputs.passphrase("the keystore")?),
            None if !no_encrypt => Some(context.inputs.new_passphrase("the keystore")?),
            // A user who names a passphrase thinks that it protects the key, unless they say that
            // nothing shall.
            Some(false) if !no_encrypt && context.typed.has("passphrase_from") => {
                context.output.warn(
                    "the keystore is NOT ENCRYPTED, and neither is the new key: --passphrase-from does not protect it; \
                     to encrypt them all: jwtctl jwks passphrase",
                );
                None
            }
            _ => None,
        };
        Ok(Self { passphrase, p2c })
    }

    /// The protection in the form that the keystore takes.
    pub fn protection(&self) -> Protection<'_> {
        match &self.passphrase {
            Some(passphrase) => Protection::Sealed {
                passphrase,
                p2c: self.p2c,
            },
            None => Protection::Clear,
        }
    }

    /// Whether there is a passphrase.
    pub fn is_sealed(&self) -> bool {
        self.passphrase.is_some()
    }
}

impl Context<'_> {
    /// The outcome of a change of the keystore, which has taken effect. What failed afterwards is
    /// a warning.
    pub fn settle<T>(&self, changed: Changed<T>) -> T {
        for it in &changed.unfinished {
            self.output.warn(&match it {
                Unfinished::Left(error) => format!(
                    "the change took effect, and something of the time before it could not be \
                     removed: {error}; to remove it: jwtctl jwks prune"
                ),
                Unfinished::NotDurable(error) => format!(
                    "the change took effect, and is not yet safe from a power failure: {error}"
                ),
            });
        }
        changed.outcome
    }
}

/// The user's own directories, as the platform has them.
pub struct Home {
    /// For data: `~/.local/share` where XDG says nothing else.
    pub data: PathBuf,
    /// For settings: `~/.config` where XDG says nothing else.
    pub config: PathBuf,
}

impl Home {
    /// Finds the directories.
    ///
    /// # Errors
    /// When there is no home directory.
    pub fn find() -> Result<Self, Error> {
        let found = directories::BaseDirs::new();
        let found = found.ok_or_else(|| {
            let error = Error::usage("--install", "there is no home directory");
            error.hint("set HOME, or write the files by hand")
        })?;
        Ok(Self {
            data: found.data_dir().into(),
            config: found.config_dir().into(),
        })
    }
}

/// Where the user keeps policies.
pub fn policy_folder() -> Option<PathBuf> {
    let home = directories::ProjectDirs::from("", "", "jwtctl")?;
    Some(home.config_dir().join("policies"))
}

impl Inputs {
    /// Where the keystore is: `--store`, or the platform's directory for data.
    pub fn store_path(&self) -> Result<PathBuf, Error> {
        let default = || {
            directories::ProjectDirs::from("", "", "jwtctl")
                .map(|dirs| dirs.data_local_dir().join("keystore"))
        };
        self.store.clone().or_else(default).ok_or_else(|| {
            Error::usage(
                "--store",
                "is needed, since there is no home directory to find the keystore in",
            )
        })
    }

    /// The keystore as it is now.
    pub fn store(&self) -> Result<Keystore, Error> {
        Keystore::open(&self.store_path()?)
    }

    /// A key of the keystore with its private half.
    pub fn stored_key(&self, kid: &str) -> Result<Key, Error> {
        self.store()?
            .private(kid, &mut || self.passphrase("the keystore"))
    }

    /// Reads keys for a caller that needs only the public halves, so that keys of the keystore need
    /// no passphrase. `store:` alone is the set that it publishes at `now`.
    pub fn public_keys(&self, spec: &Spec, now: Timestamp) -> Result<KeyFile, Error> {
        match spec.source() {
            Source::Store(kid) => {
                let store = self.store()?;
                if kid.is_empty() {
                    return Ok(KeyFile::of_set(store.published(now), Vec::new()));
                }
                let keys = vec![store.find(&kid)?.key.clone()];
                Ok(KeyFile {
                    is_set: false,
                    ..KeyFile::of_set(keys, Vec::new())
                })
            }
            _ => self.key_file(spec).map(|file| file.published(now)),
        }
    }

    /// The keys of a set, and its JSON as it was written. A file that is not JSON gives the JSON of
    /// its public keys.
    pub fn keys_and_json(
        &self,
        spec: &Spec,
        now: Timestamp,
    ) -> Result<(KeyFile, WipedJson), Error> {
        if matches!(spec.source(), Source::Store(_)) {
            let file = self.public_keys(spec, now)?;
            let json = public_json(&file);
            return Ok((file, json));
        }
        let bytes = self.key_bytes(spec)?;
        let file = self.read_keys(&bytes, spec.source_name())?.published(now);
        let json = raw_json(&bytes).unwrap_or_else(|| public_json(&file));
        Ok((file, json))
    }

    /// The JSON of a set, even if no key in it can be used.
    pub fn published_json(&self, spec: &Spec, now: Timestamp) -> Result<WipedJson, Error> {
        if matches!(spec.source(), Source::Store(_)) {
            return Ok(public_json(&self.public_keys(spec, now)?));
        }
        let bytes = self.key_bytes(spec)?;
        match raw_json(&bytes) {
            Some(json) => Ok(json),
            None => self
                .read_keys(&bytes, spec.source_name())
                .map(|file| public_json(&file.published(now))),
        }
    }
}

/// A JWK or a JWK set as it was written.
fn raw_json(bytes: &Secret) -> Option<WipedJson> {
    match Json::parse_document(bytes.expose()).ok()? {
        Json::Object(object) if object.has("keys") || object.has("kty") => {
            Some(Json::Object(object).into())
        }
        Json::Array(items) if keyfile::is_bare_set(&items) => {
            let set = Object(vec![("keys".into(), Json::Array(items))]);
            Some(Json::Object(set).into())
        }
        mut other => {
            other.wipe();
            None
        }
    }
}

fn public_json(file: &KeyFile) -> WipedJson {
    let keys = file.keys.clone();
    let dropped = Vec::new();
    Json::Object(KeySet { keys, dropped }.public_json()).into()
}
