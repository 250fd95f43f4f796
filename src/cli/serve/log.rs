//! The request log, written by a thread of its own: if the parent process does not read stderr, the
//! server still answers.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use super::super::output::Output;

/// The most lines that wait to be written; further ones are dropped.
const WAITING: usize = 4096;

/// How long the end of the process waits for the last lines.
const PATIENCE: Duration = Duration::from_millis(200);

/// The writing end of the log.
pub struct Log {
    lines: SyncSender<Option<String>>,
    done: Receiver<()>,
}

impl Log {
    /// Starts the thread, which writes lines to `output`.
    pub fn start(output: &Output) -> Self {
        let (lines, waiting) = sync_channel::<Option<String>>(WAITING);
        let (finished, done) = sync_channel(1);
        let output = output.clone();
        std::thread::spawn(move || {
            while let Ok(Some(line)) = waiting.recv() {
                output.log(&line);
            }
            // The caller that waits for this may have given up.
            let _ = finished.send(());
        });
        Self { lines, done }
    }

    /// Adds a line, unless too many are waiting.
    pub fn line(&self, line: String) {
        let _ = self.lines.try_send(Some(line));
    }

    /// Waits until the last lines are written, for 200 ms at most.
    pub fn finish(&self) {
        if self.lines.try_send(None).is_ok() {
            let _ = self.done.recv_timeout(PATIENCE);
        }
    }
}
