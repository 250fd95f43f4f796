//! What a refresh has found out so far, and whether it is too soon for another attempt.

use super::super::cache::{Attempt, COOLDOWN_MS, FetchError, FetchOutcome, FetchReason, Pause};
use super::super::env::Env;
use super::document::Current;

/// Why a refresh has not brought what is wanted. The entry comes along as it is, untouched.
pub(super) enum Unmet<C> {
    /// The cooldown runs, and the entry lacks what is wanted.
    JustFetched(Option<Current<C>>),
    /// The fetch failed, now or within the back-off.
    Failed(Option<Current<C>>, FetchError),
}

/// What a refresh knows so far.
pub(super) struct Known<C> {
    pub current: Option<Current<C>>,
    /// Why the current entry is not enough.
    pub reason: FetchReason,
    /// The last attempt of any process, or of any machine of the fleet.
    pub last: Option<Attempt>,
}

impl<C> Known<C> {
    /// Whether it is too soon for another attempt.
    pub fn pause(&self, env: &Env<'_>) -> Option<Pause> {
        if self.reason == FetchReason::Forced {
            return None;
        }
        let last = self.last.as_ref().filter(|it| !self.is_outdated(it));
        let pause = last.and_then(|it| it.pause(env.millis()));
        let asks_again = matches!(self.reason, FetchReason::KidMiss | FetchReason::BadSig);
        match pause {
            // A recent fetch is no reason to wait if the entry that it brought is gone or has
            // expired.
            Some(Pause::JustFetched) if !asks_again => None,
            // Keys this new are all that the server has, also when another machine fetched them.
            None if asks_again => {
                let age_ms = self.current.as_ref().and_then(|it| it.entry.age_ms(env));
                let is_new = age_ms.is_some_and(|age| age < COOLDOWN_MS);
                is_new.then_some(Pause::JustFetched)
            }
            other => other,
        }
    }

    /// Whether a fetch has succeeded since that failure.
    fn is_outdated(&self, attempt: &Attempt) -> bool {
        let succeeded = self.current.as_ref().map(|it| it.entry.fetched_at_ms);
        attempt.outcome == FetchOutcome::Error
            && succeeded.is_some_and(|at| at > attempt.ended_at_ms)
    }

    /// How a refresh ends that may not fetch now, because of `pause`.
    pub fn paused(&mut self, pause: Pause) -> Unmet<C> {
        let current = self.current.take();
        match pause {
            Pause::JustFetched => Unmet::JustFetched(current),
            Pause::BackOff { left_ms, error } => {
                let left = super::seconds(left_ms);
                let why = format!(
                    "the last attempt failed: {}; the next is possible in {left}",
                    error.why
                );
                Unmet::Failed(current, FetchError { why, ..error })
            }
        }
    }
}
