//! Which keys a PEM file is about: its private keys if it has any, else its public keys and the
//! certificates that are not there to vouch for others.

use std::collections::HashSet;

use super::super::key::{Key, KeyError, PemBlock, certificate_names, from_der};

/// Whether the block holds a private key, in whatever format.
pub(super) fn is_private(block: &PemBlock) -> bool {
    block.label.ends_with("PRIVATE KEY")
}

fn is_certificate(block: &PemBlock) -> bool {
    block.label.ends_with("CERTIFICATE")
}

/// Whether the block holds a public key, or a certificate of one.
pub(super) fn is_public(block: &PemBlock) -> bool {
    block.label.ends_with("PUBLIC KEY") || is_certificate(block)
}

/// The keys of `blocks`, none of which may be encrypted.
///
/// # Errors
/// A phrase when one of them is, or cannot be used.
pub(super) fn plain_keys(blocks: &[PemBlock]) -> Result<Vec<Key>, KeyError> {
    if !blocks.iter().any(is_private) {
        return public_keys(blocks).map(|(keys, _)| keys);
    }
    let private = blocks.iter().filter(|block| is_private(block));
    let keys = private.map(|block| match block.label.as_str() {
        "OPENSSH PRIVATE KEY" => Err("is an OpenSSH private key".into()),
        label if label == "ENCRYPTED PRIVATE KEY" || block.legacy_encrypted => {
            Err("is encrypted, and is opened from a file of its own".into())
        }
        _ => block_key(block),
    });
    keys.collect::<Result<_, _>>().map(distinct)
}

/// The key in a block that is not encrypted.
///
/// # Errors
/// A phrase when it cannot be used.
pub(super) fn block_key(block: &PemBlock) -> Result<Key, KeyError> {
    from_der(block.der.expose())
        .unwrap_or_else(|| Err(format!("has a {} block that is broken", block.label).into()))
}

/// The public keys of a file without private ones, each once, and how many certificates were left
/// out because they issued another one of the file.
///
/// # Errors
/// A phrase when one of them cannot be used.
pub(super) fn public_keys(blocks: &[PemBlock]) -> Result<(Vec<Key>, usize), KeyError> {
    let mut issuers = HashSet::new();
    for block in blocks.iter().filter(|block| is_certificate(block)) {
        if let Some(names) = certificate_names(block.der.expose())
            && names.issuer != names.subject
        {
            issuers.insert(names.issuer);
        }
    }
    let issued_another = |block: &PemBlock| {
        is_certificate(block)
            && certificate_names(block.der.expose())
                .is_some_and(|names| issuers.contains(&names.subject))
    };
    let (chain, leaves): (Vec<&PemBlock>, Vec<&PemBlock>) = blocks
        .iter()
        .filter(|block| is_public(block))
        .partition(|block| issued_another(block));
    // Certificates that certify each other leave no leaf: then each is a key like any other.
    let (chain, leaves) = match leaves.is_empty() {
        true => (leaves, chain),
        false => (chain, leaves),
    };
    let keys = leaves.into_iter().map(block_key);
    Ok((distinct(keys.collect::<Result<_, _>>()?), chain.len()))
}

/// Each key once, in the order of the file.
pub(super) fn distinct(keys: Vec<Key>) -> Vec<Key> {
    let mut seen = HashSet::new();
    keys.into_iter()
        .filter(|key| seen.insert(key.thumbprint()))
        .collect()
}
