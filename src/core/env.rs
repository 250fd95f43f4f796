//! What the outside world supplies: the time and randomness. Passing them in keeps the core a set of plain functions
//! and lets a user ask "was it valid then?".

use super::time::Timestamp;

/// The time a call takes place at, and a source of random bytes.
#[derive(Clone, Copy)]
pub struct Env<'a> {
    /// The moment that claims, keys and caches are judged at.
    pub now: Timestamp,
    /// Fills a buffer from a cryptographically secure generator; the operating system's in practice.
    pub random: &'a dyn Fn(&mut [u8]),
}

impl Env<'_> {
    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut buffer = [0u8; N];
        (self.random)(&mut buffer);
        buffer
    }

    /// A random UUID (version 4), as `jti` and `kid` use it.
    pub fn uuid(&self) -> String {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid().to_string()
    }
}
