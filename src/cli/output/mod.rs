//! The only module that writes to stdout and stderr: reports to the former, errors, hints and notes
//! to the latter. It alone knows exit codes, colours, and which characters must not reach a
//! terminal unescaped.

mod bug;
mod escape;
mod hints;
mod json;
mod page;
mod progress;
mod table;
mod usage;
mod wrap;

pub use bug::{report_panics, run_guarded};
pub use escape::printable;
pub use hints::{argument, message};
pub use json::lossily;
pub use page::{Page, Role};
pub use progress::Progress;
pub use usage::{clap_error, help};

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use jwtctl::core::env::Clock;
use jwtctl::core::error::{Code, Error, Rejection};
use serde::Serialize;
use zeroize::Zeroize as _;

use self::json::{Document, JsonError, Refusal, write_json};
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

    /// Writes it as text for users.
    fn human(&self, page: &mut Page<'_>) -> io::Result<()>;

    /// Whether the answer is yes, no, or that a token is refused.
    fn status(&self) -> Status<'_> {
        Status::Done
    }
}

/// The kind of an answer, on which the exit code depends.
pub enum Status<'a> {
    /// The answer is yes, or the command has done what it should.
    Done,
    /// The answer is no, and why, in a line for stderr.
    No(String),
    /// A token was refused. If the report shows the reasons itself, `shown` is set, and only the
    /// hints go to stderr.
    Rejected {
        /// The reasons.
        rejection: &'a Rejection,
        /// Whether the report on stdout shows the reasons already.
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

/// How a command without a report ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// A signal with this number ended it.
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
                terminal
                    && variable("TERM").is_none_or(|term| term != "dumb")
                    && variable("CLICOLOR").is_none_or(|it| it != "0")
            }
        };
        Self { color, terminal }
    }
}

impl Output {
    /// Decides for the whole run how output is written.
    pub fn new(json: bool, quiet: bool, verbose: bool, color: Color) -> Self {
        let stdout = Paint::new(color, io::stdout().is_terminal());
        let stderr = Paint::new(color, io::stderr().is_terminal());
        Self {
            json,
            quiet,
            verbose,
            stdout,
            stderr,
        }
    }

    /// Whether the answer goes out as JSON.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Whether stdout is a terminal.
    pub fn is_terminal(&self) -> bool {
        self.stdout.terminal
    }

    /// Shows on a terminal that something slow is in progress, until the result is dropped.
    pub fn spinner(&self, slow: bool, what: &'static str) -> Option<Spinner> {
        (slow && !self.quiet && self.stderr.terminal).then(|| Spinner::start(what))
    }

    /// Shows the progress of something of `length` bytes, if stderr is a terminal and stdout is
    /// not.
    pub fn progress<'c>(&self, length: Option<u64>, clock: &'c dyn Clock) -> Progress<'c> {
        let wanted = !self.quiet && self.stderr.terminal && !self.stdout.terminal;
        Progress::new(wanted, length, clock)
    }

    /// Writes a part of an answer that is longer than memory. The caller has escaped what a
    /// terminal would act on.
    ///
    /// # Errors
    /// When it cannot be written, also because the reader has closed the pipe.
    pub fn stream(&self, bytes: &[u8]) -> io::Result<()> {
        match bytes.is_empty() {
            true => Ok(()),
            false => write_stdout(bytes),
        }
    }

    /// Warns if stdout is a file that other users can read, before a private key is written to it
    /// in clear.
    pub fn warn_of_readers(&self) {
        #[cfg(unix)]
        if let Ok(stdout) = rustix::fs::fstat(io::stdout())
            && rustix::fs::FileType::from_raw_mode(stdout.st_mode).is_file()
            && stdout.st_mode & 0o044 != 0
        {
            self.warn(&format!(
                "standard output is a file that other users can read (mode {:04o}), and the private \
                 key in it is not encrypted; to close it: chmod 600 FILE, and umask 077 before the \
                 next time",
                stdout.st_mode & 0o7777
            ));
        }
    }

    /// A remark that is not part of the answer.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            self.line("note", AnsiColor::Cyan, text);
        }
    }

    /// A warning, which `--quiet` does not suppress.
    pub fn warn(&self, text: &str) {
        self.line("warning", AnsiColor::Yellow, text);
    }

    /// A remark for users who asked for details (`--verbose`).
    pub fn detail(&self, text: &str) {
        if self.verbose {
            self.line("info", AnsiColor::Blue, text);
        }
    }

    /// Attaches a remark to a file in the log of a GitHub workflow. It goes to stderr, because
    /// stdout is for the answer.
    pub fn annotate(&self, it: &Annotation<'_>) {
        let escape = |text: &str| printable(text).replace('%', "%25");
        let property = |text: &str| escape(text).replace(':', "%3A").replace(',', "%2C");
        let (level, title) = (it.level, property(it.title));
        let file = it.file.map(|file| format!("file={},", property(file)));
        // If stderr is closed, there is no place left to report that.
        let _ = writeln!(
            io::stderr().lock(),
            "::{level} {}title={title}::{}",
            file.unwrap_or_default(),
            escape(it.message)
        );
    }

    /// Makes the runner of a GitHub workflow mask a token in the rest of its log.
    pub fn mask(&self, token: &str) {
        // If stderr is closed, there is no place left to report that.
        let _ = writeln!(
            io::stderr().lock(),
            "::add-mask::{}",
            printable(token.trim())
        );
    }

    /// Writes a line of a log.
    pub fn log(&self, text: &str) {
        if !self.quiet {
            // If stderr is closed, there is no place left to report that.
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
        let style = if self.stderr.color {
            Style::new().fg_color(Some(color.into())).bold()
        } else {
            Style::new()
        };
        let _ = writeln!(line, "{style}{label}:{style:#} {}", printable(text));
        // If stderr is closed, there is no place left to report that.
        let _ = io::stderr().lock().write_all(line.as_bytes());
    }

    /// Writes an answer.
    pub fn emit<R: Report>(&self, report: &R) -> ExitCode {
        let status = report.status();
        let code = self.verdict(&status);
        let written = if self.json {
            let refusal = Refusal::of(&status);
            write_json(&Document {
                schema: R::SCHEMA,
                ok: code == 0,
                report: Some(report),
                error: refusal.as_ref().map(|it| it.as_json(code)),
            })
        } else {
            self.page(&mut |page| report.human(page))
        };
        self.conclude(&status, code, written)
    }

    /// The exit code of an answer. The reason of a no goes to stderr, ahead of the answer.
    fn verdict(&self, status: &Status<'_>) -> u8 {
        match status {
            Status::Done => 0,
            Status::No(why) => {
                self.line("no", AnsiColor::Yellow, why);
                1
            }
            Status::Rejected { rejection, .. } => exit_code(rejection.primary().code),
        }
    }

    /// What follows an answer on stderr, and how the process ends.
    fn conclude(&self, status: &Status<'_>, code: u8, written: io::Result<()>) -> ExitCode {
        if let (Status::Rejected { rejection, shown }, false) = (status, self.json) {
            if !shown {
                rejection
                    .reasons()
                    .iter()
                    .for_each(|reason| self.line("error", AnsiColor::Red, &reason.message));
            }
            worded(rejection)
                .iter()
                .for_each(|hint| self.line("hint", AnsiColor::Cyan, hint));
        }
        match written {
            Ok(()) => ExitCode::from(code),
            // The reader of stdout has closed the pipe: it needs no more of the answer.
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(code),
            Err(e) => Self {
                json: false,
                ..*self
            }
            .fail(&Error::io("standard output", &e)),
        }
    }

    /// Writes an answer for people.
    fn page(&self, write: &mut dyn FnMut(&mut Page<'_>) -> io::Result<()>) -> io::Result<()> {
        let mut buffer = Vec::with_capacity(16 * 1024);
        let (color, terminal) = (self.stdout.color, self.stdout.terminal);
        let written = write(&mut Page::new(&mut buffer, color, terminal));
        let written = written.and_then(|()| write_stdout(&buffer));
        // The report may hold a private key, so the buffer is wiped: the part of it that was
        // written.
        buffer.as_mut_slice().zeroize();
        written
    }

    /// Writes an error in place of an answer.
    pub fn fail(&self, error: &Error) -> ExitCode {
        let code = exit_code(error.code());
        if self.json {
            let message = message(error);
            let hints: Vec<_> = error.hints().iter().map(hints::words).collect();
            let error = JsonError {
                code: error.code(),
                exit_code: code,
                message: &message,
                hints: &hints,
            };
            let document = Document::<()> {
                schema: "jwtctl.error/1",
                ok: false,
                report: None,
                error: Some(error),
            };
            // If the reader has closed the pipe, the exit code is enough. If stdout cannot be
            // written for another reason, such as a full disk, the error goes to stderr.
            if write_json(&document).is_err_and(|e| e.kind() != io::ErrorKind::BrokenPipe) {
                self.line("error", AnsiColor::Red, &message);
            }
        } else {
            self.line("error", AnsiColor::Red, &message(error));
            let hints = error.hints().iter().map(hints::words);
            hints.for_each(|hint| self.line("hint", AnsiColor::Cyan, &hint));
        }
        ExitCode::from(code)
    }
}

/// A remark in the form of GitHub's workflow commands.
pub struct Annotation<'a> {
    /// `error`, `warning` or `notice`.
    pub level: &'static str,
    /// The file that it is about.
    pub file: Option<&'a str>,
    /// Its heading.
    pub title: &'a str,
    /// One line.
    pub message: &'a str,
}

/// A spinner on stderr, which shows that jwtctl is still working.
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

fn write_stdout(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()
}

/// The hints of all reasons of a refusal: a user who has dealt with the first reason has to deal
/// with the second.
fn worded(rejection: &Rejection) -> Vec<Cow<'_, str>> {
    let mut worded: Vec<Cow<'_, str>> = Vec::new();
    for hint in rejection.reasons().iter().flat_map(|reason| &reason.hints) {
        let hint = hints::words(hint);
        // Two reasons may have the same hint.
        if !worded.contains(&hint) {
            worded.push(hint);
        }
    }
    worded
}

/// Ends the process, for a failure that no caller can return: the system gives no random bytes.
#[expect(
    clippy::exit,
    clippy::disallowed_methods,
    reason = "what fills a buffer with randomness cannot fail otherwise"
)]
pub fn stop(why: &str) -> ! {
    // If stderr is closed, there is no place left to report that.
    let _ = writeln!(io::stderr().lock(), "error: {}", printable(why));
    std::process::exit(i32::from(exit_code(Code::Io)));
}

/// The exit code for an error code; scripts rely on it.
pub fn exit_code(code: Code) -> u8 {
    match code {
        Code::Usage
        | Code::BadKey
        | Code::BadSecret
        | Code::BadPassphrase
        | Code::BadInput
        | Code::NoInput => 2,
        Code::KeysUnavailable | Code::RedisUnavailable | Code::IssuerUnavailable => 3,
        Code::Io | Code::WouldOverwrite | Code::UnsafePermissions => 4,
        Code::BadSignature | Code::DecryptionFailed => 10,
        Code::Expired | Code::TooOld => 11,
        Code::NotYetValid => 12,
        Code::MissingClaim | Code::Mismatch => 13,
        Code::NoMatchingKey => 14,
        Code::AlgNotAllowed | Code::UnknownCritical | Code::UntrustedCertificate => 15,
        Code::SessionGone => 16,
        Code::Malformed => 17,
        Code::Bug => 70,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_can_rely_on_exit_codes() {
        for (code, exit) in [
            (Code::Usage, 2),
            (Code::BadKey, 2),
            (Code::BadSecret, 2),
            (Code::BadPassphrase, 2),
            (Code::BadInput, 2),
            (Code::NoInput, 2),
            (Code::KeysUnavailable, 3),
            (Code::RedisUnavailable, 3),
            (Code::IssuerUnavailable, 3),
            (Code::Io, 4),
            (Code::WouldOverwrite, 4),
            (Code::UnsafePermissions, 4),
            (Code::BadSignature, 10),
            (Code::DecryptionFailed, 10),
            (Code::Expired, 11),
            (Code::TooOld, 11),
            (Code::NotYetValid, 12),
            (Code::MissingClaim, 13),
            (Code::Mismatch, 13),
            (Code::NoMatchingKey, 14),
            (Code::UntrustedCertificate, 15),
            (Code::AlgNotAllowed, 15),
            (Code::UnknownCritical, 15),
            (Code::SessionGone, 16),
            (Code::Malformed, 17),
            (Code::Bug, 70),
        ] {
            assert_eq!(exit_code(code), exit, "{}", code.as_str());
        }
    }
}
