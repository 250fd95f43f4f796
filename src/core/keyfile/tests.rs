//! Key files as people have them: what is read, from what, and what is said of the rest.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::alg::Curve;
use super::super::env::{Env, Stopped};
use super::super::key::{Recipe, generate, pem, to_pkcs8, to_spki};
use super::super::time::Timestamp;
use super::*;

fn why(bytes: &[u8]) -> String {
    let mut nobody = || Err(Error::usage("passphrase", "asked for"));
    read(&Secret::new(bytes.to_vec()), "FILE", &mut nobody)
        .unwrap_err()
        .to_string()
}

#[test]
fn what_is_no_key_is_told_apart() {
    for (bytes, expected) in [
        (&b""[..], "is empty"),
        (b" \n", "is empty"),
        (b"{", "is not JSON"),
        (b"{}", "neither \"kty\" nor \"keys\""),
        (br#"{"a":1}"#, "neither \"kty\" nor \"keys\""),
        (b"hello", "is not a key"),
        (b"eyJh.e30.AA", "is a token"),
        (
            b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
            "is broken",
        ),
        (b"-----BEGIN PUBLIC KEY-----\nAAAA", "END line"),
        (
            b"-----BEGIN NOTHING-----\nAAAA\n-----END NOTHING-----\n",
            "holds NOTHING",
        ),
        (
            b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
            "OpenSSH",
        ),
        (b"\x30\x03\x02\x01\x00", "is not a key"),
    ] {
        let why = why(bytes);
        assert!(
            why.contains(expected),
            "{:?}: {why}",
            String::from_utf8_lossy(bytes)
        );
    }
}

/// A P-256 key whose numbers are the same in every run.
fn key(seed: u8) -> Key {
    let random = move |buffer: &mut [u8]| buffer.fill(seed);
    let env = Env {
        now: Timestamp(0),
        random: &random,
        clock: &Stopped,
    };
    generate(Recipe::Curve(Curve::P256), &env).unwrap()
}

fn text(secret: &Secret) -> String {
    secret.expose_str().unwrap().to_owned()
}

fn private_pem(key: &Key) -> String {
    text(&pem("PRIVATE KEY", to_pkcs8(key).unwrap().expose()))
}

fn public_pem(key: &Key) -> String {
    text(&pem("PUBLIC KEY", &to_spki(key).unwrap()))
}

fn quoted(text: &str) -> String {
    Json::from(text).to_text()
}

fn read_text(content: impl AsRef<[u8]>) -> Result<KeyFile, Error> {
    let mut nobody = || Err(Error::usage("passphrase", "asked for"));
    read(&Secret::new(content.as_ref().to_vec()), "FILE", &mut nobody)
}

#[test]
fn a_key_is_found_in_what_people_have() {
    let one = key(1);
    let (private, public) = (private_pem(&one), public_pem(&one));
    let der = STANDARD.encode(to_spki(&one).unwrap());
    let jwk = Json::from(one.public_jwk()).to_text();
    let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let inputs: Vec<(Vec<u8>, &str)> = vec![
        (private.replace('\n', "\\n").into(), "line breaks"),
        (private.replace('\n', "\\r\\n").into(), "line breaks"),
        (
            format!("\"{}\"", private.replace('\n', "\\n")).into(),
            "quotes",
        ),
        (format!("'{private}'").into(), "quotes"),
        (quoted(&jwk).into(), "quotes"),
        (STANDARD.encode(&private).into(), "a PEM file in base64"),
        (encode_lines(&private).into(), "a PEM file in base64"),
        (der.clone().into(), "a DER key in base64"),
        (der.trim_end_matches('=').into(), "a DER key in base64"),
        (STANDARD.encode(&jwk).into(), "a JWK in base64"),
        (
            super::super::key::to_hex(&to_spki(&one).unwrap()).into(),
            "a DER key in hexadecimal",
        ),
        (
            format!(
                r#"{{"kind":"Secret","data":{{"tls.key":"{}"}}}}"#,
                STANDARD.encode(&private)
            )
            .into(),
            "\"/data/tls.key\"",
        ),
        (
            format!(r#"{{"jwks":{{"keys":[{jwk}]}},"uat":1}}"#).into(),
            "key set was taken from its member \"/jwks\"",
        ),
        (wide(&private), "UTF-16"),
        ([vec![0xff, 0xfe], wide(&jwk)].concat(), "UTF-16"),
        (format!("[{jwk}]").into(), "array of JWKs"),
        (
            format!(r#"{{"attributes":{{"enabled":true}},"key":{jwk}}}"#).into(),
            "\"/key\"",
        ),
        (
            format!(r#"{{"KeyId":"arn:x","PublicKey":"{der}","KeySpec":"ECC_NIST_P256"}}"#).into(),
            "\"/PublicKey\"",
        ),
        (
            format!(
                r#"{{"pem":{},"algorithm":"EC_SIGN_P256_SHA256"}}"#,
                quoted(&public)
            )
            .into(),
            "\"/pem\"",
        ),
        (
            format!(
                r#"{{"data":{{"data":{{"signing":{}}}}}}}"#,
                quoted(&private)
            )
            .into(),
            "\"/data/data/signing\"",
        ),
        (
            format!(
                r#"{{"public":{},"private":{}}}"#,
                quoted(&public),
                quoted(&private)
            )
            .into(),
            "\"/private\"",
        ),
    ];
    for (content, note) in inputs {
        let shown = String::from_utf8_lossy(&content).into_owned();
        let file = read_text(content).unwrap_or_else(|error| panic!("{shown}: {error}"));
        assert!(file.keys[0].same_material(&one), "{shown}");
        assert!(
            file.notes.iter().any(|it| it.contains(note)),
            "{:?}",
            file.notes
        );
    }
    for plain in [
        &private,
        &public,
        &jwk,
        &format!("\u{feff}{jwk}"),
        &private.replace('\n', "\n\n"),
    ] {
        assert_eq!(read_text(plain).unwrap().notes, Vec::<String>::new());
    }
}

fn encode_lines(text: &str) -> String {
    let all = STANDARD.encode(text);
    let lines: Vec<&str> = all
        .as_bytes()
        .chunks(64)
        .map(|it| std::str::from_utf8(it).unwrap())
        .collect();
    lines.join("\n")
}

#[test]
fn cloud_wrappers_keep_their_ids_and_types() {
    let one = key(1);
    let account = format!(
        r#"{{"type":"service_account","private_key_id":"k7","private_key":{},"client_email":"a@b"}}"#,
        quoted(&private_pem(&one))
    );
    let file = read_text(account).unwrap();
    assert_eq!(file.keys[0].kid.as_deref(), Some("k7"));
    assert!(file.keys[0].is_private() && !file.is_set);

    let mut jwk = one.public_jwk();
    jwk.set("kty", "EC-HSM".into());
    jwk.set("kid", "https://v.vault.azure.net/keys/n/1".into());
    let x = STANDARD.encode(super::super::key::decode(jwk.text("x").unwrap()).unwrap());
    jwk.set("x", x.as_str().into());
    let shown = format!(
        r#"{{"attributes":{{}},"key":{}}}"#,
        Json::from(jwk).to_text()
    );
    let file = read_text(shown).unwrap();
    assert!(file.keys[0].same_material(&one));
    assert_eq!(
        file.keys[0].kid.as_deref(),
        Some("https://v.vault.azure.net/keys/n/1")
    );
}

#[test]
fn several_keys_are_a_set_in_pem_and_a_choice_elsewhere() {
    let (one, two) = (key(1), key(2));
    let file = read_text(public_pem(&one) + &public_pem(&two) + &public_pem(&one)).unwrap();
    assert!(file.is_set && file.keys.len() == 2);
    let file = read_text(private_pem(&one) + &private_pem(&two)).unwrap();
    assert!(file.is_set && file.keys.len() == 2);
    let file = read_text(public_pem(&two) + &private_pem(&one)).unwrap();
    assert!(!file.is_set && file.keys[0].same_material(&one));
    let both = format!(
        r#"{{"a":{},"b":{{"c":{}}}}}"#,
        quoted(&private_pem(&one)),
        quoted(&private_pem(&two))
    );
    let why = read_text(both).unwrap_err().to_string();
    assert!(why.contains(r#"several keys, in "/a", "/b/c""#), "{why}");
}

#[test]
fn files_of_other_programs_are_named_with_the_way_out() {
    for (content, name, way) in [
        (
            &b"PuTTY-User-Key-File-3: ssh-rsa"[..],
            "PuTTY",
            "puttygen FILE",
        ),
        (
            b"---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n",
            "RFC 4716",
            "ssh-keygen -i",
        ),
        (b"<RSAKeyValue><Modulus>x</Modulus>", ".NET", "ExportPkcs8"),
        (b"<!DOCTYPE html><html>", "HTML", "login page"),
        (b"\xfe\xed\xfe\xed\x00\x00\x00\x02", "JKS", "keytool"),
        (
            b"\x30\x82\x01\x00\x02\x01\x03\x30\x82\x00",
            "PKCS#12",
            "openssl pkcs12 -in FILE",
        ),
        (b"https://issuer.example/jwks.json", "URL", "FromUrl"),
        (b"-----BEGIN PGP PRIVATE KEY BLOCK-----\nx\n", "OpenPGP", ""),
        (b"MFkwEwYH\n-----END PUBLIC KEY-----", "BEGIN line", ""),
    ] {
        let error = read_text(content).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
        assert!(format!("{:?}", error.hints()).contains(way), "{error}");
    }
}

/// A certificate authority and a certificate that it issued, as PEM.
fn chain() -> (String, String) {
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
    let named = |name: &str| {
        let mut parameters = CertificateParams::new(Vec::new()).unwrap();
        parameters.distinguished_name.push(DnType::CommonName, name);
        parameters
    };
    let mut ca = named("ca");
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_key = KeyPair::generate().unwrap();
    let ca_pem = ca.self_signed(&ca_key).unwrap().pem();
    let issuer = Issuer::new(ca, ca_key);
    let leaf = named("leaf")
        .signed_by(&KeyPair::generate().unwrap(), &issuer)
        .unwrap();
    (ca_pem, leaf.pem())
}

#[test]
fn the_key_of_an_authority_is_not_taken_for_the_key_that_it_certifies() {
    let (ca, leaf) = chain();
    let leaf_key = read_text(&leaf).unwrap().keys.remove(0);
    for pem in [format!("{leaf}{ca}"), format!("{ca}{leaf}")] {
        let file = read_text(pem).unwrap();
        assert!(!file.is_set && file.keys[0].same_material(&leaf_key));
        assert!(
            file.notes[0].contains("issued another one"),
            "{:?}",
            file.notes
        );
    }
    for (names, why) in [
        (["Certificate", "CertificateChain"], "several keys"),
        (["k1", "k2"], "several keys"),
    ] {
        let [first, second] = names;
        let json = format!(
            r#"{{"{first}":{},"{second}":{}}}"#,
            quoted(&leaf),
            quoted(&ca)
        );
        let error = read_text(json).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn a_map_of_certificates_has_ids_for_names_and_loses_only_what_is_broken() {
    let ((_, one), (_, two)) = (chain(), chain());
    let map = format!(r#"{{"a1":{},"b2":{}}}"#, quoted(&one), quoted(&two));
    let file = read_text(map).unwrap();
    let kids: Vec<_> = file
        .keys
        .iter()
        .map(|key| key.kid.clone().unwrap())
        .collect();
    assert!(file.is_set && kids == ["a1", "b2"]);
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let map = format!(r#"{{"a1":{},"b2":{}}}"#, quoted(&one), quoted(broken));
    let file = read_text(map).unwrap();
    assert_eq!(
        (file.keys.len(), file.dropped[0].kid.as_deref()),
        (1, Some("b2"))
    );
    let single = format!(r#"{{"certificate":{}}}"#, quoted(&one));
    let file = read_text(single).unwrap();
    assert!(!file.is_set && file.keys[0].kid.is_none());
}

#[test]
fn a_key_is_taken_out_of_a_document_only_where_there_is_no_other() {
    let (one, two) = (key(1), key(2));
    let inner = Json::from(one.public_jwk()).to_text();
    for other in [
        quoted(&inner),
        quoted(&format!(r#"{{"keys":[{inner}]}}"#)),
        quoted(&STANDARD.encode(public_pem(&one))),
        quoted(&STANDARD.encode(to_spki(&one).unwrap())),
    ] {
        let document = format!(r#"{{"a":{other},"b":{}}}"#, quoted(&public_pem(&two)));
        let error = read_text(&document).unwrap_err().to_string();
        assert!(error.contains("several keys"), "{document}: {error}");
    }
    let request = "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n";
    let document = format!(
        r#"{{"key":{},"csr":{}}}"#,
        quoted(&private_pem(&one)),
        quoted(request)
    );
    assert!(read_text(document).unwrap().keys[0].same_material(&one));
}

#[test]
fn a_jwk_of_a_secret_does_not_hold_a_public_key() {
    let k = super::super::key::encode(public_pem(&key(1)).as_bytes());
    let error = read_text(format!(r#"{{"kty":"oct","k":"{k}"}}"#)).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("must not serve as an HMAC secret"),
        "{error}"
    );
}

#[test]
fn a_path_in_a_hint_is_one_word_and_what_is_no_path_is_not_repeated() {
    let pem = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    let hint = |what: &str| {
        let mut nobody = || Err(Error::usage("passphrase", "asked for"));
        let error = read(&Secret::new(pem.into()), what, &mut nobody).unwrap_err();
        format!("{:?}", error.hints()[0])
    };
    assert!(hint("d/x;touch pwned;.pem").contains("-in 'd/x;touch pwned;.pem'"));
    assert!(hint("env:PK").contains("-in FILE"));
    assert!(hint("standard input").contains("-in FILE"));
}
