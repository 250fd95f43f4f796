//! What tokens can bring about: rotation, tampering, and as little else as possible.

use serde_json::json;

use crate::support::lab::*;
use crate::support::server::Server;

#[test]
fn n22_the_same_kid_with_another_key() {
    let (lab, server) = (Lab::new(), Server::new(|_| set(&["a"])));
    let url = server.url("/jwks");
    lab.verify(0, &url, &token("a")).expect(0);
    server.say(set(&["a2"]));
    server.requests();
    lab.verify(1, &url, &token("a2")).expect(10);
    assert_eq!(server.requests(), 0);
    let ran = lab.verify(31, &url, &token("a2")).expect(0);
    assert_eq!(ran.json()["keys"]["reason"], "bad_sig");
    assert_eq!(server.requests(), 1);
}

#[test]
fn n23_tampering_causes_next_to_no_traffic() {
    let (lab, server) = (Lab::new(), Server::new(|_| set(&["a"])));
    let url = server.url("/jwks");
    lab.verify(0, &url, &token("a")).expect(0);
    server.requests();
    let good = token("a");
    let (input, _) = good.rsplit_once('.').unwrap();
    let tampered = format!("{input}.{}", "A".repeat(86));
    // What fifty of them in a minute cause is for a clock that stands still: `core::remote`.
    for _ in 0..5 {
        lab.verify(31, &url, &tampered).expect(10);
    }
    assert_eq!(server.requests(), 1);
}

#[test]
fn n24_tokens_that_do_not_name_their_key() {
    let bare = token("anonymous");
    let named = |n: usize| {
        let mut key = keys().public("a");
        key["kid"] = json!(format!("k{n}"));
        key
    };
    for (count, code) in [(1, 0), (3, 0), (9, 14)] {
        let (lab, server) = (
            Lab::new(),
            Server::new(move |_| set_of(&(0..count).map(named).collect::<Vec<_>>())),
        );
        let url = server.url("/jwks");
        lab.verify(0, &url, &bare).expect(code);
        lab.run(0, &["verify", "--require-kid", "--jwks-uri", &url, &bare])
            .expect(14);
        // Another fetch would not help.
        server.requests();
        lab.verify(40, &url, &bare).expect(code);
        assert_eq!(server.requests(), 0);
    }
}

#[test]
fn n25_a_kid_matches_only_a_key_that_carries_it() {
    let (lab, server) = (
        Lab::new(),
        Server::new(|_| {
            let mut key = keys().public("a");
            key.as_object_mut().unwrap().remove("kid");
            set_of(&[key])
        }),
    );
    lab.verify(0, &server.url("/jwks"), &token("a")).expect(14);
}

#[test]
fn n26_issuers_do_not_vouch_for_each_other() {
    let (lab, a, b) = (
        Lab::new(),
        Server::new(|_| set(&["a"])),
        Server::new(|_| set(&["a2"])),
    );
    for _ in 0..3 {
        lab.verify(0, &a.url("/jwks"), &token("a")).expect(0);
        lab.verify(0, &b.url("/jwks"), &token("a2")).expect(0);
        lab.verify(0, &b.url("/jwks"), &token("a")).expect(10);
        lab.verify(0, &a.url("/jwks"), &token("a2")).expect(10);
    }
    assert_eq!(
        (a.requests(), b.requests()),
        (1, 1),
        "and do not push each other out"
    );
    lab.verify(0, &a.url("/jwks?tenant=2"), &token("a"))
        .expect(0);
    lab.verify(0, &a.url("/jwks/"), &token("a")).expect(0);
    assert_eq!(a.requests(), 2, "another spelling may be another tenant");
}

#[test]
fn n27_a_token_chooses_neither_key_nor_place() {
    let bait = Server::new(|_| set(&["b"]));
    let (lab, server) = (Lab::new(), Server::new(|_| set(&["rsa"])));
    let (url, payload) = (server.url("/jwks"), json!({"exp": T0 + 3600}));
    for (header, code) in [
        (json!({"alg": "HS256", "kid": "rsa"}), 15),
        (json!({"alg": "none"}), 15),
        (json!({"alg": "None", "kid": "rsa"}), 15),
        (json!({"alg": "XS256", "kid": "rsa"}), 15),
    ] {
        lab.verify(0, &url, &forged(&header, &payload)).expect(code);
    }
    assert_eq!(server.requests(), 0, "of no use, so not fetched for");
    for header in [
        json!({"alg": "EdDSA", "kid": "b", "jku": bait.url("/jwks")}),
        json!({"alg": "EdDSA", "kid": "b", "x5u": bait.url("/x5u")}),
        json!({"alg": "EdDSA", "kid": "b", "jwk": keys().public("b")}),
    ] {
        lab.verify(0, &url, &forged(&header, &payload)).expect(14);
    }
    assert_eq!((server.requests(), bait.requests()), (1, 0));
}

#[test]
fn n28_tokens_that_are_bad_anyway_cause_no_request() {
    let (lab, server) = (Lab::new(), Server::new(|_| set(&["a"])));
    let url = server.url("/jwks");
    let unknown = |payload| forged(&json!({"alg": "EdDSA", "kid": "unknown"}), &payload);
    let expired = unknown(json!({"exp": T0 - 3600}));
    let elsewhere = unknown(json!({"exp": T0 + 3600, "iss": "https://elsewhere.example"}));
    let check = |at| {
        lab.verify(at, &url, &expired)
            .expect(11)
            .says("not fetched")
            .json();
        lab.run(
            at,
            &[
                "verify",
                "--iss",
                "https://issuer.example",
                "--jwks-uri",
                &url,
                &elsewhere,
            ],
        )
        .expect(13);
        lab.run(
            at,
            &["verify", "--alg", "ES256", "--jwks-uri", &url, &elsewhere],
        )
        .expect(15);
        lab.verify(at, &url, "not.a.token").expect(17);
    };
    check(0);
    assert_eq!(server.requests(), 0);
    lab.verify(0, &url, &token("a")).expect(0);
    server.requests();
    lab.verify(40, &url, &expired).expect(11);
    lab.run(
        40,
        &[
            "verify",
            "--iss",
            "https://issuer.example",
            "--jwks-uri",
            &url,
            &elsewhere,
        ],
    )
    .expect(13);
    assert_eq!(server.requests(), 0);
}

#[test]
fn one_key_can_be_insisted_on() {
    let (lab, server) = (Lab::new(), Server::new(|_| set(&["a", "b"])));
    let url = server.url("/jwks");
    lab.run(
        0,
        &["verify", "--kid", "a", "--jwks-uri", &url, &token("a")],
    )
    .expect(0);
    lab.run(
        0,
        &["verify", "--kid", "b", "--jwks-uri", &url, &token("a")],
    )
    .expect(14);
}

#[test]
fn the_report_says_where_the_keys_came_from() {
    let (lab, server) = (Lab::new(), Server::new(|_| set(&["a"])));
    let url = server.url("/jwks");
    let keys = lab.verify(0, &url, &token("a")).expect(0).json()["keys"].clone();
    assert_eq!(keys["source"], "network");
    assert_eq!(
        (&keys["refreshed"], &keys["reason"], &keys["url"]),
        (&json!(true), &json!("cold"), &json!(url))
    );
    let keys = lab.verify(12, &url, &token("a")).expect(0).json()["keys"].clone();
    assert_eq!(keys["source"], "cache");
    assert_eq!(
        (&keys["state"], &keys["refreshed"], &keys["kid"]),
        (&json!("fresh"), &json!(false), &json!("a"))
    );
    assert!(keys["age_s"].as_i64().is_some_and(|age| age >= 12));
    let text = lab
        .run(12, &["verify", "--jwks-uri", &url, &token("a")])
        .expect(0)
        .stdout;
    assert!(text.contains(&format!("keys from {url}")), "{text}");
}

#[test]
fn offline_and_refresh() {
    let (lab, server) = (Lab::new(), Server::new(|_| set(&["a"])));
    let url = server.url("/jwks");
    lab.run(0, &["--offline", "verify", "--jwks-uri", &url, &token("a")])
        .expect(3)
        .says("cache import");
    lab.verify(0, &url, &token("a")).expect(0);
    lab.run(0, &["verify", "--refresh", "--jwks-uri", &url, &token("a")])
        .expect(0);
    assert_eq!(server.requests(), 2);
    lab.run(
        60,
        &["verify", "--offline", "--jwks-uri", &url, &token("a")],
    )
    .expect(0);
    lab.run(
        2000,
        &["verify", "--offline", "--jwks-uri", &url, &token("a")],
    )
    .expect(3)
    .says("--max-stale");
    lab.run(
        2000,
        &[
            "--offline",
            "verify",
            "--max-stale",
            "1h",
            "--jwks-uri",
            &url,
            &token("a"),
        ],
    )
    .expect(0)
    .says("overdue");
    lab.run(
        0,
        &[
            "--offline",
            "verify",
            "--refresh",
            "--jwks-uri",
            &url,
            &token("a"),
        ],
    )
    .expect(2);
    lab.run(
        0,
        &[
            "verify",
            "--max-stale",
            "1h",
            "--jwks-uri",
            &url,
            &token("a"),
        ],
    )
    .expect(2);
    assert_eq!(server.requests(), 0);
    lab.run(
        0,
        &[
            "verify",
            "--jwks-max-age",
            "2h",
            "--jwks-uri",
            &url,
            &token("a"),
        ],
    )
    .expect(2);
    lab.run(
        65,
        &[
            "verify",
            "--jwks-max-age",
            "1m",
            "--jwks-uri",
            &url,
            &token("a"),
        ],
    )
    .expect(0);
    assert_eq!(server.requests(), 1);
}
