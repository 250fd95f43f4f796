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

/// The keys and files that are gone.
#[derive(Serialize)]
pub struct Pruned {
    store: String,
    removed: Vec<String>,
    /// Files and folders that earlier changes had left behind.
    swept: Vec<String>,
}

pub fn run(_: Args, context: &mut Context<'_>) -> Result<Pruned, Error> {
    let path = context.inputs.store_path()?;
    let changed = keystore::prune(&path, context.env.now)?;
    let keystore::Pruned { expired, swept } = context.settle(changed);
    Ok(Pruned {
        store: path.display().to_string(),
        removed: expired,
        swept: swept.iter().map(|it| it.display().to_string()).collect(),
    })
}

impl Report for Pruned {
    const SCHEMA: &'static str = "jwtctl.jwks-prune/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        if self.removed.is_empty() {
            page.line(Role::Faint, "nothing has expired")?;
        }
        for kid in &self.removed {
            page.line(Role::Plain, &format!("removed  {kid}"))?;
        }
        for path in &self.swept {
            let line = format!("removed  {path} (left behind by an earlier change)");
            page.line(Role::Plain, &line)?;
        }
        Ok(())
    }
}
