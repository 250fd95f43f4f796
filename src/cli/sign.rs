//! `jwtctl sign`.

use std::io;
use std::sync::Arc;

use clap::ValueEnum;
use clap::builder::NonEmptyStringValueParser;
use jwtctl::core::alg::{Kty, SigAlg};
use jwtctl::core::error::{Code, Error};
use jwtctl::core::files::MAX_FILE;
use jwtctl::core::header::Header;
use jwtctl::core::json::{Json, Object};
use jwtctl::core::jws;
use jwtctl::core::key::{Job, Key, Misfit};
use jwtctl::core::time::{Timestamp, humanize};
use jwtctl::core::token::{self, Defaults};
use serde::Serialize;

use super::Context;
use super::input::{Claim, SecretEncoding, duration, moment, sig_alg};
use super::output::{Page, Report};

/// Seconds that a token lives unless told otherwise.
const DEFAULT_TTL: i64 = 15 * 60;

/// Sign a token
///
/// Claims come from flags, from CLAIM arguments and from --payload. What every token should have
/// and this one lacks is added: iat (now), exp (15 minutes) and jti (a UUID). Without --key and
/// --secret, the current key of the keystore signs.
#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("signing").args(["key", "secret"])))]
pub struct Args {
    /// Claims: name=text, name:=JSON, name=@FILE, or /a/b:=JSON to set a member deeper down
    #[arg(value_name = "CLAIM")]
    claims: Vec<String>,

    /// Sign with this private key: PATH, -, env:NAME, fd:N or store:KID
    #[arg(long, value_name = "KEYSPEC", help_heading = "Key")]
    key: Option<String>,
    /// Sign with this HMAC secret: PATH, -, env:NAME or fd:N, never the secret itself
    #[arg(
        long,
        value_name = "KEYSPEC",
        help_heading = "Key",
        allow_hyphen_values = true
    )]
    secret: Option<String>,
    /// How the secret is written
    #[arg(
        long,
        value_name = "ENCODING",
        default_value = "utf8",
        requires = "secret",
        help_heading = "Key"
    )]
    secret_encoding: SecretEncoding,
    /// The algorithm (default: the usual one of those that the key permits)
    #[arg(long, value_parser = sig_alg(), hide_possible_values = true, help_heading = "Key")]
    alg: Option<SigAlg>,
    /// Picks a key from a set; the id to write into the header (default: the key's own)
    #[arg(long, allow_hyphen_values = true, help_heading = "Key", value_parser = NonEmptyStringValueParser::new())]
    kid: Option<String>,
    /// Sign with a key that is shorter than its algorithm asks for
    #[arg(long, help_heading = "Key")]
    allow_weak_key: bool,
    /// Sign what outlives its key: when it expires, the keystore no longer publishes the key
    #[arg(long, help_heading = "Key")]
    allow_outlive: bool,

    /// The issuer
    #[arg(long, help_heading = "Claims")]
    iss: Option<String>,
    /// The subject
    #[arg(long, help_heading = "Claims")]
    sub: Option<String>,
    /// The audience; repeat for several
    #[arg(long, help_heading = "Claims")]
    aud: Vec<String>,
    /// The token's id: auto for a UUID, none for none
    #[arg(
        long,
        value_name = "auto|none|VALUE",
        default_value = "auto",
        hide_default_value = true,
        help_heading = "Claims"
    )]
    jti: String,
    /// When it was issued (default: now)
    #[arg(
        long,
        value_name = "TIME",
        allow_hyphen_values = true,
        help_heading = "Claims"
    )]
    iat: Option<String>,
    /// Not valid before
    #[arg(
        long,
        value_name = "TIME",
        allow_hyphen_values = true,
        help_heading = "Claims"
    )]
    nbf: Option<String>,
    /// Not valid from then on: a time such as +1h or 2026-08-01T10:15:00Z
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with_all = ["ttl", "no_exp"], help_heading = "Claims")]
    exp: Option<String>,
    /// How long it is valid (default: 15m)
    #[arg(long, value_name = "DURATION", value_parser = duration, allow_hyphen_values = true, conflicts_with = "no_exp", help_heading = "Claims")]
    ttl: Option<i64>,
    /// Let it never expire
    #[arg(long, help_heading = "Claims")]
    no_exp: bool,
    /// Claims from a JSON file, or - for stdin; flags and CLAIM arguments go over it
    #[arg(long, value_name = "FILE", help_heading = "Claims")]
    payload: Option<String>,

    /// The media type in the header (default: JWT); none for none
    #[arg(long, help_heading = "Header")]
    typ: Option<String>,
    /// A further header parameter, written like a CLAIM
    #[arg(long, value_name = "CLAIM", help_heading = "Header")]
    header: Vec<String>,

    /// Sign the bytes of --payload as they are; nothing is added
    #[arg(long, requires = "payload", conflicts_with_all = CLAIM_FLAGS, help_heading = "Not a JWT")]
    raw: bool,
    /// Like --raw, with the payload left out of the result
    #[arg(long, requires = "payload", conflicts_with_all = CLAIM_FLAGS, help_heading = "Not a JWT")]
    detached: bool,

    /// What to print: the token, an HTTP header line, or a line for curl --config
    #[arg(long, value_enum, default_value = "compact")]
    format: Format,
}

/// What makes no sense when bytes rather than claims are signed.
const CLAIM_FLAGS: [&str; 10] = [
    "claims", "iss", "sub", "aud", "iat", "nbf", "exp", "ttl", "no_exp", "jti",
];

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The token
    Compact,
    /// Authorization: Bearer TOKEN
    Header,
    /// header = "Authorization: Bearer TOKEN"
    Curl,
}

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
        ("--payload", args.payload.as_deref()),
    ];
    context.inputs.check_stdin(&named)?;
    let raw = args.raw || args.detached;
    let header = header(&args, raw)?;
    let (claims, notes) = match raw {
        true => (None, Vec::new()),
        false => claims(&args, context).map(|(claims, notes)| (Some(claims), notes))?,
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
    let bytes = match (&claims, &args.payload) {
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

fn header(args: &Args, raw: bool) -> Result<Object, Error> {
    let mut header = Object::default();
    match &args.typ {
        Some(typ) if typ == "none" => {}
        Some(typ) => header.set("typ", typ.as_str().into()),
        None if !raw => header.set("typ", "JWT".into()),
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

/// What flags and arguments have set so far. Nothing is set twice, however it is spelt, and nothing
/// is set inside of what another one sets whole.
#[derive(Default)]
struct Given(Vec<Vec<String>>);

impl Given {
    fn flag(&mut self, name: &str) {
        self.0.push(vec![name.to_owned()]);
    }

    fn claim(&mut self, claim: &Claim, what: &str) -> Result<(), Error> {
        let path = claim.path();
        if let Some(other) = self
            .0
            .iter()
            .find(|it| it.starts_with(&path) || path.starts_with(it))
        {
            return Err(Error::usage(
                what,
                format!("{:?} is given twice", other.join("/")),
            ));
        }
        self.0.push(path);
        Ok(())
    }
}

fn with_kid(mut header: Object, args: &Args, key: &Key) -> Result<Object, Error> {
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

/// The claims, and what to say about them once the token stands.
fn claims(args: &Args, context: &Context<'_>) -> Result<(Object, Vec<String>), Error> {
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

/// The key, and the algorithm that it and the arguments agree on.
fn key(
    args: &Args,
    claims: Option<&Object>,
    context: &Context<'_>,
) -> Result<(Arc<Key>, SigAlg), Error> {
    let stored = args
        .key
        .as_deref()
        .map_or(Some(""), |spec| spec.strip_prefix("store:"));
    let key = match (&args.secret, &args.key, stored) {
        (Some(spec), ..) => Arc::new(Key::from_secret(
            context.inputs.secret(spec, args.secret_encoding)?,
        )),
        (None, _, Some(kid)) => from_store(kid, args, claims, context)?,
        (None, Some(spec), None) => pick(spec, args, context)?,
        (None, None, None) => return Err(Error::usage("sign", "needs a key")),
    };
    let alg = match args.alg {
        Some(alg) => alg,
        None => {
            let (alg, others) = usual_choice(&key, args)?;
            if let Some(other) = others.first() {
                let note = format!("signed with {alg}; another: --alg {other}");
                context.output.note(&note);
            }
            alg
        }
    };
    Ok((key, alg))
}

/// A key of the keystore: the one of that id, or the current one. Nothing is opened for a token
/// that is refused.
fn from_store(
    kid: &str,
    args: &Args,
    claims: Option<&Object>,
    context: &Context<'_>,
) -> Result<Arc<Key>, Error> {
    let store = context.inputs.store()?;
    let kid = if kid.is_empty() {
        args.kid.as_deref().unwrap_or_default()
    } else {
        kid
    };
    let entry = if kid.is_empty() {
        store.current(context.env.now)?
    } else {
        store.find(kid)?
    };
    if let Some(claims) = claims {
        let exp = match claims.member("exp") {
            Some(Json::Number(number)) => Some(Timestamp::from_json_number(number, false)),
            _ => None,
        };
        match store.check_outlive(entry, exp) {
            Err(error) if args.allow_outlive => context.output.warn(&error.to_string()),
            other => other?,
        }
    }
    let key = entry.open(&mut || context.inputs.passphrase("the keystore"))?;
    context.output.detail(&format!(
        "signed by {} of {}",
        key.label(),
        store.path().display()
    ));
    Ok(Arc::new(key))
}

fn source(args: &Args) -> String {
    match (&args.secret, &args.key) {
        (None, None) => "the keystore".into(),
        (None, Some(spec)) if spec != "-" => spec.clone(),
        (None, Some(_)) => "standard input".into(),
        _ => "--secret".into(),
    }
}

fn refused(key: &Key, misfit: &Misfit, args: &Args) -> Error {
    match misfit {
        Misfit::Weak(_) => token::weak(&source(args), key, misfit),
        Misfit::Unfit(why) => {
            Error::input(Code::BadKey, source(args), format!("{} {why}", key.label()))
        }
    }
}

/// The one private key of a file, or the one of a set that `--kid` names.
fn pick(spec: &str, args: &Args, context: &Context<'_>) -> Result<Arc<Key>, Error> {
    let file = context.inputs.key_file(spec, "--key")?;
    let bad = |why: String| Error::input(Code::BadKey, source(args), why);
    if !file.is_set {
        return file
            .keys
            .into_iter()
            .next()
            .ok_or_else(|| bad("holds no key".into()));
    }
    let known: Vec<String> = file.keys.iter().map(|key| key.label()).collect();
    let wanted = |key: &&Arc<Key>| match &args.kid {
        Some(kid) => key.kid.as_ref() == Some(kid),
        None => key.is_private() && args.alg.is_none_or(|alg| key.fit(alg, Job::Sign).is_ok()),
    };
    let fitting: Vec<&Arc<Key>> = file.keys.iter().filter(wanted).collect();
    match fitting[..] {
        [key] => Ok(Arc::clone(key)),
        [] if args.kid.is_some() => Err(bad(format!("has no such key, only {}", known.join(", ")))),
        [] => Err(bad("is a set without a private key that could sign".into())),
        _ => {
            Err(bad(format!("is a set of several: {}", known.join(", ")))
                .hint("pick one with --kid"))
        }
    }
}

/// The algorithm that the field uses with such a key, and those that it permits as well: RS256 for
/// RSA, for a secret the longest HMAC that it is long enough for. EC and OKP leave no choice.
fn usual_choice(key: &Key, args: &Args) -> Result<(SigAlg, Vec<SigAlg>), Error> {
    let mut choices = key.algorithms(Job::Sign);
    match choices[..] {
        [alg] => Ok((alg, Vec::new())),
        [] => {
            // No algorithm will do; the natural one for this key says best why.
            let natural = SigAlg::ALL.iter().find(|alg| {
                alg.kty() == key.kty() && key.curve().is_none_or(|crv| alg.curves().contains(&crv))
            });
            match natural.map(|alg| (key.fit(*alg, Job::Sign), alg)) {
                // Where weak keys are allowed, the one that asks for least.
                Some((Err(Misfit::Weak(_)), alg)) if args.allow_weak_key => Ok((*alg, Vec::new())),
                Some((Err(misfit), _)) => Err(refused(key, &misfit, args)),
                _ => Err(Error::input(
                    Code::BadKey,
                    source(args),
                    format!("{} cannot sign", key.label()),
                )),
            }
        }
        _ => {
            let usual = match key.kty() {
                Kty::Oct => choices.len() - 1,
                _ => 0,
            };
            let alg = choices.remove(usual);
            // Of RSA the other padding is the interesting one, not the longer digest.
            choices.retain(|it| it.is_pss() != alg.is_pss() || key.kty() == Kty::Oct);
            Ok((alg, choices))
        }
    }
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
