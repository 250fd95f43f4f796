//! All sessions of a key space, each of them once; a cluster is asked node by node.

use std::collections::HashSet;

use super::super::error::{Code, Error};
use super::super::redis::{Link, Progress, Reply, ServerAddress};
use super::space::{Space, lifetime};
use super::{LiveSession, Session};

/// Keys that one step of a listing asks for: so few that it does not block the server.
const BATCH: &[u8] = b"500";

/// The number of hash slots in a cluster.
const SLOTS: i64 = 16_384;

/// A key of the key space.
#[derive(Clone, Debug)]
pub struct StoredSession {
    /// The id of the session.
    pub id: String,
    /// The session, or what is wrong with the stored value.
    pub found: Result<LiveSession, String>,
}

impl Space {
    /// Hands over all sessions, a few at a time: on a cluster, those of all its primaries.
    pub(super) fn list(
        &self,
        first: &mut Link<'_>,
        progress: &Progress<Vec<StoredSession>>,
    ) -> Result<(), Error> {
        let nodes = if self.is_cluster(first)? {
            self.primaries(first)?
        } else {
            Vec::new()
        };
        let mut seen = HashSet::new();
        if nodes.is_empty() {
            return self.scan(first, &mut seen, progress);
        }
        nodes.iter().try_for_each(|node| {
            self.scan(
                &mut Link::open(&self.target, Some(node))?,
                &mut seen,
                progress,
            )
        })
    }

    fn scan(
        &self,
        link: &mut Link<'_>,
        seen: &mut HashSet<Vec<u8>>,
        progress: &Progress<Vec<StoredSession>>,
    ) -> Result<(), Error> {
        let pattern = format!("{}*", escaped(&self.keyspace));
        let mut cursor = b"0".to_vec();
        loop {
            let reply = link.ask(&[
                b"SCAN",
                &cursor,
                b"MATCH",
                pattern.as_bytes(),
                b"COUNT",
                BATCH,
            ])?;
            let [Reply::Bytes(next), Reply::List(keys)] = reply.items() else {
                return Err(self.odd("SCAN"));
            };
            // A scan may name a key more than once.
            let new = |key: &Reply| match key {
                Reply::Bytes(key) if seen.insert(key.clone()) => Some(key.clone()),
                _ => None,
            };
            let keys: Vec<Vec<u8>> = keys.iter().filter_map(new).collect();
            progress.hand(self.look(link, &keys)?);
            cursor.clone_from(next);
            if cursor == b"0" {
                return Ok(());
            }
        }
    }

    /// What is stored under `keys`, less those that went meanwhile.
    fn look(&self, link: &mut Link<'_>, keys: &[Vec<u8>]) -> Result<Vec<StoredSession>, Error> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let commands: Vec<Vec<&[u8]>> = keys
            .iter()
            .flat_map(|key| [vec![b"GET".as_slice(), key], vec![b"TTL", key]])
            .collect();
        let answers = link.ask_all(&commands)?;
        let mut listed = Vec::with_capacity(keys.len());
        for (key, pair) in keys.iter().zip(answers.chunks(2)) {
            let id = String::from_utf8_lossy(key.get(self.keyspace.len()..).unwrap_or_default())
                .into_owned();
            match pair {
                [Ok(Reply::Bytes(bytes)), Ok(ttl)] => {
                    let session =
                        Session::parse(bytes).map_err(|why| format!("what is stored {why}"));
                    if let Some(ttl) = ttl.int().and_then(lifetime) {
                        listed.push(StoredSession {
                            id,
                            found: session.map(|session| LiveSession { session, ttl }),
                        });
                    }
                }
                [Err(refusal), _] | [_, Err(refusal)] => match refusal.code.as_str() {
                    "WRONGTYPE" => listed.push(StoredSession {
                        id,
                        found: Err("the key holds something that is not a string".into()),
                    }),
                    _ => return Err(self.explain(refusal)),
                },
                _ => {}
            }
        }
        Ok(listed)
    }

    /// Whether the server is a node of a cluster, whose `SCAN` tells of its own keys alone.
    fn is_cluster(&self, link: &mut Link<'_>) -> Result<bool, Error> {
        match link.try_ask(&[b"HELLO"])? {
            Ok(reply) => {
                let mut pairs = reply.items().chunks(2);
                let mode = pairs.find(|pair| pair[0].text().as_deref() == Some("mode"));
                Ok(mode.and_then(|pair| pair.get(1)?.text()).as_deref() == Some("cluster"))
            }
            // Redis before version 6 has no `HELLO`.
            Err(refusal) if refusal.is_unknown_command() => {
                let info = link.ask(&[b"INFO", b"cluster"])?;
                Ok(info
                    .text()
                    .is_some_and(|info| info.contains("cluster_enabled:1")))
            }
            Err(refusal) => Err(self.explain(&refusal)),
        }
    }

    /// The nodes of a cluster that together have every key.
    fn primaries(&self, link: &mut Link<'_>) -> Result<Vec<ServerAddress>, Error> {
        let reply = link.ask(&[b"CLUSTER", b"SLOTS"])?;
        let (mut nodes, mut covered) = (Vec::new(), 0);
        for range in reply.items() {
            let [first, last, primary, ..] = range.items() else {
                return Err(self.odd("CLUSTER SLOTS"));
            };
            let [host, port, ..] = primary.items() else {
                return Err(self.odd("CLUSTER SLOTS"));
            };
            let (Some(first), Some(last)) = (first.int(), last.int()) else {
                return Err(self.odd("CLUSTER SLOTS"));
            };
            let Some(port) = port.int().and_then(|port| u16::try_from(port).ok()) else {
                return Err(self.odd("CLUSTER SLOTS"));
            };
            covered += last - first + 1;
            let host = host.text().filter(|host| host != "?").unwrap_or_default();
            let address = link.node((host.into_owned(), port))?;
            if !nodes.contains(&address) {
                nodes.push(address);
            }
        }
        if covered == SLOTS {
            return Ok(nodes);
        }
        let why = format!(
            "the cluster has no node for {} of {SLOTS} slots, so not every session can be listed",
            SLOTS - covered
        );
        Err(Error::Unavailable {
            code: Code::RedisUnavailable,
            what: self.target.to_string(),
            why,
            hints: Vec::new(),
        })
    }
}

/// A glob pattern that matches `text` and nothing else.
fn escaped(text: &str) -> String {
    let special = |c: char| matches!(c, '*' | '?' | '[' | ']' | '\\' | '^');
    text.chars()
        .flat_map(|c| special(c).then_some('\\').into_iter().chain([c]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_spaces_match_as_they_are() {
        assert_eq!(escaped("sess:"), "sess:");
        assert_eq!(escaped("a*[b]?\\"), "a\\*\\[b\\]\\?\\\\");
    }
}
