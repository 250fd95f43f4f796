//! aws-lc: checking signatures of every kind but Ed448 and by RSA keys of a usable size, the public half
//! of an ML-DSA seed, and signing: with RSA keys that ring refuses (odd sizes, more than 4096 bits, small
//! exponents), and in bulk.

use aws_lc_rs::encoding::AsRawBytes as _;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{
    self, EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair as _, ParsedPublicKey, PqdsaKeyPair,
    PqdsaSigningAlgorithm, RsaEncoding, RsaParameters, RsaPublicKeyComponents,
    VerificationAlgorithm,
};

use super::super::super::alg::{Curve, Hash, Kty, ParameterSet, SigAlg};
use super::super::super::secret::Secret;
use super::super::{Key, Material, Misfit, to_pkcs8};
use super::{Sign, Verify, cannot, off_curve};

struct AwsRsa(Box<KeyPair>, &'static dyn RsaEncoding);

struct AwsEcdsa(Box<EcdsaKeyPair>);

struct Public(ParsedPublicKey);

struct AwsHmac(hmac::Key);

struct AwsMlDsa(Box<PqdsaKeyPair>);

pub(super) fn signer(key: &Key, alg: SigAlg) -> Result<Box<dyn Sign>, Misfit> {
    let refused = |why: &str| Misfit::Unfit(why.to_owned());
    let der = to_pkcs8(key)?;
    if let Some(padding) = padding(alg) {
        return KeyPair::from_pkcs8(der.expose())
            .map(|pair| Box::new(AwsRsa(Box::new(pair), padding)) as Box<dyn Sign>)
            .map_err(|_| refused("has private numbers that do not belong to its public ones"));
    }
    let scheme = key.curve().and_then(ecdsa_signing);
    EcdsaKeyPair::from_pkcs8(scheme.ok_or_else(|| cannot(alg))?, der.expose())
        .map(|pair| Box::new(AwsEcdsa(Box::new(pair))) as Box<dyn Sign>)
        .map_err(|_| refused("is refused by aws-lc"))
}

pub(super) fn verifier(key: &Key, alg: SigAlg) -> Result<Box<dyn Verify>, Misfit> {
    let parsed = match &key.material {
        Material::Oct(secret) => {
            let hash = hmac_hash(alg).ok_or_else(|| cannot(alg))?;
            return Ok(Box::new(AwsHmac(hmac::Key::new(hash, secret.expose()))));
        }
        Material::Rsa { n, e, .. } => {
            let parameters = rsa_parameters(alg).ok_or_else(|| cannot(alg))?;
            let parsed = RsaPublicKeyComponents { n, e }.to_parsed_public_key(parameters);
            parsed.map_err(|_| Misfit::Unfit("has numbers that are no RSA key".into()))?
        }
        Material::Curve { crv, x, y, .. } => parse(*crv, x, y).ok_or_else(|| off_curve(*crv))?,
        Material::Akp { set, public, .. } => {
            ParsedPublicKey::new(ml_dsa(*set).0, public.as_slice())
                .map_err(|_| Misfit::Unfit(format!("has a \"pub\" that is no {set} key")))?
        }
    };
    Ok(Box::new(Public(parsed)))
}

/// Whether a public point lies on its curve, as far as this library knows the curve.
///
/// # Errors
/// When it does not.
pub fn check_point(crv: Curve, x: &[u8], y: &[u8]) -> Result<(), Misfit> {
    match scheme(crv) {
        Some(_) => parse(crv, x, y).map(drop).ok_or_else(|| off_curve(crv)),
        None => Ok(()),
    }
}

fn parse(crv: Curve, x: &[u8], y: &[u8]) -> Option<ParsedPublicKey> {
    let frame: &[u8] = if crv.kty() == Kty::Ec { &[4] } else { &[] };
    ParsedPublicKey::new(scheme(crv)?, [frame, x, y].concat()).ok()
}

fn scheme(crv: Curve) -> Option<&'static dyn VerificationAlgorithm> {
    match crv {
        Curve::P256 => Some(&signature::ECDSA_P256_SHA256_FIXED),
        Curve::P384 => Some(&signature::ECDSA_P384_SHA384_FIXED),
        Curve::P521 => Some(&signature::ECDSA_P521_SHA512_FIXED),
        Curve::Secp256k1 => Some(&signature::ECDSA_P256K1_SHA256_FIXED),
        Curve::Ed25519 => Some(&signature::ED25519),
        Curve::Ed448 | Curve::X25519 | Curve::X448 => None,
    }
}

fn ecdsa_signing(crv: Curve) -> Option<&'static EcdsaSigningAlgorithm> {
    match crv {
        Curve::P256 => Some(&signature::ECDSA_P256_SHA256_FIXED_SIGNING),
        Curve::P384 => Some(&signature::ECDSA_P384_SHA384_FIXED_SIGNING),
        Curve::P521 => Some(&signature::ECDSA_P521_SHA512_FIXED_SIGNING),
        Curve::Secp256k1 => Some(&signature::ECDSA_P256K1_SHA256_FIXED_SIGNING),
        Curve::Ed25519 | Curve::Ed448 | Curve::X25519 | Curve::X448 => None,
    }
}

/// The public key of a seed (FIPS 204, algorithm 6). It takes no randomness.
pub fn seeded_public(set: ParameterSet, seed: &Secret) -> Option<Vec<u8>> {
    let pair = PqdsaKeyPair::from_seed(ml_dsa(set).1, seed.expose()).ok()?;
    Some(pair.public_key().as_ref().to_vec())
}

/// The private key of a seed in its long form, as PKCS#8 may hold it beside the seed.
pub fn expanded(set: ParameterSet, seed: &Secret) -> Option<Secret> {
    let pair = PqdsaKeyPair::from_seed(ml_dsa(set).1, seed.expose()).ok()?;
    let expanded = pair.private_key().as_raw_bytes().ok()?;
    Some(Secret::new(expanded.as_ref().to_vec()))
}

/// Signs with randomness of aws-lc's own: the price of a build without OpenSSL.
pub(super) fn akp_signer(key: &Key) -> Result<Box<dyn Sign>, Misfit> {
    let Material::Akp {
        set,
        public,
        seed: Some(seed),
    } = &key.material
    else {
        return Err(super::no_private_half());
    };
    match PqdsaKeyPair::from_seed(ml_dsa(*set).1, seed.expose()) {
        Ok(pair) if pair.public_key().as_ref() == public => Ok(Box::new(AwsMlDsa(Box::new(pair)))),
        _ => Err(super::other_half()),
    }
}

fn ml_dsa(
    set: ParameterSet,
) -> (
    &'static dyn VerificationAlgorithm,
    &'static PqdsaSigningAlgorithm,
) {
    match set {
        ParameterSet::MlDsa44 => (&signature::ML_DSA_44, &signature::ML_DSA_44_SIGNING),
        ParameterSet::MlDsa65 => (&signature::ML_DSA_65, &signature::ML_DSA_65_SIGNING),
        ParameterSet::MlDsa87 => (&signature::ML_DSA_87, &signature::ML_DSA_87_SIGNING),
    }
}

fn hmac_hash(alg: SigAlg) -> Option<hmac::Algorithm> {
    match alg.hash() {
        Hash::Sha256 => Some(hmac::HMAC_SHA256),
        Hash::Sha384 => Some(hmac::HMAC_SHA384),
        Hash::Sha512 => Some(hmac::HMAC_SHA512),
        Hash::Intrinsic => None,
    }
}

fn rsa_parameters(alg: SigAlg) -> Option<&'static RsaParameters> {
    match alg {
        SigAlg::Rs256 => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
        SigAlg::Rs384 => Some(&signature::RSA_PKCS1_2048_8192_SHA384),
        SigAlg::Rs512 => Some(&signature::RSA_PKCS1_2048_8192_SHA512),
        SigAlg::Ps256 => Some(&signature::RSA_PSS_2048_8192_SHA256),
        SigAlg::Ps384 => Some(&signature::RSA_PSS_2048_8192_SHA384),
        SigAlg::Ps512 => Some(&signature::RSA_PSS_2048_8192_SHA512),
        _ => None,
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

impl Sign for AwsRsa {
    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        let random = SystemRandom::new();
        self.0.sign(self.1, &random, message, &mut signature).ok()?;
        Some(signature)
    }
}

impl Sign for AwsEcdsa {
    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let signature = self.0.sign(&SystemRandom::new(), message).ok()?;
        Some(signature.as_ref().to_vec())
    }
}

impl Sign for AwsMlDsa {
    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let mut signature = vec![0; self.0.algorithm().signature_len()];
        self.0.sign(message, &mut signature).ok()?;
        Some(signature)
    }
}

impl Verify for Public {
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verify_sig(message, signature).is_ok()
    }
}

impl Verify for AwsHmac {
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        hmac::verify(&self.0, message, signature).is_ok()
    }
}
