//! The claims that the arguments of `sign` spell, completed.

use jwtctl::core::error::{Code, Error};
use jwtctl::core::files::MAX_FILE;
use jwtctl::core::json::{Json, Object};
use jwtctl::core::time::{Timestamp, humanize};
use jwtctl::core::token::{self, Defaults};

use super::super::Context;
use super::super::input::{Claim, moment};
use super::args::Args;
use super::given::Given;

/// Seconds that a token lives unless told otherwise.
const DEFAULT_TTL: i64 = 15 * 60;

/// The claims, and what to say about them once the token stands.
pub(super) fn claims(args: &Args, context: &Context<'_>) -> Result<(Object, Vec<String>), Error> {
    let mut claims = match &args.payload {
        Some(path) => read_payload(path, context)?,
        None => Object::default(),
    };
    let now = context.env.now;
    let mut given = Given::default();
    let mut set = |claims: &mut Object, name: &str, value: Option<Json>| {
        if let Some(value) = value {
            given.flag(name);
            claims.set(name, value);
        }
    };
    let time = |flag: &str, text: &Option<String>| {
        text.as_ref()
            .map(|text| moment(text, flag, now).map(|at| Json::from(at.0)))
            .transpose()
    };
    set(&mut claims, "iss", args.iss.as_deref().map(Json::from));
    set(&mut claims, "sub", args.sub.as_deref().map(Json::from));
    set(
        &mut claims,
        "aud",
        match &args.aud[..] {
            [] => None,
            [one] => Some(one.as_str().into()),
            several => Some(several.iter().collect()),
        },
    );
    set(&mut claims, "nbf", time("--nbf", &args.nbf)?);
    set(&mut claims, "iat", time("--iat", &args.iat)?);
    set(
        &mut claims,
        "exp",
        match args.ttl {
            Some(ttl) => Some(now.plus(ttl).0.into()),
            None => time("--exp", &args.exp)?,
        },
    );
    set(
        &mut claims,
        "jti",
        (!["auto", "none"].contains(&args.jti.as_str())).then(|| args.jti.as_str().into()),
    );
    if args.no_exp {
        given.flag("exp");
    }
    for text in &args.claims {
        let claim = Claim::parse(text)?;
        given.claim(&claim, text)?;
        claim.place(&mut claims)?;
    }
    let notes = complete(&mut claims, args, context);
    warn_if_expired(&claims, context);
    check_claims(&claims)?;
    Ok((claims, notes))
}

/// Refuses claims that no verifier could take.
fn check_claims(claims: &Object) -> Result<(), Error> {
    token::check_claims(claims).map_err(|(name, why)| {
        let error = Error::input(Code::BadInput, name, why);
        match name {
            "exp" | "nbf" | "iat" => error.hint(format!(
                "use --{name} TIME, such as --{name} 2026-08-01T10:15:00Z or --{name} +1h"
            )),
            _ => error,
        }
    })
}

/// Adds what is missing, and says what of it was not asked for.
fn complete(claims: &mut Object, args: &Args, context: &Context<'_>) -> Vec<String> {
    if args.no_exp {
        claims.remove("exp");
    }
    let defaults = Defaults {
        ttl: (!args.no_exp).then_some(DEFAULT_TTL),
        iat: true,
        jti: args.jti != "none",
    };
    let added = token::complete(claims, &defaults, &context.env);
    let mut notes = Vec::new();
    if args.payload.is_some() && !added.is_empty() {
        notes.push(format!("added to the payload: {}", added.join(", ")));
    }
    if added.contains(&"exp") {
        let life = humanize(DEFAULT_TTL);
        notes.push(format!(
            "it expires in {life}; to choose: --ttl DURATION, --exp TIME or --no-exp"
        ));
    }
    notes
}

/// Says that a token is born expired, as it is where a span of time was taken for a moment.
fn warn_if_expired(claims: &Object, context: &Context<'_>) {
    /// More seconds than this are a moment, not a span: ten years.
    const LONGEST_SPAN: i64 = 315_360_000;
    let Some(Json::Number(text)) = claims.member("exp") else {
        return;
    };
    let exp = Timestamp::from_json_number(text, false);
    if exp > context.env.now {
        return;
    }
    let meant = match exp.0 {
        span @ 1..=LONGEST_SPAN => {
            format!("; for {} from now: --ttl {span}", humanize(span))
        }
        _ => String::new(),
    };
    context
        .output
        .warn(&format!("the token has expired already, at {exp}{meant}"));
}

fn read_payload(path: &str, context: &Context<'_>) -> Result<Object, Error> {
    let name = if path == "-" { "standard input" } else { path };
    let bad = |why: String| Error::input(Code::BadInput, name, why);
    if path.trim_start().starts_with('{') {
        let error = Error::usage("--payload", "takes a file, not the claims themselves");
        return Err(error.hint("write single claims as arguments, name=text or name:=JSON, or all of them to stdin: --payload -"));
    }
    let bytes = context.inputs.document(path, MAX_FILE)?;
    Object::parse_strict(bytes.expose())
        .map_err(|why| bad(why.to_string()).hint("to sign it as it is: --raw"))
}
