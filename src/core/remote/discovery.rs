//! From an issuer to its keys (OpenID Connect Discovery §4, RFC 8414): the document must name
//! exactly this issuer, and no path is ever guessed.

use super::super::address::{Address, Issuer};
use super::super::cache::{
    Class, Entry, Http, Kind, MAX_BODY, Pause, Problem, Reason, Slot, Standing, document,
};
use super::super::env::Env;
use super::super::error::{Code, Error};
use super::super::json::{Json, Object};
use super::super::time::humanize;
use super::fetch::{self, Refusal};
use super::options::Source;
use super::renew::{Downloaded, Renewal, Renewed};
use super::{Remote, freshness, seconds, unavailable};

/// Seconds that a document is fresh for when its server does not say.
const DEFAULT_TTL_S: i64 = 3600;

/// The least and the most of them.
const TTL_RANGE_S: std::ops::RangeInclusive<i64> = 60..=Kind::Discovery.longest_s();

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
        let usable = match self.options.standing(&entry, None, env) {
            Standing::Fresh => true,
            _ => self.options.offline && self.options.usable_offline(&entry, env),
        };
        Ok(usable
            .then(|| self.keys_address(&issuer, &entry))
            .flatten()
            .or_else(|| self.address_by_hand(&issuer, env)))
    }

    /// Where keys are from that came in by hand: a bundle says whose they are, and brings no
    /// document. For those alone who may not ask the issuer.
    fn address_by_hand(&self, issuer: &Issuer, env: &Env<'_>) -> Option<Address> {
        let cache = self.cache.as_ref().filter(|_| self.options.offline)?;
        let theirs = cache
            .list(env)
            .into_iter()
            .filter(|it| it.kind == Kind::Jwks)
            .filter_map(|it| {
                let entry = it.entry.ok().filter(|it| {
                    it.issuer.as_deref() == Some(issuer.as_str()) && it.age_ms(env).is_some()
                })?;
                let address = self.allowed(issuer, &entry.url).ok()?;
                (entry.ctx == self.context(&address)).then_some((entry.fetched_at_ms, address))
            });
        // An issuer that has moved its keys is where it was last.
        theirs
            .max_by_key(|(fetched_at_ms, _)| *fetched_at_ms)
            .map(|(_, address)| address)
    }

    /// Where the keys are, asking the issuer if need be.
    pub(super) fn locate(&mut self, reason: Reason, env: &Env<'_>) -> Result<Address, Error> {
        match &self.source {
            Source::Url(address) => Ok(address.clone()),
            Source::Issuer(issuer) => {
                let issuer = issuer.clone();
                let reason = if reason == Reason::Forced {
                    reason
                } else {
                    Reason::Cold
                };
                self.read_document(&issuer, reason, env)
            }
        }
    }

    /// Where the keys are now that they are gone from `from`; `None` if the document has nothing
    /// else to say.
    pub(super) fn moved(
        &mut self,
        from: &Address,
        env: &Env<'_>,
    ) -> Result<Option<Address>, Error> {
        let Some(issuer) = self.source.issuer().cloned() else {
            return Ok(None);
        };
        Ok(Some(self.read_document(&issuer, Reason::KidMiss, env)?)
            .filter(|address| address != from))
    }

    fn document_slot(&self, issuer: &Issuer) -> Slot {
        Slot::new(
            Kind::Discovery,
            issuer.as_str(),
            &self.context(issuer.address()),
        )
    }

    fn read_document(
        &mut self,
        issuer: &Issuer,
        reason: Reason,
        env: &Env<'_>,
    ) -> Result<Address, Error> {
        let slot = self.document_slot(issuer);
        let seen = self.read(&slot)?;
        let mut warnings = Vec::new();
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
            is_fresh: &|entry| self.options.standing(entry, None, env) == Standing::Fresh,
            // After a 404 the document that is there has nothing to offer.
            satisfies: &|entry| match reason {
                Reason::KidMiss => false,
                Reason::Forced => self.options.is_recent(entry, env),
                _ => self.keys_address(issuer, entry).is_some(),
            },
            issuer: Some(issuer.as_str()),
            patience: self.options.patience(),
        };
        let renewed = renewal.run(
            &mut |_, _| self.download_document(issuer, env),
            &mut |it| warnings.push(it),
            env,
        );
        warnings.into_iter().for_each(|it| self.warn(it));
        let (there, problem) = match renewed {
            Renewed::Kept(entry)
            | Renewed::Fetched(entry)
            | Renewed::Paused(Some(entry), Pause::JustFetched) => {
                return self
                    .keys_address(issuer, &entry)
                    .ok_or_else(|| unusable(issuer, "names no usable \"jwks_uri\""));
            }
            Renewed::Paused(None, Pause::JustFetched) => {
                return Err(unusable(issuer, "was fetched just now, and is gone"));
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
        let stale = |entry: &Entry| self.options.standing(entry, None, env) == Standing::Stale;
        let stands_in = there
            .filter(|it| problem.class.is_unavailable() && reason == Reason::Cold && stale(it));
        match stands_in
            .and_then(|entry| Some((self.keys_address(issuer, &entry)?, entry.age_ms(env)?)))
        {
            Some((address, age)) => {
                let age = humanize(age / 1000);
                self.warn(format!(
                    "the document of {} is {age} old and overdue, and is used all the same: {}",
                    issuer.as_str(),
                    problem.why
                ));
                Ok(address)
            }
            None => Err(unavailable(
                Code::IssuerUnavailable,
                issuer.as_str(),
                &problem,
            )),
        }
    }

    /// Asks for the document where it may be; the next place only when there is none at this one.
    fn download_document(&self, issuer: &Issuer, env: &Env<'_>) -> Result<Downloaded, Refusal> {
        let headers = [("accept", "application/json".to_owned())];
        let start = env.clock.monotonic();
        let mut last = None;
        for place in issuer.documents() {
            let left = self
                .options
                .timeout
                .saturating_sub(env.clock.monotonic().saturating_sub(start));
            let requested_ms = env.millis();
            match fetch::get(self.fetch, &place, &headers, left, env) {
                Ok(response) if response.status == 304 => {
                    return Err(Refusal::new(
                        Class::NotJwks,
                        format!("{place}: answered 304, which was not asked for"),
                    ));
                }
                Ok(response) => {
                    let content = self
                        .check_document(issuer, &response.body)
                        .map_err(|refusal| at(&place, refusal))?;
                    let http = freshness::read(&response, requested_ms, env.millis());
                    let (fresh_ms, grace_ms) =
                        freshness::lifetime(&http, DEFAULT_TTL_S, &TTL_RANGE_S, env);
                    let http = Http {
                        etag: None,
                        last_modified: None,
                        ..http
                    };
                    return Ok(Downloaded::New {
                        content,
                        dropped: Vec::new(),
                        http,
                        fresh_ms,
                        grace_ms,
                    });
                }
                Err(refusal) if matches!(refusal.problem.status, Some(404 | 405 | 410)) => {
                    last = Some(at(&place, refusal))
                }
                Err(refusal) => return Err(at(&place, refusal)),
            }
        }
        Err(last.unwrap_or_else(|| Refusal::new(Class::Http4xx, "there is no document")))
    }

    /// What of a document is kept: `issuer` and `jwks_uri`.
    fn check_document(&self, issuer: &Issuer, body: &[u8]) -> Result<String, Refusal> {
        debug_assert!(body.len() <= MAX_BODY);
        let portal = |why: String| Refusal::new(Class::NotJwks, why);
        let wrong = |why: String| Refusal::new(Class::Refused, why);
        let json = document(body).map_err(|why| portal(format!("the document {why}")))?;
        let Json::Object(object) = json else {
            return Err(portal(format!("the document is {}", json.kind())));
        };
        let one = |name: &str| match object
            .0
            .iter()
            .filter(|(it, _)| it == name)
            .collect::<Vec<_>>()[..]
        {
            [(_, Json::String(text))] => Ok(text.clone()),
            [] => Err(wrong(format!("the document has no {name:?}"))),
            [(_, other)] => Err(wrong(format!(
                "the document's {name:?} is {}",
                other.kind()
            ))),
            _ => Err(wrong(format!("the document has {name:?} twice"))),
        };
        let named = one("issuer")?;
        if named != issuer.as_str() {
            let exact = named.trim_end_matches('/') == issuer.as_str().trim_end_matches('/');
            let shown: String = named.chars().take(200).collect();
            let advice = if exact {
                format!("; use it exactly: --issuer {shown}")
            } else {
                String::new()
            };
            return Err(wrong(format!(
                "the document is of issuer {shown:?}{advice}"
            )));
        }
        let text = one("jwks_uri")?;
        self.allowed(issuer, &text)
            .map_err(|why| wrong(format!("the document's \"jwks_uri\": {why}")))?;
        let kept = vec![
            ("issuer".to_owned(), named.as_str().into()),
            ("jwks_uri".to_owned(), text.as_str().into()),
        ];
        Ok(Json::from(Object(kept)).to_text())
    }

    /// A `jwks_uri` under the same rules as any other URL; and a document from elsewhere never
    /// points at this machine.
    fn allowed(&self, issuer: &Issuer, text: &str) -> Result<Address, String> {
        let local = issuer.address().is_loopback();
        let address =
            Address::parse(text, self.options.allow_http || local).map_err(|e| e.to_string())?;
        if address.is_loopback() && !local {
            return Err(format!(
                "{address} is on this machine, and its issuer is not"
            ));
        }
        if !address.is_https() && issuer.address().is_https() && !self.options.allow_http {
            return Err(format!("{address} is not https"));
        }
        Ok(address)
    }

    fn keys_address(&self, issuer: &Issuer, entry: &Entry) -> Option<Address> {
        let json = Json::parse(entry.content.get().as_bytes()).ok()?;
        let object = json.as_object()?;
        if object.text("issuer") != Some(issuer.as_str()) {
            return None;
        }
        self.allowed(issuer, object.text("jwks_uri")?).ok()
    }
}

fn at(place: &Address, mut refusal: Refusal) -> Refusal {
    refusal.problem.why = format!("{place}: {}", refusal.problem.why);
    refusal
}

fn unusable(issuer: &Issuer, why: &str) -> Error {
    let problem = Problem {
        class: Class::Refused,
        status: None,
        why: format!("its document {why}"),
    };
    unavailable(Code::IssuerUnavailable, issuer.as_str(), &problem)
}
