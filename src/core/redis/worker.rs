//! A connection on a thread of its own, so that a caller never waits too long. Sockets have
//! timeouts, but resolving a name and opening a Unix socket have none, and a server that sends its
//! answer byte by byte never exceeds one. So a thread talks to the server, and the caller leaves
//! that thread behind when it has heard nothing from it for too long.

use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use super::super::error::{Code, Error};
use super::{Link, Target};

/// How long a thread may be silent. Together with the start of the process, a call to a server that
/// does not answer then ends within two seconds.
pub const SILENCE_TIMEOUT: Duration = Duration::from_millis(1750);

/// Work for the thread. It is given the connection, which may not be open yet.
type Job = Box<dyn FnOnce(&mut Connection<'_>) + Send>;

/// The connection of a thread, made when it is first needed.
struct Connection<'a> {
    target: &'a Target,
    link: Option<Link<'a>>,
}

impl<'a> Connection<'a> {
    fn open(&mut self) -> Result<&mut Link<'a>, Error> {
        let link = match self.link.take() {
            Some(link) => link,
            None => Link::open(self.target, None)?,
        };
        Ok(self.link.insert(link))
    }
}

/// A server, and the thread that talks to it.
pub struct Worker {
    target: Arc<Target>,
    jobs: Sender<Job>,
}

/// How work in progress hands over what it has so far, which also shows that it is alive.
pub struct Progress<I>(Box<dyn Fn(I) + Send>);

impl<I> Progress<I> {
    /// Hands `item` to the caller.
    pub fn hand(&self, item: I) {
        (self.0)(item);
    }
}

enum Message<T, I> {
    Item(I),
    Done(Result<T, Error>),
}

impl Worker {
    /// Starts a thread for that server. It connects when it has something to do.
    ///
    /// # Errors
    /// [`Code::RedisUnavailable`] when the system cannot start a thread.
    pub fn start(target: Arc<Target>) -> Result<Self, Error> {
        let (jobs, received) = mpsc::channel::<Job>();
        let theirs = Arc::clone(&target);
        let talk = move || {
            let mut connection = Connection {
                target: &theirs,
                link: None,
            };
            received.iter().for_each(|job| job(&mut connection));
        };
        let started = thread::Builder::new().name("redis".into()).spawn(talk);
        started.map_err(|e| failed(&target, format!("no thread to talk to it with: {e}")))?;
        Ok(Self { target, jobs })
    }

    /// Does `work` on the connection, in at most `timeout`, connecting and logging in included.
    /// After a timeout there is no point in another call: it would wait for this one.
    ///
    /// # Errors
    /// Those of `work` and of [`Link::open`]; [`Code::RedisUnavailable`] when it takes longer.
    pub fn call<T, W>(&self, timeout: Duration, work: W) -> Result<T, Error>
    where
        T: Send + 'static,
        W: FnOnce(&mut Link<'_>) -> Result<T, Error> + Send + 'static,
    {
        self.watch(timeout, |link, _: &Progress<()>| work(link), |()| {})
    }

    /// Does `work`, giving `each` what it hands over, until it is done or has been silent for
    /// `timeout`.
    ///
    /// # Errors
    /// As [`Worker::call`].
    pub fn watch<T, I, W>(
        &self,
        timeout: Duration,
        work: W,
        mut each: impl FnMut(I),
    ) -> Result<T, Error>
    where
        T: Send + 'static,
        I: Send + 'static,
        W: FnOnce(&mut Link<'_>, &Progress<I>) -> Result<T, Error> + Send + 'static,
    {
        let (sender, messages) = mpsc::channel();
        let job = move |connection: &mut Connection<'_>| {
            let items = sender.clone();
            // If the caller has given up, the work ends at its next timeout.
            let progress = Progress(Box::new(move |item| drop(items.send(Message::Item(item)))));
            let done = connection.open().and_then(|link| work(link, &progress));
            drop(sender.send(Message::Done(done)));
        };
        // If the thread is gone, the wait below says so.
        drop(self.jobs.send(Box::new(job)));
        loop {
            match messages.recv_timeout(timeout) {
                Ok(Message::Item(item)) => each(item),
                Ok(Message::Done(result)) => return result,
                Err(RecvTimeoutError::Timeout) => return Err(silent(&self.target.to_string())),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(failed(&self.target, "the conversation broke off".into()));
                }
            }
        }
    }
}

fn failed(target: &Target, why: String) -> Error {
    Error::Unavailable {
        code: Code::RedisUnavailable,
        what: target.to_string(),
        why,
        hints: Vec::new(),
    }
}

/// The error for a server that does not answer in time.
pub fn silent(what: &str) -> Error {
    Error::Unavailable {
        code: Code::RedisUnavailable,
        what: what.into(),
        why: "did not answer in time".into(),
        hints: vec![
            "is it overloaded or paused, or is something in between dropping the traffic?".into(),
        ],
    }
}

#[cfg(all(test, feature = "redis", unix))]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::os::unix::net::UnixListener;

    use super::super::super::hint::RedisUse;
    use super::*;

    /// A worker for a server that is there, and answers nothing unless it is asked for that.
    fn worker(folder: &tempfile::TempDir) -> Worker {
        let path = folder.path().join("socket");
        let listener = UnixListener::bind(&path).unwrap();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                thread::spawn(move || {
                    let mut buffer = [0; 1024];
                    while stream.read(&mut buffer).is_ok_and(|read| read > 0) {
                        let _ = stream.write_all(b"+OK\r\n");
                    }
                });
            }
        });
        let url = format!("unix://{}", path.display());
        let target = Target::parse(&url, "the server", RedisUse::Sessions).unwrap();
        Worker::start(Arc::new(target)).unwrap()
    }

    /// Long enough for a thread to be heard of on any machine.
    const PATIENT: Duration = Duration::from_secs(120);

    #[test]
    fn a_connection_is_made_once_and_serves_every_call() {
        let folder = tempfile::tempdir().unwrap();
        let worker = worker(&folder);
        for _ in 0..3 {
            let asked = worker.call(PATIENT, |link| link.ask(&[b"PING"]));
            assert_eq!(asked.unwrap().text().as_deref(), Some("OK"));
        }
    }

    #[test]
    fn silence_ends_the_wait_and_progress_is_handed_over() {
        let folder = tempfile::tempdir().unwrap();
        let worker = worker(&folder);
        let mut seen = 0;
        let counts = |_: &mut Link<'_>, progress: &Progress<u8>| {
            (0..3).for_each(|i| progress.hand(i));
            Ok(7)
        };
        let made = worker.watch(PATIENT, counts, |i| seen += i);
        assert_eq!((made.unwrap(), seen), (7, 3));

        let (release, held) = mpsc::channel::<()>();
        let hangs = move |_: &mut Link<'_>| {
            held.recv().unwrap_or_default();
            Ok(())
        };
        let error = worker.call(Duration::from_millis(50), hangs).unwrap_err();
        assert!(error.to_string().contains("did not answer in time"));
        drop(release);
    }

    #[test]
    fn a_thread_that_dies_is_no_answer() {
        let folder = tempfile::tempdir().unwrap();
        let worker = worker(&folder);
        let dies = |_: &mut Link<'_>| std::panic::resume_unwind(Box::new("gone"));
        let error = worker.call::<(), _>(PATIENT, dies).unwrap_err();
        assert_eq!(error.code(), Code::RedisUnavailable);
    }
}
