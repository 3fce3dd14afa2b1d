//! Yes and no.

use super::width;

/// `是/否`, `Y/N`, `有/无`, `1/0`, `true/false`; `None` for everything else.
pub fn parse(text: &str) -> Option<bool> {
    match width::normalise(text).to_ascii_lowercase().as_str() {
        "是" | "有" | "y" | "yes" | "1" | "true" | "t" | "√" => Some(true),
        "否" | "无" | "n" | "no" | "0" | "false" | "f" | "×" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn yes_and_no_in_both_languages() {
        for (text, expected) in [
            ("是", Some(true)),
            ("Ｙ", Some(true)),
            ("否", Some(false)),
            ("0", Some(false)),
            ("", None),
            ("2", None),
        ] {
            assert_eq!(super::parse(text), expected, "{text}");
        }
    }
}
