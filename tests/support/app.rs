//! Servers of `tests/peers` in Node.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};

use super::process::PATIENCE;
use super::{adapter, peer, repository};

/// A server that runs until its standard input ends.
pub struct App {
    process: Child,
    _stdout: BufReader<ChildStdout>,
    /// Where it is: `http://127.0.0.1:PORT`.
    pub url: String,
}

impl App {
    /// `SCRIPT serve ARGS…` with `settings` in its environment. Where its packages are not
    /// installed, that is said instead.
    #[track_caller]
    pub fn start(script: &str, args: &[&str], settings: &[(&str, &str)]) -> Option<Self> {
        let version = adapter(script, &["version"], Path::new("."));
        if version.is_skipped() {
            return None;
        }
        version.expect(0);
        let mut process = peer("node")
            .arg(repository("tests/peers").join(script))
            .arg("serve")
            .args(args)
            .envs(settings.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        Some(Self {
            process,
            _stdout: stdout,
            url: line.trim().to_owned(),
        })
    }

    /// The status and the body of the answer to one request, whose headers end with line breaks.
    #[track_caller]
    pub fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> (u16, String) {
        let host = self.url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let length = body.len();
        // In HTTP/1.0 an answer comes in one piece and ends the connection.
        let head = format!(
            "{method} {path} HTTP/1.0\r\nhost: {host}\r\n{headers}content-length: {length}\r\n\r\n"
        );
        stream.write_all((head + body).as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, body.to_owned())
    }
}

impl Drop for App {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
