//! Workbooks of every make as the same frames that text tables give: XLSX and XLSM, XLS and WPS .et, pages of tables and
//! XML that spreadsheet programs save under the name .xls. Only stored values are read: no formula is computed, no
//! macro, link or picture is opened. The cells are streamed; a dense sheet is never built, because two cells can
//! span sixteen billion.
//!
//! The cell streams borrow the open workbook, so rows cannot be read on demand: they are read once into compact columns
//! and held there within `frames::HELD_BYTES_MAX`.

mod biff;
mod book;
mod frames;
mod head;
mod markup;
mod notes;
mod ole;
mod ooxml;
mod parts;
mod row;
mod sheet;
mod stream;
mod tags;
mod values;

use std::io::{self, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::dialect::{Dialect, Evidence, Format, Limits, SheetEvidence};
use crate::error::DecodeError;
use crate::frame::{Frame, cell_address};
use crate::magic::Kind;
use crate::table::Table;

use book::{Book, Facts, Merged};
pub(crate) use frames::Held;
use head::Head;

/// Names of sheets and places told in evidence, and characters of a name.
const TOLD_MAX: usize = 20;
const SHEET_NAME_MAX: usize = 64;

/// A sheet, read.
pub(crate) struct Sheet {
    evidence: Evidence,
    header: Vec<String>,
    held: Held,
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
    kind: Kind,
    reader: &mut R,
    dialect: &Dialect,
    is_header: &dyn Fn(&[String]) -> bool,
    limits: &Limits,
) -> Result<Sheet, DecodeError> {
    let mut watched = Watched {
        inner: reader,
        failed: None,
    };
    // The parsers are not all ours, and a workbook is hostile until proved harmless: a panic says that it is damaged.
    let read = catch_unwind(AssertUnwindSafe(|| {
        let reader = &mut watched;
        let bytes_total = reader.seek(SeekFrom::End(0))?;
        let asked = Asked {
            format: match kind {
                Kind::Ole | Kind::Biff => Format::Xls,
                Kind::Html => Format::Html,
                Kind::SpreadsheetXml => Format::SpreadsheetXml,
                _ => Format::Xlsx,
            },
            bytes_total,
            dialect,
            is_header,
            limits,
        };
        match kind {
            Kind::Ole => asked.read(&mut biff::Biff::open(reader, bytes_total)?),
            Kind::Biff => asked.read(&mut biff::Biff::open_bare(reader, bytes_total)?),
            Kind::Html => asked.read(&mut markup::open_page(reader, bytes_total)?),
            Kind::SpreadsheetXml => asked.read(&mut markup::open_spreadsheet(reader, bytes_total)?),
            _ => asked.read(&mut ooxml::Ooxml::open(reader)?),
        }
    }));
    match (watched.failed, read) {
        (Some(error), _) => Err(DecodeError::Read(error)),
        (None, Ok(read)) => read,
        (None, Err(_)) => Err(DecodeError::WorkbookDamaged),
    }
}

/// What `open` was asked for.
struct Asked<'a> {
    format: Format,
    bytes_total: u64,
    dialect: &'a Dialect,
    is_header: &'a dyn Fn(&[String]) -> bool,
    limits: &'a Limits,
}

impl Asked<'_> {
    fn read(&self, book: &mut dyn Book) -> Result<Sheet, DecodeError> {
        let sheets = book.sheets().to_vec();
        let mut chosen: Option<(usize, Head)> = None;
        for (index, listed) in sheets.iter().enumerate().filter(|(_, listed)| listed.readable) {
            let head = head::find(
                book.cells(index)?.as_mut(),
                &listed.facts.merged,
                self.dialect,
                self.is_header,
                self.limits,
            )?;
            let Some(head) = head else { continue };
            let matched = head.matched;
            if matched || chosen.is_none() {
                chosen = Some((index, head));
            }
            if matched {
                break;
            }
        }
        let (index, head) = chosen.ok_or(DecodeError::Empty)?;
        let held = if head.matched {
            sheet::rows(book.cells(index)?.as_mut(), &head, self.limits)?
        } else {
            Held::default()
        };
        let noted = sheets
            .iter()
            .position(|listed| Some(listed.name.as_str()) == self.dialect.notes_sheet);
        let notes = match noted {
            Some(noted) => notes::read(book.cells(noted)?.as_mut())?,
            None => Vec::new(),
        };
        let others = sheets
            .iter()
            .enumerate()
            .filter(|(other, listed)| *other != index && listed.facts.cells > 0);
        let facts = sheets.get(index).map(|listed| listed.facts.clone());
        let facts = facts.unwrap_or_default();
        let sheet = SheetEvidence {
            name: cut(sheets.get(index).map_or("", |listed| &listed.name)),
            ignored: others
                .map(|(_, listed)| cut(&listed.name))
                .take(TOLD_MAX)
                .collect(),
            hidden_rows: facts.hidden_rows,
            hidden: runs(&facts.hidden),
            merged: merged_below(&facts, &head),
            dates_1904: book.dates_1904(),
            notes,
            ..SheetEvidence::default()
        };
        Ok(Sheet {
            evidence: Evidence {
                header_row_no: head.last_row_no,
                header_rows: head.last_row_no + 1 - head.row_no,
                header_matched: head.matched,
                bytes_total: self.bytes_total,
                sheet: Some(sheet),
                ..Evidence::of(self.format)
            },
            header: head.titles,
            held,
        })
    }
}

fn cut(name: &str) -> String {
    name.chars().take(SHEET_NAME_MAX).collect()
}

/// Row numbers as people tell them: `5-8`, `12`.
fn runs(numbers: &[u64]) -> Vec<String> {
    let runs = numbers.chunk_by(|one, next| one.checked_add(1) == Some(*next));
    let told = runs.filter_map(|run| match (run.first()?, run.last()?) {
        (first, last) if first == last => Some(first.to_string()),
        (first, last) => Some(format!("{first}-{last}")),
    });
    told.take(TOLD_MAX).collect()
}

/// Merged cells under the header leave all but their first cell empty, which the sender does not see.
fn merged_below(facts: &Facts, head: &Head) -> Vec<String> {
    let below = |merged: &&Merged| merged.rows.0 > head.last_row_no && merged.columns.0 < head.titles.len();
    let range = |merged: &Merged| {
        let from = cell_address(merged.columns.0, merged.rows.0);
        format!("{from}:{}", cell_address(merged.columns.1, merged.rows.1))
    };
    facts
        .merged
        .iter()
        .filter(below)
        .map(range)
        .take(TOLD_MAX)
        .collect()
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

/// The words of a value as `values` has them, for tests against other readers.
#[cfg(test)]
pub(crate) fn append_value(value: &calamine::DataRef<'_>, text: &mut String) {
    values::append(value, text);
}
