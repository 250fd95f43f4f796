//! `jwtctl policy show`.

use std::io;

use clap::builder::NonEmptyStringValueParser;
use jwtctl::core::error::{Error, shell_word};
use jwtctl::core::json::{Json, Object};
use serde::Serialize;

use super::super::PolicyUsed;
use super::super::output::{Page, Report, Role};
use super::document::Setting;
use super::members::Shape;
use super::merge::as_flags;
use super::{check, document};

/// Show a policy, and the call that it stands for
#[derive(clap::Args)]
pub struct Args {
    /// The policy: FILE, FILE#NAME, or the name of one in the user's configuration directory
    #[arg(value_name = "POLICY", value_parser = NonEmptyStringValueParser::new())]
    policy: String,
}

/// A policy as `verify` understands it.
#[derive(Serialize)]
pub struct Shown {
    policy: PolicyUsed,
    members: Object,
    /// The call without the policy, in the words of a POSIX shell.
    call: String,
}

pub fn run(args: &Args) -> Result<Shown, Error> {
    let document = document::read(&args.policy)?;
    check::demand_good(&document, &args.policy)?;
    let flags = document.settings.iter().flat_map(as_flags);
    let words: Vec<String> = flags.map(|it| shell_word(&it.to_string_lossy())).collect();
    Ok(Shown {
        members: Object(document.settings.iter().map(member).collect()),
        call: format!("jwtctl verify {}", words.join(" "))
            .trim_end()
            .into(),
        policy: document.used,
    })
}

fn member(setting: &Setting) -> (String, Json) {
    let value = match (setting.member.shape, &setting.values[..]) {
        (Shape::Switch, _) => Json::Bool(true),
        (Shape::One, [value, ..]) => value.as_str().into(),
        (_, values) => values.iter().collect(),
    };
    (setting.member.name.into(), value)
}

impl Report for Shown {
    const SCHEMA: &'static str = "jwtctl.policy-show/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        page.line(Role::Plain, &format!("name     {}", self.policy.name))?;
        page.line(Role::Plain, &format!("file     {}", self.policy.file))?;
        page.line(Role::Plain, &format!("sha256   {}", self.policy.sha256))?;
        page.end()?;
        for (name, value) in &self.members.0 {
            page.line(Role::Plain, &format!("{name} = {}", value.to_text()))?;
        }
        page.end()?;
        page.line(Role::Faint, &self.call)
    }
}
