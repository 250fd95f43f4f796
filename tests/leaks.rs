//! Nothing of a private key is in any message, however its file is damaged.

mod support;

use std::collections::HashSet;
use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jwtctl::core::error::Error;
use jwtctl::core::json::Json;
use jwtctl::core::key::PRIVATE_MEMBERS;
use jwtctl::core::keyfile;
use jwtctl::core::secret::Secret;
use support::{Jwtctl, repository};

/// Damages of each file that the reader is given.
const DAMAGES: u64 = 200;

/// Of these, the ones that are given to processes as well.
const PROCESSES: u64 = 3;

/// The shortest run of a key's text that counts as a leak.
const RUN: usize = 8;

/// A file with a private key, and what of it must not be seen.
struct Sample {
    name: String,
    content: Vec<u8>,
    runs: HashSet<Vec<u8>>,
}

impl Sample {
    fn new(name: &str, content: Vec<u8>) -> Self {
        let runs = runs(&content);
        assert!(!runs.is_empty(), "{name} holds nothing secret");
        Self {
            name: name.into(),
            content,
            runs,
        }
    }

    fn check(&self, shown: &str, seed: u64) {
        let lower = shown.to_ascii_lowercase();
        let leak = lower
            .as_bytes()
            .windows(RUN)
            .find(|run| self.runs.contains(*run));
        assert!(
            leak.is_none(),
            "{} with damage {seed} leaks {:?}: {shown}",
            self.name,
            String::from_utf8_lossy(leak.unwrap_or_default())
        );
    }
}

/// Every run of the text of a key, in lower case: of a JWK its private members, of PEM the lines
/// of base64, of DER its base64 and its hexadecimal digits.
fn runs(content: &[u8]) -> HashSet<Vec<u8>> {
    let mut texts: Vec<String> = Vec::new();
    match std::str::from_utf8(content) {
        Ok(text) if text.trim_start().starts_with('{') => {
            let json = Json::parse(content).unwrap();
            let members = &json.as_object().unwrap().0;
            let private = members
                .iter()
                .filter(|(name, _)| PRIVATE_MEMBERS.contains(&name.as_str()));
            texts.extend(private.filter_map(|(_, value)| value.as_str().map(String::from)));
        }
        Ok(text) if text.contains("-----BEGIN") => {
            let body = text.lines().filter(|it| !it.contains("-----"));
            texts.extend(body.filter(|it| !it.contains(':')).map(String::from));
        }
        Ok(text) => texts.push(text.into()),
        Err(_) => {
            texts.push(STANDARD.encode(content));
            texts.push(URL_SAFE_NO_PAD.encode(content));
            texts.push(content.iter().map(|byte| format!("{byte:02x}")).collect());
        }
    }
    let lower = texts.iter().map(|it| it.to_ascii_lowercase().into_bytes());
    lower
        .flat_map(|text| text.windows(RUN).map(<[u8]>::to_vec).collect::<Vec<_>>())
        .collect()
}

fn samples() -> Vec<Sample> {
    let folder = repository("tests/data/keys");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.contains("cert") && !name.contains("spki") && !name.contains("-pub"))
        .collect();
    names.sort();
    let mut samples: Vec<Sample> = names
        .iter()
        .map(|name| Sample::new(name, fs::read(folder.join(name)).unwrap()))
        .collect();
    let pem = fs::read(folder.join("ed25519.pkcs8.pem")).unwrap();
    samples.push(Sample::new("base64 of PEM", STANDARD.encode(&pem).into()));
    let escaped = String::from_utf8(pem).unwrap().replace('\n', "\\n");
    let account = format!(r#"{{"type":"service_account","private_key":"{escaped}"}}"#);
    let body: Vec<&str> = escaped.split("\\n").collect();
    samples.push(Sample {
        name: "service account".into(),
        content: account.into(),
        runs: runs(body[1].as_bytes()),
    });
    samples
}

/// The same numbers in every run: xorshift64*.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % limit.max(1)
    }
}

/// `content` with one to three faults of the kinds that editors, terminals and transports make.
fn damaged(content: &[u8], seed: u64) -> Vec<u8> {
    let mut numbers = Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut bytes = content.to_vec();
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(bytes.len());
        let end = (at + 1 + numbers.below(40)).min(bytes.len());
        match numbers.below(10) {
            0 => bytes[at] ^= 1 << numbers.below(8),
            1 => drop(bytes.drain(at..end)),
            2 => bytes.insert(at, b":\"\\\n{}[],-= \0"[numbers.below(13)]),
            3 => bytes.truncate(at),
            4 => bytes.retain(|byte| *byte != b'\n'),
            5 => {
                let line = bytes.iter().skip(at).position(|byte| *byte == b'\n');
                bytes.insert(line.map_or(at, |it| at + it), b'\n');
            }
            6 => {
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
            7 => bytes.retain(|byte| *byte != b'-'),
            8 => bytes.retain(|byte| *byte != b'"'),
            _ => bytes[at..end].reverse(),
        }
        if bytes.is_empty() {
            bytes.push(b'x');
        }
    }
    bytes
}

#[test]
fn no_reason_quotes_a_private_key() {
    for sample in samples() {
        for seed in 0..DAMAGES {
            let bytes = damaged(&sample.content, seed);
            // Deriving a key for each damage would take hours; a passphrase is never the point.
            let mut none = || Err(Error::usage("passphrase", "not given"));
            let read = keyfile::read(&Secret::new(bytes.clone()), "FILE", &mut none);
            match read {
                Ok(file) => file.notes.iter().for_each(|note| sample.check(note, seed)),
                Err(error) => {
                    sample.check(&format!("{error} {error:?} {:?}", error.hints()), seed);
                }
            }
            if let Some(kind) = keyfile::kind(&bytes) {
                sample.check(kind, seed);
            }
        }
    }
}

#[test]
fn no_output_quotes_a_private_key() {
    let folder = tempfile::tempdir().unwrap();
    let passphrase = support::file(folder.path(), "passphrase", "wrong");
    for sample in samples() {
        for seed in 0..PROCESSES {
            let path = folder.path().join("key");
            fs::write(&path, damaged(&sample.content, seed)).unwrap();
            for args in [
                &["sign", "--key", "key", "--sub", "a"][..],
                &["--json", "sign", "--key", "key", "--sub", "a"],
                &["-vv", "jwks", "list", "--jwks", "key"],
                &["jwks", "convert", "key", "--to", "spki"],
                &["verify", "a.b.c", "--secret", "key"],
            ] {
                let mut call = Jwtctl::new(folder.path());
                if seed == 0 {
                    // Deriving a key is slow, and the same for all damages.
                    call = call.env("JWTCTL_PASSPHRASE_FILE", &passphrase);
                }
                let ran = call.run(args);
                if ran.code != 0 {
                    sample.check(&format!("{}{}", ran.stdout, ran.stderr), seed);
                }
            }
        }
    }
}
