//! `jwtctl jwks convert`.

mod metadata;
mod sources;

use std::io;
use std::path::Path;
use std::sync::Arc;

use clap::ValueEnum;
use clap::builder::NonEmptyStringValueParser;
use jwtctl::core::error::{Code, Error};
use jwtctl::core::files::{self, Access};
use jwtctl::core::json::{Json, Object};
use jwtctl::core::jwks::KeySet;
use jwtctl::core::key::{Key, encode};
use jwtctl::core::keyfile::{self, KeyForm, PickError};
use jwtctl::core::secret::Secret;
use serde::{Serialize, Serializer};

use super::super::Context;
use super::super::input::{SecretSpec, Spec};
use super::super::output::{Page, Report, Role};
use metadata::Metadata;

/// Write keys in another format
///
/// A private key stays private, and is encrypted under a new passphrase unless --no-encrypt says
/// otherwise: as a JWE of its JWK, or as encrypted PKCS#8. spki and ssh are formats of public keys.
///
/// With --to jwks, all the keys of several files and directories become one set, whose members can
/// be set on the way: jwtctl jwks convert keys/ --to jwks --public --set-kid thumbprint --set-use sig
#[derive(clap::Args)]
pub struct Args {
    /// The key, of any format: PATH, -, env:NAME, fd:N or store:KID; for a set also several of
    /// them, and directories of key files
    #[arg(value_name = "KEYSPEC", required = true)]
    keys: Vec<Spec>,
    /// The format
    #[arg(long, value_enum, value_name = "FORMAT")]
    to: Format,
    /// Picks a key from a set
    #[arg(long, allow_hyphen_values = true, value_parser = NonEmptyStringValueParser::new())]
    kid: Option<String>,
    /// Write the public half only
    #[arg(long)]
    public: bool,
    /// Where it goes (default: stdout)
    #[arg(long, value_name = "FILE")]
    out: Option<String>,
    /// Replace a file that exists
    #[arg(long)]
    force: bool,
    /// Encrypt a private key with the passphrase in KEYSPEC
    #[arg(
        long,
        value_name = "KEYSPEC",
        conflicts_with = "no_encrypt",
        allow_hyphen_values = true
    )]
    new_passphrase_from: Option<SecretSpec>,
    /// Write a private key in clear
    #[arg(long)]
    no_encrypt: bool,
    /// PBKDF2 iterations that protect the passphrase (default: 210000, of PEM and DER 600000)
    #[arg(long, value_name = "N", conflicts_with = "no_encrypt")]
    p2c: Option<u32>,
    #[command(flatten)]
    metadata: Metadata,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// JSON Web Key
    Jwk,
    /// JSON Web Key Set
    Jwks,
    /// PKCS#8, a public key SPKI
    Pem,
    /// As PEM, in DER: bytes instead of text
    Der,
    /// The public key as PEM
    Spki,
    /// The public key as OpenSSH has it
    Ssh,
}

impl Format {
    fn is_public(self) -> bool {
        matches!(self, Self::Spki | Self::Ssh)
    }

    fn form(self) -> KeyForm {
        match self {
            Self::Jwk | Self::Ssh => KeyForm::Jwk,
            Self::Jwks => KeyForm::Jwks,
            Self::Pem | Self::Spki => KeyForm::Pem,
            Self::Der => KeyForm::Der,
        }
    }
}

/// A key in its new format.
#[derive(Serialize)]
pub struct Converted {
    kid: Option<String>,
    /// Whether the private half is in it.
    private: bool,
    encrypted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<Content>,
}

/// What goes to stdout: in JSON, JSON as it is, text as text and bytes in base64url.
struct Content(Secret);

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.expose_str() {
            Some(text) => Json::parse(text.as_bytes())
                .unwrap_or_else(|_| text.trim_end().into())
                .serialize(serializer),
            None => encode(self.0.expose()).serialize(serializer),
        }
    }
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Converted, Error> {
    args.metadata
        .check(args.to == Format::Jwk || args.to == Format::Jwks)?;
    let out = args.out.as_deref().filter(|path| *path != "-");
    if out.is_none() && args.to == Format::Der && context.output.is_terminal() {
        return Err(
            Error::usage("--to der", "would write bytes to the terminal")
                .hint("use --out FILE, or a pipe"),
        );
    }
    let keys = keys(&args, context)?;
    let private = keys.iter().any(|key| key.is_private()) && !args.public && !args.to.is_public();
    let bytes = if private {
        private_bytes(&keys, &args, context)?
    } else {
        Secret::new(public_bytes(&keys, &args)?)
    };
    if let Some(path) = out {
        let access = if private {
            Access::Private
        } else {
            Access::Public
        };
        files::write(Path::new(path), bytes.expose(), access, args.force)?;
    }
    Ok(Converted {
        kid: keys
            .first()
            .filter(|_| keys.len() == 1)
            .and_then(|key| key.kid.clone()),
        private,
        encrypted: private && !args.no_encrypt,
        file: out.map(String::from),
        content: out.is_none().then_some(Content(bytes)),
    })
}

/// The keys to write: one, except for what becomes a set.
fn keys(args: &Args, context: &Context<'_>) -> Result<Vec<Arc<Key>>, Error> {
    let mut keys = Vec::new();
    for spec in &args.keys {
        match Path::new(spec.text()).is_dir() {
            true => keys.extend(sources::folder(spec, args, context)?),
            false => keys.extend(sources::file(spec, args, context)?),
        }
    }
    let names: Vec<&str> = args.keys.iter().map(Spec::text).collect();
    let what = names.join(", ");
    let bad = |why: String| Error::input(Code::BadKey, &what, why);
    let known: Vec<String> = keys.iter().map(|key: &Arc<Key>| key.label()).collect();
    keys.retain(|key| args.kid.is_none() || key.kid == args.kid);
    match keys.len() {
        0 if known.is_empty() => return Err(bad("has no usable key".into())),
        0 => return Err(PickError::Unknown(known).about(&what)),
        1 => {}
        _ if args.to == Format::Jwks => {}
        _ => {
            let why = PickError::Several(known).to_string();
            return Err(bad(why).hint("pick one with --kid, or write them all: --to jwks"));
        }
    }
    metadata::set(keys, &args.metadata)
}

fn private_bytes(keys: &[Arc<Key>], args: &Args, context: &Context<'_>) -> Result<Secret, Error> {
    if args.no_encrypt && args.out.as_deref().is_none_or(|it| it == "-") {
        context.output.warn_of_readers();
    }
    let passphrase = match args.no_encrypt {
        true => None,
        false => Some(
            context
                .inputs
                .other_passphrase(args.new_passphrase_from.as_ref(), "the converted key")?,
        ),
    };
    let passphrase = passphrase.as_ref();
    match keys {
        [key] => keyfile::private(
            key,
            args.to.form(),
            passphrase,
            args.p2c,
            "--to",
            &context.env,
        ),
        _ => keyfile::private_set(
            &keys.iter().map(AsRef::as_ref).collect::<Vec<_>>(),
            passphrase,
            args.p2c,
            &context.env,
        ),
    }
}

fn public_bytes(keys: &[Arc<Key>], args: &Args) -> Result<Vec<u8>, Error> {
    match (keys, args.to) {
        ([key], Format::Ssh) => keyfile::ssh(key, "--to"),
        ([key], format) => keyfile::public(key, format.form(), "--to"),
        _ => {
            let set: Object = KeySet {
                keys: keys.to_vec(),
                dropped: Vec::new(),
            }
            .public_json();
            Ok(format!("{}\n", Json::Object(set).to_text()).into_bytes())
        }
    }
}

impl Report for Converted {
    const SCHEMA: &'static str = "jwtctl.jwks-convert/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        if let Some(content) = &self.content {
            return page.bytes(content.0.expose());
        }
        let how = match (self.private, self.encrypted) {
            (false, _) => "public",
            (true, true) => "private, encrypted",
            (true, false) => "private, NOT ENCRYPTED",
        };
        page.line(
            Role::Plain,
            &format!(
                "written  {} ({how})",
                self.file.as_deref().unwrap_or_default()
            ),
        )
    }
}
