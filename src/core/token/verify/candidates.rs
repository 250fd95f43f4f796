//! The keys that a source offers for a signature, tried one after another.

use std::sync::Arc;

use super::super::super::alg::SigAlg;
use super::super::super::claims::{CheckStatus, key_issuer};
use super::super::super::error::{Code, Error, Reason};
use super::super::super::hint::TokenHint;
use super::super::super::jwks::{Found, Keys, Wanted};
use super::super::super::jws::{Signed, Unverified};
use super::super::super::key::{Job, Key, Misfit};
use super::super::diagnose::diagnose;
use super::judging::{Judging, Outcome};
use super::refusal::{alg_refused, no_key, not_fetched, weak};

impl Judging<'_> {
    pub(super) fn try_keys<'t>(
        &mut self,
        token: &Unverified<'t>,
        wanted: Wanted<'_>,
        found: Found,
        keys: &dyn Keys,
    ) -> Result<Outcome<'t>, Error> {
        let source = || keys.provenance().name;
        let candidates = match found {
            Found::Keys(candidates) => candidates,
            Found::NoSuchKey => return Ok(Outcome::NoKey(no_key(wanted, keys, &source()))),
            Found::NotFetched => return Ok(Outcome::NoKey(not_fetched(wanted, &source()))),
            Found::Refused(why) => return Ok(Outcome::Unfit(alg_refused(wanted, why))),
            Found::TooMany(count) => {
                let why = format!(
                    "the token does not name its key, and {count} keys of {} fit, too many to try",
                    source()
                );
                return Ok(Outcome::NoKey(
                    Reason::new(Code::NoMatchingKey, "kid", why).hint(TokenHint::ChooseKid),
                ));
            }
            Found::Excluded(excluded) => return self.excluded(wanted, &excluded, &source()),
        };
        let candidates: Vec<Arc<Key>> = candidates
            .into_iter()
            .filter(|key| self.is_allowed(key, wanted.alg))
            .collect();
        if candidates.is_empty() {
            let why = format!(
                "alg is {}, and no key of {} for it is on an allowed curve",
                wanted.alg,
                source()
            );
            let reason = Reason::new(Code::AlgNotAllowed, "alg", why);
            return Ok(Outcome::Unfit(reason));
        }
        match self.check_signature(token, wanted, &candidates) {
            Ok(signed) => Ok(Outcome::Signed(signed)),
            // A key that cannot be used is an error that the caller has to correct; if it came with
            // the token (in a certificate), the token is refused.
            Err(Some((key, misfit))) if candidates.len() == 1 && wanted.certified.is_none() => {
                let why = format!("{} {}", key.label(), misfit.why());
                Err(Error::input(Code::BadKey, source(), why))
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

    /// Tries the candidates until one verifies the signature.
    ///
    /// # Errors
    /// When no candidate verifies it; with the last candidate that is not a usable key, if there is
    /// one.
    fn check_signature<'t>(
        &mut self,
        token: &Unverified<'t>,
        wanted: Wanted<'_>,
        candidates: &[Arc<Key>],
    ) -> Result<Signed<'t>, Option<(Arc<Key>, Misfit)>> {
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
            // A set may hold one key twice, for two issuers.
            let speaks = self
                .claims
                .and_then(|claims| key_issuer(key, claims))
                .is_none_or(|check| check.status == CheckStatus::Pass);
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
        if let Some((key, alg)) = self.key.take() {
            self.note_kid(&key, wanted.kid);
            self.warn_weak(&key, alg);
            self.key = Some((key, alg));
        }
        Ok(signed)
    }

    /// Whether the allow-list admits what `alg` means on this key: `EdDSA` means two algorithms,
    /// one for each curve.
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
    ) -> Result<Outcome<'static>, Error> {
        // A key that is too short for every algorithm is an error: the caller has to replace it. If
        // it is too short only for the algorithm of the token, the token is refused.
        let useless = |key: &Key| key.algorithms(Job::Verify).is_empty();
        let is_given = wanted.certified.is_none();
        if is_given
            && excluded
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
}
