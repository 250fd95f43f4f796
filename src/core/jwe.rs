//! Encrypted tokens (RFC 7516): taken apart strictly, and their content opened by aws-lc. The key-management step is the
//! caller's, so that lengths are checked before any library sees them and every failure after that looks the same.

use aws_lc_rs::cipher::{self, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey};
use aws_lc_rs::{aead, constant_time, hmac, iv};

use super::alg::ContentEnc;
use super::error::{Code, Reason};
use super::header::Header;
use super::key::decode;
use super::secret::Secret;

/// A compact JWE that has been taken apart.
#[derive(Debug)]
pub struct Jwe<'a> {
    /// The protected header.
    pub header: Header,
    /// Its text, which the tag also covers.
    pub header_text: &'a str,
    /// The content encryption key, encrypted; empty where there is none to carry.
    pub encrypted_key: Vec<u8>,
    /// The initialization vector.
    pub iv: Vec<u8>,
    /// The encrypted content.
    pub ciphertext: Vec<u8>,
    /// The authentication tag.
    pub tag: Vec<u8>,
}

/// Whether `text` has the outline of a compact JWE.
pub fn is_compact(text: &str) -> bool {
    text.split('.').count() == 5
}

/// Takes a compact JWE apart.
///
/// # Errors
/// [`Code::Malformed`].
pub fn parse(text: &str) -> Result<Jwe<'_>, Reason> {
    let malformed = |why: String| Reason::new(Code::Malformed, "format", why);
    let parts: Vec<&str> = text.split('.').collect();
    let [header_text, encrypted_key, iv, ciphertext, tag] = parts[..] else {
        return Err(malformed(format!("an encrypted token has five parts, and this has {}", parts.len())));
    };
    let part = |name: &str, text| decode(text).ok_or_else(|| malformed(format!("the {name} is not base64url without padding")));
    Ok(Jwe {
        header: Header::parse(&part("header", header_text)?)?,
        header_text,
        encrypted_key: part("encrypted key", encrypted_key)?,
        iv: part("initialization vector", iv)?,
        ciphertext: part("ciphertext", ciphertext)?,
        tag: part("tag", tag)?,
    })
}

impl Jwe<'_> {
    /// Opens the content. `unwrap` turns the encrypted key into the content encryption key.
    ///
    /// # Errors
    /// [`Code::UnknownCritical`] or [`Code::AlgNotAllowed`] by the header; after that only [`Code::DecryptionFailed`],
    /// which never says what failed.
    pub fn open(&self, unwrap: impl FnOnce(&Self, ContentEnc) -> Option<Secret>) -> Result<Secret, Reason> {
        let refused = |why: String| Reason::new(Code::AlgNotAllowed, "enc", why);
        self.header.check_critical(false)?;
        if self.header.members().has("zip") {
            return Err(refused("the content is compressed, which is not supported".into()));
        }
        let name = self.header.members().text("enc").unwrap_or_default();
        let enc: ContentEnc = name.parse().map_err(|()| refused(format!("\"enc\" is {name:?}, which jwtctl does not know")))?;
        let failed = || Reason::new(Code::DecryptionFailed, "decryption", "decryption failed");
        if self.iv.len() != enc.iv_len() || self.tag.len() != enc.tag_len() {
            return Err(failed());
        }
        let key = unwrap(self, enc).filter(|key| key.len() == enc.key_len()).ok_or_else(failed)?;
        self.open_content(enc, &key).ok_or_else(failed)
    }

    fn open_content(&self, enc: ContentEnc, key: &Secret) -> Option<Secret> {
        let aad = self.header_text.as_bytes();
        match enc {
            ContentEnc::A128Gcm => self.open_gcm(&aead::AES_128_GCM, key, aad),
            ContentEnc::A192Gcm => self.open_gcm(&aead::AES_192_GCM, key, aad),
            ContentEnc::A256Gcm => self.open_gcm(&aead::AES_256_GCM, key, aad),
            ContentEnc::A128CbcHs256 => self.open_cbc(&cipher::AES_128, hmac::HMAC_SHA256, key, aad),
            ContentEnc::A192CbcHs384 => self.open_cbc(&cipher::AES_192, hmac::HMAC_SHA384, key, aad),
            ContentEnc::A256CbcHs512 => self.open_cbc(&cipher::AES_256, hmac::HMAC_SHA512, key, aad),
        }
    }

    fn open_gcm(&self, alg: &'static aead::Algorithm, key: &Secret, aad: &[u8]) -> Option<Secret> {
        let key = aead::LessSafeKey::new(aead::UnboundKey::new(alg, key.expose()).ok()?);
        let nonce = aead::Nonce::try_assume_unique_for_key(&self.iv).ok()?;
        let mut content = zeroize::Zeroizing::new([self.ciphertext.as_slice(), &self.tag].concat());
        let opened = key.open_in_place(nonce, aead::Aad::from(aad), &mut content).ok()?.len();
        content.truncate(opened);
        Some(Secret::from(content))
    }

    /// RFC 7518 §5.2.2.2: the MAC is checked, in constant time, before a byte is decrypted.
    fn open_cbc(&self, alg: &'static cipher::Algorithm, mac: hmac::Algorithm, key: &Secret, aad: &[u8]) -> Option<Secret> {
        let (mac_key, enc_key) = key.expose().split_at(key.len() / 2);
        let aad_bits = (aad.len() as u64).checked_mul(8)?.to_be_bytes();
        let covered = [aad, self.iv.as_slice(), &self.ciphertext, &aad_bits].concat();
        let tag = hmac::sign(&hmac::Key::new(mac, mac_key), &covered);
        constant_time::verify_slices_are_equal(&tag.as_ref()[..self.tag.len()], &self.tag).ok()?;
        let key = PaddedBlockDecryptingKey::cbc_pkcs7(UnboundCipherKey::new(alg, enc_key).ok()?).ok()?;
        let iv = DecryptionContext::Iv128(iv::FixedLength::from(<[u8; 16]>::try_from(self.iv.as_slice()).ok()?));
        let mut content = zeroize::Zeroizing::new(self.ciphertext.clone());
        let opened = key.decrypt(&mut content, iv).ok()?.len();
        content.truncate(opened);
        Some(Secret::from(content))
    }
}
