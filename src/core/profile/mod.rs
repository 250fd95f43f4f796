//! Kinds of tokens: for each a profile, which is one table of rules with the section of the
//! specification that each is from. [`super::claims::check`] judges by it. A profile adds rules to a
//! [`super::claims::Policy`]; but where its table lets `exp` be absent, the token's kind may do
//! without, and the usual demand for it gives way.

mod fill;
mod rule;
mod supplied;
mod tables;

pub use super::hint::Supply;
pub use rule::{Place, Presence, Rule, Test, ValueKind, When};
pub use supplied::{Supplied, half_digest, target, whole_digest};

use std::fmt;
use std::str::FromStr;

use super::header::same_type;
use super::json::{Json, Object};

/// The event that makes a token a logout token (OpenID Connect Back-Channel Logout 1.0 §2.4).
pub const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Seconds since `iat` for which a DPoP proof is accepted unless the caller says otherwise: RFC 9449
/// §11.1 speaks of seconds or minutes.
pub const PROOF_AGE: i64 = 5 * 60;

/// Seconds since `iat` for which a holder's proof that it presents an SD-JWT is accepted.
pub const BINDING_AGE: i64 = 5 * 60;

/// Seconds that a client assertion may live at most: RFC 7523 §3 lets a server refuse one that
/// expires unreasonably late, and an hour is the most that authorization servers in use accept.
pub const ASSERTION_LIFE: i64 = 60 * 60;

/// A kind of token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// An access token (RFC 9068).
    AccessToken,
    /// An ID token (OpenID Connect Core 1.0).
    IdToken,
    /// A logout token (OpenID Connect Back-Channel Logout 1.0).
    LogoutToken,
    /// A client's assertion about itself (RFC 7523).
    ClientAssertion,
    /// A proof of possession of a key for one HTTP request (RFC 9449).
    DpopProof,
    /// A security event (RFC 8417).
    SecurityEvent,
    /// A token with selective disclosure (RFC 9901).
    SdJwt,
    /// An introspection response (RFC 9701).
    Introspection,
    /// The proof at the end of a token with selective disclosure that its holder presents it (RFC
    /// 9901 §4.3). It comes with such a token; a caller cannot choose it as a profile.
    KeyBinding,
}

/// How a caller asks for less to be checked about a claim than is checked in every token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// The claim's value is not checked.
    Unchecked,
    /// The claim may be absent.
    Out,
}

impl Profile {
    /// Every profile that a caller may name, in the order of the manual.
    pub const ALL: &[Self] = &[
        Self::AccessToken,
        Self::IdToken,
        Self::LogoutToken,
        Self::ClientAssertion,
        Self::DpopProof,
        Self::SdJwt,
        Self::SecurityEvent,
        Self::Introspection,
    ];

    /// Its name: the media type without `application/`, where the kind has one.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "at+jwt",
            Self::IdToken => "id-token",
            Self::LogoutToken => "logout+jwt",
            Self::ClientAssertion => "client-assertion",
            Self::DpopProof => "dpop+jwt",
            Self::SecurityEvent => "secevent+jwt",
            Self::Introspection => "introspection",
            Self::SdJwt => "sd-jwt",
            Self::KeyBinding => "kb+jwt",
        }
    }

    /// What a token of that kind is called in a sentence.
    pub fn title(self) -> &'static str {
        match self {
            Self::AccessToken => "an access token",
            Self::IdToken => "an OIDC ID token",
            Self::LogoutToken => "a logout token",
            Self::ClientAssertion => "a client assertion",
            Self::DpopProof => "a DPoP proof",
            Self::SecurityEvent => "a security event token",
            Self::Introspection => "an introspection response",
            Self::SdJwt => "an SD-JWT",
            Self::KeyBinding => "a key-binding JWT",
        }
    }

    /// The table.
    pub fn rules(self) -> &'static [Rule] {
        match self {
            Self::AccessToken => tables::ACCESS_TOKEN,
            Self::IdToken => tables::ID_TOKEN,
            Self::LogoutToken => tables::LOGOUT_TOKEN,
            Self::ClientAssertion => tables::CLIENT_ASSERTION,
            Self::DpopProof => tables::DPOP_PROOF,
            Self::SecurityEvent => tables::SECURITY_EVENT,
            Self::Introspection => tables::INTROSPECTION,
            Self::SdJwt => tables::SD_JWT,
            Self::KeyBinding => tables::KEY_BINDING,
        }
    }

    /// The media type that its header has, where the table demands or prefers one.
    pub fn typ(self) -> Option<&'static str> {
        self.rules().iter().find_map(|rule| match rule.test {
            Test::Types(types) => types.first().copied(),
            _ => None,
        })
    }

    /// The row of that name.
    pub fn rule(self, name: &str) -> Option<&'static Rule> {
        self.rules().iter().find(|rule| rule.name == name)
    }

    /// Why a caller may not make less of a claim or header parameter, if that would take a rule of
    /// the table away.
    pub fn refusal(self, leave: Leave, name: &str) -> Option<String> {
        let rule = self.rule(name)?;
        let is_taken = leave == Leave::Unchecked || rule.presence == Presence::Required;
        let (title, name, section) = (self.title(), rule.name, rule.section);
        is_taken.then(|| format!("{title} needs its {name} ({section})"))
    }

    /// Whether something of the token is compared with that value.
    pub fn uses(self, supply: Supply) -> bool {
        let used = |it: Self| {
            let mut rules = it.rules().iter();
            rules.any(|rule| rule.test.supplies().contains(&supply))
        };
        used(self) || self == Self::SdJwt && used(Self::KeyBinding)
    }

    /// Whether a token of this profile is verified with the key in its own header: it proves that
    /// its sender has that key, and nothing else.
    pub fn brings_its_key(self) -> bool {
        self.rules().iter().any(|rule| rule.test == Test::OwnKey)
    }
}

/// Claims that tell of a login (OpenID Connect Core §2).
const OF_A_LOGIN: [&str; 5] = ["nonce", "auth_time", "at_hash", "c_hash", "azp"];

impl Profile {
    /// The kind of a token by the type in its header, or else by the claims that only such a token
    /// has.
    pub fn recognise(typ: Option<&str>, claims: &Object) -> Option<Self> {
        let by_type = typ.and_then(Self::recognise_type);
        by_type.or_else(|| Self::recognise_claims(claims))
    }

    /// The kind of a token by the type in its header.
    pub fn recognise_type(typ: &str) -> Option<Self> {
        let is_type = |it: &&Self| it.typ().is_some_and(|own| same_type(own, typ));
        Self::ALL.iter().find(is_type).copied()
    }

    /// Whether [`Profile::recognise_claims`] looks at the claim of that name.
    pub fn is_told_by(name: &str) -> bool {
        match name {
            "iss" | "sub" | "aud" | "exp" | "iat" | "scope" => true,
            "events" | "token_introspection" | "_sd_alg" | "_sd" => true,
            other => OF_A_LOGIN.contains(&other),
        }
    }

    /// The kind of a token by the claims that only such a token has.
    pub fn recognise_claims(claims: &Object) -> Option<Self> {
        let has = |name: &str| claims.has(name);
        let events = claims.member("events").and_then(Json::as_object);
        let is_about_itself =
            claims.text("iss").is_some() && claims.text("iss") == claims.text("sub");
        if events.is_some_and(|it| it.has(LOGOUT_EVENT)) {
            Some(Self::LogoutToken)
        } else if events.is_some() {
            Some(Self::SecurityEvent)
        } else if has("token_introspection") {
            Some(Self::Introspection)
        } else if has("_sd_alg") || has("_sd") {
            Some(Self::SdJwt)
        } else if is_about_itself && has("aud") && has("exp") {
            Some(Self::ClientAssertion)
        } else if ["iss", "sub", "aud", "exp", "iat"].into_iter().all(has)
            && !has("scope")
            && OF_A_LOGIN.into_iter().any(has)
        {
            Some(Self::IdToken)
        } else {
            None
        }
    }
}

impl FromStr for Profile {
    type Err = ();

    /// A name, in any case.
    fn from_str(text: &str) -> Result<Self, ()> {
        let named = |it: &&Self| it.as_str().eq_ignore_ascii_case(text);
        Self::ALL.iter().find(named).copied().ok_or(())
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
