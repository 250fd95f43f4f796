//! The machine's clocks: the one place where they come in.

use std::time::{Duration, Instant};

use jwtctl::core::env::{Boot, Clock};
use jwtctl::core::time::Timestamp;

/// The system's clock, or one that was pretended to read some other time when the process began.
pub struct SystemClock {
    pretended: Option<Timestamp>,
    start: Instant,
}

impl SystemClock {
    /// Starts here and now, or at the time that --now pretends.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where clocks come in"
    )]
    pub fn new(pretended: Option<Timestamp>) -> Self {
        Self {
            pretended,
            start: Instant::now(),
        }
    }

    /// The real time, in whole seconds.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where clocks come in"
    )]
    pub fn real() -> Timestamp {
        Timestamp(jiff::Timestamp::now().as_second())
    }
}

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where clocks come in"
    )]
    fn millis(&self) -> Option<i64> {
        Some(match self.pretended {
            Some(time) => {
                let passed = i64::try_from(self.monotonic().as_millis()).unwrap_or(i64::MAX);
                time.0.saturating_mul(1000).saturating_add(passed)
            }
            None => jiff::Timestamp::now().as_millisecond(),
        })
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }

    /// Nothing under a pretended time, which has nothing to do with how long the machine runs.
    fn boot(&self) -> Option<Boot> {
        if self.pretended.is_some() {
            None
        } else {
            boot()
        }
    }

    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

#[cfg(target_os = "linux")]
fn boot() -> Option<Boot> {
    let read = |name: &str| std::fs::read_to_string(format!("/proc/{name}")).ok();
    let id = read("sys/kernel/random/boot_id")?.trim().to_owned();
    // Seconds and hundredths, sleep included, such as `6813.23 7100.19`.
    let uptime = read("uptime")?;
    let (seconds, hundredths) = uptime.split_whitespace().next()?.split_once('.')?;
    let seconds: i64 = seconds.parse().ok()?;
    let ms = seconds
        .checked_mul(1000)?
        .checked_add(hundredths.parse::<i64>().ok()?.checked_mul(10)?)?;
    Some(Boot { id, ms })
}

#[cfg(not(target_os = "linux"))]
fn boot() -> Option<Boot> {
    None
}
