//! `jwks convert`: there and back is the same key, and other tools read what comes out.

#![cfg(all(unix, feature = "cli", feature = "jwe"))]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use assert_cmd::assert::OutputAssertExt as _;
use predicates::prelude::*;
use serde_json::Value;
use tempfile::TempDir;

use support::{have, isolated, jwtctl};

mod support;

const KEYS: [&str; 10] = [
    "rsa2048",
    "rsa1024",
    "ec-p256",
    "ec-p384",
    "ec-p521",
    "secp256k1",
    "ed25519",
    "ed448",
    "x25519",
    "x448",
];

fn data(name: &str) -> String {
    format!("{}/tests/data/keys/{name}", env!("CARGO_MANIFEST_DIR"))
}

struct Lab {
    dir: TempDir,
}

impl Lab {
    fn new() -> Self {
        let lab = Self {
            dir: TempDir::new().unwrap(),
        };
        fs::write(lab.path("pass"), "open sesame").unwrap();
        fs::write(lab.path("data-pass"), "correct horse battery staple").unwrap();
        lab
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = jwtctl();
        command
            .env("JWTCTL_STORE", self.path("store"))
            .current_dir(self.dir.path())
            .arg("--no-input")
            .args(args);
        command.output().unwrap()
    }

    #[track_caller]
    fn ok(&self, args: &[&str]) -> Vec<u8> {
        let assert = self
            .run(args)
            .assert()
            .append_context("command", args.join(" "));
        assert.success().get_output().stdout.clone()
    }

    /// The private key in `file` as a JWK in clear.
    #[track_caller]
    fn jwk(&self, file: &str) -> Value {
        let text = self.ok(&[
            "jwks",
            "convert",
            file,
            "--to",
            "jwk",
            "--no-encrypt",
            "--passphrase-from",
            "pass",
        ]);
        serde_json::from_slice(&text).unwrap()
    }
}

#[test]
fn there_and_back_is_the_same_key() {
    let lab = Lab::new();
    for name in KEYS {
        let original = data(&format!("{name}.jwk.json"));
        let expected: Value =
            serde_json::from_str(&fs::read_to_string(&original).unwrap()).unwrap();
        for to in ["jwk", "jwks", "pem", "der"] {
            let out = format!("{name}.{to}");
            let said = lab.ok(&[
                "jwks",
                "convert",
                &original,
                "--to",
                to,
                "--no-encrypt",
                "--out",
                &out,
            ]);
            assert!(
                String::from_utf8_lossy(&said).contains("NOT ENCRYPTED"),
                "{name} {to}"
            );
            assert_eq!(lab.jwk(&out), expected, "{name} {to}");
        }
        let sealed = ["--new-passphrase-from", "pass", "--p2c", "1000"];
        for to in ["jwk", "jwks"] {
            let out = format!("{name}.sealed.{to}");
            lab.ok(&[
                &["jwks", "convert", &original, "--to", to, "--out", &out],
                &sealed[..],
            ]
            .concat());
            assert!(
                !fs::read_to_string(lab.path(&out))
                    .unwrap()
                    .contains("\"kty\"")
            );
            assert_eq!(lab.jwk(&out), expected, "{name} {to}");
        }
        for (to, file) in [
            ("spki", "spki.pem"),
            ("pem", "spki.pem"),
            ("der", "spki.der"),
        ] {
            let public = lab.ok(&["jwks", "convert", &original, "--to", to, "--public"]);
            assert_eq!(
                public,
                fs::read(data(&format!("{name}.{file}"))).unwrap(),
                "{name} {to}"
            );
        }
    }
}

#[test]
fn every_format_that_is_read_gives_the_same_key() {
    let lab = Lab::new();
    let expected = |name: &str| -> Value {
        serde_json::from_str(&fs::read_to_string(data(&format!("{name}.jwk.json"))).unwrap())
            .unwrap()
    };
    for (file, name) in [
        ("rsa2048.pkcs1.pem", "rsa2048"),
        ("rsa2048.pkcs1.der", "rsa2048"),
        ("rsa2048.pkcs8.der", "rsa2048"),
        ("rsa2048.enc-scrypt.pem", "rsa2048"),
        ("ec-p256.sec1.pem", "ec-p256"),
        ("ec-p256.sec1.der", "ec-p256"),
        ("ec-p256.sec1-params.pem", "ec-p256"),
        ("ec-p256.enc-aes256.der", "ec-p256"),
        ("ec-p256.enc-3des.pem", "ec-p256"),
    ] {
        let args = [
            "jwks",
            "convert",
            &data(file),
            "--to",
            "jwk",
            "--no-encrypt",
            "--passphrase-from",
            "data-pass",
        ];
        assert_eq!(
            serde_json::from_slice::<Value>(&lab.ok(&args)).unwrap(),
            expected(name),
            "{file}"
        );
    }
    for (file, name) in [
        ("ec-p256.cert.pem", "ec-p256"),
        ("rsa2048.cert.der", "rsa2048"),
        ("rsa2048.pkcs1-pub.pem", "rsa2048"),
    ] {
        let spki = lab.ok(&["jwks", "convert", &data(file), "--to", "spki"]);
        assert_eq!(
            spki,
            fs::read(data(&format!("{name}.spki.pem"))).unwrap(),
            "{file}"
        );
    }
}

#[test]
fn encrypted_pkcs8_opens_with_openssl_and_here() {
    let lab = Lab::new();
    needs!("openssl");
    for name in ["ec-p256", "rsa2048", "ed25519"] {
        let out = format!("{name}.pem");
        let original = data(&format!("{name}.pkcs8.pem"));
        lab.ok(&[
            "jwks",
            "convert",
            &original,
            "--to",
            "pem",
            "--new-passphrase-from",
            "pass",
            "--out",
            &out,
        ]);
        assert!(
            fs::read_to_string(lab.path(&out))
                .unwrap()
                .contains("BEGIN ENCRYPTED PRIVATE KEY")
        );
        let pass = format!("file:{}", lab.path("pass").display());
        let opened = isolated("openssl")
            .args(["pkey", "-passin", &pass, "-in"])
            .arg(lab.path(&out))
            .output()
            .unwrap();
        assert_eq!(
            String::from_utf8_lossy(&opened.stdout),
            fs::read_to_string(&original).unwrap(),
            "{name}"
        );
        let expected: Value =
            serde_json::from_str(&fs::read_to_string(data(&format!("{name}.jwk.json"))).unwrap())
                .unwrap();
        assert_eq!(lab.jwk(&out), expected, "{name}");
        // What OpenSSL itself encrypts opens here.
        let theirs = lab.path(&format!("{name}.theirs.pem"));
        let topk8 = [
            "pkcs8",
            "-topk8",
            "-v2",
            "aes-256-cbc",
            "-iter",
            "10000",
            "-passout",
            &pass,
            "-in",
            &original,
            "-out",
        ];
        assert!(
            isolated("openssl")
                .args(topk8)
                .arg(&theirs)
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(lab.jwk(theirs.to_str().unwrap()), expected, "{name}");
    }
}

#[test]
fn openssh_reads_the_public_key() {
    let lab = Lab::new();
    let has_openssh = have("ssh-keygen", "-?");
    for name in ["rsa2048", "ec-p256", "ec-p384", "ec-p521", "ed25519"] {
        let out = format!("{name}.pub");
        lab.ok(&[
            "jwks",
            "convert",
            &data(&format!("{name}.pkcs8.pem")),
            "--to",
            "ssh",
            "--out",
            &out,
        ]);
        let spki = lab.ok(&["jwks", "convert", &out, "--to", "spki"]);
        assert_eq!(
            spki,
            fs::read(data(&format!("{name}.spki.pem"))).unwrap(),
            "{name}"
        );
        if has_openssh {
            let theirs = |args: &[&str]| {
                isolated("ssh-keygen")
                    .args(args)
                    .arg("-f")
                    .arg(lab.path(&out))
                    .output()
                    .unwrap()
            };
            assert!(theirs(&["-l"]).status.success(), "{name}");
            // OpenSSH has no SPKI for Ed25519.
            if name != "ed25519" {
                assert_eq!(theirs(&["-e", "-m", "PKCS8"]).stdout, spki, "{name}");
            }
        }
    }
    for name in ["secp256k1", "ed448", "x25519"] {
        let refused = lab.run(&[
            "jwks",
            "convert",
            &data(&format!("{name}.pkcs8.pem")),
            "--to",
            "ssh",
        ]);
        assert_eq!(refused.status.code(), Some(2), "{name}");
    }
}

/// The hint is tried out as it stands.
#[test]
fn private_keys_of_openssh_are_refused_with_a_way_that_works() {
    let lab = Lab::new();
    needs!("ssh-keygen");
    for kind in ["rsa", "ecdsa", "ed25519"] {
        let key = lab.path(kind);
        let key = key.to_str().unwrap();
        let made = isolated("ssh-keygen")
            .args(["-q", "-t", kind, "-N", "", "-f", key])
            .status()
            .unwrap();
        assert!(made.success(), "{kind}");
        let refused = lab.run(&["jwks", "thumbprint", "--jwks", key]);
        assert_eq!(refused.status.code(), Some(2), "{kind}");
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains("is an OpenSSH private key"), "{said}");
        if kind == "ed25519" {
            assert!(
                said.contains("make a new key: jwtctl keygen EdDSA") && !said.contains("COPY"),
                "{said}"
            );
            continue;
        }
        assert!(said.contains("ssh-keygen -p -m PKCS8 -f COPY"), "{said}");
        let arguments = ["-p", "-m", "PKCS8", "-P", "", "-N", "", "-f", key];
        assert!(
            isolated("ssh-keygen")
                .args(arguments)
                .stdout(Stdio::null())
                .status()
                .unwrap()
                .success(),
            "{kind}"
        );
        lab.ok(&["jwks", "thumbprint", "--jwks", key]);
    }
}

/// The sealed half of a key file in the keystore is a JWE like any other.
#[test]
fn what_the_keystore_seals_opens_elsewhere() {
    let lab = Lab::new();
    for alg in ["ES256", "EdDSA", "RS256"] {
        lab.ok(&["keygen", alg, "--p2c", "1000", "--passphrase-from", "pass"]);
    }
    let keys = lab.path("store/keys-1");
    for (index, entry) in fs::read_dir(keys).unwrap().enumerate() {
        let file: Value =
            serde_json::from_slice(&fs::read(entry.unwrap().path()).unwrap()).unwrap();
        let sealed = lab.path(&format!("{index}.jwe"));
        fs::write(&sealed, file["sealed"].as_str().unwrap()).unwrap();
        let own = lab.jwk(sealed.to_str().unwrap());
        assert_eq!(own["kid"], file["public"]["kid"]);
        for adapter in ["jwcrypto.py", "jose.mjs", "latchset.sh"] {
            let Some(text) = peer(
                adapter,
                &[
                    "open",
                    sealed.to_str().unwrap(),
                    lab.path("pass").to_str().unwrap(),
                ],
                lab.dir.path(),
            ) else {
                continue;
            };
            let theirs: Value = serde_json::from_str(&text).unwrap();
            for name in ["kty", "crv", "x", "y", "n", "d", "p", "q"] {
                assert_eq!(theirs[name], own[name], "{adapter} {name}");
            }
        }
    }
}

#[test]
fn private_keys_do_not_leave_by_accident() {
    let lab = Lab::new();
    let key = data("ec-p256.pkcs8.pem");
    let refused = lab.run(&["jwks", "convert", &key, "--to", "jwk"]);
    refused
        .assert()
        .code(2)
        .stdout("")
        .stderr(predicate::str::contains("--new-passphrase-from"));
    lab.ok(&[
        "jwks",
        "convert",
        &key,
        "--to",
        "pem",
        "--no-encrypt",
        "--out",
        "k.pem",
    ]);
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &fs::metadata(lab.path("k.pem")).unwrap().permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
    let again = [
        "jwks",
        "convert",
        &key,
        "--to",
        "pem",
        "--no-encrypt",
        "--out",
        "k.pem",
    ];
    assert_eq!(lab.run(&again).status.code(), Some(4));
    lab.ok(&[&again[..], &["--force"]].concat());
    let few = [
        "jwks",
        "convert",
        &key,
        "--to",
        "pem",
        "--new-passphrase-from",
        "pass",
        "--p2c",
        "1000",
    ];
    assert_eq!(
        lab.run(&few).status.code(),
        Some(2),
        "PKCS#8 with few iterations"
    );
}

/// What an adapter of `tests/peers` answers; nothing when its peer is absent or cannot do that.
fn peer(adapter: &str, args: &[&str], folder: &Path) -> Option<String> {
    let ran = support::adapter(adapter, args, folder);
    (!ran.is_skipped()).then(|| ran.expect(0).stdout)
}
