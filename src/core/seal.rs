//! A private key at rest: a JWE of its JWK under a passphrase (RFC 7517 §7), which other JOSE tools
//! open as well.

use std::sync::Arc;

use super::alg::{ContentEnc, KeyAlg, KeyMode};
use super::env::Env;
use super::error::{Code, Error, Reason};
use super::hint::Parameter;
use super::json::Object;
use super::jwe::{self, Acceptance, Addressee, Encryption, Holder, Jwe, JweForm};
use super::key::Key;
use super::limits::P2C;
use super::secret::Secret;

/// Header parameters that are accepted where the tag does not cover them: they do not change how
/// the key is opened.
const INFORMATIVE: &[&str] = &["kid", "typ", "cty"];

/// Those that the recipient's own header may have as well, where jwcrypto writes them: what they
/// say goes into the key that unwraps the content's, so with any other value it does not unwrap
/// (RFC 7518 §4.8).
const DERIVING: &[&str] = &["kid", "typ", "cty", "p2s", "p2c"];

/// PBKDF2 iterations that a key is sealed with unless the caller says otherwise: OWASP's figure for
/// HMAC-SHA-512.
pub const DEFAULT_P2C: u32 = 210_000;

/// What is sealed: the `cty` of the JWE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealedContent {
    /// One JWK.
    Jwk,
    /// A JWK Set.
    JwkSet,
}

impl SealedContent {
    fn cty(self) -> &'static str {
        match self {
            Self::Jwk => "jwk+json",
            Self::JwkSet => "jwk-set+json",
        }
    }
}

/// Opens what [`seal`], step, jwcrypto or `jose` sealed with a passphrase, in the compact form.
/// `passphrase` is called only when the form is in order, so that the user does not type one for a
/// file that cannot be opened anyway.
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
    open_parsed(jwe::parse_json(object), what, passphrase)
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
    check_form(&sealed).map_err(bad)?;
    let acceptance = Acceptance::default();
    let locked = jwe::examine(&sealed, &acceptance).map_err(|reason| bad(reason.message))?;
    let passphrase = Arc::new(Key::from_passphrase(passphrase()?));
    // Only the user who opens the file can measure how long that takes, so the work on one that
    // does not unwrap needs no random key: it is done with zeros.
    let opened = locked.open(Holder::Key(&passphrase), what, &|_| {});
    opened.map(|it| it.content).map_err(|error| match error {
        Error::Rejected(rejection) if rejection.primary().code != Code::DecryptionFailed => {
            bad(rejection.primary().message.clone())
        }
        _ => Error::input(
            Code::BadPassphrase,
            what,
            "the passphrase does not open it, or it is damaged",
        ),
    })
}

/// A sealed key is for one recipient, and under a passphrase. What says how it is opened must be in
/// the protected header: elsewhere, another user could change it unnoticed.
fn check_form(sealed: &Jwe) -> Result<(), String> {
    let recipient = match &sealed.recipients[..] {
        [recipient] => recipient,
        several => {
            return Err(format!(
                "has {} recipients, and only one is supported",
                several.len()
            ));
        }
    };
    let places = [
        ("unprotected", &sealed.shared, INFORMATIVE),
        ("header", &recipient.own, DERIVING),
    ];
    for (place, members, allowed) in places {
        let stray = |(name, _): &&(String, _)| !allowed.contains(&name.as_str());
        if let Some((name, _)) = members.0.iter().find(stray) {
            return Err(format!(
                "has a header {place:?} that holds {name:?}, which is read from \"protected\" alone"
            ));
        }
    }
    let alg = recipient.header.alg();
    let is_passphrase = |alg: KeyAlg| alg.mode() == KeyMode::Passphrase;
    match alg.parse().is_ok_and(is_passphrase) {
        true => Ok(()),
        false => Err(format!("is encrypted with {alg:?}, not with a passphrase")),
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
            Parameter::P2c,
            format!("{p2c} is outside {} to {}", P2C.start(), P2C.end()),
        )),
    }
}

/// Seals `jwk` (a JWK or a set, as JSON text) with PBES2-HS512+A256KW and A256GCM.
///
/// # Errors
/// [`Code::Usage`] when `p2c` is out of range; [`Code::BadPassphrase`] when the passphrase is
/// empty.
pub fn seal(
    jwk: &Secret,
    content: SealedContent,
    passphrase: &Secret,
    p2c: u32,
    env: &Env<'_>,
) -> Result<String, Error> {
    check_p2c(p2c)?;
    if passphrase.is_empty() {
        return Err(Error::input(
            Code::BadPassphrase,
            "",
            "the passphrase is empty",
        ));
    }
    let addressee = Addressee {
        key: Arc::new(Key::from_passphrase(Secret::new(
            passphrase.expose().to_vec(),
        ))),
        alg: KeyAlg::Pbes2Hs512,
        kid: None,
        rounds: p2c,
    };
    let how = Encryption {
        form: JweForm::Compact,
        enc: ContentEnc::A256Gcm,
        zip: false,
        header: Object(vec![("cty".into(), content.cty().into())]),
        aad: None,
        addressees: &[addressee],
    };
    jwe::encrypt(jwk, &how, env).map(|made| made.text)
}
