//! The commands and scripts that a shared cache sends to Redis, and the replies read plainly.

use aws_lc_rs::digest;

use super::super::key::to_hex;
use super::super::redis::{RedisError, Reply};

/// The last octet that is asked for of a record, counted from 0: one more than the largest has.
pub(super) const LAST: &[u8] = b"262144";

/// The last octet that is asked for of an attempt.
pub(super) const LAST_OF_ATTEMPT: &[u8] = b"4095";

/// Takes the lease unless another machine has it, and reads the entry and the last attempt. A lease
/// without a TTL would block the fleet for ever, and is removed.
pub(super) const CLAIM: &[u8] = b"\
local entry, attempt = redis.call('GETRANGE', KEYS[1], 0, 262144), redis.call('GETRANGE', KEYS[2], 0, 4095)
local left = redis.call('PTTL', KEYS[3])
if left == -1 or left > tonumber(ARGV[3]) then redis.call('DEL', KEYS[3]) end
local mine = redis.call('SET', KEYS[3], ARGV[1], 'NX', 'PX', ARGV[2])
return { mine and 1 or 0, entry, attempt }";

/// Writes an entry, unless the record has changed since it was looked at; then the reply is the
/// record that is there now. A success needs no attempt record, since the entry itself says when it
/// was fetched: the holder of the lease removes the record of a failure.
pub(super) const PUT: &[u8] = b"\
local there = redis.call('GETRANGE', KEYS[1], 0, 262144)
if redis.sha1hex(there) ~= ARGV[1] then return there end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
if redis.pcall('GET', KEYS[3]) == ARGV[4] then redis.call('DEL', KEYS[2], KEYS[3]) end
return 1";

/// Gives the lease back, having noted the attempt if there is one. A machine that has lost the lease
/// does neither.
pub(super) const LEAVE: &[u8] = b"\
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
if ARGV[2] ~= '' then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return redis.call('DEL', KEYS[2])";

/// The words of a command.
pub(super) type Command = Vec<Vec<u8>>;

/// The replies to several commands, in their order.
pub(super) type Replies = Vec<Result<Reply, RedisError>>;

pub(super) fn bytes(reply: Option<Reply>) -> Vec<u8> {
    match reply {
        Some(Reply::Bytes(bytes)) => bytes,
        _ => Vec::new(),
    }
}

/// The SHA-1 that Redis computes too (`redis.sha1hex`), to tell whether a record has changed;
/// nothing depends on its strength.
pub(super) fn sha1_hex(bytes: &[u8]) -> String {
    to_hex(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref())
}

pub(super) fn command(words: &[&[u8]]) -> Command {
    words.iter().map(|word| word.to_vec()).collect()
}

pub(super) fn script(text: &[u8], keys: &[Vec<u8>], arguments: &[&[u8]]) -> Command {
    let head = [
        b"EVAL".to_vec(),
        text.to_vec(),
        keys.len().to_string().into_bytes(),
    ];
    head.into_iter()
        .chain(keys.iter().cloned())
        .chain(arguments.iter().map(|it| it.to_vec()))
        .collect()
}

pub(super) fn number(value: i64) -> Vec<u8> {
    value.to_string().into_bytes()
}
