//! The examples beside every contract that ships tell the truth: through the public face, the accepted file passes and
//! each row of the refused file breaks exactly the rule it names, or none if it names none.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail loudly"
)]

use std::collections::BTreeMap;
use std::io::Cursor;

use arrow::array::RecordBatch;
use check::{CheckError, Finding, Job, Limits, Report, Severity, Sink, Verdict, check};
use schemas::feeds::{self, Example};
use schemas::{BuiltinRule, Contract, Period, PeriodKind};

/// Remarks and errors by row.
#[derive(Default)]
struct Findings {
    warnings: BTreeMap<u64, Vec<String>>,
    errors: BTreeMap<u64, Vec<String>>,
}

impl Sink for Findings {
    fn accepted(&mut self, _batch: RecordBatch) -> Result<(), CheckError> {
        Ok(())
    }

    fn quarantined(&mut self, _batch: RecordBatch) -> Result<(), CheckError> {
        Ok(())
    }

    fn findings(&mut self, findings: &[Finding]) -> Result<(), CheckError> {
        for finding in findings {
            let rows = match finding.severity {
                Severity::Warning => &mut self.warnings,
                _ => &mut self.errors,
            };
            rows.entry(finding.row.unwrap())
                .or_default()
                .push(finding.rule.clone());
        }
        Ok(())
    }
}

/// The example as a department would send it, without the column `#expect`; and, per row of the file, the rule that
/// column names (nothing for none).
fn example(contract: &Contract, kind: Example) -> (String, BTreeMap<u64, Vec<String>>) {
    let text =
        feeds::example(contract.id(), kind).unwrap_or_else(|| panic!("no example of {}", contract.id()));
    let (mut file, mut expected) = (String::new(), BTreeMap::new());
    for (index, line) in text.lines().enumerate() {
        let (row, rule) = line.rsplit_once(',').unwrap();
        file.push_str(row);
        file.push('\n');
        if index > 0 && !rule.is_empty() {
            expected.insert(index as u64 + 1, vec![rule.to_owned()]);
        }
    }
    (file, expected)
}

/// Checks the file for the contract's first unit and the first period of 2025.
fn checked(contract: &Contract, file: &str) -> (Report, Findings) {
    let label = match contract.period_kind() {
        PeriodKind::Month | PeriodKind::Snapshot => "202501",
        PeriodKind::Quarter => "2025Q1",
        PeriodKind::Year => "2025",
        PeriodKind::Day => "20250101",
    };
    let period = Period::parse(contract.period_kind(), label).unwrap();
    let job = Job {
        contract,
        period: &period,
        unit: &contract.units()[0],
        limits: Limits::default(),
    };
    let mut findings = Findings::default();
    let report = check(&job, Cursor::new(file.as_bytes()), &mut findings).unwrap();
    (report, findings)
}

#[test]
fn accepted_examples_pass_with_no_remark_but_those_they_name() {
    for contract in feeds::embedded().unwrap() {
        let (file, expected) = example(&contract, Example::Accepted);
        let (report, findings) = checked(&contract, &file);
        let feed = contract.id();
        assert_eq!(findings.errors, BTreeMap::new(), "{feed}");
        assert_eq!(findings.warnings, expected, "{feed}");
        assert!(
            report.file_findings.is_empty(),
            "{feed}: {:?}",
            report.file_findings
        );
        let verdict = if expected.is_empty() {
            Verdict::Accepted
        } else {
            Verdict::AcceptedWithFindings
        };
        assert_eq!(report.verdict, verdict, "{feed}");
        assert_eq!(report.committed, file.lines().count() as u64 - 1, "{feed}");
    }
}

#[test]
fn every_refused_row_breaks_the_rule_it_names_and_no_other() {
    for contract in feeds::embedded().unwrap() {
        let (file, expected) = example(&contract, Example::Refused);
        let (report, findings) = checked(&contract, &file);
        let feed = contract.id();
        assert_eq!(findings.errors, expected, "{feed}");
        // A file with so many bad rows is refused whole, the row that only comes before another of its key as well.
        assert_eq!(report.quarantined, file.lines().count() as u64 - 1, "{feed}");
        let twice = BuiltinRule::Key.id(&contract.key()[0]);
        assert!(expected.values().flatten().any(|rule| *rule == twice), "{feed}");
        // Too large a share of bad rows refuses the file as a whole; the columns themselves are as promised.
        let rules = report.file_findings.iter().map(|finding| finding.rule.as_str());
        assert_eq!(rules.collect::<Vec<_>>(), ["F-bad_rows"], "{feed}");
    }
}
