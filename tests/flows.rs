//! Real OpenID Connect clients go through whole flows with the local issuer. `.ci/peers.sh`
//! installs them; a client that is not there is reported as skipped.

#![cfg(all(unix, feature = "cli"))]

use std::fs;
use std::io::Write as _;
use std::path::Path;

use assert_cmd::Command;
use serde_json::{Value, json};
use tempfile::TempDir;

/// How an adapter says that its library is absent.
const NOT_SUPPORTED: i32 = 77;

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
    let adapter = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/peers")
        .join(adapter);
    for (alg, path) in [("ES256", ""), ("EdDSA", ""), ("RS256", "/tenant")] {
        let script = format!("exec {interpreter} \"$0\" {library} $OIDC_ISSUER{path} app secret");
        let mut command = Command::cargo_bin("jwtctl").unwrap();
        command
            .current_dir(dir.path())
            .env_remove("JWTCTL_STORE")
            .timeout(std::time::Duration::from_secs(60));
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
            // Not `println!`: libtest would swallow it, and an absent peer is to be seen.
            let why = log.lines().last().unwrap_or_default();
            let _ = writeln!(std::io::stderr(), "{library}: skipped: {why}");
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
