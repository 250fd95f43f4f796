//! `jwtctl session touch`.

use jwtctl::core::error::Error;

use super::super::Context;
use super::{Done, Named, is_gone};

/// Renew a session
///
/// It lives for another --max-age from now, as after a request to the middleware.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    session: Named,
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Done, Error> {
    let (store, id) = args.session.find(context)?;
    match store.touch(&id)? {
        true => Ok(Done {
            key: store.key(&id),
            id,
            destroyed: false,
            ttl_s: Some(store.max_age()),
        }),
        false => Err(is_gone(&id)),
    }
}
