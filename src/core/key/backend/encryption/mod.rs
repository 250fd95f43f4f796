//! What encrypted tokens are made of, a file for each library: AES, RSA, agreements, and keys
//! derived from passphrases. Nothing here draws randomness from aws-lc; what has to be random, the
//! caller brings, or OpenSSL draws it, which does so without a delay.
//!
//! Every function takes inputs whose lengths its caller has checked, and says nothing about why
//! it failed.

mod aws_lc;
#[cfg(test)]
mod tests;

#[cfg(feature = "jwe")]
mod openssl;
#[cfg(not(feature = "jwe"))]
#[path = "openssl_absent.rs"]
mod openssl;

use super::super::super::alg::{Backend, ContentEnc, Curve, KeyAlg};
use super::super::super::guard::guarded;
use super::super::super::secret::Secret;
use super::super::Key;

/// The initialization vector of AES-GCM.
pub type GcmIv = [u8; 12];

/// The authentication tag of AES-GCM.
pub type GcmTag = [u8; 16];

/// What this build cannot do with `alg` and keys on `crv`, as a phrase to follow the key's name;
/// `None` when it can.
pub fn lacks(alg: KeyAlg, crv: Option<Curve>) -> Option<String> {
    openssl::lacks(alg, crv)
}

/// Wraps `key` with `wrapping`, whose length says which AES it is (RFC 3394).
pub fn wrap(alg: KeyAlg, wrapping: &Secret, key: &Secret) -> Option<Vec<u8>> {
    guarded(|| match alg.backend() {
        Backend::OpenSsl => openssl::wrap(wrapping, key),
        _ => aws_lc::wrap(wrapping, key),
    })
    .flatten()
}

/// Unwraps what [`wrap`] made.
pub fn unwrap(alg: KeyAlg, wrapping: &Secret, wrapped: &[u8]) -> Option<Secret> {
    guarded(|| match alg.backend() {
        Backend::OpenSsl => openssl::unwrap(wrapping, wrapped),
        _ => aws_lc::unwrap(wrapping, wrapped),
    })
    .flatten()
}

/// Encrypts `content` with AES-GCM under a key of 16, 24 or 32 bytes.
pub fn seal_gcm(
    key: &Secret,
    iv: GcmIv,
    aad: &[u8],
    content: &Secret,
) -> Option<(Vec<u8>, GcmTag)> {
    guarded(|| aws_lc::seal_gcm(key, iv, aad, content)).flatten()
}

/// Opens what [`seal_gcm`] made.
pub fn open_gcm(
    key: &Secret,
    iv: GcmIv,
    aad: &[u8],
    ciphertext: &[u8],
    tag: GcmTag,
) -> Option<Secret> {
    guarded(|| aws_lc::open_gcm(key, iv, aad, ciphertext, tag)).flatten()
}

/// Encrypts `content` with AES-CBC and HMAC (RFC 7518 §5.2.2.1) under a key of `enc`'s length.
pub fn seal_cbc(
    enc: ContentEnc,
    key: &Secret,
    iv: [u8; 16],
    aad: &[u8],
    content: &Secret,
) -> Option<(Vec<u8>, Vec<u8>)> {
    guarded(|| aws_lc::seal_cbc(enc, key, iv, aad, content)).flatten()
}

/// Opens what [`seal_cbc`] made: the MAC is checked, in constant time, before a byte is decrypted.
pub fn open_cbc(
    enc: ContentEnc,
    key: &Secret,
    iv: [u8; 16],
    aad: &[u8],
    ciphertext: &[u8],
    tag: &[u8],
) -> Option<Secret> {
    guarded(|| aws_lc::open_cbc(enc, key, iv, aad, ciphertext, tag)).flatten()
}

/// The secret that the private scalar `d` and the public point have in common. `None` when the
/// public point is not a valid one of the curve, or the secret would be zero.
pub fn agree(crv: Curve, d: &Secret, x: &[u8], y: &[u8]) -> Option<Secret> {
    guarded(|| match crv {
        Curve::X448 => openssl::agree_x448(d, x),
        _ => aws_lc::agree(crv, d, x, y),
    })
    .flatten()
}

/// The key that `passphrase`, a salt and so many rounds of PBKDF2 make, with the digest of `alg`
/// and of the length that it wraps with. `salt` is whole: the algorithm's name, a zero and `p2s`.
pub fn derive(alg: KeyAlg, passphrase: &Secret, salt: &[u8], rounds: u32) -> Option<Secret> {
    guarded(|| aws_lc::derive(alg, passphrase, salt, rounds)).flatten()
}

/// SHA-256 over all the parts.
pub fn sha256(parts: &[&[u8]]) -> Secret {
    aws_lc::sha256(parts)
}

/// Encrypts `content` to the RSA key.
pub fn encrypt_rsa(key: &Key, alg: KeyAlg, content: &Secret) -> Option<Vec<u8>> {
    guarded(|| openssl::encrypt_rsa(key, alg, content)).flatten()
}

/// Decrypts what [`encrypt_rsa`] made. With RSA1_5, the library answers wrong padding with random
/// bytes of a random length, so that an attacker cannot learn from the answer that the padding was
/// wrong.
pub fn decrypt_rsa(key: &Key, alg: KeyAlg, encrypted: &[u8]) -> Option<Secret> {
    guarded(|| openssl::decrypt_rsa(key, alg, encrypted)).flatten()
}
