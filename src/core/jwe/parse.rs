//! Taking a JWE apart.

use std::collections::HashMap;

use super::super::error::Reason;
use super::super::header::{self, Header};
use super::super::json::{Json, Object};
use super::super::key::decode;
use super::super::limits::MAX_RECIPIENTS;
use super::{Jwe, JweForm, Recipient};

/// Parameters that are believed only where the tag covers them: they demand things of the reader
/// (RFC 7516 §4.1.3 and §4.1.13).
const PROTECTED_ONLY: &[&str] = &["crit", "zip", "b64"];

/// Whether `text` has the outline of a compact JWE.
pub fn is_compact(text: &str) -> bool {
    text.split('.').count() == 5
}

/// Takes a JWE apart, in whichever form it is.
///
/// # Errors
/// [`Reason::malformed`].
pub fn parse_any(text: &str) -> Result<Jwe, Reason> {
    if !text.trim_start().starts_with('{') {
        return parse(text);
    }
    let json = Json::parse(text.as_bytes())
        .map_err(|why| Reason::malformed(format!("it is not JSON: {why}")))?;
    match json {
        Json::Object(object) if is_json(&object) => parse_json(&object),
        _ => Err(Reason::malformed(
            "it is JSON, and not that of an encrypted token",
        )),
    }
}

/// Takes a compact JWE apart.
///
/// # Errors
/// [`Reason::malformed`].
pub fn parse(text: &str) -> Result<Jwe, Reason> {
    let parts: Vec<&str> = text.split('.').collect();
    let [header_text, encrypted_key, iv, ciphertext, tag] = parts[..] else {
        return Err(Reason::malformed(format!(
            "an encrypted token has five parts, and this has {}",
            parts.len()
        )));
    };
    let header = Header::parse(&part("header", header_text)?)?;
    Ok(Jwe {
        form: JweForm::Compact,
        protected: header.members().clone(),
        shared: Object::default(),
        covered: header_text.to_owned(),
        recipients: vec![Recipient {
            header,
            own: Object::default(),
            encrypted_key: part("encrypted key", encrypted_key)?,
        }],
        iv: part("initialization vector", iv)?,
        ciphertext: part("ciphertext", ciphertext)?,
        tag: part("tag", tag)?,
    })
}

/// Whether `object` has the outline of a JWE in the JSON serialization (RFC 7516 §7.2).
pub fn is_json(object: &Object) -> bool {
    object.has("ciphertext")
        && ["protected", "unprotected", "header", "recipients"]
            .iter()
            .any(|name| object.has(name))
}

/// Takes a JWE in the JSON serialization apart, flattened or general. Members that RFC 7516 does
/// not know are ignored, as its §7.2.1 demands.
///
/// # Errors
/// [`Reason::malformed`]: also for a member that occurs twice, for a parameter that occurs in two
/// headers, and for `crit` and `zip` where no tag covers them.
pub fn parse_json(object: &Object) -> Result<Jwe, Reason> {
    if let Some(path) = object.duplicate() {
        return Err(Reason::malformed(format!("it has {path:?} twice")));
    }
    let header_text = member(object, "protected")?.unwrap_or_default();
    let protected = match header_text {
        "" => Object::default(),
        text => header::protected_members(&part("header", text)?)?,
    };
    let shared = unprotected("unprotected", object)?;
    let aad = member(object, "aad")?;
    part("aad", aad.unwrap_or_default())?;
    let (form, holders) = holders(object)?;
    let recipients = holders
        .into_iter()
        .map(|holder| recipient(holder, &protected, &shared))
        .collect::<Result<Vec<Recipient>, Reason>>()?;
    let bytes = |name| part(name, member(object, name)?.unwrap_or_default());
    Ok(Jwe {
        form,
        covered: aad.map_or_else(
            || header_text.to_owned(),
            |aad| format!("{header_text}.{aad}"),
        ),
        recipients,
        iv: bytes("iv")?,
        ciphertext: bytes("ciphertext")?,
        tag: bytes("tag")?,
        protected,
        shared,
    })
}

/// What holds the parts of each recipient: the items of `recipients`, or in the flattened form the
/// JWE itself.
fn holders(object: &Object) -> Result<(JweForm, Vec<&Object>), Reason> {
    let Some(recipients) = object.member("recipients") else {
        return Ok((JweForm::Flattened, vec![object]));
    };
    if let Some(name) = ["header", "encrypted_key"]
        .into_iter()
        .find(|name| object.has(name))
    {
        return Err(Reason::malformed(format!(
            "it has both \"recipients\" and {name:?}"
        )));
    }
    let Json::Array(items) = recipients else {
        return Err(Reason::malformed(format!(
            "\"recipients\" is {}, not an array",
            recipients.kind()
        )));
    };
    if items.is_empty() || items.len() > MAX_RECIPIENTS {
        return Err(Reason::malformed(format!(
            "it has {} recipients, outside 1 to {MAX_RECIPIENTS}",
            items.len()
        )));
    }
    let objects = items.iter().map(|item| {
        item.as_object().ok_or_else(|| {
            Reason::malformed(format!("its recipient is {}, not an object", item.kind()))
        })
    });
    Ok((JweForm::General, objects.collect::<Result<_, _>>()?))
}

fn recipient(holder: &Object, protected: &Object, shared: &Object) -> Result<Recipient, Reason> {
    let own = unprotected("header", holder)?;
    let encrypted_key = member(holder, "encrypted_key")?.unwrap_or_default();
    Ok(Recipient {
        header: joint(protected, shared, &own)?,
        own,
        encrypted_key: part("encrypted key", encrypted_key)?,
    })
}

/// The three headers in one (RFC 7516 §5.2, step 4). Their names are disjoint.
fn joint(protected: &Object, shared: &Object, own: &Object) -> Result<Header, Reason> {
    let named = [
        ("protected", protected),
        ("unprotected", shared),
        ("header", own),
    ];
    let mut seen = HashMap::new();
    for (place, members) in named {
        for (name, _) in &members.0 {
            if let Some(other) = seen.insert(name, place) {
                return Err(Reason::malformed(format!(
                    "{name:?} stands both in {place:?} and in {other:?}"
                )));
            }
        }
    }
    let members = [&protected.0[..], &shared.0, &own.0].concat();
    Header::of_recipient(Object(members))
}

/// The parameters in the member `name` of `holder`, which no tag covers.
fn unprotected(name: &str, holder: &Object) -> Result<Object, Reason> {
    let Some(parameters) = holder.optional_object(name).map_err(Reason::malformed)? else {
        return Ok(Object::default());
    };
    header::check_size(Json::Object(parameters.clone()).to_text().len())?;
    match PROTECTED_ONLY.iter().find(|it| parameters.has(it)) {
        Some(parameter) => Err(Reason::malformed(format!(
            "{name:?} holds {parameter:?}, which is read from \"protected\" alone"
        ))),
        None => Ok(parameters.clone()),
    }
}

fn part(name: &str, text: &str) -> Result<Vec<u8>, Reason> {
    decode(text)
        .ok_or_else(|| Reason::malformed(format!("the {name} is not base64url without padding")))
}

fn member<'a>(object: &'a Object, name: &str) -> Result<Option<&'a str>, Reason> {
    object.optional_text(name).map_err(Reason::malformed)
}
