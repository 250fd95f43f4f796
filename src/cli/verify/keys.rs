//! The keys that the arguments of `verify` name at hand: a key, a secret, a set, the keystore.

use std::sync::Arc;

use jwtctl::core::error::Error;
use jwtctl::core::jwks::{Given, Provenance};
use jwtctl::core::key::Key;
use jwtctl::core::secret::Secret;

use super::super::Context;
use super::args::Args;

/// The keys that the arguments name: never the token.
pub(super) fn keys(args: &Args, context: &Context<'_>) -> Result<Given, Error> {
    let from = |source: &str, name: &str| Provenance {
        source: source.into(),
        name: name.into(),
        ..Provenance::default()
    };
    if let Some(spec) = &args.secret {
        let secret: Secret = context.inputs.secret(spec, args.secret_encoding)?;
        return Ok(Given::key(
            Arc::new(Key::from_secret(secret)),
            from("secret", "--secret"),
        ));
    }
    let (spec, flag) = match (&args.key, &args.jwks) {
        (Some(spec), _) => (spec, "--key"),
        (None, Some(spec)) => (spec, "--jwks"),
        (None, None) => return published(context),
    };
    let file = context.inputs.public_keys(spec, flag, context.env.now)?;
    for dropped in &file.dropped {
        context.output.detail(&format!(
            "{spec}: key {} of the set {}",
            dropped.index, dropped.why
        ));
    }
    let mut keys = file.keys;
    let is_set = file.is_set;
    if let Some(kid) = &args.kid
        && (is_set || keys.iter().any(|key| key.kid.is_some()))
    {
        let known: Vec<String> = keys.iter().map(|key| key.label()).collect();
        keys.retain(|key| key.kid.as_ref() == Some(kid));
        if keys.is_empty() {
            return Err(Error::usage(
                format!("--kid {kid}"),
                format!("{spec} has no such key, only {}", known.join(", ")),
            ));
        }
    }
    let provenance = from(
        if spec.starts_with("store:") {
            "keystore"
        } else {
            "file"
        },
        spec,
    );
    match &keys[..] {
        [key] if flag == "--key" && (!is_set || args.kid.is_some()) => {
            Ok(Given::key(Arc::clone(key), provenance))
        }
        _ => Ok(Given::set(keys, provenance).without(file.dropped)),
    }
}

/// What the keystore publishes.
fn published(context: &Context<'_>) -> Result<Given, Error> {
    let given = context.inputs.store()?.verifying(context.env.now);
    given.map_err(|error| {
        error.hint("name the keys: --key KEYSPEC, --jwks FILE or --secret KEYSPEC")
    })
}
