//! Encrypted PKCS#8 (RFC 5958 §3): PBES2 of RFC 8018, read within bounds and written with OWASP's
//! iteration count.

use der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef};
use der::{Any, Decode as _};
use pkcs8::EncryptedPrivateKeyInfoRef;
use pkcs8::pkcs5::pbes2;
use spki::AlgorithmIdentifierRef;

use super::super::env::Env;
use super::super::guard::guarded;
use super::super::limits::{
    MAX_LONG_DIGEST_ITERATIONS, MAX_SCRYPT_BYTES, MAX_SCRYPT_LANES, MAX_SCRYPT_WORK,
    PKCS8_ITERATIONS,
};
use super::super::secret::Secret;
use super::error::failed;
use super::formats::with_pkcs8;
use super::{Key, KeyError};

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
) -> Result<Vec<u8>, KeyError> {
    let iterations = iterations.unwrap_or(*PKCS8_ITERATIONS.start());
    let parameters = pbes2::Parameters::generate_pbkdf2_sha256_aes256cbc(
        iterations,
        &env.bytes::<16>(),
        env.bytes(),
    )
    .map_err(failed)?;
    with_pkcs8(key, |info| {
        let sealed = info
            .encrypt_with_params(parameters, passphrase.expose())
            .map_err(failed)?;
        Ok(sealed.as_bytes().to_vec())
    })
}

/// Why an encrypted PKCS#8 file was not opened.
#[derive(Debug, PartialEq, Eq)]
pub enum Pkcs8Error {
    /// Not such a file at all.
    NotEncrypted,
    /// Encrypted in a way that is not supported, in a phrase.
    Unsupported(String),
    /// Encrypted with one of the algorithms of PBES1, which are broken.
    Pbes1,
    /// The passphrase is wrong, or the file is damaged; the two cannot be told apart.
    Wrong,
}

impl From<KeyError> for Pkcs8Error {
    fn from(error: KeyError) -> Self {
        Self::Unsupported(error.to_string())
    }
}

/// What is inside an encrypted PKCS#8 file, given its passphrase.
///
/// # Errors
/// See [`Pkcs8Error`]; `passphrase` is called only for a file that can be opened.
pub fn decrypt_pkcs8<E: From<Pkcs8Error>>(
    der: &[u8],
    passphrase: impl FnOnce() -> Result<Secret, E>,
) -> Result<Secret, E> {
    if !is_encrypted_pkcs8(der) {
        return Err(Pkcs8Error::NotEncrypted.into());
    }
    check_iv(der).map_err(Pkcs8Error::from)?;
    let Some(sealed) = guarded(|| EncryptedPrivateKeyInfoRef::from_der(der).ok()).flatten() else {
        let why = "is encrypted in a way that jwtctl does not know";
        return Err(Pkcs8Error::Unsupported(why.into()).into());
    };
    let Some(parameters) = sealed.encryption_algorithm.pbes2() else {
        return Err(Pkcs8Error::Pbes1.into());
    };
    check_cost(&parameters.kdf).map_err(Pkcs8Error::from)?;
    let passphrase = passphrase()?;
    let opened = guarded(|| sealed.decrypt(passphrase.expose()).ok()).flatten();
    match opened {
        Some(document) => Ok(Secret::new(document.as_bytes().to_vec())),
        None => Err(Pkcs8Error::Wrong.into()),
    }
}

/// Refuses an initialization vector that is not of the cipher's length: the library that decrypts
/// takes it for granted.
fn check_iv(der: &[u8]) -> Result<(), KeyError> {
    const PBES2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.13");
    const CIPHERS: [(&str, usize); 5] = [
        ("1.3.14.3.2.7", 8),
        ("1.2.840.113549.3.7", 8),
        ("2.16.840.1.101.3.4.1.2", 16),
        ("2.16.840.1.101.3.4.1.22", 16),
        ("2.16.840.1.101.3.4.1.42", 16),
    ];
    let cipher = || -> der::Result<Option<AlgorithmIdentifierRef<'_>>> {
        let algorithm = AnyRef::from_der(der)?.sequence(|reader| {
            let algorithm = AlgorithmIdentifierRef::decode(reader)?;
            <&OctetStringRef>::decode(reader)?;
            Ok::<_, der::Error>(algorithm)
        })?;
        let Some(parameters) = algorithm.parameters.filter(|_| algorithm.oid == PBES2) else {
            return Ok(None);
        };
        parameters.sequence(|reader| {
            AlgorithmIdentifierRef::decode(reader)?;
            Ok::<_, der::Error>(Some(AlgorithmIdentifierRef::decode(reader)?))
        })
    };
    let damaged = || "is encrypted with parameters that are damaged".to_owned();
    let Some(cipher) = cipher().map_err(|_| damaged())? else {
        return Ok(());
    };
    let oid = cipher.oid.to_string();
    let Some((_, wanted)) = CIPHERS.iter().find(|(known, _)| *known == oid) else {
        return Ok(());
    };
    let iv = cipher
        .parameters
        .and_then(|it| it.decode_as::<&OctetStringRef>().ok())
        .ok_or_else(damaged)?;
    match iv.as_bytes().len() {
        length if length == *wanted => Ok(()),
        length => Err(KeyError::Invalid(format!(
            "is encrypted with an initialization vector of {length} bytes, and its cipher takes {wanted}"
        ).into())),
    }
}

/// Refuses parameters that make no sense, and those whose cost exceeds what a reader can be asked
/// for: a file may name any number.
fn check_cost(kdf: &pbes2::Kdf) -> Result<(), KeyError> {
    if let Some(it) = kdf.pbkdf2() {
        let most = match it.prf {
            pbes2::Pbkdf2Prf::HmacWithSha384 | pbes2::Pbkdf2Prf::HmacWithSha512 => {
                MAX_LONG_DIGEST_ITERATIONS
            }
            _ => *PKCS8_ITERATIONS.end(),
        };
        if it.iteration_count > most {
            let count = it.iteration_count;
            return Err(KeyError::Unsupported(
                format!("asks for {count} iterations, more than {most}").into(),
            ));
        }
    }
    if let Some(it) = kdf.scrypt() {
        let (n, r, p) = (
            it.cost_parameter,
            u64::from(it.block_size),
            u64::from(it.parallelization),
        );
        if n < 2 || !n.is_power_of_two() || r == 0 || p == 0 {
            return Err(KeyError::Unsupported(
                format!("asks for scrypt with N={n}, r={r} and p={p}, which RFC 7914 rules out")
                    .into(),
            ));
        }
        let bytes = n.saturating_add(p).saturating_mul(128).saturating_mul(r);
        let work = n.saturating_mul(r).saturating_mul(p);
        let lanes = r.saturating_mul(p);
        if bytes > MAX_SCRYPT_BYTES || work > MAX_SCRYPT_WORK || lanes > MAX_SCRYPT_LANES {
            return Err(KeyError::Unsupported(format!(
                "asks for scrypt with N={n}, r={r} and p={p}, which costs more than can be granted"
            ).into()));
        }
    }
    Ok(())
}

/// Whether `der` is an encrypted PKCS#8 file, whatever it is encrypted with.
///
/// Only the outline counts: an algorithm identifier, an octet string, no more.
pub fn is_encrypted_pkcs8(der: &[u8]) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn scrypt(n: u64, r: u32, p: u32) -> Result<(), KeyError> {
        let parameters = scrypt_parameters(n, r, p);
        check_cost(&pbes2::Kdf::from(parameters))
    }

    /// Parameters as a file may state them, which the library's own constructor would refuse.
    fn scrypt_parameters(n: u64, r: u32, p: u32) -> pbes2::ScryptParams {
        pbes2::ScryptParams {
            salt: pkcs8::pkcs5::pbes2::Salt::new(b"salt".as_slice()).unwrap(),
            cost_parameter: n,
            block_size: r.try_into().unwrap(),
            parallelization: p.try_into().unwrap(),
            key_length: None,
        }
    }

    #[test]
    fn the_cost_of_scrypt_is_bounded_in_memory_work_and_lanes() {
        for (n, r, p) in [(1 << 14, 8, 1), (1 << 17, 8, 1), (1 << 20, 1, 1)] {
            assert!(scrypt(n, r, p).is_ok(), "{n} {r} {p}");
        }
        for (n, r, p) in [
            (0, 8, 1),
            (3, 8, 1),
            (1 << 14, 0, 1),
            (1 << 14, 8, 0),
            (1 << 21, 8, 1),
            (1 << 18, 8, 16),
            (2, 65_535, 63),
            (2, 65_535, 5),
        ] {
            assert!(scrypt(n, r, p).is_err(), "{n} {r} {p}");
        }
    }
}
