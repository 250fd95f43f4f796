//! `jwtctl keygen`: its arguments, and the key that they ask for.

mod alg;
mod place;
mod report;
mod row;

use std::path::Path;

use clap::ValueEnum;
use jwtctl::core::alg::Curve;
use jwtctl::core::error::{Code, Error};
use jwtctl::core::files;
use jwtctl::core::key::{self, Key, Recipe};
use jwtctl::core::keyfile::KeyForm;
use jwtctl::core::limits::PKCS8_ITERATIONS;
use jwtctl::core::seal;

use super::Context;
use super::input::{SqlDialect, curve};
use alg::Alg;
use report::Made;

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
    #[arg(value_name = "ALG", default_value = "EdDSA", hide_default_value = true, value_parser = alg::any_text(), hide_possible_values = true)]
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
    #[arg(long, allow_hyphen_values = true, value_name = "thumbprint|uuid|VALUE", default_value = "thumbprint", hide_default_value = true, value_parser = clap::builder::NonEmptyStringValueParser::new())]
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
    /// The form of a key file; `None` for what is no file of one key.
    fn of_file(self) -> Option<KeyForm> {
        match self {
            Self::Jwk => Some(KeyForm::Jwk),
            Self::Jwks => Some(KeyForm::Jwks),
            Self::Pem => Some(KeyForm::Pem),
            Self::Der => Some(KeyForm::Der),
            Self::BetterAuth => None,
        }
    }
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Made, Error> {
    if args.list_algs {
        return Ok(Made::List {
            algs: Alg::all().map(Alg::name).collect(),
        });
    }
    check(&args, context)?;
    let alg = Alg::find(&args.alg, context)?;
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
    match args.out.as_deref() {
        None => place::into_store(recipe, alg, form, &args, context),
        Some(out) => place::into_files(recipe, alg, form, out, &args, context),
    }
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
