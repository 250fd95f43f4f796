//! Mutators that know what they change: they take JSON and DER apart, change one thing, and write
//! the rest as it was. Every third time libFuzzer's own mutator changes bytes instead.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jwtctl::core::json::{Json, Object};
use libfuzzer_sys::fuzzer_mutate;

use super::der::{self, Body, Node};

/// A small generator; libFuzzer gives a seed a call.
struct Dice(u64);

impl Dice {
    fn new(seed: u32) -> Self {
        Self(u64::from(seed) << 1 | 1)
    }

    fn roll(&mut self, sides: usize) -> usize {
        // xorshift64*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        high as usize % sides.max(1)
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())].clone()
    }
}

/// Puts `text` into libFuzzer's buffer, or lets libFuzzer change what is there.
fn done(data: &mut [u8], size: usize, max_size: usize, changed: Option<Vec<u8>>) -> usize {
    match changed.filter(|it| it.len() <= max_size && it.len() <= data.len()) {
        Some(bytes) => {
            data[..bytes.len()].copy_from_slice(&bytes);
            bytes.len()
        }
        None => fuzzer_mutate(data, size, max_size),
    }
}

/// Text without a structure of its own.
pub fn text(data: &mut [u8], size: usize, max_size: usize, _: u32) -> usize {
    fuzzer_mutate(data, size, max_size)
}

/// JSON.
pub fn json(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut dice = Dice::new(seed);
    let changed = (dice.roll(3) > 0)
        .then(|| changed_json(&data[..size], &mut dice))
        .flatten();
    done(data, size, max_size, changed)
}

/// A compact token: its header or payload is changed as JSON, and put back as base64url.
pub fn token(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut dice = Dice::new(seed);
    let changed = (dice.roll(3) > 0)
        .then(|| changed_token(&data[..size], &mut dice))
        .flatten();
    done(data, size, max_size, changed)
}

/// A key file: DER, PEM, JSON, or a token.
pub fn key_file(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut dice = Dice::new(seed);
    let bytes = &data[..size];
    let changed = match dice.roll(3) {
        0 => None,
        _ => changed_der(bytes, &mut dice)
            .or_else(|| changed_pem(bytes, &mut dice))
            .or_else(|| changed_json(bytes, &mut dice))
            .or_else(|| changed_token(bytes, &mut dice)),
    };
    done(data, size, max_size, changed)
}

fn changed_token(bytes: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut parts: Vec<String> = text.trim().split('.').map(String::from).collect();
    if parts.len() < 3 {
        return None;
    }
    let which = dice.roll(2);
    let part = URL_SAFE_NO_PAD.decode(&parts[which]).ok()?;
    parts[which] = URL_SAFE_NO_PAD.encode(changed_json(&part, dice)?);
    Some(parts.join(".").into_bytes())
}

fn changed_pem(bytes: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let begin = text.find("-----BEGIN ")?;
    let start = begin + text[begin..].find('\n')? + 1;
    let end = start + text[start..].find("-----END ")?;
    let body: String = text[start..end].split_whitespace().collect();
    let der = changed_der(&STANDARD.decode(body).ok()?, dice)?;
    let mut changed = text[..start].to_owned();
    let encoded = STANDARD.encode(der);
    for line in encoded.as_bytes().chunks(64) {
        changed.push_str(std::str::from_utf8(line).ok()?);
        changed.push('\n');
    }
    changed.push_str(&text[end..]);
    Some(changed.into_bytes())
}

fn changed_der(bytes: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let mut nodes = der::parse(bytes, 0).filter(|it| !it.is_empty())?;
    change_nodes(&mut nodes, dice);
    let mut changed = Vec::new();
    der::write(&nodes, &mut changed);
    Some(changed)
}

/// Goes down to some element and changes it or its neighbours.
fn change_nodes(nodes: &mut Vec<Node>, dice: &mut Dice) {
    if nodes.is_empty() {
        return;
    }
    let at = dice.roll(nodes.len());
    if let Body::Nodes(inner) = &mut nodes[at].body
        && dice.roll(5) > 0
    {
        return change_nodes(inner, dice);
    }
    match dice.roll(7) {
        0 => drop(nodes.remove(at)),
        1 => nodes.insert(at, nodes[at].clone()),
        2 => {
            let other = dice.roll(nodes.len());
            nodes.swap(at, other);
        }
        3 => {
            nodes[at].tag = dice.pick(&[0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x30, 0x31, 0xa0, 0xa1])
        }
        4 => {
            let inner = vec![nodes[at].clone()];
            nodes[at] = Node {
                tag: 0x30,
                body: Body::Nodes(inner),
            };
        }
        _ => change_bytes(&mut nodes[at].body, dice),
    }
}

fn change_bytes(body: &mut Body, dice: &mut Dice) {
    let mut bytes = match body {
        Body::Bytes(bytes) => std::mem::take(bytes),
        Body::Nodes(_) => Vec::new(),
    };
    match dice.roll(6) {
        0 => bytes.clear(),
        1 => bytes.truncate(dice.roll(bytes.len() + 1)),
        2 => bytes.insert(0, dice.pick(&[0, 1, 0x7f, 0x80, 0xff])),
        3 => bytes.push(dice.roll(256) as u8),
        4 => {
            bytes = dice.pick(&[
                vec![0],
                vec![1],
                vec![0xff; 8],
                vec![0; 16],
                vec![0x7f, 0xff],
            ])
        }
        _ => {
            let at = dice.roll(bytes.len().max(1));
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << dice.roll(8);
            }
        }
    }
    *body = Body::Bytes(bytes);
}

fn changed_json(bytes: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let mut json = Json::parse(bytes).ok()?;
    change_json(&mut json, dice);
    Some(json.to_text().into_bytes())
}

/// Goes down to some value and changes it or its neighbours.
fn change_json(json: &mut Json, dice: &mut Dice) {
    let deeper = dice.roll(4) > 0;
    match json {
        Json::Object(Object(members)) if !members.is_empty() => {
            let at = dice.roll(members.len());
            match dice.roll(8) {
                _ if deeper => change_json(&mut members[at].1, dice),
                0 => drop(members.remove(at)),
                1 => members.insert(at, members[at].clone()),
                2 => members[at].0 = name(dice),
                3 => members.push((name(dice), value(dice))),
                4 => {
                    let other = dice.roll(members.len());
                    members.swap(at, other);
                }
                5 => members[at].1 = members[dice.roll(members.len())].1.clone(),
                _ => members[at].1 = value(dice),
            }
        }
        Json::Array(items) if !items.is_empty() => {
            let at = dice.roll(items.len());
            match dice.roll(4) {
                _ if deeper => change_json(&mut items[at], dice),
                0 => drop(items.remove(at)),
                1 => items.insert(at, items[at].clone()),
                2 => items.push(value(dice)),
                _ => items[at] = value(dice),
            }
        }
        Json::String(text) if dice.roll(3) > 0 => *text = changed_text(text, dice),
        other => *other = value(dice),
    }
}

fn changed_text(text: &str, dice: &mut Dice) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let at = dice.roll(chars.len() + 1);
    match dice.roll(5) {
        0 => chars.truncate(at),
        1 => chars.insert(
            at,
            dice.pick(&['A', '_', '-', '=', '.', '\u{0}', '\u{202e}', '/', '{', '*']),
        ),
        2 if at < chars.len() => drop(chars.remove(at)),
        3 => chars.extend(chars.clone()),
        _ if at < chars.len() => chars[at] = dice.pick(&['A', 'B', '_', '0', '\\', '"', 'é']),
        _ => chars.clear(),
    }
    chars.into_iter().collect()
}

/// Names that mean something in tokens, keys, sets, entries and documents.
const NAMES: &[&str] = &[
    "alg",
    "aud",
    "b64",
    "crit",
    "crv",
    "ctx",
    "d",
    "dp",
    "dq",
    "dropped",
    "e",
    "enc",
    "entries",
    "etag",
    "exp",
    "expires_at_ms",
    "fetched_at_ms",
    "format",
    "http",
    "iat",
    "iss",
    "issuer",
    "jti",
    "jwks",
    "jwks_sha256",
    "jwks_uri",
    "k",
    "key_ops",
    "keys",
    "kid",
    "kty",
    "n",
    "nbf",
    "oth",
    "p",
    "p2c",
    "p2s",
    "provenance",
    "q",
    "qi",
    "scope",
    "stale_until_ms",
    "sub",
    "typ",
    "uat",
    "uat_unit",
    "url",
    "use",
    "v",
    "x",
    "x5c",
    "x5t",
    "y",
    "zip",
    "cookie",
    "data",
    "issued_at_ms",
    "alg_values_supported",
    "service_account",
    "",
];

fn name(dice: &mut Dice) -> String {
    dice.pick(NAMES).into()
}

/// Values that readers have stumbled over.
fn value(dice: &mut Dice) -> Json {
    let text = dice.pick(&[
        "null",
        "true",
        "false",
        "0",
        "-1",
        "1e400",
        "-0.0",
        "1.5",
        "9223372036854775807",
        "1785578400",
        "\"\"",
        "\"A\"",
        "\"AQAB\"",
        "\"sig\"",
        "\"enc\"",
        "\"RS256\"",
        "\"none\"",
        "\"EdDSA\"",
        "\"EC\"",
        "\"oct\"",
        "\"P-256\"",
        "[]",
        "[\"\"]",
        "[null]",
        "[\"b64\"]",
        "[\"verify\",\"verify\"]",
        "{}",
        "{\"keys\":[]}",
        "\"https://a.example/\"",
        "\"http://127.0.0.1/\"",
        "\"\\u0000\"",
        "\"\\u202e\"",
        "99999999999999999999999999",
    ]);
    Json::parse(text.as_bytes()).unwrap_or(Json::Null)
}

/// Whether opening these bytes with a passphrase takes long: some number in them may be a cost.
pub fn is_costly(bytes: &[u8]) -> bool {
    const CHEAP: u64 = 4096;
    let mut costly = false;
    let mut look = |node: &Node| {
        if let (0x02, Body::Bytes(digits)) = (node.tag, &node.body) {
            let significant: Vec<u8> = digits.iter().skip_while(|it| **it == 0).copied().collect();
            let value = significant
                .iter()
                .take(8)
                .fold(0, |sum: u64, it| sum << 8 | u64::from(*it));
            // The numbers of a key itself are longer than any cost.
            costly |= significant.len() <= 8 && value > CHEAP;
        }
    };
    let text = String::from_utf8_lossy(bytes);
    let unarmoured: String = text
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .flat_map(|line| line.split_whitespace())
        .collect();
    let armoured = STANDARD.decode(unarmoured).ok();
    for der in [Some(bytes.to_vec()), armoured].into_iter().flatten() {
        der::walk(&der::parse(&der, 0).unwrap_or_default(), &mut look);
    }
    // The count of a JWE is in its header, which is base64url wherever it stands.
    let header = |part: &str| {
        let json = URL_SAFE_NO_PAD.decode(part).ok()?;
        let count = Json::parse(&json)
            .ok()?
            .as_object()?
            .member("p2c")?
            .to_text();
        Some(count.parse().map_or(true, |it: f64| it > CHEAP as f64))
    };
    let parts = text.split(|it: char| !(it.is_ascii_alphanumeric() || it == '-' || it == '_'));
    costly
        || parts
            .filter(|it| it.len() > 8)
            .any(|it| header(it) == Some(true))
        || text.contains("p2c")
}
