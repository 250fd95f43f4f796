//! Certificates that a header or a key comes with (RFC 7515 §4.1.5 to §4.1.8, RFC 7517 §4.6 to
//! §4.9): shown as they are, and believed only where [`TrustedRoots`] vouch for them. `x5u` is never
//! followed.

mod name;
mod path;
mod roots;

pub use roots::{Certified, TrustedRoots};

use std::fmt;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use der::Decode as _;
use serde::{Serialize, Serializer};
use x509_cert::time::Time;

use super::guard::guarded;
use super::json::{Json, Object};
use super::key::{Key, encode, from_der, is_pem, pem_blocks};
use super::limits::MAX_CHAIN;
use super::time::Timestamp;

/// A certificate that has been read. Nothing vouches for it.
#[derive(Clone)]
pub struct Certificate {
    der: Vec<u8>,
    read: x509_cert::Certificate,
}

/// What is wrong with a certificate or a chain, in a phrase to follow its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable(pub String);

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({})", self.subject())
    }
}

impl Certificate {
    /// Reads one certificate in DER; `None` when the bytes are not a certificate.
    pub fn from_der(der: &[u8]) -> Option<Self> {
        let read = guarded(|| x509_cert::Certificate::from_der(der).ok()).flatten()?;
        Some(Self {
            der: der.to_vec(),
            read,
        })
    }

    /// The certificate in DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Whom it is for, as RFC 4514 writes names.
    pub fn subject(&self) -> String {
        named(|| name::text(self.read.tbs_certificate().subject()))
    }

    /// Who issued it, as RFC 4514 writes names.
    pub fn issuer(&self) -> String {
        named(|| name::text(self.read.tbs_certificate().issuer()))
    }

    /// Whether it names itself as its issuer.
    pub fn is_self_issued(&self) -> bool {
        let names = self.read.tbs_certificate();
        names.subject() == names.issuer()
    }

    /// Whether `other` bears the name of its issuer.
    pub fn is_issued_by(&self, other: &Self) -> bool {
        self.read.tbs_certificate().issuer() == other.read.tbs_certificate().subject()
    }

    /// From when on it is valid.
    pub fn not_before(&self) -> Timestamp {
        moment(&self.read.tbs_certificate().validity().not_before)
    }

    /// Until when it is valid.
    pub fn not_after(&self) -> Timestamp {
        moment(&self.read.tbs_certificate().validity().not_after)
    }

    /// The key that it is for.
    ///
    /// # Errors
    /// When it is of a kind that jwtctl does not know, or broken.
    pub fn key(&self) -> Result<Key, Unusable> {
        from_der(&self.der)
            .unwrap_or_else(|| Err("is broken".into()))
            .map_err(|why| Unusable(why.to_string()))
    }

    /// Its SHA-1 digest in base64url, as `x5t` has it.
    pub fn x5t(&self) -> String {
        encode(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &self.der).as_ref())
    }

    /// Its SHA-256 digest in base64url, as `x5t#S256` has it.
    pub fn x5t_s256(&self) -> String {
        encode(digest::digest(&digest::SHA256, &self.der).as_ref())
    }

    /// Its place in `x5c`: base64, not base64url.
    pub fn x5c(&self) -> String {
        STANDARD.encode(&self.der)
    }
}

impl Serialize for Certificate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shown {
            subject: String,
            issuer: String,
            not_before_at: Option<String>,
            not_after_at: Option<String>,
        }
        let shown = Shown {
            subject: self.subject(),
            issuer: self.issuer(),
            not_before_at: self.not_before().rfc3339(),
            not_after_at: self.not_after().rfc3339(),
        };
        shown.serialize(serializer)
    }
}

fn named(write: impl Fn() -> String) -> String {
    guarded(write).unwrap_or_else(|| "a name that cannot be read".into())
}

fn moment(time: &Time) -> Timestamp {
    Timestamp(i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX))
}

/// Every certificate in a file: PEM blocks, whatever else stands among them, or one in DER.
///
/// # Errors
/// When there is none, or one is broken.
pub fn from_file(bytes: &[u8]) -> Result<Vec<Certificate>, Unusable> {
    let broken = |index: usize| Unusable(format!("has a certificate {index} that is broken"));
    if !is_pem(bytes) {
        let only = Certificate::from_der(bytes);
        return only
            .map(|it| vec![it])
            .ok_or_else(|| Unusable("holds no certificate in PEM or DER".into()));
    }
    let blocks = pem_blocks(bytes).unwrap_or_else(|| Ok(Vec::new()));
    let blocks = blocks.map_err(|why| Unusable(why.to_string()))?;
    let mut certificates = Vec::new();
    for block in blocks.iter().filter(|it| it.label == "CERTIFICATE") {
        let read = Certificate::from_der(block.der.expose());
        certificates.push(read.ok_or_else(|| broken(certificates.len()))?);
    }
    match certificates.is_empty() {
        true => Err(Unusable("holds no certificate".into())),
        false => Ok(certificates),
    }
}

/// The certificates that speak for `key`: its own, and after each the one of its issuer, as far as
/// `certificates` has them and at most [`MAX_CHAIN`]. Empty where none is the key's.
pub fn chain_for<'c>(key: &Key, certificates: &'c [Certificate]) -> Vec<&'c Certificate> {
    let is_own = |it: &&Certificate| it.key().is_ok_and(|own| own.same_material(key));
    let mut chain: Vec<&Certificate> = certificates.iter().find(is_own).into_iter().collect();
    while let Some(last) = chain.last().filter(|it| !it.is_self_issued())
        && chain.len() < MAX_CHAIN
        && let Some(issuer) = certificates.iter().find(|it| last.is_issued_by(it))
    {
        chain.push(issuer);
    }
    chain
}

/// The chain in the member `x5c` of a header or a JWK, the certificate of the key first; `None` where
/// there is none.
///
/// # Errors
/// When it is not an array of certificates in base64, is empty, or is longer than [`MAX_CHAIN`].
pub fn chain(members: &Object) -> Option<Result<Vec<Certificate>, Unusable>> {
    members.member("x5c").map(read_chain)
}

fn read_chain(x5c: &Json) -> Result<Vec<Certificate>, Unusable> {
    let wrong = |why: String| Unusable(format!("has \"x5c\" {why}"));
    let Json::Array(items) = x5c else {
        return Err(wrong("that is not an array of certificates".into()));
    };
    if items.is_empty() {
        return Err(wrong("that is empty".into()));
    }
    if items.len() > MAX_CHAIN {
        return Err(wrong(format!(
            "of {} certificates, more than {MAX_CHAIN}",
            items.len()
        )));
    }
    let read = |(index, item): (usize, &Json)| {
        let der = item.as_str().and_then(|text| STANDARD.decode(text).ok());
        let certificate = der.and_then(|der| Certificate::from_der(&der));
        certificate.ok_or_else(|| wrong(format!("whose entry {index} is no certificate in base64")))
    };
    items.iter().enumerate().map(read).collect()
}

/// The digests in `x5t` and `x5t#S256` of a header or a JWK, and whether each is the one of
/// `certificate`.
pub fn digests(members: &Object, certificate: &Certificate) -> Vec<(&'static str, bool)> {
    let computed = [
        ("x5t", certificate.x5t()),
        ("x5t#S256", certificate.x5t_s256()),
    ];
    computed
        .into_iter()
        .filter(|(name, _)| members.has(name))
        .map(|(name, own)| (name, members.text(name) == Some(own.as_str())))
        .collect()
}

/// What a header or a JWK says of certificates. Nothing vouches for it.
#[derive(Clone, Debug, Serialize)]
pub struct SeenChain {
    /// The chain in `x5c`, the certificate of the key first; empty where it cannot be read.
    pub certificates: Vec<Certificate>,
    /// `x5t` and `x5t#S256`, and whether each is the digest of the first certificate.
    pub digests: Vec<SeenDigest>,
    /// Why `x5c` cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<String>,
}

/// A digest that stands beside a chain.
#[derive(Clone, Debug, Serialize)]
pub struct SeenDigest {
    /// `x5t` or `x5t#S256`.
    pub name: &'static str,
    /// Whether it is the digest of the first certificate.
    pub agrees: bool,
}

impl SeenChain {
    /// The chain in a header or a JWK; `None` where there is no `x5c`.
    pub fn of(members: &Object) -> Option<Self> {
        let (certificates, unreadable) = match chain(members)? {
            Ok(certificates) => (certificates, None),
            Err(why) => (Vec::new(), Some(why.0)),
        };
        let digests = certificates.first().map(|it| digests(members, it));
        let digests = digests.unwrap_or_default().into_iter();
        Some(Self {
            digests: digests
                .map(|(name, agrees)| SeenDigest { name, agrees })
                .collect(),
            certificates,
            unreadable,
        })
    }

    /// A line for each certificate, and for each digest.
    pub fn lines(&self) -> Vec<String> {
        let certificates = self.certificates.iter().map(|it| {
            format!(
                "{} by {}, {} to {}",
                it.subject(),
                it.issuer(),
                it.not_before(),
                it.not_after()
            )
        });
        let digests = self.digests.iter().map(|it| match it.agrees {
            true => format!("{} is the digest of the first", it.name),
            false => format!("{} is NOT the digest of the first", it.name),
        });
        let unreadable = self.unreadable.iter().map(|why| format!("it {why}"));
        certificates.chain(digests).chain(unreadable).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_are_read_strictly() {
        let members = |text: &str| Object::parse_strict(text.as_bytes()).unwrap();
        assert!(chain(&members("{}")).is_none());
        for bad in [
            r#"{"x5c":"AAAA"}"#,
            r#"{"x5c":[]}"#,
            r#"{"x5c":[1]}"#,
            r#"{"x5c":["AAAA"]}"#,
            r#"{"x5c":["A","A","A","A","A","A","A","A","A","A","A"]}"#,
        ] {
            assert!(chain(&members(bad)).unwrap().is_err(), "{bad}");
            assert!(SeenChain::of(&members(bad)).unwrap().unreadable.is_some());
        }
        for bad in ["", "-----BEGIN X-----\nAAAA\n-----END X-----\n", "AAAA"] {
            assert!(from_file(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
