//! `verify --batch`: every token of an input, judged as one alone is, by keys that are made ready
//! once.

use std::process::ExitCode;

use jwtctl::core::claims::Policy;
use jwtctl::core::env::Env;
use jwtctl::core::error::{Code, Error, Rejection};
use jwtctl::core::json::{Json, Object};
use jwtctl::core::jwe::Locked;
use jwtctl::core::jwks::{CertifiedKeys, Given, Keys, Provenance};
use jwtctl::core::key::encode;
use jwtctl::core::remote::Pool;
use jwtctl::core::session::SessionStore;
use jwtctl::core::token::{self, Accepted, Opener, Series};

use super::super::Context;
use super::super::batch::{
    self, Answer, Asked, Job, Line, Outcome, Plan, Remarks, Worker, bare, members, one_line,
    one_line_of,
};
use super::super::input::Openers;
use super::super::output::message;
use super::args::{Args, Only};
use super::keys::{Published, certified, keys};
use super::nested::{Inside, inside, is_encrypted, names_signer};
use super::session::sessions;
use super::{demanded, whole_policy};

members! {
    Valid = "valid",
    Kid = "kid",
    Payload = "payload",
    PayloadB64u = "payload_b64u",
}

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
    series: Series<'j>,
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
    let published = Published::of(args, context)?;
    let policy = whole_policy(args, context)?;
    let origin = match &published {
        Some(published) => Origin::Published(Box::new(Pool::new(published.remote(args, context)?))),
        None => match certified(args, &policy) {
            Some(keys) => Origin::Certified(keys),
            None => Origin::Given(match keys(args, "", context) {
                // Tokens that are encrypted with a shared secret and not signed need no other key.
                Err(error)
                    if error.code() == Code::BadKey
                        && args.decrypt_key.is_some()
                        && !names_signer(args) =>
                {
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
        openers: context.ready_openers(args.decrypt_key.as_ref())?,
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
            series: Series::new(&self.policy),
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
type Found = (Accepted, Option<Json>);

impl Bench<'_, '_> {
    fn judged(&mut self, asked: &Asked<'_>, env: &Env<'_>) -> Result<Found, Error> {
        let judge = self.judge;
        let args = judge.args;
        let token = asked.token(args.max_size)?;
        let accepted = match &judge.openers {
            Some(openers) if is_encrypted(token) => self.opened(token, openers, env)?,
            _ => self
                .series
                .judge(token, args.form(), &mut *self.keys, env)?,
        };
        let accepted = accepted.map_err(Error::Rejected)?;
        judge.remarks.warn(&accepted.warnings);
        if judge.sessions.is_none() && args.claim.is_none() {
            return Ok((accepted, None));
        }
        // It was read before, and without fault.
        let claims = Object::parse_part(&accepted.payload).unwrap_or_default();
        if let Some(sessions) = &judge.sessions
            && let Some(reason) = sessions.check(&claims)?.reason()
        {
            return Err(reason.into());
        }
        let claim = match &args.claim {
            Some(name) => Some(demanded(&claims, name)?.clone()),
            None => None,
        };
        Ok((accepted, claim))
    }

    /// What is inside of an encrypted token, judged.
    fn opened(
        &mut self,
        token: &str,
        openers: &Openers,
        env: &Env<'_>,
    ) -> Result<Result<Accepted, Rejection>, Error> {
        let Judge { args, policy, .. } = self.judge;
        let open: Opener<'_> = &mut |locked: &Locked<'_>| openers.open(locked, env);
        let verdict = match inside(token, Some(open), names_signer(args), policy, env)? {
            Inside::Judged(verdict) => *verdict,
            Inside::Token(token, nested) => {
                let verdict = token::verify(&token, args.form(), &mut *self.keys, policy, env)?;
                match nested {
                    Some(nested) => nested.around(verdict),
                    None => verdict,
                }
            }
        };
        Ok(Accepted::of(verdict))
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
                self.judge.remarks.unanswered(line.number, &message(error));
            }
            Ok((_, Some(claim))) => bare(claim, out),
            Ok((valid, None)) if args.payload && std::str::from_utf8(&valid.payload).is_err() => {
                let why = "the payload is not text; without --payload it is in the answer";
                self.judge.remarks.unanswered(line.number, why);
            }
            Ok((valid, None)) if args.payload => {
                out.extend_from_slice(one_line(&valid.payload).as_bytes());
                out.push(b'\n');
            }
            Ok(_) if args.only == Some(Only::Invalid) => {}
            Err(_) if args.only == Some(Only::Valid) => {}
            Ok((valid, None)) => {
                let mut answer = Answer::to(line.number, out);
                answer.json(Member::Valid, "true");
                if let Some(kid) = &valid.kid {
                    answer.text(Member::Kid, kid);
                }
                match std::str::from_utf8(&valid.payload) {
                    Ok(text) if valid.is_jwt => answer.json(Member::Payload, &one_line_of(text)),
                    Ok(text) => answer.text(Member::Payload, text),
                    Err(_) => answer.text(Member::PayloadB64u, &encode(&valid.payload)),
                }
                answer.end(asked, &[]);
            }
            Err(error) => {
                let mut answer = Answer::to(line.number, out);
                let is_bad = matches!(error, Error::Rejected(_));
                answer.json(Member::Valid, if is_bad { "false" } else { "null" });
                answer.refusal(error.code(), &message(error));
                answer.end(asked, &[]);
            }
        }
    }
}
