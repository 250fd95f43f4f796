//! A Redis that is down, slow or full, and a server that is not Redis.

use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::needs;
use crate::support::redis::{Jwtctl, Server, file, scripted};

#[test]
fn a_server_that_died_is_an_error_and_one_that_lost_everything_an_answer() {
    needs!("redis-server");
    let mut server = Server::start(&[]);
    let secret = server.secret();
    let (token, id) = server.session(&["--data", "a:=1"]);
    let verify = [
        "verify",
        &token,
        "--secret",
        &secret,
        "--session",
        &server.url(),
    ];
    server.jwtctl(&verify).expect(0);

    server.kill();
    server.jwtctl(&verify).fails(3, "connection refused");
    for args in [
        &["session", "show", "--id", &id][..],
        &["session", "update", "--id", &id, "a:=2"],
        &["session", "touch", "--id", &id],
        &["session", "destroy", "--id", &id],
        &["session", "create", "--secret", &secret],
        &["session", "list"],
    ] {
        server.jwtctl(args).fails(3, "connection refused");
    }
    let json = server
        .jwtctl(&[&verify[..], &["--json"]].concat())
        .expect(3)
        .json();
    assert_eq!(
        (&json["ok"], &json["error"]["code"]),
        (&false.into(), &"redis-unavailable".into())
    );
    // What can be refused without Redis still is.
    let tail = if token.ends_with('A') { "E" } else { "A" };
    let forged = format!("{}{tail}", &token[..token.len() - 1]);
    server
        .jwtctl(&[
            "verify",
            &forged,
            "--secret",
            &secret,
            "--session",
            &server.url(),
        ])
        .expect(10);

    server.restart();
    server.jwtctl(&verify).expect(16);
    server
        .jwtctl(&["session", "update", "--id", &id, "a:=2"])
        .fails(16, "is gone");
}

#[test]
fn what_was_said_to_be_done_survives_a_crash() {
    needs!("redis-server");
    let mut server = Server::start(&["--appendonly", "yes", "--appendfsync", "always"]);
    let (_, id) = server.session(&["--data", "start:=true"]);
    // Several at once, until the server is killed under their hands.
    let successes = AtomicUsize::new(0);
    let done: Vec<String> = thread::scope(|scope| {
        let update = |writer: usize| {
            let (server, id, successes) = (&server, &id, &successes);
            move || {
                let members = (0..).map(|i| format!("m{writer}_{i}"));
                let codes = members.map(|member| {
                    let ran = server.jwtctl(&[
                        "session",
                        "update",
                        "--id",
                        id,
                        &format!("{member}:=true"),
                    ]);
                    successes.fetch_add(usize::from(ran.code == 0), Ordering::SeqCst);
                    (ran.code == 0)
                        .then_some(member)
                        .ok_or_else(|| ran.fails(3, ""))
                });
                codes.map_while(Result::ok).collect::<Vec<String>>()
            }
        };
        let writers: Vec<_> = (0..4).map(|writer| scope.spawn(update(writer))).collect();
        while successes.load(Ordering::SeqCst) < 8 {
            thread::sleep(Duration::from_millis(5));
        }
        server.signal("KILL");
        writers
            .into_iter()
            .flat_map(|writer| writer.join().unwrap())
            .collect()
    });
    assert!(!done.is_empty());
    server.restart();
    let data = &server.json(&["session", "show", "--id", &id])["data"];
    assert!(
        done.iter().all(|member| data[member] == true),
        "{done:?} and {data}"
    );
}

#[test]
fn a_paused_server_is_not_waited_for() {
    needs!("redis-server");
    let server = Server::start(&[]);
    let secret = server.secret();
    let (token, id) = server.session(&["--data", "a:=1"]);
    server.signal("STOP");
    let calls: [&[&str]; 4] = [
        &[
            "verify",
            &token,
            "--secret",
            &secret,
            "--session",
            &server.url(),
        ],
        &["session", "update", "--id", &id, "a:=2"],
        &["session", "create", "--secret", &secret],
        &["session", "list"],
    ];
    let ran: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = calls
            .iter()
            .map(|args| scope.spawn(|| server.jwtctl(args)))
            .collect();
        running.into_iter().map(|it| it.join().unwrap()).collect()
    });
    server.signal("CONT");
    ran.into_iter()
        .for_each(|ran| drop(ran.fails(3, "did not answer in time")));
    // What was asked for meanwhile may have been done or not; what was there is there.
    assert!(
        server
            .text(&format!("sess:{id}"))
            .is_some_and(|it| it == r#"{"a":1}"# || it == r#"{"a":2}"#)
    );
    server.jwtctl(&["session", "show", "--id", &id]).expect(0);
}

#[test]
fn a_full_server_loses_nothing() {
    needs!("redis-server");
    let server = Server::start(&[]);
    let secret = server.secret();
    let (_, id) = server.session(&["--data", "a:=1"]);
    server.ask(&[
        "CONFIG",
        "SET",
        "maxmemory-policy",
        "noeviction",
        "maxmemory",
        "1",
    ]);
    server
        .jwtctl(&["session", "create", "--secret", &secret])
        .fails(3, "memory is full");
    server
        .jwtctl(&["session", "update", "--id", &id, "a:=2"])
        .fails(3, "memory is full");
    assert_eq!(server.text(&format!("sess:{id}")).unwrap(), r#"{"a":1}"#);
    server.jwtctl(&["session", "show", "--id", &id]).expect(0);
    server.jwtctl(&["session", "list"]).expect(0);
    server
        .jwtctl(&["session", "destroy", "--id", &id])
        .expect(0);
}

#[test]
fn a_replica_says_that_it_is_one() {
    needs!("redis-server");
    let port = crate::support::redis::free_port().to_string();
    let primary = Server::start(&["--port", &port, "--bind", "127.0.0.1"]);
    let (token, id) = primary.session(&[]);
    let replica = Server::start(&["--replicaof", "127.0.0.1", &port]);
    let start = Instant::now();
    while replica.text(&format!("sess:{id}")).is_none() {
        assert!(
            start.elapsed() < Duration::from_secs(120),
            "the replica does not catch up"
        );
        thread::sleep(Duration::from_millis(50));
    }
    replica
        .jwtctl(&["session", "touch", "--id", &id])
        .fails(3, "read-only replica");
    replica
        .jwtctl(&[
            "verify",
            &token,
            "--secret",
            &replica.secret(),
            "--session",
            &replica.url(),
        ])
        .expect(0);
}

/// An array in an array, and so on.
static NESTED: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| "*1\r\n".repeat(100_000));

#[test]
fn every_refusal_is_one_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let secret = file(folder.path(), "secret", crate::support::redis::SECRET);
    for (answer, code, why) in [
        (
            &b"-LOADING Redis is loading the dataset in memory\r\n"[..],
            3,
            "still loading",
        ),
        (
            b"-NOAUTH Authentication required.\r\n",
            2,
            "a password is needed",
        ),
        (
            b"-NOPERM this user has no permissions to run the 'setex' command\r\n",
            3,
            "'setex'",
        ),
        (
            b"-OOM command not allowed when used memory > 'maxmemory'.\r\n",
            3,
            "memory is full",
        ),
        (
            b"-MISCONF Redis is configured to save RDB snapshots\r\n",
            3,
            "cannot save",
        ),
        (b"-CLUSTERDOWN The cluster is down\r\n", 3, "CLUSTERDOWN"),
        (b"-MOVED 1 nowhere\r\n", 3, "MOVED 1 nowhere"),
        (
            b"-DENIED Redis is running in protected mode\r\n",
            3,
            "protected mode",
        ),
        (
            b"-STRANGE \x1b[31mthings\r\n",
            3,
            "STRANGE \\u001b[31mthings",
        ),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", 3, "not Redis"),
        (b"\x15\x03\x01\x00\x02\x02\x50", 3, "not Redis"),
        (b"$-7\r\n", 3, "does not answer it"),
        (b":1\r\n", 3, "does not answer it"),
        (b"*1000000000000\r\n", 3, ""),
        (b"$1000000000000\r\n", 3, ""),
        (NESTED.as_bytes(), 3, ""),
        (b"$5\r\nab", 3, "may have been made all the same"),
        (
            b"",
            3,
            "did not answer in time; the change may have been made",
        ),
    ] {
        let url = scripted(answer);
        let ran = Jwtctl::new(folder.path())
            .run(&["session", "create", "--secret", &secret, "--redis", &url]);
        let ran = ran.fails(code, why);
        // A refusal is known to have changed nothing.
        let unknown = ran.stderr.contains("may have been made");
        assert!(!(unknown && answer.starts_with(b"-")), "{ran:#?}");
    }
}

#[test]
fn nothing_is_gone_because_an_answer_is_odd() {
    let folder = tempfile::tempdir().unwrap();
    let secret = file(folder.path(), "secret", crate::support::redis::SECRET);
    let sign = [
        "sign", "--secret", &secret, "--alg", "HS256", "--jti", "x", "--no-exp",
    ];
    let token = Jwtctl::new(folder.path()).run(&sign).expect(0).stdout;
    for answer in [
        &b":0\r\n"[..],
        b"*0\r\n",
        b"+OK\r\n",
        b"*-1\r\n",
        b"_\r\n",
        b"#f\r\n",
    ] {
        let url = scripted(answer);
        let verified = Jwtctl::new(folder.path()).run(&[
            "verify",
            token.trim(),
            "--secret",
            &secret,
            "--session",
            &url,
        ]);
        // Nothing at all and a string are answers to GET: there is no session, or it is damaged.
        let is_answer = matches!(answer, b"+OK\r\n" | b"*-1\r\n" | b"_\r\n");
        verified.expect(if is_answer { 16 } else { 3 });
        let destroyed =
            Jwtctl::new(folder.path()).run(&["session", "destroy", "--id", "x", "--redis", &url]);
        destroyed.expect(if answer == b":0\r\n" { 16 } else { 3 });
    }
}

#[test]
fn redirections_come_to_an_end() {
    let folder = tempfile::tempdir().unwrap();
    // An empty host means the server that answered, so this one redirects every client to itself.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        use std::io::{Read as _, Write as _};
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(format!("-MOVED 1 :{}\r\n", address.port()).as_bytes());
        }
    });
    let ran = Jwtctl::new(folder.path()).run(&[
        "session",
        "touch",
        "--id",
        "x",
        "--redis",
        &format!("redis://{address}"),
    ]);
    ran.fails(3, "from one to the next");
}

/// A tunnel or a socket of this machine guards the way to one server, and not to another machine.
#[test]
fn redirections_lead_to_no_other_machine_in_the_clear() {
    let folder = tempfile::tempdir().unwrap();
    let password = file(folder.path(), "password", "hunter2");
    for answer in [
        &b"+OK\r\n-MOVED 1 192.0.2.1:6379\r\n"[..],
        b"+OK\r\n-ASK 1 192.0.2.1:6379\r\n",
        b"+OK\r\n-MOVED 1 [64:ff9b::c000:201]:6379\r\n",
        b"+OK\r\n-MOVED 1 nodes.example:6379\r\n",
    ] {
        let url = scripted(answer);
        for command in [&["touch"][..], &["show"], &["update", "a:=1"]] {
            let login = ["--redis", &url, "--redis-password-from", &password];
            let args = [&["session"], command, &["--id", "x"], &login].concat();
            let ran = Jwtctl::new(folder.path()).run(&args);
            let ran = ran.fails(3, "the way there is not guarded");
            assert!(ran.stderr.contains("rediss://"), "{ran:#?}");
        }
    }
}

#[test]
fn nobody_there_is_found_out_soon() {
    let folder = tempfile::tempdir().unwrap();
    let port = crate::support::redis::free_port();
    for url in [
        format!("redis://127.0.0.1:{port}"),
        format!("rediss://127.0.0.1:{port}"),
        "unix:///no/such/socket".into(),
    ] {
        Jwtctl::new(folder.path())
            .run(&["session", "list", "--redis", &url])
            .expect(3);
    }
    // A byte at a time never runs into the timeout of a socket.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        use std::io::Write as _;
        let (mut stream, _) = listener.accept().unwrap();
        while stream.write_all(b"+").is_ok() {
            thread::sleep(Duration::from_millis(200));
        }
    });
    let ran = Jwtctl::new(folder.path()).run(&["session", "touch", "--id", "x", "--redis", &url]);
    // That the call ends at all shows it: the server goes on for ever.
    ran.fails(3, "did not answer in time");
}
