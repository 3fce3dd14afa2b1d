//! The cells of one sheet, as its records come.

use std::io::{Read, Seek};

use super::super::book::{Cell, CellStream, Flaw};
use super::super::stream::{u16_at, u32_at};
use super::globals::Globals;
use super::records::{self, Records};
use super::strings::Reading;
use crate::error::DecodeError;

pub(super) struct Cells<'b, R> {
    records: &'b mut Records<R>,
    globals: &'b Globals,
    depth: u32,
    /// A record of several numbers is being read: where in it, and for which column.
    several: Option<(usize, usize)>,
}

impl<'b, R: Read + Seek> Cells<'b, R> {
    /// # Errors
    /// There is no sheet at this place.
    pub fn open(records: &'b mut Records<R>, globals: &'b Globals, at: u64) -> Result<Self, DecodeError> {
        records.seek(at);
        if records.next()? != Some(records::BEGIN) {
            return Err(DecodeError::WorkbookDamaged);
        }
        Ok(Self {
            records,
            globals,
            depth: 1,
            several: None,
        })
    }

    /// The cell that the record read last begins with.
    fn cell(&self, flaw: Option<Flaw>) -> Option<Cell> {
        Some(Cell {
            row_no: u64::from(u16_at(&self.records.body, 0)) + 1,
            column: usize::from(u16_at(&self.records.body, 2)),
            flaw,
        })
    }

    fn style(&self) -> u16 {
        u16_at(&self.records.body, 4)
    }

    /// The next number of a record of several.
    fn one_of_several(&mut self, text: &mut String) -> Option<Cell> {
        let (at, column) = self.several.take()?;
        let body = &self.records.body;
        // Behind the numbers stands the last column.
        if at + 6 > body.len().saturating_sub(2) {
            return None;
        }
        self.several = Some((at + 6, column + 1));
        let number = rk(u32_at(body, at + 2));
        let flaw = self.globals.append(number, u16_at(body, at), text);
        self.cell(flaw).map(|cell| Cell { column, ..cell })
    }

    /// A string with a length of two bytes.
    fn string_at(&mut self, at: usize, text: &mut String) -> Result<(), DecodeError> {
        let mut reading = Reading {
            records: self.records,
            at,
        };
        let count = usize::from(reading.u16()?);
        if self.globals.is_unicode {
            let flags = reading.u8()?;
            return reading.characters(count, flags & 1 == 1, text);
        }
        let narrow = self.globals.narrow(&reading.records.body, reading.at, count)?;
        text.push_str(&narrow);
        Ok(())
    }

    /// What the program that saved the workbook had computed.
    fn formula(&mut self, text: &mut String) -> Result<Option<Cell>, DecodeError> {
        let body = &self.records.body;
        let value = body.get(6..14).ok_or(DecodeError::WorkbookDamaged)?;
        if u16_at(value, 6) != 0xFFFF {
            let flaw = self.globals.append(f64_at(value, 0), self.style(), text);
            return Ok(self.cell(flaw));
        }
        match (u16_at(value, 0) & 0xFF, u16_at(value, 2) & 0xFF) {
            (0, _) => {
                let cell = self.cell(None);
                // The string has a record of its own, before which the formula may go on.
                while let Some((kind, _)) = self.records.ahead()? {
                    match kind {
                        records::STRING => {
                            self.records.next()?;
                            self.string_at(0, text)?;
                            break;
                        }
                        records::SHARED_FORMULA | records::ARRAY | records::TABLE => {
                            self.records.next()?;
                        }
                        _ => break,
                    }
                }
                Ok(cell)
            }
            (1, value) => {
                text.push_str(if value == 0 { "FALSE" } else { "TRUE" });
                Ok(self.cell(None))
            }
            (2, error) => {
                text.push_str(error_text(error));
                Ok(self.cell(Some(Flaw::Error)))
            }
            _ => Ok(self.cell(None)),
        }
    }
}

impl<R: Read + Seek> CellStream for Cells<'_, R> {
    fn next(&mut self, text: &mut String) -> Result<Option<Cell>, DecodeError> {
        loop {
            if let Some(cell) = self.one_of_several(text) {
                return Ok(Some(cell));
            }
            let kind = self.records.next()?.ok_or(DecodeError::Truncated)?;
            let body = &self.records.body;
            let cell = match kind {
                records::BEGIN => {
                    self.depth += 1;
                    None
                }
                records::EOF if self.depth == 1 => return Ok(None),
                records::EOF => {
                    self.depth -= 1;
                    None
                }
                _ if self.depth > 1 => None,
                records::NUMBER => {
                    let flaw = self.globals.append(f64_at(body, 6), self.style(), text);
                    self.cell(flaw)
                }
                records::RK => {
                    let flaw = self.globals.append(rk(u32_at(body, 6)), self.style(), text);
                    self.cell(flaw)
                }
                records::MULTIPLE_RK => {
                    self.several = Some((4, usize::from(u16_at(body, 2))));
                    None
                }
                records::LABEL_SHARED => {
                    let shared = self.globals.shared.get(u32_at(body, 6));
                    text.push_str(shared.ok_or(DecodeError::WorkbookDamaged)?);
                    self.cell(None)
                }
                records::LABEL | records::RICH_STRING => {
                    let cell = self.cell(None);
                    self.string_at(6, text)?;
                    cell
                }
                records::BOOLEAN_OR_ERROR => match u16_at(body, 6).to_le_bytes() {
                    [value, 0] => {
                        text.push_str(if value == 0 { "FALSE" } else { "TRUE" });
                        self.cell(None)
                    }
                    [error, _] => {
                        text.push_str(error_text(u16::from(error)));
                        self.cell(Some(Flaw::Error))
                    }
                },
                records::FORMULA => self.formula(text)?,
                _ => None,
            };
            if cell.is_some() {
                return Ok(cell);
            }
        }
    }
}

fn f64_at(bytes: &[u8], at: usize) -> f64 {
    let found = bytes.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
    found.map_or(0.0, f64::from_le_bytes)
}

/// A number in four bytes: a whole number or the upper half of a float, and perhaps a hundred times what is meant.
fn rk(packed: u32) -> f64 {
    let number = if packed & 2 == 0 {
        f64::from_bits(u64::from(packed & !3) << 32)
    } else {
        f64::from(packed.cast_signed() >> 2)
    };
    if packed & 1 == 0 {
        return number;
    }
    // Moving the point in its digits rounds as a person would, and once.
    let digits = format!("{number:e}");
    let moved = digits.split_once('e').and_then(|(digits, exponent)| {
        let exponent: i32 = exponent.parse().ok()?;
        format!("{digits}e{}", exponent - 2).parse().ok()
    });
    moved.unwrap_or(number)
}

fn error_text(code: u16) -> &'static str {
    match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0F => "#VALUE!",
        0x17 => "#REF!",
        0x1D => "#NAME?",
        0x24 => "#NUM!",
        0x2B => "#GETTING_DATA",
        _ => "#N/A",
    }
}

#[cfg(test)]
mod tests {
    use super::rk;

    #[test]
    fn packed_numbers_are_what_they_were() {
        let cases: [(u32, f64); 7] = [
            (12 << 2 | 2, 12.0),
            ((-7i32 << 2).cast_unsigned() | 2, -7.0),
            (123_456 << 2 | 3, 1234.56),
            (110 << 2 | 3, 1.1),
            (0x3FF0_0000, 1.0),
            (0x3FF0_0001, 0.01),
            (0, 0.0),
        ];
        for (packed, expected) in cases {
            assert_eq!(rk(packed), expected, "{packed:#x}");
        }
    }
}
