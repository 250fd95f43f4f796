//! PEM frames (RFC 7468), as strictly as needed to know what is inside and as leniently as people
//! paste them. No message repeats anything of a block but its label.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::super::secret::Secret;
use super::KeyError;

const BEGIN: &str = "-----BEGIN ";

/// One PEM block.
pub struct PemBlock {
    /// The label after BEGIN, such as `PRIVATE KEY`.
    pub label: String,
    /// The decoded bytes.
    pub der: Secret,
    /// Whether it is encrypted the way OpenSSL did before PKCS#8 (`DEK-Info`).
    pub legacy_encrypted: bool,
}

/// Whether `text` has a BEGIN line anywhere.
pub fn is_pem(text: &[u8]) -> bool {
    text.windows(BEGIN.len())
        .any(|window| window == BEGIN.as_bytes())
}

/// Every PEM block in `text`, whatever surrounds them; `None` when there is no BEGIN line.
///
/// Empty lines inside a block are read past unless the block has headers, where an empty line ends
/// them.
///
/// # Errors
/// A phrase when a block is broken, or when `text` is not UTF-8.
pub fn pem_blocks(text: &[u8]) -> Option<Result<Vec<PemBlock>, KeyError>> {
    is_pem(text).then(|| read_blocks(text))
}

fn read_blocks(text: &[u8]) -> Result<Vec<PemBlock>, KeyError> {
    // Only what stands around the blocks may be something other than text.
    let text = Zeroizing::new(String::from_utf8_lossy(text).into_owned());
    let mut blocks = Vec::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find(BEGIN) {
        let (label, body) = rest[at + BEGIN.len()..]
            .split_once("-----")
            .filter(|(label, _)| is_label(label))
            .ok_or("has a PEM block whose BEGIN line is broken")?;
        let end = format!("-----END {label}-----");
        let (body, after) = match body.split_once(end.as_str()) {
            Some(found) => found,
            None if body.contains("-----END ") => {
                return Err(KeyError::Malformed(
                    format!("has a {label} block whose END line does not match").into(),
                ));
            }
            None => {
                return Err(KeyError::Malformed(
                    format!("has a {label} block without its END line").into(),
                ));
            }
        };
        if body.contains(BEGIN) {
            return Err(KeyError::Malformed(
                format!("has a {label} block without its END line").into(),
            ));
        }
        blocks.push(read_block(label, body)?);
        rest = after;
    }
    Ok(blocks)
}

/// Whether a label is one that a message may repeat: it could be the key's own text if the dashes
/// behind it were lost.
fn is_label(label: &str) -> bool {
    const LONGEST: usize = 40;
    let is_word = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b' ';
    !label.is_empty() && label.len() <= LONGEST && label.bytes().all(is_word)
}

fn read_block(label: &str, body: &str) -> Result<PemBlock, KeyError> {
    let (headers, content) = match body.contains(':') {
        true => split_headers(body)
            .ok_or_else(|| format!("has a {label} block with headers that are broken"))?,
        false => ("", body),
    };
    // With room for all of it: a text that grows leaves copies of a private key behind.
    let mut compact = Zeroizing::new(String::with_capacity(content.len()));
    compact.extend(content.chars().filter(|c| !c.is_ascii_whitespace()));
    let read = STANDARD.decode(compact.as_bytes());
    match read {
        Ok(der) => Ok(PemBlock {
            label: label.to_owned(),
            legacy_encrypted: headers.contains("DEK-Info"),
            der: Secret::new(der),
        }),
        // The library's words may quote the block.
        Err(_) => Err(KeyError::Malformed(
            format!("has a {label} block that is not base64").into(),
        )),
    }
}

/// The headers of a block (RFC 1421 section 4.6) and what follows the empty line behind them.
fn split_headers(body: &str) -> Option<(&str, &str)> {
    let body = body.trim_start();
    let after = |separator: &str| body.split_once(separator);
    after("\n\n").or_else(|| after("\r\n\r\n"))
}

/// `der` as one PEM block (RFC 7468 §2). Nothing is copied that is not wiped.
pub fn pem(label: &str, der: &[u8]) -> Secret {
    const LINE: usize = 64;
    let body = Zeroizing::new(STANDARD.encode(der));
    let (begin, end) = (
        format!("-----BEGIN {label}-----\n"),
        format!("-----END {label}-----\n"),
    );
    let lines = body.as_bytes().chunks(LINE);
    let mut pem = Vec::with_capacity(begin.len() + body.len() + lines.len() + end.len());
    pem.extend_from_slice(begin.as_bytes());
    for line in lines {
        pem.extend_from_slice(line);
        pem.push(b'\n');
    }
    pem.extend_from_slice(end.as_bytes());
    Secret::new(pem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(text: &str) -> Result<Vec<(String, usize, bool)>, String> {
        let blocks = pem_blocks(text.as_bytes()).unwrap()?;
        let seen = |it: &PemBlock| (it.label.clone(), it.der.len(), it.legacy_encrypted);
        Ok(blocks.iter().map(seen).collect())
    }

    #[test]
    fn blocks_are_read_as_people_paste_them() {
        let plain = vec![("X Y".to_owned(), 6, false)];
        for text in [
            "-----BEGIN X Y-----\nAAAA\nAAAA\n-----END X Y-----\n",
            "-----BEGIN X Y-----\n\nAAAA\n\nAAAA\n-----END X Y-----",
            "-----BEGIN X Y-----\r\nAAAA\r\n\r\nAAAA\r\n-----END X Y-----\r\n",
            "-----BEGIN X Y----- AAAA AAAA -----END X Y-----",
            "-----BEGIN X Y-----\n  AAAA\n\tAAAA\n  -----END X Y-----",
            "before: this\n-----BEGIN X Y-----\nAAAAAAAA\n-----END X Y-----\nafter",
        ] {
            assert_eq!(blocks(text).unwrap(), plain, "{text:?}");
        }
        let legacy =
            "-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: X,00\n\nAAAA\n-----END A-----\n";
        assert_eq!(blocks(legacy).unwrap(), [("A".to_owned(), 3, true)]);
        assert!(pem_blocks(b"AAAA").is_none());
    }

    #[test]
    fn what_is_wrong_is_said_without_quoting_the_block() {
        for (text, expected) in [
            ("-----BEGIN A-----\nSECRETSECRET", "without its END line"),
            ("-----BEGIN A-----\nSECRET!!\n-----END A-----", "not base64"),
            ("-----BEGIN A-----\nSECR\n-----END B-----", "does not match"),
            (
                "-----BEGIN A\nSECR\n-----END A-----",
                "BEGIN line is broken",
            ),
            (
                "-----BEGIN A-----\nSECR:ET\n-----END A-----",
                "headers that are broken",
            ),
            (
                "-----BEGIN A-----\nSECR\n-----BEGIN A-----\nSECR\n-----END A-----",
                "without its END line",
            ),
        ] {
            let why = blocks(text).unwrap_err();
            assert!(why.contains(expected) && !why.contains("SECR"), "{why}");
        }
    }
}
