//! What the operator decided about a remote key set.

use std::time::Duration;

use super::super::address::{Address, Issuer};
use super::super::cache::Entry;
use super::super::env::Env;

/// Where the keys are.
#[derive(Clone, Debug)]
pub enum Source {
    /// At a JWKS URL.
    Url(Address),
    /// Where the issuer's discovery document says.
    Issuer(Issuer),
}

impl Source {
    pub(super) fn issuer(&self) -> Option<&Issuer> {
        match self {
            Self::Url(_) => None,
            Self::Issuer(issuer) => Some(issuer),
        }
    }
}

/// How keys may be had, and for how long they are good. The defaults are those of the command line.
#[derive(Clone, Debug)]
pub struct Options {
    /// Use the cache and nothing else.
    pub offline: bool,
    /// Fetch, whatever the cache has.
    pub refresh: bool,
    /// With `offline`: seconds beyond their lifetime for which keys are good.
    pub max_stale_s: Option<i64>,
    /// Seconds for which keys stand in while their server is out of reach; the server's word, or 300, if not given.
    pub stale_if_error_s: Option<i64>,
    /// The most seconds for which keys are fresh.
    pub max_age_s: Option<i64>,
    /// What a fetch may take, retry included.
    pub timeout: Duration,
    /// Allow plain `http` for what an issuer's document names.
    pub allow_http: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            offline: false,
            refresh: false,
            max_stale_s: None,
            stale_if_error_s: None,
            max_age_s: None,
            timeout: Duration::from_secs(5),
            allow_http: false,
        }
    }
}

/// How good an entry is by its age alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// To be used without asking anybody.
    Fresh,
    /// To be used only if the server is out of reach.
    Stale,
    /// Not to be used.
    Expired,
}

impl Options {
    /// The standing of `entry`, kept for at most `most_s` seconds.
    pub(super) fn standing(&self, entry: &Entry, most_s: Option<i64>, env: &Env<'_>) -> Standing {
        let Some(age) = entry.age_ms(env) else { return Standing::Expired };
        let fresh = fresh_ms(entry, most_s);
        let grace = self.stale_if_error_s.map_or(entry.grace_ms(), ms);
        if age < fresh {
            Standing::Fresh
        } else if age < fresh.saturating_add(grace) {
            Standing::Stale
        } else {
            Standing::Expired
        }
    }

    /// Whether `entry` is good enough for somebody who cannot ask.
    pub(super) fn usable_offline(&self, entry: &Entry, env: &Env<'_>) -> bool {
        let more = self.max_stale_s.or(self.stale_if_error_s).map_or(entry.grace_ms(), ms);
        entry.age_ms(env).is_some_and(|age| age < fresh_ms(entry, self.max_age_s).saturating_add(more))
    }
}

fn fresh_ms(entry: &Entry, most_s: Option<i64>) -> i64 {
    entry.lifetime_ms().min(most_s.map_or(i64::MAX, ms))
}

fn ms(seconds: i64) -> i64 {
    seconds.max(0).saturating_mul(1000)
}
