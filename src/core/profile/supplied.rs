//! What a caller supplies for a token to be compared with, and the digests of it.

use std::sync::Arc;

use aws_lc_rs::digest;
use url::Url;

use super::super::alg::{Hash, SigAlg};
use super::super::key::{encode, shake256};
use super::super::secret::Secret;
use super::Supply;

/// Octets of the digest inside Ed448 (RFC 8032 §5.2.6).
const ED448_OCTETS: usize = 114;

/// What a token is compared with under a profile, besides what a policy has for all tokens.
#[derive(Clone, Debug, Default)]
pub struct Supplied {
    /// The nonce of the request that the token answers.
    pub nonce: Option<String>,
    /// The client that the token is for, or from.
    pub client_id: Option<String>,
    /// The access token that came with it.
    pub access_token: Option<Arc<Secret>>,
    /// The authorization code that came with it.
    pub code: Option<Arc<Secret>>,
    /// The method of the request that a proof is for.
    pub method: Option<String>,
    /// The URL of that request.
    pub url: Option<String>,
    /// The RFC 7638 thumbprint of the key that the token must be bound to.
    pub jkt: Option<String>,
    /// The digest of the SD-JWT that a holder's proof stands at the end of.
    pub sd_hash: Option<String>,
}

impl Supplied {
    /// A value that is compared as it is.
    pub fn text(&self, supply: Supply) -> Option<&str> {
        match supply {
            Supply::Nonce => self.nonce.as_deref(),
            Supply::ClientId => self.client_id.as_deref(),
            Supply::Method => self.method.as_deref(),
            Supply::Url => self.url.as_deref(),
            Supply::Jkt => self.jkt.as_deref(),
            Supply::Presentation => self.sd_hash.as_deref(),
            _ => None,
        }
    }

    /// A value that is compared by its digest.
    pub fn secret(&self, supply: Supply) -> Option<&Secret> {
        match supply {
            Supply::AccessToken => self.access_token.as_deref(),
            Supply::Code => self.code.as_deref(),
            _ => None,
        }
    }

    /// Whether that value is there.
    pub fn has(&self, supply: Supply) -> bool {
        self.text(supply).is_some() || self.secret(supply).is_some()
    }
}

/// The left half of the digest of `value` in base64url, by the hash of `alg` (OpenID Connect Core
/// §3.1.3.6): SHA-512 for Ed25519, 114 octets of SHAKE256 for Ed448, which hash themselves by these.
/// `None` where no specification says which hash, as of ML-DSA, and in a build without SHAKE256.
pub fn half_digest(alg: SigAlg, value: &Secret) -> Option<String> {
    let algorithm = match (alg.hash(), alg) {
        (Hash::Sha256, _) => &digest::SHA256,
        (Hash::Sha384, _) => &digest::SHA384,
        (Hash::Sha512, _) | (Hash::Intrinsic, SigAlg::Ed25519 | SigAlg::EdDsa) => &digest::SHA512,
        (Hash::Intrinsic, SigAlg::Ed448) => {
            let whole = shake256(value.expose(), ED448_OCTETS)?;
            return Some(encode(&whole[..ED448_OCTETS / 2]));
        }
        (Hash::Intrinsic, _) => return None,
    };
    let whole = digest::digest(algorithm, value.expose());
    let whole = whole.as_ref();
    Some(encode(&whole[..whole.len() / 2]))
}

/// The SHA-256 of `value` in base64url, as `ath` has it (RFC 9449 §4.2).
pub fn whole_digest(value: &Secret) -> String {
    encode(digest::digest(&digest::SHA256, value.expose()).as_ref())
}

/// A URL as `htu` has it: normalised, without query and fragment (RFC 9449 §4.2). `None` when it is
/// not a URL of HTTP.
pub fn target(text: &str) -> Option<String> {
    let mut url = Url::parse(text).ok()?;
    if !matches!(url.scheme(), "https" | "http") {
        return None;
    }
    url.set_query(None);
    url.set_fragment(None);
    Some(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_compare_without_query_and_fragment_and_as_they_are_normalised() {
        let wanted = Some("https://server.example/token".to_owned());
        for text in [
            "https://server.example/token",
            "https://server.example/token?a=b",
            "HTTPS://SERVER.example:443/a/../token#x",
        ] {
            assert_eq!(target(text), wanted, "{text}");
        }
        for text in [
            "https://server.example/token/",
            "http://server.example/token",
        ] {
            assert_ne!(target(text), wanted, "{text}");
        }
        for text in ["", "/token", "ftp://server.example/token", "urn:x"] {
            assert_eq!(target(text), None, "{text}");
        }
    }

    #[test]
    fn the_hash_of_the_algorithm_decides_how_long_half_of_it_is() {
        let value = Secret::new(b"jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y".to_vec());
        // OpenID Connect Core appendix A.3.
        let at_hash = half_digest(SigAlg::Rs256, &value);
        assert_eq!(at_hash.as_deref(), Some("77QmUPtjPfzWtF2AnpK9RQ"));
        let code =
            Secret::new(b"Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk".to_vec());
        // Appendix A.4.
        let c_hash = half_digest(SigAlg::Rs256, &code);
        assert_eq!(c_hash.as_deref(), Some("LDktKdoQak3Pk0cnXxCltA"));
        let octets = |alg| half_digest(alg, &value).map(|it| it.len());
        assert_eq!(octets(SigAlg::Es384), Some(32));
        assert_eq!(octets(SigAlg::EdDsa), Some(43));
        let of_ed448 = cfg!(feature = "jwe").then_some(76);
        assert_eq!(octets(SigAlg::Ed448), of_ed448);
        assert_eq!(octets(SigAlg::MlDsa44), None);
    }
}
