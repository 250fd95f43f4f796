//! How much is read of input from files and servers: one list, which the manual shows. Every reader
//! stays within it, so that no file and no answer costs more than seconds and some hundred
//! megabytes.

use std::ops::RangeInclusive;

/// Bytes of the largest key, key-set or claims file: 16 MiB.
pub const MAX_FILE: u64 = 16 * 1024 * 1024;

/// Bytes of the longest secret or passphrase: 64 KiB.
pub const MAX_SECRET: u64 = 64 * 1024;

/// Bytes that a token may have unless the caller says otherwise: 1 MiB.
pub const MAX_TOKEN: usize = 1024 * 1024;

/// Bytes of the largest JOSE header.
pub const MAX_HEADER: usize = 16 * 1024;

/// Signatures of one token in a JSON serialization.
pub const MAX_SIGNATURES: usize = 64;

/// Disclosures of one SD-JWT.
pub const MAX_DISCLOSURES: usize = 1_000;

/// Certificates of one chain in a header.
pub const MAX_CHAIN: usize = 10;

/// Certificates in a file of trusted ones.
pub const MAX_ROOTS: usize = 1000;

/// How deep arrays and objects of JSON may nest.
pub const MAX_DEPTH: usize = 64;

/// Values that one JSON text may have, every element, member and container counted.
pub const MAX_JSON_VALUES: usize = 250_000;

/// Keys of a set in a file.
pub const MAX_KEYS: usize = 10_000;

/// Rows of a better-auth table: each is compared with all others.
pub const MAX_ROWS: usize = 1_000;

/// Operations that the `key_ops` of one key may list; RFC 7517 knows eight.
pub const MAX_KEY_OPS: usize = 100;

/// Keys that are tried for a token that does not name its own.
pub const MAX_CANDIDATES: usize = 8;

/// Findings of `jwks lint` that are shown; the rest is counted.
pub const MAX_FINDINGS: usize = 500;

/// Bytes of the largest key set that is taken from a URL.
pub const MAX_PUBLISHED_BYTES: usize = 256 * 1024;

/// Keys of a set that is taken from a URL.
pub const MAX_PUBLISHED_KEYS: usize = 100;

/// Key sets in one bundle of the cache.
pub const MAX_BUNDLE_ENTRIES: usize = 10_000;

/// Bits of an RSA modulus that the libraries handle.
pub const RSA_BITS: RangeInclusive<usize> = 512..=8192;

/// PBKDF2 iterations of an encrypted PKCS#8 file: the least is what one is written with unless the
/// caller says otherwise, the most is what one is opened with.
pub const PKCS8_ITERATIONS: RangeInclusive<u32> = 600_000..=10_000_000;

/// The same limit where the digest is SHA-384 or SHA-512, whose rounds cost twice as much.
pub const MAX_LONG_DIGEST_ITERATIONS: u32 = 5_000_000;

/// PBKDF2 iterations of a sealed JWK and of an encrypted token (`p2c`), read and written; of a token
/// a caller may allow more.
pub const P2C: RangeInclusive<u64> = 1_000..=1_000_000;

/// PBKDF2 iterations that a token is encrypted with unless the caller says otherwise: the most that
/// npm's jose reads by default, while jwcrypto stops at 16384.
pub const TOKEN_P2C: u32 = 10_000;

/// Bytes of the shortest salt of PBKDF2 (RFC 7518 §4.8.1.1).
pub const MIN_SALT: usize = 8;

/// Recipients of an encrypted token.
pub const MAX_RECIPIENTS: usize = 64;

/// Bytes that the content of a compressed token may have unless the caller says otherwise.
pub const MAX_INFLATED: usize = 250_000;

/// Encrypted tokens that may lie one inside another.
pub const MAX_NESTING: usize = 4;

/// Bytes of memory that scrypt may take to open a key file.
pub const MAX_SCRYPT_BYTES: u64 = 256 * 1024 * 1024;

/// The product of scrypt's N, r and p, to which its time is proportional.
pub const MAX_SCRYPT_WORK: u64 = 1 << 23;

/// The product of scrypt's r and p, whose blocks are filled before and emptied after the work.
pub const MAX_SCRYPT_LANES: u64 = 1 << 14;

/// The list in words, for manuals: what is limited, and to how much.
pub fn table() -> Vec<(&'static str, String)> {
    let mut table = vec![
        ("a file of keys, claims or a payload", bytes(MAX_FILE)),
        ("a secret or a passphrase", bytes(MAX_SECRET)),
        ("a token", bytes(MAX_TOKEN as u64)),
        ("the header of a token", bytes(MAX_HEADER as u64)),
        ("signatures of a token", MAX_SIGNATURES.to_string()),
        ("disclosures of an SD-JWT", MAX_DISCLOSURES.to_string()),
        ("certificates of a chain", MAX_CHAIN.to_string()),
        ("certificates in a file of roots", MAX_ROOTS.to_string()),
        ("nesting of JSON", format!("{MAX_DEPTH} levels")),
        ("values in one JSON text", MAX_JSON_VALUES.to_string()),
        ("keys of a set in a file", MAX_KEYS.to_string()),
        ("rows of a better-auth table", MAX_ROWS.to_string()),
        ("key_ops of a key", MAX_KEY_OPS.to_string()),
        (
            "keys tried for a token without kid",
            MAX_CANDIDATES.to_string(),
        ),
        ("findings shown by jwks lint", MAX_FINDINGS.to_string()),
        (
            "a key set from a URL",
            format!(
                "{}, {MAX_PUBLISHED_KEYS} keys",
                bytes(MAX_PUBLISHED_BYTES as u64)
            ),
        ),
        (
            "key sets in a bundle of the cache",
            MAX_BUNDLE_ENTRIES.to_string(),
        ),
        (
            "an RSA modulus",
            format!("{} to {} bits", RSA_BITS.start(), RSA_BITS.end()),
        ),
    ];
    table.extend(of_encryption());
    table
}

fn bytes(count: u64) -> String {
    match count {
        count if count.is_multiple_of(1024 * 1024) => format!("{} MiB", count / 1024 / 1024),
        count => format!("{} KiB", count / 1024),
    }
}

/// What is limited of encrypted tokens and keys.
fn of_encryption() -> Vec<(&'static str, String)> {
    vec![
        ("recipients of a token", MAX_RECIPIENTS.to_string()),
        (
            "the inflated content of a token",
            format!("{MAX_INFLATED} bytes"),
        ),
        (
            "encrypted tokens one inside another",
            MAX_NESTING.to_string(),
        ),
        (
            "PBKDF2 rounds of a token",
            format!("{} to {}", P2C.start(), P2C.end()),
        ),
        (
            "PBKDF2 rounds of a sealed JWK",
            format!("{} to {}", P2C.start(), P2C.end()),
        ),
        (
            "PBKDF2 rounds of an encrypted PKCS#8 file",
            format!(
                "{}, or {MAX_LONG_DIGEST_ITERATIONS} with SHA-384 and SHA-512",
                PKCS8_ITERATIONS.end()
            ),
        ),
        (
            "scrypt of an encrypted PKCS#8 file",
            format!(
                "{}, N*r*p of {MAX_SCRYPT_WORK}, r*p of {MAX_SCRYPT_LANES}",
                bytes(MAX_SCRYPT_BYTES)
            ),
        ),
    ]
}
