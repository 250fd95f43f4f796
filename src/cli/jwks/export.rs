//! `jwtctl jwks export`.

use std::io;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use jwtctl::core::better_auth::{self, Row, new_id};
use jwtctl::core::error::{Code, Error};
use jwtctl::core::files::{self, Access};
use jwtctl::core::json::{Json, Object, WipedJson};
use jwtctl::core::jwks::KeySet;
use jwtctl::core::key::Key;
use jwtctl::core::keyfile;
use jwtctl::core::keystore::{Keystore, State};
use jwtctl::core::secret::Secret;
use serde::{Serialize, Serializer};

use super::super::Context;
use super::super::input::{SecretSpec, SqlDialect, check_whole, protection, row_refusal};
use super::super::output::{Page, Report, Status};
use super::rows::{check_open, text};
use super::{Loaded, Source};

/// Print the public key set; private members and symmetric keys stay behind
///
/// To publish it, let it write the file itself: jwtctl jwks export --out FILE replaces FILE in one
/// step, readable for all (mode 0644), and leaves it as it is when the keystore cannot be read or
/// publishes no key, where a redirection of the shell would leave an empty file.
///
/// With --private, the private keys themselves: encrypted under a new passphrase, or in clear with
/// --no-encrypt. That is asked for once more, unless --yes says so already.
#[derive(clap::Args)]
pub struct Args {
    /// Write the public set, or rows, to FILE instead of stdout, replacing what is there
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Leave FILE as it is, and exit with 1, if it holds this set already
    #[arg(long, requires = "out")]
    if_changed: bool,
    /// Export a set without any key, too: tokens can then not be verified with it
    #[arg(long, conflicts_with = "private")]
    allow_empty: bool,
    /// The private keys, of the keystore those that have not expired
    #[arg(long)]
    private: bool,
    /// How the keys are written
    #[arg(long, value_enum, default_value = "jwks")]
    format: Format,
    /// Write the statements that insert the rows in this database
    #[arg(long, value_enum, value_name = "DATABASE", requires = "private")]
    sql: Option<SqlDialect>,
    /// Do not ask whether private keys may leave
    #[arg(long, requires = "private")]
    yes: bool,
    /// Encrypt private keys with the passphrase in KEYSPEC
    #[arg(
        long,
        value_name = "KEYSPEC",
        requires = "private",
        conflicts_with = "no_encrypt",
        allow_hyphen_values = true
    )]
    new_passphrase_from: Option<SecretSpec>,
    /// Write private keys in clear
    #[arg(long, requires = "private")]
    no_encrypt: bool,
    /// PBKDF2 iterations that protect the passphrase (default: 210000)
    #[arg(
        long,
        value_name = "N",
        requires = "private",
        conflicts_with = "no_encrypt"
    )]
    p2c: Option<u32>,
    #[command(flatten)]
    source: Source,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A JSON Web Key Set
    Jwks,
    /// Rows for the table of better-auth's JWT plugin, under the secret of --better-auth-secret
    BetterAuth,
}

/// A key set on its way out.
#[derive(Serialize)]
pub struct Exported {
    source: String,
    /// The file that holds the set now.
    #[serde(skip_serializing_if = "Option::is_none")]
    out: Option<String>,
    /// Whether the file was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<bool>,
    #[serde(flatten)]
    keys: Keys,
}

enum Keys {
    /// As JSON, public unless asked otherwise.
    Set(Object),
    /// Private keys in clear, as the text of a set.
    Private(Secret),
    /// A JWE of the set.
    Sealed(Secret),
    /// Rows of better-auth's table.
    Rows(Secret),
    /// The statements that insert them.
    Sql(Secret),
}

impl Serialize for Keys {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::{Error as _, SerializeMap as _};
        let mut map = serializer.serialize_map(Some(1))?;
        let parsed = |text: &Secret| {
            let json = Json::parse(text.expose()).map(WipedJson::from);
            json.map_err(|_| S::Error::custom("the keys cannot be read back"))
        };
        match self {
            Self::Set(set) => map.serialize_entry("jwks", set)?,
            Self::Private(text) => map.serialize_entry("jwks", &*parsed(text)?)?,
            Self::Rows(text) => map.serialize_entry("rows", &*parsed(text)?)?,
            Self::Sql(text) => {
                map.serialize_entry("sql", text.expose_str().unwrap_or_default())?;
            }
            Self::Sealed(text) => {
                map.serialize_entry("sealed", text.expose_str().unwrap_or_default().trim_end())?
            }
        }
        map.end()
    }
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Exported, Error> {
    check(&args)?;
    let loaded = args.source.load(context)?;
    loaded.warn_dropped(context);
    if args.private {
        let keys = private(&loaded, &args, context)?;
        if let (Some(out), Keys::Rows(text) | Keys::Sql(text)) = (&args.out, &keys) {
            files::write(out, text.expose(), Access::Private, true)?;
        }
        return Ok(Exported {
            keys,
            source: loaded.name,
            out: args.out.map(|it| it.display().to_string()),
            changed: None,
        });
    }
    let set = public(&loaded, &args, context)?;
    let changed = match &args.out {
        Some(path) => Some(publish(&set, path, args.if_changed)?),
        None => None,
    };
    Ok(Exported {
        source: loaded.name,
        out: args.out.map(|it| it.display().to_string()),
        changed,
        keys: Keys::Set(set),
    })
}

/// What only one of the formats takes.
fn check(args: &Args) -> Result<(), Error> {
    let refuse = |flag: &str, why: &str| Err(Error::usage(flag, why));
    let is_rows = args.format == Format::BetterAuth;
    if args.private && args.out.is_some() && !is_rows {
        let error = Error::usage(
            "--out",
            "is for what is published, and --private for what is not",
        );
        return Err(error.hint("write private keys to stdout, or each with jwtctl jwks convert"));
    }
    if is_rows && !args.private {
        return refuse(
            "--format better-auth",
            "needs --private: a row holds both halves of its key",
        );
    }
    if !is_rows && args.sql.is_some() {
        return refuse("--sql", "needs --format better-auth");
    }
    if is_rows && args.new_passphrase_from.is_some() {
        let error = Error::usage("--new-passphrase-from", "does not protect rows");
        return Err(error.hint("name the server's secret: --better-auth-secret KEYSPEC"));
    }
    Ok(())
}

/// Writes the set to a file in one step. With `if_changed`, a file that holds it already stays.
/// Returns whether it was written.
fn publish(set: &Object, path: &Path, if_changed: bool) -> Result<bool, Error> {
    let text = format!("{}\n", Json::Object(set.clone()).to_text());
    files::check_target(path, true)?;
    if if_changed && path.exists() {
        let present = files::read(path, files::MAX_FILE)?;
        if present.expose() == text.as_bytes() {
            return Ok(false);
        }
    }
    files::write(path, text.as_bytes(), Access::Published, true)?;
    Ok(true)
}

fn public(loaded: &Loaded, args: &Args, context: &Context<'_>) -> Result<Object, Error> {
    let keys = &loaded.file.keys;
    let symmetric = keys.iter().filter(|key| key.public().is_none()).count();
    if symmetric > 0 {
        context.output.warn(&format!(
            "left out: {symmetric} symmetric, which have no public half"
        ));
    }
    if symmetric > 0 && symmetric == keys.len() {
        return Err(Error::input(
            Code::BadKey,
            &loaded.name,
            "has symmetric keys only, so there is nothing to publish",
        ));
    }
    if keys.is_empty() && !args.allow_empty {
        let (what, next) = match &loaded.store {
            Some(_) => (
                "the keystore publishes no key",
                "to make one: jwtctl keygen",
            ),
            None => (
                "has no key that can be published",
                "to see why: jwtctl jwks lint",
            ),
        };
        return Err(Error::input(Code::BadKey, &loaded.name, what)
            .hint(next)
            .hint("to export a set without keys anyway: --allow-empty"));
    }
    Ok(KeySet {
        keys: keys.clone(),
        dropped: Vec::new(),
    }
    .public_json())
}

fn private(loaded: &Loaded, args: &Args, context: &Context<'_>) -> Result<Keys, Error> {
    if let Some(table) = &loaded.table {
        check_open(table, &loaded.name)?;
        check_whole(&loaded.file.dropped, &loaded.name)?;
    }
    let opened = match &loaded.store {
        Some(store) => open(store, context, args)?,
        None => Vec::new(),
    };
    let keys: Vec<&Key> = match &loaded.store {
        Some(_) => opened.iter().collect(),
        None => loaded
            .file
            .keys
            .iter()
            .filter(|key| key.is_private())
            .map(AsRef::as_ref)
            .collect(),
    };
    if keys.is_empty() {
        return Err(Error::input(
            Code::BadKey,
            &loaded.name,
            "has no private key",
        ));
    }
    if loaded.store.is_none() {
        ask(keys.len(), args, context)?;
    }
    if args.format == Format::BetterAuth {
        return rows(&keys, loaded, args, context);
    }
    if args.no_encrypt {
        context.output.warn_of_readers();
        return keyfile::private_set(&keys, None, None, &context.env).map(Keys::Private);
    }
    let passphrase = context
        .inputs
        .other_passphrase(args.new_passphrase_from.as_ref(), "the exported keys")?;
    keyfile::private_set(&keys, Some(&passphrase), args.p2c, &context.env).map(Keys::Sealed)
}

/// The keys as rows: with their times, where they have any; other keys as if they had been made
/// just now, the first one last, so that it is the one that signs.
fn rows(keys: &[&Key], loaded: &Loaded, args: &Args, context: &Context<'_>) -> Result<Keys, Error> {
    let secret = context.inputs.sealing_secret(args.no_encrypt)?;
    let times = times(keys, loaded, context);
    let mut rows = Vec::new();
    for (key, (created_at, expires_at)) in keys.iter().zip(times) {
        let label = key.label();
        let id = key.kid.clone().or_else(|| new_id(&[], &context.env));
        let protection = protection(secret);
        let row = Row::new(
            key,
            id.unwrap_or_default(),
            created_at,
            expires_at,
            protection,
            &context.env,
        );
        rows.push(row.map_err(|refusal| row_refusal(&refusal, &label))?);
    }
    if args.no_encrypt {
        context.output.warn_of_readers();
    }
    let shape = loaded.table.as_ref().map(|it| it.shape).unwrap_or_default();
    let insert = |row: &Row| better_auth::insert(row, shape);
    let statements: Vec<_> = rows.iter().map(insert).collect();
    let rows: Vec<&Row> = rows.iter().collect();
    let text = text(&rows, &statements, shape, args.sql);
    Ok(match args.sql {
        Some(_) => Keys::Sql(text),
        None => Keys::Rows(text),
    })
}

/// When the rows of these keys were made and expire, in milliseconds.
fn times(keys: &[&Key], loaded: &Loaded, context: &Context<'_>) -> Vec<(i64, Option<i64>)> {
    let now = context.env.now;
    if let Some(table) = &loaded.table {
        let rows = keys.iter().filter_map(|key| table.row(key.kid.as_deref()?));
        return rows
            .map(|it| (it.created_at_ms, it.expires_at_ms))
            .collect();
    }
    let Some(store) = &loaded.store else {
        let made = |at: i64| better_auth::created_now(&context.env).saturating_sub(at);
        return (0..).map(|at| (made(at), None)).take(keys.len()).collect();
    };
    let line: Vec<_> = keys
        .iter()
        .filter_map(|key| store.find(key.kid.as_deref()?).ok())
        .map(|entry| {
            let until = store.end(entry).map(|end| end.retires_at);
            (entry.slot.activates_at, until)
        })
        .collect();
    better_auth::times(&line, now)
}

/// The keys of the keystore that have not expired; opened with one passphrase, and only after the
/// question.
fn open(store: &Keystore, context: &Context<'_>, args: &Args) -> Result<Vec<Key>, Error> {
    let entries: Vec<_> = store
        .entries()
        .iter()
        .filter(|it| store.state(it, context.env.now) != State::Expired)
        .collect();
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    ask(entries.len(), args, context)?;
    let passphrase = match store.is_encrypted() {
        Some(true) => context.inputs.passphrase("the keystore")?,
        _ => Secret::new(Vec::new()),
    };
    let copy = || Ok(Secret::new(passphrase.expose().to_vec()));
    entries
        .into_iter()
        .map(|entry| entry.open(&mut || copy()))
        .collect()
}

fn ask(count: usize, args: &Args, context: &Context<'_>) -> Result<(), Error> {
    let how = if args.no_encrypt {
        "in clear"
    } else {
        "encrypted"
    };
    let keys = if count == 1 {
        "1 private key".into()
    } else {
        format!("{count} private keys")
    };
    if args.yes
        || context
            .inputs
            .confirm(&format!("Write {keys} {how}?"), "--yes")?
    {
        return Ok(());
    }
    Err(Error::input(
        Code::NoInput,
        "--private",
        "was not confirmed; nothing was written",
    ))
}

impl Report for Exported {
    const SCHEMA: &'static str = "jwtctl.jwks-export/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        match &self.keys {
            _ if self.out.is_some() => Ok(()),
            Keys::Set(set) => {
                page.json(&Json::Object(set.clone()), 0)?;
                page.end()
            }
            Keys::Private(text) | Keys::Sealed(text) | Keys::Rows(text) | Keys::Sql(text) => {
                page.bytes(text.expose())
            }
        }
    }

    fn status(&self) -> Status<'_> {
        match (&self.out, self.changed) {
            (Some(out), Some(false)) => Status::No(format!("{out}: unchanged")),
            _ => Status::Done,
        }
    }
}
