//! The examples of every `--help` and manual page work as they stand there, in a folder with the
//! files that they name. The issuer that they speak of is a server of this test.

#![allow(clippy::disallowed_methods, reason = "the search path is the caller's")]
#![cfg(all(unix, feature = "cli", feature = "jwe", feature = "redis"))]

use std::path::Path;
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;

use support::server::{Server, reply};
use support::{binary, isolated, ran, skipped};

mod support;

/// The issuer of the examples.
const ISSUER: &str = "https://issuer.example";

/// The commands that `path` has, and the examples of its help.
fn help(path: &[String]) -> (Vec<String>, Vec<String>) {
    let text = ran(isolated(binary()).args(path).arg("--help")).answer(0);
    let section = |heading: &'static str| {
        let lines = text
            .lines()
            .skip_while(move |line| *line != heading)
            .skip(1);
        lines.take_while(|line| line.starts_with("  ") || line.is_empty())
    };
    let is_term = |line: &&str| line.starts_with("  ") && !line.starts_with("   ");
    let commands = section("Commands:").filter(is_term);
    let commands = commands.filter_map(|line| line.split_whitespace().next());
    let examples = section("Examples:").filter(is_term);
    (
        commands.map(String::from).collect(),
        examples.map(|line| line.trim().to_owned()).collect(),
    )
}

/// Every example, in the order of the commands.
fn examples(path: &[String]) -> Vec<String> {
    let (commands, mut found) = help(path);
    for command in commands {
        let deeper = [path, &[command]].concat();
        found.extend(examples(&deeper));
    }
    found
}

/// A shell in `folder` that finds jwtctl, with a keystore, a cache and a passphrase of its own.
fn shell(folder: &Path, script: &str) -> Command {
    let bin = binary().parent().unwrap().display().to_string();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = isolated("sh");
    command
        .current_dir(folder)
        .args(["-c", script])
        .env("PATH", format!("{bin}:{path}"))
        .env("HOME", folder)
        .env("JWTCTL_STORE", folder.join("keystore"))
        .env("JWTCTL_CACHE_DIR", folder.join("cache"))
        .env("JWTCTL_PASSPHRASE_FILE", folder.join("pass.txt"));
    command
}

/// The files that the examples name.
const FILES: &str = r#"
umask 077
echo 'a passphrase for the examples' > pass.txt
echo 'a secret that HS256 finds long enough' > secret.txt
echo '{"sub":"alice","aud":"api"}' > claims.json
echo 'a note' > note.txt
printf 'jwks = "set.jwks"\naud = "api"\n' > api.toml
jwtctl keygen --kid first >/dev/null
jwtctl keygen --no-encrypt --kid demo --out key.jwk --public-out pub.jwk >/dev/null
jwtctl jwks convert key.jwk --public --to jwks --out set.jwks >/dev/null
jwtctl keygen --no-encrypt --kid other --out other.jwk >/dev/null
jwtctl keygen ES256 --no-encrypt --kid demo --out stored.jwk >/dev/null
jwtctl jwks add stored.jwk >/dev/null
jwtctl keygen ECDH-ES --no-encrypt --out enc.jwk --public-out enc.pub.jwk >/dev/null
jwtctl keygen RS256 --no-encrypt --format pem --out rsa-private.pem --public-out rsa.pub.pem >/dev/null
jwtctl sign --key key.jwk --iss https://issuer.example --sub user-1 --aud api --quiet > token.txt
printf '{"access_token":"%s"}' "$(cat token.txt)" > answer.json
jwtctl encrypt --to enc.pub.jwk --sub alice --quiet > sealed.txt
jwtctl jwks fetch --jwks-uri https://issuer.example/jwks.json >/dev/null
jwtctl cache export --out machine.bundle >/dev/null
"#;

#[test]
fn the_examples_of_every_command_work() {
    let redis = match support::has("redis-server") {
        true => Some(support::redis::Server::start(&[])),
        false => {
            skipped("redis-server");
            None
        }
    };
    // The set is not known before the fixture is made, and the fixture fetches it.
    let server = Server::new(|_| reply(503, ""));
    let url = server.url("");
    let url = url.trim_end_matches('/');
    let fixture = TempDir::new().unwrap();
    let setup = |script: &str| {
        let script = format!("set -e\n{}", script.replace(ISSUER, url));
        ran(&mut shell(fixture.path(), &script)).expect(0);
    };
    let (files, fetching) = FILES.split_once("jwtctl jwks fetch").unwrap();
    setup(files);
    let set = std::fs::read(fixture.path().join("set.jwks")).unwrap();
    let document = json!({"issuer": url, "jwks_uri": format!("{url}/jwks.json")}).to_string();
    server.then(move |asked| match asked.target.as_str() {
        "/jwks.json" => reply(200, set.clone()),
        "/.well-known/openid-configuration" => reply(200, document.clone()),
        _ => reply(404, ""),
    });
    setup(&format!("jwtctl jwks fetch{fetching}"));
    let all = examples(&[]);
    assert!(all.len() > 60, "{} examples", all.len());
    for example in all {
        let folder = TempDir::new().unwrap();
        let copy = format!("cp -Rp '{}/.' .", fixture.path().display());
        ran(&mut shell(folder.path(), &copy)).expect(0);
        let mut before = String::new();
        if example.contains("jwtctl session") {
            let Some(_) = &redis else { continue };
            before = "jwtctl session create --secret secret.txt --data user=alice --quiet > session.txt\n".into();
        }
        let script = format!("set -e\n{before}{}", example.replace(ISSUER, url));
        let mut command = shell(folder.path(), &script);
        if let Some(redis) = &redis {
            command.env("JWTCTL_REDIS_URL", redis.url());
        }
        let ran = ran(&mut command);
        assert!(ran.code == 0, "{example}\n{}{}", ran.stdout, ran.stderr);
    }
}
