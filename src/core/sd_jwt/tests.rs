//! Disclosures put back where they were, and those that do not belong there.

use super::super::env::{Env, Stopped};
use super::super::error::Code;
use super::super::limits::MAX_DEPTH;
use super::super::time::Timestamp;
use super::*;

fn object(text: &str) -> Object {
    Object::parse_strict(text.as_bytes()).unwrap()
}

fn counting<T>(run: impl FnOnce(&Env<'_>) -> T) -> T {
    let next = std::sync::atomic::AtomicU8::new(1);
    let random = |buffer: &mut [u8]| {
        buffer.fill(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
    };
    run(&Env {
        now: Timestamp(0),
        random: &random,
        clock: &Stopped,
    })
}

fn hidden(claims: &str, paths: &[&str], decoys: usize) -> (Object, Vec<String>) {
    let mut claims = object(claims);
    let paths: Vec<String> = paths.iter().map(|it| (*it).to_owned()).collect();
    let disclosures = counting(|env| issue(&mut claims, &paths, decoys, env)).unwrap();
    (claims, disclosures)
}

fn shown(payload: &Object, disclosures: &[String]) -> Result<Processed, Reason> {
    let tail: String = disclosures.iter().map(|it| format!("{it}~")).collect();
    let text = format!("a.b.c~{tail}");
    SdJwt::parse(&text)?.process(payload)
}

fn digest_of(parts: &str) -> (String, String) {
    let text = encode(parts.as_bytes());
    let digest = SdHash::Sha256.digest(&text);
    (text, digest)
}

#[test]
fn what_is_hidden_comes_back_and_what_is_kept_back_does_not() {
    let claims = r#"{"sub":"a","name":"n","address":{"street":"s","country":"c"},"nat":["DE","FR",{"x":1}]}"#;
    let paths = ["name", "/address/street", "address", "/nat/1", "/nat/2/x"];
    let (payload, disclosures) = hidden(claims, &paths, 3);
    let text = Json::Object(payload.clone()).to_text();
    for kept in ["\"n\"", "FR", "street", "address"] {
        assert!(!text.contains(kept), "{text}");
    }
    let all = shown(&payload, &disclosures).unwrap();
    assert!(Json::Object(all.claims).same(&Json::Object(object(claims))));
    assert_eq!((all.disclosed, all.hidden), (5, 3));
    let mut places: Vec<&str> = all.places.iter().map(|(at, _)| at.as_str()).collect();
    places.sort_unstable();
    assert_eq!(
        places,
        ["/address", "/address/street", "/name", "/nat/1", "/nat/2/x"]
    );
    let none = shown(&payload, &[]).unwrap();
    let left = Json::Object(none.claims).to_text();
    assert_eq!(left, r#"{"sub":"a","nat":["DE",{}]}"#);
    // What is inside of something hidden is of no use without it.
    let inner = disclosures.iter().find(|it| {
        let text = decode(it).unwrap();
        String::from_utf8(text).unwrap().contains("street")
    });
    let alone = shown(&payload, std::slice::from_ref(inner.unwrap()));
    assert_eq!(alone.unwrap_err().code, Code::Mismatch);
}

#[test]
fn what_must_be_seen_is_not_hidden() {
    let refused = |path: &str| {
        let mut claims = object(r#"{"exp":1,"cnf":{"jwk":{}},"a":[1],"b":"x"}"#);
        counting(|env| issue(&mut claims, &[path.to_owned()], 0, env)).unwrap_err()
    };
    assert_eq!(refused("exp"), Unfit::Open("exp".into()));
    assert_eq!(refused("/cnf/jwk"), Unfit::Open("/cnf/jwk".into()));
    for path in ["c", "/a/1", "/a/-", "/a/00", "/a/+0", "/b/x", "/a/0/x", "/"] {
        assert_eq!(refused(path), Unfit::Absent(path.into()), "{path}");
    }
    let mut claims = object(r#"{"a":1}"#);
    let twice = ["a".to_owned(), "/a".to_owned()];
    let found = counting(|env| issue(&mut claims, &twice, 0, env));
    assert!(matches!(found, Err(Unfit::Twice(_))));
    let mut claims = object(r#"{"a":{"_sd":[]}}"#);
    let found = counting(|env| issue(&mut claims, &["a".to_owned()], 0, env));
    assert_eq!(found, Err(Unfit::Reserved("_sd")));
}

#[test]
fn disclosures_that_are_none_are_malformed() {
    for parts in [
        "",
        "{}",
        "[]",
        "[1]",
        "[\"s\"]",
        "[1,\"n\",2]",
        "[\"s\",1,2]",
        "[\"s\",\"n\",1,2]",
        "[\"s\",\"_sd\",1]",
        "[\"s\",\"...\",1]",
        "[\"s\",{\"a\":1,\"a\":2}]",
        "x",
    ] {
        let text = format!("a.b.c~{}~", encode(parts.as_bytes()));
        let reason = SdJwt::parse(&text).unwrap_err();
        assert_eq!(reason.code, Code::Malformed, "{parts}");
    }
    for text in ["a.b.c", "", "a.b.c~!~", "a.b.c~WyJzIiwxXQ==~", "a.b.c~~"] {
        assert!(SdJwt::parse(text).is_err(), "{text}");
    }
    let many = format!("a.b.c{}~", "~WyJzIiwxXQ".repeat(MAX_DISCLOSURES + 1));
    assert!(
        SdJwt::parse(&many)
            .unwrap_err()
            .message
            .contains("more than")
    );
}

#[test]
fn the_holder_s_proof_is_what_follows_the_last_tilde() {
    let it = SdJwt::parse("a.b.c~WyJzIiwxXQ~d.e.f").unwrap();
    assert_eq!((it.jwt, it.key_binding), ("a.b.c", Some("d.e.f")));
    assert_eq!(it.presented, "a.b.c~WyJzIiwxXQ~");
    let it = SdJwt::parse("a.b.c~").unwrap();
    assert_eq!((it.key_binding, it.presented), (None, "a.b.c~"));
    assert!(it.disclosures.is_empty());
}

#[test]
fn digests_stand_in_one_place_and_disclosures_have_one() {
    let (claim, digest) = digest_of(r#"["s","n",1]"#);
    let (element, other) = digest_of(r#"["s",1]"#);
    let code = |payload: &str, disclosures: &[&String]| {
        let disclosures: Vec<String> = disclosures.iter().map(|it| (*it).clone()).collect();
        shown(&object(payload), &disclosures)
            .err()
            .map(|it| it.code)
    };
    let mismatch = Some(Code::Mismatch);
    let malformed = Some(Code::Malformed);
    assert_eq!(code(&format!(r#"{{"_sd":["{digest}"]}}"#), &[&claim]), None);
    for payload in [
        // No digest, or one that is elsewhere.
        "{}".to_owned(),
        format!(r#"{{"x":"{digest}"}}"#),
        // Twice, in one place or in two.
        format!(r#"{{"_sd":["{digest}","{digest}"]}}"#),
        format!(r#"{{"_sd":["{digest}"],"a":{{"_sd":["{digest}"]}}}}"#),
        format!(r#"{{"_sd":["{digest}"],"a":[{{"...":"{digest}"}}]}}"#),
        format!(r#"{{"_sd":["x","x","{digest}"]}}"#),
        // The claim is there already.
        format!(r#"{{"n":2,"_sd":["{digest}"]}}"#),
        // A claim in the place of an element.
        format!(r#"{{"a":[{{"...":"{digest}"}}]}}"#),
    ] {
        assert_eq!(code(&payload, &[&claim]), mismatch, "{payload}");
    }
    assert_eq!(
        code(&format!(r#"{{"_sd":["{other}"]}}"#), &[&element]),
        mismatch
    );
    let twice = format!(r#"{{"_sd":["{digest}"]}}"#);
    assert_eq!(code(&twice, &[&claim, &claim]), mismatch);
    for payload in [
        r#"{"_sd":"x"}"#,
        r#"{"_sd":[1]}"#,
        r#"{"...":"x"}"#,
        r#"{"a":[{"...":1}]}"#,
        r#"{"a":[{"...":"x","b":1}]}"#,
        r#"{"_sd_alg":"md5"}"#,
        r#"{"_sd_alg":1}"#,
    ] {
        assert_eq!(code(payload, &[]), malformed, "{payload}");
    }
    // Inside of what is disclosed, all of this holds as well.
    let inner = format!(r#"["s","a",{{"_sd":["{digest}"],"n":0}}]"#);
    let (outer, outer_digest) = digest_of(&inner);
    let payload = format!(r#"{{"_sd":["{outer_digest}"]}}"#);
    assert_eq!(code(&payload, &[&outer, &claim]), mismatch);
}

#[test]
fn other_hashes_are_named() {
    for (name, hash) in [("sha-384", SdHash::Sha384), ("sha-512", SdHash::Sha512)] {
        let text = encode(br#"["s","n",1]"#);
        let digest = hash.digest(&text);
        let payload = object(&format!(r#"{{"_sd":["{digest}"],"_sd_alg":"{name}"}}"#));
        let found = shown(&payload, &[text]).unwrap();
        assert_eq!(Json::Object(found.claims).to_text(), r#"{"n":1}"#);
    }
}

#[test]
fn disclosures_inside_disclosures_end_somewhere() {
    let (mut text, mut digest) = digest_of(r#"["s","n",1]"#);
    let mut all = vec![text];
    for _ in 0..MAX_DEPTH + 5 {
        (text, digest) = digest_of(&format!(r#"["s","n",{{"_sd":["{digest}"]}}]"#));
        all.push(text.clone());
    }
    let payload = object(&format!(r#"{{"_sd":["{digest}"]}}"#));
    let reason = shown(&payload, &all).unwrap_err();
    assert!(reason.message.contains("deeper"), "{}", reason.message);
}

#[test]
fn the_first_example_of_the_rfc_has_the_digest_that_it_says() {
    // RFC 9901 section 4.2.3.
    let text = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0";
    let digest = "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0";
    assert_eq!(SdHash::Sha256.digest(text), digest);
    // Section 4.2.4.
    let text = "WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIkZSIl0";
    let digest = "w0I8EKcdCtUPkGCNUrfwVp2xEgNjtoIDlOxc9-PlOhs";
    assert_eq!(SdHash::Sha256.digest(text), digest);
}

/// The address of RFC 9901 section 6, hidden in three ways.
#[test]
fn the_structures_of_the_rfc_come_back_as_they_were() {
    const REST: &str = r#""iss":"https://issuer.example.com","iat":1683000000,"exp":1883000000,"sub":"6c5c0a49-b589-431d-bae7-219122a9ec2c""#;
    const STREET: &str =
        "WyIyR0xDNDJzS1F2ZUNmR2ZyeU5STjl3IiwgInN0cmVldF9hZGRyZXNzIiwgIlNjaHVsc3RyLiAxMiJd";
    const LOCALITY: &str =
        "WyJlbHVWNU9nM2dTTklJOEVZbnN4QV9BIiwgImxvY2FsaXR5IiwgIlNjaHVscGZvcnRhIl0";
    const REGION: &str = "WyI2SWo3dE0tYTVpVlBHYm9TNXRtdlZBIiwgInJlZ2lvbiIsICJTYWNoc2VuLUFuaGFsdCJd";
    const COUNTRY: &str = "WyJlSThaV205UW5LUHBOUGVOZW5IZGhRIiwgImNvdW50cnkiLCAiREUiXQ";
    const FLAT: &str = "WyIyR0xDNDJzS1F2ZUNmR2ZyeU5STjl3IiwgImFkZHJlc3MiLCB7InN0cmVldF9hZGRyZXNzIjogIlNjaHVsc3RyLiAxMiIsICJsb2NhbGl0eSI6ICJTY2h1bHBmb3J0YSIsICJyZWdpb24iOiAiU2FjaHNlbi1BbmhhbHQiLCAiY291bnRyeSI6ICJERSJ9XQ";
    const OF_ADDRESS: &str = r#""6vh9bq-zS4GKM_7GpggVbYzzu6oOGXrmNVGPHP75Ud0","9gjVuXtdFROCgRrtNcGUXmF65rdezi_6Er_j76kmYyM","KURDPh4ZC19-3tiz-Df39V8eidy1oV3a3H1Da2N0g88""#;
    const OF_COUNTRY: &str = "WN9r9dCBJ8HTCsS2jKASxTjEyW5m5x65_Z_2ro2jfXM";
    // As section 6.3 writes it, which has blanks that the digest is over.
    let of_address = OF_ADDRESS.replace("\",\"", "\", \"");
    let recursive = encode(
        format!(
            r#"["Qg_O64zqAxe412a108iroA", "address", {{"_sd": [{of_address}, "{OF_COUNTRY}"]}}]"#
        )
        .as_bytes(),
    );
    let whole = format!(
        r#"{{{REST},"address":{{"street_address":"Schulstr. 12","locality":"Schulpforta","region":"Sachsen-Anhalt","country":"DE"}}}}"#
    );
    let of = |members: &str| object(&format!(r#"{{{REST},{members},"_sd_alg":"sha-256"}}"#));
    let inner = [STREET, LOCALITY, REGION];
    let flat = r#""_sd":["fOBUSQvo46yQO-wRwXBcGqvnbKIueISEL961_Sjd4do"]"#;
    let nested = r#""_sd":["HvrKX6fPV0v9K_yCVFBiLFHsMaxcD_114Em6VT8x1lg"]"#;
    for (payload, disclosures) in [
        (of(flat), vec![FLAT]),
        (
            of(&format!(
                r#""address":{{"_sd":[{OF_ADDRESS},"{OF_COUNTRY}"]}}"#
            )),
            [&inner[..], &[COUNTRY]].concat(),
        ),
        (
            of(&format!(
                r#""address":{{"_sd":[{OF_ADDRESS}],"country":"DE"}}"#
            )),
            inner.to_vec(),
        ),
        (of(nested), [&inner[..], &[COUNTRY, &recursive]].concat()),
    ] {
        let disclosures: Vec<String> = disclosures.into_iter().map(String::from).collect();
        let found = shown(&payload, &disclosures).unwrap();
        let found = Json::Object(found.claims);
        assert!(
            found.same(&Json::Object(object(&whole))),
            "{}",
            found.to_text()
        );
    }
}
