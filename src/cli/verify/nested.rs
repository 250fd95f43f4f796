//! The token inside an encrypted one, for `verify`.

use std::borrow::Cow;

use jwtctl::core::claims::Policy;
use jwtctl::core::env::Env;
use jwtctl::core::error::Error;
use jwtctl::core::token::{Nested, Opener, Serialization, Unopened, Verdict, open_nested, within};

use super::args::Args;
use super::unread;

/// What is left to verify after an encrypted token was opened.
pub(super) enum Inside<'t> {
    /// A signed token, and what was around it.
    Token(Cow<'t, str>, Option<Nested>),
    /// No signed token is left to verify: the encrypted one does not open, or its content is not
    /// signed. This is the verdict on it.
    Judged(Box<Verdict>),
}

impl Inside<'_> {
    fn judged(verdict: Verdict) -> Self {
        Self::Judged(Box::new(verdict))
    }
}

/// Opens `token` as far as it is encrypted, if there is something to open it with. A call that
/// names a signer (`names_signer`) does not accept unsigned content that only a shared secret
/// authenticates.
pub(super) fn inside<'t>(
    token: &'t str,
    open: Option<Opener<'_>>,
    names_signer: bool,
    policy: &Policy,
    env: &Env<'_>,
) -> Result<Inside<'t>, Error> {
    let Some(open) = open.filter(|_| is_encrypted(token)) else {
        return Ok(Inside::Token(Cow::Borrowed(token), None));
    };
    let nested = match open_nested(token, open) {
        Ok(nested) => nested,
        Err(unopened) => return refused(*unopened, policy).map(Inside::judged),
    };
    Ok(match nested.content.expose_str() {
        Some(text) if nested.serialization.is_some() => {
            Inside::Token(Cow::Owned(text.to_owned()), Some(nested))
        }
        _ if names_signer => Inside::judged(nested.refuse_unsigned(policy)),
        _ => Inside::judged(nested.judge_unsigned(policy, env)),
    })
}

/// Whether a token is encrypted.
pub(super) fn is_encrypted(token: &str) -> bool {
    matches!(
        Serialization::of(token),
        Some(Serialization::JweCompact | Serialization::JweJson)
    )
}

/// Whether the call says whose signature is wanted.
pub(super) fn names_signer(args: &Args) -> bool {
    let one = [
        args.secret.secret.is_some(),
        args.jwks_uri.is_some(),
        args.issuer.is_some(),
        args.roots.is_some(),
    ];
    // With --raw or --detached there is always a signature, and so there is in tokens of every
    // profile.
    let is_signed = args.raw || args.detached.is_some() || args.kind.profile.is_some();
    let named = one.contains(&true);
    is_signed || named || !args.key.is_empty() || !args.jwks.is_empty()
}

/// The verdict on what does not open, after the layers that did.
fn refused(unopened: Unopened, policy: &Policy) -> Result<Verdict, Error> {
    match unopened.error {
        Error::Rejected(rejection) => {
            let verdict = unread(rejection.primary(), policy);
            Ok(within(&unopened.layers, verdict))
        }
        other => Err(other),
    }
}
