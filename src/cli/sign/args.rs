//! The arguments of `sign`.

use clap::ValueEnum;
use clap::builder::NonEmptyStringValueParser;
use jwtctl::core::alg::SigAlg;

use super::super::input::{SecretEncoding, duration, sig_alg};

/// Sign a token
///
/// Claims come from flags, from CLAIM arguments and from --payload. What every token should have
/// and this one lacks is added: iat (now), exp (15 minutes) and jti (a UUID). Without --key and
/// --secret, the current key of the keystore signs.
#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("signing").args(["key", "secret"])))]
pub struct Args {
    /// Claims: name=text, name:=JSON, name=@FILE, or /a/b:=JSON to set a member deeper down
    #[arg(value_name = "CLAIM")]
    pub(super) claims: Vec<String>,

    /// Sign with this private key: PATH, -, env:NAME, fd:N or store:KID
    #[arg(long, value_name = "KEYSPEC", help_heading = "Key")]
    pub(super) key: Option<String>,
    /// Sign with this HMAC secret: PATH, -, env:NAME or fd:N, never the secret itself
    #[arg(
        long,
        value_name = "KEYSPEC",
        help_heading = "Key",
        allow_hyphen_values = true
    )]
    pub(super) secret: Option<String>,
    /// How the secret is written
    #[arg(
        long,
        value_name = "ENCODING",
        default_value = "utf8",
        requires = "secret",
        help_heading = "Key"
    )]
    pub(super) secret_encoding: SecretEncoding,
    /// The algorithm (default: the usual one of those that the key permits)
    #[arg(long, value_parser = sig_alg(), hide_possible_values = true, help_heading = "Key")]
    pub(super) alg: Option<SigAlg>,
    /// Picks a key from a set; the id to write into the header (default: the key's own)
    #[arg(long, allow_hyphen_values = true, help_heading = "Key", value_parser = NonEmptyStringValueParser::new())]
    pub(super) kid: Option<String>,
    /// Sign with a key that is shorter than its algorithm asks for
    #[arg(long, help_heading = "Key")]
    pub(super) allow_weak_key: bool,
    /// Sign what outlives its key: when it expires, the keystore no longer publishes the key
    #[arg(long, help_heading = "Key")]
    pub(super) allow_outlive: bool,

    /// The issuer
    #[arg(long, help_heading = "Claims")]
    pub(super) iss: Option<String>,
    /// The subject
    #[arg(long, help_heading = "Claims")]
    pub(super) sub: Option<String>,
    /// The audience; repeat for several
    #[arg(long, help_heading = "Claims")]
    pub(super) aud: Vec<String>,
    /// The token's id: auto for a UUID, none for none
    #[arg(
        long,
        value_name = "auto|none|VALUE",
        default_value = "auto",
        hide_default_value = true,
        help_heading = "Claims"
    )]
    pub(super) jti: String,
    /// When it was issued (default: now)
    #[arg(
        long,
        value_name = "TIME",
        allow_hyphen_values = true,
        help_heading = "Claims"
    )]
    pub(super) iat: Option<String>,
    /// Not valid before
    #[arg(
        long,
        value_name = "TIME",
        allow_hyphen_values = true,
        help_heading = "Claims"
    )]
    pub(super) nbf: Option<String>,
    /// Not valid from then on: a time such as +1h or 2026-08-01T10:15:00Z
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with_all = ["ttl", "no_exp"], help_heading = "Claims")]
    pub(super) exp: Option<String>,
    /// How long it is valid (default: 15m)
    #[arg(long, value_name = "DURATION", value_parser = duration, allow_hyphen_values = true, conflicts_with = "no_exp", help_heading = "Claims")]
    pub(super) ttl: Option<i64>,
    /// Let it never expire
    #[arg(long, help_heading = "Claims")]
    pub(super) no_exp: bool,
    /// Claims from a JSON file, or - for stdin; flags and CLAIM arguments go over it
    #[arg(long, value_name = "FILE", help_heading = "Claims")]
    pub(super) payload: Option<String>,

    /// The media type in the header (default: JWT); none for none
    #[arg(long, help_heading = "Header")]
    pub(super) typ: Option<String>,
    /// A further header parameter, written like a CLAIM
    #[arg(long, value_name = "CLAIM", help_heading = "Header")]
    pub(super) header: Vec<String>,

    /// Sign the bytes of --payload as they are; nothing is added
    #[arg(long, requires = "payload", conflicts_with_all = CLAIM_FLAGS, help_heading = "Not a JWT")]
    pub(super) raw: bool,
    /// Like --raw, with the payload left out of the result
    #[arg(long, requires = "payload", conflicts_with_all = CLAIM_FLAGS, help_heading = "Not a JWT")]
    pub(super) detached: bool,

    /// What to print: the token, an HTTP header line, or a line for curl --config
    #[arg(long, value_enum, default_value = "compact")]
    pub(super) format: Format,
}

/// What makes no sense when bytes rather than claims are signed.
const CLAIM_FLAGS: [&str; 10] = [
    "claims", "iss", "sub", "aud", "iat", "nbf", "exp", "ttl", "no_exp", "jti",
];

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// The token
    Compact,
    /// Authorization: Bearer TOKEN
    Header,
    /// header = "Authorization: Bearer TOKEN"
    Curl,
}
