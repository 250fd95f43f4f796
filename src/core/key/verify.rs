//! Checking signatures: jsonwebtoken (over aws-lc) for the algorithms it has, aws-lc itself for
//! ES512 and ES256K, josekit over OpenSSL for Ed448, OpenSSL for RSA keys that are too short for
//! anything else.

use aws_lc_rs::signature::{self, ParsedPublicKey, VerificationAlgorithm};
use jsonwebtoken::{Algorithm, DecodingKey};

use super::super::alg::{Curve, Hash, Kty, SigAlg};
#[cfg(feature = "jwe")]
use super::super::guard::guarded;
use super::curve::has_small_order;
use super::{Job, Key, Material, Misfit, encode};

/// A key made ready for checking signatures of one algorithm.
pub struct Verifier(Backend);

/// What was signed, and the signature, both as bytes and as the token's base64url text.
#[derive(Clone, Copy)]
pub struct Verifying<'a> {
    /// The signing input.
    pub message: &'a [u8],
    /// The signature.
    pub signature: &'a [u8],
}

enum Backend {
    Jsonwebtoken(Box<DecodingKey>, Algorithm),
    AwsLc(ParsedPublicKey),
    #[cfg(feature = "jwe")]
    Josekit(Box<dyn josekit::jws::JwsVerifier>),
    #[cfg(feature = "jwe")]
    WeakRsa(SigAlg, openssl::pkey::PKey<openssl::pkey::Public>),
}

impl Key {
    /// Prepares the key for checking signatures of `alg`.
    ///
    /// # Errors
    /// When it does not fit (see [`Key::fit`]); a weak one passes if `allow_weak`. Also when it is
    /// no key at all, such as a point off its curve.
    pub fn verifier(&self, alg: SigAlg, allow_weak: bool) -> Result<Verifier, Misfit> {
        match self.fit(alg, Job::Verify) {
            Err(Misfit::Weak(_)) if allow_weak => {}
            other => other?,
        }
        self.check_order()?;
        let jsonwebtoken =
            |key| jsonwebtoken_alg(alg).map(|alg| Backend::Jsonwebtoken(Box::new(key), alg));
        let backend = match &self.material {
            Material::Oct(secret) => jsonwebtoken(DecodingKey::from_secret(secret.expose())),
            Material::Rsa { .. } if self.bits() < super::MIN_RSA_BITS => {
                Some(self.weak_rsa_verifier(alg)?)
            }
            Material::Rsa { n, e, .. } => jsonwebtoken(DecodingKey::from_rsa_raw_components(n, e)),
            Material::Curve {
                crv: Curve::Ed448, ..
            } => Some(self.ed448_verifier()?),
            Material::Curve { crv, x, y, .. } => match ecdsa(*crv) {
                Some(ecdsa) => Some(Backend::AwsLc(parse_point(*crv, ecdsa, x, y)?)),
                None if crv.kty() == Kty::Ec => jsonwebtoken(
                    DecodingKey::from_ec_components(&encode(x), &encode(y))
                        .map_err(|_| off_curve(*crv))?,
                ),
                None => jsonwebtoken(
                    DecodingKey::from_ed_components(&encode(x)).map_err(|_| off_curve(*crv))?,
                ),
            },
        };
        backend
            .map(Verifier)
            .ok_or_else(|| Misfit::Unfit(format!("cannot check {alg}")))
    }

    /// Whether the public numbers are a key at all: an EC point must lie on its curve. Costs a
    /// parse, so it is asked only when a signature did not verify and the question is whose
    /// fault that is.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn check_public(&self) -> Result<(), Misfit> {
        let Material::Curve { crv, x, y, .. } = &self.material else {
            return Ok(());
        };
        self.check_order()?;
        let ecdsa: &'static dyn VerificationAlgorithm = match crv {
            Curve::P256 => &signature::ECDSA_P256_SHA256_FIXED,
            Curve::P384 => &signature::ECDSA_P384_SHA384_FIXED,
            Curve::Ed25519 => &signature::ED25519,
            _ => match ecdsa(*crv) {
                Some(ecdsa) => ecdsa,
                None => return Ok(()),
            },
        };
        parse_point(*crv, ecdsa, x, y).map(drop)
    }

    /// Whether the public half is a point of small order, for which anybody can sign.
    pub fn has_small_order(&self) -> bool {
        self.check_order().is_err()
    }

    /// Refuses a public point that makes signatures by anybody verify.
    fn check_order(&self) -> Result<(), Misfit> {
        match &self.material {
            Material::Curve { crv, x, .. } if has_small_order(*crv, x) => {
                let why = format!(
                    "has a public point of small order on {crv}, for which anybody can sign"
                );
                Err(Misfit::Unfit(why))
            }
            _ => Ok(()),
        }
    }

    #[cfg(feature = "jwe")]
    fn weak_rsa_verifier(&self, alg: SigAlg) -> Result<Backend, Misfit> {
        let der = super::to_spki(self).map_err(Misfit::Unfit)?;
        let key = openssl::pkey::PKey::public_key_from_der(&der);
        key.map(|key| Backend::WeakRsa(alg, key))
            .map_err(|_| Misfit::Unfit("is refused by OpenSSL".into()))
    }

    #[cfg(not(feature = "jwe"))]
    fn weak_rsa_verifier(&self, _: SigAlg) -> Result<Backend, Misfit> {
        Err(Misfit::Unfit(
            "is too short for this build of jwtctl (feature `jwe`)".into(),
        ))
    }

    #[cfg(feature = "jwe")]
    fn ed448_verifier(&self) -> Result<Backend, Misfit> {
        let der = super::to_spki(self).map_err(Misfit::Unfit)?;
        let verifier = josekit::jws::alg::eddsa::EddsaJwsAlgorithm::Eddsa.verifier_from_der(&der);
        verifier
            .map(|it| Backend::Josekit(Box::new(it)))
            .map_err(|_| Misfit::Unfit("is refused by OpenSSL".into()))
    }

    #[cfg(not(feature = "jwe"))]
    fn ed448_verifier(&self) -> Result<Backend, Misfit> {
        Err(Misfit::Unfit(
            "is on Ed448, which this build of jwtctl leaves out (feature `jwe`)".into(),
        ))
    }
}

impl Verifier {
    /// Whether `signature` is one of `message` by this key.
    pub fn verify(&self, it: Verifying<'_>) -> bool {
        match &self.0 {
            Backend::Jsonwebtoken(key, alg) => {
                jsonwebtoken::crypto::verify(&encode(it.signature), it.message, key, *alg)
                    .unwrap_or(false)
            }
            Backend::AwsLc(key) => key.verify_sig(it.message, it.signature).is_ok(),
            #[cfg(feature = "jwe")]
            Backend::Josekit(verifier) => {
                guarded(|| verifier.verify(it.message, it.signature).is_ok()).unwrap_or(false)
            }
            #[cfg(feature = "jwe")]
            Backend::WeakRsa(alg, key) => {
                guarded(|| weak_rsa_verify(*alg, key, it).unwrap_or(false)).unwrap_or(false)
            }
        }
    }
}

#[cfg(feature = "jwe")]
fn weak_rsa_verify(
    alg: SigAlg,
    key: &openssl::pkey::PKey<openssl::pkey::Public>,
    it: Verifying<'_>,
) -> Result<bool, openssl::error::ErrorStack> {
    let digest = super::sign::openssl_digest(alg);
    let mut verifier = openssl::sign::Verifier::new(digest, key)?;
    if alg.is_pss() {
        verifier.set_rsa_padding(openssl::rsa::Padding::PKCS1_PSS)?;
        verifier.set_rsa_mgf1_md(digest)?;
        verifier.set_rsa_pss_saltlen(openssl::sign::RsaPssSaltlen::DIGEST_LENGTH)?;
    }
    verifier.verify_oneshot(it.signature, it.message)
}

/// The curves whose ECDSA jsonwebtoken does not have.
fn ecdsa(crv: Curve) -> Option<&'static dyn VerificationAlgorithm> {
    match crv {
        Curve::P521 => Some(&signature::ECDSA_P521_SHA512_FIXED),
        Curve::Secp256k1 => Some(&signature::ECDSA_P256K1_SHA256_FIXED),
        _ => None,
    }
}

fn parse_point(
    crv: Curve,
    alg: &'static dyn VerificationAlgorithm,
    x: &[u8],
    y: &[u8],
) -> Result<ParsedPublicKey, Misfit> {
    let frame: &[u8] = if crv.kty() == Kty::Ec { &[4] } else { &[] };
    ParsedPublicKey::new(alg, [frame, x, y].concat()).map_err(|_| off_curve(crv))
}

fn off_curve(crv: Curve) -> Misfit {
    Misfit::Unfit(format!("has a public point that is not on {crv}"))
}

/// jsonwebtoken's name for `alg`, where it has one. Its backend is settled first: were another
/// crate of the same program to compile in a second one, jsonwebtoken would panic for want of a
/// choice.
pub(super) fn jsonwebtoken_alg(alg: SigAlg) -> Option<Algorithm> {
    // An error says that the choice has been made already.
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
    Some(match (alg, alg.hash()) {
        (SigAlg::Hs256, _) => Algorithm::HS256,
        (SigAlg::Hs384, _) => Algorithm::HS384,
        (SigAlg::Hs512, _) => Algorithm::HS512,
        (SigAlg::Es256, _) => Algorithm::ES256,
        (SigAlg::Es384, _) => Algorithm::ES384,
        (SigAlg::EdDsa | SigAlg::Ed25519, _) => Algorithm::EdDSA,
        (SigAlg::Es512 | SigAlg::Es256k | SigAlg::Ed448, _) => return None,
        (_, Hash::Sha256) if alg.is_pss() => Algorithm::PS256,
        (_, Hash::Sha384) if alg.is_pss() => Algorithm::PS384,
        (_, _) if alg.is_pss() => Algorithm::PS512,
        (_, Hash::Sha256) => Algorithm::RS256,
        (_, Hash::Sha384) => Algorithm::RS384,
        (_, _) => Algorithm::RS512,
    })
}
