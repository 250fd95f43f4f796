//! `/.jwtctl/…`: a caller who knows the admin secret switches faults on and off and rotates keys
//! while the issuer runs.

use aws_lc_rs::constant_time::verify_slices_are_equal;

use super::super::env::Env;
use super::super::json::{Json, Object};
use super::IssuerState;
use super::fault::{Fault, Faults};
use super::http::{Refusal, Request, Response};

/// What the paths of administrative requests begin with.
pub(super) const PREFIX: &str = "/.jwtctl/";

/// The most faults that can be switched on at the same time.
const MAX_FAULTS: usize = 100;

/// Answers an administrative request.
pub(super) fn admin(
    state: &mut IssuerState,
    what: &str,
    request: &Request<'_>,
    env: &Env<'_>,
) -> Result<Response, Refusal> {
    let refuse = |why: &str| Refusal::unauthorized("Bearer", "invalid_token", why);
    let secret = state.settings.admin_secret.as_ref().ok_or_else(not_found)?;
    let given = request
        .authorization("Bearer")?
        .ok_or_else(|| refuse("the admin secret is missing"))?;
    if verify_slices_are_equal(secret.expose(), given.as_bytes()).is_err() {
        return Err(refuse("the admin secret is wrong"));
    }
    match (what, request.method) {
        ("faults", "GET") => {}
        ("faults", "PUT") => state.faults.0 = read(request)?,
        ("faults", "POST") => {
            let more = read(request)?;
            if state.faults.0.len() + more.len() > MAX_FAULTS {
                return Err(Refusal::new("invalid_request", "there are too many faults"));
            }
            state.faults.0.extend(more);
        }
        ("faults", "DELETE") => state.faults = Faults::default(),
        ("rotate", "POST") => state
            .keys
            .rotate(env)
            .map_err(|why| Refusal::new("invalid_request", why))?,
        ("faults" | "rotate", _) => {
            return Err(Refusal {
                status: 405,
                ..Refusal::new("invalid_request", "no such method here")
            });
        }
        _ => return Err(not_found()),
    }
    let faults: Json = state.faults.0.iter().map(Fault::to_string).collect();
    Ok(Response::json(200, Object(vec![("faults".into(), faults)])).no_store())
}

fn not_found() -> Refusal {
    Refusal {
        status: 404,
        ..Refusal::new("not_found", "there is nothing here")
    }
}

/// The faults in a body such as `{"faults":["expired","status=500*2"]}`.
fn read(request: &Request<'_>) -> Result<Vec<Fault>, Refusal> {
    let bad = |why: String| Refusal::new("invalid_request", why);
    let json =
        Json::parse(request.body).map_err(|why| bad(format!("the body is not JSON: {why}")))?;
    let listed = match json.as_object().and_then(|object| object.member("faults")) {
        Some(list @ Json::Array(_)) => list.as_strings(),
        _ => None,
    };
    let listed = listed.ok_or_else(|| bad("the body must be {'faults': ['NAME', ...]}".into()))?;
    if listed.len() > MAX_FAULTS {
        return Err(bad("there are too many faults".into()));
    }
    listed
        .into_iter()
        .map(|text| text.parse().map_err(bad))
        .collect()
}
