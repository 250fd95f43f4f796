//! Decoding an encrypted token in JSON form (RFC 7516 §7.2), and the content of one that was
//! opened.

use super::super::super::error::Reason;
use super::super::super::json::{Json, Object};
use super::super::super::jwe;
use super::super::{Nested, Serialization};
use super::{Content, Decoded, SeenRecipient, decode, payload_json, payload_objections};

/// Decodes a text that has the outline of a JWE in JSON form.
///
/// # Errors
/// [`Reason::malformed`] when there is nothing to show.
pub(super) fn decode_json(text: &str) -> Result<Decoded, Reason> {
    let json = Json::parse(text.trim().as_bytes());
    let Ok(Json::Object(object)) = json else {
        return Err(Reason::malformed("the token is in JSON form and not JSON"));
    };
    let jwe = jwe::parse_json(&object)?;
    let [iv, ciphertext, tag] = jwe.sizes();
    let recipients: Vec<SeenRecipient> = jwe
        .recipients
        .iter()
        .map(|it| SeenRecipient {
            header: it.own.clone(),
            encrypted_key: it.encrypted_key.len(),
        })
        .collect();
    let mut warnings = Vec::new();
    for recipient in &jwe.recipients {
        let refused = recipient.header.check_critical(false).err();
        warnings.extend(refused.map(|reason| reason.message));
    }
    let header = Object([&jwe.protected.0[..], &jwe.shared.0].concat());
    Ok(Decoded {
        signatures: Vec::new(),
        header_bytes: Json::Object(header.clone()).to_text().into_bytes(),
        header: Json::Object(header),
        content: Content::Encrypted {
            encrypted_key: recipients.first().map_or(0, |it| it.encrypted_key),
            iv,
            ciphertext,
            tag,
        },
        recipients,
        warnings,
        disclosed: None,
    })
}

impl Nested {
    /// Decodes the content without verifying it: a signed token, or content without a signature.
    ///
    /// # Errors
    /// [`Reason::malformed`] when there is nothing to show.
    pub fn decode(&self) -> Result<Decoded, Reason> {
        let is_token = matches!(
            self.serialization,
            Some(Serialization::JwsCompact | Serialization::JwsJson)
        );
        if let Some(text) = self.content.expose_str().filter(|_| is_token) {
            return decode(text);
        }
        let payload = self.content.expose().to_vec();
        let (json, not_json) = payload_json(&payload);
        let content = Content::Unsigned { payload, json };
        let mut warnings: Vec<String> = not_json.into_iter().collect();
        warnings.extend(payload_objections(&content));
        let header = self
            .layers
            .last()
            .map(|layer| layer.header.members().clone());
        let header = Json::Object(header.unwrap_or_default());
        Ok(Decoded {
            signatures: Vec::new(),
            header_bytes: header.to_text().into_bytes(),
            header,
            content,
            recipients: Vec::new(),
            warnings,
            disclosed: None,
        })
    }
}
