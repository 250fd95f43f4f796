//! The cache on disk: key sets and discovery documents of issuers, for the many short-lived
//! processes of one user. There is one entry per URL and trust context. An entry is replaced as a
//! whole, so it is read without a lock.
//!
//! A user who can write here decides which tokens are valid, so everything that is read must be this
//! user's own ([`PrivateDir`]). The attempt record is a file beside the entry, so code that records
//! a failure never opens an entry for writing.

mod attempt;
mod entry;
mod lock;
mod portable;
mod published;
pub mod signed;
mod trust;
mod uat;

pub use attempt::{
    Attempt, COOLDOWN_MS, FailureClass, FetchAdvice, FetchError, FetchOutcome, FetchReason,
    MAX_RETRY_AFTER_S,
};
pub use entry::{Entry, EntryError, EntrySource, Freshness, Http, MAX_AHEAD_MS, Stamp};
pub use lock::{CacheLock, Watch};
pub use portable::{Binding, Imported, PortableFormat, Skipped, export, import};
pub use published::{DocumentError, LeftOut, Published, PublishedError, document};
pub use trust::TrustContext;
pub use uat::{UatError, UatUnit, uat};

use std::cell::Cell;
use std::io::{Read as _, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::env::Env;
use super::error::{Code, Error};
use super::hint::KeysHint;
use super::key::sha256_hex;
use super::private_dir::{Barred, How, PrivateDir};

/// Seconds that keys are fresh for when their server does not say.
pub const DEFAULT_TTL_S: i64 = 600;

/// The least and the most seconds that keys are fresh for, whatever their server says. Below, every
/// process would fetch; above, revoked keys would live too long.
pub const TTL_RANGE_S: std::ops::RangeInclusive<i64> = 60..=3600;

/// The grace in seconds, where neither the server nor the operator sets one.
pub const DEFAULT_GRACE_S: i64 = 300;

/// What an entry holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// A JWK Set.
    Jwks,
    /// An issuer's discovery document.
    Discovery,
}

impl DocumentKind {
    const ALL: [Self; 2] = [Self::Jwks, Self::Discovery];

    fn folder(self) -> &'static str {
        match self {
            Self::Jwks => "jwks-v1",
            Self::Discovery => "disc-v1",
        }
    }

    /// The most seconds that an entry is fresh for, whatever its server says.
    pub const fn longest_s(self) -> i64 {
        match self {
            Self::Jwks => *TTL_RANGE_S.end(),
            Self::Discovery => 86_400,
        }
    }
}

/// The slot of one entry: its kind, URL and trust context. An entry that was fetched under one
/// trust context is invisible to callers under another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheKey {
    kind: DocumentKind,
    url: String,
    ctx: TrustContext,
    name: String,
}

impl CacheKey {
    /// The slot of `url`, a JWKS URL or an issuer as `kind` says, under the trust context `ctx`.
    pub fn new(kind: DocumentKind, url: &str, ctx: impl Into<TrustContext>) -> Self {
        let ctx = ctx.into();
        let label: &[u8] = match kind {
            DocumentKind::Jwks => b"jwtctl-jwks\0",
            DocumentKind::Discovery => b"jwtctl-disc\0",
        };
        let name = sha256_hex(&[
            label,
            b"1\0",
            url.as_bytes(),
            b"\0",
            ctx.as_str().as_bytes(),
        ]);
        Self {
            kind,
            url: url.into(),
            ctx,
            name,
        }
    }

    /// What its entry holds.
    pub fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// The hash of its kind, URL and trust context, in hex: its files have this name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The URL or issuer.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The trust context.
    pub fn ctx(&self) -> &TrustContext {
        &self.ctx
    }

    fn file(&self, extension: &str) -> String {
        format!("{}.{extension}", self.name)
    }
}

/// What became of an imported entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adopted {
    /// It is in use from now on.
    Stored,
    /// The cache keeps its own entry, which is as new or newer.
    Kept,
}

/// An entry found by looking through the cache.
#[derive(Debug)]
pub struct CachedEntry {
    /// What it holds.
    pub kind: DocumentKind,
    /// The file.
    pub path: PathBuf,
    /// The entry, or why it is unusable.
    pub entry: Result<Box<Entry>, EntryError>,
    /// The last attempt to refresh it.
    pub attempt: Option<Attempt>,
}

/// A cache directory. Opening one creates nothing.
#[derive(Debug)]
pub struct Cache {
    root: PathBuf,
    dir: Option<PrivateDir>,
    /// Whether the temporary files of killed processes were looked for already.
    swept: Cell<bool>,
}

impl Cache {
    /// Opens the cache at `root`, which need not exist yet.
    ///
    /// # Errors
    /// [`Code::UnsafePermissions`] when others could have changed it; [`Code::Io`] when it cannot
    /// be opened.
    pub fn open(root: &Path) -> Result<Self, Error> {
        let dir = PrivateDir::open(root, false, Barred::Writing)?;
        for kind in DocumentKind::ALL {
            if let Some(dir) = &dir {
                dir.sub(kind.folder(), false)?;
            }
        }
        Ok(Self {
            root: root.into(),
            dir,
            swept: Cell::new(false),
        })
    }

    /// Its directory.
    pub fn path(&self) -> &Path {
        &self.root
    }

    fn folder(&self, kind: DocumentKind) -> Option<PrivateDir> {
        self.dir.as_ref()?.sub(kind.folder(), false).ok().flatten()
    }

    /// The folder for entries of `kind`, made if need be.
    fn make_folder(&self, kind: DocumentKind) -> Result<PrivateDir, Error> {
        let lost = || Error::io(&self.root, &std::io::ErrorKind::NotFound.into());
        let root = PrivateDir::open(&self.root, true, Barred::Writing)?.ok_or_else(lost)?;
        // The tag is for backup programs, the ignore file for a cache inside a repository. Nothing
        // depends on them, so a failure to write them is ignored.
        let tag = "Signature: 8a477f597d28d172789f06886806bc55\n# This directory is a cache of jwtctl and may be deleted.\n";
        for (name, text) in [("CACHEDIR.TAG", tag), (".gitignore", "*\n")] {
            drop(
                root.file(name, How::Create)
                    .and_then(|mut file| file.write_all(text.as_bytes())),
            );
        }
        root.sub(kind.folder(), true)?.ok_or_else(lost)
    }

    /// Reads a slot: its entry, of whatever age, if there is one. Takes no lock: entries are
    /// replaced whole.
    ///
    /// # Errors
    /// [`EntryError`] when there is an entry that may not be used.
    pub fn read(&self, slot: &CacheKey) -> Result<Option<Box<Entry>>, EntryError> {
        match self.folder(slot.kind) {
            Some(dir) => read_slot(&dir, slot),
            None => Ok(None),
        }
    }

    /// Becomes the only holder of a slot. Waits for another holder as long as that makes progress,
    /// and for `patience`, a fetch's time, when it makes none; `watch` may end the wait without the
    /// lock when the entry or the record of attempts has changed.
    pub fn lock<B>(
        &self,
        slot: &CacheKey,
        patience: Duration,
        watch: &mut Watch<'_, B>,
        env: &Env<'_>,
    ) -> ControlFlow<B, CacheLock> {
        match self.make_folder(slot.kind) {
            Ok(dir) => {
                if !self.swept.replace(true) {
                    sweep_temporaries(&dir, &dir.names().unwrap_or_default(), env);
                }
                CacheLock::acquire(dir, slot, patience, watch, env)
            }
            Err(e) => ControlFlow::Continue(CacheLock::without(e.to_string())),
        }
    }

    /// [`Cache::lock`] without a `watch`, for callers that need the lock whatever other processes
    /// store meanwhile.
    pub fn lock_now(&self, slot: &CacheKey, patience: Duration, env: &Env<'_>) -> CacheLock {
        let go_on = &mut |_, _| ControlFlow::<std::convert::Infallible>::Continue(());
        match self.lock(slot, patience, go_on, env) {
            ControlFlow::Continue(guard) => guard,
            ControlFlow::Break(never) => match never {},
        }
    }

    /// Takes in an imported entry of that kind, unless the one in the cache is as new; with `force`
    /// in any case.
    ///
    /// # Errors
    /// [`Code::Io`] when it cannot be written.
    pub fn adopt(
        &self,
        kind: DocumentKind,
        entry: Entry,
        force: bool,
        env: &Env<'_>,
    ) -> Result<Adopted, Error> {
        let slot = CacheKey::new(kind, &entry.url, &entry.ctx);
        let guard = self.lock_now(&slot, lock::PATIENCE, env);
        if let Ok(Some(there)) = guard.read()
            && there.fetched_at_ms >= entry.fetched_at_ms
            && there.age_ms(env).is_some()
            && !force
        {
            return Ok(Adopted::Kept);
        }
        let requested_at_ms = if force {
            env.millis()
        } else {
            entry.requested_at_ms
        };
        match guard.commit(
            &Entry {
                requested_at_ms,
                ..entry
            },
            None,
            env,
        ) {
            Ok(None) => Ok(Adopted::Stored),
            Ok(Some(_)) => Ok(Adopted::Kept),
            Err(why) => Err(Error::Io {
                code: Code::Io,
                path: self.root.clone(),
                why: why.to_string(),
                hints: Vec::new(),
            }),
        }
    }

    /// Every entry, usable or not, in no meaningful order.
    pub fn list(&self, env: &Env<'_>) -> Vec<CachedEntry> {
        let mut all = Vec::new();
        for kind in DocumentKind::ALL {
            let Some(dir) = self.folder(kind) else {
                continue;
            };
            for name in dir
                .names()
                .unwrap_or_default()
                .iter()
                .filter_map(|it| it.strip_suffix(".json"))
            {
                let file = format!("{name}.json");
                let entry = match read_file(&dir, &file) {
                    Ok(Some(entry)) => Ok(entry),
                    Ok(None) => continue,
                    Err(why) => Err(why),
                };
                let attempt = read_attempt(&dir, &format!("{name}.lock"), env);
                all.push(CachedEntry {
                    kind,
                    path: dir.path().join(file),
                    entry,
                    attempt,
                });
            }
        }
        all
    }

    /// Removes what `wanted` picks, together with the records of attempts. Returns how many entries
    /// went.
    ///
    /// # Errors
    /// [`Code::Io`] when a file cannot be removed.
    pub fn remove(
        &self,
        env: &Env<'_>,
        mut wanted: impl FnMut(&CachedEntry) -> bool,
    ) -> Result<usize, Error> {
        let mut count = 0;
        for listed in self.list(env).into_iter().filter(|it| wanted(it)) {
            let (Some(dir), Some(name)) = (
                self.folder(listed.kind),
                listed.path.file_stem().and_then(|it| it.to_str()),
            ) else {
                continue;
            };
            dir.remove(&format!("{name}.json"))
                .map_err(|e| Error::io(&listed.path, &e))?;
            lock::discard(&dir, name);
            count += 1;
        }
        Ok(count)
    }

    /// Removes the temporary files of interrupted processes, and attempt records without an entry,
    /// unless their cooldown or back-off has not ended.
    pub fn sweep(&self, env: &Env<'_>) {
        for dir in DocumentKind::ALL
            .into_iter()
            .filter_map(|kind| self.folder(kind))
        {
            let names = dir.names().unwrap_or_default();
            for name in &names {
                if let Some(stem) = name.strip_suffix(".lock") {
                    let paused =
                        read_attempt(&dir, name, env).is_some_and(|it| it.delays(env.millis()));
                    if !paused && names.binary_search(&format!("{stem}.json")).is_err() {
                        lock::discard(&dir, stem);
                    }
                }
            }
            sweep_temporaries(&dir, &names, env);
        }
    }

    /// The error for an entry that cannot be used by a caller who may not fetch another.
    pub fn unusable(&self, slot: &CacheKey, why: &EntryError) -> Error {
        let path = self.root.join(slot.kind.folder()).join(slot.file("json"));
        Error::Io {
            code: Code::Io,
            path,
            why: why.to_string(),
            hints: vec![KeysHint::FetchAgain.into()],
        }
    }
}

/// Removes the temporary files of writers that were killed.
fn sweep_temporaries(dir: &PrivateDir, names: &[String], env: &Env<'_>) {
    let left = |name: &&String| name.ends_with(".tmp") && is_left_over(dir, name, env.millis());
    for name in names.iter().filter(left) {
        drop(dir.remove(name));
    }
}

/// Whether a temporary file is older than any write takes.
fn is_left_over(dir: &PrivateDir, name: &str, now_ms: i64) -> bool {
    const WRITING_MS: i64 = 60_000;
    let modified = dir
        .file(name, How::Read)
        .and_then(|file| file.metadata())
        .and_then(|it| it.modified());
    let Ok(since) = modified.map(|it| it.duration_since(std::time::UNIX_EPOCH).unwrap_or_default())
    else {
        return false;
    };
    now_ms
        .saturating_sub(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
        .saturating_abs()
        > WRITING_MS
}

fn read_attempt(dir: &PrivateDir, name: &str, env: &Env<'_>) -> Option<Attempt> {
    let file = dir.file(name, How::Read).ok()?;
    dir.check_file(name, &file).ok()?;
    let mut bytes = Vec::new();
    file.take(lock::MAX_RECORD).read_to_end(&mut bytes).ok()?;
    Attempt::from_bytes(&bytes, env.millis())
}

/// The entry in a file; `None` when the file does not exist.
fn read_file(dir: &PrivateDir, name: &str) -> Result<Option<Box<Entry>>, EntryError> {
    let file = match dir.file(name, How::Read) {
        Ok(file) => file,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(EntryError::Unreadable(e.to_string())),
    };
    dir.check_file(name, &file)
        .map_err(|it| EntryError::Unsafe(it.why))?;
    let mut bytes = Vec::with_capacity(4096);
    let size = file
        .take(entry::MAX_ENTRY + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| EntryError::Unreadable(e.to_string()))?;
    if size as u64 > entry::MAX_ENTRY {
        return Err(EntryError::TooLarge(entry::MAX_ENTRY));
    }
    Entry::from_bytes(&bytes).map(|entry| Some(Box::new(entry)))
}

fn read_slot(dir: &PrivateDir, slot: &CacheKey) -> Result<Option<Box<Entry>>, EntryError> {
    match read_file(dir, &slot.file("json"))? {
        // The file name is a hash of both; a file that was copied from another slot still names its
        // own URL and trust context.
        Some(entry) if entry.url != slot.url || entry.ctx != slot.ctx => Err(EntryError::Foreign),
        found => Ok(found),
    }
}

#[cfg(test)]
pub(super) mod testing;

#[cfg(test)]
mod tests {
    use super::testing::*;
    use super::*;

    fn slot() -> CacheKey {
        CacheKey::new(DocumentKind::Jwks, URL, "system")
    }

    fn stored(cache: &Cache, entry: &Entry, env: &Env<'_>) -> Option<Box<Entry>> {
        cache
            .lock_now(&slot(), lock::PATIENCE, env)
            .commit(entry, None, env)
            .unwrap()
    }

    #[test]
    fn what_is_committed_is_read_and_listed_and_removed() {
        let (folder, clock) = (tempfile::tempdir().unwrap(), FakeClock::at(NOW_MS));
        let env = clock.env();
        let root = folder.path().join("deep/cache");
        let cache = Cache::open(&root).unwrap();
        assert!(matches!(cache.read(&slot()), Ok(None)));
        assert!(!root.exists());
        assert!(stored(&cache, &entry(NOW_MS), &env).is_none());
        let cache = Cache::open(&root).unwrap();
        assert!(
            matches!(cache.read(&slot()), Ok(Some(it)) if it.to_bytes() == entry(NOW_MS).to_bytes())
        );
        assert!(matches!(
            cache.read(&CacheKey::new(DocumentKind::Jwks, URL, "other")),
            Ok(None)
        ));
        assert!(matches!(
            cache.read(&CacheKey::new(DocumentKind::Discovery, URL, "system")),
            Ok(None)
        ));
        assert!(root.join("CACHEDIR.TAG").exists() && root.join(".gitignore").exists());
        assert_eq!(cache.list(&env).len(), 1);
        assert_eq!(cache.remove(&env, |_| true).unwrap(), 1);
        assert_eq!(std::fs::read_dir(root.join("jwks-v1")).unwrap().count(), 0);
    }

    #[test]
    fn an_answer_replaces_only_what_was_asked_for_before_it() {
        let (folder, clock) = (tempfile::tempdir().unwrap(), FakeClock::at(NOW_MS));
        let env = clock.env();
        let cache = Cache::open(folder.path()).unwrap();
        assert!(stored(&cache, &entry(NOW_MS - 1000), &env).is_none());
        let cache = Cache::open(folder.path()).unwrap();
        assert!(
            stored(&cache, &entry(NOW_MS - 2000), &env)
                .is_some_and(|it| it.fetched_at_ms == NOW_MS - 1000)
        );
        assert!(stored(&cache, &entry(NOW_MS - 1000), &env).is_none());
        // Unless it is what the holder of the lock went to replace: then a clock has jumped.
        let seen = entry(NOW_MS - 1000);
        assert!(matches!(
            cache.lock_now(&slot(), lock::PATIENCE, &env).commit(
                &entry(NOW_MS - 2000),
                Some(&seen),
                &env
            ),
            Ok(None)
        ));
        // An entry from the future is always replaceable.
        assert!(stored(&cache, &entry(NOW_MS + 1_000_000), &env).is_none());
        assert!(stored(&cache, &entry(NOW_MS), &env).is_none());
    }

    #[test]
    fn a_copied_or_damaged_entry_is_not_used() {
        let (folder, clock) = (tempfile::tempdir().unwrap(), FakeClock::at(NOW_MS));
        let env = clock.env();
        assert!(stored(&Cache::open(folder.path()).unwrap(), &entry(NOW_MS), &env).is_none());
        let cache = Cache::open(folder.path()).unwrap();
        let other = CacheKey::new(DocumentKind::Jwks, "https://other.example/jwks", "system");
        let file = |slot: &CacheKey| folder.path().join("jwks-v1").join(slot.file("json"));
        std::fs::copy(file(&slot()), file(&other)).unwrap();
        assert!(matches!(cache.read(&other), Err(EntryError::Foreign)));
        std::fs::write(file(&slot()), b"").unwrap();
        assert!(cache.read(&slot()).is_err());
        std::fs::write(file(&slot()), vec![b'x'; 2 << 20]).unwrap();
        assert!(matches!(cache.read(&slot()), Err(EntryError::TooLarge(_))));
        assert!(stored(&cache, &entry(NOW_MS), &env).is_none());
        assert!(matches!(cache.read(&slot()), Ok(Some(_))));
    }

    #[test]
    fn left_overs_are_swept() {
        let (folder, clock) = (tempfile::tempdir().unwrap(), FakeClock::at(NOW_MS));
        let env = clock.env();
        assert!(stored(&Cache::open(folder.path()).unwrap(), &entry(NOW_MS), &env).is_none());
        let inside = folder.path().join("jwks-v1");
        for name in ["a.tmp", "b.lock"] {
            std::fs::write(inside.join(name), b"").unwrap();
        }
        let cache = Cache::open(folder.path()).unwrap();
        cache.sweep(&env);
        assert_eq!(
            std::fs::read_dir(&inside).unwrap().count(),
            2,
            "the entry and its lock stay"
        );
    }
}
