//! A party that can write to the store must not decide which tokens are valid.

use serde_json::Value;

use crate::support::lab::*;
use crate::support::redis::file;
use crate::{Fleet, needs, source};

#[test]
fn n40_what_the_key_does_not_vouch_for_is_not_used() {
    needs!("redis-server");
    let fleet = Fleet::start();
    fleet.verify(&Lab::new(), 0, &token("a")).expect(0);
    let good = fleet.record();
    fleet.issuer.requests();
    // The attacker's key under the good one's name.
    let swapped = good.replace(
        keys().public("a")["x"].as_str().unwrap(),
        keys().public("a2")["x"].as_str().unwrap(),
    );
    let unsigned = good.split_once('\n').unwrap().1;
    let sum = aws_lc_rs::digest::digest(
        &aws_lc_rs::digest::SHA256,
        swapped.split_once('\n').unwrap().1.as_bytes(),
    );
    let sum: String = sum
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let unkeyed = format!(
        "jwtctl-store/1 sha256 {sum}\n{}",
        swapped.split_once('\n').unwrap().1
    );
    let huge = "x".repeat(300_000);
    for (record, why) in [
        (
            swapped.as_str(),
            "not authenticated by the key of this shared cache",
        ),
        (&unkeyed, "not authenticated at all"),
        (unsigned, "was not written by jwtctl"),
        ("", ""),
        ("{}", "was not written by jwtctl"),
        (&huge, "larger than"),
    ] {
        fleet.replace(record);
        let ran = fleet.verify(&Lab::new(), 1, &token("a2")).expect(10);
        assert_eq!(source(&ran), "network");
        assert!(ran.stderr.contains(why), "not {why:?}: {ran:#?}");
        assert_eq!(fleet.issuer.requests(), 1);
        // What is there now is sound again.
        assert_eq!(
            source(&fleet.verify(&Lab::new(), 2, &token("a")).expect(0)),
            "store"
        );
    }
    // Not a string at all.
    let name = fleet.name("jwks");
    fleet.redis.ask(&["DEL", &name]);
    fleet.redis.ask(&["LPUSH", &name, "x"]);
    assert!(
        fleet
            .verify(&Lab::new(), 1, &token("a"))
            .expect(0)
            .stderr
            .contains("holds something else")
    );
}

#[test]
fn a_good_record_is_good_for_its_own_url_alone() {
    needs!("redis-server");
    let mut fleet = Fleet::start();
    fleet.verify(&Lab::new(), 0, &token("a")).expect(0);
    let (first, record) = (fleet.name("jwks"), fleet.record());
    // Another issuer with another key of the same name.
    fleet.follow(crate::Issuer::new(|_| set(&["a2"])));
    fleet.verify(&Lab::new(), 0, &token("a")).expect(10);
    fleet.redis.ask(&["DEL", &first]);
    let second = fleet.name("jwks");
    assert_ne!(first, second);
    fleet.redis.ask(&["SET", &second, &record]);
    let ran = fleet.verify(&Lab::new(), 1, &token("a")).expect(10);
    assert!(ran.stderr.contains("not authenticated"), "{ran:#?}");
}

#[test]
fn keys_are_exchanged_one_machine_after_the_other() {
    needs!("redis-server");
    let (fleet, token) = (Fleet::start(), token("a"));
    let new = file(fleet.redis.folder.path(), "new", &"n".repeat(32));
    let url = &fleet.url;
    let verify = |keys: &[&str]| {
        let keys: Vec<&str> = keys
            .iter()
            .flat_map(|key| ["--cache-store-key", key])
            .collect();
        let arguments = [
            &[
                "verify",
                "--json",
                "--timeout",
                PATIENT,
                "--jwks-uri",
                url,
                "--cache-store",
                &fleet.store,
            ][..],
            &keys,
            &[&token],
        ]
        .concat();
        Lab::new().run(0, &arguments)
    };
    verify(&[&fleet.key]).expect(0);
    // First all machines learn to read the new one, then they write it.
    assert_eq!(source(&verify(&[&fleet.key, &new]).expect(0)), "store");
    assert_eq!(source(&verify(&[&new, &fleet.key]).expect(0)), "store");
    assert_eq!(source(&verify(&[&new]).expect(0)), "network");
    assert_eq!(source(&verify(&[&new, &fleet.key]).expect(0)), "store");
    assert_eq!(fleet.issuer.requests(), 2);
    verify(&[&fleet.key, &new, &new])
        .expect(2)
        .says("two while they are exchanged");
    // A symmetric JWK will do, and no other key.
    let folder = fleet.redis.folder.path();
    let jwk = folder.join("fleet.jwk");
    ran(plain()
        .args(["keygen", "HS256", "--no-encrypt", "--out"])
        .arg(&jwk))
    .expect(0);
    verify(&[jwk.to_str().unwrap()]).expect(0);
    verify(&[keys().file("a").to_str().unwrap()])
        .expect(2)
        .says("not a symmetric key");
    verify(&[&file(folder, "short", &"s".repeat(31))])
        .expect(2)
        .says("shorter than 32 bytes");
    let ran = verify(&["hunter2-hunter2-hunter2-hunter2-hunter2"]).expect(2);
    assert!(
        !ran.stdout.contains("hunter2") && !ran.stderr.contains("hunter2"),
        "{ran:#?}"
    );
}

#[test]
fn trust_has_to_be_asked_for() {
    needs!("redis-server");
    let (fleet, token) = (Fleet::start(), token("a"));
    let url = &fleet.url;
    let verify = |store: &str, flags: &[&str]| {
        Lab::new().run(
            0,
            &[
                &[
                    "verify",
                    "--json",
                    "--timeout",
                    PATIENT,
                    "--jwks-uri",
                    url,
                    "--cache-store",
                    store,
                ][..],
                flags,
                &[&token],
            ]
            .concat(),
        )
    };
    verify(&fleet.store, &[])
        .expect(2)
        .says("would decide which tokens are valid");
    assert_eq!(
        source(&verify(&fleet.store, &["--cache-store-trust"]).expect(0)),
        "network"
    );
    assert_eq!(
        source(&verify(&fleet.store, &["--cache-store-trust"]).expect(0)),
        "store"
    );
    assert_eq!(fleet.issuer.requests(), 1);
    // Nothing of it is asked, or even opened, before it is clear that it may be.
    verify("redis://elsewhere.example", &["--cache-store-trust"])
        .expect(2)
        .says("in the clear");
    verify("redis://me:hunter2@127.0.0.1", &["--cache-store-trust"])
        .expect(2)
        .says("password in it");
    verify("http://127.0.0.1", &["--cache-store-trust"])
        .expect(2)
        .says("not a Redis URL");
    verify(
        &fleet.store,
        &["--cache-store-trust", "--cache-store-key", &fleet.key],
    )
    .expect(2);
    verify(
        &fleet.store,
        &[
            "--cache-store-format",
            "jose",
            "--cache-store-key",
            &fleet.key,
        ],
    )
    .expect(2);
    verify(&fleet.store, &["--cache-store-trust", "--offline"])
        .expect(2)
        .says("--offline");
    assert_eq!(fleet.issuer.requests(), 0);
    for flags in [
        &["--cache-store-trust"][..],
        &["--cache-store-key", &fleet.key],
        &["--cache-store-password-from", &fleet.key],
    ] {
        let arguments = [&["verify", "--json", "--jwks-uri", url], flags, &[&token]].concat();
        Lab::new().run(0, &arguments).expect(2).says("needs --");
    }
    // Only what is fetched is shared.
    let key = keys().file("a").display().to_string();
    let unused = [
        "verify",
        "--json",
        "--key",
        &key,
        "--cache-store",
        &fleet.store,
        &token,
    ];
    Lab::new()
        .run(0, &unused)
        .expect(2)
        .says("needs --jwks-uri or --issuer");
}

#[test]
fn nothing_private_gets_there() {
    needs!("redis-server");
    let fleet = Fleet::start();
    let private: Value =
        serde_json::from_str(&std::fs::read_to_string(keys().file("b")).unwrap()).unwrap();
    let secret = serde_json::json!({"kty": "oct", "kid": "s", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQ"});
    fleet
        .issuer
        .say(set_of(&[keys().public("a"), private.clone(), secret]));
    fleet
        .verify(&Lab::new(), 0, &token("a"))
        .expect(0)
        .says("private members");
    let record = fleet.record();
    assert!(record.contains(keys().public("a")["x"].as_str().unwrap()));
    assert!(
        !record.contains(private["d"].as_str().unwrap()) && !record.contains("c2VjcmV0"),
        "{record}"
    );
    assert!(!record.contains(&token("a")));
}

/// Certificates that one machine trusts say nothing to another, which may not.
#[test]
fn what_one_machine_trusts_is_not_shared_with_one_that_does_not() {
    needs!("redis-server", "openssl");
    let mut fleet = Fleet::start();
    let folder = tempfile::tempdir().unwrap();
    let ca = crate::support::certificates::authority(folder.path(), "ca");
    let (certificate, key) =
        crate::support::certificates::signed(folder.path(), "server", "IP:127.0.0.1", &ca);
    fleet.follow(https(&certificate, &key));
    let run = |variables: &[(&str, &str)], flags: &[&str]| {
        let (disk, token) = (Lab::new(), token("a"));
        let args = [&fleet.patient(&token)[..], flags].concat();
        ran(disk.command(0, &args).envs(variables.iter().copied()))
    };
    let directory = folder.path().join("certificates");
    std::fs::create_dir(&directory).unwrap();
    std::fs::copy(&ca, directory.join("00000000.0")).unwrap();
    let directory = directory.to_str().unwrap();
    let headers = file(folder.path(), "headers", "X-Key: one\n");
    let bundle = ["--ca-bundle", ca.as_str()];
    let settings = [
        (vec![("SSL_CERT_FILE", ca.as_str())], Vec::new()),
        (vec![("SSL_CERT_DIR", directory)], Vec::new()),
        (Vec::new(), bundle.to_vec()),
        (
            Vec::new(),
            [&bundle[..], &["--http-headers", &headers]].concat(),
        ),
    ];
    for (variables, flags) in &settings {
        let first = run(variables, flags).expect(0);
        assert_eq!(source(&first), "network", "{variables:?} {flags:?}");
        let second = run(variables, flags).expect(0);
        assert_eq!(source(&second), "store", "{variables:?} {flags:?}");
        run(&[], &[]).expect(3).says("certificate");
    }
    assert_eq!(fleet.issuer.requests(), settings.len());
}

fn https(certificate: &str, key: &str) -> crate::Issuer {
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let chain = CertificateDer::pem_file_iter(certificate).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            chain.map(Result::unwrap).collect(),
            PrivateKeyDer::from_pem_file(key).unwrap(),
        )
        .unwrap();
    crate::Issuer::tls(config, |_| set(&["a"]))
}

/// What was believed blindly must not be found by those who would not have believed it.
#[test]
fn what_nobody_vouches_for_is_kept_apart() {
    needs!("redis-server");
    let (fleet, disk) = (Fleet::start(), Lab::new());
    let run = |flags: &[&str], token: &str| {
        disk.run(
            1,
            &[
                &[
                    "verify",
                    "--json",
                    "--timeout",
                    PATIENT,
                    "--jwks-uri",
                    &fleet.url,
                ][..],
                flags,
                &[token],
            ]
            .concat(),
        )
    };
    let blind = ["--cache-store", fleet.store.as_str(), "--cache-store-trust"];
    // The attacker's key, under a first line that callers without the cache key do not check.
    run(&blind, &token("a")).expect(0);
    let record = fleet.record();
    let (x, theirs) = (keys().public("a"), keys().public("a2"));
    let swapped = record
        .split_once('\n')
        .unwrap()
        .1
        .replace(x["x"].as_str().unwrap(), theirs["x"].as_str().unwrap());
    fleet.replace(&format!("jwtctl-store/1 hmac-sha256 00\n{swapped}"));
    disk.run(1, &["cache", "clear", "--all"]).expect(0);
    assert_eq!(source(&run(&blind, &token("a2")).expect(0)), "store");
    // Callers that trust the store accept the forged token; no other caller does.
    run(&[], &token("a2")).expect(10);
    run(&fleet.flags(), &token("a2")).expect(10);
    disk.run(1, &["cache", "clear", &fleet.url]).expect(0);
    run(&blind, &token("a2")).expect(0);
    let listed = disk.run(1, &["cache", "list"]).expect(0);
    assert!(
        listed.stdout.contains("shared") && listed.stdout.contains("store"),
        "{listed:#?}"
    );
    disk.run(1, &["cache", "export", &fleet.url])
        .expect(2)
        .says("nobody authenticates");
    assert_eq!(
        disk.run(1, &["cache", "export"])
            .expect(0)
            .stdout
            .matches("\"url\"")
            .count(),
        0
    );
}

#[test]
fn nobody_can_guess_what_was_sent_along() {
    needs!("redis-server");
    let (fleet, disk) = (Fleet::start(), Lab::new());
    let headers = file(
        disk.path(),
        "headers",
        "Authorization: Basic Z3Vlc3M6bWU=\n",
    );
    let url = [
        "verify",
        "--json",
        "--timeout",
        PATIENT,
        "--jwks-uri",
        &fleet.url,
        "--http-headers",
        &headers,
    ];
    let run = |disk: &Lab, flags: &[&str]| disk.run(0, &[&url[..], flags, &[&token("a")]].concat());
    run(&disk, &fleet.flags()).expect(0);
    assert_eq!(source(&run(&Lab::new(), &fleet.flags()).expect(0)), "store");
    // Neither the record nor its name can be computed by an attacker who tries passwords.
    let (on_disk, record) = (disk.entry(), fleet.record());
    assert!(
        on_disk["ctx"].as_str().unwrap().len() == 64
            && !record.contains(on_disk["ctx"].as_str().unwrap())
    );
    assert!(
        !fleet
            .name("jwks")
            .contains(disk.entry_file().file_stem().unwrap().to_str().unwrap())
    );
    run(
        &disk,
        &["--cache-store", &fleet.store, "--cache-store-trust"],
    )
    .expect(2)
    .says("--cache-store-key");
    // And what was fetched with them is not what is found without.
    assert_eq!(
        source(&fleet.verify(&Lab::new(), 0, &token("a")).expect(0)),
        "network"
    );
}

#[test]
fn junk_harms_nobody() {
    needs!("redis-server");
    let fleet = Fleet::start();
    let name = format!("jwtctl:jose:1:{}", fleet.url);
    let flags = [
        "verify",
        "--json",
        "--timeout",
        PATIENT,
        "--jwks-uri",
        &fleet.url,
        "--cache-store",
        &fleet.store,
        "--cache-store-format",
        "jose",
    ];
    let disk = Lab::new();
    let run = |at: i64, token: &str| fleet.run(&disk, at, &[&flags[..], &[token]].concat());
    run(0, &token("a")).expect(0);
    fleet.issuer.say(crate::support::server::reply(503, ""));
    let long = format!(r#"{{"jwks":{{"keys":[]}},"uat":{}}}"#, "9".repeat(100_000));
    for junk in [
        r#"{"keys":[]}"#,
        r#"{"jwks":{"keys":[]},"uat":"now"}"#,
        "{",
        &long,
    ] {
        fleet.redis.ask(&["SET", &name, junk]);
        let ran = run(60, &token("b")).expect(3);
        assert!(
            ran.stderr.len() < 1000 && ran.stderr.contains("is not used"),
            "{ran:#?}"
        );
        // The good keys are still there.
        run(61, &token("a")).expect(0);
    }
    // An attempt that no machine can have noted, and longer than any machine reads.
    fleet.issuer.say(set(&["a"]));
    fleet.redis.ask(&["SET", &name, ""]);
    let id = fleet.name("attempt").rsplit(':').next().unwrap().to_owned();
    fleet.redis.ask(&[
        "SETRANGE",
        &format!("jwtctl:attempt:1:{id}"),
        "30000000",
        "x",
    ]);
    assert_eq!(
        Lab::new()
            .run(100, &[&flags[..], &[&token("a")]].concat())
            .expect(0)
            .stderr,
        ""
    );
    // A lease whose holder never gives it back.
    fleet.redis.ask(&["DEL", &name]);
    for lease in ["SET", "LPUSH"] {
        fleet
            .redis
            .ask(&[lease, &format!("jwtctl:lease:1:{id}"), "x"]);
        Lab::new()
            .run(100, &[&flags[..], &[&token("a")]].concat())
            .expect(0);
        fleet.redis.ask(&["DEL", &name]);
    }
}
