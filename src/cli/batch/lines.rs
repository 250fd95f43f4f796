//! Lines in blocks: a block has the whole lines that one read has brought, so that no line waits
//! for input that is not there yet, and blocks take about the same time.

use std::io::{self, Read};

use jwtctl::core::error::Reason;
use memchr::{memchr, memchr_iter, memrchr};

/// Bytes that one read asks for.
const BLOCK: usize = 128 * 1024;

/// The error of a reader that was told to stop. A line that it had read only in part is dropped.
#[derive(Debug)]
pub struct Stopped;

impl Stopped {
    /// Whether an error is this one.
    pub fn is(error: &io::Error) -> bool {
        error.get_ref().is_some_and(|it| it.is::<Self>())
    }
}

impl std::fmt::Display for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("reading was stopped")
    }
}

impl std::error::Error for Stopped {}

/// One line of the input.
pub struct Line<'a> {
    /// Its number, from 1.
    pub number: u64,
    /// Its text, without the end of the line.
    ///
    /// # Errors
    /// When it is longer than a line may be, or not text.
    pub text: Result<&'a str, Reason>,
}

/// Bytes that were read, in room that is used again. What is beyond them stays as it is, so that
/// room is cleared once and not at every read.
#[derive(Default)]
struct Buffer {
    room: Vec<u8>,
    start: usize,
    end: usize,
}

impl Buffer {
    fn bytes(&self) -> &[u8] {
        &self.room[self.start..self.end]
    }

    fn is_empty(&self) -> bool {
        self.start == self.end
    }

    fn drop_front(&mut self, bytes: usize) {
        self.start += bytes;
    }

    /// Empties it for other bytes.
    fn clear(&mut self) {
        (self.start, self.end) = (0, 0);
        if self.room.len() > 2 * BLOCK {
            // A long line must not keep its memory for the rest of the run.
            self.room = Vec::new();
        }
    }

    /// Makes room for `more` bytes.
    fn reserve(&mut self, more: usize) {
        if self.end + more > self.room.len() {
            self.room.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
            let least = self.end + more;
            if least > self.room.len() {
                // Twice as much, so that a long line is not moved at every read.
                self.room.resize(least.max(2 * self.end), 0);
            }
        }
    }

    fn push(&mut self, bytes: &[u8]) {
        self.reserve(bytes.len());
        self.room[self.end..][..bytes.len()].copy_from_slice(bytes);
        self.end += bytes.len();
    }

    /// Reads once, at most [`BLOCK`] bytes; returns how many came.
    fn read(&mut self, input: &mut impl Read) -> io::Result<usize> {
        self.reserve(BLOCK);
        let room = &mut self.room[self.end..][..BLOCK];
        let count = loop {
            match input.read(room) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.end += count;
        Ok(count)
    }

    /// Moves the first `length` bytes into `other`, which is empty, copying the smaller part.
    fn split_into(&mut self, length: usize, other: &mut Self) {
        let (front, back) = self.bytes().split_at(length);
        if front.len() < back.len() {
            other.push(front);
            self.drop_front(length);
        } else {
            other.push(back);
            std::mem::swap(self, other);
            other.end = other.start + length;
        }
    }
}

/// Whole lines, and their place in the input.
#[derive(Default)]
pub struct Block {
    /// Its place among the blocks.
    pub place: u64,
    /// The number of its first line.
    pub first: u64,
    /// The lines, each with its end; the last one of the input may lack it.
    lines: Buffer,
    /// Whether it stands for one line that was too long, and is left out.
    pub is_too_long: bool,
    /// Bytes that a line may have.
    longest: usize,
    /// How many bytes of input it consumed.
    pub consumed: u64,
}

impl Block {
    /// Its lines.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let left_out = self.is_too_long.then(|| self.too_long());
        let mut rest = self.lines.bytes();
        let texts = std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let length = memchr(b'\n', rest).unwrap_or(rest.len());
            let line = &rest[..length];
            rest = rest.get(length + 1..).unwrap_or_default();
            Some(line)
        });
        let texts = left_out.into_iter().chain(texts.map(|it| self.text(it)));
        let lines = texts.zip(self.first..);
        lines.map(|(text, number)| Line { number, text })
    }

    fn text<'b>(&self, line: &'b [u8]) -> Result<&'b str, Reason> {
        if line.len() > self.longest {
            return self.too_long();
        }
        match std::str::from_utf8(line) {
            Ok(text) => Ok(text.strip_suffix('\r').unwrap_or(text)),
            Err(_) => Err(Reason::malformed("the line is not text")),
        }
    }

    fn too_long(&self) -> Result<&'static str, Reason> {
        let longest = self.longest;
        let why = format!("the line is longer than {longest} bytes, the most that is read");
        Err(Reason::malformed(why))
    }

    /// Empties it for other lines.
    fn clear(&mut self) {
        self.lines.clear();
        self.is_too_long = false;
        self.consumed = 0;
    }
}

/// Cuts an input into blocks.
pub struct Lines<R> {
    input: R,
    /// What was read, and is in no block yet.
    rest: Buffer,
    /// How many bytes at its beginning were searched already and have no end of a line.
    searched: usize,
    longest: usize,
    /// Whether each line is a block.
    single: bool,
    /// Whether the end of a line that was too long is still to come.
    skipping: bool,
    place: u64,
    line: u64,
}

impl<R: Read> Lines<R> {
    /// The lines of `input`, of at most `longest` bytes each; one a block if `single`.
    pub fn new(input: R, longest: u64, single: bool) -> Self {
        Self {
            input,
            rest: Buffer::default(),
            searched: 0,
            longest: usize::try_from(longest).unwrap_or(usize::MAX),
            single,
            skipping: false,
            place: 0,
            line: 1,
        }
    }

    /// The input.
    pub fn input(&self) -> &R {
        &self.input
    }

    /// Fills `block` with the next lines; `false` at the end of the input.
    ///
    /// # Errors
    /// When the input cannot be read.
    pub fn next(&mut self, block: &mut Block) -> io::Result<bool> {
        block.clear();
        block.longest = self.longest;
        loop {
            if let Some(end) = self.end() {
                if std::mem::take(&mut self.skipping) {
                    self.drop_front(end, block);
                    continue;
                }
                self.cut(end, block);
                return Ok(true);
            }
            self.searched = self.rest.bytes().len();
            if self.skipping {
                self.drop_front(self.searched, block);
            } else if self.searched > self.longest {
                self.drop_front(self.searched, block);
                self.skipping = true;
                block.is_too_long = true;
                self.number(block, 1);
                return Ok(true);
            }
            if self.rest.read(&mut self.input)? == 0 {
                if self.rest.is_empty() {
                    return Ok(false);
                }
                self.cut(self.searched, block);
                return Ok(true);
            }
        }
    }

    /// Where the lines end that go into the next block.
    fn end(&self) -> Option<usize> {
        let new = &self.rest.bytes()[self.searched..];
        let at = match self.single || self.skipping {
            true => memchr(b'\n', new),
            false => memrchr(b'\n', new),
        };
        at.map(|at| self.searched + at + 1)
    }

    /// Moves what was read up to `end` into the block.
    fn cut(&mut self, end: usize, block: &mut Block) {
        self.rest.split_into(end, &mut block.lines);
        self.searched = 0;
        block.consumed += end as u64;
        let bytes = block.lines.bytes();
        let ends = memchr_iter(b'\n', bytes).count() as u64;
        let open = u64::from(bytes.last() != Some(&b'\n'));
        self.number(block, ends + open);
    }

    fn number(&mut self, block: &mut Block, lines: u64) {
        (block.place, block.first) = (self.place, self.line);
        self.place += 1;
        self.line += lines;
    }

    fn drop_front(&mut self, bytes: usize, block: &mut Block) {
        self.rest.drop_front(bytes);
        self.searched = 0;
        block.consumed += bytes as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes a read.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(buffer.len());
            let (now, later) = self.0.split_at(count);
            buffer[..count].copy_from_slice(now);
            self.0 = later;
            Ok(count)
        }
    }

    /// The lines as they come out: number and text.
    fn read(text: &str, a_read: usize, longest: u64, single: bool) -> Vec<(u64, Option<String>)> {
        let mut lines = Lines::new(Slow(text.as_bytes(), a_read), longest, single);
        let (mut block, mut all, mut consumed) = (Block::default(), Vec::new(), 0);
        while lines.next(&mut block).unwrap() {
            let found: Vec<_> = block
                .lines()
                .map(|it| (it.number, it.text.ok().map(String::from)))
                .collect();
            assert!(!single || found.len() == 1, "{found:?}");
            all.extend(found);
            consumed += block.consumed;
        }
        assert!(consumed as usize <= text.len());
        all
    }

    #[test]
    fn every_line_comes_out_once_and_numbered_however_it_comes_in() {
        let text = "a\n\nccc\r\ndd\n\ne";
        for a_read in 1..text.len() + 2 {
            for single in [false, true] {
                let found = read(text, a_read, 100, single);
                let expected = ["a", "", "ccc", "dd", "", "e"];
                let expected: Vec<_> = expected
                    .iter()
                    .zip(1..)
                    .map(|(text, number)| (number, Some((*text).to_owned())))
                    .collect();
                assert_eq!(found, expected, "{a_read} {single}");
            }
        }
        assert!(read("", 1, 100, false).is_empty());
        assert_eq!(read("\n", 1, 100, false).len(), 1);
    }

    /// Gives its bytes, and is then told to stop.
    struct Halted(&'static [u8]);

    impl Read for Halted {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.len() {
                0 => Err(io::Error::other(Stopped)),
                _ => self.0.read(buffer),
            }
        }
    }

    #[test]
    fn a_line_that_was_begun_when_reading_stops_is_none() {
        let mut lines = Lines::new(Halted(b"a\nbb"), 100, false);
        let mut block = Block::default();
        assert!(lines.next(&mut block).unwrap());
        let texts: Vec<_> = block
            .lines()
            .map(|it| it.text.unwrap().to_owned())
            .collect();
        assert_eq!(texts, ["a"]);
        assert!(Stopped::is(&lines.next(&mut block).unwrap_err()));
    }

    #[test]
    fn a_line_that_is_too_long_is_one_line_and_the_next_ones_follow() {
        let text = format!("a\n{}\nb\n{}", "x".repeat(50), "y".repeat(50));
        for a_read in [1, 3, 7, 40, 60, 1000] {
            for single in [false, true] {
                let found = read(&text, a_read, 10, single);
                let texts: Vec<_> = found.iter().map(|(_, text)| text.as_deref()).collect();
                assert_eq!(texts, [Some("a"), None, Some("b"), None]);
                let numbers: Vec<u64> = found.iter().map(|(number, _)| *number).collect();
                assert_eq!(numbers, [1, 2, 3, 4]);
            }
        }
    }
}
