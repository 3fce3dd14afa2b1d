//! A checker for files of one line per meter, `account,kwh`. A word instead of a number is a bad row; the first line may
//! ask for something worse.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, Int64Array, RecordBatch, StringArray};
use async_trait::async_trait;
use intake::{CheckEvent, CheckFailure, CheckRequest, Checker, Finding, Report, Severity, Verdict};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

#[derive(Default)]
pub struct MeterChecker {
    /// Renamed away while the first file is being checked, as if the store had gone.
    pub steal: Option<(PathBuf, PathBuf)>,
}

#[async_trait]
impl Checker for MeterChecker {
    async fn check(
        &self,
        request: CheckRequest,
        events: mpsc::Sender<CheckEvent>,
    ) -> Result<Report, CheckFailure> {
        if let Some((from, to)) = &self.steal
            && !to.exists()
        {
            std::fs::rename(from, to).unwrap();
        }
        let bytes = std::fs::read(&request.path).unwrap();
        let text = String::from_utf8(bytes.clone()).unwrap();
        let (mut good, mut bad) = (Vec::new(), Vec::new());
        for (no, line) in (1..).zip(text.lines()).filter(|(_, line)| line.contains(',')) {
            let (account, kwh) = line.split_once(',').unwrap();
            match kwh.parse::<i128>() {
                Ok(kwh) => good.push((no, account.to_owned(), kwh)),
                Err(_) => bad.push((no, account.to_owned(), kwh.to_owned())),
            }
        }
        let order = text.lines().next().unwrap_or_default();
        let send = async |event| events.send(event).await.map_err(|_| CheckFailure::Failed);
        for part in good.chunks(7) {
            send(CheckEvent::Accepted(accepted(&request, part))).await?;
        }
        for part in bad.chunks(3) {
            send(CheckEvent::Quarantined(quarantined(part))).await?;
            send(CheckEvent::Findings(
                part.iter().map(|row| finding(row.0)).collect(),
            ))
            .await?;
        }
        let (good, bad) = (good.len() as u64, bad.len() as u64);
        let mut report = report(&request, &bytes, good, bad);
        match order {
            "die" => return Err(CheckFailure::Died),
            "sleep" => std::future::pending().await,
            "lie about rows" => report.committed += 1,
            "lie about bytes" => report.sha256 = "sha256:00".to_owned(),
            "reject" => {
                report.verdict = Verdict::Rejected;
                (report.committed, report.quarantined) = (0, good + bad);
            }
            _ => {}
        }
        report.report_hash = report.hash();
        Ok(report)
    }
}

fn finding(row: i64) -> Finding {
    Finding {
        row: u64::try_from(row).ok(),
        column: Some("电量".to_owned()),
        rule: "R-kwh-type".to_owned(),
        severity: Severity::Error,
        value_masked: None,
        text: "value.decimal_shape".to_owned(),
        args: BTreeMap::new(),
        offset: None,
        suggestion: None,
        advice: None,
    }
}

fn report(request: &CheckRequest, bytes: &[u8], good: u64, bad: u64) -> Report {
    Report {
        verdict: if bad == 0 {
            Verdict::Accepted
        } else {
            Verdict::AcceptedWithFindings
        },
        rows_read: good + bad,
        committed: good,
        quarantined: bad,
        duplicate: 0,
        blank_or_total: 0,
        sha256: format!("sha256:{}", hex::encode(Sha256::digest(bytes))),
        rows_hash: String::new(),
        sketch: None,
        findings_total: bad,
        findings_by_rule: BTreeMap::new(),
        totals: BTreeMap::new(),
        contract: request.contract.id().to_string(),
        contract_version: request.contract.version().to_owned(),
        period: request.period.label().to_owned(),
        unit: request.unit.to_string(),
        charset: "utf-8".to_owned(),
        delimiter: ",".to_owned(),
        member: None,
        columns_ignored: Vec::new(),
        units: Vec::new(),
        answered: None,
        file_findings: Vec::new(),
        report_hash: String::new(),
    }
}

fn accepted(request: &CheckRequest, rows: &[(i64, String, i128)]) -> RecordBatch {
    let text = |value: &str| -> ArrayRef { Arc::new(StringArray::from(vec![value; rows.len()])) };
    let kwh = rows
        .iter()
        .map(|row| Some(row.2 * 100))
        .collect::<Decimal128Array>();
    let columns: Vec<(&str, ArrayRef, bool)> = vec![
        (
            "account_no",
            Arc::new(
                rows.iter()
                    .map(|row| Some(row.1.clone()))
                    .collect::<StringArray>(),
            ),
            false,
        ),
        (
            "kwh",
            Arc::new(kwh.with_precision_and_scale(12, 2).unwrap()),
            false,
        ),
        ("region_code", text(request.unit.as_str()), false),
        (
            "county_code",
            Arc::new(StringArray::from(vec![Some("433101"); rows.len()])),
            true,
        ),
        (
            "entity_key",
            Arc::new(StringArray::from(vec![None::<&str>; rows.len()])),
            true,
        ),
        ("match_tier", text("T0"), false),
        (
            "_row_no",
            Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.0))),
            false,
        ),
    ];
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

fn quarantined(rows: &[(i64, String, String)]) -> RecordBatch {
    let text = |value: &dyn Fn(&(i64, String, String)) -> String| -> ArrayRef {
        Arc::new(rows.iter().map(|row| Some(value(row))).collect::<StringArray>())
    };
    let columns: Vec<(&str, ArrayRef, bool)> = vec![
        (
            "_row_no",
            Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.0))),
            false,
        ),
        ("_rules", text(&|_| "R-kwh-type".to_owned()), false),
        ("户号", text(&|row| row.1.clone()), true),
        ("电量", text(&|row| row.2.clone()), true),
    ];
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}
