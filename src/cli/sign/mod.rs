//! `jwtctl sign`.

mod args;
mod header;
mod key;

pub use args::Args;

use std::io;

use jwtctl::core::error::{Code, Error};
use jwtctl::core::files::MAX_FILE;
use jwtctl::core::header::Header;
use jwtctl::core::json::{Json, Object};
use jwtctl::core::jws;
use jwtctl::core::key::{Job, Misfit};
use serde::Serialize;

use super::Context;
use super::output::{Page, Report};
use args::Format;
use header::{header, with_kid};
use key::{key, refused};

/// A new token.
#[derive(Serialize)]
pub struct Signed {
    token: String,
    header: Object,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<Object>,
    kid: Option<String>,
    alg: &'static str,
    #[serde(skip)]
    format: Format,
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Signed, Error> {
    let named = [
        ("--key", args.key.as_deref()),
        ("--secret", args.secret.as_deref()),
        ("--payload", args.claims.payload.as_deref()),
    ];
    context.inputs.check_stdin(&named)?;
    let raw = args.raw || args.detached;
    let header = header(&args, raw)?;
    let (claims, notes) = match raw {
        true => (None, Vec::new()),
        false => args
            .claims
            .assemble(context)
            .map(|(claims, notes)| (Some(claims), notes))?,
    };
    let (key, alg) = key(&args, claims.as_ref(), context)?;
    let header = with_kid(header, &args, &key)?;
    let signer = key
        .signer(alg, args.allow_weak_key)
        .map_err(|misfit| refused(&key, &misfit, &args))?;
    if let Err(Misfit::Weak(why)) = key.fit(alg, Job::Sign) {
        context
            .output
            .warn(&format!("weak key: {} {why}", key.label()));
    }
    let bytes = match (&claims, &args.claims.payload) {
        (Some(claims), _) => Json::Object(claims.clone()).to_text().into_bytes(),
        (None, Some(path)) => context.inputs.content(path, MAX_FILE)?.expose().to_vec(),
        (None, None) => return Err(Error::usage("--raw", "needs --payload FILE")),
    };
    // What verify would call malformed is not made in the first place.
    let mut shown = Object(vec![("alg".into(), alg.as_str().into())]);
    shown.0.extend(header.0.iter().cloned());
    let strict = Header::parse(Json::Object(shown.clone()).to_text().as_bytes());
    strict.map_err(|reason| Error::input(Code::BadInput, "--header", reason.message))?;
    let make = if args.detached {
        jws::sign_detached
    } else {
        jws::sign
    };
    let token = make(&header, &bytes, &signer)
        .map_err(|why| Error::input(Code::BadKey, key.label(), why))?;
    let kid = shown.text("kid").map(String::from);
    notes.iter().for_each(|note| context.output.note(note));
    Ok(Signed {
        token,
        header: shown,
        payload: claims,
        kid,
        alg: alg.as_str(),
        format: args.format,
    })
}

impl Report for Signed {
    const SCHEMA: &'static str = "jwtctl.sign/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        let token = &self.token;
        let line = match self.format {
            Format::Compact => format!("{token}\n"),
            Format::Header => format!("Authorization: Bearer {token}\n"),
            Format::Curl => format!("header = \"Authorization: Bearer {token}\"\n"),
        };
        page.bytes(line.as_bytes())
    }
}
