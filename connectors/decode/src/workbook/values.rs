//! Values of cells as the text that a person saw, as far as the workbook still knows it.

use std::fmt::Write as _;

use calamine::{CellErrorType, DataRef, ExcelDateTime};

use super::book::Flaw;

/// Spreadsheet programs keep fifteen digits; from here on a number has lost some.
const DIGITS_LOST_FROM: f64 = 1e15;
/// The serial of 10000-01-01.
const SERIAL_END: f64 = 2_958_466.0;

/// Appends the text of a value.
pub(super) fn append(value: &DataRef<'_>, text: &mut String) -> Option<Flaw> {
    match value {
        DataRef::Empty => {}
        DataRef::String(string) => text.push_str(string),
        DataRef::SharedString(string) => text.push_str(string),
        DataRef::Bool(value) => text.push_str(if *value { "TRUE" } else { "FALSE" }),
        DataRef::DateTimeIso(iso) | DataRef::DurationIso(iso) => {
            let plain = iso.strip_suffix("T00:00:00").unwrap_or(iso);
            text.push_str(&plain.replacen('T', " ", 1));
        }
        DataRef::Int(number) => {
            let _ = write!(text, "{number}");
            return (number.unsigned_abs() >= 1_000_000_000_000_000).then_some(Flaw::DigitsLost);
        }
        DataRef::Float(number) => return append_number(*number, text),
        DataRef::DateTime(instant) => return append_instant(instant, text),
        DataRef::Error(error) => {
            text.push_str(error_text(error));
            return Some(Flaw::Error);
        }
    }
    None
}

/// No `.0`, no exponent, no digits beyond the fifteenth: `7800.1`, not `7800.100000000001`.
pub(super) fn append_number(number: f64, text: &mut String) -> Option<Flaw> {
    if number.abs() >= DIGITS_LOST_FROM {
        let _ = write!(text, "{number}");
        return Some(Flaw::DigitsLost);
    }
    if number.trunc() == number {
        let _ = write!(text, "{}", number as i64);
    } else {
        let rounded = format!("{number:.14e}").parse().unwrap_or(number);
        let _ = write!(text, "{rounded}");
    }
    None
}

/// Days as `2025-01-25`; a time of day only where there is one.
pub(super) fn append_instant(instant: &ExcelDateTime, text: &mut String) -> Option<Flaw> {
    let serial = instant.as_f64();
    if instant.is_duration() || !(0.0..SERIAL_END).contains(&serial) {
        return append_number(serial, text);
    }
    let (year, month, day, hour, minute, second, _) = instant.to_ymd_hms_milli();
    let time_alone = year < 1900;
    if !time_alone {
        let _ = write!(text, "{year:04}-{month:02}-{day:02}");
    }
    if time_alone || (hour, minute, second) != (0, 0, 0) {
        let separator = if time_alone { "" } else { " " };
        let _ = write!(text, "{separator}{hour:02}:{minute:02}:{second:02}");
    }
    None
}

fn error_text(error: &CellErrorType) -> &'static str {
    match error {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NAME?",
        CellErrorType::Null => "#NULL!",
        CellErrorType::Num => "#NUM!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALUE!",
        CellErrorType::GettingData => "#GETTING_DATA",
    }
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;

    use super::*;

    fn text(value: &DataRef<'_>) -> (String, Option<Flaw>) {
        let mut text = String::new();
        let flaw = append(value, &mut text);
        (text, flaw)
    }

    #[test]
    fn numbers_are_written_as_a_person_saw_them() {
        let numbers = [
            (202_501.0, "202501"),
            (-3.0, "-3"),
            (-0.0, "0"),
            (7800.1, "7800.1"),
            (0.1 + 0.2, "0.3"),
            (0.000_000_12, "0.00000012"),
            (999_999_999_999_999.0, "999999999999999"),
        ];
        for (number, expected) in numbers {
            assert_eq!(text(&DataRef::Float(number)), (expected.to_owned(), None));
        }
        let lost = text(&DataRef::Float(433_101_199_001_011_234.0));
        assert_eq!((lost.0.len(), lost.1), (18, Some(Flaw::DigitsLost)));
    }

    #[test]
    fn serials_become_days_in_both_systems() {
        let day = |serial: f64, is_1904: bool| {
            let kind = ExcelDateTimeType::DateTime;
            text(&DataRef::DateTime(ExcelDateTime::new(serial, kind, is_1904))).0
        };
        assert_eq!(day(45_682.0, false), "2025-01-25");
        assert_eq!(day(44_220.0, true), "2025-01-25");
        assert_eq!(day(45_682.5, false), "2025-01-25 12:00:00");
        assert_eq!(day(0.75, false), "18:00:00");
        assert_eq!(day(-1.0, false), "-1");
        assert_eq!(day(1e9, false), "1000000000");
        let iso = DataRef::DateTimeIso("2025-01-25T00:00:00".to_owned());
        assert_eq!(text(&iso).0, "2025-01-25");
    }
}
