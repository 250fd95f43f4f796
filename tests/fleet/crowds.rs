//! Many machines at once: one of them fetches, and what it learns holds for all.

use serde_json::{Value, json};

use crate::support::gate::Gate;
use crate::support::lab::*;
use crate::support::server::{Server, reply};
use crate::{Fleet, needs, source};

/// More than any number of processors runs at once.
const CROWD: usize = 20;

#[test]
fn n40_many_empty_disks_one_request() {
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
    assert!(source(&ran) == "store" && age >= 7, "{ran:#?}");
    assert_eq!(second.entry()["provenance"], "store");
    // From here on it needs neither the store nor the issuer.
    fleet.redis.kill();
    let ran = second.run(300, &fleet.patient(&token)).expect(0);
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
    let inner = disk.command(60, &fleet.patient(&token));
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
    let names: Vec<String> = calls(&log).into_iter().map(|it| it.name).collect();
    assert_eq!(names, Vec::<String>::new());
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
    all(fleet.many(10, 1, random_kid), 14);
    assert_eq!(fleet.issuer.requests(), 0);
    all(fleet.many(10, 31, random_kid), 14);
    assert_eq!(fleet.issuer.requests(), 1);
}

#[test]
fn a_failure_is_known_to_all() {
    needs!("redis-server");
    let (fleet, token) = (Fleet::start(), token("a"));
    // What is told to others lasts half a minute, whatever the server asks of one of them.
    let busy = reply(500, "").with("Retry-After", "300").after(200);
    fleet.issuer.say(busy);
    let ran = fleet.many(10, 0, |_| token.clone());
    assert_eq!(fleet.issuer.requests(), 1);
    assert!(
        ran.iter()
            .all(|it| it.code == 3 && it.stdout.contains("500 Internal Server Error")),
        "{ran:#?}"
    );
    // The next failure is the second in a row, and so is the back-off, whichever machine fails.
    let failures = || {
        let record = fleet.redis.text(&fleet.name("attempt")).unwrap();
        let attempt: Value = serde_json::from_str(record.split_once('\n').unwrap().1).unwrap();
        attempt["fails"].clone()
    };
    assert_eq!(failures(), 1);
    let ran = fleet.verify(&Lab::new(), 31, &token).expect(3);
    assert!(!ran.stdout.contains("the last attempt"), "{ran:#?}");
    assert_eq!((fleet.issuer.requests(), failures()), (1, json!(2)));
    fleet.issuer.say(set(&["a"]));
    fleet.verify(&Lab::new(), 62, &token).expect(0);
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
    // The server's own no is another matter.
    fleet.issuer.say(reply(404, ""));
    fleet.verify(&Lab::new(), 750, &token).expect(3);
    fleet.issuer.say(reply(503, ""));
    fleet.verify(&Lab::new(), 1000, &token).expect(3);
}

#[test]
fn n40_a_holder_that_dies_costs_one_lease() {
    needs!("redis-server");
    let (fleet, token) = (Fleet::start(), token("a"));
    fleet.issuer.then(Gate::default().behind(set(&["a"])));
    let disk = Lab::new();
    // Its lease is as long as its patience is by default.
    let mut holder = spawn(&mut disk.command(0, &fleet.arguments(&token)));
    until("a request", || fleet.issuer.peak() == 1);
    holder.kill().unwrap();
    holder.wait().unwrap();
    fleet.issuer.requests();
    fleet.issuer.say(set(&["a"]));
    let ran = fleet.many(10, 1, |_| token.clone());
    assert_eq!(fleet.issuer.requests(), 1, "{ran:#?}");
    all(ran, 0);
}

#[test]
fn n40_an_older_answer_never_replaces_a_newer_one() {
    needs!("redis-server");
    let (fleet, token) = (Fleet::start(), token("a"));
    fleet.verify(&Lab::new(), 0, &token).expect(0);
    // As another machine would have asked for it, later than what follows.
    fleet.turn(-50);
    let newer = fleet.record();
    let name = fleet.name("jwks");
    fleet.redis.ask(&["DEL", &name]);
    // While one machine waits for a slow answer, another one's later answer arrives.
    let gate = Gate::default();
    fleet.issuer.then(gate.behind(set(&["b"])));
    fleet.issuer.requests();
    let disk = Lab::new();
    let refresh = [&fleet.patient(&token)[..], &["--refresh"]].concat();
    let slow = spawn(&mut disk.command(0, &refresh));
    until("a request", || fleet.issuer.requests() == 1);
    fleet.redis.ask(&["SET", &name, &newer, "PX", "600000"]);
    gate.open();
    finish(slow);
    assert_eq!(fleet.record(), newer);
    // What is there and older gives way.
    fleet.issuer.say(set(&["a", "b"]));
    fleet.run(&Lab::new(), 60, &refresh).expect(0);
    assert!(
        fleet
            .record()
            .contains(keys().public("b")["x"].as_str().unwrap())
    );
}

#[test]
fn an_older_shared_set_never_replaces_what_is_on_disk() {
    needs!("redis-server");
    let (fleet, token_a, token_b) = (Fleet::start(), token("a"), token("b"));
    fleet.issuer.say(set(&["b"]));
    fleet.verify(&Lab::new(), 0, &token_b).expect(0);
    fleet.turn(60);
    let old = fleet.record();
    fleet.issuer.say(set(&["a"]));
    let disk = Lab::new();
    let refresh = [&fleet.patient(&token_a)[..], &["--refresh"]].concat();
    fleet.run(&disk, 60, &refresh).expect(0);
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
    let gate = Gate::default();
    fleet.issuer.then(gate.behind(set(&["a"])));
    let disks: Vec<Lab> = (0..10).map(|_| Lab::new()).collect();
    let refresh = ["cache", "refresh", "--timeout", PATIENT, &fleet.url];
    let arguments = [&refresh[..], &fleet.flags()].concat();
    fleet.turn(9);
    let running: Vec<_> = disks
        .iter()
        .map(|disk| spawn(&mut disk.command(9, &arguments)))
        .collect();
    // One of them has the lease, and all have asked for it.
    until("all of them to ask for the lease", || {
        let redis::Value::BulkString(clients) = fleet.redis.ask(&["CLIENT", "LIST"]) else {
            panic!("no clients")
        };
        String::from_utf8_lossy(&clients)
            .matches("cmd=eval")
            .count()
            == disks.len()
    });
    gate.open();
    all(running.into_iter().map(finish).collect(), 0);
    assert_eq!(fleet.issuer.requests(), 1);
    let ran = fleet.verify(&Lab::new(), 60, &token).expect(0);
    let age = ran.json()["keys"]["age_s"].as_i64().unwrap();
    assert!(source(&ran) == "store" && age >= 51, "{ran:#?}");
    let fetch = [
        "--json",
        "jwks",
        "fetch",
        "--timeout",
        PATIENT,
        "--jwks-uri",
        &fleet.url,
    ];
    let fetched = fleet.run(&Lab::new(), 60, &[&fetch[..], &fleet.flags()].concat());
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
        &[
            "verify",
            "--json",
            "--timeout",
            PATIENT,
            "--issuer",
            &issuer,
        ][..],
        &fleet.flags(),
        &[&token],
    ]
    .concat();
    let disks: Vec<Lab> = (0..10).map(|_| Lab::new()).collect();
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
    fleet.verify(&Lab::new(), 1, &new).expect(10);
    assert_eq!(fleet.issuer.requests(), 0);
    // An empty disk, and none at all.
    assert_eq!(
        source(&fleet.verify(&Lab::new(), 31, &new).expect(0)),
        "network"
    );
    assert_eq!(fleet.issuer.requests(), 1);
    fleet.issuer.say(set(&["a"]));
    fleet.turn(70);
    let mut command = Lab::new().command(70, &fleet.patient(&old));
    command
        .env_remove("HOME")
        .env_remove("XDG_CACHE_HOME")
        .env_remove("JWTCTL_CACHE_DIR");
    assert_eq!(source(&ran(&mut command).expect(0)), "network");
    // A signature that is bad by every key is asked about once.
    fleet.issuer.requests();
    all(fleet.many(5, 110, |_| new.clone()), 10);
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
    // Evicted, or removed by a user of Redis who may do nothing else.
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
    let hasty = [&fleet.arguments(&token)[..], &["--timeout", "1s"]].concat();
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
    refreshed(&fleet, 5);
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
    let gate = Gate::default();
    let busy = reply(429, "").with("Retry-After", "300");
    fleet.issuer.then(gate.behind(busy));
    let disk = Lab::new();
    let slow = spawn(&mut disk.command(0, &fleet.patient(&token)));
    until("a request", || fleet.issuer.peak() == 1);
    // It ran out, and another machine has it.
    let lease = fleet.name("lease");
    fleet.redis.ask(&["SET", &lease, "another"]);
    gate.open();
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
    let arguments = fleet.patient(&token);
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
        &[
            "cache",
            "refresh",
            "--all",
            "--older-than",
            "50%",
            "--timeout",
            PATIENT,
        ][..],
        &fleet.flags(),
    ]
    .concat();
    // Each from its own cron, one after the other.
    disks
        .iter()
        .for_each(|disk| drop(fleet.run(disk, 400, &arguments).expect(0)));
    assert_eq!(fleet.issuer.requests(), 1);
    assert!(
        disks
            .iter()
            .all(|disk| disk.entry()["fetched_at_ms"].as_i64().unwrap() > disk.millis(300))
    );
    disks
        .iter()
        .for_each(|disk| drop(fleet.run(disk, 800, &arguments).expect(0)));
    assert_eq!(fleet.issuer.requests(), 1);
    // Without a word about age it is asked for again.
    refreshed(&fleet, 801);
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
        "--timeout",
        PATIENT,
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
    fleet.run(&Lab::new(), 31, &blind).expect(0);
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
        refreshed(&fleet, 40);
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

/// A machine with an empty disk refreshes the key set for all.
#[track_caller]
fn refreshed(fleet: &Fleet, at: i64) {
    let refresh = ["cache", "refresh", "--timeout", PATIENT, &fleet.url];
    fleet
        .run(&Lab::new(), at, &[&refresh[..], &fleet.flags()].concat())
        .expect(0);
}

/// A store that does not answer costs each of them a moment, and not one after the other: they wait
/// for it before they wait for the lock, which only one of them has.
#[test]
fn many_processes_find_out_at_once_that_there_is_no_store() {
    let issuer = Server::new(|_| reply(500, ""));
    let (store, waiting) = crate::outage::silent();
    let (disk, token, url) = (Lab::new(), token("a"), issuer.url("/jwks"));
    let verify = ["verify", "--timeout", PATIENT, "--jwks-uri", &url];
    let shared = ["--cache-store", &store, "--cache-store-trust", &token];
    let start = |_| spawn(&mut disk.command(0, &[&verify[..], &shared].concat()));
    let running: Vec<_> = (0..5).map(start).collect();
    all(running.into_iter().map(finish).collect(), 3);
    let most = waiting.load(std::sync::atomic::Ordering::SeqCst);
    assert!(most > 1, "{most} of 5 asked it at once");
}
