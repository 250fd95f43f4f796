//! `jwtctl jwks fetch`.

use clap::builder::NonEmptyStringValueParser;
use std::io;

use jwtctl::core::error::{Code, Error};
use jwtctl::core::json::Json;
use jwtctl::core::jwks::Provenance;
use serde::Serialize;

use super::super::Context;
use super::super::network::{self, Network};
use super::super::output::{Page, Report};

/// Fetch a published key set, through the cache
///
/// Prints all public keys of the set, also those of kinds that jwtctl does not know. Comes from the
/// cache while that is fresh; --refresh fetches in any case.
#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("source").required(true).args(["jwks_uri", "issuer"])))]
pub struct Args {
    /// The key set at URL
    #[arg(long, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
    jwks_uri: Option<String>,
    /// The key set that this issuer publishes (OpenID Connect Discovery, RFC 8414)
    #[arg(long, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
    issuer: Option<String>,
    #[command(flatten)]
    network: Network,
}

/// A published set.
#[derive(Serialize)]
pub struct Fetched {
    keys: Provenance,
    jwks: Json,
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Fetched, Error> {
    let Some(source) =
        args.network
            .source(args.jwks_uri.as_deref(), args.issuer.as_deref(), context)?
    else {
        return Err(Error::usage("jwks fetch", "needs --jwks-uri or --issuer"));
    };
    let (text, keys) = network::set(source, &args.network, context, |set, keys| {
        (set.entry().content.get().to_owned(), keys)
    })?;
    let jwks = Json::parse(text.as_bytes())
        .map_err(|why| Error::input(Code::BadInput, "the cache", why.to_string()))?;
    Ok(Fetched { keys, jwks })
}

impl Report for Fetched {
    const SCHEMA: &'static str = "jwtctl.jwks-fetch/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        page.json(&self.jwks, 0)?;
        page.end()
    }
}
