//! Taxpayer identification numbers of all generations: today's is the credit code or the ID number; older kinds are
//! accepted with a remark, because history must still join.

use super::{Outcome, citizen_id, org, uscc};
use crate::codelists::regions;
use crate::values::width;

/// Checks a raw value.
pub fn check(text: &str) -> Outcome {
    let number = width::normalise(text).to_ascii_uppercase();
    if !number.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Outcome::bad("value.taxpayer_id_shape");
    }
    let starts_with_digits = |length| {
        number
            .get(..length)
            .is_some_and(|start| start.bytes().all(|b| b.is_ascii_digit()))
    };
    let person_and_two = |length: usize| {
        let (id, rest) = number.split_at_checked(length)?;
        Some(!citizen_id::check(id).is_bad() && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    let legacy = match number.len() {
        18 => {
            let as_organisation = uscc::check(text);
            let as_person = citizen_id::check(text);
            // One citizen number in thirty-one also passes as a credit code: a check modulo 31 is no proof against a
            // birth date and a check modulo 11.
            return if as_person.is_bad() {
                as_organisation
            } else {
                as_person
            };
        }
        // Region and organisation code, whose check is often wrong in old records; or a person's old number.
        15 => starts_with_digits(6),
        17 => person_and_two(15) == Some(true),
        20 => person_and_two(18) == Some(true),
        _ => false,
    };
    // Temporary, non-resident and passport registrations carry a letter in front.
    let lettered = number.starts_with(['L', 'F', 'C', 'W', 'T']) && (8..=20).contains(&number.len());
    if legacy || lettered {
        Outcome::remark(number, "value.taxpayer_id_legacy")
    } else {
        Outcome::bad("value.taxpayer_id_shape")
    }
}

/// The organisation code inside a 15-digit number of a unit, if nothing speaks against it. A number that could as well be
/// a person's old ID number gives none: the two look alike, and one organisation code in eleven is right by luck.
pub(crate) fn organisation_code(number: &str) -> Option<&str> {
    let (region, code) = number.split_at_checked(6)?;
    let proven = regions::is_plausible(region) && org::is_valid(code) && !citizen_id::is_legacy(number);
    proven.then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: &str = "433101188506159994";

    #[test]
    fn every_generation_is_recognised() {
        let legacy = |number: &str| Outcome::remark(number, "value.taxpayer_id_legacy");
        for (text, expected) in [
            ("91433101MA4L000117", Outcome::Ok),
            ("11010519491231002X", Outcome::Ok),
            ("43310171526726X", legacy("43310171526726X")),
            ("433101M000100Y4", legacy("433101M000100Y4")),
            ("433101802100433", legacy("433101802100433")),
            ("11010519491231002X01", legacy("11010519491231002X01")),
            ("11010549123100201", legacy("11010549123100201")),
            ("L4331011234567", legacy("L4331011234567")),
            // Passes as a credit code as well.
            (BOTH, Outcome::remark(BOTH, "value.citizen_id_age")),
            ("91433101MA4L000118", Outcome::bad("value.uscc_check")),
            ("", Outcome::bad("value.taxpayer_id_shape")),
            ("4331", Outcome::bad("value.taxpayer_id_shape")),
            ("AB433101802100433", Outcome::bad("value.taxpayer_id_shape")),
        ] {
            assert_eq!(check(text), expected, "{text}");
        }
    }
}
