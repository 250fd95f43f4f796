//! `jwtctl man`: for packagers, so it is not listed.

use std::io;
use std::path::{Path, PathBuf};

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use jwtctl::core::error::Error;
use jwtctl::core::limits;
use serde::Serialize;

use super::help;
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
    let failed = |e: io::Error| Error::io(&args.directory, &e);
    write(&help::whole(), "jwtctl", &args.directory).map_err(failed)?;
    Ok(Written {
        directory: args.directory,
    })
}

/// Writes the page of a command and those of its commands.
fn write(command: &Command, name: &str, directory: &Path) -> io::Result<()> {
    let file = directory.join(format!("{name}.1"));
    std::fs::write(file, page(command, name)?)?;
    for sub in command.get_subcommands().filter(|it| !it.is_hide_set()) {
        write(sub, &format!("{name}-{}", sub.get_name()), directory)?;
    }
    Ok(())
}

/// The page of a command: what it is, how it is called, its options in the order of use with the
/// global ones last, then examples and the rest.
fn page(command: &Command, name: &str) -> io::Result<Vec<u8>> {
    let path = name.replace('-', " ");
    let path = path.strip_prefix("jwtctl").unwrap_or(&path).trim();
    let mut command = command.clone();
    let usage = command.render_usage().to_string();
    let man = Man::new(command.clone()).title(name);
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    let about = command.get_about().map(ToString::to_string);
    let mut roff = Roff::new();
    roff.control("SH", ["NAME"]);
    roff.text([roman(format!("{name} - {}", about.unwrap_or_default()))]);
    roff.control("SH", ["SYNOPSIS"]);
    roff.text([bold(usage.trim_start_matches("Usage: ").trim())]);
    roff.to_writer(&mut page)?;
    man.render_description_section(&mut page)?;
    if command.get_arguments().next().is_some() {
        man.render_options_section(&mut page)?;
    }
    if command.has_subcommands() {
        commands(&command, name).to_writer(&mut page)?;
    }
    if let Some(more) = help::page(path) {
        rest(&more, path).to_writer(&mut page)?;
    }
    if path.is_empty() {
        page.extend(limits_section().into_bytes());
    }
    Ok(page)
}

/// The commands of a command, each with its page.
fn commands(command: &Command, name: &str) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["COMMANDS"]);
    for sub in command.get_subcommands().filter(|it| !it.is_hide_set()) {
        roff.control("TP", []);
        roff.text([bold(format!("{name}-{}(1)", sub.get_name()))]);
        roff.text([roman(
            sub.get_about().map(ToString::to_string).unwrap_or_default(),
        )]);
    }
    roff
}

/// Examples, exit codes, variables, files, other pages.
fn rest(more: &help::ManualPage, path: &str) -> Roff {
    let mut roff = Roff::new();
    for (heading, rows) in more.sections(path) {
        roff.control("SH", [heading.to_uppercase().as_str()]);
        for (term, what) in rows {
            roff.control("TP", []);
            roff.text([bold(term)]);
            roff.text([roman(what)]);
        }
    }
    roff
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
