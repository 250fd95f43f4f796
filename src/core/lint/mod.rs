//! What is wrong with a public key set (RFC 7517), or will trouble the programs that use it. It
//! looks at the JSON as it was published, not at the keys that a tolerant reader made of it.

mod certificate;
mod material;
mod metadata;

use std::collections::HashMap;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use super::alg::{Curve, KeyAlg, SigAlg};
use super::json::{Json, Object, WipedJson};
use super::jwks::{NotKeys, elements};
use super::key::{Job, Key, is_unset};
use super::time::Timestamp;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know.
    Info,
    /// Some verifiers will have trouble with it.
    Warn,
    /// The key is unsafe, or cannot be used.
    Error,
}

impl Severity {
    /// The word for it in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

macro_rules! rules {
    ($($variant:ident $id:literal $severity:ident $what:literal;)*) => {
        /// What is looked for. Names and severities are stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Rule { $(#[doc = $what] $variant),* }

        impl Rule {
            /// All rules.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name in reports.
            pub fn id(self) -> &'static str {
                match self { $(Self::$variant => $id),* }
            }

            /// How much its findings matter.
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity),* }
            }

            /// What it looks for, in a sentence.
            pub fn describe(self) -> &'static str {
                match self { $(Self::$variant => $what),* }
            }
        }
    };
}

rules! {
    PrivateMember      "private-member"         Error "A public set holds private members of a key.";
    SymmetricKey       "symmetric-key"          Error "A public set holds a symmetric key, which is secret as a whole.";
    MalformedKey       "malformed-key"          Error "A required member is missing, of the wrong type or not base64url.";
    DuplicateMember    "duplicate-member"       Error "A member stands twice in a key; readers differ in which they take.";
    NonCanonical       "non-canonical-encoding" Warn  "A number is written with padding, another alphabet or leading zeros.";
    EmptySet           "empty-set"              Warn  "The set has no keys.";
    DuplicateKid       "duplicate-kid"          Error "Two keys have the same kid, and their alg does not tell them apart.";
    SameKeyTwice       "same-key-twice"         Warn  "The same key stands twice in the set.";
    MissingKid         "missing-kid"            Warn  "A key has no kid, so tokens cannot name it.";
    MissingAlg         "missing-alg"            Info  "A key does not say which algorithm it is for.";
    MissingUse         "missing-use"            Info  "A key says neither by use nor by key_ops what it is for.";
    UnknownUse         "unknown-use"            Info  "The use of a key is neither sig nor enc.";
    BadKeyOps          "bad-key-ops"            Error "key_ops is no list of distinct operations of a public key.";
    UseKeyOpsConflict  "use-key-ops-conflict"   Error "use and key_ops contradict each other.";
    UseConflict        "use-conflict"           Error "use is for something that no key on such a curve does.";
    AlgConflict        "alg-conflict"           Error "alg does not go with the key's type, curve, use or key_ops.";
    BrokenAlg          "broken-alg"             Warn  "The algorithm is RSA1_5, whose padding has been the way into many systems.";
    UnknownAlg         "unknown-alg"            Info  "The algorithm is one that jwtctl does not know.";
    UnknownKty         "unknown-kty"            Info  "The key type is one that jwtctl does not know.";
    UnknownCrv         "unknown-crv"            Info  "The curve is one that jwtctl does not know.";
    RsaTooShort        "rsa-too-short"          Error "An RSA modulus has fewer than 2048 bits.";
    RsaTooLong         "rsa-too-long"           Warn  "An RSA modulus has more than 8192 bits, which many verifiers refuse.";
    RsaEvenModulus     "rsa-even-modulus"       Error "An RSA modulus is even.";
    RsaSmallFactor     "rsa-small-factor"       Error "An RSA modulus has a small prime factor.";
    RsaBadExponent     "rsa-bad-exponent"       Error "An RSA exponent is even, or 1.";
    RsaSmallExponent   "rsa-small-exponent"     Warn  "An RSA exponent is smaller than 65537.";
    RsaLargeExponent   "rsa-large-exponent"     Warn  "An RSA exponent has more than 33 bits, which many verifiers refuse.";
    WrongLength        "wrong-length"           Error "A coordinate, or an AKP key, has not the length that its curve or alg asks for.";
    OffCurve           "off-curve"              Error "A point does not lie on its curve.";
    SmallOrder         "small-order"            Error "A point of small order: anybody can sign for the key, or knows what it agrees on.";
    X5cMalformed       "x5c-malformed"          Error "x5c is no list of certificates in base64.";
    X5cMismatch        "x5c-mismatch"           Error "The first certificate of x5c is for another key.";
    X5cExpired         "x5c-expired"            Warn  "A certificate in x5c is no longer valid, or not yet.";
    UnusableKey        "unusable-key"           Error "jwtctl leaves the key out of the set.";
    UnusedKey          "unused-key"             Warn  "verify uses the key for no algorithm, though it is not one for encryption.";
    X5tMismatch        "x5t-mismatch"           Error "x5t or x5t#S256 is not the digest of the first certificate.";
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which rule.
    pub rule: Rule,
    /// The key's place in the set, from 0; `None` when it is about the set.
    pub index: Option<usize>,
    /// The key's id, if it has one.
    pub kid: Option<String>,
    /// What exactly, to follow the name of the key, or of the set. It never repeats what a key is
    /// made of.
    pub message: String,
}

impl Finding {
    /// How much it matters.
    pub fn severity(&self) -> Severity {
        self.rule.severity()
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut finding = serializer.serialize_struct("Finding", 5)?;
        finding.serialize_field("rule", &self.rule)?;
        finding.serialize_field("severity", self.severity().as_str())?;
        finding.serialize_field("index", &self.index)?;
        finding.serialize_field("kid", &self.kid)?;
        finding.serialize_field("message", &self.message)?;
        finding.end()
    }
}

/// One key under the lens.
struct Subject<'a> {
    jwk: &'a Object,
    index: usize,
    now: Timestamp,
    findings: Vec<Finding>,
}

impl Subject<'_> {
    fn report(&mut self, rule: Rule, message: impl Into<String>) {
        let kid = self.jwk.text("kid").map(String::from);
        self.findings.push(Finding {
            rule,
            index: Some(self.index),
            kid,
            message: message.into(),
        });
    }
}

/// Looks at a key set, or a single key, as it is meant to be published. Certificates are judged at
/// `now`. The findings come in the order of the keys, those about the set first.
///
/// # Errors
/// [`NotKeys`] when it is neither.
pub fn lint(json: &Json, now: Timestamp) -> Result<Vec<Finding>, NotKeys> {
    let keys = elements(json)?;
    let mut findings = Vec::new();
    if keys.is_empty() {
        let message = "has no keys".to_owned();
        findings.push(Finding {
            rule: Rule::EmptySet,
            index: None,
            kid: None,
            message,
        });
    }
    let keys: Vec<WipedJson> = keys.iter().map(without_unset).collect();
    let mut seen = Seen::default();
    for (index, json) in keys.iter().enumerate() {
        match &**json {
            Json::Object(jwk) => findings.extend(lint_key(
                Subject {
                    jwk,
                    index,
                    now,
                    findings: Vec::new(),
                },
                &mut seen,
            )),
            other => {
                let message = format!("is {}, not an object", other.kind());
                findings.push(Finding {
                    rule: Rule::MalformedKey,
                    index: Some(index),
                    kid: None,
                    message,
                });
            }
        }
    }
    Ok(findings)
}

/// A key without members that say nothing: it is judged as every reader sees it.
fn without_unset(json: &Json) -> WipedJson {
    let Json::Object(jwk) = json else {
        return json.clone().into();
    };
    let said = |(name, value): &&(String, Json)| !is_unset(name, value);
    let said = Object(jwk.0.iter().filter(said).cloned().collect());
    Json::Object(said).into()
}

/// What earlier keys of the set had.
#[derive(Default)]
struct Seen<'a> {
    /// By id, and by id and algorithm.
    kids: HashMap<&'a str, usize>,
    named: HashMap<(&'a str, Option<&'a str>), usize>,
    thumbprints: HashMap<String, usize>,
}

impl<'a> Seen<'a> {
    /// The earlier key that a token may mean as well when it names this one. Keys of one id that are
    /// for different algorithms are told apart by that.
    fn namesake(&mut self, kid: &'a str, alg: Option<&'a str>, index: usize) -> Option<usize> {
        let same = self.named.get(&(kid, alg)).copied();
        let found = match alg {
            None => same.or_else(|| self.kids.get(kid).copied()),
            Some(_) => same.or_else(|| self.named.get(&(kid, None)).copied()),
        };
        self.kids.entry(kid).or_insert(index);
        self.named.entry((kid, alg)).or_insert(index);
        found
    }
}

fn lint_key<'a>(mut subject: Subject<'a>, seen: &mut Seen<'a>) -> Vec<Finding> {
    if let Some(path) = subject.jwk.duplicate() {
        subject.report(Rule::DuplicateMember, format!("has {path:?} twice"));
    }
    metadata::check(&mut subject);
    let key = material::check(&mut subject);
    certificate::check(&mut subject, key.as_ref());
    check_use(&mut subject);
    let index = subject.index;
    if let Some(kid) = subject.jwk.text("kid")
        && let Some(first) = seen.namesake(kid, subject.jwk.text("alg"), index)
    {
        subject.report(
            Rule::DuplicateKid,
            format!("has the same kid as key {first}"),
        );
    }
    if let Some(first) = key
        .as_ref()
        .map(Key::thumbprint)
        .and_then(|it| seen.thumbprints.insert(it, index))
    {
        subject.report(
            Rule::SameKeyTwice,
            format!("is the same key as key {first}"),
        );
    }
    subject.findings
}

/// Finds what `verify` would not use, by asking the code that it asks.
fn check_use(subject: &mut Subject<'_>) {
    let is_found = |it: &Finding| it.severity() == Severity::Error || it.rule == Rule::UnknownKty;
    if subject.findings.iter().any(is_found) {
        return;
    }
    let key = match Key::from_jwk(subject.jwk.clone()) {
        Ok(key) => key,
        Err(why) => return subject.report(Rule::UnusableKey, why),
    };
    let is_for_encryption = key.usage.as_deref() == Some("enc")
        || key
            .alg
            .as_deref()
            .is_some_and(|alg| alg.parse::<KeyAlg>().is_ok())
        || matches!(key.curve(), Some(Curve::X25519 | Curve::X448));
    if is_for_encryption || !key.algorithms(Job::Verify).is_empty() {
        return;
    }
    // The reason is told for the algorithm that keys of this type and curve are usually for.
    let natural = SigAlg::ALL.iter().find(|alg| {
        alg.kty() == key.kty()
            && key.curve().is_none_or(|crv| alg.curves().contains(&crv))
            && key.parameter_set().is_none_or(|set| set.alg() == **alg)
    });
    if let Some(misfit) = natural.and_then(|alg| key.fit(*alg, Job::Verify).err()) {
        subject.report(Rule::UnusedKey, misfit.why());
    }
}

#[cfg(test)]
mod tests;
