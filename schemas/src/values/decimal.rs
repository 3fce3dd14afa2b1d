//! Exact decimals: 128-bit whole numbers with a scale, rounded half up (away from zero) and never through a float.

use std::fmt;
use std::str::FromStr;

use super::units::UnitWord;

/// `unscaled × 10^-scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    unscaled: i128,
    scale: u8,
}

impl Decimal {
    pub fn new(unscaled: i128, scale: u8) -> Self {
        Decimal { unscaled, scale }
    }

    pub fn unscaled(self) -> i128 {
        self.unscaled
    }

    pub fn scale(self) -> u8 {
        self.scale
    }

    /// The unscaled number at another scale; `None` if digits would be lost or 128 bits do not hold it.
    pub fn at_scale(self, scale: u8) -> Option<i128> {
        let _ = scale;
        None
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}e-{}", self.unscaled, self.scale)
    }
}

impl FromStr for Decimal {
    type Err = DecimalFault;
    fn from_str(text: &str) -> Result<Self, DecimalFault> {
        let _ = text;
        Err(DecimalFault::NotANumber)
    }
}

/// A number read at a wanted scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadDecimal {
    /// The unscaled number at the wanted scale.
    pub unscaled: i128,
    /// Digits beyond the scale were rounded away.
    pub rounded: bool,
}

/// Why a text is no number of the wanted size. The text itself is not in here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecimalFault {
    #[error("not a number")]
    NotANumber,
    #[error("a number in scientific notation, whose digits are lost")]
    Scientific,
    #[error("the unit does not belong to this field")]
    ForeignUnit,
    #[error("more digits than the field holds")]
    TooLarge,
    #[error("the remainder would be lost")]
    NotWhole,
}

/// Reads a number into `precision` digits with `scale` decimals, in the field's `unit`: thousands separators, `￥`,
/// brackets or a trailing minus for negatives, unit words (`万元`), capital numerals (`壹佰万元整`), full-width digits.
/// `header_unit` is the unit the column header gave; a unit in the cell wins over it.
pub fn parse(
    text: &str,
    precision: u8,
    scale: u8,
    unit: Option<&str>,
    header_unit: Option<&UnitWord>,
) -> Result<ReadDecimal, DecimalFault> {
    let _ = (text, precision, scale, unit, header_unit);
    Err(DecimalFault::NotANumber)
}

/// Reads a whole number with the same tolerance for separators, but no rounding.
pub fn parse_integer(text: &str) -> Result<i64, DecimalFault> {
    let _ = text;
    Err(DecimalFault::NotANumber)
}
