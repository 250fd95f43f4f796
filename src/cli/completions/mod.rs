//! `jwtctl completions`, and what the scripts that it prints ask jwtctl for.

mod live;

pub use live::complete;

use std::io;

use clap::{Command, ValueEnum};
use clap_complete::env::{Bash, Elvish, EnvCompleter, Fish, Zsh};
use jwtctl::core::error::Error;
use serde::Serialize;

use super::output::{Page, Report};

/// Print the completion script for a shell
///
/// bash: jwtctl completions bash > ~/.local/share/bash-completion/completions/jwtctl
/// zsh: jwtctl completions zsh > "${fpath[1]}/_jwtctl"
/// fish: jwtctl completions fish > ~/.config/fish/completions/jwtctl.fish
/// nushell: jwtctl completions nushell | save jwtctl.nu; then: use jwtctl.nu *
///
/// The scripts ask jwtctl itself for what there is to choose from: kids of the keystore and of
/// cached sets, cached URLs and issuers, policies. That opens no connection and asks for no
/// passphrase. nushell's offers the options alone.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Which shell
    shell: Shell,
}

#[derive(Clone, Copy, ValueEnum)]
enum Shell {
    Bash,
    Elvish,
    Fish,
    Nushell,
    Powershell,
    Zsh,
}

#[derive(Serialize)]
pub struct Script {
    script: String,
}

/// The variable by which a script says which shell asks.
const VARIABLE: &str = "COMPLETE";

/// What a file of zsh's fpath ends with: it is read as the function that completes, so at the first
/// Tab it has to answer as well.
const ZSH_AUTOLOAD: &str = r#"
if [ "$funcstack[1]" = "_jwtctl" ]; then
    _clap_dynamic_completer_jwtctl "$@"
fi
"#;

/// What bash needs in front of the function that asks jwtctl.
const BASH_WORDS: &str = include_str!("words.bash");

pub fn run(args: Args) -> Result<Script, Error> {
    let shell: &dyn EnvCompleter = match args.shell {
        Shell::Bash => &Bash,
        Shell::Elvish => &Elvish,
        Shell::Fish => &Fish,
        Shell::Powershell => &clap_complete::env::Powershell,
        Shell::Zsh => &Zsh,
        Shell::Nushell => return Ok(nushell()),
    };
    let mut text = Vec::new();
    shell
        .write_registration(VARIABLE, "jwtctl", "jwtctl", "jwtctl", &mut text)
        .map_err(|e| Error::io("completions", &e))?;
    let mut script = String::from_utf8_lossy(&text).into_owned();
    match args.shell {
        Shell::Bash => {
            script = script.replace("-F _clap_complete_jwtctl", "-F _jwtctl");
            script.push_str(BASH_WORDS);
        }
        Shell::Zsh => script.push_str(ZSH_AUTOLOAD),
        _ => {}
    }
    Ok(Script { script })
}

fn nushell() -> Script {
    let mut command = whole();
    let mut text = Vec::new();
    let shell = clap_complete_nushell::Nushell;
    clap_complete::generate(shell, &mut command, "jwtctl", &mut text);
    Script {
        script: String::from_utf8_lossy(&text).into_owned(),
    }
}

/// Every command with its arguments, which are there only once it has been built.
fn whole() -> Command {
    let mut command = super::listed();
    command.set_bin_name("jwtctl");
    command.build();
    command
}

impl Report for Script {
    const SCHEMA: &'static str = "jwtctl.completions/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        page.bytes(self.script.as_bytes())
    }
}
