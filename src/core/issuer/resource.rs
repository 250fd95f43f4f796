//! What the issuer says about tokens of its own: `/userinfo` (OpenID Connect Core §5.3) and
//! `/introspect` (RFC 7662).

use std::sync::Arc;

use super::super::claims::{Policy, Skippable};
use super::super::env::Env;
use super::super::json::{Json, Object};
use super::super::jwks::{Given, Provenance};
use super::super::jws::Form;
use super::super::token::verify;
use super::clients::authenticate;
use super::http::{Refusal, Request, Response};
use super::mint::profile;
use super::{IssuerState, Tenant, unavailable};

/// Answers with the claims about the user of an access token.
pub(super) fn userinfo(
    state: &mut IssuerState,
    issuer: &Tenant,
    request: &Request<'_>,
    env: &Env<'_>,
) -> Result<Response, Refusal> {
    let refuse = |why: &str| Refusal::unauthorized("Bearer", "invalid_token", why);
    let token = request
        .authorization("Bearer")?
        .ok_or_else(|| refuse("there is no bearer token"))?;
    let claims = own_claims(state, issuer, token, env)?
        .ok_or_else(|| refuse("the token is not valid here"))?;
    let mut document = profile(&state.settings.claims);
    let subject = claims.member("sub").cloned().unwrap_or(Json::Null);
    document.0.insert(0, ("sub".into(), subject));
    Ok(Response::json(200, document).no_store())
}

/// Answers a client that authenticates whether a token is valid.
pub(super) fn introspect(
    state: &mut IssuerState,
    issuer: &Tenant,
    request: &Request<'_>,
    env: &Env<'_>,
) -> Result<Response, Refusal> {
    let form = request
        .form()
        .map_err(|why| Refusal::new("invalid_request", why))?;
    let caller = authenticate(&state.settings.clients, request, &form)?;
    if !caller.proven {
        return Err(Refusal::unauthorized(
            "Basic",
            "invalid_client",
            "the client did not authenticate",
        ));
    }
    let token = form
        .value("token")
        .ok_or_else(|| Refusal::new("invalid_request", "token is missing"))?;
    let mut document = Object(vec![("active".into(), Json::Bool(true))]);
    if let Some((grant, expires)) = state
        .grants
        .look_up(token, env.now)
        .filter(|(grant, _)| grant.tenant == issuer.tenant)
    {
        document.set("client_id", grant.client_id.as_str().into());
        document.set("sub", grant.subject.as_str().into());
        document.set("iss", issuer.name.as_str().into());
        document.set("exp", expires.0.into());
        if let Some(scope) = &grant.scope {
            document.set("scope", scope.as_str().into());
        }
    } else if let Some(claims) = own_claims(state, issuer, token, env)? {
        document.set("token_type", "Bearer".into());
        claims
            .0
            .into_iter()
            .filter(|(name, _)| name != "active")
            .for_each(|(name, value)| document.set(name, value));
    } else {
        document = Object(vec![("active".into(), Json::Bool(false))]);
    }
    Ok(Response::json(200, document).no_store())
}

/// The claims of an access token that this issuer has signed and that is valid now.
fn own_claims(
    state: &mut IssuerState,
    issuer: &Tenant,
    token: &str,
    env: &Env<'_>,
) -> Result<Option<Object>, Refusal> {
    let mut keys = state
        .keys
        .ring(issuer.tenant.as_deref(), env)
        .map_err(unavailable)?
        .published;
    keys.extend(
        state
            .spares
            .get(&issuer.tenant)
            .map(|spare| Arc::clone(&spare.key)),
    );
    let mut keys = Given::set(keys, Provenance::default());
    let policy = Policy {
        leeway: 0,
        skip: vec![Skippable::Aud, Skippable::Iss],
        ..Policy::default()
    };
    let Ok(verdict) = verify(token, Form::Jwt, &mut keys, &policy, env) else {
        return Ok(None);
    };
    let claims = verdict
        .outcome
        .ok()
        .and_then(|verified| verified.claims().cloned());
    // An ID token has no `client_id`; it is not a credential.
    Ok(claims.filter(|claims| claims.has("client_id")))
}
