//! Judging a token with selective disclosure (RFC 9901 §7): what its issuer has signed, what is
//! disclosed of it, and whether its holder presents it.

use std::sync::Arc;

use super::super::super::claims::{Check, CheckStatus, Policy, not_evaluated};
use super::super::super::env::Env;
use super::super::super::error::{Code, Error, Reason, Rejection};
use super::super::super::json::{Json, Object};
use super::super::super::jwks::{Given, Keys, Provenance};
use super::super::super::jws::{Form, Jws};
use super::super::super::key::Key;
use super::super::super::profile::{Profile, Supplied};
use super::super::super::sd_jwt::{Processed, SdHash, SdJwt};
use super::{Proof, Verdict, Verified, judge, read_claims};

/// The name of the check whether the holder's proof is there, and the prefix of the checks of that
/// proof.
const BINDING: &str = "key-binding";

/// A token with its disclosures put into their places.
struct Read<'a> {
    token: SdJwt<'a>,
    processed: Processed,
    hash: SdHash,
}

/// Judges an SD-JWT. Its claims are judged with everything that was disclosed. The holder's proof is
/// demanded where the caller supplies a nonce, or an audience that the issuer's part does not name,
/// and judged wherever it is there.
///
/// # Errors
/// As [`super::verify`].
pub(super) fn verify(
    text: &str,
    keys: &mut dyn Keys,
    policy: &Policy,
    env: &Env<'_>,
) -> Result<Verdict, Error> {
    let refused = |reason: &Reason, keys: &dyn Keys| {
        Ok(Verdict::unreadable(reason, policy, keys.provenance()))
    };
    let token = match SdJwt::parse(text) {
        Ok(token) => token,
        Err(reason) => return refused(&reason, keys),
    };
    let jws = match Jws::parse(token.jwt, Form::Jwt) {
        Ok(jws) => jws,
        Err(reason) => return refused(&reason, keys),
    };
    let read = match read(token, &jws) {
        Ok(read) => read,
        Err(reason) => return refused(&reason, keys),
    };
    // The audience that the caller asks for is that of the holder's proof; the issuer's part need
    // not name it.
    let own = Policy {
        aud_optional: true,
        ..policy.clone()
    };
    let claims = &read.processed.claims;
    let mut verdict = judge(&jws, Some(claims), Form::Jwt, keys, &own, env)?;
    // Disclosures prove nothing unless the signature over their digests is good.
    let holds = |it: &Check| it.name == "signature" && it.status == CheckStatus::Pass;
    let row = match verdict.checks.iter().any(holds) {
        true => read.row(),
        false => Check::new(read.row().name, CheckStatus::NotEvaluated, ""),
    };
    verdict.checks.insert(1.min(verdict.checks.len()), row);
    bind(&mut verdict, &read, policy, env)?;
    if let Ok(verified) = &mut verdict.outcome {
        let payload = Json::Object(claims.clone()).to_text().into_bytes();
        let header = verified.header().clone();
        *verified = Verified::of(Proof::Disclosed { header, payload }, Some(claims.clone()));
    }
    Ok(verdict)
}

fn read<'a>(token: SdJwt<'a>, jws: &Jws<'_>) -> Result<Read<'a>, Reason> {
    let payload = read_claims(jws, Form::Jwt, Object::parse_part)?.unwrap_or_default();
    Ok(Read {
        processed: token.process(&payload)?,
        hash: SdHash::of(&payload)?,
        token,
    })
}

impl Read<'_> {
    fn row(&self) -> Check {
        let (disclosed, hidden) = (self.processed.disclosed, self.processed.hidden);
        let message = format!("{disclosed} disclosed, {hidden} digests of nothing that is");
        Check {
            section: Some("RFC 9901 §7.1"),
            ..Check::new("disclosures", CheckStatus::Pass, message)
        }
    }

    /// The holder's key, as the issuer put it into the token.
    fn holder(&self) -> Result<Key, Reason> {
        let missing = |why: &str| Reason::new(Code::MissingClaim, BINDING, why);
        let cnf = self
            .processed
            .claims
            .member("cnf")
            .and_then(Json::as_object);
        match cnf.and_then(|it| it.member("jwk")) {
            Some(Json::Object(jwk)) => Key::from_public_jwk(jwk).map_err(|why| {
                Reason::new(Code::Mismatch, BINDING, format!("the jwk in cnf {why}"))
            }),
            _ => Err(missing(
                "the token names no key of its holder (cnf.jwk), and a proof by one follows it",
            )),
        }
    }
}

/// Judges the holder's proof, and adds what was found to the verdict.
fn bind(
    verdict: &mut Verdict,
    read: &Read<'_>,
    policy: &Policy,
    env: &Env<'_>,
) -> Result<(), Error> {
    let names_audience = read.processed.claims.has("aud");
    let is_wanted =
        policy.supplied.nonce.is_some() || !policy.audiences.is_empty() && !names_audience;
    let Some(proof) = read.token.key_binding else {
        let check = match is_wanted {
            false => Check::new(BINDING, CheckStatus::Absent, ""),
            true => Check::from(&Reason::new(
                Code::MissingClaim,
                BINDING,
                "no proof of the holder's key follows the token",
            )),
        };
        add(verdict, vec![check]);
        return Ok(());
    };
    let own = Policy {
        profile: Some(Profile::KeyBinding),
        supplied: Supplied {
            nonce: policy.supplied.nonce.clone(),
            sd_hash: Some(read.hash.digest(read.token.presented)),
            ..Supplied::default()
        },
        algs: policy.algs.clone(),
        audiences: policy.audiences.clone(),
        leeway: policy.leeway,
        allow_weak_key: policy.allow_weak_key,
        ..Policy::default()
    };
    let checks = match (&verdict.outcome, read.holder()) {
        (Err(_), _) => not_evaluated(&own),
        (Ok(_), Err(reason)) => vec![Check::from(&reason)],
        (Ok(_), Ok(key)) => {
            let mut holder = Given::key(Arc::new(key), Provenance::default());
            super::verify(proof, Form::Jwt, &mut holder, &own, env)?.checks
        }
    };
    let named = |check: Check| Check {
        name: match &*check.name {
            BINDING => check.name.clone(),
            name => format!("{BINDING}/{name}").into(),
        },
        ..check
    };
    let is_idle =
        |check: &Check| matches!(check.status, CheckStatus::NotChecked | CheckStatus::Absent);
    let is_asked = |check: &Check| check.section.is_some() || !is_idle(check);
    let checks = checks.into_iter().filter(is_asked).map(named);
    add(verdict, checks.collect());
    Ok(())
}

/// Adds checks. The token is refused if one of them fails.
fn add(verdict: &mut Verdict, checks: Vec<Check>) {
    let reasons: Vec<Reason> = checks.iter().filter_map(Check::reason).collect();
    let checks = checks.into_iter().map(|check| Check {
        section: check.section.or(Some("RFC 9901 §7.3")),
        ..check
    });
    verdict.checks.extend(checks);
    if verdict.outcome.is_ok()
        && let Some(rejection) = Rejection::from_reasons(reasons)
    {
        verdict.outcome = Err(rejection);
    }
}

/// Refuses a text that is not an SD-JWT, before keys are looked for.
///
/// # Errors
/// [`Code::Malformed`].
pub fn check_form(text: &str) -> Result<(), Reason> {
    let token = SdJwt::parse(text)?;
    Jws::parse(token.jwt, Form::Jwt).map(drop)
}
