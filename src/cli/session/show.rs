//! `jwtctl session show`.

use jwtctl::core::error::Error;

use super::super::Context;
use super::{One, Which, is_gone};

/// Show a session, leaving its lifetime as it is
///
/// The token is verified first, as the middleware does it: its signature and its times, not whom it is for.
#[derive(clap::Args)]
pub struct Args {
    /// The token of the session, - for stdin, @FILE or env:NAME
    #[arg(conflicts_with = "id")]
    token: Option<String>,
    #[command(flatten)]
    which: Which,
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<One, Error> {
    let (store, id) = args.which.find(args.token.as_deref(), context)?;
    let found = store.read(&id)?.ok_or_else(|| is_gone(&id))?;
    Ok(One::new(&store, id, &found.session, found.ttl))
}
