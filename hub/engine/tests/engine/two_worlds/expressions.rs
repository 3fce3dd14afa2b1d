//! Expressions of the random questions: harmless ones, and traps that only a hidden row springs.

use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use schemas::Treatment;

use super::grants::{CLASSES, COUNTIES, Granted, Kind, MONTHS};

/// Writes one question.
pub(super) struct Writer<'a> {
    pub random: &'a mut ChaCha8Rng,
    pub granted: &'a Granted,
    /// Has an expression that can fail been written?
    pub trapped: bool,
}

impl Writer<'_> {
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        *from.choose(self.random).unwrap()
    }

    pub fn column(&mut self, kind: Option<Kind>) -> Option<(&'static str, Kind, Treatment)> {
        let fitting: Vec<_> = self
            .granted
            .columns
            .iter()
            .filter(|column| kind.is_none_or(|kind| column.1 == kind))
            .collect();
        fitting.choose(self.random).map(|column| **column)
    }

    pub fn any_column(&mut self) -> &'static str {
        self.column(None).unwrap().0
    }

    /// A constant that some released row, some hidden row or some raw value under a mask may equal.
    pub fn constant(&mut self, kind: Kind) -> String {
        match kind {
            Kind::Text => {
                let number = self.random.random_range(0..60);
                let raw = [
                    format!("张三{number}"),
                    format!("{number:018}"),
                    format!("{}", 1000 + number % 8),
                ];
                let fixed = [
                    "secret-77x",
                    "xxxx",
                    "12",
                    "张*",
                    "***",
                    "****",
                    "吉首市",
                    "",
                    "张三",
                ];
                let text = match self.random.random_range(0..6) {
                    0 => self.pick(&COUNTIES).to_owned(),
                    1 => self.pick(&MONTHS).to_owned(),
                    2 => self.pick(&CLASSES).to_owned(),
                    3 => self.pick(&fixed).to_owned(),
                    _ => raw[self.random.random_range(0..3)].clone(),
                };
                format!("'{text}'")
            }
            Kind::Money => self
                .pick(&["0", "555", "555.00", "10", "30.5", "600", "1000000.001"])
                .to_owned(),
            Kind::Day => self
                .pick(&[
                    "DATE '2025-01-15'",
                    "DATE '2025-02-01'",
                    "DATE '1970-01-02'",
                    "DATE '1970-01-01'",
                ])
                .to_owned(),
            Kind::Count => self.pick(&["0", "1", "2", "5", "9"]).to_owned(),
        }
    }

    /// A harmless expression of the kind.
    pub fn value(&mut self, kind: Kind) -> String {
        let Some((column, ..)) = self.column(Some(kind)) else {
            return self.constant(kind);
        };
        match (kind, self.random.random_range(0..7)) {
            (Kind::Text, 0) => format!("substr({column}, 2, 3)"),
            (Kind::Text, 1) => format!("concat({column}, '-', {})", self.constant(Kind::Text)),
            (Kind::Text, 2) => format!("coalesce({column}, 'none')"),
            (Kind::Money, 0) => format!("({column} + 1)"),
            (Kind::Money, 1) => format!("CASE WHEN {column} > 555 THEN {column} ELSE 0 END"),
            (Kind::Money, 2) => format!("abs({column})"),
            (Kind::Day, 0) => format!("date_trunc('month', {column})::date"),
            (Kind::Count, 0) => format!("({column} + 1)"),
            _ => column.to_owned(),
        }
    }

    /// An expression that fails on the rows `difference` hides, and on no other unless masks make it so.
    pub fn trap(&mut self) -> Option<String> {
        if std::mem::replace(&mut self.trapped, true) {
            return None;
        }
        Some(match self.random.random_range(0..6) {
            0 => format!("CAST({} AS BIGINT)", self.column(Some(Kind::Text))?.0),
            1 => format!("1 / ({} - 555)", self.column(Some(Kind::Money))?.0),
            2 => format!("CAST({} AS DECIMAL(12, 2))", self.column(Some(Kind::Money))?.0),
            3 => format!(
                "CASE WHEN {} > 0 THEN 1 ELSE CAST({} AS BIGINT) END",
                self.column(Some(Kind::Money))?.0,
                self.column(Some(Kind::Text))?.0
            ),
            4 => format!("1 / ({} - 1)", self.column(Some(Kind::Count))?.0),
            _ => format!(
                "CAST(substr({}, 1, 4) AS BIGINT)",
                self.column(Some(Kind::Text))?.0
            ),
        })
    }

    /// One comparison.
    pub fn comparison(&mut self) -> String {
        if self.random.random_bool(0.2)
            && let Some(trap) = self.trap()
        {
            let operator = self.pick(&["=", ">", "<>"]);
            return format!("{trap} {operator} {}", self.random.random_range(0..40));
        }
        let (column, kind, _) = self.column(None).unwrap();
        let left = if self.random.random_bool(0.7) {
            column.to_owned()
        } else {
            self.value(kind)
        };
        match self.random.random_range(0..8) {
            0 => format!("{left} IS NULL"),
            1 => format!("{left} IS NOT NULL"),
            2 => format!("{left} IN ({}, {})", self.constant(kind), self.constant(kind)),
            3 => format!(
                "{left} BETWEEN {} AND {}",
                self.constant(kind),
                self.constant(kind)
            ),
            4 if kind == Kind::Text => format!(
                "{left} LIKE '{}'",
                self.pick(&["张三%", "%2", "2025__", "_*", "%", "吉首%", "x%x", "0%1%"])
            ),
            5 => format!("{left} IS DISTINCT FROM {}", self.constant(kind)),
            _ => {
                let operator = self.pick(&["=", "<>", "<", "<=", ">", ">="]);
                format!("{left} {operator} {}", self.constant(kind))
            }
        }
    }

    /// Comparisons without the engine's short cuts: with a trap in it, a predicate is that one comparison, because
    /// whether the other side of an AND is evaluated depends on which rows share a batch.
    pub fn predicate(&mut self) -> String {
        let first = self.comparison();
        if self.trapped || self.random.random_bool(0.5) {
            return if self.random.random_bool(0.2) {
                format!("NOT ({first})")
            } else {
                first
            };
        }
        self.trapped = true;
        let second = self.comparison();
        format!("({first} {} {second})", self.pick(&["AND", "OR"]))
    }

    pub fn condition(&mut self) -> String {
        if self.random.random_bool(0.8) {
            format!(" WHERE {}", self.predicate())
        } else {
            String::new()
        }
    }
}
