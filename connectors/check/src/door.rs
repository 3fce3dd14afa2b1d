//! What must not come, seen before any of it is judged or handed on: titles of foreign records, markings of classified
//! documents, citizen IDs row by row in a feed of sums. Whoever keeps files keeps nothing of such a one.

use std::collections::BTreeSet;

use decode::{Frame, RowKind, TextColumn};
use memchr::memmem;
use schemas::doors::{self, Door};
use schemas::validators::citizen_id;
use schemas::{Contract, DataClass};

use crate::file_rules::finding;
use crate::header::Header;
use crate::{Finding, Severity};

/// The rule of a column that the contract itself names.
pub(crate) const COLUMN_REFUSED: &str = "F-column_refused";
/// The rule of what no feed takes.
pub(crate) const DOOR: &str = "F-door";

/// Values of an unknown column that are looked at, and how many citizen IDs among them are a list of persons.
const SAMPLE: usize = 200;
const PERSONS_MIN: usize = 3;

/// Does a report with a finding of this rule mean that nothing may be kept?
pub(crate) fn closes(rule: &str) -> bool {
    matches!(rule, COLUMN_REFUSED | DOOR)
}

/// Titles that close a door. `titles` are those that are no field of the contract.
pub(crate) fn columns(contract: &Contract, titles: &[String]) -> Vec<Finding> {
    let unknown: Vec<&str> = titles.iter().map(String::as_str).collect();
    let closed = doors::closed(&unknown);
    let of_title = |title: &str| closed.iter().find(|(known, _)| *known == title);
    let refused = |title: &&str| {
        let door = of_title(title).map(|(_, door): &(&str, &Door)| door.text.as_str());
        let own = refuses(contract, title);
        let rule = if own { COLUMN_REFUSED } else { DOOR };
        let text = door.or(own.then_some("check.column_refused"))?;
        let args = [("column", (*title).to_owned())];
        Some(Finding {
            column: Some((*title).to_owned()),
            ..finding(rule, Severity::Fatal, text, &args)
        })
    };
    unknown.iter().filter_map(refused).collect()
}

/// How many cells of a record would close a door if they were titles.
pub(crate) fn titles_closed(contract: &Contract, cells: &[String]) -> usize {
    let unknown = cells.iter().filter(|cell| contract.match_header(cell).is_none());
    let unknown: Vec<&str> = unknown.map(String::as_str).collect();
    let mut closed: BTreeSet<&str> = doors::closed(&unknown)
        .into_iter()
        .map(|(title, _)| title)
        .collect();
    closed.extend(unknown.iter().filter(|cell| refuses(contract, cell)));
    closed.len()
}

/// Does the contract itself refuse the column? Under a group of columns its title is `group/name`.
fn refuses(contract: &Contract, title: &str) -> bool {
    let name = title.rsplit_once('/').map(|(_, name)| name);
    contract.refuses_column(title) || name.is_some_and(|name| contract.refuses_column(name))
}

/// Looks at the rows of a file before they are judged.
pub(crate) struct Doorkeeper {
    star: Option<memmem::Finder<'static>>,
    /// Columns that are no field: where they are, values looked at, citizen IDs among them. Empty in feeds that may
    /// hold persons.
    unknown: Vec<Unknown>,
}

struct Unknown {
    column: usize,
    title: String,
    seen: usize,
    persons: usize,
}

impl Doorkeeper {
    pub fn new(contract: &Contract, header: &Header) -> Self {
        let sums = contract
            .sent_fields()
            .all(|field| field.class == DataClass::Organisation && !field.is_token());
        let unknown = header.titles.iter().enumerate();
        let unknown = unknown.filter(|(column, _)| sums && !header.is_field(*column));
        Self {
            star: doors::classified_star().map(memmem::Finder::new),
            unknown: unknown
                .map(|(column, title)| Unknown {
                    column,
                    title: title.clone(),
                    seen: 0,
                    persons: 0,
                })
                .collect(),
        }
    }

    /// What closes the door in these rows, if anything does.
    pub fn look(&mut self, frame: &Frame) -> Option<Finding> {
        self.marking(frame).or_else(|| self.persons(frame))
    }

    fn marking(&self, frame: &Frame) -> Option<Finding> {
        let row = match self.marked_row(frame) {
            Some(row) => row,
            None => frame.kind.iter().enumerate().find_map(|(row, kind)| {
                let above = *kind == RowKind::Preamble;
                let marked = || frame.columns.iter().any(|column| is_marking(column, row, true));
                (above && marked()).then_some(row)
            })?,
        };
        let row_no = frame.row_no.get(row).copied().unwrap_or_default();
        let args = [("row", row_no.to_string())];
        Some(Finding {
            row: Some(row_no),
            ..finding(DOOR, Severity::Fatal, doors::classified_text()?, &args)
        })
    }

    /// The first row with a star behind a level. Columns are searched as one text each; stars are rare.
    fn marked_row(&self, frame: &Frame) -> Option<usize> {
        let star = self.star.as_ref()?;
        let in_column = |column: &TextColumn| {
            star.find_iter(&column.values).find_map(|at| {
                let at = i32::try_from(at).ok()?;
                let row = column
                    .offsets
                    .partition_point(|start| *start <= at)
                    .checked_sub(1)?;
                is_marking(column, row, false).then_some(row)
            })
        };
        frame.columns.iter().filter_map(in_column).min()
    }

    fn persons(&mut self, frame: &Frame) -> Option<Finding> {
        let data = |row: &usize| frame.kind.get(*row) == Some(&RowKind::Data);
        for unknown in &mut self.unknown {
            let cells = (0..frame.rows()).filter(data);
            let cells = cells
                .filter_map(|row| frame.cell(unknown.column, row))
                .map(str::trim);
            for cell in cells.filter(|cell| !cell.is_empty()) {
                if unknown.seen >= SAMPLE {
                    break;
                }
                unknown.seen += 1;
                unknown.persons += usize::from(!citizen_id::check(cell).is_bad());
            }
            if unknown.persons >= PERSONS_MIN && unknown.persons * 2 >= unknown.seen {
                let args = [("column", unknown.title.clone())];
                return Some(Finding {
                    column: Some(unknown.title.clone()),
                    ..finding(DOOR, Severity::Fatal, "check.door_persons", &args)
                });
            }
        }
        None
    }
}

fn is_marking(column: &TextColumn, row: usize, above: bool) -> bool {
    column
        .cell(row)
        .is_some_and(|cell| doors::is_marking(cell, above))
}
