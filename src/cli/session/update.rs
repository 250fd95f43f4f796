//! `jwtctl session update`.

use jwtctl::core::error::Error;

use super::super::Context;
use super::super::input::{Claim, Spec};
use super::{One, Which, is_gone};

/// Change the data of a session and renew it
///
/// Members that are not named stay as they are. What others change in the meantime is not lost: the
/// change is made to whatever is stored at that moment.
#[derive(clap::Args)]
pub struct Args {
    /// The token of the session (- for stdin, @FILE or env:NAME) unless --id names it, then the
    /// data: name=text, name:=JSON, name=@FILE, name:=@FILE, or /a/b:=1 to set a member deeper down
    #[arg(value_name = "TOKEN|CLAIM")]
    arguments: Vec<Spec>,
    /// Drop the members that are not named
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    which: Which,
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<One, Error> {
    let (token, claims) = match args.arguments.split_first() {
        Some((first, rest)) if args.which.id.is_none() && !is_claim(first) => (Some(first), rest),
        _ => (None, &args.arguments[..]),
    };
    let claims: Vec<Claim> = claims
        .iter()
        .map(|text| Claim::parse(text))
        .collect::<Result<_, _>>()?;
    if claims.is_empty() && !args.replace {
        let error = Error::usage("session update", "there is nothing to change");
        return Err(error.hint(
            "name data: name=text or name:=JSON; to renew the session alone: jwtctl session touch",
        ));
    }
    let replace = args.replace;
    let (store, id) = args.which.find(token, context)?;
    let updated = store.update(&id, move |session| {
        if replace {
            session.clear();
        }
        claims
            .iter()
            .try_for_each(|claim| session.set(&claim.name, claim.value.clone()))
    })?;
    let session = updated.ok_or_else(|| is_gone(&id))?;
    let ttl = store.max_age();
    Ok(One::new(&store, id, &session, Some(ttl)))
}

/// Whether an argument is data rather than a token: no token has an equals sign, the names of its
/// sources aside.
fn is_claim(text: &str) -> bool {
    text.contains('=') && !text.starts_with('@') && !text.starts_with("env:")
}
