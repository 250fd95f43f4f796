//! The formats of files that outlive a version of jwtctl. What an earlier version has written is in
//! `tests/data/formats`, by the version of its format, and stays readable; what a later one has written
//! is refused, with one error that says so.

#![cfg(all(unix, feature = "cli", feature = "jwe"))]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use jwtctl::core::key::sha256_hex;
use support::{Jwtctl, Ran, file, repository};
use tempfile::TempDir;

mod support;

/// A copy of the stored files, as private as jwtctl makes them.
fn stored() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&repository("tests/data/formats"), folder.path());
    file(folder.path(), "pass", "correct horse battery staple");
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::set_permissions(to, fs::Permissions::from_mode(0o700)).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir(&to).unwrap();
            copy(&entry.path(), &to);
        } else {
            fs::write(&to, fs::read(entry.path()).unwrap()).unwrap();
            fs::set_permissions(&to, fs::Permissions::from_mode(0o600)).unwrap();
        }
    }
}

fn run(folder: &Path, args: &[&str]) -> Ran {
    let always = ["--no-input", "--passphrase-from", "pass"];
    Jwtctl::new(folder).run(&[&always, args].concat())
}

/// Changes a stored file.
fn change(folder: &Path, name: &str, from: &str, to: &str) {
    let path = folder.join(name);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{name} has no {from}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

const URL: &str = "https://issuer.example/jwks.json";

#[test]
fn a_keystore_of_version_1() {
    let folder = stored();
    let folder = folder.path();
    for (store, now, kid) in [
        ("keystore-1", "2026-08-02", "first"),
        ("keystore-1-clear", "2026-08-02", "clear"),
    ] {
        let sign = ["sign", "--sub", "alice", "--store", store, "--now", now];
        let token = run(folder, &sign).answer(0);
        let verify = ["verify", token.trim(), "--store", store, "--now", now];
        let used = run(folder, &[&verify[..], &["--json"]].concat()).expect(0);
        assert_eq!(used.json()["key"]["kid"], kid);
    }
    // Its line goes on.
    let list = ["jwks", "list", "--store", "keystore-1", "--json"];
    let before = run(folder, &[&list[..], &["--now", "2026-09-02"]].concat()).expect(0);
    let states: Vec<_> = (0..2)
        .map(|index| before.json()["keys"][index]["state"].clone())
        .collect();
    assert_eq!(states, ["retiring", "current"]);
    let rotate = ["jwks", "rotate", "--store", "keystore-1"];
    run(folder, &[&rotate[..], &["--now", "2027-01-01"]].concat()).expect(0);
    let after = run(folder, &[&list[..], &["--now", "2027-01-02"]].concat()).expect(0);
    assert_eq!(after.json()["keys"].as_array().unwrap().len(), 3);
}

#[test]
fn a_keystore_of_a_later_version_is_refused() {
    let folder = stored();
    let folder = folder.path();
    let version = "is of version 2, and this jwtctl reads version 1";
    let list = ["jwks", "list", "--store", "keystore-1"];
    let key = "keystore-1/keys-1/fh136M1HqiafOUKt9wqgRcvGzlAet65kYk8WZq6EUw8.json";
    for name in [key, "keystore-1/keystore.json"] {
        change(folder, name, "\"v\":1", "\"v\":2");
        let refused = run(folder, &list);
        assert!(!refused.stderr.contains("damaged"), "{refused:#?}");
        refused.says("a newer one").fails(4, version);
        change(folder, name, "\"v\":2", "\"v\":1");
    }
    run(folder, &list).expect(0);
}

#[test]
fn a_cache_of_version_1() {
    let folder = stored();
    let folder = folder.path();
    let cache = ["--cache-dir", "cache-1"];
    let listed = run(folder, &[&["cache", "list", "--json"], &cache[..]].concat()).expect(0);
    assert_eq!(listed.json()["entries"][0]["url"], URL);
    assert_eq!(listed.json()["unusable"], serde_json::json!([]));
    let export = ["cache", "export", URL, "--format", "jwks"];
    let set = run(folder, &[&export, &cache[..]].concat()).answer(0);
    let parsed = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    let expected = fs::read_to_string(folder.join("set-1.jwks")).unwrap();
    assert_eq!(parsed(&set), parsed(&expected));
    let verify = [
        "verify",
        "@token.jwt",
        "--now",
        "2026-08-02",
        "--jwks-uri",
        URL,
    ];
    let offline = ["--offline", "--max-stale", "3650000d"];
    run(folder, &[&verify, &offline[..], &cache].concat()).expect(0);
}

/// The entry stays for the version that has use for it.
#[test]
fn a_cache_of_a_later_version_is_left_alone() {
    let folder = stored();
    let folder = folder.path();
    let entries = folder.join("cache-1/jwks-v1");
    let entry = fs::read_dir(entries).unwrap().next().unwrap().unwrap();
    let text = fs::read_to_string(entry.path()).unwrap();
    let text = text[65..].replacen("\"v\":1", "\"v\":2", 1);
    let sum = sha256_hex(&[text.as_bytes()]);
    fs::write(entry.path(), format!("{sum}\n{text}")).unwrap();
    let cache = ["--cache-dir", "cache-1"];
    let listed = run(folder, &[&["cache", "list"], &cache[..]].concat()).expect(0);
    listed.says("is in format 2, which this jwtctl does not know");
    run(folder, &[&["cache", "prune"], &cache[..]].concat()).expect(0);
    assert!(entry.path().exists());
}

#[test]
fn bundles_of_version_1() {
    let folder = stored();
    let folder = folder.path();
    let import = ["cache", "import", "--cache-dir"];
    run(folder, &[&import[..], &["a", "bundle-1.json"]].concat()).says(URL);
    let signed = ["b", "bundle-1.jws", "--verify-key", "signer.pub.jwk"];
    run(folder, &[&import[..], &signed].concat()).says(URL);
    change(folder, "bundle-1.json", "\"v\":1", "\"v\":2");
    run(folder, &[&import[..], &["c", "bundle-1.json"]].concat())
        .says("a newer one")
        .fails(2, "is of version 2, and this jwtctl reads version 1");
}

#[test]
fn policies_of_version_1() {
    let folder = stored();
    let folder = folder.path();
    let verify = ["verify", "@token.jwt", "--now", "2026-08-02", "--policy"];
    let judge = |name| run(folder, &[&verify[..], &[name]].concat());
    judge("policy-1.toml").expect(0);
    judge("policy-unnumbered.toml").expect(0);
    let several = "version = 1\n[strict]\nsub = \"bob\"\n[lax]\nsub = \"alice\"\n";
    file(folder, "several.toml", several);
    let of_several = ["several.toml#lax", "--jwks", "set-1.jwks"];
    run(folder, &[&verify[..], &of_several].concat()).expect(0);
    change(
        folder,
        "policy-1.toml",
        "version = 1",
        "version = 2\nwhatever = 1",
    );
    judge("policy-1.toml").says("a newer one").fails(
        2,
        "policy-1.toml: is of version 2, and this jwtctl reads version 1",
    );
}
