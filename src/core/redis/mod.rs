//! A Redis server: its URL, a connection to it, and its error replies. `session` and `shared` know
//! what is stored there.
//!
//! A caller waits for a server no longer than it wants: see [`Worker`]. In a build without the
//! feature `redis` every connection fails with [`Code::Usage`](super::error::Code::Usage).

#[cfg(not(feature = "redis"))]
mod absent;
#[cfg(feature = "redis")]
mod link;
mod refusal;
mod target;
mod worker;

#[cfg(not(feature = "redis"))]
pub use absent::Link;
#[cfg(feature = "redis")]
pub use link::Link;
pub use refusal::RedisError;
pub use target::{ServerAddress, Target};
pub use worker::{Progress, SILENCE_TIMEOUT, Worker};

/// What a server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The key does not exist.
    Nil,
    /// A number.
    Int(i64),
    /// A string, or a status such as `OK`.
    Bytes(Vec<u8>),
    /// An array of replies.
    List(Vec<Reply>),
}

impl Reply {
    /// A string as text, with U+FFFD for what is not UTF-8; `None` for any other reply.
    pub fn text(&self) -> Option<std::borrow::Cow<'_, str>> {
        match self {
            Self::Bytes(bytes) => Some(String::from_utf8_lossy(bytes)),
            _ => None,
        }
    }

    /// The replies in an array; empty for any other reply.
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// An integer, whether it was sent as one or as a string; `None` for any other reply.
    pub fn int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            other => other.text()?.parse().ok(),
        }
    }
}
