//! Many inputs in one call: a line in, a line out, in the same order, on all cores, in memory that
//! does not grow with the input. The command says what is done with a line ([`Job`]); this module
//! reads lines, deals them out to threads and writes the answers.

mod answer;
mod lines;
mod remarks;
#[cfg_attr(windows, path = "source_windows.rs")]
mod source;
mod workers;

pub(super) use answer::members;
pub use answer::{Answer, Asked, Member, bare, one_line, one_line_of};
pub use lines::Line;
pub use remarks::Remarks;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::process::ExitCode;

use clap::builder::NonEmptyStringValueParser;
use jwtctl::core::env::Env;
use jwtctl::core::error::{Code, Error};

use super::Context;
use super::clock::SystemClock;
use super::input::{FileSpec, not_empty};
use super::output::{Ended, Output, exit_code};
use lines::Lines;
use source::Source;
use workers::Halt;

/// The most threads that are started.
const MAX_JOBS: usize = 256;

/// Bytes that a line may have besides the input: of the JSON object around it, or of what is copied
/// along with a token.
const BESIDE: u64 = 1024 * 1024;

/// How many inputs are taken in one call, and how.
#[derive(clap::Args)]
#[command(next_help_heading = "Batch")]
pub struct BatchArgs {
    /// One input a line, from FILE or - (stdin, also if left out), and one answer a line, in the same
    /// order
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-", value_parser = not_empty::<FileSpec>())]
    pub batch: Option<FileSpec>,
    /// Threads that work on lines (default: one for each core)
    #[arg(long, value_name = "N", value_parser = jobs)]
    jobs: Option<NonZeroUsize>,
    /// Lines are JSON objects, and the input is the member NAME, or at a JSON Pointer; their other
    /// members go into the answer as they are
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub field: Option<String>,
    /// Write each answer at once; otherwise whenever the input pauses
    #[arg(long)]
    flush: bool,
}

impl BatchArgs {
    /// Refuses flags about many inputs in a call without `--batch`; `others` are flags of the
    /// command itself, each with whether it was given. clap's `requires` would accept them: an
    /// argument that conflicts with `--batch` excuses its absence.
    pub fn check_unused(
        &self,
        others: &[(&str, bool)],
        context: &Context<'_>,
    ) -> Result<(), Error> {
        let own = context.typed.first_of::<Self>();
        let other = others.iter().find(|(_, is_there)| *is_there);
        let flag = own.or_else(|| other.map(|(flag, _)| (*flag).to_owned()));
        flag.map_or(Ok(()), |flag| Err(Error::usage(flag, "needs --batch")))
    }
}

fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    let jobs = text.parse().ok().and_then(NonZeroUsize::new);
    jobs.filter(|it| it.get() <= MAX_JOBS)
        .ok_or_else(|| format!("between 1 and {MAX_JOBS}"))
}

/// What a command does with lines.
pub trait Job {
    /// The state of one thread.
    type Worker<'j>: Worker + Send
    where
        Self: 'j;

    /// The state with which a thread begins.
    fn worker(&self) -> Self::Worker<'_>;
}

/// What one thread does with lines.
pub trait Worker {
    /// Answers a line: appends to `out` what is written for it, if anything. No line ends the run,
    /// whatever is in it.
    fn answer(&mut self, line: &Line<'_>, env: &Env<'_>, out: &mut Vec<u8>) -> Outcome;
}

/// The result for one line.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The input is accepted.
    Good,
    /// The input is refused, with this code.
    Bad(Code),
    /// The input could not be judged, for a reason outside the line, such as keys that cannot be
    /// fetched.
    Open(Code),
}

/// The results of all lines, counted.
#[derive(Default)]
struct Tally {
    lines: u64,
    good: u64,
    bad: BTreeMap<Code, u64>,
    open: BTreeMap<Code, u64>,
    /// The code of the first line that could not be judged.
    first_open: Option<Code>,
}

impl Tally {
    fn count(&mut self, outcome: &Outcome) {
        self.lines += 1;
        match outcome {
            Outcome::Good => self.good += 1,
            Outcome::Bad(code) => *self.bad.entry(*code).or_default() += 1,
            Outcome::Open(code) => {
                self.first_open.get_or_insert(*code);
                *self.open.entry(*code).or_default() += 1;
            }
        }
    }

    /// Adds the counts of later lines.
    fn add(&mut self, later: &Self) {
        self.lines += later.lines;
        self.good += later.good;
        self.first_open = self.first_open.or(later.first_open);
        for (all, more) in [(&mut self.bad, &later.bad), (&mut self.open, &later.open)] {
            for (code, count) in more {
                *all.entry(*code).or_default() += count;
            }
        }
    }

    fn exit(&self) -> u8 {
        match self.first_open {
            Some(code) => exit_code(code),
            None => u8::from(!self.bad.is_empty()),
        }
    }

    /// The summary in one line: `1,000 lines: 990 valid, 10 bad (expired 7, bad-signature 3)`.
    fn words(&self, good: &str) -> String {
        let some = |what: &str, counts: &BTreeMap<Code, u64>| {
            let sum: u64 = counts.values().sum();
            let each: Vec<String> = counts
                .iter()
                .map(|(code, count)| format!("{code} {}", grouped(*count)))
                .collect();
            match sum {
                0 => String::new(),
                sum => format!(", {} {what} ({})", grouped(sum), each.join(", ")),
            }
        };
        let lines = if self.lines == 1 { "line" } else { "lines" };
        format!(
            "{} {lines}: {} {good}{}{}",
            grouped(self.lines),
            grouped(self.good),
            some("bad", &self.bad),
            some("not judged", &self.open)
        )
    }
}

/// A number with a comma between each three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// How a batch is run.
pub struct Plan {
    /// Bytes that one input may have.
    pub largest: u64,
    /// The word for accepted lines in the summary.
    pub good: &'static str,
}

/// Answers every line of the input, and writes a summary to stderr.
pub fn run<J: Job>(job: &J, args: &BatchArgs, plan: &Plan, context: &Context<'_>) -> ExitCode {
    let opened = Source::open(args.batch.as_ref().map_or("-", |it| it));
    let mut source = match opened {
        Ok(source) => source,
        Err(error) => return context.output.fail(&error),
    };
    let length = source.length();
    let halt = source.halt();
    let lines = Lines::new(&mut source, plan.largest.saturating_add(BESIDE), args.flush);
    let (tally, ended) = workers::run(job, lines, jobs_of(args), halt, length, context);
    finish(&tally, ended, plan.good, &context.output)
}

fn jobs_of(args: &BatchArgs) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    args.jobs.map_or(cores.min(MAX_JOBS), NonZeroUsize::get)
}

/// Writes the summary and, if the input did not end by itself, why it ended.
fn finish(tally: &Tally, ended: Halt, good: &str, output: &Output) -> ExitCode {
    let summary = tally.words(good);
    match ended {
        Halt::End => {
            output.note(&summary);
            ExitCode::from(tally.exit())
        }
        // The reader of stdout has closed the pipe: it needs no more answers.
        Halt::Unread => ExitCode::SUCCESS,
        Halt::Signal(number) => {
            output.note(&format!("{summary}; a signal ended it"));
            output.ended(Ended::Signal(number))
        }
        Halt::Failed(error) => {
            output.note(&format!("{summary}; then it ended early"));
            output.fail(&error)
        }
        Halt::Bug => {
            let error = Error::input(Code::Bug, "", "this is a bug in jwtctl");
            output.fail(&error.hint("please report it, with the command but without any secret"))
        }
    }
}

/// The time at which lines are judged: the present time of each, unless the caller has set one with
/// `--now`.
#[derive(Clone, Copy)]
struct Time {
    is_real: bool,
}

impl Time {
    fn of(context: &Context<'_>) -> Self {
        Self {
            is_real: !context.is_now_chosen,
        }
    }

    fn at<'e>(self, env: Env<'e>) -> Env<'e> {
        match self.is_real {
            true => Env {
                now: SystemClock::real(),
                ..env
            },
            false => env,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_counts_by_code() {
        let mut tally = Tally::default();
        let outcomes = [
            Outcome::Good,
            Outcome::Bad(Code::Expired),
            Outcome::Bad(Code::BadSignature),
        ];
        outcomes.iter().for_each(|it| tally.count(it));
        let mut more = Tally::default();
        (0..1200).for_each(|_| more.count(&Outcome::Bad(Code::Expired)));
        assert_eq!((tally.exit(), Tally::default().exit()), (1, 0));
        more.count(&Outcome::Open(Code::KeysUnavailable));
        tally.add(&more);
        assert_eq!(
            tally.words("valid"),
            "1,204 lines: 1 valid, 1,202 bad (bad-signature 1, expired 1,201), 1 not judged \
             (keys-unavailable 1)"
        );
        assert_eq!(tally.exit(), 3);
    }

    #[test]
    fn threads_are_counted_within_reason() {
        assert!(jobs("0").is_err() && jobs("257").is_err() && jobs("x").is_err());
        assert_eq!(jobs("4").unwrap().get(), 4);
    }
}
