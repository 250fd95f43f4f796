//! Being the only one who fetches. Normally that is a file lock, which the system releases when its
//! holder dies; where locks do not work, or a stopped process sits on one, a lease file that runs
//! out.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::super::env::Env;
use super::super::key::to_hex;
use super::attempt::Attempt;
use super::dir::{Dir, How};
use super::entry::{Entry, MAX_AHEAD_MS};
use super::{Slot, Slotted, is_left_over, read_slot};

/// How long a holder takes that only writes, or fetches by the default timeout.
pub(super) const PATIENCE: Duration = Duration::from_secs(6);

/// Milliseconds of the longest lease that anybody takes; a longer one is nobody's.
const MAX_LEASE_MS: i64 = 1_000_000;

/// Octets of the longest record of an attempt.
pub(super) const MAX_RECORD: u64 = 4096;

/// What became of an entry that was to be stored.
#[derive(Debug)]
pub enum Committed {
    /// It is the one that everybody reads from now on.
    Written,
    /// This one was asked for later, and stays.
    Newer(Box<Entry>),
    /// It could not be written, for this reason. What was there stays.
    Failed(String),
}

/// The right to fetch for a slot, until it is dropped.
#[derive(Debug)]
pub struct Guard {
    held: Option<Held>,
    /// Whether somebody else held it first.
    pub waited: bool,
    /// Why there is no lock and nothing can be stored, if so. The caller may fetch all the same.
    pub trouble: Option<String>,
}

#[derive(Debug)]
struct Held {
    dir: Dir,
    slot: Slot,
    /// Carries the record of the last attempt, and the lock on it unless `lease` stands in.
    record: File,
    lease: Option<Lease>,
}

/// The content of a lease file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Lease {
    owner: String,
    expires_ms: i64,
}

enum Locking {
    Locked,
    /// Somebody has held it for longer than any fetch takes.
    Stuck,
    /// The file system has no locks.
    Unusable,
}

impl Guard {
    /// Takes part in the race without a lock, since `trouble` prevents one.
    pub(super) fn without(trouble: String) -> Self {
        Self {
            held: None,
            waited: false,
            trouble: Some(trouble),
        }
    }

    /// Waits for as long as a holder may take, which is up to `patience`; then for the lease, for
    /// which it counts as well.
    pub(super) fn acquire(dir: Dir, slot: &Slot, patience: Duration, env: &Env<'_>) -> Self {
        let mut waited = false;
        // Whoever clears the cache may unlink a lock file while we wait for it; then there is a new
        // one.
        for _ in 0..4 {
            let record = match dir.file(&slot.file("lock"), How::ReadWrite) {
                Ok(record) => record,
                Err(e) => {
                    return Self::without(format!(
                        "{} cannot be written to: {e}",
                        dir.path().display()
                    ));
                }
            };
            let locking = if dir.is_nfs() {
                Locking::Unusable
            } else {
                poll(&record, patience, env, &mut waited)
            };
            if Dir::check_file(&record).is_err() {
                continue;
            }
            let lease = match locking {
                Locking::Locked => None,
                Locking::Stuck | Locking::Unusable => {
                    match lease(&dir, slot, patience, env, &mut waited) {
                        Some(lease) => Some(lease),
                        None => {
                            return Self {
                                waited,
                                ..Self::without("its lock is held by another process".into())
                            };
                        }
                    }
                }
            };
            return Self {
                held: Some(Held {
                    dir,
                    slot: slot.clone(),
                    record,
                    lease,
                }),
                waited,
                trouble: None,
            };
        }
        Self::without(format!(
            "{} has a lock file that others could have changed",
            dir.path().display()
        ))
    }

    /// The entry as it is now that nobody else changes it.
    pub fn read(&self) -> Slotted {
        self.held
            .as_ref()
            .map_or(Slotted::Absent, |it| read_slot(&it.dir, &it.slot))
    }

    /// The record of the last attempt.
    pub fn attempt(&self, env: &Env<'_>) -> Option<Attempt> {
        let mut file = &self.held.as_ref()?.record;
        let mut bytes = Vec::new();
        file.rewind().ok()?;
        file.take(MAX_RECORD).read_to_end(&mut bytes).ok()?;
        Attempt::from_bytes(&bytes, env.millis())
    }

    /// Records an attempt that began at `requested_at_ms`, after the one that the holder has
    /// `read`, unless somebody else's later one is on record by now.
    pub fn record(
        &self,
        attempt: &Attempt,
        read: Option<&Attempt>,
        requested_at_ms: i64,
        env: &Env<'_>,
    ) {
        let Some(held) = &self.held else { return };
        let there = self.attempt(env);
        if there.as_ref() != read && there.is_some_and(|other| other.ended_at_ms > requested_at_ms)
        {
            return;
        }
        // A record that is cut short counts as none, so a failure here costs a fetch at most.
        let mut file = &held.record;
        drop(
            file.set_len(0)
                .and_then(|()| file.rewind())
                .and_then(|()| file.write_all(&attempt.to_bytes())),
        );
    }

    /// Stores `entry`, unless the one that is there was asked for later. What the holder itself has
    /// `read` and found wanting is always replaced: it cannot be the later one, whatever a
    /// clock that jumped makes of it.
    pub fn commit(&self, entry: &Entry, read: Option<&Entry>, env: &Env<'_>) -> Committed {
        let Some(held) = &self.held else {
            return Committed::Failed(self.trouble.clone().unwrap_or_default());
        };
        if let Slotted::Entry(there) = self.read()
            && there.requested_at_ms > entry.requested_at_ms
            && there.requested_at_ms <= env.millis().saturating_add(MAX_AHEAD_MS)
            && read.is_none_or(|it| {
                it.requested_at_ms != there.requested_at_ms || it.jwks_sha256 != there.jwks_sha256
            })
        {
            return Committed::Newer(there);
        }
        match held.write(entry, env) {
            Ok(()) => Committed::Written,
            Err(e) => Committed::Failed(format!(
                "{} cannot be written to: {e}",
                held.dir.path().display()
            )),
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.lease.is_some() && read_lease(&self.dir, &self.slot) == self.lease {
            drop(self.dir.remove(&self.slot.file("lease")));
        }
    }
}

impl Held {
    /// A new file that takes the old one's name: readers see one or the other. Not synced: the
    /// cache is disposable, and a checksum tells what a power cut left of it.
    fn write(&self, entry: &Entry, env: &Env<'_>) -> std::io::Result<()> {
        let temporary = self.slot.file(&format!("{}.tmp", nonce(env)));
        let mut file = self.dir.file(&temporary, How::Create)?;
        let written = file
            .write_all(&entry.to_bytes())
            .and_then(|()| self.dir.rename(&temporary, &self.slot.file("json")));
        if written.is_err() {
            drop(self.dir.remove(&temporary));
        }
        // What earlier writers of this slot left when they were killed.
        let left = |name: &&String| {
            name.starts_with(&self.slot.name) && name.ends_with(".tmp") && **name != temporary
        };
        for name in self
            .dir
            .names()
            .iter()
            .filter(left)
            .filter(|name| is_left_over(&self.dir, name, env.millis()))
        {
            drop(self.dir.remove(name));
        }
        written
    }
}

/// Removes the lock file of a slot, unless somebody is using it.
pub(super) fn discard(dir: &Dir, name: &str) {
    let name = format!("{name}.lock");
    if let Ok(file) = dir.file(&name, How::ReadWrite)
        && file.try_lock().is_ok()
    {
        drop(dir.remove(&name));
    }
}

fn nonce(env: &Env<'_>) -> String {
    to_hex(&env.bytes::<8>())
}

/// Waits 2 ms first and ever longer, with jitter so that many waiters do not come all at once.
fn pause(env: &Env<'_>, round: u32) {
    let most = 2000_u64.saturating_mul(u64::from(round) + 1).min(25_000);
    env.clock
        .sleep(Duration::from_micros(most / 2 + env.below(most / 2)));
}

fn poll(file: &File, patience: Duration, env: &Env<'_>, waited: &mut bool) -> Locking {
    let start = env.clock.monotonic();
    for round in 0.. {
        match file.try_lock() {
            Ok(()) => return Locking::Locked,
            Err(TryLockError::WouldBlock) => *waited = true,
            Err(TryLockError::Error(_)) => return Locking::Unusable,
        }
        if env.clock.monotonic().saturating_sub(start) >= patience {
            return Locking::Stuck;
        }
        pause(env, round);
    }
    Locking::Stuck
}

/// Takes the lease, waiting for at most the life of somebody else's and one fetch more.
fn lease(
    dir: &Dir,
    slot: &Slot,
    patience: Duration,
    env: &Env<'_>,
    waited: &mut bool,
) -> Option<Lease> {
    let lease_ms = i64::try_from(patience.as_millis())
        .unwrap_or(MAX_LEASE_MS)
        .min(MAX_LEASE_MS);
    let start = env.clock.monotonic();
    let mut blank_since = None;
    for round in 0.. {
        let lease = Lease {
            owner: nonce(env),
            expires_ms: env.millis().saturating_add(lease_ms),
        };
        match dir.file(&slot.file("lease"), How::Create) {
            Ok(mut file) => {
                drop(file.write_all(&serde_json::to_vec(&lease).unwrap_or_default()));
                return Some(lease);
            }
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => *waited = true,
            Err(_) => return None,
        }
        let now = env.clock.monotonic();
        match read_lease(dir, slot) {
            Some(other) => {
                blank_since = None;
                let left = other.expires_ms.saturating_sub(env.millis());
                if left <= 0 || left > MAX_LEASE_MS {
                    steal(dir, slot, &lease.owner);
                }
            }
            // Its owner is about to write it, or died before it could.
            None if now.saturating_sub(*blank_since.get_or_insert(now))
                > Duration::from_secs(1) =>
            {
                steal(dir, slot, &lease.owner);
            }
            None => {}
        }
        if now.saturating_sub(start) >= patience.saturating_mul(2) {
            return None;
        }
        pause(env, round);
    }
    None
}

fn read_lease(dir: &Dir, slot: &Slot) -> Option<Lease> {
    let file = dir.file(&slot.file("lease"), How::Read).ok()?;
    let mut bytes = Vec::new();
    file.take(MAX_RECORD).read_to_end(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Moves an expired lease out of the way. Only one of those who try can: the others find no file of
/// that name.
fn steal(dir: &Dir, slot: &Slot, by: &str) {
    let stolen = slot.file(&format!("{by}.tmp"));
    if dir.rename(&slot.file("lease"), &stolen).is_ok() {
        drop(dir.remove(&stolen));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::super::{Cache, Kind, Outcome, Reason};
    use super::*;

    fn setup() -> (tempfile::TempDir, Cache, Slot) {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        (folder, cache, Slot::new(Kind::Jwks, URL, "system"))
    }

    #[test]
    fn the_record_of_attempts_is_kept_with_the_lock() {
        let (_folder, cache, slot) = setup();
        let clock = FakeClock::at(NOW_MS);
        let env = clock.env();
        let attempt = |ms| Attempt::success(Outcome::Ok, Reason::Cold, ms);
        let guard = cache.lock(&slot, PATIENCE, &env);
        assert_eq!((guard.waited, guard.attempt(&env)), (false, None));
        guard.record(&attempt(NOW_MS), None, NOW_MS, &env);
        drop(guard);
        let guard = cache.lock(&slot, PATIENCE, &env);
        assert_eq!(guard.attempt(&env), Some(attempt(NOW_MS)));
        // The record of a slow attempt does not hide that of a later one.
        guard.record(&attempt(NOW_MS - 10), None, NOW_MS - 20, &env);
        assert_eq!(guard.attempt(&env), Some(attempt(NOW_MS)));
        guard.record(&attempt(NOW_MS + 10), None, NOW_MS, &env);
        assert_eq!(guard.attempt(&env), Some(attempt(NOW_MS + 10)));
    }

    #[test]
    fn a_stuck_lock_is_passed_by_with_a_lease() {
        let (folder, cache, slot) = setup();
        let clock = FakeClock::at(NOW_MS);
        let env = clock.env();
        let stuck = cache.lock(&slot, PATIENCE, &env);
        let second = cache.lock(&slot, PATIENCE, &env);
        assert!(second.waited && second.held.as_ref().unwrap().lease.is_some());
        assert!(clock.env().millis() - NOW_MS >= 6000);
        assert!(matches!(
            second.commit(&entry(NOW_MS + 1), None, &env),
            Committed::Written
        ));
        assert!(matches!(
            stuck.commit(&entry(NOW_MS), None, &env),
            Committed::Newer(_)
        ));
        let lease = folder.path().join("jwks-v1").join(slot.file("lease"));
        assert!(lease.exists());
        // The holder of the lease is stopped as well: it runs out.
        let third = cache.lock(&slot, PATIENCE, &env);
        assert!(third.held.as_ref().unwrap().lease.is_some());
        drop(second);
        assert!(lease.exists(), "a lease is removed by its owner only");
        drop(third);
        assert!(!lease.exists());
    }

    #[test]
    fn a_lease_without_content_is_given_up_on() {
        let (folder, cache, slot) = setup();
        let clock = FakeClock::at(NOW_MS);
        let env = clock.env();
        let _stuck = cache.lock(&slot, PATIENCE, &env);
        std::fs::write(folder.path().join("jwks-v1").join(slot.file("lease")), b"").unwrap();
        assert!(cache.lock(&slot, PATIENCE, &env).held.is_some());
    }

    #[cfg(unix)]
    #[test]
    fn a_lock_file_with_a_second_name_is_not_written_to() {
        let (folder, cache, slot) = setup();
        let clock = FakeClock::at(NOW_MS);
        let env = clock.env();
        drop(cache.lock(&slot, PATIENCE, &env));
        let victim = folder.path().join("victim");
        std::fs::write(&victim, b"precious").unwrap();
        let lock = folder.path().join("jwks-v1").join(slot.file("lock"));
        std::fs::remove_file(&lock).unwrap();
        std::fs::hard_link(&victim, &lock).unwrap();
        let guard = cache.lock(&slot, PATIENCE, &env);
        assert!(guard.held.is_none() && guard.trouble.is_some());
        guard.record(
            &Attempt::success(Outcome::Ok, Reason::Cold, NOW_MS),
            None,
            NOW_MS,
            &env,
        );
        assert_eq!(std::fs::read(&victim).unwrap(), b"precious");
    }
}
