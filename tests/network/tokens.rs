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

/// Every flag about fetching, by what the help says of it, is refused where nothing is fetched.
#[test]
fn flags_about_fetching_are_refused_without_anything_to_fetch() {
    let lab = Lab::new();
    let key = keys().file("a").display().to_string();
    let (token, jwks) = (token("a"), keys().file("b").display().to_string());
    for (command, needed) in [
        (&["verify", &token, "--key", &key][..], "--jwks-uri"),
        (&["verify", &token, "--jwks", &jwks], "--jwks-uri"),
        (&["jwks", "lint", "--jwks", &jwks], "--jwks-uri"),
        (&["jwks", "list", "--jwks", &jwks], "--jwks-uri"),
        (&["jwks", "diff", &jwks, &jwks], "a URL to compare"),
    ] {
        let mut help: Vec<&str> = command.to_vec();
        help.truncate(if command[0] == "jwks" { 2 } else { 1 });
        help.push("--help");
        let text = lab.run(0, &help).expect(0).stdout;
        let flags = fetching(&text);
        assert!(flags.len() > 12, "{flags:?}");
        for (flag, value) in flags {
            let value = match value.as_deref() {
                None => None,
                Some("<DURATION>") => Some("2m"),
                Some("<REDIS_URL>") => Some("unix:///no/such/socket"),
                Some("<native|jose>") => Some("jose"),
                Some(_) => Some(key.as_str()),
            };
            let mut args = command.to_vec();
            args.push(&flag);
            args.extend(value);
            let ran = lab.run(0, &args).expect(2);
            let names_it = ran.stderr.contains(&flag) && ran.stderr.contains(needed);
            // clap says first that these go together.
            let pair = flag.starts_with("--client-");
            assert!(names_it || pair, "{flag}: {ran:#?}");
        }
    }
    // The same of flags about a Redis that is not asked.
    for flags in [
        &["--redis-ca", &key][..],
        &["--redis-password-from", &key],
        &["--redis-allow-plaintext"],
        &["--keyspace", "x"],
    ] {
        let args = [&["verify", &token, "--key", &key], flags].concat();
        lab.run(0, &args).expect(2).says("--session");
    }
}

/// The flags under "Network" and "Shared cache", and the names of their values.
fn fetching(help: &str) -> Vec<(String, Option<String>)> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in help.lines() {
        if !line.starts_with(' ') && !line.is_empty() {
            inside = ["Network:", "Shared cache:"].contains(&line);
        }
        let mut words = line.split_whitespace();
        match words.next() {
            Some(flag) if inside && flag.starts_with("--") => {
                let value = words.next().filter(|it| it.starts_with('<'));
                found.push((flag.to_owned(), value.map(ToOwned::to_owned)));
            }
            _ => {}
        }
    }
    found
}

/// A token by both keys, whose payloads are the same.
fn by_both(first: &str, second: &str) -> String {
    let signature = |name: &str| {
        let token = token(name);
        let parts: Vec<String> = token.split('.').map(String::from).collect();
        let element = json!({"protected": parts[0], "signature": parts[2]});
        (parts[1].clone(), element)
    };
    let ((payload, first), (same, second)) = (signature(first), signature(second));
    assert_eq!(payload, same);
    json!({"payload": payload, "signatures": [first, second]}).to_string()
}

#[test]
fn the_second_signature_is_judged_by_what_the_first_one_had_fetched() {
    let (lab, server) = (Lab::new(), Server::new(|_| set(&["a"])));
    let url = server.url("/jwks");
    for (first, second) in [("b", "a"), ("a", "b")] {
        let token = by_both(first, second);
        lab.run(0, &["verify", "--refresh", "--jwks-uri", &url, &token])
            .expect(0);
    }
}

#[test]
fn a_bad_signature_beside_a_new_key_hides_it_not() {
    let (lab, server) = (Lab::new(), Server::new(|_| set(&["a"])));
    let url = server.url("/jwks");
    lab.verify(0, &url, &token("a")).expect(0);
    server.say(set(&["a", "b"]));
    let mut forged: serde_json::Value = serde_json::from_str(&by_both("a", "b")).unwrap();
    forged["signatures"][0]["signature"] = json!("A".repeat(86));
    server.requests();
    lab.verify(40, &url, &forged.to_string()).expect(0);
    assert_eq!(server.requests(), 1);
}

#[test]
fn all_signatures_are_judged_by_one_set() {
    let (lab, server) = (Lab::new(), Server::new(|_| set(&["a"])));
    let url = server.url("/jwks");
    lab.verify(0, &url, &token("a")).expect(0);
    server.say(set(&["b"]));
    for token in [by_both("a", "b"), by_both("b", "a")] {
        lab.run(40, &["verify", "--require-all", "--jwks-uri", &url, &token])
            .expect(14);
    }
    server.say(set(&["a", "b"]));
    for token in [by_both("a", "b"), by_both("b", "a")] {
        lab.run(80, &["verify", "--require-all", "--jwks-uri", &url, &token])
            .expect(0);
    }
}
