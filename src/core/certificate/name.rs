//! The names in a certificate, as RFC 4514 writes them.

use std::fmt::Write as _;

use der::{Encode as _, Tag, Tagged as _};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::name::{Name, RelativeDistinguishedName};

/// The attributes that have a short name (RFC 4514 §3, RFC 4519), and others that certificates have. A library's table of all that there are would be read in at every start.
const SHORT_NAMES: &[(&str, &str)] = &[
    ("2.5.4.3", "CN"),
    ("2.5.4.4", "SN"),
    ("2.5.4.5", "SERIALNUMBER"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "STREET"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.12", "TITLE"),
    ("2.5.4.13", "DESCRIPTION"),
    ("2.5.4.15", "BUSINESSCATEGORY"),
    ("2.5.4.17", "POSTALCODE"),
    ("2.5.4.41", "NAME"),
    ("2.5.4.42", "GN"),
    ("2.5.4.43", "INITIALS"),
    ("2.5.4.44", "GENERATIONQUALIFIER"),
    ("2.5.4.46", "DNQUALIFIER"),
    ("2.5.4.65", "PSEUDONYM"),
    ("2.5.4.97", "ORGANIZATIONIDENTIFIER"),
    ("0.9.2342.19200300.100.1.1", "UID"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("1.2.840.113549.1.9.1", "EMAILADDRESS"),
];

/// A name, its last part first (RFC 4514 §2.1).
pub fn text(name: &Name) -> String {
    let parts: Vec<&RelativeDistinguishedName> = name.as_ref().iter().collect();
    let parts = parts.into_iter().rev().map(|part| {
        let attributes: Vec<String> = part.iter().map(attribute).collect();
        attributes.join("+")
    });
    parts.collect::<Vec<_>>().join(",")
}

fn attribute(it: &AttributeTypeAndValue) -> String {
    let oid = it.oid.to_string();
    let short = SHORT_NAMES.iter().find(|(known, _)| *known == oid);
    let is_text = matches!(
        it.value.tag(),
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String | Tag::TeletexString
    );
    let value = std::str::from_utf8(it.value.value()).ok();
    match (short, value.filter(|_| is_text)) {
        (Some((_, short)), Some(value)) => format!("{short}={}", escaped(value)),
        _ => {
            let value = it.value.to_der().unwrap_or_default();
            value.iter().fold(format!("{oid}=#"), |mut text, byte| {
                // Writing into a string cannot fail, here and below.
                let _ = write!(text, "{byte:02x}");
                text
            })
        }
    }
}

/// A value with what would end it, or could not be seen, escaped (RFC 4514 §2.4).
fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for (at, c) in value.char_indices() {
        let is_last = at + c.len_utf8() == value.len();
        match c {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => text.extend(['\\', c]),
            '#' if at == 0 => text.push_str("\\#"),
            ' ' if at == 0 || is_last => text.push_str("\\ "),
            _ if c.is_ascii_control() => {
                let _ = write!(text, "\\{:02x}", c as u8);
            }
            _ => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use super::*;

    #[test]
    fn names_are_written_as_rfc_4514_shows_them() {
        // Section 4, but for the attribute that has no name there.
        for name in [
            "UID=jsmith,DC=example,DC=net",
            "OU=Sales+CN=J.  Smith,DC=example,DC=net",
            r#"CN=James \"Jim\" Smith\, III,DC=example,DC=net"#,
            "CN=Lučić",
            r"CN=\#a\ ",
        ] {
            assert_eq!(text(&Name::from_str(name).unwrap()), name);
        }
        assert_eq!(escaped(" a\r"), r"\ a\0d");
        let unnamed = Name::from_str("1.3.6.1.4.1.1466.0=#04024869,DC=example").unwrap();
        assert_eq!(text(&unnamed), "1.3.6.1.4.1.1466.0=#04024869,DC=example");
    }
}
