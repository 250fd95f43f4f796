//! Public keys as OpenSSH writes them, one a line (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::alg::{Curve, Kty};
use super::curve::point;
use super::{Key, KeyError, Material, rsa, without_zeros};

/// The NIST curves: ours, and the name in OpenSSH's.
const CURVES: [(Curve, &str); 3] = [
    (Curve::P256, "nistp256"),
    (Curve::P384, "nistp384"),
    (Curve::P521, "nistp521"),
];

/// The public key as a line of `authorized_keys`, with its `kid` as the comment.
///
/// # Errors
/// A phrase when OpenSSH has no such keys.
pub fn to_ssh(key: &Key) -> Result<String, KeyError> {
    let (name, blob) = match &key.material {
        Material::Rsa { n, e, .. } => (
            "ssh-rsa".to_owned(),
            [string(b"ssh-rsa"), number(e), number(n)].concat(),
        ),
        Material::Curve {
            crv: Curve::Ed25519,
            x,
            ..
        } => (
            "ssh-ed25519".to_owned(),
            [string(b"ssh-ed25519"), string(x)].concat(),
        ),
        Material::Curve { crv, x, y, .. } => {
            let (_, curve) = CURVES.iter().find(|(it, _)| it == crv).ok_or_else(|| {
                KeyError::Unsupported(format!("is on {crv}, which OpenSSH has not").into())
            })?;
            let name = format!("ecdsa-sha2-{curve}");
            let point = [&[4], x.as_slice(), y].concat();
            let blob = [
                string(name.as_bytes()),
                string(curve.as_bytes()),
                string(&point),
            ]
            .concat();
            (name, blob)
        }
        Material::Akp { set, .. } => {
            return Err(KeyError::Unsupported(
                format!("is an {set} key, which OpenSSH has not").into(),
            ));
        }
        Material::Oct(_) => {
            return Err(KeyError::LacksHalf(
                "is symmetric and has no public half".into(),
            ));
        }
    };
    // A line break or worse would turn one key into something else.
    let comment = key
        .kid
        .as_deref()
        .filter(|kid| !kid.is_empty() && kid.chars().all(|c| c.is_ascii_graphic() || c == ' '));
    let comment = comment.map(|kid| format!(" {kid}")).unwrap_or_default();
    Ok(format!("{name} {}{comment}", STANDARD.encode(blob)))
}

/// Reads a line that [`to_ssh`] could have written; `None` when it does not begin like one. The
/// comment becomes no id.
///
/// # Errors
/// A phrase when it does, and is broken.
pub fn from_ssh(text: &str) -> Option<Result<Key, KeyError>> {
    let mut words = text.split_ascii_whitespace();
    let name = words
        .next()
        .filter(|name| name.starts_with("ssh-") || name.starts_with("ecdsa-sha2-"))?;
    let Some(blob) = words.next().and_then(|word| STANDARD.decode(word).ok()) else {
        return Some(Err(KeyError::Malformed(
            "is an OpenSSH key whose base64 is broken".into(),
        )));
    };
    Some(read(name, &blob).unwrap_or_else(|| {
        Err(KeyError::Unsupported(
            "is an OpenSSH key that is broken, or of a kind that JOSE has not".into(),
        ))
    }))
}

fn read(name: &str, blob: &[u8]) -> Option<Result<Key, KeyError>> {
    let mut rest = blob;
    if field(&mut rest)? != name.as_bytes() {
        return None;
    }
    let key = match name {
        "ssh-rsa" => {
            let (e, n) = (field(&mut rest)?, field(&mut rest)?);
            rsa(without_zeros(n), without_zeros(e), None).map(Key::from_material)
        }
        "ssh-ed25519" => on_curve(Curve::Ed25519, field(&mut rest)?)?,
        _ => {
            let curve = field(&mut rest)?;
            let (crv, named) = CURVES.iter().find(|(_, named)| named.as_bytes() == curve)?;
            (name.strip_prefix("ecdsa-sha2-")? == *named).then_some(())?;
            on_curve(*crv, field(&mut rest)?)?
        }
    };
    rest.is_empty().then_some(key)
}

fn on_curve(crv: Curve, bytes: &[u8]) -> Option<Result<Key, KeyError>> {
    let (x, y) = point(crv, bytes)?;
    debug_assert_eq!(y.is_empty(), crv.kty() == Kty::Okp);
    Some(Ok(Key::from_material(Material::Curve {
        crv,
        x,
        y,
        d: None,
    })))
}

/// RFC 4251 §5: a length of four bytes, and so many.
fn string(bytes: &[u8]) -> Vec<u8> {
    // Keys are far from 4 GiB.
    [
        &u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes()[..],
        bytes,
    ]
    .concat()
}

/// RFC 4251 §5: an integer whose first bit is its sign.
fn number(bytes: &[u8]) -> Vec<u8> {
    match bytes.first() {
        Some(first) if first & 0x80 != 0 => string(&[&[0], bytes].concat()),
        _ => string(bytes),
    }
}

fn field<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_at_checked(4)?;
    let length = usize::try_from(u32::from_be_bytes(length.try_into().ok()?)).ok()?;
    let (field, after) = after.split_at_checked(length)?;
    *rest = after;
    Some(field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::json::Json;

    fn key(name: &str) -> Key {
        let path = format!(
            "{}/tests/data/keys/{name}.jwk.json",
            env!("CARGO_MANIFEST_DIR")
        );
        match Json::parse(&std::fs::read(path).unwrap()).unwrap() {
            Json::Object(jwk) => Key::from_jwk(jwk).unwrap(),
            _ => panic!("not an object"),
        }
    }

    #[test]
    fn there_and_back() {
        for name in ["rsa2048", "ec-p256", "ec-p384", "ec-p521", "ed25519"] {
            let key = key(name);
            let line = to_ssh(&key).unwrap();
            let back = from_ssh(&line).unwrap().unwrap();
            assert!(back.same_material(&key) && !back.is_private(), "{name}");
            // Cut off anywhere, it is no key.
            let blob = STANDARD.decode(line.split(' ').nth(1).unwrap()).unwrap();
            for end in 0..blob.len() {
                let cut = format!(
                    "{} {}",
                    line.split(' ').next().unwrap(),
                    STANDARD.encode(&blob[..end])
                );
                assert!(from_ssh(&cut).unwrap().is_err(), "{name} {end}");
            }
        }
        for name in ["secp256k1", "ed448", "x25519"] {
            assert!(to_ssh(&key(name)).is_err(), "{name}");
        }
    }

    #[test]
    fn a_comment_cannot_break_out() {
        let mut key = key("ed25519");
        for (kid, expected) in [("k 1", 4), ("k\nssh-rsa AAAA", 2), ("", 2)] {
            key.kid = Some(kid.into());
            assert_eq!(
                to_ssh(&key).unwrap().split_whitespace().count(),
                expected,
                "{kid:?}"
            );
        }
    }

    #[test]
    fn other_lines_are_no_ssh_keys() {
        assert!(from_ssh("hello world").is_none() && from_ssh("").is_none());
        assert!(from_ssh("ssh-dss AAAAB3NzaC1kc3M=").unwrap().is_err());
        assert!(from_ssh("ssh-rsa").unwrap().is_err());
    }
}
