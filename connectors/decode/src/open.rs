//! The face of all readers: looks at the bytes, not at the name, and opens what they are.

use std::io::{Read, Seek, SeekFrom};

use crate::dialect::{Dialect, Evidence, Limits};
use crate::error::DecodeError;
use crate::frame::Frame;
use crate::magic;
use crate::reader::{self, Records};
use crate::workbook::{self, Sheet};

/// A table, opened.
pub struct Reader<R> {
    opened: Opened<R>,
}

enum Opened<R> {
    Text(Box<Records<R>>),
    Sheet(Box<Sheet>),
}

/// Opens a text table or a workbook and finds its header.
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
    if let Some(directory) = magic::ole_directory(&head) {
        return Err(magic::ole_refusal(&read_at(&mut reader, directory)?));
    }
    if let Some(refusal) = magic::refusal(&head, &tail) {
        return Err(refusal);
    }
    let opened = if magic::is_zip(&head) {
        Opened::Sheet(Box::new(workbook::open(&mut reader, dialect, is_header, limits)?))
    } else {
        let records = reader::open(reader, &head, bytes_total, dialect, is_header, limits)?;
        Opened::Text(Box::new(records))
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
    pub fn evidence(&self) -> &Evidence {
        match &self.opened {
            Opened::Text(records) => records.evidence(),
            Opened::Sheet(sheet) => &sheet.evidence,
        }
    }

    /// The header cells, trimmed; one per column of a frame.
    pub fn header(&self) -> &[String] {
        match &self.opened {
            Opened::Text(records) => records.header(),
            Opened::Sheet(sheet) => &sheet.header,
        }
    }

    /// The next records, at most `rows_max` of them; `None` at the end of the file. The first frame begins with
    /// the records before the header and the header itself. A workbook whose header was not recognised has none.
    ///
    /// # Errors
    /// The file has more rows than allowed, or the transport broke.
    pub fn next_frame(&mut self, rows_max: usize) -> Result<Option<Frame>, DecodeError> {
        match &mut self.opened {
            Opened::Text(records) => records.next_frame(rows_max),
            Opened::Sheet(sheet) => Ok(sheet.held.next(rows_max)),
        }
    }
}
