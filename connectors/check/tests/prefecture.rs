//! Every file of the small invented prefecture, checked for real: exactly the rows its truth names are committed,
//! quarantined or repeated, exactly the rules it names fire, and every column sums to what was written.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail loudly"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use arrow::array::RecordBatch;
use check::{CheckError, Finding, Job, Limits, Report, Severity, Sink, Verdict, check};
use datasets::{Charset, GeneratedFile, Prefecture, Scale, Slot};
use schemas::{Period, RegionCode};

/// Rules and rows.
#[derive(Default)]
struct Findings(BTreeSet<(u64, String, bool)>);

impl Sink for Findings {
    fn accepted(&mut self, _batch: RecordBatch) -> Result<(), CheckError> {
        Ok(())
    }

    fn quarantined(&mut self, _batch: RecordBatch) -> Result<(), CheckError> {
        Ok(())
    }

    fn findings(&mut self, findings: &[Finding]) -> Result<(), CheckError> {
        let named = findings.iter().map(|finding| {
            let refuses = finding.severity != Severity::Warning;
            (finding.row.unwrap_or(0), finding.rule.clone(), refuses)
        });
        self.0.extend(named);
        Ok(())
    }
}

fn checked(prefecture: &Prefecture, slot: &Slot, file: &GeneratedFile) -> (Report, Findings) {
    let contract = prefecture.contract(slot.feed.as_str()).unwrap();
    let period = Period::parse(contract.period_kind(), &slot.period).unwrap();
    let unit = RegionCode::parse(&slot.unit).unwrap();
    let limits = Limits {
        findings_max: u64::MAX,
        ..Limits::default()
    };
    let job = Job {
        contract,
        period: &period,
        unit: &unit,
        limits,
    };
    let mut findings = Findings::default();
    let report = check(&job, Cursor::new(&file.bytes), &mut findings).unwrap();
    (report, findings)
}

/// Sums as the report writes them.
fn totals(file: &GeneratedFile) -> BTreeMap<String, (String, u64)> {
    let totals = file.truth.totals.iter();
    totals
        .map(|(field, sum)| (field.clone(), (sum.text(), sum.count)))
        .collect()
}

#[test]
fn every_file_comes_to_what_its_truth_says() {
    let prefecture = Prefecture::new(7, Scale::Small);
    let mut rows = 0;
    for slot in prefecture.slots() {
        let file = prefecture.file(&slot);
        let (report, findings) = checked(&prefecture, &slot, &file);
        let truth = &file.truth;
        rows += truth.rows;
        let about = slot.path();
        // What was planted is found where it was planted, with the weight it should have.
        for one in &truth.planted {
            let wanted = (one.record_no, one.rule.clone(), one.refuses);
            assert!(findings.0.contains(&wanted), "{about}: {one:?}");
        }
        assert_eq!(
            report.findings_by_rule, truth.findings,
            "{about}: {:?}",
            truth.planted
        );
        assert_eq!(
            (
                report.rows_read,
                report.committed,
                report.quarantined,
                report.duplicate
            ),
            (truth.rows, truth.committed, truth.quarantined, truth.duplicate),
            "{about}"
        );
        let summed: BTreeMap<String, (String, u64)> = report
            .totals
            .into_iter()
            .filter(|(_, total)| total.count > 0)
            .map(|(field, total)| (field, (total.sum, total.count)))
            .collect();
        assert_eq!(summed, totals(&file), "{about}");
        let charset = match file.charset {
            Charset::Gb18030 => "gb18030",
            Charset::Utf8 | Charset::Utf8Bom => "utf-8",
        };
        assert_eq!(report.charset, charset, "{about}");
        assert_ne!(report.verdict, Verdict::Rejected, "{about}");
    }
    println!("{rows} rows");
}

#[test]
fn without_damage_nothing_is_refused_and_nothing_repeated() {
    let prefecture = Prefecture::new(11, Scale::Small).with_damage(0);
    for slot in prefecture.slots() {
        let file = prefecture.file(&slot);
        let (report, findings) = checked(&prefecture, &slot, &file);
        assert_eq!(
            report.committed,
            file.truth.rows,
            "{}: {:?}",
            slot.path(),
            report.findings_by_rule
        );
        assert!(
            findings.0.iter().all(|(_, _, refuses)| !refuses),
            "{}",
            slot.path()
        );
    }
}

#[test]
fn files_that_are_wrong_as_a_whole_are_refused_for_the_reason_of_their_truth() {
    let prefecture = Prefecture::new(7, Scale::Small);
    let files = prefecture.rejected();
    assert_eq!(files.len(), 3);
    for (slot, file) in files {
        let (report, _) = checked(&prefecture, &slot, &file);
        assert_eq!(report.verdict, Verdict::Rejected, "{}", slot.path());
        assert_eq!(report.findings_by_rule, file.truth.findings, "{}", slot.path());
        assert_eq!(
            (report.rows_read, report.committed, report.quarantined),
            (file.truth.rows, 0, file.truth.quarantined),
            "{}",
            slot.path()
        );
    }
}
