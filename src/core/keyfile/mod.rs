//! Key files of any kind, recognised by what is in them and never by their name.

mod foreign;
mod kind;
mod nested;
mod pem;
mod pick;
mod wrapped;
mod write;

pub use kind::kind;
pub use pick::{PickError, Purpose};
pub use wrapped::{from_base64, from_hex, from_utf16};
pub use write::{KeyForm, private, private_set, public, ssh};

use std::sync::Arc;

use super::better_auth::{self, Table, TableRefusal};
use super::error::{Code, Error, shell_word, shortened};
use super::hint::{Hint, KeysHint, OwnKeyHint};
use super::json::{Json, Object};
use super::jwe;
use super::jwks::{Dropped, KeySet};
use super::key::{Key, PemBlock, Pkcs8Error, decrypt_pkcs8, from_der, from_ssh, pem_blocks};
use super::seal;
use super::secret::Secret;
use super::time::Timestamp;
use nested::NestedFile;
use wrapped::trimmed;

/// How many wrappings are taken off, one inside another.
const MAX_WRAPPINGS: usize = 4;

/// What a key file holds.
#[derive(Debug)]
pub struct KeyFile {
    /// The usable keys.
    pub keys: Vec<Arc<Key>>,
    /// What could not be used, of a set.
    pub dropped: Vec<Dropped>,
    /// Whether it is a set, even one of a single key.
    pub is_set: bool,
    /// Its rows, where it is a table of better-auth's; their keys are `keys`, in their order.
    pub table: Option<Table>,
    /// The e-mail address of the service account, where it is the file that Google gives out for one.
    pub account: Option<String>,
    /// What the reader did to find them, where its owner may not expect it; each a sentence about
    /// the file.
    pub notes: Vec<String>,
}

impl From<Vec<Key>> for KeyFile {
    /// Keys that come from elsewhere: one is a key, several are a set.
    fn from(keys: Vec<Key>) -> Self {
        let is_set = keys.len() != 1;
        Self {
            keys: keys.into_iter().map(Arc::new).collect(),
            dropped: Vec::new(),
            is_set,
            table: None,
            account: None,
            notes: Vec::new(),
        }
    }
}

impl KeyFile {
    fn one(key: Key) -> Self {
        Self::from(vec![key])
    }

    /// The keys of a set, `dropped` saying which of it are left out.
    pub fn of_set(keys: Vec<Arc<Key>>, dropped: Vec<Dropped>) -> Self {
        Self {
            keys,
            dropped,
            is_set: true,
            table: None,
            account: None,
            notes: Vec::new(),
        }
    }

    fn set(set: KeySet) -> Self {
        Self::of_set(set.keys, set.dropped)
    }

    /// A table, whose rows say which keys there are.
    pub fn of_table(table: Table, dropped: Vec<Dropped>) -> Self {
        let keys = table.rows.iter().map(|row| Arc::clone(&row.key)).collect();
        Self {
            table: Some(table),
            ..Self::of_set(keys, dropped)
        }
    }

    /// Of a table, only the keys that the plugin publishes at `now`; anything else as it is.
    #[must_use]
    pub fn published(self, now: Timestamp) -> Self {
        let keys = match &self.table {
            Some(table) => table.published(now),
            None => return self,
        };
        Self { keys, ..self }
    }

    /// This file, with a note before those that it has.
    fn noting(mut self, note: impl Into<String>) -> Self {
        self.notes.insert(0, note.into());
        self
    }
}

/// Asks for the passphrase of an encrypted key.
pub type Passphrase<'a> = &'a mut dyn FnMut() -> Result<Secret, Error>;

/// Reads a JWK, a JWK Set, a sealed JWK, PEM or DER of PKCS#8, encrypted PKCS#8, PKCS#1, SEC1, SPKI
/// or X.509, an OpenSSH public key, or a document that holds one of them. Wrappings that cannot be
/// mistaken (UTF-16, quotes, escaped line breaks, base64) are taken off, with a note. `what` names
/// the source in messages.
///
/// # Errors
/// [`Code::BadKey`] when it is none of these; [`Code::BadPassphrase`] when it does not open.
pub fn read(bytes: &Secret, what: &str, passphrase: Passphrase<'_>) -> Result<KeyFile, Error> {
    KeyFileReader { what, passphrase }.read(bytes.expose(), 0)
}

struct KeyFileReader<'a> {
    what: &'a str,
    passphrase: Passphrase<'a>,
}

impl KeyFileReader<'_> {
    fn bad(&self, why: impl std::fmt::Display) -> Error {
        Error::input(Code::BadKey, self.what, why)
    }

    fn read(&mut self, content: &[u8], wrappings: usize) -> Result<KeyFile, Error> {
        let text = trimmed(content);
        if text.is_empty() {
            return Err(self.bad("is empty"));
        }
        if let Some((inner, note)) = unwrap(text).filter(|_| wrappings < MAX_WRAPPINGS) {
            let file = self.read(inner.expose(), wrappings + 1)?;
            return Ok(file.noting(note));
        }
        if matches!(text[0], b'{' | b'[') {
            return self.read_json(text);
        }
        if let Some(blocks) = pem_blocks(text) {
            if let Some(error) = foreign::refusal(text, self.what) {
                return Err(error);
            }
            return self.read_pem(&blocks.map_err(|why| self.bad(why))?);
        }
        if let Some(key) = std::str::from_utf8(text).ok().and_then(from_ssh) {
            return key.map(KeyFile::one).map_err(|why| self.bad(why));
        }
        if let Some(text) = std::str::from_utf8(text).ok().filter(|it| is_dotted(it)) {
            if jwe::is_compact(text) {
                let opened = seal::open(text, self.what, &mut *self.passphrase)?;
                return self.read_opened(&opened);
            }
            if text.split('.').count() == 3 {
                return Err(self.bad("is a token, not a key"));
            }
        }
        // DER is binary: nothing may be trimmed, but for the line ending that a shell adds.
        let lines = [content, content.strip_suffix(b"\n").unwrap_or(content)];
        if let Some(key) = lines.into_iter().find_map(from_der) {
            return key.map(KeyFile::one).map_err(|why| self.bad(why));
        }
        if let Some(error) = foreign::refusal(content, self.what) {
            return Err(error);
        }
        match lines
            .into_iter()
            .find(|der| super::key::is_encrypted_pkcs8(der))
        {
            Some(der) => self.open_pkcs8(der).map(KeyFile::one),
            None => Err(unknown(self.what)),
        }
    }

    /// What was sealed: a JWK or a set, and nothing that is sealed again.
    fn read_opened(&self, opened: &Secret) -> Result<KeyFile, Error> {
        match self.parse(trimmed(opened.expose()))? {
            Json::Object(object) if is_jwk(&object) => self.read_jwk(object),
            mut other => {
                other.wipe();
                Err(self.bad("holds, encrypted, something other than a JWK or a JWK set"))
            }
        }
    }

    fn parse(&self, text: &[u8]) -> Result<Json, Error> {
        Json::parse(text).map_err(|why| self.bad(format!("is not JSON: {why}")))
    }

    fn read_json(&mut self, text: &[u8]) -> Result<KeyFile, Error> {
        if let Some(rows) = better_auth::lines(text) {
            return self.read_rows(rows);
        }
        let mut json = match self.parse(text)? {
            Json::Array(items) if better_auth::is_table(&items) => return self.read_rows(items),
            Json::Object(row) if better_auth::is_row(&row) => {
                return self.read_rows(vec![Json::Object(row)]);
            }
            Json::Object(object) if is_jwk(&object) => return self.read_jwk(object),
            Json::Object(object) if jwe::is_json(&object) => {
                let opened = seal::open_json(&object, self.what, &mut *self.passphrase)?;
                return self.read_opened(&opened);
            }
            Json::Array(items) if is_bare_set(&items) => {
                let set = Object(vec![("keys".into(), Json::Array(items))]);
                let note = "it is an array of JWKs without the object of a JWK set around it";
                return self.read_jwk(set).map(|file| file.noting(note));
            }
            other => other,
        };
        let outline = Outline::of(&json);
        match nested::read(&mut json) {
            Ok((file, note)) => Ok(file.noting(note)),
            Err(NestedFile::None) if outline.is_metadata => {
                let error = self.bad("is the metadata of an issuer, which says where its keys are");
                Err(error.hint(KeysHint::FromIssuer))
            }
            Err(NestedFile::None) => Err(self.bad(outline.not_a_key())),
            Err(NestedFile::Unusable(path, why)) if path.is_empty() => Err(self.bad(why)),
            Err(NestedFile::Unusable(path, why)) => {
                Err(self.bad(format!("has a key in its member {path:?}, which {why}")))
            }
            Err(NestedFile::Several(paths)) => {
                let list: Vec<String> = paths.iter().map(|path| format!("{path:?}")).collect();
                let error = self.bad(format!("holds several keys, in {}", list.join(", ")));
                Err(error.hint("put the one that is meant into a file of its own, with jq"))
            }
        }
    }

    fn read_rows(&self, rows: Vec<Json>) -> Result<KeyFile, Error> {
        let (table, dropped) = Table::from_rows(rows).map_err(|refusal| {
            self.bad(match refusal {
                TableRefusal::Twice(id) => format!("has two rows with the id {}", shortened(&id)),
                TableRefusal::TooMany(most) => format!("has more than {most} rows"),
            })
        })?;
        match (&table.rows[..], &dropped[..]) {
            ([], [first, ..]) => {
                Err(self.bad(format!("has a row {} that {}", first.index, first.why)))
            }
            (rows, _) if rows.len() > better_auth::READ => {
                let note = format!(
                    "it has {} rows, of which better-auth reads {} unless its defaultFindManyLimit is higher",
                    rows.len(),
                    better_auth::READ
                );
                Ok(KeyFile::of_table(table, dropped).noting(note))
            }
            _ => Ok(KeyFile::of_table(table, dropped)),
        }
    }

    fn read_jwk(&self, object: Object) -> Result<KeyFile, Error> {
        let file = match object.has("keys") {
            true => KeySet::from_json(object).map(KeyFile::set),
            false => Key::from_jwk(object).map(KeyFile::one),
        };
        let file = file.map_err(|why| self.bad(why))?;
        // The key-confusion attack, by way of a JWK (RFC 8725 section 2.1).
        let confused = |key: &Arc<Key>| key.secret().and_then(|secret| kind(secret.expose()));
        match file.keys.iter().find_map(confused) {
            Some(kind) => Err(self.bad(format!(
                "has a \"k\" that is {kind}, and a key must not serve as an HMAC secret"
            ))),
            None => Ok(file),
        }
    }

    /// The keys that a PEM file is about: see [`pem`].
    fn read_pem(&mut self, blocks: &[PemBlock]) -> Result<KeyFile, Error> {
        if !blocks.iter().any(pem::is_private) {
            let (keys, issuers) = pem::public_keys(blocks).map_err(|why| self.bad(why))?;
            if keys.is_empty() {
                return Err(self.bad(format!("holds {}, and no key", blocks[0].label)));
            }
            let file = KeyFile::from(keys);
            return Ok(match issuers {
                0 => file,
                _ => file.noting(format!(
                    "{issuers} of its certificates issued another one of the file, and were not read as keys"
                )),
            });
        }
        let mut keys = Vec::new();
        for block in blocks.iter().filter(|block| pem::is_private(block)) {
            keys.push(self.private_key(block)?);
        }
        Ok(KeyFile::from(pem::distinct(keys)))
    }

    fn private_key(&mut self, block: &PemBlock) -> Result<Key, Error> {
        if block.legacy_encrypted {
            let error = self.bad(
                "is encrypted in OpenSSL's old format, which derives its key with one round of MD5",
            );
            let what = file_word(self.what);
            return Err(error.hint(format!(
                "convert it first: openssl pkcs8 -topk8 -v2 aes-256-cbc -iter 600000 -in {what} -out NEW.pem"
            )));
        }
        match block.label.as_str() {
            "OPENSSH PRIVATE KEY" => Err(self
                .bad("is an OpenSSH private key")
                .hint(way_out_of_openssh(block.der.expose()))),
            "ENCRYPTED PRIVATE KEY" => self.open_pkcs8(block.der.expose()),
            _ => pem::block_key(block).map_err(|why| self.bad(why)),
        }
    }

    fn open_pkcs8(&mut self, der: &[u8]) -> Result<Key, Error> {
        let opened = decrypt_pkcs8(der, || (self.passphrase)().map_err(Opening::Asking));
        let opened = opened.map_err(|error| match error {
            Opening::Asking(error) => error,
            Opening::Pkcs8(Pkcs8Error::NotEncrypted) => unknown(self.what),
            Opening::Pkcs8(Pkcs8Error::Unsupported(why)) => self.bad(why),
            Opening::Pkcs8(Pkcs8Error::Pbes1) => {
                let what = file_word(self.what);
                let error = self.bad("is encrypted with PBES1, which is broken");
                error.hint(format!(
                    "convert it first: openssl pkcs8 -in {what} | openssl pkcs8 -topk8 -v2 aes-256-cbc -iter 600000 -out NEW.pem"
                ))
            }
            Opening::Pkcs8(Pkcs8Error::Wrong) => wrong_passphrase(self.what),
        })?;
        match from_der(opened.expose()) {
            Some(key) => key.map_err(|why| self.bad(why)),
            // CBC padding that came out right by chance.
            None => Err(wrong_passphrase(self.what)),
        }
    }
}

/// The source of a key as a word of a command: its path, or FILE when it is not one.
fn file_word(what: &str) -> String {
    let is_path = what != "standard input"
        && !["env:", "fd:", "store:"]
            .iter()
            .any(|it| what.starts_with(it));
    match is_path {
        true => shell_word(what),
        false => "FILE".into(),
    }
}

/// What is inside the outermost wrapping of `text`, and the note about it.
fn unwrap(text: &[u8]) -> Option<(Secret, String)> {
    if let Some(inner) = from_utf16(text) {
        return Some((
            inner,
            "it is text in UTF-16, as Windows PowerShell writes it".into(),
        ));
    }
    if let Some(inner) = wrapped::from_quotes(text) {
        return Some((inner, "it is in quotes, which were taken off".into()));
    }
    if matches!(text.first(), Some(b'{' | b'[')) {
        return None;
    }
    if let Some(inner) = wrapped::from_escapes(text) {
        return Some((inner, "its line breaks were written as \\n".into()));
    }
    let encodings = [
        ("hexadecimal", from_hex(text)),
        ("base64", from_base64(text)),
    ];
    encodings.into_iter().find_map(|(encoding, inner)| {
        let inner = inner?;
        let kind = kind::direct(inner.expose())?;
        Some((inner, format!("it is {kind} in {encoding}")))
    })
}

/// Whether `text` could be a token: base64url and dots.
fn is_dotted(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

fn is_jwk(object: &Object) -> bool {
    object.has("kty") || object.has("keys")
}

/// Whether an array is one that should stand under `keys` of a JWK Set.
pub fn is_bare_set(items: &[Json]) -> bool {
    let is_jwk = |item: &Json| item.as_object().is_some_and(|it| it.has("kty"));
    items.iter().any(is_jwk)
}

fn unknown(what: &str) -> Error {
    let error = Error::input(
        Code::BadKey,
        what,
        "is not a key: neither JSON nor PEM nor DER",
    );
    error.hint(KeysHint::SecretAsSuch)
}

fn wrong_passphrase(what: &str) -> Error {
    Error::input(
        Code::BadPassphrase,
        what,
        "the passphrase does not open it, or it is damaged",
    )
}

/// What can be said about JSON that is not a key without repeating what may be part of one.
struct Outline {
    kind: &'static str,
    first: Option<String>,
    is_metadata: bool,
}

impl Outline {
    /// Names that a message may repeat are short words.
    fn of(json: &Json) -> Self {
        const LONGEST: usize = 24;
        let is_word = |name: &&String| {
            name.len() <= LONGEST && name.bytes().all(|it| it.is_ascii_lowercase() || it == b'_')
        };
        let first = json.as_object().and_then(|object| object.0.first());
        Self {
            is_metadata: json.as_object().is_some_and(|it| it.has("jwks_uri")),
            kind: json.kind(),
            first: first.map(|(name, _)| name).filter(is_word).cloned(),
        }
    }

    fn not_a_key(&self) -> String {
        let neither = "is JSON with neither \"kty\" nor \"keys\", so not a JWK and not a JWK set";
        match (self.kind, &self.first) {
            ("an object", Some(name)) => format!("{neither}; it begins with {name:?}"),
            ("an object", None) => neither.into(),
            (kind, _) => format!("is {kind}, not a JWK or a JWK set"),
        }
    }
}

/// What to do about a private key in OpenSSH's own format, whose public half is in clear even when
/// it is encrypted.
fn way_out_of_openssh(content: &[u8]) -> Hint {
    const ED25519: &[u8] = b"ssh-ed25519";
    // For these `ssh-keygen -p -m PKCS8` says that all went well, and leaves the format as it was.
    match content
        .windows(ED25519.len())
        .any(|window| window == ED25519)
    {
        true => OwnKeyHint::NewEd25519Key.into(),
        false => {
            "convert a copy of it, which is rewritten in place: ssh-keygen -p -m PKCS8 -f COPY"
                .into()
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

#[cfg(test)]
mod tests;
