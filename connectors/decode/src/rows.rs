//! Tells blank lines and the lines under a table, or between its pages, from its rows.

use crate::cells::Cells;
use crate::frame::RowKind;
use crate::split::Span;

/// Words that open a total line, or say that nothing follows. The cell must hold nothing else.
const TOTALS: [&str; 12] = [
    "合计",
    "小计",
    "总计",
    "共计",
    "累计",
    "本页合计",
    "本页小计",
    "total",
    "subtotal",
    "grandtotal",
    "以下空白",
    "以下无数据",
];

/// Words that open a signature or note line, followed by a colon, by blanks, or by nothing.
const SIGNATURES: [&str; 30] = [
    "填表人",
    "制表人",
    "审核人",
    "复核人",
    "负责人",
    "单位负责人",
    "财务负责人",
    "经办人",
    "填报人",
    "填表",
    "制表",
    "审核",
    "复核",
    "填报单位",
    "填报日期",
    "填表日期",
    "制表日期",
    "打印时间",
    "打印日期",
    "导出时间",
    "导出日期",
    "联系人",
    "联系电话",
    "备注",
    "说明",
    "注",
    "数据来源",
    "资料来源",
    "note",
    "source",
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
    if raw.len() > WORD_BYTES_MAX
        || (begins.is_ascii() && !matches!(begins | 0x20, b't' | b's' | b'g' | b'n' | b'p'))
    {
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
    let total = TOTALS.contains(&word.trim_end_matches([':', '：']));
    if total || SIGNATURES.into_iter().any(signature) || is_page_number(&word) {
        RowKind::Total
    } else {
        RowKind::Data
    }
}

/// `第1页`, `第2页，共3页`, `共3页`, `page1of3`.
fn is_page_number(word: &str) -> bool {
    let counted = |text: &str| text.chars().any(|c| c.is_ascii_digit());
    let bare = |text: &str, known: &str| text.chars().all(|c| c.is_ascii_digit() || known.contains(c));
    let chinese = word.ends_with('页') && bare(word, "第共页，,、/");
    let english = word.strip_prefix("page").is_some_and(|rest| bare(rest, "of/"));
    counted(word) && (chinese || english)
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
