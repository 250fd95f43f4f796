//! Decoding a JWS in JSON form (RFC 7515 §7.2); faults that can be read past become warnings.

use super::super::super::error::Reason;
use super::super::super::header::Header;
use super::super::super::json::{Json, Object};
use super::super::super::jws::{Form, Jws};
use super::super::super::limits::MAX_SIGNATURES;
use super::{
    Content, Decoded, SeenSignature, header_objections, lenient, payload_json, payload_objections,
};

/// Decodes a text that has the outline of a JWS in JSON form.
///
/// # Errors
/// [`Reason::malformed`] when there is nothing to show.
pub(super) fn decode(text: &str) -> Result<Decoded, Reason> {
    let json = Json::parse(text.trim().as_bytes());
    let Ok(Json::Object(object)) = json else {
        return Err(Reason::malformed("the token is in JSON form and not JSON"));
    };
    let mut warnings = Vec::new();
    let elements = match object.member("signatures") {
        Some(Json::Array(items)) => items.iter().filter_map(Json::as_object).collect(),
        _ => vec![&object],
    };
    let signatures = elements
        .into_iter()
        .take(MAX_SIGNATURES)
        .map(|element| signature(element, &mut warnings))
        .collect::<Result<Vec<_>, _>>()?;
    let is_unencoded = |it: &SeenSignature| {
        let b64 = it.protected.as_ref().and_then(|it| it.pointer("/b64"));
        b64 == Some(&Json::Bool(false))
    };
    let text_of_payload = object.text("payload").unwrap_or_default();
    let payload = match signatures.first().is_some_and(is_unencoded) {
        true => text_of_payload.as_bytes().to_vec(),
        false => lenient("payload", text_of_payload, &mut warnings)
            .ok_or_else(|| Reason::malformed("the payload is not base64url"))?,
    };
    let (json, not_json) = payload_json(&payload);
    let first = signatures.first();
    let content = Content::Signed {
        payload,
        json,
        signature: first.map_or(0, |it| it.bytes),
    };
    warnings.extend(not_json);
    warnings.extend(objections(text, &object, &signatures, &content));
    let header = first.and_then(|it| it.protected.clone());
    Ok(Decoded {
        header_bytes: first
            .map(|it| it.protected_bytes.clone())
            .unwrap_or_default(),
        header: header.unwrap_or_else(|| Json::Object(Object::default())),
        signatures,
        content,
        recipients: Vec::new(),
        warnings,
        disclosed: None,
    })
}

fn signature(element: &Object, warnings: &mut Vec<String>) -> Result<SeenSignature, Reason> {
    let mut part = |name: &str, text: &str| {
        lenient(name, text, warnings)
            .ok_or_else(|| Reason::malformed(format!("the {name} is not base64url")))
    };
    let protected_bytes = part("header", element.text("protected").unwrap_or_default())?;
    let protected = match protected_bytes.is_empty() {
        true => None,
        false => Some(
            Json::parse(&protected_bytes)
                .map_err(|why| Reason::malformed(format!("the header is not JSON: {why}")))?,
        ),
    };
    if let Some(other) = protected.as_ref().filter(|it| it.as_object().is_none()) {
        let why = format!("the header is {}, not an object", other.kind());
        return Err(Reason::malformed(why));
    }
    let unprotected = element.member("header").and_then(Json::as_object);
    Ok(SeenSignature {
        protected,
        protected_bytes,
        unprotected: unprotected.cloned(),
        bytes: part("signature", element.text("signature").unwrap_or_default())?.len(),
    })
}

/// The warnings about a token that verify would refuse: about the whole, if verify cannot read it,
/// else about each signature.
fn objections(
    text: &str,
    object: &Object,
    signatures: &[SeenSignature],
    content: &Content,
) -> Vec<String> {
    let form = match object.has("payload") {
        true => Form::Raw,
        false => Form::Detached(&[]),
    };
    let mut found = Vec::new();
    if let Err(reason) = Jws::parse(text, form) {
        found.push(reason.message);
    } else {
        let raw = matches!(content, Content::Signed { json: None, .. });
        for (index, it) in signatures.iter().enumerate() {
            let unprotected = it.unprotected.clone().unwrap_or_default();
            if unprotected.has("alg") {
                found.push(format!(
                    "signature[{index}]: \"alg\" stands in the unprotected header, where verify does not believe it"
                ));
                continue;
            }
            let header = Header::of_signature(&it.protected_bytes, unprotected);
            let each = header_objections(header, raw, content).into_iter();
            found.extend(each.map(|why| format!("signature[{index}]: {why}")));
        }
    }
    found.extend(payload_objections(content));
    found
}
