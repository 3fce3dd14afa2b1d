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
