//! The JOSE header (RFC 7515 §4), read strictly. Nothing in it chooses a key source: `jku`, `x5u`,
//! `x5c` and `jwk` are shown and otherwise ignored, except the `jwk` of a proof that the sender has
//! that key (RFC 9449), and chains that lead to a trusted certificate.

use std::collections::HashSet;

use super::error::{Code, Reason, shortened};
use super::hint::TokenHint;
use super::json::{Json, Object};
use super::limits::MAX_HEADER;

/// Names that a specification has taken and that `crit` therefore must not list (RFC 7515 §4.1.11,
/// RFC 7516 §4.1).
const REGISTERED: &[&str] = &[
    "alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit", "enc",
    "zip", "epk", "apu", "apv", "iv", "tag", "p2s", "p2c",
];

/// The protected header of a token. A signature in a JSON serialization may have an unprotected
/// header too, which the signature does not cover: only its `kid` is used, to choose a key.
#[derive(Clone, Debug)]
pub struct Header {
    members: Object,
    unprotected: Object,
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<Vec<String>>,
    b64: Option<bool>,
}

impl Header {
    /// Reads the decoded header of a token.
    ///
    /// # Errors
    /// [`Code::Malformed`]: too large, not one JSON object, a member twice, or a registered member of the wrong type.
    pub fn parse(bytes: &[u8]) -> Result<Self, Reason> {
        Self::from_members(protected_members(bytes)?, Object::default())
    }

    /// Reads the two headers of one signature in a JSON serialization (RFC 7515 §7.2.1): the decoded
    /// protected one, empty where there is none, and the unprotected one, whose members the caller
    /// has found to be unique.
    ///
    /// # Errors
    /// [`Code::Malformed`]: as [`Header::parse`], for either; also a parameter that is in both.
    pub fn of_signature(protected: &[u8], unprotected: Object) -> Result<Self, Reason> {
        let protected = match protected {
            [] => Object::default(),
            bytes => protected_members(bytes)?,
        };
        check_size(Json::Object(unprotected.clone()).to_text().len())?;
        let names: HashSet<&str> = protected.0.iter().map(|(name, _)| name.as_str()).collect();
        if let Some((name, _)) = unprotected
            .0
            .iter()
            .find(|(it, _)| names.contains(it.as_str()))
        {
            return Err(Reason::malformed(format!(
                "{} stands both in the protected header and in the unprotected one",
                shortened(name)
            )));
        }
        Self::from_members(protected, unprotected)
    }

    /// The header of a recipient of a JWE (RFC 7516 §7.2.1), by which it is opened: the members of
    /// the protected one, the shared one and its own, of which the caller has found the names to be
    /// disjoint. `alg` and its parameters need not be covered by the tag: with other ones the
    /// content cannot be opened.
    ///
    /// # Errors
    /// [`Code::Malformed`]: a registered member is missing or of the wrong type.
    pub fn of_recipient(joint: Object) -> Result<Self, Reason> {
        Self::from_members(joint, Object::default())
    }

    /// The header of a JWE that was opened: its `protected` members, which the tag covers, and the
    /// other members of `joint`, which anyone on the way could have changed.
    ///
    /// # Errors
    /// As [`Header::of_recipient`].
    pub fn of_opened(protected: Object, joint: Object) -> Result<Self, Reason> {
        let rest = joint.0.into_iter().filter(|(name, _)| !protected.has(name));
        let unprotected = Object(rest.collect());
        Self::from_members(protected, unprotected)
    }

    fn from_members(members: Object, unprotected: Object) -> Result<Self, Reason> {
        let text = |name: &str| {
            let holder = if members.has(name) {
                &members
            } else {
                &unprotected
            };
            holder
                .optional_text(name)
                .map_err(|why| Reason::malformed(format!("header {why}")))
        };
        if text("alg")?.is_none() {
            return Err(Reason::malformed("the header has no \"alg\""));
        }
        let protected = |name: &str| members.text(name).map(String::from);
        let (alg, typ) = (protected("alg").unwrap_or_default(), protected("typ"));
        let kid = text("kid")?.map(String::from);
        text("typ")?;
        text("cty")?;
        let crit = match members.member("crit") {
            None => None,
            Some(Json::Array(names)) => {
                let names: Option<Vec<_>> = names
                    .iter()
                    .map(|name| name.as_str().map(String::from))
                    .collect();
                Some(names.ok_or_else(|| {
                    Reason::malformed("header \"crit\" holds something other than strings")
                })?)
            }
            Some(other) => {
                return Err(Reason::malformed(format!(
                    "header \"crit\" is {}, not an array",
                    other.kind()
                )));
            }
        };
        let b64 = match members.member("b64") {
            None => None,
            Some(Json::Bool(value)) => Some(*value),
            Some(other) => {
                return Err(Reason::malformed(format!(
                    "header \"b64\" is {}, not a boolean",
                    other.kind()
                )));
            }
        };
        Ok(Self {
            members,
            unprotected,
            alg,
            kid,
            typ,
            crit,
            b64,
        })
    }

    /// The algorithm's name, as written; empty if only the unprotected header has it, where it
    /// could have been changed.
    pub fn alg(&self) -> &str {
        &self.alg
    }

    /// The key's id, from either header: it chooses a key, and proves nothing.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The type of the whole token.
    pub fn typ(&self) -> Option<&str> {
        self.typ.as_deref()
    }

    /// All members that the signature or the tag covers, in the order they were written.
    pub fn members(&self) -> &Object {
        &self.members
    }

    /// The members that neither a signature nor a tag covers; empty except in a JSON serialization.
    pub fn unprotected(&self) -> &Object {
        &self.unprotected
    }

    /// Whether the payload was signed as it is, without base64url (RFC 7797).
    pub fn is_unencoded(&self) -> bool {
        self.b64 == Some(false)
    }

    /// Whether every critical parameter is understood: only `b64`, and only where bytes rather than
    /// a JWT are signed (`raw`; RFC 7797 §7 bars it from JWTs).
    ///
    /// # Errors
    /// [`Code::UnknownCritical`], naming the parameter.
    pub fn check_critical(&self, raw: bool) -> Result<(), Reason> {
        let refused = |why: String| Reason::new(Code::UnknownCritical, "crit", why);
        let listed = |name: &str| {
            self.crit
                .as_ref()
                .is_some_and(|names| names.iter().any(|it| it == name))
        };
        if let Some(name) = ["crit", "b64"]
            .into_iter()
            .find(|name| self.unprotected.has(name))
        {
            return Err(refused(format!(
                "{name:?} counts only where the signature covers it, and it stands in the unprotected header"
            )));
        }
        if self.b64.is_some() && !raw {
            let why = "a JWT must not have \"b64\" in its header";
            return Err(refused(why.into()).hint(TokenHint::RawOrDetached));
        }
        if self.b64.is_some() && !listed("b64") {
            return Err(refused(
                "header \"b64\" is used without being listed in \"crit\"".into(),
            ));
        }
        let Some(names) = &self.crit else {
            return Ok(());
        };
        if names.is_empty() {
            return Err(refused("\"crit\" is empty".into()));
        }
        for (i, name) in names.iter().enumerate() {
            if names[..i].contains(name) {
                return Err(refused(format!("\"crit\" lists {name:?} twice")));
            }
            if REGISTERED.contains(&name.as_str()) {
                return Err(refused(format!(
                    "\"crit\" lists {name:?}, which every reader must understand anyway"
                )));
            }
            if !self.members.has(name) {
                return Err(refused(format!(
                    "\"crit\" lists {name:?}, which the header does not have"
                )));
            }
            if name != "b64" {
                return Err(refused(format!(
                    "the token demands that {name:?} be understood, and jwtctl does not"
                )));
            }
        }
        Ok(())
    }
}

/// The members of a protected header.
///
/// # Errors
/// [`Code::Malformed`]: too large, not one JSON object, or a member twice.
pub fn protected_members(bytes: &[u8]) -> Result<Object, Reason> {
    check_size(bytes.len())?;
    Object::parse_part(bytes).map_err(|why| Reason::malformed(format!("the header {why}")))
}

/// Refuses a header, protected or not, of more than [`MAX_HEADER`] bytes.
///
/// # Errors
/// [`Code::Malformed`].
pub fn check_size(bytes: usize) -> Result<(), Reason> {
    match bytes > MAX_HEADER {
        true => Err(Reason::malformed(format!(
            "the header has {bytes} bytes, more than {MAX_HEADER}"
        ))),
        false => Ok(()),
    }
}

/// Whether two media types are the same: case does not matter and `application/` may be left out
/// (RFC 7515 §4.1.9).
pub fn same_type(a: &str, b: &str) -> bool {
    fn bare(typ: &str) -> String {
        let typ = typ.to_ascii_lowercase();
        match typ.strip_prefix("application/") {
            Some(rest) if !rest.contains('/') => rest.to_owned(),
            _ => typ,
        }
    }
    bare(a) == bare(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(header: &str, raw: bool) -> Option<Code> {
        Header::parse(header.as_bytes())
            .and_then(|header| header.check_critical(raw))
            .err()
            .map(|reason| reason.code)
    }

    #[test]
    fn only_well_formed_headers_are_read() {
        for bad in [
            "",
            "[]",
            "{}",
            r#"{"alg":1}"#,
            r#"{"alg":"HS256","alg":"none"}"#,
            r#"{"alg":"HS256","x":{"a":1,"a":2}}"#,
            r#"{"alg":"HS256","kid":7}"#,
            r#"{"alg":"HS256","typ":null}"#,
            r#"{"alg":"HS256","crit":"exp"}"#,
            r#"{"alg":"HS256","crit":[1]}"#,
            r#"{"alg":"HS256","b64":"false"}"#,
        ] {
            assert_eq!(code(bad, false), Some(Code::Malformed), "{bad}");
        }
        assert_eq!(
            code(r#"{"typ":"JWT","alg":"HS256","kid":"1","x":[1]}"#, false),
            None
        );
    }

    #[test]
    fn critical_parameters_are_understood_or_refused() {
        for bad in [
            r#"{"alg":"HS256","crit":[]}"#,
            r#"{"alg":"HS256","crit":["x"],"x":1}"#,
            r#"{"alg":"HS256","crit":["alg"]}"#,
            r#"{"alg":"HS256","crit":["b64"]}"#,
            r#"{"alg":"HS256","crit":["b64","b64"],"b64":false}"#,
            r#"{"alg":"HS256","b64":false}"#,
        ] {
            assert_eq!(code(bad, true), Some(Code::UnknownCritical), "{bad}");
        }
        let unencoded = r#"{"alg":"HS256","crit":["b64"],"b64":false}"#;
        assert_eq!(code(unencoded, true), None);
        assert_eq!(code(unencoded, false), Some(Code::UnknownCritical));
        assert_eq!(
            code(r#"{"alg":"HS256","b64":true}"#, false),
            Some(Code::UnknownCritical)
        );
    }

    #[test]
    fn the_unprotected_header_chooses_a_key_and_nothing_else() {
        let header = |protected: &str, unprotected: &str| {
            let unprotected = Object::parse_strict(unprotected.as_bytes()).unwrap();
            Header::of_signature(protected.as_bytes(), unprotected)
        };
        let read = header(r#"{"alg":"HS256"}"#, r#"{"kid":"k","typ":"x"}"#).unwrap();
        assert_eq!((read.kid(), read.typ()), (Some("k"), None));
        assert_eq!(header("", r#"{"alg":"HS256"}"#).unwrap().alg(), "");
        for (protected, unprotected) in [
            (r#"{"alg":"HS256"}"#, r#"{"alg":"HS256"}"#),
            (r#"{"alg":"HS256"}"#, r#"{"kid":1}"#),
            (r#"{"kid":"k"}"#, r#"{"x":1}"#),
            ("", "{}"),
            ("[]", "{}"),
        ] {
            let reason = header(protected, unprotected).unwrap_err();
            assert_eq!(reason.code, Code::Malformed, "{protected} {unprotected}");
        }
        for unprotected in [r#"{"crit":["b64"]}"#, r#"{"b64":false}"#, r#"{"b64":true}"#] {
            let read = header(r#"{"alg":"HS256"}"#, unprotected).unwrap();
            let reason = read.check_critical(true).unwrap_err();
            assert_eq!(reason.code, Code::UnknownCritical, "{unprotected}");
        }
    }

    #[test]
    fn types_compare_as_media_types() {
        assert!(same_type("at+jwt", "application/AT+JWT"));
        assert!(same_type("JWT", "jwt"));
        assert!(!same_type("application/a/b", "a/b"));
        assert!(!same_type("at+jwt", "jwt"));
    }
}
