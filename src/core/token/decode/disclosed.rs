//! The disclosures and the key-binding JWT that follow an SD-JWT, read without verifying them.

use super::super::super::json::{Json, Object};
use super::super::super::key::decode as base64url;
use super::super::super::sd_jwt::{Processed, SdJwt};
use super::{Content, Decoded, decode_compact};

/// What follows the issuer's token in an SD-JWT (RFC 9901 §4).
#[derive(Debug)]
pub struct Disclosed {
    /// The disclosures, each `[salt, name, value]` or `[salt, value]`; `null` for one that cannot
    /// be read.
    pub disclosures: Vec<Json>,
    /// Whether a key-binding JWT ends it.
    pub key_binding: bool,
    /// The claims of that JWT (§4.3); `None` when they cannot be read.
    pub key_binding_claims: Option<Object>,
    /// The claims with every disclosure in its place, and where those are; `None` when they do not
    /// belong there.
    pub processed: Option<Processed>,
}

impl Disclosed {
    fn read(parts: &str) -> Self {
        let mut parts: Vec<&str> = parts.split('~').collect();
        let last = parts.pop().unwrap_or_default();
        let read = |part: &str| base64url(part).and_then(|it| Json::parse(&it).ok());
        Self {
            disclosures: parts
                .into_iter()
                .map(|part| read(part).unwrap_or(Json::Null))
                .collect(),
            key_binding: !last.is_empty(),
            key_binding_claims: claims(last),
            processed: None,
        }
    }
}

/// The claims of a signed token in compact form.
fn claims(jwt: &str) -> Option<Object> {
    match decode_compact(jwt).ok()?.content {
        Content::Signed {
            json: Some(Json::Object(claims)),
            ..
        } => Some(claims),
        _ => None,
    }
}

/// A token with its disclosures. They are put into their places in the claims if every one has a
/// place.
pub(super) fn with_disclosures(mut decoded: Decoded, text: &str, rest: &str) -> Decoded {
    let mut disclosed = Disclosed::read(rest);
    if let Some(claims) = decoded.content.claims() {
        match SdJwt::parse(text).and_then(|it| it.process(claims)) {
            Ok(processed) => disclosed.processed = Some(processed),
            Err(reason) => {
                let why = format!("{}, and verify refuses it", reason.message);
                decoded.warnings.push(why);
            }
        }
    }
    if disclosed.key_binding && disclosed.key_binding_claims.is_none() {
        let why = "the key-binding JWT has no claims that can be read, and verify refuses it";
        decoded.warnings.push(why.into());
    }
    decoded.disclosed = Some(disclosed);
    decoded
}
