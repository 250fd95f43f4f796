//! A change of the keystore that took effect says so: every system call after the one that commits
//! it fails once, and each time the command succeeds with a warning at most, and the next prune
//! leaves nothing behind.

#![cfg(all(unix, feature = "cli", feature = "jwe"))]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use predicates::prelude::*;
use serde_json::Value;
use tempfile::TempDir;

use support::{Ran, file, jwtctl, ran, traced};

mod support;

/// The system calls that a file system may refuse. What is written to the streams is left out: an
/// answer that cannot be given is another fault.
const CALLS: &str = "openat,read,fstat,newfstatat,statx,lseek,getdents64,rename,renameat,renameat2,\
                     unlink,unlinkat,rmdir,fsync,fdatasync,flock,fcntl,mkdir,chmod";

/// A keystore before a change, and what the change needs.
struct Before {
    dir: TempDir,
}

impl Before {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        file(dir.path(), "old", "the old passphrase");
        file(dir.path(), "new", "the new passphrase");
        let before = Self { dir };
        let store = before.dir.path().join("store");
        let run = |args: &[&str]| before.answer(&store, "old", args);
        let kids = ["ES256", "EdDSA"]
            .map(|alg| run(&["--now=-400d", "keygen", alg, "--p2c", "1000"])["kid"].take());
        let kid = kids[0].as_str().unwrap();
        file(before.dir.path(), "kid", kid);
        let made = run(&["keygen", "ES384", "--no-encrypt", "--out", "import.jwk"]);
        assert_eq!(made["stored"], "file");
        before
    }

    fn command(&self, store: &Path, passphrase: &str, args: &[&str]) -> Command {
        let mut command = jwtctl();
        command
            .current_dir(self.dir.path())
            .args([
                "--json",
                "--no-input",
                "--passphrase-from",
                passphrase,
                "--store",
            ])
            .arg(store)
            .args(args);
        command
    }

    #[track_caller]
    fn answer(&self, store: &Path, passphrase: &str, args: &[&str]) -> Value {
        ran(&mut self.command(store, passphrase, args))
            .expect(0)
            .json()
    }

    /// A copy of the keystore, to be changed.
    fn store(&self, name: &str) -> PathBuf {
        let copy = self.dir.path().join(name);
        let mut command = support::isolated("cp");
        command
            .arg("-a")
            .arg(self.dir.path().join("store"))
            .arg(&copy);
        ran(&mut command).expect(0);
        copy
    }
}

/// One system call of a trace: its name, the how-manieth of that name it is, and the line.
struct Call {
    name: String,
    nth: usize,
    line: String,
}

fn calls(trace: &str) -> Vec<Call> {
    let mut seen: Vec<Call> = Vec::new();
    for line in trace.lines() {
        // With -f, the process id comes first.
        let text = line.trim_start_matches(|it: char| it.is_ascii_digit() || it == ' ');
        let Some((name, _)) = text.split_once('(') else {
            continue;
        };
        let nth = seen.iter().filter(|it| it.name == name).count() + 1;
        let (name, line) = (name.to_owned(), text.to_owned());
        seen.push(Call { name, nth, line });
    }
    seen
}

/// Runs a change with each system call after its commit failing in turn. `commits` says which call
/// that is, `holds` whether the change is in a store.
fn fails_late(
    args: &[&str],
    commits: impl Fn(&Call) -> bool,
    holds: impl Fn(&Before, &Path) -> bool,
) {
    if !support::have("strace", "-V") {
        return;
    }
    let before = Before::new();
    let kid = fs::read_to_string(before.dir.path().join("kid")).unwrap();
    let args: Vec<&str> = args
        .iter()
        .map(|it| if *it == "KID" { kid.as_str() } else { it })
        .collect();
    let log = before.dir.path().join("trace");
    let trace = |store: &Path, more: &[&str]| -> Ran {
        let inner = before.command(store, "old", &args);
        let log = log.to_str().unwrap();
        let calls = format!("trace={CALLS}");
        ran(&mut traced(
            &inner,
            &[&["-o", log, "-e", &calls], more].concat(),
        ))
    };
    let store = before.store("whole");
    assert!(!holds(&before, &store), "{args:?} is done already");
    trace(&store, &[]).expect(0);
    assert!(holds(&before, &store), "{args:?} does nothing");
    let calls = calls(&fs::read_to_string(&log).unwrap());
    let commit = calls
        .iter()
        .position(&commits)
        .expect("the commit is traced");
    let late = &calls[commit + 1..];
    assert!(!late.is_empty(), "{args:?}");
    for (index, call) in late.iter().enumerate() {
        let store = before.store(&format!("late-{index}"));
        let fault = format!("inject={}:error=EIO:when={}", call.name, call.nth);
        let ran = trace(&store, &["-e", &fault]);
        let injected = predicate::str::contains("(INJECTED)");
        let said = fs::read_to_string(&log).unwrap();
        assert!(injected.eval(&said), "{args:?}: {} did not fail", call.line);
        ran.assert()
            .append_context("fault", call.line.clone())
            .code(0);
        assert_eq!(ran.json()["ok"], true, "{}", call.line);
        if ["unlink", "rmdir", "fsync"]
            .iter()
            .any(|it| call.name.starts_with(it))
        {
            assert!(
                ran.stderr.contains("warning: the change took effect"),
                "{ran:#?}"
            );
        }
        assert!(holds(&before, &store), "{args:?}: {}", call.line);
        before.answer(&store, "old", &["jwks", "prune"]);
        let left = fs::read_dir(&store).unwrap().count();
        // The lock, the manifest, and one folder of keys.
        assert_eq!(
            left,
            3,
            "{args:?}: {}: {:?}",
            call.line,
            fs::read_dir(&store)
        );
    }
}

/// How many keys the store has.
fn keys(before: &Before, store: &Path) -> usize {
    let listed = before.answer(store, "old", &["jwks", "list"]);
    listed["keys"].as_array().unwrap().len()
}

/// The name under which the manifest takes effect, as strace writes it.
const MANIFEST: &str = "\"keystore.json\"";

fn renames(call: &Call, what: &str) -> bool {
    call.name.starts_with("rename") && call.line.contains(what)
}

#[test]
fn a_passphrase_that_changed_is_changed() {
    fails_late(
        &[
            "jwks",
            "passphrase",
            "--new-passphrase-from",
            "new",
            "--p2c",
            "1000",
        ],
        |call| renames(call, MANIFEST),
        |before, store| ran(&mut before.command(store, "new", &["sign"])).code == 0,
    );
}

#[test]
fn a_key_that_joined_is_in() {
    let key_file = |call: &Call| renames(call, ".json\"") && !renames(call, MANIFEST);
    fails_late(&["jwks", "add", "import.jwk"], key_file, |before, store| {
        keys(before, store) == 3
    });
    fails_late(&["keygen", "ES256"], key_file, |before, store| {
        keys(before, store) == 3
    });
    fails_late(
        &["jwks", "rotate", "--publish-for", "0s"],
        key_file,
        |before, store| keys(before, store) == 3,
    );
}

#[test]
fn a_key_that_was_removed_is_gone() {
    let key_file = |call: &Call| call.name.starts_with("unlink") && call.line.contains(".json\"");
    fails_late(
        &["jwks", "remove", "--force", "KID"],
        key_file,
        |before, store| keys(before, store) == 1,
    );
    fails_late(&["jwks", "prune"], key_file, |before, store| {
        keys(before, store) == 1
    });
}
