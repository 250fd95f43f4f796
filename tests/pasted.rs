//! What people paste and hand over, as they have it: tokens inside other text, keys inside other
//! documents, secrets as other programs wrote them, and calls that are meant for the flag beside.

mod support;

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use support::{Jwtctl, Ran, file};
use tempfile::TempDir;

/// A folder with a key, and what belongs to it.
struct Desk {
    folder: TempDir,
    token: String,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let call = |args: &[&str]| Jwtctl::new(folder.path()).run(args);
        call(&[
            "keygen",
            "ES256",
            "--kid",
            "k",
            "--no-encrypt",
            "--out",
            "key.jwk",
            "--public-out",
            "pub.jwk",
        ])
        .expect(0);
        call(&[
            "jwks",
            "convert",
            "key.jwk",
            "--to",
            "pem",
            "--no-encrypt",
            "--out",
            "key.pem",
        ])
        .expect(0);
        let token = call(&["sign", "--key", "key.jwk", "--sub", "alice", "--ttl", "1h"]);
        let token = token.answer(0).trim().to_owned();
        Self { folder, token }
    }

    fn run(&self, args: &[&str]) -> Ran {
        Jwtctl::new(self.folder.path()).run(args)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    fn verify(&self, key: &str) -> Ran {
        self.run(&["verify", &self.token, "--key", key])
    }
}

fn utf16(text: &str) -> Vec<u8> {
    let units = text.encode_utf16().flat_map(u16::to_le_bytes);
    [0xff, 0xfe].into_iter().chain(units).collect()
}

/// A token with that header and payload, and without a valid signature.
fn unsigned(header: &str, payload: &[u8]) -> String {
    let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    format!(
        "{}.{}.{}",
        part(header.as_bytes()),
        part(payload),
        part(&[0; 64])
    )
}

#[test]
fn decode_finds_the_token_in_what_is_pasted_and_says_where() {
    let desk = Desk::new();
    let token = &desk.token;
    for (text, place) in [
        (
            format!("Cookie: theme=dark; session={token}"),
            "in \"session\"",
        ),
        (
            format!("https://a.example/cb#id_token={token}&state=1"),
            "in \"id_token\"",
        ),
        (
            format!("curl -H 'Authorization: Bearer {token}' https://a.example"),
            "in \"Authorization\"",
        ),
        (
            format!("{{\"access_token\":\"{token}\",\"expires_in\":60}}"),
            "in \"access_token\"",
        ),
        (STANDARD.encode(token), "without a name"),
    ] {
        let ran = desk.run(&["decode", &text]);
        ran.complains(place).says("\"alice\"").expect(0);
    }
    desk.write("wide.txt", utf16(&format!("{token}\r\n")));
    desk.run(&["decode", "@wide.txt"])
        .says("\"alice\"")
        .expect(0);
    desk.run(&["verify", "@wide.txt", "--key", "pub.jwk"])
        .expect(0);
}

#[test]
fn of_several_tokens_one_is_picked_by_its_name() {
    let desk = Desk::new();
    let other = unsigned(r#"{"alg":"ES256"}"#, br#"{"sub":"bob"}"#);
    let both = format!(
        r#"{{"access_token":"{other}","id_token":"{}"}}"#,
        desk.token
    );
    let ran = desk.run(&["decode", &both]);
    ran.fails(
        2,
        "there are several tokens: in \"access_token\", in \"id_token\"",
    );
    let ran = desk.run(&["decode", &both, "--pick", "access_token"]);
    ran.says("\"bob\"").expect(0);
    let picked = ["verify", &both, "--key", "pub.jwk", "--pick", "id_token"];
    desk.run(&picked).expect(0);
    let ran = desk.run(&[
        "verify",
        &both,
        "--key",
        "pub.jwk",
        "--pick",
        "refresh_token",
    ]);
    ran.fails(2, "no token of that name");
}

#[test]
fn verify_takes_a_token_out_of_other_text_only_when_told_to() {
    let desk = Desk::new();
    let answer = format!(
        r#"{{"access_token":"{}","token_type":"Bearer"}}"#,
        desk.token
    );
    let ran = desk.run(&["verify", &answer, "--key", "pub.jwk"]);
    ran.complains("--pick access_token").expect(17);
}

#[test]
fn other_kinds_of_tokens_are_called_what_they_are() {
    let desk = Desk::new();
    desk.run(&["decode", "2YotnFZFEjr1zCsicMWpAA"])
        .fails(17, "an opaque token");
    let sd = format!("{}~WyJzIiwiYSIsMV0~", desk.token);
    let ran = desk.run(&["verify", &sd, "--key", "pub.jwk"]);
    ran.says("SD-JWT").expect(17);
    let ran = desk.run(&["--json", "decode", &format!("{sd}{}", desk.token)]);
    let json = ran.json();
    assert_eq!(json["kind"], "sd-jwt");
    assert_eq!(json["key_binding"], true);
    assert_eq!(json["disclosures"][0][1], "a");
    assert_eq!(json["key_binding_payload"], json["payload"]);
    let ran = desk.run(&["--json", "decode", &format!("{sd}e30.W10.AA")]);
    let json = ran.json();
    assert_eq!(json["key_binding"], true);
    assert!(json.get("key_binding_payload").is_none());
    let warnings = json["warnings"].to_string();
    assert!(warnings.contains("key-binding JWT"), "{warnings}");
    let zipped = unsigned(r#"{"alg":"ES256","zip":"DEF"}"#, &[0x8b, 0x8e, 0x05, 0xff]);
    let ran = desk.run(&["verify", &zipped, "--key", "pub.jwk"]);
    ran.says("the payload is compressed").expect(17);
}

#[test]
fn keys_are_read_in_the_wrappings_of_variables_and_secret_stores() {
    let desk = Desk::new();
    let pem = desk.read("key.pem");
    for value in [
        pem.replace('\n', "\\n"),
        pem.replace('\n', "\\r\\n"),
        format!("\"{}\"", pem.replace('\n', "\\n")),
        STANDARD.encode(&pem),
        desk.read("key.jwk"),
    ] {
        let call = Jwtctl::new(desk.folder.path()).env("PK", &value);
        call.run(&["sign", "--key", "env:PK", "--sub", "a"])
            .expect(0);
    }
    desk.write("wide.pem", utf16(&pem));
    desk.run(&["sign", "--key", "wide.pem", "--sub", "a"])
        .complains("UTF-16")
        .expect(0);
}

#[test]
fn keys_are_read_out_of_the_documents_of_clouds() {
    let desk = Desk::new();
    let (jwk, pem) = (desk.read("pub.jwk"), desk.read("key.pem"));
    desk.write("az.json", format!(r#"{{"attributes":{{}},"key":{jwk}}}"#));
    desk.verify("az.json").complains("\"/key\"").expect(0);
    let quoted = serde_json::to_string(&pem).unwrap();
    let account =
        format!(r#"{{"type":"service_account","private_key_id":"id7","private_key":{quoted}}}"#);
    desk.write("sa.json", account);
    let signed = desk.run(&["--json", "sign", "--key", "sa.json", "--sub", "a"]);
    assert_eq!(signed.json()["kid"], "id7");
    desk.write("array.json", format!("[{jwk}]"));
    desk.run(&["verify", &desk.token, "--jwks", "array.json"])
        .expect(0);
    desk.write("other.json", r#"{"name":"value"}"#);
    desk.verify("other.json")
        .fails(2, "neither \"kty\" nor \"keys\"");
}

#[test]
fn why_a_key_of_the_set_is_not_used_is_in_the_report() {
    let desk = Desk::new();
    let jwk = desk.read("pub.jwk");
    let long = jwk.replace("\"y\":\"", "\"y\":\"AAAA");
    desk.write("set.json", format!(r#"{{"keys":[{long}]}}"#));
    let ran = desk.run(&["verify", &desk.token, "--jwks", "set.json"]);
    ran.says("key \"k\" of set.json cannot be used: it has \"y\" of 35 bytes, and P-256 takes 32")
        .expect(14);
    let unset = jwk.replacen(
        '{',
        r#"{"key_ops":[],"x5c":[],"oth":[],"alg":"","d":null,"#,
        1,
    );
    let unset = unset
        .replace(r#","alg":"ES256""#, "")
        .replace(r#","use":"sig""#, r#","use":"""#);
    desk.write("unset.json", format!(r#"{{"keys":[{unset}]}}"#));
    desk.run(&["verify", &desk.token, "--jwks", "unset.json"])
        .expect(0);
    for odd in [
        r#""use":"SIG""#,
        r#""alg":"ES265""#,
        r#""key_ops":["sign"]"#,
    ] {
        let key = jwk
            .replace(r#""use":"sig""#, odd)
            .replace(r#""alg":"ES256","#, "");
        let set = file(
            desk.folder.path(),
            "odd.json",
            &format!(r#"{{"keys":[{key}]}}"#),
        );
        let verified = desk.run(&["verify", &desk.token, "--jwks", &set]);
        let linted = desk.run(&["jwks", "lint", "--jwks", &set]);
        assert_eq!(
            (verified.code, linted.code),
            (15, 1),
            "{odd}: {verified:?} {linted:?}"
        );
    }
}

#[test]
fn secrets_are_read_as_other_programs_wrote_them() {
    let desk = Desk::new();
    let secret: Vec<u8> = (0..48).collect();
    desk.write("raw", &secret);
    let signed = desk.run(&[
        "sign",
        "--secret",
        "raw",
        "--secret-encoding",
        "raw",
        "--alg",
        "HS256",
        "--sub",
        "a",
    ]);
    let token = signed.answer(0).trim().to_owned();
    let base64 = STANDARD.encode(&secret);
    let (first, rest) = base64.split_at(32);
    for text in [
        base64.clone(),
        format!("{first}\n{rest}\n"),
        base64.trim_end_matches('=').to_owned(),
    ] {
        desk.write("text", text);
        let verify = [
            "verify",
            &token,
            "--secret",
            "text",
            "--secret-encoding",
            "base64",
        ];
        desk.run(&verify).expect(0);
    }
}

#[test]
fn a_public_key_is_no_secret_in_any_wrapping() {
    let desk = Desk::new();
    let pem = desk
        .run(&["jwks", "convert", "pub.jwk", "--to", "spki"])
        .answer(0);
    let body: Vec<&str> = pem.lines().filter(|it| !it.contains("-----")).collect();
    let token = unsigned(r#"{"alg":"HS256"}"#, b"{}");
    for content in [
        utf16(&pem),
        body.join("\n").into_bytes(),
        format!("{}\n-----END PUBLIC KEY-----\n", body.join("\n")).into_bytes(),
        format!("{{\"data\":{}}}", desk.read("pub.jwk")).into_bytes(),
        format!("# mine\n{}", desk.read("pub.jwk")).into_bytes(),
    ] {
        desk.write("secret", &content);
        let ran = desk.run(&["verify", &token, "--secret", "secret"]);
        ran.fails(2, "must not serve as an HMAC secret");
    }
}

#[test]
fn the_flag_beside_the_one_that_was_used_is_named() {
    let desk = Desk::new();
    let ran = desk.run(&[
        "verify",
        &desk.token,
        "--jwks",
        "https://issuer.example/jwks",
    ]);
    ran.complains("--jwks-uri https://issuer.example/jwks")
        .expect(2);
    let ran = desk.run(&[
        "verify",
        &desk.token,
        "--key",
        "https://issuer.example/jwks",
    ]);
    ran.complains("--jwks-uri https://issuer.example/jwks")
        .expect(2);
    let ran = desk.run(&["sign", "--key", "key.jwk", "--exp", "3600"]);
    ran.complains("for 1h from now: --ttl 3600").expect(0);
}

#[test]
fn what_is_secret_is_not_repeated_where_a_name_belongs() {
    let desk = Desk::new();
    for args in [
        &[
            "verify",
            "a.b.c",
            "--key",
            r#"[{"kty":"oct","k":"c2VjcmV0LXNlY3JldA"}]"#,
        ][..],
        &[
            "verify",
            "a.b.c",
            "--jwks",
            r#"{"kty":"oct","k":"c2VjcmV0LXNlY3JldA"}"#,
        ],
        &["cache", "import", r#"{"k":"c2VjcmV0LXNlY3JldA"}"#],
        &[
            "sign",
            "--key",
            "key.jwk",
            "--payload",
            "password: c2VjcmV0LXNlY3JldA",
        ],
        &["verify", "a.b.c", "--secret", "c2VjcmV0LXNlY3JldA"],
        &[
            "verify",
            "a.b.c",
            "--jwks-uri",
            "https://e.example/",
            "--http-headers",
            "Authorization: Bearer c2VjcmV0LXNlY3JldA",
        ],
    ] {
        let ran = desk.run(args);
        let said = [ran.stdout.as_str(), &ran.stderr].concat();
        assert!(!said.contains("c2VjcmV0LXNlY3JldA"), "{ran:#?}");
        assert!(ran.code == 2 || ran.code == 17, "{ran:#?}");
    }
}

#[test]
fn a_key_for_one_issuer_verifies_no_tokens_of_another() {
    let desk = Desk::new();
    let jwk = desk.read("pub.jwk");
    let set = |issuer: &str| {
        let key = jwk.replacen('{', &format!(r#"{{"issuer":"{issuer}","#), 1);
        file(
            desk.folder.path(),
            "entra.json",
            &format!(r#"{{"keys":[{key}]}}"#),
        )
    };
    let sign = |iss: &str, tid: &str| {
        let tid = format!("tid={tid}");
        let args = ["sign", "--key", "key.jwk", "--iss", iss, &tid];
        desk.run(&args).answer(0).trim().to_owned()
    };
    let token = sign("https://login.example/t1/v2.0", "t1");
    let template = set("https://login.example/{tenantid}/v2.0");
    desk.run(&["verify", &token, "--jwks", &template])
        .says("key-issuer")
        .expect(0);
    let foreign = sign("https://login.example/t1/v2.0", "t2");
    desk.run(&["verify", &foreign, "--jwks", &template])
        .says("key-issuer")
        .expect(13);
    let other = set("https://login.example/t9/v2.0");
    desk.run(&["verify", &token, "--jwks", &other])
        .says("key-issuer")
        .expect(13);
}

#[test]
fn a_token_that_was_broken_into_lines_is_read_whole_and_warned_of() {
    let desk = Desk::new();
    let (head, tail) = desk.token.split_at(desk.token.len() - 20);
    let wrapped = format!("{head}\n{tail}");
    let ran = desk.run(&["decode", &wrapped]);
    ran.says("Signature  64 bytes")
        .says("white space inside the token")
        .expect(0);
    let ran = desk.run(&["verify", &wrapped, "--key", "pub.jwk"]);
    ran.says("white space inside the token").expect(17);
}

#[test]
fn two_tokens_of_one_name_are_a_choice_that_no_name_makes() {
    let desk = Desk::new();
    let other = unsigned(r#"{"alg":"ES256"}"#, br#"{"sub":"bob"}"#);
    let text = format!("access_token={}&x=1&access_token={other}", desk.token);
    let ran = desk.run(&["decode", &text, "--pick", "access_token"]);
    ran.fails(2, "2 different tokens of that name");
    let many: Vec<String> = (0..300)
        .map(|at| unsigned(r#"{"alg":"ES256"}"#, format!("{{\"n\":{at}}}").as_bytes()))
        .collect();
    let ran = desk.run(&["decode", &many.join(" ")]);
    assert!(ran.stderr.len() < 500, "{}", ran.stderr);
    ran.fails(2, "and 292 more");
}

#[test]
fn a_header_can_do_without_typ() {
    let desk = Desk::new();
    let signed = desk.run(&["--json", "sign", "--key", "key.jwk", "--typ", "none"]);
    assert_eq!(signed.json()["header"].get("typ"), None);
    let signed = desk.run(&["--json", "sign", "--key", "key.jwk"]);
    assert_eq!(signed.json()["header"]["typ"], "JWT");
}
