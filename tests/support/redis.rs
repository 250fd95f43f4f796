//! A `redis-server` for one test, and a server that gives the answer it is told to.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use redis::ConnectionLike as _;
use serde_json::Value;
use tempfile::TempDir;

use super::process::PATIENCE;
pub use super::process::Ran;
pub use super::{Jwtctl, file};

/// A secret of tokens that is long enough.
pub const SECRET: &str = "a secret that HS256 finds long enough";

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
            assert!(start.elapsed() < PATIENCE, "redis-server does not start");
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
