//! The tables, a row for each rule.

use super::Supply;
use super::rule::{Place, Presence, Rule, Test, ValueKind, When};
use super::{ASSERTION_LIFE, BINDING_AGE, LOGOUT_EVENT, PROOF_AGE};

use Presence::{Forbidden, Optional, Required};
use Test::{Any, Equals, Types};
use ValueKind::{Audience, Boolean, Date, Object, Text, Texts};
use When::{Always, IfSupplied};

const fn header(
    name: &'static str,
    kind: ValueKind,
    presence: Presence,
    test: Test,
    section: &'static str,
) -> Rule {
    Rule {
        name,
        place: Place::Header,
        kind,
        presence,
        test,
        section,
    }
}

const fn claim(
    name: &'static str,
    kind: ValueKind,
    presence: Presence,
    test: Test,
    section: &'static str,
) -> Rule {
    Rule {
        place: Place::Claims,
        ..header(name, kind, presence, test, section)
    }
}

#[rustfmt::skip]
pub(super) const ACCESS_TOKEN: &[Rule] = &[
    header("typ",       Text,     Required, Types(&["at+jwt"]),                    "RFC 9068 §4"),
    claim("iss",        Text,     Required, Equals(Supply::Issuer, Always),        "RFC 9068 §4"),
    claim("exp",        Date,     Required, Any,                                   "RFC 9068 §2.2"),
    claim("aud",        Audience, Required, Equals(Supply::Audience, Always),      "RFC 9068 §4"),
    claim("sub",        Text,     Required, Any,                                   "RFC 9068 §2.2"),
    claim("client_id",  Text,     Required, Equals(Supply::ClientId, IfSupplied),  "RFC 9068 §2.2"),
    claim("iat",        Date,     Required, Any,                                   "RFC 9068 §2.2"),
    claim("jti",        Text,     Required, Any,                                   "RFC 9068 §2.2"),
    claim("scope",      Text,     Optional, Any,                                   "RFC 9068 §2.2.3"),
    claim("auth_time",  Date,     Optional, Any,                                   "RFC 9068 §2.2.1"),
    claim("acr",        Text,     Optional, Any,                                   "RFC 9068 §2.2.1"),
    claim("amr",        Texts,    Optional, Any,                                   "RFC 9068 §2.2.1"),
    claim("/cnf/jkt",   Text,     Optional, Equals(Supply::Jkt, IfSupplied),       "RFC 9449 §6.1"),
];

#[rustfmt::skip]
pub(super) const ID_TOKEN: &[Rule] = &[
    header("typ",       Text,     Optional, Test::NoOtherKind,                     "RFC 8725 §3.12"),
    claim("iss",        Text,     Required, Equals(Supply::Issuer, Always),        "OIDC Core §3.1.3.7"),
    claim("sub",        Text,     Required, Any,                                   "OIDC Core §2"),
    claim("aud",        Audience, Required, Equals(Supply::Audience, Always),      "OIDC Core §3.1.3.7"),
    claim("azp",        Text,     Optional, Test::AuthorizedParty,                 "OIDC Core §3.1.3.7"),
    claim("exp",        Date,     Required, Any,                                   "OIDC Core §2"),
    claim("iat",        Date,     Required, Any,                                   "OIDC Core §2"),
    claim("nonce",      Text,     Optional, Equals(Supply::Nonce, Always),         "OIDC Core §3.1.3.7"),
    claim("auth_time",  Date,     Optional, Test::NotOlder(Supply::MaxAge),        "OIDC Core §3.1.3.7"),
    claim("acr",        Text,     Optional, Any,                                   "OIDC Core §2"),
    claim("amr",        Texts,    Optional, Any,                                   "OIDC Core §2"),
    claim("at_hash",    Text,     Optional, Test::HalfDigest(Supply::AccessToken), "OIDC Core §3.1.3.6"),
    claim("c_hash",     Text,     Optional, Test::HalfDigest(Supply::Code),        "OIDC Core §3.3.2.11"),
];

#[rustfmt::skip]
pub(super) const LOGOUT_TOKEN: &[Rule] = &[
    header("typ",       Text,     Optional, Types(&["logout+jwt", "JWT"]),         "OIDC Back-Channel Logout §2.4"),
    claim("iss",        Text,     Required, Equals(Supply::Issuer, Always),        "OIDC Back-Channel Logout §2.6"),
    claim("aud",        Audience, Required, Equals(Supply::Audience, Always),      "OIDC Back-Channel Logout §2.6"),
    claim("iat",        Date,     Required, Any,                                   "OIDC Back-Channel Logout §2.4"),
    claim("exp",        Date,     Required, Any,                                   "OIDC Back-Channel Logout §2.4"),
    claim("jti",        Text,     Required, Any,                                   "OIDC Back-Channel Logout §2.4"),
    claim("events",     Object,   Required, Test::Events(Some(LOGOUT_EVENT)),      "OIDC Back-Channel Logout §2.4"),
    claim("sub",        Text,     Optional, Test::Unless("sid"),                   "OIDC Back-Channel Logout §2.4"),
    claim("sid",        Text,     Optional, Test::Unless("sub"),                   "OIDC Back-Channel Logout §2.4"),
    claim("nonce",      Text,     Forbidden, Any,                                  "OIDC Back-Channel Logout §2.4"),
];

#[rustfmt::skip]
pub(super) const CLIENT_ASSERTION: &[Rule] = &[
    header("typ",       Text,     Optional, Test::NoOtherKind,                     "RFC 8725 §3.12"),
    claim("iss",        Text,     Required, Equals(Supply::ClientId, IfSupplied),  "RFC 7523 §3"),
    claim("sub",        Text,     Required, Test::Same("iss"),                     "RFC 7523 §3"),
    claim("aud",        Audience, Required, Equals(Supply::Audience, Always),      "RFC 7523 §3"),
    claim("exp",        Date,     Required, Test::Life(ASSERTION_LIFE),            "RFC 7523 §3"),
    claim("nbf",        Date,     Optional, Any,                                   "RFC 7523 §3"),
    claim("iat",        Date,     Optional, Any,                                   "RFC 7523 §3"),
    claim("jti",        Text,     Required, Any,                                   "OIDC Core §9"),
];

#[rustfmt::skip]
pub(super) const DPOP_PROOF: &[Rule] = &[
    header("typ",       Text,     Required, Types(&["dpop+jwt"]),                  "RFC 9449 §4.2"),
    header("alg",       Text,     Required, Test::Asymmetric,                      "RFC 9449 §4.2"),
    header("jwk",       Object,   Required, Test::OwnKey,                          "RFC 9449 §4.2"),
    claim("jti",        Text,     Required, Any,                                   "RFC 9449 §4.2"),
    claim("htm",        Text,     Required, Equals(Supply::Method, Always),        "RFC 9449 §4.3"),
    claim("htu",        Text,     Required, Test::Target(Supply::Url),             "RFC 9449 §4.3"),
    claim("iat",        Date,     Required, Test::Fresh(PROOF_AGE),                "RFC 9449 §4.3"),
    claim("exp",        Date,     Optional, Any,                                   "RFC 9449 §4.2"),
    claim("ath",        Text,     Optional, Test::Digest(Supply::AccessToken),     "RFC 9449 §4.3"),
    claim("nonce",      Text,     Optional, Equals(Supply::Nonce, Always),         "RFC 9449 §4.3"),
];

#[rustfmt::skip]
pub(super) const SECURITY_EVENT: &[Rule] = &[
    header("typ",       Text,     Optional, Types(&["secevent+jwt"]),              "RFC 8417 §2.3"),
    claim("iss",        Text,     Required, Equals(Supply::Issuer, Always),        "RFC 8417 §2.2"),
    claim("iat",        Date,     Required, Any,                                   "RFC 8417 §2.2"),
    claim("jti",        Text,     Required, Any,                                   "RFC 8417 §2.2"),
    claim("events",     Object,   Required, Test::Events(None),                    "RFC 8417 §2.2"),
    claim("aud",        Audience, Optional, Equals(Supply::Audience, Always),      "RFC 8417 §2.2"),
    claim("sub",        Text,     Optional, Any,                                   "RFC 8417 §2.2"),
    claim("txn",        Text,     Optional, Any,                                   "RFC 8417 §2.2"),
    claim("toe",        Date,     Optional, Any,                                   "RFC 8417 §2.2"),
    claim("exp",        Date,     Optional, Any,                                   "RFC 8417 §2.2"),
];

#[rustfmt::skip]
pub(super) const INTROSPECTION: &[Rule] = &[
    header("typ",       Text,     Required, Types(&["token-introspection+jwt"]),   "RFC 9701 §5"),
    claim("iss",        Text,     Required, Equals(Supply::Issuer, Always),        "RFC 9701 §5"),
    claim("aud",        Audience, Required, Equals(Supply::Audience, Always),      "RFC 9701 §5"),
    claim("iat",        Date,     Required, Any,                                   "RFC 9701 §5"),
    claim("token_introspection", Object, Required, Any,                            "RFC 9701 §5"),
    claim("/token_introspection/active", Boolean, Required, Any,                   "RFC 7662 §2.2"),
    claim("exp",        Date,     Optional, Any,                                   "RFC 9701 §5"),
];

#[rustfmt::skip]
pub(super) const SD_JWT: &[Rule] = &[
    header("typ",       Text,     Optional, Test::NoOtherKind,                     "RFC 8725 §3.12"),
    header("alg",       Text,     Required, Test::Asymmetric,                      "RFC 9901 §9.1"),
    claim("cnf",        Object,   Optional, Any,                                   "RFC 9901 §4.1.2"),
];

#[rustfmt::skip]
pub(super) const KEY_BINDING: &[Rule] = &[
    header("typ",       Text,     Required, Types(&["kb+jwt"]),                    "RFC 9901 §4.3"),
    header("alg",       Text,     Required, Test::Asymmetric,                      "RFC 9901 §7.3"),
    claim("iat",        Date,     Required, Test::Fresh(BINDING_AGE),              "RFC 9901 §7.3"),
    claim("aud",        Text,     Required, Equals(Supply::Audience, Always),      "RFC 9901 §7.3"),
    claim("nonce",      Text,     Required, Equals(Supply::Nonce, Always),         "RFC 9901 §7.3"),
    claim("sd_hash",    Text,     Required, Equals(Supply::Presentation, Always),  "RFC 9901 §7.3"),
    claim("exp",        Date,     Optional, Any,                                   "RFC 9901 §4.3"),
];
