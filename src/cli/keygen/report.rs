//! What `keygen` answers: the new key and where it went, or the algorithms.

use std::io;

use jwtctl::core::json::{Json, Object};
use jwtctl::core::key::{self, Key};
use jwtctl::core::keystore::State;
use jwtctl::core::secret::Secret;
use serde::Serialize;

use super::super::output::{Page, Report, Role};
use super::Args;
use super::alg::Alg;

/// What `keygen` did.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Made {
    Key(Box<NewKey>),
    List { algs: Vec<&'static str> },
}

/// A new key, and where it went.
#[derive(Serialize)]
pub struct NewKey {
    pub(super) kid: String,
    pub(super) alg: &'static str,
    pub(super) kty: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) thumbprint: Option<String>,
    pub(super) public_jwk: Object,
    pub(super) stored: &'static str,
    pub(super) encrypted: bool,
    /// In the keystore: `current` or `next`, and from when on it signs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) state: Option<State>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) activates_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) public_file: Option<String>,
    /// With `--json --out -`: the private key, which would otherwise be a second document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) private: Option<Json>,
    /// With `--json --out - --sql`: the statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sql: Option<String>,
    #[serde(skip)]
    pub(super) stdout: Option<Secret>,
}

impl NewKey {
    /// A key that went to `stored`, with nothing yet that only one of the places has.
    pub fn new(
        key: &Key,
        alg: Alg,
        stored: &'static str,
        encrypted: bool,
        args: &Args,
        stdout: Option<Secret>,
    ) -> Self {
        Self {
            kid: key.kid.clone().unwrap_or_default(),
            alg: alg.name(),
            kty: key.kty().as_str(),
            thumbprint: key.public().map(|public| public.thumbprint()),
            public_jwk: key
                .public()
                .map(|public| public.public_jwk())
                .unwrap_or_default(),
            stored,
            encrypted,
            state: None,
            activates_at: None,
            file: None,
            public_file: args.public_out.clone().filter(|path| path != "-"),
            private: None,
            sql: None,
            stdout,
        }
    }
}

/// A private key as a JSON value: JSON as it is, anything else as text.
pub fn in_json(private: &Secret) -> Json {
    match private.expose_str() {
        Some(text) => Json::parse(text.as_bytes()).unwrap_or_else(|_| Json::from(text.trim_end())),
        None => Json::from(key::encode(private.expose()).as_str()),
    }
}

impl Report for Made {
    const SCHEMA: &'static str = "jwtctl.keygen/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        let made = match self {
            Self::Key(made) => made,
            Self::List { algs } => {
                return algs.iter().try_for_each(|alg| page.line(Role::Plain, alg));
            }
        };
        if let Some(bytes) = &made.stdout {
            return page.bytes(bytes.expose());
        }
        let how = if made.encrypted {
            "encrypted"
        } else {
            "NOT ENCRYPTED"
        };
        page.line(Role::Plain, &format!("kid      {}", made.kid))?;
        page.line(Role::Plain, &format!("alg      {}", made.alg))?;
        if let Some(state) = made.state {
            page.line(Role::Plain, &format!("state    {}", state.as_str()))?;
        }
        if let Some(file) = &made.file {
            let place = if made.state.is_some() {
                "store  "
            } else {
                "private"
            };
            page.line(Role::Plain, &format!("{place}  {file} ({how})"))?;
        }
        match &made.public_file {
            Some(file) => page.line(Role::Plain, &format!("public   {file}")),
            None => Ok(()),
        }
    }
}
