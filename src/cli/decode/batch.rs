//! `decode --batch`: what is in every token of an input.

use std::process::ExitCode;

use jwtctl::core::env::Env;
use jwtctl::core::error::{Code, Error};
use jwtctl::core::jwe::Locked;
use jwtctl::core::token::Opener;

use super::super::Context;
use super::super::batch::{
    self, Answer, Asked, Job, Line, Outcome, Plan, Remarks, Worker, bare, members, one_line,
};
use super::super::input::Openers;
use super::document::MEMBERS;
use super::{Args, Look, Show, find_claim, look, part_bytes};

members! { Ok = "ok" }

/// What is done with every line.
struct Reader<'a> {
    args: &'a Args,
    openers: Option<Openers>,
    remarks: Remarks<'a>,
}

/// Answers every line of the input.
pub(super) fn run(args: &Args, context: &Context<'_>) -> ExitCode {
    let reader = || {
        Ok(Reader {
            args,
            openers: context.ready_openers(args.decrypt_key.as_ref())?,
            remarks: Remarks::new(&context.output),
        })
    };
    let plan = Plan {
        largest: args.max_size,
        good: "decoded",
    };
    match reader() {
        Ok(reader) => batch::run(&reader, &args.batch, &plan, context),
        Err(error) => context.output.fail(&error),
    }
}

impl Job for Reader<'_> {
    type Worker<'j>
        = &'j Self
    where
        Self: 'j;

    fn worker(&self) -> &Self {
        self
    }
}

impl Worker for &Reader<'_> {
    fn answer(&mut self, line: &Line<'_>, env: &Env<'_>, out: &mut Vec<u8>) -> Outcome {
        let asked = Asked::of(line, self.args.batch.field.as_deref());
        let found = self.look(&asked, env);
        let (code, why) = match &found {
            Ok(Look {
                show: Show::NoClaim(why),
                ..
            }) => (Code::MissingClaim, why.clone()),
            Ok(look) => {
                write(look, line, &asked, out);
                return Outcome::Good;
            }
            Err(error) => (error.code(), error.to_string()),
        };
        if self.args.is_bare() {
            self.remarks.unanswered(line.number, &why);
        } else {
            let mut answer = Answer::to(line.number, out);
            answer.json(Member::Ok, "false");
            answer.refusal(code, &why);
            answer.end(&asked, MEMBERS);
        }
        Outcome::Bad(code)
    }
}

impl Reader<'_> {
    fn look(&self, asked: &Asked<'_>, env: &Env<'_>) -> Result<Look, Error> {
        let token = asked.token(self.args.max_size)?;
        let openers = self.openers.as_ref();
        let mut open;
        let open: Option<Opener<'_>> = match openers {
            Some(openers) => {
                open = |locked: &Locked<'_>| openers.open(locked, env);
                Some(&mut open)
            }
            None => None,
        };
        let (decoded, layers) = look(token, open)?;
        let show = match (&self.args.claim, self.args.part) {
            (Some(name), _) => find_claim(&decoded, name),
            (None, Some(part)) => Show::Bytes(part_bytes(&decoded, part)?),
            (None, None) => Show::All { explain: false },
        };
        Ok(Look {
            token: String::new(),
            decoded,
            layers,
            now: env.now,
            show,
        })
    }
}

fn write(look: &Look, line: &Line<'_>, asked: &Asked<'_>, out: &mut Vec<u8>) {
    match &look.show {
        Show::Claim(value) => bare(value, out),
        Show::Bytes(bytes) => {
            out.extend_from_slice(one_line(bytes).as_bytes());
            out.push(b'\n');
        }
        Show::All { .. } | Show::NoClaim(_) => {
            let mut answer = Answer::to(line.number, out);
            answer.json(Member::Ok, "true");
            // Serialising into memory cannot fail: every key is a string.
            answer.members(&serde_json::to_string(look).unwrap_or_default());
            answer.end(asked, MEMBERS);
        }
    }
}
