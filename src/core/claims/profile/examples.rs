//! The claims that the specifications give as examples.

use super::super::super::header::Header;
use super::super::super::json::Object;
use super::super::super::profile::{LOGOUT_EVENT, Profile};
use super::super::super::time::Timestamp;
use super::super::{CheckStatus, Policy, check};

struct Example {
    profile: Profile,
    header: &'static str,
    claims: String,
    iss: &'static str,
    aud: &'static str,
    now: i64,
}

fn examples() -> Vec<Example> {
    vec![
        // RFC 9068 §2.2
        Example {
            profile: Profile::AccessToken,
            header: r#"{"typ":"at+JWT","alg":"RS256","kid":"RjEwOwOA"}"#,
            claims: r#"{"iss":"https://authorization-server.example.com/","sub":"5ba552d67","aud":"https://rs.example.com/","exp":1639528912,"iat":1618354090,"jti":"dbe39bf3a3ba4238a513f51d6e1691c4","client_id":"s6BhdRkqt3","scope":"openid profile reademail"}"#.into(),
            iss: "https://authorization-server.example.com/",
            aud: "https://rs.example.com/",
            now: 1_618_354_091,
        },
        // OpenID Connect Core §2
        Example {
            profile: Profile::IdToken,
            header: r#"{"alg":"RS256"}"#,
            claims: r#"{"iss":"https://server.example.com","sub":"24400320","aud":"s6BhdRkqt3","exp":1311281970,"iat":1311280970,"auth_time":1311280969,"acr":"urn:mace:incommon:iap:silver"}"#.into(),
            iss: "https://server.example.com",
            aud: "s6BhdRkqt3",
            now: 1_311_280_971,
        },
        // OpenID Connect Back-Channel Logout §2.4
        Example {
            profile: Profile::LogoutToken,
            header: r#"{"typ":"logout+jwt","alg":"RS256"}"#,
            claims: format!(r#"{{"iss":"https://server.example.com","sub":"248289761001","aud":"s6BhdRkqt3","iat":1471566154,"exp":1471569754,"jti":"bWJq","sid":"08a5019c-17e1-4977-8f42-65a12843ea02","events":{{"{LOGOUT_EVENT}":{{}}}}}}"#),
            iss: "https://server.example.com",
            aud: "s6BhdRkqt3",
            now: 1_471_566_155,
        },
        // RFC 8417 §2.1.4
        Example {
            profile: Profile::SecurityEvent,
            header: r#"{"typ":"secevent+jwt","alg":"HS256","kid":"11"}"#,
            claims: r#"{"iss":"https://idp.example.com/","jti":"756E69717565206964656E746966696572","iat":1508184845,"aud":"636C69656E745F6964","events":{"https://schemas.openid.net/secevent/risc/event-type/account-disabled":{"subject":{"subject_type":"iss-sub","iss":"https://idp.example.com/","sub":"7375626A656374"},"reason":"hijacking"}}}"#.into(),
            iss: "https://idp.example.com/",
            aud: "636C69656E745F6964",
            now: 1_508_184_846,
        },
        // RFC 9701 §5
        Example {
            profile: Profile::Introspection,
            header: r#"{"typ":"token-introspection+jwt","alg":"RS256","kid":"wG6D"}"#,
            claims: r#"{"iss":"https://as.example.com/","aud":"https://rs.example.com/resource","iat":1514797892,"token_introspection":{"active":true,"iss":"https://as.example.com/","aud":"https://rs.example.com/resource","iat":1514797822,"exp":1514797942,"client_id":"paiB2goo0a","scope":"read write dolphin","sub":"Z5O3upPC88QrAjx00dis","birthdate":"1982-02-01","given_name":"John","family_name":"Doe","jti":"t1FoCCaZd4Xv4ORJUWVUeTZfsKhW30CQCrWDDjwXy6w"}}"#.into(),
            iss: "https://as.example.com/",
            aud: "https://rs.example.com/resource",
            now: 1_514_797_893,
        },
    ]
}

#[test]
fn the_examples_of_the_specifications_are_of_their_kind_and_of_no_other() {
    for it in examples() {
        let claims = Object::parse_strict(it.claims.as_bytes()).unwrap();
        let header = Header::parse(it.header.as_bytes()).unwrap();
        // What makes an SD-JWT is around its claims.
        for profile in Profile::ALL.iter().filter(|it| **it != Profile::SdJwt) {
            let policy = Policy {
                profile: Some(*profile),
                issuers: vec![it.iss.into()],
                audiences: vec![it.aud.into()],
                ..Policy::default()
            };
            let checks = check(&claims, &header, &policy, Timestamp(it.now));
            let failed = checks.iter().find(|it| it.status == CheckStatus::Fail);
            let is_own = *profile == it.profile;
            assert_eq!(
                failed.is_none(),
                is_own,
                "{} as {profile}: {failed:?}",
                it.profile
            );
        }
    }
}
