//! A connection that is asked again and again, and never waited for: it belongs to a thread that is
//! left behind when its answer is late, for whatever reason (see [`patience`](super::patience)).

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use super::super::error::Error;
use super::patience::silent;
use super::{Link, Refusal, Reply, Target};

/// The words of a command.
pub type Command = Vec<Vec<u8>>;

/// What came of several commands, each refused or not.
pub type Answers = Vec<Result<Reply, Refusal>>;

/// The near end of the connection.
pub struct Courier {
    what: String,
    orders: Sender<Vec<Command>>,
    answers: Receiver<Result<Answers, Error>>,
}

impl Courier {
    /// Connects, logging in included, in at most `within`.
    ///
    /// # Errors
    /// As [`Link::open`]; [`Code::RedisUnavailable`](super::super::error::Code::RedisUnavailable)
    /// when it takes longer.
    pub fn open(target: Arc<Target>, within: Duration) -> Result<Self, Error> {
        let what = target.to_string();
        let (orders, their_orders) = mpsc::channel::<Vec<Command>>();
        let (their_answers, answers) = mpsc::channel();
        let talk = move || {
            let mut link = match Link::open(&target, None) {
                Ok(link) => link,
                Err(error) => return drop(their_answers.send(Err(error))),
            };
            // That it is open is the first answer.
            let mut answer = Ok(Vec::new());
            while their_answers.send(answer).is_ok() {
                let Ok(commands) = their_orders.recv() else {
                    return;
                };
                let commands: Vec<Vec<&[u8]>> = commands
                    .iter()
                    .map(|it| it.iter().map(Vec::as_slice).collect())
                    .collect();
                answer = link.ask_all(&commands);
            }
        };
        let started = thread::Builder::new().name("redis".into()).spawn(talk);
        started.map_err(|e| Error::Unavailable {
            code: super::super::error::Code::RedisUnavailable,
            what: what.clone(),
            why: format!("no thread to talk to it with: {e}"),
            hints: Vec::new(),
        })?;
        let courier = Self {
            what,
            orders,
            answers,
        };
        courier.hear(within)?;
        Ok(courier)
    }

    /// Sends commands in one go, and waits for all of the answers for at most `within`. After an
    /// error there is no point in asking again: the next answer would be that to an old
    /// question.
    ///
    /// # Errors
    /// [`Code::RedisUnavailable`](super::super::error::Code::RedisUnavailable).
    pub fn ask(&self, commands: Vec<Command>, within: Duration) -> Result<Answers, Error> {
        // If nobody takes it, the answer below says why.
        let _ = self.orders.send(commands);
        self.hear(within)
    }

    fn hear(&self, within: Duration) -> Result<Answers, Error> {
        match self.answers.recv_timeout(within) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                Err(silent(&self.what))
            }
        }
    }
}
