//! The keys that sign, made ready once for any number of tokens.

use std::sync::Arc;

use jwtctl::core::alg::SigAlg;
use jwtctl::core::env::Env;
use jwtctl::core::error::{Code, Error};
use jwtctl::core::header::Header;
use jwtctl::core::json::{Json, Object};
use jwtctl::core::jws::{Composed, Payload, Protected, Unsignable};
use jwtctl::core::key::{Job, Key, Misfit, Signer, ThumbprintHash};
use jwtctl::core::keystore::Term;
use serde::Serialize;

use super::super::Context;
use super::super::input::{FINGERPRINT, Spec};
use super::args::{Args, Format};
use super::certificates::certified;
use super::content::Content;
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
    protected: Protected,
    signature: Signature,
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
    /// Makes the keys ready that the arguments name. Claims of `content` that a key may not sign are
    /// refused before it is opened.
    pub(super) fn prepare(
        args: &Args,
        kind: Option<&Kind>,
        header: Object,
        content: Option<&Content>,
        context: &Context<'_>,
    ) -> Result<Self, Error> {
        let claims = content.and_then(|it| it.claims.as_ref());
        let is_unencoded = content.is_some_and(|it| it.payload().is_unencoded);
        let mut each = Vec::new();
        for spec in args.key_specs() {
            let Chosen { key, alg, term } = key(args, spec, claims, context)?;
            let mut header = header.clone();
            if let Some(kind) = kind {
                kind.fill_header(&mut header, &key)?;
            }
            if kind.is_none_or(Kind::names_key) {
                header = with_kid(header, args, &key)?;
            }
            let header = certified(header, args, &key, context)?;
            let fingerprint = match args.claims.names_fingerprint() {
                true => Some(fingerprint(&key)?),
                false => None,
            };
            let signer = signer(&key, alg, args, spec, context)?;
            let protected = Protected::new(&header, &signer, is_unencoded);
            each.push(Ready {
                fingerprint,
                signature: Signature::of(protected.header().clone(), alg)?,
                protected,
                signer,
                alg: alg.on(key.curve()),
                label: key.label(),
                term,
            });
        }
        let format = args.format()?;
        Ok(Self { each, format })
    }

    /// Completes the claims with what follows from the first key, and those of a token of a kind,
    /// which has no other one; returns the disclosures that follow it.
    ///
    /// # Errors
    /// When `verify` would refuse what comes of it.
    pub(super) fn complete(
        &self,
        kind: Option<&Kind>,
        claims: &mut Object,
        env: &Env<'_>,
    ) -> Result<Vec<String>, Error> {
        let Some(ready) = self.each.first() else {
            return Ok(Vec::new());
        };
        if let (Some(fingerprint), Some(iss)) = (&ready.fingerprint, claims.text("iss")) {
            let iss = iss.replace(FINGERPRINT, fingerprint);
            claims.set("iss", iss.as_str().into());
        }
        match kind {
            Some(kind) => kind.complete(ready.protected.header(), claims, ready.alg, env),
            None => Ok(Vec::new()),
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
    ) -> Result<String, Error> {
        let failed = |why: &Unsignable| unsignable(why, "--payload");
        let mut composed = match (existing, &self.each[..]) {
            (None, [only]) if !self.format.is_json() => {
                let token = only.protected.compact(payload, &only.signer);
                return token.map_err(|why| match why {
                    Unsignable::Library(_) => unsignable(&why, &only.label),
                    _ => failed(&why),
                });
            }
            (Some(existing), _) => existing,
            (None, _) => Composed::over(payload).map_err(|why| failed(&why))?,
        };
        for ready in &self.each {
            composed
                .add_under(&ready.protected, payload, &ready.signer)
                .map_err(|why| unsignable(&why, &ready.label))?;
        }
        let text = |object: Object| Json::Object(object).to_text();
        let token = match self.format {
            Format::General => Ok(text(composed.general())),
            Format::Flattened => composed.flattened().map(text),
            _ => composed.compact(),
        };
        token.map_err(|why| failed(&why))
    }

    /// What every token has by way of signatures.
    pub(super) fn signatures(&self) -> Vec<Signature> {
        self.each.iter().map(|it| it.signature.clone()).collect()
    }

    /// The id of the first key, as headers name it.
    pub(super) fn kid(&self) -> Option<&str> {
        self.each.first()?.signature.kid.as_deref()
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
    spec: Option<&Spec>,
    context: &Context<'_>,
) -> Result<Signer, Error> {
    let signer = match args.batch.batch.is_some() {
        true => key.bulk_signer(alg, args.allow_weak_key),
        false => key.signer(alg, args.allow_weak_key),
    };
    let signer = signer.map_err(|misfit| refused(key, &misfit, args, spec))?;
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
        Unsignable::NotText => error.hint("use --detached, which leaves the payload out"),
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
