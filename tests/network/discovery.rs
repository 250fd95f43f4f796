//! From an issuer to its keys.

use serde_json::{Value, json};

use crate::support::lab::*;
use crate::support::server::{Asked, Reply, Server, reply};

const OPENID: &str = "/.well-known/openid-configuration";
const OAUTH: &str = "/.well-known/oauth-authorization-server";

/// A server with a document for `issuer` at `place`, keys at /jwks and nothing else.
fn issuer_at(
    place: &'static str,
    issuer: impl Fn(&str) -> String + Send + Sync + 'static,
) -> (Server, String) {
    let server = Server::new(|_| reply(404, ""));
    let base = server.url("");
    let name = issuer(&base);
    let document = json!({"issuer": name, "jwks_uri": format!("{base}/jwks")}).to_string();
    server.then(move |asked| pages(asked, place, &document));
    (server, name)
}

fn pages(asked: &Asked, place: &str, document: &str) -> Reply {
    match asked.target.as_str() {
        "/jwks" => set(&["a"]),
        target if target == place => reply(200, document),
        _ => reply(404, ""),
    }
}

fn by(issuer: &str) -> String {
    token_with("a", &["--iss", issuer, "--ttl", "1h"])
}

fn verify(lab: &Lab, at: i64, issuer: &str, token: &str) -> Ran {
    lab.run(at, &["verify", "--issuer", issuer, token])
}

#[test]
fn n39_documents_are_where_the_standards_say() {
    for (path, place) in [
        ("", OPENID),
        ("/", OPENID),
        ("", OAUTH),
        ("/t", "/t/.well-known/openid-configuration"),
        ("/t/", "/t/.well-known/openid-configuration"),
        ("/t", "/.well-known/openid-configuration/t"),
        ("/t", "/.well-known/oauth-authorization-server/t"),
        ("/t/", "/.well-known/oauth-authorization-server/t"),
    ] {
        let (lab, (server, issuer)) = (
            Lab::new(),
            issuer_at(place, move |base| format!("{base}{path}")),
        );
        verify(&lab, 0, &issuer, &by(&issuer)).expect(0);
        server.requests();
        verify(&lab, 300, &issuer, &by(&issuer)).expect(0);
        assert_eq!(server.requests(), 0, "{path} {place}");
        // The issuer is also the one that is expected.
        verify(&lab, 300, &issuer, &by("https://other.example")).expect(13);
        lab.run(
            0,
            &[
                "verify",
                "--issuer",
                &issuer,
                "--iss",
                "https://other.example",
                &by(&issuer),
            ],
        )
        .expect(2);
    }
}

#[test]
fn n39_nothing_is_guessed() {
    for place in [
        "/t",
        "/openid-configuration",
        "/.well-known/jwks.json",
        "/oauth2/v1/keys",
    ] {
        let (lab, (server, issuer)) = (Lab::new(), issuer_at(place, |base| format!("{base}/t")));
        verify(&lab, 0, &issuer, &by(&issuer)).expect(3).says("404");
        let asked: Vec<String> = server.asked().into_iter().map(|it| it.target).collect();
        assert_eq!(
            asked,
            [
                format!("/t{OPENID}"),
                format!("{OPENID}/t"),
                format!("{OAUTH}/t")
            ]
        );
    }
}

#[test]
fn n39_a_slash_makes_another_issuer() {
    for (ours, theirs) in [("", "/"), ("/", ""), ("/t", "/t/"), ("/t/", "/t")] {
        let place = if ours.starts_with("/t") {
            "/t/.well-known/openid-configuration"
        } else {
            OPENID
        };
        let (lab, (server, named)) = (
            Lab::new(),
            issuer_at(place, move |base| format!("{base}{theirs}")),
        );
        let wanted = server.url(ours);
        verify(&lab, 0, &wanted, &by(&wanted))
            .expect(3)
            .says(&format!("use it exactly: --issuer {named}"));
    }
}

#[test]
fn n39_documents_that_will_not_do() {
    let issuer_of = |server: &Server| server.url("");
    for (jwks_uri, says) in [
        (json!(null), "\"jwks_uri\" is null"),
        (json!("/jwks"), "is not a URL"),
        (json!("file:///etc/passwd"), "only https"),
        (json!("http://169.254.169.254/"), "never fetched"),
        (json!("https://user@keys.example/"), "user name"),
    ] {
        let (lab, server) = (Lab::new(), Server::new(|_| reply(404, "")));
        let issuer = issuer_of(&server);
        let document = json!({"issuer": issuer, "jwks_uri": jwks_uri}).to_string();
        server.say(reply(200, document));
        let ran = lab
            .run(0, &["verify", "--json", "--issuer", &issuer, &by(&issuer)])
            .expect(3);
        assert_eq!(ran.json()["error"]["code"], "issuer-unavailable");
        ran.says(&says.replace('"', "\\\""));
        assert_eq!(server.requests(), 1);
    }
    let (lab, server) = (Lab::new(), Server::new(|_| reply(404, "")));
    let issuer = issuer_of(&server);
    server.say(reply(
        200,
        json!({"issuer": "https://evil.example", "jwks_uri": server.url("/jwks")}).to_string(),
    ));
    verify(&lab, 0, &issuer, &by(&issuer))
        .expect(3)
        .says("evil.example");
    server.say(reply(200, json!({"issuer": issuer}).to_string()));
    lab.run(40, &["verify", "--issuer", &issuer, &by(&issuer)])
        .expect(3)
        .says("has no");
}

/// The call next to the right one is told what the right one is.
#[test]
fn urls_in_the_wrong_place_lead_to_the_right_one() {
    let (server, issuer) = issuer_at(OPENID, ToOwned::to_owned);
    let jwks = server.url("/jwks");
    let run = |args: &[&str]| Lab::new().run(0, &[&["verify"], args, &[&by(&issuer)]].concat());
    run(&["--issuer", &format!("{issuer}{OPENID}")])
        .expect(2)
        .says(&format!("--issuer {issuer}"));
    run(&["--jwks-uri", &format!("{issuer}{OPENID}")])
        .expect(3)
        .says(&format!("use it: --issuer {issuer}"));
    verify(&Lab::new(), 0, &jwks, &by(&jwks))
        .expect(3)
        .says("--jwks-uri URL");
    run(&["--issuer", "issuer.example"])
        .expect(2)
        .says("https://issuer.example");
    run(&["--jwks-uri", "keys.json"])
        .expect(2)
        .says("--jwks FILE");
    let file = keys().file("a");
    run(&["--jwks-uri", file.to_str().unwrap()])
        .expect(2)
        .says("--jwks");
    // A document for all tenants, as Microsoft Entra has it.
    let template = json!({"issuer": "https://login.example/{tenantid}/v2.0", "jwks_uri": jwks});
    server.say(reply(200, template.to_string()));
    let common = server.url("/common/v2.0");
    verify(&Lab::new(), 0, &common, &by(&common))
        .expect(3)
        .says(&format!("--jwks-uri {jwks} and --iss"));
}

/// Plain http is for this machine, and a document on this machine says nothing else.
#[test]
fn n39_a_document_here_may_name_http_here_alone() {
    let (lab, server) = (Lab::new(), Server::new(|_| reply(404, "")));
    let issuer = server.url("");
    for place in ["http://192.0.2.1/jwks", "http://keys.example/jwks"] {
        server.say(reply(
            200,
            json!({"issuer": issuer, "jwks_uri": place}).to_string(),
        ));
        verify(&lab, 0, &issuer, &by(&issuer))
            .expect(3)
            .says("is not https");
        lab.run(0, &["cache", "clear", "--all"]).expect(0);
        lab.turn(60).turn(0);
    }
}

#[test]
fn n39_only_absence_leads_to_the_next_place() {
    let (lab, (server, issuer)) = (
        Lab::new(),
        issuer_at("/.well-known/openid-configuration/t", |base| {
            format!("{base}/t")
        }),
    );
    let document = json!({"issuer": issuer, "jwks_uri": server.url("/jwks")}).to_string();
    server.then(move |asked| match asked.target.as_str() {
        "/t/.well-known/openid-configuration" => reply(500, ""),
        _ => pages(asked, "/.well-known/openid-configuration/t", &document),
    });
    verify(&lab, 0, &issuer, &by(&issuer)).expect(3).says("500");
    assert_eq!(server.requests(), 1);
}

#[test]
fn n39_one_document_serves_one_issuer() {
    let (server, issuer) = issuer_at(OPENID, ToOwned::to_owned);
    let alias = issuer.replace("127.0.0.1", "localhost");
    let lab = Lab::new();
    verify(&lab, 0, &issuer, &by(&issuer)).expect(0);
    verify(&lab, 0, &alias, &by(&alias))
        .expect(3)
        .says("is of issuer");
    assert_eq!(server.requests(), 3);
}

#[test]
fn n18_keys_that_are_gone_are_looked_for_once_more() {
    let (lab, (server, issuer)) = (Lab::new(), issuer_at(OPENID, ToOwned::to_owned));
    verify(&lab, 0, &issuer, &by(&issuer)).expect(0);
    let document = json!({"issuer": issuer, "jwks_uri": server.url("/new")}).to_string();
    server.requests();
    server.then(move |asked| match asked.target.as_str() {
        OPENID => reply(200, document.clone()),
        "/new" => set(&["a"]),
        _ => reply(410, ""),
    });
    verify(&lab, 700, &issuer, &by(&issuer)).expect(0);
    let asked: Vec<String> = server.asked().into_iter().map(|it| it.target).collect();
    assert_eq!(asked, ["/jwks", OPENID, "/new"]);
    server.say(reply(404, ""));
    verify(&lab, 1500, &issuer, &by(&issuer)).expect(3);
    let asked: Vec<String> = server.asked().into_iter().map(|it| it.target).collect();
    assert_eq!(
        asked.iter().filter(|it| *it == "/new").count(),
        1,
        "{asked:?}"
    );
    assert_eq!(
        asked.iter().filter(|it| *it == OPENID).count(),
        1,
        "{asked:?}"
    );
}

#[test]
fn sets_are_compared_where_they_are_published() {
    let (lab, one, two) = (
        Lab::new(),
        Server::new(|_| set(&["a"])),
        Server::new(|_| set(&["a", "b"])),
    );
    let (before, after) = (one.url("/jwks"), two.url("/jwks"));
    let report = lab
        .run(0, &["jwks", "diff", &before, &after, "--json"])
        .expect(1)
        .json();
    assert_eq!(
        (&report["before"], &report["after"]),
        (&before.as_str().into(), &after.as_str().into())
    );
    assert_eq!(
        (
            &report["added"][0]["kid"],
            &report["removed"].as_array().unwrap().len()
        ),
        (&"b".into(), &0)
    );
    assert_eq!((one.requests(), two.requests()), (1, 1));
    // The same through the cache, against itself and against a file.
    lab.run(1, &["--offline", "jwks", "diff", &before, &before])
        .expect(0)
        .says("no difference");
    lab.run(
        1,
        &["jwks", "diff", keys().file("a").to_str().unwrap(), &before],
    )
    .expect(0);
    lab.run(
        1,
        &["jwks", "diff", &after, keys().file("b").to_str().unwrap()],
    )
    .expect(1)
    .says("- a");
    assert_eq!((one.requests(), two.requests()), (0, 0));
    lab.run(1, &["jwks", "diff", "--refresh", &before, &after])
        .expect(1);
    assert_eq!((one.requests(), two.requests()), (1, 1));
}

#[test]
fn comparing_refuses_what_other_commands_refuse() {
    let (lab, one, two) = (
        Lab::new(),
        Server::new(|_| set(&["a"])),
        Server::new(|_| reply(500, "")),
    );
    let (good, bad) = (one.url("/jwks"), two.url("/jwks"));
    let file = lab.path().join("headers");
    std::fs::write(&file, "Authorization: Bearer x\n").unwrap();
    let diff = |args: &[&str]| lab.run(0, &[&["jwks", "diff"], args].concat());
    diff(&[&good, "http://keys.example/jwks"])
        .expect(2)
        .says("--allow-http");
    diff(&[&good, "https://user:hunter2@keys.example/"])
        .expect(2)
        .says("--http-headers");
    diff(&["-", "--ca-bundle", "-", &good])
        .expect(2)
        .says("both");
    diff(&[&good, &bad, "--http-headers", file.to_str().unwrap()])
        .expect(2)
        .says("two servers");
    diff(&["a", "b", "--cache-store", "redis://127.0.0.1:1/0"])
        .expect(2)
        .says("needs a URL");
    assert_eq!(
        (one.requests(), two.requests()),
        (0, 0),
        "all of that is known beforehand"
    );
    diff(&[
        &good,
        &one.url("/other"),
        "--http-headers",
        file.to_str().unwrap(),
    ])
    .expect(0);
    assert!(
        one.asked()
            .iter()
            .all(|it| it.header("authorization") == Some("Bearer x"))
    );
    diff(&[&good, &bad]).expect(3).says(&bad);
    diff(&[&good, "no-such-file"])
        .expect(4)
        .says("no-such-file");
}

#[test]
fn other_commands_take_an_issuer_too() {
    let (lab, (server, issuer)) = (Lab::new(), issuer_at(OPENID, ToOwned::to_owned));
    let jwks = server.url("/jwks");
    lab.run(0, &["jwks", "list", "--issuer", &issuer])
        .expect(0)
        .says("Ed25519");
    lab.run(0, &["jwks", "thumbprint", "--jwks-uri", &jwks])
        .expect(0);
    lab.run(0, &["jwks", "export", "--jwks-uri", &jwks])
        .expect(0)
        .says("\"kid\": \"a\"");
    lab.run(0, &["jwks", "fetch", "--issuer", &issuer])
        .expect(0)
        .says("\"kid\": \"a\"");
    assert_eq!(
        server.requests(),
        2,
        "the issuer and the URL share the entry"
    );
    let listed = lab.run(0, &["cache", "list", "--json"]).expect(0).json();
    assert_eq!(listed["entries"].as_array().unwrap().len(), 2);
    lab.run(0, &["cache", "show", &issuer])
        .expect(0)
        .says("jwks_uri");
    lab.run(0, &["cache", "show", &jwks])
        .expect(0)
        .says(&issuer);
    lab.run(0, &["cache", "show", "https://other.example/"])
        .expect(2);

    lab.run(1, &["cache", "refresh", "--all", "--older-than", "50%"])
        .expect(0)
        .says("left alone");
    assert_eq!(server.requests(), 0);
    lab.run(1, &["cache", "refresh", "--all"])
        .expect(0)
        .says("refreshed");
    assert_eq!(server.requests(), 2);
    server.say(reply(503, ""));
    lab.run(1, &["cache", "refresh", &jwks]).expect(3);
    lab.run(1, &["cache", "clear", &jwks])
        .expect(0)
        .says("removed 1");
    lab.run(1, &["cache", "clear", "--all"])
        .expect(0)
        .says("removed 1");
    lab.run(1, &["cache", "clear"]).expect(2);
    lab.run(1, &["cache", "path"])
        .expect(0)
        .says(lab.cache().to_str().unwrap());
}

#[test]
fn offline_an_issuer_is_where_its_last_bundle_says() {
    let (old, new) = (
        json!({"keys": [keys().public("a")]}),
        json!({"keys": [keys().public("b")]}),
    );
    let issuer = "https://issuer.example";
    let bundle = |url: &str, jwks: &Value, at_ms: i64| {
        let entry = json!({"url": url, "issuer": issuer, "jwks": jwks, "uat": at_ms, "expires_at_ms": at_ms + 600_000, "etag": null});
        json!({"format": "jwtctl-jwks-bundle", "v": 1, "uat_unit": "ms", "created_at_ms": at_ms, "entries": [entry]})
            .to_string()
    };
    for n in 0..4 {
        let lab = Lab::new();
        lab.turn(1001);
        for (name, url, jwks, at) in [("old", "old", &old, 0), ("new", "new", &new, 1000)] {
            let file = lab.path().join(name);
            std::fs::write(
                &file,
                bundle(
                    &format!("https://keys.example/{url}{n}"),
                    jwks,
                    lab.millis(at),
                ),
            )
            .unwrap();
            lab.run(1001, &["cache", "import", file.to_str().unwrap()])
                .expect(0);
        }
        let verify = |token: &str| {
            lab.run(
                1010,
                &[
                    "--offline",
                    "verify",
                    "--issuer",
                    issuer,
                    "--max-stale",
                    "1d",
                    token,
                ],
            )
        };
        verify(&token("b")).expect(0);
        verify(&token("a")).expect(14);
    }
}

#[test]
fn the_keys_of_an_issuer_are_refreshed_when_they_are_old_and_its_document_is_not() {
    let server = Server::new(|_| reply(404, ""));
    let issuer = server.url("");
    let (document, keys) = (
        json!({"issuer": issuer, "jwks_uri": server.url("/jwks")}).to_string(),
        set(&["a"]),
    );
    server.then(move |asked| {
        if asked.target == "/jwks" {
            keys.clone()
        } else {
            reply(200, document.clone())
        }
    });
    let lab = Lab::new();
    let token = token_with("a", &["--iss", &issuer, "--exp", &(T0 + 3600).to_string()]);
    lab.run(0, &["verify", "--issuer", &issuer, &token])
        .expect(0);
    server.requests();
    let refresh = |at: i64| {
        lab.run(at, &["cache", "refresh", "--all", "--older-than", "50%"])
            .expect(0)
    };
    refresh(100);
    assert_eq!(server.requests(), 0);
    refresh(400);
    let asked: Vec<String> = server.asked().into_iter().map(|it| it.target).collect();
    assert_eq!(asked, ["/jwks"]);
}

/// A machine without a network is given what another one knows of the issuer.
#[test]
fn a_bundle_brings_an_issuer_along() {
    let (server, issuer) = issuer_at(OPENID, ToOwned::to_owned);
    let (here, there) = (Lab::new(), Lab::new());
    verify(&here, 0, &issuer, &by(&issuer)).expect(0);
    let offline = |more: &[&str]| {
        let (token, args) = (by(&issuer), ["--offline", "verify", "--issuer", &issuer]);
        there.run(0, &[&args[..], more, &[&token]].concat())
    };
    offline(&[]).expect(3);
    for named in [&[][..], &[issuer.as_str()], &[&server.url("/jwks")]] {
        let file = here.path().join("bundle.json");
        let export = ["cache", "export", "--out", file.to_str().unwrap()];
        here.run(0, &[&export[..], named].concat()).expect(0);
        let import = ["cache", "import", file.to_str().unwrap()];
        let ran = there.run(0, &import).expect(0);
        assert!(
            ran.stdout.contains(&format!("imported  {issuer} (issuer)")),
            "{ran:#?}"
        );
        offline(&[]).expect(0);
        there
            .run(0, &import)
            .expect(0)
            .says("(issuer) (the cache has it as new)");
        // What has grown old is used on demand, as key sets are.
        there.turn(86_400 * 2);
        let (now, token) = (T0.to_string(), by(&issuer));
        let old = |max_stale: &str| {
            let args = ["--offline", "--now", &now, "verify", "--issuer", &issuer];
            there.real(&[&args[..], &["--max-stale", max_stale, &token]].concat())
        };
        old("7d").expect(0).says("overdue");
        old("1d").expect(3);
        there.turn(0).run(0, &["cache", "clear", "--all"]).expect(0);
        offline(&[]).expect(3);
    }
    // Formats for one key set do not say whose it is.
    let jose = ["cache", "export", "--format", "jose", &issuer];
    here.run(0, &jose).expect(0).says(&format!(
        "--jwks-uri {} --iss {issuer}",
        server.url("/jwks")
    ));
    // An issuer that leads somewhere it may not is left out.
    let bundle = here.run(0, &["cache", "export"]).expect(0).stdout;
    let mut bundle: Value = serde_json::from_str(&bundle).unwrap();
    bundle["issuers"][0]["issuer"] = json!("https://issuer.example");
    let file = here.path().join("changed.json");
    std::fs::write(&file, bundle.to_string()).unwrap();
    there
        .run(0, &["cache", "import", file.to_str().unwrap()])
        .expect(0)
        .says("on this machine, and its issuer is not");
}
