//! Tokens inside encrypted ones.

use super::super::alg::{KeyAlg, Kty};
use super::super::key::Key;
use super::KeyUsed;

/// How reports name a key that opened a token.
pub fn key_opened(key: &Key, alg: KeyAlg, source: &str) -> KeyUsed {
    KeyUsed {
        kid: key.kid.clone(),
        kty: key.kty().as_str(),
        alg: alg.as_str().into(),
        thumbprint: (key.kty() != Kty::Oct).then(|| key.thumbprint()),
        source: source.into(),
    }
}
