//! `sign --sd`, `--kb-key` and `--present`: tokens of which a holder shows only a part (RFC 9901).

use std::sync::Arc;

use clap::builder::NonEmptyStringValueParser;
use jwtctl::core::env::Env;
use jwtctl::core::error::{Code, Error};
use jwtctl::core::files::MAX_FILE;
use jwtctl::core::json::{Json, Object, pointer_step};
use jwtctl::core::jws::{Form, Jws};
use jwtctl::core::key::Key;
use jwtctl::core::profile::Supplied;
use jwtctl::core::sd_jwt::{Processed, SdHash, SdJwt, issue};

use super::super::Context;
use super::super::input::{FileSpec, Spec, not_empty};
use super::args::Args;

/// What a holder may show, and what it shows.
#[derive(clap::Args)]
pub struct DisclosureArgs {
    /// Hide this claim behind a digest, and print its disclosure behind the token: NAME or a JSON
    /// Pointer; repeat for several (profile sd-jwt)
    #[arg(long, value_name = "PATH", num_args = 1, conflicts_with_all = ["raw", "detached", "add", "encrypt_to"], help_heading = "Selective disclosure", value_parser = NonEmptyStringValueParser::new())]
    pub(super) sd: Vec<String>,
    /// Add as many digests that are of nothing
    #[arg(
        long,
        value_name = "N",
        requires = "sd",
        help_heading = "Selective disclosure"
    )]
    decoys: Option<u16>,
    /// The holder's key: its public half goes into the token (cnf.jwk); with --present it signs the
    /// proof, and is private
    #[arg(long, value_name = "KEYSPEC", help_heading = "Selective disclosure", value_parser = not_empty::<Spec>())]
    pub(super) kb_key: Option<Spec>,
    /// Sign nothing new, but present the SD-JWT in FILE (or -) to --aud with --nonce, bound by the
    /// key of --kb-key
    #[arg(long, value_name = "FILE", requires_all = ["kb_key", "aud", "nonce"], conflicts_with_all = ["batch", "signing", "sd", "raw", "detached", "add", "encrypt_to", "payload", "claims", "iss", "sub", "exp", "ttl", "no_exp", "nbf"], help_heading = "Selective disclosure", value_parser = not_empty::<FileSpec>())]
    pub(super) present: Option<FileSpec>,
    /// Of what it discloses, show only this claim: NAME or a JSON Pointer; repeat for several; none
    /// for nothing
    #[arg(long, value_name = "PATH", requires = "present", help_heading = "Selective disclosure", value_parser = NonEmptyStringValueParser::new())]
    disclose: Vec<String>,
}

impl DisclosureArgs {
    /// Whether a token with selective disclosure is asked for.
    pub(super) fn is_given(&self) -> bool {
        !self.sd.is_empty() || self.kb_key.is_some() || self.present.is_some()
    }
}

/// What of a token's claims is hidden, and whose key it names.
pub(super) struct Hidden {
    paths: Vec<String>,
    decoys: usize,
    /// The public half of the holder's key.
    holder: Option<Object>,
}

impl Hidden {
    /// What the arguments say.
    pub(super) fn asked(args: &DisclosureArgs, context: &Context<'_>) -> Result<Self, Error> {
        let holder = match &args.kb_key {
            Some(spec) => Some(
                holder(spec, context)?
                    .bare_jwk()
                    .ok_or_else(|| symmetric(spec))?,
            ),
            None => None,
        };
        Ok(Self {
            paths: args.sd.clone(),
            decoys: args.decoys.unwrap_or_default().into(),
            holder,
        })
    }

    /// Puts the holder's key and digests into the claims, and returns the disclosures.
    pub(super) fn hide(&self, claims: &mut Object, env: &Env<'_>) -> Result<Vec<String>, Error> {
        if let Some(jwk) = &self.holder {
            if claims.has("cnf") {
                return Err(Error::usage("--kb-key", "cnf is given as a claim as well"));
            }
            let cnf = Object(vec![("jwk".into(), jwk.clone().into())]);
            claims.set("cnf", cnf.into());
        }
        issue(claims, &self.paths, self.decoys, env)
            .map_err(|why| Error::input(Code::BadInput, "--sd", why.to_string()))
    }
}

fn holder(spec: &Spec, context: &Context<'_>) -> Result<Arc<Key>, Error> {
    let file = context.inputs.key_file(spec)?;
    match &file.keys[..] {
        [key] => Ok(Arc::clone(key)),
        _ => Err(Error::input(Code::BadKey, spec, "is not one key")),
    }
}

fn symmetric(spec: &Spec) -> Error {
    let why = "is symmetric, and a holder's key has a public half";
    Error::input(Code::BadKey, spec, why)
}

/// What a holder presents.
pub(super) struct Presented {
    /// The SD-JWT with the disclosures that are shown.
    pub(super) text: String,
    /// What the proof has of it.
    pub(super) supplied: Supplied,
    holder: Key,
}

/// Reads what `--present` names, with only what `--disclose` says of it. Its signature is not
/// verified.
pub(super) fn presented(
    args: &Args,
    supplied: &Supplied,
    context: &Context<'_>,
) -> Result<Option<Presented>, Error> {
    let Some(file) = &args.disclosure.present else {
        return Ok(None);
    };
    let bad = |why: String| Error::input(Code::BadInput, file, why);
    let document = context.inputs.document(file, MAX_FILE)?;
    let text = document.expose_str().unwrap_or_default().trim();
    let token = SdJwt::parse(text).map_err(|reason| bad(reason.message))?;
    if token.key_binding.is_some() {
        return Err(bad("has been presented already: a proof ends it".into()));
    }
    let jws = Jws::parse(token.jwt, Form::Jwt).map_err(|reason| bad(reason.message))?;
    let payload = Object::parse_part(jws.payload()).map_err(|why| bad(why.to_string()))?;
    let processed = token
        .process(&payload)
        .map_err(|reason| bad(reason.message))?;
    let shown = shown(&processed, &args.disclosure.disclose)?;
    let kept = token.disclosures.iter().map(|it| it.text);
    let kept = kept.filter(|it| shown.contains(it));
    let text = std::iter::once(token.jwt).chain(kept).chain([""]);
    let text = text.collect::<Vec<_>>().join("~");
    let hash = SdHash::of(&payload).map_err(|reason| bad(reason.message))?;
    Ok(Some(Presented {
        supplied: Supplied {
            sd_hash: Some(hash.digest(&text)),
            ..supplied.clone()
        },
        text,
        holder: bound(&processed).map_err(bad)?,
    }))
}

/// The key of the token's holder, as its issuer put it there.
fn bound(processed: &Processed) -> Result<Key, String> {
    let jwk = processed
        .claims
        .pointer("/cnf/jwk")
        .and_then(Json::as_object);
    let jwk = jwk.ok_or("names no key of its holder (cnf.jwk)")?;
    Key::from_public_jwk(jwk).map_err(|why| format!("has a cnf.jwk that {why}"))
}

impl Presented {
    /// Refuses a key that is not the holder's.
    pub(super) fn check_key(&self, key: &Key) -> Result<(), Error> {
        match self.holder.same_material(key) {
            true => Ok(()),
            false => {
                let why = "is not the key of the token's holder (cnf.jwk)";
                Err(Error::input(Code::BadKey, "--kb-key", why))
            }
        }
    }
}

/// The disclosures that are shown: those that are named, and what they are inside of.
fn shown<'p>(processed: &'p Processed, named: &[String]) -> Result<Vec<&'p str>, Error> {
    let places = processed.places.iter();
    match named {
        [] => return Ok(places.map(|(_, text)| text.as_str()).collect()),
        [none] if none == "none" => return Ok(Vec::new()),
        _ => {}
    }
    let pointer = |path: &String| match path.starts_with('/') {
        true => path.clone(),
        false => pointer_step(path),
    };
    let wanted: Vec<String> = named.iter().map(pointer).collect();
    if let Some((path, _)) = named
        .iter()
        .zip(&wanted)
        .find(|(_, at)| !processed.places.iter().any(|(place, _)| place == *at))
    {
        let known: Vec<&str> = processed.places.iter().map(|(at, _)| at.as_str()).collect();
        let why = format!("is not among what is disclosed: {}", known.join(", "));
        return Err(Error::usage(format!("--disclose {path}"), why));
    }
    let is_shown = |place: &str| {
        let inside = |it: &String| it.starts_with(&format!("{place}/"));
        wanted.iter().any(|it| it == place || inside(it))
    };
    let shown = places.filter(|(place, _)| is_shown(place));
    Ok(shown.map(|(_, text)| text.as_str()).collect())
}

/// `token` with what follows it.
pub(super) fn joined(token: &str, disclosures: &[String]) -> String {
    let parts = std::iter::once(token).chain(disclosures.iter().map(String::as_str));
    parts.chain([""]).collect::<Vec<_>>().join("~")
}
