//! The sequence of a verification, seen through a source of keys that counts what is asked of it.

use std::sync::Arc;

use super::super::alg::SigAlg;
use super::super::claims::{CheckStatus, Policy};
use super::super::env::{Env, Stopped};
use super::super::error::{Code, Error};
use super::super::hint::{Hint, SecretReading, TokenHint};
use super::super::json::{Json, Object};
use super::super::jwks::{Found, Given, Keys, Provenance, Wanted, Why, select};
use super::super::jws::{self, Composed, Form, Payload};
use super::super::key::{Job, Key, encode};
use super::super::secret::Secret;
use super::super::time::Timestamp;
use super::{Verdict, verify};

const NOW: Timestamp = Timestamp(1_000_000);

fn fill(buffer: &mut [u8]) {
    buffer.fill(7);
}

fn env() -> Env<'static> {
    Env {
        now: NOW,
        random: &fill,
        clock: &Stopped,
    }
}

fn oct(kid: &str, byte: u8) -> Arc<Key> {
    let mut key = Key::from_secret(Secret::new(vec![byte; 32]));
    key.kid = Some(kid.into());
    Arc::new(key)
}

fn ec() -> Arc<Key> {
    let jwk = r#"{"kty":"EC","crv":"P-256","kid":"ec","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}"#;
    let Ok(Json::Object(jwk)) = Json::parse(jwk.as_bytes()) else {
        panic!("not an object")
    };
    Arc::new(Key::from_jwk(jwk).unwrap())
}

fn sign(key: &Key, alg: SigAlg, kid: Option<&str>, claims: &str) -> String {
    let mut header = Object::default();
    if let Some(kid) = kid {
        header.set("kid", kid.into());
    }
    jws::sign(&header, claims.as_bytes(), &key.signer(alg, true).unwrap()).unwrap()
}

const GOOD: &str = r#"{"exp":1000100}"#;
const EXPIRED: &str = r#"{"exp":999000}"#;

/// Keys that another look may change.
struct Changing {
    before: Vec<Arc<Key>>,
    after: Result<Vec<Arc<Key>>, ()>,
    asked: Vec<Why>,
}

impl Changing {
    fn new(before: &[&Arc<Key>], after: &[&Arc<Key>]) -> Self {
        let owned = |keys: &[&Arc<Key>]| keys.iter().map(|key| Arc::clone(key)).collect();
        Self {
            before: owned(before),
            after: Ok(owned(after)),
            asked: Vec::new(),
        }
    }
}

impl Keys for Changing {
    fn local(&mut self, wanted: Wanted<'_>, _: &Env<'_>) -> Result<Found, Error> {
        Ok(select(&self.before, wanted))
    }

    fn refresh(
        &mut self,
        wanted: Wanted<'_>,
        why: Why,
        _: &Env<'_>,
    ) -> Result<Option<Found>, Error> {
        self.asked.push(why);
        match &self.after {
            Ok(after) => {
                self.before.clone_from(after);
                Ok(Some(select(after, wanted)))
            }
            Err(()) => Err(Error::input(
                Code::KeysUnavailable,
                "https://issuer.example/jwks",
                "did not answer",
            )),
        }
    }

    fn all(&self) -> &[Arc<Key>] {
        &self.before
    }

    fn provenance(&self) -> Provenance {
        Provenance {
            source: "test".into(),
            name: "the set".into(),
            ..Provenance::default()
        }
    }
}

fn judge(token: &str, keys: &mut dyn Keys) -> Verdict {
    verify(token, Form::Jwt, keys, &Policy::default(), &env()).unwrap()
}

fn code(verdict: &Verdict) -> Option<Code> {
    verdict
        .outcome
        .as_ref()
        .err()
        .map(|rejection| rejection.primary().code)
}

#[test]
fn a_key_at_hand_needs_no_second_look() {
    let mut keys = Changing::new(&[&oct("a", 1)], &[]);
    let verdict = judge(
        &sign(&oct("a", 1), SigAlg::Hs256, Some("a"), GOOD),
        &mut keys,
    );
    assert_eq!(code(&verdict), None);
    assert!(keys.asked.is_empty());
    assert_eq!(verdict.outcome.unwrap().payload(), GOOD.as_bytes());
}

#[test]
fn an_unknown_kid_is_looked_up_once() {
    let (old, new) = (oct("old", 1), oct("new", 2));
    let mut keys = Changing::new(&[&old], &[&old, &new]);
    assert_eq!(
        code(&judge(
            &sign(&new, SigAlg::Hs256, Some("new"), GOOD),
            &mut keys
        )),
        None
    );
    assert_eq!(keys.asked, [Why::UnknownKid]);

    let mut keys = Changing::new(&[&old], &[&old]);
    assert_eq!(
        code(&judge(
            &sign(&new, SigAlg::Hs256, Some("new"), GOOD),
            &mut keys
        )),
        Some(Code::NoMatchingKey)
    );
    assert_eq!(keys.asked, [Why::UnknownKid]);
}

#[test]
fn other_material_under_the_same_kid_is_looked_up_once() {
    let (old, new) = (oct("a", 1), oct("a", 2));
    let mut keys = Changing::new(&[&old], &[&new]);
    assert_eq!(
        code(&judge(
            &sign(&new, SigAlg::Hs256, Some("a"), GOOD),
            &mut keys
        )),
        None
    );
    assert_eq!(keys.asked, [Why::BadSignature]);
}

#[test]
fn a_token_that_is_bad_anyway_causes_no_look() {
    let (old, new) = (oct("old", 1), oct("new", 2));
    let expired = sign(&new, SigAlg::Hs256, Some("new"), EXPIRED);
    let mut keys = Changing::new(&[&old], &[&new]);
    let verdict = judge(&expired, &mut keys);
    // An old token whose key is gone is expired, and says so although nothing vouches for it.
    assert_eq!(code(&verdict), Some(Code::Expired));
    assert!(
        verdict
            .checks
            .iter()
            .filter(|check| check.name == "exp")
            .all(|check| check.unverified)
    );
    assert!(keys.asked.is_empty());

    let tampered = sign(&new, SigAlg::Hs256, Some("old"), EXPIRED);
    let verdict = judge(&tampered, &mut keys);
    assert_eq!(code(&verdict), Some(Code::BadSignature));
    assert!(
        verdict
            .checks
            .iter()
            .filter(|check| check.name == "exp")
            .all(|check| check.status == CheckStatus::NotEvaluated)
    );
    assert!(keys.asked.is_empty());

    for alg in ["none", "nOnE", "RS256", "HS999"] {
        let header = encode(format!(r#"{{"alg":"{alg}","kid":"new"}}"#).as_bytes());
        let forged = format!("{header}.{}.AA", encode(GOOD.as_bytes()));
        let mut keys = Changing::new(&[&oct("new", 1)], &[&new]);
        assert_eq!(
            code(&judge(&forged, &mut keys)),
            Some(Code::AlgNotAllowed),
            "{alg}"
        );
        assert!(keys.asked.is_empty());
    }
}

#[test]
fn keys_that_cannot_be_had_are_no_verdict() {
    let mut keys = Changing {
        after: Err(()),
        ..Changing::new(&[], &[])
    };
    let token = sign(&oct("a", 1), SigAlg::Hs256, Some("a"), GOOD);
    let error = verify(&token, Form::Jwt, &mut keys, &Policy::default(), &env()).unwrap_err();
    assert_eq!(error.code(), Code::KeysUnavailable);
}

#[test]
fn without_a_kid_the_keys_that_fit_are_tried() {
    let keys: Vec<Arc<Key>> = (0..8).map(|n| oct(&n.to_string(), n)).collect();
    let token = sign(&keys[7], SigAlg::Hs256, None, GOOD);
    let mut set = Given::set(keys.clone(), Provenance::default());
    assert_eq!(code(&judge(&token, &mut set)), None);
    let mut too_many = Given::set(
        keys.iter().cloned().chain([oct("9", 9)]).collect(),
        Provenance::default(),
    );
    assert_eq!(
        code(&judge(&token, &mut too_many)),
        Some(Code::NoMatchingKey)
    );
    let strict = Policy {
        require_kid: true,
        ..Policy::default()
    };
    let verdict = verify(&token, Form::Jwt, &mut set, &strict, &env()).unwrap();
    assert_eq!(code(&verdict), Some(Code::NoMatchingKey));
    let refusal = verdict.outcome.unwrap_err();
    assert_eq!(refusal.primary().hints, [TokenHint::AllowNoKid.into()]);
}

#[test]
fn weak_keys_are_the_callers_to_allow() {
    let weak = Arc::new(Key::from_secret(Secret::new(b"short".to_vec())));
    let token = sign(&weak, SigAlg::Hs256, None, GOOD);
    let mut keys = Given::key(Arc::clone(&weak), Provenance::default());
    assert_eq!(
        verify(&token, Form::Jwt, &mut keys, &Policy::default(), &env())
            .unwrap_err()
            .code(),
        Code::BadSecret
    );
    let lax = Policy {
        allow_weak_key: true,
        ..Policy::default()
    };
    let verdict = verify(&token, Form::Jwt, &mut keys, &lax, &env()).unwrap();
    assert!(verdict.outcome.is_ok());
    assert_eq!(verdict.warnings.len(), 1);
}

#[test]
fn a_token_that_asks_for_more_than_the_secret_has_is_refused() {
    let long = Key::from_secret(Secret::new(vec![1; 64]));
    let token = sign(&long, SigAlg::Hs512, None, GOOD);
    let mut keys = Given::key(oct("a", 1), Provenance::default());
    assert_eq!(code(&judge(&token, &mut keys)), Some(Code::AlgNotAllowed));
}

fn hints(token: &str, keys: &mut dyn Keys) -> Vec<Hint> {
    let verdict = judge(token, keys);
    assert_eq!(code(&verdict), Some(Code::BadSignature));
    verdict.outcome.unwrap_err().primary().hints.clone()
}

/// Whether one of the hints is a sentence with this in it.
fn says(hints: &[Hint], part: &str) -> bool {
    let has = |hint: &Hint| matches!(hint, Hint::Text(text) if text.contains(part));
    hints.iter().any(has)
}

#[test]
fn a_der_encoded_signature_is_recognised_and_refused() {
    let token = sign(&ec(), SigAlg::Es256, None, GOOD);
    let (input, signature) = token.rsplit_once('.').unwrap();
    let raw = super::super::key::decode(signature).unwrap();
    let integer = |half: &[u8]| {
        let digits: Vec<u8> = half.iter().copied().skip_while(|byte| *byte == 0).collect();
        let sign = if digits[0] >= 128 { vec![0] } else { vec![] };
        [vec![2, (sign.len() + digits.len()) as u8], sign, digits].concat()
    };
    let body = [integer(&raw[..32]), integer(&raw[32..])].concat();
    let der = [vec![0x30, body.len() as u8], body].concat();
    let mut keys = Given::key(ec(), Provenance::default());
    let hints = hints(&format!("{input}.{}", encode(&der)), &mut keys);
    assert!(says(&hints, "DER-encoded"), "{hints:?}");
}

#[test]
fn a_secret_that_fits_when_read_otherwise_is_named_by_its_encoding() {
    let bytes = vec![0xfb; 32];
    let token = sign(
        &Key::from_secret(Secret::new(bytes.clone())),
        SigAlg::Hs256,
        None,
        GOOD,
    );
    let given = |text: String| {
        Given::key(
            Arc::new(Key::from_secret(Secret::new(text.into_bytes()))),
            Provenance::default(),
        )
    };
    for (text, reading) in [
        (encode(&bytes), SecretReading::Base64Url),
        ("fb".repeat(32), SecretReading::Hex),
    ] {
        let read = TokenHint::SecretReadAs(reading).into();
        assert!(hints(&token, &mut given(text)).contains(&read));
    }
    assert_eq!(hints(&token, &mut given("x".repeat(32))), []);
}

#[test]
fn a_token_that_names_the_wrong_key_of_its_set_is_told() {
    let (a, b) = (oct("a", 1), oct("b", 2));
    let token = sign(&b, SigAlg::Hs256, Some("a"), GOOD);
    let mut set = Given::set(vec![a, b], Provenance::default());
    let hints = hints(&token, &mut set);
    assert!(says(&hints, "by key \"b\" of the same set"), "{hints:?}");
}

#[test]
fn a_point_off_its_curve_is_the_keys_fault() {
    let jwk = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5ag"}"#;
    let Ok(Json::Object(jwk)) = Json::parse(jwk.as_bytes()) else {
        panic!("not an object")
    };
    let mut keys = Given::key(Arc::new(Key::from_jwk(jwk).unwrap()), Provenance::default());
    let token = sign(&ec(), SigAlg::Es256, None, GOOD);
    let error = verify(&token, Form::Jwt, &mut keys, &Policy::default(), &env()).unwrap_err();
    assert_eq!(error.code(), Code::BadKey);
}

/// The claims under a signature by each of the keys.
fn signed_by(keys: &[&Key], claims: &str) -> String {
    let payload = Payload {
        bytes: claims.as_bytes(),
        is_unencoded: false,
        is_detached: false,
    };
    let mut composed = Composed::over(payload).unwrap();
    for key in keys {
        let header = Object(vec![("kid".into(), key.kid.as_deref().unwrap().into())]);
        let alg = key.algorithms(Job::Sign)[0];
        let signer = key.signer(alg, false).unwrap();
        composed.add(&header, payload, &signer).unwrap();
    }
    Json::Object(composed.general()).to_text()
}

#[test]
fn one_signature_at_hand_is_enough_and_causes_no_look() {
    let (a, b) = (oct("a", 1), oct("b", 2));
    let token = signed_by(&[&b, &a], GOOD);
    let mut keys = Changing::new(&[&a], &[&a, &b]);
    let verdict = judge(&token, &mut keys);
    assert_eq!(code(&verdict), None);
    assert!(keys.asked.is_empty() && verdict.warnings.is_empty());
    let statuses: Vec<CheckStatus> = verdict.signatures.iter().map(|it| it.status).collect();
    assert_eq!(statuses, [CheckStatus::NotChecked, CheckStatus::Pass]);
    assert_eq!(verdict.key.unwrap().kid.as_deref(), Some("a"));

    let all = Policy {
        require_all: true,
        ..Policy::default()
    };
    let verdict = verify(&token, Form::Jwt, &mut keys, &all, &env()).unwrap();
    assert_eq!(code(&verdict), None);
    assert_eq!(keys.asked, [Why::UnknownKid]);
}

#[test]
fn keys_are_looked_for_once_for_all_signatures() {
    let several: Vec<Arc<Key>> = (1..=5).map(|it| oct(&it.to_string(), it)).collect();
    let signers: Vec<&Key> = several.iter().map(|it| &**it).collect();
    let token = signed_by(&signers, GOOD);
    let mut keys = Changing::new(&[&oct("x", 9)], &[&several[4]]);
    let verdict = judge(&token, &mut keys);
    assert_eq!(code(&verdict), None);
    assert_eq!(keys.asked, [Why::UnknownKid]);
    let mut keys = Changing::new(&[&oct("x", 9)], &[]);
    let verdict = judge(&token, &mut keys);
    assert_eq!(code(&verdict), Some(Code::NoMatchingKey));
    assert_eq!(keys.asked, [Why::UnknownKid]);
    // Claims that refuse it anyway cause no traffic.
    let mut keys = Changing::new(&[], &[&several[0]]);
    let verdict = judge(&signed_by(&signers, EXPIRED), &mut keys);
    assert_eq!(code(&verdict), Some(Code::Expired));
    assert!(keys.asked.is_empty());
}

#[test]
fn a_signature_that_asks_in_vain_changes_nothing_about_the_others() {
    // The key of the second one has another name than the token gives it, which is noted: once.
    let token = signed_by(&[&oct("c", 3), &oct("a", 1)], GOOD);
    let mut keys = Given::key(oct("z", 1), Provenance::default());
    let all = Policy {
        require_all: true,
        ..Policy::default()
    };
    let verdict = verify(&token, Form::Jwt, &mut keys, &all, &env()).unwrap();
    assert_eq!(code(&verdict), Some(Code::BadSignature));
    assert_eq!(verdict.notes.len(), 1, "{:?}", verdict.notes);

    // A bad signature is explained, whether it stands before or after one whose key is missing.
    let (missing, misnamed) = (oct("b", 2), oct("a", 3));
    let set = vec![oct("a", 1), oct("c", 3)];
    for signers in [[&*missing, &*misnamed], [&*misnamed, &*missing]] {
        let mut keys = Given::set(set.clone(), Provenance::default());
        let refused = judge(&signed_by(&signers, GOOD), &mut keys).outcome;
        let refused = refused.unwrap_err();
        let mut reasons = refused.reasons().iter();
        let bad = reasons.find(|it| it.code == Code::BadSignature);
        assert!(!bad.unwrap().hints.is_empty());
    }
}

#[test]
fn a_broken_key_hides_no_signature_by_another() {
    let jwk = r#"{"kty":"EC","crv":"P-256","kid":"ec","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5ag"}"#;
    let broken = Key::from_jwk(Object::parse_strict(jwk.as_bytes()).unwrap()).unwrap();
    let a = oct("a", 1);
    let set = vec![Arc::new(broken), Arc::clone(&a)];
    let mut keys = Given::set(set, Provenance::default());
    let token = signed_by(&[&ec(), &a], GOOD);
    assert_eq!(code(&judge(&token, &mut keys)), None);
    let token = signed_by(&[&ec(), &oct("b", 2)], GOOD);
    let error = verify(&token, Form::Jwt, &mut keys, &Policy::default(), &env()).unwrap_err();
    assert_eq!(error.code(), Code::BadKey);
}

#[test]
fn an_allow_list_and_a_kid_hold_for_each_signature() {
    let (a, ec) = (oct("a", 1), ec());
    let token = signed_by(&[&a, &ec], GOOD);
    let mut keys = Given::set(vec![Arc::clone(&a), Arc::clone(&ec)], Provenance::default());
    let policy = Policy {
        algs: Some(vec![SigAlg::Es256]),
        ..Policy::default()
    };
    let verdict = verify(&token, Form::Jwt, &mut keys, &policy, &env()).unwrap();
    assert_eq!(verdict.signatures[0].code, Some(Code::AlgNotAllowed));
    assert_eq!(verdict.key.as_ref().unwrap().kid.as_deref(), Some("ec"));
    assert!(verdict.outcome.is_ok());
    let policy = Policy {
        kid: Some("b".into()),
        ..Policy::default()
    };
    let verdict = verify(&token, Form::Jwt, &mut keys, &policy, &env()).unwrap();
    assert_eq!(code(&verdict), Some(Code::NoMatchingKey));
}

#[test]
fn a_tilde_in_a_payload_that_is_not_encoded_makes_no_sd_jwt() {
    let header = encode(br#"{"alg":"HS256","crit":["b64"],"b64":false}"#);
    let token = format!("{header}.a~b.{}", encode(&[7; 32]));
    let decoded = super::decode(&token).unwrap();
    assert!(decoded.disclosed.is_none());
}
