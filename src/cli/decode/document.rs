//! What `decode` shows to programs.

use jwtctl::core::certificate::SeenChain;
use jwtctl::core::json::{Json, Object};
use jwtctl::core::key::encode;
use jwtctl::core::profile::Profile;
use jwtctl::core::time::Timestamp;
use jwtctl::core::token::{Content, Layer, SeenRecipient, SeenSignature};
use serde::{Serialize, Serializer};

use super::{Look, date};

/// What is shown of a token as JSON.
#[derive(Serialize)]
struct Document<'a> {
    verified: bool,
    kind: &'static str,
    header: &'a Json,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<&'a Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload_b64u: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<Object>,
    /// In a JSON form, each signature with its headers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    signatures: Vec<Signature<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sizes: Option<Object>,
    /// In a JSON form of an encrypted token, each recipient with its header.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    recipients: Vec<Recipient<'a>>,
    /// The layers of encryption that were taken off.
    #[serde(skip_serializing_if = "<[Layer]>::is_empty")]
    encryption: &'a [Layer],
    #[serde(skip_serializing_if = "Option::is_none")]
    disclosures: Option<&'a [Json]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_binding: Option<bool>,
    /// The claims of the key-binding JWT.
    #[serde(skip_serializing_if = "Option::is_none")]
    key_binding_payload: Option<&'a Object>,
    /// The payload with every disclosure in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    disclosed_payload: Option<&'a Object>,
    /// The kind of token that it looks like.
    #[serde(skip_serializing_if = "Option::is_none")]
    looks_like: Option<&'static str>,
    times: Times<'a>,
    /// What the header says of certificates.
    #[serde(skip_serializing_if = "Option::is_none")]
    certificates: Option<SeenChain>,
    warnings: &'a [String],
}

/// Declares a document with nothing in it yet, and the names of its members.
macro_rules! empty {
    (Document { $($member:ident: $value:expr),* $(,)? }) => {
        const EMPTY: Document<'static> = Document { $($member: $value),* };

        /// The names of the members that a document may have.
        pub(super) const MEMBERS: &[&str] = &[$(stringify!($member)),*];
    };
}

empty!(Document {
    verified: false,
    kind: "jws-compact",
    header: &Json::Null,
    payload: None,
    payload_b64u: None,
    signature: None,
    signatures: Vec::new(),
    sizes: None,
    recipients: Vec::new(),
    encryption: &[],
    disclosures: None,
    key_binding: None,
    key_binding_payload: None,
    disclosed_payload: None,
    looks_like: None,
    times: Times {
        claims: None,
        now: Timestamp(0),
    },
    certificates: None,
    warnings: &[],
});

/// One signature of a token in JSON form.
#[derive(Serialize)]
struct Signature<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    protected: Option<&'a Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<&'a Object>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificates: Option<SeenChain>,
    signature: Object,
}

impl<'a> Signature<'a> {
    fn of(seen: &'a SeenSignature) -> Self {
        Self {
            protected: seen.protected.as_ref(),
            header: seen.unprotected.as_ref(),
            certificates: seen
                .protected
                .as_ref()
                .and_then(Json::as_object)
                .and_then(SeenChain::of),
            signature: Object(vec![size("bytes", seen.bytes)]),
        }
    }
}

/// One recipient of an encrypted token in JSON form.
#[derive(Serialize)]
struct Recipient<'a> {
    header: &'a Object,
    encrypted_key: Object,
}

impl<'a> Recipient<'a> {
    fn of(seen: &'a SeenRecipient) -> Self {
        Self {
            header: &seen.header,
            encrypted_key: Object(vec![size("bytes", seen.encrypted_key)]),
        }
    }
}

fn size(name: &str, bytes: usize) -> (String, Json) {
    (name.to_owned(), Json::Number(bytes.to_string()))
}

impl Serialize for Look {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let disclosed = self.decoded.disclosed.as_ref();
        let mut document = Document {
            kind: match disclosed {
                Some(_) => "sd-jwt",
                None if self.decoded.signatures.is_empty() => "jws-compact",
                None => "jws-json",
            },
            header: &self.decoded.header,
            signatures: self.decoded.signatures.iter().map(Signature::of).collect(),
            recipients: self.decoded.recipients.iter().map(Recipient::of).collect(),
            encryption: &self.layers,
            disclosures: disclosed.map(|it| it.disclosures.as_slice()),
            key_binding: disclosed.map(|it| it.key_binding),
            key_binding_payload: disclosed.and_then(|it| it.key_binding_claims.as_ref()),
            disclosed_payload: disclosed.and_then(|it| Some(&it.processed.as_ref()?.claims)),
            looks_like: self.decoded.looks_like().map(Profile::as_str),
            times: Times {
                claims: self.decoded.claims(),
                now: self.now,
            },
            certificates: self.decoded.header.as_object().and_then(SeenChain::of),
            warnings: &self.decoded.warnings,
            ..EMPTY
        };
        match &self.decoded.content {
            Content::Signed {
                payload,
                json,
                signature,
            } => {
                document.payload = json.as_ref();
                document.payload_b64u = json.is_none().then(|| encode(payload));
                document.signature = Some(Object(vec![size("bytes", *signature)]));
            }
            Content::Unsigned { payload, json } => {
                document.kind = self.layers.last().map_or("jwe", |layer| layer.kind);
                document.payload = json.as_ref();
                document.payload_b64u = json.is_none().then(|| encode(payload));
            }
            Content::Encrypted {
                encrypted_key,
                iv,
                ciphertext,
                tag,
            } => {
                document.kind = match self.decoded.recipients.is_empty() {
                    true => "jwe-compact",
                    false => "jwe-json",
                };
                let sizes = [
                    ("encrypted_key", encrypted_key),
                    ("iv", iv),
                    ("ciphertext", ciphertext),
                    ("tag", tag),
                ];
                document.sizes = Some(Object(sizes.map(|(name, bytes)| size(name, *bytes)).into()));
            }
        }
        document.serialize(serializer)
    }
}

/// The points in time that claims name, and how far away those are.
pub(super) struct Times<'a> {
    pub(super) claims: Option<&'a Object>,
    pub(super) now: Timestamp,
}

#[derive(Serialize)]
struct Moment {
    at: Option<String>,
    in_s: i64,
}

impl Serialize for Times<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut times: Vec<(&str, Moment)> = Vec::new();
        for (name, value) in self.claims.into_iter().flat_map(|it| &it.0) {
            let Some(at) = date(name, value) else {
                continue;
            };
            let moment = Moment {
                at: at.rfc3339(),
                in_s: at.since(self.now),
            };
            // Of a claim that stands twice, the last one.
            match times.iter_mut().find(|(it, _)| it == name) {
                Some((_, other)) => *other = moment,
                None => times.push((name, moment)),
            }
        }
        serializer.collect_map(times)
    }
}
