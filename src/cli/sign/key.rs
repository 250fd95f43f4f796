//! The key that signs, and the algorithm that it and the arguments agree on.

use std::sync::Arc;

use jwtctl::core::alg::{Kty, SigAlg};
use jwtctl::core::error::{Code, Error, shell_word};
use jwtctl::core::json::{Json, Object};
use jwtctl::core::key::{Job, Key, Misfit};
use jwtctl::core::keyfile::{KeyFile, Purpose};
use jwtctl::core::keystore::Term;
use jwtctl::core::time::Timestamp;
use jwtctl::core::token;

use super::super::Context;
use super::super::input::{Spec, signing_row};
use super::super::output::message;
use super::args::Args;

/// A key, and the algorithm that it and the arguments agree on.
pub(super) struct Chosen {
    pub(super) key: Arc<Key>,
    pub(super) alg: SigAlg,
    /// Until when its tokens may live, of a key of the keystore.
    pub(super) term: Option<Term>,
}

/// Refuses claims that live longer than `term`, or warns of them where the caller allows that.
pub(super) fn check_term(
    term: &Term,
    claims: &Object,
    args: &Args,
    warn: impl FnOnce(String),
) -> Result<(), Error> {
    let exp = match claims.member("exp") {
        Some(Json::Number(number)) => Some(Timestamp::from_json_number(number, false)),
        _ => None,
    };
    match term.check(exp) {
        Err(error) if args.allow_outlive => {
            warn(message(&error));
            Ok(())
        }
        other => other,
    }
}

/// The key that `spec` names, or the current one of the keystore. `claims` that it may not sign are
/// refused before it is opened.
pub(super) fn key(
    args: &Args,
    spec: Option<&Spec>,
    claims: Option<&Object>,
    context: &Context<'_>,
) -> Result<Chosen, Error> {
    let stored = spec.map_or(Some(""), |spec| spec.strip_prefix("store:"));
    let (key, term) = match (context.inputs.secret(&args.secret)?, spec, stored) {
        (Some(secret), ..) => (Arc::new(Key::from_secret(secret)), None),
        (None, _, Some(kid)) => from_store(kid, args, claims, context)?,
        (None, Some(spec), None) => {
            let file = context.inputs.key_file(spec)?;
            if let Some(account) = &file.account
                && claims.is_some_and(|claims| !claims.has("iss"))
            {
                let word = shell_word(account);
                context.output.note(&format!(
                    "{spec} is for a service account, whose tokens name it: --iss {word}"
                ));
            }
            (pick(&file, spec, args, context)?, None)
        }
        (None, None, None) => return Err(Error::usage("sign", "needs a key")),
    };
    let alg = match args.alg {
        Some(alg) => alg,
        None => {
            let (alg, others) = usual_choice(&key, args, spec)?;
            if let Some(other) = others.first() {
                let note = format!("signed with {alg}; another: --alg {other}");
                context.output.note(&note);
            }
            alg
        }
    };
    Ok(Chosen { key, alg, term })
}

/// A key of the keystore: the one of that id, or the current one. Nothing is opened for a token
/// that is refused.
fn from_store(
    kid: &str,
    args: &Args,
    claims: Option<&Object>,
    context: &Context<'_>,
) -> Result<(Arc<Key>, Option<Term>), Error> {
    let store = context.inputs.store()?;
    let kid = if kid.is_empty() {
        args.kid.as_deref().unwrap_or_default()
    } else {
        kid
    };
    let entry = if kid.is_empty() {
        store.current(context.env.now)?
    } else {
        store.find(kid)?
    };
    let term = store.term(entry);
    if let Some(claims) = claims {
        check_term(&term, claims, args, |why| context.output.warn(&why))?;
    }
    let key = entry.open(&mut || context.inputs.passphrase("the keystore"))?;
    context.output.detail(&format!(
        "signed by {} of {}",
        key.label(),
        store.path().display()
    ));
    Ok((Arc::new(key), Some(term)))
}

fn source(args: &Args, spec: Option<&Spec>) -> String {
    match (&args.secret.secret, spec) {
        (None, None) => "the keystore".into(),
        (None, Some(spec)) => spec.source_name().to_owned(),
        _ => "--secret".into(),
    }
}

pub(super) fn refused(key: &Key, misfit: &Misfit, args: &Args, spec: Option<&Spec>) -> Error {
    match misfit {
        Misfit::Weak(_) => token::weak(&source(args, spec), key, misfit),
        Misfit::Unfit(why) => Error::input(
            Code::BadKey,
            source(args, spec),
            format!("{} {why}", key.label()),
        ),
    }
}

/// The one private key of a file, or the one of a set that `--kid` names.
fn pick(
    file: &KeyFile,
    spec: &Spec,
    args: &Args,
    context: &Context<'_>,
) -> Result<Arc<Key>, Error> {
    if let Some(table) = &file.table {
        let (kid, now) = (args.kid.as_deref(), context.env.now);
        let row = signing_row(file, table, kid, args.alg, now, &source(args, Some(spec)))?;
        if args.alg.is_none() && kid.is_none() && table.algorithms(now).len() > 1 {
            let names = table.algorithms(now).join(", ");
            context.output.warn(&format!(
                "the table has keys for {names}, and a server signs with those that it is set to: --alg says which"
            ));
        }
        return Ok(Arc::clone(&row.key));
    }
    file.pick(args.kid.as_deref(), Purpose::Sign(args.alg))
        .cloned()
        .map_err(|why| why.about(source(args, Some(spec))))
}

/// The algorithm that the field uses with such a key, and those that it permits as well: RS256 for
/// RSA, for a secret the longest HMAC that it is long enough for. EC and OKP leave no choice.
fn usual_choice(
    key: &Key,
    args: &Args,
    spec: Option<&Spec>,
) -> Result<(SigAlg, Vec<SigAlg>), Error> {
    let mut choices = key.algorithms(Job::Sign);
    match choices[..] {
        [alg] => Ok((alg, Vec::new())),
        [] => {
            // No algorithm will do; the natural one for this key says best why.
            let natural = SigAlg::ALL.iter().find(|alg| {
                alg.kty() == key.kty() && key.curve().is_none_or(|crv| alg.curves().contains(&crv))
            });
            match natural.map(|alg| (key.fit(*alg, Job::Sign), alg)) {
                // Where weak keys are allowed, the one that asks for least.
                Some((Err(Misfit::Weak(_)), alg)) if args.allow_weak_key => Ok((*alg, Vec::new())),
                Some((Err(misfit), _)) => Err(refused(key, &misfit, args, spec)),
                _ => Err(Error::input(
                    Code::BadKey,
                    source(args, spec),
                    format!("{} cannot sign", key.label()),
                )),
            }
        }
        _ => {
            let usual = match key.kty() {
                Kty::Oct => choices.len() - 1,
                _ => 0,
            };
            let alg = choices.remove(usual);
            // Of RSA the other padding is the interesting one, not the longer digest.
            choices.retain(|it| it.is_pss() != alg.is_pss() || key.kty() == Kty::Oct);
            Ok((alg, choices))
        }
    }
}
