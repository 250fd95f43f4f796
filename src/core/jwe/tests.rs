//! Every algorithm with every other one, in every form; and every way in which a token can be
//! wrong, for each of them.

use std::sync::Arc;

use super::super::alg::{ContentEnc, Curve, KeyAlg, KeyMode};
use super::super::env::{Env, Stopped};
use super::super::error::{Code, Error};
use super::super::json::{Json, Object};
use super::super::key::{Key, KeyJob, Recipe, decode, encode, generate};
use super::super::secret::Secret;
use super::super::time::Timestamp;
use super::*;

const CONTENT: &[u8] = b"The true sign of intelligence is not knowledge but imagination.";

/// Numbers without any secret in them: what is drawn must differ from draw to draw, no more.
fn random(buffer: &mut [u8]) {
    use std::sync::atomic::{AtomicU64, Ordering};
    static DRAWN: AtomicU64 = AtomicU64::new(1);
    for chunk in buffer.chunks_mut(8) {
        let mut word = DRAWN.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let bytes = (word ^ (word >> 31)).to_le_bytes();
        chunk.copy_from_slice(&bytes[..chunk.len()]);
    }
}

fn env() -> Env<'static> {
    Env {
        now: Timestamp(1_785_578_400),
        random: &random,
        clock: &Stopped,
    }
}

fn jwk(text: &str) -> Arc<Key> {
    Arc::new(Key::from_jwk(Object::parse_strict(text.as_bytes()).unwrap()).unwrap())
}

fn rsa() -> Arc<Key> {
    let text = include_str!("../../../tests/data/keys/rsa2048.jwk.json");
    let mut object = Object::parse_strict(text.as_bytes()).unwrap();
    ["alg", "use", "key_ops", "kid"]
        .iter()
        .for_each(|it| drop(object.remove(it)));
    Arc::new(Key::from_jwk(object).unwrap())
}

fn on_curve(crv: Curve) -> Arc<Key> {
    Arc::new(generate(Recipe::Curve(crv), &env()).unwrap())
}

fn bytes(length: usize) -> Arc<Key> {
    Arc::new(generate(Recipe::Oct(length), &env()).unwrap())
}

fn passphrase() -> Arc<Key> {
    Arc::new(Key::from_passphrase(Secret::new(
        b"Entrap_o\xe2\x80\x93peter_long".to_vec(),
    )))
}

/// A key for each algorithm; for agreements, one on each curve.
fn keys(alg: KeyAlg, enc: ContentEnc) -> Vec<Arc<Key>> {
    let keys: Vec<Arc<Key>> = match alg.mode() {
        KeyMode::Agreement | KeyMode::AgreementWrap => alg
            .curves()
            .iter()
            .filter(|crv| **crv != Curve::X448 || cfg!(feature = "jwe"))
            .map(|crv| on_curve(*crv))
            .collect(),
        KeyMode::Encryption => vec![rsa()],
        KeyMode::Wrap | KeyMode::GcmWrap => vec![bytes(alg.kek_len())],
        KeyMode::Direct => vec![bytes(enc.key_len())],
        KeyMode::Passphrase => vec![passphrase()],
    };
    let can = |key: &Arc<Key>| key.fit_encryption(alg, Some(enc), KeyJob::Unwrap).is_ok();
    let keys: Vec<Arc<Key>> = keys.into_iter().filter(can).collect();
    assert!(
        !keys.is_empty() || cfg!(not(feature = "jwe")),
        "no key fits {alg} with {enc}"
    );
    keys
}

/// All algorithms that tokens are made with.
fn written() -> impl Iterator<Item = (KeyAlg, ContentEnc)> {
    let algs = KeyAlg::ALL.iter().filter(|alg| **alg != KeyAlg::Rsa15);
    algs.flat_map(|alg| ContentEnc::ALL.iter().map(|enc| (*alg, *enc)))
}

fn to(key: &Arc<Key>, alg: KeyAlg) -> Addressee {
    Addressee {
        key: Arc::clone(key),
        alg,
        kid: key.kid.clone(),
        rounds: 1000,
    }
}

fn make(key: &Arc<Key>, alg: KeyAlg, enc: ContentEnc, form: JweForm, zip: bool) -> String {
    let how = Encryption {
        form,
        enc,
        zip,
        header: Object(vec![("typ".into(), "test".into())]),
        aad: (form != JweForm::Compact).then_some(b"covered as well"),
        addressees: &[to(key, alg)],
    };
    let made = encrypt(&Secret::new(CONTENT.to_vec()), &how, &env()).unwrap();
    made.text
}

fn read(text: &str, key: &Arc<Key>, acceptance: &Acceptance) -> Result<Vec<u8>, Error> {
    let jwe = parse_any(text)?;
    let locked = examine(&jwe, acceptance)?;
    let opened = locked.open(Holder::Key(key), "FILE", &random)?;
    Ok(opened.content.expose().to_vec())
}

fn code(text: &str, key: &Arc<Key>) -> Option<Code> {
    read(text, key, &Acceptance::default())
        .err()
        .map(|error| error.code())
}

#[test]
fn what_is_encrypted_opens_again_in_every_form() {
    for (alg, enc) in written() {
        for key in keys(alg, enc) {
            for form in [JweForm::Compact, JweForm::Flattened, JweForm::General] {
                let text = make(&key, alg, enc, form, false);
                assert_eq!(parse_any(&text).unwrap().form, form);
                let opened = read(&text, &key, &Acceptance::default());
                assert_eq!(opened.unwrap(), CONTENT, "{alg} {enc} {key:?} {text}");
            }
            let text = make(&key, alg, enc, JweForm::Compact, true);
            let opened = read(&text, &key, &Acceptance::default());
            assert_eq!(opened.unwrap(), CONTENT, "{alg} {enc} {key:?} zip");
        }
    }
}

#[test]
fn the_public_half_is_enough_to_encrypt_and_not_to_decrypt() {
    for (alg, enc) in written().filter(|(alg, _)| !alg.is_symmetric()) {
        for key in keys(alg, enc) {
            let public = Arc::new(key.public().unwrap());
            let text = make(&public, alg, enc, JweForm::Compact, false);
            let opened = read(&text, &key, &Acceptance::default());
            assert_eq!(opened.unwrap(), CONTENT, "{alg} {enc}");
            assert_eq!(code(&text, &public), Some(Code::AlgNotAllowed), "{alg}");
        }
    }
}

#[test]
fn another_key_does_not_open() {
    for (alg, enc) in written() {
        let mine = keys(alg, enc);
        let other = match alg.mode() {
            KeyMode::Encryption => continue,
            KeyMode::Passphrase => vec![Arc::new(Key::from_passphrase(Secret::new(
                b"another".to_vec(),
            )))],
            _ => keys(alg, enc),
        };
        for (mine, other) in mine.iter().zip(&other) {
            let text = make(mine, alg, enc, JweForm::Compact, false);
            let error = read(&text, other, &Acceptance::default()).unwrap_err();
            assert_eq!(error.to_string(), "decryption failed", "{alg} {enc}");
        }
    }
}

/// The parts of a compact token, decoded.
fn parts(text: &str) -> Vec<Vec<u8>> {
    text.split('.').map(|part| decode(part).unwrap()).collect()
}

fn join(parts: &[Vec<u8>]) -> String {
    let parts: Vec<String> = parts.iter().map(|part| encode(part)).collect();
    parts.join(".")
}

fn with_part(text: &str, part: usize, bytes: &[u8]) -> String {
    let mut parts = parts(text);
    parts[part] = bytes.to_vec();
    join(&parts)
}

/// The token with another value of a header member; without it, if there is none.
fn with_member(text: &str, name: &str, value: Option<&str>) -> String {
    let mut header = Object::parse_strict(&parts(text)[0]).unwrap();
    match value {
        Some(value) => header.set(name, Json::parse(value.as_bytes()).unwrap()),
        None => drop(header.remove(name)),
    }
    with_part(text, 0, Json::Object(header).to_text().as_bytes())
}

#[test]
fn one_changed_byte_anywhere_is_refused_in_the_words_for_its_place() {
    for (alg, enc) in written() {
        // Every derivation counts in milliseconds: a changed byte of the header is enough there.
        for key in keys(alg, enc).iter().take(1) {
            let text = make(key, alg, enc, JweForm::Compact, false);
            let parts = parts(&text);
            for part in 1..5 {
                let length = parts[part].len();
                let step = if alg.mode() == KeyMode::Encryption {
                    37
                } else {
                    5
                };
                for at in (0..length).step_by(step) {
                    let mut changed = parts.clone();
                    changed[part][at] ^= 0x40;
                    let error = read(&join(&changed), key, &Acceptance::default()).unwrap_err();
                    assert_eq!(error.code(), Code::DecryptionFailed, "{alg} {enc} {part}");
                    assert_eq!(error.to_string(), "decryption failed", "{alg} {enc} {part}");
                }
            }
            for at in (0..parts[0].len()).step_by(7) {
                let mut changed = parts.clone();
                changed[0][at] ^= 1;
                let refused = code(&join(&changed), key);
                assert!(
                    matches!(
                        refused,
                        Some(
                            Code::DecryptionFailed
                                | Code::Malformed
                                | Code::AlgNotAllowed
                                | Code::UnknownCritical
                        )
                    ),
                    "{alg} {enc} header {at}: {refused:?}"
                );
            }
        }
    }
}

#[test]
fn every_length_is_checked_before_a_library() {
    for (alg, enc) in written() {
        for key in keys(alg, enc).into_iter().take(1) {
            let text = make(&key, alg, enc, JweForm::Compact, false);
            let own = parts(&text);
            for length in (0..=40).filter(|it| *it != enc.iv_len()) {
                let changed = with_part(&text, 2, &vec![7; length]);
                assert_eq!(code(&changed, &key), Some(Code::Malformed), "{alg} {enc}");
            }
            for length in (0..=70).filter(|it| *it != enc.tag_len()) {
                let mut tag = own[4].clone();
                tag.resize(length, 0);
                let changed = with_part(&text, 4, &tag);
                assert_eq!(code(&changed, &key), Some(Code::Malformed), "{alg} {enc}");
            }
            for length in (0..=600).filter(|it| *it != own[1].len()) {
                let mut encrypted = own[1].clone();
                encrypted.resize(length, 0);
                let expected = match alg.mode() {
                    KeyMode::Encryption if length >= 64 => Code::DecryptionFailed,
                    _ => Code::Malformed,
                };
                let refused = code(&with_part(&text, 1, &encrypted), &key);
                assert_eq!(refused, Some(expected), "{alg} {enc} {length}");
            }
            // Half blocks of CBC, and no content at all.
            for length in [0, 1, 15, 17] {
                let changed = with_part(&text, 3, &vec![7; length]);
                assert_eq!(code(&changed, &key), Some(Code::DecryptionFailed), "{alg}");
            }
        }
    }
}

#[test]
fn a_content_key_of_another_size_is_refused() {
    for (alg, enc) in written() {
        for other in ContentEnc::ALL.iter().filter(|it| **it != enc) {
            for key in keys(alg, enc).into_iter().take(1) {
                let text = make(&key, alg, enc, JweForm::Compact, false);
                let name = format!("{:?}", other.as_str());
                let mut changed = with_member(&text, "enc", Some(&name));
                // As an attacker would, with lengths that fit.
                changed = with_part(&changed, 2, &vec![7; other.iv_len()]);
                changed = with_part(&changed, 4, &vec![7; other.tag_len()]);
                let refused = code(&changed, &key);
                assert!(
                    matches!(
                        refused,
                        Some(Code::DecryptionFailed | Code::Malformed | Code::AlgNotAllowed)
                    ),
                    "{alg} {enc} as {other}: {refused:?}"
                );
            }
        }
    }
}

#[test]
fn ephemeral_keys_are_points_of_the_curve_that_the_key_is_on() {
    let other = |crv: Curve| match crv {
        Curve::P256 => Curve::X25519,
        _ => Curve::P256,
    };
    for crv in KeyAlg::EcdhEs.curves().iter().copied() {
        if cfg!(not(feature = "jwe")) && crv == Curve::X448 {
            continue;
        }
        let key = on_curve(crv);
        for alg in KeyAlg::ALL.iter().filter(|alg| alg.is_ecdh()) {
            if key.fit_encryption(*alg, None, KeyJob::Unwrap).is_err() {
                continue;
            }
            let text = make(&key, *alg, ContentEnc::A128Gcm, JweForm::Compact, false);
            let header = Object::parse_strict(&parts(&text)[0]).unwrap();
            let epk = header.member("epk").unwrap().as_object().unwrap().clone();
            let with = |name: &str, value: &str| {
                let mut epk = epk.clone();
                epk.set(name, Json::parse(value.as_bytes()).unwrap());
                with_member(&text, "epk", Some(&Json::Object(epk).to_text()))
            };
            let text_of = |bytes: &[u8]| format!("{:?}", encode(bytes));
            let mut hostile = vec![
                with("x", "\"\""),
                with("x", "7"),
                with("x", &text_of(&[1])),
                with("x", &text_of(&vec![1; crv.octets() + 1])),
                with("d", &text_of(&vec![1; crv.octets()])),
                with("crv", "\"P-999\""),
                with("crv", "\"secp256k1\""),
                with("kty", "\"oct\""),
                with("kty", "\"RSA\""),
                with_member(&text, "epk", None),
                with_member(&text, "epk", Some("[]")),
                with_member(&text, "epk", Some("{}")),
                with_member(&text, "apu", Some("1")),
                with_member(&text, "apv", Some("\"A+\"")),
            ];
            match crv {
                Curve::X25519 | Curve::X448 => {
                    for first in [0, 1] {
                        let mut small = vec![0; crv.octets()];
                        small[0] = first;
                        hostile.push(with("x", &text_of(&small)));
                    }
                }
                _ => {
                    hostile.push(with("x", &text_of(&vec![1; crv.octets()])));
                    hostile.push(with("y", &text_of(&vec![0; crv.octets()])));
                    hostile.push(with("y", "null"));
                }
            }
            for text in hostile {
                assert_eq!(
                    code(&text, &key),
                    Some(Code::Malformed),
                    "{alg} {crv} {text}"
                );
            }
            // A good point, and of another curve than the key.
            let stranger = Json::Object(on_curve(other(crv)).public_jwk()).to_text();
            let text = with_member(&text, "epk", Some(&stranger));
            assert_eq!(
                code(&text, &key),
                Some(Code::DecryptionFailed),
                "{alg} {crv}"
            );
        }
    }
}

#[test]
fn rounds_and_salts_have_their_limits() {
    let key = passphrase();
    for alg in KeyAlg::ALL
        .iter()
        .filter(|it| it.mode() == KeyMode::Passphrase)
    {
        if key.fit_encryption(*alg, None, KeyJob::Unwrap).is_err() {
            continue;
        }
        let text = make(
            &key,
            *alg,
            ContentEnc::A128CbcHs256,
            JweForm::Compact,
            false,
        );
        for (count, expected) in [
            ("0", Code::AlgNotAllowed),
            ("1", Code::AlgNotAllowed),
            ("999", Code::AlgNotAllowed),
            ("1000001", Code::AlgNotAllowed),
            ("4294967297", Code::AlgNotAllowed),
            ("99999999999999999999999", Code::AlgNotAllowed),
            ("-1000", Code::AlgNotAllowed),
            ("1e3", Code::AlgNotAllowed),
            ("1000.0", Code::AlgNotAllowed),
            ("\"1000\"", Code::Malformed),
            ("null", Code::Malformed),
            ("1001", Code::DecryptionFailed),
        ] {
            let changed = with_member(&text, "p2c", Some(count));
            assert_eq!(code(&changed, &key), Some(expected), "{alg} {count}");
        }
        for salt in ["\"\"", "\"AAAAAAAAAA\"", "7", "\"A=\""] {
            let changed = with_member(&text, "p2s", Some(salt));
            assert_eq!(code(&changed, &key), Some(Code::Malformed), "{alg} {salt}");
        }
        for name in ["p2s", "p2c"] {
            let changed = with_member(&text, name, None);
            assert_eq!(code(&changed, &key), Some(Code::Malformed), "{alg} {name}");
        }
        let acceptance = Acceptance {
            max_p2c: 999,
            ..Acceptance::default()
        };
        let refused = read(&text, &key, &acceptance).unwrap_err();
        assert_eq!(refused.code(), Code::AlgNotAllowed);
    }
}

/// Sixty-four recipients that ask for a derivation each get together what one may ask for.
#[test]
fn many_recipients_cost_no_more_than_one() {
    let key = passphrase();
    let addressees: Vec<Addressee> = (0..8)
        .map(|_| Addressee {
            rounds: 1000,
            ..to(&key, KeyAlg::Pbes2Hs256)
        })
        .collect();
    let how = Encryption {
        form: JweForm::General,
        enc: ContentEnc::A128Gcm,
        zip: false,
        header: Object::default(),
        aad: None,
        addressees: &addressees,
    };
    let made = encrypt(&Secret::new(CONTENT.to_vec()), &how, &env()).unwrap();
    let wrong = Arc::new(Key::from_passphrase(Secret::new(b"wrong".to_vec())));
    let acceptance = Acceptance {
        max_p2c: 2500,
        ..Acceptance::default()
    };
    assert_eq!(read(&made.text, &key, &acceptance).unwrap(), CONTENT);
    let error = read(&made.text, &wrong, &acceptance).unwrap_err();
    assert_eq!(error.code(), Code::DecryptionFailed);
}

#[test]
fn a_bomb_is_defused() {
    let key = bytes(32);
    let bomb = |size: usize| {
        let how = Encryption {
            form: JweForm::Compact,
            enc: ContentEnc::A256Gcm,
            zip: true,
            header: Object::default(),
            aad: None,
            addressees: &[to(&key, KeyAlg::Dir)],
        };
        let made = encrypt(&Secret::new(vec![b'0'; size]), &how, &env());
        made.unwrap().text
    };
    let text = bomb(64 * 1024 * 1024);
    assert!(text.len() < 100_000);
    let error = read(&text, &key, &Acceptance::default()).unwrap_err();
    assert_eq!(error.code(), Code::Malformed);
    assert_eq!(
        error.to_string(),
        "its content inflates to more than 250000 bytes"
    );
    assert_eq!(code(&bomb(250_000), &key), None);
    assert_eq!(code(&bomb(250_001), &key), Some(Code::Malformed));
}

#[test]
fn headers_are_read_strictly() {
    let key = bytes(16);
    let text = make(
        &key,
        KeyAlg::A128Kw,
        ContentEnc::A128Gcm,
        JweForm::Compact,
        false,
    );
    for (name, value, expected) in [
        ("crit", Some(r#"["exp"]"#), Code::UnknownCritical),
        ("crit", Some("[]"), Code::UnknownCritical),
        ("crit", Some(r#"["alg"]"#), Code::UnknownCritical),
        ("crit", Some("{}"), Code::Malformed),
        ("zip", Some("\"GZIP\""), Code::AlgNotAllowed),
        ("zip", Some("\"def\""), Code::AlgNotAllowed),
        ("zip", Some("true"), Code::AlgNotAllowed),
        ("alg", Some("\"none\""), Code::AlgNotAllowed),
        ("alg", Some("\"HS256\""), Code::AlgNotAllowed),
        ("alg", Some("\"a128kw\""), Code::AlgNotAllowed),
        ("alg", Some("\"RSA1_5\""), Code::AlgNotAllowed),
        ("alg", Some("\"A256KW\""), Code::AlgNotAllowed),
        ("alg", Some("7"), Code::Malformed),
        ("alg", None, Code::Malformed),
        ("enc", Some("\"A128CBC\""), Code::AlgNotAllowed),
        ("enc", Some("7"), Code::Malformed),
        ("enc", None, Code::Malformed),
        ("kid", Some("7"), Code::Malformed),
        ("cty", Some("7"), Code::Malformed),
    ] {
        let changed = with_member(&text, name, value);
        assert_eq!(code(&changed, &key), Some(expected), "{name} {value:?}");
    }
    let doubled = br#"{"alg":"A128KW","enc":"A128GCM","enc":"A128GCM"}"#;
    let doubled = with_part(&text, 0, doubled);
    assert_eq!(code(&doubled, &key), Some(Code::Malformed));
    for broken in [
        "",
        ".",
        "....",
        "a.b.c",
        "a.b.c.d.e",
        "e30....",
        "{}",
        "{\"ciphertext\":\"\"}",
    ] {
        assert_eq!(code(broken, &key), Some(Code::Malformed), "{broken}");
    }
    for padded in [format!("{text}="), format!("{text}\n"), format!(" {text}")] {
        assert_eq!(code(&padded, &key), Some(Code::Malformed));
    }
}

#[test]
fn allow_lists_are_lists_of_what_is_allowed() {
    let key = bytes(16);
    let text = make(
        &key,
        KeyAlg::A128Kw,
        ContentEnc::A128Gcm,
        JweForm::Compact,
        false,
    );
    let read = |algs: &[KeyAlg], encs: &[ContentEnc]| {
        let acceptance = Acceptance {
            algs: Some(algs.to_vec()),
            encs: Some(encs.to_vec()),
            ..Acceptance::default()
        };
        read(&text, &key, &acceptance).map_err(|error| error.code())
    };
    let (kw, gcm) = (KeyAlg::A128Kw, ContentEnc::A128Gcm);
    assert!(read(&[KeyAlg::Dir, kw], &[ContentEnc::A256Gcm, gcm]).is_ok());
    assert_eq!(read(&[KeyAlg::Dir], &[gcm]), Err(Code::AlgNotAllowed));
    assert_eq!(
        read(&[kw], &[ContentEnc::A256Gcm]),
        Err(Code::AlgNotAllowed)
    );
    assert_eq!(read(&[], &[gcm]), Err(Code::AlgNotAllowed));
}

#[test]
fn keys_for_something_else_open_nothing() {
    let with = |members: &str| {
        jwk(&format!(
            r#"{{"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAA"{members}}}"#
        ))
    };
    let plain = with("");
    let text = make(
        &plain,
        KeyAlg::A128Kw,
        ContentEnc::A128Gcm,
        JweForm::Compact,
        false,
    );
    for good in [
        "",
        r#","use":"enc""#,
        r#","alg":"A128KW""#,
        r#","key_ops":["unwrapKey"]"#,
        r#","key_ops":["wrapKey","decrypt"]"#,
    ] {
        assert_eq!(code(&text, &with(good)), None, "{good}");
    }
    for bad in [
        r#","use":"sig""#,
        r#","alg":"A128GCMKW""#,
        r#","alg":"HS256""#,
        r#","key_ops":["sign","verify"]"#,
        r#","key_ops":["wrapKey"]"#,
    ] {
        assert_eq!(code(&text, &with(bad)), Some(Code::AlgNotAllowed), "{bad}");
    }
    let direct = make(
        &plain,
        KeyAlg::Dir,
        ContentEnc::A128Gcm,
        JweForm::Compact,
        false,
    );
    for (members, expected) in [
        (r#","alg":"dir""#, None),
        (r#","alg":"A128GCM""#, None),
        (r#","alg":"A256GCM""#, Some(Code::AlgNotAllowed)),
    ] {
        assert_eq!(code(&direct, &with(members)), expected, "{members}");
    }
    // A secret is no passphrase, and a passphrase no secret.
    let secret = Arc::new(Key::from_secret(Secret::new(b"Entrap".to_vec())));
    let phrase = Arc::new(Key::from_passphrase(Secret::new(b"Entrap".to_vec())));
    let derived = make(
        &phrase,
        KeyAlg::Pbes2Hs256,
        ContentEnc::A128Gcm,
        JweForm::Compact,
        false,
    );
    assert_eq!(code(&derived, &secret), Some(Code::AlgNotAllowed));
    assert_eq!(code(&derived, &phrase), None);
    let phrase = Arc::new(Key::from_passphrase(Secret::new(vec![0; 16])));
    assert_eq!(code(&text, &phrase), Some(Code::AlgNotAllowed));
    assert_eq!(code(&direct, &phrase), Some(Code::AlgNotAllowed));
}

/// The recipient is the one that the key fits; `kid` chooses, where there is one.
#[test]
fn of_several_recipients_the_key_finds_its_own() {
    let named = |key: Arc<Key>, kid: &str| {
        let mut key = Arc::into_inner(key).unwrap();
        key.kid = Some(kid.into());
        Arc::new(key)
    };
    let (one, two) = (named(bytes(32), "one"), named(bytes(32), "two"));
    let (pair, phrase) = (named(on_curve(Curve::P256), "pair"), passphrase());
    let how = Encryption {
        form: JweForm::General,
        enc: ContentEnc::A128CbcHs256,
        zip: true,
        header: Object(vec![("cty".into(), "text".into())]),
        aad: Some(b"aad"),
        addressees: &[
            to(&one, KeyAlg::A256Kw),
            to(&pair, KeyAlg::EcdhEsA128Kw),
            to(&two, KeyAlg::A256GcmKw),
            to(&phrase, KeyAlg::Pbes2Hs512),
        ],
    };
    let made = encrypt(&Secret::new(CONTENT.to_vec()), &how, &env()).unwrap();
    let jwe = parse_any(&made.text).unwrap();
    let acceptance = Acceptance::default();
    let locked = examine(&jwe, &acceptance).unwrap();
    for (key, place) in [(&one, 0), (&pair, 1), (&two, 2), (&phrase, 3)] {
        let opened = locked.open(Holder::Key(key), "FILE", &random).unwrap();
        assert_eq!(opened.content.expose(), CONTENT);
        assert_eq!(opened.recipient, place);
    }
    let set = [Arc::clone(&two), Arc::clone(&pair)];
    let opened = locked.open(Holder::Set(&set), "FILE", &random).unwrap();
    assert_eq!(opened.recipient, 1, "the first of those that are named");
    let stranger = [named(bytes(32), "three")];
    let error = locked.open(Holder::Set(&stranger), "FILE", &random);
    assert_eq!(error.unwrap_err().code(), Code::NoMatchingKey);
    // A key that was named is tried whatever it is called, and fails like any other.
    let error = locked.open(Holder::Key(&stranger[0]), "FILE", &random);
    assert_eq!(error.unwrap_err().code(), Code::DecryptionFailed);
}

#[test]
fn json_forms_are_read_strictly() {
    let key = bytes(16);
    let text = make(
        &key,
        KeyAlg::A128Kw,
        ContentEnc::A128Gcm,
        JweForm::Flattened,
        false,
    );
    let object = Object::parse_strict(text.as_bytes()).unwrap();
    let with = |name: &str, value: &str| {
        let mut object = object.clone();
        object.set(name, Json::parse(value.as_bytes()).unwrap());
        Json::Object(object).to_text()
    };
    for unknown in [
        with("extra", "7"),
        with("header", "{}"),
        with("unprotected", r#"{"x":1}"#),
    ] {
        assert_eq!(code(&unknown, &key), None, "{unknown}");
    }
    for bad in [
        with("header", r#"{"alg":"A128KW"}"#),
        with("unprotected", r#"{"enc":"A128GCM"}"#),
        with("header", r#"{"zip":"DEF"}"#),
        with("header", r#"{"crit":["x"],"x":1}"#),
        with("unprotected", r#"{"b64":true}"#),
        with("header", "[]"),
        with("recipients", "[]"),
        with("iv", "7"),
        with("ciphertext", "null"),
        with("aad", "\"A=\""),
        with("protected", "{}"),
        with("header", &format!("{{\"x\":\"{}\"}}", "x".repeat(20_000))),
        text.replacen('{', "{\"iv\":\"\",", 1),
    ] {
        assert_eq!(code(&bad, &key), Some(Code::Malformed), "{bad:.200}");
    }
    for changed in [
        with("aad", "\"AAAA\""),
        with("tag", &format!("{:?}", encode(&[0; 16]))),
    ] {
        assert_eq!(
            code(&changed, &key),
            Some(Code::DecryptionFailed),
            "{changed}"
        );
    }
    let many = vec![r#"{"header":{"alg":"A128KW"},"encrypted_key":"AAAA"}"#; 65].join(",");
    let general = format!(
        r#"{{"recipients":[{many}],"protected":"{}","iv":"","ciphertext":"","tag":""}}"#,
        encode(br#"{"enc":"A128GCM"}"#)
    );
    assert_eq!(code(&general, &key), Some(Code::Malformed));
}

#[test]
fn what_makes_no_sense_is_not_made() {
    let key = bytes(16);
    let addressees = [to(&key, KeyAlg::Dir), to(&key, KeyAlg::A128Kw)];
    let how = |form: JweForm, addressees: &'static [Addressee]| Encryption {
        form,
        enc: ContentEnc::A128Gcm,
        zip: false,
        header: Object::default(),
        aad: None,
        addressees,
    };
    let addressees: &'static [Addressee] = Box::leak(Box::new(addressees));
    let make = |how: &Encryption<'_>| {
        encrypt(&Secret::new(Vec::new()), how, &env())
            .err()
            .map(|error| error.code())
    };
    assert_eq!(make(&how(JweForm::General, &[])), Some(Code::Usage));
    assert_eq!(make(&how(JweForm::General, addressees)), Some(Code::Usage));
    let two = [to(&key, KeyAlg::A128Kw), to(&key, KeyAlg::A128Kw)];
    let two: &'static [Addressee] = Box::leak(Box::new(two));
    assert_eq!(make(&how(JweForm::General, two)), None);
    assert_eq!(make(&how(JweForm::Flattened, two)), Some(Code::Usage));
    assert_eq!(make(&how(JweForm::Compact, two)), Some(Code::Usage));
    let with_aad = Encryption {
        aad: Some(b"aad"),
        ..how(JweForm::Compact, &two[..1])
    };
    assert_eq!(make(&with_aad), Some(Code::Usage));
}
