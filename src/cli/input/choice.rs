//! Arguments with a closed list of values: completions offer the list, and a parser of its own
//! reads them.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};
use jwtctl::core::alg::{ContentEnc, Curve, KeyAlg, SigAlg};

/// A `value_parser` that reads values with `parse` and lists them with `names`. Reading may accept
/// more than the list: any case, or more after a name.
#[derive(Clone)]
pub struct Choice<T> {
    parse: fn(&str) -> Result<T, String>,
    names: fn() -> Vec<&'static str>,
}

impl<T> Choice<T> {
    /// Values that `parse` reads and `names` lists.
    pub fn new(parse: fn(&str) -> Result<T, String>, names: fn() -> Vec<&'static str>) -> Self {
        Self { parse, names }
    }
}

impl<T: Clone + Send + Sync + 'static> TypedValueParser for Choice<T> {
    type Value = T;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<T, clap::Error> {
        TypedValueParser::parse_ref(&self.parse, command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.names)().into_iter().map(PossibleValue::new)))
    }
}

/// The name of a signature algorithm, in any case.
pub fn sig_alg() -> Choice<SigAlg> {
    fn names() -> Vec<&'static str> {
        SigAlg::ALL.iter().map(|alg| alg.as_str()).collect()
    }
    fn parse(text: &str) -> Result<SigAlg, String> {
        if text.eq_ignore_ascii_case("none") {
            return Err("\"none\" is never accepted".into());
        }
        let found = SigAlg::ALL
            .iter()
            .find(|alg| alg.as_str().eq_ignore_ascii_case(text));
        found
            .copied()
            .ok_or_else(|| format!("signature algorithms are {}", names().join(", ")))
    }
    Choice::new(parse, names)
}

/// The name of a curve, in any case.
pub fn curve() -> Choice<Curve> {
    fn names() -> Vec<&'static str> {
        Curve::ALL.iter().map(|crv| crv.as_str()).collect()
    }
    fn parse(text: &str) -> Result<Curve, String> {
        let found = Curve::ALL
            .iter()
            .find(|crv| crv.as_str().eq_ignore_ascii_case(text));
        found
            .copied()
            .ok_or_else(|| format!("curves are {}", names().join(", ")))
    }
    Choice::new(parse, names)
}

/// The name of a key-management algorithm, in any case.
pub fn key_alg() -> Choice<KeyAlg> {
    fn names() -> Vec<&'static str> {
        KeyAlg::ALL.iter().map(|alg| alg.as_str()).collect()
    }
    fn parse(text: &str) -> Result<KeyAlg, String> {
        let found = KeyAlg::ALL
            .iter()
            .find(|alg| alg.as_str().eq_ignore_ascii_case(text));
        found
            .copied()
            .ok_or_else(|| format!("key-management algorithms are {}", names().join(", ")))
    }
    Choice::new(parse, names)
}

/// The name of a content encryption algorithm, in any case.
pub fn content_enc() -> Choice<ContentEnc> {
    fn names() -> Vec<&'static str> {
        ContentEnc::ALL.iter().map(|enc| enc.as_str()).collect()
    }
    fn parse(text: &str) -> Result<ContentEnc, String> {
        let found = ContentEnc::ALL
            .iter()
            .find(|enc| enc.as_str().eq_ignore_ascii_case(text));
        found
            .copied()
            .ok_or_else(|| format!("content encryption algorithms are {}", names().join(", ")))
    }
    Choice::new(parse, names)
}
