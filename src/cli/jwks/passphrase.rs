//! `jwtctl jwks passphrase`.

use std::io;

use jwtctl::core::error::{Code, Error};
use jwtctl::core::keystore;
use serde::Serialize;

use super::super::Context;
use super::super::input::Guard;
use super::super::output::{Page, Report, Role};

/// Change the passphrase of the keystore: all keys, or none
#[derive(clap::Args)]
pub struct Args {
    /// The new passphrase: PATH, -, env:NAME or fd:N
    #[arg(
        long,
        value_name = "KEYSPEC",
        conflicts_with = "no_encrypt",
        allow_hyphen_values = true
    )]
    new_passphrase_from: Option<String>,
    /// Keep all private keys in clear from now on
    #[arg(long)]
    no_encrypt: bool,
    /// PBKDF2 iterations that protect the passphrase (default: as before)
    #[arg(long, value_name = "N", conflicts_with = "no_encrypt")]
    p2c: Option<u32>,
}

/// Keys under another passphrase.
#[derive(Serialize)]
pub struct Changed {
    store: String,
    keys: usize,
    encrypted: bool,
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Changed, Error> {
    context
        .inputs
        .check_stdin(&[("--new-passphrase-from", args.new_passphrase_from.as_deref())])?;
    let store = context.inputs.store()?;
    let Some(encrypted) = store.is_encrypted() else {
        return Err(Error::input(
            Code::BadKey,
            store.path().display().to_string(),
            "the keystore is empty",
        ));
    };
    let old = match encrypted {
        true => {
            let old = context.inputs.passphrase("the keystore")?;
            // Known to be wrong before a new one is thought up.
            store.check_passphrase(&old)?;
            Some(old)
        }
        false => None,
    };
    let new = match args.no_encrypt {
        true => None,
        false => Some(
            context
                .inputs
                .other_passphrase(args.new_passphrase_from.as_deref(), "the keystore")?,
        ),
    };
    let guard = Guard::new(new, args.p2c);
    let changed = keystore::reseal(store.path(), old.as_ref(), guard.protection(), &context.env)?;
    let keys = context.settle(changed);
    Ok(Changed {
        store: store.path().display().to_string(),
        keys,
        encrypted: guard.is_sealed(),
    })
}

impl Report for Changed {
    const SCHEMA: &'static str = "jwtctl.jwks-passphrase/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        let keys = if self.keys == 1 {
            "1 key".into()
        } else {
            format!("{} keys", self.keys)
        };
        match self.encrypted {
            true => page.line(Role::Plain, &format!("{keys} under the new passphrase")),
            false => page.line(Role::Caution, &format!("{keys} NOT ENCRYPTED from now on")),
        }
    }
}
