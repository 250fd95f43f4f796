//! `jwtctl jwks thumbprint`.

use std::io;

use clap::ValueEnum;
use jwtctl::core::error::Error;
use jwtctl::core::key::ThumbprintHash;
use serde::Serialize;

use super::super::Context;
use super::super::output::{Page, Report, Role};
use super::Source;

/// Print the RFC 7638 thumbprint of each key
#[derive(clap::Args)]
pub struct Args {
    /// The digest
    #[arg(long, value_enum, default_value = "sha256")]
    hash: Hash,
    /// As a URI (RFC 9278)
    #[arg(long)]
    uri: bool,
    #[command(flatten)]
    source: Source,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Hash {
    #[value(alias = "sha-256")]
    Sha256,
    #[value(alias = "sha-384")]
    Sha384,
    #[value(alias = "sha-512")]
    Sha512,
}

impl From<Hash> for ThumbprintHash {
    fn from(hash: Hash) -> Self {
        match hash {
            Hash::Sha256 => Self::Sha256,
            Hash::Sha384 => Self::Sha384,
            Hash::Sha512 => Self::Sha512,
        }
    }
}

/// The thumbprints of a set.
#[derive(Serialize)]
pub struct Thumbprints {
    hash: &'static str,
    thumbprints: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    kid: Option<String>,
    thumbprint: String,
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Thumbprints, Error> {
    let file = args.source.load(context)?.file;
    if file.keys.iter().any(|key| key.secret().is_some()) {
        context.output.warn("the thumbprint of a symmetric key confirms a guess of the key: keep it as secret as the key");
    }
    let hash = ThumbprintHash::from(args.hash);
    let name = hash.as_str();
    let print = |thumbprint: String| match args.uri {
        true => format!("urn:ietf:params:oauth:jwk-thumbprint:{name}:{thumbprint}"),
        false => thumbprint,
    };
    let row = |key: &std::sync::Arc<jwtctl::core::key::Key>| Row {
        kid: key.kid.clone(),
        thumbprint: print(key.thumbprint_with(hash)),
    };
    Ok(Thumbprints {
        hash: name,
        thumbprints: file.keys.iter().map(row).collect(),
    })
}

impl Report for Thumbprints {
    const SCHEMA: &'static str = "jwtctl.jwks-thumbprint/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        let several = self.thumbprints.len() > 1;
        for row in &self.thumbprints {
            let kid = row
                .kid
                .as_deref()
                .filter(|_| several)
                .map(|kid| format!("  {kid}"))
                .unwrap_or_default();
            page.line(Role::Plain, &format!("{}{kid}", row.thumbprint))?;
        }
        Ok(())
    }
}
