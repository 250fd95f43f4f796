//! `jwtctl session touch`.

use jwtctl::core::error::Error;

use super::super::Context;
use super::{Done, Which, is_gone};

/// Renew a session
///
/// It lives for another --max-age from now, as after a request to the middleware.
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
    match store.touch(&id)? {
        true => Ok(Done { key: store.key(&id), id, destroyed: false, ttl_s: Some(store.max_age()) }),
        false => Err(is_gone(&id)),
    }
}
