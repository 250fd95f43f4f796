//! `jwtctl cache import`.

use std::io;

use clap::ValueEnum;
use jwtctl::core::address::{Address, redacted};
use jwtctl::core::cache::{self, Adopted, Binding, DocumentKind, Imported, Skipped, signed};
use jwtctl::core::error::{Code, Error};
use jwtctl::core::files::MAX_FILE;
use serde::Serialize;

use super::super::input::{FileSpec, Spec};
use super::super::output::{Page, Report, Role, message};
use super::super::{Context, network};

/// Read key sets from a file that cache export, jose or oauth4webapi wrote
///
/// Importing decides which tokens are valid: take only files that you trust. It never makes keys
/// younger than they are, and keeps what is in the cache if that is newer.
#[derive(clap::Args)]
pub struct Args {
    /// The file, or - for stdin
    file: FileSpec,
    /// The URL that the keys are from; for files that do not say
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// The unit of uat
    #[arg(long, value_enum, default_value = "auto")]
    uat_unit: Unit,
    /// Take the keys as expired: they are fetched again before use
    #[arg(long)]
    reset_uat: bool,
    /// Take only a bundle that this key has signed (cache export --sign): PATH, -, env:NAME, fd:N
    /// or store:KID
    #[arg(long, value_name = "KEYSPEC")]
    verify_key: Option<Spec>,
    /// Replace newer keys as well
    #[arg(long)]
    force: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Unit {
    /// Told by its size
    Auto,
    /// Seconds
    S,
    /// Milliseconds
    Ms,
}

/// What came in.
#[derive(Serialize)]
pub struct Taken {
    imported: Vec<String>,
    kept: Vec<String>,
    skipped: Vec<Left>,
}

#[derive(Serialize)]
struct Left {
    url: String,
    why: String,
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Taken, Error> {
    let bytes = content(&args, context)?;
    let url = args
        .url
        .as_deref()
        .map(|url| Address::parse(url, true))
        .transpose()?;
    let unit = match args.uat_unit {
        Unit::Auto => cache::UatUnit::Auto,
        Unit::S => cache::UatUnit::Seconds,
        Unit::Ms => cache::UatUnit::Millis,
    };
    let ctx = |address: &Address| network::plain_context(address);
    let binding = Binding {
        url: url.as_ref(),
        ctx: &ctx,
        unit,
        reset_uat: args.reset_uat,
    };
    let found = cache::import(&bytes, binding, context.env.millis())
        .map_err(|error| named(error, &args.file))?;
    let taken = adopt(found, args.force, context)?;
    match &taken.skipped[..] {
        [first, ..] if taken.imported.is_empty() && taken.kept.is_empty() => Err(Error::input(
            Code::BadInput,
            &args.file,
            format!("holds nothing that can be imported: {}", first.why),
        )),
        _ => Ok(taken),
    }
}

/// Puts what was found into the cache. An entry that cannot be stored is an error only if it is all
/// there is.
fn adopt(found: Imported, force: bool, context: &Context<'_>) -> Result<Taken, Error> {
    let cache = super::open(context)?;
    let mut taken = Taken {
        imported: Vec::new(),
        kept: Vec::new(),
        skipped: Vec::new(),
    };
    let mut failed = Vec::new();
    let sets = found.entries.into_iter().map(|it| (DocumentKind::Jwks, it));
    let documents = found
        .documents
        .into_iter()
        .map(|it| (DocumentKind::Discovery, it));
    for (kind, entry) in sets.chain(documents) {
        let url = match kind {
            DocumentKind::Jwks => redacted(&entry.url),
            DocumentKind::Discovery => format!("{} (issuer)", entry.url),
        };
        entry.dropped.iter().for_each(|it| {
            context.output.warn(&format!(
                "key {} of {url} was left out: it {}",
                it.i,
                it.phrase()
            ))
        });
        match cache.adopt(kind, entry, force, &context.env) {
            Ok(Adopted::Stored) => taken.imported.push(url),
            Ok(Adopted::Kept) => taken.kept.push(url),
            // The others are in use by now, or may yet be stored.
            Err(error) => failed.push((url, error)),
        }
    }
    if taken.imported.is_empty()
        && taken.kept.is_empty()
        && let Some((_, error)) = failed.pop()
    {
        return Err(error);
    }
    for (url, error) in failed {
        let why = message(&error);
        context.output.warn(&format!("not imported: {url}: {why}"));
        taken.skipped.push(Left { url, why });
    }
    for Skipped { url, why } in found.skipped {
        context.output.warn(&format!("not imported: {url} {why}"));
        taken.skipped.push(Left { url, why });
    }
    Ok(taken)
}

/// What is in the file, less a signature that has to be there, or must not be without a key to
/// check it with.
fn content(args: &Args, context: &Context<'_>) -> Result<Vec<u8>, Error> {
    let bytes = context.inputs.content(&args.file, MAX_FILE)?;
    match &args.verify_key {
        None if signed::is_signed(bytes.expose()) => {
            let error = Error::input(
                Code::BadInput,
                args.file.source_name(),
                "is signed, and nothing says who may have signed it",
            );
            Err(error.hint("name the key that you trust: --verify-key KEYSPEC"))
        }
        None => Ok(bytes.expose().to_vec()),
        Some(spec) => {
            let keys = context.inputs.public_keys(spec, context.env.now)?.keys;
            signed::open(bytes.expose(), args.file.source_name(), &keys, spec.flag())
        }
    }
}

/// The error with the file's own name in it.
fn named(error: Error, file: &FileSpec) -> Error {
    match error {
        Error::Input {
            code: Code::BadInput,
            why,
            hints,
            ..
        } => Error::Input {
            code: Code::BadInput,
            what: file.source_name().into(),
            why,
            hints,
        },
        other => other,
    }
}

impl Report for Taken {
    const SCHEMA: &'static str = "jwtctl.cache-import/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        self.imported
            .iter()
            .try_for_each(|url| page.line(Role::Plain, &format!("imported  {url}")))?;
        self.kept.iter().try_for_each(|url| {
            page.line(
                Role::Faint,
                &format!("kept      {url} (the cache has it as new)"),
            )
        })
    }
}
