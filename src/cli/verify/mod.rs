//! `jwtctl verify`.

mod args;
mod batch;
mod keys;
mod nested;
mod policy;
mod profile;
mod report;
mod session;

pub use args::Args;

use std::process::ExitCode;

use jwtctl::core::claims::{Check, Policy, nested_hint};
use jwtctl::core::error::{Code, Error, Reason, Rejection};
use jwtctl::core::files::MAX_FILE;
use jwtctl::core::json::{Json, Object};
use jwtctl::core::jwe::Locked;
use jwtctl::core::jwks::{Keys, Provenance};
use jwtctl::core::jws::{Form, Jws};
use jwtctl::core::session::SessionStore;
use jwtctl::core::time::humanize;
use jwtctl::core::token::{self, Opener, Serialization, Verdict};

use super::Context;
use super::input::{Pasted, TokenSource};
use super::output::Annotation;
use keys::{Published, certified, keys, roots};
use nested::{Inside, inside, is_encrypted, names_signer};
use policy::policy;
use profile::under_profile;
use report::{Judgement, Show};
use session::{check_session, sessions};

/// Verifies one token, or with `--batch` every one of an input.
pub fn call(args: Args, context: &Context<'_>) -> ExitCode {
    match args.batch.batch.is_some() {
        true => batch::run(&args, context),
        false => super::finish(run(args, context), context),
    }
}

fn run(args: Args, context: &Context<'_>) -> Result<Judgement, Error> {
    let only = ("--only", args.only.is_some());
    args.batch.check_unused(&[only], context)?;
    let source = context.inputs.token_source(args.token.as_ref())?;
    let policy = whole_policy(&args, context)?;
    let sessions = sessions(&args, context)?;
    let token = match read(&args, source, context)? {
        Ok(token) => token,
        Err(rejection) => {
            return show(unread(rejection.primary(), &policy), args, context);
        }
    };
    let detached = args
        .detached
        .as_ref()
        .map(|path| context.inputs.content(path, MAX_FILE))
        .transpose()?;
    let form = match &detached {
        Some(payload) => Form::Detached(payload.expose()),
        None => args.form(),
    };
    if args.decrypt_key.is_some() && !is_encrypted(&token) {
        let why = "the token is not encrypted, and --decrypt-key opens nothing";
        context.output.note(why);
    }
    let mut read = None;
    let mut open =
        |locked: &Locked<'_>| context.open_layer(locked, args.decrypt_key.as_ref(), &mut read);
    let can_open = args.decrypt_key.is_some() || context.typed.has("passphrase_from");
    let open: Option<Opener<'_>> = if can_open { Some(&mut open) } else { None };
    let inside = inside(&token, open, names_signer(&args), &policy, &context.env)?;
    let (token, nested) = match inside {
        Inside::Token(token, nested) => (token, nested),
        Inside::Judged(verdict) => return conclude(*verdict, sessions, args, context),
    };
    let around = |verdict: Verdict| match &nested {
        Some(nested) => nested.around(verdict),
        None => verdict,
    };
    // Before a passphrase is asked for: a text that is not a token needs no keys.
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

/// What the arguments demand of a token.
fn whole_policy(args: &Args, context: &Context<'_>) -> Result<Policy, Error> {
    Ok(Policy {
        roots: roots(args, context)?,
        ..under_profile(policy(args)?, args, context)?
    })
}

/// Judges the token by the keys that the arguments name.
fn judge(
    token: &str,
    form: Form<'_>,
    policy: &Policy,
    args: &Args,
    context: &Context<'_>,
) -> Result<Verdict, Error> {
    let published = Published::of(args, context)?;
    let mut keys: Box<dyn Keys + '_> = match &published {
        Some(published) => Box::new(published.remote(args, context)?),
        None => match certified(args, policy) {
            Some(keys) => Box::new(keys),
            None => Box::new(keys(args, token, context)?),
        },
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
    source: TokenSource<'_>,
    context: &Context<'_>,
) -> Result<Result<String, Rejection>, Error> {
    let pasted = args.pick.as_deref().map_or(Pasted::Alone, Pasted::Picked);
    match context.inputs.token(source, args.max_size, pasted) {
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

fn show(mut verdict: Verdict, args: Args, context: &Context<'_>) -> Result<Judgement, Error> {
    let mut shown = Show::asked(&args);
    if let (Some(name), Ok(verified)) = (&args.claim, &verdict.outcome) {
        let nothing = Object::default();
        match demanded(verified.claims().unwrap_or(&nothing), name) {
            Ok(value) => shown = Show::Claim(value.clone()),
            Err(reason) => {
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

/// A claim that is asked for, which is to require it.
fn demanded<'c>(claims: &'c Object, name: &str) -> Result<&'c Json, Reason> {
    claims.at(name).ok_or_else(|| {
        let why = format!("the token has no {name}");
        let reason = Reason::new(Code::MissingClaim, name, why);
        match claims.nested(name) {
            Some(pointer) => reason.hint(nested_hint(&pointer)),
            None => reason,
        }
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
