//! `jwtctl cache list`.

use std::io;
use std::path::PathBuf;

use jwtctl::core::address::redacted;
use jwtctl::core::cache::{CachedEntry, EntryError, EntrySource, TrustContext};
use jwtctl::core::env::Env;
use jwtctl::core::error::Error;
use jwtctl::core::time::{Timestamp, humanize};
use serde::Serialize;

use super::super::Context;
use super::super::output::{Page, Report, Role, lossily};

/// List the cached key sets and issuers' documents
#[derive(clap::Args)]
pub struct Args {}

/// What the cache holds.
#[derive(Serialize)]
pub struct Listing {
    entries: Vec<Row>,
    unusable: Vec<Unusable>,
}

#[derive(Serialize)]
struct Row {
    url: String,
    kind: &'static str,
    issuer: Option<String>,
    state: &'static str,
    age_s: Option<i64>,
    fetched_at: String,
    expires_at: String,
    keys: usize,
    provenance: EntrySource,
    ctx: TrustContext,
    #[serde(serialize_with = "lossily")]
    file: PathBuf,
}

#[derive(Serialize)]
struct Unusable {
    #[serde(serialize_with = "lossily")]
    file: PathBuf,
    why: String,
}

pub fn run(_: Args, context: &mut Context<'_>) -> Result<Listing, Error> {
    let mut listing = Listing {
        entries: Vec::new(),
        unusable: Vec::new(),
    };
    for listed in super::open(context)?.list(&context.env) {
        match row(&listed, &context.env) {
            Ok(row) => listing.entries.push(row),
            Err(why) => listing.unusable.push(Unusable {
                file: listed.path,
                why: why.to_string(),
            }),
        }
    }
    listing
        .entries
        .sort_by(|a, b| (&a.url, a.ctx.as_str()).cmp(&(&b.url, b.ctx.as_str())));
    Ok(listing)
}

fn row(listed: &CachedEntry, env: &Env<'_>) -> Result<Row, EntryError> {
    let entry = listed.entry.as_ref().map_err(Clone::clone)?;
    let at = |ms: i64| Timestamp(ms.div_euclid(1000)).to_string();
    Ok(Row {
        url: redacted(&entry.url),
        kind: super::kind_name(listed.kind),
        issuer: entry.issuer.clone(),
        state: entry.freshness(None, None, env).as_str(),
        age_s: entry.age_ms(env).map(|ms| ms / 1000),
        fetched_at: at(entry.fetched_at_ms),
        expires_at: at(entry.expires_at_ms),
        keys: super::count(entry),
        provenance: entry.provenance,
        ctx: entry.ctx.clone(),
        file: listed.path.clone(),
    })
}

impl Report for Listing {
    const SCHEMA: &'static str = "jwtctl.cache-list/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        if self.entries.is_empty() {
            page.line(Role::Faint, "nothing is cached")?;
        } else {
            let rows: Vec<Vec<String>> = self.entries.iter().map(Row::cells).collect();
            page.table(
                &["URL", "KIND", "STATE", "AGE", "KEYS", "FROM", "TRUST"],
                &rows,
            )?;
        }
        for it in &self.unusable {
            page.line(
                Role::Caution,
                &format!("not usable: {} {}", it.file.display(), it.why),
            )?;
        }
        Ok(())
    }
}

impl Row {
    fn cells(&self) -> Vec<String> {
        let from = match self.provenance {
            EntrySource::Fetch => "network",
            EntrySource::Import => "import",
            EntrySource::Store => "store",
        };
        let keys = if self.kind == "jwks" {
            self.keys.to_string()
        } else {
            "-".into()
        };
        let age = self
            .age_s
            .map_or_else(|| "from the future".into(), humanize);
        // The beginning of a hash; a word for entries without a MAC.
        let trust = if self.ctx.is_unauthenticated() {
            "shared".into()
        } else {
            self.ctx.as_str().chars().take(8).collect()
        };
        vec![
            self.url.clone(),
            self.kind.into(),
            self.state.into(),
            age,
            keys,
            from.into(),
            trust,
        ]
    }
}
