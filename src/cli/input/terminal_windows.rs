//! The counterpart of `terminal.rs` for the console of Windows.

use std::fs::File;
use std::io::{self, BufRead as _, Read as _, Write as _};

use zeroize::Zeroizing;

use super::Secret;

/// Does nothing: on Windows the prompts restore the console themselves.
pub fn restore_on_signal() {}

/// Asks on stderr, and reads one line from the console, which shows what is typed.
pub fn ask(question: &str) -> io::Result<String> {
    io::stderr().write_all(question.as_bytes())?;
    let mut answer = String::new();
    io::BufReader::new(File::open("CONIN$")?).read_line(&mut answer)?;
    Ok(answer)
}

/// Reads one line from the console that stdin is, of at most `limit` bytes and the end of the line.
pub fn read_line(prompt: &str, limit: u64) -> io::Result<Secret> {
    io::stderr().write_all(prompt.as_bytes())?;
    let mut line = Zeroizing::new(Vec::new());
    let most = limit.saturating_add(2);
    io::stdin().lock().take(most).read_until(b'\n', &mut line)?;
    Ok(Secret::from(line))
}
