//! What servers answer, and what may be made of it: outages, refusals, pages that are no key sets.

use std::os::unix::fs::MetadataExt as _;

use serde_json::json;

use crate::support::lab::*;
use crate::support::server::{Reply, Server, reply};

/// A cache with key "a" that ran out `overdue` seconds before the moment that is returned.
fn overdue(overdue: i64, first: Reply) -> (Lab, Server, String, i64) {
    let (lab, server) = (Lab::new(), Server::new(move |_| first.clone()));
    let url = server.url("/jwks");
    lab.verify(0, &url, &token("a")).expect(0);
    assert_eq!(server.requests(), 1);
    let entry = lab.entry();
    let lifetime =
        entry["expires_at_ms"].as_i64().unwrap() - entry["fetched_at_ms"].as_i64().unwrap();
    (lab, server, url, lifetime / 1000 + 1 + overdue)
}

#[test]
fn n16_old_keys_stand_in_during_an_outage() {
    let (lab, server, url, at) = overdue(100, set(&["a"]));
    server.say(reply(503, ""));
    let ran = lab
        .verify(at, &url, &token("a"))
        .expect(0)
        .says("warning: the keys of")
        .says("503");
    assert_eq!(ran.json()["keys"]["state"], "stale");
    assert_eq!(ran.json()["keys"]["source"], "cache");
    assert_eq!(server.requests(), 2, "an attempt and its retry");
    // The next one does not ask again at once, and is as well served.
    lab.verify(at, &url, &token("a"))
        .expect(0)
        .says("warning: the keys of");
    assert_eq!(server.requests(), 0);
}

#[test]
fn n17_but_not_for_long_and_not_against_the_servers_will() {
    let (lab, server, url, at) = overdue(301, set(&["a"]));
    server.say(reply(503, ""));
    lab.verify(at, &url, &token("a")).expect(3);
    let (lab, server, url, at) = overdue(
        100,
        set(&["a"]).with("Cache-Control", "max-age=600, must-revalidate"),
    );
    server.say(reply(503, ""));
    lab.verify(at, &url, &token("a")).expect(3);
    let args = [
        "verify",
        "--jwks-uri",
        &url,
        "--stale-if-error",
        "10m",
        &token("a"),
    ];
    lab.run(at, &args).expect(0);
}

#[test]
fn n18_a_no_is_not_an_outage() {
    for status in [401, 403, 404, 410, 302] {
        let (lab, server, url, at) = overdue(100, set(&["a"]));
        server.say(reply(status, "").with("Location", "https://elsewhere.example/?key=secret"));
        let ran = lab.verify(at, &url, &token("a")).expect(3);
        assert_eq!(ran.json()["error"]["code"], "keys-unavailable", "{status}");
        assert!(!ran.stdout.contains("secret"));
        assert_eq!(server.requests(), 1, "{status}");
    }
}

#[test]
fn n19_a_login_page_leaves_the_entry_alone() {
    let (lab, server, url, at) = overdue(100, set(&["a"]));
    let identity = || {
        lab.entry_file()
            .metadata()
            .map(|it| (it.ino(), it.mtime_nsec(), it.len()))
            .unwrap()
    };
    lab.turn(at);
    let before = identity();
    server
        .say(reply(200, "<html>\u{1b}[31mPlease log in</html>").with("Content-Type", "text/html"));
    let ran = lab
        .verify(at, &url, &token("a"))
        .expect(0)
        .says("is not JSON");
    assert!(!ran.stderr.contains("log in"));
    lab.run(
        at,
        &["verify", "--jwks-uri", &url, "--refresh", &token("a")],
    )
    .expect(3);
    assert_eq!(identity(), before);
}

#[test]
fn n20_an_empty_set_is_an_answer() {
    let (lab, server, url, at) = overdue(100, set(&["a"]));
    server.say(set(&[]));
    lab.verify(at, &url, &token("a")).expect(14);
    let entry = lab.entry();
    assert_eq!(entry["jwks"], json!({"keys": []}));
    assert_eq!(
        entry["expires_at_ms"].as_i64().unwrap() - entry["fetched_at_ms"].as_i64().unwrap(),
        60_000
    );
    server.requests();
    lab.verify(at + 1, &url, &token("a")).expect(14);
    assert_eq!(server.requests(), 0);
    server.say(set(&["a"]));
    lab.verify(at + 31, &url, &token("a")).expect(0);
}

#[test]
fn n21_one_odd_key_does_not_spoil_the_set() {
    let mut private = keys().public("b");
    private["d"] = json!("cHJpdmF0ZS1wcml2YXRl");
    let mut broken = keys().public("a");
    broken["x"] = json!("AA");
    let server = Server::new(move |_| {
        set_of(&[
            keys().public("rsa"),
            json!({"kty": "XYZ", "alg": "XYZ-1", "kid": "pq", "pub": "AAAA"}),
            broken.clone(),
            json!({"kty": "oct", "kid": "o", "k": "c2VjcmV0LXNlY3JldA"}),
            private.clone(),
        ])
    });
    let lab = Lab::new();
    let ran = lab.verify(0, &server.url("/jwks"), &token("rsa")).expect(0);
    for why in ["takes 32", "is symmetric", "has private members"] {
        assert!(ran.stderr.contains(why), "{why}: {}", ran.stderr);
    }
    let named = lab.verify(1, &server.url("/jwks"), &token("a")).expect(14);
    assert!(named.stdout.contains("takes 32"), "{}", named.stdout);
    assert!(!lab.holds("cHJpdmF0ZS1wcml2YXRl") && !lab.holds("c2VjcmV0LXNlY3JldA"));
    assert!(lab.holds("XYZ-1"), "a later jwtctl may know it");
}

#[test]
fn n31_only_the_304_that_was_asked_for() {
    let (lab, server, url, at) = overdue(0, set(&["a"]).with("ETag", "\"v1\""));
    server.then(|asked| match asked.header("if-none-match") {
        Some("\"v1\"") => reply(304, "").with("ETag", "\"v1\""),
        _ => reply(500, ""),
    });
    lab.turn(at);
    let before = lab.entry();
    lab.verify(at, &url, &token("a")).expect(0);
    let after = lab.entry();
    assert_eq!(before["jwks"], after["jwks"]);
    assert_eq!(before["jwks_sha256"], after["jwks_sha256"]);
    assert!(after["expires_at_ms"].as_i64() > before["expires_at_ms"].as_i64());
    lab.verify(at + 300, &url, &token("a")).expect(0);
    assert_eq!(server.requests(), 1);

    // About another version: the server is asked without a condition, and answers.
    server.then(|asked| match asked.header("if-none-match") {
        Some(_) => reply(304, "").with("ETag", "\"v2\""),
        None => set(&["b"]).with("ETag", "\"v3\""),
    });
    let refresh = ["verify", "--refresh", "--jwks-uri", &url];
    lab.run(at + 300, &[&refresh[..], &[&token("b")]].concat())
        .expect(0);
    assert_eq!(server.requests(), 2);
    assert_eq!(lab.entry()["http"]["etag"], "\"v3\"");
    // A server that knows no other answer.
    server.say(reply(304, ""));
    let cold = Lab::new();
    cold.verify(0, &url, &token("a")).expect(3).says("304");
    assert_eq!(server.requests(), 2);
}

#[test]
fn n31_a_tag_that_a_proxy_has_weakened_still_confirms() {
    let (lab, server, url, at) = overdue(0, set(&["a"]).with("ETag", "\"v1\""));
    server.say(reply(304, "").with("ETag", "W/\"v1\""));
    lab.verify(at, &url, &token("a")).expect(0);
    lab.run(at, &["cache", "refresh", &url]).expect(0);
    assert_eq!(server.requests(), 2);
}

#[test]
fn answers_that_break_off_say_so_once_and_their_status_first() {
    let (lab, server) = (Lab::new(), Server::new(|_| reply(401, "{").cut(9)));
    let url = server.url("/jwks");
    lab.verify(0, &url, &token("a"))
        .expect(3)
        .says("401 Unauthorized");
    server.say(set(&["a"]).cut(9));
    let ran = lab.verify(40, &url, &token("a")).expect(3);
    let message = ran.json()["error"]["message"].as_str().unwrap().to_owned();
    assert_eq!(message.matches("broke off").count(), 1, "{message}");
    assert!(!message.contains("body error"), "{message}");
}

#[test]
fn passwords_of_proxies_are_in_no_message_and_no_file() {
    let lab = Lab::new();
    for (proxy, code) in [
        ("http://u:hunter2@127.0.0.1:1", 3),
        ("http://u:hun@ter2@127.0.0.1:1", 2),
    ] {
        for url in ["http://keys.example/jwks", "https://keys.example/jwks"] {
            let args = ["verify", "-v", "--json", "--allow-http", "--jwks-uri", url];
            let mut command = lab.command(0, &[&args[..], &[&token("a")]].concat());
            command.env("http_proxy", proxy).env("https_proxy", proxy);
            let ran = ran(&mut command).expect(code);
            let said = format!("{} {}", ran.stdout, ran.stderr);
            assert!(!said.contains("ter2"), "{proxy} {url}: {said}");
        }
    }
    assert!(!lab.holds("ter2"));
}

#[test]
fn n32_bodies_that_are_too_much() {
    let big = format!(r#"{{"keys":[],"x":"{}"}}"#, "x".repeat(300 * 1024));
    let deep = format!(
        r#"{{"keys":[],"x":{}{}}}"#,
        "[".repeat(5000),
        "]".repeat(5000)
    );
    let many = format!(r#"{{"keys":[{}]}}"#, vec!["{}"; 10_000].join(","));
    for (bad, says) in [
        (reply(200, big), "larger than"),
        (reply(200, deep), "nested"),
        (reply(200, many), "10000 keys"),
        (reply(200, r#"{"keys":[],"keys":[]}"#), "twice"),
        (
            reply(200, vec![0x1f, 0x8b, 8, 0]).with("Content-Encoding", "gzip"),
            "encoded",
        ),
        (
            reply(200, vec![b' '; 4096]).drip(1000),
            "no complete answer in",
        ),
    ] {
        let (lab, server, url, at) = overdue(0, set(&["a"]));
        lab.turn(at);
        let before = lab.entry();
        server.say(bad);
        let child = spawn(&mut lab.command(
            at,
            &[
                "verify",
                "--refresh",
                "--timeout",
                "2s",
                "--jwks-uri",
                &url,
                &token("a"),
            ],
        ));
        let most = memory_peak(&child);
        finish(child).expect(3).says(says);
        assert!(most.is_none_or(|kb| kb < 40_000), "{says}: {most:?} kB");
        assert_eq!(lab.entry(), before, "{says}");
    }
}

/// The most memory that a process had at once, as far as the system tells before it ends.
fn memory_peak(child: &std::process::Child) -> Option<u64> {
    let status = format!("/proc/{}/status", child.id());
    let mut most = None;
    while let Ok(text) = std::fs::read_to_string(&status) {
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        most = line.trim().trim_end_matches(" kB").parse().ok().or(most);
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    most
}

#[test]
fn n33_redirects_are_not_followed() {
    let target = Server::new(|_| set(&["a"]));
    for to in [
        "/other",
        "http://127.0.0.1:1/jwks",
        "https://issuer.example/",
        "http://169.254.169.254/",
        "/jwks",
    ] {
        let lab = Lab::new();
        let server = Server::new(move |_| reply(302, "").with("Location", to));
        lab.verify(0, &server.url("/jwks"), &token("a"))
            .expect(3)
            .says("redirects are not followed");
        assert_eq!(server.requests(), 1);
    }
    let (lab, to) = (Lab::new(), target.url("/jwks"));
    let server = Server::new(move |_| reply(307, "").with("Location", &to));
    lab.verify(0, &server.url("/jwks"), &token("a")).expect(3);
    assert_eq!(target.requests(), 0);
}

#[test]
fn n34_urls_that_are_never_fetched() {
    let lab = Lab::new();
    for (url, says) in [
        ("http://keys.example/jwks", "--allow-http"),
        ("file:///etc/passwd", "only https"),
        ("https://user:hunter2@keys.example/", "--http-headers"),
        ("https://169.254.169.254/latest", "link-local"),
        ("https://[fd00:ec2::254]/", "metadata"),
        ("keys.example", "is not a URL"),
    ] {
        let ran = lab.verify(0, url, &token("a")).expect(2).says(says);
        assert!(!ran.stdout.contains("hunter2") && !ran.stderr.contains("hunter2"));
    }
}

#[test]
fn proxies_are_used_but_never_for_this_machine() {
    let (lab, server) = (Lab::new(), Server::new(|_| set(&["a"])));
    let url = "http://keys.example/jwks?key=secret";
    let mut command = lab.command(
        0,
        &[
            "verify",
            "-v",
            "--allow-http",
            "--jwks-uri",
            url,
            &token("a"),
        ],
    );
    let ran = ran(command.env("http_proxy", server.url(""))).expect(0);
    assert!(!ran.stdout.contains("secret") && !ran.stderr.contains("secret"));
    assert_eq!(server.asked()[0].target, url);
    // What came through the proxy is used by no call without it.
    lab.run(
        0,
        &[
            "--offline",
            "verify",
            "--allow-http",
            "--jwks-uri",
            url,
            &token("a"),
        ],
    )
    .expect(3);

    let other = Lab::new();
    let mut command = other.command(
        0,
        &["verify", "--jwks-uri", &server.url("/jwks"), &token("a")],
    );
    crate::support::lab::ran(
        command
            .env("http_proxy", "http://127.0.0.1:1")
            .env("ALL_PROXY", "http://127.0.0.1:1"),
    )
    .expect(0);
    assert_eq!(server.asked()[0].target, "/jwks");
}

#[test]
fn headers_of_the_operator_go_to_one_server_only() {
    let lab = Lab::new();
    std::fs::write(
        lab.path().join("headers"),
        "Authorization: Bearer topsecret\n",
    )
    .unwrap();
    let keys = Server::new(|_| set(&["a"]));
    let uri = keys.url("/jwks");
    let issuer = Server::new(|_| reply(404, ""));
    let name = issuer.url("");
    let document = json!({"issuer": name, "jwks_uri": uri}).to_string();
    issuer.then(move |_| reply(200, document.clone()));
    let file = lab.path().join("headers");
    let file = file.to_str().unwrap();
    let good = token_with("a", &["--iss", &name, "--ttl", "1h"]);
    lab.run(
        0,
        &[
            "verify",
            "-v",
            "--issuer",
            &name,
            "--http-headers",
            file,
            &good,
        ],
    )
    .expect(0);
    assert_eq!(
        issuer.asked()[0].header("authorization"),
        Some("Bearer topsecret")
    );
    assert_eq!(keys.asked()[0].header("authorization"), None);
    assert!(!lab.holds("topsecret"));
    lab.run(0, &["verify", "--issuer", &name, &good]).expect(0);
    assert_eq!(
        issuer.requests(),
        1,
        "another trust setting has its own entry"
    );
}
