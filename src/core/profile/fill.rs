//! What a new token of a kind gets without being asked.

use super::super::alg::SigAlg;
use super::super::json::{Json, Object};
use super::super::key::Key;
use super::{LOGOUT_EVENT, Presence, Profile, Supplied, Supply, half_digest, target, whole_digest};

impl Profile {
    /// Seconds that a new token lives unless the caller says otherwise; `None` for one that does not
    /// expire. Of client assertions and logout tokens it is short, since they are used at once.
    pub fn usual_life(self) -> Option<i64> {
        match self {
            Self::AccessToken | Self::IdToken => Some(15 * 60),
            Self::LogoutToken => Some(2 * 60),
            Self::ClientAssertion => Some(60),
            Self::SdJwt => Some(24 * 60 * 60),
            Self::DpopProof | Self::SecurityEvent | Self::Introspection | Self::KeyBinding => None,
        }
    }

    /// Whether a new token has an id.
    pub fn has_id(self) -> bool {
        let rule = self.rule("jti");
        rule.is_some_and(|it| it.presence == Presence::Required)
    }

    /// Completes the header of a new token that `key` signs. What is there stays.
    pub fn fill_header(self, header: &mut Object, key: &Key) {
        if self.brings_its_key()
            && !header.has("jwk")
            && let Some(jwk) = key.bare_jwk()
        {
            header.set("jwk", Json::Object(jwk));
        }
    }

    /// Completes the claims of a new token that is signed with `alg`. What is there stays.
    pub fn fill_claims(self, claims: &mut Object, supplied: &Supplied, alg: SigAlg) {
        let is_for_others = supplied.client_id.as_ref().is_some_and(|client| {
            let aud = claims.member("aud").and_then(Json::as_strings);
            aud.is_some_and(|it| it.len() > 1 || !it.contains(&client.as_str()))
        });
        let mut add = |name: &str, value: Option<Json>| {
            if let Some(value) = value.filter(|_| !claims.has(name)) {
                claims.set(name, value);
            }
        };
        let text = |supply| supplied.text(supply).map(Json::from);
        let half = |supply| {
            let digest = half_digest(alg, supplied.secret(supply)?)?;
            Some(Json::String(digest))
        };
        match self {
            Self::AccessToken => {
                add("client_id", text(Supply::ClientId));
                let jkt = text(Supply::Jkt);
                add(
                    "cnf",
                    jkt.map(|jkt| Object(vec![("jkt".into(), jkt)]).into()),
                );
            }
            Self::IdToken => {
                add("aud", text(Supply::ClientId));
                add("azp", text(Supply::ClientId).filter(|_| is_for_others));
                add("nonce", text(Supply::Nonce));
                add("at_hash", half(Supply::AccessToken));
                add("c_hash", half(Supply::Code));
            }
            Self::LogoutToken => {
                let event = Object(vec![(LOGOUT_EVENT.into(), Object::default().into())]);
                add("events", Some(event.into()));
            }
            Self::ClientAssertion => {
                add("iss", text(Supply::ClientId));
                add("sub", text(Supply::ClientId));
                let (iss, sub) = (claims.member("iss").cloned(), claims.member("sub").cloned());
                match (iss, sub) {
                    (Some(iss), None) => claims.set("sub", iss),
                    (None, Some(sub)) => claims.set("iss", sub),
                    _ => {}
                }
            }
            Self::DpopProof => {
                add("htm", text(Supply::Method));
                let htu = supplied.text(Supply::Url).and_then(target);
                add("htu", htu.map(Json::String));
                let ath = supplied.secret(Supply::AccessToken).map(whole_digest);
                add("ath", ath.map(Json::String));
                add("nonce", text(Supply::Nonce));
            }
            Self::KeyBinding => {
                add("nonce", text(Supply::Nonce));
                add("sd_hash", text(Supply::Presentation));
            }
            Self::SdJwt | Self::SecurityEvent | Self::Introspection => {}
        }
    }

    /// What a token says of itself, as far as it would be compared with what a caller supplies: to
    /// judge a token by its own word, before it is signed.
    pub fn own_word(self, claims: &Object, supplied: &Supplied) -> Supplied {
        let own = |supply, name: &str| {
            let given = supplied.text(supply).map(String::from);
            let own = || claims.text(name).map(String::from);
            given.or_else(own).filter(|_| self.uses(supply))
        };
        Supplied {
            nonce: own(Supply::Nonce, "nonce"),
            method: own(Supply::Method, "htm"),
            url: own(Supply::Url, "htu"),
            ..supplied.clone()
        }
    }
}
