//! `jwtctl jwks list`.

use std::io;

use jwtctl::core::error::Error;
use jwtctl::core::jwks::Dropped;
use serde::Serialize;

use super::super::Context;
use super::super::output::{Page, Report, Role};
use super::Source;
use super::row::Row;

/// List the keys of a set, or those of the keystore with their state
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    source: Source,
}

/// The keys of a set.
#[derive(Serialize)]
pub struct Listing {
    source: String,
    /// Of the keystore: whether private halves are sealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    encrypted: Option<bool>,
    keys: Vec<Row>,
    dropped: Vec<Dropped>,
    #[serde(skip)]
    has_states: bool,
    #[serde(skip)]
    is_store: bool,
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Listing, Error> {
    let loaded = args.source.load(context)?;
    let keys = Row::all(&loaded, context)?;
    let encrypted = loaded.store.as_ref().and_then(|store| store.is_encrypted());
    Ok(Listing {
        source: loaded.name,
        encrypted,
        keys,
        dropped: loaded.file.dropped,
        is_store: loaded.store.is_some(),
        has_states: loaded.store.is_some() || loaded.table.is_some(),
    })
}

impl Report for Listing {
    const SCHEMA: &'static str = "jwtctl.jwks/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        let rows: Vec<Vec<String>> = self.keys.iter().map(Row::cells).collect();
        match rows.is_empty() {
            true if self.is_store => page.line(Role::Faint, "no keys yet")?,
            true => page.line(Role::Faint, "no usable keys")?,
            false if self.has_states => {
                page.table(
                    &[
                        "KID",
                        "KTY",
                        "SIZE",
                        "ALG",
                        "USE",
                        "STATE",
                        "CREATED",
                        "CHANGES TO",
                    ],
                    &rows,
                )?;
            }
            false => page.table(&["KID", "KTY", "SIZE", "ALG", "USE", "HALF"], &rows)?,
        }
        if self.encrypted == Some(false) {
            page.line(
                Role::Caution,
                "the private keys are NOT ENCRYPTED; to encrypt them: jwtctl jwks passphrase",
            )?;
        }
        for dropped in &self.dropped {
            let kid = dropped
                .kid
                .as_ref()
                .map(|kid| format!(" ({kid:?})"))
                .unwrap_or_default();
            page.line(
                Role::Caution,
                &format!("not usable: key {}{kid} {}", dropped.index, dropped.why),
            )?;
        }
        Ok(())
    }
}
