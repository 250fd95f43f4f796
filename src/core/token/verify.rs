//! Judging a token.

use std::sync::Arc;

use serde::Serialize;

use super::super::alg::{Kty, SigAlg};
use super::super::claims::{Check, Policy, Status, check, key_issuer, not_evaluated};
use super::super::env::Env;
use super::super::error::{Code, Error, Reason, Rejection, shortened};
use super::super::header::Header;
use super::super::json::{Json, Object};
use super::super::jwks::{Found, Keys, Provenance, Wanted, Why};
use super::super::jws::{self, Form, Signed, Unverified};
use super::super::key::{Job, Key, Misfit};
use super::super::time::humanize;
use super::decode::COMPRESSED;
use super::diagnose::diagnose;

/// A token that holds: its signature and every claim. Only [`verify`] makes one.
#[derive(Debug)]
pub struct Verified {
    signed: Signed,
    claims: Option<Object>,
}

impl Verified {
    /// The header.
    pub fn header(&self) -> &Header {
        self.signed.header()
    }

    /// The payload, exactly as it was signed.
    pub fn payload(&self) -> &[u8] {
        self.signed.payload()
    }

    /// The claims; `None` for a payload that was not judged as a JWT.
    pub fn claims(&self) -> Option<&Object> {
        self.claims.as_ref()
    }
}

/// The key that verified a token, or was tried last.
#[derive(Clone, Debug, Serialize)]
pub struct KeyUsed {
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// Its family.
    pub kty: &'static str,
    /// The algorithm it was used with.
    pub alg: String,
    /// Its RFC 7638 thumbprint; none of a symmetric key: of a secret that somebody thought up, it
    /// would help to guess it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbprint: Option<String>,
    /// Where it is from.
    pub source: String,
}

/// The answer to "is this token good?", with everything that was looked at on the way.
#[derive(Debug)]
pub struct Verdict {
    /// Every check, in a fixed order.
    pub checks: Vec<Check>,
    /// The key that was used.
    pub key: Option<KeyUsed>,
    /// Where the keys came from.
    pub keys: Provenance,
    /// Remarks that change nothing about the verdict.
    pub notes: Vec<String>,
    /// Remarks that should not be overlooked, such as on a weak key that was allowed.
    pub warnings: Vec<String>,
    /// What the token says, if it could be read; vouched for only when the outcome is a
    /// [`Verified`].
    pub header: Option<Object>,
    /// Its claims, likewise.
    pub claims: Option<Object>,
    /// Yes or no.
    pub outcome: Result<Verified, Rejection>,
}

/// Judges a compact JWS. "No" is an answer and comes as a [`Verdict`].
///
/// The order matters: what can refuse the token offline is asked before `keys` may use the network,
/// no claim makes it valid before its signature holds, and nothing in the token chooses where keys
/// come from.
///
/// # Errors
/// [`Error::Input`] when a key that was given cannot be used; [`Error::Unavailable`] when keys
/// cannot be had.
pub fn verify(
    text: &str,
    form: Form<'_>,
    keys: &mut dyn Keys,
    policy: &Policy,
    env: &Env<'_>,
) -> Result<Verdict, Error> {
    let token = match jws::parse(text, form) {
        Ok(token) => token,
        Err(reason) => return Ok(Verdict::unreadable(&reason, policy, keys.provenance())),
    };
    let claims = match read_claims(&token, form) {
        Ok(claims) => claims,
        Err(reason) => return Ok(Verdict::unreadable(&reason, policy, keys.provenance())),
    };
    let mut judging = Judging {
        policy,
        env,
        claims: claims.as_ref(),
        notes: Vec::new(),
        warnings: Vec::new(),
        key: None,
    };
    let outcome = judging.judge(&token, form, keys)?;
    Ok(judging.report(&token, outcome, keys))
}

fn read_claims(token: &Unverified<'_>, form: Form<'_>) -> Result<Option<Object>, Reason> {
    if form.is_raw() || token.header().is_unencoded() {
        return Ok(None);
    }
    let malformed = |why: String| Reason::new(Code::Malformed, "format", why);
    let raw_hint = "to verify a signature over bytes that are not a JWT: --raw";
    let json = Json::parse(token.payload()).map_err(|why| {
        let why = match token.header().members().has("zip") {
            true => COMPRESSED.into(),
            false => format!("the payload is not JSON: {why}"),
        };
        malformed(why).hint(raw_hint)
    })?;
    if let Some(path) = json.duplicate() {
        return Err(malformed(format!("the payload has {path:?} twice")));
    }
    match json {
        Json::Object(claims) => Ok(Some(claims)),
        other => {
            Err(malformed(format!("the payload is {}, not an object", other.kind())).hint(raw_hint))
        }
    }
}

/// How the signature fared.
enum Outcome {
    /// It holds.
    Signed(Signed),
    /// The header rules the token out before any key is looked for.
    Header(Vec<Reason>),
    /// No key fits; the claims may say more about why.
    NoKey(Reason),
    /// It does not hold.
    Bad(Reason),
}

struct Judging<'a> {
    policy: &'a Policy,
    env: &'a Env<'a>,
    claims: Option<&'a Object>,
    notes: Vec<String>,
    warnings: Vec<String>,
    key: Option<(Arc<Key>, SigAlg)>,
}

impl Judging<'_> {
    fn judge(
        &mut self,
        token: &Unverified<'_>,
        form: Form<'_>,
        keys: &mut dyn Keys,
    ) -> Result<Outcome, Error> {
        let header = token.header();
        let critical = header.check_critical(form.is_raw()).err();
        let alg = match (self.alg(header), critical) {
            (Ok(alg), None) => alg,
            (alg, critical) => {
                return Ok(Outcome::Header(
                    alg.err().into_iter().chain(critical).collect(),
                ));
            }
        };
        if let Some(reason) = self.check_kid(header) {
            return Ok(Outcome::NoKey(reason));
        }
        let wanted = Wanted {
            alg,
            kid: header.kid().or(self.policy.kid.as_deref()),
            allow_weak: self.policy.allow_weak_key,
        };
        let outcome = self.try_keys(token, wanted, keys.local(wanted, self.env)?, keys)?;
        let why = match &outcome {
            Outcome::NoKey(_) => Why::UnknownKid,
            Outcome::Bad(_) => Why::BadSignature,
            _ => return Ok(outcome),
        };
        // What a token says must not cause traffic unless it could still turn out good.
        if self.claims.is_some_and(|claims| {
            self.judge_claims(claims, header)
                .iter()
                .any(|check| check.status == Status::Fail)
        }) {
            return Ok(outcome);
        }
        let Some(found) = keys.refresh(wanted, why, self.env)? else {
            return Ok(outcome);
        };
        let outcome = self.try_keys(token, wanted, found, keys)?;
        // What came in may be old itself, as another machine has shared it. What is new is not
        // asked for again.
        let why = match (&outcome, why) {
            (Outcome::NoKey(_), Why::BadSignature) => Why::UnknownKid,
            (Outcome::Bad(_), _) => Why::BadSignature,
            _ => return Ok(outcome),
        };
        match keys.refresh(wanted, why, self.env)? {
            Some(found) => self.try_keys(token, wanted, found, keys),
            None => Ok(outcome),
        }
    }

    /// The algorithm of the header, if it is one that may be looked for a key with.
    fn alg(&self, header: &Header) -> Result<SigAlg, Reason> {
        let refused = |why: String| Reason {
            actual: Some(header.alg().into()),
            ..Reason::new(Code::AlgNotAllowed, "alg", why)
        };
        let name = header.alg();
        if name.eq_ignore_ascii_case("none") {
            return Err(refused("the token is not signed (alg \"none\")".into()));
        }
        let alg: SigAlg = name
            .parse()
            .map_err(|()| refused(format!("alg is {name:?}, which jwtctl does not know")))?;
        match &self.policy.algs {
            Some(allowed) if !allowed.iter().any(|it| it.agrees_with(alg)) => {
                let names: Vec<&str> = allowed.iter().map(|it| it.as_str()).collect();
                Err(Reason {
                    expected: Some(names.iter().collect()),
                    ..refused(format!(
                        "alg is {alg}, and only {} is allowed",
                        names.join(" or ")
                    ))
                })
            }
            _ => Ok(alg),
        }
    }

    fn check_kid(&self, header: &Header) -> Option<Reason> {
        let refused = |why: String| Some(Reason::new(Code::NoMatchingKey, "kid", why));
        match (header.kid(), &self.policy.kid) {
            (None, _) if self.policy.require_kid => {
                refused("the token does not name its key (--require-kid)".into())
            }
            (Some(kid), Some(wanted)) if kid != wanted => Some(Reason {
                actual: Some(kid.into()),
                expected: Some(wanted.as_str().into()),
                ..Reason::new(
                    Code::NoMatchingKey,
                    "kid",
                    format!("the token names key {kid:?}, not {wanted:?}"),
                )
            }),
            _ => None,
        }
    }

    fn try_keys(
        &mut self,
        token: &Unverified<'_>,
        wanted: Wanted<'_>,
        found: Found,
        keys: &dyn Keys,
    ) -> Result<Outcome, Error> {
        let source = keys.provenance().name;
        let candidates = match found {
            Found::Keys(candidates) => candidates,
            Found::Nothing => return Ok(Outcome::NoKey(no_key(wanted, keys, &source))),
            Found::Absent => return Ok(Outcome::NoKey(not_fetched(wanted, &source))),
            Found::Refused(why) => return Ok(Outcome::Header(vec![alg_refused(wanted, why)])),
            Found::TooMany(count) => {
                let why = format!(
                    "the token does not name its key, and {count} keys of {source} fit, too many to try"
                );
                return Ok(Outcome::NoKey(
                    Reason::new(Code::NoMatchingKey, "kid", why).hint("pick one with --kid"),
                ));
            }
            Found::Excluded(excluded) => return self.excluded(wanted, &excluded, &source),
        };
        let candidates: Vec<Arc<Key>> = candidates
            .into_iter()
            .filter(|key| self.is_allowed(key, wanted.alg))
            .collect();
        if candidates.is_empty() {
            let why = format!(
                "alg is {}, and no key of {source} for it is on an allowed curve",
                wanted.alg
            );
            let reason = Reason::new(Code::AlgNotAllowed, "alg", why);
            return Ok(Outcome::Header(vec![reason]));
        }
        match self.check_signature(token, wanted, &candidates) {
            Ok(signed) => Ok(Outcome::Signed(signed)),
            Err(Some((key, misfit))) if candidates.len() == 1 => {
                let why = format!("{} {}", key.label(), misfit.why());
                Err(Error::input(Code::BadKey, source, why))
            }
            Err(_) => {
                let why = self.bad_signature(&candidates, wanted);
                let weak = self.policy.allow_weak_key;
                Ok(Outcome::Bad(Reason {
                    hints: diagnose(token, wanted.alg, weak, &candidates, keys),
                    ..Reason::new(Code::BadSignature, "signature", why)
                }))
            }
        }
    }

    /// Looks for the candidate whose signature it is.
    ///
    /// # Errors
    /// When it is none's; with the last candidate that is not a usable key, if there is one.
    fn check_signature(
        &mut self,
        token: &Unverified<'_>,
        wanted: Wanted<'_>,
        candidates: &[Arc<Key>],
    ) -> Result<Signed, Option<(Arc<Key>, Misfit)>> {
        let (mut broken, mut signed) = (None, None);
        for key in candidates {
            let verifier = match key.verifier(wanted.alg, self.policy.allow_weak_key) {
                Ok(verifier) => verifier,
                Err(misfit) => {
                    broken = Some((Arc::clone(key), misfit));
                    continue;
                }
            };
            let Some(found) = token.verify(&verifier) else {
                if signed.is_none() {
                    self.key = Some((Arc::clone(key), wanted.alg));
                }
                if let Err(misfit) = key.check_public() {
                    broken = Some((Arc::clone(key), misfit));
                }
                continue;
            };
            // One key may stand in a set twice, for two issuers.
            let speaks = self
                .claims
                .and_then(|claims| key_issuer(key, claims))
                .is_none_or(|check| check.status == Status::Pass);
            if signed.is_none() || speaks {
                self.key = Some((Arc::clone(key), wanted.alg));
                signed = Some(found);
            }
            if speaks {
                break;
            }
        }
        let Some(signed) = signed else {
            return Err(broken);
        };
        if let Some((key, alg)) = self.key.clone() {
            self.note_kid(&key, wanted.kid);
            self.warn_weak(&key, alg);
        }
        Ok(signed)
    }

    /// Whether the allow-list has a name for what `alg` means on this key: `EdDSA` is two
    /// algorithms.
    fn is_allowed(&self, key: &Key, alg: SigAlg) -> bool {
        let means = |allowed: &SigAlg| allowed.agrees_with(alg) && allowed.admits(key.curve());
        self.policy
            .algs
            .as_ref()
            .is_none_or(|algs| algs.iter().any(means))
    }

    fn excluded(
        &self,
        wanted: Wanted<'_>,
        excluded: &[(Arc<Key>, Misfit)],
        source: &str,
    ) -> Result<Outcome, Error> {
        // A key that is too short for everything is the caller's to replace; one that is merely too
        // short for the algorithm that the token asks for makes it a bad token.
        let useless = |key: &Key| key.algorithms(Job::Verify).is_empty();
        if excluded
            .iter()
            .all(|(key, misfit)| matches!(misfit, Misfit::Weak(_)) && useless(key))
        {
            return Err(weak(source, &excluded[0].0, &excluded[0].1));
        }
        let why = match excluded {
            [(key, misfit)] => format!("{} {}", key.label(), misfit.why()),
            _ => format!(
                "none of the {} keys that could be meant is for {}",
                excluded.len(),
                wanted.alg
            ),
        };
        Ok(Outcome::Header(vec![alg_refused(wanted, why)]))
    }

    fn note_kid(&mut self, key: &Key, kid: Option<&str>) {
        if let (Some(kid), Some(own)) = (kid, &key.kid)
            && kid != own
        {
            self.notes.push(format!(
                "the token names key {kid:?}; the key that verified it calls itself {own:?}"
            ));
        }
    }

    fn warn_weak(&mut self, key: &Key, alg: SigAlg) {
        if let Err(Misfit::Weak(why)) = key.fit(alg, Job::Verify) {
            self.warnings
                .push(format!("weak key: {} {why}", key.label()));
        }
    }

    fn bad_signature(&self, candidates: &[Arc<Key>], wanted: Wanted<'_>) -> String {
        match candidates {
            [key] => match (&key.kid, wanted.kid) {
                (Some(own), Some(kid)) if own != kid => {
                    format!(
                        "the signature is not by {} (the token names key {kid:?})",
                        key.label()
                    )
                }
                _ => format!("the signature is not by {}", key.label()),
            },
            _ => format!(
                "the signature is not by any of the {} keys that fit",
                candidates.len()
            ),
        }
    }

    fn judge_claims(&self, claims: &Object, header: &Header) -> Vec<Check> {
        check(claims, header, self.policy, self.env.now)
    }

    /// The checks that an outcome amounts to, and what was signed.
    fn checks(&self, token: &Unverified<'_>, outcome: Outcome) -> (Vec<Check>, Option<Signed>) {
        let (alg, kid) = (
            token.header().alg().to_owned(),
            token.header().kid().map(String::from),
        );
        let signature = |status, message: &str| Check {
            alg: Some(alg.clone()),
            kid: kid.clone(),
            ..Check::new("signature", status, message)
        };
        let not_judged = || {
            if self.claims.is_some() {
                not_evaluated(self.policy)
            } else {
                Vec::new()
            }
        };
        let judged = || {
            self.claims
                .map_or_else(Vec::new, |claims| self.judge_claims(claims, token.header()))
        };
        match outcome {
            Outcome::Signed(signed) => {
                let by = self
                    .key
                    .as_ref()
                    .map(|(key, alg)| format!("{alg} by {}", key.label()))
                    .unwrap_or_default();
                let mut checks = vec![signature(Status::Pass, &by)];
                checks.extend(judged());
                let for_issuer = self.claims.zip(self.key.as_ref());
                checks.extend(for_issuer.and_then(|(claims, (key, _))| key_issuer(key, claims)));
                (checks, Some(signed))
            }
            Outcome::Bad(reason) => {
                let failed = Check {
                    alg: Some(alg.clone()),
                    kid: kid.clone(),
                    ..Check::from(&reason)
                };
                (std::iter::once(failed).chain(not_judged()).collect(), None)
            }
            Outcome::Header(reasons) => {
                let mut checks: Vec<Check> = reasons.iter().map(Check::from).collect();
                checks.push(signature(Status::NotEvaluated, ""));
                checks.extend(not_judged());
                (checks, None)
            }
            Outcome::NoKey(reason) => {
                let mut checks = vec![Check::from(&reason), signature(Status::NotEvaluated, "")];
                checks.extend(judged().into_iter().map(|check| Check {
                    unverified: true,
                    ..check
                }));
                (checks, None)
            }
        }
    }

    fn report(self, token: &Unverified<'_>, outcome: Outcome, keys: &dyn Keys) -> Verdict {
        let (checks, signed) = self.checks(token, outcome);
        let reasons = checks.iter().filter_map(Check::reason).collect();
        let outcome = match (Rejection::from_reasons(reasons), signed) {
            (None, Some(signed)) => Ok(Verified {
                signed,
                claims: self.claims.cloned(),
            }),
            (Some(rejection), _) => Err(rejection),
            // Every outcome but `Signed` carries a reason; should one not, the token is refused all
            // the same.
            (None, None) => Err(Reason::new(
                Code::BadSignature,
                "signature",
                "the signature was not verified",
            )
            .into()),
        };
        let warnings = [keys.warnings(), &self.warnings].concat();
        let keys = keys.provenance();
        let key = self.key.map(|(key, alg)| key_used(&key, alg, &keys.name));
        Verdict {
            checks,
            key,
            keys,
            notes: self.notes,
            warnings,
            header: Some(token.header().members().clone()),
            claims: self.claims.cloned(),
            outcome,
        }
    }
}

fn no_key(wanted: Wanted<'_>, keys: &dyn Keys, source: &str) -> Reason {
    let known: Vec<String> = keys.all().iter().take(5).map(|key| key.label()).collect();
    let age = keys
        .provenance()
        .age_s
        .map(|age| format!(" (asked {} ago)", humanize(age)))
        .unwrap_or_default();
    let has = match known.len() {
        0 => format!("{source} has no usable key{age}"),
        _ => format!("{source} has {}{age}", known.join(", ")),
    };
    let why = match (wanted.kid, dropped_as(wanted.kid, keys)) {
        (Some(kid), None) => format!("no key {}: {has}", shortened(kid)),
        (Some(kid), Some(why)) => {
            format!(
                "key {} of {source}{age} cannot be used: it {why}",
                shortened(kid)
            )
        }
        (None, Some(why)) if known.is_empty() => format!("{has}: its first {why}"),
        (None, _) => has,
    };
    Reason {
        actual: wanted.kid.map(Json::from),
        ..Reason::new(Code::NoMatchingKey, "kid", why)
    }
}

/// Why a key that a token may mean was left out of the set.
fn dropped_as<'k>(kid: Option<&str>, keys: &'k dyn Keys) -> Option<&'k str> {
    let mut dropped = keys.dropped().iter();
    let meant = match kid {
        Some(_) => dropped.find(|it| it.kid.as_deref() == kid),
        None => dropped.next(),
    };
    meant.map(|it| it.why.as_str())
}

/// The refusal of a token that no key was fetched for, because something else about it is wrong.
fn not_fetched(wanted: Wanted<'_>, source: &str) -> Reason {
    let why = format!(
        "the keys of {source} are not at hand, and are not fetched for a token that is refused anyway"
    );
    Reason {
        actual: wanted.kid.map(Json::from),
        ..Reason::new(Code::NoMatchingKey, "kid", why)
    }
}

fn alg_refused(wanted: Wanted<'_>, why: String) -> Reason {
    Reason {
        actual: Some(wanted.alg.as_str().into()),
        ..Reason::new(Code::AlgNotAllowed, "alg", why)
    }
}

/// The error for a key that would do if it were longer.
pub fn weak(source: &str, key: &Key, misfit: &Misfit) -> Error {
    let code = if key.kty() == Kty::Oct {
        Code::BadSecret
    } else {
        Code::BadKey
    };
    let subject = if key.kty() == Kty::Oct {
        "the secret".into()
    } else {
        key.label()
    };
    let error = Error::input(code, source, format!("{subject} {}", misfit.why()));
    error.hint("use a longer one; where that is not in your hands: --allow-weak-key")
}

impl Verdict {
    /// The refusal of what could not even be taken apart.
    pub fn unreadable(reason: &Reason, policy: &Policy, keys: Provenance) -> Self {
        let mut checks = vec![
            Check::from(reason),
            Check::new("signature", Status::NotEvaluated, ""),
        ];
        checks.extend(not_evaluated(policy));
        let outcome = Err(Rejection::new(reason.clone()));
        Self {
            checks,
            key: None,
            keys,
            notes: Vec::new(),
            warnings: Vec::new(),
            header: None,
            claims: None,
            outcome,
        }
    }
}

/// How reports name a key.
pub fn key_used(key: &Key, alg: SigAlg, source: &str) -> KeyUsed {
    KeyUsed {
        kid: key.kid.clone(),
        kty: key.kty().as_str(),
        alg: alg.as_str().into(),
        thumbprint: (key.kty() != Kty::Oct).then(|| key.thumbprint()),
        source: source.into(),
    }
}
