//! What `jwtctl verify` answers: a report, the payload, one claim, or nothing.

use std::io;

use jwtctl::core::claims::{Check, CheckStatus};
use jwtctl::core::json::{Json, Object};
use jwtctl::core::jwks::Provenance;
use jwtctl::core::profile::Profile;
use jwtctl::core::time::{Timestamp, humanize};
use jwtctl::core::token::{KeyUsed, Layer, SignatureFinding, Verdict};
use serde::{Serialize, Serializer};

use super::super::PolicyUsed;
use super::super::output::{Page, Report, Role, Status};

/// What `verify` found, and what of it to show.
pub struct Judgement {
    pub verdict: Verdict,
    pub now: Timestamp,
    pub leeway: i64,
    /// The kind of token that it was to be.
    pub profile: Option<Profile>,
    /// The policy that the caller named.
    pub policy: Option<PolicyUsed>,
    pub show: Show,
}

#[derive(PartialEq, Eq)]
pub enum Show {
    Report,
    Payload,
    Claim(Json),
    /// A claim was asked for that there is no reason to believe.
    Nothing,
}

impl Judgement {
    fn is_valid(&self) -> bool {
        self.verdict.outcome.is_ok()
    }

    fn report(&self, page: &mut Page<'_>) -> io::Result<()> {
        let source = &self.verdict.keys.name;
        match &self.verdict.outcome {
            Ok(_) => {
                page.text(Role::Good, "VALID")?;
                let age = self
                    .verdict
                    .keys
                    .age_s
                    .map(|age| format!(", {} ago", humanize(age)))
                    .unwrap_or_default();
                page.text(Role::Plain, "  ")?;
                let line = format!("keys from {source}{age}, at {}", self.now);
                page.rest(Role::Faint, 7, &line)?;
            }
            Err(rejection) => {
                page.text(Role::Bad, "INVALID")?;
                page.text(Role::Plain, "  ")?;
                page.rest(Role::Plain, 9, &rejection.primary().message)?;
            }
        }
        if let Some(profile) = self.profile {
            page.line(Role::Faint, &format!("  profile {profile}"))?;
        }
        if let Some(policy) = &self.policy {
            let digest = &policy.sha256[..12];
            let line = format!("  policy {} (sha256 {digest}…)", policy.name);
            page.line(Role::Faint, &line)?;
        }
        page.end()?;
        let (idle, judged): (Vec<&Check>, Vec<&Check>) = self
            .verdict
            .checks
            .iter()
            .partition(|check| check.status == CheckStatus::NotEvaluated);
        let width = judged
            .iter()
            .map(|check| check.name.chars().count())
            .max()
            .unwrap_or(0)
            .clamp(3, 24);
        let mut unverified = false;
        for check in judged {
            if check.unverified && !unverified {
                page.line(Role::Caution, "  unverified, as no key vouches for it:")?;
                unverified = true;
            }
            line(page, check, width)?;
        }
        if !idle.is_empty() {
            let names: Vec<&str> = idle.iter().map(|check| &*check.name).collect();
            page.text(Role::Faint, "  not evaluated: ")?;
            page.rest(Role::Faint, 17, &names.join(", "))?;
        }
        Ok(())
    }
}

/// How wide the column of the results is.
const STATUS: usize = 13;

fn line(page: &mut Page<'_>, check: &Check, width: usize) -> io::Result<()> {
    let (word, role) = match check.status {
        CheckStatus::Pass => ("pass", Role::Good),
        CheckStatus::Fail => ("FAIL", Role::Bad),
        CheckStatus::Absent => ("absent", Role::Faint),
        CheckStatus::Skipped => ("skipped", Role::Caution),
        CheckStatus::NotChecked => ("not checked", Role::Caution),
        CheckStatus::NotEvaluated => ("not evaluated", Role::Faint),
    };
    let actual = check
        .actual
        .as_ref()
        .filter(|_| check.status == CheckStatus::NotChecked)
        .map(Json::to_text);
    let at = check.at.map(|at| format!("({at})"));
    let message = Some(check.message.clone()).filter(|message| !message.is_empty());
    let section = check.section.map(|section| format!("[{section}]"));
    let shown: Vec<String> = [actual, message, at, section]
        .into_iter()
        .flatten()
        .collect();
    page.text(role, &format!("  {word:<0$}", STATUS - 2))?;
    let text = shown.join(" ");
    let name = format!("  {:<width$}  ", check.name);
    match text.is_empty() {
        true => page.line(Role::Plain, name.trim_end()),
        false => {
            page.text(Role::Plain, &name)?;
            page.rest(Role::Plain, STATUS + name.chars().count(), &text)
        }
    }
}

impl Report for Judgement {
    const SCHEMA: &'static str = "jwtctl.verify/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        match (&self.verdict.outcome, &self.show) {
            (_, Show::Report) => self.report(page),
            (Ok(verified), Show::Payload) => page.bytes(verified.payload()),
            (Ok(_), Show::Claim(value)) => page.bare(value),
            (Err(_), _) | (_, Show::Nothing) => Ok(()),
        }
    }

    fn status(&self) -> Status<'_> {
        match &self.verdict.outcome {
            Ok(_) => Status::Done,
            Err(rejection) => Status::Rejected {
                rejection,
                shown: self.show == Show::Report,
            },
        }
    }
}

#[derive(Serialize)]
struct Unverified<'a> {
    header: Option<&'a Object>,
    payload: Option<&'a Object>,
}

#[derive(Serialize)]
struct Document<'a> {
    valid: bool,
    checked_at: String,
    leeway_s: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<&'a PolicyUsed>,
    checks: &'a [Check],
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a KeyUsed>,
    keys: &'a Provenance,
    #[serde(skip_serializing_if = "<[SignatureFinding]>::is_empty")]
    signatures: &'a [SignatureFinding],
    #[serde(skip_serializing_if = "<[Layer]>::is_empty")]
    encryption: &'a [Layer],
    notes: &'a [String],
    warnings: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<&'a Object>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<&'a Object>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unverified: Option<Unverified<'a>>,
}

impl Serialize for Judgement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let verdict = &self.verdict;
        let said = Unverified {
            header: verdict.header.as_ref(),
            payload: verdict.claims.as_ref(),
        };
        let valid = self.is_valid();
        let (header, payload, unverified) = match valid {
            true => (said.header, said.payload, None),
            false => (None, None, said.header.is_some().then_some(said)),
        };
        Document {
            valid,
            checked_at: self.now.to_string(),
            leeway_s: self.leeway,
            profile: self.profile.map(Profile::as_str),
            policy: self.policy.as_ref(),
            checks: &verdict.checks,
            key: verdict.key.as_ref(),
            keys: &verdict.keys,
            signatures: &verdict.signatures,
            encryption: &verdict.layers,
            notes: &verdict.notes,
            warnings: &verdict.warnings,
            header,
            payload,
            unverified,
        }
        .serialize(serializer)
    }
}
