//! `jwtctl verify`.

mod args;
mod keys;
mod nested;
mod policy;
mod profile;
mod report;
mod session;

pub use args::Args;

use jwtctl::core::claims::{Check, Policy, nested_hint};
use jwtctl::core::error::{Code, Error, Reason, Rejection};
use jwtctl::core::files::MAX_FILE;
use jwtctl::core::jwks::{CertifiedKeys, Keys, Provenance};
use jwtctl::core::jws::{Form, Jws};
use jwtctl::core::profile::Profile;
use jwtctl::core::session::SessionStore;
use jwtctl::core::time::humanize;
use jwtctl::core::token::{self, Serialization, Verdict};

use super::Context;
use super::input::Pasted;
use super::network;
use super::output::Annotation;
use keys::{keys, roots};
use nested::{Inside, inside};
use policy::policy;
use profile::under_profile;
use report::{Judgement, Show};
use session::{check_session, sessions};

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Judgement, Error> {
    let token_spec = context.inputs.or_stdin(args.token.as_deref());
    check_stdin(&args, token_spec, context)?;
    let policy = Policy {
        roots: roots(&args, context)?,
        ..under_profile(policy(&args)?, &args, context)?
    };
    let sessions = sessions(&args, context)?;
    let token = match read(&args, token_spec, context)? {
        Ok(token) => token,
        Err(rejection) => {
            return show(unread(rejection.primary(), &policy), args, context);
        }
    };
    let detached = args
        .detached
        .as_deref()
        .map(|path| context.inputs.content(path, MAX_FILE))
        .transpose()?;
    let form = match &detached {
        Some(payload) => Form::Detached(payload.expose()),
        None if args.raw => Form::Raw,
        None if args.allow_padding => Form::PaddedJwt,
        None => Form::Jwt,
    };
    let (token, nested) = match inside(token, form, &policy, &args, context)? {
        Inside::Token(token, nested) => (token, nested),
        Inside::Judged(verdict) => return conclude(*verdict, sessions, args, context),
    };
    let around = |verdict: Verdict| match &nested {
        Some(nested) => nested.around(verdict),
        None => verdict,
    };
    // Before a passphrase is asked for: keys are of no use to what is no token.
    if let Err(mut reason) = token::check_form(&token, form, &policy) {
        if matches!(form, Form::Jwt) && Jws::parse(&token, Form::PaddedJwt).is_ok() {
            reason = reason.hint("padding as AWS's load balancers write it: --allow-padding");
        }
        let verdict = around(unread(&openable(reason, &token), &policy));
        return show(verdict, args, context);
    }
    let verdict = judge(&token, form, &policy, &args, context)?;
    conclude(around(verdict), sessions, args, context)
}

/// Judges the token by the keys that the arguments name.
fn judge(
    token: &str,
    form: Form<'_>,
    policy: &Policy,
    args: &Args,
    context: &Context<'_>,
) -> Result<Verdict, Error> {
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
            None if policy.profile.is_some_and(Profile::brings_its_key) => {
                Box::new(CertifiedKeys::new(Provenance {
                    source: "header".into(),
                    name: "the token's own header".into(),
                    ..Provenance::default()
                }))
            }
            None if policy.roots.is_some() && args.key.is_empty() && args.jwks.is_empty() => {
                Box::new(CertifiedKeys::new(Provenance {
                    source: "certificate".into(),
                    name: args.roots.clone().unwrap_or_default(),
                    ..Provenance::default()
                }))
            }
            None => Box::new(keys(args, token, context)?),
        };
    token::verify(token, form, &mut *keys, policy, &context.env).inspect_err(|_| {
        keys.warnings()
            .iter()
            .for_each(|warning| context.output.warn(warning));
    })
}

/// The text of the token. One that cannot be read is one that is refused: with a report, like every
/// other.
fn read(
    args: &Args,
    spec: Option<&str>,
    context: &Context<'_>,
) -> Result<Result<String, Rejection>, Error> {
    let pasted = args.pick.as_deref().map_or(Pasted::Alone, Pasted::Picked);
    match context.inputs.token(spec, args.max_size, pasted) {
        Ok(token) => Ok(Ok(token)),
        Err(Error::Rejected(rejection)) => Ok(Err(rejection)),
        Err(other) => Err(other),
    }
}

/// The last check, where there is one, and the answer.
fn conclude(
    mut verdict: Verdict,
    sessions: Option<SessionStore>,
    args: Args,
    context: &Context<'_>,
) -> Result<Judgement, Error> {
    verdict.notes.iter().for_each(|it| context.output.note(it));
    details(&verdict, context);
    for warning in &verdict.warnings {
        context.output.warn(warning);
    }
    if let Some(sessions) = sessions {
        check_session(&mut verdict, &sessions)?;
    }
    show(verdict, args, context)
}

/// What -v adds: which key, and where the keys came from.
fn details(verdict: &Verdict, context: &Context<'_>) {
    if let Some(key) = &verdict.key {
        let thumbprint = key.thumbprint.as_deref();
        let thumbprint = thumbprint.map_or_else(String::new, |it| format!(", thumbprint {it}"));
        context.output.detail(&format!(
            "the key tried last is {} for {} of {}{thumbprint}",
            key.kty, key.alg, key.source
        ));
    }
    let keys = &verdict.keys;
    let state = keys
        .state
        .as_ref()
        .map_or_else(String::new, |it| format!(", {it}"));
    let age = keys
        .age_s
        .map_or_else(String::new, |it| format!(", {} old", humanize(it)));
    let source = &keys.source;
    context
        .output
        .detail(&format!("the keys came from: {source}{state}{age}"));
}

fn check_stdin(args: &Args, token: Option<&str>, context: &Context<'_>) -> Result<(), Error> {
    let keys = args.key.iter().map(|spec| ("--key", Some(spec.as_str())));
    let sets = args.jwks.iter().map(|spec| ("--jwks", Some(spec.as_str())));
    let named: Vec<_> = [("TOKEN", token)]
        .into_iter()
        .chain(keys)
        .chain(sets)
        .collect();
    let files = [
        args.secret.named(),
        ("--decrypt-key", args.decrypt_key.as_deref()),
        ("--roots", args.roots.as_deref()),
        ("--detached", args.detached.as_deref()),
    ];
    let password = [(
        "--redis-password-from",
        args.login.redis_password_from.as_deref(),
    )];
    let kind = args.kind.named();
    let all = [&named[..], &files, &kind, &password, &args.network.named()].concat();
    context.inputs.check_stdin(&all)
}

fn show(mut verdict: Verdict, args: Args, context: &Context<'_>) -> Result<Judgement, Error> {
    let mut shown = Show::asked(&args);
    if let (Some(name), Ok(verified)) = (args.claim, &verdict.outcome) {
        let found = verified.claims().and_then(|claims| claims.at(&name));
        match found {
            Some(value) => shown = Show::Claim(value.clone()),
            // Asking for a claim is requiring it.
            None => {
                let why = format!("the token has no {name}");
                let reason = Reason::new(Code::MissingClaim, &name, why);
                let nested = verified.claims().and_then(|it| it.nested(&name));
                let reason = match nested {
                    Some(pointer) => reason.hint(nested_hint(&pointer)),
                    None => reason,
                };
                verdict.checks.push(Check::from(&reason));
                verdict.outcome = Err(Rejection::new(reason));
            }
        }
    }
    if let Err(rejection) = &verdict.outcome
        && context.inputs.in_github_workflow()
    {
        let reason = rejection.primary();
        context.output.annotate(&Annotation {
            level: "error",
            file: None,
            title: &format!("jwtctl verify: {}", reason.code),
            message: &reason.message,
        });
    }
    Ok(Judgement {
        verdict,
        now: context.env.now,
        leeway: args.leeway,
        profile: args.kind.profile,
        policy: context.policy.clone(),
        show: shown,
    })
}

/// What to do about a token that is encrypted.
fn openable(reason: Reason, token: &str) -> Reason {
    match Serialization::of(token) {
        Some(Serialization::JweCompact | Serialization::JweJson) => {
            reason.hint("to open it, and judge what is inside: --decrypt-key KEYSPEC")
        }
        _ => reason,
    }
}

/// The refusal of what no keys were looked for.
fn unread(reason: &Reason, policy: &Policy) -> Verdict {
    let keys = Provenance {
        source: "none".into(),
        ..Provenance::default()
    };
    Verdict::unreadable(reason, policy, keys)
}
