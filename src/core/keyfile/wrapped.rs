//! The wrappings that a key gets on its way through an environment variable, a secret store or
//! another system's editor. Each is taken off where it cannot be mistaken for the key itself.

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use super::super::json::Json;
use super::super::key::{hex, is_pem};
use super::super::secret::Secret;

/// Base64 with or without padding.
const INDIFFERENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, INDIFFERENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, INDIFFERENT);

/// `content` without a byte order mark and white space around it.
pub(super) fn trimmed(content: &[u8]) -> &[u8] {
    content
        .strip_prefix("\u{feff}".as_bytes())
        .unwrap_or(content)
        .trim_ascii()
}

/// UTF-16 as UTF-8: told by its byte order mark, or by every other byte being zero.
pub fn from_utf16(content: &[u8]) -> Option<Secret> {
    type Read = fn([u8; 2]) -> u16;
    let (units, read): (&[u8], Read) = match content {
        [0xff, 0xfe, rest @ ..] => (rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => (rest, u16::from_be_bytes),
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => (content, u16::from_le_bytes),
        [0, first, 0, second, ..] if *first != 0 && *second != 0 => (content, u16::from_be_bytes),
        _ => return None,
    };
    let pairs = units.chunks_exact(2).map(|pair| read([pair[0], pair[1]]));
    let mut text = Zeroizing::new(String::with_capacity(units.len() * 3 / 2));
    for c in char::decode_utf16(pairs) {
        text.push(c.ok()?);
    }
    (!text.contains('\0')).then(|| Secret::new(text.as_bytes().to_vec()))
}

/// Text in quotes, as JSON or a shell file has it, without them.
pub(super) fn from_quotes(text: &[u8]) -> Option<Secret> {
    let inner = match text {
        [b'"', inner @ .., b'"'] => inner,
        [b'\'', inner @ .., b'\''] => inner,
        _ => return None,
    };
    if text[0] == b'"'
        && let Ok(mut json) = Json::parse(text)
    {
        let unescaped = json.as_str().map(|it| Secret::new(it.as_bytes().to_vec()));
        json.wipe();
        return unescaped;
    }
    Some(Secret::new(inner.to_vec()))
}

/// A PEM file whose line breaks are a backslash and a letter, with its line breaks.
pub(super) fn from_escapes(text: &[u8]) -> Option<Secret> {
    if !is_pem(text) {
        return None;
    }
    let text = std::str::from_utf8(text).ok()?;
    let mut unescaped = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        unescaped.push_str(&rest[..at]);
        let behind = rest[at..].trim_start_matches('\\');
        match behind.strip_prefix(['n', 'r']) {
            Some(after) => {
                unescaped.push('\n');
                rest = after;
            }
            None => rest = behind,
        }
    }
    unescaped.push_str(rest);
    (unescaped.len() != text.len()).then(|| Secret::new(unescaped.as_bytes().to_vec()))
}

/// The bytes that base64 or base64url stands for: padded or not, over several lines or one.
pub fn from_base64(text: &[u8]) -> Option<Secret> {
    let compact = compact(text, |_| false)?;
    let decoded = STANDARD.decode(&*compact);
    let decoded = decoded.or_else(|_| URL_SAFE.decode(&*compact));
    decoded.ok().map(Secret::new)
}

/// The bytes that hexadecimal digits stand for, also over several lines or with colons.
pub fn from_hex(text: &[u8]) -> Option<Secret> {
    hex(&compact(text, |byte| byte == b':')?).map(Secret::new)
}

/// Text without white space and what else may be left out; `None` when nothing is left.
fn compact(text: &[u8], also: impl Fn(u8) -> bool) -> Option<Zeroizing<String>> {
    let text = std::str::from_utf8(text).ok()?;
    let left_out = |c: &char| c.is_ascii_whitespace() || c.is_ascii() && also(*c as u8);
    // With room for all of it: a text that grows leaves copies of a secret behind.
    let mut compact = Zeroizing::new(String::with_capacity(text.len()));
    compact.extend(text.chars().filter(|c| !left_out(c)));
    (!compact.is_empty()).then_some(compact)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(secret: Option<Secret>) -> Option<String> {
        secret.map(|it| it.expose_str().unwrap().to_owned())
    }

    #[test]
    fn utf16_is_told_by_its_mark_or_its_zeros() {
        let le: Vec<u8> = "key".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = "key".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [
            [&[0xff, 0xfe], &le[..]].concat(),
            [&[0xfe, 0xff], &be[..]].concat(),
            le,
            be,
        ] {
            assert_eq!(text(from_utf16(&bytes)).as_deref(), Some("key"));
        }
        for other in [&b"key"[..], b"", b"\xff\xfe\x00\xd8", b"\x30\x00\x00\x00"] {
            assert!(from_utf16(other).is_none(), "{other:?}");
        }
    }

    #[test]
    fn escaped_line_breaks_become_line_breaks() {
        for escaped in ["\\n", "\\r\\n", "\\\\n"] {
            let pem = format!("-----BEGIN A-----{escaped}AAAA{escaped}-----END A-----");
            let read = text(from_escapes(pem.as_bytes())).unwrap();
            assert!(
                read.contains("\nAAAA\n") && !read.contains('\\'),
                "{read:?}"
            );
        }
        assert!(from_escapes(b"-----BEGIN A-----\nAAAA\n-----END A-----").is_none());
        assert!(from_escapes(b"a\\nb").is_none());
    }

    #[test]
    fn base64_and_hex_are_read_as_they_come() {
        for base64 in ["aGVsbG8/", "aGVsbG8_", "aGVs\nbG8_\r\n", " aGVsbG8/ "] {
            assert_eq!(
                text(from_base64(base64.as_bytes())).as_deref(),
                Some("hello?")
            );
        }
        assert_eq!(text(from_base64(b"YQ")).as_deref(), Some("a"));
        assert_eq!(text(from_base64(b"YQ==")).as_deref(), Some("a"));
        assert_eq!(text(from_hex(b"68:65\n6c")).as_deref(), Some("hel"));
        assert!(from_base64(b"-----").is_none() && from_base64(b" ").is_none());
    }
}
