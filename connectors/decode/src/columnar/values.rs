//! Values of Parquet as exact text: decimals digit by digit, days as days, numbers without an exponent.

use std::fmt::Write as _;

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryViewArray, Decimal128Array, Float32Array, Float64Array, StringViewArray,
};
use arrow::datatypes::{
    DataType, Float32Type, Float64Type, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use arrow::temporal_conversions as temporal;
use arrow::util::display::{ArrayFormatter, FormatOptions};

use crate::frame::DefectKind;

/// From here on not every whole number is a float.
const DIGITS_LOST_FROM: f64 = 9_007_199_254_740_992.0;

/// Instants are shown as the clock in Shanghai shows them.
const SHANGHAI_SECONDS: i64 = 8 * 3600;

const OPTIONS: FormatOptions<'static> = FormatOptions::new()
    .with_display_error(false)
    .with_date_format(Some("%Y-%m-%d"))
    .with_datetime_format(Some("%Y-%m-%d %H:%M:%S%.f"));

/// A column of a batch.
pub(super) enum Values<'a> {
    Text(&'a StringViewArray),
    Bytes(&'a BinaryViewArray),
    Decimal(&'a Decimal128Array),
    Single(&'a Float32Array),
    Double(&'a Float64Array),
    Instant {
        array: &'a ArrayRef,
        unit: TimeUnit,
        is_utc: bool,
    },
    Other(&'a ArrayRef, ArrayFormatter<'a>),
}

impl<'a> Values<'a> {
    /// `None` for a type that has no text.
    pub fn new(array: &'a ArrayRef) -> Option<Self> {
        Some(match array.data_type() {
            DataType::Utf8View => Self::Text(array.as_string_view_opt()?),
            DataType::BinaryView => Self::Bytes(array.as_binary_view_opt()?),
            DataType::Decimal128(..) => Self::Decimal(array.as_primitive_opt()?),
            DataType::Float32 => Self::Single(array.as_primitive_opt::<Float32Type>()?),
            DataType::Float64 => Self::Double(array.as_primitive_opt::<Float64Type>()?),
            DataType::Timestamp(unit, zone) => Self::Instant {
                array,
                unit: *unit,
                is_utc: zone.is_some(),
            },
            _ => Self::Other(array, ArrayFormatter::try_new(array.as_ref(), &OPTIONS).ok()?),
        })
    }

    /// Appends the text of a row. What cannot be one is a defect of the column.
    pub fn append(&self, row: usize, column: usize, text: &mut String) -> Option<DefectKind> {
        let unreadable = Some(DefectKind::NotText { column });
        match self {
            Self::Text(array) => {
                if array.is_valid(row) {
                    text.push_str(array.value(row));
                }
            }
            Self::Bytes(array) if array.is_valid(row) => match std::str::from_utf8(array.value(row)) {
                Ok(value) => text.push_str(value),
                Err(_) => return unreadable,
            },
            Self::Decimal(array) if array.is_valid(row) => text.push_str(&array.value_as_string(row)),
            Self::Single(array) if array.is_valid(row) => {
                let number = array.value(row);
                let _ = write!(text, "{number}");
                return lost(f64::from(number), column);
            }
            Self::Double(array) if array.is_valid(row) => {
                let number = array.value(row);
                let _ = write!(text, "{number}");
                return lost(number, column);
            }
            Self::Instant { array, unit, is_utc } if array.is_valid(row) => {
                let Some(()) = instant(array, *unit, *is_utc, row, text) else {
                    return unreadable;
                };
            }
            Self::Other(array, formatter) if array.is_valid(row) => {
                if formatter.value(row).write(text).is_err() {
                    return unreadable;
                }
            }
            Self::Bytes(_)
            | Self::Decimal(_)
            | Self::Single(_)
            | Self::Double(_)
            | Self::Instant { .. }
            | Self::Other(..) => {}
        }
        None
    }
}

/// A number of more digits than a float keeps was another one before it became a float.
fn lost(number: f64, column: usize) -> Option<DefectKind> {
    (number.abs() >= DIGITS_LOST_FROM).then_some(DefectKind::FloatDigits { column })
}

/// A time of day only where there is one.
fn instant(array: &ArrayRef, unit: TimeUnit, is_utc: bool, row: usize, text: &mut String) -> Option<()> {
    let per_second: i64 = match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    };
    let value = match unit {
        TimeUnit::Second => array.as_primitive_opt::<TimestampSecondType>()?.value(row),
        TimeUnit::Millisecond => array.as_primitive_opt::<TimestampMillisecondType>()?.value(row),
        TimeUnit::Microsecond => array.as_primitive_opt::<TimestampMicrosecondType>()?.value(row),
        TimeUnit::Nanosecond => array.as_primitive_opt::<TimestampNanosecondType>()?.value(row),
    };
    let shift = if is_utc { SHANGHAI_SECONDS * per_second } else { 0 };
    let value = value.checked_add(shift)?;
    let at = match unit {
        TimeUnit::Second => temporal::timestamp_s_to_datetime(value)?,
        TimeUnit::Millisecond => temporal::timestamp_ms_to_datetime(value)?,
        TimeUnit::Microsecond => temporal::timestamp_us_to_datetime(value)?,
        TimeUnit::Nanosecond => temporal::timestamp_ns_to_datetime(value)?,
    };
    let written = at.format("%Y-%m-%d %H:%M:%S%.f").to_string();
    text.push_str(written.strip_suffix(" 00:00:00").unwrap_or(&written));
    Some(())
}
