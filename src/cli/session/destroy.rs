//! `jwtctl session destroy`.

use jwtctl::core::error::Error;

use super::super::Context;
use super::{Done, Named, is_gone};

/// Destroy a session, so that its token is worth nothing any more
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    session: Named,
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Done, Error> {
    let (store, id) = args.session.find(context)?;
    match store.destroy(&id)? {
        true => Ok(Done {
            key: store.key(&id),
            id,
            destroyed: true,
            ttl_s: None,
        }),
        false => Err(is_gone(&id)),
    }
}
