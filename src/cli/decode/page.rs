//! What `decode` shows to people.

use std::io;

use jwtctl::core::certificate::SeenChain;
use jwtctl::core::json::{Json, Object, pointer_step};
use jwtctl::core::time::{MILLISECONDS_FROM, Timestamp, humanize};
use jwtctl::core::token::{Content, Disclosed, SeenSignature};

use super::super::output::{Page, Role};
use super::{Look, date, explain};

impl Look {
    fn header(&self) -> Option<&Object> {
        self.decoded.header.as_object()
    }

    fn remark(
        &self,
        explain: bool,
        place: explain::Place,
    ) -> impl Fn(&str, &Json) -> Option<String> {
        move |name, value| {
            let date = self.date(name, value);
            let meaning = explain
                .then(|| explain::explain(place, name, value))
                .flatten();
            match (date, meaning) {
                (Some(date), Some(meaning)) => Some(format!("{date}; {meaning}")),
                (date, meaning) => date.or(meaning.map(String::from)),
            }
        }
    }

    /// A date in words, such as `2026-08-01T10:15:00Z, 3h 4m ago`.
    fn date(&self, name: &str, value: &Json) -> Option<String> {
        let at = date(name, value)?;
        let when = match at.since(self.now) {
            0 => "now".into(),
            ahead @ 1.. => format!("in {}", humanize(ahead)),
            past => format!("{} ago", humanize(past)),
        };
        let milliseconds = Timestamp(at.0 / 1000)
            .rfc3339()
            .filter(|_| at.0 >= MILLISECONDS_FROM);
        Some(match (milliseconds, at.rfc3339()) {
            (Some(text), _) => format!("beyond the year 5138; as milliseconds it would be {text}"),
            (None, Some(text)) => format!("{text}, {when}"),
            (None, None) => "outside the years 0 to 9999".into(),
        })
    }

    pub(super) fn all(&self, page: &mut Page<'_>, explain: bool) -> io::Result<()> {
        page.line(
            Role::Caution,
            "NOT VERIFIED: anyone could have written this",
        )?;
        let is_compact = self.decoded.signatures.is_empty();
        let is_compact = is_compact && !self.token.starts_with('{');
        if page.is_terminal() && self.token.len() <= 4096 && is_compact {
            page.end()?;
            self.segments(page)?;
        }
        page.end()?;
        for layer in &self.layers {
            let by = format!("  {} and {}, opened", layer.alg, layer.enc);
            page.text(Role::Title, "Encryption")?;
            page.line(Role::Plain, &by)?;
            let header = layer.header.members();
            page.object(header, &self.remark(explain, explain::Place::Header))?;
            page.end()?;
        }
        let is_unsigned = matches!(self.decoded.content, Content::Unsigned { .. });
        if self.decoded.signatures.is_empty() && !is_unsigned {
            page.line(Role::Title, "Header")?;
            if let Some(header) = self.header() {
                page.object(header, &self.remark(explain, explain::Place::Header))?;
                certificates(page, header)?;
            }
            page.end()?;
        }
        self.content(page, explain)?;
        if let Some(disclosed) = &self.decoded.disclosed {
            self.disclosures(page, disclosed)?;
            self.key_binding(page, disclosed, explain)?;
        }
        if let Some(profile) = self.decoded.looks_like() {
            let title = profile.title();
            let line = format!("looks like {title}; verify --profile {profile}");
            page.end()?;
            page.line(Role::Faint, &line)?;
        }
        for warning in &self.decoded.warnings {
            page.text(Role::Caution, "warning:")?;
            page.line(Role::Plain, &format!(" {warning}"))?;
        }
        Ok(())
    }

    fn content(&self, page: &mut Page<'_>, explain: bool) -> io::Result<()> {
        match &self.decoded.content {
            Content::Signed {
                payload,
                json,
                signature,
            } => {
                page.line(Role::Title, "Payload")?;
                self.payload(page, payload, json.as_ref(), explain)?;
                page.end()?;
                if self.decoded.signatures.is_empty() {
                    page.text(Role::Title, "Signature")?;
                    page.line(Role::Plain, &format!("  {signature} bytes"))?;
                }
                for (index, signature) in self.decoded.signatures.iter().enumerate() {
                    self.signature(page, index, signature, explain)?;
                }
            }
            Content::Unsigned { payload, json } => {
                page.line(Role::Title, "Payload")?;
                self.payload(page, payload, json.as_ref(), explain)?;
                page.end()?;
                page.text(Role::Title, "Signature")?;
                page.line(Role::Plain, "  none: it is encrypted, and nobody signed it")?;
            }
            Content::Encrypted {
                encrypted_key,
                iv,
                ciphertext,
                tag,
            } => {
                page.line(Role::Title, "Encrypted content")?;
                let sizes = [
                    ("encrypted key", encrypted_key),
                    ("initialization vector", iv),
                    ("ciphertext", ciphertext),
                    ("tag", tag),
                ];
                let is_listed = !self.decoded.recipients.is_empty();
                for (name, bytes) in sizes.into_iter().skip(usize::from(is_listed)) {
                    page.line(Role::Plain, &format!("  {name:<22} {bytes} bytes"))?;
                }
                for (index, recipient) in self.decoded.recipients.iter().enumerate() {
                    page.end()?;
                    page.text(Role::Title, &format!("Recipient {index}"))?;
                    let bytes = recipient.encrypted_key;
                    page.line(Role::Plain, &format!("  encrypted key of {bytes} bytes"))?;
                    page.object(
                        &recipient.header,
                        &self.remark(explain, explain::Place::Header),
                    )?;
                }
            }
        }
        Ok(())
    }

    /// One signature of a token in JSON form, with its two headers.
    fn signature(
        &self,
        page: &mut Page<'_>,
        index: usize,
        signature: &SeenSignature,
        explain: bool,
    ) -> io::Result<()> {
        if index > 0 {
            page.end()?;
        }
        page.text(Role::Title, &format!("Signature {index}"))?;
        page.line(Role::Plain, &format!("  {} bytes", signature.bytes))?;
        let protected = signature.protected.as_ref().and_then(Json::as_object);
        let headers = [
            ("protected header", protected),
            ("unprotected header", signature.unprotected.as_ref()),
        ];
        for (name, header) in headers {
            if let Some(header) = header {
                page.line(Role::Faint, name)?;
                page.object(header, &self.remark(explain, explain::Place::Header))?;
                certificates(page, header)?;
            }
        }
        Ok(())
    }

    /// What hangs on the token of an SD-JWT.
    fn disclosures(&self, page: &mut Page<'_>, disclosed: &Disclosed) -> io::Result<()> {
        page.end()?;
        page.text(Role::Title, "Disclosures")?;
        let binding = match disclosed.key_binding {
            true => ", and a key-binding JWT",
            false => "",
        };
        let count = disclosed.disclosures.len();
        page.line(Role::Plain, &format!("  {count} of an SD-JWT{binding}"))?;
        if let Some(processed) = &disclosed.processed {
            let is_disclosed = |name: &str| {
                let at = pointer_step(name);
                let mut places = processed.places.iter();
                places.any(|(place, _)| *place == at || place.starts_with(&format!("{at}/")))
            };
            let remark =
                |name: &str, value: &Json| match (self.date(name, value), is_disclosed(name)) {
                    (Some(date), true) => Some(format!("{date}; disclosed")),
                    (None, true) => Some("disclosed".into()),
                    (date, false) => date,
                };
            return page.object(&processed.claims, &remark);
        }
        for disclosure in &disclosed.disclosures {
            page.text(Role::Plain, "  ")?;
            page.json(disclosure, 1)?;
            page.end()?;
        }
        Ok(())
    }

    /// What the holder says who presents an SD-JWT.
    fn key_binding(
        &self,
        page: &mut Page<'_>,
        disclosed: &Disclosed,
        explain: bool,
    ) -> io::Result<()> {
        let Some(claims) = &disclosed.key_binding_claims else {
            return Ok(());
        };
        page.end()?;
        page.line(Role::Title, "Key-binding JWT")?;
        page.object(claims, &self.remark(explain, explain::Place::Payload))
    }

    /// The token itself, each part in the colour of what it decodes to.
    fn segments(&self, page: &mut Page<'_>) -> io::Result<()> {
        let roles = [
            Role::Header,
            Role::Payload,
            Role::Signature,
            Role::Payload,
            Role::Signature,
        ];
        for (i, (part, role)) in self.token.split('.').zip(roles).enumerate() {
            page.text(Role::Plain, if i == 0 { "" } else { "." })?;
            page.text(role, part)?;
        }
        page.end()
    }

    fn payload(
        &self,
        page: &mut Page<'_>,
        payload: &[u8],
        json: Option<&Json>,
        explain: bool,
    ) -> io::Result<()> {
        match json {
            Some(Json::Object(claims)) => {
                page.object(claims, &self.remark(explain, explain::Place::Payload))
            }
            Some(other) => {
                page.json(other, 0)?;
                page.end()
            }
            None => match std::str::from_utf8(payload) {
                Ok(text) => page.line(Role::Payload, text),
                Err(_) => page.line(
                    Role::Faint,
                    &format!(
                        "  {} bytes that are not text (--part payload writes them)",
                        payload.len()
                    ),
                ),
            },
        }
    }
}

/// The certificates that a header brings.
fn certificates(page: &mut Page<'_>, header: &Object) -> io::Result<()> {
    let Some(chain) = SeenChain::of(header) else {
        return Ok(());
    };
    page.line(Role::Faint, "certificates (x5c)")?;
    let mut lines = chain.lines().into_iter();
    lines.try_for_each(|line| page.line(Role::Plain, &format!("  {line}")))
}
