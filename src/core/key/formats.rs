//! Keys in ASN.1: PKCS#8 (RFC 5958), PKCS#1 (RFC 8017), SEC1 (RFC 5915), SPKI and X.509 (RFC 5280),
//! and their PEM frames (RFC 7468).

use der::asn1::{BitStringRef, ObjectIdentifier, OctetStringRef, UintRef};
use der::{Any, Decode as _, Encode as _};
use pkcs8::pkcs5::pbes2;
use pkcs8::{EncryptedPrivateKeyInfoRef, PrivateKeyInfoRef};
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};
use x509_cert::Certificate;
use zeroize::Zeroizing;

use super::super::alg::{Curve, Kty};
use super::super::env::Env;
use super::super::secret::Secret;
use super::generate::public_half;
use super::{Key, Material, RsaPrivate, rsa};

const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSASSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// The PBKDF2-HMAC-SHA256 iterations that an encrypted PKCS#8 file may be written with; the least
/// is what it gets unless the caller says otherwise, the most is what it is opened with.
pub const PKCS8_ITERATIONS: std::ops::RangeInclusive<u32> = 600_000..=10_000_000;

/// The most memory that scrypt may take to open one.
const MAX_SCRYPT_BYTES: u64 = 256 * 1024 * 1024;

/// One PEM block.
pub struct PemBlock {
    /// What stands after BEGIN.
    pub label: String,
    /// The decoded bytes.
    pub der: Secret,
    /// Whether it is encrypted the way OpenSSL did before PKCS#8 (`DEK-Info`).
    pub legacy_encrypted: bool,
}

/// Every PEM block in `text`, whatever stands around them; `None` when there is no BEGIN line at
/// all.
///
/// # Errors
/// A phrase when a block is broken.
pub fn pem_blocks(text: &[u8]) -> Option<Result<Vec<PemBlock>, String>> {
    const BEGIN: &[u8] = b"-----BEGIN ";
    text.windows(BEGIN.len())
        .position(|window| window == BEGIN)?;
    Some(match pem::parse_many(text) {
        Err(error) => Err(format!(
            "has a broken PEM block: {}",
            error.to_string().to_lowercase()
        )),
        Ok(blocks) if blocks.is_empty() => Err("has a PEM block without its END line".into()),
        Ok(blocks) => Ok(blocks
            .into_iter()
            .map(|block| PemBlock {
                label: block.tag().to_owned(),
                legacy_encrypted: block.headers().iter().any(|(name, _)| name == "DEK-Info"),
                der: Secret::new(block.into_contents()),
            })
            .collect()),
    })
}

/// `der` as one PEM block.
pub fn pem(label: &str, der: &[u8]) -> Secret {
    let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    Secret::new(pem::encode_config(&pem::Pem::new(label, der), config).into_bytes())
}

/// Reads a key in any of the DER forms, recognised by what parses; `None` when none does.
///
/// # Errors
/// A phrase when the structure is one that is known and the key in it cannot be used.
pub fn from_der(der: &[u8]) -> Option<Result<Key, String>> {
    if let Ok(info) = PrivateKeyInfoRef::from_der(der) {
        return Some(from_pkcs8(&info));
    }
    if let Ok(spki) = SubjectPublicKeyInfoRef::from_der(der) {
        return Some(from_spki(&spki));
    }
    if let Ok(sec1) = sec1::EcPrivateKey::from_der(der) {
        let crv = sec1
            .parameters
            .and_then(|parameters| parameters.named_curve())
            .and_then(curve_by_oid);
        return Some(
            crv.ok_or_else(|| "is an EC key that does not name its curve".into())
                .and_then(|crv| from_sec1(crv, &sec1)),
        );
    }
    if let Ok(private) = pkcs1::RsaPrivateKeyRef::from_der(der) {
        return Some(from_pkcs1(&private));
    }
    if let Ok(public) = pkcs1::RsaPublicKeyRef::from_der(der) {
        return Some(
            rsa(
                public.modulus.as_bytes(),
                public.public_exponent.as_bytes(),
                None,
            )
            .map(Key::from_material),
        );
    }
    if let Ok(certificate) = Certificate::from_der(der) {
        let spki = certificate
            .tbs_certificate()
            .subject_public_key_info()
            .to_der()
            .unwrap_or_default();
        return Some(match SubjectPublicKeyInfoRef::from_der(&spki) {
            Ok(spki) => from_spki(&spki),
            Err(_) => Err("is a certificate with a broken public key".into()),
        });
    }
    None
}

fn from_pkcs8(info: &PrivateKeyInfoRef<'_>) -> Result<Key, String> {
    let oid = info.algorithm.oid;
    let inner = info.private_key.as_bytes();
    if oid == RSA_ENCRYPTION || oid == RSASSA_PSS {
        let private = pkcs1::RsaPrivateKeyRef::from_der(inner)
            .map_err(|_| "is a PKCS#8 file with a broken RSA key")?;
        return Ok(Key {
            alg: pss_alg(&info.algorithm),
            pss_only: oid == RSASSA_PSS,
            ..from_pkcs1(&private)?
        });
    }
    if oid == EC_PUBLIC_KEY {
        let crv = named_curve(&info.algorithm)?;
        let sec1 = sec1::EcPrivateKey::from_der(inner)
            .map_err(|_| "is a PKCS#8 file with a broken EC key")?;
        return from_sec1(crv, &sec1);
    }
    let crv = curve_by_oid(oid)
        .ok_or_else(|| format!("is for an algorithm that jwtctl does not know (OID {oid})"))?;
    let d = <&OctetStringRef>::from_der(inner)
        .map_err(|_| format!("is a PKCS#8 file with a broken {crv} key"))?;
    private_on_curve(
        crv,
        d.as_bytes(),
        info.public_key.as_ref().and_then(|bits| bits.as_bytes()),
    )
}

/// A key for RSASSA-PSS alone is for the `PS` algorithm of the digest that its parameters name, if
/// they do.
fn pss_alg(algorithm: &AlgorithmIdentifierRef<'_>) -> Option<String> {
    if algorithm.oid != RSASSA_PSS {
        return None;
    }
    let parameters = algorithm.parameters?.to_der().ok()?;
    let parameters = pkcs1::RsaPssParams::<Any>::from_der(&parameters).ok()?;
    let alg = match parameters.hash.oid.to_string().as_str() {
        "2.16.840.1.101.3.4.2.1" => "PS256",
        "2.16.840.1.101.3.4.2.2" => "PS384",
        "2.16.840.1.101.3.4.2.3" => "PS512",
        _ => return None,
    };
    Some(alg.into())
}

fn from_pkcs1(private: &pkcs1::RsaPrivateKeyRef<'_>) -> Result<Key, String> {
    if private.other_prime_infos.is_some() {
        return Err("has more than two primes, which jwtctl does not support".into());
    }
    let secret = |number: &UintRef<'_>| Secret::new(number.as_bytes().to_vec());
    let numbers = RsaPrivate {
        d: secret(&private.private_exponent),
        p: secret(&private.prime1),
        q: secret(&private.prime2),
        dp: secret(&private.exponent1),
        dq: secret(&private.exponent2),
        qi: secret(&private.coefficient),
    };
    rsa(
        private.modulus.as_bytes(),
        private.public_exponent.as_bytes(),
        Some(numbers),
    )
    .map(Key::from_material)
}

fn from_sec1(crv: Curve, sec1: &sec1::EcPrivateKey<'_>) -> Result<Key, String> {
    private_on_curve(crv, sec1.private_key, sec1.public_key)
}

/// A private key on `crv`; its public half is computed, and compared with the `stated` one.
fn private_on_curve(crv: Curve, d: &[u8], stated: Option<&[u8]>) -> Result<Key, String> {
    if d.len() > crv.octets() || (crv.kty() == Kty::Okp && d.len() != crv.octets()) {
        return Err(format!(
            "has {} private bytes, and {crv} takes {}",
            d.len(),
            crv.octets()
        ));
    }
    let mut fixed = Zeroizing::new(vec![0; crv.octets() - d.len()]);
    fixed.extend_from_slice(d);
    let d = Secret::from(fixed);
    let (x, y) = public_half(crv, &d)?;
    if let Some(stated) = stated
        && point(crv, stated).is_some_and(|stated| stated != (x.clone(), y.clone()))
    {
        return Err("has a public half that does not belong to its private one".into());
    }
    Ok(Key::from_material(Material::Curve {
        crv,
        x,
        y,
        d: Some(d),
    }))
}

fn from_spki(spki: &SubjectPublicKeyInfoRef<'_>) -> Result<Key, String> {
    let oid = spki.algorithm.oid;
    let bits = spki
        .subject_public_key
        .as_bytes()
        .ok_or("is a public key of a broken bit string")?;
    if oid == RSA_ENCRYPTION || oid == RSASSA_PSS {
        let public = pkcs1::RsaPublicKeyRef::from_der(bits)
            .map_err(|_| "is an SPKI file with a broken RSA key")?;
        let material = rsa(
            public.modulus.as_bytes(),
            public.public_exponent.as_bytes(),
            None,
        )?;
        return Ok(Key {
            alg: pss_alg(&spki.algorithm),
            pss_only: oid == RSASSA_PSS,
            ..Key::from_material(material)
        });
    }
    let crv = if oid == EC_PUBLIC_KEY {
        named_curve(&spki.algorithm)?
    } else {
        curve_by_oid(oid)
            .ok_or_else(|| format!("is for an algorithm that jwtctl does not know (OID {oid})"))?
    };
    let (x, y) = point(crv, bits)
        .ok_or_else(|| format!("has a public point that is no uncompressed one on {crv}"))?;
    Ok(Key::from_material(Material::Curve { crv, x, y, d: None }))
}

/// The coordinates of an encoded public key: SEC1's uncompressed form for EC, the bytes themselves
/// for OKP.
pub(super) fn point(crv: Curve, bytes: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    match (crv.kty(), bytes.split_first()) {
        (Kty::Okp, _) if bytes.len() == crv.octets() => Some((bytes.to_vec(), Vec::new())),
        (Kty::Ec, Some((4, rest))) if rest.len() == 2 * crv.octets() => {
            let (x, y) = rest.split_at(crv.octets());
            Some((x.to_vec(), y.to_vec()))
        }
        _ => None,
    }
}

fn named_curve(algorithm: &AlgorithmIdentifierRef<'_>) -> Result<Curve, String> {
    let oid = algorithm
        .parameters_oid()
        .map_err(|_| "is an EC key that does not name its curve")?;
    curve_by_oid(oid).ok_or_else(|| format!("is on a curve that jwtctl does not know (OID {oid})"))
}

fn curve_by_oid(oid: ObjectIdentifier) -> Option<Curve> {
    let text = oid.to_string();
    Curve::ALL.iter().copied().find(|crv| crv.oid() == text)
}

fn curve_oid(crv: Curve) -> Result<ObjectIdentifier, String> {
    ObjectIdentifier::new(crv.oid()).map_err(|e| e.to_string())
}

/// The private key as PKCS#8 DER.
///
/// # Errors
/// A phrase when the key is public or symmetric.
pub fn to_pkcs8(key: &Key) -> Result<Secret, String> {
    with_pkcs8(key, |info| {
        info.to_der().map(Secret::new).map_err(|e| e.to_string())
    })
}

/// The private key as PKCS#8 DER, encrypted under `passphrase` (PBES2 with PBKDF2-HMAC-SHA256 and
/// AES-256-CBC).
///
/// # Errors
/// A phrase when the key is public or symmetric.
pub fn encrypt_pkcs8(
    key: &Key,
    passphrase: &Secret,
    iterations: Option<u32>,
    env: &Env<'_>,
) -> Result<Vec<u8>, String> {
    let iterations = iterations.unwrap_or(*PKCS8_ITERATIONS.start());
    let parameters = pbes2::Parameters::generate_pbkdf2_sha256_aes256cbc(
        iterations,
        &env.bytes::<16>(),
        env.bytes(),
    )
    .map_err(|e| e.to_string())?;
    with_pkcs8(key, |info| {
        let sealed = info
            .encrypt_with_params(parameters, passphrase.expose())
            .map_err(|e| e.to_string())?;
        Ok(sealed.as_bytes().to_vec())
    })
}

fn with_pkcs8<T>(
    key: &Key,
    write: impl FnOnce(&PrivateKeyInfoRef<'_>) -> Result<T, String>,
) -> Result<T, String> {
    let text = |e: der::Error| e.to_string();
    let (oid, parameters, inner) = match &key.material {
        Material::Rsa {
            n,
            e,
            private: Some(private),
        } => {
            let number = |bytes| UintRef::new(bytes).map_err(text);
            let pkcs1 = pkcs1::RsaPrivateKeyRef {
                modulus: number(n)?,
                public_exponent: number(e)?,
                private_exponent: number(private.d.expose())?,
                prime1: number(private.p.expose())?,
                prime2: number(private.q.expose())?,
                exponent1: number(private.dp.expose())?,
                exponent2: number(private.dq.expose())?,
                coefficient: number(private.qi.expose())?,
                other_prime_infos: None,
            };
            (
                RSA_ENCRYPTION,
                Some(Any::null()),
                pkcs1.to_der().map_err(text)?,
            )
        }
        Material::Curve {
            crv,
            x,
            y,
            d: Some(d),
        } if crv.kty() == Kty::Ec => {
            let public = [&[4], x.as_slice(), y].concat();
            let sec1 = sec1::EcPrivateKey {
                private_key: d.expose(),
                parameters: None,
                public_key: Some(&public),
            };
            let named = Any::from_der(&curve_oid(*crv)?.to_der().map_err(text)?).map_err(text)?;
            (EC_PUBLIC_KEY, Some(named), sec1.to_der().map_err(text)?)
        }
        Material::Curve {
            crv, d: Some(d), ..
        } => (
            curve_oid(*crv)?,
            None,
            OctetStringRef::new(d.expose())
                .and_then(|octets| octets.to_der())
                .map_err(text)?,
        ),
        Material::Oct(_) => {
            return Err("is symmetric, and PEM and DER are for key pairs; use a JWK".into());
        }
        Material::Rsa { .. } | Material::Curve { .. } => return Err("has no private half".into()),
    };
    let inner = Zeroizing::new(inner);
    let algorithm = AlgorithmIdentifierRef {
        oid,
        parameters: parameters.as_ref().map(Into::into),
    };
    write(&PrivateKeyInfoRef::new(
        algorithm,
        OctetStringRef::new(&inner).map_err(text)?,
    ))
}

/// The public key as SPKI DER.
///
/// # Errors
/// A phrase when the key is symmetric.
pub fn to_spki(key: &Key) -> Result<Vec<u8>, String> {
    let text = |e: der::Error| e.to_string();
    let (oid, parameters, bits) = match &key.material {
        Material::Oct(_) => return Err("is symmetric and has no public half".into()),
        Material::Rsa { n, e, .. } => {
            let public = pkcs1::RsaPublicKeyRef {
                modulus: UintRef::new(n).map_err(text)?,
                public_exponent: UintRef::new(e).map_err(text)?,
            };
            (
                RSA_ENCRYPTION,
                Some(Any::null()),
                public.to_der().map_err(text)?,
            )
        }
        Material::Curve { crv, x, y, .. } if crv.kty() == Kty::Ec => {
            let named = Any::from_der(&curve_oid(*crv)?.to_der().map_err(text)?).map_err(text)?;
            (EC_PUBLIC_KEY, Some(named), [&[4], x.as_slice(), y].concat())
        }
        Material::Curve { crv, x, .. } => (curve_oid(*crv)?, None, x.clone()),
    };
    let algorithm = AlgorithmIdentifierRef {
        oid,
        parameters: parameters.as_ref().map(Into::into),
    };
    let subject_public_key = BitStringRef::from_bytes(&bits).map_err(text)?;
    SubjectPublicKeyInfoRef {
        algorithm,
        subject_public_key,
    }
    .to_der()
    .map_err(text)
}

/// Why an encrypted PKCS#8 file was not opened.
#[derive(Debug, PartialEq, Eq)]
pub enum Pkcs8Error {
    /// Not such a file at all.
    NotEncrypted,
    /// Encrypted in a way that is not supported, in a phrase.
    Unsupported(String),
    /// The passphrase is wrong, or the file is damaged: nobody can tell.
    Wrong,
}

/// Whether `der` is an encrypted PKCS#8 file, and if so what is inside, given its passphrase.
///
/// # Errors
/// See [`Pkcs8Error`]; `passphrase` is called only for a file that can be opened.
pub fn decrypt_pkcs8<E: From<Pkcs8Error>>(
    der: &[u8],
    passphrase: impl FnOnce() -> Result<Secret, E>,
) -> Result<Secret, E> {
    let Ok(sealed) = EncryptedPrivateKeyInfoRef::from_der(der) else {
        return Err(match Any::from_der(der).is_ok() && is_pkcs8_frame(der) {
            true => {
                Pkcs8Error::Unsupported("is encrypted in a way that jwtctl does not know".into())
                    .into()
            }
            false => Pkcs8Error::NotEncrypted.into(),
        });
    };
    let Some(parameters) = sealed.encryption_algorithm.pbes2() else {
        return Err(
            Pkcs8Error::Unsupported("is encrypted with PBES1, which is broken".into()).into(),
        );
    };
    check_cost(&parameters.kdf).map_err(Pkcs8Error::Unsupported)?;
    let passphrase = passphrase()?;
    match sealed.decrypt(passphrase.expose()) {
        Ok(document) => Ok(Secret::new(document.as_bytes().to_vec())),
        Err(_) => Err(Pkcs8Error::Wrong.into()),
    }
}

/// Whether deriving the key stays within what a reader can be asked for: a file may name any
/// number.
fn check_cost(kdf: &pbes2::Kdf) -> Result<(), String> {
    if let Some(it) = kdf.pbkdf2()
        && it.iteration_count > *PKCS8_ITERATIONS.end()
    {
        return Err(format!(
            "asks for {} iterations, more than {}",
            it.iteration_count,
            PKCS8_ITERATIONS.end()
        ));
    }
    if let Some(it) = kdf.scrypt() {
        let bytes = it
            .cost_parameter
            .saturating_mul(128 * u64::from(it.block_size));
        if bytes > MAX_SCRYPT_BYTES || it.parallelization > 16 {
            return Err(format!(
                "asks for scrypt with {bytes} bytes in {} lanes, more than can be granted",
                it.parallelization
            ));
        }
    }
    Ok(())
}

/// Whether `der` is an encrypted PKCS#8 file, whatever it is encrypted with.
pub fn is_encrypted_pkcs8(der: &[u8]) -> bool {
    EncryptedPrivateKeyInfoRef::from_der(der).is_ok() || is_pkcs8_frame(der)
}

/// Whether `der` has the outline of `EncryptedPrivateKeyInfo`: an algorithm identifier, an octet
/// string, no more.
fn is_pkcs8_frame(der: &[u8]) -> bool {
    use der::{Reader as _, SliceReader};
    let outline = |reader: &mut SliceReader<'_>| {
        reader.sequence(|inner| {
            let algorithm = Any::decode(inner)?;
            let data = Any::decode(inner)?;
            use der::Tagged as _;
            Ok::<_, der::Error>(
                algorithm.tag() == der::Tag::Sequence && data.tag() == der::Tag::OctetString,
            )
        })
    };
    SliceReader::new(der).is_ok_and(|mut reader| outline(&mut reader).unwrap_or(false))
}
