//! Keys: read and written as JWK (RFC 7517, 7518 §6, 8037), named by thumbprint (RFC 7638), and asked what they may do.

mod formats;
mod generate;
mod sign;
mod ssh;
mod verify;

pub use formats::{
    PKCS8_ITERATIONS, PemBlock, Pkcs8Error, decrypt_pkcs8, encrypt_pkcs8, from_der, is_encrypted_pkcs8, pem, pem_blocks,
    to_pkcs8, to_spki,
};
pub use generate::{Recipe, generate};
pub use sign::Signer;
pub use ssh::{from_ssh, to_ssh};
pub use verify::{Verifier, Verifying};

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Serialize, Serializer};
use zeroize::{Zeroize as _, Zeroizing};

use super::alg::{Curve, KeyAlg, Kty, MIN_RSA_BITS, SigAlg};
use super::json::{Json, Object};
use super::secret::Secret;

/// Members that hold a private key in some `kty` or other: never copied into anything public.
pub const PRIVATE_MEMBERS: &[&str] = &["k", "d", "p", "q", "dp", "dq", "qi", "oth", "priv"];

/// Bits of the largest RSA modulus that the backends handle.
const MAX_RSA_BITS: usize = 8192;

/// The numbers that make a key.
pub(super) enum Material {
    Oct(Secret),
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
        private: Option<RsaPrivate>,
    },
    /// EC and OKP alike; `y` is empty for OKP.
    Curve {
        crv: Curve,
        x: Vec<u8>,
        y: Vec<u8>,
        d: Option<Secret>,
    },
}

/// The private numbers of an RSA key, big-endian without leading zeros.
pub(super) struct RsaPrivate {
    pub d: Secret,
    pub p: Secret,
    pub q: Secret,
    pub dp: Secret,
    pub dq: Secret,
    pub qi: Secret,
}

/// A key with its metadata. Serialising it writes the *public* JWK; only [`Key::expose_jwk`] writes the private one.
pub struct Key {
    material: Material,
    /// Whether it came marked id-RSASSA-PSS, which rules out all other padding (RFC 4055 section 1.2).
    pss_only: bool,
    /// `kid`: the id that tokens name it by.
    pub kid: Option<String>,
    /// `alg`: the one algorithm it is meant for.
    pub alg: Option<String>,
    /// `use`: `sig` or `enc`.
    pub usage: Option<String>,
    /// `key_ops`: what it may be used for.
    pub key_ops: Option<Vec<String>>,
    /// All other public members, such as `x5c`.
    pub others: Object,
}

/// What a key is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// Making signatures.
    Sign,
    /// Checking them.
    Verify,
}

/// Why a key does not do for a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// The key is of another kind, or is declared to be for something else.
    Unfit(String),
    /// It would do if it were longer; callers may allow that.
    Weak(String),
}

impl Misfit {
    /// The finding in words, to follow the key's name.
    pub fn why(&self) -> &str {
        match self {
            Self::Unfit(why) | Self::Weak(why) => why,
        }
    }
}

impl Key {
    pub(super) fn from_material(material: Material) -> Self {
        Self { material, pss_only: false, kid: None, alg: None, usage: None, key_ops: None, others: Object::default() }
    }

    /// A symmetric key of these bytes.
    pub fn from_secret(secret: Secret) -> Self {
        Self::from_material(Material::Oct(secret))
    }

    /// Reads one JWK. Unknown members are kept; those of the key itself must be as RFC 7518 §6 says.
    ///
    /// # Errors
    /// What is wrong with it, as a phrase to follow the key's name.
    pub fn from_jwk(mut jwk: Object) -> Result<Self, String> {
        let result = Self::read_jwk(&mut jwk);
        // Whatever private members an error left behind.
        jwk.0.iter_mut().filter(|(name, _)| PRIVATE_MEMBERS.contains(&name.as_str())).for_each(|(_, value)| wipe(value));
        result
    }

    fn read_jwk(jwk: &mut Object) -> Result<Self, String> {
        if let Some(path) = Json::from(public_members(jwk)).duplicate() {
            return Err(format!("has {path:?} twice"));
        }
        let mut seen = std::collections::HashSet::with_capacity(jwk.0.len());
        if let Some((name, _)) = jwk.0.iter().find(|(name, _)| !seen.insert(name.as_str())) {
            return Err(format!("has {name:?} twice"));
        }
        let kty = take_text(jwk, "kty")?.ok_or("has no \"kty\"")?;
        let material = match kty.as_str() {
            "oct" => Material::Oct(Secret::from(take_private(jwk, "k")?.ok_or("has no \"k\"")?)),
            "RSA" => read_rsa(jwk)?,
            "EC" | "OKP" => read_curve(jwk, if kty == "EC" { Kty::Ec } else { Kty::Okp })?,
            other => return Err(format!("has kty {other:?}, which jwtctl does not know")),
        };
        let key_ops = match jwk.remove("key_ops") {
            None => None,
            Some(json) => {
                let ops: Option<Vec<String>> = match &json {
                    Json::Array(_) => json.as_strings().map(|ops| ops.into_iter().map(String::from).collect()),
                    _ => None,
                };
                Some(ops.ok_or("has a \"key_ops\" that is not an array of strings")?)
            }
        };
        let (kid, alg, usage) = (take_text(jwk, "kid")?, take_text(jwk, "alg")?, take_text(jwk, "use")?);
        Ok(Self { material, pss_only: false, kid, alg, usage, key_ops, others: public_members(jwk) })
    }

    /// The key family.
    pub fn kty(&self) -> Kty {
        match &self.material {
            Material::Oct(_) => Kty::Oct,
            Material::Rsa { .. } => Kty::Rsa,
            Material::Curve { crv, .. } => crv.kty(),
        }
    }

    /// The curve, of an EC or OKP key.
    pub fn curve(&self) -> Option<Curve> {
        match &self.material {
            Material::Curve { crv, .. } => Some(*crv),
            _ => None,
        }
    }

    /// The size people quote for it, in bits.
    pub fn bits(&self) -> usize {
        match &self.material {
            Material::Oct(secret) => secret.len() * 8,
            Material::Rsa { n, .. } => bit_length(n),
            Material::Curve { crv, .. } => crv.bits(),
        }
    }

    /// Whether the private half, or the symmetric key, is here.
    pub fn is_private(&self) -> bool {
        match &self.material {
            Material::Oct(_) => true,
            Material::Rsa { private, .. } => private.is_some(),
            Material::Curve { d, .. } => d.is_some(),
        }
    }

    /// How to call it in a message: `key "k1"`, or `the EC P-256 key` when it has no id.
    pub fn label(&self) -> String {
        match (&self.kid, self.curve()) {
            (Some(kid), _) => format!("key {kid:?}"),
            (None, Some(crv)) => format!("the {} {crv} key", self.kty()),
            (None, None) => format!("the {} {}-bit key", self.kty(), self.bits()),
        }
    }

    /// The signature algorithms that its type and size permit and its `alg`, if any, names. Weak ones are not among
    /// them.
    pub fn algorithms(&self, job: Job) -> Vec<SigAlg> {
        // EdDSA and its RFC 9864 names are one choice, not two.
        let distinct =
            |alg: &&SigAlg| !matches!(alg, SigAlg::Ed25519 | SigAlg::Ed448) || self.alg.as_deref() == Some(alg.as_str());
        let fits = |alg: &&SigAlg| self.fit(**alg, job).is_ok();
        let all: Vec<SigAlg> = SigAlg::ALL.iter().filter(distinct).filter(fits).copied().collect();
        match self.alg.as_deref().and_then(|name| name.parse().ok()) {
            Some(exact) if all.contains(&exact) => vec![exact],
            _ => all,
        }
    }

    /// Whether the key may do `job` with `alg`: its type, curve, `use`, `key_ops`, `alg` and size.
    ///
    /// # Errors
    /// The first thing that does not fit.
    pub fn fit(&self, alg: SigAlg, job: Job) -> Result<(), Misfit> {
        let unfit = |why: String| Err(Misfit::Unfit(why));
        if self.kty() != alg.kty() {
            return unfit(format!("is an {} key and {alg} needs an {} one", self.kty(), alg.kty()));
        }
        if self.pss_only && !alg.is_pss() {
            return unfit(format!("is for RSASSA-PSS only, and {alg} is something else"));
        }
        if let Some(crv) = self.curve()
            && !alg.admits(Some(crv))
        {
            return unfit(format!("is on curve {crv}, which {alg} does not use"));
        }
        if let Some(usage) = self.usage.as_deref().filter(|usage| *usage != "sig") {
            return unfit(format!("is declared for \"use\": {usage:?}, not \"sig\""));
        }
        let wanted: &[&str] = match job {
            Job::Sign => &["sign"],
            // A private key that may sign may check its own signatures.
            Job::Verify if self.is_private() => &["verify", "sign"],
            Job::Verify => &["verify"],
        };
        if let Some(ops) = &self.key_ops
            && !ops.iter().any(|op| wanted.contains(&op.as_str()))
        {
            return unfit(format!("is declared for \"key_ops\": {ops:?}, not {:?}", wanted[0]));
        }
        if let Some(own) = &self.alg
            && !own.parse::<SigAlg>().is_ok_and(|own| own.agrees_with(alg) && own.admits(self.curve()))
        {
            return unfit(format!("is declared for {own}, not {alg}"));
        }
        if job == Job::Sign && !self.is_private() {
            return unfit("is a public key, and signing needs the private one".into());
        }
        self.check_size(alg)
    }

    fn check_size(&self, alg: SigAlg) -> Result<(), Misfit> {
        match &self.material {
            Material::Oct(secret) if secret.is_empty() => Err(Misfit::Unfit("is empty".into())),
            Material::Oct(secret) if secret.len() < alg.hash().octets() => {
                let (has, needs) = (secret.len(), alg.hash().octets());
                Err(Misfit::Weak(format!("has {has} bytes, and {alg} needs at least {needs} (RFC 7518 section 3.2)")))
            }
            Material::Rsa { .. } if self.bits() < MIN_RSA_BITS => Err(Misfit::Weak(format!(
                "has {} bits, and {alg} needs at least {MIN_RSA_BITS} (RFC 7518 section 3.3)",
                self.bits()
            ))),
            _ => Ok(()),
        }
    }

    /// The bytes of a symmetric key.
    pub fn secret(&self) -> Option<&Secret> {
        match &self.material {
            Material::Oct(secret) => Some(secret),
            _ => None,
        }
    }

    /// Whether both hold the same public key, or the same symmetric one.
    pub fn same_material(&self, other: &Self) -> bool {
        match (&self.material, &other.material) {
            (Material::Oct(a), Material::Oct(b)) => {
                aws_lc_rs::constant_time::verify_slices_are_equal(a.expose(), b.expose()).is_ok()
            }
            (Material::Rsa { n, e, .. }, Material::Rsa { n: n2, e: e2, .. }) => n == n2 && e == e2,
            (Material::Curve { crv, x, y, .. }, Material::Curve { crv: crv2, x: x2, y: y2, .. }) => {
                crv == crv2 && x == x2 && y == y2
            }
            _ => false,
        }
    }

    /// The key without its private half; `None` for a symmetric key, which has no public one.
    pub fn public(&self) -> Option<Self> {
        let material = match &self.material {
            Material::Oct(_) => return None,
            Material::Rsa { n, e, .. } => Material::Rsa { n: n.clone(), e: e.clone(), private: None },
            Material::Curve { crv, x, y, .. } => Material::Curve { crv: *crv, x: x.clone(), y: y.clone(), d: None },
        };
        let key_ops = self.key_ops.as_ref().map(|ops| ops.iter().map(|op| public_op(op).to_owned()).collect());
        let (kid, alg, usage) = (self.kid.clone(), self.alg.clone(), self.usage.clone());
        Some(Self { material, pss_only: self.pss_only, kid, alg, usage, key_ops, others: self.others.clone() })
    }

    /// The RFC 7638 thumbprint with SHA-256, in base64url: a name that depends on the key alone.
    pub fn thumbprint(&self) -> String {
        self.thumbprint_with(ThumbprintHash::Sha256)
    }

    /// The RFC 7638 thumbprint with another digest.
    pub fn thumbprint_with(&self, hash: ThumbprintHash) -> String {
        // The members that RFC 7638 section 3.2 and RFC 8037 section 2 list, in lexicographic order.
        let canonical = Zeroizing::new(match &self.material {
            Material::Oct(secret) => format!(r#"{{"k":"{}","kty":"oct"}}"#, *encode_private(secret)),
            Material::Rsa { n, e, .. } => format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, encode(e), encode(n)),
            Material::Curve { crv, x, y, .. } if crv.kty() == Kty::Ec => {
                format!(r#"{{"crv":"{crv}","kty":"EC","x":"{}","y":"{}"}}"#, encode(x), encode(y))
            }
            Material::Curve { crv, x, .. } => format!(r#"{{"crv":"{crv}","kty":"OKP","x":"{}"}}"#, encode(x)),
        });
        encode(digest::digest(hash.algorithm(), canonical.as_bytes()).as_ref())
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
            let mut longer = Zeroizing::new(Vec::with_capacity(text.len() + name.len() + value.len() + 7));
            longer.extend_from_slice(&text);
            for part in [",\"", name, "\":\"", value.as_str(), "\""] {
                longer.extend_from_slice(part.as_bytes());
            }
            text = longer;
        };
        match &self.material {
            Material::Oct(secret) => member("k", secret),
            Material::Rsa { private: Some(it), .. } => {
                let members = [("d", &it.d), ("p", &it.p), ("q", &it.q), ("dp", &it.dp), ("dq", &it.dq), ("qi", &it.qi)];
                members.into_iter().for_each(|(name, value)| member(name, value));
            }
            Material::Curve { d: Some(d), .. } => member("d", d),
            Material::Rsa { .. } | Material::Curve { .. } => {}
        }
        text.push(b'}');
        Secret::from(text)
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.public_jwk().serialize(serializer)
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({})", self.label())
    }
}

/// The digest of a thumbprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ThumbprintHash {
    Sha256,
    Sha384,
    Sha512,
}

impl ThumbprintHash {
    /// The name in IANA's registry of named information hashes, as RFC 9278 writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sha256 => "sha-256",
            Self::Sha384 => "sha-384",
            Self::Sha512 => "sha-512",
        }
    }

    fn algorithm(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        }
    }
}

fn read_rsa(jwk: &mut Object) -> Result<Material, String> {
    let n = take_public(jwk, "n")?.ok_or("has no \"n\"")?;
    let e = take_public(jwk, "e")?.ok_or("has no \"e\"")?;
    if jwk.has("oth") {
        return Err("has more than two primes, which jwtctl does not support".into());
    }
    let mut private = |name| take_private(jwk, name).map(|value| value.map(|value| Secret::new(without_zeros(&value).to_vec())));
    let numbers = (private("d")?, private("p")?, private("q")?, private("dp")?, private("dq")?, private("qi")?);
    let private = match numbers {
        (None, ..) => None,
        (Some(d), Some(p), Some(q), Some(dp), Some(dq), Some(qi)) => Some(RsaPrivate { d, p, q, dp, dq, qi }),
        _ => return Err("has \"d\" without \"p\", \"q\", \"dp\", \"dq\" and \"qi\"".into()),
    };
    rsa(&n, &e, private)
}

/// An RSA key of these numbers, if they are within what the backends take.
pub(super) fn rsa(n: &[u8], e: &[u8], private: Option<RsaPrivate>) -> Result<Material, String> {
    let (n, e) = (without_zeros(n).to_vec(), without_zeros(e).to_vec());
    if n.last().is_none_or(|last| last % 2 == 0) {
        return Err("has an even modulus".into());
    }
    let bits = bit_length(&n);
    if !(512..=MAX_RSA_BITS).contains(&bits) {
        return Err(format!("has {bits} bits, outside 512 to {MAX_RSA_BITS}"));
    }
    if e.last().is_none_or(|last| last % 2 == 0) || e == [1] || bit_length(&e) > 33 {
        return Err("has an exponent that is even, 1, or larger than 33 bits".into());
    }
    Ok(Material::Rsa { n, e, private })
}

fn read_curve(jwk: &mut Object, kty: Kty) -> Result<Material, String> {
    let name = take_text(jwk, "crv")?.ok_or("has no \"crv\"")?;
    let crv = name.parse::<Curve>().ok().filter(|crv| crv.kty() == kty);
    let crv = crv.ok_or_else(|| format!("is on curve {name:?}, which jwtctl does not know"))?;
    let coordinate = |name: &str, value: Option<Vec<u8>>| match value {
        None => Err(format!("has no {name:?}")),
        Some(value) if value.len() != crv.octets() => {
            Err(format!("has {name:?} of {} bytes, and {crv} takes {}", value.len(), crv.octets()))
        }
        Some(value) => Ok(value),
    };
    let x = coordinate("x", take_public(jwk, "x")?)?;
    let y = if kty == Kty::Ec { coordinate("y", take_public(jwk, "y")?)? } else { Vec::new() };
    let d = match take_private(jwk, "d")? {
        Some(d) if d.len() != crv.octets() => {
            return Err(format!("has \"d\" of {} bytes, and {crv} takes {}", d.len(), crv.octets()));
        }
        d => d.map(Secret::from),
    };
    Ok(Material::Curve { crv, x, y, d })
}

fn take_text(jwk: &mut Object, name: &str) -> Result<Option<String>, String> {
    match jwk.remove(name) {
        None => Ok(None),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(other) => Err(format!("has {name:?} that is {}, not a string", other.kind())),
    }
}

fn take_public(jwk: &mut Object, name: &str) -> Result<Option<Vec<u8>>, String> {
    let Some(text) = take_text(jwk, name)? else { return Ok(None) };
    decode(&text).map(Some).ok_or_else(|| format!("has {name:?} that is not base64url without padding"))
}

fn take_private(jwk: &mut Object, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
    let Some(text) = take_text(jwk, name)?.map(Zeroizing::new) else { return Ok(None) };
    // The text itself stays out of the message.
    let bytes = decode(&text).map(Zeroizing::new);
    bytes.map(Some).ok_or_else(|| format!("has {name:?} that is not base64url without padding"))
}

/// `jwk` without whatever members could be private.
pub(super) fn public_members(jwk: &Object) -> Object {
    Object(jwk.0.iter().filter(|(name, _)| !PRIVATE_MEMBERS.contains(&name.as_str())).cloned().collect())
}

/// Wipes every text and number in `value`, which held private members.
pub fn wipe(value: &mut Json) {
    match value {
        Json::String(text) | Json::Number(text) => text.zeroize(),
        Json::Array(items) => items.iter_mut().for_each(wipe),
        Json::Object(object) => object.0.iter_mut().for_each(|(_, value)| wipe(value)),
        Json::Null | Json::Bool(_) => {}
    }
}

/// What the public half may do when the private one may do `op`.
fn public_op(op: &str) -> &str {
    match op {
        "sign" => "verify",
        "decrypt" => "encrypt",
        "unwrapKey" => "wrapKey",
        other => other,
    }
}

/// Whether `alg`, as a JWK may declare it, is one for encryption.
pub fn is_encryption_alg(alg: &str) -> bool {
    alg.parse::<KeyAlg>().is_ok()
}

/// `bytes` without the zeros in front.
pub(super) fn without_zeros(bytes: &[u8]) -> &[u8] {
    &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..]
}

fn bit_length(number: &[u8]) -> usize {
    number.first().map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}

/// Base64url without padding (RFC 7515 §2).
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn encode_private(secret: &Secret) -> Zeroizing<String> {
    Zeroizing::new(encode(secret.expose()))
}

/// Reads base64url as strictly as RFC 7515 §2 wants it: no padding, no white space, no bits left over.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Reads hexadecimal digits, in either case.
pub fn hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jwk(text: &str) -> Result<Key, String> {
        match Json::parse(text.as_bytes()).unwrap() {
            Json::Object(object) => Key::from_jwk(object),
            _ => panic!("not an object"),
        }
    }

    const P256: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI","kid":"k","x-own":[1]}"#;

    #[test]
    fn public_and_private_print_apart() {
        let key = jwk(P256).unwrap();
        let public = serde_json::to_string(&key).unwrap();
        assert!(!public.contains("\"d\"") && public.contains("x-own"));
        let private: serde_json::Value = serde_json::from_slice(key.expose_jwk().expose()).unwrap();
        assert_eq!(private, serde_json::from_str::<serde_json::Value>(P256).unwrap());
        assert!(key.is_private() && !key.public().unwrap().is_private());
        assert_eq!(format!("{key:?}"), r#"Key(key "k")"#);
    }

    #[test]
    fn broken_keys_say_what_is_broken() {
        for (text, why) in [
            (r#"{"kty":5}"#, "kty"),
            (r#"{}"#, "kty"),
            (r#"{"kty":"AKP","alg":"ML-DSA-44","pub":"AA"}"#, "AKP"),
            (r#"{"kty":"oct"}"#, "\"k\""),
            (r#"{"kty":"oct","k":"AA=="}"#, "base64url"),
            (r#"{"kty":"oct","k":"AB"}"#, "base64url"),
            (r#"{"kty":"oct","k":"AA","k":"AA"}"#, "twice"),
            (r#"{"kty":"oct","k":"AA","kid":7}"#, "kid"),
            (r#"{"kty":"oct","k":"AA","key_ops":"sign"}"#, "key_ops"),
            (r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#, "takes 32"),
            (r#"{"kty":"OKP","crv":"P-256","x":"AA"}"#, "curve"),
            (r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#, "bits"),
            (r#"{"kty":"RSA","e":"AQAB"}"#, "\"n\""),
        ] {
            let error = jwk(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn a_key_says_what_it_may_do() {
        let key = |extra: &str| jwk(&P256.replace("\"kid\":\"k\"", extra)).unwrap();
        assert_eq!(key("\"kid\":\"k\"").algorithms(Job::Sign), [SigAlg::Es256]);
        assert!(key(r#""use":"sig""#).fit(SigAlg::Es256, Job::Verify).is_ok());
        assert!(key(r#""key_ops":["sign"]"#).fit(SigAlg::Es256, Job::Verify).is_ok());
        for extra in [r#""use":"enc""#, r#""key_ops":["verify"]"#, r#""alg":"ES384""#, r#""alg":"ECDH-ES""#] {
            assert!(matches!(key(extra).fit(SigAlg::Es256, Job::Sign), Err(Misfit::Unfit(_))), "{extra}");
        }
        assert!(key("\"kid\":\"k\"").fit(SigAlg::Es384, Job::Sign).is_err());
        assert!(key("\"kid\":\"k\"").fit(SigAlg::Hs256, Job::Verify).is_err());
        assert!(key("\"kid\":\"k\"").public().unwrap().fit(SigAlg::Es256, Job::Sign).is_err());
    }

    #[test]
    fn short_secrets_are_weak_and_empty_ones_unfit() {
        let key = |bytes: usize| Key::from_secret(Secret::new(vec![7; bytes]));
        assert!(matches!(key(31).fit(SigAlg::Hs256, Job::Sign), Err(Misfit::Weak(_))));
        assert!(key(32).fit(SigAlg::Hs256, Job::Sign).is_ok());
        assert!(matches!(key(0).fit(SigAlg::Hs256, Job::Sign), Err(Misfit::Unfit(_))));
        assert_eq!(key(48).algorithms(Job::Verify), [SigAlg::Hs256, SigAlg::Hs384]);
    }
}
