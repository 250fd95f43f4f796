//! The local issuer from outside: real processes, real sockets, real signals; everything it
//! promises to refuse, and everything that must not stop it.

#![cfg(all(unix, feature = "cli"))]
#![allow(
    clippy::disallowed_methods,
    reason = "tokens are judged by the real clock, and waiting needs a limit"
)]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, setrlimit};
use serde_json::{Value, json};
use tempfile::TempDir;

use support::process::PATIENCE;

mod support;

fn jwtctl(args: &[&str]) -> Command {
    let mut command = support::jwtctl();
    command.args(args);
    command
}

fn run(args: &[&str]) -> Output {
    jwtctl(args).output().unwrap()
}

/// A running issuer.
struct Issuer {
    child: Child,
    ready: Value,
    address: SocketAddr,
    dir: TempDir,
}

impl Issuer {
    fn start(args: &[&str]) -> Self {
        Self::spawn(args, |_| {})
    }

    fn spawn(args: &[&str], prepare: impl FnOnce(&mut Command)) -> Self {
        let dir = TempDir::new().unwrap();
        let (ready, log) = (dir.path().join("ready"), dir.path().join("log"));
        let mut command = jwtctl(&[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--ready-file",
            ready.to_str().unwrap(),
        ]);
        command
            .args(args)
            .stdout(Stdio::null())
            .stderr(fs::File::create(&log).unwrap());
        prepare(&mut command);
        let mut child = command.spawn().unwrap();
        let ready = wait_for(&ready, || {
            let ended = child.try_wait().unwrap();
            assert!(
                ended.is_none(),
                "{ended:?}: {}",
                fs::read_to_string(&log).unwrap()
            );
        });
        let address = ready["listening_on"].as_str().unwrap().parse().unwrap();
        Self {
            child,
            ready,
            address,
            dir,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn url(&self) -> &str {
        self.ready["issuer"].as_str().unwrap()
    }

    fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap()
    }

    fn connect(&self) -> TcpStream {
        connect(self.address)
    }

    fn send(&self, request: &str) -> Reply {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).unwrap();
        Reply::read(stream)
    }

    fn get(&self, path: &str) -> Reply {
        self.send(&format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        ))
    }

    fn post(&self, path: &str, form: &str) -> Reply {
        let (host, length) = (self.address, form.len());
        self.send(&format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}"
        ))
    }

    /// Makes these faults, and no others, happen from now on.
    fn faults(&self, specs: &[&str]) {
        let (body, secret) = (
            json!({"faults": specs}).to_string(),
            self.ready["admin_secret"].as_str().unwrap(),
        );
        let (host, length) = (self.address, body.len());
        let reply = self.send(&format!(
            "PUT /.jwtctl/faults HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nAuthorization: Bearer {secret}\r\nContent-Length: {length}\r\n\r\n{body}"
        ));
        assert_eq!(reply.status, 200, "{}", reply.text());
    }

    fn token(&self) -> String {
        self.post("/token", "grant_type=client_credentials&client_id=app")
            .json()["access_token"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    fn is_well(&self) -> bool {
        self.get("/healthz").status == 200
    }

    /// Verifies a token with the set as it is published now.
    fn verify(&self, token: &str) -> Output {
        let set = self.path("set.jwks");
        fs::write(&set, self.get("/jwks").body).unwrap();
        run(&[
            "verify",
            token,
            "--jwks",
            set.to_str().unwrap(),
            "--iss",
            self.url(),
            "--aud",
            self.url(),
        ])
    }

    fn signal(&self, signal: Signal) {
        kill_process(
            Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap(),
            signal,
        )
        .unwrap();
    }

    fn exit_code(&mut self) -> Option<i32> {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.child.try_wait().unwrap() {
                Some(status) => return status.code(),
                None if Instant::now() > until => panic!("it does not end"),
                None => std::thread::sleep(Duration::from_millis(10)),
            }
        }
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn wait_for(file: &PathBuf, mut check: impl FnMut()) -> Value {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Ok(text) = fs::read_to_string(file) {
            return serde_json::from_str(&text).unwrap();
        }
        check();
        assert!(Instant::now() < until, "it does not get ready");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect_timeout(&address, PATIENCE).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// What came back.
struct Reply {
    status: u16,
    head: String,
    body: Vec<u8>,
    /// Whether as much came as was promised.
    whole: bool,
}

impl Reply {
    /// Reads until the other side closes.
    fn read(mut stream: TcpStream) -> Self {
        let mut bytes = Vec::new();
        // A connection that breaks is one of the faults.
        let _ = stream.read_to_end(&mut bytes);
        Self::parse(&bytes)
    }

    fn parse(bytes: &[u8]) -> Self {
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
            return Self {
                status: 0,
                head: String::from_utf8_lossy(bytes).into(),
                body: Vec::new(),
                whole: false,
            };
        };
        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
        let mut body = bytes[end + 4..].to_vec();
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .unwrap_or(0);
        let promised = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        let is_chunked = head.contains("transfer-encoding: chunked");
        let whole = if is_chunked {
            body.ends_with(b"0\r\n\r\n")
        } else {
            promised.is_none_or(|length| length == body.len())
        };
        if is_chunked {
            body = unchunked(&body);
        }
        Self {
            status,
            head,
            body,
            whole,
        }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| panic!("{e}: {} {}", self.head, self.text()))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = body.windows(2).position(|window| window == b"\r\n") {
        let length = usize::from_str_radix(std::str::from_utf8(&body[..end]).unwrap(), 16).unwrap();
        whole.extend_from_slice(&body[end + 2..end + 2 + length]);
        body = &body[end + 4 + length..];
    }
    whole
}

#[test]
fn tokens_verify_with_the_set_that_is_served() {
    for alg in ["ES256", "ES384", "EdDSA", "RS256", "PS256"] {
        let issuer = Issuer::start(&["--alg", alg]);
        let output = issuer.verify(&issuer.token());
        assert_eq!(
            output.status.code(),
            Some(0),
            "{alg}: {}",
            String::from_utf8_lossy(&output.stdout)
        );
        let metadata = issuer.get("/.well-known/openid-configuration").json();
        assert_eq!(metadata["issuer"], issuer.url());
        assert_eq!(
            metadata["id_token_signing_alg_values_supported"],
            json!([alg])
        );
    }
}

#[test]
fn access_tokens_are_of_their_kind_when_asked() {
    let issuer = Issuer::start(&["--profile", "at+jwt"]);
    let token = issuer.token();
    let jwks = format!("{}/jwks", issuer.url());
    let verify = |profile| {
        run(&[
            "verify",
            &token,
            "--profile",
            profile,
            "--jwks-uri",
            &jwks,
            "--iss",
            issuer.url(),
            "--aud",
            issuer.url(),
            "--client-id",
            "app",
            "--allow-http",
            "--cache-dir",
            issuer.path("cache").to_str().unwrap(),
        ])
        .status
        .code()
    };
    assert_eq!((verify("at+jwt"), verify("id-token")), (Some(0), Some(13)));
}

#[test]
fn each_faulty_token_gets_the_exit_code_it_deserves() {
    let issuer = Issuer::start(&[]);
    assert_eq!(issuer.verify(&issuer.token()).status.code(), Some(0));
    for (fault, code) in [
        ("bad-signature", 10),
        ("same-kid", 10),
        ("expired", 11),
        ("future", 12),
        ("wrong-aud", 13),
        ("wrong-iss", 13),
        ("unknown-kid", 14),
        ("stale", 14),
        ("wrong-alg", 15),
        ("none", 15),
    ] {
        issuer.faults(&[fault]);
        assert_eq!(
            issuer.verify(&issuer.token()).status.code(),
            Some(code),
            "{fault}"
        );
    }
    issuer.faults(&[]);
    let before = issuer.token();
    issuer.faults(&["rotated"]);
    assert_eq!(issuer.verify(&before).status.code(), Some(14));
    assert_eq!(issuer.verify(&issuer.token()).status.code(), Some(0));
}

/// This tool as a client of its own: keys by discovery, through the cache.
#[test]
fn verify_finds_the_keys_by_the_issuer_alone() {
    let issuer = Issuer::start(&[]);
    let verify = |token: &str, cache: &str| {
        let cache = issuer.path(cache);
        let args = [
            "verify",
            token,
            "--issuer",
            issuer.url(),
            "--aud",
            issuer.url(),
            "--timeout",
            "4s",
        ];
        let output = run(&[&args[..], &["--cache-dir", cache.to_str().unwrap()]].concat());
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let token = issuer.token();
    assert_eq!(
        verify(&token, "cache").0,
        Some(0),
        "{:?}",
        verify(&token, "cache")
    );
    for fault in [
        "status",
        "status=404@jwks",
        "rate-limit",
        "html",
        "html@jwks",
        "truncate",
        "truncate@jwks",
        "huge=3000000@jwks",
        "latency=60s",
        "drip=10@jwks",
    ] {
        issuer.faults(&[fault]);
        let (code, why) = verify(&token, &format!("no cache for {fault}"));
        assert_eq!(code, Some(3), "{fault}: {why}");
        assert_eq!(
            verify(&token, "cache").0,
            Some(0),
            "{fault}: what was fetched before is still good"
        );
    }
    issuer.faults(&["rotated"]);
    // Unknown keys are looked for once in a while.
    support::ageing::cache(&issuer.path("cache"), 120_000);
    assert_eq!(
        verify(&issuer.token(), "cache").0,
        Some(0),
        "a new key is fetched"
    );
}

/// No browser sends these, and what cannot be read is not let in.
#[test]
fn origins_that_are_not_text_are_not_let_in() {
    let issuer = Issuer::start(&[]);
    for header in [&b"Origin: http://\xe9"[..], b"Sec-Fetch-Site: \xff"] {
        let mut stream = issuer.connect();
        let head = format!("GET /jwks HTTP/1.1\r\nHost: {}\r\n", issuer.address);
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(header).unwrap();
        stream.write_all(b"\r\nConnection: close\r\n\r\n").unwrap();
        assert_eq!(Reply::read(stream).status, 403);
    }
}

#[test]
fn each_faulty_answer_is_faulty_on_the_wire() {
    let issuer = Issuer::start(&["--fault", "status@jwks*1"]);
    assert_eq!(issuer.get("/jwks").status, 503);
    let good = issuer.get("/jwks");
    assert!(good.status == 200 && good.whole);

    let jwks = |fault: &str| {
        issuer.faults(&[fault]);
        let started = Instant::now();
        (issuer.get("/jwks"), started.elapsed())
    };
    assert!(jwks("latency=300ms").1 >= Duration::from_millis(300));
    assert_eq!(jwks("status=500").0.status, 500);
    let (limited, _) = jwks("rate-limit=7");
    assert_eq!(
        (limited.status, limited.header("retry-after")),
        (429, Some("7"))
    );
    let (slow, took) = jwks("drip=400");
    assert!(
        slow.whole && slow.body == good.body && took >= Duration::from_millis(300),
        "{took:?}"
    );
    let (broken, _) = jwks("truncate");
    assert!(
        !broken.whole && broken.body == good.body[..good.body.len() / 2],
        "{}",
        broken.text()
    );
    let (page, _) = jwks("html");
    assert!(page.status == 200 && page.text().contains("<!doctype html>"));
    let (huge, _) = jwks("huge=3000000");
    assert!(huge.whole && huge.body.len() == 3_000_000 && huge.json()["keys"].is_array());
    assert_eq!(
        (
            jwks("no-etag").0.header("etag"),
            good.header("etag").is_some()
        ),
        (None, true)
    );
    assert!(issuer.is_well());
    assert!(issuer.log().contains("GET /jwks 429"), "{}", issuer.log());
}

#[test]
fn a_keystore_is_followed_live() {
    let dir = TempDir::new().unwrap();
    let store = dir.path().join("store");
    let store = store.to_str().unwrap();
    let in_store = |args: &[&str]| {
        let output = run(&[&["--store", store, "--no-input"], args].concat());
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    in_store(&["keygen", "ES256", "--no-encrypt", "--kid", "first"]);
    let issuer = Issuer::start(&["--store", store]);
    let before = issuer.token();
    assert_eq!(issuer.ready["kid"], "first");
    in_store(&["jwks", "rotate", "--publish-for", "0s"]);
    let until = Instant::now() + PATIENCE;
    while issuer.get("/jwks").json()["keys"].as_array().unwrap().len() < 2 {
        assert!(Instant::now() < until, "the new key is not published");
        std::thread::sleep(Duration::from_millis(50));
    }
    let after = run(&["decode", "--json", &issuer.token()]);
    assert_ne!(
        serde_json::from_slice::<Value>(&after.stdout).unwrap()["header"]["kid"],
        "first"
    );
    assert_eq!(issuer.verify(&before).status.code(), Some(0));
}

#[test]
fn seeded_keys_are_the_same_at_every_start() {
    let first = Issuer::start(&["--seed", "x"]).get("/jwks").body;
    let second = Issuer::start(&["--seed", "x"]);
    assert_eq!(second.get("/jwks").body, first);
    assert!(second.ready["kid"].as_str().unwrap().starts_with("test-"));
    assert!(second.log().contains("warning: keys from --seed"));
}

#[test]
fn the_secret_is_in_the_ready_file_alone() {
    let mut issuer = Issuer::start(&[]);
    let file = issuer.path("ready");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    issuer.faults(&[]);
    let secret = issuer.ready["admin_secret"].as_str().unwrap().to_owned();
    let wrong = issuer.send(&format!(
        "GET /.jwtctl/faults?{secret} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    ));
    assert_eq!(wrong.status, 401);
    issuer.signal(Signal::TERM);
    assert_eq!(issuer.exit_code(), Some(143));
    assert!(!issuer.log().contains(&secret), "{}", issuer.log());
    assert!(
        !file.exists(),
        "an old ready file would say that it is ready"
    );
}

#[test]
fn signals_end_it_in_good_order() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let mut issuer = Issuer::start(&["--fault", "drip=200@jwks"]);
        let mut idle = issuer.connect();
        let mut slow = issuer.connect();
        write!(
            slow,
            "GET /jwks HTTP/1.1\r\nHost: {}\r\n\r\n",
            issuer.address
        )
        .unwrap();
        // Its first byte is here, and the rest is on its way.
        assert_eq!(slow.peek(&mut [0]).unwrap(), 1);
        issuer.signal(signal);
        let reply = Reply::read(slow);
        assert!(
            reply.status == 200 && reply.whole,
            "what was under way was cut off"
        );
        assert_eq!(issuer.exit_code(), Some(code));
        assert_eq!(idle.read(&mut [0]).unwrap_or(0), 0);
    }
}

#[test]
fn exec_runs_a_command_and_ends_with_it() {
    let output = run(&[
        "serve",
        "--exec",
        "-q",
        "--",
        "sh",
        "-c",
        "echo $OIDC_ISSUER $JWKS_URI $TOKEN_ENDPOINT; exit 7",
    ]);
    assert_eq!(
        output.status.code(),
        Some(7),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let [issuer, jwks, token] = text.split_whitespace().collect::<Vec<_>>()[..] else {
        panic!("{text}")
    };
    assert_eq!(
        (jwks, token),
        (
            format!("{issuer}/jwks").as_str(),
            format!("{issuer}/token").as_str()
        )
    );
    let gone = issuer.strip_prefix("http://").unwrap().parse().unwrap();
    assert!(
        TcpStream::connect_timeout(&gone, PATIENCE).is_err(),
        "it goes on without its command"
    );

    assert_eq!(
        run(&["serve", "--exec", "-q", "--", "sh", "-c", "kill -9 $$"])
            .status
            .code(),
        Some(137)
    );
}

/// A directory of `PATH` that may not be searched says nothing about the command.
#[test]
fn a_command_that_is_nowhere_is_not_found() {
    let folder = TempDir::new().unwrap();
    let (closed, open) = (folder.path().join("closed"), folder.path().join("open"));
    for folder in [&closed, &open] {
        fs::create_dir(folder).unwrap();
    }
    let file = open.join("not-executable");
    fs::write(&file, "#!/bin/sh\n").unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    let said = |path: &std::path::Path, command: &str| {
        let mut serve = support::ordinary(folder.path());
        serve.env("PATH", std::env::join_paths([path, &open]).unwrap());
        serve.args(["serve", "--exec", "-q", "--", command]);
        support::ran(&mut serve).expect(4).stderr
    };
    for path in [&closed, &open] {
        assert!(said(path, "no-such-command").contains("no-such-command: no such command"));
        let refused = said(path, "not-executable");
        assert!(
            refused.contains("cannot be run: permission denied"),
            "{refused}"
        );
    }
}

#[test]
fn a_signal_reaches_the_command() {
    let folder = TempDir::new().unwrap();
    let trapped = folder.path().join("trapped");
    let script = format!(
        "trap 'exit 9' TERM; touch '{}'; while :; do sleep 0.05; done",
        trapped.display()
    );
    let mut issuer = Issuer::start(&["--exec", "--", "sh", "-c", &script]);
    let until = Instant::now() + PATIENCE;
    while !trapped.exists() {
        assert!(Instant::now() < until, "the command does not start");
        std::thread::sleep(Duration::from_millis(10));
    }
    issuer.signal(Signal::TERM);
    assert_eq!(issuer.exit_code(), Some(9));
}

#[test]
fn what_is_for_tests_stays_on_this_machine() {
    for (args, why) in [
        (&["--listen", "0.0.0.0:0", "--seed", "x"][..], "--seed"),
        (&["--listen", "0.0.0.0:0", "--fault", "none"], "--fault"),
        (&["--listen", "[::]:0"], "--issuer URL"),
        (
            &["--listen", "0.0.0.0:0", "--issuer", "http://x.test"],
            "--client",
        ),
        (
            &[
                "--listen",
                "0.0.0.0:0",
                "--issuer",
                "http://x.test",
                "--client",
                "public",
            ],
            "--client",
        ),
        (&["--listen", "example.org:80"], "not an address and port"),
    ] {
        let output = run(&[&["serve"], args].concat());
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(
            String::from_utf8_lossy(&output.stderr).contains(why),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[test]
fn web_pages_cannot_use_it() {
    let issuer = Issuer::start(&[]);
    let status = |head: &str| {
        issuer
            .send(&format!("{head}\r\nConnection: close\r\n\r\n"))
            .status
    };
    assert_eq!(status("GET /jwks HTTP/1.1\r\nHost: localhost"), 200);
    assert_eq!(status("GET /jwks HTTP/1.1\r\nHost: rebound.example"), 421);
    assert_eq!(
        status("GET /jwks HTTP/1.1\r\nHost: localhost\r\nHost: localhost"),
        400
    );
    assert_eq!(
        status("GET http://rebound.example/jwks HTTP/1.1\r\nHost: localhost"),
        421
    );
    assert_eq!(status("GET /jwks HTTP/1.1\r\nX: y"), 400);
    assert_eq!(status("GET /jwks HTTP/1.0\r\nX: y"), 400);
    assert_eq!(
        status(
            "POST /token HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\nContent-Length: 0"
        ),
        403
    );
}

#[test]
fn limits_hold() {
    let issuer = Issuer::start(&[]);
    let long = "x".repeat(70_000);
    assert_eq!(issuer.post("/token", &long).status, 413);
    assert!([414, 431, 400].contains(&issuer.get(&format!("/{long}")).status));
    let header = format!("GET /jwks HTTP/1.1\r\nHost: localhost\r\nX: {long}\r\n\r\n");
    assert_eq!(issuer.send(&header).status, 431);
    let many: String = (0..100).map(|i| format!("X{i}: y\r\n")).collect();
    assert_eq!(
        issuer
            .send(&format!(
                "GET /jwks HTTP/1.1\r\nHost: localhost\r\n{many}\r\n"
            ))
            .status,
        431
    );
    assert!(issuer.is_well());
}

/// Bytes of no sense, and requests with bytes of no sense in them: each gets an error or a closed
/// connection.
#[test]
fn malformed_requests_do_not_stop_it() {
    let mut issuer = Issuer::start(&[]);
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let good = "POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 29\r\nConnection: close\r\n\r\ngrant_type=client_credentials";
    for round in 0..400 {
        let mut bytes = good.as_bytes().to_vec();
        match round % 4 {
            0 => bytes = (0..random() % 300).map(|_| random() as u8).collect(),
            1 => bytes.truncate(random() as usize % good.len()),
            _ => {
                for _ in 0..=random() % 6 {
                    let at = random() as usize % bytes.len();
                    bytes[at] = random() as u8;
                }
            }
        }
        let mut stream = connect(issuer.address);
        // It may close before it has read everything.
        let _ = stream.write_all(&bytes);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut reply = Vec::new();
        let _ = stream.read_to_end(&mut reply);
        assert!(
            reply.is_empty() || reply.starts_with(b"HTTP/1."),
            "{}",
            String::from_utf8_lossy(&reply)
        );
    }
    assert!(issuer.is_well());
    assert!(issuer.child.try_wait().unwrap().is_none());
    assert!(!issuer.log().contains("panicked"), "{}", issuer.log());
}

#[test]
fn a_thousand_connections_at_once_are_served() {
    const COUNT: usize = 1000;
    let limit = getrlimit(Resource::Nofile);
    setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            ..limit
        },
    )
    .unwrap();
    if limit.maximum.is_some_and(|most| most < 1500) {
        support::skipped("1500 file descriptors");
        return;
    }
    let issuer = Issuer::start(&[]);
    let mut streams: Vec<TcpStream> = (0..COUNT).map(|_| issuer.connect()).collect();
    let request = format!("GET /jwks HTTP/1.1\r\nHost: {}\r\n\r\n", issuer.address);
    for stream in &mut streams {
        stream.write_all(request.as_bytes()).unwrap();
    }
    let mut buffer = [0; 2048];
    for stream in &mut streams {
        let count = stream.read(&mut buffer).unwrap();
        assert!(buffer[..count].starts_with(b"HTTP/1.1 200"));
    }
    assert!(issuer.is_well(), "with all of them open");
}

/// Clients that send nothing, or half a request, do not keep other clients waiting; nor does a
/// parent process that does not read the log.
#[test]
fn nobody_can_hold_it_up() {
    let issuer = Issuer::spawn(&[], |command| {
        command.stderr(Stdio::piped());
    });
    let _silent: Vec<TcpStream> = (0..50).map(|_| issuer.connect()).collect();
    let mut half = issuer.connect();
    half.write_all(b"POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nx")
        .unwrap();
    let mut stream = issuer.connect();
    let request = format!(
        "GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "x".repeat(150)
    );
    let mut buffer = [0; 4096];
    for _ in 0..1500 {
        stream.write_all(request.as_bytes()).unwrap();
        let count = stream.read(&mut buffer).unwrap();
        assert!(buffer[..count].starts_with(b"HTTP/1.1 404"));
    }
    assert!(issuer.is_well());
}

#[test]
fn https_with_the_certificate_it_made() {
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, ServerName};
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("cert.pem");
    let issuer = Issuer::start(&["--tls", "--tls-cert", file.to_str().unwrap()]);
    assert!(issuer.url().starts_with("https://127.0.0.1:"));
    let mut roots = rustls::RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(&file).unwrap())
        .unwrap();
    let config = rustls::ClientConfig::builder_with_provider(
        rustls::crypto::ring::default_provider().into(),
    )
    .with_safe_default_protocol_versions()
    .unwrap()
    .with_root_certificates(roots)
    .with_no_client_auth();
    for name in ["localhost", "127.0.0.1"] {
        let connection = rustls::ClientConnection::new(
            config.clone().into(),
            ServerName::try_from(name).unwrap(),
        )
        .unwrap();
        let mut stream = rustls::StreamOwned::new(connection, issuer.connect());
        write!(
            stream,
            "GET /jwks HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        assert_eq!(
            Reply::parse(&bytes).json()["keys"]
                .as_array()
                .unwrap()
                .len(),
            1,
            "{name}"
        );
    }
    // Plain HTTP at that port is an error of its own, and no more.
    assert_eq!(issuer.get("/jwks").status, 0);
}

#[test]
fn json_says_where_it_is_in_one_line() {
    let mut child = jwtctl(&["serve", "--listen", "127.0.0.1:0", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut text = String::new();
    std::io::BufRead::read_line(
        &mut std::io::BufReader::new(child.stdout.as_mut().unwrap()),
        &mut text,
    )
    .unwrap();
    let ready: Value = serde_json::from_str(&text).unwrap();
    child.kill().unwrap();
    let mut notes = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut notes)
        .unwrap();
    child.wait().unwrap();
    assert_eq!(
        (&ready["schema"], &ready["ok"]),
        (&json!("jwtctl.serve/1"), &json!(true))
    );
    assert!(
        ready["jwks_uri"]
            .as_str()
            .unwrap()
            .starts_with(ready["issuer"].as_str().unwrap())
    );
    assert_eq!(
        ready.get("admin_secret"),
        None,
        "stdout often ends up in logs"
    );
    assert!(notes.contains("Authorization: Bearer "), "{notes}");
}
