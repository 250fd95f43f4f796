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
mod spec;
mod store;
#[cfg_attr(windows, path = "terminal_windows.rs")]
mod terminal;
mod token;
mod variables;

pub use better_auth::{
    SqlDialect, check_sealing, check_whole, closed, protection, row_refusal, signing_row,
};
pub use choice::{Choice, content_enc, curve, key_alg, sig_alg};
pub use claim::Claim;
pub use claims::{CLAIM_FLAGS, ClaimArgs, Completed, FINGERPRINT, Overlay, Usual};
pub use encryption::{Openers, not_for_encryption, unknown_kid};
pub use header::{HeaderArgs, Reserved};
pub use profile::ProfileArgs;
pub use redis::{Login, RedisLogin};
pub use secret::SecretArgs;
pub use spec::{
    ClientSpec, FileSpec, RedisUrl, SecretSpec, ServerSecretSpec, Spec, is_secret, not_empty,
    on_stdin,
};
pub use store::{Guard, Home, policy_folder};
pub use token::{Pasted, TokenSource, strip, too_large};
pub use variables::variables;

use std::cell::OnceCell;
use std::ffi::OsString;
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
use spec::Source;

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

/// Reads what arguments name.
pub struct Inputs {
    output: Output,
    no_input: bool,
    passphrase_from: Option<SecretSpec>,
    server_secrets: Vec<ServerSecretSpec>,
    read_secrets: OnceCell<Vec<ServerSecret>>,
    store: Option<PathBuf>,
    on_stdin: Vec<String>,
}

impl Inputs {
    /// Inputs of which nothing was read yet. Notes about what is read go to `output`.
    pub fn new(
        output: Output,
        no_input: bool,
        passphrase_from: Option<SecretSpec>,
        store: Option<PathBuf>,
    ) -> Self {
        Self {
            output,
            no_input,
            passphrase_from,
            server_secrets: Vec::new(),
            read_secrets: OnceCell::new(),
            store,
            on_stdin: Vec::new(),
        }
    }

    /// These inputs, with the arguments of the call that name stdin.
    ///
    /// # Errors
    /// When stdin is named more than once, before anything waits for it.
    pub fn with_stdin(mut self, named: Vec<String>) -> Result<Self, Error> {
        if let [first, second, ..] = &named[..] {
            return Err(named_by_both(first, second));
        }
        self.on_stdin = named;
        Ok(self)
    }

    /// Whether this is a step of a GitHub workflow, whose log takes annotations.
    pub fn in_github_workflow(&self) -> bool {
        variable("GITHUB_ACTIONS").as_deref() == Some("true")
    }

    /// Reads what `spec` names, at most `limit` bytes.
    fn read(&self, spec: &Spec, limit: u64) -> Result<Secret, Error> {
        let flag = spec.flag();
        match spec.source() {
            Source::Stdin => read_stream(std::io::stdin().lock(), "standard input", limit),
            Source::Variable(name) => match variable(&name) {
                Some(value) => Ok(Secret::new(value.into_bytes())),
                None if spec.is_secret() => Err(hidden(spec)),
                None => Err(Error::usage(
                    format!("{flag} env:{name}"),
                    "the environment has no such variable, or it is not text",
                )),
            },
            Source::Descriptor(number) if !cfg!(unix) => {
                let error = Error::usage(
                    format!("{flag} fd:{number}"),
                    "this system's shells open no numbered files for a program",
                );
                Err(error.hint("give a file, env:NAME or - (stdin)"))
            }
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
            Source::Store(_) if spec.is_secret() => Err(hidden(spec)),
            Source::Store(_) => Err(Error::usage(flag, "takes no key of the keystore")),
            Source::File(path) => match files::read(&path, limit) {
                Err(_) if spec.is_secret() && !path.metadata().is_ok_and(|it| !it.is_dir()) => {
                    Err(hidden(spec))
                }
                Err(_) if may_be_secret(spec) && !path.exists() => Err(hidden(spec)),
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
    pub fn content(&self, spec: &FileSpec, limit: u64) -> Result<Secret, Error> {
        match spec.text() {
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
    pub fn document(&self, spec: &FileSpec, limit: u64) -> Result<Secret, Error> {
        let bytes = self.content(spec, limit)?;
        Ok(match keyfile::from_utf16(bytes.expose()) {
            Some(text) => {
                let note = "is text in UTF-16, as Windows PowerShell writes it";
                self.output.note(&format!("{}: it {note}", spec.text()));
                text
            }
            None => bytes,
        })
    }

    /// Reads a key, with its private half if it has one; `store:KID` names one of the keystore.
    pub fn key_file(&self, spec: &Spec) -> Result<KeyFile, Error> {
        match spec.source() {
            Source::Store(kid) => self.stored_key(&kid).map(|key| KeyFile::from(vec![key])),
            _ => self.read_keys(&self.key_bytes(spec)?, spec.source_name()),
        }
    }

    /// The bytes of a key file, unread.
    pub fn key_bytes(&self, spec: &Spec) -> Result<Secret, Error> {
        self.read(spec, MAX_FILE)
    }

    /// The keys in the bytes of a file that messages call `what`.
    pub fn read_keys(&self, bytes: &Secret, what: &str) -> Result<KeyFile, Error> {
        self.read_keys_with(bytes, what, &mut || self.passphrase(what))
    }

    /// The keys in the bytes of a file that messages call `what`; `passphrase` is asked for the one
    /// that opens them.
    fn read_keys_with(
        &self,
        bytes: &Secret,
        what: &str,
        passphrase: keyfile::Passphrase<'_>,
    ) -> Result<KeyFile, Error> {
        let mut file = keyfile::read(bytes, what, passphrase)?;
        self.open_table(&mut file)?;
        for note in &file.notes {
            self.output.note(&format!("{what}: {note}"));
        }
        Ok(file)
    }
}

/// The refusal of a call in which two arguments name stdin.
fn named_by_both(first: &str, second: &str) -> Error {
    let why = format!("named by both {first} and {second}");
    Error::usage("stdin", why).hint("give one of them as a file, env:NAME or fd:N")
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
fn hidden(spec: &Spec) -> Error {
    let why = match is_key(spec.text().trim_start()) {
        true => "the value is the key itself; key material never goes on the command line",
        false => {
            "its value names no file that can be read, and is not repeated here in case it is secret"
        }
    };
    let start = spec.beginning();
    Error::usage(spec.flag(), why).hint(format!(
        "put it into a file, or use {start}env:NAME, {start}fd:N or {start}- (stdin)"
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
        let inputs = || Inputs::new(output.clone(), true, None, None);
        let named = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect();
        let both = inputs().with_stdin(named(&["--key", "--claims"]));
        let said = both.err().map(|error| error.to_string());
        assert_eq!(
            said.as_deref(),
            Some("stdin: named by both --key and --claims")
        );
        // A token that is left out is on stdin as well, unless that is a terminal.
        let one = inputs().with_stdin(named(&["--key"])).unwrap();
        if let Err(error) = one.token_source(None) {
            assert_eq!(error.to_string(), "stdin: named by both TOKEN and --key");
        }
        let token = Spec::new("TOKEN", "-");
        assert!(one.token_source(Some(&token)).is_ok());
    }
}
