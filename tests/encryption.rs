//! Encrypted tokens by the public commands: what the RFCs print opens, and with one byte changed
//! does not.

#![cfg(all(unix, feature = "cli", feature = "jwe"))]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use jwtctl::core::alg::{ContentEnc, KeyAlg};
use jwtctl::core::env::{Env, Stopped};
use jwtctl::core::error::{Code, Error};
use jwtctl::core::json::Object;
use jwtctl::core::jwe::{self, Acceptance, Addressee, Encryption, Holder, JweForm};
use jwtctl::core::key::{Key, decode, encode};
use jwtctl::core::secret::Secret;
use jwtctl::core::time::Timestamp;
use serde_json::Value;

use support::{Ran, binary, isolated, jwtctl, ran_with, repository};

mod support;

/// A token that an RFC prints, with what opens it.
struct Vector {
    name: String,
    text: String,
    /// Keys, each of which opens it; none where it is a passphrase.
    keys: Vec<Value>,
    passphrase: Option<String>,
    content: Vec<u8>,
}

fn vectors() -> Vec<Vector> {
    let mut found = Vec::new();
    for file in [
        "rfc7516", "rfc7517", "rfc7518", "rfc7519", "rfc7520", "rfc8037",
    ] {
        let path = repository(&format!("tests/data/{file}.json"));
        let data: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        let all = |kind: &str| data[kind].as_array().cloned().unwrap_or_default();
        let name = |it: &Value| format!("{file} {} {}", it["name"], it["form"]);
        let content = |it: &Value| decode(it["plaintext_b64u"].as_str().unwrap()).unwrap();
        for it in all("jwe_tokens") {
            found.push(Vector {
                name: name(&it),
                text: it["compact"].as_str().unwrap().into(),
                keys: vec![it["key"].clone()],
                passphrase: None,
                content: content(&it),
            });
        }
        for it in all("jwe_json") {
            found.push(Vector {
                name: name(&it),
                text: it["jwe"].to_string(),
                keys: it["keys"].as_array().unwrap().clone(),
                passphrase: None,
                content: content(&it),
            });
        }
        for it in all("sealed") {
            let content = [&it["jwk"], &it["jwks"]]
                .into_iter()
                .find(|it| !it.is_null());
            found.push(Vector {
                name: name(&it),
                text: it["jwe"].as_str().unwrap().into(),
                keys: Vec::new(),
                passphrase: Some(it["passphrase"].as_str().unwrap().into()),
                content: content.unwrap().to_string().into_bytes(),
            });
        }
    }
    found
}

fn run(folder: &Path, args: &[&str], stdin: &str) -> Ran {
    let mut command = jwtctl();
    command.current_dir(folder).arg("--no-input").args(args);
    ran_with(&mut command, stdin)
}

#[test]
fn what_the_rfcs_print_opens() {
    let folder = tempfile::tempdir().unwrap();
    let mut seen = 0;
    for vector in vectors() {
        for key in &vector.keys {
            fs::write(folder.path().join("key"), key.to_string()).unwrap();
            let args = ["decrypt", "-", "--key", "key", "--allow-rsa1-5"];
            let opened = run(folder.path(), &args, &vector.text).answer(0);
            assert_eq!(opened.as_bytes(), vector.content, "{}", vector.name);
            seen += 1;
        }
        if let Some(passphrase) = &vector.passphrase {
            fs::write(folder.path().join("phrase"), passphrase).unwrap();
            let args = ["decrypt", "-", "--passphrase-from", "phrase"];
            let opened = run(folder.path(), &args, &vector.text).answer(0);
            let same: Value = serde_json::from_str(&opened).unwrap();
            let expected: Value = serde_json::from_slice(&vector.content).unwrap();
            assert_eq!(same, expected, "{}", vector.name);
            seen += 1;
        }
    }
    assert!(seen >= 40, "{seen}");
}

/// The parameters stand in the header of RFC 7516 A.2 as they did, so that RSA1_5 has to be asked
/// for.
#[test]
fn rsa1_5_is_opened_on_request_alone() {
    let folder = tempfile::tempdir().unwrap();
    let vector = vectors()
        .into_iter()
        .find(|it| it.name.contains("A.2"))
        .unwrap();
    fs::write(folder.path().join("key"), vector.keys[0].to_string()).unwrap();
    let refused = run(
        folder.path(),
        &["decrypt", "-", "--key", "key"],
        &vector.text,
    );
    refused.fails(15, "RSA1_5");
}

fn open(text: &str, key: &Arc<Key>) -> Result<Secret, Error> {
    let acceptance = Acceptance {
        rsa1_5: true,
        ..Acceptance::default()
    };
    let jwe = jwe::parse_any(text)?;
    let locked = jwe::examine(&jwe, &acceptance)?;
    let opened = locked.open(Holder::Key(key), "FILE", &|buffer| buffer.fill(7))?;
    Ok(opened.content)
}

/// Every byte of the four parts that are no JSON, and those of the header that leave it one.
#[test]
fn no_byte_of_what_the_rfcs_print_can_be_another() {
    for vector in vectors().iter().filter(|it| !it.text.starts_with('{')) {
        let (key, step) = match (&vector.passphrase, vector.keys.first()) {
            // A derivation each: a few will do.
            (Some(phrase), _) => (Key::from_passphrase(Secret::new(phrase.clone().into())), 40),
            (None, Some(jwk)) => {
                let jwk = Object::parse_strict(jwk.to_string().as_bytes()).unwrap();
                (Key::from_jwk(jwk).unwrap(), 1)
            }
            (None, None) => panic!("{}", vector.name),
        };
        let key = Arc::new(key);
        let parts: Vec<Vec<u8>> = vector
            .text
            .split('.')
            .map(|it| decode(it).unwrap())
            .collect();
        for part in 0..5 {
            let step = step * if part == 1 { 9 } else { 1 };
            for at in (0..parts[part].len()).step_by(step) {
                let mut changed = parts.clone();
                changed[part][at] ^= 1 << (at % 7);
                let changed: Vec<String> = changed.iter().map(|it| encode(it)).collect();
                let error = open(&changed.join("."), &key).unwrap_err();
                let name = format!("{} part {part} byte {at}", vector.name);
                match part {
                    0 => assert!(
                        matches!(
                            error.code(),
                            Code::DecryptionFailed
                                | Code::Malformed
                                | Code::AlgNotAllowed
                                | Code::UnknownCritical
                        ),
                        "{name}: {error}"
                    ),
                    _ => assert_eq!(error.to_string(), "decryption failed", "{name}"),
                }
            }
        }
    }
}

/// RFC 7520 section 6: opened and judged in one step; with another key for either layer it is not.
#[test]
fn the_nested_token_of_rfc_7520_is_judged_in_one_step() {
    let folder = tempfile::tempdir().unwrap();
    let path = repository("tests/data/rfc7520.json");
    let data: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let nested = &data["nested"][0];
    let token = nested["compact"].as_str().unwrap();
    let other = &data["jwe_tokens"][0]["key"];
    for (name, key) in [
        ("inner", &nested["key"]),
        ("outer", &nested["decrypt_key"]),
        ("other", other),
    ] {
        fs::write(folder.path().join(name), key.to_string()).unwrap();
    }
    let verify = |outer: &str, inner: &str| {
        let args = [
            "verify",
            "-",
            "--decrypt-key",
            outer,
            "--key",
            inner,
            "--now",
            "2011-03-22T18:00:00Z",
            "--json",
        ];
        run(folder.path(), &args, token)
    };
    let valid = verify("outer", "inner").expect(0).json();
    assert_eq!(valid["payload"], nested["claims"]);
    assert_eq!(valid["checks"][0]["name"], "decryption");
    assert_eq!(valid["encryption"][0]["alg"], "RSA-OAEP");
    assert_eq!(valid["encryption"].as_array().unwrap().len(), 1);
    let refused = verify("other", "inner").json();
    assert_eq!(refused["valid"], false);
    assert_eq!(verify("outer", "outer").json()["valid"], false);
    let changed = format!("{}A", &token[..token.len() - 1]);
    let args = ["verify", "-", "--decrypt-key", "outer", "--key", "inner"];
    let refused = run(folder.path(), &args, &changed);
    assert!([10, 17].contains(&refused.code), "{refused:?}");
}

/// Keys of the keystore open what names them, sign never with one of them, and are published.
#[test]
fn the_keystore_holds_keys_for_encryption() {
    let folder = tempfile::tempdir().unwrap();
    let store = ["--store", "keystore"];
    let run = |args: &[&str], stdin: &str| run(folder.path(), &[&store[..], args].concat(), stdin);
    run(
        &["keygen", "ECDH-ES+A256KW", "--kid", "enc", "--no-encrypt"],
        "",
    )
    .answer(0);
    run(&["sign", "sub=a"], "").fails(2, "");
    run(&["keygen", "ES256", "--kid", "sig", "--no-encrypt"], "").answer(0);
    let signed = run(&["sign", "sub=a", "--encrypt-to", "store:enc"], "").answer(0);
    let judged = run(
        &["verify", "-", "--decrypt-key", "store:", "--json"],
        &signed,
    );
    let judged = judged.expect(0).json();
    assert_eq!(judged["key"]["kid"], "sig");
    assert_eq!(judged["encryption"][0]["key"]["kid"], "enc");

    let token = run(&["encrypt", "sub=a", "--to", "store:"], "").answer(0);
    let opened = run(&["decrypt"], &token).answer(0);
    assert!(opened.contains("\"sub\":\"a\""), "{opened}");
    let named = run(&["decrypt", "-", "--key", "store:enc"], &token).answer(0);
    assert_eq!(named, opened);
    run(&["decrypt", "-", "--key", "store:sig"], &token).fails(15, "declared for");

    let published = run(&["jwks", "export"], "").answer(0);
    let set: Value = serde_json::from_str(&published).unwrap();
    let uses: Vec<&str> = set["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["use"].as_str().unwrap())
        .collect();
    assert_eq!(uses.len(), 2);
    assert!(uses.contains(&"enc") && uses.contains(&"sig"));
    // Without a name, no key is opened on a guess.
    let anonymous = run(
        &["encrypt", "sub=a", "--to", "store:enc", "--kid", "other"],
        "",
    )
    .answer(0);
    run(&["decrypt"], &anonymous).fails(14, "other");
    fs::write(folder.path().join("secret"), "0123456789abcdef").unwrap();
    let args = ["encrypt", "sub=a", "--secret", "secret"];
    let nameless = run(&args, "").answer(0);
    run(&["decrypt"], &nameless).fails(14, "does not name its key");
    let args = [
        "verify",
        "-",
        "--decrypt-key",
        "store:",
        "--key",
        "store:sig",
    ];
    run(&args, &nameless)
        .expect(14)
        .says("does not name its key");
}

/// The file appears whole, for its owner alone, and only when the token is good.
#[test]
fn content_in_a_file_is_its_owners() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str], stdin: &str| run(folder.path(), args, stdin);
    let args = ["keygen", "RSA-OAEP-256", "--no-encrypt", "--out", "key"];
    run(&[&args[..], &["--public-out", "pub"]].concat(), "").answer(0);
    fs::write(folder.path().join("content"), [0, 255, 10]).unwrap();
    let args = ["encrypt", "--raw", "--payload", "content", "--to", "pub"];
    let token = run(&args, "").answer(0);
    let damaged = format!(
        "{}.AAAAAAAAAAAAAAAAAAAAAA",
        token.rsplit_once('.').unwrap().0
    );
    let decrypt = ["decrypt", "-", "--key", "key", "--out", "out"];
    run(&decrypt, &damaged).fails(10, "decryption failed");
    assert!(!folder.path().join("out").exists());
    assert_eq!(run(&decrypt, &token).answer(0), "");
    let out = folder.path().join("out");
    assert_eq!(fs::read(&out).unwrap(), [0, 255, 10]);
    assert_eq!(out.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    run(&decrypt, &token).fails(4, "exists");
    run(&[&decrypt[..], &["--force"]].concat(), &token).answer(0);
}

/// Texts that are almost tokens: characters replaced, dropped and doubled, pieces cut out and moved.
/// What opens all the same says what it said.
#[test]
fn what_is_almost_a_token_is_refused_or_says_the_same() {
    let mut state = 1_u64;
    let mut draw = move |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below.max(1)
    };
    for vector in vectors().iter().filter(|it| it.passphrase.is_none()) {
        let keys: Vec<Arc<Key>> = vector
            .keys
            .iter()
            .map(|jwk| Object::parse_strict(jwk.to_string().as_bytes()).unwrap())
            .map(|jwk| Arc::new(Key::from_jwk(jwk).unwrap()))
            .collect();
        for _ in 0..150 {
            let mut text = vector.text.clone().into_bytes();
            for _ in 0..=draw(3) {
                let (at, length) = (draw(text.len()), 1 + draw(40));
                let end = text.len().min(at + length);
                match draw(5) {
                    0 => text[at] = b"AZaz09-_.{}[]\":,= \n"[draw(19)],
                    1 => drop(text.remove(at)),
                    2 => text.insert(at, text[at]),
                    3 => drop(text.drain(at..end)),
                    _ => {
                        let piece: Vec<u8> = text[at..end].to_vec();
                        let to = draw(text.len());
                        text.splice(to..to, piece);
                    }
                }
            }
            let text = String::from_utf8_lossy(&text);
            for key in &keys {
                if let Ok(content) = open(&text, key) {
                    assert_eq!(content.expose(), vector.content, "{}: {text}", vector.name);
                }
            }
        }
    }
}

/// Four layers are opened and a fifth is not; a shared secret vouches for what is inside of it,
/// wherever it lies, and a public key for nothing.
#[test]
fn layers_are_opened_to_a_depth_and_one_shared_secret_vouches() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str], stdin: &str| run(folder.path(), args, stdin);
    for (alg, name) in [
        ("ES256", "sig"),
        ("ECDH-ES+A256KW", "enc"),
        ("A256KW", "shared"),
    ] {
        let args = ["keygen", alg, "--no-encrypt", "--out", name];
        run(&args, "").answer(0);
    }
    let wrap = |token: &str, key: &str| {
        let args = ["encrypt", "--token", "-", "--to", key];
        run(&args, token).answer(0)
    };
    let verify = |token: &str, key: &str| {
        let args = [
            "verify",
            "-",
            "--decrypt-key",
            key,
            "--key",
            "sig",
            "--json",
        ];
        run(&args, token)
    };
    let open = |token: &str, key: &str| {
        let args = ["verify", "-", "--decrypt-key", key, "--json"];
        run(&args, token)
    };
    let mut token = run(&["sign", "sub=a", "--key", "sig"], "").answer(0);
    for depth in 1..=5 {
        token = wrap(&token, "enc");
        let code = if depth <= 4 { 0 } else { 17 };
        let judged = verify(&token, "enc").expect(code).json();
        let layers = judged["encryption"].as_array().unwrap().len();
        assert_eq!(layers, depth.min(4), "{judged}");
    }
    // Both keys in one set, of which each layer takes the one that it names.
    let read = |name: &str| -> Value {
        serde_json::from_slice(&fs::read(folder.path().join(name)).unwrap()).unwrap()
    };
    let set = serde_json::json!({ "keys": [read("enc"), read("shared")] });
    fs::write(folder.path().join("set"), set.to_string()).unwrap();
    let claims = |key: &str| run(&["encrypt", "sub=a", "--to", key], "").answer(0);
    for (token, code) in [
        (claims("enc"), 15),
        (wrap(&claims("enc"), "enc"), 15),
        (claims("shared"), 0),
        (wrap(&claims("enc"), "shared"), 0),
        (wrap(&claims("shared"), "enc"), 0),
    ] {
        let judged = open(&token, "set").expect(code).json();
        assert_eq!(judged["valid"], code == 0, "{judged}");
        // Where a signer is named, no shared secret takes their place.
        verify(&token, "set").expect(15);
    }
    // An allow-list of signatures has no place for none.
    let args = ["verify", "-", "--decrypt-key", "shared", "--alg", "ES256"];
    run(&args, &claims("shared")).expect(15);
    let expired = ["encrypt", "sub=a", "--to", "shared", "--exp", "-1h"];
    let expired = run(&expired, "").answer(0);
    open(&expired, "shared").expect(11);
    for (claim, code) in [("sub=a", 0), ("sub=b", 13), ("aud=a", 13)] {
        let args = ["encrypt", "sub=a", "--to", "shared", "--header", claim];
        let token = run(&args, "").answer(0);
        open(&token, "shared").expect(code);
    }
}

/// What the most expensive refusals cost: 64 MiB of memory, and work that ends. The shell's limits
/// are on the process's own memory and processor time, which other processes do not change.
#[test]
fn refusals_take_little_memory_and_work() {
    let folder = tempfile::tempdir().unwrap();
    let random = |buffer: &mut [u8]| buffer.fill(7);
    let env = Env {
        now: Timestamp(1_785_578_400),
        random: &random,
        clock: &Stopped,
    };
    let secret = r#"{"kty":"oct","k":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"}"#;
    fs::write(folder.path().join("key"), secret).unwrap();
    let secret = Object::parse_strict(secret.as_bytes()).unwrap();
    let key = Arc::new(Key::from_jwk(secret).unwrap());
    let other = r#"{"kty":"oct","k":"HwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"}"#;
    fs::write(folder.path().join("other"), other).unwrap();
    let make = |content: Vec<u8>, zip: bool, form: JweForm, alg: KeyAlg, recipients: usize| {
        let addressees: Vec<Addressee> = (0..recipients)
            .map(|_| Addressee {
                key: Arc::clone(&key),
                alg,
                kid: Some("k".into()),
                rounds: 0,
            })
            .collect();
        let how = Encryption {
            form,
            enc: ContentEnc::A256Gcm,
            zip,
            header: Object::default(),
            aad: None,
            addressees: &addressees,
        };
        jwe::encrypt(&Secret::new(content), &how, &env)
            .unwrap()
            .text
    };
    let bomb = make(vec![b'0'; 64 << 20], true, JweForm::Compact, KeyAlg::Dir, 1);
    let large = make(vec![b'0'; 700_000], false, JweForm::Compact, KeyAlg::Dir, 1);
    let crowd = make(
        vec![b'0'; 700_000],
        false,
        JweForm::General,
        KeyAlg::A256Kw,
        64,
    );
    let parts: Vec<&str> = large.split('.').collect();
    let long_key = [parts[0], parts[3], parts[2], "AA", parts[4]].join(".");
    let cut = [parts[0], "", parts[2], parts[3], "AAAAAAAAAAAAAAAAAAAAAA"].join(".");
    let names: String = (0..60_000).map(|n| format!("\"{n}\":0,")).collect();
    let members = crowd.replacen('{', &format!("{{{names}"), 1);
    // Compressed and no smaller for it: a limit is no reason to make room.
    let mut state = 1_u32;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    });
    let noise: Vec<u8> = noise.take(700_000).collect();
    let noise = make(noise, true, JweForm::Compact, KeyAlg::Dir, 1);
    for (name, token, with, code) in [
        ("bomb", &bomb, "key", 17),
        ("large", &large, "other", 10),
        ("crowd", &crowd, "other", 14),
        ("long key", &long_key, "key", 17),
        ("wrong tag", &cut, "key", 10),
        ("members", &members, "other", 17),
        ("noise", &noise, "key", 0),
    ] {
        let mut limited = isolated("sh");
        limited.current_dir(folder.path());
        let limits = "ulimit -d 65536 && ulimit -t 10 && exec \"$@\"";
        limited.args(["-c", limits, "sh"]).arg(binary());
        limited.args(["decrypt", "-", "--no-input", "--key", with, "--json"]);
        if name == "noise" {
            limited.args(["--max-plaintext", "1000000000"]);
        }
        let ran = ran_with(&mut limited, token);
        assert_eq!(ran.code, code, "{name}: {}", ran.stderr);
    }
}

/// A folder with a shared key, an RSA key and an encrypting call for them.
fn desk() -> (tempfile::TempDir, impl Fn(&[&str], &str) -> Ran) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let call = move |args: &[&str], stdin: &str| run(&path, args, stdin);
    for (alg, name) in [("A256KW", "shared"), ("RSA-OAEP-256", "rsa")] {
        let keygen = ["keygen", alg, "--no-encrypt", "--out", name];
        call(&keygen, "").answer(0);
    }
    (folder, call)
}

/// A header that no tag covers can have been changed by another party on the way.
#[test]
fn what_no_tag_covers_proves_nothing() {
    let (_folder, call) = desk();
    let made = [
        "encrypt",
        "--to",
        "shared",
        "--typ",
        "none",
        "sub=a",
        "--format",
        "flattened",
    ];
    let mut token: Value = serde_json::from_str(&call(&made, "").answer(0)).unwrap();
    token["unprotected"] = serde_json::json!({ "typ": "at+jwt", "iss": "https://evil.example" });
    let verify = ["verify", "-", "--decrypt-key", "shared", "--json"];
    let with_typ = [&verify[..], &["--typ", "at+jwt"]].concat();
    let refused = call(&with_typ, &token.to_string()).expect(13).json();
    let layer = &refused["encryption"][0];
    assert!(layer["header"].get("typ").is_none(), "{layer}");
    assert_eq!(layer["unprotected"]["typ"], "at+jwt");
    call(&verify, &token.to_string()).expect(0);
}

/// Each recipient of a token knows its content encryption key.
#[test]
fn of_several_recipients_no_secret_vouches() {
    let (_folder, call) = desk();
    let both = ["encrypt", "--to", "shared", "--to", "rsa", "sub=a"];
    let made = call(&both, "").expect(0);
    assert!(
        made.stderr
            .contains("every recipient of this token can make others")
    );
    let verify = ["verify", "-", "--decrypt-key", "shared"];
    let refused = call(&verify, &made.stdout).expect(15);
    assert!(
        refused.stdout.contains("each of the token's recipients"),
        "{}",
        refused.stdout
    );
    let decrypt = ["decrypt", "-", "--key", "shared"];
    call(&decrypt, &made.stdout).says("\"sub\":\"a\"");
}

/// The keystore's passphrase in the environment is for the keystore alone.
#[test]
fn a_passphrase_of_the_environment_encrypts_nothing() {
    let (folder, call) = desk();
    fs::write(folder.path().join("phrase"), "correct horse").unwrap();
    let mut command = jwtctl();
    command
        .current_dir(folder.path())
        .env("JWTCTL_PASSPHRASE_FILE", "phrase")
        .args(["encrypt", "sub=a"]);
    ran_with(&mut command, "").fails(2, "needs a recipient");
    let made = ["encrypt", "sub=a", "--passphrase-from", "phrase"];
    let token = call(&made, "").answer(0);
    let decode = [
        "decode",
        "-",
        "--passphrase-from",
        "phrase",
        "--claim",
        "sub",
    ];
    assert_eq!(call(&decode, &token).answer(0), "a\n");
}

/// A token for a key of the keystore and for a passphrase opens with either.
#[test]
fn a_stored_key_opens_beside_a_passphrase() {
    let (folder, _) = desk();
    let path = folder.path();
    fs::write(path.join("store-phrase"), "of the store").unwrap();
    fs::write(path.join("token-phrase"), "of the token").unwrap();
    let stored = |args: &[&str]| {
        let mut command = jwtctl();
        command
            .current_dir(path)
            .env("JWTCTL_STORE", path.join("store"))
            .env("JWTCTL_PASSPHRASE_FILE", "store-phrase")
            .args(args);
        command
    };
    let keygen = ["keygen", "ECDH-ES+A256KW", "--kid", "kw", "--p2c", "1000"];
    ran_with(&mut stored(&keygen), "").answer(0);
    let to_both = [
        "encrypt",
        "sub=a",
        "--to",
        "store:kw",
        "--passphrase-from",
        "token-phrase",
    ];
    let token = ran_with(&mut stored(&to_both), "").answer(0);
    let decrypt = ["decrypt", "-", "--no-input"];
    let opened = ran_with(&mut stored(&decrypt), &token).answer(0);
    assert!(opened.contains("\"sub\":\"a\""), "{opened}");
    // Sixty-four names of two keys are two keys.
    let mut many: Value = serde_json::from_str(&token).unwrap();
    let recipient = many["recipients"][0].clone();
    many["recipients"] = Value::Array(vec![recipient; 64]);
    ran_with(&mut stored(&decrypt), &many.to_string()).fails(14, "too many to try");
}

/// Calls that would make what a reader refuses.
#[test]
fn nothing_is_made_that_a_reader_refuses() {
    let (folder, call) = desk();
    fs::write(folder.path().join("empty"), "").unwrap();
    let to = ["encrypt", "sub=a", "--to", "shared"];
    for (more, why) in [
        (&["--aad", "empty", "--format", "flattened"][..], "is empty"),
        (&["--cty", "JWT"], "says that a token is inside"),
        (&["--aad", "shared", "--format", "compact"], "--aad"),
    ] {
        call(&[&to[..], more].concat(), "").fails(2, why);
    }
    let public = ["jwks", "convert", "rsa", "--to", "spki", "--out", "rsa.pem"];
    call(&public, "").answer(0);
    let nine: Vec<&str> = std::iter::repeat_n(["--to", "rsa.pem"], 9)
        .flatten()
        .collect();
    call(&[&["encrypt", "sub=a"][..], &nine].concat(), "").fails(2, "have no id");
}

/// `--kid` is about the key that vouches, named by the token or not.
#[test]
fn the_id_of_the_shared_key_is_compared() {
    let (folder, call) = desk();
    let path = folder.path();
    let mut key: Value = serde_json::from_slice(&fs::read(path.join("shared")).unwrap()).unwrap();
    let kid = key.as_object_mut().unwrap().remove("kid").unwrap();
    fs::write(path.join("nameless"), key.to_string()).unwrap();
    // The token names no key; the one that opens it has a name.
    let token = call(&["encrypt", "sub=a", "--to", "nameless"], "").answer(0);
    let verify = ["verify", "-", "--decrypt-key", "shared", "--kid"];
    call(&[&verify[..], &["another"]].concat(), &token).expect(14);
    call(&[&verify[..], &[kid.as_str().unwrap()]].concat(), &token).expect(0);
}
