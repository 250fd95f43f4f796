//! Every row of every table: a token that has all of it is good, and without it, with another type
//! or with another value it is refused for that row.

use std::sync::Arc;

use super::super::super::header::Header;
use super::super::super::hint::{ClaimHint, Hint};
use super::super::super::json::{Json, Object};
use super::super::super::profile::{LOGOUT_EVENT, Supplied};
use super::super::super::secret::Secret;
use super::super::{Policy, check};
use super::*;

const NOW: Timestamp = Timestamp(1_700_000_000);
const ACCESS_TOKEN: &str = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
const JWK: &str = r#"{"kty":"EC","x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs","y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA","crv":"P-256"}"#;
const JKT: &str = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";

/// Every table, that of the proof at the end of an SD-JWT among them.
fn every() -> impl Iterator<Item = &'static Profile> {
    Profile::ALL.iter().chain(&[Profile::KeyBinding])
}

/// A token that has everything that its table knows.
fn good(profile: Profile) -> (String, String) {
    let common = r#""iss":"https://as.example","aud":["me"],"exp":1700000300,"iat":1699999990,"jti":"1","sub":"alice""#;
    let typ = profile.typ().unwrap_or("JWT");
    let (jwk, claims) = match profile {
        Profile::AccessToken => (
            String::new(),
            format!(r#"{{{common},"client_id":"c","scope":"a b","auth_time":1699999980,"acr":"1","amr":["pwd"],"cnf":{{"jkt":"{JKT}"}}}}"#),
        ),
        Profile::IdToken => {
            let secret = |text: &str| Secret::new(text.as_bytes().to_vec());
            let hash = |text| half_digest(SigAlg::Es256, &secret(text)).unwrap();
            let (at_hash, c_hash) = (hash(ACCESS_TOKEN), hash("code"));
            (
                String::new(),
                format!(r#"{{{common},"azp":"c","nonce":"n","auth_time":1699999980,"acr":"1","amr":["pwd"],"at_hash":"{at_hash}","c_hash":"{c_hash}"}}"#),
            )
        }
        Profile::LogoutToken => (
            String::new(),
            format!(r#"{{{common},"sid":"s","events":{{"{LOGOUT_EVENT}":{{}}}}}}"#),
        ),
        Profile::ClientAssertion => (
            String::new(),
            common.replace("https://as.example", "c").replace("alice", "c"),
        ),
        Profile::DpopProof => (
            format!(r#","jwk":{JWK}"#),
            r#"{"jti":"1","htm":"POST","htu":"https://as.example/token","iat":1699999990,"exp":1700000300,"ath":"fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo","nonce":"n"}"#.into(),
        ),
        Profile::SecurityEvent => (
            String::new(),
            format!(r#"{{{common},"txn":"t","toe":1699999980,"events":{{"urn:e":{{}}}}}}"#),
        ),
        Profile::SdJwt => (
            String::new(),
            format!(r#"{{{common},"cnf":{{"jwk":{JWK}}}}}"#),
        ),
        Profile::KeyBinding => (
            String::new(),
            r#"{"iat":1699999990,"aud":"me","nonce":"n","sd_hash":"h","exp":1700000300}"#.into(),
        ),
        Profile::Introspection => (
            String::new(),
            format!(r#"{{{common},"token_introspection":{{"active":true}}}}"#),
        ),
    };
    let claims = match claims.starts_with('{') {
        true => claims,
        false => format!(r#"{{{claims},"nbf":1699999990}}"#),
    };
    (format!(r#"{{"alg":"ES256","typ":"{typ}"{jwk}}}"#), claims)
}

/// A caller who supplies everything that the profile compares with.
fn caller(profile: Profile) -> Policy {
    let text = |supply, value: &str| profile.uses(supply).then(|| value.to_owned());
    let secret = |supply, value| {
        let value = text(supply, value)?;
        Some(Arc::new(Secret::new(value.into_bytes())))
    };
    Policy {
        profile: Some(profile),
        supplied: Supplied {
            nonce: text(Supply::Nonce, "n"),
            client_id: text(Supply::ClientId, "c"),
            access_token: secret(Supply::AccessToken, ACCESS_TOKEN),
            code: secret(Supply::Code, "code"),
            method: text(Supply::Method, "POST"),
            url: text(Supply::Url, "https://as.example/token?x=1"),
            jkt: text(Supply::Jkt, JKT),
            sd_hash: text(Supply::Presentation, "h"),
        },
        issuers: text(Supply::Issuer, "https://as.example")
            .into_iter()
            .collect(),
        audiences: text(Supply::Audience, "me").into_iter().collect(),
        max_age: (profile == Profile::IdToken).then_some(60),
        leeway: 0,
        ..Policy::default()
    }
}

fn object(text: &str) -> Object {
    Object::parse_strict(text.as_bytes()).unwrap()
}

fn judge(header: &Object, claims: &Object, policy: &Policy) -> Vec<Check> {
    let header = Header::parse(Json::Object(header.clone()).to_text().as_bytes()).unwrap();
    check(claims, &header, policy, NOW)
}

/// The code of the row of that name, with `change` made to the good token.
fn code_after(
    profile: Profile,
    rule: &Rule,
    policy: &Policy,
    change: impl FnOnce(&mut Object),
) -> Option<Code> {
    let (header, claims) = good(profile);
    let (mut header, mut claims) = (object(&header), object(&claims));
    match rule.place {
        Place::Header => change(&mut header),
        Place::Claims => change(&mut claims),
    }
    let checks = judge(&header, &claims, policy);
    let row = checks.iter().find(|it| it.name == rule.name).unwrap();
    assert_eq!(row.section, Some(rule.section), "{profile} {}", rule.name);
    row.code
}

fn without(name: &'static str) -> impl FnOnce(&mut Object) {
    move |object| match name.strip_prefix('/').and_then(|it| it.split_once('/')) {
        None => drop(object.remove(name)),
        Some((holder, member)) => {
            let mut inner = object.member(holder).unwrap().as_object().unwrap().clone();
            inner.remove(member);
            object.set(holder, Json::Object(inner));
        }
    }
}

fn with(name: &'static str, value: Json) -> impl FnOnce(&mut Object) {
    move |object| match name.starts_with('/') {
        true => object.set_pointer(name, value).unwrap(),
        false => object.set(name, value),
    }
}

#[test]
fn what_a_table_has_is_enough_and_every_rule_has_its_row() {
    for profile in every() {
        let (header, claims) = good(*profile);
        let checks = judge(&object(&header), &object(&claims), &caller(*profile));
        for it in &checks {
            let is_good = matches!(it.status, CheckStatus::Pass | CheckStatus::Absent)
                || it.section.is_none() && it.status == CheckStatus::NotChecked;
            assert!(is_good, "{profile}: {it:?}");
        }
        for rule in profile.rules() {
            let rows = checks.iter().filter(|it| it.name == rule.name).count();
            assert_eq!(rows, 1, "{profile} {}", rule.name);
        }
    }
}

#[test]
fn what_is_not_there_is_missed() {
    for profile in every() {
        let policy = caller(*profile);
        for rule in profile.rules() {
            // The header without alg is no header.
            if rule.presence == Presence::Forbidden || rule.name == "alg" {
                continue;
            }
            let is_compared = match rule.test {
                Test::Equals(Supply::Issuer | Supply::Audience, _) => false,
                Test::Equals(..) | Test::HalfDigest(_) | Test::Digest(_) | Test::NotOlder(_) => {
                    true
                }
                _ => false,
            };
            let is_missed = rule.presence == Presence::Required
                || is_compared
                || rule.name == "aud" && !policy.audiences.is_empty();
            let code = code_after(*profile, rule, &policy, without(rule.name));
            let expected = is_missed.then_some(Code::MissingClaim);
            assert_eq!(code, expected, "{profile} without {}", rule.name);
        }
    }
}

#[test]
fn another_type_is_refused() {
    for profile in every() {
        for rule in profile.rules() {
            // A header of another type is malformed.
            if ["alg", "typ"].contains(&rule.name) {
                continue;
            }
            for value in ["7", "\"x\"", "[7]", "{}", "null", "true"] {
                let value = Json::parse(value.as_bytes()).unwrap();
                let is_right = match rule.kind {
                    ValueKind::Text => value.as_str().is_some(),
                    ValueKind::Date => matches!(value, Json::Number(_)),
                    ValueKind::Audience => value.as_strings().is_some(),
                    ValueKind::Texts => false,
                    ValueKind::Object => value.as_object().is_some(),
                    ValueKind::Boolean => matches!(value, Json::Bool(_)),
                };
                if is_right {
                    continue;
                }
                let policy = caller(*profile);
                let code = code_after(*profile, rule, &policy, with(rule.name, value.clone()));
                let context = format!("{profile} {} {}", rule.name, value.to_text());
                assert_eq!(code, Some(Code::Mismatch), "{context}");
            }
        }
    }
}

/// A value that the rule refuses, and why; `None` where any will do.
fn other_value(rule: &Rule) -> Option<(Json, Code)> {
    let text = |text: &str, code| Some((Json::from(text), code));
    match rule.test {
        Test::Any | Test::Unless(_) if rule.presence == Presence::Forbidden => {
            text("x", Code::Mismatch)
        }
        Test::Any | Test::Unless(_) => None,
        Test::NoOtherKind => text("at+jwt", Code::Mismatch).filter(|_| rule.name == "typ"),
        Test::NotOlder(_) => Some((Json::from(NOW.0 - 61), Code::TooOld)),
        Test::Life(most) => Some((Json::from(NOW.0 + most + 1), Code::Mismatch)),
        Test::Fresh(_) => Some((Json::from(NOW.0 + 1), Code::NotYetValid)),
        Test::Asymmetric => text("HS256", Code::AlgNotAllowed),
        Test::Events(_) => Some((Json::Object(Object::default()), Code::Mismatch)),
        Test::OwnKey => {
            let other = JWK.replace("l8tF", "l8tG");
            Some((Json::Object(object(&other)), Code::Mismatch))
        }
        Test::Types(_)
        | Test::Equals(..)
        | Test::Target(_)
        | Test::HalfDigest(_)
        | Test::Digest(_)
        | Test::Same(_)
        | Test::AuthorizedParty => text("https://other.example", Code::Mismatch),
    }
}

#[test]
fn another_value_is_refused() {
    for profile in every() {
        for rule in profile.rules() {
            let Some((value, code)) = other_value(rule) else {
                continue;
            };
            let found = code_after(*profile, rule, &caller(*profile), with(rule.name, value));
            assert_eq!(found, Some(code), "{profile} {}", rule.name);
        }
    }
}

#[test]
fn what_nobody_supplies_is_refused_where_the_table_demands_it() {
    for profile in every() {
        for rule in profile.rules() {
            let (supply, when) = match rule.test {
                Test::Equals(supply, when) => (supply, when),
                Test::Target(supply) | Test::Digest(supply) => (supply, When::Always),
                Test::HalfDigest(supply) => (supply, When::IfSupplied),
                _ => continue,
            };
            let policy = Policy {
                profile: Some(*profile),
                leeway: 0,
                ..Policy::default()
            };
            let (header, claims) = good(*profile);
            let checks = judge(&object(&header), &object(&claims), &policy);
            let row = checks.iter().find(|it| it.name == rule.name).unwrap();
            let context = format!("{profile}: {row:?}");
            if when == When::IfSupplied {
                assert_eq!(row.status, CheckStatus::NotChecked, "{context}");
                continue;
            }
            assert_eq!(row.code, Some(Code::Mismatch), "{context}");
            assert!(
                matches!(row.hints[..], [Hint::Claim(ClaimHint::Supply { supply: it, .. })] if it == supply),
                "{context}"
            );
        }
    }
}

/// The code of the row of that name in an ID token with that change.
fn row(
    profile: Profile,
    change: impl FnOnce(&mut Object),
    name: &str,
) -> (CheckStatus, Option<Code>) {
    let (header, claims) = good(profile);
    let mut claims = object(&claims);
    change(&mut claims);
    let checks = judge(&object(&header), &claims, &caller(profile));
    let row = checks.into_iter().find(|it| it.name == name).unwrap();
    (row.status, row.code)
}

#[test]
fn several_audiences_need_an_authorized_party() {
    let several = |claims: &mut Object| {
        claims.set("aud", ["me", "you"].into_iter().collect());
        claims.remove("azp");
    };
    let missing = (CheckStatus::Fail, Some(Code::MissingClaim));
    assert_eq!(row(Profile::IdToken, several, "azp"), missing);
    let alone = without("azp");
    assert_eq!(
        row(Profile::IdToken, alone, "azp"),
        (CheckStatus::Absent, None)
    );
}

#[test]
fn a_logout_token_names_a_subject_or_a_session() {
    let neither = |claims: &mut Object| {
        claims.remove("sub");
        claims.remove("sid");
    };
    let missing = (CheckStatus::Fail, Some(Code::MissingClaim));
    assert_eq!(row(Profile::LogoutToken, neither, "sub"), missing);
    for event in [r#"{"urn:other":{}}"#, r#"{"urn:e":1}"#] {
        let event = Json::Object(object(event));
        let found = row(Profile::LogoutToken, with("events", event), "events");
        assert_eq!(found, (CheckStatus::Fail, Some(Code::Mismatch)));
    }
}

#[test]
fn a_proof_is_fresh_and_says_so_in_a_row_of_its_own() {
    let issued = |ago: i64| {
        row(
            Profile::DpopProof,
            with("iat", (NOW.0 - ago).into()),
            "max-age",
        )
    };
    assert_eq!(issued(300), (CheckStatus::Pass, None));
    assert_eq!(issued(301), (CheckStatus::Fail, Some(Code::TooOld)));
    // What the caller says of the age goes before what the table says.
    let policy = Policy {
        max_age: Some(1000),
        ..caller(Profile::DpopProof)
    };
    let (header, claims) = good(Profile::DpopProof);
    let mut claims = object(&claims);
    claims.set("iat", (NOW.0 - 900).into());
    let checks = judge(&object(&header), &claims, &policy);
    let ages: Vec<_> = checks.iter().filter(|it| it.name == "max-age").collect();
    assert!(matches!(ages[..], [age] if age.status == CheckStatus::Pass));
}

#[test]
fn a_key_that_is_sent_along_is_public_and_nothing_else() {
    for (jwk, why) in [
        (r#"{"kty":"oct","k":"AAAA"}"#, "private"),
        (&JWK.replace("\"crv\"", "\"d\":\"AAAA\",\"crv\""), "private"),
        (&JWK.replace("P-256", "P-1"), "curve"),
        ("{}", "kty"),
    ] {
        let (header, claims) = good(Profile::DpopProof);
        let mut header = object(&header);
        header.set("jwk", Json::Object(object(jwk)));
        let checks = judge(&header, &object(&claims), &caller(Profile::DpopProof));
        let row = checks.into_iter().find(|it| it.name == "jwk").unwrap();
        assert_eq!(row.code, Some(Code::Mismatch), "{jwk}");
        assert!(row.message.contains(why), "{}", row.message);
    }
}

#[test]
fn a_profile_takes_no_rule_away() {
    // What may be absent of a proof is demanded by name all the same.
    let policy = Policy {
        required: vec![super::super::Requirement {
            claim: "exp".into(),
            demand: super::super::Demand::Presence,
        }],
        ..caller(Profile::DpopProof)
    };
    let (header, claims) = good(Profile::DpopProof);
    let mut claims = object(&claims);
    claims.remove("exp");
    let checks = judge(&object(&header), &claims, &policy);
    let row = checks.iter().find(|it| it.name == "exp").unwrap();
    assert_eq!(row.code, Some(Code::MissingClaim));
    // What is left unchecked is not what the table demands.
    let policy = Policy {
        skip: vec![Skippable::Aud, Skippable::Exp, Skippable::Typ],
        audiences: Vec::new(),
        ..caller(Profile::AccessToken)
    };
    let (header, claims) = good(Profile::AccessToken);
    let mut claims = object(&claims);
    claims.remove("exp");
    let mut header = object(&header);
    header.set("typ", "JWT".into());
    let checks = judge(&header, &claims, &policy);
    for name in ["aud", "exp", "typ"] {
        let row = checks.iter().find(|it| it.name == name).unwrap();
        assert_eq!(row.status, CheckStatus::Fail, "{name}");
    }
}

#[test]
fn an_access_token_of_any_kind_may_have_to_be_bound_to_a_key() {
    let policy = |jkt: &str| Policy {
        supplied: Supplied {
            jkt: Some(jkt.into()),
            ..Supplied::default()
        },
        ..Policy::default()
    };
    let code = |claims: &str, jkt: &str| {
        let header = object(r#"{"alg":"ES256"}"#);
        let checks = judge(&header, &object(claims), &policy(jkt));
        checks
            .into_iter()
            .find(|it| it.name == "/cnf/jkt")
            .unwrap()
            .code
    };
    assert_eq!(code(r#"{"cnf":{"jkt":"a"}}"#, "a"), None);
    assert_eq!(code(r#"{"cnf":{"jkt":"a"}}"#, "b"), Some(Code::Mismatch));
    assert_eq!(code(r#"{"cnf":{"jkt":1}}"#, "b"), Some(Code::Mismatch));
    assert_eq!(code("{}", "b"), Some(Code::MissingClaim));
}

#[test]
fn what_is_filled_in_is_what_the_table_asks_for() {
    let jwk = format!("{}{}", &JWK[..JWK.len() - 1], r#","kid":"k","use":"sig"}"#);
    let key = Key::from_jwk(object(&jwk)).unwrap();
    let filled = [
        (Profile::AccessToken, &["client_id", "cnf"][..]),
        (Profile::IdToken, &["nonce", "at_hash", "c_hash"]),
        (Profile::LogoutToken, &["events"]),
        (Profile::ClientAssertion, &["iss", "sub"]),
        (Profile::DpopProof, &["htm", "htu", "ath", "nonce"]),
        (Profile::KeyBinding, &["nonce", "sd_hash"]),
    ];
    for (profile, names) in filled {
        let (header, claims) = good(profile);
        let (mut header, mut claims) = (object(&header), object(&claims));
        header.remove("jwk");
        names.iter().for_each(|name| drop(claims.remove(name)));
        let policy = caller(profile);
        profile.fill_header(&mut header, &key);
        profile.fill_claims(&mut claims, &policy.supplied, SigAlg::Es256);
        let checks = judge(&header, &claims, &policy);
        let failed = checks.iter().find(|it| it.status == CheckStatus::Fail);
        assert!(failed.is_none(), "{profile}: {failed:?}");
        if let Some(jwk) = header.member("jwk").and_then(Json::as_object) {
            assert!(!jwk.has("kid") && !jwk.has("use"));
        }
    }
}

#[test]
fn kinds_are_recognised_by_their_type_or_their_shape() {
    for profile in Profile::ALL {
        let (header, claims) = good(*profile);
        let header = object(&header);
        let typ = header.text("typ").filter(|it| *it != "JWT");
        let found = Profile::recognise(typ, &object(&claims));
        // An SD-JWT is known by what follows it, or by its digests.
        let expected = Some(*profile).filter(|it| *it != Profile::SdJwt);
        assert_eq!(found, expected, "{profile}");
    }
    let shape = |claims: &str| Profile::recognise(Some("JWT"), &object(claims));
    let logout = format!(r#"{{"events":{{"{LOGOUT_EVENT}":{{}}}}}}"#);
    assert_eq!(shape(&logout), Some(Profile::LogoutToken));
    assert_eq!(
        shape(r#"{"events":{"urn:e":{}}}"#),
        Some(Profile::SecurityEvent)
    );
    assert_eq!(
        shape(r#"{"_sd":[],"_sd_alg":"sha-256"}"#),
        Some(Profile::SdJwt)
    );
    assert_eq!(
        shape(r#"{"iss":"a","sub":"b","aud":"c","exp":1,"iat":1}"#),
        None
    );
}
