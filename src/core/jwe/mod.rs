//! Encrypted tokens (RFC 7516), compact and in JSON, for one recipient or several: taken apart
//! strictly, opened, and made.
//!
//! Opening starts with the cheap checks: the form, the header, every length, and only then the
//! cryptography. A key that does not unwrap and a tag that does not hold give one and the same
//! error, after the same work, so that an attacker cannot learn from the answer which of the two it
//! was.

mod content;
mod encrypt;
mod open;
mod parse;
#[cfg(test)]
mod tests;
mod wrapping;

pub use encrypt::{Addressee, Encrypted, Encryption, encrypt};
pub use open::{Acceptance, Holder, Locked, Opened, examine};
pub use parse::{is_compact, is_json, parse, parse_any, parse_json};

use super::header::Header;
use super::json::Object;

/// A JWE that has been taken apart.
#[derive(Debug)]
pub struct Jwe {
    /// The form it came in.
    pub form: JweForm,
    /// The members of the protected header; empty where there is no such header.
    pub protected: Object,
    /// The members of the header that all recipients share and that no tag covers.
    pub shared: Object,
    /// The recipients, at least one.
    pub recipients: Vec<Recipient>,
    /// What the tag covers besides the ciphertext (RFC 7516 §5.1, step 14): the text of the
    /// protected header, and in the JSON forms the text of `aad` after a dot.
    covered: String,
    iv: Vec<u8>,
    ciphertext: Vec<u8>,
    tag: Vec<u8>,
}

/// The form of a JWE (RFC 7516 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JweForm {
    /// Five parts with dots between them.
    Compact,
    /// JSON for one recipient.
    Flattened,
    /// JSON with a list of recipients.
    General,
}

impl JweForm {
    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Compact => "jwe-compact",
            Self::Flattened => "jwe-flattened",
            Self::General => "jwe-general",
        }
    }
}

/// A recipient of a [`Jwe`].
#[derive(Debug)]
pub struct Recipient {
    /// Everything that is said to this recipient: the protected header, the shared one and its own.
    pub header: Header,
    /// Its own header, which no tag covers.
    pub own: Object,
    /// The encrypted content encryption key; empty where the algorithm sends none (`dir`,
    /// `ECDH-ES`).
    pub encrypted_key: Vec<u8>,
}

impl Jwe {
    /// Bytes of the initialization vector, the ciphertext and the tag.
    pub fn sizes(&self) -> [usize; 3] {
        [self.iv.len(), self.ciphertext.len(), self.tag.len()]
    }
}
