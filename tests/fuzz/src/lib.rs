//! What must hold of any bytes, whoever made them. A broken promise is a panic, which is what a fuzzer looks for.
#![forbid(unsafe_code)]

use std::io::Cursor;

use decode::{Dialect, Format, Frame, Limits, RowKind, open};

/// A record as it was told: its number, its kind, its cells.
type Told = (u64, RowKind, Vec<String>);

/// What became of a file: its records, or the code of its refusal, which may come after some records.
type Outcome = (Vec<Told>, Option<&'static str>);

/// Reads a file twice, cut into frames in two ways, and holds the two against each other.
pub fn is_told_whole_and_alike(bytes: &[u8], dialect: &Dialect, limits: &Limits) {
    let (few, few_end) = outcome(bytes, dialect, limits, 3);
    let (many, many_end) = outcome(bytes, dialect, limits, 1000);
    assert_eq!(few_end, many_end, "the verdict depends on the frames");
    // A refusal ends the frame it comes in, and with it other records.
    let both = match few_end {
        None => {
            assert_eq!(few.len(), many.len(), "the number of records depends on the frames");
            few.len()
        }
        Some(_) => few.len().min(many.len()),
    };
    assert_eq!(few.get(..both), many.get(..both), "records depend on the frames");
}

fn outcome(bytes: &[u8], dialect: &Dialect, limits: &Limits, frame_rows: usize) -> Outcome {
    let is_header = |cells: &[String]| cells.iter().any(|cell| cell == "id" || cell == "户号");
    let mut reader = match open(Cursor::new(bytes), dialect, &is_header, limits) {
        Ok(reader) => reader,
        Err(refusal) => return (Vec::new(), Some(refusal.code())),
    };
    let evidence = reader.evidence().clone();
    let tiles = match evidence.format {
        Format::Text | Format::FixedWidth | Format::Json | Format::JsonLines | Format::Xml => true,
        Format::Dbf | Format::Xlsx | Format::Xls | Format::Html | Format::SpreadsheetXml | Format::Parquet => false,
    };
    let (mut told, mut end) = (Vec::new(), 0);
    loop {
        let frame = match reader.next_frame(frame_rows) {
            Ok(Some(frame)) => frame,
            Ok(None) => break,
            Err(refusal) => return (told, Some(refusal.code())),
        };
        assert!(frame.rows() <= frame_rows, "a frame is larger than was asked for");
        holds_together(&frame, tiles);
        for range in &frame.bytes {
            assert!(range.start == end && range.end > range.start, "a byte belongs to no record, or to two");
            end = range.end;
        }
        let cells = |row| -> Vec<String> {
            let cell = |column| frame.cell(column, row).map(str::to_owned);
            (0..frame.columns.len()).filter_map(cell).collect()
        };
        let records = frame.row_no.iter().zip(&frame.kind).enumerate();
        told.extend(records.map(|(row, (row_no, kind))| (*row_no, *kind, cells(row))));
    }
    assert!(!tiles || end == evidence.bytes_total, "bytes at the end belong to no record");
    assert!(
        told.windows(2).all(|pair| matches!(pair, [one, next] if one.0 < next.0)),
        "a record comes twice or out of order"
    );
    (told, None)
}

fn holds_together(frame: &Frame, tiles: bool) {
    let rows = frame.rows();
    assert_eq!(frame.kind.len(), rows);
    assert_eq!(frame.bytes.len(), if tiles { rows } else { 0 });
    assert!(frame.defects.iter().all(|defect| defect.row < rows));
    for column in &frame.columns {
        assert_eq!(column.offsets.len(), rows + 1);
        assert!((0..rows).all(|row| column.cell(row).is_some()), "a cell is no text");
    }
}
