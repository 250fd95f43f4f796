//! What dialoguer lacks: reading lines longer than a terminal's 4095 bytes, and restoring the
//! terminal after a signal.

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

/// Restores the terminal when a signal ends the process while input is hidden; after that the
/// signal has its usual effect.
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

/// Asks on stderr, and reads one line from the terminal, which shows what is typed.
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
        // In raw mode Ctrl-C sends no signal, so its effect is made here.
        let _ = signal_hook::low_level::emulate_default_handler(SIGINT);
    }
    line.ok_or_else(|| io::ErrorKind::Interrupted.into())
}

/// One line, or nothing when Ctrl-C was typed. Several lines that are pasted at once count as one
/// token that was wrapped.
fn collect(mut input: impl io::Read + AsFd, limit: u64) -> io::Result<Option<Secret>> {
    const INTERRUPT: u8 = 3;
    const END: u8 = 4;
    let mut line = Zeroizing::new(Vec::with_capacity(64 * 1024));
    // A read of the size of stdin's own buffer bypasses that buffer, so `more` has to ask the
    // terminal only.
    let mut buffer = Zeroizing::new([0; 8192]);
    loop {
        let count = input.read(&mut *buffer)?;
        let mut ended = count == 0;
        for &byte in &buffer[..count] {
            ended = matches!(byte, b'\r' | b'\n' | END);
            match byte {
                INTERRUPT => return Ok(None),
                8 | 127 => drop(line.pop()),
                // Bytes beyond the limit are read and dropped: the rest of a paste
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

/// Whether more input comes within 50 ms, as it does in the middle of a paste.
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
