//! Points on curves: the public half of a private key, and points as the formats encode them.

use aws_lc_rs::agreement;
use aws_lc_rs::encoding::{AsBigEndian as _, AsDer as _, EcPrivateKeyBin, PublicKeyX509Der};
use aws_lc_rs::signature::{
    self, EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair as _, ParsedPublicKey, VerificationAlgorithm,
};
use der::Encode as _;

use super::super::alg::{Curve, Kty};
use super::super::secret::Secret;

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
