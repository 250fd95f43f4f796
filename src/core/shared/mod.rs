//! The key cache that a fleet shares: runners that start with an empty disk find in Redis what another one has fetched,
//! and one of them fetches for all.
//!
//! ```text
//! jwtctl:jwks:1:SHA256      an entry as on disk, under a line with its MAC; disc for a discovery document
//! jwtctl:jose:1:URL         instead of it, what Node services keep: {"jwks":…,"uat":milliseconds}
//! jwtctl:lease:1:SHA256     who is fetching, for 6 s at most
//! jwtctl:attempt:1:SHA256   what became of the last fetch, written after it by whoever held the lease
//! ```
//!
//! All of them run out by themselves. Whoever can write here would decide which tokens are valid, so entries carry a MAC
//! under a key that Redis does not know, unless the operator trusts everybody who can. Nobody ever waits for Redis: after
//! a quarter of a second without an answer there is no store, and the caller fetches for itself.

mod record;

use std::cell::RefCell;
use std::time::Duration;

use super::cache::{Attempt, COOLDOWN_MS, Entry, Kind, Slot};
use super::env::Env;
use super::error::{Code, Error};
use super::redis::{Answers, Command, Courier, Refusal, Reply, Target};
use super::secret::Secret;

/// How long a connection may take to be made, and how long commands may take to be answered.
const PATIENCE: Duration = Duration::from_millis(250);

/// Octets of the largest record: 256 KiB.
const MAX_RECORD: usize = 256 * 1024;

/// Octets of the shortest key.
pub const MIN_KEY: usize = 32;

/// Milliseconds after which a lease is up for grabs: the longest fetch and a second.
const LEASE_MS: i64 = 6000;

/// Milliseconds that a record stays beyond its use, for clocks that differ.
const SPARE_MS: i64 = 60_000;

/// Writes a value unless another one has come since it was looked at. Answers 1, or what is there instead.
const PUT: &str = "local there = redis.call('GET', KEYS[1]) or '' \
    if ARGV[1] == 'any' or there == ARGV[2] then redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4]) return 1 end \
    return string.sub(there, 1, 262145)";

/// Removes a lease, if it still is one's own.
const RELEASE: &str = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

/// Why entries are believed.
#[derive(Debug)]
pub enum Trust {
    /// One of these keys made their MAC; the first is the one that writes.
    Keys(Vec<Secret>),
    /// Everybody who can write to the store is trusted.
    Blind,
}

/// How entries are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// With everything that is known about them.
    Native,
    /// As the npm package `jose` keeps them, for services that share the record.
    Jose,
}

/// A store. Nothing is opened until it is asked, and after its first failure it is not asked again.
pub struct Store {
    name: String,
    trust: Trust,
    format: Format,
    line: RefCell<Line>,
}

enum Line {
    Idle(Box<Target>),
    Open(Courier),
    Lost,
}

/// What is under the name of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Found {
    /// These bytes, or nothing when there are none.
    Bytes(Vec<u8>),
    /// More than any record has.
    TooLarge,
}

/// What the store has on a slot.
#[derive(Debug)]
pub struct Look {
    /// A sound entry, of whatever age.
    pub entry: Option<Box<Entry>>,
    /// Why what is there is not used, in a phrase.
    pub unusable: Option<String>,
    found: Found,
}

/// The right to fetch for the fleet, until it is given back or runs out.
#[derive(Debug)]
pub struct Lease(String);

/// What came of trying to get the lease.
#[derive(Debug)]
pub struct Claim {
    /// The lease, unless somebody else has it.
    pub lease: Option<Lease>,
    /// Why nobody can have it: the store takes no writes. Reading works all the same.
    pub unwritable: Option<String>,
    /// What is there, looked at after the lease was taken.
    pub look: Look,
    /// The last attempt that the fleet knows of.
    pub attempt: Option<Attempt>,
}

impl Store {
    /// The store on the server `target`. `flag` names its origin in messages.
    ///
    /// # Errors
    /// [`Code::Usage`] when it would be spoken to in the clear across a network, a key is too short, or this build has no
    /// Redis in it.
    pub fn new(target: Target, trust: Trust, format: Format, flag: &str) -> Result<Self, Error> {
        if cfg!(not(feature = "redis")) {
            let error = Error::usage(flag, "this build of jwtctl leaves Redis out (feature `redis`)");
            return Err(error.hint("install it with that feature: cargo install jwtctl --features redis"));
        }
        if !target.is_guarded() {
            let error = Error::usage(flag, "would send keys and passwords to another machine in the clear");
            return Err(error.hint("use TLS: rediss://HOST:PORT/DB, with --redis-ca FILE for a CA of your own"));
        }
        if let Trust::Keys(keys) = &trust {
            if keys.is_empty() || keys.len() > 2 {
                return Err(Error::usage("--cache-store-key", "takes one key, or two while they are exchanged"));
            }
            if keys.iter().any(|key| key.len() < MIN_KEY) {
                let why = format!("is shorter than {MIN_KEY} bytes");
                let error = Error::input(Code::BadSecret, "--cache-store-key", why);
                return Err(error.hint("make one: openssl rand -hex 32 > FILE"));
            }
        }
        let name = target.to_string();
        Ok(Self { name, trust, format, line: RefCell::new(Line::Idle(Box::new(target))) })
    }

    /// What it has.
    ///
    /// # Errors
    /// Why there is no store (any more), in words.
    pub fn look(&self, slot: &Slot, env: &Env<'_>) -> Result<Look, String> {
        let mut answers = self.ask(self.questions(slot))?.into_iter();
        self.seen(&mut answers, slot, env)
    }

    /// Tries to get the lease, and looks again: in this order, so that whoever gets it knows what the one before has
    /// written.
    ///
    /// # Errors
    /// As [`Store::look`].
    pub fn claim(&self, slot: &Slot, env: &Env<'_>) -> Result<Claim, String> {
        let nonce: String = env.bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect();
        let mut commands =
            vec![command(&[b"SET", lease_name(slot).as_bytes(), nonce.as_bytes(), b"NX", b"PX", &number(LEASE_MS)])];
        commands.extend(self.questions(slot));
        commands.push(command(&[b"GET", attempt_name(slot).as_bytes()]));
        let mut answers = self.ask(commands)?.into_iter();
        let (lease, unwritable) = match answers.next() {
            Some(Ok(Reply::Bytes(_))) => (Some(Lease(nonce)), None),
            Some(Ok(_)) | None => (None, None),
            Some(Err(refusal)) if refuses_writes(&refusal) => (None, Some(self.explain(&refusal))),
            Some(Err(refusal)) => return Err(self.lose(&refusal)),
        };
        let look = self.seen(&mut answers, slot, env)?;
        let attempt = match answers.next() {
            Some(Ok(Reply::Bytes(bytes))) => record::read_attempt(&bytes, slot, &self.trust, env),
            _ => None,
        };
        Ok(Claim { lease, unwritable, look, attempt })
    }

    /// Shares an entry, unless one that was asked for later has come since `look`, and gives the lease back, having
    /// noted the attempt.
    ///
    /// # Errors
    /// Why it could not be shared, in words.
    pub fn publish(
        &self,
        slot: &Slot,
        look: Look,
        entry: &Entry,
        attempt: &Attempt,
        lease: Option<Lease>,
        env: &Env<'_>,
    ) -> Result<(), String> {
        let value = record::write(entry, slot, &self.trust, self.format_of(slot));
        if value.len() > MAX_RECORD {
            self.give_back(slot, lease, Some(attempt), env)?;
            return Err(format!("the keys of {} are too many to be shared", slot.url()));
        }
        let mut commands = vec![self.put(slot, &look.found, &value, self.life(entry, env))];
        commands.extend(self.farewell(slot, lease, Some(attempt), env));
        let mut answer = self.ask(commands)?.into_iter().next();
        // Others write as well. Whoever loses the race twice leaves it to them.
        for _ in 0..2 {
            let found = match answer {
                Some(Ok(Reply::Bytes(bytes))) => found(bytes),
                Some(Err(refusal)) => return Err(self.explain(&refusal)),
                _ => return Ok(()),
            };
            let later =
                self.judge(&found, slot, env).is_ok_and(|it| it.is_some_and(|it| it.requested_at_ms >= entry.requested_at_ms));
            if later {
                return Ok(());
            }
            answer = self.ask(vec![self.put(slot, &found, &value, self.life(entry, env))])?.into_iter().next();
        }
        Ok(())
    }

    /// Gives the lease back, and notes the attempt if there was one.
    ///
    /// # Errors
    /// Why that could not be done; the lease runs out by itself.
    pub fn give_back(&self, slot: &Slot, lease: Option<Lease>, attempt: Option<&Attempt>, env: &Env<'_>) -> Result<(), String> {
        let commands = self.farewell(slot, lease, attempt, env);
        if commands.is_empty() {
            return Ok(());
        }
        self.ask(commands).map(drop)
    }

    /// The commands that bring back what there is on a slot, as [`Store::seen`] reads it.
    fn questions(&self, slot: &Slot) -> Vec<Command> {
        let name = self.entry_name(slot);
        let most = number(i64::try_from(MAX_RECORD).unwrap_or(i64::MAX));
        vec![command(&[b"GETRANGE", name.as_bytes(), b"0", &most]), command(&[b"PTTL", name.as_bytes()])]
    }

    fn seen(
        &self,
        answers: &mut dyn Iterator<Item = Result<Reply, Refusal>>,
        slot: &Slot,
        env: &Env<'_>,
    ) -> Result<Look, String> {
        let found = match answers.next() {
            Some(Ok(Reply::Bytes(bytes))) => found(bytes),
            Some(Ok(_)) | None => Found::Bytes(Vec::new()),
            Some(Err(refusal)) => return Err(self.lose(&refusal)),
        };
        let eternal = matches!(answers.next(), Some(Ok(Reply::Int(-1))));
        let (entry, unusable) = match self.judge(&found, slot, env) {
            Ok(entry) => (entry, None),
            Err(why) => (None, Some(why)),
        };
        if let Some(entry) = entry.as_ref().filter(|_| eternal) {
            // Somebody forgot that keys have to die. That this may be forbidden is no reason not to use them.
            self.ask(vec![command(&[b"PEXPIRE", self.entry_name(slot).as_bytes(), &number(self.life(entry, env))])])?;
        }
        Ok(Look { entry, unusable, found })
    }

    /// The entry that was found, if any was.
    fn judge(&self, found: &Found, slot: &Slot, env: &Env<'_>) -> Result<Option<Box<Entry>>, String> {
        match found {
            Found::Bytes(bytes) if bytes.is_empty() => Ok(None),
            Found::Bytes(bytes) => record::read(bytes, slot, &self.trust, self.format_of(slot), env).map(Some),
            Found::TooLarge => Err(format!("is larger than {MAX_RECORD} bytes")),
        }
    }

    fn put(&self, slot: &Slot, found: &Found, value: &[u8], life_ms: i64) -> Command {
        let (mode, seen): (&[u8], &[u8]) = match found {
            Found::Bytes(bytes) => (b"same", bytes),
            Found::TooLarge => (b"any", b""),
        };
        command(&[b"EVAL", PUT.as_bytes(), b"1", self.entry_name(slot).as_bytes(), mode, seen, value, &number(life_ms)])
    }

    fn farewell(&self, slot: &Slot, lease: Option<Lease>, attempt: Option<&Attempt>, env: &Env<'_>) -> Vec<Command> {
        // Only who holds the lease speaks for the fleet.
        let Some(Lease(nonce)) = lease else { return Vec::new() };
        let mut commands = Vec::new();
        if let Some(attempt) = attempt {
            let value = record::write_attempt(attempt, slot, &self.trust);
            let pause_ms = attempt.not_before_ms.saturating_sub(env.millis()).max(0);
            // A failure is remembered a little longer, so that the next one in a row is known as such.
            let life_ms = pause_ms.saturating_add(COOLDOWN_MS);
            commands.push(command(&[b"SET", attempt_name(slot).as_bytes(), &value, b"PX", &number(life_ms)]));
        }
        commands.push(command(&[b"EVAL", RELEASE.as_bytes(), b"1", lease_name(slot).as_bytes(), nonce.as_bytes()]));
        commands
    }

    /// Milliseconds for which an entry can be of use to anybody.
    fn life(&self, entry: &Entry, env: &Env<'_>) -> i64 {
        entry.stale_until_ms.saturating_sub(env.millis()).max(0).saturating_add(SPARE_MS)
    }

    /// Node services know nothing of discovery documents.
    fn format_of(&self, slot: &Slot) -> Format {
        if slot.kind() == Kind::Jwks { self.format } else { Format::Native }
    }

    fn entry_name(&self, slot: &Slot) -> String {
        match (self.format_of(slot), slot.kind(), slot.ctx()) {
            (Format::Jose, _, "system") => format!("jwtctl:jose:1:{}", slot.url()),
            // No URL of a slot has a fragment.
            (Format::Jose, _, ctx) => format!("jwtctl:jose:1:{}#{ctx}", slot.url()),
            (Format::Native, Kind::Jwks, _) => format!("jwtctl:jwks:1:{}", slot.name()),
            (Format::Native, Kind::Discovery, _) => format!("jwtctl:disc:1:{}", slot.name()),
        }
    }

    fn ask(&self, mut commands: Vec<Command>) -> Result<Answers, String> {
        let lost = |error: Error| {
            self.line.replace(Line::Lost);
            described(&error)
        };
        let line = self.line.replace(Line::Lost);
        let (courier, first) = match line {
            Line::Lost => return Err(format!("{}: it failed before", self.name)),
            Line::Open(courier) => (courier, false),
            Line::Idle(target) => (Courier::open(*target, PATIENCE).map_err(lost)?, true),
        };
        if first {
            commands.push(command(&[b"INFO", b"cluster"]));
        }
        let mut answers = courier.ask(commands, PATIENCE).map_err(lost)?;
        // That it may not be asked for is no answer, and then the redirections of a cluster are one.
        if first
            && let Some(Ok(info)) = answers.pop()
            && info.text().is_some_and(|it| it.contains("cluster_enabled:1"))
        {
            return Err(self.no_cluster());
        }
        self.line.replace(Line::Open(courier));
        Ok(answers)
    }

    /// Gives up on a server that refuses what cannot be done without.
    fn lose(&self, refusal: &Refusal) -> String {
        self.line.replace(Line::Lost);
        self.explain(refusal)
    }

    fn explain(&self, refusal: &Refusal) -> String {
        match refusal.code.as_str() {
            "MOVED" | "ASK" | "CROSSSLOT" => self.no_cluster(),
            "WRONGTYPE" => format!("{}: holds something else under the name of an entry", self.name),
            _ => described(&refusal.explain(&self.name)),
        }
    }

    fn no_cluster(&self) -> String {
        format!("{}: is a cluster, which cannot keep a lease and keys together; use a single server", self.name)
    }
}

/// An error in a line, with what to do about it if that is up to the caller.
fn described(error: &Error) -> String {
    match error.hints().first().filter(|_| error.code() != Code::RedisUnavailable) {
        Some(hint) => format!("{error} ({hint})"),
        None => error.to_string(),
    }
}

/// Whether a server would answer questions, if only nothing were written.
fn refuses_writes(refusal: &Refusal) -> bool {
    ["NOPERM", "READONLY", "OOM", "MISCONF", "NOREPLICAS"].contains(&refusal.code.as_str())
}

fn found(bytes: Vec<u8>) -> Found {
    if bytes.len() > MAX_RECORD { Found::TooLarge } else { Found::Bytes(bytes) }
}

fn lease_name(slot: &Slot) -> String {
    format!("jwtctl:lease:1:{}", slot.name())
}

fn attempt_name(slot: &Slot) -> String {
    format!("jwtctl:attempt:1:{}", slot.name())
}

fn command(words: &[&[u8]]) -> Command {
    words.iter().map(|word| word.to_vec()).collect()
}

fn number(value: i64) -> Vec<u8> {
    value.to_string().into_bytes()
}
