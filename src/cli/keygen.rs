//! `jwtctl keygen`.

mod row;

use std::io;
use std::path::Path;

use clap::ValueEnum;
use jwtctl::core::alg::{Curve, KeyAlg, SigAlg};
use jwtctl::core::error::{Code, Error};
use jwtctl::core::files::{self, Access};
use jwtctl::core::json::{Json, Object};
use jwtctl::core::key::{self, Key, Recipe};
use jwtctl::core::keyfile::{self, Form};
use jwtctl::core::keystore::{self, Policy, State};
use jwtctl::core::limits::PKCS8_ITERATIONS;
use jwtctl::core::seal;
use jwtctl::core::secret::Secret;
use serde::Serialize;

use super::Context;
use super::input::{Choice, Guard, SqlDialect, curve};
use super::output::{Page, Report, Role};

/// Make a key
///
/// It goes into the keystore, or to --out. In the keystore the first key signs at once; a later one
/// is published for two hours first, so that verifiers know it by then. The private key is
/// encrypted with a passphrase unless --no-encrypt says otherwise: as a JWE of its JWK, or as
/// encrypted PKCS#8. Files are readable by their owner alone and are never overwritten without
/// --force.
#[derive(clap::Args)]
pub struct Args {
    /// The algorithm, in any case (default: EdDSA); --list-algs lists them
    #[arg(value_name = "ALG", default_value = "EdDSA", hide_default_value = true, value_parser = alg(), hide_possible_values = true)]
    alg: String,
    /// Size of an RSA key, 2048 to 8192 (default: 2048)
    #[arg(long, value_name = "N")]
    bits: Option<usize>,
    /// Curve, where the algorithm leaves a choice
    #[arg(long, value_name = "CURVE", value_parser = curve())]
    crv: Option<Curve>,
    /// What the key is for (default: by the algorithm)
    #[arg(long = "use", value_enum, value_name = "USE")]
    usage: Option<Usage>,
    /// Its id: thumbprint (RFC 7638), uuid, or any text
    #[arg(long, value_name = "thumbprint|uuid|VALUE", default_value = "thumbprint", hide_default_value = true, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    kid: String,
    /// Write the private key to FILE, - for stdout, instead of the keystore
    #[arg(long, value_name = "FILE")]
    out: Option<String>,
    /// Where the public key goes, - for stdout
    #[arg(long, value_name = "FILE")]
    public_out: Option<String>,
    /// How keys are written
    #[arg(long, value_enum, default_value = "jwk")]
    format: Format,
    /// Write the private key in clear
    #[arg(long)]
    no_encrypt: bool,
    /// PBKDF2 iterations that protect the passphrase (default: 210000, of PEM and DER 600000)
    #[arg(long, value_name = "N", conflicts_with = "no_encrypt")]
    p2c: Option<u32>,
    /// Replace files that exist
    #[arg(long)]
    force: bool,
    /// With --format better-auth: write the statement that inserts the row in this database
    #[arg(long, value_enum, value_name = "DATABASE", requires = "out")]
    sql: Option<SqlDialect>,
    /// List the algorithms and exit
    #[arg(long, conflicts_with_all = ["alg", "out", "public_out"])]
    list_algs: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Usage {
    /// Signatures
    Sig,
    /// Encryption
    Enc,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// JSON Web Key
    Jwk,
    /// JSON Web Key Set of one
    Jwks,
    /// PKCS#8, the public key SPKI
    Pem,
    /// As PEM, in DER: bytes instead of text
    Der,
    /// A row for the table of better-auth's JWT plugin, under the secret of --better-auth-secret
    BetterAuth,
}

impl Format {
    /// The form of a key file; `None` for a format that is not a file of one key.
    fn of_file(self) -> Option<Form> {
        match self {
            Self::Jwk => Some(Form::Jwk),
            Self::Jwks => Some(Form::Jwks),
            Self::Pem => Some(Form::Pem),
            Self::Der => Some(Form::Der),
            Self::BetterAuth => None,
        }
    }
}

/// What `keygen` did.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Made {
    Key(Box<NewKey>),
    List { algs: Vec<&'static str> },
}

/// A new key, and where it went.
#[derive(Serialize)]
pub struct NewKey {
    kid: String,
    alg: &'static str,
    kty: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    thumbprint: Option<String>,
    public_jwk: Object,
    stored: &'static str,
    encrypted: bool,
    /// In the keystore: `current` or `next`, and from when on it signs.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<State>,
    #[serde(skip_serializing_if = "Option::is_none")]
    activates_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_file: Option<String>,
    /// With `--json --out -`: the private key, which would otherwise be a second document.
    #[serde(skip_serializing_if = "Option::is_none")]
    private: Option<Json>,
    /// With `--json --out - --sql`: the statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    sql: Option<String>,
    #[serde(skip)]
    stdout: Option<Secret>,
}

/// An algorithm of either table.
#[derive(Clone, Copy)]
enum Alg {
    Sig(SigAlg),
    Enc(KeyAlg),
}

impl Alg {
    fn name(self) -> &'static str {
        match self {
            Self::Sig(alg) => alg.as_str(),
            Self::Enc(alg) => alg.as_str(),
        }
    }

    fn usage(self) -> Usage {
        match self {
            Self::Sig(_) => Usage::Sig,
            Self::Enc(_) => Usage::Enc,
        }
    }

    /// Every algorithm that takes a key.
    fn all() -> impl Iterator<Item = Self> {
        let takes_key = |alg: &&KeyAlg| Recipe::for_encryption(**alg, None, None).is_ok();
        SigAlg::ALL.iter().map(|alg| Self::Sig(*alg)).chain(
            KeyAlg::ALL
                .iter()
                .filter(takes_key)
                .map(|alg| Self::Enc(*alg)),
        )
    }
}

/// Any text, because [`find_alg`] has more to say about it than a parser could.
fn alg() -> Choice<String> {
    Choice::new(
        |text| Ok(text.to_owned()),
        || Alg::all().map(Alg::name).collect(),
    )
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Made, Error> {
    if args.list_algs {
        return Ok(Made::List {
            algs: Alg::all().map(Alg::name).collect(),
        });
    }
    check(&args, context)?;
    context.inputs.check_stdin(&[])?;
    let alg = find_alg(&args.alg, context)?;
    let recipe = match alg {
        Alg::Sig(alg) => Recipe::for_sig(alg, args.crv, args.bits),
        Alg::Enc(alg) => Recipe::for_encryption(alg, args.crv, args.bits),
    };
    let recipe = recipe.map_err(|why| Error::usage("keygen", why))?;
    if args.usage.is_some_and(|usage| usage != alg.usage()) {
        return Err(Error::usage("--use", format!("contradicts {}", alg.name())));
    }
    check_symmetric(recipe, &args)?;
    let Some(form) = args.format.of_file() else {
        return row::run(recipe, alg, &args, context);
    };
    let Some(out) = args.out.clone() else {
        return into_store(recipe, alg, form, &args, context);
    };
    // Ask before the work: a passphrase typed for a file that cannot be written is a nuisance.
    let passphrase = match args.no_encrypt {
        true => None,
        false => Some(
            context
                .inputs
                .new_passphrase(if out == "-" { "the key" } else { &out })?,
        ),
    };
    let key = make(recipe, alg, &args, context)?;
    let private = keyfile::private(
        &key,
        form,
        passphrase.as_ref(),
        args.p2c,
        "--format",
        &context.env,
    )?;
    let public = args
        .public_out
        .as_ref()
        .map(|_| keyfile::public(&key, form, "--public-out"))
        .transpose()?;
    store(&key, alg, &private, public.as_deref(), &args, &out, context)
        .map(|made| Made::Key(Box::new(made)))
}

/// Makes a key that joins the keystore.
fn into_store(
    recipe: Recipe,
    alg: Alg,
    form: Form,
    args: &Args,
    context: &Context<'_>,
) -> Result<Made, Error> {
    if matches!(recipe, Recipe::Oct(_)) {
        let why = "is needed: the keystore publishes the public half of its keys, and a symmetric key has none";
        return Err(Error::usage("--out", why).hint("for example --out key.jwk"));
    }
    let path = context.inputs.store_path()?;
    let guard = Guard::joining(&context.inputs.store()?, args.no_encrypt, args.p2c, context)?;
    let key = make(recipe, alg, args, context)?;
    let public = args
        .public_out
        .as_ref()
        .map(|_| keyfile::public(&key, form, "--public-out"))
        .transpose()?;
    let changed = keystore::add(
        &path,
        key,
        &Policy::default(),
        guard.protection(),
        &context.env,
    )?;
    let added = context.settle(changed);
    // The key is in the keystore, and an error would say that it is not.
    let stdout = write_public(public.as_deref(), args).unwrap_or_else(|error| {
        context.output.warn(&format!(
            "the key is in the keystore, and its public half could not be written: {error}"
        ));
        None
    });
    let (key, slot) = (&added.entry.key, &added.entry.slot);
    if let Some(signing) = &added.replaces {
        context.output.note(&format!(
            "published now, and signs from {} on; until then {signing} does",
            slot.activates_at
        ));
    }
    let made = NewKey {
        file: Some(path.display().to_string()),
        state: Some(added.state),
        activates_at: slot.activates_at.rfc3339(),
        ..NewKey::new(key, alg, "store", guard.is_sealed(), args, stdout)
    };
    Ok(Made::Key(Box::new(made)))
}

/// What can be refused before any work is done.
fn check(args: &Args, context: &Context<'_>) -> Result<(), Error> {
    let out = args.out.as_deref();
    if args.sql.is_some() && args.format != Format::BetterAuth {
        return Err(Error::usage("--sql", "needs --format better-auth"));
    }
    if out == Some("-") && args.public_out.as_deref() == Some("-") {
        return Err(Error::usage("--public-out -", "stdout is taken by --out -"));
    }
    let files = [out, args.public_out.as_deref()]
        .into_iter()
        .flatten()
        .filter(|path| *path != "-")
        .map(Path::new);
    let files: Vec<&Path> = files.collect();
    files
        .iter()
        .try_for_each(|path| files::check_target(path, args.force))?;
    if let [private, public] = files[..]
        && files::same_place(private, public)
    {
        return Err(Error::usage("--public-out", "names the same file as --out"));
    }
    if out == Some("-") && args.format == Format::Der && context.output.is_terminal() {
        return Err(
            Error::usage("--format der", "would write bytes to the terminal")
                .hint("use --out FILE, or a pipe"),
        );
    }
    let pkcs8 = out.is_some() && matches!(args.format, Format::Pem | Format::Der);
    match (args.p2c, pkcs8) {
        (Some(count), true) if !PKCS8_ITERATIONS.contains(&count) => {
            let (least, most) = (PKCS8_ITERATIONS.start(), PKCS8_ITERATIONS.end());
            Err(Error::usage(
                "--p2c",
                format!(
                    "{count} is outside {least} to {most}, which PKCS#8 files are written with"
                ),
            ))
        }
        (Some(count), false) => seal::check_p2c(count),
        _ => Ok(()),
    }
}

/// What a symmetric key cannot be asked for.
fn check_symmetric(recipe: Recipe, args: &Args) -> Result<(), Error> {
    if !matches!(recipe, Recipe::Oct(_)) {
        return Ok(());
    }
    if args.public_out.is_some() {
        return Err(Error::usage(
            "--public-out",
            "a symmetric key has no public half",
        ));
    }
    match args.format {
        Format::Pem | Format::Der if args.out.is_some() => Err(Error::usage(
            "--format",
            "PEM and DER are for key pairs; a symmetric key is written as a JWK",
        )),
        _ => Ok(()),
    }
}

fn find_alg(text: &str, context: &Context<'_>) -> Result<Alg, Error> {
    let find = |name: &str| Alg::all().find(|alg| alg.name().eq_ignore_ascii_case(name));
    if let Some(alg) = find(text) {
        return Ok(alg);
    }
    // "RSA256" is what people call it who read "RS256" aloud.
    let digits = text.get(3..).filter(|_| {
        text.get(..3)
            .is_some_and(|head| head.eq_ignore_ascii_case("RSA"))
    });
    if let Some(alg) = digits.and_then(|digits| find(&format!("RS{digits}"))) {
        context
            .output
            .note(&format!("{text} is taken as {}", alg.name()));
        return Ok(alg);
    }
    let names: Vec<&str> = Alg::all().map(Alg::name).collect();
    let error = Error::usage(
        format!("{text:?}"),
        "is not an algorithm that keys are made for",
    );
    Err(error.hint(format!("algorithms are {}", names.join(", "))))
}

fn make(recipe: Recipe, alg: Alg, args: &Args, context: &Context<'_>) -> Result<Key, Error> {
    let spinner = context.output.spinner(
        matches!(recipe, Recipe::Rsa(bits) if bits >= 3072),
        "looking for primes",
    );
    let made = key::generate(recipe, &context.env);
    drop(spinner);
    let mut key = made.map_err(|why| Error::input(Code::BadKey, "the new key", why))?;
    key.kid = Some(match args.kid.as_str() {
        "thumbprint" => key.thumbprint(),
        "uuid" => context.env.uuid(),
        other => other.to_owned(),
    });
    key.alg = Some(alg.name().into());
    key.usage = Some(
        if alg.usage() == Usage::Sig {
            "sig"
        } else {
            "enc"
        }
        .into(),
    );
    Ok(key)
}

/// Writes the files. If the second one fails, the first is removed again, since half a pair is of
/// no use.
fn store(
    key: &Key,
    alg: Alg,
    private: &Secret,
    public: Option<&[u8]>,
    args: &Args,
    out: &str,
    context: &Context<'_>,
) -> Result<NewKey, Error> {
    let mut stdout = write_public(public, args)?;
    let to_stdout = out == "-";
    if to_stdout {
        if args.no_encrypt {
            context.output.warn_of_readers();
        }
        stdout = Some(Secret::new(private.expose().to_vec()));
    } else {
        files::write(
            Path::new(out),
            private.expose(),
            Access::Private,
            args.force,
        )
        .inspect_err(|_| {
            if let Some(path) = args
                .public_out
                .as_deref()
                .filter(|path| *path != "-" && !args.force)
            {
                // The error that counts is the one that led here.
                let _ = std::fs::remove_file(path);
            }
        })?;
    }
    let stored = if to_stdout { "stdout" } else { "file" };
    Ok(NewKey {
        file: (!to_stdout).then(|| out.to_owned()),
        private: (to_stdout && context.output.is_json()).then(|| in_json(private)),
        ..NewKey::new(key, alg, stored, !args.no_encrypt, args, stdout)
    })
}

/// Writes the public key to its file, or returns it as what goes to stdout.
fn write_public(public: Option<&[u8]>, args: &Args) -> Result<Option<Secret>, Error> {
    match (args.public_out.as_deref(), public) {
        (Some("-"), Some(public)) => Ok(Some(Secret::new(public.to_vec()))),
        (Some(path), Some(public)) => {
            files::write(Path::new(path), public, Access::Public, args.force).map(|()| None)
        }
        _ => Ok(None),
    }
}

impl NewKey {
    fn new(
        key: &Key,
        alg: Alg,
        stored: &'static str,
        encrypted: bool,
        args: &Args,
        stdout: Option<Secret>,
    ) -> Self {
        Self {
            kid: key.kid.clone().unwrap_or_default(),
            alg: alg.name(),
            kty: key.kty().as_str(),
            thumbprint: key.public().map(|public| public.thumbprint()),
            public_jwk: key
                .public()
                .map(|public| public.public_jwk())
                .unwrap_or_default(),
            stored,
            encrypted,
            state: None,
            activates_at: None,
            file: None,
            public_file: args.public_out.clone().filter(|path| path != "-"),
            private: None,
            sql: None,
            stdout,
        }
    }
}

/// A private key as a JSON value: JSON as it is, anything else as text.
fn in_json(private: &Secret) -> Json {
    match private.expose_str() {
        Some(text) => Json::parse(text.as_bytes()).unwrap_or_else(|_| Json::from(text.trim_end())),
        None => Json::from(key::encode(private.expose()).as_str()),
    }
}

impl Report for Made {
    const SCHEMA: &'static str = "jwtctl.keygen/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        let made = match self {
            Self::Key(made) => made,
            Self::List { algs } => {
                return algs.iter().try_for_each(|alg| page.line(Role::Plain, alg));
            }
        };
        if let Some(bytes) = &made.stdout {
            return page.bytes(bytes.expose());
        }
        let how = if made.encrypted {
            "encrypted"
        } else {
            "NOT ENCRYPTED"
        };
        page.line(Role::Plain, &format!("kid      {}", made.kid))?;
        page.line(Role::Plain, &format!("alg      {}", made.alg))?;
        if let Some(state) = made.state {
            page.line(Role::Plain, &format!("state    {}", state.as_str()))?;
        }
        if let Some(file) = &made.file {
            let place = if made.state.is_some() {
                "store  "
            } else {
                "private"
            };
            page.line(Role::Plain, &format!("{place}  {file} ({how})"))?;
        }
        match &made.public_file {
            Some(file) => page.line(Role::Plain, &format!("public   {file}")),
            None => Ok(()),
        }
    }
}
