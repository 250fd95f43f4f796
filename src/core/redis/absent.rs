//! Stub for builds without the feature `redis`: every connection is refused.

use super::super::error::Error;
use super::super::hint::RedisHint;
use super::{RedisError, Reply, ServerAddress, Target};

/// A connection. No value of it exists.
pub enum Link<'a> {
    /// A variant that cannot be constructed.
    #[doc(hidden)]
    Never(std::convert::Infallible, std::marker::PhantomData<&'a ()>),
}

impl<'a> Link<'a> {
    /// Says that there is no Redis in this build.
    ///
    /// # Errors
    /// Always [`Code::Usage`](super::super::error::Code::Usage).
    pub fn open(target: &'a Target, _: Option<&ServerAddress>) -> Result<Self, Error> {
        let error = Error::usage(
            target.to_string(),
            "this build of jwtctl leaves Redis out (feature `redis`)",
        );
        Err(error.hint(RedisHint::BuildWithRedis))
    }

    /// The address of another node of the cluster.
    pub fn node(&self, _: (String, u16)) -> Result<ServerAddress, Error> {
        match *self {
            Self::Never(never, _) => match never {},
        }
    }

    /// Sends one command.
    pub fn ask(&mut self, _: &[&[u8]]) -> Result<Reply, Error> {
        match *self {
            Self::Never(never, _) => match never {},
        }
    }

    /// Whether the last command has not been replied to.
    pub fn is_awaiting(&self) -> bool {
        match *self {
            Self::Never(never, _) => match never {},
        }
    }

    /// Sends one command; an error reply is `Ok(Err(_))`.
    pub fn try_ask(&mut self, _: &[&[u8]]) -> Result<Result<Reply, RedisError>, Error> {
        match *self {
            Self::Never(never, _) => match never {},
        }
    }

    /// Sends several commands at once.
    pub fn ask_all(&mut self, _: &[Vec<&[u8]>]) -> Result<Vec<Result<Reply, RedisError>>, Error> {
        match *self {
            Self::Never(never, _) => match never {},
        }
    }
}
