//! A better-auth server whose keys jwtctl looks after: the rows that the server made open here, and
//! the server signs with the rows that jwtctl made. `.ci/peers.sh` installs it; where it is absent,
//! that is said.

#![cfg(all(unix, feature = "cli", feature = "jwe"))]

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use support::app::App;
use support::{Ran, jwtctl, ran};

mod support;

const OLD: &str = "an old secret of thirty-two bytes";
const NEW: &str = "a newer secret of thirty-two byte";

struct Issuer(App);

impl Issuer {
    /// Starts it over the database of `folder`, if it can be had.
    fn start(folder: &Path, alg: &str, settings: &[(&str, &str)]) -> Option<Self> {
        let database = folder.join("db").display().to_string();
        App::start("better-auth.mjs", &[&database, alg], settings).map(Self)
    }

    fn url(&self) -> &str {
        &self.0.url
    }

    #[track_caller]
    fn ask(&self, method: &str, path: &str, body: &str) -> String {
        let (status, body) = self.0.ask(method, path, "", body);
        assert_eq!(status, 200, "{body}");
        body
    }

    /// Its table, in a file.
    fn rows(&self, folder: &Path) -> String {
        let path = folder.join("rows.json");
        std::fs::write(&path, self.ask("GET", "/test/rows", "")).unwrap();
        path.display().to_string()
    }

    fn run(&self, sql: &str) {
        self.ask("POST", "/test/sql", sql);
    }

    /// The id of the key of the next token, which is good by the keys that the server publishes.
    #[track_caller]
    fn signs_with(&self, folder: &Path) -> String {
        let token = self.ask("GET", "/test/token", "");
        let uri = format!("{}/api/auth/jwks", self.url());
        let args = [
            "--json",
            "verify",
            &token,
            "--jwks-uri",
            &uri,
            "--aud",
            self.url(),
        ];
        let verdict = call(folder, &args).expect(0).json();
        verdict["key"]["kid"].as_str().unwrap().to_owned()
    }

    /// The ids of the keys that the server publishes.
    fn publishes(&self) -> Vec<String> {
        let set: Value = serde_json::from_str(&self.ask("GET", "/api/auth/jwks", "")).unwrap();
        let keys = set["keys"].as_array().unwrap().iter();
        keys.map(|key| key["kid"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// jwtctl with the secrets in its environment and a cache that is empty.
fn call(folder: &Path, args: &[&str]) -> Ran {
    let cache = TempDir::new_in(folder).unwrap();
    let mut command = jwtctl();
    command
        .current_dir(folder)
        .args(args)
        .env("JWTCTL_CACHE_DIR", cache.path())
        .env("OLD", OLD)
        .env("NEW", NEW);
    ran(&mut command)
}

/// The id of the one row that statements insert.
fn inserted(sql: &str) -> String {
    let values = sql.split("VALUES ('").nth(1).unwrap();
    values.split('\'').next().unwrap().to_owned()
}

fn one_life(alg: &str) {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    let Some(server) = Issuer::start(folder, alg, &[("BETTER_AUTH_SECRET", OLD)]) else {
        return;
    };
    let first = server.signs_with(folder);
    let rows = server.rows(folder);

    // What the server made is good here, for the public without a secret.
    let token = server.ask("GET", "/test/token", "");
    call(
        folder,
        &["verify", &token, "--jwks", &rows, "--aud", server.url()],
    )
    .expect(0);
    let listed = call(folder, &["--json", "jwks", "list", "--jwks", &rows])
        .expect(0)
        .json();
    assert_eq!(listed["keys"][0]["state"], "current");
    let sign = [
        "sign",
        "--key",
        &rows,
        "--aud",
        server.url(),
        "--better-auth-secret",
    ];
    let signed = call(folder, &[&sign[..], &["env:OLD"]].concat()).answer(0);
    let uri = format!("{}/api/auth/jwks", server.url());
    call(
        folder,
        &[
            "verify",
            signed.trim(),
            "--jwks-uri",
            &uri,
            "--aud",
            server.url(),
        ],
    )
    .expect(0);
    call(folder, &[&sign[..], &["env:NEW"]].concat()).fails(2, "does not open");

    // What is made here is good there.
    let made = [
        "--format",
        "better-auth",
        "--better-auth-secret",
        "env:OLD",
        "--sql",
        "sqlite",
    ];
    let sql = call(
        folder,
        &[&["keygen", alg, "--out", "-"], &made[..]].concat(),
    )
    .answer(0);
    server.run(&sql);
    let second = server.signs_with(folder);
    assert_eq!(second, inserted(&sql));

    // A rotation is published before it signs.
    let rows = server.rows(folder);
    let rotate = ["jwks", "rotate", "--jwks", &rows, "--publish-for", "1h"];
    let sql = call(folder, &[&rotate[..], &made].concat()).answer(0);
    server.run(&sql);
    let third = inserted(&sql);
    assert_eq!(server.signs_with(folder), second);
    assert!(
        [&first, &second, &third]
            .into_iter()
            .all(|kid| server.publishes().contains(kid))
    );

    // In an hour it would sign; here and now the expiry is brought forward instead.
    server
        .run("UPDATE jwks SET expiresAt = '2026-01-01T00:00:00.000Z' WHERE expiresAt IS NOT NULL;");
    assert_eq!(server.signs_with(folder), third);

    // Under another secret, the same keys go on signing.
    let rows = server.rows(folder);
    let change = [
        "jwks",
        "passphrase",
        "--jwks",
        &rows,
        "--sql",
        "sqlite",
        "--better-auth-secret",
        "env:OLD",
        "--new-better-auth-secret",
        "env:NEW",
    ];
    let sql = call(folder, &change).answer(0);
    server.run(&sql);
    drop(server);
    let server = Issuer::start(folder, alg, &[("BETTER_AUTH_SECRET", NEW)]).unwrap();
    assert_eq!(server.signs_with(folder), third);
}

macro_rules! lives {
    ($($test:ident: $alg:literal,)*) => {
        $(#[test]
        fn $test() {
            one_life($alg);
        })*
    };
}

lives! {
    a_server_that_signs_eddsa: "EdDSA",
    a_server_that_signs_es256: "ES256",
    a_server_that_signs_es512: "ES512",
    a_server_that_signs_rs256: "RS256",
    a_server_that_signs_ps256: "PS256",
}

#[test]
fn secrets_with_versions_and_no_secret_at_all() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    let old = [("BETTER_AUTH_SECRET", OLD)];
    let Some(server) = Issuer::start(folder, "EdDSA", &old) else {
        return;
    };
    let first = server.signs_with(folder);
    let rows = server.rows(folder);
    let change = |rows: &str, more: &[&str]| {
        let fixed = ["jwks", "passphrase", "--jwks", rows, "--sql", "sqlite"];
        call(folder, &[&fixed[..], more].concat()).answer(0)
    };
    let old_to_7 = [
        "--better-auth-secret",
        "env:OLD",
        "--new-better-auth-secret",
        "7:env:NEW",
    ];
    server.run(&change(&rows, &old_to_7));
    drop(server);
    let versions = format!("7:{NEW}");
    let server = Issuer::start(
        folder,
        "EdDSA",
        &[("BETTER_AUTH_SECRETS", versions.as_str())],
    )
    .unwrap();
    assert_eq!(server.signs_with(folder), first);

    let rows = server.rows(folder);
    call(
        folder,
        &["sign", "--key", &rows, "--better-auth-secret", "env:NEW"],
    )
    .fails(2, "version 7");
    server.run(&change(
        &rows,
        &["--better-auth-secret", "7:env:NEW", "--no-encrypt"],
    ));
    drop(server);
    let plain = [("BETTER_AUTH_SECRET", NEW), ("PLAIN", "1")];
    let server = Issuer::start(folder, "EdDSA", &plain).unwrap();
    assert_eq!(server.signs_with(folder), first);
    let rows = server.rows(folder);
    call(folder, &["sign", "--key", &rows]).expect(0);
    let row = [
        "keygen",
        "ES256",
        "--format",
        "better-auth",
        "--no-encrypt",
        "--out",
        "-",
    ];
    let sql = call(folder, &[&row[..], &["--sql", "sqlite"]].concat()).answer(0);
    server.run(&sql);
    // The plugin prefers the algorithm that it is set to.
    assert_eq!(server.signs_with(folder), first);
    assert!(server.publishes().contains(&inserted(&sql)));

    // A keystore becomes rows that sign in turn.
    let store = ["--store", "keystore", "--now", "2026-11-01T00:00:00Z"];
    call(folder, &[&store[..], &["keygen", "--no-encrypt"]].concat()).expect(0);
    let export = [
        "--store",
        "keystore",
        "jwks",
        "export",
        "--private",
        "--yes",
        "--format",
    ];
    let more = ["better-auth", "--no-encrypt", "--sql", "sqlite"];
    let sql = call(folder, &[&export[..], &more].concat()).answer(0);
    server.run(&format!("DELETE FROM jwks;{sql}"));
    assert_eq!(server.signs_with(folder), inserted(&sql));
}
