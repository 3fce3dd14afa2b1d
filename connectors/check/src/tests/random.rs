//! Seeded dirt: whatever comes in, every record is accounted for, and how the file is cut into frames changes nothing.

use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

const DIRT: [&str; 22] = [
    "",
    " ",
    "x",
    "\"",
    "\"\"",
    "\"a\nb\"",
    "-1",
    "1e5",
    "１２３",
    "0",
    "99999999999999999999",
    "2025-02-30",
    "长期",
    "433101",
    "火星",
    "430822",
    "202412",
    "合计",
    "\0",
    "\r",
    "91433199MA7AO0017H",
    "万元",
];

fn dirty(random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut rows = Vec::new();
    for number in 0..random.random_range(1..120) {
        let row = good(if random.random_bool(0.1) {
            number / 2
        } else {
            number
        });
        let mut fields: Vec<String> = row.trim_end().split(',').map(str::to_owned).collect();
        while random.random_bool(0.3) {
            let at = random.random_range(0..fields.len());
            fields[at] = (*DIRT.choose(random).unwrap()).to_owned();
        }
        if random.random_bool(0.03) {
            fields.truncate(random.random_range(1..fields.len()));
        }
        rows.push(fields.join(",") + ["\n", "\r\n", "\n\n"].choose(random).unwrap());
    }
    let text = file(rows);
    let mut bytes = match random.random_range(0..3) {
        0 => encoding_rs::GB18030.encode(&text).0.into_owned(),
        1 => std::iter::once(0xFEFF)
            .chain(text.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect(),
        _ => text.into_bytes(),
    };
    for _ in 0..random.random_range(0..3) {
        let at = random.random_range(HEADER.len()..bytes.len());
        bytes[at] = random.random();
    }
    bytes
}

#[test]
fn every_record_of_a_dirty_file_is_accounted_for_in_any_frame_size() {
    let mut random = ChaCha8Rng::seed_from_u64(433_100);
    let (mut committed, mut refused) = (0, 0);
    for _ in 0..120 {
        let bytes = dirty(&mut random);
        // `checked_with` asserts what must add up.
        let whole = checked_with(pow_usage(), "433100", &bytes, Limits::default());
        let limits = Limits {
            frame_rows: random.random_range(1..40),
            ..Limits::default()
        };
        let cut = checked_with(pow_usage(), "433100", &bytes, limits);
        assert_eq!(whole.report, cut.report);
        assert_eq!(whole.sink.findings, cut.sink.findings);
        assert_eq!(whole.refused(), cut.refused());
        committed += texts(&whole.sink.accepted, "region_code").len();
        refused += whole.refused().len();
    }
    assert!(committed > 500 && refused > 500, "{committed} {refused}");
}
