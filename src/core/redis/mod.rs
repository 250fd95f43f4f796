//! A Redis server: how it is named and how it is talked to. What is stored there is the business of
//! other modules.
//!
//! A server that does not answer is not waited for: see [`Worker`]. In a build without the feature
//! `redis` every connection fails with [`Code::Usage`](super::error::Code::Usage).

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
    /// Several of these.
    List(Vec<Reply>),
}

impl Reply {
    /// A string as text, as far as it is text.
    pub fn text(&self) -> Option<std::borrow::Cow<'_, str>> {
        match self {
            Self::Bytes(bytes) => Some(String::from_utf8_lossy(bytes)),
            _ => None,
        }
    }

    /// The parts of a list; none of anything else.
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// A number, written as one or as a string.
    pub fn int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            other => other.text()?.parse().ok(),
        }
    }
}
