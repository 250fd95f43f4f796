//! A call under a policy: what the policy says joins what the call says, and the call may not
//! undo it.

use std::ffi::{OsStr, OsString};

use clap::ArgMatches;
use clap::parser::ValueSource;
use jwtctl::core::claims::DEFAULT_LEEWAY;
use jwtctl::core::error::Error;

use super::super::input::duration;
use super::document::{Document, Setting};
use super::members::{MEMBERS, Member, Rule, Shape};

/// The flags that carry what the policy says and the call does not replace.
///
/// # Errors
/// When the call contradicts the policy or loosens it, without `--override`.
pub fn flags(document: &Document, call: &Call<'_>) -> Result<Vec<OsString>, Error> {
    check_source(document, call)?;
    check_claims(document, call)?;
    for member in MEMBERS.iter().filter(|it| it.rule == Rule::Loosens) {
        check_loosening(member, document, call)?;
    }
    let mut flags = Vec::new();
    for setting in &document.settings {
        let is_replaced_source =
            setting.member.is_source && call.overrides && call.sources().next().is_some();
        if !is_replaced_source && joins(setting, document, call)? {
            flags.extend(as_flags(setting));
        }
    }
    Ok(flags)
}

/// A setting as it stands on a command line.
pub fn as_flags(setting: &Setting) -> Vec<OsString> {
    let flag = setting.member.flag();
    match setting.member.shape {
        Shape::Switch => vec![flag.into()],
        Shape::One | Shape::Many => {
            let values = setting.values.iter();
            values
                .map(|value| format!("{flag}={value}").into())
                .collect()
        }
    }
}

/// What the call itself says.
pub struct Call<'a> {
    matches: &'a ArgMatches,
    /// Whether it may replace what the policy says.
    pub overrides: bool,
}

impl<'a> Call<'a> {
    /// The arguments of `verify`.
    pub fn of(matches: &'a ArgMatches) -> Self {
        Self {
            matches,
            overrides: matches.get_flag("overriding"),
        }
    }

    fn has(&self, field: &str) -> bool {
        self.matches.value_source(field) == Some(ValueSource::CommandLine)
    }

    fn values(&self, member: &Member) -> Vec<String> {
        let raw = self.matches.get_raw(member.field()).into_iter().flatten();
        raw.map(OsStr::to_string_lossy).map(Into::into).collect()
    }

    /// The flags that say where the keys are.
    fn sources(&self) -> impl Iterator<Item = &'static str> {
        let fields = ["key", "secret", "jwks", "jwks_uri", "issuer"];
        fields.into_iter().filter(|field| self.has(field))
    }
}

fn contradicts(flag: &str, why: String, document: &Document) -> Error {
    let name = &document.used.name;
    Error::usage(flag, format!("policy {name:?} {why}"))
        .hint("to replace what the policy says: --override")
}

/// A policy that says where the keys are is not to be verified with others.
fn check_source(document: &Document, call: &Call<'_>) -> Result<(), Error> {
    let own = document.settings.iter().find(|it| it.member.is_source);
    let (Some(own), Some(field), false) = (own, call.sources().next(), call.overrides) else {
        return Ok(());
    };
    if own.member.field() == field && own.values == call.values(own.member) {
        return Ok(());
    }
    let flag = format!("--{}", field.replace('_', "-"));
    let why = format!("takes the keys from {}", own.member.flag());
    Err(contradicts(&flag, why, document))
}

/// Claims are judged under a policy, and not with more leeway than it gives.
fn check_claims(document: &Document, call: &Call<'_>) -> Result<(), Error> {
    if call.overrides {
        return Ok(());
    }
    if let Some(field) = ["raw", "detached"].into_iter().find(|it| call.has(it)) {
        let why = "judges claims, and the call would judge none".to_owned();
        return Err(contradicts(&format!("--{field}"), why, document));
    }
    let is_set = document
        .settings
        .iter()
        .any(|it| it.member.name == "leeway");
    let given = call.matches.get_one::<i64>("leeway").copied();
    match given.filter(|it| !is_set && call.has("leeway") && *it > DEFAULT_LEEWAY) {
        Some(_) => {
            let why = format!("says nothing of it, so it is {DEFAULT_LEEWAY}s");
            Err(contradicts("--leeway", why, document))
        }
        None => Ok(()),
    }
}

fn check_loosening(member: &Member, document: &Document, call: &Call<'_>) -> Result<(), Error> {
    if !call.has(member.field()) || call.overrides {
        return Ok(());
    }
    let setting = document
        .settings
        .iter()
        .find(|it| it.member.name == member.name);
    let is_covered = setting.is_some_and(|it| {
        let said = split(&it.values);
        member.shape == Shape::Switch
            || call.values(member).iter().all(|value| said.contains(value))
    });
    match is_covered {
        true => Ok(()),
        false => {
            let why = "does not say so, and the call would be less strict than it".to_owned();
            Err(contradicts(&member.flag(), why, document))
        }
    }
}

/// Whether a setting joins the call; not where the call says as much or more.
fn joins(setting: &Setting, document: &Document, call: &Call<'_>) -> Result<bool, Error> {
    let member = setting.member;
    if !call.has(member.field()) {
        return Ok(true);
    }
    let (said, given) = (split(&setting.values), call.values(member));
    let is_good = match member.rule {
        Rule::Adds if member.shape == Shape::Many => return Ok(true),
        Rule::Adds | Rule::Loosens => return Ok(false),
        Rule::Fixed => said == given,
        Rule::Subset => given.iter().all(|value| said.contains(value)),
        Rule::Shorter | Rule::Longer => {
            let seconds = |values: &[String]| values.first().and_then(|it| duration(it).ok());
            match (member.rule, seconds(&said), seconds(&given)) {
                (Rule::Shorter, Some(said), Some(given)) => given <= said,
                (_, Some(said), Some(given)) => given >= said,
                _ => false,
            }
        }
    };
    match is_good || call.overrides {
        true => Ok(false),
        false => {
            let why = format!("says {}", said.join(" or "));
            Err(contradicts(&member.flag(), why, document))
        }
    }
}

/// Values of which one text may hold several, as on the command line.
fn split(values: &[String]) -> Vec<String> {
    let parts = values.iter().flat_map(|it| it.split(','));
    match values {
        [one] if one.contains(',') => parts.map(str::to_owned).collect(),
        _ => values.to_vec(),
    }
}
