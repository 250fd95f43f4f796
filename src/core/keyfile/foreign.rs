//! Files that people take for keys and that are not read: named, with the way out.

use super::super::error::{Code, Error};
use super::super::hint::{Hint, KeysHint};
use super::super::key::is_pem;
use super::file_word;
use super::wrapped::trimmed;

/// How a kind of file is recognised.
enum Telltale {
    /// By the first bytes of its text.
    Text(&'static [u8]),
    /// By bytes somewhere in it.
    Within(&'static [u8]),
    /// By its first bytes.
    Binary(&'static [u8]),
}

/// What to do about such a file.
enum Advice {
    Nothing,
    /// A sentence with FILE in the place of its name.
    Text(&'static str),
    KeysFromUrl,
}

impl Advice {
    fn hint(&self, what: &str) -> Option<Hint> {
        match self {
            Self::Nothing => None,
            Self::Text(text) => Some(text.replace("FILE", &file_word(what)).into()),
            Self::KeysFromUrl => Some(KeysHint::FromUrl.into()),
        }
    }
}

/// What it is, and what to do.
const FOREIGN: &[(Telltale, &str, Advice)] = &[
    (
        Telltale::Within(b"---- BEGIN SSH2 PUBLIC KEY ----"),
        "is a public key in the format of RFC 4716",
        Advice::Text("convert it: ssh-keygen -i -m RFC4716 -f FILE > key.pub"),
    ),
    (
        Telltale::Within(b"-----BEGIN PGP "),
        "is an OpenPGP key or message, which no JWT is signed with",
        Advice::Nothing,
    ),
    (
        Telltale::Text(b"PuTTY-User-Key-File"),
        "is a PuTTY key",
        Advice::Text(
            "convert it: puttygen FILE -O private-openssh-new -o key, then ssh-keygen -p -m PKCS8 -f key",
        ),
    ),
    (
        Telltale::Text(b"<RSAKeyValue"),
        "is an RSA key in .NET's XML",
        Advice::Text(
            "export it as PEM instead: RSA.ExportPkcs8PrivateKeyPem or ExportSubjectPublicKeyInfoPem",
        ),
    ),
    (
        Telltale::Within(b"<EntityDescriptor"),
        "is SAML metadata, which describes keys for XML signatures",
        Advice::Nothing,
    ),
    (
        Telltale::Text(b"<"),
        "is an HTML or XML page, not a key",
        Advice::Text("a login page or an error page may have been saved in its place"),
    ),
    (
        Telltale::Binary(&[0xfe, 0xed, 0xfe, 0xed]),
        "is a Java keystore (JKS)",
        Advice::Text(
            "convert it: keytool -importkeystore -srckeystore FILE -destkeystore key.p12 -deststoretype PKCS12, then openssl pkcs12 -in key.p12 -nodes -nocerts -out key.pem",
        ),
    ),
    (
        Telltale::Text(b"https://"),
        "is a URL, not a key",
        Advice::KeysFromUrl,
    ),
    (
        Telltale::Text(b"AGE-SECRET-KEY-"),
        "is an age identity, which encrypts files and signs nothing",
        Advice::Nothing,
    ),
];

impl Telltale {
    fn bytes(&self) -> &'static [u8] {
        match self {
            Self::Text(bytes) | Self::Within(bytes) | Self::Binary(bytes) => bytes,
        }
    }
}

/// The error for a file of a kind that is known and not read.
pub(super) fn refusal(content: &[u8], what: &str) -> Option<Error> {
    refusal_by(content, what, 1)
}

/// Whether `content`, without white space around it, is such a file and not a random secret, one in
/// 256 of which begins like a page.
pub(super) fn is_certain(content: &[u8]) -> bool {
    const NEVER_BY_CHANCE: usize = 4;
    // Of 32 random bytes none in a billion billion are printable throughout.
    let is_text = |it: &u8| it.is_ascii_graphic() || it.is_ascii_whitespace() || !it.is_ascii();
    let is_page = content.starts_with(b"<")
        && content.contains(&b'>')
        && content.iter().all(is_text)
        && std::str::from_utf8(content).is_ok();
    refusal_by(content, "", NEVER_BY_CHANCE).is_some() || is_page
}

/// [`refusal`] by telltales of at least `least` bytes.
fn refusal_by(content: &[u8], what: &str, least: usize) -> Option<Error> {
    let bad = |why: &str| Error::input(Code::BadKey, what, why);
    if is_pkcs12(content) {
        let hint = "take the key out of it: openssl pkcs12 -in FILE -nodes -nocerts -out key.pem";
        return Some(bad("is a PKCS#12 file").hint(hint.replace("FILE", &file_word(what))));
    }
    let text = trimmed(content);
    let head = &text[..text.len().min(64 * 1024)];
    let matches = |sign: &Telltale| match sign {
        _ if sign.bytes().len() < least => false,
        Telltale::Text(start) => text.starts_with(start),
        Telltale::Within(part) => head.windows(part.len()).any(|window| window == *part),
        Telltale::Binary(start) => content.starts_with(start),
    };
    if let Some((_, why, advice)) = FOREIGN.iter().find(|(sign, ..)| matches(sign)) {
        let hint = advice.hint(what);
        return Some(hint.into_iter().fold(bad(why), Error::hint));
    }
    let is_end_alone = !is_pem(text) && head.windows(9).any(|window| window == b"-----END ");
    is_end_alone.then(|| bad("has an END line without its BEGIN line"))
}

/// Whether `der` begins as PKCS#12 does (RFC 7292 section 4): a sequence whose first member is
/// version 3, and whose second is a sequence.
fn is_pkcs12(der: &[u8]) -> bool {
    let body = match der {
        [0x30, 0x82, _, _, body @ ..]
        | [0x30, 0x81, _, body @ ..]
        | [0x30, 0x83, _, _, _, body @ ..]
        | [0x30, 0x80, body @ ..] => body,
        _ => return false,
    };
    body.starts_with(&[0x02, 0x01, 0x03, 0x30])
}
