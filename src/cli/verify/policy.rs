//! The policy that the arguments of `verify` spell.

use jwtctl::core::claims::{Policy, Requirement};
use jwtctl::core::error::Error;

use super::super::input::Claim;
use super::args::{Args, Optional};

pub(super) fn policy(args: &Args) -> Result<Policy, Error> {
    let named = [
        ("--iss", &args.iss),
        ("--aud", &args.aud),
        ("--scope", &args.scope),
        ("--require", &args.require),
    ];
    if let Some((flag, _)) = named
        .into_iter()
        .find(|(_, values)| values.iter().any(String::is_empty))
    {
        return Err(Error::usage(flag, "its value is empty"));
    }
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
    Ok(Policy {
        algs: (!args.alg.is_empty()).then(|| args.alg.clone()),
        require_kid: args.require_kid,
        kid: args.kid.clone(),
        issuers,
        audiences: args.aud.clone(),
        subject: args.sub.clone(),
        require_all: args.require_all,
        typ: args.typ.clone(),
        scopes: args.scope.clone(),
        required: args
            .require
            .iter()
            .map(|text| requirement(text))
            .collect::<Result<_, _>>()?,
        max_age: args.max_age,
        leeway: args.leeway,
        exp_optional: args.session.is_some() || args.optional.contains(&Optional::Exp),
        aud_optional: args.optional.contains(&Optional::Aud),
        skip: args.skip.iter().copied().map(Into::into).collect(),
        allow_weak_key: args.allow_weak_key,
    })
}

fn requirement(text: &str) -> Result<Requirement, Error> {
    if !text.contains('=') {
        return Ok(Requirement {
            claim: text.into(),
            expected: None,
        });
    }
    Claim::parse(text).map(|claim| Requirement {
        claim: claim.name,
        expected: Some(claim.value),
    })
}
