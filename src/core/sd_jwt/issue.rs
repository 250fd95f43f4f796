//! From claims to digests (RFC 9901 §4.2).

use std::fmt;

use super::super::env::Env;
use super::super::json::{Json, Object, pointer_steps};
use super::super::key::encode;
use super::super::limits::MAX_DISCLOSURES;
use super::{ALGORITHM, DIGESTS, ELEMENT, SdHash};

/// Claims that a verifier has to see: a holder could leave them out where they are hidden (§9.7).
const OPEN: [&str; 8] = ["iss", "aud", "exp", "nbf", "iat", "cnf", "vct", "status"];

/// Why a claim cannot be hidden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// The token has no such claim.
    Absent(String),
    /// A verifier has to see it.
    Open(String),
    /// It is named twice.
    Twice(String),
    /// The claims have a name in them that digests have.
    Reserved(&'static str),
    /// There would be more disclosures than are read.
    TooMany,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent(path) => write!(f, "the token has no {path}"),
            Self::Open(path) => write!(
                f,
                "{path} has to be seen: a holder could leave out what is hidden"
            ),
            Self::Twice(path) => write!(f, "{path} is named twice"),
            Self::Reserved(name) => write!(f, "{name:?} is a name for digests"),
            Self::TooMany => write!(f, "there would be more than {MAX_DISCLOSURES}"),
        }
    }
}

/// Hides what is at each of `paths`, names of claims or JSON Pointers, behind a digest, adds
/// so many `decoys` (digests without a disclosure), and returns the disclosures. What is inside of
/// something else is hidden first, so that it is disclosed within the other's disclosure.
///
/// # Errors
/// [`Unfit`].
pub fn issue(
    claims: &mut Object,
    paths: &[String],
    decoys: usize,
    env: &Env<'_>,
) -> Result<Vec<String>, Unfit> {
    if paths.len() + decoys > MAX_DISCLOSURES {
        return Err(Unfit::TooMany);
    }
    check_names(&Json::Object(claims.clone()))?;
    let mut places = paths
        .iter()
        .map(|path| place(path))
        .collect::<Result<Vec<_>, _>>()?;
    places.sort_by(|(a, _), (b, _)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    if let Some(pair) = places.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(Unfit::Twice(pair[0].1.to_owned()));
    }
    let mut disclosures = Vec::with_capacity(places.len());
    for (steps, path) in places {
        let disclosure = hide_in_object(claims, &steps, env);
        disclosures.push(disclosure.ok_or_else(|| Unfit::Absent(path.to_owned()))?);
    }
    for _ in 0..decoys {
        // A decoy: the digest of a random text that is then thrown away.
        add_digest(claims, &SdHash::Sha256.digest(&salt(env)));
    }
    claims.set(ALGORITHM, "sha-256".into());
    Ok(disclosures)
}

/// The steps that lead to a place, and how it was called.
fn place(path: &str) -> Result<(Vec<String>, &str), Unfit> {
    let steps = pointer_steps(path);
    match steps.first() {
        Some(first) if OPEN.contains(&first.as_str()) => Err(Unfit::Open(path.to_owned())),
        _ => Ok((steps, path)),
    }
}

fn check_names(value: &Json) -> Result<(), Unfit> {
    match value {
        Json::Object(object) => {
            let names = [DIGESTS, ELEMENT, ALGORITHM];
            if let Some(name) = names.into_iter().find(|name| object.has(name)) {
                return Err(Unfit::Reserved(name));
            }
            object.0.iter().try_for_each(|(_, it)| check_names(it))
        }
        Json::Array(items) => items.iter().try_for_each(check_names),
        _ => Ok(()),
    }
}

fn hide_in_object(object: &mut Object, steps: &[String], env: &Env<'_>) -> Option<String> {
    let (first, rest) = steps.split_first()?;
    if rest.is_empty() {
        let value = object.remove(first)?;
        let parts = vec![salt(env).as_str().into(), first.as_str().into(), value];
        let disclosure = disclosure(parts);
        add_digest(object, &SdHash::Sha256.digest(&disclosure));
        return Some(disclosure);
    }
    let inner = object.0.iter_mut().find(|(name, _)| name == first);
    hide_in(&mut inner?.1, rest, env)
}

fn hide_in(value: &mut Json, steps: &[String], env: &Env<'_>) -> Option<String> {
    let (first, rest) = steps.split_first()?;
    match value {
        Json::Object(object) => hide_in_object(object, steps, env),
        Json::Array(items) => {
            let is_index = first == "0" || !first.starts_with(['0', '+']);
            let item = items.get_mut(first.parse::<usize>().ok().filter(|_| is_index)?)?;
            if !rest.is_empty() {
                return hide_in(item, rest, env);
            }
            let disclosure = disclosure(vec![salt(env).as_str().into(), item.clone()]);
            let digest = SdHash::Sha256.digest(&disclosure);
            *item = Object(vec![(ELEMENT.into(), digest.as_str().into())]).into();
            Some(disclosure)
        }
        _ => None,
    }
}

/// Adds a digest in the order of the alphabet, which says nothing of the order of the claims.
fn add_digest(object: &mut Object, digest: &str) {
    let mut digests = match object.remove(DIGESTS) {
        Some(Json::Array(digests)) => digests,
        _ => Vec::new(),
    };
    let at = digests.partition_point(|it| it.as_str().is_some_and(|it| it < digest));
    digests.insert(at, digest.into());
    object.set(DIGESTS, Json::Array(digests));
}

fn disclosure(parts: Vec<Json>) -> String {
    encode(Json::Array(parts).to_text().as_bytes())
}

/// 128 random bits, so that no digest can be guessed from (§9.3).
fn salt(env: &Env<'_>) -> String {
    encode(&env.bytes::<16>())
}
