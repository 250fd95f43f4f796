#![no_main]

use jwtctl_fuzz::mutate;
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_target!(|data: &[u8]| jwtctl_fuzz::sd_jwt(data));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::token(data, size, max_size, seed)
});
