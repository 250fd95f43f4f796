//! `jwtctl jwks`: a folder, because it is a command of commands.

mod add;
mod convert;
mod diff;
mod export;
mod fetch;
mod lint;
mod list;
mod passphrase;
mod prune;
mod remove;
mod rotate;
mod row;
mod rows;
mod show;
mod thumbprint;

use clap::builder::NonEmptyStringValueParser;
use std::process::ExitCode;

use clap::Subcommand;
use jwtctl::core::better_auth::Table;
use jwtctl::core::error::{Code, Error};
use jwtctl::core::json::{Json, WipedJson};
use jwtctl::core::jwks::{KeySet, Provenance};
use jwtctl::core::keyfile::KeyFile;
use jwtctl::core::keystore::Keystore;
use jwtctl::core::lint::{Finding, lint as find};
use jwtctl::core::remote::FetchedSet;

use super::Context;
use super::input::{Spec, not_empty};
use super::network::{self, Network};

/// Your own keys, and everything one does with a key set
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
#[command(defer = true)]
enum Command {
    /// List the keys of a set, or those of the keystore with their state
    List(list::Args),
    /// Show one key: its public half, and where it stands
    Show(show::Args),
    /// Add a private key to the keystore
    Add(add::Args),
    /// Remove a key from the keystore for good
    Remove(remove::Args),
    /// Make the next signing key of the keystore
    Rotate(rotate::Args),
    /// Remove the keys of the keystore that have expired
    Prune(prune::Args),
    /// Change the passphrase of the keystore: all keys, or none
    Passphrase(passphrase::Args),
    /// Print the public key set
    Export(export::Args),
    /// Fetch a published key set, through the cache
    Fetch(fetch::Args),
    /// Look for what is wrong with a public key set
    Lint(lint::Args),
    /// Compare two key sets
    Diff(diff::Args),
    /// Print the RFC 7638 thumbprint of each key
    Thumbprint(thumbprint::Args),
    /// Write keys in another format
    Convert(convert::Args),
}

/// Where the keys are.
#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("source").args(["jwks", "jwks_uri", "issuer"])))]
pub struct Source {
    /// A key set; a single key of any format counts as a set of one (default: the keystore)
    #[arg(long, value_name = "FILE", value_parser = not_empty::<Spec>())]
    jwks: Option<Spec>,
    /// The key set at URL; it is cached
    #[arg(long, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
    jwks_uri: Option<String>,
    /// The key set that this issuer publishes (OpenID Connect Discovery, RFC 8414)
    #[arg(long, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
    issuer: Option<String>,
    #[command(flatten)]
    network: Network,
}

/// What a source holds.
pub struct Loaded {
    /// How messages and reports call it.
    pub name: String,
    /// Its keys; of the keystore the public halves of those that it publishes.
    pub file: KeyFile,
    /// The JSON as it is published; of a file it may have private members.
    pub json: WipedJson,
    /// The keystore, if that is the source.
    pub store: Option<Keystore>,
    /// The rows of better-auth's table, if that is the source, expired ones included.
    pub table: Option<Table>,
}

impl Loaded {
    /// What is wrong with the keys as they are published.
    pub fn findings(&self, context: &Context<'_>) -> Result<Vec<Finding>, Error> {
        find(&self.json, context.env.now).map_err(|why| Error::input(Code::BadKey, &self.name, why))
    }

    /// Says on stderr what cannot be used, for answers that show only what can.
    pub fn warn_dropped(&self, context: &Context<'_>) {
        for dropped in &self.file.dropped {
            context.output.warn(&format!(
                "left out: key {} of {} {}",
                dropped.index, self.name, dropped.why
            ));
        }
    }
}

impl Source {
    /// Its JSON as it is published, whatever of it can be used.
    pub fn json(&self, context: &Context<'_>) -> Result<(String, WipedJson), Error> {
        let Some(spec) = self.jwks.as_ref() else {
            let loaded = self.load(context)?;
            return Ok((loaded.name, loaded.json));
        };
        self.network
            .check_unused("--jwks-uri or --issuer", context)?;
        Ok((
            spec.source_name().to_owned(),
            context.inputs.published_json(spec, context.env.now)?,
        ))
    }

    /// Its keys. Of the keystore no private half is opened.
    pub fn load(&self, context: &Context<'_>) -> Result<Loaded, Error> {
        if let Some(source) =
            self.network
                .source(self.jwks_uri.as_deref(), self.issuer.as_deref(), context)?
        {
            return network::set(source, &self.network, context, published)?;
        }
        let Some(spec) = self.jwks.as_ref() else {
            let store = context.inputs.store()?;
            let file = KeyFile::of_set(store.published(context.env.now), Vec::new());
            let json = Json::Object(
                KeySet {
                    keys: file.keys.clone(),
                    dropped: Vec::new(),
                }
                .public_json(),
            );
            return Ok(Loaded {
                name: store.path().display().to_string(),
                file,
                json: json.into(),
                store: Some(store),
                table: None,
            });
        };
        let (mut file, json) = context.inputs.keys_and_json(spec, context.env.now)?;
        Ok(Loaded {
            name: spec.source_name().to_owned(),
            table: file.table.take(),
            file,
            json,
            store: None,
        })
    }
}

/// What was fetched, as it is published.
fn published(set: &FetchedSet, provenance: Provenance) -> Result<Loaded, Error> {
    let name = provenance.name;
    let json = Json::parse(set.entry().content.get().as_bytes())
        .map_err(|why| Error::input(Code::BadKey, &name, why.to_string()))?;
    let file = KeyFile::of_set(set.keys().to_vec(), set.dropped().to_vec());
    Ok(Loaded {
        name,
        file,
        json: json.into(),
        store: None,
        table: None,
    })
}

pub fn run(args: Args, context: &mut Context<'_>) -> ExitCode {
    match args.command {
        Command::List(args) => super::finish(list::run(args, context), context),
        Command::Show(args) => super::finish(show::run(args, context), context),
        Command::Add(args) => super::finish(add::run(args, context), context),
        Command::Remove(args) => super::finish(remove::run(args, context), context),
        Command::Rotate(args) => super::finish(rotate::run(args, context), context),
        Command::Prune(args) => super::finish(prune::run(args, context), context),
        Command::Passphrase(args) => super::finish(passphrase::run(args, context), context),
        Command::Export(args) => super::finish(export::run(args, context), context),
        Command::Fetch(args) => super::finish(fetch::run(args, context), context),
        Command::Lint(args) => super::finish(lint::run(args, context), context),
        Command::Diff(args) => super::finish(diff::run(args, context), context),
        Command::Thumbprint(args) => super::finish(thumbprint::run(args, context), context),
        Command::Convert(args) => super::finish(convert::run(args, context), context),
    }
}
