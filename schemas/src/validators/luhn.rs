//! Card numbers with a Luhn check. Bank *account* numbers of companies have no common check and are not for this.

use super::Outcome;
use crate::values::width;

/// Checks a raw value of 8 to 19 digits; blanks and hyphens between groups are dropped with a remark.
pub fn check(text: &str) -> Outcome {
    let number: String = width::normalise(text)
        .chars()
        .filter(|c| !matches!(c, ' ' | '-'))
        .collect();
    let digits: Option<Vec<u32>> = number.chars().map(|c| c.to_digit(10)).collect();
    let Some(digits) = digits.filter(|digits| (8..=19).contains(&digits.len())) else {
        return Outcome::bad("value.luhn_shape");
    };
    let every_second_doubled = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| match (at % 2, digit * 2) {
            (0, _) => *digit,
            (_, doubled) => doubled / 10 + doubled % 10,
        });
    if every_second_doubled.sum::<u32>() % 10 != 0 {
        return Outcome::bad("value.luhn_check");
    }
    if number == text {
        Outcome::Ok
    } else {
        Outcome::remark(number, "value.rewritten")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors() {
        for number in ["4111111111111111", "79927398713", "6222600000000000016"] {
            assert_eq!(check(number), Outcome::Ok, "{number}");
        }
        assert_eq!(check("6222600000000000017"), Outcome::bad("value.luhn_check"));
        assert_eq!(
            check("4111 1111 1111 1111"),
            Outcome::remark("4111111111111111", "value.rewritten")
        );
        for bad in ["", "411111", "4111111111111111111111", "4111x11111111111"] {
            assert_eq!(check(bad), Outcome::bad("value.luhn_shape"), "{bad}");
        }
    }
}
