//! `verify --profile`: what clap cannot refuse, and what one argument says for another.

use jwtctl::core::claims::Policy;
use jwtctl::core::error::Error;
use jwtctl::core::profile::{Leave, Profile};

use super::super::Context;
use super::args::Args;

/// `policy` for tokens of the kind that the arguments name.
///
/// # Errors
/// When an argument is of no use to the profile, or would take one of its rules away.
pub(super) fn under_profile(
    policy: Policy,
    args: &Args,
    context: &Context<'_>,
) -> Result<Policy, Error> {
    let supplied = args.kind.supplied(args.kind.profile, &context.inputs)?;
    let Some(profile) = args.kind.profile else {
        return Ok(Policy { supplied, ..policy });
    };
    check_skipped(profile, &policy, args)?;
    if profile.brings_its_key() {
        check_no_source(profile, args)?;
    }
    // The audience of an ID token is the client, unless the call names another one.
    let audiences = match (&policy.audiences[..], &supplied.client_id) {
        ([], Some(client)) if profile == Profile::IdToken => vec![client.clone()],
        _ => policy.audiences.clone(),
    };
    Ok(Policy {
        profile: Some(profile),
        supplied,
        audiences,
        ..policy
    })
}

/// Refuses to leave out what the profile demands.
fn check_skipped(profile: Profile, policy: &Policy, args: &Args) -> Result<(), Error> {
    let skipped = policy.skip.iter().map(|it| it.as_str());
    let skipped = skipped.map(|name| ("--skip", Leave::Unchecked, name));
    let optional = args.optional.iter().map(|it| it.as_str());
    let optional = optional.map(|name| ("--optional", Leave::Out, name));
    for (flag, leave, name) in skipped.chain(optional) {
        if let Some(why) = profile.refusal(leave, name) {
            let error = Error::usage(format!("{flag} {name}"), why);
            return Err(error.hint("for a token that is judged without it, leave out --profile"));
        }
    }
    Ok(())
}

/// Refuses keys for a token that proves the possession of its own.
fn check_no_source(profile: Profile, args: &Args) -> Result<(), Error> {
    let sources = [
        ("--key", !args.key.is_empty()),
        ("--secret", args.secret.secret.is_some()),
        ("--jwks", !args.jwks.is_empty()),
        ("--jwks-uri", args.jwks_uri.is_some()),
        ("--issuer", args.issuer.is_some()),
        ("--roots", args.roots.is_some()),
    ];
    match sources.into_iter().find(|(_, given)| *given) {
        Some((flag, _)) => {
            let why = format!("{} proves the key in its own header", profile.title());
            let error = Error::usage(flag, why);
            Err(error.hint("to demand a certain key: --jkt THUMBPRINT"))
        }
        None => Ok(()),
    }
}
