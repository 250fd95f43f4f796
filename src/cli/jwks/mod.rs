//! `jwtctl jwks`: a folder, because it is a command of commands.

mod export;
mod fetch;
mod list;
mod thumbprint;

use std::process::ExitCode;

use clap::Subcommand;
use jwtctl::core::address::redacted;
use jwtctl::core::error::Error;
use jwtctl::core::keyfile::KeyFile;

use super::Context;
use super::network::{self, Network};

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
    /// Fetch a published key set, through the cache
    Fetch(fetch::Args),
    /// Print the RFC 7638 thumbprint of each key
    Thumbprint(thumbprint::Args),
}

/// Where the keys are.
#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("source").required(true).args(["jwks", "jwks_uri", "issuer"])))]
pub struct Source {
    /// A key set; a single key of any format counts as a set of one
    #[arg(long, value_name = "FILE")]
    jwks: Option<String>,
    /// The key set at URL; it is cached
    #[arg(long, value_name = "URL")]
    jwks_uri: Option<String>,
    /// The key set that this issuer publishes (OpenID Connect Discovery, RFC 8414)
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
    #[command(flatten)]
    network: Network,
}

impl Source {
    /// How messages and reports call it.
    pub fn name(&self) -> String {
        match (&self.jwks, &self.jwks_uri, &self.issuer) {
            (Some(file), ..) if file == "-" => "standard input".into(),
            (Some(file), ..) => file.clone(),
            (None, Some(url), _) => redacted(url),
            (None, None, issuer) => issuer.clone().unwrap_or_default(),
        }
    }

    /// Its keys.
    pub fn read(&self, context: &Context<'_>) -> Result<KeyFile, Error> {
        context.inputs.check_stdin(&[&[("--jwks", self.jwks.as_deref())][..], &self.network.named()].concat())?;
        match (&self.jwks, self.network.source(self.jwks_uri.as_deref(), self.issuer.as_deref())?) {
            (Some(file), _) => context.inputs.key_file(file, "--jwks"),
            (None, Some(source)) => {
                let (keys, dropped) = network::set(source, &self.network, context, |it| (it.keys.to_vec(), it.dropped.to_vec()))?;
                Ok(KeyFile { keys, dropped, is_set: true })
            }
            (None, None) => Err(Error::usage("jwks", "needs --jwks, --jwks-uri or --issuer")),
        }
    }
}

pub fn run(args: Args, context: &mut Context<'_>) -> ExitCode {
    match args.command {
        Command::List(args) => super::finish(list::run(args, context), context),
        Command::Export(args) => super::finish(export::run(args, context), context),
        Command::Fetch(args) => super::finish(fetch::run(args, context), context),
        Command::Thumbprint(args) => super::finish(thumbprint::run(args, context), context),
    }
}
