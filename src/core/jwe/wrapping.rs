//! What a header says about how the content encryption key is wrapped, checked as far as it can be
//! without the key: every length comes before any library.

use super::super::alg::{ContentEnc, KeyAlg, KeyMode};
use super::super::error::{Code, Reason, shortened};
use super::super::json::{Json, Object};
use super::super::key::{Key, PRIVATE_MEMBERS, Wrapping, decode};
use super::super::limits::{MIN_SALT, P2C, RSA_BITS};

/// Reads the parameters that `alg` has (RFC 7518 §4.6.1, §4.7.1, §4.8.1), with a content encryption
/// key for `enc` in `encrypted`. `max_p2c` is the most rounds that are derived.
///
/// # Errors
/// [`Code::Malformed`]; [`Code::AlgNotAllowed`] for too many or too few rounds.
pub(super) fn read(
    members: &Object,
    alg: KeyAlg,
    enc: ContentEnc,
    encrypted: &[u8],
    max_p2c: u64,
) -> Result<Wrapping, Reason> {
    check_encrypted_key(alg, enc, encrypted.len())?;
    match alg.mode() {
        KeyMode::Direct | KeyMode::Encryption | KeyMode::Wrap => Ok(Wrapping::Plain),
        KeyMode::GcmWrap => Ok(Wrapping::Gcm {
            iv: fixed(members, "iv")?,
            tag: fixed(members, "tag")?,
        }),
        KeyMode::Agreement | KeyMode::AgreementWrap => Ok(Wrapping::Agreed {
            epk: Box::new(ephemeral(members, alg)?),
            apu: bytes(members, "apu")?.unwrap_or_default(),
            apv: bytes(members, "apv")?.unwrap_or_default(),
        }),
        KeyMode::Passphrase => derived(members, max_p2c),
    }
}

/// The encrypted key has the length that one for `enc` has.
fn check_encrypted_key(alg: KeyAlg, enc: ContentEnc, bytes: usize) -> Result<(), Reason> {
    let expected = match alg.mode() {
        KeyMode::Direct | KeyMode::Agreement => 0,
        KeyMode::GcmWrap => enc.key_len(),
        KeyMode::Wrap | KeyMode::AgreementWrap | KeyMode::Passphrase => enc.key_len() + 8,
        // The modulus decides, which is the key's.
        KeyMode::Encryption => {
            return match (RSA_BITS.start() / 8..=RSA_BITS.end() / 8).contains(&bytes) {
                true => Ok(()),
                false => Err(Reason::malformed(format!(
                    "it has an encrypted key of {bytes} bytes, which no RSA key makes"
                ))),
            };
        }
    };
    match bytes == expected {
        true => Ok(()),
        false => Err(Reason::malformed(format!(
            "it has an encrypted key of {bytes} bytes, and {alg} with {enc} makes {expected}"
        ))),
    }
}

/// The bytes in a parameter, if it is there.
fn bytes(members: &Object, name: &str) -> Result<Option<Vec<u8>>, Reason> {
    let text = members
        .optional_text(name)
        .map_err(|why| Reason::malformed(format!("header {why}")))?;
    let bytes = |text| {
        let why = || format!("header {name:?} is not base64url without padding");
        decode(text).ok_or_else(|| Reason::malformed(why()))
    };
    text.map(bytes).transpose()
}

fn missing(name: &str) -> Reason {
    Reason::malformed(format!("the header has no {name:?}"))
}

/// The `N` bytes in a parameter that has to be there.
fn fixed<const N: usize>(members: &Object, name: &str) -> Result<[u8; N], Reason> {
    let bytes = bytes(members, name)?.ok_or_else(|| missing(name))?;
    let length = bytes.len();
    <[u8; N]>::try_from(bytes).map_err(|_| {
        Reason::malformed(format!(
            "header {name:?} has {length} bytes, and AES-GCM takes {N}"
        ))
    })
}

/// The sender's public key: on a curve that is agreed on, and a point of it.
fn ephemeral(members: &Object, alg: KeyAlg) -> Result<Key, Reason> {
    let jwk = match members.member("epk") {
        None => return Err(missing("epk")),
        Some(Json::Object(jwk)) => jwk,
        Some(other) => {
            return Err(Reason::malformed(format!(
                "header \"epk\" is {}, not an object",
                other.kind()
            )));
        }
    };
    let bad = |why: &str| Reason::malformed(format!("the ephemeral key of the header {why}"));
    if PRIVATE_MEMBERS.iter().any(|name| jwk.has(name)) {
        return Err(bad("has a private half"));
    }
    let key = Key::from_jwk(jwk.clone()).map_err(|why| bad(&why.to_string()))?;
    match key.curve() {
        Some(crv) if alg.curves().contains(&crv) => {}
        Some(crv) => return Err(bad(&format!("is on {crv}, which {alg} does not use"))),
        None => return Err(bad(&format!("is {} and not on a curve", key.kty()))),
    }
    if key.has_small_order() {
        return Err(bad("is a point of small order"));
    }
    key.check_public().map_err(|misfit| bad(misfit.why()))?;
    Ok(key)
}

fn derived(members: &Object, max_p2c: u64) -> Result<Wrapping, Reason> {
    let salt = bytes(members, "p2s")?.ok_or_else(|| missing("p2s"))?;
    if salt.len() < MIN_SALT {
        return Err(Reason::malformed(format!(
            "it has a salt of {} bytes, and {MIN_SALT} is the least",
            salt.len()
        )));
    }
    let count = match members.member("p2c") {
        None => return Err(missing("p2c")),
        Some(Json::Number(count)) => count,
        Some(other) => {
            return Err(Reason::malformed(format!(
                "header \"p2c\" is {}, not a number",
                other.kind()
            )));
        }
    };
    let allowed = *P2C.start()..=max_p2c;
    let rounds = count.parse().ok().filter(|count| allowed.contains(count));
    match rounds.and_then(|rounds| u32::try_from(rounds).ok()) {
        Some(rounds) => Ok(Wrapping::Derived { salt, rounds }),
        None => Err(Reason {
            actual: members.member("p2c").cloned(),
            ..Reason::new(
                Code::AlgNotAllowed,
                "p2c",
                format!(
                    "it asks for {} iterations, outside {} to {max_p2c}",
                    shortened(count).trim_matches('"'),
                    allowed.start()
                ),
            )
        }),
    }
}
