//! Which server: `redis://`, `rediss://` and `unix://` URLs. No message repeats the URL, which may
//! hold a password.

use std::fmt;
use std::path::PathBuf;

use super::super::address::{is_localhost, is_loopback};
use super::super::error::{Code, Error};
use super::super::hint::{Parameter, RedisHint, RedisUse};
use super::super::secret::Secret;

/// The port of Redis.
const DEFAULT_PORT: u16 = 6379;

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerAddress {
    /// A host and a port.
    Tcp(String, u16),
    /// A socket of this machine.
    Unix(PathBuf),
}

/// Server address and credentials.
#[derive(Debug)]
pub struct Target {
    /// Where it listens.
    pub address: ServerAddress,
    /// Whether the connection uses TLS.
    pub tls: bool,
    /// The database number.
    pub database: u32,
    /// The ACL user; without one the password is the default user's.
    pub user: Option<String>,
    /// The password.
    pub password: Option<Secret>,
    /// The certificates (PEM) that its own must lead to, instead of the system's.
    pub ca: Option<Vec<u8>>,
    /// Whether the password may go to another machine in the clear. `None` for the shared cache,
    /// which refuses such a connection in any case.
    pub allow_plaintext: Option<bool>,
    /// What it is for, which tells how its password and certificates are given.
    pub serves: RedisUse,
}

impl Target {
    /// Reads `redis[s]://[user[:password]@]host[:port][/database]` or
    /// `unix:///path[?db=N&user=NAME&pass=PASSWORD]`. `origin` names where it comes from in messages,
    /// which never repeat the URL itself.
    ///
    /// # Errors
    /// [`Code::Usage`] when it is not such a URL.
    pub fn parse(url: &str, origin: &str, serves: RedisUse) -> Result<Self, Error> {
        let bad = |why: &str| {
            Error::usage(origin, why)
                .hint("write redis://HOST:PORT/DB, rediss://HOST:PORT/DB or unix:///PATH?db=N")
        };
        let Some((scheme, rest)) = url.trim().split_once(':') else {
            return Err(bad("is not a URL"));
        };
        let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        if fragment == "insecure" {
            let error = Error::usage(
                origin,
                "ends in #insecure, and certificates are always checked",
            );
            return Err(error.hint(RedisHint::Certificates(serves)));
        }
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let parsed = match scheme.to_ascii_lowercase().as_str() {
            "redis" | "valkey" => Self::network(rest, false),
            "rediss" | "valkeys" => Self::network(rest, true),
            "unix" | "redis+unix" | "valkey+unix" | "redis-socket" => Self::socket(rest, query),
            _ => Err("is not a Redis URL"),
        };
        parsed.map(|target| Self { serves, ..target }).map_err(bad)
    }

    fn network(rest: &str, tls: bool) -> Result<Self, &'static str> {
        let rest = rest
            .strip_prefix("//")
            .ok_or("has no // after its scheme")?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (login, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        let (host, port) = match host.strip_prefix('[') {
            Some(rest) => rest.split_once(']').ok_or("has a [ without its ]")?,
            None => host.find(':').map_or((host, ""), |at| host.split_at(at)),
        };
        let port = match port.strip_prefix(':') {
            None | Some("") => DEFAULT_PORT,
            Some(text) => text
                .parse()
                .map_err(|_| "has a port that is not a number from 0 to 65535")?,
        };
        let host = if host.is_empty() { "127.0.0.1" } else { host };
        Ok(Self {
            address: ServerAddress::Tcp(decode(host)?, port),
            tls,
            database: database(path.trim_end_matches('/'))?,
            user: some(user)?,
            password: some(password)?.map(|text| Secret::new(text.into_bytes())),
            ca: None,
            allow_plaintext: None,
            serves: RedisUse::Sessions,
        })
    }

    fn socket(rest: &str, query: &str) -> Result<Self, &'static str> {
        let path = rest.strip_prefix("//").unwrap_or(rest);
        if !path.starts_with('/') {
            return Err("names no absolute path after unix://");
        }
        let address = ServerAddress::Unix(decode(path)?.into());
        let mut target = Self {
            address,
            tls: false,
            database: 0,
            user: None,
            password: None,
            ca: None,
            allow_plaintext: None,
            serves: RedisUse::Sessions,
        };
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            match name {
                "db" => target.database = database(value)?,
                "user" | "username" => target.user = some(value)?,
                "pass" | "password" => {
                    target.password = some(value)?.map(|text| Secret::new(text.into_bytes()))
                }
                _ => {}
            }
        }
        Ok(target)
    }

    /// Whether the way to the server is guarded: it is on this machine, or TLS is spoken.
    pub fn is_guarded(&self) -> bool {
        self.guards(&self.address)
    }

    /// Whether a connection to `address` is guarded, if it uses TLS as this target does. That a
    /// host is this machine is checked again when the connection is made.
    pub fn guards(&self, address: &ServerAddress) -> bool {
        match address {
            ServerAddress::Unix(_) => true,
            ServerAddress::Tcp(host, _) => {
                self.tls || is_localhost(host) || host.parse().is_ok_and(is_loopback)
            }
        }
    }

    /// Refuses what cannot work together.
    ///
    /// # Errors
    /// [`Code::Usage`] for a user without a password, certificates without TLS, or a password that
    /// would go to another machine in the clear;
    /// [`Code::BadInput`] for a file of certificates that holds none.
    pub fn check(&self, origin: &str) -> Result<(), Error> {
        let server = self.serves;
        if let (Some(_), None) = (&self.user, &self.password) {
            // The name is not repeated: it may be the password, in the wrong place.
            let error = Error::usage(origin, "names a user, and there is no password");
            return Err(error.hint(RedisHint::Password {
                server,
                user: false,
            }));
        }
        if self.password.is_some() && self.allow_plaintext == Some(false) && !self.is_guarded() {
            let why = "would send the password to another machine in the clear";
            let error = Error::usage(origin, why).hint(RedisHint::Tls(server));
            return Err(error.hint(RedisHint::Plaintext(server)));
        }
        let ca = Parameter::RedisCertificates(server);
        match &self.ca {
            Some(_) if !self.tls => Err(Error::usage(
                ca,
                "needs a rediss:// URL: only TLS has certificates",
            )),
            Some(pem)
                if !pem
                    .windows(27)
                    .any(|window| window == b"-----BEGIN CERTIFICATE-----") =>
            {
                Err(Error::input(
                    Code::BadInput,
                    ca,
                    "holds no certificate in PEM form",
                ))
            }
            _ => Ok(()),
        }
    }
}

/// The server without user and password, for messages.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "rediss" } else { "redis" };
        match &self.address {
            ServerAddress::Tcp(host, port) if host.contains(':') => {
                write!(f, "{scheme}://[{host}]:{port}")?
            }
            ServerAddress::Tcp(host, port) => write!(f, "{scheme}://{host}:{port}")?,
            ServerAddress::Unix(path) => write!(f, "unix://{}", path.display())?,
        }
        match (&self.address, self.database) {
            (_, 0) => Ok(()),
            (ServerAddress::Tcp(..), number) => write!(f, "/{number}"),
            (ServerAddress::Unix(_), number) => write!(f, "?db={number}"),
        }
    }
}

fn database(text: &str) -> Result<u32, &'static str> {
    match text {
        "" => Ok(0),
        text => text
            .parse()
            .map_err(|_| "has a database that is not a number"),
    }
}

/// A part of a URL, unless it is empty.
fn some(text: &str) -> Result<Option<String>, &'static str> {
    if text.is_empty() {
        Ok(None)
    } else {
        decode(text).map(Some)
    }
}

/// Undoes percent-encoding.
fn decode(text: &str) -> Result<String, &'static str> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        if *first == b'%' {
            bytes.push(hex_byte(tail).ok_or("has a broken % sequence")?);
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).map_err(|_| "is not text once its % sequences are undone")
}

/// The byte that the first two hexadecimal digits make.
fn hex_byte(text: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(text.get(..2)?).ok()?;
    // `from_str_radix` would take a sign.
    digits
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit())
        .then(|| u8::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Target {
        Target::parse(url, "the server", RedisUse::Sessions).unwrap()
    }

    #[test]
    fn urls_name_servers() {
        for (url, shown) in [
            ("redis://127.0.0.1:6379", "redis://127.0.0.1:6379"),
            ("redis://example", "redis://example:6379"),
            ("redis://", "redis://127.0.0.1:6379"),
            ("redis://h/", "redis://h:6379"),
            ("redis://h:1/5", "redis://h:1/5"),
            ("rediss://u:p@h:1/5?protocol=resp3", "rediss://h:1/5"),
            ("redis://[::1]:7000", "redis://[::1]:7000"),
            ("redis://[::1]", "redis://[::1]:6379"),
            ("unix:///run/redis.sock", "unix:///run/redis.sock"),
            (
                "redis+unix:///run/a%20b?db=3&user=u&pass=p",
                "unix:///run/a b?db=3",
            ),
        ] {
            assert_eq!(parse(url).to_string(), shown, "{url}");
        }
    }

    #[test]
    fn who_to_be_is_read_and_never_shown() {
        let target = parse("redis://al%69ce:p%40ss:w@h");
        assert_eq!(target.user.as_deref(), Some("alice"));
        assert_eq!(target.password.as_ref().unwrap().expose(), b"p@ss:w");
        assert!(!format!("{target} {target:?}").contains("p@ss"));
        assert_eq!(parse("redis://:pw@h").password.unwrap().expose(), b"pw");
        assert!(parse("redis://:pw@h").user.is_none());
        assert_eq!(
            parse("unix:///s?pass=a%26b").password.unwrap().expose(),
            b"a&b"
        );
        assert!(parse("redis://alice@h").check("the server").is_err());
    }

    #[test]
    fn the_way_to_another_machine_needs_tls() {
        for (url, guarded) in [
            ("redis://127.0.0.1:1", true),
            ("redis://127.8.8.8", true),
            ("redis://localhost.", true),
            ("redis://[::1]", true),
            ("redis://[::ffff:127.0.0.1]", true),
            ("redis://LocalHost", true),
            ("redis://", true),
            ("unix:///s", true),
            ("rediss://elsewhere", true),
            ("redis://elsewhere", false),
            ("redis://10.0.0.1", false),
            ("redis://127.0.0.1.elsewhere", false),
            ("redis://localhost.elsewhere", false),
        ] {
            assert_eq!(parse(url).is_guarded(), guarded, "{url}");
        }
    }

    #[test]
    fn a_password_goes_to_no_other_machine_in_the_clear() {
        let check = |url: &str, allowed| {
            let target = Target {
                allow_plaintext: Some(allowed),
                ..parse(url)
            };
            target.check("the server")
        };
        for url in ["redis://:s3cret@elsewhere", "redis://u:s3cret@10.0.0.1/1"] {
            let error = check(url, false).unwrap_err();
            assert_eq!(error.code(), Code::Usage);
            let all = format!("{error} {:?}", error.hints());
            let allowing = RedisHint::Plaintext(RedisUse::Sessions).into();
            assert!(
                error.hints().contains(&allowing) && !all.contains("s3cret"),
                "{all}"
            );
            check(url, true).unwrap();
        }
        for url in [
            "redis://elsewhere",
            "rediss://:s3cret@elsewhere",
            "redis://:s3cret@localhost",
            "redis://:s3cret@[::1]",
            "unix:///s?pass=s3cret",
        ] {
            check(url, false).unwrap();
        }
    }

    #[test]
    fn what_is_no_redis_url_is_refused_and_not_repeated() {
        for url in [
            "",
            "h:6379",
            "http://s3cret@h",
            "redis:s3cret@h",
            "redis://:s3cret@h:port",
            "redis://:s3cret@h:99999",
            "redis://:s3cret@h/one",
            "redis://:s3cret%@h",
            "redis://:s3cret%zz@h",
            "redis://:s3cret@[::1",
            "rediss://:s3cret@h#insecure",
            "unix://s3cret",
        ] {
            let error = Target::parse(url, "the server", RedisUse::Sessions).unwrap_err();
            assert_eq!(error.code(), Code::Usage, "{url}");
            assert!(
                !format!("{error} {:?}", error.hints()).contains("s3cret"),
                "{url}: {error}"
            );
        }
    }
}
