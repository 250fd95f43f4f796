//! `jwtctl jwks lint`.

use std::io;

use clap::ValueEnum;
use jwtctl::core::certificate::SeenChain;
use jwtctl::core::error::{Code, Error};
use jwtctl::core::json::Json;
use jwtctl::core::limits::MAX_FINDINGS;
use jwtctl::core::lint::{Finding, Rule, Severity, lint};
use serde::Serialize;

use super::super::Context;
use super::super::output::{Annotation, Page, Report, Role, Status};
use super::Source;

/// Look for what is wrong with a public key set
///
/// Exit code 1 when there are findings of the severity that --fail-on names, or worse. In a GitHub
/// workflow they are annotations as well.
#[derive(clap::Args)]
pub struct Args {
    /// The least severity that counts
    #[arg(long, value_enum, value_name = "SEVERITY", default_value = "warn")]
    fail_on: Least,
    /// List the rules and exit
    #[arg(long, conflicts_with = "jwks")]
    list_rules: bool,
    #[command(flatten)]
    source: Source,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Least {
    Error,
    Warn,
    Info,
}

impl From<Least> for Severity {
    fn from(least: Least) -> Self {
        match least {
            Least::Error => Self::Error,
            Least::Warn => Self::Warn,
            Least::Info => Self::Info,
        }
    }
}

/// What was found, or what is looked for.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Linted {
    Findings(Findings),
    Rules { rules: Vec<Described> },
}

#[derive(Serialize)]
pub struct Findings {
    source: String,
    /// The first [`MAX_FINDINGS`].
    findings: Vec<Finding>,
    /// How many there are.
    total: usize,
    /// The certificates that keys come with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    certificates: Vec<KeyChain>,
    /// How many of all are as severe as the caller asked for.
    #[serde(skip)]
    counted: usize,
    #[serde(skip)]
    least: Severity,
}

impl Findings {
    /// What `count` findings that matter amount to: out of how many, since all of them are shown.
    fn verdict(&self, count: usize) -> String {
        let all = self.total;
        let are = match (self.least, count) {
            (_, count) if count == all => {
                return if all == 1 {
                    "1 finding".into()
                } else {
                    format!("{all} findings")
                };
            }
            (Severity::Error, 1) => "is an error".to_owned(),
            (Severity::Error, _) => "are errors".to_owned(),
            (least, 1) => format!("is {} or worse", least.as_str()),
            (least, _) => format!("are {} or worse", least.as_str()),
        };
        format!("{count} of {all} findings {are}")
    }
}

#[derive(Serialize)]
pub struct Described {
    rule: Rule,
    severity: &'static str,
    description: &'static str,
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Linted, Error> {
    if args.list_rules {
        let describe = |rule: &Rule| Described {
            rule: *rule,
            severity: rule.severity().as_str(),
            description: rule.describe(),
        };
        return Ok(Linted::Rules {
            rules: Rule::ALL.iter().map(describe).collect(),
        });
    }
    let (source, json) = args.source.json(context)?;
    let mut findings =
        lint(&json, context.env.now).map_err(|why| Error::input(Code::BadKey, &source, why))?;
    let least = args.fail_on.into();
    let total = findings.len();
    let counted = findings.iter().filter(|it| it.severity() >= least).count();
    findings.truncate(MAX_FINDINGS);
    if context.inputs.in_github_workflow() {
        for finding in &findings {
            context.output.annotate(&Annotation {
                level: match finding.severity() {
                    Severity::Error => "error",
                    Severity::Warn => "warning",
                    Severity::Info => "notice",
                },
                file: Some(&source),
                title: finding.rule.id(),
                message: &format!("{} {}", subject(finding), finding.message),
            });
        }
    }
    Ok(Linted::Findings(Findings {
        source,
        findings,
        total,
        certificates: certificates(&json),
        counted,
        least,
    }))
}

/// The certificates of one key.
#[derive(Serialize)]
struct KeyChain {
    index: usize,
    kid: Option<String>,
    #[serde(flatten)]
    chain: SeenChain,
}

/// The first few chains that a set, or a single key, has.
fn certificates(json: &Json) -> Vec<KeyChain> {
    let set = json.as_object().and_then(|it| it.member("keys"));
    let keys = match set {
        Some(Json::Array(keys)) => keys.as_slice(),
        _ => std::slice::from_ref(json),
    };
    let chains = keys.iter().enumerate().filter_map(|(index, key)| {
        let jwk = key.as_object()?;
        Some(KeyChain {
            index,
            kid: jwk.text("kid").map(String::from),
            chain: SeenChain::of(jwk)?,
        })
    });
    chains.take(MAX_FINDINGS).collect()
}

/// The key that a finding is about.
fn subject(finding: &Finding) -> String {
    key_name(finding.index, finding.kid.as_ref())
}

fn key_name(index: Option<usize>, kid: Option<&String>) -> String {
    match (index, kid) {
        (Some(index), Some(kid)) => format!("key {index} ({kid:?})"),
        (Some(index), None) => format!("key {index}"),
        (None, _) => "the set".into(),
    }
}

impl Report for Linted {
    const SCHEMA: &'static str = "jwtctl.jwks-lint/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        let linted = match self {
            Self::Findings(linted) => linted,
            Self::Rules { rules } => {
                let row = |it: &Described| {
                    vec![
                        it.rule.id().to_owned(),
                        it.severity.to_owned(),
                        it.description.to_owned(),
                    ]
                };
                return page.table(
                    &["RULE", "SEVERITY", "WHAT"],
                    &rules.iter().map(row).collect::<Vec<_>>(),
                );
            }
        };
        for it in &linted.certificates {
            let name = key_name(Some(it.index), it.kid.as_ref());
            for line in it.chain.lines() {
                page.line(Role::Plain, &format!("{name} has x5c: {line}"))?;
            }
        }
        if linted.findings.is_empty() {
            return page.line(Role::Good, "nothing found");
        }
        for finding in &linted.findings {
            let role = match finding.severity() {
                Severity::Error => Role::Bad,
                Severity::Warn => Role::Caution,
                Severity::Info => Role::Faint,
            };
            page.text(role, &format!("{:<5}", finding.severity().as_str()))?;
            page.text(
                Role::Plain,
                &format!("  {} {}  ", subject(finding), finding.message),
            )?;
            page.line(Role::Faint, &format!("[{}]", finding.rule.id()))?;
        }
        match linted.total - linted.findings.len() {
            0 => Ok(()),
            more => page.line(Role::Faint, &format!("and {more} more findings")),
        }
    }

    fn status(&self) -> Status<'_> {
        let Self::Findings(linted) = self else {
            return Status::Done;
        };
        match linted.counted {
            0 => Status::Done,
            count => Status::No(linted.verdict(count)),
        }
    }
}
