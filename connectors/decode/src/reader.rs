//! The reader: proves the charset, finds the dialect and the header, then hands out frames.

use std::io::{Read, Seek};

use crate::{DecodeError, Dialect, Evidence, Frame, Limits};

/// A text table, opened.
#[derive(Debug)]
pub struct Reader<R> {
    _reader: R,
    evidence: Evidence,
    header: Vec<String>,
}

/// Reads `reader` once from its start to prove the charset, finds delimiter, quote and header in the first
/// records, and goes back to the start.
///
/// # Errors
/// The file as a whole is not a text table, or `reader` fails.
pub fn open<R: Read + Seek>(
    _reader: R,
    _dialect: &Dialect,
    _is_header: &dyn Fn(&[String]) -> bool,
    _limits: &Limits,
) -> Result<Reader<R>, DecodeError> {
    Err(DecodeError::Empty)
}

impl<R: Read + Seek> Reader<R> {
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// The header cells, trimmed; one per column of a frame.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The next records, at most `rows_max` of them; `None` at the end of the file. The first frame begins with
    /// the records before the header and the header itself.
    ///
    /// # Errors
    /// The file has more rows than allowed, or the transport broke.
    pub fn next_frame(&mut self, _rows_max: usize) -> Result<Option<Frame>, DecodeError> {
        Ok(None)
    }
}
