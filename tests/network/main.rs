//! Remote key sets, through real processes and a real server: the cases of
//! `docs/cache.md`, by number. `--now` is the time of tokens; the cache's time is turned by making what it holds older.
//! No verdict depends on how fast the machine is.

#![cfg(all(unix, feature = "cli"))]
#![allow(
    clippy::disallowed_methods,
    reason = "tests read the clock and the environment"
)]

mod answers;
mod crowds;
mod discovery;
mod files;
mod headers;
mod peers;
mod portable;
#[path = "../support/mod.rs"]
mod support;
mod tls;
mod tokens;
