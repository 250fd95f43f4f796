//! Where remote keys may come from: URLs in their WHATWG form, and the rule about which machines a
//! connection may reach, checked against the resolved IP addresses when it is made ([`Reach`]).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use super::error::{Code, Error};
use super::hint::KeysHint;

/// Octets of the longest URL.
const MAX_URL: usize = 4096;

/// An `https` URL, or an `http` URL of this machine or with the operator's permission. It has no
/// user name and no fragment. Its path and query are not normalised any further, because another
/// spelling may lead to another tenant's keys.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    url: Url,
    /// Whether another server has named it, so that it may not lead back to this machine.
    is_foreign: bool,
}

/// Why keys may not come from a URL that an issuer's document names: a sentence about the URL.
#[derive(Debug, thiserror::Error)]
pub enum LearnedError {
    /// Keys may come from there for no issuer.
    #[error(transparent)]
    Unfit(#[from] Error),
    /// It names this machine, and its issuer is another one.
    #[error("{0} is on this machine, and its issuer is not")]
    ThisMachine(Address),
    /// It is plain http, while its issuer is https.
    #[error("{0} is not https")]
    NotHttps(Address),
}

impl Address {
    /// Reads a URL. Plain `http` is for literal loopback addresses and `localhost`, or with
    /// `allow_http`.
    ///
    /// # Errors
    /// [`Code::Usage`] when it is not such a URL.
    pub fn parse(text: &str, allow_http: bool) -> Result<Self, Error> {
        let bad = |why: String| Error::input(Code::Usage, shown(text), why);
        if text.len() > MAX_URL {
            return Err(Error::input(
                Code::Usage,
                "the URL",
                format!("is longer than {MAX_URL} bytes"),
            ));
        }
        let mut url = match Url::parse(text) {
            Ok(url) => url,
            Err(url::ParseError::RelativeUrlWithoutBase) => return Err(schemeless(text)),
            Err(e) => return Err(bad(format!("is not a URL: {e}"))),
        };
        url.set_fragment(None);
        if !url.username().is_empty() || url.password().is_some() {
            return Err(
                bad("has a user name or password in it".into()).hint(KeysHint::CredentialsAsHeader)
            );
        }
        let address = match url.scheme() {
            "https" | "http" => Self {
                url,
                is_foreign: false,
            },
            other => {
                return Err(bad(format!(
                    "has scheme {other:?}, and only https is fetched"
                )));
            }
        };
        if address.url.host().is_none() {
            return Err(bad("has no host".into()));
        }
        if let Some(why) = address.ip().and_then(forbidden) {
            return Err(bad(format!("is {why}, which is never fetched from")));
        }
        if !address.is_https() && !address.is_loopback() && !allow_http {
            let error =
                bad("is not https, so any machine on the way could replace the keys".into());
            return Err(error.hint(KeysHint::AllowHttp));
        }
        Ok(address)
    }

    /// Reads a URL that the document of `issuer` names: the rules are those of any other URL, and a
    /// document from another machine never points at this one.
    ///
    /// # Errors
    /// [`LearnedError`] when keys may not come from there.
    pub fn learned(text: &str, issuer: &Issuer, allow_http: bool) -> Result<Self, LearnedError> {
        let address = Self::parse(text, allow_http)?;
        let is_foreign = !issuer.address().is_loopback();
        let on_this_machine = |ip: IpAddr| Reach::Elsewhere.check(address.host(), &[ip]).is_err();
        if is_foreign && (address.is_loopback() || address.ip().is_some_and(on_this_machine)) {
            return Err(LearnedError::ThisMachine(address));
        }
        if !address.is_https() && issuer.address().is_https() && !allow_http {
            return Err(LearnedError::NotHttps(address));
        }
        Ok(Self {
            is_foreign,
            ..address
        })
    }

    /// The whole URL, query included.
    pub fn as_str(&self) -> &str {
        self.url.as_str()
    }

    /// Whether the scheme is `https`.
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Whether it names this machine: a literal loopback address or `localhost`.
    pub fn is_loopback(&self) -> bool {
        match self.url.host() {
            Some(Host::Domain(name)) => is_localhost(name),
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => is_loopback(ip.into()),
            None => false,
        }
    }

    /// Which machines a connection to this URL may reach.
    pub fn reach(&self) -> Reach {
        match (self.is_loopback(), self.is_foreign) {
            (true, _) => Reach::ThisMachine,
            (false, true) => Reach::Elsewhere,
            (false, false) => Reach::Anywhere,
        }
    }

    /// Whether a request to `other` goes to the same server: scheme, host and port.
    pub fn is_same_origin(&self, other: &Self) -> bool {
        self.url.origin() == other.url.origin()
    }

    /// The host as the URL has it.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// The host, if it is a name that has to be resolved.
    pub fn domain(&self) -> Option<&str> {
        self.url.domain()
    }

    fn ip(&self) -> Option<IpAddr> {
        match self.url.host()? {
            Host::Domain(_) => None,
            Host::Ipv4(ip) => Some(ip.into()),
            Host::Ipv6(ip) => Some(ip.into()),
        }
    }
}

/// The URL for messages: without the query, which may hold an access key.
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

/// A URL without its query, which may hold an access key, and without a user name and password.
pub fn redacted(url: &str) -> String {
    // In a text that is not a URL it is unknown where the parts end: a password may hold any of the
    // characters that end them.
    let url = match Url::parse(url) {
        Ok(_) => url,
        Err(_) => url.rsplit_once('@').map_or(url, |(_, rest)| rest),
    };
    let url = url.split_once('#').map_or(url, |(rest, _)| rest);
    let (rest, query) = match url.split_once('?') {
        Some((rest, query)) if !query.is_empty() => (rest, "?…"),
        Some((rest, _)) => (rest, "?"),
        None => (url, ""),
    };
    // Userinfo ends at the last @ before the path. What follows `//` may be anything in a text that
    // is not a URL.
    let (scheme, rest) = match rest.find("//") {
        Some(at) => rest.split_at(at + 2),
        None => ("", rest),
    };
    let end = rest.find(['/', '\\', '#']).unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => format!("{scheme}{}{query}", &rest[at + 1..]),
        None => format!("{scheme}{rest}{query}"),
    }
}

/// A text that should be a URL, for messages: without the secrets that it may hold, and escaped.
fn shown(text: &str) -> String {
    let shown = redacted(text);
    // A password with a slash in it ends the host before its @.
    let shown = shown.rsplit_once('@').map_or(&*shown, |(_, rest)| rest);
    shown.escape_debug().to_string()
}

/// The error for a text without a scheme, which may be a host or a file.
fn schemeless(text: &str) -> Error {
    let error = Error::input(Code::Usage, shown(text), "is not a URL: it has no https://");
    let is_path = text.starts_with(['/', '.', '~'])
        || [".json", ".jwks", ".jwk", ".pem"]
            .iter()
            .any(|it| text.ends_with(it));
    let with_scheme = format!("https://{text}");
    let host = Url::parse(&with_scheme).ok();
    let is_host = host.is_some_and(|it| it.host_str().is_some_and(|it| it.contains('.')));
    if is_path {
        error.hint(KeysHint::FromFile)
    } else if is_host && !text.contains('@') {
        error.hint(format!("with the scheme: {}", redacted(&with_scheme)))
    } else {
        error
    }
}

/// Whether a host name stands for this machine (RFC 6761 §6.3), with or without a final dot.
pub fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.eq_ignore_ascii_case("localhost")
}

/// Whether an address is this machine's own.
pub fn is_loopback(ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback()
}

/// Which machines a connection may reach, checked against the IP addresses that its host has when
/// it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// This machine only: the host names it, and is allowed plain `http` for that reason.
    ThisMachine,
    /// Any machine except this one: a document from another machine has named the host.
    Elsewhere,
    /// Any machine.
    Anywhere,
}

/// Why a host may not be connected to: a sentence that begins with its escaped name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReachError {
    /// One of its addresses is of this sort; see [`forbidden`].
    #[error("the name {0} resolves to {1}, which is never connected to")]
    Forbidden(String, &'static str),
    /// It stands for this machine, and has an address elsewhere.
    #[error("the name {0} resolves to {1}, which is not this machine")]
    NotThisMachine(String, IpAddr),
    /// A server elsewhere has named it, and it has an address of this machine.
    #[error("the name {0} resolves to this machine, and its issuer is elsewhere")]
    ThisMachine(String),
}

impl Reach {
    /// Checks the addresses that `host` has. All of them are checked: a name with one forbidden
    /// address may lead there next time.
    ///
    /// # Errors
    /// [`ReachError`] when none of them may be connected to.
    pub fn check(self, host: &str, found: &[IpAddr]) -> Result<(), ReachError> {
        let name = || host.escape_debug().to_string();
        if let Some(why) = found.iter().find_map(|ip| forbidden(*ip)) {
            return Err(ReachError::Forbidden(name(), why));
        }
        let stray = match self {
            Self::ThisMachine => found.iter().find(|ip| !is_loopback(**ip)),
            Self::Elsewhere => found
                .iter()
                .find(|ip| is_loopback(**ip) || embedded(**ip).is_some_and(|ip| ip.is_loopback())),
            Self::Anywhere => None,
        };
        match stray {
            None => Ok(()),
            Some(ip) if self == Self::ThisMachine => Err(ReachError::NotThisMachine(name(), *ip)),
            Some(_) => Err(ReachError::ThisMachine(name())),
        }
    }
}

/// Why no request may go to `ip`, whatever named it: servers at link-local and cloud metadata
/// addresses hand out credentials to any process on the machine that asks. An IPv4 address within
/// an IPv6 one counts as itself. Private networks are allowed, since issuers live there.
pub fn forbidden(ip: IpAddr) -> Option<&'static str> {
    const METADATA_V6: [Ipv6Addr; 3] = [
        // Amazon, Google, Oracle
        Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
        Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
        Ipv6Addr::new(0xfd00, 0xc1, 0, 0, 0, 0, 0xa9fe, 0xa9fe),
    ];
    const METADATA_V4: [Ipv4Addr; 3] = [
        // Alibaba, Azure, Oracle
        Ipv4Addr::new(100, 100, 100, 200),
        Ipv4Addr::new(168, 63, 129, 16),
        Ipv4Addr::new(192, 0, 0, 192),
    ];
    match ip.to_canonical() {
        IpAddr::V4(ip) if ip.is_link_local() => Some("a link-local address"),
        IpAddr::V4(ip) if METADATA_V4.contains(&ip) => Some("a cloud metadata address"),
        IpAddr::V4(ip) if ip.is_unspecified() || ip.is_broadcast() || ip.is_multicast() => {
            Some("not the address of a host")
        }
        IpAddr::V4(_) => None,
        IpAddr::V6(ip) if ip.is_unicast_link_local() => Some("a link-local address"),
        IpAddr::V6(ip) if METADATA_V6.contains(&ip) => Some("a cloud metadata address"),
        IpAddr::V6(ip) if ip.is_unspecified() || ip.is_multicast() => {
            Some("not the address of a host")
        }
        IpAddr::V6(_) => embedded(ip).and_then(|ip| forbidden(ip.into())),
    }
}

/// The IPv4 address that packets to an IPv6 one are for in the end: NAT64 (RFC 6052, RFC 8215), 6to4
/// (RFC 3056), Teredo (RFC 4380), and the IPv4-compatible form.
fn embedded(ip: IpAddr) -> Option<Ipv4Addr> {
    let IpAddr::V6(ip) = ip.to_canonical() else {
        return None;
    };
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match ip.segments() {
        // ::1 is not an IPv4-compatible address.
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some(v4(high, low))
        }
        // A local prefix of 48 bits has the address around octet 8, which is 0, or at the end.
        [0x64, 0xff9b, 1, high, low, rest, 0, 0]
            if low < 0x100 && (high, low, rest) != (0, 0, 0) =>
        {
            Some(v4(high, (low << 8) | (rest >> 8)))
        }
        [0x64, 0xff9b, 1, _, _, _, high, low] => Some(v4(high, low)),
        [0x2002, high, low, ..] => Some(v4(high, low)),
        [0x2001, 0, _, _, _, _, high, low] => Some(v4(!high, !low)),
        _ => None,
    }
}

/// The well-known path of an issuer's document by OpenID Connect Discovery §4.
const OPENID: &str = "/.well-known/openid-configuration";

/// The well-known path of an issuer's document by RFC 8414 §3.
const OAUTH: &str = "/.well-known/oauth-authorization-server";

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
    /// [`Code::Usage`] when it is not an issuer's URL.
    pub fn parse(text: &str, allow_http: bool) -> Result<Self, Error> {
        let address = Address::parse(text, allow_http)?;
        if text.contains(['?', '#']) {
            let why = "an issuer has neither query nor fragment";
            let error = Error::input(Code::Usage, redacted(text), why);
            return Err(error.hint(KeysHint::KeysUrlWithQuery));
        }
        for suffix in [OPENID, OAUTH] {
            if let Some(issuer) = text.trim_end_matches('/').strip_suffix(suffix) {
                let why = "is where an issuer's document is, and not the issuer";
                let error = Error::input(Code::Usage, redacted(text), why);
                return Err(error.hint(KeysHint::IssuerWithoutSuffix(issuer.to_string())));
            }
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

    /// The identifier as a URL.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The URLs where its document may be, in the order to ask: OpenID Connect Discovery §4, then,
    /// for an issuer with a path, the two places of RFC 8414 §5 and §3.1. No other URL is tried.
    pub fn documents(&self) -> Vec<Address> {
        let url = &self.address.url;
        let path = url.path().strip_suffix('/').unwrap_or(url.path());
        let at = |path: String| {
            let mut url = url.clone();
            url.set_path(&path);
            Address {
                url,
                is_foreign: false,
            }
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
            "https://[64:ff9b::a9fe:a9fe]/",
            "https://[2002:a9fe:a9fe::1]/",
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
    fn no_spelling_of_a_url_shows_its_secrets() {
        for text in [
            "https://user:hun@ter2@h/k",
            "https://user:hun/ter2@h/k",
            "http://u:ter2@h",
            "http://h.example/k?key=ter2",
            "https://u:x@ter2@h:port/",
            "ftp://u:ter2@h/",
            "u:ter2@h",
            "https://user:pa?ter2@h/",
            "https://u:pa/ter2@h:port/k#ter2",
        ] {
            let error = Address::parse(text, false).unwrap_err();
            let all = format!("{error} {:?}", error.hints());
            assert!(!all.contains("ter2"), "{text}: {all}");
        }
        assert_eq!(
            redacted("https://u:p@ss@a.example/k?x=1#f"),
            "https://a.example/k?…"
        );
        assert_eq!(redacted("https://a.example/@k"), "https://a.example/@k");
    }

    #[test]
    fn an_address_within_an_address_is_judged_as_itself() {
        for text in [
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::a9fe:a9fe",
            "64:ff9b:1:a9fe:a9:fe00::",
            "2002:a9fe:a9fe::1",
            "2001::5601:5601",
            "::a9fe:a9fe",
            "fe80::1",
            "fd00:ec2::254",
            "fd20:ce::254",
            "fd00:c1::a9fe:a9fe",
            "192.0.0.192",
            "100.100.100.200",
            "64:ff9b::6464:64c8",
            "::",
            "ff02::1",
            "0.0.0.0",
            "2002:0:0::1",
        ] {
            assert!(forbidden(text.parse().unwrap()).is_some(), "{text}");
        }
        for text in [
            "10.0.0.1",
            "203.0.113.7",
            "2001:db8::1",
            "64:ff9b::cb00:7107",
            "2002:cb00:7107::1",
            "::1",
            "127.0.0.1",
            "fd00::1",
            "192.0.0.191",
        ] {
            assert_eq!(forbidden(text.parse().unwrap()), None, "{text}");
        }
    }

    #[test]
    fn whom_a_name_may_lead_to() {
        let at =
            |text: &[&str]| -> Vec<IpAddr> { text.iter().map(|it| it.parse().unwrap()).collect() };
        for (reach, found, says) in [
            (Reach::ThisMachine, &["127.0.0.1", "::1"][..], None),
            (
                Reach::ThisMachine,
                &["127.0.0.1", "10.255.255.1"],
                Some("is not this machine"),
            ),
            (Reach::Elsewhere, &["10.0.0.1"], None),
            (
                Reach::Elsewhere,
                &["10.0.0.1", "127.0.0.1"],
                Some("to this machine"),
            ),
            (
                Reach::Elsewhere,
                &["::ffff:127.0.0.1"],
                Some("to this machine"),
            ),
            (
                Reach::Elsewhere,
                &["64:ff9b::7f00:1"],
                Some("to this machine"),
            ),
            (Reach::Anywhere, &["127.0.0.1", "10.0.0.1"], None),
            (
                Reach::Anywhere,
                &["203.0.113.7", "fe80::1"],
                Some("never connected to"),
            ),
            (
                Reach::Anywhere,
                &["::ffff:169.254.1.1"],
                Some("never connected to"),
            ),
        ] {
            let judged = reach.check("keys.example", &at(found));
            match says {
                None => assert_eq!(judged, Ok(()), "{found:?}"),
                Some(says) => assert!(judged.unwrap_err().to_string().contains(says), "{found:?}"),
            }
        }
    }

    #[test]
    fn what_a_document_may_name() {
        let learned = |issuer: &str, text: &str, allow_http: bool| {
            let issuer = Issuer::parse(issuer, true).unwrap();
            let learned = Address::learned(text, &issuer, allow_http).map(|it| it.reach());
            learned.map_err(|why| why.to_string())
        };
        let (far, here) = ("https://issuer.example", "http://127.0.0.1:8080");
        assert_eq!(
            learned(far, "https://keys.example/", false),
            Ok(Reach::Elsewhere)
        );
        assert_eq!(
            learned(here, "http://localhost/k", false),
            Ok(Reach::ThisMachine)
        );
        assert_eq!(
            learned(here, "https://keys.example/k", false),
            Ok(Reach::Anywhere)
        );
        for (issuer, text, allow_http) in [
            (far, "http://keys.example/", false),
            (far, "http://127.0.0.1/", true),
            (far, "https://LOCALHOST./", false),
            (far, "https://[::ffff:127.0.0.1]/", true),
            // An IPv4 address within an IPv6 one counts as itself.
            (far, "https://[64:ff9b::7f00:1]/", true),
            (far, "https://[::7f00:1]/", true),
            (far, "https://[2002:7f00:1::1]/", true),
            // Plain http is for this machine, also when this machine says so.
            (here, "http://192.0.2.1/jwks", false),
            (here, "http://keys.example/jwks", false),
            (here, "http://169.254.169.254/", true),
        ] {
            assert!(
                learned(issuer, text, allow_http).is_err(),
                "{issuer} {text}"
            );
        }
        assert!(learned(here, "http://192.0.2.1/jwks", true).is_ok());
    }

    #[test]
    fn what_is_almost_right_is_told_what_is() {
        let hint = |error: Error| error.hints().first().cloned();
        let url = |text: &str| hint(Address::parse(text, false).unwrap_err());
        assert_eq!(
            url("issuer.example/t"),
            Some("with the scheme: https://issuer.example/t".into())
        );
        assert_eq!(url("keys/set.json"), Some(KeysHint::FromFile.into()));
        assert_eq!(url("./set"), Some(KeysHint::FromFile.into()));
        assert_eq!(url("hunter2@issuer.example"), None);
        let issuer = |text: &str| hint(Issuer::parse(text, false).unwrap_err());
        for suffix in [OPENID, OAUTH] {
            let bare = KeysHint::IssuerWithoutSuffix("https://a.example/t".into());
            let text = format!("https://a.example/t{suffix}");
            assert_eq!(issuer(&text), Some(bare.into()));
        }
        let with_query = issuer("https://a.example/t?p=B2C_1");
        assert_eq!(with_query, Some(KeysHint::KeysUrlWithQuery.into()));
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
