//! A workbook that was made for somebody.

/// A whole XLSX file and a name to keep it under: ASCII, no path.
pub struct Made {
    pub file_name: String,
    pub bytes: Vec<u8>,
}
