//! `jwtctl cache prune`.

use std::io;

use jwtctl::core::cache::{CachedEntry, EntryError};
use jwtctl::core::env::Env;
use jwtctl::core::error::Error;
use serde::Serialize;

use super::super::Context;
use super::super::output::{Page, Report, Role};

/// Remove what is of no more use: entries that ran out a week ago, damaged ones, and left-overs
#[derive(clap::Args)]
pub struct Args {}

/// How many entries and files were removed.
#[derive(Serialize)]
pub struct Pruned {
    removed: usize,
}

/// How long entries are kept after they ran out: --offline --max-stale may still use them.
const KEPT_MS: i64 = 7 * 86_400_000;

pub fn run(_: Args, context: &mut Context<'_>) -> Result<Pruned, Error> {
    let cache = super::open(context)?;
    let removed = cache.remove(&context.env, |it| is_useless(it, &context.env))?;
    cache.sweep(&context.env);
    Ok(Pruned { removed })
}

fn is_useless(listed: &CachedEntry, env: &Env<'_>) -> bool {
    match &listed.entry {
        Ok(entry) => entry
            .age_ms(env)
            .is_none_or(|age| age > entry.lifetime_ms().saturating_add(KEPT_MS)),
        // Another version of jwtctl may have use for it.
        Err(why) => !matches!(why, EntryError::Version(_)),
    }
}

impl Report for Pruned {
    const SCHEMA: &'static str = "jwtctl.cache-prune/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        page.line(Role::Plain, &format!("removed {}", self.removed))
    }
}
