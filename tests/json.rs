//! The JSON contract, over all commands: one document on standard output, with `schema` and `ok`,
//! whatever the answer is and however the files are called.

#![cfg(all(unix, feature = "cli", feature = "jwe"))]

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use serde_json::Value;
use tempfile::TempDir;

use support::{Ran, jwtctl, ran, repository};

mod support;

/// A directory whose name is not UTF-8, with a keystore, a cache and files in it.
struct Odd {
    _root: TempDir,
    dir: PathBuf,
}

impl Odd {
    fn new() -> Self {
        let root = TempDir::new().unwrap();
        let dir = root.path().join(OsStr::from_bytes(b"odd-\xff"));
        fs::create_dir(&dir).unwrap();
        let odd = Self { _root: root, dir };
        fs::copy(
            repository("tests/data/keys/ec-p256.spki.pem"),
            odd.path(b"\xfe.pem"),
        )
        .unwrap();
        fs::write(odd.path(b"set.jwks"), "{\"keys\":[]}").unwrap();
        fs::write(odd.path(b"pass"), "correct horse battery staple").unwrap();
        odd
    }

    fn path(&self, name: &[u8]) -> PathBuf {
        self.dir.join(OsStr::from_bytes(name))
    }

    /// Runs a command; an argument of `@NAME` is the path of that file.
    fn run(&self, args: &[&[u8]]) -> Ran {
        let args = args.iter().map(|it| match it.strip_prefix(b"@") {
            Some(name) => self.path(name).into_os_string(),
            None => OsString::from(OsStr::from_bytes(it)),
        });
        let mut command = jwtctl();
        command
            .current_dir(&self.dir)
            .args(["--json", "--no-input"])
            .arg("--store")
            .arg(self.path(b"store-\xff"))
            .arg("--cache-dir")
            .arg(self.path(b"cache-\xff"))
            .arg("--passphrase-from")
            .arg("pass")
            .args(args);
        ran(&mut command)
    }
}

/// The one document of a process.
#[track_caller]
fn document(ran: &Ran) -> Value {
    let document = ran.json();
    let schema = document["schema"].as_str().unwrap_or_default();
    assert!(
        schema.starts_with("jwtctl.") && schema.ends_with("/1"),
        "{ran:#?}"
    );
    assert_eq!(document["ok"].as_bool(), Some(ran.code == 0), "{ran:#?}");
    // An error is told, or the report itself has what was found.
    assert!(document["error"].is_object() || ran.code <= 1, "{ran:#?}");
    document
}

#[test]
fn paths_that_are_not_utf8_are_shown_as_far_as_they_can_be() {
    let odd = Odd::new();
    let calls: [(i32, &[&[u8]]); 22] = [
        (0, &[b"cache", b"path"]),
        (
            0,
            &[
                b"cache",
                b"import",
                b"--url",
                b"https://a.example/k",
                b"set.jwks",
            ],
        ),
        (0, &[b"cache", b"list"]),
        (0, &[b"cache", b"show", b"https://a.example/k"]),
        (0, &[b"cache", b"export"]),
        (0, &[b"cache", b"export", b"--out", b"@\xfe.bundle"]),
        (0, &[b"cache", b"prune"]),
        (0, &[b"keygen", b"ES256", b"--p2c", b"1000"]),
        (
            0,
            &[b"keygen", b"ES256", b"--p2c", b"1000", b"--out", b"key.jwk"],
        ),
        (0, &[b"jwks", b"list"]),
        (0, &[b"jwks", b"export"]),
        (0, &[b"jwks", b"export", b"--out", b"@\xfe.out"]),
        (
            1,
            &[b"jwks", b"export", b"--out", b"@\xfe.out", b"--if-changed"],
        ),
        (0, &[b"jwks", b"rotate", b"--dry-run"]),
        (0, &[b"jwks", b"prune"]),
        (
            0,
            &[
                b"jwks",
                b"passphrase",
                b"--new-passphrase-from",
                b"pass",
                b"--p2c",
                b"1000",
            ],
        ),
        (0, &[b"sign", b"--sub", b"me"]),
        (0, &[b"man", b"@."]),
        (0, &[b"completions", b"fish"]),
        (2, &[b"jwks", b"remove", b"none"]),
        (2, &[b"no-such-command"]),
        (2, &[b"cache", b"show", b"https://b.example/k"]),
    ];
    for (code, args) in calls {
        let ran = odd.run(args);
        let call: Vec<_> = args.iter().map(|it| String::from_utf8_lossy(it)).collect();
        assert_eq!(ran.code, code, "{call:?} {ran:#?}");
        document(&ran);
    }
    let shown = document(&odd.run(&[b"cache", b"path"]))["path"].take();
    assert!(
        shown.as_str().unwrap().ends_with("cache-\u{fffd}"),
        "{shown}"
    );
}

/// A script gets the name of the cache as it is.
#[test]
fn the_path_of_the_cache_is_exact_without_json() {
    let odd = Odd::new();
    let cache = odd.path(b"cache-\xff");
    let output = jwtctl()
        .args(["cache", "path", "--cache-dir"])
        .arg(&cache)
        .output()
        .unwrap();
    let line = [cache.as_os_str().as_bytes(), b"\n"].concat();
    assert_eq!(output.stdout, line);
}

/// What was exported is part of the document.
#[test]
fn an_export_of_the_cache_is_a_document_like_any_other() {
    let odd = Odd::new();
    odd.run(&[
        b"cache",
        b"import",
        b"--url",
        b"https://a.example/k",
        b"set.jwks",
    ])
    .expect(0);
    let bundle = document(&odd.run(&[b"cache", b"export"]));
    assert_eq!(bundle["schema"], "jwtctl.cache-export/1");
    assert!(bundle["content"].is_object(), "{bundle}");
    let set = document(&odd.run(&[
        b"cache",
        b"export",
        b"https://a.example/k",
        b"--format",
        b"jwks",
    ]));
    assert_eq!(set["content"], serde_json::json!({"keys": []}));
    let since: &[&[u8]] = &[
        b"cache",
        b"export",
        b"https://a.example/k",
        b"--format",
        b"jose",
        b"--if-changed-since",
        b"99999999999999",
    ];
    let unchanged = document(&odd.run(since).expect(1));
    assert_eq!(
        (&unchanged["ok"], &unchanged["changed"]),
        (&false.into(), &false.into())
    );
}
