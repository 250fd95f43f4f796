//! The completion scripts in the shells that they are for: each is loaded in a terminal, Tab is
//! pressed, and the shell offers what there is to choose from, without a word of complaint.

#![allow(clippy::disallowed_methods, reason = "the search path is the caller's")]
#![cfg(all(unix, feature = "cli"))]

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::{Arc, Mutex};

use tempfile::TempDir;

use support::server::{Server, reply};
use support::{binary, has, isolated, jwtctl, ran, repository, skipped, until};

mod support;

/// A shell in a terminal of its own, which `script` makes.
struct Terminal {
    shell: Child,
    keyboard: ChildStdin,
    screen: Arc<Mutex<String>>,
    /// The keys that list what there is to choose from.
    list: &'static str,
    _home: TempDir,
}

/// A keystore and a cache in `home`, each with one key.
fn keys(home: &Path) {
    let call = |args: &[&str]| {
        let mut command = jwtctl();
        command
            .args(args)
            .current_dir(home)
            .env("JWTCTL_STORE", home.join("keystore"))
            .env("JWTCTL_CACHE_DIR", home.join("cache"));
        ran(&mut command).expect(0);
    };
    call(&["keygen", "--no-encrypt", "--kid", "stored-key"]);
    call(&[
        "keygen",
        "--no-encrypt",
        "--kid",
        "cached-key",
        "--out",
        "k",
        "--public-out",
        "set",
        "--format",
        "jwks",
    ]);
    let set = fs::read(home.join("set")).unwrap();
    let server = Server::new(move |_| reply(200, set.clone()));
    call(&["jwks", "fetch", "--jwks-uri", &server.url("/known.json")]);
}

impl Terminal {
    /// Starts it, if it is here.
    fn start(shell: &str, arguments: &str) -> Option<Self> {
        for program in [shell, "script"] {
            if !has(program) {
                skipped(program);
                return None;
            }
        }
        let home = TempDir::new().unwrap();
        for (name, to) in [
            ("_jwtctl", "_jwtctl"),
            ("jwtctl.bash", "bash"),
            ("jwtctl.fish", "fish"),
        ] {
            fs::copy(repository("completions").join(name), home.path().join(to)).unwrap();
        }
        keys(home.path());
        let bin = binary().parent().unwrap().display().to_string();
        let path = std::env::var("PATH").unwrap_or_default();
        let command = format!("stty rows 60 cols 240 -echo; exec {shell} {arguments}");
        let mut child = isolated("script")
            .args(["-qefc", &command, "/dev/null"])
            .current_dir(home.path())
            .env("HOME", home.path())
            .env("PATH", format!("{bin}:{path}"))
            .env("JWTCTL_STORE", home.path().join("keystore"))
            .env("JWTCTL_CACHE_DIR", home.path().join("cache"))
            .env("TERM", "xterm")
            .env("SHELL", "/bin/sh")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let screen = Arc::new(Mutex::new(String::new()));
        let (mut output, shown) = (child.stdout.take().unwrap(), Arc::clone(&screen));
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                let text = String::from_utf8_lossy(&buffer[..count]);
                shown.lock().unwrap().push_str(&plain(&text));
            }
        });
        Some(Self {
            keyboard: child.stdin.take().unwrap(),
            shell: child,
            screen,
            // bash puts the only choice into the line, which it does not show here; it is asked for
            // a list.
            list: if shell == "bash" { "\u{1b}?" } else { "\t\t" },
            _home: home,
        })
    }

    fn types(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Waits until all of these words are on the screen, and takes what is on it.
    #[track_caller]
    fn shows(&self, words: &[&str]) -> String {
        until(&format!("{words:?}"), || {
            let shown = self.screen.lock().unwrap();
            words.iter().all(|it| shown.contains(it))
        });
        std::mem::take(&mut *self.screen.lock().unwrap())
    }

    /// Runs a command line to its end.
    #[track_caller]
    fn runs(&mut self, line: &str) -> String {
        // Written so that the echo of the line is not taken for its output.
        self.types(&format!("{line}; echo do''ne\r"));
        self.shows(&["done"])
    }

    /// Types the beginning of a line and presses Tab; the shell must offer all these words. Returns
    /// everything on the screen.
    #[track_caller]
    fn offers(&mut self, line: &str, words: &[&str]) -> String {
        self.types(&format!("{line}{}", self.list));
        let mut shown = self.shows(words);
        // Ctrl-U takes the line back.
        self.types("\u{15}");
        shown += &self.runs("true");
        shown
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}

/// What a terminal shows, without its control sequences as far as these tests meet them.
fn plain(text: &str) -> String {
    let mut rest = text.chars().peekable();
    let mut plain = String::new();
    while let Some(it) = rest.next() {
        match it {
            '\u{1b}' if rest.peek() == Some(&'[') => {
                rest.next();
                while rest.next_if(|it| !it.is_ascii_alphabetic()).is_some() {}
                rest.next();
            }
            it => plain.push(it),
        }
    }
    plain
}

/// Lines to complete, and what there is to choose from.
const LINES: [(&str, &[&str]); 9] = [
    ("jwtctl ", &["decode", "verify", "keygen", "completions"]),
    ("jwtctl sign --format ", &["compact", "header", "curl"]),
    (
        "jwtctl cache export --format ",
        &["bundle", "jose", "oauth4webapi", "jwks"],
    ),
    ("jwtctl verify --cache-store-format ", &["native", "jose"]),
    ("jwtctl keygen --crv ", &["P-256", "Ed25519", "X448"]),
    ("jwtctl verify --kid ", &["stored-key", "cached-key"]),
    ("jwtctl cache show ", &["known.json"]),
    // bash takes words apart at a colon.
    ("jwtctl sign --key store:", &["stored-key"]),
    ("jwtctl cache show http:", &["known.json"]),
];

fn offers_all(mut terminal: Terminal) {
    for (line, words) in LINES {
        let shown = terminal.offers(line, words);
        for complaint in [
            "complete:",
            "error:",
            "parse",
            "not found",
            "_jwtctl",
            "unmatched",
        ] {
            assert!(
                !shown.contains(complaint),
                "{line}: {complaint:?} in {shown}"
            );
        }
    }
    // No word of a description is completed as if it were a value.
    terminal.types("jwtctl sign --format Bea\t\t");
    terminal.types("\u{15}");
    let shown = terminal.runs("true");
    assert!(!shown.contains("--format Bearer"), "{shown}");
}

#[test]
fn bash_completes() {
    let Some(mut terminal) = Terminal::start("bash", "--norc --noprofile") else {
        return;
    };
    terminal.runs("source ./bash");
    offers_all(terminal);
}

#[test]
fn zsh_completes() {
    let Some(mut terminal) = Terminal::start("zsh", "-f") else {
        return;
    };
    terminal.runs(
        "fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -D; setopt no_always_last_prompt",
    );
    offers_all(terminal);
}

#[test]
fn fish_completes() {
    let Some(mut terminal) = Terminal::start("fish", "--no-config") else {
        return;
    };
    let said = terminal.runs("source ./fish");
    assert!(!said.contains("complete:"), "{said}");
    offers_all(terminal);
}
