//! The header that the arguments of `sign` spell.

use jwtctl::core::error::Error;
use jwtctl::core::json::Object;
use jwtctl::core::key::Key;

use super::super::input::{Claim, Given};
use super::args::Args;

pub(super) fn header(args: &Args, is_compact: bool) -> Result<Object, Error> {
    let mut header = Object::default();
    // What is called a JWT is compact and holds claims (RFC 7519 section 1).
    match &args.typ {
        Some(typ) if typ == "none" => {}
        Some(typ) => header.set("typ", typ.as_str().into()),
        None if is_compact && !args.raw && !args.detached => header.set("typ", "JWT".into()),
        None => {}
    }
    let mut given = Given::default();
    args.typ.iter().for_each(|_| given.flag("typ"));
    args.kid.iter().for_each(|_| given.flag("kid"));
    for text in &args.header {
        let claim = Claim::parse(text)?;
        let name = claim.path().swap_remove(0);
        if ["alg", "crit", "b64"].contains(&name.as_str()) {
            let error = Error::usage(
                format!("--header {text}"),
                format!("{name:?} cannot be set by hand"),
            );
            return Err(if name == "alg" {
                error.hint("choose the algorithm with --alg")
            } else {
                error
            });
        }
        given.claim(&claim, &format!("--header {text}"))?;
        claim.place(&mut header)?;
    }
    Ok(header)
}

pub(super) fn with_kid(mut header: Object, args: &Args, key: &Key) -> Result<Object, Error> {
    let kid = args
        .kid
        .as_ref()
        .or(key.kid.as_ref())
        .filter(|_| !header.has("kid"));
    if let Some(kid) = kid {
        // Behind typ, where people look for it.
        let at = usize::from(header.has("typ"));
        header
            .0
            .insert(at.min(header.0.len()), ("kid".into(), kid.as_str().into()));
    }
    Ok(header)
}
