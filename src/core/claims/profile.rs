//! The rules of a profile, each with its row in the report.

mod values;

use super::super::alg::SigAlg;
use super::super::error::{Code, shortened};
use super::super::json::{Json, Object};
use super::super::key::Key;
use super::super::profile::{
    Place, Presence, Profile, Rule, Supply, Test, ValueKind, When, half_digest, target,
    whole_digest,
};
use super::super::time::{Timestamp, humanize};
use super::{Check, CheckStatus, Judge, Skippable};
use values::{asymmetric, digested, events, no_other_kind, typed, unsupplied};

impl Judge<'_> {
    /// Whether the profile says that a claim may be absent which every other token needs.
    pub(super) fn profile_spares(&self, name: &str) -> bool {
        let rule = self.policy.profile.and_then(|it| it.rule(name));
        rule.is_some_and(|rule| rule.presence == Presence::Optional)
    }

    /// Judges by the profile's table, and puts what is found into the rows that there are already,
    /// or behind them.
    pub(super) fn profile(&self, profile: Profile, checks: &mut Vec<Check>) {
        for rule in profile.rules() {
            let own = checks.iter_mut().find(|it| it.name == rule.name);
            let found = Check {
                section: Some(rule.section),
                ..self.rule(profile, rule)
            };
            match own {
                None => checks.push(found),
                // Why a claim is refused for any token says more than that it is for this kind, but
                // where both say the same: what to do about it differs under a profile.
                Some(own) if own.status == CheckStatus::Fail && own.code != found.code => {
                    own.section = Some(rule.section);
                }
                Some(own) if found.status == CheckStatus::Fail => *own = found,
                Some(own)
                    if own.status == CheckStatus::Absent && found.status == CheckStatus::Absent =>
                {
                    own.section = Some(rule.section);
                }
                Some(own) if own.status.is_idle() => *own = found,
                Some(own) => own.section = Some(rule.section),
            }
            if let Test::Fresh(most) = rule.test
                && self.policy.max_age.is_none()
                && self.date(rule.name, true).is_ok_and(|it| it.is_some())
            {
                checks.push(Check {
                    section: Some(rule.section),
                    ..self.max_age(most)
                });
            }
        }
    }

    /// Whether the token is bound to the key of that thumbprint (RFC 9449 §6.1).
    pub(super) fn bound(&self, jkt: &str) -> Check {
        const NAME: &str = "/cnf/jkt";
        let check = match self.claims.at(NAME) {
            None => Check::fail(NAME, Code::MissingClaim, "the token is bound to no key"),
            Some(found) if found.as_str() == Some(jkt) => pass(NAME, found).actual(found),
            Some(found) => {
                let why = format!("{NAME} is {}, not {}", found.brief(), shortened(jkt));
                Check::fail(NAME, Code::Mismatch, why).actual(found)
            }
        };
        Check {
            section: Some("RFC 9449 §6.1"),
            ..check.expected(jkt.into())
        }
    }

    fn member(&self, rule: &Rule) -> Option<&Json> {
        match rule.place {
            Place::Header => self.header.members().at(rule.name),
            Place::Claims => self.claims.at(rule.name),
        }
    }

    fn rule(&self, profile: Profile, rule: &Rule) -> Check {
        let name = rule.name;
        let found = self.member(rule);
        if rule.presence == Presence::Forbidden {
            return match found {
                None => Check::new(name, CheckStatus::Pass, "there is none"),
                Some(found) => {
                    let why = format!("{name} must not be in {}", profile.title());
                    Check::fail(name, Code::Mismatch, why).actual(found)
                }
            };
        }
        let Some(found) = found else {
            return self.absent(profile, rule);
        };
        if !self.has_kind(rule, found) {
            let why = format!("{name} is {}, not {}", found.kind(), rule.kind.as_str());
            return Check::fail(name, Code::Mismatch, why).actual(found);
        }
        if rule.presence == Presence::Required && is_blank(found) {
            return Check::fail(name, Code::Mismatch, format!("{name} is empty")).actual(found);
        }
        let check = match rule.test {
            Test::Any | Test::Unless(_) | Test::Fresh(_) => pass(name, found),
            Test::Types(types) => typed(name, found, types),
            Test::NoOtherKind => no_other_kind(name, found, profile),
            Test::Equals(supply, when) => self.equals(rule, found, supply, when),
            Test::Target(supply) => self.target(name, found, supply),
            Test::HalfDigest(supply) => self.half_digest(name, found, supply),
            Test::Digest(supply) => self.digest(name, found, supply),
            Test::Same(other) => self.same(name, found, other),
            Test::Events(wanted) => events(name, found, wanted),
            Test::AuthorizedParty => self.equals(rule, found, Supply::ClientId, When::IfSupplied),
            Test::NotOlder(_) => self.not_older(name, found),
            Test::Life(most) => self.life(name, most),
            Test::Asymmetric => asymmetric(name, found),
            Test::OwnKey => self.own_key(name, found),
        };
        let at = match rule.kind {
            ValueKind::Date => check.at.or_else(|| moment(found)),
            _ => None,
        };
        let actual = check.actual.or_else(|| Some(found.clone()));
        Check {
            at,
            actual,
            ..check
        }
    }

    /// What a member that is not there comes to.
    fn absent(&self, profile: Profile, rule: &Rule) -> Check {
        let name = rule.name;
        let missing = |why: String| Check::fail(name, Code::MissingClaim, why);
        let holder = match rule.place {
            Place::Header => "the header",
            Place::Claims => "the token",
        };
        if rule.presence == Presence::Required {
            let title = profile.title();
            return missing(format!("{holder} has no {name}, and {title} needs one"));
        }
        let supplied = |supply: Supply| self.policy.supplied.has(supply);
        match rule.test {
            Test::Equals(supply, _) | Test::Digest(supply) | Test::HalfDigest(supply)
                if supplied(supply) =>
            {
                let what = supply.as_str();
                missing(format!(
                    "the token has no {name} to compare the {what} with"
                ))
            }
            Test::NotOlder(_) if self.policy.max_age.is_some() => {
                missing(format!("the token has no {name}, so its age is unknown"))
            }
            Test::Unless(other) if !self.claims.has(other) => {
                missing(format!("the token has neither {name} nor {other}"))
            }
            Test::AuthorizedParty if self.has_several_audiences() => missing(format!(
                "the token is meant for several, and has no {name} that says for whom it was issued"
            )),
            _ => Check::new(name, CheckStatus::Absent, ""),
        }
    }

    fn has_several_audiences(&self) -> bool {
        let aud = self.claims.member("aud").and_then(Json::as_strings);
        aud.is_some_and(|it| it.len() > 1)
    }

    fn has_kind(&self, rule: &Rule, found: &Json) -> bool {
        match rule.kind {
            ValueKind::Text => matches!(found, Json::String(_)),
            ValueKind::Date => match found {
                Json::Number(text) => Timestamp::from_json_number(text, true).rfc3339().is_some(),
                _ => false,
            },
            ValueKind::Audience => found.as_strings().is_some(),
            ValueKind::Texts => matches!(found, Json::Array(_)) && found.as_strings().is_some(),
            ValueKind::Object => matches!(found, Json::Object(_)),
            ValueKind::Boolean => matches!(found, Json::Bool(_)),
        }
    }

    /// The value against the one that the caller supplies. Issuers and audiences are compared for
    /// tokens of any kind already, and here only missed.
    fn equals(&self, rule: &Rule, found: &Json, supply: Supply, when: When) -> Check {
        let name = rule.name;
        let policy = self.policy;
        let is_known = match supply {
            Supply::Issuer => !policy.issuers.is_empty() && !self.skips(Skippable::Iss),
            Supply::Audience => !policy.audiences.is_empty() && !self.skips(Skippable::Aud),
            _ => false,
        };
        match policy.supplied.text(supply) {
            Some(wanted) if found.as_str() == Some(wanted) => pass(name, found),
            Some(wanted) => {
                let why = format!("{name} is {}, not {}", found.brief(), shortened(wanted));
                Check::fail(name, Code::Mismatch, why).expected(wanted.into())
            }
            None if is_known => pass(name, found),
            None if when == When::IfSupplied => Check::new(name, CheckStatus::NotChecked, ""),
            None => unsupplied(name, found, supply),
        }
    }

    fn target(&self, name: &'static str, found: &Json, supply: Supply) -> Check {
        let own = found.as_str().unwrap_or_default();
        let Some(wanted) = self.policy.supplied.text(supply) else {
            return unsupplied(name, found, supply);
        };
        match (target(own), target(wanted)) {
            (None, _) => {
                let why = format!("{name} is {}, which is no URL of HTTP", shortened(own));
                Check::fail(name, Code::Mismatch, why)
            }
            (Some(own), Some(wanted)) if own == wanted => pass(name, found),
            (_, wanted) => {
                let wanted = wanted.unwrap_or_default();
                let why = format!("{name} is {}, not {}", shortened(own), shortened(&wanted));
                Check::fail(name, Code::Mismatch, why).expected(wanted.as_str().into())
            }
        }
    }

    fn half_digest(&self, name: &'static str, found: &Json, supply: Supply) -> Check {
        let Some(secret) = self.policy.supplied.secret(supply) else {
            return Check::new(name, CheckStatus::NotChecked, "");
        };
        let alg = self.header.alg().parse::<SigAlg>().ok();
        if alg == Some(SigAlg::EdDsa) && self.crv.is_none() {
            // The key says which hash it is, and is not known yet.
            return Check::new(name, CheckStatus::NotChecked, "");
        }
        match alg.and_then(|alg| half_digest(alg.on(self.crv), secret)) {
            Some(wanted) => digested(name, found, &wanted, supply),
            None => {
                let alg = shortened(self.header.alg());
                let why = format!("it is not known by which hash {name} is made for {alg}");
                Check::fail(name, Code::Mismatch, why)
            }
        }
    }

    fn digest(&self, name: &'static str, found: &Json, supply: Supply) -> Check {
        match self.policy.supplied.secret(supply) {
            Some(secret) => digested(name, found, &whole_digest(secret), supply),
            None => unsupplied(name, found, supply),
        }
    }

    fn same(&self, name: &'static str, found: &Json, other: &str) -> Check {
        match self.claims.member(other) {
            Some(value) if value.same(found) => {
                Check::new(name, CheckStatus::Pass, format!("the same as {other}"))
            }
            Some(value) => {
                let why = format!(
                    "{name} is {}, and {other} is {}",
                    found.brief(),
                    value.brief()
                );
                Check::fail(name, Code::Mismatch, why).expected(value.clone())
            }
            None => Check::new(name, CheckStatus::Pass, found.brief()),
        }
    }

    fn not_older(&self, name: &'static str, found: &Json) -> Check {
        let Some(at) = moment(found) else {
            return pass(name, found);
        };
        let age = self.now.since(at);
        let ago = humanize(age);
        let check = match self.policy.max_age {
            None => Check::new(name, CheckStatus::NotChecked, ""),
            Some(_) if age < -self.policy.leeway => {
                let why = format!("{name} is {ago} in the future");
                Check::fail(name, Code::NotYetValid, why)
            }
            Some(most) if age.saturating_sub(most) > self.policy.leeway => {
                let why = format!("authenticated {ago} ago, more than {}", humanize(most));
                Check::fail(name, Code::TooOld, why)
            }
            Some(most) => {
                let why = format!("authenticated {ago} ago, at most {}", humanize(most));
                Check::new(name, CheckStatus::Pass, why)
            }
        };
        Check {
            at: Some(at),
            ..check
        }
    }

    /// How long the token lives in all.
    fn life(&self, name: &'static str, most: i64) -> Check {
        let date = |name: &str| self.claims.member(name).and_then(moment);
        let from = date("iat").filter(|at| *at <= self.now).unwrap_or(self.now);
        let life = date("exp").map_or(0, |exp| exp.since(from));
        let (lives, most_in_words) = (humanize(life), humanize(most));
        match life > most.saturating_add(self.policy.leeway) {
            true => {
                let why = format!("it lives for {lives}, and at most {most_in_words} is accepted");
                Check::fail(name, Code::Mismatch, why)
            }
            false => Check::new(name, CheckStatus::Pass, format!("lives for {lives}")),
        }
    }

    fn own_key(&self, name: &'static str, found: &Json) -> Check {
        let none = Object::default();
        let jwk = found.as_object().unwrap_or(&none);
        let thumbprint = match Key::from_public_jwk(jwk) {
            Ok(key) => key.thumbprint(),
            Err(why) => {
                let why = format!("the header's {name} {why}");
                return Check::fail(name, Code::Mismatch, why).actual(&Json::Null);
            }
        };
        let own = Json::from(thumbprint.as_str());
        let check = match &self.policy.supplied.jkt {
            Some(wanted) if *wanted != thumbprint => {
                let why = format!(
                    "the key's thumbprint is {thumbprint}, not {}",
                    shortened(wanted)
                );
                Check::fail(name, Code::Mismatch, why).expected(wanted.as_str().into())
            }
            _ => Check::new(name, CheckStatus::Pass, format!("thumbprint {thumbprint}")),
        };
        check.actual(&own)
    }
}

fn is_blank(found: &Json) -> bool {
    match found {
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        _ => false,
    }
}

fn pass(name: &'static str, found: &Json) -> Check {
    let message = match found {
        Json::Object(_) => "present".into(),
        Json::String(text) => text.clone(),
        _ => found.brief(),
    };
    Check::new(name, CheckStatus::Pass, message)
}

fn moment(found: &Json) -> Option<Timestamp> {
    match found {
        Json::Number(text) => Some(Timestamp::from_json_number(text, false)),
        _ => None,
    }
}

#[cfg(test)]
mod examples;
#[cfg(test)]
mod tests;
