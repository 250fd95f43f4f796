//! completions/, man/ and the pictures in docs/ are what the binary writes, docs/json/ what its types say.
//! `UPDATE=1 cargo test --test generated` writes them anew.

#![allow(
    clippy::disallowed_methods,
    reason = "UPDATE=1 is read from the environment"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anstyle_svg::{Palette, Term};
use assert_cmd::assert::OutputAssertExt as _;

use support::{jwtctl, repository};

mod schemas;
#[path = "../support/mod.rs"]
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
        drop(fs::remove_dir_all(&folder));
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

#[test]
fn schemas_are_up_to_date() {
    compare("docs/json", &schemas::Source::read().schemas());
}

/// The eight colours of a terminal, whose bright ones are the same, and those of its text and
/// background.
struct Theme {
    name: &'static str,
    colours: [u32; 8],
    text: u32,
    background: u32,
}

/// Colours that can be told from their background, as code hosts show them.
const THEMES: [Theme; 2] = [
    Theme {
        name: "light",
        colours: [
            0x24292f, 0xcf222e, 0x116329, 0x7d4e00, 0x0550ae, 0x8250df, 0x1b7c83, 0x57606a,
        ],
        text: 0x24292f,
        background: 0xf6f8fa,
    },
    Theme {
        name: "dark",
        colours: [
            0x484f58, 0xff7b72, 0x3fb950, 0xd29922, 0x58a6ff, 0xbc8cff, 0x39c5cf, 0xb1bac4,
        ],
        text: 0xe6edf3,
        background: 0x161b22,
    },
];

fn rgb<T: From<(u8, u8, u8)>>(colour: u32) -> T {
    let [_, red, green, blue] = colour.to_be_bytes();
    (red, green, blue).into()
}

/// A picture of a call and its output.
fn picture(theme: &Theme, transcript: &str) -> String {
    let colours = std::array::from_fn(|index| rgb(theme.colours[index % 8]));
    let term = Term::new()
        .palette(Palette(colours))
        .fg_color(rgb(theme.text))
        .bg_color(rgb(theme.background));
    term.render_svg(transcript)
}

#[test]
fn pictures_are_up_to_date() {
    let call = "jwtctl verify @token.jwt --key issuer.jwk --iss https://other.example \
                --now 2026-08-01T13:19:00Z";
    let folder = tempfile::tempdir().unwrap();
    let file = |from: &str, name: &str| {
        fs::copy(
            repository("tests/cmd/in").join(from),
            folder.path().join(name),
        )
        .unwrap()
    };
    file("good.jwt", "token.jwt");
    file("ed.pub.jwk", "issuer.jwk");
    let mut command = jwtctl();
    command
        .current_dir(folder.path())
        .args(call.split_whitespace().skip(1))
        .args(["--color", "always"]);
    let ran = support::ran(&mut command).expect(11);
    let transcript = format!("$ {call}\n{}{}", ran.stdout, ran.stderr);
    for theme in &THEMES {
        let path = repository("docs").join(format!("picture-{}.svg", theme.name));
        let picture = picture(theme, transcript.trim_end());
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, &picture).unwrap();
        }
        assert!(
            fs::read_to_string(&path).unwrap() == picture,
            "{} is out of date: run UPDATE=1 cargo test --test generated",
            path.display()
        );
    }
}
