//! Certificates that a key comes with: RFC 7517 §4.7 to §4.9.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use der::Decode as _;
use x509_cert::Certificate;
use x509_cert::time::Time;

use super::super::json::Json;
use super::super::key::{Key, encode, from_der};
use super::super::time::Timestamp;
use super::{Rule, Subject};

pub(super) fn check(subject: &mut Subject<'_>, key: Option<&Key>) {
    let jwk = subject.jwk;
    let Some(chain) = jwk.member("x5c") else {
        return;
    };
    let certificates: Vec<Option<Vec<u8>>> = match chain {
        Json::Array(items) if !items.is_empty() => items
            .iter()
            .map(|item| item.as_str().and_then(|text| STANDARD.decode(text).ok()))
            .collect(),
        _ => {
            return subject.report(
                Rule::X5cMalformed,
                "has \"x5c\" that is not an array of certificates",
            );
        }
    };
    for (index, der) in certificates.iter().enumerate() {
        match der.as_ref().and_then(|der| Certificate::from_der(der).ok()) {
            None => subject.report(
                Rule::X5cMalformed,
                format!("has an entry {index} in \"x5c\" that is no certificate in base64"),
            ),
            Some(certificate) => check_validity(subject, index, &certificate),
        }
    }
    let Some(first) = certificates.first().and_then(Option::as_deref) else {
        return;
    };
    if let (Some(key), Some(Ok(certified))) = (key, from_der(first))
        && !key.same_material(&certified)
    {
        subject.report(
            Rule::X5cMismatch,
            "has a certificate in \"x5c\" that is for another key",
        );
    }
    for (name, hash) in [
        ("x5t", &digest::SHA1_FOR_LEGACY_USE_ONLY),
        ("x5t#S256", &digest::SHA256),
    ] {
        if jwk
            .text(name)
            .is_some_and(|stated| stated != encode(digest::digest(hash, first).as_ref()))
        {
            subject.report(
                Rule::X5tMismatch,
                format!("has {name:?} that is not of the first certificate in \"x5c\""),
            );
        }
    }
}

fn check_validity(subject: &mut Subject<'_>, index: usize, certificate: &Certificate) {
    let validity = certificate.tbs_certificate().validity();
    let (from, to) = (moment(&validity.not_before), moment(&validity.not_after));
    if subject.now > to {
        subject.report(
            Rule::X5cExpired,
            format!("has a certificate {index} in \"x5c\" that expired at {to}"),
        );
    }
    if subject.now < from {
        subject.report(
            Rule::X5cExpired,
            format!("has a certificate {index} in \"x5c\" that is not valid before {from}"),
        );
    }
}

fn moment(time: &Time) -> Timestamp {
    Timestamp(i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX))
}
