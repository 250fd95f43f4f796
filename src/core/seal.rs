//! A private key at rest: a JWE of its JWK under a passphrase (RFC 7517 §7), which other JOSE tools
//! open as well.

use super::alg::KeyAlg;
use super::error::{Code, Error, Reason};
use super::json::{Json, Object};
use super::jwe::{self, Jwe};
use super::key::backend::openssl;
use super::limits::P2C;
use super::secret::Secret;

/// PBKDF2 iterations that a key is sealed with unless the caller says otherwise: OWASP's figure for
/// HMAC-SHA-512.
pub const DEFAULT_P2C: u32 = 210_000;

/// What is sealed: the `cty` of the JWE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// One JWK.
    Jwk,
    /// A JWK Set.
    JwkSet,
}

impl Content {
    fn cty(self) -> &'static str {
        match self {
            Self::Jwk => "jwk+json",
            Self::JwkSet => "jwk-set+json",
        }
    }
}

/// Opens what [`seal`], step, jwcrypto or `jose` sealed with a passphrase, in the compact form.
/// `passphrase` is called only when the form is in order, so that nobody types one in vain.
///
/// # Errors
/// [`Code::BadKey`] when the JWE is not of this kind; [`Code::BadPassphrase`] when it does not
/// open.
pub fn open(
    text: &str,
    what: &str,
    passphrase: impl FnOnce() -> Result<Secret, Error>,
) -> Result<Secret, Error> {
    open_parsed(jwe::parse(text), what, passphrase)
}

/// [`open`] for the JSON form, which step and jwcrypto write.
///
/// # Errors
/// As [`open`].
pub fn open_json(
    object: &Object,
    what: &str,
    passphrase: impl FnOnce() -> Result<Secret, Error>,
) -> Result<Secret, Error> {
    open_parsed(jwe::from_json(object), what, passphrase)
}

fn open_parsed(
    sealed: Result<Jwe, Reason>,
    what: &str,
    passphrase: impl FnOnce() -> Result<Secret, Error>,
) -> Result<Secret, Error> {
    let bad = |why: String| Error::input(Code::BadKey, what, why);
    let sealed = sealed.map_err(|reason| {
        bad(format!(
            "looks like an encrypted key, but {}",
            reason.message
        ))
    })?;
    let alg = sealed.header.alg();
    let alg = match alg.parse() {
        Ok(alg @ (KeyAlg::Pbes2Hs256 | KeyAlg::Pbes2Hs384 | KeyAlg::Pbes2Hs512)) => alg,
        _ => {
            return Err(bad(format!(
                "is encrypted with {alg:?}, not with a passphrase"
            )));
        }
    };
    check_parameters(&sealed).map_err(bad)?;
    if !openssl::IS_PRESENT {
        return Err(bad(
            "is encrypted, and this build of jwtctl cannot open it (feature `jwe`)".into(),
        ));
    }
    let passphrase = passphrase()?;
    sealed
        .open(|jwe, _| {
            openssl::pbes2_unwrap(alg, jwe.parameters(), &jwe.encrypted_key, &passphrase)
        })
        .map_err(|reason| match reason.code {
            Code::DecryptionFailed => Error::input(
                Code::BadPassphrase,
                what,
                "the passphrase does not open it, or it is damaged",
            ),
            _ => bad(reason.message),
        })
}

/// `p2s` and `p2c` within bounds, and an encrypted key of a length that can be one (RFC 7518 §4.8,
/// RFC 3394).
fn check_parameters(sealed: &Jwe) -> Result<(), String> {
    let members = sealed.parameters();
    let salt = members
        .text("p2s")
        .and_then(super::key::decode)
        .ok_or("has no \"p2s\" in its header")?;
    if salt.len() < 8 {
        return Err(format!(
            "has a salt of {} bytes, and 8 is the least",
            salt.len()
        ));
    }
    let Some(Json::Number(count)) = members.member("p2c") else {
        return Err("has no \"p2c\" in its header".into());
    };
    if !count.parse().is_ok_and(|count| P2C.contains(&count)) {
        return Err(format!(
            "asks for {count} iterations, outside {} to {}",
            P2C.start(),
            P2C.end()
        ));
    }
    match sealed.encrypted_key.len() {
        24 | 32 | 40 | 56 | 72 => Ok(()),
        other => Err(format!("has an encrypted key of {other} bytes")),
    }
}

/// Whether so many iterations are read and written.
///
/// # Errors
/// [`Code::Usage`] when they are not.
pub fn check_p2c(p2c: u32) -> Result<(), Error> {
    match P2C.contains(&u64::from(p2c)) {
        true => Ok(()),
        false => Err(Error::usage(
            "--p2c",
            format!("{p2c} is outside {} to {}", P2C.start(), P2C.end()),
        )),
    }
}

/// Seals `jwk` (a JWK or a set, as JSON text) with PBES2-HS512+A256KW and A256GCM.
///
/// # Errors
/// [`Code::Usage`] when `p2c` is out of range or this build lacks the backend;
/// [`Code::BadPassphrase`] when the passphrase is empty.
pub fn seal(
    jwk: &Secret,
    content: Content,
    passphrase: &Secret,
    p2c: u32,
) -> Result<String, Error> {
    check_p2c(p2c)?;
    if passphrase.is_empty() {
        return Err(Error::input(
            Code::BadPassphrase,
            "",
            "the passphrase is empty",
        ));
    }
    openssl::pbes2_seal(jwk, content.cty(), passphrase, p2c).map_err(|why| {
        let error = Error::usage("encryption", why);
        match openssl::IS_PRESENT {
            true => error,
            false => error.hint("to write the key in clear: --no-encrypt"),
        }
    })
}
