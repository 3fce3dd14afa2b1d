//! Fields of a DBF record as text. Money and dates that FoxPro keeps in binary come out exactly.

use super::header::{Field, Header};

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// Text in the file's charset.
    Text,
    /// A number, a day or a mark, in ASCII.
    Ascii,
    /// A whole number of four bytes.
    Whole,
    /// A whole number of ten-thousandths.
    Money,
    Float,
    Instant,
    /// The number of a block in the memo file.
    Memo,
    /// What no program but its own reads.
    Unread,
}

pub(super) fn holds(header: &Header, field: &Field) -> Holds {
    match (field.kind, field.bytes) {
        (b'C' | b'V', _) => Holds::Text,
        (b'N' | b'F' | b'D' | b'L', _) => Holds::Ascii,
        (b'I', 4) if header.is_foxpro() => Holds::Whole,
        (b'Y', 8) if header.is_foxpro() => Holds::Money,
        (b'B', 8) if header.is_foxpro() => Holds::Float,
        (b'T', 8) if header.is_foxpro() => Holds::Instant,
        (b'M', _) => Holds::Memo,
        _ => Holds::Unread,
    }
}

/// The text of a field that holds ASCII; an error if the number did not fit into its field and stars stand for it.
pub(super) fn ascii(kind: u8, raw: &[u8]) -> Result<String, String> {
    // Numbers come padded with blanks, and from some programs with NULs.
    let text: Vec<u8> = raw.iter().copied().filter(|byte| *byte != 0).collect();
    let text = String::from_utf8_lossy(text.trim_ascii()).into_owned();
    match kind {
        b'L' => Ok(match text.as_str() {
            "T" | "t" | "Y" | "y" => "T".to_owned(),
            "F" | "f" | "N" | "n" => "F".to_owned(),
            _ => String::new(),
        }),
        b'D' if text.bytes().all(|byte| byte == b'0') => Ok(String::new()),
        b'N' | b'F' if text.starts_with('*') => Err(text),
        b'N' | b'F' if text == "." => Ok(String::new()),
        _ => Ok(text),
    }
}

/// The text of a field that holds a binary value.
pub(super) fn binary(holds: Holds, raw: &[u8]) -> String {
    let i32_at = |at: usize| {
        let bytes = raw.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        bytes.map_or(0, i32::from_le_bytes)
    };
    let eight: [u8; 8] = raw.try_into().unwrap_or_default();
    match holds {
        Holds::Whole => i32_at(0).to_string(),
        Holds::Money => money(i64::from_le_bytes(eight)),
        Holds::Float => f64::from_le_bytes(eight).to_string(),
        Holds::Instant => instant(i32_at(0), i32_at(4)),
        _ => String::new(),
    }
}

fn money(ten_thousandths: i64) -> String {
    let (sign, amount) = (
        if ten_thousandths < 0 { "-" } else { "" },
        ten_thousandths.unsigned_abs(),
    );
    let text = format!("{sign}{}.{:04}", amount / 10_000, amount % 10_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A Julian day and the milliseconds since its midnight; empty for no day.
fn instant(julian_day: i32, milliseconds: i32) -> String {
    // Day 1721426 is 0001-01-01, day 5373484 is 9999-12-31.
    if !(1_721_426..=5_373_484).contains(&julian_day) {
        return String::new();
    }
    // From days to a civil date by whole eras of 400 years, the year beginning in March.
    let shifted = i64::from(julian_day) - 1_721_120;
    let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let (month, next) = match month_from_march {
        0..=9 => (month_from_march + 3, 0),
        _ => (month_from_march - 9, 1),
    };
    let year = era * 400 + year_of_era + next;
    let seconds = milliseconds.max(0).saturating_add(500) / 1000;
    if seconds == 0 || seconds >= 86_400 {
        return format!("{year:04}-{month:02}-{day_of_month:02}");
    }
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!(
        "{year:04}-{month:02}-{day_of_month:02} {hours:02}:{minutes:02}:{:02}",
        seconds % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binary_values_come_out_exactly() {
        assert_eq!(binary(Holds::Whole, &(-5i32).to_le_bytes()), "-5");
        assert_eq!(binary(Holds::Float, &7800.1f64.to_le_bytes()), "7800.1");
        for (amount, text) in [
            (123_400, "12.34"),
            (-5, "-0.0005"),
            (0, "0"),
            (i64::MIN, "-922337203685477.5808"),
        ] {
            assert_eq!(binary(Holds::Money, &i64::to_le_bytes(amount)), text);
        }
        let days = [
            (2_460_701, 0, "2025-01-25"),
            (2_460_701, 45_296_000, "2025-01-25 12:34:56"),
            (2_451_604, 0, "2000-02-29"),
            (1_721_426, 0, "0001-01-01"),
            (5_373_484, 0, "9999-12-31"),
            (0, 0, ""),
            (i32::MAX, i32::MAX, ""),
        ];
        for (day, milliseconds, text) in days {
            let raw = [i32::to_le_bytes(day), i32::to_le_bytes(milliseconds)].concat();
            assert_eq!(binary(Holds::Instant, &raw), text);
        }
    }

    #[test]
    fn stars_are_no_number_and_zeros_no_day() {
        assert_eq!(ascii(b'N', b"  12.50"), Ok("12.50".to_owned()));
        assert_eq!(ascii(b'N', b"12\0\0\0"), Ok("12".to_owned()));
        assert_eq!(ascii(b'N', b"*****"), Err("*****".to_owned()));
        assert_eq!(ascii(b'D', b"00000000"), Ok(String::new()));
        assert_eq!(ascii(b'D', b"20250125"), Ok("20250125".to_owned()));
        assert_eq!(
            [b"Y", b"f", b"?"].map(|raw| ascii(b'L', raw).unwrap()),
            ["T", "F", ""]
        );
    }
}
