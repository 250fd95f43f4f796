//! Keys that join a store: one that is new to it, or several that have been in use elsewhere.

use std::path::Path;

use super::super::env::Env;
use super::super::error::{Code, Error};
use super::super::hint::OwnKeyHint;
use super::super::key::Key;
use super::super::seal::DEFAULT_P2C;
use super::change::{Changed, Changing, Protection, protect, symmetric};
use super::line::{self, Plan, RotationPolicy, Slot, State, plan};
use super::record::{MANIFEST, Manifest, StoredKey, signs};

/// A key that joined the store.
#[derive(Debug)]
pub struct Added {
    /// The new key.
    pub entry: StoredKey,
    /// Its state at the time.
    pub state: State,
    /// The key that signs until it takes over.
    pub replaces: Option<String>,
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
    policy: &RotationPolicy,
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
            &RotationPolicy {
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
    let added = |entry: StoredKey| Added {
        state: entry.slot.state(line::end(&line, &entry.slot), env.now),
        entry,
        replaces: None,
    };
    let added = entries.into_iter().map(added).collect();
    Ok(changing.done(added))
}

/// Adds `key` where `plan` says; `None` when it says to wait.
pub(super) fn join(
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

impl Changing {
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
    ) -> Result<StoredKey, Error> {
        self.check_free(key, &slot)?;
        let manifest = self.admit(protection)?;
        let keys = self.keys(&manifest)?;
        let private = protect(key, protection, manifest.p2c, env)?;
        let entry = StoredKey::new(key, slot, private, keys.path()).ok_or_else(symmetric)?;
        let late = keys.commit(&entry.file_name(), entry.to_bytes()?.expose())?;
        self.unfinished.extend(late);
        Ok(entry)
    }
}
