//! Claim validation (RFC 7519 §4, RFC 8725 §3): a policy, and every way in which a token falls
//! short of it. All checks run and all are reported, because the next question after "no" is always
//! "why".

mod dates;
mod policy;
mod profile;
mod report;
mod required;
#[cfg(test)]
mod tests;

pub use policy::{DEFAULT_LEEWAY, MAX_LEEWAY, Policy, Skippable, TENANT};
pub use report::{Check, CheckStatus};
pub use required::{Demand, Requirement, matches, nested_hint};

use std::collections::HashSet;

use super::alg::Curve;
use super::error::{Code, shortened};
use super::header::{Header, same_type};
use super::hint::{ClaimHint, Hint};
use super::json::{Json, Object};
use super::key::{Key, is_unset};
use super::profile::{Place, Profile};
use super::time::Timestamp;

/// Judges `claims` and the header's `typ` by `policy` at the moment `now`. One check per rule,
/// always all of them and always in this order: exp, nbf, iat, max-age, iss, aud, sub, typ, scope,
/// then what was required by name, and last what the profile demands.
pub fn check(claims: &Object, header: &Header, policy: &Policy, now: Timestamp) -> Vec<Check> {
    check_signed(claims, header, None, policy, now)
}

/// As [`check`], of a token whose signature is by a key on `crv`: `EdDSA` is two algorithms, and the
/// digests of an ID token are by the hash of the one.
pub fn check_signed(
    claims: &Object,
    header: &Header,
    crv: Option<Curve>,
    policy: &Policy,
    now: Timestamp,
) -> Vec<Check> {
    let judge = Judge {
        crv,
        claims,
        header,
        policy,
        now,
        with_details: true,
    };
    let mut checks = Vec::with_capacity(8);
    judge.each(|check, is_named| match is_named {
        true => join(&mut checks, check),
        false => checks.push(check),
    });
    if let Some(profile) = policy.profile {
        judge.profile(profile, &mut checks);
    }
    checks
}

/// Whether every check of [`check`] holds but those of a profile, which look at what others have
/// found. Nothing is put into words.
pub fn holds(claims: &Object, header: &Header, policy: &Policy, now: Timestamp) -> bool {
    let judge = Judge {
        crv: None,
        claims,
        header,
        policy,
        now,
        with_details: false,
    };
    let mut holds = true;
    judge.each(|check, _| holds &= check.status != CheckStatus::Fail);
    holds
}

/// Whether a policy, or the key of a token, compares anything with the claim of that name, or with
/// what is inside it.
pub fn is_compared(policy: &Policy, name: &str) -> bool {
    let is_demanded = |it: &Requirement| match it.claim.strip_prefix('/') {
        // Its steps are escaped, and are looked up all the more slowly for it.
        Some(_) => true,
        None => it.claim == name,
    };
    match name {
        "exp" | "nbf" | "iat" | "aud" | "iss" | "tid" => true,
        "sub" if policy.subject.is_some() => true,
        "scope" | "scp" if !policy.scopes.is_empty() => true,
        "cnf" if policy.supplied.jkt.is_some() => true,
        _ => policy.required.iter().any(is_demanded),
    }
}

impl Judge<'_> {
    /// Every check, one after another; of each, whether it is about a claim that was required by
    /// name.
    fn each(&self, mut found: impl FnMut(Check, bool)) {
        let mut own = |check| found(check, false);
        own(self.exp());
        own(self.nbf());
        own(self.iat());
        if let Some(age) = self.policy.max_age {
            own(self.max_age(age));
        }
        own(self.iss());
        own(self.aud());
        own(self.sub());
        own(self.typ());
        for scope in &self.policy.scopes {
            own(self.scope(scope));
        }
        for wanted in &self.policy.required {
            found(self.required(wanted), true);
        }
        if let (None, Some(jkt)) = (self.policy.profile, &self.policy.supplied.jkt) {
            found(self.bound(jkt), false);
        }
    }

    /// A check that passed. `message` says how, and is called only if the caller reads the report.
    fn pass(&self, name: &'static str, message: impl FnOnce() -> String) -> Check {
        let message = self.with_details.then(message).unwrap_or_default();
        Check::new(name, CheckStatus::Pass, message)
    }

    /// The value in the token, if the caller reads the report.
    fn seen(&self, value: Option<&Json>) -> Option<Json> {
        value.filter(|_| self.with_details).cloned()
    }
}

/// Adds what was found about a claim that was required by name. A claim that has its own rule keeps
/// one line: the one that says most.
fn join(checks: &mut Vec<Check>, required: Check) {
    match checks.iter_mut().find(|it| it.name == required.name) {
        None => checks.push(required),
        Some(own)
            if own.status.is_idle()
                || own.status == CheckStatus::Pass && required.code.is_some() =>
        {
            *own = required;
        }
        Some(_) => {}
    }
}

/// What [`check`] would judge, marked as not evaluated.
pub fn not_evaluated(policy: &Policy) -> Vec<Check> {
    let mut seen = HashSet::new();
    let rules = policy.profile.map_or(&[][..], Profile::rules);
    let profile = rules.iter().filter(|it| it.place == Place::Claims);
    let profile = profile.map(|it| it.name);
    let dates = ["exp", "nbf", "iat"]
        .into_iter()
        .chain(policy.max_age.map(|_| "max-age"));
    dates
        .chain(["iss", "aud", "sub", "typ"])
        .chain((!policy.scopes.is_empty()).then_some("scope"))
        .chain(policy.required.iter().map(|it| it.claim.as_str()))
        .chain(profile)
        .filter(|name| seen.insert(*name))
        .map(|name| Check::new(name.to_owned(), CheckStatus::NotEvaluated, ""))
        .collect()
}

/// Whether the key that verified a token may speak for its issuer: a key of a set may name the one
/// issuer that it is for, as Microsoft Entra's do, where `{tenantid}` stands for the token's `tid`.
/// `None` when the key names none.
pub fn key_issuer(key: &Key, claims: &Object) -> Option<Check> {
    const NAME: &str = "key-issuer";
    let stated = key
        .others
        .member("issuer")
        .filter(|it| !is_unset("issuer", it))?;
    let Some(template) = stated.as_str() else {
        let message = format!("the key's \"issuer\" is {}, not a string", stated.kind());
        return Some(Check::fail(NAME, Code::Mismatch, message));
    };
    let expected = match claims.text("tid") {
        Some(tid) => template.replace(TENANT, tid),
        None => template.to_owned(),
    };
    let check = match claims.member("iss") {
        None => Check::fail(
            NAME,
            Code::MissingClaim,
            "the token has no iss, and its key is for one issuer",
        ),
        Some(Json::String(iss)) if *iss == expected => {
            Check::new(NAME, CheckStatus::Pass, iss.clone())
        }
        Some(iss) => {
            let message = format!(
                "the key is for tokens of {}, and this one is of {}",
                shortened(template),
                iss.brief()
            );
            Check::fail(NAME, Code::Mismatch, message).actual(iss)
        }
    };
    Some(check.expected(expected.as_str().into()))
}

struct Judge<'a> {
    claims: &'a Object,
    header: &'a Header,
    /// The curve of the key that signed it, as far as that is known.
    crv: Option<Curve>,
    policy: &'a Policy,
    now: Timestamp,
    /// Whether the caller reads the report. If not, the messages of checks that pass and the values
    /// of claims are left out.
    with_details: bool,
}

impl Judge<'_> {
    fn skips(&self, what: Skippable) -> bool {
        self.policy.skip.contains(&what)
    }

    fn iss(&self) -> Check {
        if self.skips(Skippable::Iss) {
            return Check::new("iss", CheckStatus::Skipped, "");
        }
        let accepted = &self.policy.issuers;
        let found = self.claims.member("iss");
        if accepted.is_empty() {
            let check = Check::new(
                "iss",
                CheckStatus::NotChecked,
                if found.is_some() {
                    "(no issuer to compare with)"
                } else {
                    ""
                },
            );
            return Check {
                actual: self.seen(found),
                ..check
            };
        }
        // Only a tenant that the caller demands may take its place.
        let tid = self
            .claims
            .text("tid")
            .filter(|_| self.policy.demands_tenant());
        match tid {
            Some(tid) => {
                let tenants: Vec<String> =
                    accepted.iter().map(|it| it.replace(TENANT, tid)).collect();
                self.one_of("iss", found, &tenants)
            }
            None => self.one_of("iss", found, accepted),
        }
    }

    fn sub(&self) -> Check {
        let found = self.claims.member("sub");
        match &self.policy.subject {
            Some(subject) => self.one_of("sub", found, std::slice::from_ref(subject)),
            None => Check {
                actual: self.seen(found),
                ..Check::new("sub", CheckStatus::NotChecked, "")
            },
        }
    }

    /// A string claim that must equal one of `accepted`.
    fn one_of(&self, name: &'static str, found: Option<&Json>, accepted: &[String]) -> Check {
        let check = match found {
            None => Check::fail(name, Code::MissingClaim, format!("the token has no {name}")),
            Some(Json::String(text)) if accepted.contains(text) => self.pass(name, || text.clone()),
            Some(Json::String(text)) => {
                let check = Check::fail(
                    name,
                    Code::Mismatch,
                    format!("{name} is {}, not {}", shortened(text), any_of(accepted)),
                );
                match accepted
                    .iter()
                    .find(|it| it.trim_end_matches('/') == text.trim_end_matches('/'))
                {
                    Some(_) => {
                        let (claim, value) = (name, text.clone());
                        check.hint(ClaimHint::TrailingSlash { claim, value })
                    }
                    None => check,
                }
            }
            Some(other) => Check::fail(
                name,
                Code::Mismatch,
                format!("{name} is {}, not a string", other.kind()),
            ),
        };
        match self.with_details {
            true => Check {
                actual: found.cloned(),
                ..check
            }
            .expected(accepted.iter().collect()),
            false => check,
        }
    }

    fn aud(&self) -> Check {
        if self.skips(Skippable::Aud) {
            return Check::new("aud", CheckStatus::Skipped, "");
        }
        let accepted = &self.policy.audiences;
        let Some(found) = self.claims.member("aud") else {
            return if accepted.is_empty() {
                Check::new("aud", CheckStatus::Absent, "")
            } else if self.policy.aud_optional {
                Check::new("aud", CheckStatus::Absent, "").expected(accepted.iter().collect())
            } else {
                let check = Check::fail("aud", Code::MissingClaim, "the token has no aud");
                let check = match self.elsewhere(accepted) {
                    Some(hint) => check.hint(hint),
                    None => check,
                };
                check
                    .expected(accepted.iter().collect())
                    .hint(ClaimHint::MakeOptional("aud"))
            };
        };
        let Some(named) = found.as_strings() else {
            let message = match found {
                Json::Array(_) => "aud is an array of something other than strings".to_owned(),
                other => format!(
                    "aud is {}, not a string or an array of strings",
                    other.kind()
                ),
            };
            return Check::fail("aud", Code::Mismatch, message).actual(found);
        };
        if accepted.is_empty() {
            let message = format!(
                "the token is meant for {}, and no audience was given to compare with",
                any_of(&named)
            );
            let check = Check::fail("aud", Code::Mismatch, message).actual(found);
            let first = named.first().map(|first| (*first).to_owned());
            return check.hint(ClaimHint::AcceptAudience(first));
        }
        let check = match named
            .iter()
            .find(|it| accepted.iter().any(|wanted| wanted == **it))
        {
            Some(hit) => self.pass("aud", || (*hit).to_owned()),
            None => Check::fail(
                "aud",
                Code::Mismatch,
                format!("aud is {}, not {}", any_of(&named), any_of(accepted)),
            ),
        };
        match self.with_details {
            true => check.actual(found).expected(accepted.iter().collect()),
            false => check,
        }
    }

    /// Where the audience is that some issuers put into a claim of their own.
    fn elsewhere(&self, accepted: &[String]) -> Option<Hint> {
        let names = ["client_id", "azp", "cid"].into_iter();
        let mut claims = names.filter_map(|name| Some((name, self.claims.text(name)?)));
        let (claim, value) = claims.find(|(_, value)| accepted.iter().any(|it| it == value))?;
        let value = value.to_owned();
        Some(ClaimHint::AudienceElsewhere { claim, value }.into())
    }

    fn typ(&self) -> Check {
        let header = self.header;
        if self.skips(Skippable::Typ) {
            return Check::new("typ", CheckStatus::Skipped, "");
        }
        let actual = header.typ().filter(|_| self.with_details).map(Json::from);
        let Some(wanted) = &self.policy.typ else {
            return Check {
                actual,
                ..Check::new("typ", CheckStatus::NotChecked, "")
            };
        };
        let check = match header.typ() {
            None => Check::fail("typ", Code::MissingClaim, "the header has no typ"),
            Some(typ) if same_type(typ, wanted) => Check::new("typ", CheckStatus::Pass, typ),
            Some(typ) => Check::fail(
                "typ",
                Code::Mismatch,
                format!("typ is {}, not {wanted:?}", shortened(typ)),
            ),
        };
        Check { actual, ..check }.expected(wanted.as_str().into())
    }

    /// `scope` as RFC 8693 §4.2 writes it, a string of words; arrays and the name `scp` are in use
    /// as well.
    fn scope(&self, wanted: &str) -> Check {
        let check = match self
            .claims
            .member("scope")
            .or_else(|| self.claims.member("scp"))
        {
            None => Check::fail("scope", Code::MissingClaim, "the token has no scope"),
            Some(found) => match found.as_strings() {
                None => Check::fail(
                    "scope",
                    Code::Mismatch,
                    format!("scope is {}", found.kind()),
                )
                .actual(found),
                Some(granted)
                    if granted
                        .iter()
                        .flat_map(|it| it.split(' '))
                        .any(|it| it == wanted) =>
                {
                    Check::new("scope", CheckStatus::Pass, wanted).actual(found)
                }
                Some(granted) => {
                    let granted: Vec<&str> = granted.iter().flat_map(|it| it.split(' ')).collect();
                    let has = any_of(&granted).replace(" or ", " and ");
                    let message = format!("scope {wanted:?} is not granted, only {has}");
                    Check::fail("scope", Code::Mismatch, message).actual(found)
                }
            },
        };
        check.expected(wanted.into())
    }
}

/// The first few of `values`, each cut to a few letters: what a token holds can be too long for a
/// message.
fn any_of<S: AsRef<str>>(values: &[S]) -> String {
    const MOST: usize = 5;
    let quoted: Vec<String> = values
        .iter()
        .take(MOST)
        .map(|value| shortened(value.as_ref()))
        .collect();
    match values.len() {
        0 => "nobody".into(),
        count if count > MOST => format!("{} or {} more", quoted.join(" or "), count - MOST),
        _ => quoted.join(" or "),
    }
}
