//! `jwtctl jwks show`.

use std::io;

use jwtctl::core::error::{Code, Error};

use super::super::Context;
use super::super::output::{Page, Report, Role};
use super::Source;
use super::row::Row;
use serde::Serialize;

/// Show one key: its public half, and where it stands
#[derive(clap::Args)]
pub struct Args {
    /// Which key
    #[arg(allow_hyphen_values = true)]
    kid: String,
    #[command(flatten)]
    source: Source,
}

/// One key.
#[derive(Serialize)]
pub struct Shown {
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    encrypted: Option<bool>,
    key: Row,
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Shown, Error> {
    let loaded = args.source.load(context)?;
    let rows = Row::all(&loaded, context)?;
    let known: Vec<String> = rows.iter().filter_map(Row::kid).take(5).collect();
    let Some(key) = rows
        .into_iter()
        .find(|row| row.kid().as_deref() == Some(&args.kid))
    else {
        let error = Error::input(
            Code::BadKey,
            &loaded.name,
            format!("has no key {:?}", args.kid),
        );
        return Err(if known.is_empty() {
            error
        } else {
            error.hint(format!("it has {}", known.join(", ")))
        });
    };
    let encrypted = loaded.store.as_ref().and_then(|store| store.is_encrypted());
    Ok(Shown {
        source: loaded.name,
        encrypted,
        key,
    })
}

impl Report for Shown {
    const SCHEMA: &'static str = "jwtctl.jwks-show/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        for (name, value) in self.key.details() {
            page.line(Role::Plain, &format!("{name:<11} {value}"))?;
        }
        match self.encrypted {
            Some(true) => page.line(Role::Plain, "private     encrypted")?,
            Some(false) => page.line(Role::Caution, "private     NOT ENCRYPTED")?,
            None => {}
        }
        page.end()?;
        page.json(&self.key.jwk(), 0)?;
        page.end()
    }
}
