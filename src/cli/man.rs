//! `jwtctl man`: for packagers, so it is not listed.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use jwtctl::core::error::Error;
use jwtctl::core::limits;
use serde::Serialize;

use super::Context;
use super::help;
use super::input::Home;
use super::install::{How, Installed, Plan};
use super::output::{Page, Report, lossily};

/// Write the manual pages, one per command, into a directory
///
/// With --install they go into its subdirectory man1, where `man` looks for them, and the directory
/// is the user's own one unless another is named.
#[derive(clap::Args)]
pub struct Args {
    /// Where they go; the directory must exist, unless --install makes it
    #[arg(required_unless_present = "install")]
    directory: Option<PathBuf>,
    /// Put them where man finds them
    #[arg(long)]
    install: bool,
    #[command(flatten)]
    how: How,
}

#[derive(Serialize)]
pub struct Written {
    #[serde(serialize_with = "lossily")]
    directory: PathBuf,
}

pub fn run(args: Args, context: &Context<'_>) -> ExitCode {
    match args.directory {
        Some(directory) if !args.install => super::finish(write(directory), context),
        directory => super::finish(install(directory, &args.how), context),
    }
}

fn write(directory: PathBuf) -> Result<Written, Error> {
    for (name, page) in pages()? {
        let path = directory.join(name);
        std::fs::write(&path, page).map_err(|e| Error::io(&path, &e))?;
    }
    Ok(Written { directory })
}

fn install(directory: Option<PathBuf>, how: &How) -> Result<Installed, Error> {
    let directory = match directory {
        Some(directory) => directory,
        None => Home::find()?.data.join("man"),
    };
    let pages = pages()?.into_iter();
    let files = pages.map(|(name, page)| (directory.join("man1").join(name), page));
    let plan = Plan {
        files: files.collect(),
        next: None,
    };
    plan.carry_out(how)
}

/// The file names and contents of all pages.
fn pages() -> Result<Vec<(String, Vec<u8>)>, Error> {
    let mut pages = Vec::new();
    collect(&help::whole(), "jwtctl", &mut pages).map_err(|e| Error::io("man", &e))?;
    Ok(pages)
}

/// Collects the page of a command and those of its commands.
fn collect(command: &Command, name: &str, pages: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    pages.push((format!("{name}.1"), page(command, name)?));
    for sub in command.get_subcommands().filter(|it| !it.is_hide_set()) {
        collect(sub, &format!("{name}-{}", sub.get_name()), pages)?;
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
    let intro = "What others wrote is read in linear time and within these limits, of which \
                 \\-\\-max\\-size sets that of a token:";
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
