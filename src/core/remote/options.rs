//! What the operator decided about a remote key set.

use std::time::Duration;

use super::super::address::{Address, Issuer};
use super::super::cache::{Entry, Freshness};
use super::super::env::Env;

/// How long a fetch may take unless the operator says otherwise.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// Where the keys are.
#[derive(Clone, Debug)]
pub enum Source {
    /// At a JWKS URL.
    Url(Address),
    /// Where the issuer's discovery document says.
    Issuer(Issuer),
}

impl Source {
    /// The URL, or the issuer as one.
    pub fn address(&self) -> &Address {
        match self {
            Self::Url(address) => address,
            Self::Issuer(issuer) => issuer.address(),
        }
    }

    pub(super) fn issuer(&self) -> Option<&Issuer> {
        match self {
            Self::Url(_) => None,
            Self::Issuer(issuer) => Some(issuer),
        }
    }
}

/// The age beyond which a forced refresh fetches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// This many per cent of the entry's freshness lifetime.
    Percent(i64),
    /// This many seconds since the entry was fetched.
    Seconds(i64),
}

impl Age {
    /// Whether `entry` is older.
    pub fn is_passed(self, entry: &Entry, env: &Env<'_>) -> bool {
        let limit = match self {
            Self::Percent(percent) => entry.lifetime_ms() / 100 * percent,
            Self::Seconds(seconds) => seconds.saturating_mul(1000),
        };
        entry.age_ms(env).is_none_or(|age| age > limit)
    }
}

/// How keys may be fetched, and for how long they may be used. The defaults are those of the
/// command line.
#[derive(Clone, Debug)]
pub struct Options {
    /// Use the cache and nothing else.
    pub offline: bool,
    /// Fetch, whatever the cache has.
    pub refresh: bool,
    /// With `refresh`: an entry that another process has fetched is enough if it is not older
    /// than this.
    pub older_than: Option<Age>,
    /// With `offline`: seconds beyond their lifetime for which keys may be used.
    pub max_stale_s: Option<i64>,
    /// Seconds for which keys are used while their server is out of reach; the server's word, or
    /// 300, if not given.
    pub stale_if_error_s: Option<i64>,
    /// The most seconds for which keys are fresh.
    pub max_age_s: Option<i64>,
    /// How long a fetch may take, retry included.
    pub timeout: Duration,
    /// Allow plain `http` for what an issuer's document names.
    pub allow_http: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            offline: false,
            refresh: false,
            older_than: None,
            max_stale_s: None,
            stale_if_error_s: None,
            max_age_s: None,
            timeout: DEFAULT_TIMEOUT,
            allow_http: false,
        }
    }
}

impl Options {
    /// The freshness of `entry`; `most_s`, if given, caps its lifetime in seconds.
    pub(super) fn freshness(&self, entry: &Entry, most_s: Option<i64>, env: &Env<'_>) -> Freshness {
        entry.freshness(most_s, self.stale_if_error_s, env)
    }

    /// Whether a forced fetch would be superfluous, since `entry` is as new as was asked for.
    pub(super) fn is_recent(&self, entry: &Entry, env: &Env<'_>) -> bool {
        self.older_than
            .is_some_and(|age| !age.is_passed(entry, env))
    }

    /// How long to wait for another process's fetch: the timeout, or the default one if that is more,
    /// and a second.
    pub(super) fn patience(&self) -> Duration {
        self.timeout
            .max(DEFAULT_TIMEOUT)
            .saturating_add(Duration::from_secs(1))
    }

    /// Whether `entry` may be used with `offline`.
    pub(super) fn usable_offline(&self, entry: &Entry, env: &Env<'_>) -> bool {
        entry.freshness(
            self.max_age_s,
            self.max_stale_s.or(self.stale_if_error_s),
            env,
        ) != Freshness::Expired
    }
}
