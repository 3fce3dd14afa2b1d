//! Amounts whose cells say themselves in what: `5,118(万元人民币)`, `63(万)`, `955(万美元)`, `USD 1,200`. Read into the
//! amount in the main unit of its own currency, the multiple as written, and the currency. Nothing is converted: an
//! exchange rate is a question for a comparison, not for the door.

use super::decimal::decorated::{amount, is_exponent, signed};
use super::decimal::{DecimalFault, Plain, fitted};
use super::units::UnitWord;
use super::{capitals, width};
use crate::codelists::{CodeEntry, CodeList};

/// What a money field allows in its cells.
#[derive(Debug, Clone, Copy)]
pub struct MoneyTerms<'a> {
    pub currencies: &'a CodeList,
    /// The currency of a cell that names none.
    pub default: Option<&'a str>,
    /// The multiples a cell may write (see [`multiple`]); empty for all of them.
    pub multiples: &'a [String],
    /// An amount without a unit in its cell, in its header or above it is a fault: nobody knows how much it is.
    pub unit_required: bool,
}

/// An amount that was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadMoney<'a> {
    /// The unscaled number at the wanted scale, in the main unit of its currency.
    pub unscaled: i128,
    /// Digits beyond the scale were rounded away.
    pub rounded: bool,
    /// The cell wrote another unit than the header did (`value.unit_contradicts`).
    pub contradicts: bool,
    /// The multiple it was written in.
    pub multiple: &'static str,
    /// The code in the list of currencies.
    pub currency: Option<&'a str>,
}

/// The multiples of a main unit, longest words first.
const MULTIPLES: [(&str, i128); 8] = [
    ("千万", 10_000_000),
    ("百万", 1_000_000),
    ("十万", 100_000),
    ("亿", 100_000_000),
    ("万", 10_000),
    ("千", 1_000),
    ("百", 100),
    ("元", 1),
];

type Multiple = (&'static str, i128);

const ONE: Multiple = ("元", 1);

/// Is `word` a multiple a contract may allow?
pub fn is_multiple(word: &str) -> bool {
    MULTIPLES.iter().any(|(known, _)| *known == word)
}

/// Reads an amount into `precision` digits with `scale` decimals. `header_unit` is the unit written in the header or
/// above the table; a unit in the cell wins over it.
pub fn parse<'a>(
    text: &str,
    precision: u8,
    scale: u8,
    terms: &MoneyTerms<'a>,
    header_unit: Option<&UnitWord>,
) -> Result<ReadMoney<'a>, DecimalFault> {
    let clean = width::normalise(text);
    let (negative, rest) = signed(&clean)?;
    let (negative, plain, before, behind) = parts(negative, rest, terms)?;
    let (multiple, named) = match words(behind, terms.currencies) {
        Some(found) => found,
        None if is_exponent(behind) => return Err(DecimalFault::Scientific),
        None => return Err(DecimalFault::UnknownWords),
    };
    if let (Some(before), Some(named)) = (before, named)
        && before.code != named.code
    {
        return Err(DecimalFault::UnknownWords);
    }
    let allowed =
        |(word, _): Multiple| terms.multiples.is_empty() || terms.multiples.iter().any(|known| known == word);
    if multiple.is_some_and(|multiple| !allowed(multiple)) {
        return Err(DecimalFault::ForeignUnit);
    }
    let above = header_unit.map(|unit| (unit.times, unit.per));
    let (times, per) = match (multiple, above) {
        (Some((_, times)), _) => (times, 1),
        (None, Some(above)) => above,
        (None, None) if terms.unit_required => return Err(DecimalFault::UnitMissing),
        (None, None) => (1, 1),
    };
    let written = MULTIPLES.iter().find(|(_, known)| *known * per == times);
    let read = fitted(negative, plain, precision, scale, (times, per))?;
    Ok(ReadMoney {
        unscaled: read.unscaled,
        rounded: read.rounded,
        contradicts: multiple.is_some() && above.is_some_and(|above| above != (times, per)),
        multiple: written.unwrap_or(&ONE).0,
        currency: named
            .or(before)
            .map(|entry| entry.code.as_str())
            .or(terms.default),
    })
}

type Parts<'a, 't> = (bool, Plain, Option<&'a CodeEntry>, &'t str);

/// Sign, digits, the currency in front of them and the words behind them.
fn parts<'a, 't>(
    mut negative: bool,
    rest: &'t str,
    terms: &MoneyTerms<'a>,
) -> Result<Parts<'a, 't>, DecimalFault> {
    let Some(digits) = rest.find(|c: char| c.is_ascii_digit()) else {
        let (currency, numerals) =
            match rest.find(['壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖', '拾', '零']) {
                Some(at) => rest.split_at_checked(at).unwrap_or(("", rest)),
                None => ("", rest),
            };
        let before = before(currency, terms)?;
        let plain = capitals::read(numerals).ok_or(DecimalFault::NotANumber)?;
        // Capital numerals end in 元 by their form.
        return Ok((negative, plain, before, ONE.0));
    };
    let (currency, rest) = rest.split_at_checked(digits).unwrap_or(("", rest));
    let unsigned = currency.trim_end().trim_end_matches(['-', '−']);
    if unsigned.len() < currency.trim_end().len() {
        if negative {
            return Err(DecimalFault::NotANumber);
        }
        negative = true;
    }
    let before = before(unsigned, terms)?;
    let (plain, word) = amount(rest)?;
    Ok(match word {
        "-" | "−" if !negative => (true, plain, before, ""),
        word => (negative, plain, before, word),
    })
}

fn before<'a>(currency: &str, terms: &MoneyTerms<'a>) -> Result<Option<&'a CodeEntry>, DecimalFault> {
    match currency.trim() {
        "" => Ok(None),
        currency => match terms.currencies.resolve(currency) {
            Some(entry) => Ok(Some(entry)),
            None => Err(DecimalFault::NotANumber),
        },
    }
}

/// The multiple and the currency in the words behind an amount, brackets or none; `None` if there is anything else.
fn words<'a>(text: &str, currencies: &'a CodeList) -> Option<(Option<Multiple>, Option<&'a CodeEntry>)> {
    let mut depth = 0i32;
    for c in text.chars() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        if depth < 0 {
            return None;
        }
    }
    if depth != 0 {
        return None; // a cell that was cut off
    }
    let bare: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')'))
        .collect();
    let bare = bare.strip_suffix(['整', '正']).unwrap_or(&bare);
    if bare.is_empty() {
        return Some((None, None));
    }
    if let Some(entry) = currencies.resolve(bare) {
        return Some((Some(ONE), Some(entry)));
    }
    let multiples = MULTIPLES.iter().filter(|(_, times)| *times > 1);
    for multiple in multiples.copied().map(Some).chain([None]) {
        let (word, _) = multiple.unwrap_or(("", 1));
        if let Some(rest) = bare.strip_prefix(word) {
            let yuan = rest.strip_prefix(['元', '圆']);
            if rest.is_empty() || yuan == Some("") {
                return Some((multiple.or(Some(ONE)), None));
            }
            if let Some(entry) = currencies
                .resolve(rest)
                .or(yuan.and_then(|name| currencies.resolve(name)))
            {
                return Some((multiple.or(Some(ONE)), Some(entry)));
            }
        }
        let without_yuan = bare.strip_suffix(['元', '圆']).unwrap_or(bare);
        if let Some(entry) = without_yuan
            .strip_suffix(word)
            .and_then(|name| currencies.resolve(name))
        {
            return Some((multiple.or(Some(ONE)), Some(entry)));
        }
    }
    None
}

#[cfg(test)]
mod tests;
