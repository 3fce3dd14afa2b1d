//! Unified social credit codes, GB 32100-2015: 18 characters, the last a check over the others. The county is never
//! derived from characters 3 to 8: they name the registering authority.

use super::{Outcome, org};
use crate::values::width;

/// The characters in the order of their values; I, O, S, V and Z are left out because they look like others.
pub(super) const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// 3^(i−1) mod 31.
pub(super) const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// Checks a raw value. A wrong organisation code inside (characters 9 to 17) is a remark only: some were given out so.
pub fn check(text: &str) -> Outcome {
    let code = width::normalise(text).to_ascii_uppercase();
    if code.len() != 18 || !code.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Outcome::bad("value.uscc_shape");
    }
    if code.bytes().any(|b| value(b).is_none()) {
        return Outcome::bad("value.uscc_letter");
    }
    if !is_valid(&code) {
        return Outcome::bad("value.uscc_check");
    }
    if !code.get(8..17).is_some_and(org::is_valid) {
        return Outcome::remark(code, "value.uscc_organisation");
    }
    if code == text {
        Outcome::Ok
    } else {
        Outcome::remark(code, "value.rewritten")
    }
}

/// Upper-case, 18 characters, right check character.
pub fn is_valid(code: &str) -> bool {
    match code.as_bytes() {
        [body @ .., last] if body.len() == 17 => check_character(body) == Some(*last),
        _ => false,
    }
}

/// The check character of the first 17.
pub fn check_character(body: &[u8]) -> Option<u8> {
    let mut sum = 0;
    for (byte, weight) in body.iter().zip(WEIGHTS) {
        sum += value(*byte)? * weight;
    }
    ALPHABET.get(((31 - sum % 31) % 31) as usize).copied()
}

fn value(byte: u8) -> Option<u32> {
    ALPHABET
        .iter()
        .position(|known| *known == byte)
        .and_then(|at| u32::try_from(at).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALID: [&str; 10] = [
        "91350100M000100Y43",
        "91110000802100433B",
        "9144030071526726XG",
        "914403001922038216",
        "11320000MB151840XJ",
        "91433101MA4L000117",
        "92433101MA4L0B2X6B",
        "91433122MA4Q123406",
        "91433123MA4XA0017A",
        "92433123MA4XA00177",
    ];

    #[test]
    fn valid_codes_pass() {
        for code in VALID {
            assert!(is_valid(code), "{code}");
            assert!(!check(code).is_bad(), "{code}");
        }
        assert_eq!(check("91433101MA4L000117"), Outcome::Ok);
        assert!(is_valid("124331004488002253"));
    }

    #[test]
    fn wrong_codes_are_refused_for_their_reason() {
        for (code, reason) in [
            ("91433123MA4XA00177", "value.uscc_check"),
            ("91110000100001600J", "value.uscc_check"),
            ("91350100M000100Y4Z", "value.uscc_letter"),
            ("91433101MA4TEST0X1", "value.uscc_letter"),
            ("9143310", "value.uscc_shape"),
            ("", "value.uscc_shape"),
            ("91433101MA4L00011７７", "value.uscc_shape"),
        ] {
            assert_eq!(check(code), Outcome::bad(reason), "{code}");
        }
        assert_eq!(check_character(b"91110000100001600"), Some(b'3'));
    }

    #[test]
    fn width_case_and_blanks_are_made_uniform_with_a_remark() {
        for text in [
            " 91433101ma4l000117",
            "９１４３３１０１MA4L000117",
            "91433101MA4L000117\u{3000}",
        ] {
            assert_eq!(
                check(text),
                Outcome::remark("91433101MA4L000117", "value.rewritten"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_wrong_organisation_code_inside_is_a_remark() {
        let body = b"91433101MA4L00012";
        let mut code = body.to_vec();
        code.push(check_character(body).unwrap());
        let code = String::from_utf8(code).unwrap();
        assert_eq!(
            check(&code),
            Outcome::remark(code.clone(), "value.uscc_organisation")
        );
    }

    /// Numbers of a fixed sequence, so that every run tries the same codes.
    struct Sequence(u64);

    impl Sequence {
        fn below(&mut self, limit: usize) -> usize {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) as usize % limit
        }
    }

    #[test]
    fn every_substitution_and_every_swap_of_neighbours_is_noticed() {
        let mut sequence = Sequence(20_250_101);
        let mut codes: Vec<Vec<u8>> = VALID.iter().map(|code| code.as_bytes().to_vec()).collect();
        for _ in 0..200 {
            let mut code: Vec<u8> = (0..17).map(|_| ALPHABET[sequence.below(31)]).collect();
            code.push(check_character(&code).unwrap());
            codes.push(code);
        }
        for code in codes {
            let text = String::from_utf8(code.clone()).unwrap();
            assert!(is_valid(&text), "{text}");
            for at in 0..18 {
                for other in ALPHABET.iter().filter(|other| **other != code[at]) {
                    let mut wrong = code.clone();
                    wrong[at] = *other;
                    assert!(!is_valid(std::str::from_utf8(&wrong).unwrap()), "{text} at {at}");
                }
            }
            for at in 0..17 {
                if code[at] != code[at + 1] {
                    let mut wrong = code.clone();
                    wrong.swap(at, at + 1);
                    assert!(
                        !is_valid(std::str::from_utf8(&wrong).unwrap()),
                        "{text} swapped at {at}"
                    );
                }
            }
        }
    }
}
