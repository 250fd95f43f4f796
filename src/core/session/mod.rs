//! Sessions in Redis as the npm middleware jwt-redis-session 1.0.5 keeps them: under KEYSPACE + id
//! one JSON object, which lives for the maximum age and is renewed by every request. A token's
//! `jti` is the id.

mod list;
mod space;
mod store;

pub use list::StoredSession;
pub use store::SessionStore;

use super::error::{Code, Error, Reason};
use super::hint::Parameter;
use super::json::{Json, Malformed, Object};

/// The prefix of keys unless the caller says otherwise.
pub const DEFAULT_KEYSPACE: &str = "sess:";

/// Seconds that a session lives without a request, unless the caller says otherwise.
pub const DEFAULT_MAX_AGE: i64 = 86_400;

/// The name of the check that a token's session is live.
pub const CHECK: &str = "session";

/// Members that the middleware adds to a session's data when it writes it back: the claims of the
/// token and the token.
const MIDDLEWARES_OWN: [&str; 2] = ["claims", "jwt"];

/// Bytes of the longest id.
const MAX_ID: usize = 1024;

/// What is stored about a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    stored: Object,
}

impl Session {
    /// Reads what is stored.
    ///
    /// # Errors
    /// As [`Object::parse_part`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        Object::parse_part(bytes).map(|stored| Self { stored })
    }

    /// The text to store.
    pub fn to_text(&self) -> String {
        Json::Object(self.stored.clone()).to_text()
    }

    /// The data, without what the middleware adds.
    pub fn data(&self) -> Object {
        let own = |name: &str| MIDDLEWARES_OWN.contains(&name);
        Object(
            self.stored
                .0
                .iter()
                .filter(|(name, _)| !own(name))
                .cloned()
                .collect(),
        )
    }

    /// The claims that the middleware kept.
    pub fn claims(&self) -> Option<&Json> {
        self.stored.member("claims")
    }

    /// The token that the middleware kept.
    pub fn jwt(&self) -> Option<&Json> {
        self.stored.member("jwt")
    }

    /// Sets a member of the data, `name` being its name or a JSON Pointer.
    ///
    /// # Errors
    /// [`Code::Usage`] when the name belongs to the middleware or the pointer leads nowhere.
    pub fn set(&mut self, name: &str, value: Json) -> Result<(), Error> {
        let top = name
            .strip_prefix('/')
            .map_or(name, |path| path.split('/').next().unwrap_or_default());
        if top == "id" || MIDDLEWARES_OWN.contains(&top) {
            return Err(Error::usage(
                format!("{name:?}"),
                format!("{top:?} belongs to the middleware and is not data of a session"),
            ));
        }
        if name.starts_with('/') {
            return self
                .stored
                .set_pointer(name, value)
                .map_err(|why| Error::usage(name, why));
        }
        self.stored.set(name, value);
        Ok(())
    }

    /// Drops the data; what the middleware added stays.
    pub fn clear(&mut self) {
        self.stored
            .0
            .retain(|(name, _)| MIDDLEWARES_OWN.contains(&name.as_str()));
    }

    /// The value of a member of the data or, failing that, of the claims that the middleware kept.
    /// A JSON Pointer starts at what is stored.
    pub fn find(&self, name: &str) -> Option<&Json> {
        if name.starts_with('/') {
            return self.stored.pointer(name);
        }
        let in_data = self
            .stored
            .member(name)
            .filter(|_| !MIDDLEWARES_OWN.contains(&name));
        in_data.or_else(|| self.claims()?.as_object()?.member(name))
    }
}

/// A session that was found, and how long it has left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveSession {
    /// What is stored.
    pub session: Session,
    /// Seconds until it expires; `None` when it never does.
    pub ttl: Option<i64>,
}

/// Refuses an id that no session can have.
///
/// # Errors
/// [`Code::Usage`] when it is empty or too long to be one.
pub fn check_id(id: &str) -> Result<(), Error> {
    match id.len() {
        0 => Err(Error::usage(Parameter::SessionId, "is empty")),
        1..=MAX_ID => Ok(()),
        length => Err(Error::usage(
            Parameter::SessionId,
            format!("has {length} bytes, more than {MAX_ID}"),
        )),
    }
}

/// The id of the session that a token is for: its `jti`.
///
/// # Errors
/// [`Code::MissingClaim`] or [`Code::Mismatch`] when the token has no `jti`, or one that no session
/// can have as its id.
pub fn id_of(claims: &Object) -> Result<&str, Reason> {
    match claims.member("jti") {
        Some(Json::String(id)) if (1..=MAX_ID).contains(&id.len()) => Ok(id),
        None => Err(Reason::new(
            Code::MissingClaim,
            CHECK,
            "the token has no jti, so there is no session behind it",
        )),
        Some(other) => {
            let why = match other {
                Json::String(_) => {
                    format!("jti is not the id of a session, which has 1 to {MAX_ID} bytes")
                }
                other => format!("jti is {}, not a string", other.kind()),
            };
            Err(Reason {
                actual: Some(other.clone()),
                ..Reason::new(Code::Mismatch, CHECK, why)
            })
        }
    }
}

/// The refusal for a session that is not there.
pub fn gone(id: &str) -> Reason {
    let reason = Reason::new(
        Code::SessionGone,
        CHECK,
        format!("the session {id:?} is gone: destroyed, expired or never made"),
    );
    Reason {
        actual: Some(id.into()),
        ..reason
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Session {
        Session::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn what_the_middleware_adds_is_kept_apart() {
        let text = r#"{"user":"alice","n":1.0,"claims":{"jti":"i","role":"admin"},"jwt":"a.b.c"}"#;
        let mut session = parse(text);
        assert_eq!(session.to_text(), text);
        assert_eq!(
            Json::Object(session.data()).to_text(),
            r#"{"user":"alice","n":1.0}"#
        );
        session
            .set("n", Json::Number("12345678901234567890".into()))
            .unwrap();
        session.set("/a/b", "c".into()).unwrap();
        assert_eq!(
            session.to_text(),
            r#"{"user":"alice","n":12345678901234567890,"claims":{"jti":"i","role":"admin"},"jwt":"a.b.c","a":{"b":"c"}}"#
        );
        session.clear();
        assert_eq!(
            session.to_text(),
            r#"{"claims":{"jti":"i","role":"admin"},"jwt":"a.b.c"}"#
        );
        for name in ["id", "claims", "jwt", "/claims/role", "/jwt"] {
            assert_eq!(
                session.set(name, Json::Null).unwrap_err().code(),
                Code::Usage,
                "{name}"
            );
        }
    }

    #[test]
    fn members_are_found_in_the_data_and_in_the_claims() {
        let session = parse(r#"{"user":"alice","a":{"b":1},"claims":{"user":"x","role":"admin"}}"#);
        assert_eq!(session.find("user"), Some(&"alice".into()));
        assert_eq!(session.find("role"), Some(&"admin".into()));
        assert_eq!(session.find("/a/b"), Some(&1.into()));
        assert_eq!(session.find("/claims/user"), Some(&"x".into()));
        assert_eq!(session.find("claims"), None);
        assert_eq!(session.find("none"), None);
    }

    #[test]
    fn damage_is_named() {
        for (text, why) in [
            ("", "not JSON"),
            ("{", "not JSON"),
            ("[]", "an array"),
            ("null", "null"),
            (r#"{"a":1,"a":2}"#, "twice"),
        ] {
            assert!(
                Session::parse(text.as_bytes()).unwrap_err().0.contains(why),
                "{text}"
            );
        }
    }

    #[test]
    fn ids_come_from_jti() {
        let claims = |text: &str| parse(text).data();
        assert_eq!(id_of(&claims(r#"{"jti":"x"}"#)).unwrap(), "x");
        assert_eq!(id_of(&claims("{}")).unwrap_err().code, Code::MissingClaim);
        assert_eq!(
            id_of(&claims(r#"{"jti":5}"#)).unwrap_err().code,
            Code::Mismatch
        );
        assert_eq!(
            id_of(&claims(r#"{"jti":""}"#)).unwrap_err().code,
            Code::Mismatch
        );
    }
}
