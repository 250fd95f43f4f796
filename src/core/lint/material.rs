//! The numbers of a key: RFC 7518 §6, RFC 8037 §2 and RFC 9964 §3.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::super::alg::{Curve, Kty, MIN_RSA_BITS, ParameterSet};
use super::super::json::{Json, Object};
use super::super::key::backend::openssl::is_edwards_point;
use super::super::key::{Key, decode, encode};
use super::{Rule, Subject};

/// Bits of the largest modulus that common backends take.
const MAX_RSA_BITS: usize = 8192;

/// Up to where prime factors of a modulus are looked for.
const FACTORS_BELOW: u32 = 1 << 16;

/// Keys of a set whose moduli are looked at that closely; of the others, in sets larger than any
/// that is published, only tiny factors are found.
const CLOSELY: usize = 200;

/// Up to where prime factors of the other moduli are looked for.
const TINY_FACTORS_BELOW: u32 = 1 << 10;

/// The public exponent of nearly all RSA keys, which libraries use unless told otherwise.
const USUAL_EXPONENT: u64 = 65_537;

/// Base64url as careless writers have it.
const CARELESS: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);

/// Looks at the key itself, and returns it if it is one.
pub(super) fn check(subject: &mut Subject<'_>) -> Option<Key> {
    let jwk = subject.jwk;
    let Some(kty) = jwk.text("kty") else {
        if !jwk.has("kty") {
            subject.report(Rule::MalformedKey, "has no \"kty\"");
        }
        return None;
    };
    match kty {
        "oct" => {
            subject.report(Rule::SymmetricKey, "is a symmetric key");
            None
        }
        "RSA" => check_rsa(subject),
        "EC" | "OKP" => check_curve(subject, if kty == "EC" { Kty::Ec } else { Kty::Okp }),
        "AKP" => check_akp(subject),
        other
            if ["oct", "rsa", "ec", "okp", "akp"]
                .contains(&other.to_ascii_lowercase().as_str()) =>
        {
            subject.report(
                Rule::MalformedKey,
                format!("has \"kty\" {other:?}, and the names of types are case-sensitive"),
            );
            None
        }
        other => {
            subject.report(
                Rule::UnknownKty,
                format!("has the unknown \"kty\" {other:?}"),
            );
            None
        }
    }
}

/// The bytes of a member, however it is written.
fn bytes(subject: &mut Subject<'_>, name: &str) -> Option<Vec<u8>> {
    let text = match subject.jwk.member(name) {
        Some(Json::String(text)) => text,
        Some(other) => {
            let why = format!("has {name:?} that is {}, not a string", other.kind());
            subject.report(Rule::MalformedKey, why);
            return None;
        }
        None => {
            subject.report(Rule::MalformedKey, format!("has no {name:?}"));
            return None;
        }
    };
    if let Some(bytes) = decode(text) {
        return Some(bytes);
    }
    let compact: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let read = |alphabet| {
        GeneralPurpose::new(alphabet, CARELESS)
            .decode(compact.trim_end_matches('='))
            .ok()
    };
    let found = read(&alphabet::URL_SAFE).or_else(|| read(&alphabet::STANDARD));
    match &found {
        Some(_) => subject.report(
            Rule::NonCanonical,
            format!("has {name:?} that is not base64url without padding"),
        ),
        None => subject.report(
            Rule::MalformedKey,
            format!("has {name:?} that is not base64url"),
        ),
    }
    found
}

/// A number without leading zeros, which it must not have (RFC 7518 §6.3.1).
fn number(subject: &mut Subject<'_>, name: &str) -> Option<Vec<u8>> {
    let bytes = bytes(subject, name)?;
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    if zeros > 0 {
        subject.report(
            Rule::NonCanonical,
            format!("has {name:?} with {zeros} leading zero bytes"),
        );
    }
    Some(bytes[zeros..].to_vec())
}

fn check_rsa(subject: &mut Subject<'_>) -> Option<Key> {
    let (n, e) = (number(subject, "n"), number(subject, "e"));
    if let Some(n) = &n {
        check_modulus(subject, n);
    }
    if let Some(e) = &e {
        check_exponent(subject, e);
    }
    key(&[
        ("kty", "RSA".into()),
        ("n", encode(&n?)),
        ("e", encode(&e?)),
    ])
}

fn check_modulus(subject: &mut Subject<'_>, n: &[u8]) {
    let below = match subject.index < CLOSELY {
        true => FACTORS_BELOW,
        false => TINY_FACTORS_BELOW,
    };
    let bits = n
        .first()
        .map_or(0, |first| n.len() * 8 - first.leading_zeros() as usize);
    if bits < MIN_RSA_BITS {
        subject.report(
            Rule::RsaTooShort,
            format!("has {bits} bits, and {MIN_RSA_BITS} is the least"),
        );
    }
    if bits > MAX_RSA_BITS {
        subject.report(
            Rule::RsaTooLong,
            format!("has {bits} bits, and many verifiers take at most {MAX_RSA_BITS}"),
        );
    }
    if n.last().is_none_or(|last| last % 2 == 0) {
        subject.report(Rule::RsaEvenModulus, "has an even modulus");
    } else if bits <= MAX_RSA_BITS * 2
        && let Some(factor) = small_factor(n, below)
    {
        subject.report(
            Rule::RsaSmallFactor,
            format!("has a modulus that is divisible by {factor}"),
        );
    }
}

fn check_exponent(subject: &mut Subject<'_>, e: &[u8]) {
    let value = (e.len() <= 8).then(|| {
        e.iter()
            .fold(0u64, |value, byte| value << 8 | u64::from(*byte))
    });
    match value {
        Some(1) => subject.report(Rule::RsaBadExponent, "has the exponent 1"),
        Some(value) if value % 2 == 0 => {
            subject.report(Rule::RsaBadExponent, "has an even exponent")
        }
        Some(value) if value < USUAL_EXPONENT => {
            subject.report(
                Rule::RsaSmallExponent,
                format!("has the exponent {value}, and {USUAL_EXPONENT} is usual"),
            );
        }
        Some(value) if value < 1 << 33 => {}
        _ => {
            if e.last().is_some_and(|last| last % 2 == 0) {
                subject.report(Rule::RsaBadExponent, "has an even exponent");
            }
            subject.report(
                Rule::RsaLargeExponent,
                format!("has an exponent of {} bytes", e.len()),
            );
        }
    }
}

/// The smallest odd prime factor of `n` below `bound`; the moduli of broken generators have one.
pub(super) fn small_factor(n: &[u8], bound: u32) -> Option<u32> {
    // Four bytes at a time, from the right; and two primes at a time, whose product they are
    // divided by.
    let words = || {
        n.rchunks(4).rev().map(|chunk| {
            chunk
                .iter()
                .fold(0u64, |word, byte| word << 8 | u64::from(*byte))
        })
    };
    let primes = small_primes();
    let enough = primes.partition_point(|prime| *prime < bound);
    primes[..enough].chunks(2).find_map(|primes| {
        let product: u64 = primes.iter().map(|prime| u64::from(*prime)).product();
        let remainder = words().fold(0u64, |rest, word| (rest << 32 | word) % product);
        primes
            .iter()
            .copied()
            .find(|prime| remainder % u64::from(*prime) == 0)
    })
}

/// The odd primes below [`FACTORS_BELOW`].
fn small_primes() -> &'static [u32] {
    static PRIMES: OnceLock<Vec<u32>> = OnceLock::new();
    PRIMES.get_or_init(|| {
        let mut composite = vec![false; FACTORS_BELOW as usize];
        let mut primes = Vec::new();
        for candidate in (3..FACTORS_BELOW as usize).step_by(2) {
            if composite[candidate] {
                continue;
            }
            (candidate * candidate..composite.len())
                .step_by(2 * candidate)
                .for_each(|multiple| composite[multiple] = true);
            primes.extend(u32::try_from(candidate));
        }
        primes
    })
}

fn check_curve(subject: &mut Subject<'_>, kty: Kty) -> Option<Key> {
    let jwk = subject.jwk;
    let Some(name) = jwk.text("crv") else {
        if !jwk.has("crv") {
            subject.report(Rule::MalformedKey, "has no \"crv\"");
        }
        return None;
    };
    let Some(crv) = name.parse::<Curve>().ok().filter(|crv| crv.kty() == kty) else {
        subject.report(
            Rule::UnknownCrv,
            format!("is on the unknown curve {name:?}"),
        );
        return None;
    };
    let x = coordinate(subject, "x", crv);
    let y = if kty == Kty::Ec {
        coordinate(subject, "y", crv)
    } else {
        Some(Vec::new())
    };
    let (x, y) = (x?, y?);
    let mut members = vec![
        ("kty", kty.as_str().to_owned()),
        ("crv", name.to_owned()),
        ("x", encode(&x)),
    ];
    if kty == Kty::Ec {
        members.push(("y", encode(&y)));
    }
    let key = key(&members)?;
    if key.has_small_order() {
        subject.report(
            Rule::SmallOrder,
            match crv {
                Curve::X25519 | Curve::X448 => format!(
                    "is a point of small order on {crv}: anybody knows what is agreed upon with it"
                ),
                _ => format!("is a point of small order on {crv}: anybody can sign for it"),
            },
        );
    } else if key.check_public().is_err() || !is_edwards_point(crv, &x) {
        subject.report(Rule::OffCurve, format!("is no point on {crv}"));
    }
    Some(key)
}

fn coordinate(subject: &mut Subject<'_>, name: &str, crv: Curve) -> Option<Vec<u8>> {
    let bytes = bytes(subject, name)?;
    if bytes.len() != crv.octets() {
        let (has, wants) = (bytes.len(), crv.octets());
        subject.report(
            Rule::WrongLength,
            format!("has {name:?} of {has} bytes, and {crv} takes {wants}"),
        );
        return None;
    }
    Some(bytes)
}

/// An AKP key, whose `alg` says how long it is (RFC 9964 §3); one that is not known is reported as
/// such with the other metadata.
fn check_akp(subject: &mut Subject<'_>) -> Option<Key> {
    let Some(name) = subject.jwk.text("alg") else {
        subject.report(
            Rule::MalformedKey,
            "has no \"alg\", which an AKP key needs (RFC 9964)",
        );
        return None;
    };
    let set: ParameterSet = name.parse().ok()?;
    let public = bytes(subject, "pub")?;
    if public.len() != set.octets() {
        let (has, wants) = (public.len(), set.octets());
        subject.report(
            Rule::WrongLength,
            format!("has \"pub\" of {has} bytes, and {set} takes {wants}"),
        );
        return None;
    }
    key(&[
        ("kty", "AKP".into()),
        ("alg", name.into()),
        ("pub", encode(&public)),
    ])
}

/// The key of these members alone, as any reader would see it.
fn key(members: &[(&str, String)]) -> Option<Key> {
    let member = |(name, value): &(&str, String)| ((*name).to_owned(), Json::from(value.as_str()));
    Key::from_jwk(Object(members.iter().map(member).collect())).ok()
}
