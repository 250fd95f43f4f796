//! The keystore from outside: many processes at once, processes that are killed, wrong passphrases,
//! and a private half that is found nowhere it must not be.

#![cfg(all(unix, feature = "cli", feature = "jwe"))]
#![expect(
    clippy::disallowed_methods,
    reason = "how many processes are killed is a setting"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use support::{Ran, all, finish, jwtctl, ran, spawn, under};

mod support;

const P2C: &str = "1000";
const PASSPHRASE: &str = "correct horse battery staple";
const DAY: i64 = 86_400;

/// A keystore and the files around it.
struct Lab {
    dir: TempDir,
}

impl Lab {
    fn new() -> Self {
        let lab = Self {
            dir: TempDir::new().unwrap(),
        };
        fs::write(lab.path("passphrase"), PASSPHRASE).unwrap();
        fs::write(lab.path("wrong"), "wrong").unwrap();
        lab
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// jwtctl with this keystore and its passphrase.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = jwtctl();
        command
            .env("JWTCTL_STORE", self.path("store"))
            .env("JWTCTL_PASSPHRASE_FILE", self.path("passphrase"))
            .current_dir(self.dir.path())
            .arg("--no-input")
            .args(args);
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        ran(&mut self.command(args))
    }

    #[track_caller]
    fn ok(&self, args: &[&str]) -> String {
        self.run(args).expect(0).stdout
    }

    #[track_caller]
    fn json(&self, args: &[&str]) -> Value {
        self.run(&[&["--json"], args].concat()).expect(0).json()
    }

    /// What it says when it fails with this code and gives no answer.
    #[track_caller]
    fn fails(&self, code: i32, args: &[&str]) -> String {
        let ran = self.run(args);
        ran.assert().code(code).stdout("");
        ran.stderr
    }

    #[track_caller]
    fn kids(&self) -> BTreeSet<String> {
        let listed = self.json(&["jwks", "list"]);
        listed["keys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key["kid"].as_str().unwrap().to_owned())
            .collect()
    }

    fn keygen(&self, alg: &str) -> Value {
        self.json(&["keygen", alg, "--p2c", P2C])
    }

    /// Every file of the store with its content.
    fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        walk(&self.path("store"), &mut found);
        found.sort();
        found
    }
}

fn walk(folder: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found)
        } else {
            found.push((path.clone(), fs::read(path).unwrap()))
        }
    }
}

#[test]
fn keygen_sign_verify_without_naming_a_key() {
    let lab = Lab::new();
    let made = lab.keygen("ES256");
    assert_eq!(
        (&made["stored"], &made["state"], &made["encrypted"]),
        (&"store".into(), &"current".into(), &true.into())
    );
    let token = lab.json(&["sign", "--sub", "me"])["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let report = lab.json(&["verify", &token]);
    assert_eq!(report["keys"]["source"], "keystore");
    assert_eq!(report["key"]["kid"], made["kid"]);
    let kid = made["kid"].as_str().unwrap();
    lab.ok(&["verify", "--key", &format!("store:{kid}"), &token]);
    lab.ok(&["sign", "--key", &format!("store:{kid}")]);

    // A second key is published before it signs.
    let second = lab.keygen("EdDSA");
    assert_eq!(second["state"], "next");
    assert_eq!(lab.json(&["sign"])["kid"], made["kid"]);
    assert_eq!(lab.json(&["sign", "--now", "+3h"])["kid"], second["kid"]);
    lab.ok(&["verify", &token]);
    assert_eq!(
        lab.json(&["jwks", "export"])["jwks"]["keys"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

/// Keys for encryption are kept and published, and stand beside the line of those that sign.
#[test]
fn keys_for_encryption_never_sign() {
    let lab = Lab::new();
    assert_eq!(lab.keygen("ECDH-ES")["state"], "current");
    assert!(
        lab.fails(2, &["-q", "sign"])
            .contains("no current signing key")
    );
    assert_eq!(lab.keygen("ES256")["state"], "current");
    assert_eq!(lab.keygen("RSA-OAEP-256")["state"], "current");
    let rotated = lab.json(&["jwks", "rotate"]);
    assert_eq!(lab.json(&["sign", "--now", "+1d"])["kid"], rotated["kid"]);
    let listed = lab.json(&["jwks", "list", "--now", "+1d"]);
    let states: BTreeSet<(&str, &str)> = listed["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["alg"].as_str().unwrap(), it["state"].as_str().unwrap()))
        .collect();
    assert!(
        states.contains(&("ECDH-ES", "current")) && states.contains(&("RSA-OAEP-256", "current")),
        "{states:?}"
    );
    assert!(
        states.contains(&("ES256", "retiring")) && states.contains(&("ES256", "current")),
        "{states:?}"
    );
    assert_eq!(
        lab.json(&["jwks", "export"])["jwks"]["keys"]
            .as_array()
            .unwrap()
            .len(),
        4
    );
}

#[test]
fn an_empty_store_says_what_to_do() {
    let lab = Lab::new();
    for args in [
        &["sign"][..],
        &["verify", "eyJhbGciOiJFZERTQSJ9.e30.AA"],
        &["jwks", "passphrase"],
        &["jwks", "show", "k"],
    ] {
        let said = lab.fails(2, args);
        assert!(said.contains("error: "), "{said}");
    }
    assert!(lab.fails(2, &["sign"]).contains("jwtctl keygen"));
    assert!(lab.fails(2, &["keygen", "HS256"]).contains("--out"));
    assert!(lab.kids().is_empty());
    assert!(!lab.path("store").exists());
}

#[test]
fn a_wrong_passphrase_is_one_clear_error_and_changes_nothing() {
    let lab = Lab::new();
    lab.keygen("ES256");
    lab.ok(&["jwks", "rotate"]);
    let before = lab.files();
    let wrong = lab.path("wrong");
    let wrong = wrong.to_str().unwrap();
    for args in [
        &["sign"][..],
        &["keygen"],
        &["jwks", "rotate"],
        &["jwks", "passphrase", "--new-passphrase-from", "passphrase"],
        &["jwks", "export", "--private", "--yes", "--no-encrypt"],
    ] {
        let said = lab.fails(2, &[args, &["-q", "--passphrase-from", wrong]].concat());
        assert!(
            said.contains("the passphrase does not open it") && said.lines().count() == 1,
            "{said}"
        );
        assert_eq!(lab.files(), before, "{args:?}");
    }
    // A store that is encrypted takes no key in clear.
    lab.fails(2, &["keygen", "--no-encrypt"]);
    assert_eq!(lab.files(), before);
}

#[test]
fn the_private_half_is_found_nowhere() {
    let lab = Lab::new();
    let mut secrets = Vec::new();
    for alg in ["ES256", "EdDSA", "RS256"] {
        let file = lab.path(&format!("{alg}.jwk"));
        lab.ok(&[
            "keygen",
            alg,
            "--no-encrypt",
            "--out",
            file.to_str().unwrap(),
        ]);
        let jwk: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        let private = ["d", "p", "q", "dp", "dq", "qi"]
            .iter()
            .filter_map(|name| jwk[*name].as_str());
        secrets.extend(private.map(String::from));
        lab.ok(&["jwks", "add", file.to_str().unwrap(), "--p2c", P2C]);
        fs::remove_file(file).unwrap();
    }
    assert_eq!(secrets.len(), 8);
    let kid = lab.kids().into_iter().next().unwrap();
    let mut seen: Vec<u8> = lab
        .files()
        .into_iter()
        .flat_map(|(_, bytes)| bytes)
        .collect();
    fs::write(lab.path("none.json"), "{\"keys\":[]}").unwrap();
    for args in [
        &["jwks", "list"][..],
        &["jwks", "show", &kid],
        &["jwks", "export"],
        &["jwks", "lint"],
        &["jwks", "diff", "none.json", "store:"],
        &["jwks", "thumbprint"],
        &["jwks", "rotate", "--dry-run"],
        &["jwks", "passphrase", "--new-passphrase-from", "passphrase"],
        &["jwks", "remove", &kid],
        &["sign"],
    ] {
        for format in [&["-v"][..], &["-v", "--json"]] {
            let output = lab.run(&[format, args].concat());
            seen.extend(output.stdout.into_bytes());
            seen.extend(output.stderr.into_bytes());
        }
    }
    seen.extend(lab.files().into_iter().flat_map(|(_, bytes)| bytes));
    let seen = String::from_utf8_lossy(&seen);
    for secret in &secrets {
        assert!(!seen.contains(secret), "a private member got out");
    }
    // The same search finds them where they are meant to be.
    let exported = lab.ok(&["jwks", "export", "--private", "--yes", "--no-encrypt"]);
    assert!(secrets.iter().any(|secret| exported.contains(secret)));
    let sealed = lab.ok(&[
        "jwks",
        "export",
        "--private",
        "--yes",
        "--new-passphrase-from",
        "wrong",
        "--p2c",
        P2C,
    ]);
    assert!(
        secrets.iter().all(|secret| !sealed.contains(secret))
            && sealed.trim().split('.').count() == 5
    );
    fs::write(lab.path("sealed.jwe"), &sealed).unwrap();
    let listed = lab.json(&[
        "jwks",
        "list",
        "--jwks",
        "sealed.jwe",
        "--passphrase-from",
        "wrong",
    ]);
    assert_eq!(listed["keys"].as_array().unwrap().len(), lab.kids().len());
    assert!(
        lab.fails(2, &["jwks", "export", "--private"])
            .contains("--yes")
    );
}

#[test]
fn fifty_rotations_at_once_make_one_key() {
    let lab = Lab::new();
    for round in 0..2 {
        let now = format!("2026-08-0{}", round + 1);
        let args = [
            "--json", "--now", &now, "jwks", "rotate", "--every", "1d", "--p2c", P2C,
        ];
        let children: Vec<Child> = (0..50).map(|_| spawn(&mut lab.command(&args))).collect();
        let ran: Vec<Ran> = children.into_iter().map(finish).collect();
        let made = ran.iter().filter(|it| it.json()["rotated"] == true).count();
        all(ran, 0);
        assert_eq!((made, lab.kids().len()), (1, round + 1));
    }
}

/// Kills processes in the middle of whatever they do to the store; `JWTCTL_KILLS` sets how many.
#[test]
fn a_killed_process_leaves_a_store_that_opens() {
    let kills = std::env::var("JWTCTL_KILLS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(300u64);
    let lab = Lab::new();
    lab.keygen("ES256");
    fs::copy(lab.path("passphrase"), lab.path("same")).unwrap();
    let changes: [&[&str]; 3] = [
        &["-q", "jwks", "rotate", "--publish-for", "0s"],
        &["-q", "jwks", "passphrase", "--new-passphrase-from", "same"],
        &["-q", "jwks", "prune"],
    ];
    // Spread over the time that a change takes on this machine, with a step that does not resonate
    // with it.
    let start = Instant::now();
    lab.ok(changes[0]);
    let span = u64::try_from(start.elapsed().as_micros()).unwrap() * 3 / 2;
    let mut known = lab.kids();
    for round in 0..kills {
        let args = changes[usize::try_from(round % 5).unwrap().min(2)];
        let mut child = lab
            .command(args)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_micros(round * 7_919 % span));
        child.kill().unwrap();
        child.wait().unwrap();
        let kids = lab.kids();
        assert!(known.is_subset(&kids), "round {round}: a key is gone");
        known = kids;
        // Each look costs time, so the private halves are opened now and then, and all of them at
        // the end.
        if round % 25 == 0 || round + 1 == kills {
            let signed = lab.json(&["-q", "sign"]);
            lab.ok(&["verify", signed["token"].as_str().unwrap()]);
        }
        if known.len() > 12 {
            let listed = lab.json(&["jwks", "list"]);
            // Not one that waits: it may have become current by the time it is removed, and then
            // nothing signs.
            let retired = listed["keys"]
                .as_array()
                .unwrap()
                .iter()
                .find(|key| key["state"] == "retiring");
            if let Some(kid) = retired.and_then(|key| key["kid"].as_str()) {
                lab.ok(&["jwks", "remove", "--force", kid]);
                known.remove(kid);
            }
        }
    }
    let exported = lab.json(&["jwks", "export", "--private", "--yes", "--no-encrypt"]);
    assert_eq!(
        exported["jwks"]["keys"].as_array().unwrap().len(),
        known.len()
    );
    assert!(known.len() > 1, "nothing ever got through");
    lab.ok(&["jwks", "rotate"]);
    let left: Vec<PathBuf> = lab.files().into_iter().map(|(path, _)| path).collect();
    assert_eq!(
        left.len(),
        known.len() + 3,
        "the next change sweeps up: {left:?}"
    );
}

/// The very first change makes the directory, too.
#[test]
fn a_killed_process_leaves_a_beginning_that_can_be_continued() {
    let lab = Lab::new();
    let start = Instant::now();
    lab.keygen("ES256");
    let span = u64::try_from(start.elapsed().as_micros()).unwrap() * 3 / 2;
    fs::remove_dir_all(lab.path("store")).unwrap();
    for round in 0..60u64 {
        let mut child = lab
            .command(&["-q", "keygen", "ES256", "--p2c", P2C])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_micros(round * 7_919 % span));
        child.kill().unwrap();
        child.wait().unwrap();
        let before = lab.kids().len();
        lab.keygen("ES256");
        assert_eq!(lab.kids().len(), before + 1, "round {round}");
        fs::remove_dir_all(lab.path("store")).unwrap();
    }
}

/// Rotations each month, a token a day, a verifier whose key set is as old as a cache may be.
#[test]
fn a_year_from_outside() {
    let lab = Lab::new();
    let start: i64 = 1_785_579_300;
    let (cache, life) = (3600, "10d");
    let mut tokens: Vec<(String, i64)> = Vec::new();
    for day in (0..365).step_by(5) {
        let now = start + day * DAY;
        let at = now.to_string();
        if day % 30 == 0 {
            // What a verifier has cached is from before the rotation, and then from before the new
            // key signs.
            fs::write(
                lab.path("cached.json"),
                lab.ok(&["--now", &at, "jwks", "export", "--allow-empty"]),
            )
            .unwrap();
            lab.ok(&[
                "-q", "--now", &at, "jwks", "rotate", "--every", "30d", "--p2c", P2C,
            ]);
        } else {
            let cached = (now - cache).to_string();
            fs::write(
                lab.path("cached.json"),
                lab.ok(&["--now", &cached, "jwks", "export"]),
            )
            .unwrap();
        }
        tokens.retain(|(_, exp)| *exp > now);
        for (token, _) in &tokens {
            lab.ok(&["--now", &at, "verify", "--jwks", "cached.json", token]);
        }
        let token = lab
            .ok(&["-q", "--now", &at, "sign", "--ttl", life])
            .trim()
            .to_owned();
        lab.ok(&["--now", &at, "verify", &token]);
        tokens.push((token, now + 10 * DAY));
        if day % 60 == 0 {
            lab.ok(&["--now", &at, "jwks", "prune"]);
        }
    }
    // Long after its key's end, a token that would still be valid by its claims is refused for want
    // of the key.
    let at = start.to_string();
    let first = lab.ok(&[
        "-q",
        "--now",
        &(start + 360 * DAY).to_string(),
        "sign",
        "--ttl",
        "10d",
    ]);
    let late = (start + 500 * DAY).to_string();
    lab.ok(&[
        "-q",
        "--now",
        &(start + 361 * DAY).to_string(),
        "jwks",
        "rotate",
    ]);
    lab.run(&["--now", &late, "verify", "--skip", "exp", first.trim()])
        .expect(14);
    let oldest = lab.json(&["jwks", "list"])["keys"][0]["kid"]
        .as_str()
        .unwrap()
        .to_owned();
    lab.fails(
        2,
        &[
            "-q",
            "--now",
            &at,
            "sign",
            "--exp",
            "+900d",
            "--key",
            &format!("store:{oldest}"),
        ],
    );
}

#[test]
fn all_keys_change_their_passphrase_or_none() {
    let lab = Lab::new();
    lab.keygen("ES256");
    lab.keygen("EdDSA");
    fs::write(lab.path("new"), "another\n").unwrap();
    let changed = lab.json(&["jwks", "passphrase", "--new-passphrase-from", "new"]);
    assert_eq!(
        (&changed["keys"], &changed["encrypted"]),
        (&2.into(), &true.into())
    );
    lab.fails(2, &["-q", "sign"]);
    lab.ok(&["-q", "sign", "--passphrase-from", "new"]);
    lab.ok(&[
        "jwks",
        "passphrase",
        "--no-encrypt",
        "--passphrase-from",
        "new",
    ]);
    assert!(lab.ok(&["jwks", "list"]).contains("NOT ENCRYPTED"));
    assert_eq!(lab.json(&["jwks", "list"])["encrypted"], false);
    lab.ok(&["-q", "sign"]);
    // A passphrase that is named here and protects nothing is worth a word; one that is always set
    // is for other files.
    let said = |args: &[&str]| lab.run(args).stderr;
    assert!(!said(&["jwks", "rotate", "--publish-for", "0"]).contains("warning"));
    assert!(
        said(&[
            "-q",
            "jwks",
            "rotate",
            "--publish-for=0",
            "--passphrase-from=new"
        ])
        .contains("jwtctl jwks passphrase")
    );
    assert!(!said(&["keygen", "--no-encrypt", "--passphrase-from", "new"]).contains("warning"));
    lab.ok(&[
        "jwks",
        "passphrase",
        "--new-passphrase-from",
        "new",
        "--p2c",
        P2C,
    ]);
    lab.fails(2, &["-q", "sign"]);
    assert_eq!(lab.kids().len(), 5);
}

#[test]
fn a_store_that_others_can_reach_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let lab = Lab::new();
    lab.keygen("ES256");
    for mode in [0o755, 0o770, 0o707] {
        fs::set_permissions(lab.path("store"), fs::Permissions::from_mode(mode)).unwrap();
        for args in [
            &["sign"][..],
            &["jwks", "list"],
            &["jwks", "rotate"],
            &["verify", "eyJhbGciOiJFZERTQSJ9.e30.AA"],
        ] {
            assert!(
                lab.fails(4, &[&["-q"], args].concat())
                    .contains("chmod 700")
            );
        }
        let report = lab.run(&["--json", "sign"]).json();
        assert_eq!(report["error"]["code"], "unsafe-permissions");
    }
}

#[test]
fn an_exchanged_public_half_is_caught() {
    let lab = Lab::new();
    let (kid, x) = {
        let made = lab.keygen("EdDSA");
        (
            made["kid"].as_str().unwrap().to_owned(),
            made["public_jwk"]["x"].as_str().unwrap().to_owned(),
        )
    };
    let other = lab.json(&["keygen", "EdDSA", "--out", "other.jwk", "--no-encrypt"]);
    let file = lab
        .files()
        .into_iter()
        .find(|(path, _)| path.to_string_lossy().contains(&kid))
        .unwrap();
    let forged = String::from_utf8(file.1)
        .unwrap()
        .replace(&x, other["public_jwk"]["x"].as_str().unwrap());
    fs::write(&file.0, forged).unwrap();
    fs::rename(
        &file.0,
        file.0
            .with_file_name(format!("{}.json", other["kid"].as_str().unwrap())),
    )
    .unwrap();
    assert!(
        lab.fails(4, &["-q", "sign"])
            .contains("publishes another key")
    );
}

#[test]
fn lint_and_diff_answer_with_their_exit_code() {
    let lab = Lab::new();
    lab.keygen("ES256");
    assert_eq!(
        lab.json(&["jwks", "lint"])["findings"],
        Value::Array(Vec::new())
    );
    fs::write(lab.path("old.json"), lab.ok(&["jwks", "export"])).unwrap();
    lab.ok(&["jwks", "diff", "old.json", "store:"]);
    lab.ok(&["jwks", "rotate"]);
    let report = lab
        .run(&["--json", "jwks", "diff", "old.json", "store:"])
        .expect(1)
        .json();
    assert_eq!(report["added"].as_array().unwrap().len(), 1);

    fs::write(
        lab.path("bad.json"),
        r#"{"keys":[{"kty":"oct","k":"c2VjcmV0","kid":"a\u001b[31m"},{"kty":"XYZ","pub":"AA"}]}"#,
    )
    .unwrap();
    let lint = |more: &[&str]| lab.run(&[&["jwks", "lint", "--jwks", "bad.json"], more].concat());
    let text = lint(&[]).expect(1).stdout;
    assert!(
        text.contains("[symmetric-key]") && !text.contains('\u{1b}') && !text.contains("c2VjcmV0"),
        "{text}"
    );
    fs::write(
        lab.path("fine.json"),
        lab.ok(&["jwks", "export"]).replace("\"use\": \"sig\",", ""),
    )
    .unwrap();
    let fine = |more: &[&str]| {
        lab.run(&[&["jwks", "lint", "--jwks", "fine.json"], more].concat())
            .code
    };
    assert_eq!((fine(&[]), fine(&["--fail-on", "info"])), (0, 1));
    let mut on_github = lab.command(&["jwks", "lint", "--jwks", "bad.json"]);
    on_github.env("GITHUB_ACTIONS", "true");
    ran(&mut on_github).complains("::error file=bad.json,title=symmetric-key::key 0");
    lab.fails(2, &["jwks", "lint", "--jwks", "passphrase"]);
}

/// One thumbprint in 64 begins with a hyphen.
#[test]
fn an_id_may_look_like_an_option() {
    let lab = Lab::new();
    let kid = "-vWWUJd3X--force";
    lab.ok(&["keygen", "ES256", "--kid", "k", "--p2c", P2C]);
    fs::write(
        lab.path("key.jwk"),
        lab.ok(&["jwks", "convert", "store:k", "--to", "jwk", "--no-encrypt"]),
    )
    .unwrap();
    lab.ok(&["jwks", "remove", "k", "--force"]);
    let named = fs::read_to_string(lab.path("key.jwk"))
        .unwrap()
        .replace("\"k\"", &format!("\"{kid}\""));
    fs::write(lab.path("key.jwk"), named).unwrap();
    lab.ok(&["jwks", "add", "key.jwk", "--p2c", P2C]);
    let token = lab.json(&["sign", "--kid", kid])["token"]
        .as_str()
        .unwrap()
        .to_owned();
    lab.ok(&["verify", "--kid", kid, &token]);
    lab.ok(&["jwks", "show", kid]);
    lab.fails(2, &["jwks", "remove", kid]);
    lab.ok(&["jwks", "remove", "--force", kid]);
}

#[test]
fn keys_in_use_are_removed_only_by_force() {
    let lab = Lab::new();
    let kid = lab.keygen("ES256")["kid"].as_str().unwrap().to_owned();
    assert!(lab.fails(2, &["jwks", "remove", &kid]).contains("--force"));
    lab.run(&["jwks", "remove", &kid, "--force"])
        .expect(0)
        .complains("jwks rotate");
    assert!(lab.kids().is_empty());
}

/// The published file is replaced whole or not at all.
#[test]
fn publishing_never_cuts_the_service() {
    use std::os::unix::fs::PermissionsExt as _;
    let lab = Lab::new();
    let refused = lab.fails(2, &["jwks", "export"]);
    assert!(
        refused.contains("the keystore publishes no key"),
        "{refused}"
    );
    lab.fails(2, &["jwks", "export", "--out", "jwks.json"]);
    assert!(!lab.path("jwks.json").exists());
    let empty = lab.json(&["jwks", "export", "--allow-empty"]);
    assert_eq!(empty["jwks"], serde_json::json!({"keys": []}));

    lab.keygen("ES256");
    let mut publish = lab.command(&["jwks", "export", "--out", "jwks.json", "--if-changed"]);
    ran(&mut publish).assert().code(0).stdout("");
    let published = fs::read_to_string(lab.path("jwks.json")).unwrap();
    let set: Value = serde_json::from_str(&published).unwrap();
    assert_eq!(set["keys"].as_array().unwrap().len(), 1);
    assert!(!published.contains("\"d\""), "{published}");
    let mode = |name: &str| lab.path(name).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("jwks.json"), 0o644);

    // The same set is an answer of its own, and leaves the file as it is.
    let before = lab.path("jwks.json").metadata().unwrap();
    let same = ran(&mut publish)
        .expect(1)
        .complains("jwks.json: unchanged");
    assert!(same.stdout.is_empty());
    let report = lab.run(&[
        "--json",
        "jwks",
        "export",
        "--out",
        "jwks.json",
        "--if-changed",
    ]);
    let report = report.expect(1).json();
    assert_eq!(
        (&report["ok"], &report["changed"]),
        (&false.into(), &false.into())
    );
    let after = lab.path("jwks.json").metadata().unwrap();
    assert_eq!(before.modified().unwrap(), after.modified().unwrap());

    // Another set replaces it, a refused keystore and an empty one do not.
    lab.ok(&["jwks", "rotate"]);
    lab.ok(&["jwks", "export", "--out", "jwks.json", "--if-changed"]);
    let published = fs::read_to_string(lab.path("jwks.json")).unwrap();
    fs::set_permissions(lab.path("store"), fs::Permissions::from_mode(0o755)).unwrap();
    lab.fails(4, &["jwks", "export", "--out", "jwks.json"]);
    let mut elsewhere = lab.command(&["jwks", "export", "--out", "jwks.json"]);
    ran(elsewhere.env("JWTCTL_STORE", lab.path("none"))).expect(2);
    assert_eq!(
        fs::read_to_string(lab.path("jwks.json")).unwrap(),
        published
    );

    // Whatever the umask is; and private keys never go this way.
    fs::set_permissions(lab.path("store"), fs::Permissions::from_mode(0o700)).unwrap();
    let inner = lab.command(&["jwks", "export", "--out", "strict.json"]);
    let mut strict = under("sh", &["-c", "umask 077; exec \"$@\"", "sh"], &inner);
    ran(&mut strict).expect(0);
    assert_eq!(mode("strict.json"), 0o644);
    lab.fails(
        2,
        &[
            "jwks",
            "export",
            "--private",
            "--yes",
            "--out",
            "private.json",
        ],
    );
    assert!(!lab.path("private.json").exists());
}

/// A redirection of the shell makes the file, and the umask may let all users read it.
#[test]
fn a_private_key_in_clear_on_a_readable_file_is_warned_of() {
    let lab = Lab::new();
    lab.keygen("ES256");
    let key = lab.path("clear.jwk");
    let clear = key.to_str().unwrap();
    lab.ok(&["keygen", "ES256", "--no-encrypt", "--out", clear]);
    let warned = |umask: &str, to: &str, args: &[&str]| {
        let inner = lab.command(args);
        let script = format!("umask {umask}; exec \"$@\" {to}");
        let ran = ran(&mut under("sh", &["-c", &script, "sh"], &inner)).expect(0);
        ran.stderr.contains("other users can read (mode 0")
    };
    let private: [&[&str]; 4] = [
        &["keygen", "ES256", "--no-encrypt", "--out", "-"],
        &["keygen", "HS256", "--no-encrypt", "--out", "-", "--json"],
        &["jwks", "convert", clear, "--to", "pem", "--no-encrypt"],
        &["jwks", "export", "--private", "--yes", "--no-encrypt"],
    ];
    for (number, args) in private.into_iter().enumerate() {
        assert!(warned("022", &format!("> open{number}"), args), "{args:?}");
        assert!(warned("077", &format!(">> open{number}"), args), "{args:?}");
        assert!(
            !warned("077", &format!("> closed{number}"), args),
            "{args:?}"
        );
        assert!(!warned("022", "| cat", args), "{args:?}");
        assert!(!warned("022", "> /dev/null", args), "{args:?}");
    }
    let others: [&[&str]; 3] = [
        &["keygen", "ES256", "--no-encrypt", "--out", "new.jwk"],
        &["jwks", "convert", clear, "--to", "spki"],
        &["jwks", "export"],
    ];
    for args in others {
        assert!(!warned("022", "> public", args), "{args:?}");
    }
}
