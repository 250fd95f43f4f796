//! `--batch` as other programs see it: order, memory, signals, pipes, and what it asks of a server.

#![cfg(all(unix, feature = "cli"))]

mod support;

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use support::lab::{Lab, T0, keys, set, token, token_with};
use support::server::Server;
use support::{all, binary, finish, jwtctl, peer, ran, ran_with, repository, spawn, until};
use tempfile::TempDir;

/// A secret, and tokens with the numbers from 0 as `sub`, one a line.
fn tokens(folder: &Path, count: usize) -> String {
    fs::write(folder.join("secret"), "0123456789abcdef0123456789abcdef").unwrap();
    let mut claims = String::new();
    for number in 0..count {
        writeln!(claims, "{{\"sub\":\"{number}\"}}").unwrap();
    }
    let mut sign = jwtctl();
    sign.current_dir(folder)
        .args(["sign", "--batch", "--secret", "secret", "--ttl", "1h", "-q"]);
    ran_with(&mut sign, &claims).answer(0)
}

fn verify(folder: &Path, args: &[&str]) -> Command {
    let mut command = jwtctl();
    command
        .current_dir(folder)
        .args(["verify", "--batch", "--secret", "secret"])
        .args(args);
    command
}

/// The numbers of the tokens that were found good, and of the lines.
fn numbers(answers: &str) -> Vec<(u64, String)> {
    let read = |line: &str| {
        let answer: Value = serde_json::from_str(line).unwrap();
        let line = answer["line"].as_u64().unwrap();
        let sub = answer["payload"]["sub"].as_str().unwrap_or_default();
        (line, sub.to_owned())
    };
    answers.lines().map(read).collect()
}

#[test]
fn answers_come_in_the_order_of_the_lines_whoever_is_first() {
    const COUNT: usize = 3000;
    let folder = TempDir::new().unwrap();
    let tokens = tokens(folder.path(), COUNT);
    let expected: Vec<(u64, String)> = (0..COUNT)
        .map(|number| (number as u64 + 1, number.to_string()))
        .collect();
    for args in [
        &["--jobs", "1"][..],
        &["--jobs", "7"],
        &["--flush", "--jobs", "4"],
    ] {
        let ran = ran_with(&mut verify(folder.path(), args), &tokens).expect(0);
        assert_eq!(numbers(&ran.stdout), expected, "{args:?}");
        assert!(ran.stderr.contains("3,000 lines: 3,000 valid"));
    }
    fs::write(folder.path().join("tokens"), &tokens).unwrap();
    let mut command = jwtctl();
    command.current_dir(folder.path());
    command.args(["verify", "--batch", "tokens", "--secret", "secret", "-q"]);
    let ran = ran(&mut command).expect(0);
    assert_eq!(numbers(&ran.stdout), expected);
    assert_eq!(ran.stderr, "");
}

/// A process that is talked to line by line.
struct Dialogue {
    child: Child,
    answers: BufReader<std::process::ChildStdout>,
}

impl Dialogue {
    fn new(command: &mut Command) -> Self {
        let mut child = spawn(command.stdin(Stdio::piped()));
        let answers = BufReader::new(child.stdout.take().unwrap());
        Self { child, answers }
    }

    fn say(&mut self, text: &str) {
        let stdin = self.child.stdin.as_mut().unwrap();
        stdin.write_all(text.as_bytes()).unwrap();
        stdin.flush().unwrap();
    }

    fn hear(&mut self) -> Value {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line:?}"))
    }

    /// The most memory that it ever had, in KiB.
    fn peak(&self) -> u64 {
        let status = format!("/proc/{}/status", self.child.id());
        let status = fs::read_to_string(status).unwrap();
        let line = status.lines().find(|it| it.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }
}

#[test]
fn whoever_waits_for_each_answer_gets_it() {
    let folder = TempDir::new().unwrap();
    let tokens = tokens(folder.path(), 20);
    for args in [&["-q"][..], &["-q", "--flush"]] {
        let mut dialogue = Dialogue::new(&mut verify(folder.path(), args));
        for (number, token) in tokens.lines().enumerate() {
            dialogue.say(&format!("{token}\n"));
            assert_eq!(dialogue.hear()["payload"]["sub"], number.to_string());
        }
        // The last line may lack its end.
        dialogue.say("garbage");
        drop(dialogue.child.stdin.take());
        assert_eq!(dialogue.hear()["code"], "malformed");
        finish(dialogue.child).expect(1);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn memory_does_not_grow_with_the_input() {
    let folder = TempDir::new().unwrap();
    let tokens = tokens(folder.path(), 1000);
    let peak_after = |times: usize| {
        let mut dialogue = Dialogue::new(&mut verify(folder.path(), &["-q", "--jobs", "4"]));
        let mut stdin = dialogue.child.stdin.take().unwrap();
        let text = tokens.clone();
        let writer = std::thread::spawn(move || {
            for _ in 0..times {
                stdin.write_all(text.as_bytes()).unwrap();
            }
            stdin
        });
        let mut answer = String::new();
        for _ in 0..times * 1000 {
            answer.clear();
            dialogue.answers.read_line(&mut answer).unwrap();
        }
        assert!(answer.contains(&format!("\"line\":{},\"valid\":true", times * 1000)));
        let peak = dialogue.peak();
        drop(writer.join().unwrap());
        finish(dialogue.child).expect(0);
        peak
    };
    let (short, long) = (peak_after(10), peak_after(100));
    // Ten times the input: some MiB more would be its lines, kept.
    assert!(long < short + 4096, "{short} KiB, then {long} KiB");
}

#[test]
fn one_endless_line_is_one_answer_and_costs_no_memory() {
    let folder = TempDir::new().unwrap();
    let good = tokens(folder.path(), 1);
    let mut dialogue = Dialogue::new(&mut verify(folder.path(), &["-q", "--max-size", "10000"]));
    let piece = "x".repeat(1024 * 1024);
    dialogue.say(&good);
    assert_eq!(dialogue.hear()["valid"], true);
    for _ in 0..40 {
        dialogue.say(&piece);
    }
    let answer = dialogue.hear();
    assert_eq!(
        (&answer["line"], &answer["code"]),
        (&2.into(), &"malformed".into())
    );
    dialogue.say(&format!("\n{good}"));
    let answer = dialogue.hear();
    assert_eq!(
        (&answer["line"], &answer["valid"]),
        (&3.into(), &true.into())
    );
    if cfg!(target_os = "linux") {
        assert!(dialogue.peak() < 60 * 1024, "{} KiB", dialogue.peak());
    }
    drop(dialogue.child.stdin.take());
    finish(dialogue.child).expect(1);
}

#[test]
fn a_signal_ends_the_input_and_not_the_lines_that_were_begun() {
    let folder = TempDir::new().unwrap();
    let tokens = tokens(folder.path(), 5);
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let mut dialogue = Dialogue::new(&mut verify(folder.path(), &[]));
        dialogue.say(&tokens);
        // Its handlers are in place once it answers.
        for number in 0..5 {
            assert_eq!(dialogue.hear()["payload"]["sub"], number.to_string());
        }
        let id = dialogue.child.id().to_string();
        let killed = Command::new("kill").args(["-s", signal, &id]).status();
        assert!(killed.unwrap().success());
        let mut rest = String::new();
        dialogue.answers.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "");
        // Its input is open all the while.
        let stdin = dialogue.child.stdin.take();
        let ran = finish(dialogue.child).expect(code);
        assert!(
            ran.stderr.contains("5 lines: 5 valid; a signal ended it"),
            "{ran:?}"
        );
        drop(stdin);
    }
}

#[test]
fn nobody_left_to_read_the_answers_is_success() {
    let folder = TempDir::new().unwrap();
    let tokens = tokens(folder.path(), 50);
    let mut dialogue = Dialogue::new(&mut verify(folder.path(), &[]));
    dialogue.say(&tokens);
    dialogue.hear();
    let Dialogue { mut child, answers } = dialogue;
    drop(answers);
    let mut stdin = child.stdin.take().unwrap();
    // It finds out when it writes, although its input stays open.
    until("it ends", || {
        let _ = stdin.write_all(b"more\n");
        matches!(child.try_wait(), Ok(Some(_)))
    });
    assert_eq!(finish(child).expect(0).stderr, "");
}

#[test]
fn a_stream_of_unknown_names_makes_one_request() {
    let (lab, server) = (Lab::new(), Server::new(|_| set(&["a"])));
    let url = server.url("/jwks");
    let mut lines = format!("{}\n", token("a"));
    for number in 0..60 {
        let kid = format!("kid={number}");
        lines += &token_with("a", &["--exp", &(T0 + 3600).to_string(), "--header", &kid]);
        lines.push('\n');
    }
    let mut command = lab.command(0, &["verify", "--batch", "--jwks-uri", &url, "--jobs", "4"]);
    let ran = ran_with(&mut command, &lines).expect(1);
    assert_eq!(server.requests(), 1);
    assert!(
        ran.stderr
            .contains("61 lines: 1 valid, 60 bad (no-matching-key 60)")
    );
    // Old enough to be asked for again: once, whichever thread asks.
    let mut command = lab.command(
        31,
        &["verify", "--batch", "--jwks-uri", &url, "--jobs", "4"],
    );
    ran_with(&mut command, &lines).expect(1);
    assert_eq!(server.requests(), 1);
    all(vec![ran], 1);
}

#[test]
fn a_key_that_is_published_meanwhile_is_found() {
    let (lab, server) = (Lab::new(), Server::new(|_| set(&["a"])));
    let url = server.url("/jwks");
    lab.run(0, &["jwks", "fetch", "--jwks-uri", &url]).expect(0);
    let mut dialogue =
        Dialogue::new(&mut lab.command(31, &["verify", "--batch", "--jwks-uri", &url]));
    dialogue.say(&format!("{}\n", token("a")));
    assert_eq!(dialogue.hear()["valid"], true);
    server.say(set(&["a", "b"]));
    server.requests();
    for _ in 0..3 {
        dialogue.say(&format!("{}\n", token("b")));
        assert_eq!(dialogue.hear()["valid"], true);
    }
    assert_eq!(server.requests(), 1);
    drop(dialogue.child.stdin.take());
    finish(dialogue.child).expect(0);
    assert!(keys().file("b").exists());
}

#[test]
#[cfg(feature = "jwe")]
fn encrypted_tokens_are_opened_by_a_key_that_is_read_once() {
    let folder = TempDir::new().unwrap();
    let call = |line: &str, input: &str| {
        let mut command = jwtctl();
        command.current_dir(folder.path()).args(line.split(' '));
        ran_with(&mut command, input)
    };
    call(
        "keygen ES256 --no-encrypt --out sig --public-out sig.pub -q",
        "",
    )
    .expect(0);
    call(
        "keygen ECDH-ES --no-encrypt --out enc --public-out enc.pub -q",
        "",
    )
    .expect(0);
    let claims = "{\"sub\":\"a\"}\n{\"sub\":\"b\"}\n";
    let sealed = call("sign --batch --key sig --encrypt-to enc.pub -q", claims).answer(0);
    assert!(
        sealed.lines().all(|it| it.split('.').count() == 5),
        "{sealed}"
    );
    let plain = call("sign --batch --key sig -q", claims).answer(0);
    let both = sealed + &plain;
    let found = call(
        "verify --batch --key sig.pub --decrypt-key enc --claim sub -q",
        &both,
    );
    assert_eq!(found.answer(0), "a\nb\na\nb\n");
    let found = call("decode --batch --decrypt-key enc --claim sub -q", &both);
    assert_eq!(found.answer(0), "a\nb\na\nb\n");
    let found = call("verify --batch --key sig.pub -q", &both).expect(1);
    let codes: Vec<Value> = found
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["valid"].clone())
        .collect();
    assert_eq!(codes, [false, false, true, true]);
}

/// 200,000 tokens in a handful of partitions, against a running issuer.
#[test]
fn spark_pipes_its_partitions() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let mut keygen = jwtctl();
    keygen.args([
        "keygen",
        "RS256",
        "--no-encrypt",
        "-q",
        "--out",
        &path("key"),
    ]);
    ran(&mut keygen).expect(0);
    let claims: String = (0..1999)
        .map(|number| format!("{{\"sub\":\"{number}\",\"exp\":4102444800}}\n"))
        .collect();
    let mut sign = jwtctl();
    sign.args(["sign", "--batch", "--key", &path("key"), "-q"]);
    let tokens = ran_with(&mut sign, &claims).answer(0) + "garbage\n";
    fs::write(path("tokens"), tokens.repeat(100)).unwrap();
    let script = "exec python3 -B \"$0\" \"$1\" \"$2\" 6";
    let mut serve = peer(binary());
    serve.current_dir(folder.path());
    serve.args(["serve", "--listen", "127.0.0.1:0", "--key", &path("key")]);
    serve.args(["--exec", "--", "sh", "-c", script]);
    serve
        .arg(repository("tests/peers/spark.py"))
        .arg(binary())
        .arg(path("tokens"));
    let ran = ran(&mut serve);
    if !ran.is_skipped() {
        assert_eq!(ran.answer(0), "199900 100 6\n");
    }
}

/// In bulk another library signs than for one token.
#[test]
fn what_is_signed_in_bulk_verifies_whatever_the_algorithm() {
    let folder = TempDir::new().unwrap();
    let call = |args: &[&str], input: &str| {
        let mut command = jwtctl();
        command.current_dir(folder.path()).args(args);
        ran_with(&mut command, input)
    };
    let algorithms = [
        "HS256",
        "RS256",
        "PS384",
        "ES256",
        "ES384",
        "ES512",
        "ES256K",
        "EdDSA",
        "ML-DSA-44",
        "ML-DSA-87",
    ];
    for alg in algorithms {
        let (key, public) = (format!("{alg}.jwk"), format!("{alg}.pub"));
        let out = ["keygen", alg, "--no-encrypt", "-q", "--out", &key];
        let public = match alg {
            "HS256" => {
                call(&out, "").expect(0);
                &key
            }
            _ => {
                call(&[&out[..], &["--public-out", &public]].concat(), "").expect(0);
                &public
            }
        };
        let claims = "{\"sub\":\"a\"}\n{\"sub\":\"b\"}\n";
        let signed = call(&["sign", "--batch", "--key", &key, "-q"], claims).answer(0);
        let verify = ["verify", "--batch", "--key", public, "--claim", "sub", "-q"];
        assert_eq!(call(&verify, &signed).answer(0), "a\nb\n", "{alg}");
    }
}

#[test]
fn a_payload_that_is_not_text_is_answered_in_base64url() {
    let folder = TempDir::new().unwrap();
    fs::write(
        folder.path().join("secret"),
        "0123456789abcdef0123456789abcdef",
    )
    .unwrap();
    fs::write(folder.path().join("bytes"), [0xff, 0x00, 0x80]).unwrap();
    let mut sign = jwtctl();
    sign.current_dir(folder.path()).args([
        "sign",
        "--raw",
        "--payload",
        "bytes",
        "--secret",
        "secret",
        "-q",
    ]);
    let token = ran(&mut sign).answer(0);
    let answer = ran_with(&mut verify(folder.path(), &["--raw", "-q"]), &token).answer(0);
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["valid"], true);
    assert_eq!(answer["payload_b64u"], "_wCA");
    assert!(answer.get("payload").is_none());
}
