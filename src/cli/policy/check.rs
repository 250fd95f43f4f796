//! `jwtctl policy check`, and what it finds.

use std::ffi::OsString;
use std::io;

use clap::builder::NonEmptyStringValueParser;
use jwtctl::core::claims::TENANT;
use jwtctl::core::error::Error;
use serde::Serialize;

use super::super::PolicyUsed;
use super::super::output::{Page, Report, Role, Status};
use super::document::{Problem, Setting};
use super::merge::as_flags;
use super::{Document, document};

/// Say everything that is wrong with a policy
#[derive(clap::Args)]
pub struct Args {
    /// The policy: FILE, FILE#NAME, or the name of one in the user's configuration directory
    #[arg(value_name = "POLICY", value_parser = NonEmptyStringValueParser::new())]
    policy: String,
}

/// What was found.
#[derive(Serialize)]
pub struct Checked {
    policy: PolicyUsed,
    problems: Vec<Problem>,
}

pub fn run(args: &Args) -> Result<Checked, Error> {
    let document = document::read(&args.policy)?;
    Ok(Checked {
        problems: problems(&document),
        policy: document.used,
    })
}

/// Everything that is wrong, in the order of the lines: with the file, with single values, and with
/// values that do not go together.
pub fn problems(document: &Document) -> Vec<Problem> {
    let at = |setting: &Setting, message: String| Problem {
        line: setting.line,
        message,
    };
    let mut problems: Vec<Problem> = Vec::new();
    for setting in &document.settings {
        let why = refusal(std::slice::from_ref(&setting));
        problems.extend(why.map(|why| at(setting, why)));
    }
    let sources: Vec<&Setting> = document
        .settings
        .iter()
        .filter(|it| it.member.is_source)
        .collect();
    let named = |name: &str| document.settings.iter().find(|it| it.member.name == name);
    if let [first, second, ..] = sources[..]
        && (first.member.name, second.member.name) != ("jwks", "key")
        && (first.member.name, second.member.name) != ("key", "jwks")
    {
        let why = format!(
            "{} and {} both say where the keys are",
            first.member.name, second.member.name
        );
        problems.push(at(second, why));
    }
    let demands_tenant = ["require", "match"].iter().any(|name| {
        named(name).is_some_and(|it| {
            it.values
                .iter()
                .any(|value| value.starts_with("tid=") || value.starts_with("tid:="))
        })
    });
    if let Some(iss) = named("iss").filter(|it| it.values.iter().any(|iss| iss.contains(TENANT)))
        && !demands_tenant
    {
        let why =
            format!("iss has {TENANT} in it, and neither require nor match says which tid is good");
        problems.push(at(iss, why));
    }
    // Only where the single values are good can they be judged together.
    if problems.is_empty() && document.problems.is_empty() {
        let all: Vec<&Setting> = document.settings.iter().collect();
        let line = document.settings.first().map_or(1, |it| it.line);
        problems.extend(refusal(&all).map(|message| Problem { line, message }));
    }
    let own = document.problems.iter().map(|it| Problem {
        line: it.line,
        message: it.message.clone(),
    });
    problems.extend(own);
    problems.sort_by_key(|it| it.line);
    problems
}

/// Why `verify` does not take these settings, in its own words.
fn refusal(settings: &[&Setting]) -> Option<String> {
    let call = ["jwtctl", "verify", "-"].map(OsString::from);
    let flags = settings.iter().flat_map(|it| as_flags(it));
    let call: Vec<OsString> = call.into_iter().chain(flags).collect();
    let error = super::super::parses(&call).err()?;
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    Some(first.trim_start_matches("error: ").to_owned())
}

impl Report for Checked {
    const SCHEMA: &'static str = "jwtctl.policy-check/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        for problem in &self.problems {
            let line = format!("{}:{}: {}", self.policy.file, problem.line, problem.message);
            page.line(Role::Bad, &line)?;
        }
        match self.problems.is_empty() {
            true => page.line(Role::Good, &format!("{}: good", self.policy.file)),
            false => Ok(()),
        }
    }

    fn status(&self) -> Status<'_> {
        match self.problems.len() {
            0 => Status::Done,
            1 => Status::No("1 problem".into()),
            count => Status::No(format!("{count} problems")),
        }
    }
}
