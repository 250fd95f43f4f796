//! A Redis of one's own, a jwtctl without anybody's settings, and a server that says what it is
//! told to.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use redis::ConnectionLike as _;
use serde_json::Value;
use tempfile::TempDir;

/// What nothing may exceed, with something on top for a machine that is busy with other tests.
pub const NO_HANG: Duration = Duration::from_millis(2600);

/// A secret of tokens that is long enough.
pub const SECRET: &str = "a secret that HS256 finds long enough";

/// Whether there is a program; if not, the caller has nothing to test.
pub fn has(program: &str) -> bool {
    // Not all of them know --version, so that it runs at all has to do.
    Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok()
}

/// Leaves the test when a program is missing, and says so past libtest, which would swallow it.
#[macro_export]
macro_rules! needs {
    ($($program:literal),+) => {
        $(if !$crate::harness::has($program) {
            let _ = std::io::Write::write_all(&mut std::io::stderr(), concat!("skipped: needs ", $program, "\n").as_bytes());
            return;
        })+
    };
}

/// A `redis-server` of this test alone, which ends with it.
pub struct Server {
    process: Child,
    pub folder: TempDir,
    settings: Vec<String>,
}

impl Server {
    /// Starts one on a Unix socket, with further settings as on its command line.
    pub fn start(settings: &[&str]) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("jwtctl-redis-")
            .tempdir()
            .unwrap();
        let settings: Vec<String> = settings.iter().map(|it| (*it).to_owned()).collect();
        let process = launch(folder.path(), &settings);
        let mut server = Self {
            process,
            folder,
            settings,
        };
        server.await_ready();
        server
    }

    fn await_ready(&mut self) {
        let start = Instant::now();
        while redis::Client::open(self.url())
            .unwrap()
            .get_connection_with_timeout(Duration::from_secs(1))
            .is_err()
        {
            if let Some(status) = self.process.try_wait().unwrap() {
                panic!(
                    "redis-server ended with {status}: {}",
                    std::fs::read_to_string(self.path("log")).unwrap_or_default()
                );
            }
            assert!(
                start.elapsed() < Duration::from_secs(20),
                "redis-server does not start"
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Its URL, which needs no password of the default user.
    pub fn url(&self) -> String {
        format!("unix://{}", self.path("socket").display())
    }

    /// Asks it directly.
    pub fn try_ask(&self, command: &[&str]) -> redis::RedisResult<redis::Value> {
        ask(&self.url(), command)
    }

    /// Asks it directly for something that it does not refuse.
    pub fn ask(&self, command: &[&str]) -> redis::Value {
        self.try_ask(command).unwrap()
    }

    /// The text under a key.
    pub fn text(&self, key: &str) -> Option<String> {
        match self.ask(&["GET", key]) {
            redis::Value::Nil => None,
            redis::Value::BulkString(bytes) => Some(String::from_utf8(bytes).unwrap()),
            other => panic!("{other:?}"),
        }
    }

    /// The seconds that a key has left.
    pub fn ttl(&self, key: &str) -> i64 {
        match self.ask(&["TTL", key]) {
            redis::Value::Int(seconds) => seconds,
            other => panic!("{other:?}"),
        }
    }

    /// Sends it a signal: STOP, CONT, KILL.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args([format!("-{name}"), self.process.id().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// Ends it as a crash would.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts it again once it has ended, with what it kept on disk: nothing, unless its settings
    /// say so.
    pub fn restart(&mut self) {
        self.process.wait().unwrap();
        self.process = launch(self.folder.path(), &self.settings);
        self.await_ready();
    }

    /// jwtctl, with this server.
    pub fn jwtctl(&self, args: &[&str]) -> Ran {
        Jwtctl::new(self.folder.path())
            .env("JWTCTL_REDIS_URL", &self.url())
            .run(args)
    }

    /// jwtctl, done, its answer as JSON.
    pub fn json(&self, args: &[&str]) -> Value {
        self.jwtctl(&[args, &["--json"]].concat()).expect(0).json()
    }

    /// The file of [`SECRET`].
    pub fn secret(&self) -> String {
        file(self.folder.path(), "secret", SECRET)
    }

    /// A new session: its token and its id.
    pub fn session(&self, args: &[&str]) -> (String, String) {
        let made = self.json(&[&["session", "create", "--secret", &self.secret()], args].concat());
        (
            made["token"].as_str().unwrap().to_owned(),
            made["id"].as_str().unwrap().to_owned(),
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn launch(folder: &Path, settings: &[String]) -> Child {
    let log = folder.join("log");
    let socket = folder.join("socket");
    let _ = std::fs::remove_file(&socket);
    Command::new("redis-server")
        .args([
            "--port",
            "0",
            "--save",
            "",
            "--appendonly",
            "no",
            "--daemonize",
            "no",
        ])
        .arg("--unixsocket")
        .arg(&socket)
        .arg("--dir")
        .arg(folder)
        .arg("--logfile")
        .arg(&log)
        .args(settings)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Asks a server directly.
pub fn ask(url: &str, command: &[&str]) -> redis::RedisResult<redis::Value> {
    let mut connection =
        redis::Client::open(url)?.get_connection_with_timeout(Duration::from_secs(5))?;
    connection.set_read_timeout(Some(Duration::from_secs(10)))?;
    let parts: Vec<Vec<u8>> = command
        .iter()
        .map(|part| part.as_bytes().to_vec())
        .collect();
    connection
        .req_packed_command(&redis::pack_command(&parts))?
        .extract_error()
}

/// A file with something in it.
pub fn file(folder: &Path, name: &str, content: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    path.display().to_string()
}

/// A port of this machine that was free a moment ago, with room above it for the bus of a cluster.
pub fn free_port() -> u16 {
    loop {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        if port < 55_000 && TcpListener::bind(("127.0.0.1", port + 10_000)).is_ok() {
            return port;
        }
    }
}

/// A call of jwtctl.
pub struct Jwtctl {
    command: Command,
}

impl Jwtctl {
    /// One that knows nothing of whoever runs the tests.
    pub fn new(folder: &Path) -> Self {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("jwtctl"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("JWTCTL_") {
                command.env_remove(name);
            }
        }
        command
            .current_dir(folder)
            .env("CI", "1")
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        Self { command }
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn run(mut self, args: &[&str]) -> Ran {
        let start = Instant::now();
        let output = self.command.args(args).output().unwrap();
        Ran {
            call: args.join(" "),
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            took: start.elapsed(),
        }
    }
}

/// What came of it.
#[derive(Debug)]
pub struct Ran {
    #[allow(dead_code, reason = "read in messages alone")]
    pub call: String,
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
    pub took: Duration,
}

impl Ran {
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    /// It failed without an answer, in time, and said why in these words.
    #[track_caller]
    pub fn fails(self, code: i32, why: &str) -> Self {
        let ran = self.expect(code);
        assert!(ran.stderr.contains(why), "not {why:?}: {ran:#?}");
        assert_eq!(ran.stderr.matches("error:").count(), 1, "{ran:#?}");
        assert!(ran.stdout.is_empty(), "{ran:#?}");
        assert!(ran.took < NO_HANG, "{ran:#?}");
        ran
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {self:#?}"))
    }
}

/// A server that gives every caller the same answer to whatever comes, or none.
pub fn scripted(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            thread::spawn(move || {
                let mut buffer = [0; 4096];
                while stream.read(&mut buffer).is_ok_and(|read| read > 0) {
                    if !answer.is_empty() && stream.write_all(answer).is_err() {
                        break;
                    }
                }
            });
        }
    });
    url
}
