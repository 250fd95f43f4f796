//! Why a local issuer cannot do what it is asked for.

use super::super::alg::SigAlg;
use super::super::error::Error;
use super::super::jws::Unsignable;
use super::super::key::{KeyError, Misfit};
use super::MAX_ISSUERS;

/// Why a local issuer has no keys, or makes no token with them.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    /// The key that it was given is symmetric.
    #[error("is symmetric, and an issuer needs a public key to publish")]
    SymmetricKey,
    /// The key that it was given is public.
    #[error("is a public key, and an issuer signs")]
    PublicKey,
    /// The key that it was given is private, and not for signing.
    #[error("cannot sign")]
    NotForSigning,
    /// The key does not fit its algorithm.
    #[error("{}", .0.why())]
    Unfit(Misfit),
    /// The algorithm that fresh keys were asked for is symmetric.
    #[error("{0} is symmetric, and an issuer needs a public key to publish")]
    SymmetricAlg(SigAlg),
    /// RSA keys were asked for by a seed.
    #[error("{0} needs RSA keys, which are not made from a seed")]
    SeededRsa(SigAlg),
    /// A rotation of the one key that the caller chose.
    #[error("the key was given, and stays")]
    KeyStays,
    /// A rotation of keys that a keystore rotates.
    #[error("these are the keystore's keys, and they are rotated there")]
    KeystoreRotates,
    /// A request to one issuer more than there may be.
    #[error("there are {MAX_ISSUERS} issuers already")]
    TooMany,
    /// It has no key.
    #[error("there is no key")]
    NoKey,
    /// Its address is not one that an issuer may have.
    #[error("is not an http or https address without query and fragment")]
    Address,
    /// A key could not be made.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A token could not be signed.
    #[error(transparent)]
    Signing(#[from] Unsignable),
    /// The keystore failed.
    #[error(transparent)]
    Keystore(#[from] Error),
}
