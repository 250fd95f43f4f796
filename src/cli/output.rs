//! The only place that writes: reports to stdout, errors, hints and notes to stderr. It alone knows exit codes, colours
//! and what must not reach a terminal as it is.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use clap::error::ErrorKind;
use jwtctl::core::error::{Code, Error, Rejection};
use jwtctl::core::json::{Json, Object};
use serde::Serialize;

use super::input::variable;

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless the environment says otherwise
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// A command's answer: a value, which this file turns into text or JSON.
pub trait Report: Serialize {
    /// The name and version of its JSON form.
    const SCHEMA: &'static str;

    /// Writes it for people.
    fn human(&self, page: &mut Page<'_>) -> io::Result<()>;

    /// Whether the answer is a JSON file for other programs, which `--json` must leave as it is.
    fn is_raw(&self) -> bool {
        false
    }

    /// What the answer amounts to.
    fn status(&self) -> Status<'_> {
        Status::Done
    }
}

/// What an answer amounts to.
pub enum Status<'a> {
    /// Yes, or done.
    Done,
    /// No, and why, in a line for stderr.
    No(String),
    /// A token was refused. If the report says so itself, `shown` is set, and stderr is left to the hints.
    Rejected {
        /// Why.
        rejection: &'a Rejection,
        /// Whether people already see why on stdout.
        shown: bool,
    },
}

/// How to write.
#[derive(Clone)]
pub struct Output {
    json: bool,
    quiet: bool,
    verbose: bool,
    stdout: Paint,
    stderr: Paint,
}

/// How a command ended that does not end with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// A signal told it to.
    Signal(i32),
    /// The program that it ran ended, with that exit code.
    Program(u8),
}

/// Whether one stream takes colour and is a terminal.
#[derive(Clone, Copy)]
struct Paint {
    color: bool,
    terminal: bool,
}

impl Paint {
    fn new(choice: Color, terminal: bool) -> Self {
        let set = |name| variable(name).is_some_and(|value| !value.is_empty() && value != "0");
        let color = match choice {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if variable("NO_COLOR").is_some_and(|value| !value.is_empty()) => false,
            Color::Auto if set("CLICOLOR_FORCE") || set("FORCE_COLOR") => true,
            Color::Auto => {
                terminal && variable("TERM").is_none_or(|term| term != "dumb") && variable("CLICOLOR").is_none_or(|it| it != "0")
            }
        };
        Self { color, terminal }
    }
}

impl Output {
    /// Settles how to write for the whole run.
    pub fn new(json: bool, quiet: bool, verbose: bool, color: Color) -> Self {
        let stdout = Paint::new(color, io::stdout().is_terminal());
        let stderr = Paint::new(color, io::stderr().is_terminal());
        Self { json, quiet, verbose, stdout, stderr }
    }

    /// Whether the answer goes out as JSON.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Whether stdout is a terminal.
    pub fn is_terminal(&self) -> bool {
        self.stdout.terminal
    }

    /// Shows that something slow goes on, on a terminal, until the result is dropped.
    pub fn spinner(&self, slow: bool, what: &'static str) -> Option<Spinner> {
        (slow && !self.quiet && self.stderr.terminal).then(|| Spinner::start(what))
    }

    /// A remark that is not part of the answer.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            self.line("note", AnsiColor::Cyan, text);
        }
    }

    /// A remark that should not be overlooked.
    pub fn warn(&self, text: &str) {
        self.line("warning", AnsiColor::Yellow, text);
    }

    /// A remark for those who asked for details.
    pub fn detail(&self, text: &str) {
        if self.verbose {
            self.line("info", AnsiColor::Blue, text);
        }
    }

    /// Attaches a remark to a file in the log of a GitHub workflow; on stderr, for stdout is the answer.
    pub fn annotate(&self, it: &Annotation<'_>) {
        let escape = |text: &str| printable(text).replace('%', "%25");
        let property = |text: &str| escape(text).replace(':', "%3A").replace(',', "%2C");
        let (level, file, title) = (it.level, property(it.file), property(it.title));
        // Nobody is left to tell when stderr is gone.
        let _ = writeln!(io::stderr().lock(), "::{level} file={file},title={title}::{}", escape(it.message));
    }

    /// A line of a log.
    pub fn log(&self, text: &str) {
        if !self.quiet {
            // Nobody is left to tell when stderr is gone.
            let _ = writeln!(io::stderr().lock(), "{}", printable(text));
        }
    }

    /// The exit code of a command that ends without an answer, as shells count them.
    pub fn ended(&self, ended: Ended) -> ExitCode {
        ExitCode::from(match ended {
            Ended::Signal(number) => 128_u8.saturating_add(u8::try_from(number).unwrap_or(0)),
            Ended::Program(code) => code,
        })
    }

    fn line(&self, label: &str, color: AnsiColor, text: &str) {
        let mut line = String::new();
        let style = if self.stderr.color { Style::new().fg_color(Some(color.into())).bold() } else { Style::new() };
        let _ = writeln!(line, "{style}{label}:{style:#} {}", printable(text));
        // Nobody is left to tell when stderr is gone.
        let _ = io::stderr().lock().write_all(line.as_bytes());
    }

    /// Writes an answer.
    pub fn emit<R: Report>(&self, report: &R) -> ExitCode {
        let (code, rejection) = match report.status() {
            Status::Done => (0, None),
            Status::No(why) => {
                self.line("no", AnsiColor::Yellow, &why);
                (1, None)
            }
            Status::Rejected { rejection, shown } => (exit_code(rejection.primary().code), Some((rejection, shown))),
        };
        let written = if self.json && !report.is_raw() { self.emit_json(report, code) } else { self.emit_text(report) };
        if let (Some((rejection, shown)), false) = (rejection, self.json) {
            if !shown {
                rejection.reasons().iter().for_each(|reason| self.line("error", AnsiColor::Red, &reason.message));
            }
            hints(rejection).iter().for_each(|hint| self.line("hint", AnsiColor::Cyan, hint));
        }
        match written {
            Ok(()) => ExitCode::from(code),
            // Whoever closed the pipe has seen enough.
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(code),
            Err(e) => Self { json: false, ..*self }.fail(&Error::io("standard output", &e)),
        }
    }

    fn emit_text<R: Report>(&self, report: &R) -> io::Result<()> {
        // Wiped, for it may hold a private key.
        let mut buffer = zeroize::Zeroizing::new(Vec::with_capacity(16 * 1024));
        report.human(&mut Page { out: &mut buffer, color: self.stdout.color, terminal: self.stdout.terminal })?;
        write_stdout(&buffer)
    }

    fn emit_json<R: Report>(&self, report: &R, code: u8) -> io::Result<()> {
        let error = match report.status() {
            Status::Rejected { rejection, .. } => Some((rejection.primary(), hints(rejection))),
            Status::Done | Status::No(_) => None,
        };
        let error = error.as_ref().map(|(reason, hints)| {
            let (message, hints) = (reason.message.as_str(), hints.as_slice());
            JsonError { code: reason.code, exit_code: code, message, hints }
        });
        write_json(&Document { schema: R::SCHEMA, ok: code == 0, report: Some(report), error })
    }

    /// Says why there is no answer.
    pub fn fail(&self, error: &Error) -> ExitCode {
        let code = exit_code(error.code());
        if self.json {
            let message = error.to_string();
            let error = JsonError { code: error.code(), exit_code: code, message: &message, hints: error.hints() };
            let document = Document::<()> { schema: "jwtctl.error/1", ok: false, report: None, error: Some(error) };
            // A closed pipe changes nothing about the failure; a full disk must not pass in silence.
            if write_json(&document).is_err_and(|e| e.kind() != io::ErrorKind::BrokenPipe) {
                self.line("error", AnsiColor::Red, &message);
            }
        } else {
            self.line("error", AnsiColor::Red, &error.to_string());
            error.hints().iter().for_each(|hint| self.line("hint", AnsiColor::Cyan, hint));
        }
        ExitCode::from(code)
    }
}

/// A remark in the form of GitHub's workflow commands.
pub struct Annotation<'a> {
    /// `error`, `warning` or `notice`.
    pub level: &'static str,
    /// What it is about.
    pub file: &'a str,
    /// Its heading.
    pub title: &'a str,
    /// One line.
    pub message: &'a str,
}

/// A sign of life on stderr.
pub struct Spinner {
    bar: indicatif::ProgressBar,
}

impl Spinner {
    fn start(what: &'static str) -> Self {
        let bar = indicatif::ProgressBar::new_spinner().with_message(what);
        bar.enable_steady_tick(std::time::Duration::from_millis(100));
        Self { bar }
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// What goes around every answer in JSON.
#[derive(Serialize)]
struct Document<'a, R: Serialize> {
    schema: &'static str,
    ok: bool,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    report: Option<&'a R>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<JsonError<'a>>,
}

#[derive(Serialize)]
struct JsonError<'a> {
    code: Code,
    exit_code: u8,
    message: &'a str,
    hints: &'a [String],
}

fn write_json<R: Serialize>(document: &Document<'_, R>) -> io::Result<()> {
    let text = zeroize::Zeroizing::new(serde_json::to_string(document).map_err(io::Error::other)?);
    // Hostile characters can only stand inside strings, where an escape means the same.
    write_stdout(zeroize::Zeroizing::new(format!("{}\n", printable(&text))).as_bytes())
}

fn write_stdout(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()
}

/// Every hint of a refusal: what to do about the second reason is asked next.
fn hints(rejection: &Rejection) -> Vec<String> {
    rejection.reasons().iter().flat_map(|reason| reason.hints.clone()).collect()
}

/// Turns clap's verdict on the arguments into output: help and version are answers, the rest are usage errors.
pub fn clap_error(error: &clap::Error, json: bool, color: Color) -> ExitCode {
    let output = Output::new(json, false, false, color);
    let text = error.render();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            output.emit(&Text { text: text.to_string(), ansi: text.ansi().to_string() })
        }
        _ if json => output.fail(&usage_error(error)),
        _ => {
            let text = if output.stderr.color { text.ansi().to_string() } else { text.to_string() };
            // Nobody is left to tell when stderr is gone.
            let _ = io::stderr().lock().write_all(text.as_bytes());
            ExitCode::from(exit_code(Code::Usage))
        }
    }
}

/// What clap says in several lines, as one message and its tips.
fn usage_error(error: &clap::Error) -> Error {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return Error::usage("", "a command is needed").hint("jwtctl --help lists them");
    }
    let text = error.render().to_string();
    let said = |line: &&str| !line.is_empty() && !line.starts_with("tip: ");
    let message: Vec<&str> = text.lines().map(str::trim).take_while(|line| !line.is_empty()).filter(said).collect();
    let tips = text.lines().filter_map(|line| line.trim().strip_prefix("tip: "));
    let error = Error::usage("", message.join(" ").trim_start_matches("error: "));
    tips.fold(error, |error, tip| error.hint(tip))
}

/// Help, and the version.
#[derive(Serialize)]
struct Text {
    text: String,
    #[serde(skip)]
    ansi: String,
}

impl Report for Text {
    const SCHEMA: &'static str = "jwtctl.help/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        // clap's own text: nothing in it comes from outside.
        page.out.extend_from_slice(if page.color { self.ansi.as_bytes() } else { self.text.as_bytes() });
        Ok(())
    }
}

/// One line about a bug, in place of a backtrace. Libraries behind a guard may panic: that is a "no", not a bug.
pub fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        if place.contains("josekit") || place.contains("openssl") {
            return;
        }
        let _ = writeln!(
            io::stderr().lock(),
            "error: this is a bug in jwtctl (at {place}); please report it, with the command but no secrets"
        );
    }));
}

/// The exit code that scripts rely on.
fn exit_code(code: Code) -> u8 {
    match code {
        Code::Usage | Code::BadKey | Code::BadSecret | Code::BadPassphrase | Code::BadInput | Code::NoInput => 2,
        Code::KeysUnavailable | Code::RedisUnavailable | Code::IssuerUnavailable => 3,
        Code::Io | Code::WouldOverwrite | Code::UnsafePermissions => 4,
        Code::BadSignature | Code::DecryptionFailed => 10,
        Code::Expired | Code::TooOld => 11,
        Code::NotYetValid => 12,
        Code::MissingClaim | Code::Mismatch => 13,
        Code::NoMatchingKey => 14,
        Code::AlgNotAllowed | Code::UnknownCritical => 15,
        Code::SessionGone => 16,
        Code::Malformed => 17,
    }
}

/// What a report writes on. Text that comes from a token goes through [`Page::text`] or [`Page::json`].
pub struct Page<'a> {
    out: &'a mut Vec<u8>,
    color: bool,
    terminal: bool,
}

/// The roles that colour marks; every one of them is also told by words or position.
#[derive(Clone, Copy)]
pub enum Role {
    /// Nothing special.
    Plain,
    /// It holds.
    Good,
    /// It does not.
    Bad,
    /// Look twice.
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

impl Page<'_> {
    /// Whether stdout is a terminal.
    pub fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Text, with everything escaped that a terminal would act on.
    pub fn text(&mut self, role: Role, text: &str) -> io::Result<()> {
        let style = if self.color { role.style() } else { Style::new() };
        write!(self.out, "{style}{}{style:#}", printable(text))
    }

    /// [`Page::text`], and the end of the line.
    pub fn line(&mut self, role: Role, text: &str) -> io::Result<()> {
        self.text(role, text)?;
        self.end()
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
        self.out.write_all(printable_lines(&String::from_utf8_lossy(bytes)).as_bytes())
    }

    /// A value as a script wants it: a string without quotes, anything else as JSON; and the end of the line.
    pub fn bare(&mut self, value: &Json) -> io::Result<()> {
        match value {
            Json::String(text) => self.bytes(text.as_bytes())?,
            other => self.bytes(other.to_text().as_bytes())?,
        }
        self.end()
    }

    /// An object, indented, with what `remark` has to say behind each member of its top level.
    pub fn object(&mut self, object: &Object, remark: &dyn Fn(&str, &Json) -> Option<String>) -> io::Result<()> {
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
                // Short lists of plain values read better on one line.
                let plain = items.iter().all(|item| !matches!(item, Json::Array(_) | Json::Object(_)));
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

    /// A table: on a terminal fitted to its width, in a pipe whole and without lines.
    pub fn table(&mut self, titles: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
        use comfy_table::{ContentArrangement, Table, presets};
        let mut table = Table::new();
        table.set_header(titles.iter().copied());
        table.load_style(presets::NOTHING);
        if let (true, Some((terminal_size::Width(width), _))) = (self.terminal, terminal_size::terminal_size()) {
            table.load_style(presets::UTF8_HORIZONTAL_ONLY);
            table.set_width(width).set_content_arrangement(ContentArrangement::Dynamic);
        }
        for row in rows {
            table.add_row(row.iter().map(|cell| if cell.is_empty() { "\"\"".into() } else { printable(cell) }));
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        for line in table.lines() {
            writeln!(self.out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// `text` with control, bidirectional and invisible characters written as `\uXXXX`, line breaks too.
pub fn printable(text: &str) -> Cow<'_, str> {
    escape(text, is_hostile)
}

/// [`printable`], with line breaks and tabs left alone.
fn printable_lines(text: &str) -> Cow<'_, str> {
    escape(text, |c| is_hostile(c) && c != '\n' && c != '\t')
}

fn escape(text: &str, hostile: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&hostile) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if hostile(c) {
            let mut units = [0; 2];
            c.encode_utf16(&mut units).iter().for_each(|unit| {
                let _ = write!(escaped, "\\u{unit:04x}");
            });
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

/// Characters that move the cursor, turn text around or cannot be seen.
fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_characters_are_escaped_and_nothing_else() {
        assert_eq!(printable("grüße \u{1f600}"), "grüße \u{1f600}");
        assert_eq!(printable("a\u{1b}[31mb\u{202e}c\u{200b}d\n\u{9b}"), "a\\u001b[31mb\\u202ec\\u200bd\\u000a\\u009b");
        assert_eq!(printable("\u{e0041}"), "\\udb40\\udc41");
    }

    #[test]
    fn exit_codes_follow_the_order_of_precedence_classes() {
        assert_eq!(exit_code(Code::Malformed), 17);
        assert_eq!(exit_code(Code::NoInput), 2);
        assert_eq!(exit_code(Code::WouldOverwrite), 4);
    }
}
