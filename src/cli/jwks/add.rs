//! `jwtctl jwks add`.

use clap::builder::NonEmptyStringValueParser;
use std::io;
use std::path::Path;

use jwtctl::core::better_auth::{Row, Table};
use jwtctl::core::error::{Code, Error};
use jwtctl::core::json::Object;
use jwtctl::core::key::Key;
use jwtctl::core::keyfile::{KeyFile, Purpose};
use jwtctl::core::keystore::line::{GRACE, PUBLISH_FOR};
use jwtctl::core::keystore::{self, End, RotationPolicy, Slot, State};
use jwtctl::core::time::Timestamp;
use serde::Serialize;

use super::super::Context;
use super::super::input::{Guard, Spec, check_whole, closed, duration};
use super::super::output::{Page, Report, Role};

/// Add a private key to the keystore
///
/// The first signing key signs at once; a later one is published first, so that verifiers know it
/// by then. The passphrase that opens an encrypted key file is also the one of the keystore; where
/// they differ, convert the file first.
///
/// Rows of better-auth's table all join, or the one of --kid, as long as their keys are published:
/// each signs from when it was made until it expires.
#[derive(clap::Args)]
pub struct Args {
    /// The key, of any format: PATH, -, env:NAME or fd:N
    #[arg(value_name = "KEYSPEC")]
    key: Spec,
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
    /// Of a table: all keys that joined, the one above among them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    added: Vec<AddedRow>,
}

#[derive(Serialize)]
struct AddedRow {
    kid: String,
    state: State,
    activates_at: Option<String>,
    expires_at: Option<String>,
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Added, Error> {
    let path = context.inputs.store_path()?;
    let file = context.inputs.key_file(&args.key)?;
    if let Some(table) = &file.table {
        check_whole(&file.dropped, args.key.source_name())?;
        return add_rows(table, &path, &args, context);
    }
    let key = pick(&file, &args)?;
    let guard = Guard::joining(&context.inputs.store()?, args.no_encrypt, args.p2c, context)?;
    let policy = RotationPolicy {
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
        added: Vec::new(),
    })
}

/// Adds the rows of a table with their times.
fn add_rows(
    table: &Table,
    path: &Path,
    args: &Args,
    context: &Context<'_>,
) -> Result<Added, Error> {
    let what = args.key.source_name();
    let now = context.env.now;
    let is_meant = |(row, _): &(&Row, _)| match &args.kid {
        Some(kid) => row.id == *kid,
        None => row.is_published(now),
    };
    let meant: Vec<(&Row, Timestamp)> = table.in_order().into_iter().filter(is_meant).collect();
    if meant.is_empty() {
        let why = match &args.kid {
            Some(kid) => format!("has no row {kid:?}"),
            None => "has no row that is still published".into(),
        };
        return Err(Error::input(Code::BadKey, what, why));
    }
    let mut keys = Vec::new();
    for (row, activates_at) in meant {
        if let Some(error) = closed(row, what) {
            return Err(error);
        }
        let copy = row.key.duplicate();
        let unreadable = || Error::input(Code::BadKey, what, "cannot be copied");
        keys.push((
            copy.ok_or_else(unreadable)?,
            slot(row, activates_at, args.grace),
        ));
    }
    let guard = Guard::joining(&context.inputs.store()?, args.no_encrypt, args.p2c, context)?;
    let changed = keystore::adopt(path, &keys, guard.protection(), &context.env)?;
    let added = context.settle(changed);
    // The one that signs, or else the newest.
    let shown = added
        .iter()
        .max_by_key(|it| (it.state == State::Current, it.entry.slot.activates_at));
    let shown = shown.ok_or_else(|| Error::input(Code::BadKey, what, "has no row"))?;
    Ok(Added {
        store: path.display().to_string(),
        kid: shown.entry.slot.kid.clone(),
        state: shown.state,
        activates_at: shown.entry.slot.activates_at.rfc3339(),
        replaces: None,
        encrypted: guard.is_sealed(),
        public_jwk: shown.entry.key.public_jwk(),
        added: added.iter().map(AddedRow::of).collect(),
    })
}

/// The place of a row in the line of the keystore.
fn slot(row: &Row, activates_at: Timestamp, grace_s: i64) -> Slot {
    let end = row.expires_at().map(|retires_at| End {
        retires_at,
        expires_at: retires_at.plus(grace_s),
    });
    Slot {
        kid: row.id.clone(),
        signs: row.signs,
        created_at: row.created_at(),
        activates_at,
        grace_s,
        end,
    }
}

impl AddedRow {
    fn of(added: &keystore::Added) -> Self {
        let slot = &added.entry.slot;
        Self {
            kid: slot.kid.clone(),
            state: added.state,
            activates_at: slot.activates_at.rfc3339(),
            expires_at: slot.end.and_then(|end| end.expires_at.rfc3339()),
        }
    }
}

/// The one key of a file, or the one of a set that `--kid` names.
fn pick(file: &KeyFile, args: &Args) -> Result<Key, Error> {
    let key = file
        .pick(args.kid.as_deref(), Purpose::Keep)
        .map_err(|why| why.about(&args.key))?;
    // A copy of its own, to be given a name.
    let mut copy = key
        .duplicate()
        .ok_or_else(|| Error::input(Code::BadKey, &args.key, "cannot be copied"))?;
    copy.kid = copy.kid.or_else(|| args.kid.clone());
    Ok(copy)
}

impl Report for Added {
    const SCHEMA: &'static str = "jwtctl.jwks-add/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        if !self.added.is_empty() {
            for row in &self.added {
                let line = format!("kid      {} ({})", row.kid, row.state.as_str());
                page.line(Role::Plain, &line)?;
            }
            let how = if self.encrypted {
                "encrypted"
            } else {
                "NOT ENCRYPTED"
            };
            return page.line(Role::Plain, &format!("store    {} ({how})", self.store));
        }
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
