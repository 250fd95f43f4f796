//! New keys, and the public half of a private one. The randomness is the caller's, never aws-lc's:
//! that library gathers entropy for some 30 ms at its first draw.

use aws_lc_rs::agreement;
use aws_lc_rs::encoding::{AsBigEndian as _, EcPrivateKeyBin};
use aws_lc_rs::signature::{self, EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair as _};
use der::Encode as _;

use super::super::alg::{Curve, KeyAlg, Kty, MIN_RSA_BITS, SigAlg};
use super::super::env::Env;
use super::super::secret::Secret;
use super::formats::point;
use super::{Key, MAX_RSA_BITS, Material};

/// What kind of key to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipe {
    /// Random bytes, so many.
    Oct(usize),
    /// An RSA key of so many bits.
    Rsa(usize),
    /// A key pair on a curve.
    Curve(Curve),
}

impl Recipe {
    /// What `alg` needs, by its table row; `crv` and `bits` where it leaves a choice.
    ///
    /// # Errors
    /// A phrase when `crv` or `bits` is not among the choices.
    pub fn for_sig(alg: SigAlg, crv: Option<Curve>, bits: Option<usize>) -> Result<Self, String> {
        match alg.kty() {
            Kty::Oct => no_choice(alg.as_str(), crv, bits).map(|()| Self::Oct(alg.hash().octets())),
            Kty::Rsa => rsa_bits(alg.as_str(), crv, bits),
            Kty::Ec | Kty::Okp => curve(alg.as_str(), alg.curves(), crv, bits),
        }
    }

    /// What `alg` needs; see [`Recipe::for_sig`].
    ///
    /// # Errors
    /// A phrase when `crv` or `bits` is not among the choices, or the algorithm takes a passphrase
    /// rather than a key.
    pub fn for_encryption(
        alg: KeyAlg,
        crv: Option<Curve>,
        bits: Option<usize>,
    ) -> Result<Self, String> {
        match alg {
            _ if alg.is_ecdh() => {
                let choices = [
                    Curve::P256,
                    Curve::P384,
                    Curve::P521,
                    Curve::X25519,
                    Curve::X448,
                ];
                curve(alg.as_str(), &choices, crv, bits)
            }
            _ if alg.kty() == Kty::Rsa => rsa_bits(alg.as_str(), crv, bits),
            KeyAlg::A128Kw | KeyAlg::A128GcmKw => {
                no_choice(alg.as_str(), crv, bits).map(|()| Self::Oct(16))
            }
            KeyAlg::A192Kw | KeyAlg::A192GcmKw => {
                no_choice(alg.as_str(), crv, bits).map(|()| Self::Oct(24))
            }
            KeyAlg::A256Kw | KeyAlg::A256GcmKw => {
                no_choice(alg.as_str(), crv, bits).map(|()| Self::Oct(32))
            }
            KeyAlg::Dir => match (crv, bits.unwrap_or(256)) {
                (None, bits @ (128 | 192 | 256 | 384 | 512)) => Ok(Self::Oct(bits / 8)),
                (None, _) => Err("dir takes 128, 192, 256, 384 or 512 bits".into()),
                (Some(_), _) => Err("dir has no curve".into()),
            },
            _ => Err(format!("{alg} takes a passphrase, not a key")),
        }
    }
}

fn no_choice(alg: &str, crv: Option<Curve>, bits: Option<usize>) -> Result<(), String> {
    match (crv, bits) {
        (Some(_), _) => Err(format!("{alg} has no curve")),
        (_, Some(_)) => Err(format!("{alg} has one size only")),
        (None, None) => Ok(()),
    }
}

fn rsa_bits(alg: &str, crv: Option<Curve>, bits: Option<usize>) -> Result<Recipe, String> {
    if crv.is_some() {
        return Err(format!("{alg} has no curve"));
    }
    match bits.unwrap_or(MIN_RSA_BITS) {
        bits if !(MIN_RSA_BITS..=MAX_RSA_BITS).contains(&bits) => {
            Err(format!("{alg} takes {MIN_RSA_BITS} to {MAX_RSA_BITS} bits"))
        }
        bits if bits % 8 != 0 => Err("the number of bits must be a multiple of 8".into()),
        bits => Ok(Recipe::Rsa(bits)),
    }
}

fn curve(
    alg: &str,
    choices: &[Curve],
    crv: Option<Curve>,
    bits: Option<usize>,
) -> Result<Recipe, String> {
    if bits.is_some() {
        return Err(format!("{alg} takes its size from the curve"));
    }
    match crv {
        None => Ok(Recipe::Curve(choices[0])),
        Some(crv) if choices.contains(&crv) => Ok(Recipe::Curve(crv)),
        Some(crv) => {
            let names: Vec<_> = choices.iter().map(|it| it.as_str()).collect();
            Err(format!(
                "{alg} does not work on {crv}, only on {}",
                names.join(", ")
            ))
        }
    }
}

/// Makes a key. It has no metadata yet.
///
/// # Errors
/// A phrase when this build lacks the backend for it.
pub fn generate(recipe: Recipe, env: &Env<'_>) -> Result<Key, String> {
    let material = match recipe {
        Recipe::Oct(bytes) => Material::Oct(random(bytes, env)),
        Recipe::Rsa(bits) => return rsa_key(bits),
        Recipe::Curve(crv) => on_curve(crv, env)?,
    };
    Ok(Key::from_material(material))
}

fn random(bytes: usize, env: &Env<'_>) -> Secret {
    let mut buffer = vec![0; bytes];
    (env.random)(&mut buffer);
    Secret::new(buffer)
}

fn on_curve(crv: Curve, env: &Env<'_>) -> Result<Material, String> {
    // A random string is out of range with a chance below 2^-32 (P-521 once its surplus bits are
    // cut off); drawing again keeps the choice uniform (FIPS 186-5 A.2.2), and never failing
    // twice is more likely than a working machine.
    let draw = || {
        let mut d = zeroize::Zeroizing::new(vec![0; crv.octets()]);
        (env.random)(&mut d);
        if crv == Curve::P521 {
            d[0] &= 1;
        }
        let d = Secret::from(d);
        public_half(crv, &d).map(|(x, y)| Material::Curve {
            crv,
            x,
            y,
            d: Some(d),
        })
    };
    draw().or_else(|_| draw())
}

/// The public coordinates of the private key `d` on `crv`.
///
/// # Errors
/// A phrase when `d` is out of range, or this build lacks the backend.
pub(super) fn public_half(crv: Curve, d: &Secret) -> Result<(Vec<u8>, Vec<u8>), String> {
    let bad = || format!("has a private half that is out of range for {crv}");
    let bytes = match crv {
        Curve::P256 => agreed(&agreement::ECDH_P256, d),
        Curve::P384 => agreed(&agreement::ECDH_P384, d),
        Curve::P521 => agreed(&agreement::ECDH_P521, d),
        Curve::X25519 => agreed(&agreement::X25519, d),
        Curve::Secp256k1 => secp256k1(d),
        Curve::Ed25519 => ring::signature::Ed25519KeyPair::from_seed_unchecked(d.expose())
            .ok()
            .map(|pair| {
                ring::signature::KeyPair::public_key(&pair)
                    .as_ref()
                    .to_vec()
            }),
        Curve::Ed448 | Curve::X448 => return openssl_public(crv, d).map(|x| (x, Vec::new())),
    };
    bytes.and_then(|bytes| point(crv, &bytes)).ok_or_else(bad)
}

fn agreed(curve: &'static agreement::Algorithm, d: &Secret) -> Option<Vec<u8>> {
    let private = agreement::PrivateKey::from_private_key(curve, d.expose()).ok()?;
    Some(private.compute_public_key().ok()?.as_ref().to_vec())
}

/// aws-lc-rs offers no agreement on secp256k1; its signing key computes the public half when the
/// DER has none.
fn secp256k1(d: &Secret) -> Option<Vec<u8>> {
    let named = der::asn1::ObjectIdentifier::new(Curve::Secp256k1.oid()).ok()?;
    let parameters = Some(sec1::EcParameters::NamedCurve(named));
    let sec1 = sec1::EcPrivateKey {
        private_key: d.expose(),
        parameters,
        public_key: None,
    };
    let der = zeroize::Zeroizing::new(sec1.to_der().ok()?);
    let alg: &'static EcdsaSigningAlgorithm = &signature::ECDSA_P256K1_SHA256_FIXED_SIGNING;
    let pair = EcdsaKeyPair::from_private_key_der(alg, &der).ok()?;
    // A round trip through the library catches a scalar that it had to reduce.
    let own: EcPrivateKeyBin<'_> = pair.private_key().as_be_bytes().ok()?;
    (own.as_ref() == d.expose()).then(|| pair.public_key().as_ref().to_vec())
}

#[cfg(feature = "jwe")]
fn openssl_public(crv: Curve, d: &Secret) -> Result<Vec<u8>, String> {
    use openssl::pkey::{Id, PKey};
    let id = if crv == Curve::Ed448 {
        Id::ED448
    } else {
        Id::X448
    };
    let private = PKey::private_key_from_raw_bytes(d.expose(), id);
    private
        .and_then(|private| private.raw_public_key())
        .map_err(|_| format!("has a private half that is no {crv} key"))
}

#[cfg(not(feature = "jwe"))]
fn openssl_public(crv: Curve, _: &Secret) -> Result<Vec<u8>, String> {
    Err(format!(
        "is on {crv}, which this build of jwtctl leaves out (feature `jwe`)"
    ))
}

/// OpenSSL finds primes faster than aws-lc, and without aws-lc's entropy gathering.
#[cfg(feature = "jwe")]
fn rsa_key(bits: usize) -> Result<Key, String> {
    let bits = u32::try_from(bits).map_err(|e| e.to_string())?;
    let pair = josekit::jwk::alg::rsa::RsaKeyPair::generate(bits).map_err(|e| e.to_string())?;
    let der = Secret::new(pair.to_raw_private_key());
    super::from_der(der.expose()).unwrap_or_else(|| Err("cannot be read back".into()))
}

#[cfg(not(feature = "jwe"))]
fn rsa_key(bits: usize) -> Result<Key, String> {
    use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
    use aws_lc_rs::rsa::{KeyPair, KeySize};
    let size = match bits {
        2048 => KeySize::Rsa2048,
        3072 => KeySize::Rsa3072,
        4096 => KeySize::Rsa4096,
        8192 => KeySize::Rsa8192,
        _ => {
            return Err(format!(
                "of {bits} bits cannot be made by this build, only of 2048, 3072, 4096 and 8192 (feature `jwe`)"
            ));
        }
    };
    let pair = KeyPair::generate(size).map_err(|e| e.to_string())?;
    let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|e| e.to_string())?;
    super::from_der(der.as_ref()).unwrap_or_else(|| Err("cannot be read back".into()))
}
