//! `jwtctl completions`, and what the scripts that it prints ask jwtctl for.

mod live;

pub use live::complete;

use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap::{Command, ValueEnum};
use clap_complete::env::{Bash, Elvish, EnvCompleter, Fish, Zsh};
use jwtctl::core::error::{Error, shell_word};
use serde::Serialize;

use super::Context;
use super::input::{Home, variable};
use super::install::{How, Installed, Plan};
use super::output::{Page, Report};

/// Print the completion script for a shell, or put it into place
///
/// With --install it goes where the shell looks for it in the user's own directories, for the shell
/// in SHELL unless another one is named. By hand:
///
/// bash: jwtctl completions bash > ~/.local/share/bash-completion/completions/jwtctl
/// zsh: jwtctl completions zsh > "${fpath[1]}/_jwtctl"
/// fish: jwtctl completions fish > ~/.config/fish/completions/jwtctl.fish
/// nushell: jwtctl completions nushell | save jwtctl.nu; then: use jwtctl.nu *
/// powershell, in $PROFILE: jwtctl completions powershell | Out-String | Invoke-Expression
///
/// The scripts ask jwtctl itself for what there is to choose from: kids of the keystore and of
/// cached sets, cached URLs and issuers, policies. That opens no connection and asks for no
/// passphrase. nushell's offers the options alone.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Which shell
    #[arg(required_unless_present = "install")]
    shell: Option<Shell>,
    /// Write the script to where the shell finds it
    #[arg(long)]
    install: bool,
    #[command(flatten)]
    how: How,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
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

pub fn run(args: Args, context: &Context<'_>) -> ExitCode {
    match args.shell {
        Some(shell) if !args.install => super::finish(script(shell), context),
        shell => super::finish(install(shell, &args.how), context),
    }
}

fn script(shell: Shell) -> Result<Script, Error> {
    let completer: &dyn EnvCompleter = match shell {
        Shell::Bash => &Bash,
        Shell::Elvish => &Elvish,
        Shell::Fish => &Fish,
        Shell::Powershell => &clap_complete::env::Powershell,
        Shell::Zsh => &Zsh,
        Shell::Nushell => return Ok(nushell()),
    };
    let mut text = Vec::new();
    completer
        .write_registration(VARIABLE, "jwtctl", "jwtctl", "jwtctl", &mut text)
        .map_err(|e| Error::io("completions", &e))?;
    let mut script = String::from_utf8_lossy(&text).into_owned();
    match shell {
        Shell::Bash => {
            script = script.replace("-F _clap_complete_jwtctl", "-F _jwtctl");
            script.push_str(BASH_WORDS);
        }
        Shell::Zsh => script.push_str(ZSH_AUTOLOAD),
        _ => {}
    }
    Ok(Script { script })
}

/// Puts the script where the shell looks for it.
fn install(shell: Option<Shell>, how: &How) -> Result<Installed, Error> {
    let shell = match shell {
        Some(shell) => shell,
        None => own_shell()?,
    };
    let home = Home::find()?;
    let (path, next) = match shell {
        Shell::Bash => (home.data.join("bash-completion/completions/jwtctl"), None),
        Shell::Fish => (home.config.join("fish/completions/jwtctl.fish"), None),
        Shell::Nushell => (home.config.join("nushell/autoload/jwtctl.nu"), None),
        Shell::Zsh => {
            let folder = home.data.join("zsh/site-functions");
            let word = shell_word(&folder.display().to_string());
            let next = format!("in ~/.zshrc, before compinit: fpath=({word} $fpath)");
            (folder.join("_jwtctl"), Some(next))
        }
        Shell::Elvish => {
            let path = home.config.join("elvish/lib/jwtctl.elv");
            (path, Some("in rc.elv: use jwtctl".into()))
        }
        Shell::Powershell => {
            let error = Error::usage("--install", "PowerShell has no place for such a script");
            return Err(
                error.hint("add it to the profile: jwtctl completions powershell >> $PROFILE")
            );
        }
    };
    let script = script(shell)?.script.into_bytes();
    let files = vec![(path, script)];
    Plan { files, next }.carry_out(how)
}

/// The shell that the user logs in with.
fn own_shell() -> Result<Shell, Error> {
    let path = variable("SHELL").unwrap_or_default();
    let name = Path::new(&path).file_name().unwrap_or_default();
    let name = match name.to_str() {
        Some("nu") => "nushell",
        Some("pwsh") => "powershell",
        other => other.unwrap_or_default(),
    };
    Shell::from_str(name, true).map_err(|_| {
        let error = Error::usage(
            "--install",
            "SHELL names no shell that there is a script for",
        );
        error.hint("name it: jwtctl completions bash --install")
    })
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
