//! Rules about the file as a whole: is it the right table, period and unit, and are enough of its rows good?

use std::collections::BTreeMap;

use decode::{DecodeError, Evidence};
use schemas::Contract;

use crate::header::{self, Header};
use crate::plan::Plan;
use crate::tally::Tally;
use crate::{Finding, Job, Severity, door, sheet_rules, short_names};

/// A finding about the whole file.
pub(crate) fn finding(rule: &str, severity: Severity, text: &str, args: &[(&str, String)]) -> Finding {
    Finding {
        row: None,
        column: None,
        rule: rule.to_owned(),
        severity,
        value_masked: None,
        text: text.to_owned(),
        args: args
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect::<BTreeMap<_, _>>(),
        offset: None,
        suggestion: None,
        advice: None,
    }
}

/// A file that is no text table.
pub(crate) fn unreadable(error: &DecodeError) -> Finding {
    finding("F-file", Severity::Fatal, error.code(), &error.args())
}

/// What is wrong with the columns. If any finding is fatal, the rows need not be read.
pub(crate) fn columns(contract: &Contract, header: &Header, evidence: &Evidence) -> Vec<Finding> {
    if !evidence.header_matched {
        return vec![if header::is_data(&header.titles) {
            let rows = contract.intake().header_rows_max.to_string();
            finding(
                "F-header",
                Severity::Fatal,
                "check.header_missing",
                &[("rows", rows)],
            )
        } else {
            let feed = contract.title().zh.clone();
            finding("F-feed", Severity::Fatal, "check.wrong_feed", &[("feed", feed)])
        }];
    }
    let about = |rule: &str, severity: Severity, text: &str, column: &str| Finding {
        column: Some(column.to_owned()),
        ..finding(rule, severity, text, &[("column", column.to_owned())])
    };
    let title = |index: usize| {
        contract
            .fields()
            .get(index)
            .map(|field| field.title.zh.as_str())
            .unwrap_or_default()
    };
    let missing = header.missing(contract).into_iter();
    let missing = missing.map(|index| {
        about(
            "F-column_missing",
            Severity::Fatal,
            "check.column_missing",
            title(index),
        )
    });
    let twice = header
        .twice
        .iter()
        .map(|column| about("F-column_twice", Severity::Fatal, "check.column_twice", column));
    let refused = door::columns(contract, &header.ignored);
    let is_refused = |column: &&String| {
        refused
            .iter()
            .any(|finding| finding.column.as_ref() == Some(*column))
    };
    let ignored = header.ignored.iter().filter(|column| !is_refused(column));
    let ignored: Vec<Finding> = ignored
        .map(|column| {
            about(
                "F-column_ignored",
                Severity::Warning,
                "check.column_ignored",
                column,
            )
        })
        .collect();
    missing
        .chain(twice)
        .chain(refused)
        .chain(ignored)
        .chain(short_names::told(&header.short))
        .chain(sheet_rules::sheet(contract, evidence))
        .chain(members(evidence))
        .collect()
}

/// What an archive holds besides the file that was read.
fn members(evidence: &Evidence) -> Option<Finding> {
    let member = evidence.member.as_ref()?;
    (!member.ignored.is_empty()).then(|| {
        let args = [
            ("member", member.name.clone()),
            ("ignored", member.ignored.join(", ")),
        ];
        finding(
            "F-members_ignored",
            Severity::Warning,
            "check.members_ignored",
            &args,
        )
    })
}

/// More data rows than the contract allows.
pub(crate) fn too_many_rows(job: &Job<'_>, tally: &Tally) -> Option<Finding> {
    let max = job.contract.intake().rows_max?;
    (data_rows(tally) > max).then(|| {
        finding(
            "F-rows_max",
            Severity::Fatal,
            "check.rows_max",
            &[("max", max.to_string())],
        )
    })
}

/// What is wrong with the rows taken together.
pub(crate) fn rows(plan: &Plan<'_>, tally: &Tally) -> Vec<Finding> {
    let rows = data_rows(tally);
    if rows == 0 {
        return vec![finding("F-no_rows", Severity::Fatal, "check.no_rows", &[])];
    }
    let count = |rule: Option<usize>| {
        rule.and_then(|rule| tally.errors.get(&rule))
            .copied()
            .unwrap_or(0)
    };
    let args = |bad: u64, name: &'static str, value: String| {
        [
            ("rows", rows.to_string()),
            ("bad", bad.to_string()),
            (name, value),
        ]
    };
    let mut findings = Vec::new();
    // When most rows are of another slot, the slot was chosen wrongly; that says more than every row by itself.
    let of_other_period = count(plan.period.map(|(_, rule)| rule));
    if of_other_period * 2 > rows {
        let args = args(of_other_period, "period", plan.job.period.label().to_owned());
        findings.push(finding("F-period", Severity::Fatal, "check.wrong_period", &args));
    }
    let outside = count(plan.region.map(|(_, rule)| rule));
    if outside * 2 > rows {
        let args = args(outside, "unit", plan.job.unit.as_str().to_owned());
        findings.push(finding("F-county", Severity::Fatal, "check.wrong_county", &args));
    }
    let ppm_max = plan.job.contract.intake().bad_rows_ppm_max;
    let bad = tally.quarantined;
    if u128::from(bad) * 1_000_000 > u128::from(rows) * u128::from(ppm_max) {
        let args = args(bad, "share", percent(ppm_max));
        findings.push(finding("F-bad_rows", Severity::Fatal, "check.bad_rows", &args));
    }
    findings
}

fn data_rows(tally: &Tally) -> u64 {
    tally.rows_read - tally.blank_or_total
}

/// Parts per million as a percentage: `5%`, `0.25%`.
fn percent(ppm: u32) -> String {
    let text = schemas::values::decimal::format(i128::from(ppm), 4);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_written_as_people_say_them() {
        assert_eq!(
            [50_000, 2_500, 1_000_000, 0, 1].map(percent),
            ["5%", "0.25%", "100%", "0%", "0.0001%"]
        );
    }
}
