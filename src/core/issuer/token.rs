//! `/token`: client credentials, codes and refresh tokens become tokens (RFC 6749 §4.1.3, §4.4, §6;
//! RFC 7636 §4.6).

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};

use super::super::env::Env;
use super::super::json::{Json, Object};
use super::super::key::encode;
use super::clients::{Caller, authenticate};
use super::error::IssuerError;
use super::fault::Active;
use super::grants::Grant;
use super::http::{FormParameters, Refusal, Request, Response};
use super::mint::Mint;
use super::{IssuerState, Tenant, unavailable};

/// The result of a request: the grant, and the family of its refresh token if it gets one.
struct Granted {
    grant: Grant,
    family: Option<u64>,
}

/// Answers a token request. Clients of better-auth's JWT plugin ask with a `GET`: they get the
/// token alone, in JSON, or as text if `Accept` begins with `text/plain`.
pub(super) fn token(
    state: &mut IssuerState,
    issuer: &Tenant,
    request: &Request<'_>,
    active: &Active,
    env: &Env<'_>,
) -> Result<Response, Refusal> {
    if request.is_read() {
        return session_token(state, issuer, request, active, env);
    }
    let form = request
        .form()
        .map_err(|why| Refusal::new("invalid_request", why))?;
    let caller = authenticate(&state.settings.clients, request, &form)?;
    let granted = match form.value("grant_type") {
        Some("client_credentials") => client_credentials(issuer, &form, &caller, env)?,
        Some("authorization_code") => code(state, issuer, &form, &caller, env)?,
        Some("refresh_token") => refresh(state, issuer, &form, &caller, env)?,
        Some(other) => {
            return Err(Refusal::new(
                "unsupported_grant_type",
                format!("{other:?} is not supported"),
            ));
        }
        None => return Err(Refusal::new("invalid_request", "grant_type is missing")),
    };
    let remark = format!(
        "client {}: {}",
        caller.id,
        form.value("grant_type").unwrap_or_default()
    );
    answer(state, issuer, &granted, active, env).map(|response| response.remark(remark))
}

fn session_token(
    state: &mut IssuerState,
    issuer: &Tenant,
    request: &Request<'_>,
    active: &Active,
    env: &Env<'_>,
) -> Result<Response, Refusal> {
    let caller = authenticate(&state.settings.clients, request, &FormParameters::default())?;
    if !caller.proven {
        return Err(Refusal::unauthorized(
            "Basic",
            "invalid_client",
            "the client did not authenticate",
        ));
    }
    let subject = state.settings.subject().to_owned();
    let grant = plain_grant(issuer, caller.id, subject, env);
    let token = with_mint(state, issuer, active, env, |mint| {
        mint.access_token(&grant, env)
    })?;
    let accepted = request.header("accept").ok().flatten().unwrap_or_default();
    let response = match accepted.starts_with("text/plain") {
        true => Response::text(200, format!("{token}\n")),
        false => Response::json(200, Object(vec![("token".into(), token.as_str().into())])),
    };
    Ok(response.no_store())
}

fn plain_grant(issuer: &Tenant, client_id: String, subject: String, env: &Env<'_>) -> Grant {
    let (scope, audience, nonce) = (None, Vec::new(), None);
    Grant {
        tenant: issuer.tenant.clone(),
        client_id,
        subject,
        scope,
        audience,
        nonce,
        auth_time: env.now,
    }
}

fn client_credentials(
    issuer: &Tenant,
    form: &FormParameters,
    caller: &Caller,
    env: &Env<'_>,
) -> Result<Granted, Refusal> {
    if !caller.proven {
        return Err(Refusal::new(
            "unauthorized_client",
            "a public client has no credentials",
        ));
    }
    let text = |name: &str| form.value(name).map(String::from);
    let grant = Grant {
        scope: text("scope"),
        audience: text("resource")
            .or_else(|| text("audience"))
            .into_iter()
            .collect(),
        ..plain_grant(issuer, caller.id.clone(), caller.id.clone(), env)
    };
    Ok(Granted {
        grant,
        family: None,
    })
}

fn code(
    state: &mut IssuerState,
    issuer: &Tenant,
    form: &FormParameters,
    caller: &Caller,
    env: &Env<'_>,
) -> Result<Granted, Refusal> {
    let invalid = |why: &str| Refusal::new("invalid_grant", why);
    let text = form
        .value("code")
        .ok_or_else(|| Refusal::new("invalid_request", "code is missing"))?;
    let verifier = form
        .value("code_verifier")
        .ok_or_else(|| Refusal::new("invalid_request", "code_verifier is missing"))?;
    let redeemed = state.grants.redeem(text, env.now);
    let (code, family) = redeemed.ok_or_else(|| invalid("the code is unknown, used or expired"))?;
    if code.grant.client_id != caller.id || code.grant.tenant != issuer.tenant {
        return Err(invalid("the code was given to another client"));
    }
    if form.value("redirect_uri") != Some(&code.redirect_uri) {
        return Err(invalid(
            "the redirect_uri is not the one of the authorization request",
        ));
    }
    let challenge = encode(digest(&SHA256, verifier.as_bytes()).as_ref());
    let is_verifier = (43..=128).contains(&verifier.len());
    if !is_verifier
        || verify_slices_are_equal(challenge.as_bytes(), code.challenge.as_bytes()).is_err()
    {
        return Err(invalid(
            "the code_verifier does not belong to the code_challenge",
        ));
    }
    Ok(Granted {
        grant: code.grant,
        family: Some(family),
    })
}

fn refresh(
    state: &mut IssuerState,
    issuer: &Tenant,
    form: &FormParameters,
    caller: &Caller,
    env: &Env<'_>,
) -> Result<Granted, Refusal> {
    let invalid = || {
        Refusal::new(
            "invalid_grant",
            "the refresh token is unknown, used or expired",
        )
    };
    let text = form
        .value("refresh_token")
        .ok_or_else(|| Refusal::new("invalid_request", "refresh_token is missing"))?;
    let is_theirs = |grant: &Grant| grant.client_id == caller.id && grant.tenant == issuer.tenant;
    let found = state
        .grants
        .look_up(text, env.now)
        .map(|(grant, _)| grant.clone());
    if found.as_ref().is_some_and(|grant| !is_theirs(grant)) {
        return Err(invalid());
    }
    let mut grant = match (state.grants.use_up(text), found) {
        (Some(family), Some(grant)) => Granted {
            grant,
            family: Some(family),
        },
        _ => return Err(invalid()),
    };
    if let Some(scope) = form.value("scope") {
        let granted = grant.grant.scope.as_deref().unwrap_or_default();
        if !scope
            .split(' ')
            .all(|it| granted.split(' ').any(|granted| granted == it))
        {
            return Err(Refusal::new("invalid_scope", "the scope was not granted"));
        }
        grant.grant.scope = Some(scope.into());
    }
    // A nonce is for the ID token of one login, not for those of its refreshes.
    grant.grant.nonce = None;
    Ok(grant)
}

fn answer(
    state: &mut IssuerState,
    issuer: &Tenant,
    granted: &Granted,
    active: &Active,
    env: &Env<'_>,
) -> Result<Response, Refusal> {
    let grant = &granted.grant;
    let is_openid = grant
        .scope
        .as_deref()
        .is_some_and(|scope| scope.split(' ').any(|it| it == "openid"));
    let wants_id_token = granted.family.is_some() && is_openid;
    let (access_token, id_token) = with_mint(state, issuer, active, env, |mint| {
        let id_token = wants_id_token
            .then(|| mint.id_token(grant, env))
            .transpose()?;
        Ok((mint.access_token(grant, env)?, id_token))
    })?;
    let mut document = Object::default();
    document.set("access_token", access_token.as_str().into());
    document.set("token_type", "Bearer".into());
    document.set("expires_in", Json::from(state.settings.ttl));
    if let Some(scope) = &grant.scope {
        document.set("scope", scope.as_str().into());
    }
    if let Some(token) = id_token {
        document.set("id_token", token.as_str().into());
    }
    if let Some(family) = granted.family {
        let token = state.grants.refresh(grant.clone(), family, env);
        document.set("refresh_token", token.as_str().into());
    }
    Ok(Response::json(200, document).no_store())
}

fn with_mint<T>(
    state: &mut IssuerState,
    issuer: &Tenant,
    active: &Active,
    env: &Env<'_>,
    make: impl FnOnce(&Mint<'_>) -> Result<T, IssuerError>,
) -> Result<T, Refusal> {
    let ring = state
        .keys
        .ring(issuer.tenant.as_deref(), env)
        .map_err(unavailable)?;
    let spare = state
        .spare(issuer, &ring, active, env)
        .map_err(unavailable)?;
    let mint = Mint {
        settings: &state.settings,
        issuer,
        ring: &ring,
        spare: spare.as_deref(),
        active,
    };
    make(&mint).map_err(unavailable)
}
