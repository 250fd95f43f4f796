//! Where lines come from: a file or stdin, read until it ends, a signal comes, or the reader of the
//! answers has closed its end.

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use jwtctl::core::error::Error;
use rustix::event::{PollFd, PollFlags, poll};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level::pipe};

use super::lines::Stopped;

enum Input {
    Stdin(io::Stdin),
    File(File),
}

/// The input, and what ends it early.
pub struct Source {
    input: Input,
    name: String,
    /// Becomes readable when reading is to stop.
    wake: UnixStream,
    halt: Stop,
}

/// A handle with which other threads end the input.
#[derive(Clone)]
pub struct Stop {
    signal: Arc<AtomicUsize>,
    waker: Arc<UnixStream>,
}

impl Stop {
    /// Ends reading, also while a thread waits for input.
    pub fn pull(&self) {
        // The write may fail because the pipe is full; then the reader wakes all the same.
        let _ = (&*self.waker).write(&[0]);
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
    /// Opens a file, or stdin for `-`. From here on the first SIGINT or SIGTERM ends the input, and
    /// the second one the process.
    pub fn open(name: &str) -> Result<Self, Error> {
        let input = match name {
            "-" => Input::Stdin(io::stdin()),
            path => {
                let file = File::open(Path::new(path)).map_err(|e| Error::io(path, &e))?;
                let is_folder = file.metadata().is_ok_and(|it| it.is_dir());
                if is_folder {
                    return Err(Error::io(path, &io::ErrorKind::IsADirectory.into()));
                }
                Input::File(file)
            }
        };
        let name = super::super::input::source_name(name).to_owned();
        let failed = |e: io::Error| Error::io(&name, &e);
        let (wake, waker) = UnixStream::pair().map_err(failed)?;
        waker.set_nonblocking(true).map_err(failed)?;
        let signal = Arc::new(AtomicUsize::new(0));
        let again = Arc::new(AtomicBool::new(false));
        for number in [SIGINT, SIGTERM] {
            flag::register_conditional_default(number, Arc::clone(&again)).map_err(failed)?;
            flag::register(number, Arc::clone(&again)).map_err(failed)?;
            let code = usize::try_from(number).unwrap_or(0);
            flag::register_usize(number, Arc::clone(&signal), code).map_err(failed)?;
            pipe::register(number, waker.try_clone().map_err(failed)?).map_err(failed)?;
        }
        let waker = Arc::new(waker);
        Ok(Self {
            input,
            name,
            wake,
            halt: Stop { signal, waker },
        })
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

    /// Waits until there is something to read; returns `false` when reading is to stop.
    fn wait(&self) -> io::Result<bool> {
        let input = match &self.input {
            Input::Stdin(stdin) => stdin.as_fd(),
            Input::File(file) => file.as_fd(),
        };
        let mut waiting = [input, self.wake.as_fd()].map(reading);
        loop {
            match poll(&mut waiting, None) {
                Ok(_) => return Ok(waiting[1].revents().is_empty()),
                Err(rustix::io::Errno::INTR) => {}
                Err(e) => return Err(e.into()),
            }
        }
    }
}

fn reading(fd: BorrowedFd<'_>) -> PollFd<'_> {
    PollFd::from_borrowed_fd(fd, PollFlags::IN)
}

impl Read for Source {
    /// Reads the input, and fails with [`Stopped`] once reading is to stop.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.wait()? {
            return Err(io::Error::other(Stopped));
        }
        match &mut self.input {
            // Read without stdin's own buffer: `wait` could not see what that holds.
            Input::Stdin(stdin) => Ok(rustix::io::read(&*stdin, buffer)?),
            Input::File(file) => file.read(buffer),
        }
    }
}
