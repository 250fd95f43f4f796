//! Passphrases and confirmations, from a file or from the user at the terminal.

use std::io::IsTerminal as _;

use jwtctl::core::error::{Code, Error};
use jwtctl::core::limits::MAX_SECRET;
use jwtctl::core::secret::Secret;

use super::super::output::printable;
use super::{Inputs, SecretSpec, terminal};

impl Inputs {
    /// The passphrase that opens `what`: from the flag, or asked for.
    pub fn passphrase(&self, what: &str) -> Result<Secret, Error> {
        match &self.passphrase_from {
            Some(spec) => self.passphrase_file(spec),
            None => {
                self.ask_passphrase(&format!("Passphrase for {what}"), None, "--passphrase-from")
            }
        }
    }

    /// The passphrase to seal something new with: from the flag, or asked for twice.
    pub fn new_passphrase(&self, what: &str) -> Result<Secret, Error> {
        match &self.passphrase_from {
            Some(spec) => self.passphrase_file(spec),
            None => self.ask_passphrase(
                &format!("New passphrase for {what}"),
                Some("Repeat it"),
                "--passphrase-from",
            ),
        }
    }

    /// The new passphrase of something that was opened with its old one: from
    /// `--new-passphrase-from`, or asked for twice.
    pub fn other_passphrase(&self, spec: Option<&SecretSpec>, what: &str) -> Result<Secret, Error> {
        match spec {
            Some(spec) => self.passphrase_file(spec),
            None => self.ask_passphrase(
                &format!("New passphrase for {what}"),
                Some("Repeat it"),
                "--new-passphrase-from",
            ),
        }
    }

    fn passphrase_file(&self, spec: &SecretSpec) -> Result<Secret, Error> {
        let secret = self.read(spec, MAX_SECRET)?.without_trailing_newline();
        if secret.is_empty() {
            return Err(Error::input(
                Code::BadPassphrase,
                spec.flag(),
                "the passphrase is empty",
            ));
        }
        Ok(secret)
    }

    /// Asks the user to confirm; any answer but y or yes means no. `flag` is the one that confirms
    /// without asking.
    pub fn confirm(&self, question: &str, flag: &str) -> Result<bool, Error> {
        self.check_may_ask("a confirmation is needed", flag)?;
        let answer = terminal::ask(&format!("{} [y/N] ", printable(question)))
            .map_err(|e| no_terminal("a confirmation is needed", &e))?;
        Ok(matches!(
            answer.trim().to_ascii_lowercase().as_str(),
            "y" | "yes"
        ))
    }

    fn ask_passphrase(
        &self,
        prompt: &str,
        repeat: Option<&str>,
        flag: &str,
    ) -> Result<Secret, Error> {
        self.check_may_ask(
            "a passphrase is needed",
            &format!("{flag} FILE (or env:NAME, fd:N)"),
        )?;
        terminal::restore_on_signal();
        let mut ask = dialoguer::Password::new().with_prompt(printable(prompt));
        if let Some(repeat) = repeat {
            ask = ask.with_confirmation(repeat, "They differ; once more");
        }
        let typed = ask
            .interact()
            .map_err(|e| no_terminal("a passphrase is needed", &e))?;
        Ok(Secret::new(typed.into_bytes()))
    }

    pub(super) fn check_may_ask(&self, need: &str, instead: &str) -> Result<(), Error> {
        let why = if self.no_input {
            "prompts are off (--no-input, or CI is set)"
        } else if !std::io::stderr().is_terminal() {
            "there is no terminal to ask on"
        } else {
            return Ok(());
        };
        Err(
            Error::input(Code::NoInput, "", format!("{need}, and {why}"))
                .hint(format!("use {instead}")),
        )
    }
}

pub(super) fn no_terminal(need: &str, error: &dyn std::fmt::Display) -> Error {
    Error::input(
        Code::NoInput,
        "",
        format!("{need}, and asking for it failed: {error}"),
    )
}
