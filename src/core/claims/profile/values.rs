//! What a value must be by itself, whatever else the token has.

use super::super::super::alg::{Kty, SigAlg};
use super::super::super::error::{Code, shortened};
use super::super::super::header::same_type;
use super::super::super::hint::ClaimHint;
use super::super::super::json::{Json, Object};
use super::super::super::profile::{Profile, Supply};
use super::super::{Check, CheckStatus, any_of};

/// The refusal of a value that the caller gave nothing to compare with.
pub(super) fn unsupplied(name: &'static str, found: &Json, supply: Supply) -> Check {
    let what = supply.as_str();
    let own = match supply {
        Supply::AccessToken | Supply::Code => None,
        _ => found.as_strings().and_then(|it| it.first().copied()),
    };
    let why = match own {
        Some(own) => format!(
            "{name} is {}, and no {what} was given to compare it with",
            shortened(own)
        ),
        None => format!("the token has {name}, and no {what} was given to compare it with"),
    };
    let found = own.map(str::to_owned);
    Check::fail(name, Code::Mismatch, why).hint(ClaimHint::Supply { supply, found })
}

pub(super) fn digested(name: &'static str, found: &Json, wanted: &str, supply: Supply) -> Check {
    let what = supply.as_str();
    match found.as_str() == Some(wanted) {
        true => Check::new(name, CheckStatus::Pass, format!("is that of the {what}")),
        false => {
            let why = format!("{name} is not that of the {what}");
            Check::fail(name, Code::Mismatch, why).expected(wanted.into())
        }
    }
}

pub(super) fn typed(name: &'static str, found: &Json, types: &[&str]) -> Check {
    let own = found.as_str().unwrap_or_default();
    match types.iter().any(|it| same_type(own, it)) {
        true => Check::new(name, CheckStatus::Pass, own),
        false => {
            let why = format!("{name} is {}, not {}", shortened(own), any_of(types));
            Check::fail(name, Code::Mismatch, why).expected(types.iter().collect())
        }
    }
}

pub(super) fn no_other_kind(name: &'static str, found: &Json, own: Profile) -> Check {
    let typ = found.as_str().unwrap_or_default();
    // An SD-JWT may be typed by what it is about: example+sd-jwt.
    let lower = typ.to_ascii_lowercase();
    let is_sd_jwt = lower.ends_with("+sd-jwt") || same_type(typ, "sd-jwt");
    let is_other = |it: &&Profile| {
        let is_its = match it {
            Profile::SdJwt => is_sd_jwt,
            it => it.typ().is_some_and(|it| same_type(typ, it)),
        };
        **it != own && is_its
    };
    let kinds = Profile::ALL.iter().chain(&[Profile::KeyBinding]);
    match kinds.into_iter().find(is_other) {
        Some(other) => {
            let why = format!(
                "{name} is {}, so this is {}, not {}",
                shortened(typ),
                other.title(),
                own.title()
            );
            Check::fail(name, Code::Mismatch, why)
        }
        None => Check::new(name, CheckStatus::Pass, typ),
    }
}

pub(super) fn events(name: &'static str, found: &Json, wanted: Option<&str>) -> Check {
    let none = Object::default();
    let events = found.as_object().unwrap_or(&none);
    let refuse = |why: String| Check::fail(name, Code::Mismatch, why);
    if events.0.is_empty() {
        return refuse(format!("{name} is empty, and tells of nothing"));
    }
    if let Some((event, value)) = events.0.iter().find(|(_, it)| it.as_object().is_none()) {
        let event = shortened(event);
        return refuse(format!(
            "the event {event} is {}, not an object",
            value.kind()
        ));
    }
    match wanted {
        Some(wanted) if !events.has(wanted) => {
            refuse(format!("{name} does not have {wanted}")).expected(wanted.into())
        }
        Some(wanted) => Check::new(name, CheckStatus::Pass, wanted),
        None => {
            let names: Vec<&str> = events.0.iter().map(|(name, _)| name.as_str()).collect();
            Check::new(
                name,
                CheckStatus::Pass,
                any_of(&names).replace(" or ", " and "),
            )
        }
    }
}

pub(super) fn asymmetric(name: &'static str, found: &Json) -> Check {
    let alg = found.as_str().unwrap_or_default();
    match alg.parse::<SigAlg>() {
        Ok(known) if known.kty() != Kty::Oct => Check::new(name, CheckStatus::Pass, alg),
        _ => {
            let why = format!("{name} is {}, which has no public key", shortened(alg));
            Check::fail(name, Code::AlgNotAllowed, why)
        }
    }
}
