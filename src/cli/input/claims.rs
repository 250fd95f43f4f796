//! The claims of a new token, from the arguments of a command, with the defaults added.

use std::borrow::Cow;

use jwtctl::core::env::Env;
use jwtctl::core::error::{Code, Error};
use jwtctl::core::files::MAX_FILE;
use jwtctl::core::json::{Json, Object};
use jwtctl::core::limits::MAX_JSON_VALUES;
use jwtctl::core::time::{Timestamp, humanize};
use jwtctl::core::token::{self, Defaults};

use super::super::Context;
use super::given::Given;
use super::{Claim, FileSpec, duration, moment};

/// The claims of a new token.
#[derive(clap::Args)]
pub struct ClaimArgs {
    /// Claims: name=text, name:=JSON, name=@FILE, name:=@FILE, or /a/b:=JSON to set a member deeper down
    #[arg(value_name = "CLAIM", help_heading = None::<&str>)]
    claims: Vec<String>,

    /// The issuer; {fingerprint} in it stands for the digest of the signing key (SHA256:…), which
    /// Snowflake wants there
    #[arg(long, help_heading = "Claims")]
    iss: Option<String>,
    /// The subject
    #[arg(long, help_heading = "Claims")]
    sub: Option<String>,
    /// The audience; repeat for several
    #[arg(long, help_heading = "Claims")]
    aud: Vec<String>,
    /// The token's id: auto for a UUID, none for none
    #[arg(
        long,
        value_name = "auto|none|VALUE",
        default_value = "auto",
        hide_default_value = true,
        help_heading = "Claims"
    )]
    jti: String,
    /// When it was issued (default: now)
    #[arg(
        long,
        value_name = "TIME",
        allow_hyphen_values = true,
        help_heading = "Claims"
    )]
    iat: Option<String>,
    /// Not valid before
    #[arg(
        long,
        value_name = "TIME",
        allow_hyphen_values = true,
        help_heading = "Claims"
    )]
    nbf: Option<String>,
    /// Not valid from then on: a time such as +1h or 2026-08-01T10:15:00Z
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with_all = ["ttl", "no_exp"], help_heading = "Claims")]
    exp: Option<String>,
    /// How long it is valid (default: 15m)
    #[arg(long, value_name = "DURATION", value_parser = duration, allow_hyphen_values = true, conflicts_with = "no_exp", help_heading = "Claims")]
    ttl: Option<i64>,
    /// Let it never expire
    #[arg(long, help_heading = "Claims")]
    no_exp: bool,
    /// Claims from a JSON file, or - for stdin; flags and CLAIM arguments go over it
    #[arg(long, value_name = "FILE", help_heading = "Claims")]
    pub payload: Option<FileSpec>,
}

/// The arguments that make no sense for a token with other bytes than claims as its payload.
pub const CLAIM_FLAGS: [&str; 10] = [
    "claims", "iss", "sub", "aud", "iat", "nbf", "exp", "ttl", "no_exp", "jti",
];

/// The placeholder in `--iss` for the digest of the signing key.
pub const FINGERPRINT: &str = "{fingerprint}";

/// Seconds that a token lives unless told otherwise.
const DEFAULT_TTL: i64 = 15 * 60;

/// The claims that a token gets by default.
#[derive(Clone, Copy)]
pub struct Usual {
    /// Seconds until it expires; `None` for never.
    pub ttl: Option<i64>,
    /// Whether it has an id.
    pub jti: bool,
}

impl Default for Usual {
    fn default() -> Self {
        Self {
            ttl: Some(DEFAULT_TTL),
            jti: true,
        }
    }
}

impl ClaimArgs {
    /// Whether `--iss` contains [`FINGERPRINT`].
    pub fn names_fingerprint(&self) -> bool {
        self.iss.as_ref().is_some_and(|it| it.contains(FINGERPRINT))
    }

    /// The claims with the defaults added, and notes about them for after the token was made.
    pub fn assemble(
        &self,
        usual: Usual,
        context: &Context<'_>,
    ) -> Result<(Object, Vec<String>), Error> {
        let claims = match &self.payload {
            Some(path) => Some(read_payload(path, context)?),
            None => None,
        };
        let completed = self.overlay()?.complete(claims, usual, &context.env)?;
        if let Some(warning) = &completed.warning {
            context.output.warn(warning);
        }
        Ok((completed.claims, completed.notes))
    }

    /// The claims of flags and arguments, read once for any number of tokens.
    pub fn overlay(&self) -> Result<Overlay<'_>, Error> {
        let mut given = Given::default();
        let flags = [
            ("iss", self.iss.is_some()),
            ("sub", self.sub.is_some()),
            ("aud", !self.aud.is_empty()),
            ("nbf", self.nbf.is_some()),
            ("iat", self.iat.is_some()),
            (
                "exp",
                self.ttl.is_some() || self.exp.is_some() || self.no_exp,
            ),
            ("jti", self.names_jti()),
        ];
        let set = flags.into_iter().filter(|(_, is_set)| *is_set);
        set.for_each(|(name, _)| given.flag(name));
        let mut claims = Vec::with_capacity(self.claims.len());
        for text in &self.claims {
            let claim = Claim::parse(text)?;
            given.claim(&claim, text)?;
            claims.push(claim);
        }
        Ok(Overlay {
            args: self,
            claims,
            members: given.members(),
        })
    }

    fn names_jti(&self) -> bool {
        !["auto", "none"].contains(&self.jti.as_str())
    }

    /// Sets the claims that have flags of their own.
    fn place(&self, claims: &mut Object, now: Timestamp) -> Result<(), Error> {
        let set = |claims: &mut Object, name: &str, value: Option<Json>| {
            if let Some(value) = value {
                claims.set(name, value);
            }
        };
        let time = |flag: &str, text: &Option<String>| {
            text.as_ref()
                .map(|text| moment(text, flag, now).map(|at| Json::from(at.0)))
                .transpose()
        };
        set(claims, "iss", self.iss.as_deref().map(Json::from));
        set(claims, "sub", self.sub.as_deref().map(Json::from));
        set(
            claims,
            "aud",
            match &self.aud[..] {
                [] => None,
                [one] => Some(one.as_str().into()),
                several => Some(several.iter().collect()),
            },
        );
        set(claims, "nbf", time("--nbf", &self.nbf)?);
        set(claims, "iat", time("--iat", &self.iat)?);
        set(
            claims,
            "exp",
            match self.ttl {
                Some(ttl) => Some(now.plus(ttl).0.into()),
                None => time("--exp", &self.exp)?,
            },
        );
        set(
            claims,
            "jti",
            self.names_jti().then(|| self.jti.as_str().into()),
        );
        Ok(())
    }
}

/// The claims of flags and arguments.
pub struct Overlay<'a> {
    args: &'a ClaimArgs,
    claims: Vec<Claim>,
    /// The claims that they set, take out, or set something inside of.
    members: Vec<String>,
}

/// The claims of a new token.
pub struct Completed {
    /// The claims.
    pub claims: Object,
    /// Notes about them, for after the token was made.
    pub notes: Vec<String>,
    /// A warning about them: that the token has expired already.
    pub warning: Option<String>,
}

impl Overlay<'_> {
    /// The claims of a token: those of `payload`, then those of the flags and arguments, which take
    /// precedence, then the defaults for what is missing.
    ///
    /// # Errors
    /// When no verifier would accept them.
    pub fn complete(
        &self,
        payload: Option<Object>,
        usual: Usual,
        env: &Env<'_>,
    ) -> Result<Completed, Error> {
        let is_given = payload.is_some();
        let mut claims = payload.unwrap_or_default();
        self.args.place(&mut claims, env.now)?;
        for claim in &self.claims {
            claim.clone().place(&mut claims)?;
        }
        let notes = complete(&mut claims, self.args, usual, is_given, env);
        let warning = born_expired(&claims, env.now);
        check_claims(&claims)?;
        Ok(Completed {
            claims,
            notes,
            warning,
        })
    }

    /// [`Overlay::complete`] of a payload whose text stays as it is, with what is missing at its
    /// end. Only the claims are read that this looks at, into the room of `claims`, and only those
    /// are in the result. `None` when the payload has to be written anew, or cannot be read.
    ///
    /// # Errors
    /// As [`Overlay::complete`].
    pub fn append<'p>(
        &self,
        payload: &'p str,
        mut claims: Object,
        usual: Usual,
        env: &Env<'_>,
    ) -> Result<Option<(Cow<'p, str>, Completed)>, Error> {
        let sets = |name: &str| self.members.iter().any(|it| it == name);
        let is_wanted = |name: &str| match name {
            "exp" | "nbf" | "iat" | "aud" | "jti" => true,
            other => sets(other),
        };
        // A value takes a byte at least, so a payload this small has not too many of them.
        if payload.len() > MAX_JSON_VALUES
            || claims.read_members(payload, &is_wanted) != Some(true)
            || claims.0.iter().any(|(name, _)| sets(name))
        {
            return Ok(None);
        }
        let count = claims.0.len();
        let completed = self.complete(Some(claims), usual, env)?;
        let mut text = Cow::Borrowed(payload);
        for (name, value) in &completed.claims.0[count..] {
            let text = text.to_mut();
            text.pop();
            let comma = if text.len() > 1 { "," } else { "" };
            let name = Json::from(name.as_str()).to_text();
            text.extend([comma, &name, ":", &value.to_text(), "}"]);
        }
        let is_small = text.len() <= MAX_JSON_VALUES;
        Ok(is_small.then_some((text, completed)))
    }
}

/// Refuses claims that no verifier would accept.
fn check_claims(claims: &Object) -> Result<(), Error> {
    token::check_claims(claims).map_err(|(name, why)| {
        let error = Error::input(Code::BadInput, name, why);
        match name {
            "exp" | "nbf" | "iat" => error.hint(format!(
                "use --{name} TIME, such as --{name} 2026-08-01T10:15:00Z or --{name} +1h"
            )),
            _ => error,
        }
    })
}

/// Adds the defaults for missing claims, and returns notes about those that the caller did not ask
/// for.
fn complete(
    claims: &mut Object,
    args: &ClaimArgs,
    usual: Usual,
    is_given: bool,
    env: &Env<'_>,
) -> Vec<String> {
    if args.no_exp {
        claims.remove("exp");
    }
    let defaults = Defaults {
        ttl: usual.ttl.filter(|_| !args.no_exp),
        iat: true,
        jti: usual.jti && args.jti != "none",
    };
    let added = token::complete(claims, &defaults, env);
    let mut notes = Vec::new();
    if is_given && !added.is_empty() {
        notes.push(format!("added to the payload: {}", added.join(", ")));
    }
    if let Some(ttl) = usual.ttl.filter(|_| added.contains(&"exp")) {
        let life = humanize(ttl);
        notes.push(format!(
            "it expires in {life}; to choose: --ttl DURATION, --exp TIME or --no-exp"
        ));
    }
    notes
}

/// A warning if the token has expired already, as happens when `exp` was given as a duration.
fn born_expired(claims: &Object, now: Timestamp) -> Option<String> {
    /// More seconds than this are a moment, not a span: ten years.
    const LONGEST_SPAN: i64 = 315_360_000;
    let Some(Json::Number(text)) = claims.member("exp") else {
        return None;
    };
    let exp = Timestamp::from_json_number(text, false);
    if exp > now {
        return None;
    }
    let meant = match exp.0 {
        span @ 1..=LONGEST_SPAN => {
            format!("; for {} from now: --ttl {span}", humanize(span))
        }
        _ => String::new(),
    };
    Some(format!("the token has expired already, at {exp}{meant}"))
}

fn read_payload(path: &FileSpec, context: &Context<'_>) -> Result<Object, Error> {
    let name = path.source_name();
    let bad = |why: String| Error::input(Code::BadInput, name, why);
    if path.trim_start().starts_with('{') {
        let error = Error::usage("--payload", "takes a file, not the claims themselves");
        return Err(error.hint("write single claims as arguments, name=text or name:=JSON, or all of them to stdin: --payload -"));
    }
    let bytes = context.inputs.document(path, MAX_FILE)?;
    Object::parse_strict(bytes.expose())
        .map_err(|why| bad(why.to_string()).hint("to sign it as it is: --raw"))
}
