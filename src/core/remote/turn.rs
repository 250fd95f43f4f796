//! One fetch for a whole fleet: look into the shared store, take its lease or wait for whoever has
//! it, look again, and only then decide. What goes wrong with the store is told and otherwise
//! changes nothing: the caller fetches for itself.

use std::time::Duration;

use super::super::address::redacted;
use super::super::cache::{Attempt, COOLDOWN_MS, Committed, Entry, Guard, Slot};
use super::super::env::Env;
use super::super::shared::{Claim, Lease, Look, Store};
use super::renew::{Findings, Renewal, Renewed};

/// How long to wait between two looks: ever longer, up to this many milliseconds.
const POLL_MS: std::ops::RangeInclusive<u64> = 50..=250;

/// A runner's turn to fetch for the fleet; for itself alone if it waited in vain. The lease is
/// given back when it ends.
pub(super) struct Turn<'a> {
    store: &'a Store,
    slot: &'a Slot,
    env: &'a Env<'a>,
    look: Look,
    lease: Option<Lease>,
}

impl<'a> Turn<'a> {
    /// Waits for a turn, adding to what the caller has `found`. No turn at all when the store is
    /// out of order.
    ///
    /// # Errors
    /// With the answer that makes a fetch superfluous: somebody else has made it, or it is too soon
    /// for another.
    pub fn take(
        renewal: &Renewal<'a>,
        store: &'a Store,
        found: &mut Findings,
        guard: Option<&Guard>,
        warn: &mut dyn FnMut(String),
        env: &'a Env<'a>,
    ) -> Result<Option<Self>, Renewed> {
        if store.is_lost() {
            return Ok(None);
        }
        let slot = renewal.slot;
        let unused = |why: String| format!("the shared cache is not used: {why}");
        let mut look = match store.look(slot, env) {
            Ok(look) => look,
            Err(why) => {
                warn(unused(why));
                return Ok(None);
            }
        };
        if let Some(why) = &look.unusable {
            warn(format!(
                "the shared entry for {} {why}, and is not used",
                redacted(slot.url())
            ));
        }
        found.adopt(renewal, &mut look, guard, false, warn, env)?;
        found.check_pause(env)?;
        // A forced renewal is content with nothing that was there before.
        found.before.clone_from(&found.there);
        let start = env.clock.monotonic();
        for round in 0_u64.. {
            let (lease, mut look) = match store.claim(slot, renewal.patience, env) {
                Ok(Claim::Granted(lease, look)) => (Some(lease), look),
                Ok(Claim::Taken(look)) => (None, look),
                Ok(Claim::Unwritable(why)) => {
                    warn(format!("the shared cache cannot be written to: {why}"));
                    break;
                }
                Err(why) => {
                    warn(unused(why));
                    break;
                }
            };
            let adopted = found.adopt(renewal, &mut look, guard, round > 0, warn, env);
            let turn = Self {
                store,
                slot,
                env,
                look,
                lease,
            };
            adopted?;
            if turn.lease.is_some() {
                found.check_pause(env)?;
                return Ok(Some(turn));
            }
            // Whoever takes over from a holder that died has yet to fetch.
            if env.clock.monotonic().saturating_sub(start) >= renewal.patience.saturating_mul(2) {
                return Ok(Some(turn));
            }
            let most = POLL_MS
                .start()
                .saturating_mul(round + 1)
                .min(*POLL_MS.end());
            env.clock
                .sleep(Duration::from_millis(most / 2 + env.below(most / 2)));
        }
        Ok(None)
    }

    /// Shares what was fetched.
    pub fn share(mut self, entry: &Entry, warn: &mut dyn FnMut(String)) {
        match self
            .store
            .publish(self.slot, &self.look, entry, self.lease.as_ref(), self.env)
        {
            Ok(()) => self.lease = None,
            Err(why) => warn(format!("the keys could not be shared: {why}")),
        }
    }

    /// Tells the others that the server refuses. Other failures may be this machine's own, and are
    /// not theirs.
    pub fn failed(mut self, attempt: &Attempt, warn: &mut dyn FnMut(String)) {
        if attempt
            .error
            .as_ref()
            .is_some_and(|it| it.class.is_an_answer())
        {
            // Not for as long as the server may ask of one address, for theirs are others.
            let not_before_ms = attempt
                .not_before_ms
                .min(attempt.ended_at_ms.saturating_add(COOLDOWN_MS));
            let shared = Attempt {
                not_before_ms,
                ..attempt.clone()
            };
            let told = self.store.leave(
                self.slot,
                self.lease.take().as_ref(),
                Some(&shared),
                self.env,
            );
            told.unwrap_or_else(|why| warn(format!("the shared cache cannot be told: {why}")));
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        // Should it fail, the lease runs out.
        drop(
            self.store
                .leave(self.slot, self.lease.take().as_ref(), None, self.env),
        );
    }
}

impl Findings {
    /// Takes over what another machine has found out: a failure, and an entry if it is later than
    /// what there is. One that is fresh goes onto this machine's disk as well.
    ///
    /// # Errors
    /// With the answer, if nothing is left to do.
    fn adopt(
        &mut self,
        renewal: &Renewal<'_>,
        look: &mut Look,
        guard: Option<&Guard>,
        waited: bool,
        warn: &mut dyn FnMut(String),
        env: &Env<'_>,
    ) -> Result<(), Renewed> {
        let is_later = |it: &Attempt| {
            self.last
                .as_ref()
                .is_none_or(|last| last.ended_at_ms < it.ended_at_ms)
        };
        if let Some(attempt) = look.attempt.take().filter(is_later) {
            self.last = Some(attempt);
        }
        let there = self.there.as_deref().filter(|it| it.age_ms(env).is_some());
        let is_later =
            |it: &Entry| there.is_none_or(|there| there.requested_at_ms < it.requested_at_ms);
        let Some(mut entry) = look.entry.take().filter(|it| is_later(it)) else {
            return Ok(());
        };
        if let Some(guard) = guard.filter(|_| (renewal.is_fresh)(&entry)) {
            match guard.commit(&entry, there, env) {
                Committed::Newer(newer) => entry = newer,
                Committed::Failed(why) => warn(why),
                Committed::Written => {}
            }
        }
        let before = if waited {
            self.before.as_deref()
        } else {
            renewal.seen
        };
        match renewal.settled(Some(entry), waited, before) {
            Ok(entry) => Err(Renewed::Kept(entry)),
            Err((there, reason)) => {
                (self.there, self.reason) = (there, reason);
                Ok(())
            }
        }
    }

    /// # Errors
    /// With the answer, if it is too soon for another attempt.
    fn check_pause(&mut self, env: &Env<'_>) -> Result<(), Renewed> {
        match self.pause(env) {
            Some(pause) => Err(Renewed::Paused(self.there.take(), pause)),
            None => Ok(()),
        }
    }
}
