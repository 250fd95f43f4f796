//! Announcing that the issuer answers, and its URLs.

use std::io;
use std::net::SocketAddr;
use std::path::Path;

use jwtctl::core::error::{Code, Error};
use jwtctl::core::files::{self, Access};
use jwtctl::core::issuer::{Ring, Settings, fault_names};
use serde::Serialize;

use super::super::Context;
use super::super::output::{Page, Report, Role};
use super::{Args, Server};

/// Where the issuer is.
#[derive(Serialize)]
pub struct Ready {
    /// Its name.
    pub issuer: String,
    /// The key set.
    pub jwks_uri: String,
    /// Where tokens come from.
    pub token_endpoint: String,
    authorization_endpoint: String,
    admin_url: Option<String>,
    listening_on: String,
    alg: &'static str,
    kid: Option<String>,
    pid: u32,
}

impl Ready {
    /// The fields of the announcement.
    pub fn new(settings: &Settings, ring: &Ring, bound: SocketAddr, tls: bool) -> Self {
        // The name of the issuer may lead to another machine, such as a proxy; the admin endpoint
        // is always on this one.
        let scheme = if tls { "https" } else { "http" };
        Self {
            issuer: settings.issuer.clone(),
            jwks_uri: settings.endpoint(&settings.jwks_path),
            token_endpoint: settings.endpoint("/token"),
            authorization_endpoint: settings.endpoint("/authorize"),
            admin_url: settings
                .admin_secret
                .as_ref()
                .map(|_| format!("{scheme}://{bound}/.jwtctl/")),
            listening_on: bound.to_string(),
            alg: ring.signing.alg.as_str(),
            kid: ring.signing.key.kid.clone(),
            pid: std::process::id(),
        }
    }
}

/// [`Ready`] with the admin secret, for a file that only its owner can read.
#[derive(Serialize)]
struct ReadyFile<'a> {
    schema: &'static str,
    #[serde(flatten)]
    ready: &'a Ready,
    #[serde(skip_serializing_if = "Option::is_none")]
    admin_secret: Option<&'a str>,
}

/// Announces that the issuer answers: in the ready file, and on stdout unless `--exec` runs a
/// command, which stdout belongs to then.
pub fn announce(
    ready: &Ready,
    args: &Args,
    server: &Server,
    context: &Context<'_>,
) -> Result<(), Error> {
    let state = server.state.borrow();
    let secret = state
        .settings()
        .admin_secret
        .as_ref()
        .and_then(|secret| secret.expose_str());
    match (&args.ready_file, secret, &ready.admin_url) {
        (Some(path), admin_secret, _) => {
            let file = ReadyFile {
                schema: Ready::SCHEMA,
                ready,
                admin_secret,
            };
            let text = serde_json::to_string(&file).map_err(|e| Error::io(path, &e.into()))?;
            files::write(
                Path::new(path),
                format!("{text}\n").as_bytes(),
                Access::Private,
                true,
            )?;
        }
        (None, Some(secret), Some(url)) if !args.exec => {
            context.output.note(&format!(
                "faults while it runs: PUT {url}faults, Authorization: Bearer {secret}"
            ));
        }
        _ => {}
    }
    if !args.exec {
        context.output.emit(ready);
    }
    Ok(())
}

/// Removes the ready file of this run or an earlier one: if it exists, the issuer is ready.
pub fn clear(path: &str) -> Result<(), Error> {
    let file = Path::new(path);
    if file.symlink_metadata().is_err() {
        return Ok(());
    }
    let is_ours = files::read(file, 64 * 1024).is_ok_and(|text| {
        text.expose_str()
            .is_some_and(|text| text.starts_with(&format!("{{\"schema\":{:?}", Ready::SCHEMA)))
    });
    if !is_ours {
        let why = "exists, and is not the ready file of an earlier run".to_owned();
        return Err(Error::Io {
            code: Code::WouldOverwrite,
            path: path.into(),
            why,
            hints: Vec::new(),
        });
    }
    std::fs::remove_file(file).map_err(|e| Error::io(path, &e))
}

impl Report for Ready {
    const SCHEMA: &'static str = "jwtctl.serve/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        page.line(Role::Plain, &format!("issuer  {}", self.issuer))?;
        page.line(Role::Plain, &format!("jwks    {}", self.jwks_uri))?;
        page.line(Role::Plain, &format!("token   {}", self.token_endpoint))
    }
}

/// The names of the faults.
#[derive(Serialize)]
pub struct FaultList {
    faults: Vec<&'static str>,
}

impl FaultList {
    /// All of them.
    pub fn new() -> Self {
        Self {
            faults: fault_names().collect(),
        }
    }
}

impl Report for FaultList {
    const SCHEMA: &'static str = "jwtctl.serve-faults/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        self.faults
            .iter()
            .try_for_each(|name| page.line(Role::Plain, name))
    }
}
