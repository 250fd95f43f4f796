//! The key cache that many machines share, on the command line.

use clap::ValueEnum;
use jwtctl::core::error::Error;
use jwtctl::core::hint::RedisUse;
use jwtctl::core::shared::{self, RecordTrust, SharedCache};

use super::super::Context;
use super::super::input::{Login, RedisUrl, SecretSpec, variable};

/// The flag that names the store, and the prefix of the other flags about it.
const FLAG: &str = "--cache-store";

/// The variable that may name the store, password included.
const URL_VARIABLE: &str = "JWTCTL_CACHE_STORE";

/// The variable that may name the file of its key.
const KEY_VARIABLE: &str = "JWTCTL_CACHE_STORE_KEY_FILE";

/// A Redis through which machines share what one of them has fetched.
#[derive(clap::Args)]
#[command(next_help_heading = "Shared cache")]
pub struct Shared {
    /// What the local cache lacks is looked for in this Redis, and one machine fetches for all:
    /// redis://HOST:PORT/DB, rediss://…, unix:///PATH, or env:NAME for a variable that holds
    /// the URL [env: JWTCTL_CACHE_STORE]
    #[arg(long, value_name = "REDIS_URL")]
    cache_store: Option<RedisUrl>,
    /// At least 32 random bytes that all machines have and Redis has not: they authenticate what
    /// is shared. Give two while they are exchanged; the first one writes [env:
    /// JWTCTL_CACHE_STORE_KEY_FILE]
    #[arg(long, value_name = "KEYSPEC", allow_hyphen_values = true)]
    cache_store_key: Vec<SecretSpec>,
    /// Do without such a key: every client that can write to that Redis then decides which tokens
    /// are valid
    #[arg(long, conflicts_with = "cache_store_key")]
    cache_store_trust: bool,
    /// What is kept there: native, or jose for {"jwks":…,"uat":…} under jwtctl:jose:1:URL, which
    /// Node services can share, without a MAC
    #[arg(
        long,
        value_enum,
        default_value = "native",
        hide_possible_values = true,
        value_name = "native|jose"
    )]
    cache_store_format: Format,
    /// Log in to that Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N
    #[arg(long, value_name = "KEYSPEC", allow_hyphen_values = true)]
    cache_store_password_from: Option<SecretSpec>,
    /// Accept that Redis if its certificate leads to one of these (PEM), instead of the system's
    /// (rediss://)
    #[arg(long, value_name = "FILE")]
    cache_store_ca: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Native,
    Jose,
}

impl Shared {
    /// The store, if one is named. Opens nothing yet.
    pub fn store(&self, context: &Context<'_>) -> Result<Option<SharedCache>, Error> {
        if context.offline {
            return match &self.cache_store {
                Some(_) => Err(Error::usage(FLAG, "has no meaning together with --offline")),
                None => Ok(None),
            };
        }
        let login = Login {
            flags: FLAG,
            server: RedisUse::SharedCache,
            password_from: self.cache_store_password_from.as_ref(),
            ca: self.cache_store_ca.as_deref(),
            allow_plaintext: None,
        };
        if self.cache_store.is_none() && variable(URL_VARIABLE).is_none() {
            return match context.typed.first_of::<Self>() {
                Some(flag) => Err(Error::usage(flag, "needs --cache-store URL")),
                None => Ok(None),
            };
        }
        let from_environment = format!("env:{URL_VARIABLE}");
        let url = self.cache_store.as_deref().unwrap_or(&from_environment);
        let target = context.inputs.redis(Some(url), FLAG, login)?;
        let format = match self.cache_store_format {
            Format::Native => shared::RecordFormat::Native,
            Format::Jose => shared::RecordFormat::Jose,
        };
        SharedCache::new(target, self.trust(context)?, format, FLAG).map(Some)
    }

    fn trust(&self, context: &Context<'_>) -> Result<RecordTrust, Error> {
        if self.cache_store_format == Format::Jose {
            return match self.cache_store_key.is_empty() {
                true => Ok(RecordTrust::Blind),
                false => Err(Error::usage(
                    "--cache-store-key",
                    "cannot authenticate --cache-store-format jose",
                )),
            };
        }
        if self.cache_store_trust {
            return Ok(RecordTrust::Blind);
        }
        let inherited = variable(KEY_VARIABLE).filter(|_| self.cache_store_key.is_empty());
        if inherited.as_deref() == Some("-") {
            return Err(Error::usage(KEY_VARIABLE, "cannot be standard input")
                .hint("name a file, env:NAME or fd:N"));
        }
        let inherited = inherited.map(|text| SecretSpec::new("--cache-store-key", text));
        let specs: Vec<&SecretSpec> = self.cache_store_key.iter().chain(&inherited).collect();
        if specs.is_empty() {
            let why = "whoever can write there would decide which tokens are valid, so what is shared needs a key";
            let error = Error::usage("--cache-store", why)
                .hint("name one: --cache-store-key FILE (openssl rand -hex 32 > FILE)");
            return Err(error.hint("or trust everybody who can write there: --cache-store-trust"));
        }
        let keys = specs
            .into_iter()
            .map(|spec| context.inputs.store_key(spec))
            .collect::<Result<_, _>>()?;
        Ok(RecordTrust::Keys(keys))
    }
}
