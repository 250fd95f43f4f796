//! Which of JOSE's serializations a text is, by its outline alone: nothing in it is checked.

use super::super::json::{Json, Object};
use super::super::jwe;
use super::locate::is_compact;

/// A way to write a JWS or a JWE as text (RFC 7515 §3.1 and §3.2, RFC 7516 §3.1 and §3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Serialization {
    /// Three parts with dots between them; also the JWT of an SD-JWT.
    JwsCompact,
    /// An object with `signature` or `signatures`.
    JwsJson,
    /// Five parts with dots between them.
    JweCompact,
    /// An object with `ciphertext`.
    JweJson,
}

impl Serialization {
    /// The serialization of `text`; `None` when it is neither a JWS nor a JWE by its outline. White
    /// space around it does not matter.
    pub fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.starts_with('{') {
            let json = Json::parse(text.as_bytes()).ok()?;
            return json.as_object().and_then(Self::of_object);
        }
        let jwt = text.split('~').next().unwrap_or(text);
        match is_compact(text) {
            false => None,
            true if jwt.matches('.').count() == 2 => Some(Self::JwsCompact),
            true => Some(Self::JweCompact),
        }
    }

    /// The serialization that an object is; `None` when it is some other document. A payload may be
    /// missing, where it is detached (RFC 7515 appendix F).
    pub fn of_object(object: &Object) -> Option<Self> {
        let has = |name: &str| object.has(name);
        let is_signed = match has("payload") {
            true => has("signature") || has("signatures"),
            false => has("signature") && (has("protected") || has("header")) || is_list(object),
        };
        if jwe::is_json(object) {
            Some(Self::JweJson)
        } else {
            is_signed.then_some(Self::JwsJson)
        }
    }
}

/// Whether `signatures` lists objects that each have a signature.
fn is_list(object: &Object) -> bool {
    let has_signature = |it: &Json| it.as_object().is_some_and(|it| it.has("signature"));
    match object.member("signatures") {
        Some(Json::Array(items)) => !items.is_empty() && items.iter().all(has_signature),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_serialization_is_known_by_its_outline() {
        use Serialization::{JweCompact, JweJson, JwsCompact, JwsJson};
        for (text, expected) in [
            ("a.b.c", Some(JwsCompact)),
            (" a.b.c~d~\n", Some(JwsCompact)),
            ("a.b.c.d.e", Some(JweCompact)),
            (r#"{"payload":"","signature":""}"#, Some(JwsJson)),
            (r#" {"payload":"","signatures":[]} "#, Some(JwsJson)),
            (r#"{"protected":"","signature":""}"#, Some(JwsJson)),
            (r#"{"signatures":[{"signature":""}]}"#, Some(JwsJson)),
            (r#"{"ciphertext":"","protected":""}"#, Some(JweJson)),
            (r#"{"signatures":[]}"#, None),
            (r#"{"signature":"x","data":"y"}"#, None),
            (r#"{"payload":"x"}"#, None),
            (r#"{"access_token":"a.b.c"}"#, None),
            (r#"{"payload":"#, None),
            ("a.b", None),
            ("", None),
        ] {
            assert_eq!(Serialization::of(text), expected, "{text}");
        }
    }
}
