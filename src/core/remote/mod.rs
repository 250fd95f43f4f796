//! Keys from a URL, or from an issuer's discovery document, through the cache. A fresh entry is
//! used without a request. A refresh is one fetch for all processes of a machine; it finds keys
//! that the issuer has rotated, and a stale entry can be used while the server is out of reach.
//!
//! Three rules hold: a token never chooses where its keys come from; keys of an old set are never
//! added to a new set; and where keys cannot be fetched, the answer is an error, never "invalid".
//!
//! # How it is decided whether to fetch
//!
//! By its age since it was fetched, an entry is in one of three states (RFC 9111 §4.2, RFC 5861):
//!
//! ```text
//!          lifetime is over             grace is over
//!   FRESH ─────────────────▶ STALE ─────────────────▶ EXPIRED
//!     │                        │                        │  (also: absent, damaged, from the future)
//!     │ has the key:           └───────────┬────────────┘
//!     │ use it, no lock,                   ▼
//!     │ no network                   REFRESH, under the lock of the entry
//!     │                                1 read the entry again: another process may have fetched it
//!     │ lacks the key, and is          2 cooldown or back-off running? no fetch
//!     │ older than the cooldown        3 in a fleet: the same with the shared cache and its lease
//!     └──────────────────────────────▶ 4 ask the server, store, record the attempt
//! ```
//!
//! In a fleet a back-off (2) is not the end: another machine may have succeeded (3).
//!
//! A refresh ends in one of three ways: with the wanted keys; with the answer that the cooldown
//! runs and the set has no such key; or with a failure. After a failure a STALE entry that has the
//! keys is used if the server may just be out of reach.
//!
//! Of the files beside it each uses only those on its left: [`http`](Fetch) ← `freshness` ← `fetch` ←
//! `document` ← `known` ← `lease` ← `refresh` ← `jwks` and `discovery`, the two documents.

mod discovery;
mod document;
mod fetch;
mod freshness;
mod http;
mod jwks;
mod keys;
mod known;
mod lease;
mod options;
mod pool;
mod refresh;

pub use http::{Fetch, FetchRequest, FetchResponse};
pub use options::{Age, Options, Source};
pub use pool::{Pool, PooledKeys};

use std::sync::Arc;

use super::address::{Address, redacted};
use super::cache::{
    Cache, CacheKey, DocumentKind, Entry, FailureClass, FetchAdvice, FetchError, FetchReason,
    Freshness, TrustContext,
};
use super::env::Env;
use super::error::{Code, Error};
use super::hint::KeysHint;
use super::jwks::{Dropped, Found, KeySet, Keys, Provenance, Wanted, select};
use super::key::Key;
use super::shared::SharedCache;
use super::time::humanize;
use document::Current;
use jwks::JwksDocument;
use refresh::Refresh;

/// A remote key set.
pub struct Remote<'a> {
    source: Source,
    cache: Option<Cache>,
    store: Option<&'a SharedCache>,
    fetch: &'a dyn Fetch,
    options: Options,
    loaded: Option<FetchedSet>,
    warnings: Vec<String>,
    kid: Option<String>,
    reason: Option<FetchReason>,
}

/// The set that a [`Remote`] uses.
#[derive(Debug)]
pub struct FetchedSet {
    address: Address,
    current: Current<Arc<KeySet>>,
    freshness: Freshness,
    age_ms: i64,
}

impl FetchedSet {
    /// The keys that jwtctl can use.
    pub fn keys(&self) -> &[Arc<Key>] {
        &self.current.content.keys
    }

    /// The keys of the set that jwtctl cannot use, and why.
    pub fn dropped(&self) -> &[Dropped] {
        &self.current.content.dropped
    }

    /// What is stored: all keys as they were published, and their times.
    pub fn entry(&self) -> &Entry {
        &self.current.entry
    }
}

impl<'a> Remote<'a> {
    /// The keys of `source`. Without a `cache`, every call fetches.
    pub fn new(
        source: Source,
        cache: Option<Cache>,
        fetch: &'a dyn Fetch,
        options: Options,
    ) -> Self {
        Self {
            source,
            cache,
            store: None,
            fetch,
            options,
            loaded: None,
            warnings: Vec::new(),
            kid: None,
            reason: None,
        }
    }

    /// Asks `store` before the server, and shares with it what the server says. A fresh entry of the
    /// cache is used without asking either.
    #[must_use]
    pub fn sharing(self, store: Option<&'a SharedCache>) -> Self {
        Self { store, ..self }
    }

    /// The set as a whole: from the cache while it is fresh, else fetched; always fetched with
    /// [`Options::refresh`]. Comes with its provenance.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it cannot be fetched and no entry may be used, [`Error::Io`]
    /// when nothing may be fetched and the entry cannot be used.
    pub fn set(&mut self, env: &Env<'_>) -> Result<(&FetchedSet, Provenance), Error> {
        if !self.look(env)? {
            self.offline_refusal()?;
            let reason = if self.options.refresh {
                FetchReason::Forced
            } else {
                FetchReason::Cold
            };
            self.obtain(reason, &|_| true, env)?;
        }
        match &self.loaded {
            Some(it) => Ok((it, self.provenance())),
            None => Err(self.unavailable("has no keys at hand")),
        }
    }

    /// Loads what the cache has, if it may be used as it is. Opens no socket and takes no lock.
    fn look(&mut self, env: &Env<'_>) -> Result<bool, Error> {
        if self.options.refresh && !self.options.offline {
            return Ok(false);
        }
        let Some(address) = self.located(env)? else {
            return Ok(false);
        };
        let slot = self.slot(&address);
        let Some(entry) = self.read(&slot)? else {
            return Ok(false);
        };
        let usable = match self.options.freshness(&entry, self.options.max_age_s, env) {
            Freshness::Fresh => true,
            Freshness::Stale | Freshness::Expired => {
                self.options.offline && self.options.usable_offline(&entry, env)
            }
        };
        let Some(content) = usable.then(|| jwks::keys_of(&entry)).flatten() else {
            return Ok(false);
        };
        let current = Current {
            entry,
            content,
            refreshed: false,
        };
        self.load(&address, current, env);
        if self.options.offline {
            self.warn_if_stale("nothing may be fetched");
        }
        Ok(true)
    }

    /// The trust context of what is at `address`.
    fn context(&self, address: &Address) -> TrustContext {
        let fetched = self.fetch.context(address);
        self.store
            .map_or(fetched.clone(), |store| store.context(fetched))
    }

    fn slot(&self, address: &Address) -> CacheKey {
        CacheKey::new(DocumentKind::Jwks, address.as_str(), self.context(address))
    }

    /// The entry in a slot. An unusable entry counts as absent, with a warning; if nothing may be
    /// fetched, it is an error.
    fn read(&mut self, slot: &CacheKey) -> Result<Option<Box<Entry>>, Error> {
        let Some(cache) = &self.cache else {
            return Ok(None);
        };
        match cache.read(slot) {
            Ok(found) => Ok(found),
            Err(why) if self.options.offline => Err(cache.unusable(slot, &why)),
            Err(why) => {
                self.warn(format!(
                    "the cached entry for {} {why}, and is not used",
                    redacted(slot.url())
                ));
                Ok(None)
            }
        }
    }

    /// Makes a set the one in use.
    fn load(&mut self, address: &Address, current: Current<Arc<KeySet>>, env: &Env<'_>) {
        if current.refreshed {
            for it in &current.entry.dropped {
                let (i, why) = (it.i, it.phrase());
                self.warn(format!("key {i} of {address} was left out: it {why}"));
            }
        }
        let max_age_s = self.options.max_age_s;
        self.loaded = Some(FetchedSet {
            address: address.clone(),
            freshness: self.options.freshness(&current.entry, max_age_s, env),
            age_ms: current.entry.age_ms(env).unwrap_or(0),
            current,
        });
    }

    /// Computes the age of the set in use again, and drops a set that is no longer fresh.
    fn reckon(&mut self, env: &Env<'_>) {
        let options = &self.options;
        if let Some(it) = &mut self.loaded {
            it.freshness = options.freshness(&it.current.entry, options.max_age_s, env);
            it.age_ms = it.current.entry.age_ms(env).unwrap_or(0);
        }
        self.loaded.take_if(|it| it.freshness != Freshness::Fresh);
    }

    /// Keys of the set in use for `wanted`.
    fn select(&self, wanted: Wanted<'_>) -> Found {
        self.loaded.as_ref().map_or(Found::NotFetched, |it| {
            select(&it.current.content.keys, wanted)
        })
    }

    /// Loads the set; `fits` tells whether its keys settle the refresh. If it cannot be fetched or
    /// they do not, the issuer is asked once whether it has moved its keys. Returns whether there
    /// was no fetch because of the cooldown.
    fn obtain(
        &mut self,
        reason: FetchReason,
        fits: &dyn Fn(&[Arc<Key>]) -> bool,
        env: &Env<'_>,
    ) -> Result<bool, Error> {
        let address = self.locate(reason, env)?;
        let first = self.obtain_at(&address, reason, fits, env);
        let may_have_moved = match &first {
            Err(_) => true,
            // This call has fetched the set, and the wanted keys are not in it.
            Ok(_) => self
                .loaded
                .as_ref()
                .is_some_and(|it| it.current.refreshed && !fits(&it.current.content.keys)),
        };
        match may_have_moved.then(|| self.moved(&address, env)).flatten() {
            Some(elsewhere) => self.obtain_at(&elsewhere, reason, fits, env),
            None => first,
        }
    }

    /// Loads the set at one URL; returns whether there was no fetch because of the cooldown.
    fn obtain_at(
        &mut self,
        address: &Address,
        reason: FetchReason,
        fits: &dyn Fn(&[Arc<Key>]) -> bool,
        env: &Env<'_>,
    ) -> Result<bool, Error> {
        let slot = self.slot(address);
        let seen = self.read(&slot)?;
        let options = self.options.clone();
        let issuer = self.source.issuer().map(|it| it.as_str().to_owned());
        let document = JwksDocument {
            address,
            slot,
            issuer: issuer.as_deref(),
            reason,
            fits,
            fetch: self.fetch,
            options: &options,
            env,
        };
        let refresh = Refresh {
            document: &document,
            cache: self.cache.as_ref(),
            store: self.store,
            reason: if reason == FetchReason::Cold && seen.is_some() {
                FetchReason::Expired
            } else {
                reason
            },
            seen: seen.and_then(|entry| Current::of(&document, entry)),
            patience: options.patience(),
            env,
            warnings: Default::default(),
        };
        self.reason = Some(refresh.reason);
        let answer = refresh.run();
        let warnings = refresh.warnings.into_inner();
        warnings.into_iter().for_each(|it| self.warn(it));
        let (current, error) = match answer {
            Ok(current) => {
                // An entry that turned out to be fresh was used without a fetch, so there is no
                // reason to report.
                let was_wanted = current.refreshed || !is_for_age(reason);
                self.reason = self.reason.filter(|_| was_wanted);
                self.load(address, current, env);
                return Ok(false);
            }
            Err(known) => match known.in_cooldown() {
                Ok(current) => {
                    self.load(address, current, env);
                    return Ok(true);
                }
                Err(failed) => failed,
            },
        };
        let may_be_stale = is_for_age(reason) && error.class.is_unavailable();
        let stale = current.filter(|it| {
            let freshness = options.freshness(&it.entry, options.max_age_s, env);
            may_be_stale && freshness == Freshness::Stale && fits(&it.content.keys)
        });
        let Some(current) = stale else {
            let name = address.to_string();
            return Err(unavailable(Code::KeysUnavailable, &name, &error));
        };
        self.load(address, current, env);
        self.warn_if_stale(&error.why);
        Ok(false)
    }

    /// Fails if nothing may be fetched, for callers that found nothing usable in the cache.
    fn offline_refusal(&self) -> Result<(), Error> {
        if !self.options.offline {
            return Ok(());
        }
        let (why, last) = match self.loaded {
            Some(_) => (
                "the cached set has no such key, and nothing may be fetched",
                None,
            ),
            None => (
                "the cache has no keys that may be used, and nothing may be fetched",
                Some(KeysHint::AllowOlderKeys),
            ),
        };
        let hints = [Some(KeysHint::AllowFetch), Some(KeysHint::ImportKeys), last];
        Err(Error::Unavailable {
            code: Code::KeysUnavailable,
            what: self.name(),
            why: why.into(),
            hints: hints.into_iter().flatten().map(Into::into).collect(),
        })
    }

    fn unavailable(&self, why: &str) -> Error {
        let error = FetchError::new(FailureClass::NotJwks, why);
        unavailable(Code::KeysUnavailable, &self.name(), &error)
    }

    fn warn(&mut self, warning: String) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    fn warn_if_stale(&mut self, why: &str) {
        if let Some(it) = self
            .loaded
            .as_ref()
            .filter(|it| it.freshness != Freshness::Fresh)
        {
            let age = humanize(it.age_ms / 1000);
            self.warn(format!(
                "the keys of {} are {age} old and overdue, and are used all the same: {why}",
                it.address
            ));
        }
    }

    /// Its name in messages: the URL of the set, or the issuer as long as that is not known.
    fn name(&self) -> String {
        match (&self.loaded, &self.source) {
            (Some(it), _) => it.address.to_string(),
            (None, Source::Url(address)) => address.to_string(),
            (None, Source::Issuer(issuer)) => issuer.as_str().to_owned(),
        }
    }
}

/// Whether a refresh is wanted for the age of the entry alone, so that a stale one may be used if
/// the refresh fails; never for what an entry lacks.
fn is_for_age(reason: FetchReason) -> bool {
    matches!(reason, FetchReason::Cold | FetchReason::Expired)
}

fn seconds(ms: i64) -> String {
    humanize(ms.saturating_add(999) / 1000)
}

fn unavailable(code: Code, what: &str, error: &FetchError) -> Error {
    let hint = match error.class {
        _ if error.advice.is_some() => error.advice.clone().map(FetchAdvice::hint),
        FailureClass::Untrusted => Some(KeysHint::TrustCertificates.into()),
        FailureClass::Redirect => Some("name the URL that it redirects to, if you trust it".into()),
        FailureClass::Http4xx if code == Code::IssuerUnavailable => {
            Some(KeysHint::KeysUrlInstead.into())
        }
        FailureClass::Http4xx => Some(KeysHint::CheckUrlOrAuthorize.into()),
        FailureClass::NotJwks => Some(KeysHint::IssuerInstead.into()),
        FailureClass::Timeout => Some(KeysHint::MoreTime.into()),
        _ => None,
    };
    let hints = hint.into_iter().collect();
    Error::Unavailable {
        code,
        what: what.into(),
        why: error.why.clone(),
        hints,
    }
}

#[cfg(test)]
mod tests;
