//! The machine's clocks: the one place where they come in.

use std::time::{Duration, Instant};

use jwtctl::core::env::{Boot, Clock};
use jwtctl::core::time::Timestamp;

/// The system's clocks. `--now` does not move them: it is the time that tokens and the keystore are
/// judged at, while caches, locks and time limits go by the machine's own time.
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// The clocks of this machine, the monotonic one counted from here.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where clocks come in"
    )]
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
        }
    }

    /// The wall clock, in whole seconds.
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
        Some(jiff::Timestamp::now().as_millisecond())
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }

    fn boot(&self) -> Option<Boot> {
        boot()
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
