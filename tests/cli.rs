//! Transcripts: what a user types and sees, one file per command, and the examples of README.md.
//! `TRYCMD=overwrite cargo test --test cli` rewrites them.

#![allow(
    clippy::disallowed_methods,
    reason = "TRYCMD is read from the environment"
)]

use std::fs;
use std::path::Path;

/// Whatever the machine that runs this has set must not show.
fn cases() -> trycmd::TestCases {
    let cases = trycmd::TestCases::new();
    cases
        .env("CI", "1")
        .env("NO_COLOR", "1")
        .env("LC_ALL", "C.UTF-8")
        .env("JWTCTL_STORE", "keystore");
    cases
}

#[test]
fn transcripts() {
    cases().case("tests/cmd/*.md");
}

/// The examples of README.md run in a folder of their own, among the files that they speak of.
#[test]
fn readme() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("README.md");
    fs::copy(root.join("README.md"), &copy).unwrap();
    fs::create_dir(folder.path().join("README.in")).unwrap();
    for file in fs::read_dir(root.join("tests/cmd/in"))
        .unwrap()
        .map(|entry| entry.unwrap())
    {
        fs::copy(
            file.path(),
            folder.path().join("README.in").join(file.file_name()),
        )
        .unwrap();
    }
    cases().case(&copy);
    if std::env::var_os("TRYCMD").is_some_and(|mode| mode == "overwrite") {
        fs::copy(&copy, root.join("README.md")).unwrap();
    }
}
