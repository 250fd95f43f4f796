//! `jwtctl policy`, and what `verify --policy` does with one.

mod check;
mod document;
mod members;
mod merge;
mod show;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{ArgMatches, Subcommand};
use jwtctl::core::error::Error;

use super::{Context, PolicyUsed};
use document::Document;
use merge::Call;

/// Check policies of verify, and show what they come to
///
/// A policy is a TOML file with options of verify: profile, client_id, issuer, jwks_uri, jwks, key, roots, cert_name,
/// kid, require_kid, require_all, alg, iss, aud, sub, typ, require, match, contains, scope, max_age,
/// min_ttl, leeway, optional, skip, allow_weak_key, allow_padding, allow_http, jwks_max_age,
/// stale_if_error. A file with several has a table for each: FILE#NAME. Paths count from the
/// directory of the file; secrets never stand in one. A policy without a path is looked for in the user's configuration directory,
/// as policies/NAME.toml.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
#[command(defer = true)]
enum Command {
    /// Say everything that is wrong with a policy
    Check(check::Args),
    /// Show a policy, and the call that it stands for
    Show(show::Args),
}

pub fn run(args: Args, context: &Context<'_>) -> ExitCode {
    match args.command {
        Command::Check(args) => super::finish(check::run(&args), context),
        Command::Show(args) => super::finish(show::run(&args), context),
    }
}

/// The command line with what the policy says added to it, and which policy that was. `position` is
/// where the word `verify` stands.
///
/// # Errors
/// When the policy cannot be read, something is wrong with it, or the call contradicts it.
pub fn apply(
    spec: &str,
    args: &[OsString],
    position: usize,
    matches: &ArgMatches,
) -> Result<(Vec<OsString>, PolicyUsed), Error> {
    let document = document::read(spec)?;
    check::demand_good(&document, spec)?;
    let flags = merge::flags(&document, &Call::of(matches))?;
    let mut extended = args[..=position].to_vec();
    extended.extend(flags);
    extended.extend_from_slice(&args[position + 1..]);
    Ok((extended, document.used))
}
