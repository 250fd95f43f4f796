//! Signals, processes and limits, as Unix has them.

use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use jwtctl::core::error::Error;
use rustix::process::{Pid, Resource, Rlimit, getrlimit, kill_process, setrlimit};
use tokio::process::Child;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::super::output::Ended;
use super::listen::MAX_CONNECTIONS;

/// Files that this process may need: its connections, and some. Not more, for `--exec` hands the
/// limit on.
const FILES: u64 = 2 * MAX_CONNECTIONS as u64;

/// Lets this process have its connections, where shells only grant it a thousand files.
pub fn raise_limit() {
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.map_or(FILES, |most| most.min(FILES));
    if limit.current.is_some_and(|current| current < wanted) {
        // Without it, fewer connections fit, and nothing else changes.
        let _ = setrlimit(
            Resource::Nofile,
            Rlimit {
                current: Some(wanted),
                ..limit
            },
        );
    }
}

/// The signals that end us.
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// SIGINT.
    pub const INTERRUPT: i32 = 2;
    const TERMINATE: i32 = 15;

    /// Watches for them from now on.
    pub fn new() -> Result<Self, Error> {
        let watch = |kind| signal(kind).map_err(|e| Error::io("signals", &e));
        Ok(Self {
            interrupt: watch(SignalKind::interrupt())?,
            terminate: watch(SignalKind::terminate())?,
        })
    }

    /// The number of the next one.
    pub async fn next(&mut self) -> i32 {
        tokio::select! {
            _ = self.interrupt.recv() => Self::INTERRUPT,
            _ = self.terminate.recv() => Self::TERMINATE,
        }
    }
}

/// Tells a process to end.
pub fn terminate(child: &Child) {
    let pid = child
        .id()
        .and_then(|pid| i32::try_from(pid).ok())
        .and_then(Pid::from_raw);
    if let Some(pid) = pid {
        // It may have ended a moment ago.
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
