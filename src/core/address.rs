//! Where remote keys may come from: URLs in their WHATWG form, and the addresses that no request
//! may reach.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use super::error::{Code, Error};

/// Octets of the longest URL.
const MAX_URL: usize = 4096;

/// An `https` URL, or an `http` one of this machine or by leave of the operator. No user name, no
/// fragment; otherwise as it was given: no path or query is tidied, because another spelling may be
/// another tenant's keys.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(Url);

impl Address {
    /// Reads a URL. Plain `http` is for literal loopback addresses and `localhost`, or with
    /// `allow_http`.
    ///
    /// # Errors
    /// [`Code::Usage`] when it is no such URL.
    pub fn parse(text: &str, allow_http: bool) -> Result<Self, Error> {
        // A URL with a password in it is not for any message.
        let shown = text.split_once('@').map_or(text, |(_, rest)| rest);
        let bad = |why: String| Error::input(Code::Usage, shown.escape_debug().to_string(), why);
        if text.len() > MAX_URL {
            return Err(Error::input(
                Code::Usage,
                "the URL",
                format!("is longer than {MAX_URL} bytes"),
            ));
        }
        let mut url = Url::parse(text).map_err(|e| bad(format!("is not a URL: {e}")))?;
        url.set_fragment(None);
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad("has a user name or password in it".into())
                .hint("credentials go into a file: --http-headers FILE"));
        }
        let address = match url.scheme() {
            "https" | "http" => Self(url),
            other => {
                return Err(bad(format!(
                    "has scheme {other:?}, and only https is fetched"
                )));
            }
        };
        if address.0.host().is_none() {
            return Err(bad("has no host".into()));
        }
        if let Some(why) = address.ip().and_then(forbidden) {
            return Err(bad(format!("is {why}, which is never fetched from")));
        }
        if !address.is_https() && !address.is_loopback() && !allow_http {
            let error = bad("is not https, so anybody on the way could replace the keys".into());
            return Err(error.hint("where that is acceptable: --allow-http"));
        }
        Ok(address)
    }

    /// The whole URL, query included.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether the scheme is `https`.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether it names this machine: a literal loopback address or `localhost`.
    pub fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(name)) => name.strip_suffix('.').unwrap_or(name) == "localhost",
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => IpAddr::V6(ip).to_canonical().is_loopback(),
            None => false,
        }
    }

    /// Whether a request to `other` goes to the same server: scheme, host and port.
    pub fn is_same_origin(&self, other: &Self) -> bool {
        self.0.origin() == other.0.origin()
    }

    /// The host as it stands in the URL.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// The host, if it is a name that has to be resolved.
    pub fn domain(&self) -> Option<&str> {
        self.0.domain()
    }

    fn ip(&self) -> Option<IpAddr> {
        match self.0.host()? {
            Host::Domain(_) => None,
            Host::Ipv4(ip) => Some(ip.into()),
            Host::Ipv6(ip) => Some(ip.into()),
        }
    }
}

/// For people: the query, which may hold an access key, is left out.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&redacted(self.as_str()))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

/// A URL without its query, which may hold an access key.
pub fn redacted(url: &str) -> String {
    match url.split_once('?') {
        Some((rest, query)) if !query.is_empty() => format!("{rest}?…"),
        _ => url.to_owned(),
    }
}

/// Why no request may go to `ip`, wherever it comes from: link-local and cloud metadata addresses
/// hand out credentials to whoever asks from inside. Private networks are allowed, since issuers
/// live there.
pub fn forbidden(ip: IpAddr) -> Option<&'static str> {
    const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
    const METADATA_V4: [Ipv4Addr; 2] = [
        Ipv4Addr::new(100, 100, 100, 200),
        Ipv4Addr::new(168, 63, 129, 16),
    ];
    match ip.to_canonical() {
        IpAddr::V4(ip) if ip.is_link_local() => Some("a link-local address"),
        IpAddr::V6(ip) if ip.is_unicast_link_local() => Some("a link-local address"),
        IpAddr::V4(ip) if METADATA_V4.contains(&ip) => Some("a cloud metadata address"),
        IpAddr::V6(METADATA_V6) => Some("a cloud metadata address"),
        IpAddr::V4(ip) if ip.is_unspecified() || ip.is_broadcast() || ip.is_multicast() => {
            Some("not the address of a host")
        }
        IpAddr::V6(ip) if ip.is_unspecified() || ip.is_multicast() => {
            Some("not the address of a host")
        }
        _ => None,
    }
}

/// An issuer identifier (OpenID Connect Discovery §4, RFC 8414 §2), kept letter by letter: it is
/// compared with what tokens and documents say, never normalised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    text: String,
    address: Address,
}

impl Issuer {
    /// Reads an issuer: an `https` URL without query and fragment; plain `http` as in
    /// [`Address::parse`].
    ///
    /// # Errors
    /// [`Code::Usage`] when it is none.
    pub fn parse(text: &str, allow_http: bool) -> Result<Self, Error> {
        let address = Address::parse(text, allow_http)?;
        if text.contains(['?', '#']) {
            return Err(Error::input(
                Code::Usage,
                redacted(text),
                "an issuer has neither query nor fragment",
            ));
        }
        Ok(Self {
            text: text.into(),
            address,
        })
    }

    /// The identifier as it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// It as an address.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Where its document may be, in the order to ask: OpenID Connect Discovery §4, then, for an
    /// issuer with a path, the two places of RFC 8414 §5 and §3.1. Nothing else is ever
    /// guessed.
    pub fn documents(&self) -> Vec<Address> {
        const OPENID: &str = "/.well-known/openid-configuration";
        const OAUTH: &str = "/.well-known/oauth-authorization-server";
        let url = &self.address.0;
        let path = url.path().strip_suffix('/').unwrap_or(url.path());
        let at = |path: String| {
            let mut url = url.clone();
            url.set_path(&path);
            Address(url)
        };
        let mut places = vec![at(format!("{path}{OPENID}"))];
        if !path.is_empty() {
            places.push(at(format!("{OPENID}{path}")));
        }
        places.push(at(format!("{OAUTH}{path}")));
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_that_are_fetched_and_that_are_not() {
        for (text, kept) in [
            (
                "HTTPS://Issuer.Example:443/a/../Keys/?b=1#frag",
                "https://issuer.example/Keys/?b=1",
            ),
            ("http://127.0.0.1:8080/jwks", "http://127.0.0.1:8080/jwks"),
            ("http://[::1]/jwks", "http://[::1]/jwks"),
            ("http://localhost/jwks", "http://localhost/jwks"),
            ("https://10.0.0.1/jwks", "https://10.0.0.1/jwks"),
        ] {
            assert_eq!(
                Address::parse(text, false).unwrap().as_str(),
                kept,
                "{text}"
            );
        }
        for text in [
            "",
            "issuer.example",
            "file:///etc/passwd",
            "ftp://a/",
            "data:,x",
            "http://issuer.example/",
            "https://user@issuer.example/",
            "https://u:p@issuer.example/",
            "https://169.254.169.254/latest",
            "https://[fe80::1]/",
            "https://[::ffff:169.254.169.254]/",
            "https://0/",
            "https://2852039166/",
            "http://localhost.evil.example/",
        ] {
            assert_eq!(
                Address::parse(text, false).unwrap_err().code(),
                Code::Usage,
                "{text}"
            );
        }
        assert!(Address::parse("http://issuer.example/", true).is_ok());
        assert!(Address::parse("file:///x", true).is_err());
    }

    #[test]
    fn what_is_shown_has_neither_password_nor_query() {
        let error = Address::parse("https://user:hunter2@issuer.example/", false)
            .unwrap_err()
            .to_string();
        assert!(!error.contains("hunter2"), "{error}");
        assert_eq!(
            Address::parse("https://a.example/k?key=1", false)
                .unwrap()
                .to_string(),
            "https://a.example/k?…"
        );
    }

    #[test]
    fn where_an_issuer_keeps_its_document() {
        let places = |issuer: &str| -> Vec<String> {
            Issuer::parse(issuer, false)
                .unwrap()
                .documents()
                .iter()
                .map(|it| it.as_str().to_owned())
                .collect()
        };
        assert_eq!(places("https://a.example/"), places("https://a.example"));
        assert_eq!(
            places("https://a.example"),
            [
                "https://a.example/.well-known/openid-configuration",
                "https://a.example/.well-known/oauth-authorization-server"
            ]
        );
        assert_eq!(
            places("https://a.example/t/"),
            [
                "https://a.example/t/.well-known/openid-configuration",
                "https://a.example/.well-known/openid-configuration/t",
                "https://a.example/.well-known/oauth-authorization-server/t"
            ]
        );
        assert!(Issuer::parse("https://a.example/?x", false).is_err());
        assert!(Issuer::parse("https://a.example/#", false).is_err());
    }
}
