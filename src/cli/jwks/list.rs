//! `jwtctl jwks list`.

use std::io;

use jwtctl::core::alg::Kty;
use jwtctl::core::error::Error;
use jwtctl::core::json::Object;
use jwtctl::core::jwks::Dropped;
use jwtctl::core::key::Key;
use serde::Serialize;

use super::super::Context;
use super::super::output::{Page, Report, Role};
use super::Source;

/// List the keys of a set
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    source: Source,
}

/// The keys of a set.
#[derive(Serialize)]
pub struct Listing {
    source: String,
    keys: Vec<Row>,
    dropped: Vec<Dropped>,
}

#[derive(Serialize)]
struct Row {
    kid: Option<String>,
    kty: &'static str,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    crv: Option<&'static str>,
    bits: usize,
    state: Option<String>,
    created_at: Option<String>,
    /// None of a symmetric key: of a secret that somebody thought up, it would help to guess it.
    thumbprint: Option<String>,
    findings: Vec<String>,
    jwk: Object,
    #[serde(skip)]
    private: bool,
}

impl Row {
    fn new(key: &Key) -> Self {
        let symmetric = key.kty() == Kty::Oct;
        Self {
            kid: key.kid.clone(),
            kty: key.kty().as_str(),
            alg: key.alg.clone(),
            usage: key.usage.clone(),
            crv: key.curve().map(|crv| crv.as_str()),
            bits: key.bits(),
            state: None,
            created_at: None,
            thumbprint: (!symmetric).then(|| key.thumbprint()),
            findings: Vec::new(),
            jwk: key.public_jwk(),
            private: key.is_private(),
        }
    }
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Listing, Error> {
    let file = args.source.read(context)?;
    let keys = file.keys.iter().map(|key| Row::new(key)).collect();
    Ok(Listing { source: args.source.name(), keys, dropped: file.dropped })
}

impl Report for Listing {
    const SCHEMA: &'static str = "jwtctl.jwks/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        let or_dash = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".into());
        let rows: Vec<Vec<String>> = self
            .keys
            .iter()
            .map(|row| {
                let size = row.crv.map_or_else(|| format!("{} bits", row.bits), String::from);
                let half = if row.private { "private" } else { "public" };
                vec![or_dash(&row.kid), row.kty.into(), size, or_dash(&row.alg), or_dash(&row.usage), half.into()]
            })
            .collect();
        if rows.is_empty() {
            page.line(Role::Faint, "no usable keys")?;
        } else {
            page.table(&["KID", "KTY", "SIZE", "ALG", "USE", "HALF"], &rows)?;
        }
        for dropped in &self.dropped {
            let kid = dropped.kid.as_ref().map(|kid| format!(" ({kid:?})")).unwrap_or_default();
            page.line(Role::Caution, &format!("not usable: key {}{kid} {}", dropped.index, dropped.why))?;
        }
        Ok(())
    }
}
