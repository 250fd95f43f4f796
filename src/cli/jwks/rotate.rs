//! `jwtctl jwks rotate`.

mod table;

use std::io;

use clap::builder::NonEmptyStringValueParser;
use jwtctl::core::alg::{Curve, SigAlg};
use jwtctl::core::error::Error;
use jwtctl::core::keystore::line::{self, GRACE, PUBLISH_FOR};
use jwtctl::core::keystore::{self, Choice, Plan, RotationPolicy};
use jwtctl::core::time::Timestamp;
use serde::Serialize;

use super::super::Context;
use super::super::input::{Guard, curve, duration, sig_alg};
use super::super::output::{Page, Report, Role};
use super::rows::{TABLE, TableArgs, Written};

/// Make the next signing key of the keystore
///
/// It is published now and signs once every verifier knows it; the key before it stays published
/// until its last token has died. In a keystore without a signing key it signs at once. With
/// --every, safe to run from cron each minute.
///
/// With --jwks, the same for the table of a better-auth server, whose new rows are printed. The
/// plugin signs with the newest row that has not expired, at once; so the new row is given a
/// createdAt before that of the others, and they get an expiresAt, at which the plugin goes over to
/// it. How long it publishes them afterwards is its own setting (gracePeriod, 30 days).
#[derive(clap::Args)]
pub struct Args {
    /// The algorithm of the new key (default: that of the current one, or EdDSA)
    #[arg(long, value_parser = sig_alg(), hide_possible_values = true)]
    alg: Option<SigAlg>,
    /// Its curve, where the algorithm leaves a choice
    #[arg(long, value_name = "CURVE", value_parser = curve())]
    crv: Option<Curve>,
    /// Its size, if it is an RSA key
    #[arg(long, value_name = "N")]
    bits: Option<usize>,
    /// How long the new key is published before it signs (default: 2h)
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value_t = PUBLISH_FOR, hide_default_value = true)]
    publish_for: i64,
    /// How long the key before it stays published afterwards (default: 30d)
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value_t = GRACE, hide_default_value = true, conflicts_with = "jwks")]
    grace: i64,
    /// Only if the newest key is at least that old
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    every: Option<i64>,
    /// Say what would be done, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Keep private keys in clear; the first key of a keystore decides
    #[arg(long)]
    no_encrypt: bool,
    /// PBKDF2 iterations that protect the passphrase (default: those of the keystore, or 210000)
    #[arg(long, value_name = "N", conflicts_with_all = ["no_encrypt", "jwks"])]
    p2c: Option<u32>,

    #[command(flatten)]
    table: TableArgs,
    /// The id of the new row (default: made as those of the other rows)
    #[arg(long, value_name = "ID", requires = "jwks", allow_hyphen_values = true, help_heading = TABLE, value_parser = NonEmptyStringValueParser::new())]
    kid: Option<String>,
}

/// What a rotation came to, or would.
#[derive(Serialize)]
pub struct Rotated {
    store: String,
    rotated: bool,
    dry_run: bool,
    /// The new key; when nothing was due, the newest.
    kid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alg: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    activates_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces: Option<Replaced>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<String>,
    /// Of a table: what is to go into it.
    #[serde(flatten)]
    written: Option<Written>,
    #[serde(skip)]
    at_once: bool,
    /// Whether stdout is for what goes into a database, so that a sentence is out of place there.
    #[serde(skip)]
    is_table: bool,
}

#[derive(Serialize)]
struct Replaced {
    kid: String,
    retires_at: Option<String>,
    expires_at: Option<String>,
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Rotated, Error> {
    if let Some((name, table)) = args.table.read(context)? {
        return table::rotate(name, table, &args, context);
    }
    if context.inputs.has_server_secret() {
        let why = "is of no use: a keystore has a passphrase; a table is named with --jwks";
        return Err(Error::usage("--better-auth-secret", why));
    }
    let path = context.inputs.store_path()?;
    let policy = RotationPolicy {
        publish_for: args.publish_for,
        grace: args.grace,
        every: args.every,
    };
    policy.check()?;
    let store = context.inputs.store()?;
    let now = context.env.now;
    let report = |plan: &Plan, kid, alg| {
        Rotated::new(path.display().to_string(), plan, kid, alg, &args, now)
    };
    // Looked at without the lock, so that no passphrase is asked for that is not needed.
    let plan = line::plan(&store.line(), &policy, now);
    if args.dry_run || matches!(plan, Plan::Wait { .. }) {
        return Ok(report(
            &plan,
            None,
            args.alg.map(|alg| alg.as_str().to_owned()),
        ));
    }
    let guard = Guard::joining(&store, args.no_encrypt, args.p2c, context)?;
    let choice = Choice {
        alg: args.alg,
        crv: args.crv,
        bits: args.bits,
    };
    let spinner = context.output.spinner(true, "making a key");
    let rotated = keystore::rotate(
        &path,
        &policy,
        choice,
        Some(guard.protection()),
        &context.env,
    );
    drop(spinner);
    let rotated = context.settle(rotated?);
    let (kid, alg) = match rotated.added {
        Some(added) => (Some(added.entry.slot.kid), added.entry.key.alg.clone()),
        None => (None, None),
    };
    Ok(report(&rotated.plan, kid, alg))
}

impl Rotated {
    fn new(
        store: String,
        plan: &Plan,
        kid: Option<String>,
        alg: Option<String>,
        args: &Args,
        now: Timestamp,
    ) -> Self {
        let nothing = Self {
            store,
            rotated: kid.is_some(),
            dry_run: args.dry_run,
            kid,
            alg,
            activates_at: None,
            replaces: None,
            due_at: None,
            written: None,
            at_once: false,
            is_table: false,
        };
        match plan {
            Plan::Wait { kid, due_at } => Self {
                kid: Some(kid.clone()),
                alg: None,
                due_at: due_at.rfc3339(),
                ..nothing
            },
            Plan::Rotate {
                activates_at,
                grace_s,
                replaces,
            } => Self {
                activates_at: activates_at.rfc3339(),
                replaces: replaces.as_ref().map(|kid| Replaced {
                    kid: kid.clone(),
                    retires_at: activates_at.rfc3339(),
                    expires_at: activates_at.plus(*grace_s).rfc3339(),
                }),
                at_once: *activates_at <= now,
                ..nothing
            },
        }
    }
}

impl Report for Rotated {
    const SCHEMA: &'static str = "jwtctl.jwks-rotate/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        if let Some(text) = self.written.as_ref().and_then(Written::stdout) {
            return page.bytes(text.expose());
        }
        let time = |time: &Option<String>| time.clone().unwrap_or_else(|| "never".into());
        if let Some(due_at) = self.due_at.as_ref().filter(|_| !self.is_table) {
            return page.line(Role::Faint, &format!("nothing to do before {due_at}"));
        }
        if self.due_at.is_some() {
            return Ok(());
        }
        let kid = self.kid.as_deref().unwrap_or("(would be made)");
        page.line(Role::Plain, &format!("new key  {kid}"))?;
        let when = if self.at_once {
            "at once".into()
        } else {
            format!("from {} on", time(&self.activates_at))
        };
        page.line(Role::Plain, &format!("signs    {when}"))?;
        if let Some(old) = &self.replaces {
            page.line(Role::Plain, &format!("old key  {}", old.kid))?;
            page.line(
                Role::Plain,
                &format!("signs    until {}", time(&old.retires_at)),
            )?;
            page.line(Role::Plain, &format!("expires  {}", time(&old.expires_at)))?;
        }
        Ok(())
    }
}
