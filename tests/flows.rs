//! Real OpenID Connect clients go through whole flows with the local issuer. `.ci/peers.sh`
//! installs them; a client that is not there is reported as skipped.

#![cfg(all(unix, feature = "cli"))]

use std::fs;

use assert_cmd::Command;
use serde_json::{Value, json};
use tempfile::TempDir;

use support::{NOT_SUPPORTED, binary, peer, process::PATIENCE, repository, skipped};

mod support;

#[test]
fn oauth4webapi() {
    flows("node", "flows.mjs", "oauth4webapi");
}

#[test]
fn openid_client() {
    flows("node", "flows.mjs", "openid-client");
}

#[test]
fn authlib() {
    flows("python3", "flows.py", "authlib");
}

#[test]
fn joserfc() {
    flows("python3", "flows.py", "joserfc");
}

/// Every flow, as a client with a secret that has to be encoded, with three kinds of keys, below a
/// path as well.
fn flows(interpreter: &str, adapter: &str, library: &str) {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("secret"), "s+e%c r/t").unwrap();
    fs::write(
        dir.path().join("claims.json"),
        r#"{"sub":"alice","email":"a@example.org"}"#,
    )
    .unwrap();
    let adapter = repository("tests/peers").join(adapter);
    for (alg, path) in [("ES256", ""), ("EdDSA", ""), ("RS256", "/tenant")] {
        let script = format!("exec {interpreter} \"$0\" {library} $OIDC_ISSUER{path} app secret");
        let mut command = Command::from_std(peer(binary()));
        command.current_dir(dir.path()).timeout(PATIENCE);
        command.args([
            "serve",
            "--alg",
            alg,
            "--typ",
            "at+jwt",
            "--client",
            "app:secret",
            "--claims",
            "claims.json",
            "--exec",
            "--",
        ]);
        let output = command
            .args(["sh", "-c", &script])
            .arg(&adapter)
            .output()
            .unwrap();
        let log = String::from_utf8_lossy(&output.stderr);
        if [Some(NOT_SUPPORTED), Some(127)].contains(&output.status.code()) {
            let why = log.lines().last().unwrap_or_default();
            skipped(why.trim_start_matches("needs "));
            return;
        }
        assert_eq!(output.status.code(), Some(0), "{library} {alg}: {log}");
        let mut found: Value = serde_json::from_slice(&output.stdout).unwrap();
        let issuer = found["oauth_issuer"].take();
        assert!(issuer.as_str().unwrap().ends_with(path), "{issuer}");
        let expected = json!({
            "oauth_issuer": null, "scope": "read", "sub": "alice", "email": "a@example.org", "active": true, "stale": false,
        });
        assert_eq!(found, expected, "{library} {alg}");
    }
}
