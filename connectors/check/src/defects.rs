//! Defects of the text as rules: what `decode` reports about a row, in the words of findings.

use std::collections::BTreeMap;

use decode::{DefectKind, Frame, RowKind, cell_address};

use crate::Severity;
use crate::hits::Hits;
use crate::plan::{Detail, Rule};

/// Rule of a total or signature line.
const STATEMENT: usize = 8;

/// (id, text code, severity) in the order of `index`.
const RULES: [(&str, &str, Severity); 16] = [
    ("D-undecodable", "check.undecodable", Severity::Error),
    ("D-too_few_fields", "check.too_few_fields", Severity::Error),
    ("D-too_many_fields", "check.too_many_fields", Severity::Error),
    ("D-unclosed_quote", "check.unclosed_quote", Severity::Error),
    ("D-stray_quote", "check.stray_quote", Severity::Error),
    ("D-control_character", "check.control_character", Severity::Error),
    ("D-field_too_long", "check.field_too_long", Severity::Error),
    ("D-record_too_long", "check.record_too_long", Severity::Error),
    // Not an error, but said: what was taken for a total might have been a row.
    ("D-statement", "check.statement_rows", Severity::Warning),
    ("D-cell_error", "check.cell_error", Severity::Error),
    ("D-digits_lost", "check.digits_lost", Severity::Error),
    ("D-malformed", "check.malformed", Severity::Error),
    ("D-twice", "check.named_twice", Severity::Error),
    ("D-not_text", "check.not_text", Severity::Error),
    ("D-float_digits", "check.float_digits", Severity::Error),
    // The row is good for everything but its name.
    ("D-private_use", "check.private_use", Severity::Warning),
];

/// The rules of text defects; they come first in a plan.
pub(crate) fn rules(limits: &decode::Limits) -> Vec<Rule> {
    let rule = |(id, text, severity): (&str, &'static str, Severity)| {
        let max = match id {
            "D-field_too_long" => Some(limits.field_bytes_max),
            "D-record_too_long" => Some(limits.record_bytes_max),
            _ => None,
        };
        Rule {
            id: id.to_owned(),
            severity,
            text,
            contract_text: None,
            field: None,
            args: max
                .map(|max| ("max".to_owned(), max.to_string()))
                .into_iter()
                .collect(),
            unless: None,
            asks: false,
            detail: if id == "D-statement" {
                Detail::Nothing
            } else {
                Detail::Defect
            },
        }
    };
    RULES.into_iter().map(rule).collect()
}

fn index(kind: &DefectKind) -> usize {
    match kind {
        DefectKind::Undecodable { .. } => 0,
        DefectKind::TooFewFields { .. } => 1,
        DefectKind::TooManyFields { .. } => 2,
        DefectKind::UnclosedQuote { .. } => 3,
        DefectKind::StrayQuote { .. } => 4,
        DefectKind::ControlCharacter { .. } => 5,
        DefectKind::FieldTooLong { .. } => 6,
        DefectKind::RecordTooLong => 7,
        DefectKind::CellError { .. } => 9,
        DefectKind::DigitsLost { .. } => 10,
        DefectKind::Malformed { .. } => 11,
        DefectKind::Twice { .. } => 12,
        DefectKind::NotText { .. } => 13,
        DefectKind::FloatDigits { .. } => 14,
        DefectKind::PrivateUse { .. } => 15,
    }
}

/// The text of a defect and its arguments, for whoever tells of defects without a contract.
pub fn defect_text(
    kind: &DefectKind,
    row_no: u64,
    charset: &str,
    limits: &decode::Limits,
) -> (&'static str, BTreeMap<String, String>) {
    let (mut args, _, _) = detail(kind, row_no, charset);
    let Some(rule) = rules(limits).into_iter().nth(index(kind)) else {
        return ("check.undecodable", args);
    };
    args.extend(rule.args);
    (rule.text, args)
}

/// Does the defect matter? What a file holds in a column that the contract does not know does not.
pub(crate) fn concerns(kind: &DefectKind, is_field: impl Fn(usize) -> bool) -> bool {
    match *kind {
        DefectKind::CellError { column }
        | DefectKind::DigitsLost { column }
        | DefectKind::Twice { column }
        | DefectKind::NotText { column }
        | DefectKind::FloatDigits { column }
        | DefectKind::PrivateUse { column } => is_field(column),
        _ => true,
    }
}

/// The defects and statement lines of the frame's rows that come after the header.
pub(crate) fn hits(frame: &Frame) -> Hits {
    let mut hits = Hits::default();
    let kind = |row: usize| frame.kind.get(row).copied().unwrap_or(RowKind::Data);
    for (number, defect) in frame
        .defects
        .iter()
        .enumerate()
        .filter(|(_, defect)| kind(defect.row) == RowKind::Data)
    {
        let rule = index(&defect.kind);
        hits.add_numbered(
            rule,
            RULES
                .get(rule)
                .map_or(Severity::Error, |(_, _, severity)| *severity),
            None,
            defect.row,
            Some(number as u64),
        );
    }
    for (row, _) in frame
        .kind
        .iter()
        .enumerate()
        .filter(|(_, kind)| **kind == RowKind::Total)
    {
        hits.add(STATEMENT, Severity::Warning, None, row);
    }
    hits
}

/// What a defect adds to its finding: arguments, byte offset, and the column it is in.
pub(crate) fn detail(
    kind: &DefectKind,
    row_no: u64,
    charset: &str,
) -> (BTreeMap<String, String>, Option<u64>, Option<usize>) {
    let args = |args: &[(&str, String)]| {
        args.iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect()
    };
    let at = |offset: u64| ("offset", offset.to_string());
    match *kind {
        DefectKind::Undecodable { offset } => (
            args(&[at(offset), ("charset", charset.to_owned())]),
            Some(offset),
            None,
        ),
        DefectKind::TooFewFields { found, expected } | DefectKind::TooManyFields { found, expected } => (
            args(&[("found", found.to_string()), ("expected", expected.to_string())]),
            None,
            None,
        ),
        DefectKind::UnclosedQuote { offset }
        | DefectKind::StrayQuote { offset }
        | DefectKind::ControlCharacter { offset }
        | DefectKind::Malformed { offset } => (args(&[at(offset)]), Some(offset), None),
        DefectKind::FieldTooLong { column }
        | DefectKind::Twice { column }
        | DefectKind::NotText { column }
        | DefectKind::FloatDigits { column }
        | DefectKind::PrivateUse { column } => (BTreeMap::new(), None, Some(column)),
        DefectKind::RecordTooLong => (BTreeMap::new(), None, None),
        DefectKind::CellError { column } | DefectKind::DigitsLost { column } => (
            args(&[("cell", cell_address(column, row_no))]),
            None,
            Some(column),
        ),
    }
}
