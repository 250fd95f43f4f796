//! Claims against policies, each with its verdict.

use super::*;

const NOW: Timestamp = Timestamp(1_000_000);

fn judge(claims: &str, policy: &Policy) -> Vec<Check> {
    let Ok(Json::Object(claims)) = Json::parse(claims.as_bytes()) else {
        panic!("{claims}")
    };
    let header = Header::parse(br#"{"alg":"HS256","typ":"at+jwt"}"#).unwrap();
    check(&claims, &header, policy, NOW)
}

fn outcome(claims: &str, policy: &Policy, name: &str) -> (CheckStatus, Option<Code>) {
    let checks = judge(claims, policy);
    let check = checks.iter().find(|check| check.name == name).unwrap();
    (check.status, check.code)
}

fn rows(claims: &str, policy: Policy, name: &str) -> Vec<CheckStatus> {
    let checks = judge(claims, &policy).into_iter();
    checks
        .filter(|it| it.name == name)
        .map(|it| it.status)
        .collect()
}

fn strict() -> Policy {
    Policy {
        leeway: 0,
        ..Policy::default()
    }
}

#[test]
fn exp_is_needed_and_ends_on_the_second() {
    for (claims, status, code) in [
        (r#"{"exp":1000001}"#, CheckStatus::Pass, None),
        (r#"{"exp":1000000}"#, CheckStatus::Fail, Some(Code::Expired)),
        (
            r#"{"exp":1000000.9}"#,
            CheckStatus::Fail,
            Some(Code::Expired),
        ),
        (r#"{"exp":1e6}"#, CheckStatus::Fail, Some(Code::Expired)),
        (r#"{"exp":253402207200}"#, CheckStatus::Pass, None),
        (
            r#"{"exp":253402300800}"#,
            CheckStatus::Fail,
            Some(Code::Mismatch),
        ),
        (r#"{"exp":1E400}"#, CheckStatus::Fail, Some(Code::Mismatch)),
        (r#"{"exp":-1e400}"#, CheckStatus::Fail, Some(Code::Mismatch)),
        (r#"{"exp":-5}"#, CheckStatus::Fail, Some(Code::Expired)),
        (
            r#"{"exp":"1000001"}"#,
            CheckStatus::Fail,
            Some(Code::Mismatch),
        ),
        (r#"{"exp":null}"#, CheckStatus::Fail, Some(Code::Mismatch)),
        (r#"{}"#, CheckStatus::Fail, Some(Code::MissingClaim)),
    ] {
        assert_eq!(
            outcome(claims, &strict(), "exp"),
            (status, code),
            "{claims}"
        );
    }
}

#[test]
fn leeway_saves_and_says_so() {
    let policy = Policy {
        leeway: 60,
        ..Policy::default()
    };
    let exp = &judge(r#"{"exp":999941}"#, &policy)[0];
    assert!(exp.saved_by_leeway && exp.status == CheckStatus::Pass);
    assert_eq!(
        outcome(r#"{"exp":999940}"#, &policy, "exp").1,
        Some(Code::Expired)
    );
    let nbf = &judge(r#"{"exp":1,"nbf":1000060}"#, &policy)[1];
    assert!(nbf.saved_by_leeway && nbf.status == CheckStatus::Pass);
    assert_eq!(
        outcome(r#"{"nbf":1000061}"#, &policy, "nbf").1,
        Some(Code::NotYetValid)
    );
}

#[test]
fn beginnings_must_have_come() {
    for name in ["nbf", "iat"] {
        let with = |value: &str| outcome(&format!(r#"{{"{name}":{value}}}"#), &strict(), name);
        assert_eq!(with("1000000"), (CheckStatus::Pass, None));
        assert_eq!(
            with("1000000.5"),
            (CheckStatus::Fail, Some(Code::NotYetValid))
        );
        let milliseconds = with("1785579300000");
        assert_eq!(milliseconds, (CheckStatus::Fail, Some(Code::Mismatch)));
        assert_eq!(with("9e99"), (CheckStatus::Fail, Some(Code::Mismatch)));
        assert_eq!(with("true"), (CheckStatus::Fail, Some(Code::Mismatch)));
        assert_eq!(outcome("{}", &strict(), name), (CheckStatus::Absent, None));
    }
}

#[test]
fn audiences_are_never_ignored_in_silence() {
    let mine = Policy {
        audiences: vec!["me".into(), "us".into()],
        ..strict()
    };
    for (claims, policy, status, code) in [
        (r#"{"aud":"me"}"#, &mine, CheckStatus::Pass, None),
        (r#"{"aud":["you","us"]}"#, &mine, CheckStatus::Pass, None),
        (
            r#"{"aud":"you"}"#,
            &mine,
            CheckStatus::Fail,
            Some(Code::Mismatch),
        ),
        (
            r#"{"aud":[]}"#,
            &mine,
            CheckStatus::Fail,
            Some(Code::Mismatch),
        ),
        (
            r#"{"aud":["me",1]}"#,
            &mine,
            CheckStatus::Fail,
            Some(Code::Mismatch),
        ),
        (
            r#"{"aud":42}"#,
            &mine,
            CheckStatus::Fail,
            Some(Code::Mismatch),
        ),
        (r#"{}"#, &mine, CheckStatus::Fail, Some(Code::MissingClaim)),
        (
            r#"{"aud":"me"}"#,
            &strict(),
            CheckStatus::Fail,
            Some(Code::Mismatch),
        ),
        (r#"{}"#, &strict(), CheckStatus::Absent, None),
    ] {
        assert_eq!(outcome(claims, policy, "aud"), (status, code), "{claims}");
    }
    let optional = Policy {
        aud_optional: true,
        ..mine
    };
    assert_eq!(outcome("{}", &optional, "aud").0, CheckStatus::Absent);
    assert_eq!(
        outcome(r#"{"aud":"you"}"#, &optional, "aud").0,
        CheckStatus::Fail
    );
}

#[test]
fn an_unexpected_audience_is_named_to_be_accepted() {
    let checks = judge(r#"{"aud":"it's me"}"#, &strict());
    let aud = checks.iter().find(|check| check.name == "aud").unwrap();
    let wanted = ClaimHint::AcceptAudience(Some("it's me".into()));
    assert_eq!(aud.hints, [wanted.into()]);
}

#[test]
fn issuer_subject_type_scope_and_the_rest() {
    let policy = Policy {
        issuers: vec!["https://a".into()],
        subject: Some("s".into()),
        typ: Some("application/AT+JWT".into()),
        scopes: vec!["read".into()],
        required: vec![
            Requirement {
                claim: "tenant".into(),
                demand: Demand::Value(Json::from("t")),
            },
            Requirement {
                claim: "/deep/n".into(),
                demand: Demand::Value(Json::from(1)),
            },
            Requirement {
                claim: "any".into(),
                demand: Demand::Presence,
            },
        ],
        max_age: Some(100),
        ..strict()
    };
    let good = r#"{"exp":1000001,"iat":999900,"iss":"https://a","sub":"s","scope":"write read","tenant":"t","deep":{"n":1.0},"any":null}"#;
    assert!(
        judge(good, &policy)
            .iter()
            .all(|check| matches!(check.status, CheckStatus::Pass | CheckStatus::Absent))
    );

    let bad = r#"{"iat":999899,"iss":"https://a/","sub":1,"scope":"reads","deep":{"n":"1"}}"#;
    let failed: Vec<_> = judge(bad, &policy)
        .into_iter()
        .filter_map(|check| Some((check.name.clone().into_owned(), check.reason()?.code)))
        .collect();
    let expected = [
        ("exp", Code::MissingClaim),
        ("max-age", Code::TooOld),
        ("iss", Code::Mismatch),
        ("sub", Code::Mismatch),
        ("scope", Code::Mismatch),
        ("tenant", Code::MissingClaim),
        ("/deep/n", Code::Mismatch),
        ("any", Code::MissingClaim),
    ];
    assert_eq!(failed, expected.map(|(name, code)| (name.to_owned(), code)));
}

#[test]
fn what_is_skipped_shows_as_skipped() {
    use Skippable::{Aud, Exp, Iat, Iss, Nbf, Typ};
    let policy = Policy {
        skip: vec![Exp, Nbf, Iat, Iss, Aud, Typ],
        ..strict()
    };
    let checks = judge(r#"{"exp":1,"nbf":9e9,"iat":9e9,"aud":"x"}"#, &policy);
    for name in ["exp", "nbf", "iat", "iss", "aud", "typ"] {
        assert!(
            checks
                .iter()
                .any(|check| check.name == name && check.status == CheckStatus::Skipped),
            "{name}"
        );
    }
}

/// Whether one of the hints is a sentence with this in it.
fn says(hints: &[Hint], part: &str) -> bool {
    let has = |hint: &Hint| matches!(hint, Hint::Text(text) if text.contains(part));
    hints.iter().any(has)
}

#[test]
fn milliseconds_are_called_that_and_shown_as_they_were_written() {
    for (claims, written, meant) in [
        (
            r#"{"exp":1785579300000}"#,
            "1785579300000",
            "2026-08-01T10:15:00Z",
        ),
        (
            r#"{"exp":1785579300000.5}"#,
            "1785579300000.5",
            "2026-08-01T10:15:00Z",
        ),
    ] {
        let exp = &judge(claims, &strict())[0];
        assert!(exp.message.contains(written), "{}", exp.message);
        assert!(says(&exp.hints, meant), "{:?}", exp.hints);
    }
    let exp = &judge(r#"{"exp":1e400}"#, &strict())[0];
    assert!(
        exp.message.contains("1e400") && exp.hints.is_empty(),
        "{}",
        exp.message
    );
}

#[test]
fn a_claim_required_by_name_has_one_line() {
    let rows = |claims: &str, policy: Policy, name: &str| -> Vec<CheckStatus> {
        let checks = judge(claims, &policy);
        checks
            .iter()
            .filter(|it| it.name == name)
            .map(|it| it.status)
            .collect()
    };
    let sub = |value: &str| Policy {
        required: vec![Requirement {
            claim: "sub".into(),
            demand: Demand::Value(value.into()),
        }],
        ..strict()
    };
    assert_eq!(rows(r#"{"sub":"a"}"#, sub("a"), "sub"), [CheckStatus::Pass]);
    assert_eq!(rows(r#"{"sub":"a"}"#, sub("b"), "sub"), [CheckStatus::Fail]);
    let both = |wanted: &str| Policy {
        subject: Some("a".into()),
        ..sub(wanted)
    };
    assert_eq!(
        rows(r#"{"sub":"a"}"#, both("a"), "sub"),
        [CheckStatus::Pass]
    );
    assert_eq!(
        rows(r#"{"sub":"a"}"#, both("b"), "sub"),
        [CheckStatus::Fail]
    );
    let twice = not_evaluated(&both("a"));
    assert_eq!(twice.iter().filter(|it| it.name == "sub").count(), 1);
}

#[test]
fn a_key_that_is_for_one_issuer_speaks_for_no_other() {
    let key = |issuer: &str| {
        let jwk = format!(r#"{{"kty":"oct","k":"AAAA","issuer":{issuer}}}"#);
        let Ok(Json::Object(jwk)) = Json::parse(jwk.as_bytes()) else {
            panic!("{jwk}")
        };
        Key::from_jwk(jwk).unwrap()
    };
    let judged = |issuer: &str, claims: &str| {
        let Ok(Json::Object(claims)) = Json::parse(claims.as_bytes()) else {
            panic!("{claims}")
        };
        key_issuer(&key(issuer), &claims).map(|it| (it.status, it.code))
    };
    let pass = Some((CheckStatus::Pass, None));
    let wrong = Some((CheckStatus::Fail, Some(Code::Mismatch)));
    let one = r#""https://a/v2""#;
    let any = r#""https://a/{tenantid}/v2""#;
    assert_eq!(judged(one, r#"{"iss":"https://a/v2"}"#), pass);
    assert_eq!(judged(one, r#"{"iss":"https://b/v2"}"#), wrong);
    assert_eq!(judged(any, r#"{"iss":"https://a/t1/v2","tid":"t1"}"#), pass);
    assert_eq!(
        judged(any, r#"{"iss":"https://a/t1/v2","tid":"t2"}"#),
        wrong
    );
    assert_eq!(judged(any, r#"{"iss":"https://a/t1/v2"}"#), wrong);
    assert_eq!(
        judged(any, r#"{"iss":["https://a/t1/v2"],"tid":"t1"}"#),
        wrong
    );
    let missing = Some((CheckStatus::Fail, Some(Code::MissingClaim)));
    assert_eq!(judged(one, "{}"), missing);
    assert_eq!(judged("7", r#"{"iss":"7"}"#), wrong);
    assert_eq!(judged("\"\"", r#"{"iss":"x"}"#), None);
    assert_eq!(judged("null", "{}"), None);
}

fn demanding(claim: &str, demand: Demand) -> Policy {
    Policy {
        required: vec![Requirement {
            claim: claim.into(),
            demand,
        }],
        ..strict()
    }
}

#[test]
fn patterns_and_elements_are_demanded() {
    let claims =
        r#"{"sub":"repo:o/r","groups":["a","b c",1],"scope":"x y","n":1,"deep":{"a.b":{"c":"z"}}}"#;
    let pattern = |claim: &str, pattern: &str| {
        rows(
            claims,
            demanding(claim, Demand::Pattern(pattern.into())),
            claim,
        )
    };
    let member =
        |claim: &str, value: Json| rows(claims, demanding(claim, Demand::Member(value)), claim);
    assert_eq!(pattern("sub", "repo:o/*"), [CheckStatus::Pass]);
    assert_eq!(pattern("sub", "repo:o"), [CheckStatus::Fail]);
    assert_eq!(pattern("/deep/a.b/c", "*"), [CheckStatus::Pass]);
    assert_eq!(pattern("n", "*"), [CheckStatus::Fail]);
    assert_eq!(pattern("groups", "*"), [CheckStatus::Fail]);
    assert_eq!(pattern("none", "*"), [CheckStatus::Fail]);
    assert_eq!(member("groups", "a".into()), [CheckStatus::Pass]);
    assert_eq!(member("groups", "b".into()), [CheckStatus::Fail]);
    assert_eq!(
        member("groups", Json::Number("1.0".into())),
        [CheckStatus::Pass]
    );
    assert_eq!(member("groups", "1".into()), [CheckStatus::Fail]);
    assert_eq!(member("scope", "y".into()), [CheckStatus::Pass]);
    assert_eq!(member("scope", "x y".into()), [CheckStatus::Fail]);
    assert_eq!(member("n", Json::from(1)), [CheckStatus::Fail]);
    let missing = judge(claims, &demanding("deep.a.b.c", Demand::Presence));
    let missing = missing.iter().find(|it| it.name == "deep.a.b.c").unwrap();
    assert!(says(&missing.hints, "/deep/a.b/c"), "{missing:?}");
}

#[test]
fn a_tenant_stands_in_the_issuer_only_where_it_is_demanded() {
    let claims = r#"{"iss":"https://login/t1/v2.0","tid":"t1"}"#;
    let issuer = |demand: Option<Demand>| Policy {
        issuers: vec![format!("https://login/{TENANT}/v2.0")],
        required: demand
            .into_iter()
            .map(|demand| Requirement {
                claim: "tid".into(),
                demand,
            })
            .collect(),
        ..strict()
    };
    assert_eq!(rows(claims, issuer(None), "iss"), [CheckStatus::Fail]);
    assert_eq!(
        rows(claims, issuer(Some(Demand::Presence)), "iss"),
        [CheckStatus::Fail]
    );
    let exact = |tid: &str| issuer(Some(Demand::Value(tid.into())));
    assert_eq!(rows(claims, exact("t1"), "iss"), [CheckStatus::Pass]);
    assert_eq!(rows(claims, exact("t2"), "tid"), [CheckStatus::Fail]);
    let other = r#"{"iss":"https://login/t2/v2.0","tid":"t1"}"#;
    assert_eq!(rows(other, exact("t1"), "iss"), [CheckStatus::Fail]);
}

#[test]
fn a_token_may_have_to_live_a_little_longer() {
    let policy = |least| Policy {
        min_ttl: Some(least),
        ..strict()
    };
    let code = |claims: &str, least| {
        let checks = judge(claims, &policy(least));
        checks.into_iter().find(|it| it.name == "exp").unwrap().code
    };
    let exp = |ahead: i64| format!("{{\"exp\":{}}}", 1_000_000 + ahead);
    assert_eq!(code(&exp(300), 300), None);
    assert_eq!(code(&exp(299), 300), Some(Code::Expired));
    // The leeway is no part of what is left.
    assert_eq!(code(&exp(-1), 0), Some(Code::Expired));
    assert_eq!(code(&exp(1), 0), None);
}
