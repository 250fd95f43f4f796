//! `jwtctl session`: a folder, because it is a command of commands.

mod create;
mod destroy;
mod list;
mod show;
mod touch;
mod update;

use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Subcommand;
use jwtctl::core::alg::SigAlg;
use jwtctl::core::claims::{Policy, Skippable};
use jwtctl::core::error::Error;
use jwtctl::core::json::{Json, Object};
use jwtctl::core::jwks::{Given, Provenance};
use jwtctl::core::jws::{Form, MAX_TOKEN};
use jwtctl::core::key::Key;
use jwtctl::core::keyfile::KeyFile;
use jwtctl::core::session::{
    DEFAULT_KEYSPACE, DEFAULT_MAX_AGE, Session, SessionStore, check_id, gone, id_of,
};
use jwtctl::core::time::humanize;
use jwtctl::core::token;
use serde::Serialize;

use super::Context;
use super::input::{Pasted, RedisLogin, RedisUrl, SecretArgs, Spec, duration, sig_alg};
use super::output::{Page, Report, Role};

/// Manage sessions in Redis, as the npm middleware jwt-redis-session keeps them
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
#[command(defer = true)]
enum Command {
    /// Start a session and print its token
    Create(create::Args),
    /// Show a session, leaving its lifetime as it is
    Show(show::Args),
    /// Change the data of a session and renew it
    Update(update::Args),
    /// Renew a session
    Touch(touch::Args),
    /// Destroy a session, so that its token is worth nothing any more
    Destroy(destroy::Args),
    /// List sessions
    List(list::Args),
}

pub fn run(args: Args, context: &mut Context<'_>) -> ExitCode {
    match args.command {
        Command::Create(args) => super::finish(create::run(args, context), context),
        Command::Show(args) => super::finish(show::run(args, context), context),
        Command::Update(args) => super::finish(update::run(args, context), context),
        Command::Touch(args) => super::finish(touch::run(args, context), context),
        Command::Destroy(args) => super::finish(destroy::run(args, context), context),
        Command::List(args) => super::finish(list::run(args, context), context),
    }
}

/// Where the sessions are.
#[derive(clap::Args)]
pub struct Place {
    /// The server: redis://HOST:PORT/DB, rediss://HOST:PORT/DB, unix:///PATH, or env:NAME for a
    /// variable that holds its URL (default: redis://127.0.0.1:6379) [env: JWTCTL_REDIS_URL]
    #[arg(long, value_name = "URL", help_heading = "Redis")]
    redis: Option<RedisUrl>,
    #[command(flatten)]
    login: RedisLogin,
    /// What the keys of sessions begin with
    #[arg(long, value_name = "PREFIX", default_value = DEFAULT_KEYSPACE, help_heading = "Redis")]
    keyspace: String,
    /// How long a session lives without being renewed (default: 86400, a day)
    #[arg(long, value_name = "DURATION", value_parser = max_age, default_value_t = DEFAULT_MAX_AGE, hide_default_value = true, help_heading = "Redis")]
    max_age: i64,
}

fn max_age(text: &str) -> Result<i64, String> {
    match duration(text).map_err(|error| error.to_string())? {
        // Redis counts in milliseconds, from 1970.
        seconds @ 1..=100_000_000_000 => Ok(seconds),
        _ => Err("at least one second, at most 100000000000".into()),
    }
}

impl Place {
    /// The sessions there.
    fn store(self, context: &Context<'_>) -> Result<SessionStore, Error> {
        if context.offline {
            return Err(Error::usage(
                "session",
                "has no meaning together with --offline",
            ));
        }
        let target = context
            .inputs
            .redis(self.redis.as_deref(), "--redis", self.login.login())?;
        context.output.detail(&format!(
            "sessions in {target}, keys begin with {:?}",
            self.keyspace
        ));
        Ok(SessionStore::new(target, self.keyspace, self.max_age))
    }
}

/// The keys of tokens.
#[derive(clap::Args)]
pub struct Keys {
    #[command(flatten, next_help_heading = "Key")]
    secret: SecretArgs,
    /// The key of the tokens: PATH, -, env:NAME, fd:N or store:KID
    #[arg(
        long,
        value_name = "KEYSPEC",
        conflicts_with = "secret",
        help_heading = "Key"
    )]
    key: Option<Spec>,
    /// The algorithm of the tokens (default: HS256 for new ones, what the key permits for others)
    #[arg(long, value_parser = sig_alg(), hide_possible_values = true, help_heading = "Key")]
    alg: Option<SigAlg>,
    /// Use a key that is shorter than its algorithm asks for
    #[arg(long, help_heading = "Key")]
    allow_weak_key: bool,
}

impl Keys {
    /// The keys that `read` finds in what `--key` names or the one of `--secret`, and how messages
    /// call where they are from.
    fn read(&self, context: &Context<'_>, read: ReadKeys<'_>) -> Result<(KeyFile, String), Error> {
        match (context.inputs.secret(&self.secret)?, &self.key) {
            (Some(secret), _) => {
                let file = KeyFile::from(vec![Key::from_secret(secret)]);
                Ok((file, "--secret".into()))
            }
            (None, Some(spec)) => Ok((read(spec)?, spec.source_name().to_owned())),
            (None, None) => Err(Error::usage(
                "session",
                "needs --secret or --key, since a token is verified before all else",
            )),
        }
    }
}

/// How a KEYSPEC is read: with private halves, or without having to open what is sealed.
type ReadKeys<'a> = &'a dyn Fn(&Spec) -> Result<KeyFile, Error>;

/// Which session: the one of a token, or the one that an operator names.
#[derive(clap::Args)]
pub struct Which {
    /// The session of this id, without a token
    #[arg(long, value_name = "ID", allow_hyphen_values = true, conflicts_with_all = ["secret", "key"])]
    id: Option<String>,
    #[command(flatten)]
    keys: Keys,
    #[command(flatten)]
    place: Place,
}

/// A session by its token or its id, for commands that take nothing else.
#[derive(clap::Args)]
pub struct Named {
    /// The token of the session, - for stdin, @FILE or env:NAME
    #[arg(conflicts_with = "id")]
    token: Option<Spec>,
    #[command(flatten)]
    which: Which,
}

impl Named {
    fn find(self, context: &Context<'_>) -> Result<(SessionStore, String), Error> {
        self.which.find(self.token.as_ref(), context)
    }
}

impl Which {
    /// The sessions, and the id of the one that is meant. A token is verified first: its signature
    /// and its times, as the middleware does; whom it is for is not asked there either.
    fn find(
        self,
        token: Option<&Spec>,
        context: &Context<'_>,
    ) -> Result<(SessionStore, String), Error> {
        let Some(id) = self.id else {
            let id = self.verify(token, context)?;
            return Ok((self.place.store(context)?, id));
        };
        check_id(&id)?;
        Ok((self.place.store(context)?, id))
    }

    fn verify(&self, token: Option<&Spec>, context: &Context<'_>) -> Result<String, Error> {
        if self.keys.secret.secret.is_none() && self.keys.key.is_none() {
            let error = Error::usage(
                "session",
                "a token is verified before its session is touched, and there is no key",
            );
            return Err(
                error.hint("name it with --secret or --key, or name the session itself with --id")
            );
        }
        let source = context.inputs.token_source(token)?;
        let public = |spec: &Spec| context.inputs.public_keys(spec, context.env.now);
        let (file, name) = self.keys.read(context, &public)?;
        let provenance = Provenance {
            source: "file".into(),
            name,
            ..Provenance::default()
        };
        let mut keys = match &file.keys[..] {
            [key] => Given::key(Arc::clone(key), provenance),
            _ => Given::set(file.keys, provenance),
        };
        let text = context
            .inputs
            .token(source, MAX_TOKEN as u64, Pasted::Alone)?;
        let policy = Policy {
            algs: self.keys.alg.map(|alg| vec![alg]),
            exp_optional: true,
            skip: vec![Skippable::Aud],
            allow_weak_key: self.keys.allow_weak_key,
            ..Policy::default()
        };
        let verdict = token::verify(&text, Form::Jwt, &mut keys, &policy, &context.env)?;
        verdict
            .notes
            .iter()
            .for_each(|note| context.output.note(note));
        verdict
            .warnings
            .iter()
            .for_each(|warning| context.output.warn(warning));
        let verified = verdict.outcome.map_err(Error::Rejected)?;
        let id = verified
            .claims()
            .map(id_of)
            .transpose()?
            .unwrap_or_default();
        Ok(id.to_owned())
    }
}

/// One session, as the commands about one answer.
#[derive(Serialize)]
pub struct One {
    id: String,
    key: String,
    /// `null` when it never expires.
    ttl_s: Option<i64>,
    data: Object,
    #[serde(skip_serializing_if = "Option::is_none")]
    claims: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwt: Option<Json>,
}

impl One {
    fn new(store: &SessionStore, id: String, session: &Session, ttl_s: Option<i64>) -> Self {
        let (claims, jwt) = (session.claims().cloned(), session.jwt().cloned());
        Self {
            key: store.key(&id),
            id,
            ttl_s,
            data: session.data(),
            claims,
            jwt,
        }
    }
}

/// The refusal for a session that is not there.
fn is_gone(id: &str) -> Error {
    gone(id).into()
}

impl Report for One {
    const SCHEMA: &'static str = "jwtctl.session/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        page.line(Role::Plain, &format!("session  {}", self.id))?;
        page.line(Role::Plain, &format!("key      {}", self.key))?;
        let left = self
            .ttl_s
            .map_or_else(|| "never".into(), |ttl| format!("in {}", humanize(ttl)));
        page.line(Role::Plain, &format!("expires  {left}"))?;
        page.end()?;
        page.line(Role::Title, "Data")?;
        page.object(&self.data, &|_, _| None)?;
        if let Some(claims) = &self.claims {
            page.end()?;
            page.line(Role::Title, "Claims, kept by the middleware")?;
            page.json(claims, 0)?;
            page.end()?;
        }
        if let Some(jwt) = &self.jwt {
            page.end()?;
            page.line(Role::Title, "Token, kept by the middleware")?;
            page.bare(jwt)?;
        }
        Ok(())
    }
}

/// That something was done to a session.
#[derive(Serialize)]
pub struct Done {
    id: String,
    key: String,
    destroyed: bool,
    /// Left out of a session that is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl_s: Option<i64>,
}

impl Report for Done {
    const SCHEMA: &'static str = "jwtctl.session/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        let what = match self.ttl_s {
            Some(ttl) => format!("expires in {}", humanize(ttl)),
            None => "destroyed".into(),
        };
        page.line(Role::Plain, &format!("session {} {what}", self.id))
    }
}
