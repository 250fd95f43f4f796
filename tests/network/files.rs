//! The cache directory: damage, foreign hands, clocks, and disks that refuse.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::Path;

use serde_json::json;

use crate::support::lab::*;
use crate::support::server::Server;

fn warm() -> (Lab, Server, String) {
    let (lab, server) = (Lab::new(), Server::new(|_| set(&["a"])));
    let url = server.url("/jwks");
    lab.verify(0, &url, &token("a")).expect(0);
    server.requests();
    (lab, server, url)
}

fn offline(lab: &Lab, at: i64, url: &str) -> Ran {
    lab.run(at, &["--offline", "verify", "--jwks-uri", url, &token("a")])
}

fn is_root() -> bool {
    let root = rustix::process::geteuid().is_root();
    if !root {
        skipped("root");
    }
    root
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn n12_damaged_entries_are_fetched_anew() {
    let (lab, server, url) = warm();
    let good = fs::read(lab.entry_file()).unwrap();
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 1;
    for damaged in [
        good[..good.len() / 2].to_vec(),
        flipped,
        Vec::new(),
        vec![b'x'; 2 << 20],
    ] {
        fs::write(lab.entry_file(), &damaged).unwrap();
        offline(&lab, 1, &url).expect(4);
        assert_eq!(
            fs::read(lab.entry_file()).unwrap(),
            damaged,
            "left for the next write"
        );
        lab.verify(1, &url, &token("a")).expect(0);
        assert_eq!(server.requests(), 1);
        lab.verify(2, &url, &token("a")).expect(0);
        assert_eq!(server.requests(), 0);
    }
}

#[test]
fn n13_an_entry_of_a_later_format_is_not_used_and_not_deleted() {
    let (lab, server, url) = warm();
    lab.turn(1).edit(|entry| entry["v"] = json!(2));
    let later = fs::read(lab.entry_file()).unwrap();
    lab.run(1, &["cache", "prune"]).expect(0);
    assert_eq!(fs::read(lab.entry_file()).unwrap(), later);
    offline(&lab, 1, &url).expect(4);
    lab.verify(1, &url, &token("a")).expect(0);
    assert_eq!(server.requests(), 1);
}

#[test]
fn n14_an_entry_that_was_copied_over_is_not_used() {
    let (lab, server, url) = warm();
    let other = Server::new(|_| set(&["b"]));
    let ours = lab.entry_file();
    let foreign = Lab::new();
    foreign
        .verify(0, &other.url("/jwks"), &token("b"))
        .expect(0);
    fs::copy(foreign.entry_file(), ours).unwrap();
    lab.verify(1, &url, &token("b")).expect(14);
    lab.verify(1, &url, &token("a")).expect(0);
    assert_eq!(server.requests(), 1);
    // The same URL under another name for the trust setting.
    lab.edit(|entry| entry["ctx"] = json!("other"));
    lab.verify(2, &url, &token("a")).expect(0);
    assert_eq!(server.requests(), 1);
}

#[test]
fn n15_times_that_cannot_be() {
    let (lab, server, url) = warm();
    for field in [
        "fetched_at_ms",
        "requested_at_ms",
        "expires_at_ms",
        "stale_until_ms",
    ] {
        lab.edit(|entry| entry[field] = json!(entry[field].as_i64().unwrap() + 3_600_000));
    }
    offline(&lab, 1, &url).expect(3);
    lab.verify(1, &url, &token("a")).expect(0);
    assert_eq!(server.requests(), 1);
    for extreme in [i64::MAX, i64::MIN] {
        lab.edit(|entry| {
            for field in [
                "fetched_at_ms",
                "requested_at_ms",
                "expires_at_ms",
                "stale_until_ms",
            ] {
                entry[field] = json!(extreme);
            }
        });
        lab.verify(1, &url, &token("a")).expect(0);
        assert_eq!(server.requests(), 1, "{extreme}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn n15_a_clock_set_back_makes_nothing_younger() {
    let (lab, server) = (Lab::new(), Server::new(|_| set(&["a"])));
    let url = server.url("/jwks");
    let fetch = || {
        lab.real(&["jwks", "fetch", "--jwks-uri", &url]).expect(0);
    };
    fetch();
    fetch();
    assert_eq!(server.requests(), 1);
    assert!(lab.entry()["boot"]["id"].is_string());
    lab.edit(|entry| entry["boot"]["ms"] = json!(entry["boot"]["ms"].as_i64().unwrap() - 700_000));
    fetch();
    assert_eq!(server.requests(), 1, "as old as the machine says");
    lab.edit(|entry| {
        entry["boot"]["ms"] = json!(0);
        entry["boot"]["id"] = json!("another run of the machine");
    });
    fetch();
    assert_eq!(server.requests(), 0);
}

#[test]
fn n15b_the_time_of_tokens_is_not_the_caches() {
    let (lab, server, url) = warm();
    let before = fs::read(lab.entry_file()).unwrap();
    for now in ["2035-01-01", "2020-01-01", "+15m", "-3d"] {
        for offline in [&[][..], &["--offline"]] {
            let args = ["--now", now, "jwks", "fetch", "--jwks-uri", &url];
            lab.real(&[offline, &args].concat()).expect(0);
        }
    }
    assert_eq!(server.requests(), 0, "the keys are fresh all the while");
    assert_eq!(fs::read(lab.entry_file()).unwrap(), before);
    // Nor is what is fetched under such a time of that time.
    let far = ["--now", "2035-01-01", "jwks", "fetch", "--refresh"];
    lab.real(&[&far[..], &["--jwks-uri", &url]].concat())
        .expect(0);
    let fetched_ms = lab.entry()["fetched_at_ms"].as_i64().unwrap();
    assert!(fetched_ms <= real_millis());
    lab.real(&["jwks", "fetch", "--jwks-uri", &url]).expect(0);
    assert_eq!(server.requests(), 1);
}

#[test]
fn whether_a_token_was_valid_then_needs_no_network_and_leaves_nothing_behind() {
    let (lab, server, url) = warm();
    lab.turn(3 * 86_400);
    let before = listing(&lab.cache());
    let verify = |now: i64, max_stale: &str| {
        let (now, token) = (now.to_string(), token("a"));
        let time = ["--offline", "--now", &now];
        let keys = ["verify", "--max-stale", max_stale, "--jwks-uri", &url];
        lab.real(&[&time[..], &keys, &[&token]].concat())
    };
    // Three days ago the token was good; the keys are three days old.
    verify(T0 + 60, "7d").expect(0).says("overdue");
    verify(T0 + 60, "1d").expect(3).says("--max-stale");
    verify(T0 + 7200, "7d").expect(11);
    assert_eq!(listing(&lab.cache()), before);
    assert_eq!(server.requests(), 0);
}

/// The names and contents of all files below a directory.
fn listing(root: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for file in fs::read_dir(root).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            found.extend(listing(&path));
        } else {
            found.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn n35_a_cache_that_others_could_have_changed_is_ignored() {
    for spoil in [
        (|lab: &Lab| chmod(&lab.cache(), 0o777)) as fn(&Lab),
        |lab| chmod(&lab.cache().join("jwks-v1"), 0o770),
        |lab| chmod(lab.path(), 0o770),
        |lab| {
            fs::rename(lab.cache(), lab.path().join("elsewhere")).unwrap();
            symlink(lab.path().join("elsewhere"), lab.cache()).unwrap();
        },
    ] {
        let (lab, server, url) = warm();
        spoil(&lab);
        lab.verify(1, &url, &token("a"))
            .expect(0)
            .says("the cache is ignored");
        assert_eq!(server.requests(), 1);
        offline(&lab, 1, &url).expect(4);
        lab.run(1, &["cache", "list"]).expect(4);
    }
}

#[test]
fn n35_entries_that_others_could_have_changed_are_ignored() {
    for spoil in [
        (|lab: &Lab| chmod(&lab.entry_file(), 0o620)) as fn(&Lab),
        |lab| fs::hard_link(lab.entry_file(), lab.path().join("second")).unwrap(),
        |lab| {
            let file = lab.entry_file();
            fs::rename(&file, lab.path().join("elsewhere")).unwrap();
            symlink(lab.path().join("elsewhere"), file).unwrap();
        },
    ] {
        let (lab, server, url) = warm();
        spoil(&lab);
        offline(&lab, 1, &url).expect(4);
        lab.verify(1, &url, &token("a")).expect(0);
        assert_eq!(server.requests(), 1);
        lab.verify(2, &url, &token("a")).expect(0);
        assert_eq!(server.requests(), 0, "replaced");
    }
}

#[test]
fn n35_another_users_cache_is_ignored() {
    if !is_root() {
        return;
    }
    let (lab, server, url) = warm();
    chown(lab.entry_file(), Some(65534), None).unwrap();
    lab.verify(1, &url, &token("a")).expect(0);
    assert_eq!(server.requests(), 1);
    chown(lab.cache(), Some(65534), None).unwrap();
    lab.verify(2, &url, &token("a"))
        .expect(0)
        .says("belongs to user");
    offline(&lab, 2, &url).expect(4);
    // As root in another user's home, jwtctl leaves nothing behind there.
    let home = Lab::new();
    chown(home.path(), Some(65534), None).unwrap();
    let mut command = home.command(0, &["verify", "--jwks-uri", &url, &token("a")]);
    command
        .env_remove("JWTCTL_CACHE_DIR")
        .env_remove("XDG_CACHE_HOME");
    ran(&mut command).expect(0).says("the cache is ignored");
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn n36_a_cache_that_cannot_be_written_to_is_done_without() {
    let (lab, server, url) = warm();
    // Full: every write to a file fails, as it does behind a file size limit of nothing.
    let inner = lab.command(700, &["verify", "--jwks-uri", &url, &token("a")]);
    let mut command = under(
        "sh",
        &["-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh"],
        &inner,
    );
    let before = lab.entry();
    ran(&mut command).expect(0).says("cannot be written to");
    assert_eq!(lab.entry(), before);
    assert_eq!(server.requests(), 1);

    // No such place.
    let mut command = lab.command(0, &["verify", "--jwks-uri", &url, &token("a")]);
    ran(command.env("JWTCTL_CACHE_DIR", "/dev/null/cache")).expect(0);
    assert_eq!(server.requests(), 1);

    // No home: nothing is kept, and never in a directory that all users share.
    let mut command = lab.command(0, &["verify", "--jwks-uri", &url, &token("a")]);
    command
        .env_remove("JWTCTL_CACHE_DIR")
        .env_remove("XDG_CACHE_HOME")
        .env_remove("HOME");
    ran(&mut command).expect(0);
    assert_eq!(server.requests(), 1);
}

#[test]
fn n36_a_read_only_cache_is_read() {
    if !is_root() {
        return;
    }
    let (lab, server, url) = warm();
    // Another user's process.
    for path in [
        lab.cache(),
        lab.cache().join("jwks-v1"),
        lab.entry_file(),
        lab.lock_files()[0].clone(),
    ] {
        chown(&path, Some(65534), Some(65534)).unwrap();
        chmod(&path, if path.is_dir() { 0o500 } else { 0o400 });
    }
    let nobody = |at: i64, url: &str| {
        let inner = lab.command(at, &["verify", "--jwks-uri", url, &token("a")]);
        let mut command = ordinary(lab.path());
        command
            .args(inner.get_args())
            .env("JWTCTL_CACHE_DIR", lab.cache());
        ran(&mut command)
    };
    nobody(1, &url).expect(0);
    assert_eq!(server.requests(), 0);
    nobody(700, &url).expect(0).says("cannot be written to");
    assert_eq!(server.requests(), 1);
}
