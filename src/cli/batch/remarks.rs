//! What is said on stderr while lines are answered: each thing once, and not too much of it.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::super::output::Output;

/// Different warnings that are shown.
const MOST_WARNINGS: usize = 100;

/// Bad lines that are named where the answers do not name them.
const MOST_LINES: usize = 10;

/// Remarks that all threads make.
pub struct Remarks<'a> {
    output: &'a Output,
    warned: Mutex<HashSet<String>>,
    named: AtomicUsize,
}

impl<'a> Remarks<'a> {
    /// Nothing is said yet.
    pub fn new(output: &'a Output) -> Self {
        Self {
            output,
            warned: Mutex::default(),
            named: AtomicUsize::new(0),
        }
    }

    /// Warns of something that may hold for many lines.
    pub fn warn(&self, warnings: &[String]) {
        for warning in warnings {
            let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
            if warned.len() < MOST_WARNINGS && warned.insert(warning.clone()) {
                self.output.warn(warning);
            }
        }
    }

    /// Says why a line has no answer, of the first ten.
    pub fn unanswered(&self, line: u64, why: &str) {
        match self.named.fetch_add(1, Ordering::Relaxed) {
            before if before < MOST_LINES => self.output.note(&format!("line {line}: {why}")),
            MOST_LINES => self
                .output
                .note("further lines without an answer are counted, and not named"),
            _ => {}
        }
    }
}
