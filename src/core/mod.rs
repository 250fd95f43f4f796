//! What jwtctl knows, one noun a file, in layers: a module imports only from its own layer's earlier lines and from the
//! layers above it (`tests/layers.rs` holds us to that).

// 1 values
pub mod env;
pub mod error;
pub mod json;
pub mod secret;
pub mod time;

// 2 rules
pub mod alg;
pub mod claims;
pub mod header;

// 3 keys
pub mod key;

// 4 formats: bytes in, bytes out
pub mod jwe;
pub mod jwks;
pub mod jws;

// 5 storage
pub mod files;
pub mod keyfile;
pub mod seal;

// 6 operations
pub mod token;
