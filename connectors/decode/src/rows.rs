//! Tells blank lines and the lines under a table from its rows.

use crate::cells::Cells;
use crate::frame::RowKind;
use crate::split::Span;

/// Words that open a total line. The cell must hold nothing else.
const TOTALS: [&str; 9] = [
    "合计",
    "小计",
    "总计",
    "共计",
    "累计",
    "本页合计",
    "本页小计",
    "total",
    "subtotal",
];

/// Words that open a signature or note line, followed by a colon, by blanks, or by nothing.
const SIGNATURES: [&str; 14] = [
    "填表人",
    "制表人",
    "审核人",
    "复核人",
    "负责人",
    "经办人",
    "填报人",
    "填报单位",
    "填报日期",
    "制表日期",
    "联系人",
    "联系电话",
    "备注",
    "说明",
];

/// A cell longer than this is no such word.
const WORD_BYTES_MAX: usize = 256;

/// What a record after the header is. A total or signature line leaves cells empty; a full row is always data.
pub(crate) fn kind(record: &[u8], spans: &[Span], columns: usize, cells: Cells) -> RowKind {
    let mut filled = spans.iter().filter(|span| !is_blank(record, **span, cells));
    let Some(first) = filled.next() else {
        return RowKind::Blank;
    };
    let raw = record.get(first.start..first.end).unwrap_or_default();
    // Nearly every row is told here: it begins with a number, a code, or a long text.
    let begins = raw.trim_ascii_start().first().copied().unwrap_or_default();
    if raw.len() > WORD_BYTES_MAX || (begins.is_ascii() && !matches!(begins | 0x20, b't' | b's')) {
        return RowKind::Data;
    }
    if filled.count() + 1 >= columns.max(2) {
        return RowKind::Data;
    }
    let cell = cells.text(record, *first);
    let word: String = cell
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect::<String>()
        .to_lowercase();
    let signature = |opening: &str| {
        word.strip_prefix(opening)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '：']))
    };
    if TOTALS.contains(&word.trim_end_matches([':', '：'])) || SIGNATURES.into_iter().any(signature) {
        RowKind::Total
    } else {
        RowKind::Data
    }
}

/// Nothing but white space; 0x1A, which DOS programs put at the end of a file, is white space too.
pub(crate) fn is_blank(record: &[u8], span: Span, cells: Cells) -> bool {
    let raw = record.get(span.start..span.end).unwrap_or_default();
    match raw
        .iter()
        .find(|byte| !byte.is_ascii_whitespace() && **byte != 0x1A)
    {
        None => true,
        Some(byte) if byte.is_ascii() || raw.len() > WORD_BYTES_MAX => false,
        Some(_) => cells
            .text(record, span)
            .chars()
            .all(|c| c.is_whitespace() || c == '\u{1A}'),
    }
}
