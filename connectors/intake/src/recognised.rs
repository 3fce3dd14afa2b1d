//! Whether the rows of an arrival are known from elsewhere: the same data saved anew, an earlier period's file under a new
//! name, an extract that was cut off, amounts in another unit than last time. Said before the commit, in receipt and
//! findings; the verdict stays what the file alone earns, so that an offline check gives the same.
//! Not here: the same bytes (`repeated`), and what the file tells by itself (`check`).

use std::collections::BTreeMap;

use check::{Finding, Report, Severity, Sketch, Total};
use schemas::{Contract, PeriodKind, SubmissionId};

use crate::act::ActKind;
use crate::error::IntakeError;
use crate::intake::Inner;
use crate::settle::store_failed;
use crate::slot::Slot;

/// Periods that are looked back on.
pub(crate) const PERIODS_MAX: u32 = 24;

/// Shares in parts per million. They are our own choice, and coarse: a remark costs a look, not a row.
const NEARLY_ALL_PPM: u32 = 950_000;
/// An extract that holds less of the earlier rows than this was cut off, or something has truly ended.
const CUT_OFF_PPM: u32 = 900_000;
/// A mean that is so many times the earlier one, or as small a part of it, is in another unit: nothing else in these
/// feeds moves by four digits from one period to the next.
const UNIT_SHIFT: i128 = 5_000;
/// Means of fewer values vary too much.
const VALUES_MIN: u64 = 20;
/// A number of rows beyond half or double of what is usual, with so many periods to know it from.
const USUAL_PERIODS_MIN: usize = 3;

/// A slot of the same feed and unit that holds something: another period's truth, or this one's until now.
#[derive(Clone, Debug, PartialEq)]
pub struct Filled {
    pub submission: SubmissionId,
    pub period: String,
    pub report: Report,
    /// If the submission is a supplement, the reports on what it added its rows to, the newest first.
    pub below: Vec<Report>,
}

impl Filled {
    fn reports(&self) -> impl Iterator<Item = &Report> {
        std::iter::once(&self.report).chain(&self.below)
    }

    fn sketch(&self) -> Option<Sketch> {
        let sketches = self.reports().filter_map(|report| report.sketch.clone());
        sketches.reduce(|one, other| one.joined(&other))
    }

    fn committed(&self) -> u64 {
        self.reports()
            .fold(0, |sum, report| sum.saturating_add(report.committed))
    }
}

impl Inner {
    /// Remarks on what is known of these rows already.
    pub(crate) async fn recognise(
        &self,
        contract: &Contract,
        slot: &Slot,
        act: ActKind,
        report: &Report,
    ) -> Result<Vec<Finding>, IntakeError> {
        if report.sketch.is_none() {
            return Ok(Vec::new());
        }
        let filled = self.store.filled(slot, PERIODS_MAX).await.map_err(store_failed)?;
        Ok(recognised(contract.period_kind(), slot, act, report, &filled))
    }
}

/// `filled` is newest first and has at most one entry per period. A supplement is a part of a period and knows it, so
/// nothing is said of how few its rows are; rows that the slot has already refuse it elsewhere (`compare`).
fn recognised(
    kind: PeriodKind,
    slot: &Slot,
    act: ActKind,
    report: &Report,
    filled: &[Filled],
) -> Vec<Finding> {
    let whole = act != ActKind::Supplement;
    let (own, others): (Vec<&Filled>, Vec<&Filled>) = filled
        .iter()
        .filter(|filled| filled.sketch().is_some())
        .partition(|filled| filled.period == slot.period);
    let own = own.first().filter(|_| whole);
    let mut found: Vec<Finding> = own.and_then(|own| same_slot(report, own)).into_iter().collect();
    if let Some(known) = others.iter().find_map(|other| other_period(kind, report, other)) {
        found.push(known);
        return found;
    }
    if let Some(before) = others.iter().find(|other| other.period < slot.period) {
        found.extend(
            (kind == PeriodKind::Snapshot && whole)
                .then(|| cut_off(report, before, "intake.recognised_list_cut_off"))
                .flatten(),
        );
        found.extend(units(report, before));
    }
    if found.is_empty() && whole {
        found.extend(unusual(report, &others));
    }
    found
}

/// Against what the slot holds now.
fn same_slot(report: &Report, held: &Filled) -> Option<Finding> {
    let (here, there) = (report.sketch.as_ref()?, held.sketch()?);
    if here.likeness(&there).same {
        let another = report.sha256 != held.report.sha256;
        return another.then(|| finding("S-saved_anew", "intake.recognised_saved_anew", named(held, &[])));
    }
    cut_off(report, held, "intake.recognised_cut_off")
}

/// Against what another period holds. A full list changes little from month to month, so there only all its rows count.
fn other_period(kind: PeriodKind, report: &Report, other: &Filled) -> Option<Finding> {
    let (here, there) = (report.sketch.as_ref()?, other.sketch()?);
    let likeness = here.likeness(&there);
    if likeness.same {
        return Some(finding(
            "S-other_period",
            "intake.recognised_other_period",
            named(other, &[]),
        ));
    }
    (kind != PeriodKind::Snapshot && likeness.here_ppm >= NEARLY_ALL_PPM).then(|| {
        let share = [("share", percent(u64::from(likeness.here_ppm), 1_000_000))];
        finding(
            "S-other_period",
            "intake.recognised_mostly_other_period",
            named(other, &share),
        )
    })
}

/// Nearly all rows here are there, and there are many more: a part of what is known already.
fn cut_off(report: &Report, before: &Filled, text: &str) -> Option<Finding> {
    let (here, there) = (report.sketch.as_ref()?, before.sketch()?);
    let likeness = here.likeness(&there);
    let part =
        likeness.here_ppm >= NEARLY_ALL_PPM && likeness.there_ppm < CUT_OFF_PPM && here.rows < there.rows;
    part.then(|| {
        let counts = [
            ("rows", here.rows.to_string()),
            ("earlier_rows", there.rows.to_string()),
            ("less", percent(there.rows - here.rows, there.rows)),
        ];
        finding("S-cut_off", text, named(before, &counts))
    })
}

/// Columns whose values are thousands of times larger or smaller than in the period before.
fn units(report: &Report, before: &Filled) -> Vec<Finding> {
    let shifted = |name: &String| {
        let now = mean([report], name)?;
        let then = mean(before.reports(), name)?;
        // Compared as products, because a mean below one is nothing in whole numbers.
        let larger = now.0.checked_mul(then.1)? >= then.0.checked_mul(now.1)?.checked_mul(UNIT_SHIFT)?;
        let smaller = then.0.checked_mul(now.1)? >= now.0.checked_mul(then.1)?.checked_mul(UNIT_SHIFT)?;
        let text = match (larger, smaller) {
            (true, false) => "intake.recognised_larger",
            (false, true) => "intake.recognised_smaller",
            _ => return None,
        };
        Some(finding(
            "S-unit_shift",
            text,
            named(before, &[("field", name.clone())]),
        ))
    };
    report.totals.keys().filter_map(shifted).collect()
}

/// The sum of a column at six decimals and the number of its values; none if they are too few or sum up to nothing.
fn mean<'a>(reports: impl IntoIterator<Item = &'a Report>, name: &str) -> Option<(i128, i128)> {
    let totals = reports.into_iter().filter_map(|report| report.totals.get(name));
    let (sum, count) = totals.map(micros).try_fold((0_i128, 0_u64), |all, one| {
        let (sum, count) = one?;
        Some((all.0.checked_add(sum)?, all.1.checked_add(count)?))
    })?;
    (count >= VALUES_MIN && sum != 0).then_some((sum.checked_abs()?, i128::from(count)))
}

fn micros(total: &Total) -> Option<(i128, u64)> {
    let (digits, negative) = match total.sum.strip_prefix('-') {
        Some(digits) => (digits, true),
        None => (total.sum.as_str(), false),
    };
    let (whole, behind) = digits.split_once('.').unwrap_or((digits, ""));
    let behind: i128 = format!("{behind:0<6}").get(..6)?.parse().ok()?;
    let micros = whole
        .parse::<i128>()
        .ok()?
        .checked_mul(1_000_000)?
        .checked_add(behind)?;
    Some((if negative { -micros } else { micros }, total.count))
}

/// Far fewer or far more rows than other periods had.
fn unusual(report: &Report, others: &[&Filled]) -> Option<Finding> {
    let mut usual: Vec<u64> = others
        .iter()
        .map(|other| other.committed())
        .filter(|rows| *rows > 0)
        .collect();
    usual.sort_unstable();
    let median = *usual
        .get(usual.len() / 2)
        .filter(|_| usual.len() >= USUAL_PERIODS_MIN)?;
    let rows = report.sketch.as_ref()?.rows;
    let far = rows.saturating_mul(2) < median || rows > median.saturating_mul(2);
    far.then(|| {
        let args = [
            ("rows", rows.to_string()),
            ("usual", median.to_string()),
            ("periods", usual.len().to_string()),
        ];
        let args = args.map(|(name, value)| (name.to_owned(), value));
        finding("S-row_count", "intake.recognised_row_count", args.into())
    })
}

fn percent(part: u64, whole: u64) -> String {
    let share = (u128::from(part) * 100)
        .checked_div(u128::from(whole))
        .unwrap_or(0);
    format!("{share}%")
}

fn named(filled: &Filled, more: &[(&str, String)]) -> BTreeMap<String, String> {
    let of = [
        ("submission", filled.submission.to_string()),
        ("period", filled.period.clone()),
    ];
    of.iter()
        .chain(more)
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect()
}

fn finding(rule: &str, text: &str, args: BTreeMap<String, String>) -> Finding {
    Finding {
        row: None,
        column: None,
        rule: rule.to_owned(),
        severity: Severity::Warning,
        value_masked: None,
        text: text.to_owned(),
        args,
        offset: None,
        suggestion: None,
        advice: None,
    }
}

#[cfg(test)]
mod tests;
