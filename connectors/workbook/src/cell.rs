//! Text as a cell can hold it.

use std::borrow::Cow;

/// Characters of one cell, as spreadsheet programs count them (UTF-16 units).
const UNITS_MAX: usize = 32_767;

/// The text without what XML cannot carry, cut to what a cell takes. Whoever compares texts compares this one.
pub(crate) fn fit(text: &str) -> Cow<'_, str> {
    let carried = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r');
    // A UTF-16 unit is at most a character and at least a third of its bytes.
    let short = text.len() <= UNITS_MAX;
    if short && text.chars().all(carried) && !text.contains(['\u{FFFE}', '\u{FFFF}']) {
        return Cow::Borrowed(text);
    }
    let mut units = 0;
    let kept = text
        .chars()
        .filter(|c| carried(*c) && !matches!(c, '\u{FFFE}' | '\u{FFFF}'))
        .take_while(|c| {
            units += c.len_utf16();
            units <= UNITS_MAX
        });
    Cow::Owned(kept.collect())
}

/// Cut to so many characters (as spreadsheet programs count them), and so told.
pub(crate) fn cut(text: &str, units_max: usize) -> String {
    if text.encode_utf16().count() <= units_max {
        return text.to_owned();
    }
    let mut units = 1;
    let kept = text.chars().take_while(|c| {
        units += c.len_utf16();
        units <= units_max
    });
    let mut cut: String = kept.collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_cell_cannot_carry_is_left_out_and_the_rest_is_kept() {
        assert!(matches!(fit("多\n行\t=1+1 𠮷"), Cow::Borrowed("多\n行\t=1+1 𠮷")));
        assert_eq!(fit("a\0b\u{1}c\u{FFFF}"), "abc");
        let long = "𠮷".repeat(20_000);
        assert_eq!(fit(&long).chars().count(), 16_383);
        assert_eq!(
            (cut("四个字符", 4), cut("四个字符", 3)),
            ("四个字符".to_owned(), "四个…".to_owned())
        );
        assert_eq!(cut("𠮷𠮷", 3), "𠮷…");
    }
}
