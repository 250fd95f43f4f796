//! Keys inside other documents: the JSON of a cloud's command line, of a service account, of a
//! secret store. A key is taken out only where there is no choice.

use super::super::json::{Json, Object};
use super::super::jwks::{self, KeySet};
use super::super::key::{Key, PemBlock, from_der, is_pem, pem_blocks, wipe};
use super::super::secret::Secret;
use super::KeyFile;
use super::pem::plain_keys;
use super::wrapped::{from_base64, from_escapes};

/// The shortest text that could be a key in DER and base64.
const SHORTEST_DER: usize = 40;

/// Why a document gives no key.
#[derive(Debug)]
pub(super) enum Nested {
    /// There is none in it.
    None,
    /// There are several, at these JSON Pointers.
    Several(Vec<String>),
    /// The one at this JSON Pointer cannot be used, for this reason.
    Unusable(String, String),
}

/// The key of `document`, and a note saying where it was. The private members that were read are
/// wiped.
pub(super) fn read(document: &mut Json) -> Result<(KeyFile, String), Nested> {
    let result = find_key(document);
    wipe(document);
    result
}

fn find_key(document: &Json) -> Result<(KeyFile, String), Nested> {
    if let Some(set) = document.as_object().and_then(jwks::certificate_map) {
        let note = "it is a map from kid to certificate, and was read as a key set";
        let set = KeySet::from_json(set).map_err(|why| Nested::Unusable(String::new(), why))?;
        return Ok((KeyFile::set(set), note.into()));
    }
    let mut found = Vec::new();
    walk(document, &mut Vec::new(), &mut found);
    let (path, key) = match found.len() {
        0 => return Err(Nested::None),
        1 => found.remove(0),
        _ => pair(found)?,
    };
    let key = match key {
        Content::Key(key) => key,
        Content::Set(set) => {
            let set = KeySet::from_json(set).map_err(|why| Nested::Unusable(path.clone(), why))?;
            let note = format!("the key set was taken from its member {path:?}");
            return Ok((KeyFile::set(set), note));
        }
    };
    let mut key = key.map_err(|why| Nested::Unusable(path.clone(), why))?;
    if let Some(kid) = sibling_id(document, &path) {
        key.kid.get_or_insert_with(|| kid.to_owned());
    }
    let note = format!("the key was taken from its member {path:?}");
    Ok((KeyFile::one(key), note))
}

type Found = (String, Content);

/// What is found in a document.
enum Content {
    Key(Result<Key, String>),
    /// A JWK Set, which is looked into as a whole.
    Set(Object),
}

impl Content {
    fn key(&self) -> Option<&Key> {
        match self {
            Self::Key(key) => key.as_ref().ok(),
            Self::Set(_) => None,
        }
    }
}

/// Of a private key and its public half, the private one; anything else leaves a choice.
fn pair(mut found: Vec<Found>) -> Result<Found, Nested> {
    let keys: Vec<&Key> = found.iter().filter_map(|(_, it)| it.key()).collect();
    let is_pair = matches!(keys[..], [a, b] if found.len() == 2
        && a.is_private() != b.is_private()
        && a.same_material(b));
    match is_pair {
        true => {
            let at = usize::from(!keys[0].is_private());
            Ok(found.remove(at))
        }
        false => Err(Nested::Several(
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
fn walk<'a>(json: &'a Json, way: &mut Vec<Step<'a>>, found: &mut Vec<Found>) {
    if found.len() >= ENOUGH {
        return;
    }
    match json {
        Json::String(text) => {
            found.extend(from_text(text).map(|key| (pointer(way), Content::Key(key))));
        }
        Json::Object(object) if object.has("kty") => {
            found.push((pointer(way), Content::Key(from_jwk(object))));
        }
        Json::Object(object) if is_set(object) => {
            found.push((pointer(way), Content::Set(object.clone())));
        }
        Json::Object(object) => {
            for (name, value) in &object.0 {
                way.push(Step::Member(name));
                walk(value, way, found);
                way.pop();
            }
        }
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                way.push(Step::Index(index));
                walk(item, way, found);
                way.pop();
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

fn pointer(way: &[Step<'_>]) -> String {
    let step = |step: &Step<'_>| match step {
        Step::Member(name) => format!("/{}", name.replace('~', "~0").replace('/', "~1")),
        Step::Index(index) => format!("/{index}"),
    };
    way.iter().map(step).collect()
}

/// The key that a text is, if it is one: PEM, or DER in base64.
fn from_text(text: &str) -> Option<Result<Key, String>> {
    let bytes = text.as_bytes();
    if is_pem(bytes) {
        let unescaped = from_escapes(bytes);
        let bytes = unescaped.as_ref().map_or(bytes, Secret::expose);
        return Some(pem_blocks(bytes)?.and_then(|blocks| only_key(&blocks)));
    }
    if text.len() < SHORTEST_DER {
        return None;
    }
    let decoded = from_base64(bytes)?;
    match is_pem(decoded.expose()) {
        // As Kubernetes keeps secrets.
        true => Some(pem_blocks(decoded.expose())?.and_then(|blocks| only_key(&blocks))),
        false => from_der(decoded.expose()),
    }
}

fn is_set(object: &Object) -> bool {
    let is_jwk = |item: &Json| item.as_object().is_some_and(|it| it.has("kty"));
    matches!(object.member("keys"), Some(Json::Array(keys)) if keys.iter().any(is_jwk))
}

fn only_key(blocks: &[PemBlock]) -> Result<Key, String> {
    let mut keys = plain_keys(blocks)?;
    match (keys.pop(), keys.len()) {
        (Some(key), 0) => Ok(key),
        (None, _) => Err("holds no key".into()),
        (Some(_), _) => Err("holds several keys".into()),
    }
}

/// A JWK as cloud command lines print it: with the type names of hardware modules, and base64 of
/// either alphabet in its public numbers.
fn from_jwk(object: &Object) -> Result<Key, String> {
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
