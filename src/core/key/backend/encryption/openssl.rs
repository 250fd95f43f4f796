//! OpenSSL: AES Key Wrap of 192 bits and X448, which no other library here has; and RSA, because
//! aws-lc draws randomness for it, for encryption as for the blinding of a decryption. As in
//! [`super::super::openssl`], each way in begins with `openssl::init()`.

use openssl::aes::{AesKey, unwrap_key, wrap_key};
use openssl::derive::Deriver;
use openssl::encrypt::{Decrypter, Encrypter};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::{Id, PKey};
use openssl::rsa::Padding;
use zeroize::Zeroizing;

use super::super::super::super::alg::{Curve, KeyAlg};
use super::super::super::super::secret::Secret;
use super::super::super::{Key, to_pkcs8};
use super::super::openssl::rsa_public;

pub(super) fn lacks(_: KeyAlg, _: Option<Curve>) -> Option<String> {
    None
}

pub(super) fn wrap(wrapping: &Secret, key: &Secret) -> Option<Vec<u8>> {
    openssl::init();
    let aes = AesKey::new_encrypt(wrapping.expose()).ok()?;
    let mut wrapped = vec![0; key.len() + 8];
    wrap_key(&aes, None, &mut wrapped, key.expose()).ok()?;
    Some(wrapped)
}

pub(super) fn unwrap(wrapping: &Secret, wrapped: &[u8]) -> Option<Secret> {
    openssl::init();
    let aes = AesKey::new_decrypt(wrapping.expose()).ok()?;
    let mut key = Zeroizing::new(vec![0; wrapped.len().checked_sub(8)?]);
    unwrap_key(&aes, None, &mut key, wrapped).ok()?;
    Some(Secret::from(key))
}

pub(super) fn agree_x448(d: &Secret, x: &[u8]) -> Option<Secret> {
    openssl::init();
    let agree = || -> Result<Vec<u8>, ErrorStack> {
        let private = PKey::private_key_from_raw_bytes(d.expose(), Id::X448)?;
        let peer = PKey::public_key_from_raw_bytes(x, Id::X448)?;
        let mut deriver = Deriver::new(&private)?;
        deriver.set_peer(&peer)?;
        deriver.derive_to_vec()
    };
    // A point of small order makes a secret of zeros (RFC 7748 section 6.2).
    let secret = Secret::new(agree().ok()?);
    let is_zero = secret.expose().iter().fold(0, |all, byte| all | byte) == 0;
    (!is_zero).then_some(secret)
}

/// The digest of OAEP, which its mask takes as well; `None` for the padding of PKCS #1 v1.5.
fn digest(alg: KeyAlg) -> Option<MessageDigest> {
    match alg {
        KeyAlg::RsaOaep => Some(MessageDigest::sha1()),
        KeyAlg::RsaOaep256 => Some(MessageDigest::sha256()),
        KeyAlg::RsaOaep384 => Some(MessageDigest::sha384()),
        KeyAlg::RsaOaep512 => Some(MessageDigest::sha512()),
        _ => None,
    }
}

pub(super) fn encrypt_rsa(key: &Key, alg: KeyAlg, content: &Secret) -> Option<Vec<u8>> {
    openssl::init();
    // RSA1_5 is read and never written.
    let digest = digest(alg)?;
    let public = rsa_public(key)?;
    let encrypt = || -> Result<Vec<u8>, ErrorStack> {
        let mut encrypter = Encrypter::new(&public)?;
        encrypter.set_rsa_padding(Padding::PKCS1_OAEP)?;
        encrypter.set_rsa_oaep_md(digest)?;
        encrypter.set_rsa_mgf1_md(digest)?;
        let mut encrypted = vec![0; encrypter.encrypt_len(content.expose())?];
        let length = encrypter.encrypt(content.expose(), &mut encrypted)?;
        encrypted.truncate(length);
        Ok(encrypted)
    };
    encrypt().ok()
}

pub(super) fn decrypt_rsa(key: &Key, alg: KeyAlg, encrypted: &[u8]) -> Option<Secret> {
    openssl::init();
    let der = to_pkcs8(key).ok()?;
    let decrypt = || -> Result<Zeroizing<Vec<u8>>, ErrorStack> {
        let private = PKey::private_key_from_pkcs8(der.expose())?;
        let mut decrypter = Decrypter::new(&private)?;
        match digest(alg) {
            Some(digest) => {
                decrypter.set_rsa_padding(Padding::PKCS1_OAEP)?;
                decrypter.set_rsa_oaep_md(digest)?;
                decrypter.set_rsa_mgf1_md(digest)?;
            }
            None => decrypter.set_rsa_padding(Padding::PKCS1)?,
        }
        let mut content = Zeroizing::new(vec![0; decrypter.decrypt_len(encrypted)?]);
        let length = decrypter.decrypt(encrypted, &mut content)?;
        content.truncate(length);
        Ok(content)
    };
    decrypt().ok().map(Secret::from)
}
