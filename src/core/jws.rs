//! JSON Web Signatures in compact form (RFC 7515), read as strictly as it allows, also detached
//! (appendix F) and with an unencoded payload (RFC 7797).

use std::borrow::Cow;

use super::error::{Code, Reason};
use super::header::Header;
use super::json::{Json, Object};
use super::key::{Signer, Verifier, Verifying, decode, encode};
pub use super::limits::MAX_TOKEN;

/// Where the payload of a token is, and what may be signed.
#[derive(Clone, Copy, Debug)]
pub enum Form<'a> {
    /// A JWT: base64url inside the token.
    Jwt,
    /// Any bytes inside the token; `b64: false` is understood.
    Raw,
    /// These bytes, outside the token, whose middle part is empty; `b64: false` is understood.
    Detached(&'a [u8]),
}

impl Form<'_> {
    /// Whether bytes rather than a JWT are signed.
    pub fn is_raw(self) -> bool {
        !matches!(self, Self::Jwt)
    }
}

/// A token that has been taken apart, and nothing more.
#[derive(Debug)]
pub struct Unverified<'a> {
    header: Header,
    payload: Cow<'a, [u8]>,
    signing_input: Cow<'a, [u8]>,
    signature: Vec<u8>,
}

/// A token whose signature holds; only [`Unverified::verify`] makes one.
#[derive(Debug)]
pub struct Signed {
    header: Header,
    payload: Vec<u8>,
}

impl Signed {
    /// The header that was signed.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The payload, exactly as it was signed.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }
}

/// Takes a compact JWS apart: exactly three parts of base64url without padding or surplus bits, and
/// a header that is one JSON object.
///
/// # Errors
/// [`Code::Malformed`].
pub fn parse<'a>(text: &'a str, form: Form<'a>) -> Result<Unverified<'a>, Reason> {
    let [header_text, payload_text, signature_text] = split(text)?;
    let header = Header::parse(&part("header", header_text)?)?;
    let signature = part("signature", signature_text)?;
    let encoded_input = &text.as_bytes()[..header_text.len() + 1 + payload_text.len()];
    let (payload, signing_input) = match form {
        Form::Detached(_) if !payload_text.is_empty() => {
            return Err(
                malformed("the token carries its payload, so it is not detached")
                    .hint("leave out --detached"),
            );
        }
        Form::Detached(payload) if header.is_unencoded() => {
            (Cow::Borrowed(payload), joined(header_text, payload))
        }
        Form::Detached(payload) => (
            Cow::Borrowed(payload),
            joined(header_text, encode(payload).as_bytes()),
        ),
        // In a JWT this is refused later, by name; until then it is what it says it is.
        Form::Raw | Form::Jwt if header.is_unencoded() => (
            Cow::Borrowed(payload_text.as_bytes()),
            Cow::Borrowed(encoded_input),
        ),
        Form::Jwt if payload_text.is_empty() => {
            return Err(malformed("the payload is empty")
                .hint("a detached payload is given with --detached FILE"));
        }
        Form::Raw | Form::Jwt => (
            Cow::Owned(part("payload", payload_text)?),
            Cow::Borrowed(encoded_input),
        ),
    };
    Ok(Unverified {
        header,
        payload,
        signing_input,
        signature,
    })
}

fn joined(header: &str, payload: &[u8]) -> Cow<'static, [u8]> {
    Cow::Owned([header.as_bytes(), b".", payload].concat())
}

/// An SD-JWT (RFC 9901) as its JWT and what follows the first `~`; `None` if the text is none. A
/// payload that is not encoded (RFC 7797) may have a `~` in it, before the signature.
pub fn split_disclosures(text: &str) -> Option<(&str, &str)> {
    text.split_once('~')
        .filter(|(jwt, _)| jwt.matches('.').count() == 2)
}

fn split(text: &str) -> Result<[&str; 3], Reason> {
    if text.trim_start().starts_with('{') {
        return Err(malformed(
            "the token is in JSON form, and only the compact form is read",
        ));
    }
    if let Some((jwt, _)) = split_disclosures(text) {
        let reason = malformed("this is an SD-JWT (RFC 9901), and what is verified here is a JWT");
        return Err(reason.hint(format!(
            "the part that its issuer signed is the text before the first \"~\", {} characters long; jwtctl decode shows the whole",
            jwt.len()
        )));
    }
    let parts: Vec<&str> = text.splitn(6, '.').collect();
    match parts[..] {
        [header, payload, signature] => Ok([header, payload, signature]),
        [_, _, _, _, _] => Err(malformed(
            "the token is encrypted (a JWE), and this needs a signed one",
        )
        .hint("jwtctl decode shows its header")),
        _ if parts.len() < 3 => Err(malformed(format!(
            "a token has three parts, and this has {}",
            parts.len()
        ))),
        _ => Err(malformed(format!(
            "a token has three parts, and this has {}",
            text.split('.').count()
        ))),
    }
}

fn part(name: &str, text: &str) -> Result<Vec<u8>, Reason> {
    decode(text).ok_or_else(|| {
        let alphabet = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        malformed(match text.find(|c| !alphabet(c)) {
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

fn malformed(why: impl Into<String>) -> Reason {
    Reason::new(Code::Malformed, "format", why)
}

impl Unverified<'_> {
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
    pub fn verify(&self, verifier: &Verifier) -> Option<Signed> {
        self.verify_as(verifier, &self.signature)
    }

    /// Whether another spelling of the signature would have done. It is asked to explain a refusal,
    /// never to lift it.
    pub(super) fn would_verify(&self, verifier: &Verifier, signature: &[u8]) -> bool {
        self.verify_as(verifier, signature).is_some()
    }

    fn verify_as(&self, verifier: &Verifier, signature: &[u8]) -> Option<Signed> {
        let holds = verifier.verify(Verifying {
            message: &self.signing_input,
            signature,
        });
        holds.then(|| Signed {
            header: self.header.clone(),
            payload: self.payload.to_vec(),
        })
    }
}

/// Signs `payload` under `header`, to whose front `alg` is added.
///
/// # Errors
/// The library's failure, in a phrase.
pub fn sign(header: &Object, payload: &[u8], signer: &Signer) -> Result<String, String> {
    let input = format!(
        "{}.{}",
        encode(header_text(header, signer).as_bytes()),
        encode(payload)
    );
    let signature = signer.sign(input.as_bytes())?;
    Ok(format!("{input}.{}", encode(&signature)))
}

/// Like [`sign`], with the payload left out of the result (RFC 7515 appendix F).
///
/// # Errors
/// The library's failure, in a phrase.
pub fn sign_detached(header: &Object, payload: &[u8], signer: &Signer) -> Result<String, String> {
    let token = sign(header, payload, signer)?;
    let (before, after) = (token.find('.').unwrap_or(0), token.rfind('.').unwrap_or(0));
    Ok(format!("{}.{}", &token[..before], &token[after..]))
}

fn header_text(header: &Object, signer: &Signer) -> String {
    let mut members = Object(vec![("alg".into(), signer.alg().as_str().into())]);
    members
        .0
        .extend(header.0.iter().filter(|(name, _)| name != "alg").cloned());
    Json::from(members).to_text()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::alg::SigAlg;
    use crate::core::key::Key;
    use crate::core::secret::Secret;

    fn key() -> Key {
        Key::from_secret(Secret::new(vec![7; 32]))
    }

    fn why(text: &str) -> String {
        parse(text, Form::Jwt).unwrap_err().message
    }

    #[test]
    fn what_is_signed_verifies_and_nothing_else() {
        let signer = key().signer(SigAlg::Hs256, false).unwrap();
        let verifier = key().verifier(SigAlg::Hs256, false).unwrap();
        let token = sign(&Object::default(), b"{}", &signer).unwrap();
        let signed = parse(&token, Form::Jwt).unwrap().verify(&verifier).unwrap();
        assert_eq!(signed.payload(), b"{}");
        assert_eq!(signed.header().alg(), "HS256");

        let other = Key::from_secret(Secret::new(vec![8; 32]))
            .verifier(SigAlg::Hs256, false)
            .unwrap();
        assert!(parse(&token, Form::Jwt).unwrap().verify(&other).is_none());
    }

    #[test]
    fn detached_payloads_come_from_outside() {
        let signer = key().signer(SigAlg::Hs256, false).unwrap();
        let verifier = key().verifier(SigAlg::Hs256, false).unwrap();
        let token = sign_detached(&Object::default(), b"bytes", &signer).unwrap();
        assert!(token.contains(".."));
        assert!(
            parse(&token, Form::Detached(b"bytes"))
                .unwrap()
                .verify(&verifier)
                .is_some()
        );
        assert!(
            parse(&token, Form::Detached(b"other"))
                .unwrap()
                .verify(&verifier)
                .is_none()
        );
        assert!(parse(&token, Form::Jwt).is_err());
    }

    #[test]
    fn form_errors_say_what_is_wrong() {
        let good = sign(
            &Object::default(),
            b"{}",
            &key().signer(SigAlg::Hs256, false).unwrap(),
        )
        .unwrap();
        assert!(why("").contains("three parts"));
        assert!(why("a.b").contains("this has 2"));
        assert!(why("a.b.c.d").contains("this has 4"));
        assert!(why("a.b.c.d.e").contains("JWE"));
        assert!(why("a.b.c.d.e.f.g").contains("this has 7"));
        assert!(why(&format!("{good}=")).contains("padded"));
        assert!(why(&good.replace(".e", ".+")).contains("not base64url"));
        assert!(why(&good.replace(".e30.", ".e3\n0.")).contains("white space"));
        assert!(why(&good.replace(".e30.", ".e31.")).contains("left over"));
        assert!(why(&good.replace(".e30.", ".e300e.")).contains("cut off"));
        assert!(why(&good.replace(".e30.", "..")).contains("empty"));
        assert!(why(r#"{"payload":"","signatures":[]}"#).contains("JSON form"));
    }
}
