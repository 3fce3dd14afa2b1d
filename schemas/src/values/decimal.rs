//! Exact decimals: 128-bit whole numbers with a scale, rounded half up (away from zero) and never through a float.
//! INVARIANT (exact-money): amounts are born here, from text, as integers; no float exists on the way.

pub(super) mod decorated;

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use super::units::UnitWord;
use super::width;

/// `unscaled × 10^-scale`, at most 18 digits before the point and 18 behind: the bounds and tolerances of contracts.
/// Amounts of data are bare unscaled numbers at their column's scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    unscaled: i128,
    scale: u8,
}

const DECIMAL_DIGITS_MAX: usize = 18;

impl Decimal {
    pub fn unscaled(self) -> i128 {
        self.unscaled
    }

    /// Digits behind the point; trailing zeros are not kept.
    pub fn scale(self) -> u8 {
        self.scale
    }

    /// The unscaled number at another scale; `None` if digits would be lost or 128 bits do not hold it.
    pub fn at_scale(self, scale: u8) -> Option<i128> {
        let by = scale.checked_sub(self.scale)?;
        self.unscaled.checked_mul(power(u32::from(by))?)
    }

    fn at_full_scale(self) -> i128 {
        // Fits by construction: 36 digits.
        self.at_scale(18).unwrap_or(self.unscaled)
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        self.at_full_scale().cmp(&other.at_full_scale())
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&format(self.unscaled, self.scale))
    }
}

impl FromStr for Decimal {
    type Err = DecimalFault;

    /// Plain notation only: `-12.50`.
    fn from_str(text: &str) -> Result<Self, DecimalFault> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let plain = Plain::read(digits).ok_or(DecimalFault::NotANumber)?;
        let integral = digits
            .split('.')
            .next()
            .unwrap_or("")
            .trim_start_matches('0')
            .len();
        if integral > DECIMAL_DIGITS_MAX || usize::from(plain.scale) > DECIMAL_DIGITS_MAX {
            return Err(DecimalFault::TooLarge);
        }
        Ok(Decimal {
            unscaled: if negative { -plain.unscaled } else { plain.unscaled },
            scale: plain.scale,
        })
    }
}

/// Writes an unscaled number in plain notation.
pub fn format(unscaled: i128, scale: u8) -> String {
    let sign = if unscaled < 0 { "-" } else { "" };
    let digits = unscaled.unsigned_abs().to_string();
    let scale = usize::from(scale);
    if scale == 0 {
        return format!("{sign}{digits}");
    }
    let padded = format!("{digits:0>width$}", width = scale + 1);
    let (whole, behind) = padded.split_at(padded.len() - scale);
    format!("{sign}{whole}.{behind}")
}

/// A number read at a wanted scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadDecimal {
    /// The unscaled number at the wanted scale.
    pub unscaled: i128,
    /// Digits beyond the scale were rounded away.
    pub rounded: bool,
    /// The cell wrote another unit than the header did. The cell is believed, and worth a remark
    /// (`value.unit_contradicts`).
    pub contradicts: bool,
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
    #[error("not a whole number")]
    NotWhole,
    #[error("words beside the amount that are neither a unit nor a currency of the field")]
    UnknownWords,
    #[error("an amount without a unit")]
    UnitMissing,
}

impl DecimalFault {
    /// The text code of the finding.
    pub fn code(self) -> &'static str {
        match self {
            DecimalFault::NotANumber => "value.decimal_shape",
            DecimalFault::Scientific => "value.decimal_scientific",
            DecimalFault::ForeignUnit => "value.decimal_foreign_unit",
            DecimalFault::TooLarge => "value.decimal_too_large",
            DecimalFault::NotWhole => "value.integer_not_whole",
            DecimalFault::UnknownWords => "value.money_words",
            DecimalFault::UnitMissing => "value.money_unit_missing",
        }
    }
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
    let (negative, amount, cell_unit) = read(text, unit)?;
    let unit = cell_unit.or(header_unit);
    let (times, per) = unit.map_or((1, 1), |unit| (unit.times, unit.per));
    let differs = |(cell, header): (&UnitWord, &UnitWord)| cell.times * header.per != header.times * cell.per;
    Ok(ReadDecimal {
        contradicts: cell_unit.zip(header_unit).is_some_and(differs),
        ..fitted(negative, amount, precision, scale, (times, per))?
    })
}

/// `amount × times / per` in `precision` digits with `scale` decimals.
pub(super) fn fitted(
    negative: bool,
    amount: Plain,
    precision: u8,
    scale: u8,
    (times, per): (i128, i128),
) -> Result<ReadDecimal, DecimalFault> {
    let read = scaled(amount, scale, times, per).ok_or(DecimalFault::TooLarge)?;
    if power(u32::from(precision)).is_some_and(|limit| read.unscaled >= limit) {
        return Err(DecimalFault::TooLarge);
    }
    Ok(ReadDecimal {
        unscaled: if negative { -read.unscaled } else { read.unscaled },
        ..read
    })
}

/// Reads a whole number with the same tolerance for separators and units, but no rounding.
pub fn parse_integer(
    text: &str,
    unit: Option<&str>,
    header_unit: Option<&UnitWord>,
) -> Result<i64, DecimalFault> {
    let read = parse(text, 19, 0, unit, header_unit)?;
    if read.rounded {
        return Err(DecimalFault::NotWhole);
    }
    i64::try_from(read.unscaled).map_err(|_| DecimalFault::TooLarge)
}

/// Digits with at most one point, trailing zeros behind the point dropped.
#[derive(Clone, Copy)]
pub(super) struct Plain {
    pub unscaled: i128,
    pub scale: u8,
}

impl Plain {
    fn read(text: &str) -> Option<Plain> {
        let (whole, behind) = text.split_once('.').unwrap_or((text, ""));
        let behind = behind.trim_end_matches('0');
        if text.is_empty() || whole.is_empty() || text.ends_with('.') {
            return None;
        }
        let mut unscaled: i128 = 0;
        for byte in whole.bytes().chain(behind.bytes()) {
            let digit = byte.is_ascii_digit().then_some(i128::from(byte & 0x0F))?;
            unscaled = unscaled.checked_mul(10)?.checked_add(digit)?;
        }
        Some(Plain {
            unscaled,
            scale: u8::try_from(behind.len()).ok()?,
        })
    }
}

type Read = (bool, Plain, Option<&'static UnitWord>);

fn read(text: &str, unit: Option<&str>) -> Result<Read, DecimalFault> {
    // Most cells are plain digits; they need neither NFKC nor a unit table.
    let trimmed = text.trim_ascii();
    let (negative, digits) = match trimmed.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, trimmed),
    };
    if let Some(plain) = Plain::read(digits) {
        return Ok((negative, plain, None));
    }
    decorated::read(&width::normalise(text), unit)
}

/// `amount × times / per` at `scale`, rounded half up; the amount is not negative.
fn scaled(amount: Plain, scale: u8, times: i128, per: i128) -> Option<ReadDecimal> {
    let up = power(u32::from(scale.saturating_sub(amount.scale)))?;
    let down = power(u32::from(amount.scale.saturating_sub(scale)))?;
    let numerator = amount.unscaled.checked_mul(times)?.checked_mul(up)?;
    let denominator = per.checked_mul(down)?;
    let (whole, remainder) = (
        numerator.checked_div(denominator)?,
        numerator.checked_rem(denominator)?,
    );
    let half_or_more = remainder >= denominator.checked_sub(remainder)?;
    let unscaled = if half_or_more {
        whole.checked_add(1)?
    } else {
        whole
    };
    Some(ReadDecimal {
        unscaled,
        rounded: remainder != 0,
        contradicts: false,
    })
}

fn power(exponent: u32) -> Option<i128> {
    10_i128.checked_pow(exponent)
}

#[cfg(test)]
mod tests;
