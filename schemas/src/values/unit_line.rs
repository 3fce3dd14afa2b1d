//! The line between title and header in which a department says once in what its figures are: `单位：万元`,
//! `金额单位：元 面积单位：亩`. 单位 also means an organisation (`填报单位：…`), so a word that measures nothing is
//! passed over unless the line can only have meant a measure.

use super::units::{self, UnitWord};
use super::width;

/// What one cell above the header says about units.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UnitLine {
    /// Words that measure something, as [`units::find`] knows them.
    pub words: Vec<String>,
    /// The cell was about measures, and one of its words measures nothing we know.
    pub unknown: bool,
}

const SURE: [&str; 6] = [
    "金额单位",
    "计量单位",
    "货币单位",
    "面积单位",
    "电量单位",
    "重量单位",
];
const PERHAPS: &str = "单位";

/// Reads a cell above the header.
pub fn read(cell: &str) -> UnitLine {
    let clean = width::normalise(cell);
    let mut line = UnitLine::default();
    let mut rest = clean.as_ref();
    while let Some((label, behind)) = rest.split_once(':') {
        let label = label.trim_end();
        let end = behind
            .find(':')
            .map_or(behind.len(), |next| start_of_label(behind, next));
        let (words, next) = behind.split_at_checked(end).unwrap_or((behind, ""));
        let sure = SURE.iter().any(|name| label.ends_with(name));
        // `填报单位:` is somebody; only the bare word can be a measure.
        let perhaps =
            label.trim_start_matches(['(', '[', ' ']) == PERHAPS || label.ends_with(&format!(" {PERHAPS}"));
        if sure || perhaps {
            line.take(words, sure);
        }
        rest = next;
    }
    line
}

impl UnitLine {
    fn take(&mut self, words: &str, sure: bool) {
        let split =
            |c: char| c.is_whitespace() || matches!(c, '、' | ',' | ';' | ')' | ']' | '(' | '[' | '。');
        for word in words.split(split).filter(|word| !word.is_empty()) {
            if units::is_word(word) {
                self.words.push(word.to_owned());
            } else {
                // `万元/亩` is a price, which is in neither of the two.
                self.unknown |= sure || word.split('/').any(units::is_word);
            }
        }
    }
}

/// Where the label before the colon at `colon` begins.
fn start_of_label(text: &str, colon: usize) -> usize {
    let before = text.get(..colon).unwrap_or(text);
    before
        .char_indices()
        .rev()
        .find(|(_, c)| c.is_whitespace() || matches!(c, '、' | ',' | ';' | '。'))
        .map_or(0, |(at, c)| at + c.len_utf8())
}

/// The unit for a field stored in `stored`: the one the words give, none, or the fault that they give two.
pub fn unit_for<'a>(
    words: impl IntoIterator<Item = &'a String>,
    stored: &str,
) -> Result<Option<&'static UnitWord>, (&'static UnitWord, &'static UnitWord)> {
    let mut found: Option<&'static UnitWord> = None;
    for unit in words.into_iter().filter_map(|word| units::find(stored, word)) {
        match found {
            Some(known) if known.times * unit.per != unit.times * known.per => return Err((known, unit)),
            Some(_) => {}
            None => found = Some(unit),
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(cell: &str) -> Vec<String> {
        read(cell).words
    }

    #[test]
    fn the_line_is_read_wherever_it_stands_in_the_cell() {
        for (cell, expected) in [
            ("单位：万元", vec!["万元"]),
            ("单位: 元", vec!["元"]),
            ("（单位：万元）", vec!["万元"]),
            ("金额单位：元", vec!["元"]),
            ("单位：万元、亩", vec!["万元", "亩"]),
            ("金额单位：万元 面积单位：平方米", vec!["万元", "平方米"]),
            ("所属期：2025年1月 单位：万千瓦时", vec!["万千瓦时"]),
            ("填报单位：某供电公司 单位：万元", vec!["万元"]),
            ("单位：某供电公司", vec![]),
            ("填报单位：元", vec![]),
            ("单位", vec![]),
            ("2025年1月用电情况表", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(words(cell), expected, "{cell}");
        }
    }

    #[test]
    fn a_measure_nobody_knows_is_told_and_an_organisation_is_not() {
        assert!(read("金额单位：卢布").unknown);
        assert!(read("单位：万元/亩").unknown);
        assert!(read("单位：万元/亩").words.is_empty());
        assert!(!read("单位：某供电公司").unknown);
        assert!(!read("金额单位：万元").unknown);
    }

    #[test]
    fn words_go_to_the_fields_they_measure_and_two_of_one_measure_are_a_fault() {
        let line = words("单位：万元、亩");
        assert_eq!(
            unit_for(&line, "元").unwrap().map(|unit| unit.times),
            Some(10_000)
        );
        assert_eq!(unit_for(&line, "m²").unwrap().map(|unit| unit.word), Some("亩"));
        assert_eq!(unit_for(&line, "kWh"), Ok(None));
        let twice = ["万元".to_owned(), "元".to_owned()];
        assert!(unit_for(&twice, "元").is_err());
        let same = ["万元".to_owned(), "万".to_owned()];
        assert!(unit_for(&same, "元").is_ok());
    }
}
