//! How better-auth encrypts what it stores: XChaCha20-Poly1305 under the SHA-256 of the server's
//! secret, the nonce in front, in hexadecimal. With versioned secrets, `$ba$VERSION$` stands before
//! that.

use aws_lc_rs::digest;
use chacha20poly1305::aead::Aead as _;
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::super::env::Env;
use super::super::json::{Json, Object, WipedJson};
use super::super::key::{Key, hex, to_hex};
use super::super::secret::Secret;

const PREFIX: &str = "$ba$";

const NONCE: usize = 24;

const TAG: usize = 16;

/// A secret of the server, which private halves are sealed under.
#[derive(Debug)]
pub struct ServerSecret {
    /// Its version in `BETTER_AUTH_SECRETS`; `None` for the one secret of a server without
    /// versions.
    pub version: Option<u32>,
    /// The secret itself.
    pub value: Secret,
}

/// How private halves of new rows are stored.
#[derive(Clone, Copy)]
pub enum RowProtection<'a> {
    /// Under the server's secret.
    Sealed(&'a ServerSecret),
    /// As they are, for a server with `disablePrivateKeyEncryption`.
    Clear,
}

/// Why a private half is not open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closed {
    /// It is sealed under a secret of this version, and none of that version was given.
    NoSecret(Option<u32>),
    /// A secret was given and does not open it. That the row was damaged looks just like this.
    WrongSecret,
    /// It is not as better-auth writes it.
    Damaged(&'static str),
    /// It opens, and is not a key that belongs to the public half.
    OtherKey,
}

/// How a private half is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sealing {
    /// Under a secret, of this version if secrets have versions.
    Sealed(Option<u32>),
    /// As it is.
    Clear,
    /// Neither can be told.
    Damaged,
}

/// A private half as it is stored.
#[derive(Debug)]
pub(super) enum StoredHalf {
    /// Sealed, its nonce in front.
    Sealed {
        /// The version of the secret.
        version: Option<u32>,
        /// Nonce, ciphertext and tag.
        sealed: Vec<u8>,
    },
    /// The text of the private JWK.
    Clear(Secret),
    /// Neither, for this reason; the column as it was read.
    Damaged(&'static str, Secret),
}

impl StoredHalf {
    /// Reads the column `privateKey`: JSON of a JWK, or JSON of a text in hexadecimal, whose quotes
    /// may be missing.
    pub(super) fn parse(column: &str) -> Self {
        let damaged = |why| Self::Damaged(why, Secret::new(column.as_bytes().to_vec()));
        let column = column.trim();
        if column.starts_with('{') {
            return Self::Clear(Secret::new(column.as_bytes().to_vec()));
        }
        let unquoted = column.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
        let (version, digits) = match unquoted.unwrap_or(column).strip_prefix(PREFIX) {
            None => (None, unquoted.unwrap_or(column)),
            Some(rest) => match rest.split_once('$') {
                Some((version, digits)) => match version.parse() {
                    Ok(version) => (Some(version), digits),
                    Err(_) => return damaged("its envelope has no version"),
                },
                None => return damaged("its envelope has no version"),
            },
        };
        match hex(digits) {
            None => damaged("its private half is not hexadecimal"),
            Some(sealed) if sealed.len() <= NONCE + TAG => damaged("its private half is cut off"),
            Some(sealed) => Self::Sealed { version, sealed },
        }
    }

    pub(super) fn sealing(&self) -> Sealing {
        match self {
            Self::Sealed { version, .. } => Sealing::Sealed(*version),
            Self::Clear(_) => Sealing::Clear,
            Self::Damaged(..) => Sealing::Damaged,
        }
    }

    /// The column for a private half; of a damaged one, as it was read.
    pub(super) fn column(&self) -> Secret {
        match self {
            Self::Clear(text) | Self::Damaged(_, text) => Secret::new(text.expose().to_vec()),
            Self::Sealed { version, sealed } => {
                let digits = to_hex(sealed);
                let text = match version {
                    Some(version) => format!("\"{PREFIX}{version}${digits}\""),
                    None => format!("\"{digits}\""),
                };
                Secret::new(text.into_bytes())
            }
        }
    }

    /// The private half of `key`, put away as `protection` says.
    pub(super) fn seal(key: &Key, protection: RowProtection<'_>, env: &Env<'_>) -> Option<Self> {
        let text = private_text(key)?;
        let RowProtection::Sealed(secret) = protection else {
            return Some(Self::Clear(text));
        };
        let nonce = env.bytes::<NONCE>();
        let ciphertext = cipher(secret).encrypt(&XNonce::from(nonce), text.expose());
        Some(Self::Sealed {
            version: secret.version,
            sealed: [&nonce[..], &ciphertext.ok()?].concat(),
        })
    }

    /// The whole key, if its private half opens and belongs to `public`.
    pub(super) fn open(&self, public: &Key, secrets: &[ServerSecret]) -> Result<Key, Closed> {
        let opened;
        let text = match self {
            Self::Damaged(why, _) => return Err(Closed::Damaged(why)),
            Self::Clear(text) => text,
            Self::Sealed { version, sealed } => {
                opened = open(*version, sealed, secrets)?;
                &opened
            }
        };
        let mut key = match Json::parse(text.expose()) {
            Ok(Json::Object(jwk)) => Key::from_jwk(jwk).map_err(|_| Closed::OtherKey)?,
            Ok(mut other) => {
                other.wipe();
                return Err(Closed::OtherKey);
            }
            Err(_) => return Err(Closed::OtherKey),
        };
        let belongs = key.is_private() && key.same_material(public) && key.check_private().is_ok();
        if !belongs {
            return Err(Closed::OtherKey);
        }
        key.kid.clone_from(&public.kid);
        key.alg.clone_from(&public.alg);
        key.usage.clone_from(&public.usage);
        Ok(key)
    }
}

fn open(version: Option<u32>, sealed: &[u8], secrets: &[ServerSecret]) -> Result<Secret, Closed> {
    let mut fitting = secrets.iter().filter(|it| it.version == version).peekable();
    if fitting.peek().is_none() {
        return Err(Closed::NoSecret(version));
    }
    let (nonce, ciphertext) = sealed
        .split_first_chunk::<NONCE>()
        .ok_or(Closed::WrongSecret)?;
    let opened = fitting.find_map(|secret| {
        let opened = cipher(secret).decrypt(&XNonce::from(*nonce), ciphertext);
        opened.ok().map(Secret::new)
    });
    opened.ok_or(Closed::WrongSecret)
}

fn cipher(secret: &ServerSecret) -> XChaCha20Poly1305 {
    let mut key = Zeroizing::new([0u8; 32]);
    let hash = digest::digest(&digest::SHA256, secret.value.expose());
    key.copy_from_slice(hash.as_ref());
    XChaCha20Poly1305::new((&*key).into())
}

/// The private JWK as the plugin stores it: without what the other columns say.
fn private_text(key: &Key) -> Option<Secret> {
    let Ok(Json::Object(mut jwk)) = Json::parse(key.expose_jwk().expose()) else {
        return None;
    };
    bare(&mut jwk, key);
    let json = WipedJson::from(Json::Object(jwk));
    Some(Secret::new(json.to_text().into_bytes()))
}

/// The public JWK as the plugin stores it.
pub(super) fn public_text(key: &Key) -> String {
    let mut jwk = key.public_jwk();
    bare(&mut jwk, key);
    Json::Object(jwk).to_text()
}

/// Leaves of a JWK only the members of the key itself.
fn bare(jwk: &mut Object, key: &Key) {
    let is_other = |name: &str| key.others.has(name);
    let is_metadata = |name: &str| ["kid", "alg", "use", "key_ops"].contains(&name);
    jwk.0
        .retain(|(name, _)| !is_metadata(name) && !is_other(name));
}
