//! `verify --batch`: every token of an input, judged as one alone is, by keys that are made ready
//! once.

use std::process::ExitCode;

use jwtctl::core::claims::Policy;
use jwtctl::core::env::Env;
use jwtctl::core::error::{Error, Reason};
use jwtctl::core::json::Json;
use jwtctl::core::jwe::Locked;
use jwtctl::core::jwks::{CertifiedKeys, Given, Keys};
use jwtctl::core::remote::Pool;
use jwtctl::core::session::SessionStore;
use jwtctl::core::token::{self, Opener, Verdict};

use super::super::Context;
use super::super::batch::{self, Answer, Asked, Job, Line, Outcome, Plan, Remarks, Worker, bare};
use super::super::input::{Openers, strip};
use super::args::{Args, Only};
use super::keys::{Published, certified, keys, roots};
use super::nested::{Inside, inside, names_signer};
use super::policy::policy;
use super::session::{check_session, sessions};
use super::{check_stdin, demand};

/// The members of an answer.
const OWN: &[&str] = &["valid", "kid", "payload", "code", "exit_code", "message"];

/// Bytes that a line may have besides the token: of an object around it, or of what is copied along.
const BESIDE: u64 = 1024 * 1024;

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
    let origin = match &published {
        Some(published) => Origin::Published(Box::new(Pool::new(published.remote(args, context)?))),
        None => match certified(args) {
            Some(keys) => Origin::Certified(keys),
            None => Origin::Given(keys(args, "", context)?),
        },
    };
    let judge = Judge {
        args,
        policy: Policy {
            roots: roots(args, context)?,
            ..policy(args)?
        },
        origin,
        openers: openers(args, context)?,
        sessions: sessions(args, context)?,
        remarks: Remarks::new(&context.output),
    };
    let plan = Plan {
        input: args.batch.batch.as_deref().unwrap_or("-"),
        longest: args.max_size.saturating_add(BESIDE),
        good: "valid",
    };
    Ok(batch::run(&judge, &args.batch, &plan, context))
}

/// The keys that open encrypted tokens.
fn openers(args: &Args, context: &Context<'_>) -> Result<Option<Openers>, Error> {
    match args.decrypt_key.as_deref() {
        Some("store:") => {
            let why = "takes the keys that each token names, and --batch makes its keys ready once";
            Err(Error::usage("--decrypt-key store:", why).hint("name the key: store:KID"))
        }
        Some(spec) => context.named_openers(spec, "--decrypt-key", None).map(Some),
        None if context.typed.has("passphrase_from") => context.passphrase_opener().map(Some),
        None => Ok(None),
    }
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
        let (found, outcome) = match self.judged(&asked, env) {
            Ok(found) => (Ok(found), Outcome::Good),
            Err(error @ Error::Rejected(_)) => {
                let code = error.code();
                (Err(error), Outcome::Bad(code))
            }
            Err(error) => {
                let code = error.code();
                (Err(error), Outcome::Open(code))
            }
        };
        self.write(line, &asked, &found, &outcome, out);
        outcome
    }
}

/// A valid token, and the claim of it that was asked for.
type Found = (Verdict, Option<Json>);

impl Bench<'_, '_> {
    fn judged(&mut self, asked: &Asked<'_>, env: &Env<'_>) -> Result<Found, Error> {
        let text = asked.text.as_ref().map_err(Reason::clone)?;
        let mut verdict = self.verdict(text, env)?;
        let judge = self.judge;
        judge.remarks.warn(&verdict.warnings);
        if let Some(sessions) = &judge.sessions {
            check_session(&mut verdict, sessions)?;
        }
        let claim = judge.args.claim.as_deref();
        let claim = claim.and_then(|name| demand(&mut verdict, name));
        match verdict.outcome {
            Ok(_) => Ok((verdict, claim)),
            Err(rejection) => Err(Error::Rejected(rejection)),
        }
    }

    fn verdict(&mut self, text: &str, env: &Env<'_>) -> Result<Verdict, Error> {
        let Judge { args, policy, .. } = self.judge;
        let token = strip(text);
        if token.is_empty() {
            return Err(Reason::malformed("there is no token: the line is empty").into());
        }
        if token.len() as u64 > args.max_size {
            let why = format!("the token is larger than {} bytes", args.max_size);
            return Err(Reason::malformed(why).into());
        }
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
        outcome: &Outcome,
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
            Ok((verdict, None)) if args.payload => {
                out.extend_from_slice(payload(verdict).as_bytes());
                out.push(b'\n');
            }
            Ok(_) if args.only == Some(Only::Invalid) => {}
            Err(_) if args.only == Some(Only::Valid) => {}
            Ok((verdict, None)) => {
                let mut answer = Answer::to(line.number, out);
                answer.json("valid", "true");
                let kid = verdict.key.as_ref().and_then(|key| key.kid.as_deref());
                if let Some(kid) = kid {
                    answer.text("kid", kid);
                }
                answer.json("payload", &payload(verdict));
                answer.end(asked, OWN);
            }
            Err(error) => {
                let mut answer = Answer::to(line.number, out);
                let is_open = matches!(outcome, Outcome::Open(_));
                answer.json("valid", if is_open { "null" } else { "false" });
                answer.refusal(error.code(), &error.to_string());
                answer.end(asked, OWN);
            }
        }
    }
}

/// The payload in one line, numbers and duplicates as they were signed; of what is no JWT, as text.
fn payload(verdict: &Verdict) -> String {
    let Ok(verified) = &verdict.outcome else {
        return String::new();
    };
    match verified.claims() {
        Some(claims) => Json::Object(claims.clone()).to_text(),
        None => Json::from(&*String::from_utf8_lossy(verified.payload())).to_text(),
    }
}
