//! What the list of regions can say about a code it may not hold: it names this prefecture's counties, present and
//! past, but of its province only the prefectures, and of the rest of the country only the provinces.

use super::shared;

/// Could `code` be a division of GB/T 2260, now or once? Its province must exist; where the list knows counties of
/// the prefecture, it must know this one too.
pub fn is_plausible(code: &str) -> bool {
    let Some(regions) = shared("regions") else {
        return false;
    };
    if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let padded = |digits: usize| code.get(..digits).map(|start| format!("{start:0<6}"));
    let known = |digits: usize| padded(digits).is_some_and(|code| regions.entry(&code).is_some());
    // A prefecture listed without its counties says nothing about them.
    let counties_listed = || {
        let prefecture = code.get(..4).unwrap_or(code);
        let below =
            |entry: &&super::CodeEntry| entry.code.starts_with(prefecture) && !entry.code.ends_with("00");
        regions.entries().iter().any(|entry| below(&entry))
    };
    known(6) || (known(2) && !counties_listed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counties_of_the_prefecture_must_be_listed_and_others_need_a_province() {
        for code in [
            "433101", "433100", "433102", "433121", "433129", "430822", "430102", "440305", "110105",
            "810000", "830000",
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
