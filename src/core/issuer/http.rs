//! Requests and responses as plain values, and the forms and credentials inside them.

use super::super::json::{Json, Object};
use super::super::key::decode;

/// Parameters that a form or a query may have.
const MAX_PARAMETERS: usize = 64;

/// A request, with its header names in lower case and its body whole.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// `GET`, `POST` …
    pub method: &'a str,
    /// The path, as it was sent.
    pub path: &'a str,
    /// What follows the `?`.
    pub query: Option<&'a str>,
    /// The authority, when the request line had one.
    pub authority: Option<&'a str>,
    /// The header fields; in those that are not text, U+FFFD stands for what is not.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body.
    pub body: &'a [u8],
}

impl<'a> Request<'a> {
    /// The value of a header field that a request may have once.
    ///
    /// # Errors
    /// [`Twice`] when the request has more of them.
    pub(super) fn header(&self, name: &str) -> Result<Option<&'a str>, Twice> {
        let mut values = self
            .headers
            .iter()
            .filter(|(it, _)| *it == name)
            .map(|(_, value)| value.trim());
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            _ => Err(Twice),
        }
    }

    /// Whether it reads and changes nothing.
    pub(super) fn is_read(&self) -> bool {
        matches!(self.method, "GET" | "HEAD")
    }

    /// What follows `scheme` in the `Authorization` header.
    pub(super) fn authorization(&self, scheme: &str) -> Result<Option<&'a str>, Twice> {
        let Some(value) = self.header("authorization")? else {
            return Ok(None);
        };
        let Some((head, rest)) = value.split_once(' ') else {
            return Ok(None);
        };
        Ok(head.eq_ignore_ascii_case(scheme).then(|| rest.trim()))
    }

    /// The parameters of a form in the body.
    pub(super) fn form(&self) -> Result<FormParameters, String> {
        let kind = self
            .header("content-type")
            .map_err(|Twice| "has two content types".to_owned())?
            .unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err("the body must be application/x-www-form-urlencoded".into());
        }
        FormParameters::parse(std::str::from_utf8(self.body).map_err(|_| "the body is not text")?)
    }
}

/// A request has more than one of a header field that it may have once.
#[derive(Debug)]
pub(super) struct Twice;

/// The parameters of a form or a query. An empty value counts as none (RFC 6749 §3.1).
#[derive(Debug, Default)]
pub(super) struct FormParameters(Vec<(String, String)>);

impl FormParameters {
    /// Reads `application/x-www-form-urlencoded`.
    ///
    /// # Errors
    /// A phrase when it is broken or names a parameter twice, as RFC 6749 §3.2 forbids.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut form = Self::default();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (unescape(name)?, unescape(value)?);
            if form.0.iter().any(|(it, _)| *it == name) {
                return Err(format!("the parameter {name:?} stands there twice"));
            }
            if form.0.len() == MAX_PARAMETERS {
                return Err(format!("there are more than {MAX_PARAMETERS} parameters"));
            }
            form.0.push((name, value));
        }
        Ok(form)
    }

    /// The value of a parameter.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(it, value)| it == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }
}

/// Undoes the encoding of a form.
pub(super) fn unescape(text: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next(), rest.next()]
                    .map(|digit| digit.and_then(|digit| char::from(digit).to_digit(16)));
                let [Some(high), Some(low)] = digits else {
                    return Err("a parameter has a broken %".into());
                };
                (high * 16 + low) as u8
            }
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| "a parameter is not text".into())
}

/// `text`, percent-encoded as a value in a query.
pub(super) fn escape(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| {
            if plain(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

/// The user name and password of `Basic` credentials, not decoded any further.
pub(super) fn basic(credentials: &str) -> Option<(String, String)> {
    // Base64 as RFC 7617 writes it; it differs from base64url in two letters only, and `decode`
    // reads that.
    let url_safe = credentials
        .trim_end_matches('=')
        .replace('+', "-")
        .replace('/', "_");
    let text = String::from_utf8(decode(&url_safe)?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.into(), secret.into()))
}

/// An answer, and how it is to reach the client.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The header fields.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// How the body is sent.
    pub delivery: Delivery,
    /// What a log should add: the faults that took effect, or why the request was refused.
    pub remarks: Vec<String>,
}

/// How a body is sent. Everything but the default is a fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// Milliseconds before anything is sent.
    pub delay_ms: u64,
    /// Bytes a second.
    pub bytes_per_second: Option<u32>,
    /// After how many bytes of the body the connection breaks.
    pub cut_after: Option<usize>,
    /// Spaces to send after the body.
    pub padding: u64,
}

impl Response {
    /// A response without a body.
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            delivery: Delivery::default(),
            remarks: Vec::new(),
        }
    }

    /// A JSON document.
    pub fn json(status: u16, document: Object) -> Self {
        let response = Self::empty(status).with("content-type", "application/json");
        Self {
            body: Json::Object(document).to_text().into_bytes(),
            ..response
        }
    }

    /// A text.
    pub fn text(status: u16, text: String) -> Self {
        let response = Self::empty(status).with("content-type", "text/plain; charset=utf-8");
        Self {
            body: text.into_bytes(),
            ..response
        }
    }

    /// Adds a header field.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Adds the headers that forbid caches to store the response (RFC 6749 §5.1).
    #[must_use]
    pub fn no_store(self) -> Self {
        self.with("cache-control", "no-store")
            .with("pragma", "no-cache")
    }

    /// The value of a header field.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(it, _)| *it == name)
            .map(|(_, value)| value.as_str())
    }

    /// Adds a remark for the log.
    #[must_use]
    pub fn remark(mut self, remark: impl Into<String>) -> Self {
        self.remarks.push(remark.into());
        self
    }
}

/// An error as OAuth 2.0 writes it (RFC 6749 §5.2, RFC 6750 §3).
#[derive(Debug)]
pub(super) struct Refusal {
    pub status: u16,
    pub error: &'static str,
    pub description: String,
    /// The scheme that the client should have authenticated with.
    pub challenge: Option<&'static str>,
    /// What only the log should say.
    pub detail: Option<String>,
}

impl Refusal {
    /// The refusal of a request that is wrong in itself (400).
    pub fn new(error: &'static str, description: impl std::fmt::Display) -> Self {
        Self {
            status: 400,
            error,
            description: description.to_string(),
            challenge: None,
            detail: None,
        }
    }

    /// The refusal of a request that lacks valid credentials (401).
    pub fn unauthorized(
        scheme: &'static str,
        error: &'static str,
        description: impl std::fmt::Display,
    ) -> Self {
        Self {
            status: 401,
            challenge: Some(scheme),
            ..Self::new(error, description)
        }
    }
}

impl From<Twice> for Refusal {
    fn from(Twice: Twice) -> Self {
        Self::new("invalid_request", "a header field stands there twice")
    }
}

impl From<Refusal> for Response {
    fn from(refusal: Refusal) -> Self {
        let Refusal {
            status,
            error,
            description,
            challenge,
            detail,
        } = refusal;
        let document = Object(vec![
            ("error".into(), error.into()),
            (
                "error_description".into(),
                plain(&description).as_str().into(),
            ),
        ]);
        let response = Self::json(status, document).no_store().remark(format!(
            "{error}: {}",
            detail.unwrap_or_else(|| plain(&description))
        ));
        match challenge {
            Some(scheme @ "Bearer") => {
                response.with("www-authenticate", format!("{scheme} error=\"{error}\""))
            }
            Some(scheme) => response.with("www-authenticate", format!("{scheme} realm=\"jwtctl\"")),
            None => response,
        }
    }
}

/// `text` in the characters that RFC 6749 §5.2 allows in a description.
pub(super) fn plain(text: &str) -> String {
    text.chars()
        .map(|c| {
            if matches!(c, ' '..='~') && c != '\\' {
                if c == '"' { '\'' } else { c }
            } else {
                '?'
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_read_strictly() {
        let form = FormParameters::parse("a=1&b=x+y%2f%C3%A9&empty=&c").unwrap();
        assert_eq!(form.value("a"), Some("1"));
        assert_eq!(form.value("b"), Some("x y/é"));
        assert_eq!(form.value("empty"), None);
        assert_eq!(form.value("c"), None);
        for text in ["a=1&a=2", "a=%", "a=%zz", "a=%ff", "%61=1&a=2"] {
            assert!(FormParameters::parse(text).is_err(), "{text}");
        }
        let many: Vec<String> = (0..=MAX_PARAMETERS).map(|i| format!("p{i}=1")).collect();
        assert!(FormParameters::parse(&many.join("&")).is_err());
    }

    #[test]
    fn what_is_escaped_comes_back() {
        for text in ["", "a b&c=d", "é/?#", "~-._"] {
            assert_eq!(unescape(&escape(text)).unwrap(), text);
        }
    }

    #[test]
    fn basic_credentials() {
        assert_eq!(basic("YTpi"), Some(("a".into(), "b".into())));
        assert_eq!(basic("YSUzQWI6Yy8/"), Some(("a%3Ab".into(), "c/?".into())));
        for broken in ["", "YQ==", "!!!", "/w=="] {
            assert_eq!(basic(broken), None, "{broken}");
        }
    }

    #[test]
    fn descriptions_stay_within_their_alphabet() {
        let response = Response::from(Refusal::new("invalid_request", "a \"b\" \\ \r\n é"));
        let text = String::from_utf8(response.body).unwrap();
        assert_eq!(
            text,
            r#"{"error":"invalid_request","error_description":"a 'b' ? ?? ?"}"#
        );
    }
}
