//! `jwtctl session show`.

use jwtctl::core::error::Error;

use super::super::Context;
use super::{Named, One, is_gone};

/// Show a session, leaving its lifetime as it is
///
/// The token is verified first, as the middleware does it: its signature and its times, not whom it
/// is for.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    session: Named,
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<One, Error> {
    let (store, id) = args.session.find(context)?;
    let found = store.read(&id)?.ok_or_else(|| is_gone(&id))?;
    Ok(One::new(&store, id, &found.session, found.ttl))
}
