//! `jwtctl verify`.

mod report;

use std::sync::Arc;

use clap::ValueEnum;
use clap::builder::NonEmptyStringValueParser;
use jwtctl::core::alg::SigAlg;
use jwtctl::core::claims::{
    Check, DEFAULT_LEEWAY, MAX_LEEWAY, Policy, Requirement, Skippable, Status,
};
use jwtctl::core::error::{Code, Error, Reason, Rejection};
use jwtctl::core::files::MAX_FILE;
use jwtctl::core::json::Object;
use jwtctl::core::jwks::{Given, Keys, Provenance};
use jwtctl::core::jws::{self, Form, MAX_TOKEN};
use jwtctl::core::key::Key;
use jwtctl::core::secret::Secret;
use jwtctl::core::session::{self, DEFAULT_KEYSPACE, DEFAULT_MAX_AGE, SessionStore};
use jwtctl::core::token::{self, Verdict};

use super::Context;
use super::input::{Claim, Pasted, RedisLogin, SecretEncoding, duration, sig_alg};
use super::network::{self, Network};
use report::{Judgement, Show};

/// Verify a token: its signature and every claim
///
/// Without --key, --secret, --jwks, --jwks-uri and --issuer, the keys are those that the keystore
/// publishes.
///
/// Strict by default: the token must expire, and one that names an audience is refused unless that
/// audience is given with --aud. All checks run and all are reported. The exit code says how a
/// token failed: 10 signature, 11 expired, 12 not yet valid, 13 a claim, 14 no key, 15 algorithm or
/// header, 16 session, 17 not a token.
#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("keys").args(["key", "secret", "jwks", "jwks_uri", "issuer"])))]
pub struct Args {
    /// The token, - for stdin, @FILE or env:NAME
    token: Option<String>,

    /// Verify with this key: PATH, -, env:NAME, fd:N or store:KID
    #[arg(long, value_name = "KEYSPEC", help_heading = "Keys")]
    key: Option<String>,
    /// Verify with this HMAC secret: PATH, -, env:NAME or fd:N, never the secret itself
    #[arg(
        long,
        value_name = "KEYSPEC",
        help_heading = "Keys",
        allow_hyphen_values = true
    )]
    secret: Option<String>,
    /// How the secret is written
    #[arg(
        long,
        value_name = "ENCODING",
        default_value = "utf8",
        requires = "secret",
        help_heading = "Keys"
    )]
    secret_encoding: SecretEncoding,
    /// Verify with the key of this set that the token names
    #[arg(long, value_name = "FILE", help_heading = "Keys", value_parser = NonEmptyStringValueParser::new())]
    jwks: Option<String>,
    /// Verify with the key of the set at URL that the token names; the set is cached
    #[arg(long, value_name = "URL", help_heading = "Keys", value_parser = NonEmptyStringValueParser::new())]
    jwks_uri: Option<String>,
    /// Verify with the keys that this issuer publishes (OpenID Connect Discovery, RFC 8414); also
    /// the only iss accepted
    #[arg(long, value_name = "URL", help_heading = "Keys", value_parser = NonEmptyStringValueParser::new())]
    issuer: Option<String>,
    /// Use only the key of this id; a token that names another is refused
    #[arg(long, allow_hyphen_values = true, help_heading = "Keys", value_parser = NonEmptyStringValueParser::new())]
    kid: Option<String>,
    /// Refuse tokens that do not name their key
    #[arg(long, help_heading = "Keys")]
    require_kid: bool,
    /// Accept only these algorithms (default: what the key permits)
    #[arg(long, value_name = "ALG", value_delimiter = ',', value_parser = sig_alg(), hide_possible_values = true, help_heading = "Keys")]
    alg: Vec<SigAlg>,
    /// Accept keys that are shorter than their algorithm asks for
    #[arg(long, help_heading = "Keys")]
    allow_weak_key: bool,

    /// The issuer; repeat to accept any of several
    #[arg(long, help_heading = "Claims")]
    iss: Vec<String>,
    /// The audience that you are; repeat if you go by several names
    #[arg(long, help_heading = "Claims")]
    aud: Vec<String>,
    /// The subject
    #[arg(long, help_heading = "Claims", value_parser = NonEmptyStringValueParser::new())]
    sub: Option<String>,
    /// The media type in the header, such as at+jwt
    #[arg(long, help_heading = "Claims", value_parser = NonEmptyStringValueParser::new())]
    typ: Option<String>,
    /// A claim that must be there: NAME, NAME=TEXT or NAME:=JSON, NAME may be a JSON Pointer
    #[arg(long, value_name = "CLAIM", help_heading = "Claims")]
    require: Vec<String>,
    /// A scope that must be granted
    #[arg(long, value_name = "SCOPE", help_heading = "Claims")]
    scope: Vec<String>,
    /// How long ago it may have been issued
    #[arg(long, value_name = "DURATION", value_parser = max_age, allow_hyphen_values = true, help_heading = "Claims")]
    max_age: Option<i64>,
    /// How much clocks may differ, at most a day
    #[arg(long, value_name = "DURATION", value_parser = leeway, allow_hyphen_values = true, default_value = "60s", help_heading = "Claims")]
    leeway: i64,
    /// Claims that may be absent and are checked if present
    #[arg(
        long,
        value_name = "CLAIM",
        value_delimiter = ',',
        help_heading = "Claims"
    )]
    optional: Vec<Optional>,
    /// Checks not to make at all
    #[arg(
        long,
        value_name = "CHECK",
        value_delimiter = ',',
        help_heading = "Claims"
    )]
    skip: Vec<Skip>,

    #[command(flatten)]
    network: Network,

    /// Print the payload of a valid token exactly as it was signed, instead of the report
    #[arg(long, conflicts_with_all = ["json", "claim"], help_heading = "Output")]
    payload: bool,
    /// Print one claim of a valid token, instead of the report: a name or a JSON Pointer
    #[arg(long, value_name = "NAME", conflicts_with = "json", help_heading = "Output", value_parser = NonEmptyStringValueParser::new())]
    claim: Option<String>,

    /// Verify a signature over any bytes; no claims are judged
    #[arg(long, conflicts_with_all = CLAIM_FLAGS, help_heading = "Not a JWT")]
    raw: bool,
    /// Verify a detached signature over the bytes of FILE (or -); no claims are judged
    #[arg(long, value_name = "FILE", conflicts_with = "raw", conflicts_with_all = CLAIM_FLAGS, help_heading = "Not a JWT")]
    detached: Option<String>,

    /// Refuse tokens whose session (jti) is not live in this Redis, which is asked last and not
    /// changed; implies --optional exp. redis://HOST:PORT/DB, rediss://…, unix:///PATH, or
    /// env:NAME for a variable that holds the URL
    #[arg(long, value_name = "URL", conflicts_with_all = ["raw", "detached"], help_heading = "Redis")]
    session: Option<String>,
    /// What the keys of sessions begin with
    #[arg(long, value_name = "PREFIX", default_value = DEFAULT_KEYSPACE, requires = "session", help_heading = "Redis")]
    keyspace: String,
    #[command(flatten)]
    login: RedisLogin,

    /// Take the token of this name out of a longer text: a JSON document, a cookie line, a URL
    #[arg(long, value_name = "NAME", help_heading = None::<&str>, value_parser = NonEmptyStringValueParser::new())]
    pick: Option<String>,
    /// Refuse tokens of more bytes
    #[arg(long, value_name = "BYTES", default_value_t = MAX_TOKEN as u64, help_heading = None::<&str>)]
    max_size: u64,
}

/// What makes no sense when the signature is over bytes rather than claims. Left unsaid, it would
/// pass for checked.
const CLAIM_FLAGS: [&str; 11] = [
    "iss", "aud", "sub", "typ", "require", "scope", "max_age", "leeway", "optional", "skip",
    "claim",
];

impl Args {
    /// Whether the answer asked for is a bare value, so that JSON can only have been meant for
    /// others.
    pub fn is_bare(&self) -> bool {
        self.payload || self.claim.is_some()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Optional {
    Exp,
    Aud,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Skip {
    Exp,
    Nbf,
    Iat,
    Iss,
    Aud,
    Typ,
}

impl From<Skip> for Skippable {
    fn from(skip: Skip) -> Self {
        match skip {
            Skip::Exp => Self::Exp,
            Skip::Nbf => Self::Nbf,
            Skip::Iat => Self::Iat,
            Skip::Iss => Self::Iss,
            Skip::Aud => Self::Aud,
            Skip::Typ => Self::Typ,
        }
    }
}

fn requirement(text: &str) -> Result<Requirement, Error> {
    if !text.contains('=') {
        return Ok(Requirement {
            claim: text.into(),
            expected: None,
        });
    }
    Claim::parse(text).map(|claim| Requirement {
        claim: claim.name,
        expected: Some(claim.value),
    })
}

fn max_age(text: &str) -> Result<i64, String> {
    match duration(text).map_err(|error| error.to_string())? {
        seconds @ 0.. => Ok(seconds),
        _ => Err("an age is not negative".into()),
    }
}

fn leeway(text: &str) -> Result<i64, String> {
    match duration(text).map_err(|error| error.to_string())? {
        seconds @ 0..=MAX_LEEWAY => Ok(seconds),
        _ => Err("at most one day, and not negative".into()),
    }
}

impl Show {
    fn asked(args: &Args) -> Self {
        match (args.payload, &args.claim) {
            (true, _) => Self::Payload,
            (false, Some(_)) => Self::Nothing,
            (false, None) => Self::Report,
        }
    }
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Judgement, Error> {
    let token_spec = context.inputs.or_stdin(args.token.as_deref());
    check_stdin(&args, token_spec, context)?;
    let policy = policy(&args)?;
    let sessions = sessions(&args, context)?;
    let pasted = args.pick.as_deref().map_or(Pasted::Alone, Pasted::Picked);
    let token = match context.inputs.token(token_spec, args.max_size, pasted) {
        Ok(token) => token,
        // A token that cannot be read is a token that is refused: with a report, like every other.
        Err(Error::Rejected(rejection)) => {
            return Ok(unreadable(rejection.primary(), &policy, &args, context));
        }
        Err(other) => return Err(other),
    };
    let detached = args
        .detached
        .as_deref()
        .map(|path| context.inputs.content(path, MAX_FILE))
        .transpose()?;
    let form = match &detached {
        Some(payload) => Form::Detached(payload.expose()),
        None if args.raw => Form::Raw,
        None => Form::Jwt,
    };
    // Before a passphrase is asked for: keys are of no use to what is no token.
    if let Err(reason) = jws::parse(&token, form) {
        return Ok(unreadable(&reason, &policy, &args, context));
    }
    let (http, store);
    let mut keys: Box<dyn Keys + '_> =
        match args
            .network
            .source(args.jwks_uri.as_deref(), args.issuer.as_deref(), context)?
        {
            Some(source) => {
                http = args.network.http(Some(source.address()), context)?;
                store = args.network.store(context)?;
                Box::new(network::remote(
                    source,
                    &args.network,
                    &http,
                    store.as_ref(),
                    context,
                )?)
            }
            None => Box::new(keys(&args, context)?),
        };
    let mut verdict =
        token::verify(&token, form, &mut *keys, &policy, &context.env).inspect_err(|_| {
            keys.warnings()
                .iter()
                .for_each(|warning| context.output.warn(warning));
        })?;
    drop(keys);
    verdict.notes.iter().for_each(|it| context.output.note(it));
    for warning in &verdict.warnings {
        context.output.warn(warning);
    }
    if let Some(sessions) = sessions {
        check_session(&mut verdict, &sessions)?;
    }
    show(verdict, args, context)
}

fn check_stdin(args: &Args, token: Option<&str>, context: &Context<'_>) -> Result<(), Error> {
    let named = [
        ("TOKEN", token),
        ("--key", args.key.as_deref()),
        ("--secret", args.secret.as_deref()),
    ];
    let files = [
        ("--jwks", args.jwks.as_deref()),
        ("--detached", args.detached.as_deref()),
    ];
    let password = [(
        "--redis-password-from",
        args.login.redis_password_from.as_deref(),
    )];
    let all = [&named[..], &files, &password, &args.network.named()].concat();
    context.inputs.check_stdin(&all)
}

/// The sessions of `--session`.
fn sessions(args: &Args, context: &Context<'_>) -> Result<Option<SessionStore>, Error> {
    let login = args.login.login();
    let Some(url) = &args.session else {
        return match context.typed.first_of::<RedisLogin>() {
            Some(flag) => Err(Error::usage(flag, "needs --session URL")),
            None => Ok(None),
        };
    };
    if context.offline {
        return Err(Error::usage(
            "--session",
            "has no meaning together with --offline",
        ));
    }
    let target = context.inputs.redis(Some(url), "--session", login)?;
    Ok(Some(SessionStore::new(
        target,
        &args.keyspace,
        DEFAULT_MAX_AGE,
    )))
}

/// Asks for the session of a token that is good in every other way.
fn check_session(verdict: &mut Verdict, sessions: &SessionStore) -> Result<(), Error> {
    let check = match &verdict.outcome {
        Ok(verified) => sessions.check(verified.claims().unwrap_or(&Object::default()))?,
        Err(_) => Check::new(session::CHECK, Status::NotEvaluated, ""),
    };
    if let Some(reason) = check.reason() {
        verdict.outcome = Err(reason.into());
    }
    verdict.checks.push(check);
    Ok(())
}

fn show(mut verdict: Verdict, args: Args, context: &Context<'_>) -> Result<Judgement, Error> {
    let mut shown = Show::asked(&args);
    if let (Some(name), Ok(verified)) = (args.claim, &verdict.outcome) {
        let found = verified.claims().and_then(|claims| claims.at(&name));
        match found {
            Some(value) => shown = Show::Claim(value.clone()),
            // Asking for a claim is requiring it.
            None => {
                let reason = Reason::new(
                    Code::MissingClaim,
                    &name,
                    format!("the token has no {name}"),
                );
                verdict.checks.push(Check::from(&reason));
                verdict.outcome = Err(Rejection::new(reason));
            }
        }
    }
    Ok(Judgement {
        verdict,
        now: context.env.now,
        leeway: args.leeway,
        show: shown,
    })
}

fn unreadable(reason: &Reason, policy: &Policy, args: &Args, context: &Context<'_>) -> Judgement {
    // `none`: nobody has looked for any.
    let keys = Provenance {
        source: "none".into(),
        ..Provenance::default()
    };
    let verdict = Verdict::unreadable(reason, policy, keys);
    Judgement {
        verdict,
        now: context.env.now,
        leeway: args.leeway,
        show: Show::asked(args),
    }
}

fn policy(args: &Args) -> Result<Policy, Error> {
    let named = [
        ("--iss", &args.iss),
        ("--aud", &args.aud),
        ("--scope", &args.scope),
        ("--require", &args.require),
    ];
    if let Some((flag, _)) = named
        .into_iter()
        .find(|(_, values)| values.iter().any(String::is_empty))
    {
        return Err(Error::usage(flag, "its value is empty"));
    }
    let mut issuers = args.iss.clone();
    if let Some(issuer) = &args.issuer {
        if let Some(other) = issuers.iter().find(|it| *it != issuer) {
            return Err(Error::usage(
                "--iss",
                format!("{other:?} is not the issuer whose keys are used, {issuer:?}"),
            ));
        }
        issuers = vec![issuer.clone()];
    }
    Ok(Policy {
        algs: (!args.alg.is_empty()).then(|| args.alg.clone()),
        require_kid: args.require_kid,
        kid: args.kid.clone(),
        issuers,
        audiences: args.aud.clone(),
        subject: args.sub.clone(),
        typ: args.typ.clone(),
        scopes: args.scope.clone(),
        required: args
            .require
            .iter()
            .map(|text| requirement(text))
            .collect::<Result<_, _>>()?,
        max_age: args.max_age,
        leeway: args.leeway,
        exp_optional: args.session.is_some() || args.optional.contains(&Optional::Exp),
        aud_optional: args.optional.contains(&Optional::Aud),
        skip: args.skip.iter().copied().map(Into::into).collect(),
        allow_weak_key: args.allow_weak_key,
    })
}

/// The keys that the arguments name: never the token.
fn keys(args: &Args, context: &Context<'_>) -> Result<Given, Error> {
    let from = |source: &str, name: &str| Provenance {
        source: source.into(),
        name: name.into(),
        ..Provenance::default()
    };
    if let Some(spec) = &args.secret {
        let secret: Secret = context.inputs.secret(spec, args.secret_encoding)?;
        return Ok(Given::key(
            Arc::new(Key::from_secret(secret)),
            from("secret", "--secret"),
        ));
    }
    let (spec, flag) = match (&args.key, &args.jwks) {
        (Some(spec), _) => (spec, "--key"),
        (None, Some(spec)) => (spec, "--jwks"),
        (None, None) => return published(context),
    };
    let file = context.inputs.public_keys(spec, flag, context.env.now)?;
    for dropped in &file.dropped {
        context.output.detail(&format!(
            "{spec}: key {} of the set {}",
            dropped.index, dropped.why
        ));
    }
    let mut keys = file.keys;
    let is_set = file.is_set;
    if let Some(kid) = &args.kid
        && (is_set || keys.iter().any(|key| key.kid.is_some()))
    {
        let known: Vec<String> = keys.iter().map(|key| key.label()).collect();
        keys.retain(|key| key.kid.as_ref() == Some(kid));
        if keys.is_empty() {
            return Err(Error::usage(
                format!("--kid {kid}"),
                format!("{spec} has no such key, only {}", known.join(", ")),
            ));
        }
    }
    let provenance = from(
        if spec.starts_with("store:") {
            "keystore"
        } else {
            "file"
        },
        spec,
    );
    match &keys[..] {
        [key] if flag == "--key" && (!is_set || args.kid.is_some()) => {
            Ok(Given::key(Arc::clone(key), provenance))
        }
        _ => Ok(Given::set(keys, provenance).without(file.dropped)),
    }
}

/// What the keystore publishes.
fn published(context: &Context<'_>) -> Result<Given, Error> {
    let given = context.inputs.store()?.verifying(context.env.now);
    given.map_err(|error| {
        error.hint("name the keys: --key KEYSPEC, --jwks FILE or --secret KEYSPEC")
    })
}

const _: () = assert!(DEFAULT_LEEWAY == 60, "the default of --leeway says 60s");
