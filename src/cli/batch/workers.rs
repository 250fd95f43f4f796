//! The threads: one reads lines, several answer them, and the caller's thread writes the answers.
//! They share a fixed number of blocks, so that a fast thread cannot fill the memory while another
//! one is slow.

use std::collections::BTreeMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Mutex, PoisonError};

use jwtctl::core::env::Env;
use jwtctl::core::error::Error;

use super::super::Context;
use super::super::output::{Output, Progress};
use super::lines::{Block, Lines, Stopped};
use super::source::{Source, Stop};
use super::{Job, Tally, Time, Worker};

/// Why the run has ended.
pub enum Halt {
    /// All lines were answered.
    End,
    /// The reader of stdout has closed the pipe.
    Unread,
    /// A signal came.
    Signal(i32),
    /// The input could not be read, or an answer could not be written.
    Failed(Error),
    /// A thread panicked.
    Bug,
}

/// A block on its way from the reader to the writer and back, with its answers.
#[derive(Default)]
struct Round {
    block: Block,
    answers: Vec<u8>,
    tally: Tally,
    is_broken: bool,
}

/// Answers all lines on `jobs` threads.
pub fn run<J: Job>(
    job: &J,
    mut lines: Lines<&mut Source>,
    jobs: usize,
    stop: Stop,
    length: Option<u64>,
    context: &Context<'_>,
) -> (Tally, Halt) {
    let (idle_sender, idle) = mpsc::channel::<Round>();
    // For each thread a block that it works on and one that waits for it, and two more for the
    // reader and the writer.
    (0..2 * jobs + 2).for_each(|_| drop(idle_sender.send(Round::default())));
    let (filled_sender, filled) = mpsc::channel::<Round>();
    let (done_sender, done) = mpsc::channel::<Round>();
    let filled = Mutex::new(filled);
    let (filled, env, time) = (&filled, context.env, Time::of(context));
    let name = lines.input().name().to_owned();
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || read(&mut lines, &idle, &filled_sender));
        for _ in 0..jobs {
            let (done, mut worker) = (done_sender.clone(), job.worker());
            scope.spawn(move || work(&mut worker, filled, &done, env, time));
        }
        // Without this sender the writer's loop ends when the last worker does.
        drop(done_sender);
        let mut writer = Writer {
            output: &context.output,
            progress: context.output.progress(length, context.env.clock),
            tally: Tally::default(),
        };
        let ended = writer.write_all(&done, &idle_sender);
        if ended.is_some() {
            stop.pull();
        }
        // The reader and the workers stop waiting for blocks, as none comes back from here.
        drop((done, idle_sender));
        let read = reader.join();
        let halt = match (ended, read, stop.signal()) {
            (Some(halt), ..) => halt,
            (None, Err(_), _) => Halt::Bug,
            (None, Ok(Err(e)), _) => Halt::Failed(Error::io(name, &e)),
            (None, Ok(Ok(())), Some(signal)) => Halt::Signal(signal),
            (None, Ok(Ok(())), None) => Halt::End,
        };
        (writer.tally, halt)
    })
}

fn read(
    lines: &mut Lines<&mut Source>,
    idle: &Receiver<Round>,
    filled: &Sender<Round>,
) -> io::Result<()> {
    while let Ok(mut round) = idle.recv() {
        let goes_on = match lines.next(&mut round.block) {
            Err(e) if Stopped::is(&e) => false,
            other => other?,
        };
        if !goes_on || filled.send(round).is_err() {
            break;
        }
    }
    Ok(())
}

fn work<W: Worker>(
    worker: &mut W,
    filled: &Mutex<Receiver<Round>>,
    done: &Sender<Round>,
    env: Env<'_>,
    time: Time,
) {
    loop {
        let next = filled.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(mut round) = next else { return };
        let env = time.at(env);
        let answered = catch_unwind(AssertUnwindSafe(|| {
            for line in round.block.lines() {
                let outcome = worker.answer(&line, &env, &mut round.answers);
                round.tally.count(&outcome);
            }
        }));
        round.is_broken = answered.is_err();
        if done.send(round).is_err() {
            return;
        }
    }
}

/// Puts the answers into the order of the lines, and writes them.
struct Writer<'a> {
    output: &'a Output,
    progress: Progress<'a>,
    tally: Tally,
}

impl Writer<'_> {
    /// Writes until the last answer; returns what ended the run before that, if anything did.
    fn write_all(&mut self, done: &Receiver<Round>, idle: &Sender<Round>) -> Option<Halt> {
        let (mut waiting, mut next) = (BTreeMap::new(), 0);
        for round in done {
            waiting.insert(round.block.place, round);
            while let Some(round) = waiting.remove(&next) {
                next += 1;
                match self.write(round) {
                    // This fails if the reader has ended, which does no harm.
                    Ok(round) => drop(idle.send(round)),
                    Err(halt) => return Some(halt),
                }
            }
        }
        None
    }

    /// Writes the answers to one block, and empties it.
    fn write(&mut self, mut round: Round) -> Result<Round, Halt> {
        if round.is_broken {
            return Err(Halt::Bug);
        }
        let written = self.output.stream(&round.answers);
        written.map_err(|e| match e.kind() {
            io::ErrorKind::BrokenPipe => Halt::Unread,
            _ => Halt::Failed(Error::io("standard output", &e)),
        })?;
        self.tally.add(&round.tally);
        self.progress
            .advance(round.block.consumed, self.tally.lines);
        round.answers.clear();
        round.answers.shrink_to(256 * 1024);
        round.tally = Tally::default();
        Ok(round)
    }
}
