//! Reading a line of the input, and writing its answer as a line of JSON.

use std::borrow::Cow;
use std::io::Write as _;
use std::marker::PhantomData;

use jwtctl::core::error::{Code, Reason, shortened};
use jwtctl::core::json::{Json, Object};

use super::super::input::{strip, too_large};
use super::super::output::{exit_code, printable};
use super::Line;

/// The member of an answer that holds those members of the input whose names the answer uses
/// itself. Side by side, one could be taken for the other.
const INPUT: &str = "input";

/// The members of an answer that says why there is no better one.
const REFUSAL: [&str; 3] = ["code", "exit_code", "message"];

/// The members that a command gives its answers. No others can be written, so that each of them is
/// known where members of the input are passed on.
pub trait Member {
    /// All names.
    const NAMES: &'static [&'static str];

    /// The name of this one.
    fn name(&self) -> &'static str;
}

/// The members of a command's answers: an enum of them, which is a [`Member`].
macro_rules! members {
    ($($member:ident = $name:literal),* $(,)?) => {
        /// The members of an answer.
        enum Member {
            $($member),*
        }

        impl $crate::cli::batch::Member for Member {
            const NAMES: &'static [&'static str] = &[$($name),*];

            fn name(&self) -> &'static str {
                match self {
                    $(Self::$member => $name),*
                }
            }
        }
    };
}

pub(in super::super) use members;

/// A line of the input, taken apart.
pub struct Asked<'l> {
    /// The input, such as a token.
    ///
    /// # Errors
    /// When the line has none.
    pub text: Result<Cow<'l, str>, Reason>,
    /// The other members of the line, which the answer repeats.
    others: Object,
}

impl<'l> Asked<'l> {
    /// The whole of a line, or its member `field`.
    pub fn of(line: &Line<'l>, field: Option<&str>) -> Self {
        let text = line.text.clone();
        let (text, others) = match (text, field) {
            (Ok(text), Some(field)) => member(text, field),
            (text, _) => (text.map(Cow::Borrowed), Object::default()),
        };
        Self { text, others }
    }

    /// The input as a token of at most `largest` bytes, without what people copy along with one
    /// (white space, quotes, a scheme).
    ///
    /// # Errors
    /// When the input is missing or empty, or larger.
    pub fn token(&self, largest: u64) -> Result<&str, Reason> {
        let token = strip(self.text.as_ref().map_err(Reason::clone)?);
        match token.len() as u64 {
            0 => Err(Reason::malformed("there is no token: the line is empty")),
            length if length > largest => Err(too_large(largest)),
            _ => Ok(token),
        }
    }
}

/// The text of the member `field` of a JSON object, and the other members.
fn member<'l>(text: &str, field: &str) -> (Result<Cow<'l, str>, Reason>, Object) {
    let refused = |why: String| Err(Reason::malformed(why));
    let mut line = match Json::parse_document(text.as_bytes()) {
        Ok(Json::Object(line)) => line,
        Ok(other) => {
            let why = format!("the line is {}, not a JSON object", other.kind());
            return (refused(why), Object::default());
        }
        Err(why) => {
            return (
                refused(format!("the line is not JSON: {why}")),
                Object::default(),
            );
        }
    };
    let name = shortened(field);
    if line.is_ambiguous_at(field) {
        return (refused(format!("the line has {name} twice")), line);
    }
    let input = match line.at(field) {
        None => refused(format!("the line has no {name}")),
        Some(Json::String(text)) => Ok(Cow::Owned(text.clone())),
        Some(object @ Json::Object(_)) => Ok(Cow::Owned(object.to_text())),
        Some(other) => refused(format!("{name} of the line is {}", other.kind())),
    };
    // If `field` is a pointer into a member, `remove` leaves that member whole.
    line.remove(field);
    (input, line)
}

/// An answer that is being written: a JSON object in one line, with members of `M`.
pub struct Answer<'o, M> {
    out: &'o mut Vec<u8>,
    members: PhantomData<M>,
}

impl<'o, M: Member> Answer<'o, M> {
    /// Begins the answer to a line.
    pub fn to(number: u64, out: &'o mut Vec<u8>) -> Self {
        // Writing into memory cannot fail, here and below.
        let _ = write!(out, "{{\"line\":{number}");
        Self {
            out,
            members: PhantomData,
        }
    }

    /// A member whose value is text.
    pub fn text(&mut self, member: M, value: &str) {
        self.text_of(member.name(), value);
    }

    fn text_of(&mut self, name: &str, value: &str) {
        let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
        match value.bytes().all(is_plain) {
            true => self.parts(&[",\"", name, "\":\"", &printable(value), "\""]),
            false => self.json_of(name, &Json::from(value).to_text()),
        }
    }

    /// A member whose value is JSON, in one line.
    pub fn json(&mut self, member: M, value: &str) {
        self.json_of(member.name(), value);
    }

    fn json_of(&mut self, name: &str, value: &str) {
        self.parts(&[",\"", name, "\":", &printable(value)]);
    }

    fn parts(&mut self, parts: &[&str]) {
        for part in parts {
            self.out.extend_from_slice(part.as_bytes());
        }
    }

    /// Adds why the answer is a refusal: the code, the exit code and the message.
    pub fn refusal(&mut self, code: Code, message: &str) {
        let [code_name, exit_name, message_name] = REFUSAL;
        self.text_of(code_name, code.as_str());
        self.json_of(exit_name, &exit_code(code).to_string());
        self.text_of(message_name, message);
    }

    /// Adds the members of `object` to those of the answer.
    pub fn members(&mut self, object: &str) {
        let members = object.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
        if let Some(members) = members.filter(|it| !it.is_empty()) {
            self.out.push(b',');
            self.out.extend_from_slice(printable(members).as_bytes());
        }
    }

    /// Ends the answer with what else the line had. `held` are the names that an object of
    /// [`Answer::members`] may have.
    pub fn end(mut self, asked: &Asked<'_>, held: &[&str]) {
        if asked.others.0.is_empty() {
            self.out.extend_from_slice(b"}\n");
            return;
        }
        let own = [&["line", INPUT], &REFUSAL[..], M::NAMES, held];
        let is_own = |name: &str| own.iter().any(|names| names.contains(&name));
        let (mut same, mut others) = (Object::default(), Object::default());
        for (name, value) in &asked.others.0 {
            let place = if is_own(name) { &mut same } else { &mut others };
            place.0.push((name.clone(), value.clone()));
        }
        self.members(&Json::Object(others).to_text());
        if !same.0.is_empty() {
            self.json_of(INPUT, &Json::Object(same).to_text());
        }
        self.out.extend_from_slice(b"}\n");
    }
}

/// Bytes as one line: text without control characters as it is, JSON without
/// the line breaks between its values, anything else as a JSON string.
pub fn one_line(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => one_line_of(text),
        Err(_) => Cow::Owned(Json::from(&*String::from_utf8_lossy(bytes)).to_text()),
    }
}

/// [`one_line`] of text.
pub fn one_line_of(text: &str) -> Cow<'_, str> {
    let is_plain = |plain: bool, byte: u8| plain & (byte >= b' ');
    if text.bytes().fold(true, is_plain) {
        return Cow::Borrowed(text);
    }
    let json = Json::parse(text.as_bytes());
    Cow::Owned(json.unwrap_or_else(|_| Json::from(text)).to_text())
}

/// A value as a line: a string without quotes, unless that would make it several lines, anything
/// else as JSON.
pub fn bare(value: &Json, out: &mut Vec<u8>) {
    match value {
        Json::String(text) if !text.contains(char::is_control) => {
            out.extend_from_slice(printable(text).as_bytes());
        }
        other => out.extend_from_slice(printable(&other.to_text()).as_bytes()),
    }
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    members! { Valid = "valid" }

    fn answered(line: &str, field: Option<&str>) -> (Option<String>, String) {
        let line = Line {
            number: 7,
            text: Ok(line),
        };
        let asked = Asked::of(&line, field);
        let mut out = Vec::new();
        let mut answer = Answer::to(line.number, &mut out);
        answer.json(Member::Valid, "true");
        answer.end(&asked, &["held"]);
        let text = asked.text.ok().map(Cow::into_owned);
        (text, String::from_utf8(out).unwrap())
    }

    #[test]
    fn other_members_are_passed_on_as_they_were_written() {
        let line =
            r#"{"n":1.0e+2,"t":"a.b.c","n":12345678901234567890,"code":200,"input":{"x":[]}}"#;
        let (text, answer) = answered(line, Some("t"));
        assert_eq!(text.as_deref(), Some("a.b.c"));
        assert_eq!(
            answer,
            concat!(
                r#"{"line":7,"valid":true,"n":1.0e+2,"n":12345678901234567890,"#,
                r#""input":{"code":200,"input":{"x":[]}}}"#,
                "\n"
            )
        );
    }

    #[test]
    fn no_member_of_a_line_passes_for_one_of_the_answer() {
        for line in [
            r#"{"valid":true,"t":"x"}"#,
            r#"{"t":"x","val\u0069d":true}"#,
            r#"{"t":"x","line":1}"#,
            r#"{"t":"x","held":1}"#,
        ] {
            let (_, answer) = answered(line, Some("t"));
            let read: serde_json::Value = serde_json::from_str(&answer).unwrap();
            assert_eq!((&read["line"], &read["valid"]), (&7.into(), &true.into()));
            assert_eq!(read["input"].as_object().unwrap().len(), 1, "{answer}");
        }
    }

    #[test]
    fn inputs_are_found_or_missed_in_words() {
        let pointed = answered(r#"{"a":{"t":"x"}}"#, Some("/a/t"));
        assert_eq!(pointed.0.as_deref(), Some("x"));
        assert!(pointed.1.contains(r#""a":{"t":"x"}"#));
        for (line, at) in [
            (r#"{"t":"a","t":"b"}"#, "/t"),
            (r#"{"a":{"t":"x","t":"y"}}"#, "/a/t"),
            (r#"{"a":{"t":"x"},"a":1}"#, "/a/t"),
        ] {
            let line = Line {
                number: 1,
                text: Ok(line),
            };
            let reason = Asked::of(&line, Some(at)).text.unwrap_err();
            assert!(reason.message.contains("twice"), "{}", reason.message);
        }
        for (line, why) in [
            ("x", "the line is not JSON"),
            ("[]", "the line is an array"),
            ("{}", "the line has no \"t\""),
            (r#"{"t":1}"#, "\"t\" of the line is a number"),
            (r#"{"t":"a","t":"b"}"#, "twice"),
        ] {
            let line = Line {
                number: 1,
                text: Ok(line),
            };
            let reason = Asked::of(&line, Some("t")).text.unwrap_err();
            assert!(reason.message.contains(why), "{}", reason.message);
        }
    }

    #[test]
    fn a_bare_value_is_one_line() {
        let shown = |value: &Json| {
            let mut out = Vec::new();
            bare(value, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(shown(&"é x".into()), "é x\n");
        assert_eq!(shown(&"a\nb".into()), "\"a\\nb\"\n");
        assert_eq!(shown(&"a\u{202e}b".into()), "a\\u202eb\n");
        assert_eq!(shown(&Json::from(5)), "5\n");
    }
}
