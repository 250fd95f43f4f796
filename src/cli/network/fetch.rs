//! HTTP over reqwest and rustls. A client is built only when something has to be fetched.

use std::error::Error as StdError;
use std::io::Read as _;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::sync::mpsc;
use std::time::Duration;

use jwtctl::core::address::Address;
use jwtctl::core::cache::{FailureClass, FetchError, TrustContext};
use jwtctl::core::env::Clock;
use jwtctl::core::limits::MAX_PUBLISHED_BYTES;
use jwtctl::core::remote::{Fetch, FetchRequest, FetchResponse};
use jwtctl::core::tls::{causes, handshake_error};
use reqwest::blocking::Client;
use reqwest::header::HeaderValue;

use super::super::output::Output;
use super::proxy::{self, proxy};
use super::tls;
use super::trust::Settings;

/// How long resolving a name, or connecting, may take of the time that is `left` for the whole
/// request: two seconds of five.
fn connecting(left: Duration) -> Duration {
    left.saturating_mul(2) / 5
}

/// Sends requests with these settings.
pub struct Http<'a> {
    pub settings: Settings,
    pub clock: &'a dyn Clock,
    pub output: &'a Output,
}

impl Fetch for Http<'_> {
    fn get(&self, request: &FetchRequest<'_>) -> Result<FetchResponse, FetchError> {
        let _spinner = self.output.spinner(true, "fetching keys");
        self.output.detail(&format!("GET {}", request.address));
        let deadline = self.clock.monotonic().saturating_add(request.timeout);
        let left = || deadline.saturating_sub(self.clock.monotonic());
        let client = self.client(request, left())?;
        let mut builder = client
            .get(request.address.as_str())
            .timeout(left())
            .header("accept-encoding", "identity");
        for (name, value) in request.headers {
            builder = builder.header(*name, value);
        }
        if let Some(headers) = self.settings.headers_for(request.address) {
            builder = builder.headers(headers.clone());
        }
        let via = proxy(request.address).map(|it| proxy::name(&it));
        let mut answer = builder
            .send()
            .map_err(|e| unsent(&e, via.as_deref(), request.timeout))?;
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = answer
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), text(value)))
            .collect();
        let status = answer.status().as_u16();
        // The body of an error is of no use, complete or not.
        let body = if status == 200 {
            body(&mut answer, &left, request.timeout)?
        } else {
            Vec::new()
        };
        Ok(FetchResponse {
            status,
            headers,
            body,
        })
    }

    fn context(&self, address: &Address) -> TrustContext {
        self.settings.context(address)
    }
}

impl Http<'_> {
    fn client(&self, request: &FetchRequest<'_>, left: Duration) -> Result<Client, FetchError> {
        let setup = |why: &str| FetchError::new(FailureClass::Tls, why);
        // This fails if a provider is installed already, and that one is used then.
        drop(rustls::crypto::ring::default_provider().install_default());
        let mut builder = Client::builder()
            .user_agent(concat!("jwtctl/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(connecting(left))
            .no_proxy();
        match proxy(request.address) {
            Some(intercept) => {
                let unusable = "the proxy variables name no usable proxy";
                let proxy = proxy::through(&intercept).map_err(|_| setup(unusable))?;
                builder = builder.proxy(proxy);
            }
            None => {
                if let Some(name) = request.address.domain() {
                    let found = resolve(request.address, name, connecting(left))?;
                    builder = builder.resolve_to_addrs(name, &found);
                }
            }
        }
        let identity = self.settings.identity.as_ref();
        match (&self.settings.roots, identity) {
            _ if !request.address.is_https() => {}
            (Some(roots), identity) => {
                let config = tls::config(roots, identity).map_err(|why| setup(&why))?;
                builder = builder.tls_backend_preconfigured(config);
            }
            (None, Some(identity)) => {
                let unusable = "the client certificate cannot be used";
                let identity = reqwest::Identity::from_pem(identity.expose());
                builder = builder.identity(identity.map_err(|_| setup(unusable))?);
            }
            (None, None) => {}
        }
        builder.build().map_err(|e| {
            let why = handshake_error(&e).map_or("cannot set up TLS", |it| it.why);
            setup(why)
        })
    }
}

/// Reads a body to its end, in time and in bounds.
fn body(
    answer: &mut reqwest::blocking::Response,
    left: &dyn Fn() -> Duration,
    timeout: Duration,
) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    let mut buffer = [0; 8192];
    loop {
        // reqwest's timeout starts again with each read, so a server that sends one byte a second
        // would never exceed it.
        let read = match answer.read(&mut buffer) {
            Ok(0) => return Ok(body),
            Ok(read) if !left().is_zero() => read,
            Ok(_) => return Err(timed_out(timeout)),
            Err(e) => return Err(broken(&e, left().is_zero(), timeout)),
        };
        body.extend_from_slice(buffer.get(..read).unwrap_or_default());
        if body.len() > MAX_PUBLISHED_BYTES {
            let why = format!("the answer is larger than {MAX_PUBLISHED_BYTES} bytes");
            return Err(FetchError::new(FailureClass::TooLarge, why));
        }
    }
}

/// The IP addresses of `name`, if `address` may lead to all of them.
fn resolve(
    address: &Address,
    name: &str,
    timeout: Duration,
) -> Result<Vec<SocketAddr>, FetchError> {
    let (sender, receiver) = mpsc::channel();
    let query = (name.to_owned(), 0);
    // The system's resolver has no timeout, so it runs on a thread. A thread that is too late ends
    // with the process.
    std::thread::spawn(move || sender.send(query.to_socket_addrs().map(Vec::from_iter)));
    let dns = |why: String| FetchError::new(FailureClass::Dns, why);
    let found: Vec<SocketAddr> = match receiver.recv_timeout(timeout) {
        Ok(Ok(found)) => found,
        Ok(Err(e)) => {
            let why = plain(&e);
            return Err(dns(format!("the name {name} does not resolve: {why}")));
        }
        Err(_) => {
            let limit = seconds(timeout);
            return Err(dns(format!("the name {name} does not resolve in {limit}")));
        }
    };
    if found.is_empty() {
        return Err(dns(format!("the name {name} has no address")));
    }
    let ips: Vec<IpAddr> = found.iter().map(SocketAddr::ip).collect();
    match address.reach().check(name, &ips) {
        Ok(()) => Ok(found),
        Err(why) => Err(FetchError::new(FailureClass::Refused, why.to_string())),
    }
}

/// Why a request brought no answer.
fn unsent(error: &reqwest::Error, via: Option<&str>, timeout: Duration) -> FetchError {
    let named = |why: String| match via {
        Some(proxy) => format!("{why} (through the proxy {proxy})"),
        None => why,
    };
    if let Some(found) = handshake_error(error) {
        let class = if found.is_untrusted {
            FailureClass::Untrusted
        } else {
            FailureClass::Tls
        };
        return FetchError::new(class, named(found.why.into()));
    }
    if error.is_timeout() && error.is_connect() {
        let why = "no connection came about in time".into();
        return FetchError::new(FailureClass::Timeout, named(why));
    }
    if error.is_timeout() {
        let error = timed_out(timeout);
        let why = named(error.why.clone());
        return FetchError { why, ..error };
    }
    let (what, fallback) = match (error.is_connect(), via) {
        (true, Some(_)) => ("no connection", "the proxy does not let it through"),
        (true, None) => ("no connection", "it failed"),
        (false, _) => ("the connection broke", "it failed"),
    };
    let cause = cause(error).unwrap_or_else(|| fallback.into());
    FetchError {
        retryable: true,
        ..FetchError::new(FailureClass::Connect, named(format!("{what}: {cause}")))
    }
}

/// Why a body is not complete.
fn broken(error: &std::io::Error, late: bool, timeout: Duration) -> FetchError {
    if late || error.kind() == std::io::ErrorKind::TimedOut {
        return timed_out(timeout);
    }
    let why = match cause(error) {
        Some(cause) => format!("the answer broke off: {cause}"),
        None => "the answer broke off".into(),
    };
    FetchError {
        retryable: true,
        ..FetchError::new(FailureClass::Connect, why)
    }
}

/// The cause of a failed connection, in jwtctl's words. The message of a library is not passed on,
/// as it may contain a proxy's password.
fn cause(error: &(dyn StdError + 'static)) -> Option<String> {
    let http = causes(error).find_map(|it| it.downcast_ref::<hyper::Error>());
    if let Some(http) = http
        && (http.is_parse() || http.is_parse_status())
    {
        return Some("the answer is not HTTP".into());
    }
    // The last error of the chain that has no other error inside is the system's.
    let system = causes(error).filter_map(|it| it.downcast_ref::<std::io::Error>());
    if let Some(system) = system.filter(|it| it.get_ref().is_none()).last() {
        return Some(plain(system));
    }
    let closed = "the server closed the connection too early";
    http.filter(|it| it.is_incomplete_message() || it.is_closed() || it.is_body_write_aborted())
        .map(|_| closed.into())
        .or_else(|| {
            let ended = causes(error).filter_map(|it| it.downcast_ref::<std::io::Error>());
            let mut ended = ended.filter(|it| it.kind() == std::io::ErrorKind::UnexpectedEof);
            ended.next().map(|_| closed.into())
        })
}

fn timed_out(timeout: Duration) -> FetchError {
    let why = format!("no complete answer in {}", seconds(timeout));
    FetchError::new(FailureClass::Timeout, why)
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64()).replace(".0 s", " s")
}

/// A message of the operating system without its number.
fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let text: String = text.chars().take(200).collect();
    text.to_lowercase()
}
