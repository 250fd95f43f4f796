//! What is said on stderr while lines are answered: each thing once, and not too much of it.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::super::output::Output;

/// Different warnings and notes that are shown.
const MOST_TEXTS: usize = 100;

/// Bad lines that are named where the answers do not name them.
const MOST_LINES: usize = 10;

/// Remarks that all threads make.
pub struct Remarks<'a> {
    output: &'a Output,
    said: Mutex<HashSet<String>>,
    named: AtomicUsize,
}

impl<'a> Remarks<'a> {
    /// Nothing is said yet.
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
