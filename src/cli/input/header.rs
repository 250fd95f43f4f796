//! The header of a new token, as `--typ` and `--header` spell it.

use jwtctl::core::error::Error;
use jwtctl::core::json::Object;

use super::Claim;
use super::given::Given;

/// A header parameter that `--header` may not set, and a hint what to do instead; the hint is empty
/// where the parameter follows from other arguments.
pub type Reserved = (&'static str, &'static str);

/// What goes into the header of a new token.
pub struct HeaderArgs<'a> {
    /// `--typ`, of which `none` leaves it out.
    pub typ: Option<&'a str>,
    /// The `typ` when `--typ` is not given.
    pub usual_typ: Option<&'a str>,
    /// `--header`.
    pub parameters: &'a [String],
    /// The parameters that have a flag of their own, each with whether that was given.
    pub flags: &'a [(&'a str, bool)],
    /// The parameters that cannot be set by hand.
    pub reserved: &'a [Reserved],
}

impl HeaderArgs<'_> {
    /// Completes `header`.
    ///
    /// # Errors
    /// When a parameter is reserved, is set twice, or is not a CLAIM.
    pub fn complete(&self, header: &mut Object) -> Result<(), Error> {
        let typ = self.typ.or(self.usual_typ).filter(|it| *it != "none");
        if let Some(typ) = typ {
            // In front, where people look for it.
            header.0.insert(0, ("typ".into(), typ.into()));
        }
        let mut given = Given::default();
        let flags = [("typ", self.typ.is_some())];
        let flags = flags.iter().chain(self.flags).filter(|(_, is_set)| *is_set);
        flags.for_each(|(name, _)| given.flag(name));
        for text in self.parameters {
            let claim = Claim::parse(text)?;
            let argument = format!("--header {text}");
            let name = claim.path().swap_remove(0);
            let reserved = self.reserved.iter().find(|(it, _)| *it == name);
            if let Some((_, instead)) = reserved {
                let error = Error::usage(argument, format!("{name:?} cannot be set by hand"));
                return Err(match instead.is_empty() {
                    true => error,
                    false => error.hint(*instead),
                });
            }
            given.claim(&claim, &argument)?;
            claim.place(header)?;
        }
        Ok(())
    }
}
