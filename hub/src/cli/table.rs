//! Tables and lines for people at a terminal. Chinese characters take two columns.

/// Columns a text takes on a terminal: wide characters count twice.
pub fn width(text: &str) -> usize {
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

/// East Asian wide and full-width blocks, as far as this program prints them.
fn is_wide(c: char) -> bool {
    matches!(u32::from(c),
        0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x20000..=0x3FFFD)
}

/// Rows under a header, padded; numbers to the right.
pub fn render(header: &[String], rows: &[Vec<Option<String>>]) -> String {
    let cell = |row: &Vec<Option<String>>, i: usize| row.get(i).cloned().flatten().unwrap_or_default();
    let widest = |i: usize, name: &String| {
        rows.iter()
            .map(|row| width(&cell(row, i)))
            .chain([width(name)])
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<usize> = header
        .iter()
        .enumerate()
        .map(|(i, name)| widest(i, name))
        .collect();
    let numeric =
        |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b".-,".contains(&b));
    let line = |cells: Vec<String>| {
        let padded = cells.iter().zip(&widths).map(|(text, wide)| {
            let gap = " ".repeat(wide.saturating_sub(width(text)));
            if numeric(text) {
                format!("{gap}{text}")
            } else {
                format!("{text}{gap}")
            }
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut out = vec![line(header.to_vec())];
    out.push(
        widths
            .iter()
            .map(|wide| "─".repeat(*wide))
            .collect::<Vec<_>>()
            .join("  "),
    );
    out.extend(
        rows.iter()
            .map(|row| line((0..header.len()).map(|i| cell(row, i)).collect())),
    );
    out.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_and_numbers_line_up() {
        let header = vec!["县市".to_owned(), "kwh".to_owned()];
        let rows = vec![
            vec![Some("吉首市".to_owned()), Some("12.50".to_owned())],
            vec![None, Some("7".to_owned())],
        ];
        assert_eq!(
            render(&header, &rows),
            "县市    kwh\n──────  ─────\n吉首市  12.50\n            7"
        );
    }
}
