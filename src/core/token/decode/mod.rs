//! Decoding a token without verifying it: faults that can be read past become warnings.

mod disclosed;
mod encrypted;
mod plain;
mod several;

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::super::error::Reason;
use super::super::header::{Header, same_type};
use super::super::json::{Json, Object};
use super::super::jws;
use super::super::key::decode as base64url;
use super::super::profile::Profile;
use super::serialization::Serialization;

pub use disclosed::Disclosed;
use disclosed::with_disclosures;
pub use plain::{Plain, PlainReader};

/// Base64url with the faults that real tokens have: padding, and bits left over at the end.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What to say of a text that is recognised as something else than a token in compact form.
fn not_compact(text: &str) -> Option<&'static str> {
    let text = text.trim_start();
    if ["v1.", "v2.", "v3.", "v4."]
        .iter()
        .any(|it| text.starts_with(it))
    {
        return Some("this is a PASETO, which is another kind of token than a JWT");
    }
    if !text.starts_with('{') {
        return None;
    }
    Some(match Json::parse(text.as_bytes()) {
        Err(_) => "the token is in JSON form, and what is there is not JSON",
        Ok(_) => {
            "this is a JSON document without a JWT in it; a token that it holds is opaque, and only its issuer can say what it means"
        }
    })
}

/// What is said of a text in one part.
const OPAQUE: &str = "this is an opaque token, not a JWT: only its issuer can say what it means";

/// What is said of a signed token with `zip` in its header.
pub(super) const COMPRESSED: &str = "the payload is compressed (\"zip\" in the header, as SMART health cards have it), which RFC 7515 does not define and jwtctl does not read";

/// A token that was decoded. Nothing in it is verified.
#[derive(Debug)]
pub struct Decoded {
    /// Every signature of a token in JSON form; empty for a compact one.
    pub signatures: Vec<SeenSignature>,
    /// Its header, as bytes; of several signatures, that of the first.
    pub header_bytes: Vec<u8>,
    /// Its header, an object.
    pub header: Json,
    /// What it carries.
    pub content: Content,
    /// Every recipient of an encrypted token in JSON form; empty for a compact one.
    pub recipients: Vec<SeenRecipient>,
    /// What a strict reader would object to.
    pub warnings: Vec<String>,
    /// The disclosures and the key-binding JWT, if it is an SD-JWT.
    pub disclosed: Option<Disclosed>,
}

/// One signature of a token in JSON form.
#[derive(Debug)]
pub struct SeenSignature {
    /// The protected header, an object; `None` where there is none.
    pub protected: Option<Json>,
    /// The protected header's bytes.
    pub protected_bytes: Vec<u8>,
    /// The unprotected header; `None` where there is none.
    pub unprotected: Option<Object>,
    /// Bytes of the signature.
    pub bytes: usize,
}

/// One recipient of an encrypted token in JSON form.
#[derive(Debug)]
pub struct SeenRecipient {
    /// Its own header.
    pub header: Object,
    /// Bytes of the encrypted key.
    pub encrypted_key: usize,
}

/// What a token carries.
#[derive(Debug)]
pub enum Content {
    /// A signed payload.
    Signed {
        /// The payload's bytes.
        payload: Vec<u8>,
        /// The payload as JSON, if it is.
        json: Option<Json>,
        /// Bytes of the signature.
        signature: usize,
    },
    /// The content of an encrypted token, which has no signature.
    Unsigned {
        /// The content's bytes.
        payload: Vec<u8>,
        /// The content as JSON, if it is.
        json: Option<Json>,
    },
    /// An encrypted payload, of which only the sizes are known.
    Encrypted {
        /// Bytes of the encrypted key.
        encrypted_key: usize,
        /// Bytes of the initialization vector.
        iv: usize,
        /// Bytes of the encrypted content.
        ciphertext: usize,
        /// Bytes of the authentication tag.
        tag: usize,
    },
}

impl Decoded {
    /// The claims, with what is disclosed in its place, if the payload is an object.
    pub fn claims(&self) -> Option<&Object> {
        let processed = self.disclosed.as_ref().and_then(|it| it.processed.as_ref());
        processed
            .map(|it| &it.claims)
            .or_else(|| self.content.claims())
    }

    /// The kind of token that it looks like, by its type or by its shape. That is no more than a
    /// guess at what it is meant for.
    pub fn looks_like(&self) -> Option<Profile> {
        match self.disclosed {
            Some(_) => Some(Profile::SdJwt),
            None => {
                let typ = self.header.as_object().and_then(|it| it.text("typ"));
                Profile::recognise(typ, self.content.claims()?)
            }
        }
    }
}

impl Content {
    /// The payload's bytes and, if it is JSON, its value; `None` of an encrypted payload.
    pub fn payload(&self) -> Option<(&[u8], Option<&Json>)> {
        match self {
            Self::Signed { payload, json, .. } | Self::Unsigned { payload, json } => {
                Some((payload, json.as_ref()))
            }
            Self::Encrypted { .. } => None,
        }
    }

    /// The claims, if the payload is an object.
    pub fn claims(&self) -> Option<&Object> {
        self.payload()
            .and_then(|(_, json)| json)
            .and_then(Json::as_object)
    }
}

/// Looks into a token without verifying it. Faults that can be read past become warnings.
///
/// # Errors
/// [`Reason::malformed`] when there is nothing to show.
pub fn decode(text: &str) -> Result<Decoded, Reason> {
    if jws::is_json(text) {
        match Serialization::of(text) {
            Some(Serialization::JwsJson) => return several::decode(text),
            Some(Serialization::JweJson) => return encrypted::decode_json(text),
            _ => {}
        }
    }
    match jws::split_disclosures(text) {
        Some((jwt, rest)) => Ok(with_disclosures(decode_compact(jwt)?, text, rest)),
        None => decode_compact(text),
    }
}

fn decode_compact(text: &str) -> Result<Decoded, Reason> {
    let mut warnings = Vec::new();
    let parts = parts(text)?;
    let mut part = |name: &str, text: &str| {
        lenient(name, text, &mut warnings)
            .ok_or_else(|| Reason::malformed(format!("the {name} is not base64url")))
    };
    let header_bytes = part("header", parts[0])?;
    let header = Json::parse(&header_bytes);
    let mut not_json = None;
    let content = match parts[..] {
        [_, payload, signature] => {
            let is_false = |it: &Json| it.pointer("/b64") == Some(&Json::Bool(false));
            let payload = if header.as_ref().is_ok_and(is_false) {
                payload.as_bytes().to_vec()
            } else {
                part("payload", payload)?
            };
            let signature = part("signature", signature)?.len();
            let (json, why) = payload_json(&payload);
            not_json = why;
            Content::Signed {
                payload,
                json,
                signature,
            }
        }
        _ => Content::Encrypted {
            encrypted_key: part("encrypted key", parts[1])?.len(),
            iv: part("initialization vector", parts[2])?.len(),
            ciphertext: part("ciphertext", parts[3])?.len(),
            tag: part("tag", parts[4])?.len(),
        },
    };
    let header =
        header.map_err(|why| Reason::malformed(format!("the header is not JSON: {why}")))?;
    if header.as_object().is_none() {
        return Err(Reason::malformed(format!(
            "the header is {}, not an object",
            header.kind()
        )));
    }
    warnings.extend(not_json);
    warnings.extend(objections(&header_bytes, &content));
    Ok(Decoded {
        signatures: Vec::new(),
        header_bytes,
        header,
        content,
        recipients: Vec::new(),
        warnings,
        disclosed: None,
    })
}

/// A payload as JSON; if it is not JSON, a warning instead.
fn payload_json(payload: &[u8]) -> (Option<Json>, Option<String>) {
    match Json::parse(payload) {
        Ok(json) => (Some(json), None),
        Err(_) if payload.is_empty() => (None, None),
        Err(why) => {
            let why = format!("the payload is not JSON ({why}), so this is no JWT");
            (None, Some(why))
        }
    }
}

/// The three or five parts of a compact token.
fn parts(text: &str) -> Result<Vec<&str>, Reason> {
    let parts: Vec<&str> = text.split('.').collect();
    if let Some(why) = not_compact(text) {
        return Err(Reason::malformed(why));
    }
    if parts.len() == 1 && is_opaque(text) {
        return Err(Reason::malformed(OPAQUE)
            .hint("its issuer may tell: introspection (RFC 7662) or the userinfo endpoint"));
    }
    if !matches!(parts.len(), 3 | 5) {
        return Err(Reason::malformed(format!(
            "a token has three parts (or five, encrypted), and this has {}",
            parts.len()
        )));
    }
    Ok(parts)
}

/// Whether a text in one part could be a token that only its issuer can read: one word, and longer
/// than a name.
fn is_opaque(text: &str) -> bool {
    const SHORTEST: usize = 16;
    text.len() >= SHORTEST && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Decodes base64url leniently, and adds a warning for each fault that verify refuses.
fn lenient(name: &str, text: &str, warnings: &mut Vec<String>) -> Option<Vec<u8>> {
    if let Some(bytes) = base64url(text) {
        return Some(bytes);
    }
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if compact.len() != text.len() {
        warnings.push(format!(
            "there is white space inside the token, in its {name}, and verify refuses it"
        ));
        if let Some(bytes) = base64url(&compact) {
            return Some(bytes);
        }
    }
    let bytes = LENIENT
        .decode(compact.replace('+', "-").replace('/', "_"))
        .ok()?;
    let liberty = if compact.contains(['+', '/']) {
        "is base64 instead of base64url"
    } else if compact.contains('=') {
        "is padded with \"=\""
    } else {
        "has bits left over at its end"
    };
    warnings.push(format!("the {name} {liberty}, and verify refuses it"));
    Some(bytes)
}

/// The warnings about a token that verify would refuse.
fn objections(header: &[u8], content: &Content) -> Vec<String> {
    let raw = matches!(content, Content::Signed { json: None, .. });
    let mut found = header_objections(Header::parse(header), raw, content);
    found.extend(payload_objections(content));
    found
}

fn header_objections(header: Result<Header, Reason>, raw: bool, content: &Content) -> Vec<String> {
    let mut found = Vec::new();
    match header {
        Ok(header) => {
            found.extend(
                header
                    .check_critical(raw)
                    .err()
                    .map(|reason| reason.message),
            );
            if header.members().has("zip") && matches!(content, Content::Signed { .. }) {
                found.push(COMPRESSED.into());
            }
            if header.alg().eq_ignore_ascii_case("none") {
                found.push("the token is not signed (alg \"none\")".into());
            }
            if header.members().has("x5c") {
                found.push(
                    "the header brings certificates (x5c), which prove nothing unless they lead to a trusted one"
                        .into(),
                );
            }
            let is_proof = header.typ().is_some_and(|typ| same_type(typ, "dpop+jwt"));
            for name in ["jku", "x5u", "jwk"]
                .into_iter()
                .filter(|name| header.members().has(name) && !(is_proof && *name == "jwk"))
            {
                found.push(format!(
                    "the header brings its own key ({name}), which no verifier should trust"
                ));
            }
        }
        Err(reason) => found.push(reason.message),
    }
    found
}

fn payload_objections(content: &Content) -> Vec<String> {
    let mut found = Vec::new();
    if let Content::Signed { json, payload, .. } | Content::Unsigned { json, payload } = content {
        match json {
            Some(json) => {
                found.extend(
                    json.duplicate()
                        .map(|path| format!("the payload has {path:?} twice")),
                );
                if json.as_object().is_none() {
                    found.push(format!(
                        "the payload is {}, not an object, so this is no JWT",
                        json.kind()
                    ));
                }
            }
            None if payload.is_empty() => {
                found.push("the payload is empty: detached, or not a JWT".into())
            }
            None => {}
        }
    }
    found
}
