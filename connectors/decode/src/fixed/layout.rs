//! Where the fields of a record stand, as a contract prescribes it: positions are bytes of one charset, never characters.

use std::ops::Range;

use crate::dialect::Charset;

/// The layout of records without delimiters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// In order; what stands between them is not read.
    pub columns: Vec<FixedColumn>,
    /// The charset whose bytes are counted: `Gb18030` or `Utf8`. A file in another one is counted as if it were in this.
    pub counted_in: Charset,
    /// Of a whole record, where records may follow each other without line ends.
    pub record_bytes: Option<usize>,
    /// The program that writes the file drops blanks at line ends, so a short record is no broken one.
    pub blanks_cut: bool,
    /// What records before the table begin with.
    pub leader: Option<String>,
    pub trailer: Option<Trailer>,
}

/// A field of every record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedColumn {
    pub title: String,
    /// Its bytes in the record, from 0.
    pub at: Range<usize>,
    /// Digits behind a point that is not written.
    pub decimals: u8,
}

/// The closing record of a file. A file that should have one and does not end with it is cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trailer {
    pub begins: String,
    /// Where it says how many rows there are.
    pub count: Option<Range<usize>>,
    pub sums: Vec<TrailerSum>,
}

/// The sum of a column as the closing record says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailerSum {
    /// Index of the column.
    pub column: usize,
    pub at: Range<usize>,
    pub decimals: u8,
}

impl Layout {
    /// Bytes up to the end of the last column.
    pub(super) fn bytes(&self) -> usize {
        self.columns.iter().map(|column| column.at.end).max().unwrap_or(0)
    }
}

/// A number with the point where it belongs and without leading zeros; anything else stays as it is.
pub(super) fn pointed(text: &str, decimals: u8) -> String {
    let decimals = usize::from(decimals);
    let (sign, digits) = match text.as_bytes() {
        [b'-', ..] => ("-", text.get(1..).unwrap_or_default()),
        [b'+', ..] => ("", text.get(1..).unwrap_or_default()),
        // Some programs put the sign behind.
        [.., b'-'] => ("-", text.get(..text.len() - 1).unwrap_or_default()),
        _ => ("", text),
    };
    if decimals == 0 || digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.to_owned();
    }
    let padded = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, part) = padded
        .split_at_checked(padded.len() - decimals)
        .unwrap_or_default();
    let whole = whole.trim_start_matches('0');
    format!("{sign}{}.{part}", if whole.is_empty() { "0" } else { whole })
}

/// Ten to the sixth times a decimal number; `None` if this is none, or has more digits behind its point.
pub(super) fn millionths(text: &str) -> Option<i128> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + part.len() == 0 || part.len() > 6 || !is_number(whole) || !is_number(part) {
        return None;
    }
    let number: i128 = format!("{whole}{part:0<6}").parse().ok()?;
    Some(if negative { -number } else { number })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_point_that_is_not_written_is_put_in() {
        let cases = [
            ("000000012345", 2, "123.45"),
            ("5", 2, "0.05"),
            ("-0100", 2, "-1.00"),
            ("0100-", 2, "-1.00"),
            ("+700", 1, "70.0"),
            ("12.5", 2, "12.5"),
            ("0012", 0, "0012"),
            ("", 2, ""),
            ("-", 2, "-"),
            ("N/A", 2, "N/A"),
        ];
        for (text, decimals, expected) in cases {
            assert_eq!(pointed(text, decimals), expected);
        }
    }

    #[test]
    fn sums_are_exact() {
        assert_eq!(millionths("123.45"), Some(123_450_000));
        assert_eq!(millionths("-0.000001"), Some(-1));
        assert_eq!(millionths("007"), Some(7_000_000));
        for none in [
            "",
            "-",
            ".",
            "1.2345678",
            "1e5",
            "1,000",
            "99999999999999999999999999999999999999999",
        ] {
            assert_eq!(millionths(none), None, "{none}");
        }
    }
}
