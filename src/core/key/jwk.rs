//! Keys as JWK (RFC 7517; members by RFC 7518 §6, RFC 8037 §2 and RFC 9964 §3): read strictly, printed with and
//! without the private half.

use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

use super::super::alg::{Curve, Kty, ParameterSet};
use super::super::error::shortened;
use super::super::json::{Json, Object};
use super::super::limits::MAX_KEY_OPS;
use super::super::secret::Secret;
use super::{Key, KeyError, Material, RsaPrivate, decode, encode, rsa, without_zeros};

/// Members that hold a private key in some `kty` or other: never copied into anything public.
pub const PRIVATE_MEMBERS: &[&str] = &["k", "d", "p", "q", "dp", "dq", "qi", "oth", "priv"];

/// Whether a member says nothing, as libraries write one that was never set: `null`, an empty list,
/// an empty text. Such a member is read as absent where its absence allows nothing that a value
/// would have forbidden; `kid` is not among them, because a token may name its key by an empty
/// text, nor are the numbers of the key, which an empty text damages.
pub fn is_unset(name: &str, value: &Json) -> bool {
    match value {
        Json::Null => REGISTERED.contains(&name) || PRIVATE_MEMBERS.contains(&name),
        Json::Array(items) => OPTIONAL.contains(&name) && items.iter().all(is_blank),
        text => OPTIONAL.contains(&name) && is_blank(text),
    }
}

/// Members that say more about a key, and that it can do without.
const OPTIONAL: &[&str] = &[
    "use", "alg", "key_ops", "x5u", "x5c", "x5t", "x5t#S256", "issuer", "oth",
];

/// Whether a value is a place that was left empty.
fn is_blank(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::String(text) => text.trim().is_empty(),
        _ => false,
    }
}

/// Members that the registries of RFC 7517 and 7518 name, and Entra's `issuer`.
const REGISTERED: &[&str] = &[
    "kty", "use", "key_ops", "alg", "kid", "x5u", "x5c", "x5t", "x5t#S256", "crv", "x", "y", "n",
    "e", "ext", "issuer",
];

impl Key {
    /// Reads one JWK. Unknown members are kept; those of the key itself must be as RFC 7518 §6
    /// says.
    ///
    /// # Errors
    /// What is wrong with it, as a phrase to follow the key's name.
    pub fn from_jwk(mut jwk: Object) -> Result<Self, KeyError> {
        let result = Self::read_jwk(&mut jwk);
        // Whatever private members an error left behind.
        jwk.0
            .iter_mut()
            .filter(|(name, _)| PRIVATE_MEMBERS.contains(&name.as_str()))
            .for_each(|(_, value)| value.wipe());
        result
    }

    fn read_jwk(jwk: &mut Object) -> Result<Self, KeyError> {
        if let Some(path) = Json::from(public_members(jwk)).duplicate() {
            return Err(KeyError::Malformed(format!("has {path:?} twice").into()));
        }
        let mut seen = std::collections::HashSet::with_capacity(jwk.0.len());
        if let Some((name, _)) = jwk.0.iter().find(|(name, _)| !seen.insert(name.as_str())) {
            return Err(KeyError::Malformed(format!("has {name:?} twice").into()));
        }
        jwk.0.retain(|(name, value)| !is_unset(name, value));
        let kty = take_text(jwk, "kty")?.ok_or("has no \"kty\"")?;
        let material = match kty.as_str() {
            "oct" => Material::Oct(Secret::from(take_private(jwk, "k")?.ok_or("has no \"k\"")?)),
            "RSA" => read_rsa(jwk)?,
            "EC" | "OKP" => read_curve(jwk, if kty == "EC" { Kty::Ec } else { Kty::Okp })?,
            "AKP" => read_akp(jwk)?,
            other => {
                return Err(KeyError::Unsupported(
                    format!("has kty {}, which jwtctl does not know", shortened(other)).into(),
                ));
            }
        };
        let key_ops = match jwk.remove("key_ops") {
            None => None,
            Some(Json::Array(ops)) if ops.len() > MAX_KEY_OPS => {
                return Err(KeyError::Malformed(
                    format!("has {} \"key_ops\", more than {MAX_KEY_OPS}", ops.len()).into(),
                ));
            }
            Some(json) => {
                let ops: Option<Vec<String>> = match &json {
                    Json::Array(_) => json
                        .as_strings()
                        .map(|ops| ops.into_iter().map(String::from).collect()),
                    _ => None,
                };
                Some(ops.ok_or("has a \"key_ops\" that is not an array of strings")?)
            }
        };
        let (kid, alg, usage) = (
            take_text(jwk, "kid")?,
            take_text(jwk, "alg")?,
            take_text(jwk, "use")?,
        );
        Ok(Self {
            kid,
            alg,
            usage,
            key_ops,
            others: public_members(jwk),
            ..Self::from_material(material)
        })
    }

    /// Reads a JWK that another party sends, such as the one in a token's header: it must be a
    /// public key and have no private members.
    ///
    /// # Errors
    /// What is wrong with it, as a phrase to follow the key's name.
    pub fn from_public_jwk(jwk: &Object) -> Result<Self, KeyError> {
        if public_members(jwk).0.len() != jwk.0.len() {
            return Err(KeyError::LacksHalf(
                "has private members, and a key that is sent along is public".into(),
            ));
        }
        match Self::from_jwk(jwk.clone())? {
            key if key.kty() == Kty::Oct => Err(KeyError::LacksHalf(
                "is symmetric, and needs to be public".into(),
            )),
            key => Ok(key),
        }
    }

    /// The public JWK with nothing but the key, for other parties: its id and its other members may
    /// be meant for its owner alone. `None` of a symmetric key.
    pub fn bare_jwk(&self) -> Option<Object> {
        let mut jwk = self.public()?.public_jwk();
        let is_akp = jwk.text("kty") == Some("AKP");
        let is_key = |name: &str| match name {
            "kty" | "crv" | "x" | "y" | "n" | "e" | "pub" => true,
            "alg" => is_akp,
            _ => false,
        };
        jwk.0.retain(|(name, _)| is_key(name));
        Some(jwk)
    }

    /// The public JWK. A symmetric key shows its metadata only.
    pub fn public_jwk(&self) -> Object {
        let mut jwk = Object::default();
        jwk.set("kty", self.kty().as_str().into());
        let metadata = [("kid", &self.kid), ("use", &self.usage), ("alg", &self.alg)];
        metadata
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_deref()?)))
            .for_each(|(name, value)| jwk.set(name, value.into()));
        if let Some(ops) = &self.key_ops {
            jwk.set("key_ops", ops.iter().collect());
        }
        match &self.material {
            Material::Oct(_) => {}
            Material::Rsa { n, e, .. } => {
                jwk.set("n", encode(n).as_str().into());
                jwk.set("e", encode(e).as_str().into());
            }
            Material::Curve { crv, x, y, .. } => {
                jwk.set("crv", crv.as_str().into());
                jwk.set("x", encode(x).as_str().into());
                if !y.is_empty() {
                    jwk.set("y", encode(y).as_str().into());
                }
            }
            Material::Akp { set, public, .. } => {
                // It is what the octets mean, so it is never missing.
                jwk.set("alg", set.as_str().into());
                jwk.set("pub", encode(public).as_str().into());
            }
        }
        jwk.0.extend(self.others.0.iter().cloned());
        jwk
    }

    /// The whole JWK as JSON text, private members included.
    pub fn expose_jwk(&self) -> Secret {
        let mut text = Zeroizing::new(Json::from(self.public_jwk()).to_text().into_bytes());
        text.pop();
        let mut member = |name: &str, value: &Secret| {
            let value = encode_private(value);
            // Growing the buffer by hand: a plain `extend` would leave unwiped copies behind.
            let mut longer = Zeroizing::new(Vec::with_capacity(
                text.len() + name.len() + value.len() + 7,
            ));
            longer.extend_from_slice(&text);
            for part in [",\"", name, "\":\"", value.as_str(), "\""] {
                longer.extend_from_slice(part.as_bytes());
            }
            text = longer;
        };
        match &self.material {
            Material::Oct(secret) => member("k", secret),
            Material::Rsa {
                private: Some(it), ..
            } => {
                let members = [
                    ("d", &it.d),
                    ("p", &it.p),
                    ("q", &it.q),
                    ("dp", &it.dp),
                    ("dq", &it.dq),
                    ("qi", &it.qi),
                ];
                members
                    .into_iter()
                    .for_each(|(name, value)| member(name, value));
            }
            Material::Curve { d: Some(d), .. } => member("d", d),
            Material::Akp {
                seed: Some(seed), ..
            } => member("priv", seed),
            Material::Rsa { .. } | Material::Curve { .. } | Material::Akp { .. } => {}
        }
        text.push(b'}');
        Secret::from(text)
    }
}

impl Key {
    /// A copy with its private half, which keys otherwise do not give away; `None` if it cannot be
    /// read back, which no key that was read has shown.
    pub fn duplicate(&self) -> Option<Self> {
        let text = self.expose_jwk();
        match Json::parse(text.expose()) {
            Ok(Json::Object(jwk)) => {
                let pss_only = self.pss_only;
                Self::from_jwk(jwk)
                    .ok()
                    .map(|copy| Self { pss_only, ..copy })
            }
            _ => None,
        }
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.public_jwk().serialize(serializer)
    }
}

fn read_rsa(jwk: &mut Object) -> Result<Material, KeyError> {
    let n = take_public(jwk, "n")?.ok_or("has no \"n\"")?;
    let e = take_public(jwk, "e")?.ok_or("has no \"e\"")?;
    if jwk.has("oth") {
        return Err(KeyError::Unsupported(
            "has more than two primes, which jwtctl does not support".into(),
        ));
    }
    let mut private = |name| {
        take_private(jwk, name)
            .map(|value| value.map(|value| Secret::new(without_zeros(&value).to_vec())))
    };
    let numbers = (
        private("d")?,
        private("p")?,
        private("q")?,
        private("dp")?,
        private("dq")?,
        private("qi")?,
    );
    let private = match numbers {
        (None, ..) => None,
        (Some(d), Some(p), Some(q), Some(dp), Some(dq), Some(qi)) => Some(RsaPrivate {
            d,
            p,
            q,
            dp,
            dq,
            qi,
        }),
        _ => {
            return Err(KeyError::Malformed(
                "has \"d\" without \"p\", \"q\", \"dp\", \"dq\" and \"qi\"".into(),
            ));
        }
    };
    rsa(&n, &e, private)
}

fn read_curve(jwk: &mut Object, kty: Kty) -> Result<Material, KeyError> {
    let name = take_text(jwk, "crv")?.ok_or("has no \"crv\"")?;
    let crv = name.parse::<Curve>().ok().filter(|crv| crv.kty() == kty);
    let crv = crv.ok_or_else(|| {
        KeyError::Unsupported(
            format!(
                "is on curve {}, which jwtctl does not know",
                shortened(&name)
            )
            .into(),
        )
    })?;
    let coordinate = |name: &str, value: Option<Vec<u8>>| match value {
        None => Err(KeyError::Malformed(format!("has no {name:?}").into())),
        Some(value) if value.len() != crv.octets() => Err(KeyError::Invalid(
            format!(
                "has {name:?} of {} bytes, and {crv} takes {}",
                value.len(),
                crv.octets()
            )
            .into(),
        )),
        Some(value) => Ok(value),
    };
    let x = coordinate("x", take_public(jwk, "x")?)?;
    let y = if kty == Kty::Ec {
        coordinate("y", take_public(jwk, "y")?)?
    } else {
        Vec::new()
    };
    let d = match take_private(jwk, "d")? {
        Some(d) if d.len() != crv.octets() => {
            return Err(KeyError::Invalid(
                format!(
                    "has \"d\" of {} bytes, and {crv} takes {}",
                    d.len(),
                    crv.octets()
                )
                .into(),
            ));
        }
        d => d.map(Secret::from),
    };
    Ok(Material::Curve { crv, x, y, d })
}

/// An AKP key. Its `alg`, which is left in place, says how long its members are.
fn read_akp(jwk: &mut Object) -> Result<Material, KeyError> {
    let name = jwk
        .text("alg")
        .ok_or("has no \"alg\", which an AKP key needs (RFC 9964)")?;
    let set: ParameterSet = name.parse().map_err(|()| {
        format!(
            "is an AKP key for {}, which jwtctl does not know",
            shortened(name)
        )
    })?;
    let sized = |name: &str, length: usize, octets: usize| match length == octets {
        true => Ok(()),
        false => Err(KeyError::Invalid(
            format!("has {name:?} of {length} bytes, and {set} takes {octets}").into(),
        )),
    };
    let public = take_public(jwk, "pub")?.ok_or("has no \"pub\"")?;
    sized("pub", public.len(), set.octets())?;
    let seed = take_private(jwk, "priv")?;
    if let Some(seed) = &seed {
        sized("priv", seed.len(), ParameterSet::SEED)?;
    }
    Ok(Material::Akp {
        set,
        public,
        seed: seed.map(Secret::from),
    })
}

fn take_text(jwk: &mut Object, name: &str) -> Result<Option<String>, KeyError> {
    match jwk.remove(name) {
        None => Ok(None),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(mut other) => {
            other.wipe();
            let why = format!("has {name:?} that is {}, not a string", other.kind());
            Err(KeyError::Malformed(why.into()))
        }
    }
}

fn take_public(jwk: &mut Object, name: &str) -> Result<Option<Vec<u8>>, KeyError> {
    let Some(text) = take_text(jwk, name)? else {
        return Ok(None);
    };
    decode(&text)
        .map(Some)
        .ok_or_else(|| format!("has {name:?} that is not base64url without padding").into())
}

fn take_private(jwk: &mut Object, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
    let Some(text) = take_text(jwk, name)?.map(Zeroizing::new) else {
        return Ok(None);
    };
    // The text itself stays out of the message.
    let bytes = decode(&text).map(Zeroizing::new);
    bytes
        .map(Some)
        .ok_or_else(|| format!("has {name:?} that is not base64url without padding"))
}

/// `jwk` without whatever members could be private, or could have a private key inside them.
pub fn public_members(jwk: &Object) -> Object {
    let is_public = |(name, value): &&(String, Json)| !is_private(name) && !holds_private(value);
    Object(jwk.0.iter().filter(is_public).cloned().collect())
}

fn is_private(name: &str) -> bool {
    PRIVATE_MEMBERS.contains(&name)
}

/// Whether a private member stands anywhere in `value`.
fn holds_private(value: &Json) -> bool {
    match value {
        Json::Object(object) => object
            .0
            .iter()
            .any(|(name, it)| is_private(name) || holds_private(it)),
        Json::Array(items) => items.iter().any(holds_private),
        _ => false,
    }
}

pub(super) fn encode_private(secret: &Secret) -> Zeroizing<String> {
    Zeroizing::new(encode(secret.expose()))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn jwk(text: &str) -> Result<Key, KeyError> {
        match Json::parse(text.as_bytes()).unwrap() {
            Json::Object(object) => Key::from_jwk(object),
            _ => panic!("not an object"),
        }
    }

    pub const P256: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI","kid":"k","x-own":[1]}"#;

    #[test]
    fn a_private_key_inside_an_unknown_member_stays_behind() {
        let jwk = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
            "backup":[{"kty":"OKP","d":"secret"}],"name":{"of":"it"}}"#;
        let Ok(Json::Object(jwk)) = Json::parse(jwk.as_bytes()) else {
            panic!("not an object")
        };
        let shown = Json::Object(Key::from_jwk(jwk).unwrap().public_jwk()).to_text();
        assert!(
            !shown.contains("secret") && shown.contains(r#""name":{"of":"it"}"#),
            "{shown}"
        );
    }

    #[test]
    fn public_and_private_print_apart() {
        let key = jwk(P256).unwrap();
        let public = serde_json::to_string(&key).unwrap();
        assert!(!public.contains("\"d\"") && public.contains("x-own"));
        let private: serde_json::Value = serde_json::from_slice(key.expose_jwk().expose()).unwrap();
        assert_eq!(
            private,
            serde_json::from_str::<serde_json::Value>(P256).unwrap()
        );
        assert!(key.is_private() && !key.public().unwrap().is_private());
        assert_eq!(format!("{key:?}"), r#"Key(key "k")"#);
    }

    #[test]
    fn broken_keys_say_what_is_broken() {
        for (text, why) in [
            (r#"{"kty":5}"#, "kty"),
            (r#"{}"#, "kty"),
            (r#"{"kty":"XYZ","alg":"ML-DSA-44","pub":"AA"}"#, "XYZ"),
            (r#"{"kty":"AKP","pub":"AA"}"#, "no \"alg\""),
            (r#"{"kty":"AKP","alg":"ML-KEM-768","pub":"AA"}"#, "ML-KEM"),
            (r#"{"kty":"AKP","alg":"ML-DSA-44"}"#, "\"pub\""),
            (
                r#"{"kty":"AKP","alg":"ML-DSA-44","pub":"AA"}"#,
                "takes 1312",
            ),
            (r#"{"kty":"oct"}"#, "\"k\""),
            (r#"{"kty":"oct","k":"AA=="}"#, "base64url"),
            (r#"{"kty":"oct","k":"AB"}"#, "base64url"),
            (r#"{"kty":"oct","k":"AA","k":"AA"}"#, "twice"),
            (r#"{"kty":"oct","k":"AA","kid":7}"#, "kid"),
            (r#"{"kty":"oct","k":"AA","key_ops":"sign"}"#, "key_ops"),
            (
                r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#,
                "takes 32",
            ),
            (r#"{"kty":"OKP","crv":"P-256","x":"AA"}"#, "curve"),
            (r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#, "bits"),
            (r#"{"kty":"RSA","e":"AQAB"}"#, "\"n\""),
        ] {
            let error = jwk(text).unwrap_err();
            assert!(error.to_string().contains(why), "{text}: {error}");
        }
    }
}
