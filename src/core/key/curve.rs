//! Points on curves: the public half of a private key, and points as the formats encode them.

use aws_lc_rs::agreement;
use aws_lc_rs::encoding::{AsBigEndian as _, AsDer as _, EcPrivateKeyBin, PublicKeyX509Der};
use aws_lc_rs::signature::{
    self, EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair as _, ParsedPublicKey, VerificationAlgorithm,
};
use der::Encode as _;

use super::super::alg::{Curve, Kty};
use super::super::secret::Secret;
use super::backend::openssl;
use super::{KeyError, to_hex};

/// The coordinates of an encoded public key: SEC1's forms for EC (2.3.3; a compressed point is
/// expanded), the bytes themselves for OKP. `None` when it is not a point of that curve's size.
pub(super) fn point(crv: Curve, bytes: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    match (crv.kty(), bytes.split_first()) {
        (Kty::Okp, _) if bytes.len() == crv.octets() => Some((bytes.to_vec(), Vec::new())),
        (Kty::Ec, Some((4, rest))) if rest.len() == 2 * crv.octets() => {
            let (x, y) = rest.split_at(crv.octets());
            Some((x.to_vec(), y.to_vec()))
        }
        (Kty::Ec, Some((2 | 3, rest))) if rest.len() == crv.octets() => {
            let whole = expanded(crv, bytes).filter(|it| it.first() == Some(&4))?;
            point(crv, &whole)
        }
        _ => None,
    }
}

/// Whether a public key of an Edwards or Montgomery curve is a point of small order: a signature
/// for such a key can be made without any private key, and an agreement with it has no secret
/// (RFC 7748 section 6, RFC 8032 section 8.7).
pub(super) fn has_small_order(crv: Curve, x: &[u8]) -> bool {
    // y, or u, of the points of order 8 on Curve25519; those of order 1, 2 and 4 have 1, -1 and 0.
    const EDWARDS_8: [&str; 2] = [
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    ];
    const MONTGOMERY_8: [&str; 2] = [
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    ];
    let mut number = x.to_vec();
    let order_8: &[&str] = match crv {
        Curve::Ed25519 => &EDWARDS_8,
        Curve::X25519 => &MONTGOMERY_8,
        Curve::Ed448 | Curve::X448 => &[],
        _ => return false,
    };
    // The sign of x stands in the top bit of an Edwards point; X25519 ignores that bit.
    if let Some(last) = number.last_mut().filter(|_| crv != Curve::X448) {
        *last &= 0x7f;
    }
    let is_near_zero = number.iter().skip(1).all(|byte| *byte == 0) && number[0] <= 1;
    is_near_zero || is_near_prime(crv, &number) || order_8.contains(&to_hex(&number).as_str())
}

/// Whether a number, lowest byte first, is the prime of the curve's field or one beside it: 0, 1
/// and -1 in an encoding that is not reduced, or as it has to be.
fn is_near_prime(crv: Curve, number: &[u8]) -> bool {
    let is_max = |bytes: &[u8]| bytes.iter().all(|byte| *byte == 0xff);
    match crv {
        // 2^255 - 19
        Curve::Ed25519 | Curve::X25519 => {
            number[0] >= 0xec && number[0] <= 0xee && is_max(&number[1..31]) && number[31] == 0x7f
        }
        // 2^448 - 2^224 - 1, with a byte for the sign behind it in Ed448.
        _ => {
            let (low, high) = (&number[..28], &number[28..56]);
            let below = number[0] >= 0xfe && is_max(&low[1..]) && high[0] == 0xfe;
            let above = low.iter().all(|byte| *byte == 0) && high[0] == 0xff;
            (below || above) && is_max(&high[1..]) && number[56..].iter().all(|byte| *byte == 0)
        }
    }
}

/// A compressed point in the uncompressed form.
fn expanded(crv: Curve, compressed: &[u8]) -> Option<Vec<u8>> {
    let alg: &'static dyn VerificationAlgorithm = match crv {
        Curve::P256 => &signature::ECDSA_P256_SHA256_FIXED,
        Curve::P384 => &signature::ECDSA_P384_SHA384_FIXED,
        Curve::P521 => &signature::ECDSA_P521_SHA512_FIXED,
        Curve::Secp256k1 => &signature::ECDSA_P256K1_SHA256_FIXED,
        _ => return None,
    };
    let key = ParsedPublicKey::new(alg, compressed).ok()?;
    let spki: PublicKeyX509Der<'_> = key.as_der().ok()?;
    // The point is what the structure ends with.
    let spki = spki.as_ref();
    Some(spki[spki.len().checked_sub(1 + 2 * crv.octets())?..].to_vec())
}

/// The public coordinates of the private key `d` on `crv`.
///
/// # Errors
/// A phrase when `d` is out of range, or this build lacks the backend.
pub(super) fn public_half(crv: Curve, d: &Secret) -> Result<(Vec<u8>, Vec<u8>), KeyError> {
    let bad =
        || KeyError::Invalid(format!("has a private half that is out of range for {crv}").into());
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
        Curve::Ed448 | Curve::X448 => return openssl::raw_public(crv, d).map(|x| (x, Vec::new())),
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

#[cfg(test)]
mod tests {
    use super::super::hex;
    use super::*;

    #[test]
    fn points_of_small_order_are_known_in_every_encoding() {
        let bytes = |first: u8, rest: u8, length: usize, last: u8| {
            let mut bytes = vec![rest; length];
            bytes[0] = first;
            bytes[length - 1] = last;
            bytes
        };
        for sign in [0, 0x80] {
            for point in [
                bytes(0, 0, 32, sign),
                bytes(1, 0, 32, sign),
                bytes(0xec, 0xff, 32, 0x7f | sign),
                bytes(0xed, 0xff, 32, 0x7f | sign),
                bytes(0xee, 0xff, 32, 0x7f | sign),
            ] {
                assert!(has_small_order(Curve::Ed25519, &point), "{point:02x?}");
                assert!(has_small_order(Curve::X25519, &point), "{point:02x?}");
            }
        }
        let eighth = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85";
        assert!(has_small_order(Curve::Ed25519, &hex(eighth).unwrap()));
        assert!(!has_small_order(Curve::X25519, &hex(eighth).unwrap()));
        let mut minus_one = vec![0xff; 57];
        (minus_one[0], minus_one[28], minus_one[56]) = (0xfe, 0xfe, 0x80);
        for point in [bytes(0, 0, 57, 0x80), bytes(1, 0, 57, 0), minus_one.clone()] {
            assert!(has_small_order(Curve::Ed448, &point), "{point:02x?}");
        }
        assert!(has_small_order(Curve::X448, &minus_one[..56]));
        // RFC 8032 section 7.1's first key, and base points.
        let good = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        assert!(!has_small_order(Curve::Ed25519, &hex(good).unwrap()));
        assert!(!has_small_order(Curve::X25519, &bytes(9, 0, 32, 0)));
        assert!(!has_small_order(Curve::X448, &bytes(5, 0, 56, 0)));
        assert!(!has_small_order(Curve::P256, &[0; 32]));
    }
}
