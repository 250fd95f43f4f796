//! `jwtctl session destroy`.

use jwtctl::core::error::Error;

use super::super::Context;
use super::{Done, Which, is_gone};

/// Destroy a session, so that its token is worth nothing any more
#[derive(clap::Args)]
pub struct Args {
    /// The token of the session, - for stdin, @FILE or env:NAME
    #[arg(conflicts_with = "id")]
    token: Option<String>,
    #[command(flatten)]
    which: Which,
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Done, Error> {
    let (store, id) = args.which.find(args.token.as_deref(), context)?;
    match store.destroy(&id)? {
        true => Ok(Done { key: store.key(&id), id, destroyed: true, ttl_s: None }),
        false => Err(is_gone(&id)),
    }
}
