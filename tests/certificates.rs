//! Chains of certificates in a header: one that is good, and each way in which one is not.

#![cfg(all(unix, feature = "cli"))]

mod support;

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, CustomExtension, DnType,
    GeneralSubtree, IsCa, KeyPair, KeyUsagePurpose, NameConstraints, PublicKeyData, SanType,
    date_time_ymd,
};
use serde_json::{Value, json};
use support::{Jwtctl, Ran};
use tempfile::TempDir;

type Authority = CertifiedIssuer<'static, KeyPair>;
/// Whatever is written as a certificate.
trait Pem {
    fn text(&self) -> String;
}

impl Pem for Certificate {
    fn text(&self) -> String {
        self.pem()
    }
}

impl Pem for Authority {
    fn text(&self) -> String {
        self.pem()
    }
}

type Change = fn(&mut CertificateParams);

const NOW: &str = "2026-08-01T12:00:00Z";

fn params(name: &str, change: Change) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    (params.not_before, params.not_after) = (date_time_ymd(2026, 1, 1), date_time_ymd(2027, 1, 1));
    change(&mut params);
    params
}

fn authority(name: &str, issuer: Option<&Authority>, change: Change) -> Authority {
    let mut params = params(name, |it| {
        it.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        it.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    });
    change(&mut params);
    let key = KeyPair::generate().unwrap();
    match issuer {
        Some(issuer) => CertifiedIssuer::signed_by(params, key, issuer).unwrap(),
        None => CertifiedIssuer::self_signed(params, key).unwrap(),
    }
}

/// The certificate of a signing key, for `api.example.com`.
fn leaf(issuer: &Authority, change: Change) -> (Certificate, KeyPair) {
    let mut params = params("signer", |it| {
        let dns = SanType::DnsName("api.example.com".try_into().unwrap());
        let uri = SanType::URI("https://issuer.example".try_into().unwrap());
        it.subject_alt_names = vec![dns, uri];
        it.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    });
    change(&mut params);
    let key = KeyPair::generate().unwrap();
    (params.signed_by(&key, issuer).unwrap(), key)
}

/// The SPKI of an RSA key of 1024 bits, which the library makes no keys of.
struct RsaPublic(Vec<u8>);

impl PublicKeyData for RsaPublic {
    fn der_bytes(&self) -> &[u8] {
        // Behind the frame of the bit string.
        &self.0[22..]
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_RSA_SHA256
    }
}

fn nothing(_: &mut CertificateParams) {}

/// A folder with a chain, the key that it is for, and the root that is trusted.
struct Desk(TempDir);

impl Desk {
    fn new(chain: &[&dyn Pem], key: &KeyPair, root: &dyn Pem) -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        desk.write(
            "chain.pem",
            &chain.iter().map(|it| it.text()).collect::<String>(),
        );
        desk.write("key.pem", &key.serialize_pem());
        desk.write("root.pem", &root.text());
        desk.write("payload", "bytes");
        desk
    }

    /// One of a root, an intermediate authority and a leaf, each of them changed.
    fn of(root: Change, intermediate: Change, end: Change) -> Self {
        let root = authority("root", None, root);
        let between = authority("between", Some(&root), intermediate);
        let (certificate, key) = leaf(&between, end);
        Self::new(&[&certificate, &between], &key, &root)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.path().join(name), text).unwrap();
    }

    fn run(&self, args: &[&str]) -> Ran {
        Jwtctl::new(self.0.path()).run(args)
    }

    fn sign(&self, more: &[&str]) -> String {
        let args = [
            "--now",
            NOW,
            "sign",
            "--raw",
            "--payload",
            "payload",
            "--key",
            "key.pem",
        ];
        let token = self.run(&[&args[..], more].concat()).answer(0);
        self.write("token", &token);
        token.trim().to_owned()
    }

    fn verify(&self, more: &[&str]) -> Ran {
        let args = ["--now", NOW, "verify", "@token", "--raw"];
        self.run(&[&args[..], more].concat())
    }

    /// The token that brings the chain, judged by the root.
    fn judged(&self) -> Ran {
        self.sign(&["--x5c", "chain.pem"]);
        self.verify(&["--roots", "root.pem"])
    }
}

fn good() -> Desk {
    Desk::of(nothing, nothing, nothing)
}

/// The bodies of the PEM blocks of a file, as `x5c` has them.
fn blocks(pem: &str) -> Vec<String> {
    let ends = pem.split("-----BEGIN CERTIFICATE-----").skip(1);
    let body = |it: &str| {
        it.split("-----END")
            .next()
            .unwrap()
            .split_whitespace()
            .collect()
    };
    ends.map(body).collect()
}

#[test]
fn a_chain_to_a_trusted_root_vouches_for_its_key() {
    let desk = good();
    desk.judged()
        .expect(0)
        .says("certificate")
        .says("CN=signer");
    desk.sign(&["--x5c", "chain.pem", "--x5t"]);
    desk.verify(&["--roots", "root.pem"]).expect(0);
    let names = ["api.example.com", "https://issuer.example"];
    for name in names {
        desk.verify(&["--roots", "root.pem", "--cert-name", name])
            .expect(0);
    }
    for name in [
        "api.example.org",
        "192.0.2.1",
        "https://other.example",
        "a b",
    ] {
        desk.verify(&["--roots", "root.pem", "--cert-name", name])
            .expect(15)
            .says("certificate");
    }
    let report = desk.verify(&["--roots", "root.pem", "--json"]).json();
    assert_eq!(report["key"]["source"], "root.pem");
    assert_eq!(report["keys"]["source"], "certificate");
}

#[test]
fn without_roots_no_certificate_is_believed() {
    let desk = good();
    desk.sign(&["--x5c", "chain.pem"]);
    let other = good();
    fs::copy(
        other.0.path().join("key.pem"),
        desk.0.path().join("other.pem"),
    )
    .unwrap();
    desk.verify(&["--key", "other.pem"]).expect(10);
    // The keystore is asked, and is empty.
    desk.verify(&["--store", "none"]).expect(2);
}

#[test]
fn each_fault_of_a_chain_has_its_own_refusal() {
    let cases: [(&str, Desk); 9] = [
        (
            "\"CN=signer\" expired at",
            Desk::of(nothing, nothing, |it| {
                it.not_after = date_time_ymd(2026, 7, 1);
            }),
        ),
        (
            "\"CN=signer\" is not valid before",
            Desk::of(nothing, nothing, |it| {
                it.not_before = date_time_ymd(2026, 9, 1);
            }),
        ),
        (
            "\"CN=between\" expired at",
            Desk::of(
                nothing,
                |it| {
                    it.not_after = date_time_ymd(2026, 7, 1);
                },
                nothing,
            ),
        ),
        (
            "CA is false",
            Desk::of(
                nothing,
                |it| {
                    it.is_ca = IsCa::ExplicitNoCa;
                },
                nothing,
            ),
        ),
        (
            "outside the name constraints",
            Desk::of(
                nothing,
                |it| {
                    let permitted = vec![GeneralSubtree::DnsName("example.org".into())];
                    it.name_constraints = Some(NameConstraints {
                        permitted_subtrees: permitted,
                        excluded_subtrees: Vec::new(),
                    });
                },
                nothing,
            ),
        ),
        (
            "critical extension",
            Desk::of(nothing, nothing, |it| {
                let mut unknown =
                    CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99999, 1], vec![5, 0]);
                unknown.set_criticality(true);
                it.custom_extensions = vec![unknown];
            }),
        ),
        (
            "does not include digitalSignature",
            Desk::of(nothing, nothing, |it| {
                it.key_usages = vec![KeyUsagePurpose::KeyEncipherment];
            }),
        ),
        (
            "does not include keyCertSign",
            Desk::of(
                nothing,
                |it| {
                    it.key_usages = vec![KeyUsagePurpose::DigitalSignature];
                },
                nothing,
            ),
        ),
        (
            "one of an authority",
            Desk::of(nothing, nothing, |it| {
                it.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            }),
        ),
    ];
    for (why, desk) in cases {
        desk.judged().says(why).expect(15);
    }
}

#[test]
fn each_break_of_a_chain_has_its_own_refusal() {
    let root = authority("root", None, nothing);
    let between = authority("between", Some(&root), nothing);
    let (certificate, key) = leaf(&between, nothing);
    let namesake = authority("root", None, nothing);
    let stranger = authority("stranger", None, nothing);
    let desk = |chain: &[&dyn Pem], root: &dyn Pem| Desk::new(chain, &key, root);
    desk(&[&certificate], &root)
        .judged()
        .says("certificate of \"CN=between\" is missing")
        .expect(15);
    desk(&[&certificate, &between], &stranger)
        .judged()
        .says("certificate of \"CN=root\" is missing")
        .expect(15);
    desk(&[&certificate, &between, &root], &stranger)
        .judged()
        .says("ends at \"CN=root\", which issued itself and is not trusted")
        .expect(15);
    desk(&[&certificate, &between], &namesake)
        .judged()
        .says("is not signed by the issuer that it names")
        .expect(15);
    // The root itself may stand in the chain, and an authority below it may be what is trusted.
    desk(&[&certificate, &between, &root], &root)
        .judged()
        .expect(0);
    desk(&[&certificate], &between).judged().expect(0);
}

#[test]
fn a_path_may_be_no_longer_than_it_says() {
    let root = authority("root", None, nothing);
    let outer = authority("outer", Some(&root), |it| {
        it.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    });
    let inner = authority("inner", Some(&outer), nothing);
    let (certificate, key) = leaf(&inner, nothing);
    Desk::new(&[&certificate, &inner, &outer], &key, &root)
        .judged()
        .says("pathLenConstraint")
        .expect(15);
    let (certificate, key) = leaf(&outer, nothing);
    Desk::new(&[&certificate, &outer], &key, &root)
        .judged()
        .expect(0);
}

#[test]
fn the_first_certificate_is_for_the_key_that_signed() {
    let (desk, other) = (good(), good());
    let chain = fs::read_to_string(other.0.path().join("chain.pem")).unwrap();
    let x5c = json!(blocks(&chain)).to_string();
    desk.write(
        "other-root.pem",
        &fs::read_to_string(other.0.path().join("root.pem")).unwrap(),
    );
    desk.sign(&["--header", &format!("x5c:={x5c}")]);
    desk.verify(&["--roots", "other-root.pem"])
        .says("signature")
        .expect(10);
    desk.write("other.pem", &chain);
    let sign = ["sign", "--key", "key.pem", "--x5c", "other.pem"];
    desk.run(&sign).fails(2, "certificate for another key");
}

#[test]
fn certificates_and_other_sources_must_agree() {
    let (desk, other) = (good(), good());
    desk.write(
        "other.pem",
        &fs::read_to_string(other.0.path().join("key.pem")).unwrap(),
    );
    desk.sign(&["--x5c", "chain.pem", "--kid", "k"]);
    desk.verify(&["--roots", "root.pem", "--key", "key.pem"])
        .expect(0);
    desk.verify(&["--roots", "root.pem", "--key", "other.pem"])
        .says("no key that is the one of the token's certificate")
        .expect(14);
    let jwk = |file: &str, kid: &str| {
        let args = ["jwks", "convert", file, "--to", "jwk", "--no-encrypt"];
        let text = desk.run(&args).answer(0);
        let mut jwk: Value = serde_json::from_str(&text).unwrap();
        jwk["kid"] = kid.into();
        jwk.as_object_mut().unwrap().remove("d");
        jwk
    };
    let set = |keys: &[Value]| json!({ "keys": keys }).to_string();
    desk.write(
        "both.jwks",
        &set(&[jwk("key.pem", "k"), jwk("other.pem", "o")]),
    );
    desk.write("wrong.jwks", &set(&[jwk("other.pem", "k")]));
    desk.verify(&["--roots", "root.pem", "--jwks", "both.jwks"])
        .expect(0);
    desk.verify(&["--roots", "root.pem", "--jwks", "wrong.jwks"])
        .expect(14);
    // A chain that is not trusted is refused whatever the set has.
    desk.write("stranger.pem", &authority("stranger", None, nothing).pem());
    desk.verify(&["--roots", "stranger.pem", "--jwks", "both.jwks"])
        .expect(15);
}

#[test]
fn only_the_protected_header_brings_certificates() {
    let desk = good();
    let plain = desk.sign(&["--format", "flattened"]);
    desk.verify(&["--roots", "root.pem"])
        .says("brings no certificate")
        .expect(15);
    let chain = fs::read_to_string(desk.0.path().join("chain.pem")).unwrap();
    let mut token: Value = serde_json::from_str(&plain).unwrap();
    token["header"] = json!({ "x5c": blocks(&chain) });
    desk.write("token", &token.to_string());
    desk.verify(&["--roots", "root.pem"])
        .says("unprotected header")
        .expect(15);

    desk.sign(&["--format", "flattened", "--x5c", "chain.pem"]);
    desk.verify(&["--roots", "root.pem"])
        .expect(0)
        .says("certificate[0]");
}

#[test]
fn a_signature_without_a_certificate_has_no_row_for_one() {
    let desk = good();
    let general = desk.sign(&["--format", "general", "--x5c", "chain.pem"]);
    let mut token: Value = serde_json::from_str(&general).unwrap();
    token["signatures"][0]["signature"] = json!(URL_SAFE_NO_PAD.encode([7; 64]));
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"XX256"}"#);
    let other = json!({ "protected": header, "signature": "AAAA" });
    token["signatures"].as_array_mut().unwrap().push(other);
    desk.write("token", &token.to_string());
    let judged = desk.verify(&["--roots", "root.pem"]);
    let report = &judged.stdout;
    assert!(report.contains("certificate[0]"), "{report}");
    assert!(!report.contains("certificate[1]"), "{report}");
}

#[test]
fn digests_beside_a_chain_must_be_its_own() {
    let desk = good();
    let chain = fs::read_to_string(desk.0.path().join("chain.pem")).unwrap();
    let blocks = blocks(&chain);
    let x5c = format!("x5c:={}", json!(blocks));
    let digest = aws_lc_rs::digest::digest(
        &aws_lc_rs::digest::SHA256,
        &STANDARD.decode(&blocks[1]).unwrap(),
    );
    let wrong = format!("x5t#S256={}", URL_SAFE_NO_PAD.encode(digest.as_ref()));
    desk.sign(&["--header", &x5c, "--header", &wrong]);
    desk.verify(&["--roots", "root.pem"])
        .says("is not the digest")
        .expect(15);
    desk.run(&["decode", "@token"])
        .expect(0)
        .says("x5t#S256 is NOT the digest of the first");
    desk.sign(&["--x5c", "chain.pem", "--x5t"]);
    let shown = desk.run(&["decode", "@token"]).expect(0);
    shown
        .says("CN=signer by CN=between")
        .says("x5t#S256 is the digest of the first");
}

#[test]
fn the_moment_of_now_counts() {
    let desk = good();
    desk.sign(&["--x5c", "chain.pem"]);
    let at = |now| {
        desk.run(&[
            "--now", now, "verify", "@token", "--raw", "--roots", "root.pem",
        ])
    };
    at("2026-12-31T23:59:59Z").expect(0);
    at("2027-01-02").says("expired at").expect(15);
    at("2025-12-31").says("not valid before").expect(15);
}

#[test]
fn a_weak_key_in_a_certificate_is_the_tokens_fault() {
    let file = |name: &str| {
        let path = format!("{}/tests/data/keys/{name}", env!("CARGO_MANIFEST_DIR"));
        fs::read(path).unwrap()
    };
    let root = authority("root", None, nothing);
    let public = RsaPublic(file("rsa1024.spki.der"));
    let usage: Change = |it| it.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let certificate = params("weak", usage).signed_by(&public, &root).unwrap();
    let desk = Desk::new(&[&certificate], &KeyPair::generate().unwrap(), &root);
    desk.write(
        "key.pem",
        &String::from_utf8(file("rsa1024.pkcs8.pem")).unwrap(),
    );
    desk.sign(&["--x5c", "chain.pem", "--allow-weak-key"]);
    desk.verify(&["--roots", "root.pem"])
        .expect(15)
        .says("1024 bits");
    desk.verify(&["--roots", "root.pem", "--allow-weak-key"])
        .expect(0);
}

#[test]
fn lint_shows_what_certificates_say() {
    let desk = good();
    let key = desk
        .run(&["jwks", "convert", "key.pem", "--to", "jwk", "--no-encrypt"])
        .answer(0);
    let mut jwk: Value = serde_json::from_str(&key).unwrap();
    jwk.as_object_mut().unwrap().remove("d");
    let chain = fs::read_to_string(desk.0.path().join("chain.pem")).unwrap();
    jwk["x5c"] = json!(blocks(&chain));
    jwk["x5t#S256"] = json!("AAAA");
    desk.write("set.jwks", &json!({ "keys": [jwk] }).to_string());
    let lint = |more: &[&str]| {
        let args = ["--now", NOW, "jwks", "lint", "--jwks", "set.jwks"];
        desk.run(&[&args[..], more].concat()).expect(1)
    };
    lint(&[])
        .says("CN=signer by CN=between, 2026-01-01T00:00:00Z to 2027-01-01T00:00:00Z")
        .says("x5t#S256 is NOT the digest of the first")
        .says("x5t-mismatch");
    let report = lint(&["--json"]).json();
    assert_eq!(
        report["certificates"][0]["certificates"][1]["subject"],
        "CN=between"
    );
    assert_eq!(report["certificates"][0]["digests"][0]["agrees"], false);
}

/// `jwks convert --x5c`: the certificates of a file, sorted into the chain of each key.
#[test]
fn a_set_takes_the_certificates_along() {
    let root = authority("root", None, nothing);
    let between = authority("between", Some(&root), nothing);
    let (certificate, key) = leaf(&between, nothing);
    let stranger = authority("stranger", None, nothing);
    // Out of order, and with one that has nothing to do with it.
    let desk = Desk::new(&[&between, &certificate], &key, &root);
    desk.write("both.pem", &(key.serialize_pem() + &stranger.pem()));
    let shuffled = [&between as &dyn Pem, &certificate].map(Pem::text).concat();
    desk.write("pair.pem", &(shuffled + &key.serialize_pem()));
    let convert = |more: &[&str]| {
        let args = ["jwks", "convert", "--to", "jwks", "--x5c"];
        desk.run(&[&args[..], more].concat())
    };
    let expected = |pems: &[&dyn Pem]| -> Value {
        let der = |pem: &dyn Pem| blocks(&pem.text()).concat();
        pems.iter().map(|pem| der(*pem)).collect()
    };
    let chain = expected(&[&certificate, &between]);
    for set in [
        convert(&["chain.pem"]).answer(0),
        convert(&["pair.pem", "--public"]).answer(0),
        convert(&["pair.pem", "--no-encrypt"]).answer(0),
    ] {
        let set: Value = serde_json::from_str(&set).unwrap();
        let jwk = set.pointer("/keys/0").unwrap_or(&set);
        assert_eq!(jwk["x5c"], chain, "{jwk}");
        desk.write("set.json", &set.to_string());
        let lint = ["jwks", "lint", "--jwks", "set.json", "--json", "--now", NOW];
        let lint = desk.run(&lint).json();
        assert!(!lint["findings"].to_string().contains("x5c"), "{lint}");
        assert_eq!(lint["certificates"][0]["digests"][0]["agrees"], true);
        // What is there already stays.
        let again: Value =
            serde_json::from_str(&convert(&["set.json", "--public"]).answer(0)).unwrap();
        assert_eq!(again["keys"][0]["x5c"], chain);
    }
    convert(&["both.pem", "--public"]).fails(2, "has no certificate for");
    convert(&["key.pem", "--public"]).fails(2, "key.pem: holds no certificate");
    let pem = ["jwks", "convert", "--to", "pem", "--x5c", "chain.pem"];
    desk.run(&pem).fails(2, "only JWKs have it");
}
