//! One record for jwtctl and for Node services: the real npm packages jose and redis. By the
//! machine's own clock, since theirs cannot be set.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::lab::*;
use crate::support::redis::file;
use crate::{Fleet, needs, source};

/// The service verifies the token in that file; `None` when it cannot be obtained.
fn service(fleet: &Fleet, token: &str) -> Option<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/shared-record.mjs");
    let ran = ran(Command::new("node")
        .arg(script)
        .arg(fleet.redis.path("socket"))
        .args([&fleet.url, token]));
    if ran.code == 77 {
        skipped(ran.stderr.trim().trim_start_matches("needs "));
        return None;
    }
    Some(ran.expect(0).stdout.trim().to_owned())
}

#[test]
fn a_record_is_shared_with_node_services() {
    needs!("redis-server", "node");
    let fleet = Fleet::start();
    let url = &fleet.url;
    let sign = |name: &str| {
        ran(plain()
            .args(["sign", "--ttl", "1h", "--key"])
            .arg(keys().file(name)))
        .expect(0)
        .stdout
    };
    let (a, b) = (sign("a"), sign("b"));
    let verify = |token: &str| {
        let flags = [
            "verify",
            "--json",
            "--timeout",
            PATIENT,
            "--cache-store",
            &fleet.store,
            "--cache-store-format",
            "jose",
            "--jwks-uri",
            url,
        ];
        Lab::new().real(&[&flags[..], &[token.trim()]].concat())
    };
    let file_of_a = file(fleet.redis.folder.path(), "a", &a);

    // What jwtctl has fetched serves the service, with an end to it.
    assert_eq!(source(&verify(&a).expect(0)), "network");
    assert_eq!(fleet.issuer.requests(), 1);
    let name = format!("jwtctl:jose:1:{url}");
    let record: Value = serde_json::from_str(&fleet.redis.text(&name).unwrap()).unwrap();
    assert_eq!(
        record.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["jwks", "uat"]
    );
    assert!(fleet.life(&name) > 0);
    let Some(said) = service(&fleet, &file_of_a) else {
        return;
    };
    assert_eq!((said.as_str(), fleet.issuer.requests()), ("unchanged", 0));

    // What the service has fetched serves jwtctl, which gives it an end.
    fleet.redis.ask(&["DEL", &name]);
    assert_eq!(service(&fleet, &file_of_a).unwrap(), "changed");
    assert_eq!((fleet.issuer.requests(), fleet.life(&name)), (1, -1));
    assert_eq!(source(&verify(&a).expect(0)), "store");
    assert_eq!(fleet.issuer.requests(), 0);
    assert!(
        (1..=960_000).contains(&fleet.life(&name)),
        "{}",
        fleet.life(&name)
    );

    // A key that is new to the record is looked for once it is half a minute old, and then both
    // know it.
    fleet.issuer.say(set(&["a", "b"]));
    let mut old: Value = serde_json::from_str(&fleet.redis.text(&name).unwrap()).unwrap();
    old["uat"] = (old["uat"].as_i64().unwrap() - 40_000).into();
    fleet.redis.ask(&["SET", &name, &old.to_string()]);
    assert_eq!(source(&verify(&b).expect(0)), "network");
    assert_eq!(
        service(&fleet, &file(fleet.redis.folder.path(), "b", &b)).unwrap(),
        "unchanged"
    );
    assert_eq!(fleet.issuer.requests(), 1);

    // A record in seconds is another program's mistake, and is told.
    old["uat"] = (old["uat"].as_i64().unwrap() / 1000).into();
    fleet.redis.ask(&["SET", &name, &old.to_string()]);
    let ran = verify(&a).expect(0);
    assert!(
        ran.stderr.contains("which can only be seconds") && source(&ran) == "network",
        "{ran:#?}"
    );
}
