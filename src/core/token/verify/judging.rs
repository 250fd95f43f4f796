//! The sequence of judging: header, keys at hand, signature, and only then a fresh look for keys.

use std::sync::Arc;

use super::super::super::alg::SigAlg;
use super::super::super::certificate::Certified;
use super::super::super::claims::{Check, Policy, Status, check, key_issuer};
use super::super::super::env::Env;
use super::super::super::error::{Code, Error, Reason};
use super::super::super::header::Header;
use super::super::super::json::Object;
use super::super::super::jwks::{Found, Keys, Wanted, Why};
use super::super::super::jws::{Form, Jws, Signed, Unverified};
use super::super::super::key::{Job, Key, Misfit};
use super::super::diagnose::diagnose;
use super::refusal::{alg_refused, no_key, not_fetched, weak};

/// How the signature fared.
pub(super) enum Outcome {
    /// It holds.
    Signed(Signed),
    /// The header rules the token out before any key is looked for.
    Header(Vec<Reason>),
    /// There are keys, and none of them can be for its algorithm.
    Unfit(Reason),
    /// No key fits; the claims may say more about why.
    NoKey(Reason),
    /// It does not hold.
    Bad(Reason),
}

/// What was found out about one signature.
pub(super) struct Judged {
    pub(super) outcome: Outcome,
    /// The key that verified it, or was tried last.
    pub(super) key: Option<(Arc<Key>, SigAlg)>,
    /// What certificates vouch for its key, where they have to.
    pub(super) certified: Option<Certified>,
}

pub(super) struct Judging<'a> {
    pub(super) policy: &'a Policy,
    pub(super) env: &'a Env<'a>,
    pub(super) claims: Option<&'a Object>,
    pub(super) notes: Vec<String>,
    pub(super) warnings: Vec<String>,
    key: Option<(Arc<Key>, SigAlg)>,
    certified: Option<Certified>,
    /// Whether a refusal has been explained already, which is done for one signature of a token.
    is_explained: bool,
}

impl<'a> Judging<'a> {
    pub(super) fn new(policy: &'a Policy, env: &'a Env<'a>, claims: Option<&'a Object>) -> Self {
        Self {
            policy,
            env,
            claims,
            notes: Vec::new(),
            warnings: Vec::new(),
            key: None,
            certified: None,
            is_explained: false,
        }
    }

    /// Judges every signature with the keys at hand, and only where that does not settle the answer
    /// looks for keys again: once, for the first signature that may gain by it. What came in then is
    /// at hand for the others.
    pub(super) fn judge(
        &mut self,
        token: &Jws<'_>,
        form: Form<'_>,
        keys: &mut dyn Keys,
    ) -> Result<Vec<Judged>, Error> {
        let mut judged = Vec::with_capacity(token.count());
        // A key that is no key must not hide a signature by another one.
        let mut broken = None;
        for signature in signatures(token) {
            let outcome = match self.at_hand(&signature, form, keys) {
                Ok(outcome) => outcome,
                Err(error @ Error::Input { .. }) if token.count() > 1 => {
                    let why = error.to_string();
                    broken = broken.or(Some(error));
                    Outcome::NoKey(Reason::new(Code::NoMatchingKey, "kid", why))
                }
                Err(error) => return Err(error),
            };
            judged.push(self.judged(outcome));
        }
        let mut has_looked = false;
        for (index, signature) in signatures(token).enumerate() {
            if self.is_settled(&judged) {
                break;
            }
            let again = match has_looked {
                true => Some(self.at_hand(&signature, form, keys)?),
                false => self.afresh(&signature, &judged[index].outcome, keys)?,
            };
            if let Some(outcome) = again {
                has_looked = true;
                judged[index] = self.judged(outcome);
            }
        }
        match broken.filter(|_| !self.is_accepted(&judged)) {
            Some(error) => Err(error),
            None => Ok(judged),
        }
    }

    fn judged(&mut self, outcome: Outcome) -> Judged {
        Judged {
            outcome,
            key: self.key.take(),
            certified: self.certified.take(),
        }
    }

    /// Whether enough signatures hold.
    pub(super) fn is_accepted(&self, judged: &[Judged]) -> bool {
        let mut holds = judged
            .iter()
            .map(|it| matches!(it.outcome, Outcome::Signed(_)));
        match self.policy.require_all {
            true => holds.all(|it| it),
            false => holds.any(|it| it),
        }
    }

    /// Whether no other key could change the answer.
    fn is_settled(&self, judged: &[Judged]) -> bool {
        let is_ruled_out =
            |it: &Judged| matches!(it.outcome, Outcome::Header(_) | Outcome::Unfit(_));
        self.is_accepted(judged) || self.policy.require_all && judged.iter().any(is_ruled_out)
    }

    /// Judges a signature with the keys at hand.
    fn at_hand(
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
        let certified = match self.certified(header) {
            Ok(certified) => certified,
            Err(reason) => return Ok(Outcome::Header(vec![reason])),
        };
        let wanted = wanted(self.policy, alg, header, certified.as_ref());
        self.try_keys(token, wanted, keys.local(wanted, self.env)?, keys)
    }

    /// Judges a signature once more with what a fresh look for keys brings; `None` when that was not
    /// done, or brought nothing.
    fn afresh(
        &mut self,
        token: &Unverified<'_>,
        before: &Outcome,
        keys: &mut dyn Keys,
    ) -> Result<Option<Outcome>, Error> {
        let header = token.header();
        let why = match before {
            Outcome::NoKey(_) => Why::UnknownKid,
            Outcome::Bad(_) => Why::BadSignature,
            _ => return Ok(None),
        };
        let Ok(alg) = self.alg(header) else {
            return Ok(None);
        };
        // What a token says must not cause traffic unless it could still turn out good.
        let is_bad = |check: &Check| check.status == Status::Fail;
        if self.check_kid(header).is_some()
            || self
                .claims
                .is_some_and(|claims| self.judge_claims(claims, header).iter().any(is_bad))
        {
            return Ok(None);
        }
        let Ok(certified) = self.certified(header) else {
            return Ok(None);
        };
        let wanted = wanted(self.policy, alg, header, certified.as_ref());
        let Some(found) = keys.refresh(wanted, why, self.env)? else {
            return Ok(None);
        };
        let outcome = self.try_keys(token, wanted, found, keys)?;
        // What came in may be old itself, as another machine has shared it. What is new is not
        // asked for again.
        let why = match (&outcome, why) {
            (Outcome::NoKey(_), Why::BadSignature) => Why::UnknownKid,
            (Outcome::Bad(_), _) => Why::BadSignature,
            _ => return Ok(Some(outcome)),
        };
        match keys.refresh(wanted, why, self.env)? {
            Some(found) => self.try_keys(token, wanted, found, keys).map(Some),
            None => Ok(Some(outcome)),
        }
    }

    /// The key that the certificates in the header vouch for, if they have to.
    fn certified(&mut self, header: &Header) -> Result<Option<Arc<Key>>, Reason> {
        let Some(roots) = &self.policy.roots else {
            return Ok(None);
        };
        let certified = roots.certified(header, self.env.now)?;
        let key = Arc::clone(&certified.key);
        self.certified = Some(certified);
        Ok(Some(key))
    }

    /// The algorithm of the header, if it is one that may be looked for a key with.
    fn alg(&self, header: &Header) -> Result<SigAlg, Reason> {
        let refused = |why: String| Reason {
            actual: Some(header.alg().into()),
            ..Reason::new(Code::AlgNotAllowed, "alg", why)
        };
        let name = header.alg();
        if name.is_empty() && header.unprotected().has("alg") {
            return Err(refused(
                "its \"alg\" stands in the unprotected header, where anybody could change it"
                    .into(),
            ));
        }
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
            Found::Refused(why) => return Ok(Outcome::Unfit(alg_refused(wanted, why))),
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
            return Ok(Outcome::Unfit(reason));
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
                let hints = match std::mem::replace(&mut self.is_explained, true) {
                    true => Vec::new(),
                    false => diagnose(token, wanted.alg, weak, &candidates, keys),
                };
                Ok(Outcome::Bad(Reason {
                    hints,
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
        Ok(Outcome::Unfit(alg_refused(wanted, why)))
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

    pub(super) fn judge_claims(&self, claims: &Object, header: &Header) -> Vec<Check> {
        check(claims, header, self.policy, self.env.now)
    }
}

/// The signatures of a token, each put together when its turn comes.
fn signatures<'t>(token: &'t Jws<'_>) -> impl Iterator<Item = Unverified<'t>> {
    (0..token.count()).filter_map(|index| token.signature(index))
}

fn wanted<'w>(
    policy: &'w Policy,
    alg: SigAlg,
    header: &'w Header,
    certified: Option<&'w Arc<Key>>,
) -> Wanted<'w> {
    Wanted {
        alg,
        kid: header.kid().or(policy.kid.as_deref()),
        certified,
        allow_weak: policy.allow_weak_key,
    }
}
