//! Key files of any kind, recognised by what is in them and never by their name.

mod write;

pub use write::{Form, private, private_set, public, ssh};

use std::sync::Arc;

use super::error::{Code, Error};
use super::json::{Json, Object};
use super::jwe;
use super::jwks::{Dropped, KeySet};
use super::key::{
    Key, PemBlock, Pkcs8Error, decrypt_pkcs8, from_der, from_ssh, is_encrypted_pkcs8, pem_blocks,
    wipe,
};
use super::seal;
use super::secret::Secret;

/// What a key file holds.
#[derive(Debug)]
pub struct KeyFile {
    /// The usable keys.
    pub keys: Vec<Arc<Key>>,
    /// What could not be used, of a set.
    pub dropped: Vec<Dropped>,
    /// Whether it is a set, even one of a single key.
    pub is_set: bool,
}

impl From<Vec<Key>> for KeyFile {
    /// Keys that come from elsewhere: one is a key, several are a set.
    fn from(keys: Vec<Key>) -> Self {
        let is_set = keys.len() != 1;
        Self {
            keys: keys.into_iter().map(Arc::new).collect(),
            dropped: Vec::new(),
            is_set,
        }
    }
}

impl KeyFile {
    fn one(key: Key) -> Self {
        Self {
            keys: vec![Arc::new(key)],
            dropped: Vec::new(),
            is_set: false,
        }
    }
}

/// What kind of key file `content` is, with its article; `None` when it is none. Nothing is opened.
pub fn kind(content: &[u8]) -> Option<&'static str> {
    let text = content
        .strip_prefix("\u{feff}".as_bytes())
        .unwrap_or(content)
        .trim_ascii();
    if pem_blocks(text).is_some() {
        return Some("a PEM file");
    }
    if matches!(text.first(), Some(b'{' | b'[')) {
        let mut json = Json::parse(text).ok();
        let found = json.as_ref().and_then(json_kind);
        json.iter_mut().for_each(wipe);
        return found;
    }
    let readable = std::str::from_utf8(text).ok();
    if readable.is_some_and(|text| from_ssh(text).is_some()) {
        return Some("an OpenSSH key");
    }
    if readable.is_some_and(|text| jwe::is_compact(text) && jwe::parse(text).is_ok()) {
        return Some("a sealed key");
    }
    // A line ending behind binary is an editor's.
    let lines = [content, content.strip_suffix(b"\n").unwrap_or(content)];
    let is_der = |der: &[u8]| from_der(der).is_some() || is_encrypted_pkcs8(der);
    lines.into_iter().any(is_der).then_some("a DER key")
}

fn json_kind(json: &Json) -> Option<&'static str> {
    if holds_jwk(json) {
        return Some("a JWK");
    }
    json.as_object()
        .is_some_and(jwe::is_json)
        .then_some("a sealed key")
}

fn holds_jwk(json: &Json) -> bool {
    match json {
        Json::Object(object) => is_jwk(object),
        Json::Array(items) => items.iter().any(holds_jwk),
        _ => false,
    }
}

/// Asks for the passphrase of an encrypted key.
pub type Passphrase<'a> = &'a mut dyn FnMut() -> Result<Secret, Error>;

/// Reads a JWK, a JWK Set, a sealed JWK, PEM or DER of PKCS#8, encrypted PKCS#8, PKCS#1, SEC1, SPKI
/// or X.509, or an OpenSSH public key. `what` names the source in messages.
///
/// # Errors
/// [`Code::BadKey`] when it is none of these; [`Code::BadPassphrase`] when it does not open.
pub fn read(bytes: &Secret, what: &str, passphrase: Passphrase<'_>) -> Result<KeyFile, Error> {
    let bad = |why: &str| Error::input(Code::BadKey, what, why);
    let content = bytes.expose();
    let text = content
        .strip_prefix("\u{feff}".as_bytes())
        .unwrap_or(content)
        .trim_ascii();
    if text.is_empty() {
        return Err(bad("is empty"));
    }
    if text[0] == b'{' {
        let object = parse_object(text, what)?;
        if !is_jwk(&object) && jwe::is_json(&object) {
            let opened = seal::open_json(&object, what, passphrase)?;
            return read_json(opened.expose(), what);
        }
        return from_object(object, what);
    }
    if let Some(blocks) = pem_blocks(text) {
        return read_pem(&blocks.map_err(|why| bad(&why))?, what, passphrase);
    }
    if let Some(key) = std::str::from_utf8(text).ok().and_then(from_ssh) {
        return key.map(KeyFile::one).map_err(|why| bad(&why));
    }
    if let Ok(text) = std::str::from_utf8(text)
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    {
        if jwe::is_compact(text) {
            let opened = seal::open(text, what, passphrase)?;
            return read_json(opened.expose(), what);
        }
        if text.split('.').count() == 3 {
            return Err(bad("is a token, not a key"));
        }
    }
    // DER is binary: nothing may be trimmed.
    match from_der(content) {
        Some(key) => key.map(KeyFile::one).map_err(|why| bad(&why)),
        None if content[0] == 0x30 => open_pkcs8(content, what, passphrase).map(KeyFile::one),
        None => Err(unknown(what)),
    }
}

fn unknown(what: &str) -> Error {
    let error = Error::input(
        Code::BadKey,
        what,
        "is not a key: neither JSON nor PEM nor DER",
    );
    error.hint("keys are read as JWK, JWK set, or PEM or DER of PKCS#8, PKCS#1, SEC1, SPKI or X.509; an HMAC secret is given with --secret")
}

/// What was sealed: a JWK or a set, and nothing that is sealed again.
fn read_json(text: &[u8], what: &str) -> Result<KeyFile, Error> {
    from_object(parse_object(text.trim_ascii(), what)?, what)
}

fn parse_object(text: &[u8], what: &str) -> Result<Object, Error> {
    let bad = |why: String| Error::input(Code::BadKey, what, why);
    match Json::parse(text).map_err(|why| bad(format!("is not JSON: {why}")))? {
        Json::Object(object) => Ok(object),
        other => Err(bad(format!("is {}, not a JWK or a JWK set", other.kind()))),
    }
}

fn is_jwk(object: &Object) -> bool {
    object.has("kty") || object.has("keys")
}

fn from_object(mut object: Object, what: &str) -> Result<KeyFile, Error> {
    let bad = |why: String| Error::input(Code::BadKey, what, why);
    if object.has("keys") {
        let set = KeySet::from_json(object).map_err(bad)?;
        return Ok(KeyFile {
            keys: set.keys,
            dropped: set.dropped,
            is_set: true,
        });
    }
    if object.has("kty") {
        return Key::from_jwk(object).map(KeyFile::one).map_err(bad);
    }
    let why = not_a_key(&object);
    object.0.iter_mut().for_each(|(_, value)| wipe(value));
    Err(bad(why))
}

fn not_a_key(object: &Object) -> String {
    match object.0.first() {
        Some((name, _)) => {
            format!(
                "is JSON with neither \"kty\" nor \"keys\", so no JWK and no JWK set; it begins with {name:?}"
            )
        }
        None => "is an empty JSON object".into(),
    }
}

/// The key that a PEM file is about: its private key if there is one, else its public key (several
/// are a set), else its first certificate.
fn read_pem(blocks: &[PemBlock], what: &str, passphrase: Passphrase<'_>) -> Result<KeyFile, Error> {
    let is_private = |block: &&PemBlock| block.label.ends_with("PRIVATE KEY");
    let is_public = |block: &&PemBlock| {
        block.label.ends_with("PUBLIC KEY") || block.label.ends_with("CERTIFICATE")
    };
    let bad = |why: String| Error::input(Code::BadKey, what, why);
    let publics: Vec<&PemBlock> = blocks
        .iter()
        .filter(|block| block.label.ends_with("PUBLIC KEY"))
        .collect();
    if publics.len() > 1 && !blocks.iter().any(|block| is_private(&block)) {
        let key = |block: &PemBlock| {
            from_der(block.der.expose())
                .unwrap_or_else(|| Err("is broken".into()))
                .map_err(bad)
        };
        return publics
            .into_iter()
            .map(key)
            .collect::<Result<Vec<Key>, Error>>()
            .map(KeyFile::from);
    }
    let found = blocks
        .iter()
        .find(is_private)
        .or_else(|| blocks.iter().find(is_public));
    let Some(block) = found else {
        return Err(bad(format!("holds {}, and no key", blocks[0].label)));
    };
    if block.legacy_encrypted {
        let error = bad(
            "is encrypted in OpenSSL's old format, which derives its key with one round of MD5"
                .into(),
        );
        return Err(
            error.hint(format!("convert it first: openssl pkcs8 -topk8 -v2 aes-256-cbc -iter 600000 -in {what} -out NEW.pem"))
        );
    }
    if block.label == "OPENSSH PRIVATE KEY" {
        return Err(
            bad("is an OpenSSH private key".into()).hint(way_out_of_openssh(block.der.expose()))
        );
    }
    if block.label == "ENCRYPTED PRIVATE KEY" {
        return open_pkcs8(block.der.expose(), what, passphrase).map(KeyFile::one);
    }
    match from_der(block.der.expose()) {
        Some(key) => key.map(KeyFile::one).map_err(bad),
        None => Err(bad(format!("has a {} block that is broken", block.label))),
    }
}

/// What to do about a private key in OpenSSH's own format, whose public half is in clear even when
/// it is encrypted.
fn way_out_of_openssh(content: &[u8]) -> &'static str {
    const ED25519: &[u8] = b"ssh-ed25519";
    // For these `ssh-keygen -p -m PKCS8` says that all went well, and leaves the format as it was.
    match content
        .windows(ED25519.len())
        .any(|window| window == ED25519)
    {
        true => {
            "ssh-keygen keeps Ed25519 keys in this format; make a new key: jwtctl keygen EdDSA, or openssl genpkey -algorithm ed25519"
        }
        false => {
            "convert a copy of it, which is rewritten in place: ssh-keygen -p -m PKCS8 -f COPY"
        }
    }
}

enum Opening {
    Pkcs8(Pkcs8Error),
    Asking(Error),
}

impl From<Pkcs8Error> for Opening {
    fn from(error: Pkcs8Error) -> Self {
        Self::Pkcs8(error)
    }
}

fn open_pkcs8(der: &[u8], what: &str, passphrase: Passphrase<'_>) -> Result<Key, Error> {
    let bad = |why: String| Error::input(Code::BadKey, what, why);
    let wrong = || {
        Error::input(
            Code::BadPassphrase,
            what,
            "the passphrase does not open it, or it is damaged",
        )
    };
    let opened =
        decrypt_pkcs8(der, || passphrase().map_err(Opening::Asking)).map_err(
            |error| match error {
                Opening::Asking(error) => error,
                Opening::Pkcs8(Pkcs8Error::NotEncrypted) => unknown(what),
                Opening::Pkcs8(Pkcs8Error::Unsupported(why)) => bad(why),
                Opening::Pkcs8(Pkcs8Error::Wrong) => wrong(),
            },
        )?;
    match from_der(opened.expose()) {
        Some(key) => key.map_err(bad),
        // CBC padding that came out right by chance.
        None => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(bytes: &[u8]) -> String {
        let mut nobody = || Err(Error::usage("passphrase", "asked for"));
        read(&Secret::new(bytes.to_vec()), "FILE", &mut nobody)
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn what_is_no_key_is_told_apart() {
        for (bytes, expected) in [
            (&b""[..], "is empty"),
            (b" \n", "is empty"),
            (b"{", "is not JSON"),
            (b"{}", "empty JSON object"),
            (br#"{"a":1}"#, "neither \"kty\" nor \"keys\""),
            (b"hello", "is not a key"),
            (b"eyJh.e30.AA", "is a token"),
            (
                b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
                "is broken",
            ),
            (b"-----BEGIN PUBLIC KEY-----\nAAAA", "END line"),
            (
                b"-----BEGIN NOTHING-----\nAAAA\n-----END NOTHING-----\n",
                "holds NOTHING",
            ),
            (
                b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
                "OpenSSH",
            ),
            (b"\x30\x03\x02\x01\x00", "is not a key"),
        ] {
            let why = why(bytes);
            assert!(
                why.contains(expected),
                "{:?}: {why}",
                String::from_utf8_lossy(bytes)
            );
        }
    }
}
