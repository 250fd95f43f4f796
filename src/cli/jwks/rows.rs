//! Rows of better-auth's table, which a command changes and a database takes back.

use std::path::PathBuf;

use clap::ValueEnum;
use jwtctl::core::better_auth::{self, Row, Shape, Statement, Table};
use jwtctl::core::error::{Code, Error};
use jwtctl::core::files::{self, Access};
use jwtctl::core::json::Json;
use jwtctl::core::secret::Secret;
use serde::ser::{Error as _, SerializeMap as _};
use serde::{Serialize, Serializer};

use super::super::Context;
use super::super::input::{Spec, SqlDialect, check_whole, closed, not_empty};

/// The heading of what is for a table alone.
pub const TABLE: &str = "Instead of the keystore, the table of better-auth";

/// A table instead of the keystore, and where its new rows go.
#[derive(clap::Args)]
#[command(next_help_heading = TABLE)]
pub struct TableArgs {
    /// Its rows as the database prints them, in JSON: an array, or one a line; - for stdin
    #[arg(long, value_name = "FILE", value_parser = not_empty::<Spec>())]
    pub jwks: Option<Spec>,
    /// The format of FILE, which is recognised in any case
    #[arg(long, value_enum, requires = "jwks")]
    format: Option<TableFormat>,
    /// Write the statements that change the table in this database, instead of its new rows
    #[arg(long, value_enum, value_name = "DATABASE", requires = "jwks")]
    sql: Option<SqlDialect>,
    /// Write to FILE instead of stdout, readable by its owner alone
    #[arg(long, value_name = "FILE", requires = "jwks")]
    out: Option<PathBuf>,
    /// Replace the file of --out
    #[arg(long, requires = "out")]
    force: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TableFormat {
    /// The rows of the table jwks
    BetterAuth,
}

impl TableArgs {
    /// The table that was named and its name, if one was.
    pub fn read(&self, context: &Context<'_>) -> Result<Option<(String, Table)>, Error> {
        let Some(spec) = self.jwks.as_ref() else {
            return Ok(None);
        };
        if let Some(out) = &self.out {
            files::check_target(out, self.force)?;
        }
        let name = spec.source_name();
        let file = context.inputs.key_file(spec)?;
        let Some(table) = file.table else {
            let error = Error::input(Code::BadKey, name, "is not a table of better-auth's");
            return Err(error.hint("the keystore is changed without --jwks"));
        };
        check_whole(&file.dropped, name)?;
        match table.shape.is_mongo {
            true => {
                let why = "comes from MongoDB, whose rows are read and not written";
                Err(Error::input(Code::BadKey, name, why))
            }
            false => Ok(Some((name.to_owned(), table))),
        }
    }

    /// Writes rows, or the statements for them, where they were asked for.
    pub fn write(
        &self,
        rows: &[&Row],
        statements: &[Statement],
        shape: Shape,
    ) -> Result<Written, Error> {
        let text = text(rows, statements, shape, self.sql);
        if let Some(out) = &self.out {
            files::write(out, text.expose(), Access::Private, self.force)?;
        }
        Ok(Written {
            text,
            is_sql: self.sql.is_some(),
            out: self.out.as_ref().map(|it| it.display().to_string()),
        })
    }
}

/// The rows as JSON, or the statements for a database.
pub fn text(
    rows: &[&Row],
    statements: &[Statement],
    shape: Shape,
    sql: Option<SqlDialect>,
) -> Secret {
    match sql {
        Some(dialect) => better_auth::to_sql(statements, dialect.into()),
        None => better_auth::to_json(rows, shape),
    }
}

/// What was written.
pub struct Written {
    text: Secret,
    is_sql: bool,
    out: Option<String>,
}

impl Written {
    /// What goes to stdout.
    pub fn stdout(&self) -> Option<&Secret> {
        self.out.is_none().then_some(&self.text)
    }
}

impl Serialize for Written {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match (&self.out, self.is_sql) {
            (Some(out), _) => map.serialize_entry("out", out)?,
            (None, true) => {
                map.serialize_entry("sql", self.text.expose_str().unwrap_or_default())?;
            }
            (None, false) => {
                let json = Json::parse(self.text.expose())
                    .map_err(|_| S::Error::custom("the rows cannot be read back"))?;
                map.serialize_entry("rows", &json)?;
            }
        }
        map.end()
    }
}

/// The error for the first row that stays closed, where all have to be open.
pub fn check_open(table: &Table, name: &str) -> Result<(), Error> {
    match table.rows.iter().find_map(|row| closed(row, name)) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}
