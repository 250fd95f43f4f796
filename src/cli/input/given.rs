//! Names that the arguments of a command set, each once.

use jwtctl::core::error::Error;

use super::Claim;

/// What flags and arguments have set so far. No member may be set twice, however it is written, nor
/// inside of a member that another argument sets as a whole.
#[derive(Default)]
pub struct Given(Vec<Vec<String>>);

impl Given {
    /// Notes a name that a flag sets.
    pub fn flag(&mut self, name: &str) {
        self.0.push(vec![name.to_owned()]);
    }

    /// The members that were set, or in which something was set.
    pub fn members(self) -> Vec<String> {
        let first = |path: Vec<String>| path.into_iter().next();
        self.0.into_iter().filter_map(first).collect()
    }

    /// Notes a name that an argument sets; `what` names the argument in messages.
    pub fn claim(&mut self, claim: &Claim, what: &str) -> Result<(), Error> {
        let path = claim.path();
        if let Some(other) = self
            .0
            .iter()
            .find(|it| it.starts_with(&path) || path.starts_with(it))
        {
            return Err(Error::usage(
                what,
                format!("{:?} is given twice", other.join("/")),
            ));
        }
        self.0.push(path);
        Ok(())
    }
}
