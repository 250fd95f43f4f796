//! Keys from a URL, or from an issuer's discovery document, through the cache: instant when warm,
//! right through rotation and outages, and with as little traffic as one fetch for all processes of
//! a machine.
//!
//! What a token says never chooses where keys come from, old keys never supplement new ones, and
//! "cannot know" is never told as "invalid".

mod discovery;
mod fetch;
mod freshness;
mod keys;
mod options;
mod renew;
mod turn;

pub use fetch::{Failure, Fetch, Request, Response};
pub use options::{Age, Options, Source};

use std::sync::Arc;

use super::address::Address;
use super::cache::{
    Cache, Class, DEFAULT_TTL_S, Entry, Kind, Pause, Problem, Provenance as Origin, Published,
    Reason, Slot, Slotted, Standing, TTL_RANGE_S,
};
use super::env::Env;
use super::error::{Code, Error};
use super::json::Json;
use super::jwks::{Dropped, Found, KeySet, Keys, Provenance, Wanted, select};
use super::key::Key;
use super::shared::Store;
use super::time::humanize;
use fetch::Refusal;
use renew::{Downloaded, Renewal, Renewed};

/// A remote key set.
pub struct Remote<'a> {
    source: Source,
    cache: Option<Cache>,
    store: Option<&'a Store>,
    fetch: &'a dyn Fetch,
    options: Options,
    loaded: Option<Loaded>,
    warnings: Vec<String>,
    kid: Option<String>,
    reason: Option<Reason>,
}

/// A set in use.
#[derive(Debug)]
struct Loaded {
    address: Address,
    entry: Box<Entry>,
    set: KeySet,
    standing: Standing,
    age_ms: i64,
    refreshed: bool,
}

/// A whole set, for those who want to look at it.
#[derive(Debug)]
pub struct Fetched<'r> {
    /// The keys that jwtctl can use.
    pub keys: &'r [Arc<Key>],
    /// Those that it cannot.
    pub dropped: &'r [Dropped],
    /// What is stored: all keys as they were published, and their times.
    pub entry: &'r Entry,
    /// Where it came from.
    pub provenance: Provenance,
}

/// How a request for keys turned out.
enum Obtained {
    /// The set is loaded.
    Loaded,
    /// It was asked for only just now, and has no such key; it is loaded all the same.
    JustFetched,
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

    /// The same, asking `store` before the server, and sharing with it what the server says. What
    /// the cache has is used without asking either.
    #[must_use]
    pub fn sharing(self, store: Option<&'a Store>) -> Self {
        Self { store, ..self }
    }

    /// The set as a whole: from the cache while it is fresh, else fetched; always fetched with
    /// [`Options::refresh`].
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it cannot be had, [`Error::Io`] when it may come from the cache
    /// only and that is damaged.
    pub fn set(&mut self, env: &Env<'_>) -> Result<Fetched<'_>, Error> {
        if !self.look(env)? {
            self.offline_refusal()?;
            let reason = if self.options.refresh {
                Reason::Forced
            } else {
                Reason::Cold
            };
            self.obtain(reason, &|_| true, env)?;
        }
        match &self.loaded {
            Some(it) => Ok(Fetched {
                keys: &it.set.keys,
                dropped: &it.set.dropped,
                entry: &it.entry,
                provenance: self.provenance(),
            }),
            None => Err(self.unavailable("has no keys at hand", Class::NotJwks)),
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
        let usable = match self.options.standing(&entry, self.options.max_age_s, env) {
            Standing::Fresh => true,
            Standing::Stale | Standing::Expired => {
                self.options.offline && self.options.usable_offline(&entry, env)
            }
        };
        if usable {
            self.load(&address, entry, false, env)?;
            if self.options.offline {
                self.warn_if_stale("--offline");
            }
        }
        Ok(usable)
    }

    /// The trust setting of what is at `address`.
    fn context(&self, address: &Address) -> String {
        let fetched = self.fetch.context(address);
        self.store
            .map_or(fetched.clone(), |store| store.context(fetched))
    }

    fn slot(&self, address: &Address) -> Slot {
        Slot::new(Kind::Jwks, address.as_str(), &self.context(address))
    }

    /// The entry in a slot. What is unusable counts as absent, unless nothing else can be had.
    fn read(&mut self, slot: &Slot) -> Result<Option<Box<Entry>>, Error> {
        let Some(cache) = &self.cache else {
            return Ok(None);
        };
        match cache.read(slot) {
            Slotted::Entry(entry) => Ok(Some(entry)),
            Slotted::Absent => Ok(None),
            Slotted::Unusable(why) if self.options.offline => Err(cache.unusable(slot, &why)),
            Slotted::Unusable(why) => {
                self.warn(format!(
                    "the cached entry for {} {why}, and is not used",
                    super::address::redacted(slot.url())
                ));
                Ok(None)
            }
        }
    }

    fn load(
        &mut self,
        address: &Address,
        entry: Box<Entry>,
        refreshed: bool,
        env: &Env<'_>,
    ) -> Result<(), Error> {
        let unreadable = |why: String| Error::input(Code::BadInput, address.to_string(), why);
        let json = Json::parse(entry.content.get().as_bytes())
            .map_err(|why| unreadable(why.to_string()))?;
        let Json::Object(object) = json else {
            return Err(unreadable("is no key set".into()));
        };
        let set = KeySet::from_json(object).map_err(unreadable)?;
        let standing = self.options.standing(&entry, self.options.max_age_s, env);
        let age_ms = entry.age_ms(env).unwrap_or(0);
        for it in &entry.dropped {
            if refreshed {
                self.warn(format!(
                    "key {} of {address} was left out ({})",
                    it.i, it.why
                ));
            }
        }
        self.loaded = Some(Loaded {
            address: address.clone(),
            entry,
            set,
            standing,
            age_ms,
            refreshed,
        });
        Ok(())
    }

    /// Keys that are at hand for `wanted`.
    fn select(&self, wanted: Wanted<'_>) -> Found {
        self.loaded
            .as_ref()
            .map_or(Found::Absent, |it| select(&it.set.keys, wanted))
    }

    /// Brings in the set, `fits` telling whether a set has what is wanted.
    fn obtain(
        &mut self,
        reason: Reason,
        fits: &dyn Fn(&[Arc<Key>]) -> bool,
        env: &Env<'_>,
    ) -> Result<Obtained, Error> {
        let address = self.locate(reason, env)?;
        match self.obtain_at(&address, reason, fits, env) {
            // The issuer may have moved its keys; its document says so.
            Err((error, Some(404 | 410))) => match self.moved(&address, env)? {
                Some(elsewhere) => self
                    .obtain_at(&elsewhere, reason, fits, env)
                    .map_err(|(error, _)| error),
                None => Err(error),
            },
            other => other.map_err(|(error, _)| error),
        }
    }

    /// The same at one URL. An error comes with the status of the answer.
    fn obtain_at(
        &mut self,
        address: &Address,
        reason: Reason,
        fits: &dyn Fn(&[Arc<Key>]) -> bool,
        env: &Env<'_>,
    ) -> Result<Obtained, (Error, Option<u16>)> {
        let slot = self.slot(address);
        let seen = self.read(&slot).map_err(|e| (e, None))?;
        let issuer = self.source.issuer().map(|it| it.as_str().to_owned());
        let mut warnings = Vec::new();
        let options = self.options.clone();
        let has = |entry: &Entry| match reason {
            Reason::Forced => options.is_recent(entry, env),
            _ => keys_of(entry).is_some_and(|keys| fits(&keys)),
        };
        let renewal = Renewal {
            cache: self.cache.as_ref(),
            store: self.store,
            slot: &slot,
            reason: if reason == Reason::Cold && seen.is_some() {
                Reason::Expired
            } else {
                reason
            },
            seen: seen.as_deref(),
            is_fresh: &|entry| {
                self.options.standing(entry, self.options.max_age_s, env) == Standing::Fresh
            },
            satisfies: &has,
            issuer: issuer.as_deref(),
            patience: self.options.patience(),
        };
        self.reason = Some(renewal.reason);
        let renewed = renewal.run(
            &mut |known, lacking| self.download(address, known, lacking, env),
            &mut |it| warnings.push(it),
            env,
        );
        warnings.into_iter().for_each(|it| self.warn(it));
        let problem = match renewed {
            Renewed::Kept(entry) => return self.done(address, entry, false, env),
            Renewed::Fetched(entry) => return self.done(address, entry, true, env),
            Renewed::Paused(Some(entry), Pause::JustFetched) => {
                self.load(address, entry, false, env)
                    .map_err(|e| (e, None))?;
                return Ok(Obtained::JustFetched);
            }
            Renewed::Paused(None, Pause::JustFetched) => {
                return Err((
                    self.unavailable("was fetched just now, and is gone", Class::NotJwks),
                    None,
                ));
            }
            Renewed::Paused(there, Pause::BackOff { left_ms, problem }) => {
                let why = format!(
                    "the last attempt failed: {}; the next is possible in {}",
                    problem.why,
                    seconds(left_ms)
                );
                (there, Problem { why, ..problem })
            }
            Renewed::Failed(there, problem, wait_ms) => {
                let why = format!(
                    "{}; the next attempt is possible in {}",
                    problem.why,
                    seconds(wait_ms)
                );
                (there, Problem { why, ..problem })
            }
        };
        let (there, problem) = problem;
        let stands_in = may_stand_in(reason) && problem.class.is_unavailable();
        if let Some(entry) = there.filter(|it| stands_in && has(it))
            && self.options.standing(&entry, self.options.max_age_s, env) == Standing::Stale
        {
            self.load(address, entry, false, env)
                .map_err(|e| (e, None))?;
            self.warn_if_stale(&problem.why);
            return Ok(Obtained::Loaded);
        }
        Err((
            unavailable(Code::KeysUnavailable, &address.to_string(), &problem),
            problem.status,
        ))
    }

    fn done(
        &mut self,
        address: &Address,
        entry: Box<Entry>,
        refreshed: bool,
        env: &Env<'_>,
    ) -> Result<Obtained, (Error, Option<u16>)> {
        self.load(address, entry, refreshed, env)
            .map(|()| Obtained::Loaded)
            .map_err(|e| (e, None))
    }

    /// Asks the server for the set.
    fn download(
        &self,
        address: &Address,
        known: Option<&Entry>,
        reason: Reason,
        env: &Env<'_>,
    ) -> Result<Downloaded, Refusal> {
        let mut headers = vec![(
            "accept",
            "application/jwk-set+json, application/json".to_owned(),
        )];
        if matches!(reason, Reason::Forced | Reason::KidMiss | Reason::BadSig) {
            // Caches on the way hold old sets as well.
            headers.push(("cache-control", "no-cache".into()));
        }
        // What was imported is not ours to have confirmed: the server would vouch for a name, not
        // for these bytes.
        let known = known.filter(|it| it.provenance == Origin::Fetch);
        let etag = known.and_then(|it| it.http.etag.as_deref());
        let modified = known
            .and_then(|it| it.http.last_modified.as_deref())
            .filter(|_| etag.is_none());
        headers.extend(etag.map(|it| ("if-none-match", it.to_owned())));
        headers.extend(modified.map(|it| ("if-modified-since", it.to_owned())));
        let requested_ms = env.millis();
        let response = fetch::get(self.fetch, address, &headers, self.options.timeout, env)?;
        let http = freshness::read(&response, requested_ms, env.millis());
        let default_s = self.options.max_age_s.unwrap_or(DEFAULT_TTL_S);
        if response.status == 304 {
            let Some(old) = known.filter(|_| etag.is_some() || modified.is_some()) else {
                return Err(Refusal::new(
                    Class::NotJwks,
                    "the server answered 304 Not Modified, which was not asked for",
                ));
            };
            if etag.is_some() && http.etag.is_some() && http.etag.as_deref() != etag {
                return Err(Refusal::new(
                    Class::NotJwks,
                    "the server answered 304 Not Modified about another version than ours",
                ));
            }
            let http = freshness::confirmed(&old.http, http, &response);
            let (fresh_ms, grace_ms) = freshness::lifetime(&http, default_s, &TTL_RANGE_S, env);
            return Ok(Downloaded::Same {
                http,
                fresh_ms,
                grace_ms,
            });
        }
        let published = Published::parse(&response.body)
            .map_err(|why| Refusal::new(Class::NotJwks, format!("the answer {why}")))?;
        let (fresh_ms, grace_ms) = if published.jwks == EMPTY_SET {
            // A server that has lost its keys is likely to find them again.
            (TTL_RANGE_S.start().saturating_mul(1000), 0)
        } else {
            freshness::lifetime(&http, default_s, &TTL_RANGE_S, env)
        };
        Ok(Downloaded::New {
            content: published.jwks,
            dropped: published.dropped,
            http,
            fresh_ms,
            grace_ms,
        })
    }

    /// Refuses what `--offline` rules out.
    fn offline_refusal(&self) -> Result<(), Error> {
        if !self.options.offline {
            return Ok(());
        }
        let error = Error::Unavailable {
            code: Code::KeysUnavailable,
            what: self.name(),
            why: "the cache has no keys that may be used, and nothing may be fetched (--offline)"
                .into(),
            hints: vec!["to bring keys in by hand: jwtctl cache import".into()],
        };
        Err(error.hint("older keys can be allowed: --max-stale DURATION"))
    }

    fn unavailable(&self, why: &str, class: Class) -> Error {
        unavailable(
            Code::KeysUnavailable,
            &self.name(),
            &Problem {
                class,
                status: None,
                why: why.into(),
            },
        )
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
            .filter(|it| it.standing != Standing::Fresh)
        {
            let age = humanize(it.age_ms / 1000);
            self.warn(format!(
                "the keys of {} are {age} old and overdue, and are used all the same: {why}",
                it.address
            ));
        }
    }

    /// What to call it.
    fn name(&self) -> String {
        match (&self.loaded, &self.source) {
            (Some(it), _) => it.address.to_string(),
            (None, Source::Url(address)) => address.to_string(),
            (None, Source::Issuer(issuer)) => issuer.as_str().to_owned(),
        }
    }
}

/// A set without keys, as [`Published`] writes it.
const EMPTY_SET: &str = r#"{"keys":[]}"#;

/// Whether old keys may stand in when a renewal fails: for those that ran out, never for those that
/// lack what is wanted.
fn may_stand_in(reason: Reason) -> bool {
    matches!(reason, Reason::Cold | Reason::Expired)
}

fn keys_of(entry: &Entry) -> Option<Vec<Arc<Key>>> {
    match Json::parse(entry.content.get().as_bytes()) {
        Ok(Json::Object(object)) => KeySet::from_json(object).ok().map(|set| set.keys),
        _ => None,
    }
}

fn seconds(ms: i64) -> String {
    humanize(ms.saturating_add(999) / 1000)
}

fn unavailable(code: Code, what: &str, problem: &Problem) -> Error {
    let hint = match problem.class {
        Class::Tls if problem.why.contains("authority") => {
            Some("if it is one of your own: --ca-bundle FILE")
        }
        Class::Redirect => Some("name the URL that it redirects to, if you trust it"),
        Class::Http4xx => {
            Some("check the URL; if the server wants credentials: --http-headers FILE")
        }
        Class::NotJwks => {
            Some("check the URL; an issuer, whose document names the URL, is given with --issuer")
        }
        Class::Timeout => Some("to wait longer: --timeout DURATION"),
        _ => None,
    };
    let hints = hint.map(String::from).into_iter().collect();
    Error::Unavailable {
        code,
        what: what.into(),
        why: problem.why.clone(),
        hints,
    }
}

#[cfg(test)]
mod tests;
