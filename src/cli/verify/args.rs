//! The arguments of `verify`, and their words as values.

use clap::ValueEnum;
use clap::builder::NonEmptyStringValueParser;
use jwtctl::core::alg::SigAlg;
use jwtctl::core::claims::{DEFAULT_LEEWAY, MAX_LEEWAY, Skippable};
use jwtctl::core::jws::{Form, MAX_TOKEN};
use jwtctl::core::session::DEFAULT_KEYSPACE;

use super::super::batch::BatchArgs;
use super::super::input::{
    FileSpec, ProfileArgs, RedisLogin, RedisUrl, SecretArgs, Spec, duration, not_empty, sig_alg,
};
use super::super::network::Network;
use super::report::Show;

/// Verify a token: its signature and every claim
///
/// Without --key, --secret, --jwks, --jwks-uri, --issuer and --roots, the keys are those that the
/// keystore publishes. A certificate in the header is believed only with --roots; one that does not
/// lead there is a header that is not acceptable (15), one for another key than the one that signed
/// is a wrong signature (10).
///
/// Strict by default: the token must expire, and one that names an audience is refused unless that
/// audience is given with --aud. All checks run and all are reported. The exit code says how a
/// token failed: 10 signature, 11 expired, 12 not yet valid, 13 a claim, 14 no key, 15 algorithm or
/// header, 16 session, 17 not a token.
#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("keys").args(["key", "secret", "jwks", "jwks_uri", "issuer"])))]
pub struct Args {
    /// The token, - for stdin, @FILE or env:NAME
    #[arg(conflicts_with = "batch")]
    pub(super) token: Option<Spec>,

    #[command(flatten)]
    pub(super) batch: BatchArgs,
    /// Write only the answers about tokens that are valid, or about those that are invalid
    #[arg(long, value_name = "WHICH", conflicts_with_all = ["payload", "claim"], help_heading = "Batch")]
    pub(super) only: Option<Only>,

    /// Judge by this policy: FILE, FILE#NAME, or the name of one in the user's configuration
    /// directory; flags may add to it and narrow it
    #[arg(long, value_name = "POLICY", help_heading = "Policy", value_parser = NonEmptyStringValueParser::new())]
    pub(super) policy: Option<String>,
    /// Let flags replace what the policy says
    #[arg(long = "override", requires = "policy", help_heading = "Policy")]
    pub(super) overriding: bool,

    #[command(flatten)]
    pub(super) kind: ProfileArgs,

    /// Verify with this key: PATH, -, env:NAME, fd:N or store:KID; repeat to try several
    #[arg(long, value_name = "KEYSPEC", help_heading = "Keys")]
    pub(super) key: Vec<Spec>,
    #[command(flatten, next_help_heading = "Keys")]
    pub(super) secret: SecretArgs,
    /// Verify with the key of this set that the token names; repeat for several sets
    #[arg(long, value_name = "FILE", help_heading = "Keys", value_parser = not_empty::<Spec>())]
    pub(super) jwks: Vec<Spec>,
    /// Verify with the key of the set at URL that the token names; the set is cached
    #[arg(long, value_name = "URL", help_heading = "Keys", value_parser = NonEmptyStringValueParser::new())]
    pub(super) jwks_uri: Option<String>,
    /// Verify with the keys that this issuer publishes (OpenID Connect Discovery, RFC 8414); also
    /// the only iss accepted
    #[arg(long, value_name = "URL", help_heading = "Keys", value_parser = NonEmptyStringValueParser::new())]
    pub(super) issuer: Option<String>,
    /// Use only the key of this id; a token that names another is refused
    #[arg(long, allow_hyphen_values = true, help_heading = "Keys", value_parser = NonEmptyStringValueParser::new())]
    pub(super) kid: Option<String>,
    /// Open encrypted tokens with this key, and judge what is inside: PATH, -, env:NAME, fd:N or
    /// store:KID
    #[arg(long, value_name = "KEYSPEC", help_heading = "Keys", value_parser = not_empty::<Spec>())]
    pub(super) decrypt_key: Option<Spec>,
    /// Refuse tokens that do not name their key
    #[arg(long, help_heading = "Keys")]
    pub(super) require_kid: bool,
    /// Accept only these algorithms (default: what the key permits)
    #[arg(long, value_name = "ALG", value_delimiter = ',', value_parser = sig_alg(), hide_possible_values = true, help_heading = "Keys")]
    pub(super) alg: Vec<SigAlg>,
    /// Trust the certificates in FILE (PEM or DER): the chain in the token's header (x5c) must lead to
    /// one of them, and its first certificate is for the key. Beside other sources of keys, both
    /// must agree. Extended key usage and revocation are not looked at
    #[arg(long, value_name = "FILE", conflicts_with = "secret", help_heading = "Keys", value_parser = not_empty::<FileSpec>())]
    pub(super) roots: Option<FileSpec>,
    /// The name that the certificate must be for, in its subjectAltName: a DNS name, an IP address
    /// or a URI
    #[arg(long, value_name = "NAME", requires = "roots", help_heading = "Keys", value_parser = NonEmptyStringValueParser::new())]
    pub(super) cert_name: Option<String>,
    /// Refuse tokens in JSON form of which only some signatures hold
    #[arg(long, help_heading = "Keys")]
    pub(super) require_all: bool,
    /// Accept keys that are shorter than their algorithm asks for
    #[arg(long, help_heading = "Keys")]
    pub(super) allow_weak_key: bool,

    /// The issuer; repeat to accept any of several
    #[arg(long, help_heading = "Claims", value_parser = NonEmptyStringValueParser::new())]
    pub(super) iss: Vec<String>,
    /// The audience that you are; repeat if you go by several names
    #[arg(long, help_heading = "Claims", value_parser = NonEmptyStringValueParser::new())]
    pub(super) aud: Vec<String>,
    /// The subject
    #[arg(long, help_heading = "Claims", value_parser = NonEmptyStringValueParser::new())]
    pub(super) sub: Option<String>,
    /// The media type in the header, such as at+jwt
    #[arg(long, help_heading = "Claims", value_parser = NonEmptyStringValueParser::new())]
    pub(super) typ: Option<String>,
    /// A claim that must be there: NAME, NAME=TEXT or NAME:=JSON, NAME may be a JSON Pointer
    #[arg(long, value_name = "CLAIM", help_heading = "Claims", value_parser = NonEmptyStringValueParser::new())]
    pub(super) require: Vec<String>,
    /// A claim that must match a pattern, such as sub=repo:owner/*; * stands for anything, and the
    /// pattern for the whole value
    #[arg(long = "match", value_name = "CLAIM=PATTERN", help_heading = "Claims", value_parser = NonEmptyStringValueParser::new())]
    pub(super) matching: Vec<String>,
    /// A claim that must have an element, or a word: NAME=TEXT or NAME:=JSON
    #[arg(long, value_name = "CLAIM=VALUE", help_heading = "Claims", value_parser = NonEmptyStringValueParser::new())]
    pub(super) contains: Vec<String>,
    /// A scope that must be granted
    #[arg(long, value_name = "SCOPE", help_heading = "Claims", value_parser = NonEmptyStringValueParser::new())]
    pub(super) scope: Vec<String>,
    /// How long ago it may have been issued
    #[arg(long, value_name = "DURATION", value_parser = max_age, allow_hyphen_values = true, help_heading = "Claims")]
    pub(super) max_age: Option<i64>,
    /// How long it must still be valid
    #[arg(long, value_name = "DURATION", value_parser = max_age, allow_hyphen_values = true, help_heading = "Claims")]
    pub(super) min_ttl: Option<i64>,
    /// How much clocks may differ, at most a day
    #[arg(long, value_name = "DURATION", value_parser = leeway, allow_hyphen_values = true, default_value = "60s", help_heading = "Claims")]
    pub(super) leeway: i64,
    /// Claims that may be absent and are checked if present
    #[arg(
        long,
        value_name = "CLAIM",
        value_delimiter = ',',
        help_heading = "Claims"
    )]
    pub(super) optional: Vec<Optional>,
    /// Checks not to make at all
    #[arg(
        long,
        value_name = "CHECK",
        value_delimiter = ',',
        help_heading = "Claims"
    )]
    pub(super) skip: Vec<Skip>,

    #[command(flatten)]
    pub(super) network: Network,

    /// Print the payload of a valid token as it was signed, not the report; of an SD-JWT the claims
    /// with what was disclosed in its place
    #[arg(long, conflicts_with_all = ["json", "claim"], help_heading = "Output")]
    pub(super) payload: bool,
    /// Print one claim of a valid token, instead of the report: a name or a JSON Pointer
    #[arg(long, value_name = "NAME", conflicts_with = "json", help_heading = "Output", value_parser = NonEmptyStringValueParser::new())]
    pub(super) claim: Option<String>,

    /// Verify a signature over any bytes; no claims are judged
    #[arg(long, conflicts_with_all = CLAIM_FLAGS, help_heading = "Not a JWT")]
    pub(super) raw: bool,
    /// Verify a detached signature over the bytes of FILE (or -); no claims are judged
    #[arg(long, value_name = "FILE", conflicts_with_all = ["raw", "batch"], conflicts_with_all = CLAIM_FLAGS, help_heading = "Not a JWT")]
    pub(super) detached: Option<FileSpec>,

    /// Refuse tokens whose session (jti) is not live in this Redis, which is asked last and not
    /// changed; implies --optional exp, save under --policy. redis://HOST:PORT/DB, rediss://…,
    /// unix:///PATH, or env:NAME for a variable that holds the URL
    #[arg(long, value_name = "URL", conflicts_with_all = ["raw", "detached"], help_heading = "Redis")]
    pub(super) session: Option<RedisUrl>,
    /// What the keys of sessions begin with
    #[arg(long, value_name = "PREFIX", default_value = DEFAULT_KEYSPACE, requires = "session", help_heading = "Redis")]
    pub(super) keyspace: String,
    #[command(flatten)]
    pub(super) login: RedisLogin,

    /// Accept base64url with padding, which RFC 7515 forbids and AWS's load balancers write
    #[arg(long, conflicts_with_all = ["raw", "detached"], help_heading = None::<&str>)]
    pub(super) allow_padding: bool,
    /// Take the token of this name out of a longer text: a JSON document, a cookie line, a URL
    #[arg(long, value_name = "NAME", conflicts_with = "batch", help_heading = None::<&str>, value_parser = NonEmptyStringValueParser::new())]
    pub(super) pick: Option<String>,
    /// Refuse tokens of more bytes
    #[arg(long, value_name = "BYTES", default_value_t = MAX_TOKEN as u64, help_heading = None::<&str>)]
    pub(super) max_size: u64,
}

/// What makes no sense when the signature is over bytes rather than claims. Left unsaid, it would
/// pass for checked.
const CLAIM_FLAGS: [&str; 16] = [
    "profile", "jkt", "iss", "aud", "sub", "typ", "require", "matching", "contains", "scope",
    "max_age", "min_ttl", "leeway", "optional", "skip", "claim",
];

impl Args {
    /// Whether the answer asked for is a bare value, so that JSON can only have been meant for
    /// others.
    pub fn is_bare(&self) -> bool {
        self.payload || self.claim.is_some()
    }

    /// Where the payload is, unless it is detached.
    pub(super) fn form(&self) -> Form<'static> {
        match (self.raw, self.allow_padding) {
            (true, _) => Form::Raw,
            (false, true) => Form::PaddedJwt,
            (false, false) => Form::Jwt,
        }
    }
}

/// The answers of a batch that are written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Only {
    /// Those about valid tokens
    Valid,
    /// Those about all others
    Invalid,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Optional {
    Exp,
    Aud,
}

impl Optional {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Exp => "exp",
            Self::Aud => "aud",
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Skip {
    Exp,
    Nbf,
    Iat,
    Iss,
    Aud,
    Typ,
}

impl From<Skip> for Skippable {
    fn from(skip: Skip) -> Self {
        match skip {
            Skip::Exp => Self::Exp,
            Skip::Nbf => Self::Nbf,
            Skip::Iat => Self::Iat,
            Skip::Iss => Self::Iss,
            Skip::Aud => Self::Aud,
            Skip::Typ => Self::Typ,
        }
    }
}

fn max_age(text: &str) -> Result<i64, String> {
    match duration(text).map_err(|error| error.to_string())? {
        seconds @ 0.. => Ok(seconds),
        _ => Err("an age is not negative".into()),
    }
}

fn leeway(text: &str) -> Result<i64, String> {
    match duration(text).map_err(|error| error.to_string())? {
        seconds @ 0..=MAX_LEEWAY => Ok(seconds),
        _ => Err("at most one day, and not negative".into()),
    }
}
impl Show {
    pub(super) fn asked(args: &Args) -> Self {
        match (args.payload, &args.claim) {
            (true, _) => Self::Payload,
            (false, Some(_)) => Self::Nothing,
            (false, None) => Self::Report,
        }
    }
}

const _: () = assert!(DEFAULT_LEEWAY == 60, "the default of --leeway says 60s");
