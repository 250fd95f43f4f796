//! A progress bar on stderr.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use jwtctl::core::env::Clock;

/// How long it takes until the bar appears: what is done sooner shows none.
const PATIENCE: Duration = Duration::from_millis(300);

/// A progress bar: with the rate, and with the time left if the length is known. Nothing is shown
/// unless it is wanted.
pub struct Progress<'a> {
    bar: Option<ProgressBar>,
    length: Option<u64>,
    clock: &'a dyn Clock,
    since: Duration,
    shown: bool,
}

impl<'a> Progress<'a> {
    /// A bar for `length` bytes, if that is known. It is `wanted` if stderr is a terminal and the
    /// answers do not go to that terminal too.
    pub(super) fn new(wanted: bool, length: Option<u64>, clock: &'a dyn Clock) -> Self {
        Self {
            bar: wanted.then(ProgressBar::hidden),
            length,
            clock,
            since: clock.monotonic(),
            shown: false,
        }
    }

    /// Tells the bar that `bytes` more were read, and that `lines` are answered in all.
    pub fn advance(&mut self, bytes: u64, lines: u64) {
        let Some(bar) = &self.bar else { return };
        bar.inc(bytes);
        let passed = self.clock.monotonic().saturating_sub(self.since);
        if passed < PATIENCE {
            return;
        }
        if !std::mem::replace(&mut self.shown, true) {
            let style = match self.length {
                Some(length) => {
                    bar.set_length(length);
                    "{wide_bar} {percent}%  {msg}  {eta} left"
                }
                None => "{spinner} {msg}",
            };
            // A template with a mistake would leave the default style.
            if let Ok(style) = ProgressStyle::with_template(style) {
                bar.set_style(style);
            }
            bar.set_draw_target(indicatif::ProgressDrawTarget::stderr());
        }
        let rate = u128::from(lines) * 1000 / passed.as_millis().max(1);
        bar.set_message(format!("{lines} lines, {rate}/s"));
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
