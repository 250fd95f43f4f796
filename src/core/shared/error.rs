//! Why a shared cache does not serve.

use super::super::error::{Code, Error};
use super::super::hint::Hint;
use super::super::redis::{RedisError, Target};
use super::MAX_RECORD;

/// Characters of the longest message that is passed on.
const MAX_MESSAGE: usize = 300;

/// Why a shared cache does not serve. Its text is one line, and begins with the server where the
/// server is at fault.
#[derive(Debug, thiserror::Error)]
pub enum SharedCacheError {
    /// It failed earlier in this process, and is not asked again.
    #[error("{0}: it failed before")]
    Lost(String),
    /// The server is part of a cluster.
    #[error("{0}: is a cluster, which cannot keep a lease and keys together; use a single server")]
    Cluster(String),
    /// What lies under the name of an entry is not a string.
    #[error("{0}: holds something else under the name of an entry")]
    WrongType(String),
    /// The script that takes the lease had a reply of another form.
    #[error("{0}: did not answer it")]
    Unanswered(String),
    /// It takes no writes, for this reason; it can still be read.
    #[error("{0}")]
    Unwritable(Box<Self>),
    /// The record would be longer than 256 KiB.
    #[error("they take {bytes} bytes, more than {MAX_RECORD}")]
    TooLarge {
        /// What it would take.
        bytes: usize,
    },
    /// No connection, no reply in time, or a refusal.
    #[error("{}", described(.0))]
    Redis(#[from] Error),
}

impl SharedCacheError {
    /// The same failure where only writing has failed.
    pub(super) fn into_unwritable(self) -> Self {
        Self::Unwritable(Box::new(self))
    }

    pub(super) fn of_refusal(refusal: &RedisError, target: &Target) -> Self {
        match refusal.code.as_str() {
            _ if is_cluster(refusal) => Self::Cluster(target.to_string()),
            "WRONGTYPE" => Self::WrongType(target.to_string()),
            _ => Self::Redis(refusal.explain(target)),
        }
    }
}

/// An error in one line, with its first hint if the caller can act on it.
fn described(error: &Error) -> String {
    let text = match error.hints().first() {
        Some(Hint::Text(hint)) if error.code() != Code::RedisUnavailable => {
            format!("{error} ({hint})")
        }
        _ => error.to_string(),
    };
    shortened(&text)
}

/// A text that may come from the server, cut after 300 characters.
pub(in super::super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_MESSAGE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Whether it is how a member of a cluster answers.
pub(super) fn is_cluster(refusal: &RedisError) -> bool {
    ["MOVED", "ASK", "CROSSSLOT"].contains(&refusal.code.as_str())
}
