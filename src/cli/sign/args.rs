//! The arguments of `sign`.

use clap::ValueEnum;
use clap::builder::NonEmptyStringValueParser;
use jwtctl::core::alg::SigAlg;

use super::super::input::{CLAIM_FLAGS, ClaimArgs, SecretEncoding, sig_alg};

/// Sign a token
///
/// Claims come from flags, from CLAIM arguments and from --payload. What every token should have
/// and this one lacks is added: iat (now), exp (15 minutes) and jti (a UUID). Without --key and
/// --secret, the current key of the keystore signs.
#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("signing").args(["key", "secret"])))]
pub struct Args {
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

    #[command(flatten)]
    pub(super) claims: ClaimArgs,

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

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// The token
    Compact,
    /// Authorization: Bearer TOKEN
    Header,
    /// header = "Authorization: Bearer TOKEN"
    Curl,
}
