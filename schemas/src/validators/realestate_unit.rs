//! Real estate unit numbers, GB/T 37346-2019: county 6, cadastral district 3, cadastral subdistrict 3, kind of parcel 2,
//! parcel 5, kind of fixture 1, unit 8. There is no check digit.

use super::Outcome;
use crate::codelists::regions;
use crate::values::width;

/// Ownership: state, collective, undetermined.
const OWNERSHIP: &str = "GJZ";
/// What the parcel is: collective ownership, building land on, above and below ground, homestead, contracted farmland,
/// forest, grassland, sea, undetermined, other.
const PARCEL: &str = "ABSXCDEFHWY";
/// What stands on it: building, trees, other, nothing.
const FIXTURE: &str = "FLQW";

/// Checks a raw value; blanks between groups are dropped with a remark.
pub fn check(text: &str) -> Outcome {
    let number: String = width::normalise(text)
        .to_ascii_uppercase()
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    let digits = |from: usize, to: usize| {
        number
            .get(from..to)
            .is_some_and(|part| part.bytes().all(|b| b.is_ascii_digit()))
    };
    if number.len() != 28 || !digits(0, 12) || !digits(14, 19) || !digits(20, 28) {
        return Outcome::bad("value.realestate_unit_shape");
    }
    let kind = |at: usize, known: &str| number.get(at..=at).is_some_and(|letter| known.contains(letter));
    // Nothing stands on the parcel, so nothing is numbered.
    let empty_as_said = number.get(19..20) != Some("W") || number.ends_with("00000000");
    if !kind(12, OWNERSHIP) || !kind(13, PARCEL) || !kind(19, FIXTURE) || !empty_as_said {
        return Outcome::bad("value.realestate_unit_kind");
    }
    let county = number.get(..6).unwrap_or_default();
    if county.ends_with("00") || !regions::is_plausible(county) {
        return Outcome::bad("value.realestate_unit_region");
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
        for number in [
            "433101001001GB00012F00010001",
            "433130001001JC00012W00000000",
            "433121001001GB00012F00010001",
        ] {
            assert_eq!(check(number), Outcome::Ok, "{number}");
        }
        assert_eq!(
            check("433101 001001 gb00012 f00010001"),
            Outcome::remark("433101001001GB00012F00010001", "value.rewritten")
        );
        for (number, reason) in [
            ("", "value.realestate_unit_shape"),
            ("433101001001GB00012F0001000", "value.realestate_unit_shape"),
            ("43310100100AGB00012F00010001", "value.realestate_unit_shape"),
            ("433101001001KB00012F00010001", "value.realestate_unit_kind"),
            ("433101001001GZ00012F00010001", "value.realestate_unit_kind"),
            ("433101001001GB00012500010001", "value.realestate_unit_kind"),
            ("433101001001GB00012W00010001", "value.realestate_unit_kind"),
            ("433199001001GB00012F00010001", "value.realestate_unit_region"),
            ("433100001001GB00012F00010001", "value.realestate_unit_region"),
        ] {
            assert_eq!(check(number), Outcome::bad(reason), "{number}");
        }
    }
}
