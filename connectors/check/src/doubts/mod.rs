//! Second thoughts about a file in which one rule fails almost everywhere: columns filled in for each other or shifted,
//! amounts in another unit, dates with their year last. Looks at a sample of the first rows, once, and only if there is
//! reason to; a clean file pays nothing.

mod columns;
mod fits;
mod units;

pub(crate) use fits::{fits, is_peculiar};

use std::collections::BTreeMap;

use arrow::array::{ArrayRef, StringArray};

use crate::file_rules::finding;
use crate::hits::Hits;
use crate::plan::{Detail, Plan};
use crate::{Finding, Severity};

/// Rows that are looked at, spread over the first frame.
const SAMPLE: usize = 200;
/// Fewer rows say nothing.
const ROWS_MIN: usize = 3;
/// With fewer rows a unit is doubted aloud but refuses nothing.
const ROWS_TO_REFUSE: usize = 20;
/// A rule fails almost everywhere if it fails in so many of a hundred rows, and an explanation holds if it explains so many.
const ALMOST_ALL: usize = 80;
const EXPLAINED: usize = 95;

/// Dates with their year last: only day/month/year, only month/day/year, either.
const ORDERS: [&str; 3] = [
    "value.date_day_first",
    "value.date_month_first",
    "value.date_year_last",
];

/// What is doubted so far.
#[derive(Default)]
pub(crate) struct Doubts {
    looked: bool,
    found: Vec<Finding>,
    /// By field, counts in the order of `ORDERS`.
    dates: BTreeMap<usize, [u64; 3]>,
}

/// A frame as the doubts see it.
pub(crate) struct Seen<'a> {
    pub plan: &'a Plan<'a>,
    /// Per column of the file, as sent.
    pub raw: &'a [StringArray],
    /// Per contract field.
    pub typed: &'a [ArrayRef],
    pub eligible: &'a [bool],
    pub hits: &'a Hits,
}

impl Seen<'_> {
    /// Rows of the sample, ascending.
    fn sample(&self) -> Vec<usize> {
        let rows: Vec<usize> = self
            .eligible
            .iter()
            .enumerate()
            .filter(|(_, is)| **is)
            .map(|(row, _)| row)
            .collect();
        let step = rows.len().div_ceil(SAMPLE).max(1);
        rows.into_iter().step_by(step).collect()
    }

    /// Does the rule fail in almost all rows?
    fn fails_everywhere(&self, rule: usize) -> bool {
        let rows = self.eligible.iter().filter(|is| **is).count();
        let failing: usize = self
            .hits
            .0
            .iter()
            .filter(|hit| hit.rule == rule)
            .map(|hit| hit.rows.len())
            .sum();
        rows >= ROWS_MIN && failing * 100 >= rows * ALMOST_ALL
    }

    /// Is there a rule that fails in half of the rows or more?
    fn is_suspicious(&self) -> bool {
        let rows = self.eligible.iter().filter(|is| **is).count();
        rows >= ROWS_MIN && self.hits.0.iter().any(|hit| hit.rows.len() * 2 >= rows)
    }
}

impl Doubts {
    /// Takes a frame in.
    pub fn frame(&mut self, seen: &Seen<'_>) {
        self.count_dates(seen);
        if self.looked || !seen.eligible.contains(&true) {
            return;
        }
        self.looked = true;
        if !seen.is_suspicious() {
            return;
        }
        let sample = seen.sample();
        self.found.extend(columns::findings(seen, &sample));
        self.found.extend(units::findings(seen, &sample));
    }

    fn count_dates(&mut self, seen: &Seen<'_>) {
        for hit in &seen.hits.0 {
            let order = ORDERS.iter().position(|order| hit.text == Some(order));
            let rule = seen
                .plan
                .rules
                .get(hit.rule)
                .filter(|rule| rule.detail == Detail::Date);
            if let (Some(order), Some(field)) = (order, rule.and_then(|rule| rule.field)) {
                let counts = self.dates.entry(field).or_default();
                counts
                    .iter_mut()
                    .skip(order)
                    .take(1)
                    .for_each(|count| *count += hit.rows.len() as u64);
            }
        }
    }

    /// What is to be said about the file as a whole.
    pub fn finish(self, plan: &Plan<'_>) -> Vec<Finding> {
        let several = |(_, counts): &(usize, [u64; 3])| counts.iter().sum::<u64>() >= ROWS_MIN as u64;
        let dates = self
            .dates
            .into_iter()
            .filter(several)
            .map(|(field, [day, month, either])| {
                let column = plan.title(field);
                let args = [
                    ("column", column.clone()),
                    ("day_first", day.to_string()),
                    ("month_first", month.to_string()),
                    ("either", either.to_string()),
                ];
                Finding {
                    column: Some(column),
                    ..finding("F-date_order", Severity::Warning, "check.date_order", &args)
                }
            });
        let dates: Vec<Finding> = dates.collect();
        self.found.into_iter().chain(dates).collect()
    }
}
