//! `--exec`: runs a command that finds the issuer's URLs in its environment; jwtctl ends when the
//! command ends.

use std::ffi::OsString;
use std::time::Duration;

use jwtctl::core::error::{Code, Error};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::super::input::search_path;
use super::super::output::Ended;
use super::ready::Ready;
use super::system::{self, Signals, ended};

/// How long the command may take to end after a signal, before a stronger one is sent.
const PATIENCE: Duration = Duration::from_secs(3);

/// Runs the command until it ends. A signal to jwtctl ends the command as well.
pub async fn run(
    program: &OsString,
    args: &[OsString],
    ready: &Ready,
    mut signals: Signals,
) -> Result<Ended, Error> {
    let mut command = Command::new(program);
    command.args(args);
    command
        .env("OIDC_ISSUER", &ready.issuer)
        .env("JWKS_URI", &ready.jwks_uri)
        .env("TOKEN_ENDPOINT", &ready.token_endpoint);
    let mut child = command.spawn().map_err(|e| cannot_run(program, &e))?;
    tokio::select! {
        status = child.wait() => return status.map(ended).map_err(|e| Error::io(program, &e)),
        signal = signals.next() => stop(&mut child, signal).await,
    }
    child
        .wait()
        .await
        .map(ended)
        .map_err(|e| Error::io(program, &e))
}

fn cannot_run(program: &OsString, error: &std::io::Error) -> Error {
    let why = match error.kind() {
        std::io::ErrorKind::NotFound => "no such command".into(),
        // The system reports "permission denied" also when a directory of PATH may not be searched,
        // although the command is in none of the other directories.
        std::io::ErrorKind::PermissionDenied if !is_found(program) => "no such command".into(),
        std::io::ErrorKind::PermissionDenied => "cannot be run: permission denied".into(),
        _ => format!("cannot be run: {error}"),
    };
    Error::Io {
        code: Code::Io,
        path: program.into(),
        why,
        hints: Vec::new(),
    }
}

/// Whether a file of this name can be seen in a directory of `PATH`, or at its own path.
fn is_found(program: &OsString) -> bool {
    if program.as_encoded_bytes().contains(&b'/') {
        return true;
    }
    let path = search_path().unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

async fn stop(child: &mut Child, signal: i32) {
    // The terminal sends an interrupt from the keyboard to the command as well, so it gets another
    // signal only if it does not end.
    if signal == Signals::INTERRUPT && timeout(PATIENCE, child.wait()).await.is_ok() {
        return;
    }
    system::terminate(child);
    if timeout(PATIENCE, child.wait()).await.is_err() {
        let _ = child.start_kill();
    }
}
