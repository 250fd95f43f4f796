//! The claims that a new token gets by default.

use super::super::env::Env;
use super::super::json::{Json, Object};
use super::super::time::{MILLISECONDS_FROM, Timestamp};

/// The claims that a new token gets where it lacks them.
#[derive(Clone, Debug)]
pub struct Defaults {
    /// Seconds until `exp`; `None` adds none.
    pub ttl: Option<i64>,
    /// Whether `iat` is added.
    pub iat: bool,
    /// Whether `jti` is added, as a random UUID.
    pub jti: bool,
}

/// Refuses claims that are about to be signed and that `verify` would refuse: dates that do not
/// count seconds, an `aud` of the wrong type, nesting that is too deep.
///
/// # Errors
/// The claim, and what is wrong with it.
pub fn check_claims(claims: &Object) -> Result<(), (&'static str, String)> {
    for name in ["exp", "nbf", "iat"] {
        match claims.member(name) {
            None => {}
            Some(Json::Number(number)) => {
                let at = Timestamp::from_json_number(number, false).0;
                if at >= MILLISECONDS_FROM {
                    return Err((
                        name,
                        format!(
                            "{number} looks like milliseconds; did you mean {}?",
                            at / 1000
                        ),
                    ));
                }
            }
            Some(other) => {
                return Err((
                    name,
                    format!("is {}, and must be a number of seconds", other.kind()),
                ));
            }
        }
    }
    if let Some(aud) = claims.member("aud").filter(|it| !it.is_strings()) {
        return Err((
            "aud",
            format!(
                "is {}, and must be a string or an array of strings",
                aud.kind()
            ),
        ));
    }
    claims
        .check_limits()
        .map_err(|why| ("the payload", format!("is {why}")))
}

/// Adds what is missing to `claims` and names what was added.
pub fn complete(claims: &mut Object, defaults: &Defaults, env: &Env<'_>) -> Vec<&'static str> {
    let mut added = Vec::new();
    let mut add = |name: &'static str, value: &dyn Fn() -> Json| {
        if !claims.has(name) {
            claims.set(name, value());
            added.push(name);
        }
    };
    if defaults.iat {
        add("iat", &|| env.now.0.into());
    }
    if let Some(ttl) = defaults.ttl {
        add("exp", &|| env.now.plus(ttl).0.into());
    }
    if defaults.jti {
        add("jti", &|| env.uuid().as_str().into());
    }
    added
}
