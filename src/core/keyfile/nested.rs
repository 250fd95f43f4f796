//! Keys inside other documents: the JSON of a cloud's command line, of a service account, of a
//! secret store. A key is taken out only where there is no choice.

use super::super::json::{Json, Object, pointer_step};
use super::super::jwks::{KeySet, certificate_map};
use super::super::key::{Key, KeyError, PemBlock, from_der, from_ssh, is_pem, pem_blocks};
use super::super::secret::Secret;
use super::KeyFile;
use super::pem::{is_private, is_public, plain_keys};
use super::wrapped::{from_base64, from_escapes};

/// The shortest text that could be a key in DER and base64.
const SHORTEST_DER: usize = 40;

/// How many wrappings of a text are taken off, one inside another.
const MAX_WRAPPINGS: usize = 2;

/// Why a document gives no key.
#[derive(Debug)]
pub(super) enum NestedFile {
    /// There is none in it.
    None,
    /// There are several, at these JSON Pointers.
    Several(Vec<String>),
    /// The one at this JSON Pointer cannot be used, for this reason.
    Unusable(String, String),
}

/// The key of `document`, and a note saying where it was. The private members that were read are
/// wiped.
pub(super) fn read(document: &mut Json) -> Result<(KeyFile, String), NestedFile> {
    let result = find_key(document);
    document.wipe();
    result
}

fn find_key(document: &Json) -> Result<(KeyFile, String), NestedFile> {
    if let Some(certificates) = document.as_object().and_then(certificate_map) {
        let note = "it is a map from kid to certificate, and was read as a key set";
        return Ok((
            KeyFile::set(KeySet::from_certificates(certificates)),
            note.into(),
        ));
    }
    let mut found = Vec::new();
    walk(document, &mut Vec::new(), &mut found, MAX_WRAPPINGS);
    let (path, key) = match found.len() {
        0 => return Err(NestedFile::None),
        1 => found.remove(0),
        _ => pair(found)?,
    };
    let key = match key {
        NestedContent::Key(key) => *key,
        NestedContent::Set(set) => {
            let set = KeySet::from_json(set)
                .map_err(|why| NestedFile::Unusable(path.clone(), why.into()))?;
            let note = format!("the key set was taken from its member {path:?}");
            return Ok((KeyFile::set(set), note));
        }
    };
    let mut key = key.map_err(|why| NestedFile::Unusable(path.clone(), why.into()))?;
    if let Some(kid) = sibling_id(document, &path) {
        key.kid.get_or_insert_with(|| kid.to_owned());
    }
    let note = format!("the key was taken from its member {path:?}");
    let file = KeyFile {
        account: service_account(document),
        ..KeyFile::one(key)
    };
    Ok((file, note))
}

/// The account that a file of Google Cloud is for, which is the issuer of the tokens that it signs.
fn service_account(document: &Json) -> Option<String> {
    let document = document.as_object()?;
    let is_one = document.text("type") == Some("service_account");
    let email = document.text("client_email").filter(|_| is_one);
    email.map(String::from)
}

type Found = (String, NestedContent);

/// What is found in a document.
enum NestedContent {
    Key(Box<Result<Key, KeyError>>),
    /// A JWK Set, which is looked into as a whole.
    Set(Object),
}

impl NestedContent {
    fn of_key(key: Result<Key, KeyError>) -> Self {
        Self::Key(Box::new(key))
    }

    fn key(&self) -> Option<&Key> {
        match self {
            Self::Key(key) => (**key).as_ref().ok(),
            Self::Set(_) => None,
        }
    }
}

/// Of a private key and its public half, the private one; anything else leaves a choice.
fn pair(mut found: Vec<Found>) -> Result<Found, NestedFile> {
    let keys: Vec<&Key> = found.iter().filter_map(|(_, it)| it.key()).collect();
    let is_pair = matches!(keys[..], [a, b] if found.len() == 2
        && a.is_private() != b.is_private()
        && a.same_material(b));
    match is_pair {
        true => {
            let at = usize::from(!keys[0].is_private());
            Ok(found.remove(at))
        }
        false => Err(NestedFile::Several(
            found.into_iter().map(|(path, _)| path).collect(),
        )),
    }
}

/// Keys that are enough to say that there is a choice.
const ENOUGH: usize = 8;

enum Step<'a> {
    Member(&'a str),
    Index(usize),
}

/// Collects the keys in `json`, which lies at the end of `way`. The path of a key is put together
/// only where one is found, so that long names cost nothing.
fn walk<'a>(json: &'a Json, way: &mut Vec<Step<'a>>, found: &mut Vec<Found>, wrappings: usize) {
    if found.len() >= ENOUGH {
        return;
    }
    match json {
        Json::String(text) => {
            let contents = from_text(text, wrappings).into_iter();
            found.extend(contents.map(|content| (pointer(way), content)));
        }
        Json::Object(object) if object.has("kty") => {
            found.push((pointer(way), NestedContent::of_key(from_jwk(object))));
        }
        Json::Object(object) if is_set(object) => {
            found.push((pointer(way), NestedContent::Set(object.clone())));
        }
        Json::Object(object) => {
            for (name, value) in &object.0 {
                way.push(Step::Member(name));
                walk(value, way, found, wrappings);
                way.pop();
            }
        }
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                way.push(Step::Index(index));
                walk(item, way, found, wrappings);
                way.pop();
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

fn pointer(way: &[Step<'_>]) -> String {
    let step = |step: &Step<'_>| match step {
        Step::Member(name) => pointer_step(name),
        Step::Index(index) => format!("/{index}"),
    };
    way.iter().map(step).collect()
}

/// The keys that a text is: PEM, JSON, an OpenSSH line, or one of these or DER in base64. Every text
/// that could be a key counts, so that none is chosen while another one is overlooked.
fn from_text(text: &str, wrappings: usize) -> Vec<NestedContent> {
    let bytes = text.trim().as_bytes();
    if is_pem(bytes) {
        let unescaped = from_escapes(bytes);
        let bytes = unescaped.as_ref().map_or(bytes, Secret::expose);
        let key = pem_blocks(bytes)
            .and_then(|blocks| blocks.map_or_else(|why| Some(Err(why)), |it| only_key(&it)));
        return key.map(NestedContent::of_key).into_iter().collect();
    }
    if matches!(bytes.first(), Some(b'{' | b'[')) {
        let mut found = Vec::new();
        if let Some(mut json) = Json::parse(bytes).ok().filter(|_| wrappings > 0) {
            walk(&json, &mut Vec::new(), &mut found, wrappings - 1);
            json.wipe();
        }
        return found.into_iter().map(|(_, content)| content).collect();
    }
    if let Some(key) = from_ssh(text.trim()) {
        return vec![NestedContent::of_key(key)];
    }
    if bytes.len() < SHORTEST_DER || wrappings == 0 {
        return Vec::new();
    }
    let Some(decoded) = from_base64(bytes) else {
        return Vec::new();
    };
    if let Some(key) = from_der(decoded.expose()) {
        return vec![NestedContent::of_key(key)];
    }
    match decoded.expose_str() {
        Some(text) => from_text(text, wrappings - 1),
        None => Vec::new(),
    }
}

/// The key of a PEM text; `None` when it holds something else, such as a certificate request.
fn only_key(blocks: &[PemBlock]) -> Option<Result<Key, KeyError>> {
    if !blocks.iter().any(|it| is_private(it) || is_public(it)) {
        return None;
    }
    Some(
        plain_keys(blocks).and_then(|mut keys| match (keys.pop(), keys.len()) {
            (Some(key), 0) => Ok(key),
            (None, _) => Err("holds no key".into()),
            (Some(_), _) => Err("holds several keys".into()),
        }),
    )
}

fn is_set(object: &Object) -> bool {
    let is_jwk = |item: &Json| item.as_object().is_some_and(|it| it.has("kty"));
    matches!(object.member("keys"), Some(Json::Array(keys)) if keys.iter().any(is_jwk))
}

/// A JWK as cloud command lines print it: with the type names of hardware modules, and base64 of
/// either alphabet in its public numbers.
fn from_jwk(object: &Object) -> Result<Key, KeyError> {
    let mut jwk = object.clone();
    for (name, value) in &mut jwk.0 {
        let Json::String(text) = value else { continue };
        match name.as_str() {
            "kty" => *text = text.strip_suffix("-HSM").unwrap_or(text).to_owned(),
            "crv" if *text == "P-256K" => *text = "secp256k1".into(),
            "n" | "e" | "x" | "y" => {
                *text = text
                    .trim_end_matches('=')
                    .replace('+', "-")
                    .replace('/', "_");
            }
            _ => {}
        }
    }
    Key::from_jwk(jwk)
}

/// The id that Google's service accounts keep beside the key.
fn sibling_id<'a>(document: &'a Json, path: &str) -> Option<&'a str> {
    let (parent, name) = path.rsplit_once('/')?;
    let id = document.pointer(&format!("{parent}/{name}_id"))?;
    id.as_str().filter(|it| !it.is_empty())
}

/// Whether some object in `json`, at any depth, is a JWK or a JWK Set.
pub(super) fn holds_jwk(json: &Json) -> bool {
    match json {
        Json::Object(object) => {
            object.has("kty") || object.has("keys") || object.0.iter().any(|(_, it)| holds_jwk(it))
        }
        Json::Array(items) => items.iter().any(holds_jwk),
        _ => false,
    }
}
