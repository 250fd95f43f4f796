//! Other implementations of JOSE take what jwtctl makes, and jwtctl takes what they make: tokens,
//! keys, sealed keys and thumbprints, for every algorithm that both have.
//!
//! Each peer sits behind an adapter with one command line for all (`tests/peers/README.md`), and
//! `.ci/peers.sh` installs them. A peer that is not there is reported as skipped, so that this
//! passes anywhere.

#![allow(
    clippy::disallowed_methods,
    reason = "peers judge tokens by the real clock"
)]
#![cfg(all(unix, feature = "cli"))]

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tempfile::TempDir;

use support::{NOT_SUPPORTED, Ran, jwtctl, ran_with};

mod support;

macro_rules! peers {
    ($($test:ident: $adapter:literal,)*) => {
        $(#[test]
        fn $test() {
            interop($adapter);
        })*
    };
}

peers! {
    peer_pyjwt: "pyjwt.py",
    peer_joserfc: "joserfc.py",
    peer_jwcrypto: "jwcrypto.py",
    peer_jose: "jose.mjs",
    peer_latchset: "latchset.sh",
    peer_openssl: "openssl.sh",
    peer_jwtcli: "jwtcli.sh",
}

/// jwtctl's exit codes that this relies on.
const BAD_CALL: i32 = 2;
const BAD_SIGNATURE: i32 = 10;
/// What jwtctl seals with unless told otherwise.
const JWTCTL_P2C: u32 = 210_000;
/// A claim of many types, in every payload.
const DATA: &str = r#"{"list":[1,2.5,null,true],"text":"é ✓"}"#;

fn interop(adapter: &'static str) {
    let dir = TempDir::new().unwrap();
    let lab = Lab {
        adapter,
        dir: dir.path(),
    };
    let version = lab.peer(&["version"]);
    if version.is_skipped() {
        return;
    }
    version.answer(0);

    let format = lab.peer(&["keyformat"]).answer(0).trim().to_owned();
    let algs = lab.peer(&["algs"]).answer(0);
    for alg in algs.split_whitespace().filter(|alg| jwtctl_has(alg)) {
        let keys = lab.keygen(alg, &format);
        jwtctl_signs(&lab, alg, &keys);
        peer_signs(&lab, alg, &keys);
        if format == "jwk" {
            thumbprints_agree(&lab, &keys);
        }
    }
    if cfg!(feature = "jwe") {
        sealed_keys_open(&lab, &format);
    }
}

fn jwtctl_signs(lab: &Lab, alg: &str, keys: &Keys) {
    let token = lab.jwtctl_sign(alg, &keys.private, &[]);
    let header = header_of(&token);
    assert_eq!(header["alg"], jose_name(alg), "{}: {header}", lab.adapter);

    let payload = lab.jwtctl_verify(alg, &keys.public, &token).answer(0);
    let seen = lab.peer_verify(alg, &keys.peer_public, &token).answer(0);
    assert_eq!(parse(&seen), parse(&payload), "{} {alg}", lab.adapter);
    assert_eq!(parse(&seen)["data"], parse(DATA), "{} {alg}", lab.adapter);

    let refused = lab.peer_verify(alg, &keys.peer_public, &altered(&token));
    assert_eq!(refused.answer(1), "", "{} {alg}", lab.adapter);
}

fn peer_signs(lab: &Lab, alg: &str, keys: &Keys) {
    let (token, payload) = lab.peer_sign(alg, &keys.peer_private);
    if let Some(kid) = &keys.kid {
        assert_eq!(
            header_of(&token)["kid"],
            kid.as_str(),
            "{} {alg}",
            lab.adapter
        );
    }
    let seen = lab.jwtctl_verify(alg, &keys.public, &token).answer(0);
    assert_eq!(parse(&seen), payload, "{} {alg}", lab.adapter);

    let refused = lab.jwtctl_verify(alg, &keys.public, &altered(&token));
    assert_eq!(refused.answer(BAD_SIGNATURE), "", "{} {alg}", lab.adapter);
}

/// jwtctl's default `kid` is the RFC 7638 thumbprint, of the private key as of the public one.
fn thumbprints_agree(lab: &Lab, keys: &Keys) {
    for key in [&keys.peer_private, &keys.peer_public] {
        let thumbprint = lab.peer(&["thumbprint", text(key)]);
        if thumbprint.code != NOT_SUPPORTED {
            assert_eq!(
                Some(thumbprint.answer(0).trim()),
                keys.kid.as_deref(),
                "{}",
                lab.adapter
            );
        }
    }
}

/// A JWE for peers with JWKs, encrypted PKCS#8 for those with PEM.
fn sealed_keys_open(lab: &Lab, format: &str) {
    let limit = lab.peer(&["maxp2c"]);
    if limit.code == NOT_SUPPORTED {
        return;
    }
    let limit: u32 = limit.answer(0).trim().parse().unwrap();
    let passphrase = lab.write("passphrase", b"correct horse battery staple\n");
    let wrong = lab.write("wrong", b"incorrect horse battery staple\n");

    // jwtctl seals. The peer opens it, and what it finds signs for the public key.
    let (sealed, public) = (lab.path("sealed"), lab.path("sealed.pub"));
    let fewer = limit.to_string();
    let mut args = vec![
        "keygen",
        "ES256",
        "--format",
        format,
        "--passphrase-from",
        text(&passphrase),
    ];
    args.extend(["--out", text(&sealed), "--public-out", text(&public)]);
    if format == "jwk" && limit < JWTCTL_P2C {
        args.extend(["--p2c", &fewer]);
    }
    lab.jwtctl(&args, "").answer(0);
    let opened = lab
        .peer(&["open", text(&sealed), text(&passphrase)])
        .answer(0);
    let opened = lab.write("opened", opened.as_bytes());
    let (token, _) = lab.peer_sign("ES256", &opened);
    lab.jwtctl_verify("ES256", &public, &token).answer(0);
    assert_eq!(
        lab.peer(&["open", text(&sealed), text(&wrong)]).answer(1),
        "",
        "{}",
        lab.adapter
    );

    // The peer seals. jwtctl signs with it, and the peer's public key confirms that.
    let keys = lab.keygen("ES256", format);
    let in_json = lab.peer(&["sealjson", text(&keys.private), text(&passphrase)]);
    if in_json.code != NOT_SUPPORTED {
        let sealed = lab.write("sealed-by-peer.json", in_json.answer(0).as_bytes());
        let token = lab.jwtctl_sign("ES256", &sealed, &["--passphrase-from", text(&passphrase)]);
        lab.jwtctl_verify("ES256", &keys.public, &token).answer(0);
        refuses_passphrase(lab, &sealed, &wrong);
    }
    let sealed = lab
        .peer(&["seal", text(&keys.private), text(&passphrase)])
        .answer(0);
    let sealed = lab.write("sealed-by-peer", sealed.as_bytes());
    let token = lab.jwtctl_sign("ES256", &sealed, &["--passphrase-from", text(&passphrase)]);
    lab.jwtctl_verify("ES256", &keys.public, &token).answer(0);
    lab.peer_verify("ES256", &keys.peer_public, &token)
        .answer(0);
    refuses_passphrase(lab, &sealed, &wrong);
}

fn refuses_passphrase(lab: &Lab, sealed: &Path, wrong: &Path) {
    let refused = lab.jwtctl(
        &[
            "sign",
            "--key",
            text(sealed),
            "--passphrase-from",
            text(wrong),
            "--exp",
            "+10m",
        ],
        "",
    );
    assert_eq!(refused.answer(BAD_CALL), "", "{}", lab.adapter);
}

/// One peer, jwtctl, and a directory for their files.
struct Lab<'a> {
    adapter: &'static str,
    dir: &'a Path,
}

/// The files of one key. jwtctl and the peer read the same ones but for HMAC secrets as raw bytes.
struct Keys {
    private: PathBuf,
    public: PathBuf,
    peer_private: PathBuf,
    peer_public: PathBuf,
    /// As it stands in the key file; PEM has no place for it.
    kid: Option<String>,
}

impl Lab<'_> {
    fn peer(&self, args: &[&str]) -> Ran {
        support::adapter(self.adapter, args, self.dir)
    }

    /// Runs jwtctl with a keystore and a cache beside the files.
    fn jwtctl(&self, args: &[&str], stdin: &str) -> Ran {
        let mut command = jwtctl();
        command
            .env("JWTCTL_STORE", self.path("store"))
            .env("JWTCTL_CACHE_DIR", self.path("cache"))
            .current_dir(self.dir)
            .arg("--no-input")
            .args(args);
        ran_with(&mut command, stdin)
    }

    fn keygen(&self, alg: &str, format: &str) -> Keys {
        let hmac = alg.starts_with("HS");
        let format = if hmac { "jwk" } else { format };
        let private = self.path(&format!("{alg}.{format}"));
        let public = self.path(&format!("{alg}.pub.{format}"));
        let mut args = vec![
            "keygen",
            jose_name(alg),
            "--no-encrypt",
            "--force",
            "--format",
            format,
        ];
        if alg == "EdDSA-Ed448" {
            args.extend(["--crv", "Ed448"]);
        }
        args.extend(["--out", text(&private)]);
        if !hmac {
            args.extend(["--public-out", text(&public)]);
        }
        self.jwtctl(&args, "").answer(0);

        let public = if hmac { private.clone() } else { public };
        let mut keys = Keys {
            peer_private: private.clone(),
            peer_public: public.clone(),
            private,
            public,
            kid: None,
        };
        if format == "jwk" {
            let jwk = parse(&fs::read_to_string(&keys.private).unwrap());
            if hmac && self.peer(&["keyformat"]).answer(0).trim() == "pem" {
                let secret = URL_SAFE_NO_PAD.decode(jwk["k"].as_str().unwrap()).unwrap();
                keys.peer_private = self.write(&format!("{alg}.secret"), &secret);
                keys.peer_public = keys.peer_private.clone();
            } else {
                keys.kid = Some(jwk["kid"].as_str().unwrap().to_owned());
            }
        }
        keys
    }

    fn jwtctl_sign(&self, alg: &str, key: &Path, more: &[&str]) -> String {
        let mut args = vec!["sign", "--key", text(key), "--alg", jose_name(alg)];
        args.extend(["--iss", "jwtctl", "--sub", "interop", "--exp", "+10m"]);
        let data = format!("data:={DATA}");
        args.push(&data);
        args.extend(more);
        self.jwtctl(&args, "").answer(0).trim().to_owned()
    }

    fn jwtctl_verify(&self, alg: &str, key: &Path, token: &str) -> Ran {
        let args = [
            "verify",
            "--key",
            text(key),
            "--alg",
            jose_name(alg),
            "--payload",
            "-",
        ];
        self.jwtctl(&args, token)
    }

    fn peer_sign(&self, alg: &str, key: &Path) -> (String, Value) {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs();
        let payload = json!({
            "iss": "peer",
            "sub": "interop",
            "iat": now,
            "exp": now + 600,
            "data": parse(DATA),
        });
        let file = self.write("payload.json", payload.to_string().as_bytes());
        let token = self.peer(&["sign", alg, text(key), text(&file)]).answer(0);
        (token.trim().to_owned(), payload)
    }

    fn peer_verify(&self, alg: &str, key: &Path, token: &str) -> Ran {
        let file = self.write("token", token.as_bytes());
        self.peer(&["verify", alg, text(key), text(&file)])
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// A file for its owner only, as jwtctl wants secrets to be.
    fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path(name);
        let mut options = fs::OpenOptions::new();
        let mut file = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&path)
            .unwrap();
        file.write_all(content).unwrap();
        path
    }
}

/// Ed448 comes with the feature that brings OpenSSL.
fn jwtctl_has(alg: &str) -> bool {
    alg != "EdDSA-Ed448" || cfg!(feature = "jwe")
}

/// The name in headers and on jwtctl's command line.
fn jose_name(alg: &str) -> &str {
    if alg == "EdDSA-Ed448" { "EdDSA" } else { alg }
}

fn header_of(token: &str) -> Value {
    let header = URL_SAFE_NO_PAD
        .decode(token.split('.').next().unwrap())
        .unwrap();
    parse(str::from_utf8(&header).unwrap())
}

/// The token with another first character of its signature.
fn altered(token: &str) -> String {
    let (input, signature) = token.rsplit_once('.').unwrap();
    let first = if signature.starts_with('B') { 'C' } else { 'B' };
    format!("{input}.{first}{}", &signature[1..])
}

#[track_caller]
fn parse(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"))
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
