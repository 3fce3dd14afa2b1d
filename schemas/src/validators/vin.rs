//! Vehicle identification numbers, GB 16735. Contracts use this as a warning: motorcycles, imports and old trucks carry
//! numbers whose check does not hold.

use super::Outcome;
use crate::values::width;

const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

/// Checks a raw value.
pub fn check(text: &str) -> Outcome {
    let vin = width::normalise(text).to_ascii_uppercase();
    let values: Option<Vec<u32>> = vin.chars().map(value).collect();
    let Some(values) = values.filter(|values| values.len() == WEIGHTS.len()) else {
        return Outcome::bad("value.vin_shape");
    };
    let sum: u32 = values
        .iter()
        .zip(WEIGHTS)
        .map(|(value, weight)| value * weight)
        .sum();
    let right = "0123456789X".chars().nth((sum % 11) as usize);
    if vin.chars().nth(8) != right {
        return Outcome::bad("value.vin_check");
    }
    if vin == text {
        Outcome::Ok
    } else {
        Outcome::remark(vin, "value.rewritten")
    }
}

/// Letters repeat 1 to 9; I, O and Q do not exist.
fn value(c: char) -> Option<u32> {
    match c {
        '0'..='9' => c.to_digit(10),
        'A'..='H' => Some(u32::from(c) - u32::from('A') + 1),
        'J'..='N' => Some(u32::from(c) - u32::from('J') + 1),
        'P' => Some(7),
        'R' => Some(9),
        'S'..='Z' => Some(u32::from(c) - u32::from('S') + 2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors() {
        for vin in [
            "1M8GDM9AXKP042788",
            "11111111111111111",
            "LVSHCAMB1CE054249",
            "1HGCM82633A004352",
        ] {
            assert_eq!(check(vin), Outcome::Ok, "{vin}");
        }
        assert_eq!(check("LFV2A21K6A3000001"), Outcome::bad("value.vin_check"));
        assert_eq!(
            check("1m8gdm9axkp042788"),
            Outcome::remark("1M8GDM9AXKP042788", "value.rewritten")
        );
        for bad in [
            "",
            "1M8GDM9AXKP04278",
            "1M8GDM9AXKP0427888",
            "IM8GDM9AXKP042788",
            "OM8GDM9AXKP042788",
        ] {
            assert_eq!(check(bad), Outcome::bad("value.vin_shape"), "{bad}");
        }
    }
}
