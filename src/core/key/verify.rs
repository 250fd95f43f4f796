//! Checking signatures, and whether a public key can be trusted with that.

use std::sync::OnceLock;

use super::super::alg::SigAlg;
use super::backend::{self, Verify};
use super::curve::has_small_order;
use super::{Job, Key, Material, Misfit};

/// A key made ready for checking signatures of one algorithm.
pub struct Verifier<'k>(&'k dyn Verify);

/// What a key was made ready for so far: a chain with a link for each algorithm, of which a key has
/// a handful. Links are added and never changed, so that threads read it without a lock.
#[derive(Default)]
pub(super) struct Prepared(OnceLock<Box<PreparedKey>>);

struct PreparedKey {
    alg: SigAlg,
    loaded: Box<dyn Verify>,
    next: Prepared,
}

impl Prepared {
    fn find(&self, alg: SigAlg) -> Option<&dyn Verify> {
        let chain = std::iter::successors(self.0.get(), |link| link.next.0.get());
        let mut fitting = chain.filter(|link| link.alg == alg);
        fitting.next().map(|link| &*link.loaded)
    }

    fn get(
        &self,
        alg: SigAlg,
        load: impl FnOnce() -> Result<Box<dyn Verify>, Misfit>,
    ) -> Result<&dyn Verify, Misfit> {
        if let Some(found) = self.find(alg) {
            return Ok(found);
        }
        let mut link = Box::new(PreparedKey {
            alg,
            loaded: load()?,
            next: Self::default(),
        });
        let mut end = self;
        // Another thread may have been quicker. A second link for an algorithm is of no use, and does
        // no harm.
        while let Err(refused) = end.0.set(link) {
            link = refused;
            end = end.0.get().map_or(end, |there| &there.next);
        }
        let lost = || Misfit::Unfit("cannot be made ready".into());
        self.find(alg).ok_or_else(lost)
    }
}

/// What was signed, and its signature.
#[derive(Clone, Copy)]
pub struct Verifying<'a> {
    /// The signing input.
    pub message: &'a [u8],
    /// The signature.
    pub signature: &'a [u8],
}

impl Key {
    /// The key, made ready for checking signatures of `alg`: by the first call, for all that follow.
    ///
    /// # Errors
    /// When it does not fit (see [`Key::fit`]); a weak one passes if `allow_weak`. Also when its
    /// numbers are not a key, such as a point off its curve or of small order.
    pub fn verifier(&self, alg: SigAlg, allow_weak: bool) -> Result<Verifier<'_>, Misfit> {
        match self.fit(alg, Job::Verify) {
            Err(Misfit::Weak(_)) if allow_weak => {}
            other => other?,
        }
        let load = || {
            self.check_order()?;
            backend::verifier(self, alg)
        };
        self.prepared.get(alg, load).map(Verifier)
    }

    /// Whether the public numbers are a key at all: an EC point must lie on its curve. Costs a
    /// parse, so it is called only after a signature did not verify, to tell a bad key from a bad
    /// signature.
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

    /// Whether the public half is a point of small order: signatures that verify with it can be
    /// made without the private half.
    pub fn has_small_order(&self) -> bool {
        self.check_order().is_err()
    }

    /// Refuses a public point of small order, with which signatures made without the private half
    /// verify.
    fn check_order(&self) -> Result<(), Misfit> {
        match &self.material {
            Material::Curve { crv, x, .. } if has_small_order(*crv, x) => Err(Misfit::Unfit(
                format!("has a public point of small order on {crv}, which needs no private half"),
            )),
            _ => Ok(()),
        }
    }
}

impl Verifier<'_> {
    /// Whether `signature` is one of `message` by this key.
    pub fn verify(&self, it: Verifying<'_>) -> bool {
        self.0.verify(it.message, it.signature)
    }
}
