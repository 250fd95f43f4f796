//! Which key of a file is meant: by its id, or by what it is to do.

use std::fmt;
use std::sync::Arc;

use super::super::alg::SigAlg;
use super::super::error::{Code, Error};
use super::super::hint::{ErrorSubject, TokenHint};
use super::super::key::{Job, Key, KeyJob};
use super::KeyFile;

/// What a key is picked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To sign, with this algorithm if one is chosen.
    Sign(Option<SigAlg>),
    /// To encrypt to.
    Encrypt,
    /// To be kept: an id that is given is that of the key, or becomes it.
    Keep,
}

/// Why no key of a file was picked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PickError {
    /// There is no key at all.
    Empty,
    /// None has that id; those that there are.
    Unknown(Vec<String>),
    /// None of a set is fit for the purpose.
    Unfit(Purpose),
    /// Several are; all that there are.
    Several(Vec<String>),
}

impl fmt::Display for PickError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("holds no key"),
            Self::Unknown(known) => write!(f, "has no such key, only {}", known.join(", ")),
            Self::Unfit(Purpose::Sign(_)) => {
                f.write_str("is a set without a private key that could sign")
            }
            Self::Unfit(_) => f.write_str("is a set without a key for encryption"),
            Self::Several(known) => write!(f, "is a set of several: {}", known.join(", ")),
        }
    }
}

impl PickError {
    /// The error about the file that messages call `what`.
    pub fn about(&self, what: impl Into<ErrorSubject>) -> Error {
        let error = Error::input(Code::BadKey, what, self.to_string());
        match self {
            Self::Several(_) => error.hint(TokenHint::ChooseKid),
            _ => error,
        }
    }
}

impl KeyFile {
    /// The key that is meant: the only one of a file that is no set; of a set the one with that id,
    /// or without an id the only one that is fit for the purpose.
    ///
    /// # Errors
    /// [`PickError`] when that is none, or not one alone.
    pub fn pick(&self, kid: Option<&str>, purpose: Purpose) -> Result<&Arc<Key>, PickError> {
        let first = self.keys.first().ok_or(PickError::Empty)?;
        // An id says which key of a set, and otherwise what the key is to be called.
        if !self.is_set && purpose != Purpose::Keep {
            return Ok(first);
        }
        let is_alone = self.keys.len() == 1;
        let is_meant = |key: &&Arc<Key>| match (kid, purpose) {
            (Some(_), Purpose::Keep) if is_alone && key.kid.is_none() => true,
            (Some(kid), _) => key.kid.as_deref() == Some(kid),
            (None, Purpose::Sign(alg)) => {
                key.is_private() && alg.is_none_or(|alg| key.fit(alg, Job::Sign).is_ok())
            }
            (None, Purpose::Encrypt) => !key.key_algorithms(KeyJob::Wrap).is_empty(),
            (None, Purpose::Keep) => true,
        };
        let mut found: Vec<&Arc<Key>> = self.keys.iter().filter(is_meant).collect();
        // What is declared for encryption goes before what could be used for it.
        let is_declared = |key: &&Arc<Key>| key.usage.as_deref() == Some("enc");
        if (kid, purpose) == (None, Purpose::Encrypt) && found.iter().any(is_declared) {
            found.retain(is_declared);
        }
        match found[..] {
            [key] => Ok(key),
            [] if kid.is_some() || purpose == Purpose::Keep => {
                Err(PickError::Unknown(self.labels()))
            }
            [] => Err(PickError::Unfit(purpose)),
            _ => Err(PickError::Several(self.labels())),
        }
    }

    /// How messages call its keys.
    pub fn labels(&self) -> Vec<String> {
        self.keys.iter().map(|key| key.label()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::alg::Curve;
    use super::super::super::env::{Env, Stopped};
    use super::super::super::key::{Recipe, generate};
    use super::super::super::time::Timestamp;
    use super::*;

    fn key(seed: u8, kid: Option<&str>, usage: Option<&str>) -> Key {
        let random = move |buffer: &mut [u8]| buffer.fill(seed);
        let env = Env {
            now: Timestamp(0),
            random: &random,
            clock: &Stopped,
        };
        let mut key = generate(Recipe::Curve(Curve::P256), &env).unwrap();
        (key.kid, key.usage) = (kid.map(String::from), usage.map(String::from));
        key
    }

    fn picked(file: &KeyFile, kid: Option<&str>, purpose: Purpose) -> String {
        match file.pick(kid, purpose) {
            Ok(key) => key.kid.clone().unwrap_or_else(|| "(none)".into()),
            Err(why) => why.to_string(),
        }
    }

    #[test]
    fn the_key_that_is_meant_is_picked() {
        let set =
            |keys: Vec<Key>| KeyFile::of_set(keys.into_iter().map(Arc::new).collect(), vec![]);
        let uses = set(vec![
            key(1, Some("a"), Some("sig")),
            key(2, Some("b"), Some("enc")),
        ]);
        let alike = set(vec![key(1, Some("a"), None), key(2, Some("b"), None)]);
        let unnamed = set(vec![key(1, None, None)]);
        let one = KeyFile::from(vec![key(1, Some("a"), None)]);
        let none = KeyFile {
            is_set: false,
            ..set(Vec::new())
        };
        let (sign, encrypt, keep) = (Purpose::Sign(None), Purpose::Encrypt, Purpose::Keep);
        let (es256, rs256) = (Some(SigAlg::Es256), Some(SigAlg::Rs256));
        let several = "is a set of several: key \"a\", key \"b\"";
        let unknown = "has no such key, only key \"a\", key \"b\"";
        let unfit = "is a set without a private key that could sign";
        for (file, kid, purpose, said) in [
            (&uses, None, Purpose::Sign(es256), "a"),
            (&uses, None, Purpose::Sign(rs256), unfit),
            (&uses, None, sign, several),
            (&uses, None, encrypt, "b"),
            (&uses, None, keep, several),
            (&uses, Some("b"), sign, "b"),
            (&uses, Some("c"), sign, unknown),
            (&alike, None, encrypt, several),
            (&unnamed, Some("x"), keep, "(none)"),
            (
                &unnamed,
                Some("x"),
                sign,
                "has no such key, only the EC P-256 key",
            ),
            (&one, Some("x"), sign, "a"),
            (&one, Some("x"), keep, "has no such key, only key \"a\""),
            (&none, None, sign, "holds no key"),
            (&set(Vec::new()), None, keep, "holds no key"),
            (&set(Vec::new()), Some("x"), sign, "holds no key"),
            (
                &set(vec![key(1, Some("a"), Some("sig"))]),
                None,
                encrypt,
                "is a set without a key for encryption",
            ),
        ] {
            assert_eq!(picked(file, kid, purpose), said, "{kid:?} {purpose:?}");
        }
    }
}
