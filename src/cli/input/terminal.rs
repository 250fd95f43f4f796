//! What dialoguer does not do: lines longer than a terminal's 4095 bytes, and a terminal that is
//! left in order.

use std::io::{self, Write as _};
use std::os::fd::AsFd;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use zeroize::Zeroizing;

use super::Secret;

/// Puts the terminal back when a signal ends the process while what is typed is hidden; then the
/// signal takes its course.
pub fn restore_on_signal() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    let Ok(tty) = std::fs::File::open("/dev/tty") else {
        return;
    };
    let Ok(before) = tcgetattr(&tty) else { return };
    ONCE.call_once(|| {
        let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) else {
            return;
        };
        std::thread::spawn(move || {
            for signal in signals.forever() {
                let _ = tcsetattr(&tty, OptionalActions::Flush, &before);
                let _ = io::stderr().write_all(b"\n");
                let _ = signal_hook::low_level::emulate_default_handler(signal);
            }
        });
    });
}

/// Asks on stderr, and reads one line that may be seen from the terminal.
pub fn ask(question: &str) -> io::Result<String> {
    io::stderr().write_all(question.as_bytes())?;
    let mut answer = String::new();
    io::BufRead::read_line(
        &mut io::BufReader::new(std::fs::File::open("/dev/tty")?),
        &mut answer,
    )?;
    Ok(answer)
}

/// Reads one line of any length from the terminal that stdin is. The line discipline would cut it
/// at 4095 bytes, so it is switched off meanwhile.
pub fn read_line(prompt: &str, limit: u64) -> io::Result<Secret> {
    let stdin = io::stdin();
    io::stderr().write_all(prompt.as_bytes())?;
    let before = tcgetattr(&stdin)?;
    let mut raw = before.clone();
    raw.local_modes
        .remove(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG);
    raw.special_codes[SpecialCodeIndex::VMIN] = 1;
    raw.special_codes[SpecialCodeIndex::VTIME] = 0;
    restore_on_signal();
    tcsetattr(&stdin, OptionalActions::Now, &raw)?;
    let guard = Restore(before);
    let line = collect(stdin.lock(), limit)?;
    drop(guard);
    if line.is_none() {
        // What Ctrl-C would have done had it not been typed into raw mode.
        let _ = signal_hook::low_level::emulate_default_handler(SIGINT);
    }
    line.ok_or_else(|| io::ErrorKind::Interrupted.into())
}

/// One line, or nothing when Ctrl-C was typed. A paste of several lines is one token that was
/// wrapped.
fn collect(mut input: impl io::Read + AsFd, limit: u64) -> io::Result<Option<Secret>> {
    const INTERRUPT: u8 = 3;
    const END: u8 = 4;
    let mut line = Zeroizing::new(Vec::with_capacity(64 * 1024));
    // As large as stdin's own buffer, which is then left out of it: `more` asks the terminal alone.
    let mut buffer = Zeroizing::new([0; 8192]);
    loop {
        let count = input.read(&mut *buffer)?;
        let mut ended = count == 0;
        for &byte in &buffer[..count] {
            ended = matches!(byte, b'\r' | b'\n' | END);
            match byte {
                INTERRUPT => return Ok(None),
                8 | 127 => drop(line.pop()),
                // Past the limit nothing is kept, and everything is still read: the rest of a paste
                // must not reach the shell.
                other if !matches!(other, END) && line.len() as u64 <= limit => line.push(other),
                _ => {}
            }
        }
        if ended && !more(&input)? {
            return Ok(Some(Secret::from(line)));
        }
    }
}

/// Whether more comes within the time that a paste takes to go on.
fn more(input: &impl AsFd) -> io::Result<bool> {
    let mut waiting = [PollFd::new(input, PollFlags::IN)];
    let patience = Timespec {
        tv_sec: 0,
        tv_nsec: 50_000_000,
    };
    Ok(poll(&mut waiting, Some(&patience))? > 0)
}

struct Restore(Termios);

impl Drop for Restore {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &self.0);
        let _ = io::stderr().write_all(b"\n");
    }
}
