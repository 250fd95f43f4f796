//! The arguments of `encrypt`.

use clap::ValueEnum;
use clap::builder::NonEmptyStringValueParser;
use jwtctl::core::alg::{ContentEnc, KeyAlg};
use jwtctl::core::jwe::JweForm;

use super::super::input::{
    CLAIM_FLAGS, ClaimArgs, FileSpec, SecretArgs, Spec, content_enc, key_alg, not_empty,
};

/// Encrypt a token
///
/// Claims come from flags, from CLAIM arguments and from --payload, and are completed as sign does:
/// iat (now), exp (15 minutes) and jti (a UUID). Nobody signs them: whoever has the public key can
/// encrypt. To sign first: jwtctl sign --encrypt-to, or --token TOKEN for one that exists.
///
/// --passphrase-from makes the passphrase a recipient. Several recipients, keys and passphrases
/// mixed, make a token in the general JSON form.
#[derive(clap::Args)]
pub struct Args {
    /// Encrypt to this key: PATH, -, env:NAME, fd:N or store:KID; repeat for several recipients
    #[arg(long, value_name = "KEYSPEC", help_heading = "Recipients", value_parser = not_empty::<Spec>())]
    pub(super) to: Vec<Spec>,
    #[command(flatten, next_help_heading = "Recipients")]
    pub(super) secret: SecretArgs,
    /// Picks a key from a set; the id to write into the header (default: the key's own)
    #[arg(long, allow_hyphen_values = true, help_heading = "Recipients", value_parser = NonEmptyStringValueParser::new())]
    pub(super) kid: Option<String>,
    /// The key-management algorithm (default: what the key is declared for, else RSA-OAEP-256,
    /// ECDH-ES+A256KW, of a symmetric key by its length, of a passphrase PBES2-HS512+A256KW)
    #[arg(long, value_parser = key_alg(), hide_possible_values = true, help_heading = "Recipients")]
    pub(super) alg: Option<KeyAlg>,
    /// PBKDF2 iterations that protect a passphrase (default: 10000, the most that some libraries
    /// read)
    #[arg(long, value_name = "N", help_heading = "Recipients")]
    pub(super) p2c: Option<u32>,

    /// The content encryption algorithm (default: A256GCM; with dir, what the key's length allows)
    #[arg(long, value_parser = content_enc(), hide_possible_values = true, help_heading = "Content")]
    pub(super) enc: Option<ContentEnc>,
    /// Compress the content first, whose length then says something about it
    #[arg(long, help_heading = "Content")]
    pub(super) zip: bool,
    /// Encrypt this token as it is: the text, -, @FILE or env:NAME
    #[arg(long, value_name = "TOKEN", conflicts_with_all = CLAIM_FLAGS, conflicts_with_all = ["payload", "raw"], help_heading = "Content")]
    pub(super) token: Option<Spec>,

    #[command(flatten)]
    pub(super) claims: ClaimArgs,

    /// The media type in the header (default: JWT, and none with --raw and --token); none for none
    #[arg(long, help_heading = "Header")]
    pub(super) typ: Option<String>,
    /// The media type of the content (default: with --token, JWT)
    #[arg(long, help_heading = "Header", value_parser = NonEmptyStringValueParser::new())]
    pub(super) cty: Option<String>,
    /// A further header parameter, written like a CLAIM
    #[arg(long, value_name = "CLAIM", help_heading = "Header")]
    pub(super) header: Vec<String>,
    /// Authenticate the bytes of FILE as well; in the JSON forms
    #[arg(long, value_name = "FILE", help_heading = "Header")]
    pub(super) aad: Option<FileSpec>,

    /// Encrypt the bytes of --payload as they are; nothing is added
    #[arg(long, requires = "payload", conflicts_with_all = CLAIM_FLAGS, help_heading = "Not a JWT")]
    pub(super) raw: bool,

    /// The form of the token (default: compact; with several recipients general)
    #[arg(long, value_enum, help_heading = None::<&str>)]
    pub(super) format: Option<Format>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Five parts with dots between them
    Compact,
    /// JSON for one recipient
    Flattened,
    /// JSON with a list of recipients
    General,
}

impl From<Format> for JweForm {
    fn from(format: Format) -> Self {
        match format {
            Format::Compact => Self::Compact,
            Format::Flattened => Self::Flattened,
            Format::General => Self::General,
        }
    }
}
