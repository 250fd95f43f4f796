//! One request: from hyper to the issuer and back, with a line in the log.

use std::borrow::Cow;
use std::convert::Infallible;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::{BodyExt as _, Limited};
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Request, Response, StatusCode};
use jwtctl::core::issuer::{self, Delivery};
use tokio::time::{Sleep, sleep, timeout};

use super::Server;

/// Bytes of the longest body.
const MAX_BODY: usize = 64 * 1024;

/// How long a client may take for its body.
const BODY: Duration = Duration::from_secs(10);

/// How often bytes are sent under the fault `drip`.
const DRIP: Duration = Duration::from_millis(100);

/// How long the connection stays open before a break, so that what was sent before still leaves.
const BEFORE_BREAK: Duration = Duration::from_millis(50);

/// Bytes that go out at a time when there are many.
const CHUNK: u64 = 64 * 1024;

/// Answers one request.
pub async fn answer(
    server: Rc<Server>,
    request: Request<Incoming>,
) -> Result<Response<Sending>, Infallible> {
    let (head, body) = request.into_parts();
    let response = match timeout(BODY, Limited::new(body, MAX_BODY).collect()).await {
        Ok(Ok(body)) => {
            let body = body.to_bytes();
            // A header value that is not text is passed on with U+FFFD: if it were left out, the
            // header would count as absent.
            let values: Vec<(&str, Cow<'_, str>)> = head
                .headers
                .iter()
                .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())))
                .collect();
            let headers: Vec<(&str, &str)> = values
                .iter()
                .map(|(name, value)| (*name, &**value))
                .collect();
            let request = issuer::Request {
                method: head.method.as_str(),
                path: head.uri.path(),
                query: head.uri.query(),
                authority: head.uri.authority().map(|it| it.as_str()),
                headers: &headers,
                body: &body,
            };
            let env = server.env();
            issuer::respond(&mut server.state.borrow_mut(), request, &env)
        }
        Ok(Err(_)) => closing(413, "the body is too long, or broken"),
        Err(_) => closing(408, "the body did not come"),
    };
    server.log.line(line(&server, &head, &response));
    if response.delivery.delay_ms > 0 {
        sleep(Duration::from_millis(response.delivery.delay_ms)).await;
    }
    Ok(assemble(response))
}

fn closing(status: u16, why: &str) -> issuer::Response {
    issuer::Response::empty(status)
        .with("connection", "close")
        .remark(why)
}

/// The line in the log for a request. Queries and bodies may hold codes and secrets, so they are
/// left out.
fn line(
    server: &Server,
    head: &hyper::http::request::Parts,
    response: &issuer::Response,
) -> String {
    let now = server.env().now;
    let path: String = head.uri.path().chars().take(200).collect();
    let remarks: String = response
        .remarks
        .iter()
        .map(|remark| format!("  {remark}"))
        .collect();
    format!(
        "{now} {} {path} {} {} bytes{remarks}",
        head.method,
        response.status,
        response.body.len()
    )
}

fn assemble(response: issuer::Response) -> Response<Sending> {
    let mut assembled = Response::new(Sending::new(response.body, response.delivery));
    *assembled.status_mut() =
        StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in response.headers {
        // A value that cannot be in a header was refused when it was read.
        if let Ok(value) = HeaderValue::from_str(&value) {
            assembled
                .headers_mut()
                .append(HeaderName::from_static(name), value);
        }
    }
    assembled
}

/// A body that is being sent, with the faults of its delivery.
pub struct Sending {
    rest: Bytes,
    delivery: Delivery,
    /// Bytes until the connection breaks.
    until_break: Option<usize>,
    wait: Option<Pin<Box<Sleep>>>,
}

impl Sending {
    fn new(body: Vec<u8>, delivery: Delivery) -> Self {
        Self {
            rest: body.into(),
            until_break: delivery.cut_after,
            delivery,
            wait: None,
        }
    }

    /// The next bytes; `None` when there are no more.
    fn next(&mut self) -> Option<Bytes> {
        if self.rest.is_empty() && self.delivery.padding > 0 {
            let count = self.delivery.padding.min(CHUNK);
            self.delivery.padding -= count;
            self.rest = vec![b' '; count as usize].into();
        }
        let per_second = self
            .delivery
            .bytes_per_second
            .map(|rate| (rate as usize / 10).max(1));
        let most = per_second
            .unwrap_or(usize::MAX)
            .min(self.until_break.unwrap_or(usize::MAX))
            .min(self.rest.len());
        let bytes = self.rest.split_to(most);
        if let Some(left) = &mut self.until_break {
            *left -= bytes.len();
        }
        (!bytes.is_empty()).then_some(bytes)
    }
}

impl Body for Sending {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Some(wait) = &mut self.wait {
            if wait.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            self.wait = None;
            if self.until_break == Some(0) {
                return Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionAborted.into())));
            }
        }
        let bytes = self.next();
        if self.until_break == Some(0) {
            self.wait = Some(Box::pin(sleep(BEFORE_BREAK)));
        } else if self.delivery.bytes_per_second.is_some() {
            self.wait = Some(Box::pin(sleep(DRIP)));
        }
        match bytes {
            Some(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            None if self.until_break == Some(0) => self.poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.delivery.padding == 0 && self.until_break.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        // The fault `huge` sends no length, so that clients do not know beforehand how much is
        // coming.
        if self.delivery.padding > 0 {
            SizeHint::default()
        } else {
            SizeHint::with_exact(self.rest.len() as u64)
        }
    }
}
