//! One key space of a server: how a session is named, read and told from anything else there.

use std::sync::Arc;

use super::super::error::{Code, Error};
use super::super::hint::RedisHint;
use super::super::redis::{Link, RedisError, Reply, Target};
use super::Session;

/// The sessions of a server whose keys begin alike.
pub(super) struct Space {
    pub(super) target: Arc<Target>,
    pub(super) keyspace: String,
    pub(super) max_age: i64,
}

impl Space {
    /// The key of a session.
    pub(super) fn key(&self, id: &str) -> String {
        format!("{}{id}", self.keyspace)
    }

    /// What is stored under a key. Any other reply is an error; it must not be read as "no
    /// session".
    pub(super) fn get(&self, link: &mut Link<'_>, key: &str) -> Result<Option<Vec<u8>>, Error> {
        match link.ask(&[b"GET", key.as_bytes()])? {
            Reply::Bytes(bytes) => Ok(Some(bytes)),
            Reply::Nil => Ok(None),
            _ => Err(self.odd("GET")),
        }
    }

    /// Sends a command that answers 1, or 0 (`false`) when the key does not exist.
    pub(super) fn did(&self, link: &mut Link<'_>, command: &[&[u8]]) -> Result<bool, Error> {
        match link.ask(command)?.int() {
            Some(1) => Ok(true),
            Some(0) => Ok(false),
            _ => Err(self.odd(&String::from_utf8_lossy(command[0]))),
        }
    }

    /// Reads what is stored under a key.
    pub(super) fn session(&self, key: &str, bytes: &[u8]) -> Result<Session, Error> {
        Session::parse(bytes).map_err(|why| {
            let error = Error::input(
                Code::BadInput,
                format!("session {key}"),
                format!("what is stored {why}; left as it is"),
            );
            error.hint(RedisHint::DestroySession)
        })
    }

    /// The error that a refusal comes to.
    pub(super) fn explain(&self, refusal: &RedisError) -> Error {
        refusal.explain(&self.target)
    }

    /// The error for a reply that no such command has.
    pub(super) fn odd(&self, command: &str) -> Error {
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
pub(super) fn lifetime(seconds: i64) -> Option<Option<i64>> {
    match seconds {
        -2 => None,
        seconds => Some((seconds >= 0).then_some(seconds)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifetimes_are_told_apart() {
        assert_eq!(lifetime(-2), None);
        assert_eq!(lifetime(-1), Some(None));
        assert_eq!(lifetime(0), Some(Some(0)));
    }
}
