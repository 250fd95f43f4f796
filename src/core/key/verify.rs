//! Checking signatures, and whether a public key can be trusted with that.

use super::super::alg::SigAlg;
use super::backend::{self, Verify};
use super::curve::has_small_order;
use super::{Job, Key, Material, Misfit};

/// A key made ready for checking signatures of one algorithm.
pub struct Verifier(Box<dyn Verify>);

/// What was signed, and its signature.
#[derive(Clone, Copy)]
pub struct Verifying<'a> {
    /// The signing input.
    pub message: &'a [u8],
    /// The signature.
    pub signature: &'a [u8],
}

impl Key {
    /// Prepares the key for checking signatures of `alg`.
    ///
    /// # Errors
    /// When it does not fit (see [`Key::fit`]); a weak one passes if `allow_weak`. Also when its
    /// numbers are not a key, such as a point off its curve or of small order.
    pub fn verifier(&self, alg: SigAlg, allow_weak: bool) -> Result<Verifier, Misfit> {
        match self.fit(alg, Job::Verify) {
            Err(Misfit::Weak(_)) if allow_weak => {}
            other => other?,
        }
        self.check_order()?;
        backend::verifier(self, alg).map(Verifier)
    }

    /// Whether the public numbers are a key at all: an EC point must lie on its curve. Costs a
    /// parse, so it is asked only when a signature did not verify and the question is whose
    /// fault that is.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn check_public(&self) -> Result<(), Misfit> {
        match &self.material {
            Material::Curve { crv, x, y, .. } => {
                self.check_order()?;
                backend::check_point(*crv, x, y)
            }
            Material::Oct(_) | Material::Rsa { .. } | Material::Akp { .. } => Ok(()),
        }
    }

    /// Whether the public half is a point of small order, for which anybody can sign.
    pub fn has_small_order(&self) -> bool {
        self.check_order().is_err()
    }

    /// Refuses a public point that makes signatures by anybody verify.
    fn check_order(&self) -> Result<(), Misfit> {
        match &self.material {
            Material::Curve { crv, x, .. } if has_small_order(*crv, x) => Err(Misfit::Unfit(
                format!("has a public point of small order on {crv}, for which anybody can sign"),
            )),
            _ => Ok(()),
        }
    }
}

impl Verifier {
    /// Whether `signature` is one of `message` by this key.
    pub fn verify(&self, it: Verifying<'_>) -> bool {
        self.0.verify(it.message, it.signature)
    }
}
