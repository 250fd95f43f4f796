//! `decode --batch`: what is in every token of an input.

use std::process::ExitCode;

use jwtctl::core::env::Env;
use jwtctl::core::error::{Code, Error};
use jwtctl::core::jwe::Locked;
use jwtctl::core::time::Timestamp;
use jwtctl::core::token::{Opener, Plain, PlainReader};

use super::super::Context;
use super::super::batch::{
    self, Answer, Asked, Job, Line, Outcome, Plan, Remarks, Worker, bare, members, one_line,
};
use super::super::input::Openers;
use super::document::{MEMBERS, Times};
use super::{Args, DATES, Look, Show, find_claim, look, part_bytes};

members! {
    Ok = "ok",
    Verified = "verified",
    Kind = "kind",
    Header = "header",
    Payload = "payload",
    Signature = "signature",
    LooksLike = "looks_like",
    Times = "times",
    Warnings = "warnings",
}

/// What is done with every line.
struct Reader<'a> {
    args: &'a Args,
    openers: Option<Openers>,
    remarks: Remarks<'a>,
}

/// What one thread does it with.
struct Desk<'j, 'a> {
    reader: &'j Reader<'a>,
    plain: PlainReader,
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

impl<'a> Job for Reader<'a> {
    type Worker<'j>
        = Desk<'j, 'a>
    where
        Self: 'j;

    fn worker(&self) -> Desk<'_, 'a> {
        Desk {
            reader: self,
            plain: PlainReader::default(),
        }
    }
}

impl Worker for Desk<'_, '_> {
    fn answer(&mut self, line: &Line<'_>, env: &Env<'_>, out: &mut Vec<u8>) -> Outcome {
        let args = self.reader.args;
        let asked = Asked::of(line, args.batch.field.as_deref());
        if !args.is_bare()
            && let Ok(token) = asked.token(args.max_size)
            && let Some(plain) = self.plain.read(token, &|name| DATES.contains(&name))
        {
            write_plain(plain, line, &asked, env.now, out);
            return Outcome::Good;
        }
        self.reader.answer(line, &asked, env, out)
    }
}

impl Reader<'_> {
    fn answer(
        &self,
        line: &Line<'_>,
        asked: &Asked<'_>,
        env: &Env<'_>,
        out: &mut Vec<u8>,
    ) -> Outcome {
        let found = self.look(asked, env);
        let (code, why) = match &found {
            Ok(Look {
                show: Show::NoClaim(why),
                ..
            }) => (Code::MissingClaim, why.clone()),
            Ok(look) => {
                write(look, line, asked, out);
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
            answer.end(asked, MEMBERS);
        }
        Outcome::Bad(code)
    }

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

/// Writes what [`write`] would write of a plain token, without taking it apart.
fn write_plain(
    plain: Plain<'_>,
    line: &Line<'_>,
    asked: &Asked<'_>,
    now: Timestamp,
    out: &mut Vec<u8>,
) {
    let claims = Some(plain.claims);
    // Serialising into memory cannot fail: every key is a string.
    let times = serde_json::to_string(&Times { claims, now }).unwrap_or_default();
    let mut answer = Answer::to(line.number, out);
    answer.json(Member::Ok, "true");
    answer.json(Member::Verified, "false");
    answer.text(Member::Kind, "jws-compact");
    answer.json(Member::Header, plain.header);
    answer.json(Member::Payload, plain.payload);
    answer.json(
        Member::Signature,
        &format!("{{\"bytes\":{}}}", plain.signature),
    );
    if let Some(profile) = plain.looks_like {
        answer.text(Member::LooksLike, profile.as_str());
    }
    answer.json(Member::Times, &times);
    answer.json(Member::Warnings, "[]");
    answer.end(asked, MEMBERS);
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

#[cfg(test)]
mod tests {
    use super::*;
    use jwtctl::core::key::encode;
    use jwtctl::core::token::decode;

    const HEADER: &str = r#"{"alg":"HS256","typ":"JWT","kid":"x"}"#;

    const PLAIN_HEADERS: [&str; 5] = [
        HEADER,
        r#"{ "alg" : "HS256" }"#,
        r#"{"alg":"RS256","typ":"at+jwt","x5t":"abc","cty":"JWT"}"#,
        r#"{"alg":"RS256","kid":"\u0041\u202e"}"#,
        r#"{"typ":"application/secevent+jwt","alg":"?"}"#,
    ];

    const PLAIN_PAYLOADS: [&str; 11] = [
        "{}",
        r#"{"exp":1,"iat":2,"nbf":3,"auth_time":4,"updated_at":5,"x":{"exp":6}}"#,
        r#"{"exp":1e3,"iat":-0,"nbf":9999999999999,"x":[1,{"y":2.50}]}"#,
        r#"{"exp":-99999999999999,"iat":253402300799,"auth_time":"5"}"#,
        "{\"line\":5,\"verified\":true,\"a\":\"\u{202e}é\"}",
        r#"{"iss":"a","sub":"a","aud":"x","exp":5}"#,
        r#"{"iss":"a","sub":"b","aud":"x","exp":5,"iat":4,"azp":"n"}"#,
        r#"{"iss":"a","sub":"b","aud":"x","exp":5,"iat":4,"azp":"n","scope":"s"}"#,
        r#"{"events":{"http://schemas.openid.net/event/backchannel-logout":{}}}"#,
        r#"{"_sd":[],"_sd_alg":"sha-256"}"#,
        r#"{"token_introspection":{}}"#,
    ];

    /// Of these, decoding says more, or writes something else.
    const OTHERS: [(&str, &str); 12] = [
        (r#"{"alg":"none"}"#, "{}"),
        (r#"{"alg":"RS256","jwk":{}}"#, "{}"),
        (r#"{"alg":"RS256","crit":["exp"]}"#, "{}"),
        (r#"{"alg":"RS256","crit":["b64"],"b64":false}"#, "{}"),
        (r#"{"alg":"RS256","x5c":["aa"]}"#, "{}"),
        (r#"{"alg":"HS256","a":1,"a":2}"#, "{}"),
        (r#"{"typ":"JWT"}"#, "{}"),
        (HEADER, r#"{"a": 1}"#),
        (HEADER, r#"{"a":"\u0041"}"#),
        (HEADER, r#"{"a":1,"a":2}"#),
        (HEADER, "[1]"),
        (HEADER, ""),
    ];

    fn token(header: &str, payload: &str) -> String {
        let (header, payload) = (encode(header.as_bytes()), encode(payload.as_bytes()));
        format!("{header}.{payload}.{}", encode(b"signature"))
    }

    fn line(text: &str) -> Line<'_> {
        Line {
            number: 7,
            text: Ok(text),
        }
    }

    /// The answer that a plain token gets.
    fn plain(reader: &mut PlainReader, token: &str) -> Option<String> {
        let plain = reader.read(token, &|name| DATES.contains(&name))?;
        let (line, mut out) = (line(token), Vec::new());
        let asked = Asked::of(&line, None);
        write_plain(plain, &line, &asked, Timestamp(1_000_000_000), &mut out);
        Some(String::from_utf8(out).unwrap())
    }

    /// The answer that any token gets.
    fn whole(token: &str) -> String {
        let look = Look {
            token: String::new(),
            decoded: decode(token).unwrap(),
            layers: Vec::new(),
            now: Timestamp(1_000_000_000),
            show: Show::All { explain: false },
        };
        let (line, mut out) = (line(token), Vec::new());
        write(&look, &line, &Asked::of(&line, None), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_plain_token_gets_the_answer_that_any_token_gets() {
        let mut reader = PlainReader::default();
        for header in PLAIN_HEADERS {
            for payload in PLAIN_PAYLOADS {
                let token = token(header, payload);
                let answer = plain(&mut reader, &token);
                assert_eq!(answer.as_deref(), Some(&*whole(&token)), "{payload}");
            }
        }
    }

    #[test]
    fn a_token_that_is_not_plain_is_taken_apart() {
        let mut reader = PlainReader::default();
        let good = token(HEADER, "{}");
        for text in [
            format!("{good}="),
            format!("{good}~"),
            format!("{good}~x~"),
            format!("{good}.a"),
            format!(" {good}"),
            good.replacen('.', "..", 1),
            String::new(),
        ] {
            assert_eq!(plain(&mut reader, &text), None, "{text}");
        }
        for (header, payload) in OTHERS {
            let text = token(header, payload);
            assert_eq!(plain(&mut reader, &text), None, "{header} {payload}");
            assert!(plain(&mut reader, &good).is_some());
        }
    }
}
