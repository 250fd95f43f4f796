//! Memory that has held a private key, a secret or a passphrase is wiped before it is given back.

#![cfg(all(
    target_os = "linux",
    target_env = "gnu",
    feature = "cli",
    feature = "jwe"
))]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use support::{Jwtctl, Ran, file, has, isolated, ran, repository, skipped};

/// A folder with keys, and a library that watches what becomes of their memory.
struct Watch {
    folder: tempfile::TempDir,
    library: PathBuf,
    log: PathBuf,
    marks: String,
}

const PASSPHRASE: &str = "correct-horse-battery-staple";

const SECRET: &str = "kM8vQ2xR7tY4uW9zB3nC6dF1gH5jL0pS";

impl Watch {
    /// `None` on a machine without a C compiler.
    fn new() -> Option<Self> {
        if !has("cc") {
            skipped("cc");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join("wiped.so");
        let mut compile = isolated("cc");
        compile
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .arg(&library)
            .arg(repository("tests/support/wiped.c"))
            .arg("-ldl");
        ran(&mut compile).expect(0);
        let (log, marks) = (folder.path().join("log"), String::new());
        let mut watch = Self {
            folder,
            library,
            log,
            marks,
        };
        watch.fill();
        Some(watch)
    }

    /// Makes the keys, and takes parts of what is private in them for marks.
    fn fill(&mut self) {
        let at = self.folder.path();
        file(at, "passphrase", PASSPHRASE);
        file(at, "secret", SECRET);
        for (alg, name) in [("ES256", "ec"), ("RS256", "rsa"), ("Ed448", "ed")] {
            let path = format!("{name}.jwk");
            let args = ["keygen", alg, "--kid", name, "--no-encrypt", "--out", &path];
            Jwtctl::new(at).run(&args).expect(0);
        }
        let mut marks = vec![PASSPHRASE.to_owned(), SECRET.to_owned()];
        for name in ["ec", "rsa", "ed"] {
            let text = fs::read_to_string(at.join(format!("{name}.jwk"))).unwrap();
            let jwk: Value = serde_json::from_str(&text).unwrap();
            for member in ["d", "p", "q", "dp", "dq", "qi"] {
                let private = jwk[member].as_str().unwrap_or_default();
                marks.extend(private.get(4..28).map(String::from));
            }
        }
        self.marks = marks.join(",");
    }

    fn run(&self, args: &[&str]) -> Ran {
        Jwtctl::new(self.folder.path())
            .env("LD_PRELOAD", &self.library.display().to_string())
            .env("WIPED_LOG", &self.log.display().to_string())
            .env("WIPED_MARKS", &self.marks)
            .run(args)
    }

    /// Runs a call that has an answer; what it left behind.
    fn left_behind(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        // Of `lint` and `diff` it may be 1.
        assert!(ran.code <= 1, "{args:?}: {}", ran.stderr);
        let left = fs::read_to_string(&self.log).unwrap_or_default();
        drop(fs::remove_file(&self.log));
        left
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Calls that read, use and write what is private, one after another.
const CALLS: &[&str] = &[
    "sign --key ec.jwk",
    "sign --key rsa.jwk",
    "sign --key ed.jwk",
    "sign --secret secret",
    "jwks list --jwks rsa.jwk",
    "jwks show rsa --jwks rsa.jwk",
    "jwks lint --jwks rsa.jwk",
    "jwks thumbprint --jwks rsa.jwk",
    "jwks diff rsa.jwk ec.jwk",
    "jwks export --jwks rsa.jwk --private --yes --no-encrypt",
    "jwks export --jwks rsa.jwk --private --yes --new-passphrase-from passphrase",
    "jwks export --jwks ec.jwk --private --yes --no-encrypt --format better-auth --out rows.json",
    "jwks export --jwks rsa.jwk --private --yes --format better-auth --better-auth-secret secret --out sealed-rows.json",
    "jwks export --jwks ec.jwk --private --yes --no-encrypt --format better-auth --sql sqlite --out rows.sql",
    "sign --key rows.json",
    "sign --key sealed-rows.json --better-auth-secret secret",
    "jwks convert rsa.jwk --to pem --no-encrypt --out rsa.pem",
    "jwks convert ec.jwk --to der --no-encrypt --out ec.der",
    "jwks convert rsa.jwk ec.jwk --to jwks --no-encrypt --out set.jwks",
    "jwks convert rsa.pem --to jwk --no-encrypt --out again.jwk",
    "jwks convert ec.der --to jwk --no-encrypt --out ec-again.jwk",
    "jwks convert rsa.jwk --to jwk --new-passphrase-from passphrase --out sealed.jwk",
    "jwks convert rsa.jwk --to pem --new-passphrase-from passphrase --out sealed.pem",
    "sign --key set.jwks --kid ec",
    "sign --key sealed.jwk --passphrase-from passphrase",
    "sign --key sealed.pem --passphrase-from passphrase",
    "jwks add rsa.jwk --store keys --passphrase-from passphrase",
    "jwks rotate --store keys --passphrase-from passphrase",
    "sign --store keys --passphrase-from passphrase",
    "jwks export --store keys --private --yes --no-encrypt --passphrase-from passphrase",
    "encrypt --secret secret --alg dir --enc A256GCM sub=someone",
    "keygen ECDH-ES --kid agree --passphrase-from passphrase --out agree.jwk --public-out agree.pub",
    "encrypt --to agree.pub sub=someone",
];

#[test]
fn what_was_private_is_wiped() {
    let Some(watch) = Watch::new() else {
        return;
    };
    let mut found = String::new();
    for call in CALLS {
        let args: Vec<&str> = call.split(' ').collect();
        let left = watch.left_behind(&args);
        if !left.is_empty() {
            found += &format!("{call}:\n{left}");
        }
    }
    assert!(found.is_empty(), "{}\n{found}", watch.path().display());
}
