//! Amounts in whole fen. Shares are whole numbers over ten thousand, and every division rounds half up, as the tax side
//! does.

use chrono::NaiveDate;

/// Half up.
pub(crate) fn divided(value: u64, by: u64) -> u64 {
    (value + by / 2) / by.max(1)
}

/// `rate` millionths of `base`.
pub(crate) fn millionths(base: u64, rate: u64) -> u64 {
    let exact = u128::from(base) * u128::from(rate);
    u64::try_from((exact + 500_000) / 1_000_000).unwrap_or(u64::MAX)
}

/// Exact decimal text in yuan.
pub(crate) fn yuan(fen: u64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

/// Three leading digits of an amount, as people agree on prices.
pub(crate) fn rounded(fen: u64) -> u64 {
    let mut unit = 100;
    while fen / unit >= 1_000 {
        unit *= 10;
    }
    (fen / unit * unit).max(unit)
}

/// One line of a tax certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Payment {
    pub taxpayer: String,
    pub file_number: String,
    pub county: &'static str,
    /// Five digits.
    pub tax: &'static str,
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// `1` tax, `2` late fee, `4` refund.
    pub kind: &'static str,
    /// Fen; negative for a refund.
    pub amount: i64,
    pub paid: NaiveDate,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_half_up_to_the_fen() {
        assert_eq!(millionths(3_200_000_000, 40_000), 128_000_000);
        assert_eq!((millionths(1, 500_000), millionths(1, 499_999)), (1, 0));
        assert_eq!((divided(5, 10), divided(4, 10)), (1, 0));
    }

    #[test]
    fn prices_have_three_leading_digits() {
        assert_eq!((rounded(123_456_789), rounded(99)), (123_000_000, 100));
        assert_eq!(yuan(1_205), "12.05");
    }
}
