//! The rules about time: `exp`, `nbf`, `iat` and the age that follows from it (RFC 7519 §4.1.4 to
//! §4.1.6).

use super::super::error::Code;
use super::super::hint::ClaimHint;
use super::super::json::Json;
use super::super::time::{Timestamp, humanize};
use super::{Check, CheckStatus, Judge, Skippable};

impl Judge<'_> {
    /// A numeric date: `Ok(None)` when absent, `Err` when it is not a number.
    pub(super) fn date(
        &self,
        name: &'static str,
        up: bool,
    ) -> Result<Option<(Timestamp, &Json)>, Box<Check>> {
        match self.claims.member(name) {
            None => Ok(None),
            Some(json @ Json::Number(text)) => {
                let at = Timestamp::from_json_number(text, up);
                match at.has_calendar() {
                    true => Ok(Some((at, json))),
                    false => Err(Box::new(no_calendar(name, text, at).actual(json))),
                }
            }
            Some(other) => Err(Box::new(
                Check::fail(
                    name,
                    Code::Mismatch,
                    format!("{name} is {}, not a number", other.kind()),
                )
                .actual(other),
            )),
        }
    }

    pub(super) fn exp(&self) -> Check {
        if self.skips(Skippable::Exp) {
            return Check::new("exp", CheckStatus::Skipped, "");
        }
        let (at, json) = match self.date("exp", false) {
            Err(check) => return *check,
            Ok(None) if self.policy.exp_optional || self.profile_spares("exp") => {
                return Check::new("exp", CheckStatus::Absent, "never expires");
            }
            Ok(None) => {
                let check = Check::fail(
                    "exp",
                    Code::MissingClaim,
                    "the token has no exp, so it would never expire",
                );
                return check.hint(ClaimHint::MakeOptional("exp"));
            }
            Ok(Some(found)) => found,
        };
        let past = self.now.since(at);
        let is_over = past >= self.policy.leeway || self.policy.min_ttl.is_some();
        let check = if is_over && past >= 0 {
            Check::fail(
                "exp",
                Code::Expired,
                format!("expired {} ago", humanize(past)),
            )
        } else if past >= 0 {
            let message = format!(
                "expired {} ago, within the leeway of {}",
                humanize(past),
                humanize(self.policy.leeway)
            );
            Check {
                saved_by_leeway: true,
                ..Check::new("exp", CheckStatus::Pass, message)
            }
        } else {
            match self.policy.min_ttl.filter(|least| *least > -past) {
                Some(least) => {
                    let (left, least) = (humanize(past), humanize(least));
                    let message = format!("expires in {left}, sooner than {least}");
                    Check::fail("exp", Code::Expired, message)
                }
                None => self.pass("exp", || {
                    let least = self.policy.min_ttl.map(humanize);
                    let least = least.map_or_else(String::new, |it| format!(", at least {it}"));
                    format!("expires in {}{least}", humanize(past))
                }),
            }
        };
        Check {
            at: Some(at),
            actual: self.seen(Some(json)),
            ..check
        }
    }

    pub(super) fn nbf(&self) -> Check {
        if self.skips(Skippable::Nbf) {
            return Check::new("nbf", CheckStatus::Skipped, "");
        }
        self.start(
            "nbf",
            |ahead| format!("not valid for another {ahead}"),
            |ago| format!("valid since {ago} ago"),
        )
    }

    pub(super) fn iat(&self) -> Check {
        if self.skips(Skippable::Iat) {
            return Check::new("iat", CheckStatus::Skipped, "");
        }
        let ago = |ago: String| {
            if ago == "0s" {
                "issued just now".into()
            } else {
                format!("issued {ago} ago")
            }
        };
        self.start("iat", |ahead| format!("issued {ahead} in the future"), ago)
    }

    /// A date that must not lie in the future.
    fn start(
        &self,
        name: &'static str,
        ahead: impl Fn(String) -> String,
        ago: impl Fn(String) -> String,
    ) -> Check {
        let (at, json) = match self.date(name, true) {
            Err(check) => return *check,
            Ok(None) => return Check::new(name, CheckStatus::Absent, ""),
            Ok(Some(found)) => found,
        };
        let wait = at.since(self.now);
        let check = if wait > self.policy.leeway {
            let check = Check::fail(name, Code::NotYetValid, ahead(humanize(wait)));
            check.hint(ClaimHint::AllowLeeway)
        } else if wait > 0 {
            let message = format!(
                "{}, within the leeway of {}",
                ahead(humanize(wait)),
                humanize(self.policy.leeway)
            );
            Check {
                saved_by_leeway: true,
                ..Check::new(name, CheckStatus::Pass, message)
            }
        } else {
            self.pass(name, || ago(humanize(wait)))
        };
        Check {
            at: Some(at),
            actual: self.seen(Some(json)),
            ..check
        }
    }

    pub(super) fn max_age(&self, most: i64) -> Check {
        let (at, json) = match self.date("iat", true) {
            Err(check) => {
                return Check {
                    name: "max-age".into(),
                    ..*check
                };
            }
            Ok(None) => {
                return Check::fail(
                    "max-age",
                    Code::MissingClaim,
                    "the token has no iat, so its age is unknown",
                );
            }
            Ok(Some(found)) => found,
        };
        let age = self.now.since(at);
        let over = age.saturating_sub(most);
        if age < -self.policy.leeway {
            let message = format!(
                "issued {} in the future, so its age is unknown",
                humanize(age)
            );
            return Check {
                at: Some(at),
                ..Check::fail("max-age", Code::NotYetValid, message)
            }
            .actual(json);
        }
        let (age, most) = (humanize(age.max(0)), humanize(most));
        let check = if over > self.policy.leeway {
            Check::fail(
                "max-age",
                Code::TooOld,
                format!("issued {age} ago, more than {most}"),
            )
        } else {
            let saved = if over > 0 {
                format!(" and the leeway of {}", humanize(self.policy.leeway))
            } else {
                String::new()
            };
            let message = format!("issued {age} ago, at most {most}{saved}");
            Check {
                saved_by_leeway: over > 0,
                ..Check::new("max-age", CheckStatus::Pass, message)
            }
        };
        Check {
            at: Some(at),
            ..check
        }
        .actual(json)
    }
}

/// The finding that a date lies outside the years that calendars have, most often because it counts
/// milliseconds.
fn no_calendar(name: &'static str, text: &str, at: Timestamp) -> Check {
    let written = Json::Number(text.into()).brief();
    let check = Check::fail(
        name,
        Code::Mismatch,
        format!("{name} is {written}, which is outside the years 0 to 9999"),
    );
    match Timestamp(at.0 / 1000).rfc3339().filter(|_| at.0 > 0) {
        Some(meant) => check.hint(format!(
            "dates of a token count seconds; in milliseconds it would be {meant}: whoever made the token has to divide by 1000"
        )),
        None => check,
    }
}
