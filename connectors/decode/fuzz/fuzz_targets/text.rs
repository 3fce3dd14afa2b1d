//! Any bytes at all: no crash, and every byte belongs to exactly one record.
#![no_main]

use std::io::Cursor;

use decode::{Dialect, Limits, open};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits {
        record_bytes_max: 4096,
        ..Limits::default()
    };
    let is_header = |cells: &[String]| cells.iter().any(|cell| cell == "id");
    let Ok(mut reader) = open(Cursor::new(bytes), &Dialect::default(), &is_header, &limits) else {
        return;
    };
    let delimited = reader.evidence().is_delimited();
    let mut end = 0;
    while let Ok(Some(frame)) = reader.next_frame(7) {
        assert_eq!(frame.row_no.len(), frame.kind.len());
        for range in &frame.bytes {
            assert_eq!(range.start, end);
            assert!(range.end > range.start);
            end = range.end;
        }
    }
    assert!(!delimited || end == bytes.len() as u64);
});
