//! `jwtctl sign`.

mod args;
mod certificates;
mod content;
mod header;
mod key;

pub use args::Args;

use std::io;
use std::sync::Arc;

use jwtctl::core::alg::SigAlg;
use jwtctl::core::error::{Code, Error};
use jwtctl::core::header::Header;
use jwtctl::core::json::{Json, Object};
use jwtctl::core::jwe::{self, Encrypted, Encryption, JweForm};
use jwtctl::core::jws::{Composed, Unsignable};
use jwtctl::core::key::{Job, Key, Misfit, Signer};
use jwtctl::core::secret::Secret;
use serde::Serialize;

use super::Context;
use super::output::{Page, Report};
use args::Format;
use certificates::certified;
use content::content;
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
    /// The header of the encrypted token around it.
    #[serde(skip_serializing_if = "Option::is_none")]
    encryption: Option<Object>,
    /// In a JSON form, each signature that was made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    signatures: Vec<Signature>,
    #[serde(skip)]
    format: Format,
}

/// One signature of a new token.
#[derive(Clone, Serialize)]
struct Signature {
    header: Object,
    kid: Option<String>,
    alg: &'static str,
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Signed, Error> {
    check_stdin(&args, context)?;
    args.check()?;
    let format = args.format()?;
    let is_json = matches!(format, Format::Flattened | Format::General);
    let header = header(&args, !is_json)?;
    let mut content = content(&args, context)?;
    let existing = content.existing.take();
    let payload = content.payload();
    let mut composed = match existing {
        Some(existing) => existing,
        None => Composed::over(payload).map_err(|why| unsignable(&why, "--payload"))?,
    };
    let mut signatures = Vec::new();
    for spec in args.key_specs() {
        let (key, alg) = key(&args, spec, content.claims.as_ref(), context)?;
        let header = with_kid(header.clone(), &args, &key)?;
        let header = certified(header, &args, &key, context)?;
        let signer = signer(&key, alg, &args, spec, context)?;
        let whole = composed
            .add(&header, payload, &signer)
            .map_err(|why| unsignable(&why, &key.label()))?;
        signatures.push(Signature::of(whole, alg)?);
    }
    let text = |object: Object| Json::Object(object).to_text();
    let token = match format {
        Format::General => Ok(text(composed.general())),
        Format::Flattened => composed.flattened().map(text),
        Format::Compact | Format::Header | Format::Curl => composed.compact(),
    };
    let token = token.map_err(|why| unsignable(&why, "--payload"))?;
    let encrypted = args
        .encrypt_to
        .as_deref()
        .map(|spec| encrypted(&token, spec, content.claims.is_some(), context))
        .transpose()?;
    content.notes.iter().for_each(|it| context.output.note(it));
    let first = signatures[0].clone();
    let (token, encryption) = match encrypted {
        Some(made) => (made.text, Some(made.protected)),
        None => (token, None),
    };
    context.mask(&token);
    Ok(Signed {
        token,
        encryption,
        header: first.header,
        payload: content.claims,
        kid: first.kid,
        alg: first.alg,
        signatures: if is_json { signatures } else { Vec::new() },
        format,
    })
}

fn check_stdin(args: &Args, context: &Context<'_>) -> Result<(), Error> {
    let keys = args.key.iter().map(|spec| ("--key", Some(spec.as_str())));
    let others = [
        args.secret.named(),
        ("--payload", args.claims.payload.as_deref()),
        ("--add", args.add.as_deref()),
        ("--x5c", args.x5c.as_deref()),
        ("--encrypt-to", args.encrypt_to.as_deref()),
    ];
    let named: Vec<_> = keys.chain(others).collect();
    context.inputs.check_stdin(&named)
}

/// The signed token inside an encrypted one (RFC 7519 §5.2).
fn encrypted(
    token: &str,
    spec: &str,
    is_jwt: bool,
    context: &Context<'_>,
) -> Result<Encrypted, Error> {
    let addressee = context.addressee(spec, "--encrypt-to")?;
    let cty = if is_jwt { "JWT" } else { "JOSE" };
    let how = Encryption {
        form: JweForm::Compact,
        enc: addressee.usual_enc(),
        zip: false,
        header: Object(vec![("cty".into(), cty.into())]),
        aad: None,
        addressees: &[addressee],
    };
    let content = Secret::new(token.as_bytes().to_vec());
    jwe::encrypt(&content, &how, &context.env)
}

/// The key made ready, once it may be used.
fn signer(
    key: &Arc<Key>,
    alg: SigAlg,
    args: &Args,
    spec: Option<&str>,
    context: &Context<'_>,
) -> Result<Signer, Error> {
    let signer = key
        .signer(alg, args.allow_weak_key)
        .map_err(|misfit| refused(key, &misfit, args, spec))?;
    if let Err(Misfit::Weak(why)) = key.fit(alg, Job::Sign) {
        context
            .output
            .warn(&format!("weak key: {} {why}", key.label()));
    }
    Ok(signer)
}

fn unsignable(why: &Unsignable, what: &str) -> Error {
    let code = match why {
        Unsignable::Library(_) => Code::BadKey,
        _ => Code::BadInput,
    };
    let error = Error::input(code, what, why.to_string());
    match why {
        Unsignable::NotCompact => {
            error.hint("use --detached, or a JSON form: --format flattened or general")
        }
        _ => error,
    }
}

impl Signature {
    fn of(header: Object, alg: SigAlg) -> Result<Self, Error> {
        // What verify would call malformed is not made in the first place.
        let strict = Header::parse(Json::Object(header.clone()).to_text().as_bytes());
        strict.map_err(|reason| Error::input(Code::BadInput, "--header", reason.message))?;
        Ok(Self {
            kid: header.text("kid").map(String::from),
            header,
            alg: alg.as_str(),
        })
    }
}

impl Report for Signed {
    const SCHEMA: &'static str = "jwtctl.sign/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        let token = &self.token;
        let line = match self.format {
            Format::Compact | Format::Flattened | Format::General => format!("{token}\n"),
            Format::Header => format!("Authorization: Bearer {token}\n"),
            Format::Curl => format!("header = \"Authorization: Bearer {token}\"\n"),
        };
        page.bytes(line.as_bytes())
    }
}
