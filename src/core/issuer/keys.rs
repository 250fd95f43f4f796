//! The keys that the issuer signs with and publishes: a key that the caller has given, or new ones
//! for every tenant.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::digest::{SHA256, digest};

use super::super::alg::{Kty, SigAlg};
use super::super::env::Env;
use super::super::json::Json;
use super::super::key::{Job, Key, Recipe, Signer, generate};
use super::MAX_ISSUERS;
use super::error::IssuerError;

/// The most new keys that a tenant keeps: the one that signs, and those before it.
const MAX_FRESH: usize = 8;

/// A key that is ready to sign.
pub struct SigningKey {
    /// The key, with the id that tokens name it by.
    pub key: Arc<Key>,
    /// What it signs with.
    pub alg: SigAlg,
    pub(super) signer: Signer,
}

impl SigningKey {
    /// Makes a key ready; one without an id is named by its thumbprint.
    ///
    /// # Errors
    /// [`IssuerError`] when it cannot sign or has no public half to publish.
    pub fn new(mut key: Key, alg: Option<SigAlg>) -> Result<Self, IssuerError> {
        if key.kty() == Kty::Oct {
            return Err(IssuerError::SymmetricKey);
        }
        let choices = key.algorithms(Job::Sign);
        let alg = match (alg, &choices[..]) {
            (Some(alg), _) => alg,
            (None, [alg, ..]) => *alg,
            (None, []) => {
                return Err(match key.is_private() {
                    true => IssuerError::NotForSigning,
                    false => IssuerError::PublicKey,
                });
            }
        };
        let signer = key.signer(alg, false).map_err(IssuerError::Unfit)?;
        if key.kid.is_none() {
            key.kid = Some(key.thumbprint());
        }
        // Verifiers are told what the key is for.
        key.alg.get_or_insert_with(|| alg.as_str().into());
        key.usage.get_or_insert_with(|| "sig".into());
        Ok(Self {
            key: Arc::new(key),
            alg,
            signer,
        })
    }
}

/// The keys of one issuer at one moment.
#[derive(Clone)]
pub struct Ring {
    /// The key that signs.
    pub signing: Arc<SigningKey>,
    /// What is published, the signing key among them.
    pub published: Vec<Arc<Key>>,
}

/// Where an issuer's keys come from.
pub trait KeySource {
    /// The keys at `env.now` of the issuer with that first path segment, or of the one without.
    ///
    /// # Errors
    /// [`IssuerError`] when there are no keys.
    fn ring(&mut self, tenant: Option<&str>, env: &Env<'_>) -> Result<Ring, IssuerError>;

    /// Lets new keys take over from the present ones, which stay published.
    ///
    /// # Errors
    /// [`IssuerError`] when the issuer may not rotate these keys.
    fn rotate(&mut self, env: &Env<'_>) -> Result<(), IssuerError>;
}

/// One key for all issuers.
pub struct Fixed(Ring);

impl Fixed {
    /// Signs with `signing`, and publishes it along with `others`.
    pub fn new(signing: SigningKey, others: Vec<Arc<Key>>) -> Self {
        let published = std::iter::once(Arc::clone(&signing.key))
            .chain(others)
            .collect();
        Self(Ring {
            signing: Arc::new(signing),
            published,
        })
    }
}

impl KeySource for Fixed {
    fn ring(&mut self, _: Option<&str>, _: &Env<'_>) -> Result<Ring, IssuerError> {
        Ok(self.0.clone())
    }

    fn rotate(&mut self, _: &Env<'_>) -> Result<(), IssuerError> {
        Err(IssuerError::KeyStays)
    }
}

/// New keys, different for each tenant, that live as long as the process.
pub struct Fresh {
    alg: SigAlg,
    seed: Option<String>,
    rings: HashMap<String, Vec<Arc<SigningKey>>>,
}

impl Fresh {
    /// Keys for `alg`: random, or from a seed. With a seed they are the same at every start, and
    /// every user who knows the seed can make them.
    ///
    /// # Errors
    /// [`IssuerError`] when there are no such keys.
    pub fn new(alg: SigAlg, seed: Option<String>) -> Result<Self, IssuerError> {
        match alg.kty() {
            Kty::Oct => Err(IssuerError::SymmetricAlg(alg)),
            Kty::Rsa if seed.is_some() => Err(IssuerError::SeededRsa(alg)),
            _ => Ok(Self {
                alg,
                seed,
                rings: HashMap::new(),
            }),
        }
    }

    fn make(
        &self,
        tenant: &str,
        count: usize,
        env: &Env<'_>,
    ) -> Result<Arc<SigningKey>, IssuerError> {
        make(
            self.alg,
            self.seed
                .as_deref()
                .map(|seed| format!("{tenant}\0{count}\0{seed}")),
            env,
        )
        .map(Arc::new)
    }
}

impl KeySource for Fresh {
    fn ring(&mut self, tenant: Option<&str>, env: &Env<'_>) -> Result<Ring, IssuerError> {
        let tenant = tenant.unwrap_or_default();
        if !self.rings.contains_key(tenant) {
            if self.rings.len() >= MAX_ISSUERS {
                return Err(IssuerError::TooMany);
            }
            let first = self.make(tenant, 0, env)?;
            self.rings.insert(tenant.to_owned(), vec![first]);
        }
        let keys = self
            .rings
            .get(tenant)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let signing = keys.first().ok_or(IssuerError::NoKey)?;
        Ok(Ring {
            signing: Arc::clone(signing),
            published: keys.iter().map(|it| Arc::clone(&it.key)).collect(),
        })
    }

    fn rotate(&mut self, env: &Env<'_>) -> Result<(), IssuerError> {
        let tenants: Vec<(String, usize)> = self
            .rings
            .iter()
            .map(|(tenant, keys)| (tenant.clone(), keys.len()))
            .collect();
        for (tenant, count) in tenants {
            let next = self.make(&tenant, count, env)?;
            let keys = self.rings.entry(tenant).or_default();
            keys.insert(0, next);
            keys.truncate(MAX_FRESH);
        }
        Ok(())
    }
}

/// The label that is hashed with a seed, so that the same seed gives other bytes elsewhere. It
/// never changes, since the keys would change with it.
const SEED_LABEL: &[u8] = b"jwtctl serve --seed";

/// A new key for `alg`. A key from a seed says so in its id and in the member `jwtctl_test_key`,
/// because it is not secret.
pub(super) fn make(
    alg: SigAlg,
    seed: Option<String>,
    env: &Env<'_>,
) -> Result<SigningKey, IssuerError> {
    let recipe = Recipe::for_sig(alg, None, None)?;
    let Some(seed) = seed else {
        return SigningKey::new(generate(recipe, env)?, Some(alg));
    };
    let drawn = AtomicU64::new(0);
    let random = |buffer: &mut [u8]| {
        for chunk in buffer.chunks_mut(32) {
            let next = drawn.fetch_add(1, Ordering::Relaxed);
            let drawn = format!("\0{alg}\0{seed}\0{next}");
            let block = digest(&SHA256, &[SEED_LABEL, drawn.as_bytes()].concat());
            chunk.copy_from_slice(&block.as_ref()[..chunk.len()]);
        }
    };
    let mut key = generate(
        recipe,
        &Env {
            random: &random,
            ..*env
        },
    )?;
    key.kid = Some(format!("test-{}", key.thumbprint()));
    key.others.set("jwtctl_test_key", Json::Bool(true));
    SigningKey::new(key, Some(alg))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU8;

    use super::super::super::env::Stopped;
    use super::super::super::time::Timestamp;
    use super::*;

    fn env(random: &(dyn Fn(&mut [u8]) + Sync)) -> Env<'_> {
        Env {
            now: Timestamp(0),
            random,
            clock: &Stopped,
        }
    }

    #[test]
    fn seeded_keys_are_the_same_every_time_and_marked() {
        let random = |_: &mut [u8]| panic!("a seed needs no randomness");
        for alg in [SigAlg::EdDsa, SigAlg::Es256, SigAlg::Es384, SigAlg::Es512] {
            let kid = |tenant, seed: &str| {
                let ring = Fresh::new(alg, Some(seed.into()))
                    .unwrap()
                    .ring(tenant, &env(&random))
                    .unwrap();
                assert_eq!(
                    ring.published[0].public_jwk().member("jwtctl_test_key"),
                    Some(&Json::Bool(true))
                );
                ring.signing.key.kid.clone().unwrap()
            };
            assert_eq!(kid(None, "a"), kid(None, "a"));
            assert_ne!(kid(None, "a"), kid(None, "b"));
            assert_ne!(kid(None, "a"), kid(Some("t"), "a"));
            assert!(kid(None, "a").starts_with("test-"));
        }
        assert!(Fresh::new(SigAlg::Rs256, Some("a".into())).is_err());
        assert!(Fresh::new(SigAlg::Hs256, None).is_err());
    }

    #[test]
    fn issuers_have_keys_of_their_own_and_their_number_is_bounded() {
        let count = AtomicU8::new(1);
        let random = |buffer: &mut [u8]| {
            buffer.fill(count.fetch_add(1, Ordering::Relaxed));
        };
        let mut fresh = Fresh::new(SigAlg::Es256, None).unwrap();
        let first = fresh.ring(None, &env(&random)).unwrap();
        let second = fresh.ring(Some("two"), &env(&random)).unwrap();
        assert_ne!(first.signing.key.kid, second.signing.key.kid);
        fresh.rotate(&env(&random)).unwrap();
        let after = fresh.ring(None, &env(&random)).unwrap();
        assert_eq!(after.published.len(), 2);
        assert_eq!(after.published[1].kid, first.signing.key.kid);
        for number in 0..MAX_ISSUERS - 2 {
            fresh
                .ring(Some(&number.to_string()), &env(&random))
                .unwrap();
        }
        assert!(fresh.ring(Some("one too many"), &env(&random)).is_err());
    }
}
