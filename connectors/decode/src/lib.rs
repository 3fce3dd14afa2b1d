//! Tables of unknown make (text, workbooks, documents, archives of them), read record by record into frames of
//! strings. No types, no rules, no contract:
//! what a value means is decided in `check`. Nothing here opens a file or a socket; bytes come in through
//! `Read + Seek`, and memory stays within [`Limits`] whatever the file holds.
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        reason = "tests fail loudly"
    )
)]

mod cells;
mod charset;
mod columnar;
mod container;
mod dbf;
mod defects;
mod delimiter;
mod dialect;
mod error;
mod fields;
mod fixed;
mod frame;
mod header;
mod levels;
mod magic;
mod open;
mod private_use;
mod reader;
mod rows;
mod salvage;
mod scan;
mod shapes;
mod sniff;
mod source;
mod split;
mod table;
mod tree;
mod trial;
mod window;
mod workbook;

#[cfg(test)]
mod tests;

pub use delimiter::Delimiter;
pub use dialect::{
    Charset, CharsetProof, Container, Dialect, Evidence, Format, Limits, MemberEvidence, SheetEvidence,
};
pub use error::DecodeError;
pub use fixed::{FixedColumn, Layout, Trailer, TrailerSum};
pub use frame::{Beyond, DefectKind, Frame, RowDefect, RowKind, TextColumn, cell_address};
pub use open::{Reader, open};
