//! What every integration test shares: jwtctl in an environment of its own, the outcome of a
//! process, servers to talk to, and what is said when a peer is missing.
//!
//! A test that runs a program of its own begins with `mod support;`. Its verdict depends on what
//! it sets itself, not on the caller's environment, the clone's path, the user or the machine's
//! speed.

#![allow(
    dead_code,
    unused_imports,
    clippy::disallowed_methods,
    reason = "each test crate uses a part of it, and tests read the clock and the environment"
)]

pub mod ageing;
pub mod app;
#[cfg(feature = "redis")]
pub mod certificates;
pub mod gate;
pub mod lab;
pub mod process;
#[cfg(feature = "redis")]
pub mod redis;
pub mod schema;
pub mod server;
pub mod skipped;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

pub use process::{Call, Ran, all, calls, finish, ran, ran_with, spawn, traced, under, until};
pub use skipped::{has, have, skipped};

/// The jwtctl that is tested: the one that cargo has built, or that JWTCTL_PROGRAM names, which was
/// built for another system.
pub fn binary() -> &'static Path {
    static PROGRAM: LazyLock<PathBuf> =
        LazyLock::new(|| match std::env::var_os("JWTCTL_PROGRAM") {
            Some(program) => program.into(),
            None => assert_cmd::cargo::cargo_bin!("jwtctl").into(),
        });
    &PROGRAM
}

/// A program in an environment that holds nothing of the caller's but the search path: no home
/// directory, no locale, no proxy, no certificates, no configuration of OpenSSL, no terminal
/// colours, no settings of jwtctl, no CI service. Standard input is empty.
///
/// This is the only place where tests decide what a process of jwtctl sees of its surroundings.
pub fn isolated(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env_clear();
    for (name, value) in std::env::vars_os() {
        // TMPDIR says where this machine allows files; LLVM_PROFILE_FILE is for measuring coverage.
        let kept = ["PATH", "TMPDIR", "LLVM_PROFILE_FILE"];
        if kept.iter().any(|it| *it == name) {
            command.env(name, value);
        }
    }
    command
        // A default directory below it can be neither read nor made, not even by root.
        .env("HOME", "/dev/null")
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC")
        .env("CI", "1")
        .env("NO_COLOR", "1")
        .stdin(Stdio::null());
    command
}

/// A peer of jwtctl, or jwtctl that starts one: with what an interpreter needs to find itself and
/// its libraries, and without anything that changes where a connection goes, whom it trusts or
/// what language it speaks.
pub fn peer(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let upper = name.to_string_lossy().to_ascii_uppercase();
        let settings = upper.starts_with("JWTCTL_") && upper != "JWTCTL_PEERS"
            || upper.starts_with("BETTER_AUTH_");
        let language = upper.starts_with("LC_") || upper == "LANG" || upper == "LANGUAGE";
        let network = upper.ends_with("_PROXY") || upper.starts_with("SSL_CERT_");
        let other = [
            "OPENSSL_CONF",
            "NODE_OPTIONS",
            "FORCE_COLOR",
            "GITHUB_ACTIONS",
        ];
        if settings || language || network || other.contains(&upper.as_str()) {
            command.env_remove(name);
        }
    }
    command
        .env("LC_ALL", "C.UTF-8")
        .env("CI", "1")
        .env("NO_COLOR", "1")
        .stdin(Stdio::null());
    command
}

/// How an adapter of `tests/peers` says that its peer is absent, or cannot do that.
pub const NOT_SUPPORTED: i32 = 77;

/// Runs an adapter of `tests/peers`. One whose interpreter is missing answers like an absent peer.
pub fn adapter(name: &str, args: &[&str], folder: &Path) -> Ran {
    let interpreter: &[&str] = match name.rsplit_once('.').unwrap().1 {
        "py" => &["python3", "-B"],
        "mjs" => &["node"],
        "sh" => &["bash"],
        other => panic!("nothing runs .{other}"),
    };
    if !has(interpreter[0]) {
        let script = "echo \"needs $0\" >&2; exit 77";
        return ran(peer("sh").args(["-c", script, interpreter[0]]));
    }
    let mut command = peer(interpreter[0]);
    command
        .args(&interpreter[1..])
        .arg(repository("tests/peers").join(name))
        .args(args)
        .current_dir(folder);
    ran(&mut command)
}

/// What an adapter answers to each job; `None` when its peer is absent.
pub fn answers(
    adapter_name: &str,
    command: &str,
    jobs: &[serde_json::Value],
    folder: &Path,
) -> Option<Vec<serde_json::Value>> {
    let file = folder.join("jobs.json");
    std::fs::write(&file, serde_json::to_vec(jobs).unwrap()).unwrap();
    let ran = adapter(adapter_name, &[command, file.to_str().unwrap()], folder);
    if ran.is_skipped() {
        return None;
    }
    let answers: Vec<serde_json::Value> = serde_json::from_str(&ran.answer(0)).unwrap();
    assert_eq!(answers.len(), jobs.len());
    Some(answers)
}

/// jwtctl in an environment of its own.
pub fn jwtctl() -> Command {
    isolated(binary())
}

/// jwtctl as an ordinary user runs it: as the caller, or as `nobody` when the caller is root. The
/// folder holds a copy of the binary then, and all users may read it.
pub fn ordinary(folder: &Path) -> Command {
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::process::CommandExt as _;
    if !rustix::process::geteuid().is_root() {
        return jwtctl();
    }
    let copy = folder.join("jwtctl");
    if !copy.exists() {
        std::fs::copy(binary(), &copy).unwrap();
    }
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = isolated(copy);
    command.uid(NOBODY).gid(NOBODY).current_dir(folder);
    command
}

/// The user id of `nobody`.
pub const NOBODY: u32 = 65_534;

/// A file of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// README.md and the pages of docs/.
pub fn documents() -> Vec<PathBuf> {
    let pages = std::fs::read_dir(repository("docs")).unwrap();
    let pages = pages.map(|entry| entry.unwrap().path());
    let mut documents: Vec<_> = pages
        .filter(|path| path.extension().is_some_and(|it| it == "md"))
        .collect();
    documents.push(repository("README.md"));
    documents.sort();
    documents
}

/// Writes a file, and gives its path as it is put on a command line.
pub fn file(folder: &Path, name: &str, content: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    path.display().to_string()
}

/// A call of jwtctl in a directory, for tests that run it to its end.
pub struct Jwtctl {
    command: Command,
}

impl Jwtctl {
    pub fn new(folder: &Path) -> Self {
        let mut command = jwtctl();
        command.current_dir(folder);
        Self { command }
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn run(mut self, args: &[&str]) -> Ran {
        ran(self.command.args(args))
    }
}
