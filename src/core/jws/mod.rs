//! JSON Web Signatures (RFC 7515), read as strictly as it allows: the compact serialization and the
//! JSON ones with any number of signatures, also detached (appendix F) and with an unencoded
//! payload (RFC 7797).

mod compact;
mod json;
mod sign;
#[cfg(test)]
mod tests;

pub use super::limits::MAX_TOKEN;
pub(super) use compact::three as compact_parts;
pub use compact::{LastHeader, parse, split_disclosures};
pub use sign::{Composed, Payload, Protected, Unsignable, sign, sign_detached};

use std::borrow::Cow;
use std::sync::Arc;

use super::error::Reason;
use super::header::Header;
use super::key::{Verifier, Verifying};
use json::SignatureParts;

/// Where the payload of a token is, and what may be signed.
#[derive(Clone, Copy, Debug)]
pub enum Form<'a> {
    /// A JWT: base64url inside the token.
    Jwt,
    /// A JWT in the compact serialization whose parts may be padded, as AWS's load balancers write
    /// them against RFC 7515 §2. What is signed is the text as it stands.
    PaddedJwt,
    /// Any bytes inside the token; `b64: false` is understood.
    Raw,
    /// These bytes, outside the token, whose middle part is empty; `b64: false` is understood.
    Detached(&'a [u8]),
}

impl Form<'_> {
    /// Whether bytes rather than a JWT are signed.
    pub fn is_raw(self) -> bool {
        !matches!(self, Self::Jwt | Self::PaddedJwt)
    }
}

/// A JWS that has been taken apart, and nothing more: a payload, and the signatures over it.
#[derive(Debug)]
pub struct Jws<'a>(Taken<'a>);

#[derive(Debug)]
enum Taken<'a> {
    Compact(Unverified<'a>),
    Json {
        payload: Vec<u8>,
        /// What follows the first dot of every signing input.
        encoded: Vec<u8>,
        signatures: Vec<SignatureParts>,
    },
}

impl<'a> Jws<'a> {
    /// Takes a JWS apart, in whichever serialization it is.
    ///
    /// # Errors
    /// [`Reason::malformed`].
    pub fn parse(text: &'a str, form: Form<'a>) -> Result<Self, Reason> {
        Self::parse_after(text, form, &mut LastHeader::default())
    }

    /// [`Jws::parse`], for one token of many: a header that stands there as the `last` one did is
    /// not read again.
    ///
    /// # Errors
    /// [`Reason::malformed`].
    pub fn parse_after(
        text: &'a str,
        form: Form<'a>,
        last: &mut LastHeader,
    ) -> Result<Self, Reason> {
        match is_json(text) {
            true => json::parse(text, form).map(Self),
            false => {
                compact::parse_after(text, form, last).map(|token| Self(Taken::Compact(token)))
            }
        }
    }

    /// Whether it is in a JSON serialization, flattened or general.
    pub fn is_json(&self) -> bool {
        matches!(self.0, Taken::Json { .. })
    }

    /// How many signatures it has: one or more.
    pub fn count(&self) -> usize {
        match &self.0 {
            Taken::Compact(_) => 1,
            Taken::Json { signatures, .. } => signatures.len(),
        }
    }

    /// The payload. Nothing vouches for it yet.
    pub fn payload(&self) -> &[u8] {
        match &self.0 {
            Taken::Compact(token) => &token.payload,
            Taken::Json { payload, .. } => payload,
        }
    }

    /// [`Jws::payload`], and nothing else.
    pub fn into_payload(self) -> Vec<u8> {
        match self.0 {
            Taken::Compact(token) => token.payload.into_owned(),
            Taken::Json { payload, .. } => payload,
        }
    }

    /// The headers of its signatures, in their order. Nothing vouches for them yet.
    pub fn headers(&self) -> impl Iterator<Item = &Header> {
        let (one, several) = match &self.0 {
            Taken::Compact(token) => (Some(&*token.header), None),
            Taken::Json { signatures, .. } => (None, Some(signatures)),
        };
        let several = several.into_iter().flatten().map(|it| &*it.header);
        one.into_iter().chain(several)
    }

    /// One of its signatures, made ready to be verified. The signing input is put together here and
    /// not kept, so that many signatures over a large payload stay small.
    pub fn signature(&self, index: usize) -> Option<Unverified<'_>> {
        match &self.0 {
            Taken::Compact(token) => (index == 0).then(|| Unverified {
                header: Arc::clone(&token.header),
                payload: Cow::Borrowed(&token.payload),
                signing_input: Cow::Borrowed(&token.signing_input),
                signature: Cow::Borrowed(&token.signature),
            }),
            Taken::Json {
                payload,
                encoded,
                signatures,
            } => signatures.get(index).map(|it| Unverified {
                header: Arc::clone(&it.header),
                payload: Cow::Borrowed(payload),
                signing_input: Cow::Owned([it.protected.as_bytes(), b".", encoded].concat()),
                signature: Cow::Borrowed(&it.signature),
            }),
        }
    }
}

/// One signature of a token that has been taken apart, with what it is over.
#[derive(Debug)]
pub struct Unverified<'a> {
    header: Arc<Header>,
    payload: Cow<'a, [u8]>,
    signing_input: Cow<'a, [u8]>,
    signature: Cow<'a, [u8]>,
}

/// A token whose signature holds; only [`Unverified::verify`] makes one.
#[derive(Debug)]
pub struct Signed<'a> {
    header: Arc<Header>,
    payload: Cow<'a, [u8]>,
}

impl Signed<'_> {
    /// The header that was signed.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The payload, exactly as it was signed.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// This one, with a payload of its own.
    pub fn into_owned(self) -> Signed<'static> {
        Signed {
            header: self.header,
            payload: Cow::Owned(self.payload.into_owned()),
        }
    }
}

/// Whether a text can only be a JSON serialization.
pub(super) fn is_json(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

impl<'a> Unverified<'a> {
    /// The header. Nothing vouches for it yet.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The payload. Nothing vouches for it yet.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The signature's bytes.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// The token with its header and payload vouched for, if its signature is by that key.
    pub fn verify(&self, verifier: &Verifier<'_>) -> Option<Signed<'a>> {
        self.verify_as(verifier, &self.signature)
    }

    /// Whether another spelling of the signature would have done. It is asked to explain a refusal,
    /// never to lift it.
    pub(super) fn would_verify(&self, verifier: &Verifier<'_>, signature: &[u8]) -> bool {
        self.verify_as(verifier, signature).is_some()
    }

    fn verify_as(&self, verifier: &Verifier<'_>, signature: &[u8]) -> Option<Signed<'a>> {
        let holds = verifier.verify(Verifying {
            message: &self.signing_input,
            signature,
        });
        holds.then(|| Signed {
            header: Arc::clone(&self.header),
            payload: self.payload.clone(),
        })
    }
}
