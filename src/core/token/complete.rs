//! The claims that a new token gets without being asked.

use super::super::env::Env;
use super::super::json::{Json, Object};

/// The claims that every token should have, for those that lack them.
#[derive(Clone, Debug)]
pub struct Defaults {
    /// Seconds until `exp`; `None` adds none.
    pub ttl: Option<i64>,
    /// Whether `iat` is added.
    pub iat: bool,
    /// Whether `jti` is added, as a random UUID.
    pub jti: bool,
}

/// Adds what is missing to `claims` and names what was added.
pub fn complete(claims: &mut Object, defaults: &Defaults, env: &Env<'_>) -> Vec<&'static str> {
    let mut added = Vec::new();
    let mut add = |name: &'static str, value: Option<Json>| {
        if let Some(value) = value.filter(|_| !claims.has(name)) {
            claims.set(name, value);
            added.push(name);
        }
    };
    add("iat", defaults.iat.then(|| env.now.0.into()));
    add("exp", defaults.ttl.map(|ttl| env.now.plus(ttl).0.into()));
    add("jti", defaults.jti.then(|| env.uuid().as_str().into()));
    added
}
