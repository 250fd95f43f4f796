//! Everything about a key that is not the key itself: RFC 7517 §4.

use std::collections::HashSet;

use super::super::alg::{ContentEnc, Curve, KeyAlg, Kty, SigAlg};
use super::super::json::Json;
use super::{Rule, Subject};

/// The operations of RFC 7517 §4.3, with the use that each belongs to and whether it takes a
/// private key.
const OPERATIONS: [(&str, &str, bool); 8] = [
    ("sign", "sig", true),
    ("verify", "sig", false),
    ("encrypt", "enc", false),
    ("decrypt", "enc", true),
    ("wrapKey", "enc", false),
    ("unwrapKey", "enc", true),
    ("deriveKey", "enc", false),
    ("deriveBits", "enc", false),
];

/// Members that hold a private key. `k` is told apart: it is the whole of a symmetric one.
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "priv"];

pub(super) fn check(subject: &mut Subject<'_>) {
    let has: Vec<&str> = PRIVATE_MEMBERS
        .into_iter()
        .filter(|name| subject.jwk.has(name))
        .collect();
    if !has.is_empty() {
        subject.report(
            Rule::PrivateMember,
            format!("has the private member {}", has.join(", ")),
        );
    }
    for name in ["kid", "alg", "use", "kty", "crv", "issuer"] {
        if let Some(other) = subject
            .jwk
            .member(name)
            .filter(|json| json.as_str().is_none())
        {
            subject.report(
                Rule::MalformedKey,
                format!("has {name:?} that is {}, not a string", other.kind()),
            );
        }
    }
    if !subject.jwk.has("kid") {
        subject.report(Rule::MissingKid, "has no \"kid\"");
    }
    let ops = operations(subject);
    check_use(subject, ops.as_deref());
    check_use_of_curve(subject);
    check_alg(subject, ops.as_deref());
}

fn operations<'a>(subject: &mut Subject<'a>) -> Option<Vec<&'a str>> {
    let jwk = subject.jwk;
    let json = jwk.member("key_ops")?;
    let ops = match json {
        Json::Array(_) => json.as_strings(),
        _ => None,
    };
    let Some(ops) = ops else {
        subject.report(
            Rule::BadKeyOps,
            "has \"key_ops\" that is not an array of strings",
        );
        return None;
    };
    let mut seen = HashSet::new();
    if let Some(twice) = ops.iter().find(|op| !seen.insert(**op)) {
        subject.report(
            Rule::BadKeyOps,
            format!("has {twice:?} twice in \"key_ops\""),
        );
    }
    let private: Vec<&str> = ops
        .iter()
        .copied()
        .filter(|op| {
            OPERATIONS
                .iter()
                .any(|(name, _, private)| name == op && *private)
        })
        .collect();
    if !private.is_empty() && jwk.text("kty") != Some("oct") {
        subject.report(
            Rule::BadKeyOps,
            format!(
                "is public, and is declared for {}",
                private[..private.len().min(8)].join(", ")
            ),
        );
    }
    Some(ops)
}

fn check_use(subject: &mut Subject<'_>, ops: Option<&[&str]>) {
    match (subject.jwk.text("use"), ops) {
        (None, None) if !subject.jwk.has("use") => {
            subject.report(Rule::MissingUse, "has no \"use\"")
        }
        (Some(usage @ ("sig" | "enc")), Some(ops)) => {
            let strange = ops.iter().find(|op| {
                OPERATIONS
                    .iter()
                    .any(|(name, of, _)| name == *op && *of != usage)
            });
            if let Some(op) = strange {
                subject.report(
                    Rule::UseKeyOpsConflict,
                    format!("is declared for \"use\": {usage:?} and for {op:?}"),
                );
            }
        }
        // The last is SPIFFE's word for the keys of JWTs.
        (Some("sig" | "enc" | "jwt-svid") | None, _) => {}
        (Some(other), _) => subject.report(
            Rule::UnknownUse,
            format!("has the unknown \"use\" {other:?}"),
        ),
    }
}

/// Curves for agreements make no signatures, and those for signatures agree on nothing. Where there
/// is an `alg`, that one has the say.
fn check_use_of_curve(subject: &mut Subject<'_>) {
    if subject.jwk.has("alg") {
        return;
    }
    let (crv, usage) = (subject.jwk.text("crv"), subject.jwk.text("use"));
    let Some((crv, usage)) = crv.and_then(|it| it.parse::<Curve>().ok()).zip(usage) else {
        return;
    };
    let agrees = KeyAlg::EcdhEs.curves().contains(&crv);
    let signs = SigAlg::ALL.iter().any(|alg| alg.curves().contains(&crv));
    if (usage == "enc" && !agrees) || (usage == "sig" && !signs) {
        subject.report(
            Rule::UseConflict,
            format!("is on {crv}, and is declared for \"use\": {usage:?}"),
        );
    }
}

/// Whether `alg` works on that curve; also `true` for an unknown curve, of which that cannot be
/// told.
fn on(alg: SigAlg, crv: &str) -> bool {
    crv.parse::<Curve>()
        .map_or(true, |crv| alg.curves().contains(&crv))
}

fn check_alg(subject: &mut Subject<'_>, ops: Option<&[&str]>) {
    let jwk = subject.jwk;
    let Some(name) = jwk.text("alg") else {
        if !jwk.has("alg") {
            subject.report(Rule::MissingAlg, "has no \"alg\"");
        }
        return;
    };
    let (kty, crv) = (jwk.text("kty").unwrap_or_default(), jwk.text("crv"));
    let sig_alg: Option<SigAlg> = name.parse().ok();
    let (fits, usage) = match (sig_alg, name.parse::<KeyAlg>()) {
        (Some(alg), _) => {
            let curve = alg.curves().is_empty() || crv.is_none_or(|crv| on(alg, crv));
            (alg.kty().as_str() == kty && curve, "sig")
        }
        (None, Ok(alg)) => {
            let is_kty = alg.kty().as_str() == kty || alg.is_ecdh() && kty == Kty::Okp.as_str();
            // An unknown curve is not reported here.
            let crv = crv.and_then(|crv| crv.parse::<Curve>().ok());
            let is_crv = !alg.is_ecdh() || crv.is_none_or(|crv| alg.curves().contains(&crv));
            (is_kty && is_crv, "enc")
        }
        (None, Err(())) if kty == "oct" && name.parse::<ContentEnc>().is_ok() => (true, "enc"),
        // Of an unknown type, that is all there is to say.
        (None, Err(())) if !["RSA", "EC", "OKP", "oct", "AKP"].contains(&kty) && jwk.has("kty") => {
            return;
        }
        (None, Err(())) => {
            return subject.report(
                Rule::UnknownAlg,
                format!("has the unknown \"alg\" {name:?}"),
            );
        }
    };
    if name == KeyAlg::Rsa15.as_str() {
        let why = "is declared for RSA1_5, whose padding is broken: RSA-OAEP-256 instead";
        subject.report(Rule::BrokenAlg, why);
    }
    if !fits {
        let on = crv.map(|crv| format!(" on {crv}")).unwrap_or_default();
        subject.report(
            Rule::AlgConflict,
            format!("is declared for {name}, and is of type {kty:?}{on}"),
        );
    }
    check_alg_and_use(subject, name, usage);
    let other = |op: &&&str| {
        OPERATIONS
            .iter()
            .any(|(known, of, _)| *known == **op && *of != usage)
    };
    if let Some(op) = ops.unwrap_or_default().iter().find(other) {
        subject.report(
            Rule::AlgConflict,
            format!("is declared for {name}, and for {op:?}"),
        );
    }
}

/// Whether `use` goes with what the algorithm is for.
fn check_alg_and_use(subject: &mut Subject<'_>, name: &str, usage: &str) {
    let known = ["sig", "enc"];
    let other = subject.jwk.text("use").filter(|it| known.contains(it));
    if let Some(other) = other.filter(|it| *it != usage) {
        subject.report(
            Rule::AlgConflict,
            format!("is declared for {name}, and for \"use\": {other:?}"),
        );
    }
}
