//! Months, stored as `202501`.

use super::Outcome;
use crate::period::{Period, PeriodKind};

/// Checks a raw value; other ways of writing a month are rewritten with a remark.
pub fn check(text: &str) -> Outcome {
    match Period::parse(PeriodKind::Month, text) {
        Ok(month) if month.label() == text => Outcome::Ok,
        Ok(month) => Outcome::remark(month.label(), "value.month_rewritten"),
        Err(_) => Outcome::bad("value.month_shape"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors() {
        assert_eq!(check("202501"), Outcome::Ok);
        for text in ["2025-01", "2025年1月", "２０２５０１"] {
            assert_eq!(
                check(text),
                Outcome::remark("202501", "value.month_rewritten"),
                "{text}"
            );
        }
        for bad in ["", "202513", "2025", "2025Q1", "25-01"] {
            assert_eq!(check(bad), Outcome::bad("value.month_shape"), "{bad}");
        }
    }
}
