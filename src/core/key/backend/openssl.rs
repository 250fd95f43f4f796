//! OpenSSL, in part through josekit: what no other library here has. Ed448 and X448, signing with
//! ES512, ES256K and ML-DSA, RSA keys that are too short for anything, and new RSA keys.
//!
//! Each way in begins with `openssl::init()`, which `src/openssl.c` makes the library's first call:
//! the one that says that no configuration is read.

use josekit::jws::JwsSigner;
use josekit::jws::alg::ecdsa::EcdsaJwsAlgorithm::{Es256k, Es512};
use josekit::jws::alg::eddsa::EddsaJwsAlgorithm::Eddsa;
use openssl::bn::{BigNum, BigNumContext};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::{Id, KeyType, PKey, Private, Public};
use openssl::rsa::Padding;
use openssl::sign::RsaPssSaltlen;

use super::super::super::alg::{Curve, Hash, ParameterSet, SigAlg};
use super::super::super::guard::guarded;
use super::super::super::secret::Secret;
use super::super::curve::public_half;
use super::super::{Key, KeyError, Material, Misfit, RsaPrivate, from_der, to_pkcs8};
use super::{Sign, Verify, cannot, no_private_half, other_half, seeded_public};

struct OpenSslRsa(PKey<Private>, SigAlg);

struct PublicRsa(PKey<Public>, SigAlg);

struct OpenSslMlDsa(PKey<Private>);

struct Josekit(Box<dyn JwsSigner>);

struct PublicEd448(PKey<Public>);

fn refused() -> Misfit {
    Misfit::Unfit("is refused by OpenSSL".into())
}

/// So many octets of the SHAKE256 of `message`; `None` when the library fails.
pub fn shake256(message: &[u8], octets: usize) -> Option<Vec<u8>> {
    openssl::init();
    let mut digest = vec![0; octets];
    openssl::hash::hash_xof(MessageDigest::shake_256(), message, &mut digest).ok()?;
    Some(digest)
}

pub(super) fn rsa_signer(key: &Key, alg: SigAlg) -> Result<Box<dyn Sign>, Misfit> {
    openssl::init();
    let der = to_pkcs8(key)?;
    PKey::private_key_from_pkcs8(der.expose())
        .map(|loaded| Box::new(OpenSslRsa(loaded, alg)) as Box<dyn Sign>)
        .map_err(|_| refused())
}

/// The public half of an RSA key, from its numbers: the OpenSSL that is linked has nothing that reads
/// a public key's DER.
pub(super) fn rsa_public(key: &Key) -> Option<PKey<Public>> {
    let Material::Rsa { n, e, .. } = &key.material else {
        return None;
    };
    let (n, e) = (BigNum::from_slice(n).ok()?, BigNum::from_slice(e).ok()?);
    let public = openssl::rsa::Rsa::from_public_components(n, e).ok()?;
    PKey::from_rsa(public).ok()
}

pub(super) fn rsa_verifier(key: &Key, alg: SigAlg) -> Result<Box<dyn Verify>, Misfit> {
    openssl::init();
    rsa_public(key)
        .ok_or_else(refused)
        .map(|loaded| Box::new(PublicRsa(loaded, alg)) as Box<dyn Verify>)
}

pub(super) fn curve_signer(key: &Key) -> Result<Box<dyn Sign>, Misfit> {
    openssl::init();
    let Material::Curve {
        crv,
        x,
        y,
        d: Some(d),
    } = &key.material
    else {
        return Err(no_private_half());
    };
    // josekit takes the public half on trust.
    if public_half(*crv, d) != Ok((x.clone(), y.clone())) {
        return Err(other_half());
    }
    let der = to_pkcs8(key)?;
    let der = der.expose();
    let signer: Result<Box<dyn JwsSigner>, _> = match crv {
        Curve::P521 => Es512.signer_from_der(der).map(|it| Box::new(it) as _),
        Curve::Secp256k1 => Es256k.signer_from_der(der).map(|it| Box::new(it) as _),
        Curve::Ed448 => Eddsa.signer_from_der(der).map(|it| Box::new(it) as _),
        Curve::P256 | Curve::P384 | Curve::Ed25519 | Curve::X25519 | Curve::X448 => {
            return Err(Misfit::Unfit(format!(
                "is on {crv}, which is not signed with here"
            )));
        }
    };
    signer
        .map(|signer| Box::new(Josekit(signer)) as Box<dyn Sign>)
        .map_err(|_| refused())
}

/// Signs with ML-DSA, whose signatures take randomness: OpenSSL's is the operating system's.
pub(super) fn akp_signer(key: &Key) -> Result<Box<dyn Sign>, Misfit> {
    openssl::init();
    let Material::Akp {
        set,
        public,
        seed: Some(seed),
    } = &key.material
    else {
        return Err(no_private_half());
    };
    if seeded_public(*set, seed).as_ref() != Some(public) {
        return Err(other_half());
    }
    let kind = match set {
        ParameterSet::MlDsa44 => KeyType::ML_DSA_44,
        ParameterSet::MlDsa65 => KeyType::ML_DSA_65,
        ParameterSet::MlDsa87 => KeyType::ML_DSA_87,
    };
    PKey::private_key_from_seed(None, kind, None, seed.expose())
        .map(|loaded| Box::new(OpenSslMlDsa(loaded)) as Box<dyn Sign>)
        .map_err(|_| refused())
}

pub(super) fn curve_verifier(key: &Key) -> Result<Box<dyn Verify>, Misfit> {
    openssl::init();
    let Material::Curve {
        crv: Curve::Ed448,
        x,
        ..
    } = &key.material
    else {
        return Err(cannot(SigAlg::Ed448));
    };
    PKey::public_key_from_raw_bytes(x, Id::ED448)
        .map(|loaded| Box::new(PublicEd448(loaded)) as Box<dyn Verify>)
        .map_err(|_| refused())
}

impl Sign for OpenSslRsa {
    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let digest = digest(self.1)?;
        let sign = || -> Result<Vec<u8>, ErrorStack> {
            let mut signer = openssl::sign::Signer::new(digest, &self.0)?;
            if self.1.is_pss() {
                signer.set_rsa_padding(Padding::PKCS1_PSS)?;
                signer.set_rsa_mgf1_md(digest)?;
                signer.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)?;
            }
            signer.sign_oneshot_to_vec(message)
        };
        sign().ok()
    }
}

impl Sign for OpenSslMlDsa {
    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let sign =
            || openssl::sign::Signer::new_without_digest(&self.0)?.sign_oneshot_to_vec(message);
        sign().ok()
    }
}

impl Verify for PublicRsa {
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let Some(digest) = digest(self.1) else {
            return false;
        };
        let verify = || -> Result<bool, ErrorStack> {
            let mut verifier = openssl::sign::Verifier::new(digest, &self.0)?;
            if self.1.is_pss() {
                verifier.set_rsa_padding(Padding::PKCS1_PSS)?;
                verifier.set_rsa_mgf1_md(digest)?;
                verifier.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)?;
            }
            verifier.verify_oneshot(signature, message)
        };
        guarded(|| verify().unwrap_or(false)).unwrap_or(false)
    }
}

impl Sign for Josekit {
    fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        guarded(|| self.0.sign(message).ok()).flatten()
    }
}

impl Verify for PublicEd448 {
    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let verify = || {
            let mut verifier = openssl::sign::Verifier::new_without_digest(&self.0)?;
            verifier.verify_oneshot(signature, message)
        };
        guarded(|| verify().unwrap_or(false)).unwrap_or(false)
    }
}

fn digest(alg: SigAlg) -> Option<MessageDigest> {
    match alg.hash() {
        Hash::Sha256 => Some(MessageDigest::sha256()),
        Hash::Sha384 => Some(MessageDigest::sha384()),
        Hash::Sha512 => Some(MessageDigest::sha512()),
        Hash::Intrinsic => None,
    }
}

/// A new RSA key: OpenSSL finds primes faster than aws-lc, and without its entropy gathering.
///
/// # Errors
/// A phrase when the library fails.
pub fn new_rsa(bits: usize) -> Result<Key, KeyError> {
    openssl::init();
    let failed = || KeyError::Failed("could not be made".into());
    let bits = u32::try_from(bits).map_err(|_| failed())?;
    let pair = josekit::jwk::alg::rsa::RsaKeyPair::generate(bits).map_err(|_| failed())?;
    let der = Secret::new(pair.to_raw_private_key());
    from_der(der.expose()).unwrap_or_else(|| Err(KeyError::Failed("cannot be read back".into())))
}

/// The public half of a private key on Ed448 or X448.
///
/// # Errors
/// A phrase when it is not such a key.
pub fn raw_public(crv: Curve, d: &Secret) -> Result<Vec<u8>, KeyError> {
    openssl::init();
    let id = if crv == Curve::Ed448 {
        Id::ED448
    } else {
        Id::X448
    };
    PKey::private_key_from_raw_bytes(d.expose(), id)
        .and_then(|private| private.raw_public_key())
        .map_err(|_| {
            KeyError::Invalid(format!("has a private half that is not a key on {crv}").into())
        })
}

/// Whether `d` is what `dp` and `dq` were made from (RFC 8017 §3.2). Signing needs those alone, but
/// a program that gets the key may go by `d`.
pub fn is_consistent(private: &RsaPrivate) -> bool {
    openssl::init();
    // Of the kind that is wiped when it is freed.
    let number = |secret: &Secret| -> Result<BigNum, ErrorStack> {
        let mut number = BigNum::new_secure()?;
        number.copy_from_slice(secret.expose())?;
        Ok(number)
    };
    let holds = |prime: &Secret, reduced: &Secret| -> Result<bool, ErrorStack> {
        let (mut less_one, mut found) = (number(prime)?, BigNum::new_secure()?);
        less_one.sub_word(1)?;
        let mut context = BigNumContext::new_secure()?;
        found.nnmod(&*number(&private.d)?, &less_one, &mut context)?;
        Ok(found == number(reduced)?)
    };
    [(&private.p, &private.dp), (&private.q, &private.dq)]
        .into_iter()
        .all(|(prime, reduced)| holds(prime, reduced).unwrap_or(false))
}

/// Whether an encoded Edwards point can be decoded: x² = (y² − 1) / (d·y² + 1) on Ed25519, (y² − 1)
/// / (d·y² − 1) on Ed448 must have a solution (RFC 8032 §5.1.3 and §5.2.3). Libraries ask only when
/// they verify.
pub fn is_edwards_point(crv: Curve, encoded: &[u8]) -> bool {
    openssl::init();
    // A library that is out of memory is not a finding.
    decodes(crv, encoded).unwrap_or(true)
}

fn decodes(crv: Curve, encoded: &[u8]) -> Result<bool, ErrorStack> {
    let (p, d, sign) = match crv {
        Curve::Ed25519 => (
            "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed",
            "52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3",
            1,
        ),
        // d is -39081.
        Curve::Ed448 => (
            "fffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "fffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffffffffffffffffffffffffffffffffffffffffffffffff6756",
            -1,
        ),
        _ => return Ok(true),
    };
    let mut context = BigNumContext::new()?;
    let one = BigNum::from_u32(1)?;
    let (p, d) = (BigNum::from_hex_str(p)?, BigNum::from_hex_str(d)?);
    let mut bytes: Vec<u8> = encoded.iter().rev().copied().collect();
    bytes[0] &= 0x7f;
    let y = BigNum::from_slice(&bytes)?;
    if y >= p {
        return Ok(false);
    }
    let (mut square, mut u, mut v, mut product) = (
        BigNum::new()?,
        BigNum::new()?,
        BigNum::new()?,
        BigNum::new()?,
    );
    square.mod_sqr(&y, &p, &mut context)?;
    u.mod_sub(&square, &one, &p, &mut context)?;
    product.mod_mul(&d, &square, &p, &mut context)?;
    match sign {
        1 => v.mod_add(&product, &one, &p, &mut context)?,
        _ => v.mod_sub(&product, &one, &p, &mut context)?,
    }
    // u/v has a square root exactly when u·v has one (Euler's criterion).
    product.mod_mul(&u, &v, &p, &mut context)?;
    let (mut half, mut power) = (BigNum::new()?, BigNum::new()?);
    half.rshift1(&p)?;
    power.mod_exp(&product, &half, &p, &mut context)?;
    Ok(product.num_bits() == 0 || power == one)
}
