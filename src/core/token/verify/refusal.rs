//! Refusals in words, and the error for a key that is too short.

use super::super::super::alg::Kty;
use super::super::super::error::{Code, Error, Reason, shortened};
use super::super::super::hint::TokenHint;
use super::super::super::json::Json;
use super::super::super::jwks::{Keys, Wanted};
use super::super::super::key::{Key, Misfit};
use super::super::super::time::humanize;

pub(super) fn no_key(wanted: Wanted<'_>, keys: &dyn Keys, source: &str) -> Reason {
    if wanted.certified.is_some() {
        let why = format!("{source} has no key that is the one of the token's certificate");
        return Reason::new(Code::NoMatchingKey, "kid", why);
    }
    let known: Vec<String> = keys.all().iter().take(5).map(|key| key.label()).collect();
    let age = keys
        .provenance()
        .age_s
        .map(|age| format!(" (asked {} ago)", humanize(age)))
        .unwrap_or_default();
    let has = match known.len() {
        0 => format!("{source} has no usable key{age}"),
        _ => format!("{source} has {}{age}", known.join(", ")),
    };
    let why = match (wanted.kid, dropped_as(wanted.kid, keys)) {
        (Some(kid), None) => format!("no key {}: {has}", shortened(kid)),
        (Some(kid), Some(why)) => {
            format!(
                "key {} of {source}{age} cannot be used: it {why}",
                shortened(kid)
            )
        }
        (None, Some(why)) if known.is_empty() => format!("{has}: its first {why}"),
        (None, _) => has,
    };
    Reason {
        actual: wanted.kid.map(Json::from),
        ..Reason::new(Code::NoMatchingKey, "kid", why)
    }
}

/// Why the key that a token names, or the first one if it names no key, was left out of the set.
fn dropped_as<'k>(kid: Option<&str>, keys: &'k dyn Keys) -> Option<&'k str> {
    let mut dropped = keys.dropped().iter();
    let meant = match kid {
        Some(_) => dropped.find(|it| it.kid.as_deref() == kid),
        None => dropped.next(),
    };
    meant.map(|it| it.why.as_str())
}

/// The refusal of a token for which no key was fetched, because the token is refused for another
/// reason.
pub(super) fn not_fetched(wanted: Wanted<'_>, source: &str) -> Reason {
    let why = format!(
        "the keys of {source} are not at hand, and are not fetched for a token that is refused anyway"
    );
    Reason {
        actual: wanted.kid.map(Json::from),
        ..Reason::new(Code::NoMatchingKey, "kid", why)
    }
}

pub(super) fn alg_refused(wanted: Wanted<'_>, why: String) -> Reason {
    Reason {
        actual: Some(wanted.alg.as_str().into()),
        ..Reason::new(Code::AlgNotAllowed, "alg", why)
    }
}

/// The error for a key that is too short.
pub fn weak(source: &str, key: &Key, misfit: &Misfit) -> Error {
    let code = if key.kty() == Kty::Oct {
        Code::BadSecret
    } else {
        Code::BadKey
    };
    let subject = if key.kty() == Kty::Oct {
        "the secret".into()
    } else {
        key.label()
    };
    let error = Error::input(code, source, format!("{subject} {}", misfit.why()));
    error.hint(TokenHint::AllowWeakKey)
}
