//! `jwtctl man`: for packagers, so it is not listed.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::CommandFactory as _;
use jwtctl::core::error::Error;
use jwtctl::core::limits;
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
    let failed = |e: io::Error| Error::io(&args.directory, &e);
    clap_mangen::generate_to(command, &args.directory).map_err(failed)?;
    let page = args.directory.join("jwtctl.1");
    let mut page = std::fs::OpenOptions::new()
        .append(true)
        .open(page)
        .map_err(failed)?;
    page.write_all(limits_section().as_bytes())
        .map_err(failed)?;
    Ok(Written {
        directory: args.directory,
    })
}

/// What is read of others' input at most, as a section of the main page.
fn limits_section() -> String {
    let intro = "What others wrote is read in linear time and within these limits:";
    let rows = limits::table().into_iter();
    let rows = rows.map(|(what, most)| format!(".TP\n{what}\n{most}\n"));
    let rows: String = rows.collect::<String>().replace('-', "\\-");
    format!(".SH LIMITS\n{intro}\n{rows}")
}

impl Report for Written {
    const SCHEMA: &'static str = "jwtctl.man/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        page.bytes(format!("{}\n", self.directory.display()).as_bytes())
    }
}
