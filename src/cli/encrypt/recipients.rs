//! Whom a token is encrypted to, and how, by the arguments of `encrypt`.

use std::sync::Arc;

use jwtctl::core::alg::{ContentEnc, KeyAlg, KeyMode};
use jwtctl::core::error::{Code, Error};
use jwtctl::core::jwe::Addressee;
use jwtctl::core::key::{Key, KeyJob};
use jwtctl::core::limits::TOKEN_P2C;
use jwtctl::core::seal;

use super::super::Context;
use super::super::input::not_for_encryption;
use super::args::Args;

/// The recipients, in the order of the arguments.
pub(super) fn addressees(args: &Args, context: &Context<'_>) -> Result<Vec<Addressee>, Error> {
    let keys = keys(args, context)?;
    let several = keys.len() > 1;
    let mut is_used = args.alg.is_none();
    let mut found = Vec::with_capacity(keys.len());
    for Named {
        key,
        source,
        from_set,
    } in keys
    {
        let asked = args.alg.filter(|alg| {
            // With several recipients it is for those that can use it.
            !several || key.fit_encryption(*alg, None, KeyJob::Wrap).is_ok()
        });
        is_used |= asked.is_some();
        let alg = asked
            .or_else(|| key.usual_key_alg())
            .ok_or_else(|| not_for_encryption(&key, &source))?;
        check(&key, alg, args.enc, &source)?;
        let kid = match (&args.kid, from_set) {
            (Some(kid), false) if several => {
                let why = format!("names one key, and there are several recipients: {kid:?}");
                return Err(Error::usage("--kid", why));
            }
            (Some(kid), false) => Some(kid.clone()),
            _ => key.kid.clone(),
        };
        let rounds = rounds(alg, args, context)?;
        found.push(Addressee {
            key,
            alg,
            kid,
            rounds,
        });
    }
    let takes_rounds = |to: &Addressee| to.alg.mode() == KeyMode::Passphrase;
    if args.p2c.is_some() && !found.iter().any(takes_rounds) {
        let why = "protects a passphrase, and no recipient is one";
        return Err(Error::usage("--p2c", why).hint("name one with --passphrase-from KEYSPEC"));
    }
    match (args.alg, is_used) {
        (Some(alg), false) => Err(Error::usage("--alg", format!("no recipient can use {alg}"))),
        _ => Ok(found),
    }
}

/// A key, and what named it.
struct Named {
    key: Arc<Key>,
    source: String,
    from_set: bool,
}

fn keys(args: &Args, context: &Context<'_>) -> Result<Vec<Named>, Error> {
    let mut keys = Vec::new();
    for spec in &args.to {
        let (key, from_set) = context.recipient(spec, args.kid.as_deref())?;
        keys.push(Named {
            key,
            source: spec.source_name().into(),
            from_set,
        });
    }
    let mut add = |key: Key, source: &str| {
        keys.push(Named {
            key: Arc::new(key),
            source: source.into(),
            from_set: false,
        });
    };
    if let Some(secret) = context.inputs.secret(&args.secret)? {
        add(Key::from_secret(secret), "--secret");
    }
    // Only a passphrase from the command line counts. One that the environment names is the
    // keystore's, and every holder of a token encrypted with it could try guesses at it.
    if context.typed.has("passphrase_from") {
        let passphrase = context.inputs.new_passphrase("the token")?;
        add(Key::from_passphrase(passphrase), "--passphrase-from");
    }
    match keys.is_empty() {
        true => Err(Error::usage("encrypt", "needs a recipient")
            .hint("name one with --to KEYSPEC, --secret KEYSPEC or --passphrase-from KEYSPEC")),
        false => Ok(keys),
    }
}

fn check(key: &Key, alg: KeyAlg, enc: Option<ContentEnc>, source: &str) -> Result<(), Error> {
    if alg == KeyAlg::Rsa15 {
        return Err(Error::usage(
            "--alg",
            "RSA1_5 is read and never written: its padding is broken",
        )
        .hint("use RSA-OAEP-256, or RSA-OAEP where the recipient cannot do better"));
    }
    key.fit_encryption(alg, enc, KeyJob::Wrap)
        .map_err(|misfit| {
            let code = match source {
                "--secret" => Code::BadSecret,
                _ => Code::BadKey,
            };
            let subject = match source {
                "--secret" => "the secret".into(),
                _ => key.label(),
            };
            Error::input(code, source, format!("{subject} {}", misfit.why()))
        })
}

fn rounds(alg: KeyAlg, args: &Args, context: &Context<'_>) -> Result<u32, Error> {
    match (alg.mode(), args.p2c) {
        (KeyMode::Passphrase, Some(count)) => seal::check_p2c(count).map(|()| count),
        (KeyMode::Passphrase, None) => {
            context.output.note(&format!(
                "{TOKEN_P2C} iterations protect the passphrase, since npm jose and jwcrypto read no more by default; for readers that do: --p2c 210000"
            ));
            Ok(TOKEN_P2C)
        }
        _ => Ok(TOKEN_P2C),
    }
}

/// The content encryption: as asked for, or what the keys leave.
pub(super) fn content_enc(args: &Args, addressees: &[Addressee]) -> ContentEnc {
    let usual = || {
        let first = addressees.first();
        first.map_or(ContentEnc::A256Gcm, Addressee::usual_enc)
    };
    args.enc.unwrap_or_else(usual)
}
