//! Transcripts: what a user types and sees, one file per command and one per everyday job, and the examples of
//! README.md and docs/.
//! `TRYCMD=overwrite cargo test --test cli` rewrites them.

#![allow(
    clippy::disallowed_methods,
    reason = "TRYCMD is read from the environment"
)]
#![cfg(all(unix, feature = "cli"))]

use std::fs;
use std::path::Path;

use support::{binary, isolated, ran, repository};

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
    let ran = ran(again
        .env(ALONE, "1")
        .env("CARGO_BIN_EXE_jwtctl", binary())
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

/// README.md and every page of docs/, each in a folder of its own among the files of
/// `tests/cmd/in` and, over them, those of `tests/cmd/docs/NAME.in`.
#[test]
fn documents() {
    let Some(cases) = cases("documents") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let documents = support::documents();
    assert!(documents.len() > 3, "the documents were not found");
    let copied = |document: &Path| folder.path().join(document.file_name().unwrap());
    for document in &documents {
        let copy = copied(document);
        fs::write(&copy, compared(&fs::read_to_string(document).unwrap())).unwrap();
        let beside = copy.with_extension("in");
        fs::create_dir(&beside).unwrap();
        let own = Path::new("tests/cmd/docs").join(beside.file_name().unwrap());
        for files in [Path::new("tests/cmd/in"), &own] {
            let files = fs::read_dir(repository(files.to_str().unwrap()));
            for file in files.into_iter().flatten() {
                let file = file.unwrap();
                fs::copy(file.path(), beside.join(file.file_name())).unwrap();
            }
        }
    }
    cases.case(folder.path().join("*.md"));
    cases.run();
    if std::env::var_os("TRYCMD").is_some_and(|mode| mode == "overwrite") {
        for document in &documents {
            let text = fs::read_to_string(copied(document)).unwrap();
            fs::write(document, readable(&text)).unwrap();
        }
    }
}

/// A document as trycmd compares it, which takes every backslash that jwtctl writes for a path's.
fn compared(text: &str) -> String {
    in_json(text, |line| line.replace('\\', "/"))
}

/// The same for people, who see JSON with its own escapes.
fn readable(text: &str) -> String {
    in_json(text, |line| {
        match serde_json::from_str::<serde_json::Value>(line) {
            Ok(_) => line.to_owned(),
            Err(_) => line.replace("/\"", "\\\""),
        }
    })
}

/// Changes the lines of the examples in a document that are JSON of jwtctl.
fn in_json(text: &str, change: impl Fn(&str) -> String) -> String {
    let mut is_example = false;
    let lines = text.split_inclusive('\n').map(|line| {
        if line.starts_with("```") {
            is_example = line.starts_with("```console");
        }
        match is_example && line.starts_with("{\"schema\":") {
            true => change(line),
            false => line.to_owned(),
        }
    });
    lines.collect()
}
