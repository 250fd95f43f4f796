//! Where lines come from: a file or stdin, read until it ends, an interrupt comes, or the reader of
//! the answers has closed its end. On Windows a read that waits is not interrupted: whether to stop
//! is checked before each read.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use jwtctl::core::error::Error;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::lines::Stopped;

enum Input {
    Stdin(io::Stdin),
    File(File),
}

/// The input, and what ends it early.
pub struct Source {
    input: Input,
    name: String,
    halt: Stop,
}

/// A handle with which other threads end the input.
#[derive(Clone, Default)]
pub struct Stop {
    signal: Arc<AtomicUsize>,
    pulled: Arc<AtomicBool>,
}

impl Stop {
    /// Ends reading, before the next read.
    pub fn pull(&self) {
        self.pulled.store(true, Ordering::SeqCst);
    }

    /// The signal that has come, if one has.
    pub fn signal(&self) -> Option<i32> {
        match self.signal.load(Ordering::SeqCst) {
            0 => None,
            number => i32::try_from(number).ok(),
        }
    }
}

impl Source {
    /// Opens a file, or stdin for `-`. From here on the first interrupt ends the input, and the
    /// second one the process.
    pub fn open(name: &str) -> Result<Self, Error> {
        let input = match name {
            "-" => Input::Stdin(io::stdin()),
            path => Input::File(File::open(Path::new(path)).map_err(|e| Error::io(path, &e))?),
        };
        let name = super::super::input::source_name(name).to_owned();
        let failed = |e: io::Error| Error::io(&name, &e);
        let halt = Stop::default();
        let again = Arc::new(AtomicBool::new(false));
        for number in [SIGINT, SIGTERM] {
            flag::register_conditional_default(number, Arc::clone(&again)).map_err(failed)?;
            flag::register(number, Arc::clone(&again)).map_err(failed)?;
            let code = usize::try_from(number).unwrap_or(0);
            flag::register_usize(number, Arc::clone(&halt.signal), code).map_err(failed)?;
        }
        Ok(Self { input, name, halt })
    }

    /// The bytes of a regular file; `None` for stdin and pipes, whose length is unknown.
    pub fn length(&self) -> Option<u64> {
        let metadata = match &self.input {
            Input::File(file) => file.metadata().ok(),
            Input::Stdin(_) => None,
        };
        metadata.filter(|it| it.is_file()).map(|it| it.len())
    }

    /// The handle with which other threads end the input.
    pub fn halt(&self) -> Stop {
        self.halt.clone()
    }

    /// Its name in messages.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Read for Source {
    /// Reads the input, and fails with [`Stopped`] once reading is to stop.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.halt.pulled.load(Ordering::SeqCst) || self.halt.signal().is_some() {
            return Err(io::Error::other(Stopped));
        }
        match &mut self.input {
            Input::Stdin(stdin) => stdin.read(buffer),
            Input::File(file) => file.read(buffer),
        }
    }
}
