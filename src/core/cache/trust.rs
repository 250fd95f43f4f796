//! The trust context that a document was fetched under. An entry of one trust context is invisible
//! to callers under another.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::super::key::sha256_hex;

/// The name of the trust context of a call that configures nothing.
const SYSTEM: &str = "system";

/// The prefix in the names of trust contexts that include a shared cache's documents without a MAC.
const UNAUTHENTICATED: &str = "shared:";

/// A trust context by its name: `system`, or a hash of the settings that it is made of.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TrustContext(String);

impl TrustContext {
    /// The trust context of a call that configures nothing: the system's roots, no client
    /// certificate, no headers, no proxy.
    pub fn system() -> Self {
        Self(SYSTEM.into())
    }

    /// The trust context of these settings, each a name and its value; their order does not matter.
    pub fn of(parts: &[(&str, &[u8])]) -> Self {
        if parts.is_empty() {
            return Self::system();
        }
        let mut lines: Vec<String> = parts
            .iter()
            .map(|(name, value)| format!("{name}={}", sha256_hex(&[value])))
            .collect();
        lines.sort_unstable();
        Self(sha256_hex(&[lines.join("\n").as_bytes()]))
    }

    /// This trust context for callers that also accept what a shared cache has without a MAC.
    #[must_use]
    pub fn unauthenticated(&self) -> Self {
        Self(format!("{UNAUTHENTICATED}{}", self.0))
    }

    /// Whether documents under it may be those of a shared cache without a MAC.
    pub fn is_unauthenticated(&self) -> bool {
        self.0.starts_with(UNAUTHENTICATED)
    }

    /// The trust context under which these documents are fetched from their servers.
    #[must_use]
    pub fn authenticated(&self) -> Self {
        Self(
            self.0
                .strip_prefix(UNAUTHENTICATED)
                .unwrap_or(&self.0)
                .into(),
        )
    }

    /// Whether it is [`TrustContext::system`].
    pub fn is_system(&self) -> bool {
        self.0 == SYSTEM
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TrustContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for TrustContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TrustContext({})", self.0)
    }
}

impl From<&Self> for TrustContext {
    fn from(context: &Self) -> Self {
        context.clone()
    }
}

impl From<&str> for TrustContext {
    fn from(name: &str) -> Self {
        Self(name.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_and_each_value_makes_another_setting() {
        let of = |parts: &[(&str, &str)]| {
            let parts: Vec<(&str, &[u8])> = parts
                .iter()
                .map(|(name, value)| (*name, value.as_bytes()))
                .collect();
            TrustContext::of(&parts)
        };
        let all = [
            of(&[]),
            of(&[("roots", "a")]),
            of(&[("roots", "b")]),
            of(&[("headers", "a")]),
            of(&[("roots", "a"), ("headers", "a")]),
            of(&[]).unauthenticated(),
            of(&[("roots", "a")]).unauthenticated(),
        ];
        for (i, one) in all.iter().enumerate() {
            assert!(all.iter().skip(i + 1).all(|other| other != one), "{one}");
        }
        let (ab, ba) = ([("a", "1"), ("b", "2")], [("b", "2"), ("a", "1")]);
        assert_eq!(of(&ab), of(&ba));
        assert!(all[0].is_system() && !all[1].is_system());
        assert_eq!(all[6].authenticated(), all[1]);
        assert!(all[6].is_unauthenticated() && !all[1].is_unauthenticated());
    }
}
