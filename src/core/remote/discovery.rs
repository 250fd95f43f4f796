//! From an issuer to the URL of its key set (OpenID Connect Discovery §4, RFC 8414). The discovery
//! document must name exactly this issuer, and the URL of the key set is never guessed.

use super::super::address::{Address, Issuer};
use super::super::cache::{
    CacheKey, DocumentKind, Entry, FailureClass, FetchAdvice, FetchError, FetchReason, Freshness,
    Http, document,
};
use super::super::env::Env;
use super::super::error::{Code, Error};
use super::super::json::{Json, Object};
use super::super::limits::MAX_PUBLISHED_BYTES;
use super::super::time::humanize;
use super::document::{Current, Document, Downloaded};
use super::http::{Fetch, FetchResponse};
use super::options::{Options, Source};
use super::refresh::Refresh;
use super::{Remote, fetch, freshness, unavailable};

/// Seconds that a document is fresh for when its server does not say.
const DEFAULT_TTL_S: i64 = 3600;

/// The least and the most seconds that a document is fresh for, whatever its server says.
const TTL_RANGE_S: std::ops::RangeInclusive<i64> = 60..=DocumentKind::Discovery.longest_s();

impl Remote<'_> {
    /// Where the keys are, as far as the cache tells.
    pub(super) fn located(&mut self, env: &Env<'_>) -> Result<Option<Address>, Error> {
        let issuer = match &self.source {
            Source::Url(address) => return Ok(Some(address.clone())),
            Source::Issuer(issuer) => issuer.clone(),
        };
        let slot = self.document_slot(&issuer);
        let Some(entry) = self.read(&slot)? else {
            return Ok(self.address_by_hand(&issuer, env));
        };
        let usable = match self.options.freshness(&entry, None, env) {
            Freshness::Fresh => true,
            _ => self.options.offline && self.options.usable_offline(&entry, env),
        };
        Ok(usable
            .then(|| self.keys_address(&issuer, &entry))
            .flatten()
            .or_else(|| self.address_by_hand(&issuer, env)))
    }

    /// The URL of the newest key set in the cache whose entry names this issuer. It is for offline
    /// callers only: a bundle may have brought the key set, but no discovery document.
    fn address_by_hand(&self, issuer: &Issuer, env: &Env<'_>) -> Option<Address> {
        let cache = self.cache.as_ref().filter(|_| self.options.offline)?;
        let theirs = cache
            .list(env)
            .into_iter()
            .filter(|it| it.kind == DocumentKind::Jwks)
            .filter_map(|it| {
                let entry = it.entry.ok().filter(|it| {
                    it.issuer.as_deref() == Some(issuer.as_str()) && it.age_ms(env).is_some()
                })?;
                let address = Address::learned(&entry.url, issuer, self.options.allow_http).ok()?;
                (entry.ctx == self.context(&address)).then_some((entry.fetched_at_ms, address))
            });
        // If the issuer has moved its keys, the newest entry has the URL that they are at now.
        theirs
            .max_by_key(|(fetched_at_ms, _)| *fetched_at_ms)
            .map(|(_, address)| address)
    }

    /// Where the keys are, asking the issuer if need be.
    pub(super) fn locate(&mut self, reason: FetchReason, env: &Env<'_>) -> Result<Address, Error> {
        match &self.source {
            Source::Url(address) => Ok(address.clone()),
            Source::Issuer(issuer) => {
                let issuer = issuer.clone();
                let reason = if reason == FetchReason::Forced {
                    reason
                } else {
                    FetchReason::Cold
                };
                self.read_document(&issuer, reason, env)
            }
        }
    }

    /// The key set's URL by a discovery document that is asked for again, as the wanted keys are
    /// not at `from`; `None` if it still names `from`, or does not arrive.
    pub(super) fn moved(&mut self, from: &Address, env: &Env<'_>) -> Option<Address> {
        let issuer = self.source.issuer().cloned()?;
        // This failure is not reported: the failure to get the keys explains as much.
        let now = self
            .read_document(&issuer, FetchReason::KidMiss, env)
            .ok()?;
        (now != *from).then_some(now)
    }

    fn document_slot(&self, issuer: &Issuer) -> CacheKey {
        CacheKey::new(
            DocumentKind::Discovery,
            issuer.as_str(),
            self.context(issuer.address()),
        )
    }

    fn keys_address(&self, issuer: &Issuer, entry: &Entry) -> Option<Address> {
        keys_address(issuer, entry, &self.options)
    }

    fn read_document(
        &mut self,
        issuer: &Issuer,
        reason: FetchReason,
        env: &Env<'_>,
    ) -> Result<Address, Error> {
        let slot = self.document_slot(issuer);
        let seen = self.read(&slot)?;
        let options = self.options.clone();
        let document = IssuerDocument {
            issuer,
            slot,
            reason,
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
        let answer = refresh.run();
        let warnings = refresh.warnings.into_inner();
        warnings.into_iter().for_each(|it| self.warn(it));
        let (current, error) = match answer {
            Ok(current) => return Ok(current.content),
            Err(known) => match known.in_cooldown() {
                Ok(current) => return Ok(current.content),
                Err(failed) => failed,
            },
        };
        let may_be_stale = error.class.is_unavailable() && reason == FetchReason::Cold;
        let stale = current.filter(|it| {
            may_be_stale && options.freshness(&it.entry, None, env) == Freshness::Stale
        });
        let Some(current) = stale else {
            let name = issuer.as_str();
            return Err(unavailable(Code::IssuerUnavailable, name, &error));
        };
        let age = humanize(current.entry.age_ms(env).unwrap_or(0) / 1000);
        self.warn(format!(
            "the document of {} is {age} old and overdue, and is used all the same: {}",
            issuer.as_str(),
            error.why
        ));
        Ok(current.content)
    }
}

/// The discovery document of an issuer, which names its key set's URL.
struct IssuerDocument<'a> {
    issuer: &'a Issuer,
    slot: CacheKey,
    reason: FetchReason,
    fetch: &'a dyn Fetch,
    options: &'a Options,
    env: &'a Env<'a>,
}

impl Document for IssuerDocument<'_> {
    type Content = Address;

    fn slot(&self) -> &CacheKey {
        &self.slot
    }

    fn issuer(&self) -> Option<&str> {
        Some(self.issuer.as_str())
    }

    fn content(&self, entry: &Entry) -> Option<Address> {
        keys_address(self.issuer, entry, self.options)
    }

    fn is_fresh(&self, entry: &Entry) -> bool {
        self.options.freshness(entry, None, self.env) == Freshness::Fresh
    }

    fn satisfies(&self, current: &Current<Address>) -> bool {
        match self.reason {
            // The keys were not where the document in the cache says.
            FetchReason::KidMiss => false,
            FetchReason::Forced => self.options.is_recent(&current.entry, self.env),
            _ => true,
        }
    }

    /// Asks the well-known URLs one after the other; the next only when the server has no document
    /// at this one (404, 405, 410).
    fn download(&self, _: Option<&Entry>, _: FetchReason) -> Result<Downloaded, FetchError> {
        let start = self.env.clock.monotonic();
        let mut last = None;
        for place in self.issuer.documents() {
            let passed = self.env.clock.monotonic().saturating_sub(start);
            let left = self.options.timeout.saturating_sub(passed);
            let requested_ms = self.env.millis();
            match self.get(&place, left) {
                Ok(response) => {
                    let made = self.downloaded(&response, requested_ms);
                    return made.map_err(|error| error.at(&place));
                }
                Err(error) if matches!(error.status, Some(404 | 405 | 410)) => {
                    last = Some(error.at(&place));
                }
                Err(error) => return Err(error.at(&place)),
            }
        }
        Err(last.unwrap_or_else(|| FetchError::new(FailureClass::Http4xx, "there is no document")))
    }
}

impl IssuerDocument<'_> {
    /// Sends a request without a condition. If the answer is a 304 all the same, sends a second one
    /// that caches on the way must pass on (`no-cache`).
    fn get(&self, place: &Address, left: std::time::Duration) -> Result<FetchResponse, FetchError> {
        let accept = ("accept", "application/json".to_owned());
        let no_cache = ("cache-control", "no-cache".to_owned());
        let mut headers = vec![accept];
        if self.reason == FetchReason::KidMiss || self.reason == FetchReason::Forced {
            headers.push(no_cache.clone());
        }
        let start = self.env.clock.monotonic();
        let response = fetch::get(self.fetch, place, &headers, left, self.env)?;
        if response.status != 304 {
            return Ok(response);
        }
        headers.truncate(1);
        headers.push(no_cache);
        let left = left.saturating_sub(self.env.clock.monotonic().saturating_sub(start));
        let response = fetch::get(self.fetch, place, &headers, left, self.env)?;
        if response.status == 304 {
            let why = "the server answered 304 Not Modified to a request without a condition";
            return Err(FetchError::new(FailureClass::NotJwks, why));
        }
        Ok(response)
    }

    /// The document in a 200 answer, checked, and its times.
    fn downloaded(
        &self,
        response: &FetchResponse,
        requested_ms: i64,
    ) -> Result<Downloaded, FetchError> {
        let content = check_document(self.issuer, &response.body, self.options)?;
        let http = freshness::read(response, requested_ms, self.env.millis());
        let (fresh_ms, grace_ms) =
            freshness::lifetime(&http, DEFAULT_TTL_S, &TTL_RANGE_S, self.env);
        Ok(Downloaded {
            content: Some(content),
            dropped: Vec::new(),
            http: Http {
                etag: None,
                last_modified: None,
                ..http
            },
            fresh_ms,
            grace_ms,
        })
    }
}

/// Checks a discovery document, and returns the members of it that are stored: `issuer` and
/// `jwks_uri`.
fn check_document(issuer: &Issuer, body: &[u8], options: &Options) -> Result<String, FetchError> {
    debug_assert!(body.len() <= MAX_PUBLISHED_BYTES);
    let portal = |why: String| FetchError::new(FailureClass::NotJwks, why);
    let wrong = |why: String| FetchError::new(FailureClass::Refused, why);
    let json = document(body).map_err(|why| portal(format!("the document {why}")))?;
    let Json::Object(object) = json else {
        return Err(portal(format!("the document is {}", json.kind())));
    };
    let named = one(&object, "issuer").map_err(wrong)?;
    if named != issuer.as_str() {
        let keys = one(&object, "jwks_uri").ok();
        return Err(other_issuer(issuer, named, keys));
    }
    let text = one(&object, "jwks_uri").map_err(wrong)?;
    Address::learned(text, issuer, options.allow_http)
        .map_err(|why| wrong(format!("the document's \"jwks_uri\": {why}")))?;
    let kept = vec![
        ("issuer".to_owned(), named.into()),
        ("jwks_uri".to_owned(), text.into()),
    ];
    Ok(Json::from(Object(kept)).to_text())
}

/// The text of a member that the document has exactly once.
fn one<'a>(document: &'a Object, name: &str) -> Result<&'a str, String> {
    let members: Vec<_> = document.0.iter().filter(|(it, _)| it == name).collect();
    match members[..] {
        [(_, Json::String(text))] => Ok(text),
        [] => Err(format!("the document has no {name:?}")),
        [(_, other)] => Err(format!("the document's {name:?} is {}", other.kind())),
        _ => Err(format!("the document has {name:?} twice")),
    }
}

/// The refusal of a document of another issuer.
fn other_issuer(issuer: &Issuer, named: &str, keys: Option<&str>) -> FetchError {
    let cut = |text: &str| -> String { text.chars().take(200).collect() };
    let shown = cut(named);
    let exact = named.trim_end_matches('/') == issuer.as_str().trim_end_matches('/');
    let advice = match keys.and_then(|it| Address::parse(it, true).ok()) {
        _ if exact => Some(FetchAdvice::ExactIssuer(shown.clone())),
        // As Microsoft Entra writes it for all of its tenants.
        Some(keys) if named.contains('{') => Some(FetchAdvice::ManyTenants(cut(&keys.to_string()))),
        _ => None,
    };
    let many = matches!(advice, Some(FetchAdvice::ManyTenants(_)));
    let many = if many { ", which stands for many" } else { "" };
    let why = format!("the document is of issuer {shown:?}{many}");
    FetchError::new(FailureClass::Refused, why).advising(advice)
}

/// The key set's URL by a discovery document in the cache.
fn keys_address(issuer: &Issuer, entry: &Entry, options: &Options) -> Option<Address> {
    if entry.url != issuer.as_str() {
        return None;
    }
    Address::learned(&entry.jwks_uri()?, issuer, options.allow_http).ok()
}
