//! What is not tested for want of a program, and how that is told.
//!
//! libtest swallows what a test prints, so each skip is also one line of a file that belongs to
//! this run of `cargo test`; `tests/zz_skipped.rs`, which runs last, reads it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Leaves the test when a program is missing.
#[macro_export]
macro_rules! needs {
    ($($program:literal),+) => {
        $(if !$crate::support::has($program) {
            $crate::support::skipped($program);
            return;
        })+
    };
}

/// Where the tests of one `cargo test` note what they skip. All its test binaries have the same
/// parent process, and no other run has it at that time.
pub fn notes() -> PathBuf {
    let run = std::os::unix::process::parent_id();
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("skipped-{run}"))
}

/// Reports that this test cannot be done, since it needs something that this machine lacks: a
/// program by its name, or some words.
pub fn skipped(what: &str) {
    let test = std::thread::current();
    let line = format!("{}\t{what}\n", test.name().unwrap_or("?"));
    // Not `eprintln!`: libtest would swallow it.
    let _ = writeln!(std::io::stderr(), "skipped: needs {what}");
    let notes = std::fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(notes());
    // A target directory that cannot be written loses the summary, not the tests.
    let _ = notes.and_then(|mut notes| notes.write_all(line.as_bytes()));
}

/// Whether a program can be run.
pub fn has(program: &str) -> bool {
    // Not every program knows --version; that it starts is enough.
    Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok()
}

/// Whether a program can be run with this argument; if not, the test counts as skipped.
pub fn have(program: &str, arg: &str) -> bool {
    let found = Command::new(program)
        .arg(arg)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok();
    if !found {
        skipped(program);
    }
    found
}
