//! The command line: parse, run, write, exit.

mod batch;
mod cache;
mod clock;
mod completions;
mod context;
mod decode;
mod decrypt;
mod encrypt;
mod explain;
mod help;
mod input;
mod install;
mod jwks;
mod keygen;
mod man;
mod network;
mod output;
mod policy;
mod serve;
mod session;
mod sign;
mod verify;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{
    ArgMatches, Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum as _,
    ValueHint,
};
use jwtctl::core::env::Env;
use jwtctl::core::error::Error;
use jwtctl::core::time::Timestamp;

pub use context::{Context, PolicyUsed};

use clock::SystemClock;
use context::Typed;
use input::{Inputs, SecretSpec, ServerSecretSpec};
use output::{Color, Output, Report};

/// Mint, inspect and verify JSON Web Tokens, and manage JSON Web Key Sets
///
/// Exit codes: 0 done or valid, 1 the answer is no, 2 the call cannot be used, 3 something outside
/// did not answer, 4 this machine refused, 10 to 17 the token was judged and is bad (10 signature,
/// 11 expired, 12 not yet valid, 13 a claim, 14 no key, 15 algorithm, 16 session, 17 not a token; in
/// a shell: case $? in 1[0-7])), 70 a bug in jwtctl, 130 and 143 ended by a signal.
///
/// With --json, every run prints one document with "schema" and "ok" on standard output, failures
/// included: a failure has "error", while exit code 1 is an answer and has what was found. Only
/// serve --exec leaves standard output to the command that it runs.
#[derive(Parser)]
#[command(
    name = "jwtctl",
    version,
    disable_help_subcommand = true,
    infer_subcommands = false,
    max_term_width = 100
)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Args)]
#[command(next_help_heading = "Global options")]
struct Global {
    /// Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    #[arg(long, global = true)]
    json: bool,
    /// No notes and no progress on stderr
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Say more: why, and where from; secrets stay redacted
    #[arg(long, short, global = true, conflicts_with = "quiet", action = clap::ArgAction::Count)]
    verbose: u8,
    /// When to use colour
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = false
    )]
    color: Color,
    /// Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or
    /// -1h; the cache of fetched keys goes by the machine's clock
    #[arg(
        long,
        global = true,
        value_name = "TIME",
        env = "JWTCTL_NOW",
        allow_hyphen_values = true,
        hide_env_values = true
    )]
    now: Option<String>,
    /// Never prompt: fail and name the flag to use [env: CI]
    #[arg(long, global = true)]
    no_input: bool,
    /// The keystore (default: in the platform's data directory)
    #[arg(long, global = true, value_name = "DIR", env = "JWTCTL_STORE", hide_env_values = true, value_hint = ValueHint::DirPath)]
    store: Option<OsString>,
    /// Keep fetched keys in DIR (default: the platform's cache directory)
    #[arg(long, global = true, value_name = "DIR", env = "JWTCTL_CACHE_DIR", hide_env_values = true, value_hint = ValueHint::DirPath)]
    cache_dir: Option<OsString>,
    /// Files and cache only: open no connection
    #[arg(long, global = true, env = "JWTCTL_OFFLINE", value_parser = clap::builder::FalseyValueParser::new(), hide_env_values = true)]
    offline: bool,
    /// Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or
    /// fd:N
    #[arg(
        long,
        global = true,
        value_name = "KEYSPEC",
        env = "JWTCTL_PASSPHRASE_FILE",
        hide_env_values = true,
        allow_hyphen_values = true
    )]
    passphrase_from: Option<SecretSpec>,
    /// Open the private keys of a better-auth table with the server's secret in KEYSPEC; with
    /// versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    #[arg(
        long,
        global = true,
        value_name = "[VERSION:]KEYSPEC",
        hide_short_help = true,
        allow_hyphen_values = true
    )]
    better_auth_secret: Vec<ServerSecretSpec>,
}

/// Building a command's arguments is put off until it is the one that runs, which halves the
/// start-up; the one-line descriptions are therefore said here as well.
#[derive(Subcommand)]
#[command(defer = true)]
enum Command {
    /// Show what is in a token, without verifying it
    Decode(decode::Args),
    /// Verify a token: its signature and every claim
    Verify(Box<verify::Args>),
    /// Sign a token
    Sign(Box<sign::Args>),
    /// Encrypt a token
    Encrypt(Box<encrypt::Args>),
    /// Open an encrypted token, and write what is in it
    Decrypt(decrypt::Args),
    /// Make a key
    Keygen(keygen::Args),
    /// Your own keys, and everything one does with a key set
    Jwks(Box<jwks::Args>),
    /// Look after the cache of fetched key sets
    Cache(cache::Args),
    /// Manage sessions in Redis, as the npm middleware jwt-redis-session keeps them
    Session(session::Args),
    /// Check policies of verify, and show what they come to
    Policy(policy::Args),
    /// Explain an error code, or the codes behind an exit code
    Explain(explain::Args),
    /// Run a local issuer: OpenID Connect and OAuth 2.0 for tests
    Serve(serve::Args),
    /// Print the completion script for a shell
    Completions(completions::Args),
    /// Write the manual pages
    #[command(hide = true)]
    Man(man::Args),
}

/// The command line without the commands that `--help` leaves out, as completions are to know it.
fn listed() -> clap::Command {
    let whole = Command::augment_subcommands(bare());
    let commands = whole.get_subcommands().filter(|it| !it.is_hide_set());
    let commands: Vec<clap::Command> = commands.cloned().collect();
    Global::augment_args(bare()).subcommands(commands)
}

/// The command line without any command or argument: clap takes none away again.
fn bare() -> clap::Command {
    clap::Command::new("jwtctl")
        .version(env!("CARGO_PKG_VERSION"))
        .disable_help_subcommand(true)
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    output::report_panics();
    let mut args: Vec<OsString> = std::env::args_os().collect();
    if let Some(ended) = completions::complete(&args) {
        return ended;
    }
    // Help and hints call it jwtctl, also where its file has another name, as jwtctl.exe.
    args.splice(..args.len().min(1), [OsString::from("jwtctl")]);
    let (json, color) = looks(&args);
    let Call {
        mut cli,
        typed,
        on_stdin,
        policy,
    } = match understood(&mut args, json, color) {
        Ok(call) => call,
        Err(ended) => return ended,
    };
    // A bare value is asked for by this call, JSON perhaps by an environment that was meant for
    // others.
    let json = cli.global.json || (json && !cli.command.is_bare());
    let output = Output::new(
        json,
        cli.global.quiet,
        cli.global.verbose > 0,
        cli.global.color,
    );
    let now = match now(cli.global.now.as_deref()) {
        Ok(now) => now,
        Err(error) => return output.fail(&error),
    };
    let clock = SystemClock::new();
    let random = |buffer: &mut [u8]| fill_random(buffer);
    let env = Env {
        now,
        random: &random,
        clock: &clock,
    };
    let is_now_chosen = cli.global.now.as_deref().is_some_and(|it| !it.is_empty());
    let (cache_dir, offline) = (cli.global.cache_dir.take(), cli.global.offline);
    let inputs = match inputs(cli.global, on_stdin, &output) {
        Ok(inputs) => inputs,
        Err(error) => return output.fail(&error),
    };
    let mut context = Context {
        env,
        inputs,
        output,
        cache_dir: directory(cache_dir),
        offline,
        is_now_chosen,
        typed,
        policy,
    };
    let output = context.output.clone();
    output::run_guarded(&output, || dispatch(cli.command, &mut context))
}

/// What the arguments of a call are read with.
fn inputs(global: Global, on_stdin: Vec<String>, output: &Output) -> Result<Inputs, Error> {
    // Empty, as a variable may be, is as good as none.
    let passphrase_from = global.passphrase_from.filter(|spec| !spec.is_empty());
    let no_input = global.no_input || input::is_on("CI");
    let store = directory(global.store);
    Inputs::new(output.clone(), no_input, passphrase_from, store)
        .with_server_secrets(global.better_auth_secret)
        .with_stdin(on_stdin)
}

/// A directory that was named: not by an empty text, as a variable may be.
fn directory(named: Option<OsString>) -> Option<PathBuf> {
    named.filter(|it| !it.is_empty()).map(PathBuf::from)
}

/// A command line that is understood.
struct Call {
    cli: Cli,
    typed: Typed,
    /// The arguments that name stdin.
    on_stdin: Vec<String>,
    policy: Option<PolicyUsed>,
}

impl Call {
    fn of(matches: &ArgMatches, policy: Option<PolicyUsed>) -> Result<Self, clap::Error> {
        let (typed, on_stdin) = Typed::of(matches);
        Ok(Self {
            cli: Cli::from_arg_matches(matches).map_err(|e| e.format(&mut Cli::command()))?,
            typed,
            on_stdin,
            policy,
        })
    }
}

/// The command line, understood; or the exit code after help or an error was written instead.
fn understood(args: &mut Vec<OsString>, json: bool, color: Color) -> Result<Call, ExitCode> {
    // What most tools take for a question about a command.
    if args.get(1).is_some_and(|arg| arg == "help") {
        if let Some(text) = args.get(2).and_then(|name| help::topic(name.to_str()?)) {
            return Err(output::help(text, text, json, color));
        }
        args.remove(1);
        args.push("--help".into());
    }
    parse_under_policy(args).map_err(|unparsed| match unparsed {
        Unparsed::Call(error) if error.kind() == ErrorKind::DisplayHelp => {
            let text = help::render(args);
            output::help(&text.to_string(), &text.ansi().to_string(), json, color)
        }
        Unparsed::Call(error) => output::clap_error(error, args, json, color),
        Unparsed::Policy(error) => Output::new(json, false, false, color).fail(&error),
    })
}

/// Why a command line is not understood.
enum Unparsed {
    Call(clap::Error),
    Policy(Error),
}

impl From<clap::Error> for Unparsed {
    fn from(error: clap::Error) -> Self {
        Self::Call(error)
    }
}

/// Understands the command line, to which the policy that it names is added.
fn parse_under_policy(args: &mut Vec<OsString>) -> Result<Call, Unparsed> {
    let matches = matches_of(args)?;
    if let Some(("verify", call)) = matches.subcommand()
        && let Some(spec) = call.get_one::<String>("policy")
        && let Some(position) = command_position(args)
    {
        let (extended, used) =
            policy::apply(spec, args, position, call).map_err(Unparsed::Policy)?;
        *args = extended;
        return Ok(Call::of(&matches_of(args)?, Some(used))?);
    }
    Ok(Call::of(&matches, None)?)
}

/// The command line, parsed by clap.
fn matches_of(args: &[OsString]) -> Result<ArgMatches, clap::Error> {
    match matched(narrow(args), args) {
        Ok(matches) if matches.subcommand().is_some() => Ok(matches),
        Err(error) if error.kind() == ErrorKind::DisplayVersion => Err(error),
        // Help and errors may speak of all commands.
        _ => matched(Cli::command(), args),
    }
}

/// The command line with no command but the one that is named: clap copies every global argument into
/// each command that it knows.
fn narrow(args: &[OsString]) -> clap::Command {
    let commands = Command::augment_subcommands(bare());
    let mut words = args.iter().skip(1);
    let named = words.find_map(|word| commands.find_subcommand(word));
    Global::augment_args(bare()).subcommands(named.cloned())
}

fn matched(mut command: clap::Command, args: &[OsString]) -> Result<ArgMatches, clap::Error> {
    let matches = command.try_get_matches_from_mut(args);
    // Thousands of small pieces, which the end of the process gives back sooner than they are.
    std::mem::forget(command);
    matches
}

/// Whether a command line can be understood.
fn parses(args: &[OsString]) -> Result<(), clap::Error> {
    Call::of(&matches_of(args)?, None).map(drop)
}

/// Where the command stands: behind global options and their values.
fn command_position(args: &[OsString]) -> Option<usize> {
    let globals = Global::augment_args(clap::Command::new(""));
    let takes_value = |word: &str| {
        let flag = word.strip_prefix("--");
        globals.get_arguments().any(|it| {
            it.get_long().is_some() && it.get_long() == flag && it.get_action().takes_values()
        })
    };
    let mut at = 1;
    while let Some(word) = args.get(at)?.to_str().filter(|it| it.starts_with('-')) {
        at += if takes_value(word) { 2 } else { 1 };
    }
    Some(at)
}

/// The time that `--now` asks for, which reports must be able to write down; else the real one.
fn now(pretended: Option<&str>) -> Result<Timestamp, Error> {
    let real = SystemClock::real();
    let Some(text) = pretended.filter(|text| !text.is_empty()) else {
        return Ok(real);
    };
    match input::moment(text, "--now", real)? {
        now if now.rfc3339().is_some() => Ok(now),
        _ => Err(Error::usage("--now", "is outside the years 0 to 9999")),
    }
}

fn dispatch(command: Command, context: &mut Context<'_>) -> ExitCode {
    match command {
        Command::Decode(args) => decode::call(args, context),
        Command::Verify(args) => verify::call(*args, context),
        Command::Sign(args) => sign::call(*args, context),
        Command::Encrypt(args) => finish(encrypt::run(*args, context), context),
        Command::Decrypt(args) => finish(decrypt::run(args, context), context),
        Command::Keygen(args) => finish(keygen::run(args, context), context),
        Command::Jwks(args) => jwks::run(*args, context),
        Command::Cache(args) => cache::run(args, context),
        Command::Session(args) => session::run(args, context),
        Command::Policy(args) => policy::run(args, context),
        Command::Explain(args) => finish(explain::run(&args), context),
        Command::Serve(args) => serve::run(args, context),
        Command::Completions(args) => completions::run(args, context),
        Command::Man(args) => man::run(args, context),
    }
}

impl Command {
    fn is_bare(&self) -> bool {
        match self {
            Self::Decode(args) => args.is_bare(),
            Self::Verify(args) => args.is_bare(),
            _ => false,
        }
    }
}

/// Writes a command's answer, or why there is none.
fn finish<R: Report>(result: Result<R, Error>, context: &Context<'_>) -> ExitCode {
    match result {
        Ok(report) => context.output.emit(&report),
        Err(error) => context.output.fail(&error),
    }
}

/// Whether JSON was asked for, and what colour: found out before parsing, so that usage errors
/// comply as well.
fn looks(args: &[OsString]) -> (bool, Color) {
    let words: Vec<&str> = args
        .iter()
        .skip(1)
        .take_while(|arg| *arg != "--")
        .filter_map(|arg| arg.to_str())
        .collect();
    let json = words.contains(&"--json")
        || input::variable("JWTCTL_FORMAT")
            .is_some_and(|format| format.eq_ignore_ascii_case("json"));
    let after = words
        .iter()
        .position(|word| *word == "--color")
        .and_then(|at| words.get(at + 1).copied());
    let color = words
        .iter()
        .find_map(|word| word.strip_prefix("--color="))
        .or(after);
    (
        json,
        color
            .and_then(|color| Color::from_str(color, true).ok())
            .unwrap_or(Color::Auto),
    )
}

/// Fills `buffer` from the operating system, without which nothing that needs randomness may go on.
fn fill_random(buffer: &mut [u8]) {
    if let Err(error) = getrandom::fill(buffer) {
        output::stop(&format!(
            "the operating system gives no randomness: {error}"
        ));
    }
}
