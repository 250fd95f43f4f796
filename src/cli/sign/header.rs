//! The header that the arguments of `sign` spell.

use jwtctl::core::error::Error;
use jwtctl::core::json::Object;
use jwtctl::core::key::Key;

use super::super::input::{HeaderArgs, Reserved};
use super::args::Args;

const RESERVED: &[Reserved] = &[
    ("alg", "choose the algorithm with --alg"),
    ("crit", ""),
    ("b64", "to sign the payload as it is: --unencoded"),
];

pub(super) fn header(args: &Args, jwt_typ: &str, is_compact: bool) -> Result<Object, Error> {
    let mut header = Object::default();
    // What is called a JWT is compact and holds claims (RFC 7519 section 1).
    let is_jwt = is_compact && !args.raw && !args.detached;
    let own = HeaderArgs {
        typ: args.typ.as_deref(),
        usual_typ: is_jwt.then_some(jwt_typ),
        parameters: &args.header,
        flags: &[("kid", args.kid.is_some())],
        reserved: RESERVED,
    };
    own.complete(&mut header)?;
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
