//! `jwtctl cache clear`.

use std::io;

use jwtctl::core::error::Error;
use serde::Serialize;

use super::super::Context;
use super::super::output::{Page, Report, Role};

/// Remove key sets; the next verification fetches them again
#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["urls", "all"])))]
pub struct Args {
    /// URLs or issuers
    #[arg(value_name = "URL")]
    urls: Vec<String>,
    /// Everything
    #[arg(long)]
    all: bool,
}

/// How much went.
#[derive(Serialize)]
pub struct Cleared {
    removed: usize,
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Cleared, Error> {
    let cache = super::open(context)?;
    let removed = cache.remove(&context.env, |it| {
        args.all || args.urls.iter().any(|url| super::is_of(it, url))
    })?;
    if args.all {
        cache.sweep(&context.env);
    }
    Ok(Cleared { removed })
}

impl Report for Cleared {
    const SCHEMA: &'static str = "jwtctl.cache-clear/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        page.line(Role::Plain, &format!("removed {}", self.removed))
    }
}
