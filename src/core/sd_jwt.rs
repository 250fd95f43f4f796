//! Selective disclosure (RFC 9901): a token whose issuer signed digests in the place of claims, and
//! the disclosures that a holder passes on with it. What is disclosed is put where its digest
//! stands; everything about that is checked before any of it is believed.

mod issue;
mod process;
#[cfg(test)]
mod tests;

pub use issue::{Unfit, issue};
pub use process::Processed;

use aws_lc_rs::digest;

use super::error::Reason;
use super::json::{Json, Object};
use super::key::{decode, encode};
use super::limits::MAX_DISCLOSURES;

/// The claim that holds the digests of an object's hidden members.
const DIGESTS: &str = "_sd";
/// The member that stands for a hidden element of an array.
const ELEMENT: &str = "...";
/// The claim that names the hash.
const ALGORITHM: &str = "_sd_alg";

/// The hash of an SD-JWT (RFC 9901 §4.1.1), by its name in IANA's registry of named information
/// hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SdHash {
    /// `sha-256`, also where none is named.
    Sha256,
    /// `sha-384`
    Sha384,
    /// `sha-512`
    Sha512,
}

impl SdHash {
    /// The hash that the payload names in `_sd_alg`; SHA-256 when it names none.
    ///
    /// # Errors
    /// When `_sd_alg` is not a string, or names a hash that jwtctl does not know.
    pub fn of(payload: &Object) -> Result<Self, Reason> {
        let named = payload
            .optional_text(ALGORITHM)
            .map_err(|why| Reason::malformed(format!("the payload's {why}")))?;
        match named {
            None | Some("sha-256") => Ok(Self::Sha256),
            Some("sha-384") => Ok(Self::Sha384),
            Some("sha-512") => Ok(Self::Sha512),
            Some(other) => Err(Reason::malformed(format!(
                "{ALGORITHM} is {other:?}, and only sha-256, sha-384 and sha-512 are known"
            ))),
        }
    }

    /// The digest of a text in base64url.
    pub fn digest(self, text: &str) -> String {
        let algorithm = match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        };
        encode(digest::digest(algorithm, text.as_bytes()).as_ref())
    }
}

/// An SD-JWT that has been taken apart, and nothing more.
#[derive(Debug)]
pub struct SdJwt<'a> {
    /// The token that the issuer signed.
    pub jwt: &'a str,
    /// The disclosures, in the order in which they were sent.
    pub disclosures: Vec<Disclosure<'a>>,
    /// The token in which the holder proves that it is the one presenting (§4.3).
    pub key_binding: Option<&'a str>,
    /// Everything before that token, which it has the digest of.
    pub presented: &'a str,
}

/// One disclosure (§4.2).
#[derive(Clone, Debug)]
pub struct Disclosure<'a> {
    /// The disclosure as it was sent, in base64url: the digest is computed over this text.
    pub text: &'a str,
    /// The name of the claim; `None` for an element of an array.
    pub name: Option<String>,
    /// The value.
    pub value: Json,
}

impl<'a> SdJwt<'a> {
    /// Takes a text apart: `JWT~disclosure~…~` or `JWT~disclosure~…~KB-JWT`.
    ///
    /// # Errors
    /// [`Reason::malformed`].
    pub fn parse(text: &'a str) -> Result<Self, Reason> {
        let Some((presented, last)) = text.rsplit_once('~') else {
            return Err(Reason::malformed(
                "this is no SD-JWT: it has no \"~\", which ends the part of the issuer",
            ));
        };
        let presented = &text[..=presented.len()];
        let mut parts = presented[..presented.len() - 1].split('~');
        let jwt = parts.next().unwrap_or_default();
        let texts: Vec<&str> = parts.take(MAX_DISCLOSURES + 1).collect();
        if texts.len() > MAX_DISCLOSURES {
            let why = format!("it has more than {MAX_DISCLOSURES} disclosures");
            return Err(Reason::malformed(why));
        }
        let read = |(at, text)| Disclosure::parse(at, text);
        let disclosures = texts.into_iter().enumerate().map(read);
        Ok(Self {
            jwt,
            disclosures: disclosures.collect::<Result<_, _>>()?,
            key_binding: (!last.is_empty()).then_some(last),
            presented,
        })
    }
}

impl<'a> Disclosure<'a> {
    fn parse(at: usize, text: &'a str) -> Result<Self, Reason> {
        let bad = |why: &str| Reason::malformed(format!("disclosure {} {why}", at + 1));
        let bytes = decode(text).ok_or_else(|| bad("is not base64url"))?;
        let json = Json::parse(&bytes).map_err(|why| bad(&format!("is not JSON: {why}")))?;
        if let Some(path) = json.duplicate() {
            return Err(bad(&format!("has {path:?} twice")));
        }
        let Json::Array(parts) = json else {
            return Err(bad(&format!("is {}, not an array", json.kind())));
        };
        let mut parts = parts.into_iter();
        let (name, value) = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Json::String(_)), Some(value), None, None) => (None, value),
            (Some(Json::String(_)), Some(Json::String(name)), Some(value), None) => {
                (Some(name), value)
            }
            _ => return Err(bad("is not [salt, name, value] or [salt, value]")),
        };
        if let Some(name) = name.as_deref().filter(|it| [DIGESTS, ELEMENT].contains(it)) {
            return Err(bad(&format!("discloses a claim called {name:?}")));
        }
        Ok(Self { text, name, value })
    }
}
