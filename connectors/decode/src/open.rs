//! The face of all readers: looks at the bytes, not at the name, and opens what they are.

use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use crate::columnar::{self, Columnar};
use crate::container;
use crate::dbf::{self, Dbf, Memo};
use crate::dialect::{Dialect, Evidence, Limits, MemberEvidence};
use crate::error::DecodeError;
use crate::fixed::{self, Fixed};
use crate::frame::Frame;
use crate::magic::{self, Kind};
use crate::reader::{self, Records};
use crate::source::Source;
use crate::table::Table;
use crate::tree::{self, Json, Xml};
use crate::workbook::{self, Sheet};

/// A table, opened.
pub struct Reader<R> {
    opened: Opened<Source<R>>,
    evidence: Evidence,
}

/// Every kind of reader; each is a `Table`.
pub(crate) enum Opened<S> {
    Text(Box<Records<S>>),
    Json(Box<Json<S>>),
    Xml(Box<Xml<S>>),
    Columnar(Box<Columnar<S>>),
    Fixed(Box<Fixed<S>>),
    Dbf(Box<Dbf<S>>),
    /// Read whole while it was opened.
    Sheet(Box<Sheet>),
}

/// What a table should be like.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub dialect: &'a Dialect,
    pub is_header: &'a dyn Fn(&[String]) -> bool,
    pub limits: &'a Limits,
    /// The long texts of a DBF table, if they came along.
    pub memo: Option<&'a Arc<Memo>>,
}

/// A table, opened, and the archive it was in.
pub(crate) struct Opening<R> {
    pub opened: Opened<Source<R>>,
    pub member: Option<MemberEvidence>,
}

/// Opens a table, whatever its format, and finds its header.
///
/// # Errors
/// The file as a whole is no table, or `reader` fails.
pub fn open<R: Read + Seek>(
    reader: R,
    dialect: &Dialect,
    is_header: &dyn Fn(&[String]) -> bool,
    limits: &Limits,
) -> Result<Reader<R>, DecodeError> {
    let wanted = Wanted {
        dialect,
        is_header,
        limits,
        memo: None,
    };
    let Opening { opened, member } = open_source(Source::Whole(reader), &wanted, 0)?;
    let evidence = Evidence {
        member,
        ..opened.table().evidence().clone()
    };
    Ok(Reader { opened, evidence })
}

/// Opens what `source` is. `depth` counts the archives around it.
pub(crate) fn open_source<R: Read + Seek>(
    mut source: Source<R>,
    wanted: &Wanted<'_>,
    depth: u8,
) -> Result<Opening<R>, DecodeError> {
    let Wanted {
        dialect,
        is_header,
        limits,
        memo,
    } = *wanted;
    let bytes_total = source.seek(SeekFrom::End(0))?;
    let head = read_at(&mut source, 0)?;
    let tail = read_at(&mut source, bytes_total.saturating_sub(magic::ENDS_BYTES as u64))?;
    let kind = magic::kind(&head, &tail)?;
    if kind.is_read_from_many_places() {
        source = container::hold(source)?;
    }
    let opened = match kind {
        Kind::Text => {
            if let Some(layout) = &dialect.layout
                && !reader::open(&mut source, &head, bytes_total, dialect, is_header, limits)
                    .is_ok_and(|records| records.evidence().header_matched)
            {
                let fixed = fixed::open(source, &head, bytes_total, layout, is_header, limits)?;
                Opened::Fixed(Box::new(fixed))
            } else {
                let records = reader::open(source, &head, bytes_total, dialect, is_header, limits)?;
                Opened::Text(Box::new(records))
            }
        }
        Kind::Json => Opened::Json(Box::new(tree::open_json(source, &head, bytes_total, wanted)?)),
        Kind::Xml => Opened::Xml(Box::new(tree::open_xml(source, &head, bytes_total, wanted)?)),
        Kind::Parquet => Opened::Columnar(Box::new(columnar::open(source, bytes_total, wanted)?)),
        Kind::Zip => {
            let listing = container::listing::read(&mut source)?;
            if !listing.is_document {
                return container::open_zip(source, listing, wanted, depth);
            }
            let sheet = workbook::open(kind, &mut source, dialect, is_header, limits)?;
            Opened::Sheet(Box::new(sheet))
        }
        Kind::Gzip => return container::open_gzip(source, &head, bytes_total, wanted, depth),
        Kind::Ole | Kind::Biff | Kind::Html | Kind::SpreadsheetXml => {
            let sheet = workbook::open(kind, &mut source, dialect, is_header, limits)?;
            Opened::Sheet(Box::new(sheet))
        }
        Kind::Dbf => Opened::Dbf(Box::new(dbf::open(
            source,
            &head,
            bytes_total,
            memo,
            is_header,
            limits,
        )?)),
    };
    Ok(Opening { opened, member: None })
}

fn read_at<R: Read + Seek>(reader: &mut R, offset: u64) -> Result<Vec<u8>, DecodeError> {
    reader.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    reader.take(magic::ENDS_BYTES as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl<S: Read + Seek> Opened<S> {
    pub fn table(&self) -> &dyn Table {
        match self {
            Self::Text(table) => table.as_ref(),
            Self::Json(table) => table.as_ref(),
            Self::Xml(table) => table.as_ref(),
            Self::Columnar(table) => table.as_ref(),
            Self::Fixed(table) => table.as_ref(),
            Self::Dbf(table) => table.as_ref(),
            Self::Sheet(table) => table.as_ref(),
        }
    }

    fn table_mut(&mut self) -> &mut dyn Table {
        match self {
            Self::Text(table) => table.as_mut(),
            Self::Json(table) => table.as_mut(),
            Self::Xml(table) => table.as_mut(),
            Self::Columnar(table) => table.as_mut(),
            Self::Fixed(table) => table.as_mut(),
            Self::Dbf(table) => table.as_mut(),
            Self::Sheet(table) => table.as_mut(),
        }
    }
}

impl<R: Read + Seek> Reader<R> {
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// The names of the columns, trimmed; one per column of a frame.
    pub fn header(&self) -> &[String] {
        self.opened.table().header()
    }

    /// The next records, at most `rows_max` of them; `None` at the end of the file. The first frame begins with
    /// the records before the header and the header itself, if those are records. A workbook whose header was not
    /// recognised has none.
    ///
    /// # Errors
    /// The file has more rows than allowed, or the transport broke.
    pub fn next_frame(&mut self, rows_max: usize) -> Result<Option<Frame>, DecodeError> {
        self.opened.table_mut().next_frame(rows_max)
    }
}
