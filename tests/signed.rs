//! Signed objects in JSON form (RFC 7515 §7.2): the RFCs' own by the public command, every change of
//! them refused, every malformed one refused, and what sign makes.

#![cfg(all(unix, feature = "cli"))]

mod support;

use std::fs;
use std::sync::Arc;

use jwtctl::core::claims::Policy;
use jwtctl::core::env::{Env, Stopped};
use jwtctl::core::error::Code;
use jwtctl::core::json::Object;
use jwtctl::core::jwks::{Given, Provenance};
use jwtctl::core::jws::{Form, Jws};
use jwtctl::core::key::{Key, decode, encode};
use jwtctl::core::limits::MAX_SIGNATURES;
use jwtctl::core::time::Timestamp;
use jwtctl::core::token::{self, Verdict};
use serde_json::{Value, json};
use support::{Jwtctl, Ran};
use tempfile::TempDir;

/// A JWS in JSON form as an RFC prints it.
struct Example {
    name: String,
    jws: Value,
    keys: Vec<Value>,
    payload: Vec<u8>,
    is_detached: bool,
}

impl Example {
    fn all() -> Vec<Self> {
        let files = ["rfc7515", "rfc7520", "rfc7797"];
        let found: Vec<Self> = files.iter().flat_map(|it| Self::of(it)).collect();
        assert_eq!(found.len(), 19);
        found
    }

    fn of(file: &str) -> Vec<Self> {
        let path = format!("{}/tests/data/{file}.json", env!("CARGO_MANIFEST_DIR"));
        let content: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        let read = |entry: &Value| Self {
            name: format!("{file} {} {}", entry["name"], entry["form"]),
            jws: entry["jws"].clone(),
            keys: entry["keys"].as_array().unwrap().clone(),
            payload: decode(entry["payload_b64u"].as_str().unwrap()).unwrap(),
            is_detached: entry["detached"] == true,
        };
        content["jws_json"]
            .as_array()
            .unwrap()
            .iter()
            .map(read)
            .collect()
    }

    fn elements(&self) -> Vec<&Value> {
        match self.jws["signatures"].as_array() {
            Some(items) => items.iter().collect(),
            None => vec![&self.jws],
        }
    }

    /// Whether the signature has an algorithm that it covers.
    fn is_covered(&self, index: usize) -> bool {
        self.elements()[index].get("protected").is_some()
    }

    fn form(&self) -> Form<'_> {
        match self.is_detached {
            true => Form::Detached(&self.payload),
            false => Form::Raw,
        }
    }

    /// The keys, each under the id that its signature has.
    fn named_keys(&self) -> Vec<Value> {
        let named = |(element, key): (&&Value, &Value)| {
            let header = match element["protected"].as_str() {
                Some(text) => serde_json::from_slice(&decode(text).unwrap()).unwrap(),
                None => json!({}),
            };
            let mut key = key.clone();
            let kid = element["header"].get("kid").or(header.get("kid"));
            if let Some(kid) = kid {
                key["kid"] = kid.clone();
            }
            key
        };
        self.elements().iter().zip(&self.keys).map(named).collect()
    }

    fn judged(&self, jws: &Value, require_all: bool) -> Verdict {
        let keys = self.named_keys().into_iter().map(|key| {
            let jwk = Object::parse_strict(key.to_string().as_bytes()).unwrap();
            Arc::new(Key::from_jwk(jwk).unwrap())
        });
        let mut keys = Given::set(keys.collect(), Provenance::default());
        let policy = Policy {
            require_all,
            ..Policy::default()
        };
        let env = Env {
            now: Timestamp(1_785_578_400),
            random: &|_| {},
            clock: &Stopped,
        };
        token::verify(&jws.to_string(), self.form(), &mut keys, &policy, &env).unwrap()
    }
}

fn code(verdict: &Verdict) -> Code {
    verdict.outcome.as_ref().unwrap_err().primary().code
}

/// What has the parts of a signature.
fn element(jws: &mut Value, index: usize) -> &mut Value {
    match jws.get("signatures").is_some() {
        true => &mut jws["signatures"][index],
        false => jws,
    }
}

struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.0.path().join(name), content).unwrap();
    }

    fn run(&self, args: &[&str]) -> Ran {
        Jwtctl::new(self.0.path()).run(args)
    }
}

#[test]
fn the_examples_of_the_rfcs_by_the_public_command() {
    for example in Example::all() {
        let desk = Desk::new();
        desk.write("token", example.jws.to_string());
        desk.write("payload", &example.payload);
        desk.write(
            "set.jwks",
            json!({ "keys": example.named_keys() }).to_string(),
        );
        let how: &[&str] = match example.is_detached {
            true => &["--detached", "payload"],
            false => &["--raw"],
        };
        let verify = |more: &[&str]| {
            let args = ["verify", "@token", "--jwks", "set.jwks", "--json"];
            desk.run(&[&args[..], how, more].concat())
        };
        let count = example.elements().len();
        let covered = (0..count).filter(|it| example.is_covered(*it)).count();
        let ran = verify(&[]);
        let report = ran.json();
        assert_eq!(
            report["signatures"].as_array().unwrap().len(),
            count,
            "{}",
            example.name
        );
        // RFC 7520 section 4.7 protects no header at all, and an algorithm that nothing covers is
        // not believed.
        if covered == 0 {
            ran.expect(15).says("unprotected header");
            continue;
        }
        ran.expect(0);
        for (index, it) in report["signatures"].as_array().unwrap().iter().enumerate() {
            let status = if example.is_covered(index) {
                "pass"
            } else {
                "fail"
            };
            assert_eq!(it["status"], status, "{} {index}", example.name);
        }
        verify(&["--require-all"]).expect(if covered == count { 0 } else { 15 });
        desk.run(&["decode", "@token"]).expect(0);
    }
}

#[test]
fn every_bit_of_every_signature_counts() {
    let mut tried = 0;
    for example in Example::all() {
        for index in (0..example.elements().len()).filter(|it| example.is_covered(*it)) {
            // By the other keys no signature holds, so the changed one stands alone.
            let signature =
                decode(example.elements()[index]["signature"].as_str().unwrap()).unwrap();
            for bit in 0..signature.len() * 8 {
                let mut flipped = signature.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                let mut jws = example.jws.clone();
                element(&mut jws, index)["signature"] = encode(&flipped).into();
                let verdict = example.judged(&jws, true);
                assert!(
                    verdict.outcome.is_err(),
                    "{} {index}: bit {bit}",
                    example.name
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 10_000, "too few bits: {tried}");
}

#[test]
fn every_member_of_a_protected_header_counts() {
    let mut tried = 0;
    for example in Example::all() {
        for index in (0..example.elements().len()).filter(|it| example.is_covered(*it)) {
            let text = example.elements()[index]["protected"].as_str().unwrap();
            let header: Value = serde_json::from_slice(&decode(text).unwrap()).unwrap();
            let mut changes = vec![json!({}), json!({"alg": "none"})];
            for name in header.as_object().unwrap().keys() {
                let mut without = header.clone();
                without.as_object_mut().unwrap().remove(name);
                let mut other = header.clone();
                other[name] = json!("other");
                changes.extend([without, other]);
            }
            let mut more = header.clone();
            more["x"] = json!(1);
            changes.push(more);
            for changed in changes {
                let mut jws = example.jws.clone();
                element(&mut jws, index)["protected"] =
                    encode(changed.to_string().as_bytes()).into();
                assert!(
                    example.judged(&jws, true).outcome.is_err(),
                    "{} {changed}",
                    example.name
                );
                tried += 1;
            }
            let mut jws = example.jws.clone();
            element(&mut jws, index)
                .as_object_mut()
                .unwrap()
                .remove("protected");
            assert!(
                example.judged(&jws, true).outcome.is_err(),
                "{}",
                example.name
            );
        }
    }
    assert!(tried > 100, "too few changes: {tried}");
}

#[test]
fn a_bad_signature_beside_a_good_one_is_said_and_counts_only_where_all_must_hold() {
    let examples = Example::all();
    let example = examples.iter().find(|it| it.name.contains("A.6")).unwrap();
    assert!(example.judged(&example.jws, true).outcome.is_ok());
    let mut jws = example.jws.clone();
    jws["signatures"][1]["signature"] = encode(&[7; 64]).into();
    let verdict = example.judged(&jws, false);
    assert_eq!(verdict.outcome.as_ref().unwrap().payload(), example.payload);
    assert!(
        verdict.warnings[0].contains("signature[1] does not hold"),
        "{:?}",
        verdict.warnings
    );
    assert_eq!(code(&example.judged(&jws, true)), Code::BadSignature);
    jws["signatures"][0]["signature"] = encode(&[7; 256]).into();
    let verdict = example.judged(&jws, false);
    assert_eq!(code(&verdict), Code::BadSignature);
    assert_eq!(verdict.signatures.len(), 2);

    // A signature by a key that the caller does not have is not an error, and still not enough
    // where all must hold.
    let mut jws = example.jws.clone();
    jws["signatures"][1]["header"]["kid"] = "another".into();
    let verdict = example.judged(&jws, false);
    assert!(verdict.outcome.is_ok() && verdict.warnings.is_empty());
    assert_eq!(code(&example.judged(&jws, true)), Code::NoMatchingKey);
}

#[test]
fn what_is_malformed_is_refused_whole() {
    let good =
        json!({"payload": "e30", "protected": encode(br#"{"alg":"HS256"}"#), "signature": "AAAA"});
    assert!(Jws::parse(&good.to_string(), Form::Raw).is_ok());
    let with = |name: &str, value: Value| {
        let mut changed = good.clone();
        changed[name] = value;
        changed.to_string()
    };
    let without = |name: &str| {
        let mut changed = good.clone();
        changed.as_object_mut().unwrap().remove(name);
        changed.to_string()
    };
    let element = |count: usize| {
        let one = json!({"protected": good["protected"], "signature": "AAAA"});
        json!({"payload": "e30", "signatures": vec![one; count]}).to_string()
    };
    assert!(Jws::parse(&element(MAX_SIGNATURES), Form::Raw).is_ok());
    // Other members are ignored, as section 7.2 asks for.
    assert!(Jws::parse(&with("more", json!({"a": 1})), Form::Raw).is_ok());
    for bad in [
        with("payload", json!(1)),
        with("payload", json!("e30=")),
        with("payload", json!("e3 0")),
        with("protected", json!({"alg": "HS256"})),
        with("protected", json!("")),
        with("protected", json!("AAAA")),
        with("signature", json!(["AAAA"])),
        with("signature", json!("A")),
        with("signature", Value::Null),
        with("header", json!("x")),
        with("header", json!([])),
        with("header", json!({"alg": "HS256"})),
        with("header", json!({"kid": 7})),
        with("signatures", json!([])),
        with("signatures", json!([{"signature": "AAAA"}])),
        without("payload"),
        without("protected"),
        without("signature"),
        element(0),
        element(MAX_SIGNATURES + 1),
        json!({"payload": "e30", "signatures": {}}).to_string(),
        json!({"payload": "e30", "signatures": ["x"]}).to_string(),
        json!({"payload": "e30", "signatures": [{"protected": good["protected"]}]}).to_string(),
        good.to_string()
            .replace("{\"payload\"", "{\"payload\":\"e30\",\"payload\""),
        format!("{good} x"),
        "{".into(),
        "{}".into(),
    ] {
        let reason = Jws::parse(&bad, Form::Raw).unwrap_err();
        assert_eq!(reason.code, Code::Malformed, "{bad}");
    }
    // Signatures over the payload and over its base64url are not over one thing (RFC 7797 section 3).
    let unencoded = encode(br#"{"alg":"HS256","b64":false,"crit":["b64"]}"#);
    let mixed = json!({"payload": "e30", "signatures": [
        {"protected": good["protected"], "signature": "AAAA"},
        {"protected": unencoded, "signature": "AAAA"},
    ]});
    let reason = Jws::parse(&mixed.to_string(), Form::Raw).unwrap_err();
    assert!(reason.message.contains("b64"), "{}", reason.message);
}

#[test]
fn what_sign_makes_verifies_in_every_form() {
    let desk = Desk::new();
    desk.write("payload", "a payload with $ and ü.");
    let keys = [
        ("a", "ES256"),
        ("b", "EdDSA"),
        ("c", "ML-DSA-44"),
        ("d", "ESP384"),
        ("e", "PS256"),
    ];
    for (name, alg) in keys {
        let (private, public) = (format!("{name}.jwk"), format!("{name}.pub"));
        let files = ["--no-encrypt", "--out", &private, "--public-out", &public];
        desk.run(&[&["keygen", alg, "--kid", name], &files[..]].concat())
            .expect(0);
    }
    let public =
        |name: &str| fs::read_to_string(desk.0.path().join(format!("{name}.pub"))).unwrap();
    let set: Vec<String> = keys.iter().map(|(name, _)| public(name)).collect();
    desk.write("set.jwks", format!("{{\"keys\":[{}]}}", set.join(",")));
    let several: Vec<String> = keys.iter().map(|(name, _)| format!("{name}.jwk")).collect();
    let several: Vec<&str> = several.iter().flat_map(|it| ["--key", it]).collect();
    let outside = ["--detached", "--payload", "payload"];
    let inside = ["--raw", "--payload", "payload"];
    for is_detached in [true, false] {
        for is_unencoded in [true, false] {
            let content: &[&str] = if is_detached { &outside } else { &inside };
            let more: &[&str] = if is_unencoded { &["--unencoded"] } else { &[] };
            let how: &[&str] = if is_detached {
                &["--detached", "payload"]
            } else {
                &["--raw"]
            };
            let check = |token: &str| {
                desk.write("token", token);
                let args = [
                    "verify",
                    "@token",
                    "--jwks",
                    "set.jwks",
                    "--require-all",
                    "--payload",
                ];
                let seen = desk.run(&[&args[..], how].concat()).answer(0);
                assert_eq!(seen, "a payload with $ and ü.");
            };
            let sign = |args: &[&str]| desk.run(&[&["sign"], args, content, more].concat());
            check(&sign(&several).answer(0));
            let flattened = sign(&["--key", "a.jwk", "--format", "flattened"]).answer(0);
            check(&flattened);
            desk.write("one", &flattened);
            let outside: &[&str] = if is_detached { &outside } else { &[] };
            let add = ["sign", "--add", "one", "--key", "c.jwk"];
            let added = desk.run(&[&add[..], outside].concat()).answer(0);
            let (before, after) = (parse(&flattened), parse(&added));
            assert_eq!(after["payload"], before["payload"]);
            assert_eq!(after["signatures"][0]["signature"], before["signature"]);
            check(&added);
            let compact = sign(&["--key", "b.jwk"]);
            match is_unencoded && !is_detached {
                true => drop(compact.fails(2, "printable ASCII")),
                false => check(&compact.answer(0)),
            }
        }
    }
}

#[test]
fn calls_that_make_no_sense_are_refused() {
    let desk = Desk::new();
    for name in ["a", "b"] {
        let out = format!("{name}.jwk");
        desk.run(&["keygen", "--no-encrypt", "--out", &out])
            .expect(0);
    }
    desk.write("payload", "x");
    desk.write("other", "{}");
    let token = desk.run(&["sign", "--key", "a.jwk"]).answer(0);
    desk.write("token", &token);
    for (why, args) in [
        (
            "a JWT is always encoded",
            vec!["--key", "a.jwk", "--unencoded"],
        ),
        (
            "holds one signature",
            vec!["--key", "a.jwk", "--key", "b.jwk", "--format", "flattened"],
        ),
        (
            "about one key",
            vec!["--key", "a.jwk", "--key", "b.jwk", "--alg", "EdDSA"],
        ),
        (
            "keeps the payload",
            vec!["--key", "a.jwk", "--add", "token", "--payload", "payload"],
        ),
        (
            "cannot be used with",
            vec!["--key", "a.jwk", "--add", "token", "--sub", "x"],
        ),
        (
            "has no \"signature\"",
            vec!["--key", "a.jwk", "--add", "other"],
        ),
        (
            "over an encoded payload",
            vec!["--key", "a.jwk", "--add", "token", "--unencoded"],
        ),
    ] {
        desk.run(&[&["sign"], &args[..]].concat()).fails(2, why);
    }
    let added = desk
        .run(&["sign", "--key", "b.jwk", "--add", "token"])
        .answer(0);
    desk.write("both", &added);
    for key in ["a.jwk", "b.jwk"] {
        desk.run(&["verify", "@both", "--key", key]).expect(0);
    }
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}
