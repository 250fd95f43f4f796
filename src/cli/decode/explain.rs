//! What the registered header parameters and claims mean, in a few words each.

use jwtctl::core::json::Json;

/// Where a member stands: some names mean different things in the two places.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Header,
    Payload,
}

/// The meaning of a member, if it is a registered one.
pub fn explain(place: Place, name: &str, value: &Json) -> Option<&'static str> {
    match place {
        Place::Header if name == "alg" => {
            algorithm(value.as_str().unwrap_or_default()).or(Some("algorithm (RFC 7515 4.1.1)"))
        }
        Place::Header => meaning(HEADER, name),
        Place::Payload => meaning(CLAIMS, name),
    }
}

fn meaning(table: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    table
        .iter()
        .find(|(it, _)| *it == name)
        .map(|(_, meaning)| *meaning)
}

fn algorithm(name: &str) -> Option<&'static str> {
    Some(match name {
        "HS256" | "HS384" | "HS512" => "HMAC: whoever can verify can also sign (RFC 7518 3.2)",
        "RS256" | "RS384" | "RS512" => "RSA with PKCS#1 v1.5 padding (RFC 7518 3.3)",
        "PS256" | "PS384" | "PS512" => "RSA with PSS padding (RFC 7518 3.5)",
        "ES256" | "ES384" | "ES512" => "ECDSA on a NIST curve (RFC 7518 3.4)",
        "ESP256" | "ESP384" | "ESP512" => "ECDSA on a NIST curve, named whole (RFC 9864)",
        _ if name.starts_with("ML-DSA-") => {
            "ML-DSA, which quantum computers do not break (RFC 9964)"
        }
        "ES256K" => "ECDSA on secp256k1 (RFC 8812)",
        "EdDSA" => "Ed25519 or Ed448, by the key (RFC 8037)",
        "Ed25519" | "Ed448" => "EdDSA on this curve (RFC 9864)",
        "none" => "not signed at all (RFC 7518 3.6)",
        "dir" => "the shared key encrypts the content itself (RFC 7518 4.5)",
        _ if name.starts_with("ECDH-ES") => "key agreement with an ephemeral key (RFC 7518 4.6)",
        _ if name.starts_with("RSA-OAEP") => "content key encrypted with RSA-OAEP (RFC 7518 4.3)",
        "RSA1_5" => "content key encrypted with RSA and PKCS#1 v1.5 padding, which is broken",
        _ if name.ends_with("GCMKW") => "content key wrapped with AES-GCM (RFC 7518 4.7)",
        "A128KW" | "A192KW" | "A256KW" => "content key wrapped with AES (RFC 7518 4.4)",
        _ if name.starts_with("PBES2") => "content key wrapped under a passphrase (RFC 7518 4.8)",
        _ => return None,
    })
}

const HEADER: &[(&str, &str)] = &[
    ("typ", "media type of the token (RFC 7515 4.1.9)"),
    ("cty", "media type of the payload (RFC 7515 4.1.10)"),
    ("kid", "which key to verify with (RFC 7515 4.1.4)"),
    (
        "jku",
        "where the signer says its keys are; not to be followed (RFC 7515 4.1.2)",
    ),
    (
        "jwk",
        "a key the token brings along; not to be trusted (RFC 7515 4.1.3)",
    ),
    (
        "x5u",
        "where the signer says its certificate is; not to be followed (RFC 7515 4.1.5)",
    ),
    (
        "x5c",
        "a certificate chain the token brings along (RFC 7515 4.1.6)",
    ),
    (
        "x5t",
        "SHA-1 fingerprint of the certificate (RFC 7515 4.1.7)",
    ),
    (
        "x5t#S256",
        "SHA-256 fingerprint of the certificate (RFC 7515 4.1.8)",
    ),
    (
        "crit",
        "parameters that a reader must understand (RFC 7515 4.1.11)",
    ),
    ("b64", "whether the payload is base64url-encoded (RFC 7797)"),
    ("enc", "how the content is encrypted (RFC 7516 4.1.2)"),
    ("zip", "compressed before encryption (RFC 7516 4.1.3)"),
    (
        "epk",
        "the sender's ephemeral public key (RFC 7518 4.6.1.1)",
    ),
    (
        "apu",
        "who the sender is, for key derivation (RFC 7518 4.6.1.2)",
    ),
    (
        "apv",
        "who the receiver is, for key derivation (RFC 7518 4.6.1.3)",
    ),
    ("p2s", "salt of the passphrase (RFC 7518 4.8.1.1)"),
    ("p2c", "iterations of the passphrase (RFC 7518 4.8.1.2)"),
    ("url", "the URL it was made for (RFC 8555 6.4.1)"),
    ("nonce", "a number used once (RFC 8555 6.5.2)"),
];

const CLAIMS: &[(&str, &str)] = &[
    ("iss", "who issued it (RFC 7519 4.1.1)"),
    ("sub", "whom it is about (RFC 7519 4.1.2)"),
    (
        "aud",
        "whom it is meant for; others must refuse it (RFC 7519 4.1.3)",
    ),
    ("exp", "not valid from then on (RFC 7519 4.1.4)"),
    ("nbf", "not valid before (RFC 7519 4.1.5)"),
    ("iat", "when it was issued (RFC 7519 4.1.6)"),
    ("jti", "its unique id (RFC 7519 4.1.7)"),
    ("azp", "the client it was issued to (OpenID Connect Core 2)"),
    ("client_id", "the client it was issued to (RFC 8693 4.3)"),
    (
        "nonce",
        "ties it to a login request (OpenID Connect Core 2)",
    ),
    (
        "auth_time",
        "when the user logged in (OpenID Connect Core 2)",
    ),
    (
        "acr",
        "how strongly the user was authenticated (OpenID Connect Core 2)",
    ),
    ("amr", "by what means the user was authenticated (RFC 8176)"),
    (
        "at_hash",
        "hash of the access token issued with it (OpenID Connect Core 3.1.3.6)",
    ),
    (
        "c_hash",
        "hash of the code issued with it (OpenID Connect Core 3.3.2.11)",
    ),
    ("s_hash", "hash of the state it answers (FAPI 1.0 part 2)"),
    (
        "sid",
        "the login session (OpenID Connect Front-Channel Logout 3)",
    ),
    ("scope", "what it permits (RFC 8693 4.2)"),
    ("roles", "roles of the subject (RFC 9068 2.2.3.1)"),
    ("groups", "groups of the subject (RFC 9068 2.2.3.1)"),
    (
        "entitlements",
        "entitlements of the subject (RFC 9068 2.2.3.1)",
    ),
    ("cnf", "the key its bearer must prove to have (RFC 7800)"),
    ("act", "who acts on the subject's behalf (RFC 8693 4.1)"),
    (
        "may_act",
        "who may act on the subject's behalf (RFC 8693 4.4)",
    ),
    ("events", "what happened (RFC 8417 2.2)"),
    ("htm", "method of the request it proves (RFC 9449 4.2)"),
    (
        "_sd",
        "digests of claims that a holder may show (RFC 9901 4.2.4.1)",
    ),
    ("_sd_alg", "the hash of these digests (RFC 9901 4.1.1)"),
    (
        "sd_hash",
        "hash of what a holder shows with it (RFC 9901 4.3.1)",
    ),
    (
        "token_introspection",
        "what an authorization server says of a token (RFC 9701 5)",
    ),
    ("txn", "the transaction it belongs to (RFC 8417 2.2)"),
    ("toe", "when it happened (RFC 8417 2.2)"),
    ("htu", "URL of the request it proves (RFC 9449 4.2)"),
    (
        "ath",
        "hash of the access token it is used with (RFC 9449 4.2)",
    ),
    ("name", "full name (OpenID Connect Core 5.1)"),
    ("given_name", "first name (OpenID Connect Core 5.1)"),
    ("family_name", "last name (OpenID Connect Core 5.1)"),
    (
        "preferred_username",
        "the name the user goes by (OpenID Connect Core 5.1)",
    ),
    ("email", "e-mail address (OpenID Connect Core 5.1)"),
    (
        "email_verified",
        "whether the e-mail address was checked (OpenID Connect Core 5.1)",
    ),
    ("picture", "URL of a picture (OpenID Connect Core 5.1)"),
    ("locale", "the user's language (OpenID Connect Core 5.1)"),
    ("zoneinfo", "the user's time zone (OpenID Connect Core 5.1)"),
    ("phone_number", "telephone number (OpenID Connect Core 5.1)"),
    ("address", "postal address (OpenID Connect Core 5.1)"),
    (
        "updated_at",
        "when the user's data last changed (OpenID Connect Core 5.1)",
    ),
];

#[cfg(test)]
mod tests {
    use jwtctl::core::alg::{KeyAlg, SigAlg};

    use super::algorithm;

    #[test]
    fn every_algorithm_is_explained() {
        let names = SigAlg::ALL.iter().map(|it| it.as_str());
        let names = names.chain(KeyAlg::ALL.iter().map(|it| it.as_str()));
        let unexplained: Vec<&str> = names.filter(|it| algorithm(it).is_none()).collect();
        assert!(unexplained.is_empty(), "{unexplained:?}");
    }
}
