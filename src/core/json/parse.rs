//! The reader: RFC 8259 in one pass, within limits of depth and number, so that its cost is linear
//! in the text whatever the text is.

use std::borrow::Cow;

use memchr::memchr2;
use zeroize::Zeroizing;

use super::super::limits::{MAX_DEPTH, MAX_JSON_VALUES};
use super::scan::{plain_prefix, repeats};
use super::{Json, Malformed, Object};

/// Where the reader is.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    values: usize,
    /// Whether a member stands twice in an object that was passed.
    is_repetitive: bool,
    /// Whether there was neither white space around a value nor an escape yet.
    is_compact: bool,
}

/// What becomes of a value that is read.
trait Build: Sized {
    fn literal(value: Json) -> Self;
    fn number(text: &str) -> Self;
    fn text(text: Cow<'_, str>) -> Self;
    fn array(items: Vec<Self>) -> Self;
    /// Wipes what was read of a text that is refused: it may be a key.
    fn wipe(&mut self);
    fn object(reader: &mut Reader<'_>, depth: usize) -> Read<Self>;
}

impl Build for Json {
    fn literal(value: Json) -> Self {
        value
    }

    fn number(text: &str) -> Self {
        Self::Number(text.to_owned())
    }

    fn text(text: Cow<'_, str>) -> Self {
        Self::String(text.into_owned())
    }

    fn array(mut items: Vec<Self>) -> Self {
        // Small arrays and objects would keep twice the room that they need.
        items.shrink_to_fit();
        Self::Array(items)
    }

    fn object(reader: &mut Reader<'_>, depth: usize) -> Read<Self> {
        let mut members = Object::default();
        let read = reader.each_member(|reader, name| {
            members.0.push((name.to_owned(), reader.value(depth + 1)?));
            Ok(())
        });
        if let Err(why) = read {
            members.wipe();
            return Err(why);
        }
        members.0.shrink_to_fit();
        Ok(Self::Object(members))
    }

    fn wipe(&mut self) {
        Self::wipe(self);
    }
}

/// A value that is read and not kept.
struct Passed(());

impl Build for Passed {
    fn literal(_: Json) -> Self {
        Self(())
    }

    fn number(_: &str) -> Self {
        Self(())
    }

    fn text(_: Cow<'_, str>) -> Self {
        Self(())
    }

    // Values without a size take no room in a list.
    fn array(_: Vec<Self>) -> Self {
        Self(())
    }

    fn object(reader: &mut Reader<'_>, depth: usize) -> Read<Self> {
        let names = reader.each_member(|reader, _| reader.value::<Self>(depth + 1).map(drop))?;
        reader.is_repetitive |= repeats(&names);
        Ok(Self(()))
    }

    fn wipe(&mut self) {}
}

pub(super) fn too_many() -> Malformed {
    Malformed(format!("of more than {MAX_JSON_VALUES} values"))
}

pub(super) fn too_deep() -> Malformed {
    Malformed(format!("nested deeper than {MAX_DEPTH} levels"))
}

type Read<T> = Result<T, Malformed>;

/// Puts a text into the room of another one, unless that is far more than most texts need.
fn put(text: &str, old: &mut String) {
    /// Bytes that are kept for the next text.
    const ROOM: usize = 1024;
    match old.capacity() > ROOM {
        true => *old = text.to_owned(),
        false => text.clone_into(old),
    }
}

/// Room for the members of most objects.
const USUAL: usize = 12;

impl<'a> Reader<'a> {
    /// At the start of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Read<Self> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Self::over(text)),
            Err(e) => Err(Malformed(format!("not UTF-8 at byte {}", e.valid_up_to()))),
        }
    }

    /// At the start of `text`.
    pub fn over(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            values: 0,
            is_repetitive: false,
            is_compact: true,
        }
    }

    /// The one value that the whole text is.
    pub fn document(mut self) -> Read<Json> {
        let mut value: Json = self.value(0)?;
        self.skip_space();
        match self.peek() {
            None => Ok(value),
            Some(_) => {
                value.wipe();
                Err(self.refuse("trailing characters"))
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
            self.is_compact = false;
        }
    }

    /// The error that `what` is wrong with the byte at hand; bytes count from 1.
    fn refuse(&self, what: &str) -> Malformed {
        Malformed(match self.at < self.text.len() {
            true => format!("{what} at byte {}", self.at + 1),
            false => format!("it ends too early, at byte {}", self.text.len()),
        })
    }

    /// Puts those members of the one object that the whole text is into `kept` that are `wanted`,
    /// in the room of those that it had; the others are read as strictly, and not kept. Whether the
    /// text is compact; `None` when it is another value, or a member stands twice in its object, at
    /// any depth.
    pub fn members(
        mut self,
        wanted: &dyn Fn(&str) -> bool,
        kept: &mut Object,
    ) -> Read<Option<bool>> {
        self.skip_space();
        if self.peek() != Some(b'{') {
            return Ok(None);
        }
        self.values += 1;
        let mut count = 0;
        let names = self.each_member(|reader, name| {
            if !wanted(name) {
                return reader.value::<Passed>(1).map(drop);
            }
            match kept.0.get_mut(count) {
                Some((old, value)) => {
                    put(name, old);
                    reader.replace(value)?;
                }
                None => kept.0.push((name.to_owned(), reader.value(1)?)),
            }
            reader.is_repetitive |= kept.0[count].1.duplicate().is_some();
            count += 1;
            Ok(())
        })?;
        kept.0.truncate(count);
        self.skip_space();
        match self.peek() {
            Some(_) => Err(self.refuse("trailing characters")),
            None => Ok((!self.is_repetitive && !repeats(&names)).then_some(self.is_compact)),
        }
    }

    /// Reads a member's value into the place of another one, whose room a text of the same kind takes.
    fn replace(&mut self, value: &mut Json) -> Read<()> {
        self.skip_space();
        match (self.peek(), &mut *value) {
            (Some(b'"'), Json::String(old)) => {
                self.count()?;
                put(&self.string()?, old);
            }
            (Some(b'-' | b'0'..=b'9'), Json::Number(old)) => {
                self.count()?;
                put(self.number()?, old);
            }
            _ => *value = self.value(1)?,
        }
        Ok(())
    }

    /// Counts a value.
    fn count(&mut self) -> Read<()> {
        self.values += 1;
        match self.values > MAX_JSON_VALUES {
            true => Err(too_many()),
            false => Ok(()),
        }
    }

    fn value<B: Build>(&mut self, depth: usize) -> Read<B> {
        self.count()?;
        self.skip_space();
        match self.peek() {
            Some(b'{' | b'[') if depth >= MAX_DEPTH => Err(too_deep()),
            Some(b'{') => B::object(self, depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(B::text),
            Some(b't') => self.literal("true", Json::Bool(true)),
            Some(b'f') => self.literal("false", Json::Bool(false)),
            Some(b'n') => self.literal("null", Json::Null),
            Some(b'-' | b'0'..=b'9') => self.number().map(B::number),
            _ => Err(self.refuse("expected value")),
        }
    }

    fn literal<B: Build>(&mut self, word: &str, value: Json) -> Read<B> {
        if !self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return Err(self.refuse("expected value"));
        }
        self.at += word.len();
        Ok(B::literal(value))
    }

    /// Passes an object, whose brace is at hand, giving `each` the name of a member when its value
    /// comes next; the names.
    fn each_member(
        &mut self,
        mut each: impl FnMut(&mut Self, &str) -> Read<()>,
    ) -> Read<Vec<Cow<'a, str>>> {
        self.at += 1;
        self.skip_space();
        if self.take(b'}') {
            return Ok(Vec::new());
        }
        let mut names = Vec::with_capacity(USUAL);
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return Err(self.refuse("expected the name of a member in quotes"));
            }
            let name = self.string()?;
            self.skip_space();
            if !self.take(b':') {
                return Err(self.refuse("expected `:`"));
            }
            each(self, &name)?;
            names.push(name);
            self.skip_space();
            if self.take(b'}') {
                return Ok(names);
            }
            if !self.take(b',') {
                return Err(self.refuse("expected `,` or `}`"));
            }
        }
    }

    fn array<B: Build>(&mut self, depth: usize) -> Read<B> {
        let mut items = Vec::new();
        match self.items(depth, &mut items) {
            Ok(()) => Ok(B::array(items)),
            Err(why) => {
                items.iter_mut().for_each(B::wipe);
                Err(why)
            }
        }
    }

    fn items<B: Build>(&mut self, depth: usize, items: &mut Vec<B>) -> Read<()> {
        self.at += 1;
        self.skip_space();
        if self.take(b']') {
            return Ok(());
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.skip_space();
            if self.take(b']') {
                return Ok(());
            }
            if !self.take(b',') {
                return Err(self.refuse("expected `,` or `]`"));
            }
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// A number, kept as its text (RFC 8259 section 6).
    fn number(&mut self) -> Read<&'a str> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(&self.text[start..self.at])
    }

    fn digits(&mut self) -> Read<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        match self.at > start {
            true => Ok(()),
            false => Err(self.refuse("invalid number")),
        }
    }

    /// A string, whose opening quote is at hand.
    fn string(&mut self) -> Read<Cow<'a, str>> {
        self.at += 1;
        let start = self.at;
        let end = self.plain();
        if self.take(b'"') {
            return Ok(Cow::Borrowed(&self.text[start..end]));
        }
        self.is_compact = false;
        // With room for all of it: a text that grows leaves copies behind, and it may be a key.
        let mut unescaped = Zeroizing::new(String::with_capacity(self.longest(start)));
        unescaped.push_str(&self.text[start..end]);
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Cow::Owned(std::mem::take(&mut *unescaped)));
                }
                Some(b'\\') => {
                    self.at += 1;
                    unescaped.push(self.escape()?);
                }
                Some(_) => return Err(self.refuse("control character in a string")),
                None => return Err(self.refuse("expected `\"`")),
            }
            let start = self.at;
            let end = self.plain();
            unescaped.push_str(&self.text[start..end]);
        }
    }

    /// How many bytes the string that begins at `start` has at most, once it is unescaped.
    fn longest(&self, start: usize) -> usize {
        let bytes = &self.text.as_bytes()[start..];
        let mut end = 0;
        while let Some(at) = memchr2(b'"', b'\\', bytes.get(end..).unwrap_or_default()) {
            match bytes[end + at] {
                b'"' => return end + at,
                _ => end += at + 2,
            }
        }
        bytes.len()
    }

    /// Passes what stands for itself in a string, and says where it ends.
    fn plain(&mut self) -> usize {
        self.at += plain_prefix(&self.text.as_bytes()[self.at..]);
        self.at
    }

    /// The character that an escape stands for, whose backslash has been passed.
    fn escape(&mut self) -> Read<char> {
        let kind = self.peek();
        self.at += usize::from(kind.is_some());
        Ok(match kind {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => {
                self.at -= usize::from(kind.is_some());
                return Err(self.refuse("invalid escape"));
            }
        })
    }

    /// `\uXXXX`, of which two make a character beyond the basic plane. Half of such a pair is
    /// refused, since no text holds it.
    fn unicode(&mut self) -> Read<char> {
        let lone = |reader: &Self| reader.refuse("half of a surrogate pair, before or");
        let first = self.code_unit()?;
        let code = match first {
            0xD800..=0xDBFF => {
                if !(self.take(b'\\') && self.take(b'u')) {
                    return Err(lone(self));
                }
                match self.code_unit()? {
                    second @ 0xDC00..=0xDFFF => {
                        0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)
                    }
                    _ => return Err(lone(self)),
                }
            }
            other => other,
        };
        char::from_u32(code).ok_or_else(|| lone(self))
    }

    fn code_unit(&mut self) -> Read<u32> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4);
        let value = digits.and_then(|digits| {
            digits.iter().try_fold(0, |value, digit| {
                Some(value << 4 | char::from(*digit).to_digit(16)?)
            })
        });
        match value {
            Some(value) => {
                self.at += 4;
                Ok(value)
            }
            None => Err(self.refuse("invalid escape")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(text: &str) -> String {
        Json::parse(text.as_bytes()).unwrap_err().0
    }

    #[test]
    fn what_is_wrong_and_where() {
        for (text, expected) in [
            ("", "it ends too early, at byte 0"),
            ("hello", "expected value at byte 1"),
            ("{\"a\" 1}", "expected `:` at byte 6"),
            ("{a:1}", "expected the name of a member in quotes at byte 2"),
            ("[1,]", "expected value at byte 4"),
            ("[1 2]", "expected `,` or `]` at byte 4"),
            ("{} x", "trailing characters at byte 4"),
            ("01", "trailing characters at byte 2"),
            ("1.", "it ends too early, at byte 2"),
            ("1.x", "invalid number at byte 3"),
            ("\"\\x\"", "invalid escape at byte 3"),
            ("\"a\nb\"", "control character in a string at byte 3"),
            ("\"a", "it ends too early, at byte 2"),
            (
                "\"\\ud800x\"",
                "half of a surrogate pair, before or at byte 8",
            ),
            ("nul", "expected value at byte 1"),
            ("\u{feff}1", "expected value at byte 1"),
        ] {
            assert_eq!(why(text), expected, "{text:?}");
        }
        assert_eq!(
            Json::parse(b"\"\xff\"").unwrap_err().0,
            "not UTF-8 at byte 1"
        );
    }

    #[test]
    fn escapes_are_characters() {
        let text = r#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é""#;
        let expected: String = serde_json::from_str(text).unwrap();
        assert_eq!(
            Json::parse(text.as_bytes()).unwrap(),
            Json::String(expected)
        );
    }

    #[test]
    fn depth_and_number_are_limited() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(Json::parse(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert!(why(&nested(MAX_DEPTH + 1)).contains("nested deeper"));
        let values = |count: usize| format!("[{}0]", "0,".repeat(count - 1));
        assert!(Json::parse(values(MAX_JSON_VALUES - 1).as_bytes()).is_ok());
        assert!(why(&values(MAX_JSON_VALUES)).contains("more than 250000 values"));
    }
}
