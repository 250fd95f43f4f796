//! Members of a JWK that say what the key is for, set while it is converted.

use std::sync::Arc;

use clap::ValueEnum;
use clap::builder::NonEmptyStringValueParser;
use jwtctl::core::alg::{KeyAlg, SigAlg};
use jwtctl::core::error::{Code, Error};
use jwtctl::core::key::{Job, Key, KeyJob, Misfit};

/// What is set of every key.
#[derive(clap::Args)]
#[command(next_help_heading = "Members of the JWKs")]
pub(super) struct Metadata {
    /// Their kid: thumbprint (RFC 7638) for each, or any text for one key
    #[arg(long, value_name = "thumbprint|VALUE", allow_hyphen_values = true, value_parser = NonEmptyStringValueParser::new())]
    set_kid: Option<String>,
    /// Their use
    #[arg(long, value_enum, value_name = "USE")]
    set_use: Option<Usage>,
    /// Their alg, which each of them must be fit for
    #[arg(long, value_name = "ALG", value_parser = NonEmptyStringValueParser::new())]
    set_alg: Option<String>,
    /// The certificates that stand with them in their file, as x5c and x5t#S256
    #[arg(long)]
    pub(super) x5c: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Usage {
    /// Signatures
    Sig,
    /// Encryption
    Enc,
}

impl Metadata {
    /// What is set that the format cannot hold.
    pub(super) fn check(&self, is_jwk: bool) -> Result<(), Error> {
        let flags = [
            ("--set-kid", self.set_kid.is_some()),
            ("--set-use", self.set_use.is_some()),
            ("--set-alg", self.set_alg.is_some()),
            ("--x5c", self.x5c),
        ];
        match flags.into_iter().find(|(_, is_set)| *is_set && !is_jwk) {
            Some((flag, _)) => Err(Error::usage(
                flag,
                "only JWKs have it: --to jwk or --to jwks",
            )),
            None => Ok(()),
        }
    }
}

/// The keys with their members set.
pub(super) fn set(keys: Vec<Arc<Key>>, metadata: &Metadata) -> Result<Vec<Arc<Key>>, Error> {
    let is_fixed = |kid: &&String| kid.as_str() != "thumbprint";
    if let Some(kid) = metadata.set_kid.as_ref().filter(is_fixed)
        && keys.len() > 1
    {
        let why = format!("would name {} keys alike", keys.len());
        let error = Error::usage(format!("--set-kid {kid}"), why);
        return Err(error.hint("to name each by its thumbprint: --set-kid thumbprint"));
    }
    if metadata.set_kid.is_none() && metadata.set_use.is_none() && metadata.set_alg.is_none() {
        return Ok(keys);
    }
    keys.iter().map(|key| one(key, metadata)).collect()
}

fn one(key: &Arc<Key>, metadata: &Metadata) -> Result<Arc<Key>, Error> {
    let bad = |why: String| Error::input(Code::BadKey, key.label(), why);
    let copy = key.duplicate();
    let mut copy = copy.ok_or_else(|| bad("cannot be copied".into()))?;
    if let Some(usage) = metadata.set_use {
        let word = match usage {
            Usage::Sig => "sig",
            Usage::Enc => "enc",
        };
        copy.usage = Some(word.into());
    }
    if let Some(alg) = &metadata.set_alg {
        copy.alg = Some(alg.clone());
        let fits = fits(&copy, alg);
        fits.map_err(|why| {
            Error::usage(format!("--set-alg {alg}"), format!("{} {why}", key.label()))
        })?;
    }
    copy.kid = match metadata.set_kid.as_deref() {
        Some("thumbprint") => Some(copy.thumbprint()),
        Some(kid) => Some(kid.to_owned()),
        None => copy.kid,
    };
    Ok(Arc::new(copy))
}

/// Whether a key could be used with the algorithm that its `alg` is to name.
///
/// # Errors
/// What speaks against it, to follow the key's name.
fn fits(key: &Key, alg: &str) -> Result<(), String> {
    let misfit = match (alg.parse::<SigAlg>(), alg.parse::<KeyAlg>()) {
        (Ok(alg), _) => key.fit(alg, Job::Verify).err(),
        (Err(()), Ok(alg)) => key.fit_encryption(alg, None, KeyJob::Wrap).err(),
        (Err(()), Err(())) => {
            return Err("cannot be for an algorithm that jwtctl does not know".into());
        }
    };
    match misfit {
        Some(Misfit::Unfit(why)) => Err(why),
        Some(Misfit::Weak(_)) | None => Ok(()),
    }
}
