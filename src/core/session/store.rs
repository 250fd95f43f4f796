//! Sessions on a Redis server. Each command names one key only, so that the server may be a
//! cluster.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::claims::{Check, Status};
use super::super::error::{Code, Error, Reason};
use super::super::hint::RedisHint;
use super::super::json::Object;
use super::super::redis::{
    Link, Progress, RedisError, Reply, SILENCE_TIMEOUT, ServerAddress, Target, Worker,
};
use super::super::time::humanize;
use super::{CHECK, LiveSession, Session, gone, id_of};

/// Sets a session to ARGV[3] with the lifetime ARGV[2], provided it still is ARGV[1]. It is a
/// script, so that another client's change between reading and writing cannot be lost.
const REPLACE: &[u8] = b"\
local now = redis.call('GET', KEYS[1])
if not now then return -1 end
if now ~= ARGV[1] then return 0 end
redis.call('SETEX', KEYS[1], ARGV[2], ARGV[3])
return 1";

/// How often an update is tried again because another client has changed the session meanwhile.
const MAX_ATTEMPTS: usize = 1000;

/// Keys that one step of a listing asks for: so few that it does not block the server.
const BATCH: &[u8] = b"500";

/// The number of hash slots in a cluster.
const SLOTS: i64 = 16_384;

/// The sessions of one key space of a server.
pub struct SessionStore {
    inner: Arc<Inner>,
    /// Connections that have read a session and are kept for another one.
    idle: Mutex<Vec<Worker>>,
}

struct Inner {
    target: Arc<Target>,
    keyspace: String,
    max_age: i64,
}

/// A key of the key space.
#[derive(Clone, Debug)]
pub struct StoredSession {
    /// The id of the session.
    pub id: String,
    /// The session, or what is wrong with the stored value.
    pub found: Result<LiveSession, String>,
}

impl SessionStore {
    /// Sessions that live for `max_age` seconds, under `keyspace` and their id. Nothing is
    /// connected yet.
    pub fn new(target: Target, keyspace: impl Into<String>, max_age: i64) -> Self {
        Self {
            inner: Arc::new(Inner {
                target: Arc::new(target),
                keyspace: keyspace.into(),
                max_age,
            }),
            idle: Mutex::default(),
        }
    }

    /// The name of the server in messages: its URL without user and password.
    pub fn server(&self) -> String {
        self.inner.target.to_string()
    }

    /// The key of a session.
    pub fn key(&self, id: &str) -> String {
        self.inner.key(id)
    }

    /// Seconds that a session lives without being renewed.
    pub fn max_age(&self) -> i64 {
        self.inner.max_age
    }

    /// Stores a new session.
    ///
    /// # Errors
    /// [`Code::RedisUnavailable`] and [`Code::BadSecret`], as all the operations here.
    pub fn create(&self, id: &str, session: &Session) -> Result<(), Error> {
        let text = session.to_text();
        self.change(id, move |inner, link, key, sent| {
            let max_age = inner.max_age.to_string();
            sent.begin();
            match link.ask(&[
                b"SETEX",
                key.as_bytes(),
                max_age.as_bytes(),
                text.as_bytes(),
            ])? {
                Reply::Bytes(status) if status == b"OK" => Ok(()),
                _ => Err(inner.odd("SETEX")),
            }
        })
    }

    /// Reads a session; its lifetime is left as it is. The connection is kept for the next one that
    /// is read.
    ///
    /// # Errors
    /// Also [`Code::BadInput`] when what is stored is damaged.
    pub fn read(&self, id: &str) -> Result<Option<LiveSession>, Error> {
        let kept = self.idle().pop();
        if let Some(worker) = kept {
            match self.read_over(worker, id) {
                // Servers close connections that were idle for long, so a new one is made. If the
                // server no longer answers on the old one, that costs its timeout, once.
                Err(Error::Unavailable { .. }) => {}
                other => return other,
            }
        }
        self.read_over(self.worker()?, id)
    }

    fn read_over(&self, worker: Worker, id: &str) -> Result<Option<LiveSession>, Error> {
        let read = |inner: &Inner, link: &mut Link<'_>, key: &str, _: &Progress<()>| {
            let Some(bytes) = inner.get(link, key)? else {
                return Ok(None);
            };
            let session = inner.session(key, &bytes)?;
            let ttl = link
                .ask(&[b"TTL", key.as_bytes()])?
                .int()
                .ok_or_else(|| inner.odd("TTL"))?;
            Ok(lifetime(ttl).map(|ttl| LiveSession { session, ttl }))
        };
        let found = self.over(&worker, id, read);
        if !matches!(found, Err(Error::Unavailable { .. })) {
            self.idle().push(worker);
        }
        found
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Worker>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the session behind a token is live, as a check `session` of its verification.
    /// The session is not renewed. What is stored must be readable: the middleware refuses a token
    /// whose session is not.
    ///
    /// # Errors
    /// See [`SessionStore::create`]: without a reply, the check has no result.
    pub fn check(&self, claims: &Object) -> Result<Check, Error> {
        let id = match id_of(claims) {
            Ok(id) => id,
            Err(reason) => return Ok(Check::from(&reason)),
        };
        match self.read(id) {
            Ok(Some(LiveSession { ttl, .. })) => {
                let left = ttl.map_or_else(
                    || "never expires".into(),
                    |ttl| format!("expires in {}", humanize(ttl)),
                );
                Ok(Check {
                    actual: Some(id.into()),
                    ..Check::new(CHECK, Status::Pass, format!("live, {left}"))
                })
            }
            Ok(None) => Ok(Check::from(&gone(id))),
            Err(damaged) if damaged.code() == Code::BadInput => Ok(Check::from(&Reason {
                actual: Some(id.into()),
                ..Reason::new(Code::SessionGone, CHECK, damaged.to_string())
            })),
            Err(other) => Err(other),
        }
    }

    /// Changes a session, also when other clients change it at the same time, and renews it. `None`
    /// when it does not exist.
    ///
    /// # Errors
    /// Those of `change`, and [`Code::BadInput`] when what is stored is damaged; it is not changed
    /// then.
    pub fn update<C>(&self, id: &str, change: C) -> Result<Option<Session>, Error>
    where
        C: Fn(&mut Session) -> Result<(), Error> + Send + 'static,
    {
        self.change(id, move |inner, link, key, sent| {
            let (name, max_age) = (key.as_bytes(), inner.max_age.to_string());
            for _ in 0..MAX_ATTEMPTS {
                let Some(old) = inner.get(link, key)? else {
                    return Ok(None);
                };
                let mut session = inner.session(key, &old)?;
                change(&mut session)?;
                let new = session.to_text();
                sent.begin();
                let replaced = link.ask(&[
                    b"EVAL",
                    REPLACE,
                    b"1",
                    name,
                    &old,
                    max_age.as_bytes(),
                    new.as_bytes(),
                ])?;
                match replaced.int() {
                    Some(1) => return Ok(Some(session)),
                    Some(-1) => return Ok(None),
                    Some(0) => sent.was_refused(),
                    _ => return Err(inner.odd("EVAL")),
                }
            }
            let why = format!(
                "{key} was changed by others in each of {MAX_ATTEMPTS} attempts to change it"
            );
            Err(Error::Unavailable {
                code: Code::RedisUnavailable,
                what: inner.target.to_string(),
                why,
                hints: Vec::new(),
            })
        })
    }

    /// Renews a session; `false` when there is none.
    ///
    /// # Errors
    /// See [`SessionStore::create`].
    pub fn touch(&self, id: &str) -> Result<bool, Error> {
        self.change(id, |inner, link, key, sent| {
            let max_age = inner.max_age.to_string();
            sent.begin();
            inner.did(link, &[b"EXPIRE", key.as_bytes(), max_age.as_bytes()])
        })
    }

    /// Destroys a session; `false` when there is none.
    ///
    /// # Errors
    /// See [`SessionStore::create`].
    pub fn destroy(&self, id: &str) -> Result<bool, Error> {
        self.with(id, |inner, link, key, _| {
            inner.did(link, &[b"DEL", key.as_bytes()])
        })
    }

    /// Goes through all sessions, a few at a time, each of them once; on a cluster, through all its
    /// primaries. Sessions that come or go meanwhile may be among them or not.
    ///
    /// # Errors
    /// See [`SessionStore::create`]. `each` has not got all sessions then.
    pub fn list(&self, each: impl FnMut(Vec<StoredSession>)) -> Result<(), Error> {
        let inner = Arc::clone(&self.inner);
        let work = move |link: &mut Link<'_>, progress: &Progress<Vec<StoredSession>>| {
            inner.list(link, progress)
        };
        self.worker()?.watch(SILENCE_TIMEOUT, work, each)
    }

    /// Runs an operation on one key, as long as the server is not silent.
    fn with<T, W>(&self, id: &str, work: W) -> Result<T, Error>
    where
        T: Send + 'static,
        W: FnOnce(&Inner, &mut Link<'_>, &str, &Progress<()>) -> Result<T, Error> + Send + 'static,
    {
        self.over(&self.worker()?, id, work)
    }

    /// Runs an operation on one key over a connection.
    fn over<T, W>(&self, worker: &Worker, id: &str, work: W) -> Result<T, Error>
    where
        T: Send + 'static,
        W: FnOnce(&Inner, &mut Link<'_>, &str, &Progress<()>) -> Result<T, Error> + Send + 'static,
    {
        let (inner, key) = (Arc::clone(&self.inner), self.key(id));
        let work =
            move |link: &mut Link<'_>, progress: &Progress<()>| work(&inner, link, &key, progress);
        worker.watch(SILENCE_TIMEOUT, work, |()| {})
    }

    /// Runs an operation that changes a key. When its reply is lost, the error says that the change
    /// may have been made.
    fn change<T, W>(&self, id: &str, work: W) -> Result<T, Error>
    where
        T: Send + 'static,
        W: FnOnce(&Inner, &mut Link<'_>, &str, &Sent<'_>) -> Result<T, Error> + Send + 'static,
    {
        let open = Arc::new(AtomicBool::new(false));
        let theirs = Arc::clone(&open);
        let done = self.with(id, move |inner, link, key, progress| {
            let sent = Sent {
                open: &theirs,
                progress,
            };
            let done = work(inner, link, key, &sent);
            // With a reply, an error reply included, it is known whether the change was made.
            theirs.fetch_and(link.is_awaiting(), Ordering::SeqCst);
            done
        });
        match done {
            Err(Error::Unavailable {
                code,
                what,
                why,
                hints,
            }) if open.load(Ordering::SeqCst) => Err(Error::Unavailable {
                code,
                what,
                why: format!("{why}; the change may have been made all the same"),
                hints,
            }),
            other => other,
        }
    }

    fn worker(&self) -> Result<Worker, Error> {
        Worker::start(Arc::clone(&self.inner.target))
    }
}

/// Whether a change is on its way to the server, and not answered yet.
struct Sent<'a> {
    open: &'a AtomicBool,
    progress: &'a Progress<()>,
}

impl Sent<'_> {
    /// To be called before the change is sent: from here on it may take effect.
    fn begin(&self) {
        self.open.store(true, Ordering::SeqCst);
    }

    /// To be called when the change has not taken effect and is tried again.
    fn was_refused(&self) {
        self.open.store(false, Ordering::SeqCst);
        self.progress.hand(());
    }
}

impl Inner {
    fn key(&self, id: &str) -> String {
        format!("{}{id}", self.keyspace)
    }

    /// What is stored under a key. Any other reply is an error; it must not be read as "no
    /// session".
    fn get(&self, link: &mut Link<'_>, key: &str) -> Result<Option<Vec<u8>>, Error> {
        match link.ask(&[b"GET", key.as_bytes()])? {
            Reply::Bytes(bytes) => Ok(Some(bytes)),
            Reply::Nil => Ok(None),
            _ => Err(self.odd("GET")),
        }
    }

    /// Sends a command that answers 1, or 0 (`false`) when the key does not exist.
    fn did(&self, link: &mut Link<'_>, command: &[&[u8]]) -> Result<bool, Error> {
        match link.ask(command)?.int() {
            Some(1) => Ok(true),
            Some(0) => Ok(false),
            _ => Err(self.odd(&String::from_utf8_lossy(command[0]))),
        }
    }

    fn session(&self, key: &str, bytes: &[u8]) -> Result<Session, Error> {
        Session::parse(bytes).map_err(|why| {
            let error = Error::input(
                Code::BadInput,
                format!("session {key}"),
                format!("what is stored {why}; left as it is"),
            );
            error.hint(RedisHint::DestroySession)
        })
    }

    fn list(
        &self,
        first: &mut Link<'_>,
        progress: &Progress<Vec<StoredSession>>,
    ) -> Result<(), Error> {
        let nodes = if self.is_cluster(first)? {
            self.primaries(first)?
        } else {
            Vec::new()
        };
        let mut seen = HashSet::new();
        if nodes.is_empty() {
            return self.scan(first, &mut seen, progress);
        }
        nodes.iter().try_for_each(|node| {
            self.scan(
                &mut Link::open(&self.target, Some(node))?,
                &mut seen,
                progress,
            )
        })
    }

    fn scan(
        &self,
        link: &mut Link<'_>,
        seen: &mut HashSet<Vec<u8>>,
        progress: &Progress<Vec<StoredSession>>,
    ) -> Result<(), Error> {
        let pattern = format!("{}*", escaped(&self.keyspace));
        let mut cursor = b"0".to_vec();
        loop {
            let reply = link.ask(&[
                b"SCAN",
                &cursor,
                b"MATCH",
                pattern.as_bytes(),
                b"COUNT",
                BATCH,
            ])?;
            let [Reply::Bytes(next), Reply::List(keys)] = reply.items() else {
                return Err(self.odd("SCAN"));
            };
            // A scan may name a key more than once.
            let new = |key: &Reply| match key {
                Reply::Bytes(key) if seen.insert(key.clone()) => Some(key.clone()),
                _ => None,
            };
            let keys: Vec<Vec<u8>> = keys.iter().filter_map(new).collect();
            progress.hand(self.look(link, &keys)?);
            cursor.clone_from(next);
            if cursor == b"0" {
                return Ok(());
            }
        }
    }

    /// What is stored under `keys`, less those that went meanwhile.
    fn look(&self, link: &mut Link<'_>, keys: &[Vec<u8>]) -> Result<Vec<StoredSession>, Error> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let commands: Vec<Vec<&[u8]>> = keys
            .iter()
            .flat_map(|key| [vec![b"GET".as_slice(), key], vec![b"TTL", key]])
            .collect();
        let answers = link.ask_all(&commands)?;
        let mut listed = Vec::with_capacity(keys.len());
        for (key, pair) in keys.iter().zip(answers.chunks(2)) {
            let id = String::from_utf8_lossy(key.get(self.keyspace.len()..).unwrap_or_default())
                .into_owned();
            match pair {
                [Ok(Reply::Bytes(bytes)), Ok(ttl)] => {
                    let session =
                        Session::parse(bytes).map_err(|why| format!("what is stored {why}"));
                    if let Some(ttl) = ttl.int().and_then(lifetime) {
                        listed.push(StoredSession {
                            id,
                            found: session.map(|session| LiveSession { session, ttl }),
                        });
                    }
                }
                [Err(refusal), _] | [_, Err(refusal)] => match refusal.code.as_str() {
                    "WRONGTYPE" => listed.push(StoredSession {
                        id,
                        found: Err("the key holds something that is not a string".into()),
                    }),
                    _ => return Err(self.explain(refusal)),
                },
                _ => {}
            }
        }
        Ok(listed)
    }

    /// Whether the server is a node of a cluster, whose `SCAN` tells of its own keys alone.
    fn is_cluster(&self, link: &mut Link<'_>) -> Result<bool, Error> {
        match link.try_ask(&[b"HELLO"])? {
            Ok(reply) => {
                let mut pairs = reply.items().chunks(2);
                let mode = pairs.find(|pair| pair[0].text().as_deref() == Some("mode"));
                Ok(mode.and_then(|pair| pair.get(1)?.text()).as_deref() == Some("cluster"))
            }
            // Redis before version 6 has no `HELLO`.
            Err(refusal) if refusal.is_unknown_command() => {
                let info = link.ask(&[b"INFO", b"cluster"])?;
                Ok(info
                    .text()
                    .is_some_and(|info| info.contains("cluster_enabled:1")))
            }
            Err(refusal) => Err(self.explain(&refusal)),
        }
    }

    /// The nodes of a cluster that together have every key.
    fn primaries(&self, link: &mut Link<'_>) -> Result<Vec<ServerAddress>, Error> {
        let reply = link.ask(&[b"CLUSTER", b"SLOTS"])?;
        let (mut nodes, mut covered) = (Vec::new(), 0);
        for range in reply.items() {
            let [first, last, primary, ..] = range.items() else {
                return Err(self.odd("CLUSTER SLOTS"));
            };
            let [host, port, ..] = primary.items() else {
                return Err(self.odd("CLUSTER SLOTS"));
            };
            let (Some(first), Some(last)) = (first.int(), last.int()) else {
                return Err(self.odd("CLUSTER SLOTS"));
            };
            let Some(port) = port.int().and_then(|port| u16::try_from(port).ok()) else {
                return Err(self.odd("CLUSTER SLOTS"));
            };
            covered += last - first + 1;
            let host = host.text().filter(|host| host != "?").unwrap_or_default();
            let address = link.node((host.into_owned(), port))?;
            if !nodes.contains(&address) {
                nodes.push(address);
            }
        }
        if covered == SLOTS {
            return Ok(nodes);
        }
        let why = format!(
            "the cluster has no node for {} of {SLOTS} slots, so not every session can be listed",
            SLOTS - covered
        );
        Err(Error::Unavailable {
            code: Code::RedisUnavailable,
            what: self.target.to_string(),
            why,
            hints: Vec::new(),
        })
    }

    fn explain(&self, refusal: &RedisError) -> Error {
        refusal.explain(&self.target)
    }

    fn odd(&self, command: &str) -> Error {
        let why = format!("answered {command} with something that does not answer it");
        Error::Unavailable {
            code: Code::RedisUnavailable,
            what: self.target.to_string(),
            why,
            hints: Vec::new(),
        }
    }
}

/// What `TTL` says: `None` when the key is gone, `Some(None)` when it never goes.
fn lifetime(seconds: i64) -> Option<Option<i64>> {
    match seconds {
        -2 => None,
        seconds => Some((seconds >= 0).then_some(seconds)),
    }
}

/// A glob pattern that matches `text` and nothing else.
fn escaped(text: &str) -> String {
    let special = |c: char| matches!(c, '*' | '?' | '[' | ']' | '\\' | '^');
    text.chars()
        .flat_map(|c| special(c).then_some('\\').into_iter().chain([c]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_spaces_match_as_they_are() {
        assert_eq!(escaped("sess:"), "sess:");
        assert_eq!(escaped("a*[b]?\\"), "a\\*\\[b\\]\\?\\\\");
    }

    #[test]
    fn lifetimes_are_told_apart() {
        assert_eq!(lifetime(-2), None);
        assert_eq!(lifetime(-1), Some(None));
        assert_eq!(lifetime(0), Some(Some(0)));
    }
}
