//! The path from a key's certificate to a trusted one: rustls-webpki judges it, and what it does not
//! look at, the key usage of issuers, is judged here.

use std::net::IpAddr;
use std::time::Duration;

use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use webpki::{
    ALL_VERIFICATION_ALGS, EndEntityCert, Error, ExtendedKeyUsageValidator, KeyPurposeIdIter,
    anchor_from_trusted_cert,
};

use super::super::error::{Reason, shortened};
use super::super::guard::guarded;
use super::super::time::Timestamp;
use super::Certificate;
use super::roots::{key_usage, refused};

/// Accepts certificates for every purpose.
struct AnyPurpose;

impl ExtendedKeyUsageValidator for AnyPurpose {
    fn validate(&self, purposes: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        purposes.into_iter().try_for_each(|it| it.map(drop))
    }
}

/// Whether the first of `chain` is valid at `now`, for `name`, by way of the others and up to one of
/// `roots`.
///
/// # Errors
/// [`super::super::error::Code::UntrustedCertificate`], with the reason.
pub(super) fn check(
    chain: &[Certificate],
    roots: &[Certificate],
    name: Option<&str>,
    now: Timestamp,
) -> Result<(), Reason> {
    let judge = || judge(chain, roots, name, now);
    let judged = guarded(judge).unwrap_or(Err(Error::BadDer));
    judged.map_err(|error| refused(words(&error, chain, name, now)))?;
    for issuer in &chain[1..] {
        let is_used = chain.iter().any(|it| it.is_issued_by(issuer));
        if is_used && key_usage(issuer)?.is_some_and(|usage| !usage.key_cert_sign()) {
            return Err(refused(format!(
                "the key usage of certificate {} does not include keyCertSign, and it issued another",
                shortened(&issuer.subject())
            )));
        }
    }
    Ok(())
}

fn judge(
    chain: &[Certificate],
    roots: &[Certificate],
    name: Option<&str>,
    now: Timestamp,
) -> Result<(), Error> {
    let ders = |certificates: &[Certificate]| -> Vec<CertificateDer<'static>> {
        let der = |it: &Certificate| CertificateDer::from(it.der().to_vec());
        certificates.iter().map(der).collect()
    };
    let (chain, roots) = (ders(chain), ders(roots));
    // One that webpki cannot read as a root vouches for nothing.
    let anchors: Vec<_> = roots
        .iter()
        .filter_map(|it| anchor_from_trusted_cert(it).ok())
        .collect();
    let seconds = u64::try_from(now.0).unwrap_or(0);
    let at = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    let leaf = EndEntityCert::try_from(&chain[0])?;
    leaf.verify_for_usage(
        ALL_VERIFICATION_ALGS,
        &anchors,
        &chain[1..],
        at,
        AnyPurpose,
        None,
        None,
    )?;
    match name {
        Some(name) => check_name(&leaf, name),
        None => Ok(()),
    }
}

fn check_name(leaf: &EndEntityCert<'_>, name: &str) -> Result<(), Error> {
    if name.contains("://") || name.starts_with("urn:") {
        let is_there = leaf.valid_uri_names().any(|it| it == name);
        return is_there.then_some(()).ok_or(Error::UnsupportedNameType);
    }
    let name = match name.parse::<IpAddr>() {
        Ok(address) => ServerName::from(address),
        Err(_) => ServerName::try_from(name).map_err(|_| Error::MalformedDnsIdentifier)?,
    };
    leaf.verify_is_valid_for_subject_name(&name)
}

/// The reason in words, with the name of the certificate, which the library's errors lack.
fn words(error: &Error, chain: &[Certificate], name: Option<&str>, now: Timestamp) -> String {
    let label = |it: &Certificate| format!("certificate {}", shortened(&it.subject()));
    let first = |is_meant: &dyn Fn(&Certificate) -> bool| {
        let found = chain.iter().find(|it| is_meant(it));
        found.unwrap_or(&chain[0])
    };
    match error {
        Error::CertExpired { .. } => {
            let it = first(&|it| it.not_after() < now);
            format!("{} expired at {}", label(it), it.not_after())
        }
        Error::CertNotValidYet { .. } => {
            let it = first(&|it| it.not_before() > now);
            format!("{} is not valid before {}", label(it), it.not_before())
        }
        Error::UnknownIssuer => missing(chain),
        Error::EndEntityUsedAsCa => {
            "a certificate issued another and is none of an authority (CA is false)".into()
        }
        Error::CaUsedAsEndEntity => format!(
            "{} is one of an authority, not of a key that signs tokens",
            label(&chain[0])
        ),
        Error::PathLenConstraintViolated => {
            "the chain is longer than one of its certificates allows (pathLenConstraint)".into()
        }
        Error::NameConstraintViolation => {
            "a name in the chain is outside the name constraints of one of its issuers".into()
        }
        Error::UnsupportedCriticalExtension => {
            "a certificate of the chain has a critical extension that jwtctl does not know".into()
        }
        Error::InvalidSignatureForPublicKey => {
            "a certificate of the chain is not signed by the issuer that it names".into()
        }
        Error::CertNotValidForName(_) | Error::UnsupportedNameType => format!(
            "{} is not for {} (subjectAltName)",
            label(&chain[0]),
            shortened(name.unwrap_or_default())
        ),
        Error::MalformedDnsIdentifier => format!(
            "{} is no name that a certificate could be for",
            shortened(name.unwrap_or_default())
        ),
        // The library's variants are stable words; none holds anything of a certificate.
        other => format!("the chain cannot be verified ({other})"),
    }
}

/// Where a chain breaks off.
fn missing(chain: &[Certificate]) -> String {
    let mut last = &chain[0];
    let mut steps = 0;
    while let Some(next) = chain[1..].iter().find(|it| last.is_issued_by(it)) {
        steps += 1;
        if last.is_self_issued() || steps > chain.len() {
            break;
        }
        last = next;
    }
    let issuer = shortened(&last.issuer());
    match last.is_self_issued() {
        true => format!("the chain ends at {issuer}, which issued itself and is not trusted"),
        false => format!(
            "the certificate of {issuer} is missing: neither is it in the chain, nor is it trusted"
        ),
    }
}
