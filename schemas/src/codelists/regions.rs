//! What the list of regions can say about a code it may not hold: it names this prefecture's counties, present and
//! past, but of the rest of the country only the provinces.

use super::shared;

/// Could `code` be a division of GB/T 2260, now or once? Its province must exist; where the list knows the prefecture,
/// it must know the county too.
pub fn is_plausible(code: &str) -> bool {
    let Some(regions) = shared("regions") else {
        return false;
    };
    if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let padded = |digits: usize| code.get(..digits).map(|start| format!("{start:0<6}"));
    let known = |digits: usize| padded(digits).is_some_and(|code| regions.entry(&code).is_some());
    known(6) || (known(2) && !known(4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counties_of_the_prefecture_must_be_listed_and_others_need_a_province() {
        for code in [
            "433101", "433100", "433102", "433121", "433129", "430822", "440305", "110105", "810000",
            "830000",
        ] {
            assert!(is_plausible(code), "{code}");
        }
        for code in [
            "433199", "433103", "430899", "990101", "000000", "4331", "43310A", "",
        ] {
            assert!(!is_plausible(code), "{code}");
        }
    }
}
