//! Export and import. What the real libraries make of the files is in `peers.rs`.

use serde_json::{Value, json};

use crate::support::lab::*;
use crate::support::server::Server;

fn write(lab: &Lab, name: &str, text: &str) -> String {
    let path = lab.path().join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn jwks() -> Value {
    json!({"keys": [keys().public("a")]})
}

#[test]
fn n37_units_are_told_apart_and_nonsense_is_refused() {
    let (lab, url) = (Lab::new(), "https://issuer.example/jwks");
    let now = lab.millis(0) / 1000;
    for (uat, unit, code) in [
        (json!(now * 1000), "auto", 0),
        (json!(now), "auto", 0),
        (json!(now * 1000), "ms", 0),
        (json!(now), "s", 0),
        (json!(now * 1000), "s", 2),
        (json!(now), "ms", 2),
        (json!(now + 3600), "auto", 2),
        (json!((now + 3600) * 1000), "auto", 2),
        (json!(-1), "auto", 2),
        (json!(0), "auto", 2),
        (json!("1785578400"), "auto", 2),
        (json!(null), "auto", 2),
    ] {
        let file = write(
            &lab,
            "import.json",
            &json!({"jwks": jwks(), "uat": uat}).to_string(),
        );
        lab.run(
            0,
            &["cache", "import", "--url", url, "--uat-unit", unit, &file],
        )
        .expect(code);
        if code == 0 {
            lab.run(0, &["--offline", "verify", "--jwks-uri", url, &token("a")])
                .expect(0);
            assert_eq!(lab.entry()["fetched_at_ms"], now * 1000);
        }
        lab.run(0, &["cache", "clear", "--all"]).expect(0);
    }
    let file = write(
        &lab,
        "nan.json",
        &format!(r#"{{"jwks":{},"uat":NaN}}"#, jwks()),
    );
    lab.run(1, &["cache", "import", "--url", url, &file])
        .expect(2);
    let file = write(
        &lab,
        "good.json",
        &json!({"jwks": jwks(), "uat": now}).to_string(),
    );
    lab.run(1, &["cache", "import", &file])
        .expect(2)
        .says("--url");
    let ran = lab
        .run(60, &["cache", "import", "--reset-uat", "--url", url, &file])
        .expect(0);
    assert!(ran.stdout.contains(url));
    lab.run(60, &["--offline", "verify", "--jwks-uri", url, &token("a")])
        .expect(3);
}

#[test]
fn n37_a_round_trip_changes_not_a_byte() {
    let (lab, server) = (
        Lab::new(),
        Server::new(|_| set(&["a", "rsa"]).with("ETag", "\"1\"")),
    );
    let url = server.url("/jwks");
    lab.verify(0, &url, &token("a")).expect(0);
    for format in ["bundle", "jose", "oauth4webapi"] {
        let first = lab
            .run(9, &["cache", "export", "--format", format, &url])
            .expect(0)
            .stdout;
        let other = Lab::new();
        let file = write(&other, "file.json", &first);
        let source: &[&str] = if format == "bundle" {
            &[]
        } else {
            &["--url", &url]
        };
        other
            .run(9, &[&["cache", "import", &file], source].concat())
            .expect(0);
        let second = other
            .run(9, &["cache", "export", "--format", format, &url])
            .expect(0)
            .stdout;
        let without_time = |text: &str| {
            let mut json: Value = serde_json::from_str(text).unwrap();
            json.as_object_mut().unwrap().remove("created_at_ms");
            json.to_string()
        };
        match format {
            // Says when it was made.
            "bundle" => assert_eq!(without_time(&first), without_time(&second)),
            _ => assert_eq!(first, second),
        }
        let keys = other.verify(60, &url, &token("a")).expect(0).json()["keys"].clone();
        assert_eq!(keys["source"], "import");
    }
    assert_eq!(server.requests(), 1);
}

#[test]
fn exports_only_when_something_changed() {
    let (lab, server) = (Lab::new(), Server::new(|_| set(&["a"])));
    let url = server.url("/jwks");
    lab.verify(0, &url, &token("a")).expect(0);
    let out = lab.path().join("cache.json");
    let export = |at: i64, since: i64| {
        let since = since.to_string();
        lab.run(
            at,
            &[
                "cache",
                "export",
                &url,
                "--format",
                "jose",
                "--out",
                out.to_str().unwrap(),
                "--if-changed-since",
                &since,
            ],
        )
    };
    export(1, 0).expect(0);
    let uat = |out: &std::path::Path| {
        let json: Value = serde_json::from_str(&std::fs::read_to_string(out).unwrap()).unwrap();
        json["uat"].as_i64().unwrap()
    };
    let before = uat(&out);
    std::fs::remove_file(&out).unwrap();
    export(1, before).expect(1);
    export(1, before / 1000).expect(1);
    assert!(!out.exists());
    lab.run(40, &["cache", "refresh", &url]).expect(0);
    export(41, before).expect(0);
    assert!(uat(&out) > before);
    lab.run(
        1,
        &[
            "cache",
            "export",
            "--format",
            "jose",
            "https://other.example/",
        ],
    )
    .expect(2);
    lab.run(
        1,
        &[
            "--json",
            "cache",
            "export",
            &url,
            "--if-changed-since",
            "9999999999",
        ],
    )
    .expect(1)
    .says("\"changed\":false");
}

#[test]
fn n38_old_files_and_private_keys_do_no_harm() {
    let (lab, server) = (Lab::new(), Server::new(|_| set(&["a"])));
    let url = server.url("/jwks");
    lab.verify(100, &url, &token("a")).expect(0);
    let older = json!({"jwks": {"keys": [keys().public("b")]}, "uat": lab.millis(0)}).to_string();
    let file = write(&lab, "older.json", &older);
    lab.run(101, &["cache", "import", "--url", &url, &file])
        .expect(0)
        .says("kept");
    lab.verify(101, &url, &token("a")).expect(0);
    lab.run(101, &["cache", "import", "--force", "--url", &url, &file])
        .expect(0)
        .says("imported");
    lab.verify(101, &url, &token("b")).expect(0);

    let bundle = lab.run(101, &["cache", "export"]).expect(0).stdout;
    let mut bundle: Value = serde_json::from_str(&bundle).unwrap();
    let mut private = keys().public("a");
    private["d"] = json!("cHJpdmF0ZS1wcml2YXRl");
    let entry = &mut bundle["entries"][0];
    entry["jwks"]["keys"].as_array_mut().unwrap().push(private);
    entry.as_object_mut().unwrap().remove("jwks_sha256");
    entry["url"] = json!("https://issuer.example/jwks");
    // Longer than any server could have said.
    entry["expires_at_ms"] = json!(i64::MAX);
    let file = write(&lab, "bundle.json", &bundle.to_string());
    lab.run(101, &["cache", "clear", "--all"]).expect(0);
    lab.run(101, &["cache", "import", &file])
        .expect(0)
        .says("private members");
    assert!(!lab.holds("cHJpdmF0ZS1wcml2YXRl"));
    let entry = lab.entry();
    assert_eq!(
        entry["expires_at_ms"].as_i64().unwrap() - entry["fetched_at_ms"].as_i64().unwrap(),
        3_600_000
    );

    for broken in [
        "{}",
        "[]",
        r#"{"format":"other","v":1,"uat_unit":"ms","entries":[]}"#,
        "not json",
        r#"{"keys":5}"#,
    ] {
        let file = write(&lab, "broken.json", broken);
        lab.run(101, &["cache", "import", "--url", &url, &file])
            .expect(2);
    }
    lab.run(101, &["cache", "import", "/nowhere"]).expect(4);
}

#[test]
fn n38_a_bad_seal_is_refused() {
    let (lab, server) = (Lab::new(), Server::new(|_| set(&["a"])));
    let url = server.url("/jwks");
    lab.verify(0, &url, &token("a")).expect(0);
    let key = |name: &str| keys().file(name).display().to_string();
    let path = |name: &str| lab.path().join(name).display().to_string();
    let [public, other, sets] = [
        ("public", &["b"][..]),
        ("other", &["rsa"]),
        ("set", &["a", "b", "rsa"]),
    ]
    .map(|(name, names)| {
        let keys: Vec<Value> = names.iter().map(|name| keys().public(name)).collect();
        write(
            &lab,
            name,
            &if let [key] = &keys[..] {
                key.to_string()
            } else {
                json!({ "keys": keys }).to_string()
            },
        )
    });
    let signed = path("signed");
    lab.run(
        9,
        &["cache", "export", "--sign", &key("b"), "--out", &signed],
    )
    .expect(0);
    let signed_json = lab
        .run(9, &["cache", "export", "--json", "--sign", &key("b")])
        .expect(0)
        .json();
    assert_eq!(
        signed_json["signed"].as_str().unwrap().matches('.').count(),
        2
    );
    let header = lab
        .run(9, &["decode", "--part", "header", &format!("@{signed}")])
        .expect(0)
        .stdout;
    assert_eq!(
        header.trim(),
        r#"{"alg":"EdDSA","typ":"jwtctl-bundle+jws","kid":"b"}"#
    );

    // On a machine that has never seen the issuer.
    let far = Lab::new();
    let import =
        |file: &str, more: &[&str]| far.run(10, &[&["cache", "import", file], more].concat());
    let is_empty = || {
        far.run(10, &["cache", "list", "--json"]).expect(0).json()["entries"]
            .as_array()
            .unwrap()
            .is_empty()
    };
    import(&signed, &["--verify-key", &other])
        .expect(14)
        .says("EdDSA needs an OKP one");
    import(
        &signed,
        &[
            "--verify-key",
            &write(&lab, "a", &keys().public("a").to_string()),
        ],
    )
    .expect(10)
    .says("not as --verify-key");
    import(&signed, &[]).expect(2).says("--verify-key");
    import(&signed, &["--url", &url]).expect(2);
    let text = std::fs::read_to_string(&signed).unwrap();
    let (rest, signature) = text.trim().rsplit_once('.').unwrap();
    let (header, payload) = rest.split_once('.').unwrap();
    let changed = payload.replacen('a', "b", 1);
    for tampered in [
        format!("{header}.{changed}.{signature}"),
        format!("{rest}.{}", "A".repeat(86)),
        format!("{rest}."),
        forged(
            &json!({"alg": "none", "typ": "jwtctl-bundle+jws"}),
            &json!({}),
        ),
        token("b"),
    ] {
        let ran = import(
            &write(&lab, "tampered", &tampered),
            &["--verify-key", &public],
        );
        assert!(
            matches!(ran.code, 2 | 10) && ran.stdout.is_empty(),
            "{ran:#?}"
        );
    }
    let plain = path("plain");
    lab.run(9, &["cache", "export", "--out", &plain]).expect(0);
    import(&plain, &["--verify-key", &public])
        .expect(2)
        .says("is not signed");
    assert!(is_empty());

    import(&signed, &["--verify-key", &public])
        .expect(0)
        .says("imported");
    far.run(
        60,
        &["--offline", "verify", "--jwks-uri", &url, &token("a")],
    )
    .expect(0);
    import(&signed, &["--verify-key", &sets])
        .expect(0)
        .says("kept");
    // Only bundles are signed, only one key signs, and only a private one can.
    for (args, why) in [
        (
            &["--format", "jose", "--sign", &key("b"), &url][..],
            "signs bundles",
        ),
        (&["--sign", &public], "no private key"),
        (&["--sign", &sets], "no private key"),
    ] {
        lab.run(9, &[&["cache", "export"], args].concat())
            .expect(2)
            .says(why);
    }
    assert_eq!(server.requests(), 1);
}

/// What was stored is in use, and the call says so, though something else could not be.
#[test]
fn an_import_that_took_effect_in_part_says_so() {
    if !have("strace", "-V") {
        return;
    }
    let lab = Lab::new();
    let entry = |name: &str| {
        let uat = lab.millis(0);
        json!({"url": format!("https://{name}.example/jwks"), "issuer": null, "jwks": jwks(),
            "uat": uat, "expires_at_ms": uat + 600_000, "etag": null})
    };
    let bundle = json!({"format": "jwtctl-jwks-bundle", "v": 1, "uat_unit": "ms",
        "created_at_ms": lab.millis(0), "entries": [entry("a"), entry("b"), entry("c")]});
    let file = write(&lab, "bundle.json", &bundle.to_string());
    let import = |when: &str| {
        lab.run(0, &["cache", "clear", "--all"]).expect(0);
        let inner = lab.command(0, &["cache", "import", "--json", &file]);
        let calls = "renameat,renameat2,rename";
        let (trace, inject) = (
            format!("trace={calls}"),
            format!("inject={calls}:error=EIO:when={when}"),
        );
        let args = ["-o", "/dev/null", "-e", &trace, "-e", &inject];
        ran(&mut traced(&inner, &args))
    };
    let ran = import("2")
        .expect(0)
        .says("warning: not imported: https://b.example/jwks");
    let report = ran.json();
    assert_eq!(report["imported"].as_array().unwrap().len(), 2, "{report}");
    assert_eq!(report["skipped"].as_array().unwrap().len(), 1, "{report}");
    for name in ["a", "c"] {
        let url = format!("https://{name}.example/jwks");
        lab.run(0, &["--offline", "verify", "--jwks-uri", &url, &token("a")])
            .expect(0);
    }
    import("1+").expect(4);
}
