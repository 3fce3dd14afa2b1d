//! The units a file gives outside of its cells: in headers (`电费(万元)`) and in a line above the table (`单位：万元`).
//! They scale the columns they measure; each is written down as evidence, and two that disagree are a finding.

use std::collections::BTreeSet;

use decode::{Frame, RowKind};
use schemas::Contract;
use schemas::values::unit_line::{self, UnitLine};
use schemas::values::units::{self, UnitWord};

use crate::file_rules::finding;
use crate::header::Header;
use crate::report::{UnitPlace, UnitRead};
use crate::{Finding, Severity};

const RULE: &str = "F-unit_line";

/// What stands above the header about units.
#[derive(Debug, Default)]
pub(crate) struct Above {
    /// Words and the records they stand in.
    words: Vec<(String, u64)>,
    unknown: bool,
}

impl Above {
    /// Reads the records of a frame that come before the header.
    pub fn read(&mut self, frame: &Frame) {
        let above = frame.kind.iter().zip(&frame.row_no).enumerate();
        for (row, (_, row_no)) in above.filter(|(_, (kind, _))| **kind == RowKind::Preamble) {
            for column in 0..frame.columns.len() {
                let UnitLine { words, unknown } =
                    unit_line::read(frame.cell(column, row).unwrap_or_default());
                self.words.extend(words.into_iter().map(|word| (word, *row_no)));
                self.unknown |= unknown;
            }
        }
    }
}

/// Gives the columns of `header` their units; returns what is wrong with them and what they are.
pub(crate) fn apply(
    above: &Above,
    contract: &Contract,
    header: &mut Header,
) -> (Vec<Finding>, Vec<UnitRead>) {
    let (mut findings, mut evidence) = (Vec::new(), Vec::new());
    let (mut twice, mut used) = (BTreeSet::new(), BTreeSet::new());
    for (field, column) in contract.fields().iter().zip(&mut header.fields) {
        let (Some(column), Some(stored)) = (column, field.unit.as_deref()) else {
            continue;
        };
        let measures = |(word, _): &&(String, u64)| units::find(stored, word).is_some();
        used.extend(above.words.iter().filter(measures).map(|(word, _)| word.as_str()));
        let line = match unit_line::unit_for(above.words.iter().map(|(word, _)| word), stored) {
            Ok(line) => line,
            Err((one, other)) => {
                if twice.insert(stored) {
                    let args = [("one", one.word.to_owned()), ("other", other.word.to_owned())];
                    findings.push(finding(RULE, Severity::Fatal, "check.unit_line_twice", &args));
                }
                continue;
            }
        };
        let title = header.titles.get(column.index).cloned().unwrap_or_default();
        let (unit, from) = match (column.unit, line) {
            (None, None) => continue,
            (None, Some(line)) => (line, UnitPlace::Above),
            (Some(own), line) => {
                findings.extend(line.and_then(|line| contradiction(&title, own, line)));
                (own, UnitPlace::Header)
            }
        };
        column.unit = Some(unit);
        let row = above.words.iter().find(measures).map(|(_, row)| *row);
        evidence.push(UnitRead {
            field: field.name.clone(),
            column: title,
            unit: unit.word.to_owned(),
            from,
            row: row.filter(|_| from == UnitPlace::Above),
        });
    }
    let unused: BTreeSet<&str> = above.words.iter().map(|(word, _)| word.as_str()).collect();
    for word in unused.difference(&used) {
        let args = [("unit", (*word).to_owned())];
        findings.push(finding(RULE, Severity::Warning, "check.unit_line_unused", &args));
    }
    if above.unknown {
        findings.push(finding(RULE, Severity::Warning, "check.unit_line_unknown", &[]));
    }
    (findings, evidence)
}

/// The header stands nearer to its column than the line does: it counts, and the difference is told.
fn contradiction(title: &str, own: &UnitWord, line: &UnitWord) -> Option<Finding> {
    let args = [
        ("column", title.to_owned()),
        ("header", own.word.to_owned()),
        ("line", line.word.to_owned()),
    ];
    (own.times * line.per != line.times * own.per).then(|| Finding {
        column: Some(title.to_owned()),
        ..finding(RULE, Severity::Warning, "check.unit_line_header", &args)
    })
}
