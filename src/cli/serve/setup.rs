//! From arguments to an issuer: its address, its name, its clients and its keys.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use jwtctl::core::alg::SigAlg;
use jwtctl::core::error::{Code, Error};
use jwtctl::core::files::MAX_FILE;
use jwtctl::core::issuer::{
    Client, Fixed, Fresh, KeySource, SettingNames, Settings, SigningKey, Stored, uri,
};
use jwtctl::core::json::{Json, Object};
use jwtctl::core::key::{Job, Key, encode};
use jwtctl::core::secret::Secret;

use super::super::Context;
use super::super::input::{ClientSpec, FileSpec, signing_row};
use super::Args;

/// The port unless told otherwise.
const PORT: u16 = 8080;

/// The algorithm of new keys, one that every client knows.
const ALG: SigAlg = SigAlg::Es256;

/// Where to listen.
pub struct Place {
    pub address: SocketAddr,
    /// The host as it was written.
    host: String,
    /// Whether other machines cannot reach it.
    pub local: bool,
}

/// Reads `--listen`. If other machines can reach that address, refuses arguments that are safe on
/// this machine only.
pub fn place(args: &Args) -> Result<Place, Error> {
    let place = match &args.listen {
        None => {
            let port = if args.exec { 0 } else { PORT };
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            Place {
                address,
                host: Ipv4Addr::LOCALHOST.to_string(),
                local: true,
            }
        }
        Some(text) => read_place(text)?,
    };
    if place.local {
        return Ok(place);
    }
    let refuse = |what: &str, why: &str| {
        Err(Error::usage(
            what,
            format!("{why}; other machines can reach {}", place.address),
        ))
    };
    if args.seed.is_some() {
        return refuse("--seed", "everybody can make these keys");
    }
    if !args.fault.is_empty() {
        return refuse("--fault", "faults are for tests on this machine");
    }
    if args.issuer.is_none() {
        return refuse("--listen", "an issuer there needs a name: --issuer URL");
    }
    if args.client.is_empty() || args.client.iter().any(|client| client.secret.is_none()) {
        return refuse(
            "--client",
            "everybody would get tokens: name clients, each with a secret (--client ID:KEYSPEC)",
        );
    }
    Ok(place)
}

fn read_place(text: &str) -> Result<Place, Error> {
    let bad = || {
        let error = Error::usage(format!("--listen {text}"), "is not an address and port");
        error.hint("write 127.0.0.1:8080, localhost:0 or [::1]:8080")
    };
    let (host, port) = text.rsplit_once(':').ok_or_else(bad)?;
    let port: u16 = port.parse().map_err(|_| bad())?;
    // Names are not looked up: that a resolver answers with an address of this machine today does
    // not mean that it always will.
    let ip = match host {
        "localhost" => IpAddr::V4(Ipv4Addr::LOCALHOST),
        _ => host
            .strip_prefix('[')
            .and_then(|it| it.strip_suffix(']'))
            .unwrap_or(host)
            .parse()
            .map_err(|_| bad())?,
    };
    let address = SocketAddr::new(ip, port);
    Ok(Place {
        address,
        host: host.to_owned(),
        local: uri::is_local(address),
    })
}

/// The settings of the issuer, once its port is known.
pub fn settings(
    args: &Args,
    place: &Place,
    bound: SocketAddr,
    context: &Context<'_>,
) -> Result<Settings, Error> {
    let scheme = if args.tls { "https" } else { "http" };
    let own = || format!("{scheme}://{}:{}", place.host, bound.port());
    let mut settings = Settings::new(args.issuer.clone().unwrap_or_else(own))
        .map_err(|why| Error::usage("--issuer", why))?;
    settings.jwks_path = jwks_path(&args.jwks_path)?;
    settings.ttl = match args.ttl {
        1.. => args.ttl,
        _ => {
            return Err(Error::usage("--ttl", "must be longer than nothing")
                .hint("for tokens that have expired: --fault expired"));
        }
    };
    settings.typ = args.profile.as_ref().unwrap_or(&args.typ).clone();
    settings.claims = args
        .claims
        .as_ref()
        .map(|path| claims(path, context))
        .transpose()?
        .unwrap_or_default();
    for client in &args.client {
        settings
            .clients
            .push(read_client(client, &settings.clients, context)?);
    }
    settings.redirect_uris = args
        .redirect_uri
        .iter()
        .map(|it| redirect_uri(it))
        .collect::<Result<_, _>>()?;
    settings.names = SettingNames {
        hosts: "--allow-host",
        origins: "--cors",
    };
    settings.hosts = args
        .allow_host
        .iter()
        .map(|it| host(it))
        .collect::<Result<_, _>>()?;
    settings.origins = args
        .cors
        .iter()
        .map(|it| origin(it))
        .collect::<Result<_, _>>()?;
    settings.admin_secret = place
        .local
        .then(|| Secret::new(encode(&context.env.bytes::<32>()).into_bytes()));
    Ok(settings)
}

fn host(name: &str) -> Result<String, Error> {
    let host = uri::host(name).filter(|host| host.len() == name.len());
    let refused = || Error::usage(format!("--allow-host {name}"), "is not a host name");
    host.map(str::to_owned).ok_or_else(refused)
}

fn origin(text: &str) -> Result<String, Error> {
    let address = uri::parse(text).filter(|it| it.path.is_empty() && it.rest.is_empty());
    let refused = || {
        Error::usage(format!("--cors {text}"), "is not an origin")
            .hint("write http://localhost:3000")
    };
    address.map(|_| text.to_owned()).ok_or_else(refused)
}

fn jwks_path(path: &str) -> Result<String, Error> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let taken = [
        "/authorize",
        "/token",
        "/userinfo",
        "/introspect",
        "/healthz",
    ];
    let what = format!("--jwks-path {path}");
    if !path.starts_with('/') || path.len() < 2 || !path.bytes().all(plain) || path.contains("//") {
        return Err(
            Error::usage(what, "is not a path").hint("write /jwks or /.well-known/jwks.json")
        );
    }
    if taken.contains(&path) || path.starts_with("/.jwtctl/") {
        return Err(Error::usage(what, "is taken by another endpoint"));
    }
    Ok(path.to_owned())
}

/// Reads a redirect URI. It is written into a header as it is, so only characters of a URI are
/// allowed.
fn redirect_uri(text: &str) -> Result<String, Error> {
    let is_scheme = |scheme: &str| {
        !scheme.is_empty()
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    };
    let is_uri = text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}#".contains(&byte))
        && text
            .split_once(':')
            .is_some_and(|(scheme, rest)| is_scheme(scheme) && !rest.is_empty());
    match is_uri {
        true => Ok(text.to_owned()),
        false => Err(Error::usage(
            "--redirect-uri",
            format!("{text:?} is not an absolute URI without fragment"),
        )),
    }
}

fn claims(path: &FileSpec, context: &Context<'_>) -> Result<Object, Error> {
    let name = path.source_name();
    let bad = |why: String| Error::input(Code::BadInput, name, why);
    let json = Json::parse(context.inputs.document(path, MAX_FILE)?.expose())
        .map_err(|why| bad(format!("is not JSON: {why}")))?;
    if let Some(path) = json.duplicate() {
        return Err(bad(format!("has {path:?} twice")));
    }
    match json {
        Json::Object(claims) => Ok(claims),
        other => Err(bad(format!("is {}, not an object of claims", other.kind()))),
    }
}

fn read_client(
    spec: &ClientSpec,
    before: &[Client],
    context: &Context<'_>,
) -> Result<Client, Error> {
    let ClientSpec { id, secret } = spec;
    let read = |spec| context.inputs.secret_text(spec);
    let secret = secret.as_ref().map(read).transpose()?;
    if id.is_empty() {
        return Err(Error::usage("--client", "has no id before its \":\""));
    }
    if before.iter().any(|it| it.id == *id) {
        return Err(Error::usage("--client", format!("{id:?} is given twice")));
    }
    Ok(Client {
        id: id.clone(),
        secret,
    })
}

/// The keys that the issuer signs with.
pub fn keys(args: &Args, context: &Context<'_>) -> Result<Box<dyn KeySource>, Error> {
    // A keystore that the environment names holds real keys, so it is used only if the command line
    // names it.
    let wants_store = context.typed.has("store") && args.seed.is_none();
    let spec = match args.key.as_ref() {
        Some(spec) if spec.text() == "store:" => return stored(args, context),
        None if wants_store => return stored(args, context),
        None => {
            let fresh = Fresh::new(args.alg.unwrap_or(ALG), args.seed.clone());
            return Ok(Box::new(fresh.map_err(|why| Error::usage("--alg", why))?));
        }
        Some(spec) => spec,
    };
    let what = spec.source_name();
    let bad = |why: String| Error::input(Code::BadKey, what, why);
    let file = context.inputs.key_file(spec)?;
    let row = match &file.table {
        Some(table) => Some(
            signing_row(&file, table, None, args.alg, context.env.now, what)?
                .id
                .clone(),
        ),
        None => None,
    };
    let mut keys = file.published(context.env.now).keys;
    let can_sign = |key: &Arc<Key>| match args.alg {
        _ if row.is_some() => key.kid == row,
        Some(alg) => key.fit(alg, Job::Sign).is_ok(),
        None => key.is_private() && !key.algorithms(Job::Sign).is_empty(),
    };
    // A single key is tried anyway, as the error about it explains best why it cannot sign.
    let at = keys
        .iter()
        .position(can_sign)
        .or((keys.len() == 1).then_some(0));
    let signing = keys.remove(at.ok_or_else(|| bad("has no private key that could sign".into()))?);
    let label = signing.label();
    let signing = Arc::try_unwrap(signing).map_err(|_| bad("is in use".into()))?;
    let signing =
        SigningKey::new(signing, args.alg).map_err(|why| bad(format!("{label} {why}")))?;
    let others = keys
        .into_iter()
        .filter(|key| key.public().is_some())
        .collect();
    Ok(Box::new(Fixed::new(signing, others)))
}

/// The keystore, opened once so that a wrong passphrase shows now.
fn stored(args: &Args, context: &Context<'_>) -> Result<Box<dyn KeySource>, Error> {
    let store = context.inputs.store()?;
    // Checked before the passphrase is asked for, which would not be needed without a key.
    store.current(context.env.now)?;
    let passphrase = match store.is_encrypted() {
        Some(true) => Some(context.inputs.passphrase("the keystore")?),
        _ => None,
    };
    let mut stored = Stored::new(store.path().to_owned(), passphrase, args.alg);
    stored.look(context.env.now)?;
    context.output.note(&format!(
        "tokens are signed with the keys of {}",
        store.path().display()
    ));
    Ok(Box::new(stored))
}

/// Warns that keys from a seed are not secret, and that other machines can reach the issuer.
pub fn warn(args: &Args, place: &Place, context: &Context<'_>) {
    if args.seed.is_some() {
        context.output.warn("keys from --seed are the same for everybody who knows it: never trust them outside of tests");
    }
    if !place.local {
        context.output.warn(&format!(
            "other machines can reach {}: whoever has a client's secret gets tokens",
            place.address
        ));
    }
}
