//! What a session goes through, and what of it is in Redis.

use std::thread;

use serde_json::{Value, json};

use crate::needs;
use crate::support::redis::{Jwtctl, Server, file};

#[test]
fn a_session_is_made_read_changed_renewed_and_destroyed() {
    needs!("redis-server");
    let server = Server::start(&[]);
    let secret = server.secret();
    let (token, id) = server.session(&["--data", "user=alice", "--data", "n:=1.0", "role=admin"]);
    let key = format!("sess:{id}");
    assert_eq!(server.text(&key).unwrap(), r#"{"user":"alice","n":1.0}"#);
    assert_eq!(server.ttl(&key), 86_400);

    // As the middleware does it: an id, the claims, the time, and no end.
    let decoded = server.json(&["decode", &token]);
    assert_eq!(decoded["header"], json!({"alg": "HS256", "typ": "JWT"}));
    assert_eq!(decoded["payload"]["jti"], id.as_str());
    assert_eq!(decoded["payload"]["role"], "admin");
    assert!(decoded["payload"]["iat"].is_i64() && decoded["payload"].get("exp").is_none());
    assert_eq!(id.len(), 36);
    assert_eq!(&id[14..15], "4", "{id} is no UUID of version 4");

    server.ask(&["EXPIRE", &key, "1000"]);
    let shown = server.json(&["session", "show", &token, "--secret", &secret]);
    assert_eq!(shown["data"], json!({"user": "alice", "n": 1.0}));
    assert!((990..=1000).contains(&shown["ttl_s"].as_i64().unwrap()));
    assert!(server.ttl(&key) <= 1000, "showing renews nothing");

    let updated = server.json(&[
        "session",
        "update",
        &token,
        "--secret",
        &secret,
        "n:=12345678901234567890",
        "/a/b=c",
    ]);
    assert_eq!(updated["ttl_s"], 86_400);
    assert_eq!(
        server.text(&key).unwrap(),
        r#"{"user":"alice","n":12345678901234567890,"a":{"b":"c"}}"#
    );
    assert_eq!(server.ttl(&key), 86_400);

    server.json(&[
        "session",
        "touch",
        &token,
        "--secret",
        &secret,
        "--max-age",
        "2h",
    ]);
    assert_eq!(server.ttl(&key), 7200);

    server.json(&[
        "session",
        "update",
        &token,
        "--secret",
        &secret,
        "--replace",
        "only=this",
        "--max-age",
        "60",
    ]);
    assert_eq!(server.text(&key).unwrap(), r#"{"only":"this"}"#);
    assert_eq!(server.ttl(&key), 60);

    server.json(&["session", "destroy", &token, "--secret", &secret]);
    assert_eq!(server.text(&key), None);
    for command in ["show", "touch", "destroy"] {
        server
            .jwtctl(&["session", command, &token, "--secret", &secret])
            .fails(16, "is gone");
    }
    server
        .jwtctl(&["session", "update", &token, "--secret", &secret, "a=b"])
        .fails(16, "is gone");
    assert_eq!(
        server.text(&key),
        None,
        "an update does not bring a session back"
    );
}

#[test]
fn an_operator_names_a_session_by_its_id() {
    needs!("redis-server");
    let server = Server::start(&[]);
    let (_, id) = server.session(&["--keyspace", "app:{x}:", "--data", "a:=1"]);
    let place = ["--id", &id, "--keyspace", "app:{x}:"];
    assert_eq!(
        server.json(&[&["session", "show"], &place[..]].concat())["data"],
        json!({"a": 1})
    );
    server.json(&[&["session", "update", "b:=2"], &place[..]].concat());
    assert_eq!(
        server.text(&format!("app:{{x}}:{id}")).unwrap(),
        r#"{"a":1,"b":2}"#
    );
    server.json(&[&["session", "touch", "--max-age", "5m"], &place[..]].concat());
    assert_eq!(server.ttl(&format!("app:{{x}}:{id}")), 300);
    server
        .jwtctl(&["session", "show", "--id", &id])
        .fails(16, "is gone");
    let human = server
        .jwtctl(&[&["session", "show"], &place[..]].concat())
        .expect(0)
        .stdout;
    assert!(
        human.contains("expires  in 5m") && human.contains("\"b\": 2"),
        "{human}"
    );
    server.json(&[&["session", "destroy"], &place[..]].concat());
    server
        .jwtctl(&[&["session", "destroy"], &place[..]].concat())
        .fails(16, "is gone");
}

#[test]
fn databases_are_apart_and_sockets_and_ports_are_alike() {
    needs!("redis-server");
    let port = crate::support::redis::free_port().to_string();
    let server = Server::start(&["--port", &port, "--bind", "127.0.0.1"]);
    let by_port = format!("redis://127.0.0.1:{port}/3");
    let by_socket = format!("{}?db=3", server.url());
    let (_, id) = server.session(&["--redis", &by_port]);
    for url in [&by_port, &by_socket] {
        server.json(&["session", "show", "--id", &id, "--redis", url]);
    }
    server
        .jwtctl(&["session", "show", "--id", &id])
        .fails(16, "is gone");
    let outside = format!("redis://127.0.0.1:{port}/99");
    server
        .jwtctl(&["session", "list", "--redis", &outside])
        .fails(2, "no database of that number");
    let named = Jwtctl::new(server.folder.path())
        .env("WHERE", &by_port)
        .run(&["session", "list", "--redis", "env:WHERE", "--json"]);
    assert_eq!(
        named.expect(0).json()["sessions"].as_array().unwrap().len(),
        1
    );
}

#[test]
fn a_token_is_verified_before_its_session_is_touched() {
    needs!("redis-server");
    let server = Server::start(&[]);
    let secret = server.secret();
    let (token, id) = server.session(&["--data", "a:=1"]);
    let key = format!("sess:{id}");
    server.ask(&["EXPIRE", &key, "500"]);
    let other = file(
        server.folder.path(),
        "other",
        "some other secret, of forty bytes or so",
    );
    let tail = if token.ends_with('A') { "E" } else { "A" };
    let forged = format!("{}{tail}", &token[..token.len() - 1]);
    for command in ["show", "touch", "destroy", "update"] {
        let data: &[&str] = if command == "update" { &["a:=2"] } else { &[] };
        let call = |token: &str, secret: &str| {
            server.jwtctl(&[&["session", command, token], data, &["--secret", secret]].concat())
        };
        call(&token, &other).fails(10, "signature");
        call(&forged, &secret).expect(10);
        call("nonsense", &secret).expect(17);
        server
            .jwtctl(&[&["session", command, &token], data].concat())
            .fails(2, "no key");
    }
    assert_eq!(server.text(&key).unwrap(), r#"{"a":1}"#);
    assert!(server.ttl(&key) <= 500);

    let (expired, _) = server.session(&["exp:=1000"]);
    server
        .jwtctl(&["session", "show", &expired, "--secret", &secret])
        .fails(11, "expired");
    let no_jti = server
        .jwtctl(&[
            "sign", "--secret", &secret, "--alg", "HS256", "--no-exp", "--jti", "none",
        ])
        .expect(0)
        .stdout;
    server
        .jwtctl(&["session", "show", no_jti.trim(), "--secret", &secret])
        .fails(13, "no jti");
    server
        .jwtctl(&[
            "session", "show", &token, "--secret", &secret, "--alg", "HS512",
        ])
        .fails(15, "only HS512");
}

#[test]
fn short_secrets_are_used_on_demand_only() {
    needs!("redis-server");
    let server = Server::start(&[]);
    let short = file(server.folder.path(), "short", "keyboard cat\n");
    server
        .jwtctl(&["session", "create", "--secret", &short])
        .fails(2, "needs at least 32");
    assert_eq!(
        server.ask(&["DBSIZE"]),
        redis::Value::Int(0),
        "nothing is stored for a token that cannot be made"
    );
    let made = server
        .jwtctl(&[
            "session",
            "create",
            "--secret",
            &short,
            "--allow-weak-key",
            "aud=me",
        ])
        .expect(0);
    assert!(made.stderr.contains("weak key"), "{made:#?}");
    let shown = server
        .jwtctl(&[
            "session",
            "show",
            made.stdout.trim(),
            "--secret",
            &short,
            "--allow-weak-key",
        ])
        .expect(0);
    assert!(shown.stderr.contains("weak key"), "{shown:#?}");
    server
        .jwtctl(&["session", "show", made.stdout.trim(), "--secret", &short])
        .fails(2, "needs at least 32");
}

#[test]
fn what_the_middleware_keeps_stays() {
    needs!("redis-server");
    let server = Server::start(&[]);
    let stored = r#"{"a":1,"claims":{"jti":"i","role":"admin"},"jwt":"x.y.z"}"#;
    server.ask(&["SET", "sess:i", stored]);
    let shown = server.json(&["session", "show", "--id", "i"]);
    assert_eq!(shown["data"], json!({"a": 1}));
    assert_eq!(shown["claims"]["role"], "admin");
    assert_eq!(shown["jwt"], "x.y.z");
    assert_eq!(shown["ttl_s"], Value::Null);
    let human = server
        .jwtctl(&["session", "show", "--id", "i"])
        .expect(0)
        .stdout;
    assert!(
        human.contains("never") && human.contains("Claims, kept") && human.contains("x.y.z"),
        "{human}"
    );
    server.json(&["session", "update", "--id", "i", "b:=2"]);
    assert_eq!(
        server.text("sess:i").unwrap(),
        r#"{"a":1,"claims":{"jti":"i","role":"admin"},"jwt":"x.y.z","b":2}"#
    );
    server.json(&["session", "update", "--id", "i", "--replace", "c:=3"]);
    assert_eq!(
        server.text("sess:i").unwrap(),
        r#"{"claims":{"jti":"i","role":"admin"},"jwt":"x.y.z","c":3}"#
    );
    for reserved in ["claims:={}", "jwt=x", "id=x", "/claims/role=x"] {
        server
            .jwtctl(&["session", "update", "--id", "i", reserved])
            .fails(2, "belongs to the middleware");
    }
}

#[test]
fn damage_is_said_and_destroys_nothing() {
    needs!("redis-server");
    let server = Server::start(&[]);
    let secret = server.secret();
    let (token, id) = server.session(&[]);
    let key = format!("sess:{id}");
    for damaged in [r#"{"a":"#, "[1]", "", r#"{"a":1,"a":2}"#, "null"] {
        server.ask(&["SETEX", &key, "500", damaged]);
        for args in [
            &["session", "show"][..],
            &["session", "update", "a:=1"],
            &["session", "update", "--replace", "a:=1"],
        ] {
            server
                .jwtctl(&[args, &["--id", &id]].concat())
                .fails(2, "left as it is");
        }
        let listed = server.json(&["session", "list"]);
        assert_eq!(listed["damaged"][0]["id"], id.as_str(), "{listed}");
        let verified = server
            .jwtctl(&[
                "verify",
                &token,
                "--secret",
                &secret,
                "--session",
                &server.url(),
            ])
            .expect(16);
        assert!(verified.stdout.contains("what is stored"), "{verified:#?}");
        assert_eq!(server.text(&key).unwrap(), damaged);
        assert!(server.ttl(&key) <= 500);
    }
    server.ask(&["DEL", &key]);
    server.ask(&["HSET", &key, "a", "b"]);
    server
        .jwtctl(&["session", "show", "--id", &id])
        .fails(2, "not a string");
    server
        .jwtctl(&["session", "update", "--id", &id, "a:=1"])
        .fails(2, "not a string");
    assert_eq!(
        server.json(&["session", "list"])["damaged"][0]["id"],
        id.as_str()
    );
    assert_eq!(server.ask(&["HLEN", &key]), redis::Value::Int(1));
}

#[test]
fn many_updates_at_once_lose_nothing() {
    needs!("redis-server");
    let server = Server::start(&[]);
    let (_, id) = server.session(&["--data", "start:=true"]);
    thread::scope(|scope| {
        for i in 0..16 {
            let (server, id) = (&server, &id);
            scope.spawn(move || {
                server.json(&["session", "update", "--id", id, &format!("m{i}:={i}")])
            });
        }
    });
    let data = &server.json(&["session", "show", "--id", &id])["data"];
    assert_eq!(data.as_object().unwrap().len(), 17, "{data}");
    assert!((0..16).all(|i| data[format!("m{i}")] == i), "{data}");
}

#[test]
fn verify_asks_whether_the_session_is_live() {
    needs!("redis-server");
    let server = Server::start(&[]);
    let secret = server.secret();
    let (token, id) = server.session(&["aud=api"]);
    let key = format!("sess:{id}");
    server.ask(&["EXPIRE", &key, "700"]);
    let verify = |extra: &[&str]| {
        let args = [
            "verify",
            &token,
            "--secret",
            &secret,
            "--session",
            &server.url(),
            "--json",
        ];
        server.jwtctl(&[&args[..], extra].concat())
    };
    let check = |report: &Value| report["checks"].as_array().unwrap().last().unwrap().clone();

    let live = verify(&["--aud", "api"]).expect(0).json();
    assert_eq!(
        (&check(&live)["name"], &check(&live)["status"]),
        (&json!("session"), &json!("pass"))
    );
    assert!(server.ttl(&key) <= 700, "verifying renews nothing");
    // Asked last: a token that is no good for another reason is not asked about.
    let other = verify(&[]).expect(13).json();
    assert_eq!(check(&other)["status"], "not-evaluated");
    verify(&["--aud", "api", "--keyspace", "other:"]).expect(16);

    server.json(&["session", "destroy", &token, "--secret", &secret]);
    let gone = verify(&["--aud", "api"]).expect(16).json();
    assert_eq!(gone["error"]["code"], "session-gone");
    assert_eq!(
        (&check(&gone)["status"], &check(&gone)["code"]),
        (&json!("fail"), &json!("session-gone"))
    );
    assert!(
        gone["valid"] == false && gone.get("payload").is_none(),
        "{gone}"
    );
    let claim = server.jwtctl(&[
        "verify",
        &token,
        "--secret",
        &secret,
        "--session",
        &server.url(),
        "--aud",
        "api",
        "--claim",
        "jti",
    ]);
    assert!(claim.expect(16).stdout.is_empty());

    let without = server
        .jwtctl(&[
            "sign", "--secret", &secret, "--jti", "none", "--no-exp", "--alg", "HS256",
        ])
        .expect(0)
        .stdout;
    let without = server
        .jwtctl(&[
            "verify",
            without.trim(),
            "--secret",
            &secret,
            "--session",
            &server.url(),
        ])
        .expect(13);
    assert!(without.stdout.contains("no jti"), "{without:#?}");
}

/// How many connections a server has taken since it began.
fn connections(server: &Server) -> u64 {
    let redis::Value::BulkString(text) = server.ask(&["INFO", "stats"]) else {
        panic!("no statistics");
    };
    let text = String::from_utf8(text).unwrap();
    let count = text
        .lines()
        .find_map(|line| line.strip_prefix("total_connections_received:"));
    count.unwrap().trim().parse().unwrap()
}

#[test]
fn a_batch_asks_for_its_sessions_over_few_connections() {
    needs!("redis-server");
    let server = Server::start(&[]);
    let secret = server.secret();
    let (token, id) = server.session(&["--data", "user=alice"]);
    let (other, other_id) = server.session(&["--data", "user=bob"]);
    server.ask(&["DEL", &format!("sess:{other_id}")]);
    let lines = format!("{token}\n{other}\n").repeat(50);
    let batch = file(server.path("").as_path(), "batch", &lines);
    let before = connections(&server);
    let url = server.url();
    let judged = server.jwtctl(&[
        "verify",
        "--batch",
        &batch,
        "--jobs",
        "2",
        "--secret",
        &secret,
        "--session",
        &url,
    ]);
    let answers: Vec<Value> = judged
        .answer(1)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let valid = answers.iter().filter(|it| it["valid"] == true).count();
    let gone = answers.iter().filter(|it| it["code"] == "session-gone");
    assert_eq!((valid, gone.count()), (50, 50), "{id}");
    // One for each thread, and the one that asks here.
    assert!(connections(&server) <= before + 3);
}
