//! Remote key sets on the command line: the flags, the cache directory, and the connection behind
//! them.

mod fetch;
mod headers;
mod proxy;
mod shared;
mod tls;
mod trust;

pub use fetch::Http;
use headers::parse_headers;
use shared::Shared;
use tls::{check_certificates, check_identity};
use trust::Settings;

use std::path::PathBuf;
use std::time::Duration;

use jwtctl::core::address::{Address, Issuer};
use jwtctl::core::cache::{Cache, TrustContext};
use jwtctl::core::error::{Code, Error};
use jwtctl::core::files::MAX_FILE;
use jwtctl::core::jwks::{Keys as _, Provenance};
use jwtctl::core::key::{pem, to_pkcs8};
use jwtctl::core::remote::{FetchedSet, Options, Remote, Source};
use jwtctl::core::secret::Secret;
use jwtctl::core::shared::SharedCache;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use zeroize::Zeroizing;

use super::Context;
use super::input::{FileSpec, SecretSpec, Spec, duration, variable};

/// How remote keys are fetched, and for how long they are good.
#[derive(clap::Args)]
pub struct Network {
    #[command(flatten)]
    fetching: Fetching,
    #[command(flatten)]
    shared: Shared,
}

/// How a server is asked, and what its keys are good for.
#[derive(clap::Args)]
#[command(next_help_heading = "Network")]
struct Fetching {
    /// Fetch the keys now, whatever the cache has
    #[arg(long)]
    refresh: bool,
    /// With --offline: how long past their lifetime cached keys are good
    #[arg(long, value_name = "DURATION", value_parser = not_negative)]
    max_stale: Option<i64>,
    /// How long cached keys are used while their server is out of reach, at most a day (default:
    /// what the server says, or 5m)
    #[arg(long, value_name = "DURATION", value_parser = grace)]
    stale_if_error: Option<i64>,
    /// How long keys are fresh at most, and where the server says nothing, 1m to 1h (default: what
    /// the server says, or 10m)
    #[arg(long, value_name = "DURATION", value_parser = max_age)]
    jwks_max_age: Option<i64>,
    /// How long a fetch may take, 1s to 5m
    #[arg(long, value_name = "DURATION", value_parser = timeout, default_value = "5s")]
    timeout: i64,
    /// Trust these certificate authorities (PEM) instead of the system's
    #[arg(long, value_name = "FILE")]
    ca_bundle: Option<FileSpec>,
    /// Show the server this certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "client_key")]
    client_cert: Option<FileSpec>,
    /// The private key of the client certificate
    #[arg(long, value_name = "KEYSPEC", requires = "client_cert")]
    client_key: Option<Spec>,
    /// Send the headers in KEYSPEC, one "Name: value" a line, to the server named, and to no other
    #[arg(long, value_name = "KEYSPEC")]
    http_headers: Option<Spec>,
    /// Send the token in KEYSPEC, such as that of a pod, as "Authorization: Bearer", likewise
    #[arg(long, value_name = "KEYSPEC", allow_hyphen_values = true)]
    http_bearer: Option<SecretSpec>,
    /// Allow http, where any machine on the way can replace the keys
    #[arg(long)]
    allow_http: bool,
}

fn within(text: &str, range: std::ops::RangeInclusive<i64>, says: &str) -> Result<i64, String> {
    let seconds = duration(text).map_err(|error| error.to_string())?;
    if range.contains(&seconds) {
        Ok(seconds)
    } else {
        Err(says.into())
    }
}

fn not_negative(text: &str) -> Result<i64, String> {
    within(text, 0..=i64::MAX, "not negative")
}

fn grace(text: &str) -> Result<i64, String> {
    within(text, 0..=86_400, "at most a day, and not negative")
}

fn max_age(text: &str) -> Result<i64, String> {
    within(text, 60..=3600, "between 1m and 1h")
}

fn timeout(text: &str) -> Result<i64, String> {
    within(text, 1..=300, "between 1s and 5m")
}

impl Network {
    /// A JWKS URL.
    pub fn url(&self, text: &str) -> Result<Address, Error> {
        Address::parse(text, self.fetching.allow_http).map_err(|error| file_instead(error, text))
    }

    /// Refuses any of these flags in a call that fetches nothing; `needs` names the missing flag in
    /// the message.
    pub fn check_unused(&self, needs: &str, context: &Context<'_>) -> Result<(), Error> {
        let own = context.typed.first_of::<Fetching>();
        match own.or_else(|| context.typed.first_of::<Shared>()) {
            Some(flag) => Err(Error::usage(
                flag,
                format!("needs {needs}: it is about keys that are fetched"),
            )),
            None => Ok(()),
        }
    }

    /// The source that `--jwks-uri` or `--issuer` names. Without either, flags about fetching are
    /// refused.
    pub fn source(
        &self,
        jwks_uri: Option<&str>,
        issuer: Option<&str>,
        context: &Context<'_>,
    ) -> Result<Option<Source>, Error> {
        match (jwks_uri, issuer) {
            (Some(url), _) => self.url(url).map(Source::Url).map(Some),
            (None, Some(issuer)) => Issuer::parse(issuer, self.fetching.allow_http)
                .map_err(|error| file_instead(error, issuer))
                .map(|it| Some(Source::Issuer(it))),
            (None, None) => {
                let needs = "--jwks-uri or --issuer";
                self.check_unused(needs, context).map(|()| None)
            }
        }
    }

    /// Refuses headers that would go to two servers, as they may hold a secret that is for one of
    /// them only.
    pub fn check_same_server(&self, one: &Address, other: &Address) -> Result<(), Error> {
        let Some(flag) = self.sends().filter(|_| !one.is_same_origin(other)) else {
            return Ok(());
        };
        let why = "would send the same headers to two servers, and perhaps the secret of one to the other";
        let hint = format!(
            "name one server a call; jwtctl jwks fetch --jwks-uri URL {flag} KEYSPEC writes its set to a file"
        );
        Err(Error::usage(flag, why).hint(hint))
    }

    /// The flag that sends credentials to the server, if one was given.
    fn sends(&self) -> Option<&'static str> {
        match (&self.fetching.http_headers, &self.fetching.http_bearer) {
            (Some(_), _) => Some("--http-headers"),
            (None, Some(_)) => Some("--http-bearer"),
            (None, None) => None,
        }
    }

    /// The options that the flags stand for.
    pub fn options(&self, context: &Context<'_>) -> Result<Options, Error> {
        let clash = |flag: &str| Err(Error::usage(flag, "has no meaning together with --offline"));
        match (
            context.offline,
            self.fetching.refresh,
            self.fetching.max_stale,
        ) {
            (true, true, _) => return clash("--refresh"),
            (false, _, Some(_)) => {
                return Err(Error::usage(
                    "--max-stale",
                    "goes with --offline; otherwise it is --stale-if-error",
                ));
            }
            _ => {}
        }
        Ok(Options {
            offline: context.offline,
            refresh: self.fetching.refresh,
            older_than: None,
            max_stale_s: self.fetching.max_stale,
            stale_if_error_s: self.fetching.stale_if_error,
            max_age_s: self.fetching.jwks_max_age,
            timeout: Duration::from_secs(self.fetching.timeout.unsigned_abs()),
            allow_http: self.fetching.allow_http,
        })
    }

    /// The shared cache, if one is named.
    pub fn store(&self, context: &Context<'_>) -> Result<Option<SharedCache>, Error> {
        let timeout = Duration::from_secs(self.fetching.timeout.unsigned_abs());
        let store = self
            .shared
            .store(context)?
            .map(|it| it.for_fetches_of(timeout));
        if let Some(flag) = self.sends()
            && store.as_ref().is_some_and(SharedCache::is_blind)
        {
            let why = "are part of the names of what is shared, and nothing keeps them from being guessed without a key";
            return Err(Error::usage(flag, why).hint("share with --cache-store-key FILE"));
        }
        Ok(store)
    }

    /// A client with the settings of the flags; credentials go to the server at `home` only. Does
    /// not connect yet.
    pub fn http<'a>(
        &self,
        home: Option<&Address>,
        context: &'a Context<'_>,
    ) -> Result<Http<'a>, Error> {
        let read = |spec: &FileSpec| context.inputs.content(spec, MAX_FILE);
        let roots = self
            .fetching
            .ca_bundle
            .as_ref()
            .map(read)
            .transpose()?
            .map(|it| it.expose().to_vec());
        if let (Some(roots), Some(spec)) = (&roots, &self.fetching.ca_bundle) {
            check_certificates(roots, spec)?;
        }
        let headers = self.headers(context)?;
        home.map_or(Ok(()), proxy::check)?;
        let settings = Settings {
            roots,
            identity: self.identity(context)?,
            headers,
            home: home.cloned(),
        };
        Ok(Http {
            settings,
            clock: context.env.clock,
            output: &context.output,
        })
    }

    /// The headers of `--http-headers` and `--http-bearer`.
    fn headers(&self, context: &Context<'_>) -> Result<HeaderMap, Error> {
        let mut headers = match &self.fetching.http_headers {
            Some(spec) => {
                let text = context.inputs.key_bytes(spec)?;
                let text = text
                    .expose_str()
                    .ok_or_else(|| Error::input(Code::BadInput, spec, "is not text"))?;
                parse_headers(text, spec)?
            }
            None => HeaderMap::new(),
        };
        if let Some(spec) = &self.fetching.http_bearer {
            let flag = spec.flag();
            let token = context.inputs.secret_text(spec)?;
            let line = Zeroizing::new(format!(
                "Bearer {}",
                token.expose_str().unwrap_or_default().trim()
            ));
            let bad = |_| Error::input(Code::BadSecret, flag, "cannot stand in a header");
            let mut value = HeaderValue::from_str(&line).map_err(bad)?;
            value.set_sensitive(true);
            if headers.insert(AUTHORIZATION, value).is_some() {
                return Err(Error::usage(
                    flag,
                    "and --http-headers both have Authorization",
                ));
            }
        }
        Ok(headers)
    }

    fn identity(&self, context: &Context<'_>) -> Result<Option<Secret>, Error> {
        let (Some(cert), Some(spec)) = (&self.fetching.client_cert, &self.fetching.client_key)
        else {
            return Ok(None);
        };
        let certificate = context.inputs.content(cert, MAX_FILE)?;
        check_certificates(certificate.expose(), cert)?;
        let file = context.inputs.key_file(spec)?;
        let bad = |why: String| Error::input(Code::BadKey, spec, why);
        let [key] = &file.keys[..] else {
            return Err(bad("has more than one key, or none".into()));
        };
        let der = to_pkcs8(key).map_err(|why| bad(why.into()))?;
        check_identity(certificate.expose(), der.expose()).map_err(bad)?;
        let key = pem("PRIVATE KEY", der.expose());
        Ok(Some(Secret::new(
            [certificate.expose(), b"\n", key.expose()].concat(),
        )))
    }
}

/// The error for a text that is not a URL, and may be the name of a file.
fn file_instead(error: Error, text: &str) -> Error {
    if error.hints().is_empty() && !text.contains("://") && std::path::Path::new(text).is_file() {
        return error.hint(format!("that is a file: --jwks {text}"));
    }
    error
}

/// The cache. If it cannot be trusted, the call does without it, with a warning; with `--offline`
/// that is an error.
pub fn cache(context: &Context<'_>) -> Result<Option<Cache>, Error> {
    let Some(path) = cache_dir(context) else {
        context
            .output
            .detail("there is no home directory, so nothing is cached");
        return Ok(None);
    };
    match Cache::open(&path) {
        Ok(cache) => Ok(Some(cache)),
        Err(error) if context.offline => Err(error),
        Err(error) => {
            context
                .output
                .warn(&format!("the cache is ignored: {error}"));
            Ok(None)
        }
    }
}

/// The cache directory: the one of `--cache-dir`, or the platform's for this user.
pub fn cache_dir(context: &Context<'_>) -> Option<PathBuf> {
    context.cache_dir.clone().or_else(platform_cache_dir)
}

/// The directory that the platform has for caches.
pub fn platform_cache_dir() -> Option<PathBuf> {
    // Without HOME, the home directory in the user database is not used: the caller may have left
    // it out on purpose.
    let homeless = cfg!(unix)
        && variable("HOME")
            .or_else(|| variable("XDG_CACHE_HOME"))
            .is_none();
    let found = directories::ProjectDirs::from("", "", "jwtctl").filter(|_| !homeless);
    found.map(|it| it.cache_dir().to_owned())
}

/// The trust context of `address` when no flag says otherwise.
pub fn plain_context(address: &Address) -> TrustContext {
    Settings::default().context(address)
}

/// A remote key set of `source`.
pub fn remote<'a>(
    source: Source,
    network: &Network,
    http: &'a Http<'_>,
    store: Option<&'a SharedCache>,
    context: &Context<'_>,
) -> Result<Remote<'a>, Error> {
    Ok(Remote::new(source, cache(context)?, http, network.options(context)?).sharing(store))
}

/// Fetches the whole set of `source`, and returns what `pick` takes from it.
pub fn set<T>(
    source: Source,
    network: &Network,
    context: &Context<'_>,
    pick: impl FnOnce(&FetchedSet, Provenance) -> T,
) -> Result<T, Error> {
    let http = network.http(Some(source.address()), context)?;
    let store = network.store(context)?;
    set_through(source, network, &http, store.as_ref(), context, pick)
}

/// The whole set of `source` through a given connection and shared cache, for calls with several
/// sources: files that the flags name may be readable only once.
pub fn set_through<T>(
    source: Source,
    network: &Network,
    http: &Http<'_>,
    store: Option<&SharedCache>,
    context: &Context<'_>,
    pick: impl FnOnce(&FetchedSet, Provenance) -> T,
) -> Result<T, Error> {
    let mut remote = remote(source, network, http, store, context)?;
    let picked = remote
        .set(&context.env)
        .map(|(set, provenance)| pick(set, provenance));
    remote
        .warnings()
        .iter()
        .for_each(|warning| context.output.warn(warning));
    picked
}
