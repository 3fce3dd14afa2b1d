//! Industries by GB/T 4754: the class, 4 digits as text. Only section and division are looked up; whether the class itself
//! exists in this or an older edition is for a comparison to say.

use super::Outcome;
use crate::codelists::industries;
use crate::values::width;

/// Checks a raw value; a section letter in front is dropped with a remark if it is the right one.
pub fn check(text: &str) -> Outcome {
    let written = width::normalise(text).to_ascii_uppercase();
    let (letter, digits) = match written.chars().next().filter(char::is_ascii_uppercase) {
        Some(letter) => (Some(letter), written.get(1..).unwrap_or_default()),
        None => (None, written.as_str()),
    };
    let known = |code: &str| code.get(..2).and_then(industries::section_of);
    if digits.len() != 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        // A spreadsheet has eaten the zero of 0111; but 111 may also be the group 11.1, so we only ask.
        let padded = format!("0{digits}");
        let lost_zero =
            digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit()) && known(&padded).is_some();
        return Outcome::Bad {
            reason: "value.industry_shape",
            suggestion: lost_zero.then_some(padded),
        };
    }
    match (known(digits), letter) {
        (None, _) => Outcome::bad("value.industry_unknown"),
        (Some(section), Some(letter)) if section.letter != letter => Outcome::bad("value.industry_section"),
        (Some(_), Some(_)) => Outcome::remark(digits, "value.industry_letter"),
        (Some(_), None) if digits == text => Outcome::Ok,
        (Some(_), None) => Outcome::remark(digits, "value.rewritten"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors() {
        for (text, expected) in [
            ("0111", Outcome::Ok),
            ("4420", Outcome::Ok),
            ("9700", Outcome::Ok),
            ("A0111", Outcome::remark("0111", "value.industry_letter")),
            ("a0111", Outcome::remark("0111", "value.industry_letter")),
            ("０１１１", Outcome::remark("0111", "value.rewritten")),
            ("B0111", Outcome::bad("value.industry_section")),
            ("9800", Outcome::bad("value.industry_unknown")),
            ("0000", Outcome::bad("value.industry_unknown")),
            ("", Outcome::bad("value.industry_shape")),
            ("01", Outcome::bad("value.industry_shape")),
            ("011A", Outcome::bad("value.industry_shape")),
        ] {
            assert_eq!(check(text), expected, "{text}");
        }
        let lost = Outcome::Bad {
            reason: "value.industry_shape",
            suggestion: Some("0111".into()),
        };
        assert_eq!(check("111"), lost);
    }
}
