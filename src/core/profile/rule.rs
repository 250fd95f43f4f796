//! The rows of a profile's table.

use super::super::hint::Supply;

/// One rule: about one member of the header or one claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The row's name in the report: the member, or a JSON Pointer to one deeper down.
    pub name: &'static str,
    /// Where the member is.
    pub place: Place,
    /// What type its value has.
    pub kind: ValueKind,
    /// Whether it has to be there.
    pub presence: Presence,
    /// What its value must be.
    pub test: Test,
    /// Where that is written.
    pub section: &'static str,
}

/// Where a member stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the JOSE header.
    Header,
    /// In the payload.
    Claims,
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// A string.
    Text,
    /// A number of seconds since 1970 that calendars have.
    Date,
    /// A string, or an array of strings.
    Audience,
    /// An array of strings.
    Texts,
    /// An object.
    Object,
    /// `true` or `false`.
    Boolean,
}

impl ValueKind {
    /// The type in words, for messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "a string",
            Self::Date => "a number of seconds",
            Self::Audience => "a string or an array of strings",
            Self::Texts => "an array of strings",
            Self::Object => "an object",
            Self::Boolean => "a boolean",
        }
    }
}

/// Whether a member has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// A token without it is refused.
    Required,
    /// It may be absent; if it is there, its value is checked.
    Optional,
    /// A token that has it is refused.
    Forbidden,
}

/// What a value must be, besides its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    /// No demand besides the type.
    Any,
    /// One of these media types; the first is the usual one.
    Types(&'static [&'static str]),
    /// Any media type but those of other kinds of token.
    NoOtherKind,
    /// The value that the caller supplies; of [`ValueKind::Audience`] one of its elements.
    Equals(Supply, When),
    /// The URL that the caller supplies, both without query and fragment (RFC 9449 §4.3).
    Target(Supply),
    /// The left half of the digest of what the caller supplies, by the hash of the signature's
    /// algorithm (OpenID Connect Core §3.1.3.6).
    HalfDigest(Supply),
    /// The SHA-256 of what the caller supplies.
    Digest(Supply),
    /// The same value as the claim of this name.
    Same(&'static str),
    /// An object of events, each an object; this one among them, if one is named.
    Events(Option<&'static str>),
    /// Needed where another claim is not there.
    Unless(&'static str),
    /// Needed where the audience is several; what the caller supplies.
    AuthorizedParty,
    /// A time at most as many seconds ago as the caller supplies.
    NotOlder(Supply),
    /// `exp` may be at most so many seconds after `iat`, or after now in a token without `iat`.
    Life(i64),
    /// A time at most so many seconds ago, or as many as the caller supplies.
    Fresh(i64),
    /// An algorithm whose keys have a public half, so not HMAC.
    Asymmetric,
    /// A public key, which is the one that signed; its thumbprint is the one that the caller
    /// supplies.
    OwnKey,
}

impl Test {
    /// What the caller supplies for it.
    pub fn supplies(self) -> &'static [Supply] {
        match self {
            Self::Equals(supply, _)
            | Self::Target(supply)
            | Self::HalfDigest(supply)
            | Self::Digest(supply)
            | Self::NotOlder(supply) => alone(supply),
            Self::AuthorizedParty => &[Supply::ClientId],
            Self::Fresh(_) => &[Supply::MaxAge],
            Self::OwnKey => &[Supply::Jkt],
            Self::Any
            | Self::Types(_)
            | Self::NoOtherKind
            | Self::Same(_)
            | Self::Events(_)
            | Self::Unless(_)
            | Self::Life(_)
            | Self::Asymmetric => &[],
        }
    }
}

/// What follows for a member that is there when the caller supplies nothing to compare it with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// The token is refused.
    Always,
    /// The token is not refused: the comparison is not made then.
    IfSupplied,
}

fn alone(supply: Supply) -> &'static [Supply] {
    match supply {
        Supply::Issuer => &[Supply::Issuer],
        Supply::Audience => &[Supply::Audience],
        Supply::Nonce => &[Supply::Nonce],
        Supply::ClientId => &[Supply::ClientId],
        Supply::AccessToken => &[Supply::AccessToken],
        Supply::Code => &[Supply::Code],
        Supply::Method => &[Supply::Method],
        Supply::Url => &[Supply::Url],
        Supply::Jkt => &[Supply::Jkt],
        Supply::MaxAge => &[Supply::MaxAge],
        Supply::Presentation => &[Supply::Presentation],
    }
}
