//! The content of a JWE: encrypted and opened with the content encryption key, compressed and
//! inflated (RFC 7518 §5, RFC 1951).

use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};
use zeroize::Zeroizing;

use super::super::alg::ContentEnc;
use super::super::guard::guarded;
use super::super::key::backend::encryption;
use super::super::secret::Secret;
use super::Jwe;

/// Ciphertext and tag.
pub(super) type Encrypted = (Vec<u8>, Vec<u8>);

/// Encrypts `content`; `key` and `iv` are of the lengths that `enc` takes.
pub(super) fn encrypt(
    enc: ContentEnc,
    key: &Secret,
    iv: &[u8],
    aad: &[u8],
    content: &Secret,
) -> Option<Encrypted> {
    match enc.is_gcm() {
        true => encryption::seal_gcm(key, iv.try_into().ok()?, aad, content)
            .map(|(ciphertext, tag)| (ciphertext, tag.to_vec())),
        false => encryption::seal_cbc(enc, key, iv.try_into().ok()?, aad, content),
    }
}

/// Opens the content of `jwe` with a key of `enc`'s length; `None` when its tag does not hold.
pub(super) fn open(jwe: &Jwe, enc: ContentEnc, key: &Secret) -> Option<Secret> {
    let aad = jwe.covered.as_bytes();
    let iv = jwe.iv.as_slice();
    match enc.is_gcm() {
        true => {
            let tag = jwe.tag.as_slice().try_into().ok()?;
            encryption::open_gcm(key, iv.try_into().ok()?, aad, &jwe.ciphertext, tag)
        }
        false => {
            let iv = iv.try_into().ok()?;
            encryption::open_cbc(enc, key, iv, aad, &jwe.ciphertext, &jwe.tag)
        }
    }
}

/// Compresses with DEFLATE.
pub(super) fn deflate(content: &Secret) -> Secret {
    const LEVEL: u8 = 6;
    Secret::new(compress_to_vec(content.expose(), LEVEL))
}

/// Why compressed content is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inflation {
    /// It would have more bytes than are allowed.
    TooLarge,
    /// It is not DEFLATE.
    Damaged,
}

/// Inflates to `limit` bytes at most. Bytes behind the end of the stream are damage: they would be
/// content that is not shown.
pub(super) fn inflate(content: &Secret, limit: usize) -> Result<Secret, Inflation> {
    // As much room as text usually needs, and four times as much at each further try: all of it at
    // once would be memory for what is not there, and a buffer that grows leaves copies behind.
    const FIRST: usize = 8;
    let content = content.expose();
    let mut room = content.len().saturating_mul(FIRST).min(limit);
    loop {
        match inflate_into(content, room)? {
            Some(inflated) => return Ok(inflated),
            None if room == limit => return Err(Inflation::TooLarge),
            None => room = room.saturating_mul(4).min(limit),
        }
    }
}

/// Inflates into a buffer of `room` bytes; `None` when it takes more.
fn inflate_into(content: &[u8], room: usize) -> Result<Option<Secret>, Inflation> {
    let mut output = Zeroizing::new(Vec::new());
    if output.try_reserve_exact(room).is_err() {
        return Err(Inflation::TooLarge);
    }
    output.resize(room, 0);
    let inflated = guarded(|| {
        let mut decompressor = Box::<DecompressorOxide>::default();
        let flags = TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
        decompress(&mut decompressor, content, &mut output, 0, flags)
    });
    match inflated {
        Some((TINFLStatus::Done, read, length)) if read == content.len() => {
            output.truncate(length);
            Ok(Some(Secret::from(output)))
        }
        Some((TINFLStatus::HasMoreOutput, ..)) => Ok(None),
        _ => Err(Inflation::Damaged),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_deflated_inflates_within_its_limit() {
        let content = Secret::new(b"abc ".repeat(1000));
        let small = deflate(&content);
        assert!(small.len() < 100);
        assert_eq!(inflate(&small, 4000).unwrap().expose(), content.expose());
        assert_eq!(inflate(&small, 3999).unwrap_err(), Inflation::TooLarge);
        let cut = Secret::new(small.expose()[..small.len() - 1].to_vec());
        assert_eq!(inflate(&cut, 4000).unwrap_err(), Inflation::Damaged);
        let more = Secret::new([small.expose(), b"x"].concat());
        assert_eq!(inflate(&more, 4000).unwrap_err(), Inflation::Damaged);
        let none = inflate(&Secret::new(Vec::new()), 4000);
        assert_eq!(none.unwrap_err(), Inflation::Damaged);
    }
}
