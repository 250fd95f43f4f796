//! Kinds of tokens as other implementations make and read them: oauth4webapi's proofs and
//! assertions, oidc-provider's tokens, the SD-JWTs of Python's sd-jwt. `.ci/peers.sh` installs them;
//! where one is absent, that is said.

#![cfg(all(unix, feature = "cli"))]

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::{Value, json};
use tempfile::TempDir;

use support::app::App;
use support::{Ran, adapter, ageing, binary, jwtctl, peer, process::PATIENCE, ran, repository};

mod support;

/// A folder with keys, and a cache of its own.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn folder(&self) -> &Path {
        self.0.path()
    }

    fn call(&self, args: &[&str]) -> Ran {
        let mut command = jwtctl();
        command.current_dir(self.folder()).args(args);
        ran(command.env("JWTCTL_CACHE_DIR", self.cache()))
    }

    fn cache(&self) -> PathBuf {
        self.folder().join("cache")
    }

    /// A key pair in NAME.jwk and NAME.pub.jwk.
    fn key(&self, name: &str, alg: &[&str]) {
        let (private, public) = (format!("{name}.jwk"), format!("{name}.pub.jwk"));
        let rest = [
            "--no-encrypt",
            "--kid",
            name,
            "--out",
            &private,
            "--public-out",
            &public,
        ];
        self.call(&[&["-q", "keygen"], alg, &rest].concat())
            .expect(0);
    }

    /// What a call prints, in a file.
    fn save(&self, name: &str, args: &[&str]) -> String {
        let text = self.call(args).answer(0);
        self.write(name, &text)
    }

    fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.folder().join(name), text).unwrap();
        format!("@{name}")
    }
}

const URL: &str = "https://api.example/orders";

#[test]
fn oauth4webapi_makes_proofs_and_assertions() {
    let desk = Desk::new();
    desk.write("token", "an.access.token");
    let args = ["make", "POST", URL, "token", "web", "https://as.example"];
    let made = adapter("profiles.mjs", &args, desk.folder());
    if made.is_skipped() {
        return;
    }
    let made: Value = serde_json::from_str(&made.answer(0)).unwrap();
    let text = |name: &str| made[name].as_str().unwrap();
    let verify = [
        "verify",
        "--profile",
        "dpop+jwt",
        "--method",
        "POST",
        "--url",
    ];
    let proof = desk.write("proof", text("proof"));
    let bound = ["--access-token", "token", "--jkt", text("jkt"), &proof];
    let verdict = desk.call(&[&["--json"], &verify[..], &[URL], &bound].concat());
    let verdict = verdict.expect(0).json();
    assert_eq!(verdict["key"]["thumbprint"], made["jkt"]);
    // Another token, another URL, another key.
    desk.write("other", "another.access.token");
    let other = ["--access-token", "other", &proof];
    desk.call(&[&verify[..], &[URL], &other].concat())
        .expect(13)
        .says("ath");
    let elsewhere = ["https://api.example/", "--access-token", "token", &proof];
    desk.call(&[&verify[..], &elsewhere].concat())
        .expect(13)
        .says("htu");
    let another = ["--access-token", "token", "--jkt", "x", &proof];
    desk.call(&[&verify[..], &[URL], &another].concat())
        .expect(13)
        .says("thumbprint");

    let proof = desk.write("proof", text("at_token_endpoint"));
    let endpoint = ["https://as.example/token", &proof];
    desk.call(&[&verify[..], &endpoint].concat()).expect(0);

    desk.write("web.jwk", &made["jwk"].to_string());
    let assertion = desk.write("assertion", text("assertion"));
    let verify = [
        "verify",
        "--profile",
        "client-assertion",
        "--key",
        "web.jwk",
        &assertion,
    ];
    let known = ["--aud", "https://as.example", "--client-id"];
    desk.call(&[&verify[..], &known, &["web"]].concat())
        .expect(0);
    desk.call(&[&verify[..], &known, &["app"]].concat())
        .expect(13)
        .says("iss");
}

#[test]
fn oauth4webapi_takes_proofs_and_bound_access_tokens() {
    let desk = Desk::new();
    if adapter("profiles.mjs", &["version"], desk.folder()).is_skipped() {
        return;
    }
    desk.key("server", &["ES256"]);
    desk.key("client", &["ES256"]);
    let script = r#"
        set -eu
        jkt=$("$1" jwks thumbprint --jwks client.pub.jwk)
        "$1" -q sign --profile at+jwt --key server.jwk --iss "$OIDC_ISSUER" --sub alice --aud api \
            --client-id web --jkt "$jkt" scope=read > token
        "$1" -q sign --profile dpop+jwt --key client.jwk --method GET --url "$2?page=1" --access-token token > proof
        exec node "$0" validate "$OIDC_ISSUER" api GET "$2" token proof
    "#;
    let mut command = Command::from_std(peer(binary()));
    command.current_dir(desk.folder()).timeout(PATIENCE);
    command.args([
        "serve",
        "--key",
        "server.jwk",
        "--exec",
        "--",
        "sh",
        "-c",
        script,
    ]);
    command
        .arg(repository("tests/peers/profiles.mjs"))
        .arg(binary())
        .arg(URL);
    let output = command.output().unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{log}");
    let claims: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(claims["scope"], "read");
}

/// The tokens of a login at oidc-provider.
struct Login(Value);

impl Login {
    fn at(app: &App, client: &str) -> Self {
        let path = format!("/test/login?client={client}&nonce=n1");
        let (status, body) = app.ask("GET", &path, "", "");
        assert_eq!(status, 200, "{body}");
        Self(serde_json::from_str(&body).unwrap())
    }

    fn token(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap()
    }
}

#[test]
fn oidc_provider_issues_tokens_and_takes_ours() {
    let desk = Desk::new();
    desk.key("sealing", &["ECDH-ES", "--crv", "P-256"]);
    desk.key("machine", &["EdDSA"]);
    desk.key("client", &["ES256"]);
    let path = |name: &str| desk.folder().join(name).display().to_string();
    let keys = [path("sealing.pub.jwk"), path("machine.pub.jwk")];
    let Some(app) = App::start("oidc-provider.mjs", &[&keys[0], &keys[1]], &[]) else {
        return;
    };
    let issuer = ["--issuer", &app.url, "--allow-http"];
    let id_token = [
        "verify",
        "--profile",
        "id-token",
        "--nonce",
        "n1",
        "--client-id",
    ];
    let access = [
        "verify",
        "--profile",
        "at+jwt",
        "--aud",
        "https://api.example",
        "--client-id",
    ];

    let login = Login::at(&app, "app");
    let token = login.token("id_token");
    desk.call(&[&id_token[..], &["app", token], &issuer].concat())
        .expect(0);
    desk.call(&[&id_token[..], &["web", token], &issuer].concat())
        .expect(13)
        .says("aud");
    let token = login.token("access_token");
    desk.call(&[&access[..], &["app", token], &issuer].concat())
        .expect(0);
    // Neither passes for the other.
    desk.call(&[&id_token[..], &["app", token], &issuer].concat())
        .expect(13)
        .says("access token");

    // Other keys: the set that is at hand is fetched anew for a kid that it does not have.
    let (status, _) = app.ask("POST", "/test/rotate", "", "");
    assert_eq!(status, 200);
    let rotated = Login::at(&app, "app");
    let token = rotated.token("id_token");
    desk.call(&[&id_token[..], &["app", token], &issuer, &["--offline"]].concat())
        .expect(14);
    ageing::cache(&desk.cache(), 60_000);
    let verdict = desk.call(&[&["--json"], &id_token[..], &["app", token], &issuer].concat());
    assert_eq!(verdict.expect(0).json()["keys"]["reason"], "kid_miss");

    let sealed = Login::at(&app, "sealed");
    let token = sealed.token("id_token");
    assert_eq!(token.matches('.').count(), 4);
    let key = ["--decrypt-key", "sealing.jwk"];
    if cfg!(feature = "jwe") {
        desk.call(&[&id_token[..], &["sealed", token], &issuer, &key].concat())
            .expect(0);
    }
    desk.call(&[&id_token[..], &["sealed", token], &issuer].concat())
        .expect(17)
        .says("encrypted");

    let endpoint = format!("{}/token", app.url);
    let proof = [
        "sign",
        "--profile",
        "dpop+jwt",
        "--key",
        "client.jwk",
        "--format",
        "header",
    ];
    let proof = [&proof[..], &["--method", "POST", "--url", &endpoint]].concat();
    let proof = desk.call(&proof).answer(0);
    let form = [
        "sign",
        "--profile",
        "client-assertion",
        "--key",
        "machine.jwk",
        "--format",
        "form",
    ];
    let form = [&form[..], &["--client-id", "machine", "--aud", &app.url]].concat();
    let form = desk.call(&form).answer(0);
    let body = format!("grant_type=client_credentials&scope=read&{}", form.trim());
    let headers = format!(
        "{}\r\ncontent-type: application/x-www-form-urlencoded\r\n",
        proof.trim()
    );
    let (status, answer) = app.ask("POST", "/token", &headers, &body);
    assert_eq!(status, 200, "{answer}");
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["token_type"], "DPoP");
    let jkt = desk
        .call(&["jwks", "thumbprint", "--jwks", "client.pub.jwk"])
        .answer(0);
    let token = answer["access_token"].as_str().unwrap();
    let bound = ["machine", token, "--jkt", jkt.trim()];
    desk.call(&[&access[..], &bound, &issuer].concat())
        .expect(0);
    let other = ["machine", token, "--jkt", "x"];
    desk.call(&[&access[..], &other, &issuer].concat())
        .expect(13)
        .says("jkt");
}

const AUD: &str = "https://verifier.example";
const VERIFY: &[&str] = &["verify", "--profile", "sd-jwt", "--key", "issuer.pub.jwk"];
const BOUND: &[&str] = &["--nonce", "n1", "--aud", AUD];

/// A desk with the keys of an issuer and a holder, where sd-jwt is there.
fn beside_sd_jwt() -> Option<Desk> {
    let desk = Desk::new();
    if adapter("sd_jwt.py", &["version"], desk.folder()).is_skipped() {
        return None;
    }
    desk.key("issuer", &["ES256"]);
    desk.key("holder", &["ES256"]);
    Some(desk)
}

fn payload(ran: Ran) -> Value {
    serde_json::from_str(&ran.answer(0)).unwrap()
}

#[test]
fn what_sd_jwt_issues_and_presents_verifies_here() {
    let Some(desk) = beside_sd_jwt() else {
        return;
    };
    let issued = ["issue", "issuer.jwk", "holder.jwk"];
    let issued = adapter("sd_jwt.py", &issued, desk.folder()).answer(0);
    let issued = desk.write("issued", issued.trim());
    let whole = payload(desk.call(&[VERIFY, &[&issued, "--payload"]].concat()));
    let address = json!({"country": "DE", "street": "Main St"});
    assert_eq!(whole["address"], address);
    assert_eq!(whole["nationalities"], json!(["DE", "FR"]));

    let what = r#"{"name":true,"nationalities":[false,true]}"#;
    let present = ["present", "issued", "holder.jwk", AUD, "n1", what];
    let presented = adapter("sd_jwt.py", &present, desk.folder()).answer(0);
    let presented = desk.write("presented", presented.trim());
    let shown = payload(desk.call(&[VERIFY, BOUND, &["--payload", &presented]].concat()));
    assert_eq!(shown["name"], "Alice");
    assert_eq!(shown["nationalities"], json!(["FR"]));
    assert!(shown.get("address").is_none());

    // What it issued is presented by our holder, too.
    let present = [
        "sign",
        "--present",
        "issued",
        "--kb-key",
        "holder.jwk",
        "--disclose",
    ];
    let present = [&present[..], &["/address/street"], BOUND].concat();
    desk.save("ours", &present);
    let shown = payload(desk.call(&[VERIFY, BOUND, &["--payload", "@ours"]].concat()));
    assert_eq!(shown["address"], address);
    assert!(shown.get("name").is_none());
}

#[test]
fn what_is_issued_and_presented_here_verifies_with_sd_jwt() {
    let Some(desk) = beside_sd_jwt() else {
        return;
    };
    let claims = [
        "--iss",
        "https://issuer.example",
        "--sub",
        "alice",
        "name=Alice",
        r#"address:={"street":"Main St","country":"DE"}"#,
        r#"nationalities:=["DE","FR"]"#,
    ];
    let hidden = [
        "name",
        "/address/street",
        "address",
        "/nationalities/0",
        "/nationalities/1",
    ];
    let hidden: Vec<&str> = hidden.iter().flat_map(|it| ["--sd", it]).collect();
    let sign = [
        "-q",
        "sign",
        "--key",
        "issuer.jwk",
        "--kb-key",
        "holder.pub.jwk",
        "--decoys",
        "4",
    ];
    desk.save("issued", &[&sign[..], &claims, &hidden].concat());
    let present = ["sign", "--present", "issued", "--kb-key", "holder.jwk"];
    let shown = [
        "--disclose",
        "/address/street",
        "--disclose",
        "/nationalities/1",
    ];
    desk.save("presented", &[&present[..], &shown, BOUND].concat());
    let verify = |nonce| {
        let args = ["verify", "presented", "issuer.pub.jwk", AUD, nonce];
        adapter("sd_jwt.py", &args, desk.folder())
    };
    let shown = payload(verify("n1"));
    assert_eq!(
        shown["address"],
        json!({"country": "DE", "street": "Main St"})
    );
    assert_eq!(shown["nationalities"], json!(["FR"]));
    assert!(shown.get("name").is_none() && shown.get("_sd").is_none());
    verify("n2").expect(1);
}

/// A thumbprint in base64url begins with a hyphen once in 64 times.
#[test]
fn values_may_begin_with_a_hyphen() {
    for (profile, flag) in [
        ("dpop+jwt", "--jkt"),
        ("id-token", "--nonce"),
        ("at+jwt", "--client-id"),
    ] {
        let mut command = support::jwtctl();
        command.args([
            "verify",
            "--profile",
            profile,
            flag,
            "-MTuj0RbRWjt8dz",
            "a.b",
        ]);
        let ran = support::ran(&mut command);
        assert!(!ran.stderr.contains("argument"), "{flag}: {ran:#?}");
    }
}
