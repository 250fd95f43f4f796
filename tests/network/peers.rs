//! The portable caches of the real npm packages jose and oauth4webapi, in both directions. By the
//! machine's own clock, since theirs cannot be set.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::support::lab::*;
use crate::support::server::Server;

const ISSUER: &str = "https://issuer.example";

#[test]
fn n37_jose() {
    portable_cache("jose", 1000, 1);
}

#[test]
fn n37_oauth4webapi() {
    portable_cache("oauth4webapi", 1, 1000);
}

fn seconds() -> i64 {
    i64::try_from(
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs(),
    )
    .unwrap()
}

/// One of the libraries, whose `uat` counts this many units a second and is exact to so many
/// milliseconds.
struct Peer<'a> {
    library: &'a str,
    cache: PathBuf,
    url: String,
    token: PathBuf,
}

impl Peer<'_> {
    fn verify(&self) -> Ran {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/jwks-cache.mjs");
        let mut command = Command::new("node");
        command
            .arg(script)
            .arg(self.library)
            .arg(&self.cache)
            .args([&self.url, ISSUER, "api"])
            .arg(&self.token);
        ran(&mut command)
    }

    fn cached(&self) -> Value {
        serde_json::from_str(&std::fs::read_to_string(&self.cache).unwrap()).unwrap()
    }
}

fn portable_cache(library: &str, units: i64, exact_ms: i64) {
    if !have("node", "--version") {
        return;
    }
    let (lab, server) = (Lab::new(), Server::new(|_| set(&["a", "rsa"])));
    let (cache, token) = (lab.path().join("portable.json"), lab.path().join("token"));
    let peer = Peer {
        library,
        cache,
        url: server.url("/jwks"),
        token,
    };
    std::fs::write(&peer.token, access_token()).unwrap();
    let file = peer.cache.to_str().unwrap();
    let verify = || {
        lab.real(&[
            "verify",
            "--json",
            "--aud",
            "api",
            "--jwks-uri",
            &peer.url,
            access_token().trim(),
        ])
    };
    let export = || {
        lab.real(&[
            "cache", "export", "--format", library, "--out", file, &peer.url,
        ])
        .expect(0)
    };

    // What jwtctl fetched serves the library.
    verify().expect(0);
    export();
    assert_eq!(server.requests(), 1);
    let ran = peer.verify();
    if ran.code == 77 {
        skipped(ran.stderr.trim().trim_start_matches("needs "));
        return;
    }
    assert_eq!(ran.expect(0).stdout.trim(), "unchanged");
    assert_eq!(
        server.requests(),
        0,
        "a fresh file is all that {library} needs"
    );

    // An old file is asked about once.
    let mut old = peer.cached();
    let recent = old["uat"].as_i64().unwrap();
    assert!(
        (recent / units - seconds()).abs() < 120,
        "{recent} is not in the library's unit"
    );
    old["uat"] = json!(recent - 1000 * units);
    std::fs::write(&peer.cache, old.to_string()).unwrap();
    assert_eq!(peer.verify().expect(0).stdout.trim(), "changed");
    assert_eq!(server.requests(), 1);

    // What the library fetched serves jwtctl, and comes out as it went in.
    let written = std::fs::read_to_string(&peer.cache).unwrap();
    lab.real(&["cache", "clear", "--all"]).expect(0);
    lab.real(&["cache", "import", "--url", &peer.url, file])
        .expect(0);
    assert!(
        (lab.entry()["fetched_at_ms"].as_i64().unwrap()
            - peer.cached()["uat"].as_i64().unwrap() * 1000 / units)
            .abs()
            < exact_ms.max(1)
    );
    let keys = verify().expect(0).json()["keys"].clone();
    assert_eq!(
        (&keys["source"], &keys["state"]),
        (&json!("import"), &json!("fresh"))
    );
    assert_eq!(server.requests(), 0);
    export();
    assert_eq!(
        std::fs::read_to_string(&peer.cache).unwrap().trim_end(),
        written
    );
    assert_eq!(peer.verify().expect(0).stdout.trim(), "unchanged");
    assert_eq!(server.requests(), 0);
}

/// What RFC 9068 asks of an access token, since oauth4webapi does.
fn access_token() -> String {
    use std::sync::OnceLock;
    static TOKEN: OnceLock<String> = OnceLock::new();
    TOKEN
        .get_or_init(|| {
            let mut command = plain();
            command.args([
                "sign",
                "--typ",
                "at+jwt",
                "--iss",
                ISSUER,
                "--aud",
                "api",
                "--sub",
                "x",
                "--ttl",
                "1h",
                "client_id=c",
            ]);
            let ran = ran(command.arg("--key").arg(keys().file("a"))).expect(0);
            format!("{}\n", ran.stdout.trim())
        })
        .clone()
}
