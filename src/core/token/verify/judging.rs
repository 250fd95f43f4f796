//! The order in which a token is judged: header, keys at hand, signature, and only then a refresh
//! of the keys.

use std::sync::Arc;

use super::super::super::alg::SigAlg;
use super::super::super::certificate::Certified;
use super::super::super::claims::{Check, CheckStatus, Policy, check_signed};
use super::super::super::env::Env;
use super::super::super::error::{Code, Error, Reason};
use super::super::super::header::Header;
use super::super::super::hint::TokenHint;
use super::super::super::json::{Json, Object};
use super::super::super::jwks::{Keys, Wanted, Why};
use super::super::super::jws::{Form, Jws, Signed, Unverified};
use super::super::super::key::Key;
use super::super::super::profile::Profile;

/// The result for one signature.
pub(super) enum Outcome<'t> {
    /// The signature is good.
    Signed(Signed<'t>),
    /// The header rules the token out before any key is looked for.
    Header(Vec<Reason>),
    /// There are keys, but not for its algorithm.
    Unfit(Reason),
    /// No key fits; the claims may say more about why.
    NoKey(Reason),
    /// The signature is bad.
    Bad(Reason),
}

/// What was found out about one signature.
pub(super) struct Judged<'t> {
    pub(super) outcome: Outcome<'t>,
    /// The key that verified it, or was tried last.
    pub(super) key: Option<(Arc<Key>, SigAlg)>,
    /// The certificate that vouches for its key, if the policy demands one.
    pub(super) certified: Option<Certified>,
    notes: Vec<String>,
    warnings: Vec<String>,
}

impl Judged<'_> {
    /// Whether it is the one whose refusal has been explained.
    fn explains(&self) -> bool {
        matches!(&self.outcome, Outcome::Bad(reason) if !reason.hints.is_empty())
    }
}

pub(super) struct Judging<'a> {
    pub(super) policy: &'a Policy,
    pub(super) env: &'a Env<'a>,
    pub(super) claims: Option<&'a Object>,
    pub(super) notes: Vec<String>,
    pub(super) warnings: Vec<String>,
    pub(super) key: Option<(Arc<Key>, SigAlg)>,
    certified: Option<Certified>,
    /// Whether a refusal has been explained already, which is done for one signature of a token.
    pub(super) is_explained: bool,
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

    /// The same findings, with claims that were read more completely.
    pub(super) fn with<'b>(self, claims: Option<&'b Object>) -> Judging<'b>
    where
        'a: 'b,
    {
        Judging { claims, ..self }
    }

    /// Judges every signature with the keys at hand. Only if that does not decide about the token,
    /// the keys are refreshed: once, for the first signature that other keys could change. All
    /// other signatures are then judged again with what that has left in use, so that no two of
    /// them are accepted by keys of different sets.
    pub(super) fn judge<'t>(
        &mut self,
        token: &'t Jws<'_>,
        form: Form<'_>,
        keys: &mut dyn Keys,
    ) -> Result<Vec<Judged<'t>>, Error> {
        let mut judged = Vec::with_capacity(token.count());
        // An error about one key must not hide a good signature by another one.
        let mut broken = None;
        for signature in signatures(token) {
            let outcome = self.at_hand(&signature, form, false, keys);
            let outcome = beside(outcome, token.count(), &mut broken)?;
            judged.push(self.judged(outcome));
        }
        for (index, signature) in signatures(token).enumerate() {
            if self.is_settled(&judged) {
                break;
            }
            if !self.may_ask(&signature, &judged[index].outcome) {
                continue;
            }
            // Only with several signatures does it matter what else a refresh has changed.
            let before = (token.count() > 1).then(|| keys.all().to_vec());
            let is_explained = self.is_explained;
            self.is_explained &= !judged[index].explains();
            let again = self.afresh(&signature, &judged[index].outcome, keys);
            let is_new = !matches!(again, Ok(None));
            match again.transpose() {
                Some(outcome) => {
                    let outcome = beside(outcome, token.count(), &mut broken)?;
                    judged[index] = self.judged(outcome);
                }
                None => self.is_explained = is_explained,
            }
            // What is no news for this signature may be for another one.
            if is_new || before.is_some_and(|before| !is_same(&before, keys.all())) {
                let others = signatures(token).enumerate();
                for (other, signature) in others.filter(|it| it.0 != index) {
                    self.is_explained &= !judged[other].explains();
                    let outcome = self.at_hand(&signature, form, true, keys);
                    let outcome = beside(outcome, token.count(), &mut broken)?;
                    judged[other] = self.judged(outcome);
                }
            }
            if is_new {
                break;
            }
        }
        for it in &mut judged {
            self.notes.append(&mut it.notes);
            self.warnings.append(&mut it.warnings);
        }
        match broken.filter(|_| !self.is_accepted(&judged)) {
            Some(error) => Err(error),
            None => Ok(judged),
        }
    }

    fn judged<'t>(&mut self, outcome: Outcome<'t>) -> Judged<'t> {
        Judged {
            outcome,
            key: self.key.take(),
            certified: self.certified.take(),
            notes: std::mem::take(&mut self.notes),
            warnings: std::mem::take(&mut self.warnings),
        }
    }

    /// Whether enough signatures hold.
    pub(super) fn is_accepted(&self, judged: &[Judged<'_>]) -> bool {
        let mut holds = judged
            .iter()
            .map(|it| matches!(it.outcome, Outcome::Signed(_)));
        match self.policy.require_all {
            true => holds.all(|it| it),
            false => holds.any(|it| it),
        }
    }

    /// Whether no other key could change the answer.
    fn is_settled(&self, judged: &[Judged<'_>]) -> bool {
        let is_ruled_out =
            |it: &Judged<'_>| matches!(it.outcome, Outcome::Header(_) | Outcome::Unfit(_));
        self.is_accepted(judged) || self.policy.require_all && judged.iter().any(is_ruled_out)
    }

    /// Judges a signature with the keys at hand, which may have been `refreshed` for another one.
    fn at_hand<'t>(
        &mut self,
        token: &Unverified<'t>,
        form: Form<'_>,
        refreshed: bool,
        keys: &mut dyn Keys,
    ) -> Result<Outcome<'t>, Error> {
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
        let (own, certified) = match self.vouched_for(header) {
            Ok(key) => key,
            Err(reason) => return Ok(Outcome::Header(vec![reason])),
        };
        self.certified = certified;
        let wanted = wanted(self.policy, alg, header, own.as_ref());
        let found = match refreshed {
            true => keys.refreshed(wanted, self.env)?,
            false => keys.local(wanted, self.env)?,
        };
        self.try_keys(token, wanted, found, keys)
    }

    /// Whether other keys could change the outcome of a signature, and a request for them is
    /// justified: a token whose claims are refused, for one, causes none.
    fn may_ask(&self, token: &Unverified<'_>, outcome: &Outcome<'_>) -> bool {
        let header = token.header();
        let is_bad = |check: &Check| check.status == CheckStatus::Fail;
        let has_bad_claims = |claims: &Object| {
            let mut checks = self.judge_claims(claims, header, None).into_iter();
            checks.any(|it| is_bad(&it))
        };
        matches!(outcome, Outcome::NoKey(_) | Outcome::Bad(_))
            && self.alg(header).is_ok()
            && self.check_kid(header).is_none()
            && !self.claims.is_some_and(has_bad_claims)
            && self.vouched_for(header).is_ok()
    }

    /// Judges a signature again after a refresh of the keys; `None` when there was no refresh, or
    /// it brought nothing new for this signature.
    fn afresh<'t>(
        &mut self,
        token: &Unverified<'t>,
        before: &Outcome<'_>,
        keys: &mut dyn Keys,
    ) -> Result<Option<Outcome<'t>>, Error> {
        let header = token.header();
        let why = match before {
            Outcome::NoKey(_) => Why::UnknownKid,
            _ => Why::BadSignature,
        };
        let (Ok(alg), Ok((own, certified))) = (self.alg(header), self.vouched_for(header)) else {
            return Ok(None);
        };
        let wanted = wanted(self.policy, alg, header, own.as_ref());
        let Some(found) = keys.refresh(wanted, why, self.env)? else {
            return Ok(None);
        };
        self.certified = certified;
        let outcome = self.try_keys(token, wanted, found, keys)?;
        // The keys that came may be old themselves, as another machine has shared them; then they
        // are refreshed once more. Within the cooldown the source does not ask again.
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

    /// The key that the header brings, and the certificate that vouches for it, as far as the policy
    /// demands them: of a proof of possession the key alone.
    fn vouched_for(
        &self,
        header: &Header,
    ) -> Result<(Option<Arc<Key>>, Option<Certified>), Reason> {
        if self.policy.profile.is_some_and(Profile::brings_its_key) {
            return Ok((Some(own_key(header)?), None));
        }
        let Some(roots) = &self.policy.roots else {
            return Ok((None, None));
        };
        let certified = roots.certified(header, self.env.now)?;
        Ok((Some(Arc::clone(&certified.key)), Some(certified)))
    }

    /// The algorithm in the header, if jwtctl knows it and the policy allows it.
    fn alg(&self, header: &Header) -> Result<SigAlg, Reason> {
        let refused = |why: String| Reason {
            actual: Some(header.alg().into()),
            ..Reason::new(Code::AlgNotAllowed, "alg", why)
        };
        let name = header.alg();
        if name.is_empty() && header.unprotected().has("alg") {
            return Err(refused(
                "its \"alg\" stands in the unprotected header, which no signature covers".into(),
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
                refused("the token does not name its key, and it has to".into())
                    .map(|it| it.hint(TokenHint::AllowNoKid))
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

    pub(super) fn judge_claims(
        &self,
        claims: &Object,
        header: &Header,
        key: Option<&Key>,
    ) -> Vec<Check> {
        let crv = key.and_then(Key::curve);
        check_signed(claims, header, crv, self.policy, self.env.now)
    }
}

/// The key in the header of a proof of possession.
fn own_key(header: &Header) -> Result<Arc<Key>, Reason> {
    const NAME: &str = "jwk";
    let refuse = |code, why: String| Reason::new(code, NAME, why);
    match header.members().member(NAME) {
        None => {
            let why = "the header has no jwk, the key whose possession is proven";
            Err(refuse(Code::MissingClaim, why.into()))
        }
        Some(Json::Object(jwk)) => Key::from_public_jwk(jwk)
            .map(Arc::new)
            .map_err(|why| refuse(Code::Mismatch, format!("the header's jwk {why}"))),
        Some(other) => {
            let why = format!("the header's jwk is {}, not an object", other.kind());
            Err(refuse(Code::Mismatch, why))
        }
    }
}

/// An outcome among several: an error about one key is kept in `broken`, for the case that no other
/// signature holds.
fn beside<'t>(
    outcome: Result<Outcome<'t>, Error>,
    count: usize,
    broken: &mut Option<Error>,
) -> Result<Outcome<'t>, Error> {
    match outcome {
        Err(error @ Error::Input { .. }) if count > 1 => {
            let reason = Reason::new(Code::NoMatchingKey, "kid", error.to_string());
            broken.get_or_insert(error);
            Ok(Outcome::NoKey(reason))
        }
        other => other,
    }
}

/// The signatures of a token, each read when it is its turn.
fn signatures<'t>(token: &'t Jws<'_>) -> impl Iterator<Item = Unverified<'t>> {
    (0..token.count()).filter_map(|index| token.signature(index))
}

/// Whether two sets have the same keys at hand.
fn is_same(a: &[Arc<Key>], b: &[Arc<Key>]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| Arc::ptr_eq(a, b))
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
