//! Keys: read and written as JWK (RFC 7517, 7518 §6, 8037), named by thumbprint (RFC 7638), and
//! asked what they may do.

mod akp;
pub(super) mod backend;
mod curve;
mod encrypted;
mod error;
mod fit;
mod formats;
mod generate;
mod jwk;
mod pem;
mod sign;
mod ssh;
mod verify;
mod wrap;

pub(super) use backend::openssl::shake256;
pub use encrypted::{Pkcs8Error, decrypt_pkcs8, encrypt_pkcs8, is_encrypted_pkcs8};
pub use error::KeyError;
pub use fit::{Job, Misfit};
pub use formats::{CertificateNames, certificate_names, from_der, to_pkcs8, to_spki};
pub use generate::{Recipe, generate};
pub use jwk::{PRIVATE_MEMBERS, is_unset, public_members};
pub use pem::{PemBlock, is_pem, pem, pem_blocks};
pub use sign::Signer;
pub use ssh::{from_ssh, to_ssh};
use verify::Prepared;
pub use verify::{Verifier, Verifying};
pub use wrap::{KeyJob, Wrapped, Wrapping};

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use base64_simd::URL_SAFE_NO_PAD;
use fit::few;
use jwk::encode_private;
use zeroize::Zeroizing;

use super::alg::{Curve, Kty, ParameterSet};
use super::error::shortened;
use super::json::Object;
use super::limits::RSA_BITS;
use super::secret::Secret;

/// The numbers that make a key.
pub(super) enum Material {
    Oct(Secret),
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
        private: Option<RsaPrivate>,
    },
    /// EC and OKP alike; `y` is empty for OKP.
    Curve {
        crv: Curve,
        x: Vec<u8>,
        y: Vec<u8>,
        d: Option<Secret>,
    },
    /// ML-DSA; the private half is the seed (RFC 9964 §3).
    Akp {
        set: ParameterSet,
        public: Vec<u8>,
        seed: Option<Secret>,
    },
}

/// The private numbers of an RSA key, big-endian without leading zeros.
pub(super) struct RsaPrivate {
    pub d: Secret,
    pub p: Secret,
    pub q: Secret,
    pub dp: Secret,
    pub dq: Secret,
    pub qi: Secret,
}

/// A key with its metadata. Serialising it writes the *public* JWK; only [`Key::expose_jwk`] writes
/// the private one.
pub struct Key {
    material: Material,
    /// Whether it came marked id-RSASSA-PSS, which rules out all other padding (RFC 4055 section
    /// 1.2).
    pss_only: bool,
    /// Whether the bytes are a passphrase, which nothing is encrypted with directly.
    is_passphrase: bool,
    /// `kid`: the id that tokens name it by.
    pub kid: Option<String>,
    /// `alg`: the one algorithm it is meant for.
    pub alg: Option<String>,
    /// `use`: `sig` or `enc`.
    pub usage: Option<String>,
    /// `key_ops`: what it may be used for.
    pub key_ops: Option<Vec<String>>,
    /// All other public members, such as `x5c`.
    pub others: Object,
    prepared: Prepared,
}

impl Key {
    pub(super) fn from_material(material: Material) -> Self {
        Self {
            material,
            pss_only: false,
            is_passphrase: false,
            kid: None,
            alg: None,
            usage: None,
            key_ops: None,
            others: Object::default(),
            prepared: Prepared::default(),
        }
    }

    /// A symmetric key of these bytes.
    pub fn from_secret(secret: Secret) -> Self {
        Self::from_material(Material::Oct(secret))
    }

    /// A passphrase, which keys are derived from.
    pub fn from_passphrase(passphrase: Secret) -> Self {
        Self {
            is_passphrase: true,
            ..Self::from_secret(passphrase)
        }
    }

    /// The key family.
    pub fn kty(&self) -> Kty {
        match &self.material {
            Material::Oct(_) => Kty::Oct,
            Material::Rsa { .. } => Kty::Rsa,
            Material::Curve { crv, .. } => crv.kty(),
            Material::Akp { .. } => Kty::Akp,
        }
    }

    /// The curve, of an EC or OKP key.
    pub fn curve(&self) -> Option<Curve> {
        match &self.material {
            Material::Curve { crv, .. } => Some(*crv),
            _ => None,
        }
    }

    /// The parameter set, of an AKP key.
    pub fn parameter_set(&self) -> Option<ParameterSet> {
        match &self.material {
            Material::Akp { set, .. } => Some(*set),
            _ => None,
        }
    }

    /// The size people quote for it, in bits; of an AKP key that of its public half.
    pub fn bits(&self) -> usize {
        match &self.material {
            Material::Oct(secret) => secret.len() * 8,
            Material::Rsa { n, .. } => bit_length(n),
            Material::Curve { crv, .. } => crv.bits(),
            Material::Akp { set, .. } => set.octets() * 8,
        }
    }

    /// Whether the private half, or the symmetric key, is here.
    pub fn is_private(&self) -> bool {
        match &self.material {
            Material::Oct(_) => true,
            Material::Rsa { private, .. } => private.is_some(),
            Material::Curve { d, .. } => d.is_some(),
            Material::Akp { seed, .. } => seed.is_some(),
        }
    }

    /// How to call it in a message: `key "k1"`, or `the EC P-256 key` when it has no id.
    pub fn label(&self) -> String {
        if self.is_passphrase {
            return "the passphrase".into();
        }
        match (&self.kid, self.curve()) {
            (Some(kid), _) => format!("key {}", shortened(kid)),
            (None, Some(crv)) => format!("the {} {crv} key", self.kty()),
            (None, None) => match self.parameter_set() {
                Some(set) => format!("the {} {set} key", self.kty()),
                None => format!("the {} {}-bit key", self.kty(), self.bits()),
            },
        }
    }

    /// The bytes of a symmetric key.
    pub fn secret(&self) -> Option<&Secret> {
        match &self.material {
            Material::Oct(secret) => Some(secret),
            _ => None,
        }
    }

    /// Whether both hold the same public key, or the same symmetric one.
    pub fn same_material(&self, other: &Self) -> bool {
        match (&self.material, &other.material) {
            (Material::Oct(a), Material::Oct(b)) => {
                aws_lc_rs::constant_time::verify_slices_are_equal(a.expose(), b.expose()).is_ok()
            }
            (Material::Rsa { n, e, .. }, Material::Rsa { n: n2, e: e2, .. }) => n == n2 && e == e2,
            (
                Material::Curve { crv, x, y, .. },
                Material::Curve {
                    crv: crv2,
                    x: x2,
                    y: y2,
                    ..
                },
            ) => crv == crv2 && x == x2 && y == y2,
            (
                Material::Akp { set, public, .. },
                Material::Akp {
                    set: set2,
                    public: public2,
                    ..
                },
            ) => set == set2 && public == public2,
            _ => false,
        }
    }

    /// The key without its private half; `None` for a symmetric key, which has no public one.
    pub fn public(&self) -> Option<Self> {
        let material = match &self.material {
            Material::Oct(_) => return None,
            Material::Rsa { n, e, .. } => Material::Rsa {
                n: n.clone(),
                e: e.clone(),
                private: None,
            },
            Material::Curve { crv, x, y, .. } => Material::Curve {
                crv: *crv,
                x: x.clone(),
                y: y.clone(),
                d: None,
            },
            Material::Akp { set, public, .. } => Material::Akp {
                set: *set,
                public: public.clone(),
                seed: None,
            },
        };
        let key_ops = self
            .key_ops
            .as_ref()
            .map(|ops| ops.iter().map(|op| public_op(op).to_owned()).collect());
        let (kid, alg, usage) = (self.kid.clone(), self.alg.clone(), self.usage.clone());
        Some(Self {
            pss_only: self.pss_only,
            kid,
            alg,
            usage,
            key_ops,
            others: self.others.clone(),
            ..Self::from_material(material)
        })
    }

    /// The RFC 7638 thumbprint with SHA-256, in base64url: a name that depends on the key alone.
    pub fn thumbprint(&self) -> String {
        self.thumbprint_with(ThumbprintHash::Sha256)
    }

    /// The RFC 7638 thumbprint with another digest.
    pub fn thumbprint_with(&self, hash: ThumbprintHash) -> String {
        // The members that RFC 7638 section 3.2, RFC 8037 section 2 and RFC 9964 section 6 list, in lexicographic
        // order.
        let canonical = Zeroizing::new(match &self.material {
            Material::Oct(secret) => {
                format!(r#"{{"k":"{}","kty":"oct"}}"#, *encode_private(secret))
            }
            Material::Rsa { n, e, .. } => {
                format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, encode(e), encode(n))
            }
            Material::Curve { crv, x, y, .. } if crv.kty() == Kty::Ec => {
                format!(
                    r#"{{"crv":"{crv}","kty":"EC","x":"{}","y":"{}"}}"#,
                    encode(x),
                    encode(y)
                )
            }
            Material::Curve { crv, x, .. } => {
                format!(r#"{{"crv":"{crv}","kty":"OKP","x":"{}"}}"#, encode(x))
            }
            Material::Akp { set, public, .. } => {
                format!(
                    r#"{{"alg":"{set}","kty":"AKP","pub":"{}"}}"#,
                    encode(public)
                )
            }
        });
        encode(digest::digest(hash.algorithm(), canonical.as_bytes()).as_ref())
    }
}

impl Key {
    /// The digest of the public key as SPKI in DER, in base64 behind the name of the hash, such as
    /// `SHA256:…`.
    ///
    /// # Errors
    /// [`Misfit::Unfit`] when it is symmetric.
    pub fn spki_digest(&self, hash: ThumbprintHash) -> Result<String, Misfit> {
        let der = to_spki(self)?;
        let digest = STANDARD.encode(digest::digest(hash.algorithm(), &der));
        let name = hash.as_str().to_ascii_uppercase().replace('-', "");
        Ok(format!("{name}:{digest}"))
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({})", self.label())
    }
}

/// The digest of a thumbprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ThumbprintHash {
    Sha256,
    Sha384,
    Sha512,
}

impl ThumbprintHash {
    /// The name in IANA's registry of named information hashes, as RFC 9278 writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sha256 => "sha-256",
            Self::Sha384 => "sha-384",
            Self::Sha512 => "sha-512",
        }
    }

    fn algorithm(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        }
    }
}

/// An RSA key of these numbers, if they are within what the backends take.
pub(super) fn rsa(n: &[u8], e: &[u8], private: Option<RsaPrivate>) -> Result<Material, KeyError> {
    let (n, e) = (without_zeros(n).to_vec(), without_zeros(e).to_vec());
    if n.last().is_none_or(|last| last % 2 == 0) {
        return Err(KeyError::Invalid("has an even modulus".into()));
    }
    let bits = bit_length(&n);
    if !RSA_BITS.contains(&bits) {
        return Err(KeyError::Invalid(
            format!(
                "has {bits} bits, outside {} to {}",
                RSA_BITS.start(),
                RSA_BITS.end()
            )
            .into(),
        ));
    }
    if e.last().is_none_or(|last| last % 2 == 0) || e == [1] || bit_length(&e) > 33 {
        return Err(KeyError::Invalid(
            "has an exponent that is even, 1, or larger than 33 bits".into(),
        ));
    }
    Ok(Material::Rsa { n, e, private })
}

/// What the public half may do when the private one may do `op`.
fn public_op(op: &str) -> &str {
    match op {
        "sign" => "verify",
        "decrypt" => "encrypt",
        "unwrapKey" => "wrapKey",
        other => other,
    }
}

/// `bytes` without the zeros in front.
pub(super) fn without_zeros(bytes: &[u8]) -> &[u8] {
    &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..]
}

fn bit_length(number: &[u8]) -> usize {
    number
        .first()
        .map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}

/// Base64url without padding (RFC 7515 §2).
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode_to_string(bytes)
}

/// Adds bytes to a text, as [`encode`] writes them.
pub fn encode_onto(text: &mut String, bytes: &[u8]) {
    URL_SAFE_NO_PAD.encode_append(bytes, text);
}

/// Reads base64url as strictly as RFC 7515 §2 wants it: no padding, no white space, no bits left
/// over.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode_to_vec(text).ok()
}

/// [`decode`], into the room of other bytes, unless that is far more than most texts need.
pub fn decode_into(bytes: &mut Vec<u8>, text: &str) -> Option<()> {
    /// Bytes that are kept for the next text.
    const ROOM: usize = 64 * 1024;
    bytes.clear();
    bytes.shrink_to(ROOM);
    URL_SAFE_NO_PAD.decode_append(text, bytes).ok()
}

/// Writes bytes as hexadecimal digits, in lower case.
pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The SHA-256 of `parts` one after the other, in lower-case hexadecimal digits.
pub fn sha256_hex(parts: &[&[u8]]) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    parts.iter().for_each(|part| context.update(part));
    to_hex(context.finish().as_ref())
}

/// Reads hexadecimal digits, in either case.
pub fn hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::alg::SigAlg;
    use super::jwk::tests::{P256, jwk};
    use super::*;

    #[test]
    fn a_key_says_what_it_may_do() {
        let key = |extra: &str| jwk(&P256.replace("\"kid\":\"k\"", extra)).unwrap();
        assert_eq!(key("\"kid\":\"k\"").algorithms(Job::Sign), [SigAlg::Es256]);
        assert!(
            key(r#""use":"sig""#)
                .fit(SigAlg::Es256, Job::Verify)
                .is_ok()
        );
        assert!(
            key(r#""key_ops":["sign"]"#)
                .fit(SigAlg::Es256, Job::Verify)
                .is_ok()
        );
        for extra in [
            r#""use":"enc""#,
            r#""key_ops":["verify"]"#,
            r#""alg":"ES384""#,
            r#""alg":"ECDH-ES""#,
        ] {
            assert!(
                matches!(
                    key(extra).fit(SigAlg::Es256, Job::Sign),
                    Err(Misfit::Unfit(_))
                ),
                "{extra}"
            );
        }
        assert!(key("\"kid\":\"k\"").fit(SigAlg::Es384, Job::Sign).is_err());
        assert!(
            key("\"kid\":\"k\"")
                .fit(SigAlg::Hs256, Job::Verify)
                .is_err()
        );
        assert!(
            key("\"kid\":\"k\"")
                .public()
                .unwrap()
                .fit(SigAlg::Es256, Job::Sign)
                .is_err()
        );
    }

    #[test]
    fn short_secrets_are_weak_and_empty_ones_unfit() {
        let key = |bytes: usize| Key::from_secret(Secret::new(vec![7; bytes]));
        assert!(matches!(
            key(31).fit(SigAlg::Hs256, Job::Sign),
            Err(Misfit::Weak(_))
        ));
        assert!(key(32).fit(SigAlg::Hs256, Job::Sign).is_ok());
        assert!(matches!(
            key(0).fit(SigAlg::Hs256, Job::Sign),
            Err(Misfit::Unfit(_))
        ));
        assert_eq!(
            key(48).algorithms(Job::Verify),
            [SigAlg::Hs256, SigAlg::Hs384]
        );
    }
}
