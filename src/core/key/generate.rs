//! New keys, and the public half of a private one. The randomness is the caller's, never aws-lc's:
//! that library gathers entropy for some 30 ms at its first draw.

use super::super::alg::{Curve, KeyAlg, Kty, MIN_RSA_BITS, ParameterSet, SigAlg};
use super::super::env::Env;
use super::super::limits::RSA_BITS;
use super::super::secret::Secret;
use super::backend::{openssl, seeded_public};
use super::curve::public_half;
use super::{Key, KeyError, Material};

/// What kind of key to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipe {
    /// Random bytes, so many.
    Oct(usize),
    /// An RSA key of so many bits.
    Rsa(usize),
    /// A key pair on a curve.
    Curve(Curve),
    /// An ML-DSA key pair.
    Akp(ParameterSet),
}

impl Recipe {
    /// What `alg` needs, by its table row; `crv` and `bits` where it leaves a choice.
    ///
    /// # Errors
    /// A phrase when `crv` or `bits` is not among the choices.
    pub fn for_sig(alg: SigAlg, crv: Option<Curve>, bits: Option<usize>) -> Result<Self, KeyError> {
        match alg.kty() {
            Kty::Oct => no_choice(alg.as_str(), crv, bits).map(|()| Self::Oct(alg.hash().octets())),
            Kty::Rsa => rsa_bits(alg.as_str(), crv, bits),
            Kty::Ec | Kty::Okp => curve(alg.as_str(), alg.curves(), crv, bits),
            Kty::Akp => {
                no_choice(alg.as_str(), crv, bits)?;
                let set = alg.as_str().parse().map(Self::Akp);
                set.map_err(|()| {
                    KeyError::NoSuchChoice(format!("{alg} has no parameter set").into())
                })
            }
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
    ) -> Result<Self, KeyError> {
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
                (None, _) => Err(KeyError::NoSuchChoice(
                    "dir takes 128, 192, 256, 384 or 512 bits".into(),
                )),
                (Some(_), _) => Err(KeyError::NoSuchChoice("dir has no curve".into())),
            },
            _ => Err(KeyError::NoSuchChoice(
                format!("{alg} takes a passphrase, not a key").into(),
            )),
        }
    }
}

fn no_choice(alg: &str, crv: Option<Curve>, bits: Option<usize>) -> Result<(), KeyError> {
    match (crv, bits) {
        (Some(_), _) => Err(KeyError::NoSuchChoice(format!("{alg} has no curve").into())),
        (_, Some(_)) => Err(KeyError::NoSuchChoice(
            format!("{alg} has one size only").into(),
        )),
        (None, None) => Ok(()),
    }
}

fn rsa_bits(alg: &str, crv: Option<Curve>, bits: Option<usize>) -> Result<Recipe, KeyError> {
    if crv.is_some() {
        return Err(KeyError::NoSuchChoice(format!("{alg} has no curve").into()));
    }
    let most = *RSA_BITS.end();
    match bits.unwrap_or(MIN_RSA_BITS) {
        bits if !(MIN_RSA_BITS..=most).contains(&bits) => Err(KeyError::NoSuchChoice(
            format!("{alg} takes {MIN_RSA_BITS} to {most} bits").into(),
        )),
        bits if bits % 8 != 0 => Err(KeyError::NoSuchChoice(
            "the number of bits must be a multiple of 8".into(),
        )),
        bits => Ok(Recipe::Rsa(bits)),
    }
}

fn curve(
    alg: &str,
    choices: &[Curve],
    crv: Option<Curve>,
    bits: Option<usize>,
) -> Result<Recipe, KeyError> {
    if bits.is_some() {
        return Err(KeyError::NoSuchChoice(
            format!("{alg} takes its size from the curve").into(),
        ));
    }
    match crv {
        None => Ok(Recipe::Curve(choices[0])),
        Some(crv) if choices.contains(&crv) => Ok(Recipe::Curve(crv)),
        Some(crv) => {
            let names: Vec<_> = choices.iter().map(|it| it.as_str()).collect();
            Err(KeyError::NoSuchChoice(
                format!("{alg} does not work on {crv}, only on {}", names.join(", ")).into(),
            ))
        }
    }
}

/// Makes a key. It has no metadata yet.
///
/// # Errors
/// A phrase when this build lacks the backend for it.
pub fn generate(recipe: Recipe, env: &Env<'_>) -> Result<Key, KeyError> {
    let material = match recipe {
        Recipe::Oct(bytes) => Material::Oct(random(bytes, env)),
        Recipe::Rsa(bits) => return openssl::new_rsa(bits),
        Recipe::Curve(crv) => on_curve(crv, env)?,
        Recipe::Akp(set) => {
            let seed = random(ParameterSet::SEED, env);
            Material::Akp {
                set,
                public: seeded_public(set, &seed)
                    .ok_or_else(|| KeyError::Failed("cannot be made from its seed".into()))?,
                seed: Some(seed),
            }
        }
    };
    Ok(Key::from_material(material))
}

fn random(bytes: usize, env: &Env<'_>) -> Secret {
    let mut buffer = vec![0; bytes];
    (env.random)(&mut buffer);
    Secret::new(buffer)
}

fn on_curve(crv: Curve, env: &Env<'_>) -> Result<Material, KeyError> {
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
