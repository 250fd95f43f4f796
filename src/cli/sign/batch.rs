//! `sign --batch`: a token for every claims object of an input.

use std::borrow::Cow;
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
use super::super::input::{Completed, Overlay, Usual};
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
    /// Whether the text of a payload may stay as it is, with further claims at its end.
    is_appended: bool,
    /// Whether answers are tokens alone.
    is_bare: bool,
    remarks: Remarks<'a>,
    /// Where tokens are masked, in the log of a workflow.
    mask: Option<&'a Output>,
}

/// What one thread does it with.
struct Hand<'j, 'a> {
    press: &'j Press<'a>,
    /// The claims of the last token that were looked at, whose room those of the next one take.
    claims: Object,
}

/// The claims of a new token.
struct Draft<'l> {
    payload: Cow<'l, str>,
    completed: Completed,
    disclosures: Vec<String>,
}

/// A new token, and its claims.
struct Made<'l> {
    token: String,
    payload: Cow<'l, str>,
    carrier: Carrier,
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
        is_appended: kind.is_none() && !args.claims.names_fingerprint(),
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
        = Hand<'j, 'a>
    where
        Self: 'j;

    fn worker(&self) -> Hand<'_, 'a> {
        Hand {
            press: self,
            claims: Object::default(),
        }
    }
}

impl Worker for Hand<'_, '_> {
    fn answer(&mut self, line: &Line<'_>, env: &Env<'_>, out: &mut Vec<u8>) -> Outcome {
        let press = self.press;
        let asked = Asked::of(line, press.args.batch.field.as_deref());
        let made = self.made(&asked, env);
        match &made {
            Ok(made) if press.is_bare => {
                let line = press.signing.format().line(&made.token, made.carrier);
                out.extend_from_slice(line.as_bytes());
                out.push(b'\n');
            }
            Err(error) if press.is_bare => {
                press.remarks.unanswered(line.number, &message(error));
            }
            made => {
                let mut answer = Answer::to(line.number, out);
                match made {
                    Ok(made) => {
                        answer.json(Member::Ok, "true");
                        answer.text(Member::Token, &made.token);
                        if let Some(kid) = press.signing.kid() {
                            answer.text(Member::Kid, kid);
                        }
                        answer.json(Member::Payload, &made.payload);
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

impl Hand<'_, '_> {
    fn made<'l>(&mut self, asked: &'l Asked<'_>, env: &Env<'_>) -> Result<Made<'l>, Error> {
        let press = self.press;
        let bad = |why: String| Error::input(Code::BadInput, "", why);
        let text = asked.text.as_ref().map_err(|it| bad(it.message.clone()))?;
        if text.len() as u64 > MAX_FILE {
            return Err(bad(format!("the claims are larger than {MAX_FILE} bytes")));
        }
        let draft = self.draft(text, env)?;
        let claims = &draft.completed.claims;
        for term in press.signing.terms() {
            check_term(term, claims, press.args, |why| press.remarks.warn(&[why]))?;
        }
        let payload = Payload {
            bytes: draft.payload.as_bytes(),
            is_unencoded: false,
            is_detached: false,
        };
        let token = press.signing.sign(payload, None)?;
        let (token, carrier) = match &press.kind {
            Some(kind) => (
                kind.around(token, &draft.disclosures),
                kind.carrier(Some(claims)),
            ),
            None => (token, Carrier::BEARER),
        };
        self.claims = draft.completed.claims;
        let token = match &press.addressee {
            Some(addressee) => encrypted(&token, addressee, true, env)?.text,
            None => token,
        };
        if let Some(output) = press.mask {
            output.mask(&token);
        }
        Ok(Made {
            token,
            payload: draft.payload,
            carrier,
        })
    }

    fn draft<'l>(&mut self, text: &'l str, env: &Env<'_>) -> Result<Draft<'l>, Error> {
        let press = self.press;
        let (overlay, kind) = (&press.overlay, press.kind.as_ref());
        let usual = kind.map_or_else(Usual::default, Kind::usual);
        let appended = match press.is_appended {
            true => overlay.append(text, std::mem::take(&mut self.claims), usual, env)?,
            false => None,
        };
        let draft = match appended {
            Some((payload, completed)) => Draft {
                payload,
                completed,
                disclosures: Vec::new(),
            },
            None => {
                let bad = |why: String| Error::input(Code::BadInput, "", why);
                let payload = claims(text).map_err(bad)?;
                let mut completed = overlay.complete(Some(payload), usual, env)?;
                let disclosures = press.signing.complete(kind, &mut completed.claims, env)?;
                Draft {
                    payload: Cow::Owned(completed.claims.to_text()),
                    completed,
                    disclosures,
                }
            }
        };
        press.remarks.note(&draft.completed.notes);
        press.remarks.warn(draft.completed.warning.as_slice());
        Ok(draft)
    }
}

/// The claims of a line.
fn claims(text: &str) -> Result<Object, String> {
    match text.trim().is_empty() {
        true => Err("there are no claims: the line is empty".into()),
        false => Object::parse_strict(text.as_bytes()).map_err(|why| format!("the line {why}")),
    }
}
