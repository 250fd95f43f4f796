//! `jwtctl completions`.

use std::io;

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
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut super::listed(), "jwtctl", &mut text);
    Ok(Script {
        script: String::from_utf8_lossy(&text).into_owned(),
    })
}

impl Report for Script {
    const SCHEMA: &'static str = "jwtctl.completions/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        page.bytes(self.script.as_bytes())
    }
}
