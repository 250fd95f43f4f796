//! The libraries that sign and check signatures, a file for each. A row of [`SigAlg`] names the
//! library for an algorithm; a key that this library does not take goes to the next one here.
//!
//! The feature `jwe` decides in this file alone whether OpenSSL is among them.

mod aws_lc;
pub mod encryption;
mod jsonwebtoken;
mod ring;

#[cfg(feature = "jwe")]
pub mod openssl;
#[cfg(not(feature = "jwe"))]
#[path = "openssl_absent.rs"]
pub mod openssl;

use super::super::alg::{Backend, Kty, MIN_RSA_BITS, SigAlg};
use super::{Key, Material, Misfit};

/// A private key that a library has loaded, for one algorithm.
pub(super) trait Sign: Send + Sync {
    /// The raw JWS signature over `message`; `None` when the library fails, which for a loaded key
    /// means that the machine lacks something.
    fn sign(&self, message: &[u8]) -> Option<Vec<u8>>;
}

/// A public or symmetric key that a library has loaded, for one algorithm.
pub(super) trait Verify: Send + Sync {
    /// Whether `signature` is one of `message` by this key.
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool;
}

/// Loads a key that fits `alg` for signing.
///
/// # Errors
/// When no library takes it.
pub(super) fn signer(key: &Key, alg: SigAlg) -> Result<Box<dyn Sign>, Misfit> {
    if is_short_rsa(key) {
        return openssl::rsa_signer(key, alg);
    }
    match alg.on(key.curve()).signs_with() {
        Backend::Jsonwebtoken => jsonwebtoken::signer(key, alg),
        Backend::Ring => ring::signer(key, alg),
        Backend::AwsLc => aws_lc::signer(key, alg),
        Backend::OpenSsl => match &key.material {
            Material::Akp { .. } => openssl::akp_signer(key),
            _ => openssl::curve_signer(key),
        },
    }
}

/// Loads a key that fits `alg` into aws-lc, which signs fastest once it has drawn its first randomness;
/// `None` where it does not, as with Ed25519, or does not take the key.
pub(super) fn bulk_signer(key: &Key, alg: SigAlg) -> Option<Box<dyn Sign>> {
    match key.kty() {
        Kty::Rsa if is_short_rsa(key) => None,
        Kty::Rsa | Kty::Ec => aws_lc::signer(key, alg).ok(),
        Kty::Akp => aws_lc::akp_signer(key).ok(),
        Kty::Oct | Kty::Okp => None,
    }
}

/// Loads a key that fits `alg` for checking signatures.
///
/// # Errors
/// When no library takes it, such as a point off its curve.
pub(super) fn verifier(key: &Key, alg: SigAlg) -> Result<Box<dyn Verify>, Misfit> {
    if is_short_rsa(key) {
        return openssl::rsa_verifier(key, alg);
    }
    match alg.on(key.curve()).verifies_with() {
        Backend::Jsonwebtoken | Backend::Ring | Backend::AwsLc => aws_lc::verifier(key, alg),
        Backend::OpenSsl => openssl::curve_verifier(key),
    }
}

pub(super) use aws_lc::{check_point, expanded, seeded_public};

/// RSA keys too short for anything, which only OpenSSL loads.
fn is_short_rsa(key: &Key) -> bool {
    key.kty() == Kty::Rsa && key.bits() < MIN_RSA_BITS
}

fn off_curve(crv: super::Curve) -> Misfit {
    Misfit::Unfit(format!("has a public point that is not on {crv}"))
}

fn other_half() -> Misfit {
    Misfit::Unfit("has a public half that does not belong to its private one".into())
}

fn no_private_half() -> Misfit {
    Misfit::Unfit("has no private half".into())
}

fn cannot(alg: SigAlg) -> Misfit {
    Misfit::Unfit(format!("cannot be used with {alg}"))
}
