//! `jwtctl policy check`, and what it finds.

use std::ffi::OsString;
use std::io;

use clap::builder::NonEmptyStringValueParser;
use clap::error::ErrorKind;
use jwtctl::core::claims::TENANT;
use jwtctl::core::error::{Code, Error};
use jwtctl::core::profile::{Leave, Profile, Supply};
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

/// The first thing that is wrong, as an error.
///
/// # Errors
/// When anything is; `spec` is how the policy was named.
pub fn demand_good(document: &Document, spec: &str) -> Result<(), Error> {
    let Some(first) = problems(document).into_iter().next() else {
        return Ok(());
    };
    let what = format!("{}:{}", document.used.file, first.line);
    let error = Error::input(Code::BadInput, what, first.message);
    Err(error.hint(format!("for all that is wrong: jwtctl policy check {spec}")))
}

/// Everything that is wrong, in the order of the lines: with the file, with single values, and with
/// values that do not go together.
fn problems(document: &Document) -> Vec<Problem> {
    let all: Vec<&Setting> = document.settings.iter().collect();
    let mut problems = document.problems.clone();
    problems.extend(second_source(&all));
    problems.extend(tenant_without_demand(&all));
    problems.extend(profile_without_its_claims(&all));
    problems.extend(idle_under_profile(&all));
    // A good policy is read by every call under it, so what costs more comes after the refusal.
    if let Some(together) = refusal(&all) {
        let singly = all.iter().filter_map(|setting| {
            // What only lacks a companion may have it in another line.
            let why =
                refusal(&[setting]).filter(|it| it.kind() != ErrorKind::MissingRequiredArgument)?;
            Some(setting.problem(reason(&why)))
        });
        problems.extend(singly);
        // Only where the single values are good can they be judged together.
        if let (true, Some(first)) = (problems.is_empty(), all.first()) {
            problems.push(first.problem(reason(&together)));
        }
    }
    problems.sort_by_key(|it| it.line);
    problems
}

fn second_source(settings: &[&Setting]) -> Option<Problem> {
    let mut sources = settings.iter().filter(|it| it.member.is_source);
    let (first, second) = (sources.next()?, sources.next()?);
    let (name, other) = (first.member.name, second.member.name);
    Some(second.problem(format!("{name} and {other} both say where the keys are")))
}

fn tenant_without_demand(settings: &[&Setting]) -> Option<Problem> {
    let values = |name: &'static str| {
        let named = settings.iter().filter(move |it| it.member.name == name);
        named.flat_map(|it| &it.values)
    };
    let is_demanded = values("require")
        .chain(values("match"))
        .any(|it| it.starts_with("tid=") || it.starts_with("tid:="));
    let mut iss = settings.iter().filter(|it| it.member.name == "iss");
    let iss = iss
        .find(|it| it.values.iter().any(|iss| iss.contains(TENANT)))
        .filter(|_| !is_demanded)?;
    let why =
        format!("iss has {TENANT} in it, and neither require nor match says which tid is good");
    Some(iss.problem(why))
}

fn profile(settings: &[&Setting]) -> Option<Profile> {
    let named = settings.iter().find(|it| it.member.name == "profile")?;
    named.values.first()?.parse().ok()
}

/// What tokens under the policy's profile are not judged by.
fn idle_under_profile(settings: &[&Setting]) -> Vec<Problem> {
    let Some(profile) = profile(settings) else {
        return Vec::new();
    };
    let idle = |it: &&&Setting| match it.member.name {
        "client_id" => !profile.uses(Supply::ClientId),
        name => profile.brings_its_key() && (it.member.is_source || name == "roots"),
    };
    let problem = |it: &&Setting| {
        let (name, title) = (it.member.name, profile.title());
        it.problem(match name {
            "client_id" => format!("{name}: {title} has nothing to compare it with"),
            _ => format!("{name}: {title} proves the key in its own header"),
        })
    };
    settings.iter().filter(idle).map(problem).collect()
}

/// What the policy leaves unchecked or out though its profile demands it.
fn profile_without_its_claims(settings: &[&Setting]) -> Vec<Problem> {
    let named = |name: &str| settings.iter().find(|it| it.member.name == name);
    let Some(profile) = profile(settings) else {
        return Vec::new();
    };
    let mut problems = Vec::new();
    for (member, leave) in [("skip", Leave::Unchecked), ("optional", Leave::Out)] {
        let Some(setting) = named(member) else {
            continue;
        };
        let names = setting.values.iter().flat_map(|it| it.split(','));
        problems.extend(names.filter_map(|name| {
            let why = profile.refusal(leave, name)?;
            Some(setting.problem(format!("{member} {name}: {why}")))
        }));
    }
    problems
}

/// How `verify` refuses these settings.
fn refusal(settings: &[&Setting]) -> Option<clap::Error> {
    let call = ["jwtctl", "verify", "-"].map(OsString::from);
    let flags = settings.iter().flat_map(|it| as_flags(it));
    let call: Vec<OsString> = call.into_iter().chain(flags).collect();
    super::super::parses(&call).err()
}

/// The first line of a refusal, which says why.
fn reason(refusal: &clap::Error) -> String {
    let text = refusal.to_string();
    let first = text.lines().next().unwrap_or_default();
    first.trim_start_matches("error: ").to_owned()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.toml");
        std::fs::write(&path, text).unwrap();
        let document = document::read(path.to_str().unwrap()).unwrap();
        let line = |it: Problem| format!("{}: {}", it.line, it.message);
        problems(&document).into_iter().map(line).collect()
    }

    #[test]
    fn a_profile_refuses_what_it_has_no_use_for() {
        let text = "profile = \"dpop+jwt\"\nclient_id = \"c\"\njwks = \"set.jwks\"\n";
        assert_eq!(
            lines(text),
            [
                "2: client_id: a DPoP proof has nothing to compare it with",
                "3: jwks: a DPoP proof proves the key in its own header"
            ]
        );
        let good = "profile = \"at+jwt\"\nclient_id = \"c\"\njwks = \"set.jwks\"\n";
        assert!(lines(good).is_empty());
    }

    #[test]
    fn what_needs_a_companion_finds_it_in_another_line() {
        assert_eq!(
            lines("roots = \"ca.pem\"\ncert_name = \"a.example\"\n"),
            [""; 0]
        );
        // Beside another problem, too.
        let found = lines("roots = \"ca.pem\"\ncert_name = \"a.example\"\nleeway = \"x\"\n");
        assert!(
            matches!(&found[..], [one] if one.starts_with("3: ")),
            "{found:?}"
        );
        let found = lines("cert_name = \"a.example\"\n");
        assert!(
            matches!(&found[..], [one] if one.starts_with("1: ")),
            "{found:?}"
        );
    }

    #[test]
    fn two_sources_of_keys_are_one_too_many() {
        let found = lines("jwks = \"a.json\"\nkey = \"b.jwk\"\n");
        assert_eq!(found, ["2: jwks and key both say where the keys are"]);
    }

    #[test]
    fn what_the_profile_demands_is_not_left_out() {
        let found = lines(
            "profile = \"at+jwt\"\noptional = [\"exp\"]\nalg = \"ES256\"\nskip = [\"nbf\", \"typ\", \"iss\"]\n",
        );
        assert_eq!(
            found,
            [
                "2: optional exp: an access token needs its exp (RFC 9068 §2.2)",
                "4: skip typ: an access token needs its typ (RFC 9068 §4)",
                "4: skip iss: an access token needs its iss (RFC 9068 §4)",
            ]
        );
        // What the profile lets be absent, or has no rule for.
        assert_eq!(lines("profile = \"sd-jwt\"\noptional = \"exp\"\n"), [""; 0]);
        assert_eq!(lines("profile = \"at+jwt\"\nskip = \"nbf\"\n"), [""; 0]);
        assert_eq!(lines("skip = [\"exp\", \"typ\"]\n"), [""; 0]);
    }

    #[test]
    fn an_empty_value_is_found() {
        let found = lines("aud = \"\"\n");
        assert!(
            matches!(&found[..], [one] if one.starts_with("1: ")),
            "{found:?}"
        );
    }
}
