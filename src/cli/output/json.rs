//! Answers and errors in JSON.

use std::borrow::Cow;
use std::io;
use std::path::Path;

use jwtctl::core::error::{Code, Reason};
use serde::Serialize;
use zeroize::Zeroizing;

use super::{Status, printable, worded, write_stdout};

/// What goes around every answer in JSON.
#[derive(Serialize)]
pub struct Document<'a, R: Serialize> {
    pub schema: &'static str,
    pub ok: bool,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub report: Option<&'a R>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<JsonError<'a>>,
}

#[derive(Serialize)]
pub struct JsonError<'a> {
    pub code: Code,
    pub exit_code: u8,
    pub message: &'a str,
    pub hints: &'a [Cow<'a, str>],
}

/// Writes a path into JSON, which is text: bytes that are not UTF-8 are replaced.
pub fn lossily<S: serde::Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&path.display())
}

/// Why a token was refused, in words.
pub struct Refusal<'a> {
    reason: &'a Reason,
    hints: Vec<Cow<'a, str>>,
}

impl<'a> Refusal<'a> {
    pub fn of(status: &Status<'a>) -> Option<Self> {
        match status {
            Status::Rejected { rejection, .. } => Some(Self {
                reason: rejection.primary(),
                hints: worded(rejection),
            }),
            Status::Done | Status::No(_) => None,
        }
    }

    pub fn as_json(&self, exit_code: u8) -> JsonError<'_> {
        JsonError {
            code: self.reason.code,
            exit_code,
            message: &self.reason.message,
            hints: &self.hints,
        }
    }
}

/// Writes a document as one line. Some hold private keys, and a text that grows leaves its old places
/// behind: it is measured first.
pub fn write_json<R: Serialize>(document: &Document<'_, R>) -> io::Result<()> {
    let mut measured = Text::default();
    serde_json::to_writer(&mut measured, document).map_err(io::Error::other)?;
    let mut text = Text {
        bytes: Zeroizing::new(Vec::with_capacity(measured.length)),
        length: 0,
    };
    serde_json::to_writer(&mut text, document).map_err(io::Error::other)?;
    if text.length != text.bytes.len() {
        return Err(io::Error::other(
            "a document has changed while it was written",
        ));
    }
    write_line(&text.bytes)
}

fn write_line(text: &[u8]) -> io::Result<()> {
    let text = std::str::from_utf8(text).map_err(io::Error::other)?;
    // Hostile characters can only occur inside strings of the JSON, where an escape means the same.
    let text = Zeroizing::new(printable(text).into_owned());
    let mut line = Zeroizing::new(Vec::with_capacity(text.len() + 1));
    line.extend_from_slice(text.as_bytes());
    line.push(b'\n');
    write_stdout(&line)
}

/// A buffer that never moves: beyond its capacity bytes are only counted. One type for both passes, so
/// that the code of each document is compiled once.
#[derive(Default)]
struct Text {
    bytes: Zeroizing<Vec<u8>>,
    length: usize,
}

impl io::Write for Text {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.length += bytes.len();
        if self.length <= self.bytes.capacity() {
            self.bytes.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
