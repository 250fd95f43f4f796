//! One refresh for all processes that wait for it: lock, read again, decide, fetch, store, record.
//! The cooldown is checked only under the lock, or against an attempt that ended during the wait
//! for it. Otherwise a process that waits for a fetch, and would find its key in what that brings,
//! could fail because a fetch "has just ended".

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::time::Duration;

use super::super::cache::{
    Attempt, Cache, CacheLock, Entry, EntryError, EntrySource, FailureClass, FetchError,
    FetchOutcome, FetchReason, MAX_RETRY_AFTER_S, Stamp,
};
use super::super::env::Env;
use super::super::shared::{SharedCache, Snapshot};
use super::document::{Current, Document, Downloaded};
use super::known::Known;
use super::lease::{self, FleetLease, Stage};

/// The entry, if there is one, and the reason why it is not enough.
type NotEnough<C> = (Option<Current<C>>, FetchReason);

type Answer<C> = Result<Current<C>, Box<Known<C>>>;

/// A refresh of the entry under one cache key.
pub(super) struct Refresh<'a, D: Document> {
    pub document: &'a D,
    pub cache: Option<&'a Cache>,
    /// Where a fleet of machines shares what one of them has fetched.
    pub store: Option<&'a SharedCache>,
    pub reason: FetchReason,
    /// The entry seen before the lock: if a forced refresh finds another one under the lock,
    /// another process has just made that refresh.
    pub seen: Option<Current<D::Content>>,
    /// How long a fetch by another process may take.
    pub patience: Duration,
    pub env: &'a Env<'a>,
    /// What went wrong without preventing an answer.
    pub warnings: RefCell<Vec<String>>,
}

impl<D: Document> Refresh<'_, D> {
    /// Brings the entry up to date. An answer that cannot be stored is still used.
    pub fn run(&self) -> Answer<D::Content> {
        // Before the lock, so that all processes find out at once that the server is not there.
        if let Some(Err(why)) = self.store.filter(|it| !it.is_lost()).map(SharedCache::wake) {
            self.warn(format!("the shared cache is not used: {why}"));
        }
        let guard = match self.lock() {
            ControlFlow::Break(answer) => return answer,
            ControlFlow::Continue(guard) => guard,
        };
        if let Some(trouble) = guard.as_ref().and_then(|it| it.trouble.as_ref()) {
            self.warn(format!("the cache cannot be written to: {trouble}"));
        }
        let guard = guard.filter(|it| it.trouble.is_none());
        let current = match guard.as_ref().map(CacheLock::read) {
            Some(read) => read.ok().flatten().and_then(|it| self.current(it)),
            None => self.seen.clone(),
        };
        let waited = guard.as_ref().is_some_and(|it| it.waited);
        let (current, reason) = match self.settled(current, waited, self.seen.as_ref()) {
            Ok(current) => return Ok(current),
            Err(open) => open,
        };
        let mut known = Known {
            current,
            reason,
            last: guard.as_ref().and_then(|it| it.attempt(self.env)),
            error: None,
        };
        // An entry younger than the cooldown counts as all that the server has: no other machine
        // knows more.
        match known.delay(self.env) {
            Some(success) if success.error.is_none() => {
                Err(known.end_without_fetch(success, self.env))
            }
            _ => self.fetch_for_all(known, guard.as_ref()),
        }
    }

    /// Takes the lock, unless the process that held it before has left an answer that serves this
    /// one too.
    fn lock(&self) -> ControlFlow<Answer<D::Content>, Option<CacheLock>> {
        let Some(cache) = self.cache else {
            return ControlFlow::Continue(None);
        };
        // A holder may itself have to wait for another machine first.
        let holder = if self.store.is_some() {
            self.patience.saturating_mul(3)
        } else {
            self.patience
        };
        let since_ms = self.env.millis();
        let mut watch = |read, attempt| match self.overtaken(read, attempt, since_ms) {
            Some(answer) => ControlFlow::Break(answer),
            None => ControlFlow::Continue(()),
        };
        cache
            .lock(self.document.slot(), holder, &mut watch, self.env)
            .map_continue(Some)
    }

    /// The answer that a fetch of another process has left while this one has waited since
    /// `since_ms`: both its entry and its attempt are written after it has ended.
    fn overtaken(
        &self,
        read: Result<Option<Box<Entry>>, EntryError>,
        last: Option<Attempt>,
        since_ms: i64,
    ) -> Option<Answer<D::Content>> {
        let current = read.ok().flatten().and_then(|it| self.current(it));
        let (current, reason) = match self.settled(current, true, self.seen.as_ref()) {
            Ok(current) => return Some(Ok(current)),
            Err(open) => open,
        };
        let mut known = Known {
            current,
            reason,
            last: last.filter(|it| it.ended_at_ms >= since_ms),
            error: None,
        };
        let delay = known.delay(self.env)?;
        // After a failure another machine of the fleet may have succeeded.
        let is_final = delay.error.is_none() || self.store.is_none();
        is_final.then(|| Err(known.end_without_fetch(delay, self.env)))
    }

    /// Fetches under the lock and, in a fleet, with its lease.
    fn fetch_for_all(
        &self,
        mut known: Known<D::Content>,
        guard: Option<&CacheLock>,
    ) -> Answer<D::Content> {
        let local = known.last.clone();
        let lease = match self.lease(&mut known, guard) {
            ControlFlow::Break(answer) => return answer,
            ControlFlow::Continue(lease) => lease,
        };
        // With a shared cache that works, the delay was checked above. A machine that has waited
        // for the lease as long as it may, without getting it, fetches whether there is a delay or
        // not.
        if lease.is_none()
            && let Some(delay) = known.delay(self.env)
        {
            return Err(known.end_without_fetch(delay, self.env));
        }
        let requested_at_ms = self.env.millis();
        let confirmable = known
            .current
            .as_ref()
            .map(|it| &*it.entry)
            .filter(|it| it.age_ms(self.env).is_some());
        let fetched = self
            .document
            .download(confirmable, known.reason)
            .and_then(|it| self.entry(it, confirmable, requested_at_ms));
        let record = |attempt: &Attempt| {
            if let Some(guard) = guard {
                guard.record(attempt, local.as_ref(), requested_at_ms, self.env);
            }
        };
        let (fetched, outcome) = match fetched {
            Ok(done) => done,
            Err(error) => return Err(self.failed(known, error, lease, &record)),
        };
        if let Some(Err(why)) = lease.map(|it| it.share(&fetched.entry)) {
            self.warn(format!("the keys could not be shared: {why}"));
        }
        let before = known.current.as_ref().map(|it| &*it.entry);
        match guard.map(|it| it.commit(&fetched.entry, before, self.env)) {
            Some(Ok(Some(newer))) => return Ok(self.current(newer).unwrap_or(fetched)),
            Some(Err(why)) => self.warn(why.to_string()),
            Some(Ok(None)) | None => {}
        }
        record(&Attempt::success(outcome, known.reason, self.env.millis()));
        Ok(fetched)
    }

    /// Records a failure, and tells the fleet if it concerns other machines.
    fn failed(
        &self,
        known: Known<D::Content>,
        error: FetchError,
        lease: Option<FleetLease<'_>>,
        record: &dyn Fn(&Attempt),
    ) -> Box<Known<D::Content>> {
        // What jwtctl itself refuses says nothing about how busy the server is, and another
        // caller's flags may allow it: it is not recorded.
        if error.class == FailureClass::Refused {
            return Box::new(Known {
                error: Some(error),
                ..known
            });
        }
        let now = self.env.millis();
        let attempt = Attempt::failure(
            known.last.as_ref(),
            error.clone(),
            known.reason,
            now,
            self.env,
        );
        record(&attempt);
        if let Some(Err(why)) = lease.map(|it| it.failed(&attempt)) {
            self.warn(format!("the shared cache cannot be told: {why}"));
        }
        let left_ms = attempt.not_before_ms.saturating_sub(now);
        let next = super::seconds(left_ms.clamp(0, MAX_RETRY_AFTER_S * 1000));
        let why = format!("{}; the next attempt is possible in {next}", error.why);
        Box::new(Known {
            error: Some(FetchError { why, ..error }),
            ..known
        })
    }

    /// Takes the lease of the fleet, with everything that other machines have found out meanwhile.
    fn lease<'s>(
        &'s self,
        known: &mut Known<D::Content>,
        guard: Option<&CacheLock>,
    ) -> ControlFlow<Answer<D::Content>, Option<FleetLease<'s>>> {
        let Some(store) = self.store else {
            return ControlFlow::Continue(None);
        };
        // The entry that the first look found: a forced refresh does not accept it after the wait.
        let mut before = None;
        let mut judge = |look: &mut Snapshot, stage: Stage| {
            let waited = match stage {
                Stage::First => false,
                Stage::Taken { waited } | Stage::Granted { waited } => waited,
            };
            let seen = if waited {
                before.as_ref()
            } else {
                self.seen.as_ref()
            };
            if let Some(current) = self.adopt(known, look, guard, waited, seen) {
                return ControlFlow::Break(Ok(current));
            }
            if !matches!(stage, Stage::Taken { .. })
                && let Some(delay) = known.delay(self.env)
            {
                return ControlFlow::Break(Err(known.end_without_fetch(delay, self.env)));
            }
            if stage == Stage::First {
                before.clone_from(&known.current);
            }
            ControlFlow::Continue(())
        };
        let mut warn = |why| self.warn(why);
        let slot = self.document.slot();
        lease::hold(store, slot, self.patience, self.env, &mut warn, &mut judge)
    }

    /// Takes over what another machine has found out: a failure, and an entry if it is later than
    /// the current one. A fresh one goes onto this machine's disk as well, and is the answer if it
    /// has what is wanted.
    fn adopt(
        &self,
        known: &mut Known<D::Content>,
        look: &mut Snapshot,
        guard: Option<&CacheLock>,
        waited: bool,
        seen: Option<&Current<D::Content>>,
    ) -> Option<Current<D::Content>> {
        let is_news = |it: &Attempt| {
            let last = known.last.as_ref();
            last.is_none_or(|last| last.ended_at_ms < it.ended_at_ms)
        };
        if let Some(attempt) = look.attempt.take().filter(is_news) {
            known.last = Some(attempt);
        }
        let current = known.current.as_ref().map(|it| &*it.entry);
        let current = current.filter(|it| it.age_ms(self.env).is_some());
        let is_later =
            |it: &Entry| current.is_none_or(|it2| it2.requested_at_ms < it.requested_at_ms);
        let mut entry = look.entry.take().filter(|it| is_later(it))?;
        if let Some(guard) = guard.filter(|_| self.document.is_fresh(&entry)) {
            match guard.commit(&entry, current, self.env) {
                Ok(Some(newer)) => entry = newer,
                Err(why) => self.warn(why.to_string()),
                Ok(None) => {}
            }
        }
        let entry = self.current(entry)?;
        match self.settled(Some(entry), waited, seen) {
            Ok(current) => Some(current),
            Err((current, reason)) => {
                (known.current, known.reason) = (current, reason);
                None
            }
        }
    }

    /// The entry, if nothing is left to do; else the entry and what it lacks. A forced refresh is
    /// settled by an entry other than the one `seen` that came while it `waited`, or by one that
    /// satisfies it.
    fn settled(
        &self,
        current: Option<Current<D::Content>>,
        waited: bool,
        seen: Option<&Current<D::Content>>,
    ) -> Result<Current<D::Content>, NotEnough<D::Content>> {
        let forced = self.reason == FetchReason::Forced;
        let Some(current) = current else {
            let reason = if forced {
                FetchReason::Forced
            } else {
                FetchReason::Cold
            };
            return Err((None, reason));
        };
        let entry = &current.entry;
        let changed = seen.is_none_or(|it| {
            it.entry.fetched_at_ms != entry.fetched_at_ms
                || it.entry.jwks_sha256 != entry.jwks_sha256
        });
        let fresh = self.document.is_fresh(entry);
        if fresh && (forced && waited && changed || self.document.satisfies(&current)) {
            return Ok(current);
        }
        let reason = match self.reason {
            FetchReason::Cold | FetchReason::Expired if fresh => FetchReason::KidMiss,
            FetchReason::Cold | FetchReason::KidMiss if !fresh => FetchReason::Expired,
            other => other,
        };
        Err((Some(current), reason))
    }

    /// An entry with what it holds, if it is of use. Content that was seen before is not read again.
    fn current(&self, entry: Box<Entry>) -> Option<Current<D::Content>> {
        let seen = self.seen.as_ref();
        let content = seen
            .filter(|it| it.entry.jwks_sha256 == entry.jwks_sha256)
            .map(|it| it.content.clone())
            .or_else(|| self.document.content(&entry))?;
        Some(Current {
            entry,
            content,
            refreshed: false,
        })
    }

    /// The entry that an answer makes.
    fn entry(
        &self,
        downloaded: Downloaded,
        known: Option<&Entry>,
        requested_at_ms: i64,
    ) -> Result<(Current<D::Content>, FetchOutcome), FetchError> {
        let now = self.env.millis();
        let expires_at_ms = now.saturating_add(downloaded.fresh_ms);
        let stamp = Stamp {
            requested_at_ms,
            fetched_at_ms: now,
            expires_at_ms,
            stale_until_ms: expires_at_ms.saturating_add(downloaded.grace_ms),
            boot: self.env.clock.boot(),
            provenance: EntrySource::Fetch,
        };
        let broken = |why: String| FetchError::new(FailureClass::NotJwks, why);
        let (text, dropped, outcome) = match (downloaded.content, known) {
            (Some(text), _) => (text, downloaded.dropped, FetchOutcome::Ok),
            (None, Some(old)) => {
                let text = old.content.get().to_owned();
                (text, old.dropped.clone(), FetchOutcome::NotModified)
            }
            (None, None) => {
                return Err(broken("the server answered 304 to a first request".into()));
            }
        };
        let slot = self.document.slot();
        let mut entry = Entry::new(slot.url(), slot.ctx(), text, stamp)
            .map_err(|why| broken(why.to_string()))?;
        (entry.dropped, entry.http) = (dropped, downloaded.http);
        let issuer = self.document.issuer().map(String::from);
        entry.issuer = issuer.or_else(|| known.and_then(|it| it.issuer.clone()));
        let content = self.document.content(&entry);
        let content = content.ok_or_else(|| broken("the answer is of no use".into()))?;
        let current = Current {
            entry: Box::new(entry),
            content,
            refreshed: true,
        };
        Ok((current, outcome))
    }

    fn warn(&self, warning: String) {
        self.warnings.borrow_mut().push(warning);
    }
}
