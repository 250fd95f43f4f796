//! Keys that leave a store: one by its id, or all that have expired.

use std::path::{Path, PathBuf};

use super::super::error::Error;
use super::super::hint::OwnKeyHint;
use super::super::time::Timestamp;
use super::Keystore;
use super::change::{Changed, Changing, leftovers};
use super::folder::{Folder, Unfinished};
use super::line::{self, State};

/// What [`prune`] removed.
#[derive(Debug, Default)]
pub struct Pruned {
    /// The ids of the keys that had expired.
    pub expired: Vec<String>,
    /// The files and folders that earlier changes had left behind.
    pub swept: Vec<PathBuf>,
}

/// Removes one key. A key that is current or retiring, so that tokens by it may still be in use, is
/// removed only if `force`.
///
/// # Errors
/// [`Code::BadKey`] when there is none of that id; [`Code::Usage`] when it is in use; [`Code::Io`].
///
/// [`Code::BadKey`]: super::super::error::Code::BadKey
/// [`Code::Usage`]: super::super::error::Code::Usage
/// [`Code::Io`]: super::super::error::Code::Io
pub fn remove(
    path: &Path,
    kid: &str,
    force: bool,
    now: Timestamp,
) -> Result<Changed<State>, Error> {
    // An unknown key is refused before the store is created and locked.
    Keystore::open(path)?.find(kid)?;
    let mut changing = Changing::begin(path)?;
    let state = changing.store.state(changing.store.find(kid)?, now);
    if matches!(state, State::Current | State::Retiring) && !force {
        let why = format!(
            "is {}, and tokens that it signed could no longer be verified",
            state.as_str()
        );
        let error = Error::usage(format!("store:{kid}"), why);
        return Err(error.hint(OwnKeyHint::RotateOrForce));
    }
    changing.take_out(&[kid.to_owned()], now)?;
    Ok(changing.done(state))
}

/// Removes the keys that have expired, and what earlier changes left behind.
///
/// # Errors
/// [`Code::Io`], [`Code::UnsafePermissions`].
///
/// [`Code::Io`]: super::super::error::Code::Io
/// [`Code::UnsafePermissions`]: super::super::error::Code::UnsafePermissions
pub fn prune(path: &Path, now: Timestamp) -> Result<Changed<Pruned>, Error> {
    let expired = |store: &Keystore| -> Vec<String> {
        let entries = store
            .entries
            .iter()
            .filter(|it| store.state(it, now) == State::Expired);
        entries.map(|it| it.slot.kid.clone()).collect()
    };
    // A store that needs no change is not locked, so that it may be read-only.
    let store = Keystore::open(path)?;
    let left = match Folder::open(path)? {
        Some(folder) => leftovers(&folder, &store)?,
        None => Vec::new(),
    };
    if expired(&store).is_empty() && left.is_empty() {
        return Ok(Changed {
            outcome: Pruned::default(),
            unfinished: Vec::new(),
        });
    }
    let mut changing = Changing::begin(path)?;
    let expired = changing.take_out(&expired(&changing.store), now)?;
    let swept = std::mem::take(&mut changing.swept);
    Ok(changing.done(Pruned { expired, swept }))
}

impl Changing {
    /// Takes keys out, and returns the ids of those that are gone. The end of a key follows from
    /// its successor; so before a successor that has taken over is removed, the end is written into
    /// the key's own file, and a key that has retired does not sign again. A successor that has not
    /// taken over yet is removed without that. If one key is gone and another one
    /// cannot be removed, the change has taken effect for the first.
    fn take_out(&mut self, kids: &[String], now: Timestamp) -> Result<Vec<String>, Error> {
        let mut gone = Vec::new();
        let Some(manifest) = self.store.manifest.clone() else {
            return Ok(gone);
        };
        let keys = self.keys(&manifest)?;
        let line = self.store.line();
        for entry in self
            .store
            .entries
            .iter_mut()
            .filter(|it| !kids.contains(&it.slot.kid) && it.slot.end.is_none())
        {
            let successor = line::successor(&line, &entry.slot);
            if successor.is_some_and(|it| kids.contains(&it.kid) && it.activates_at <= now) {
                entry.slot.end = line::end(&line, &entry.slot);
                keys.write(&entry.file_name(), entry.to_bytes()?.expose())?;
            }
        }
        let leaving = self.store.entries.iter();
        for entry in leaving.filter(|it| kids.contains(&it.slot.kid)) {
            match keys.remove(&entry.file_name()) {
                Ok(()) => gone.push(entry.slot.kid.clone()),
                Err(error) if gone.is_empty() => return Err(error),
                Err(error) => self.unfinished.push(Unfinished::Left(error)),
            }
        }
        self.unfinished.extend(keys.flushed());
        Ok(gone)
    }
}
