//! A rotation that publishes before it signs, with what the plugin lets a row say.
//!
//! The plugin takes the newest row at once, whatever its `createdAt`, so a new key can wait only
//! behind rows that are newer than it: its `createdAt` is put before theirs, and theirs get an
//! `expiresAt`, at which the plugin goes over to the new row by itself. Until then, and for its
//! grace period afterwards, it publishes them all.

use super::super::time::Timestamp;
use super::{Row, Table, millis, seconds};

/// Whether a rotation is due.
#[derive(Debug, PartialEq, Eq)]
pub enum Due {
    /// Not before `due_at`: the newest key, `id`, is too young.
    Wait {
        /// The id of the key that takes over last.
        id: String,
        /// From when on a rotation is due.
        due_at: Timestamp,
    },
    /// Now.
    Now(Rotation),
}

/// What a new row and those before it are to say.
#[derive(Debug, PartialEq, Eq)]
pub struct Rotation {
    /// The `createdAt` of the new row.
    pub created_at_ms: i64,
    /// When the plugin begins to sign with it.
    pub activates_at_ms: i64,
    /// The new `expiresAt` of rows that would live longer, by their ids.
    pub expires: Vec<(String, i64)>,
    /// The id of the row that signs now.
    pub replaces: Option<String>,
}

impl Rotation {
    /// When the plugin begins to sign with the new row, in whole seconds.
    pub fn activates_at(&self) -> Timestamp {
        seconds(self.activates_at_ms)
    }
}

/// The times of rows for keys of which each signs from one moment on and, if there is a second
/// one, until then; in milliseconds, `createdAt` and `expiresAt`. A key that is to sign later than
/// `now` is put before the one that signs, which the plugin leaves when it expires.
pub fn times(line: &[(Timestamp, Option<Timestamp>)], now: Timestamp) -> Vec<(i64, Option<i64>)> {
    let begun = line.iter().filter(|(from, _)| *from <= now);
    let current = begun.map(|(from, _)| *from).max().unwrap_or(now);
    let mut waiting = 0;
    let created = |from: Timestamp| match from <= now {
        true => millis(from),
        false => {
            waiting += 1;
            millis(current).saturating_sub(waiting)
        }
    };
    let starts: Vec<i64> = line.iter().map(|(from, _)| *from).map(created).collect();
    let ends = line.iter().map(|(_, until)| until.map(millis));
    starts.into_iter().zip(ends).collect()
}

impl Table {
    /// What a rotation at `now` changes, `publish_for` seconds before the new key signs; with
    /// `every`, only if the key that took over last did so that many seconds ago.
    pub fn rotation(&self, publish_for: i64, every: Option<i64>, now: Timestamp) -> Due {
        let last = self.last_to_sign(now);
        if let (Some((id, since)), Some(every)) = (&last, every) {
            let due_at = seconds(*since).plus(every);
            if due_at > now {
                let id = id.clone();
                return Due::Wait { id, due_at };
            }
        }
        let live = || {
            let rows = self.rows.iter();
            rows.filter(|row| row.signs && row.is_live(now))
        };
        let oldest = live().map(|row| row.created_at_ms).min();
        let replaces = self.current(now).map(|row| row.id.clone());
        let activates_at_ms = match oldest {
            Some(_) => millis(now.plus(publish_for)),
            None => millis(now),
        };
        let outlives = |at: Option<i64>| at.is_none_or(|at| at > activates_at_ms);
        let expires = live().filter(|row| outlives(row.expires_at_ms));
        Due::Now(Rotation {
            created_at_ms: oldest.map_or(millis(now), |it| it.saturating_sub(1)),
            activates_at_ms,
            expires: expires
                .map(|row| (row.id.clone(), activates_at_ms))
                .collect(),
            replaces,
        })
    }

    /// From when on the plugin signs with `row`: once all rows that are newer have expired. `None`
    /// when that never is.
    pub fn signs_from(&self, row: &Row) -> Option<Timestamp> {
        self.signs_from_ms(row).map(seconds)
    }

    /// Whether the plugin signs with `row` at `now` or later.
    pub fn will_sign(&self, row: &Row, now: Timestamp) -> bool {
        let from = self.signs_from_ms(row);
        let is_before_the_end = |from| row.expires_at_ms.is_none_or(|end| end > from);
        row.signs && row.is_live(now) && from.is_some_and(is_before_the_end)
    }

    pub(super) fn signs_from_ms(&self, row: &Row) -> Option<i64> {
        let is_newer = |it: &&Row| it.signs && it.created_at_ms > row.created_at_ms;
        let newer = self.rows.iter().filter(is_newer);
        newer
            .map(|it| it.expires_at_ms)
            .try_fold(row.created_at_ms, |from, end| end.map(|end| from.max(end)))
    }

    /// The row that the plugin signs with, now or later, until another one is made; and since when,
    /// in milliseconds.
    fn last_to_sign(&self, now: Timestamp) -> Option<(String, i64)> {
        let signing = self.rows.iter().filter(|row| self.will_sign(row, now));
        let starts = signing.filter_map(|row| Some((row.id.clone(), self.signs_from_ms(row)?)));
        starts.max_by_key(|(_, since)| *since)
    }
}
