use super::*;
use crate::core::key::{decode, encode};

/// 2027-01-01: the certificates in `tests/data` are valid then.
const NOW: Timestamp = Timestamp(1_798_761_600);

fn data(name: &str) -> String {
    std::fs::read_to_string(format!(
        "{}/tests/data/keys/{name}",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap()
}

fn object(text: &str) -> Object {
    match Json::parse(text.as_bytes()).unwrap() {
        Json::Object(object) => object,
        _ => panic!("not an object"),
    }
}

/// A public key of the test data with everything that a good set says about it.
fn public(name: &str, alg: &str) -> Object {
    let key = Key::from_jwk(object(&data(&format!("{name}.jwk.json")))).unwrap();
    let mut jwk = key.public().unwrap().public_jwk();
    for (name, value) in [("kid", name), ("alg", alg), ("use", "sig")] {
        jwk.set(name, value.into());
    }
    jwk
}

fn with(base: &Object, name: &str, value: &str) -> Object {
    let mut jwk = base.clone();
    jwk.set(name, Json::parse(value.as_bytes()).unwrap());
    jwk
}

fn without(base: &Object, name: &str) -> Object {
    let mut jwk = base.clone();
    jwk.remove(name);
    jwk
}

/// `base` with the bytes of a member changed.
fn bent(base: &Object, name: &str, bend: impl FnOnce(&mut Vec<u8>)) -> Object {
    let mut bytes = decode(base.text(name).unwrap()).unwrap();
    bend(&mut bytes);
    with(base, name, &format!("\"{}\"", encode(&bytes)))
}

fn rules(keys: &[&Object]) -> Vec<&'static str> {
    let keys = keys
        .iter()
        .map(|jwk| Json::Object((*jwk).clone()))
        .collect();
    let set = Json::Object(Object(vec![("keys".into(), Json::Array(keys))]));
    lint(&set, NOW)
        .unwrap()
        .iter()
        .map(|finding| finding.rule.id())
        .collect()
}

fn ec() -> Object {
    public("ec-p256", "ES256")
}

fn rsa() -> Object {
    public("rsa2048", "RS256")
}

fn certified() -> Object {
    let der = std::fs::read(format!(
        "{}/tests/data/keys/ec-p256.cert.der",
        env!("CARGO_MANIFEST_DIR")
    ))
    .unwrap();
    let text = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &der);
    let digest = |algorithm| encode(aws_lc_rs::digest::digest(algorithm, &der).as_ref());
    let mut jwk = with(&ec(), "x5c", &format!("[\"{text}\"]"));
    jwk.set(
        "x5t",
        digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY)
            .as_str()
            .into(),
    );
    jwk.set(
        "x5t#S256",
        digest(&aws_lc_rs::digest::SHA256).as_str().into(),
    );
    jwk
}

/// A modulus of more than 8192 bits that no small prime divides.
fn long_modulus(rsa: &Object) -> Object {
    let tries = (0..=255u8).map(|odd| {
        bent(rsa, "n", |n| {
            n.extend_from_slice(&[0x0b; 900]);
            n.extend_from_slice(&[odd, 1]);
        })
    });
    tries
        .into_iter()
        .find(|jwk| !rules(&[jwk]).contains(&"rsa-small-factor"))
        .unwrap()
}

/// Every rule with keys that trigger it, and it alone.
fn triggers() -> Vec<(&'static str, Vec<Object>)> {
    let (ec, rsa) = (ec(), rsa());
    let ed = public("ed25519", "EdDSA");
    let one = |rule, jwk| (rule, vec![jwk]);
    let mut twice = ec.clone();
    twice.0.push(("kid".into(), "other".into()));
    let zeros = |jwk: &Object, name| bent(jwk, name, |bytes| bytes.insert(0, 0));
    let padded = with(&rsa, "e", "\"AQAB====\"");
    let long = long_modulus(&rsa);
    let even = bent(&rsa, "n", |n| *n.last_mut().unwrap() &= 0xfe);
    let mut all = vec![
        one("private-member", with(&ec, "d", "\"AAAA\"")),
        one("private-member", with(&rsa, "qi", "7")),
        one(
            "symmetric-key",
            object(r#"{"kty":"oct","k":"AAAA","kid":"s","alg":"HS256","use":"sig"}"#),
        ),
        one("malformed-key", without(&ec, "y")),
        one("malformed-key", without(&rsa, "e")),
        one(
            "malformed-key",
            with(&without(&ec, "kty"), "alg", "\"other\""),
        ),
        one("malformed-key", with(&rsa, "n", "\"n?\"")),
        one("malformed-key", with(&ec, "x", "5")),
        one("duplicate-member", twice),
        one("non-canonical-encoding", zeros(&rsa, "n")),
        one("non-canonical-encoding", zeros(&rsa, "e")),
        one("missing-kid", without(&ec, "kid")),
        one("missing-alg", without(&ec, "alg")),
        one("missing-use", without(&ec, "use")),
        one(
            "small-order",
            with(
                &ed,
                "x",
                &format!("\"{}\"", encode(&[&[1][..], &[0; 31]].concat())),
            ),
        ),
        one("unknown-use", with(&ec, "use", "\"tls\"")),
        one("unused-key", with(&ec, "use", "\"SIG\"")),
        one(
            "unusable-key",
            with(&rsa, "n", &format!("\"{}=\"", rsa.text("n").unwrap())),
        ),
        one("bad-key-ops", with(&ec, "key_ops", "\"verify\"")),
        one(
            "bad-key-ops",
            with(&ec, "key_ops", r#"["verify","verify"]"#),
        ),
        one("bad-key-ops", with(&ec, "key_ops", r#"["sign"]"#)),
        one(
            "use-key-ops-conflict",
            with(&with(&ec, "alg", "\"other\""), "key_ops", r#"["encrypt"]"#),
        ),
        one("alg-conflict", with(&ec, "alg", "\"RS256\"")),
        one("alg-conflict", with(&ec, "alg", "\"ES384\"")),
        one("alg-conflict", with(&ec, "alg", "\"ECDH-ES\"")),
        one(
            "alg-conflict",
            with(&without(&ec, "use"), "key_ops", r#"["deriveKey"]"#),
        ),
        one("use-conflict", with(&without(&ed, "alg"), "use", "\"enc\"")),
        one(
            "use-conflict",
            object(
                r#"{"kty":"OKP","crv":"X25519","kid":"x","use":"sig","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"}"#,
            ),
        ),
        one(
            "alg-conflict",
            with(&with(&ed, "alg", "\"ECDH-ES\""), "use", "\"enc\""),
        ),
        one(
            "broken-alg",
            with(&with(&rsa, "alg", "\"RSA1_5\""), "use", "\"enc\""),
        ),
        one("unknown-alg", with(&ec, "alg", "\"ES257\"")),
        one(
            "unknown-kty",
            object(r#"{"kty":"XYZ","pub":"AAAA","kid":"p","alg":"X","use":"sig"}"#),
        ),
        one("unknown-crv", with(&ed, "crv", "\"Ed999\"")),
        one("rsa-too-short", public("rsa1024", "RS256")),
        one("rsa-too-long", long),
        one("rsa-even-modulus", even),
        one("rsa-bad-exponent", with(&rsa, "e", "\"AQ\"")),
        one("rsa-bad-exponent", with(&rsa, "e", "\"AQAC\"")),
        one("rsa-small-exponent", with(&rsa, "e", "\"Aw\"")),
        one("rsa-large-exponent", with(&rsa, "e", "\"AQAAAAAAAAAB\"")),
        one("wrong-length", zeros(&ec, "x")),
        one("wrong-length", bent(&ed, "x", |x| x.truncate(31))),
        one("off-curve", bent(&ec, "y", |y| y[5] ^= 1)),
        one("x5c-malformed", with(&ec, "x5c", "[7]")),
        one("x5c-malformed", with(&ec, "x5c", "[\"AAAA\"]")),
        one("x5c-mismatch", {
            let mut jwk = certified();
            let other = public("ec-p384", "ES384");
            for name in ["crv", "x", "y", "alg"] {
                jwk.set(name, other.member(name).unwrap().clone());
            }
            jwk
        }),
        one("x5t-mismatch", with(&certified(), "x5t", "\"AAAA\"")),
        one("x5t-mismatch", with(&certified(), "x5t#S256", "\"AAAA\"")),
        ("empty-set", vec![]),
        (
            "duplicate-kid",
            vec![
                ec.clone(),
                with(&without(&rsa, "alg"), "kid", "\"ec-p256\""),
            ],
        ),
        (
            "same-key-twice",
            vec![ec.clone(), with(&ec, "kid", "\"other\"")],
        ),
    ];
    if cfg!(feature = "jwe") {
        all.push(one(
            "off-curve",
            with(
                &ed,
                "x",
                &format!("\"{}\"", encode(&[&[2][..], &[0; 31]].concat())),
            ),
        ));
    }
    all.push(("non-canonical-encoding", vec![padded]));
    all
}

#[test]
fn every_rule_finds_what_it_is_about() {
    for (rule, keys) in triggers() {
        let mut found = rules(&keys.iter().collect::<Vec<_>>());
        // What follows from another finding, or says it more exactly.
        let follows = [
            "missing-alg",
            "non-canonical-encoding",
            "unknown-alg",
            "unknown-use",
            "bad-key-ops",
            "unusable-key",
            "unused-key",
        ];
        found.retain(|it| rule == *it || !follows.contains(it));
        assert_eq!(found, [rule], "{keys:?}");
    }
    let mut missing: Vec<&str> = Rule::ALL.iter().map(|rule| rule.id()).collect();
    let seen: Vec<&str> = triggers().iter().map(|(rule, _)| *rule).collect();
    missing.retain(|id| !seen.contains(id));
    // These have tests of their own.
    assert_eq!(missing, ["rsa-small-factor", "x5c-expired"]);
}

#[test]
fn good_sets_are_clean() {
    let keys = [
        ("rsa2048", "RS256"),
        ("rsa2048", "PS512"),
        ("ec-p256", "ES256"),
        ("ec-p384", "ES384"),
        ("ec-p521", "ES512"),
        ("secp256k1", "ES256K"),
        ("ed25519", "EdDSA"),
        ("ed25519", "Ed25519"),
        ("ed448", "EdDSA"),
    ];
    for (name, alg) in keys {
        assert_eq!(rules(&[&public(name, alg)]), [""; 0], "{name} {alg}");
    }
    assert_eq!(rules(&[&certified()]), [""; 0]);
    let agreement = with(
        &with(&public("x25519", "ECDH-ES"), "use", "\"enc\""),
        "key_ops",
        r#"["deriveKey","deriveBits"]"#,
    );
    assert_eq!(rules(&[&agreement]), [""; 0]);
    let all = [
        rsa(),
        ec(),
        public("ed25519", "EdDSA"),
        with(&public("x448", "ECDH-ES+A256KW"), "use", "\"enc\""),
    ];
    assert_eq!(rules(&all.iter().collect::<Vec<_>>()), [""; 0]);
}

#[test]
fn moduli_with_small_factors_are_found() {
    // Times three, and times the largest prime below the bound.
    for factor in [3u32, 65_521] {
        let multiply = |n: &mut Vec<u8>| {
            let mut carry = 0u64;
            for byte in n.iter_mut().rev() {
                let product = u64::from(*byte) * u64::from(factor) + carry;
                (*byte, carry) = (product as u8, product >> 8);
            }
            while carry > 0 {
                n.insert(0, carry as u8);
                carry >>= 8;
            }
        };
        assert_eq!(rules(&[&bent(&rsa(), "n", multiply)]), ["rsa-small-factor"]);
    }
}

#[test]
fn certificates_are_judged_at_the_time_given() {
    let jwk = Json::Object(certified());
    for (now, expected) in [
        (Timestamp(0), vec!["x5c-expired"]),
        (NOW, vec![]),
        (Timestamp(9_999_999_999), vec!["x5c-expired"]),
    ] {
        let found: Vec<&str> = lint(&jwk, now)
            .unwrap()
            .iter()
            .map(|finding| finding.rule.id())
            .collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn findings_never_repeat_private_material() {
    let private = data("rsa2048.jwk.json");
    let findings = lint(&Json::parse(private.as_bytes()).unwrap(), NOW).unwrap();
    assert!(
        findings
            .iter()
            .any(|finding| finding.rule == Rule::PrivateMember)
    );
    let report = serde_json::to_string(&findings).unwrap();
    for name in ["d", "p", "q", "dp", "dq", "qi"] {
        assert!(
            !report.contains(object(&private).text(name).unwrap()),
            "{name}"
        );
    }
}

#[test]
fn what_is_no_set_is_no_finding() {
    for text in ["[]", "{}", r#"{"keys":{}}"#, "7"] {
        assert!(
            lint(&Json::parse(text.as_bytes()).unwrap(), NOW).is_err(),
            "{text}"
        );
    }
    assert_eq!(
        rules(&[&object(r#"{"kty":"XYZ"}"#)]),
        ["missing-kid", "missing-use", "missing-alg", "unknown-kty"]
    );
    let odd = Json::parse(br#"{"keys":[7,null]}"#).unwrap();
    assert_eq!(lint(&odd, NOW).unwrap().len(), 2);
}

#[test]
fn factors_are_found_wherever_they_are() {
    for factor in [3u64, 5, 17, 257, 65_521] {
        // 2^127 - 1 is prime.
        let prime = (1u128 << 127) - 1;
        let bytes = |number: u128| number.to_be_bytes().to_vec();
        assert_eq!(material::small_factor(&bytes(prime), 1 << 16), None);
        let multiple = ((1u128 << 89) - 1) * u128::from(factor);
        assert_eq!(
            material::small_factor(&bytes(multiple), 1 << 16),
            Some(u32::try_from(factor).unwrap())
        );
        assert_eq!(
            material::small_factor(&multiple.to_be_bytes()[1..], 1 << 16),
            Some(u32::try_from(factor).unwrap()),
            "odd length"
        );
    }
}

/// The keys of the RFCs, and what they deserve.
#[test]
fn published_vectors_get_the_findings_they_deserve() {
    let read = |name: &str| -> serde_json::Value {
        let path = format!("{}/tests/data/{name}.json", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    };
    let found = |value: &serde_json::Value| -> Vec<&str> {
        let json = Json::parse(value.to_string().as_bytes()).unwrap();
        lint(&json, NOW)
            .unwrap()
            .iter()
            .map(|finding| finding.rule.id())
            .collect()
    };
    let rfc7517 = read("rfc7517");
    let set = |at: usize| found(&rfc7517["sets"][at]["jwks"]);
    assert_eq!(set(0), ["missing-alg", "missing-use"], "A.1");
    assert_eq!(
        set(1),
        [
            "private-member",
            "missing-alg",
            "private-member",
            "missing-use"
        ],
        "A.2"
    );
    let symmetric = [
        "missing-kid",
        "missing-use",
        "symmetric-key",
        "missing-use",
        "missing-alg",
        "symmetric-key",
    ];
    assert_eq!(set(2), symmetric, "A.3");
    let appendix = rfc7517["keys"].as_array().unwrap();
    let b = appendix
        .iter()
        .find(|key| key["name"].as_str().unwrap().starts_with('B'))
        .unwrap();
    assert_eq!(found(&b["jwk"]), ["missing-alg", "x5c-expired"], "B");
    for key in read("rfc7520")["keys"].as_array().unwrap() {
        let expected = match (key["jwk"]["kty"] == "oct", key["jwk"].get("d").is_some()) {
            (true, _) => vec!["symmetric-key"],
            (false, true) => vec!["private-member", "missing-alg"],
            (false, false) => vec!["missing-alg"],
        };
        assert_eq!(found(&key["jwk"]), expected, "{}", key["name"]);
    }
}

/// The outlines in which well-known issuers publish their keys, around keys of the test data.
#[test]
fn sets_as_large_issuers_publish_them() {
    let (rsa, certified) = (rsa(), certified());
    // Google, Apple, Okta: two RSA keys with everything that matters.
    assert_eq!(
        rules(&[
            &with(&rsa, "kid", "\"a\""),
            &with(&public("ec-p256", "ES256"), "kid", "\"b\"")
        ]),
        Vec::<&str>::new()
    );
    // Auth0, Keycloak: a certificate with each key; Keycloak's second key is for encryption.
    let other = with(
        &with(&public("ec-p384", "ECDH-ES"), "use", "\"enc\""),
        "kid",
        "\"enc\"",
    );
    assert_eq!(rules(&[&certified, &other]), Vec::<&str>::new());
    // Microsoft Entra: a certificate, the issuer's template, and no alg.
    let entra = with(
        &without(&certified, "alg"),
        "issuer",
        "\"https://login.example/{tenantid}/v2.0\"",
    );
    assert_eq!(rules(&[&entra]), ["missing-alg"]);
    // better-auth: Ed25519 without a use.
    assert_eq!(
        rules(&[&without(&public("ed25519", "EdDSA"), "use")]),
        ["missing-use"]
    );
    // Some announce keys of a type to come beside the others.
    let odd = object(r#"{"kty":"XYZ","alg":"XYZ-1","use":"sig","kid":"x","pub":"AAAA"}"#);
    assert_eq!(rules(&[&rsa, &odd]), ["unknown-kty"]);
}

#[test]
fn ids_are_distinct() {
    let ids: std::collections::HashSet<&str> = Rule::ALL.iter().map(|rule| rule.id()).collect();
    assert_eq!(ids.len(), Rule::ALL.len());
}

#[test]
fn one_kid_for_two_algorithms_is_told_apart_by_them() {
    let (ec, ed) = (ec(), public("ed25519", "EdDSA"));
    let named = |jwk: &Object| with(jwk, "kid", "\"same\"");
    let found = |a: &Object, b: &Object| rules(&[a, b]).contains(&"duplicate-kid");
    assert!(!found(&named(&ec), &named(&ed)));
    assert!(found(&named(&ec), &without(&named(&ed), "alg")));
    assert!(found(&without(&named(&ec), "alg"), &named(&ed)));
    let second = bent(&named(&ed), "x", |x| x[5] ^= 1);
    assert!(found(&named(&ed), &second));
}
