use super::*;
use crate::core::alg::SigAlg;
use crate::core::json::Object;
use crate::core::key::Key;
use crate::core::secret::Secret;

fn key() -> Key {
    Key::from_secret(Secret::new(vec![7; 32]))
}

fn why(text: &str) -> String {
    parse(text, Form::Jwt).unwrap_err().message
}

#[test]
fn what_is_signed_verifies_and_nothing_else() {
    let key = key();
    let signer = key.signer(SigAlg::Hs256, false).unwrap();
    let verifier = key.verifier(SigAlg::Hs256, false).unwrap();
    let token = sign(&Object::default(), b"{}", &signer).unwrap();
    let signed = parse(&token, Form::Jwt).unwrap().verify(&verifier).unwrap();
    assert_eq!(signed.payload(), b"{}");
    assert_eq!(signed.header().alg(), "HS256");

    let other = Key::from_secret(Secret::new(vec![8; 32]));
    let other = other.verifier(SigAlg::Hs256, false).unwrap();
    assert!(parse(&token, Form::Jwt).unwrap().verify(&other).is_none());
}

#[test]
fn detached_payloads_come_from_outside() {
    let key = key();
    let signer = key.signer(SigAlg::Hs256, false).unwrap();
    let verifier = key.verifier(SigAlg::Hs256, false).unwrap();
    let token = sign_detached(&Object::default(), b"bytes", &signer).unwrap();
    assert!(token.contains(".."));
    assert!(
        parse(&token, Form::Detached(b"bytes"))
            .unwrap()
            .verify(&verifier)
            .is_some()
    );
    assert!(
        parse(&token, Form::Detached(b"other"))
            .unwrap()
            .verify(&verifier)
            .is_none()
    );
    assert!(parse(&token, Form::Jwt).is_err());
}

#[test]
fn form_errors_say_what_is_wrong() {
    let good = sign(
        &Object::default(),
        b"{}",
        &key().signer(SigAlg::Hs256, false).unwrap(),
    )
    .unwrap();
    assert!(why("").contains("three parts"));
    assert!(why("a.b").contains("this has 2"));
    assert!(why("a.b.c.d").contains("this has 4"));
    assert!(why("a.b.c.d.e").contains("JWE"));
    assert!(why("a.b.c.d.e.f.g").contains("this has 7"));
    assert!(why(&format!("{good}=")).contains("padded"));
    assert!(why(&good.replace(".e", ".+")).contains("not base64url"));
    assert!(why(&good.replace(".e30.", ".e3\n0.")).contains("white space"));
    assert!(why(&good.replace(".e30.", ".e31.")).contains("left over"));
    assert!(why(&good.replace(".e30.", ".e300e.")).contains("cut off"));
    assert!(why(&good.replace(".e30.", "..")).contains("empty"));
    assert!(why(r#"{"payload":"","signatures":[]}"#).contains("JSON form"));
}
