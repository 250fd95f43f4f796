//! The writer: compact text, in which numbers stand as they were written.

use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, Serializer};
use serde_json::value::RawValue;

use super::scan::plain_prefix;
use super::{Json, Object};

pub(super) fn value(value: &Json, out: &mut String) {
    match value {
        Json::Null => out.push_str("null"),
        Json::Bool(true) => out.push_str("true"),
        Json::Bool(false) => out.push_str("false"),
        Json::Number(text) => out.push_str(text),
        Json::String(text) => string(text, out),
        Json::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                self::value(item, out);
            }
            out.push(']');
        }
        Json::Object(members) => object(members, out),
    }
}

pub(super) fn object(object: &Object, out: &mut String) {
    out.push('{');
    for (at, (name, member)) in object.0.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        string(name, out);
        out.push(':');
        value(member, out);
    }
    out.push('}');
}

fn string(text: &str, out: &mut String) {
    if plain_prefix(text.as_bytes()) == text.len() {
        out.extend(["\"", text, "\""]);
    } else {
        // Writing text into memory cannot fail.
        out.push_str(&serde_json::to_string(text).unwrap_or_default());
    }
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
        let control = Json::from("\u{7f}\u{2028}\u{8}\u{c}");
        assert_eq!(control.to_text(), serde_json::to_string(&control).unwrap());
    }
}
