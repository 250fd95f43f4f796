//! The examples of every `--help` and manual page, and the shell scripts and calls in README.md and
//! docs/, work as they stand there, in a folder with the files that they name. The issuer, the API
//! and the Redis that they speak of are servers of this test.

#![allow(clippy::disallowed_methods, reason = "the search path is the caller's")]
#![cfg(all(unix, feature = "cli", feature = "jwe", feature = "redis"))]

use std::path::Path;
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;

use support::server::{Server, reply};
use support::{binary, isolated, ran, skipped};

mod support;

/// The issuer and the API of the examples.
const SERVERS: [&str; 2] = ["https://issuer.example", "https://api.example"];

/// The Redis of the examples.
const REDIS: [&str; 2] = ["rediss://cache.internal:6380", "redis://127.0.0.1:6379"];

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
cat token.txt token.txt token.txt > tokens.txt
printf '{"path":"/orders","token":"%s"}\n' "$(cat token.txt)" > access.ndjson
jwtctl encrypt --to enc.pub.jwk --sub alice --quiet > sealed.txt
base64 < secret.txt > secret.b64
jwtctl sign --secret secret.txt --secret-encoding raw --aud api --quiet > hs256.txt
jwtctl sign --key rsa-private.pem --alg RS256 --aud api --quiet > rs256.txt
jwtctl sign --key key.jwk --raw --payload note.txt > note.jws
jwtctl jwks convert key.jwk --to jwk --new-passphrase-from pass.txt --out sealed.jwk >/dev/null
jwtctl sign --profile id-token --key key.jwk --iss https://issuer.example --sub alice --client-id web --aud web --nonce "$NONCE" --quiet > id.txt
jwtctl sign --profile dpop+jwt --key key.jwk --method GET --url https://api.example/ --access-token token.txt --quiet > proof.txt
jwtctl jwks fetch --jwks-uri https://issuer.example/jwks.json >/dev/null
jwtctl cache export --out machine.bundle >/dev/null
"#;

/// The files, and the servers.
struct Fixture {
    folder: TempDir,
    issuer: Server,
    redis: Option<support::redis::Server>,
}

impl Fixture {
    fn new() -> Self {
        let redis = match support::has("redis-server") {
            true => Some(support::redis::Server::start(&[])),
            false => {
                skipped("redis-server");
                None
            }
        };
        let fixture = Self {
            folder: TempDir::new().unwrap(),
            // The set is not known before the files are made, and the files need it.
            issuer: Server::new(|_| reply(503, "")),
            redis,
        };
        let setup = |script: &str| {
            let script = fixture.script(script);
            ran(&mut shell(fixture.folder.path(), &script)).expect(0);
        };
        let (files, fetching) = FILES.split_once("jwtctl jwks fetch").unwrap();
        setup(files);
        let set = std::fs::read(fixture.folder.path().join("set.jwks")).unwrap();
        let url = fixture.url();
        let document = json!({"issuer": url, "jwks_uri": format!("{url}/jwks.json")}).to_string();
        fixture
            .issuer
            .then(move |asked| match asked.target.as_str() {
                "/jwks.json" => reply(200, set.clone()),
                "/.well-known/openid-configuration" => reply(200, document.clone()),
                "/orders" => reply(200, "[]"),
                _ => reply(404, ""),
            });
        setup(&format!("jwtctl jwks fetch{fetching}"));
        fixture
    }

    fn url(&self) -> String {
        self.issuer.url("").trim_end_matches('/').to_owned()
    }

    /// A script that ends at its first failure and asks the servers of this test.
    fn script(&self, text: &str) -> String {
        let replace = |text: String, names: &[&str], url: &str| {
            names
                .iter()
                .fold(text, |text, name| text.replace(name, url))
        };
        let mut script = replace(
            format!("set -e\nNONCE=n-0S6_WzA2Mj\n{text}"),
            &SERVERS,
            &self.url(),
        );
        if let Some(redis) = &self.redis {
            script = replace(script, &REDIS, &redis.url());
        }
        script
    }

    /// Runs a script in a copy of the files. One that asks for a Redis is left out without one.
    fn run(&self, text: &str, context: &str) {
        let asks_redis = ["jwtctl session", "--session", "--cache-store"];
        if self.redis.is_none() && asks_redis.iter().any(|it| text.contains(it)) {
            return;
        }
        let folder = TempDir::new().unwrap();
        let copy = format!("cp -Rp '{}/.' .", self.folder.path().display());
        ran(&mut shell(folder.path(), &copy)).expect(0);
        let mut command = shell(folder.path(), &self.script(text));
        if let Some(redis) = &self.redis {
            command.env("JWTCTL_REDIS_URL", redis.url());
        }
        let ran = ran(&mut command);
        assert!(
            ran.code == 0,
            "{context}: exit code {}\n{text}\n{}{}",
            ran.code,
            ran.stdout,
            ran.stderr
        );
    }
}

#[test]
fn the_examples_of_every_command_work() {
    let fixture = Fixture::new();
    let all = examples(&[]);
    assert!(all.len() > 60, "{} examples", all.len());
    for example in all {
        let mut script = example.clone();
        if example.contains("jwtctl session") {
            let create = "jwtctl session create --secret secret.txt --data user=alice --quiet";
            script = format!("{create} > session.txt\n{example}");
        }
        fixture.run(&script, "--help");
    }
}

/// The blocks of a document in the language `sh`, but for those that build jwtctl itself.
fn scripts(text: &str) -> Vec<String> {
    let blocks = text.split("\n```sh\n").skip(1);
    let blocks = blocks.map(|rest| rest.split("\n```").next().unwrap().to_owned());
    blocks.filter(|it| !it.starts_with("cargo ")).collect()
}

/// The calls of jwtctl that are a cell of a table.
fn cells(text: &str) -> Vec<String> {
    let rows = text.lines().filter(|line| line.starts_with('|'));
    let cells = rows.flat_map(|row| row.split(" | ").map(|cell| cell.trim_matches(['|', ' '])));
    let calls = cells.filter_map(|cell| cell.strip_prefix('`')?.strip_suffix('`'));
    let calls = calls.filter(|call| call.starts_with("jwtctl "));
    calls.map(String::from).collect()
}

#[test]
fn the_scripts_and_calls_of_every_document_work() {
    let fixture = Fixture::new();
    let mut count = 0;
    for document in support::documents() {
        let text = std::fs::read_to_string(&document).unwrap();
        let name = document.file_name().unwrap().display().to_string();
        for script in scripts(&text).into_iter().chain(cells(&text)) {
            let programs = ["curl", "jq", "openssl", "parallel", "split"];
            let needed = programs.iter().filter(|it| script.contains(*it));
            let missing: Vec<_> = needed.filter(|it| !support::has(it)).collect();
            match missing.as_slice() {
                [] => fixture.run(&script, &name),
                [program, ..] => skipped(program),
            }
            count += 1;
        }
    }
    assert!(count > 60, "{count} scripts and calls");
}
