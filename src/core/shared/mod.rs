//! The key cache that a fleet shares: runners that start with an empty disk find in Redis what
//! another one has fetched, and one of them fetches for all.
//!
//! ```text
//! jwtctl:jwks:1:ID      an entry as on disk, under a line with its MAC; disc for a discovery document
//! jwtctl:jose:1:URL     instead of it, what Node services keep: {"jwks":…,"uat":milliseconds}
//! jwtctl:lease:1:ID     who is fetching, for as long as that may take
//! jwtctl:attempt:1:ID   that the server refused the last fetch, noted by the holder of the lease
//! ```
//!
//! All of them run out by themselves. A user who can write to the store would decide which tokens
//! are valid, so entries carry a MAC under a key that Redis does not know, unless the operator
//! trusts every such user. A caller does not wait long for Redis: after a twentieth of the time for
//! a fetch, a quarter of a second by default, it does without the store and fetches for itself.

mod commands;
mod error;
mod record;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::cache::{Attempt, COOLDOWN_MS, CacheKey, DocumentKind, Entry, EntryError, TrustContext};
use super::env::Env;
use super::error::{Code, Error};
use super::hint::{Parameter, RedisHint, RedisUse};
use super::key::to_hex;
use super::redis::{RedisError, Reply, Target, Worker};
use super::secret::Secret;
use commands::{
    CLAIM, Command, LAST, LAST_OF_ATTEMPT, LEAVE, PUT, Replies, bytes, command, number, script,
    sha1_hex,
};
pub use error::SharedCacheError;
use error::is_cluster;
pub(super) use error::shortened;

/// The shortest wait for a connection, and again for the replies to commands.
const LEAST_WAIT: Duration = Duration::from_millis(250);

/// Each wait is the time for a fetch divided by this, unless [`LEAST_WAIT`] is longer. By default
/// the two are half a second at most.
const SHARE_OF_TIMEOUT: u32 = 20;

/// Octets of the largest record: 256 KiB.
const MAX_RECORD: usize = 256 * 1024;

/// Octets of the shortest key.
pub const MIN_KEY: usize = 32;

/// Milliseconds of the longest lease; one with a longer TTL is corrupt and is removed.
const MAX_LEASE_MS: i64 = 310_000;

/// Milliseconds that a record stays beyond its use, for clocks that differ.
const SPARE_MS: i64 = 60_000;

/// Which records are trusted.
#[derive(Debug)]
pub enum RecordTrust {
    /// Those with a MAC under one of these keys; the first key is the one for writing.
    Keys(Vec<Secret>),
    /// All: the operator trusts every user who can write to the store.
    Blind,
}

/// How entries are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordFormat {
    /// With everything that is known about them.
    Native,
    /// As the npm package `jose` keeps them, for services that share the record.
    Jose,
}

/// A store. Nothing is opened until it is asked, and after its first failure it is not asked again.
pub struct SharedCache {
    target: Arc<Target>,
    trust: RecordTrust,
    format: RecordFormat,
    wait: Duration,
    contact: Mutex<Contact>,
}

enum Contact {
    Idle,
    Open(Worker),
    Lost,
}

/// What the store has on a slot.
#[derive(Debug)]
pub struct Snapshot {
    /// A sound entry, of whatever age.
    pub entry: Option<Box<Entry>>,
    /// Why the record is not used.
    pub unusable: Option<EntryError>,
    /// The last attempt that failed, as far as the fleet knows.
    pub attempt: Option<Attempt>,
    /// SHA-1 of the record, by which the store knows what was looked at.
    seen: String,
}

/// The right to fetch for the fleet, until it is given back or runs out.
#[derive(Debug)]
pub struct LeaseToken(String);

impl SharedCache {
    /// The store on the server `target`. `flag` names its origin in messages.
    ///
    /// # Errors
    /// [`Code::Usage`] when it would be spoken to in the clear across a network, there are no keys
    /// or too many, or this build has no Redis in it; [`Code::BadSecret`] when a key is too
    /// short.
    pub fn new(
        target: Target,
        trust: RecordTrust,
        format: RecordFormat,
        flag: &str,
    ) -> Result<Self, Error> {
        if cfg!(not(feature = "redis")) {
            let error = Error::usage(
                flag,
                "this build of jwtctl leaves Redis out (feature `redis`)",
            );
            return Err(error.hint(RedisHint::BuildWithRedis));
        }
        if !target.is_guarded() {
            let error = Error::usage(
                flag,
                "would send keys and passwords to another machine in the clear",
            );
            return Err(error.hint(RedisHint::Tls(RedisUse::SharedCache)));
        }
        if let RecordTrust::Keys(keys) = &trust {
            if keys.is_empty() || keys.len() > 2 {
                return Err(Error::usage(
                    Parameter::SharedCacheKeys,
                    "takes one key, or two while they are exchanged",
                ));
            }
            if keys.iter().any(|key| key.len() < MIN_KEY) {
                let why = format!("is shorter than {MIN_KEY} bytes");
                let error = Error::input(Code::BadSecret, Parameter::SharedCacheKeys, why);
                return Err(error.hint("make one: openssl rand -hex 32 > FILE"));
            }
        }
        Ok(Self {
            target: Arc::new(target),
            trust,
            format,
            wait: LEAST_WAIT,
            contact: Mutex::new(Contact::Idle),
        })
    }

    /// Gives Redis its share of the time that a fetch may take: a machine that needs more for a fetch
    /// needs more for Redis as well.
    #[must_use]
    pub fn for_fetches_of(self, timeout: Duration) -> Self {
        let wait = LEAST_WAIT.max(timeout / SHARE_OF_TIMEOUT);
        Self { wait, ..self }
    }

    /// The trust context of entries that may come from this store, where fetched ones have `ctx`.
    /// Entries without a MAC get another one, so that callers without the store do not see them.
    pub fn context(&self, ctx: TrustContext) -> TrustContext {
        match self.trust {
            RecordTrust::Keys(_) => ctx,
            RecordTrust::Blind => ctx.unauthenticated(),
        }
    }

    /// Whether its entries carry no MAC.
    pub fn is_blind(&self) -> bool {
        matches!(self.trust, RecordTrust::Blind)
    }

    /// Whether it has failed, and is not asked any more.
    pub fn is_lost(&self) -> bool {
        matches!(*self.contact(), Contact::Lost)
    }

    /// Connects, so that it is known before the next question whether the server is there.
    ///
    /// # Errors
    /// As [`SharedCache::look`].
    pub fn wake(&self) -> Result<(), SharedCacheError> {
        let is_open = matches!(*self.contact(), Contact::Open(_));
        if is_open {
            Ok(())
        } else {
            self.ask(Vec::new()).map(drop)
        }
    }

    /// What the store has for the slot. The caller needs no right to write there.
    ///
    /// # Errors
    /// [`SharedCacheError`] when there is no store, or none any more.
    pub fn look(&self, slot: &CacheKey, env: &Env<'_>) -> Result<Snapshot, SharedCacheError> {
        let (entry, attempt) = (self.entry_name(slot), self.name_of("attempt", slot));
        let commands = vec![
            command(&[b"GETRANGE", &entry, b"0", LAST]),
            command(&[b"GETRANGE", &attempt, b"0", LAST_OF_ATTEMPT]),
            command(&[b"PTTL", &entry]),
        ];
        let mut answers = self.ask(commands)?.into_iter();
        let found = match answers.next() {
            Some(Err(refusal)) => return Err(self.lose(&refusal)),
            other => bytes(other.and_then(Result::ok)),
        };
        let look = self.seen(
            &found,
            &bytes(answers.next().and_then(Result::ok)),
            slot,
            env,
        );
        if let (Some(entry), Some(Ok(Reply::Int(-1)))) = (&look.entry, answers.next()) {
            // A record without a TTL was written by another program. If the ACL forbids to set one,
            // the keys are used all the same.
            self.ask(vec![command(&[
                b"PEXPIRE",
                &self.entry_name(slot),
                &number(life(entry, env)),
            ])])?;
        }
        Ok(look)
    }

    /// Tries to get the lease, for `lease` at most, and looks again: in one step, so that the
    /// next holder knows what the one before has written. Without a token another machine holds it.
    ///
    /// # Errors
    /// As [`SharedCache::look`]; [`SharedCacheError::Unwritable`] when only writing is refused.
    pub fn claim(
        &self,
        slot: &CacheKey,
        lease: Duration,
        env: &Env<'_>,
    ) -> Result<(Option<LeaseToken>, Snapshot), SharedCacheError> {
        let nonce = to_hex(&env.bytes::<16>());
        let names = [
            self.entry_name(slot),
            self.name_of("attempt", slot),
            self.name_of("lease", slot),
        ];
        let lease_ms = i64::try_from(lease.as_millis())
            .unwrap_or(MAX_LEASE_MS)
            .clamp(1, MAX_LEASE_MS);
        let arguments = [nonce.as_bytes(), &number(lease_ms), &number(MAX_LEASE_MS)];
        let answer = match self.ask(vec![script(CLAIM, &names, &arguments)])?.pop() {
            Some(Ok(answer)) => answer,
            Some(Err(refusal)) if is_cluster(&refusal) => return Err(self.lose(&refusal)),
            Some(Err(refusal)) => return Err(self.refused(&refusal).into_unwritable()),
            None => Reply::Nil,
        };
        let [Reply::Int(mine), entry, attempt] = answer.items() else {
            let error = SharedCacheError::Unanswered(self.target.to_string());
            return Err(error.into_unwritable());
        };
        let look = self.seen(
            &bytes(Some(entry.clone())),
            &bytes(Some(attempt.clone())),
            slot,
            env,
        );
        Ok(if *mine == 1 {
            (Some(LeaseToken(nonce)), look)
        } else {
            (None, look)
        })
    }

    /// Shares an entry, unless one that was asked for later has come since `look`, and gives the
    /// lease back.
    ///
    /// # Errors
    /// [`SharedCacheError::TooLarge`], and as [`SharedCache::look`].
    pub fn publish(
        &self,
        slot: &CacheKey,
        look: &Snapshot,
        entry: &Entry,
        lease: Option<&LeaseToken>,
        env: &Env<'_>,
    ) -> Result<(), SharedCacheError> {
        let value = record::write(entry, slot, &self.trust, self.format_of(slot));
        if value.len() > MAX_RECORD {
            return Err(SharedCacheError::TooLarge { bytes: value.len() });
        }
        let names = [
            self.entry_name(slot),
            self.name_of("attempt", slot),
            self.name_of("lease", slot),
        ];
        let mut seen = look.seen.clone();
        // Other machines write as well. After three lost races the record is left to them.
        for _ in 0..3 {
            let life = number(life(entry, env));
            let arguments = [
                seen.as_bytes(),
                &value,
                &life,
                lease.map_or(&b"-"[..], |it| it.0.as_bytes()),
            ];
            let there = match self.ask(vec![script(PUT, &names, &arguments)])?.pop() {
                Some(Ok(Reply::Bytes(there))) => there,
                Some(Err(refusal)) => return Err(self.refused(&refusal)),
                _ => return Ok(()),
            };
            let later = |it: Option<Box<Entry>>| {
                it.is_some_and(|it| it.requested_at_ms >= entry.requested_at_ms)
            };
            if self.judge(&there, slot, env).is_ok_and(later) {
                break;
            }
            seen = sha1_hex(&there);
        }
        self.leave(slot, lease, None, env)
    }

    /// Gives the lease back, having noted the attempt that failed if there was one.
    ///
    /// # Errors
    /// As [`SharedCache::look`]; the lease then runs out by itself.
    pub fn leave(
        &self,
        slot: &CacheKey,
        lease: Option<&LeaseToken>,
        failed: Option<&Attempt>,
        env: &Env<'_>,
    ) -> Result<(), SharedCacheError> {
        let Some(LeaseToken(nonce)) = lease.filter(|_| !self.is_lost()) else {
            return Ok(());
        };
        let value = failed
            .map(|it| record::write_attempt(it, slot, &self.trust))
            .unwrap_or_default();
        // Remembered a little beyond its end, so that the next failure in a row is known as such.
        let pause_ms = failed.map_or(0, |it| it.not_before_ms.saturating_sub(env.millis()).max(0));
        let names = [self.name_of("attempt", slot), self.name_of("lease", slot)];
        let arguments = [
            nonce.as_bytes(),
            &value,
            &number(pause_ms.saturating_add(COOLDOWN_MS)),
        ];
        match self.ask(vec![script(LEAVE, &names, &arguments)])?.pop() {
            Some(Err(refusal)) => Err(self.refused(&refusal)),
            _ => Ok(()),
        }
    }

    fn seen(&self, found: &[u8], attempt: &[u8], slot: &CacheKey, env: &Env<'_>) -> Snapshot {
        let (entry, unusable) = match self.judge(found, slot, env) {
            Ok(entry) => (entry, None),
            Err(why) => (None, Some(why)),
        };
        let attempt = record::read_attempt(attempt, slot, &self.trust, env);
        Snapshot {
            entry,
            unusable,
            attempt,
            seen: sha1_hex(found),
        }
    }

    /// The entry that was found, if any was.
    fn judge(
        &self,
        found: &[u8],
        slot: &CacheKey,
        env: &Env<'_>,
    ) -> Result<Option<Box<Entry>>, EntryError> {
        match found.len() {
            0 => Ok(None),
            1..=MAX_RECORD => {
                record::read(found, slot, &self.trust, self.format_of(slot), env).map(Some)
            }
            _ => Err(EntryError::TooLarge(MAX_RECORD as u64)),
        }
    }

    /// Node services keep no discovery documents, so there is one format for these.
    fn format_of(&self, slot: &CacheKey) -> RecordFormat {
        if slot.kind() == DocumentKind::Jwks {
            self.format
        } else {
            RecordFormat::Native
        }
    }

    fn entry_name(&self, slot: &CacheKey) -> Vec<u8> {
        let kind = match slot.kind() {
            DocumentKind::Jwks => "jwks",
            DocumentKind::Discovery => "disc",
        };
        let ctx = slot.ctx().authenticated();
        match self.format_of(slot) {
            RecordFormat::Native => self.name_of(kind, slot),
            RecordFormat::Jose if ctx.is_system() => {
                format!("jwtctl:jose:1:{}", slot.url()).into_bytes()
            }
            // No URL of a slot has a fragment.
            RecordFormat::Jose => format!("jwtctl:jose:1:{}#{ctx}", slot.url()).into_bytes(),
        }
    }

    fn name_of(&self, kind: &str, slot: &CacheKey) -> Vec<u8> {
        format!("jwtctl:{kind}:1:{}", record::id(slot, &self.trust)).into_bytes()
    }

    fn contact(&self) -> MutexGuard<'_, Contact> {
        // Whole values are put in and taken out, so a panic in another thread leaves a good one.
        self.contact.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(&self, mut commands: Vec<Command>) -> Result<Replies, SharedCacheError> {
        // Until this call succeeds the connection is `Lost`, so after an error it is not tried
        // again.
        let wait = self.wait;
        let (worker, first) = match std::mem::replace(&mut *self.contact(), Contact::Lost) {
            Contact::Lost => return Err(SharedCacheError::Lost(self.target.to_string())),
            Contact::Open(worker) => (worker, false),
            Contact::Idle => {
                let worker = Worker::start(Arc::clone(&self.target));
                let open = worker.and_then(|it| it.call(wait, |_| Ok(())).map(|()| it));
                (open?, true)
            }
        };
        if first {
            commands.push(command(&[b"INFO", b"cluster"]));
        }
        let ask_all = move |link: &mut super::redis::Link<'_>| {
            let commands: Vec<Vec<&[u8]>> = commands
                .iter()
                .map(|it| it.iter().map(Vec::as_slice).collect())
                .collect();
            link.ask_all(&commands)
        };
        let mut answers = worker.call(wait, ask_all)?;
        // If the ACL forbids INFO, a cluster shows itself by MOVED or ASK.
        if first
            && let Some(Ok(info)) = answers.pop()
            && info
                .text()
                .is_some_and(|it| it.contains("cluster_enabled:1"))
        {
            return Err(SharedCacheError::Cluster(self.target.to_string()));
        }
        *self.contact() = Contact::Open(worker);
        Ok(answers)
    }

    /// Gives up on a server that refuses a command which the shared cache needs; returns why.
    fn lose(&self, refusal: &RedisError) -> SharedCacheError {
        *self.contact() = Contact::Lost;
        self.refused(refusal)
    }

    fn refused(&self, refusal: &RedisError) -> SharedCacheError {
        SharedCacheError::of_refusal(refusal, &self.target)
    }
}

/// The TTL of an entry in milliseconds: until its grace ends, and [`SPARE_MS`].
fn life(entry: &Entry, env: &Env<'_>) -> i64 {
    entry
        .stale_until_ms
        .saturating_sub(env.millis())
        .max(0)
        .saturating_add(SPARE_MS)
}

/// Reads a record in both formats, as one that needs no MAC. For the fuzz targets: in all other
/// builds a record comes from Redis alone.
#[cfg(fuzzing)]
pub fn read_any(bytes: &[u8], url: &str, env: &Env<'_>) {
    let slot = CacheKey::new(DocumentKind::Jwks, url, TrustContext::system());
    let text = String::from_utf8_lossy(bytes);
    for bytes in [bytes, &RecordTrust::Blind.vouch(b"", slot.name(), &text)] {
        for format in [RecordFormat::Native, RecordFormat::Jose] {
            let _ = record::read(bytes, &slot, &RecordTrust::Blind, format, env);
        }
        let _ = record::read_attempt(bytes, &slot, &RecordTrust::Blind, env);
    }
}
