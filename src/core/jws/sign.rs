//! Making signatures, and writing a JWS in each serialization.

use super::super::error::Reason;
use super::super::json::{Json, Object};
use super::super::key::{Signer, encode, encode_onto};
use super::super::limits::MAX_SIGNATURES;
use super::{Form, Jws, json};

/// Why a payload cannot be signed as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsignable {
    /// The library failed, in a phrase.
    #[error("{0}")]
    Library(String),
    /// An unencoded payload that the compact serialization cannot carry: it must be printable ASCII
    /// without a dot (RFC 7797 §5.2).
    #[error(
        "an unencoded payload of a compact token must be printable ASCII without a dot \
         (RFC 7797 section 5.2)"
    )]
    NotCompact,
    /// An unencoded payload that no token can carry, as it is not UTF-8.
    #[error("an unencoded payload in a token must be UTF-8 (RFC 7797 section 5)")]
    NotText,
    /// It has as many signatures as are read again.
    #[error("there are {MAX_SIGNATURES} signatures, the most that are read")]
    Full,
    /// One signature is what this serialization holds, and there are more.
    #[error("there are several signatures, and this serialization holds one")]
    Several,
}

/// What is to be signed, and how it goes into the signing input.
#[derive(Clone, Copy, Debug)]
pub struct Payload<'a> {
    /// The bytes.
    pub bytes: &'a [u8],
    /// Whether they are signed as they are (`b64: false`, RFC 7797) rather than as base64url.
    pub is_unencoded: bool,
    /// Whether they are left out of what is written (RFC 7515 appendix F).
    pub is_detached: bool,
}

impl Payload<'_> {
    fn signing_input(&self, protected: &str) -> Vec<u8> {
        match self.is_unencoded {
            true => [protected.as_bytes(), b".", self.bytes].concat(),
            false => self.encoded_input(protected).into_bytes(),
        }
    }

    /// The signing input of a payload that is encoded, with room for a signature behind it.
    fn encoded_input(&self, protected: &str) -> String {
        /// Most signatures are shorter.
        const SIGNATURE: usize = 512;
        let room = protected.len() + self.bytes.len() * 4 / 3 + SIGNATURE;
        let mut input = String::with_capacity(room);
        input.extend([protected, "."]);
        encode_onto(&mut input, self.bytes);
        input
    }

    /// The text of an unencoded payload.
    fn unencoded(&self) -> Result<&str, Unsignable> {
        std::str::from_utf8(self.bytes).map_err(|_| Unsignable::NotText)
    }

    /// The text of it in a JSON serialization.
    fn text(&self) -> Result<String, Unsignable> {
        match self.is_unencoded {
            true => self.unencoded().map(String::from),
            false => Ok(encode(self.bytes)),
        }
    }
}

/// A protected header that is complete, for any number of payloads.
#[derive(Clone, Debug)]
pub struct Protected {
    header: Object,
    text: String,
}

impl Protected {
    /// `header`, to whose front `alg` is added, and with it `b64` and `crit` where payloads are not
    /// encoded.
    pub fn new(header: &Object, signer: &Signer, is_unencoded: bool) -> Self {
        let header = header_of(header, signer, is_unencoded);
        let text = encode(Json::Object(header.clone()).to_text().as_bytes());
        Self { header, text }
    }

    /// All of it.
    pub fn header(&self) -> &Object {
        &self.header
    }

    /// The compact serialization of a JWS over `payload` under this header.
    ///
    /// # Errors
    /// [`Unsignable::NotText`], [`Unsignable::NotCompact`], [`Unsignable::Library`].
    pub fn compact(&self, payload: Payload<'_>, signer: &Signer) -> Result<String, Unsignable> {
        let sign = |input: &[u8]| {
            let signature = signer.sign(input);
            signature.map_err(|why| Unsignable::Library(why.into()))
        };
        let (mut token, signature) = if payload.is_detached {
            let signature = sign(&payload.signing_input(&self.text))?;
            (format!("{}.", self.text), signature)
        } else {
            let input = match payload.is_unencoded {
                true => format!("{}.{}", self.text, checked(payload.unencoded()?)?),
                false => payload.encoded_input(&self.text),
            };
            let signature = sign(input.as_bytes())?;
            (input, signature)
        };
        token.push('.');
        encode_onto(&mut token, &signature);
        Ok(token)
    }
}

/// A JWS that is being put together: one payload, and a signature by each key.
#[derive(Debug, Default)]
pub struct Composed {
    /// The elements of `signatures`, and whatever else stood beside them.
    elements: Vec<Object>,
    payload: Option<String>,
    others: Object,
}

impl Composed {
    /// Begins a JWS over `payload`.
    ///
    /// # Errors
    /// [`Unsignable::NotText`].
    pub fn over(payload: Payload<'_>) -> Result<Self, Unsignable> {
        let carried = (!payload.is_detached).then(|| payload.text());
        Ok(Self {
            payload: carried.transpose()?,
            ..Self::default()
        })
    }

    /// Starts from a JWS that exists, in any serialization, to add signatures: those that it has,
    /// its payload and its other members stay as they are. Nothing of it is verified.
    ///
    /// # Errors
    /// [`super::super::error::Code::Malformed`], as [`Jws::parse`].
    pub fn from_text(text: &str, form: Form<'_>) -> Result<Self, Reason> {
        Jws::parse(text, form)?;
        if !super::is_json(text) {
            return Ok(Self::from_compact(text));
        }
        let mut object = json::object(text)?;
        let elements = json::elements(&object)?;
        let elements = elements
            .into_iter()
            .map(|element| {
                let is_part = |(name, _): &&(String, Json)| PARTS.contains(&name.as_str());
                match object.has("signatures") {
                    true => element.clone(),
                    false => Object(element.0.iter().filter(is_part).cloned().collect()),
                }
            })
            .collect();
        let payload = match object.remove("payload") {
            Some(Json::String(text)) if !matches!(form, Form::Detached(_)) => Some(text),
            _ => None,
        };
        object
            .0
            .retain(|(name, _)| name != "signatures" && !PARTS.contains(&name.as_str()));
        Ok(Self {
            elements,
            payload,
            others: object,
        })
    }

    fn from_compact(text: &str) -> Self {
        let (protected, rest) = text.split_once('.').unwrap_or_default();
        let (payload, signature) = rest.rsplit_once('.').unwrap_or_default();
        Self {
            elements: vec![element(protected, signature.to_owned())],
            payload: (!payload.is_empty()).then(|| payload.to_owned()),
            others: Object::default(),
        }
    }

    /// Adds a signature under `header`, to whose front `alg` is added, and with it `b64` and `crit`
    /// where the payload is not encoded, and returns the whole header. The caller passes the payload
    /// that this JWS is over.
    ///
    /// # Errors
    /// [`Unsignable::Full`], [`Unsignable::Library`].
    pub fn add(
        &mut self,
        header: &Object,
        payload: Payload<'_>,
        signer: &Signer,
    ) -> Result<Object, Unsignable> {
        let protected = Protected::new(header, signer, payload.is_unencoded);
        self.add_under(&protected, payload, signer)?;
        Ok(protected.header)
    }

    /// [`Composed::add`], under a header that is complete.
    ///
    /// # Errors
    /// As [`Composed::add`].
    pub fn add_under(
        &mut self,
        protected: &Protected,
        payload: Payload<'_>,
        signer: &Signer,
    ) -> Result<(), Unsignable> {
        if self.elements.len() >= MAX_SIGNATURES {
            return Err(Unsignable::Full);
        }
        let signature = signer.sign(&payload.signing_input(&protected.text));
        let signature = encode(&signature.map_err(|why| Unsignable::Library(why.into()))?);
        self.elements.push(element(&protected.text, signature));
        Ok(())
    }

    /// How many signatures there are.
    pub fn count(&self) -> usize {
        self.elements.len()
    }

    /// The general JSON serialization.
    pub fn general(&self) -> Object {
        let elements = self.elements.iter().cloned().map(Json::Object);
        let mut object = self.beside();
        object.set("signatures", Json::Array(elements.collect()));
        object
    }

    /// The flattened JSON serialization.
    ///
    /// # Errors
    /// [`Unsignable::Several`].
    pub fn flattened(&self) -> Result<Object, Unsignable> {
        let mut object = self.beside();
        object.0.extend(self.only()?.0.iter().cloned());
        Ok(object)
    }

    /// The compact serialization of a JWS whose only signature has no unprotected header.
    ///
    /// # Errors
    /// [`Unsignable::Several`], and [`Unsignable::NotCompact`] for a payload that would break it up.
    pub fn compact(&self) -> Result<String, Unsignable> {
        let element = self.only()?;
        let payload = checked(self.payload.as_deref().unwrap_or_default())?;
        let text = |name| element.text(name).unwrap_or_default();
        Ok(format!(
            "{}.{payload}.{}",
            text("protected"),
            text("signature")
        ))
    }

    fn only(&self) -> Result<&Object, Unsignable> {
        match &self.elements[..] {
            [element] => Ok(element),
            _ => Err(Unsignable::Several),
        }
    }

    fn beside(&self) -> Object {
        let payload = self.payload.as_deref();
        let payload = payload.map(|text| ("payload".to_owned(), Json::from(text)));
        Object(payload.into_iter().chain(self.others.0.clone()).collect())
    }
}

/// A payload as the compact serialization can carry it (RFC 7797 §5.2).
fn checked(payload: &str) -> Result<&str, Unsignable> {
    let fits = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'.';
    match payload.bytes().all(fits) {
        true => Ok(payload),
        false => Err(Unsignable::NotCompact),
    }
}

/// The members that make a signature, in the flattened serialization those of the token itself.
const PARTS: [&str; 3] = ["protected", "header", "signature"];

fn element(protected: &str, signature: String) -> Object {
    Object(vec![
        ("protected".into(), protected.into()),
        ("signature".into(), Json::String(signature)),
    ])
}

/// Signs `payload` under `header`, to whose front `alg` is added.
///
/// # Errors
/// [`Unsignable::Library`].
pub fn sign(header: &Object, payload: &[u8], signer: &Signer) -> Result<String, Unsignable> {
    compact(header, payload, false, signer)
}

/// Signs `payload` and leaves it out of the result: a detached signature (RFC 7515 appendix F).
///
/// # Errors
/// [`Unsignable::Library`].
pub fn sign_detached(
    header: &Object,
    payload: &[u8],
    signer: &Signer,
) -> Result<String, Unsignable> {
    compact(header, payload, true, signer)
}

fn compact(
    header: &Object,
    bytes: &[u8],
    is_detached: bool,
    signer: &Signer,
) -> Result<String, Unsignable> {
    let payload = Payload {
        bytes,
        is_unencoded: false,
        is_detached,
    };
    Protected::new(header, signer, false).compact(payload, signer)
}

/// The whole protected header.
fn header_of(header: &Object, signer: &Signer, is_unencoded: bool) -> Object {
    let mut members = Object(vec![("alg".into(), signer.alg().as_str().into())]);
    let mut ours: &[&str] = &["alg"];
    if is_unencoded {
        ours = &["alg", "b64", "crit"];
        members.set("b64", Json::Bool(false));
        members.set("crit", ["b64"].into_iter().collect());
    }
    let others = header.0.iter();
    let others = others.filter(|(name, _)| !ours.contains(&name.as_str()));
    members.0.extend(others.cloned());
    members
}
