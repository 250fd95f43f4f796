//! Certificates that the caller trusts, and what they vouch for.

use std::sync::Arc;

use x509_cert::ext::pkix::KeyUsage;

use super::super::error::{Code, Reason, shortened};
use super::super::guard::guarded;
use super::super::header::Header;
use super::super::key::Key;
use super::super::limits::MAX_ROOTS;
use super::super::time::Timestamp;
use super::{Certificate, Unusable, chain, digests, from_file, path};

/// Certificates whose issuers are trusted to say whose key is whose, and for which name.
#[derive(Clone, Debug)]
pub struct TrustedRoots {
    roots: Vec<Certificate>,
    name: Option<String>,
}

/// A key that a chain of certificates leads to.
#[derive(Clone, Debug)]
pub struct Certified {
    /// The key of the first certificate.
    pub key: Arc<Key>,
    /// Whose it is, and until when.
    pub certificate: Certificate,
}

/// The check's name in reports.
pub(super) const CHECK: &str = "certificate";

pub(super) fn refused(why: impl Into<String>) -> Reason {
    Reason::new(Code::UntrustedCertificate, CHECK, why)
}

impl TrustedRoots {
    /// Reads the trusted certificates of a file. A key's certificate must be valid for `name` where
    /// one is given: a DNS name, an IP address or a URI of its subjectAltName.
    ///
    /// # Errors
    /// When the file holds none, or more than [`MAX_ROOTS`], or a broken one.
    pub fn from_file(bytes: &[u8], name: Option<String>) -> Result<Self, Unusable> {
        let roots = from_file(bytes)?;
        if roots.len() > MAX_ROOTS {
            return Err(Unusable(format!(
                "holds {} certificates, more than {MAX_ROOTS}",
                roots.len()
            )));
        }
        Ok(Self { roots, name })
    }

    /// The key of the chain in a protected header, once the chain leads to a trusted certificate at
    /// the moment `now` (RFC 5280 §6) and its first certificate may sign. What its extended key
    /// usage is, does not matter: JOSE defines none. Revocation is not looked at.
    ///
    /// # Errors
    /// [`Code::UntrustedCertificate`].
    pub fn certified(&self, header: &Header, now: Timestamp) -> Result<Certified, Reason> {
        let members = header.members();
        let Some(chain) = chain(members) else {
            return Err(refused(match header.unprotected().has("x5c") {
                true => "\"x5c\" stands in the unprotected header, which no signature covers",
                false => "the header brings no certificate (x5c)",
            }));
        };
        let chain = chain.map_err(|why| refused(format!("the header {why}")))?;
        let leaf = &chain[0];
        if let Some((name, _)) = digests(members, leaf)
            .into_iter()
            .find(|(_, agrees)| !agrees)
        {
            return Err(refused(format!(
                "{name:?} is not the digest of the first certificate in \"x5c\""
            )));
        }
        path::check(&chain, &self.roots, self.name.as_deref(), now)?;
        check_usage(leaf)?;
        let key = leaf.key().map_err(|why| {
            refused(format!(
                "the key of certificate {} {why}",
                shortened(&leaf.subject())
            ))
        })?;
        Ok(Certified {
            key: Arc::new(key),
            certificate: leaf.clone(),
        })
    }
}

/// Whether the key of a certificate may sign what is not a certificate (RFC 5280 §4.2.1.3). Without
/// the extension it may.
fn check_usage(leaf: &Certificate) -> Result<(), Reason> {
    match key_usage(leaf)? {
        Some(usage) if !usage.digital_signature() => Err(refused(format!(
            "the key usage of certificate {} does not include digitalSignature",
            shortened(&leaf.subject())
        ))),
        _ => Ok(()),
    }
}

pub(super) fn key_usage(certificate: &Certificate) -> Result<Option<KeyUsage>, Reason> {
    let tbs = certificate.read.tbs_certificate();
    let read = guarded(|| tbs.get_extension::<KeyUsage>().ok()).flatten();
    match read {
        Some(found) => Ok(found.map(|(_, usage)| usage)),
        None => Err(refused(format!(
            "the key usage of certificate {} is broken",
            shortened(&certificate.subject())
        ))),
    }
}
