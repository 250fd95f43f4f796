//! A clock that tests turn, and entries to go with it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use super::super::env::{Boot, Clock, Env};
use super::super::time::Timestamp;
use super::{Entry, EntrySource, Stamp};

pub const NOW_MS: i64 = 1_790_000_000_000;
pub const BOOT_MS: i64 = 5_000_000;
pub const URL: &str = "https://issuer.example/jwks.json";

/// Stands still but for its `sleep`.
pub struct FakeClock(AtomicI64);

impl FakeClock {
    pub fn at(ms: i64) -> Self {
        Self(AtomicI64::new(ms))
    }

    pub fn advance(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }

    pub fn env(&self) -> Env<'_> {
        Env {
            now: Timestamp(self.0.load(Ordering::Relaxed) / 1000),
            random: &|buffer| buffer.fill(7),
            clock: self,
        }
    }
}

impl Clock for FakeClock {
    fn millis(&self) -> Option<i64> {
        Some(self.0.load(Ordering::Relaxed))
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed).unsigned_abs())
    }

    fn boot(&self) -> Option<Boot> {
        Some(Boot {
            id: "this".into(),
            ms: BOOT_MS,
        })
    }

    fn sleep(&self, duration: Duration) {
        self.advance(duration.as_millis() as i64);
    }
}

/// An entry that was fetched at `ms`, with the default lifetimes.
pub fn entry(ms: i64) -> Entry {
    let at = |more: i64| ms.saturating_add(more);
    let stamp = Stamp {
        requested_at_ms: ms,
        fetched_at_ms: ms,
        expires_at_ms: at(600_000),
        stale_until_ms: at(900_000),
        boot: None,
        provenance: EntrySource::Fetch,
    };
    Entry::new(URL, "system", r#"{"keys":[]}"#.into(), stamp).unwrap()
}
