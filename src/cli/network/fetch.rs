//! HTTP over reqwest and rustls. Nothing of it is touched until something has to be fetched.

use std::io::Read as _;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::mpsc;
use std::time::Duration;

use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use jwtctl::core::address::{Address, forbidden};
use jwtctl::core::cache::{Class, MAX_BODY, sha256_hex};
use jwtctl::core::env::Clock;
use jwtctl::core::error::{Code, Error};
use jwtctl::core::remote::{Failure, Fetch, Request, Response};
use jwtctl::core::secret::Secret;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::super::output::Output;

/// How long a connection may take to come about, or a name to be resolved, of the time that is
/// `left` for the whole: two seconds of five.
fn connecting(left: Duration) -> Duration {
    left.saturating_mul(2) / 5
}

/// What the operator configured for connections.
#[derive(Default)]
pub struct Settings {
    /// The roots to trust instead of the system's, in PEM.
    pub roots: Option<Vec<u8>>,
    /// A client certificate and its key, in PEM.
    pub identity: Option<Secret>,
    /// Headers for the server that the operator named, and for no other.
    pub headers: HeaderMap,
    /// The server that the operator named.
    pub home: Option<Address>,
}

impl Settings {
    fn headers_for(&self, address: &Address) -> Option<&HeaderMap> {
        let theirs = self
            .home
            .as_ref()
            .is_some_and(|home| home.is_same_origin(address));
        (theirs && !self.headers.is_empty()).then_some(&self.headers)
    }
}

/// Sends requests with these settings.
pub struct Http<'a> {
    pub settings: Settings,
    pub clock: &'a dyn Clock,
    pub output: &'a Output,
}

impl Fetch for Http<'_> {
    fn get(&self, request: &Request<'_>) -> Result<Response, Failure> {
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
        let via = proxy(request.address).map(|it| {
            it.uri()
                .authority()
                .map_or_else(String::new, ToString::to_string)
        });
        let named = |failure: Failure| match &via {
            Some(proxy) => Failure {
                why: format!("{} (through the proxy {proxy})", failure.why),
                ..failure
            },
            None => failure,
        };
        let mut answer = builder
            .send()
            .map_err(|e| named(failure(&e, request.timeout)))?;
        let status = answer.status().as_u16();
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = answer
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), text(value)))
            .collect();
        let mut body = Vec::new();
        let mut buffer = [0; 8192];
        loop {
            // Each read waits for the timeout anew, so one byte a second would never end.
            let read = match answer.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) if !left().is_zero() => read,
                Ok(_) => return Err(timed_out(request.timeout)),
                Err(e) => return Err(broken(&e, left().is_zero(), request.timeout)),
            };
            body.extend_from_slice(buffer.get(..read).unwrap_or_default());
            if body.len() > MAX_BODY {
                let why = format!("the answer is larger than {MAX_BODY} bytes");
                return Err(Failure {
                    class: Class::TooLarge,
                    why,
                    retry: false,
                });
            }
        }
        Ok(Response {
            status,
            headers,
            body,
        })
    }

    fn context(&self, address: &Address) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut add =
            |name: &str, bytes: &[u8]| parts.push(format!("{name}={}", sha256_hex(&[bytes])));
        if address.is_https() {
            self.settings.roots.iter().for_each(|it| add("roots", it));
            self.settings
                .identity
                .iter()
                .for_each(|it| add("identity", it.expose()));
        }
        if let Some(headers) = self.settings.headers_for(address) {
            let lines: Vec<u8> = headers
                .iter()
                .flat_map(|(name, value)| {
                    [name.as_str().as_bytes(), b":", value.as_bytes(), b"\n"].concat()
                })
                .collect();
            add("headers", &lines);
        }
        if let Some(proxy) = proxy(address) {
            add("proxy", proxy.uri().to_string().as_bytes());
        }
        if parts.is_empty() {
            "system".into()
        } else {
            sha256_hex(&[parts.join("\n").as_bytes()])
        }
    }
}

impl Http<'_> {
    fn client(
        &self,
        request: &Request<'_>,
        left: Duration,
    ) -> Result<reqwest::blocking::Client, Failure> {
        let setup = |e: &dyn std::fmt::Display| Failure {
            class: Class::Tls,
            why: format!("cannot set up TLS: {e}"),
            retry: false,
        };
        // Fails when there is one already, which does as well.
        drop(rustls::crypto::ring::default_provider().install_default());
        let mut builder = reqwest::blocking::Client::builder()
            .user_agent(concat!("jwtctl/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(connecting(left))
            .no_proxy();
        match proxy(request.address) {
            Some(intercept) => builder = builder.proxy(through(&intercept).map_err(|e| setup(&e))?),
            None => {
                if let Some(name) = request.address.domain() {
                    builder = builder.resolve_to_addrs(name, &resolve(name, connecting(left))?);
                }
            }
        }
        if let Some(roots) = self
            .settings
            .roots
            .as_ref()
            .filter(|_| request.address.is_https())
        {
            builder = builder.tls_certs_only(
                reqwest::Certificate::from_pem_bundle(roots).map_err(|e| setup(&e))?,
            );
        }
        if let Some(identity) = self
            .settings
            .identity
            .as_ref()
            .filter(|_| request.address.is_https())
        {
            builder = builder
                .identity(reqwest::Identity::from_pem(identity.expose()).map_err(|e| setup(&e))?);
        }
        builder.build().map_err(|e| setup(&chain(&e)))
    }
}

/// Refuses a proxy for `address` that is none.
pub fn check_proxy(address: &Address) -> Result<(), Error> {
    match proxy(address).map(|intercept| through(&intercept)) {
        Some(Err(_)) => {
            let error = Error::usage(
                "the proxy variables",
                format!("name no usable proxy for {address}"),
            );
            Err(error.hint("write http://HOST:PORT into https_proxy, http_proxy or all_proxy, or name the host in no_proxy"))
        }
        _ => Ok(()),
    }
}

/// Refuses a client certificate that does not belong to its key, or a key that TLS has no use for.
pub fn check_identity(certificates: &[u8], key: &[u8]) -> Result<(), String> {
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    let chain = CertificateDer::pem_slice_iter(certificates)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| e.to_string())?;
    let key = PrivateKeyDer::try_from(key.to_vec()).map_err(str::to_owned)?;
    let provider = rustls::crypto::ring::default_provider();
    match rustls::sign::CertifiedKey::from_der(chain, key, &provider) {
        Ok(_) => Ok(()),
        Err(rustls::Error::InconsistentKeys(_)) => Err("is not the key of the certificate".into()),
        Err(e) => Err(format!("cannot be used for TLS: {e}")),
    }
}

/// The proxy that the environment names for `address`: never one for this machine.
fn proxy(address: &Address) -> Option<Intercept> {
    if address.is_loopback() {
        return None;
    }
    Matcher::from_system().intercept(&address.as_str().parse().ok()?)
}

fn through(intercept: &Intercept) -> reqwest::Result<reqwest::Proxy> {
    let proxy = reqwest::Proxy::all(intercept.uri().to_string())?;
    Ok(match intercept.basic_auth() {
        Some(auth) => proxy.custom_http_auth(auth.clone()),
        None => proxy,
    })
}

/// The addresses of `name`, none of which may be forbidden: a name that leads astray once may lead
/// there next time.
fn resolve(name: &str, timeout: Duration) -> Result<Vec<SocketAddr>, Failure> {
    let (sender, receiver) = mpsc::channel();
    let query = (name.to_owned(), 0);
    // The system's resolver knows no timeout. A thread that is too late ends with the process.
    std::thread::spawn(move || sender.send(query.to_socket_addrs().map(Vec::from_iter)));
    let dns = |why: String| Failure {
        class: Class::Dns,
        why,
        retry: false,
    };
    let found = match receiver.recv_timeout(timeout) {
        Ok(Ok(found)) => found,
        Ok(Err(e)) => {
            return Err(dns(format!(
                "the name {name} does not resolve: {}",
                plain(&e.to_string())
            )));
        }
        Err(_) => {
            return Err(dns(format!(
                "the name {name} does not resolve in {}",
                seconds(timeout)
            )));
        }
    };
    allowed(name, found)
}

/// What `name` resolved to, if all of it may be fetched from.
fn allowed(name: &str, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, Failure> {
    match found.iter().find_map(|it| forbidden(it.ip())) {
        Some(why) => Err(Failure {
            class: Class::Refused,
            why: format!("the name {name} resolves to {why}, which is never fetched from"),
            retry: false,
        }),
        None if found.is_empty() => Err(Failure {
            class: Class::Dns,
            why: format!("the name {name} has no address"),
            retry: false,
        }),
        None => Ok(found),
    }
}

fn failure(error: &reqwest::Error, timeout: Duration) -> Failure {
    if let Some(why) = causes(error).find_map(tls) {
        return Failure {
            class: Class::Tls,
            why,
            retry: false,
        };
    }
    if error.is_timeout() {
        return match error.is_connect() {
            true => Failure {
                class: Class::Timeout,
                why: "no connection came about in time".into(),
                retry: false,
            },
            false => timed_out(timeout),
        };
    }
    let deepest = causes(error)
        .last()
        .map(|it| plain(&it.to_string()).to_lowercase())
        .unwrap_or_default();
    let why = if error.is_connect() {
        format!("no connection: {deepest}")
    } else {
        format!("the connection broke: {deepest}")
    };
    Failure {
        class: Class::Connect,
        why,
        retry: true,
    }
}

fn broken(error: &std::io::Error, late: bool, timeout: Duration) -> Failure {
    if late || error.kind() == std::io::ErrorKind::TimedOut {
        return timed_out(timeout);
    }
    let why = format!("the answer broke off: {}", plain(&chain(error)));
    Failure {
        class: Class::Connect,
        why,
        retry: true,
    }
}

fn timed_out(timeout: Duration) -> Failure {
    Failure {
        class: Class::Timeout,
        why: format!("no complete answer in {}", seconds(timeout)),
        retry: false,
    }
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64()).replace(".0 s", " s")
}

/// What a failed handshake means for whoever has to mend it.
fn tls(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    use rustls::CertificateError as Bad;
    let error = unwrapped(error).downcast_ref::<rustls::Error>()?;
    Some(match error {
        rustls::Error::InvalidCertificate(Bad::Expired | Bad::ExpiredContext { .. }) => {
            "the server's certificate has expired".into()
        }
        rustls::Error::InvalidCertificate(Bad::NotValidYet | Bad::NotValidYetContext { .. }) => {
            "the server's certificate is not valid yet".into()
        }
        rustls::Error::InvalidCertificate(
            Bad::NotValidForName | Bad::NotValidForNameContext { .. },
        ) => "the server's certificate is for another host name".into(),
        rustls::Error::InvalidCertificate(Bad::UnknownIssuer) => {
            "the server's certificate is by an authority that is not trusted".into()
        }
        other => format!("TLS failed: {}", plain(&other.to_string())),
    })
}

/// What is inside any number of I/O errors, whose `source` skips what they were made from.
fn unwrapped<'a>(
    mut error: &'a (dyn std::error::Error + 'static),
) -> &'a (dyn std::error::Error + 'static) {
    while let Some(inner) = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref)
    {
        error = inner;
    }
    error
}

fn causes<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |it| it.source())
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    causes(error)
        .map(|it| it.to_string())
        .collect::<Vec<_>>()
        .join(": ")
}

/// A message of the system without its number.
fn plain(text: &str) -> String {
    let text = text.split(" (os error").next().unwrap_or(text);
    text.chars().take(200).collect()
}

/// Reads a file of headers, one `Name: value` a line, `#` for remarks.
pub fn parse_headers(text: &str, what: &str) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    for (number, line) in text
        .lines()
        .enumerate()
        .map(|(i, line)| (i + 1, line.trim()))
    {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        // The line itself may be a secret.
        let bad = |why: &str| Error::input(Code::BadInput, format!("{what}, line {number}"), why);
        let (name, value) = line
            .split_once(':')
            .ok_or_else(|| bad("is not \"Name: value\""))?;
        let name: HeaderName = name
            .trim()
            .parse()
            .map_err(|_| bad("has no valid header name"))?;
        let ours = [
            "host",
            "connection",
            "content-length",
            "transfer-encoding",
            "accept-encoding",
            "if-none-match",
            "if-modified-since",
        ];
        if ours.contains(&name.as_str()) {
            return Err(bad("sets a header that jwtctl sets itself"));
        }
        let mut value: HeaderValue = value
            .trim()
            .parse()
            .map_err(|_| bad("has a value with characters that no header may have"))?;
        value.set_sensitive(true);
        headers.append(name, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_files() {
        let headers = parse_headers(
            "# ours\n\nAuthorization: Bearer x:y \r\nX-A: 1\nX-A: 2\n",
            "FILE",
        )
        .unwrap();
        assert_eq!(headers.get("authorization").unwrap(), "Bearer x:y");
        assert_eq!(headers.get_all("x-a").iter().count(), 2);
        for text in ["hunter2", "Host: x", "a b: c", ": c", "A: \u{1}"] {
            let error = parse_headers(text, "FILE").unwrap_err().to_string();
            assert!(
                error.starts_with("FILE, line 1") && !error.contains("hunter2"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_name_that_leads_astray_is_not_fetched_from() {
        let at = |text: &&str| text.parse::<SocketAddr>().unwrap();
        let why = |found: &[&str]| {
            allowed("keys.example", found.iter().map(at).collect())
                .err()
                .map(|it| it.why)
        };
        assert_eq!(
            why(&["203.0.113.7:0", "[2001:db8::1]:0", "10.0.0.1:0"]),
            None
        );
        for astray in [
            "169.254.169.254:0",
            "[fe80::1]:0",
            "[::ffff:169.254.1.1]:0",
            "[fd00:ec2::254]:0",
        ] {
            let why = why(&["203.0.113.7:0", astray]).unwrap();
            assert!(why.contains("never fetched from"), "{astray}: {why}");
        }
        assert!(why(&[]).unwrap().contains("no address"));
    }
}
