//! `jwtctl decode`.

mod explain;

use std::io;

use clap::ValueEnum;
use jwtctl::core::error::Error;
use jwtctl::core::json::{Json, Object};
use jwtctl::core::jws::MAX_TOKEN;
use jwtctl::core::key::encode;
use jwtctl::core::time::{MILLISECONDS_FROM, Timestamp, humanize};
use jwtctl::core::token::{self, Content, Decoded, Disclosed};
use serde::{Serialize, Serializer};

use super::Context;
use super::input::Pasted;
use super::output::{Page, Report, Role, Status};

/// Show what is in a token, without verifying it
///
/// Reads signed (JWS) and encrypted (JWE) tokens in compact form; of an encrypted one, the header
/// and the sizes. Numbers, duplicate members and the order of claims are shown as they were
/// written. Nothing that is shown is vouched for.
#[derive(clap::Args)]
pub struct Args {
    /// The token, - for stdin, @FILE or env:NAME
    token: Option<String>,
    /// Explain each registered header parameter and claim
    #[arg(long)]
    explain: bool,
    /// Print one claim and nothing else: a name, or a JSON Pointer such as /realm_access/roles/0
    #[arg(long, value_name = "NAME", conflicts_with_all = ["part", "explain", "json"], value_parser = clap::builder::NonEmptyStringValueParser::new())]
    claim: Option<String>,
    /// Print one part as it was encoded, and nothing else
    #[arg(long, value_enum, conflicts_with_all = ["explain", "json"])]
    part: Option<Part>,
    /// Of several tokens in a longer text, take the one of this name
    #[arg(long, value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pick: Option<String>,
    /// Refuse tokens of more bytes
    #[arg(long, value_name = "BYTES", default_value_t = MAX_TOKEN as u64)]
    max_size: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The header
    Header,
    /// The payload
    Payload,
}

/// What `decode` found.
pub struct Look {
    token: String,
    decoded: Decoded,
    now: Timestamp,
    show: Show,
}

enum Show {
    All { explain: bool },
    Bytes(Vec<u8>),
    Claim(Json),
    NoClaim(String),
}

/// The claims and parameters that hold a point in time.
const DATES: &[&str] = &["exp", "nbf", "iat", "auth_time", "updated_at"];

impl Args {
    /// Whether the answer asked for is a bare value, so that JSON can only have been meant for
    /// others.
    pub fn is_bare(&self) -> bool {
        self.claim.is_some() || self.part.is_some()
    }
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Look, Error> {
    context
        .inputs
        .check_stdin(&[("TOKEN", context.inputs.or_stdin(args.token.as_deref()))])?;
    let pasted = args
        .pick
        .as_deref()
        .map_or(Pasted::Anything, Pasted::Picked);
    let token = context
        .inputs
        .token(args.token.as_deref(), args.max_size, pasted)?;
    let decoded = token::decode(&token)?;
    let show = match (args.claim, args.part) {
        (Some(name), _) => find_claim(&decoded, name),
        (None, Some(part)) => Show::Bytes(part_bytes(&decoded, part)?),
        (None, None) => Show::All {
            explain: args.explain,
        },
    };
    Ok(Look {
        token,
        decoded,
        now: context.env.now,
        show,
    })
}

fn find_claim(decoded: &Decoded, name: String) -> Show {
    let Content::Signed {
        json: Some(Json::Object(claims)),
        ..
    } = &decoded.content
    else {
        return Show::NoClaim(name);
    };
    let found = claims.at(&name);
    found.map_or(Show::NoClaim(name), |value| Show::Claim(value.clone()))
}

fn part_bytes(decoded: &Decoded, part: Part) -> Result<Vec<u8>, Error> {
    match (part, &decoded.content) {
        (Part::Header, _) => Ok(decoded.header_bytes.clone()),
        (Part::Payload, Content::Signed { payload, .. }) => Ok(payload.clone()),
        (Part::Payload, Content::Encrypted { .. }) => {
            Err(Error::usage("--part payload", "the token is encrypted"))
        }
    }
}

impl Look {
    fn header(&self) -> Option<&Object> {
        self.decoded.header.as_object()
    }

    fn remark(
        &self,
        explain: bool,
        place: explain::Place,
    ) -> impl Fn(&str, &Json) -> Option<String> {
        move |name, value| {
            let date = self.date(name, value);
            let meaning = explain
                .then(|| explain::explain(place, name, value))
                .flatten();
            match (date, meaning) {
                (Some(date), Some(meaning)) => Some(format!("{date}; {meaning}")),
                (date, meaning) => date.or(meaning.map(String::from)),
            }
        }
    }

    /// A date in words, such as `2026-08-01T10:15:00Z, 3h 4m ago`.
    fn date(&self, name: &str, value: &Json) -> Option<String> {
        let at = date(name, value)?;
        let when = match at.since(self.now) {
            0 => "now".into(),
            ahead @ 1.. => format!("in {}", humanize(ahead)),
            past => format!("{} ago", humanize(past)),
        };
        let milliseconds = Timestamp(at.0 / 1000)
            .rfc3339()
            .filter(|_| at.0 >= MILLISECONDS_FROM);
        Some(match (milliseconds, at.rfc3339()) {
            (Some(text), _) => format!("beyond the year 5138; as milliseconds it would be {text}"),
            (None, Some(text)) => format!("{text}, {when}"),
            (None, None) => "outside the years 0 to 9999".into(),
        })
    }

    fn all(&self, page: &mut Page<'_>, explain: bool) -> io::Result<()> {
        page.line(
            Role::Caution,
            "NOT VERIFIED: anyone could have written this",
        )?;
        if page.is_terminal() && self.token.len() <= 4096 {
            page.end()?;
            self.segments(page)?;
        }
        page.end()?;
        page.line(Role::Title, "Header")?;
        if let Some(header) = self.header() {
            page.object(header, &self.remark(explain, explain::Place::Header))?;
        }
        page.end()?;
        match &self.decoded.content {
            Content::Signed {
                payload,
                json,
                signature,
            } => {
                page.line(Role::Title, "Payload")?;
                self.payload(page, payload, json.as_ref(), explain)?;
                page.end()?;
                page.text(Role::Title, "Signature")?;
                page.line(Role::Plain, &format!("  {signature} bytes"))?;
            }
            Content::Encrypted {
                encrypted_key,
                iv,
                ciphertext,
                tag,
            } => {
                page.line(Role::Title, "Encrypted content")?;
                let sizes = [
                    ("encrypted key", encrypted_key),
                    ("initialization vector", iv),
                    ("ciphertext", ciphertext),
                    ("tag", tag),
                ];
                for (name, bytes) in sizes {
                    page.line(Role::Plain, &format!("  {name:<22} {bytes} bytes"))?;
                }
            }
        }
        if let Some(disclosed) = &self.decoded.disclosed {
            self.disclosures(page, disclosed)?;
        }
        for warning in &self.decoded.warnings {
            page.text(Role::Caution, "warning:")?;
            page.line(Role::Plain, &format!(" {warning}"))?;
        }
        Ok(())
    }

    /// What hangs on the token of an SD-JWT.
    fn disclosures(&self, page: &mut Page<'_>, disclosed: &Disclosed) -> io::Result<()> {
        page.end()?;
        page.text(Role::Title, "Disclosures")?;
        let binding = match disclosed.key_binding {
            true => ", and a key-binding JWT",
            false => "",
        };
        let count = disclosed.disclosures.len();
        page.line(Role::Plain, &format!("  {count} of an SD-JWT{binding}"))?;
        for disclosure in &disclosed.disclosures {
            page.text(Role::Plain, "  ")?;
            page.json(disclosure, 1)?;
            page.end()?;
        }
        Ok(())
    }

    /// The token itself, each part in the colour of what it decodes to.
    fn segments(&self, page: &mut Page<'_>) -> io::Result<()> {
        let roles = [
            Role::Header,
            Role::Payload,
            Role::Signature,
            Role::Payload,
            Role::Signature,
        ];
        for (i, (part, role)) in self.token.split('.').zip(roles).enumerate() {
            page.text(Role::Plain, if i == 0 { "" } else { "." })?;
            page.text(role, part)?;
        }
        page.end()
    }

    fn payload(
        &self,
        page: &mut Page<'_>,
        payload: &[u8],
        json: Option<&Json>,
        explain: bool,
    ) -> io::Result<()> {
        match json {
            Some(Json::Object(claims)) => {
                page.object(claims, &self.remark(explain, explain::Place::Payload))
            }
            Some(other) => {
                page.json(other, 0)?;
                page.end()
            }
            None => match std::str::from_utf8(payload) {
                Ok(text) => page.line(Role::Payload, text),
                Err(_) => page.line(
                    Role::Faint,
                    &format!(
                        "  {} bytes that are not text (--part payload writes them)",
                        payload.len()
                    ),
                ),
            },
        }
    }

    fn times(&self) -> Object {
        let Content::Signed {
            json: Some(Json::Object(claims)),
            ..
        } = &self.decoded.content
        else {
            return Object::default();
        };
        let mut times = Object::default();
        for (name, value) in &claims.0 {
            if let Some(at) = date(name, value) {
                let text = at.rfc3339().map_or(Json::Null, Json::String);
                let members = vec![
                    ("at".into(), text),
                    ("in_s".into(), at.since(self.now).into()),
                ];
                times.set(name.as_str(), Json::Object(Object(members)));
            }
        }
        times
    }
}

fn date(name: &str, value: &Json) -> Option<Timestamp> {
    match value {
        Json::Number(text) if DATES.contains(&name) => {
            Some(Timestamp::from_json_number(text, name != "exp"))
        }
        _ => None,
    }
}

impl Report for Look {
    const SCHEMA: &'static str = "jwtctl.decode/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        match &self.show {
            Show::All { explain } => self.all(page, *explain),
            Show::Bytes(bytes) if page.is_terminal() => {
                page.bytes(bytes)?;
                page.end()
            }
            Show::Bytes(bytes) => page.bytes(bytes),
            Show::Claim(value) => page.bare(value),
            Show::NoClaim(_) => Ok(()),
        }
    }

    fn status(&self) -> Status<'_> {
        match &self.show {
            Show::NoClaim(name) => Status::No(format!("the token has no claim {name:?}")),
            _ => Status::Done,
        }
    }
}

/// What is shown of a token as JSON.
#[derive(Serialize)]
struct Document<'a> {
    verified: bool,
    kind: &'static str,
    header: &'a Json,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<&'a Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload_b64u: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<Object>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sizes: Option<Object>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disclosures: Option<&'a [Json]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_binding: Option<bool>,
    times: Object,
    warnings: &'a [String],
}

impl Serialize for Look {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let size = |name: &str, bytes: usize| (name.to_owned(), Json::Number(bytes.to_string()));
        let mut document = Document {
            verified: false,
            kind: match self.decoded.disclosed {
                Some(_) => "sd-jwt",
                None => "jws-compact",
            },
            header: &self.decoded.header,
            payload: None,
            payload_b64u: None,
            signature: None,
            sizes: None,
            disclosures: self
                .decoded
                .disclosed
                .as_ref()
                .map(|it| it.disclosures.as_slice()),
            key_binding: self.decoded.disclosed.as_ref().map(|it| it.key_binding),
            times: self.times(),
            warnings: &self.decoded.warnings,
        };
        match &self.decoded.content {
            Content::Signed {
                payload,
                json,
                signature,
            } => {
                document.payload = json.as_ref();
                document.payload_b64u = json.is_none().then(|| encode(payload));
                document.signature = Some(Object(vec![size("bytes", *signature)]));
            }
            Content::Encrypted {
                encrypted_key,
                iv,
                ciphertext,
                tag,
            } => {
                document.kind = "jwe-compact";
                let sizes = [
                    ("encrypted_key", encrypted_key),
                    ("iv", iv),
                    ("ciphertext", ciphertext),
                    ("tag", tag),
                ];
                document.sizes = Some(Object(sizes.map(|(name, bytes)| size(name, *bytes)).into()));
            }
        }
        document.serialize(serializer)
    }
}
