//! Encrypted tokens (RFC 7516), compact and in JSON: taken apart strictly, and their content opened
//! by aws-lc. The key-management step is the caller's, so that lengths are checked before any
//! library sees them and every failure after that looks the same.

use aws_lc_rs::cipher::{self, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey};
use aws_lc_rs::{aead, constant_time, hmac, iv};

use super::alg::ContentEnc;
use super::error::{Code, Reason};
use super::header::Header;
use super::json::{Json, Object};
use super::key::decode;
use super::secret::Secret;

/// Header parameters that may stand where the tag does not cover them: nothing is opened by what
/// they say.
const INFORMATIVE: &[&str] = &["kid", "typ", "cty"];

/// Those that the recipient's own header may have as well, where jwcrypto writes them: what they
/// say goes into the key that unwraps the content's, so with any other value it does not unwrap
/// (RFC 7518 §4.8).
const DERIVING: &[&str] = &["p2s", "p2c"];

/// A JWE for one recipient that has been taken apart.
#[derive(Debug)]
pub struct Jwe {
    /// The protected header.
    pub header: Header,
    /// What the tag covers besides the ciphertext (RFC 7516 §5.1, step 14): the text of the
    /// header, and in the JSON form the text of `aad` after a dot.
    pub covered: String,
    /// Parameters of the recipient's own header, in the JSON form: `p2s` and `p2c` at most.
    pub deriving: Object,
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
pub fn parse(text: &str) -> Result<Jwe, Reason> {
    let parts: Vec<&str> = text.split('.').collect();
    let [header_text, encrypted_key, iv, ciphertext, tag] = parts[..] else {
        return Err(malformed(format!(
            "an encrypted token has five parts, and this has {}",
            parts.len()
        )));
    };
    Ok(Jwe {
        header: Header::parse(&part("header", header_text)?)?,
        covered: header_text.to_owned(),
        deriving: Object::default(),
        encrypted_key: part("encrypted key", encrypted_key)?,
        iv: part("initialization vector", iv)?,
        ciphertext: part("ciphertext", ciphertext)?,
        tag: part("tag", tag)?,
    })
}

/// Whether `object` has the outline of a JWE in the JSON serialization (RFC 7516 §7.2).
pub fn is_json(object: &Object) -> bool {
    object.has("ciphertext")
        && ["protected", "unprotected", "header", "recipients"]
            .iter()
            .any(|name| object.has(name))
}

/// Takes a JWE in the JSON serialization apart, flattened or general, for one recipient. What says
/// how it is opened must stand in the protected header: anybody could change it elsewhere.
///
/// # Errors
/// [`Code::Malformed`]: also for several recipients, a member that stands twice, and unprotected parameters that matter.
pub fn from_json(object: &Object) -> Result<Jwe, Reason> {
    if let Some(path) = object.duplicate() {
        return Err(malformed(format!("it has {path:?} twice")));
    }
    let recipient = recipient(object)?;
    let header_text = member(object, "protected")?.unwrap_or_default();
    let protected = part("header", header_text)?;
    // Of a JWE without a protected header, what stands elsewhere is the better thing to complain
    // about.
    let header = if protected.is_empty() {
        None
    } else {
        Some(Header::parse(&protected)?)
    };
    let allowed = [INFORMATIVE, DERIVING].concat();
    unprotected("unprotected", object, INFORMATIVE, header.as_ref())?;
    let mut deriving = unprotected("header", recipient, &allowed, header.as_ref())?;
    deriving
        .0
        .retain(|(name, _)| DERIVING.contains(&name.as_str()));
    let aad = member(object, "aad")?;
    part("aad", aad.unwrap_or_default())?;
    let bytes = |holder, name| part(name, member(holder, name)?.unwrap_or_default());
    Ok(Jwe {
        header: header.ok_or_else(|| malformed("it has no \"protected\" header".into()))?,
        covered: aad.map_or_else(
            || header_text.to_owned(),
            |aad| format!("{header_text}.{aad}"),
        ),
        deriving,
        encrypted_key: bytes(recipient, "encrypted_key")?,
        iv: bytes(object, "iv")?,
        ciphertext: bytes(object, "ciphertext")?,
        tag: bytes(object, "tag")?,
    })
}

/// What holds the parts of the one recipient: an item of `recipients`, or in the flattened form the
/// JWE itself.
fn recipient(object: &Object) -> Result<&Object, Reason> {
    let Some(recipients) = object.member("recipients") else {
        return Ok(object);
    };
    if let Some(name) = ["header", "encrypted_key"]
        .into_iter()
        .find(|name| object.has(name))
    {
        return Err(malformed(format!(
            "it has both \"recipients\" and {name:?}"
        )));
    }
    match recipients {
        Json::Array(items) => match &items[..] {
            [Json::Object(recipient)] => Ok(recipient),
            [other] => Err(malformed(format!(
                "its recipient is {}, not an object",
                other.kind()
            ))),
            items => Err(malformed(format!(
                "it has {} recipients, and only one is supported",
                items.len()
            ))),
        },
        other => Err(malformed(format!(
            "\"recipients\" is {}, not an array",
            other.kind()
        ))),
    }
}

/// The unprotected parameters in the member `name` of `holder`: `allowed` ones, and none that the
/// protected header has too.
fn unprotected(
    name: &str,
    holder: &Object,
    allowed: &[&str],
    header: Option<&Header>,
) -> Result<Object, Reason> {
    let parameters = match holder.member(name) {
        None => return Ok(Object::default()),
        Some(Json::Object(parameters)) => parameters,
        Some(other) => {
            return Err(malformed(format!(
                "{name:?} is {}, not an object",
                other.kind()
            )));
        }
    };
    for (parameter, _) in &parameters.0 {
        if !allowed.contains(&parameter.as_str()) {
            return Err(malformed(format!(
                "{name:?} holds {parameter:?}, which is read from \"protected\" alone"
            )));
        }
        if header.is_some_and(|header| header.members().has(parameter)) {
            return Err(malformed(format!(
                "{parameter:?} stands both in {name:?} and in \"protected\""
            )));
        }
    }
    Ok(parameters.clone())
}

fn malformed(why: String) -> Reason {
    Reason::new(Code::Malformed, "format", why)
}

fn part(name: &str, text: &str) -> Result<Vec<u8>, Reason> {
    decode(text).ok_or_else(|| malformed(format!("the {name} is not base64url without padding")))
}

/// The text of a member, if it is there.
fn member<'a>(object: &'a Object, name: &str) -> Result<Option<&'a str>, Reason> {
    match object.member(name) {
        None => Ok(None),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(other) => Err(malformed(format!(
            "{name:?} is {}, not a string",
            other.kind()
        ))),
    }
}

impl Jwe {
    /// Every parameter that says how the content encryption key is decrypted.
    pub fn parameters(&self) -> Object {
        Object([self.header.members().0.as_slice(), &self.deriving.0].concat())
    }

    /// Opens the content. `unwrap` turns the encrypted key into the content encryption key.
    ///
    /// # Errors
    /// [`Code::UnknownCritical`] or [`Code::AlgNotAllowed`] by the header; after that only
    /// [`Code::DecryptionFailed`], which never says what failed.
    pub fn open(
        &self,
        unwrap: impl FnOnce(&Self, ContentEnc) -> Option<Secret>,
    ) -> Result<Secret, Reason> {
        let refused = |why: String| Reason::new(Code::AlgNotAllowed, "enc", why);
        self.header.check_critical(false)?;
        if self.header.members().has("zip") {
            return Err(refused(
                "the content is compressed, which is not supported".into(),
            ));
        }
        let name = self.header.members().text("enc").unwrap_or_default();
        let enc: ContentEnc = name
            .parse()
            .map_err(|()| refused(format!("\"enc\" is {name:?}, which jwtctl does not know")))?;
        let failed = || Reason::new(Code::DecryptionFailed, "decryption", "decryption failed");
        if self.iv.len() != enc.iv_len() || self.tag.len() != enc.tag_len() {
            return Err(failed());
        }
        let key = unwrap(self, enc)
            .filter(|key| key.len() == enc.key_len())
            .ok_or_else(failed)?;
        self.open_content(enc, &key).ok_or_else(failed)
    }

    fn open_content(&self, enc: ContentEnc, key: &Secret) -> Option<Secret> {
        let aad = self.covered.as_bytes();
        match enc {
            ContentEnc::A128Gcm => self.open_gcm(&aead::AES_128_GCM, key, aad),
            ContentEnc::A192Gcm => self.open_gcm(&aead::AES_192_GCM, key, aad),
            ContentEnc::A256Gcm => self.open_gcm(&aead::AES_256_GCM, key, aad),
            ContentEnc::A128CbcHs256 => {
                self.open_cbc(&cipher::AES_128, hmac::HMAC_SHA256, key, aad)
            }
            ContentEnc::A192CbcHs384 => {
                self.open_cbc(&cipher::AES_192, hmac::HMAC_SHA384, key, aad)
            }
            ContentEnc::A256CbcHs512 => {
                self.open_cbc(&cipher::AES_256, hmac::HMAC_SHA512, key, aad)
            }
        }
    }

    fn open_gcm(&self, alg: &'static aead::Algorithm, key: &Secret, aad: &[u8]) -> Option<Secret> {
        let key = aead::LessSafeKey::new(aead::UnboundKey::new(alg, key.expose()).ok()?);
        let nonce = aead::Nonce::try_assume_unique_for_key(&self.iv).ok()?;
        let mut content = zeroize::Zeroizing::new([self.ciphertext.as_slice(), &self.tag].concat());
        let opened = key
            .open_in_place(nonce, aead::Aad::from(aad), &mut content)
            .ok()?
            .len();
        content.truncate(opened);
        Some(Secret::from(content))
    }

    /// RFC 7518 §5.2.2.2: the MAC is checked, in constant time, before a byte is decrypted.
    fn open_cbc(
        &self,
        alg: &'static cipher::Algorithm,
        mac: hmac::Algorithm,
        key: &Secret,
        aad: &[u8],
    ) -> Option<Secret> {
        let (mac_key, enc_key) = key.expose().split_at(key.len() / 2);
        let aad_bits = (aad.len() as u64).checked_mul(8)?.to_be_bytes();
        let covered = [aad, self.iv.as_slice(), &self.ciphertext, &aad_bits].concat();
        let tag = hmac::sign(&hmac::Key::new(mac, mac_key), &covered);
        constant_time::verify_slices_are_equal(&tag.as_ref()[..self.tag.len()], &self.tag).ok()?;
        let key =
            PaddedBlockDecryptingKey::cbc_pkcs7(UnboundCipherKey::new(alg, enc_key).ok()?).ok()?;
        let iv = DecryptionContext::Iv128(iv::FixedLength::from(
            <[u8; 16]>::try_from(self.iv.as_slice()).ok()?,
        ));
        let mut content = zeroize::Zeroizing::new(self.ciphertext.clone());
        let opened = key.decrypt(&mut content, iv).ok()?.len();
        content.truncate(opened);
        Some(Secret::from(content))
    }
}
