//! `jwtctl session create`.

use std::io;

use jwtctl::core::alg::{Kty, SigAlg};
use jwtctl::core::error::{Code, Error};
use jwtctl::core::json::{Json, Object};
use jwtctl::core::jws;
use jwtctl::core::key::{Job, Misfit};
use jwtctl::core::keyfile::{PickError, Purpose};
use jwtctl::core::session::Session;
use jwtctl::core::token::{self, Defaults};
use serde::Serialize;

use super::super::Context;
use super::super::input::Claim;
use super::super::output::{Page, Report};
use super::{Keys, Place};

/// Start a session and print its token
///
/// The token carries the claims and the id of the session (jti); it has no exp unless a claim says
/// so, since the session expires. The data stays in Redis.
#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("signing").required(true).args(["secret", "key"])))]
pub struct Args {
    /// Claims of the token: name=text, name:=JSON, name=@FILE, name:=@FILE, or /a/b:=JSON
    #[arg(value_name = "CLAIM")]
    claims: Vec<String>,
    /// Data of the session, written like a claim; repeat for more
    #[arg(long, value_name = "CLAIM")]
    data: Vec<String>,
    #[command(flatten)]
    keys: Keys,
    #[command(flatten)]
    place: Place,
}

/// A new session.
#[derive(Serialize)]
pub struct Created {
    token: String,
    id: String,
    key: String,
    ttl_s: i64,
    data: Object,
    payload: Object,
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Created, Error> {
    let mut session = Session::default();
    for claim in distinct(&args.data)? {
        session.set(&claim.name, claim.value)?;
    }
    let id = context.env.uuid();
    let payload = payload(&args.claims, &id, context)?;
    let token = sign(&args.keys, &payload, context)?;
    let store = args.place.store(context)?;
    // Stored before it is printed: a token whose session is not there would be of no use.
    store.create(&id, &session)?;
    context.output.detail(&format!("session {id}"));
    context.mask(&token);
    Ok(Created {
        token,
        key: store.key(&id),
        id,
        ttl_s: store.max_age(),
        data: session.data(),
        payload,
    })
}

/// The claims that were typed, none of them twice.
fn distinct(texts: &[String]) -> Result<Vec<Claim>, Error> {
    let mut claims: Vec<Claim> = Vec::with_capacity(texts.len());
    for text in texts {
        let claim = Claim::parse(text)?;
        if claims.iter().any(|it| it.name == claim.name) {
            return Err(Error::usage(
                text,
                format!("{:?} is given twice", claim.name),
            ));
        }
        claims.push(claim);
    }
    Ok(claims)
}

fn payload(texts: &[String], id: &str, context: &Context<'_>) -> Result<Object, Error> {
    let mut payload = Object(vec![("jti".into(), id.into())]);
    for claim in distinct(texts)? {
        if claim.name == "jti" || claim.name == "/jti" {
            return Err(Error::usage(
                "jti",
                "is the id of the session, which is always a new one",
            ));
        }
        claim.place(&mut payload)?;
    }
    token::complete(
        &mut payload,
        &Defaults {
            ttl: None,
            iat: true,
            jti: false,
        },
        &context.env,
    );
    Ok(payload)
}

fn sign(args: &Keys, payload: &Object, context: &Context<'_>) -> Result<String, Error> {
    let (file, source) = args.read(context, &|spec| context.inputs.key_file(spec))?;
    let bad = |why: String| Error::input(Code::BadKey, &source, why);
    let key = match &file.keys[..] {
        [key] => key,
        _ => file
            .pick(None, Purpose::Sign(args.alg))
            .map_err(|why| match why {
                PickError::Several(_) => bad("is a set of several keys that could sign".into())
                    .hint("name a file with one key"),
                why => why.about(&source),
            })?,
    };
    let alg = match (args.alg, key.kty(), &key.algorithms(Job::Sign)[..]) {
        (Some(alg), ..) => alg,
        (None, Kty::Oct, _) if key.alg.is_none() => SigAlg::Hs256,
        (None, _, [alg]) => *alg,
        (None, _, []) => return Err(bad(format!("{} cannot sign", key.label()))),
        (None, ..) => {
            return Err(Error::usage(&source, "the key permits several algorithms")
                .hint("choose with --alg"));
        }
    };
    let signer = key
        .signer(alg, args.allow_weak_key)
        .map_err(|misfit| match &misfit {
            Misfit::Weak(_) => token::weak(&source, key, &misfit),
            Misfit::Unfit(why) => bad(format!("{} {why}", key.label())),
        })?;
    if let Err(Misfit::Weak(why)) = key.fit(alg, Job::Sign) {
        context
            .output
            .warn(&format!("weak key: {} {why}", key.label()));
    }
    let kid = key.kid.as_deref().map(|kid| ("kid".into(), kid.into()));
    let header = Object(
        [Some(("typ".into(), "JWT".into())), kid]
            .into_iter()
            .flatten()
            .collect(),
    );
    jws::sign(
        &header,
        Json::Object(payload.clone()).to_text().as_bytes(),
        &signer,
    )
    .map_err(|why| bad(why.to_string()))
}

impl Report for Created {
    const SCHEMA: &'static str = "jwtctl.session/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        page.bytes(format!("{}\n", self.token).as_bytes())
    }
}
