//! aws-lc: AES-GCM, AES-CBC with HMAC, AES Key Wrap of 128 and 256 bits, PBKDF2, and agreements on
//! the NIST curves and X25519. None of them draws randomness.

use std::num::NonZeroU32;

use aws_lc_rs::cipher::{
    self, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey, PaddedBlockEncryptingKey,
    UnboundCipherKey,
};
use aws_lc_rs::key_wrap::{AES_128, AES_256, AesKek, KeyWrap as _};
use aws_lc_rs::{aead, agreement, constant_time, digest, hmac, iv, pbkdf2};
use zeroize::Zeroizing;

use super::super::super::super::alg::{ContentEnc, Curve, KeyAlg, Kty};
use super::super::super::super::secret::Secret;
use super::{GcmIv, GcmTag};

pub(super) fn wrap(wrapping: &Secret, key: &Secret) -> Option<Vec<u8>> {
    let mut wrapped = vec![0; key.len() + 8];
    kek(wrapping)?.wrap(key.expose(), &mut wrapped).ok()?;
    Some(wrapped)
}

pub(super) fn unwrap(wrapping: &Secret, wrapped: &[u8]) -> Option<Secret> {
    // The library needs room for what it takes off.
    let mut key = Zeroizing::new(vec![0; wrapped.len()]);
    let length = kek(wrapping)?.unwrap(wrapped, &mut key).ok()?.len();
    key.truncate(length);
    Some(Secret::from(key))
}

fn kek(wrapping: &Secret) -> Option<AesKek> {
    let cipher = match wrapping.len() {
        16 => &AES_128,
        32 => &AES_256,
        _ => return None,
    };
    AesKek::new(cipher, wrapping.expose()).ok()
}

fn gcm(key: &Secret) -> Option<aead::LessSafeKey> {
    let alg = match key.len() {
        16 => &aead::AES_128_GCM,
        24 => &aead::AES_192_GCM,
        32 => &aead::AES_256_GCM,
        _ => return None,
    };
    let key = aead::UnboundKey::new(alg, key.expose()).ok()?;
    Some(aead::LessSafeKey::new(key))
}

pub(super) fn seal_gcm(
    key: &Secret,
    iv: GcmIv,
    aad: &[u8],
    content: &Secret,
) -> Option<(Vec<u8>, GcmTag)> {
    let mut sealed = Zeroizing::new(content.expose().to_vec());
    let (nonce, aad) = (aead::Nonce::from(&iv), aead::Aad::from(aad));
    let tag = gcm(key)?.seal_in_place_separate_tag(nonce, aad, &mut sealed);
    let tag = GcmTag::try_from(tag.ok()?.as_ref()).ok()?;
    Some((std::mem::take(&mut *sealed), tag))
}

pub(super) fn open_gcm(
    key: &Secret,
    iv: GcmIv,
    aad: &[u8],
    ciphertext: &[u8],
    tag: GcmTag,
) -> Option<Secret> {
    let (nonce, aad) = (aead::Nonce::from(&iv), aead::Aad::from(aad));
    let mut content = Zeroizing::new([ciphertext, &tag].concat());
    let opened = gcm(key)?
        .open_in_place(nonce, aad, &mut content)
        .ok()?
        .len();
    content.truncate(opened);
    Some(Secret::from(content))
}

/// The cipher and the MAC of an algorithm of the CBC family.
fn cbc(enc: ContentEnc) -> Option<(&'static cipher::Algorithm, hmac::Algorithm)> {
    match enc {
        ContentEnc::A128CbcHs256 => Some((&cipher::AES_128, hmac::HMAC_SHA256)),
        ContentEnc::A192CbcHs384 => Some((&cipher::AES_192, hmac::HMAC_SHA384)),
        ContentEnc::A256CbcHs512 => Some((&cipher::AES_256, hmac::HMAC_SHA512)),
        ContentEnc::A128Gcm | ContentEnc::A192Gcm | ContentEnc::A256Gcm => None,
    }
}

/// The MAC of RFC 7518 §5.2.2.1, whole.
fn mac(alg: hmac::Algorithm, key: &[u8], aad: &[u8], iv: &[u8], ciphertext: &[u8]) -> hmac::Tag {
    let aad_bits = (aad.len() as u64).wrapping_mul(8).to_be_bytes();
    let mut context = hmac::Context::with_key(&hmac::Key::new(alg, key));
    [aad, iv, ciphertext, &aad_bits]
        .into_iter()
        .for_each(|part| context.update(part));
    context.sign()
}

pub(super) fn seal_cbc(
    enc: ContentEnc,
    key: &Secret,
    iv: [u8; 16],
    aad: &[u8],
    content: &Secret,
) -> Option<(Vec<u8>, Vec<u8>)> {
    let (cipher, hash) = cbc(enc)?;
    let (mac_key, enc_key) = key.expose().split_at(key.len() / 2);
    let cipher = UnboundCipherKey::new(cipher, enc_key).ok()?;
    let cipher = PaddedBlockEncryptingKey::cbc_pkcs7(cipher).ok()?;
    // Room for the padding, so that no copy of the content is left behind.
    let mut sealed = Zeroizing::new(Vec::with_capacity(content.len() + 16));
    sealed.extend_from_slice(content.expose());
    let context = EncryptionContext::Iv128(iv::FixedLength::from(iv));
    cipher.less_safe_encrypt(&mut *sealed, context).ok()?;
    let tag = mac(hash, mac_key, aad, &iv, &sealed);
    let tag = tag.as_ref()[..enc.tag_len()].to_vec();
    Some((std::mem::take(&mut *sealed), tag))
}

pub(super) fn open_cbc(
    enc: ContentEnc,
    key: &Secret,
    iv: [u8; 16],
    aad: &[u8],
    ciphertext: &[u8],
    tag: &[u8],
) -> Option<Secret> {
    let (cipher, hash) = cbc(enc)?;
    let (mac_key, enc_key) = key.expose().split_at(key.len() / 2);
    let expected = mac(hash, mac_key, aad, &iv, ciphertext);
    let expected = expected.as_ref().get(..enc.tag_len())?;
    constant_time::verify_slices_are_equal(expected, tag).ok()?;
    let cipher = UnboundCipherKey::new(cipher, enc_key).ok()?;
    let cipher = PaddedBlockDecryptingKey::cbc_pkcs7(cipher).ok()?;
    let mut content = Zeroizing::new(ciphertext.to_vec());
    let context = DecryptionContext::Iv128(iv::FixedLength::from(iv));
    let opened = cipher.decrypt(&mut content, context).ok()?.len();
    content.truncate(opened);
    Some(Secret::from(content))
}

pub(super) fn agree(crv: Curve, d: &Secret, x: &[u8], y: &[u8]) -> Option<Secret> {
    let alg = match crv {
        Curve::P256 => &agreement::ECDH_P256,
        Curve::P384 => &agreement::ECDH_P384,
        Curve::P521 => &agreement::ECDH_P521,
        Curve::X25519 => &agreement::X25519,
        Curve::Secp256k1 | Curve::Ed25519 | Curve::Ed448 | Curve::X448 => return None,
    };
    let frame: &[u8] = if crv.kty() == Kty::Ec { &[4] } else { &[] };
    let peer = agreement::UnparsedPublicKey::new(alg, [frame, x, y].concat());
    let private = agreement::PrivateKey::from_private_key(alg, d.expose()).ok()?;
    agreement::agree(&private, peer, (), |secret| {
        Ok(Secret::new(secret.to_vec()))
    })
    .ok()
}

pub(super) fn derive(alg: KeyAlg, passphrase: &Secret, salt: &[u8], rounds: u32) -> Option<Secret> {
    let digest = match alg {
        KeyAlg::Pbes2Hs256 => pbkdf2::PBKDF2_HMAC_SHA256,
        KeyAlg::Pbes2Hs384 => pbkdf2::PBKDF2_HMAC_SHA384,
        KeyAlg::Pbes2Hs512 => pbkdf2::PBKDF2_HMAC_SHA512,
        _ => return None,
    };
    let mut key = Zeroizing::new(vec![0; alg.kek_len()]);
    let rounds = NonZeroU32::new(rounds)?;
    pbkdf2::derive(digest, rounds, salt, passphrase.expose(), &mut key);
    Some(Secret::from(key))
}

pub(super) fn sha256(parts: &[&[u8]]) -> Secret {
    let mut context = digest::Context::new(&digest::SHA256);
    parts.iter().for_each(|part| context.update(part));
    Secret::new(context.finish().as_ref().to_vec())
}
