//! The checks for the findings about the signatures, and the verdict that follows from them.

use super::super::super::certificate::Certified;
use super::super::super::claims::{Check, CheckStatus, key_issuer, not_evaluated};
use super::super::super::error::{Code, Reason, Rejection, shortened};
use super::super::super::header::Header;
use super::super::super::jwks::Keys;
use super::super::super::jws::{Jws, Signed};
use super::judging::{Judged, Judging, Outcome};
use super::{Proof, SignatureFinding, SignatureHeaders, Verdict, Verified, key_used};

impl Judging<'_> {
    pub(super) fn report(
        mut self,
        token: &Jws<'_>,
        mut judged: Vec<Judged<'_>>,
        keys: &dyn Keys,
    ) -> Verdict {
        let headers: Vec<&Header> = token.headers().collect();
        let is_accepted = self.is_accepted(&judged);
        let chosen = self.chosen(&headers, &judged);
        let (own, mut reasons) = match token.is_json() {
            true => self.several(&headers, &judged, is_accepted),
            false => {
                let checks = compact(headers[chosen], &judged[chosen]);
                let reasons = checks.iter().filter_map(Check::reason).collect();
                (checks, reasons)
            }
        };
        let signatures = match token.is_json() {
            true => findings(&headers, &judged, &own, &keys.provenance().name),
            false => Vec::new(),
        };
        let claims = self.claims_checks(headers[chosen], &judged, chosen, is_accepted);
        reasons.extend(claims.iter().filter_map(Check::reason));
        let key = judged[chosen].key.take();
        let signed = match judged.swap_remove(chosen).outcome {
            Outcome::Signed(signed) if is_accepted => Some(signed),
            _ => None,
        };
        let outcome = self.outcome(reasons, signed);
        let warnings = [keys.warnings(), &self.warnings].concat();
        let keys = keys.provenance();
        Verdict {
            checks: [own, claims].concat(),
            key: key.map(|(key, alg)| key_used(&key, alg, &keys.name)),
            keys,
            notes: self.notes,
            warnings,
            signatures,
            layers: Vec::new(),
            header: Some(headers[chosen].members().clone()),
            claims: self.claims.cloned(),
            outcome,
        }
    }

    fn outcome(
        &self,
        reasons: Vec<Reason>,
        signed: Option<Signed<'_>>,
    ) -> Result<Verified, Rejection> {
        match (Rejection::from_reasons(reasons), signed) {
            (None, Some(signed)) => Ok(Verified::of(
                Proof::Signed(signed.into_owned()),
                self.claims.cloned(),
            )),
            (Some(rejection), _) => Err(rejection),
            // Every outcome but `Signed` carries a reason; should one not, the token is refused all
            // the same.
            (None, None) => Err(Reason::new(
                Code::BadSignature,
                "signature",
                "the signature was not verified",
            )
            .into()),
        }
    }

    /// The signature that the claims are judged with, as some checks depend on its header and its
    /// key. Of the good signatures it is the first with which the claims are good; under
    /// `require_all`, the first with which they are not.
    fn chosen(&self, headers: &[&Header], judged: &[Judged<'_>]) -> usize {
        let holding = |index: &usize| matches!(judged[*index].outcome, Outcome::Signed(_));
        let is_good = |index: &usize| {
            let checks = self.claims_checks(headers[*index], judged, *index, true);
            checks.iter().all(|check| check.status != CheckStatus::Fail)
        };
        let all = || (0..judged.len()).filter(holding);
        let tried = |it: &Judged<'_>| matches!(it.outcome, Outcome::Bad(_));
        let telling = match self.policy.require_all {
            true => all().find(|index| !is_good(index)),
            false => all().find(is_good),
        };
        let first = || all().next().or_else(|| judged.iter().position(tried));
        telling.or_else(first).unwrap_or(0)
    }

    /// The checks of the claims, judged with the signature at `index`.
    fn claims_checks(
        &self,
        header: &Header,
        judged: &[Judged<'_>],
        index: usize,
        is_accepted: bool,
    ) -> Vec<Check> {
        let Some(claims) = self.claims else {
            return Vec::new();
        };
        if is_accepted {
            let key = judged[index].key.as_ref();
            let own = key.map(|(key, _)| &**key);
            let mut checks = self.judge_claims(claims, header, own);
            checks.extend(key.and_then(|(key, _)| key_issuer(key, claims)));
            return checks;
        }
        let has_no_key = |it: &Judged<'_>| matches!(it.outcome, Outcome::NoKey(_));
        if !judged.iter().all(has_no_key) {
            return not_evaluated(self.policy);
        }
        let unverified = |check: Check| Check {
            unverified: true,
            ..check
        };
        let checks = self.judge_claims(claims, header, None).into_iter();
        checks.map(unverified).collect()
    }

    /// A row for each signature of a JSON serialization, and the reasons to refuse the token. If
    /// the token is accepted, a bad signature is a warning instead of a reason.
    fn several(
        &mut self,
        headers: &[&Header],
        judged: &[Judged<'_>],
        is_accepted: bool,
    ) -> (Vec<Check>, Vec<Reason>) {
        let rows = headers.iter().zip(judged).enumerate();
        let rows: Vec<Check> = rows
            .map(|(index, (header, it))| row(index, header, it, is_accepted))
            .collect();
        let certificates = judged.iter().enumerate().filter_map(|(index, it)| {
            let check = certificate(it.certified.as_ref()?);
            Some(Check {
                name: format!("certificate[{index}]").into(),
                ..check
            })
        });
        let rows: Vec<Check> = rows.into_iter().chain(certificates).collect();
        let reasons: Vec<Reason> = rows.iter().filter_map(Check::reason).collect();
        if !is_accepted {
            return (rows, reasons);
        }
        for reason in &reasons {
            self.warnings.push(format!(
                "{} does not hold, and another one does: {}",
                reason.check, reason.message
            ));
        }
        (rows, Vec::new())
    }
}

/// The checks that the signature of a compact token amounts to.
fn compact(header: &Header, judged: &Judged<'_>) -> Vec<Check> {
    let signature = |status, message: &str| Check {
        alg: Some(header.alg().to_owned()),
        kid: header.kid().map(String::from),
        ..Check::new("signature", status, message)
    };
    let idle = || signature(CheckStatus::NotEvaluated, "");
    let own = match &judged.outcome {
        Outcome::Signed(_) => vec![signature(CheckStatus::Pass, &by(judged))],
        Outcome::Bad(reason) => vec![Check {
            alg: Some(header.alg().to_owned()),
            kid: header.kid().map(String::from),
            ..Check::from(reason)
        }],
        Outcome::Header(reasons) => {
            let checks = reasons.iter().map(Check::from);
            checks.chain([idle()]).collect()
        }
        Outcome::Unfit(reason) | Outcome::NoKey(reason) => vec![Check::from(reason), idle()],
    };
    let certified = judged.certified.as_ref().map(certificate);
    certified.into_iter().chain(own).collect()
}

/// The row of one signature among several.
fn row(index: usize, header: &Header, judged: &Judged<'_>, is_accepted: bool) -> Check {
    let name = format!("signature[{index}]");
    let reason = match &judged.outcome {
        Outcome::Signed(_) => None,
        Outcome::Bad(reason) | Outcome::Unfit(reason) | Outcome::NoKey(reason) => {
            Some(reason.clone())
        }
        Outcome::Header(reasons) => {
            let words: Vec<&str> = reasons.iter().map(|it| it.message.as_str()).collect();
            reasons.iter().min_by_key(|it| it.code).map(|it| Reason {
                message: words.join("; "),
                ..it.clone()
            })
        }
    };
    let check = match reason {
        None => Check::new(name, CheckStatus::Pass, by(judged)),
        // The token is accepted by another signature, and this one is not by a key of the source.
        Some(reason) if is_accepted && !is_ours(header, judged) => {
            Check::new(name, CheckStatus::NotChecked, reason.message)
        }
        Some(reason) => Check::from(&Reason {
            check: name,
            ..reason
        }),
    };
    Check {
        alg: Some(header.alg().to_owned()),
        kid: header.kid().map(String::from),
        ..check
    }
}

/// Whether a bad signature names a key of the source, or has a header that no key could satisfy.
fn is_ours(header: &Header, judged: &Judged<'_>) -> bool {
    let names_another = || {
        let own = judged.key.as_ref().and_then(|(key, _)| key.kid.as_deref());
        own.zip(header.kid()).is_some_and(|(own, kid)| own != kid)
    };
    match &judged.outcome {
        Outcome::Signed(_) | Outcome::Header(_) => true,
        Outcome::Bad(_) => !names_another(),
        Outcome::Unfit(_) | Outcome::NoKey(_) => false,
    }
}

/// The row of a certificate that leads to a trusted root.
fn certificate(certified: &Certified) -> Check {
    let it = &certified.certificate;
    let message = format!(
        "{} by {}, until {}",
        shortened(&it.subject()),
        shortened(&it.issuer()),
        it.not_after()
    );
    Check::new("certificate", CheckStatus::Pass, message)
}

/// The algorithm and the key of a good signature, in words.
fn by(judged: &Judged<'_>) -> String {
    let key = judged.key.as_ref();
    key.map(|(key, alg)| format!("{alg} by {}", key.label()))
        .unwrap_or_default()
}

fn findings(
    headers: &[&Header],
    judged: &[Judged<'_>],
    rows: &[Check],
    source: &str,
) -> Vec<SignatureFinding> {
    let some = |object: &super::Object| (!object.0.is_empty()).then(|| object.clone());
    let each = headers.iter().zip(judged).zip(rows).enumerate();
    each.map(|(index, ((header, it), row))| {
        let holds = row.status == CheckStatus::Pass;
        let protected = some(header.members());
        let (protected, unverified) = if holds {
            (protected, None)
        } else {
            (None, protected)
        };
        let key = it.key.as_ref();
        SignatureFinding {
            index,
            status: row.status,
            code: row.code,
            message: row.message.clone(),
            alg: header.alg().to_owned(),
            kid: header.kid().map(String::from),
            key: key.map(|(key, alg)| key_used(key, *alg, source)),
            protected,
            unverified: SignatureHeaders {
                protected: unverified,
                header: some(header.unprotected()),
            },
        }
    })
    .collect()
}
