//! `jwtctl jwks remove`.

use std::io;

use jwtctl::core::error::Error;
use jwtctl::core::keystore::{self, State};
use serde::Serialize;

use super::super::Context;
use super::super::output::{Page, Report, Role};

/// Remove a key from the keystore for good
///
/// A key that signs, or whose tokens may still be about, goes only with --force.
#[derive(clap::Args)]
pub struct Args {
    /// Which key
    #[arg(allow_hyphen_values = true)]
    kid: String,
    /// Remove it even if tokens can then no longer be verified
    #[arg(long)]
    force: bool,
}

/// A key that is gone.
#[derive(Serialize)]
pub struct Removed {
    store: String,
    kid: String,
    /// What it was.
    state: State,
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Removed, Error> {
    let path = context.inputs.store_path()?;
    let changed = keystore::remove(&path, &args.kid, args.force, context.env.now)?;
    let state = context.settle(changed);
    // The key is gone, also if the store cannot be read any more.
    if keystore::Keystore::open(&path).is_ok_and(|store| store.current(context.env.now).is_err()) {
        context
            .output
            .warn("no key signs now; to make one that does: jwtctl jwks rotate");
    }
    Ok(Removed {
        store: path.display().to_string(),
        kid: args.kid,
        state,
    })
}

impl Report for Removed {
    const SCHEMA: &'static str = "jwtctl.jwks-remove/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        page.line(
            Role::Plain,
            &format!("removed  {} ({})", self.kid, self.state.as_str()),
        )
    }
}
