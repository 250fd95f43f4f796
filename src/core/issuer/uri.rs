//! The URLs that a local issuer deals with, read so strictly that a browser cannot understand one
//! in another way.

use std::net::{IpAddr, SocketAddr};

/// An `http` or `https` URL, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UriParts<'a> {
    /// `http` or `https`.
    pub scheme: &'a str,
    /// The host, and the port if it is written.
    pub authority: &'a str,
    /// The path, empty or from its first slash on.
    pub path: &'a str,
    /// What follows the path, with its `?`.
    pub rest: &'a str,
}

/// Takes an absolute address apart. `None` for any other scheme, user names, fragments, and
/// everything that RFC 3986 does not allow, such as back slashes.
pub fn parse(text: &str) -> Option<UriParts<'_>> {
    if !text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/?[]@!$&'()*+,;=%".contains(&byte))
    {
        return None;
    }
    let (scheme, behind) = text.split_once("://")?;
    if !["http", "https"].contains(&scheme) {
        return None;
    }
    let (authority, tail) = behind.split_at(behind.find(['/', '?']).unwrap_or(behind.len()));
    let (path, rest) = tail.split_at(tail.find('?').unwrap_or(tail.len()));
    host(authority)?;
    Some(UriParts {
        scheme,
        authority,
        path,
        rest,
    })
}

/// The host in `host` or `host:port`, brackets included; `None` when it is not written as one.
pub fn host(authority: &str) -> Option<&str> {
    let end = match authority.strip_prefix('[') {
        Some(inner) => inner.find(']')? + 2,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, port) = authority.split_at(end);
    let port_is_fine = port.is_empty()
        || port
            .strip_prefix(':')
            .is_some_and(|port| port.parse::<u16>().is_ok());
    let name_is_fine = match host.strip_prefix('[') {
        Some(inner) => inner
            .strip_suffix(']')?
            .parse::<std::net::Ipv6Addr>()
            .is_ok(),
        None => {
            !host.is_empty()
                && host
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
        }
    };
    (port_is_fine && name_is_fine).then_some(host)
}

/// Whether `host` is this machine by its literal address, or `localhost` (RFC 6761 §6.3).
pub fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(ip) => ip.to_canonical().is_loopback(),
        Err(_) => {
            let name = bare.to_ascii_lowercase();
            name == "localhost" || name.ends_with(".localhost")
        }
    }
}

/// Whether other machines cannot reach a socket that is bound to `address`.
pub fn is_local(address: SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        let address = parse("https://[::1]:8443/a/b?c=d").unwrap();
        assert_eq!(
            address,
            UriParts {
                scheme: "https",
                authority: "[::1]:8443",
                path: "/a/b",
                rest: "?c=d"
            }
        );
        assert_eq!(parse("http://localhost").unwrap().path, "");
        for text in [
            "",
            "localhost",
            "ftp://localhost/",
            "http:/localhost",
            "http:///x",
            "http://user@localhost/",
            "http://localhost\\@evil.example/",
            "http://localhost/#x",
            "http://local host/",
            "http://localhost:99999/",
            "http://localhost:/",
            "http://[::1/",
            "http://[x]/",
            "HTTP://localhost/",
            "javascript://localhost/%0aalert(1)",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn this_machine_is_told_from_others() {
        for host in [
            "localhost",
            "LOCALHOST",
            "app.localhost",
            "127.0.0.1",
            "127.1.2.3",
            "[::1]",
            "[::ffff:127.0.0.1]",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            "localhost.evil.example",
            "evil-localhost",
            "0.0.0.0",
            "[::]",
            "10.0.0.1",
            "127.0.0.1.nip.io",
            "2130706433",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
