//! Time in tests. The cache goes by the machine's clock, which no flag moves, so a test makes what
//! is stored older instead: every time in an entry or an attempt record is set back, and the
//! checksum or MAC is computed anew.

use std::fs;
use std::path::Path;

use serde_json::Value;

/// Sets back all times in a cache directory by `ms` milliseconds; forward if negative.
pub fn cache(root: &Path, ms: i64) {
    for folder in ["jwks-v1", "disc-v1"] {
        for file in fs::read_dir(root.join(folder)).into_iter().flatten() {
            let path = file.unwrap().path();
            let aged = match path.extension().and_then(|it| it.to_str()) {
                Some("json") => entry(&path, ms),
                Some("lock") => fs::read(&path).ok().and_then(|it| document(&it, ms)),
                _ => None,
            };
            if let Some(bytes) = aged {
                // In place: a hard link, an owner or a mode stays as the test has made it.
                fs::write(&path, bytes).unwrap();
            }
        }
    }
}

/// An entry file with its times set back; `None` for one that is damaged on purpose.
fn entry(path: &Path, ms: i64) -> Option<Vec<u8>> {
    let bytes = fs::read(path).ok()?;
    let (sum, text) = bytes.split_at_checked(65)?;
    (framed(text).get(..65)? == sum).then_some(())?;
    let mut aged = document(text, ms)?;
    aged.push(b'\n');
    Some(framed(&aged))
}

/// An entry or attempt record as JSON, with its times set back.
pub fn document(text: &[u8], ms: i64) -> Option<Vec<u8>> {
    let mut value: Value = serde_json::from_slice(text).ok()?;
    let members = value.as_object_mut()?;
    for (name, member) in members.iter_mut() {
        match name.as_str() {
            "requested_at_ms" | "fetched_at_ms" | "expires_at_ms" | "stale_until_ms"
            | "ended_at_ms" | "not_before_ms" | "uat" => set_back(member, ms),
            "http" => member
                .get_mut("date_ms")
                .into_iter()
                .for_each(|it| set_back(it, ms)),
            "boot" => member
                .get_mut("ms")
                .into_iter()
                .for_each(|it| set_back(it, ms)),
            _ => {}
        }
    }
    Some(value.to_string().into_bytes())
}

fn set_back(time: &mut Value, ms: i64) {
    if let Some(at) = time.as_i64().filter(|at| *at != 0) {
        *time = at.saturating_sub(ms).into();
    }
}

/// An entry with its checksum.
pub fn framed(text: &[u8]) -> Vec<u8> {
    let sum = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text);
    let sum: String = sum
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    [sum.as_bytes(), b"\n", text].concat()
}
