//! `jwtctl cache export`.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ValueEnum;
use jwtctl::core::address::{Address, redacted};
use jwtctl::core::cache::{self, CachedEntry, DocumentKind, Entry, signed};
use jwtctl::core::error::{Code, Error};
use jwtctl::core::files::{self, Access};
use jwtctl::core::json::Json;
use jwtctl::core::key::Key;
use jwtctl::core::keyfile::{PickError, Purpose};
use serde::Serialize;

use super::super::input::Spec;
use super::super::output::{Page, Report, Status};
use super::super::{Context, network};

/// Write key sets to a file, for another machine or for the npm packages jose and oauth4webapi
///
/// The pattern of both libraries: import the file, verify, and export it again if that fetched
/// anything: jwtctl cache export URL --format jose --if-changed-since "$UAT" --out FILE (exit code
/// 1: nothing new).
#[derive(clap::Args)]
pub struct Args {
    /// Which key sets, by URL or issuer (default: all that were fetched without network flags)
    #[arg(value_name = "URL")]
    urls: Vec<String>,
    /// In which form
    #[arg(long, value_enum, default_value = "bundle")]
    format: Format,
    /// Write to FILE instead of stdout, replacing what is there
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write nothing, and exit with 1, if nothing was fetched after UAT
    #[arg(long, value_name = "UAT", value_parser = clap::value_parser!(i64).range(0..))]
    if_changed_since: Option<i64>,
    /// Sign the bundle with this private key, for cache import --verify-key: PATH, -, env:NAME,
    /// fd:N or store:KID
    #[arg(long, value_name = "KEYSPEC")]
    sign: Option<Spec>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Any number of key sets, with all that matters
    Bundle,
    /// {"jwks":…,"uat":…} with uat in milliseconds, as jose keeps it
    Jose,
    /// {"jwks":…,"uat":…} with uat in seconds, as oauth4webapi keeps it
    Oauth4webapi,
    /// The key set alone
    Jwks,
}

impl From<Format> for cache::PortableFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Bundle => Self::Bundle,
            Format::Jose => Self::Jose,
            Format::Oauth4webapi => Self::Oauth4webapi,
            Format::Jwks => Self::Jwks,
        }
    }
}

/// What went out.
#[derive(Serialize)]
pub struct Exported {
    changed: bool,
    entries: usize,
    out: Option<String>,
    /// A signed bundle that went into no file.
    #[serde(skip_serializing_if = "Option::is_none")]
    signed: Option<String>,
    /// What was exported into no file, unsigned.
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<Json>,
    #[serde(skip)]
    text: String,
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Exported, Error> {
    if args.sign.is_some() && args.format != Format::Bundle {
        return Err(Error::usage(
            "--sign",
            "signs bundles, and --format asks for something else",
        ));
    }
    let listed = super::open(context)?.list(&context.env);
    let entries = chosen(&listed, &args.urls)?;
    let changed = args
        .if_changed_since
        .is_none_or(|since| entries.iter().any(|it| is_after(it.fetched_at_ms, since)));
    if !changed {
        return Ok(Exported {
            changed,
            entries: entries.len(),
            out: None,
            signed: None,
            content: None,
            text: String::new(),
        });
    }
    let documents = documents(&listed, &entries);
    let now_ms = context.env.millis();
    let mut text = cache::export(&entries, &documents, args.format.into(), now_ms)?;
    if let Some(spec) = &args.sign {
        let key = signing_key(spec, context)?;
        text = signed::sign(&text, &key)?;
    }
    text.push('\n');
    tell_limits(args.format, &entries, &documents, context);
    if let Some(path) = &args.out {
        files::write(Path::new(path), text.as_bytes(), Access::Public, true)?;
    }
    let printed = args.out.is_none().then(|| text.trim_end().to_owned());
    let (signed, plain) = match args.sign {
        Some(_) => (printed, None),
        None => (None, printed),
    };
    let parse = |text: &str| {
        Json::parse(text.as_bytes())
            .map_err(|why| Error::input(Code::BadInput, "the export", why.to_string()))
    };
    Ok(Exported {
        changed,
        entries: entries.len(),
        out: args.out.map(|it| it.display().to_string()),
        content: plain.as_deref().map(parse).transpose()?,
        signed,
        text,
    })
}

/// Notes what gets lost in a format for one entry.
fn tell_limits(format: Format, entries: &[&Entry], documents: &[&Entry], context: &Context<'_>) {
    if format == Format::Oauth4webapi {
        context.output.note(
            "oauth4webapi uses this for 300 s from uat on, whatever the server says, and does not notice a uat in the future",
        );
    }
    if format != Format::Bundle
        && let Some(document) = documents.first()
    {
        let (url, issuer) = (redacted(&entries[0].url), &document.url);
        context.output.note(&format!(
            "this format does not say whose keys they are: verify with --jwks-uri {url} --iss {issuer}, or export a bundle"
        ));
    }
}

/// The one private key that `spec` names.
fn signing_key(spec: &Spec, context: &Context<'_>) -> Result<Arc<Key>, Error> {
    let file = context.inputs.key_file(spec)?;
    let why = match file.pick(None, Purpose::Sign(None)) {
        Ok(key) if key.is_private() => return Ok(Arc::clone(key)),
        Err(PickError::Several(_)) => "has several private keys, and one is to sign",
        Ok(_) | Err(_) => "has no private key, and nothing else can sign",
    };
    Err(Error::input(Code::BadKey, spec, why))
}

/// `uat` as it stands in a file: seconds, or milliseconds if that large.
fn is_after(fetched_at_ms: i64, uat: i64) -> bool {
    const MILLISECONDS_FROM: i64 = 100_000_000_000;
    if uat < MILLISECONDS_FROM {
        fetched_at_ms.div_euclid(1000) > uat
    } else {
        fetched_at_ms > uat
    }
}

/// The documents of issuers that lead to these key sets, under the same trust context or the plain
/// one.
fn documents<'a>(listed: &'a [CachedEntry], sets: &[&Entry]) -> Vec<&'a Entry> {
    let leads = |document: &Entry| {
        let jwks_uri = document.jwks_uri();
        sets.iter().any(|set| {
            let same = set.ctx == document.ctx || is_plain(document);
            jwks_uri.as_deref() == Some(&set.url) && same
        })
    };
    listed
        .iter()
        .filter(|it| it.kind == DocumentKind::Discovery)
        .filter_map(|it| it.entry.as_deref().ok())
        .filter(|it| !it.ctx.is_unauthenticated() && leads(it))
        .collect()
}

/// Whether an entry was fetched without network flags.
fn is_plain(entry: &Entry) -> bool {
    Address::parse(&entry.url, true)
        .is_ok_and(|address| network::plain_context(&address) == entry.ctx)
}

/// The URL of an issuer's key set, if that is what was named.
fn set_of(listed: &[CachedEntry], named: &str) -> Option<String> {
    let documents = listed
        .iter()
        .filter(|it| it.kind == DocumentKind::Discovery);
    let mut theirs = documents.filter(|it| super::is_of(it, named));
    theirs.find_map(|it| it.entry.as_ref().ok()?.jwks_uri())
}

fn chosen<'a>(listed: &'a [CachedEntry], urls: &[String]) -> Result<Vec<&'a Entry>, Error> {
    let sets: Vec<&CachedEntry> = listed
        .iter()
        .filter(|it| it.kind == DocumentKind::Jwks && it.entry.is_ok())
        .collect();
    if urls.is_empty() {
        let entries = sets.iter().filter_map(|it| it.entry.as_deref().ok());
        return Ok(entries.filter(|it| is_plain(it)).collect());
    }
    // Keys without a MAC are not passed on as if they had been fetched.
    let (vouched, blind): (Vec<&CachedEntry>, Vec<&CachedEntry>) =
        sets.into_iter().partition(|it| {
            it.entry
                .as_ref()
                .is_ok_and(|entry| !entry.ctx.is_unauthenticated())
        });
    let mut chosen = Vec::new();
    for url in urls {
        let url = &set_of(listed, url).unwrap_or_else(|| url.clone());
        let of_url: Vec<&Entry> = vouched
            .iter()
            .filter(|it| super::is_of(it, url))
            .filter_map(|it| it.entry.as_deref().ok())
            .collect();
        match (of_url.iter().find(|it| is_plain(it)), &of_url[..]) {
            (Some(entry), _) => chosen.push(*entry),
            (None, [entry]) => chosen.push(*entry),
            (None, []) if blind.iter().any(|it| super::is_of(it, url)) => {
                let why = "is in the cache only from a shared cache that nobody authenticates";
                return Err(Error::usage(url, why)
                    .hint("fetch it without --cache-store-trust or --cache-store-format jose"));
            }
            (None, []) => return Err(super::not_cached(url)),
            (None, _) => {
                return Err(Error::usage(
                    url,
                    "was fetched under several trust contexts, and none of them is the plain one",
                ));
            }
        }
    }
    Ok(chosen)
}

impl Report for Exported {
    const SCHEMA: &'static str = "jwtctl.cache-export/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        if self.out.is_none() {
            page.bytes(self.text.as_bytes())
        } else {
            Ok(())
        }
    }

    fn status(&self) -> Status<'_> {
        if self.changed {
            Status::Done
        } else {
            Status::No("nothing was fetched since".into())
        }
    }
}
