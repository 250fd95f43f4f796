//! The output for what clap returns instead of arguments: help and version are answers, the rest
//! are usage errors. An argument in the wrong place may be a secret, so messages do not repeat
//! every argument.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::CommandFactory as _;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use jwtctl::core::error::{Code, Error};
use serde::Serialize;

use super::super::Cli;
use super::super::input::{is_secret, may_be_secret};
use super::escape::{printable, printable_lines, printable_styled};
use super::{Color, Output, Page, Report, exit_code};

/// Writes what clap has returned for `args`.
pub fn clap_error(mut error: clap::Error, args: &[OsString], json: bool, color: Color) -> ExitCode {
    let output = Output::new(json, false, false, color);
    if let Some(refused) = unspeakable(&error, args) {
        return output.fail(&refused);
    }
    mend_usage(&mut error, args);
    escape_values(&mut error);
    let text = error.render();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            help(&text.to_string(), &text.ansi().to_string(), json, color)
        }
        // clap's own message would list hidden commands as well.
        ErrorKind::MissingSubcommand => output.fail(&usage_error(&error)),
        _ if json => output.fail(&usage_error(&error)),
        _ => {
            let text = if output.stderr.color {
                printable_styled(&text.ansi().to_string())
            } else {
                printable_lines(&text.to_string()).into_owned()
            };
            // If stderr is closed, there is no place left to report that.
            let _ = io::stderr().lock().write_all(text.as_bytes());
            ExitCode::from(exit_code(Code::Usage))
        }
    }
}

/// Writes help: `text` without colours, `ansi` with them.
pub fn help(text: &str, ansi: &str, json: bool, color: Color) -> ExitCode {
    Output::new(json, false, false, color).emit(&Text {
        text: text.to_owned(),
        ansi: ansi.to_owned(),
    })
}

/// Names of commands in other tools, and what to call in jwtctl.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("encode", "to make a token: jwtctl sign --key KEYSPEC"),
    (
        "create",
        "to make a token: jwtctl sign --key KEYSPEC; a key: jwtctl keygen",
    ),
    ("mint", "to make a token: jwtctl sign --key KEYSPEC"),
    ("issue", "to make a token: jwtctl sign --key KEYSPEC"),
    ("inspect", "to look into a token: jwtctl decode TOKEN"),
    ("show", "to look into a token: jwtctl decode TOKEN"),
    ("parse", "to look into a token: jwtctl decode TOKEN"),
    ("read", "to look into a token: jwtctl decode TOKEN"),
    (
        "check",
        "to judge a token: jwtctl verify TOKEN --issuer URL --aud YOU",
    ),
    (
        "validate",
        "to judge a token: jwtctl verify TOKEN --issuer URL --aud YOU",
    ),
    ("generate", "to make a key: jwtctl keygen"),
    ("genkey", "to make a key: jwtctl keygen"),
    (
        "jwk",
        "keys and sets: jwtctl jwks list, jwtctl jwks convert",
    ),
    ("thumbprint", "jwtctl jwks thumbprint --jwks FILE"),
    ("seal", "to encrypt: jwtctl encrypt --to KEYSPEC"),
    ("man", "jwtctl COMMAND --help, or man jwtctl"),
    ("completion", "jwtctl completions SHELL"),
];

/// Names of options in other tools, and what they are in jwtctl.
const OTHER_FLAGS: &[(&str, &str)] = &[
    ("--private-key", "the key is named with --key KEYSPEC"),
    ("--public-key", "the key is named with --key KEYSPEC"),
    ("--key-file", "the key is named with --key KEYSPEC"),
    (
        "--payload",
        "to verify a signature over bytes: --detached FILE",
    ),
    (
        "--data",
        "to verify a signature over bytes: --detached FILE",
    ),
    ("--audience", "an audience is named with --aud"),
    ("--subject", "a subject is named with --sub"),
    ("--expires-in", "how long a token is valid: --ttl DURATION"),
    ("--expiration", "when a token ends: --exp TIME"),
    ("--algorithm", "an algorithm is named with --alg"),
    ("--jwks-url", "the set at a URL: --jwks-uri URL"),
    (
        "--password-file",
        "what opens a key: --passphrase-from KEYSPEC",
    ),
];

/// The error to write in place of clap's own: for an argument that should not be repeated, or one
/// that has another name in other tools.
fn unspeakable(error: &clap::Error, args: &[OsString]) -> Option<Error> {
    let culprits = [
        ContextKind::InvalidArg,
        ContextKind::InvalidValue,
        ContextKind::InvalidSubcommand,
    ];
    let said = culprits
        .into_iter()
        .find_map(|kind| match error.get(kind) {
            Some(ContextValue::String(text)) => Some(text.as_str()),
            _ => None,
        })?;
    let is_stray = error.kind() == ErrorKind::UnknownArgument && !said.starts_with("--");
    let is_secret = may_be_secret(said) || is_stray && names_secret(args);
    if error.kind() == ErrorKind::InvalidSubcommand && said.starts_with("eyJ") {
        return Some(
            Error::usage("", "a token is not a command")
                .hint("to look into it: jwtctl decode TOKEN"),
        );
    }
    if error.kind() == ErrorKind::UnknownArgument
        && let Some((_, meant)) = OTHER_FLAGS.iter().find(|(name, _)| *name == said)
    {
        return Some(Error::usage(said, "is not an option of this command").hint(*meant));
    }
    if error.kind() == ErrorKind::InvalidSubcommand
        && let Some((_, meant)) = OTHER_NAMES.iter().find(|(name, _)| *name == said)
    {
        let error = Error::usage("", format!("{said:?} is not a command of jwtctl"));
        return Some(error.hint(*meant));
    }
    is_secret.then(|| {
        let error = Error::usage(
            "",
            "an argument was not expected, and is not repeated here in case it is secret",
        );
        error.hint("a key goes into a file, env:NAME or fd:N; for how to call the command: --help")
    })
}

/// Whether a flag is there whose value is secret, or names what is: what follows one by mistake may
/// be part of it.
fn names_secret(args: &[OsString]) -> bool {
    fn is_secret_in(command: &clap::Command, flag: &str) -> bool {
        let mut own = command.get_arguments();
        own.any(|it| it.get_long() == Some(flag) && is_secret(it))
            || command.get_subcommands().any(|it| is_secret_in(it, flag))
    }
    let mut whole = Cli::command();
    whole.build();
    let mut words = args
        .iter()
        .filter_map(|arg| arg.to_str()?.strip_prefix("--"));
    words.any(|word| is_secret_in(&whole, word.split('=').next().unwrap_or(word)))
}

/// Escapes the arguments that clap's message repeats, as a terminal could act on them.
fn escape_values(error: &mut clap::Error) {
    let typed: Vec<(ContextKind, ContextValue)> = error
        .context()
        .filter_map(|(kind, value)| match value {
            ContextValue::String(text) => {
                Some((kind, ContextValue::String(printable(text).into_owned())))
            }
            _ => None,
        })
        .collect();
    for (kind, value) in typed {
        error.insert(kind, value);
    }
}

/// Removes flags from the usage line that come from the environment, which the user has not typed.
fn mend_usage(error: &mut clap::Error, args: &[OsString]) {
    let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) else {
        return;
    };
    let mut text = usage.to_string();
    let typed = |flag: &str| {
        args.iter()
            .filter_map(|arg| arg.to_str())
            .any(|arg| arg.split('=').next() == Some(flag))
    };
    // clap names global flags that the environment sets as if they had been typed.
    for arg in Cli::command()
        .get_arguments()
        .filter(|it| it.get_env().is_some())
    {
        let flag = format!("--{}", arg.get_long().unwrap_or_default());
        let value = match (arg.get_action().takes_values(), arg.get_value_names()) {
            (true, Some([name, ..])) => format!(" <{name}>"),
            _ => String::new(),
        };
        if !typed(&flag) {
            text = text.replacen(&format!(" {flag}{value}"), "", 1);
        }
    }
    if text != usage.to_string() {
        error.insert(ContextKind::Usage, ContextValue::StyledStr(text.into()));
    }
}

/// clap's message of several lines as one error, with clap's tips as hints.
fn usage_error(error: &clap::Error) -> Error {
    let text = error.render().to_string();
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand
    ) {
        let usage = text.lines().find_map(|line| line.strip_prefix("Usage: "));
        let so_far = usage
            .and_then(|usage| usage.split(" [").next())
            .unwrap_or("jwtctl");
        return Error::usage("", "a command is needed").hint(format!("{so_far} --help lists them"));
    }
    let said = |line: &&str| !line.is_empty() && !line.starts_with("tip: ");
    let message: Vec<&str> = text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.is_empty())
        .filter(said)
        .collect();
    let tips = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("tip: "));
    let error = Error::usage("", message.join(" ").trim_start_matches("error: "));
    tips.fold(error, |error, tip| error.hint(tip.to_owned()))
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
        page.own(&self.text, &self.ansi)
    }
}
