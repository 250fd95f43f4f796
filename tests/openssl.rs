//! The OpenSSL inside obeys no configuration: neither the environment's nor a directory's.

#![cfg(all(unix, feature = "cli", feature = "jwe"))]

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use support::{file, jwtctl, ran, traced};

mod support;

/// A configuration that would refuse every algorithm that is used here.
const FIPS_ONLY: &str = "openssl_conf = init\n\
    [init]\nalg_section = algorithms\nproviders = providers\n\
    [algorithms]\ndefault_properties = fips=yes\n\
    [providers]\nevil = evil\n\
    [evil]\nmodule = MODULE\nactivate = 1\n";

fn configured(folder: &Path, args: &[&str]) -> Command {
    let module = folder.join("evil.so");
    let text = FIPS_ONLY.replace("MODULE", module.to_str().unwrap());
    let configuration = file(folder, "openssl.cnf", &text);
    let mut command = jwtctl();
    command
        .current_dir(folder)
        .env("OPENSSL_CONF", configuration)
        .env("OPENSSL_MODULES", folder)
        .args(["--no-input", "--passphrase-from", "pass"])
        .args(args);
    command
}

/// RSA keys, Ed448 and sealed keys are what OpenSSL is used for.
#[test]
fn a_configuration_changes_nothing() {
    let dir = TempDir::new().unwrap();
    file(dir.path(), "pass", "correct horse battery staple");
    let run = |args: &[&str]| ran(&mut configured(dir.path(), args)).answer(0);
    run(&["keygen", "RS256", "--p2c", "1000", "--out", "rsa.jwk"]);
    run(&[
        "keygen",
        "EdDSA",
        "--crv",
        "Ed448",
        "--p2c",
        "1000",
        "--out",
        "ed448.jwk",
    ]);
    for key in ["rsa.jwk", "ed448.jwk"] {
        let token = run(&["sign", "--key", key, "--sub", "me"]);
        run(&["verify", "--key", key, token.trim()]);
    }
}

/// Each is the first call of OpenSSL in its process, by another way in.
#[test]
fn no_configuration_is_read() {
    if !support::have("strace", "-V") {
        return;
    }
    let dir = TempDir::new().unwrap();
    let run = |args: &[&str]| ran(&mut configured(dir.path(), args)).answer(0);
    file(dir.path(), "pass", "correct horse battery staple");
    file(dir.path(), "secret", "abcdefghijklmnopqrstuvwx");
    for (alg, crv, name) in [
        ("RS256", "", "rsa"),
        ("RSA-OAEP-256", "", "oaep"),
        ("ES512", "", "p521"),
        ("EdDSA", "Ed448", "ed448"),
        ("ECDH-ES+A256KW", "X448", "x448"),
        ("ML-DSA-44", "", "mldsa"),
    ] {
        let (key, public) = (format!("{name}.jwk"), format!("{name}.pub"));
        let crv: &[&str] = if crv.is_empty() { &[] } else { &["--crv", crv] };
        let rest = ["--no-encrypt", "--out", &key, "--public-out", &public];
        run(&[&["keygen", alg], crv, &rest].concat());
    }
    let token = run(&["sign", "--key", "ed448.jwk", "--sub", "me"]);
    let sealed = run(&["encrypt", "a=b", "--to", "oaep.pub"]);
    let (token, sealed) = (token.trim(), sealed.trim());
    let log = file(dir.path(), "log", "");
    let secret = ["--secret", "secret", "--alg", "A192KW"];
    for args in [
        &["keygen", "RS256", "--no-encrypt", "--out", "-"][..],
        &[
            "keygen",
            "EdDSA",
            "--crv",
            "Ed448",
            "--no-encrypt",
            "--out",
            "-",
        ],
        &["sign", "a=b", "--key", "rsa.jwk"],
        &["sign", "a=b", "--key", "p521.jwk"],
        &["sign", "a=b", "--key", "mldsa.jwk"],
        &["verify", token, "--key", "ed448.pub"],
        &["jwks", "lint", "--jwks", "ed448.pub"],
        &["encrypt", "a=b", "--to", "oaep.pub"],
        &["encrypt", "a=b", "--to", "x448.pub"],
        &[&["encrypt", "a=b"], &secret[..]].concat(),
        &["decrypt", sealed, "--key", "oaep.jwk"],
    ] {
        for with in [true, false] {
            let mut inner = configured(dir.path(), args);
            if !with {
                inner
                    .env_remove("OPENSSL_CONF")
                    .env_remove("OPENSSL_MODULES");
            }
            let calls = ["-e", "trace=open,openat,openat2,execve", "-o", &log];
            ran(&mut traced(&inner, &calls)).expect(0);
            let trace = fs::read_to_string(&log).unwrap();
            assert!(trace.contains("execve"), "{trace}");
            for name in ["openssl.cnf", "evil.so", "/ssl/", "ossl-modules"] {
                assert!(!trace.contains(name), "{args:?} reads {name}: {trace}");
            }
        }
    }
}
