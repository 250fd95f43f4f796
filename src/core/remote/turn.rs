//! One fetch for a whole fleet: look into the shared store, take its lease or wait for whoever has it, look again, and
//! only then decide. What goes wrong with the store is told and otherwise changes nothing: the caller fetches for itself.

use std::time::Duration;

use super::super::cache::{Attempt, COOLDOWN_MS, Committed, Entry, Guard, Pause, Reason, Slot};
use super::super::env::Env;
use super::super::shared::{Claim, Lease, Look, Store};
use super::renew::{Findings, Renewal, Renewed};

/// How long somebody else's fetch is waited for: the life of a lease.
const WAIT: Duration = Duration::from_secs(6);

/// How long to wait between two looks: ever longer, up to this many milliseconds.
const POLL_MS: std::ops::RangeInclusive<u64> = 50..=250;

/// A runner's turn to fetch for the fleet; for itself alone if it waited in vain.
pub(super) struct Turn<'a> {
    store: &'a Store,
    slot: &'a Slot,
    env: &'a Env<'a>,
    look: Option<Look>,
    lease: Option<Lease>,
}

impl<'a> Turn<'a> {
    /// Waits for a turn, adding to what the caller has `found`. No turn at all when the store is out of order.
    ///
    /// # Errors
    /// With the answer that makes a fetch superfluous: somebody else has made it, or it is too soon for another.
    pub fn take(
        renewal: &Renewal<'a>,
        store: &'a Store,
        found: &mut Findings,
        guard: Option<&Guard>,
        warn: &mut dyn FnMut(String),
        env: &'a Env<'a>,
    ) -> Result<Option<Self>, Renewed> {
        let slot = renewal.slot;
        let unused = |why: String| format!("the shared cache is not used: {why}");
        let look = match store.look(slot, env) {
            Ok(look) => look,
            Err(why) => {
                warn(unused(why));
                return Ok(None);
            }
        };
        if let Some(why) = &look.unusable {
            warn(format!("the shared entry for {} {why}, and is not used", super::super::address::redacted(slot.url())));
        }
        adopt(renewal, found, look.entry, None, guard, warn, env)?;
        // What a forced renewal must not be content with.
        let before = found.there.clone();
        let start = env.clock.monotonic();
        for round in 0_u64.. {
            let claim = match store.claim(slot, env) {
                Ok(claim) => claim,
                Err(why) => {
                    warn(unused(why));
                    return Ok(None);
                }
            };
            let Claim { lease, unwritable, mut look, attempt } = claim;
            let entry = look.entry.take();
            // From here on it is given back, whatever happens.
            let turn = Self { store, slot, env, look: Some(look), lease };
            let waited = (round > 0).then_some(before.as_deref());
            adopt(renewal, found, entry, waited, guard, warn, env)?;
            if turn.lease.is_some() {
                let later = attempt.filter(|it| found.last.as_ref().is_none_or(|last| last.ended_at_ms < it.ended_at_ms));
                found.last = later.or(found.last.take());
                return match found.pause(env).or_else(|| just_fetched(found, env)) {
                    Some(pause) => Err(Renewed::Paused(found.there.take(), pause)),
                    None => Ok(Some(turn)),
                };
            }
            if let Some(why) = unwritable {
                warn(format!("the shared cache cannot be written to: {why}"));
                return Ok(None);
            }
            if env.clock.monotonic().saturating_sub(start) >= WAIT {
                return Ok(Some(turn));
            }
            let most = POLL_MS.start().saturating_mul(round + 1).min(*POLL_MS.end());
            env.clock.sleep(Duration::from_millis(most / 2 + env.below(most / 2)));
        }
        Ok(None)
    }

    /// Shares what was fetched.
    pub fn share(mut self, entry: &Entry, attempt: &Attempt, warn: &mut dyn FnMut(String)) {
        let Some(look) = self.look.take() else { return };
        if let Err(why) = self.store.publish(self.slot, look, entry, attempt, self.lease.take(), self.env) {
            warn(format!("the keys could not be shared: {why}"));
        }
    }

    /// Tells the others that there is nothing to be had just now.
    pub fn failed(mut self, attempt: &Attempt, warn: &mut dyn FnMut(String)) {
        if let Err(why) = self.store.give_back(self.slot, self.lease.take(), Some(attempt), self.env) {
            warn(format!("the shared cache cannot be told: {why}"));
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        // Should it fail, the lease runs out.
        drop(self.store.give_back(self.slot, self.lease.take(), None, self.env));
    }
}

/// Takes over what another machine has fetched, if it is later than what there is; also onto this machine's disk.
/// `waited` is what was there before, for those who have waited.
///
/// # Errors
/// With the answer, if nothing is left to do.
fn adopt(
    renewal: &Renewal<'_>,
    found: &mut Findings,
    shared: Option<Box<Entry>>,
    waited: Option<Option<&Entry>>,
    guard: Option<&Guard>,
    warn: &mut dyn FnMut(String),
    env: &Env<'_>,
) -> Result<(), Renewed> {
    let there = found.there.as_deref().filter(|it| it.age_ms(env).is_some());
    let Some(mut entry) = shared.filter(|it| there.is_none_or(|there| there.requested_at_ms < it.requested_at_ms)) else {
        return Ok(());
    };
    match guard.map(|guard| guard.commit(&entry, there, env)) {
        Some(Committed::Newer(newer)) => entry = newer,
        Some(Committed::Failed(why)) => warn(why),
        Some(Committed::Written) | None => {}
    }
    match renewal.settled(Some(entry), waited.is_some(), waited.flatten()) {
        Ok(entry) => Err(Renewed::Kept(entry)),
        Err((there, reason)) => {
            (found.there, found.reason) = (there, reason);
            Ok(())
        }
    }
}

/// Keys this new are all there are, also when the record of the attempt got lost.
fn just_fetched(found: &Findings, env: &Env<'_>) -> Option<Pause> {
    let age_ms = found.there.as_ref()?.age_ms(env)?;
    let asks_again = matches!(found.reason, Reason::KidMiss | Reason::BadSig);
    (asks_again && age_ms < COOLDOWN_MS).then_some(Pause::JustFetched)
}
