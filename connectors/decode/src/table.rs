//! What every reader gives, whatever the file is.

use crate::dialect::Evidence;
use crate::error::DecodeError;
use crate::frame::Frame;

/// A table, opened: its header is known, its rows are still to come.
pub(crate) trait Table {
    fn evidence(&self) -> &Evidence;

    /// The names of the columns, trimmed; one per column of a frame.
    fn header(&self) -> &[String];

    /// See `Reader::next_frame`.
    fn next_frame(&mut self, rows_max: usize) -> Result<Option<Frame>, DecodeError>;
}
