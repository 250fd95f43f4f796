//! A rotation in a table of better-auth's: a new row that the plugin publishes at once and signs
//! with when the rows before it expire.

use jwtctl::core::alg::{Kty, SigAlg};
use jwtctl::core::better_auth::{self, Change, Due, Rotation, Row, RowRefusal, Table, new_id};
use jwtctl::core::error::{Code, Error};
use jwtctl::core::keystore::line::GRACE;
use jwtctl::core::keystore::{self, Choice, Plan, RotationPolicy};

use super::super::super::Context;
use super::super::super::input::{check_sealing, protection, row_refusal};
use super::{Args, Rotated};

pub(super) fn rotate(
    name: String,
    mut table: Table,
    args: &Args,
    context: &Context<'_>,
) -> Result<Rotated, Error> {
    let now = context.env.now;
    let policy = RotationPolicy {
        publish_for: args.publish_for,
        grace: GRACE,
        every: args.every,
    };
    policy.check()?;
    let alg = algorithm(&table, args, context)?;
    let rotation = match table.rotation(alg.as_deref(), args.publish_for, args.every, now) {
        Due::Wait { id, due_at } => {
            context
                .output
                .note(&format!("nothing to do before {due_at}"));
            let plan = Plan::Wait { kid: id, due_at };
            return Ok(Rotated {
                is_table: true,
                ..Rotated::new(name, &plan, None, None, args, now)
            });
        }
        Due::Now(rotation) => rotation,
    };
    check_room(&table, &name)?;
    warn_of_early_end(&rotation, args, context);
    let plan = Plan::Rotate {
        activates_at: rotation.activates_at(),
        grace_s: better_auth::GRACE,
        replaces: rotation.replaces.clone(),
    };
    if args.dry_run {
        return Ok(Rotated::new(name, &plan, None, alg, args, now));
    }
    let row = new_row(&table, &name, &rotation, alg.as_deref(), args, context)?;
    let mut statements = vec![better_auth::insert(&row, table.shape)];
    for (id, at) in &rotation.expires {
        for old in table.rows.iter_mut().filter(|row| row.id == *id) {
            old.expires_at_ms = Some(*at);
            statements.push(better_auth::update(old, Change::Expiry, table.shape));
        }
    }
    let rows: Vec<&Row> = table.rows.iter().chain([&row]).collect();
    let written = args.table.write(&rows, &statements, table.shape)?;
    let goes_to_stdout = written.stdout().is_some();
    let (kid, alg) = (Some(row.id.clone()), row.key.alg.clone());
    let rotated = Rotated {
        written: Some(written),
        ..Rotated::new(name, &plan, kid, alg, args, now)
    };
    if goes_to_stdout {
        context.output.note(&in_a_sentence(&rotated));
    }
    Ok(rotated)
}

/// The algorithm of the new key, in the plugin's word for it; `None` where nothing says. Only the
/// rows of one algorithm follow each other.
fn algorithm(table: &Table, args: &Args, context: &Context<'_>) -> Result<Option<String>, Error> {
    if args.alg.is_some_and(|alg| alg.kty() == Kty::Oct) {
        return Err(row_refusal(&RowRefusal::NotPrivate, "the new key"));
    }
    let names = table.algorithms(context.env.now);
    match (args.alg, &names[..]) {
        (Some(SigAlg::Ed25519 | SigAlg::Ed448), _) => Ok(Some(SigAlg::EdDsa.as_str().into())),
        (Some(alg), _) => Ok(Some(alg.as_str().into())),
        (None, []) => Ok(None),
        (None, [only]) => Ok(Some((*only).to_owned())),
        (None, several) => {
            let why = format!(
                "is needed: the table has keys for {}, and only those of one algorithm follow each other",
                several.join(", ")
            );
            Err(Error::usage("--alg", why))
        }
    }
}

/// A row more than the plugin reads would neither sign nor be published.
fn check_room(table: &Table, name: &str) -> Result<(), Error> {
    if table.rows.len() < better_auth::READ {
        return Ok(());
    }
    let why = format!(
        "has {} rows already, and better-auth reads {}: it would not see a new one",
        table.rows.len(),
        better_auth::READ
    );
    let error = Error::input(Code::BadKey, name, why);
    Err(error.hint("delete the rows whose expiresAt is longest ago"))
}

fn warn_of_early_end(rotation: &Rotation, args: &Args, context: &Context<'_>) {
    let asked = context.env.now.plus(args.publish_for);
    if rotation.replaces.is_some() && rotation.activates_at() < asked {
        context.output.warn(&format!(
            "the new key signs from {} on, sooner than --publish-for asks for: the row that signs now expires then",
            rotation.activates_at()
        ));
    }
}

/// A new key in a row with the times of the rotation, stored as the row that signs now is.
fn new_row(
    table: &Table,
    name: &str,
    rotation: &Rotation,
    alg: Option<&str>,
    args: &Args,
    context: &Context<'_>,
) -> Result<Row, Error> {
    let secret = context.inputs.sealing_secret(args.no_encrypt)?;
    let now = context.env.now;
    let like = table.newest(now, |row| row.signs && row.is_for(alg));
    if let Some(row) = like.or_else(|| table.rows.last()) {
        check_sealing(row, secret, name)?;
    }
    let given = args.kid.clone();
    let id = match given.or_else(|| new_id(&table.rows, &context.env)) {
        Some(id) if table.row(&id).is_none() => id,
        Some(id) => {
            let flag = format!("--kid {id}");
            return Err(Error::usage(flag, "is taken by another row"));
        }
        None => {
            let why = "the ids of this table are numbers, which the database gives out";
            let error = Error::usage("--kid", why);
            return Err(error.hint("name the next one: --kid NUMBER"));
        }
    };
    let choice = Choice {
        alg: args.alg,
        crv: args.crv,
        bits: args.bits,
    };
    let spinner = context.output.spinner(true, "making a key");
    let made = keystore::make(choice, like.map(|row| row.key.as_ref()), &context.env);
    drop(spinner);
    Row::new(
        &made?,
        id,
        rotation.created_at_ms,
        rotation.expires_at_ms,
        protection(secret),
        &context.env,
    )
    .map_err(|refusal| row_refusal(&refusal, "the new key"))
}

/// What is said of a table, while its rows go to stdout.
fn in_a_sentence(rotated: &Rotated) -> String {
    let kid = rotated.kid.as_deref().unwrap_or_default();
    match (&rotated.replaces, rotated.at_once) {
        (Some(old), false) => format!(
            "once the table has them, {kid} is published at once and signs from {} on; until then {} does",
            rotated.activates_at.as_deref().unwrap_or_default(),
            old.kid
        ),
        _ => format!("once the table has it, {kid} signs"),
    }
}
