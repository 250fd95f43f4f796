//! Secrets that several parties share: the arguments that name one, and how it is read.

use clap::ValueEnum;
use jwtctl::core::error::{Code, Error};
use jwtctl::core::keyfile;
use jwtctl::core::limits::MAX_SECRET;
use jwtctl::core::secret::Secret;

use super::{Inputs, SecretSpec};

/// A secret that is the key.
#[derive(clap::Args)]
pub struct SecretArgs {
    /// A shared secret, for HMAC or encryption: PATH, -, env:NAME or fd:N, never the secret itself
    #[arg(long, value_name = "KEYSPEC", allow_hyphen_values = true)]
    pub secret: Option<SecretSpec>,
    /// How the secret is written
    #[arg(
        long,
        value_name = "ENCODING",
        default_value = "utf8",
        requires = "secret"
    )]
    secret_encoding: SecretEncoding,
}

/// How the bytes of a secret are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum SecretEncoding {
    /// The bytes themselves, less one line ending
    Utf8,
    /// Hexadecimal digits
    Hex,
    /// Base64
    Base64,
    /// Base64url
    Base64url,
    /// The bytes themselves, line ending included
    Raw,
}

impl Inputs {
    /// Reads the secret that the arguments name, if they name one.
    pub fn secret(&self, args: &SecretArgs) -> Result<Option<Secret>, Error> {
        let spec = args.secret.as_ref();
        spec.map(|spec| self.encoded(spec, args.secret_encoding))
            .transpose()
    }

    fn encoded(&self, spec: &SecretSpec, encoding: SecretEncoding) -> Result<Secret, Error> {
        let bytes = self.read(spec, MAX_SECRET)?;
        refuse_key_material(&bytes)?;
        let bad = |why: &str| Error::input(Code::BadSecret, "--secret", why);
        let text = || {
            bytes
                .expose_str()
                .map(|it| it.trim().as_bytes())
                .ok_or_else(|| bad("is not text, as its encoding says"))
        };
        let has = |text: &[u8], any: &[u8]| text.iter().any(|byte| any.contains(byte));
        let secret = match encoding {
            SecretEncoding::Raw => bytes,
            SecretEncoding::Utf8 => bytes.without_trailing_newline(),
            SecretEncoding::Hex => {
                keyfile::from_hex(text()?).ok_or_else(|| bad("is not hexadecimal"))?
            }
            // Line breaks inside, and padding that was left out, are accepted: they do not change
            // the bytes.
            SecretEncoding::Base64 => keyfile::from_base64(text()?)
                .filter(|_| !text().is_ok_and(|it| has(it, b"-_")))
                .ok_or_else(|| bad("is not base64"))?,
            SecretEncoding::Base64url => keyfile::from_base64(text()?)
                .filter(|_| !text().is_ok_and(|it| has(it, b"+/")))
                .ok_or_else(|| bad("is not base64url"))?,
        };
        if secret.is_empty() {
            return Err(bad("is empty"));
        }
        Ok(secret)
    }

    /// Reads a secret that is text, such as that of an OAuth client.
    pub fn secret_text(&self, spec: &SecretSpec) -> Result<Secret, Error> {
        let secret = self.read(spec, MAX_SECRET)?.without_trailing_newline();
        match secret.is_empty() || secret.expose_str().is_none() {
            true => Err(Error::input(
                Code::BadSecret,
                spec.flag(),
                "the secret is empty or not text",
            )),
            false => Ok(secret),
        }
    }
}

/// Refuses a key in any format: a public key as HMAC secret is what the key-confusion attack needs
/// (RFC 8725 §2.1).
fn refuse_key_material(bytes: &Secret) -> Result<(), Error> {
    match keyfile::kind(bytes.expose()) {
        None => Ok(()),
        Some(kind) => {
            let why = format!("is {kind}, and a key must not serve as an HMAC secret");
            Err(Error::input(Code::BadSecret, "--secret", why).hint("name it with --key"))
        }
    }
}
