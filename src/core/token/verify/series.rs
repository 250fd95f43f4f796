//! Many tokens, one after another, judged by the same rules as a single one but faster: a header
//! that equals the one before is not read again, only claims that a check compares are kept, and
//! words are made for refusals only.

use super::super::super::claims::{CheckStatus, Policy, holds, is_compared, key_issuer};
use super::super::super::env::Env;
use super::super::super::error::{Error, Rejection};
use super::super::super::json::Object;
use super::super::super::jwks::Keys;
use super::super::super::jws::{Form, Jws, LastHeader};
use super::super::super::key::Key;
use super::judging::{Judged, Judging, Outcome};
use super::{Verdict, read_claims, verify};

/// Judges tokens by a policy.
pub struct Series<'p> {
    policy: &'p Policy,
    last: LastHeader,
    /// The claims of the last token, whose room those of the next one take.
    claims: Object,
}

/// A token that was accepted.
#[derive(Debug)]
pub struct Accepted {
    /// The payload, exactly as it was signed.
    pub payload: Vec<u8>,
    /// Whether the payload was judged as a JWT's claims.
    pub is_jwt: bool,
    /// The `kid` of the key that verified it.
    pub kid: Option<String>,
    /// Warnings, such as about a weak key that was allowed.
    pub warnings: Vec<String>,
}

impl<'p> Series<'p> {
    /// A series that has not judged any token yet.
    pub fn new(policy: &'p Policy) -> Self {
        Self {
            policy,
            last: LastHeader::default(),
            claims: Object::default(),
        }
    }

    /// Judges the next one, as [`super::verify`] does.
    ///
    /// # Errors
    /// As [`super::verify`].
    pub fn judge(
        &mut self,
        text: &str,
        form: Form<'_>,
        keys: &mut dyn Keys,
        env: &Env<'_>,
    ) -> Result<Result<Accepted, Rejection>, Error> {
        let policy = self.policy;
        if policy.profile.is_some() {
            // A profile's rules depend on other checks, and its tokens may be more than a JWS.
            return verify(text, form, keys, policy, env).map(Accepted::of);
        }
        let token = match Jws::parse_after(text, form, &mut self.last) {
            Ok(token) => token,
            Err(reason) => return Ok(Err(reason.into())),
        };
        let compared = |name: &str| is_compared(policy, name);
        let mut members = std::mem::take(&mut self.claims);
        let read = |bytes: &[u8]| {
            let text = std::str::from_utf8(bytes).ok();
            match text.and_then(|text| members.read_members(text, &compared)) {
                Some(_) => Ok(members),
                None => Object::parse_part(bytes),
            }
        };
        let claims = match read_claims(&token, form, read) {
            Ok(claims) => claims,
            Err(reason) => return Ok(Err(reason.into())),
        };
        let mut judging = Judging::new(policy, env, claims.as_ref());
        // The answers of a series carry no hints about a bad signature, so these are not computed.
        judging.is_explained = true;
        let judged = judging.judge(&token, form, keys)?;
        if !token.is_json()
            && let Some(key) = accepting(&judged, claims.as_ref(), policy, env)
        {
            let (is_jwt, kid) = (claims.is_some(), key.kid.clone());
            let warnings = [keys.warnings(), &judging.warnings].concat();
            drop(judged);
            self.claims = claims.unwrap_or_default();
            return Ok(Ok(Accepted {
                payload: token.into_payload(),
                is_jwt,
                kid,
                warnings,
            }));
        }
        // A refusal reports every rule that is broken, so all claims are read now.
        let whole = match read_claims(&token, form, Object::parse_part) {
            Ok(claims) => claims,
            Err(reason) => return Ok(Err(reason.into())),
        };
        let judging = judging.with(whole.as_ref());
        let verdict = judging.report(&token, judged, keys);
        Ok(Accepted::of(verdict))
    }
}

/// The key that verified a compact token, if its signature and its claims all hold.
fn accepting<'j>(
    judged: &'j [Judged<'_>],
    claims: Option<&Object>,
    policy: &Policy,
    env: &Env<'_>,
) -> Option<&'j Key> {
    let [
        Judged {
            outcome: Outcome::Signed(signed),
            key: Some((key, _)),
            ..
        },
    ] = judged
    else {
        return None;
    };
    let is_good = |claims: &Object| {
        let speaks = key_issuer(key, claims).is_none_or(|check| check.status == CheckStatus::Pass);
        speaks && holds(claims, signed.header(), policy, env.now)
    };
    claims.is_none_or(is_good).then_some(&**key)
}

impl Accepted {
    /// The part of a verdict that a series reports.
    ///
    /// # Errors
    /// When it was refused.
    pub fn of(verdict: Verdict) -> Result<Self, Rejection> {
        verdict.outcome.map(|verified| Self {
            payload: verified.payload().to_vec(),
            is_jwt: verified.claims().is_some(),
            kid: verdict.key.and_then(|key| key.kid),
            warnings: verdict.warnings,
        })
    }
}
