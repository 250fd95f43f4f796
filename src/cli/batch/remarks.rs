//! Warnings and notes on stderr while lines are answered: each text once, and a limited number of
//! them.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::super::output::Output;

/// The most different warnings and notes that are shown.
const MOST_TEXTS: usize = 100;

/// The most lines without an answer that are named on stderr.
const MOST_LINES: usize = 10;

/// Remarks that all threads make.
pub struct Remarks<'a> {
    output: &'a Output,
    said: Mutex<HashSet<String>>,
    named: AtomicUsize,
}

impl<'a> Remarks<'a> {
    /// Remarks to `output`, none of which was made yet.
    pub fn new(output: &'a Output) -> Self {
        Self {
            output,
            said: Mutex::default(),
            named: AtomicUsize::new(0),
        }
    }

    /// Warns of something that may hold for many lines.
    pub fn warn(&self, warnings: &[String]) {
        self.once(warnings, |warning| self.output.warn(warning));
    }

    /// Notes something that may hold for many lines.
    pub fn note(&self, notes: &[String]) {
        self.once(notes, |note| self.output.note(note));
    }

    fn once(&self, texts: &[String], say: impl Fn(&str)) {
        for text in texts {
            let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
            if said.len() < MOST_TEXTS && said.insert(text.clone()) {
                say(text);
            }
        }
    }

    /// Notes why a line has no answer, for the first [`MOST_LINES`] such lines.
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
