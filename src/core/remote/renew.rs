//! One fetch for all who want it: lock, look again, decide, fetch, store, record. In that order: a
//! cooldown that is concluded before the lock is held makes everybody fail who merely came second.

use std::time::Duration;

use super::super::cache::{
    Attempt, COOLDOWN_MS, Cache, Class, Committed, Entry, Guard, LeftOut, Outcome, Pause, Problem,
    Reason, Slot, Slotted, Stamp,
};
use super::super::cache::{Http, MAX_RETRY_AFTER_S, Provenance};
use super::super::env::Env;
use super::super::shared::Store;
use super::fetch::Refusal;
use super::turn::Turn;

/// What a request brought.
pub(super) enum Downloaded {
    /// Content that passed every check.
    New {
        content: String,
        dropped: Vec<LeftOut>,
        http: Http,
        fresh_ms: i64,
        grace_ms: i64,
    },
    /// What is stored already is still right.
    Same {
        http: Http,
        fresh_ms: i64,
        grace_ms: i64,
    },
}

/// Asks the server, which may have confirmed what is known already, for what it lacks.
pub(super) type Download<'d> =
    dyn FnMut(Option<&Entry>, Reason) -> Result<Downloaded, Refusal> + 'd;

/// How a renewal ended.
pub(super) enum Renewed {
    /// Somebody else has fetched what was wanted.
    Kept(Box<Entry>),
    /// This call has.
    Fetched(Box<Entry>),
    /// It is too soon. What there is comes along.
    Paused(Option<Box<Entry>>, Pause),
    /// It did not work out. What there is comes along, untouched; and the milliseconds until the
    /// next attempt.
    Failed(Option<Box<Entry>>, Problem, i64),
}

/// A renewal of one slot.
pub(super) struct Renewal<'a> {
    pub cache: Option<&'a Cache>,
    /// Where a fleet of machines shares what one of them has fetched.
    pub store: Option<&'a Store>,
    pub slot: &'a Slot,
    pub reason: Reason,
    /// What was seen before the lock: if it has changed under a forced renewal, somebody else has
    /// just done it.
    pub seen: Option<&'a Entry>,
    /// Whether an entry is fresh.
    pub is_fresh: &'a dyn Fn(&Entry) -> bool,
    /// Whether a fresh entry has what is wanted.
    pub satisfies: &'a dyn Fn(&Entry) -> bool,
    /// The issuer to note in the entry.
    pub issuer: Option<&'a str>,
    /// How long somebody else's fetch may take, who has the same to do.
    pub patience: Duration,
}

/// What a renewal has found out so far.
pub(super) struct Findings {
    /// What there is.
    pub there: Option<Box<Entry>>,
    /// What it lacks.
    pub reason: Reason,
    /// The last attempt by anybody.
    pub last: Option<Attempt>,
    /// What there was before anybody else was waited for.
    pub before: Option<Box<Entry>>,
}

impl Renewal<'_> {
    /// Brings the slot up to date. What cannot be stored is still used; `warn` hears why.
    pub fn run(
        &self,
        download: &mut Download<'_>,
        warn: &mut dyn FnMut(String),
        env: &Env<'_>,
    ) -> Renewed {
        // Before the lock, where all can find out at once that there is nobody to talk to.
        if let Some(Err(why)) = self.store.filter(|it| !it.is_lost()).map(Store::wake) {
            warn(format!("the shared cache is not used: {why}"));
        }
        // Whoever has the lock may itself have to wait for another machine first.
        let holder = if self.store.is_some() {
            self.patience.saturating_mul(3)
        } else {
            self.patience
        };
        let guard = self.cache.map(|cache| cache.lock(self.slot, holder, env));
        if let Some(trouble) = guard.as_ref().and_then(|it| it.trouble.as_ref()) {
            warn(format!("the cache cannot be written to: {trouble}"));
        }
        let locked = guard.as_ref().filter(|it| it.trouble.is_none());
        let there = match locked.map(Guard::read) {
            Some(Slotted::Entry(entry)) => Some(entry),
            Some(_) => None,
            None => self.seen.cloned().map(Box::new),
        };
        let (there, reason) =
            match self.settled(there, locked.is_some_and(|it| it.waited), self.seen) {
                Ok(entry) => return Renewed::Kept(entry),
                Err(open) => open,
            };
        let local = locked.and_then(|it| it.attempt(env));
        let mut found = Findings {
            there,
            reason,
            last: local.clone(),
            before: None,
        };
        // Keys this new are all there are, wherever one asks.
        if let Some(pause @ Pause::JustFetched) = found.pause(env) {
            return Renewed::Paused(found.there, pause);
        }
        // After a failure another machine may have had more luck.
        let turn = match self
            .store
            .map(|store| Turn::take(self, store, &mut found, locked, warn, env))
        {
            Some(Err(answer)) => return answer,
            Some(Ok(turn)) => turn,
            None => None,
        };
        if let Some(pause) = found.pause(env).filter(|_| turn.is_none()) {
            return Renewed::Paused(found.there, pause);
        }
        let Findings {
            there,
            reason,
            last,
            ..
        } = found;
        let requested_at_ms = env.millis();
        let known = there.as_deref().filter(|it| it.age_ms(env).is_some());
        let (entry, outcome) = match download(known, reason)
            .and_then(|it| self.entry(it, known, requested_at_ms, env))
        {
            Ok(done) => done,
            Err(refusal) => {
                let now = env.millis();
                let Refusal {
                    problem,
                    retry_after_s,
                } = refusal;
                let attempt = Attempt::failure(
                    last.as_ref(),
                    problem.clone(),
                    retry_after_s,
                    reason,
                    now,
                    env,
                );
                let wait_ms = attempt
                    .not_before_ms
                    .saturating_sub(now)
                    .clamp(0, MAX_RETRY_AFTER_S * 1000);
                if let Some(guard) = locked {
                    guard.record(&attempt, local.as_ref(), requested_at_ms, env);
                }
                if let Some(turn) = turn {
                    turn.failed(&attempt, warn);
                }
                return Renewed::Failed(there, problem, wait_ms);
            }
        };
        let attempt = Attempt::success(outcome, reason, env.millis());
        if let Some(turn) = turn {
            turn.share(&entry, warn);
        }
        let Some(guard) = locked else {
            return Renewed::Fetched(entry);
        };
        match guard.commit(&entry, there.as_deref(), env) {
            Committed::Newer(newer) => return Renewed::Kept(newer),
            Committed::Failed(why) => warn(why),
            Committed::Written => {}
        }
        guard.record(&attempt, local.as_ref(), requested_at_ms, env);
        Renewed::Fetched(entry)
    }

    /// The entry, if another look shows that nothing is left to do; else what there is, and what it
    /// lacks now. A forced renewal is settled by an entry other than `before` that came while
    /// it `waited`, or one that is new enough.
    #[allow(clippy::type_complexity)]
    pub(super) fn settled(
        &self,
        there: Option<Box<Entry>>,
        waited: bool,
        before: Option<&Entry>,
    ) -> Result<Box<Entry>, (Option<Box<Entry>>, Reason)> {
        let Some(entry) = there else {
            return Err((
                None,
                if self.reason == Reason::Forced {
                    Reason::Forced
                } else {
                    Reason::Cold
                },
            ));
        };
        let changed = before.is_none_or(|it| {
            it.fetched_at_ms != entry.fetched_at_ms || it.jwks_sha256 != entry.jwks_sha256
        });
        let fresh = (self.is_fresh)(&entry);
        let settled = match self.reason {
            Reason::Forced => fresh && (waited && changed || (self.satisfies)(&entry)),
            _ => fresh && (self.satisfies)(&entry),
        };
        if settled {
            return Ok(entry);
        }
        let reason = match self.reason {
            Reason::Cold | Reason::Expired if fresh => Reason::KidMiss,
            Reason::Cold | Reason::KidMiss if !fresh => Reason::Expired,
            other => other,
        };
        Err((Some(entry), reason))
    }

    fn entry(
        &self,
        downloaded: Downloaded,
        known: Option<&Entry>,
        requested_at_ms: i64,
        env: &Env<'_>,
    ) -> Result<(Box<Entry>, Outcome), Refusal> {
        let now = env.millis();
        let stamp = |fresh_ms: i64, grace_ms: i64| {
            let expires_at_ms = now.saturating_add(fresh_ms);
            Stamp {
                requested_at_ms,
                fetched_at_ms: now,
                expires_at_ms,
                stale_until_ms: expires_at_ms.saturating_add(grace_ms),
                boot: env.clock.boot(),
                provenance: Provenance::Fetch,
            }
        };
        let broken = |why: String| Refusal::new(Class::NotJwks, why);
        let (mut entry, outcome) = match downloaded {
            Downloaded::New {
                content,
                dropped,
                http,
                fresh_ms,
                grace_ms,
            } => {
                let made = Entry::new(
                    self.slot.url(),
                    self.slot.ctx(),
                    content,
                    stamp(fresh_ms, grace_ms),
                )
                .map_err(broken)?;
                (
                    Entry {
                        dropped,
                        http,
                        ..made
                    },
                    Outcome::Ok,
                )
            }
            Downloaded::Same {
                http,
                fresh_ms,
                grace_ms,
            } => {
                let Some(old) = known else {
                    return Err(broken("the server answered 304 to a first request".into()));
                };
                let content = old.content.get().to_owned();
                let made = Entry::new(
                    self.slot.url(),
                    self.slot.ctx(),
                    content,
                    stamp(fresh_ms, grace_ms),
                )
                .map_err(broken)?;
                (
                    Entry {
                        dropped: old.dropped.clone(),
                        http,
                        ..made
                    },
                    Outcome::NotModified,
                )
            }
        };
        entry.issuer = self
            .issuer
            .map(String::from)
            .or_else(|| known.and_then(|it| it.issuer.clone()));
        Ok((Box::new(entry), outcome))
    }
}

impl Findings {
    /// Whether somebody has succeeded since that failure.
    fn is_outdated(&self, attempt: &Attempt) -> bool {
        let succeeded = self.there.as_ref().map(|it| it.fetched_at_ms);
        attempt.outcome == Outcome::Error && succeeded.is_some_and(|at| at > attempt.ended_at_ms)
    }

    /// Whether it is too soon for another attempt.
    pub fn pause(&self, env: &Env<'_>) -> Option<Pause> {
        let pause = match self.reason {
            Reason::Forced => return None,
            _ => self
                .last
                .as_ref()
                .filter(|it| !self.is_outdated(it))
                .and_then(|it| it.pause(env.millis())),
        };
        let asks_again = matches!(self.reason, Reason::KidMiss | Reason::BadSig);
        match pause {
            // That the last fetch is recent says nothing when its result is gone or has run out.
            Some(Pause::JustFetched) if !asks_again => None,
            // Keys this new are all there are, also when whoever fetched them was another machine.
            None if asks_again => {
                let age_ms = self.there.as_ref().and_then(|it| it.age_ms(env));
                age_ms
                    .is_some_and(|age| age < COOLDOWN_MS)
                    .then_some(Pause::JustFetched)
            }
            other => other,
        }
    }
}
