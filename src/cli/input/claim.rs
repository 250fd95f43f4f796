//! CLAIM arguments: `name=text`, `name:=JSON`, `name=@FILE`, `name:=@FILE`, `/a/b:=JSON`. The first
//! `=` splits.

use std::path::Path;

use jwtctl::core::error::{Code, Error};
use jwtctl::core::files::{self, MAX_FILE};
use jwtctl::core::json::{Json, Object, pointer_steps};

/// A claim as it was typed, its value read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Its name, or a JSON Pointer.
    pub name: String,
    /// Its value.
    pub value: Json,
}

impl Claim {
    /// Reads one argument.
    ///
    /// # Errors
    /// [`Code::Usage`] when it has no `=` or no name, [`Code::BadInput`] when its JSON is broken.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let Some((left, right)) = text.split_once('=') else {
            let error = Error::usage(format!("{text:?}"), "is not a claim");
            return Err(match Path::new(text).is_file() {
                true => error.hint(format!(
                    "there is a file of that name; a key: --key {text}, claims: --payload {text}"
                )),
                false => error.hint("write name=text, name:=JSON, name=@FILE or /a/b:=JSON"),
            });
        };
        let (name, is_json) = match left.strip_suffix(':') {
            Some(name) => (name, true),
            None => (left, false),
        };
        if name.is_empty() {
            return Err(Error::usage(
                format!("{text:?}"),
                "has no claim name before its \"=\"",
            ));
        }
        let file = right.strip_prefix('@');
        let content = match file {
            Some("") => {
                return Err(Error::usage(
                    format!("{text:?}"),
                    "names no file after its \"@\"",
                ));
            }
            Some(path) => {
                let bytes = files::read(Path::new(path), MAX_FILE)?.without_trailing_newline();
                let text = bytes.expose_str().map(String::from);
                text.ok_or_else(|| Error::input(Code::BadInput, path, "is not text"))?
            }
            None => right.to_owned(),
        };
        let value = match (is_json, file) {
            (false, _) => Json::String(content),
            // What is in a file may be secret, and large.
            (true, Some(path)) => parse_json(&content, path, || format!("{name}=@{path}"))?,
            (true, None) => parse_json(&content, &shortened(text), || {
                shortened(&format!("{name}={content}"))
            })?,
        };
        Ok(Self {
            name: name.into(),
            value,
        })
    }

    /// The names of the members on the way to it: one for a name, several for a pointer.
    pub fn path(&self) -> Vec<String> {
        pointer_steps(&self.name)
    }

    /// Puts the claim where its name or pointer says.
    ///
    /// # Errors
    /// [`Code::Usage`] when a pointer leads nowhere.
    pub fn place(self, object: &mut Object) -> Result<(), Error> {
        if self.name.starts_with('/') {
            return object
                .set_pointer(&self.name, self.value)
                .map_err(|why| Error::usage(self.name, why));
        }
        object.set(self.name, self.value);
        Ok(())
    }
}

/// Reads a JSON value, named `what` in messages; `as_text` writes the argument for a value that is
/// meant as text.
fn parse_json(content: &str, what: &str, as_text: impl FnOnce() -> String) -> Result<Json, Error> {
    let json = Json::parse(content.as_bytes()).map_err(|why| {
        let error = Error::input(Code::BadInput, what, format!("is not JSON: {why}"));
        error.hint(format!("for text, leave out the colon: {}", as_text()))
    })?;
    match json.duplicate() {
        Some(path) => Err(Error::input(
            Code::BadInput,
            what,
            format!("has {path:?} twice"),
        )),
        None => Ok(json),
    }
}

/// The beginning of an argument.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 100;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (String, String) {
        let claim = Claim::parse(text).unwrap();
        (claim.name, claim.value.to_text())
    }

    #[test]
    fn the_first_equals_sign_splits() {
        for (text, name, value) in [
            ("a=b", "a", r#""b""#),
            ("a=", "a", r#""""#),
            ("a=b=c", "a", r#""b=c""#),
            ("a:=1.0", "a", "1.0"),
            ("a:={\"b\":[1]}", "a", r#"{"b":[1]}"#),
            ("urn:x=y", "urn:x", r#""y""#),
            ("https://a/b:=true", "https://a/b", "true"),
            ("/a/b:=null", "/a/b", "null"),
        ] {
            assert_eq!(parse(text), (name.into(), value.into()), "{text}");
        }
    }

    #[test]
    fn what_is_no_claim_is_refused() {
        for text in [
            "a",
            "=b",
            ":=1",
            "a:=",
            "a:=b",
            "a:={\"x\":1,\"x\":2}",
            "a=@/no/such/file",
        ] {
            assert!(Claim::parse(text).is_err(), "{text}");
        }
    }
}
