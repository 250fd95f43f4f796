//! A remote key set for several threads. Each thread has a handle with the keys that were found
//! last. When these are no longer fresh, or lack the key that a token names, one thread at a time
//! looks for others, and the other threads take over what it found.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::super::cache::{COOLDOWN_MS, Entry, Freshness};
use super::super::env::Env;
use super::super::error::Error;
use super::super::jwks::{Dropped, Found, KeySet, Keys, Provenance, Wanted, Why, select};
use super::super::key::Key;
use super::keys::{refusal, same_keys};
use super::{Options, Remote};

/// For how long the result of a look holds, so that the cache on disk, and the clock that
/// cannot be set back, are not asked for every token.
const SPELL: Duration = Duration::from_secs(1);

/// A [`Remote`] that threads share.
pub struct Pool<'a> {
    options: Options,
    inner: Mutex<PoolState<'a>>,
}

struct PoolState<'a> {
    remote: Remote<'a>,
    at_hand: Option<Arc<AtHand>>,
    /// Why the last refresh failed, and until when no thread asks for another one.
    unmet: Option<(Duration, Error)>,
    /// Until when a bad signature causes no refresh.
    settled: Duration,
}

/// A set as it was found.
struct AtHand {
    set: Arc<KeySet>,
    entry: Entry,
    provenance: Provenance,
    warnings: Vec<String>,
    /// When it was found, by the monotonic clock, and how old it was then.
    found_at: Duration,
    age: Duration,
}

impl AtHand {
    /// Whether the cooldown runs: the server has no other keys than these.
    fn is_new(&self, now: Duration) -> bool {
        let age = self.age.saturating_add(now.saturating_sub(self.found_at));
        age.as_millis() < u128::from(COOLDOWN_MS.unsigned_abs())
    }
}

impl<'a> Pool<'a> {
    /// The keys of `remote`, for as many threads as there are handles.
    pub fn new(remote: Remote<'a>) -> Self {
        Self {
            options: remote.options.clone(),
            inner: Mutex::new(PoolState {
                remote,
                at_hand: None,
                unmet: None,
                settled: Duration::ZERO,
            }),
        }
    }

    /// A handle for one thread.
    pub fn handle(&self) -> PooledKeys<'_, 'a> {
        PooledKeys {
            pool: self,
            at_hand: None,
            good_until: Duration::ZERO,
        }
    }

    fn inner(&self) -> MutexGuard<'_, PoolState<'a>> {
        // A panic in another thread leaves an old set at worst, and its age is checked before use.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PoolState<'_> {
    /// Keys from the cache on disk, if they may be used without a refresh.
    fn look(&mut self, wanted: Wanted<'_>, env: &Env<'_>) -> Result<Found, Error> {
        self.remote.reckon(env);
        let found = self.remote.local(wanted, env)?;
        if !matches!(found, Found::NotFetched | Found::Refused(_)) {
            self.publish(env);
        }
        Ok(found)
    }

    /// Hands the set that the remote has now to the other threads.
    fn publish(&mut self, env: &Env<'_>) {
        let Some(it) = &self.remote.loaded else {
            return;
        };
        self.at_hand = Some(Arc::new(AtHand {
            set: Arc::clone(&it.current.content),
            entry: (*it.current.entry).clone(),
            provenance: self.remote.provenance(),
            warnings: self.remote.warnings.clone(),
            found_at: env.clock.monotonic(),
            age: Duration::from_millis(it.age_ms.unsigned_abs()),
        }));
    }

    /// How long a failure holds. With a cache, its record of attempts says when the next is due.
    fn pause(&self) -> Duration {
        match self.remote.cache {
            Some(_) => SPELL,
            None => Duration::from_millis(COOLDOWN_MS.unsigned_abs()),
        }
    }

    /// Asks for other keys than those at hand.
    fn refresh(
        &mut self,
        wanted: Wanted<'_>,
        why: Why,
        env: &Env<'_>,
    ) -> Result<Option<Found>, Error> {
        let now = env.clock.monotonic();
        match (why, &self.unmet) {
            (Why::BadSignature, _) if now < self.settled => return Ok(None),
            (Why::UnknownKid, Some((until, error))) if now < *until => return Err(error.clone()),
            _ => {}
        }
        // Another process may have fetched them.
        let found = self.look(wanted, env)?;
        if why == Why::UnknownKid && matches!(found, Found::Keys(_)) {
            return Ok(Some(found));
        }
        let answer = self.remote.refresh(wanted, why, env);
        // A forced refresh is made once, not again for every token.
        self.remote.options.refresh &= answer.is_err();
        let until = env.clock.monotonic().saturating_add(self.pause());
        match (&answer, why) {
            (Err(error), _) => self.unmet = Some((until, error.clone())),
            (Ok(None), Why::BadSignature) => {
                self.settled = until;
                // What is no news for this key may be for others.
                self.publish(env);
            }
            (Ok(_), _) => self.publish(env),
        }
        answer
    }
}

/// The keys of a [`Pool`] as one thread sees them.
pub struct PooledKeys<'p, 'a> {
    pool: &'p Pool<'a>,
    at_hand: Option<Arc<AtHand>>,
    good_until: Duration,
}

impl PooledKeys<'_, '_> {
    fn is_good(&mut self, env: &Env<'_>) -> bool {
        let now = env.clock.monotonic();
        let Some(it) = &self.at_hand else {
            return false;
        };
        if now >= self.good_until {
            let options = &self.pool.options;
            match options.freshness(&it.entry, options.max_age_s, env) {
                Freshness::Fresh => self.good_until = now.saturating_add(SPELL),
                Freshness::Stale | Freshness::Expired => return false,
            }
        }
        true
    }

    fn select(&self, wanted: Wanted<'_>) -> Found {
        self.at_hand
            .as_ref()
            .map_or(Found::NotFetched, |it| select(&it.set.keys, wanted))
    }

    /// Takes over the set of `inner`. Returns whether it is another set than before.
    fn adopt(&mut self, inner: &PoolState<'_>) -> bool {
        let Some(it) = &inner.at_hand else {
            return false;
        };
        let is_same = |own: &Arc<AtHand>| Arc::ptr_eq(own, it);
        if self.at_hand.as_ref().is_some_and(is_same) {
            return false;
        }
        // The thread that found the set has judged its age, so it holds for a [`SPELL`] without
        // another check.
        self.good_until = it.found_at.saturating_add(SPELL);
        self.at_hand = Some(Arc::clone(it));
        true
    }
}

impl Keys for PooledKeys<'_, '_> {
    fn local(&mut self, wanted: Wanted<'_>, env: &Env<'_>) -> Result<Found, Error> {
        if let Some(why) = refusal(wanted) {
            return Ok(Found::Refused(why));
        }
        if !self.is_good(env) {
            let pool = self.pool;
            let mut inner = pool.inner();
            if !(self.adopt(&inner) && self.is_good(env)) {
                let found = inner.look(wanted, env)?;
                self.adopt(&inner);
                return Ok(found);
            }
        }
        Ok(self.select(wanted))
    }

    fn refreshed(&mut self, wanted: Wanted<'_>, env: &Env<'_>) -> Result<Found, Error> {
        match (&self.at_hand, refusal(wanted)) {
            (Some(_), None) => Ok(self.select(wanted)),
            _ => self.local(wanted, env),
        }
    }

    fn refresh(
        &mut self,
        wanted: Wanted<'_>,
        why: Why,
        env: &Env<'_>,
    ) -> Result<Option<Found>, Error> {
        let now = env.clock.monotonic();
        // Without a lock: a stream of unknown names must not hold up the other threads.
        if self.at_hand.as_ref().is_some_and(|it| it.is_new(now)) {
            return Ok(None);
        }
        let before = self.select(wanted);
        let is_news = |found: &Found| match why {
            Why::UnknownKid => !matches!(found, Found::NoSuchKey | Found::NotFetched),
            Why::BadSignature => !same_keys(&before, found),
        };
        let pool = self.pool;
        let mut inner = pool.inner();
        if self.adopt(&inner) && self.is_good(env) {
            let found = self.select(wanted);
            if is_news(&found) {
                return Ok(Some(found));
            }
            if self.at_hand.as_ref().is_some_and(|it| it.is_new(now)) {
                return Ok(None);
            }
        }
        let answer = inner.refresh(wanted, why, env);
        // The set may have been replaced without the pool's asking: by another process, say.
        let is_other = self.adopt(&inner);
        match answer {
            Ok(None) if is_other => {
                let found = self.select(wanted);
                Ok(is_news(&found).then_some(found))
            }
            answer => answer,
        }
    }

    fn all(&self) -> &[Arc<Key>] {
        self.at_hand.as_ref().map_or(&[], |it| &it.set.keys)
    }

    fn dropped(&self) -> &[Dropped] {
        self.at_hand.as_ref().map_or(&[], |it| &it.set.dropped)
    }

    fn provenance(&self) -> Provenance {
        match &self.at_hand {
            Some(it) => it.provenance.clone(),
            None => self.pool.inner().remote.provenance(),
        }
    }

    fn warnings(&self) -> &[String] {
        self.at_hand.as_ref().map_or(&[], |it| &it.warnings)
    }
}
