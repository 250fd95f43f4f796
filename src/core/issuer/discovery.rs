//! The public documents of the issuer: its metadata (OpenID Connect Discovery, RFC 8414) and its
//! key set (RFC 7517 §5).

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};

use super::super::env::Env;
use super::super::json::{Json, Object};
use super::super::jwks::KeySet;
use super::super::key::{Key, encode};
use super::fault::{Active, FaultKind};
use super::http::{Refusal, Request, Response};
use super::{IssuerState, Tenant, unavailable};

/// Seconds that verifiers may keep the key set.
const MAX_AGE: u32 = 300;

/// The metadata document, the same under the paths of OpenID Connect and of OAuth 2.0.
pub(super) fn metadata(
    state: &mut IssuerState,
    issuer: &Tenant,
    request: &Request<'_>,
    env: &Env<'_>,
) -> Result<Response, Refusal> {
    let ring = state
        .keys
        .ring(issuer.tenant.as_deref(), env)
        .map_err(unavailable)?;
    let endpoint = |path: &str| Json::from(format!("{}{path}", issuer.base).as_str());
    let list = |items: &[&str]| items.iter().collect::<Json>();
    let methods = match state.settings.clients.iter().all(|it| it.secret.is_some())
        && !state.settings.clients.is_empty()
    {
        true => list(&["client_secret_basic", "client_secret_post"]),
        false => list(&["client_secret_basic", "client_secret_post", "none"]),
    };
    let members = [
        ("issuer", Json::from(issuer.name.as_str())),
        ("authorization_endpoint", endpoint("/authorize")),
        ("token_endpoint", endpoint("/token")),
        ("jwks_uri", endpoint(&state.settings.jwks_path)),
        ("userinfo_endpoint", endpoint("/userinfo")),
        ("introspection_endpoint", endpoint("/introspect")),
        (
            "scopes_supported",
            list(&["openid", "profile", "email", "offline_access"]),
        ),
        ("response_types_supported", list(&["code"])),
        ("response_modes_supported", list(&["query"])),
        (
            "grant_types_supported",
            list(&["authorization_code", "client_credentials", "refresh_token"]),
        ),
        ("subject_types_supported", list(&["public"])),
        (
            "id_token_signing_alg_values_supported",
            list(&[ring.signing.alg.as_str()]),
        ),
        ("token_endpoint_auth_methods_supported", methods.clone()),
        ("introspection_endpoint_auth_methods_supported", methods),
        ("code_challenge_methods_supported", list(&["S256"])),
        (
            "authorization_response_iss_parameter_supported",
            Json::Bool(true),
        ),
    ];
    let document = Object(
        members
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    );
    Ok(cached(Response::json(200, document), request))
}

/// The key set.
pub(super) fn jwks(
    state: &mut IssuerState,
    issuer: &Tenant,
    request: &Request<'_>,
    active: &Active,
    env: &Env<'_>,
) -> Result<Response, Refusal> {
    let ring = state
        .keys
        .ring(issuer.tenant.as_deref(), env)
        .map_err(unavailable)?;
    let spare = state
        .spare(issuer, &ring, active, env)
        .map_err(unavailable)?;
    let spare = spare.map(|spare| Arc::clone(&spare.key));
    let keys: Vec<Arc<Key>> = if active.has(FaultKind::Rotated) || active.has(FaultKind::Stale) {
        // The key after the present one, or one from before it. Neither is the signing key of the
        // ring.
        spare.into_iter().collect()
    } else {
        ring.published
    };
    let set = KeySet {
        keys,
        dropped: Vec::new(),
    }
    .public_json();
    Ok(cached(Response::json(200, set), request))
}

/// The response with a validator, or 304 when the client has it already (RFC 9110 §13.1.2).
fn cached(response: Response, request: &Request<'_>) -> Response {
    let tag = format!(
        "\"{}\"",
        encode(&digest(&SHA256, &response.body).as_ref()[..12])
    );
    let known = request
        .headers
        .iter()
        .filter(|(name, _)| *name == "if-none-match")
        .flat_map(|(_, value)| value.split(','));
    let mut known = known.map(|it| it.trim());
    let is_known = known.any(|it| it == "*" || it.strip_prefix("W/").unwrap_or(it) == tag);
    let response = if is_known {
        Response::empty(304)
    } else {
        response
    };
    response
        .with("etag", tag)
        .with("cache-control", format!("public, max-age={MAX_AGE}"))
}
