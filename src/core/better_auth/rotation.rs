//! Which row signs when, and a rotation that publishes before it signs, with what the plugin lets a
//! row say.
//!
//! The plugin signs with the newest live row of the algorithm that it is set to, whatever its
//! `createdAt`; so a new key can wait only behind rows of its algorithm that are newer than it. Its
//! `createdAt` is put before theirs, and theirs get an `expiresAt`, at which the plugin goes over to
//! the new row by itself. Until then, and for its grace period afterwards, it publishes them all.

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
    /// A rotation is due now.
    Now(Rotation),
}

/// What a new row and those before it are to say.
#[derive(Debug, PartialEq, Eq)]
pub struct Rotation {
    /// The `createdAt` of the new row.
    pub created_at_ms: i64,
    /// Its `expiresAt`, where the server rotates by itself: then the row that signs now has one.
    pub expires_at_ms: Option<i64>,
    /// When the plugin begins to sign with it: sooner than was asked for, where the rows before it
    /// expire sooner.
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
            millis(current.plus(-waiting))
        }
    };
    let starts: Vec<i64> = line.iter().map(|(from, _)| *from).map(created).collect();
    let ends = line.iter().map(|(_, until)| until.map(millis));
    starts.into_iter().zip(ends).collect()
}

impl Table {
    /// What a rotation at `now` to a key for `alg` changes, `publish_for` seconds before the new
    /// key signs; with `every`, only if the key that took over last did so that many seconds ago.
    pub fn rotation(
        &self,
        alg: Option<&str>,
        publish_for: i64,
        every: Option<i64>,
        now: Timestamp,
    ) -> Due {
        let live = || {
            let rows = self.rows.iter();
            rows.filter(|row| row.signs && row.is_live(now) && row.is_for(alg))
        };
        let starts = live().filter(|row| self.will_sign(row, now));
        let starts = starts.filter_map(|row| Some((row.id.clone(), self.signs_from_ms(row)?)));
        if let (Some((id, since)), Some(every)) = (starts.max_by_key(|(_, since)| *since), every) {
            let due_at = seconds(since).plus(every);
            if due_at > now {
                return Due::Wait { id, due_at };
            }
        }
        let current = self.newest(now, |row| row.signs && row.is_for(alg));
        let takes_over = millis(now.plus(publish_for));
        let interval =
            current.and_then(|it| Some(it.expires_at_ms?.saturating_sub(it.created_at_ms)));
        let outlives = |row: &&Row| row.expires_at_ms.is_none_or(|at| at > takes_over);
        let ends = live().map(|row| {
            row.expires_at_ms
                .map_or(takes_over, |at| at.min(takes_over))
        });
        let activates_at_ms = ends.max().unwrap_or(millis(now));
        let oldest = live().map(|row| row.created_at_ms).min();
        Due::Now(Rotation {
            // A whole second before them, since a database may keep no fractions.
            created_at_ms: match oldest {
                Some(at) => millis(seconds(at).plus(-1)),
                None => millis(now),
            },
            expires_at_ms: interval.map(|it| activates_at_ms.saturating_add(it)),
            activates_at_ms,
            expires: live()
                .filter(outlives)
                .map(|row| (row.id.clone(), takes_over))
                .collect(),
            replaces: current.map(|row| row.id.clone()),
        })
    }

    /// The algorithms of the rows that may sign at `now`, each once.
    pub fn algorithms(&self, now: Timestamp) -> Vec<&str> {
        let live = self.rows.iter().filter(|row| row.signs && row.is_live(now));
        let mut names: Vec<&str> = live.filter_map(|row| row.key.alg.as_deref()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// From when on the plugin signs with `row`, where it is set to its algorithm: once all rows
    /// that come before it have expired. `None` when that never is.
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
        let place = self.rows.iter().position(|it| it.id == row.id)?;
        // Of two rows that were made at once, the plugin's sort leaves the first one first.
        let is_first = |at: usize, it: &Row| {
            it.created_at_ms > row.created_at_ms
                || it.created_at_ms == row.created_at_ms && at < place
        };
        let rivals =
            self.rows.iter().enumerate().filter(|(at, it)| {
                it.signs && it.is_for(row.key.alg.as_deref()) && is_first(*at, it)
            });
        rivals
            .map(|(_, it)| it.expires_at_ms)
            .try_fold(row.created_at_ms, |from, end| end.map(|end| from.max(end)))
    }
}
