//! JSON Pointers (RFC 6901): steps into a value, and values set at the end of one.

use super::super::limits::MAX_DEPTH;
use super::{Json, Object};

/// Why a value cannot be set at a JSON Pointer; a phrase to follow the pointer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PointerError {
    /// It has more steps than JSON may have levels here.
    #[error("leads deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// A step into an array that is not the index of one of its elements.
    #[error("{0:?} is no index of that array")]
    NoSuchIndex(String),
    /// A step into a value of this kind, which has no members.
    #[error("{0} has no members")]
    NoMembers(&'static str),
}

impl Object {
    /// Sets the value at a JSON Pointer (RFC 6901), making the objects on the way; `-` appends to
    /// an array.
    ///
    /// # Errors
    /// [`PointerError`] when one of the steps leads nowhere.
    pub fn set_pointer(&mut self, pointer: &str, value: Json) -> Result<(), PointerError> {
        let pointer = pointer.strip_prefix('/').unwrap_or(pointer);
        let path: Vec<String> = pointer.split('/').map(unescape_token).collect();
        let Some((last, way)) = path.split_last() else {
            return Ok(());
        };
        if path.len() > MAX_DEPTH {
            return Err(PointerError::TooDeep);
        }
        let Some((first, rest)) = way.split_first() else {
            self.set(last.clone(), value);
            return Ok(());
        };
        let mut at = self.member_or_new(first);
        for token in rest {
            at = step(at, token)?;
        }
        match at {
            Json::Object(object) => object.set(last.clone(), value),
            Json::Array(items) if last == "-" => items.push(value),
            Json::Array(items) => {
                let slot = index(last).and_then(|i| items.get_mut(i));
                *slot.ok_or_else(|| PointerError::NoSuchIndex(last.clone()))? = value;
            }
            other => return Err(PointerError::NoMembers(other.kind())),
        }
        Ok(())
    }

    /// The member of that name; an empty object where there is none yet.
    fn member_or_new(&mut self, name: &str) -> &mut Json {
        let known = self.0.iter().position(|(it, _)| it == name);
        let at = known.unwrap_or_else(|| {
            self.0
                .push((name.to_owned(), Json::Object(Self::default())));
            self.0.len() - 1
        });
        &mut self.0[at].1
    }
}

impl Object {
    /// The JSON Pointer of the nested member that a caller calls `a.b` or `a/b`, if the object has
    /// such a member.
    pub fn nested(&self, name: &str) -> Option<String> {
        self.nested_at(name, MAX_DEPTH)
    }

    fn nested_at(&self, name: &str, depth: usize) -> Option<String> {
        let deeper = |(member, value): &(String, Json)| {
            let rest = name.strip_prefix(member.as_str())?;
            let rest = rest.strip_prefix(['.', '/'])?;
            match value {
                Json::Object(inner) if inner.has(rest) => {
                    Some(pointer_step(member) + &pointer_step(rest))
                }
                Json::Object(inner) if depth > 0 => {
                    let pointer = inner.nested_at(rest, depth - 1)?;
                    Some(pointer_step(member) + &pointer)
                }
                Json::Array(items) if items.get(index(rest)?).is_some() => {
                    Some(pointer_step(member) + &pointer_step(rest))
                }
                _ => None,
            }
        };
        self.0.iter().find_map(deeper)
    }
}

/// One step of a JSON Pointer into `value`, making an object where there is nothing yet.
fn step<'a>(value: &'a mut Json, token: &str) -> Result<&'a mut Json, PointerError> {
    match value {
        Json::Object(object) => Ok(object.member_or_new(token)),
        Json::Array(items) => {
            let slot = index(token).and_then(|i| items.get_mut(i));
            slot.ok_or_else(|| PointerError::NoSuchIndex(token.to_owned()))
        }
        other => Err(PointerError::NoMembers(other.kind())),
    }
}

/// The first token of a JSON Pointer, unescaped, and the pointer after it.
pub(super) fn split_pointer(pointer: &str) -> Option<(String, &str)> {
    let path = pointer.strip_prefix('/')?;
    let (token, rest) = path.split_at(path.find('/').unwrap_or(path.len()));
    Some((unescape_token(token), rest))
}

/// An array index as RFC 6901 §4 has it: `0`, or digits that do not begin with one.
pub(super) fn index(token: &str) -> Option<usize> {
    let is_plain = token.bytes().all(|byte| byte.is_ascii_digit())
        && (token == "0" || !token.starts_with('0'));
    token.parse().ok().filter(|_| is_plain)
}

/// The step of a JSON Pointer that leads to the member `name`.
pub fn pointer_step(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The members that lead to a place, from the top: one for a name, one for each step of a pointer.
pub fn pointer_steps(place: &str) -> Vec<String> {
    match place.strip_prefix('/') {
        Some(steps) => steps.split('/').map(unescape_token).collect(),
        None => vec![place.to_owned()],
    }
}

fn unescape_token(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}
