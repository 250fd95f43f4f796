//! `jwtctl jwks diff`.

use std::io;

use jwtctl::core::address::Address;
use jwtctl::core::diff::{Difference, Member, Named, diff};
use jwtctl::core::error::{Code, Error};
use jwtctl::core::json::WipedJson;
use jwtctl::core::jwks::NotKeys;
use jwtctl::core::remote::Source;
use jwtctl::core::shared::SharedCache;
use serde::Serialize;

use super::super::Context;
use super::super::input::Spec;
use super::super::network::{self, Http, Network};
use super::super::output::{Page, Report, Role, Status};
use super::published;

/// Compare two key sets: keys added, removed, changed, and other keys under the same id
///
/// Either may be a file, what the keystore publishes, or the URL of a published set, which comes
/// through the cache as with --jwks-uri elsewhere. An issuer's set: jwtctl jwks fetch --issuer URL
/// | jwtctl jwks diff - AFTER. Exit code 1 when they differ.
#[derive(clap::Args)]
pub struct Args {
    /// The set before: URL, PATH, -, env:NAME, fd:N, or store: for what the keystore publishes
    #[arg(value_name = "BEFORE")]
    before: Spec,
    /// The set after, named likewise
    #[arg(value_name = "AFTER")]
    after: Spec,
    #[command(flatten)]
    network: Network,
}

/// How two sets differ.
#[derive(Serialize)]
pub struct Compared {
    before: String,
    after: String,
    #[serde(flatten)]
    difference: Difference,
}

/// A set to compare.
struct Side {
    /// How messages and reports call it.
    name: String,
    json: WipedJson,
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Compared, Error> {
    let (before, after) = read(&args, context)?;
    let bad = |side: &Side, why: NotKeys| Error::input(Code::BadKey, &side.name, why);
    // Compared with itself first, so that an error names the right one.
    diff(&before.json, &before.json).map_err(|why| bad(&before, why))?;
    let difference = diff(&before.json, &after.json).map_err(|why| bad(&after, why))?;
    Ok(Compared {
        before: before.name,
        after: after.name,
        difference,
    })
}

/// Both sets, whatever it is that names them. Flags and URLs are judged before anything is fetched.
fn read(args: &Args, context: &Context<'_>) -> Result<(Side, Side), Error> {
    let address = |spec: &str| is_url(spec).then(|| args.network.url(spec)).transpose();
    let (before, after) = (address(&args.before)?, address(&args.after)?);
    match (&before, &after) {
        (None, None) => args.network.check_unused("a URL to compare", context)?,
        (Some(before), Some(after)) => args.network.check_same_server(before, after)?,
        _ => {}
    }
    let file = |spec: &Spec| -> Result<Side, Error> {
        Ok(Side {
            name: spec.to_string(),
            json: context.inputs.published_json(spec, context.env.now)?,
        })
    };
    if before.is_none() && after.is_none() {
        return Ok((file(&args.before)?, file(&args.after)?));
    }
    // Made once for both, and at home with each in turn.
    let mut http = args.network.http(None, context)?;
    let store = args.network.store(context)?;
    let mut side = |address: Option<Address>, spec: &Spec| match address {
        Some(address) => fetch(address, &args.network, &mut http, store.as_ref(), context),
        None => file(spec),
    };
    Ok((side(before, &args.before)?, side(after, &args.after)?))
}

fn fetch(
    address: Address,
    network: &Network,
    http: &mut Http<'_>,
    store: Option<&SharedCache>,
    context: &Context<'_>,
) -> Result<Side, Error> {
    http.settings.home = Some(address.clone());
    let loaded = network::set_through(
        Source::Url(address),
        network,
        http,
        store,
        context,
        published,
    )??;
    Ok(Side {
        name: loaded.name,
        json: loaded.json,
    })
}

/// Whether it names a server. A file of that name would be ./http…
fn is_url(spec: &str) -> bool {
    let scheme = spec.split_once("://").map_or("", |(scheme, _)| scheme);
    ["https", "http"]
        .iter()
        .any(|it| scheme.eq_ignore_ascii_case(it))
}

fn name(named: &Named) -> String {
    let kty = named.kty.as_deref().unwrap_or("?");
    match (&named.kid, &named.thumbprint) {
        (Some(kid), Some(thumbprint)) if kid != thumbprint => format!("{kid}  {kty}  {thumbprint}"),
        (Some(kid), _) => format!("{kid}  {kty}"),
        (None, Some(thumbprint)) => format!("(no kid)  {kty}  {thumbprint}"),
        (None, None) => format!("(no kid)  {kty}"),
    }
}

fn change(member: &Member) -> String {
    let text = |value: &Option<jwtctl::core::json::Json>| {
        value.as_ref().map_or("(none)".into(), |it| it.to_text())
    };
    format!(
        "{} {} -> {}",
        member.name,
        text(&member.before),
        text(&member.after)
    )
}

impl Report for Compared {
    const SCHEMA: &'static str = "jwtctl.jwks-diff/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        let it = &self.difference;
        it.removed
            .iter()
            .try_for_each(|key| page.line(Role::Bad, &format!("- {}", name(key))))?;
        it.added
            .iter()
            .try_for_each(|key| page.line(Role::Good, &format!("+ {}", name(key))))?;
        for rekeyed in &it.rekeyed {
            page.line(
                Role::Bad,
                &format!(
                    "! {}  another key under the same id",
                    rekeyed.kid.as_deref().unwrap_or_default()
                ),
            )?;
            page.line(Role::Plain, &format!("    - {}", name(&rekeyed.before)))?;
            page.line(Role::Plain, &format!("    + {}", name(&rekeyed.after)))?;
        }
        for changed in &it.changed {
            page.line(Role::Caution, &format!("~ {}", name(&changed.key)))?;
            changed.members.iter().try_for_each(|member| {
                page.line(Role::Plain, &format!("    {}", change(member)))
            })?;
        }
        if it.is_empty() {
            page.line(Role::Faint, "no difference")
        } else {
            Ok(())
        }
    }

    fn status(&self) -> Status<'_> {
        if self.difference.is_empty() {
            Status::Done
        } else {
            Status::No("the sets differ".into())
        }
    }
}
