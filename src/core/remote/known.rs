//! What a refresh has found out so far, and whether it is too soon for another attempt.

use super::super::cache::{
    Attempt, COOLDOWN_MS, FailureClass, FetchError, FetchOutcome, FetchReason,
};
use super::super::env::Env;
use super::document::Current;

/// What a refresh knows so far; and all that it knows when it ends without what is wanted. The
/// entry then comes along as it is, untouched.
pub(super) struct Known<C> {
    pub current: Option<Current<C>>,
    /// Why the current entry is not enough.
    pub reason: FetchReason,
    /// The last attempt of any process, or of any machine of the fleet.
    pub last: Option<Attempt>,
    /// At its end: how the fetch failed, now or before the back-off that runs. Without it the
    /// cooldown runs, and the entry lacks what is wanted.
    pub error: Option<FetchError>,
}

impl<C> Known<C> {
    /// The attempt because of which it is too soon for another one: a success within its cooldown,
    /// or a failure within its back-off.
    pub fn delay(&self, env: &Env<'_>) -> Option<Attempt> {
        if self.reason == FetchReason::Forced {
            return None;
        }
        let asks_again = matches!(self.reason, FetchReason::KidMiss | FetchReason::BadSig);
        let last = self.last.as_ref().filter(|it| !self.is_outdated(it));
        match last.filter(|it| it.delays(env.millis())) {
            // A recent fetch is no reason to wait if the entry that it brought is gone or has
            // expired.
            Some(last) if last.error.is_none() && !asks_again => None,
            // An entry younger than the cooldown counts as all that the server has, whichever
            // machine has fetched it.
            None if asks_again => {
                let entry = &self.current.as_ref()?.entry;
                let is_new = entry.age_ms(env).is_some_and(|age| age < COOLDOWN_MS);
                let fetched =
                    || Attempt::success(FetchOutcome::Ok, self.reason, entry.fetched_at_ms);
                is_new.then(fetched)
            }
            other => other.cloned(),
        }
    }

    /// The entry, where the cooldown runs: the answer is that it lacks what is wanted.
    ///
    /// # Errors
    /// The entry, and why there was no fetch.
    pub fn in_cooldown(self) -> Result<Current<C>, (Option<Current<C>>, FetchError)> {
        // Without an entry no cooldown holds a fetch up, so there is a failure then.
        let no_entry = || FetchError::new(FailureClass::Refused, "there is no entry");
        match (self.current, self.error) {
            (Some(current), None) => Ok(current),
            (current, error) => Err((current, error.unwrap_or_else(no_entry))),
        }
    }

    /// Whether a fetch has succeeded since that failure.
    fn is_outdated(&self, attempt: &Attempt) -> bool {
        let succeeded = self.current.as_ref().map(|it| it.entry.fetched_at_ms);
        attempt.outcome == FetchOutcome::Error
            && succeeded.is_some_and(|at| at > attempt.ended_at_ms)
    }

    /// Ends the refresh without a fetch because of the attempt `by`; takes the entry out of `self`.
    pub fn end_without_fetch(&mut self, by: Attempt, env: &Env<'_>) -> Box<Self> {
        let left = super::seconds(by.not_before_ms.saturating_sub(env.millis()));
        let error = by.error.map(|error| {
            let why = format!(
                "the last attempt failed: {}; the next is possible in {left}",
                error.why
            );
            FetchError { why, ..error }
        });
        Box::new(Self {
            current: self.current.take(),
            reason: self.reason,
            last: self.last.take(),
            error,
        })
    }
}
