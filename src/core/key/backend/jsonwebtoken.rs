//! jsonwebtoken over aws-lc: HMAC, and checking RSA, ES256, ES384 and Ed25519.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};

use super::super::super::alg::{Kty, SigAlg};
use super::super::{Key, Material, Misfit, decode, encode};
use super::{Sign, Verify, cannot, off_curve};

struct Hmac(EncodingKey, Algorithm);

struct Loaded(DecodingKey, Algorithm);

pub(super) fn signer(key: &Key, alg: SigAlg) -> Result<Box<dyn Sign>, Misfit> {
    match (&key.material, name(alg)) {
        (Material::Oct(secret), Some(name)) => {
            let loaded = EncodingKey::from_secret(secret.expose());
            Ok(Box::new(Hmac(loaded, name)))
        }
        _ => Err(cannot(alg)),
    }
}

pub(super) fn verifier(key: &Key, alg: SigAlg) -> Result<Box<dyn Verify>, Misfit> {
    let loaded = match &key.material {
        Material::Akp { .. } => return Err(cannot(alg)),
        Material::Oct(secret) => DecodingKey::from_secret(secret.expose()),
        Material::Rsa { n, e, .. } => DecodingKey::from_rsa_raw_components(n, e),
        Material::Curve { crv, x, y, .. } => match crv.kty() {
            Kty::Ec => DecodingKey::from_ec_components(&encode(x), &encode(y)),
            _ => DecodingKey::from_ed_components(&encode(x)),
        }
        .map_err(|_| off_curve(*crv))?,
    };
    let name = name(alg).ok_or_else(|| cannot(alg))?;
    Ok(Box::new(Loaded(loaded, name)))
}

impl Sign for Hmac {
    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let text = jsonwebtoken::crypto::sign(message, &self.0, self.1).ok()?;
        decode(&text)
    }
}

impl Verify for Loaded {
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        jsonwebtoken::crypto::verify(&encode(signature), message, &self.0, self.1).unwrap_or(false)
    }
}

/// The library's name for `alg`, where it has one. Its own backend is settled first: were another
/// crate of the same program to compile in a second one, jsonwebtoken would panic for want of a
/// choice.
fn name(alg: SigAlg) -> Option<Algorithm> {
    // An error says that the choice has been made already.
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
    match alg {
        SigAlg::Hs256 => Some(Algorithm::HS256),
        SigAlg::Hs384 => Some(Algorithm::HS384),
        SigAlg::Hs512 => Some(Algorithm::HS512),
        SigAlg::Rs256 => Some(Algorithm::RS256),
        SigAlg::Rs384 => Some(Algorithm::RS384),
        SigAlg::Rs512 => Some(Algorithm::RS512),
        SigAlg::Ps256 => Some(Algorithm::PS256),
        SigAlg::Ps384 => Some(Algorithm::PS384),
        SigAlg::Ps512 => Some(Algorithm::PS512),
        SigAlg::Es256 | SigAlg::Esp256 => Some(Algorithm::ES256),
        SigAlg::Es384 | SigAlg::Esp384 => Some(Algorithm::ES384),
        SigAlg::EdDsa | SigAlg::Ed25519 => Some(Algorithm::EdDSA),
        SigAlg::Es512 | SigAlg::Esp512 | SigAlg::Es256k | SigAlg::Ed448 => None,
        SigAlg::MlDsa44 | SigAlg::MlDsa65 | SigAlg::MlDsa87 => None,
    }
}
