//! A new key as a row of better-auth's table.

use std::path::Path;

use jwtctl::core::better_auth::{self, Row, RowRefusal, Shape, new_id};
use jwtctl::core::error::Error;
use jwtctl::core::files::{self, Access};
use jwtctl::core::key::Recipe;
use jwtctl::core::secret::Secret;

use super::super::Context;
use super::super::input::{protection, row_refusal};
use super::alg::Alg;
use super::report::{Made, NewKey, in_json};
use super::{Args, make};

/// Makes a key and writes its row.
pub(super) fn run(
    recipe: Recipe,
    alg: Alg,
    args: &Args,
    context: &Context<'_>,
) -> Result<Made, Error> {
    let Some(out) = args.out.as_deref() else {
        let why = "is needed: a row is for the database of the server";
        return Err(Error::usage("--out", why).hint("for example --out row.json, or --out -"));
    };
    check(args)?;
    if matches!(recipe, Recipe::Oct(_)) {
        return Err(row_refusal(&RowRefusal::NotPrivate, "the new key"));
    }
    let secret = context.inputs.sealing_secret(args.no_encrypt)?;
    // Before the key is looked for, which can take its time.
    let created_at = better_auth::created_now(&context.env);
    let mut key = make(recipe, alg, args, context)?;
    // A thumbprint is longer than what databases keep ids in.
    if !context.typed.has("kid") {
        key.kid = new_id(&[], &context.env);
    }
    let id = key.kid.clone().unwrap_or_default();
    let protection = protection(secret);
    let row = Row::new(&key, id, created_at, None, protection, &context.env)
        .map_err(|refusal| row_refusal(&refusal, "the new key"))?;
    let text = match args.sql {
        Some(dialect) => {
            let insert = better_auth::insert(&row, Shape::default());
            better_auth::to_sql(&[insert], dialect.into())
        }
        None => better_auth::to_json(&[&row], Shape::default()),
    };
    let to_stdout = out == "-";
    if !to_stdout {
        files::write(Path::new(out), text.expose(), Access::Private, args.force)?;
    } else if args.no_encrypt {
        context.output.warn_of_readers();
    }
    let is_embedded = to_stdout && context.output.is_json();
    let embedded = |text: &Secret| text.expose_str().unwrap_or_default().to_owned();
    let stored = if to_stdout { "stdout" } else { "file" };
    let new = NewKey::new(&key, alg, stored, secret.is_some(), args, None);
    Ok(Made::Key(Box::new(NewKey {
        file: (!to_stdout).then(|| out.to_owned()),
        private: (is_embedded && args.sql.is_none()).then(|| in_json(&text)),
        sql: (is_embedded && args.sql.is_some()).then(|| embedded(&text)),
        stdout: to_stdout.then_some(text),
        ..new
    })))
}

fn check(args: &Args) -> Result<(), Error> {
    let refuse = |flag: &str, why: &str| Err(Error::usage(flag, why));
    match (&args.public_out, args.p2c) {
        (Some(_), _) => refuse("--public-out", "is of no use: a row holds both halves"),
        (None, Some(_)) => refuse("--p2c", "is of no use: no passphrase protects a row"),
        (None, None) => Ok(()),
    }
}
