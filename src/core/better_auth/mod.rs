//! The table in which better-auth's JWT plugin keeps its keys: read as databases print it, private
//! halves opened and sealed under the server's secret, and written for a database to take in.
//!
//! The plugin signs with the row that was created last among those that have not expired, and
//! publishes a row until its grace period after the expiry is over.

mod envelope;
mod read;
mod rotation;
#[cfg(test)]
mod tests;
mod write;

pub use envelope::{Closed, RowProtection, Sealing, ServerSecret};
pub use read::{TableRefusal, is_row, is_table, lines};
pub use rotation::{Due, Rotation, times};
pub use write::{Change, Dialect, RowRefusal, Statement, insert, new_id, to_json, to_sql, update};

use std::sync::Arc;

use super::env::Env;
use super::key::Key;
use super::time::Timestamp;
use envelope::StoredHalf;

/// Seconds that the plugin goes on publishing an expired row, unless its `gracePeriod` says
/// otherwise.
pub const GRACE: i64 = 30 * 24 * 60 * 60;

/// Rows that the plugin reads, unless the server's `defaultFindManyLimit` says otherwise: what is
/// beyond them neither signs nor is published.
pub const READ: usize = 100;

/// How a database writes the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// The names that the database has for the columns.
    pub columns: Columns,
    /// The form in which the database writes times.
    pub times: Times,
    /// Whether it is MongoDB, whose rows are read and not written.
    pub is_mongo: bool,
}

/// How a database writes times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Times {
    /// ISO 8601.
    #[default]
    Iso,
    /// A number of seconds.
    Seconds,
    /// A number of milliseconds.
    Milliseconds,
}

/// How the table calls its columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Columns {
    /// `publicKey`, as the plugin itself does.
    #[default]
    Camel,
    /// `public_key`, as mapped by an ORM.
    Snake,
}

/// The rows of a table, in the order in which they were read.
#[derive(Debug)]
pub struct Table {
    /// The rows; no two have the same id.
    pub rows: Vec<Row>,
    /// How the database writes them.
    pub shape: Shape,
}

/// One key of the table.
#[derive(Debug)]
pub struct Row {
    /// Its id, which tokens name as `kid`.
    pub id: String,
    /// The key: with its private half once that is open.
    pub key: Arc<Key>,
    /// Milliseconds since 1970 at which it was made.
    pub created_at_ms: i64,
    /// Milliseconds since 1970 from which on it signs no more.
    pub expires_at_ms: Option<i64>,
    /// Why the private half is not open; `None` when it is.
    pub closed: Option<Closed>,
    /// Whether it is for signatures, and not for encryption.
    pub signs: bool,
    stored: StoredHalf,
}

impl Row {
    /// When it was made, in whole seconds.
    pub fn created_at(&self) -> Timestamp {
        seconds(self.created_at_ms)
    }

    /// From when on it signs no more, in whole seconds.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at_ms.map(seconds)
    }

    /// Whether a server that is set to `alg` may sign with it; a row that names no algorithm is for
    /// any.
    pub fn is_for(&self, alg: Option<&str>) -> bool {
        match (self.key.alg.as_deref(), alg) {
            (Some(own), Some(alg)) => own == alg,
            _ => true,
        }
    }

    /// How its private half is stored, without the half itself.
    pub fn sealing(&self) -> Sealing {
        self.stored.sealing()
    }

    /// Whether that secret opens it.
    pub fn opens_with(&self, secret: &ServerSecret) -> bool {
        self.stored
            .open(&self.key, std::slice::from_ref(secret))
            .is_ok()
    }

    /// Whether it may sign at `now`, as far as its times go.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at_ms.is_none_or(|at| at > millis(now))
    }

    /// Whether the plugin publishes it at `now`.
    pub fn is_published(&self, now: Timestamp) -> bool {
        let until = |at: i64| at.saturating_add(GRACE * 1000);
        self.expires_at_ms.is_none_or(|at| until(at) > millis(now))
    }
}

impl Table {
    /// The row that the plugin signs with at `now`: the newest one that has not expired.
    pub fn current(&self, now: Timestamp) -> Option<&Row> {
        self.newest(now, |row| row.signs)
    }

    /// The newest row that has not expired at `now` and that `fits`.
    pub fn newest(&self, now: Timestamp, fits: impl Fn(&Row) -> bool) -> Option<&Row> {
        let live = self.rows.iter().filter(|row| row.is_live(now) && fits(row));
        // Of several with one time, the plugin's stable sort keeps the first.
        live.rev().max_by_key(|row| row.created_at_ms)
    }

    /// The rows in the order in which they sign, each with the second from which on it does, two of
    /// which are never the same; a row that never signs stands where it was made.
    pub fn in_order(&self) -> Vec<(&Row, Timestamp)> {
        let from = |row: &Row| self.signs_from_ms(row).unwrap_or(row.created_at_ms);
        let mut rows: Vec<(&Row, i64)> = self.rows.iter().map(|row| (row, from(row))).collect();
        rows.sort_by_key(|(_, from)| *from);
        let mut last = Timestamp(i64::MIN);
        let apart = |(row, from)| {
            last = seconds(from).max(last.plus(1));
            (row, last)
        };
        rows.into_iter().map(apart).collect()
    }

    /// The row of this id.
    pub fn row(&self, id: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.id == id)
    }

    /// The keys of the rows that the plugin publishes at `now`.
    pub fn published(&self, now: Timestamp) -> Vec<Arc<Key>> {
        let rows = self.rows.iter().filter(|row| row.is_published(now));
        rows.map(|row| Arc::clone(&row.key)).collect()
    }

    /// Opens the private halves that are still closed and that one of `secrets` opens; each other
    /// row says why it stays closed.
    pub fn open(&mut self, secrets: &[ServerSecret]) {
        for row in self.rows.iter_mut().filter(|row| row.closed.is_some()) {
            match row.stored.open(&row.key, secrets) {
                Ok(key) => {
                    row.key = Arc::new(key);
                    row.closed = None;
                }
                Err(closed) => row.closed = Some(closed),
            }
        }
    }
}

/// The `createdAt` of a row that is made now, in milliseconds: by the machine's clock, since the
/// order of rows may hang on a fraction of a second, unless another time is pretended.
pub fn created_now(env: &Env<'_>) -> i64 {
    // The second may have changed since the program began.
    const SINCE_THE_START: std::ops::RangeInclusive<i64> = 0..=2;
    let clock = env.millis();
    match SINCE_THE_START.contains(&seconds(clock).since(env.now)) {
        true => clock,
        false => millis(env.now),
    }
}

/// Whole seconds of a time in milliseconds, rounded down.
fn seconds(millis: i64) -> Timestamp {
    Timestamp(millis.div_euclid(1000))
}

fn millis(time: Timestamp) -> i64 {
    time.0.saturating_mul(1000)
}
