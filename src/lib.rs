//! The shared core of `jwtctl`: strict JOSE parsing, claim validation with a full report, keys and
//! key sets.
//!
//! Everything a caller could want to fake is an argument: the time and the source of randomness
//! come in through [`core::env::Env`], bytes and secrets through parameters. Nothing here prints,
//! prompts, reads a clock or reads the environment.
#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![deny(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::exit,
    clippy::dbg_macro
)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)
)]

pub mod core;
