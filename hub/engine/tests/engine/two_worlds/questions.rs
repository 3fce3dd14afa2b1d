//! Random questions whose answer depends on the released rows alone: rows are ordered completely or compared as a set,
//! sums are exact, and at most one expression of a question can fail, so that which error comes first is no race.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::expressions::Writer;
use super::grants::{Granted, Kind};

/// One question over the grant's view.
pub(super) fn any(random: &mut ChaCha8Rng, granted: &Granted) -> String {
    let mut writer = Writer {
        random,
        granted,
        trapped: false,
    };
    // Now and then without the keys: refused in the same words, whatever there is.
    if granted.view() != granted.spec.view && writer.random.random_bool(0.05) {
        return format!("SELECT count(*) FROM {} WHERE kwh > 0", granted.spec.view);
    }
    let view = granted.view();
    match writer.random.random_range(0..12) {
        0 => format!("SELECT * FROM {view}"),
        1 | 2 => writer.list(),
        3 | 4 => writer.grouped(),
        5 => writer.joined_with_values(),
        6 => writer.joined_with_itself(),
        7 => writer.with_subquery(),
        8 => writer.ranked(),
        9 => writer.set_operation(),
        10 => writer.counted(),
        _ => writer.mistaken(),
    }
}

impl Writer<'_> {
    fn outputs(&mut self, count: usize) -> Vec<String> {
        (0..count)
            .map(|number| {
                let (column, kind, _) = self.column(None).unwrap();
                let trap = if self.random.random_bool(0.1) {
                    self.trap()
                } else {
                    None
                };
                let value = trap.unwrap_or_else(|| {
                    if self.random.random_bool(0.6) {
                        column.to_owned()
                    } else {
                        self.value(kind)
                    }
                });
                format!("{value} AS c{number}")
            })
            .collect()
    }

    fn list(&mut self) -> String {
        let count = self.random.random_range(1..4);
        let outputs = self.outputs(count);
        let (view, condition) = (self.granted.view().to_owned(), self.condition());
        let distinct = if self.random.random_bool(0.2) {
            "DISTINCT "
        } else {
            ""
        };
        let select = format!("SELECT {distinct}{} FROM {view}{condition}", outputs.join(", "));
        if self.random.random_bool(0.5) {
            let order: Vec<String> = (1..=count).map(|number| number.to_string()).collect();
            return format!(
                "{select} ORDER BY {} LIMIT {}",
                order.join(", "),
                self.random.random_range(0..9)
            );
        }
        select
    }

    fn aggregates(&mut self) -> String {
        let mut aggregates = vec!["count(*)".to_owned()];
        let (column, kind, _) = self.column(None).unwrap();
        aggregates.push(format!("{}({column})", self.pick(&["min", "max", "count"])));
        aggregates.push(format!("count(DISTINCT {})", self.any_column()));
        if kind == Kind::Money {
            aggregates.push(format!("sum({column})"));
        }
        if self.random.random_bool(0.1)
            && let Some(trap) = self.trap()
        {
            aggregates.push(format!("max({trap})"));
        }
        aggregates.join(", ")
    }

    fn grouped(&mut self) -> String {
        let keys = [self.any_column(), self.any_column()];
        let keys = if keys[0] == keys[1] || self.random.random_bool(0.5) {
            vec![keys[0]]
        } else {
            keys.to_vec()
        };
        let (aggregates, condition, view) = (
            self.aggregates(),
            self.condition(),
            self.granted.view().to_owned(),
        );
        let having = if self.random.random_bool(0.3) {
            " HAVING count(*) > 1"
        } else {
            ""
        };
        format!(
            "SELECT {}, {aggregates} FROM {view}{condition} GROUP BY {}{having}",
            keys.join(", "),
            keys.join(", ")
        )
    }

    fn counted(&mut self) -> String {
        let (aggregates, condition, view) = (
            self.aggregates(),
            self.condition(),
            self.granted.view().to_owned(),
        );
        format!("SELECT {aggregates} FROM {view}{condition}")
    }

    /// How large the engine believes the view to be decides which side it builds its table from, and shows in the plan.
    fn joined_with_values(&mut self) -> String {
        let (column, kind, _) = self.column(None).unwrap();
        let count = [1, 3, 20, 100][self.random.random_range(0..4)];
        let values: Vec<String> = (0..count).map(|_| format!("({})", self.constant(kind))).collect();
        let key = if self.random.random_bool(0.15) {
            self.trap()
        } else {
            None
        };
        let (key, values) = match key {
            Some(trap) => (trap, vec!["(1)".to_owned(), "(0)".to_owned()]),
            None => (format!("a.{column}"), values),
        };
        let view = self.granted.view();
        let join = self.pick(&["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"]);
        let (left, right) = (
            format!("{view} a"),
            format!("(VALUES {}) b(k)", values.join(", ")),
        );
        let (left, right) = if self.random.random_bool(0.5) {
            (left, right)
        } else {
            (right, left)
        };
        format!(
            "SELECT count(*), count(b.k), max(b.k), min(a.{column}) FROM {left} {join} {right} ON {key} = b.k"
        )
    }

    fn joined_with_itself(&mut self) -> String {
        let view = self.granted.view().to_owned();
        let (on, shown) = (self.any_column(), self.any_column());
        let inner = self.condition();
        let other = format!("(SELECT * FROM {view}{inner})");
        let join = self.pick(&["JOIN", "LEFT JOIN"]);
        format!(
            "SELECT b.{shown}, count(*), min(a.{on}) FROM {view} a {join} {other} b ON a.{on} = b.{on} GROUP BY b.{shown}"
        )
    }

    fn with_subquery(&mut self) -> String {
        let view = self.granted.view().to_owned();
        let (column, kind, _) = self.column(None).unwrap();
        let inner = self.condition();
        match self.random.random_range(0..4) {
            0 => {
                format!("SELECT count(*) FROM {view} WHERE {column} IN (SELECT {column} FROM {view}{inner})")
            }
            1 => format!(
                "SELECT count(*) FROM {view} WHERE {column} = (SELECT max({column}) FROM {view}{inner})"
            ),
            2 => format!(
                "SELECT count(*) FROM {view} a WHERE NOT EXISTS (SELECT 1 FROM {view} b WHERE b.{column} = a.{column} AND b.{column} > {})",
                self.constant(kind)
            ),
            _ => format!(
                "WITH x AS (SELECT {column} AS k, count(*) AS n FROM {view}{inner} GROUP BY {column}) SELECT y.n, count(*) FROM x JOIN x y USING (k) GROUP BY y.n"
            ),
        }
    }

    fn ranked(&mut self) -> String {
        let view = self.granted.view().to_owned();
        let (part, order) = (self.any_column(), self.any_column());
        let condition = self.condition();
        format!(
            "SELECT {order}, rank() OVER (PARTITION BY {part} ORDER BY {order}), count(*) OVER (PARTITION BY {part}) FROM {view}{condition}"
        )
    }

    fn set_operation(&mut self) -> String {
        let view = self.granted.view().to_owned();
        let column = self.any_column();
        let operator = self.pick(&["UNION", "UNION ALL", "EXCEPT", "INTERSECT"]);
        let (first, second) = (self.condition(), self.condition());
        format!("SELECT {column} AS k FROM {view}{first} {operator} SELECT {column} AS k FROM {view}{second}")
    }

    /// Names that are not there, and names of what is behind.
    fn mistaken(&mut self) -> String {
        let (view, column) = (self.granted.view().to_owned(), self.any_column());
        match self.random.random_range(0..7) {
            0 => format!("SELECT customer_name, region_code FROM {view}"),
            1 => format!("SELECT {column} FROM {view} WHERE _row_no > 1"),
            2 => "SELECT * FROM feeds.pow_usage".to_owned(),
            3 => format!("SELECT {column} FROM {view} GROUP BY kwh"),
            4 => format!("SELECT nothing({column}) FROM {view}"),
            5 => "SELECT * FROM information_schema.columns ORDER BY table_name, ordinal_position".to_owned(),
            _ => format!("SELECT {column} + DATE '2025-01-01' FROM {view}"),
        }
    }
}
