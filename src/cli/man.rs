//! `jwtctl man`: for packagers, so it is not listed.

use std::io;
use std::path::PathBuf;

use clap::CommandFactory as _;
use jwtctl::core::error::Error;
use serde::Serialize;

use super::output::{Page, Report, lossily};

/// Write the manual pages, one per command, into a directory
#[derive(clap::Args)]
pub struct Args {
    /// Where they go; the directory must exist
    directory: PathBuf,
}

#[derive(Serialize)]
pub struct Written {
    #[serde(serialize_with = "lossily")]
    directory: PathBuf,
}

pub fn run(args: Args) -> Result<Written, Error> {
    let command = super::Cli::command();
    clap_mangen::generate_to(command, &args.directory)
        .map_err(|e| Error::io(&args.directory, &e))?;
    Ok(Written {
        directory: args.directory,
    })
}

impl Report for Written {
    const SCHEMA: &'static str = "jwtctl.man/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        page.bytes(format!("{}\n", self.directory.display()).as_bytes())
    }
}
