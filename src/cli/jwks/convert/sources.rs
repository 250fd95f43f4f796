//! Where the keys to convert are: files, and directories of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jwtctl::core::error::{Code, Error};
use jwtctl::core::key::Key;

use super::super::super::Context;
use super::Args;

/// The keys of what one KEYSPEC names.
pub(super) fn file(spec: &str, args: &Args, context: &Context<'_>) -> Result<Vec<Arc<Key>>, Error> {
    let file = match args.public || args.to.is_public() {
        true => {
            let now = context.env.now;
            context.inputs.public_keys(spec, "KEYSPEC", now)?
        }
        false => context.inputs.key_file(spec, "KEYSPEC")?,
    };
    for dropped in &file.dropped {
        context.output.warn(&format!(
            "left out: key {} of {spec} {}",
            dropped.index, dropped.why
        ));
    }
    Ok(file.keys)
}

/// The keys of the files in a directory, in the order of their names. What is not a key is left out
/// and said.
pub(super) fn folder(
    path: &str,
    args: &Args,
    context: &Context<'_>,
) -> Result<Vec<Arc<Key>>, Error> {
    let mut keys = Vec::new();
    for entry in files(Path::new(path))? {
        let spec = entry.display().to_string();
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
