//! `jwtctl decode`.

mod batch;
mod document;
mod explain;
mod page;

use std::io;
use std::process::ExitCode;

use clap::ValueEnum;
use jwtctl::core::claims::nested_hint;
use jwtctl::core::error::Error;
use jwtctl::core::json::Json;
use jwtctl::core::jwe::Locked;
use jwtctl::core::jws::MAX_TOKEN;
use jwtctl::core::time::Timestamp;
use jwtctl::core::token::{self, Decoded, Layer, Opener, Serialization, open_nested};

use super::Context;
use super::batch::BatchArgs;
use super::input::{Pasted, Spec, not_empty};
use super::output::{Page, Report, Status};

/// Show what is in a token, without verifying it
///
/// Reads signed (JWS) and encrypted (JWE) tokens in compact and in JSON form, with every signature
/// and every recipient; of an encrypted one, without --decrypt-key, the header and the sizes.
/// Numbers, duplicate members and the order of claims are shown as they were written. Nothing that
/// is shown is vouched for.
#[derive(clap::Args)]
pub struct Args {
    /// The token, - for stdin, @FILE or env:NAME
    #[arg(conflicts_with = "batch")]
    token: Option<Spec>,
    #[command(flatten)]
    batch: BatchArgs,
    /// Open an encrypted token with this key, and show what is inside: PATH, -, env:NAME, fd:N or
    /// store:KID
    #[arg(long, value_name = "KEYSPEC", value_parser = not_empty::<Spec>())]
    decrypt_key: Option<Spec>,
    /// Explain each registered header parameter and claim
    #[arg(long, conflicts_with = "batch")]
    explain: bool,
    /// Print one claim and nothing else: a name, or a JSON Pointer such as /realm_access/roles/0
    #[arg(long, value_name = "NAME", conflicts_with_all = ["part", "explain", "json"], value_parser = clap::builder::NonEmptyStringValueParser::new())]
    claim: Option<String>,
    /// Print one part as it was encoded, and nothing else
    #[arg(long, value_enum, conflicts_with_all = ["explain", "json"])]
    part: Option<Part>,
    /// Of several tokens in a longer text, take the one of this name
    #[arg(long, value_name = "NAME", conflicts_with = "batch", value_parser = clap::builder::NonEmptyStringValueParser::new())]
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
    /// The layers of encryption that were around it, outermost first.
    layers: Vec<Layer>,
    now: Timestamp,
    show: Show,
}

enum Show {
    All {
        explain: bool,
    },
    Bytes(Vec<u8>),
    Claim(Json),
    /// Why there is none.
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

/// Shows one token, or with `--batch` every one of an input.
pub fn call(args: Args, context: &Context<'_>) -> ExitCode {
    match args.batch.batch.is_some() {
        true => batch::run(&args, context),
        false => super::finish(run(args, context), context),
    }
}

fn run(args: Args, context: &Context<'_>) -> Result<Look, Error> {
    args.batch.check_unused(&[], context)?;
    let source = context.inputs.token_source(args.token.as_ref())?;
    let pasted = args
        .pick
        .as_deref()
        .map_or(Pasted::Anything, Pasted::Picked);
    let token = context.inputs.token(source, args.max_size, pasted)?;
    details(&token, source.name(), context);
    let mut keys = None;
    let mut open =
        |locked: &Locked<'_>| context.open_layer(locked, args.decrypt_key.as_ref(), &mut keys);
    let can_open = args.decrypt_key.is_some() || context.typed.has("passphrase_from");
    let open: Option<Opener<'_>> = if can_open { Some(&mut open) } else { None };
    let (decoded, layers) = look(&token, open)?;
    let show = match (args.claim, args.part) {
        (Some(name), _) => find_claim(&decoded, &name),
        (None, Some(part)) => Show::Bytes(part_bytes(&decoded, part)?),
        (None, None) => Show::All {
            explain: args.explain,
        },
    };
    Ok(Look {
        token,
        decoded,
        layers,
        now: context.env.now,
        show,
    })
}

/// What -v adds: where the token was, and what it is made of.
fn details(token: &str, place: &str, context: &Context<'_>) {
    let bytes = token.len();
    let sizes: Vec<String> = token.split('.').map(|it| it.len().to_string()).collect();
    let parts = match Serialization::of(token) {
        Some(Serialization::JwsCompact | Serialization::JweCompact) => {
            format!(", in parts of {}", sizes.join(", "))
        }
        _ => String::new(),
    };
    let detail = format!("the token came from {place}: {bytes} bytes{parts}");
    context.output.detail(&detail);
}

/// Looks into the token; into what is inside of an encrypted one, where there is a key for it.
fn look(token: &str, open: Option<Opener<'_>>) -> Result<(Decoded, Vec<Layer>), Error> {
    let is_encrypted = || {
        let form = Serialization::of(token);
        matches!(
            form,
            Some(Serialization::JweCompact | Serialization::JweJson)
        )
    };
    let Some(open) = open.filter(|_| is_encrypted()) else {
        return Ok((token::decode(token)?, Vec::new()));
    };
    let nested = open_nested(token, open).map_err(|unopened| unopened.error)?;
    Ok((nested.decode()?, nested.layers))
}

fn find_claim(decoded: &Decoded, name: &str) -> Show {
    let Some(claims) = decoded.claims() else {
        return no_claim(name);
    };
    let found = claims.at(name);
    match (found, claims.nested(name)) {
        (Some(value), _) => Show::Claim(value.clone()),
        (None, Some(pointer)) => Show::NoClaim(format!(
            "the token has no claim {name:?}; {}",
            nested_hint(&pointer)
        )),
        (None, None) => no_claim(name),
    }
}

fn no_claim(name: &str) -> Show {
    Show::NoClaim(format!("the token has no claim {name:?}"))
}

fn part_bytes(decoded: &Decoded, part: Part) -> Result<Vec<u8>, Error> {
    match (part, &decoded.content) {
        (Part::Header, _) if decoded.signatures.len() > 1 => {
            let why = format!(
                "the token has {} signatures, each with a header of its own",
                decoded.signatures.len()
            );
            Err(Error::usage("--part header", why).hint("to see them all, leave out --part"))
        }
        (Part::Header, _) => Ok(decoded.header_bytes.clone()),
        (Part::Payload, content) => match content.payload() {
            Some((payload, _)) => Ok(payload.to_vec()),
            None => Err(Error::usage("--part payload", "the token is encrypted")
                .hint("to open it: --decrypt-key KEYSPEC")),
        },
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
            Show::NoClaim(why) => Status::No(why.clone()),
            _ => Status::Done,
        }
    }
}
