//! Other implementations of JOSE open what jwtctl encrypts, and jwtctl what they encrypt: every
//! algorithm, content encryption and form that both have, and several recipients.
//!
//! jwtctl's side runs in this process, the peers' in one process for all; what has to go through the
//! commands is in `tests/encryption.rs`. A peer that is not there is reported as skipped.

#![cfg(all(unix, feature = "cli", feature = "jwe"))]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use jwtctl::core::alg::{ContentEnc, Curve, KeyAlg, KeyMode};
use jwtctl::core::env::{Env, Stopped};
use jwtctl::core::json::Object;
use jwtctl::core::jwe::{self, Acceptance, Addressee, Encryption, Holder, JweForm};
use jwtctl::core::key::{Key, Recipe, generate};
use jwtctl::core::limits::TOKEN_P2C;
use jwtctl::core::secret::Secret;
use jwtctl::core::time::Timestamp;
use serde_json::{Value, json};

mod support;

macro_rules! peers {
    ($($test:ident: $adapter:literal, $least:literal;)*) => {
        $(#[test]
        fn $test() {
            interop($adapter, $least);
        })*
    };
}

// With the number of tokens that went each way when this was written.
peers! {
    peer_jwcrypto: "jwcrypto.py", 288;
    peer_joserfc: "joserfc.py", 384;
    peer_jose: "jose.mjs", 396;
    peer_latchset: "latchset.sh", 200;
}

const PAYLOAD: &str = "{\"list\":[1,2.5,null,true],\"text\":\"é ✓\"}";
const AAD: &str = "covered";
const FORMS: [(JweForm, &str); 3] = [
    (JweForm::Compact, "compact"),
    (JweForm::Flattened, "flattened"),
    (JweForm::General, "general"),
];

fn random(buffer: &mut [u8]) {
    use std::io::Read as _;
    let mut source = fs::File::open("/dev/urandom").unwrap();
    source.read_exact(buffer).unwrap();
}

fn env() -> Env<'static> {
    Env {
        now: Timestamp(1_785_578_400),
        random: &random,
        clock: &Stopped,
    }
}

/// A combination that tokens are exchanged in.
struct Case {
    alg: KeyAlg,
    enc: ContentEnc,
    form: JweForm,
    name: &'static str,
    key: Arc<Key>,
}

/// A key for each algorithm, curve and length; one of RSA for all.
fn cases() -> Vec<Case> {
    let rsa = Arc::new(generate(Recipe::Rsa(2048), &env()).unwrap());
    let mut cases = Vec::new();
    for alg in KeyAlg::ALL.iter().filter(|alg| **alg != KeyAlg::Rsa15) {
        for enc in ContentEnc::ALL {
            let keys: Vec<Arc<Key>> = match alg.mode() {
                KeyMode::Encryption => vec![Arc::clone(&rsa)],
                KeyMode::Agreement | KeyMode::AgreementWrap => alg
                    .curves()
                    .iter()
                    .map(|crv| fresh(Recipe::Curve(*crv)))
                    .collect(),
                KeyMode::Direct => vec![fresh(Recipe::Oct(enc.key_len()))],
                KeyMode::Passphrase => vec![passphrase(*alg)],
                KeyMode::Wrap | KeyMode::GcmWrap => vec![fresh(Recipe::Oct(alg.kek_len()))],
            };
            for key in keys {
                for (form, name) in FORMS {
                    // One curve in every form, the others in the compact one.
                    let is_first = key.curve().is_none_or(|crv| crv == Curve::P256);
                    if is_first || form == JweForm::Compact {
                        let key = Arc::clone(&key);
                        cases.push(Case {
                            alg: *alg,
                            enc: *enc,
                            form,
                            name,
                            key,
                        });
                    }
                }
            }
        }
    }
    cases
}

fn fresh(recipe: Recipe) -> Arc<Key> {
    let mut key = generate(recipe, &env()).unwrap();
    key.kid = Some(key.thumbprint());
    Arc::new(key)
}

/// A passphrase as peers take it, which is as a symmetric key.
fn passphrase(alg: KeyAlg) -> Arc<Key> {
    let mut key = Key::from_secret(Secret::new(b"correct horse battery staple".to_vec()));
    key.alg = Some(alg.as_str().into());
    Arc::new(key)
}

fn private(key: &Key) -> Value {
    let mut jwk: Value = serde_json::from_slice(key.expose_jwk().expose()).unwrap();
    // Not every program accepts a PBES2 algorithm as the `alg` of an oct key.
    jwk.as_object_mut().unwrap().remove("alg");
    jwk
}

fn public(key: &Key) -> Value {
    match key.public() {
        Some(public) => serde_json::to_value(&public).unwrap(),
        None => private(key),
    }
}

/// What else is authenticated, in the JSON forms. latchset's program, with AES-GCM, makes and opens
/// what no other program does.
fn aad(adapter: &str, enc: ContentEnc, form: JweForm) -> Option<&'static str> {
    let is_odd = adapter == "latchset.sh" && enc.is_gcm();
    (form != JweForm::Compact && !is_odd).then_some(AAD)
}

fn encrypted(
    addressees: &[Addressee],
    enc: ContentEnc,
    form: JweForm,
    aad: Option<&str>,
) -> String {
    let how = Encryption {
        form,
        enc,
        zip: false,
        header: Object::default(),
        aad: aad.map(str::as_bytes),
        addressees,
    };
    let content = Secret::new(PAYLOAD.into());
    jwe::encrypt(&content, &how, &env()).unwrap().text
}

fn opened(text: &str, key: &Arc<Key>) -> Result<String, String> {
    let said = |error: &dyn ToString| error.to_string();
    let jwe = jwe::parse_any(text).map_err(|reason| reason.message)?;
    let acceptance = Acceptance::default();
    let locked = jwe::examine(&jwe, &acceptance).map_err(|reason| reason.message)?;
    let opened = locked
        .open(Holder::Key(key), "FILE", &random)
        .map_err(|error| said(&error))?;
    Ok(opened.content.expose_str().unwrap().to_owned())
}

fn to(key: &Arc<Key>, alg: KeyAlg) -> Addressee {
    Addressee {
        key: Arc::clone(key),
        alg,
        kid: key.kid.clone(),
        rounds: TOKEN_P2C,
    }
}

fn interop(adapter: &'static str, least: usize) {
    let folder = tempfile::tempdir().unwrap();
    let cases = cases();
    let label = |case: &Case| {
        let crv = case.key.curve().map(|crv| crv.as_str()).unwrap_or_default();
        format!("{adapter}: {} {} {} {crv}", case.alg, case.enc, case.name)
    };
    let jobs: Vec<Value> = cases
        .iter()
        .map(|case| {
            json!({
                "form": case.name, "enc": case.enc.as_str(), "payload": PAYLOAD,
                "aad": aad(adapter, case.enc, case.form),
                "recipients": [{ "alg": case.alg.as_str(), "key": public(&case.key) }],
            })
        })
        .collect();
    let Some(answers) = support::answers(adapter, "encrypt", &jobs, folder.path()) else {
        return;
    };
    let mut read = 0;
    for (case, answer) in cases.iter().zip(&answers) {
        let Some(token) = answer["token"].as_str() else {
            assert!(answer["lacks"].is_string(), "{}: {answer}", label(case));
            continue;
        };
        let content = opened(token, &case.key);
        assert_eq!(content.as_deref(), Ok(PAYLOAD), "{} {token}", label(case));
        read += 1;
    }

    let jobs: Vec<Value> = cases
        .iter()
        .map(|case| {
            let aad = aad(adapter, case.enc, case.form);
            let token = encrypted(&[to(&case.key, case.alg)], case.enc, case.form, aad);
            json!({
                "token": token, "key": private(&case.key),
                "alg": case.alg.as_str(), "enc": case.enc.as_str(),
            })
        })
        .collect();
    let answered = support::answers(adapter, "decrypt", &jobs, folder.path()).unwrap();
    let mut written = 0;
    for ((case, answer), made) in cases.iter().zip(&answered).zip(&answers) {
        // What it does not write, it may not read.
        if answer["lacks"].is_string() || (made["token"].is_null() && answer["payload"].is_null()) {
            continue;
        }
        assert_eq!(answer["payload"], PAYLOAD, "{}: {answer}", label(case));
        written += 1;
    }
    println!("{adapter}: {read} tokens opened by jwtctl, {written} by the peer");
    assert!(read >= least && written >= least, "{read} and {written}");
    let has = |alg: KeyAlg| {
        let made = cases.iter().zip(&answers);
        made.into_iter()
            .any(|(case, answer)| case.alg == alg && answer["token"].is_string())
    };
    several(adapter, folder.path(), &has);
}

/// One token for several recipients, each of which opens it.
fn several(adapter: &'static str, folder: &Path, has: &dyn Fn(KeyAlg) -> bool) {
    let named = |key: Arc<Key>, kid: &str| {
        let mut key = Arc::into_inner(key).unwrap();
        key.kid = Some(kid.into());
        Arc::new(key)
    };
    let keys = [
        (named(fresh(Recipe::Rsa(2048)), "rsa"), KeyAlg::RsaOaep256),
        (
            named(fresh(Recipe::Curve(Curve::P256)), "ec"),
            KeyAlg::EcdhEsA256Kw,
        ),
        (named(fresh(Recipe::Oct(16)), "oct"), KeyAlg::A128Kw),
        (named(fresh(Recipe::Oct(32)), "gcm"), KeyAlg::A256GcmKw),
    ];
    let keys: Vec<_> = keys.into_iter().filter(|(_, alg)| has(*alg)).collect();
    assert!(keys.len() >= 3, "{adapter}");
    let enc = ContentEnc::A256CbcHs512;
    let recipients: Vec<Value> = keys
        .iter()
        .map(|(key, alg)| json!({ "alg": alg.as_str(), "key": public(key) }))
        .collect();
    let job = json!({
        "form": "general", "enc": enc.as_str(), "payload": PAYLOAD, "recipients": recipients,
    });
    let made = support::answers(adapter, "encrypt", &[job], folder).unwrap();
    let token = made[0]["token"]
        .as_str()
        .unwrap_or_else(|| panic!("{adapter}: {made:?}"));
    for (key, alg) in &keys {
        assert_eq!(
            opened(token, key).as_deref(),
            Ok(PAYLOAD),
            "{adapter} {alg}: {token}"
        );
    }
    let addressees: Vec<Addressee> = keys.iter().map(|(key, alg)| to(key, *alg)).collect();
    let token = encrypted(&addressees, enc, JweForm::General, None);
    let jobs: Vec<Value> = keys
        .iter()
        .map(|(key, alg)| {
            json!({
                "token": token, "key": private(key), "alg": alg.as_str(), "enc": enc.as_str(),
            })
        })
        .collect();
    for ((_, alg), answer) in keys
        .iter()
        .zip(support::answers(adapter, "decrypt", &jobs, folder).unwrap())
    {
        if answer["lacks"].is_null() {
            assert_eq!(answer["payload"], PAYLOAD, "{adapter} {alg}: {answer}");
        }
    }
}
