//! What `sign` signs: claims, bytes, or the payload of a token that exists.

use jwtctl::core::error::{Code, Error};
use jwtctl::core::files::MAX_FILE;
use jwtctl::core::header::Header;
use jwtctl::core::json::{Json, Object};
use jwtctl::core::jws::{Composed, Form, Jws, Payload};

use super::super::Context;
use super::super::input::{FileSpec, Usual};
use super::args::Args;

/// What is signed, and the signatures that are there already.
pub(super) struct Content {
    /// The claims, of a JWT.
    pub(super) claims: Option<Object>,
    /// What to tell the user about them once the token is made.
    pub(super) notes: Vec<String>,
    /// The token that signatures are added to.
    pub(super) existing: Option<Composed>,
    bytes: Vec<u8>,
    is_unencoded: bool,
    is_detached: bool,
}

impl Content {
    /// Puts other claims in the place of those that there are.
    pub(super) fn replace(&mut self, claims: Object) {
        self.bytes = claims_bytes(&claims);
        self.claims = Some(claims);
    }

    pub(super) fn payload(&self) -> Payload<'_> {
        Payload {
            bytes: &self.bytes,
            is_unencoded: self.is_unencoded,
            is_detached: self.is_detached,
        }
    }
}

pub(super) fn content(args: &Args, usual: Usual, context: &Context<'_>) -> Result<Content, Error> {
    if let Some(file) = &args.add {
        return existing(file, args, context);
    }
    let (claims, notes) = match args.raw || args.detached {
        true => (None, Vec::new()),
        false => args
            .claims
            .assemble(usual, context)
            .map(|(claims, notes)| (Some(claims), notes))?,
    };
    let bytes = match &claims {
        Some(claims) => claims_bytes(claims),
        None => outside(args, "--raw", context)?,
    };
    Ok(Content {
        claims,
        notes,
        existing: None,
        bytes,
        is_unencoded: args.unencoded,
        is_detached: args.detached,
    })
}

fn claims_bytes(claims: &Object) -> Vec<u8> {
    Json::Object(claims.clone()).to_text().into_bytes()
}

/// The bytes of `--payload`.
fn outside(args: &Args, flag: &str, context: &Context<'_>) -> Result<Vec<u8>, Error> {
    match &args.claims.payload {
        Some(path) => Ok(context.inputs.content(path, MAX_FILE)?.expose().to_vec()),
        None => Err(Error::usage(flag, "needs --payload FILE")),
    }
}

/// A token that gets a further signature: its payload stays, encoded or not as it was.
fn existing(file: &FileSpec, args: &Args, context: &Context<'_>) -> Result<Content, Error> {
    if args.claims.payload.is_some() && !args.detached {
        let error = Error::usage(
            "--payload",
            "has no place beside --add, which keeps the payload",
        );
        return Err(
            error.hint("of a detached token, the payload is given with --detached --payload FILE")
        );
    }
    let bad = |why: String| Error::input(Code::BadInput, file, why);
    let document = context.inputs.document(file, MAX_FILE)?;
    let text = document
        .expose_str()
        .ok_or_else(|| bad("is not text".into()))?
        .trim();
    let outside = match args.detached {
        true => Some(outside(args, "--detached", context)?),
        false => None,
    };
    let form = outside.as_deref().map_or(Form::Raw, Form::Detached);
    let refused = |reason: jwtctl::core::error::Reason| {
        let error = bad(reason.message);
        reason.hints.into_iter().fold(error, Error::hint)
    };
    let token = Jws::parse(text, form).map_err(refused)?;
    let is_unencoded = token.headers().any(Header::is_unencoded);
    if args.unencoded && !is_unencoded {
        return Err(Error::usage(
            "--unencoded",
            "its signatures are over an encoded payload",
        ));
    }
    Ok(Content {
        claims: None,
        notes: Vec::new(),
        bytes: token.payload().to_vec(),
        existing: Some(Composed::from_text(text, form).map_err(refused)?),
        is_unencoded,
        is_detached: args.detached,
    })
}
