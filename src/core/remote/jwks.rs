//! The key set at a URL, as a document of the cache.

use std::sync::Arc;

use super::super::address::{Address, Issuer};
use super::super::cache::{
    CacheKey, DEFAULT_TTL_S, Entry, EntrySource, FailureClass, FetchAdvice, FetchError,
    FetchReason, Freshness, Http, LeftOut, Published, TTL_RANGE_S, document,
};
use super::super::env::Env;
use super::super::json::Json;
use super::super::jwks::{Dropped, KeySet};
use super::super::key::Key;
use super::document::{Current, Document, Downloaded};
use super::freshness;
use super::http::{Fetch, FetchResponse};
use super::options::Options;

/// A set without keys, as [`Published`] writes it.
const EMPTY_SET: &str = r#"{"keys":[]}"#;

/// A key set, as one caller wants it.
pub(super) struct JwksDocument<'a> {
    pub address: &'a Address,
    pub slot: CacheKey,
    pub issuer: Option<&'a str>,
    pub reason: FetchReason,
    /// Whether these keys settle the refresh: where a signature is bad, that they are not the keys
    /// of that `kid` that were there before (having none is a change, too); otherwise that there
    /// is a key of that `kid`, usable or not.
    pub fits: &'a dyn Fn(&[Arc<Key>]) -> bool,
    pub fetch: &'a dyn Fetch,
    pub options: &'a Options,
    pub env: &'a Env<'a>,
}

/// The keys of an entry, and what was left out of it or cannot be used.
pub(super) fn keys_of(entry: &Entry) -> Option<Arc<KeySet>> {
    let Ok(Json::Object(object)) = Json::parse(entry.content.get().as_bytes()) else {
        return None;
    };
    let mut set = KeySet::from_json(object).ok()?;
    set.dropped.extend(entry.dropped.iter().map(|it| Dropped {
        index: it.i,
        kid: it.kid.clone(),
        why: it.phrase().to_owned(),
    }));
    Some(Arc::new(set))
}

/// The issuer whose discovery document this is, if it is one.
fn issuer_of(body: &[u8]) -> Option<String> {
    let json = document(body).ok()?;
    let object = json.as_object()?;
    object.text("jwks_uri")?;
    let issuer = object.text("issuer")?;
    Issuer::parse(issuer, true).ok()?;
    Some(issuer.chars().take(200).collect())
}

impl Document for JwksDocument<'_> {
    type Content = Arc<KeySet>;

    fn slot(&self) -> &CacheKey {
        &self.slot
    }

    fn issuer(&self) -> Option<&str> {
        self.issuer
    }

    fn content(&self, entry: &Entry) -> Option<Arc<KeySet>> {
        keys_of(entry)
    }

    fn is_fresh(&self, entry: &Entry) -> bool {
        let freshness = self
            .options
            .freshness(entry, self.options.max_age_s, self.env);
        freshness == Freshness::Fresh
    }

    fn satisfies(&self, current: &Current<Arc<KeySet>>) -> bool {
        match self.reason {
            FetchReason::Forced => self.options.is_recent(&current.entry, self.env),
            _ => (self.fits)(&current.content.keys),
        }
    }

    fn download(
        &self,
        known: Option<&Entry>,
        reason: FetchReason,
    ) -> Result<Downloaded, FetchError> {
        // Only what this machine has fetched is revalidated. Of an entry from a file or a shared
        // cache the server would confirm the `ETag`, which proves nothing about the bytes.
        let known = known.filter(|it| it.provenance == EntrySource::Fetch);
        let condition = known.and_then(|it| freshness::Condition::of(&it.http));
        // Caches on the way may hold an old set too, so these requests make them pass the request
        // on.
        let past_caches = matches!(
            reason,
            FetchReason::Forced | FetchReason::KidMiss | FetchReason::BadSig
        );
        let start = self.env.clock.monotonic();
        let requested_ms = self.env.millis();
        match self.get(condition.as_ref(), past_caches, start) {
            Ok(response) if response.status != 304 => {
                return self.published(&response, requested_ms);
            }
            Ok(response) => {
                let http = freshness::read(&response, requested_ms, self.env.millis());
                if let (Some(old), Some(condition)) = (known, &condition)
                    && condition.is_confirmed_by(&http)
                {
                    let http = freshness::confirmed(&old.http, http, &response);
                    return Ok(self.lasting(None, Vec::new(), http));
                }
            }
            Err(error) if condition.is_some() && may_be_the_condition(&error) => {}
            Err(error) => return Err(error),
        }
        // The 304 is about another version than the one in the cache, or was not asked for, or the
        // server cannot cope with conditions. A request without a condition settles all three.
        let requested_ms = self.env.millis();
        let response = self.get(None, true, start)?;
        if response.status == 304 {
            let why = "the server answered 304 Not Modified to a request without a condition";
            return Err(FetchError::new(FailureClass::NotJwks, why));
        }
        self.published(&response, requested_ms)
    }
}

/// Whether a server may have refused the condition of a request: its 4xx is not one that is about
/// the caller, the URL, or the number of requests.
fn may_be_the_condition(error: &FetchError) -> bool {
    const ABOUT_SOMETHING_ELSE: [u16; 6] = [401, 403, 404, 408, 410, 429];
    let status = error.status.filter(|it| (400..500).contains(it));
    status.is_some_and(|it| !ABOUT_SOMETHING_ELSE.contains(&it))
}

impl JwksDocument<'_> {
    /// Asks the server, in what is left of the timeout that began at `start`.
    fn get(
        &self,
        condition: Option<&freshness::Condition>,
        past_caches: bool,
        start: std::time::Duration,
    ) -> Result<FetchResponse, FetchError> {
        let accept = "application/jwk-set+json, application/json".to_owned();
        let mut headers = vec![("accept", accept)];
        if past_caches {
            headers.push(("cache-control", "no-cache".into()));
        }
        headers.extend(condition.map(freshness::Condition::header));
        let passed = self.env.clock.monotonic().saturating_sub(start);
        let left = self.options.timeout.saturating_sub(passed);
        super::fetch::get(self.fetch, self.address, &headers, left, self.env)
    }

    /// The key set in a 200 answer, and its times.
    fn published(
        &self,
        response: &FetchResponse,
        requested_ms: i64,
    ) -> Result<Downloaded, FetchError> {
        let http = freshness::read(response, requested_ms, self.env.millis());
        let published = Published::parse(&response.body).map_err(|why| {
            let issuer = issuer_of(&response.body);
            let why = match &issuer {
                Some(_) => "the answer is the document of an issuer".into(),
                None => format!("the answer {why}"),
            };
            FetchError::new(FailureClass::NotJwks, why).advising(issuer.map(FetchAdvice::Issuer))
        })?;
        let is_empty = published.jwks == EMPTY_SET;
        let mut downloaded = self.lasting(Some(published.jwks), published.dropped, http);
        if is_empty {
            // An empty set is probably a fault that will not last, so it is asked for again soon.
            downloaded.fresh_ms = TTL_RANGE_S.start().saturating_mul(1000);
            downloaded.grace_ms = 0;
        }
        Ok(downloaded)
    }

    fn lasting(&self, content: Option<String>, dropped: Vec<LeftOut>, http: Http) -> Downloaded {
        let default_s = self.options.max_age_s.unwrap_or(DEFAULT_TTL_S);
        let (fresh_ms, grace_ms) = freshness::lifetime(&http, default_s, &TTL_RANGE_S, self.env);
        Downloaded {
            content,
            dropped,
            http,
            fresh_ms,
            grace_ms,
        }
    }
}
