//! The secrets of a better-auth server, and the errors when they do not open a row.

use clap::ValueEnum;
use jwtctl::core::alg::SigAlg;
use jwtctl::core::better_auth::{
    Closed, Dialect, Row, RowProtection, RowRefusal, Sealing, ServerSecret, Table,
};
use jwtctl::core::error::{Code, Error, shortened};
use jwtctl::core::jwks::Dropped;
use jwtctl::core::key::Job;
use jwtctl::core::keyfile::KeyFile;
use jwtctl::core::limits::MAX_SECRET;
use jwtctl::core::time::Timestamp;

use super::{Inputs, ServerSecretSpec};

/// The flag that names the server's secrets.
const FLAG: &str = "--better-auth-secret";

impl Inputs {
    /// These inputs, with the specifications of the server's secrets.
    pub fn with_server_secrets(mut self, specs: Vec<ServerSecretSpec>) -> Self {
        self.server_secrets = specs;
        self
    }

    /// Whether a secret of the server was named.
    pub fn has_server_secret(&self) -> bool {
        !self.server_secrets.is_empty()
    }

    /// The secrets of the server in the order of the command line. They are read once, since stdin
    /// can be read only once.
    pub fn server_secrets(&self) -> Result<&[ServerSecret], Error> {
        if let Some(secrets) = self.read_secrets.get() {
            return Ok(secrets);
        }
        let specs = self.server_secrets.iter();
        let secrets = specs.map(|it| self.server_secret(it));
        let secrets = secrets.collect::<Result<Vec<_>, _>>()?;
        Ok(self.read_secrets.get_or_init(|| secrets))
    }

    /// Reads one secret of the server.
    pub fn server_secret(&self, spec: &ServerSecretSpec) -> Result<ServerSecret, Error> {
        let (version, flag) = (spec.version, spec.secret.flag());
        let value = self
            .read(&spec.secret, MAX_SECRET)?
            .without_trailing_newline();
        if value.is_empty() {
            return Err(Error::input(Code::BadSecret, flag, "the secret is empty"));
        }
        let begins_with_version = |text: &str| {
            let digits = text.split(':').next().filter(|it| it.len() < text.len());
            digits.is_some_and(|it| it.parse::<u32>().is_ok())
        };
        if version.is_none() && value.expose_str().is_some_and(begins_with_version) {
            self.output.note(&format!(
                "{flag}: it begins with a version, as BETTER_AUTH_SECRETS does; name each secret of that by itself, as VERSION:KEYSPEC"
            ));
        }
        Ok(ServerSecret { version, value })
    }

    /// Opens the private halves of a table, if there is one and its secret was named.
    pub(super) fn open_table(&self, file: &mut KeyFile) -> Result<(), Error> {
        let Some(mut table) = file.table.take() else {
            return Ok(());
        };
        if self.has_server_secret() {
            table.open(self.server_secrets()?);
        }
        let notes = std::mem::take(&mut file.notes);
        let dropped = std::mem::take(&mut file.dropped);
        *file = KeyFile {
            notes,
            ..KeyFile::of_table(table, dropped)
        };
        Ok(())
    }
}

/// The row that signs at `now`: the one of that id, or the one that the plugin would choose, for
/// `alg` if that is given. Its private half is open. `what` names the table.
pub fn signing_row<'a>(
    file: &'a KeyFile,
    table: &'a Table,
    kid: Option<&str>,
    alg: Option<SigAlg>,
    now: Timestamp,
    what: &str,
) -> Result<&'a Row, Error> {
    // The plugin may choose a row that cannot be read here.
    check_whole(&file.dropped, what)?;
    let fits = |row: &Row| row.signs && alg.is_none_or(|alg| row.key.fit(alg, Job::Verify).is_ok());
    let bad = |why: String| Error::input(Code::BadKey, what, why);
    let row = match kid {
        Some(kid) => {
            let known: Vec<String> = table.rows.iter().map(|it| shortened(&it.id)).collect();
            let unknown = || bad(format!("has no such row, only {}", known.join(", ")));
            table.row(kid).ok_or_else(unknown)?
        }
        None => table.newest(now, fits).ok_or_else(|| {
            if let Some(alg) = alg.filter(|_| table.current(now).is_some()) {
                return bad(format!("has no row for {alg} that has not expired"));
            }
            if table.rows.iter().any(|row| row.is_live(now)) {
                return bad("has no row for signatures that has not expired".into());
            }
            let last = table.rows.iter().filter_map(Row::expires_at).max();
            let when = last.map_or_else(String::new, |at| format!(", the last one at {at}"));
            bad(format!("every row has expired{when}"))
                .hint("to sign with an expired one all the same: --kid ID")
        })?,
    };
    match closed(row, what) {
        Some(error) => Err(error),
        None => Ok(row),
    }
}

/// The error for a row whose private half is needed and could not be opened. `what` names the
/// table.
pub fn closed(row: &Row, what: &str) -> Option<Error> {
    let why = row.closed.as_ref()?;
    Some(closed_error(why, &row.id, what))
}

fn closed_error(why: &Closed, id: &str, what: &str) -> Error {
    let id = shortened(id);
    let error = |code, why: String| Error::input(code, what, why);
    match why {
        Closed::NoSecret(None) => error(
            Code::BadKey,
            format!("the private key of row {id} is encrypted under the server's secret"),
        )
        .hint(format!(
            "to open it: {FLAG} KEYSPEC, such as env:BETTER_AUTH_SECRET"
        )),
        Closed::NoSecret(Some(version)) => error(
            Code::BadKey,
            format!(
                "the private key of row {id} is encrypted under version {version} of the server's secret"
            ),
        )
        .hint(format!("to open it: {FLAG} {version}:KEYSPEC")),
        Closed::WrongSecret => error(
            Code::BadPassphrase,
            format!("the secret does not open the private key of row {id}, or the row is damaged"),
        ),
        Closed::Damaged(why) => error(Code::BadKey, format!("row {id} is damaged: {why}")),
        Closed::OtherKey => error(
            Code::BadKey,
            format!("row {id} has a private key that does not belong to its public one"),
        ),
    }
}

/// The database that statements are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SqlDialect {
    /// SQLite
    Sqlite,
    /// PostgreSQL
    Postgres,
    /// MySQL, MariaDB
    Mysql,
}

impl From<SqlDialect> for Dialect {
    fn from(dialect: SqlDialect) -> Self {
        match dialect {
            SqlDialect::Sqlite => Self::Sqlite,
            SqlDialect::Postgres => Self::Postgres,
            SqlDialect::Mysql => Self::Mysql,
        }
    }
}

/// The error for a key that cannot be a row. `what` names the key.
pub fn row_refusal(refusal: &RowRefusal, what: &str) -> Error {
    match refusal {
        RowRefusal::NotPrivate => Error::input(
            Code::BadKey,
            what,
            "is symmetric or has no private half, and better-auth signs with key pairs",
        ),
        RowRefusal::NoAlgorithm => Error::usage(what, "is for an algorithm that better-auth lacks")
            .hint("it knows EdDSA, ES256, ES384, ES512, RS256 and PS256, and ECDH-ES"),
        RowRefusal::Time => Error::usage(what, "has a time that no database takes"),
    }
}

impl Inputs {
    /// The secret that new rows are sealed under: the first one named, which is the server's
    /// present one. `None` for rows in clear.
    pub fn sealing_secret(&self, no_encrypt: bool) -> Result<Option<&ServerSecret>, Error> {
        match (self.server_secrets()?.first(), no_encrypt) {
            (_, true) => Ok(None),
            (Some(secret), false) => Ok(Some(secret)),
            (None, false) => Err(Error::usage(
                FLAG,
                "is needed: better-auth keeps private keys under its server's secret",
            )
            .hint("for example --better-auth-secret env:BETTER_AUTH_SECRET")
            .hint("for a server with disablePrivateKeyEncryption: --no-encrypt")),
        }
    }
}

/// Refuses a protection for new rows that differs from that of `row`, which the server can open.
/// With another secret the server could not sign any more once it uses the new row.
pub fn check_sealing(row: &Row, secret: Option<&ServerSecret>, what: &str) -> Result<(), Error> {
    let refuse = |flag: &str, why: &str| Err(Error::usage(flag, why));
    match (row.sealing(), secret) {
        (Sealing::Clear, Some(_)) => refuse(
            FLAG,
            "is of no use: the table has its private keys in clear; --no-encrypt adds one like them",
        ),
        (Sealing::Sealed(_), None) => refuse(
            "--no-encrypt",
            "would add a row that the server cannot read: the private keys of the table are encrypted",
        ),
        (Sealing::Sealed(own), Some(new)) if own.is_some() != new.version.is_some() => {
            let has = if own.is_some() { "have" } else { "have no" };
            let why = format!(
                "the secrets of this server {has} versions, and the first one named is not like that"
            );
            Err(Error::usage(FLAG, why))
        }
        (Sealing::Sealed(own), Some(new)) if own == new.version && !row.opens_with(new) => {
            let wrong = Closed::WrongSecret;
            Err(closed_error(&wrong, &row.id, what))
        }
        (Sealing::Sealed(_), Some(_)) => closed(row, what).map_or(Ok(()), Err),
        (Sealing::Clear, None) | (Sealing::Damaged, _) => Ok(()),
    }
}

/// Refuses a table with rows that cannot be read: the server may sign with one of them.
pub fn check_whole(dropped: &[Dropped], what: &str) -> Result<(), Error> {
    match dropped.first() {
        Some(first) => {
            let why = format!("has a row {} that {}", first.index, first.why);
            Err(Error::input(Code::BadKey, what, why))
        }
        None => Ok(()),
    }
}

/// How rows are protected with a secret, or without one.
pub fn protection(secret: Option<&ServerSecret>) -> RowProtection<'_> {
    secret.map_or(RowProtection::Clear, RowProtection::Sealed)
}
