//! The page that reports write on: it knows colours, indentation and tables, and escapes what must
//! not reach a terminal.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use jwtctl::core::json::{Json, Object};

use super::escape::{printable, printable_lines};
use super::{table, wrap};

/// A report that is being written. Text that comes from a token goes through [`Page::text`] or
/// [`Page::json`], which escape it.
pub struct Page<'a> {
    out: &'a mut Vec<u8>,
    color: bool,
    terminal: bool,
}

/// The roles of text, shown by colours; words or the position show each of them as well.
#[derive(Clone, Copy)]
pub enum Role {
    /// Nothing special.
    Plain,
    /// A check that passed.
    Good,
    /// A check that failed.
    Bad,
    /// Something to be careful about.
    Caution,
    /// Less important.
    Faint,
    /// A heading.
    Title,
    /// The header of a token, and member names.
    Header,
    /// Its payload, and strings.
    Payload,
    /// Its signature, and numbers.
    Signature,
}

impl Role {
    fn style(self) -> Style {
        let color = |color: AnsiColor| Style::new().fg_color(Some(color.into()));
        match self {
            Self::Plain => Style::new(),
            Self::Good => color(AnsiColor::Green),
            Self::Bad => color(AnsiColor::Red).bold(),
            Self::Caution => color(AnsiColor::Yellow),
            Self::Faint => Style::new().dimmed(),
            Self::Title => Style::new().bold(),
            Self::Header => color(AnsiColor::Red),
            Self::Payload => color(AnsiColor::Magenta),
            Self::Signature => color(AnsiColor::Cyan),
        }
    }
}

impl<'a> Page<'a> {
    /// A page that collects what is written in `out`.
    pub fn new(out: &'a mut Vec<u8>, color: bool, terminal: bool) -> Self {
        Self {
            out,
            color,
            terminal,
        }
    }

    /// jwtctl's own text, in which nothing comes from outside, so it is not escaped: plain, or with
    /// the colours in `ansi`.
    pub fn own(&mut self, plain: &str, ansi: &str) -> io::Result<()> {
        self.out
            .write_all(if self.color { ansi } else { plain }.as_bytes())
    }

    /// Whether stdout is a terminal.
    pub fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Text, with everything escaped that a terminal would act on.
    pub fn text(&mut self, role: Role, text: &str) -> io::Result<()> {
        let style = if self.color {
            role.style()
        } else {
            Style::new()
        };
        write!(self.out, "{style}{}{style:#}", printable(text))
    }

    /// [`Page::text`], and the end of the line.
    pub fn line(&mut self, role: Role, text: &str) -> io::Result<()> {
        self.text(role, text)?;
        self.end()
    }

    /// The rest of a line that is `column` wide so far, and its end: on a terminal broken between
    /// words, each further line below the first one's beginning.
    pub fn rest(&mut self, role: Role, column: usize, text: &str) -> io::Result<()> {
        let room = self.width().and_then(|it| it.checked_sub(column));
        let text = printable(text);
        let lines = match room.filter(|room| *room >= wrap::NARROWEST) {
            Some(room) => wrap::lines(&text, room),
            None => vec![text.into_owned()],
        };
        for (at, line) in lines.iter().enumerate() {
            let indent = if at == 0 { 0 } else { column };
            self.text(Role::Plain, &" ".repeat(indent))?;
            self.line(role, line)?;
        }
        Ok(())
    }

    /// The columns of the terminal, where stdout is one.
    fn width(&self) -> Option<usize> {
        let size = self.terminal.then(terminal_size::terminal_size).flatten();
        size.map(|(terminal_size::Width(width), _)| width.into())
    }

    /// Ends the line.
    pub fn end(&mut self) -> io::Result<()> {
        self.out.write_all(b"\n")
    }

    /// Bytes as they are; on a terminal, with everything escaped that it would act on.
    pub fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        if !self.terminal {
            return self.out.write_all(bytes);
        }
        self.out
            .write_all(printable_lines(&String::from_utf8_lossy(bytes)).as_bytes())
    }

    /// Bytes as they are, on a terminal as well.
    pub fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)
    }

    /// A value in a line for scripts: a string without quotes, anything else as JSON.
    pub fn bare(&mut self, value: &Json) -> io::Result<()> {
        match value {
            Json::String(text) => self.bytes(text.as_bytes())?,
            other => self.bytes(other.to_text().as_bytes())?,
        }
        self.end()
    }

    /// An object, indented, with the text that `remark` returns after each member of its top level.
    pub fn object(
        &mut self,
        object: &Object,
        remark: &dyn Fn(&str, &Json) -> Option<String>,
    ) -> io::Result<()> {
        if object.0.is_empty() {
            return self.line(Role::Plain, "{}");
        }
        self.line(Role::Plain, "{")?;
        for (i, (name, value)) in object.0.iter().enumerate() {
            self.member(name, value, 1)?;
            let comma = if i + 1 < object.0.len() { "," } else { "" };
            self.text(Role::Plain, comma)?;
            if let Some(remark) = remark(name, value) {
                self.text(Role::Faint, &format!("  # {remark}"))?;
            }
            self.end()?;
        }
        self.line(Role::Plain, "}")
    }

    fn member(&mut self, name: &str, value: &Json, depth: usize) -> io::Result<()> {
        self.text(Role::Plain, &"  ".repeat(depth))?;
        self.text(Role::Header, &Json::from(name).to_text())?;
        self.text(Role::Plain, ": ")?;
        self.json(value, depth)
    }

    /// A JSON value, indented, numbers and duplicates as they were written.
    pub fn json(&mut self, value: &Json, depth: usize) -> io::Result<()> {
        let indent = "  ".repeat(depth);
        match value {
            Json::String(_) => self.text(Role::Payload, &value.to_text()),
            Json::Array(items) if !items.is_empty() => {
                // Short arrays of plain values are easier to read on one line.
                let plain = items
                    .iter()
                    .all(|item| !matches!(item, Json::Array(_) | Json::Object(_)));
                let text = value.to_text();
                if plain && text.len() <= 72 {
                    return self.text(Role::Payload, &text.replace("\",\"", "\", \""));
                }
                self.text(Role::Plain, "[")?;
                for (i, item) in items.iter().enumerate() {
                    self.text(Role::Plain, if i == 0 { "" } else { "," })?;
                    self.end()?;
                    self.text(Role::Plain, &format!("{indent}  "))?;
                    self.json(item, depth + 1)?;
                }
                self.end()?;
                self.text(Role::Plain, &format!("{indent}]"))
            }
            Json::Object(object) if !object.0.is_empty() => {
                self.text(Role::Plain, "{")?;
                for (i, (name, value)) in object.0.iter().enumerate() {
                    self.text(Role::Plain, if i == 0 { "" } else { "," })?;
                    self.end()?;
                    self.member(name, value, depth + 1)?;
                }
                self.end()?;
                self.text(Role::Plain, &format!("{indent}}}"))
            }
            other => self.text(Role::Signature, &other.to_text()),
        }
    }

    /// A table: fitted to the width of a terminal, complete in a pipe.
    pub fn table(&mut self, titles: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
        let cell = |cell: &String| {
            if cell.is_empty() {
                "\"\"".into()
            } else {
                printable(cell).into_owned()
            }
        };
        let rows: Vec<Vec<String>> = rows
            .iter()
            .map(|row| row.iter().map(cell).collect())
            .collect();
        let width = self.width().and_then(|it| it.try_into().ok());
        let (lines, head) = table::lines(titles, &rows, width);
        for (at, line) in lines.iter().enumerate() {
            self.line(if at < head { Role::Title } else { Role::Plain }, line)?;
        }
        Ok(())
    }
}
