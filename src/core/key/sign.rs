//! Making signatures. Each algorithm goes to the library that is quick in a short-lived process:
//! jsonwebtoken for HMAC, ring (seeded by the operating system) for RSA, P-256, P-384 and Ed25519,
//! aws-lc for RSA keys that ring refuses, josekit over OpenSSL for the rest.

use ring::rand::SystemRandom;
use ring::rsa::KeyPairComponents;
use ring::signature::{self, EcdsaKeyPair, Ed25519KeyPair, RsaEncoding};

use super::super::alg::{Curve, Hash, MIN_RSA_BITS, SigAlg};
use super::{Job, Key, Material, Misfit, RsaPrivate, to_pkcs8};

/// A private key made ready for one algorithm; loading is the slow part, so keep it for further
/// signatures.
pub struct Signer {
    alg: SigAlg,
    backend: Backend,
}

enum Backend {
    Hmac(jsonwebtoken::EncodingKey),
    Rsa(Box<ring::rsa::KeyPair>, &'static dyn RsaEncoding),
    LargeRsa(
        Box<aws_lc_rs::rsa::KeyPair>,
        &'static dyn aws_lc_rs::signature::RsaEncoding,
    ),
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    #[cfg(feature = "jwe")]
    Josekit(Box<dyn josekit::jws::JwsSigner>),
    #[cfg(feature = "jwe")]
    WeakRsa(openssl::pkey::PKey<openssl::pkey::Private>),
    #[cfg(not(feature = "jwe"))]
    AwsEcdsa(Box<aws_lc_rs::signature::EcdsaKeyPair>),
}

impl RsaPrivate {
    /// Whether `d` is what `dp` and `dq` were made from (RFC 8017 §3.2). Signing here needs those
    /// alone, but others who get the key may go by `d`.
    #[cfg(feature = "jwe")]
    fn is_consistent(&self) -> bool {
        use openssl::bn::{BigNum, BigNumContext};
        // Of the kind that is wiped when it is freed.
        let number = |secret: &super::Secret| -> Result<BigNum, openssl::error::ErrorStack> {
            let mut number = BigNum::new_secure()?;
            number.copy_from_slice(secret.expose())?;
            Ok(number)
        };
        let holds = |prime: &super::Secret,
                     reduced: &super::Secret|
         -> Result<bool, openssl::error::ErrorStack> {
            let (mut less_one, mut found) = (number(prime)?, BigNum::new_secure()?);
            less_one.sub_word(1)?;
            found.nnmod(
                &*number(&self.d)?,
                &less_one,
                &mut *BigNumContext::new_secure()?,
            )?;
            Ok(found == number(reduced)?)
        };
        [(&self.p, &self.dp), (&self.q, &self.dq)]
            .into_iter()
            .all(|(prime, reduced)| holds(prime, reduced).unwrap_or(false))
    }

    /// There is nothing here to reckon with.
    #[cfg(not(feature = "jwe"))]
    fn is_consistent(&self) -> bool {
        true
    }
}

impl Key {
    /// Prepares the key for signing with `alg`.
    ///
    /// # Errors
    /// When it does not fit (see [`Key::fit`]); a weak one passes if `allow_weak`. Also when the
    /// library refuses it, which it does when the halves do not belong together.
    pub fn signer(&self, alg: SigAlg, allow_weak: bool) -> Result<Signer, Misfit> {
        match self.fit(alg, Job::Sign) {
            Err(Misfit::Weak(_)) if allow_weak => {}
            other => other?,
        }
        let backend = match &self.material {
            Material::Oct(secret) => {
                Backend::Hmac(jsonwebtoken::EncodingKey::from_secret(secret.expose()))
            }
            Material::Rsa {
                n,
                e,
                private: Some(private),
            } => self.rsa_signer(alg, n, e, private)?,
            Material::Curve {
                crv,
                x,
                y,
                d: Some(d),
            } => self.curve_signer(*crv, d.expose(), &[&[4], x.as_slice(), y].concat())?,
            _ => return Err(Misfit::Unfit("has no private half".into())),
        };
        Ok(Signer { alg, backend })
    }

    /// Whether the public half is the one of the private half: recomputed on a curve, tried out
    /// with RSA.
    ///
    /// # Errors
    /// [`Misfit::Unfit`] when it is not, or there is no private half.
    pub fn check_private(&self) -> Result<(), Misfit> {
        let unfit = |why: &str| Err(Misfit::Unfit(why.into()));
        match &self.material {
            Material::Oct(_) => Ok(()),
            Material::Curve {
                crv,
                x,
                y,
                d: Some(d),
            } => {
                let (own_x, own_y) = super::curve::public_half(*crv, d).map_err(Misfit::Unfit)?;
                match own_x == *x && own_y == *y {
                    true => Ok(()),
                    false => unfit("has a public half that does not belong to its private one"),
                }
            }
            Material::Rsa {
                n,
                e,
                private: Some(private),
            } => {
                const MESSAGE: &[u8] = b"jwtctl";
                if !private.is_consistent() {
                    return unfit("has a \"d\" that does not belong to its primes");
                }
                let alg = SigAlg::Rs256;
                let signer = Signer {
                    alg,
                    backend: self.rsa_signer(alg, n, e, private)?,
                };
                let public = Self::from_material(Material::Rsa {
                    n: n.clone(),
                    e: e.clone(),
                    private: None,
                });
                let signature = signer.sign(MESSAGE).map_err(Misfit::Unfit)?;
                match public.verifier(alg, true)?.verify(super::Verifying {
                    message: MESSAGE,
                    signature: &signature,
                }) {
                    true => Ok(()),
                    false => unfit("has a public half that does not belong to its private one"),
                }
            }
            Material::Rsa { .. } | Material::Curve { .. } => unfit("has no private half"),
        }
    }

    fn rsa_signer(
        &self,
        alg: SigAlg,
        n: &[u8],
        e: &[u8],
        private: &RsaPrivate,
    ) -> Result<Backend, Misfit> {
        let broken =
            || Misfit::Unfit("has private numbers that do not belong to its public ones".into());
        if self.bits() < MIN_RSA_BITS {
            return self.weak_rsa_signer();
        }
        // ring takes 2048 to 4096 bits in steps of 1024, and exponents from 65537 on; aws-lc takes
        // the others.
        let components = KeyPairComponents {
            public_key: ring::rsa::PublicKeyComponents { n, e },
            d: private.d.expose(),
            p: private.p.expose(),
            q: private.q.expose(),
            dP: private.dp.expose(),
            dQ: private.dq.expose(),
            qInv: private.qi.expose(),
        };
        if let Ok(pair) = ring::rsa::KeyPair::from_components(&components) {
            return Ok(Backend::Rsa(Box::new(pair), ring_padding(alg)));
        }
        let der = to_pkcs8(self).map_err(Misfit::Unfit)?;
        let pair = aws_lc_rs::rsa::KeyPair::from_pkcs8(der.expose()).map_err(|_| broken())?;
        Ok(Backend::LargeRsa(Box::new(pair), aws_padding(alg)))
    }

    #[cfg(feature = "jwe")]
    fn weak_rsa_signer(&self) -> Result<Backend, Misfit> {
        let der = to_pkcs8(self).map_err(Misfit::Unfit)?;
        let key = openssl::pkey::PKey::private_key_from_der(der.expose());
        key.map(Backend::WeakRsa)
            .map_err(|_| Misfit::Unfit("is refused by OpenSSL".into()))
    }

    #[cfg(not(feature = "jwe"))]
    fn weak_rsa_signer(&self) -> Result<Backend, Misfit> {
        Err(Misfit::Unfit(
            "is too short for this build of jwtctl (feature `jwe`)".into(),
        ))
    }

    fn curve_signer(&self, crv: Curve, d: &[u8], public: &[u8]) -> Result<Backend, Misfit> {
        let broken =
            || Misfit::Unfit("has a public half that does not belong to its private one".into());
        let ecdsa = |alg| {
            EcdsaKeyPair::from_private_key_and_public_key(alg, d, public, &SystemRandom::new())
        };
        match crv {
            Curve::P256 => ecdsa(&signature::ECDSA_P256_SHA256_FIXED_SIGNING)
                .map(Backend::Ecdsa)
                .map_err(|_| broken()),
            Curve::P384 => ecdsa(&signature::ECDSA_P384_SHA384_FIXED_SIGNING)
                .map(Backend::Ecdsa)
                .map_err(|_| broken()),
            Curve::Ed25519 => {
                let pair = Ed25519KeyPair::from_seed_and_public_key(d, &public[1..]);
                pair.map(Backend::Ed25519).map_err(|_| broken())
            }
            Curve::P521 | Curve::Secp256k1 | Curve::Ed448 => self.rare_signer(crv),
            Curve::X25519 | Curve::X448 => {
                Err(Misfit::Unfit(format!("is on {crv}, which cannot sign")))
            }
        }
    }

    #[cfg(feature = "jwe")]
    fn rare_signer(&self, crv: Curve) -> Result<Backend, Misfit> {
        use josekit::jws::alg::ecdsa::EcdsaJwsAlgorithm::{Es256k, Es512};
        use josekit::jws::alg::eddsa::EddsaJwsAlgorithm::Eddsa;
        let Material::Curve {
            x, y, d: Some(d), ..
        } = &self.material
        else {
            return Err(Misfit::Unfit("has no private half".into()));
        };
        // josekit takes the public half on trust.
        if super::curve::public_half(crv, d) != Ok((x.clone(), y.clone())) {
            return Err(Misfit::Unfit(
                "has a public half that does not belong to its private one".into(),
            ));
        }
        let der = to_pkcs8(self).map_err(Misfit::Unfit)?;
        let signer: Result<Box<dyn josekit::jws::JwsSigner>, _> = match crv {
            Curve::P521 => Es512
                .signer_from_der(der.expose())
                .map(|it| Box::new(it) as _),
            Curve::Secp256k1 => Es256k
                .signer_from_der(der.expose())
                .map(|it| Box::new(it) as _),
            _ => Eddsa
                .signer_from_der(der.expose())
                .map(|it| Box::new(it) as _),
        };
        signer
            .map(Backend::Josekit)
            .map_err(|_| Misfit::Unfit("is refused by OpenSSL".into()))
    }

    #[cfg(not(feature = "jwe"))]
    fn rare_signer(&self, crv: Curve) -> Result<Backend, Misfit> {
        use aws_lc_rs::signature::{
            ECDSA_P256K1_SHA256_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair,
        };
        let alg = match crv {
            Curve::P521 => &ECDSA_P521_SHA512_FIXED_SIGNING,
            Curve::Secp256k1 => &ECDSA_P256K1_SHA256_FIXED_SIGNING,
            _ => {
                return Err(Misfit::Unfit(format!(
                    "is on {crv}, which this build of jwtctl leaves out (feature `jwe`)"
                )));
            }
        };
        let der = to_pkcs8(self).map_err(Misfit::Unfit)?;
        let pair = EcdsaKeyPair::from_pkcs8(alg, der.expose());
        pair.map(|pair| Backend::AwsEcdsa(Box::new(pair)))
            .map_err(|_| Misfit::Unfit("is refused by aws-lc".into()))
    }
}

impl Signer {
    /// The algorithm it signs with.
    pub fn alg(&self) -> SigAlg {
        self.alg
    }

    /// The JWS signature over `message`, raw.
    ///
    /// # Errors
    /// A phrase when the library fails, which for a prepared key means that the machine is out of
    /// something.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        let failed = || format!("signing with {} failed", self.alg);
        match &self.backend {
            Backend::Hmac(key) => {
                let text = jsonwebtoken::crypto::sign(
                    message,
                    key,
                    super::verify::jsonwebtoken_alg(self.alg).ok_or_else(failed)?,
                );
                text.ok()
                    .and_then(|text| super::decode(&text))
                    .ok_or_else(failed)
            }
            Backend::Rsa(pair, padding) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(*padding, &SystemRandom::new(), message, &mut signature)
                    .map_err(|_| failed())?;
                Ok(signature)
            }
            Backend::LargeRsa(pair, padding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let random = aws_lc_rs::rand::SystemRandom::new();
                pair.sign(*padding, &random, message, &mut signature)
                    .map_err(|_| failed())?;
                Ok(signature)
            }
            Backend::Ecdsa(pair) => pair
                .sign(&SystemRandom::new(), message)
                .map(|it| it.as_ref().to_vec())
                .map_err(|_| failed()),
            Backend::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            #[cfg(feature = "jwe")]
            Backend::Josekit(signer) => signer.sign(message).map_err(|_| failed()),
            #[cfg(feature = "jwe")]
            Backend::WeakRsa(key) => weak_rsa_sign(self.alg, key, message).map_err(|_| failed()),
            #[cfg(not(feature = "jwe"))]
            Backend::AwsEcdsa(pair) => {
                let random = aws_lc_rs::rand::SystemRandom::new();
                pair.sign(&random, message)
                    .map(|it| it.as_ref().to_vec())
                    .map_err(|_| failed())
            }
        }
    }
}

fn ring_padding(alg: SigAlg) -> &'static dyn RsaEncoding {
    match (alg.is_pss(), alg.hash()) {
        (false, Hash::Sha384) => &signature::RSA_PKCS1_SHA384,
        (false, Hash::Sha512) => &signature::RSA_PKCS1_SHA512,
        (false, _) => &signature::RSA_PKCS1_SHA256,
        (true, Hash::Sha384) => &signature::RSA_PSS_SHA384,
        (true, Hash::Sha512) => &signature::RSA_PSS_SHA512,
        (true, _) => &signature::RSA_PSS_SHA256,
    }
}

fn aws_padding(alg: SigAlg) -> &'static dyn aws_lc_rs::signature::RsaEncoding {
    use aws_lc_rs::signature;
    match (alg.is_pss(), alg.hash()) {
        (false, Hash::Sha384) => &signature::RSA_PKCS1_SHA384,
        (false, Hash::Sha512) => &signature::RSA_PKCS1_SHA512,
        (false, _) => &signature::RSA_PKCS1_SHA256,
        (true, Hash::Sha384) => &signature::RSA_PSS_SHA384,
        (true, Hash::Sha512) => &signature::RSA_PSS_SHA512,
        (true, _) => &signature::RSA_PSS_SHA256,
    }
}

#[cfg(feature = "jwe")]
fn weak_rsa_sign(
    alg: SigAlg,
    key: &openssl::pkey::PKey<openssl::pkey::Private>,
    message: &[u8],
) -> Result<Vec<u8>, openssl::error::ErrorStack> {
    let mut signer = openssl::sign::Signer::new(openssl_digest(alg), key)?;
    if alg.is_pss() {
        signer.set_rsa_padding(openssl::rsa::Padding::PKCS1_PSS)?;
        signer.set_rsa_mgf1_md(openssl_digest(alg))?;
        signer.set_rsa_pss_saltlen(openssl::sign::RsaPssSaltlen::DIGEST_LENGTH)?;
    }
    signer.sign_oneshot_to_vec(message)
}

#[cfg(feature = "jwe")]
pub(super) fn openssl_digest(alg: SigAlg) -> openssl::hash::MessageDigest {
    match alg.hash() {
        Hash::Sha384 => openssl::hash::MessageDigest::sha384(),
        Hash::Sha512 => openssl::hash::MessageDigest::sha512(),
        Hash::Sha256 | Hash::Intrinsic => openssl::hash::MessageDigest::sha256(),
    }
}
