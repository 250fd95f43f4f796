//! What dialoguer does not do: lines longer than a terminal's 4095 bytes, and a terminal that is left in order.

use std::io::{self, Write as _};

use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

use super::Secret;

/// Puts the terminal back when the process is interrupted while it hides what is typed.
pub fn restore_on_interrupt() {
    let Ok(tty) = std::fs::File::open("/dev/tty") else { return };
    let Ok(before) = tcgetattr(&tty) else { return };
    // A second prompt finds the handler in place already.
    let _ = ctrlc::set_handler(move || {
        let _ = tcsetattr(&tty, OptionalActions::Now, &before);
        let _ = io::stderr().write_all(b"\n");
        leave();
    });
}

#[expect(clippy::exit, clippy::disallowed_methods, reason = "an interrupt ends the process from another thread")]
fn leave() {
    std::process::exit(130);
}

/// Asks on stderr, and reads one line that may be seen from the terminal.
pub fn ask(question: &str) -> io::Result<String> {
    io::stderr().write_all(question.as_bytes())?;
    let mut answer = String::new();
    io::BufRead::read_line(&mut io::BufReader::new(std::fs::File::open("/dev/tty")?), &mut answer)?;
    Ok(answer)
}

/// Reads one line of any length from the terminal that stdin is. The line discipline would cut it at 4095 bytes, so
/// it is switched off meanwhile.
pub fn read_line(prompt: &str, limit: u64) -> io::Result<Secret> {
    let stdin = io::stdin();
    io::stderr().write_all(prompt.as_bytes())?;
    let before = tcgetattr(&stdin)?;
    let mut raw = before.clone();
    raw.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG);
    raw.special_codes[SpecialCodeIndex::VMIN] = 1;
    raw.special_codes[SpecialCodeIndex::VTIME] = 0;
    tcsetattr(&stdin, OptionalActions::Now, &raw)?;
    let guard = Restore(before);
    let line = collect(stdin.lock(), limit)?;
    drop(guard);
    if line.is_none() {
        leave();
    }
    line.ok_or_else(|| io::ErrorKind::Interrupted.into())
}

/// One line, or nothing when Ctrl-C was typed.
fn collect(mut input: impl io::Read, limit: u64) -> io::Result<Option<Secret>> {
    const INTERRUPT: u8 = 3;
    const END: u8 = 4;
    let mut line = Zeroizing::new(Vec::with_capacity(8192));
    let mut buffer = [0; 1024];
    loop {
        let count = input.read(&mut buffer)?;
        for &byte in &buffer[..count] {
            match byte {
                INTERRUPT => return Ok(None),
                b'\r' | b'\n' | END => return Ok(Some(Secret::from(line))),
                8 | 127 => drop(line.pop()),
                other => line.push(other),
            }
        }
        if count == 0 || line.len() as u64 > limit {
            return Ok(Some(Secret::from(line)));
        }
    }
}

struct Restore(Termios);

impl Drop for Restore {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
        let _ = io::stderr().write_all(b"\n");
    }
}
