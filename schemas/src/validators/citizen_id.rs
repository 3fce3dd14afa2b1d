//! Citizen ID numbers, GB 11643-1999: region, birth date, sequence, check (ISO 7064 MOD 11-2). A region that was abolished
//! is no fault, and neither is age alone. Nothing here logs or returns a number except to the caller who gave it.

use chrono::{Datelike, NaiveDate};

use super::Outcome;
use crate::codelists::regions;
use crate::values::width;

pub(super) const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// Nobody born earlier is likely to owe tax in person; a remark only.
const OLDEST_BIRTH_YEAR: i32 = 1916;

/// Checks a raw value; 15-digit numbers of before 1999 become 18-digit ones with a remark.
pub fn check(text: &str) -> Outcome {
    let id = width::normalise(text).to_ascii_uppercase();
    if id.contains("E+") {
        return Outcome::bad("value.citizen_id_precision");
    }
    let (id, rewritten) = match id.len() {
        15 if digits(&id) => match modernised(&id) {
            Some(id) => (id, Some("value.citizen_id_legacy")),
            None => return Outcome::bad("value.citizen_id_shape"),
        },
        18 if id.get(..17).is_some_and(digits) && id.ends_with(|c: char| c.is_ascii_digit() || c == 'X') => {
            let rewritten = (id != text).then_some("value.rewritten");
            (id, rewritten)
        }
        _ => return Outcome::bad("value.citizen_id_shape"),
    };
    if !is_check_right(&id) {
        // Spreadsheets keep 15 significant digits and write zeros for the rest.
        let lost = id.ends_with("000");
        return Outcome::bad(if lost {
            "value.citizen_id_precision"
        } else {
            "value.citizen_id_check"
        });
    }
    let Some(born) = birth_date(&id) else {
        return Outcome::bad("value.citizen_id_date");
    };
    let remark = if born.year() < OLDEST_BIRTH_YEAR {
        Some("value.citizen_id_age")
    } else if !id.get(..6).is_some_and(regions::is_plausible) {
        Some("value.citizen_id_region")
    } else {
        rewritten
    };
    match remark {
        Some(warning) => Outcome::remark(id, warning),
        None => Outcome::Ok,
    }
}

/// The birth date inside an 18-character number, if it is a day of 1800 to 2099.
pub(super) fn birth_date(id: &str) -> Option<NaiveDate> {
    let part = |from, to| {
        id.get(from..to)
            .and_then(|digits: &str| digits.parse::<u32>().ok())
    };
    let year = i32::try_from(part(6, 10)?).ok()?;
    NaiveDate::from_ymd_opt(year, part(10, 12)?, part(12, 14)?)
        .filter(|born| (1800..2100).contains(&born.year()))
}

/// Is this a 15-digit number with a birth date that exists?
pub(super) fn is_legacy(text: &str) -> bool {
    text.len() == 15 && digits(text) && modernised(text).is_some_and(|id| birth_date(&id).is_some())
}

fn modernised(old: &str) -> Option<String> {
    let (region, rest) = old.split_at_checked(6)?;
    let mut id = format!("{region}19{rest}");
    id.push(check_character(&id)?);
    Some(id)
}

fn is_check_right(id: &str) -> bool {
    id.get(..17)
        .and_then(check_character)
        .is_some_and(|right| id.ends_with(right))
}

fn check_character(body: &str) -> Option<char> {
    let mut sum = 0;
    for (c, weight) in body.chars().zip(WEIGHTS) {
        sum += c.to_digit(10)? * weight;
    }
    "10X98765432".chars().nth((sum % 11) as usize)
}

fn digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    // Dates in the Xiangxi-shaped samples are impossible or long past: none may be a living person's number.
    #[test]
    fn vectors() {
        let age = |id: &str| Outcome::remark(id, "value.citizen_id_age");
        for (text, expected) in [
            ("11010519491231002X", Outcome::Ok),
            ("440524188001010014", age("440524188001010014")),
            ("34052419800101001X", Outcome::Ok),
            (
                "11010519491231002x",
                Outcome::remark("11010519491231002X", "value.rewritten"),
            ),
            ("110105194912310021", Outcome::bad("value.citizen_id_check")),
            ("433129198502290018", Outcome::bad("value.citizen_id_date")),
            ("43310119900230002X", Outcome::bad("value.citizen_id_date")),
            ("433102188506150013", age("433102188506150013")),
            ("433121188101010011", age("433121188101010011")),
            ("810000188001010015", age("810000188001010015")),
            ("433101190001010011", age("433101190001010011")),
            (
                "110105491231002",
                Outcome::remark("11010519491231002X", "value.citizen_id_legacy"),
            ),
            ("433101199001010000", Outcome::bad("value.citizen_id_precision")),
            ("4.33101E+17", Outcome::bad("value.citizen_id_precision")),
            ("", Outcome::bad("value.citizen_id_shape")),
            ("1101051949123100", Outcome::bad("value.citizen_id_shape")),
            ("11010519491231O02X", Outcome::bad("value.citizen_id_shape")),
        ] {
            assert_eq!(check(text), expected, "{text}");
        }
    }

    #[test]
    fn a_region_nobody_ever_had_is_a_remark() {
        let mut id = "99010519491231002".to_owned();
        id.push(check_character(&id).unwrap());
        assert_eq!(check(&id), Outcome::remark(id.clone(), "value.citizen_id_region"));
    }
}
