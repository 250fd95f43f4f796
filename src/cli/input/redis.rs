//! The arguments about a Redis server: its URL, its password, which is refused in a URL on the
//! command line, and its certificate authority.

use std::path::Path;

use jwtctl::core::error::{Code, Error};
use jwtctl::core::files::{self, MAX_FILE};
use jwtctl::core::hint::RedisUse;
use jwtctl::core::keyfile;
use jwtctl::core::redis::Target;
use jwtctl::core::secret::Secret;
use zeroize::Zeroizing;

use super::{Inputs, MAX_SECRET, SecretSpec, variable};

/// Where Redis is by default.
const DEFAULT_URL: &str = "redis://127.0.0.1:6379";

/// The variable that may name it, password included.
const URL_VARIABLE: &str = "JWTCTL_REDIS_URL";

/// How to be let in.
#[derive(clap::Args)]
pub struct RedisLogin {
    /// Log in to Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N
    #[arg(
        long,
        value_name = "KEYSPEC",
        help_heading = "Redis",
        allow_hyphen_values = true
    )]
    pub redis_password_from: Option<SecretSpec>,
    /// Accept a Redis server whose certificate leads to one of these (PEM), instead of the system's
    /// (rediss://)
    #[arg(long, value_name = "FILE", help_heading = "Redis")]
    pub redis_ca: Option<String>,
    /// Allow the Redis password to go to another machine without TLS, where any machine on the
    /// way can read it
    #[arg(long, help_heading = "Redis")]
    pub redis_allow_plaintext: bool,
}

impl RedisLogin {
    /// These flags, under names that other flags share.
    pub fn login(&self) -> Login<'_> {
        Login {
            flags: "--redis",
            server: RedisUse::Sessions,
            password_from: self.redis_password_from.as_ref(),
            ca: self.redis_ca.as_deref(),
            allow_plaintext: Some(self.redis_allow_plaintext),
        }
    }
}

/// How to log in, for flags of any name.
#[derive(Clone, Copy)]
pub struct Login<'a> {
    /// The prefix of the flags.
    pub flags: &'static str,
    /// What the server is for.
    pub server: RedisUse,
    /// Where the password is.
    pub password_from: Option<&'a SecretSpec>,
    /// The file of the certificates that the server's own must lead to.
    pub ca: Option<&'a str>,
    /// Whether the password may go to another machine in the clear; `None` for the shared cache,
    /// which refuses such a connection in any case.
    pub allow_plaintext: Option<bool>,
}

impl Inputs {
    /// The server that `url` names: a URL without a password, or `env:NAME` for one that may have
    /// it. Without `url` it is that of `JWTCTL_REDIS_URL`, or the default one on this machine.
    pub fn redis(&self, url: Option<&str>, flag: &str, login: Login<'_>) -> Result<Target, Error> {
        let mut target = match (url, url.and_then(|url| url.strip_prefix("env:"))) {
            (_, Some(name)) => {
                let url = variable(name).map(Zeroizing::new);
                let url = url.ok_or_else(|| {
                    Error::usage(flag, format!("the environment has no variable {name}"))
                })?;
                Target::parse(&url, &format!("{flag} env:{name}"), login.server)?
            }
            (Some(url), None) => {
                let target = Target::parse(url, flag, login.server)?;
                if target.password.is_some() {
                    let why = "has a password in it, and others can see the command line; it is not repeated here";
                    let hint = format!(
                        "give the password with {}-password-from FILE (or env:NAME, fd:N, -)",
                        login.flags
                    );
                    let error = Error::usage(flag, why).hint(hint);
                    return Err(
                        error.hint(format!("or the whole URL in a variable: {flag} env:NAME"))
                    );
                }
                target
            }
            (None, None) => match variable(URL_VARIABLE)
                .filter(|url| !url.is_empty())
                .map(Zeroizing::new)
            {
                Some(url) => Target::parse(&url, URL_VARIABLE, login.server)?,
                None => Target::parse(DEFAULT_URL, flag, login.server)?,
            },
        };
        if let Some(spec) = login.password_from {
            let password = self.read(spec, MAX_SECRET)?.without_trailing_newline();
            if password.is_empty() {
                return Err(Error::input(
                    Code::BadSecret,
                    spec.flag(),
                    "the password is empty",
                ));
            }
            target.password = Some(password);
        }
        if let Some(path) = login.ca {
            target.ca = Some(files::read(Path::new(path), MAX_FILE)?.expose().to_vec());
        }
        target.allow_plaintext = login.allow_plaintext;
        target.check(flag)?;
        Ok(target)
    }

    /// A key of the shared cache: a symmetric JWK, sealed or not, or else the bytes themselves.
    pub fn store_key(&self, spec: &SecretSpec) -> Result<Secret, Error> {
        let flag = spec.flag();
        let bytes = self.read(spec, MAX_SECRET)?;
        if keyfile::kind(bytes.expose()).is_none() {
            return Ok(bytes.without_trailing_newline());
        }
        let keys = self.read_keys(&bytes, flag)?.keys;
        match keys.first().and_then(|key| key.secret()) {
            Some(secret) if keys.len() == 1 => Ok(Secret::new(secret.expose().to_vec())),
            _ => Err(
                Error::input(Code::BadSecret, flag, "is not a symmetric key")
                    .hint("make one: openssl rand -hex 32 > FILE"),
            ),
        }
    }
}
