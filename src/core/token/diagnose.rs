//! Why a signature is bad, as far as the caller's own keys can explain it.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use der::Decode as _;

use super::super::alg::{Kty, SigAlg};
use super::super::hint::{Hint, SecretReading, TokenHint};
use super::super::jwks::Keys;
use super::super::jws::Unverified;
use super::super::key::{self, Key, decode as base64url, hex, to_hex};
use super::super::keyfile::from_utf16;
use super::super::secret::Secret;

/// Hints about a bad signature: whether it is in another encoding, by another key of the set, or by
/// the same secret read in another way. A secret is read in other ways, never
/// guessed.
pub fn diagnose(
    token: &Unverified<'_>,
    alg: SigAlg,
    weak: bool,
    candidates: &[Arc<Key>],
    keys: &dyn Keys,
) -> Vec<Hint> {
    let fits = |key: &Key, signature: &[u8]| {
        key.verifier(alg, weak)
            .is_ok_and(|it| token.would_verify(&it, signature))
    };
    let mut hints = Vec::new();
    if let (Kty::Ec, Some(raw)) = (alg.kty(), raw_ecdsa(token.signature(), alg))
        && candidates.iter().any(|key| fits(key, &raw))
    {
        hints.push("the signature is by this key but DER-encoded; a JWS needs the raw R and S (RFC 7518 section 3.4), so whoever makes the token has to convert it".into());
    }
    for key in candidates.iter().filter(|key| key.kty() == Kty::Oct) {
        let mut readings = other_readings(key)
            .into_iter()
            .map(|(how, secret)| (how, Key::from_secret(secret)));
        let fitting = readings.find(|(_, other)| {
            other
                .verifier(alg, true)
                .is_ok_and(|it| token.would_verify(&it, token.signature()))
        });
        hints.extend(fitting.map(|(how, _)| how));
    }
    let tried = |key: &&Arc<Key>| candidates.iter().any(|it| Arc::ptr_eq(it, key));
    let other = keys
        .all()
        .iter()
        .filter(|key| !tried(key))
        .take(64)
        .find(|key| fits(key, token.signature()));
    hints.extend(other.map(|key| {
        let label = key.label();
        format!("it is by {label} of the same set, so the token names the wrong key").into()
    }));
    hints
}

/// A DER-encoded ECDSA signature as the raw R and S that a JWS needs.
fn raw_ecdsa(signature: &[u8], alg: SigAlg) -> Option<Vec<u8>> {
    let numbers = Vec::<der::asn1::Uint>::from_der(signature).ok()?;
    let [r, s] = &numbers[..] else { return None };
    let half = alg.signature_len()? / 2;
    let mut raw = Vec::with_capacity(2 * half);
    for number in [r.as_bytes(), s.as_bytes()] {
        raw.resize(raw.len() + half.checked_sub(number.len())?, 0);
        raw.extend_from_slice(number);
    }
    Some(raw)
}

/// The other ways in which the bytes of a secret are commonly read, each with the hint for a caller
/// whose secret it was.
fn other_readings(key: &Key) -> Vec<(Hint, Secret)> {
    let Some(secret) = key.secret() else {
        return Vec::new();
    };
    let bytes = secret.expose();
    let text = secret.expose_str().unwrap_or_default().trim();
    let wide = from_utf16(bytes).map(Secret::without_trailing_newline);
    let mut readings = Vec::new();
    let mut add = |how: Hint, bytes: Option<Vec<u8>>| {
        readings.extend(bytes.map(|bytes| (how, Secret::new(bytes))));
    };
    add(
        TokenHint::SecretReadAs(SecretReading::Hex).into(),
        hex(text),
    );
    add(
        TokenHint::SecretReadAs(SecretReading::Base64).into(),
        STANDARD.decode(text).ok(),
    );
    add(
        TokenHint::SecretReadAs(SecretReading::Base64Url).into(),
        base64url(text),
    );
    add(
        "it fits the text of the secret, which is in a UTF-16 file: write it as UTF-8".into(),
        wide.map(|it| it.expose().to_vec()),
    );
    add(
        TokenHint::SecretReadAs(SecretReading::Raw).into(),
        Some([bytes, b"\n"].concat()),
    );
    add(
        "its maker used the secret's base64url text rather than the bytes it stands for".into(),
        Some(key::encode(bytes).into_bytes()),
    );
    add(
        "its maker used the secret's base64 text rather than the bytes it stands for".into(),
        Some(STANDARD.encode(bytes).into_bytes()),
    );
    let hexadecimal = to_hex(bytes);
    add(
        "its maker used the secret's hex text rather than the bytes it stands for".into(),
        Some(hexadecimal.into_bytes()),
    );
    readings
}
