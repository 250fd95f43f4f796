//! The lock of an entry: one process refreshes it, the others wait. Normally it is a file lock,
//! which the system releases when the process dies. Where file locks do not work (on NFS), or when
//! a stopped process keeps one, a lease file that runs out takes its place.

use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::ops::ControlFlow;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::super::env::Env;
use super::super::key::to_hex;
use super::super::private_dir::{Durability, How, PrivateDir};
use super::attempt::Attempt;
use super::entry::{Entry, MAX_AHEAD_MS};
use super::{CacheKey, EntryError, read_attempt, read_slot};

/// How long the holder of a lock may show no progress: a fetch with the default timeout, and a
/// second.
pub(super) const PATIENCE: Duration = Duration::from_secs(6);

/// Milliseconds until a lease file runs out, at most; one that claims more is corrupt and is
/// removed.
const MAX_LEASE_MS: i64 = 1_000_000;

/// Octets of the longest record of an attempt.
pub(super) const MAX_RECORD: u64 = 4096;

/// The result of trying to lock a slot: the lock, held until this is dropped, or none because of
/// `trouble`. The caller may fetch either way, and store only with the lock.
#[derive(Debug)]
pub struct CacheLock {
    held: Option<Held>,
    /// Whether another process held it first.
    pub waited: bool,
    /// Why there is no lock and nothing can be stored, if so. The caller may fetch all the same.
    pub trouble: Option<String>,
}

#[derive(Debug)]
struct Held {
    dir: PrivateDir,
    slot: CacheKey,
    /// The file with the record of the last attempt; locked, unless `lease` is held instead.
    record: File,
    lease: Option<LeaseFile>,
}

/// The content of a lease file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct LeaseFile {
    owner: String,
    expires_ms: i64,
}

/// How waiting for a lock or a lease ended.
enum Locking {
    Locked,
    /// Its holder has made no progress for longer than a fetch may take.
    Stuck,
    /// The file system has no locks.
    Unusable,
}

/// Called while another process holds the lock, each time the entry or the record of attempts has
/// changed: it may end the wait without the lock.
pub type Watch<'w, B> =
    dyn FnMut(Result<Option<Box<Entry>>, EntryError>, Option<Attempt>) -> ControlFlow<B> + 'w;

/// A wait for the holder of a slot. Its patience starts anew when the holder shows progress, for
/// then it is neither stopped nor stuck.
struct Wait<'w, 'e, B> {
    dir: &'w PrivateDir,
    slot: &'w CacheKey,
    patience: Duration,
    watch: &'w mut Watch<'e, B>,
    env: &'w Env<'w>,
    since: Duration,
    /// Size and modification time of the entry and of the record, when last looked at.
    seen: [Option<(u64, SystemTime)>; 2],
    round: u32,
    waited: bool,
}

impl<'w, 'e, B> Wait<'w, 'e, B> {
    fn new(
        dir: &'w PrivateDir,
        slot: &'w CacheKey,
        patience: Duration,
        watch: &'w mut Watch<'e, B>,
        env: &'w Env<'w>,
    ) -> Self {
        let mut wait = Self {
            dir,
            slot,
            patience,
            watch,
            env,
            since: env.clock.monotonic(),
            seen: [None, None],
            round: 0,
            waited: false,
        };
        wait.seen = wait.stamps();
        wait
    }

    fn stamps(&self) -> [Option<(u64, SystemTime)>; 2] {
        ["json", "lock"].map(|extension| {
            let file = self.dir.file(&self.slot.file(extension), How::Read).ok()?;
            let metadata = file.metadata().ok()?;
            Some((metadata.len(), metadata.modified().ok()?))
        })
    }

    /// Lets some time pass, and looks whether that has ended the wait.
    fn pause(&mut self) -> ControlFlow<B> {
        self.waited = true;
        pause(self.env, self.round);
        self.round += 1;
        let stamps = self.stamps();
        if stamps == self.seen {
            return ControlFlow::Continue(());
        }
        (self.seen, self.since) = (stamps, self.env.clock.monotonic());
        let attempt = read_attempt(self.dir, &self.slot.file("lock"), self.env);
        (self.watch)(read_slot(self.dir, self.slot), attempt)
    }

    /// Whether the holder has shown no progress for `times` the patience.
    fn is_over(&self, times: u32) -> bool {
        let passed = self.env.clock.monotonic().saturating_sub(self.since);
        passed >= self.patience.saturating_mul(times)
    }
}

impl CacheLock {
    /// A guard without a lock, because of `trouble`: the caller may fetch, but not store.
    pub(super) fn without(trouble: String) -> Self {
        Self {
            held: None,
            waited: false,
            trouble: Some(trouble),
        }
    }

    /// Waits while the holder makes progress, and for `patience` when it makes none; then for the
    /// lease file, for which `patience` counts as well.
    pub(super) fn acquire<B>(
        dir: PrivateDir,
        slot: &CacheKey,
        patience: Duration,
        watch: &mut Watch<'_, B>,
        env: &Env<'_>,
    ) -> ControlFlow<B, Self> {
        let mut waited = false;
        // Clearing the cache may unlink a lock file while this call waits for it; then there is a
        // new one.
        for _ in 0..4 {
            let record = match dir.file(&slot.file("lock"), How::ReadWrite) {
                Ok(record) => record,
                Err(e) => {
                    let why = format!("{} cannot be written to: {e}", dir.path().display());
                    return ControlFlow::Continue(Self::without(why));
                }
            };
            let mut wait = Wait::new(&dir, slot, patience, watch, env);
            let locking = if dir.is_nfs() {
                Locking::Unusable
            } else {
                poll(&record, &mut wait)?
            };
            let lease = match locking {
                _ if dir.check_file(&slot.file("lock"), &record).is_err() => {
                    waited |= wait.waited;
                    continue;
                }
                Locking::Locked => None,
                Locking::Stuck | Locking::Unusable => lease(&mut wait)?,
            };
            waited |= wait.waited;
            if lease.is_none() && !matches!(locking, Locking::Locked) {
                return ControlFlow::Continue(Self {
                    waited,
                    ..Self::without("its lock is held by another process".into())
                });
            }
            let held = Held {
                slot: slot.clone(),
                record,
                lease,
                dir,
            };
            return ControlFlow::Continue(Self {
                held: Some(held),
                waited,
                trouble: None,
            });
        }
        ControlFlow::Continue(Self::without(format!(
            "{} has a lock file that others could have changed",
            dir.path().display()
        )))
    }

    /// The entry, which no other process changes while this one holds the lock.
    ///
    /// # Errors
    /// As [`Cache::read`](super::Cache::read).
    pub fn read(&self) -> Result<Option<Box<Entry>>, EntryError> {
        self.held
            .as_ref()
            .map_or(Ok(None), |it| read_slot(&it.dir, &it.slot))
    }

    /// The record of the last attempt.
    pub fn attempt(&self, env: &Env<'_>) -> Option<Attempt> {
        let mut file = &self.held.as_ref()?.record;
        let mut bytes = Vec::new();
        file.rewind().ok()?;
        file.take(MAX_RECORD).read_to_end(&mut bytes).ok()?;
        Attempt::from_bytes(&bytes, env.millis())
    }

    /// Records an attempt that began at `requested_at_ms`. A record other than the one that the
    /// holder has `read` stays if its attempt ended after that: it is another process's, and later.
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
        // A record that is cut short cannot be read and counts as absent, so a failure here costs
        // one fetch at most.
        let mut file = &held.record;
        drop(
            file.set_len(0)
                .and_then(|()| file.rewind())
                .and_then(|()| file.write_all(&attempt.to_bytes())),
        );
    }

    /// Stores `entry`, unless the entry on disk was requested later. The entry that the holder has
    /// `read` before its own request is always replaced: it cannot be the later one, even if a
    /// clock that was set back makes it look so. Returns the later entry, which stays, if there is
    /// one.
    ///
    /// # Errors
    /// When it cannot be written; the text names the directory. What was there stays.
    pub fn commit(
        &self,
        entry: &Entry,
        read: Option<&Entry>,
        env: &Env<'_>,
    ) -> io::Result<Option<Box<Entry>>> {
        let Some(held) = &self.held else {
            return Err(io::Error::other(self.trouble.clone().unwrap_or_default()));
        };
        if let Ok(Some(there)) = self.read()
            && there.requested_at_ms > entry.requested_at_ms
            && there.requested_at_ms <= env.millis().saturating_add(MAX_AHEAD_MS)
            && read.is_none_or(|it| {
                it.requested_at_ms != there.requested_at_ms || it.jwks_sha256 != there.jwks_sha256
            })
        {
            return Ok(Some(there));
        }
        held.write(entry, env).map(|()| None).map_err(|error| {
            let path = held.dir.path().display();
            io::Error::new(
                error.kind(),
                format!("{path} cannot be written to: {error}"),
            )
        })
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
        let name = self.slot.file("json");
        let bytes = entry.to_bytes();
        self.dir
            .replace(&temporary, &name, &bytes, Durability::Disposable)
    }
}

/// Removes the lock file of a slot, unless a process holds it.
pub(super) fn discard(dir: &PrivateDir, name: &str) {
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

/// Waits up to 2 ms in round 0 and up to 25 ms in later rounds, at random from half of that, so
/// that many waiters do not come all at once.
fn pause(env: &Env<'_>, round: u32) {
    let most = 2000_u64.saturating_mul(u64::from(round) + 1).min(25_000);
    env.clock
        .sleep(Duration::from_micros(most / 2 + env.below(most / 2)));
}

fn poll<B>(file: &File, wait: &mut Wait<'_, '_, B>) -> ControlFlow<B, Locking> {
    loop {
        match file.try_lock() {
            Ok(()) => return ControlFlow::Continue(Locking::Locked),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(_)) => return ControlFlow::Continue(Locking::Unusable),
        }
        if wait.is_over(1) {
            return ControlFlow::Continue(Locking::Stuck);
        }
        wait.pause()?;
    }
}

/// Takes the lease file. Waits for twice the patience at most: until another process's lease file
/// has run out, and for one fetch.
fn lease<B>(wait: &mut Wait<'_, '_, B>) -> ControlFlow<B, Option<LeaseFile>> {
    let (dir, slot, env) = (wait.dir, wait.slot, wait.env);
    let lease_ms = i64::try_from(wait.patience.as_millis())
        .unwrap_or(MAX_LEASE_MS)
        .min(MAX_LEASE_MS);
    wait.since = env.clock.monotonic();
    let mut blank_since = None;
    loop {
        let lease = LeaseFile {
            owner: nonce(env),
            expires_ms: env.millis().saturating_add(lease_ms),
        };
        match dir.file(&slot.file("lease"), How::Create) {
            Ok(mut file) => {
                drop(file.write_all(&serde_json::to_vec(&lease).unwrap_or_default()));
                return ControlFlow::Continue(Some(lease));
            }
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(_) => return ControlFlow::Continue(None),
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
        if wait.is_over(2) {
            return ControlFlow::Continue(None);
        }
        wait.pause()?;
    }
}

fn read_lease(dir: &PrivateDir, slot: &CacheKey) -> Option<LeaseFile> {
    let file = dir.file(&slot.file("lease"), How::Read).ok()?;
    let mut bytes = Vec::new();
    file.take(MAX_RECORD).read_to_end(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Moves an expired lease out of the way. Only one of those who try can: the others find no file of
/// that name.
fn steal(dir: &PrivateDir, slot: &CacheKey, by: &str) {
    let stolen = slot.file(&format!("{by}.tmp"));
    if dir.rename(&slot.file("lease"), &stolen).is_ok() {
        drop(dir.remove(&stolen));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::super::super::env::{Boot, Clock};
    use super::super::testing::*;
    use super::super::{Cache, DocumentKind, FetchOutcome, FetchReason};
    use super::*;

    fn setup() -> (tempfile::TempDir, Cache, CacheKey) {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        (
            folder,
            cache,
            CacheKey::new(DocumentKind::Jwks, URL, "system"),
        )
    }

    #[test]
    fn the_record_of_attempts_is_kept_with_the_lock() {
        let (_folder, cache, slot) = setup();
        let clock = FakeClock::at(NOW_MS);
        let env = clock.env();
        let attempt = |ms| Attempt::success(FetchOutcome::Ok, FetchReason::Cold, ms);
        let guard = cache.lock_now(&slot, PATIENCE, &env);
        assert_eq!((guard.waited, guard.attempt(&env)), (false, None));
        guard.record(&attempt(NOW_MS), None, NOW_MS, &env);
        drop(guard);
        let guard = cache.lock_now(&slot, PATIENCE, &env);
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
        let stuck = cache.lock_now(&slot, PATIENCE, &env);
        let second = cache.lock_now(&slot, PATIENCE, &env);
        assert!(second.waited && second.held.as_ref().unwrap().lease.is_some());
        assert!(clock.env().millis() - NOW_MS >= 6000);
        assert!(matches!(
            second.commit(&entry(NOW_MS + 1), None, &env),
            Ok(None)
        ));
        assert!(matches!(
            stuck.commit(&entry(NOW_MS), None, &env),
            Ok(Some(_))
        ));
        let lease = folder.path().join("jwks-v1").join(slot.file("lease"));
        assert!(lease.exists());
        // The holder of the lease is stopped as well: it runs out.
        let third = cache.lock_now(&slot, PATIENCE, &env);
        assert!(third.held.as_ref().unwrap().lease.is_some());
        drop(second);
        assert!(lease.exists(), "a lease is removed by its owner only");
        drop(third);
        assert!(!lease.exists());
    }

    /// A clock under which another process does something each time this one sleeps.
    struct Meanwhile<'a> {
        clock: FakeClock,
        does: Mutex<Box<dyn FnMut(usize) + Send + 'a>>,
        sleeps: AtomicUsize,
    }

    impl<'a> Meanwhile<'a> {
        fn new(does: impl FnMut(usize) + Send + 'a) -> Self {
            Self {
                clock: FakeClock::at(NOW_MS),
                does: Mutex::new(Box::new(does)),
                sleeps: AtomicUsize::new(0),
            }
        }

        fn env(&self) -> Env<'_> {
            Env {
                clock: self,
                ..self.clock.env()
            }
        }
    }

    impl Clock for Meanwhile<'_> {
        fn millis(&self) -> Option<i64> {
            self.clock.millis()
        }

        fn monotonic(&self) -> Duration {
            self.clock.monotonic()
        }

        fn boot(&self) -> Option<Boot> {
            None
        }

        fn sleep(&self, duration: Duration) {
            self.clock.sleep(duration.max(Duration::from_millis(10)));
            let sleeps = self.sleeps.fetch_add(1, Ordering::Relaxed) + 1;
            (self.does.lock().unwrap())(sleeps);
        }
    }

    #[test]
    fn waiting_ends_with_what_the_holder_has_fetched() {
        let (_folder, cache, slot) = setup();
        let stopped = FakeClock::at(NOW_MS);
        let holder = cache.lock_now(&slot, PATIENCE, &stopped.env());
        let clock = Meanwhile::new(|sleeps| {
            if sleeps == 3 {
                holder.commit(&entry(NOW_MS), None, &stopped.env()).unwrap();
            }
        });
        let mut watch = |read: Result<Option<Box<Entry>>, EntryError>, _| match read {
            Ok(Some(entry)) => ControlFlow::Break(entry.fetched_at_ms),
            _ => ControlFlow::Continue(()),
        };
        let waited = cache.lock(&slot, PATIENCE, &mut watch, &clock.env());
        assert!(matches!(waited, ControlFlow::Break(NOW_MS)));
        assert_eq!(
            clock.sleeps.load(Ordering::Relaxed),
            3,
            "the lock is held all the while"
        );
    }

    #[test]
    fn a_holder_that_makes_progress_is_waited_for() {
        let (folder, cache, slot) = setup();
        let stopped = FakeClock::at(NOW_MS);
        let _holder = cache.lock_now(&slot, PATIENCE, &stopped.env());
        let record = folder.path().join("jwks-v1").join(slot.file("lock"));
        // One attempt after the other, each within the patience.
        let clock = Meanwhile::new(|sleeps| {
            if sleeps % 200 == 0 && sleeps <= 800 {
                std::fs::write(&record, "x".repeat(sleeps)).unwrap();
            }
        });
        let guard = cache.lock_now(&slot, PATIENCE, &clock.env());
        assert!(guard.waited && guard.held.is_some_and(|it| it.lease.is_some()));
        let waited_ms = clock.clock.millis().unwrap() - NOW_MS;
        assert!(waited_ms >= 2 * 6000, "{waited_ms} ms");
    }

    #[test]
    fn a_lease_without_content_is_given_up_on() {
        let (folder, cache, slot) = setup();
        let clock = FakeClock::at(NOW_MS);
        let env = clock.env();
        let _stuck = cache.lock_now(&slot, PATIENCE, &env);
        std::fs::write(folder.path().join("jwks-v1").join(slot.file("lease")), b"").unwrap();
        assert!(cache.lock_now(&slot, PATIENCE, &env).held.is_some());
    }

    #[cfg(unix)]
    #[test]
    fn a_lock_file_with_a_second_name_is_not_written_to() {
        let (folder, cache, slot) = setup();
        let clock = FakeClock::at(NOW_MS);
        let env = clock.env();
        drop(cache.lock_now(&slot, PATIENCE, &env));
        let victim = folder.path().join("victim");
        std::fs::write(&victim, b"precious").unwrap();
        let lock = folder.path().join("jwks-v1").join(slot.file("lock"));
        std::fs::remove_file(&lock).unwrap();
        std::fs::hard_link(&victim, &lock).unwrap();
        let guard = cache.lock_now(&slot, PATIENCE, &env);
        assert!(guard.held.is_none() && guard.trouble.is_some());
        guard.record(
            &Attempt::success(FetchOutcome::Ok, FetchReason::Cold, NOW_MS),
            None,
            NOW_MS,
            &env,
        );
        assert_eq!(std::fs::read(&victim).unwrap(), b"precious");
    }
}
