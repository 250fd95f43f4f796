//! ML-DSA keys in ASN.1 (RFC 9881): the bits of an SPKI are the public key, and what PKCS#8 holds is
//! a choice of seed, expanded key or both, of which the seed is what a JWK has.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use der::asn1::OctetStringRef;
use der::{Decode as _, Reader as _, SliceReader};

use super::super::alg::ParameterSet;
use super::super::secret::Secret;
use super::backend::{expanded, seeded_public};
use super::{Key, KeyError, Material};

/// The tag of the seed alone: `[0] IMPLICIT OCTET STRING`.
const SEED_TAG: u8 = 0x80;

const SEQUENCE_TAG: u8 = 0x30;

const OCTET_STRING_TAG: u8 = 0x04;

/// The key in an SPKI.
pub(super) fn public(set: ParameterSet, bits: &[u8]) -> Result<Key, KeyError> {
    if bits.len() != set.octets() {
        return Err(KeyError::Invalid(
            format!(
                "has {} public bytes, and {set} takes {}",
                bits.len(),
                set.octets()
            )
            .into(),
        ));
    }
    Ok(key(set, bits.to_vec(), None))
}

/// The key in the private part of a PKCS#8 file.
pub(super) fn private(set: ParameterSet, inner: &[u8]) -> Result<Key, KeyError> {
    let broken = || KeyError::from(format!("is a PKCS#8 file with a broken {set} key"));
    let seed = match inner {
        [SEED_TAG, length, seed @ ..] if usize::from(*length) == ParameterSet::SEED => seed,
        [SEQUENCE_TAG, ..] => {
            let (seed, long) = both(inner).map_err(|_| broken())?;
            let own = expanded(set, &Secret::new(seed.to_vec())).ok_or_else(broken)?;
            if verify_slices_are_equal(own.expose(), long).is_err() {
                return Err(KeyError::Invalid(
                    "has an expanded key that does not belong to its seed".into(),
                ));
            }
            seed
        }
        [OCTET_STRING_TAG, ..] => {
            return Err(KeyError::Malformed(format!(
                "has the expanded {set} key without its seed, and a JWK holds the seed (RFC 9964)"
            ).into()));
        }
        _ => return Err(broken()),
    };
    if seed.len() != ParameterSet::SEED {
        return Err(broken());
    }
    let seed = Secret::new(seed.to_vec());
    let public = seeded_public(set, &seed).ok_or_else(broken)?;
    Ok(key(set, public, Some(seed)))
}

/// What PKCS#8 holds of a key that is written: the seed alone.
pub(super) fn seed_form(seed: &Secret) -> Vec<u8> {
    [&[SEED_TAG, ParameterSet::SEED as u8], seed.expose()].concat()
}

/// The seed and the expanded key of the form that has both.
fn both(inner: &[u8]) -> der::Result<(&[u8], &[u8])> {
    let mut reader = SliceReader::new(inner)?;
    let parts = reader.sequence(|it| {
        let seed = <&OctetStringRef>::decode(it)?;
        Ok::<_, der::Error>((seed.as_bytes(), <&OctetStringRef>::decode(it)?.as_bytes()))
    })?;
    reader.finish()?;
    Ok(parts)
}

fn key(set: ParameterSet, public: Vec<u8>, seed: Option<Secret>) -> Key {
    Key {
        alg: Some(set.as_str().into()),
        ..Key::from_material(Material::Akp { set, public, seed })
    }
}
