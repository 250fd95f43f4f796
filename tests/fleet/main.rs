//! A fleet of machines that share fetched keys through a real Redis: case 40 of `docs/cache.md`,
//! clause by clause.

#![cfg(all(unix, feature = "cli", feature = "redis"))]
#![allow(
    clippy::disallowed_methods,
    reason = "tests read the clock and the environment"
)]

mod crowds;
mod node;
mod outage;
mod records;
#[path = "../support/mod.rs"]
mod support;
mod trust;

use std::cell::Cell;

use support::lab::{Lab, PATIENT, Ran, finish, set, spawn};
use support::redis::Server as Redis;
use support::server::Server as Issuer;

/// What authenticates the records of a fleet.
const KEY: &str = "a key of the fleet, of 32 bytes at least";

/// An issuer, and a Redis that the machines share. Its time is turned by hand, as that of a
/// [`Lab`].
pub struct Fleet {
    pub redis: Redis,
    pub issuer: Issuer,
    pub url: String,
    pub store: String,
    pub key: String,
    at: Cell<i64>,
}

impl Fleet {
    /// One whose issuer publishes key `a`, and takes a moment for it.
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// The same with further settings of Redis.
    pub fn with(settings: &[&str]) -> Self {
        let redis = Redis::start(settings);
        let key = support::file(redis.folder.path(), "store-key", &format!("{KEY}\n"));
        let issuer = Issuer::new(|_| set(&["a"]).after(300));
        Self {
            store: redis.url(),
            url: issuer.url("/jwks"),
            key,
            redis,
            issuer,
            at: Cell::new(0),
        }
    }

    /// Another issuer instead.
    pub fn follow(&mut self, issuer: Issuer) {
        (self.url, self.issuer) = (issuer.url("/jwks"), issuer);
    }

    /// The flags for this store.
    pub fn flags(&self) -> [&str; 4] {
        ["--cache-store", &self.store, "--cache-store-key", &self.key]
    }

    /// A verification by a machine with this disk, `at` seconds after T0.
    pub fn verify(&self, disk: &Lab, at: i64, token: &str) -> Ran {
        self.run(disk, at, &self.patient(token))
    }

    /// Any call of a machine with this disk, `at` seconds after T0.
    pub fn run(&self, disk: &Lab, at: i64, args: &[&str]) -> Ran {
        self.turn(at);
        disk.run(at, args)
    }

    /// A verification that waits for as long as others may take on any machine.
    pub fn patient<'a>(&'a self, token: &'a str) -> Vec<&'a str> {
        [&self.arguments(token)[..], &["--timeout", PATIENT]].concat()
    }

    pub fn arguments<'a>(&'a self, token: &'a str) -> Vec<&'a str> {
        [
            &["verify", "--json", "--jwks-uri", &self.url][..],
            &self.flags(),
            &[token],
        ]
        .concat()
    }

    /// So many machines with empty disks at once.
    pub fn many(&self, count: usize, at: i64, token: impl Fn(usize) -> String) -> Vec<Ran> {
        self.turn(at);
        let disks: Vec<Lab> = (0..count).map(|_| Lab::new()).collect();
        let start =
            |(n, disk): (usize, &Lab)| spawn(&mut disk.command(at, &self.patient(&token(n))));
        let running: Vec<_> = disks.iter().enumerate().map(start).collect();
        running.into_iter().map(finish).collect()
    }

    /// Makes all records as old as they are `at` seconds after T0, those that run out included.
    pub fn turn(&self, at: i64) {
        let passed_ms = (at - self.at.replace(at)) * 1000;
        if passed_ms == 0 {
            return;
        }
        let redis::Value::Array(names) = self.redis.ask(&["KEYS", "jwtctl:*"]) else {
            panic!("no names")
        };
        for name in names {
            let redis::Value::BulkString(name) = name else {
                panic!("{name:?}")
            };
            self.age(&String::from_utf8(name).unwrap(), passed_ms);
        }
    }

    fn age(&self, name: &str, ms: i64) {
        let Ok(redis::Value::BulkString(text)) = self.redis.try_ask(&["GET", name]) else {
            return;
        };
        let text = String::from_utf8(text).unwrap();
        let text = records::aged(name, &text, KEY.as_bytes(), ms).unwrap_or(text);
        match self.life(name) {
            -1 => drop(self.redis.ask(&["SET", name, &text])),
            left if left > ms => {
                let left = (left - ms).to_string();
                self.redis.ask(&["SET", name, &text, "PX", &left]);
            }
            _ => drop(self.redis.ask(&["DEL", name])),
        }
    }

    /// The name of the only record of this kind.
    pub fn name(&self, kind: &str) -> String {
        let redis::Value::Array(names) = self.redis.ask(&["KEYS", &format!("jwtctl:{kind}:*")])
        else {
            panic!("no names")
        };
        let [redis::Value::BulkString(name)] = &names[..] else {
            panic!("not one {kind}: {names:?}")
        };
        String::from_utf8(name.clone()).unwrap()
    }

    /// The record of the only key set.
    pub fn record(&self) -> String {
        self.redis.text(&self.name("jwks")).unwrap()
    }

    /// Puts a record in place of the key set's.
    pub fn replace(&self, record: &str) {
        self.redis
            .ask(&["SET", &self.name("jwks"), record, "PX", "600000"]);
    }

    /// The milliseconds that a record has left; -1 is for ever.
    pub fn life(&self, name: &str) -> i64 {
        match self.redis.ask(&["PTTL", name]) {
            redis::Value::Int(milliseconds) => milliseconds,
            other => panic!("{other:?}"),
        }
    }
}

/// Where the keys of a verification came from.
pub fn source(ran: &Ran) -> String {
    ran.json()["keys"]["source"].as_str().unwrap().to_owned()
}
