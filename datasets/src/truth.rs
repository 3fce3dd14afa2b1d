//! What a right check of a generated file must find: how many rows go where, which rules notice what, and the sums of
//! the columns.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// One damaged row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planted {
    /// Record number in the file, the header being 1.
    pub record_no: u64,
    /// What was done, as a word.
    pub damage: &'static str,
    /// Field in which the damage sits; empty when it is the row as a whole.
    pub field: String,
    /// The rule of the contract that must notice. A repeated row is counted, and noticed by the rule of the key.
    pub rule: String,
    /// Whether the row is kept out of the lake. Otherwise it leaves a remark.
    pub refuses: bool,
}

/// A control total over the committed rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sum {
    /// Unscaled.
    pub value: i128,
    /// Digits behind the point.
    pub scale: u8,
    /// Rows that have a value.
    pub count: u64,
}

impl Sum {
    /// The value as exact decimal text.
    pub fn text(&self) -> String {
        schemas::values::decimal::format(self.value, self.scale)
    }
}

/// What a right check of the file must find. `rows = committed + quarantined + duplicate`, always.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Truth {
    /// Data rows in the file, without the header.
    pub rows: u64,
    pub committed: u64,
    pub quarantined: u64,
    pub duplicate: u64,
    /// Findings by rule. Rules about the whole file are named where it will be refused.
    pub findings: BTreeMap<String, u64>,
    /// By field, over the committed rows. Empty when the file will be refused.
    pub totals: BTreeMap<String, Sum>,
    /// Whether nothing of the file may be used.
    pub rejected: bool,
    pub planted: Vec<Planted>,
}

impl Truth {
    /// One row per damage: `record_no,field,damage,rule,refuses`.
    pub fn csv(&self) -> String {
        let mut text = String::from("record_no,field,damage,rule,refuses\n");
        for one in &self.planted {
            // Writing into a String cannot fail.
            let _ = writeln!(
                text,
                "{},{},{},{},{}",
                one.record_no, one.field, one.damage, one.rule, one.refuses
            );
        }
        text
    }

    /// The unscaled sum of a field over the committed rows, 0 if it has none.
    pub fn total(&self, field: &str) -> i128 {
        self.totals.get(field).map_or(0, |sum| sum.value)
    }

    pub(crate) fn find(&mut self, rule: &str) {
        match self.findings.get_mut(rule) {
            Some(count) => *count += 1,
            None => {
                self.findings.insert(rule.to_owned(), 1);
            }
        }
    }
}
