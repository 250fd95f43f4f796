//! Many signed tokens, one after another: those of which there is nothing to say but what they hold
//! are shown by their own text.

use super::super::super::header::Header;
use super::super::super::json::{Json, Object};
use super::super::super::jws::compact_parts;
use super::super::super::key::{decode as base64url, decode_into};
use super::super::super::profile::Profile;
use super::{Content, header_objections};

/// Reads plain tokens, each into the room of the one before.
#[derive(Debug, Default)]
pub struct PlainReader {
    last: Option<PlainHeader>,
    payload: Vec<u8>,
    signature: Vec<u8>,
    claims: Object,
}

/// A header, as many tokens of one issuer have it.
#[derive(Debug)]
struct PlainHeader {
    encoded: String,
    text: String,
    profile: Option<Profile>,
}

/// A signed token in compact form that [`super::decode`] has no warning about, whose claims are an
/// object and whose payload is written as [`Json::to_text`] would write it. Nothing vouches for it.
#[derive(Clone, Copy, Debug)]
pub struct Plain<'r> {
    /// The header, as [`Json::to_text`] writes it.
    pub header: &'r str,
    /// The payload.
    pub payload: &'r str,
    /// Bytes of the signature.
    pub signature: usize,
    /// Those of its claims that the caller wanted, among others.
    pub claims: &'r Object,
    /// As [`super::Decoded::looks_like`].
    pub looks_like: Option<Profile>,
}

impl PlainReader {
    /// The token in `text`, if it is a plain one; `None` of any other text. `wanted` says which
    /// claims the caller looks at.
    pub fn read(&mut self, text: &str, wanted: &dyn Fn(&str) -> bool) -> Option<Plain<'_>> {
        let [header, payload, signature] = compact_parts(text)?;
        if !matches!(&self.last, Some(last) if last.encoded == header) {
            self.last = Some(PlainHeader::read(header)?);
        }
        let last = self.last.as_ref()?;
        decode_into(&mut self.payload, payload)?;
        decode_into(&mut self.signature, signature)?;
        let payload = std::str::from_utf8(&self.payload).ok()?;
        let is_kept = |name: &str| wanted(name) || Profile::is_told_by(name);
        let is_compact = self.claims.read_members(payload, &is_kept);
        (is_compact == Some(true)).then(|| Plain {
            header: &last.text,
            payload,
            signature: self.signature.len(),
            claims: &self.claims,
            looks_like: last
                .profile
                .or_else(|| Profile::recognise_claims(&self.claims)),
        })
    }
}

impl PlainHeader {
    fn read(encoded: &str) -> Option<Self> {
        let header = Header::parse(&base64url(encoded)?).ok()?;
        let content = Content::Signed {
            payload: Vec::new(),
            json: Some(Json::Object(Object::default())),
            signature: 0,
        };
        let (text, profile) = (
            header.members().to_text(),
            header.typ().and_then(Profile::recognise_type),
        );
        let is_plain = header_objections(Ok(header), false, &content).is_empty();
        is_plain.then(|| Self {
            encoded: encoded.to_owned(),
            text,
            profile,
        })
    }
}
