//! Any bytes as text, with limits that small files reach. The first byte chooses what the contract prescribes.
#![no_main]

use decode::{Charset, Dialect, Limits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, bytes)) = bytes.split_first() else {
        return;
    };
    let dialect = Dialect {
        encoding: [None, Some(Charset::Utf8), Some(Charset::Gb18030), Some(Charset::Utf16Le)][usize::from(choice & 3)],
        quote: (choice & 4 > 0).then_some(b'"'),
        ..Dialect::default()
    };
    let limits = Limits {
        record_bytes_max: if choice & 8 > 0 { 64 } else { 4096 },
        field_bytes_max: if choice & 16 > 0 { 8 } else { 4096 },
        ..Limits::default()
    };
    fuzz::is_told_whole_and_alike(bytes, &dialect, &limits);
});
