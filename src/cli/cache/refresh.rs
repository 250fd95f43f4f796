//! `jwtctl cache refresh`.

use std::io;

use jwtctl::core::address::{Address, redacted};
use jwtctl::core::cache::{CachedEntry, Entry, Kind};
use jwtctl::core::error::Error;
use jwtctl::core::jwks::Keys as _;
use jwtctl::core::remote::{Age, Fetch as _, Options, Remote, Source};
use jwtctl::core::shared::SharedCache;
use jwtctl::core::time::parse_duration;
use serde::Serialize;

use super::super::Context;
use super::super::network::Network;
use super::super::output::{Page, Report, Role};

/// Fetch key sets again before they are needed, from cron or a timer
///
/// A URL that is not in the cache yet is fetched as well. With --all, entries that were fetched
/// with other network flags than those given here are left alone.
#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["urls", "all"])))]
pub struct Args {
    /// JWKS URLs; issuers, if they are in the cache
    #[arg(value_name = "URL")]
    urls: Vec<String>,
    /// Everything in the cache
    #[arg(long)]
    all: bool,
    /// Only what has lived for longer: a share of its lifetime, such as 50%, or a duration
    #[arg(long, value_name = "AGE", value_parser = age)]
    older_than: Option<Age>,
    #[command(flatten)]
    network: Network,
}

fn age(text: &str) -> Result<Age, String> {
    match text.strip_suffix('%').map(str::parse) {
        Some(Ok(percent @ 0..=100)) => Ok(Age::Percent(percent)),
        Some(_) => Err("a share is between 0% and 100%".into()),
        None => parse_duration(text)
            .map(Age::Seconds)
            .map_err(|e| e.to_string()),
    }
}

/// What was fetched.
#[derive(Serialize)]
pub struct Refreshed {
    refreshed: Vec<String>,
    skipped: Vec<String>,
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Refreshed, Error> {
    context.inputs.check_stdin(&args.network.named())?;
    if context.offline {
        return Err(Error::usage(
            "cache refresh",
            "has no meaning together with --offline",
        ));
    }
    let listed = super::open(context)?.list(&context.env);
    let store = args.network.store(context)?;
    let mut done = Refreshed {
        refreshed: Vec::new(),
        skipped: Vec::new(),
    };
    let mut failed = Vec::new();
    let sources = sources(&args, &listed, context)?;
    if let [first, others @ ..] = &sources[..] {
        for other in others {
            args.network
                .check_same_server(first.address(), other.address())?;
        }
    }
    for source in sources {
        let name = redacted(name_of(&source));
        match refresh(source, &args, &listed, store.as_ref(), context) {
            Ok(true) => done.refreshed.push(name),
            Ok(false) => done.skipped.push(name),
            Err(error) => failed.push(error),
        }
    }
    // The first is the answer, and the rest must not get lost over it.
    let mut failed = failed.into_iter();
    let Some(first) = failed.next() else {
        return Ok(done);
    };
    done.refreshed
        .iter()
        .for_each(|name| context.output.note(&format!("refreshed {name}")));
    failed.for_each(|error| context.output.warn(&error.to_string()));
    Err(first)
}

fn name_of(source: &Source) -> &str {
    match source {
        Source::Url(address) => address.as_str(),
        Source::Issuer(issuer) => issuer.as_str(),
    }
}

fn sources(
    args: &Args,
    listed: &[CachedEntry],
    context: &Context<'_>,
) -> Result<Vec<Source>, Error> {
    let is_issuer = |text: &str| {
        listed
            .iter()
            .any(|it| it.kind == Kind::Discovery && super::is_of(it, text))
    };
    let source = |text: &str| -> Result<Option<Source>, Error> {
        if is_issuer(text) {
            args.network.source(None, Some(text), context)
        } else {
            args.network.source(Some(text), None, context)
        }
    };
    let mut found: Vec<Source> = Vec::new();
    if args.all {
        for entry in listed.iter().filter_map(|it| it.entry.as_ref().ok()) {
            // An issuer's keys come with its document.
            let covered = entry.url != entry.issuer.clone().unwrap_or_default()
                && entry.issuer.as_deref().is_some_and(is_issuer);
            if !covered && found.iter().all(|it| name_of(it) != entry.url) {
                match source(&entry.url) {
                    Ok(source) => found.extend(source),
                    // It was fetched or imported under flags that this call does not have.
                    Err(error) => context.output.note(&format!("left alone: {error}")),
                }
            }
        }
    }
    for url in &args.urls {
        found.extend(source(url)?);
    }
    Ok(found)
}

/// Fetches one, unless it is too new or was fetched under another trust context.
fn refresh(
    source: Source,
    args: &Args,
    listed: &[CachedEntry],
    store: Option<&SharedCache>,
    context: &Context<'_>,
) -> Result<bool, Error> {
    let http = args.network.http(Some(source.address()), context)?;
    let ctx = |address: &Address| {
        let fetched = http.context(address);
        store.map_or(fetched.clone(), |store| store.context(fetched))
    };
    let name = name_of(&source);
    // The keys of an issuer grow old sooner than its document.
    let of_issuer =
        |it: &Entry| matches!(source, Source::Issuer(_)) && it.issuer.as_deref() == Some(name);
    let theirs = |it: &&Entry| it.url == name || of_issuer(it);
    let entries: Vec<&Entry> = listed
        .iter()
        .filter_map(|it| it.entry.as_deref().ok())
        .filter(theirs)
        .collect();
    let ours = entries
        .iter()
        .any(|it| it.url == name && it.ctx == ctx(source.address()));
    let is_young = |limit: Age| entries.iter().all(|it| !limit.is_passed(it, &context.env));
    if (ours && args.older_than.is_some_and(is_young)) || (args.all && !ours) {
        return Ok(false);
    }
    let options = Options {
        refresh: true,
        older_than: args.older_than,
        ..args.network.options(context)?
    };
    let mut remote =
        Remote::new(source, Some(super::open(context)?), &http, options).sharing(store);
    let result = remote.set(&context.env).map(|_| true);
    remote
        .warnings()
        .iter()
        .for_each(|warning| context.output.warn(warning));
    result
}

impl Report for Refreshed {
    const SCHEMA: &'static str = "jwtctl.cache-refresh/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        self.refreshed
            .iter()
            .try_for_each(|url| page.line(Role::Plain, &format!("refreshed  {url}")))?;
        self.skipped
            .iter()
            .try_for_each(|url| page.line(Role::Faint, &format!("left alone {url}")))
    }
}
