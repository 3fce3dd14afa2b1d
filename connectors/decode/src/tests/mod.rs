//! Behaviour of the reader, told by small files.

mod archives;
mod charsets;
mod columnar;
mod damage;
mod dbf;
mod dialects;
mod fixed;
mod headers;
mod json;
mod mutations;
mod pages;
mod quotes;
mod random;
mod refusals;
mod seeds;
mod workbooks;
mod xls;
mod xls_made;
mod xls_of_others;
mod xml;

use std::io::Cursor;

use crate::{DecodeError, DefectKind, Dialect, Evidence, Format, Frame, Limits, Reader, RowKind, open};

/// A file read to its end.
struct Whole {
    evidence: Evidence,
    header: Vec<String>,
    frames: Vec<Frame>,
}

impl Whole {
    /// Cells of the data rows.
    fn rows(&self) -> Vec<Vec<String>> {
        self.of_kind(RowKind::Data)
    }

    fn of_kind(&self, kind: RowKind) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        for frame in &self.frames {
            for row in (0..frame.rows()).filter(|row| frame.kind[*row] == kind) {
                let cells =
                    (0..frame.columns.len()).map(|column| frame.cell(column, row).unwrap().to_owned());
                rows.push(cells.collect());
            }
        }
        rows
    }

    /// Record number and defect.
    fn defects(&self) -> Vec<(u64, DefectKind)> {
        let told = |frame: &Frame| -> Vec<(u64, DefectKind)> {
            frame
                .defects
                .iter()
                .map(|defect| (frame.row_no[defect.row], defect.kind))
                .collect()
        };
        self.frames.iter().flat_map(told).collect()
    }

    fn kinds(&self) -> Vec<RowKind> {
        self.frames.iter().flat_map(|frame| frame.kind.clone()).collect()
    }

    /// Byte ranges tile the file, if records of its format have any.
    fn assert_tiles(&self) {
        let has_bytes = match self.evidence.format {
            Format::Text | Format::FixedWidth | Format::Json | Format::JsonLines | Format::Xml => true,
            Format::Dbf
            | Format::Xlsx
            | Format::Xls
            | Format::Html
            | Format::SpreadsheetXml
            | Format::Parquet => false,
        };
        let mut end = 0;
        for frame in &self.frames {
            assert_eq!(frame.bytes.len(), if has_bytes { frame.rows() } else { 0 });
            assert_eq!(frame.row_no.len(), frame.kind.len());
            for column in &frame.columns {
                assert_eq!(column.offsets.len(), frame.rows() + 1);
                assert_eq!(*column.offsets.last().unwrap() as usize, column.values.len());
            }
            for range in &frame.bytes {
                assert_eq!(range.start, end);
                assert!(range.end > range.start, "no record is without bytes");
                end = range.end;
            }
        }
        assert!(!has_bytes || end == self.evidence.bytes_total, "{end}");
    }
}

fn is_header(cells: &[String]) -> bool {
    cells.iter().any(|cell| cell == "户号" || cell == "id")
}

fn read_with(
    bytes: &[u8],
    dialect: &Dialect,
    limits: &Limits,
    frame_rows: usize,
) -> Result<Whole, DecodeError> {
    let mut reader: Reader<Cursor<&[u8]>> = open(Cursor::new(bytes), dialect, &is_header, limits)?;
    let mut frames = Vec::new();
    while let Some(frame) = reader.next_frame(frame_rows)? {
        assert!(frame.rows() <= frame_rows);
        frames.push(frame);
    }
    let whole = Whole {
        evidence: reader.evidence().clone(),
        header: reader.header().to_vec(),
        frames,
    };
    whole.assert_tiles();
    if whole.evidence.member.is_none() {
        assert_eq!(whole.evidence.bytes_total, bytes.len() as u64);
    }
    Ok(whole)
}

fn read(bytes: impl AsRef<[u8]>) -> Whole {
    read_with(bytes.as_ref(), &Dialect::default(), &Limits::default(), 1000).unwrap()
}

/// The code of a refusal.
fn refused(bytes: impl AsRef<[u8]>) -> &'static str {
    match read_with(bytes.as_ref(), &Dialect::default(), &Limits::default(), 10) {
        Ok(whole) => panic!("read as {:?}", whole.evidence),
        Err(refusal) => refusal.code(),
    }
}

fn row(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}
