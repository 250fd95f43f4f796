//! Keys in the formats that they are read from.

use super::super::env::Env;
use super::super::error::Error;
use super::super::hint::Parameter;
use super::super::json::{Json, Object};
use super::super::key::{Key, KeyError, encrypt_pkcs8, pem, to_pkcs8, to_spki, to_ssh};
use super::super::limits::PKCS8_ITERATIONS;
use super::super::seal::{self, DEFAULT_P2C, SealedContent};
use super::super::secret::Secret;

/// How keys are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyForm {
    /// One JWK.
    Jwk,
    /// A JWK Set.
    Jwks,
    /// PEM: private keys as PKCS#8, public ones as SPKI.
    Pem,
    /// The same in DER.
    Der,
}

/// The private half of `key`, sealed under `passphrase` if there is one: as a JWE of its JWK, or as
/// encrypted PKCS#8. `iterations` are PBKDF2's. `what` names the cause in messages.
///
/// # Errors
/// [`Usage`](super::super::error::Code::Usage) when the key has no such form; see also
/// [`seal::seal`].
pub fn private(
    key: &Key,
    form: KeyForm,
    passphrase: Option<&Secret>,
    iterations: Option<u32>,
    what: &str,
    env: &Env<'_>,
) -> Result<Secret, Error> {
    let bad = |why: KeyError| Error::usage(what, format!("the key {why}"));
    match (form, passphrase) {
        (KeyForm::Jwk, Some(passphrase)) => sealed(
            &key.expose_jwk(),
            SealedContent::Jwk,
            passphrase,
            iterations,
            env,
        ),
        (KeyForm::Jwk, None) => Ok(Secret::new([key.expose_jwk().expose(), b"\n"].concat())),
        (KeyForm::Jwks, _) => private_set(&[key], passphrase, iterations, env),
        (KeyForm::Der, None) => to_pkcs8(key).map_err(bad),
        (KeyForm::Pem, None) => to_pkcs8(key)
            .map(|der| pem("PRIVATE KEY", der.expose()))
            .map_err(bad),
        (KeyForm::Pem | KeyForm::Der, Some(passphrase)) => {
            if let Some(count) = iterations.filter(|count| !PKCS8_ITERATIONS.contains(count)) {
                let (least, most) = (PKCS8_ITERATIONS.start(), PKCS8_ITERATIONS.end());
                let why = format!(
                    "{count} is outside {least} to {most}, which PKCS#8 files are written with"
                );
                return Err(Error::usage(Parameter::P2c, why));
            }
            let der = encrypt_pkcs8(key, passphrase, iterations, env).map_err(bad)?;
            Ok(if form == KeyForm::Pem {
                pem("ENCRYPTED PRIVATE KEY", &der)
            } else {
                Secret::new(der)
            })
        }
    }
}

/// A set of these keys, private halves included, sealed under `passphrase` if there is one.
///
/// # Errors
/// See [`seal::seal`].
pub fn private_set(
    keys: &[&Key],
    passphrase: Option<&Secret>,
    iterations: Option<u32>,
    env: &Env<'_>,
) -> Result<Secret, Error> {
    let texts: Vec<Secret> = keys.iter().map(|key| key.expose_jwk()).collect();
    // Of the final size from the start: a buffer that grows leaves unwiped copies behind.
    let length = texts.iter().map(|text| text.len() + 1).sum::<usize>();
    let mut set = zeroize::Zeroizing::new(Vec::with_capacity(length + 16));
    set.extend_from_slice(b"{\"keys\":[");
    for (i, text) in texts.iter().enumerate() {
        set.extend_from_slice(if i == 0 { b"" } else { b"," });
        set.extend_from_slice(text.expose());
    }
    set.extend_from_slice(b"]}");
    match passphrase {
        Some(passphrase) => {
            let set = Secret::from(set);
            sealed(&set, SealedContent::JwkSet, passphrase, iterations, env)
        }
        None => {
            set.push(b'\n');
            Ok(Secret::from(set))
        }
    }
}

fn sealed(
    json: &Secret,
    content: SealedContent,
    passphrase: &Secret,
    iterations: Option<u32>,
    env: &Env<'_>,
) -> Result<Secret, Error> {
    let p2c = iterations.unwrap_or(DEFAULT_P2C);
    let sealed = seal::seal(json, content, passphrase, p2c, env)?;
    Ok(Secret::new(format!("{sealed}\n").into_bytes()))
}

/// The public half of `key`. `what` names the cause in messages.
///
/// # Errors
/// [`Usage`](super::super::error::Code::Usage) when it has none.
pub fn public(key: &Key, form: KeyForm, what: &str) -> Result<Vec<u8>, Error> {
    let bad = |why: KeyError| Error::usage(what, format!("the key {why}"));
    let public = key
        .public()
        .ok_or_else(|| bad("is symmetric and has no public half".into()))?;
    Ok(match form {
        KeyForm::Jwk => format!("{}\n", Json::Object(public.public_jwk()).to_text()).into_bytes(),
        KeyForm::Jwks => {
            let keys = Json::Array(vec![Json::Object(public.public_jwk())]);
            format!(
                "{}\n",
                Json::Object(Object(vec![("keys".into(), keys)])).to_text()
            )
            .into_bytes()
        }
        KeyForm::Der => to_spki(key).map_err(bad)?,
        KeyForm::Pem => pem("PUBLIC KEY", &to_spki(key).map_err(bad)?)
            .expose()
            .to_vec(),
    })
}

/// The public half of `key` as OpenSSH has it in `authorized_keys`, its id as the comment.
///
/// # Errors
/// [`Usage`](super::super::error::Code::Usage) when OpenSSH has no such keys.
pub fn ssh(key: &Key, what: &str) -> Result<Vec<u8>, Error> {
    let line = to_ssh(key).map_err(|why| Error::usage(what, format!("the key {why}")))?;
    Ok(format!("{line}\n").into_bytes())
}
