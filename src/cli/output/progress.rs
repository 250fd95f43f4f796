//! How far something long has come, on a terminal's stderr.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use jwtctl::core::env::Clock;

/// What is done sooner shows nothing.
const PATIENCE: Duration = Duration::from_millis(300);

/// A bar, with rate and time left where the whole is known; nothing where stderr is no terminal.
pub struct Progress<'a> {
    bar: Option<ProgressBar>,
    length: Option<u64>,
    clock: &'a dyn Clock,
    since: Duration,
    shown: bool,
}

impl<'a> Progress<'a> {
    /// Of `length` bytes, if that is known. It is `wanted` where somebody looks at stderr and no
    /// answers run through the terminal.
    pub(super) fn new(wanted: bool, length: Option<u64>, clock: &'a dyn Clock) -> Self {
        Self {
            bar: wanted.then(ProgressBar::hidden),
            length,
            clock,
            since: clock.monotonic(),
            shown: false,
        }
    }

    /// So many more bytes were read, and so many lines are answered by now.
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
            // A template that is wrong would show the usual one.
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
