//! Many processes at once, and holders of the lock that die or stand still.

use std::time::Duration;

use crate::support::lab::*;
use crate::support::server::{Server, reply};

/// More than any number of processors runs at once.
const CROWD: usize = 40;

#[test]
fn n01_cold_many_processes_one_request() {
    let (lab, server, token) = (
        Lab::new(),
        Server::new(|_| set(&["a"]).after(300)),
        token("a"),
    );
    all(
        lab.many(CROWD, 0, &server.url("/jwks"), |_| token.clone()),
        0,
    );
    assert_eq!((server.requests(), server.peak()), (1, 1));
}

#[test]
fn n02_warm_many_processes_no_request_and_no_lock() {
    let (lab, server, token) = (Lab::new(), Server::new(|_| set(&["a"])), token("a"));
    lab.verify(0, &server.url("/jwks"), &token).expect(0);
    assert_eq!(server.requests(), 1);
    lab.lock_files()
        .iter()
        .for_each(|file| std::fs::remove_file(file).unwrap());
    all(
        lab.many(CROWD, 60, &server.url("/jwks"), |_| token.clone()),
        0,
    );
    assert_eq!(server.requests(), 0);
    assert!(lab.lock_files().is_empty(), "one of them took a lock");
}

#[test]
fn n02_warm_opens_no_socket_and_takes_no_lock() {
    if !have("strace", "-V") {
        return;
    }
    let (lab, server, token) = (Lab::new(), Server::new(|_| set(&["a"])), token("a"));
    let url = server.url("/jwks");
    lab.verify(0, &url, &token).expect(0);
    let log = lab.path().join("strace");
    let trace = |at: i64| {
        let inner = lab.command(at, &["verify", "--jwks-uri", &url, &token]);
        let wanted = "trace=socket,connect,flock,fcntl,openat,open,clone,clone3,vfork,fork";
        let mut command = traced(&inner, &["-e", wanted, "-o", log.to_str().unwrap()]);
        ran(&mut command).expect(0);
        let calls = calls(&log);
        calls
            .into_iter()
            .filter_map(|call| contact(&call, &lab.cache()))
            .collect::<Vec<_>>()
    };
    assert_eq!(trace(60), Vec::<String>::new());
    // What was looked for is there to be found when there is something to fetch.
    let found = trace(700);
    for wanted in ["socket", "connect", "flock", "the lock file"] {
        assert!(
            found.iter().any(|it| it == wanted),
            "no {wanted}: {found:?}"
        );
    }
}

/// What a system call does that a process with fresh keys has no need of.
fn contact(call: &Call, cache: &std::path::Path) -> Option<String> {
    let name = call.name.as_str();
    let in_cache = |path: &str| match path.strip_prefix(&format!("{}/", cache.display())) {
        Some(name) => name.ends_with(".lock"),
        // By the handle of the directory that it is in.
        None => !path.contains('/') && path.ends_with(".lock"),
    };
    let far = ["/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf"];
    let is_far = |path: &str| far.contains(&path) || path.contains("/ca-certificates");
    match name {
        "open" | "openat" if call.paths.iter().any(|it| in_cache(it)) => {
            Some("the lock file".into())
        }
        "open" | "openat" => call.paths.iter().find(|it| is_far(it)).cloned(),
        "fcntl" => call.flags.contains("SETLK").then(|| name.into()),
        _ => Some(name.into()),
    }
}

#[test]
fn n03_expired_many_processes_one_request() {
    let (lab, server, token) = (Lab::new(), Server::new(|_| set(&["a"])), token("a"));
    lab.verify(0, &server.url("/jwks"), &token).expect(0);
    server.requests();
    server.say(set(&["a"]).after(300));
    all(
        lab.many(CROWD, 650, &server.url("/jwks"), |_| token.clone()),
        0,
    );
    assert_eq!(server.requests(), 1);
}

#[test]
fn n04_rotation_many_processes_one_request() {
    let (lab, server) = (Lab::new(), Server::new(|_| set(&["a"])));
    let (a, b) = (token("a"), token("b"));
    lab.verify(0, &server.url("/jwks"), &a).expect(0);
    server.requests();
    server.say(set(&["a", "b"]).after(300));
    all(lab.many(CROWD, 31, &server.url("/jwks"), |_| b.clone()), 0);
    assert_eq!(server.requests(), 1);
}

#[test]
fn n05_n06_random_kids() {
    let (lab, server) = (Lab::new(), Server::new(|_| set(&["a"])));
    let url = server.url("/jwks");
    lab.verify(0, &url, &token("a")).expect(0);
    assert_eq!(server.requests(), 1);
    lab.lock_files()
        .iter()
        .for_each(|file| std::fs::remove_file(file).unwrap());
    // As new as an entry can be: by a clock that is a little behind the one that wrote it.
    all(lab.many(CROWD, -50, &url, random_kid), 14);
    assert_eq!(server.requests(), 0);
    assert!(lab.lock_files().is_empty(), "one of them took a lock");
    all(lab.many(CROWD, 31, &url, random_kid), 14);
    assert_eq!(server.requests(), 1);
}

#[test]
fn n07_failures_are_held_back() {
    let busy = || reply(503, "").with("Retry-After", "300");
    let (lab, server, token) = (Lab::new(), Server::new(move |_| busy()), token("a"));
    let url = server.url("/jwks");
    for _ in 0..5 {
        lab.verify(0, &url, &token)
            .expect(3)
            .says("503 Service Unavailable")
            .says("possible in");
    }
    assert_eq!(server.requests(), 1, "the others were held back");
    // The back-off is over, and so is the outage.
    server.say(set(&["a"]));
    lab.verify(301, &url, &token).expect(0);
    assert_eq!(server.requests(), 1);
    // How long it is for the first, second and third failure in a row: `core::cache::attempt`.
}

#[test]
fn n08_a_killed_holder_costs_one_request() {
    let (lab, server, token) = (
        Lab::new(),
        Server::new(|_| set(&["a"]).after(10_000)),
        token("a"),
    );
    let url = server.url("/jwks");
    let mut holder = spawn(&mut lab.command(
        0,
        &["verify", "--jwks-uri", &url, "--timeout", PATIENT, &token],
    ));
    until("the holder's request", || server.peak() > 0);
    server.say(set(&["a"]).after(300));
    holder.kill().unwrap();
    holder.wait().unwrap();
    server.requests();
    all(lab.many(20, 0, &url, |_| token.clone()), 0);
    assert_eq!(server.requests(), 1);
}

/// The holder is stopped while its answer, an old one, is on its way; one of those who wait fetches
/// a newer one, and that stays when the holder goes on (10).
#[test]
fn n09_n10_a_stopped_holder_is_passed_by_and_changes_nothing_when_it_wakes() {
    let (lab, server, token) = (
        Lab::new(),
        Server::new(|_| set(&["a"]).after(1000)),
        token("a"),
    );
    let (url, b) = (server.url("/jwks"), crate::support::lab::token("b"));
    let holder = spawn(&mut lab.command(
        0,
        &["verify", "--jwks-uri", &url, "--timeout", PATIENT, &token],
    ));
    until("the holder's request", || server.peak() > 0);
    signal(&holder, rustix::process::Signal::STOP);
    server.say(set(&["a", "b"]).after(300));
    // By the default patience, for the holder never goes on while they wait.
    let start = |_| spawn(&mut lab.command(0, &["verify", "--jwks-uri", &url, &b]));
    let waiting: Vec<_> = (0..8).map(start).collect();
    all(waiting.into_iter().map(finish).collect(), 0);
    assert_eq!(server.requests(), 2, "the holder's and one more");
    let newer = lab.entry();
    signal(&holder, rustix::process::Signal::CONT);
    finish(holder).expect(0);
    assert_eq!(lab.entry(), newer);
    lab.verify(1, &url, &b).expect(0);
    assert_eq!(server.requests(), 0);
}

fn signal(child: &std::process::Child, signal: rustix::process::Signal) {
    let id = rustix::process::Pid::from_raw(child.id().cast_signed()).unwrap();
    rustix::process::kill_process(id, signal).unwrap();
}

#[test]
fn n11_killed_writers_leave_no_torn_entry() {
    let (lab, server) = (Lab::new(), Server::new(|_| set(&["a", "b", "rsa"])));
    let url = server.url("/jwks");
    lab.run(0, &["jwks", "fetch", "--jwks-uri", &url]).expect(0);
    for round in 0..60 {
        let mut child =
            spawn(&mut lab.command(0, &["jwks", "fetch", "--refresh", "--jwks-uri", &url]));
        std::thread::sleep(Duration::from_micros(1000 * (round % 50)));
        child.kill().unwrap();
        child.wait().unwrap();
        let listed = lab.run(0, &["cache", "list", "--json"]).expect(0).json();
        assert_eq!(listed["unusable"], serde_json::json!([]), "round {round}");
        assert_eq!(
            listed["entries"].as_array().map(Vec::len),
            Some(1),
            "round {round}"
        );
    }
    if have("strace", "-V") {
        killed_at_rename(&lab, &url);
    }
}

/// Exactly between the writing and the renaming.
fn killed_at_rename(lab: &Lab, url: &str) {
    let temporary = || {
        let names = std::fs::read_dir(lab.cache().join("jwks-v1"))
            .unwrap()
            .flatten()
            .map(|it| it.file_name());
        names
            .filter(|it| it.to_string_lossy().ends_with(".tmp"))
            .count()
    };
    let before = (lab.entry(), temporary());
    let inner = lab.command(0, &["jwks", "fetch", "--refresh", "--jwks-uri", url]);
    let inject = "inject=renameat,renameat2,rename:error=EINTR:signal=KILL";
    let mut command = traced(
        &inner,
        &[
            "-o",
            "/dev/null",
            "-e",
            "trace=renameat,renameat2,rename",
            "-e",
            inject,
        ],
    );
    assert_ne!(ran(&mut command).code, 0);
    assert_eq!((lab.entry(), temporary()), (before.0.clone(), before.1 + 1));
    // It is young, and may be that of a writer at work; two hours later it is not.
    lab.run(0, &["cache", "prune"]).expect(0);
    assert_eq!(temporary(), before.1 + 1);
    let two_hours_ago = std::time::SystemTime::now() - Duration::from_secs(7200);
    for file in std::fs::read_dir(lab.cache().join("jwks-v1")).unwrap() {
        let file = std::fs::File::open(file.unwrap().path()).unwrap();
        file.set_modified(two_hours_ago).unwrap();
    }
    lab.run(0, &["cache", "prune"]).expect(0);
    assert_eq!(temporary(), 0);
}

#[test]
fn n36_without_file_locks_a_lease_does() {
    if !have("strace", "-V") {
        return;
    }
    let (lab, server, token) = (
        Lab::new(),
        Server::new(|_| set(&["a"]).after(300)),
        token("a"),
    );
    let url = server.url("/jwks");
    for error in ["ENOSYS", "EOPNOTSUPP", "EBADF"] {
        let start = |_| {
            let args = ["verify", "--timeout", PATIENT, "--jwks-uri", &url, &token];
            let inner = lab.command(0, &args);
            let inject = format!("inject=flock:error={error}");
            let mut command = traced(
                &inner,
                &["-o", "/dev/null", "-e", "trace=flock", "-e", &inject],
            );
            spawn(&mut command)
        };
        let children: Vec<_> = (0..10).map(start).collect();
        all(children.into_iter().map(finish).collect(), 0);
        assert_eq!(server.requests(), 1, "{error}");
        lab.run(0, &["cache", "clear", "--all"]).expect(0);
    }
}
