//! `verify --batch`: every token of an input, judged as one alone is, by keys that are made ready
//! once.

use std::borrow::Cow;
use std::process::ExitCode;

use jwtctl::core::claims::Policy;
use jwtctl::core::env::Env;
use jwtctl::core::error::Error;
use jwtctl::core::json::Json;
use jwtctl::core::jwe::Locked;
use jwtctl::core::jwks::{CertifiedKeys, Given, Keys, Provenance};
use jwtctl::core::remote::Pool;
use jwtctl::core::session::SessionStore;
use jwtctl::core::token::{self, KeyUsed, Opener, Verdict, Verified};

use super::super::Context;
use super::super::batch::{
    self, Answer, Asked, Job, Line, Outcome, Plan, Remarks, Worker, bare, one_line,
};
use super::super::input::Openers;
use super::args::{Args, Only};
use super::keys::{Published, certified, keys};
use super::nested::{Inside, inside, names_signer};
use super::session::{check_session, sessions};
use super::{check_stdin, demand, whole_policy};

/// The members of an answer.
const OWN: &[&str] = &["valid", "kid", "payload", "code", "exit_code", "message"];

/// Where the keys are from.
enum Origin<'a> {
    Published(Box<Pool<'a>>),
    Certified(CertifiedKeys),
    Given(Given),
}

/// What is done with every line.
struct Judge<'a> {
    args: &'a Args,
    policy: Policy,
    origin: Origin<'a>,
    openers: Option<Openers>,
    sessions: Option<SessionStore>,
    remarks: Remarks<'a>,
}

/// What one thread does it with.
struct Bench<'j, 'a> {
    judge: &'j Judge<'a>,
    keys: Box<dyn Keys + Send + 'j>,
}

/// Answers every line of the input.
pub(super) fn run(args: &Args, context: &Context<'_>) -> ExitCode {
    match judge_all(args, context) {
        Ok(ended) => ended,
        Err(error) => context.output.fail(&error),
    }
}

fn judge_all(args: &Args, context: &Context<'_>) -> Result<ExitCode, Error> {
    check_stdin(args, None, context)?;
    let published = Published::of(args, context)?;
    let policy = whole_policy(args, context)?;
    let origin = match &published {
        Some(published) => Origin::Published(Box::new(Pool::new(published.remote(args, context)?))),
        None => match certified(args, &policy) {
            Some(keys) => Origin::Certified(keys),
            None => Origin::Given(match keys(args, "", context) {
                // A shared secret can vouch for tokens that nobody signed, without any other key.
                Err(_) if args.decrypt_key.is_some() && !names_signer(args) => {
                    Given::keys(Vec::new(), Vec::new(), Provenance::default())
                }
                other => other?,
            }),
        },
    };
    let judge = Judge {
        args,
        policy,
        origin,
        openers: context.ready_openers(args.decrypt_key.as_deref())?,
        sessions: sessions(args, context)?,
        remarks: Remarks::new(&context.output),
    };
    let plan = Plan {
        largest: args.max_size,
        good: "valid",
    };
    Ok(batch::run(&judge, &args.batch, &plan, context))
}

impl<'a> Job for Judge<'a> {
    type Worker<'j>
        = Bench<'j, 'a>
    where
        Self: 'j;

    fn worker(&self) -> Bench<'_, 'a> {
        Bench {
            judge: self,
            keys: match &self.origin {
                Origin::Published(pool) => Box::new(pool.handle()),
                Origin::Certified(keys) => Box::new(keys.clone()),
                Origin::Given(keys) => Box::new(keys.clone()),
            },
        }
    }
}

impl Worker for Bench<'_, '_> {
    fn answer(&mut self, line: &Line<'_>, env: &Env<'_>, out: &mut Vec<u8>) -> Outcome {
        let asked = Asked::of(line, self.judge.args.batch.field.as_deref());
        let found = self.judged(&asked, env);
        self.write(line, &asked, &found, out);
        match found {
            Ok(_) => Outcome::Good,
            Err(Error::Rejected(rejection)) => Outcome::Bad(rejection.primary().code),
            Err(error) => Outcome::Open(error.code()),
        }
    }
}

/// A valid token, and the claim of it that was asked for.
type Found = (Valid, Option<Json>);

/// What is told of a valid token.
struct Valid {
    verified: Verified,
    key: Option<KeyUsed>,
}

impl Bench<'_, '_> {
    fn judged(&mut self, asked: &Asked<'_>, env: &Env<'_>) -> Result<Found, Error> {
        let token = asked.token(self.judge.args.max_size)?;
        let mut verdict = self.verdict(token, env)?;
        let judge = self.judge;
        judge.remarks.warn(&verdict.warnings);
        if let Some(sessions) = &judge.sessions {
            check_session(&mut verdict, sessions)?;
        }
        let claim = judge.args.claim.as_deref();
        let claim = claim.and_then(|name| demand(&mut verdict, name));
        let key = verdict.key;
        match verdict.outcome {
            Ok(verified) => Ok((Valid { verified, key }, claim)),
            Err(rejection) => Err(Error::Rejected(rejection)),
        }
    }

    fn verdict(&mut self, token: &str, env: &Env<'_>) -> Result<Verdict, Error> {
        let Judge { args, policy, .. } = self.judge;
        let openers = self.judge.openers.as_ref();
        let mut open;
        let open: Option<Opener<'_>> = match openers {
            Some(openers) => {
                open = |locked: &Locked<'_>| openers.open(locked, env);
                Some(&mut open)
            }
            None => None,
        };
        match inside(token, open, names_signer(args), policy, env)? {
            Inside::Judged(verdict) => Ok(*verdict),
            Inside::Token(token, nested) => {
                let verdict = token::verify(&token, args.form(), &mut *self.keys, policy, env)?;
                Ok(match nested {
                    Some(nested) => nested.around(verdict),
                    None => verdict,
                })
            }
        }
    }

    fn write(
        &self,
        line: &Line<'_>,
        asked: &Asked<'_>,
        found: &Result<Found, Error>,
        out: &mut Vec<u8>,
    ) {
        let args = self.judge.args;
        match found {
            Err(error) if args.is_bare() => {
                self.judge
                    .remarks
                    .unanswered(line.number, &error.to_string());
            }
            Ok((_, Some(claim))) => bare(claim, out),
            Ok((valid, None)) if args.payload => {
                out.extend_from_slice(one_line(valid.verified.payload()).as_bytes());
                out.push(b'\n');
            }
            Ok(_) if args.only == Some(Only::Invalid) => {}
            Err(_) if args.only == Some(Only::Valid) => {}
            Ok((valid, None)) => {
                let mut answer = Answer::to(line.number, out);
                answer.json("valid", "true");
                let kid = valid.key.as_ref().and_then(|key| key.kid.as_deref());
                if let Some(kid) = kid {
                    answer.text("kid", kid);
                }
                answer.json("payload", &payload(&valid.verified));
                answer.end(asked, OWN);
            }
            Err(error) => {
                let mut answer = Answer::to(line.number, out);
                let is_bad = matches!(error, Error::Rejected(_));
                answer.json("valid", if is_bad { "false" } else { "null" });
                answer.refusal(error.code(), &error.to_string());
                answer.end(asked, OWN);
            }
        }
    }
}

/// The payload as JSON in one line: the claims as they were signed, any other bytes as text.
fn payload(verified: &Verified) -> Cow<'_, str> {
    match verified.claims() {
        Some(_) => one_line(verified.payload()),
        None => Cow::Owned(Json::from(&*String::from_utf8_lossy(verified.payload())).to_text()),
    }
}
