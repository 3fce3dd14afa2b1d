//! Any bytes, read as whatever they seem to be.
#![no_main]

use decode::{Dialect, Limits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits {
        // A bomb of a few bytes must end in time, as large ones do at their own limit.
        unpacked_bytes_max: 1 << 20,
        ..Limits::default()
    };
    fuzz::is_told_whole_and_alike(bytes, &Dialect::default(), &limits);
});
