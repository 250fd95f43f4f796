//! Interrupts and processes, as Windows has them.

use std::process::ExitStatus;

use jwtctl::core::error::Error;
use tokio::process::Child;
use tokio::signal::windows::{CtrlBreak, CtrlC, ctrl_break, ctrl_c};

use super::super::output::Ended;

/// There is no limit on connections to raise.
pub fn raise_limit() {}

/// The events that end jwtctl: Ctrl-C, and Ctrl-Break, which other programs send.
pub struct Signals {
    interrupt: CtrlC,
    terminate: CtrlBreak,
}

impl Signals {
    /// The number of SIGINT, by which exit codes tell the two apart.
    pub const INTERRUPT: i32 = 2;
    const TERMINATE: i32 = 15;

    /// Receives these events from now on, so that they no longer end the process.
    pub fn new() -> Result<Self, Error> {
        Ok(Self {
            interrupt: ctrl_c().map_err(|e| Error::io("signals", &e))?,
            terminate: ctrl_break().map_err(|e| Error::io("signals", &e))?,
        })
    }

    /// Waits for the next event; returns its number.
    pub async fn next(&mut self) -> i32 {
        tokio::select! {
            _ = self.interrupt.recv() => Self::INTERRUPT,
            _ = self.terminate.recv() => Self::TERMINATE,
        }
    }
}

/// Does nothing: on Windows a process cannot be asked to end. The command gets Ctrl-C and
/// Ctrl-Break by itself, as it shares the console.
pub fn terminate(_: &Child) {}

/// How a process ended.
pub fn ended(status: ExitStatus) -> Ended {
    let code = status.code().unwrap_or_default();
    Ended::Program(u8::try_from(code).unwrap_or(u8::MAX))
}
