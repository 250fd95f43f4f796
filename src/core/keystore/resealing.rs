//! Another protection for all keys of a store at once.

use std::path::Path;

use super::super::env::Env;
use super::super::error::{Code, Error};
use super::super::secret::Secret;
use super::Keystore;
use super::change::{Changed, Changing, Protection, protect};
use super::record::{MANIFEST, Manifest};

/// Gives all keys another protection, all or none of them: they are written into a new folder,
/// which counts once the manifest names it. The outcome is how many keys there are. Where the
/// folder with the keys under their old protection cannot be removed, it is
/// [`Unfinished::Left`](super::Unfinished::Left).
///
/// # Errors
/// [`Code::BadKey`] when there is no key; [`Code::BadPassphrase`] when `old` does not open one of
/// them; [`Code::Usage`] when `new` cannot be used; [`Code::Io`]. Nothing has changed then.
pub fn reseal(
    path: &Path,
    old: Option<&Secret>,
    new: Protection<'_>,
    env: &Env<'_>,
) -> Result<Changed<usize>, Error> {
    let empty = || {
        Error::input(
            Code::BadKey,
            path.display().to_string(),
            "the keystore is empty",
        )
    };
    if Keystore::open(path)?.entries.is_empty() {
        return Err(empty());
    }
    let mut changing = Changing::begin(path)?;
    let Some(before) = changing.store.manifest.clone() else {
        return Err(empty());
    };
    let (encrypted, p2c) = match new {
        Protection::Sealed { p2c, .. } => (true, p2c.unwrap_or(before.p2c)),
        Protection::Clear => (false, before.p2c),
    };
    let after = Manifest {
        generation: changing.free_generation(&before)?,
        encrypted,
        p2c,
    };
    let copy = || match old {
        Some(old) => Ok(Secret::new(old.expose().to_vec())),
        None => Err(Error::input(
            Code::NoInput,
            path.display().to_string(),
            "needs its passphrase",
        )),
    };
    // All of them are open before any is written.
    for entry in &mut changing.store.entries {
        entry.private = protect(&entry.open(&mut || copy())?, new, p2c, env)?;
    }
    let keys = changing.keys(&after)?;
    for entry in &changing.store.entries {
        keys.write(&entry.file_name(), entry.to_bytes()?.expose())?;
    }
    // The folder has to survive a crash before the manifest names it.
    changing.folder.sync()?;
    let late = changing
        .folder
        .commit(MANIFEST, after.to_text().as_bytes())?;
    changing.unfinished.extend(late);
    let left = changing.folder.remove_sub(&before.folder());
    changing.unfinished.extend(left.err());
    let count = changing.store.entries.len();
    Ok(changing.done(count))
}
