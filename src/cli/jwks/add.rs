//! `jwtctl jwks add`.

use clap::builder::NonEmptyStringValueParser;
use std::io;
use std::sync::Arc;

use jwtctl::core::error::{Code, Error};
use jwtctl::core::json::{Json, Object};
use jwtctl::core::key::Key;
use jwtctl::core::keystore::line::{GRACE, PUBLISH_FOR};
use jwtctl::core::keystore::{self, Policy, State};
use serde::Serialize;

use super::super::Context;
use super::super::input::{Guard, duration};
use super::super::output::{Page, Report, Role};

/// Add a private key to the keystore
///
/// The first signing key signs at once; a later one is published first, so that verifiers know it
/// by then. The passphrase that opens an encrypted key file is also the one of the keystore; where
/// they differ, convert the file first.
#[derive(clap::Args)]
pub struct Args {
    /// The key, of any format: PATH, -, env:NAME or fd:N
    #[arg(value_name = "KEYSPEC")]
    key: String,
    /// Picks a key from a set; names a key that has no id of its own
    #[arg(long, allow_hyphen_values = true, value_parser = NonEmptyStringValueParser::new())]
    kid: Option<String>,
    /// How long it is published before it signs (default: 2h)
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value_t = PUBLISH_FOR, hide_default_value = true)]
    publish_for: i64,
    /// How long the key that it takes over from stays published afterwards (default: 30d)
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value_t = GRACE, hide_default_value = true)]
    grace: i64,
    /// Keep private keys in clear; the first key of a keystore decides
    #[arg(long)]
    no_encrypt: bool,
    /// PBKDF2 iterations that protect the passphrase (default: 210000)
    #[arg(long, value_name = "N", conflicts_with = "no_encrypt")]
    p2c: Option<u32>,
}

/// A key that joined the keystore.
#[derive(Serialize)]
pub struct Added {
    store: String,
    kid: String,
    state: State,
    activates_at: Option<String>,
    replaces: Option<String>,
    encrypted: bool,
    public_jwk: Object,
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Added, Error> {
    context
        .inputs
        .check_stdin(&[("KEYSPEC", Some(&args.key))])?;
    let path = context.inputs.store_path()?;
    let file = context.inputs.key_file(&args.key, "KEYSPEC")?;
    let key = pick(file.keys, &args)?;
    let guard = Guard::joining(&context.inputs.store()?, args.no_encrypt, args.p2c, context)?;
    let policy = Policy {
        publish_for: args.publish_for,
        grace: args.grace,
        every: None,
    };
    let changed = keystore::add(&path, key, &policy, guard.protection(), &context.env)?;
    let added = context.settle(changed);
    Ok(Added {
        store: path.display().to_string(),
        kid: added.entry.slot.kid.clone(),
        state: added.state,
        activates_at: added.entry.slot.activates_at.rfc3339(),
        replaces: added.replaces,
        encrypted: guard.is_sealed(),
        public_jwk: added.entry.key.public_jwk(),
    })
}

/// The one key of a file, or the one of a set that `--kid` names.
fn pick(keys: Vec<Arc<Key>>, args: &Args) -> Result<Key, Error> {
    let bad = |why: String| Error::input(Code::BadKey, &args.key, why);
    let known: Vec<String> = keys.iter().map(|key| key.label()).collect();
    let single = keys.len() == 1;
    let wanted = |key: &&Arc<Key>| match &args.kid {
        Some(kid) => key.kid.as_ref() == Some(kid) || (single && key.kid.is_none()),
        None => true,
    };
    let found: Vec<&Arc<Key>> = keys.iter().filter(wanted).collect();
    let key = match found[..] {
        [key] => key,
        [] => return Err(bad(format!("has no such key, only {}", known.join(", ")))),
        _ => {
            return Err(bad(format!("is a set of several: {}", known.join(", ")))
                .hint("pick one with --kid"));
        }
    };
    // A copy of its own, to be given a name.
    let text = key.expose_jwk();
    let mut copy = match Json::parse(text.expose()) {
        Ok(Json::Object(jwk)) => Key::from_jwk(jwk).map_err(bad)?,
        _ => return Err(bad("cannot be copied".into())),
    };
    copy.kid = copy.kid.or_else(|| args.kid.clone());
    Ok(copy)
}

impl Report for Added {
    const SCHEMA: &'static str = "jwtctl.jwks-add/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        page.line(Role::Plain, &format!("kid      {}", self.kid))?;
        page.line(Role::Plain, &format!("state    {}", self.state.as_str()))?;
        if let (Some(at), State::Next) = (&self.activates_at, self.state) {
            page.line(Role::Plain, &format!("signs    from {at} on"))?;
        }
        let how = if self.encrypted {
            "encrypted"
        } else {
            "NOT ENCRYPTED"
        };
        page.line(Role::Plain, &format!("store    {} ({how})", self.store))
    }
}
