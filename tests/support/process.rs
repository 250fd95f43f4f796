//! Processes and their outcome.

use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use assert_cmd::assert::Assert;
use predicates::prelude::*;
use serde_json::Value;

/// The outcome of a process.
#[derive(Debug)]
pub struct Ran {
    pub call: String,
    /// -1 when a signal ended it.
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
    output: Output,
}

impl Ran {
    fn new(call: String, output: Output) -> Self {
        let ran = Self {
            call,
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            output,
        };
        ran.conforms();
        ran
    }

    /// Every document of jwtctl, in every test, is as its schema in `docs/json` says.
    fn conforms(&self) {
        let lines = self.stdout.lines();
        for line in lines.filter(|it| it.starts_with("{\"schema\":\"jwtctl.")) {
            // What a signal cut off is no document.
            let Ok(document) = serde_json::from_str(line) else {
                continue;
            };
            if let Err(why) = super::schema::conforms(&document) {
                panic!("{why}\n{self:#?}");
            }
        }
    }

    /// For assertions with predicates: `ran.assert().code(2).stderr(contains("…"))`.
    pub fn assert(&self) -> Assert {
        Assert::new(self.output.clone()).append_context("command", self.call.clone())
    }

    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        self.assert().code(code);
        self
    }

    /// Standard output, of a process that ended with this code.
    #[track_caller]
    pub fn answer(self, code: i32) -> String {
        self.expect(code).stdout
    }

    /// Whether an adapter's peer is absent, which counts as skipped.
    pub fn is_skipped(&self) -> bool {
        let skips = self.code == super::NOT_SUPPORTED;
        if skips {
            super::skipped(self.stderr.trim().trim_start_matches("needs "));
        }
        skips
    }

    /// Either stream contains this text.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        let said = [self.stderr.as_str(), &self.stdout].concat();
        let contains = predicate::str::contains(text);
        assert!(contains.eval(&said), "{text:?} is not in {self:#?}");
        self
    }

    /// Standard error contains this text.
    #[track_caller]
    pub fn complains(self, text: &str) -> Self {
        self.assert().stderr(predicate::str::contains(text));
        self
    }

    /// It failed with one error, nothing on standard output, and for this reason.
    #[track_caller]
    pub fn fails(self, code: i32, why: &str) -> Self {
        let one_error = predicate::str::contains("error:").count(1);
        self.assert()
            .code(code)
            .stdout(predicate::str::is_empty())
            .stderr(one_error)
            .stderr(predicate::str::contains(why));
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {self:#?}"))
    }
}

/// The words of a command, for messages.
fn words(command: &Command) -> String {
    let words = command.get_args().map(|it| it.to_string_lossy());
    words.collect::<Vec<_>>().join(" ")
}

/// Starts a process whose output is kept.
pub fn spawn(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    loop {
        match command.spawn() {
            // A binary that this process has just copied is still open for writing in a child that
            // another thread is about to start.
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => {
                std::thread::sleep(Duration::from_millis(5));
            }
            child => return child.unwrap_or_else(|error| panic!("{command:?}: {error}")),
        }
    }
}

pub fn finish(child: Child) -> Ran {
    let output = child.wait_with_output().unwrap();
    Ran::new(String::new(), output)
}

/// Runs a process to its end.
pub fn ran(command: &mut Command) -> Ran {
    let output = spawn(command).wait_with_output().unwrap();
    Ran::new(words(command), output)
}

/// Runs a process that reads this text to its end.
pub fn ran_with(command: &mut Command, stdin: &str) -> Ran {
    let mut child = spawn(command.stdin(Stdio::piped()));
    let mut pipe = child.stdin.take().unwrap();
    let text = stdin.to_owned();
    // A process that does not read it all is no fault of the test.
    let writer = std::thread::spawn(move || drop(pipe.write_all(text.as_bytes())));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Ran::new(words(command), output)
}

/// All of them ended with this code.
#[track_caller]
pub fn all(ran: Vec<Ran>, code: i32) {
    let wrong: Vec<&Ran> = ran.iter().filter(|it| it.code != code).collect();
    assert!(
        wrong.is_empty(),
        "{} of {} did not exit {code}, such as {:#?}",
        wrong.len(),
        ran.len(),
        wrong[0]
    );
}

/// How long a test waits for something that is sure to come. Only a test that fails waits so long.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// Waits until a condition holds.
#[track_caller]
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "waited for: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A command of [`super::isolated`] under strace, which can also make system calls fail.
pub fn traced(inner: &Command, args: &[&str]) -> Command {
    under("strace", &[&["-f", "-qq"], args].concat(), inner)
}

/// A system call as strace has seen it.
pub struct Call {
    pub name: String,
    /// Its arguments as strace writes them, without the texts among them.
    pub flags: String,
    /// The texts among its arguments: paths.
    pub paths: Vec<String>,
}

/// What `strace -f -o` has written.
pub fn calls(log: &Path) -> Vec<Call> {
    let text = String::from_utf8_lossy(&std::fs::read(log).unwrap()).into_owned();
    let call = |line: &str| {
        let line = line.trim_start_matches(|it: char| it.is_ascii_digit() || it == ' ');
        let (name, arguments) = line.split_once('(')?;
        let is_name = !name.is_empty() && name.chars().all(|it| it.is_alphanumeric() || it == '_');
        let parts: Vec<&str> = arguments.split('"').collect();
        is_name.then(|| Call {
            name: name.into(),
            flags: parts.iter().step_by(2).copied().collect(),
            paths: parts
                .iter()
                .skip(1)
                .step_by(2)
                .map(|it| (*it).into())
                .collect(),
        })
    };
    text.lines().filter_map(call).collect()
}

/// A command of [`super::isolated`] run by another program, which gets it after its own arguments.
pub fn under(program: &str, args: &[&str], inner: &Command) -> Command {
    let mut command = super::isolated(program);
    command
        .args(args)
        .arg(inner.get_program())
        .args(inner.get_args());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    if let Some(folder) = inner.get_current_dir() {
        command.current_dir(folder);
    }
    command
}
