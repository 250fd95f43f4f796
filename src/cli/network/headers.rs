//! Headers for a server that wants credentials, from a file.

use jwtctl::core::error::{Code, Error};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

/// Headers that jwtctl sets itself.
const OURS: [&str; 7] = [
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "accept-encoding",
    "if-none-match",
    "if-modified-since",
];

/// Reads a file of headers, one `Name: value` a line, `#` for remarks.
pub fn parse_headers(text: &str, what: &str) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    for (number, line) in text
        .lines()
        .enumerate()
        .map(|(i, line)| (i + 1, line.trim()))
    {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        // The line itself may be a secret.
        let bad = |why: &str| Error::input(Code::BadInput, format!("{what}, line {number}"), why);
        let (name, value) = line
            .split_once(':')
            .ok_or_else(|| bad("is not \"Name: value\""))?;
        let name: HeaderName = name
            .trim()
            .parse()
            .map_err(|_| bad("has no valid header name"))?;
        if OURS.contains(&name.as_str()) {
            return Err(bad("sets a header that jwtctl sets itself"));
        }
        let mut value: HeaderValue = value
            .trim()
            .parse()
            .map_err(|_| bad("has a value with characters that no header may have"))?;
        value.set_sensitive(true);
        headers.append(name, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_files() {
        let headers = parse_headers(
            "# ours\n\nAuthorization: Bearer x:y \r\nX-A: 1\nX-A: 2\n",
            "FILE",
        )
        .unwrap();
        assert_eq!(headers.get("authorization").unwrap(), "Bearer x:y");
        assert_eq!(headers.get_all("x-a").iter().count(), 2);
        for text in ["hunter2", "Host: x", "a b: c", ": c", "A: \u{1}"] {
            let error = parse_headers(text, "FILE").unwrap_err().to_string();
            assert!(
                error.starts_with("FILE, line 1") && !error.contains("hunter2"),
                "{error}"
            );
        }
    }
}
