//! `jwtctl cache`: a folder, because it is a command of commands.

mod clear;
mod export;
mod import;
mod list;
mod path;
mod prune;
mod refresh;
mod show;

use std::process::ExitCode;

use clap::Subcommand;
use jwtctl::core::address::{Address, redacted};
use jwtctl::core::cache::{Cache, CachedEntry, DocumentKind, Entry};
use jwtctl::core::error::{Code, Error};

use super::{Context, network};

/// Look after the cache of fetched key sets
///
/// A user who can write to the cache decides which tokens are valid, so it is used only while it and
/// everything in it belong to you alone. Keys are asked for again after 10 minutes, or what their
/// server says between 1 minute and 1 hour, and are used for 5 minutes more while the server is out
/// of reach.
///
/// At worst: a withdrawn key is trusted for 15 minutes, or 65 if its server asks for an hour, and
/// for an hour more while that is down and has allowed it; a new key is accepted after 30 seconds;
/// tokens cause two fetches a minute of a URL that answers.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
#[command(defer = true)]
enum Command {
    /// List the cached key sets
    List(list::Args),
    /// Show all that is kept about a URL or an issuer
    Show(show::Args),
    /// Print where the cache is
    Path(path::Args),
    /// Fetch key sets again before they are needed
    Refresh(Box<refresh::Args>),
    /// Remove what is of no more use
    Prune(prune::Args),
    /// Remove key sets
    Clear(clear::Args),
    /// Write key sets to a file, for another machine or for jose or oauth4webapi
    Export(export::Args),
    /// Read key sets from such a file
    Import(import::Args),
}

pub fn run(args: Args, context: &mut Context<'_>) -> ExitCode {
    match args.command {
        Command::List(args) => super::finish(list::run(args, context), context),
        Command::Show(args) => super::finish(show::run(args, context), context),
        Command::Path(args) => super::finish(path::run(args, context), context),
        Command::Refresh(args) => super::finish(refresh::run(*args, context), context),
        Command::Prune(args) => super::finish(prune::run(args, context), context),
        Command::Clear(args) => super::finish(clear::run(args, context), context),
        Command::Export(args) => super::finish(export::run(args, context), context),
        Command::Import(args) => super::finish(import::run(args, context), context),
    }
}

/// The cache, which these commands cannot do without.
fn open(context: &Context<'_>) -> Result<Cache, Error> {
    match network::cache_dir(context) {
        Some(path) => Cache::open(&path),
        None => Err(Error::usage(
            "--cache-dir",
            "there is no home directory, so a cache directory has to be named",
        )),
    }
}

/// What entries call the URL or issuer that was typed.
fn spelling(text: &str) -> String {
    Address::parse(text, true)
        .map_or_else(|_| text.to_owned(), |address| address.as_str().to_owned())
}

/// Whether an entry is that of the URL or issuer that was typed.
fn is_of(listed: &CachedEntry, typed: &str) -> bool {
    listed.entry.as_ref().is_ok_and(|entry| match listed.kind {
        DocumentKind::Jwks => entry.url == spelling(typed),
        DocumentKind::Discovery => entry.url == typed,
    })
}

fn not_cached(typed: &str) -> Error {
    Error::input(Code::BadInput, redacted(typed), "is not in the cache")
        .hint("what is: jwtctl cache list")
}

/// How many keys are in an entry.
fn count(entry: &Entry) -> usize {
    use jwtctl::core::json::Json;
    match Json::parse(entry.content.get().as_bytes())
        .as_ref()
        .map(|json| json.pointer("/keys").cloned())
    {
        Ok(Some(Json::Array(keys))) => keys.len(),
        _ => 0,
    }
}

fn kind_name(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Jwks => "jwks",
        DocumentKind::Discovery => "issuer",
    }
}
