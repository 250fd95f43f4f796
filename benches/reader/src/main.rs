//! The least that `decode --batch` can cost: lines, base64url, and the fastest JSON reader there is, for header
//! and payload. Nothing strict, and no output.
//!
//!     cargo run --release --manifest-path benches/reader/Cargo.toml -- TOKENS
//!
//! prints the tokens decoded a second.

use std::time::Instant;

use base64_simd::URL_SAFE_NO_PAD;
use sonic_rs::{JsonContainerTrait as _, Value};

/// How many members the headers and payloads of all lines have.
fn members(lines: &str) -> usize {
    let read = |line: &str| {
        let mut parts = line.split('.');
        let mut part = || {
            URL_SAFE_NO_PAD
                .decode_to_vec(parts.next().unwrap())
                .unwrap()
        };
        let count = |json: &[u8]| {
            let value: Value = sonic_rs::from_slice(json).unwrap();
            value.as_object().unwrap().len()
        };
        let found = count(&part()) + count(&part());
        std::hint::black_box(part());
        found
    };
    lines.lines().map(read).sum()
}

fn main() {
    let tokens = std::env::args().nth(1).expect("a file of tokens");
    let tokens = std::fs::read_to_string(tokens).expect("text");
    let start = Instant::now();
    let members = members(&tokens);
    let each = tokens.lines().count() as f64 / start.elapsed().as_secs_f64();
    println!("{each:.0} {members}");
}
