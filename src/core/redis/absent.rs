//! What stands for a connection in a build without the feature `redis`: none is ever made.

use super::super::error::Error;
use super::{Address, Refusal, Reply, Target};

/// A connection, of which there is none.
pub enum Link<'a> {
    /// Not to be made either.
    #[doc(hidden)]
    Never(std::convert::Infallible, std::marker::PhantomData<&'a ()>),
}

impl<'a> Link<'a> {
    /// Says that there is no Redis in this build.
    ///
    /// # Errors
    /// Always [`Code::Usage`](super::super::error::Code::Usage).
    pub fn open(target: &'a Target, _: Option<&Address>) -> Result<Self, Error> {
        let error = Error::usage(
            target.to_string(),
            "this build of jwtctl leaves Redis out (feature `redis`)",
        );
        Err(error.hint("install it with that feature: cargo install jwtctl --features redis"))
    }

    /// The address that a node calls another by.
    pub fn beside(&self, _: (String, u16)) -> Address {
        match *self {
            Self::Never(never, _) => match never {},
        }
    }

    /// Asks one thing.
    pub fn ask(&mut self, _: &[&[u8]]) -> Result<Reply, Error> {
        match *self {
            Self::Never(never, _) => match never {},
        }
    }

    /// Asks one thing, keeping a refusal apart.
    pub fn try_ask(&mut self, _: &[&[u8]]) -> Result<Result<Reply, Refusal>, Error> {
        match *self {
            Self::Never(never, _) => match never {},
        }
    }

    /// Asks many things at once.
    pub fn ask_all(&mut self, _: &[Vec<&[u8]>]) -> Result<Vec<Result<Reply, Refusal>>, Error> {
        match *self {
            Self::Never(never, _) => match never {},
        }
    }
}
