//! Verifying a token: the verdict, and what it is made from.

mod candidates;
mod judging;
mod refusal;
mod report;
mod sd_jwt;
mod series;

pub use refusal::weak;
pub use series::{Accepted, Series};

use serde::Serialize;

use super::super::alg::{Kty, SigAlg};
use super::super::claims::{Check, CheckStatus, Policy, not_evaluated};
use super::super::env::Env;
use super::super::error::{Code, Error, Reason, Rejection};
use super::super::header::Header;
use super::super::hint::TokenHint;
use super::super::json::{Malformed, Object};
use super::super::jwks::{Keys, Provenance};
use super::super::jws::{Form, Jws, Signed};
use super::super::key::Key;
use super::super::profile::Profile;
use super::Layer;
use super::decode::COMPRESSED;
use judging::Judging;

/// A token whose signature and claims are all good. Only [`verify`] makes one, and, for an
/// encrypted token without a signature that a shared secret vouches for,
/// [`super::Nested::judge_unsigned`].
#[derive(Debug)]
pub struct Verified {
    proof: Proof,
    claims: Option<Object>,
}

/// What vouches for a token.
#[derive(Debug)]
pub(super) enum Proof {
    /// A signature.
    Signed(Signed<'static>),
    /// A signature, and disclosures that it covers by their digests.
    Disclosed {
        /// The header that was signed.
        header: Header,
        /// The claims with what was disclosed.
        payload: Vec<u8>,
    },
    /// Its encryption with a shared secret.
    Encrypted {
        /// The header of the encrypted token.
        header: Header,
        /// Its content.
        payload: Vec<u8>,
    },
}

impl Verified {
    /// The header.
    pub fn header(&self) -> &Header {
        match &self.proof {
            Proof::Signed(signed) => signed.header(),
            Proof::Disclosed { header, .. } | Proof::Encrypted { header, .. } => header,
        }
    }

    /// The payload, exactly as it was signed or encrypted; of an SD-JWT the claims with what was
    /// disclosed in its place.
    pub fn payload(&self) -> &[u8] {
        match &self.proof {
            Proof::Signed(signed) => signed.payload(),
            Proof::Disclosed { payload, .. } | Proof::Encrypted { payload, .. } => payload,
        }
    }

    pub(super) fn of(proof: Proof, claims: Option<Object>) -> Self {
        Self { proof, claims }
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
    /// Its RFC 7638 thumbprint; a symmetric key has none here, since it would help to guess a weak
    /// secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbprint: Option<String>,
    /// Where it is from.
    pub source: String,
}

/// One signature of a token in a JSON serialization, and how it fared.
#[derive(Clone, Debug, Serialize)]
pub struct SignatureFinding {
    /// Its place among the signatures, from 0.
    pub index: usize,
    /// Whether it holds. `not-checked`: no key of the source is for it.
    pub status: CheckStatus,
    /// Why it does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// The finding in words.
    pub message: String,
    /// The algorithm in its protected header, as written.
    pub alg: String,
    /// The id of its key, from either header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// The key that verified it, or was tried last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyUsed>,
    /// The protected header of a signature that holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protected: Option<Object>,
    /// What no signature vouches for.
    pub unverified: SignatureHeaders,
}

/// Headers of a signature as they were found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SignatureHeaders {
    /// The protected header of a signature that does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protected: Option<Object>,
    /// The unprotected header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<Object>,
}

/// Whether a token is accepted, with everything that was checked.
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
    /// Every signature of a token in a JSON serialization, in their order; empty for a compact one.
    pub signatures: Vec<SignatureFinding>,
    /// The layers of encryption that were around it, outermost first.
    pub layers: Vec<Layer>,
    /// What the token says, if it could be read; vouched for only when the outcome is a
    /// [`Verified`].
    pub header: Option<Object>,
    /// Its claims, if they could be read; verified only when the outcome is a [`Verified`].
    pub claims: Option<Object>,
    /// The accepted token, or why it is refused.
    pub outcome: Result<Verified, Rejection>,
}

/// Refuses a text that does not have the form that the policy expects. This needs no keys.
///
/// # Errors
/// [`Code::Malformed`].
pub fn check_form(text: &str, form: Form<'_>, policy: &Policy) -> Result<(), Reason> {
    match policy.profile {
        Some(Profile::SdJwt) if !form.is_raw() => sd_jwt::check_form(text),
        _ => Jws::parse(text, form).map(drop),
    }
}

/// Judges a JWS in any serialization, or an SD-JWT under that profile. With several signatures, one
/// that holds by a key of `keys` is enough unless [`Policy::require_all`] says otherwise, and the claims are judged once, for the
/// payload that it covers. "No" is an answer and comes as a [`Verdict`].
///
/// The order matters: what can refuse the token offline is asked before `keys` may use the network,
/// no claim makes it valid before its signature holds, and nothing in the token chooses where keys
/// come from.
///
/// # Errors
/// [`Error::Input`] when a key that was given cannot be used; [`Error::Unavailable`] when keys
/// cannot be fetched.
pub fn verify(
    text: &str,
    form: Form<'_>,
    keys: &mut dyn Keys,
    policy: &Policy,
    env: &Env<'_>,
) -> Result<Verdict, Error> {
    if policy.profile == Some(Profile::SdJwt) && !form.is_raw() {
        return sd_jwt::verify(text, keys, policy, env);
    }
    let token = match Jws::parse(text, form) {
        Ok(token) => token,
        Err(reason) => return Ok(Verdict::unreadable(&reason, policy, keys.provenance())),
    };
    // A JWT is in compact form (RFC 7519 §1), and every profile is of a JWT.
    if let Some(profile) = policy.profile.filter(|_| token.is_json()) {
        let why = format!("{} is in compact form, and this is JSON", profile.title());
        let reason = Reason::malformed(why);
        return Ok(Verdict::unreadable(&reason, policy, keys.provenance()));
    }
    let claims = match read_claims(&token, form, Object::parse_part) {
        Ok(claims) => claims,
        Err(reason) => return Ok(Verdict::unreadable(&reason, policy, keys.provenance())),
    };
    let mut verdict = judge(&token, claims.as_ref(), form, keys, policy, env)?;
    if matches!(form, Form::PaddedJwt) && text.contains('=') {
        let check = Check::new("padding", CheckStatus::Skipped, "accepted");
        verdict.checks.insert(0, check);
    }
    Ok(verdict)
}

/// Judges a token whose claims have been read.
fn judge(
    token: &Jws<'_>,
    claims: Option<&Object>,
    form: Form<'_>,
    keys: &mut dyn Keys,
    policy: &Policy,
    env: &Env<'_>,
) -> Result<Verdict, Error> {
    let mut judging = Judging::new(policy, env, claims);
    let judged = judging.judge(token, form, keys)?;
    Ok(judging.report(token, judged, keys))
}

/// The claims of a token that is judged as a JWT, read by `read`; `None` of any other payload.
fn read_claims(
    token: &Jws<'_>,
    form: Form<'_>,
    read: impl FnOnce(&[u8]) -> Result<Object, Malformed>,
) -> Result<Option<Object>, Reason> {
    if form.is_raw() || token.headers().any(Header::is_unencoded) {
        return Ok(None);
    }
    let claims = read(token.payload());
    claims.map(Some).map_err(|why| {
        let why = match token.headers().any(|it| it.members().has("zip")) {
            true => COMPRESSED.into(),
            false => format!("the payload {why}"),
        };
        Reason::malformed(why).hint(TokenHint::Raw)
    })
}

impl Verdict {
    /// The refusal of a text that cannot be read as a token.
    pub fn unreadable(reason: &Reason, policy: &Policy, keys: Provenance) -> Self {
        let mut checks = vec![
            Check::from(reason),
            Check::new("signature", CheckStatus::NotEvaluated, ""),
        ];
        checks.extend(not_evaluated(policy));
        let outcome = Err(Rejection::new(reason.clone()));
        Self {
            checks,
            key: None,
            keys,
            notes: Vec::new(),
            warnings: Vec::new(),
            signatures: Vec::new(),
            layers: Vec::new(),
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
