//! One entry of the cache: its fields, its text, and how old it is.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::super::env::{Boot, Env};
use super::super::json::Json;
use super::super::key::sha256_hex;
use super::published::{LeftOut, PublishedError};
use super::trust::TrustContext;

/// The version of the format. `cache prune` leaves entries of another version in place; a refresh
/// of the same slot replaces them.
const VERSION: u32 = 1;

/// Octets of the largest entry that is read.
pub const MAX_ENTRY: u64 = 1024 * 1024;

/// Milliseconds that a time in the cache may be ahead of this machine's clock.
pub const MAX_AHEAD_MS: i64 = 60_000;

/// What the server said about caching (RFC 9111), as far as it matters for keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Http {
    /// `ETag`, with which to ask again.
    pub etag: Option<String>,
    /// `Last-Modified`, likewise.
    pub last_modified: Option<String>,
    /// `Date`, in milliseconds since 1970.
    pub date_ms: Option<i64>,
    /// `Age` in seconds.
    pub age_s: Option<i64>,
    /// The lifetime in seconds by `max-age` or `Expires`.
    pub max_age_s: Option<i64>,
    /// `no-store`
    #[serde(default)]
    pub no_store: bool,
    /// `no-cache`
    #[serde(default)]
    pub no_cache: bool,
    /// `must-revalidate`
    #[serde(default)]
    pub must_revalidate: bool,
    /// `stale-if-error` in seconds (RFC 5861).
    pub stale_if_error_s: Option<i64>,
}

/// Where the content of an entry came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntrySource {
    /// This machine fetched it.
    Fetch,
    /// It was imported from a file.
    Import,
    /// Another machine fetched it, and shared it.
    Store,
}

impl EntrySource {
    /// The name in reports of the place that the keys are from.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fetch => "cache",
            Self::Import => "import",
            Self::Store => "store",
        }
    }
}

/// The state of an entry by its age alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// To be used without asking the server.
    Fresh,
    /// To be used only if the server is out of reach.
    Stale,
    /// Not to be used.
    Expired,
}

impl Freshness {
    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Stale => "stale",
            Self::Expired => "expired",
        }
    }
}

/// A validated document with its times, all in milliseconds since 1970.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// The format's version.
    pub v: u32,
    /// The URL it is from, or the issuer of a discovery document.
    pub url: String,
    /// The trust context that it was fetched under.
    pub ctx: TrustContext,
    /// The issuer whose discovery document named this URL; of a discovery document, its own issuer.
    #[serde(default)]
    pub issuer: Option<String>,
    /// The key set; of a discovery document, its `issuer` and `jwks_uri`.
    #[serde(rename = "jwks")]
    pub content: Box<RawValue>,
    /// What was left out of the set.
    #[serde(default)]
    pub dropped: Vec<LeftOut>,
    /// SHA-256 of the content's text, in hex.
    pub jwks_sha256: String,
    /// When the request was sent: an answer never replaces one that was asked for later.
    pub requested_at_ms: i64,
    /// When it was last known to be right: a validated 200 or a matching 304.
    pub fetched_at_ms: i64,
    /// Until when it is fresh.
    pub expires_at_ms: i64,
    /// Until when it may be used while the server is out of reach.
    pub stale_until_ms: i64,
    /// What the server said about caching.
    #[serde(default)]
    pub http: Http,
    /// `fetched_at_ms` by the clock that counts from the machine's start and cannot be set back.
    #[serde(default)]
    pub boot: Option<Boot>,
    /// How it got into the cache.
    pub provenance: EntrySource,
    /// The program that wrote it.
    #[serde(default)]
    pub writer: String,
}

/// Why an entry is not used. Its words are a phrase to follow the entry's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// It is shorter than any entry.
    #[error("is cut short")]
    CutShort,
    /// Its checksum does not hold.
    #[error("is damaged (its checksum is wrong)")]
    Damaged,
    /// Another version of jwtctl has written it, and may still use it.
    #[error("is in format {0}, which this jwtctl does not know")]
    Version(u32),
    /// Its members are not those of an entry.
    #[error("is not an entry: {0}")]
    Malformed(String),
    /// It is larger than any entry.
    #[error("is larger than {0} bytes")]
    TooLarge(u64),
    /// It was copied from elsewhere.
    #[error("belongs to another URL or trust context")]
    Foreign,
    /// It claims to be from the future.
    #[error("claims to be from the future")]
    Future,
    /// Others could have changed it.
    #[error("{0}")]
    Unsafe(String),
    /// The system does not let it be read.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// In a shared cache: what its document lacks to be kept.
    #[error(transparent)]
    Unfit(#[from] PublishedError),
    /// In a shared cache: why the record is not authentic or not well-formed.
    #[error("{0}")]
    NotBelieved(String),
}

/// The times and circumstances of new content.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// See [`Entry::requested_at_ms`].
    pub requested_at_ms: i64,
    /// See [`Entry::fetched_at_ms`].
    pub fetched_at_ms: i64,
    /// See [`Entry::expires_at_ms`].
    pub expires_at_ms: i64,
    /// See [`Entry::stale_until_ms`].
    pub stale_until_ms: i64,
    /// See [`Entry::boot`].
    pub boot: Option<Boot>,
    /// See [`Entry::provenance`].
    pub provenance: EntrySource,
}

impl Entry {
    /// An entry of `content`, which is JSON text, for `url` under `ctx`.
    ///
    /// # Errors
    /// [`EntryError::Malformed`] when `content` is not JSON after all.
    pub fn new(
        url: &str,
        ctx: impl Into<TrustContext>,
        content: String,
        stamp: Stamp,
    ) -> Result<Self, EntryError> {
        let jwks_sha256 = sha256_hex(&[content.as_bytes()]);
        let content = RawValue::from_string(content)
            .map_err(|error| EntryError::Malformed(error.to_string()))?;
        Ok(Self {
            v: VERSION,
            url: url.into(),
            ctx: ctx.into(),
            issuer: None,
            content,
            dropped: Vec::new(),
            jwks_sha256,
            requested_at_ms: stamp.requested_at_ms,
            fetched_at_ms: stamp.fetched_at_ms,
            expires_at_ms: stamp.expires_at_ms,
            stale_until_ms: stamp.stale_until_ms,
            http: Http::default(),
            boot: stamp.boot,
            provenance: stamp.provenance,
            writer: concat!("jwtctl/", env!("CARGO_PKG_VERSION")).into(),
        })
    }

    /// The file's bytes: a line with the checksum of what follows, then the entry as JSON.
    pub fn to_bytes(&self) -> Vec<u8> {
        let text = self.to_text() + "\n";
        let sum = sha256_hex(&[text.as_bytes()]);
        [sum.as_bytes(), b"\n", text.as_bytes()].concat()
    }

    /// Reads what [`Entry::to_bytes`] wrote. The checksum detects damage, not a forgery.
    ///
    /// # Errors
    /// Why it is not usable.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EntryError> {
        let (sum, text) = bytes.split_at_checked(65).ok_or(EntryError::CutShort)?;
        if sum.last() != Some(&b'\n') || sha256_hex(&[text]).as_bytes() != &sum[..64] {
            return Err(EntryError::Damaged);
        }
        Self::from_text(text)
    }

    /// The key set's URL in the entry of a discovery document; `None` if the document names another
    /// issuer than the entry.
    pub fn jwks_uri(&self) -> Option<String> {
        let json = Json::parse(self.content.get().as_bytes()).ok()?;
        let document = json.as_object()?;
        let names_it = document.text("issuer") == Some(&self.url);
        document
            .text("jwks_uri")
            .filter(|_| names_it)
            .map(String::from)
    }

    /// The entry as JSON.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what [`Entry::to_text`] wrote, without any checksum.
    ///
    /// # Errors
    /// Why it is not usable.
    pub fn from_text(text: &[u8]) -> Result<Self, EntryError> {
        /// The part that every version has.
        #[derive(Deserialize)]
        struct Versioned {
            v: u32,
        }
        match serde_json::from_slice::<Self>(text) {
            Ok(entry) if entry.v == VERSION => Ok(entry),
            Ok(other) => Err(EntryError::Version(other.v)),
            Err(e) => match serde_json::from_slice::<Versioned>(text) {
                Ok(it) if it.v != VERSION => Err(EntryError::Version(it.v)),
                _ => Err(EntryError::Malformed(e.to_string())),
            },
        }
    }

    /// Milliseconds since it was known to be right: by the wall clock or by the clock that cannot
    /// be set back, whichever says more. `None` when it claims to be from the future and so has
    /// no age.
    pub fn age_ms(&self, env: &Env<'_>) -> Option<i64> {
        let by_wall = env.millis().saturating_sub(self.fetched_at_ms);
        if by_wall < -MAX_AHEAD_MS {
            return None;
        }
        let by_boot = self.boot.as_ref().and_then(|then| {
            let now = env.clock.boot()?;
            (now.id == then.id).then(|| now.ms.saturating_sub(then.ms))
        });
        Some(by_wall.max(by_boot.unwrap_or(0)).max(0))
    }

    /// Its freshness. `most_s` limits its freshness lifetime and `grace_s` replaces its grace, both
    /// in seconds.
    pub fn freshness(&self, most_s: Option<i64>, grace_s: Option<i64>, env: &Env<'_>) -> Freshness {
        let ms = |seconds: i64| seconds.max(0).saturating_mul(1000);
        let Some(age) = self.age_ms(env) else {
            return Freshness::Expired;
        };
        let fresh = self.lifetime_ms().min(most_s.map_or(i64::MAX, ms));
        if age < fresh {
            Freshness::Fresh
        } else if age < fresh.saturating_add(grace_s.map_or(self.grace_ms(), ms)) {
            Freshness::Stale
        } else {
            Freshness::Expired
        }
    }

    /// Milliseconds it is fresh for, counted from when it was fetched.
    pub fn lifetime_ms(&self) -> i64 {
        self.expires_at_ms.saturating_sub(self.fetched_at_ms).max(0)
    }

    /// Milliseconds beyond its freshness lifetime for which it may be used stale.
    pub fn grace_ms(&self) -> i64 {
        self.stale_until_ms
            .saturating_sub(self.expires_at_ms)
            .max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    #[test]
    fn what_is_written_is_read_and_damage_is_noticed() {
        let bytes = entry(NOW_MS).to_bytes();
        let read = Entry::from_bytes(&bytes).unwrap();
        assert_eq!(read.to_bytes(), bytes);
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 4;
            assert!(Entry::from_bytes(&damaged).is_err(), "byte {at}");
            assert!(Entry::from_bytes(&bytes[..at]).is_err(), "{at} bytes");
        }
        let mut longer = bytes;
        longer.push(b' ');
        assert!(Entry::from_bytes(&longer).is_err());
    }

    #[test]
    fn other_formats_are_told_from_damage() {
        let text = br#"{"v":2,"new":true}"#;
        let bytes = [sha256_hex(&[text]).as_bytes(), b"\n", text].concat();
        assert_eq!(
            Entry::from_bytes(&bytes).unwrap_err(),
            EntryError::Version(2)
        );
    }

    #[test]
    fn a_clock_that_is_set_back_makes_nothing_younger() {
        let clock = FakeClock::at(NOW_MS);
        let env = clock.env();
        let age = |entry: &Entry| entry.age_ms(&env);
        assert_eq!(age(&entry(NOW_MS - 5000)), Some(5000));
        assert_eq!(age(&entry(NOW_MS + MAX_AHEAD_MS)), Some(0));
        assert_eq!(age(&entry(NOW_MS + MAX_AHEAD_MS + 1)), None);
        assert_eq!(age(&entry(i64::MIN)), Some(i64::MAX));
        assert_eq!(age(&entry(i64::MAX)), None);
        let booted = |id: &str, ms| Entry {
            boot: Some(Boot { id: id.into(), ms }),
            ..entry(NOW_MS)
        };
        assert_eq!(age(&booted("this", BOOT_MS - 700_000)), Some(700_000));
        assert_eq!(age(&booted("that", BOOT_MS - 700_000)), Some(0));
    }
}
