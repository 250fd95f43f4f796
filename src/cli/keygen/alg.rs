//! The algorithms that keys are made for, by the names that people give them.

use jwtctl::core::alg::{KeyAlg, SigAlg};
use jwtctl::core::error::Error;
use jwtctl::core::key::Recipe;

use super::super::Context;
use super::super::input::Choice;
use super::Usage;

/// An algorithm of either table.
#[derive(Clone, Copy)]
pub enum Alg {
    Sig(SigAlg),
    Enc(KeyAlg),
}

impl Alg {
    /// Its name, as tokens and keys have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sig(alg) => alg.as_str(),
            Self::Enc(alg) => alg.as_str(),
        }
    }

    /// What its keys are for.
    pub(super) fn usage(self) -> Usage {
        match self {
            Self::Sig(_) => Usage::Sig,
            Self::Enc(_) => Usage::Enc,
        }
    }

    /// Every algorithm that takes a key.
    pub fn all() -> impl Iterator<Item = Self> {
        let takes_key = |alg: &&KeyAlg| Recipe::for_encryption(**alg, None, None).is_ok();
        SigAlg::ALL.iter().map(|alg| Self::Sig(*alg)).chain(
            KeyAlg::ALL
                .iter()
                .filter(takes_key)
                .map(|alg| Self::Enc(*alg)),
        )
    }

    /// The algorithm that a text names, in any case and under the names that people give it.
    ///
    /// # Errors
    /// [`Code::Usage`](jwtctl::core::error::Code::Usage), with the algorithms that there are.
    pub fn find(text: &str, context: &Context<'_>) -> Result<Self, Error> {
        let find = |name: &str| Self::all().find(|alg| alg.name().eq_ignore_ascii_case(name));
        if let Some(alg) = find(text) {
            return Ok(alg);
        }
        // "RSA256" is what people call it who read "RS256" aloud.
        let digits = text.get(3..).filter(|_| {
            text.get(..3)
                .is_some_and(|head| head.eq_ignore_ascii_case("RSA"))
        });
        if let Some(alg) = digits.and_then(|digits| find(&format!("RS{digits}"))) {
            context
                .output
                .note(&format!("{text} is taken as {}", alg.name()));
            return Ok(alg);
        }
        let names: Vec<&str> = Self::all().map(Self::name).collect();
        let error = Error::usage(
            format!("{text:?}"),
            "is not an algorithm that keys are made for",
        );
        Err(error.hint(format!("algorithms are {}", names.join(", "))))
    }
}

/// A parser of any text, because [`Alg::find`] has more to say about it than a parser could.
pub fn any_text() -> Choice<String> {
    Choice::new(
        |text| Ok(text.to_owned()),
        || Alg::all().map(Alg::name).collect(),
    )
}
