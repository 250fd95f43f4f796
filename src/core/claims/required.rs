//! What callers demand of claims by name: that one is there, what it is, what it looks like, what
//! is in it.

use super::super::error::Code;
use super::super::hint::ClaimHint;
use super::super::json::Json;
use super::{Check, CheckStatus, Judge};

/// A claim that must be there, and what it must be.
#[derive(Clone, Debug)]
pub struct Requirement {
    /// The claim's name, or a JSON Pointer to a member deeper down.
    pub claim: String,
    /// What is demanded of its value.
    pub demand: Demand,
}

/// What a claim must be.
#[derive(Clone, Debug)]
pub enum Demand {
    /// Anything.
    Presence,
    /// This value.
    Value(Json),
    /// A text that this pattern matches as a whole: `*` stands for any letters, or none.
    Pattern(String),
    /// An array with this element, or a text with this word among those that spaces separate.
    Member(Json),
}

impl Judge<'_> {
    pub(super) fn required(&self, wanted: &Requirement) -> Check {
        let name = wanted.claim.as_str();
        let Some(found) = self.claims.at(name) else {
            let check = Check::fail(
                name.to_owned(),
                Code::MissingClaim,
                format!("the token has no {name}"),
            );
            let check = match self.claims.nested(name) {
                Some(pointer) => check.hint(nested_hint(&pointer)),
                None => check,
            };
            return expecting(check, &wanted.demand);
        };
        let check = match &wanted.demand {
            Demand::Presence => Check::new(name.to_owned(), CheckStatus::Pass, "present"),
            Demand::Value(value) if found.same(value) => {
                Check::new(name.to_owned(), CheckStatus::Pass, found.brief())
            }
            Demand::Value(value) => {
                let message = format!("{name} is {}, not {}", found.brief(), value.brief());
                let check = Check::fail(name.to_owned(), Code::Mismatch, message);
                match (found, value) {
                    (Json::Array(_), Json::String(text)) => {
                        let (claim, element) = (name.to_owned(), text.clone());
                        check.hint(ClaimHint::ContainsElement { claim, element })
                    }
                    _ => check,
                }
            }
            Demand::Pattern(pattern) => matched(name, found, pattern),
            Demand::Member(member) => contained(name, found, member),
        };
        expecting(check.actual(found), &wanted.demand)
    }
}

/// How a claim inside others is named.
pub fn nested_hint(pointer: &str) -> String {
    format!("a claim inside another one is named by a JSON Pointer: {pointer}")
}

fn expecting(check: Check, demand: &Demand) -> Check {
    match demand {
        Demand::Presence => check,
        Demand::Value(json) | Demand::Member(json) => check.expected(json.clone()),
        Demand::Pattern(pattern) => check.expected(pattern.as_str().into()),
    }
}

fn matched(name: &str, found: &Json, pattern: &str) -> Check {
    match found {
        Json::String(text) if matches(text, pattern) => {
            Check::new(name.to_owned(), CheckStatus::Pass, found.brief())
        }
        Json::String(_) => {
            let message = format!(
                "{name} is {}, which {pattern:?} does not match",
                found.brief()
            );
            Check::fail(name.to_owned(), Code::Mismatch, message)
        }
        other => {
            let message = format!("{name} is {}, not a text to match", other.kind());
            Check::fail(name.to_owned(), Code::Mismatch, message)
        }
    }
}

/// Whether `pattern` matches the whole of `text`. Of several ways to place what stands between two
/// stars, the first is taken, which leaves most room for the rest; so every letter is looked at
/// once.
pub fn matches(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

fn contained(name: &str, found: &Json, member: &Json) -> Check {
    let (has, kind) = match (found, member) {
        (Json::Array(items), _) => (items.iter().any(|item| item.same(member)), "an element"),
        (Json::String(text), Json::String(word)) => {
            (text.split(' ').any(|it| it == word), "a word")
        }
        (other, _) => {
            let message = format!("{name} is {}, and has no elements", other.kind());
            return Check::fail(name.to_owned(), Code::Mismatch, message);
        }
    };
    let member = member.brief();
    match has {
        true => Check::new(name.to_owned(), CheckStatus::Pass, format!("has {member}")),
        false => Check::fail(
            name.to_owned(),
            Code::Mismatch,
            format!("{name} does not have {member} as {kind}"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything_and_for_nothing() {
        for (text, pattern) in [
            ("", ""),
            ("", "*"),
            ("a", "a"),
            ("a", "a*"),
            ("a", "*a"),
            ("a", "**a**"),
            ("repo:o/r:ref:refs/heads/main", "repo:o/*:ref:refs/heads/*"),
            ("abcbd", "a*bd"),
            ("aXbXc", "a*b*c"),
            ("aa", "a*a"),
            ("é*", "é*"),
        ] {
            assert!(matches(text, pattern), "{text} {pattern}");
        }
        for (text, pattern) in [
            ("a", ""),
            ("", "a"),
            ("ab", "a"),
            ("a", "A"),
            ("a", "a*a"),
            ("ab", "a?"),
            ("xab", "a*"),
            ("abx", "*ab"),
            ("acb", "a*c*b*c"),
            ("a.b", "a[.]b"),
        ] {
            assert!(!matches(text, pattern), "{text} {pattern}");
        }
    }
}
