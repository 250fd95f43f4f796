//! Transcripts: what a user types and sees, one file per command and one per everyday job, and the examples of README.md.
//! `TRYCMD=overwrite cargo test --test cli` rewrites them.

#![allow(
    clippy::disallowed_methods,
    reason = "TRYCMD is read from the environment"
)]
#![cfg(all(unix, feature = "cli"))]

use std::fs;
use std::path::Path;

use support::{isolated, ran};

mod support;

/// trycmd gives the caller's environment to what it runs, so each of these tests runs once more as
/// a process of its own that has nothing of it. `None` in the caller's environment.
fn cases(test: &str) -> Option<trycmd::TestCases> {
    const ALONE: &str = "TRYCMD_ENVIRONMENT_IS_BARE";
    if std::env::var_os(ALONE).is_some() {
        let cases = trycmd::TestCases::new();
        cases.env("JWTCTL_STORE", "keystore");
        return Some(cases);
    }
    let mut again = isolated(std::env::current_exe().unwrap());
    for (name, value) in std::env::vars_os() {
        let text = name.to_string_lossy();
        // What trycmd itself goes by.
        if text.starts_with("CARGO") || text.starts_with("TRYCMD") {
            again.env(name, value);
        }
    }
    let home = tempfile::tempdir().unwrap();
    let ran =
        ran(again
            .env(ALONE, "1")
            .env("HOME", home.path())
            .args(["--exact", test, "--nocapture"]));
    assert!(ran.code == 0, "{}{}", ran.stdout, ran.stderr);
    None
}

#[test]
fn transcripts() {
    if let Some(cases) = cases("transcripts") {
        cases.case("tests/cmd/*.md");
        cases.case("tests/jobs/*.md");
    }
}

/// The examples of README.md run in a folder of their own, among the files that they speak of.
#[test]
fn readme() {
    document("readme", "README.md", "tests/cmd/in");
}

#[test]
fn better_auth() {
    document(
        "better_auth",
        "docs/better-auth.md",
        "tests/cmd/better-auth.in",
    );
}

/// Runs the examples of a document in a folder of their own, among the files in `folder`.
fn document(test: &str, document: &str, files: &str) {
    let Some(cases) = cases(test) else {
        return;
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("document.md");
    fs::copy(root.join(document), &copy).unwrap();
    let beside = folder.path().join("document.in");
    fs::create_dir(&beside).unwrap();
    for file in fs::read_dir(root.join(files)).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), beside.join(file.file_name())).unwrap();
    }
    cases.case(&copy);
    cases.run();
    if std::env::var_os("TRYCMD").is_some_and(|mode| mode == "overwrite") {
        fs::copy(&copy, root.join(document)).unwrap();
    }
}
