//! `jwtctl jwks diff`.

use std::io;

use jwtctl::core::diff::{Difference, Member, Named, diff};
use jwtctl::core::error::{Code, Error};
use serde::Serialize;

use super::super::Context;
use super::super::output::{Page, Report, Role, Status};

/// Compare two key sets: keys added, removed, changed, and other keys under the same id
///
/// Exit code 1 when they differ.
#[derive(clap::Args)]
pub struct Args {
    /// The set before: PATH, -, env:NAME, fd:N, or store: for what the keystore publishes
    #[arg(value_name = "BEFORE")]
    before: String,
    /// The set after, named likewise
    #[arg(value_name = "AFTER")]
    after: String,
}

/// How two sets differ.
#[derive(Serialize)]
pub struct Compared {
    before: String,
    after: String,
    #[serde(flatten)]
    difference: Difference,
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Compared, Error> {
    context.inputs.check_stdin(&[("BEFORE", Some(&args.before)), ("AFTER", Some(&args.after))])?;
    let read = |spec: &str, flag: &str| context.inputs.published_json(spec, flag, context.env.now);
    let (before, after) = (read(&args.before, "BEFORE")?, read(&args.after, "AFTER")?);
    let bad = |spec: &str, why: String| Error::input(Code::BadKey, spec, why);
    // Compared with itself first, so that an error names the right one.
    diff(&before, &before).map_err(|why| bad(&args.before, why))?;
    let difference = diff(&before, &after).map_err(|why| bad(&args.after, why))?;
    Ok(Compared { before: args.before, after: args.after, difference })
}

fn name(named: &Named) -> String {
    let kty = named.kty.as_deref().unwrap_or("?");
    match (&named.kid, &named.thumbprint) {
        (Some(kid), Some(thumbprint)) if kid != thumbprint => format!("{kid}  {kty}  {thumbprint}"),
        (Some(kid), _) => format!("{kid}  {kty}"),
        (None, Some(thumbprint)) => format!("(no kid)  {kty}  {thumbprint}"),
        (None, None) => format!("(no kid)  {kty}"),
    }
}

fn change(member: &Member) -> String {
    let text = |value: &Option<jwtctl::core::json::Json>| value.as_ref().map_or("(none)".into(), |it| it.to_text());
    format!("{} {} -> {}", member.name, text(&member.before), text(&member.after))
}

impl Report for Compared {
    const SCHEMA: &'static str = "jwtctl.jwks-diff/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        let it = &self.difference;
        it.removed.iter().try_for_each(|key| page.line(Role::Bad, &format!("- {}", name(key))))?;
        it.added.iter().try_for_each(|key| page.line(Role::Good, &format!("+ {}", name(key))))?;
        for rekeyed in &it.rekeyed {
            page.line(Role::Bad, &format!("! {}  another key under the same id", rekeyed.kid.as_deref().unwrap_or_default()))?;
            page.line(Role::Plain, &format!("    - {}", name(&rekeyed.before)))?;
            page.line(Role::Plain, &format!("    + {}", name(&rekeyed.after)))?;
        }
        for changed in &it.changed {
            page.line(Role::Caution, &format!("~ {}", name(&changed.key)))?;
            changed.members.iter().try_for_each(|member| page.line(Role::Plain, &format!("    {}", change(member))))?;
        }
        if it.is_empty() { page.line(Role::Faint, "no difference") } else { Ok(()) }
    }

    fn status(&self) -> Status<'_> {
        if self.difference.is_empty() { Status::Done } else { Status::No("the sets differ".into()) }
    }
}
