//! The keystore's keys: the current key signs, so a rotation takes effect without
//! a restart.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::super::alg::SigAlg;
use super::super::env::Env;
use super::super::error::Error;
use super::super::hint::Parameter;
use super::super::keystore::Keystore;
use super::super::secret::Secret;
use super::super::time::Timestamp;
use super::error::IssuerError;
use super::keys::{KeySource, Ring, SigningKey};

/// The keys of a keystore, read again at the first request of each second.
pub struct Stored {
    path: PathBuf,
    passphrase: Option<Secret>,
    alg: Option<SigAlg>,
    /// Keys that are ready to sign, by id: opening one costs a tenth of a second.
    opened: HashMap<String, Arc<SigningKey>>,
    seen: Option<(Timestamp, Ring)>,
}

impl Stored {
    /// The keystore at `path`, its private halves under `passphrase` if they are sealed.
    pub fn new(path: PathBuf, passphrase: Option<Secret>, alg: Option<SigAlg>) -> Self {
        Self {
            path,
            passphrase,
            alg,
            opened: HashMap::new(),
            seen: None,
        }
    }

    /// Looks at the keystore as it is at `now`.
    ///
    /// # Errors
    /// When it cannot be read or opened, or has no key that signs.
    pub fn look(&mut self, now: Timestamp) -> Result<Ring, Error> {
        let store = Keystore::open(&self.path)?;
        let entry = store.current(now)?;
        let signing = match self.opened.get(&entry.slot.kid) {
            Some(key) => Arc::clone(key),
            None => {
                let passphrase = self.passphrase.as_ref();
                let mut passphrase = || match passphrase {
                    Some(passphrase) => Ok(Secret::new(passphrase.expose().to_vec())),
                    None => Err(Error::usage(
                        Parameter::Passphrase,
                        "is needed: the keystore has been sealed",
                    )),
                };
                let key = SigningKey::new(entry.open(&mut passphrase)?, self.alg);
                Arc::new(key.map_err(|why| Error::usage(format!("store:{}", entry.slot.kid), why))?)
            }
        };
        // Only the current key is kept ready: one that has retired is wiped.
        self.opened = HashMap::from([(entry.slot.kid.clone(), Arc::clone(&signing))]);
        let ring = Ring {
            signing,
            published: store.published(now),
        };
        self.seen = Some((now, ring.clone()));
        Ok(ring)
    }
}

impl KeySource for Stored {
    fn ring(&mut self, _: Option<&str>, env: &Env<'_>) -> Result<Ring, IssuerError> {
        match &self.seen {
            Some((at, ring)) if *at == env.now => Ok(ring.clone()),
            _ => Ok(self.look(env.now)?),
        }
    }

    fn rotate(&mut self, _: &Env<'_>) -> Result<(), IssuerError> {
        Err(IssuerError::KeystoreRotates)
    }
}
