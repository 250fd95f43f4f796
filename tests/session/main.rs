//! Sessions in a real Redis: `jwtctl session` and `jwtctl verify --session`, with everything that
//! can go wrong between them and the server. Without `redis-server` each test says that it was
//! skipped.

#![allow(
    clippy::disallowed_methods,
    reason = "how long a command takes is part of what is tested"
)]
#![cfg(all(unix, feature = "cli", feature = "redis"))]

mod cluster;
mod life;
mod list;
mod npm;
mod outage;
#[path = "../support/mod.rs"]
mod support;
mod trust;
