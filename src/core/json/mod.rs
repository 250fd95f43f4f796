//! JSON as it was written: member order, duplicate names and the text of numbers survive, so that a
//! token can be shown exactly and judged strictly.

mod number;
mod parse;
mod pointer;
mod scan;
mod write;

pub use pointer::{pointer_step, pointer_steps};

use std::fmt;
use std::ops::Deref;

use zeroize::Zeroize as _;

use super::limits::{MAX_DEPTH, MAX_JSON_VALUES};
use pointer::{index, split_pointer};
use write::Length;

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

/// A member that is of another kind than its definition says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is {found}, not {wanted}")]
pub struct WrongKind {
    name: String,
    found: &'static str,
    wanted: &'static str,
}

impl Json {
    /// Reads one JSON text.
    ///
    /// # Errors
    /// When it is not UTF-8, not JSON, has something after the value, or exceeds
    /// [`super::limits::MAX_DEPTH`] or [`super::limits::MAX_JSON_VALUES`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        parse::Reader::new(bytes)?.document()
    }

    /// Reads a file or an answer of a server: [`Json::parse`], but a byte order mark in front of
    /// it is read past, as RFC 8259 section 8.1 allows.
    ///
    /// # Errors
    /// As [`Json::parse`].
    pub fn parse_document(bytes: &[u8]) -> Result<Self, Malformed> {
        Self::parse(bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes))
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

    /// Wipes every text and number in it, which may have been private.
    pub fn wipe(&mut self) {
        match self {
            Self::String(text) | Self::Number(text) => text.zeroize(),
            Self::Array(items) => items.iter_mut().for_each(Self::wipe),
            Self::Object(object) => object.wipe(),
            Self::Null | Self::Bool(_) => {}
        }
    }

    /// Whether it is a string, or an array of nothing but strings.
    pub fn is_strings(&self) -> bool {
        match self {
            Self::Array(items) => items.iter().all(|it| matches!(it, Self::String(_))),
            other => matches!(other, Self::String(_)),
        }
    }

    /// Whether both are the same value: member order and the way a number is written do not matter.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => number::same(a, b),
            (Self::Array(a), Self::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b))
            }
            (Self::Object(a), Self::Object(b)) => {
                let (a, b) = (a.by_name(), b.by_name());
                let alike =
                    |((a, x), (b, y)): (&(String, Self), &(String, Self))| a == b && x.same(y);
                a.len() == b.len() && a.into_iter().zip(b).all(alike)
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

    fn is_ambiguous_at(&self, pointer: &str) -> bool {
        match self {
            Self::Object(object) => !pointer.is_empty() && object.is_ambiguous_at(pointer),
            Self::Array(items) => split_pointer(pointer).is_some_and(|(token, rest)| {
                let item = index(&token).and_then(|at| items.get(at));
                item.is_some_and(|it| it.is_ambiguous_at(rest))
            }),
            _ => false,
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

    /// Compact JSON text, in a string that was not moved while it grew: what it holds may be secret.
    pub fn to_text(&self) -> String {
        let mut length = Length::default();
        write::value(self, &mut length);
        let mut text = String::with_capacity(length.0);
        write::value(self, &mut text);
        text
    }
}

impl Object {
    /// [`Json::wipe`] of an object.
    pub fn wipe(&mut self) {
        self.0.iter_mut().for_each(|(_, value)| value.wipe());
    }

    /// [`Json::to_text`] of an object.
    pub fn to_text(&self) -> String {
        let mut length = Length::default();
        write::object(self, &mut length);
        let mut text = String::with_capacity(length.0);
        write::object(self, &mut text);
        text
    }

    /// Whether a reader of its text would stay within the limits of depth and number.
    ///
    /// # Errors
    /// As [`Json::parse`].
    pub fn check_limits(&self) -> Result<(), Malformed> {
        fn walk(value: &Json, depth: usize, values: &mut usize) -> Result<(), Malformed> {
            *values += 1;
            if *values > MAX_JSON_VALUES {
                return Err(parse::too_many());
            }
            match value {
                Json::Array(_) | Json::Object(_) if depth >= MAX_DEPTH => Err(parse::too_deep()),
                Json::Array(items) => items.iter().try_for_each(|it| walk(it, depth + 1, values)),
                Json::Object(object) => members(object, depth, values),
                _ => Ok(()),
            }
        }
        fn members(object: &Object, depth: usize, values: &mut usize) -> Result<(), Malformed> {
            let mut each = object.0.iter();
            each.try_for_each(|(_, value)| walk(value, depth + 1, values))
        }
        members(self, 0, &mut 1)
    }

    /// The members ordered by their names; those of one name keep their order.
    fn by_name(&self) -> Vec<&(String, Json)> {
        let mut members: Vec<_> = self.0.iter().collect();
        members.sort_by(|(a, _), (b, _)| a.cmp(b));
        members
    }

    /// Reads a file or an answer that has to be one object, no member of which stands twice, at
    /// any depth. A byte order mark in front of it is read past.
    ///
    /// # Errors
    /// A phrase to follow the name of the text, such as `is not JSON: …`.
    pub fn parse_strict(bytes: &[u8]) -> Result<Self, Malformed> {
        Self::unique(Json::parse_document(bytes))
    }

    /// Reads a part of a token, as [`Object::parse_strict`] does a file; no byte order mark may
    /// stand in front of it.
    ///
    /// # Errors
    /// As [`Object::parse_strict`].
    pub fn parse_part(bytes: &[u8]) -> Result<Self, Malformed> {
        Self::unique(Json::parse(bytes))
    }

    /// Reads an object as strictly as [`Object::parse_part`], but keeps only the members that are
    /// `wanted`, in the room of those that were here.
    ///
    /// Returns whether the text is what [`Object::to_text`] would write, without white space around
    /// its values and without escapes; `None` when it is refused, and what is kept means nothing.
    /// [`Object::parse_part`] says why.
    pub fn read_members(&mut self, text: &str, wanted: &dyn Fn(&str) -> bool) -> Option<bool> {
        let read = parse::Reader::over(text).members(wanted, self);
        read.ok().flatten()
    }

    fn unique(json: Result<Json, Malformed>) -> Result<Self, Malformed> {
        let mut json = json.map_err(|why| Malformed(format!("is not JSON: {why}")))?;
        let why = match json.duplicate() {
            Some(path) => format!("has {path:?} twice"),
            None => match json {
                Json::Object(object) => return Ok(object),
                _ => format!("is {}, not an object", json.kind()),
            },
        };
        json.wipe();
        Err(Malformed(why))
    }

    /// The value that a claim's name leads to: a JSON Pointer if it begins with a slash, else the
    /// member of that name.
    pub fn at(&self, name: &str) -> Option<&Json> {
        match name.starts_with('/') {
            true => self.pointer(name),
            false => self.member(name),
        }
    }

    /// Whether a member on the way to what [`Object::at`] finds stands twice: other readers may find
    /// something else there.
    pub fn is_ambiguous_at(&self, name: &str) -> bool {
        let twice = |name: &str| self.0.iter().filter(|(it, _)| it == name).nth(1).is_some();
        match split_pointer(name).filter(|_| name.starts_with('/')) {
            None => twice(name),
            Some((token, rest)) => {
                let value = self.member(&token);
                twice(&token) || value.is_some_and(|it| it.is_ambiguous_at(rest))
            }
        }
    }

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

    /// The text of the member of that name, if there is one.
    ///
    /// # Errors
    /// [`WrongKind`] when it is not a string.
    pub fn optional_text(&self, name: &str) -> Result<Option<&str>, WrongKind> {
        self.optional(name, Json::as_str, "a string")
    }

    /// The object that the member of that name is, if there is one.
    ///
    /// # Errors
    /// [`WrongKind`] when it is not an object.
    pub fn optional_object(&self, name: &str) -> Result<Option<&Self>, WrongKind> {
        self.optional(name, Json::as_object, "an object")
    }

    fn optional<'a, T: ?Sized>(
        &'a self,
        name: &str,
        read: impl Fn(&'a Json) -> Option<&'a T>,
        wanted: &'static str,
    ) -> Result<Option<&'a T>, WrongKind> {
        let Some(value) = self.member(name) else {
            return Ok(None);
        };
        match read(value) {
            Some(read) => Ok(Some(read)),
            None => Err(WrongKind {
                name: name.to_owned(),
                found: value.kind(),
                wanted,
            }),
        }
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

    /// [`Json::duplicate`] of an object.
    pub fn duplicate(&self) -> Option<String> {
        let below = |(name, value): &(String, Json)| Some(pointer_step(name) + &value.duplicate()?);
        let names: Vec<&str> = self.0.iter().map(|(name, _)| name.as_str()).collect();
        if !scan::repeats(&names) {
            return self.0.iter().find_map(below);
        }
        let mut seen = std::collections::HashSet::with_capacity(self.0.len());
        self.0
            .iter()
            .find_map(|member| match seen.insert(&member.0) {
                true => below(member),
                false => Some(pointer_step(&member.0)),
            })
    }
}

/// JSON that may have private members, which is wiped when it is dropped.
pub struct WipedJson(Json);

impl From<Json> for WipedJson {
    fn from(json: Json) -> Self {
        Self(json)
    }
}

impl Deref for WipedJson {
    type Target = Json;

    fn deref(&self) -> &Json {
        &self.0
    }
}

impl Drop for WipedJson {
    fn drop(&mut self) {
        self.0.wipe();
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
    fn limits_are_those_of_the_reader() {
        for depth in [1, MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 1] {
            let mut value = Json::from(1);
            for _ in 1..depth {
                value = Json::Object(Object(vec![("a".into(), value)]));
            }
            let object = Object(vec![("a".into(), value)]);
            let read = Json::parse(object.to_text().as_bytes()).map(drop);
            assert_eq!(object.check_limits(), read, "{depth}");
        }
        for count in [MAX_JSON_VALUES - 2, MAX_JSON_VALUES - 1] {
            let items = vec![Json::Null; count];
            let object = Object(vec![("a".into(), Json::Array(items))]);
            let read = Json::parse(object.to_text().as_bytes()).map(drop);
            assert_eq!(object.check_limits(), read, "{count}");
        }
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
    fn members_are_read_as_strictly_as_the_whole() {
        for text in [
            r#"{"a":1,"b":{"c":[1,{"d":"x"}]},"e":null}"#,
            "{}",
            r#" { "a" : "\u0062" , "b" : [ ] } "#,
            r#"{"a":1,"a":2}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"b":{"c":1,"c":2},"a":1}"#,
            r#"{"b":[{"c":1,"c":2}]}"#,
            r#"{"a":{"c":1,"c":2}}"#,
            r#"{"a":1}x"#,
            r#"{"a":1"#,
            r#"{"b":01}"#,
            r#"{"b":tru}"#,
            r#"{"b":"\ud800"}"#,
            r#"{"b":[1,]}"#,
            "[]",
            "",
            "7",
        ] {
            let bytes = text.as_bytes();
            let whole = Object::parse_part(bytes);
            // What was there before makes no difference.
            for old in ["{}", r#"{"x":[1],"a":"y","z":7}"#, r#"{"a":8,"a":"y"}"#] {
                let mut part = match parse(old) {
                    Json::Object(object) => object,
                    other => panic!("{other:?}"),
                };
                let read = part.read_members(text, &|name| name == "a");
                let is_compact = whole.as_ref().map(|it| it.to_text() == text).ok();
                assert_eq!(read, is_compact, "{text}");
                let read = read.map(|_| part.member("a").cloned());
                let expected = whole.as_ref().map(|it| it.member("a").cloned()).ok();
                assert_eq!(read, expected, "{text}");
            }
        }
        // Many names, and long ones that begin alike.
        let many = |last: &str| {
            let names = (0..40).map(|at| format!("\"name-{at}\":0"));
            let names: Vec<String> = names.chain([format!("\"{last}\":0")]).collect();
            [&names[..2], &names[38..], &names]
                .map(|part| format!("{{{}}}", part.join(",")))
                .map(|text| Object::default().read_members(&text, &|_| false).is_some())
        };
        assert_eq!(many("name-x"), [true, true, true]);
        assert_eq!(many("name-39"), [true, false, false]);
        for depth in [MAX_DEPTH, MAX_DEPTH + 1] {
            let nested = format!("{}0{}", "{\"b\":".repeat(depth), "}".repeat(depth));
            let read = Object::default().read_members(&nested, &|_| false);
            assert_eq!(
                read.is_some(),
                Object::parse_part(nested.as_bytes()).is_ok()
            );
        }
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
    fn a_value_is_the_same_as_itself_whatever_is_twice_in_it() {
        let twice = parse(r#"{"a":1,"b":{"q":1,"q":2},"a":2}"#);
        assert!(twice.same(&twice));
        assert!(twice.same(&parse(r#"{"b":{"q":1,"q":2},"a":1,"a":2}"#)));
        for other in [
            r#"{"b":{"q":1,"q":2},"a":2,"a":1}"#,
            r#"{"a":1,"b":{"q":1},"a":2}"#,
            r#"{"a":1,"b":{"q":1,"q":2},"c":2}"#,
        ] {
            assert!(
                !twice.same(&parse(other)) && !parse(other).same(&twice),
                "{other}"
            );
        }
    }

    #[test]
    fn sameness_is_about_values() {
        assert!(parse(r#"{"a":1,"b":[2]}"#).same(&parse(r#"{"b":[2.0],"a":1e0}"#)));
        assert!(!parse("9007199254740993").same(&parse("9007199254740992")));
        assert!(!parse(r#""1""#).same(&parse("1")));
        assert!(!parse("1e400").same(&parse("1e500")));
    }
}
