//! `jwtctl jwks prune`.

use std::io;

use jwtctl::core::error::Error;
use jwtctl::core::keystore;
use serde::Serialize;

use super::super::Context;
use super::super::output::{Page, Report, Role};

/// Remove the keys of the keystore that have expired
#[derive(clap::Args)]
pub struct Args {}

/// The keys that are gone.
#[derive(Serialize)]
pub struct Pruned {
    store: String,
    removed: Vec<String>,
}

pub fn run(_: Args, context: &mut Context<'_>) -> Result<Pruned, Error> {
    let path = context.inputs.store_path()?;
    let removed = keystore::prune(&path, context.env.now)?;
    Ok(Pruned {
        store: path.display().to_string(),
        removed,
    })
}

impl Report for Pruned {
    const SCHEMA: &'static str = "jwtctl.jwks-prune/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        if self.removed.is_empty() {
            return page.line(Role::Faint, "nothing has expired");
        }
        self.removed
            .iter()
            .try_for_each(|kid| page.line(Role::Plain, &format!("removed  {kid}")))
    }
}
