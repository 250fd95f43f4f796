//! A key set as a server publishes it, reduced to what may be stored: public keys only. A bad key
//! is left out, and the others stay usable (RFC 7517 §5).

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::super::alg::Curve;
use super::super::json::{Json, Malformed, Object};
use super::super::jwks::{KeySet, certificate_map};
use super::super::key::{Key, KeyError, PRIVATE_MEMBERS, is_unset};
use super::super::limits::{MAX_PUBLISHED_BYTES, MAX_PUBLISHED_KEYS};

/// How deep a published document may nest.
const MAX_DEPTH: usize = 10;

/// An element of a published set that was left out of the cache.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Its place in the set, from 0.
    pub i: usize,
    /// `kty_oct`, `private_material`, `duplicate_member`, `not_an_object` or `malformed`.
    pub why: String,
    /// Its id, so that a token that names it is told what became of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// What is wrong with a malformed one, as a phrase to follow its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl LeftOut {
    /// The reason as a phrase to follow the name of the key.
    pub fn phrase(&self) -> &str {
        match (&self.detail, self.why.as_str()) {
            (Some(detail), _) => detail,
            (None, "kty_oct") => "is symmetric, and a published set has no secrets",
            (None, "private_material") => "has private members, which no published set may have",
            (None, "duplicate_member") => "has a member twice",
            (None, "not_an_object") => "is not an object",
            (None, _) => "is malformed",
        }
    }
}

/// Why a document cannot be read. A phrase to follow its name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// It is longer than documents may be.
    #[error("is larger than {MAX_PUBLISHED_BYTES} bytes")]
    TooLarge,
    /// It is not JSON.
    #[error("is not JSON: {0}")]
    Syntax(Malformed),
    /// Its objects and arrays lie too deep in each other.
    #[error("is nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
}

/// Why a document is not a key set. A phrase to follow its name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublishedError {
    /// It cannot be read at all.
    #[error(transparent)]
    Unreadable(#[from] DocumentError),
    /// It is of this kind, not an object.
    #[error("is {0}, not a JWK Set")]
    NotAnObject(&'static str),
    /// It has this member twice.
    #[error("has {0:?} twice")]
    DuplicateMember(String),
    /// It has no `keys`.
    #[error("has no \"keys\", so it is not a JWK Set")]
    NoKeys,
    /// Its `keys` is of this kind.
    #[error("has \"keys\" that is {0}, not an array")]
    KeysNotAnArray(&'static str),
    /// It has this many keys.
    #[error("has {0} keys, more than {MAX_PUBLISHED_KEYS}")]
    TooMany(usize),
}

/// A key set that may be stored and used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The set with nothing but `keys`, as compact JSON; members in the order they were published.
    pub jwks: String,
    /// What was left out.
    pub dropped: Vec<LeftOut>,
}

impl Published {
    /// Reads the document at a JWKS URL.
    ///
    /// # Errors
    /// [`PublishedError`] when it is not a JWK Set.
    pub fn parse(body: &[u8]) -> Result<Self, PublishedError> {
        Self::from_json(document(body)?)
    }

    /// Reads a set that was parsed already.
    ///
    /// # Errors
    /// As [`Published::parse`].
    pub fn from_json(json: Json) -> Result<Self, PublishedError> {
        check_depth(&json, MAX_DEPTH)?;
        let Json::Object(mut set) = json else {
            return Err(PublishedError::NotAnObject(json.kind()));
        };
        if let Some(certificates) = certificate_map(&set) {
            return Self::from_certificates(certificates);
        }
        let mut names = HashSet::with_capacity(set.0.len());
        if let Some((name, _)) = set.0.iter().find(|(name, _)| !names.insert(name.as_str())) {
            return Err(PublishedError::DuplicateMember(name.clone()));
        }
        let Some(keys) = set.remove("keys") else {
            return Err(PublishedError::NoKeys);
        };
        let Json::Array(keys) = keys else {
            return Err(PublishedError::KeysNotAnArray(keys.kind()));
        };
        if keys.len() > MAX_PUBLISHED_KEYS {
            return Err(PublishedError::TooMany(keys.len()));
        }
        let (mut kept, mut dropped) = (Vec::new(), Vec::new());
        for (i, key) in keys.into_iter().enumerate() {
            match objection(&key) {
                None => kept.push(key),
                Some((why, detail)) => dropped.push(LeftOut {
                    i,
                    why: why.into(),
                    kid: kid(&key),
                    detail,
                }),
            }
        }
        let jwks = Json::from(Object(vec![("keys".into(), Json::Array(kept))])).to_text();
        Ok(Self { jwks, dropped })
    }
}

impl Published {
    /// The set that a map from kid to certificate stands for.
    fn from_certificates(
        map: Vec<(String, Result<Key, KeyError>)>,
    ) -> Result<Self, PublishedError> {
        let count = map.len();
        if count > MAX_PUBLISHED_KEYS {
            return Err(PublishedError::TooMany(count));
        }
        let set = KeySet::from_certificates(map);
        let dropped = set.dropped.iter().map(|it| LeftOut {
            i: it.index,
            why: "malformed".into(),
            kid: it.kid.clone(),
            detail: Some(it.why.clone()),
        });
        Ok(Self {
            dropped: dropped.collect(),
            jwks: Json::from(set.public_json()).to_text(),
        })
    }
}

/// Reads JSON of bounded size and depth.
///
/// # Errors
/// [`DocumentError`] when it is larger, deeper or not JSON.
pub fn document(body: &[u8]) -> Result<Json, DocumentError> {
    if body.len() > MAX_PUBLISHED_BYTES {
        return Err(DocumentError::TooLarge);
    }
    let json = Json::parse_document(body).map_err(DocumentError::Syntax)?;
    check_depth(&json, MAX_DEPTH)?;
    Ok(json)
}

fn check_depth(json: &Json, left: usize) -> Result<(), DocumentError> {
    let Some(left) = left.checked_sub(1) else {
        return Err(DocumentError::TooDeep);
    };
    match json {
        Json::Array(items) => items.iter().try_for_each(|item| check_depth(item, left)),
        Json::Object(object) => object
            .0
            .iter()
            .try_for_each(|(_, value)| check_depth(value, left)),
        _ => Ok(()),
    }
}

/// The `kid` of a key that is left out, unless it is too long for a message.
fn kid(key: &Json) -> Option<String> {
    const LONGEST: usize = 200;
    let kid = key.as_object()?.text("kid")?;
    (kid.len() <= LONGEST).then(|| kid.to_owned())
}

/// Why a key must not be stored: a word for it and, of a malformed key, a phrase. A key of a type
/// or curve that jwtctl does not know is stored, since a later version may know it.
fn objection(json: &Json) -> Option<(&'static str, Option<String>)> {
    let Json::Object(jwk) = json else {
        return Some(("not_an_object", None));
    };
    let kty = jwk.text("kty");
    if kty == Some("oct") {
        return Some(("kty_oct", None));
    }
    let is_set = |name: &str| jwk.member(name).is_some_and(|it| !is_unset(name, it));
    if PRIVATE_MEMBERS.iter().any(|name| is_set(name)) {
        return Some(("private_material", None));
    }
    if json.duplicate().is_some() {
        return Some(("duplicate_member", None));
    }
    let known = match (kty, jwk.text("crv")) {
        (Some("RSA"), _) => true,
        (Some("EC" | "OKP"), Some(crv)) => crv.parse::<Curve>().is_ok(),
        (Some("EC" | "OKP") | None, _) => true,
        (Some(_), _) => false,
    };
    match Key::from_jwk(jwk.clone()) {
        Err(why) if known => Some(("malformed", Some(why.into()))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OKP: &str = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"a"}"#;

    #[test]
    fn only_public_keys_are_kept_and_each_refusal_has_its_name() {
        let set = format!(
            r#"{{"x":1,"keys":[{OKP},{{"kty":"oct","k":"AAAA"}},{{"kty":"XYZ","pub":"AA","alg":"XYZ-1"}},
            {{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}},{{"kty":"OKP","crv":"Ed25519","x":"AA","d":"AA"}},7,
            {{"kty":"OKP","crv":"Ed25519","x":"AA","x":"BB"}},{{"kid":"b"}},{{"kty":"EC","crv":"P-999","x":"AA"}}]}}"#
        );
        let published = Published::parse(set.as_bytes()).unwrap();
        let why: Vec<_> = published
            .dropped
            .iter()
            .map(|it| (it.i, it.why.as_str()))
            .collect();
        assert_eq!(
            why,
            [
                (1, "kty_oct"),
                (3, "malformed"),
                (4, "private_material"),
                (5, "not_an_object"),
                (6, "duplicate_member"),
                (7, "malformed")
            ]
        );
        assert_eq!(
            published.jwks,
            format!(
                r#"{{"keys":[{OKP},{{"kty":"XYZ","pub":"AA","alg":"XYZ-1"}},{{"kty":"EC","crv":"P-999","x":"AA"}}]}}"#
            )
        );
    }

    #[test]
    fn names_are_compared_in_linear_time() {
        // A quarter of a MiB; comparing each with each other takes seconds.
        let names: String = (0..25_000).map(|i| format!(r#","{i:x}":0"#)).collect();
        let text = format!(r#"{{"keys":[]{names}}}"#);
        assert!(text.len() < MAX_PUBLISHED_BYTES && Published::parse(text.as_bytes()).is_ok());
        let twice = format!(r#"{{"keys":[]{names},"1":0}}"#);
        assert_eq!(
            Published::parse(twice.as_bytes()).unwrap_err(),
            PublishedError::DuplicateMember("1".into())
        );
    }

    #[test]
    fn what_is_no_set_is_refused() {
        let many = format!(r#"{{"keys":[{}]}}"#, vec![OKP; 101].join(","));
        let large = format!(r#"{{"keys":[],"x":"{}"}}"#, "x".repeat(MAX_PUBLISHED_BYTES));
        let deep = format!(
            r#"{{"keys":[],"x":{}{}}}"#,
            "[".repeat(5000),
            "]".repeat(5000)
        );
        let nested = format!(r#"{{"keys":[],"x":{}{}}}"#, "[".repeat(10), "]".repeat(10));
        for text in [
            "",
            "<html>",
            "[]",
            "null",
            "{}",
            r#"{"keys":{}}"#,
            r#"{"keys":[],"keys":[]}"#,
            r#"{"keys":[],"a":1,"a":1}"#,
            &many,
            &large,
            &deep,
            &nested,
        ] {
            assert!(
                Published::parse(text.as_bytes()).is_err(),
                "{}",
                &text[..text.len().min(60)]
            );
        }
        assert_eq!(
            Published::parse(br#"{"keys":[]}"#).unwrap().jwks,
            r#"{"keys":[]}"#
        );
    }
}
