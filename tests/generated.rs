//! completions/ and man/ are what the binary writes. `UPDATE=1 cargo test --test generated` writes
//! them anew.

#![allow(
    clippy::disallowed_methods,
    reason = "UPDATE=1 is read from the environment"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use assert_cmd::assert::OutputAssertExt as _;

use support::{jwtctl, repository};

mod support;

type Files = BTreeMap<String, String>;

fn read(folder: &Path) -> Files {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let text = |entry: &fs::DirEntry| fs::read_to_string(entry.path()).unwrap();
    entries
        .map(|entry| (entry.file_name().into_string().unwrap(), text(&entry)))
        .collect()
}

/// Compares a committed folder with what the binary writes now, or replaces it.
fn compare(folder: &str, written: &Files) {
    let folder = repository(folder);
    assert!(written.len() > 3, "the binary wrote next to nothing");
    if std::env::var_os("UPDATE").is_some() {
        fs::remove_dir_all(&folder).unwrap();
        fs::create_dir(&folder).unwrap();
        written
            .iter()
            .for_each(|(name, text)| fs::write(folder.join(name), text).unwrap());
    }
    let committed = read(&folder);
    let names = |files: &Files| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        names(&committed),
        names(written),
        "run UPDATE=1 cargo test --test generated"
    );
    for (name, text) in written {
        assert_eq!(
            &committed[name], text,
            "{name} is out of date: run UPDATE=1 cargo test --test generated"
        );
    }
}

/// What bash is offered where the command line ends with an empty word.
fn offered(words: &[&str]) -> Vec<String> {
    let mut command = jwtctl();
    command
        .env("COMPLETE", "bash")
        .env("_CLAP_COMPLETE_INDEX", words.len().to_string())
        .env("_CLAP_IFS", "\n")
        .arg("--")
        .args(words)
        .arg("");
    let answer = support::ran(&mut command).answer(0);
    answer.lines().map(String::from).collect()
}

#[test]
fn closed_lists_are_offered_and_what_is_hidden_is_not() {
    for words in [
        &["verify", "--alg"][..],
        &["sign", "--alg"],
        &["serve", "--alg"],
        &["keygen"],
        &["jwks", "rotate", "--alg"],
    ] {
        let offered = offered(&[&["jwtctl"], words].concat());
        assert!(
            offered.iter().any(|it| it == "ES256"),
            "{words:?}: {offered:?}"
        );
    }
    assert!(offered(&["jwtctl", "keygen", "--crv"]).contains(&"P-256".to_owned()));
    assert!(offered(&["jwtctl", "serve", "--fault"]).contains(&"rate-limit".to_owned()));
    let commands = offered(&["jwtctl"]);
    assert!(
        commands.contains(&"completions".to_owned()) && !commands.contains(&"man".to_owned()),
        "{commands:?}"
    );
}

#[test]
fn completions_are_up_to_date() {
    let shells = [
        ("bash", "jwtctl.bash"),
        ("zsh", "_jwtctl"),
        ("fish", "jwtctl.fish"),
        ("powershell", "_jwtctl.ps1"),
        ("elvish", "jwtctl.elv"),
        ("nushell", "jwtctl.nu"),
    ];
    let script = |shell| support::ran(jwtctl().args(["completions", shell])).answer(0);
    compare(
        "completions",
        &shells
            .into_iter()
            .map(|(shell, name)| (name.to_owned(), script(shell)))
            .collect(),
    );
}

#[test]
fn manual_pages_are_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    jwtctl().arg("man").arg(folder.path()).assert().success();
    compare("man", &read(folder.path()));
}
