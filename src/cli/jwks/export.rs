//! `jwtctl jwks export`.

use std::io;

use jwtctl::core::error::{Code, Error};
use jwtctl::core::json::{Json, Object};
use jwtctl::core::jwks::KeySet;
use serde::Serialize;

use super::super::Context;
use super::super::output::{Page, Report};
use super::Source;

/// Print the public key set: private members and symmetric keys never leave
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    source: Source,
}

/// A public key set.
#[derive(Serialize)]
pub struct Exported {
    source: String,
    jwks: Object,
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Exported, Error> {
    let file = args.source.read(context)?;
    for dropped in &file.dropped {
        context.output.warn(&format!("left out: key {} of {} {}", dropped.index, args.source.name(), dropped.why));
    }
    let symmetric = file.keys.iter().filter(|key| key.public().is_none()).count();
    if symmetric > 0 {
        context.output.warn(&format!("left out: {symmetric} symmetric, which have no public half"));
    }
    if symmetric > 0 && symmetric == file.keys.len() {
        return Err(Error::input(Code::BadKey, args.source.name(), "has symmetric keys only, so there is nothing to publish"));
    }
    let set = KeySet { keys: file.keys, dropped: Vec::new() };
    Ok(Exported { source: args.source.name(), jwks: set.public_json() })
}

impl Report for Exported {
    const SCHEMA: &'static str = "jwtctl.jwks-export/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        page.json(&Json::Object(self.jwks.clone()), 0)?;
        page.end()
    }
}
