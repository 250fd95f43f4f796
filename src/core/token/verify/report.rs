//! What an outcome amounts to: the checks, and the verdict.

use super::super::super::claims::{Check, Status, key_issuer, not_evaluated};
use super::super::super::error::{Code, Reason, Rejection};
use super::super::super::jwks::Keys;
use super::super::super::jws::{Signed, Unverified};
use super::judging::{Judging, Outcome};
use super::{Verdict, Verified, key_used};

impl Judging<'_> {
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

    pub(super) fn report(
        self,
        token: &Unverified<'_>,
        outcome: Outcome,
        keys: &dyn Keys,
    ) -> Verdict {
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
