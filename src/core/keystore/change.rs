//! What all changes to a store have in common: one at a time under its lock, each committed by one
//! rename.

use std::path::{Path, PathBuf};

use super::super::env::Env;
use super::super::error::Error;
use super::super::hint::OwnKeyHint;
use super::super::key::Key;
use super::super::seal;
use super::super::secret::Secret;
use super::folder::{Folder, Lock, Unfinished};
use super::record::{Manifest, Private};
use super::{Keystore, generation};

/// How private halves are stored.
#[derive(Clone, Copy)]
pub enum Protection<'a> {
    /// Sealed under a passphrase.
    Sealed {
        /// The store's passphrase.
        passphrase: &'a Secret,
        /// PBKDF2 iterations; by default those of the store.
        p2c: Option<u32>,
    },
    /// In the clear, protected by the mode of the file alone.
    Clear,
}

/// A change that took effect.
#[derive(Debug)]
pub struct Changed<T> {
    /// What the change came to.
    pub outcome: T,
    /// What failed after it had taken effect.
    pub unfinished: Vec<Unfinished>,
}

/// A store whose lock this process holds in order to change it.
pub(super) struct Changing {
    pub(super) folder: Folder,
    pub(super) store: Keystore,
    pub(super) swept: Vec<PathBuf>,
    pub(super) unfinished: Vec<Unfinished>,
    _lock: Lock,
}

impl Changing {
    /// Takes the lock, which other changes wait for, and reads the store under it.
    pub(super) fn begin(path: &Path) -> Result<Self, Error> {
        let folder = Folder::create(path)?;
        let lock = folder.lock()?;
        let mut changing = Self {
            store: Keystore::open(path)?,
            folder,
            swept: Vec::new(),
            unfinished: Vec::new(),
            _lock: lock,
        };
        changing.sweep()?;
        Ok(changing)
    }

    /// Removes the files that earlier changes left behind, because their process died or the
    /// removal failed. A file that still cannot be removed does no harm to this change.
    fn sweep(&mut self) -> Result<(), Error> {
        for (folder, name) in leftovers(&self.folder, &self.store)? {
            let removed = match generation(&name) {
                Some(_) => folder.remove_sub(&name),
                None => folder.remove(&name).map_err(Unfinished::Left),
            };
            match removed {
                Ok(()) => self.swept.push(folder.path().join(name)),
                Err(it) => self.unfinished.push(it),
            }
        }
        Ok(())
    }

    /// The result of a change that has taken effect.
    pub(super) fn done<T>(self, outcome: T) -> Changed<T> {
        Changed {
            outcome,
            unfinished: self.unfinished,
        }
    }

    /// The folder of keys that a manifest names, made if it is not there yet.
    pub(super) fn keys(&self, manifest: &Manifest) -> Result<Folder, Error> {
        self.folder.make_sub(&manifest.folder())
    }

    /// The generation of a folder of keys that does not exist yet. A folder that an earlier change
    /// could not remove still holds keys, which must not mix with the new ones.
    pub(super) fn free_generation(&self, before: &Manifest) -> Result<u64, Error> {
        let names = self.folder.names()?;
        let taken = names.iter().filter_map(|name| generation(name));
        let last = taken.fold(before.generation, u64::max);
        Ok(last.saturating_add(1))
    }
}

/// The files and folders in `folder` that are no part of `store`, each with the folder that it is
/// in.
pub(super) fn leftovers(folder: &Folder, store: &Keystore) -> Result<Vec<(Folder, String)>, Error> {
    let mut names = folder.unfinished()?;
    let mut found = Vec::new();
    if let Some(manifest) = &store.manifest {
        let stale = |name: &String| generation(name).is_some_and(|it| it != manifest.generation);
        names.extend(folder.names()?.into_iter().filter(stale));
        if let Some(keys) = folder.sub(&manifest.folder())? {
            let unfinished = keys.unfinished()?.into_iter();
            found.extend(unfinished.map(|name| (keys.clone(), name)));
        }
    }
    found.extend(names.into_iter().map(|name| (folder.clone(), name)));
    Ok(found)
}

/// The refusal of a key that has no public half.
pub(super) fn symmetric() -> Error {
    Error::usage(
        "keystore",
        "keeps key pairs, whose public half it publishes; a symmetric key has none",
    )
    .hint(OwnKeyHint::SymmetricKeyFile)
}

/// The private half of a key as it is stored.
pub(super) fn protect(
    key: &Key,
    protection: Protection<'_>,
    p2c: u32,
    env: &Env<'_>,
) -> Result<Private, Error> {
    let text = key.expose_jwk();
    match protection {
        Protection::Clear => Ok(Private::Clear(text)),
        Protection::Sealed { passphrase, .. } => {
            seal::seal(&text, seal::SealedContent::Jwk, passphrase, p2c, env).map(Private::Sealed)
        }
    }
}
