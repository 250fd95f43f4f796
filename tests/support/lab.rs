//! Processes of jwtctl with a cache of their own, and the tokens to give them.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::OnceLock;

use serde_json::{Value, json};
use tempfile::TempDir;

pub use super::ageing::framed;
use super::server::{Reply, reply};
pub use super::{
    Call, Ran, all, calls, finish, has, have, isolated, jwtctl as plain, ordinary, ran, skipped,
    spawn, traced, under, until,
};

/// What tokens take for the beginning of everything; times in tests are seconds from here.
pub const T0: i64 = 1_785_578_400;

/// Keys that all tests share, made once.
pub struct Keys {
    folder: TempDir,
}

impl Keys {
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.jwk"))
    }

    pub fn public(&self, name: &str) -> Value {
        serde_json::from_str(
            &fs::read_to_string(self.folder.path().join(format!("{name}.pub"))).unwrap(),
        )
        .unwrap()
    }
}

pub fn keys() -> &'static Keys {
    static KEYS: OnceLock<Keys> = OnceLock::new();
    KEYS.get_or_init(|| {
        let keys = Keys {
            folder: TempDir::new().unwrap(),
        };
        // The last one is another key that calls itself "a".
        for (name, kid, alg) in [
            ("a", "a", "EdDSA"),
            ("b", "b", "EdDSA"),
            ("rsa", "rsa", "RS256"),
            ("a2", "a", "EdDSA"),
        ] {
            let mut command = plain();
            command
                .args(["keygen", alg, "--kid", kid, "--no-encrypt", "--out"])
                .arg(keys.file(name));
            command
                .arg("--public-out")
                .arg(keys.folder.path().join(format!("{name}.pub")));
            assert!(command.output().unwrap().status.success());
        }
        // Signs without saying who it is.
        let mut anonymous: Value =
            serde_json::from_str(&fs::read_to_string(keys.file("a")).unwrap()).unwrap();
        anonymous.as_object_mut().unwrap().remove("kid");
        fs::write(keys.file("anonymous"), anonymous.to_string()).unwrap();
        keys
    })
}

/// A key set of these keys, as a server publishes it.
pub fn set(names: &[&str]) -> Reply {
    set_of(
        &names
            .iter()
            .map(|name| keys().public(name))
            .collect::<Vec<_>>(),
    )
}

pub fn set_of(keys: &[Value]) -> Reply {
    reply(200, json!({ "keys": keys }).to_string())
}

/// A token by a key that is valid from T0 for an hour.
pub fn token(name: &str) -> String {
    token_with(
        name,
        &[
            "--iss",
            "https://issuer.example",
            "--exp",
            &(T0 + 3600).to_string(),
        ],
    )
}

pub fn token_with(name: &str, args: &[&str]) -> String {
    let mut command = plain();
    command
        .args(["sign", "--now", &T0.to_string(), "--jti", "none", "--key"])
        .arg(keys().file(name))
        .args(args);
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A token with a signature that no key made.
pub fn forged(header: &Value, payload: &Value) -> String {
    use base64::Engine as _;
    let encode = |text: &[u8]| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    let part = |json: &Value| encode(json.to_string().as_bytes());
    format!("{}.{}.{}", part(header), part(payload), encode(&[7; 64]))
}

/// One for a key that does not exist.
pub fn random_kid(n: usize) -> String {
    forged(
        &json!({"alg": "EdDSA", "kid": format!("random-{n}")}),
        &json!({"exp": T0 + 3600}),
    )
}

/// A cache directory, and processes that use it. Its time is turned by hand: what is in the cache
/// is made older by as many seconds as a test says have passed.
pub struct Lab {
    folder: TempDir,
    at: Cell<i64>,
}

impl Lab {
    pub fn new() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
            at: Cell::new(0),
        }
    }

    /// Makes it `at` seconds after the beginning, for the cache; the machine's own time goes on from
    /// there.
    pub fn turn(&self, at: i64) -> &Self {
        let passed = at - self.at.replace(at);
        if passed != 0 {
            super::ageing::cache(&self.cache(), passed * 1000);
        }
        self
    }

    /// What the machine's clock would have said `at` seconds after the beginning, in milliseconds.
    pub fn millis(&self, at: i64) -> i64 {
        real_millis() + (at - self.at.get()) * 1000
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    /// The command line of a process that starts `at` seconds after T0, by the clock of tokens and
    /// by that of the cache.
    pub fn command(&self, at: i64, args: &[&str]) -> Command {
        self.turn(at);
        let mut command = plain();
        command
            .env("JWTCTL_CACHE_DIR", self.cache())
            .env("HOME", self.folder.path());
        command.args(["--now", &(T0 + at).to_string()]).args(args);
        command
    }

    pub fn run(&self, at: i64, args: &[&str]) -> Ran {
        ran(&mut self.command(at, args))
    }

    /// By the machine's own clock.
    pub fn real(&self, args: &[&str]) -> Ran {
        ran(plain().env("JWTCTL_CACHE_DIR", self.cache()).args(args))
    }

    pub fn verify(&self, at: i64, url: &str, token: &str) -> Ran {
        self.run(at, &["verify", "--json", "--jwks-uri", url, token])
    }

    /// So many processes at once, which wait for each other for as long as it takes.
    pub fn many(
        &self,
        count: usize,
        at: i64,
        url: &str,
        token: impl Fn(usize) -> String,
    ) -> Vec<Ran> {
        let start = |n: usize| {
            let args = ["verify", "--json", "--timeout", PATIENT, "--jwks-uri", url];
            spawn(&mut self.command(at, &[&args[..], &[&token(n)]].concat()))
        };
        let children: Vec<Child> = (0..count).map(start).collect();
        children.into_iter().map(finish).collect()
    }

    fn files(&self, kind: &str, extension: &str) -> Vec<PathBuf> {
        let Ok(found) = fs::read_dir(self.cache().join(kind)) else {
            return Vec::new();
        };
        let mut files: Vec<PathBuf> = found.flatten().map(|it| it.path()).collect();
        files.retain(|it| it.extension().is_some_and(|it| it == extension));
        files.sort();
        files
    }

    /// The file of the only entry.
    #[track_caller]
    pub fn entry_file(&self) -> PathBuf {
        let files = self.files("jwks-v1", "json");
        assert_eq!(files.len(), 1, "{files:?}");
        files[0].clone()
    }

    pub fn entry(&self) -> Value {
        let bytes = fs::read(self.entry_file()).unwrap();
        serde_json::from_slice(&bytes[65..]).unwrap()
    }

    /// Changes the entry, as if it had been written like that.
    pub fn edit(&self, change: impl FnOnce(&mut Value)) {
        let mut entry = self.entry();
        change(&mut entry);
        fs::write(self.entry_file(), framed(entry.to_string().as_bytes())).unwrap();
    }

    pub fn lock_files(&self) -> Vec<PathBuf> {
        self.files("jwks-v1", "lock")
    }

    pub fn attempt(&self) -> Value {
        serde_json::from_slice(&fs::read(&self.lock_files()[0]).unwrap()).unwrap()
    }

    pub fn holds(&self, needle: &str) -> bool {
        ["jwks-v1", "disc-v1"].iter().any(|kind| {
            let files = fs::read_dir(self.cache().join(kind))
                .into_iter()
                .flatten()
                .flatten();
            files
                .filter_map(|it| fs::read(it.path()).ok())
                .any(|it| String::from_utf8_lossy(&it).contains(needle))
        })
    }
}

/// A `--timeout` that no machine is too slow for.
pub const PATIENT: &str = "2m";

/// The machine's clock.
pub fn real_millis() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since.unwrap().as_millis()).unwrap()
}
