//! What was found: one check for each rule, whether it holds or not.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

use super::super::error::{Code, Reason};
use super::super::hint::Hint;
use super::super::json::Json;
use super::super::time::Timestamp;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckStatus {
    /// The check passed.
    Pass,
    /// The check failed: the token is refused.
    Fail,
    /// There is nothing to check, and that is allowed.
    Absent,
    /// The caller said not to check.
    Skipped,
    /// The caller gave nothing to compare with.
    NotChecked,
    /// The signature does not hold, so what the token says means nothing.
    NotEvaluated,
}

impl CheckStatus {
    /// Whether nothing was compared.
    pub fn is_idle(self) -> bool {
        matches!(self, Self::NotChecked | Self::Absent | Self::Skipped)
    }
}

/// One line of a verification report.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// The claim, or `signature`, `format`, `alg`, `crit`, `kid`, `typ`.
    pub name: Cow<'static, str>,
    /// How it ended.
    pub status: CheckStatus,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// The algorithm, of the signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
    /// The id of the key, of the signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// What the token has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<Json>,
    /// What was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<Json>,
    /// The moment that a numeric date names.
    #[serde(skip_serializing_if = "is_no_moment", serialize_with = "serialize_at")]
    pub at: Option<Timestamp>,
    /// Where the rule is written, of those that a profile adds or repeats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<&'static str>,
    /// The finding in words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// Whether the check would have failed without leeway.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub saved_by_leeway: bool,
    /// Whether the claim was looked at without a signature that vouches for it, to say more about
    /// a refusal.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unverified: bool,
    /// What to do next.
    #[serde(skip)]
    pub hints: Vec<Hint>,
}

/// Numbers that no calendar has are shown as `actual` alone.
fn is_no_moment(at: &Option<Timestamp>) -> bool {
    at.and_then(Timestamp::rfc3339).is_none()
}

fn serialize_at<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    at.and_then(Timestamp::rfc3339).serialize(serializer)
}

impl Check {
    /// A check with an outcome and nothing else yet.
    pub fn new(
        name: impl Into<Cow<'static, str>>,
        status: CheckStatus,
        message: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            status,
            code: None,
            alg: None,
            kid: None,
            actual: None,
            expected: None,
            at: None,
            section: None,
            message: message.into(),
            saved_by_leeway: false,
            unverified: false,
            hints: Vec::new(),
        }
    }

    pub(super) fn fail(
        name: impl Into<Cow<'static, str>>,
        code: Code,
        message: impl Into<String>,
    ) -> Self {
        Self {
            code: Some(code),
            ..Self::new(name, CheckStatus::Fail, message)
        }
    }

    pub(super) fn actual(mut self, value: &Json) -> Self {
        self.actual = Some(value.clone());
        self
    }

    pub(super) fn expected(mut self, value: Json) -> Self {
        self.expected = Some(value);
        self
    }

    pub(super) fn hint(mut self, hint: impl Into<Hint>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The reason for refusal, if the check failed.
    pub fn reason(&self) -> Option<Reason> {
        let code = self.code.filter(|_| self.status == CheckStatus::Fail)?;
        Some(Reason {
            code,
            check: self.name.clone().into_owned(),
            expected: self.expected.clone(),
            actual: self.actual.clone(),
            message: self.message.clone(),
            hints: self.hints.clone(),
        })
    }
}

impl From<&Reason> for Check {
    fn from(reason: &Reason) -> Self {
        Self {
            actual: reason.actual.clone(),
            expected: reason.expected.clone(),
            hints: reason.hints.clone(),
            ..Self::fail(reason.check.clone(), reason.code, reason.message.clone())
        }
    }
}
