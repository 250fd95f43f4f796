//! Memory that has held the text of a private key, a secret or a passphrase is wiped before it is given
//! back. The numbers of a key that a library has loaded are not looked for: ring and OpenSSL leave some.

#![cfg(all(
    target_os = "linux",
    target_env = "gnu",
    feature = "cli",
    feature = "jwe"
))]

mod support;

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use support::{Jwtctl, Ran, file, has, isolated, ran, repository, skipped};

/// A folder with keys, and a library that watches what becomes of their memory.
struct Watch {
    folder: tempfile::TempDir,
    log: PathBuf,
    marks: String,
}

/// Where the library is, in the folder.
const LIBRARY: &str = "./wiped.so";

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
        let mut compile = isolated("cc");
        compile
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .arg(LIBRARY)
            .arg(repository("tests/support/wiped.c"))
            .arg("-ldl")
            .current_dir(folder.path());
        ran(&mut compile).expect(0);
        let (log, marks) = (folder.path().join("log"), String::new());
        let mut watch = Self { folder, log, marks };
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
            // As the lines of PEM have it.
            let pem = format!("{name}-marks.pem");
            let path = format!("{name}.jwk");
            let args = ["jwks", "convert", &path, "--to", "pem", "--no-encrypt"];
            Jwtctl::new(at)
                .run(&[&args[..], &["--out", &pem]].concat())
                .expect(0);
            let text = fs::read_to_string(at.join(pem)).unwrap();
            let lines = text.lines().filter(|it| !it.starts_with('-')).skip(1);
            marks.extend(lines.filter_map(|it| it.get(8..32)).map(String::from));
        }
        self.marks = marks.join(",");
        // Files that hold a key, and are refused or read in another way.
        let ec = fs::read_to_string(at.join("ec.jwk")).unwrap();
        let jwk: Value = serde_json::from_str(&ec).unwrap();
        let d = jwk["d"].as_str().unwrap();
        let (start, end) = d.split_at(d.len() - 1);
        let escaped = format!("{start}\\u{:04x}", u32::from(end.chars().next().unwrap()));
        let in_list = ec.replace(&format!("\"{d}\""), &format!("[\"{d}\"]"));
        for (name, content) in [
            ("longer.jwk", format!("{ec}x")),
            (
                "shorter.jwk",
                ec.trim_end().trim_end_matches('}').to_owned(),
            ),
            ("list.jwk", in_list),
            ("twice.jwk", ec.replace("\"d\":", "\"kid\":\"x\",\"d\":")),
            ("escaped.jwk", ec.replace(d, &escaped)),
        ] {
            file(at, name, &content);
        }
    }

    fn run(&self, args: &[&str]) -> Ran {
        Jwtctl::new(self.folder.path())
            // Spaces and colons separate libraries, and the folder's path may have them.
            .env("LD_PRELOAD", LIBRARY)
            .env("WIPED_LOG", &self.log.display().to_string())
            .env("WIPED_MARKS", &self.marks)
            .run(args)
    }

    /// Runs a call that ends with one of these codes; what it left behind.
    fn left_behind(&self, args: &[&str], codes: &[i32]) -> String {
        let ran = self.run(args);
        assert!(codes.contains(&ran.code), "{args:?}: {}", ran.stderr);
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        drop(fs::remove_file(&self.log));
        let left = log.strip_prefix("loaded\n");
        left.unwrap_or_else(|| panic!("nobody watched: {}", ran.stderr))
            .to_owned()
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
    "jwks export --jwks rsa.jwk --private --yes --no-encrypt --json",
    "jwks export --jwks ec.jwk --private --yes --no-encrypt --format better-auth --sql mysql --json",
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
    "serve --exec --quiet -- true",
    "sign --key escaped.jwk",
    "jwks list --jwks escaped.jwk",
    "encrypt --secret secret --alg dir --enc A256GCM sub=someone",
    "keygen ECDH-ES --kid agree --passphrase-from passphrase --out agree.jwk --public-out agree.pub",
    "encrypt --to agree.pub sub=someone",
];

/// Calls that refuse a file with a key in it.
const REFUSED: &[&str] = &[
    "sign --key longer.jwk",
    "sign --key shorter.jwk",
    "sign --key list.jwk",
    "sign --key twice.jwk",
    "jwks list --jwks longer.jwk",
    "jwks lint --jwks shorter.jwk",
];

#[test]
fn what_was_private_is_wiped() {
    let Some(watch) = Watch::new() else {
        return;
    };
    let mut found = String::new();
    // `lint` and `diff` end with 1 when they find something.
    let answered = CALLS.iter().map(|call| (call, &[0, 1][..]));
    let refused = REFUSED.iter().map(|call| (call, &[2][..]));
    for (call, codes) in answered.chain(refused) {
        let args: Vec<&str> = call.split(' ').collect();
        let left = watch.left_behind(&args, codes);
        if !left.is_empty() {
            found += &format!("{call}:\n{left}");
        }
    }
    assert!(found.is_empty(), "\n{found}");
}

#[test]
fn what_was_not_private_is_noticed() {
    let Some(mut watch) = Watch::new() else {
        return;
    };
    watch.marks = "somebody-with-a-long-name".into();
    let call = ["sign", "--key", "ec.jwk", "sub=somebody-with-a-long-name"];
    let left = watch.left_behind(&call, &[0]);
    assert!(left.contains("bytes with somebody"), "{left}");
}
