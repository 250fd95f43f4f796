//! `sign --x5c`: the certificates of the key, in the header.

use jwtctl::core::certificate::{self, Certificate, Unusable};
use jwtctl::core::error::{Code, Error};
use jwtctl::core::files::MAX_FILE;
use jwtctl::core::json::{Json, Object};
use jwtctl::core::key::Key;

use super::super::Context;
use super::args::Args;

/// The header with the chain of `--x5c`, once it is seen to be the one of `key`.
pub(super) fn certified(
    mut header: Object,
    args: &Args,
    key: &Key,
    context: &Context<'_>,
) -> Result<Object, Error> {
    let Some(file) = &args.x5c else {
        return Ok(header);
    };
    let bad = |why: String| Error::input(Code::BadInput, file, why);
    let bytes = context.inputs.document(file, MAX_FILE)?;
    let chain = certificate::from_file(bytes.expose()).map_err(|why| bad(why.to_string()))?;
    check(&chain, key).map_err(|why| bad(why.to_string()))?;
    let now = context.env.now;
    for it in chain.iter().filter(|it| it.not_after() < now) {
        let why = format!("certificate {} expired at {}", it.subject(), it.not_after());
        context.output.warn(&why);
    }
    if let Some(name) = ["x5c", "x5t", "x5t#S256"].iter().find(|it| header.has(it)) {
        return Err(Error::usage(
            "--x5c",
            format!("{name} is given by --header as well"),
        ));
    }
    header.set("x5c", chain.iter().map(Certificate::x5c).collect::<Json>());
    if args.x5t {
        header.set("x5t#S256", chain[0].x5t_s256().as_str().into());
    }
    Ok(header)
}

/// Whether the first certificate is the key's, and each other one that of the issuer before it.
fn check(chain: &[Certificate], key: &Key) -> Result<(), Unusable> {
    let own = chain[0].key()?;
    if !own.same_material(key) {
        let why = format!(
            "begins with a certificate for another key than {}",
            key.label()
        );
        return Err(Unusable(why));
    }
    match chain
        .windows(2)
        .find(|pair| !pair[0].is_issued_by(&pair[1]))
    {
        Some(pair) => Err(Unusable(format!(
            "is out of order: {} issued certificate {}, and {} follows it",
            pair[0].issuer(),
            pair[0].subject(),
            pair[1].subject()
        ))),
        None => Ok(()),
    }
}
