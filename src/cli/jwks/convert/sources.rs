//! Where the keys to convert are: files, and directories of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jwtctl::core::certificate;
use jwtctl::core::error::{Code, Error};
use jwtctl::core::json::Json;
use jwtctl::core::key::Key;

use super::super::super::Context;
use super::super::super::input::Spec;
use super::Args;

/// The keys of what one KEYSPEC names.
pub(super) fn file(
    spec: &Spec,
    args: &Args,
    context: &Context<'_>,
) -> Result<Vec<Arc<Key>>, Error> {
    let now = context.env.now;
    let is_public = args.public || args.to.is_public();
    let (file, bytes) = match (args.metadata.x5c, is_public) {
        (true, _) => {
            let bytes = context.inputs.key_bytes(spec)?;
            let file = context.inputs.read_keys(&bytes, spec.source_name())?;
            let file = if is_public { file.published(now) } else { file };
            (file, Some(bytes))
        }
        (false, true) => (context.inputs.public_keys(spec, now)?, None),
        (false, false) => (context.inputs.key_file(spec)?, None),
    };
    for dropped in &file.dropped {
        context.output.warn(&format!(
            "left out: key {} of {spec} {}",
            dropped.index, dropped.why
        ));
    }
    match bytes {
        Some(bytes) => certified(&file.keys, bytes.expose(), spec),
        None => Ok(file.keys),
    }
}

/// The keys of a file, each with the certificates that the file has for it. What a JWK brought along
/// stays.
fn certified(keys: &[Arc<Key>], file: &[u8], spec: &Spec) -> Result<Vec<Arc<Key>>, Error> {
    let bad = |why: String| Error::input(Code::BadKey, spec.source_name(), why);
    let certificates = certificate::from_file(file);
    let of_key = |key: &Arc<Key>| {
        if key.others.has("x5c") {
            return Ok(Arc::clone(key));
        }
        let all = certificates.as_ref().map_err(|why| bad(why.to_string()))?;
        let chain = certificate::chain_for(key, all);
        let Some(own) = chain.first() else {
            return Err(bad(format!("has no certificate for {}", key.label())));
        };
        let copy = key.duplicate();
        let mut copy = copy.ok_or_else(|| bad("has a key that cannot be copied".into()))?;
        let x5c: Json = chain.iter().map(|it| it.x5c()).collect();
        copy.others.set("x5c", x5c);
        copy.others.set("x5t#S256", own.x5t_s256().as_str().into());
        Ok(Arc::new(copy))
    };
    keys.iter().map(of_key).collect()
}

/// The keys of the files in a directory, in the order of their names. What is not a key is left out
/// and said.
pub(super) fn folder(
    path: &Spec,
    args: &Args,
    context: &Context<'_>,
) -> Result<Vec<Arc<Key>>, Error> {
    let mut keys = Vec::new();
    for entry in files(path.as_ref())? {
        let spec = Spec::new(path.flag(), entry.display().to_string());
        match file(&spec, args, context) {
            Ok(found) => keys.extend(found),
            Err(error) if error.code() == Code::BadKey => {
                context.output.warn(&format!("left out: {error}"));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(keys)
}

/// The files of a directory that are not hidden.
fn files(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let refused = |error: &std::io::Error| Error::io(path, error);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).map_err(|e| refused(&e))? {
        let entry = entry.map_err(|e| refused(&e))?;
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        if entry.path().is_file() && !is_hidden {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}
