//! What jwtctl knows, one noun a file, in layers: a module imports only from its own layer's
//! earlier lines and from the layers above it (`tests/layers.rs` holds us to that; a blank line
//! keeps an order that rustfmt would undo).

// 1 values
pub mod guard;
pub mod limits;

pub mod hint;
pub mod json;

pub mod error;
pub mod secret;
pub mod time;
#[cfg(any(feature = "cli", feature = "redis"))]
pub mod tls;

pub mod env;

// 2 rules
pub mod address;
pub mod alg;
pub mod header;

// 3 keys
pub mod key;

pub mod certificate;
pub mod profile;

pub mod claims;

// 4 formats: bytes in, bytes out
pub mod jwe;
pub mod jwks;

pub mod diff;
pub mod jws;
pub mod lint;
pub mod sd_jwt;

// 5 storage
#[cfg(windows)]
pub mod access_list;
#[cfg(unix)]
pub mod owner;

pub mod private_dir;

pub mod cache;
pub mod files;
pub mod redis;
pub mod seal;
pub mod session;
pub mod shared;

pub mod better_auth;

pub mod keyfile;
pub mod keystore;

// 6 operations
pub mod remote;
pub mod token;

// 7 service
pub mod issuer;
