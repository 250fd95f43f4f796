//! The one seam to the network, and what an answer means.

use std::time::Duration;

use super::super::address::Address;
use super::super::cache::{Class, Problem};
use super::super::env::Env;
use super::freshness;

/// A GET request. Implementations add what the operator configured: certificates, a proxy, further
/// headers.
#[derive(Debug)]
pub struct Request<'a> {
    /// The URL.
    pub address: &'a Address,
    /// Headers on top of the implementation's own.
    pub headers: &'a [(&'static str, String)],
    /// How long it may take from the first packet to the last.
    pub timeout: Duration,
}

/// What a server answered.
#[derive(Clone, Debug, Default)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Header names in lower case, and values, in the order they came.
    pub headers: Vec<(String, String)>,
    /// The body, of at most [`MAX_BODY`](super::super::cache::MAX_BODY) octets.
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of that name, which is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(it, _)| it == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Why there is no answer.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Its kind.
    pub class: Class,
    /// It in words, the chain of causes included.
    pub why: String,
    /// Whether the same request may fare better at once: the connection was refused or broke.
    pub retry: bool,
}

/// Whatever sends requests. It follows no redirects, accepts no content encoding, uses no proxy for
/// this machine, and refuses addresses that [`forbidden`](super::super::address::forbidden) names,
/// also after name resolution.
pub trait Fetch {
    /// Sends one request.
    ///
    /// # Errors
    /// When there is no complete answer within the timeout and the size limit.
    fn get(&self, request: &Request<'_>) -> Result<Response, Failure>;

    /// Names the trust setting that requests to `address` are sent under: roots, client
    /// certificate, headers, proxy. Empty settings are called `system`.
    fn context(&self, address: &Address) -> String;
}

/// A request that brought nothing usable.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub problem: Problem,
    pub retry_after_s: Option<i64>,
}

impl Refusal {
    pub fn new(class: Class, why: impl Into<String>) -> Self {
        Self {
            problem: Problem {
                class,
                status: None,
                why: why.into(),
            },
            retry_after_s: None,
        }
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::new(failure.class, failure.why)
    }
}

/// Asks for a document, once more if the server stumbled: a 200 or a 304, everything else is a
/// refusal.
pub(super) fn get(
    fetch: &dyn Fetch,
    address: &Address,
    headers: &[(&'static str, String)],
    timeout: Duration,
    env: &Env<'_>,
) -> Result<Response, Refusal> {
    let start = env.clock.monotonic();
    let left = || timeout.saturating_sub(env.clock.monotonic().saturating_sub(start));
    let mut answer = fetch.get(&Request {
        address,
        headers,
        timeout,
    });
    let again = match &answer {
        Ok(response) => {
            matches!(response.status, 502..=504) && response.header("retry-after").is_none()
        }
        Err(failure) => failure.retry,
    };
    if again {
        env.clock
            .sleep(Duration::from_millis(50 + env.below(100)).min(left()));
        if !left().is_zero() {
            answer = fetch.get(&Request {
                address,
                headers,
                timeout: left(),
            });
        }
    }
    judge(answer?, env)
}

fn judge(response: Response, env: &Env<'_>) -> Result<Response, Refusal> {
    let status = response.status;
    let (class, why) = match status {
        200 | 304 => {
            return match response
                .header("content-encoding")
                .filter(|it| !it.eq_ignore_ascii_case("identity"))
            {
                None => Ok(response),
                Some(other) => {
                    let shown: String = other.chars().take(20).collect();
                    Err(Refusal::new(
                        Class::NotJwks,
                        format!("the answer is encoded as {shown:?}, which was not asked for"),
                    ))
                }
            };
        }
        300..=399 => {
            let to = response
                .header("location")
                .map(|it| it.chars().take(200).collect::<String>());
            let to = to
                .map(|it| format!(" to {:?}", super::super::address::redacted(&it)))
                .unwrap_or_default();
            (
                Class::Redirect,
                format!(
                    "the server redirects{to}, and redirects are not followed (status {status})"
                ),
            )
        }
        408 | 429 => (
            Class::Http429,
            format!("the server answered {status} {}", phrase(status)),
        ),
        400..=499 => (
            Class::Http4xx,
            format!("the server answered {status} {}", phrase(status)),
        ),
        500..=599 => (
            Class::Http5xx,
            format!("the server answered {status} {}", phrase(status)),
        ),
        _ => (
            Class::NotJwks,
            format!("the server answered with status {status}, which makes no sense here"),
        ),
    };
    let retry_after_s = freshness::retry_after(&response, env.millis());
    Err(Refusal {
        problem: Problem {
            class,
            status: Some(status),
            why: why.trim_end().into(),
        },
        retry_after_s,
    })
}

fn phrase(status: u16) -> &'static str {
    match status {
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        408 => "Request Timeout",
        410 => "Gone",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "",
    }
}
