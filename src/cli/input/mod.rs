//! Reading what arguments name: files, `-` for stdin (once), `env:NAME`, `fd:N`, answers to
//! prompts. No other module of jwtctl reads environment variables.

mod better_auth;
mod choice;
mod claim;
mod claims;
mod encryption;
mod given;
mod header;
mod passphrase;
mod profile;
mod redis;
mod secret;
mod store;
#[cfg_attr(windows, path = "terminal_windows.rs")]
mod terminal;
mod token;
mod variables;

pub use better_auth::{
    SqlDialect, check_sealing, check_whole, closed, protection, row_refusal, secret_spec,
    signing_row,
};
pub use choice::{Choice, content_enc, curve, key_alg, sig_alg};
pub use claim::Claim;
pub use claims::{CLAIM_FLAGS, ClaimArgs, FINGERPRINT, Overlay, Usual};
pub use encryption::{Openers, not_for_encryption};
pub use header::{HeaderArgs, Reserved};
pub use profile::ProfileArgs;
pub use redis::{Login, RedisLogin};
pub use secret::SecretArgs;
pub use store::{Guard, Home, policy_folder};
pub use token::{Pasted, strip, too_large};
pub use variables::variables;

use std::cell::OnceCell;
use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use jwtctl::core::address::redacted;
use jwtctl::core::better_auth::ServerSecret;
use jwtctl::core::error::{Error, shell_word};
use jwtctl::core::files::{self, MAX_FILE, ReadError};
use jwtctl::core::keyfile::{self, KeyFile};
use jwtctl::core::limits::MAX_SECRET;
use jwtctl::core::secret::Secret;
use jwtctl::core::time::{self, Timestamp};

use super::output::Output;

/// An environment variable, if it is set to any text.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the environment comes in"
)]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The directories in which the system looks for a command.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the environment comes in"
)]
pub fn search_path() -> Option<std::ffi::OsString> {
    std::env::var_os("PATH")
}

/// An environment variable as it is, empty or not text included: the libraries that read it
/// themselves accept that.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the environment comes in"
)]
pub fn variable_bytes(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// Whether a variable is set to anything that does not mean no.
pub fn is_on(name: &str) -> bool {
    let no = ["", "0", "n", "no", "f", "false", "off"];
    variable(name).is_some_and(|value| !no.contains(&value.to_ascii_lowercase().as_str()))
}

/// Where something is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    Stdin,
    Variable(String),
    Descriptor(u32),
    /// A key of the keystore; with an empty id, all that it publishes.
    Store(String),
    File(PathBuf),
}

impl Source {
    fn parse(spec: &str) -> Self {
        if ["-", "fd:0", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].contains(&spec) {
            return Self::Stdin;
        }
        if let Some(name) = spec.strip_prefix("env:") {
            return Self::Variable(name.into());
        }
        if let Some(kid) = spec.strip_prefix("store:") {
            return Self::Store(kid.into());
        }
        match spec
            .strip_prefix("fd:")
            .and_then(|number| number.parse().ok())
        {
            Some(number) => Self::Descriptor(number),
            None => Self::File(spec.into()),
        }
    }
}

/// Whether the message about a missing source may repeat the argument: the value of `--secret` may
/// be the secret itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Echo {
    Name,
    Hide,
}

/// Reads what arguments name.
pub struct Inputs {
    output: Output,
    no_input: bool,
    passphrase_from: Option<String>,
    server_secrets: Vec<String>,
    read_secrets: OnceCell<Vec<ServerSecret>>,
    store: Option<PathBuf>,
}

impl Inputs {
    /// Inputs of which nothing was read yet. Notes about what is read go to `output`.
    pub fn new(
        output: Output,
        no_input: bool,
        passphrase_from: Option<String>,
        store: Option<PathBuf>,
    ) -> Self {
        Self {
            output,
            no_input,
            passphrase_from,
            server_secrets: Vec::new(),
            read_secrets: OnceCell::new(),
            store,
        }
    }

    /// Refuses a call in which stdin is named more than once, before anything waits for it. Each
    /// pair is an argument's name and its value; the passphrase is counted by itself.
    pub fn check_stdin(&self, named: &[(&str, Option<&str>)]) -> Result<(), Error> {
        let passphrase = ("--passphrase-from", self.passphrase_from.as_deref());
        let secrets = self.server_secret_specs();
        let users: Vec<&str> = named
            .iter()
            .chain([&passphrase])
            .chain(&secrets)
            .filter(|(_, spec)| spec.is_some_and(|spec| Source::parse(spec) == Source::Stdin))
            .map(|(name, _)| *name)
            .collect();
        match users[..] {
            [first, second, ..] => Err(Error::usage(
                "stdin",
                format!("named by both {first} and {second}"),
            )
            .hint("give one of them as a file, env:NAME or fd:N")),
            _ => Ok(()),
        }
    }

    /// Whether this is a step of a GitHub workflow, whose log takes annotations.
    pub fn in_github_workflow(&self) -> bool {
        variable("GITHUB_ACTIONS").as_deref() == Some("true")
    }

    /// An argument that may be left out: `-` stands for it then, unless stdin is a terminal.
    pub fn or_stdin<'a>(&self, spec: Option<&'a str>) -> Option<&'a str> {
        spec.or_else(|| (!std::io::stdin().is_terminal()).then_some("-"))
    }

    /// Reads what `spec` names, at most `limit` bytes.
    fn read(&self, spec: &str, flag: &str, limit: u64, echo: Echo) -> Result<Secret, Error> {
        match Source::parse(spec) {
            Source::Stdin => read_stream(std::io::stdin().lock(), "standard input", limit),
            Source::Variable(name) => match variable(&name) {
                Some(value) => Ok(Secret::new(value.into_bytes())),
                None if echo == Echo::Hide => Err(hidden(flag, spec)),
                None => Err(Error::usage(
                    format!("{flag} env:{name}"),
                    "the environment has no such variable, or it is not text",
                )),
            },
            Source::Descriptor(number) => {
                let path = PathBuf::from(format!("/dev/fd/{number}"));
                let file = std::fs::File::open(&path).map_err(|_| {
                    Error::usage(
                        format!("{flag} fd:{number}"),
                        "no such open file descriptor",
                    )
                })?;
                read_stream(file, &format!("fd:{number}"), limit)
            }
            Source::Store(_) if echo == Echo::Hide => Err(hidden(flag, spec)),
            Source::Store(_) => Err(Error::usage(flag, "takes no key of the keystore")),
            Source::File(path) => match files::read(&path, limit) {
                Err(_) if echo == Echo::Hide && !path.metadata().is_ok_and(|it| !it.is_dir()) => {
                    Err(hidden(flag, spec))
                }
                Err(_) if may_be_secret(spec) && !path.exists() => Err(hidden(flag, spec)),
                Err(_) if spec.starts_with("https://") || spec.starts_with("http://") => {
                    let url = redacted(spec);
                    let error =
                        Error::usage(flag, format!("{url} is a URL, and a file is expected"));
                    Err(error.hint(format!("keys at a URL: --jwks-uri {}", shell_word(&url))))
                }
                other => other,
            },
        }
    }

    /// Reads a whole file that is not secret, or stdin.
    pub fn content(&self, spec: &str, limit: u64) -> Result<Secret, Error> {
        match spec {
            "-" => read_stream(std::io::stdin().lock(), "standard input", limit),
            path => match files::read(Path::new(path), limit) {
                Err(_) if may_be_secret(path) && !Path::new(path).exists() => {
                    let why =
                        "the value names no file, and is not repeated here in case it is secret";
                    Err(Error::usage("", why).hint("put it into a file, or use - (stdin)"))
                }
                other => other,
            },
        }
    }

    /// Reads a text file or stdin: [`Inputs::content`], with a byte order mark left out and UTF-16
    /// read as UTF-8.
    pub fn document(&self, spec: &str, limit: u64) -> Result<Secret, Error> {
        let bytes = self.content(spec, limit)?;
        Ok(match keyfile::from_utf16(bytes.expose()) {
            Some(text) => {
                let note = "is text in UTF-16, as Windows PowerShell writes it";
                self.output.note(&format!("{spec}: it {note}"));
                text
            }
            None => bytes,
        })
    }

    /// Reads a key, with its private half if it has one; `store:KID` names one of the keystore.
    pub fn key_file(&self, spec: &str, flag: &str) -> Result<KeyFile, Error> {
        match Source::parse(spec) {
            Source::Store(kid) => self.stored_key(&kid).map(|key| KeyFile::from(vec![key])),
            _ => self.read_keys(&self.key_bytes(spec, flag)?, spec),
        }
    }

    /// The bytes of a key file, unread.
    pub fn key_bytes(&self, spec: &str, flag: &str) -> Result<Secret, Error> {
        self.read(spec, flag, MAX_FILE, Echo::Name)
    }

    /// The keys in the bytes of what `spec` names.
    pub fn read_keys(&self, bytes: &Secret, spec: &str) -> Result<KeyFile, Error> {
        let what = source_name(spec);
        self.read_keys_with(bytes, spec, &mut || self.passphrase(what))
    }

    /// The keys in the bytes of what `spec` names; `passphrase` is called when they are encrypted.
    fn read_keys_with(
        &self,
        bytes: &Secret,
        spec: &str,
        passphrase: keyfile::Passphrase<'_>,
    ) -> Result<KeyFile, Error> {
        let what = source_name(spec);
        let mut file = keyfile::read(bytes, what, passphrase)?;
        self.open_table(&mut file)?;
        for note in &file.notes {
            self.output.note(&format!("{what}: {note}"));
        }
        Ok(file)
    }
}

/// The name in messages of what an argument names: `-` is "standard input".
pub fn source_name(spec: &str) -> &str {
    if spec == "-" { "standard input" } else { spec }
}

fn read_stream(stream: impl std::io::Read, name: &str, limit: u64) -> Result<Secret, Error> {
    files::read_from(stream, name, limit).map_err(|error| match error {
        ReadError::Io(e) => Error::io(name, &e),
        ReadError::TooLarge(error) => error,
    })
}

/// Whether an argument may be a secret, though it should be a name: it looks like a key, a token or
/// a header, or is longer than a name. Messages do not repeat such an argument.
pub fn may_be_secret(argument: &str) -> bool {
    const LONGEST: usize = 100;
    let argument = argument.trim_start();
    let folder = Path::new(argument).parent();
    if !is_key(argument) && folder.is_some_and(|it| it != Path::new("") && it.is_dir()) {
        return false;
    }
    argument.len() > LONGEST
        || is_key(argument)
        || argument.starts_with("eyJ")
        || argument.contains("://") && argument.contains('@')
        || argument.contains(": ")
        || argument.contains(char::is_control)
}

/// Whether an argument is JSON or PEM itself, where it should be the name of a file.
fn is_key(argument: &str) -> bool {
    let starts = ["{", "[{", "[\""].iter().any(|it| argument.starts_with(it));
    starts || argument.contains("-----BEGIN")
}

/// The error for a value that is not repeated.
fn hidden(flag: &str, value: &str) -> Error {
    let why = match is_key(value.trim_start()) {
        true => "the value is the key itself; key material never goes on the command line",
        false => {
            "its value names no file that can be read, and is not repeated here in case it is secret"
        }
    };
    Error::usage(flag, why).hint(format!(
        "put it into a file, or use {flag} env:NAME, {flag} fd:N or {flag} - (stdin)"
    ))
}

/// A TIME argument, `flag` naming it in messages.
pub fn moment(text: &str, flag: &str, now: Timestamp) -> Result<Timestamp, Error> {
    Timestamp::parse(text, now).map_err(|error| match error {
        Error::Input {
            code,
            what,
            why,
            hints,
        } => Error::Input {
            code,
            what: format!("{flag} {what}").into(),
            why,
            hints,
        },
        other => other,
    })
}

/// A `value_parser` for DURATION.
pub fn duration(text: &str) -> Result<i64, Error> {
    time::parse_duration(text)
}

#[cfg(test)]
mod tests {
    use super::super::output::Color;
    use super::*;

    #[test]
    fn stdin_serves_one_reader() {
        let output = Output::new(false, false, false, Color::Never);
        let inputs = Inputs::new(output, true, Some("-".into()), None);
        assert!(inputs.check_stdin(&[("TOKEN", Some("x"))]).is_ok());
        let error = inputs.check_stdin(&[("TOKEN", Some("-"))]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "stdin: named by both TOKEN and --passphrase-from"
        );
    }

    #[test]
    fn sources_are_told_apart() {
        assert_eq!(Source::parse("-"), Source::Stdin);
        assert_eq!(Source::parse("env:A"), Source::Variable("A".into()));
        assert_eq!(Source::parse("fd:3"), Source::Descriptor(3));
        assert_eq!(Source::parse("fd:x"), Source::File("fd:x".into()));
        assert_eq!(Source::parse("store:k"), Source::Store("k".into()));
        assert_eq!(Source::parse("./-"), Source::File("./-".into()));
    }
}
