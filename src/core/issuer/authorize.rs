//! `/authorize`: every user is logged in at once, without a password. The client still gets only a
//! code, which no other client can redeem (RFC 6749 §4.1, RFC 7636, RFC 9207).

use super::super::env::Env;
use super::grants::{AuthorizationCode, Grant};
use super::http::{FormParameters, Refusal, Request, Response, escape};
use super::{IssuerState, Settings, Tenant, uri};

/// Characters of the longest state, nonce or scope.
const MAX_TEXT: usize = 2048;

/// Answers an authorization request: a redirect, or a refusal to redirect anywhere.
pub(super) fn authorize(
    state: &mut IssuerState,
    issuer: &Tenant,
    request: &Request<'_>,
    env: &Env<'_>,
) -> Result<Response, Refusal> {
    let invalid = |why: String| Refusal::new("invalid_request", why);
    let form = match request.method {
        "POST" => request.form(),
        _ => FormParameters::parse(request.query.unwrap_or_default()),
    };
    let form = form.map_err(invalid)?;
    // Until client_id and redirect_uri are known to be right, the browser is not redirected (RFC
    // 6749 §4.1.2.1).
    let client_id = form
        .value("client_id")
        .ok_or_else(|| invalid("client_id is missing".into()))?;
    if !state.settings.clients.is_empty()
        && !state.settings.clients.iter().any(|it| it.id == client_id)
    {
        return Err(Refusal::new(
            "invalid_client",
            "the client is not registered",
        ));
    }
    let redirect_uri = form
        .value("redirect_uri")
        .ok_or_else(|| invalid("redirect_uri is missing".into()))?;
    if !may_redirect(&state.settings, redirect_uri) {
        return Err(invalid(
            "the redirect_uri is neither on this machine nor registered".into(),
        ));
    }
    let answer = match check(&form) {
        Err(refusal) => vec![
            ("error", refusal.error.to_owned()),
            ("error_description", refusal.description),
        ],
        Ok(challenge) => {
            let code = grant(&form, client_id, issuer, &state.settings, env);
            let code = AuthorizationCode {
                grant: code,
                redirect_uri: redirect_uri.into(),
                challenge: challenge.into(),
            };
            vec![("code", state.grants.code(code, env))]
        }
    };
    let shown = answer.iter().map(|(name, value)| match *name {
        "code" => "code",
        _ => value.as_str(),
    });
    let remark = format!(
        "client {client_id}: {}",
        shown.collect::<Vec<_>>().join(": ")
    );
    let state_parameter = form.value("state").map(|value| ("state", value.to_owned()));
    let parameters = answer
        .into_iter()
        .chain(state_parameter)
        .chain([("iss", issuer.name.clone())]);
    Ok(Response::empty(302)
        .with("location", location(redirect_uri, parameters))
        .no_store()
        .remark(remark))
}

/// The redirect URI with further parameters in its query.
fn location(
    redirect_uri: &str,
    parameters: impl Iterator<Item = (&'static str, String)>,
) -> String {
    let parameters: Vec<String> = parameters
        .map(|(name, value)| format!("{name}={}", escape(&value)))
        .collect();
    let joint = if redirect_uri.contains('?') { '&' } else { '?' };
    format!("{redirect_uri}{joint}{}", parameters.join("&"))
}

/// The PKCE challenge of a request, if the request is one that gets a code.
fn check(form: &FormParameters) -> Result<&str, Refusal> {
    let refuse = |error, why: &str| Err(Refusal::new(error, why));
    match form.value("response_type") {
        None => return refuse("invalid_request", "response_type is missing"),
        Some("code") => {}
        Some(_) => {
            return refuse(
                "unsupported_response_type",
                "only response_type=code is supported",
            );
        }
    }
    if form
        .value("response_mode")
        .is_some_and(|mode| mode != "query")
    {
        return refuse("invalid_request", "only response_mode=query is supported");
    }
    if form.value("request").is_some() || form.value("request_uri").is_some() {
        return refuse("request_not_supported", "request objects are not supported");
    }
    for name in [
        "state",
        "nonce",
        "scope",
        "login_hint",
        "resource",
        "audience",
    ] {
        if form
            .value(name)
            .is_some_and(|value| value.chars().count() > MAX_TEXT)
        {
            return refuse("invalid_request", "a parameter is too long");
        }
    }
    match (
        form.value("code_challenge"),
        form.value("code_challenge_method"),
    ) {
        (None, _) => refuse(
            "invalid_request",
            "code_challenge is missing: PKCE is required",
        ),
        (Some(_), method) if method != Some("S256") => {
            refuse("invalid_request", "code_challenge_method must be S256")
        }
        // The length of a SHA-256 digest in base64url.
        (Some(challenge), _) if challenge.len() == 43 => Ok(challenge),
        _ => refuse("invalid_request", "code_challenge is no S256 challenge"),
    }
}

fn grant(
    form: &FormParameters,
    client_id: &str,
    issuer: &Tenant,
    settings: &Settings,
    env: &Env<'_>,
) -> Grant {
    let text = |name: &str| form.value(name).map(String::from);
    Grant {
        tenant: issuer.tenant.clone(),
        client_id: client_id.into(),
        subject: text("login_hint").unwrap_or_else(|| settings.subject().into()),
        scope: text("scope"),
        audience: text("resource")
            .or_else(|| text("audience"))
            .into_iter()
            .collect(),
        nonce: text("nonce"),
        auth_time: env.now,
    }
}

/// Whether a browser may be redirected there: to this machine on any port, or to exactly a
/// registered address.
fn may_redirect(settings: &Settings, redirect_uri: &str) -> bool {
    let on_this_machine = || {
        let address = uri::parse(redirect_uri)?;
        uri::host(address.authority).map(uri::is_loopback)
    };
    settings.redirect_uris.iter().any(|it| it == redirect_uri) || on_this_machine() == Some(true)
}
