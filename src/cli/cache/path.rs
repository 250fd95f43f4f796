//! `jwtctl cache path`.

use std::io;
use std::path::PathBuf;

use jwtctl::core::error::Error;
use serde::Serialize;

use super::super::Context;
use super::super::output::{Page, Report, lossily};

/// Print where the cache is
#[derive(clap::Args)]
pub struct Args {}

/// A place.
#[derive(Serialize)]
pub struct Place {
    #[serde(serialize_with = "lossily")]
    path: PathBuf,
}

pub fn run(_: Args, context: &mut Context<'_>) -> Result<Place, Error> {
    super::super::network::cache_dir(context)
        .map(|path| Place { path })
        .ok_or_else(|| {
            Error::usage(
                "--cache-dir",
                "there is no home directory, so a cache directory has to be named",
            )
        })
}

impl Report for Place {
    const SCHEMA: &'static str = "jwtctl.cache-path/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        // A script gets the name byte for byte.
        page.bytes(self.path.as_os_str().as_encoded_bytes())?;
        page.bytes(b"\n")
    }
}
