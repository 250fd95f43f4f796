//! What kind of key some bytes are, so that keys can be refused where a secret belongs. They are
//! found in any wrapping, because the verifier of a token may have keyed its HMAC with the wrapped
//! bytes.

use super::super::better_auth;
use super::super::json::Json;
use super::super::jwe;
use super::super::key::{from_der, from_ssh, is_encrypted_pkcs8, is_pem};
use super::super::secret::Secret;
use super::foreign;
use super::nested::holds_jwk;
use super::wrapped::{from_base64, from_escapes, from_hex, from_quotes, from_utf16, trimmed};

/// How many wrappings are looked into, one inside another.
const MAX_WRAPPINGS: usize = 3;

/// What kind of key file `content` is, with its article; `None` when it is not one. Encodings
/// around it (UTF-16, quotes, base64, hexadecimal), a missing BEGIN line, text before and behind
/// the key and other documents that hold it make no difference. Nothing is decrypted.
pub fn kind(content: &[u8]) -> Option<&'static str> {
    wrapped_kind(content, MAX_WRAPPINGS)
}

fn wrapped_kind(content: &[u8], wrappings: usize) -> Option<&'static str> {
    let text = trimmed(content);
    let found = direct(content).or_else(|| damaged(text));
    if found.is_some() || wrappings == 0 {
        return found;
    }
    let inner = [
        from_utf16(content),
        from_quotes(text),
        from_base64(text),
        from_hex(text),
    ];
    let deeper = |it: &Secret| wrapped_kind(it.expose(), wrappings - 1);
    let found = inner.iter().flatten().find_map(deeper);
    found
        .or_else(|| kind_in_json(text, wrappings))
        .or_else(|| kind_of_run(text))
}

/// A key in a text of some JSON document.
fn kind_in_json(text: &[u8], wrappings: usize) -> Option<&'static str> {
    fn walk(json: &Json, wrappings: usize) -> Option<&'static str> {
        match json {
            Json::String(text) => wrapped_kind(text.as_bytes(), wrappings - 1),
            Json::Array(items) => items.iter().find_map(|item| walk(item, wrappings)),
            Json::Object(object) => object.0.iter().find_map(|(_, it)| walk(it, wrappings)),
            Json::Null | Json::Bool(_) | Json::Number(_) => None,
        }
    }
    let mut json = Json::parse(text).ok()?;
    let found = walk(&json, wrappings);
    json.wipe();
    found
}

/// A key in a run of base64, whatever stands around that: a name and `=`, a comment, a header.
fn kind_of_run(text: &[u8]) -> Option<&'static str> {
    const SHORTEST: usize = 40;
    let is_inside = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    text.split(|byte| !is_inside(byte))
        .filter(|run| run.len() >= SHORTEST)
        .find_map(|run| direct(from_base64(run)?.expose()))
}

/// What kind of key file `content` is as it stands.
pub(super) fn direct(content: &[u8]) -> Option<&'static str> {
    let text = trimmed(content);
    if is_pem(text) {
        return Some("a PEM file");
    }
    if let Some(found) = json_kind(text) {
        return Some(found);
    }
    let readable = std::str::from_utf8(text).ok();
    if readable.is_some_and(|text| from_ssh(text).is_some()) {
        return Some("an OpenSSH key");
    }
    if readable.is_some_and(|text| jwe::is_compact(text) && jwe::parse(text).is_ok()) {
        return Some("a sealed key");
    }
    // A line ending behind binary is an editor's.
    let lines = [content, content.strip_suffix(b"\n").unwrap_or(content)];
    let is_der = |der: &[u8]| from_der(der).is_some() || is_encrypted_pkcs8(der);
    lines.into_iter().any(is_der).then_some("a DER key")
}

fn json_kind(text: &[u8]) -> Option<&'static str> {
    if !matches!(text.first(), Some(b'{' | b'[')) {
        return None;
    }
    if let Some(mut rows) = better_auth::lines(text) {
        rows.iter_mut().for_each(Json::wipe);
        return Some("a table of keys");
    }
    let mut json = Json::parse(text).ok()?;
    let found = if holds_jwk(&json) {
        Some("a JWK")
    } else {
        let is_sealed = json.as_object().is_some_and(jwe::is_json);
        is_sealed.then_some("a sealed key")
    };
    json.wipe();
    found
}

/// A key that a part is missing from, or that has something before it.
fn damaged(text: &[u8]) -> Option<&'static str> {
    let has = |part: &[u8]| text.windows(part.len()).any(|window| window == part);
    if has(b"-----END ") || from_escapes(text).is_some() {
        return Some("a PEM file");
    }
    if foreign::is_certain(text) {
        return Some("a key file");
    }
    let brace = text.iter().position(|byte| *byte == b'{');
    let end = text.iter().rposition(|byte| *byte == b'}');
    if let (Some(start), Some(end)) = (brace, end)
        && start < end
        && let Some(found) = json_kind(&text[start..=end])
    {
        return Some(found);
    }
    // Of several JWKs behind one another, or one with something behind it.
    if brace.is_some() && has(b"\"kty\"") {
        return Some("a JWK");
    }
    // The blob of an SSH key: its name, with the length in front, in base64 or decoded.
    const NAMES: [&[u8]; 3] = [b"ssh-rsa", b"ssh-ed25519", b"ecdsa-sha2-"];
    let blob = |name: &&[u8]| {
        text.get(..4).is_some_and(|it| it[..3] == [0; 3]) && text[4..].starts_with(name)
    };
    let in_line = |name: &&[u8]| has(name) && has(b" AAAA");
    NAMES
        .iter()
        .any(|name| blob(name) || in_line(name))
        .then_some("an OpenSSH key")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::key::{encode, to_hex};

    /// RFC 7515 appendix A.3's public key.
    const JWK: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
    const SPKI: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV7\n6e8Tus9uPHvRVEXH8UTNG72bfocs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==";

    /// A secret is 32 random bytes, of which any may be the first ones.
    #[test]
    fn no_secret_is_a_key_file_by_its_first_bytes() {
        let rest: Vec<u8> = (0..30).map(|n: u8| n.wrapping_mul(37) ^ 0xa5).collect();
        for (first, second) in (0..=255).flat_map(|a| (0..=255).map(move |b| (a, b))) {
            let secret = [&[first, second][..], &rest].concat();
            assert_eq!(kind(&secret), None, "{first:#x} {second:#x}");
        }
        for page in ["<Html><body>Please log in", "<md:EntityDescriptor a=\"é\">"] {
            assert_eq!(kind(page.as_bytes()), Some("a key file"));
        }
    }

    #[test]
    fn a_key_is_known_in_any_wrapping() {
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{SPKI}\n-----END PUBLIC KEY-----\n");
        let utf16 = |text: &str| {
            text.encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect::<Vec<u8>>()
        };
        let der = from_base64(SPKI.as_bytes()).unwrap();
        let colons = to_hex(der.expose())
            .as_bytes()
            .chunks(2)
            .map(|it| std::str::from_utf8(it).unwrap().to_owned())
            .collect::<Vec<_>>();
        let wrapped: Vec<Vec<u8>> = vec![
            pem.clone().into(),
            pem.replace('\n', "\\n").into(),
            utf16(&pem),
            [vec![0xff, 0xfe], utf16(&pem)].concat(),
            pem.split_once('\n').unwrap().1.into(),
            SPKI.into(),
            SPKI.replace('\n', "").into(),
            SPKI.replace('\n', "\r\n").trim_end_matches('=').into(),
            encode(pem.as_bytes()).into(),
            encode(encode(pem.as_bytes()).as_bytes()).into(),
            der.expose().to_vec(),
            [der.expose(), b"\n"].concat(),
            colons.join(":").into(),
            colons.join(":\n").into(),
            JWK.into(),
            format!("# my key\n{JWK}\n").into(),
            format!("{{\"data\":{{\"key\":{JWK}}}}}").into(),
            format!("[[{JWK}]]").into(),
            format!("\"{}\"", SPKI.replace('\n', "")).into(),
            crate::core::json::Json::from(JWK).to_text().into(),
            format!(r#"{{"public_key":"{}"}}"#, SPKI.replace('\n', "")).into(),
            format!(r#"{{"data":{{"tls.key":"{}"}}}}"#, encode(pem.as_bytes())).into(),
            format!("{JWK}\n{JWK}\n").into(),
            format!("{JWK} {{x}}").into(),
            format!("PUBLIC_KEY={}", SPKI.replace('\n', "")).into(),
            format!("# mine\n{}", SPKI.replace('\n', "")).into(),
            b"---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n".to_vec(),
            b"<RSAKeyValue><Modulus>x</Modulus></RSAKeyValue>".to_vec(),
            utf16(JWK),
            encode(JWK.as_bytes()).into(),
            b"command=\"x\" ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7 me".to_vec(),
            b"AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea".to_vec(),
        ];
        for bytes in wrapped {
            assert!(
                kind(&bytes).is_some(),
                "{:?}",
                String::from_utf8_lossy(&bytes)
            );
        }
    }

    #[test]
    fn a_secret_is_not_taken_for_a_key() {
        for secret in [
            "correct horse battery staple",
            "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3JldA==",
            "{not json}",
            "0123456789abcdef0123456789abcdef",
            "s3cr3t-with-dots.and.more",
            "",
        ] {
            assert_eq!(kind(secret.as_bytes()), None, "{secret}");
        }
    }
}
