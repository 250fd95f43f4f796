//! Rows for a database to take in: as JSON, or as the statements that insert and update them.

use std::sync::Arc;

use jiff::Timestamp as Instant;
use zeroize::Zeroizing;

use super::super::alg::{Kty, SigAlg};
use super::super::env::Env;
use super::super::json::{Json, Object, WipedJson};
use super::super::key::{Job, Key};
use super::super::secret::Secret;
use super::envelope::{RowProtection, StoredHalf, public_text};
use super::{Columns, Row, Shape, Times};

/// What the names of the key agreement algorithms begin with.
const ECDH: &str = "ECDH-ES";

/// A database, by how it quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Dialect {
    Sqlite,
    Postgres,
    Mysql,
}

/// Why a key cannot be a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowRefusal {
    /// It has no private half, or is symmetric.
    NotPrivate,
    /// The npm package that the plugin signs with has no algorithm for it.
    NoAlgorithm,
    /// A time lies outside the years that a database can hold.
    Time,
}

impl Row {
    /// A new row for `key`, its private half put away as `protection` says. The algorithm is that
    /// of the key, or the usual one for its kind.
    ///
    /// # Errors
    /// When the plugin could not use it.
    pub fn new(
        key: &Key,
        id: String,
        created_at_ms: i64,
        expires_at_ms: Option<i64>,
        protection: RowProtection<'_>,
        env: &Env<'_>,
    ) -> Result<Self, RowRefusal> {
        if !key.is_private() || key.kty() == Kty::Oct {
            return Err(RowRefusal::NotPrivate);
        }
        let alg = algorithm(key).ok_or(RowRefusal::NoAlgorithm)?;
        let times = [Some(created_at_ms), expires_at_ms];
        if times.into_iter().flatten().any(|at| iso(at).is_none()) {
            return Err(RowRefusal::Time);
        }
        let is_for_encryption = alg.starts_with(ECDH);
        let mut key = key.duplicate().ok_or(RowRefusal::NotPrivate)?;
        key.kid = Some(id.clone());
        key.alg = Some(alg);
        let stored = StoredHalf::seal(&key, protection, env).ok_or(RowRefusal::NotPrivate)?;
        Ok(Self {
            id,
            key: Arc::new(key),
            created_at_ms,
            expires_at_ms,
            closed: None,
            signs: !is_for_encryption,
            stored,
        })
    }

    /// Puts the private half away anew; it must be open.
    ///
    /// # Errors
    /// [`RowRefusal::NotPrivate`] when it is not.
    pub fn reseal(
        &mut self,
        protection: RowProtection<'_>,
        env: &Env<'_>,
    ) -> Result<(), RowRefusal> {
        if self.closed.is_some() {
            return Err(RowRefusal::NotPrivate);
        }
        self.stored = StoredHalf::seal(&self.key, protection, env).ok_or(RowRefusal::NotPrivate)?;
        Ok(())
    }

    /// Its columns in the order of the plugin's schema; `None` for one that is empty.
    fn cells(&self, shape: Shape) -> Vec<(&'static str, Option<Secret>)> {
        let text = |text: &str| Some(Secret::new(text.as_bytes().to_vec()));
        let time = |at: i64| match shape.times {
            Times::Iso => iso(at).as_deref().and_then(text),
            Times::Seconds => text(&at.div_euclid(1000).to_string()),
            Times::Milliseconds => text(&at.to_string()),
        };
        let names = names(shape.columns);
        vec![
            ("id", text(&self.id)),
            (names.public_key, text(&public_text(&self.key))),
            (names.private_key, Some(self.stored.column())),
            (names.created_at, time(self.created_at_ms)),
            (names.expires_at, self.expires_at_ms.and_then(time)),
            ("alg", self.key.alg.as_deref().and_then(text)),
            ("crv", self.key.curve().and_then(|crv| text(crv.as_str()))),
        ]
    }
}

struct Names {
    public_key: &'static str,
    private_key: &'static str,
    created_at: &'static str,
    expires_at: &'static str,
}

fn names(columns: Columns) -> Names {
    match columns {
        Columns::Camel => Names {
            public_key: "publicKey",
            private_key: "privateKey",
            created_at: "createdAt",
            expires_at: "expiresAt",
        },
        Columns::Snake => Names {
            public_key: "public_key",
            private_key: "private_key",
            created_at: "created_at",
            expires_at: "expires_at",
        },
    }
}

/// The name that the plugin gives to the algorithm of a key: EdDSA for both Edwards curves, since
/// that is what it imports them as. ES256K is not among those that it can import.
fn algorithm(key: &Key) -> Option<String> {
    if let Some(alg) = key.alg.as_deref().filter(|alg| alg.starts_with(ECDH)) {
        return Some(alg.to_owned());
    }
    let alg = key.algorithms(Job::Sign).first().copied()?;
    match alg {
        SigAlg::Es256k => None,
        SigAlg::Ed25519 | SigAlg::Ed448 => Some(SigAlg::EdDsa.as_str().to_owned()),
        other => Some(other.as_str().to_owned()),
    }
}

/// An id for a new row, of the kind that the others have: a UUID, or 32 letters and digits as the
/// server itself makes them, which every database's column holds. `None` where the others are
/// numbers, which the database gives out.
pub fn new_id(others: &[Row], env: &Env<'_>) -> Option<String> {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let all = |is: &dyn Fn(&str) -> bool| !others.is_empty() && others.iter().all(|it| is(&it.id));
    if all(&|id| id.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    if all(&|id| uuid::Uuid::parse_str(id).is_ok()) {
        return Some(env.uuid());
    }
    let letter = |_| {
        let at = env.below(LETTERS.len() as u64) as usize;
        char::from(LETTERS[at])
    };
    Some((0..32).map(letter).collect())
}

/// ISO 8601 with milliseconds, in UTC, as JavaScript writes it.
fn iso(millis: i64) -> Option<String> {
    let time = Instant::from_millisecond(millis).ok()?;
    Some(time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
}

/// Rows as a JSON array, with what is empty as `null`. It is secret where private halves are in
/// clear.
pub fn to_json(rows: &[&Row], shape: Shape) -> Secret {
    let json = Json::Array(rows.iter().map(|row| object(row, shape)).collect());
    let json = WipedJson::from(json);
    let text = Zeroizing::new(json.to_text());
    let mut line = Zeroizing::new(Vec::with_capacity(text.len() + 1));
    line.extend_from_slice(text.as_bytes());
    line.push(b'\n');
    Secret::from(line)
}

fn object(row: &Row, shape: Shape) -> Json {
    let cells = row.cells(shape).into_iter();
    let value = |name: &str, cell: Option<Secret>| match cell.as_ref().and_then(Secret::expose_str)
    {
        Some(number) if is_number(name, shape.times) => Json::Number(number.to_owned()),
        Some(text) => Json::from(text),
        None => Json::Null,
    };
    Json::Object(Object(
        cells
            .map(|(name, cell)| (name.to_owned(), value(name, cell)))
            .collect(),
    ))
}

/// Whether a column holds a time that is written as a number.
fn is_number(column: &str, times: Times) -> bool {
    is_time(column) && times != Times::Iso
}

fn is_time(column: &str) -> bool {
    column.ends_with("At") || column.ends_with("_at")
}

/// One statement for a database.
#[derive(Debug)]
pub struct Statement {
    verb: Verb,
    id: String,
    times: Times,
    cells: Vec<(&'static str, Option<Secret>)>,
}

#[derive(Debug)]
enum Verb {
    Insert,
    Update,
}

/// The statement that inserts a row.
pub fn insert(row: &Row, shape: Shape) -> Statement {
    Statement {
        verb: Verb::Insert,
        id: row.id.clone(),
        times: shape.times,
        cells: row.cells(shape),
    }
}

/// What changed of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// How its private half is stored.
    PrivateKey,
    /// When it expires.
    Expiry,
}

/// The statement that updates one thing of a row.
pub fn update(row: &Row, change: Change, shape: Shape) -> Statement {
    let names = names(shape.columns);
    let changed = match change {
        Change::PrivateKey => names.private_key,
        Change::Expiry => names.expires_at,
    };
    let cells = row.cells(shape).into_iter();
    Statement {
        verb: Verb::Update,
        id: row.id.clone(),
        times: shape.times,
        cells: cells.filter(|(name, _)| *name == changed).collect(),
    }
}

/// The statements as one transaction.
pub fn to_sql(statements: &[Statement], dialect: Dialect) -> Secret {
    let begin = match dialect {
        Dialect::Sqlite | Dialect::Postgres => "BEGIN;\n",
        // Times are given in UTC, and `timestamp` columns are read in the session's zone.
        Dialect::Mysql => "SET time_zone = '+00:00';\nSTART TRANSACTION;\n",
    };
    let lines: Vec<Zeroizing<String>> = statements.iter().map(|it| it.text(dialect)).collect();
    let mut all = vec![begin];
    all.extend(lines.iter().map(|it| it.as_str()));
    all.push("COMMIT;\n");
    Secret::new(all.concat().into_bytes())
}

impl Statement {
    fn text(&self, dialect: Dialect) -> Zeroizing<String> {
        let name = |name: &str| dialect.name(name);
        let value = |(column, cell): &(&str, Option<Secret>)| match cell {
            Some(cell) if is_number(column, self.times) => {
                Zeroizing::new(cell.expose_str().unwrap_or_default().to_owned())
            }
            Some(cell) => dialect.value(column, cell.expose_str().unwrap_or_default()),
            None => Zeroizing::new("NULL".into()),
        };
        let (table, id) = (name("jwks"), name("id"));
        // Joined, not formatted: a text that grows leaves copies behind.
        match self.verb {
            Verb::Insert => {
                let columns: Vec<String> = self.cells.iter().map(|(it, _)| name(it)).collect();
                let values: Vec<Zeroizing<String>> = self.cells.iter().map(value).collect();
                let values: Vec<&str> = values.iter().map(|it| it.as_str()).collect();
                let (columns, values) = (columns.join(", "), Zeroizing::new(values.join(", ")));
                let parts = [
                    "INSERT INTO ",
                    &table,
                    " (",
                    &columns,
                    ") VALUES (",
                    &values,
                    ");\n",
                ];
                Zeroizing::new(parts.concat())
            }
            Verb::Update => {
                let set = |cell: &(&str, Option<Secret>)| {
                    Zeroizing::new([&*name(cell.0), " = ", &value(cell)].concat())
                };
                let cells: Vec<Zeroizing<String>> = self.cells.iter().map(set).collect();
                let cells: Vec<&str> = cells.iter().map(|it| it.as_str()).collect();
                let (cells, own) = (
                    Zeroizing::new(cells.join(", ")),
                    dialect.value("id", &self.id),
                );
                let parts = [
                    "UPDATE ", &table, " SET ", &cells, " WHERE ", &id, " = ", &own, ";\n",
                ];
                Zeroizing::new(parts.concat())
            }
        }
    }
}

impl Dialect {
    fn name(self, name: &str) -> String {
        match self {
            Self::Sqlite | Self::Postgres => format!("\"{name}\""),
            Self::Mysql => format!("`{name}`"),
        }
    }

    /// A text as a literal. In MySQL a backslash escapes, and a time has neither T nor Z.
    fn value(self, column: &str, text: &str) -> Zeroizing<String> {
        let mut quoted = Zeroizing::new(String::with_capacity(2 * text.len() + 2));
        quoted.push('\'');
        let is_time = is_time(column);
        let text = match (self, is_time) {
            (Self::Mysql, true) => text.trim_end_matches('Z'),
            _ => text,
        };
        for letter in text.chars() {
            match (letter, self) {
                ('\'', _) => quoted.push_str("''"),
                ('\\', Self::Mysql) => quoted.push_str("\\\\"),
                ('T', Self::Mysql) if is_time => quoted.push(' '),
                (other, _) => quoted.push(other),
            }
        }
        quoted.push('\'');
        quoted
    }
}
