//! Quarters, stored as `2025Q1`.

use super::Outcome;
use crate::period::{Period, PeriodKind};

/// Checks a raw value; other ways of writing a quarter are rewritten with a remark.
pub fn check(text: &str) -> Outcome {
    match Period::parse(PeriodKind::Quarter, text) {
        Ok(quarter) if quarter.label() == text => Outcome::Ok,
        Ok(quarter) => Outcome::remark(quarter.label(), "value.quarter_rewritten"),
        Err(_) => Outcome::bad("value.quarter_shape"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors() {
        assert_eq!(check("2025Q1"), Outcome::Ok);
        for text in ["2025-q1", "2025年第1季度", "2025年一季度", "２０２５Ｑ１"] {
            assert_eq!(
                check(text),
                Outcome::remark("2025Q1", "value.quarter_rewritten"),
                "{text}"
            );
        }
        for bad in ["", "2025Q5", "2025", "202503", "25Q1"] {
            assert_eq!(check(bad), Outcome::bad("value.quarter_shape"), "{bad}");
        }
    }
}
