//! What changed from one key set to another, key by key. It compares the JSON, so keys of an
//! unknown type count as well.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use serde::Serialize;

use super::json::{Json, Object};
use super::jwks::{NotKeys, elements};
use super::key::{Key, public_members};

/// How a comparison names a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Its id.
    pub kid: Option<String>,
    /// Its type.
    pub kty: Option<String>,
    /// Its RFC 7638 thumbprint, of an asymmetric key that can be read.
    pub thumbprint: Option<String>,
}

/// A member that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Its value before, if it was there.
    pub before: Option<Json>,
    /// Its value after, if it is there.
    pub after: Option<Json>,
}

/// The same key with other metadata.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangedKey {
    /// The key as it is now.
    #[serde(flatten)]
    pub key: Named,
    /// What differs.
    pub members: Vec<Member>,
}

/// The same id for another key, which verifiers that keep keys by their id will not notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rekeyed {
    /// The id.
    pub kid: Option<String>,
    /// The key it named.
    pub before: Named,
    /// The key it names.
    pub after: Named,
}

/// How two key sets differ. It has no private members.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Keys that only the second has.
    pub added: Vec<Named>,
    /// Keys that only the first has.
    pub removed: Vec<Named>,
    /// Keys that both have, described in another way.
    pub changed: Vec<ChangedKey>,
    /// Ids that both have, for different keys.
    pub rekeyed: Vec<Rekeyed>,
}

impl Difference {
    /// Whether the sets are the same but for their order.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.removed.is_empty()
            && self.changed.is_empty()
            && self.rekeyed.is_empty()
    }
}

struct Item {
    named: Named,
    public: Object,
    /// What is equal in both sets if it is the same key: its thumbprint or, of an unknown type, all
    /// members except the metadata.
    identity: String,
}

/// Members that describe a key and are not part of it.
const METADATA: [&str; 8] = [
    "kid", "alg", "use", "key_ops", "x5c", "x5t", "x5u", "x5t#S256",
];

impl Item {
    fn new(json: &Json) -> Self {
        let jwk = json.as_object().cloned().unwrap_or_default();
        let (kid, kty) = (
            jwk.text("kid").map(String::from),
            jwk.text("kty").map(String::from),
        );
        let public = public_members(&jwk);
        let key = Key::from_jwk(jwk).ok();
        let thumbprint = key
            .as_ref()
            .and_then(Key::public)
            .map(|key| key.thumbprint());
        let identity = match &key {
            Some(key) => key.thumbprint(),
            None => canonical(&public),
        };
        Self {
            named: Named {
                kid,
                kty,
                thumbprint,
            },
            public,
            identity,
        }
    }
}

/// The members that make a key, as text that does not depend on their order.
fn canonical(public: &Object) -> String {
    let is_own = |(name, _): &&(String, Json)| !METADATA.contains(&name.as_str());
    let own = public.0.iter().filter(is_own).cloned().collect();
    let mut json = Json::Object(Object(own));
    sort(&mut json);
    json.to_text()
}

fn sort(json: &mut Json) {
    match json {
        Json::Object(object) => {
            object.0.sort_by(|(a, _), (b, _)| a.cmp(b));
            object.0.iter_mut().for_each(|(_, value)| sort(value));
        }
        Json::Array(items) => items.iter_mut().for_each(sort),
        _ => {}
    }
}

/// Compares two JWK sets; a single JWK counts as a set of one.
///
/// # Errors
/// [`NotKeys`] when one of them, `before` first, is neither.
pub fn diff(before: &Json, after: &Json) -> Result<Difference, NotKeys> {
    let (old, mut new) = (
        items(before)?,
        items(after)?.into_iter().map(Some).collect::<Vec<_>>(),
    );
    let mut difference = Difference::default();
    // The same id for the same key first, then the same key by another name, then the same id for
    // another key.
    let both = |it: &Item| Some((it.named.kid.clone(), it.identity.clone()));
    let old = difference.pair_by(old, &mut new, both);
    let old = difference.pair_by(old, &mut new, |it| Some(it.identity.clone()));
    let old = difference.pair_by(old, &mut new, |it| it.named.kid.clone());
    difference.removed = old.into_iter().map(|item| item.named).collect();
    difference.added = new.into_iter().flatten().map(|item| item.named).collect();
    Ok(difference)
}

fn items(json: &Json) -> Result<Vec<Item>, NotKeys> {
    Ok(elements(json)?.iter().map(Item::new).collect())
}

impl Difference {
    /// Pairs the items that agree in `trait_of`, in their order, and returns those of `old` that
    /// are left.
    fn pair_by<K: Hash + Eq>(
        &mut self,
        old: Vec<Item>,
        new: &mut [Option<Item>],
        trait_of: impl Fn(&Item) -> Option<K>,
    ) -> Vec<Item> {
        let mut places: HashMap<K, VecDeque<usize>> = HashMap::new();
        for (place, item) in new.iter().enumerate() {
            if let Some(value) = item.as_ref().and_then(&trait_of) {
                places.entry(value).or_default().push_back(place);
            }
        }
        let mut rest = Vec::new();
        for item in old {
            let place = trait_of(&item).and_then(|value| places.get_mut(&value)?.pop_front());
            match place.and_then(|place| new[place].take()) {
                Some(other) => self.pair(&item, &other),
                None => rest.push(item),
            }
        }
        rest
    }

    fn pair(&mut self, before: &Item, after: &Item) {
        if before.identity != after.identity {
            let (kid, before, after) = (
                before.named.kid.clone(),
                before.named.clone(),
                after.named.clone(),
            );
            return self.rekeyed.push(Rekeyed { kid, before, after });
        }
        let mut names: Vec<&String> = before.public.0.iter().map(|(name, _)| name).collect();
        names.extend(
            after
                .public
                .0
                .iter()
                .map(|(name, _)| name)
                .filter(|name| !before.public.has(name)),
        );
        let differs = |name: &&String| match (before.public.member(name), after.public.member(name))
        {
            (Some(a), Some(b)) => !a.same(b),
            _ => true,
        };
        let member = |name: &String| Member {
            name: name.clone(),
            before: before.public.member(name).cloned(),
            after: after.public.member(name).cloned(),
        };
        let members: Vec<Member> = names.into_iter().filter(differs).map(member).collect();
        if !members.is_empty() {
            self.changed.push(ChangedKey {
                key: after.named.clone(),
                members,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"a","alg":"EdDSA"}"#;
    const B: &str = r#"{"kty":"OKP","crv":"Ed25519","x":"1F_78lgFgLtbqC7zNcl5ZxqNJvrq7lq6nSKDbqTKzY4","kid":"b"}"#;

    fn compare(before: &[&str], after: &[&str]) -> Difference {
        let set = |keys: &[&str]| {
            Json::parse(format!("{{\"keys\":[{}]}}", keys.join(",")).as_bytes()).unwrap()
        };
        diff(&set(before), &set(after)).unwrap()
    }

    fn kids(named: &[Named]) -> Vec<&str> {
        named
            .iter()
            .map(|it| it.kid.as_deref().unwrap_or_default())
            .collect()
    }

    #[test]
    fn order_does_not_count() {
        assert!(compare(&[A, B], &[B, A]).is_empty());
        assert!(compare(&[], &[]).is_empty());
        assert!(compare(&[A, A], &[A, A]).is_empty());
        let unknown = r#"{"kty":"XYZ","pub":"AAAA","kid":"p"}"#;
        assert!(compare(&[unknown], &[unknown]).is_empty());
        let twice = r#"{"kty":"XYZ","pub":"AAAA","pub":"AAAB"}"#;
        assert!(compare(&[twice, "7"], &["7", twice]).is_empty());
    }

    #[test]
    fn keys_come_and_go() {
        let difference = compare(&[A], &[B]);
        assert_eq!(
            (kids(&difference.added), kids(&difference.removed)),
            (vec!["b"], vec!["a"])
        );
        assert_eq!(kids(&compare(&[A], &[A, A]).added), ["a"]);
    }

    #[test]
    fn metadata_changes() {
        let difference = compare(
            &[A, B],
            &[&A.replace("EdDSA", "Ed25519"), &B.replace("\"b\"", "\"c\"")],
        );
        let members: Vec<(&str, &str)> = difference
            .changed
            .iter()
            .map(|it| (it.key.kid.as_deref().unwrap(), it.members[0].name.as_str()))
            .collect();
        assert_eq!(members, [("a", "alg"), ("c", "kid")]);
        assert!(
            difference.added.is_empty()
                && difference.removed.is_empty()
                && difference.rekeyed.is_empty()
        );
    }

    #[test]
    fn another_key_under_the_same_id_stands_out() {
        let difference = compare(&[A], &[&B.replace("\"b\"", "\"a\"")]);
        assert_eq!(difference.rekeyed.len(), 1);
        assert_ne!(
            difference.rekeyed[0].before.thumbprint,
            difference.rekeyed[0].after.thumbprint
        );
        let unknown = r#"{"kty":"XYZ","pub":"AAAA","kid":"p"}"#;
        assert_eq!(
            compare(&[unknown], &[&unknown.replace("AAAA", "AAAB")])
                .rekeyed
                .len(),
            1
        );
    }

    #[test]
    fn private_members_are_never_told() {
        let private = A.replace(
            "\"alg\"",
            r#""d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","alg""#,
        );
        assert!(
            compare(&[A], &[&private]).is_empty(),
            "it is the same public key"
        );
        let oct = r#"{"kty":"oct","k":"c2VjcmV0","kid":"s"}"#;
        let difference = compare(&[oct], &[&oct.replace("c2Vj", "d2Vj")]);
        assert_eq!(difference.rekeyed.len(), 1);
        assert!(
            !serde_json::to_string(&difference).unwrap().contains("ZWNy")
                && difference.rekeyed[0].after.thumbprint.is_none()
        );
    }

    #[test]
    fn what_is_no_set_is_refused() {
        let good = Json::parse(A.as_bytes()).unwrap();
        for text in ["{}", "[]", r#"{"keys":1}"#] {
            assert!(
                diff(&Json::parse(text.as_bytes()).unwrap(), &good).is_err(),
                "{text}"
            );
        }
    }
}
