//! A Redis that is down, slow or full, or a server that is not Redis, costs half a second, and
//! never a verification.

use std::io::Write as _;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::lab::*;
use crate::support::redis::{Jwtctl, file, free_port, scripted};
use crate::{Fleet, needs, source};

/// Verifies with a fresh disk, by the issuer itself, after a word of warning. Redis has all the
/// time that it needs to say what it has to say.
#[track_caller]
fn falls_back(fleet: &Fleet, flags: &[&str], why: &str) -> Ran {
    falls_back_within(fleet, PATIENT, flags, why)
}

/// The same with a limit that Redis does not keep.
#[track_caller]
fn falls_back_within(fleet: &Fleet, timeout: &str, flags: &[&str], why: &str) -> Ran {
    let token = token("a");
    let arguments = [
        &[
            "verify",
            "--json",
            "--timeout",
            timeout,
            "--jwks-uri",
            &fleet.url,
        ][..],
        flags,
        &[&token],
    ]
    .concat();
    fleet.issuer.requests();
    let disk = Lab::new();
    let ran = disk.run(0, &arguments).expect(0);
    assert_eq!(
        (fleet.issuer.requests(), source(&ran).as_str()),
        (1, "network")
    );
    assert!(
        ran.stderr.contains("the shared cache") && ran.stderr.contains(why),
        "not {why:?}: {ran:#?}"
    );
    assert_eq!(ran.stderr.matches("warning").count(), 1, "{ran:#?}");
    // The disk has it now, and no server is asked.
    assert!(disk.run(1, &arguments).expect(0).stderr.is_empty());
    ran
}

#[test]
fn n40_down_killed_and_restarted_empty() {
    needs!("redis-server");
    let mut fleet = Fleet::start();
    let nobody = format!("redis://127.0.0.1:{}", free_port());
    falls_back(
        &fleet,
        &["--cache-store", &nobody, "--cache-store-key", &fleet.key],
        "connection refused",
    );
    falls_back(
        &fleet,
        &[
            "--cache-store",
            "unix:///no/such/socket",
            "--cache-store-key",
            &fleet.key,
        ],
        "no such file",
    );
    let token = token("a");
    fleet.verify(&Lab::new(), 0, &token).expect(0);
    fleet.redis.kill();
    falls_back(&fleet, &fleet.flags(), "connection refused");
    fleet.redis.restart();
    fleet.issuer.requests();
    assert_eq!(
        source(&fleet.verify(&Lab::new(), 0, &token).expect(0)),
        "network"
    );
    assert_eq!(
        source(&fleet.verify(&Lab::new(), 0, &token).expect(0)),
        "store"
    );
    assert_eq!(fleet.issuer.requests(), 1);
}

#[test]
fn n40_half_dead_and_slow() {
    needs!("redis-server");
    let fleet = Fleet::start();
    let key = ["--cache-store-key", &fleet.key];
    let store = |url: &str| {
        [&["--cache-store", url][..], &key]
            .concat()
            .iter()
            .map(|it| (*it).to_owned())
            .collect::<Vec<_>>()
    };
    let falls_back = |url: &str, why: &str| {
        let flags = store(url);
        // Waiting for those that say nothing takes a twentieth of the limit.
        let timeout = if why.contains("in time") {
            "10s"
        } else {
            PATIENT
        };
        falls_back_within(
            &fleet,
            timeout,
            &flags.iter().map(String::as_str).collect::<Vec<_>>(),
            why,
        );
    };
    // It takes the call, and says nothing.
    falls_back(&scripted(b""), "did not answer in time");
    // It says a little now and then, which no timeout of a socket notices.
    let drip = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", drip.local_addr().unwrap());
    thread::spawn(move || {
        for stream in drip.incoming() {
            let mut stream = stream.unwrap();
            thread::spawn(move || while stream.write_all(b"+").is_ok() && sleep(100) {});
        }
    });
    falls_back(&url, "did not answer in time");
    // It answers twenty seconds late.
    let late = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", late.local_addr().unwrap());
    thread::spawn(move || {
        for stream in late.incoming() {
            let mut stream = stream.unwrap();
            thread::spawn(move || {
                sleep(20_000) && stream.write_all(b"$0\r\n\r\n:-2\r\n$0\r\n\r\n").is_ok()
            });
        }
    });
    falls_back(&url, "did not answer in time");
    fleet.redis.signal("STOP");
    falls_back(&fleet.store, "did not answer in time");
    fleet.redis.signal("CONT");
    for (answer, why) in [
        (
            &b"-LOADING Redis is loading the dataset in memory\r\n"[..],
            "still loading",
        ),
        (
            b"-NOAUTH Authentication required.\r\n",
            "a password is needed",
        ),
        (b"-MOVED 1 10.0.0.1:6379\r\n", "is a cluster"),
        (b"-STRANGE \x1b[31mthings\r\n", "STRANGE"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "not Redis"),
    ] {
        // One for each thing that is asked.
        falls_back(&scripted(answer.repeat(4).leak()), why);
    }
}

fn sleep(ms: u64) -> bool {
    thread::sleep(Duration::from_millis(ms));
    true
}

#[test]
fn n40_killed_while_the_keys_are_fetched() {
    needs!("redis-server");
    let (mut fleet, token) = (Fleet::start(), token("a"));
    let gate = crate::support::gate::Gate::default();
    fleet.issuer.then(gate.behind(set(&["a"])));
    let disk = Lab::new();
    let running = spawn(&mut disk.command(0, &fleet.patient(&token)));
    until("a request", || fleet.issuer.peak() == 1);
    fleet.redis.kill();
    gate.open();
    let ran = finish(running).expect(0);
    assert!(ran.stderr.contains("could not be shared"), "{ran:#?}");
    assert_eq!(disk.entry()["provenance"], "fetch");
}

#[test]
fn a_full_store_is_read_and_not_written() {
    needs!("redis-server");
    let (fleet, token) = (Fleet::start(), token("a"));
    fleet.verify(&Lab::new(), 0, &token).expect(0);
    fleet.redis.ask(&[
        "CONFIG",
        "SET",
        "maxmemory-policy",
        "noeviction",
        "maxmemory",
        "1",
    ]);
    let ran = fleet.verify(&Lab::new(), 0, &token).expect(0);
    assert_eq!((source(&ran).as_str(), ran.stderr.as_str()), ("store", ""));
    fleet.redis.ask(&["DEL", &fleet.name("jwks")]);
    falls_back(&fleet, &fleet.flags(), "memory is full");
}

#[test]
fn passwords_and_acls() {
    needs!("redis-server");
    let port = free_port().to_string();
    let fleet = Fleet::with(&["--port", &port, "--bind", "127.0.0.1"]);
    let folder = fleet.redis.folder.path();
    let (good, wrong) = (
        file(folder, "good", "hunter2\n"),
        file(folder, "wrong", "hunter3"),
    );
    let reads = ["~jwtctl:*", "+getrange", "+pttl"];
    fleet
        .redis
        .ask(&[&["ACL", "SETUSER", "reader", "on", ">hunter2"], &reads[..]].concat());
    fleet.redis.ask(
        &[
            &["ACL", "SETUSER", "writer", "on", ">hunter2"],
            &reads[..],
            &["+get", "+set", "+eval", "+del"],
        ]
        .concat(),
    );
    let flags = |user: &'static str, password: &'static str| {
        let url = format!("redis://{user}@127.0.0.1:{port}");
        let password = if password == "good" {
            good.clone()
        } else {
            wrong.clone()
        };
        [
            "--cache-store".into(),
            url,
            "--cache-store-key".into(),
            fleet.key.clone(),
            "--cache-store-password-from".into(),
            password,
        ]
    };
    let fell_back = |flags: &[String], why: &str| {
        falls_back(
            &fleet,
            &flags.iter().map(String::as_str).collect::<Vec<_>>(),
            why,
        )
    };
    let ran = fell_back(&flags("writer", "wrong"), "the password is wrong");
    assert!(!ran.stderr.contains("hunter"), "{ran:#?}");
    // Those who may only read, and nothing is there.
    fell_back(&flags("reader", "good"), "'eval'");
    let verify = |flags: &[String]| {
        let (token, url) = (token("a"), &fleet.url);
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        Lab::new()
            .run(
                0,
                &[
                    &["verify", "--json", "--timeout", PATIENT, "--jwks-uri", url],
                    &flags[..],
                    &[&token],
                ]
                .concat(),
            )
            .expect(0)
    };
    assert_eq!(source(&verify(&flags("writer", "good"))), "network");
    let ran = verify(&flags("reader", "good"));
    assert_eq!((source(&ran).as_str(), ran.stderr.as_str()), ("store", ""));
    // What the fleet knows holds for them as well.
    fleet.issuer.requests();
    let run = |at: i64, token: &str| {
        let (url, flags) = (&fleet.url, flags("reader", "good"));
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        fleet.run(
            &Lab::new(),
            at,
            &[
                &["verify", "--json", "--timeout", PATIENT, "--jwks-uri", url],
                &flags[..],
                &[token],
            ]
            .concat(),
        )
    };
    run(1, &random_kid(1)).expect(14);
    assert_eq!(fleet.issuer.requests(), 0);
    run(40, &random_kid(2)).expect(14);
    assert_eq!(fleet.issuer.requests(), 1);
    // A variable may hold all of it.
    let (token, url) = (token("a"), &fleet.url);
    let ran = Jwtctl::new(folder)
        .env(
            "JWTCTL_CACHE_STORE",
            &format!("redis://writer:hunter2@127.0.0.1:{port}"),
        )
        .env("JWTCTL_CACHE_STORE_KEY_FILE", &fleet.key)
        .env("JWTCTL_NOW", &T0.to_string())
        .env(
            "JWTCTL_CACHE_DIR",
            folder.join("by-environment").to_str().unwrap(),
        )
        .run(&[
            "verify",
            "--json",
            "-v",
            "--timeout",
            PATIENT,
            "--jwks-uri",
            url,
            &token,
        ])
        .expect(0);
    assert!(
        ran.stdout.contains("\"store\"") && !ran.stderr.contains("hunter"),
        "{ran:#?}"
    );
}

#[test]
fn a_cluster_says_that_it_is_one() {
    needs!("redis-server");
    let port = free_port().to_string();
    let fleet = Fleet::with(&[
        "--port",
        &port,
        "--bind",
        "127.0.0.1",
        "--cluster-enabled",
        "yes",
    ]);
    fleet.redis.ask(&["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]);
    let start = Instant::now();
    while !format!("{:?}", fleet.redis.ask(&["CLUSTER", "INFO"])).contains("cluster_state:ok") {
        assert!(
            start.elapsed() < Duration::from_secs(120),
            "the cluster does not get ready"
        );
        sleep(50);
    }
    falls_back(&fleet, &fleet.flags(), "is a cluster");
}

#[test]
fn certificates_are_checked() {
    needs!("redis-server", "openssl");
    let (plain, tls) = (free_port().to_string(), free_port().to_string());
    let folder = tempfile::tempdir().unwrap();
    let [ca, other] =
        ["ca", "other"].map(|name| crate::support::certificates::authority(folder.path(), name));
    let (certificate, key) = crate::support::certificates::signed(
        folder.path(),
        "server",
        "IP:127.0.0.1,DNS:localhost",
        &ca,
    );
    let flags = [
        "--tls-cert-file",
        &certificate,
        "--tls-key-file",
        &key,
        "--tls-auth-clients",
        "no",
        "--tls-port",
        &tls,
    ];
    let fleet = Fleet::with(&[&["--port", &plain, "--bind", "127.0.0.1"], &flags[..]].concat());
    let url = format!("rediss://localhost:{tls}");
    let store = [
        "--cache-store",
        &url,
        "--cache-store-key",
        &fleet.key,
        "--cache-store-ca",
    ];
    let token = token("a");
    let verify = |ca: &str| {
        [
            &[
                "verify",
                "--json",
                "--timeout",
                PATIENT,
                "--jwks-uri",
                &fleet.url,
            ][..],
            &store,
            &[ca, &token],
        ]
        .concat()
        .join("\n")
    };
    let run = |ca: &str| Lab::new().run(0, &verify(ca).split('\n').collect::<Vec<_>>());
    assert_eq!(source(&run(&ca).expect(0)), "network");
    assert_eq!(source(&run(&ca).expect(0)), "store");
    falls_back(
        &fleet,
        &[&store[..], &[&other]].concat(),
        "certificate is not accepted",
    );
    // Sessions and keys may be in different places, only one of which has a certificate.
    let token = token_with("a", &["--exp", &(T0 + 3600).to_string(), "jti=x"]);
    let both = [
        &[
            "verify",
            "--jwks-uri",
            &fleet.url,
            "--session",
            &fleet.store,
        ][..],
        &store,
        &[&ca, &token],
    ]
    .concat();
    Lab::new().run(0, &both).expect(16);
}

#[test]
fn one_outage_is_one_warning() {
    let issuer = crate::Issuer::new(|_| crate::support::server::reply(500, ""));
    let (url, jwks) = (issuer.url(""), issuer.url("/jwks"));
    let (document, keys) = (
        serde_json::json!({"issuer": url, "jwks_uri": jwks}).to_string(),
        set(&["a"]),
    );
    issuer.then(move |asked| {
        if asked.target == "/jwks" {
            keys.clone()
        } else {
            crate::support::server::reply(200, document.clone())
        }
    });
    let token = token_with("a", &["--iss", &url, "--exp", &(T0 + 3600).to_string()]);
    let nobody = format!("redis://127.0.0.1:{}", free_port());
    let store = [
        "--issuer",
        &url,
        "--cache-store",
        &nobody,
        "--cache-store-trust",
    ];
    let ran = Lab::new()
        .run(0, &[&["verify", "--json"], &store[..], &[&token]].concat())
        .expect(0);
    assert_eq!(ran.stderr.matches("warning").count(), 1, "{ran:#?}");
}

/// A server that takes every call and says nothing, and how many callers it has had at once.
pub fn silent() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    let (open, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let seen = Arc::clone(&most);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, open, most) = (stream.unwrap(), Arc::clone(&open), Arc::clone(&most));
            thread::spawn(move || {
                most.fetch_max(open.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                let mut buffer = [0; 4096];
                while std::io::Read::read(&mut stream, &mut buffer).is_ok_and(|read| read > 0) {}
                open.fetch_sub(1, Ordering::SeqCst);
            });
        }
    });
    (url, seen)
}
