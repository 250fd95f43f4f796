//! Many sessions.

use serde_json::json;

use crate::needs;
use crate::support::redis::Server;

#[test]
fn ten_thousand_sessions_are_listed_without_blocking() {
    needs!("redis-server");
    let server = Server::start(&[]);
    let mut pipe = redis::pipe();
    for i in 0..10_000 {
        let data = json!({"user": format!("user{}", i % 100), "n": i}).to_string();
        // A tenth was not renewed for an hour.
        let left = if i % 10 == 0 { 86_400 - 3600 } else { 86_000 };
        pipe.cmd("SETEX")
            .arg(format!("sess:{i:05}"))
            .arg(left)
            .arg(data);
        pipe.cmd("SET").arg(format!("else:{i}")).arg("{}");
    }
    pipe.exec(
        &mut redis::Client::open(server.url())
            .unwrap()
            .get_connection()
            .unwrap(),
    )
    .unwrap();
    server.ask(&["CONFIG", "RESETSTAT"]);

    let ran = server.jwtctl(&["session", "list", "--json"]).expect(0);
    let listed = ran.json();
    let sessions = listed["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 10_000);
    assert!(
        sessions
            .windows(2)
            .all(|two| two[0]["id"].as_str() < two[1]["id"].as_str()),
        "each once, in order"
    );

    let stats = match server.ask(&["INFO", "commandstats"]) {
        redis::Value::BulkString(bytes) => String::from_utf8(bytes).unwrap(),
        redis::Value::VerbatimString { text, .. } => text,
        other => panic!("{other:?}"),
    };
    assert!(
        stats.contains("cmdstat_scan:calls=") && !stats.contains("cmdstat_keys"),
        "{stats}"
    );

    let alice = server.json(&["session", "list", "--where", "user=user7"]);
    assert_eq!(alice["sessions"].as_array().unwrap().len(), 100);
    let one = server.json(&[
        "session",
        "list",
        "--where",
        "user=user7",
        "--where",
        "n:=107.0",
    ]);
    assert_eq!(one["sessions"][0]["id"], "00107");
    let idle = server.json(&["session", "list", "--idle", "30m"]);
    assert_eq!(idle["sessions"].as_array().unwrap().len(), 1000);
    assert!((3600..3700).contains(&idle["sessions"][0]["idle_s"].as_i64().unwrap()));

    let human = server
        .jwtctl(&["session", "list", "--idle", "30m", "--where", "n:=20"])
        .expect(0)
        .stdout;
    assert!(
        human.starts_with("ID") && human.lines().count() == 2 && human.contains("1h"),
        "{human}"
    );
    let none = server
        .jwtctl(&["session", "list", "--where", "user=nobody"])
        .expect(0)
        .stdout;
    assert_eq!(none, "no such sessions\n");
}

#[test]
fn a_key_space_is_taken_as_it_is_written() {
    needs!("redis-server");
    let server = Server::start(&[]);
    for key in ["s*:one", "sx:two", "s[a]:three", "sa:four", "five"] {
        server.ask(&["SET", key, r#"{"claims":{"role":"admin"},"jwt":"x.y.z"}"#]);
    }
    let ids = |keyspace: &str| {
        let listed = server.json(&["session", "list", "--keyspace", keyspace]);
        let ids = listed["sessions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(ids("s*:"), "one");
    assert_eq!(ids("s[a]:"), "three");
    assert_eq!(ids(""), "five s*:one s[a]:three sa:four sx:two");
    // What the middleware keeps can be asked for; the token it keeps is no business of a list.
    let admins = server
        .jwtctl(&[
            "session",
            "list",
            "--keyspace",
            "sa:",
            "--where",
            "role=admin",
            "--json",
        ])
        .expect(0);
    assert_eq!(admins.json()["sessions"][0]["claims"]["role"], "admin");
    assert!(!admins.stdout.contains("x.y.z"), "{}", admins.stdout);
}
