//! A local issuer as a function: [`respond`] takes a request and gives the response. It speaks
//! enough of OAuth 2.0 (RFC 6749, 7636, 7662, 8414, 9068, 9207) and OpenID Connect for real
//! clients, signs with real keys, and fails on demand. It asks no user for a password, so it is for
//! tests and for one's own machine. The caller listens on a socket and moves the bytes.

mod admin;
mod authorize;
mod clients;
mod discovery;
mod error;
mod fault;
mod grants;
mod guard;
mod http;
mod keys;
mod mint;
mod resource;
mod stored;
mod token;
pub mod uri;

pub use clients::Client;
pub use error::IssuerError;
pub use fault::{Fault, names as fault_names};
pub use http::{Delivery, Request, Response};
pub use keys::{Fixed, Fresh, KeySource, Ring, SigningKey};
pub use stored::Stored;

use std::collections::HashMap;
use std::sync::Arc;

use super::env::Env;
use super::json::Object;
use super::secret::Secret;
use fault::{Active, FaultKind, Faults};
use grants::Grants;
use http::Refusal;

/// The most tenants that can have new keys at the same time.
const MAX_ISSUERS: usize = 32;

/// Characters of the first path segment that names an issuer.
const MAX_TENANT: usize = 64;

/// Where the key set is unless told otherwise.
pub const JWKS_PATH: &str = "/jwks";

/// Seconds that tokens live unless told otherwise.
pub const DEFAULT_TTL: i64 = 15 * 60;

/// The `sub` of the user unless told otherwise.
const SUBJECT: &str = "user";

/// What the issuer is and whom it serves.
#[derive(Debug)]
pub struct Settings {
    /// Its own address, which is what `iss` says.
    pub issuer: String,
    /// Where below that the key set is.
    pub jwks_path: String,
    /// Seconds that tokens live.
    pub ttl: i64,
    /// The `typ` of access tokens.
    pub typ: String,
    /// Claims of every access token; those about the user are also in ID tokens and at
    /// `/userinfo`.
    pub claims: Object,
    /// The registered clients. If there are none, every client is accepted.
    pub clients: Vec<Client>,
    /// Where browsers may be sent besides this machine.
    pub redirect_uris: Vec<String>,
    /// Names that it may be addressed by besides those of this machine.
    pub hosts: Vec<String>,
    /// Origins whose web pages may use it.
    pub origins: Vec<String>,
    /// The secret for `/.jwtctl/`, which does not exist without one.
    pub admin_secret: Option<Secret>,
    /// The names of two of these settings in refusals.
    pub names: SettingNames,
}

/// The names, in refusals, of the settings that admit other hosts and other origins.
#[derive(Clone, Copy, Debug)]
pub struct SettingNames {
    /// The name of [`Settings::hosts`].
    pub hosts: &'static str,
    /// The name of [`Settings::origins`].
    pub origins: &'static str,
}

impl Settings {
    /// The settings of an issuer at that address, with the default for everything else.
    ///
    /// # Errors
    /// [`IssuerError::Address`] when an issuer may not have that address: it must be `http` or
    /// `https`, without a
    /// query.
    pub fn new(issuer: String) -> Result<Self, IssuerError> {
        let address = uri::parse(&issuer).filter(|it| it.rest.is_empty());
        let address = address.ok_or(IssuerError::Address)?;
        let hosts = uri::host(address.authority)
            .map(String::from)
            .into_iter()
            .collect();
        Ok(Self {
            hosts,
            issuer,
            jwks_path: JWKS_PATH.into(),
            ttl: DEFAULT_TTL,
            typ: "JWT".into(),
            claims: Object::default(),
            clients: Vec::new(),
            redirect_uris: Vec::new(),
            origins: Vec::new(),
            admin_secret: None,
            names: SettingNames {
                hosts: "hosts",
                origins: "origins",
            },
        })
    }

    /// The address that those of the endpoints begin with.
    fn base(&self) -> &str {
        self.issuer.trim_end_matches('/')
    }

    /// The path of the issuer's address.
    fn path(&self) -> &str {
        uri::parse(&self.issuer)
            .map_or("", |it| it.path)
            .trim_end_matches('/')
    }

    fn subject(&self) -> &str {
        self.claims.text("sub").unwrap_or(SUBJECT)
    }

    /// The address of one of the endpoints.
    pub fn endpoint(&self, path: &str) -> String {
        format!("{}{path}", self.base())
    }
}

/// The issuer with all that it remembers.
pub struct IssuerState {
    settings: Settings,
    keys: Box<dyn KeySource>,
    faults: Faults,
    grants: Grants,
    /// Keys that only faults use, by issuer.
    spares: HashMap<Option<String>, Arc<SigningKey>>,
}

impl IssuerState {
    /// The state of an issuer at its start: no grants yet.
    pub fn new(settings: Settings, keys: Box<dyn KeySource>, faults: Vec<Fault>) -> Self {
        Self {
            settings,
            keys,
            faults: Faults(faults),
            grants: Grants::default(),
            spares: HashMap::new(),
        }
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The keys of the issuer itself. A caller asks for them at the start, so that problems with
    /// them show then.
    ///
    /// # Errors
    /// As [`KeySource::ring`].
    pub fn ring(&mut self, env: &Env<'_>) -> Result<Ring, IssuerError> {
        self.keys.ring(None, env)
    }

    /// A key that is not published, for faults that need one.
    fn spare(
        &mut self,
        issuer: &Tenant,
        ring: &Ring,
        active: &Active,
        env: &Env<'_>,
    ) -> Result<Option<Arc<SigningKey>>, IssuerError> {
        if ![FaultKind::Stale, FaultKind::Rotated, FaultKind::SameKid]
            .iter()
            .any(|kind| active.has(*kind))
        {
            return Ok(None);
        }
        if let Some(spare) = self.spares.get(&issuer.tenant) {
            return Ok(Some(Arc::clone(spare)));
        }
        let spare = Arc::new(keys::make(ring.signing.alg, None, env)?);
        self.spares
            .insert(issuer.tenant.clone(), Arc::clone(&spare));
        Ok(Some(spare))
    }
}

/// The issuer itself, or one of its tenants.
#[derive(Debug)]
struct Tenant {
    /// The first path segment of a tenant; `None` for the issuer itself.
    tenant: Option<String>,
    /// What `iss` says.
    name: String,
    /// What the addresses of its endpoints begin with.
    base: String,
}

/// The endpoint that a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Endpoint {
    Discovery,
    Jwks,
    Authorize,
    Token,
    Userinfo,
    Introspect,
    Health,
    Admin,
}

/// The endpoints that faults can be limited to.
const ENDPOINTS: [(&str, Endpoint); 6] = [
    ("discovery", Endpoint::Discovery),
    ("jwks", Endpoint::Jwks),
    ("authorize", Endpoint::Authorize),
    ("token", Endpoint::Token),
    ("userinfo", Endpoint::Userinfo),
    ("introspect", Endpoint::Introspect),
];

impl Endpoint {
    fn parse(text: &str) -> Result<Self, String> {
        let found = ENDPOINTS
            .iter()
            .find(|(name, _)| *name == text)
            .map(|(_, endpoint)| *endpoint);
        found.ok_or_else(|| {
            format!(
                "endpoints are {}",
                ENDPOINTS.map(|(name, _)| name).join(", ")
            )
        })
    }

    fn as_str(self) -> &'static str {
        ENDPOINTS
            .iter()
            .find(|(_, it)| *it == self)
            .map_or("", |(name, _)| name)
    }

    /// Whether faults that name no endpoint happen here. A test that has switched faults on must
    /// still reach the health check and the administration.
    fn can_fail(self) -> bool {
        !matches!(self, Self::Health | Self::Admin)
    }

    fn allows(self, method: &str) -> bool {
        match self {
            Self::Discovery | Self::Jwks | Self::Health => matches!(method, "GET" | "HEAD"),
            Self::Authorize | Self::Userinfo => matches!(method, "GET" | "HEAD" | "POST"),
            Self::Token => matches!(method, "GET" | "POST"),
            Self::Introspect => method == "POST",
            Self::Admin => true,
        }
    }
}

/// Answers one request. It never panics, whatever the request.
pub fn respond(state: &mut IssuerState, request: Request<'_>, env: &Env<'_>) -> Response {
    let response = match guard::check(&state.settings, &request) {
        Err(refusal) => refusal.into(),
        Ok(()) => match guard::preflight(&state.settings, &request) {
            Some(response) => response,
            None => route(state, &request, env),
        },
    };
    guard::label(&state.settings, &request, response)
}

fn route(state: &mut IssuerState, request: &Request<'_>, env: &Env<'_>) -> Response {
    let Some((endpoint, tenant)) = locate(&state.settings, request.path) else {
        return Refusal {
            status: 404,
            ..Refusal::new("not_found", "there is nothing here")
        }
        .into();
    };
    if !endpoint.allows(request.method) {
        return Refusal {
            status: 405,
            ..Refusal::new("invalid_request", "no such method here")
        }
        .into();
    }
    let base = state.settings.base();
    let issuer = match tenant {
        Some(tenant) => {
            let name = format!("{base}/{tenant}");
            Tenant {
                tenant: Some(tenant.to_owned()),
                base: name.clone(),
                name,
            }
        }
        None => Tenant {
            tenant: None,
            name: state.settings.issuer.clone(),
            base: base.to_owned(),
        },
    };
    let active = state.faults.strike(endpoint);
    let response = active.instead().unwrap_or_else(|| {
        let answer = match endpoint {
            Endpoint::Discovery => discovery::metadata(state, &issuer, request, env),
            Endpoint::Jwks => discovery::jwks(state, &issuer, request, &active, env),
            Endpoint::Authorize => authorize::authorize(state, &issuer, request, env),
            Endpoint::Token => token::token(state, &issuer, request, &active, env),
            Endpoint::Userinfo => resource::userinfo(state, &issuer, request, env),
            Endpoint::Introspect => resource::introspect(state, &issuer, request, env),
            Endpoint::Health => {
                Ok(Response::json(200, Object(vec![("status".into(), "ok".into())])).no_store())
            }
            Endpoint::Admin => {
                let what = request.path.strip_prefix(admin::PREFIX).unwrap_or_default();
                admin::admin(state, what, request, env)
            }
        };
        answer.unwrap_or_else(Response::from)
    });
    active.spoil(response)
}

/// The endpoint at `path`, and the first path segment of the issuer that it belongs to.
fn locate<'a>(settings: &Settings, path: &'a str) -> Option<(Endpoint, Option<&'a str>)> {
    if path == "/healthz" {
        return Some((Endpoint::Health, None));
    }
    if path.starts_with(admin::PREFIX) {
        return Some((Endpoint::Admin, None));
    }
    // RFC 8414 §3.1 puts the path of the issuer behind the well-known one.
    for well_known in WELL_KNOWN {
        if let Some(issuer) = path
            .strip_prefix(well_known)
            .filter(|issuer| issuer.starts_with('/'))
        {
            let below = issuer.strip_prefix(settings.path())?;
            if below.is_empty() {
                return Some((Endpoint::Discovery, None));
            }
            let tenant = below.strip_prefix('/').filter(|tenant| is_tenant(tenant))?;
            return Some((Endpoint::Discovery, Some(tenant)));
        }
    }
    let path = path.strip_prefix(settings.path())?;
    if let Some(endpoint) = at(settings, path) {
        return Some((endpoint, None));
    }
    let (tenant, below) = path.strip_prefix('/')?.split_once('/')?;
    let endpoint = at(settings, &path[path.len() - below.len() - 1..])?;
    is_tenant(tenant).then_some((endpoint, Some(tenant)))
}

const WELL_KNOWN: [&str; 2] = [
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
];

fn at(settings: &Settings, path: &str) -> Option<Endpoint> {
    if path == settings.jwks_path {
        return Some(Endpoint::Jwks);
    }
    match path {
        "/authorize" => Some(Endpoint::Authorize),
        "/token" => Some(Endpoint::Token),
        "/userinfo" => Some(Endpoint::Userinfo),
        "/introspect" => Some(Endpoint::Introspect),
        _ => WELL_KNOWN.contains(&path).then_some(Endpoint::Discovery),
    }
}

fn is_tenant(segment: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (1..=MAX_TENANT).contains(&segment.len())
        && segment.bytes().all(plain)
        && !segment.starts_with('.')
}

/// The refusal when keys cannot be used. The client has not caused it, so only the log says why.
fn unavailable(why: IssuerError) -> Refusal {
    let refusal = Refusal::new(
        "temporarily_unavailable",
        "there is no key to sign with; the issuer's log says why",
    );
    Refusal {
        status: 503,
        detail: Some(why.to_string()),
        ..refusal
    }
}

#[cfg(test)]
mod tests;
