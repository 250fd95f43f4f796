//! A bundle under a signature, for machines that get it over a channel that others can tamper
//! with: the bundle is the payload of a compact JWS (RFC 7515) of a type of its own, so that no other
//! token can pass for one.

use std::sync::Arc;

use super::super::alg::SigAlg;
use super::super::error::{Code, Error, Reason};
use super::super::header::same_type;
use super::super::hint::KeysHint;
use super::super::json::Object;
use super::super::jws::{self, Form};
use super::super::key::{Job, Key};

/// The `typ` of a signed bundle.
pub const TYP: &str = "jwtctl-bundle+jws";

/// Signs a bundle. The algorithm is the key's own, or the first that it permits.
///
/// # Errors
/// [`Code::BadKey`] when the key cannot sign.
pub fn sign(bundle: &str, key: &Key) -> Result<String, Error> {
    let bad = |why: &str| Error::input(Code::BadKey, key.label(), why);
    let alg = key.algorithms(Job::Sign).first().copied();
    let Some(alg) = alg else {
        return Err(bad(
            "cannot sign: it has no private half, is for something else, or is too short",
        ));
    };
    let signer = key.signer(alg, false).map_err(|misfit| bad(misfit.why()))?;
    let mut header = vec![("typ".to_owned(), TYP.into())];
    header.extend(
        key.kid
            .as_ref()
            .map(|kid| ("kid".to_owned(), kid.as_str().into())),
    );
    jws::sign(&Object(header), bundle.as_bytes(), &signer).map_err(|why| bad(&why.to_string()))
}

/// Whether a file is a compact JWS rather than JSON.
pub fn is_signed(file: &[u8]) -> bool {
    let text = file.trim_ascii();
    let in_alphabet =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    text.iter().all(in_alphabet) && text.iter().filter(|byte| **byte == b'.').count() == 2
}

/// The bundle in `file`, called `name` in messages, if one of `keys` has signed it, which are called
/// `keys_name`. Of several keys, only those with the `kid` of its header are tried, or all if it
/// has none.
///
/// # Errors
/// [`Code::BadInput`] when it is not a signed bundle; [`Code::NoMatchingKey`] when none of the keys is
/// for it; [`Code::BadSignature`] when none of them has signed it.
pub fn open(file: &[u8], name: &str, keys: &[Arc<Key>], keys_name: &str) -> Result<Vec<u8>, Error> {
    let bad = |why: String| Error::input(Code::BadInput, name, why);
    if !is_signed(file) {
        return Err(bad("is not signed".into()).hint(KeysHint::SignedBundlesOnly));
    }
    let text = std::str::from_utf8(file.trim_ascii()).map_err(|_| bad("is not text".into()))?;
    let token = jws::parse(text, Form::Raw)
        .map_err(|reason| bad(format!("is not a signed bundle: {}", reason.message)))?;
    let header = token.header();
    header
        .check_critical(false)
        .map_err(|reason| bad(format!("is not a signed bundle: {}", reason.message)))?;
    if !header.typ().is_some_and(|typ| same_type(typ, TYP)) {
        return Err(bad(format!(
            "is signed, and no bundle: its typ is not {TYP}"
        )));
    }
    let alg: SigAlg = header
        .alg()
        .parse()
        .map_err(|_| bad("is signed with an algorithm that jwtctl does not know".into()))?;
    let named = |key: &&Arc<Key>| {
        keys.len() == 1
            || header
                .kid()
                .is_none_or(|kid| key.kid.as_deref() == Some(kid))
    };
    let (mut tried, mut misfit) = (false, None);
    for key in keys.iter().filter(named) {
        match key.verifier(alg, false) {
            Err(why) => misfit = Some(format!("{} {}", key.label(), why.why())),
            Ok(verifier) => match token.verify(&verifier) {
                Some(signed) => return Ok(signed.payload().to_vec()),
                None => tried = true,
            },
        }
    }
    if tried {
        let reason = Reason::new(
            Code::BadSignature,
            "signature",
            format!("{name} is not as {keys_name} has signed it"),
        );
        return Err(reason.hint("it was changed on its way, or signed by another key: get it again, or name that key").into());
    }
    let by = header
        .kid()
        .map(|kid| format!(" by key {kid:?}"))
        .unwrap_or_default();
    let but = misfit.unwrap_or_else(|| format!("{keys_name} has no such key"));
    let reason = Reason::new(
        Code::NoMatchingKey,
        "kid",
        format!("{name} is signed{by} with {alg}, and {but}"),
    );
    Err(reason
        .hint("name the public half of the key that it was signed with")
        .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(file: &[u8], name: &str, keys: &[Arc<Key>]) -> Result<Vec<u8>, Error> {
        super::open(file, name, keys, "the file of keys")
    }

    fn key(jwk: &str) -> Arc<Key> {
        let Ok(super::super::super::json::Json::Object(jwk)) =
            super::super::super::json::Json::parse(jwk.as_bytes())
        else {
            panic!("{jwk}")
        };
        Arc::new(Key::from_jwk(jwk).unwrap())
    }

    /// RFC 8037 appendix A.1
    fn ed(kid: &str) -> Arc<Key> {
        key(&format!(
            r#"{{"kty":"OKP","crv":"Ed25519","kid":"{kid}","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
            "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}}"#
        ))
    }

    fn ours() -> Arc<Key> {
        ed("ours")
    }

    fn other(kid: &str) -> Arc<Key> {
        key(&format!(
            r#"{{"kty":"oct","kid":"{kid}","alg":"HS256","k":"{}"}}"#,
            "A".repeat(43)
        ))
    }

    fn code(file: &str, keys: &[Arc<Key>]) -> Code {
        open(file.as_bytes(), "F", keys).unwrap_err().code()
    }

    #[test]
    fn what_was_signed_comes_back() {
        for key in [ours(), other("secret")] {
            let file = sign("{\"a\":1}", &key).unwrap() + "\n";
            assert!(is_signed(file.as_bytes()));
            assert_eq!(
                open(file.as_bytes(), "F", std::slice::from_ref(&key)).unwrap(),
                b"{\"a\":1}"
            );
            // In a set it is found by its name, and alone whatever it is called.
            assert_eq!(
                open(file.as_bytes(), "F", &[other("x"), key, ours()]).unwrap(),
                b"{\"a\":1}"
            );
        }
    }

    #[test]
    fn every_other_key_and_every_change_is_refused() {
        let file = sign("{}", &ours()).unwrap();
        assert_eq!(code(&file, &[other("ours")]), Code::NoMatchingKey);
        assert_eq!(code(&file, &[]), Code::NoMatchingKey);
        assert_eq!(
            code(&file, &[ed("theirs"), other("ours")]),
            Code::NoMatchingKey
        );
        assert!(open(file.as_bytes(), "F", &[ed("theirs")]).is_ok());
        let foreign = key(
            r#"{"kty":"OKP","crv":"Ed25519","x":"JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"}"#,
        );
        assert_eq!(code(&file, &[foreign]), Code::BadSignature);
        for at in 0..file.len() {
            let mut changed = file.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert!(open(&changed, "F", &[ours()]).is_err(), "byte {at}");
        }
    }

    #[test]
    fn no_other_token_passes_for_a_bundle() {
        let signer = ours().signer(SigAlg::EdDsa, false).unwrap();
        let with = |members: &[(&str, &str)]| {
            let members = members
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).into()))
                .collect();
            jws::sign(&Object(members), b"{}", &signer).unwrap()
        };
        assert!(
            open(
                with(&[("typ", "application/JWTCTL-bundle+jws")]).as_bytes(),
                "F",
                &[ours()]
            )
            .is_ok()
        );
        for members in [&[][..], &[("typ", "JWT")], &[("typ", "bundle+jws")]] {
            assert_eq!(code(&with(members), &[ours()]), Code::BadInput);
        }
        for file in [
            "",
            "{}",
            "{\"a\":\"..\"}",
            "..",
            "a.b.c",
            "e30.e30.",
            "eyJhbGciOiJub25lIiwidHlwIjoiand0Y3RsLWJ1bmRsZStqd3MifQ.e30.",
        ] {
            assert_eq!(code(file, &[ours()]), Code::BadInput, "{file}");
        }
    }
}
