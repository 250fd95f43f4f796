//! Claim validation (RFC 7519 §4, RFC 8725 §3): a policy, and every way in which a token falls
//! short of it. All checks run and all are reported, because the next question after "no" is always
//! "why".

use serde::{Serialize, Serializer};

use super::alg::SigAlg;
use super::error::{Code, Reason};
use super::header::{Header, same_type};
use super::json::{Json, Object};
use super::time::{MILLISECONDS_FROM, Timestamp, humanize};

/// The most that clocks may be allowed to differ: one day, in seconds.
pub const MAX_LEEWAY: i64 = 86_400;

/// The leeway unless the caller says otherwise, in seconds.
pub const DEFAULT_LEEWAY: i64 = 60;

/// The checks that a caller can have left out altogether.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Skippable {
    Exp,
    Nbf,
    Iat,
    Iss,
    Aud,
    Typ,
}

/// A claim that must be there, and what it must be.
#[derive(Clone, Debug)]
pub struct Requirement {
    /// The claim's name, or a JSON Pointer to a member deeper down.
    pub claim: String,
    /// The value it must have; `None` takes any.
    pub expected: Option<Json>,
}

/// What a token must satisfy. The default is strict: `exp` is needed, `aud` is refused unless it
/// was expected.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Signature algorithms to accept; `None` leaves it to the key.
    pub algs: Option<Vec<SigAlg>>,
    /// Refuse tokens that do not name their key.
    pub require_kid: bool,
    /// The `kid` that a token must not contradict.
    pub kid: Option<String>,
    /// Issuers to accept; empty for any.
    pub issuers: Vec<String>,
    /// Audiences, one of which must be named; empty means that the token must have none.
    pub audiences: Vec<String>,
    /// The subject.
    pub subject: Option<String>,
    /// The media type in the header.
    pub typ: Option<String>,
    /// Scopes, all of which must be granted.
    pub scopes: Vec<String>,
    /// Further claims.
    pub required: Vec<Requirement>,
    /// Seconds since `iat` that a token may live at most.
    pub max_age: Option<i64>,
    /// Seconds that clocks may differ, at most [`MAX_LEEWAY`].
    pub leeway: i64,
    /// A token may do without `exp`.
    pub exp_optional: bool,
    /// A token may do without the `aud` that is expected.
    pub aud_optional: bool,
    /// Checks not made at all.
    pub skip: Vec<Skippable>,
    /// Accept keys that are shorter than their algorithm asks for.
    pub allow_weak_key: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            algs: None,
            require_kid: false,
            kid: None,
            issuers: Vec::new(),
            audiences: Vec::new(),
            subject: None,
            typ: None,
            scopes: Vec::new(),
            required: Vec::new(),
            max_age: None,
            leeway: DEFAULT_LEEWAY,
            exp_optional: false,
            aud_optional: false,
            skip: Vec::new(),
            allow_weak_key: false,
        }
    }
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It holds.
    Pass,
    /// It does not.
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

/// One line of a verification report.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// The claim, or `signature`, `format`, `alg`, `crit`, `kid`, `typ`.
    pub name: String,
    /// How it ended.
    pub status: Status,
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
    pub hints: Vec<String>,
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
    pub fn new(name: impl Into<String>, status: Status, message: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            status,
            code: None,
            alg: None,
            kid: None,
            actual: None,
            expected: None,
            at: None,
            message: message.into(),
            saved_by_leeway: false,
            unverified: false,
            hints: Vec::new(),
        }
    }

    fn fail(name: impl Into<String>, code: Code, message: impl Into<String>) -> Self {
        Self {
            code: Some(code),
            ..Self::new(name, Status::Fail, message)
        }
    }

    fn actual(mut self, value: &Json) -> Self {
        self.actual = Some(value.clone());
        self
    }

    fn expected(mut self, value: Json) -> Self {
        self.expected = Some(value);
        self
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The reason for refusal, if the check failed.
    pub fn reason(&self) -> Option<Reason> {
        let code = self.code.filter(|_| self.status == Status::Fail)?;
        Some(Reason {
            code,
            check: self.name.clone(),
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

/// Judges `claims` and the header's `typ` by `policy` at the moment `now`. One check per rule,
/// always all of them and always in this order: exp, nbf, iat, max-age, iss, aud, sub, typ, scope,
/// then what was required by name.
pub fn check(claims: &Object, header: &Header, policy: &Policy, now: Timestamp) -> Vec<Check> {
    let judge = Judge {
        claims,
        policy,
        now,
    };
    let mut checks = vec![judge.exp(), judge.nbf(), judge.iat()];
    checks.extend(policy.max_age.map(|age| judge.max_age(age)));
    checks.extend([judge.iss(), judge.aud(), judge.sub(), judge.typ(header)]);
    checks.extend(policy.scopes.iter().map(|scope| judge.scope(scope)));
    checks.extend(policy.required.iter().map(|it| judge.required(it)));
    checks
}

/// What [`check`] would judge, marked as not evaluated.
pub fn not_evaluated(policy: &Policy) -> Vec<Check> {
    let dates = ["exp", "nbf", "iat"]
        .into_iter()
        .chain(policy.max_age.map(|_| "max-age"));
    dates
        .chain(["iss", "aud", "sub", "typ"])
        .chain((!policy.scopes.is_empty()).then_some("scope"))
        .chain(policy.required.iter().map(|it| it.claim.as_str()))
        .map(|name| Check::new(name, Status::NotEvaluated, ""))
        .collect()
}

struct Judge<'a> {
    claims: &'a Object,
    policy: &'a Policy,
    now: Timestamp,
}

impl Judge<'_> {
    fn skips(&self, what: Skippable) -> bool {
        self.policy.skip.contains(&what)
    }

    /// A numeric date: `Ok(None)` when absent, `Err` when it is no number.
    fn date(&self, name: &str, up: bool) -> Result<Option<(Timestamp, &Json)>, Box<Check>> {
        match self.claims.member(name) {
            None => Ok(None),
            Some(json @ Json::Number(text)) => {
                Ok(Some((Timestamp::from_json_number(text, up), json)))
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

    fn exp(&self) -> Check {
        if self.skips(Skippable::Exp) {
            return Check::new("exp", Status::Skipped, "");
        }
        let (at, json) = match self.date("exp", false) {
            Err(check) => return *check,
            Ok(None) if self.policy.exp_optional => {
                return Check::new("exp", Status::Absent, "never expires");
            }
            Ok(None) => {
                let check = Check::fail(
                    "exp",
                    Code::MissingClaim,
                    "the token has no exp, so it would never expire",
                );
                return check.hint("to accept such tokens: --optional exp");
            }
            Ok(Some(found)) => found,
        };
        let past = self.now.since(at);
        let odd = if at.0 >= MILLISECONDS_FROM {
            "; is it in milliseconds?"
        } else {
            ""
        };
        let check = if past >= self.policy.leeway && past >= 0 {
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
                ..Check::new("exp", Status::Pass, message)
            }
        } else {
            Check::new(
                "exp",
                Status::Pass,
                format!("expires in {}{odd}", humanize(past)),
            )
        };
        Check {
            at: Some(at),
            ..check
        }
        .actual(json)
    }

    fn nbf(&self) -> Check {
        if self.skips(Skippable::Nbf) {
            return Check::new("nbf", Status::Skipped, "");
        }
        self.start(
            "nbf",
            |ahead| format!("not valid for another {ahead}"),
            |ago| format!("valid since {ago} ago"),
        )
    }

    fn iat(&self) -> Check {
        if self.skips(Skippable::Iat) {
            return Check::new("iat", Status::Skipped, "");
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
        name: &str,
        ahead: impl Fn(String) -> String,
        ago: impl Fn(String) -> String,
    ) -> Check {
        let (at, json) = match self.date(name, true) {
            Err(check) => return *check,
            Ok(None) => return Check::new(name, Status::Absent, ""),
            Ok(Some(found)) => found,
        };
        let wait = at.since(self.now);
        let check = if wait > self.policy.leeway {
            let check = Check::fail(name, Code::NotYetValid, ahead(humanize(wait)));
            check.hint("is this machine's clock right? --leeway allows for small differences")
        } else if wait > 0 {
            let message = format!(
                "{}, within the leeway of {}",
                ahead(humanize(wait)),
                humanize(self.policy.leeway)
            );
            Check {
                saved_by_leeway: true,
                ..Check::new(name, Status::Pass, message)
            }
        } else {
            Check::new(name, Status::Pass, ago(humanize(wait)))
        };
        Check {
            at: Some(at),
            ..check
        }
        .actual(json)
    }

    fn max_age(&self, most: i64) -> Check {
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
                ..Check::new("max-age", Status::Pass, message)
            }
        };
        Check {
            at: Some(at),
            ..check
        }
        .actual(json)
    }

    fn iss(&self) -> Check {
        if self.skips(Skippable::Iss) {
            return Check::new("iss", Status::Skipped, "");
        }
        let accepted = &self.policy.issuers;
        let found = self.claims.member("iss");
        if accepted.is_empty() {
            let check = Check::new(
                "iss",
                Status::NotChecked,
                if found.is_some() {
                    "(no --iss to compare with)"
                } else {
                    ""
                },
            );
            return Check {
                actual: found.cloned(),
                ..check
            };
        }
        self.one_of("iss", found, accepted)
    }

    fn sub(&self) -> Check {
        let found = self.claims.member("sub");
        match &self.policy.subject {
            Some(subject) => self.one_of("sub", found, std::slice::from_ref(subject)),
            None => Check {
                actual: found.cloned(),
                ..Check::new("sub", Status::NotChecked, "")
            },
        }
    }

    /// A string claim that must equal one of `accepted`.
    fn one_of(&self, name: &str, found: Option<&Json>, accepted: &[String]) -> Check {
        let check = match found {
            None => Check::fail(name, Code::MissingClaim, format!("the token has no {name}")),
            Some(Json::String(text)) if accepted.contains(text) => {
                Check::new(name, Status::Pass, text.clone())
            }
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
                        let flags = if name == "iss" {
                            format!("--iss {text}, or --issuer {text} if that named it")
                        } else {
                            format!("--{name} {text}")
                        };
                        check.hint(format!(
                            "they differ only in a trailing slash; use it exactly: {flags}"
                        ))
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
        Check {
            actual: found.cloned(),
            ..check
        }
        .expected(accepted.iter().collect())
    }

    fn aud(&self) -> Check {
        if self.skips(Skippable::Aud) {
            return Check::new("aud", Status::Skipped, "");
        }
        let accepted = &self.policy.audiences;
        let Some(found) = self.claims.member("aud") else {
            return if accepted.is_empty() {
                Check::new("aud", Status::Absent, "")
            } else if self.policy.aud_optional {
                Check::new("aud", Status::Absent, "").expected(accepted.iter().collect())
            } else {
                let check = Check::fail("aud", Code::MissingClaim, "the token has no aud");
                check
                    .expected(accepted.iter().collect())
                    .hint("to accept tokens without one: --optional aud")
            };
        };
        let Some(named) = found.as_strings() else {
            let message = format!(
                "aud is {}, not a string or an array of strings",
                found.kind()
            );
            return Check::fail("aud", Code::Mismatch, message).actual(found);
        };
        if accepted.is_empty() {
            let flag = named
                .first()
                .map_or("VALUE".into(), |first| shell_word(first));
            let message = format!(
                "the token is meant for {}, and no audience was given to compare with",
                any_of(&named)
            );
            let check = Check::fail("aud", Code::Mismatch, message).actual(found);
            return check.hint(format!(
                "if that is you: --aud {flag}; to leave it unchecked: --skip aud"
            ));
        }
        let check = match named
            .iter()
            .find(|it| accepted.iter().any(|wanted| wanted == **it))
        {
            Some(hit) => Check::new("aud", Status::Pass, *hit),
            None => Check::fail(
                "aud",
                Code::Mismatch,
                format!("aud is {}, not {}", any_of(&named), any_of(accepted)),
            ),
        };
        check.actual(found).expected(accepted.iter().collect())
    }

    fn typ(&self, header: &Header) -> Check {
        if self.skips(Skippable::Typ) {
            return Check::new("typ", Status::Skipped, "");
        }
        let actual = header.typ().map(Json::from);
        let Some(wanted) = &self.policy.typ else {
            return Check {
                actual,
                ..Check::new("typ", Status::NotChecked, "")
            };
        };
        let check = match header.typ() {
            None => Check::fail("typ", Code::MissingClaim, "the header has no typ"),
            Some(typ) if same_type(typ, wanted) => Check::new("typ", Status::Pass, typ),
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
                    Check::new("scope", Status::Pass, wanted).actual(found)
                }
                Some(_) => Check::fail(
                    "scope",
                    Code::Mismatch,
                    format!("scope {wanted:?} is not granted"),
                )
                .actual(found),
            },
        };
        check.expected(wanted.into())
    }

    fn required(&self, wanted: &Requirement) -> Check {
        let name = &wanted.claim;
        let found = if name.starts_with('/') {
            self.claims.pointer(name)
        } else {
            self.claims.member(name)
        };
        let check = match (found, &wanted.expected) {
            (None, _) => Check::fail(name, Code::MissingClaim, format!("the token has no {name}")),
            (Some(_), None) => Check::new(name, Status::Pass, "present"),
            (Some(found), Some(value)) if found.same(value) => {
                Check::new(name, Status::Pass, found.brief())
            }
            (Some(found), Some(value)) => {
                let message = format!("{name} is {}, not {}", found.brief(), value.brief());
                Check::fail(name, Code::Mismatch, message)
            }
        };
        Check {
            actual: found.cloned(),
            expected: wanted.expected.clone(),
            ..check
        }
    }
}

/// A few of `values`, each a few of its letters: a message is no place for what a token can hold.
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

/// `text` in quotes, cut off where it gets long.
fn shortened(text: &str) -> String {
    const MOST: usize = 200;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// `text` as one word of a shell command line.
fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn judge(claims: &str, policy: &Policy) -> Vec<Check> {
        let Ok(Json::Object(claims)) = Json::parse(claims.as_bytes()) else {
            panic!("{claims}")
        };
        let header = Header::parse(br#"{"alg":"HS256","typ":"at+jwt"}"#).unwrap();
        check(&claims, &header, policy, NOW)
    }

    fn outcome(claims: &str, policy: &Policy, name: &str) -> (Status, Option<Code>) {
        let checks = judge(claims, policy);
        let check = checks.iter().find(|check| check.name == name).unwrap();
        (check.status, check.code)
    }

    fn strict() -> Policy {
        Policy {
            leeway: 0,
            ..Policy::default()
        }
    }

    #[test]
    fn exp_is_needed_and_ends_on_the_second() {
        for (claims, status, code) in [
            (r#"{"exp":1000001}"#, Status::Pass, None),
            (r#"{"exp":1000000}"#, Status::Fail, Some(Code::Expired)),
            (r#"{"exp":1000000.9}"#, Status::Fail, Some(Code::Expired)),
            (r#"{"exp":1e6}"#, Status::Fail, Some(Code::Expired)),
            (r#"{"exp":1E400}"#, Status::Pass, None),
            (r#"{"exp":-1e400}"#, Status::Fail, Some(Code::Expired)),
            (r#"{"exp":-5}"#, Status::Fail, Some(Code::Expired)),
            (r#"{"exp":"1000001"}"#, Status::Fail, Some(Code::Mismatch)),
            (r#"{"exp":null}"#, Status::Fail, Some(Code::Mismatch)),
            (r#"{}"#, Status::Fail, Some(Code::MissingClaim)),
        ] {
            assert_eq!(
                outcome(claims, &strict(), "exp"),
                (status, code),
                "{claims}"
            );
        }
    }

    #[test]
    fn leeway_saves_and_says_so() {
        let policy = Policy {
            leeway: 60,
            ..Policy::default()
        };
        let exp = &judge(r#"{"exp":999941}"#, &policy)[0];
        assert!(exp.saved_by_leeway && exp.status == Status::Pass);
        assert_eq!(
            outcome(r#"{"exp":999940}"#, &policy, "exp").1,
            Some(Code::Expired)
        );
        let nbf = &judge(r#"{"exp":1,"nbf":1000060}"#, &policy)[1];
        assert!(nbf.saved_by_leeway && nbf.status == Status::Pass);
        assert_eq!(
            outcome(r#"{"nbf":1000061}"#, &policy, "nbf").1,
            Some(Code::NotYetValid)
        );
    }

    #[test]
    fn beginnings_must_have_come() {
        for name in ["nbf", "iat"] {
            let with = |value: &str| outcome(&format!(r#"{{"{name}":{value}}}"#), &strict(), name);
            assert_eq!(with("1000000"), (Status::Pass, None));
            assert_eq!(with("1000000.5"), (Status::Fail, Some(Code::NotYetValid)));
            assert_eq!(
                with("99999999999999999999"),
                (Status::Fail, Some(Code::NotYetValid))
            );
            assert_eq!(with("true"), (Status::Fail, Some(Code::Mismatch)));
            assert_eq!(outcome("{}", &strict(), name), (Status::Absent, None));
        }
    }

    #[test]
    fn audiences_are_never_ignored_in_silence() {
        let mine = Policy {
            audiences: vec!["me".into(), "us".into()],
            ..strict()
        };
        for (claims, policy, status, code) in [
            (r#"{"aud":"me"}"#, &mine, Status::Pass, None),
            (r#"{"aud":["you","us"]}"#, &mine, Status::Pass, None),
            (
                r#"{"aud":"you"}"#,
                &mine,
                Status::Fail,
                Some(Code::Mismatch),
            ),
            (r#"{"aud":[]}"#, &mine, Status::Fail, Some(Code::Mismatch)),
            (
                r#"{"aud":["me",1]}"#,
                &mine,
                Status::Fail,
                Some(Code::Mismatch),
            ),
            (r#"{"aud":42}"#, &mine, Status::Fail, Some(Code::Mismatch)),
            (r#"{}"#, &mine, Status::Fail, Some(Code::MissingClaim)),
            (
                r#"{"aud":"me"}"#,
                &strict(),
                Status::Fail,
                Some(Code::Mismatch),
            ),
            (r#"{}"#, &strict(), Status::Absent, None),
        ] {
            assert_eq!(outcome(claims, policy, "aud"), (status, code), "{claims}");
        }
        let optional = Policy {
            aud_optional: true,
            ..mine
        };
        assert_eq!(outcome("{}", &optional, "aud").0, Status::Absent);
        assert_eq!(
            outcome(r#"{"aud":"you"}"#, &optional, "aud").0,
            Status::Fail
        );
    }

    #[test]
    fn the_flag_for_an_unexpected_audience_is_spelt_out() {
        let checks = judge(r#"{"aud":"it's me"}"#, &strict());
        let aud = checks.iter().find(|check| check.name == "aud").unwrap();
        assert!(
            aud.hints[0].contains(r"--aud 'it'\''s me'"),
            "{:?}",
            aud.hints
        );
    }

    #[test]
    fn issuer_subject_type_scope_and_the_rest() {
        let policy = Policy {
            issuers: vec!["https://a".into()],
            subject: Some("s".into()),
            typ: Some("application/AT+JWT".into()),
            scopes: vec!["read".into()],
            required: vec![
                Requirement {
                    claim: "tenant".into(),
                    expected: Some(Json::from("t")),
                },
                Requirement {
                    claim: "/deep/n".into(),
                    expected: Some(Json::from(1)),
                },
                Requirement {
                    claim: "any".into(),
                    expected: None,
                },
            ],
            max_age: Some(100),
            ..strict()
        };
        let good = r#"{"exp":1000001,"iat":999900,"iss":"https://a","sub":"s","scope":"write read","tenant":"t","deep":{"n":1.0},"any":null}"#;
        assert!(
            judge(good, &policy)
                .iter()
                .all(|check| matches!(check.status, Status::Pass | Status::Absent))
        );

        let bad = r#"{"iat":999899,"iss":"https://a/","sub":1,"scope":"reads","deep":{"n":"1"}}"#;
        let failed: Vec<_> = judge(bad, &policy)
            .into_iter()
            .filter_map(|check| Some((check.name.clone(), check.reason()?.code)))
            .collect();
        let expected = [
            ("exp", Code::MissingClaim),
            ("max-age", Code::TooOld),
            ("iss", Code::Mismatch),
            ("sub", Code::Mismatch),
            ("scope", Code::Mismatch),
            ("tenant", Code::MissingClaim),
            ("/deep/n", Code::Mismatch),
            ("any", Code::MissingClaim),
        ];
        assert_eq!(failed, expected.map(|(name, code)| (name.to_owned(), code)));
    }

    #[test]
    fn what_is_skipped_shows_as_skipped() {
        use Skippable::{Aud, Exp, Iat, Iss, Nbf, Typ};
        let policy = Policy {
            skip: vec![Exp, Nbf, Iat, Iss, Aud, Typ],
            ..strict()
        };
        let checks = judge(r#"{"exp":1,"nbf":9e9,"iat":9e9,"aud":"x"}"#, &policy);
        for name in ["exp", "nbf", "iat", "iss", "aud", "typ"] {
            assert!(
                checks
                    .iter()
                    .any(|check| check.name == name && check.status == Status::Skipped),
                "{name}"
            );
        }
    }
}
