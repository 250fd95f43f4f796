//! The writer: compact text, in which numbers stand as they were written.

use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, Serializer};
use serde_json::value::RawValue;

use super::scan::plain_prefix;
use super::{Json, Object};

/// Where text goes, or is measured.
pub(super) trait Sink {
    /// Takes a piece.
    fn put(&mut self, piece: &str);
}

impl Sink for String {
    fn put(&mut self, piece: &str) {
        self.push_str(piece);
    }
}

/// How long a text is.
#[derive(Default)]
pub(super) struct Length(pub(super) usize);

impl Sink for Length {
    fn put(&mut self, piece: &str) {
        self.0 += piece.len();
    }
}

pub(super) fn value(value: &Json, out: &mut impl Sink) {
    match value {
        Json::Null => out.put("null"),
        Json::Bool(true) => out.put("true"),
        Json::Bool(false) => out.put("false"),
        Json::Number(text) => out.put(text),
        Json::String(text) => string(text, out),
        Json::Array(items) => {
            out.put("[");
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.put(",");
                }
                self::value(item, out);
            }
            out.put("]");
        }
        Json::Object(members) => object(members, out),
    }
}

pub(super) fn object(object: &Object, out: &mut impl Sink) {
    out.put("{");
    for (at, (name, member)) in object.0.iter().enumerate() {
        if at > 0 {
            out.put(",");
        }
        string(name, out);
        out.put(":");
        value(member, out);
    }
    out.put("}");
}

/// A string, piece by piece: it may be secret, and a copy of it would not be wiped.
fn string(text: &str, out: &mut impl Sink) {
    out.put("\"");
    let mut rest = text;
    loop {
        let (plain, special) = rest.split_at(plain_prefix(rest.as_bytes()));
        out.put(plain);
        let Some(first) = special.chars().next() else {
            break;
        };
        match first {
            '"' => out.put("\\\""),
            '\\' => out.put("\\\\"),
            '\n' => out.put("\\n"),
            '\r' => out.put("\\r"),
            '\t' => out.put("\\t"),
            '\u{8}' => out.put("\\b"),
            '\u{c}' => out.put("\\f"),
            other => out.put(&format!("\\u{:04x}", u32::from(other))),
        }
        rest = &special[first.len_utf8()..];
    }
    out.put("\"");
}

/// The integer that is written just as `text` is.
fn plain_integer(text: &str) -> Option<i64> {
    let integer: i64 = text.parse().ok()?;
    // A zero may have a sign, which an integer has not.
    (integer != 0 || text == "0").then_some(integer)
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(text) => match plain_integer(text) {
                Some(integer) => serializer.serialize_i64(integer),
                None => RawValue::from_string(text.clone())
                    .map_err(serde::ser::Error::custom)?
                    .serialize(serializer),
            },
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_writers_write_what_was_read() {
        for text in [
            r#"{"b":1,"a":[],"b":{"":{}}}"#,
            r#"[-0,0,-1,7,9223372036854775807,9223372036854775808,-9223372036854775808,1.0,1e5,1E+5]"#,
            r#"[null,true,false,"é","","\"\\\n\u0001 and more",{"a\"b":"0123456\u001f"}]"#,
            "7",
        ] {
            let json = Json::parse(text.as_bytes()).unwrap();
            assert_eq!(json.to_text(), text);
            assert_eq!(serde_json::to_string(&json).unwrap(), text);
        }
        for code in 0..=0x2030 {
            let text = char::from_u32(code).map_or_else(String::new, |it| format!("é{it}{it}e"));
            let json = Json::from(&*text);
            assert_eq!(json.to_text(), serde_json::to_string(&json).unwrap());
        }
    }
}
