//! The right to fetch for a whole fleet: look into the shared cache, take its lease or wait for the
//! machine that holds it, and look again after each step. A shared cache that fails is reported and
//! otherwise changes nothing: the caller fetches for itself.

use std::ops::ControlFlow;
use std::time::Duration;

use super::super::address::redacted;
use super::super::cache::{Attempt, COOLDOWN_MS, CacheKey, Entry};
use super::super::env::Env;
use super::super::shared::{LeaseToken, SharedCache, SharedCacheError, Snapshot};

/// Milliseconds between two looks, at most: after the first look, and after later ones.
const POLL_MS: std::ops::RangeInclusive<u64> = 50..=250;

/// When a look was taken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Before the lease was asked for.
    First,
    /// Another machine holds the lease; whether this one has `waited` for it already.
    Taken { waited: bool },
    /// This machine holds the lease; whether it has `waited` for it.
    Granted { waited: bool },
}

/// The end of the wait for the lease of a slot: the lease, which is given back when dropped; or no
/// lease, when the caller has waited for as long as two other machines may take, and fetches for
/// itself.
pub(super) struct FleetLease<'a> {
    store: &'a SharedCache,
    slot: &'a CacheKey,
    env: &'a Env<'a>,
    look: Snapshot,
    lease: Option<LeaseToken>,
}

/// Waits for the lease. `judge` is given what each look has found and may end the wait with the
/// caller's answer. `None` when the shared cache is out of order.
pub(super) fn hold<'a, B>(
    store: &'a SharedCache,
    slot: &'a CacheKey,
    patience: Duration,
    env: &'a Env<'a>,
    warn: &mut dyn FnMut(String),
    judge: &mut dyn FnMut(&mut Snapshot, Stage) -> ControlFlow<B>,
) -> ControlFlow<B, Option<FleetLease<'a>>> {
    let none = ControlFlow::Continue(None);
    if store.is_lost() {
        return none;
    }
    let mut look = match store.look(slot, env) {
        Ok(look) => look,
        Err(why) => {
            warn(format!("the shared cache is not used: {why}"));
            return none;
        }
    };
    if let Some(why) = &look.unusable {
        let url = redacted(slot.url());
        let why = super::super::shared::shortened(&why.to_string());
        warn(format!("the shared entry for {url} {why}, and is not used"));
    }
    judge(&mut look, Stage::First)?;
    let start = env.clock.monotonic();
    for round in 0_u64.. {
        let (lease, look) = match store.claim(slot, patience, env) {
            Ok(claimed) => claimed,
            Err(why @ SharedCacheError::Unwritable(_)) => {
                warn(format!("the shared cache cannot be written to: {why}"));
                return none;
            }
            Err(why) => {
                warn(format!("the shared cache is not used: {why}"));
                return none;
            }
        };
        let mut held = FleetLease {
            store,
            slot,
            env,
            look,
            lease,
        };
        let waited = round > 0;
        let stage = match held.lease {
            Some(_) => Stage::Granted { waited },
            None => Stage::Taken { waited },
        };
        judge(&mut held.look, stage)?;
        // Twice the patience: a machine that takes the lease over from a dead one still has to
        // fetch.
        let waited = env.clock.monotonic().saturating_sub(start);
        if held.lease.is_some() || waited >= patience.saturating_mul(2) {
            return ControlFlow::Continue(Some(held));
        }
        let most = POLL_MS
            .start()
            .saturating_mul(round + 1)
            .min(*POLL_MS.end());
        let pause = Duration::from_millis(most / 2 + env.below(most / 2));
        env.clock.sleep(pause);
    }
    none
}

impl FleetLease<'_> {
    /// Shares what was fetched.
    ///
    /// # Errors
    /// As [`SharedCache::publish`].
    pub fn share(mut self, entry: &Entry) -> Result<(), SharedCacheError> {
        self.store
            .publish(self.slot, &self.look, entry, self.lease.as_ref(), self.env)?;
        self.lease = None;
        Ok(())
    }

    /// Tells the fleet that the server itself has answered with a failure. The cause of any other
    /// failure may be this machine, so the fleet is not told.
    ///
    /// # Errors
    /// As [`SharedCache::leave`].
    pub fn failed(mut self, attempt: &Attempt) -> Result<(), SharedCacheError> {
        let is_answer = |it: &Attempt| it.error.as_ref().is_some_and(|it| it.class.is_an_answer());
        if !is_answer(attempt) {
            return Ok(());
        }
        // The server's `Retry-After` is meant for this machine's address. The others have their
        // own, so they wait for the cooldown at most.
        let most = attempt.ended_at_ms.saturating_add(COOLDOWN_MS);
        let shared = Attempt {
            not_before_ms: attempt.not_before_ms.min(most),
            ..attempt.clone()
        };
        let lease = self.lease.take();
        self.store
            .leave(self.slot, lease.as_ref(), Some(&shared), self.env)
    }
}

impl Drop for FleetLease<'_> {
    fn drop(&mut self) {
        // If this fails, the lease runs out by itself.
        let lease = self.lease.take();
        drop(self.store.leave(self.slot, lease.as_ref(), None, self.env));
    }
}
