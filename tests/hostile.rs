//! Input that is meant to do harm: to the program, to the terminal, to the log of a workflow, and
//! to the reader's memory.

mod support;

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use support::{Jwtctl, Ran, jwtctl, ran};

/// Encrypted PKCS#8 under PBES2 with 3DES, whose initialization vector has four bytes.
const SHORT_IV: &str =
    "MD0wOAYJKoZIhvcNAQUNMCswGwYJKoZIhvcNAQUMMA4ECHNhbHRzYWx0AgID6DAMBggqhkiG9w0DBwQABAF4";

/// Encrypted PKCS#8 under PBES2 with scrypt, whose cost is 0.
const NO_COST: &str = "MGIwTgYJKoZIhvcNAQUNMEEwIAYJKwYBBAHaRwQLMBMECHNhbHRzYWx0AgEAAgEIAgEBMB0GCWCGSAFlAwQBKgQQaWlpaWlpaWlpaWlpaWlpaQQQeHh4eHh4eHh4eHh4eHh4eA==";

fn key_file(base64: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("key.der"),
        STANDARD.decode(base64).unwrap(),
    )
    .unwrap();
    fs::write(folder.path().join("key.txt"), base64).unwrap();
    fs::write(folder.path().join("passphrase"), "x").unwrap();
    folder
}

#[test]
fn parameters_that_a_library_takes_for_granted_are_checked_before_it_sees_them() {
    const HS256: &str = "eyJhbGciOiJIUzI1NiJ9.e30.AAAA";
    let folder = key_file(SHORT_IV);
    let run = |args: &[&str]| Jwtctl::new(folder.path()).run(args);
    for key in ["key.der", "key.txt"] {
        run(&["jwks", "lint", "--jwks", key]).fails(2, "initialization vector of 0 bytes");
        let json = run(&["--json", "jwks", "list", "--jwks", key])
            .expect(2)
            .json();
        assert_eq!(json["error"]["code"], "bad-key");
        run(&["verify", HS256, "--secret", key]).fails(2, "must not serve as an HMAC secret");
    }
    let folder = key_file(NO_COST);
    let passphrase = ["--passphrase-from", "passphrase"];
    let sign = [&["sign", "--key", "key.der"], &passphrase[..]].concat();
    let ran = Jwtctl::new(folder.path()).run(&sign);
    ran.fails(2, "which RFC 7914 rules out");
}

/// Runs jwtctl as a step of a GitHub workflow does.
fn in_workflow(folder: &std::path::Path, args: &[&str]) -> Ran {
    Jwtctl::new(folder).env("GITHUB_ACTIONS", "true").run(args)
}

#[test]
fn a_key_set_gives_no_commands_to_the_runner_of_a_workflow() {
    let folder = tempfile::tempdir().unwrap();
    let set = r###"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"##[stop-commands]x","use":"::add-mask::e"},{"kty":"##[error]y","kid":"::add-mask::e"}]}"###;
    fs::write(folder.path().join("set.json"), set).unwrap();
    for args in [
        &["jwks", "lint", "--jwks", "set.json"][..],
        &["jwks", "list", "--jwks", "set.json"],
        &["--json", "jwks", "list", "--jwks", "set.json"],
        &[
            "decode",
            "eyJhbGciOiJFUzI1NiIsImtpZCI6IiMjW2Vycm9yXXgifQ.e30.AAAA",
        ],
    ] {
        let ran = in_workflow(folder.path(), args);
        let ours = |line: &&str| {
            ["::error file=", "::warning file=", "::notice file="]
                .iter()
                .any(|it| line.starts_with(it))
        };
        for line in ran.stdout.lines().chain(ran.stderr.lines()) {
            assert!(!line.contains("##["), "{line}");
            let rest = line.trim_start();
            assert!(!rest.starts_with("::") || ours(&rest), "{line}");
        }
        // Nothing is lost: it is written another way.
        let all = [ran.stdout.as_str(), &ran.stderr].concat();
        assert!(all.contains(r"#\u0023["), "{all}");
    }
    let outside = Jwtctl::new(folder.path()).run(&["jwks", "list", "--jwks", "set.json"]);
    assert!(outside.stdout.contains("##[stop-commands]x"));
}

#[test]
fn what_was_typed_does_not_act_on_the_terminal() {
    let hostile = "\u{1b}]0;pwned\u{7}\u{1b}[2J\u{202e}X";
    for args in [
        &["verify", "--leeway", hostile][..],
        &["verify", "--max-age", hostile],
        &["--color", hostile, "verify"],
        &[hostile],
        &["verify", "a.b.c", "--key", hostile],
        &["verify", "a.b.c", "--jwks-uri", hostile],
        &["sign", hostile],
    ] {
        for color in ["always", "never"] {
            let mut command = jwtctl();
            command.args(["--color", color]).args(args);
            let ran = ran(&mut command);
            let said = [ran.stdout.as_str(), &ran.stderr].concat();
            for sequence in ["\u{1b}]", "\u{1b}[2J", "\u{7}", "\u{202e}"] {
                assert!(!said.contains(sequence), "{args:?}: {said:?}");
            }
        }
    }
}

#[test]
fn a_prompt_shows_the_name_of_a_file_and_does_not_obey_it() {
    if !support::have("python3", "--version") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("pass"), "secret").unwrap();
    let keygen = [
        "keygen",
        "ES256",
        "--passphrase-from",
        "pass",
        "--out",
        "a.jwk",
    ];
    Jwtctl::new(folder.path()).run(&keygen).expect(0);
    let name = "\u{1b}]0;pwned\u{7}\u{1b}[2J\u{202e}x.jwk";
    fs::rename(folder.path().join("a.jwk"), folder.path().join(name)).unwrap();
    // Starts the command on a pseudo-terminal, answers its first prompt, and prints what it wrote.
    let script = r#"
import os, pty, select, signal, sys
pid, fd = pty.fork()
if pid == 0:
    os.environ.pop("CI", None)
    os.execv(sys.argv[1], sys.argv[1:])
signal.alarm(120)
seen = b""
while True:
    # What is typed before the terminal is ready may be thrown away, so it is typed again.
    if not select.select([fd], [], [], 0.2)[0]:
        if b"Passphrase" in seen:
            os.write(fd, b"wrong\r")
        continue
    try:
        part = os.read(fd, 4096)
    except OSError:
        break
    if not part:
        break
    seen += part
os.waitpid(pid, 0)
sys.stdout.buffer.write(seen)
"#;
    let mut command = support::isolated("python3");
    let key = format!("./{name}");
    command
        .args(["-c", script])
        .arg(support::binary())
        .args(["sign", "--sub", "a", "--key", &key])
        .env_remove("CI")
        .current_dir(folder.path());
    let ran = ran(&mut command);
    assert!(ran.stdout.contains("Passphrase"), "{ran:#?}");
    assert!(ran.stdout.contains(r"\u001b]0;pwned\u0007"), "{ran:#?}");
    for sequence in ["\u{1b}]0", "\u{1b}[2J", "\u{7}", "\u{202e}"] {
        assert!(!ran.stdout.contains(sequence), "{ran:#?}");
    }
}
