//! Whole checks of small files: what goes in, what comes out, and that nothing is lost in between.

mod door;
mod doubts;
mod drift;
mod encodings;
mod examples;
mod files;
mod formats;
mod groups;
mod keys;
mod large;
mod money;
mod old_formats;
mod random;
mod refusals;
mod row_rules;
mod rules;
mod secrets;
mod suggestions;
mod units;
mod workbooks;

use std::io::Cursor;
use std::sync::OnceLock;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::Int64Type;
use schemas::{Contract, Period, PeriodKind, RegionCode, feeds};

use crate::{CheckError, Finding, Job, Limits, Report, Severity, Sink, check};

const HEADER: &str = "户号,户名,统一社会信用代码,个人证件号码,所属县市代码,用电类别,行业代码,用电地址,容量,电量,峰电量,平电量,谷电量,电费,退补标志,电费月,抄表日期\n";

/// A row that keeps every rule, with its own account number.
fn good(number: usize) -> String {
    format!(
        "{number:013},甲一加工有限公司,91433199MA7A00017H,,433101,1,3311,吉首市某路1号,315.00,12000.00,4000.00,5000.00,3000.00,7800.00,,202501,2025-01-25\n"
    )
}

fn file(rows: impl IntoIterator<Item = String>) -> String {
    std::iter::once(HEADER.to_owned()).chain(rows).collect()
}

fn pow_usage() -> &'static Contract {
    contract("pow_usage")
}

fn contract(id: &str) -> &'static Contract {
    static CONTRACTS: OnceLock<Vec<Contract>> = OnceLock::new();
    let contracts = CONTRACTS.get_or_init(|| feeds::embedded().unwrap());
    contracts
        .iter()
        .find(|contract| contract.id().as_str() == id)
        .unwrap()
}

/// Keeps everything.
#[derive(Default)]
struct Collector {
    accepted: Vec<RecordBatch>,
    quarantined: Vec<RecordBatch>,
    findings: Vec<Finding>,
    progress: Vec<(u64, u64)>,
}

impl Sink for Collector {
    fn accepted(&mut self, batch: RecordBatch) -> Result<(), CheckError> {
        self.accepted.push(batch);
        Ok(())
    }

    fn quarantined(&mut self, batch: RecordBatch) -> Result<(), CheckError> {
        self.quarantined.push(batch);
        Ok(())
    }

    fn findings(&mut self, findings: &[Finding]) -> Result<(), CheckError> {
        self.findings.extend_from_slice(findings);
        Ok(())
    }

    fn progress(&mut self, rows_read: u64, bytes: u64) {
        self.progress.push((rows_read, bytes));
    }
}

/// A report and everything that was handed on.
struct Checked {
    report: Report,
    sink: Collector,
}

impl Checked {
    /// Rules broken by a row, with their severity.
    fn of_row(&self, row: u64) -> Vec<(&str, Severity)> {
        let of_row = self
            .sink
            .findings
            .iter()
            .filter(|finding| finding.row == Some(row));
        of_row
            .map(|finding| (finding.rule.as_str(), finding.severity))
            .collect()
    }

    /// A column of the accepted rows as text.
    fn accepted(&self, column: &str) -> Vec<Option<String>> {
        texts(&self.sink.accepted, column)
    }

    /// Row numbers and rules of the refused rows.
    fn refused(&self) -> Vec<(i64, String)> {
        let mut refused = Vec::new();
        for batch in &self.sink.quarantined {
            let numbers = batch
                .column_by_name("_row_no")
                .unwrap()
                .as_primitive::<Int64Type>();
            let rules = batch.column_by_name("_rules").unwrap().as_string::<i32>();
            refused
                .extend((0..batch.num_rows()).map(|row| (numbers.value(row), rules.value(row).to_owned())));
        }
        refused
    }

    fn file_rules(&self) -> Vec<&str> {
        self.report
            .file_findings
            .iter()
            .map(|finding| finding.rule.as_str())
            .collect()
    }
}

fn texts(batches: &[RecordBatch], column: &str) -> Vec<Option<String>> {
    let mut values = Vec::new();
    for batch in batches {
        let array = arrow::compute::cast(
            batch.column_by_name(column).unwrap(),
            &arrow::datatypes::DataType::Utf8,
        );
        let array = array.unwrap();
        let array = array.as_string::<i32>();
        values.extend((0..array.len()).map(|row| array.is_valid(row).then(|| array.value(row).to_owned())));
    }
    values
}

fn checked_with(contract: &Contract, unit: &str, bytes: &[u8], limits: Limits) -> Checked {
    let label = match contract.period_kind() {
        PeriodKind::Year => "2025",
        _ => "202501",
    };
    let period = Period::parse(contract.period_kind(), label).unwrap();
    let unit = RegionCode::parse(unit).unwrap();
    let job = Job {
        contract,
        period: &period,
        unit: &unit,
        limits,
    };
    let mut sink = Collector::default();
    let report = check(&job, Cursor::new(bytes), &mut sink).unwrap();
    let checked = Checked { report, sink };
    assert_adds_up(contract, &checked);
    checked
}

fn checked(bytes: impl AsRef<[u8]>) -> Checked {
    checked_with(pow_usage(), "433100", bytes.as_ref(), Limits::default())
}

/// What must be true of every check. INVARIANT (conserved): nothing is lost between the file and the batches.
fn assert_adds_up(contract: &Contract, checked: &Checked) {
    let Checked { report, sink } = checked;
    assert_eq!(
        report.rows_read,
        report.committed + report.quarantined + report.duplicate + report.blank_or_total
    );
    let handed_on =
        |batches: &[RecordBatch]| batches.iter().map(|batch| batch.num_rows() as u64).sum::<u64>();
    let accepted = handed_on(&sink.accepted);
    if report.verdict == crate::Verdict::Rejected {
        assert_eq!(report.committed, 0);
        assert_eq!(report.quarantined, accepted + handed_on(&sink.quarantined));
        assert!(
            report
                .file_findings
                .iter()
                .any(|finding| finding.severity == Severity::Fatal)
        );
    } else {
        assert_eq!(report.committed, accepted);
        assert_eq!(report.quarantined, handed_on(&sink.quarantined));
        assert_eq!(
            report.verdict == crate::Verdict::Accepted,
            report.findings_total == 0
        );
    }
    assert_eq!(
        report.findings_total,
        report.findings_by_rule.values().sum::<u64>()
    );
    assert_eq!(report.report_hash, report.hash());
    for finding in sink.findings.iter().chain(&report.file_findings) {
        let message = finding.message();
        assert!(message.zh != finding.text, "no text for {}", finding.text);
        assert!(
            !message.zh.contains('{') && !message.en.contains('{'),
            "{}",
            message.en
        );
        assert!(message.hint_zh.is_none_or(|hint| !hint.contains('{')));
    }
    for batch in &sink.accepted {
        let mut columns = schemas::row_columns(contract).into_iter();
        for field in batch.schema().fields() {
            let column = columns.next().unwrap();
            assert_eq!(
                (field.name(), field.is_nullable()),
                (&column.name, column.nullable)
            );
        }
        assert!(columns.next().is_none());
    }
}
