//! JSON as it was written: member order, duplicate names and the text of numbers survive, so that a
//! token can be shown exactly and judged strictly. The syntax itself is `serde_json`'s business.

use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// How deep arrays and objects may nest.
pub const MAX_DEPTH: usize = 64;

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number, as the text that was written.
    Number(String),
    /// A string, unescaped.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object.
    Object(Object),
}

/// A JSON object: its members in the order they were written, duplicates included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object(pub Vec<(String, Json)>);

/// Why a text is not acceptable JSON; a phrase to put after the name of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(pub String);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Json {
    /// Reads one JSON text.
    ///
    /// # Errors
    /// When it is not UTF-8, not JSON, has something after the value, or nests deeper than
    /// [`MAX_DEPTH`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let text = std::str::from_utf8(bytes)
            .map_err(|e| Malformed(format!("not UTF-8 at byte {}", e.valid_up_to())))?;
        let raw: &RawValue = serde_json::from_str(text).map_err(|e| Malformed(describe(&e)))?;
        Self::read(raw, 0)
    }

    fn read(raw: &RawValue, depth: usize) -> Result<Self, Malformed> {
        if depth > MAX_DEPTH {
            return Err(Malformed(format!("nested deeper than {MAX_DEPTH} levels")));
        }
        let text = raw.get();
        let syntax = |e: serde_json::Error| Malformed(describe(&e));
        Ok(match text.as_bytes().first() {
            Some(b'{') => {
                let members: RawMembers<'_> = serde_json::from_str(text).map_err(syntax)?;
                let read = |(name, value)| Ok((name, Self::read(value, depth + 1)?));
                Self::Object(Object(members.0.into_iter().map(read).collect::<Result<
                    _,
                    Malformed,
                >>(
                )?))
            }
            Some(b'[') => {
                let items: Vec<&RawValue> = serde_json::from_str(text).map_err(syntax)?;
                Self::Array(
                    items
                        .into_iter()
                        .map(|item| Self::read(item, depth + 1))
                        .collect::<Result<_, _>>()?,
                )
            }
            Some(b'"') => Self::String(serde_json::from_str(text).map_err(syntax)?),
            Some(b't') => Self::Bool(true),
            Some(b'f') => Self::Bool(false),
            Some(b'n') => Self::Null,
            _ => Self::Number(text.to_owned()),
        })
    }

    /// What kind of value this is, with its article: "a string", "an array".
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The members of an object.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// A string, or an array of nothing but strings, as a list (`aud`, RFC 7519 §4.1.3).
    pub fn as_strings(&self) -> Option<Vec<&str>> {
        match self {
            Self::String(text) => Some(vec![text]),
            Self::Array(items) => items.iter().map(Self::as_str).collect(),
            _ => None,
        }
    }

    /// Whether both are the same value: member order and the way a number is written do not matter.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => same_number(a, b),
            (Self::Array(a), Self::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b))
            }
            (Self::Object(a), Self::Object(b)) => {
                a.0.len() == b.0.len()
                    && a.0
                        .iter()
                        .all(|(name, value)| b.member(name).is_some_and(|it| it.same(value)))
            }
            _ => self == other,
        }
    }

    /// The path (`/a/b`, RFC 6901) of the first member that stands twice in its object, at any
    /// depth.
    pub fn duplicate(&self) -> Option<String> {
        match self {
            Self::Object(object) => object.duplicate(),
            Self::Array(items) => items
                .iter()
                .enumerate()
                .find_map(|(i, item)| item.duplicate().map(|rest| format!("/{i}{rest}"))),
            _ => None,
        }
    }

    /// The value at a JSON Pointer (RFC 6901).
    pub fn pointer(&self, pointer: &str) -> Option<&Self> {
        if pointer.is_empty() {
            return Some(self);
        }
        match self {
            Self::Object(object) => object.pointer(pointer),
            Self::Array(items) => {
                let (token, rest) = split_pointer(pointer)?;
                items.get(index(&token)?)?.pointer(rest)
            }
            _ => None,
        }
    }

    /// [`Json::to_text`], cut off where it gets too long for a message.
    pub fn brief(&self) -> String {
        const MOST: usize = 200;
        let mut text = self.to_text();
        if let Some((end, _)) = text.char_indices().nth(MOST) {
            text.truncate(end);
            text.push('…');
        }
        text
    }

    /// Compact JSON text.
    pub fn to_text(&self) -> String {
        // Serialising into memory cannot fail: every key is a string and every number was parsed
        // from JSON.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Object {
    /// The value of the first member of that name.
    pub fn member(&self, name: &str) -> Option<&Json> {
        self.0
            .iter()
            .find(|(it, _)| it == name)
            .map(|(_, value)| value)
    }

    /// The value at a JSON Pointer (RFC 6901) that is not empty.
    pub fn pointer(&self, pointer: &str) -> Option<&Json> {
        let (token, rest) = split_pointer(pointer)?;
        self.member(&token)?.pointer(rest)
    }

    /// The text of the first member of that name, when it is a string.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.member(name).and_then(Json::as_str)
    }

    /// Whether there is a member of that name.
    pub fn has(&self, name: &str) -> bool {
        self.member(name).is_some()
    }

    /// Adds a member, or replaces the value of the one that is there.
    pub fn set(&mut self, name: impl Into<String>, value: Json) {
        let name = name.into();
        match self.0.iter_mut().find(|(it, _)| *it == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    /// Takes a member out.
    pub fn remove(&mut self, name: &str) -> Option<Json> {
        let at = self.0.iter().position(|(it, _)| it == name)?;
        Some(self.0.remove(at).1)
    }

    /// Sets the value at a JSON Pointer (RFC 6901), making the objects on the way; `-` appends to
    /// an array.
    ///
    /// # Errors
    /// A phrase saying which step does not lead anywhere.
    pub fn set_pointer(&mut self, pointer: &str, value: Json) -> Result<(), String> {
        let path: Vec<String> = pointer
            .strip_prefix('/')
            .unwrap_or(pointer)
            .split('/')
            .map(unescape_token)
            .collect();
        let Some((last, way)) = path.split_last() else {
            return Ok(());
        };
        if path.len() > MAX_DEPTH {
            return Err(format!("leads deeper than {MAX_DEPTH} levels"));
        }
        let Some((first, rest)) = way.split_first() else {
            self.set(last.clone(), value);
            return Ok(());
        };
        if !self.has(first) {
            self.set(first.clone(), Json::Object(Self::default()));
        }
        let mut at = self
            .0
            .iter_mut()
            .find(|(it, _)| it == first)
            .map(|(_, v)| v)
            .ok_or("no such member")?;
        for token in rest {
            at = step(at, token)?;
        }
        match at {
            Json::Object(object) => object.set(last.clone(), value),
            Json::Array(items) if last == "-" => items.push(value),
            Json::Array(items) => {
                let slot = index(last).and_then(|i| items.get_mut(i));
                *slot.ok_or_else(|| format!("{last:?} is no index of that array"))? = value;
            }
            other => return Err(format!("{} has no members", other.kind())),
        }
        Ok(())
    }

    /// [`Json::duplicate`] of an object.
    pub fn duplicate(&self) -> Option<String> {
        let mut seen = std::collections::HashSet::with_capacity(self.0.len());
        for (name, value) in &self.0 {
            let here = || format!("/{}", name.replace('~', "~0").replace('/', "~1"));
            if !seen.insert(name.as_str()) {
                return Some(here());
            }
            if let Some(rest) = value.duplicate() {
                return Some(here() + &rest);
            }
        }
        None
    }
}

/// One step of a JSON Pointer into `value`, making an object where there is nothing yet.
fn step<'a>(value: &'a mut Json, token: &str) -> Result<&'a mut Json, String> {
    match value {
        Json::Object(object) => {
            if !object.has(token) {
                object.set(token, Json::Object(Object::default()));
            }
            let found = object.0.iter_mut().find(|(it, _)| it == token);
            found
                .map(|(_, value)| value)
                .ok_or_else(|| "no such member".into())
        }
        Json::Array(items) => {
            let slot = index(token).and_then(|i| items.get_mut(i));
            slot.ok_or_else(|| format!("{token:?} is no index of that array"))
        }
        other => Err(format!("{} has no members", other.kind())),
    }
}

/// The first token of a JSON Pointer, unescaped, and the pointer after it.
fn split_pointer(pointer: &str) -> Option<(String, &str)> {
    let path = pointer.strip_prefix('/')?;
    let (token, rest) = path.split_at(path.find('/').unwrap_or(path.len()));
    Some((unescape_token(token), rest))
}

/// An array index as RFC 6901 §4 has it: `0`, or digits that do not begin with one.
fn index(token: &str) -> Option<usize> {
    let is_plain = token.bytes().all(|byte| byte.is_ascii_digit())
        && (token == "0" || !token.starts_with('0'));
    token.parse().ok().filter(|_| is_plain)
}

fn unescape_token(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

/// Numbers are equal when they mean the same: exactly for integers, as doubles otherwise.
fn same_number(a: &str, b: &str) -> bool {
    match (a.parse::<i128>(), b.parse::<i128>()) {
        (Ok(a), Ok(b)) => a == b,
        _ => {
            a == b
                || matches!((a.parse::<f64>(), b.parse::<f64>()), (Ok(a), Ok(b)) if a == b && a.is_finite())
        }
    }
}

/// `serde_json`'s message, which is good, with the position only where it helps (one-line texts
/// have columns alone).
fn describe(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.split_once(" at line 1 column ") {
        Some((what, column)) => format!("{what} at byte {column}"),
        None => text,
    }
}

impl From<Object> for Json {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<i64> for Json {
    fn from(number: i64) -> Self {
        Self::Number(number.to_string())
    }
}

impl<S: AsRef<str>> FromIterator<S> for Json {
    fn from_iter<I: IntoIterator<Item = S>>(items: I) -> Self {
        Self::Array(
            items
                .into_iter()
                .map(|item| Self::from(item.as_ref()))
                .collect(),
        )
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(text) => RawValue::from_string(text.clone())
                .map_err(serde::ser::Error::custom)?
                .serialize(serializer),
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                items
                    .iter()
                    .try_for_each(|item| seq.serialize_element(item))?;
                seq.end()
            }
            Self::Object(object) => object.serialize(serializer),
        }
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        self.0
            .iter()
            .try_for_each(|(name, value)| map.serialize_entry(name, value))?;
        map.end()
    }
}

/// The members of one object, values still as text; unlike a map it keeps order and duplicates.
struct RawMembers<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for RawMembers<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Members).map(RawMembers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Json {
        Json::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn texts_survive_as_written() {
        for text in [
            r#"{"b":1,"a":2,"b":3}"#,
            r#"[1.0,1e5,-0,123456789012345678901234567890,0.1]"#,
            r#"{"a":{"b":[null,true,false,"x"]}}"#,
            r#""é\n""#,
        ] {
            assert_eq!(parse(text).to_text(), text);
        }
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in [
            "",
            "{",
            "{}x",
            "01",
            "1.",
            "NaN",
            "{\"a\":1,}",
            "\"\\ud800\"",
            "'a'",
            "\u{feff}{}",
            "nul",
            "[1 2]",
        ] {
            assert!(Json::parse(text.as_bytes()).is_err(), "{text:?}");
        }
        assert!(
            Json::parse(b"\"\xff\"")
                .unwrap_err()
                .0
                .contains("not UTF-8")
        );
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |n: usize| "[".repeat(n) + &"]".repeat(n);
        assert!(Json::parse(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert!(Json::parse(nested(MAX_DEPTH + 2).as_bytes()).is_err());
        assert!(Json::parse(nested(500_000).as_bytes()).is_err());
    }

    #[test]
    fn duplicates_are_found_at_any_depth() {
        assert_eq!(parse(r#"{"a":1,"b":{"a":2}}"#).duplicate(), None);
        assert_eq!(parse(r#"{"a":1,"a":1}"#).duplicate().as_deref(), Some("/a"));
        assert_eq!(
            parse(r#"{"a":[0,{"x/y":1,"x/y":2}]}"#)
                .duplicate()
                .as_deref(),
            Some("/a/1/x~1y")
        );
        // Two spellings of one name are the same name.
        assert_eq!(
            parse(r#"{"a":1,"\u0061":2}"#).duplicate().as_deref(),
            Some("/a")
        );
    }

    #[test]
    fn pointers_read_and_write() {
        let value = parse(r#"{"a":{"b":[10,20]},"x/y":1,"":2}"#);
        assert_eq!(value.pointer("/a/b/1"), Some(&Json::from(20)));
        assert_eq!(value.pointer("/x~1y"), Some(&Json::from(1)));
        assert_eq!(value.pointer("/"), Some(&Json::from(2)));
        assert_eq!(value.pointer("/a/c"), None);

        let Json::Object(mut object) = value else {
            unreachable!()
        };
        object.set_pointer("/a/c/d", Json::Bool(true)).unwrap();
        object.set_pointer("/a/b/-", Json::from(30)).unwrap();
        object.set_pointer("/top", Json::Null).unwrap();
        assert_eq!(
            Json::from(object.clone()).to_text(),
            r#"{"a":{"b":[10,20,30],"c":{"d":true}},"x/y":1,"":2,"top":null}"#
        );
        assert!(object.set_pointer("/a/b/9", Json::Null).is_err());
        assert!(object.set_pointer("/top/x", Json::Null).is_err());
    }

    #[test]
    fn sameness_is_about_values() {
        assert!(parse(r#"{"a":1,"b":[2]}"#).same(&parse(r#"{"b":[2.0],"a":1e0}"#)));
        assert!(!parse("9007199254740993").same(&parse("9007199254740992")));
        assert!(!parse(r#""1""#).same(&parse("1")));
        assert!(!parse("1e400").same(&parse("1e500")));
    }
}
