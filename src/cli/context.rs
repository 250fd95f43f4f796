//! What every command is given besides its own arguments, and what the command line itself says.

use std::collections::HashSet;
use std::path::PathBuf;

use clap::parser::ValueSource::{CommandLine, EnvVariable};
use clap::{ArgMatches, Args, Id};
use jwtctl::core::env::Env;
use serde::Serialize;

use super::input::{Inputs, on_stdin};
use super::output::Output;

/// What every command may use besides its own arguments.
pub struct Context<'a> {
    /// The time and randomness.
    pub env: Env<'a>,
    /// Files, stdin, the environment and prompts.
    pub inputs: Inputs,
    /// Where notes go.
    pub output: Output,
    /// The cache directory that was named.
    pub cache_dir: Option<PathBuf>,
    /// Whether no connection may be opened.
    pub offline: bool,
    /// Whether the caller has chosen the time, which stands still then.
    pub is_now_chosen: bool,
    /// What the command line itself says, and not the environment.
    pub typed: Typed,
    /// The policy that a token is judged by, if one was named.
    pub policy: Option<PolicyUsed>,
}

impl Context<'_> {
    /// Keeps a new token out of the log, where this is a step of a GitHub workflow.
    pub fn mask(&self, token: &str) {
        if self.inputs.in_github_workflow() {
            self.output.mask(token);
        }
    }
}

/// The policy that a token was judged by.
#[derive(Clone, Debug, Serialize)]
pub struct PolicyUsed {
    /// Its name, or that of its file.
    pub name: String,
    /// The file that it stands in.
    pub file: String,
    /// The SHA-256 of that file, in hexadecimal.
    pub sha256: String,
}

/// The arguments that stand on the command line, by the names of their fields.
pub struct Typed(HashSet<String>);

impl Typed {
    /// What is there of a command line; and what of it, or of the environment in its place, names
    /// stdin, as messages call it.
    pub fn of(matches: &ArgMatches) -> (Self, Vec<String>) {
        let (mut typed, mut level) = (HashSet::new(), matches);
        loop {
            let mut given = Vec::new();
            for id in level.ids().map(Id::as_str) {
                match level.value_source(id) {
                    Some(CommandLine) => {
                        typed.insert(id.to_owned());
                        given.push(id);
                    }
                    Some(EnvVariable) => given.push(id),
                    _ => {}
                }
            }
            match level.subcommand() {
                Some((_, next)) => level = next,
                // Global arguments are at every level, and this one has the command's own.
                None => return (Self(typed), on_stdin(level, &given)),
            }
        }
    }

    /// Whether the argument of that field is there.
    pub fn has(&self, field: &str) -> bool {
        self.0.contains(field)
    }

    /// The first of the flags declared in `A` that is there: for arguments that are of no use
    /// without another one. `A` flattens no others: then its arguments are a group of the parser's,
    /// and its declarations are looked at only where one of them is there.
    pub fn first_of<A: Args>(&self) -> Option<String> {
        let group = A::group_id()?;
        if !self.has(group.as_str()) {
            return None;
        }
        let declared = A::augment_args(clap::Command::new(""));
        let mut typed = declared
            .get_arguments()
            .filter(|it| self.has(it.get_id().as_str()));
        Some(format!("--{}", typed.next()?.get_long()?))
    }
}
