//! `jwtctl completions`.

use std::io;

use clap::Command;
use clap::builder::PossibleValuesParser;
use clap_complete::Shell;
use jwtctl::core::error::Error;
use serde::Serialize;

use super::output::{Page, Report};

/// Print the completion script for a shell
///
/// bash: jwtctl completions bash > ~/.local/share/bash-completion/completions/jwtctl
/// zsh: jwtctl completions zsh > "${fpath[1]}/_jwtctl"
/// fish: jwtctl completions fish > ~/.config/fish/completions/jwtctl.fish
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Which shell
    shell: Shell,
}

#[derive(Serialize)]
pub struct Script {
    script: String,
}

pub fn run(args: Args) -> Result<Script, Error> {
    let mut command = super::listed();
    command.set_bin_name("jwtctl");
    // The arguments of a command are there only once it has been built.
    command.build();
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut quotable(command), "jwtctl", &mut text);
    Ok(Script {
        script: String::from_utf8_lossy(&text).into_owned(),
    })
}

/// The command with no character in the help of a value that a shell would read as its own:
/// clap_complete puts that help between double quotes as it is.
fn quotable(command: Command) -> Command {
    let command = command.mut_args(|arg| {
        let values = arg.get_possible_values();
        if !values.iter().any(|it| it.get_help().is_some()) {
            return arg;
        }
        let plain = values.into_iter().map(|value| match value.get_help() {
            Some(help) => {
                let help = plain(&help.to_string());
                value.help(help)
            }
            None => value,
        });
        arg.value_parser(PossibleValuesParser::new(plain))
    });
    command.mut_subcommands(quotable)
}

fn plain(help: &str) -> String {
    help.replace(['"', '`'], "'").replace(['$', '\\'], "")
}

impl Report for Script {
    const SCHEMA: &'static str = "jwtctl.completions/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        page.bytes(self.script.as_bytes())
    }
}
