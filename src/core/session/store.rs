//! Sessions on a Redis server. Each command names one key only, so that the server may be a
//! cluster.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::claims::{Check, CheckStatus};
use super::super::error::{Code, Error, Reason};
use super::super::json::Object;
use super::super::redis::{Link, Progress, Reply, SILENCE_TIMEOUT, Target, Worker};
use super::super::time::humanize;
use super::list::StoredSession;
use super::space::{Space, lifetime};
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

/// The sessions of one key space of a server.
pub struct SessionStore {
    space: Arc<Space>,
    /// Connections that have read a session and are kept for another one.
    idle: Mutex<Vec<Worker>>,
}

impl SessionStore {
    /// Sessions that live for `max_age` seconds, under `keyspace` and their id. Nothing is
    /// connected yet.
    pub fn new(target: Target, keyspace: impl Into<String>, max_age: i64) -> Self {
        Self {
            space: Arc::new(Space {
                target: Arc::new(target),
                keyspace: keyspace.into(),
                max_age,
            }),
            idle: Mutex::default(),
        }
    }

    /// The name of the server in messages: its URL without user and password.
    pub fn server(&self) -> String {
        self.space.target.to_string()
    }

    /// The key of a session.
    pub fn key(&self, id: &str) -> String {
        self.space.key(id)
    }

    /// Seconds that a session lives without being renewed.
    pub fn max_age(&self) -> i64 {
        self.space.max_age
    }

    /// Stores a new session.
    ///
    /// # Errors
    /// [`Code::RedisUnavailable`] and [`Code::BadSecret`], as all the operations here.
    pub fn create(&self, id: &str, session: &Session) -> Result<(), Error> {
        let text = session.to_text();
        self.change(id, move |space, link, key, sent| {
            let max_age = space.max_age.to_string();
            sent.begin();
            match link.ask(&[
                b"SETEX",
                key.as_bytes(),
                max_age.as_bytes(),
                text.as_bytes(),
            ])? {
                Reply::Bytes(status) if status == b"OK" => Ok(()),
                _ => Err(space.odd("SETEX")),
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
        let read = |space: &Space, link: &mut Link<'_>, key: &str, _: &Progress<()>| {
            let Some(bytes) = space.get(link, key)? else {
                return Ok(None);
            };
            let session = space.session(key, &bytes)?;
            let ttl = link
                .ask(&[b"TTL", key.as_bytes()])?
                .int()
                .ok_or_else(|| space.odd("TTL"))?;
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
                    ..Check::new(CHECK, CheckStatus::Pass, format!("live, {left}"))
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
        self.change(id, move |space, link, key, sent| {
            let (name, max_age) = (key.as_bytes(), space.max_age.to_string());
            for _ in 0..MAX_ATTEMPTS {
                let Some(old) = space.get(link, key)? else {
                    return Ok(None);
                };
                let mut session = space.session(key, &old)?;
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
                    _ => return Err(space.odd("EVAL")),
                }
            }
            let why = format!(
                "{key} was changed by others in each of {MAX_ATTEMPTS} attempts to change it"
            );
            Err(Error::Unavailable {
                code: Code::RedisUnavailable,
                what: space.target.to_string(),
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
        self.change(id, |space, link, key, sent| {
            let max_age = space.max_age.to_string();
            sent.begin();
            space.did(link, &[b"EXPIRE", key.as_bytes(), max_age.as_bytes()])
        })
    }

    /// Destroys a session; `false` when there is none.
    ///
    /// # Errors
    /// See [`SessionStore::create`].
    pub fn destroy(&self, id: &str) -> Result<bool, Error> {
        self.with(id, |space, link, key, _| {
            space.did(link, &[b"DEL", key.as_bytes()])
        })
    }

    /// Goes through all sessions, a few at a time, each of them once; on a cluster, through all its
    /// primaries. Sessions that come or go meanwhile may be among them or not.
    ///
    /// # Errors
    /// See [`SessionStore::create`]. `each` has not got all sessions then.
    pub fn list(&self, each: impl FnMut(Vec<StoredSession>)) -> Result<(), Error> {
        let space = Arc::clone(&self.space);
        let work = move |link: &mut Link<'_>, progress: &Progress<Vec<StoredSession>>| {
            space.list(link, progress)
        };
        self.worker()?.watch(SILENCE_TIMEOUT, work, each)
    }

    /// Runs an operation on one key, as long as the server is not silent.
    fn with<T, W>(&self, id: &str, work: W) -> Result<T, Error>
    where
        T: Send + 'static,
        W: FnOnce(&Space, &mut Link<'_>, &str, &Progress<()>) -> Result<T, Error> + Send + 'static,
    {
        self.over(&self.worker()?, id, work)
    }

    /// Runs an operation on one key over a connection.
    fn over<T, W>(&self, worker: &Worker, id: &str, work: W) -> Result<T, Error>
    where
        T: Send + 'static,
        W: FnOnce(&Space, &mut Link<'_>, &str, &Progress<()>) -> Result<T, Error> + Send + 'static,
    {
        let (space, key) = (Arc::clone(&self.space), self.key(id));
        let work =
            move |link: &mut Link<'_>, progress: &Progress<()>| work(&space, link, &key, progress);
        worker.watch(SILENCE_TIMEOUT, work, |()| {})
    }

    /// Runs an operation that changes a key. When its reply is lost, the error says that the change
    /// may have been made.
    fn change<T, W>(&self, id: &str, work: W) -> Result<T, Error>
    where
        T: Send + 'static,
        W: FnOnce(&Space, &mut Link<'_>, &str, &Sent<'_>) -> Result<T, Error> + Send + 'static,
    {
        let open = Arc::new(AtomicBool::new(false));
        let theirs = Arc::clone(&open);
        let done = self.with(id, move |space, link, key, progress| {
            let sent = Sent {
                open: &theirs,
                progress,
            };
            let done = work(space, link, key, &sent);
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
        Worker::start(Arc::clone(&self.space.target))
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
