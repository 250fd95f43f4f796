//! Entries of the cache in one file: as a bundle for another machine, or as the npm packages `jose`
//! and `oauth4webapi` keep a key set between runs. `uat`, the time of the fetch, counts
//! milliseconds for `jose` and seconds for `oauth4webapi`. Read as seconds, milliseconds are a time
//! in the far future, and the keys would never expire; so the unit is always checked.

use serde::Serialize;

use super::super::address::{Address, Issuer, redacted};
use super::super::error::{Code, Error};
use super::super::hint::{KeysHint, Parameter};
use super::super::json::{Json, Object};
use super::super::key::sha256_hex;
use super::super::limits::MAX_BUNDLE_ENTRIES;
use super::entry::{Entry, EntrySource, Stamp};
use super::published::Published;
use super::trust::TrustContext;
use super::uat::{UatUnit, uat};
use super::{DEFAULT_GRACE_S, DEFAULT_TTL_S, DocumentKind, TTL_RANGE_S};

/// The `format` of a bundle.
const BUNDLE: &str = "jwtctl-jwks-bundle";
/// The version of that format.
const BUNDLE_VERSION: i64 = 1;

/// The format that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortableFormat {
    /// A bundle: many entries, each with its URL, times and checksum.
    Bundle,
    /// What the npm package `jose` keeps: `uat` in milliseconds.
    Jose,
    /// What the npm package `oauth4webapi` keeps: `uat` in seconds.
    Oauth4webapi,
    /// The key set alone, without a time.
    Jwks,
}

impl PortableFormat {
    /// `uat` in this format's unit; of a bundle and a bare set, milliseconds.
    pub fn uat(self, ms: i64) -> i64 {
        match self {
            Self::Oauth4webapi => ms.div_euclid(1000),
            _ => ms,
        }
    }
}

/// A bundle: the key sets of many entries, and where issuers have said that theirs are.
#[derive(Serialize)]
struct Bundle<'a> {
    format: &'a str,
    v: i64,
    uat_unit: &'a str,
    created_at_ms: i64,
    entries: Vec<BundledSet<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    issuers: Vec<BundledIssuer<'a>>,
}

#[derive(Serialize)]
struct BundledSet<'a> {
    url: &'a str,
    issuer: Option<&'a str>,
    jwks: &'a serde_json::value::RawValue,
    uat: i64,
    expires_at_ms: i64,
    etag: Option<&'a str>,
    jwks_sha256: &'a str,
}

#[derive(Serialize)]
struct BundledIssuer<'a> {
    issuer: &'a str,
    jwks_uri: String,
    uat: i64,
    expires_at_ms: i64,
}

impl<'a> BundledSet<'a> {
    fn of(entry: &'a Entry) -> Self {
        Self {
            url: &entry.url,
            issuer: entry.issuer.as_deref(),
            jwks: &entry.content,
            uat: entry.fetched_at_ms,
            expires_at_ms: entry.expires_at_ms,
            etag: entry.http.etag.as_deref(),
            jwks_sha256: &entry.jwks_sha256,
        }
    }
}

impl<'a> BundledIssuer<'a> {
    fn of(document: &'a Entry) -> Option<Self> {
        Some(Self {
            issuer: &document.url,
            jwks_uri: document.jwks_uri()?,
            uat: document.fetched_at_ms,
            expires_at_ms: document.expires_at_ms,
        })
    }
}

/// Writes the entries of key sets as one JSON text, and in a bundle the `documents` of issuers that
/// lead to them.
///
/// # Errors
/// [`Code::Usage`] when a format for one entry is to hold more or none.
pub fn export(
    entries: &[&Entry],
    documents: &[&Entry],
    format: PortableFormat,
    now_ms: i64,
) -> Result<String, Error> {
    #[derive(Serialize)]
    struct Single<'a> {
        jwks: &'a serde_json::value::RawValue,
        uat: i64,
    }
    let text = match (format, entries) {
        (PortableFormat::Bundle, _) => serde_json::to_string(&Bundle {
            format: BUNDLE,
            v: BUNDLE_VERSION,
            uat_unit: "ms",
            created_at_ms: now_ms,
            entries: entries.iter().map(|it| BundledSet::of(it)).collect(),
            issuers: documents
                .iter()
                .filter_map(|it| BundledIssuer::of(it))
                .collect(),
        }),
        (PortableFormat::Jwks, [entry]) => Ok(entry.content.get().to_owned()),
        (_, [entry]) => serde_json::to_string(&Single {
            jwks: &entry.content,
            uat: format.uat(entry.fetched_at_ms),
        }),
        (_, other) => {
            let why = format!(
                "this format holds one key set, and {} are meant",
                other.len()
            );
            return Err(Error::usage(Parameter::ExportFormat, why).hint(KeysHint::OneUrlOrBundle));
        }
    };
    text.map_err(|e| Error::input(Code::BadInput, "the cache", e.to_string()))
}

/// What the caller adds to a file that is imported.
#[derive(Clone, Copy)]
pub struct Binding<'a> {
    /// The URL of a file that does not name its own: only the operator can say whose keys they
    /// are.
    pub url: Option<&'a Address>,
    /// The trust context under which keys from a URL are imported.
    pub ctx: &'a dyn Fn(&Address) -> TrustContext,
    /// The unit of `uat`.
    pub unit: UatUnit,
    /// Whether to take the keys as expired, to be asked for again before use.
    pub reset_uat: bool,
}

/// An entry of a bundle that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Its URL, without the query.
    pub url: String,
    /// What is wrong with it, in a phrase.
    pub why: String,
}

/// What was read from a file.
#[derive(Debug, Default)]
pub struct Imported {
    /// Sound entries of key sets, as old as they say.
    pub entries: Vec<Entry>,
    /// Sound documents of issuers, which say where their key sets are.
    pub documents: Vec<Entry>,
    /// Items that were left out, and why.
    pub skipped: Vec<Skipped>,
}

/// Reads what [`export`] or one of the libraries wrote. Importing never makes an entry live longer,
/// and keys go through the same filter as fetched ones.
///
/// # Errors
/// [`Code::BadInput`] when the file is of another kind or its one entry is unsound; [`Code::Usage`] when the
/// URL is missing, or is given for a bundle, which names its own.
pub fn import(bytes: &[u8], binding: Binding<'_>, now_ms: i64) -> Result<Imported, Error> {
    let bad = |why: String| Error::input(Code::BadInput, "the file", why);
    let Json::Object(object) =
        Json::parse(bytes).map_err(|why| bad(format!("is not JSON: {why}")))?
    else {
        return Err(bad(
            "is not a JSON object, so neither a bundle nor a key set".into(),
        ));
    };
    if object.has("format") || object.has("entries") {
        return import_bundle(&object, binding, now_ms);
    }
    let is_single = object.has("jwks") && object.has("uat");
    if !object.has("keys") && !is_single {
        return Err(bad("has neither \"keys\" nor \"jwks\" and \"uat\"".into()));
    }
    let Some(url) = binding.url else {
        let why = "the file does not say which URL its keys are from";
        return Err(Error::usage(Parameter::ImportUrl, why).hint(KeysHint::NameUrlOfKeys));
    };
    let source = if object.has("keys") {
        BundledKeys {
            jwks: Json::Object(object),
            fetched_at_ms: None,
            expires_at_ms: None,
            etag: None,
            issuer: None,
        }
    } else {
        let (Some(jwks), Some(time)) = (object.member("jwks"), object.member("uat")) else {
            return Err(bad("has neither \"keys\" nor \"jwks\" and \"uat\"".into()));
        };
        let fetched_at_ms = uat(time, binding.unit, now_ms)
            .map_err(|why| bad(format!("has a \"uat\" that {why}")))?;
        BundledKeys {
            jwks: jwks.clone(),
            fetched_at_ms: Some(fetched_at_ms),
            expires_at_ms: None,
            etag: None,
            issuer: None,
        }
    };
    let entry = source.entry(url, binding, now_ms).map_err(bad)?;
    Ok(Imported {
        entries: vec![entry],
        ..Imported::default()
    })
}

fn import_bundle(bundle: &Object, binding: Binding<'_>, now_ms: i64) -> Result<Imported, Error> {
    let bad = |why: &str| Error::input(Code::BadInput, "the bundle", why);
    if bundle.text("format") != Some(BUNDLE) {
        return Err(bad("is of a format that this jwtctl does not know"));
    }
    match bundle.member("v") {
        Some(version) if version.same(&BUNDLE_VERSION.into()) => {}
        Some(Json::Number(version)) => {
            let why =
                format!("is of version {version}, and this jwtctl reads version {BUNDLE_VERSION}");
            return Err(bad(&why).hint("use the jwtctl that wrote it, or a newer one"));
        }
        _ => return Err(bad("has no version \"v\"")),
    }
    if bundle.text("uat_unit") != Some("ms") || binding.unit == UatUnit::Seconds {
        return Err(bad("does not count in milliseconds, as a bundle does"));
    }
    if binding.url.is_some() {
        return Err(Error::usage(
            Parameter::ImportUrl,
            "a bundle names its own URLs",
        ));
    }
    let Some(Json::Array(items)) = bundle.member("entries") else {
        return Err(bad("has no array \"entries\""));
    };
    if items.len() > MAX_BUNDLE_ENTRIES {
        let count = items.len();
        return Err(bad(&format!(
            "has {count} entries, more than {MAX_BUNDLE_ENTRIES}"
        )));
    }
    let mut imported = Imported::default();
    for item in items {
        match import_bundled(item, binding, now_ms) {
            Ok(entry) => imported.entries.push(entry),
            Err(why) => imported.skipped.push(Skipped {
                url: redacted(
                    item.as_object()
                        .and_then(|it| it.text("url"))
                        .unwrap_or("an entry without a URL"),
                ),
                why,
            }),
        }
    }
    import_issuers(bundle, &mut imported, binding, now_ms)?;
    Ok(imported)
}

/// Reads where issuers have said that their keys are; bundles of earlier versions do not say.
fn import_issuers(
    bundle: &Object,
    imported: &mut Imported,
    binding: Binding<'_>,
    now_ms: i64,
) -> Result<(), Error> {
    let bad = |why: &str| Error::input(Code::BadInput, "the bundle", why);
    let items = match bundle.member("issuers") {
        None => return Ok(()),
        Some(Json::Array(items)) if items.len() <= MAX_BUNDLE_ENTRIES => items,
        Some(_) => return Err(bad("has \"issuers\" that are not an array, or too many")),
    };
    for item in items {
        match import_issuer(item, binding, now_ms) {
            Ok(document) => imported.documents.push(document),
            Err(why) => imported.skipped.push(Skipped {
                url: redacted(
                    item.as_object()
                        .and_then(|it| it.text("issuer"))
                        .unwrap_or("an issuer without a name"),
                ),
                why,
            }),
        }
    }
    Ok(())
}

fn import_issuer(item: &Json, binding: Binding<'_>, now_ms: i64) -> Result<Entry, String> {
    let item = item.as_object().ok_or("is not an object")?;
    let name = item.text("issuer").ok_or("has no \"issuer\"")?;
    let issuer = Issuer::parse(name, true).map_err(|e| e.to_string())?;
    let jwks_uri = item.text("jwks_uri").ok_or("has no \"jwks_uri\"")?;
    Address::learned(jwks_uri, &issuer, true)
        .map_err(|why| format!("has a \"jwks_uri\": {why}"))?;
    let (fetched_at_ms, told) = times(item, now_ms)?;
    let most = DocumentKind::Discovery.longest_s().saturating_mul(1000);
    let expires_at_ms = if binding.reset_uat {
        fetched_at_ms
    } else {
        told.clamp(fetched_at_ms, fetched_at_ms.saturating_add(most))
    };
    let document = Object(vec![
        ("issuer".into(), name.into()),
        ("jwks_uri".into(), jwks_uri.into()),
    ]);
    let ctx = (binding.ctx)(issuer.address());
    let stamp = Stamp::imported(fetched_at_ms, expires_at_ms);
    let text = Json::from(document).to_text();
    let mut entry = Entry::new(name, ctx, text, stamp).map_err(|why| why.to_string())?;
    entry.issuer = Some(name.into());
    Ok(entry)
}

/// When an item of a bundle was fetched, and when it expires.
fn times(item: &Object, now_ms: i64) -> Result<(i64, i64), String> {
    let time = item.member("uat").ok_or("has no \"uat\"")?;
    let fetched_at_ms =
        uat(time, UatUnit::Millis, now_ms).map_err(|why| format!("has a \"uat\" that {why}"))?;
    match item.member("expires_at_ms") {
        Some(Json::Number(text)) => match text.parse() {
            Ok(expires_at_ms) => Ok((fetched_at_ms, expires_at_ms)),
            Err(_) => Err("has an \"expires_at_ms\" that is not a whole number".into()),
        },
        _ => Err("has no \"expires_at_ms\"".into()),
    }
}

fn import_bundled(item: &Json, binding: Binding<'_>, now_ms: i64) -> Result<Entry, String> {
    let item = item.as_object().ok_or("is not an object")?;
    let url = item.text("url").ok_or("has no \"url\"")?;
    // An entry for plain http was allowed when it was fetched.
    let address = Address::parse(url, true).map_err(|e| e.to_string())?;
    if address.as_str() != url {
        return Err("has a URL that is not in its normal form".into());
    }
    let jwks = item.member("jwks").ok_or("has no \"jwks\"")?;
    if item
        .text("jwks_sha256")
        .is_some_and(|sum| sum != sha256_hex(&[jwks.to_text().as_bytes()]))
    {
        return Err("is damaged (its checksum is wrong)".into());
    }
    let (fetched_at_ms, expires_at_ms) = times(item, now_ms)?;
    let [etag, issuer] = ["etag", "issuer"].map(|name| item.text(name).map(String::from));
    BundledKeys {
        jwks: jwks.clone(),
        fetched_at_ms: Some(fetched_at_ms),
        expires_at_ms: Some(expires_at_ms),
        etag,
        issuer,
    }
    .entry(&address, binding, now_ms)
}

/// What a file says about one set.
struct BundledKeys {
    jwks: Json,
    /// When the set was fetched; `None` of a bare key set, which does not say.
    fetched_at_ms: Option<i64>,
    expires_at_ms: Option<i64>,
    etag: Option<String>,
    issuer: Option<String>,
}

impl BundledKeys {
    fn entry(self, url: &Address, binding: Binding<'_>, now_ms: i64) -> Result<Entry, String> {
        let published = Published::from_json(self.jwks).map_err(|why| why.to_string())?;
        let fetched_at_ms = self.fetched_at_ms.unwrap_or(now_ms);
        let after = |seconds: i64| fetched_at_ms.saturating_add(seconds.saturating_mul(1000));
        let expires_at_ms = match self.expires_at_ms {
            // Keys of unknown age are asked for again before use.
            _ if binding.reset_uat || self.fetched_at_ms.is_none() => fetched_at_ms,
            Some(expires) => expires.clamp(fetched_at_ms, after(*TTL_RANGE_S.end())),
            None => after(DEFAULT_TTL_S),
        };
        let stamp = Stamp::imported(fetched_at_ms, expires_at_ms);
        let ctx = (binding.ctx)(url);
        let mut entry =
            Entry::new(url.as_str(), ctx, published.jwks, stamp).map_err(|why| why.to_string())?;
        (entry.dropped, entry.issuer, entry.http.etag) =
            (published.dropped, self.issuer, self.etag);
        Ok(entry)
    }
}

impl Stamp {
    /// The times of an imported entry. One without a freshness lifetime gets no grace either, so
    /// that it is asked for again before use.
    fn imported(fetched_at_ms: i64, expires_at_ms: i64) -> Self {
        let is_fresh = expires_at_ms > fetched_at_ms;
        let grace_ms = if is_fresh { DEFAULT_GRACE_S * 1000 } else { 0 };
        Self {
            requested_at_ms: fetched_at_ms,
            fetched_at_ms,
            expires_at_ms,
            stale_until_ms: expires_at_ms.saturating_add(grace_ms),
            boot: None,
            provenance: EntrySource::Import,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    const OKP: &str = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"a"}"#;

    fn full(ms: i64) -> Entry {
        let stamp = Stamp {
            requested_at_ms: ms,
            fetched_at_ms: ms,
            expires_at_ms: ms + 3_600_000,
            stale_until_ms: ms + 3_900_000,
            boot: None,
            provenance: EntrySource::Fetch,
        };
        Entry::new(URL, "system", format!(r#"{{"keys":[{OKP}]}}"#), stamp).unwrap()
    }

    fn read(text: &str, unit: UatUnit, reset_uat: bool) -> Result<Entry, Error> {
        let url = Address::parse(URL, false).unwrap();
        let url = (!text.contains("entries")).then_some(&url);
        let imported = import(
            text.as_bytes(),
            Binding {
                url,
                ctx: &|_| "system".into(),
                unit,
                reset_uat,
            },
            NOW_MS,
        )?;
        let first = imported.entries.into_iter().next();
        first.ok_or_else(|| Error::usage("skipped", imported.skipped[0].why.clone()))
    }

    #[test]
    fn a_round_trip_changes_nothing() {
        for format in [
            PortableFormat::Bundle,
            PortableFormat::Jose,
            PortableFormat::Oauth4webapi,
        ] {
            let text = export(&[&full(NOW_MS - 5123)], &[], format, NOW_MS).unwrap();
            let again = read(&text, UatUnit::Auto, false).unwrap();
            assert_eq!(export(&[&again], &[], format, NOW_MS).unwrap(), text);
            assert!(again.lifetime_ms() <= 3_600_000 && again.provenance == EntrySource::Import);
        }
        let jose = format!(r#"{{"jwks":{{"keys":[{OKP}]}},"uat":{}}}"#, NOW_MS - 5123);
        assert_eq!(
            export(&[&full(NOW_MS - 5123)], &[], PortableFormat::Jose, NOW_MS).unwrap(),
            jose
        );
        let seconds = export(
            &[&full(NOW_MS - 5123)],
            &[],
            PortableFormat::Oauth4webapi,
            NOW_MS,
        )
        .unwrap();
        assert!(
            seconds.ends_with(&format!("\"uat\":{}}}", NOW_MS / 1000 - 6)),
            "{seconds}"
        );
    }

    #[test]
    fn a_bundle_has_a_number_of_entries_at_most() {
        let bundle = |count: usize| {
            let items = vec!["0"; count].join(",");
            format!(r#"{{"format":"{BUNDLE}","v":1,"uat_unit":"ms","entries":[{items}]}}"#)
        };
        let why = |count| {
            read(&bundle(count), UatUnit::Auto, false)
                .unwrap_err()
                .to_string()
        };
        assert!(why(MAX_BUNDLE_ENTRIES + 1).contains("more than 10000"));
        assert!(why(1).contains("is not an object"));
    }

    #[test]
    fn a_set_without_a_time_is_not_imported() {
        for text in [
            r#"{"jwks":{"keys":[]},"uat":NaN}"#,
            r#"{"jwks":{"keys":[]}}"#,
            r#"{"uat":1}"#,
            "{}",
            "[]",
            "7",
        ] {
            assert_eq!(
                read(text, UatUnit::Auto, false).unwrap_err().code(),
                Code::BadInput,
                "{text}"
            );
        }
    }

    #[test]
    fn an_import_lengthens_no_life() {
        let long = export(
            &[&Entry {
                expires_at_ms: i64::MAX,
                ..full(NOW_MS - 1000)
            }],
            &[],
            PortableFormat::Bundle,
            NOW_MS,
        )
        .unwrap();
        assert_eq!(
            read(&long, UatUnit::Auto, false).unwrap().lifetime_ms(),
            3_600_000
        );
        let short = export(
            &[&Entry {
                expires_at_ms: i64::MIN,
                ..full(NOW_MS - 1000)
            }],
            &[],
            PortableFormat::Bundle,
            NOW_MS,
        )
        .unwrap();
        assert_eq!(read(&short, UatUnit::Auto, false).unwrap().lifetime_ms(), 0);
        let jose = export(&[&full(NOW_MS - 1000)], &[], PortableFormat::Jose, NOW_MS).unwrap();
        assert_eq!(
            read(&jose, UatUnit::Auto, false).unwrap().lifetime_ms(),
            600_000
        );
        let reset = read(&jose, UatUnit::Auto, true).unwrap();
        assert_eq!((reset.lifetime_ms(), reset.grace_ms()), (0, 0));
        let bare = export(&[&full(NOW_MS)], &[], PortableFormat::Jwks, NOW_MS).unwrap();
        assert_eq!(read(&bare, UatUnit::Auto, false).unwrap().lifetime_ms(), 0);
    }

    #[test]
    fn imported_keys_go_through_the_filter() {
        let text =
            format!(r#"{{"jwks":{{"keys":[{OKP},{{"kty":"oct","k":"AAAA"}}]}},"uat":{NOW_MS}}}"#);
        let entry = read(&text, UatUnit::Auto, false).unwrap();
        assert!(!entry.content.get().contains("AAAA") && entry.dropped.len() == 1);
        let tampered = export(&[&full(NOW_MS)], &[], PortableFormat::Bundle, NOW_MS)
            .unwrap()
            .replace("\"kid\":\"a\"", "\"kid\":\"b\"");
        assert!(
            read(&tampered, UatUnit::Auto, false)
                .unwrap_err()
                .to_string()
                .contains("damaged")
        );
    }

    #[test]
    fn a_file_without_a_url_needs_one() {
        let binding = Binding {
            url: None,
            ctx: &|_| "system".into(),
            unit: UatUnit::Auto,
            reset_uat: false,
        };
        let text = format!(r#"{{"jwks":{{"keys":[]}},"uat":{NOW_MS}}}"#);
        assert_eq!(
            import(text.as_bytes(), binding, NOW_MS).unwrap_err().code(),
            Code::Usage
        );
        assert_eq!(
            export(&[], &[], PortableFormat::Jose, NOW_MS)
                .unwrap_err()
                .code(),
            Code::Usage
        );
    }
}
