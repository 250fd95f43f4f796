//! ring: signing with RSA, P-256, P-384 and Ed25519. It is seeded by the operating system, while
//! aws-lc spends some 30 ms on entropy at its first draw.

use ring::rand::SystemRandom;
use ring::rsa::{KeyPair, KeyPairComponents, PublicKeyComponents};
use ring::signature::{self, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, RsaEncoding};

use super::super::super::alg::{Curve, SigAlg};
use super::super::{Key, Material, Misfit};
use super::{Sign, aws_lc, cannot, no_private_half, other_half};

struct RingRsa(Box<KeyPair>, &'static dyn RsaEncoding);

struct RingEcdsa(EcdsaKeyPair);

struct Ed25519(Ed25519KeyPair);

pub(super) fn signer(key: &Key, alg: SigAlg) -> Result<Box<dyn Sign>, Misfit> {
    match &key.material {
        Material::Rsa { .. } => rsa_signer(key, alg),
        Material::Curve {
            crv,
            x,
            y,
            d: Some(d),
        } => curve_signer(*crv, d.expose(), &[&[4], x.as_slice(), y].concat(), alg),
        Material::Curve { .. } => Err(no_private_half()),
        Material::Oct(_) | Material::Akp { .. } => Err(cannot(alg)),
    }
}

/// ring takes 2048 to 4096 bits in steps of 1024, and exponents from 65537 on; aws-lc takes the
/// others.
fn rsa_signer(key: &Key, alg: SigAlg) -> Result<Box<dyn Sign>, Misfit> {
    let Material::Rsa {
        n,
        e,
        private: Some(private),
    } = &key.material
    else {
        return Err(no_private_half());
    };
    let padding = padding(alg).ok_or_else(|| cannot(alg))?;
    let components = KeyPairComponents {
        public_key: PublicKeyComponents { n, e },
        d: private.d.expose(),
        p: private.p.expose(),
        q: private.q.expose(),
        dP: private.dp.expose(),
        dQ: private.dq.expose(),
        qInv: private.qi.expose(),
    };
    match KeyPair::from_components(&components) {
        Ok(pair) => Ok(Box::new(RingRsa(Box::new(pair), padding))),
        Err(_) => aws_lc::signer(key, alg),
    }
}

fn curve_signer(crv: Curve, d: &[u8], public: &[u8], alg: SigAlg) -> Result<Box<dyn Sign>, Misfit> {
    let ecdsa = |scheme: &'static EcdsaSigningAlgorithm| {
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::from_private_key_and_public_key(scheme, d, public, &random);
        pair.map(|pair| Box::new(RingEcdsa(pair)) as Box<dyn Sign>)
            .map_err(|_| other_half())
    };
    match crv {
        Curve::P256 => ecdsa(&signature::ECDSA_P256_SHA256_FIXED_SIGNING),
        Curve::P384 => ecdsa(&signature::ECDSA_P384_SHA384_FIXED_SIGNING),
        Curve::Ed25519 => Ed25519KeyPair::from_seed_and_public_key(d, &public[1..])
            .map(|pair| Box::new(Ed25519(pair)) as Box<dyn Sign>)
            .map_err(|_| other_half()),
        Curve::P521 | Curve::Secp256k1 | Curve::Ed448 | Curve::X25519 | Curve::X448 => {
            Err(cannot(alg))
        }
    }
}

fn padding(alg: SigAlg) -> Option<&'static dyn RsaEncoding> {
    match alg {
        SigAlg::Rs256 => Some(&signature::RSA_PKCS1_SHA256),
        SigAlg::Rs384 => Some(&signature::RSA_PKCS1_SHA384),
        SigAlg::Rs512 => Some(&signature::RSA_PKCS1_SHA512),
        SigAlg::Ps256 => Some(&signature::RSA_PSS_SHA256),
        SigAlg::Ps384 => Some(&signature::RSA_PSS_SHA384),
        SigAlg::Ps512 => Some(&signature::RSA_PSS_SHA512),
        SigAlg::Hs256 | SigAlg::Hs384 | SigAlg::Hs512 => None,
        SigAlg::Es256 | SigAlg::Es384 | SigAlg::Es512 | SigAlg::Es256k => None,
        SigAlg::Esp256 | SigAlg::Esp384 | SigAlg::Esp512 => None,
        SigAlg::EdDsa | SigAlg::Ed25519 | SigAlg::Ed448 => None,
        SigAlg::MlDsa44 | SigAlg::MlDsa65 | SigAlg::MlDsa87 => None,
    }
}

impl Sign for RingRsa {
    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let mut signature = vec![0; self.0.public().modulus_len()];
        let random = SystemRandom::new();
        self.0.sign(self.1, &random, message, &mut signature).ok()?;
        Some(signature)
    }
}

impl Sign for RingEcdsa {
    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let signature = self.0.sign(&SystemRandom::new(), message).ok()?;
        Some(signature.as_ref().to_vec())
    }
}

impl Sign for Ed25519 {
    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        Some(self.0.sign(message).as_ref().to_vec())
    }
}
