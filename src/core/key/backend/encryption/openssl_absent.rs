//! In place of OpenSSL in a build without the feature `jwe`: RSA goes to aws-lc, the rest is
//! refused.

use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OAEP_SHA384_MGF1SHA384, OAEP_SHA512_MGF1SHA512,
    OaepAlgorithm, OaepPrivateDecryptingKey, OaepPublicEncryptingKey, PrivateDecryptingKey,
    PublicEncryptingKey,
};
use zeroize::Zeroizing;

use super::super::super::super::alg::{Curve, KeyAlg};
use super::super::super::super::secret::Secret;
use super::super::super::{Key, to_pkcs8, to_spki};

pub(super) fn lacks(alg: KeyAlg, crv: Option<Curve>) -> Option<String> {
    let what = match (alg, crv) {
        (_, Some(Curve::X448)) => "X448",
        (KeyAlg::Rsa15, _) => "RSA1_5",
        _ if alg.kek_len() == 24 && !matches!(alg, KeyAlg::A192GcmKw) => "AES Key Wrap of 192 bits",
        _ => return None,
    };
    Some(format!(
        "needs {what} for {alg}, which this build of jwtctl leaves out (feature `jwe`)"
    ))
}

pub(super) fn wrap(_: &Secret, _: &Secret) -> Option<Vec<u8>> {
    None
}

pub(super) fn unwrap(_: &Secret, _: &[u8]) -> Option<Secret> {
    None
}

pub(super) fn agree_x448(_: &Secret, _: &[u8]) -> Option<Secret> {
    None
}

fn padding(alg: KeyAlg) -> Option<&'static OaepAlgorithm> {
    match alg {
        KeyAlg::RsaOaep => Some(&OAEP_SHA1_MGF1SHA1),
        KeyAlg::RsaOaep256 => Some(&OAEP_SHA256_MGF1SHA256),
        KeyAlg::RsaOaep384 => Some(&OAEP_SHA384_MGF1SHA384),
        KeyAlg::RsaOaep512 => Some(&OAEP_SHA512_MGF1SHA512),
        _ => None,
    }
}

pub(super) fn encrypt_rsa(key: &Key, alg: KeyAlg, content: &Secret) -> Option<Vec<u8>> {
    let public = PublicEncryptingKey::from_der(&to_spki(key).ok()?).ok()?;
    let public = OaepPublicEncryptingKey::new(public).ok()?;
    let mut encrypted = vec![0; public.ciphertext_size()];
    let length = public
        .encrypt(padding(alg)?, content.expose(), &mut encrypted, None)
        .ok()?
        .len();
    encrypted.truncate(length);
    Some(encrypted)
}

pub(super) fn decrypt_rsa(key: &Key, alg: KeyAlg, encrypted: &[u8]) -> Option<Secret> {
    let private = PrivateDecryptingKey::from_pkcs8(to_pkcs8(key).ok()?.expose()).ok()?;
    let private = OaepPrivateDecryptingKey::new(private).ok()?;
    let mut content = Zeroizing::new(vec![0; private.min_output_size()]);
    let length = private
        .decrypt(padding(alg)?, encrypted, &mut content, None)
        .ok()?
        .len();
    content.truncate(length);
    Some(Secret::from(content))
}
