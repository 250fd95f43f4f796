//! Many machines at once: one of them fetches, and what it learns holds for all.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::lab::*;
use crate::support::server::{Server, reply};
use crate::{Fleet, needs, source};

const CROWD: usize = 50;

#[test]
fn n40_50_empty_disks_one_request() {
    needs!("redis-server");
    let (fleet, token) = (Fleet::start(), token("a"));
    let ran = fleet.many(CROWD, 0, |_| token.clone());
    assert_eq!(fleet.issuer.requests(), 1);
    let fetched = ran
        .iter()
        .filter(|it| it.code == 0 && source(it) == "network")
        .count();
    let shared = ran
        .iter()
        .filter(|it| it.code == 0 && source(it) == "store")
        .count();
    assert_eq!(
        (fetched, shared),
        (1, CROWD - 1),
        "{:#?}",
        ran.iter().find(|it| it.code != 0)
    );
    assert!(
        ran.iter().all(|it| !it.stderr.contains("warning")),
        "{ran:#?}"
    );
    // The lease is given back, and nothing stays for ever.
    assert_eq!(
        fleet.redis.text(&format!(
            "jwtctl:lease:1:{}",
            fleet.name("jwks").rsplit(':').next().unwrap()
        )),
        None
    );
    let life = fleet.life(&fleet.name("jwks"));
    assert!((600_000..=960_000).contains(&life), "{life}");
}

#[test]
fn what_was_shared_is_on_disk_from_then_on() {
    needs!("redis-server");
    let (mut fleet, token) = (Fleet::start(), token("a"));
    let (first, second) = (Lab::new(), Lab::new());
    fleet.verify(&first, 0, &token).expect(0);
    let ran = fleet.verify(&second, 7, &token).expect(0);
    let age = ran.json()["keys"]["age_s"].as_i64().unwrap();
    assert!(
        source(&ran) == "store" && (4..=7).contains(&age),
        "{ran:#?}"
    );
    assert_eq!(second.entry()["provenance"], "store");
    // From here on it needs neither the store nor the issuer.
    fleet.redis.kill();
    let ran = fleet.verify(&second, 500, &token).expect(0);
    assert!(ran.stderr.is_empty(), "{ran:#?}");
    assert_eq!(fleet.issuer.requests(), 1);
    // Nor does it get any younger by having been passed on.
    let expired = second
        .run(
            700,
            &["--offline", "verify", "--jwks-uri", &fleet.url, &token],
        )
        .expect(0);
    assert!(expired.stderr.contains("overdue"), "{expired:#?}");
    second
        .run(
            1000,
            &["--offline", "verify", "--jwks-uri", &fleet.url, &token],
        )
        .expect(3);
}

#[test]
fn a_warm_disk_asks_nobody() {
    needs!("redis-server", "strace");
    let (fleet, token) = (Fleet::start(), token("a"));
    let disk = Lab::new();
    fleet.verify(&disk, 0, &token).expect(0);
    let log = disk.path().join("strace");
    let inner = disk.command(60, &fleet.arguments(&fleet.url, &token));
    ran(&mut traced(
        &inner,
        &[
            "-e",
            "trace=socket,connect,clone,clone3,flock",
            "-o",
            log.to_str().unwrap(),
        ],
    ))
    .expect(0);
    let calls = std::fs::read_to_string(&log).unwrap();
    assert!(
        !["socket(", "connect(", "clone", "flock("]
            .iter()
            .any(|call| calls.contains(call)),
        "{calls}"
    );
}

#[test]
fn a_rotation_is_noticed_by_one_for_all() {
    needs!("redis-server");
    let (fleet, old, new) = (Fleet::start(), token("a"), token("b"));
    fleet.verify(&Lab::new(), 0, &old).expect(0);
    fleet.issuer.requests();
    fleet.issuer.say(set(&["a", "b"]).after(300));
    all(fleet.many(CROWD, 31, |_| new.clone()), 0);
    assert_eq!(fleet.issuer.requests(), 1);
}

#[test]
fn unknown_keys_are_asked_for_once_by_all_machines_together() {
    needs!("redis-server");
    let fleet = Fleet::start();
    fleet.verify(&Lab::new(), 0, &token("a")).expect(0);
    assert_eq!(fleet.issuer.requests(), 1);
    all(fleet.many(20, 5, random_kid), 14);
    assert_eq!(fleet.issuer.requests(), 0);
    all(fleet.many(20, 31, random_kid), 14);
    assert_eq!(fleet.issuer.requests(), 1);
}

#[test]
fn a_failure_is_known_to_all() {
    needs!("redis-server");
    let (fleet, token) = (Fleet::start(), token("a"));
    fleet.issuer.say(reply(500, "").after(200));
    let ran = fleet.many(20, 0, |_| token.clone());
    assert_eq!(fleet.issuer.requests(), 1);
    assert!(
        ran.iter()
            .all(|it| it.code == 3 && it.stdout.contains("500 Internal Server Error")),
        "{ran:#?}"
    );
    // A second failure in a row waits for longer, whoever makes it.
    fleet.verify(&Lab::new(), 2, &token).expect(3);
    fleet
        .verify(&Lab::new(), 3, &token)
        .expect(3)
        .says("the last attempt failed");
    assert_eq!(fleet.issuer.requests(), 1);
    let ran = fleet.verify(&Lab::new(), 9, &token).expect(3);
    assert!(
        fleet.issuer.requests() == 1 && !ran.stdout.contains("the last attempt"),
        "{ran:#?}"
    );
    fleet.issuer.say(set(&["a"]));
    fleet.verify(&Lab::new(), 20, &token).expect(0);
}

#[test]
fn shared_keys_stand_in_for_an_issuer_that_is_down() {
    needs!("redis-server");
    let (fleet, token) = (Fleet::start(), token("a"));
    fleet.verify(&Lab::new(), 0, &token).expect(0);
    fleet.issuer.say(reply(503, ""));
    let ran = fleet.verify(&Lab::new(), 700, &token).expect(0);
    assert_eq!(ran.json()["keys"]["state"], "stale");
    assert!(ran.stderr.contains("overdue"), "{ran:#?}");
    fleet.verify(&Lab::new(), 1000, &token).expect(3);
    // The server's own no is another matter.
    fleet.issuer.say(reply(404, ""));
    fleet.verify(&Lab::new(), 750, &token).expect(3);
}

#[test]
fn n40_a_holder_that_dies_costs_one_lease() {
    needs!("redis-server");
    let (fleet, token) = (Fleet::start(), token("a"));
    fleet.issuer.say(set(&["a"]).after(3000));
    let disk = Lab::new();
    let mut holder = spawn(&mut disk.command(0, &fleet.arguments(&fleet.url, &token)));
    let start = Instant::now();
    until("a request", || fleet.issuer.peak() == 1);
    holder.kill().unwrap();
    holder.wait().unwrap();
    fleet.issuer.requests();
    fleet.issuer.say(set(&["a"]));
    let ran = fleet.many(10, 1, |_| token.clone());
    assert_eq!(fleet.issuer.requests(), 1, "{ran:#?}");
    all(ran, 0);
    // Generous: the lease's 6 seconds and whatever a busy machine adds.
    assert!(
        start.elapsed() < Duration::from_secs(15),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn n40_an_older_answer_never_replaces_a_newer_one() {
    needs!("redis-server");
    let (fleet, token) = (Fleet::start(), token("a"));
    fleet.verify(&Lab::new(), 20, &token).expect(0);
    let newer = fleet.record();
    let name = fleet.name("jwks");
    fleet.redis.ask(&["DEL", &name]);
    // While one machine waits for a slow answer, another one's later answer arrives.
    fleet.issuer.say(set(&["b"]).after(1000));
    fleet.issuer.requests();
    let disk = Lab::new();
    let slow = spawn(&mut disk.command(
        1,
        &[&fleet.arguments(&fleet.url, &token)[..], &["--refresh"]].concat(),
    ));
    until("a request", || fleet.issuer.requests() == 1);
    fleet.redis.ask(&["SET", &name, &newer, "PX", "600000"]);
    finish(slow);
    assert_eq!(fleet.record(), newer);
    // What is there and older gives way.
    fleet.issuer.say(set(&["a", "b"]));
    let disk = Lab::new();
    disk.run(
        60,
        &[&fleet.arguments(&fleet.url, &token)[..], &["--refresh"]].concat(),
    )
    .expect(0);
    assert_ne!(fleet.record(), newer);
}

#[test]
fn an_older_shared_set_never_replaces_what_is_on_disk() {
    needs!("redis-server");
    let (fleet, token_a, token_b) = (Fleet::start(), token("a"), token("b"));
    fleet.issuer.say(set(&["b"]));
    fleet.verify(&Lab::new(), 0, &token_b).expect(0);
    let old = fleet.record();
    fleet.issuer.say(set(&["a"]));
    let disk = Lab::new();
    let refresh = [&fleet.arguments(&fleet.url, &token_a)[..], &["--refresh"]].concat();
    disk.run(60, &refresh).expect(0);
    fleet.issuer.requests();
    fleet.replace(&old);
    // Key b was withdrawn; that an old record still has it changes nothing.
    fleet.verify(&disk, 95, &token_b).expect(14);
    assert_eq!(fleet.issuer.requests(), 1);
    assert_eq!(disk.entry()["jwks"]["keys"][0]["kid"], "a");
}

#[test]
fn n40_a_record_without_an_end_gets_one() {
    needs!("redis-server");
    let (fleet, token) = (Fleet::start(), token("a"));
    fleet.verify(&Lab::new(), 0, &token).expect(0);
    let name = fleet.name("jwks");
    fleet.redis.ask(&["PERSIST", &name]);
    assert_eq!(fleet.life(&name), -1);
    assert_eq!(
        source(&fleet.verify(&Lab::new(), 100, &token).expect(0)),
        "store"
    );
    let life = fleet.life(&name);
    assert!((500_000..=860_000).contains(&life), "{life}");
}

#[test]
fn a_forced_refresh_is_made_once_and_reaches_everybody() {
    needs!("redis-server");
    let (fleet, token) = (Fleet::start(), token("a"));
    fleet.verify(&Lab::new(), 0, &token).expect(0);
    fleet.issuer.requests();
    // Long enough for all of them to come while it is under way.
    fleet.issuer.say(set(&["a"]).after(2000));
    let disks: Vec<Lab> = (0..10).map(|_| Lab::new()).collect();
    let arguments = [&["cache", "refresh"][..], &fleet.flags(), &[&fleet.url]].concat();
    let running: Vec<_> = disks
        .iter()
        .map(|disk| spawn(&mut disk.command(9, &arguments)))
        .collect();
    all(running.into_iter().map(finish).collect(), 0);
    assert_eq!(fleet.issuer.requests(), 1);
    let ran = fleet.verify(&Lab::new(), 60, &token).expect(0);
    let age = ran.json()["keys"]["age_s"].as_i64().unwrap();
    assert!(
        source(&ran) == "store" && (40..=51).contains(&age),
        "{ran:#?}"
    );
    let fetched = Lab::new().run(
        11,
        &[
            &["--json", "jwks", "fetch", "--jwks-uri", &fleet.url][..],
            &fleet.flags(),
        ]
        .concat(),
    );
    assert!(fetched.expect(0).stdout.contains("\"store\""));
}

#[test]
fn discovery_is_shared_as_well() {
    needs!("redis-server");
    let mut fleet = Fleet::start();
    fleet.follow(Server::new(|_| reply(500, "")));
    let issuer = fleet.issuer.url("");
    let (document, keys) = (
        json!({"issuer": issuer, "jwks_uri": fleet.url}).to_string(),
        set(&["a"]),
    );
    fleet.issuer.then(move |asked| match asked.target.as_str() {
        "/jwks" => keys.clone().after(200),
        _ => reply(200, document.clone()).after(200),
    });
    let token = token_with("a", &["--iss", &issuer, "--exp", &(T0 + 3600).to_string()]);
    let arguments = [
        &["verify", "--json", "--issuer", &issuer][..],
        &fleet.flags(),
        &[&token],
    ]
    .concat();
    let disks: Vec<Lab> = (0..20).map(|_| Lab::new()).collect();
    let running: Vec<_> = disks
        .iter()
        .map(|disk| spawn(&mut disk.command(0, &arguments)))
        .collect();
    all(running.into_iter().map(finish).collect(), 0);
    let mut targets: Vec<String> = fleet
        .issuer
        .asked()
        .into_iter()
        .map(|it| it.target)
        .collect();
    targets.sort();
    assert_eq!(targets, ["/.well-known/openid-configuration", "/jwks"]);
    let stored: Value = serde_json::from_str(
        fleet
            .redis
            .text(&fleet.name("disc"))
            .unwrap()
            .split_once('\n')
            .unwrap()
            .1,
    )
    .unwrap();
    assert_eq!(stored["url"], issuer);
}

/// A store that is behind must not decide for longer than a disk that is behind would.
#[test]
fn a_key_that_changed_under_its_name_is_noticed() {
    needs!("redis-server");
    let (fleet, old, new) = (Fleet::start(), token("a"), token("a2"));
    fleet.verify(&Lab::new(), 0, &old).expect(0);
    fleet.issuer.say(set(&["a2"]));
    fleet.issuer.requests();
    fleet.verify(&Lab::new(), 5, &new).expect(10);
    assert_eq!(fleet.issuer.requests(), 0);
    // An empty disk, and none at all.
    assert_eq!(
        source(&fleet.verify(&Lab::new(), 31, &new).expect(0)),
        "network"
    );
    assert_eq!(fleet.issuer.requests(), 1);
    fleet.issuer.say(set(&["a"]));
    let mut command = Lab::new().command(70, &fleet.arguments(&fleet.url, &old));
    command
        .env_remove("HOME")
        .env_remove("XDG_CACHE_HOME")
        .env_remove("JWTCTL_CACHE_DIR");
    assert_eq!(source(&ran(&mut command).expect(0)), "network");
    // A signature that is bad by every key is asked about once.
    fleet.issuer.requests();
    all(fleet.many(10, 110, |_| new.clone()), 10);
    assert_eq!(fleet.issuer.requests(), 1);
}

#[test]
fn another_key_that_changed_is_no_answer() {
    needs!("redis-server");
    let (fleet, disk) = (Fleet::start(), Lab::new());
    fleet.verify(&disk, 0, &token("a")).expect(0);
    fleet.issuer.say(set(&["a", "b"]));
    fleet.verify(&Lab::new(), 40, &token("b")).expect(0);
    fleet.issuer.say(set(&["a2", "b"]));
    fleet.issuer.requests();
    fleet.verify(&disk, 100, &token("a2")).expect(0);
    assert_eq!(fleet.issuer.requests(), 1);
}

#[test]
fn what_is_no_longer_there_is_fetched_again() {
    needs!("redis-server");
    let (fleet, disk) = (Fleet::start(), Lab::new());
    fleet.verify(&disk, 0, &token("a")).expect(0);
    fleet.issuer.say(set(&["a", "b"]));
    fleet.verify(&Lab::new(), 40, &token("b")).expect(0);
    // Evicted, or removed by somebody who may do nothing else.
    fleet.redis.ask(&["DEL", &fleet.name("jwks")]);
    fleet.issuer.requests();
    assert_eq!(
        source(&fleet.verify(&disk, 45, &token("b")).expect(0)),
        "network"
    );
    assert_eq!(fleet.issuer.requests(), 1);
}

#[test]
fn trouble_of_ones_own_stops_nobody_else() {
    needs!("redis-server");
    let (fleet, token) = (Fleet::start(), token("a"));
    fleet.issuer.say(set(&["a"]).after(1500));
    let hasty = [
        &fleet.arguments(&fleet.url, &token)[..],
        &["--timeout", "1s"],
    ]
    .concat();
    Lab::new().run(0, &hasty).expect(3);
    let ran = fleet.verify(&Lab::new(), 0, &token).expect(0);
    assert_eq!(
        (source(&ran).as_str(), ran.stderr.as_str()),
        ("network", "")
    );
}

#[test]
fn a_failure_here_does_not_hide_what_others_have_fetched() {
    needs!("redis-server");
    let (fleet, token, unlucky) = (Fleet::start(), token("a"), Lab::new());
    fleet.issuer.say(reply(429, "").with("Retry-After", "300"));
    fleet.verify(&unlucky, 0, &token).expect(3);
    fleet.issuer.say(set(&["a"]));
    Lab::new()
        .run(
            5,
            &[&["cache", "refresh", &fleet.url][..], &fleet.flags()].concat(),
        )
        .expect(0);
    fleet.issuer.requests();
    assert_eq!(
        source(&fleet.verify(&unlucky, 10, &token).expect(0)),
        "store"
    );
    assert_eq!(fleet.issuer.requests(), 0);
}

#[test]
fn who_has_lost_the_lease_speaks_for_nobody() {
    needs!("redis-server");
    let (fleet, token) = (Fleet::start(), token("a"));
    fleet
        .issuer
        .say(reply(429, "").with("Retry-After", "300").after(1000));
    let disk = Lab::new();
    let slow = spawn(&mut disk.command(0, &fleet.arguments(&fleet.url, &token)));
    until("a request", || fleet.issuer.peak() == 1);
    // It ran out, and another machine has it.
    let lease = fleet.name("lease");
    fleet.redis.ask(&["SET", &lease, "another", "PX", "60000"]);
    finish(slow).expect(3);
    assert_eq!(fleet.redis.text(&lease).as_deref(), Some("another"));
    assert_eq!(
        fleet.redis.ask(&["KEYS", "jwtctl:attempt:*"]),
        redis::Value::Array(Vec::new())
    );
}

#[test]
fn slow_issuers_are_waited_for_by_those_who_were_told_to() {
    needs!("redis-server");
    let (fleet, token) = (Fleet::start(), token("a"));
    fleet.issuer.say(set(&["a"]).after(7500));
    let arguments = [
        &fleet.arguments(&fleet.url, &token)[..],
        &["--timeout", "30s"],
    ]
    .concat();
    let disks: Vec<Lab> = (0..5).map(|_| Lab::new()).collect();
    // Some of them on one machine.
    let of = |n: usize| disks[n.min(3)].command(0, &arguments);
    let running: Vec<_> = (0..5).map(|n| spawn(&mut of(n))).collect();
    all(running.into_iter().map(finish).collect(), 0);
    assert_eq!(fleet.issuer.requests(), 1);
}

#[test]
fn what_was_refreshed_elsewhere_need_not_be_here() {
    needs!("redis-server");
    let (fleet, token) = (Fleet::start(), token("a"));
    let disks: Vec<Lab> = (0..3).map(|_| Lab::new()).collect();
    disks
        .iter()
        .for_each(|disk| drop(fleet.verify(disk, 0, &token).expect(0)));
    assert_eq!(fleet.issuer.requests(), 1);
    let arguments = [
        &["cache", "refresh", "--all", "--older-than", "50%"][..],
        &fleet.flags(),
    ]
    .concat();
    // Each from its own cron, one after the other.
    disks
        .iter()
        .for_each(|disk| drop(disk.run(400, &arguments).expect(0)));
    assert_eq!(fleet.issuer.requests(), 1);
    assert!(
        disks
            .iter()
            .all(|disk| disk.entry()["fetched_at_ms"].as_i64().unwrap() >= (T0 + 400) * 1000)
    );
    disks
        .iter()
        .for_each(|disk| drop(disk.run(800, &arguments).expect(0)));
    assert_eq!(fleet.issuer.requests(), 1);
    // Without a word about age it is asked for again.
    disks[0]
        .run(
            801,
            &[&["cache", "refresh", &fleet.url][..], &fleet.flags()].concat(),
        )
        .expect(0);
    assert_eq!(fleet.issuer.requests(), 1);
}

#[test]
fn a_shared_document_that_leads_nowhere_is_asked_for_again() {
    needs!("redis-server");
    let mut fleet = Fleet::start();
    fleet.follow(Server::new(|_| reply(500, "")));
    let issuer = fleet.issuer.url("");
    let (document, keys) = (
        json!({"issuer": issuer, "jwks_uri": fleet.url}).to_string(),
        set(&["a"]),
    );
    fleet.issuer.then(move |asked| {
        if asked.target == "/jwks" {
            keys.clone()
        } else {
            reply(200, document.clone())
        }
    });
    let token = token_with("a", &["--iss", &issuer, "--exp", &(T0 + 3600).to_string()]);
    let blind = [
        "verify",
        "--json",
        "--issuer",
        &issuer,
        "--cache-store",
        &fleet.store,
        "--cache-store-trust",
        &token,
    ];
    Lab::new().run(0, &blind).expect(0);
    let name = fleet.name("disc");
    let record = fleet.redis.text(&name).unwrap();
    let mut entry: Value = serde_json::from_str(record.split_once('\n').unwrap().1).unwrap();
    entry["jwks"] = json!({});
    let sum = crate::support::lab::framed(entry.to_string().as_bytes());
    let sum = std::str::from_utf8(&sum[..64]).unwrap();
    fleet.redis.ask(&[
        "SET",
        &name,
        &format!("jwtctl-store/1 sha256 {sum}\n{entry}"),
    ]);
    Lab::new().run(31, &blind).expect(0);
}

/// Whatever the store has may be old, and is then not the last word.
#[test]
fn a_store_that_is_behind_refuses_nothing() {
    needs!("redis-server");
    for (shared, now, token_of) in [
        (&["a2"][..], &["a"][..], "a"),
        (&["b"], &["a2"], "a2"),
        (&["a", "b"], &["a", "b", "rsa"], "rsa"),
    ] {
        let (fleet, disk) = (Fleet::start(), Lab::new());
        let first = if token_of == "a" { "a2" } else { "a" };
        fleet.issuer.say(set(&[first]));
        fleet.verify(&disk, 0, &token(first)).expect(0);
        fleet.issuer.say(set(shared));
        Lab::new()
            .run(
                40,
                &[&["cache", "refresh", &fleet.url][..], &fleet.flags()].concat(),
            )
            .expect(0);
        fleet.issuer.say(set(now));
        fleet.issuer.requests();
        fleet.verify(&disk, 200, &token(token_of)).expect(0);
        assert_eq!(fleet.issuer.requests(), 1, "{shared:?} {now:?}");
    }
}

#[test]
fn success_elsewhere_ends_a_pause_here() {
    needs!("redis-server");
    let (fleet, unlucky) = (Fleet::start(), Lab::new());
    fleet.issuer.say(reply(429, "").with("Retry-After", "300"));
    fleet.verify(&unlucky, 0, &token("a")).expect(3);
    // The others are not told to wait for as long.
    fleet.issuer.say(set(&["a"]));
    assert_eq!(
        source(&fleet.verify(&Lab::new(), 31, &token("a")).expect(0)),
        "network"
    );
    assert_eq!(
        source(&fleet.verify(&unlucky, 35, &token("a")).expect(0)),
        "store"
    );
    fleet.issuer.say(set(&["a", "b"]));
    assert_eq!(
        source(&fleet.verify(&unlucky, 90, &token("b")).expect(0)),
        "network"
    );
}

#[test]
fn caches_on_the_way_are_passed_by_when_a_key_is_missing() {
    needs!("redis-server");
    let fleet = Fleet::start();
    fleet.verify(&Lab::new(), 0, &token("a")).expect(0);
    let (old, new) = (set(&["a"]), set(&["a", "b"]));
    fleet.issuer.then(move |asked| {
        if asked.header("cache-control") == Some("no-cache") {
            new.clone()
        } else {
            old.clone()
        }
    });
    fleet.verify(&Lab::new(), 40, &token("b")).expect(0);
}

/// A store that does not answer costs each of them a moment, and not one after the other.
#[test]
fn many_processes_find_out_at_once_that_there_is_no_store() {
    needs!("redis-server");
    let (fleet, disk) = (Fleet::start(), Lab::new());
    fleet.issuer.say(reply(500, ""));
    fleet.redis.signal("STOP");
    let (start, token) = (Instant::now(), token("a"));
    let arguments = fleet.arguments(&fleet.url, &token);
    let running: Vec<_> = (0..60)
        .map(|_| spawn(&mut disk.command(0, &arguments)))
        .collect();
    let ran: Vec<Ran> = running.into_iter().map(finish).collect();
    fleet.redis.signal("CONT");
    all(ran, 3);
    // One after the other it would be 15 seconds.
    assert!(
        start.elapsed() < Duration::from_secs(8),
        "{:?}",
        start.elapsed()
    );
}
