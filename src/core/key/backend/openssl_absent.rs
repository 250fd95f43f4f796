//! In place of OpenSSL in a build without the feature `jwe`: what it alone can do is refused, what
//! aws-lc can do as well goes there.

use super::super::super::alg::{Curve, SigAlg};
use super::super::super::secret::Secret;
use super::super::{Key, KeyError, Misfit, RsaPrivate, from_der};
use super::{Sign, Verify, aws_lc};

fn left_out(what: &str) -> String {
    format!("{what}, which this build of jwtctl leaves out (feature `jwe`)")
}

/// No library of this build has SHAKE256.
pub fn shake256(_: &[u8], _: usize) -> Option<Vec<u8>> {
    None
}

pub(super) fn rsa_signer(_: &Key, _: SigAlg) -> Result<Box<dyn Sign>, Misfit> {
    Err(Misfit::Unfit(left_out("is a short RSA key")))
}

pub(super) fn rsa_verifier(_: &Key, _: SigAlg) -> Result<Box<dyn Verify>, Misfit> {
    Err(Misfit::Unfit(left_out("is a short RSA key")))
}

pub(super) fn curve_signer(key: &Key) -> Result<Box<dyn Sign>, Misfit> {
    match key.curve() {
        Some(Curve::P521) => aws_lc::signer(key, SigAlg::Es512),
        Some(Curve::Secp256k1) => aws_lc::signer(key, SigAlg::Es256k),
        _ => Err(Misfit::Unfit(left_out("is on Ed448"))),
    }
}

pub(super) fn akp_signer(key: &Key) -> Result<Box<dyn Sign>, Misfit> {
    aws_lc::akp_signer(key)
}

pub(super) fn curve_verifier(_: &Key) -> Result<Box<dyn Verify>, Misfit> {
    Err(Misfit::Unfit(left_out("is on Ed448")))
}

/// A new RSA key, of the sizes that aws-lc makes.
///
/// # Errors
/// A phrase when `bits` is not among them.
pub fn new_rsa(bits: usize) -> Result<Key, KeyError> {
    use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
    use aws_lc_rs::rsa::{KeyPair, KeySize};
    let size = match bits {
        2048 => KeySize::Rsa2048,
        3072 => KeySize::Rsa3072,
        4096 => KeySize::Rsa4096,
        8192 => KeySize::Rsa8192,
        _ => {
            return Err(KeyError::Unsupported(format!(
                "of {bits} bits cannot be made by this build, only of 2048, 3072, 4096 and 8192 (feature `jwe`)"
            ).into()));
        }
    };
    let failed = || KeyError::Failed("could not be made".into());
    let pair = KeyPair::generate(size).map_err(|_| failed())?;
    let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| failed())?;
    from_der(der.as_ref()).unwrap_or_else(|| Err(KeyError::Failed("cannot be read back".into())))
}

/// The public half of a private key on Ed448 or X448.
///
/// # Errors
/// Always.
pub fn raw_public(crv: Curve, _: &Secret) -> Result<Vec<u8>, KeyError> {
    Err(KeyError::Unsupported(
        left_out(&format!("is on {crv}")).into(),
    ))
}

/// Without arithmetic on large numbers this is not checked.
pub fn is_consistent(_: &RsaPrivate) -> bool {
    true
}

/// Without arithmetic on large numbers this is not checked.
pub fn is_edwards_point(_: Curve, _: &[u8]) -> bool {
    true
}
