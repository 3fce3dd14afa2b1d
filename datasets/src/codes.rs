//! Invented identifiers with correct check characters.
//!
//! The algorithms are written here once more, apart from `schemas::validators`, so that the two can disagree: the
//! tests of this crate put every invented code through those validators.

/// The registrar nobody was given. It stands in positions 3 to 8 of every invented credit code.
pub const REGISTRAR: &str = "433199";

/// GB 32100-2015: the alphabet has no I, O, S, V, Z.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const CREDIT_WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const ORG_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
const CITIZEN_WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CITIZEN_CHECKS: &[u8; 11] = b"10X98765432";

/// 31⁶ bodies of six characters; the step is coprime to it, so serial numbers spread without a collision.
const BODIES: u64 = 887_503_681;
const SPREAD: u64 = 387_420_489;

/// The unified social credit code of the invented entity with this serial number.
///
/// `kind` is the second character: `1` company, `2` self-employed, `3` cooperative. Two serial numbers below 31⁶
/// never share a code.
pub fn credit_code(kind: char, serial: u64) -> String {
    code_of('9', kind, serial)
}

/// The same for an office that is not the market regulator: `1`, `1` is a government organ, `1`, `2` a public institution.
pub fn code_of(office: char, kind: char, serial: u64) -> String {
    let mut code = String::with_capacity(18);
    code.push(office);
    code.push(kind);
    code.push_str(REGISTRAR);
    code.push_str("MA");
    push_base31(&mut code, serial.wrapping_mul(SPREAD) % BODIES);
    let check = org_check(code.get(8..16).unwrap_or_default());
    code.push(check);
    code.push(credit_check(&code));
    code
}

/// The same code with a wrong last character.
pub fn broken_credit_code(code: &str) -> String {
    let mut head: String = code.chars().take(17).collect();
    let right = credit_check(&head);
    head.push(if right == '7' { '8' } else { '7' });
    head
}

/// A citizen number nobody can hold: the birth date lies in the 1880s, the check character is right.
pub fn citizen_number(county: &str, serial: u64) -> String {
    let year = 1880 + serial % 10;
    let month = 1 + serial / 10 % 12;
    let day = 1 + serial / 120 % 28;
    let mut number = format!("{county}{year:04}{month:02}{day:02}{:03}", serial / 3360 % 1000);
    number.push(citizen_check(&number));
    number
}

/// A vehicle number with a right check character. No maker was given `LX9`.
pub fn vehicle_number(serial: u64) -> String {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let head = format!("LX9{:05}", serial / 1_000_000 % 100_000);
    let tail = format!("RA{:06}", serial % 1_000_000);
    let value = |c: char| match c {
        'A'..='H' => u32::from(c) - u32::from('A') + 1,
        'L' => 3,
        'R' => 9,
        'X' => 7,
        digit => digit.to_digit(10).unwrap_or(0),
    };
    let text = format!("{head}0{tail}");
    let sum: u32 = text
        .chars()
        .map(value)
        .zip(WEIGHTS)
        .map(|(value, weight)| value * weight)
        .sum();
    format!("{head}{}{tail}", symbol(b"0123456789X", u64::from(sum % 11)))
}

/// The number of a real estate unit: a parcel of state land for building, in a cadastral district of no county.
pub fn unit_number(county: &str, parcel: u64, building: Option<u64>) -> String {
    let fixture = match building {
        Some(building) => format!("F{:08}", building % 100_000_000),
        None => "W00000000".to_owned(),
    };
    format!(
        "{county}199{:03}GB{:05}{fixture}",
        parcel / 100_000 % 1_000,
        parcel % 100_000
    )
}

/// Digits and letters in the width of a Chinese character.
pub(crate) fn full_width(text: &str) -> String {
    let wide = |digit: char| {
        digit
            .to_digit(10)
            .and_then(|value| char::from_u32(0xFF10 + value))
            .unwrap_or(digit)
    };
    text.chars().map(wide).collect()
}

fn push_base31(code: &mut String, value: u64) {
    let mut power = 31_u64.pow(5);
    while power > 0 {
        code.push(symbol(ALPHABET, value / power % 31));
        power /= 31;
    }
}

fn credit_check(head: &str) -> char {
    let sum: u32 = head
        .bytes()
        .zip(CREDIT_WEIGHTS)
        .map(|(byte, weight)| position(byte) * weight)
        .sum();
    symbol(ALPHABET, u64::from((31 - sum % 31) % 31))
}

/// GB 11714-1997 counts the whole alphabet, so `M` is 22 here and 21 in the credit code.
fn org_check(body: &str) -> char {
    let value = |byte: u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        other => u32::from(other - b'A') + 10,
    };
    let sum: u32 = body
        .bytes()
        .zip(ORG_WEIGHTS)
        .map(|(byte, weight)| value(byte) * weight)
        .sum();
    match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from_digit(digit, 10).unwrap_or('0'),
    }
}

fn citizen_check(head: &str) -> char {
    let sum: u32 = head
        .bytes()
        .zip(CITIZEN_WEIGHTS)
        .map(|(byte, weight)| u32::from(byte - b'0') * weight)
        .sum();
    symbol(CITIZEN_CHECKS, u64::from(sum % 11))
}

fn position(byte: u8) -> u32 {
    // The alphabet without I, O, S, V and Z.
    let skipped = |letter: u8| {
        [b'I', b'O', b'S', b'V', b'Z']
            .iter()
            .filter(|gone| **gone < letter)
            .count()
    };
    match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        letter => u32::from(letter - b'A') + 10 - u32::try_from(skipped(letter)).unwrap_or(0),
    }
}

fn symbol(table: &[u8], at: u64) -> char {
    usize::try_from(at)
        .ok()
        .and_then(|at| table.get(at))
        .copied()
        .map_or('0', char::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn check_characters_agree_with_the_standards_own_examples() {
        assert_eq!(credit_check("91350100M000100Y4"), '3');
        assert_eq!(credit_check("9144030071526726X"), 'G');
        assert_eq!(org_check("D2143569"), 'X');
        assert_eq!(org_check("MA4XA001"), '7');
        assert_eq!(citizen_check("11010519491231002"), 'X');
    }

    #[test]
    fn a_hundred_thousand_serial_numbers_give_as_many_codes() {
        let codes: HashSet<String> = (0..100_000).map(|serial| credit_code('1', serial)).collect();
        assert_eq!(codes.len(), 100_000);
    }

    #[test]
    fn every_code_names_the_registrar_nobody_was_given() {
        assert!((0..1_000).all(|serial| credit_code('2', serial).get(2..8) == Some(REGISTRAR)));
    }

    #[test]
    fn a_broken_code_differs_only_in_its_last_character() {
        let code = credit_code('1', 42);
        let broken = broken_credit_code(&code);
        assert_eq!(code.get(..17), broken.get(..17));
        assert_ne!(code, broken);
    }

    #[test]
    fn identifiers_of_every_kind_pass_the_validators_of_the_contracts() {
        use schemas::validators::{Outcome, realestate_unit, uscc, vin};
        for serial in (0..2_000).map(|step| step * 997) {
            assert_eq!(uscc::check(&code_of('1', '1', serial)), Outcome::Ok);
            assert_eq!(uscc::check(&credit_code('3', serial)), Outcome::Ok);
            assert_eq!(vin::check(&vehicle_number(serial)), Outcome::Ok);
            for building in [None, Some(serial)] {
                assert_eq!(
                    realestate_unit::check(&unit_number("433130", serial, building)),
                    Outcome::Ok
                );
            }
        }
    }

    #[test]
    fn nobody_alive_was_born_then() {
        assert!((0..10_000).all(|serial| citizen_number("433101", serial).get(6..8) == Some("18")));
    }
}
