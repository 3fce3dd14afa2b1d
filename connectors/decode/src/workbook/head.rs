//! The header of a sheet: one row, or several where merged cells show that titles stand above titles. Then a column is
//! called by all of its titles from the top, `upper/lower`.

use super::book::{CellStream, Merged};
use super::row::{self, Row};
use crate::dialect::{Dialect, Limits};
use crate::error::DecodeError;
use crate::header::is_remark;

/// Rows that a header may have below its first.
const LEVELS_BELOW_MAX: u64 = 3;

/// The header of a sheet.
pub(super) struct Head {
    /// Of its first row, as in the sheet.
    pub row_no: u64,
    pub last_row_no: u64,
    pub matched: bool,
    /// Trimmed; up to the last that is not empty.
    pub titles: Vec<String>,
    /// The titles of each of its rows, for pages that repeat them.
    levels: Vec<Vec<String>>,
}

/// The titles of a row that may be a header or a part of one.
struct Line {
    row_no: u64,
    width: usize,
    titles: Vec<String>,
}

impl Line {
    fn filled(&self) -> usize {
        self.titles.iter().filter(|title| !title.is_empty()).count()
    }
}

impl Head {
    fn of(lines: &[&Line], titles: Vec<String>, matched: bool) -> Option<Self> {
        let (first, last) = (lines.first()?, lines.last()?);
        Some(Self {
            row_no: first.row_no,
            last_row_no: last.row_no,
            matched,
            titles,
            levels: lines.iter().map(|line| line.titles.clone()).collect(),
        })
    }

    /// Is the row a part of the header again, on top of a page?
    pub fn repeated_by(&self, row: &Row) -> bool {
        self.levels.iter().any(|titles| {
            row.width == titles.len()
                && titles
                    .iter()
                    .enumerate()
                    .all(|(column, title)| row.cell(column).trim() == title)
        })
    }
}

/// Looks for the header in the first rows; `None` if the sheet is empty. If no row is the header, the first of the
/// widest rows stands in for it, so that someone can be told what the sheet has instead.
pub(super) fn find(
    cells: &mut dyn CellStream,
    merged: &[Merged],
    dialect: &Dialect,
    is_header: &dyn Fn(&[String]) -> bool,
    limits: &Limits,
) -> Result<Option<Head>, DecodeError> {
    let rows_max = dialect.header_rows_max.max(1);
    let mut lines: Vec<Line> = Vec::new();
    row::each(cells, limits, |row| {
        lines.push(Line {
            row_no: row.row_no,
            width: row.width,
            titles: row.titles(),
        });
        Ok((lines.len() as u64) < rows_max as u64 + LEVELS_BELOW_MAX)
    })?;
    for (index, line) in lines.iter().enumerate().take(rows_max) {
        let stacked = stacked(&lines, index, merged).filter(|(_, titles)| is_header(titles));
        let found = match stacked {
            Some((levels, titles)) => Head::of(&levels, titles, true),
            None if line.width > 0 && is_header(&line.titles) => Head::of(&[line], line.titles.clone(), true),
            None => continue,
        };
        if line.width > limits.columns_max {
            return Err(DecodeError::TooManyColumns(limits.columns_max));
        }
        return Ok(found);
    }
    let mut best: Option<&Line> = None;
    for line in lines.iter().take(rows_max).filter(|line| line.width > 0) {
        if best.is_none_or(|best| best.filled() < line.filled()) {
            best = Some(line);
        }
    }
    Ok(best.and_then(|line| Head::of(&[line], line.titles.clone(), false)))
}

/// The rows of a header that begins here and goes on below, and its titles from the top; `None` if merged cells do not
/// show one.
fn stacked<'a>(lines: &'a [Line], index: usize, merged: &[Merged]) -> Option<(Vec<&'a Line>, Vec<String>)> {
    let top = lines.get(index)?;
    let here = |merged: &&Merged| merged.rows.0 == top.row_no;
    let wide = |merged: &Merged| merged.columns.1 > merged.columns.0;
    // A title over the whole table is one cell; a header has several, one of them over more than one column.
    if top.filled() < 2 || !merged.iter().filter(here).any(wide) {
        return None;
    }
    // `单位：万元` over many columns is a remark about the table and names none of them.
    if top.titles.iter().any(|title| is_remark(title)) {
        return None;
    }
    let tallest = merged.iter().filter(here).map(|merged| merged.rows.1).max()?;
    let last_row_no = tallest.max(top.row_no + 1);
    if last_row_no - top.row_no > LEVELS_BELOW_MAX {
        return None;
    }
    let levels: Vec<&Line> = lines
        .get(index..)?
        .iter()
        .take_while(|line| line.row_no <= last_row_no)
        .collect();
    let columns = levels.iter().map(|line| line.titles.len()).max()?;
    let titles: Vec<String> = (0..columns)
        .map(|column| stack(&levels, column, merged))
        .collect::<Option<_>>()?;
    titles
        .iter()
        .any(|title| title.contains('/'))
        .then_some((levels, titles))
}

/// The titles over a column from the top, those that are merged over it included; `None` if one is a number, which a
/// title never is.
fn stack(levels: &[&Line], column: usize, merged: &[Merged]) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for line in levels {
        let over = merged
            .iter()
            .find(|merged| merged.rows.0 == line.row_no && merged.holds(line.row_no, column));
        let from = over.map_or(column, |merged| merged.columns.0);
        let title = line.titles.get(from).map_or("", String::as_str);
        if title.parse::<f64>().is_ok() {
            return None;
        }
        if !title.is_empty() && parts.last() != Some(&title) {
            parts.push(title);
        }
    }
    Some(parts.join("/"))
}
