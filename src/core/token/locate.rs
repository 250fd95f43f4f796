//! Where the token is in what people paste: a header, a cookie line, a URL, a command line, the
//! answer of a token endpoint, base64 of any of these. A token is known by its outline and by a
//! header that is a JSON object; nothing about it is verified.

use std::collections::HashSet;

use memchr::{memchr, memchr_iter};
use url::form_urlencoded;

use super::super::json::Json;
use super::super::key::decode;
use super::super::keyfile::from_base64;

/// A token in a longer text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The token itself.
    pub token: String,
    /// The name before it, such as `access_token`.
    pub name: Option<String>,
}

/// Every token in `text`, each once, in their order. They are also found where `text` is base64.
pub fn locate(text: &str) -> Vec<Located> {
    let found = scan(text);
    if !found.is_empty() {
        return found;
    }
    let inner = from_base64(text.as_bytes());
    if let Some(inner) = inner.as_ref().and_then(|it| it.expose_str()) {
        return scan(inner);
    }
    match text.contains('%') {
        // The text is percent-encoded as in a URL. It is read as a form; a part without `=` counts
        // as a name.
        true => {
            let pairs = form_urlencoded::parse(text.as_bytes());
            let text: Vec<String> = pairs
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            scan(&text.join("&"))
        }
        false => Vec::new(),
    }
}

/// Whether `text` as a whole has the outline of a token: three or five parts, or the parts of an
/// SD-JWT behind the first of them.
pub fn is_compact(text: &str) -> bool {
    let text = text.as_bytes();
    let jwt = &text[..memchr(b'~', text).unwrap_or(text.len())];
    let is_letter =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'/');
    // Padding may be at the end of a part, and nowhere else.
    let is_part = |part: &[u8]| {
        let padding = part.iter().rev().take_while(|byte| **byte == b'=').count();
        part[..part.len() - padding].iter().all(is_letter)
    };
    matches!(memchr_iter(b'.', jwt).count(), 2 | 4) && jwt.split(|byte| *byte == b'.').all(is_part)
}

/// Whether `text` is a token that was broken into lines or otherwise interspersed with white space.
pub fn is_wrapped(text: &str) -> bool {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    compact.len() != text.len()
        && is_compact(&compact)
        && text.split('.').next().is_some_and(|header| {
            let header: String = header.chars().filter(|c| !c.is_whitespace()).collect();
            is_header(header.trim_end_matches('='))
        })
}

/// Whether the text between dots is the header of a token.
fn is_header(part: &str) -> bool {
    let json = decode(part).and_then(|bytes| Json::parse(&bytes).ok());
    json.as_ref()
        .and_then(Json::as_object)
        .is_some_and(|header| header.has("alg") || header.has("typ") || header.has("enc"))
}

fn scan(text: &str) -> Vec<Located> {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let is_inside = |c: char| is_letter(c) || c == '.' || c == '~';
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut at = 0;
    while let Some(start) = text[at..].find(is_letter).map(|it| at + it) {
        let start = start + escaped_digits(text, start);
        let rest = &text[start..];
        let end = rest.find(|c| !is_inside(c)).unwrap_or(rest.len());
        at = start + end;
        // A sentence ends with a dot as well, and so does an unsigned token.
        let word = &rest[..end];
        let word = match is_compact(word) {
            true => word,
            false => word.strip_suffix('.').unwrap_or(word),
        };
        if !is_compact(word) || !word.split('.').next().is_some_and(is_header) {
            continue;
        }
        if seen.insert(word) {
            found.push(Located {
                token: word.to_owned(),
                name: name_before(&text[..start]),
            });
        }
    }
    found
}

/// How many of the letters at `start` are the digits of an escape of URLs, such as `%20`.
fn escaped_digits(text: &str, start: usize) -> usize {
    let digits = text.as_bytes().get(start..start + 2);
    let is_escape = text[..start].ends_with('%')
        && digits.is_some_and(|it| it.iter().all(u8::is_ascii_hexdigit));
    if is_escape { 2 } else { 0 }
}

/// The name in `name=`, `name: ` or `"name": "` at the end of `before`, past a scheme such as
/// `Bearer`.
fn name_before(before: &str) -> Option<String> {
    let quote = |c: char| c == '"' || c == '\'' || c == '\\' || c.is_whitespace();
    let mut rest = before.trim_end_matches(quote);
    for scheme in ["Bearer", "bearer", "BEARER", "DPoP"] {
        rest = rest
            .strip_suffix(scheme)
            .unwrap_or(rest)
            .trim_end_matches(quote);
    }
    let rest = rest.strip_suffix(['=', ':'])?.trim_end_matches(quote);
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-_.$".contains(c);
    let start = rest
        .char_indices()
        .rev()
        .take_while(|(_, c)| is_name(*c))
        .last()?
        .0;
    Some(rest[start..].to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::super::key::encode;
    use super::*;

    fn token(sub: &str) -> String {
        let payload = format!(r#"{{"sub":"{sub}"}}"#);
        format!(
            "{}.{}.{}",
            encode(br#"{"alg":"HS256"}"#),
            encode(payload.as_bytes()),
            encode(&[7; 32])
        )
    }

    fn names(text: &str) -> Vec<(String, Option<String>)> {
        let all = locate(text).into_iter();
        all.map(|it| (it.token, it.name)).collect()
    }

    #[test]
    fn a_token_is_found_with_its_name() {
        let t = token("a");
        for (text, name) in [
            (
                format!("Cookie: theme=dark; session={t}; x=y"),
                Some("session"),
            ),
            (
                format!("Set-Cookie: __Host-id={t}; Path=/; Secure"),
                Some("__Host-id"),
            ),
            (
                format!("https://app.example/cb#access_token={t}&expires_in=60"),
                Some("access_token"),
            ),
            (
                format!("https://app.example/cb?state=1&id_token={t}"),
                Some("id_token"),
            ),
            (format!("token={t}"), Some("token")),
            (format!("session=s%3A{t}"), None),
            (format!("Bearer%20{t}"), None),
            (
                format!("curl -H 'Authorization: Bearer {t}' https://api.example"),
                Some("Authorization"),
            ),
            (format!("x-access-token: {t}"), Some("x-access-token")),
            (format!("\"access_token\": \"{t}\","), Some("access_token")),
            (
                format!("{{\"access_token\":\"{t}\",\"token_type\":\"Bearer\"}}"),
                Some("access_token"),
            ),
            (format!("{{\\\"jwt\\\":\\\"{t}\\\"}}"), Some("jwt")),
            (format!("export TOKEN='{t}'"), Some("TOKEN")),
            (format!("my token is {t}."), None),
            (
                format!(
                    "https://app.example/cb?x=1&id_token={}",
                    t.replace('.', "%2E")
                ),
                Some("id_token"),
            ),
            (t.clone(), None),
        ] {
            assert_eq!(
                names(&text),
                [(t.clone(), name.map(String::from))],
                "{text}"
            );
        }
        let wrapped = base64::Engine::encode(
            &base64::engine::general_purpose::STANDARD,
            format!("{{\"id_token\":\"{t}\"}}"),
        );
        assert_eq!(names(&wrapped), [(t, Some("id_token".into()))]);
    }

    #[test]
    fn several_tokens_are_all_found_and_each_once() {
        let (a, b) = (token("a"), token("b"));
        let text = format!("access_token={a}&id_token={b}&again={a}");
        let found = names(&text);
        assert_eq!(found.len(), 2);
        assert_eq!(found[1], (b, Some("id_token".into())));
    }

    #[test]
    fn what_is_not_a_token_is_not_found() {
        for text in [
            "www.example.com",
            "1.2.3",
            "a.b.c",
            "e30.e30.AA",
            "Zm9vYmFy",
            "file.tar.gz",
            "{\"access_token\":\"2YotnFZFEjr1zCsicMWpAA\"}",
            "",
        ] {
            assert_eq!(names(text), [], "{text}");
        }
    }
}
