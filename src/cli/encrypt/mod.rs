//! `jwtctl encrypt`.

mod args;
mod recipients;

pub use args::Args;

use std::io;

use jwtctl::core::error::{Code, Error};
use jwtctl::core::files::MAX_FILE;
use jwtctl::core::header::same_type;
use jwtctl::core::json::{Json, Object};
use jwtctl::core::jwe::{self, Addressee, Encryption, JweForm};
use jwtctl::core::jws::MAX_TOKEN;
use jwtctl::core::limits::MAX_INFLATED;
use jwtctl::core::secret::Secret;
use jwtctl::core::token::Serialization;
use serde::Serialize;

use super::Context;
use super::input::{FINGERPRINT, FileSpec, HeaderArgs, Pasted, Reserved, TokenSource, Usual};
use super::output::{Page, Report};
use recipients::{addressees, content_enc};

/// Header parameters that follow from the keys and the content, or change how a reader goes about
/// them.
const RESERVED: &[Reserved] = &[
    ("alg", "choose it with --alg"),
    ("enc", "choose it with --enc"),
    ("zip", "to compress: --zip"),
    ("crit", ""),
    ("b64", ""),
    ("epk", ""),
    ("apu", ""),
    ("apv", ""),
    ("iv", ""),
    ("tag", ""),
    ("p2s", ""),
    ("p2c", "choose it with --p2c"),
];

/// A new encrypted token.
#[derive(Serialize)]
pub struct Made {
    token: String,
    kind: &'static str,
    header: Object,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<Object>,
    enc: &'static str,
    recipients: Vec<ToWhom>,
}

/// A recipient of a new token.
#[derive(Serialize)]
struct ToWhom {
    kid: Option<String>,
    alg: &'static str,
}

impl From<&Addressee> for ToWhom {
    fn from(to: &Addressee) -> Self {
        Self {
            kid: to.kid.clone(),
            alg: to.alg.as_str(),
        }
    }
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Made, Error> {
    let header = header(&args)?;
    let addressees = addressees(&args, context)?;
    let form = form(&args, &addressees)?;
    let (content, claims, notes) = content(&args, context)?;
    let aad = args
        .aad
        .as_ref()
        .map(|path| aad(path, context))
        .transpose()?;
    let how = Encryption {
        form,
        enc: content_enc(&args, &addressees),
        zip: args.zip,
        header,
        aad: aad.as_ref().map(Secret::expose),
        addressees: &addressees,
    };
    let made = jwe::encrypt(&content, &how, &context.env)?;
    if args.zip && content.len() > MAX_INFLATED {
        context.output.warn(&format!(
            "jwtctl, npm jose and jwcrypto refuse compressed content of more than {MAX_INFLATED} bytes unless told otherwise, and this has {}",
            content.len()
        ));
    }
    if made.text.len() > MAX_TOKEN {
        context.output.warn(&format!(
            "jwtctl refuses tokens of more than {MAX_TOKEN} bytes unless told otherwise (--max-size), and this has {}",
            made.text.len()
        ));
    }
    if let [_, _, ..] = &addressees[..]
        && let Some(shared) = addressees.iter().find(|it| it.alg.is_symmetric())
    {
        context.output.warn(&format!(
            "every recipient of this token can make others that {} opens: where a shared secret is to vouch for who wrote something, each recipient needs a token of its own",
            shared.key.label()
        ));
    }
    context.mask(&made.text);
    notes.iter().for_each(|note| context.output.note(note));
    Ok(Made {
        token: made.text,
        kind: form.as_str(),
        header: made.protected,
        payload: claims,
        enc: how.enc.as_str(),
        recipients: addressees.iter().map(ToWhom::from).collect(),
    })
}

/// What the tag covers besides. There is no such member where it is empty (RFC 7516 section 7.2.1).
fn aad(path: &FileSpec, context: &Context<'_>) -> Result<Secret, Error> {
    let aad = context.inputs.content(path, MAX_FILE)?;
    match aad.is_empty() {
        true => Err(Error::input(Code::BadInput, path.source_name(), "is empty")
            .hint("to cover the header alone, leave out --aad")),
        false => Ok(aad),
    }
}

fn form(args: &Args, addressees: &[Addressee]) -> Result<JweForm, Error> {
    let form = args.format.map(JweForm::from);
    match (form, addressees.len()) {
        (None | Some(JweForm::Compact), 1) if args.aad.is_some() => Err(Error::usage(
            "--aad",
            "has no place in the compact form of a token",
        )
        .hint("choose another one: --format flattened or --format general")),
        (None, 1) => Ok(JweForm::Compact),
        (None | Some(JweForm::General), _) => Ok(JweForm::General),
        (Some(form), 1) => Ok(form),
        (Some(_), count) => Err(Error::usage(
            "--format",
            format!("there are {count} recipients, which only the general form has room for"),
        )),
    }
}

fn header(args: &Args) -> Result<Object, Error> {
    let mut header = Object::default();
    let usual_cty = args.token.as_ref().map(|_| "JWT");
    if let Some(cty) = args.cty.as_deref()
        && args.token.is_none()
        && same_type(cty, "JWT")
    {
        let error = Error::usage(format!("--cty {cty}"), "says that a token is inside");
        return Err(error.hint("to encrypt a token: --token TOKEN"));
    }
    if let Some(cty) = args.cty.as_deref().or(usual_cty) {
        header.set("cty", cty.into());
    }
    let is_jwt = !args.raw && args.token.is_none();
    let own = HeaderArgs {
        typ: args.typ.as_deref(),
        usual_typ: is_jwt.then_some("JWT"),
        parameters: &args.header,
        flags: &[("cty", args.cty.is_some()), ("kid", args.kid.is_some())],
        reserved: RESERVED,
    };
    own.complete(&mut header)?;
    Ok(header)
}

/// What is encrypted: a token, bytes, or claims, which come with what there is to say about them.
fn content(
    args: &Args,
    context: &Context<'_>,
) -> Result<(Secret, Option<Object>, Vec<String>), Error> {
    if let Some(spec) = &args.token {
        let limit = MAX_TOKEN as u64;
        let token = context
            .inputs
            .token(TokenSource::Named(spec), limit, Pasted::Alone)?;
        return match Serialization::of(&token) {
            Some(Serialization::JwsCompact | Serialization::JweCompact) => {
                Ok((Secret::new(token.into_bytes()), None, Vec::new()))
            }
            Some(_) if args.cty.is_some() => {
                Ok((Secret::new(token.into_bytes()), None, Vec::new()))
            }
            _ => Err(Error::input(
                Code::BadInput,
                "--token",
                "is not a token in compact form, as a token inside another one has to be",
            )
            .hint("any bytes: --raw --payload FILE")),
        };
    }
    if let (true, Some(path)) = (args.raw, &args.claims.payload) {
        return Ok((context.inputs.content(path, MAX_FILE)?, None, Vec::new()));
    }
    if args.claims.names_fingerprint() {
        let why = "no key signs this token, whose digest that would be";
        return Err(Error::usage(format!("--iss …{FINGERPRINT}…"), why));
    }
    let (claims, notes) = args.claims.assemble(Usual::default(), context)?;
    let text = Json::Object(claims.clone()).to_text().into_bytes();
    Ok((Secret::new(text), Some(claims), notes))
}

impl Report for Made {
    const SCHEMA: &'static str = "jwtctl.encrypt/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        page.bytes(format!("{}\n", self.token).as_bytes())
    }
}
