//! What is asked of every string and every object, and therefore of many bytes and names at once.

use std::collections::HashSet;

/// Whether a name stands among others twice.
pub(super) fn repeats<S: AsRef<str>>(names: &[S]) -> bool {
    /// Up to so many, comparing each with each is quicker than a table.
    const FEW: usize = 24;
    if names.len() > FEW {
        let mut seen = HashSet::with_capacity(names.len());
        return !names.iter().all(|name| seen.insert(name.as_ref()));
    }
    let mut prints = [0; FEW];
    for (print, name) in prints.iter_mut().zip(names) {
        *print = fingerprint(name.as_ref());
    }
    // All of them are looked at, since a loop of fixed length compares several at once.
    let is_shared = |print: u32| prints.iter().map(|it| u32::from(*it == print)).sum::<u32>() > 1;
    let twice = |(at, name): (usize, &S)| {
        let before = || names[..at].iter().any(|it| it.as_ref() == name.as_ref());
        is_shared(prints[at]) && before()
    };
    names.iter().enumerate().any(twice)
}

/// A number in which names mostly differ: their length, and four letters at either end.
fn fingerprint(name: &str) -> u32 {
    let bytes = name.as_bytes();
    let number = match (bytes.first_chunk(), bytes.last_chunk()) {
        (Some(first), Some(last)) => {
            u32::from_le_bytes(*first) ^ u32::from_le_bytes(*last).rotate_left(13)
        }
        _ => bytes
            .iter()
            .fold(0, |number, byte| number << 8 | u32::from(*byte)),
    };
    number ^ (bytes.len() as u32) << 27
}

/// Whether a byte does not stand for itself in a string: a quote, a backslash or a control character.
fn is_special(byte: u8) -> bool {
    byte == b'"' || byte == b'\\' || byte < 0x20
}

/// Where among eight bytes the first one is that [`is_special`], all of them looked at at once.
fn first_special(bytes: [u8; 8]) -> Option<usize> {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const TOPS: u64 = ONES << 7;
    let word = u64::from_le_bytes(bytes);
    let is_other = |byte: u8| word ^ (ONES * u64::from(byte));
    // What is subtracted sets the top bit of a byte that is less; also of one above such a byte, which
    // is never the first, and of one that has it already, which is none.
    let control = word.wrapping_sub(ONES * 0x20);
    let quote = is_other(b'"').wrapping_sub(ONES);
    let backslash = is_other(b'\\').wrapping_sub(ONES);
    let found = (control | quote | backslash) & !word & TOPS;
    (found != 0).then(|| found.trailing_zeros() as usize / 8)
}

/// How many bytes at the beginning of `bytes` stand for themselves in a string.
pub(super) fn plain_prefix(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    let special = loop {
        let Some((word, after)) = rest.split_first_chunk::<8>() else {
            break rest.iter().position(|it| is_special(*it));
        };
        if let Some(at) = first_special(*word) {
            break Some(at);
        }
        rest = after;
    };
    bytes.len() - rest.len() + special.unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_special_byte_is_found_wherever_it_stands() {
        for byte in 0..=u8::MAX {
            for around in [b'a', 0x21, 0x7f, 0x80, 0xff] {
                for at in 0..8 {
                    let mut bytes = [around; 8];
                    bytes[at] = byte;
                    let expected = bytes.iter().position(|it| is_special(*it));
                    assert_eq!(first_special(bytes), expected, "{bytes:?}");
                    bytes[7 - at] = b'"';
                    let expected = bytes.iter().position(|it| is_special(*it));
                    assert_eq!(first_special(bytes), expected, "{bytes:?}");
                }
            }
        }
    }
}
