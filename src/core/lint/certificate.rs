//! Certificates that a key comes with: RFC 7517 §4.7 to §4.9.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::certificate::{Certificate, digests};
use super::super::json::Json;
use super::super::key::Key;
use super::{Rule, Subject};

pub(super) fn check(subject: &mut Subject<'_>, key: Option<&Key>) {
    let jwk = subject.jwk;
    let Some(chain) = jwk.member("x5c") else {
        return;
    };
    let read = |item: &Json| {
        let der = item.as_str().and_then(|text| STANDARD.decode(text).ok())?;
        Certificate::from_der(&der)
    };
    let certificates: Vec<Option<Certificate>> = match chain {
        Json::Array(items) if !items.is_empty() => items.iter().map(read).collect(),
        _ => {
            return subject.report(
                Rule::X5cMalformed,
                "has \"x5c\" that is not an array of certificates",
            );
        }
    };
    for (index, certificate) in certificates.iter().enumerate() {
        match certificate {
            None => subject.report(
                Rule::X5cMalformed,
                format!("has an entry {index} in \"x5c\" that is no certificate in base64"),
            ),
            Some(certificate) => check_validity(subject, index, certificate),
        }
    }
    let Some(Some(first)) = certificates.first() else {
        return;
    };
    if let (Some(key), Ok(certified)) = (key, first.key())
        && !key.same_material(&certified)
    {
        subject.report(
            Rule::X5cMismatch,
            "has a certificate in \"x5c\" that is for another key",
        );
    }
    let disagreeing = digests(jwk, first)
        .into_iter()
        .filter(|(_, agrees)| !agrees);
    for (name, _) in disagreeing {
        subject.report(
            Rule::X5tMismatch,
            format!("has {name:?} that is not of the first certificate in \"x5c\""),
        );
    }
}

fn check_validity(subject: &mut Subject<'_>, index: usize, certificate: &Certificate) {
    let (from, to) = (certificate.not_before(), certificate.not_after());
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
