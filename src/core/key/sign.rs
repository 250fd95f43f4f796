//! Making signatures, and whether the two halves of a key belong together.

use super::super::alg::SigAlg;
use super::backend::{self, Sign, openssl};
use super::curve::public_half;
use super::{Job, Key, KeyError, Material, Misfit};

/// A private key made ready for one algorithm; loading is the slow part, so keep it for further
/// signatures.
pub struct Signer {
    alg: SigAlg,
    loaded: Box<dyn Sign>,
}

impl Key {
    /// Prepares the key for signing with `alg`.
    ///
    /// # Errors
    /// When it does not fit (see [`Key::fit`]); a weak one passes if `allow_weak`. Also when the
    /// library refuses it, which it does when the halves do not belong together.
    pub fn signer(&self, alg: SigAlg, allow_weak: bool) -> Result<Signer, Misfit> {
        match self.fit(alg, Job::Sign) {
            Err(Misfit::Weak(_)) if allow_weak => {}
            other => other?,
        }
        let loaded = backend::signer(self, alg)?;
        Ok(Signer { alg, loaded })
    }

    /// [`Key::signer`] for a great many signatures: each costs less, and the first one more.
    ///
    /// # Errors
    /// As [`Key::signer`].
    pub fn bulk_signer(&self, alg: SigAlg, allow_weak: bool) -> Result<Signer, Misfit> {
        let signer = self.signer(alg, allow_weak)?;
        Ok(match backend::bulk_signer(self, alg) {
            Some(loaded) => Signer { alg, loaded },
            None => signer,
        })
    }

    /// Whether the public half is the one of the private half: recomputed on a curve, tried out
    /// with RSA.
    ///
    /// # Errors
    /// [`Misfit::Unfit`] when it is not, or there is no private half.
    pub fn check_private(&self) -> Result<(), Misfit> {
        let unfit = |why: &str| Err(Misfit::Unfit(why.into()));
        let is_pair = match &self.material {
            Material::Oct(_) => true,
            Material::Curve {
                crv,
                x,
                y,
                d: Some(d),
            } => {
                let (own_x, own_y) = public_half(*crv, d)?;
                own_x == *x && own_y == *y
            }
            Material::Rsa {
                private: Some(private),
                ..
            } => {
                if !openssl::is_consistent(private) {
                    return unfit("has a \"d\" that does not belong to its primes");
                }
                self.verifies_itself()?
            }
            Material::Akp {
                set,
                public,
                seed: Some(seed),
            } => backend::seeded_public(*set, seed).is_some_and(|own| own == *public),
            Material::Rsa { .. } | Material::Curve { .. } | Material::Akp { .. } => {
                return unfit("has no private half");
            }
        };
        match is_pair {
            true => Ok(()),
            false => unfit("has a public half that does not belong to its private one"),
        }
    }

    /// Whether the public half of an RSA key verifies what the private one signs.
    fn verifies_itself(&self) -> Result<bool, Misfit> {
        const MESSAGE: &[u8] = b"jwtctl";
        let signature = backend::signer(self, SigAlg::Rs256)?.sign(MESSAGE);
        let verifier = backend::verifier(self, SigAlg::Rs256)?;
        Ok(signature.is_some_and(|signature| verifier.verify(MESSAGE, &signature)))
    }
}

impl Signer {
    /// The algorithm it signs with.
    pub fn alg(&self) -> SigAlg {
        self.alg
    }

    /// The JWS signature over `message`, raw.
    ///
    /// # Errors
    /// A phrase when the library fails, which for a prepared key means that the machine is out of
    /// something.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let signature = self.loaded.sign(message);
        signature
            .ok_or_else(|| KeyError::Failed(format!("signing with {} failed", self.alg).into()))
    }
}
