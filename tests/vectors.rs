//! Proves that the published vectors in `tests/data` come out as published, and that nothing near
//! them does: every vector fails with every wrong key, every wrong algorithm and every flipped bit.
//!
//! Only with the feature `jwe`: Ed448, X448, short RSA keys and sealed keys need it.
#![cfg(feature = "jwe")]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;

use jwtctl::core::alg::{Kty, SigAlg};
use jwtctl::core::claims::Policy;
use jwtctl::core::env::{Env, Stopped};
use jwtctl::core::error::{Code, Error};
use jwtctl::core::json::{Json, Object};
use jwtctl::core::jwks::{Given, Provenance};
use jwtctl::core::jws::{self, Form};
use jwtctl::core::key::{Key, Recipe, ThumbprintHash, Verifying, decode, encode, generate, hex};
use jwtctl::core::keyfile::{self, KeyFile};
use jwtctl::core::secret::Secret;
use jwtctl::core::time::Timestamp;
use jwtctl::core::token::{self, Content, Verdict};
use jwtctl::core::{jwe, seal};
use serde_json::Value;

// ── what must hold ──

#[test]
fn every_vector_verifies() {
    let mut algs = Vec::new();
    for vector in valid() {
        let alg = vector.alg();
        algs.push(alg);
        assert_eq!(
            vector.verified_by(&vector.key, alg).as_deref(),
            Some(&vector.payload[..]),
            "{}",
            vector.name
        );
        if let Some(public) = &vector.public {
            assert!(!public.is_private(), "{}", vector.name);
            assert_eq!(
                vector.verified_by(public, alg).as_deref(),
                Some(&vector.payload[..]),
                "{}",
                vector.name
            );
        }
        let verdict = vector.judged(&vector.key, &vector.policy(), vector.in_time());
        let verified = verdict
            .outcome
            .unwrap_or_else(|why| panic!("{}: {why}", vector.name));
        assert_eq!(verified.payload(), vector.payload, "{}", vector.name);
        assert_eq!(
            verified.claims().is_some(),
            vector.is_jwt(),
            "{}",
            vector.name
        );
        assert_eq!(verified.header().alg(), alg.as_str(), "{}", vector.name);
    }
    assert!(
        SigAlg::ALL.iter().all(|alg| algs.contains(alg)),
        "an algorithm has no vector: {algs:?}"
    );
}

#[test]
fn vectors_with_claims_expire_to_the_second() {
    let mut seen = 0;
    for vector in valid().into_iter().filter(Vector::is_jwt) {
        let policy = Policy {
            leeway: 0,
            ..vector.policy()
        };
        let exp = vector.in_time().plus(1);
        assert!(
            vector
                .judged(&vector.key, &policy, exp.plus(-1))
                .outcome
                .is_ok(),
            "{}",
            vector.name
        );
        let late = vector
            .judged(&vector.key, &policy, exp)
            .outcome
            .unwrap_err();
        assert_eq!(late.primary().code, Code::Expired, "{}", vector.name);
        seen += 1;
    }
    assert!(seen > 10, "too few vectors are JWTs: {seen}");
}

#[test]
fn refused_vectors_are_refused_for_the_right_reason() {
    let mut seen = 0;
    for vector in vectors()
        .into_iter()
        .filter(|vector| vector.expect != "valid")
    {
        let expected = match vector.expect.as_str() {
            "refused:alg-not-allowed" => Code::AlgNotAllowed,
            "refused:crit-not-understood" | "refused:b64-without-crit" => Code::UnknownCritical,
            other => panic!("{}: expects {other}", vector.name),
        };
        let verdict = vector.judged(&vector.key, &vector.policy(), vector.in_time());
        let refused = verdict.outcome.unwrap_err();
        let codes: Vec<Code> = refused.reasons().iter().map(|reason| reason.code).collect();
        assert!(codes.contains(&expected), "{}: {codes:?}", vector.name);
        seen += 1;
    }
    assert_eq!(seen, 4);
}

#[test]
fn json_serializations_verify_where_a_compact_form_says_the_same() {
    let mut seen = 0;
    for (name, entry) in entries("jws_json") {
        let jws = &entry["jws"];
        let text = jws.to_string();
        assert!(
            jws::parse(&text, Form::Raw)
                .unwrap_err()
                .message
                .contains("JSON form"),
            "{name}"
        );
        let payload = decode(entry["payload_b64u"].as_str().unwrap()).unwrap();
        let signatures = jws["signatures"]
            .as_array()
            .cloned()
            .unwrap_or_else(|| vec![jws.clone()]);
        for (i, signature) in signatures.iter().enumerate() {
            if entry["compact_possible"][i] == false {
                continue;
            }
            let (protected, signature) = (
                signature["protected"].as_str().unwrap(),
                signature["signature"].as_str().unwrap(),
            );
            let key = key(&entry["keys"][i]);
            let verified = |compact: &str, form| {
                let parsed = jws::parse(compact, form).unwrap();
                let alg = parsed.header().alg().parse().unwrap();
                parsed
                    .verify(&key.verifier(alg, false).unwrap())
                    .map(|signed| signed.payload().to_vec())
            };
            let detached = format!("{protected}..{signature}");
            assert_eq!(
                verified(&detached, Form::Detached(&payload)),
                Some(payload.clone()),
                "{name}"
            );
            if !String::from_utf8(decode(protected).unwrap())
                .unwrap()
                .contains("b64")
            {
                let whole = format!("{protected}.{}.{signature}", encode(&payload));
                assert_eq!(verified(&whole, Form::Raw), Some(payload.clone()), "{name}");
            }
            seen += 1;
        }
    }
    assert_eq!(seen, 19);
}

#[test]
fn raw_signatures_verify_and_are_made_again() {
    for (name, entry) in entries("raw_signatures") {
        let key = key(&entry["jwk"]);
        let alg: SigAlg = entry["alg"].as_str().unwrap().parse().unwrap();
        let message = hex(entry["message_hex"].as_str().unwrap()).unwrap();
        let signature = hex(entry["signature_hex"].as_str().unwrap()).unwrap();
        let public = key.public().unwrap();
        let public = public.verifier(alg, false).unwrap();
        assert!(
            public.verify(Verifying {
                message: &message,
                signature: &signature
            }),
            "{name}"
        );
        assert_eq!(
            key.signer(alg, false).unwrap().sign(&message).unwrap(),
            signature,
            "{name}"
        );
    }
}

#[test]
fn thumbprints_are_as_published() {
    let hash = |entry: &Value| match entry["hash"].as_str().unwrap() {
        "sha-256" => ThumbprintHash::Sha256,
        "sha-384" => ThumbprintHash::Sha384,
        "sha-512" => ThumbprintHash::Sha512,
        other => panic!("{other}"),
    };
    for (name, entry) in entries("thumbprints") {
        assert_eq!(
            key(&entry["jwk"]).thumbprint_with(hash(&entry)),
            entry["expected"],
            "{name}"
        );
    }
    for (name, entry) in entries("thumbprint_uris") {
        let hash = hash(&entry);
        let thumbprint = key(&entry["jwk"]).thumbprint_with(hash);
        let uri = format!(
            "urn:ietf:params:oauth:jwk-thumbprint:{}:{thumbprint}",
            hash.as_str()
        );
        assert_eq!(uri, entry["expected"], "{name}");
    }
    // The RFCs print none of an EC or symmetric key, so here they are computed from the JWK itself.
    // A private key has the thumbprint of its public half.
    for Named { name, key } in keys() {
        let jwk: Value = serde_json::from_slice(key.expose_jwk().expose()).unwrap();
        let members: &[&str] = match key.kty() {
            Kty::Oct => &["k", "kty"],
            Kty::Rsa => &["e", "kty", "n"],
            Kty::Ec => &["crv", "kty", "x", "y"],
            Kty::Okp => &["crv", "kty", "x"],
            Kty::Akp => &["alg", "kty", "pub"],
        };
        let canonical: BTreeMap<&str, &Value> = members
            .iter()
            .map(|member| (*member, &jwk[member]))
            .collect();
        let text = serde_json::to_string(&canonical).unwrap();
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
        assert_eq!(key.thumbprint(), encode(digest.as_ref()), "{name}");
        if let Some(public) = key.public() {
            assert_eq!(key.thumbprint(), public.thumbprint(), "{name}");
        }
    }
}

#[test]
fn key_sets_are_read_whole_and_in_order() {
    for (name, entry) in entries("sets") {
        let read = read_without_passphrase(entry["jwks"].to_string().as_bytes()).unwrap();
        let expected: Vec<_> = entry["jwks"]["keys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|jwk| jwk["kid"].as_str())
            .collect();
        let kids: Vec<_> = read.keys.iter().map(|key| key.kid.as_deref()).collect();
        assert_eq!(kids, expected, "{name}");
        assert!(read.is_set && read.dropped.is_empty(), "{name}");
    }
}

#[test]
fn the_certificate_of_rfc_7517_b_holds_the_key() {
    use base64::Engine as _;
    let (_, entry) = entries("keys")
        .into_iter()
        .find(|(_, entry)| entry["jwk"]["x5c"].is_array())
        .unwrap();
    let text = entry["jwk"]["x5c"][0].as_str().unwrap();
    let certificate = base64::engine::general_purpose::STANDARD
        .decode(text)
        .unwrap();
    let read = read_without_passphrase(&certificate).unwrap();
    assert!(read.keys[0].same_material(&key(&entry["jwk"])));
    assert_eq!(read.keys[0].thumbprint(), key(&entry["jwk"]).thumbprint());
}

#[test]
fn jwks_survive_reading_and_writing() {
    let jwks = all_jwks();
    assert!(jwks.len() > 100, "too few keys were found: {}", jwks.len());
    for (name, jwk) in jwks {
        let key = key(&jwk);
        let written: Value = serde_json::from_slice(key.expose_jwk().expose()).unwrap();
        assert_eq!(written, jwk, "{name}");
        let is_private = ["d", "k", "priv"]
            .iter()
            .any(|member| jwk.get(member).is_some());
        assert_eq!(key.is_private(), is_private, "{name}");
        for public in [
            Json::from(key.public_jwk()).to_text(),
            serde_json::to_string(&key).unwrap(),
            format!("{key:?}"),
        ] {
            for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"] {
                assert!(
                    !public.contains(&format!("\"{member}\":")),
                    "{name}: {public}"
                );
                let secret = jwk
                    .get(member)
                    .and_then(Value::as_str)
                    .filter(|value| !value.is_empty());
                assert!(
                    secret.is_none_or(|value| !public.contains(value)),
                    "{name}: {public}"
                );
            }
        }
    }
}

#[test]
fn base64url_is_as_published_and_strict() {
    for (name, entry) in entries("base64url") {
        let bytes = hex(entry["hex"].as_str().unwrap()).unwrap();
        assert_eq!(encode(&bytes), entry["b64u"], "{name}");
        assert_eq!(
            decode(entry["b64u"].as_str().unwrap()),
            Some(bytes),
            "{name}"
        );
    }
    for loose in [
        "A-z_4ME=",
        "A+z/4ME",
        "A-z_4MF",
        "A-z_ 4ME",
        "A-z_4ME\n",
        "A",
        "A-z_4M\u{45}\u{301}",
    ] {
        assert_eq!(decode(loose), None, "{loose:?}");
    }
}

#[test]
fn encrypted_tokens_show_their_header() {
    let mut seen = 0;
    for (name, entry) in entries("jwe_tokens") {
        let compact = entry["compact"].as_str().unwrap();
        let decoded =
            token::decode(compact).unwrap_or_else(|why| panic!("{name}: {}", why.message));
        let parts: Vec<Vec<u8>> = compact
            .split('.')
            .map(|part| decode(part).unwrap())
            .collect();
        assert_eq!(decoded.header, Json::parse(&parts[0]).unwrap(), "{name}");
        let Content::Encrypted {
            encrypted_key,
            iv,
            ciphertext,
            tag,
        } = decoded.content
        else {
            panic!("{name}: {:?}", decoded.content)
        };
        let sizes: Vec<usize> = parts[1..].iter().map(Vec::len).collect();
        assert_eq!([encrypted_key, iv, ciphertext, tag], sizes[..], "{name}");
        assert_eq!(
            jws::parse(compact, Form::Jwt).unwrap_err().code,
            Code::Malformed,
            "{name}"
        );
        assert!(jwe::parse(compact).is_ok(), "{name}");
        seen += 1;
    }
    assert_eq!(seen, 16);
}

#[test]
fn what_is_signed_with_a_new_key_verifies_and_not_with_another() {
    // Two RSA keys for all six algorithms: finding primes is slow.
    let (rsa, other_rsa) = (new_key(Recipe::Rsa(2048)), new_key(Recipe::Rsa(2048)));
    for alg in SigAlg::ALL.iter().copied() {
        let curves = alg.curves().iter().map(|crv| Some(*crv));
        let curves: Vec<_> = if alg.curves().is_empty() {
            vec![None]
        } else {
            curves.collect()
        };
        for crv in curves {
            let recipe = Recipe::for_sig(alg, crv, None).unwrap();
            let (key, other) = match alg.kty() {
                Kty::Rsa => (copy(&rsa), copy(&other_rsa)),
                _ => (new_key(recipe), new_key(recipe)),
            };
            let token = jws::sign(
                &Object::default(),
                b"\x00payload\xff",
                &key.signer(alg, false).unwrap(),
            )
            .unwrap();
            let parsed = jws::parse(&token, Form::Raw).unwrap();
            assert_eq!(parsed.header().alg(), alg.as_str());
            assert!(
                alg.signature_len()
                    .is_none_or(|length| length == parsed.signature().len()),
                "{alg}"
            );
            for verifying in [Some(copy(&key)), key.public()].into_iter().flatten() {
                let signed = parsed.verify(&verifying.verifier(alg, false).unwrap());
                assert_eq!(
                    signed.unwrap().payload(),
                    b"\x00payload\xff",
                    "{alg} {crv:?}"
                );
            }
            assert!(
                parsed
                    .verify(&other.verifier(alg, false).unwrap())
                    .is_none(),
                "{alg} {crv:?}"
            );
        }
    }
}

// ── what must not ──

#[test]
fn no_vector_verifies_with_a_wrong_key() {
    let pool = keys();
    assert!(pool.len() > 40, "too few distinct keys: {}", pool.len());
    let mut tried = 0;
    for vector in valid() {
        for Named { name, key: wrong } in
            pool.iter().filter(|it| !it.key.same_material(&vector.key))
        {
            // As it is declared, and without any declaration that could rule it out.
            for wrong in [copy(wrong), undeclared(wrong)] {
                assert_eq!(
                    vector.verified_by(&wrong, vector.alg()),
                    None,
                    "{} with {name}",
                    vector.name
                );
                tried += usize::from(wrong.verifier(vector.alg(), true).is_ok());
            }
        }
    }
    assert!(
        tried > 300,
        "too few wrong keys fitted well enough to be tried: {tried}"
    );
}

#[test]
fn no_vector_verifies_with_a_wrong_algorithm() {
    let mut tried = 0;
    for vector in valid() {
        let own = vector.alg();
        let key = undeclared(&vector.key);
        for wrong in SigAlg::ALL.iter().copied().filter(|alg| *alg != own) {
            let verified = vector.verified_by(&key, wrong);
            let same_computation = own.agrees_with(wrong)
                && key.curve().is_some_and(|crv| wrong.curves().contains(&crv));
            assert_eq!(
                verified.is_some(),
                same_computation,
                "{} as {wrong}",
                vector.name
            );
            tried += usize::from(key.verifier(wrong, true).is_ok());
        }
        let names = SigAlg::ALL
            .iter()
            .map(|alg| alg.as_str())
            .chain(["none", "None", "", "RSA-OAEP", "dir"]);
        for wrong in names.filter(|name| *name != own.as_str()) {
            let replaced = Vector {
                compact: vector.with_header_member("alg", wrong.into()),
                ..vector.clone()
            };
            for signature in [replaced.signature(), Vec::new()] {
                let replaced = Vector {
                    compact: replaced.with_signature(&signature),
                    ..replaced.clone()
                };
                let refused = match replaced.try_judge(
                    &key,
                    &Policy {
                        allow_weak_key: true,
                        ..vector.policy()
                    },
                    vector.in_time(),
                ) {
                    Ok(verdict) => verdict.outcome.is_err(),
                    Err(error) => panic!("{} as {wrong}: {error}", vector.name),
                };
                assert!(refused, "{} as {wrong}", vector.name);
            }
        }
    }
    assert!(
        tried > 60,
        "too few wrong algorithms fitted well enough to be tried: {tried}"
    );
}

/// The oldest trick: a token "signed" with HMAC under the public key, in any of the forms that
/// people have it in.
#[test]
fn a_public_key_is_never_an_hmac_secret() {
    use base64::Engine as _;
    let mut seen = 0;
    for Named { name, key } in keys() {
        let Some(public) = key.public() else { continue };
        let der = jwtctl::core::key::to_spki(&public).unwrap();
        let base64 = base64::engine::general_purpose::STANDARD.encode(&der);
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{base64}\n-----END PUBLIC KEY-----\n");
        for secret in [
            der,
            pem.into_bytes(),
            Json::from(public.public_jwk()).to_text().into_bytes(),
        ] {
            let signer = Key::from_secret(Secret::new(secret))
                .signer(SigAlg::Hs256, true)
                .unwrap();
            let token = jws::sign(&Object::default(), br#"{"exp":4102444800}"#, &signer).unwrap();
            let mut keys = Given::key(Arc::new(undeclared(&public)), Provenance::default());
            let env = Env {
                now: Timestamp(0),
                random: &urandom,
                clock: &Stopped,
            };
            let verdict =
                token::verify(&token, Form::Jwt, &mut keys, &Policy::default(), &env).unwrap();
            assert_eq!(
                verdict.outcome.unwrap_err().primary().code,
                Code::AlgNotAllowed,
                "{name}"
            );
            seen += 1;
        }
    }
    assert!(seen > 60, "too few public keys: {seen}");
}

#[test]
fn every_bit_of_every_signature_counts() {
    let mut tried = 0;
    for vector in valid() {
        let (message, signature) = (vector.signing_input(), vector.signature());
        let verifier = vector.key.verifier(vector.alg(), false).unwrap();
        assert!(
            verifier.verify(Verifying {
                message: &message,
                signature: &signature
            }),
            "{}",
            vector.name
        );
        for bit in 0..signature.len() * 8 {
            let mut flipped = signature.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(
                !verifier.verify(Verifying {
                    message: &message,
                    signature: &flipped
                }),
                "{}: bit {bit}",
                vector.name
            );
            tried += 1;
        }
    }
    assert!(tried > 30_000, "too few bits: {tried}");
}

#[test]
fn every_byte_of_every_message_counts() {
    for vector in valid() {
        let (message, signature) = (vector.signing_input(), vector.signature());
        let verifier = vector.key.verifier(vector.alg(), false).unwrap();
        let changed = (0..message.len()).map(|at| {
            let mut changed = message.clone();
            changed[at] ^= 1 << (at % 8);
            changed
        });
        let longer = [
            [message.as_slice(), b"\0"].concat(),
            [message.as_slice(), b"."].concat(),
        ];
        let shorter = [
            message[1..].to_vec(),
            message[..message.len() - 1].to_vec(),
            Vec::new(),
        ];
        for changed in changed.chain(longer).chain(shorter) {
            assert!(
                !verifier.verify(Verifying {
                    message: &changed,
                    signature: &signature
                }),
                "{}",
                vector.name
            );
        }
    }
}

#[test]
fn signatures_of_another_shape_are_refused() {
    for vector in valid() {
        let (signature, length) = (vector.signature(), vector.signature().len());
        let half = length / 2;
        let zero = vec![0; half];
        let mut odd = vec![
            ("empty", Vec::new()),
            ("one byte", vec![0]),
            ("all zeros", vec![0; length]),
            ("all ones", vec![0xff; length]),
            ("without its last byte", signature[..length - 1].to_vec()),
            ("without its first byte", signature[1..].to_vec()),
            (
                "with a zero after it",
                [signature.as_slice(), &[0]].concat(),
            ),
            (
                "with a zero before it",
                [&[0], signature.as_slice()].concat(),
            ),
            ("its first half", signature[..half].to_vec()),
            ("twice", signature.repeat(2)),
            (
                "halves swapped",
                [&signature[half..], &signature[..half]].concat(),
            ),
        ];
        if vector.key.kty() == Kty::Ec {
            odd.extend([
                ("r = 0", [&zero, &signature[half..]].concat()),
                ("s = 0", [&signature[..half], &zero].concat()),
                ("r = s = 1", [&zero[1..], &[1], &zero[1..], &[1]].concat()),
                ("as DER", der_ecdsa(&signature)),
                (
                    "halves a byte wider",
                    [&[0], &signature[..half], &[0], &signature[half..]].concat(),
                ),
            ]);
        }
        odd.extend(out_of_range(&vector, &signature));
        for (what, odd) in odd.into_iter().filter(|(_, odd)| *odd != signature) {
            let changed = Vector {
                compact: vector.with_signature(&odd),
                ..vector.clone()
            };
            assert_eq!(
                changed.verified_by(&vector.key, vector.alg()),
                None,
                "{}: {what}",
                vector.name
            );
            let verdict = changed.judged(&vector.key, &vector.policy(), vector.in_time());
            let code = verdict.outcome.unwrap_err().primary().code;
            assert_eq!(code, Code::BadSignature, "{}: {what}", vector.name);
        }
    }
}

/// ECDSA does not say which of the two values of s is the right one (RFC 8812 leaves low-S to
/// others), so both verify; Ed25519 and Ed448 do (RFC 8032 §5.1.7), so only one does.
#[test]
fn high_s_verifies_for_ecdsa_only() {
    let mut seen = 0;
    for vector in valid()
        .into_iter()
        .filter(|vector| vector.key.kty() == Kty::Ec)
    {
        let signature = vector.signature();
        let (r, s) = signature.split_at(signature.len() / 2);
        let order = order(&vector);
        let other = [r, &subtract(&order, s)].concat();
        let changed = Vector {
            compact: vector.with_signature(&other),
            ..vector.clone()
        };
        assert!(
            changed.verified_by(&vector.key, vector.alg()).is_some(),
            "{}",
            vector.name
        );
        seen += 1;
    }
    assert!(seen > 8, "too few ECDSA vectors: {seen}");
    assert!(valid().iter().any(|vector| vector.name.contains("high-S")));
}

// ── sealed keys ──

#[test]
fn sealed_keys_open_with_their_passphrase() {
    for Sealed {
        name,
        jwe,
        passphrase,
        content,
    } in sealed()
    {
        let opened = seal::open(&jwe, "FILE", || Ok(Secret::new(passphrase.clone()))).unwrap();
        assert_eq!(
            serde_json::from_slice::<Value>(opened.expose()).unwrap(),
            content,
            "{name}"
        );

        let asked = Cell::new(0);
        let mut ask = || {
            asked.set(asked.get() + 1);
            Ok(Secret::new(passphrase.clone()))
        };
        let read =
            keyfile::read(&Secret::new(format!("{jwe}\n").into()), "FILE", &mut ask).unwrap();
        assert_eq!(asked.get(), 1, "{name}");
        let expected = content["keys"]
            .as_array()
            .cloned()
            .unwrap_or_else(|| vec![content.clone()]);
        let jwks: Vec<Value> = read
            .keys
            .iter()
            .map(|key| serde_json::from_slice(key.expose_jwk().expose()).unwrap())
            .collect();
        assert_eq!(jwks, expected, "{name}");
        assert_eq!(read.is_set, content["keys"].is_array(), "{name}");
    }
}

#[test]
fn sealed_keys_open_with_no_other_passphrase() {
    for Sealed {
        name,
        jwe,
        passphrase,
        ..
    } in sealed()
    {
        let longer = [passphrase.as_slice(), b"\n"].concat();
        for wrong in [&b""[..], b"x", &passphrase[1..], &longer] {
            let error = seal::open(&jwe, "FILE", || Ok(Secret::new(wrong.to_vec()))).unwrap_err();
            assert_eq!(error.code(), Code::BadPassphrase, "{name}");
        }
    }
}

/// One derivation from a passphrase takes thousands of rounds, so the long parts are sampled and
/// only the tag is changed byte by byte.
#[test]
fn sealed_keys_with_a_change_do_not_open() {
    for Sealed {
        name,
        jwe,
        passphrase,
        ..
    } in sealed()
    {
        let parts: Vec<Vec<u8>> = jwe.split('.').map(|part| decode(part).unwrap()).collect();
        for part in 0..5 {
            let length = parts[part].len();
            let places: Vec<usize> = if part == 4 {
                (0..length).collect()
            } else {
                vec![0, length / 2, length - 1]
            };
            for at in places {
                let mut changed = parts.clone();
                changed[part][at] ^= 1 << (at % 8);
                refuses(
                    &name,
                    &changed,
                    &passphrase,
                    &[Code::BadPassphrase, Code::BadKey],
                );
            }
            for (change, code) in [(length - 1, Code::BadPassphrase), (0, Code::BadPassphrase)] {
                let mut changed = parts.clone();
                changed[part].truncate(change);
                refuses(&name, &changed, &passphrase, &[code, Code::BadKey]);
            }
            let mut changed = parts.clone();
            changed[part].push(0);
            refuses(
                &name,
                &changed,
                &passphrase,
                &[Code::BadPassphrase, Code::BadKey],
            );
        }
        // A header that means the same and reads differently: the tag covers its text.
        let mut changed = parts.clone();
        changed[0].push(b' ');
        refuses(&name, &changed, &passphrase, &[Code::BadPassphrase]);
    }
}

#[test]
fn sealed_keys_with_an_unfit_header_ask_for_no_passphrase() {
    for Sealed { name, jwe, .. } in sealed() {
        for (member, value) in [
            ("p2c", Some("999")),
            ("p2c", Some("1000001")),
            ("p2c", Some("1e4")),
            ("p2c", Some("-4096")),
            ("p2c", Some("\"4096\"")),
            ("p2c", Some("99999999999999999999999")),
            ("p2c", None),
            ("p2s", Some("\"AAAA\"")),
            ("p2s", Some("\"\"")),
            ("p2s", None),
            ("alg", Some("\"A256KW\"")),
            ("alg", Some("\"none\"")),
            ("alg", None),
        ] {
            let (header, rest) = jwe.split_once('.').unwrap();
            let header = changed_header(
                header,
                member,
                value.map(|text| Json::parse(text.as_bytes()).unwrap()),
            );
            let asked = Cell::new(false);
            let opened = seal::open(&format!("{header}.{rest}"), "FILE", || {
                asked.set(true);
                Ok(Secret::new(Vec::new()))
            });
            assert_eq!(
                opened.unwrap_err().code(),
                Code::BadKey,
                "{name}: {member} {value:?}"
            );
            assert!(!asked.get(), "{name}: {member} {value:?}");
        }
    }
}

#[test]
fn what_is_sealed_opens_again() {
    for Named { name, key } in keys().into_iter().take(6) {
        let jwk = key.expose_jwk();
        let passphrase = || Secret::new("pässphrase".into());
        let sealed =
            seal::seal(&jwk, seal::SealedContent::Jwk, &passphrase(), 1000, &env()).unwrap();
        assert_eq!(
            seal::open(&sealed, "FILE", || Ok(passphrase()))
                .unwrap()
                .expose(),
            jwk.expose(),
            "{name}"
        );
        let header = token::decode(&sealed).unwrap().header;
        assert_eq!(header.pointer("/cty"), Some(&"jwk+json".into()), "{name}");
        assert_eq!(header.pointer("/p2c"), Some(&1000.into()), "{name}");
    }
}

/// As step writes them, indented, and as jwcrypto does by default.
#[test]
fn sealed_keys_in_json_open() {
    let heavy = |name: &str| name.contains("600000");
    for SealedJson {
        name,
        jwe,
        passphrase,
        content,
    } in sealed_json()
    {
        let pretty = format!("\u{feff}\r\n{jwe:#}\n");
        for text in [jwe.to_string(), pretty]
            .into_iter()
            .skip(usize::from(heavy(&name)))
        {
            assert_eq!(
                keyfile::kind(text.as_bytes()),
                Some("a sealed key"),
                "{name}"
            );
            let read =
                read_sealed(&text, &passphrase).unwrap_or_else(|why| panic!("{name}: {why}"));
            let expected = content["keys"]
                .as_array()
                .cloned()
                .unwrap_or_else(|| vec![content.clone()]);
            assert_eq!(jwks(&read), expected, "{name}");
            assert_eq!(read.is_set, content["keys"].is_array(), "{name}");
        }
        if !heavy(&name) {
            assert_eq!(
                read_sealed(&jwe.to_string(), b"x").unwrap_err().code(),
                Code::BadPassphrase,
                "{name}"
            );
        }
    }
}

/// One character of the file is another: it does not open, or what was changed says nothing.
#[test]
fn sealed_keys_in_json_with_a_change_do_not_open() {
    let mut opened = 0;
    for SealedJson {
        name,
        jwe,
        passphrase,
        content,
    } in sealed_json()
    {
        if !["with aad", "with ids"]
            .iter()
            .any(|kind| name.contains(kind))
        {
            continue;
        }
        let text = jwe.to_string().into_bytes();
        for (at, change) in (0..text.len()).flat_map(|at| [(at, 1), (at, 4)]) {
            let mut changed = text.clone();
            changed[at] ^= change;
            let changed = String::from_utf8(changed).unwrap();
            match read_sealed(&changed, &passphrase) {
                Ok(read) => {
                    assert_eq!(jwks(&read), std::slice::from_ref(&content), "{changed}");
                    opened += 1;
                }
                Err(error) => assert!(
                    matches!(error.code(), Code::BadKey | Code::BadPassphrase),
                    "{error}: {changed}"
                ),
            }
        }
    }
    assert!(
        (1..60).contains(&opened),
        "an id may change, and nothing else: {opened}"
    );
}

#[test]
fn sealed_keys_in_json_of_an_unfit_form_ask_for_no_passphrase() {
    let find = |kind: &str| {
        sealed_json()
            .into_iter()
            .find(|it| it.name.ends_with(kind))
            .unwrap()
            .jwe
    };
    let (flat, general) = (find("JSON, flattened"), find("JSON, general"));
    let with = |base: &Value, pointer: &str, value: &str| {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let mut changed = base.clone();
        changed.pointer_mut(parent).unwrap()[name] = serde_json::from_str(value).unwrap();
        changed.to_string()
    };
    let protected = |name: &str, value: &str| {
        let header = flat["protected"].as_str().unwrap();
        let header = changed_header(header, name, Some(Json::parse(value.as_bytes()).unwrap()));
        with(&flat, "/protected", &format!("{header:?}"))
    };
    let recipient = &general["recipients"][0];
    for (text, why) in [
        (
            with(&flat, "/unprotected", r#"{"enc":"A128GCM"}"#),
            r#""enc" stands both in "unprotected" and"#,
        ),
        (
            with(&flat, "/unprotected", r#"{"p2s":"AAAAAAAAAAAAAAAAAAAAAA"}"#),
            r#""p2s" stands both in "header" and in "unprotected""#,
        ),
        (
            with(&flat, "/unprotected", r#"{"x":1}"#),
            r#""unprotected" that holds "x""#,
        ),
        (
            with(&flat, "/unprotected", r#"{"cty":"text"}"#),
            r#""cty" stands both in "unprotected" and"#,
        ),
        (
            with(&flat, "/unprotected", "null"),
            r#""unprotected" is null"#,
        ),
        (
            with(&flat, "/header/alg", r#""PBES2-HS256+A128KW""#),
            r#""alg" stands both in "header" and"#,
        ),
        (
            with(&flat, "/header/zip", r#""DEF""#),
            r#""header" holds "zip""#,
        ),
        (
            with(&flat, "/header/crit", r#"["p2s"]"#),
            r#""header" holds "crit""#,
        ),
        (
            with(&flat, "/header/p2c", "1000"),
            r#""p2c" stands both in "header" and"#,
        ),
        (with(&flat, "/header", "[]"), r#""header" is an array"#),
        (with(&flat, "/header", "{}"), r#"no "p2s""#),
        (with(&flat, "/header/p2s", "[]"), r#""p2s" is an array"#),
        (with(&flat, "/header/p2s", r#""AAAA""#), "salt of 3 bytes"),
        (
            with(&flat, "/recipients", &general["recipients"].to_string()),
            r#"both "recipients" and "header""#,
        ),
        (with(&general, "/recipients", "[]"), "0 recipients"),
        (
            with(
                &general,
                "/recipients",
                &format!("[{recipient},{recipient}]"),
            ),
            "2 recipients, and only one",
        ),
        (
            with(&general, "/recipients", "[7]"),
            "recipient is a number",
        ),
        (
            with(&general, "/recipients", "{}"),
            r#""recipients" is an object"#,
        ),
        (
            with(&general, "/encrypted_key", r#""AAAA""#),
            r#"both "recipients" and "encrypted_key""#,
        ),
        (
            with(&general, "/recipients/0/header/enc", r#""A256GCM""#),
            r#""enc" stands both in "header" and"#,
        ),
        (
            with(&flat, "/protected", r#""""#),
            r#"the header has no "alg""#,
        ),
        (
            with(&flat, "/protected", "{}"),
            r#""protected" is an object"#,
        ),
        (
            with(&flat, "/protected", r#""e30=""#),
            "the header is not base64url",
        ),
        (with(&flat, "/iv", "7"), r#""iv" is a number"#),
        (with(&flat, "/tag", r#""AA==""#), "the tag is not base64url"),
        (
            with(&flat, "/ciphertext", r#""A A""#),
            "the ciphertext is not base64url",
        ),
        (with(&flat, "/aad", r#""A+A/""#), "the aad is not base64url"),
        (
            with(&flat, "/encrypted_key", r#""""#),
            "encrypted key of 0 bytes",
        ),
        (
            flat.to_string().replacen('{', r#"{"tag":"AAAA","#, 1),
            r#""/tag" twice"#,
        ),
        (
            flat.to_string()
                .replacen(r#"{"p2s":"#, r#"{"p2s":"","p2s":"#, 1),
            r#""/header/p2s" twice"#,
        ),
        (protected("p2c", "1000001"), "asks for 1000001 iterations"),
        (protected("p2c", "999"), "asks for 999 iterations"),
        (
            protected("alg", r#""A128KW""#),
            r#"encrypted with "A128KW""#,
        ),
        (protected("alg", r#""none""#), r#"encrypted with "none""#),
    ] {
        let error = keyfile::read(&Secret::new(text.clone().into()), "FILE", &mut || {
            panic!("asked: {text}")
        })
        .unwrap_err();
        assert_eq!(error.code(), Code::BadKey, "{text}");
        assert!(error.to_string().contains(why), "{error}: {text}");
        assert_eq!(
            keyfile::kind(text.as_bytes()),
            Some("a sealed key"),
            "{text}"
        );
    }
}

#[test]
fn what_is_sealed_twice_is_no_key() {
    let SealedJson {
        jwe, passphrase, ..
    } = sealed_json()
        .into_iter()
        .find(|it| it.name.ends_with("flattened"))
        .unwrap();
    let jwe = Secret::new(jwe.to_string().into());
    let twice = seal::seal(
        &jwe,
        seal::SealedContent::Jwk,
        &Secret::new(passphrase.clone()),
        1000,
        &env(),
    )
    .unwrap();
    let error = read_sealed(&twice, &passphrase).unwrap_err();
    assert_eq!(error.code(), Code::BadKey);
    assert!(
        error
            .to_string()
            .contains("something other than a JWK or a JWK set"),
        "{error}"
    );
}

/// Reads a key file that asks for its passphrase once at most.
fn read_sealed(text: &str, passphrase: &[u8]) -> Result<KeyFile, Error> {
    let mut asked = false;
    keyfile::read(&Secret::new(text.into()), "FILE", &mut || {
        assert!(!std::mem::replace(&mut asked, true), "asked twice: {text}");
        Ok(Secret::new(passphrase.to_vec()))
    })
}

fn jwks(read: &KeyFile) -> Vec<Value> {
    read.keys
        .iter()
        .map(|key| serde_json::from_slice(key.expose_jwk().expose()).unwrap())
        .collect()
}

fn refuses(name: &str, parts: &[Vec<u8>], passphrase: &[u8], codes: &[Code]) {
    let text = parts
        .iter()
        .map(|part| encode(part))
        .collect::<Vec<_>>()
        .join(".");
    match seal::open(&text, "FILE", || Ok(Secret::new(passphrase.to_vec()))) {
        Ok(_) => panic!("{name} opens with a change: {text}"),
        Err(error) => assert!(codes.contains(&error.code()), "{name}: {error}: {text}"),
    }
}

// ── the vectors ──

#[derive(Clone)]
struct Vector {
    name: String,
    alg: String,
    key: Arc<Key>,
    public: Option<Arc<Key>>,
    compact: String,
    payload: Vec<u8>,
    raw: bool,
    detached: bool,
    expect: String,
}

fn vectors() -> Vec<Vector> {
    let all: Vec<Vector> = entries("vectors")
        .into_iter()
        .map(|(name, entry)| Vector::read(name, &entry))
        .collect();
    assert_eq!(all.len(), 46);
    all
}

fn valid() -> Vec<Vector> {
    vectors()
        .into_iter()
        .filter(|vector| vector.expect == "valid")
        .collect()
}

impl Vector {
    fn read(name: String, entry: &Value) -> Self {
        let text = |member: &str| {
            entry[member]
                .as_str()
                .unwrap_or_else(|| panic!("{name} has no {member}"))
                .to_owned()
        };
        let anything = || Key::from_secret(Secret::new(vec![1; 64]));
        let (alg, compact, expect) = (text("alg"), text("compact"), text("expect"));
        let payload = decode(&text("payload_b64u")).unwrap();
        let key = Arc::new(if entry["key"].is_null() {
            anything()
        } else {
            key(&entry["key"])
        });
        let public = entry.get("public_key").map(|jwk| Arc::new(self::key(jwk)));
        let (raw, detached) = (entry["raw"] == true, entry["detached"] == true);
        Self {
            name,
            alg,
            key,
            public,
            compact,
            payload,
            raw,
            detached,
            expect,
        }
    }

    fn alg(&self) -> SigAlg {
        self.alg.parse().unwrap()
    }

    fn is_jwt(&self) -> bool {
        !self.raw && !self.detached
    }

    fn form(&self) -> Form<'_> {
        match (self.detached, self.raw) {
            (true, _) => Form::Detached(&self.payload),
            (_, true) => Form::Raw,
            _ => Form::Jwt,
        }
    }

    fn claims(&self) -> Value {
        serde_json::from_slice(&self.payload).unwrap_or(Value::Null)
    }

    /// One second before it expires.
    fn in_time(&self) -> Timestamp {
        Timestamp(self.claims()["exp"].as_i64().unwrap_or_default() - 1)
    }

    fn policy(&self) -> Policy {
        let claims = self.claims();
        let listed = |name: &str| {
            claims[name]
                .as_str()
                .map(String::from)
                .into_iter()
                .collect()
        };
        Policy {
            issuers: listed("iss"),
            audiences: listed("aud"),
            ..Policy::default()
        }
    }

    fn verified_by(&self, key: &Key, alg: SigAlg) -> Option<Vec<u8>> {
        let parsed = jws::parse(&self.compact, self.form())
            .unwrap_or_else(|why| panic!("{}: {}", self.name, why.message));
        let signed = parsed.verify(&key.verifier(alg, true).ok()?)?;
        Some(signed.payload().to_vec())
    }

    fn judged(&self, key: &Key, policy: &Policy, now: Timestamp) -> Verdict {
        self.try_judge(key, policy, now)
            .unwrap_or_else(|why| panic!("{}: {why}", self.name))
    }

    fn try_judge(&self, key: &Key, policy: &Policy, now: Timestamp) -> Result<Verdict, Error> {
        let mut keys = Given::key(Arc::new(copy(key)), Provenance::default());
        token::verify(
            &self.compact,
            self.form(),
            &mut keys,
            policy,
            &Env {
                now,
                random: &urandom,
                clock: &Stopped,
            },
        )
    }

    fn parts(&self) -> [&str; 3] {
        self.compact
            .split('.')
            .collect::<Vec<_>>()
            .try_into()
            .unwrap()
    }

    fn signature(&self) -> Vec<u8> {
        decode(self.parts()[2]).unwrap()
    }

    /// What was signed, put together here rather than by the code under test.
    fn signing_input(&self) -> Vec<u8> {
        let header = self.parts()[0];
        let unencoded =
            serde_json::from_slice::<Value>(&decode(header).unwrap()).unwrap()["b64"] == false;
        let payload = if unencoded {
            self.payload.clone()
        } else {
            encode(&self.payload).into_bytes()
        };
        [header.as_bytes(), b".", &payload].concat()
    }

    fn with_signature(&self, signature: &[u8]) -> String {
        let [header, payload, _] = self.parts();
        format!("{header}.{payload}.{}", encode(signature))
    }

    fn with_header_member(&self, name: &str, value: Json) -> String {
        let [header, payload, signature] = self.parts();
        format!(
            "{}.{payload}.{signature}",
            changed_header(header, name, Some(value))
        )
    }
}

fn changed_header(header: &str, name: &str, value: Option<Json>) -> String {
    let Json::Object(mut members) = Json::parse(&decode(header).unwrap()).unwrap() else {
        panic!("{header}")
    };
    match value {
        Some(value) => members.set(name, value),
        None => drop(members.remove(name)),
    }
    encode(Json::from(members).to_text().as_bytes())
}

// ── numbers ──

/// The order of the vector's group, big-endian, as wide as half a signature.
fn order(vector: &Vector) -> Vec<u8> {
    let digits = match vector.key.curve().unwrap().as_str() {
        "P-256" => "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551",
        "P-384" => {
            "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973"
        }
        "P-521" => {
            "01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409"
        }
        "secp256k1" => "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141",
        "Ed25519" => "1000000000000000000000000000000014DEF9DEA2F79CD65812631A5CF5D3ED",
        "Ed448" => {
            "003FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF7CCA23E9C44EDB49AED63690216CC2728DC58F552378C292AB5844F3"
        }
        other => panic!("{other}"),
    };
    let order = hex(digits).unwrap();
    [vec![0; vector.signature().len() / 2 - order.len()], order].concat()
}

/// The signature with one of its numbers raised by the order of the group, or by the modulus: equal
/// in the arithmetic, and out of range.
fn out_of_range(vector: &Vector, signature: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let (first, second) = signature.split_at(signature.len() / 2);
    let reversed = |bytes: &[u8]| bytes.iter().rev().copied().collect::<Vec<u8>>();
    match vector.key.kty() {
        Kty::Oct | Kty::Akp => Vec::new(),
        Kty::Rsa => {
            let modulus = decode(vector.key.public_jwk().text("n").unwrap()).unwrap();
            add(signature, &modulus)
                .map(|sum| ("s + n", sum))
                .into_iter()
                .collect()
        }
        Kty::Ec => {
            let order = order(vector);
            let raised_r = add(first, &order).map(|r| ("r + n", [&r, second].concat()));
            let raised_s = add(second, &order).map(|s| ("s + n", [first, &s].concat()));
            let at_order = ("s = n", [first, &order].concat());
            [raised_r, raised_s, Some(at_order)]
                .into_iter()
                .flatten()
                .collect()
        }
        Kty::Okp => {
            let raised =
                add(&reversed(second), &order(vector)).expect("the top bits of S are free");
            let negated = subtract(&order(vector), &reversed(second));
            vec![
                ("S + L", [first, &reversed(&raised)].concat()),
                ("L - S", [first, &reversed(&negated)].concat()),
            ]
        }
    }
}

/// The sum of two big-endian numbers of one width, if it fits.
fn add(a: &[u8], b: &[u8]) -> Option<Vec<u8>> {
    assert_eq!(a.len(), b.len());
    let (mut sum, mut carry) = (vec![0; a.len()], 0);
    for i in (0..a.len()).rev() {
        let digit = u16::from(a[i]) + u16::from(b[i]) + carry;
        (sum[i], carry) = (digit as u8, digit >> 8);
    }
    (carry == 0).then_some(sum)
}

/// The difference of two big-endian numbers of one width, the first being the larger.
fn subtract(a: &[u8], b: &[u8]) -> Vec<u8> {
    assert_eq!(a.len(), b.len());
    let (mut difference, mut borrow) = (vec![0; a.len()], 0);
    for i in (0..a.len()).rev() {
        let digit = 256 + i16::from(a[i]) - i16::from(b[i]) - borrow;
        (difference[i], borrow) = (digit as u8, i16::from(digit < 256));
    }
    assert_eq!(borrow, 0);
    difference
}

/// A raw ECDSA signature the way X.509 writes it.
fn der_ecdsa(raw: &[u8]) -> Vec<u8> {
    let (r, s) = raw.split_at(raw.len() / 2);
    let integer = |bytes: &[u8]| {
        let bytes: Vec<u8> = bytes
            .iter()
            .copied()
            .skip_while(|byte| *byte == 0)
            .collect();
        let padding = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) {
            vec![0]
        } else {
            Vec::new()
        };
        [vec![2, (padding.len() + bytes.len()) as u8], padding, bytes].concat()
    };
    let body = [integer(r), integer(s)].concat();
    let length = if body.len() < 128 {
        vec![body.len() as u8]
    } else {
        vec![0x81, body.len() as u8]
    };
    [vec![0x30], length, body].concat()
}

// ── the files ──

fn files() -> Vec<(String, Value)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut files: Vec<(String, Value)> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == "json"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (
                name,
                serde_json::from_slice(&fs::read(&path).unwrap()).unwrap(),
            )
        })
        .collect();
    files.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(files.len() >= 11, "files are missing from tests/data");
    files
}

/// Every entry of that kind in all files, named after its file and section.
fn entries(kind: &str) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (file, content) in files() {
        for entry in content[kind].as_array().into_iter().flatten() {
            found.push((
                format!("{file} {}", entry["name"].as_str().unwrap()),
                entry.clone(),
            ));
        }
    }
    assert!(!found.is_empty(), "no {kind} in tests/data");
    found
}

struct Sealed {
    name: String,
    jwe: String,
    passphrase: Vec<u8>,
    content: Value,
}

fn sealed() -> Vec<Sealed> {
    let read = |(name, entry): (String, Value)| Sealed {
        name,
        jwe: entry["jwe"].as_str().unwrap().to_owned(),
        passphrase: entry["passphrase"].as_str().unwrap().into(),
        content: entry.get("jwk").unwrap_or(&entry["jwks"]).clone(),
    };
    entries("sealed").into_iter().map(read).collect()
}

struct SealedJson {
    name: String,
    jwe: Value,
    passphrase: Vec<u8>,
    content: Value,
}

fn sealed_json() -> Vec<SealedJson> {
    let read = |(name, entry): (String, Value)| SealedJson {
        name,
        jwe: entry["jwe"].clone(),
        passphrase: entry["passphrase"].as_str().unwrap().into(),
        content: entry.get("jwk").unwrap_or(&entry["jwks"]).clone(),
    };
    entries("sealed_json").into_iter().map(read).collect()
}

struct Named {
    name: String,
    key: Key,
}

/// Every JWK in the data, wherever it stands.
fn all_jwks() -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (name, content) in files() {
        collect(&name, &content, &mut found);
    }
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/keys");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|it| it == "json") {
            found.push((
                path.display().to_string(),
                serde_json::from_slice(&fs::read(&path).unwrap()).unwrap(),
            ));
        }
    }
    found
}

fn collect(name: &str, value: &Value, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(members) if members.contains_key("kty") => {
            found.push((name.to_owned(), value.clone()))
        }
        Value::Object(members) => members
            .iter()
            .for_each(|(member, value)| collect(&format!("{name}/{member}"), value, found)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(i, item)| collect(&format!("{name}/{i}"), item, found)),
        _ => {}
    }
}

/// One key of each thumbprint in the data.
fn keys() -> Vec<Named> {
    let mut distinct = BTreeMap::new();
    for (name, jwk) in all_jwks() {
        let key = key(&jwk);
        distinct
            .entry(key.thumbprint())
            .or_insert(Named { name, key });
    }
    distinct.into_values().collect()
}

fn key(jwk: &Value) -> Key {
    match Json::parse(jwk.to_string().as_bytes()).unwrap() {
        Json::Object(object) => Key::from_jwk(object).unwrap_or_else(|why| panic!("{jwk} {why}")),
        _ => panic!("{jwk} is no object"),
    }
}

fn copy(key: &Key) -> Key {
    self::key(&serde_json::from_slice(key.expose_jwk().expose()).unwrap())
}

/// The key without what it is declared for.
fn undeclared(key: &Key) -> Key {
    let mut key = copy(key);
    (key.alg, key.usage, key.key_ops, key.kid) = (None, None, None, None);
    key
}

fn new_key(recipe: Recipe) -> Key {
    generate(recipe, &env()).unwrap()
}

fn env() -> Env<'static> {
    Env {
        now: Timestamp(0),
        random: &urandom,
        clock: &Stopped,
    }
}

fn urandom(buffer: &mut [u8]) {
    fs::File::open("/dev/urandom")
        .unwrap()
        .read_exact(buffer)
        .unwrap();
}

fn read_without_passphrase(bytes: &[u8]) -> Result<KeyFile, Error> {
    keyfile::read(&Secret::new(bytes.to_vec()), "FILE", &mut || {
        panic!("asked for a passphrase")
    })
}
