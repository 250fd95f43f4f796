//! Sessions made by the npm middleware jwt-redis-session, in an express app, and by jwtctl: each
//! reads, updates, renews and destroys the other's. `.ci/peers.sh` installs it; where it is absent,
//! that is said.

use serde_json::{Value, json};

use crate::needs;
use crate::support::app::App;
use crate::support::redis::Server;
use crate::support::until;

/// The lifetime that both sides are told, unlike any default.
const MAX_AGE: i64 = 5000;
const MAX_AGE_TEXT: &str = "5000";

/// The express app.
struct Service(App);

impl Service {
    /// Starts it, if it can be had.
    fn start(server: &Server) -> Option<Self> {
        let socket = server.path("socket").display().to_string();
        let args = [socket.as_str(), &server.secret(), MAX_AGE_TEXT];
        App::start("session.mjs", &args, &[]).map(Self)
    }

    /// A request with a token, and what comes of it.
    #[track_caller]
    fn ask(&self, method: &str, path: &str, token: &str, body: &Value) -> (u16, Value) {
        let headers = format!("x-access-token: {token}\r\ncontent-type: application/json\r\n");
        let (status, answer) = self.0.ask(method, path, &headers, &body.to_string());
        let json = serde_json::from_str(&answer);
        (status, json.unwrap_or_else(|e| panic!("{e}: {answer}")))
    }

    #[track_caller]
    fn get(&self, token: &str) -> Value {
        let (status, body) = self.ask("GET", "/", token, &json!({}));
        assert_eq!(status, 200, "{body}");
        body
    }

    #[track_caller]
    fn post(&self, path: &str, token: &str, body: &Value) -> Value {
        let (status, body) = self.ask("POST", path, token, body);
        assert_eq!(status, 200, "{body}");
        body
    }

    /// Whether the middleware turns the token away.
    fn refuses(&self, token: &str) -> bool {
        self.ask("GET", "/", token, &json!({})).0 == 401
    }
}

#[test]
fn what_the_middleware_makes_jwtctl_handles() {
    needs!("redis-server", "node");
    let server = Server::start(&[]);
    let Some(app) = Service::start(&server) else {
        return;
    };
    let secret = server.secret();
    let made = app.post(
        "/create",
        "",
        &json!({"data": {"user": "alice", "n": 1.5}, "claims": {"aud": "me", "role": "admin"}}),
    );
    let (token, id) = (
        made["token"].as_str().unwrap(),
        made["id"].as_str().unwrap(),
    );
    let key = format!("sess:{id}");
    assert_eq!(server.ttl(&key), MAX_AGE);

    let shown = server.json(&["session", "show", token, "--secret", &secret]);
    assert_eq!(
        (&shown["id"], &shown["data"]),
        (&json!(id), &json!({"user": "alice", "n": 1.5}))
    );
    assert!(
        shown.get("claims").is_none() && shown.get("jwt").is_none(),
        "{shown}"
    );
    let verify = [
        "verify",
        token,
        "--secret",
        &secret,
        "--aud",
        "me",
        "--session",
        &server.url(),
    ];
    server.jwtctl(&verify).expect(0);

    server.ask(&["EXPIRE", &key, "100"]);
    server.json(&[
        "session",
        "update",
        token,
        "--secret",
        &secret,
        "city=Köln",
        "n:=2",
        "--max-age",
        MAX_AGE_TEXT,
    ]);
    assert_eq!(server.ttl(&key), MAX_AGE);
    assert_eq!(
        app.get(token)["data"],
        json!({"user": "alice", "n": 2, "city": "Köln"})
    );
    server.ask(&["EXPIRE", &key, "100"]);
    server.json(&[
        "session",
        "touch",
        token,
        "--secret",
        &secret,
        "--max-age",
        MAX_AGE_TEXT,
    ]);
    assert_eq!(server.ttl(&key), MAX_AGE);

    // What the middleware writes back has its own members; they stay, and data stays apart.
    app.post("/update", token, &json!({"seen": true}));
    let stored: Value = serde_json::from_str(&server.text(&key).unwrap()).unwrap();
    assert!(
        stored["claims"]["jti"] == id && stored["jwt"] == token && stored.get("id").is_none(),
        "{stored}"
    );
    let shown = server.json(&[
        "session",
        "update",
        token,
        "--secret",
        &secret,
        "--replace",
        "only=this",
    ]);
    assert_eq!(
        (&shown["data"], &shown["claims"]["role"], &shown["jwt"]),
        (&json!({"only": "this"}), &json!("admin"), &json!(token))
    );
    assert_eq!(
        app.post("/reload", token, &json!({}))["data"],
        json!({"only": "this"})
    );
    assert_eq!(
        server.json(&["session", "list", "--where", "role=admin"])["sessions"][0]["id"],
        id
    );

    server.json(&["session", "destroy", token, "--secret", &secret]);
    assert!(app.refuses(token));
    server.jwtctl(&verify).expect(16);
}

#[test]
fn what_jwtctl_makes_the_middleware_handles() {
    needs!("redis-server", "node");
    let server = Server::start(&[]);
    let Some(app) = Service::start(&server) else {
        return;
    };
    let secret = server.secret();
    let (token, id) = server.session(&[
        "--data",
        "user=alice",
        "--data",
        "list:=[1,{\"a\":null}]",
        "role=admin",
        "--max-age",
        MAX_AGE_TEXT,
    ]);
    let key = format!("sess:{id}");
    assert_eq!(server.ttl(&key), MAX_AGE);

    // A request renews, a verification does not.
    server.ask(&["EXPIRE", &key, "100"]);
    server
        .jwtctl(&[
            "verify",
            &token,
            "--secret",
            &secret,
            "--session",
            &server.url(),
        ])
        .expect(0);
    server.json(&["session", "show", &token, "--secret", &secret]);
    assert!(server.ttl(&key) <= 100);
    let seen = app.get(&token);
    assert_eq!(
        (&seen["id"], &seen["claims"]["role"]),
        (&json!(id), &json!("admin"))
    );
    assert_eq!(
        seen["data"],
        json!({"user": "alice", "list": [1, {"a": null}]})
    );
    await_ttl(&server, &key);

    server.ask(&["EXPIRE", &key, "100"]);
    app.post("/update", &token, &json!({"user": "bob"}));
    await_ttl(&server, &key);
    let shown = server.json(&["session", "show", &token, "--secret", &secret]);
    assert_eq!(
        shown["data"],
        json!({"user": "bob", "list": [1, {"a": null}]})
    );
    assert_eq!(
        (&shown["claims"]["jti"], &shown["jwt"]),
        (&json!(id), &json!(token))
    );
    server.ask(&["EXPIRE", &key, "100"]);
    app.post("/touch", &token, &json!({}));
    await_ttl(&server, &key);

    app.post("/destroy", &token, &json!({}));
    server
        .jwtctl(&["session", "show", &token, "--secret", &secret])
        .fails(16, "is gone");
    server
        .jwtctl(&[
            "verify",
            &token,
            "--secret",
            &secret,
            "--session",
            &server.url(),
        ])
        .expect(16);
    assert!(app.refuses(&token));
}

#[test]
fn both_refuse_the_same() {
    needs!("redis-server", "node");
    let server = Server::start(&[]);
    let Some(app) = Service::start(&server) else {
        return;
    };
    let secret = server.secret();
    let verify = |token: &str| {
        server
            .jwtctl(&[
                "verify",
                token,
                "--secret",
                &secret,
                "--session",
                &server.url(),
            ])
            .code
    };

    let (token, id) = server.session(&[]);
    assert!(!app.refuses(&token) && verify(&token) == 0);
    server.ask(&["SET", &format!("sess:{id}"), "{\"a\":"]);
    assert!(app.refuses(&token) && verify(&token) == 16, "damaged");

    // The middleware lets claims name another id in the token than in the key.
    let made = app.post(
        "/create",
        "",
        &json!({"data": {}, "claims": {"jti": "elsewhere"}}),
    );
    let token = made["token"].as_str().unwrap();
    assert!(app.refuses(token) && verify(token) == 16, "another jti");

    let (expired, _) = server.session(&["exp:=1000000000"]);
    assert!(app.refuses(&expired) && verify(&expired) == 11, "expired");
    let (unborn, _) = server.session(&["nbf:=4000000000"]);
    assert!(
        app.refuses(&unborn) && verify(&unborn) == 12,
        "not yet valid"
    );

    // Both write the same kind of token.
    let made = app.post(
        "/create",
        "",
        &json!({"data": {}, "claims": {"role": "admin"}}),
    );
    let (ours, _) = server.session(&["role=admin"]);
    let [theirs, ours] =
        [made["token"].as_str().unwrap(), &ours].map(|token| server.json(&["decode", token]));
    let names = |token: &Value| {
        token["payload"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(theirs["header"], ours["header"]);
    assert_eq!(names(&theirs), names(&ours));
}

/// The middleware renews behind its answer.
fn await_ttl(server: &Server, key: &str) {
    until("the middleware renews", || server.ttl(key) == MAX_AGE);
}
