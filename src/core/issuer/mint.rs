//! New tokens: valid ones, and those that the faults make invalid.

use super::super::alg::SigAlg;
use super::super::env::Env;
use super::super::json::{Json, Object};
use super::super::jws;
use super::super::key::{Key, decode, encode, pem, to_spki};
use super::super::secret::Secret;
use super::super::time::Timestamp;
use super::error::IssuerError;
use super::fault::{Active, FaultKind};
use super::grants::Grant;
use super::keys::{Ring, SigningKey};
use super::{Settings, Tenant};

/// Seconds by which tokens are too old or too new, under the faults `expired` and `future`.
const HOUR: i64 = 3600;

/// The audience or the issuer of tokens under the faults `wrong-aud` and `wrong-iss`.
const NOWHERE: &str = "https://wrong.example";

/// What tokens are made from.
pub(super) struct Mint<'a> {
    pub settings: &'a Settings,
    pub issuer: &'a Tenant,
    pub ring: &'a Ring,
    /// A key that is not published, if a fault needs one.
    pub spare: Option<&'a SigningKey>,
    pub active: &'a Active,
}

impl Mint<'_> {
    /// An access token (RFC 9068 but for its `typ`, which is the caller's choice).
    pub fn access_token(&self, grant: &Grant, env: &Env<'_>) -> Result<String, IssuerError> {
        let mut claims = Object::default();
        claims.set("iss", self.issuer.name.as_str().into());
        claims.set("sub", grant.subject.as_str().into());
        claims.set("aud", audience(grant, &self.issuer.name));
        claims.set("client_id", grant.client_id.as_str().into());
        if let Some(scope) = &grant.scope {
            claims.set("scope", scope.as_str().into());
        }
        self.dates(&mut claims, env.now);
        claims.set("jti", env.uuid().as_str().into());
        for (name, value) in &self.settings.claims.0 {
            // What the request asks for takes precedence over the claims file, which is for all
            // tokens.
            if !(name == "sub" || name == "aud" && !grant.audience.is_empty()) {
                claims.set(name.clone(), value.clone());
            }
        }
        self.sign(claims, &self.settings.typ, env)
    }

    /// An ID token (OpenID Connect Core §2).
    pub fn id_token(&self, grant: &Grant, env: &Env<'_>) -> Result<String, IssuerError> {
        let mut claims = profile(&self.settings.claims);
        claims
            .0
            .insert(0, ("sub".into(), grant.subject.as_str().into()));
        claims
            .0
            .insert(0, ("iss".into(), self.issuer.name.as_str().into()));
        claims.set("aud", grant.client_id.as_str().into());
        self.dates(&mut claims, env.now);
        claims.set("auth_time", grant.auth_time.0.into());
        if let Some(nonce) = &grant.nonce {
            claims.set("nonce", nonce.as_str().into());
        }
        self.sign(claims, "JWT", env)
    }

    fn dates(&self, claims: &mut Object, now: Timestamp) {
        claims.set("iat", now.0.into());
        claims.set("exp", now.plus(self.settings.ttl).0.into());
    }

    fn sign(&self, mut claims: Object, typ: &str, env: &Env<'_>) -> Result<String, IssuerError> {
        self.spoil(&mut claims, env.now);
        let own = &self.ring.signing;
        let spare = self.spare.unwrap_or(own);
        let (signing, named) = if self.active.has(FaultKind::Rotated) {
            (spare, spare)
        } else if self.active.has(FaultKind::SameKid) {
            (spare, own.as_ref())
        } else {
            (own.as_ref(), own.as_ref())
        };
        let mut header = Object(vec![("typ".into(), typ.into())]);
        let kid = match self.active.has(FaultKind::UnknownKid) {
            true => Some(format!("unknown-{}", encode(&env.bytes::<9>()))),
            false => named.key.kid.clone(),
        };
        if let Some(kid) = kid {
            header.set("kid", kid.as_str().into());
        }
        let payload = Json::Object(claims).to_text();
        if self.active.has(FaultKind::None) {
            header.0.insert(0, ("alg".into(), "none".into()));
            return Ok(format!(
                "{}.{}.",
                encode(Json::Object(header).to_text().as_bytes()),
                encode(payload.as_bytes())
            ));
        }
        let token = match self.active.has(FaultKind::WrongAlg) {
            true => confused(&signing.key, &header, &payload)?,
            false => jws::sign(&header, payload.as_bytes(), &signing.signer)?,
        };
        Ok(if self.active.has(FaultKind::BadSignature) {
            altered(&token)
        } else {
            token
        })
    }

    fn spoil(&self, claims: &mut Object, now: Timestamp) {
        let ttl = self.settings.ttl;
        if self.active.has(FaultKind::Expired) {
            claims.set("iat", now.plus(-HOUR).plus(-ttl).0.into());
            claims.set("exp", now.plus(-HOUR).0.into());
        }
        if self.active.has(FaultKind::Future) {
            claims.set("iat", now.plus(HOUR).0.into());
            claims.set("nbf", now.plus(HOUR).0.into());
            claims.set("exp", now.plus(HOUR).plus(ttl).0.into());
        }
        if self.active.has(FaultKind::WrongAud) {
            claims.set("aud", NOWHERE.into());
        }
        if self.active.has(FaultKind::WrongIss) {
            claims.set("iss", NOWHERE.into());
        }
    }
}

fn audience(grant: &Grant, issuer: &str) -> Json {
    match &grant.audience[..] {
        [] => issuer.into(),
        [one] => one.as_str().into(),
        several => several.iter().collect(),
    }
}

/// The claims about the user: all of the claims file except those about a token.
pub(super) fn profile(claims: &Object) -> Object {
    let technical = [
        "iss",
        "sub",
        "aud",
        "exp",
        "nbf",
        "iat",
        "jti",
        "auth_time",
        "nonce",
        "azp",
        "client_id",
        "scope",
    ];
    Object(
        claims
            .0
            .iter()
            .filter(|(name, _)| !technical.contains(&name.as_str()))
            .cloned()
            .collect(),
    )
}

/// A token under HS256 whose secret is the public key, which is not secret (RFC 8725 §2.1).
fn confused(key: &Key, header: &Object, payload: &str) -> Result<String, IssuerError> {
    let public = pem("PUBLIC KEY", &to_spki(key)?);
    let secret = Key::from_secret(Secret::new(public.expose().to_vec()));
    let signer = secret
        .signer(SigAlg::Hs256, true)
        .map_err(IssuerError::Unfit)?;
    Ok(jws::sign(header, payload.as_bytes(), &signer)?)
}

/// The token with one bit of its signature turned over.
fn altered(token: &str) -> String {
    let (signed, signature) = token.rsplit_once('.').unwrap_or((token, ""));
    let mut signature = decode(signature).unwrap_or_default();
    if let Some(byte) = signature.last_mut() {
        *byte ^= 1;
    }
    format!("{signed}.{}", encode(&signature))
}
