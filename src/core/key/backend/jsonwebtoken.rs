//! jsonwebtoken over aws-lc: making HMACs.

use jsonwebtoken::{Algorithm, EncodingKey};

use super::super::super::alg::SigAlg;
use super::super::{Key, Material, Misfit, decode};
use super::{Sign, cannot};

struct JsonwebtokenHmac(EncodingKey, Algorithm);

pub(super) fn signer(key: &Key, alg: SigAlg) -> Result<Box<dyn Sign>, Misfit> {
    match (&key.material, name(alg)) {
        (Material::Oct(secret), Some(name)) => {
            let loaded = EncodingKey::from_secret(secret.expose());
            Ok(Box::new(JsonwebtokenHmac(loaded, name)))
        }
        _ => Err(cannot(alg)),
    }
}

impl Sign for JsonwebtokenHmac {
    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let text = jsonwebtoken::crypto::sign(message, &self.0, self.1).ok()?;
        decode(&text)
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
        _ => None,
    }
}
