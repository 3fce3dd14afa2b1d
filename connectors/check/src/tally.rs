//! Counts a file as its frames go by, and makes the report at the end.

use std::collections::BTreeMap;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Decimal128Type, Int64Type};
use schemas::values::decimal;
use sha2::{Digest, Sha256};

use crate::Severity;
use crate::hits::Hits;
use crate::plan::Plan;
use crate::report::Total;
use crate::sketch::Sketching;

/// What becomes of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The header, or what comes before it.
    Above,
    BlankOrTotal,
    Committed,
    Quarantined,
    Duplicate,
}

/// Counts of a file.
#[derive(Default)]
pub(crate) struct Tally {
    pub rows_read: u64,
    pub committed: u64,
    pub quarantined: u64,
    pub duplicate: u64,
    pub blank_or_total: u64,
    /// By rule index, errors and warnings.
    pub hits: BTreeMap<usize, u64>,
    /// By rule index, errors alone.
    pub errors: BTreeMap<usize, u64>,
    /// Unscaled sum and count by field index and, for money, its currency; no sum if 128 bits do not hold it.
    totals: BTreeMap<(usize, String), (Option<i128>, u64)>,
    rows: Sha256,
    pub sketch: Sketching,
}

impl Tally {
    /// Counts the records of a frame.
    pub fn rows(&mut self, fates: &[Fate], row_no: &[u64], content: &[u64]) {
        let mut stream = Vec::with_capacity(fates.len() * 17);
        for ((fate, row_no), content) in fates.iter().zip(row_no).zip(content) {
            let (count, mark) = match fate {
                Fate::Above => continue,
                Fate::BlankOrTotal => (&mut self.blank_or_total, 0),
                Fate::Committed => (&mut self.committed, 1),
                Fate::Quarantined => (&mut self.quarantined, 2),
                Fate::Duplicate => (&mut self.duplicate, 3),
            };
            *count += 1;
            self.rows_read += 1;
            stream.extend_from_slice(&row_no.to_le_bytes());
            stream.push(mark);
            stream.extend_from_slice(&content.to_le_bytes());
        }
        self.rows.update(&stream);
        // INVARIANT (conserved): every record after the header is exactly one of these.
        assert_eq!(
            self.rows_read,
            self.committed + self.quarantined + self.duplicate + self.blank_or_total,
            "a record was lost or counted twice"
        );
    }

    /// Takes the rows of a frame into the sketch, by what was understood of them.
    pub fn sketch(&mut self, fates: &[Fate], content: &[u64]) {
        for (fate, content) in fates.iter().zip(content) {
            if matches!(fate, Fate::Committed | Fate::Quarantined) {
                self.sketch.row(*content);
            }
        }
    }

    /// Counts the hits of a frame.
    pub fn hits(&mut self, hits: &Hits) {
        for hit in &hits.0 {
            let rows = hit.rows.len() as u64;
            *self.hits.entry(hit.rule).or_default() += rows;
            if hit.severity == Severity::Error {
                *self.errors.entry(hit.rule).or_default() += rows;
            }
        }
    }

    /// Counts remarks by rule that no frame could make.
    pub fn remarks(&mut self, counts: &[(usize, u64)]) {
        for (rule, count) in counts.iter().filter(|(_, count)| *count > 0) {
            *self.hits.entry(*rule).or_default() += count;
        }
    }

    /// Adds accepted rows to the control totals. Field columns come first in the batch.
    pub fn totals(&mut self, plan: &Plan<'_>, accepted: &RecordBatch) {
        for (index, column) in accepted.columns().iter().take(plan.fields.len()).enumerate() {
            if let Some(currencies) = plan.currencies_of(index) {
                self.totals_by_currency(
                    index,
                    column,
                    currencies.and_then(|field| accepted.columns().get(field)),
                );
                continue;
            }
            let sum = match column.data_type() {
                DataType::Decimal128(..) => sum(column.as_primitive::<Decimal128Type>().iter().flatten()),
                DataType::Int64 => sum(column
                    .as_primitive::<Int64Type>()
                    .iter()
                    .flatten()
                    .map(i128::from)),
                _ => continue,
            };
            self.total(
                (index, String::new()),
                sum,
                (column.len() - column.null_count()) as u64,
            );
        }
    }

    /// Amounts of two currencies have no sum, so each currency has its own. Without a field that tells them apart there
    /// is no total.
    fn totals_by_currency(&mut self, index: usize, column: &ArrayRef, currencies: Option<&ArrayRef>) {
        let amounts = column.as_primitive_opt::<Decimal128Type>();
        let currencies = currencies.and_then(|column| column.as_string_opt::<i32>());
        let (Some(amounts), Some(currencies)) = (amounts, currencies) else {
            return;
        };
        let mut sums: BTreeMap<&str, (Option<i128>, u64)> = BTreeMap::new();
        for (amount, currency) in amounts.iter().zip(currencies) {
            let Some(amount) = amount else { continue };
            let (sum, count) = sums.entry(currency.unwrap_or("")).or_insert((Some(0), 0));
            *sum = sum.and_then(|sum| sum.checked_add(amount));
            *count += 1;
        }
        for (currency, (sum, count)) in sums {
            self.total((index, currency.to_owned()), sum, count);
        }
    }

    fn total(&mut self, of: (usize, String), sum: Option<i128>, rows: u64) {
        let (total, count) = self.totals.entry(of).or_insert((Some(0), 0));
        *total = total.zip(sum).and_then(|(total, sum)| total.checked_add(sum));
        *count += rows;
    }

    /// The control totals by field name, of money by field name and currency: `reg_capital.USD`.
    pub fn named_totals(&self, plan: &Plan<'_>) -> BTreeMap<String, Total> {
        let named = self
            .totals
            .iter()
            .filter_map(|((index, currency), (sum, count))| {
                let field = plan.fields.get(*index)?.field;
                let scale = match field.kind {
                    schemas::FieldType::Decimal { scale, .. } => u8::try_from(scale).unwrap_or(0),
                    _ => 0,
                };
                let total = Total {
                    sum: decimal::format((*sum)?, scale),
                    count: *count,
                };
                let name = match currency.as_str() {
                    "" => field.name.clone(),
                    currency => format!("{}.{currency}", field.name),
                };
                Some((name, total))
            });
        named.collect()
    }

    /// Findings by rule id.
    pub fn findings_by_rule(&self, plan: &Plan<'_>) -> BTreeMap<String, u64> {
        let named = self
            .hits
            .iter()
            .filter_map(|(rule, count)| Some((plan.rules.get(*rule)?.id.clone(), *count)));
        named.collect()
    }

    /// The hash of the rows so far and what became of them.
    pub fn rows_hash(&self) -> String {
        crate::hashing::labelled(self.rows.clone())
    }
}

fn sum(mut values: impl Iterator<Item = i128>) -> Option<i128> {
    values.try_fold(0i128, i128::checked_add)
}
