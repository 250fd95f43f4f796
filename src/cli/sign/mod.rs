//! `jwtctl sign`.

mod args;
mod certificates;
mod content;
mod disclosure;
mod header;
mod key;
mod profile;

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
use super::input::Usual;
use super::output::{Page, Report};
use args::Format;
use certificates::certified;
use content::{Content, content};
use header::{header, with_kid};
use key::{key, refused};
use profile::{Carrier, Kind};

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
    let kind = Kind::asked(&args, context)?;
    Kind::check_format(kind.as_ref(), format)?;
    let is_json = format.is_json();
    let Prepared {
        header,
        mut content,
        keys,
        disclosures,
    } = prepared(&args, kind.as_ref(), !is_json, context)?;
    let existing = content.existing.take();
    let payload = content.payload();
    let mut composed = match existing {
        Some(existing) => existing,
        None => Composed::over(payload).map_err(|why| unsignable(&why, "--payload"))?,
    };
    let mut signatures = Vec::new();
    for (spec, (key, alg)) in args.key_specs().into_iter().zip(&keys) {
        let header = match kind.as_ref().is_none_or(Kind::names_key) {
            true => with_kid(header.clone(), &args, key)?,
            false => header.clone(),
        };
        let header = certified(header, &args, key, context)?;
        let signer = signer(key, *alg, &args, spec, context)?;
        let whole = composed
            .add(&header, payload, &signer)
            .map_err(|why| unsignable(&why, &key.label()))?;
        signatures.push(Signature::of(whole, *alg)?);
    }
    let token = written(&composed, format).map_err(|why| unsignable(&why, "--payload"))?;
    let token = match &kind {
        Some(kind) => kind.around(token, &disclosures),
        None => token,
    };
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
    let carrier = kind.map_or(Carrier::BEARER, |it| it.carrier(content.claims.as_ref()));
    Ok(Signed {
        token,
        encryption,
        header: first.header,
        payload: content.claims,
        kid: first.kid,
        alg: first.alg,
        signatures: if is_json { signatures } else { Vec::new() },
        format,
        carrier,
    })
}

/// The token in the serialization that goes with `format`.
fn written(composed: &Composed, format: Format) -> Result<String, Unsignable> {
    let text = |object: Object| Json::Object(object).to_text();
    match format {
        Format::General => Ok(text(composed.general())),
        Format::Flattened => composed.flattened().map(text),
        Format::Compact | Format::Header | Format::Curl | Format::Form => composed.compact(),
    }
}

/// What is ready to be signed, and by which keys.
struct Prepared {
    header: Object,
    content: Content,
    keys: Vec<(Arc<Key>, SigAlg)>,
    /// What follows an SD-JWT.
    disclosures: Vec<String>,
}

fn prepared(
    args: &Args,
    kind: Option<&Kind>,
    is_compact: bool,
    context: &Context<'_>,
) -> Result<Prepared, Error> {
    let mut header = header(args, kind.map_or("JWT", Kind::typ), is_compact)?;
    let usual = kind.map_or_else(Usual::default, Kind::usual);
    let mut content = content(args, usual, context)?;
    let specs = args.key_specs().into_iter();
    let keys = specs.map(|spec| key(args, spec, content.claims.as_ref(), context));
    let keys = keys.collect::<Result<Vec<_>, _>>()?;
    let mut disclosures = Vec::new();
    if let (Some(kind), Some((key, alg))) = (kind, keys.first())
        && let Some(mut claims) = content.claims.take()
    {
        disclosures = kind.complete(&mut header, &mut claims, (key, *alg), (args, context))?;
        content.replace(claims);
    }
    Ok(Prepared {
        header,
        content,
        keys,
        disclosures,
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
        ("--kb-key", args.disclosure.kb_key.as_deref()),
        ("--present", args.disclosure.present.as_deref()),
    ];
    let kind = args.kind.named();
    let named: Vec<_> = keys.chain(others).chain(kind).collect();
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
            Format::Header | Format::Form => format!("{}\n", self.carrier.line(token)),
            Format::Curl => format!("{}\n", self.carrier.curl(token)),
        };
        page.bytes(line.as_bytes())
    }
}
