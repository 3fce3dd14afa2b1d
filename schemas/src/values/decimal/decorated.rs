//! Numbers with something around them: signs at either end, currency, thousands separators, unit words.

use super::{DecimalFault, Plain, Read};
use crate::values::{capitals, units};

/// Reads a text that width and blanks were taken out of.
pub(super) fn read(clean: &str, unit: Option<&str>) -> Result<Read, DecimalFault> {
    let money = unit == Some("元");
    let (mut negative, mut rest) = signed(clean)?;
    if let Some(amount) = CURRENCY.iter().find_map(|sign| rest.strip_prefix(sign)) {
        if !money {
            return Err(DecimalFault::ForeignUnit);
        }
        rest = amount.trim_start();
        // `￥-5` is written as often as `-￥5`.
        if let Some(amount) = rest.strip_prefix(['-', '−']) {
            if negative {
                return Err(DecimalFault::NotANumber);
            }
            (negative, rest) = (true, amount);
        }
    }
    if money && let Some(amount) = capitals::read(rest) {
        return Ok((negative, amount, None));
    }
    let (amount, word) = amount(rest)?;
    match word {
        "" => Ok((negative, amount, None)),
        "-" | "−" if !negative => Ok((true, amount, None)),
        word if is_exponent(word) => Err(DecimalFault::Scientific),
        word => {
            let bare = word
                .strip_prefix('(')
                .and_then(|inner| inner.strip_suffix(')'))
                .unwrap_or(word);
            let known = unit.and_then(|unit| units::find(unit, bare));
            match known {
                Some(known) => Ok((negative, amount, Some(known))),
                None => Err(if units::is_word(bare) {
                    DecimalFault::ForeignUnit
                } else {
                    DecimalFault::NotANumber
                }),
            }
        }
    }
}

/// Takes off brackets around the whole or a sign in front; says whether they mean a negative number.
pub(in crate::values) fn signed(clean: &str) -> Result<(bool, &str), DecimalFault> {
    let (mut negative, mut rest) = (false, clean);
    if let Some(inner) = rest.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        (negative, rest) = (true, inner.trim());
    }
    let unsigned = rest.trim_start_matches(['-', '−', '+']);
    let signs = rest.len() - unsigned.len();
    if signs > 0 {
        if negative || rest.chars().take_while(|c| matches!(c, '-' | '−' | '+')).count() > 1 {
            return Err(DecimalFault::NotANumber);
        }
        negative = !rest.starts_with('+');
        rest = unsigned.trim_start();
    }
    Ok((negative, rest))
}

/// The digits at the start, and what stands behind them.
pub(in crate::values) fn amount(text: &str) -> Result<(Plain, &str), DecimalFault> {
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || c == ',' || c == '.'))
        .unwrap_or(text.len());
    let (number, word) = text.split_at_checked(end).unwrap_or((text, ""));
    let amount = Plain::read(&without_separators(number)?).ok_or(match number.len() {
        0..=38 => DecimalFault::NotANumber,
        _ => DecimalFault::TooLarge,
    })?;
    Ok((amount, word.trim()))
}

/// Is this the tail of a number a spreadsheet has cut short?
pub(in crate::values) fn is_exponent(word: &str) -> bool {
    word.starts_with(['e', 'E']) && word.contains(|c: char| c.is_ascii_digit())
}

const CURRENCY: [&str; 5] = ["¥", "人民币", "RMB", "CNY", "rmb"];

/// Commas must stand where thousands are: `1,234.5`, not `12,34`, which may be a European decimal.
fn without_separators(number: &str) -> Result<String, DecimalFault> {
    if !number.contains(',') {
        return Ok(number.to_owned());
    }
    let (whole, behind) = number.split_once('.').unwrap_or((number, ""));
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or("");
    let in_place =
        (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3) && !behind.contains(',');
    if in_place {
        Ok(number.replace(',', ""))
    } else {
        Err(DecimalFault::NotANumber)
    }
}
