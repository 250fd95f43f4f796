//! `jwtctl cache show`.

use std::io;
use std::path::PathBuf;

use jwtctl::core::address::redacted;
use jwtctl::core::cache::{
    Attempt, CachedEntry, Entry, EntrySource, FetchOutcome, Http, LeftOut, TrustContext,
};
use jwtctl::core::env::Env;
use jwtctl::core::error::{Code, Error};
use jwtctl::core::json::Json;
use jwtctl::core::time::{Timestamp, humanize};
use serde::Serialize;

use super::super::Context;
use super::super::output::{Page, Report, Role, lossily};

/// Show all that is kept about a URL or an issuer
#[derive(clap::Args)]
pub struct Args {
    /// The URL, or the issuer
    url: String,
}

/// The entries of a URL: one for each trust context.
#[derive(Serialize)]
pub struct Shown {
    entries: Vec<Detail>,
}

#[derive(Serialize)]
struct Detail {
    url: String,
    kind: &'static str,
    ctx: TrustContext,
    issuer: Option<String>,
    state: &'static str,
    age_s: Option<i64>,
    requested_at: String,
    fetched_at: String,
    expires_at: String,
    stale_until: String,
    provenance: EntrySource,
    http: Http,
    dropped: Vec<LeftOut>,
    last_attempt: Option<Attempt>,
    #[serde(serialize_with = "lossily")]
    file: PathBuf,
    content: Json,
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Shown, Error> {
    let listed = super::open(context)?.list(&context.env);
    let of_url = listed.iter().filter(|it| super::is_of(it, &args.url));
    let entries: Vec<Detail> = of_url
        .filter_map(|it| Some(detail(it, it.entry.as_ref().ok()?, &context.env)))
        .collect::<Result<_, Error>>()?;
    if entries.is_empty() {
        return Err(super::not_cached(&args.url));
    }
    Ok(Shown { entries })
}

fn detail(listed: &CachedEntry, entry: &Entry, env: &Env<'_>) -> Result<Detail, Error> {
    let at = |ms: i64| Timestamp(ms.div_euclid(1000)).to_string();
    let unreadable = |why| {
        Error::input(
            Code::BadInput,
            listed.path.display().to_string(),
            format!("{why}"),
        )
    };
    Ok(Detail {
        url: redacted(&entry.url),
        kind: super::kind_name(listed.kind),
        ctx: entry.ctx.clone(),
        issuer: entry.issuer.clone(),
        state: entry.freshness(None, None, env).as_str(),
        age_s: entry.age_ms(env).map(|ms| ms / 1000),
        requested_at: at(entry.requested_at_ms),
        fetched_at: at(entry.fetched_at_ms),
        expires_at: at(entry.expires_at_ms),
        stale_until: at(entry.stale_until_ms),
        provenance: entry.provenance,
        http: entry.http.clone(),
        dropped: entry.dropped.clone(),
        last_attempt: listed.attempt.clone(),
        file: listed.path.clone(),
        content: Json::parse(entry.content.get().as_bytes()).map_err(unreadable)?,
    })
}

impl Report for Shown {
    const SCHEMA: &'static str = "jwtctl.cache-show/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        for (i, entry) in self.entries.iter().enumerate() {
            if i > 0 {
                page.end()?;
            }
            for (name, value) in entry.lines() {
                page.text(Role::Faint, &format!("{name:<13}"))?;
                page.line(Role::Plain, &value)?;
            }
            page.json(&entry.content, 0)?;
            page.end()?;
        }
        Ok(())
    }
}

impl Detail {
    fn lines(&self) -> Vec<(&'static str, String)> {
        let age = self.age_s.map_or_else(
            || "from the future".into(),
            |age| format!("{} old", humanize(age)),
        );
        let mut lines = vec![
            ("url", self.url.clone()),
            ("state", format!("{}, {age}", self.state)),
            ("fetched", self.fetched_at.clone()),
            ("expires", self.expires_at.clone()),
            ("stale until", self.stale_until.clone()),
            ("trust", self.ctx.to_string()),
            ("file", self.file.display().to_string()),
        ];
        lines.extend(self.issuer.clone().map(|issuer| ("issuer", issuer)));
        lines.extend(self.http.etag.clone().map(|etag| ("etag", etag)));
        lines.extend(
            self.dropped
                .iter()
                .map(|it| ("left out", format!("key {} ({})", it.i, it.why))),
        );
        lines.extend(
            self.last_attempt
                .as_ref()
                .map(|it| ("last attempt", attempt(it))),
        );
        lines
    }
}

fn attempt(it: &Attempt) -> String {
    let at = Timestamp(it.ended_at_ms.div_euclid(1000));
    let outcome = match (&it.outcome, &it.error) {
        (FetchOutcome::Ok, _) => "a new set".into(),
        (FetchOutcome::NotModified, _) => "confirmed by the server".into(),
        (FetchOutcome::Error, problem) => {
            format!("failed: {}", problem.as_ref().map_or("", |it| &it.why))
        }
    };
    format!("{at} ({}): {outcome}", it.reason.as_str())
}
