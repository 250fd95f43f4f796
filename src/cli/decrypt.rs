//! `jwtctl decrypt`.

use std::io;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::builder::NonEmptyStringValueParser;
use jwtctl::core::alg::{ContentEnc, KeyAlg};
use jwtctl::core::error::{Code, Error};
use jwtctl::core::files::{self, Access};
use jwtctl::core::header::same_type;
use jwtctl::core::json::{Json, Object};
use jwtctl::core::jwe::{self, Acceptance, Opened};
use jwtctl::core::jws::MAX_TOKEN;
use jwtctl::core::key::Key;
use jwtctl::core::limits::{MAX_INFLATED, P2C};
use jwtctl::core::secret::Secret;
use jwtctl::core::token::{KeyUsed, key_opened};
use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

use super::Context;
use super::input::{Openers, Pasted, SecretArgs, Spec, content_enc, key_alg, not_empty};
use super::output::{Page, Report};

/// Open an encrypted token, and write what is in it
///
/// The content goes to stdout as it is, and only once its authenticity holds. Of several
/// recipients, it is opened for the one that the key fits. Without --key, --jwks and --secret, a
/// token that is for a passphrase is opened with --passphrase-from, or the passphrase is asked for;
/// any other with the key of the keystore that it names. Whatever is wrong with a token whose form
/// is in order, it ends with exit code 10 and the same words.
#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("opening").args(["key", "secret", "jwks"])))]
pub struct Args {
    /// The token, - for stdin, @FILE or env:NAME
    token: Option<Spec>,

    /// Open with this private or symmetric key: PATH, -, env:NAME, fd:N or store:KID
    #[arg(long, value_name = "KEYSPEC", help_heading = "Key")]
    key: Option<Spec>,
    #[command(flatten, next_help_heading = "Key")]
    secret: SecretArgs,
    /// Open with the key of this set that the token names
    #[arg(long, value_name = "FILE", help_heading = "Key", value_parser = not_empty::<Spec>())]
    jwks: Option<Spec>,
    /// Picks a key from a set; of a key without an id, the recipient that it is for
    #[arg(long, allow_hyphen_values = true, help_heading = "Key", value_parser = NonEmptyStringValueParser::new())]
    kid: Option<String>,

    /// Accept only these key-management algorithms (default: what the key permits)
    #[arg(long, value_name = "ALG", value_delimiter = ',', value_parser = key_alg(), hide_possible_values = true, help_heading = "Limits")]
    alg: Vec<KeyAlg>,
    /// Accept only these content encryption algorithms
    #[arg(long, value_name = "ENC", value_delimiter = ',', value_parser = content_enc(), hide_possible_values = true, help_heading = "Limits")]
    enc: Vec<ContentEnc>,
    /// Open tokens that were encrypted with RSA1_5, whose padding is broken
    #[arg(long, help_heading = "Limits")]
    allow_rsa1_5: bool,
    /// Refuse tokens that ask for more PBKDF2 iterations
    #[arg(long, value_name = "N", default_value_t = *P2C.end(), help_heading = "Limits")]
    max_p2c: u64,
    /// Refuse compressed content that inflates to more bytes
    #[arg(long, value_name = "BYTES", default_value_t = MAX_INFLATED, help_heading = "Limits")]
    max_plaintext: usize,
    /// Refuse tokens of more bytes
    #[arg(long, value_name = "BYTES", default_value_t = MAX_TOKEN as u64, help_heading = "Limits")]
    max_size: u64,

    /// Write the content to FILE, which its owner alone can read; - for stdout, terminal or not
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    out: Option<String>,
    /// Replace a file that exists
    #[arg(long, requires = "out", help_heading = "Output")]
    force: bool,

    /// Take the token of this name out of a longer text: a JSON document, a cookie line, a URL
    #[arg(long, help_heading = None::<&str>, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pick: Option<String>,
}

/// A token that was opened.
pub struct Decrypted {
    kind: &'static str,
    opened: Opened,
    key: KeyUsed,
    /// The file that the content is in; else it goes to stdout.
    file: Option<String>,
    /// Whether the bytes go to stdout as they are, even to a terminal.
    raw: bool,
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Decrypted, Error> {
    let source = context.inputs.token_source(args.token.as_ref())?;
    if let Some(path) = args.out.as_deref().filter(|path| *path != "-") {
        files::check_target(Path::new(path), args.force)?;
    }
    let pasted = args.pick.as_deref().map_or(Pasted::Alone, Pasted::Picked);
    let text = context.inputs.token(source, args.max_size, pasted)?;
    let jwe = jwe::parse_any(&text).map_err(|reason| not_encrypted(&text, reason.into()))?;
    let acceptance = acceptance(&args);
    let locked = jwe::examine(&jwe, &acceptance).map_err(|reason| hinted(reason.into()))?;
    let openers = openers(&args, &locked, context)?;
    let opened = locked
        .open(openers.holder(), &openers.source, context.env.random)
        .map_err(hinted)?;
    let inner = opened
        .header
        .text("cty")
        .is_some_and(|cty| same_type(cty, "JWT"));
    if inner {
        if let Some(token) = opened.content.expose_str() {
            context.mask(token);
        }
        context.output.note(
            "the content is a token (cty JWT), whose signature was not checked; to judge both: jwtctl verify --decrypt-key KEYSPEC",
        );
    }
    deliver(opened, jwe.form.as_str(), &openers.source, args, context)
}

fn acceptance(args: &Args) -> Acceptance {
    Acceptance {
        algs: (!args.alg.is_empty()).then(|| args.alg.clone()),
        encs: (!args.enc.is_empty()).then(|| args.enc.clone()),
        max_p2c: args.max_p2c,
        max_inflated: args.max_plaintext,
        rsa1_5: args.allow_rsa1_5,
    }
}

fn openers(args: &Args, locked: &jwe::Locked<'_>, context: &Context<'_>) -> Result<Openers, Error> {
    let kid = args.kid.as_deref();
    match (context.inputs.secret(&args.secret)?, &args.key, &args.jwks) {
        (Some(secret), ..) => Ok(Openers::one(Key::from_secret(secret), "--secret")),
        (None, Some(spec), _) => context.openers(spec, kid, locked),
        (None, None, Some(spec)) => context.openers(spec, kid, locked),
        (None, None, None) => match kid {
            Some(_) => context.openers(&Spec::new("--kid", "store:"), kid, locked),
            None => context.default_openers(locked).map_err(hinted),
        },
    }
}

/// What to do about a token that is signed and not encrypted.
fn not_encrypted(text: &str, error: Error) -> Error {
    match text.split('.').count() {
        3 => error
            .hint("it looks like a signed token, which is read with: jwtctl verify, jwtctl decode"),
        _ => error,
    }
}

/// The flag that allows what was refused, where there is one.
fn hinted(error: Error) -> Error {
    let Error::Rejected(rejection) = &error else {
        return error;
    };
    let reason = rejection.primary();
    let is = |name: &str| reason.actual.as_ref().and_then(Json::as_str) == Some(name);
    let hint = match (reason.check.as_str(), reason.code) {
        ("p2c", Code::AlgNotAllowed) => "to allow more iterations: --max-p2c N",
        ("zip", Code::Malformed) => "to allow more: --max-plaintext BYTES",
        ("alg", Code::AlgNotAllowed) if is("RSA1_5") => {
            "where its sender cannot do better: --allow-rsa1-5"
        }
        ("kid", Code::NoMatchingKey) => "name the key: --key KEYSPEC, or of a set --kid KID",
        _ => return error,
    };
    error.hint(hint)
}

/// Writes the content to its file, or hands it on to be written to stdout.
fn deliver(
    opened: Opened,
    kind: &'static str,
    source: &str,
    args: Args,
    context: &Context<'_>,
) -> Result<Decrypted, Error> {
    let content = &opened.content;
    let shown = context.output.is_terminal() && !context.output.is_json();
    if shown && args.out.is_none() && content.expose_str().is_none() {
        let why = "is needed: the content is not text, and would go to the terminal";
        return Err(Error::usage("--out", why)
            .hint("use --out FILE, --out - to write it all the same, or a pipe"));
    }
    let raw = args.out.is_some();
    let file = args.out.filter(|path| path != "-");
    if let Some(path) = &file {
        files::write(
            Path::new(path),
            content.expose(),
            Access::Private,
            args.force,
        )?;
    }
    Ok(Decrypted {
        kind,
        key: key_opened(&opened.key, opened.alg, source),
        opened,
        file,
        raw,
    })
}

impl Report for Decrypted {
    const SCHEMA: &'static str = "jwtctl.decrypt/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        let content = self.opened.content.expose();
        match &self.file {
            Some(_) => Ok(()),
            None if self.raw => page.raw(content),
            None => {
                page.bytes(content)?;
                match page.is_terminal() {
                    true => page.end(),
                    false => Ok(()),
                }
            }
        }
    }
}

impl Serialize for Decrypted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Document<'a> {
            kind: &'static str,
            header: &'a Object,
            alg: &'static str,
            enc: &'static str,
            recipient: usize,
            #[serde(skip_serializing_if = "Option::is_none")]
            plaintext: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            plaintext_base64: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            file: Option<&'a str>,
            key: &'a KeyUsed,
        }
        let content = Some(&self.opened.content).filter(|_| self.file.is_none());
        let text = content.and_then(Secret::expose_str);
        let bytes = content.filter(|_| text.is_none());
        let base64 = bytes.map(|bytes| Zeroizing::new(STANDARD.encode(bytes.expose())));
        Document {
            kind: self.kind,
            header: &self.opened.header,
            alg: self.opened.alg.as_str(),
            enc: self.opened.enc.as_str(),
            recipient: self.opened.recipient,
            plaintext: text,
            plaintext_base64: base64.as_ref().map(|it| it.as_str()),
            file: self.file.as_deref(),
            key: &self.key,
        }
        .serialize(serializer)
    }
}
