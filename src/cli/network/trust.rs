//! The settings that decide whom a connection trusts and which credentials it sends, all in one
//! place, since cache entries are kept under them (the trust context).

use std::path::PathBuf;

use jwtctl::core::address::Address;
use jwtctl::core::cache::TrustContext;
use jwtctl::core::secret::Secret;
use reqwest::header::HeaderMap;

use super::super::input::variable_bytes;
use super::proxy::proxy;

/// The variables by which the system's roots are replaced.
const ROOT_VARIABLES: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

/// What the operator configured for connections.
#[derive(Default)]
pub struct Settings {
    /// The roots to trust instead of the system's, in PEM.
    pub roots: Option<Vec<u8>>,
    /// A client certificate and its key, in PEM.
    pub identity: Option<Secret>,
    /// Headers for the server that the operator named, and for no other.
    pub headers: HeaderMap,
    /// The server that the operator named.
    pub home: Option<Address>,
}

impl Settings {
    /// The headers that `address` is sent.
    pub fn headers_for(&self, address: &Address) -> Option<&HeaderMap> {
        let theirs = self
            .home
            .as_ref()
            .is_some_and(|home| home.is_same_origin(address));
        (theirs && !self.headers.is_empty()).then_some(&self.headers)
    }

    /// The trust context of requests to `address`. A new setting of connections must be added here
    /// too.
    pub fn context(&self, address: &Address) -> TrustContext {
        let mut parts: Vec<(&str, Vec<u8>)> = Vec::new();
        if address.is_https() {
            match &self.roots {
                Some(roots) => parts.push(("roots", roots.clone())),
                None => parts.extend(ROOT_VARIABLES.iter().filter_map(|it| named_roots(it))),
            }
            if let Some(identity) = &self.identity {
                parts.push(("identity", identity.expose().to_vec()));
            }
        }
        if let Some(headers) = self.headers_for(address) {
            parts.push(("headers", lines(headers)));
        }
        if let Some(proxy) = proxy(address) {
            parts.push(("proxy", proxy.uri().to_string().into_bytes()));
            if let Some(login) = proxy.basic_auth() {
                parts.push(("proxy-login", login.as_bytes().to_vec()));
            }
        }
        let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, it)| (*name, &**it)).collect();
        TrustContext::of(&parts)
    }
}

fn lines(headers: &HeaderMap) -> Vec<u8> {
    let line = |(name, value): (&reqwest::header::HeaderName, &reqwest::header::HeaderValue)| {
        [name.as_str().as_bytes(), b":", value.as_bytes(), b"\n"].concat()
    };
    headers.iter().flat_map(line).collect()
}

/// The roots that a variable names: the paths, and a mark of their content. For a file that is its
/// content, for a directory the names, sizes and modification times of its files.
fn named_roots(variable_name: &'static str) -> Option<(&'static str, Vec<u8>)> {
    let value = variable_bytes(variable_name)?;
    // The library that loads them splits a list of directories and takes a file whole.
    let paths: Vec<PathBuf> = match variable_name {
        "SSL_CERT_DIR" => std::env::split_paths(&value).collect(),
        _ => vec![PathBuf::from(&value)],
    };
    let mut found = value.into_encoded_bytes();
    found.push(0);
    for path in paths {
        match std::fs::read_dir(&path) {
            Ok(files) => {
                let mut names: Vec<String> = files
                    .flatten()
                    .map(|file| {
                        let metadata = std::fs::metadata(file.path()).ok();
                        let size = metadata.as_ref().map(std::fs::Metadata::len);
                        let changed = metadata.and_then(|it| it.modified().ok());
                        format!("{:?} {size:?} {changed:?}\n", file.file_name())
                    })
                    .collect();
                names.sort_unstable();
                found.extend(names.concat().into_bytes());
            }
            Err(_) => found.extend(std::fs::read(&path).unwrap_or_default()),
        }
    }
    Some((variable_name, found))
}
