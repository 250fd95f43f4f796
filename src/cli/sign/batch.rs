//! `sign --batch`: a token for every claims object of an input.

use std::process::ExitCode;

use jwtctl::core::env::Env;
use jwtctl::core::error::{Code, Error};
use jwtctl::core::json::Object;
use jwtctl::core::jwe::Addressee;
use jwtctl::core::jws::Payload;
use jwtctl::core::limits::MAX_FILE;

use super::super::Context;
use super::super::batch::{
    self, Answer, Asked, Job, Line, Outcome, Plan, Remarks, Worker, members,
};
use super::super::input::{Overlay, Usual};
use super::super::output::{Output, message};
use super::args::Args;
use super::encrypted;
use super::header::header;
use super::key::check_term;
use super::profile::{Carrier, Kind};
use super::signing::Signing;

members! {
    Ok = "ok",
    Token = "token",
    Payload = "payload",
    Kid = "kid",
}

/// What is done with every line.
struct Press<'a> {
    args: &'a Args,
    overlay: Overlay<'a>,
    kind: Option<Kind>,
    signing: Signing,
    addressee: Option<Addressee>,
    /// Whether answers are tokens alone.
    is_bare: bool,
    remarks: Remarks<'a>,
    /// Where tokens are masked, in the log of a workflow.
    mask: Option<&'a Output>,
}

/// A new token, and its claims.
struct Made {
    token: String,
    claims: Object,
}

/// Answers every line of the input.
pub(super) fn run(args: &Args, context: &Context<'_>) -> ExitCode {
    let plan = Plan {
        largest: MAX_FILE,
        good: "signed",
    };
    match press(args, context) {
        Ok(press) => batch::run(&press, &args.batch, &plan, context),
        Err(error) => context.output.fail(&error),
    }
}

fn press<'a>(args: &'a Args, context: &'a Context<'_>) -> Result<Press<'a>, Error> {
    args.check()?;
    if args.claims.payload.is_some() {
        return Err(Error::usage("--payload", "is what each line of --batch is"));
    }
    let format = args.format()?;
    let kind = Kind::asked(args, context)?;
    Kind::check_format(kind.as_ref(), format)?;
    let typ = kind.as_ref().map_or("JWT", Kind::typ);
    let header = header(args, typ, !format.is_json())?;
    let addressee = match &args.encrypt_to {
        Some(spec) => Some(context.addressee(spec)?),
        None => None,
    };
    Ok(Press {
        args,
        overlay: args.claims.overlay()?,
        signing: Signing::prepare(args, kind.as_ref(), header, None, context)?,
        kind,
        addressee,
        is_bare: !context.output.is_json() && args.batch.field.is_none(),
        remarks: Remarks::new(&context.output),
        mask: context
            .inputs
            .in_github_workflow()
            .then_some(&context.output),
    })
}

impl<'a> Job for Press<'a> {
    type Worker<'j>
        = &'j Self
    where
        Self: 'j;

    fn worker(&self) -> &Self {
        self
    }
}

impl Worker for &Press<'_> {
    fn answer(&mut self, line: &Line<'_>, env: &Env<'_>, out: &mut Vec<u8>) -> Outcome {
        let asked = Asked::of(line, self.args.batch.field.as_deref());
        let made = self.made(&asked, env);
        match &made {
            Ok(made) if self.is_bare => {
                let kind = self.kind.as_ref();
                let carrier = kind.map_or(Carrier::BEARER, |it| it.carrier(Some(&made.claims)));
                let line = self.signing.format().line(&made.token, carrier);
                out.extend_from_slice(line.as_bytes());
            }
            Err(error) if self.is_bare => {
                self.remarks.unanswered(line.number, &message(error));
            }
            made => {
                let mut answer = Answer::to(line.number, out);
                match made {
                    Ok(made) => {
                        answer.json(Member::Ok, "true");
                        answer.text(Member::Token, &made.token);
                        if let Some(kid) = self.signing.kid() {
                            answer.text(Member::Kid, kid);
                        }
                        answer.json(Member::Payload, &made.claims.to_text());
                    }
                    Err(error) => {
                        answer.json(Member::Ok, "false");
                        answer.refusal(error.code(), &message(error));
                    }
                }
                answer.end(&asked, &[]);
            }
        }
        match made {
            Ok(_) => Outcome::Good,
            Err(error) => Outcome::Bad(error.code()),
        }
    }
}

impl Press<'_> {
    fn made(&self, asked: &Asked<'_>, env: &Env<'_>) -> Result<Made, Error> {
        let bad = |why: String| Error::input(Code::BadInput, "", why);
        let text = asked.text.as_ref().map_err(|it| bad(it.message.clone()))?;
        let payload = claims(text).map_err(bad)?;
        let usual = self.kind.as_ref().map_or_else(Usual::default, Kind::usual);
        let completed = self.overlay.complete(Some(payload), usual, env)?;
        self.remarks.note(&completed.notes);
        self.remarks.warn(completed.warning.as_slice());
        let mut claims = completed.claims;
        let kind = self.kind.as_ref();
        let disclosures = self.signing.complete(kind, &mut claims, env)?;
        for term in self.signing.terms() {
            check_term(term, &claims, self.args, |why| self.remarks.warn(&[why]))?;
        }
        let bytes = claims.to_text();
        let payload = Payload {
            bytes: bytes.as_bytes(),
            is_unencoded: false,
            is_detached: false,
        };
        let token = self.signing.sign(payload, None)?;
        let token = match kind {
            Some(kind) => kind.around(token, &disclosures),
            None => token,
        };
        let token = match &self.addressee {
            Some(addressee) => encrypted(&token, addressee, true, env)?.text,
            None => token,
        };
        if let Some(output) = self.mask {
            output.mask(&token);
        }
        Ok(Made { token, claims })
    }
}

/// The claims of a line.
fn claims(text: &str) -> Result<Object, String> {
    match text.trim().is_empty() {
        true => Err("there are no claims: the line is empty".into()),
        false => Object::parse_strict(text.as_bytes()).map_err(|why| format!("the line {why}")),
    }
}
