//! The proxy that the environment names, as reqwest reads it.

use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use jwtctl::core::address::Address;
use jwtctl::core::error::Error;

/// The proxy for `address`: never one for this machine.
pub fn proxy(address: &Address) -> Option<Intercept> {
    if address.is_loopback() {
        return None;
    }
    Matcher::from_system().intercept(&address.as_str().parse().ok()?)
}

/// Host and port of a proxy, for messages: a password ends at the last @.
pub fn name(intercept: &Intercept) -> String {
    let authority = intercept.uri().authority().map_or("", |it| it.as_str());
    let host = authority.rsplit('@').next().unwrap_or_default();
    host.to_owned()
}

/// The proxy in the form that reqwest takes.
pub fn through(intercept: &Intercept) -> reqwest::Result<reqwest::Proxy> {
    let proxy = reqwest::Proxy::all(intercept.uri().to_string())?;
    Ok(match intercept.basic_auth() {
        Some(auth) => proxy.custom_http_auth(auth.clone()),
        None => proxy,
    })
}

/// Refuses a proxy for `address` that cannot be used.
pub fn check(address: &Address) -> Result<(), Error> {
    let Some(intercept) = proxy(address) else {
        return Ok(());
    };
    let what = "the proxy variables";
    let has_at = intercept
        .uri()
        .authority()
        .is_some_and(|it| it.as_str().contains('@'));
    if has_at {
        let error = Error::usage(what, "have a user name or password with an @ in it");
        return Err(error.hint("write %40 for it"));
    }
    if through(&intercept).is_err() {
        let error = Error::usage(what, format!("name no usable proxy for {address}"));
        return Err(error.hint("write http://HOST:PORT into https_proxy, http_proxy or all_proxy, or name the host in no_proxy"));
    }
    Ok(())
}
