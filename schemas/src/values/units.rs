//! Units of measure as departments write them, as exact factors of the unit a field is stored in. Words that fit two
//! measures (`吨` of water and of coal) belong to the one named here only; guessing is not for the door.

use super::width;

/// A unit word: one of it is `times / per` of the stored unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnitWord {
    pub word: &'static str,
    pub times: i128,
    pub per: i128,
}

/// The unit word `word` for a field stored in `unit`, if it measures the same thing.
pub fn find(unit: &str, word: &str) -> Option<&'static UnitWord> {
    let folded = fold(word);
    words(unit)?.iter().find(|known| known.word == folded)
}

/// The word for so many of the stored unit, as people write it: `万元` for 10 000 of `元`.
pub fn of_factor(unit: &str, times: i128) -> Option<&'static UnitWord> {
    let fitting = || {
        words(unit)
            .into_iter()
            .flatten()
            .filter(|known| known.times == times && known.per == 1)
    };
    let plain =
        |known: &&UnitWord| known.word.chars().count() > 1 && !known.word.chars().any(|c| c.is_ascii());
    fitting().find(plain).or_else(|| fitting().next())
}

/// Is `word` a unit of anything?
pub(super) fn is_word(word: &str) -> bool {
    let folded = fold(word);
    UNITS
        .iter()
        .any(|(_, words)| words.iter().any(|known| known.word == folded))
}

fn fold(word: &str) -> String {
    width::normalise(word)
        .chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Is `unit` one a field may be stored in?
pub fn is_known(unit: &str) -> bool {
    words(unit).is_some()
}

fn words(unit: &str) -> Option<&'static [UnitWord]> {
    UNITS
        .iter()
        .find(|(stored, _)| *stored == unit)
        .map(|(_, words)| *words)
}

const fn is(word: &'static str, times: i128) -> UnitWord {
    UnitWord { word, times, per: 1 }
}

const fn part(word: &'static str, times: i128, per: i128) -> UnitWord {
    UnitWord { word, times, per }
}

/// Words are in NFKC and lower case: `㎡` has become `m2` by then.
const UNITS: [(&str, &[UnitWord]); 10] = [
    (
        "元",
        &[
            is("元", 1),
            is("圆", 1),
            is("元整", 1),
            is("元人民币", 1),
            is("人民币元", 1),
            is("人民币", 1),
            is("rmb", 1),
            is("cny", 1),
            is("千元", 1_000),
            is("万", 10_000),
            is("万元", 10_000),
            is("万元整", 10_000),
            is("万元人民币", 10_000),
            is("人民币万元", 10_000),
            is("百万元", 1_000_000),
            is("亿", 100_000_000),
            is("亿元", 100_000_000),
            is("亿元人民币", 100_000_000),
            part("角", 1, 10),
            part("分", 1, 100),
        ],
    ),
    (
        "kWh",
        &[
            is("kwh", 1),
            is("kw·h", 1),
            is("千瓦时", 1),
            is("千瓦·时", 1),
            is("度", 1),
            is("mwh", 1_000),
            is("兆瓦时", 1_000),
            is("万kwh", 10_000),
            is("万千瓦时", 10_000),
            is("万度", 10_000),
            is("亿千瓦时", 100_000_000),
            is("亿度", 100_000_000),
        ],
    ),
    (
        "kVA",
        &[
            is("kva", 1),
            is("千伏安", 1),
            is("mva", 1_000),
            is("兆伏安", 1_000),
            is("万千伏安", 10_000),
        ],
    ),
    (
        "kW",
        &[
            is("kw", 1),
            is("千瓦", 1),
            is("mw", 1_000),
            is("兆瓦", 1_000),
            is("万千瓦", 10_000),
        ],
    ),
    (
        "m²",
        &[
            is("m2", 1),
            is("平方米", 1),
            is("平米", 1),
            part("亩", 10_000, 15),
            is("公顷", 10_000),
            is("ha", 10_000),
            is("万平方米", 10_000),
            is("平方公里", 1_000_000),
            is("km2", 1_000_000),
        ],
    ),
    (
        "m³",
        &[
            is("m3", 1),
            is("立方米", 1),
            is("方", 1),
            is("万立方米", 10_000),
            is("万方", 10_000),
        ],
    ),
    (
        "t",
        &[
            is("t", 1),
            is("吨", 1),
            is("万吨", 10_000),
            part("kg", 1, 1_000),
            part("公斤", 1, 1_000),
            part("担", 1, 20),
        ],
    ),
    (
        "kg",
        &[
            is("kg", 1),
            is("公斤", 1),
            is("千克", 1),
            is("担", 50),
            is("t", 1_000),
            is("吨", 1_000),
        ],
    ),
    ("%", &[is("%", 1)]),
    ("人", &[is("人", 1), is("名", 1), is("万人", 10_000)]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_one_measure_convert_and_others_do_not() {
        assert_eq!(find("元", "万元").map(|unit| unit.times), Some(10_000));
        assert_eq!(find("kWh", "ＫＷＨ").map(|unit| unit.times), Some(1));
        assert_eq!(find("kWh", "万 千瓦时").map(|unit| unit.times), Some(10_000));
        assert_eq!(find("m²", "㎡").map(|unit| unit.times), Some(1));
        assert_eq!(
            find("m²", "亩").map(|unit| (unit.times, unit.per)),
            Some((10_000, 15))
        );
        assert_eq!(find("元", "kWh"), None);
        assert_eq!(find("t", "元"), None);
        assert_eq!(find("furlong", "furlong"), None);
    }

    #[test]
    fn every_word_is_in_the_form_it_is_compared_in() {
        for (unit, words) in UNITS {
            for word in words {
                assert_eq!(find(unit, word.word), Some(word), "{unit} {}", word.word);
            }
        }
    }
}
