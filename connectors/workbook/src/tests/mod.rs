//! Workbooks go out, are filled or mended as a spreadsheet program would, and come back through the check.

mod answers;
mod refused;
mod sheets;
mod templates;

use std::io::Cursor;

use arrow::array::RecordBatch;
use check::{CheckError, Finding, Job, Limits, Report, Sink};
use schemas::{Contract, Period, PeriodKind, RegionCode, SubmissionId, feeds};

use crate::BadRows;

fn contract(id: &str) -> Contract {
    let contracts = feeds::embedded().unwrap();
    contracts.into_iter().find(|one| one.id().as_str() == id).unwrap()
}

/// Keeps what a hub would keep.
#[derive(Default)]
struct Kept {
    accepted: u64,
    rows: BadRows,
    findings: Vec<Finding>,
}

impl Sink for Kept {
    fn accepted(&mut self, batch: RecordBatch) -> Result<(), CheckError> {
        self.accepted += batch.num_rows() as u64;
        Ok(())
    }

    fn quarantined(&mut self, batch: RecordBatch) -> Result<(), CheckError> {
        self.rows.take(&batch).map_err(CheckError::sink)?;
        Ok(())
    }

    fn findings(&mut self, findings: &[Finding]) -> Result<(), CheckError> {
        self.findings.extend_from_slice(findings);
        Ok(())
    }
}

/// A report and what was handed on with it.
struct Checked {
    report: Report,
    kept: Kept,
}

impl Checked {
    fn file_texts(&self) -> Vec<&str> {
        let findings = self.report.file_findings.iter();
        findings.map(|finding| finding.text.as_str()).collect()
    }

    /// The workbook a hub would send back.
    fn answer(&self, contract: &Contract) -> Vec<u8> {
        let answered = crate::Answered {
            contract,
            submission: &SubmissionId::new(),
            report: &self.report,
            findings: &self.kept.findings,
        };
        crate::answer(&answered, &self.kept.rows).unwrap()
    }
}

/// Checks a file, or an answer with the files below it, oldest first.
fn checked_over(contract: &Contract, unit: &str, earlier: &[&[u8]], file: &[u8]) -> Checked {
    let label = match contract.period_kind() {
        PeriodKind::Year => "2025",
        PeriodKind::Quarter => "2025Q1",
        PeriodKind::Day => "20250101",
        PeriodKind::Month | PeriodKind::Snapshot => "202501",
    };
    let period = Period::parse(contract.period_kind(), label).unwrap();
    let unit = RegionCode::parse(unit).unwrap();
    let job = Job {
        contract,
        period: &period,
        unit: &unit,
        limits: Limits::default(),
    };
    let mut kept = Kept::default();
    let earlier = earlier.iter().map(|bytes| Cursor::new(*bytes)).collect();
    let report = check::check_answer(&job, earlier, Cursor::new(file), &mut kept).unwrap();
    assert_eq!(
        report.rows_read,
        report.committed + report.quarantined + report.duplicate + report.blank_or_total
    );
    assert_eq!(report.report_hash, report.hash());
    for finding in kept.findings.iter().chain(&report.file_findings) {
        let message = finding.message();
        assert!(
            message.zh != finding.text && !message.zh.contains('{'),
            "{}",
            finding.text
        );
    }
    Checked { report, kept }
}

fn checked(contract: &Contract, file: &[u8]) -> Checked {
    checked_over(contract, "433100", &[], file)
}

const HEADER: &str = "户号,户名,统一社会信用代码,个人证件号码,所属县市代码,用电类别,行业代码,用电地址,容量,电量,峰电量,平电量,谷电量,电费,退补标志,电费月,抄表日期\n";
const PROBLEM: &str = "问题说明";
const MARK: &str = "退改行标识";

fn good(number: usize) -> String {
    format!(
        "{number:013},甲一加工有限公司,91433199MA7A00017H,,433101,1,3311,吉首市某路1号,315.00,12000.00,4000.00,5000.00,3000.00,7800.00,,202501,2025-01-25\n"
    )
}

fn file(rows: impl IntoIterator<Item = String>) -> String {
    std::iter::once(HEADER.to_owned()).chain(rows).collect()
}

/// Forty good rows; what stands in `spoilt` is exchanged in the row of that number (the header is row 1).
fn spoilt(spoilt: &[(usize, &str, &str)]) -> String {
    let rows = (2..42).map(|row| {
        let edits = spoilt.iter().filter(|(number, ..)| *number == row);
        edits.fold(good(row), |line, (_, old, new)| {
            assert!(line.contains(old));
            line.replacen(old, new, 1)
        })
    });
    file(rows)
}
