//! Passwords, users and certificates.

use crate::needs;
use crate::support::certificates::{authority, signed};
use crate::support::redis::{Jwtctl, Server, ask, file, free_port};

const PASSWORD: &str = "hunter2/with:odd@bytes";

/// A server with a password; the tests themselves come in as a user without one.
fn guarded(port: &str) -> Server {
    let server = Server::start(&["--port", port, "--bind", "127.0.0.1"]);
    server.ask(&[
        "ACL",
        "SETUSER",
        "app",
        "on",
        &format!(">{PASSWORD}"),
        "~sess:*",
        "+get",
        "+ttl",
        "+setex",
        "+expire",
        "+del",
    ]);
    server.ask(&[
        "ACL",
        "SETUSER",
        "default",
        "resetpass",
        &format!(">{PASSWORD}"),
    ]);
    server
}

#[test]
fn a_password_on_the_command_line_is_refused_and_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let secret = file(folder.path(), "secret", crate::support::redis::SECRET);
    for url in [
        "redis://:hunter2@127.0.0.1:1",
        "rediss://me:hunter2@127.0.0.1:1/0",
        "unix:///tmp/x?pass=hunter2",
        "redis://:hunter2@h:x",
    ] {
        for args in [
            &["session", "list", "--redis", url][..],
            &["session", "create", "--secret", &secret, "--redis", url],
            &["verify", "a.b.c", "--secret", &secret, "--session", url],
        ] {
            let ran = Jwtctl::new(folder.path()).run(args).expect(2);
            assert!(
                !ran.stderr.contains("hunter2") && ran.stdout.is_empty(),
                "{ran:#?}"
            );
            let json = Jwtctl::new(folder.path())
                .run(&[args, &["--json", "-v"]].concat())
                .expect(2);
            assert!(
                !json.stdout.contains("hunter2") && !json.stderr.contains("hunter2"),
                "{json:#?}"
            );
        }
    }
    let ran = Jwtctl::new(folder.path())
        .run(&["session", "list", "--redis-password-from", "hunter2"])
        .expect(2);
    assert!(!ran.stderr.contains("hunter2"), "{ran:#?}");
}

#[test]
fn passwords_come_from_files_and_the_environment() {
    needs!("redis-server");
    let port = free_port().to_string();
    let server = guarded(&port);
    let folder = server.folder.path();
    let url = format!("redis://127.0.0.1:{port}");
    let password = file(folder, "password", &format!("{PASSWORD}\n"));
    let wrong = file(folder, "wrong", "hunter3");
    let empty = file(folder, "empty", "\n");
    let encoded = "hunter2%2Fwith:odd%40bytes";
    let list = ["session", "list", "--redis", &url];
    let with = |from: &str| {
        Jwtctl::new(folder)
            .env("PW", PASSWORD)
            .run(&[&list[..], &["--redis-password-from", from]].concat())
    };
    let shown: Vec<_> = [with(&password), with("env:PW")]
        .into_iter()
        .map(|ran| ran.expect(0))
        .collect();
    assert!(
        shown.iter().all(|ran| ran.stdout == "no sessions\n"),
        "{shown:#?}"
    );
    with(&wrong).fails(2, "the password is wrong");
    with(&empty).fails(2, "password is empty");
    Jwtctl::new(folder)
        .run(&list)
        .fails(2, "a password is needed");

    let by_environment = |url: &str| {
        Jwtctl::new(folder)
            .env("JWTCTL_REDIS_URL", url)
            .run(&["session", "list", "-v"])
    };
    let ran = by_environment(&format!("redis://:{encoded}@127.0.0.1:{port}")).expect(0);
    assert!(!ran.stderr.contains("hunter2"), "{ran:#?}");
    let ran = by_environment(&format!("redis://:hunter3@127.0.0.1:{port}")).expect(2);
    assert!(!ran.stderr.contains("hunter3"), "{ran:#?}");

    // A password for a server that does not ask for one is a mistake as well.
    ask(
        &format!("redis://:{encoded}@127.0.0.1:{port}"),
        &["ACL", "SETUSER", "default", "nopass"],
    )
    .unwrap();
    let open = Server::start(&[]);
    let ran = Jwtctl::new(folder).run(&[
        "session",
        "list",
        "--redis",
        &open.url(),
        "--redis-password-from",
        &password,
    ]);
    ran.fails(2, "the server has none");
}

#[test]
fn a_user_may_do_what_its_acl_allows() {
    needs!("redis-server");
    let port = free_port().to_string();
    let server = guarded(&port);
    let folder = server.folder.path();
    let (secret, password) = (server.secret(), file(folder, "password", PASSWORD));
    let url = format!("redis://app@127.0.0.1:{port}");
    let run = |args: &[&str]| {
        let login = ["--redis", &url, "--redis-password-from", &password];
        Jwtctl::new(folder).run(&[&["session"], args, &login].concat())
    };
    // What the middleware needs is enough for what the middleware does.
    let made = run(&["create", "--secret", &secret, "--json"])
        .expect(0)
        .json();
    let id = made["id"].as_str().unwrap();
    run(&["show", "--id", id]).expect(0);
    run(&["touch", "--id", id]).expect(0);
    run(&["list"]).fails(3, "'scan'");
    run(&["update", "--id", id, "a=b"]).fails(3, "'eval'");
    run(&["show", "--id", id, "--keyspace", "other:"]).fails(3, "ACL");
    let token = made["token"].as_str().unwrap();
    let verify = |login: &[&str]| {
        Jwtctl::new(folder).run(
            &[
                &["verify", token, "--secret", &secret, "--session", &url],
                login,
            ]
            .concat(),
        )
    };
    verify(&["--redis-password-from", &password]).expect(0);
    verify(&["--redis-password-from", &password, "--keyspace", "other:"]).fails(3, "ACL");
    verify(&[]).fails(2, "there is no password");
    verify(&["--redis-password-from", &secret]).fails(2, "the password is wrong");
    run(&["destroy", "--id", id]).expect(0);
}

#[test]
fn certificates_are_checked() {
    needs!("redis-server", "openssl");
    let (plain, tls) = (free_port().to_string(), free_port().to_string());
    let folder = tempfile::tempdir().unwrap();
    let [ca, other] = ["ca", "other"].map(|name| authority(folder.path(), name));
    let (certificate, key) = signed(folder.path(), "server", "IP:127.0.0.1,DNS:localhost", &ca);
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
    let server = Server::start(&[&["--port", &plain, "--bind", "127.0.0.1"], &flags[..]].concat());
    let (secret, url) = (server.secret(), format!("rediss://127.0.0.1:{tls}/1"));
    let run = |args: &[&str]| Jwtctl::new(server.folder.path()).run(args);

    let made = run(&[
        "session",
        "create",
        "--secret",
        &secret,
        "--redis",
        &url,
        "--redis-ca",
        &ca,
        "--json",
    ])
    .expect(0)
    .json();
    let id = made["id"].as_str().unwrap();
    run(&[
        "session",
        "update",
        "--id",
        id,
        "a=b",
        "--redis",
        &url,
        "--redis-ca",
        &ca,
    ])
    .expect(0);
    run(&["session", "list", "--redis", &url, "--redis-ca", &ca]).expect(0);
    let by_name = format!("rediss://localhost:{tls}/1");
    run(&[
        "session",
        "show",
        "--id",
        id,
        "--redis",
        &by_name,
        "--redis-ca",
        &ca,
    ])
    .expect(0);
    let verify = [
        "verify",
        made["token"].as_str().unwrap(),
        "--secret",
        &secret,
        "--session",
        &url,
    ];
    run(&[&verify[..], &["--redis-ca", &ca]].concat()).expect(0);

    run(&verify).fails(3, "certificate is not accepted");
    run(&["session", "list", "--redis", &url, "--redis-ca", &other])
        .fails(3, "certificate is not accepted");
    let wrong_host = format!("rediss://127.0.0.2:{tls}");
    let server_elsewhere = run(&["session", "list", "--redis", &wrong_host, "--redis-ca", &ca]);
    server_elsewhere.expect(3);
    run(&[
        "session",
        "list",
        "--redis",
        &format!("redis://127.0.0.1:{tls}"),
    ])
    .expect(3);
    run(&[
        "session",
        "list",
        "--redis",
        &format!("rediss://127.0.0.1:{plain}"),
        "--redis-ca",
        &ca,
    ])
    .expect(3);
    run(&["session", "list", "--redis", &url, "--redis-ca", &secret]).fails(2, "no certificate");
    run(&[
        "session",
        "list",
        "--redis",
        &url,
        "--redis-ca",
        "/no/such/file",
    ])
    .fails(4, "no such file");
    run(&[
        "session",
        "list",
        "--redis",
        &format!("redis://127.0.0.1:{plain}"),
        "--redis-ca",
        &ca,
    ])
    .fails(2, "rediss://");
    run(&["session", "list", "--redis", &format!("{url}#insecure")]).fails(2, "always checked");

    // A paused server takes connections and says nothing, not even hello.
    server.signal("STOP");
    let paused = run(&["session", "list", "--redis", &url, "--redis-ca", &ca]);
    server.signal("CONT");
    paused.fails(3, "did not answer in time");
}
