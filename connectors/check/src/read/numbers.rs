//! Numbers. Plain ones are read here at full speed; everything else people write (separators, brackets, unit words,
//! capital numerals) goes to the reader of `schemas`, which also tells why a cell is no number.
//! INVARIANT (exact-money): digits go into 128-bit integers; no float exists on the way.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Decimal128Array, Int64Array, StringArray};
use arrow::buffer::NullBuffer;
use schemas::values::decimal;

use super::{cells, present};
use crate::hits::Hits;
use crate::plan::FieldPlan;
use crate::{CheckError, Severity};

/// Digits that fit into 64 bits whatever they are.
const FAST_DIGITS_MAX: usize = 18;

pub(super) fn decimals(
    field: &FieldPlan<'_>,
    precision: u8,
    scale: i8,
    raw: &StringArray,
    eligible: &[bool],
    hits: &mut Hits,
) -> Result<ArrayRef, CheckError> {
    // Contracts have no negative scales.
    let decimals = u8::try_from(scale).unwrap_or_default();
    let unit = field.field.unit.as_deref();
    let (mut values, mut valid) = (Vec::with_capacity(raw.len()), Vec::with_capacity(raw.len()));
    for (row, cell) in cells(raw, eligible).enumerate() {
        let read = present(field, cell, row, hits).and_then(|cell| {
            if field.header_unit.is_none()
                && let Some(value) = plain(cell, precision, decimals)
            {
                return Some(value);
            }
            match decimal::parse(cell, precision, decimals, unit, field.header_unit) {
                Ok(read) => {
                    if read.contradicts {
                        hits.add(field.kind, Severity::Warning, Some("value.unit_contradicts"), row);
                    }
                    if read.rounded {
                        hits.add(field.kind, Severity::Warning, Some("value.decimal_rounded"), row);
                    }
                    Some(read.unscaled)
                }
                Err(fault) => {
                    hits.add(field.kind, Severity::Error, Some(fault.code()), row);
                    None
                }
            }
        });
        values.push(read.unwrap_or_default());
        valid.push(read.is_some());
    }
    array(values, valid, precision, scale)
}

pub(super) fn array(
    values: Vec<i128>,
    valid: Vec<bool>,
    precision: u8,
    scale: i8,
) -> Result<ArrayRef, CheckError> {
    let array = Decimal128Array::new(values.into(), Some(NullBuffer::from(valid)));
    Ok(Arc::new(
        array
            .with_precision_and_scale(precision, scale)
            .map_err(CheckError::engine)?,
    ))
}

pub(super) fn integers(
    field: &FieldPlan<'_>,
    raw: &StringArray,
    eligible: &[bool],
    hits: &mut Hits,
) -> ArrayRef {
    let unit = field.field.unit.as_deref();
    let values = cells(raw, eligible).enumerate().map(|(row, cell)| {
        let cell = present(field, cell, row, hits)?;
        if field.header_unit.is_none()
            && let Some(value) = plain(cell, 19, 0).and_then(|value| i64::try_from(value).ok())
        {
            return Some(value);
        }
        decimal::parse_integer(cell, unit, field.header_unit)
            .map_err(|fault| hits.add(field.kind, Severity::Error, Some(fault.code()), row))
            .ok()
    });
    Arc::new(values.collect::<Int64Array>())
}

/// Reads `-123.45` into the unscaled number if nothing would be lost; `None` says that someone else must look.
fn plain(text: &str, precision: u8, scale: u8) -> Option<i128> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.len() > FAST_DIGITS_MAX || !digits.first()?.is_ascii_digit() {
        return None;
    }
    let (mut value, mut behind) = (0u64, None);
    for byte in digits {
        match byte {
            b'0'..=b'9' => {
                value = value * 10 + u64::from(byte & 0x0F);
                behind = behind.map(|behind| behind + 1);
            }
            b'.' if behind.is_none() => behind = Some(0u32),
            _ => return None,
        }
    }
    if behind == Some(0) {
        return None;
    }
    let missing = u32::from(scale).checked_sub(behind.unwrap_or(0))?;
    let value = i128::from(value).checked_mul(10i128.checked_pow(missing)?)?;
    let fits = 10i128
        .checked_pow(u32::from(precision))
        .is_none_or(|limit| value < limit);
    fits.then_some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_reader_agrees_with_the_careful_one() {
        let texts = [
            "0",
            "-0",
            "12",
            "12.5",
            "-12.50",
            "0.05",
            "1234567890123456",
            "99999999999999999999",
            "007",
            "1.",
            ".5",
            "",
            "-",
            "1.005",
            "1,000",
            "1e3",
            "+5",
            "--5",
            "5-",
            "１２",
            "12.3.4",
            "12 ",
            "9999.99",
            "10000",
        ];
        for text in texts {
            for (precision, scale) in [(18, 2), (6, 2), (5, 0), (38, 10)] {
                if let Some(value) = plain(text, precision, scale) {
                    let read = decimal::parse(text, precision, scale, None, None).unwrap();
                    assert_eq!(
                        (read.unscaled, read.rounded),
                        (value, false),
                        "{text} {precision} {scale}"
                    );
                }
            }
        }
        assert_eq!(plain("-12.50", 18, 2), Some(-1250));
        assert_eq!(plain("1.005", 18, 2), None);
        assert_eq!(plain("10000", 6, 2), None);
    }
}
