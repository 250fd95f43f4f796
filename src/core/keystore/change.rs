//! Changes to a store, one at a time under its lock, each committed by one rename.

use std::path::{Path, PathBuf};

use super::super::alg::{Curve, SigAlg};
use super::super::env::Env;
use super::super::error::{Code, Error};
use super::super::hint::{OwnKeyHint, Parameter};
use super::super::key::{Key, Recipe, generate};
use super::super::seal::{self, DEFAULT_P2C};
use super::super::secret::Secret;
use super::super::time::Timestamp;
use super::folder::{Folder, Lock, Unfinished};
use super::line::{self, Plan, Policy, Slot, State, plan};
use super::record::{MANIFEST, Manifest, Private, signs};
use super::{Entry, Keystore, generation};

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

/// What kind of key a rotation makes; what is left open follows the current key.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choice {
    /// The algorithm.
    pub alg: Option<SigAlg>,
    /// The curve, where the algorithm leaves a choice.
    pub crv: Option<Curve>,
    /// The size of an RSA key.
    pub bits: Option<usize>,
}

/// A change that took effect.
#[derive(Debug)]
pub struct Changed<T> {
    /// What the change came to.
    pub outcome: T,
    /// What failed after it had taken effect.
    pub unfinished: Vec<Unfinished>,
}

/// A key that joined the store.
#[derive(Debug)]
pub struct Added {
    /// The new key.
    pub entry: Entry,
    /// Its state at the time.
    pub state: State,
    /// The key that signs until it takes over.
    pub replaces: Option<String>,
}

/// What a rotation came to.
#[derive(Debug)]
pub struct Rotated {
    /// What was due.
    pub plan: Plan,
    /// The new key, if one was.
    pub added: Option<Added>,
}

/// What [`prune`] removed.
#[derive(Debug, Default)]
pub struct Pruned {
    /// The ids of the keys that had expired.
    pub expired: Vec<String>,
    /// The files and folders that earlier changes had left behind.
    pub swept: Vec<PathBuf>,
}

/// A store whose lock this process holds in order to change it.
struct Changing {
    folder: Folder,
    store: Keystore,
    swept: Vec<PathBuf>,
    unfinished: Vec<Unfinished>,
    _lock: Lock,
}

impl Changing {
    fn begin(path: &Path) -> Result<Self, Error> {
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
    fn done<T>(self, outcome: T) -> Changed<T> {
        Changed {
            outcome,
            unfinished: self.unfinished,
        }
    }

    fn keys(&self, manifest: &Manifest) -> Result<Folder, Error> {
        self.folder.make_sub(&manifest.folder())
    }

    /// The generation of a folder of keys that does not exist yet. A folder that an earlier change
    /// could not remove still holds keys, which must not mix with the new ones.
    fn free_generation(&self, before: &Manifest) -> Result<u64, Error> {
        let names = self.folder.names()?;
        let taken = names.iter().filter_map(|name| generation(name));
        let last = taken.fold(before.generation, u64::max);
        Ok(last.saturating_add(1))
    }

    /// The manifest that goes with `protection`: written now if the store has no keys, else the
    /// existing one, which must agree.
    fn admit(&self, protection: Protection<'_>) -> Result<Manifest, Error> {
        let (encrypted, p2c) = match protection {
            Protection::Sealed { p2c, .. } => (true, p2c),
            Protection::Clear => (false, None),
        };
        let existing = self.store.manifest.clone();
        if let (Some(manifest), false) = (&existing, self.store.entries.is_empty()) {
            self.check_mode(manifest.encrypted, protection)?;
            return Ok(Manifest {
                p2c: p2c.unwrap_or(manifest.p2c),
                ..manifest.clone()
            });
        }
        let generation = existing.map_or(1, |it| it.generation);
        let manifest = Manifest {
            generation,
            encrypted,
            p2c: p2c.unwrap_or(DEFAULT_P2C),
        };
        // The folder first, since the manifest says that it is there.
        self.keys(&manifest)?;
        self.folder.write(MANIFEST, manifest.to_text().as_bytes())?;
        Ok(manifest)
    }

    fn check_mode(&self, encrypted: bool, protection: Protection<'_>) -> Result<(), Error> {
        let what = self.store.path.display().to_string();
        match (encrypted, protection) {
            (true, Protection::Sealed { passphrase, .. }) => {
                self.store.check_passphrase(passphrase)
            }
            (false, Protection::Clear) => Ok(()),
            (true, Protection::Clear) => Err(Error::usage(
                what,
                "the keystore is encrypted, and so are all keys in it",
            )
            .hint(OwnKeyHint::DecryptKeystore)),
            (false, Protection::Sealed { .. }) => {
                Err(Error::usage(what, "the keystore is not encrypted")
                    .hint(OwnKeyHint::EncryptKeystore))
            }
        }
    }

    /// Refuses a key whose id or material another key of the store has.
    fn check_free(&self, key: &Key, slot: &Slot) -> Result<(), Error> {
        let taken = |why: String| Err(Error::usage(format!("key {:?}", slot.kid), why));
        let path = self.store.path.display();
        if let Some(other) = self.store.entries.iter().find(|it| it.slot.kid == slot.kid) {
            let same = if other.key.same_material(key) {
                "that key"
            } else {
                "another key with that id"
            };
            return taken(format!("{path} has {same} already"));
        }
        if let Some(other) = self
            .store
            .entries
            .iter()
            .find(|it| it.key.same_material(key))
        {
            return taken(format!(
                "{path} has the same key already, as {:?}",
                other.slot.kid
            ));
        }
        Ok(())
    }

    /// Writes a new key, which must not have the id or the material of another.
    fn add(
        &mut self,
        key: &Key,
        slot: Slot,
        protection: Protection<'_>,
        env: &Env<'_>,
    ) -> Result<Entry, Error> {
        self.check_free(key, &slot)?;
        let manifest = self.admit(protection)?;
        let keys = self.keys(&manifest)?;
        let private = protect(key, protection, manifest.p2c, env)?;
        let entry = Entry::new(key, slot, private, keys.path()).ok_or_else(symmetric)?;
        let late = keys.commit(&entry.file_name(), entry.to_bytes()?.expose())?;
        self.unfinished.extend(late);
        Ok(entry)
    }

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

/// The files and folders in `folder` that are no part of `store`, each with the folder that it is
/// in.
fn leftovers(folder: &Folder, store: &Keystore) -> Result<Vec<(Folder, String)>, Error> {
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

fn symmetric() -> Error {
    Error::usage(
        "keystore",
        "keeps key pairs, whose public half it publishes; a symmetric key has none",
    )
    .hint(OwnKeyHint::SymmetricKeyFile)
}

fn protect(
    key: &Key,
    protection: Protection<'_>,
    p2c: u32,
    env: &Env<'_>,
) -> Result<Private, Error> {
    let text = key.expose_jwk();
    match protection {
        Protection::Clear => Ok(Private::Clear(text)),
        Protection::Sealed { passphrase, .. } => {
            seal::seal(&text, seal::Content::Jwk, passphrase, p2c, env).map(Private::Sealed)
        }
    }
}

/// Adds a key. The first signing key of a store signs at once; a later one is published for
/// `policy.publish_for` seconds first. A key without an id is named by its thumbprint.
///
/// # Errors
/// [`Code::BadKey`] when it has no private half, or halves that do not belong together;
/// [`Code::Usage`] when it is symmetric, its id is taken, or the store is protected in another way;
/// [`Code::BadPassphrase`]; [`Code::Io`] and [`Code::UnsafePermissions`]. Nothing has changed then.
pub fn add(
    path: &Path,
    mut key: Key,
    policy: &Policy,
    protection: Protection<'_>,
    env: &Env<'_>,
) -> Result<Changed<Added>, Error> {
    policy.check()?;
    check_kept(&key)?;
    if key.kid.is_none() {
        key.kid = Some(key.thumbprint());
    }
    let mut changing = Changing::begin(path)?;
    let plan = match key.public().is_some_and(|public| signs(&public)) {
        true => plan(
            &changing.store.line(),
            &Policy {
                every: None,
                ..*policy
            },
            env.now,
        ),
        false => Plan::Rotate {
            activates_at: env.now,
            grace_s: policy.grace,
            replaces: None,
        },
    };
    let added = join(&mut changing, &key, &plan, protection, env)?.ok_or_else(symmetric)?;
    Ok(changing.done(added))
}

/// Adds `key` where `plan` says; `None` when it says to wait.
fn join(
    changing: &mut Changing,
    key: &Key,
    plan: &Plan,
    protection: Protection<'_>,
    env: &Env<'_>,
) -> Result<Option<Added>, Error> {
    let Plan::Rotate {
        activates_at,
        grace_s,
        replaces,
    } = plan
    else {
        return Ok(None);
    };
    let slot = Slot {
        kid: key.kid.clone().unwrap_or_else(|| key.thumbprint()),
        signs: key.public().is_some_and(|public| signs(&public)),
        created_at: env.now,
        activates_at: *activates_at,
        grace_s: *grace_s,
        end: None,
    };
    let state = slot.state(None, env.now);
    let entry = changing.add(key, slot, protection, env)?;
    Ok(Some(Added {
        entry,
        state,
        replaces: replaces.clone(),
    }))
}

/// Makes a new key if `policy` asks for one, and publishes it. Of two processes that do this at once,
/// the second waits for the lock and then finds that nothing is due. `protection` may be left out
/// by a caller that expects nothing to be due.
///
/// # Errors
/// As [`add`]; [`Code::Usage`] when `choice` makes no sense.
pub fn rotate(
    path: &Path,
    policy: &Policy,
    choice: Choice,
    protection: Option<Protection<'_>>,
    env: &Env<'_>,
) -> Result<Changed<Rotated>, Error> {
    policy.check()?;
    let mut changing = Changing::begin(path)?;
    let plan = plan(&changing.store.line(), policy, env.now);
    if matches!(plan, Plan::Wait { .. }) {
        return Ok(changing.done(Rotated { plan, added: None }));
    }
    let no_passphrase = || {
        Error::input(
            Code::NoInput,
            path.display().to_string(),
            "needs its passphrase to take in a new key",
        )
    };
    let protection = protection.ok_or_else(no_passphrase)?;
    let latest = changing.store.entries.iter().rev().find(|it| it.slot.signs);
    let key = make(choice, latest.map(|it| it.key.as_ref()), env)?;
    let added = join(&mut changing, &key, &plan, protection, env)?;
    Ok(changing.done(Rotated { plan, added }))
}

/// Adds keys that have been in use elsewhere, with the times of their slots: all of them, or none
/// when one cannot be added. Each says its state at `env.now`.
///
/// # Errors
/// As [`add`].
pub fn adopt(
    path: &Path,
    keys: &[(Key, Slot)],
    protection: Protection<'_>,
    env: &Env<'_>,
) -> Result<Changed<Vec<Added>>, Error> {
    for (key, _) in keys {
        check_kept(key)?;
    }
    let mut changing = Changing::begin(path)?;
    for (at, (key, slot)) in keys.iter().enumerate() {
        changing.check_free(key, slot)?;
        let mut before = keys[..at].iter();
        if let Some((_, other)) = before.find(|(it, _)| it.same_material(key)) {
            let why = format!("is the same key as {:?}", other.kid);
            return Err(Error::usage(format!("key {:?}", slot.kid), why));
        }
    }
    let mut entries = Vec::new();
    for (key, slot) in keys {
        entries.push(changing.add(key, slot.clone(), protection, env)?);
    }
    let mut line = changing.store.line();
    line.extend(keys.iter().map(|(_, slot)| slot.clone()));
    let added = |entry: Entry| Added {
        state: entry.slot.state(line::end(&line, &entry.slot), env.now),
        entry,
        replaces: None,
    };
    let added = entries.into_iter().map(added).collect();
    Ok(changing.done(added))
}

/// Whether a keystore keeps such a key.
fn check_kept(key: &Key) -> Result<(), Error> {
    let unfit = |why: &str| Error::input(Code::BadKey, key.label(), why);
    if key.secret().is_some() {
        return Err(symmetric());
    }
    if !key.is_private() {
        return Err(unfit(
            "has no private half, and a keystore is for one's own keys",
        ));
    }
    key.check_private().map_err(|misfit| unfit(misfit.why()))
}

/// A new signing key. Where `choice` says nothing, it is of the kind of `like`. Its id is its
/// thumbprint.
///
/// # Errors
/// [`Code::Usage`] when there is no such key, or it would be symmetric.
pub fn make(choice: Choice, like: Option<&Key>, env: &Env<'_>) -> Result<Key, Error> {
    let usage = |why: String| Error::usage(Parameter::Alg, why);
    let own = like.and_then(|key| {
        key.algorithms(super::super::key::Job::Verify)
            .first()
            .copied()
    });
    let alg = choice.alg.or(own).unwrap_or(SigAlg::EdDsa);
    let like = like.filter(|_| {
        choice
            .alg
            .is_none_or(|alg| own.is_some_and(|own| own == alg))
    });
    let crv = choice
        .crv
        .or_else(|| like.and_then(Key::curve).filter(|_| alg.curves().len() > 1));
    let rsa_bits = like
        .filter(|_| alg.kty() == super::super::alg::Kty::Rsa)
        .map(|key| key.bits().next_multiple_of(8));
    let recipe =
        Recipe::for_sig(alg, crv, choice.bits.or(rsa_bits)).map_err(|why| usage(why.into()))?;
    if matches!(recipe, Recipe::Oct(_)) {
        return Err(symmetric());
    }
    let mut key = generate(recipe, env).map_err(|why| usage(format!("a key for {alg} {why}")))?;
    key.alg = Some(alg.as_str().into());
    key.usage = Some("sig".into());
    key.kid = Some(key.thumbprint());
    Ok(key)
}

/// Removes one key. A key that is current or retiring, so that tokens by it may still be in use, is
/// removed only if `force`.
///
/// # Errors
/// [`Code::BadKey`] when there is none of that id; [`Code::Usage`] when it is in use; [`Code::Io`].
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

/// Gives all keys another protection, all or none of them: they are written into a new folder,
/// which counts once the manifest names it. The outcome is how many keys there are. Where the
/// folder with the keys under their old protection cannot be removed, it is [`Unfinished::Left`].
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
