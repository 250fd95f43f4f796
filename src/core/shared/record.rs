//! What is kept in the store: an entry or an attempt under a line with its MAC or checksum; or,
//! for Node services, the two members that they keep themselves.

use aws_lc_rs::hmac;

use super::super::cache::{
    Attempt, CacheKey, DEFAULT_GRACE_S, DEFAULT_TTL_S, DocumentKind, Entry, EntryError,
    EntrySource, PortableFormat, Published, PublishedError, Stamp, TrustContext, UatUnit, document,
    export, uat,
};
use super::super::env::Env;
use super::super::json::Json;
use super::super::key::{hex, sha256_hex, to_hex};
use super::{RecordFormat, RecordTrust};

/// What a record's first line begins with.
const MARK: &str = "jwtctl-store/1 ";

/// What every MAC covers first.
const LABEL: &[u8] = b"jwtctl-store-v1";

/// What follows [`LABEL`] in the MAC of an attempt. In the MAC of an entry the slot's name follows,
/// which is hexadecimal, so that neither can be taken for the other.
const ATTEMPT: &[u8] = b"-attempt";

/// What follows [`LABEL`] in the MAC that names the records of a trust context.
const NAME: &[u8] = b"-name";

/// Octets of the longest first line.
const LONGEST_LINE: usize = 128;

/// Milliseconds that shared keys are used at most while their server is out of reach: as long
/// as any server can ask for.
const LONGEST_GRACE_MS: i64 = 3_600_000;

impl RecordTrust {
    /// `text` under a line with its MAC, as being `what` of the slot `name`; without keys, with its
    /// checksum.
    pub(super) fn vouch(&self, what: &[u8], name: &str, text: &str) -> Vec<u8> {
        let (method, tag) = match self {
            Self::Keys(keys) => (
                "hmac-sha256",
                keys.first()
                    .map_or_else(String::new, |key| mac(key.expose(), what, name, text)),
            ),
            Self::Blind => ("sha256", sha256_hex(&[text.as_bytes()])),
        };
        format!("{MARK}{method} {tag}\n{text}").into_bytes()
    }

    /// The text that [`RecordTrust::vouch`] was given.
    fn check<'b>(&self, what: &[u8], name: &str, bytes: &'b [u8]) -> Result<&'b str, String> {
        let foreign = || "was not written by jwtctl".to_owned();
        let line = bytes
            .iter()
            .take(LONGEST_LINE)
            .position(|byte| *byte == b'\n')
            .ok_or_else(foreign)?;
        let (line, text) = bytes.split_at(line);
        let line = std::str::from_utf8(line)
            .ok()
            .and_then(|line| line.strip_prefix(MARK))
            .ok_or_else(foreign)?;
        let text = std::str::from_utf8(&text[1..]).map_err(|_| foreign())?;
        match (line.split_once(' '), self) {
            (Some(("hmac-sha256", tag)), Self::Keys(keys)) => {
                let tag = hex(tag).ok_or_else(foreign)?;
                let by = |key: &[u8]| {
                    hmac::verify(
                        &hmac::Key::new(hmac::HMAC_SHA256, key),
                        &covered(what, name, text),
                        &tag,
                    )
                };
                match keys.iter().any(|key| by(key.expose()).is_ok()) {
                    true => Ok(text),
                    false => Err("is not authenticated by the key of this shared cache".into()),
                }
            }
            (Some(("hmac-sha256", _)), Self::Blind) => Ok(text),
            (Some(("sha256", sum)), Self::Blind) if sum == sha256_hex(&[text.as_bytes()]) => {
                Ok(text)
            }
            (Some(("sha256", _)), Self::Blind) => Err("is damaged (its checksum is wrong)".into()),
            (Some(("sha256", _)), Self::Keys(_)) => Err("is not authenticated at all".into()),
            _ => Err(foreign()),
        }
    }
}

fn covered(what: &[u8], name: &str, text: &str) -> Vec<u8> {
    [LABEL, what, name.as_bytes(), text.as_bytes()].concat()
}

fn mac(key: &[u8], what: &[u8], name: &str, text: &str) -> String {
    let tag = hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA256, key),
        &covered(what, name, text),
    );
    to_hex(tag.as_ref())
}

/// The name of a slot's records. A trust context is a hash of settings that may hold credentials,
/// and readers of the store must not be able to guess these; so the name is a MAC, unless the trust
/// context is `system`. While keys are exchanged, such records have two names.
pub(super) fn id(slot: &CacheKey, trust: &RecordTrust) -> String {
    match (trust, slot.ctx()) {
        (RecordTrust::Keys(keys), ctx) if !ctx.is_system() => keys
            .first()
            .map_or_else(String::new, |key| mac(key.expose(), NAME, slot.name(), "")),
        _ => slot.name().to_owned(),
    }
}

/// The trust context as a record shows it: left empty where it might reveal credentials. The MAC
/// covers the true one, through the slot's name.
fn shown_ctx(slot: &CacheKey, trust: &RecordTrust) -> TrustContext {
    match (trust, slot.ctx()) {
        (RecordTrust::Keys(_), ctx) if !ctx.is_system() => "".into(),
        (_, ctx) => ctx.clone(),
    }
}

/// The record of an entry.
pub(super) fn write(
    entry: &Entry,
    slot: &CacheKey,
    trust: &RecordTrust,
    format: RecordFormat,
) -> Vec<u8> {
    match format {
        // One entry in a format for one entry.
        RecordFormat::Jose => export(&[entry], &[], PortableFormat::Jose, 0)
            .unwrap_or_default()
            .into_bytes(),
        RecordFormat::Native => {
            let entry = Entry {
                ctx: shown_ctx(slot, trust),
                ..entry.clone()
            };
            trust.vouch(b"", slot.name(), &entry.to_text())
        }
    }
}

/// Reads what [`write`] or a Node service wrote.
pub(super) fn read(
    bytes: &[u8],
    slot: &CacheKey,
    trust: &RecordTrust,
    format: RecordFormat,
    env: &Env<'_>,
) -> Result<Box<Entry>, EntryError> {
    let entry = match format {
        RecordFormat::Jose => of_node(bytes, slot, env)?,
        RecordFormat::Native => {
            let text = trust.check(b"", slot.name(), bytes);
            let text = text.map_err(EntryError::NotBelieved)?;
            let entry = Entry::from_text(text.as_bytes())?;
            if entry.url != slot.url() || entry.ctx != shown_ctx(slot, trust) {
                return Err(EntryError::Foreign);
            }
            vetted(entry, slot)?
        }
    };
    match entry.age_ms(env) {
        Some(_) => Ok(Box::new(entry)),
        None => Err(EntryError::Future),
    }
}

/// The entry of the two members that Node services keep, with the defaults for everything else.
fn of_node(bytes: &[u8], slot: &CacheKey, env: &Env<'_>) -> Result<Entry, EntryError> {
    let unlike = |why: &str| EntryError::NotBelieved(why.to_owned());
    let Json::Object(object) = document(bytes).map_err(PublishedError::from)? else {
        return Err(unlike("is not a JSON object"));
    };
    let (Some(jwks), Some(time)) = (object.member("jwks"), object.member("uat")) else {
        return Err(unlike("has no \"jwks\" and \"uat\""));
    };
    let fetched_at_ms = uat(time, UatUnit::Millis, env.millis())
        .map_err(|why| unlike(&format!("has a \"uat\" that {why}")))?;
    let published = Published::from_json(jwks.clone())?;
    let expires_at_ms = fetched_at_ms.saturating_add(DEFAULT_TTL_S * 1000);
    let stamp = Stamp {
        requested_at_ms: fetched_at_ms,
        fetched_at_ms,
        expires_at_ms,
        stale_until_ms: expires_at_ms.saturating_add(DEFAULT_GRACE_S * 1000),
        boot: None,
        provenance: EntrySource::Store,
    };
    Ok(Entry {
        dropped: published.dropped,
        ..Entry::new(slot.url(), slot.ctx(), published.jwks, stamp)?
    })
}

/// The record of an attempt.
pub(super) fn write_attempt(attempt: &Attempt, slot: &CacheKey, trust: &RecordTrust) -> Vec<u8> {
    trust.vouch(
        ATTEMPT,
        slot.name(),
        &String::from_utf8_lossy(&attempt.to_bytes()),
    )
}

/// Reads what [`write_attempt`] wrote; `None` for anything else.
pub(super) fn read_attempt(
    bytes: &[u8],
    slot: &CacheKey,
    trust: &RecordTrust,
    env: &Env<'_>,
) -> Option<Attempt> {
    Attempt::from_bytes(
        trust.check(ATTEMPT, slot.name(), bytes).ok()?.as_bytes(),
        env.millis(),
    )
}

/// Filters an entry like one from the network, and limits its times to those that such an entry
/// could have.
fn vetted(entry: Entry, slot: &CacheKey) -> Result<Entry, EntryError> {
    let (content, left_out) = match slot.kind() {
        DocumentKind::Jwks => {
            Published::parse(entry.content.get().as_bytes()).map(|it| (it.jwks, it.dropped))?
        }
        DocumentKind::Discovery => {
            let read = document(entry.content.get().as_bytes()).map_err(PublishedError::from)?;
            (read.to_text(), Vec::new())
        }
    };
    let latest = entry
        .fetched_at_ms
        .saturating_add(slot.kind().longest_s().saturating_mul(1000));
    let expires_at_ms = entry.expires_at_ms.min(latest);
    let stamp = Stamp {
        requested_at_ms: entry.requested_at_ms.min(entry.fetched_at_ms),
        fetched_at_ms: entry.fetched_at_ms,
        expires_at_ms,
        stale_until_ms: entry
            .stale_until_ms
            .min(expires_at_ms.saturating_add(LONGEST_GRACE_MS)),
        boot: entry.boot,
        provenance: EntrySource::Store,
    };
    let mut vetted = Entry::new(slot.url(), slot.ctx(), content, stamp)?;
    vetted.dropped = if left_out.is_empty() {
        entry.dropped
    } else {
        left_out
    };
    (vetted.issuer, vetted.http, vetted.writer) = (entry.issuer, entry.http, entry.writer);
    Ok(vetted)
}

#[cfg(test)]
mod tests {
    use super::super::super::cache::testing::*;
    use super::super::super::cache::{FetchOutcome, FetchReason};
    use super::super::super::secret::Secret;
    use super::*;

    const OKP: &str = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"a"}"#;

    fn slot() -> CacheKey {
        CacheKey::new(DocumentKind::Jwks, URL, "system")
    }

    fn keyed(keys: &[u8]) -> RecordTrust {
        RecordTrust::Keys(
            keys.iter()
                .map(|byte| Secret::new(vec![*byte; 32]))
                .collect(),
        )
    }

    /// An entry of these keys, fetched `age` milliseconds ago.
    fn fetched(keys: &str, age: i64) -> Entry {
        let like = entry(NOW_MS - age);
        let stamp = Stamp {
            requested_at_ms: like.requested_at_ms,
            fetched_at_ms: like.fetched_at_ms,
            expires_at_ms: like.expires_at_ms,
            stale_until_ms: like.stale_until_ms,
            boot: None,
            provenance: EntrySource::Fetch,
        };
        Entry::new(URL, "system", format!(r#"{{"keys":[{keys}]}}"#), stamp).unwrap()
    }

    fn native(bytes: &[u8], trust: &RecordTrust) -> Result<Box<Entry>, EntryError> {
        read(
            bytes,
            &slot(),
            trust,
            RecordFormat::Native,
            &FakeClock::at(NOW_MS).env(),
        )
    }

    #[test]
    fn what_is_vouched_for_is_read_and_nothing_else() {
        let trust = keyed(&[1]);
        let bytes = write(&fetched(OKP, 5000), &slot(), &trust, RecordFormat::Native);
        let entry = native(&bytes, &trust).unwrap();
        assert_eq!(
            (entry.provenance, entry.fetched_at_ms),
            (EntrySource::Store, NOW_MS - 5000)
        );
        assert_eq!(entry.content.get(), format!(r#"{{"keys":[{OKP}]}}"#));
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            assert!(native(&damaged, &trust).is_err(), "byte {at}");
            assert!(native(&bytes[..at], &trust).is_err(), "{at} bytes");
        }
        assert!(native(&[&bytes[..], b" "].concat(), &trust).is_err());
    }

    #[test]
    fn keys_are_exchanged_by_having_two_for_a_while() {
        let old = write(
            &fetched(OKP, 0),
            &slot(),
            &keyed(&[1]),
            RecordFormat::Native,
        );
        assert!(
            native(&old, &keyed(&[2]))
                .unwrap_err()
                .to_string()
                .contains("the key of this shared cache")
        );
        assert!(native(&old, &keyed(&[2, 1])).is_ok());
        // The first of them is the one that writes.
        let new = write(
            &fetched(OKP, 0),
            &slot(),
            &keyed(&[2, 1]),
            RecordFormat::Native,
        );
        assert!(native(&new, &keyed(&[2])).is_ok() && native(&new, &keyed(&[1])).is_err());
        assert!(native(&new, &RecordTrust::Keys(Vec::new())).is_err());
    }

    #[test]
    fn a_record_is_good_for_its_own_place_alone() {
        let trust = keyed(&[1]);
        let env = FakeClock::at(NOW_MS);
        let env = env.env();
        let bytes = write(&fetched(OKP, 0), &slot(), &trust, RecordFormat::Native);
        for other in [
            CacheKey::new(DocumentKind::Jwks, "https://b.example/", "system"),
            CacheKey::new(DocumentKind::Jwks, URL, "other"),
        ] {
            assert!(read(&bytes, &other, &trust, RecordFormat::Native, &env).is_err());
            // Nor without a MAC that covers the name.
            let blind = write(
                &fetched(OKP, 0),
                &slot(),
                &RecordTrust::Blind,
                RecordFormat::Native,
            );
            assert!(
                read(
                    &blind,
                    &other,
                    &RecordTrust::Blind,
                    RecordFormat::Native,
                    &env
                )
                .unwrap_err()
                .to_string()
                .contains("another URL")
            );
        }
        // An entry is no attempt, and the reverse.
        assert!(read_attempt(&bytes, &slot(), &trust, &env).is_none());
        let attempt = Attempt::success(FetchOutcome::Ok, FetchReason::Cold, NOW_MS);
        let bytes = write_attempt(&attempt, &slot(), &trust);
        assert_eq!(read_attempt(&bytes, &slot(), &trust, &env), Some(attempt));
        assert!(read_attempt(&bytes, &slot(), &keyed(&[2]), &env).is_none());
        assert!(native(&bytes, &trust).is_err());
    }

    #[test]
    fn without_keys_damage_is_all_that_is_noticed() {
        let bytes = write(
            &fetched(OKP, 0),
            &slot(),
            &RecordTrust::Blind,
            RecordFormat::Native,
        );
        assert!(native(&bytes, &RecordTrust::Blind).is_ok());
        assert!(
            native(&bytes, &keyed(&[1]))
                .unwrap_err()
                .to_string()
                .contains("not authenticated")
        );
        let mut damaged = bytes;
        *damaged.last_mut().unwrap() = b' ';
        assert!(
            native(&damaged, &RecordTrust::Blind)
                .unwrap_err()
                .to_string()
                .contains("damaged")
        );
        // Others' MACs are of no use without a key, and of no harm.
        assert!(
            native(
                &write(
                    &fetched(OKP, 0),
                    &slot(),
                    &keyed(&[9]),
                    RecordFormat::Native
                ),
                &RecordTrust::Blind
            )
            .is_ok()
        );
        for text in [
            &b""[..],
            b"\n",
            b"{}",
            b"jwtctl-store/1 \n{}",
            b"jwtctl-store/1 md5 00\n{}",
            b"\xff\n\xff",
        ] {
            assert!(
                native(text, &RecordTrust::Blind).is_err() && native(text, &keyed(&[1])).is_err(),
                "{text:?}"
            );
        }
    }

    #[test]
    fn what_is_shared_goes_through_the_filters_and_lives_no_longer() {
        let trust = keyed(&[1]);
        let seen =
            |entry: &Entry| native(&write(entry, &slot(), &trust, RecordFormat::Native), &trust);
        let secret = seen(&fetched(&format!(r#"{OKP},{{"kty":"oct","k":"AAAA"}}"#), 0)).unwrap();
        assert!(!secret.content.get().contains("AAAA") && secret.dropped.len() == 1);
        let eternal = Entry {
            expires_at_ms: i64::MAX,
            stale_until_ms: i64::MAX,
            ..fetched(OKP, 0)
        };
        let eternal = seen(&eternal).unwrap();
        assert_eq!(
            (eternal.lifetime_ms(), eternal.grace_ms()),
            (3_600_000, 3_600_000)
        );
        assert!(
            seen(&fetched(OKP, -60_001))
                .unwrap_err()
                .to_string()
                .contains("future")
        );
        let ahead = seen(&Entry {
            requested_at_ms: i64::MAX,
            ..fetched(OKP, 0)
        })
        .unwrap();
        assert_eq!(ahead.requested_at_ms, NOW_MS);
    }

    #[test]
    fn a_trust_setting_is_not_left_to_guesses() {
        let (plain, other) = (
            slot(),
            CacheKey::new(DocumentKind::Jwks, URL, "a hash of a password"),
        );
        assert_eq!(id(&plain, &keyed(&[1])), plain.name());
        let (first, second) = (id(&other, &keyed(&[1, 2])), id(&other, &keyed(&[2, 1])));
        assert!(first != second && first != other.name() && first.len() == 64);
        let entry = Entry {
            ctx: other.ctx().clone(),
            ..fetched(OKP, 0)
        };
        let bytes = write(&entry, &other, &keyed(&[1]), RecordFormat::Native);
        assert!(!String::from_utf8_lossy(&bytes).contains("password"));
        let env = FakeClock::at(NOW_MS);
        let read = |slot: &CacheKey| {
            read(
                &bytes,
                slot,
                &keyed(&[2, 1]),
                RecordFormat::Native,
                &env.env(),
            )
        };
        assert_eq!(&read(&other).unwrap().ctx, other.ctx());
        assert!(
            read(&plain).is_err()
                && read(&CacheKey::new(DocumentKind::Jwks, URL, "another")).is_err()
        );
    }

    #[test]
    fn node_services_keep_two_members() {
        let bytes = write(
            &fetched(OKP, 5000),
            &slot(),
            &RecordTrust::Blind,
            RecordFormat::Jose,
        );
        assert_eq!(
            String::from_utf8(bytes.clone()).unwrap(),
            format!(r#"{{"jwks":{{"keys":[{OKP}]}},"uat":{}}}"#, NOW_MS - 5000)
        );
        let jose = |text: &[u8]| {
            read(
                text,
                &slot(),
                &RecordTrust::Blind,
                RecordFormat::Jose,
                &FakeClock::at(NOW_MS).env(),
            )
        };
        let entry = jose(&bytes).unwrap();
        assert_eq!(
            (entry.provenance, entry.fetched_at_ms, entry.lifetime_ms()),
            (EntrySource::Store, NOW_MS - 5000, 600_000)
        );
        // A uat in seconds is one of oauth4webapi, and no library writes one in the future.
        for uat in [NOW_MS / 1000, NOW_MS + 60_001, 0, -1] {
            assert!(
                jose(format!(r#"{{"jwks":{{"keys":[]}},"uat":{uat}}}"#).as_bytes()).is_err(),
                "{uat}"
            );
        }
        // A set of unknown age would be the latest of all.
        for text in ["{}", "", "[]", r#"{"keys":[]}"#, r#"{"jwks":{"keys":[]}}"#] {
            assert!(jose(text.as_bytes()).is_err(), "{text}");
        }
    }
}
