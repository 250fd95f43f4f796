//! The compact serialization (RFC 7515 §7.1), also detached (appendix F) and with an unencoded
//! payload (RFC 7797 §5).

use std::borrow::Cow;
use std::sync::Arc;

use memchr::{memchr, memchr2};

use super::super::error::Reason;
use super::super::header::Header;
use super::super::hint::TokenHint;
use super::super::key::{decode, encode};
use super::{Form, Unverified};

/// Takes a compact JWS apart: exactly three parts of base64url without padding or surplus bits, and
/// a header that is one JSON object.
///
/// # Errors
/// [`Reason::malformed`].
pub fn parse<'a>(text: &'a str, form: Form<'a>) -> Result<Unverified<'a>, Reason> {
    parse_after(text, form, &mut LastHeader::default())
}

/// The header of the last token that was taken apart, and how it was encoded: tokens of one issuer
/// have the same one.
#[derive(Debug, Default)]
pub struct LastHeader(Option<(String, Arc<Header>)>);

impl LastHeader {
    fn read(
        &mut self,
        text: &str,
        decode: impl FnOnce() -> Result<Vec<u8>, Reason>,
    ) -> Result<Arc<Header>, Reason> {
        match &self.0 {
            Some((last, header)) if last == text => Ok(Arc::clone(header)),
            _ => {
                let header = Arc::new(Header::parse(&decode()?)?);
                self.0 = Some((text.to_owned(), Arc::clone(&header)));
                Ok(header)
            }
        }
    }
}

/// [`parse`], after another token.
pub(super) fn parse_after<'a>(
    text: &'a str,
    form: Form<'a>,
    last: &mut LastHeader,
) -> Result<Unverified<'a>, Reason> {
    let [header_text, payload_text, signature_text] = split(text)?;
    let part = |name: &str, text| match form {
        Form::PaddedJwt => part(name, without_padding(text)),
        Form::Jwt | Form::Raw | Form::Detached(_) => part(name, text),
    };
    let header = last.read(header_text, || part("header", header_text))?;
    let signature = part("signature", signature_text)?;
    let encoded_input = &text.as_bytes()[..header_text.len() + 1 + payload_text.len()];
    let (payload, signing_input) = match form {
        Form::Detached(_) if !payload_text.is_empty() => {
            return Err(carried());
        }
        Form::Detached(payload) if header.is_unencoded() => {
            (Cow::Borrowed(payload), joined(header_text, payload))
        }
        Form::Detached(payload) => (
            Cow::Borrowed(payload),
            joined(header_text, encode(payload).as_bytes()),
        ),
        // In a JWT this is refused later, by name; until then it is what it says it is.
        Form::Raw | Form::Jwt | Form::PaddedJwt if header.is_unencoded() => (
            Cow::Borrowed(payload_text.as_bytes()),
            Cow::Borrowed(encoded_input),
        ),
        Form::Jwt | Form::PaddedJwt if payload_text.is_empty() => {
            return Err(absent("the payload is empty"));
        }
        Form::Raw | Form::Jwt | Form::PaddedJwt => (
            Cow::Owned(part("payload", payload_text)?),
            Cow::Borrowed(encoded_input),
        ),
    };
    Ok(Unverified {
        header,
        payload,
        signing_input,
        signature: Cow::Owned(signature),
    })
}

/// A part without the padding that makes its length a multiple of four; any other `=` stays, and is
/// refused.
fn without_padding(text: &str) -> &str {
    let bare = text.trim_end_matches('=');
    match text.len().is_multiple_of(4) && text.len() - bare.len() <= 2 {
        true => bare,
        false => text,
    }
}

/// The refusal of a token that was called detached and has its payload.
pub(super) fn carried() -> Reason {
    Reason::malformed("the token carries its payload, so it is not detached")
        .hint(TokenHint::NotDetached)
}

/// The refusal of a token without a payload.
pub(super) fn absent(why: &str) -> Reason {
    Reason::malformed(why).hint(TokenHint::GivePayload)
}

fn joined(header: &str, payload: &[u8]) -> Cow<'static, [u8]> {
    Cow::Owned([header.as_bytes(), b".", payload].concat())
}

/// An SD-JWT (RFC 9901) as its JWT and what follows the first `~`; `None` if the text is not an
/// SD-JWT. A payload that is not encoded (RFC 7797) may have a `~` in it, before the signature.
pub fn split_disclosures(text: &str) -> Option<(&str, &str)> {
    text.split_once('~')
        .filter(|(jwt, _)| jwt.matches('.').count() == 2)
}

/// The three parts of a token, whatever is in them.
pub fn three(text: &str) -> Option<[&str; 3]> {
    let first = memchr(b'.', text.as_bytes())?;
    let (header, rest) = (&text[..first], &text[first + 1..]);
    let second = memchr(b'.', rest.as_bytes())?;
    let (payload, signature) = (&rest[..second], &rest[second + 1..]);
    let is_whole = match memchr2(b'.', b'~', signature.as_bytes()) {
        None => true,
        Some(_) => !signature.contains('.') && split_disclosures(text).is_none(),
    };
    is_whole.then_some([header, payload, signature])
}

fn split(text: &str) -> Result<[&str; 3], Reason> {
    match three(text) {
        Some(parts) if !super::is_json(text) => Ok(parts),
        _ => Err(not_compact(text)),
    }
}

/// Why a text is not a compact token of three parts.
fn not_compact(text: &str) -> Reason {
    if super::is_json(text) {
        return Reason::malformed(
            "the token is in JSON form, and only the compact form is read here",
        );
    }
    if let Some((jwt, _)) = split_disclosures(text) {
        let reason =
            Reason::malformed("this is an SD-JWT (RFC 9901), and what is verified here is a JWT");
        return reason.hint(TokenHint::SdJwt(jwt.len()));
    }
    match text.split('.').count() {
        5 => Reason::malformed("the token is encrypted (a JWE), and this needs a signed one")
            .hint(TokenHint::ShowHeader),
        count => Reason::malformed(format!("a token has three parts, and this has {count}")),
    }
}

pub(super) fn part(name: &str, text: &str) -> Result<Vec<u8>, Reason> {
    decode(text).ok_or_else(|| {
        let alphabet = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        Reason::malformed(match text.find(|c| !alphabet(c)) {
            Some(at) if text[at..].starts_with(char::is_whitespace) => {
                format!("there is white space inside the token, in its {name}")
            }
            Some(at) if text[at..].starts_with('=') => format!("the {name} is padded with \"=\""),
            Some(at) if text[at..].starts_with(['+', '/']) => {
                format!("the {name} is base64, not base64url")
            }
            Some(at) => {
                format!("the {name} has a character that is not base64url, at byte {at} of it")
            }
            None if text.len() % 4 == 1 => format!(
                "the {name} is cut off: no base64url has {} characters",
                text.len()
            ),
            None => format!("the {name} has bits left over at its end"),
        })
    })
}
