//! The rotation: a new key when one is due, like the one before it.

use std::path::Path;

use super::super::alg::{Curve, Kty, SigAlg};
use super::super::env::Env;
use super::super::error::{Code, Error};
use super::super::hint::Parameter;
use super::super::key::{Job, Key, Recipe, generate};
use super::addition::{Added, join};
use super::change::{Changed, Changing, Protection, symmetric};
use super::line::{Plan, RotationPolicy, plan};

/// What kind of key a rotation makes; what is left open follows the current key.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choice {
    /// The algorithm.
    pub alg: Option<SigAlg>,
    /// The curve, where the algorithm leaves a choice.
    pub crv: Option<Curve>,
    /// The size of an RSA key.
    pub bits: Option<usize>,
}

/// What a rotation came to.
#[derive(Debug)]
pub struct Rotated {
    /// What was due.
    pub plan: Plan,
    /// The new key, if one was.
    pub added: Option<Added>,
}

/// Makes a new key if `policy` asks for one, and publishes it. Of two processes that do this at once,
/// the second waits for the lock and then finds that nothing is due. `protection` may be left out
/// by a caller that expects nothing to be due.
///
/// # Errors
/// As [`super::add`]; [`Code::Usage`] when `choice` makes no sense.
pub fn rotate(
    path: &Path,
    policy: &RotationPolicy,
    choice: Choice,
    protection: Option<Protection<'_>>,
    env: &Env<'_>,
) -> Result<Changed<Rotated>, Error> {
    policy.check()?;
    let mut changing = Changing::begin(path)?;
    let plan = plan(&changing.store.line(), policy, env.now);
    if matches!(plan, Plan::Wait { .. }) {
        return Ok(changing.done(Rotated { plan, added: None }));
    }
    let no_passphrase = || {
        Error::input(
            Code::NoInput,
            path.display().to_string(),
            "needs its passphrase to take in a new key",
        )
    };
    let protection = protection.ok_or_else(no_passphrase)?;
    let latest = changing.store.entries.iter().rev().find(|it| it.slot.signs);
    let key = make(choice, latest.map(|it| it.key.as_ref()), env)?;
    let added = join(&mut changing, &key, &plan, protection, env)?;
    Ok(changing.done(Rotated { plan, added }))
}

/// A new signing key. Where `choice` says nothing, it is of the kind of `like`. Its id is its
/// thumbprint.
///
/// # Errors
/// [`Code::Usage`] when there is no such key, or it would be symmetric.
pub fn make(choice: Choice, like: Option<&Key>, env: &Env<'_>) -> Result<Key, Error> {
    let usage = |why: String| Error::usage(Parameter::Alg, why);
    let own = like.and_then(|key| key.algorithms(Job::Verify).first().copied());
    let alg = choice.alg.or(own).unwrap_or(SigAlg::EdDsa);
    let like = like.filter(|_| {
        choice
            .alg
            .is_none_or(|alg| own.is_some_and(|own| own == alg))
    });
    let crv = choice
        .crv
        .or_else(|| like.and_then(Key::curve).filter(|_| alg.curves().len() > 1));
    let rsa_bits = like
        .filter(|_| alg.kty() == Kty::Rsa)
        .map(|key| key.bits().next_multiple_of(8));
    let recipe =
        Recipe::for_sig(alg, crv, choice.bits.or(rsa_bits)).map_err(|why| usage(why.into()))?;
    if matches!(recipe, Recipe::Oct(_)) {
        return Err(symmetric());
    }
    let mut key = generate(recipe, env).map_err(|why| usage(format!("a key for {alg} {why}")))?;
    key.alg = Some(alg.as_str().into());
    key.usage = Some("sig".into());
    key.kid = Some(key.thumbprint());
    Ok(key)
}
