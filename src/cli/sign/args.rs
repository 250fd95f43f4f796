//! The arguments of `sign`.

use std::borrow::Cow;

use clap::ValueEnum;
use clap::builder::NonEmptyStringValueParser;
use jwtctl::core::alg::SigAlg;
use jwtctl::core::error::Error;

use super::super::batch::BatchArgs;
use super::super::input::{
    CLAIM_FLAGS, ClaimArgs, FileSpec, ProfileArgs, SecretArgs, Spec, not_empty, sig_alg,
};
use super::disclosure::DisclosureArgs;
use super::profile::Carrier;

/// Sign a token
///
/// Claims come from flags, from CLAIM arguments and from --payload. What every token should have
/// and this one lacks is added: iat (now), exp (15 minutes) and jti (a UUID). Without --key and
/// --secret, the current key of the keystore signs. In JSON form (RFC 7515 section 7.2) a token has
/// any number of signatures, and no typ unless it is given: what is called a JWT is compact.
#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("signing").args(["key", "secret"])))]
pub struct Args {
    #[command(flatten)]
    pub(super) batch: BatchArgs,

    /// Sign with this private key: PATH, -, env:NAME, fd:N or store:KID; repeat for a signature by
    /// each, in JSON form
    #[arg(long, value_name = "KEYSPEC", help_heading = "Key")]
    pub(super) key: Vec<Spec>,
    #[command(flatten, next_help_heading = "Key")]
    pub(super) secret: SecretArgs,
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
    pub(super) kind: ProfileArgs,
    #[command(flatten)]
    pub(super) disclosure: DisclosureArgs,

    #[command(flatten)]
    pub(super) claims: ClaimArgs,

    /// The media type in the header (default: JWT); none for none
    #[arg(long, help_heading = "Header")]
    pub(super) typ: Option<String>,
    /// A further header parameter, written like a CLAIM
    #[arg(long, value_name = "CLAIM", help_heading = "Header")]
    pub(super) header: Vec<String>,

    /// The certificates of the key, from FILE (PEM or DER), its own first: they are checked against it
    /// and go into the header
    #[arg(long, value_name = "FILE", help_heading = "Header")]
    pub(super) x5c: Option<FileSpec>,
    /// Beside them, the digest of the key's certificate (x5t#S256)
    #[arg(long, requires = "x5c", help_heading = "Header")]
    pub(super) x5t: bool,

    /// Sign the bytes of --payload as they are; nothing is added
    #[arg(long, requires = "payload", conflicts_with_all = ["batch", "profile"], conflicts_with_all = CLAIM_FLAGS, help_heading = "Not a JWT")]
    pub(super) raw: bool,
    /// Like --raw, with the payload left out of the result
    #[arg(long, requires = "payload", conflicts_with_all = ["batch", "profile"], conflicts_with_all = CLAIM_FLAGS, help_heading = "Not a JWT")]
    pub(super) detached: bool,

    /// Sign the payload as it is, not its base64url (b64: false, RFC 7797); with --raw or --detached
    #[arg(long, help_heading = "Not a JWT")]
    pub(super) unencoded: bool,
    /// Add a signature to the token in FILE (or -), whose payload and signatures stay as they are;
    /// they are not verified. The payload of a detached one is given with --detached --payload FILE
    #[arg(long, value_name = "FILE", conflicts_with_all = ["raw", "batch", "profile"], conflicts_with_all = CLAIM_FLAGS, help_heading = "Not a JWT")]
    pub(super) add: Option<FileSpec>,

    /// Encrypt the signed token to this key: PATH, -, env:NAME, fd:N or store:KID
    #[arg(long, value_name = "KEYSPEC", conflicts_with_all = ["detached", "add"], help_heading = "Encryption", value_parser = not_empty::<Spec>())]
    pub(super) encrypt_to: Option<Spec>,

    /// What to print (default: compact, of several signatures general)
    #[arg(long, value_enum, help_heading = None::<&str>)]
    pub(super) format: Option<Format>,
}

impl Args {
    /// The keys by name; `None` is the current one of the keystore, or `--secret`.
    pub(super) fn key_specs(&self) -> Vec<Option<&Spec>> {
        if self.disclosure.present.is_some() {
            return vec![self.disclosure.kb_key.as_ref()];
        }
        match &self.key[..] {
            [] => vec![None],
            specs => specs.iter().map(Some).collect(),
        }
    }

    /// What to print.
    ///
    /// # Errors
    /// When the token does not go into what was asked for.
    pub(super) fn format(&self) -> Result<Format, Error> {
        let is_several = self.key.len() > 1 || self.add.is_some();
        match self.format {
            None if is_several => Ok(Format::General),
            None => Ok(Format::Compact),
            Some(format) if is_several && format != Format::General => {
                let error = Error::usage("--format", "holds one signature, and there are several");
                Err(error.hint("leave it out, or use --format general"))
            }
            Some(format) => Ok(format),
        }
    }

    /// Refuses what clap cannot.
    pub(super) fn check(&self) -> Result<(), Error> {
        let is_raw = self.raw || self.detached || self.add.is_some();
        if self.unencoded && !is_raw {
            let error = Error::usage(
                "--unencoded",
                "a JWT is always encoded (RFC 7797 section 7)",
            );
            return Err(error.hint("to sign bytes: --raw or --detached, with --payload FILE"));
        }
        let is_json = self.format.is_some_and(Format::is_json);
        if self.encrypt_to.is_some() && (is_json || self.key.len() > 1) {
            let why = "takes the compact form of a token, which has one signature";
            return Err(Error::usage("--encrypt-to", why));
        }
        let of_one = [
            ("--alg", self.alg.is_some()),
            ("--kid", self.kid.is_some()),
            ("--x5c", self.x5c.is_some()),
        ];
        let given = of_one.into_iter().find(|(_, given)| *given);
        match given.filter(|_| self.key.len() > 1) {
            Some((flag, _)) => {
                let error = Error::usage(flag, "is about one key, and there are several");
                Err(error.hint("add the other signatures one by one: --add FILE"))
            }
            None => Ok(()),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// The token in one line with two dots
    Compact,
    /// The token as a JSON object with one signature
    Flattened,
    /// The token as a JSON object with a list of signatures
    General,
    /// Authorization: Bearer TOKEN; of a proof DPoP: TOKEN
    Header,
    /// The same as a line of curl's configuration: header = "…"; of a client assertion data = "…"
    Curl,
    /// client_assertion_type=…&client_assertion=TOKEN
    Form,
}

impl Format {
    /// Whether it is JSON, and the token no JWT in the narrow sense.
    pub(super) fn is_json(self) -> bool {
        matches!(self, Self::Flattened | Self::General)
    }

    /// The line to print for a token that `carrier` carries, without its end.
    pub(super) fn line(self, token: &str, carrier: Carrier) -> Cow<'_, str> {
        match self {
            Self::Compact | Self::Flattened | Self::General => Cow::Borrowed(token),
            Self::Header | Self::Form => Cow::Owned(carrier.line(token)),
            Self::Curl => Cow::Owned(carrier.curl(token)),
        }
    }
}
