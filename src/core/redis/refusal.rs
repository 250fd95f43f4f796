//! An error reply of a server, and what a caller can do about it.

use super::super::error::{Code, Error};
use super::super::hint::{Hint, RedisHint, RedisUse};
use super::Target;

/// An error reply: a word in capitals, and a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedisError {
    /// Such as `NOPERM`; `ERR` when there is nothing special about it.
    pub code: String,
    /// The text after the code.
    pub detail: String,
}

impl RedisError {
    /// Whether the server does not know such a command.
    pub fn is_unknown_command(&self) -> bool {
        self.detail.to_ascii_lowercase().contains("unknown command")
    }

    /// Where a node of a cluster sends its caller instead: `MOVED 3999 127.0.0.1:6381`. The host is
    /// empty when it is the one that answered.
    pub fn redirect(&self) -> Option<(String, u16)> {
        let (host, port) = self.detail.split_whitespace().nth(1)?.rsplit_once(':')?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        Some((
            if host == "?" {
                String::new()
            } else {
                host.to_owned()
            },
            port.parse().ok()?,
        ))
    }

    /// The error for it, from that server. A caller can correct credentials and the database number;
    /// everything else is up to the server.
    pub fn explain(&self, server: &Target) -> Error {
        let what = server.to_string();
        if let Some((code, why, hint)) = self.callers_mistake(server.serves) {
            return match hint {
                Some(hint) => Error::input(code, what, why).hint(hint),
                None => Error::input(code, what, why),
            };
        }
        let (why, hint) = self.servers_trouble();
        Error::Unavailable {
            code: Code::RedisUnavailable,
            what,
            why,
            hints: hint.into_iter().map(Hint::from).collect(),
        }
    }

    /// What is wrong with the call: which kind of input, a reason, and a hint.
    fn callers_mistake(&self, server: RedisUse) -> Option<(Code, &'static str, Option<Hint>)> {
        let Self { code, detail } = self;
        let hint = |text: &'static str| Some(Hint::from(text));
        let password = Some(RedisHint::Password { server, user: true }.into());
        Some(match code.as_str() {
            "WRONGPASS" => (
                Code::BadSecret,
                "the password is wrong, or there is no such user",
                password,
            ),
            "NOAUTH" => (Code::BadSecret, "a password is needed", password),
            "ERR" if detail.contains("AUTH") && detail.contains("password") => (
                Code::BadSecret,
                "a password was given, and the server has none for the default user",
                hint("leave the password out, or name the user it is for in the URL"),
            ),
            "ERR" if detail.contains("DB index") => (
                Code::Usage,
                "has no database of that number",
                hint("leave it out of the URL, or see `databases` in redis.conf"),
            ),
            "ERR" if detail.contains("SELECT is not allowed in cluster") => (
                Code::Usage,
                "is a cluster, which has no database but 0",
                hint("leave the database number out of the URL"),
            ),
            "WRONGTYPE" => (
                Code::BadInput,
                "the key holds something that is not a string, so not a session",
                None,
            ),
            _ => return None,
        })
    }

    /// What is wrong with the server: a reason and a hint.
    fn servers_trouble(&self) -> (String, Option<&'static str>) {
        let Self { code, detail } = self;
        match code.as_str() {
            "NOPERM" => (
                format!("the ACL of the user forbids it: {detail}"),
                Some("the operator of the server can allow it with ACL SETUSER"),
            ),
            "LOADING" => (
                "is still loading its data".into(),
                Some("try again when it is done"),
            ),
            _ if code == "OOM" || detail.contains("OOM command not allowed") => (
                "its memory is full (maxmemory), so nothing was stored".into(),
                Some("raise maxmemory, or let it evict: maxmemory-policy"),
            ),
            "READONLY" => ("is a read-only replica".into(), Some("name the primary")),
            "MISCONF" => (
                "takes no writes, as it cannot save to its disk".into(),
                Some("its log says why"),
            ),
            "CLUSTERDOWN" | "MASTERDOWN" | "TRYAGAIN" => (
                format!("cannot answer now: {code} {detail}"),
                Some("try again"),
            ),
            "DENIED" => (
                "is in protected mode: it takes no password-less calls from elsewhere".into(),
                None,
            ),
            _ => (
                format!("answered {code} {detail}").trim_end().to_owned(),
                None,
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> RedisError {
        let (code, detail) = text.split_once(' ').unwrap();
        RedisError {
            code: code.into(),
            detail: detail.into(),
        }
    }

    #[test]
    fn refusals_are_the_callers_or_the_servers() {
        let server = Target::parse("redis://h", "the server", RedisUse::Sessions).unwrap();
        for (text, code) in [
            (
                "WRONGPASS invalid username-password pair or user is disabled.",
                Code::BadSecret,
            ),
            ("NOAUTH Authentication required.", Code::BadSecret),
            (
                "ERR AUTH <password> called without any password configured for the default user.",
                Code::BadSecret,
            ),
            (
                "ERR Client sent AUTH, but no password is set",
                Code::BadSecret,
            ),
            ("ERR DB index is out of range", Code::Usage),
            ("ERR SELECT is not allowed in cluster mode", Code::Usage),
            (
                "WRONGTYPE Operation against a key holding the wrong kind of value",
                Code::BadInput,
            ),
            (
                "NOPERM this user has no permissions to run the 'scan' command",
                Code::RedisUnavailable,
            ),
            (
                "LOADING Redis is loading the dataset in memory",
                Code::RedisUnavailable,
            ),
            (
                "OOM command not allowed when used memory > 'maxmemory'.",
                Code::RedisUnavailable,
            ),
            (
                "ERR Error running script: @user_script: 1: -OOM command not allowed when used",
                Code::RedisUnavailable,
            ),
            ("CLUSTERDOWN Hash slot not served", Code::RedisUnavailable),
            ("MOVED 1 h:1", Code::RedisUnavailable),
        ] {
            assert_eq!(refusal(text).explain(&server).code(), code, "{text}");
        }
    }

    #[test]
    fn redirections_name_a_node() {
        assert_eq!(
            refusal("MOVED 3999 127.0.0.1:6381").redirect(),
            Some(("127.0.0.1".into(), 6381))
        );
        assert_eq!(
            refusal("ASK 3999 [::1]:6381").redirect(),
            Some(("::1".into(), 6381))
        );
        assert_eq!(
            refusal("MOVED 3999 :6381").redirect(),
            Some((String::new(), 6381))
        );
        assert_eq!(refusal("MOVED 3999 h:x").redirect(), None);
        assert_eq!(refusal("ERR no").redirect(), None);
    }
}
