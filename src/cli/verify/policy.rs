//! The policy that the arguments of `verify` spell.

use jwtctl::core::claims::{Demand, Policy, Requirement, TENANT};
use jwtctl::core::error::Error;
use jwtctl::core::profile::Supplied;

use super::super::input::Claim;
use super::args::{Args, Optional};

pub(super) fn policy(args: &Args) -> Result<Policy, Error> {
    let mut issuers = args.iss.clone();
    if let Some(issuer) = &args.issuer {
        if let Some(other) = issuers.iter().find(|it| *it != issuer) {
            return Err(Error::usage(
                "--iss",
                format!("{other:?} is not the issuer whose keys are used, {issuer:?}"),
            ));
        }
        issuers = vec![issuer.clone()];
    }
    let policy = Policy {
        profile: None,
        supplied: Supplied::default(),
        algs: (!args.alg.is_empty()).then(|| args.alg.clone()),
        require_kid: args.require_kid,
        kid: args.kid.clone(),
        issuers,
        audiences: args.aud.clone(),
        subject: args.sub.clone(),
        roots: None,
        require_all: args.require_all,
        typ: args.typ.clone(),
        scopes: args.scope.clone(),
        required: requirements(args)?,
        max_age: args.max_age,
        min_ttl: args.min_ttl,
        leeway: args.leeway,
        // A policy's demand for exp is not given up for a session.
        exp_optional: args.session.is_some() && args.policy.is_none()
            || args.optional.contains(&Optional::Exp),
        aud_optional: args.optional.contains(&Optional::Aud),
        skip: args.skip.iter().copied().map(Into::into).collect(),
        allow_weak_key: args.allow_weak_key,
    };
    if policy.issuers.iter().any(|it| it.contains(TENANT)) && !policy.demands_tenant() {
        let why = format!("{TENANT} would accept every tenant of the issuer");
        let error = Error::usage("--iss", why);
        return Err(error.hint("say which are good: --require tid=ID, or --match tid=PATTERN"));
    }
    Ok(policy)
}

/// What --require, --match and --contains demand.
fn requirements(args: &Args) -> Result<Vec<Requirement>, Error> {
    let required = args.require.iter().map(|text| requirement(text));
    let matching = args.matching.iter().map(|text| pattern(text));
    let containing = args.contains.iter().map(|text| {
        Claim::parse(text).map(|claim| Requirement {
            claim: claim.name,
            demand: Demand::Member(claim.value),
        })
    });
    required.chain(matching).chain(containing).collect()
}

fn pattern(text: &str) -> Result<Requirement, Error> {
    match text.split_once('=') {
        Some((claim, pattern)) if !claim.is_empty() && !claim.ends_with(':') => Ok(Requirement {
            claim: claim.into(),
            demand: Demand::Pattern(pattern.into()),
        }),
        _ => Err(
            Error::usage(format!("--match {text}"), "is not CLAIM=PATTERN").hint(
                "write sub=repo:owner/*; only * is special, and the pattern is for the whole value",
            ),
        ),
    }
}

fn requirement(text: &str) -> Result<Requirement, Error> {
    if !text.contains('=') {
        return Ok(Requirement {
            claim: text.into(),
            demand: Demand::Presence,
        });
    }
    Claim::parse(text).map(|claim| Requirement {
        claim: claim.name,
        demand: Demand::Value(claim.value),
    })
}
