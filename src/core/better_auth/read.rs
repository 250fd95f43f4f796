//! Rows as they come out of databases: an array, one a line, or a single one.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::civil::DateTime;

use super::super::json::{Json, Object};
use super::super::jwks::Dropped;
use super::super::key::{Job, Key};
use super::super::limits::MAX_ROWS;
use super::super::secret::Secret;
use super::super::time::MILLISECONDS_FROM;
use super::envelope::StoredHalf;
use super::{Columns, Row, Shape, Table, Times};

/// Whether `object` has the outline of a row: an id, and a public JWK that is a text.
pub fn is_row(object: &Object) -> bool {
    let is_jwk = |value: &Json| match value {
        Json::String(text) => text.trim_start().starts_with('{') && text.contains("\"kty\""),
        Json::Object(jwk) => jwk.has("kty"),
        _ => false,
    };
    let id = object.member("id").or_else(|| object.member("_id"));
    id.is_some() && column(object, PUBLIC_KEY).is_some_and(is_jwk)
}

/// Whether an array holds rows.
pub fn is_table(items: &[Json]) -> bool {
    items
        .iter()
        .any(|item| item.as_object().is_some_and(is_row))
}

/// The rows of a text that has one on each line, as databases print them; `None` when it is
/// something else.
pub fn lines(text: &[u8]) -> Option<Vec<Json>> {
    let mut lines = text
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty());
    let mut first = Json::parse(lines.next()?).ok()?;
    if !first.as_object().is_some_and(is_row) {
        // Mostly it is a JWK.
        first.wipe();
        return None;
    }
    let mut rows = vec![first];
    for line in lines {
        match Json::parse(line) {
            // One more than a table may have, which its reader refuses.
            Ok(row) if rows.len() <= MAX_ROWS => rows.push(row),
            Ok(_) => break,
            Err(_) => {
                rows.iter_mut().for_each(Json::wipe);
                return None;
            }
        }
    }
    Some(rows)
}

type Names = (&'static str, &'static str);

const PUBLIC_KEY: Names = ("publicKey", "public_key");
const PRIVATE_KEY: Names = ("privateKey", "private_key");
const CREATED_AT: Names = ("createdAt", "created_at");
const EXPIRES_AT: Names = ("expiresAt", "expires_at");

fn column(row: &Object, (camel, snake): Names) -> Option<&Json> {
    let found = row.member(camel).or_else(|| row.member(snake));
    found.filter(|value| !matches!(value, Json::Null))
}

/// Why a whole table is refused.
#[derive(Debug, PartialEq, Eq)]
pub enum TableRefusal {
    /// Two rows have this id.
    Twice(String),
    /// There are more rows than this.
    TooMany(usize),
}

impl Table {
    /// Reads rows, whose JSON is wiped. Those that cannot be read are left out and said.
    ///
    /// # Errors
    /// When two rows have one id, or there are more than [`MAX_ROWS`].
    pub fn from_rows(mut items: Vec<Json>) -> Result<(Self, Vec<Dropped>), TableRefusal> {
        let result = Self::read(&items);
        items.iter_mut().for_each(Json::wipe);
        result
    }

    fn read(items: &[Json]) -> Result<(Self, Vec<Dropped>), TableRefusal> {
        if items.len() > MAX_ROWS {
            return Err(TableRefusal::TooMany(MAX_ROWS));
        }
        let (mut rows, mut dropped) = (Vec::new(), Vec::new());
        let mut seen = HashSet::new();
        for (index, item) in items.iter().enumerate() {
            let row = match item {
                Json::Object(object) => read_row(object),
                other => Err(format!("is {}, not a row", other.kind())),
            };
            match row {
                Ok(row) if !seen.insert(row.id.clone()) => {
                    return Err(TableRefusal::Twice(row.id));
                }
                Ok(row) => rows.push(row),
                Err(why) => dropped.push(Dropped {
                    index,
                    kid: item
                        .as_object()
                        .and_then(|it| it.text("id"))
                        .map(String::from),
                    why,
                }),
            }
        }
        let shape = shape(items);
        Ok((Self { rows, shape }, dropped))
    }
}

/// How the database that printed these rows writes them.
fn shape(items: &[Json]) -> Shape {
    let rows = || items.iter().filter_map(Json::as_object);
    let columns = match rows().any(|row| row.has(PUBLIC_KEY.1)) {
        true => Columns::Snake,
        false => Columns::Camel,
    };
    let number = |row: &Object| match column(row, CREATED_AT)? {
        Json::Number(number) => number.parse::<f64>().ok(),
        _ => None,
    };
    let times = match rows().find_map(number) {
        Some(number) if number < MILLISECONDS_FROM as f64 => Times::Seconds,
        Some(_) => Times::Milliseconds,
        None => Times::Iso,
    };
    Shape {
        columns,
        times,
        is_mongo: rows().any(|row| !row.has("id") && row.has("_id")),
    }
}

fn read_row(row: &Object) -> Result<Row, String> {
    let id = row.member("id").or_else(|| row.member("_id"));
    let id = id.and_then(text_of).ok_or("has no id that is a text")?;
    let jwk = match column(row, PUBLIC_KEY) {
        Some(Json::Object(jwk)) => jwk.clone(),
        Some(Json::String(text)) => match Json::parse(text.as_bytes()) {
            Ok(Json::Object(jwk)) => jwk,
            _ => return Err("has a publicKey that is not a JWK".into()),
        },
        _ => return Err("has no publicKey".into()),
    };
    let mut key = Key::from_jwk(jwk)?;
    key = key
        .public()
        .ok_or("has a symmetric key in the place of a public one")?;
    key.kid = Some(id.clone());
    match column(row, ("alg", "alg")) {
        None => {}
        Some(Json::String(alg)) => key.alg = Some(alg.clone()),
        Some(_) => return Err("has an alg that is not a text".into()),
    }
    let created = column(row, CREATED_AT).ok_or("has no createdAt")?;
    let expires = column(row, EXPIRES_AT);
    let time = |name: &str, value| {
        moment(value, 0).ok_or_else(|| format!("has a time in {name} that cannot be read"))
    };
    let (created_at_ms, expires_at_ms) = (
        time(CREATED_AT.0, created)?,
        expires.map(|it| time(EXPIRES_AT.0, it)).transpose()?,
    );
    let stored = match column(row, PRIVATE_KEY) {
        Some(Json::String(text)) => StoredHalf::parse(text),
        Some(Json::Object(jwk)) => {
            let mut json = Json::Object(jwk.clone());
            let stored = StoredHalf::parse(&zeroize::Zeroizing::new(json.to_text()));
            json.wipe();
            stored
        }
        _ => StoredHalf::Damaged("it has no privateKey", Secret::new(Vec::new())),
    };
    let signs = !key.algorithms(Job::Verify).is_empty();
    let mut row = Row {
        id,
        key: Arc::new(key),
        created_at_ms,
        expires_at_ms,
        closed: None,
        signs,
        stored,
    };
    match row.stored.open(&row.key, &[]) {
        Ok(key) => row.key = Arc::new(key),
        Err(closed) => row.closed = Some(closed),
    }
    Ok(row)
}

/// An id: a text, a number, or an id of MongoDB.
fn text_of(value: &Json) -> Option<String> {
    let text = match value {
        Json::String(text) | Json::Number(text) => text,
        Json::Object(object) => object.text("$oid")?,
        _ => return None,
    };
    (!text.is_empty()).then(|| text.to_owned())
}

/// Milliseconds since 1970 of a time as databases print it: ISO 8601, which is UTC where it has no
/// offset; seconds; milliseconds; MongoDB's `$date`.
fn moment(value: &Json, depth: usize) -> Option<i64> {
    match value {
        Json::Number(number) => from_number(number),
        Json::String(text) => from_number(text).or_else(|| from_iso(text.trim())),
        Json::Object(object) if depth < 2 => {
            let inner = object
                .member("$date")
                .or_else(|| object.member("$numberLong"));
            moment(inner?, depth + 1)
        }
        _ => None,
    }
}

fn from_number(text: &str) -> Option<i64> {
    let number = match text.parse::<i64>() {
        Ok(whole) => whole,
        // `1785579300000.0`, as an ORM may have stored it.
        Err(_) => text.parse::<f64>().ok().filter(|it| it.is_finite())? as i64,
    };
    // Before 1973 there was no such table; days and microseconds are other numbers.
    const SECONDS: std::ops::Range<i64> = 100_000_000..MILLISECONDS_FROM;
    const MILLISECONDS: std::ops::Range<i64> = MILLISECONDS_FROM..MILLISECONDS_FROM * 1000;
    match number {
        it if SECONDS.contains(&it) => it.checked_mul(1000),
        it if MILLISECONDS.contains(&it) => Some(it),
        _ => None,
    }
}

fn from_iso(text: &str) -> Option<i64> {
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Some(time.as_millisecond());
    }
    let civil: DateTime = text.parse().ok()?;
    let zoned = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(zoned.timestamp().as_millisecond())
}
