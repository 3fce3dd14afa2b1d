//! Where rules were broken in one frame, as row numbers; sentences are made later, and only for those that are told.

use crate::Severity;

/// One rule, broken in one way, in these rows of the frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    /// Index in `Plan::rules`.
    pub rule: usize,
    pub severity: Severity,
    /// The way, where the rule knows several; otherwise the rule's own text.
    pub text: Option<&'static str>,
    /// Ascending.
    pub rows: Vec<u32>,
    /// What the rule adds to each row (see `plan::Detail`); empty or one per row.
    pub numbers: Vec<u64>,
}

/// The hits of a frame.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Hits(pub Vec<Hit>);

impl Hits {
    /// Adds a row. Rows come in ascending order.
    pub fn add(&mut self, rule: usize, severity: Severity, text: Option<&'static str>, row: usize) {
        self.add_numbered(rule, severity, text, row, None);
    }

    /// Adds a row with its number.
    pub fn add_numbered(
        &mut self,
        rule: usize,
        severity: Severity,
        text: Option<&'static str>,
        row: usize,
        number: Option<u64>,
    ) {
        let row = row as u32;
        let same = |hit: &&mut Hit| hit.rule == rule && hit.severity == severity && hit.text == text;
        match self.0.iter_mut().find(same) {
            Some(hit) => {
                hit.rows.push(row);
                hit.numbers.extend(number);
            }
            None => self.0.push(Hit {
                rule,
                severity,
                text,
                rows: vec![row],
                numbers: number.into_iter().collect(),
            }),
        }
    }

    /// Takes the hits of a column or a rule in.
    pub fn append(&mut self, other: Hits) {
        self.0.extend(other.0);
    }

    /// Drops the rows for which a hit is not meant.
    pub fn retain(&mut self, mut keep: impl FnMut(&Hit, usize) -> bool) {
        for hit in &mut self.0 {
            let kept: Vec<bool> = hit.rows.iter().map(|row| keep(hit, *row as usize)).collect();
            if kept.contains(&false) {
                let mut of_rows = kept.iter();
                hit.rows.retain(|_| of_rows.next() == Some(&true));
                let mut of_numbers = kept.iter();
                hit.numbers.retain(|_| of_numbers.next() == Some(&true));
            }
        }
        self.0.retain(|hit| !hit.rows.is_empty());
    }

    /// (row, index of the hit) of the given severities, by row and then by rule.
    pub fn by_row(&self, wanted: impl Fn(Severity) -> bool) -> Vec<(u32, usize)> {
        let mut pairs: Vec<(u32, usize, usize)> = Vec::new();
        for (index, hit) in self.0.iter().enumerate().filter(|(_, hit)| wanted(hit.severity)) {
            pairs.extend(hit.rows.iter().map(|row| (*row, hit.rule, index)));
        }
        pairs.sort_unstable();
        pairs.into_iter().map(|(row, _, index)| (row, index)).collect()
    }
}
