//! The face of all readers: looks at the bytes, not at the name, and opens what they are.

use std::io::{Read, Seek, SeekFrom};

use crate::dbf::{self, Dbf};
use crate::dialect::{Dialect, Evidence, Limits};
use crate::error::DecodeError;
use crate::fixed::{self, Fixed};
use crate::frame::Frame;
use crate::magic::{self, Kind};
use crate::reader::{self, Records};
use crate::table::Table;
use crate::workbook::{self, Sheet};

/// A table, opened.
pub struct Reader<R> {
    opened: Opened<R>,
}

/// Every kind of reader; each is a `Table`.
enum Opened<R> {
    Text(Box<Records<R>>),
    Fixed(Box<Fixed<R>>),
    Dbf(Box<Dbf<R>>),
    /// Read whole while it was opened.
    Sheet(Box<Sheet>),
}

/// Opens a table, whatever its format, and finds its header.
///
/// # Errors
/// The file as a whole is no table, or `reader` fails.
pub fn open<R: Read + Seek>(
    mut reader: R,
    dialect: &Dialect,
    is_header: &dyn Fn(&[String]) -> bool,
    limits: &Limits,
) -> Result<Reader<R>, DecodeError> {
    let bytes_total = reader.seek(SeekFrom::End(0))?;
    let head = read_at(&mut reader, 0)?;
    let tail = read_at(&mut reader, bytes_total.saturating_sub(magic::ENDS_BYTES as u64))?;
    let opened = match magic::kind(&head, &tail)? {
        Kind::Text | Kind::Json => {
            if let Some(layout) = &dialect.layout
                && !reader::open(&mut reader, &head, bytes_total, dialect, is_header, limits)
                    .is_ok_and(|records| records.evidence().header_matched)
            {
                let fixed = fixed::open(reader, &head, bytes_total, layout, is_header, limits)?;
                Opened::Fixed(Box::new(fixed))
            } else {
                let records = reader::open(reader, &head, bytes_total, dialect, is_header, limits)?;
                Opened::Text(Box::new(records))
            }
        }
        kind @ (Kind::Zip | Kind::Ole | Kind::Biff | Kind::Html | Kind::SpreadsheetXml) => {
            let sheet = workbook::open(kind, &mut reader, dialect, is_header, limits)?;
            Opened::Sheet(Box::new(sheet))
        }
        Kind::Dbf => {
            let dbf = dbf::open(reader, &head, bytes_total, is_header, limits)?;
            Opened::Dbf(Box::new(dbf))
        }
        Kind::Xml => return Err(DecodeError::Markup),
        Kind::Gzip => return Err(DecodeError::Archive),
        Kind::Parquet => return Err(DecodeError::NotText),
    };
    Ok(Reader { opened })
}

fn read_at<R: Read + Seek>(reader: &mut R, offset: u64) -> Result<Vec<u8>, DecodeError> {
    reader.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    reader.take(magic::ENDS_BYTES as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl<R: Read + Seek> Reader<R> {
    fn table(&self) -> &dyn Table {
        match &self.opened {
            Opened::Text(records) => records.as_ref(),
            Opened::Fixed(records) => records.as_ref(),
            Opened::Dbf(records) => records.as_ref(),
            Opened::Sheet(sheet) => sheet.as_ref(),
        }
    }

    pub fn evidence(&self) -> &Evidence {
        self.table().evidence()
    }

    /// The header cells, trimmed; one per column of a frame.
    pub fn header(&self) -> &[String] {
        self.table().header()
    }

    /// The next records, at most `rows_max` of them; `None` at the end of the file. The first frame begins with
    /// the records before the header and the header itself. A workbook whose header was not recognised has none.
    ///
    /// # Errors
    /// The file has more rows than allowed, or the transport broke.
    pub fn next_frame(&mut self, rows_max: usize) -> Result<Option<Frame>, DecodeError> {
        match &mut self.opened {
            Opened::Text(records) => records.next_frame(rows_max),
            Opened::Fixed(records) => records.next_frame(rows_max),
            Opened::Dbf(records) => records.next_frame(rows_max),
            Opened::Sheet(sheet) => sheet.next_frame(rows_max),
        }
    }
}
