//! Waiting, within limits. Sockets have timeouts of their own, but names are looked up and Unix
//! sockets are opened without any, and a server that drips its answer never runs into one. So the
//! talking is done by a thread that is left behind when it has not been heard of for too long.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use super::super::error::{Code, Error};

/// How long a thread may be silent. With the start of the process it stays under two seconds.
const PATIENCE: Duration = Duration::from_millis(1750);

/// How long a connection may take to be made.
pub const CONNECT: Duration = Duration::from_secs(1);

/// How long a command may take to be answered.
pub const COMMAND: Duration = Duration::from_millis(1500);

enum Said<T, I> {
    Item(I),
    Done(Result<T, Error>),
}

/// How work in progress hands over what it has so far, which also shows that it is alive.
pub struct Progress<T, I>(Sender<Said<T, I>>);

impl<T, I> Progress<T, I> {
    /// Hands something over.
    pub fn hand(&self, item: I) {
        // Nobody listens any more once patience has run out; the work ends at its next timeout.
        let _ = self.0.send(Said::Item(item));
    }
}

/// Runs `work`, giving `each` what it hands over, until it is done or has been silent for too long.
///
/// # Errors
/// Those of `work`; [`Code::RedisUnavailable`] about the server `what` when it is not waited for
/// any longer.
pub fn within<T, I, W>(what: &str, work: W, mut each: impl FnMut(I)) -> Result<T, Error>
where
    T: Send + 'static,
    I: Send + 'static,
    W: FnOnce(&Progress<T, I>) -> Result<T, Error> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel();
    let started = thread::Builder::new().name("redis".into()).spawn(move || {
        let progress = Progress(sender);
        let result = work(&progress);
        let _ = progress.0.send(Said::Done(result));
    });
    let failed = |why: String| Error::Unavailable {
        code: Code::RedisUnavailable,
        what: what.into(),
        why,
        hints: Vec::new(),
    };
    started.map_err(|e| failed(format!("no thread to talk to it with: {e}")))?;
    loop {
        match receiver.recv_timeout(PATIENCE) {
            Ok(Said::Item(item)) => each(item),
            Ok(Said::Done(result)) => return result,
            Err(RecvTimeoutError::Timeout) => return Err(silent(what)),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(failed("the conversation broke off".into()));
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_ends_the_wait_and_progress_prolongs_it() {
        let hangs = |_: &Progress<(), ()>| {
            thread::sleep(PATIENCE * 3);
            Ok(())
        };
        let error = within("x", hangs, |()| {}).unwrap_err();
        assert_eq!(error.code(), Code::RedisUnavailable);

        let mut seen = 0;
        let slow = |progress: &Progress<u8, u8>| {
            for i in 0..3 {
                thread::sleep(PATIENCE / 2);
                progress.hand(i);
            }
            Ok(7)
        };
        assert_eq!(within("x", slow, |i| seen += i).unwrap(), 7);
        assert_eq!(seen, 3);
    }

    #[test]
    fn a_thread_that_dies_is_no_answer() {
        let dies = |_: &Progress<(), ()>| std::panic::resume_unwind(Box::new("gone"));
        assert_eq!(
            within("x", dies, |()| {}).unwrap_err().code(),
            Code::RedisUnavailable
        );
    }
}
