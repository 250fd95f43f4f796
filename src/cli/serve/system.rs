//! Signals, processes and limits, as Unix has them.

use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use jwtctl::core::error::Error;
use rustix::process::{Pid, Resource, Rlimit, getrlimit, kill_process, setrlimit};
use tokio::process::Child;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::super::output::Ended;
use super::listen::MAX_CONNECTIONS;

/// The file descriptors that this process may need: twice its connections. It asks for no more, as
/// the command of `--exec` inherits the limit.
const FILES: u64 = 2 * MAX_CONNECTIONS as u64;

/// Raises the limit on open files, which shells often set to about a thousand, so that all
/// connections fit.
pub fn raise_limit() {
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.map_or(FILES, |most| most.min(FILES));
    if limit.current.is_some_and(|current| current < wanted) {
        // If this fails, fewer connections fit, and nothing else changes.
        let _ = setrlimit(
            Resource::Nofile,
            Rlimit {
                current: Some(wanted),
                ..limit
            },
        );
    }
}

/// The signals that end jwtctl.
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// SIGINT.
    pub const INTERRUPT: i32 = 2;
    const TERMINATE: i32 = 15;

    /// Receives these signals from now on, so that they no longer end the process.
    pub fn new() -> Result<Self, Error> {
        let watch = |kind| signal(kind).map_err(|e| Error::io("signals", &e));
        Ok(Self {
            interrupt: watch(SignalKind::interrupt())?,
            terminate: watch(SignalKind::terminate())?,
        })
    }

    /// Waits for the next signal; returns its number.
    pub async fn next(&mut self) -> i32 {
        tokio::select! {
            _ = self.interrupt.recv() => Self::INTERRUPT,
            _ = self.terminate.recv() => Self::TERMINATE,
        }
    }
}

/// Sends SIGTERM to a process.
pub fn terminate(child: &Child) {
    let pid = child
        .id()
        .and_then(|pid| i32::try_from(pid).ok())
        .and_then(Pid::from_raw);
    if let Some(pid) = pid {
        // This fails if the process has just ended, which does no harm.
        let _ = kill_process(pid, rustix::process::Signal::TERM);
    }
}

/// How a process ended.
pub fn ended(status: ExitStatus) -> Ended {
    match (status.code(), status.signal()) {
        (Some(code), _) => Ended::Program(u8::try_from(code).unwrap_or(u8::MAX)),
        (None, signal) => Ended::Signal(signal.unwrap_or_default()),
    }
}
