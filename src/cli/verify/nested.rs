//! The token inside an encrypted one, for `verify`.

use jwtctl::core::claims::Policy;
use jwtctl::core::error::Error;
use jwtctl::core::jws::Form;
use jwtctl::core::token::{Nested, Serialization, Unopened, Verdict, open_nested, within};

use super::super::Context;
use super::args::Args;
use super::unread;

/// What there is to verify.
pub(super) enum Inside {
    /// A signed token, and what was around it.
    Token(String, Option<Nested>),
    /// Nothing any more: an encrypted token that nobody signed, or that does not open.
    Judged(Box<Verdict>),
}

impl Inside {
    fn judged(verdict: Verdict) -> Self {
        Self::Judged(Box::new(verdict))
    }
}

/// Opens `token` as far as it is encrypted.
pub(super) fn inside(
    token: String,
    form: Form<'_>,
    policy: &Policy,
    args: &Args,
    context: &Context<'_>,
) -> Result<Inside, Error> {
    let is_encrypted = matches!(
        Serialization::of(&token),
        Some(Serialization::JweCompact | Serialization::JweJson)
    );
    let has_key = args.decrypt_key.is_some() || context.typed.has("passphrase_from");
    if !is_encrypted && args.decrypt_key.is_some() {
        context
            .output
            .note("the token is not encrypted, and --decrypt-key opens nothing");
    }
    if !is_encrypted || !has_key {
        return Ok(Inside::Token(token, None));
    }
    let mut keys = None;
    let opened = open_nested(&token, &mut |locked| {
        context.open_layer(locked, args.decrypt_key.as_deref(), &mut keys)
    });
    let nested = match opened {
        Ok(nested) => nested,
        Err(unopened) => return refused(*unopened, policy).map(Inside::judged),
    };
    match nested.content.expose_str() {
        Some(text) if nested.serialization.is_some() => {
            Ok(Inside::Token(text.to_owned(), Some(nested)))
        }
        // Who says whose signature it is to be does not take a shared secret's word instead.
        _ if form.is_raw() || names_signer(args) => {
            Ok(Inside::judged(nested.refuse_unsigned(policy)))
        }
        _ => {
            let verdict = nested.judge_unsigned(policy, &context.env);
            Ok(Inside::judged(verdict))
        }
    }
}

/// Whether the call says whose signature is wanted.
fn names_signer(args: &Args) -> bool {
    let one = [
        &args.secret.secret,
        &args.jwks_uri,
        &args.issuer,
        &args.roots,
    ];
    // Tokens of every profile are signed.
    let is_signed = args.kind.profile.is_some();
    one.into_iter().any(Option::is_some)
        || is_signed
        || !args.key.is_empty()
        || !args.jwks.is_empty()
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
