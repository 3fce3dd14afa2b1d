//! Workbooks (XLSX, XLSM) as the same frames that text tables give. Only stored values are read: no formula is computed,
//! no macro, link or picture is opened. The cells are streamed; a dense sheet is never built, because two cells can
//! span sixteen billion.
//!
//! The cell stream borrows the open workbook, so rows cannot be read on demand: they are read once into compact columns
//! and held there within `frames::HELD_BYTES_MAX`.

mod frames;
mod parts;
mod sheet;
mod tags;
mod values;

use std::io::{self, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Reader as _, SheetType, SheetVisible, Xlsx, XlsxError};

use crate::dialect::{Charset, CharsetProof, Dialect, Evidence, Format, Limits, SheetEvidence};
use crate::error::DecodeError;
use crate::frame::Frame;
use crate::table::Table;

pub(crate) use frames::Held;
use parts::Parts;
use sheet::Head;

/// Names of sheets told in evidence, and characters of each.
const SHEETS_TOLD_MAX: usize = 20;
const SHEET_NAME_MAX: usize = 64;

/// A sheet, read.
pub(crate) struct Sheet {
    pub evidence: Evidence,
    pub header: Vec<String>,
    pub held: Held,
}

impl Table for Sheet {
    fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    fn header(&self) -> &[String] {
        &self.header
    }

    fn next_frame(&mut self, rows_max: usize) -> Result<Option<Frame>, DecodeError> {
        Ok(self.held.next(rows_max))
    }
}

/// Reads the first sheet that has the header. If none has, the evidence says so and there are no rows.
///
/// # Errors
/// The workbook is damaged, encrypted, of another kind, or goes beyond a limit; or `reader` fails.
pub(crate) fn open<R: Read + Seek>(
    reader: &mut R,
    dialect: &Dialect,
    is_header: &dyn Fn(&[String]) -> bool,
    limits: &Limits,
) -> Result<Sheet, DecodeError> {
    let mut watched = Watched {
        inner: reader,
        failed: None,
    };
    // The parsers are not ours, and a workbook is hostile until proved harmless: a panic says that it is damaged.
    let read = catch_unwind(AssertUnwindSafe(|| {
        read(&mut watched, dialect, is_header, limits)
    }));
    match (watched.failed, read) {
        (Some(error), _) => Err(DecodeError::Read(error)),
        (None, Ok(read)) => read,
        (None, Err(_)) => Err(DecodeError::WorkbookDamaged),
    }
}

fn read<R: Read + Seek>(
    reader: &mut Watched<'_, R>,
    dialect: &Dialect,
    is_header: &dyn Fn(&[String]) -> bool,
    limits: &Limits,
) -> Result<Sheet, DecodeError> {
    let bytes_total = reader.seek(SeekFrom::End(0))?;
    let parts = Parts::inspect(reader)?;
    let mut workbook = Xlsx::new(io::BufReader::new(reader)).map_err(damaged)?;
    let sheets = workbook.sheets_metadata().to_vec();
    let mut chosen: Option<(usize, Head)> = None;
    for (index, sheet) in sheets.iter().enumerate() {
        // What its author does not see is not what they mean to send.
        if sheet.typ != SheetType::WorkSheet || sheet.visible != SheetVisible::Visible {
            continue;
        }
        let mut cells = workbook.worksheet_cells_reader(&sheet.name).map_err(damaged)?;
        let Some(head) = sheet::head(&mut cells, dialect, is_header, limits)? else {
            continue;
        };
        let matched = head.matched;
        if matched || chosen.is_none() {
            chosen = Some((index, head));
        }
        if matched {
            break;
        }
    }
    let (index, head) = chosen.ok_or(DecodeError::Empty)?;
    let name = sheets
        .get(index)
        .map(|sheet| sheet.name.clone())
        .unwrap_or_default();
    let others = sheets.iter().enumerate().filter(|(other, sheet)| {
        *other != index
            && sheet.typ == SheetType::WorkSheet
            && parts.sheet(*other).is_none_or(|facts| facts.cells > 0)
    });
    let evidence = Evidence {
        format: Format::Xlsx,
        charset: Charset::Utf8,
        how: CharsetProof::Declared,
        bom: false,
        delimiter: b',',
        quote: b'"',
        header_row_no: head.row_no,
        header_matched: head.matched,
        bytes_total,
        sheet: Some(SheetEvidence {
            name: cut(&name),
            ignored: others
                .map(|(_, sheet)| cut(&sheet.name))
                .take(SHEETS_TOLD_MAX)
                .collect(),
            hidden_rows: parts.sheet(index).map_or(0, |facts| facts.hidden_rows),
        }),
        member: None,
    };
    let held = if head.matched {
        let mut cells = workbook.worksheet_cells_reader(&name).map_err(damaged)?;
        sheet::rows(&mut cells, &head, limits)?
    } else {
        Held::default()
    };
    Ok(Sheet {
        evidence,
        header: head.titles,
        held,
    })
}

fn cut(name: &str) -> String {
    name.chars().take(SHEET_NAME_MAX).collect()
}

/// Whatever the parser says, the sender can only export the workbook again; broken transport is told by `Watched`.
fn damaged(error: XlsxError) -> DecodeError {
    match error {
        XlsxError::Password => DecodeError::Encrypted,
        _ => DecodeError::WorkbookDamaged,
    }
}

/// Remembers that the transport broke, which the parsers between would report as a fault of the file.
struct Watched<'a, R> {
    inner: &'a mut R,
    failed: Option<io::Error>,
}

impl<R> Watched<'_, R> {
    fn watch<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| {
            let kind = error.kind();
            if kind != io::ErrorKind::Interrupted {
                self.failed.get_or_insert(error);
            }
            kind.into()
        })
    }
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer);
        self.watch(read)
    }
}

impl<R: Seek> Seek for Watched<'_, R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let sought = self.inner.seek(to);
        // Asking for a place before the start is the parser's mistake about a damaged file.
        match sought {
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => Err(error),
            sought => self.watch(sought),
        }
    }
}
