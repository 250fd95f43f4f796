//! `jwtctl jwks passphrase`.

use std::io;

use jwtctl::core::better_auth::{self, Change, Row, Table};
use jwtctl::core::error::{Code, Error};
use jwtctl::core::keystore;
use serde::Serialize;

use super::super::Context;
use super::super::input::{Guard, SecretSpec, ServerSecretSpec, protection, row_refusal};
use super::super::output::{Page, Report, Role};
use super::rows::{TABLE, TableArgs, Written, check_open};

/// Change the passphrase of the keystore: all keys, or none
///
/// With --jwks, the secret that a better-auth server keeps its private keys under: all rows are
/// opened with --better-auth-secret, sealed under --new-better-auth-secret and printed, or none.
#[derive(clap::Args)]
pub struct Args {
    /// The new passphrase: PATH, -, env:NAME or fd:N
    #[arg(
        long,
        value_name = "KEYSPEC",
        conflicts_with_all = ["no_encrypt", "jwks"],
        allow_hyphen_values = true
    )]
    new_passphrase_from: Option<SecretSpec>,
    /// Keep all private keys in clear from now on
    #[arg(long)]
    no_encrypt: bool,
    /// PBKDF2 iterations that protect the passphrase (default: as before)
    #[arg(long, value_name = "N", conflicts_with_all = ["no_encrypt", "jwks"])]
    p2c: Option<u32>,

    #[command(flatten)]
    table: TableArgs,
    /// The server's new secret; VERSION:KEYSPEC where its secrets have versions
    #[arg(long, value_name = "[VERSION:]KEYSPEC", requires = "jwks", conflicts_with = "no_encrypt", allow_hyphen_values = true, help_heading = TABLE)]
    new_better_auth_secret: Option<ServerSecretSpec>,
}

/// Keys under another passphrase.
#[derive(Serialize)]
pub struct Changed {
    store: String,
    keys: usize,
    encrypted: bool,
    /// Of a table: its rows, or the statements that change them.
    #[serde(flatten)]
    written: Option<Written>,
}

/// Opens all rows of a table and seals them anew.
fn reseal_table(
    name: String,
    mut table: Table,
    args: &Args,
    context: &Context<'_>,
) -> Result<Changed, Error> {
    check_open(&table, &name)?;
    let secret = match (&args.new_better_auth_secret, args.no_encrypt) {
        (Some(spec), false) => Some(context.inputs.server_secret(spec)?),
        (_, true) => None,
        (None, false) => {
            let why = "is needed, the secret to seal with";
            return Err(Error::usage("--new-better-auth-secret", why));
        }
    };
    for row in &mut table.rows {
        row.reseal(protection(secret.as_ref()), &context.env)
            .map_err(|refusal| row_refusal(&refusal, &name))?;
    }
    let rows: Vec<&Row> = table.rows.iter().collect();
    let update = |row: &&Row| better_auth::update(row, Change::PrivateKey, table.shape);
    let statements: Vec<_> = rows.iter().map(update).collect();
    let written = args.table.write(&rows, &statements, table.shape)?;
    Ok(Changed {
        keys: rows.len(),
        encrypted: secret.is_some(),
        store: name,
        written: Some(written),
    })
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Changed, Error> {
    if let Some((name, table)) = args.table.read(context)? {
        return reseal_table(name, table, &args, context);
    }
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
                .other_passphrase(args.new_passphrase_from.as_ref(), "the keystore")?,
        ),
    };
    let guard = Guard::new(new, args.p2c);
    let changed = keystore::reseal(store.path(), old.as_ref(), guard.protection(), &context.env)?;
    let keys = context.settle(changed);
    Ok(Changed {
        store: store.path().display().to_string(),
        keys,
        encrypted: guard.is_sealed(),
        written: None,
    })
}

impl Report for Changed {
    const SCHEMA: &'static str = "jwtctl.jwks-passphrase/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        if let Some(text) = self.written.as_ref().and_then(Written::stdout) {
            return page.bytes(text.expose());
        }
        if self.written.is_some() {
            let rows = if self.keys == 1 { "row" } else { "rows" };
            let line = format!(
                "{} {rows} written; the database has them not yet",
                self.keys
            );
            return page.line(Role::Plain, &line);
        }
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
