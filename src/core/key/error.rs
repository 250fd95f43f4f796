//! What can be wrong with a key.

use std::borrow::Cow;
use std::fmt;

use super::Misfit;

/// Why a key cannot be read, made or written. Its text is a phrase to follow the key's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The key breaks the rules of its format: a member is missing, twice or of a wrong type, a
    /// structure or an encoding is damaged.
    #[error("{0}")]
    Malformed(Cow<'static, str>),
    /// The key is of a type, on a curve or for an algorithm that is not known here, or that the
    /// format to be written has not.
    #[error("{0}")]
    Unsupported(Cow<'static, str>),
    /// The numbers are not a key: out of range, of a wrong length, or halves of different keys.
    #[error("{0}")]
    Invalid(Cow<'static, str>),
    /// The key lacks the half that is asked for.
    #[error("{0}")]
    LacksHalf(Cow<'static, str>),
    /// What a new key should be is not among the choices.
    #[error("{0}")]
    NoSuchChoice(Cow<'static, str>),
    /// A library failed.
    #[error("{0}")]
    Failed(Cow<'static, str>),
}

impl From<&'static str> for KeyError {
    fn from(why: &'static str) -> Self {
        Self::Malformed(why.into())
    }
}

impl From<String> for KeyError {
    fn from(why: String) -> Self {
        Self::Malformed(why.into())
    }
}

impl From<KeyError> for Misfit {
    fn from(error: KeyError) -> Self {
        Self::Unfit(error.to_string())
    }
}

impl From<KeyError> for String {
    fn from(error: KeyError) -> Self {
        error.to_string()
    }
}

/// What a library says of its failure.
pub(super) fn failed(error: impl fmt::Display) -> KeyError {
    KeyError::Failed(error.to_string().into())
}
