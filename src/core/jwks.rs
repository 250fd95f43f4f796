//! Key sets (RFC 7517 §5), and [`Keys`], the trait that verification asks which keys may have
//! signed a token.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::Serialize;

use super::alg::SigAlg;
use super::env::Env;
use super::error::Error;
use super::json::{Json, Object};
use super::key::{Job, Key, KeyError, Misfit, certificate_names, from_der, is_pem, pem_blocks};
use super::limits::{MAX_CANDIDATES, MAX_KEYS};

/// The keys of a set, in its order, and what could not be used.
#[derive(Debug, Default)]
pub struct KeySet {
    /// The usable keys.
    pub keys: Vec<Arc<Key>>,
    /// The elements that are not usable keys: the others can be used all the same.
    pub dropped: Vec<Dropped>,
}

/// An element of a set that is no usable key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dropped {
    /// Its place in the set, from 0.
    pub index: usize,
    /// Its id, as far as it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// What is wrong with it, in a phrase.
    pub why: String,
}

/// Why a JSON value has no keys to look at. A phrase to follow its name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotKeys {
    /// It is of this kind.
    #[error("is {0}, not a JWK or a JWK set")]
    NotAnObject(&'static str),
    /// Its `keys` is of this kind.
    #[error("has \"keys\" that is {0}, not an array")]
    KeysNotAnArray(&'static str),
    /// It is an object of another sort.
    #[error("has neither \"kty\" nor \"keys\", so it is no JWK and no JWK set")]
    AnotherObject,
    /// It has this many keys.
    #[error("has {0} keys, more than {MAX_KEYS}")]
    TooMany(usize),
}

/// The elements of a JWK set as they were published; a single JWK counts as a set of one.
///
/// # Errors
/// [`NotKeys`] when `json` is neither, or the set is too long.
pub fn elements(json: &Json) -> Result<&[Json], NotKeys> {
    let Json::Object(object) = json else {
        return Err(NotKeys::NotAnObject(json.kind()));
    };
    let keys = match object.member("keys") {
        Some(Json::Array(keys)) => keys.as_slice(),
        Some(other) => return Err(NotKeys::KeysNotAnArray(other.kind())),
        None if object.has("kty") => std::slice::from_ref(json),
        None => return Err(NotKeys::AnotherObject),
    };
    if keys.len() > MAX_KEYS {
        return Err(NotKeys::TooMany(keys.len()));
    }
    Ok(keys)
}

impl KeySet {
    /// Reads the object around `keys`.
    ///
    /// # Errors
    /// A phrase when `keys` is missing, is not an array, is there twice, or is too long.
    pub fn from_json(mut set: Object) -> Result<Self, KeyError> {
        let Some(keys) = set.remove("keys") else {
            return Err("has no \"keys\"".into());
        };
        if set.has("keys") {
            return Err("has \"keys\" twice".into());
        }
        let Json::Array(keys) = keys else {
            return Err(format!("has \"keys\" that is {}, not an array", keys.kind()).into());
        };
        if keys.len() > MAX_KEYS {
            return Err(format!("has {} keys, more than {MAX_KEYS}", keys.len()).into());
        }
        let mut read = Self::default();
        for (index, jwk) in keys.into_iter().enumerate() {
            let kid = jwk
                .as_object()
                .and_then(|jwk| jwk.text("kid"))
                .map(String::from);
            let key = match jwk {
                Json::Object(jwk) => Key::from_jwk(jwk),
                other => Err(format!("is {}, not an object", other.kind()).into()),
            };
            match key {
                Ok(key) => read.keys.push(Arc::new(key)),
                Err(why) => read.dropped.push(Dropped {
                    index,
                    kid,
                    why: why.into(),
                }),
            }
        }
        Ok(read)
    }

    /// The keys of a [`certificate_map`]; those that cannot be used are in `dropped`, with their
    /// names.
    pub fn from_certificates(map: Vec<(String, Result<Key, KeyError>)>) -> Self {
        let mut set = Self::default();
        for (index, (kid, key)) in map.into_iter().enumerate() {
            match key {
                Ok(mut key) => {
                    key.kid = Some(kid);
                    set.keys.push(Arc::new(key));
                }
                Err(why) => set.dropped.push(Dropped {
                    index,
                    kid: Some(kid),
                    why: why.into(),
                }),
            }
        }
        set
    }

    /// The public set as JSON: private halves and symmetric keys stay behind.
    pub fn public_json(&self) -> Object {
        let keys = self
            .keys
            .iter()
            .filter_map(|key| key.public())
            .map(|key| Json::Object(key.public_jwk()));
        Object(vec![("keys".into(), Json::Array(keys.collect()))])
    }
}

/// The keys of a map from kid to certificate, as Google and Firebase publish one, each with its id;
/// `None` when `map` is something else. Of a chain, the first certificate is the key's.
///
/// A document that holds a certificate beside its chain, or under the name of what it is, is not
/// such a map: its names are not ids.
pub fn certificate_map(map: &Object) -> Option<Vec<(String, Result<Key, KeyError>)>> {
    let mut keys = Vec::with_capacity(map.0.len());
    let (mut subjects, mut issuers) = (HashSet::new(), HashSet::new());
    for (kid, value) in &map.0 {
        let pem = value.as_str().filter(|text| is_pem(text.as_bytes()))?;
        let blocks = pem_blocks(pem.as_bytes())?.ok()?;
        let certificate = blocks.first().filter(|it| it.label == "CERTIFICATE")?;
        let der = certificate.der.expose();
        if let Some(names) = certificate_names(der).filter(|it| it.subject != it.issuer) {
            issuers.insert(names.issuer);
            subjects.insert(names.subject);
        } else if let Some(names) = certificate_names(der) {
            subjects.insert(names.subject);
        }
        let key = from_der(der).unwrap_or_else(|| Err("is a certificate that is broken".into()));
        keys.push((kid.clone(), key));
    }
    let is_map = !keys.is_empty()
        && keys.len() <= MAX_KEYS
        && !map.0.iter().any(|(name, _)| is_word(name))
        && subjects.is_disjoint(&issuers);
    is_map.then_some(keys)
}

/// Whether the name of a member describes a certificate ("cert", "chain") and is not a `kid`.
fn is_word(name: &str) -> bool {
    const WORDS: [&str; 20] = [
        "ca",
        "cabundle",
        "cacert",
        "cacertificate",
        "cacrt",
        "cert",
        "certchain",
        "certificate",
        "certificatechain",
        "chain",
        "clientcert",
        "crt",
        "key",
        "pem",
        "publickey",
        "root",
        "servercert",
        "signingcert",
        "tlscrt",
        "x509",
    ];
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    let plain: String = letters.map(|c| c.to_ascii_lowercase()).collect();
    WORDS.contains(&plain.as_str())
}

/// What a token asks of a source of keys.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The algorithm in its header. A key is used only if the key itself fits it.
    pub alg: SigAlg,
    /// The `kid` in its header.
    pub kid: Option<&'a str>,
    /// The key that certificates vouch for, where they have to: no other will do.
    pub certified: Option<&'a Arc<Key>>,
    /// Whether keys that are too short are accepted.
    pub allow_weak: bool,
}

/// The answer of a source of keys.
#[derive(Debug)]
pub enum Found {
    /// Keys to try, in this order.
    Keys(Vec<Arc<Key>>),
    /// There are keys, and each of them is ruled out.
    Excluded(Vec<(Arc<Key>, Misfit)>),
    /// More keys fit than will be tried.
    TooMany(usize),
    /// The set is here, and no key in it is meant.
    NoSuchKey,
    /// The keys are not at hand and would have to be fetched.
    NotFetched,
    /// No key of this source can be for that algorithm, for the given reason.
    Refused(String),
}

/// Why a source is asked to look again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It has no key of that name.
    UnknownKid,
    /// The key of that name did not verify the signature.
    BadSignature,
}

/// Where keys came from, as reports show it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Provenance {
    /// `file`, `secret`, `keystore`, `cache`, `network`, `import`, `store` (a cache that machines
    /// share); `none` when they were not looked at.
    pub source: String,
    /// `fresh` or `stale`, of keys with a lifetime.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Seconds since they were fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age_s: Option<i64>,
    /// The URL they are from, without its query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The key that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// Whether they were fetched just now.
    pub refreshed: bool,
    /// Why a fetch was wanted: `cold`, `expired`, `kid_miss`, `bad_sig`, `forced`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The file, URL or store they are from.
    #[serde(skip)]
    pub name: String,
}

/// A source of verification keys. [`super::token::verify`] owns the sequence: look locally, check
/// what can be checked offline, and only then refresh, once.
pub trait Keys {
    /// What is at hand, without any network.
    ///
    /// # Errors
    /// When the source cannot be read at all.
    fn local(&mut self, wanted: Wanted<'_>, env: &Env<'_>) -> Result<Found, Error>;

    /// The answer after the source was asked again; `None` if it has nothing newer.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the keys cannot be fetched, so that it stays unknown which
    /// exist.
    fn refresh(&mut self, _: Wanted<'_>, _: Why, _: &Env<'_>) -> Result<Option<Found>, Error> {
        Ok(None)
    }

    /// What is at hand after [`Keys::refresh`], for another signature of the same token: the keys
    /// that it brought, or has left in use, whatever their age.
    ///
    /// # Errors
    /// As [`Keys::local`].
    fn refreshed(&mut self, wanted: Wanted<'_>, env: &Env<'_>) -> Result<Found, Error> {
        self.local(wanted, env)
    }

    /// Every key at hand. Explanations of a refusal use them.
    fn all(&self) -> &[Arc<Key>];

    /// The elements of the set at hand that are not usable keys. Explanations of a refusal use
    /// them.
    fn dropped(&self) -> &[Dropped] {
        &[]
    }

    /// Where the keys came from.
    fn provenance(&self) -> Provenance;

    /// Warnings about the keys, such as that they are stale.
    fn warnings(&self) -> &[String] {
        &[]
    }
}

/// Keys that were given: one that the caller named, or a set. A clone shares the keys and the
/// verifiers that were made for them.
#[derive(Clone, Debug)]
pub struct Given {
    keys: Vec<Arc<Key>>,
    dropped: Vec<Dropped>,
    /// How many of the keys, from the first on, the caller has named one by one.
    named: usize,
    /// The places of the others by their ids, where they are many.
    places: Option<Arc<Places>>,
    provenance: Provenance,
}

/// The places in a list of the keys with an id.
type Places = HashMap<String, Vec<usize>>;

/// From this many keys on, a table is faster than looking at each key.
const MANY: usize = 32;

impl Given {
    /// A key that the caller vouches for by naming it: tried whatever `kid` the token has.
    pub fn key(key: Arc<Key>, provenance: Provenance) -> Self {
        Self::keys(vec![key], Vec::new(), provenance)
    }

    /// Keys that the caller has named one by one, each tried whatever `kid` the token has, and
    /// those of sets, in which it must be found.
    pub fn keys(named: Vec<Arc<Key>>, sets: Vec<Arc<Key>>, provenance: Provenance) -> Self {
        let (count, keys) = (named.len(), [named, sets].concat());
        Self {
            places: (keys.len() >= MANY).then(|| Arc::new(places(&keys[count..], count))),
            named: count,
            keys,
            dropped: Vec::new(),
            provenance,
        }
    }

    /// A set, in which a token's `kid` must be found.
    pub fn set(keys: Vec<Arc<Key>>, provenance: Provenance) -> Self {
        Self::keys(Vec::new(), keys, provenance)
    }

    /// This source, which left out `dropped` of its set.
    #[must_use]
    pub fn without(self, dropped: Vec<Dropped>) -> Self {
        Self { dropped, ..self }
    }
}

impl Keys for Given {
    fn local(&mut self, wanted: Wanted<'_>, _: &Env<'_>) -> Result<Found, Error> {
        let (named, set) = self.keys.split_at(self.named);
        let any = Wanted {
            kid: None,
            ..wanted
        };
        let mut choice = Candidates::default();
        named.iter().for_each(|key| choice.consider(key, any));
        match (&self.places, wanted.kid) {
            (Some(places), Some(kid)) => {
                let places = places.get(kid).into_iter().flatten();
                let meant = places.filter_map(|at| self.keys.get(*at));
                meant.for_each(|key| choice.consider(key, wanted));
            }
            _ => set.iter().for_each(|key| choice.consider(key, wanted)),
        }
        Ok(choice.found())
    }

    fn all(&self) -> &[Arc<Key>] {
        &self.keys
    }

    fn dropped(&self) -> &[Dropped] {
        &self.dropped
    }

    fn provenance(&self) -> Provenance {
        self.provenance.clone()
    }
}

/// Keys that come with their tokens and are vouched for by certificates: the one that is wanted, and
/// no other.
#[derive(Clone, Debug)]
pub struct CertifiedKeys(Provenance);

impl CertifiedKeys {
    /// Keys that the trusted certificates of `provenance` vouch for.
    pub fn new(provenance: Provenance) -> Self {
        Self(provenance)
    }
}

impl Keys for CertifiedKeys {
    fn local(&mut self, wanted: Wanted<'_>, _: &Env<'_>) -> Result<Found, Error> {
        let any = Wanted {
            kid: None,
            ..wanted
        };
        Ok(wanted
            .certified
            .map_or(Found::NoSuchKey, |it| select(std::slice::from_ref(it), any)))
    }

    fn all(&self) -> &[Arc<Key>] {
        &[]
    }

    fn provenance(&self) -> Provenance {
        self.0.clone()
    }
}

/// The places of `keys`, which are the part from `first` on of a list.
fn places(keys: &[Arc<Key>], first: usize) -> Places {
    let mut places = Places::new();
    for (at, key) in keys.iter().enumerate() {
        if let Some(kid) = &key.kid {
            places.entry(kid.clone()).or_default().push(first + at);
        }
    }
    places
}

/// The keys in `keys` that may have signed a token. A `kid` matches only a key that carries it.
pub fn select(keys: &[Arc<Key>], wanted: Wanted<'_>) -> Found {
    let mut choice = Candidates::default();
    keys.iter().for_each(|key| choice.consider(key, wanted));
    choice.found()
}

/// The keys that could be meant, those that may have signed and those that cannot.
#[derive(Default)]
struct Candidates {
    fitting: Vec<Arc<Key>>,
    excluded: Vec<(Arc<Key>, Misfit)>,
}

impl Candidates {
    fn consider(&mut self, key: &Arc<Key>, wanted: Wanted<'_>) {
        let is_meant = wanted.kid.is_none_or(|kid| key.kid.as_deref() == Some(kid))
            && wanted.certified.is_none_or(|it| it.same_material(key));
        if !is_meant {
            return;
        }
        match key.fit(wanted.alg, Job::Verify) {
            Ok(()) => self.fitting.push(Arc::clone(key)),
            Err(Misfit::Weak(_)) if wanted.allow_weak => self.fitting.push(Arc::clone(key)),
            Err(misfit) => self.excluded.push((Arc::clone(key), misfit)),
        }
    }

    fn found(self) -> Found {
        match (self.fitting.len(), self.excluded.len()) {
            (0, 0) => Found::NoSuchKey,
            (0, _) => Found::Excluded(self.excluded),
            (count, _) if count > MAX_CANDIDATES => Found::TooMany(count),
            _ => Found::Keys(self.fitting),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::secret::Secret;

    fn set(text: &str) -> Result<KeySet, KeyError> {
        match Json::parse(text.as_bytes()).unwrap() {
            Json::Object(object) => KeySet::from_json(object),
            _ => panic!("not an object"),
        }
    }

    fn oct(kid: Option<&str>, alg: Option<&str>) -> Arc<Key> {
        let mut key = Key::from_secret(Secret::new(vec![1; 64]));
        (key.kid, key.alg) = (kid.map(Into::into), alg.map(Into::into));
        Arc::new(key)
    }

    fn wanted(kid: Option<&str>) -> Wanted<'_> {
        Wanted {
            alg: SigAlg::Hs256,
            kid,
            certified: None,
            allow_weak: false,
        }
    }

    #[test]
    fn odd_keys_are_left_out_and_named() {
        let set = set(
            r#"{"keys":[{"kty":"oct","k":"AAAA"},{"kty":"XYZ","kid":"pq"},7,{"kty":"oct","k":5}]}"#,
        )
        .unwrap();
        assert_eq!(set.keys.len(), 1);
        let dropped: Vec<_> = set
            .dropped
            .iter()
            .map(|it| (it.index, it.kid.as_deref()))
            .collect();
        assert_eq!(dropped, [(1, Some("pq")), (2, None), (3, None)]);
    }

    #[test]
    fn broken_sets_are_refused() {
        for text in ["{}", r#"{"keys":{}}"#, r#"{"keys":[],"keys":[]}"#] {
            assert!(set(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_kid_matches_only_a_key_that_carries_it() {
        let keys = [
            oct(None, None),
            oct(Some("a"), None),
            oct(Some("b"), Some("HS512")),
        ];
        assert!(matches!(select(&keys, wanted(Some("a"))), Found::Keys(found) if found.len() == 1));
        assert!(matches!(select(&keys, wanted(Some("c"))), Found::NoSuchKey));
        assert!(
            matches!(select(&keys, wanted(Some("b"))), Found::Excluded(found) if found.len() == 1)
        );
        assert!(matches!(select(&keys, wanted(None)), Found::Keys(found) if found.len() == 2));
        assert!(matches!(select(&[], wanted(None)), Found::NoSuchKey));
    }

    #[test]
    fn only_so_many_keys_are_tried() {
        let keys = |count| (0..count).map(|_| oct(None, None)).collect::<Vec<_>>();
        assert!(matches!(
            select(&keys(MAX_CANDIDATES), wanted(None)),
            Found::Keys(_)
        ));
        assert!(matches!(
            select(&keys(MAX_CANDIDATES + 1), wanted(None)),
            Found::TooMany(9)
        ));
    }

    #[test]
    fn a_named_key_is_tried_whatever_the_kid() {
        let mut named = Given::key(oct(Some("a"), None), Provenance::default());
        let random = |_: &mut [u8]| {};
        let now = crate::core::time::Timestamp(0);
        let env = Env {
            now,
            random: &random,
            clock: &crate::core::env::Stopped,
        };
        assert!(matches!(
            named.local(wanted(Some("other")), &env),
            Ok(Found::Keys(_))
        ));
    }

    #[test]
    fn a_large_set_is_looked_up_as_a_small_one_is() {
        let set = |count: usize| -> Vec<Arc<Key>> {
            let kid = |at: usize| (!at.is_multiple_of(7)).then(|| format!("k{}", at % 40));
            (0..count).map(|at| oct(kid(at).as_deref(), None)).collect()
        };
        let named = vec![oct(Some("named"), None)];
        let random = |_: &mut [u8]| {};
        let env = Env {
            now: super::super::time::Timestamp(0),
            random: &random,
            clock: &super::super::env::Stopped,
        };
        let places = |found: Found, keys: &[Arc<Key>]| -> Vec<usize> {
            let place = |it: &Arc<Key>| keys.iter().position(|key| Arc::ptr_eq(key, it));
            match found {
                Found::Keys(found) => found.iter().filter_map(place).collect(),
                _ => Vec::new(),
            }
        };
        let large = set(MANY + 100);
        let mut indexed = Given::keys(named.clone(), large.clone(), Provenance::default());
        assert!(indexed.places.is_some());
        let all = [named, large].concat();
        for kid in (0..41).map(|at| format!("k{at}")) {
            let found = indexed.local(wanted(Some(&kid)), &env).unwrap();
            let one_by_one = all.iter().enumerate();
            let expected =
                one_by_one.filter(|(at, key)| *at == 0 || key.kid.as_ref() == Some(&kid));
            let expected: Vec<usize> = expected.map(|(at, _)| at).collect();
            assert_eq!(places(found, &all), expected, "{kid}");
        }
        assert!(matches!(
            indexed.local(wanted(None), &env).unwrap(),
            Found::TooMany(_)
        ));
    }
}
