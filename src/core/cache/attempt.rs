//! The attempt record: how the last refresh of an entry ended, which decides how soon the next may
//! begin. It is a file of its own, so recording a failure cannot damage the entry.

use serde::{Deserialize, Serialize};

use super::super::env::Env;
use super::super::hint::{Hint, KeysHint};
use super::entry::MAX_AHEAD_MS;

/// The cooldown: milliseconds after a successful refresh in which an unknown `kid` or a bad
/// signature causes no other one. So an attacker who sends tokens with invented `kid`s causes two
/// refreshes a minute at most.
pub const COOLDOWN_MS: i64 = 30_000;

/// Milliseconds of the longest back-off, before it is varied by up to a fifth.
const MAX_BACKOFF_MS: i64 = 30_000;

/// Milliseconds after the end of a back-off in which a new failure still counts as the next in a
/// row.
const FORGOTTEN_AFTER_MS: i64 = 60_000;

/// Seconds of the longest `Retry-After` that is obeyed; a longer one is cut to this.
pub const MAX_RETRY_AFTER_S: i64 = 300;

/// Why a fetch was wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FetchReason {
    /// The cache had no entry to use.
    Cold,
    /// The entry is no longer fresh.
    Expired,
    /// The set has no key of the wanted `kid`.
    KidMiss,
    /// The key of that `kid` did not verify a signature.
    BadSig,
    /// The operator asked for it.
    Forced,
}

impl FetchReason {
    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cold => "cold",
            Self::Expired => "expired",
            Self::KidMiss => "kid_miss",
            Self::BadSig => "bad_sig",
            Self::Forced => "forced",
        }
    }
}

/// How a fetch can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureClass {
    /// The name does not resolve.
    Dns,
    /// No connection could be made, or it broke.
    Connect,
    /// There was no complete answer in time.
    Timeout,
    /// The TLS handshake failed.
    Tls,
    /// The server's certificate is not trusted: it is self-signed, or by an unknown authority.
    #[serde(rename = "tls_untrusted")]
    Untrusted,
    /// 5xx
    #[serde(rename = "http_5xx")]
    Http5xx,
    /// 429, and 408 with it
    #[serde(rename = "http_429")]
    Http429,
    /// Any other 4xx: the server refuses the request.
    #[serde(rename = "http_4xx")]
    Http4xx,
    /// 3xx: redirects are not followed.
    Redirect,
    /// The body is larger than that of a key set may be.
    TooLarge,
    /// A 200 that holds no key set, or another answer that makes no sense.
    NotJwks,
    /// jwtctl itself refuses: the address may not be asked, or the discovery document is of another
    /// issuer, lacks a member, or names a key set's URL that is not allowed.
    Refused,
}

impl FailureClass {
    /// Whether the server may just be out of reach or out of order, so that a stale entry may be
    /// used. A 4xx other than 408 and 429, a redirect, and a refusal by jwtctl itself are not of
    /// this kind.
    pub fn is_unavailable(self) -> bool {
        !matches!(self, Self::Http4xx | Self::Redirect | Self::Refused)
    }

    /// Whether the server itself has answered. The cause of any other failure may be this machine
    /// or the network.
    pub fn is_an_answer(self) -> bool {
        match self {
            Self::Http5xx
            | Self::Http429
            | Self::Http4xx
            | Self::Redirect
            | Self::TooLarge
            | Self::NotJwks => true,
            Self::Dns
            | Self::Connect
            | Self::Timeout
            | Self::Tls
            | Self::Untrusted
            | Self::Refused => false,
        }
    }
}

/// Why a fetch brought nothing usable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchError {
    /// The failure class.
    pub class: FailureClass,
    /// The status, if there was an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The cause in words, without any secret: it is recorded, and shown to callers that have to
    /// wait.
    #[serde(default)]
    pub why: String,
    /// What the caller could use instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<FetchAdvice>,
    /// Whether the same request may fare better at once: the connection was refused or broke.
    #[serde(skip)]
    pub retryable: bool,
    /// Seconds that the server asks for until the next request (`Retry-After`).
    #[serde(skip)]
    pub retry_after_s: Option<i64>,
}

impl FetchError {
    /// A failure of this class with its cause in words: no status, no advice, no `Retry-After`.
    pub fn new(class: FailureClass, why: impl Into<String>) -> Self {
        Self {
            class,
            status: None,
            why: why.into(),
            advice: None,
            retryable: false,
            retry_after_s: None,
        }
    }

    /// This failure with `advice` on what to ask for instead.
    #[must_use]
    pub fn advising(self, advice: Option<FetchAdvice>) -> Self {
        Self { advice, ..self }
    }

    /// This failure with `place`, the URL that was asked, before its cause.
    #[must_use]
    pub fn at(self, place: &impl std::fmt::Display) -> Self {
        Self {
            why: format!("{place}: {}", self.why),
            ..self
        }
    }
}

/// What to ask for instead of what was asked for, as the answer tells. It is recorded with the
/// failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FetchAdvice {
    /// The answer is the discovery document of this issuer.
    Issuer(String),
    /// The issuer writes its own URL like this, with or without a slash at the end.
    ExactIssuer(String),
    /// The document's issuer is a template for many tenants, whose keys are at this URL.
    ManyTenants(String),
}

impl FetchAdvice {
    /// The hint for the caller.
    pub fn hint(self) -> Hint {
        match self {
            Self::Issuer(issuer) => KeysHint::DocumentOfIssuer(issuer).into(),
            Self::ExactIssuer(issuer) => KeysHint::ExactIssuer(issuer).into(),
            Self::ManyTenants(keys) => KeysHint::ManyTenants(keys).into(),
        }
    }
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FetchOutcome {
    /// The server sent the document (200).
    Ok,
    /// The server confirmed the entry (304).
    NotModified,
    /// The fetch failed.
    Error,
}

/// The record of the last attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The version of the format.
    pub v: u32,
    /// When the attempt ended, in milliseconds since 1970.
    pub ended_at_ms: i64,
    /// The outcome.
    pub outcome: FetchOutcome,
    /// Why the fetch was wanted.
    pub reason: FetchReason,
    /// The failure, if it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<FetchError>,
    /// Failures in a row.
    #[serde(default)]
    pub fails: u32,
    /// After a failure: the end of the back-off, in milliseconds since 1970.
    #[serde(default)]
    pub not_before_ms: i64,
}

impl Attempt {
    /// The record of a refresh that succeeded and ended at `now_ms`.
    pub fn success(outcome: FetchOutcome, reason: FetchReason, now_ms: i64) -> Self {
        Self {
            v: 1,
            ended_at_ms: now_ms,
            outcome,
            reason,
            error: None,
            fails: 0,
            not_before_ms: 0,
        }
    }

    /// The record of a failure that ended at `now_ms`, where `before` is the last attempt. The
    /// back-off doubles from 1 s to 30 s, give or take a fifth so that many machines do not come
    /// back together, or is the server's `Retry-After` if that is longer.
    pub fn failure(
        before: Option<&Self>,
        error: FetchError,
        reason: FetchReason,
        now_ms: i64,
        env: &Env<'_>,
    ) -> Self {
        // Failures that are over long since say nothing about how busy the server is now.
        let recent =
            before.filter(|it| now_ms.saturating_sub(it.not_before_ms) < FORGOTTEN_AFTER_MS);
        let fails = recent.map_or(0, |it| it.fails).saturating_add(1);
        let doubled = 1000_i64 << (fails - 1).min(5);
        let base = doubled.min(MAX_BACKOFF_MS);
        let jitter = i64::try_from(env.below(401)).unwrap_or(0) - 200;
        let backoff = base.saturating_add(base / 1000 * jitter);
        let asked = error
            .retry_after_s
            .map_or(0, |s| s.clamp(0, MAX_RETRY_AFTER_S).saturating_mul(1000));
        let not_before_ms = now_ms.saturating_add(backoff.max(asked));
        Self {
            v: 1,
            ended_at_ms: now_ms,
            outcome: FetchOutcome::Error,
            reason,
            error: Some(error),
            fails,
            not_before_ms,
        }
    }

    /// The record, if it can be read and is not from the future: a run with a wrong clock never
    /// blocks the cache.
    pub fn from_bytes(bytes: &[u8], now_ms: i64) -> Option<Self> {
        let mut it: Self = serde_json::from_slice(bytes).ok()?;
        // A success has no error, whatever a damaged record says.
        it.error = it.error.filter(|_| it.outcome == FetchOutcome::Error);
        let in_time = it.ended_at_ms <= now_ms.saturating_add(MAX_AHEAD_MS)
            && it.not_before_ms <= now_ms.saturating_add(MAX_RETRY_AFTER_S * 1000);
        (it.v == 1 && in_time).then_some(it)
    }

    /// The record as text.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Whether another attempt has to wait at `now_ms`: after a success within the cooldown, since
    /// the server has nothing that the entry lacks; after a failure within the back-off.
    pub fn delays(&self, now_ms: i64) -> bool {
        match (&self.outcome, &self.error) {
            (FetchOutcome::Error, Some(_)) => self.not_before_ms > now_ms,
            (FetchOutcome::Error, None) => false,
            _ => now_ms.saturating_sub(self.ended_at_ms) < COOLDOWN_MS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    fn problem() -> FetchError {
        FetchError {
            status: Some(503),
            ..FetchError::new(FailureClass::Http5xx, "503")
        }
    }

    fn asking(seconds: i64) -> FetchError {
        FetchError {
            retry_after_s: Some(seconds),
            ..problem()
        }
    }

    #[test]
    fn failures_wait_longer_and_longer() {
        let clock = FakeClock::at(NOW_MS);
        let env = clock.env();
        let mut last: Option<Attempt> = None;
        for seconds in [1, 2, 4, 8, 16, 30, 30, 30] {
            let next = Attempt::failure(last.as_ref(), problem(), FetchReason::Cold, NOW_MS, &env);
            let wait = next.not_before_ms - NOW_MS;
            assert!(
                (seconds * 800..=seconds * 1200).contains(&wait),
                "{wait} for {seconds} s"
            );
            assert!(next.delays(NOW_MS + wait - 1) && !next.delays(NOW_MS + wait));
            last = Some(next);
        }
        let many = Attempt {
            fails: u32::MAX,
            ..last.unwrap()
        };
        assert_eq!(
            Attempt::failure(Some(&many), problem(), FetchReason::Cold, i64::MAX, &env)
                .not_before_ms,
            i64::MAX
        );
    }

    #[test]
    fn failures_of_last_week_do_not_make_today_wait() {
        let clock = FakeClock::at(NOW_MS);
        let env = clock.env();
        let mut old = Attempt::failure(None, problem(), FetchReason::Cold, NOW_MS, &env);
        old.fails = 6;
        for (later_ms, fails) in [(old.not_before_ms + 1000, 7), (NOW_MS + 7 * 86_400_000, 1)] {
            let next = Attempt::failure(Some(&old), problem(), FetchReason::Cold, later_ms, &env);
            assert_eq!(next.fails, fails);
        }
    }

    #[test]
    fn a_server_may_ask_for_patience_within_limits() {
        let clock = FakeClock::at(NOW_MS);
        for (asked, seconds) in [(120, 120), (99_999, 300), (i64::MAX, 300)] {
            let it = Attempt::failure(None, asking(asked), FetchReason::Cold, NOW_MS, &clock.env());
            assert_eq!(it.not_before_ms, NOW_MS + seconds * 1000);
        }
        let it = Attempt::failure(None, asking(-5), FetchReason::Cold, NOW_MS, &clock.env());
        assert!(it.not_before_ms > NOW_MS);
    }

    #[test]
    fn records_from_the_future_count_for_nothing() {
        let it = Attempt::success(FetchOutcome::Ok, FetchReason::Cold, NOW_MS);
        assert_eq!(
            Attempt::from_bytes(&it.to_bytes(), NOW_MS),
            Some(it.clone())
        );
        assert_eq!(Attempt::from_bytes(&it.to_bytes(), NOW_MS - 60_001), None);
        let late = Attempt {
            not_before_ms: NOW_MS + 300_001,
            ..it
        };
        assert_eq!(Attempt::from_bytes(&late.to_bytes(), NOW_MS), None);
        let failed = Attempt::failure(
            None,
            problem(),
            FetchReason::KidMiss,
            NOW_MS,
            &FakeClock::at(NOW_MS).env(),
        );
        let text = String::from_utf8(failed.to_bytes()).unwrap();
        assert!(
            text.contains(r#""reason":"kid_miss","error":{"class":"http_5xx","status":503"#),
            "{text}"
        );
        for text in [&b""[..], b"{", b"{\"v\":1}", b"\0\0"] {
            assert_eq!(Attempt::from_bytes(text, NOW_MS), None);
        }
    }

    #[test]
    fn after_a_success_there_is_a_cooldown() {
        let it = Attempt::success(FetchOutcome::Ok, FetchReason::Cold, NOW_MS);
        assert!(it.delays(NOW_MS + COOLDOWN_MS - 1) && !it.delays(NOW_MS + COOLDOWN_MS));
    }
}
