//! The keys that sign, made ready once for any number of tokens.

use std::sync::Arc;

use jwtctl::core::alg::SigAlg;
use jwtctl::core::env::Env;
use jwtctl::core::error::{Code, Error};
use jwtctl::core::header::Header;
use jwtctl::core::json::{Json, Object};
use jwtctl::core::jws::{Composed, Payload, Unsignable};
use jwtctl::core::key::{Job, Key, Misfit, Signer, ThumbprintHash};
use jwtctl::core::keystore::Term;
use serde::Serialize;

use super::super::Context;
use super::super::input::FINGERPRINT;
use super::args::{Args, Format};
use super::certificates::certified;
use super::header::with_kid;
use super::key::{Chosen, key, refused};
use super::profile::Kind;

/// What signs, and what comes of it.
pub(super) struct Signing {
    each: Vec<Ready>,
    format: Format,
}

/// One key with its header.
struct Ready {
    header: Object,
    signer: Signer,
    /// Its algorithm, by the name that says the curve as well.
    alg: SigAlg,
    label: String,
    /// The digest of the key, where the issuer is to name it.
    fingerprint: Option<String>,
    term: Option<Term>,
}

/// One signature of a new token.
#[derive(Clone, Serialize)]
pub(super) struct Signature {
    pub(super) header: Object,
    pub(super) kid: Option<String>,
    pub(super) alg: &'static str,
}

impl Signing {
    /// Makes the keys ready that the arguments name. `claims` that a key may not sign are refused
    /// before it is opened.
    pub(super) fn prepare(
        args: &Args,
        kind: Option<&Kind>,
        header: Object,
        claims: Option<&Object>,
        context: &Context<'_>,
    ) -> Result<Self, Error> {
        let mut each = Vec::new();
        for spec in args.key_specs() {
            let Chosen { key, alg, term } = key(args, spec, claims, context)?;
            let mut header = header.clone();
            if let Some(kind) = kind {
                kind.fill_header(&mut header, &key);
            }
            if kind.is_none_or(Kind::names_key) {
                header = with_kid(header, args, &key)?;
            }
            let fingerprint = match args.claims.names_fingerprint() {
                true => Some(fingerprint(&key)?),
                false => None,
            };
            each.push(Ready {
                fingerprint,
                header: certified(header, args, &key, context)?,
                signer: signer(&key, alg, args, spec, context)?,
                alg: alg.on(key.curve()),
                label: key.label(),
                term,
            });
        }
        let format = args.format()?;
        Ok(Self { each, format })
    }

    /// Completes the claims with what follows from the first key, and those of a token of a kind,
    /// which has no other one.
    ///
    /// # Errors
    /// When `verify` would refuse what comes of it.
    pub(super) fn complete(
        &self,
        kind: Option<&Kind>,
        claims: &mut Object,
        env: &Env<'_>,
    ) -> Result<(), Error> {
        let Some(ready) = self.each.first() else {
            return Ok(());
        };
        if let (Some(fingerprint), Some(iss)) = (&ready.fingerprint, claims.text("iss")) {
            let iss = iss.replace(FINGERPRINT, fingerprint);
            claims.set("iss", iss.as_str().into());
        }
        match kind {
            Some(kind) => kind.complete(&ready.header, claims, ready.alg, env.now),
            None => Ok(()),
        }
    }

    /// Until when tokens may live by the keys of the keystore among them.
    pub(super) fn terms(&self) -> impl Iterator<Item = &Term> {
        self.each.iter().filter_map(|it| it.term.as_ref())
    }

    /// What is printed.
    pub(super) fn format(&self) -> Format {
        self.format
    }

    /// Signs a payload, beside the signatures of an `existing` token if there is one.
    pub(super) fn sign(
        &self,
        payload: Payload<'_>,
        existing: Option<Composed>,
    ) -> Result<(String, Vec<Signature>), Error> {
        let mut composed = match existing {
            Some(existing) => existing,
            None => Composed::over(payload).map_err(|why| unsignable(&why, "--payload"))?,
        };
        let mut signatures = Vec::with_capacity(self.each.len());
        for ready in &self.each {
            let whole = composed
                .add(&ready.header, payload, &ready.signer)
                .map_err(|why| unsignable(&why, &ready.label))?;
            signatures.push(Signature::of(whole, ready.signer.alg())?);
        }
        let text = |object: Object| Json::Object(object).to_text();
        let token = match self.format {
            Format::General => Ok(text(composed.general())),
            Format::Flattened => composed.flattened().map(text),
            _ => composed.compact(),
        };
        let token = token.map_err(|why| unsignable(&why, "--payload"))?;
        Ok((token, signatures))
    }
}

/// The digest of the key, as Snowflake has it in its issuers.
fn fingerprint(key: &Key) -> Result<String, Error> {
    let digest = key.spki_digest(ThumbprintHash::Sha256);
    digest.map_err(|misfit| {
        let why = format!("{} {}", key.label(), misfit.why());
        Error::usage(format!("--iss …{FINGERPRINT}…"), why)
    })
}

/// The key made ready, once it may be used.
fn signer(
    key: &Arc<Key>,
    alg: SigAlg,
    args: &Args,
    spec: Option<&str>,
    context: &Context<'_>,
) -> Result<Signer, Error> {
    let signer = key
        .signer(alg, args.allow_weak_key)
        .map_err(|misfit| refused(key, &misfit, args, spec))?;
    if let Err(Misfit::Weak(why)) = key.fit(alg, Job::Sign) {
        context
            .output
            .warn(&format!("weak key: {} {why}", key.label()));
    }
    Ok(signer)
}

fn unsignable(why: &Unsignable, what: &str) -> Error {
    let code = match why {
        Unsignable::Library(_) => Code::BadKey,
        _ => Code::BadInput,
    };
    let error = Error::input(code, what, why.to_string());
    match why {
        Unsignable::NotCompact => {
            error.hint("use --detached, or a JSON form: --format flattened or general")
        }
        _ => error,
    }
}

impl Signature {
    fn of(header: Object, alg: SigAlg) -> Result<Self, Error> {
        // What verify would call malformed is not made in the first place.
        let strict = Header::parse(Json::Object(header.clone()).to_text().as_bytes());
        strict.map_err(|reason| Error::input(Code::BadInput, "--header", reason.message))?;
        Ok(Self {
            kid: header.text("kid").map(String::from),
            header,
            alg: alg.as_str(),
        })
    }
}
