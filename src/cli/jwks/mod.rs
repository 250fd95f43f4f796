//! `jwtctl jwks`: a folder, because it is a command of commands.

mod export;
mod list;
mod thumbprint;

use std::process::ExitCode;

use clap::Subcommand;
use jwtctl::core::error::Error;
use jwtctl::core::keyfile::KeyFile;

use super::Context;

/// Look into key sets
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
#[command(defer = true)]
enum Command {
    /// List the keys of a set
    List(list::Args),
    /// Print the public key set
    Export(export::Args),
    /// Print the RFC 7638 thumbprint of each key
    Thumbprint(thumbprint::Args),
}

/// Where the keys are.
#[derive(clap::Args)]
pub struct Source {
    /// A key set; a single key of any format counts as a set of one
    #[arg(long, value_name = "FILE", required = true)]
    jwks: String,
}

impl Source {
    /// How messages and reports call it.
    pub fn name(&self) -> &str {
        if self.jwks == "-" { "standard input" } else { &self.jwks }
    }

    /// Its keys.
    pub fn read(&self, context: &Context<'_>) -> Result<KeyFile, Error> {
        context.inputs.check_stdin(&[("--jwks", Some(&self.jwks))])?;
        context.inputs.key_file(&self.jwks, "--jwks")
    }
}

pub fn run(args: Args, context: &mut Context<'_>) -> ExitCode {
    match args.command {
        Command::List(args) => super::finish(list::run(args, context), context),
        Command::Export(args) => super::finish(export::run(args, context), context),
        Command::Thumbprint(args) => super::finish(thumbprint::run(args, context), context),
    }
}
