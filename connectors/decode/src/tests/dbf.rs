//! DBF tables, made field by field.

use super::*;

/// Fields by name, kind and length, and records as they are in the file.
pub(super) fn table(version: u8, language: u8, fields: &[(&[u8], u8, u8)], records: &[Vec<u8>]) -> Vec<u8> {
    let header_bytes = u16::try_from(32 + 32 * fields.len() + 1).unwrap();
    let record_bytes = 1 + fields
        .iter()
        .map(|(_, _, length)| u16::from(*length))
        .sum::<u16>();
    let mut file = vec![version, 125, 1, 31];
    file.extend(u32::try_from(records.len()).unwrap().to_le_bytes());
    file.extend(header_bytes.to_le_bytes());
    file.extend(record_bytes.to_le_bytes());
    file.resize(29, 0);
    file.push(language);
    file.resize(32, 0);
    for (name, kind, length) in fields {
        let mut field = name.to_vec();
        field.resize(11, 0);
        field.extend([*kind, 0, 0, 0, 0, *length, 0]);
        field.resize(32, 0);
        file.extend(field);
    }
    file.push(b'\r');
    for record in records {
        assert_eq!(record.len(), usize::from(record_bytes));
        file.extend(record);
    }
    file.push(0x1A);
    file
}

/// A record of texts filled up with blanks to their lengths.
pub(super) fn record(mark: u8, cells: &[(&[u8], usize)]) -> Vec<u8> {
    let mut record = vec![mark];
    for (cell, length) in cells {
        let mut cell = cell.to_vec();
        cell.resize(*length, b' ');
        record.extend(cell);
    }
    record
}

const FIELDS: [(&[u8], u8, u8); 4] = [
    (b"\xBB\xA7\xBA\xC5", b'C', 6),
    (b"HM", b'C', 8),
    (b"DL", b'N', 8),
    (b"RQ", b'D', 8),
];

fn line(mark: u8, cells: [&[u8]; 4]) -> Vec<u8> {
    record(
        mark,
        &[(cells[0], 6), (cells[1], 8), (cells[2], 8), (cells[3], 8)],
    )
}

fn read_table(bytes: &[u8], frame_rows: usize) -> Result<Whole, DecodeError> {
    let mut reader = open(
        Cursor::new(bytes),
        &Dialect::default(),
        &is_header,
        &Limits::default(),
    )?;
    let mut frames = Vec::new();
    while let Some(frame) = reader.next_frame(frame_rows)? {
        assert!(frame.rows() <= frame_rows && frame.rows() > 0);
        frames.push(frame);
    }
    Ok(Whole {
        evidence: reader.evidence().clone(),
        header: reader.header().to_vec(),
        frames,
    })
}

fn refused(bytes: &[u8]) -> &'static str {
    match read_table(bytes, 10) {
        Ok(whole) => panic!("read as {:?}", whole.evidence),
        Err(refusal) => refusal.code(),
    }
}

#[test]
fn records_come_under_the_numbers_that_dbase_shows_and_deleted_ones_are_blank() {
    let records = [
        line(b' ', [b"001", b"\xBC\xAA\xCA\xD7", b"   12.50", b"20250125"]),
        line(b'*', [b"002", b"gone", b"1", b"20250125"]),
        line(
            b' ',
            [
                b"003",
                b"\xBC\xAA\xCA\xD7\xCA\xD0\xC4\xB3",
                b"********",
                b"        ",
            ],
        ),
        line(b' ', [b"", b"", b"", b"00000000"]),
    ];
    let whole = read_table(&table(0x03, 0x4D, &FIELDS, &records), 3).unwrap();
    assert_eq!((whole.evidence.label(), whole.evidence.header_row_no), ("dbf", 0));
    assert_eq!(whole.header, ["户号", "HM", "DL", "RQ"]);
    use RowKind::*;
    assert_eq!(whole.kinds(), [Data, Blank, Data, Blank]);
    let numbers: Vec<u64> = whole
        .frames
        .iter()
        .flat_map(|frame| frame.row_no.clone())
        .collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
    assert_eq!(
        whole.rows(),
        [
            row(&["001", "吉首", "12.50", "20250125"]),
            row(&["003", "吉首市某", "********", ""])
        ]
    );
    assert_eq!(whole.defects(), [(3, DefectKind::CellError { column: 2 })]);
    assert_eq!(whole.evidence.sheet.unwrap().deleted_rows, 1);
}

#[test]
fn a_text_cut_inside_its_last_character_is_a_defect_of_its_row_at_its_place() {
    let records = [line(b' ', [b"001", b"\xBC\xAA\xCA\xD7\xCA\xD0x\xC4", b"1", b""])];
    let whole = read_table(&table(0x03, 0, &FIELDS, &records), 10).unwrap();
    let at = 32 + 4 * 32 + 1 + 1 + 6 + 7;
    assert_eq!(whole.defects(), [(1, DefectKind::Undecodable { offset: at })]);
}

#[test]
fn what_stands_in_a_memo_file_is_missed_by_name() {
    let fields: [(&[u8], u8, u8); 3] = [(b"id", b'C', 4), (b"BZ", b'M', 10), (b"TP", b'G', 10)];
    let records = [record(b' ', &[(b"1", 4), (b"         1", 10), (b"", 10)])];
    let whole = read_table(&table(0x83, 0, &fields, &records), 10).unwrap();
    assert_eq!(whole.rows(), [row(&["1", "", ""])]);
    assert_eq!(whole.evidence.sheet.unwrap().columns_apart, ["BZ", "TP"]);
}

#[test]
fn foxpro_values_in_binary_come_out_exactly() {
    let fields: [(&[u8], u8, u8); 4] = [
        (b"id", b'I', 4),
        (b"JE", b'Y', 8),
        (b"SJ", b'T', 8),
        (b"BJ", b'L', 1),
    ];
    let mut one = vec![b' '];
    one.extend(7i32.to_le_bytes());
    one.extend(123_400i64.to_le_bytes());
    one.extend([2_460_701i32, 45_296_000].map(i32::to_le_bytes).concat());
    one.push(b'T');
    let whole = read_table(&table(0x30, 0x7A, &fields, &[one]), 10).unwrap();
    assert_eq!(whole.rows(), [row(&["7", "12.34", "2025-01-25 12:34:56", "T"])]);
}

#[test]
fn tables_that_are_cut_or_hold_more_than_they_say_are_refused() {
    let records: Vec<Vec<u8>> = (0..20)
        .map(|number| line(b' ', [number.to_string().as_bytes(), b"x", b"1", b""]))
        .collect();
    let whole = table(0x03, 0, &FIELDS, &records);
    assert_eq!(refused(&whole[..whole.len() - 40]), "decode.truncated");
    let mut fewer = whole.clone();
    fewer[4] = 18;
    assert_eq!(refused(&fewer), "decode.record_count");
    // Blanks behind the records are room for more, not records.
    let mut room = whole.clone();
    room.pop();
    room.extend([b' '; 200]);
    assert_eq!(read_table(&room, 10).unwrap().rows().len(), 20);
    let mut encrypted = whole.clone();
    encrypted[15] = 1;
    assert_eq!(refused(&encrypted), "decode.encrypted");
    let french = [line(b' ', [b"1", b"\x82t\x82 ", b"1", b""])];
    assert_eq!(
        refused(&table(0x03, 0x02, &FIELDS[1..2], &[french[0][..9].to_vec()])),
        "decode.charset_unknown"
    );
}

#[test]
fn every_byte_of_a_table_may_be_wrong_without_a_crash() {
    let records = [line(
        b' ',
        [b"001", b"\xBC\xAA\xCA\xD7", b"   12.50", b"20250125"],
    )];
    for version in [0x03, 0x30, 0x8B] {
        let plain = table(version, 0x4D, &FIELDS, &records);
        for at in 0..plain.len() {
            for wrong in [0x41, 0xFF] {
                let mut bytes = plain.clone();
                bytes[at] ^= wrong;
                let _ = read_table(&bytes, 10);
            }
        }
    }
}

#[test]
fn the_tables_of_others_are_read() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/dbf");
    if !std::path::Path::new(folder).exists() {
        eprintln!("skipped: no folder of other people's DBF tables");
        return;
    }
    let mut rows = std::collections::BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.to_lowercase().ends_with(".dbf") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let mut reader = match open(
            Cursor::new(&bytes),
            &Dialect::default(),
            &|_| true,
            &Limits::default(),
        ) {
            Ok(reader) => reader,
            Err(refusal) => {
                rows.insert(name, refusal.code().to_owned());
                continue;
            }
        };
        let (mut data, mut defects) = (0, 0);
        while let Some(frame) = reader.next_frame(1000).unwrap() {
            data += frame.kind.iter().filter(|kind| **kind == RowKind::Data).count();
            defects += frame.defects.len();
        }
        let evidence = reader.evidence();
        rows.insert(
            name,
            format!(
                "{} {data} rows {defects} defects {:?}",
                evidence.charset.label(),
                reader.header()
            ),
        );
    }
    eprintln!("{rows:#?}");
    assert!(rows.len() > 5 && rows.values().filter(|told| told.contains(" 0 defects")).count() > 5);
    assert!(rows["cp936.dbf"].starts_with("gb18030"), "{}", rows["cp936.dbf"]);
}

/// A table of every kind of field, for those who damage it.
pub(super) fn some_table() -> Vec<u8> {
    let fields: [(&[u8], u8, u8); 5] = [
        (b"id", b'C', 6),
        (b"DL", b'N', 8),
        (b"JE", b'Y', 8),
        (b"SJ", b'T', 8),
        (b"BZ", b'M', 4),
    ];
    let records: Vec<Vec<u8>> = (0..60u8)
        .map(|number| {
            record(
                b' ',
                &[
                    (b"\xBC\xAA", 6),
                    (b"12.5", 8),
                    (&[number; 8], 8),
                    (b"", 8),
                    (b"", 4),
                ],
            )
        })
        .collect();
    table(0x30, 0x7A, &fields, &records)
}
