//! `jwtctl serve`: [`jwtctl::core::issuer`] on a socket.

mod answer;
mod exec;
mod listen;
mod log;
mod ready;
mod setup;
#[cfg_attr(windows, path = "system_windows.rs")]
mod system;
mod tls;

use clap::builder::NonEmptyStringValueParser;
use std::cell::RefCell;
use std::ffi::OsString;
use std::process::ExitCode;
use std::rc::Rc;

use jwtctl::core::alg::SigAlg;
use jwtctl::core::env::Env;
use jwtctl::core::error::{Code, Error};
use jwtctl::core::issuer::{Fault, IssuerState, fault_names};

use super::Context;
use super::clock::SystemClock;
use super::input::{Choice, ClientSpec, FileSpec, Spec, duration, sig_alg};
use super::output::Ended;

/// Run a local issuer: OpenID Connect and OAuth 2.0 for tests
///
/// It serves discovery, a key set, tokens (client credentials, codes with PKCE, refresh), userinfo
/// and introspection on this machine, with real keys, and logs every user in at once. Paths such as
/// /NAME/.well-known/openid-configuration are issuers of their own. Faults make it fail the way
/// issuers do.
///
/// With --exec it runs a command, tells it where the issuer is (OIDC_ISSUER, JWKS_URI,
/// TOKEN_ENDPOINT), stops with it and returns its exit code.
#[derive(clap::Args)]
pub struct Args {
    /// Where to listen; port 0 takes any free one (default: 127.0.0.1:8080, with --exec
    /// 127.0.0.1:0)
    #[arg(long, value_name = "ADDRESS", help_heading = "Address")]
    listen: Option<String>,
    /// The issuer's own address, as tokens name it (default: where it listens)
    #[arg(long, value_name = "URL", help_heading = "Address", value_parser = NonEmptyStringValueParser::new())]
    issuer: Option<String>,
    /// Where the key set is
    #[arg(
        long,
        value_name = "PATH",
        default_value = "/jwks",
        help_heading = "Address"
    )]
    jwks_path: String,
    /// Serve https, with a certificate made for this run
    #[arg(long, help_heading = "Address")]
    tls: bool,
    /// Write that certificate to FILE, for clients to trust
    #[arg(long, value_name = "FILE", requires = "tls", help_heading = "Address")]
    tls_cert: Option<String>,
    /// Answer to this name in the Host header as well
    #[arg(long, value_name = "NAME", help_heading = "Address")]
    allow_host: Vec<String>,
    /// Let web pages of this origin use it
    #[arg(long, value_name = "ORIGIN", help_heading = "Address")]
    cors: Vec<String>,

    /// Sign with this private key: PATH, -, env:NAME, fd:N or store:KID, and publish the rest of
    /// its set; store: is the keystore with its rotations (default: the keystore that --store
    /// names, or else a fresh key)
    #[arg(long, value_name = "KEYSPEC", help_heading = "Keys and tokens")]
    key: Option<Spec>,
    /// The algorithm (default: the key's own, of a fresh key ES256)
    #[arg(long, value_parser = sig_alg(), hide_possible_values = true, help_heading = "Keys and tokens")]
    alg: Option<SigAlg>,
    /// Make the fresh keys from TEXT: the same each time, marked as test keys, and no secret
    #[arg(
        long,
        value_name = "TEXT",
        conflicts_with = "key",
        help_heading = "Keys and tokens"
    )]
    seed: Option<String>,
    /// How long tokens are valid
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "15m", help_heading = "Keys and tokens")]
    ttl: i64,
    /// Claims of every token, from a JSON file, or - for stdin
    #[arg(long, value_name = "FILE", help_heading = "Keys and tokens")]
    claims: Option<FileSpec>,
    /// The media type of access tokens, such as at+jwt
    #[arg(long, default_value = "JWT", help_heading = "Keys and tokens")]
    typ: String,
    /// The kind of access tokens: at+jwt, which verify --profile at+jwt accepts (RFC 9068)
    #[arg(long, value_name = "PROFILE", value_parser = ["at+jwt"], conflicts_with = "typ", help_heading = "Keys and tokens")]
    profile: Option<String>,

    /// Serve this client alone, with the secret in KEYSPEC if it has one; repeat for several
    /// (default: any client)
    #[arg(long, value_name = "ID[:KEYSPEC]", help_heading = "Clients")]
    client: Vec<ClientSpec>,
    /// Redirect there as well, besides addresses of this machine
    #[arg(long, value_name = "URI", help_heading = "Clients")]
    redirect_uri: Vec<String>,

    /// Fail on purpose: NAME[=VALUE][@ENDPOINT][*TIMES]; see --list-faults
    #[arg(long, value_name = "SPEC", value_parser = fault(), hide_possible_values = true, help_heading = "Faults")]
    fault: Vec<Fault>,
    /// List the faults and exit
    #[arg(long, help_heading = "Faults")]
    list_faults: bool,

    /// When it answers, write where it is, and the admin secret, to FILE (mode 0600)
    #[arg(long, value_name = "FILE", help_heading = "Running")]
    ready_file: Option<String>,
    /// Run the command behind -- and stop with it
    #[arg(long, requires = "command", help_heading = "Running")]
    exec: bool,
    /// The command, and its arguments
    #[arg(
        last = true,
        value_name = "CMD",
        requires = "exec",
        help_heading = "Running"
    )]
    command: Vec<OsString>,
}

fn fault() -> Choice<Fault> {
    Choice::new(str::parse, || fault_names().collect())
}

/// The issuer and what its requests need.
struct Server {
    state: RefCell<IssuerState>,
    log: log::Log,
    clock: SystemClock,
    /// Seconds by which `--now` is ahead of the machine's clock.
    ahead_s: i64,
}

impl Server {
    fn env(&self) -> Env<'_> {
        Env {
            now: SystemClock::real().plus(self.ahead_s),
            random: &super::fill_random,
            clock: &self.clock,
        }
    }
}

pub fn run(args: Args, context: &mut Context<'_>) -> ExitCode {
    if args.list_faults {
        return context.output.emit(&ready::FaultList::new());
    }
    match serve(args, context) {
        Ok(ended) => context.output.ended(ended),
        Err(error) => context.output.fail(&error),
    }
}

fn serve(args: Args, context: &Context<'_>) -> Result<Ended, Error> {
    // Measured before the prompt for a passphrase, which takes time. A difference of one second is
    // the start of the process, not `--now`.
    let ahead_s = context.env.now.since(SystemClock::real());
    let ahead_s = if ahead_s.abs() > 1 { ahead_s } else { 0 };
    let place = setup::place(&args)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|e| Error::io("the event loop", &e))?;
    if let Some(path) = &args.ready_file {
        ready::clear(path)?;
    }
    system::raise_limit();
    let listener = {
        let _entered = runtime.enter();
        listen::bind(place.address)?
    };
    let bound = listener
        .local_addr()
        .map_err(|e| Error::io(place.address.to_string(), &e))?;
    let settings = setup::settings(&args, &place, bound, context)?;
    let tls = if args.tls {
        Some(tls::make(&settings.hosts, args.tls_cert.as_deref())?)
    } else {
        None
    };
    let mut state = IssuerState::new(settings, setup::keys(&args, context)?, args.fault.clone());
    let ring = state
        .ring(&context.env)
        .map_err(|why| Error::input(Code::BadKey, "--alg", why))?;
    setup::warn(&args, &place, context);
    let ready = ready::Ready::new(state.settings(), &ring, bound, args.tls);
    let server = Rc::new(Server {
        state: RefCell::new(state),
        log: log::Log::start(&context.output),
        clock: SystemClock::new(),
        ahead_s,
    });
    let ended = tokio::task::LocalSet::new().block_on(&runtime, async {
        let mut signals = system::Signals::new()?;
        let accepting = listen::accept(listener, tls, Rc::clone(&server));
        ready::announce(&ready, &args, &server, context)?;
        let until = async {
            match args.command.split_first().filter(|_| args.exec) {
                Some((program, rest)) => exec::run(program, rest, &ready, signals).await,
                None => Ok(Ended::Signal(signals.next().await)),
            }
        };
        let ended = until.await;
        accepting.stop().await;
        ended
    });
    if let Some(path) = &args.ready_file {
        ready::clear(path)?;
    }
    server.log.finish();
    ended
}
