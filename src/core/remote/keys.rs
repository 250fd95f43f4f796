//! [`Remote`] as a source of keys: which keys it has, and when a refresh is worth a request.

use std::sync::Arc;

use super::super::alg::Kty;
use super::super::cache::{COOLDOWN_MS, FetchReason, Freshness};
use super::super::env::Env;
use super::super::error::Error;
use super::super::jwks::{Dropped, Found, Keys, Provenance, Wanted, Why, select};
use super::super::key::Key;
use super::{FetchedSet, Remote};

impl Keys for Remote<'_> {
    fn local(&mut self, wanted: Wanted<'_>, env: &Env<'_>) -> Result<Found, Error> {
        self.kid = wanted.kid.map(String::from);
        if let Some(why) = refusal(wanted) {
            return Ok(Found::Refused(why));
        }
        Ok(if self.look(env)? {
            self.select(wanted)
        } else {
            Found::NotFetched
        })
    }

    fn refreshed(&mut self, wanted: Wanted<'_>, env: &Env<'_>) -> Result<Found, Error> {
        match (&self.loaded, refusal(wanted)) {
            (Some(_), None) => {
                self.kid = wanted.kid.map(String::from);
                Ok(self.select(wanted))
            }
            _ => self.local(wanted, env),
        }
    }

    fn refresh(
        &mut self,
        wanted: Wanted<'_>,
        why: Why,
        env: &Env<'_>,
    ) -> Result<Option<Found>, Error> {
        let age_ms = self.loaded.as_ref().map(|it| it.age_ms);
        // Within the cooldown the server has no other keys. An entry is written after its fetch has
        // ended, so no lock is needed to see this.
        if age_ms.is_some_and(|age| age < COOLDOWN_MS) {
            return Ok(None);
        }
        let before = self.select(wanted);
        let reason = match (why, age_ms) {
            (Why::BadSignature, _) if self.options.offline => return Ok(None),
            (Why::BadSignature, _) => FetchReason::BadSig,
            // There are more candidates than may be tried, and a refresh hardly makes them fewer.
            (Why::UnknownKid, Some(_)) if matches!(before, Found::TooMany(_)) => return Ok(None),
            (Why::UnknownKid, Some(_)) => FetchReason::KidMiss,
            (Why::UnknownKid, None) if self.options.refresh => FetchReason::Forced,
            (Why::UnknownKid, None) => FetchReason::Cold,
        };
        self.offline_refusal()?;
        let fits = |keys: &[Arc<Key>]| match (select(keys, wanted), reason) {
            // The same keys again would fail again.
            (found, FetchReason::BadSig) => !same_keys(&before, &found),
            (found, _) => !matches!(found, Found::NoSuchKey),
        };
        match self.obtain(reason, &fits, env) {
            Ok(true) if reason == FetchReason::BadSig => Ok(None),
            Ok(_) => {
                let found = self.select(wanted);
                let unchanged = reason == FetchReason::BadSig && same_keys(&before, &found);
                Ok((!unchanged).then_some(found))
            }
            // By the keys in use the signature is bad. That no others can be fetched does not
            // change this.
            Err(_) if reason == FetchReason::BadSig => Ok(None),
            Err(e) => Err(e),
        }
    }

    fn all(&self) -> &[Arc<Key>] {
        self.loaded.as_ref().map_or(&[], FetchedSet::keys)
    }

    fn dropped(&self) -> &[Dropped] {
        self.loaded.as_ref().map_or(&[], FetchedSet::dropped)
    }

    fn warnings(&self) -> &[String] {
        &self.warnings
    }

    fn provenance(&self) -> Provenance {
        let name = self.name();
        let Some(it) = &self.loaded else {
            return Provenance {
                source: "none".into(),
                url: Some(name.clone()),
                name,
                ..Provenance::default()
            };
        };
        let source = if it.current.refreshed {
            "network"
        } else {
            it.current.entry.provenance.as_str()
        };
        Provenance {
            source: source.into(),
            state: Some(
                if it.freshness == Freshness::Fresh {
                    "fresh"
                } else {
                    "stale"
                }
                .into(),
            ),
            age_s: Some(it.age_ms / 1000),
            url: Some(name.clone()),
            kid: self.kid.clone(),
            refreshed: it.current.refreshed,
            reason: self.reason.map(|it| it.as_str().to_owned()),
            name,
        }
    }
}

/// Why a published key set cannot have the wanted key, if so: `alg` is an HMAC, which needs a
/// secret.
pub(super) fn refusal(wanted: Wanted<'_>) -> Option<String> {
    let alg = wanted.alg;
    (alg.kty() == Kty::Oct)
        .then(|| format!("alg is {alg}, and a published key set has no secrets to check it with"))
}

/// Whether a refresh brought the same keys again. Keys that are no longer there, or no longer fit
/// the algorithm, count as a change.
pub(super) fn same_keys(before: &Found, after: &Found) -> bool {
    match (before, after) {
        (Found::Keys(a), Found::Keys(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same_material(b))
        }
        _ => false,
    }
}
