//! Width and blanks: the same character typed on two keyboards is the same character.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// NFKC, trimmed, invisible characters removed. Plain ASCII passes through without a copy.
pub fn normalise(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text.trim_ascii());
    }
    let folded: String = text.nfkc().filter(|c| !is_invisible(*c)).collect();
    match folded.trim() {
        trimmed if trimmed.len() == folded.len() => Cow::Owned(folded),
        trimmed => Cow::Owned(trimmed.to_owned()),
    }
}

/// Zero-width characters and byte order marks, which arrive through copy and paste.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_typed_on_two_keyboards_is_the_same() {
        assert_eq!(normalise("  abc\t"), "abc");
        assert!(matches!(normalise("abc"), Cow::Borrowed(_)));
        assert_eq!(normalise("\u{3000}（湘西）Ａ１\u{FEFF}"), "(湘西)A1");
        assert_eq!(normalise("吉首"), "吉首");
    }
}
