//! `verify --session`: whether the session behind a token is still live.

use jwtctl::core::claims::{Check, CheckStatus};
use jwtctl::core::error::Error;
use jwtctl::core::json::Object;
use jwtctl::core::session::{self, DEFAULT_MAX_AGE, SessionStore};
use jwtctl::core::token::Verdict;

use super::super::Context;
use super::super::input::RedisLogin;
use super::args::Args;

/// The sessions of `--session`.
pub(super) fn sessions(args: &Args, context: &Context<'_>) -> Result<Option<SessionStore>, Error> {
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
pub(super) fn check_session(verdict: &mut Verdict, sessions: &SessionStore) -> Result<(), Error> {
    let check = match &verdict.outcome {
        Ok(verified) => sessions.check(verified.claims().unwrap_or(&Object::default()))?,
        Err(_) => Check::new(session::CHECK, CheckStatus::NotEvaluated, ""),
    };
    if let Some(reason) = check.reason() {
        verdict.outcome = Err(reason.into());
    }
    verdict.checks.push(check);
    Ok(())
}
