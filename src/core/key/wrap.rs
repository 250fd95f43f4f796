//! Key management of encrypted tokens (RFC 7518 §4, RFC 8037 §3.2): how a content encryption key
//! reaches its recipient, and which keys do for it.

use super::super::alg::{ContentEnc, Curve, KeyAlg, KeyMode, MIN_RSA_BITS};
use super::super::env::Env;
use super::super::error::shortened;
use super::super::json::{Json, Object};
use super::super::secret::Secret;
use super::backend::encryption::{self, GcmIv, GcmTag};
use super::{Key, KeyError, Material, Misfit, Recipe, encode, few, generate};

/// What a key is wanted for in an encrypted token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyJob {
    /// Encrypting: wrapping the content encryption key, or being it.
    Wrap,
    /// Decrypting: unwrapping it, or being it.
    Unwrap,
}

/// What a header says about how the content encryption key is wrapped, besides the algorithm.
#[derive(Debug)]
pub enum Wrapping {
    /// Nothing: with `dir`, RSA and AES Key Wrap.
    Plain,
    /// With ECDH-ES: the sender's public key, and what both parties know of each other.
    Agreed {
        /// `epk`.
        epk: Box<Key>,
        /// `apu`, decoded.
        apu: Vec<u8>,
        /// `apv`, decoded.
        apv: Vec<u8>,
    },
    /// With AES-GCM.
    Gcm {
        /// `iv`, decoded.
        iv: GcmIv,
        /// `tag`, decoded.
        tag: GcmTag,
    },
    /// With a passphrase.
    Derived {
        /// `p2s`, decoded.
        salt: Vec<u8>,
        /// `p2c`.
        rounds: u32,
    },
}

/// A content encryption key on its way to a recipient.
pub struct Wrapped {
    /// The key itself, where the recipient's key decides it.
    pub content_key: Option<Secret>,
    /// The content encryption key, encrypted; empty where there is nothing to carry.
    pub encrypted_key: Vec<u8>,
    /// What the header has to say about it.
    pub parameters: Object,
}

/// Bytes of the salt that a passphrase is used with.
const SALT: usize = 16;

impl Key {
    /// Whether the key may do `job` with `alg`, and where it is the content encryption key itself
    /// with `enc`, if that is known: its type, curve, `use`, `key_ops`, `alg` and size.
    ///
    /// # Errors
    /// The first thing that does not fit.
    pub fn fit_encryption(
        &self,
        alg: KeyAlg,
        enc: Option<ContentEnc>,
        job: KeyJob,
    ) -> Result<(), Misfit> {
        let unfit = |why: String| Err(Misfit::Unfit(why));
        self.check_family(alg)?;
        if let Some(usage) = self.usage.as_deref().filter(|usage| *usage != "enc") {
            let usage = shortened(usage);
            return unfit(format!("is declared for \"use\": {usage}, not \"enc\""));
        }
        self.check_ops(alg, job)?;
        if let Some(own) = &self.alg
            && own != alg.as_str()
            && !(alg == KeyAlg::Dir && is_enc(own, enc))
        {
            let own = shortened(own);
            return unfit(format!("is declared for \"alg\": {own}, not {alg}"));
        }
        if job == KeyJob::Unwrap && !self.is_private() {
            return unfit("is a public key, and decrypting needs the private one".into());
        }
        if let Some(why) = encryption::lacks(alg, self.curve()) {
            return unfit(why);
        }
        self.check_length(alg, enc, job)
    }

    fn check_family(&self, alg: KeyAlg) -> Result<(), Misfit> {
        let unfit = |why: String| Err(Misfit::Unfit(why));
        if let (true, Some(crv)) = (alg.is_ecdh(), self.curve()) {
            return match alg.curves().contains(&crv) {
                true => Ok(()),
                false => unfit(format!("is on curve {crv}, which {alg} does not use")),
            };
        }
        if self.kty() != alg.kty() {
            return unfit(format!(
                "is an {} key and {alg} needs an {} one",
                self.kty(),
                alg.kty()
            ));
        }
        if self.pss_only {
            return unfit("is for RSASSA-PSS only, which is no encryption".into());
        }
        // A secret is used as a passphrase only if the caller or the key's `alg` says that it is
        // one: PBKDF2's rounds make up for its being short.
        let is_passphrase = self.is_passphrase || self.alg.as_deref() == Some(alg.as_str());
        match (alg.mode() == KeyMode::Passphrase, is_passphrase) {
            (true, false) => unfit(format!("is a secret, and {alg} takes a passphrase")),
            (false, _) if self.is_passphrase => unfit(format!("is not a key, and {alg} takes one")),
            _ => Ok(()),
        }
    }

    fn check_ops(&self, alg: KeyAlg, job: KeyJob) -> Result<(), Misfit> {
        let Some(ops) = &self.key_ops else {
            return Ok(());
        };
        // Both the operation that RFC 7517 section 4.3 has for it, and those that libraries write.
        let wanted: &[&str] = match (alg.mode(), job) {
            // Public keys for agreements have nothing to list in WebCrypto.
            (KeyMode::Agreement | KeyMode::AgreementWrap, KeyJob::Wrap) if ops.is_empty() => {
                return Ok(());
            }
            (KeyMode::Agreement | KeyMode::AgreementWrap, _) => &["deriveKey", "deriveBits"],
            (KeyMode::Passphrase, _) => &["deriveKey", "deriveBits", "wrapKey", "unwrapKey"],
            (KeyMode::Direct, KeyJob::Wrap) => &["encrypt"],
            (KeyMode::Direct, KeyJob::Unwrap) => &["decrypt"],
            (_, KeyJob::Wrap) => &["wrapKey", "encrypt"],
            (_, KeyJob::Unwrap) => &["unwrapKey", "decrypt"],
        };
        match ops.iter().any(|op| wanted.contains(&op.as_str())) {
            true => Ok(()),
            false => Err(Misfit::Unfit(format!(
                "is declared for \"key_ops\": {}, not {:?}",
                few(ops),
                wanted[0]
            ))),
        }
    }

    fn check_length(
        &self,
        alg: KeyAlg,
        enc: Option<ContentEnc>,
        job: KeyJob,
    ) -> Result<(), Misfit> {
        match &self.material {
            Material::Oct(secret) => {
                let takes = match alg.mode() {
                    // Opened with an empty one, a token says itself that it is the wrong one.
                    KeyMode::Passphrase if secret.is_empty() && job == KeyJob::Wrap => {
                        return Err(Misfit::Unfit("is empty".into()));
                    }
                    KeyMode::Passphrase => return Ok(()),
                    KeyMode::Direct => match enc {
                        Some(enc) if enc.key_len() != secret.len() => {
                            return Err(Misfit::Unfit(format!(
                                "has {} bytes, and {enc} takes {}",
                                secret.len(),
                                enc.key_len()
                            )));
                        }
                        Some(_) => return Ok(()),
                        None => ContentEnc::ALL.iter().map(|enc| enc.key_len()).collect(),
                    },
                    _ => vec![alg.kek_len()],
                };
                match takes.contains(&secret.len()) {
                    true => Ok(()),
                    false => Err(Misfit::Unfit(match takes[..] {
                        [one] => format!("has {} bytes, and {alg} takes {one}", secret.len()),
                        _ => format!(
                            "has {} bytes, and {alg} takes 16, 24, 32, 48 or 64",
                            secret.len()
                        ),
                    })),
                }
            }
            Material::Rsa { .. } if self.bits() < MIN_RSA_BITS => Err(Misfit::Weak(format!(
                "has {} bits, and {alg} needs at least {MIN_RSA_BITS} (RFC 7518 section 4.3)",
                self.bits()
            ))),
            _ => Ok(()),
        }
    }

    /// The key-management algorithms that its type, size and metadata permit, in the order of the
    /// table; RSA1_5, which is only read, among those for unwrapping alone.
    pub fn key_algorithms(&self, job: KeyJob) -> Vec<KeyAlg> {
        let fits = |alg: &&KeyAlg| {
            (job == KeyJob::Unwrap || **alg != KeyAlg::Rsa15)
                && self.fit_encryption(**alg, None, job).is_ok()
        };
        KeyAlg::ALL.iter().filter(fits).copied().collect()
    }

    /// The algorithm to encrypt with to this key unless told otherwise: what it is declared for,
    /// else RSA-OAEP-256, ECDH-ES+A256KW, the AES Key Wrap or the direct use that its length allows,
    /// or PBES2-HS512+A256KW.
    pub fn usual_key_alg(&self) -> Option<KeyAlg> {
        const USUAL: &[KeyAlg] = &[
            KeyAlg::RsaOaep256,
            KeyAlg::EcdhEsA256Kw,
            KeyAlg::A128Kw,
            KeyAlg::A192Kw,
            KeyAlg::A256Kw,
            KeyAlg::Dir,
            KeyAlg::Pbes2Hs512,
        ];
        let permitted = self.key_algorithms(KeyJob::Wrap);
        let usual = USUAL.iter().find(|alg| permitted.contains(alg));
        usual.or(permitted.first()).copied()
    }

    /// The content encryption algorithms that this key can be the key of.
    /// The longest first, and of one length AES-GCM.
    pub fn direct_encs(&self) -> Vec<ContentEnc> {
        let fits = |enc: &&ContentEnc| {
            self.fit_encryption(KeyAlg::Dir, Some(**enc), KeyJob::Wrap)
                .is_ok()
        };
        ContentEnc::ALL.iter().rev().filter(fits).copied().collect()
    }

    /// The content encryption key for `enc` that `encrypted` carries. The key fits `alg`; `None`
    /// when it does not unwrap, also because its length or the curve of `epk` is not that of this
    /// key.
    pub fn unwrap_key(
        &self,
        alg: KeyAlg,
        enc: ContentEnc,
        wrapping: &Wrapping,
        encrypted: &[u8],
    ) -> Option<Secret> {
        let plain = |secret: &Secret| Secret::new(secret.expose().to_vec());
        match (&self.material, wrapping, alg.mode()) {
            (Material::Oct(secret), Wrapping::Plain, KeyMode::Direct) => Some(plain(secret)),
            (Material::Oct(secret), Wrapping::Plain, KeyMode::Wrap) => {
                encryption::unwrap(alg, secret, encrypted)
            }
            (Material::Oct(secret), Wrapping::Gcm { iv, tag }, KeyMode::GcmWrap) => {
                encryption::open_gcm(secret, *iv, &[], encrypted, *tag)
            }
            (Material::Oct(secret), Wrapping::Derived { salt, rounds }, KeyMode::Passphrase) => {
                let salt = salt_input(alg, salt);
                let wrapping = encryption::derive(alg, secret, &salt, *rounds)?;
                encryption::unwrap(alg, &wrapping, encrypted)
            }
            (Material::Rsa { n, .. }, Wrapping::Plain, KeyMode::Encryption) => {
                // RSA1_5 of a damaged key gives another key, and of another length.
                (encrypted.len() == n.len())
                    .then(|| encryption::decrypt_rsa(self, alg, encrypted))
                    .flatten()
            }
            (
                Material::Curve {
                    crv, d: Some(d), ..
                },
                Wrapping::Agreed { epk, apu, apv },
                mode,
            ) => {
                let Material::Curve {
                    crv: other, x, y, ..
                } = &epk.material
                else {
                    return None;
                };
                if crv != other {
                    return None;
                }
                let shared = encryption::agree(*crv, d, x, y)?;
                let agreed = agreed_key(alg, enc, &shared, apu, apv);
                match mode {
                    KeyMode::Agreement => Some(agreed),
                    _ => encryption::unwrap(alg, &agreed, encrypted),
                }
            }
            _ => None,
        }
    }

    /// Brings `content_key` to the owner of this key, which fits `alg`; where the owner's key
    /// decides the content encryption key, that comes back instead. `rounds` is `p2c`.
    ///
    /// # Errors
    /// [`KeyError::Unsupported`] when the key does not fit after all, [`KeyError::Invalid`] when its
    /// public point is not on its curve.
    pub fn wrap_key(
        &self,
        alg: KeyAlg,
        enc: ContentEnc,
        content_key: &Secret,
        rounds: u32,
        env: &Env<'_>,
    ) -> Result<Wrapped, KeyError> {
        let failed = || KeyError::Unsupported(format!("cannot be encrypted to with {alg}").into());
        let carried = |encrypted_key: Option<Vec<u8>>, parameters: Vec<(String, Json)>| {
            Ok(Wrapped {
                content_key: None,
                encrypted_key: encrypted_key.ok_or_else(failed)?,
                parameters: Object(parameters),
            })
        };
        match (&self.material, alg.mode()) {
            (Material::Oct(secret), KeyMode::Direct) => Ok(Wrapped {
                content_key: Some(Secret::new(secret.expose().to_vec())),
                encrypted_key: Vec::new(),
                parameters: Object::default(),
            }),
            (Material::Oct(secret), KeyMode::Wrap) => {
                carried(encryption::wrap(alg, secret, content_key), Vec::new())
            }
            (Material::Oct(secret), KeyMode::GcmWrap) => {
                let iv: GcmIv = env.bytes();
                let (encrypted, tag) =
                    encryption::seal_gcm(secret, iv, &[], content_key).ok_or_else(failed)?;
                let parameters = vec![text("iv", &iv), text("tag", &tag)];
                carried(Some(encrypted), parameters)
            }
            (Material::Oct(secret), KeyMode::Passphrase) => {
                let salt: [u8; SALT] = env.bytes();
                let wrapping = encryption::derive(alg, secret, &salt_input(alg, &salt), rounds)
                    .ok_or_else(failed)?;
                let parameters = vec![text("p2s", &salt), ("p2c".into(), i64::from(rounds).into())];
                carried(encryption::wrap(alg, &wrapping, content_key), parameters)
            }
            (Material::Rsa { .. }, KeyMode::Encryption) => {
                carried(encryption::encrypt_rsa(self, alg, content_key), Vec::new())
            }
            (Material::Curve { crv, x, y, .. }, mode) => {
                self.check_public()
                    .map_err(|misfit| KeyError::Invalid(misfit.why().to_owned().into()))?;
                let (epk, agreed) = agree_anew(alg, enc, (*crv, x, y), env)?;
                let parameters = vec![("epk".into(), epk.into())];
                match mode {
                    KeyMode::Agreement => Ok(Wrapped {
                        content_key: Some(agreed),
                        encrypted_key: Vec::new(),
                        parameters: Object(parameters),
                    }),
                    _ => carried(encryption::wrap(alg, &agreed, content_key), parameters),
                }
            }
            _ => Err(failed()),
        }
    }
}

/// A parameter that holds bytes.
fn text(name: &str, bytes: &[u8]) -> (String, Json) {
    (name.into(), encode(bytes).as_str().into())
}

/// Whether `own` names the content encryption that a direct key is for, as RFC 7520 §5.6 has it.
fn is_enc(own: &str, enc: Option<ContentEnc>) -> bool {
    own.parse()
        .is_ok_and(|own: ContentEnc| enc.is_none_or(|enc| enc == own))
}

/// The salt that PBKDF2 takes: RFC 7518 §4.8.1.1.
fn salt_input(alg: KeyAlg, salt: &[u8]) -> Vec<u8> {
    [alg.as_str().as_bytes(), &[0], salt].concat()
}

/// An agreement with the owner of a public key, by a key pair for this once: its public half, and
/// what was agreed upon.
fn agree_anew(
    alg: KeyAlg,
    enc: ContentEnc,
    (crv, x, y): (Curve, &[u8], &[u8]),
    env: &Env<'_>,
) -> Result<(Object, Secret), KeyError> {
    let ephemeral = generate(Recipe::Curve(crv), env)?;
    let Material::Curve { d: Some(d), .. } = &ephemeral.material else {
        let why = format!("is on {crv}, for which no key can be made");
        return Err(KeyError::Unsupported(why.into()));
    };
    let shared = encryption::agree(crv, d, x, y).ok_or_else(|| {
        let why = format!("has a public point that nothing can be agreed upon with on {crv}");
        KeyError::Invalid(why.into())
    })?;
    Ok((
        ephemeral.public_jwk(),
        agreed_key(alg, enc, &shared, &[], &[]),
    ))
}

/// Concat KDF (RFC 7518 §4.6.2, NIST SP 800-56A §5.8.1) over SHA-256.
fn agreed_key(alg: KeyAlg, enc: ContentEnc, shared: &Secret, apu: &[u8], apv: &[u8]) -> Secret {
    let (name, length) = match alg.mode() {
        KeyMode::Agreement => (enc.as_str(), enc.key_len()),
        _ => (alg.as_str(), alg.kek_len()),
    };
    // Headers are small, so that no length overflows.
    let length_of = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes();
    let bits = u32::try_from(length * 8).unwrap_or(u32::MAX).to_be_bytes();
    let mut key = zeroize::Zeroizing::new(Vec::with_capacity(length + 32));
    for round in 1_u32.. {
        if key.len() >= length {
            break;
        }
        let hash = encryption::sha256(&[
            &round.to_be_bytes(),
            shared.expose(),
            &length_of(name.as_bytes()),
            name.as_bytes(),
            &length_of(apu),
            apu,
            &length_of(apv),
            apv,
            &bits,
        ]);
        key.extend_from_slice(hash.expose());
    }
    key.truncate(length);
    Secret::from(key)
}

#[cfg(test)]
mod tests {
    use super::super::decode;
    use super::*;

    /// RFC 7518 appendix C: Bob's and Alice's keys agree upon a content encryption key.
    #[test]
    fn the_agreement_of_rfc_7518_c() {
        let jwk =
            |text: &str| Key::from_jwk(Object::parse_strict(text.as_bytes()).unwrap()).unwrap();
        let epk = jwk(
            r#"{"kty":"EC","crv":"P-256","x":"gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0","y":"SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps"}"#,
        );
        let bob = jwk(
            r#"{"kty":"EC","crv":"P-256","x":"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ","y":"e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck","d":"VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw"}"#,
        );
        let wrapping = Wrapping::Agreed {
            epk: Box::new(epk),
            apu: b"Alice".to_vec(),
            apv: b"Bob".to_vec(),
        };
        let key = bob.unwrap_key(KeyAlg::EcdhEs, ContentEnc::A128Gcm, &wrapping, &[]);
        let expected = decode("VqqN6vgjbSBcIijNcacQGg").unwrap();
        assert_eq!(key.unwrap().expose(), expected);
    }
}
