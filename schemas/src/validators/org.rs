//! Organisation codes, GB 11714-1997: 8 characters and a check, written `XXXXXXXX-X`. Letters count 10 to 35 here, not as
//! in credit codes.

use super::Outcome;
use crate::values::width;

const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// Checks a raw value; the hyphen is dropped with a remark.
pub fn check(text: &str) -> Outcome {
    let written = width::normalise(text).to_ascii_uppercase();
    let code = match written.split_once('-') {
        Some((body, last)) if body.len() == 8 => format!("{body}{last}"),
        _ => written,
    };
    if code.len() != 9 || !code.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) {
        return Outcome::bad("value.org_shape");
    }
    if !is_valid(&code) {
        return Outcome::bad("value.org_check");
    }
    if code == text {
        Outcome::Ok
    } else {
        Outcome::remark(code, "value.rewritten")
    }
}

/// Upper-case, 9 characters without hyphen, right check character.
pub fn is_valid(code: &str) -> bool {
    match code.as_bytes() {
        [body @ .., last] if body.len() == 8 => check_character(body) == Some(*last),
        _ => false,
    }
}

fn check_character(body: &[u8]) -> Option<u8> {
    let mut sum = 0;
    for (byte, weight) in body.iter().zip(WEIGHTS) {
        sum += char::from(*byte).to_digit(36)? * weight;
    }
    b"0X987654321".get((sum % 11) as usize).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors() {
        for code in [
            "D2143569X",
            "71526726X",
            "802100433",
            "799655058",
            "M000100Y4",
            "MA4XA0017",
        ] {
            assert_eq!(check(code), Outcome::Ok, "{code}");
        }
        assert_eq!(check("MA4WAC0R8"), Outcome::bad("value.org_check"));
        assert_eq!(
            check("d2143569-x"),
            Outcome::remark("D2143569X", "value.rewritten")
        );
        for bad in ["", "D2143569", "D2143569XX", "D214-3569X", "D2143569_"] {
            assert_eq!(check(bad), Outcome::bad("value.org_shape"), "{bad}");
        }
    }
}
