//! What every reader gives, whatever the file is.

use crate::dialect::Evidence;
use crate::error::DecodeError;
use crate::frame::{Frame, TextColumn};

/// A frame is closed when it holds this much text, so that wide rows do not make it large.
pub(crate) const FRAME_BYTES_MAX: usize = 32 << 20;

/// A table, opened: its header is known, its rows are still to come.
pub(crate) trait Table {
    fn evidence(&self) -> &Evidence;

    /// The names of the columns, trimmed; one per column of a frame.
    fn header(&self) -> &[String];

    /// See `Reader::next_frame`.
    fn next_frame(&mut self, rows_max: usize) -> Result<Option<Frame>, DecodeError>;
}

/// Fills a frame of so many columns. `next` adds records, at most as many as it is told, and returns their bytes; `None`
/// at the end of the table. There is no frame without a record.
pub(crate) fn fill(
    columns: usize,
    rows_max: usize,
    mut next: impl FnMut(&mut Frame, usize) -> Result<Option<usize>, DecodeError>,
) -> Result<Option<Frame>, DecodeError> {
    let mut frame = Frame {
        columns: vec![TextColumn::new(); columns],
        ..Frame::default()
    };
    let (rows_max, mut text_bytes) = (rows_max.max(1), 0);
    while frame.rows() < rows_max && text_bytes < FRAME_BYTES_MAX {
        let left = rows_max - frame.rows();
        let Some(bytes) = next(&mut frame, left)? else {
            break;
        };
        text_bytes += bytes;
    }
    Ok((frame.rows() > 0).then_some(frame))
}
