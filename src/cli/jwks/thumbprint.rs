//! `jwtctl jwks thumbprint`.

use std::io;
use std::sync::Arc;

use clap::ValueEnum;
use jwtctl::core::error::{Code, Error};
use jwtctl::core::key::{Key, ThumbprintHash};
use serde::Serialize;

use super::super::Context;
use super::super::output::{Page, Report, Role};
use super::Source;

/// Print the RFC 7638 thumbprint of each key
///
/// With --spki, the digest of the public key in DER, in base64, as Snowflake (SHA256:…), HTTP public
/// key pinning and certificate tools show it.
#[derive(clap::Args)]
pub struct Args {
    /// The digest
    #[arg(long, value_enum, default_value = "sha256")]
    hash: Hash,
    /// As a URI (RFC 9278)
    #[arg(long, conflicts_with = "spki")]
    uri: bool,
    /// The digest of the public key as SPKI in DER, with the name of the hash in front
    #[arg(long)]
    spki: bool,
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
    let row = |key: &Arc<Key>| {
        let thumbprint = match args.spki {
            true => key
                .spki_digest(hash)
                .map_err(|misfit| Error::input(Code::BadKey, key.label(), misfit.why()))?,
            false => print(key.thumbprint_with(hash)),
        };
        Ok(Row {
            kid: key.kid.clone(),
            thumbprint,
        })
    };
    Ok(Thumbprints {
        hash: name,
        thumbprints: file.keys.iter().map(row).collect::<Result<_, Error>>()?,
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
