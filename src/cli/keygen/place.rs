//! Where a new key goes: into the keystore, or into files and to stdout.

use std::path::Path;

use jwtctl::core::error::Error;
use jwtctl::core::files::{self, Access};
use jwtctl::core::key::{Key, Recipe};
use jwtctl::core::keyfile::{self, KeyForm};
use jwtctl::core::keystore::{self, RotationPolicy};
use jwtctl::core::secret::Secret;

use super::super::Context;
use super::super::input::Guard;
use super::alg::Alg;
use super::report::{Made, NewKey, in_json};
use super::{Args, make};

/// Makes a key that joins the keystore.
pub(super) fn into_store(
    recipe: Recipe,
    alg: Alg,
    form: KeyForm,
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
        &RotationPolicy::default(),
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

/// Makes a key that goes into a file or to stdout.
pub(super) fn into_files(
    recipe: Recipe,
    alg: Alg,
    form: KeyForm,
    out: &str,
    args: &Args,
    context: &Context<'_>,
) -> Result<Made, Error> {
    // Ask before the work: a passphrase typed for a file that cannot be written is a nuisance.
    let passphrase = match args.no_encrypt {
        true => None,
        false => Some(
            context
                .inputs
                .new_passphrase(if out == "-" { "the key" } else { out })?,
        ),
    };
    let key = make(recipe, alg, args, context)?;
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
    store(&key, alg, &private, public.as_deref(), args, out, context)
        .map(|made| Made::Key(Box::new(made)))
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
