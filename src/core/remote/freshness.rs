//! How long an answer may be used (RFC 9111, RFC 5861), by the rules for a private cache. There is
//! no heuristic freshness: where the server says nothing, jwtctl has a default. Lifetimes are
//! clamped at both ends, since some servers allow too little and some too much.

use std::ops::RangeInclusive;

use super::super::cache::Http;
use super::super::cache::{DEFAULT_GRACE_S, MAX_RETRY_AFTER_S};
use super::super::env::Env;
use super::http::FetchResponse;

/// The most seconds that a server's `stale-if-error` can ask for.
const MAX_SERVER_GRACE_S: i64 = 3600;

/// The validator that a request carries, to learn whether the entry in the cache is still the
/// server's (RFC 9110 §13.1).
pub(super) enum Condition {
    /// `If-None-Match`
    Etag(String),
    /// `If-Modified-Since`
    Modified(String),
}

impl Condition {
    /// The condition for an entry with these headers; `None` without a validator that can be sent.
    pub fn of(http: &Http) -> Option<Self> {
        let sendable = |it: &Option<String>| it.clone().filter(|it| is_validator(it));
        let etag = sendable(&http.etag).map(Self::Etag);
        etag.or_else(|| sendable(&http.last_modified).map(Self::Modified))
    }

    /// The header that carries it.
    pub fn header(&self) -> (&'static str, String) {
        match self {
            Self::Etag(etag) => ("if-none-match", etag.clone()),
            Self::Modified(date) => ("if-modified-since", date.clone()),
        }
    }

    /// Whether a 304 is about the version that was asked about. Tags are compared weakly (RFC 9110
    /// §8.8.3.2): proxies that compress an answer make its tag a weak one.
    pub fn is_confirmed_by(&self, http: &Http) -> bool {
        let opaque = |etag: &str| etag.strip_prefix("W/").unwrap_or(etag).to_owned();
        match (self, &http.etag) {
            (Self::Etag(ours), Some(theirs)) => opaque(ours) == opaque(theirs),
            _ => true,
        }
    }
}

/// Whether a validator can be sent back as it came.
fn is_validator(text: &str) -> bool {
    const LONGEST: usize = 256;
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Reads the headers of an answer that arrived at `now_ms` to a request sent at `requested_ms`.
pub(super) fn read(response: &FetchResponse, requested_ms: i64, now_ms: i64) -> Http {
    let mut http = Http {
        etag: response
            .header("etag")
            .filter(|it| is_validator(it))
            .map(String::from),
        last_modified: response
            .header("last-modified")
            .filter(|it| is_validator(it))
            .map(String::from),
        date_ms: response.header("date").and_then(http_date),
        ..Http::default()
    };
    let delay_s = now_ms.saturating_sub(requested_ms).max(0) / 1000;
    let told = response
        .header("age")
        .map_or(0, |it| whole(it).unwrap_or(0))
        .saturating_add(delay_s);
    let seen = http
        .date_ms
        .map_or(0, |date| now_ms.saturating_sub(date) / 1000);
    http.age_s = Some(told.max(seen).max(0));
    let expires = response.header("expires").map(|text| {
        // An `Expires` that is not a date, such as 0, means the past (RFC 9111 §5.3).
        let expires = http_date(text).unwrap_or(i64::MIN);
        expires
            .saturating_sub(http.date_ms.unwrap_or(now_ms))
            .max(0)
            / 1000
    });
    let mut max_age = None;
    for (name, value) in directives(response) {
        match name.as_str() {
            "no-store" => http.no_store = true,
            "no-cache" => http.no_cache = true,
            "must-revalidate" => http.must_revalidate = true,
            "stale-if-error" => {
                http.stale_if_error_s = Some(value.as_deref().and_then(whole).unwrap_or(0))
            }
            "max-age" => {
                let seconds = value.as_deref().and_then(whole).unwrap_or(0);
                // Two that disagree count as 0 (RFC 9111 §4.2.1: the answer is stale).
                max_age = Some(if max_age.is_some_and(|other| other != seconds) {
                    0
                } else {
                    seconds
                });
            }
            _ => {}
        }
    }
    http.max_age_s = max_age.or(expires);
    http
}

/// The caching headers of an entry that a 304 confirms: those of the 304, and the `old` ones where
/// it does not repeat them.
pub(super) fn confirmed(old: &Http, new: Http, response: &FetchResponse) -> Http {
    let speaks = response.header("cache-control").is_some() || response.header("expires").is_some();
    let etag = new.etag.clone().or_else(|| old.etag.clone());
    let last_modified = new
        .last_modified
        .clone()
        .or_else(|| old.last_modified.clone());
    let (date_ms, age_s) = (new.date_ms, new.age_s);
    let base = if speaks { new } else { old.clone() };
    Http {
        etag,
        last_modified,
        date_ms,
        age_s,
        ..base
    }
}

/// Milliseconds that keys are fresh for, and milliseconds beyond that for which they may be used
/// stale.
pub(super) fn lifetime(
    http: &Http,
    default_s: i64,
    range_s: &RangeInclusive<i64>,
    env: &Env<'_>,
) -> (i64, i64) {
    let told = match http.max_age_s {
        _ if http.no_store || http.no_cache => 0,
        Some(seconds) => seconds.saturating_sub(http.age_s.unwrap_or(0)),
        None => default_s,
    };
    let (least, most) = (
        range_s.start().saturating_mul(1000),
        range_s.end().saturating_mul(1000),
    );
    let ttl = told.saturating_mul(1000).clamp(least, most);
    // Up to a tenth less, so that machines that started together do not come back together.
    let less = env.below(u64::try_from(ttl / 10).unwrap_or(0).saturating_add(1));
    let fresh = ttl
        .saturating_sub(i64::try_from(less).unwrap_or(0))
        .max(least);
    let grace_s = if http.must_revalidate {
        0
    } else {
        http.stale_if_error_s.map_or(DEFAULT_GRACE_S, |seconds| {
            seconds.clamp(0, MAX_SERVER_GRACE_S)
        })
    };
    (fresh, grace_s.saturating_mul(1000))
}

/// Seconds that the server asks us to stay away, at most [`MAX_RETRY_AFTER_S`].
pub(super) fn retry_after(response: &FetchResponse, now_ms: i64) -> Option<i64> {
    let text = response.header("retry-after")?;
    let seconds =
        whole(text).or_else(|| http_date(text).map(|date| date.saturating_sub(now_ms) / 1000))?;
    Some(seconds.clamp(0, MAX_RETRY_AFTER_S))
}

/// The directives of all `Cache-Control` headers, names in lower case.
fn directives(response: &FetchResponse) -> Vec<(String, Option<String>)> {
    let lines = response
        .headers
        .iter()
        .filter(|(name, _)| name == "cache-control");
    let parts = lines.flat_map(|(_, value)| value.split(','));
    let read = |part: &str| match part.split_once('=') {
        Some((name, value)) => (
            name.trim().to_ascii_lowercase(),
            Some(value.trim().trim_matches('"').to_owned()),
        ),
        None => (part.trim().to_ascii_lowercase(), None),
    };
    parts.map(read).collect()
}

/// A number of seconds (RFC 9111 §1.2.2): digits only. A number that is too large counts as the
/// largest.
fn whole(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(i64::MAX))
}

/// An HTTP date (RFC 9110 §5.6.7) in the one form that is still written, as milliseconds since
/// 1970.
fn http_date(text: &str) -> Option<i64> {
    static PARSER: jiff::fmt::rfc2822::DateTimeParser = jiff::fmt::rfc2822::DateTimeParser::new();
    PARSER
        .parse_timestamp(text.trim())
        .ok()
        .map(jiff::Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::super::super::cache::TTL_RANGE_S;
    use super::super::super::cache::testing::*;
    use super::*;

    fn response(headers: &[(&str, &str)]) -> FetchResponse {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect();
        FetchResponse {
            status: 200,
            headers,
            body: Vec::new(),
        }
    }

    fn ttl(headers: &[(&str, &str)]) -> i64 {
        let clock = FakeClock::at(NOW_MS);
        // Without jitter.
        let env = Env {
            random: &|buffer| buffer.fill(0),
            ..clock.env()
        };
        lifetime(
            &read(&response(headers), NOW_MS, NOW_MS),
            600,
            &TTL_RANGE_S,
            &env,
        )
        .0 / 1000
    }

    #[test]
    fn lifetimes_are_clamped() {
        for (control, seconds) in [
            ("max-age=15", 60),
            ("no-cache", 60),
            ("no-store", 60),
            ("max-age=900, No-Store", 60),
            ("max-age=21583, must-revalidate", 3600),
            ("max-age=99999999999999999999", 3600),
            ("max-age=60, max-age=600", 60),
            ("max-age=1200, max-age=1200", 1200),
            ("MAX-AGE=\"1200\"", 1200),
            ("max-age=-5", 60),
            ("max-age=soon", 60),
            ("max-age", 60),
            ("private, max-age = 700", 700),
            ("s-maxage=5", 600),
            ("", 600),
        ] {
            assert_eq!(ttl(&[("cache-control", control)]), seconds, "{control}");
        }
        assert_eq!(ttl(&[]), 600);
        assert_eq!(
            ttl(&[
                ("cache-control", "max-age=900"),
                ("cache-control", "max-age=901")
            ]),
            60
        );
    }

    #[test]
    fn what_the_answer_has_lived_already_counts() {
        let (date, expires) = (
            "Mon, 21 Sep 2026 14:13:20 GMT",
            "Mon, 21 Sep 2026 14:33:20 GMT",
        );
        assert_eq!(http_date(date), Some(NOW_MS));
        assert_eq!(ttl(&[("cache-control", "max-age=300"), ("age", "500")]), 60);
        assert_eq!(
            ttl(&[("cache-control", "max-age=900"), ("age", "500")]),
            400
        );
        assert_eq!(
            ttl(&[
                ("cache-control", "max-age=900"),
                ("age", "99999999999999999999")
            ]),
            60
        );
        assert_eq!(ttl(&[("date", date), ("expires", expires)]), 1200);
        assert_eq!(ttl(&[("date", date), ("expires", "0")]), 60);
        assert_eq!(
            ttl(&[
                ("date", date),
                ("expires", expires),
                ("cache-control", "max-age=100")
            ]),
            100
        );
        assert_eq!(
            ttl(&[
                ("date", "Mon, 21 Sep 2026 14:08:20 GMT"),
                ("cache-control", "max-age=900")
            ]),
            600
        );
    }

    #[test]
    fn jitter_shortens_and_never_below_the_floor() {
        let clock = FakeClock::at(NOW_MS);
        for byte in 0..=255 {
            let random = move |buffer: &mut [u8]| buffer.fill(byte);
            let env = Env {
                random: &random,
                ..clock.env()
            };
            let (fresh, _) = lifetime(&Http::default(), 600, &TTL_RANGE_S, &env);
            assert!((540_000..=600_000).contains(&fresh), "{fresh}");
            assert_eq!(
                lifetime(
                    &Http {
                        no_cache: true,
                        ..Http::default()
                    },
                    600,
                    &TTL_RANGE_S,
                    &env
                )
                .0,
                60_000
            );
        }
    }

    #[test]
    fn grace_is_the_servers_to_give_within_limits() {
        let clock = FakeClock::at(NOW_MS);
        let grace = |control| {
            let http = read(&response(&[("cache-control", control)]), NOW_MS, NOW_MS);
            lifetime(&http, 600, &TTL_RANGE_S, &clock.env()).1 / 1000
        };
        assert_eq!(grace("max-age=60"), 300);
        assert_eq!(grace("must-revalidate, stale-if-error=100"), 0);
        assert_eq!(grace("stale-if-error=100"), 100);
        assert_eq!(grace("stale-if-error=999999999999999999999"), 3600);
    }

    #[test]
    fn patience_is_limited() {
        for (text, seconds) in [
            ("120", Some(120)),
            ("99999", Some(300)),
            ("99999999999999999999", Some(300)),
            ("Mon, 21 Sep 2026 14:15:20 GMT", Some(120)),
            ("Mon, 21 Sep 2020 14:15:20 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
        ] {
            assert_eq!(
                retry_after(&response(&[("retry-after", text)]), NOW_MS),
                seconds,
                "{text}"
            );
        }
    }
}
