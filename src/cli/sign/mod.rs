//! `jwtctl sign`.

mod args;
mod batch;
mod certificates;
mod content;
mod disclosure;
mod header;
mod key;
mod profile;
mod signing;

pub use args::Args;

use std::io;
use std::process::ExitCode;

use jwtctl::core::env::Env;
use jwtctl::core::error::Error;
use jwtctl::core::json::Object;
use jwtctl::core::jwe::{self, Addressee, Encrypted, Encryption, JweForm};
use jwtctl::core::secret::Secret;
use serde::Serialize;

use super::Context;
use super::input::Usual;
use super::output::{Page, Report};
use args::Format;
use content::content;
use header::header;
use profile::{Carrier, Kind};
use signing::{Signature, Signing};

/// A new token.
#[derive(Serialize)]
pub struct Signed {
    token: String,
    header: Object,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<Object>,
    kid: Option<String>,
    alg: &'static str,
    /// The header of the encrypted token around it.
    #[serde(skip_serializing_if = "Option::is_none")]
    encryption: Option<Object>,
    /// In a JSON form, each signature that was made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    signatures: Vec<Signature>,
    #[serde(skip)]
    format: Format,
    #[serde(skip)]
    carrier: Carrier,
}

/// Signs one token, or with `--batch` one for every line of an input.
pub fn call(args: Args, context: &Context<'_>) -> ExitCode {
    match args.batch.batch.is_some() {
        true => batch::run(&args, context),
        false => super::finish(run(&args, context), context),
    }
}

fn run(args: &Args, context: &Context<'_>) -> Result<Signed, Error> {
    args.batch.check_unused(&[], context)?;
    args.check()?;
    let format = args.format()?;
    let kind = Kind::asked(args, context)?;
    Kind::check_format(kind.as_ref(), format)?;
    let typ = kind.as_ref().map_or("JWT", Kind::typ);
    let header = header(args, typ, !format.is_json())?;
    let usual = kind.as_ref().map_or_else(Usual::default, Kind::usual);
    let mut content = content(args, usual, context)?;
    let existing = content.existing.take();
    let signing = Signing::prepare(args, kind.as_ref(), header, Some(&content), context)?;
    let mut disclosures = Vec::new();
    if let Some(mut claims) = content.claims.take() {
        disclosures = signing.complete(kind.as_ref(), &mut claims, &context.env)?;
        content.replace(claims);
    }
    let token = signing.sign(content.payload(), existing)?;
    let token = match &kind {
        Some(kind) => kind.around(token, &disclosures),
        None => token,
    };
    let signatures = signing.signatures();
    let encrypted = match &args.encrypt_to {
        Some(spec) => {
            let addressee = context.addressee(spec)?;
            let is_jwt = content.claims.is_some();
            Some(encrypted(&token, &addressee, is_jwt, &context.env)?)
        }
        None => None,
    };
    content.notes.iter().for_each(|it| context.output.note(it));
    let first = signatures[0].clone();
    let (token, encryption) = match encrypted {
        Some(made) => (made.text, Some(made.protected)),
        None => (token, None),
    };
    context.mask(&token);
    let carrier = kind.map_or(Carrier::BEARER, |it| it.carrier(content.claims.as_ref()));
    Ok(Signed {
        token,
        encryption,
        header: first.header,
        payload: content.claims,
        kid: first.kid,
        alg: first.alg,
        signatures: if format.is_json() {
            signatures
        } else {
            Vec::new()
        },
        format,
        carrier,
    })
}

/// The signed token inside an encrypted one (RFC 7519 §5.2).
fn encrypted(
    token: &str,
    addressee: &Addressee,
    is_jwt: bool,
    env: &Env<'_>,
) -> Result<Encrypted, Error> {
    let cty = if is_jwt { "JWT" } else { "JOSE" };
    let how = Encryption {
        form: JweForm::Compact,
        enc: addressee.usual_enc(),
        zip: false,
        header: Object(vec![("cty".into(), cty.into())]),
        aad: None,
        addressees: std::slice::from_ref(addressee),
    };
    let content = Secret::new(token.as_bytes().to_vec());
    jwe::encrypt(&content, &how, env)
}

impl Report for Signed {
    const SCHEMA: &'static str = "jwtctl.sign/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        let line = self.format.line(&self.token, self.carrier);
        page.bytes(format!("{line}\n").as_bytes())
    }
}
