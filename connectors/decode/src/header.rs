//! Where the header is. Someone who knows the contract recognises it; without one it is told from how it differs from
//! the rows below it. A header may take several rows, where the upper ones name groups: `用电量` over `峰` and `谷`
//! becomes `用电量/峰` and `用电量/谷`. A file may have none.

use crate::levels::join;
use crate::shapes::Shape;

/// Rows of one header.
const LEVELS_MAX: usize = 3;

/// Rows below a header that it is compared with.
const BODY_ROWS: usize = 100;

/// The header, or where the rows begin if there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// Index of its first record.
    pub at: usize,
    /// How many records it takes; 0 if the file has none and `titles` is its first row.
    pub levels: usize,
    /// Someone recognised it.
    pub matched: bool,
    pub titles: Vec<String>,
}

/// The first records of a file, blank ones without cells.
pub(crate) struct Heads<'a> {
    pub rows: &'a [Vec<String>],
    /// How wide most records are.
    pub usual: usize,
    /// A header is recognised among so many records.
    pub window: usize,
}

impl Heads<'_> {
    /// `None` if all records are blank.
    pub fn place(&self, is_header: &dyn Fn(&[String]) -> bool) -> Option<Place> {
        self.recognised(is_header).or_else(|| self.guessed())
    }

    fn recognised(&self, is_header: &dyn Fn(&[String]) -> bool) -> Option<Place> {
        let window = self.window.min(self.rows.len());
        let known = |at: usize, levels: usize| {
            let titles = self.joined(at, levels)?;
            (!titles.is_empty() && is_header(&titles)).then_some(Place {
                at,
                levels,
                matched: true,
                titles,
            })
        };
        if let Some(one) = (0..window).find_map(|at| known(at, 1)) {
            // What names the columns may go on below; and two columns of one name need the group above them.
            let levels = self.levels_from(one.at);
            let deeper = (levels > 1).then(|| known(one.at, levels)).flatten();
            let above = || {
                let upper = one.at.checked_sub(1)?;
                let groups = filled(self.row(upper)) >= 2 && repeats_a_name(&one.titles);
                (groups && spreads(self.row(upper), &one.titles)).then(|| known(upper, 2))?
            };
            return Some(deeper.or_else(above).unwrap_or(one));
        }
        (0..window).find_map(|at| {
            let levels = self.levels_from(at);
            (levels > 1).then(|| known(at, levels)).flatten()
        })
    }

    fn guessed(&self) -> Option<Place> {
        let wide = |row: &Vec<String>| row.len().abs_diff(self.usual) <= 1 && 2 * filled(row) > self.usual;
        let first = |fits: &dyn Fn(&Vec<String>) -> bool| self.rows.iter().position(fits);
        let at = first(&|row| wide(row) && !row.iter().any(|cell| is_remark(cell)))
            .or_else(|| first(&wide))
            .or_else(|| first(&|row| row.len() == self.usual))
            .or_else(|| first(&|row| !row.is_empty()))?;
        if !self.is_unlike_the_rows(at) {
            let titles = self.row(at).to_vec();
            let (levels, matched) = (0, false);
            return Some(Place {
                at,
                levels,
                matched,
                titles,
            });
        }
        // A row above that names groups is needed only where the names below it do not do.
        let upper = at.checked_sub(1).filter(|upper| {
            let (groups, names) = (self.row(*upper), self.row(at));
            filled(groups) >= 2
                && !groups.iter().any(|cell| is_remark(cell))
                && (repeats_a_name(names) || self.reaches_down(groups, names, at + 1))
                && self.is_lower_level(*upper, at)
        });
        let at = upper.unwrap_or(at);
        let levels = self.levels_from(at);
        Some(Place {
            at,
            levels,
            matched: false,
            titles: self.joined(at, levels)?,
        })
    }

    /// Votes of the columns: does the record differ from the rows below it as titles differ from values?
    fn is_unlike_the_rows(&self, at: usize) -> bool {
        let titles = self.row(at);
        let body: Vec<&Vec<String>> = self.body(at + 1).collect();
        let (mut like, mut unlike) = (0, 0);
        for (column, title) in titles.iter().enumerate().filter(|(_, title)| !title.is_empty()) {
            let shape = Shape::of(title);
            let cells: Vec<&str> = body
                .iter()
                .filter_map(|row| row.get(column).map(String::as_str))
                .collect();
            match usual_shape(&cells) {
                Some(usual @ (Shape::Number | Shape::Moment | Shape::Code)) if shape == usual => like += 1,
                Some(Shape::Number | Shape::Moment | Shape::Code) => unlike += 1,
                _ if shape.is_value() || cells.contains(&title.as_str()) => like += 1,
                _ => {}
            }
        }
        let named = || {
            titles.iter().all(|title| {
                let shape = Shape::of(title);
                !shape.is_value() && shape != Shape::Other || title.is_empty()
            })
        };
        unlike > like || (unlike == like && !repeats_a_name(titles) && named())
    }

    /// How many records the header that begins at `at` takes.
    fn levels_from(&self, at: usize) -> usize {
        let goes_on = |levels: &usize| self.is_lower_level(at, at + levels);
        1 + (1..LEVELS_MAX).take_while(goes_on).count()
    }

    /// Does the record at `lower` name the columns of the groups that the records from `at` on name?
    fn is_lower_level(&self, at: usize, lower: usize) -> bool {
        let Some((above, names)) = lower
            .checked_sub(1)
            .map(|upper| (self.row(upper), self.row(lower)))
        else {
            return false;
        };
        if filled(above) == 0 || filled(names) == 0 || above == names {
            return false;
        }
        if names.iter().any(|title| Shape::of(title).is_value()) {
            return false;
        }
        let cell = |row: usize, column: usize| self.row(row).get(column).is_some_and(|cell| !cell.is_empty());
        let named = (0..self.usual).filter(|column| (at..=lower).any(|row| cell(row, *column)));
        if named.count() * 10 < self.usual * 9 || !(spreads(above, names) || tells_apart(above, names)) {
            return false;
        }
        // The rows below have a value where the lower level has a word, or something where it has nothing.
        let value = |column: usize| {
            let cells = self.body(lower + 1).filter_map(|row| row.get(column));
            let cells: Vec<&str> = cells.map(String::as_str).collect();
            usual_shape(&cells).is_some_and(Shape::is_value)
        };
        let unlike = (0..self.usual).any(|column| cell(lower, column) && value(column));
        unlike || self.reaches_down(above, names, lower + 1)
    }

    /// Is there a name above that names a column by itself, because nothing stands below it but the rows?
    fn reaches_down(&self, upper: &[String], lower: &[String], below: usize) -> bool {
        let cell = |row: &[String], column: usize| row.get(column).is_some_and(|cell| !cell.is_empty());
        (0..self.usual).any(|column| {
            let (mut all, mut present) = (0, 0);
            for row in self.body(below) {
                all += 1;
                present += usize::from(cell(row, column));
            }
            cell(upper, column) && !cell(lower, column) && present > 0 && present * 2 >= all
        })
    }

    fn joined(&self, at: usize, levels: usize) -> Option<Vec<String>> {
        let rows = self.rows.get(at..at + levels.max(1))?;
        Some(join(rows))
    }

    fn row(&self, at: usize) -> &[String] {
        self.rows.get(at).map(Vec::as_slice).unwrap_or_default()
    }

    fn body(&self, from: usize) -> impl Iterator<Item = &Vec<String>> {
        let rows = self.rows.iter().skip(from).take(BODY_ROWS);
        rows.filter(|row| row.len() == self.usual)
    }
}

fn filled(row: &[String]) -> usize {
    row.iter().filter(|cell| !cell.is_empty()).count()
}

/// `单位：万元`, `printed: 2025-02-01`: words, a colon, and something behind it.
pub(crate) fn is_remark(cell: &str) -> bool {
    let parts = cell.split_once([':', '：']);
    parts.is_some_and(|(word, rest)| {
        !rest.trim().is_empty() && !word.is_empty() && word.chars().all(char::is_alphabetic)
    })
}

fn repeats_a_name(titles: &[String]) -> bool {
    let mut names: Vec<&String> = titles.iter().filter(|title| !title.is_empty()).collect();
    names.sort_unstable();
    names
        .windows(2)
        .any(|pair| matches!(pair, [one, other] if one == other))
}

/// A name above reaches over columns that only `lower` names.
fn spreads(upper: &[String], lower: &[String]) -> bool {
    let above = |column: usize| upper.get(column).is_none_or(String::is_empty);
    lower
        .iter()
        .enumerate()
        .any(|(column, title)| !title.is_empty() && above(column))
}

/// Neighbours of one name above have different names below.
fn tells_apart(upper: &[String], lower: &[String]) -> bool {
    let pairs = upper.windows(2).zip(lower.windows(2));
    pairs
        .filter(|(above, _)| matches!(above, [one, other] if one == other && !one.is_empty()))
        .any(|(_, below)| matches!(below, [one, other] if one != other && !one.is_empty()))
}

/// What most of the cells that are not empty look like.
fn usual_shape(cells: &[&str]) -> Option<Shape> {
    let shapes: Vec<Shape> = cells
        .iter()
        .map(|cell| Shape::of(cell))
        .filter(|shape| *shape != Shape::Empty)
        .collect();
    let count = |wanted: Shape| shapes.iter().filter(|shape| **shape == wanted).count();
    let usual = shapes.iter().copied().max_by_key(|shape| count(*shape))?;
    (count(usual) * 10 >= shapes.len() * 7).then_some(usual)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(lines: &[&str]) -> Vec<Vec<String>> {
        let cells = |line: &&str| line.split(',').map(|cell| cell.trim().to_owned()).collect();
        lines.iter().map(cells).collect()
    }

    #[test]
    fn a_title_of_the_table_is_no_group() {
        let rows = rows(&["用电统计表,,", "户号,户名,电量", "01,甲,5", "02,乙,6"]);
        let heads = Heads {
            rows: &rows,
            usual: 3,
            window: 10,
        };
        let place = heads.place(&|_| false).unwrap();
        assert_eq!((place.at, place.levels), (1, 1));
    }
}
