//! One's own keys: a directory with one file a key, the public half readable and the private half
//! sealed under a passphrase. Keys follow each other in a line ([`line`]); whether one is next,
//! current, retiring or expired follows from timestamps and the time it is asked, so no daemon is
//! needed.
//!
//! ```text
//! STORE/                      0700
//!   .lock                     flock: one change at a time; readers never wait
//!   keystore.json             the manifest: which folder counts, whether it is sealed
//!   keys-1/THUMBPRINT.json    0600, replaced by one rename
//! ```
//!
//! Every change is one rename, so a process that dies leaves the store as it was before the change
//! or as it is after it. A rotation adds one file; the end of the key before it follows from that
//! file's timestamps. A new passphrase writes all keys into a new folder and then replaces the
//! manifest. After that rename the change has taken effect: it succeeds, and what fails later is
//! reported as [`Unfinished`]. Files that a change could not remove, or that a dead process
//! left, are removed by the next change and by [`prune`].

mod addition;
mod change;
mod folder;
pub mod line;
mod record;
mod removal;
mod resealing;
mod rotation;

pub use addition::{Added, add, adopt};
pub use change::{Changed, Protection};
pub use folder::Unfinished;
pub use line::{End, Plan, RotationPolicy, Slot, State};
pub use record::StoredKey;
pub use removal::{Pruned, prune, remove};
pub use resealing::reseal;
pub use rotation::{Choice, Rotated, make, rotate};

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::{Code, Error};
use super::hint::OwnKeyHint;
use super::jwks::{Given, Provenance};
use super::key::Key;
use super::keyfile::Passphrase;
use super::secret::Secret;
use super::time::Timestamp;
use folder::Folder;
use record::{MANIFEST, Manifest, damaged};

/// How often a reader reads again when the manifest changes while it reads.
const ATTEMPTS: usize = 20;

/// The keys of a store as they were at one moment. A directory that does not exist is an empty
/// store.
#[derive(Debug)]
pub struct Keystore {
    path: PathBuf,
    manifest: Option<Manifest>,
    entries: Vec<StoredKey>,
}

/// Until when tokens that one key signs may live.
#[derive(Clone, Debug)]
pub struct Term {
    kid: String,
    until: Option<Timestamp>,
}

impl Term {
    /// Refuses a token that expires later, or (`None`) never.
    ///
    /// # Errors
    /// [`Code::Usage`], with the latest `exp` that is possible.
    pub fn check(&self, exp: Option<Timestamp>) -> Result<(), Error> {
        let is_outlived = |until: &Timestamp| exp.is_none_or(|exp| exp > *until);
        let Some(until) = self.until.filter(is_outlived) else {
            return Ok(());
        };
        let life = exp.map_or("never expires".into(), |exp| {
            format!("would expire at {exp}")
        });
        let why = format!("the token {life}, and the key is no longer published from {until} on");
        let error = Error::usage(format!("store:{}", self.kid), why);
        Err(error.hint(OwnKeyHint::ShorterLife))
    }
}

impl Keystore {
    /// Reads the store at `path`, without a lock.
    ///
    /// # Errors
    /// [`Code::UnsafePermissions`] when others could read or change it; [`Code::Io`] when a file
    /// cannot be read or is not as it was written.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let nothing = || Self {
            path: path.into(),
            manifest: None,
            entries: Vec::new(),
        };
        let Some(folder) = Folder::open(path)? else {
            return Ok(nothing());
        };
        for _ in 0..ATTEMPTS {
            let before = manifest(&folder)?;
            let read = match &before {
                None => Ok(Vec::new()),
                Some(manifest) => entries(&folder, manifest),
            };
            // Files that vanish are no error when another generation has taken their place.
            if manifest(&folder)? == before {
                return Ok(Self {
                    path: path.into(),
                    manifest: before,
                    entries: in_line(read?, path)?,
                });
            }
        }
        Err(damaged(path, "changes faster than it can be read"))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether private halves are sealed; `None` of a store without keys, where the first one
    /// decides.
    pub fn is_encrypted(&self) -> Option<bool> {
        self.manifest
            .as_ref()
            .filter(|_| !self.entries.is_empty())
            .map(|it| it.encrypted)
    }

    /// All keys, in the order that they take over from each other.
    pub fn entries(&self) -> &[StoredKey] {
        &self.entries
    }

    /// The line of keys, as [`line::plan`] looks at it.
    pub fn line(&self) -> Vec<Slot> {
        self.entries.iter().map(|it| it.slot.clone()).collect()
    }

    /// When a key ends, as far as that is known.
    pub fn end(&self, entry: &StoredKey) -> Option<End> {
        line::end(&self.line(), &entry.slot)
    }

    /// The stage of a key's life at `now`.
    pub fn state(&self, entry: &StoredKey, now: Timestamp) -> State {
        entry.slot.state(self.end(entry), now)
    }

    /// The key with that id.
    ///
    /// # Errors
    /// [`Code::BadKey`] when there is none.
    pub fn find(&self, kid: &str) -> Result<&StoredKey, Error> {
        self.entries
            .iter()
            .find(|it| it.slot.kid == kid)
            .ok_or_else(|| {
                let error = Error::input(
                    Code::BadKey,
                    format!("store:{kid}"),
                    format!("no such key in {}", self.path.display()),
                );
                let known: Vec<&str> = self
                    .entries
                    .iter()
                    .take(5)
                    .map(|it| it.slot.kid.as_str())
                    .collect();
                if known.is_empty() {
                    error.hint(OwnKeyHint::MakeKeystore)
                } else {
                    error.hint(format!("it has {}", known.join(", ")))
                }
            })
    }

    /// The key that signs at `now`.
    ///
    /// # Errors
    /// [`Code::BadKey`] when there is none.
    pub fn current(&self, now: Timestamp) -> Result<&StoredKey, Error> {
        let line = self.line();
        let Some(slot) = line::current(&line, now) else {
            let what = self.path.display().to_string();
            return Err(match self.entries.is_empty() {
                true => Error::input(Code::BadKey, what, "the keystore is empty")
                    .hint(OwnKeyHint::MakeKey),
                false => Error::input(
                    Code::BadKey,
                    what,
                    "the keystore has no current signing key",
                )
                .hint(OwnKeyHint::RotateNow),
            });
        };
        self.find(&slot.kid)
    }

    /// The public keys that verifiers need at `now`: those of all keys that are not expired.
    pub fn published(&self, now: Timestamp) -> Vec<Arc<Key>> {
        let published = self
            .entries
            .iter()
            .filter(|it| self.state(it, now) != State::Expired);
        published.map(|it| Arc::clone(&it.key)).collect()
    }

    /// The published set as a source of keys for [`super::token::verify`].
    ///
    /// # Errors
    /// [`Code::BadKey`] when it is empty.
    pub fn verifying(&self, now: Timestamp) -> Result<Given, Error> {
        let name = self.path.display().to_string();
        let keys = self.published(now);
        if keys.is_empty() {
            return Err(Error::input(
                Code::BadKey,
                name,
                "the keystore publishes no key",
            ));
        }
        Ok(Given::set(
            keys,
            Provenance {
                source: "keystore".into(),
                name,
                ..Provenance::default()
            },
        ))
    }

    /// Refuses to let a key sign what outlives it: a token that expires (`None`: never) after its
    /// key is no longer published cannot be verified from that moment on.
    ///
    /// # Errors
    /// [`Code::Usage`], with the latest `exp` that is possible.
    pub fn check_outlive(&self, entry: &StoredKey, exp: Option<Timestamp>) -> Result<(), Error> {
        self.term(entry).check(exp)
    }

    /// Until when tokens by a key may live.
    pub fn term(&self, entry: &StoredKey) -> Term {
        Term {
            kid: entry.slot.kid.clone(),
            until: self.end(entry).map(|end| end.expires_at),
        }
    }

    /// Makes sure that `passphrase` is the one of this store, by opening one key with it.
    ///
    /// # Errors
    /// [`Code::BadPassphrase`] when it is not.
    pub fn check_passphrase(&self, passphrase: &Secret) -> Result<(), Error> {
        match self.entries.last() {
            Some(entry) => entry
                .open(&mut || Ok(Secret::new(passphrase.expose().to_vec())))
                .map(drop),
            None => Ok(()),
        }
    }

    /// The whole key of that id.
    ///
    /// # Errors
    /// As [`Keystore::find`] and [`StoredKey::open`].
    pub fn private(&self, kid: &str, passphrase: Passphrase<'_>) -> Result<Key, Error> {
        self.find(kid)?.open(passphrase)
    }
}

fn manifest(folder: &Folder) -> Result<Option<Manifest>, Error> {
    let read = || match folder.read(MANIFEST)? {
        Some(bytes) => Manifest::parse(&bytes, &folder.path().join(MANIFEST)).map(Some),
        None => Ok(None),
    };
    let manifest = read()?;
    // Keys whose manifest got lost must not be taken for an empty store; asked twice, for it may
    // just have come.
    if manifest.is_none() && has_keys(folder)? {
        return read()?
            .map(Some)
            .ok_or_else(|| damaged(folder.path(), &format!("has keys, and no {MANIFEST}")));
    }
    Ok(manifest)
}

fn has_keys(folder: &Folder) -> Result<bool, Error> {
    for name in folder
        .names()?
        .iter()
        .filter(|name| generation(name).is_some())
    {
        if folder
            .sub(name)?
            .is_some_and(|keys| keys.names().is_ok_and(|names| !names.is_empty()))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The number of a folder of keys.
fn generation(name: &str) -> Option<u64> {
    name.strip_prefix("keys-")?.parse().ok()
}

fn entries(folder: &Folder, manifest: &Manifest) -> Result<Vec<StoredKey>, Error> {
    let path = folder.path().join(manifest.folder());
    let keys = folder
        .sub(&manifest.folder())?
        .ok_or_else(|| damaged(&path, "is gone, and the keys with it"))?;
    let names = keys.names()?;
    let mut entries = Vec::with_capacity(names.len());
    for name in names.iter().filter(|name| name.ends_with(".json")) {
        // A file that was removed since is no longer part of the store.
        if let Some(bytes) = keys.read(name)? {
            entries.push(StoredKey::parse(&bytes, &keys.path().join(name))?);
        }
    }
    Ok(entries)
}

fn in_line(mut entries: Vec<StoredKey>, path: &Path) -> Result<Vec<StoredKey>, Error> {
    entries.sort_by(|a, b| a.slot.rank().cmp(&b.slot.rank()));
    let mut kids = std::collections::HashSet::new();
    match entries.iter().find(|it| !kids.insert(it.slot.kid.as_str())) {
        Some(twice) => Err(damaged(
            path,
            &format!("has two keys with the id {:?}", twice.slot.kid),
        )),
        None => Ok(entries),
    }
}

#[cfg(test)]
mod tests;
