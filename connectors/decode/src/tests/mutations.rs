//! Documents, archives and Parquet files with something wrong in them, from a seed: whatever comes in, the answer is
//! rows or a refusal, byte ranges tile the table, and rows do not depend on how the file is cut while it is read.

use std::io::{Read, Seek, SeekFrom, Write as _};
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

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

/// Flips, cuts, doubles, and puts in what hurts.
fn mutate(bytes: &mut Vec<u8>, pieces: &[&[u8]], random: &mut ChaCha8Rng) {
    for _ in 0..random.random_range(0..4) {
        if bytes.is_empty() {
            return;
        }
        let at = random.random_range(0..bytes.len());
        let to = (at + random.random_range(1..24)).min(bytes.len());
        match random.random_range(0..6) {
            0 => bytes[at] ^= 1 << random.random_range(0..8),
            1 => bytes.truncate(at),
            2 => {
                bytes.drain(at..to);
            }
            3 => {
                let again = bytes[at..to].to_vec();
                bytes.splice(at..at, again);
            }
            _ => {
                let piece = pieces.choose(random).unwrap().to_vec();
                bytes.splice(at..at, piece);
            }
        }
    }
}

/// Reads every mutant twice, and returns how many were tables.
fn read_mutants(
    seed: u64,
    times: usize,
    pieces: &[&[u8]],
    make: impl Fn(&mut ChaCha8Rng) -> Vec<u8>,
) -> usize {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut read_files = 0;
    for _ in 0..times {
        let mut bytes = make(&mut random);
        mutate(&mut bytes, pieces, &mut random);
        let limits = Limits {
            record_bytes_max: *[40, 200, 1 << 20].choose(&mut random).unwrap(),
            ..Limits::default()
        };
        let frame_rows = random.random_range(1..9);
        let dialect = Dialect::default();
        // `read_with` asserts the tiling.
        let whole = match read_with(&bytes, &dialect, &limits, frame_rows) {
            Ok(whole) => whole,
            Err(DecodeError::Read(error)) => panic!("{error} in {}", bytes.escape_ascii()),
            Err(_) => continue,
        };
        read_files += 1;
        let drip = Drip(Cursor::new(bytes), random.random_range(1..50));
        let mut reader = open(drip, &dialect, &is_header, &limits).unwrap();
        let mut frames = Vec::new();
        while let Some(frame) = reader.next_frame(frame_rows).unwrap() {
            frames.push(frame);
        }
        assert_eq!(frames, whole.frames);
    }
    read_files
}

const JSON_PIECES: [&[u8]; 16] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"\\",
    b"\\u00",
    b",",
    b":",
    b"\n",
    b"\0",
    b"null",
    b"1e9",
    b"\x81\x5C",
    b"\xFF",
    "湘".as_bytes(),
];

fn values(random: &mut ChaCha8Rng) -> String {
    let values = [
        "\"1\"",
        "\"湘西\"",
        "12.50",
        "-1e3",
        "null",
        "true",
        "[1,{\"a\":2}]",
        "{\"name\":\"x\"}",
        "\"\\u6e58\\\"\"",
    ];
    let mut fields = vec![format!("\"id\": {}", random.random_range(0..99))];
    for name in ["a", "b", "c"] {
        if random.random_bool(0.7) {
            fields.push(format!("\"{name}\": {}", values.choose(random).unwrap()));
        }
    }
    format!("{{{}}}", fields.join(", "))
}

fn json(random: &mut ChaCha8Rng) -> Vec<u8> {
    let records: Vec<String> = (0..random.random_range(1..12)).map(|_| values(random)).collect();
    let text = match random.random_range(0..4) {
        0 => records.join("\n") + "\n",
        1 => format!("[{}]", records.join(",\n ")),
        2 => records.join(""),
        _ => format!(
            "{{\"code\": 0, \"data\": {{\"rows\": [{}]}}, \"end\": 1}}",
            records.join(",")
        ),
    };
    charset(text, random)
}

fn charset(text: String, random: &mut ChaCha8Rng) -> Vec<u8> {
    match random.random_range(0..5) {
        0 => encoding_rs::GB18030.encode(&text).0.into_owned(),
        1 => [0xFEFF]
            .into_iter()
            .chain(text.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect(),
        _ => text.into_bytes(),
    }
}

#[test]
fn no_json_is_too_odd() {
    let read = read_mutants(20_250_102, 6000, &JSON_PIECES, json);
    assert!(read > 2000, "{read}");
}

const XML_PIECES: [&[u8]; 14] = [
    b"<",
    b">",
    b"</",
    b"/>",
    b"<row>",
    b"</row>",
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"]]>",
    b"&amp;",
    b"\"",
    b"\0",
    b"\xFF",
];

fn xml(random: &mut ChaCha8Rng) -> Vec<u8> {
    let texts = [
        "1",
        "湘西",
        "a &amp; b",
        "<![CDATA[<x>]]>",
        "",
        "<n>2</n>",
        " \n ",
    ];
    let mut rows = String::new();
    for _ in 0..random.random_range(1..10) {
        rows.push_str(&format!(
            "<row no=\"{}\"><id>{}</id>",
            random.random_range(0..9),
            random.random_range(0..99)
        ));
        for name in ["a", "b"] {
            if random.random_bool(0.7) {
                rows.push_str(&format!("<{name}>{}</{name}>", texts.choose(random).unwrap()));
            }
        }
        rows.push_str("</row>\n<!-- x -->");
    }
    charset(
        format!("<?xml version=\"1.0\"?><d><head/><rows>{rows}</rows></d>"),
        random,
    )
}

#[test]
fn no_xml_is_too_odd() {
    let read = read_mutants(20_250_103, 6000, &XML_PIECES, xml);
    assert!(read > 1500, "{read}");
}

fn packed(random: &mut ChaCha8Rng) -> Vec<u8> {
    let inner = match random.random_range(0..3) {
        0 => json(random),
        1 => xml(random),
        _ => b"id,a\n1,x\n2,y\n".repeat(random.random_range(1..40)),
    };
    if random.random_bool(0.3) {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&inner).unwrap();
        return gzip.finish().unwrap();
    }
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("a/表.csv", options).unwrap();
    archive.write_all(&inner).unwrap();
    if random.random_bool(0.5) {
        archive.start_file("readme.txt", options).unwrap();
        archive.write_all(b"hello\n").unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn no_archive_is_too_odd() {
    let pieces: [&[u8]; 5] = [
        b"PK\x03\x04",
        b"PK\x05\x06",
        b"\xFF\xFF\xFF\xFF",
        b"\0\0",
        b"\x1F\x8B\x08",
    ];
    let read = read_mutants(20_250_104, 4000, &pieces, packed);
    assert!(read > 1000, "{read}");
}

fn parquet_file(random: &mut ChaCha8Rng) -> Vec<u8> {
    let rows = random.random_range(1..60);
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(0..rows));
    let names: StringArray = (0..rows)
        .map(|id| (id % 3 > 0).then(|| format!("湘西{}", id % 5)))
        .collect();
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("id", ids, false),
        ("名", Arc::new(names) as ArrayRef, true),
    ]);
    let batch = batch.unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

#[test]
fn no_parquet_file_is_too_odd() {
    let pieces: [&[u8]; 5] = [
        b"\xFF\xFF\xFF\xFF\x0F",
        b"\0\0\0\0",
        b"PAR1",
        b"\x19\xFC",
        b"\x15\xFE\xFF\xFF\xFF\x0F",
    ];
    let read = read_mutants(20_250_105, 3000, &pieces, parquet_file);
    assert!(read > 500, "{read}");
}
