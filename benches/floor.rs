//! The least that bulk verification can cost here: lines, base64url, a typed header, the primitive on a
//! key that is parsed once, typed claims, and a check of each; no report, no output, nothing strict.
//!
//!     cargo bench --bench floor -- TOKENS JWK THREADS NOW
//!
//! prints the tokens verified a second. For signing it is the primitive alone, over each line of a file, on
//! a key that is loaded once:
//!
//!     cargo bench --bench floor -- sign LINES PKCS8 ALG
//!
//! `benches/bulk.py` compares `--batch` with both.

#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::time::Instant;

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair,
    ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaPublicKeyComponents,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    k: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

#[derive(Deserialize)]
struct Header<'a> {
    alg: &'a str,
    kid: Option<&'a str>,
}

#[derive(Deserialize)]
struct Claims<'a> {
    exp: i64,
    nbf: Option<i64>,
    iat: Option<i64>,
    iss: Option<&'a str>,
    aud: Option<&'a str>,
}

enum Key {
    Public(ParsedPublicKey),
    Secret(Box<hmac::Key>),
}

impl Key {
    fn new(jwk: &Jwk) -> Self {
        let part = |text: &Option<String>| URL_SAFE_NO_PAD.decode(text.as_ref().unwrap()).unwrap();
        match jwk.kty.as_str() {
            "oct" => Self::Secret(Box::new(hmac::Key::new(hmac::HMAC_SHA256, &part(&jwk.k)))),
            "RSA" => {
                let (n, e) = (part(&jwk.n), part(&jwk.e));
                let key = RsaPublicKeyComponents { n, e };
                Self::Public(
                    key.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
                        .unwrap(),
                )
            }
            "EC" => {
                let point = [&[4], &part(&jwk.x)[..], &part(&jwk.y)].concat();
                Self::Public(ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).unwrap())
            }
            _ => Self::Public(ParsedPublicKey::new(&ED25519, part(&jwk.x)).unwrap()),
        }
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Public(key) => key.verify_sig(message, signature).is_ok(),
            Self::Secret(key) => hmac::verify(key, message, signature).is_ok(),
        }
    }
}

/// How many of the lines are good.
fn verify(lines: &[u8], key: &Key, kid: Option<&str>, now: i64) -> usize {
    let (mut header, mut payload, mut signature) = (Vec::new(), Vec::new(), Vec::new());
    let mut good = 0;
    let mut rest = lines;
    while !rest.is_empty() {
        let mut after = rest;
        let length = std::io::BufRead::skip_until(&mut after, b'\n').unwrap();
        let line = std::str::from_utf8(&rest[..length]).unwrap().trim_end();
        rest = after;
        let (input, tag) = line.rsplit_once('.').unwrap();
        let (head, body) = input.split_once('.').unwrap();
        for (text, part) in [
            (head, &mut header),
            (body, &mut payload),
            (tag, &mut signature),
        ] {
            part.clear();
            URL_SAFE_NO_PAD.decode_vec(text, part).unwrap();
        }
        let found: Header<'_> = serde_json::from_slice(&header).unwrap();
        assert!(found.kid == kid && found.alg.len() >= 5);
        if !key.verify(input.as_bytes(), &signature) {
            continue;
        }
        let claims: Claims<'_> = serde_json::from_slice(&payload).unwrap();
        let in_time = claims.exp > now
            && claims.nbf.is_none_or(|nbf| nbf <= now)
            && claims.iat.is_none_or(|iat| iat <= now);
        let expected = claims.iss == Some("https://issuer.example") && claims.aud == Some("api");
        good += usize::from(in_time && expected);
    }
    good
}

/// Signs every line; how many there are.
fn sign(lines: &[u8], pkcs8: &[u8], alg: &str) -> usize {
    let random = SystemRandom::new();
    let all = lines.split(|byte| *byte == b'\n');
    let all = all.filter(|line| !line.is_empty());
    match alg {
        "RS256" => {
            let pair = KeyPair::from_pkcs8(pkcs8).unwrap();
            let sign = |line| {
                let mut signature = vec![0; pair.public_modulus_len()];
                let signed = pair.sign(&RSA_PKCS1_SHA256, &random, line, &mut signature);
                signed.map(|()| signature).unwrap()
            };
            all.map(sign).map(std::hint::black_box).count()
        }
        "ES256" => {
            let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).unwrap();
            let sign = |line| pair.sign(&random, line).unwrap();
            all.map(sign).map(std::hint::black_box).count()
        }
        other => panic!("{other} is not measured"),
    }
}

fn main() {
    let args: Vec<String> = std::env::args().filter(|it| it != "--bench").collect();
    if let [_, verb, lines, pkcs8, alg] = &args[..]
        && verb == "sign"
    {
        let (lines, pkcs8) = (std::fs::read(lines).unwrap(), std::fs::read(pkcs8).unwrap());
        let start = Instant::now();
        let signed = sign(&lines, &pkcs8, alg);
        println!(
            "{:.0} {signed}",
            signed as f64 / start.elapsed().as_secs_f64()
        );
        return;
    }
    let [_, tokens, jwk, threads, now] = &args[..] else {
        // `cargo test --benches` runs it without any.
        return;
    };
    let tokens = std::fs::read(tokens).unwrap();
    let jwk: Jwk = serde_json::from_slice(&std::fs::read(jwk).unwrap()).unwrap();
    let (threads, now): (usize, i64) = (threads.parse().unwrap(), now.parse().unwrap());
    let (key, kid) = (Key::new(&jwk), jwk.kid.as_deref());
    let mut parts = Vec::new();
    let mut rest = &tokens[..];
    for left in (1..=threads).rev() {
        let mut end = rest.len() / left;
        while end < rest.len() && end > 0 && rest[end - 1] != b'\n' {
            end += 1;
        }
        let (part, after) = rest.split_at(end);
        parts.push(part);
        rest = after;
    }
    let start = Instant::now();
    let good: usize = std::thread::scope(|scope| {
        let verify = |part| verify(part, &key, kid, now);
        let running: Vec<_> = parts
            .into_iter()
            .map(|part| scope.spawn(move || verify(part)))
            .collect();
        running.into_iter().map(|it| it.join().unwrap()).sum()
    });
    println!("{:.0} {good}", good as f64 / start.elapsed().as_secs_f64());
}
