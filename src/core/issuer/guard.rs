//! Which requests the issuer answers at all. A web page can make a browser send requests to this
//! machine, also through a host name that the page's owner lets resolve to 127.0.0.1 (DNS
//! rebinding). Both are refused.

use super::http::{Refusal, Request, Response};
use super::{Endpoint, Settings, locate, uri};

/// The request headers that a page of an allowed origin may send.
const ALLOWED_HEADERS: &str = "authorization, content-type";

/// Refuses requests that are not for this issuer, or come from a web page whose origin is not
/// allowed.
///
/// # Errors
/// The refusal.
pub(super) fn check(settings: &Settings, request: &Request<'_>) -> Result<(), Refusal> {
    let forbidden = |status, why: &str| Refusal {
        status,
        ..Refusal::new("invalid_request", why)
    };
    let host = request
        .header("host")?
        .ok_or_else(|| forbidden(400, "there is no Host"))?;
    for authority in [Some(host), request.authority].into_iter().flatten() {
        let name = uri::host(authority).ok_or_else(|| forbidden(400, "the Host is not one"))?;
        if !uri::is_loopback(name)
            && !settings
                .hosts
                .iter()
                .any(|it| it.eq_ignore_ascii_case(name))
        {
            let name = settings.names.hosts;
            let why = format!("this Host is not served here; name it with {name}");
            return Err(forbidden(421, &why));
        }
    }
    let is_let_in = match request.header("origin")? {
        Some(origin) => is_own(settings, origin) || is_allowed(settings, origin),
        None => !is_sent_by_page(request)? || is_link_to_login(settings, request)?,
    };
    is_let_in.then_some(()).ok_or_else(|| {
        let name = settings.names.origins;
        let why = format!("web pages of this origin are not let in; allow it with {name}");
        forbidden(403, &why)
    })
}

/// Whether a page of another site has made the browser send it (W3C Fetch Metadata). An unknown
/// value counts as yes.
fn is_sent_by_page(request: &Request<'_>) -> Result<bool, Refusal> {
    let site = request.header("sec-fetch-site")?;
    Ok(!matches!(site, None | Some("none" | "same-origin")))
}

/// Whether it follows a link to `/authorize`, which pages of other sites are meant to have. No
/// other endpoint is meant for navigation: with hidden frames a page could use up faults and
/// issuers.
fn is_link_to_login(settings: &Settings, request: &Request<'_>) -> Result<bool, Refusal> {
    let navigates = request.header("sec-fetch-mode")? == Some("navigate")
        && request
            .header("sec-fetch-dest")?
            .is_none_or(|it| it == "document");
    let endpoint = locate(settings, request.path);
    Ok(navigates && matches!(endpoint, Some((Endpoint::Authorize, _))))
}

/// The answer to a CORS preflight, with which a browser asks whether a page may send its request.
pub(super) fn preflight(settings: &Settings, request: &Request<'_>) -> Option<Response> {
    let origin = request
        .header("origin")
        .ok()
        .flatten()
        .filter(|origin| is_allowed(settings, origin));
    (request.method == "OPTIONS" && origin.is_some()).then(|| {
        let response = Response::empty(204).with("access-control-allow-methods", "GET, POST");
        response
            .with("access-control-allow-headers", ALLOWED_HEADERS)
            .with("access-control-max-age", "600")
    })
}

/// Adds the headers for browsers, which every answer has.
pub(super) fn label(settings: &Settings, request: &Request<'_>, response: Response) -> Response {
    let response = response
        .with("x-content-type-options", "nosniff")
        .with("referrer-policy", "no-referrer");
    if settings.origins.is_empty() {
        return response;
    }
    let response = response.with("vary", "origin");
    match request.header("origin").ok().flatten() {
        Some(origin) if is_allowed(settings, origin) => {
            response.with("access-control-allow-origin", origin)
        }
        _ => response,
    }
}

fn is_own(settings: &Settings, origin: &str) -> bool {
    uri::parse(&settings.issuer)
        .is_some_and(|own| origin == format!("{}://{}", own.scheme, own.authority))
}

fn is_allowed(settings: &Settings, origin: &str) -> bool {
    settings.origins.iter().any(|it| it == origin)
}
