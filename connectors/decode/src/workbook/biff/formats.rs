//! Number formats: which of them show a number as a day or a time.

/// What a number is shown as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Number,
    /// A day, a time of day, or both.
    Instant,
    /// Hours, minutes or seconds beyond a day.
    Duration,
}

/// A format that every program knows by number. 27 to 36 and 50 to 58 are days of East Asian editions.
pub(super) fn known(number: u16) -> Shown {
    match number {
        14..=22 | 27..=36 | 45 | 47 | 50..=58 => Shown::Instant,
        46 => Shown::Duration,
        _ => Shown::Number,
    }
}

/// A format as it is written, such as `yyyy"年"m"月"d"日"` or `[红色]#,##0.00`. Only its first section counts; what is
/// quoted, escaped or filled in stands for itself.
pub(super) fn written(format: &str) -> Shown {
    let mut characters = format.chars();
    while let Some(character) = characters.next() {
        match character {
            ';' => break,
            '\\' | '_' | '*' => {
                characters.next();
            }
            '"' => {
                characters.by_ref().find(|closing| *closing == '"');
            }
            '[' => {
                let inside: String = characters
                    .by_ref()
                    .take_while(|closing| *closing != ']')
                    .collect();
                let is_time = |letter: char| inside.chars().all(|c| c.eq_ignore_ascii_case(&letter));
                if !inside.is_empty() && ['h', 'm', 's'].into_iter().any(is_time) {
                    return Shown::Duration;
                }
            }
            'y' | 'm' | 'd' | 'h' | 's' | 'Y' | 'M' | 'D' | 'H' | 'S' => return Shown::Instant,
            _ => {}
        }
    }
    Shown::Number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_are_told_from_amounts() {
        for instant in [
            "yyyy-mm-dd",
            "[$-804]yyyy\"年\"m\"月\"d\"日\"",
            "m/d/yy h:mm",
            "上午/下午h:mm",
            "mmm-yy",
        ] {
            assert_eq!(written(instant), Shown::Instant, "{instant}");
        }
        for duration in ["[h]:mm:ss", "[mm]:ss", "[SS]"] {
            assert_eq!(written(duration), Shown::Duration, "{duration}");
        }
        let amounts = [
            "General",
            "G/通用格式",
            "0.00",
            "#,##0.00\"days\"",
            "[红色]-0.0;yyyy",
            "0\\h",
            "_d0",
            "@",
            "0.00E+00",
            "",
            "[DBNum2]0",
            "[",
            "\"",
        ];
        for amount in amounts {
            assert_eq!(written(amount), Shown::Number, "{amount}");
        }
        assert_eq!(
            (known(14), known(46), known(4)),
            (Shown::Instant, Shown::Duration, Shown::Number)
        );
    }
}
