//! The few things that can go wrong, sorted by what a caller can do about them.

use std::fmt;
use std::path::PathBuf;

use serde::{Serialize, Serializer};

use super::hint::{ErrorSubject, Hint};
use super::json::Json;

/// A stable, machine-readable name for what happened. The order is the order of precedence when a
/// token fails in several ways: the first one names the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// Not a token: its form, base64url, UTF-8 or JSON is broken (RFC 7515 §5.2, RFC 7519 §7.2).
    Malformed,
    /// The algorithm is `none`, outside the allow-list, or one that every fitting key excludes.
    AlgNotAllowed,
    /// A critical header parameter that is not understood, or a broken `crit` (RFC 7515 §4.1.11).
    UnknownCritical,
    /// The certificates that a header brings do not lead to a trusted one (RFC 7515 §4.1.6).
    UntrustedCertificate,
    /// The signature does not verify.
    BadSignature,
    /// A JWE could not be opened; the reason is deliberately not given.
    DecryptionFailed,
    /// `exp` has passed.
    Expired,
    /// `iat` is longer ago than the policy's maximum age.
    TooOld,
    /// `nbf` or `iat` lies in the future.
    NotYetValid,
    /// A claim that must be there is not.
    MissingClaim,
    /// A claim is there, with another value or type than expected.
    Mismatch,
    /// No key for this token in the key set.
    NoMatchingKey,
    /// The session behind the token no longer exists.
    SessionGone,
    /// A key set could not be fetched.
    KeysUnavailable,
    /// Redis did not answer.
    RedisUnavailable,
    /// The issuer's discovery document could not be fetched.
    IssuerUnavailable,
    /// The call does not make sense as written.
    Usage,
    /// A key that cannot be read or cannot do the job.
    BadKey,
    /// An HMAC secret that cannot be used.
    BadSecret,
    /// The passphrase does not open the key.
    BadPassphrase,
    /// Other input, such as claims, that cannot be read.
    BadInput,
    /// The user has to be asked, and there is no terminal, or prompts are off.
    NoInput,
    /// A file operation failed.
    Io,
    /// A file exists and would be overwritten.
    WouldOverwrite,
    /// A file or directory that others could have changed.
    UnsafePermissions,
    /// A fault of jwtctl itself.
    Bug,
}

impl Code {
    /// The kebab-case name that JSON output carries.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::AlgNotAllowed => "alg-not-allowed",
            Self::UnknownCritical => "unknown-critical",
            Self::UntrustedCertificate => "untrusted-certificate",
            Self::BadSignature => "bad-signature",
            Self::DecryptionFailed => "decryption-failed",
            Self::Expired => "expired",
            Self::TooOld => "too-old",
            Self::NotYetValid => "not-yet-valid",
            Self::MissingClaim => "missing-claim",
            Self::Mismatch => "mismatch",
            Self::NoMatchingKey => "no-matching-key",
            Self::SessionGone => "session-gone",
            Self::KeysUnavailable => "keys-unavailable",
            Self::RedisUnavailable => "redis-unavailable",
            Self::IssuerUnavailable => "issuer-unavailable",
            Self::Usage => "usage",
            Self::BadKey => "bad-key",
            Self::BadSecret => "bad-secret",
            Self::BadPassphrase => "bad-passphrase",
            Self::BadInput => "bad-input",
            Self::NoInput => "no-input",
            Self::Io => "io",
            Self::WouldOverwrite => "would-overwrite",
            Self::UnsafePermissions => "unsafe-permissions",
            Self::Bug => "bug",
        }
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One reason why a token was refused.
#[derive(Clone, Debug)]
pub struct Reason {
    /// The kind of failure.
    pub code: Code,
    /// The check that failed: a claim's name, `signature`, `alg`, `crit`, `typ`, `format`.
    pub check: String,
    /// What would have been accepted, where there is such a thing.
    pub expected: Option<Json>,
    /// What the token has.
    pub actual: Option<Json>,
    /// One line for people; lower case, without a full stop.
    pub message: String,
    /// What to do next.
    pub hints: Vec<Hint>,
}

impl Reason {
    /// A reason with nothing to compare.
    pub fn new(code: Code, check: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code,
            check: check.into(),
            expected: None,
            actual: None,
            message: message.into(),
            hints: Vec::new(),
        }
    }

    /// The reason for a text that is not a token.
    pub fn malformed(message: impl fmt::Display) -> Self {
        Self::new(Code::Malformed, "format", message.to_string())
    }

    /// Adds advice on what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Hint>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

/// The refusal of a token: every reason that was found, at least one, the one with precedence
/// first.
#[derive(Clone, Debug)]
pub struct Rejection(Vec<Reason>);

impl Rejection {
    /// A rejection for one reason.
    pub fn new(first: Reason) -> Self {
        Self(vec![first])
    }

    /// Sorts `reasons` by precedence; `None` when there is no reason, so the token is accepted.
    pub fn from_reasons(mut reasons: Vec<Reason>) -> Option<Self> {
        reasons.sort_by_key(|reason| reason.code);
        (!reasons.is_empty()).then_some(Self(reasons))
    }

    /// The reason that gives the verdict its code.
    pub fn primary(&self) -> &Reason {
        &self.0[0]
    }

    /// All reasons, by precedence.
    pub fn reasons(&self) -> &[Reason] {
        &self.0
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, reason) in self.0.iter().enumerate() {
            let separator = if i == 0 { "" } else { "; " };
            write!(f, "{separator}{}", reason.message)?;
        }
        Ok(())
    }
}

impl From<Reason> for Rejection {
    fn from(reason: Reason) -> Self {
        Self::new(reason)
    }
}

/// Why a call gave no answer. Each variant is one thing that a caller can do about it.
#[derive(Clone, Debug)]
pub enum Error {
    /// The token was judged, and is refused.
    Rejected(Rejection),
    /// An argument or an input cannot be used: the caller has to correct it.
    Input {
        /// Which kind of input.
        code: Code,
        /// What it was about.
        what: ErrorSubject,
        /// What is wrong with it.
        why: String,
        /// What to do next.
        hints: Vec<Hint>,
    },
    /// Another server did not answer: the caller can try again.
    Unavailable {
        /// Which service.
        code: Code,
        /// A URL or an address.
        what: String,
        /// The chain of causes, outermost first.
        why: String,
        /// What to do next.
        hints: Vec<Hint>,
    },
    /// The operating system refused: a file or directory cannot be used.
    Io {
        /// [`Code::Io`], [`Code::WouldOverwrite`] or [`Code::UnsafePermissions`].
        code: Code,
        /// The file or directory.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
        /// What to do next.
        hints: Vec<Hint>,
    },
}

impl Error {
    /// Input that cannot be used, `what` naming where it came from.
    pub fn input(code: Code, what: impl Into<ErrorSubject>, why: impl fmt::Display) -> Self {
        Self::Input {
            code,
            what: what.into(),
            why: why.to_string(),
            hints: Vec::new(),
        }
    }

    /// A call that makes no sense, `what` naming the argument.
    pub fn usage(what: impl Into<ErrorSubject>, why: impl fmt::Display) -> Self {
        Self::input(Code::Usage, what, why)
    }

    /// A failed file operation.
    pub fn io(path: impl Into<PathBuf>, source: &std::io::Error) -> Self {
        Self::Io {
            code: Code::Io,
            path: path.into(),
            why: describe_io(source),
            hints: Vec::new(),
        }
    }

    /// Adds advice on what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Hint>) -> Self {
        match &mut self {
            Self::Rejected(rejection) => rejection.0[0].hints.push(hint.into()),
            Self::Input { hints, .. }
            | Self::Unavailable { hints, .. }
            | Self::Io { hints, .. } => {
                hints.push(hint.into());
            }
        }
        self
    }

    /// The stable name of what happened.
    pub fn code(&self) -> Code {
        match self {
            Self::Rejected(rejection) => rejection.primary().code,
            Self::Input { code, .. } | Self::Unavailable { code, .. } | Self::Io { code, .. } => {
                *code
            }
        }
    }

    /// What to do next.
    pub fn hints(&self) -> &[Hint] {
        match self {
            Self::Rejected(rejection) => &rejection.primary().hints,
            Self::Input { hints, .. }
            | Self::Unavailable { hints, .. }
            | Self::Io { hints, .. } => hints,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(rejection) => rejection.fmt(f),
            Self::Input { what, why, .. } if what.is_unnamed() => f.write_str(why),
            Self::Input { what, why, .. } => write!(f, "{what}: {why}"),
            Self::Unavailable { what, why, .. } => write!(f, "{what}: {why}"),
            Self::Io { path, why, .. } => write!(f, "{}: {why}", path.display()),
        }
    }
}

impl std::error::Error for Error {}

impl From<Reason> for Error {
    fn from(reason: Reason) -> Self {
        Self::Rejected(reason.into())
    }
}

/// `text` in quotes, cut after 200 characters.
pub fn shortened(text: &str) -> String {
    const MOST: usize = 200;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// `text` as one word of a shell command line, for hints that are copied and run.
pub fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// The message of an operating-system error in common words, without its number.
fn describe_io(source: &std::io::Error) -> String {
    use std::io::ErrorKind::{
        IsADirectory, NotADirectory, NotFound, PermissionDenied, StorageFull,
    };
    match source.kind() {
        NotFound => "no such file or directory".into(),
        PermissionDenied => "permission denied".into(),
        IsADirectory => "is a directory".into(),
        NotADirectory => "not a directory".into(),
        StorageFull => "no space left on device".into(),
        _ => {
            let text = source.to_string();
            text.split(" (os error")
                .next()
                .unwrap_or(&text)
                .to_lowercase()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_telling_reason_comes_first() {
        let found = [Code::Mismatch, Code::Expired, Code::NotYetValid]
            .map(|code| Reason::new(code, "x", code.as_str()));
        let rejection = Rejection::from_reasons(found.to_vec()).unwrap();
        assert_eq!(rejection.primary().code, Code::Expired);
        assert_eq!(rejection.to_string(), "expired; not-yet-valid; mismatch");
    }

    #[test]
    fn no_reason_is_no_rejection() {
        assert!(Rejection::from_reasons(Vec::new()).is_none());
    }
}
