//! Suggestions with proof: which number a wrong one was meant to be, when its checks leave one answer only. Asked for
//! findings that are told, never for every cell: it tries each change a hand makes. Nothing here changes a value.

mod checked;

use super::{Outcome, citizen_id};
use crate::contract::ValidatorKind;
use crate::values::width;

/// What to compare with the original, and why nothing else is suggested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mend {
    pub value: String,
    pub proof: Proof,
}

/// Why a suggestion is the one to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Proof {
    /// Of all single wrong, doubled or swapped characters this one alone explains every check.
    OnlyChange,
    /// Letters that cannot stand there and look like digits; with the digits every check holds.
    LookAlike,
    /// Blanks, hyphens or quotes inside the number; without them every check holds.
    Separators,
    /// A spreadsheet took the number for an amount and wrote decimals behind it.
    NumberFormat,
    /// A spreadsheet took the number for an amount and dropped its zero.
    LeadingZero,
    /// A division below the county was given.
    County,
    /// The number of before 1999 with its century and its check character.
    Legacy,
}

impl Proof {
    /// The text code of the sentence.
    pub fn text(self) -> &'static str {
        match self {
            Proof::OnlyChange => "suggest.only_change",
            Proof::LookAlike => "suggest.look_alike",
            Proof::Separators => "suggest.separators",
            Proof::NumberFormat => "suggest.number_format",
            Proof::LeadingZero => "suggest.leading_zero",
            Proof::County => "suggest.county",
            Proof::Legacy => "suggest.legacy",
        }
    }
}

/// The number that `text` was meant to be, if exactly one can be argued for.
pub fn mend(kind: ValidatorKind, text: &str) -> Option<Mend> {
    let clean = width::normalise(text).to_ascii_uppercase();
    let found = |value: String, proof: Proof| Some(Mend { value, proof });
    match kind.check(text) {
        Outcome::Ok => return None,
        Outcome::Normalised { value, .. } => {
            let legacy = clean.len() == 15 && citizen_id::is_legacy(&clean) && value.len() == 18;
            return legacy.then_some(Mend {
                value,
                proof: Proof::Legacy,
            });
        }
        Outcome::Bad {
            suggestion: Some(value),
            ..
        } => {
            let proof = match kind {
                ValidatorKind::Industry => Proof::LeadingZero,
                _ => Proof::County,
            };
            return found(value, proof);
        }
        Outcome::Bad { suggestion: None, .. } => {}
    }
    // A number that lost digits has nothing left to reason about.
    if lost(text).is_some() {
        return None;
    }
    let passes = |value: &str| !kind.check(value).is_bad();
    let bare: String = clean.chars().filter(|c| !is_separator(*c)).collect();
    if bare != clean && passes(&bare) {
        return found(bare, Proof::Separators);
    }
    if let Some(whole) = without_decimals(&clean).filter(|whole| passes(whole)) {
        return found(whole.to_owned(), Proof::NumberFormat);
    }
    let digits = as_digits(kind, &clean);
    if digits != clean && passes(&digits) {
        return found(digits, Proof::LookAlike);
    }
    checked::only_change(kind, &clean)
}

/// What a spreadsheet did to a long number, if its digits are gone for good: a text code.
pub fn lost(text: &str) -> Option<&'static str> {
    let clean = width::normalise(text);
    let clean = clean.as_ref();
    if let Some((head, exponent)) = clean.split_once(['E', 'e']) {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let amount = head.split_once('.').map_or(digits(head), |(whole, behind)| {
            whole.len() == 1 && digits(whole) && digits(behind)
        });
        // `91E12` may be a part number; an exponent of ten and more behind digits is a spreadsheet's.
        let large = exponent
            .strip_prefix('+')
            .is_some_and(|exponent| digits(exponent) && exponent.len() <= 3);
        return (amount && large).then_some("suggest.lost_scientific");
    }
    let number = without_decimals(clean).unwrap_or(clean);
    // Fifteen significant digits are all a spreadsheet keeps; it writes zeros for the rest.
    let (kept, zeros) = number.split_at_checked(SIGNIFICANT_DIGITS)?;
    let all = |text: &str, wanted: fn(u8) -> bool| !text.is_empty() && text.bytes().all(wanted);
    let cut = zeros.len() >= 2 && all(kept, |b| b.is_ascii_digit()) && all(zeros, |b| b == b'0');
    cut.then_some("suggest.lost_digits")
}

const SIGNIFICANT_DIGITS: usize = 15;

/// `13812345678.0`, `13812345678.00`: the digits in front.
pub fn without_decimals(text: &str) -> Option<&str> {
    let (whole, behind) = text.split_once('.')?;
    let zeros = (1..=2).contains(&behind.len()) && behind.bytes().all(|b| b == b'0');
    (zeros && whole.len() > 1 && whole.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(whole)
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || width::is_invisible(c) || matches!(c, '-' | '\'' | '"' | '`' | '_' | '/' | '·' | '=')
}

/// The text with letters that cannot stand where they stand replaced by the digits they look like.
fn as_digits(kind: ValidatorKind, text: &str) -> String {
    let digit = |at: usize, c: char| {
        let letter_allowed = match kind {
            // Credit codes leave these five out because of the mistake.
            ValidatorKind::Uscc => !matches!(c, 'O' | 'I' | 'S' | 'Z'),
            ValidatorKind::Vin => !matches!(c, 'O' | 'I' | 'Q'),
            ValidatorKind::CitizenId => at == 17 && c == 'X',
            ValidatorKind::RealestateUnit => matches!(at, 12 | 13 | 19),
            ValidatorKind::Luhn | ValidatorKind::Region | ValidatorKind::Month => false,
            ValidatorKind::Industry => at == 0,
            ValidatorKind::TaxpayerId => match text.len() {
                18 if text.bytes().filter(u8::is_ascii_alphabetic).count() <= 3 => !matches!(c, 'O' | 'I'),
                18 => !matches!(c, 'O' | 'I' | 'S' | 'Z'),
                _ => true,
            },
            _ => true,
        };
        if letter_allowed { c } else { look_alike(c) }
    };
    text.chars().enumerate().map(|(at, c)| digit(at, c)).collect()
}

/// What people type for a digit they misread. `V` has no twin.
fn look_alike(c: char) -> char {
    match c {
        'O' | 'Q' | 'D' => '0',
        'I' | 'L' | '|' => '1',
        'Z' => '2',
        'S' => '5',
        'G' => '6',
        'B' => '8',
        other => other,
    }
}

#[cfg(test)]
mod tests;
