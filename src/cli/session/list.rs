//! `jwtctl session list`.

use std::io;

use jwtctl::core::error::Error;
use jwtctl::core::json::{Json, Object};
use jwtctl::core::session::{Session, StoredSession};
use jwtctl::core::time::humanize;
use serde::Serialize;

use super::super::Context;
use super::super::input::{Claim, duration};
use super::super::output::{Page, Report, Role};
use super::Place;

/// List sessions
///
/// Redis is asked for a few keys at a time (SCAN) and goes on serving others meanwhile; on a
/// cluster every primary is asked. Tokens that the middleware keeps with a session are not listed.
#[derive(clap::Args)]
pub struct Args {
    /// Only those with this in their data or, failing that, in the claims that the middleware
    /// keeps: name=text, name:=JSON, or /a/b:=JSON from the top of what is stored; repeat for
    /// more
    #[arg(long = "where", value_name = "CLAIM")]
    conditions: Vec<String>,
    /// Only those that were not renewed for at least as long, which is told from --max-age and the
    /// time they have left
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    idle: Option<i64>,
    #[command(flatten)]
    place: Place,
}

/// The sessions of a key space.
#[derive(Serialize)]
pub struct Listing {
    server: String,
    keyspace: String,
    sessions: Vec<Row>,
    damaged: Vec<Damaged>,
    #[serde(skip)]
    is_filtered: bool,
}

#[derive(Serialize)]
struct Row {
    id: String,
    /// `null` when it never expires.
    ttl_s: Option<i64>,
    /// Since it was renewed; `null` when that cannot be known.
    idle_s: Option<i64>,
    data: Object,
    #[serde(skip_serializing_if = "Option::is_none")]
    claims: Option<Json>,
}

#[derive(Serialize)]
struct Damaged {
    id: String,
    why: String,
}

pub fn run(args: Args, context: &mut Context<'_>) -> Result<Listing, Error> {
    let conditions: Vec<Claim> = args
        .conditions
        .iter()
        .map(|text| Claim::parse(text))
        .collect::<Result<_, _>>()?;
    let keyspace = args.place.keyspace.clone();
    let store = args.place.store(context)?;
    let is_filtered = !conditions.is_empty() || args.idle.is_some();
    let mut listing = Listing {
        server: store.server(),
        keyspace,
        sessions: Vec::new(),
        damaged: Vec::new(),
        is_filtered,
    };
    let (max_age, mut longer) = (store.max_age(), 0);
    let spinner = context.output.spinner(true, "asking for sessions");
    let listed = store.list(|batch| {
        for StoredSession { id, found } in batch {
            let found = match found {
                Ok(found) => found,
                Err(why) => {
                    listing.damaged.push(Damaged { id, why });
                    continue;
                }
            };
            longer += usize::from(found.ttl.is_some_and(|ttl| ttl > max_age));
            let idle_s = found.ttl.map(|ttl| (max_age - ttl).max(0));
            let is_idle = |least| idle_s.is_some_and(|idle| idle >= least);
            let all_hold = conditions.iter().all(|it| holds(&found.session, it));
            if args.idle.is_none_or(is_idle) && all_hold {
                listing.sessions.push(Row {
                    id,
                    ttl_s: found.ttl,
                    idle_s,
                    data: found.session.data(),
                    claims: found.session.claims().cloned(),
                });
            }
        }
    });
    drop(spinner);
    listed?;
    if args.idle.is_some() && longer > 0 {
        let why = format!(
            "{longer} sessions have more than --max-age left, so how long they are idle is not known exactly"
        );
        context.output.note(&why);
    }
    listing.sessions.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(listing)
}

fn holds(session: &Session, wanted: &Claim) -> bool {
    session
        .find(&wanted.name)
        .is_some_and(|value| value.same(&wanted.value))
}

impl Report for Listing {
    const SCHEMA: &'static str = "jwtctl.sessions/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        let time = |seconds: Option<i64>, none: &str| seconds.map_or_else(|| none.into(), humanize);
        let cells = |row: &Row| {
            let data = Json::Object(row.data.clone()).to_text();
            vec![
                row.id.clone(),
                time(row.idle_s, "-"),
                time(row.ttl_s, "never"),
                data,
            ]
        };
        let rows: Vec<Vec<String>> = self.sessions.iter().map(cells).collect();
        if rows.is_empty() {
            page.line(
                Role::Faint,
                if self.is_filtered {
                    "no such sessions"
                } else {
                    "no sessions"
                },
            )?;
        } else {
            page.table(&["ID", "IDLE", "EXPIRES IN", "DATA"], &rows)?;
        }
        for damaged in &self.damaged {
            page.line(
                Role::Caution,
                &format!("damaged: {}: {}", damaged.id, damaged.why),
            )?;
        }
        Ok(())
    }
}
