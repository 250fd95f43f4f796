//! What a key may do: by its type, curve and size, and by what it is declared for.

use super::super::alg::{MIN_RSA_BITS, SigAlg};
use super::super::error::shortened;
use super::{Key, Material};

/// What a key is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// Making signatures.
    Sign,
    /// Checking them.
    Verify,
}

/// Why a key cannot be used for a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// The key is of another kind, or is declared to be for something else.
    Unfit(String),
    /// The key is shorter than the algorithm demands; a caller may allow that.
    Weak(String),
}

impl Misfit {
    /// The finding in words, to follow the key's name.
    pub fn why(&self) -> &str {
        match self {
            Self::Unfit(why) | Self::Weak(why) => why,
        }
    }
}

impl Key {
    /// The signature algorithms that its type and size permit and its `alg`, if any, names. Weak
    /// ones are not among them.
    pub fn algorithms(&self, job: Job) -> Vec<SigAlg> {
        // An old name and the one of RFC 9864 are one choice, not two.
        let distinct =
            |alg: &&SigAlg| alg.renames().is_none() || self.alg.as_deref() == Some(alg.as_str());
        let fits = |alg: &&SigAlg| self.fit(**alg, job).is_ok();
        let all: Vec<SigAlg> = SigAlg::ALL
            .iter()
            .filter(distinct)
            .filter(fits)
            .copied()
            .collect();
        match self.alg.as_deref().and_then(|name| name.parse().ok()) {
            Some(exact) if all.contains(&exact) => vec![exact],
            _ => all,
        }
    }

    /// Whether the key may do `job` with `alg`: its type, curve, `use`, `key_ops`, `alg` and size.
    ///
    /// # Errors
    /// The first thing that does not fit.
    pub fn fit(&self, alg: SigAlg, job: Job) -> Result<(), Misfit> {
        let unfit = |why: String| Err(Misfit::Unfit(why));
        if self.kty() != alg.kty() {
            return unfit(format!(
                "is an {} key and {alg} needs an {} one",
                self.kty(),
                alg.kty()
            ));
        }
        if self.pss_only && !alg.is_pss() {
            return unfit(format!(
                "is for RSASSA-PSS only, and {alg} is something else"
            ));
        }
        if let Some(set) = self.parameter_set().filter(|set| set.alg() != alg) {
            return unfit(format!("is an {set} key, which {alg} does not use"));
        }
        if let Some(crv) = self.curve()
            && !alg.admits(Some(crv))
        {
            return unfit(format!("is on curve {crv}, which {alg} does not use"));
        }
        // SPIFFE's bundles say which of their keys are for JWTs in this way.
        let is_for_signing = |usage: &&str| matches!(*usage, "sig" | "jwt-svid");
        if let Some(usage) = self.usage.as_deref().filter(|usage| !is_for_signing(usage)) {
            let usage = shortened(usage);
            return unfit(format!("is declared for \"use\": {usage}, not \"sig\""));
        }
        let wanted: &[&str] = match job {
            Job::Sign => &["sign"],
            // A private key that may sign may check its own signatures.
            Job::Verify if self.is_private() => &["verify", "sign"],
            Job::Verify => &["verify"],
        };
        if let Some(ops) = &self.key_ops
            && !ops.iter().any(|op| wanted.contains(&op.as_str()))
        {
            return unfit(format!(
                "is declared for \"key_ops\": {}, not {:?}",
                few(ops),
                wanted[0]
            ));
        }
        if let Some(own) = &self.alg
            && !own
                .parse::<SigAlg>()
                .is_ok_and(|own| own.agrees_with(alg) && own.admits(self.curve()))
        {
            let own = shortened(own);
            return unfit(format!("is declared for \"alg\": {own}, not {alg}"));
        }
        if job == Job::Sign && !self.is_private() {
            return unfit("is a public key, and signing needs the private one".into());
        }
        self.check_size(alg)
    }

    fn check_size(&self, alg: SigAlg) -> Result<(), Misfit> {
        match &self.material {
            Material::Oct(secret) if secret.is_empty() => Err(Misfit::Unfit("is empty".into())),
            Material::Oct(secret) if secret.len() < alg.hash().octets() => {
                let (has, needs) = (secret.len(), alg.hash().octets());
                Err(Misfit::Weak(format!(
                    "has {has} bytes, and {alg} needs at least {needs} (RFC 7518 section 3.2)"
                )))
            }
            Material::Rsa { .. } if self.bits() < MIN_RSA_BITS => Err(Misfit::Weak(format!(
                "has {} bits, and {alg} needs at least {MIN_RSA_BITS} (RFC 7518 section 3.3)",
                self.bits()
            ))),
            _ => Ok(()),
        }
    }
}

/// A list as a message can hold it: the first few.
pub(super) fn few(names: &[String]) -> String {
    const MOST: usize = 8;
    let shown: Vec<String> = names
        .iter()
        .take(MOST)
        .map(|it| format!("{it:?}"))
        .collect();
    let more = if names.len() > MOST { ", …" } else { "" };
    format!("[{}{more}]", shown.join(", "))
}
