//! A request with its retry, and what the status of the answer means.

use std::time::Duration;

use super::super::address::{Address, redacted};
use super::super::cache::{FailureClass, FetchError};
use super::super::env::Env;
use super::freshness;
use super::http::{Fetch, FetchRequest, FetchResponse};

/// Asks for a document, and once more if the connection failed or a 502, 503 or 504 came without
/// `Retry-After`. A 200 or a 304 is an answer, any other status is an error.
pub(super) fn get(
    fetch: &dyn Fetch,
    address: &Address,
    headers: &[(&'static str, String)],
    timeout: Duration,
    env: &Env<'_>,
) -> Result<FetchResponse, FetchError> {
    let start = env.clock.monotonic();
    let left = || timeout.saturating_sub(env.clock.monotonic().saturating_sub(start));
    let mut answer = fetch.get(&FetchRequest {
        address,
        headers,
        timeout,
    });
    let again = match &answer {
        Ok(response) => {
            matches!(response.status, 502..=504) && response.header("retry-after").is_none()
        }
        Err(error) => error.retryable,
    };
    if again {
        env.clock
            .sleep(Duration::from_millis(50 + env.below(100)).min(left()));
        if !left().is_zero() {
            answer = fetch.get(&FetchRequest {
                address,
                headers,
                timeout: left(),
            });
        }
    }
    judge(answer?, env)
}

fn judge(response: FetchResponse, env: &Env<'_>) -> Result<FetchResponse, FetchError> {
    let status = response.status;
    let answered = || format!("the server answered {status} {}", phrase(status));
    let (class, why) = match status {
        200 => return unencoded(response),
        // It has no body that could be encoded.
        304 => return Ok(response),
        300..=399 => (FailureClass::Redirect, redirect(&response)),
        408 | 429 => (FailureClass::Http429, answered()),
        400..=499 => (FailureClass::Http4xx, answered()),
        500..=599 => (FailureClass::Http5xx, answered()),
        _ => (
            FailureClass::NotJwks,
            format!("the server answered with status {status}, which makes no sense here"),
        ),
    };
    Err(FetchError {
        status: Some(status),
        retry_after_s: freshness::retry_after(&response, env.millis()),
        ..FetchError::new(class, why.trim_end())
    })
}

/// Refuses a content encoding, which was not asked for.
fn unencoded(response: FetchResponse) -> Result<FetchResponse, FetchError> {
    let encoding = response
        .header("content-encoding")
        .filter(|it| !it.eq_ignore_ascii_case("identity"));
    let Some(encoding) = encoding else {
        return Ok(response);
    };
    let shown: String = encoding.chars().take(20).collect();
    Err(FetchError::new(
        FailureClass::NotJwks,
        format!("the answer is encoded as {shown:?}, which was not asked for"),
    ))
}

fn redirect(response: &FetchResponse) -> String {
    let to = response.header("location").map_or_else(String::new, |it| {
        let shown: String = it.chars().take(200).collect();
        format!(" to {:?}", redacted(&shown))
    });
    let status = response.status;
    format!("the server redirects{to}, and redirects are not followed (status {status})")
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
