//! Seeded noise: whatever comes in, every byte belongs to exactly one record, and records do not depend on how the
//! file is cut while it is read.

use std::io::{Cursor, Read, Seek, SeekFrom};

use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::Delimiter;

/// Pieces that hurt.
const PIECES: [&[u8]; 28] = [
    b"||",
    b"\\\"",
    b"# ",
    b"\" ",
    b",",
    b",",
    b",",
    b"\n",
    b"\n",
    b"\r\n",
    b"\r",
    b"\"",
    b"\"",
    b"\"\"",
    b";",
    b"|",
    b"\t",
    b"\0",
    b"'",
    "湘西".as_bytes(),
    b"\xCF\xE6",
    b"\x81\x7C",
    b"\x82\x30\xB7\x31",
    b"\xFF",
    b"\xE6\xB9",
    b"abc",
    b"12.5",
    b" ",
];

/// Hands out a few bytes at a time.
struct Drip(Cursor<Vec<u8>>, usize);

impl Read for Drip {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = buffer.len().min(self.1);
        self.0.read(&mut buffer[..length])
    }
}

impl Seek for Drip {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.0.seek(to)
    }
}

fn noise(random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = [&b""[..], b"\xEF\xBB\xBF", b"\xFF\xFE"]
        .choose(random)
        .unwrap()
        .to_vec();
    if bytes == b"\xFF\xFE" {
        let text: String = (0..random.random_range(1..80))
            .map(|_| *['a', ',', '\n', '"', '湘', '𠮷', '\r'].choose(random).unwrap())
            .collect();
        bytes.extend(
            format!("id,a,b\n{text}")
                .encode_utf16()
                .flat_map(u16::to_le_bytes),
        );
        (0..random.random_range(0..3)).for_each(|_| bytes.push(random.random()));
        return bytes;
    }
    bytes.extend_from_slice(b"id,a,b\n");
    (0..random.random_range(1..200)).for_each(|_| bytes.extend_from_slice(PIECES.choose(random).unwrap()));
    bytes
}

#[test]
fn byte_ranges_tile_any_file_and_records_do_not_depend_on_the_reads() {
    let mut random = ChaCha8Rng::seed_from_u64(20_250_101);
    let mut read_files = 0;
    for _ in 0..4000 {
        let bytes = noise(&mut random);
        let limits = Limits {
            record_bytes_max: random.random_range(8..200),
            ..Limits::default()
        };
        let dialect = Dialect {
            delimiter: [
                None,
                None,
                Delimiter::new(","),
                Delimiter::new("|"),
                Delimiter::new("||"),
            ]
            .choose(&mut random)
            .copied()
            .flatten(),
            ..Dialect::default()
        };
        let frame_rows = random.random_range(1..20);
        // `read_with` asserts the tiling.
        let whole = match read_with(&bytes, &dialect, &limits, frame_rows) {
            Ok(whole) => whole,
            Err(DecodeError::Read(error)) => panic!("{error}"),
            Err(_) => continue,
        };
        read_files += 1;
        let drip = Drip(Cursor::new(bytes), random.random_range(1..7));
        let mut reader = open(drip, &dialect, &is_header, &limits).unwrap();
        let mut frames = Vec::new();
        while let Some(frame) = reader.next_frame(frame_rows).unwrap() {
            frames.push(frame);
        }
        assert_eq!(frames, whole.frames);
    }
    assert!(read_files > 2000, "{read_files}");
}

#[test]
fn well_formed_files_read_as_csv_core_reads_them() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    for _ in 0..2000 {
        let columns = random.random_range(2..6);
        let mut text = (0..columns)
            .map(|index| format!("id{index}"))
            .collect::<Vec<_>>()
            .join(",")
            + "\n";
        for _ in 0..random.random_range(1..30) {
            let fields: Vec<String> = (0..columns).map(|_| field(&mut random)).collect();
            text.push_str(&fields.join(","));
            text.push_str(["\n", "\r\n"].choose(&mut random).unwrap());
        }
        let dialect = Dialect {
            delimiter: Some(Delimiter::COMMA),
            quote: Some(b'"'),
            ..Dialect::default()
        };
        let whole = read_with(text.as_bytes(), &dialect, &Limits::default(), 7).unwrap();
        let rows: Vec<Vec<String>> = (whole.frames.iter())
            .flat_map(|frame| (0..frame.rows()).map(|row| cells(frame, row)).collect::<Vec<_>>())
            .filter(|cells| cells.iter().any(|cell| !cell.is_empty()))
            .collect();
        assert_eq!(rows, by_csv_core(text.as_bytes(), columns), "{text:?}");
        assert_eq!(whole.defects(), [], "{text:?}");
    }
}

fn cells(frame: &Frame, row: usize) -> Vec<String> {
    (0..frame.columns.len())
        .map(|column| frame.cell(column, row).unwrap().to_owned())
        .collect()
}

/// A field as a careful program writes it.
fn field(random: &mut ChaCha8Rng) -> String {
    let pieces = ["a", "湘", "1", " ", ",", "\"", "\n", "\r\n", ";"];
    let text: String = (0..random.random_range(0..5))
        .map(|_| *pieces.choose(random).unwrap())
        .collect();
    // Delimiters and quotes around a line end may read like a record by themselves, which an unclosed quote explains
    // better. Here they are not meant to.
    let text = if text.contains('\n') {
        text.replace([',', '"'], "")
    } else {
        text
    };
    if text.contains([',', '"', '\n']) || random.random_bool(0.2) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

fn by_csv_core(mut input: &[u8], columns: usize) -> Vec<Vec<String>> {
    let mut reader = csv_core::Reader::new();
    let (mut output, mut ends) = (vec![0; 1 << 16], vec![0; columns + 1]);
    let mut rows = Vec::new();
    loop {
        let (result, read, _, fields) = reader.read_record(input, &mut output, &mut ends);
        input = &input[read..];
        if result == csv_core::ReadRecordResult::End {
            return rows;
        }
        if result == csv_core::ReadRecordResult::InputEmpty {
            continue;
        }
        assert_eq!(result, csv_core::ReadRecordResult::Record);
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let row: Vec<String> = starts
            .zip(&ends[..fields])
            .map(|(start, end)| String::from_utf8(output[start..*end].to_vec()).unwrap())
            .collect();
        if row.iter().any(|cell| !cell.is_empty()) {
            rows.push(row);
        }
    }
}
