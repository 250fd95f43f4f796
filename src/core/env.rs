//! The time, the clocks and the randomness, which the caller passes in. So the same input gives the
//! same result, and a user can ask whether a token was valid at another time.

use std::time::Duration;

use super::time::Timestamp;

/// The time that tokens are judged at, the machine's clocks, and a source of random bytes. Threads
/// that judge tokens side by side each take a copy.
#[derive(Clone, Copy)]
pub struct Env<'a> {
    /// The time at which claims and the keystore are judged, which a caller may choose freely.
    pub now: Timestamp,
    /// Fills a buffer from a cryptographically secure generator; the operating system's in
    /// practice.
    pub random: &'a (dyn Fn(&mut [u8]) + Sync),
    /// The machine's clocks, by which caches age and time limits run.
    pub clock: &'a dyn Clock,
}

impl Env<'_> {
    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut buffer = [0u8; N];
        (self.random)(&mut buffer);
        buffer
    }

    /// A random UUID (version 4), as `jti` and `kid` use it.
    pub fn uuid(&self) -> String {
        uuid::Builder::from_random_bytes(self.bytes())
            .into_uuid()
            .to_string()
    }

    /// Milliseconds since 1970-01-01T00:00:00Z by the machine's clock; [`Env::now`] if that clock
    /// stands still.
    pub fn millis(&self) -> i64 {
        self.clock
            .millis()
            .unwrap_or_else(|| self.now.0.saturating_mul(1000))
    }

    /// A random number below `bound`; 0 when `bound` is 0. Its bias does not matter for jitter.
    pub fn below(&self, bound: u64) -> u64 {
        u64::from_le_bytes(self.bytes())
            .checked_rem(bound)
            .unwrap_or(0)
    }
}

/// The clocks of the machine, for time that passes during a call.
pub trait Clock: Sync {
    /// Milliseconds since 1970-01-01T00:00:00Z, which may jump when the clock is set; `None`
    /// if time stands still.
    fn millis(&self) -> Option<i64>;

    /// Time since an arbitrary start, which never goes back.
    fn monotonic(&self) -> Duration;

    /// Time since the machine started, which cannot be set back; `None` on systems that do not tell
    /// it.
    fn boot(&self) -> Option<Boot>;

    /// Waits for `duration`.
    fn sleep(&self, duration: Duration);
}

/// A reading of the clock that starts with the machine. Two readings compare only if their ids are
/// equal.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Boot {
    /// Names this run of the machine.
    pub id: String,
    /// Milliseconds since it began, sleep included.
    pub ms: i64,
}

/// A clock that stands still at [`Env::now`], for callers that never wait.
#[derive(Clone, Copy, Debug)]
pub struct Stopped;

impl Clock for Stopped {
    fn millis(&self) -> Option<i64> {
        None
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    fn boot(&self) -> Option<Boot> {
        None
    }

    fn sleep(&self, _: Duration) {}
}
