//! The keys that the arguments of `verify` name at hand: a key, a secret, a set, the keystore.

use std::sync::Arc;

use jwtctl::core::certificate::TrustedRoots;
use jwtctl::core::claims::Policy;
use jwtctl::core::error::{Code, Error, shell_word};
use jwtctl::core::files::MAX_FILE;
use jwtctl::core::json::{Json, Object};
use jwtctl::core::jwks::{CertifiedKeys, Given, Provenance};
use jwtctl::core::jws::{Form, Jws};
use jwtctl::core::key::Key;
use jwtctl::core::keyfile::KeyFile;
use jwtctl::core::profile::Profile;
use jwtctl::core::remote::{Remote, Source};
use jwtctl::core::shared::SharedCache;

use super::super::Context;
use super::super::input::{Spec, unknown_kid};
use super::super::network::{self, Http};
use super::args::Args;

/// The keys that the arguments name: never the token.
pub(super) fn keys(args: &Args, token: &str, context: &Context<'_>) -> Result<Given, Error> {
    let from = |source: &str, name: &str| Provenance {
        source: source.into(),
        name: name.into(),
        ..Provenance::default()
    };
    if let Some(secret) = context.inputs.secret(&args.secret)? {
        return Ok(Given::key(
            Arc::new(Key::from_secret(secret)),
            from("secret", "--secret"),
        ));
    }
    let single = args.key.iter().map(|spec| (true, spec));
    let files: Vec<(bool, &Spec)> = single
        .chain(args.jwks.iter().map(|spec| (false, spec)))
        .collect();
    if files.is_empty() {
        return published(token, context);
    }
    let (mut named, mut sets, mut dropped) = (Vec::new(), Vec::new(), Vec::new());
    let mut known = Vec::new();
    for (may_be_named, spec) in &files {
        let file = read(spec, context)?;
        known.extend(file.labels());
        dropped.extend(file.dropped);
        let (mut keys, is_set) = (file.keys, file.is_set);
        if let Some(kid) = &args.kid
            && (is_set || keys.iter().any(|key| key.kid.is_some()))
        {
            keys.retain(|key| key.kid.as_ref() == Some(kid));
        }
        // Of a set, the one key that --kid picks is as good as named.
        // So are keys without an id, as a PEM file has them: no token could name them.
        let is_named = keys.len() == 1 && (!is_set || args.kid.is_some())
            || keys.iter().all(|key| key.kid.is_none());
        match is_named && *may_be_named {
            true => named.append(&mut keys),
            false => sets.append(&mut keys),
        }
    }
    let names: Vec<&str> = files.iter().map(|(_, spec)| spec.text()).collect();
    let names = names.join(", ");
    if let Some(kid) = args
        .kid
        .as_ref()
        .filter(|_| named.is_empty() && sets.is_empty())
    {
        return Err(unknown_kid(kid, &names, known));
    }
    let is_store = files.iter().all(|(_, spec)| spec.is_stored());
    let provenance = from(if is_store { "keystore" } else { "file" }, &names);
    Ok(Given::keys(named, sets, provenance).without(dropped))
}

/// Keys that are published at a URL or by an issuer, and what it takes to fetch them.
pub(super) struct Published<'a> {
    source: Source,
    http: Http<'a>,
    store: Option<SharedCache>,
}

impl<'a> Published<'a> {
    /// Those that the arguments name, if they do. Opens nothing yet.
    pub(super) fn of(args: &Args, context: &'a Context<'_>) -> Result<Option<Self>, Error> {
        let network = &args.network;
        let (jwks_uri, issuer) = (args.jwks_uri.as_deref(), args.issuer.as_deref());
        let Some(source) = network.source(jwks_uri, issuer, context)? else {
            return Ok(None);
        };
        Ok(Some(Self {
            http: network.http(Some(source.address()), context)?,
            store: network.store(context)?,
            source,
        }))
    }

    /// As a source of keys.
    pub(super) fn remote(&self, args: &Args, context: &Context<'_>) -> Result<Remote<'_>, Error> {
        let (source, store) = (self.source.clone(), self.store.as_ref());
        network::remote(source, &args.network, &self.http, store, context)
    }
}

/// Keys that come with the tokens: in a proof of possession, or where certificates alone are to
/// vouch for them.
pub(super) fn certified(args: &Args, policy: &Policy) -> Option<CertifiedKeys> {
    let from = |source: &str, name: &str| {
        CertifiedKeys::new(Provenance {
            source: source.into(),
            name: name.into(),
            ..Provenance::default()
        })
    };
    if policy.profile.is_some_and(Profile::brings_its_key) {
        return Some(from("header", "the token's own header"));
    }
    let roots = args.roots.as_ref()?;
    let is_alone = args.key.is_empty() && args.jwks.is_empty();
    is_alone.then(|| from("certificate", roots))
}

/// The certificates of `--roots`.
pub(super) fn roots(args: &Args, context: &Context<'_>) -> Result<Option<TrustedRoots>, Error> {
    let Some(file) = &args.roots else {
        return Ok(None);
    };
    let bytes = context.inputs.document(file, MAX_FILE)?;
    TrustedRoots::from_file(bytes.expose(), args.cert_name.clone())
        .map(Some)
        .map_err(|why| Error::input(Code::BadInput, file, why.to_string()))
}

/// The public keys of a file.
fn read(spec: &Spec, context: &Context<'_>) -> Result<KeyFile, Error> {
    let file = context.inputs.public_keys(spec, context.env.now)?;
    for dropped in &file.dropped {
        context.output.detail(&format!(
            "{spec}: key {} of the set {}",
            dropped.index, dropped.why
        ));
    }
    Ok(file)
}

/// What the keystore publishes.
fn published(token: &str, context: &Context<'_>) -> Result<Given, Error> {
    let given = context.inputs.store()?.verifying(context.env.now);
    given.map_err(|error| {
        let error = error.hint("name the keys: --key KEYSPEC, --jwks FILE or --secret KEYSPEC");
        match origin(token) {
            Some(flags) => error.hint(flags),
            None => error,
        }
    })
}

/// Where a token says that it is from, as the flags that would trust that.
fn origin(token: &str) -> Option<String> {
    const LONGEST: usize = 200;
    let jws = Jws::parse(token, Form::Jwt).ok()?;
    let claims = Object::parse_strict(jws.payload()).ok()?;
    let is_url = |iss: &&str| iss.starts_with("https://") && iss.len() <= LONGEST;
    let iss = shell_word(claims.text("iss").filter(is_url)?);
    let named = claims.member("aud").and_then(Json::as_strings);
    let first = named.and_then(|it| it.first().map(|it| (*it).to_owned()));
    let aud = match first.filter(|it| it.len() <= LONGEST) {
        Some(aud) => format!(" --aud {}", shell_word(&aud)),
        None => String::new(),
    };
    Some(format!(
        "the token says that it is from {iss}; if you trust that: --issuer {iss}{aud}"
    ))
}
