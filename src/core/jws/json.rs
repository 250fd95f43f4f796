//! The JSON serializations (RFC 7515 §7.2), general and flattened, read in one pass: a member that
//! stands twice, or is of the wrong type, or belongs to the other serialization, refuses the whole.

use std::sync::Arc;

use super::super::error::{Reason, shortened};
use super::super::header::Header;
use super::super::json::{Json, Object};
use super::super::key::encode;
use super::super::limits::MAX_SIGNATURES;
use super::compact::{absent, carried, part};
use super::{Form, Taken};

/// One element of `signatures`, taken apart.
#[derive(Debug)]
pub(super) struct SignatureParts {
    pub header: Arc<Header>,
    /// The text of the protected header; empty where there is none.
    pub protected: String,
    pub signature: Vec<u8>,
}

pub(super) fn parse<'a>(text: &str, form: Form<'_>) -> Result<Taken<'a>, Reason> {
    let object = object(text)?;
    let signatures = elements(&object)?
        .into_iter()
        .map(signature)
        .collect::<Result<Vec<_>, _>>()?;
    let mut unencoded = signatures.iter().map(|it| it.header.is_unencoded());
    let is_unencoded = unencoded.next().unwrap_or(false);
    if unencoded.any(|it| it != is_unencoded) {
        return Err(Reason::malformed(
            "its signatures do not agree on \"b64\", so they are not over one payload (RFC 7797 section 3)",
        ));
    }
    let (payload, encoded) = payload(&object, form, is_unencoded)?;
    Ok(Taken::Json {
        payload,
        encoded,
        signatures,
    })
}

/// The token as an object no member of which stands twice.
pub(super) fn object(text: &str) -> Result<Object, Reason> {
    let json = Json::parse(text.trim().as_bytes()).map_err(|why| {
        Reason::malformed(format!("the token is in JSON form and not JSON: {why}"))
    })?;
    let Json::Object(object) = json else {
        return Err(Reason::malformed(format!("the token is {}", json.kind())));
    };
    if object.has("ciphertext") {
        return Err(Reason::malformed(
            "the token is encrypted (a JWE), and this needs a signed one",
        ));
    }
    if let Some(path) = object.duplicate() {
        return Err(Reason::malformed(format!(
            "the token has {} twice",
            shortened(&path)
        )));
    }
    Ok(object)
}

/// What holds the parts of each signature: the elements of `signatures`, or in the flattened
/// serialization the token itself.
pub(super) fn elements(object: &Object) -> Result<Vec<&Object>, Reason> {
    let Some(signatures) = object.member("signatures") else {
        return match object.has("signature") {
            true => Ok(vec![object]),
            false => Err(Reason::malformed("the token has no \"signature\"")),
        };
    };
    if let Some(name) = ["signature", "protected", "header"]
        .into_iter()
        .find(|name| object.has(name))
    {
        return Err(Reason::malformed(format!(
            "the token has both \"signatures\" and {name:?}, which exclude each other (RFC 7515 section 7.2.2)"
        )));
    }
    let Json::Array(items) = signatures else {
        return Err(Reason::malformed(format!(
            "\"signatures\" is {}, not an array",
            signatures.kind()
        )));
    };
    match items.len() {
        0 => return Err(Reason::malformed("\"signatures\" is empty")),
        count if count > MAX_SIGNATURES => {
            return Err(Reason::malformed(format!(
                "the token has {count} signatures, more than {MAX_SIGNATURES}"
            )));
        }
        _ => {}
    }
    let objects = items.iter().enumerate().map(|(index, item)| {
        item.as_object().ok_or_else(|| {
            Reason::malformed(format!(
                "entry {index} of \"signatures\" is {}, not an object",
                item.kind()
            ))
        })
    });
    objects.collect()
}

fn signature(element: &Object) -> Result<SignatureParts, Reason> {
    let protected = text(element, "protected")?;
    let unprotected = element
        .optional_object("header")
        .map_err(Reason::malformed)?;
    let bytes = match protected {
        None => Vec::new(),
        Some("") => {
            return Err(Reason::malformed(
                "\"protected\" is empty, and an empty protected header is left out (RFC 7515 section 7.2.1)",
            ));
        }
        Some(text) => part("protected header", text)?,
    };
    let signature = text(element, "signature")?
        .ok_or_else(|| Reason::malformed("one of its signatures is missing"))?;
    Ok(SignatureParts {
        header: Arc::new(Header::of_signature(
            &bytes,
            unprotected.cloned().unwrap_or_default(),
        )?),
        protected: protected.unwrap_or_default().to_owned(),
        signature: part("signature", signature)?,
    })
}

/// The payload, and its form in the signing inputs: in base64url, or as it is if `is_unencoded`.
fn payload(
    object: &Object,
    form: Form<'_>,
    is_unencoded: bool,
) -> Result<(Vec<u8>, Vec<u8>), Reason> {
    let carried_text = text(object, "payload")?;
    match (form, carried_text) {
        (Form::Detached(bytes), None | Some("")) if is_unencoded => {
            Ok((bytes.to_vec(), bytes.to_vec()))
        }
        (Form::Detached(bytes), None | Some("")) => {
            Ok((bytes.to_vec(), encode(bytes).into_bytes()))
        }
        (Form::Detached(_), Some(_)) => Err(carried()),
        (Form::Jwt | Form::PaddedJwt | Form::Raw, None) => {
            Err(absent("the token has no \"payload\""))
        }
        // In a JWT this is refused later, by name; until then it is what it says it is.
        (Form::Jwt | Form::PaddedJwt | Form::Raw, Some(text)) if is_unencoded => {
            Ok((text.as_bytes().to_vec(), text.as_bytes().to_vec()))
        }
        (Form::Jwt | Form::PaddedJwt, Some("")) => Err(absent("the payload is empty")),
        (Form::Jwt | Form::PaddedJwt | Form::Raw, Some(text)) => {
            Ok((part("payload", text)?, text.as_bytes().to_vec()))
        }
    }
}

fn text<'o>(object: &'o Object, name: &str) -> Result<Option<&'o str>, Reason> {
    object.optional_text(name).map_err(Reason::malformed)
}
