//! Counts the values of a file column by column, and says at the end what they look like.

use std::collections::{BTreeMap, HashMap, HashSet};

use decode::{Frame, RowKind};
use schemas::validators::{citizen_id, uscc};
use schemas::values::{date, decimal};
use schemas::{Field, FieldType};

use super::{ColumnDrift, Drift, FieldDrift, Looks};
use crate::doubts::{fits, is_peculiar};
use crate::mask;
use crate::plan::Plan;

/// Unknown codes that are told apart.
const CODES_MAX: usize = 50;
/// Values of which so many in a hundred look like something are that.
const LOOKS: u64 = 95;

/// Counts of a file in the making.
pub(super) struct Seen {
    rows: u64,
    unknown: Vec<Profile>,
    known: Vec<Known>,
}

struct Profile {
    column: usize,
    title: String,
    filled: u64,
    longest: u32,
    /// In the order of `SHAPES`.
    like: [u64; 5],
    /// Fields that no column is, and how many values fit each.
    missing: Vec<(usize, u64)>,
}

struct Known {
    field: usize,
    column: usize,
    codes: HashMap<String, u64>,
    unknown: u64,
    longer: u64,
    longest: u32,
}

const SHAPES: [(Looks, fn(&str) -> bool); 5] = [
    (Looks::CreditCode, |cell| !uscc::check(cell).is_bad()),
    (Looks::CitizenId, |cell| !citizen_id::check(cell).is_bad()),
    (Looks::Date, |cell| date::parse(cell).is_ok() && cell.len() > 5),
    (Looks::Integer, |cell| {
        let plain = cell.len() < 16 && !cell.contains('.') && (cell == "0" || !cell.starts_with('0'));
        plain && decimal::parse_integer(cell, None, None).is_ok()
    }),
    (Looks::Decimal, |cell| {
        decimal::parse(cell, 18, 6, None, None).is_ok_and(|read| !read.rounded) && cell.contains('.')
    }),
];

impl Seen {
    pub fn new(plan: &Plan<'_>) -> Self {
        let missing: Vec<(usize, u64)> = plan
            .fields
            .iter()
            .enumerate()
            .filter(|(_, field)| field.column.is_none() && field.part.is_none())
            .map(|(index, _)| (index, 0))
            .collect();
        let unknown = plan.header.titles.iter().enumerate();
        let unknown =
            unknown.filter(|(column, title)| !title.trim().is_empty() && !plan.header.is_field(*column));
        let known = plan.fields.iter().enumerate();
        let known = known
            .filter(|(_, field)| matches!(field.field.kind, FieldType::Code { .. } | FieldType::Text { .. }));
        Self {
            rows: 0,
            unknown: unknown
                .map(|(column, title)| Profile {
                    column,
                    title: title.clone(),
                    filled: 0,
                    longest: 0,
                    like: [0; 5],
                    missing: missing.clone(),
                })
                .collect(),
            known: known
                .filter_map(|(field, planned)| {
                    Some(Known {
                        field,
                        column: planned.column.filter(|_| planned.part.is_none())?,
                        codes: HashMap::new(),
                        unknown: 0,
                        longer: 0,
                        longest: 0,
                    })
                })
                .collect(),
        }
    }

    pub fn frame(&mut self, plan: &Plan<'_>, frame: &Frame) {
        let broken: HashSet<usize> = frame.defects.iter().map(|defect| defect.row).collect();
        let rows: Vec<usize> = (0..frame.rows())
            .filter(|row| frame.kind.get(*row) == Some(&RowKind::Data) && !broken.contains(row))
            .collect();
        self.rows += rows.len() as u64;
        let cells = |column: usize| {
            let cells = rows
                .iter()
                .filter_map(move |row| frame.cell(column, *row))
                .map(str::trim);
            cells.filter(|cell| !cell.is_empty())
        };
        for profile in &mut self.unknown {
            for cell in cells(profile.column) {
                profile.filled += 1;
                profile.longest = profile.longest.max(length(cell));
                for (count, (_, is)) in profile.like.iter_mut().zip(SHAPES) {
                    *count += u64::from(is(cell));
                }
                for (field, count) in &mut profile.missing {
                    let field = plan.fields.get(*field);
                    *count += u64::from(field.is_some_and(|field| fits(plan, field, cell) == Some(true)));
                }
            }
        }
        for known in &mut self.known {
            let Some(field) = plan.fields.get(known.field) else {
                continue;
            };
            for cell in cells(known.column) {
                match field.field.kind {
                    FieldType::Code { .. } if fits(plan, field, cell) == Some(false) => {
                        known.unknown += 1;
                        if known.codes.len() < CODES_MAX || known.codes.contains_key(cell) {
                            *known.codes.entry(cell.to_owned()).or_default() += 1;
                        }
                    }
                    FieldType::Text { length_max } if length(cell) > length_max => {
                        known.longer += 1;
                        known.longest = known.longest.max(length(cell));
                    }
                    _ => {}
                }
            }
        }
    }

    pub fn finish(self, plan: &Plan<'_>) -> Drift {
        let fields = self
            .known
            .into_iter()
            .filter(|known| known.unknown + known.longer > 0);
        let fields = fields.filter_map(|known| {
            let field = plan.fields.get(known.field)?.field;
            Some(FieldDrift {
                field: field.name.clone(),
                title: plan.title(known.field),
                unknown_codes: match mask::is_protected(field) {
                    true => BTreeMap::new(),
                    false => known.codes.into_iter().collect(),
                },
                unknown_codes_total: known.unknown,
                longer: known.longer,
                longest: known.longest,
            })
        });
        let mut taken = Vec::new();
        let columns = self.unknown.into_iter().map(|profile| {
            let field = profile.instead_of(plan).filter(|field| !taken.contains(field));
            taken.extend(field);
            ColumnDrift {
                looks: profile.looks(),
                filled: profile.filled,
                longest: profile.longest,
                instead_of: field.and_then(|field| Some(plan.fields.get(field)?.field.name.clone())),
                title: profile.title,
            }
        });
        let columns = columns.collect();
        Drift {
            rows: self.rows,
            columns,
            fields: fields.collect(),
        }
    }
}

impl Profile {
    fn looks(&self) -> Looks {
        if self.filled == 0 {
            return Looks::Empty;
        }
        let shapes = SHAPES.iter().zip(self.like);
        let mut fitting = shapes.filter(|(_, count)| count * 100 >= self.filled * LOOKS);
        match fitting.next() {
            Some(((looks, _), _)) => *looks,
            // A mixture of whole numbers and decimals.
            None if self.like.iter().skip(3).sum::<u64>() * 100 >= self.filled * LOOKS => Looks::Decimal,
            None => Looks::Text,
        }
    }

    /// The missing field whose title is most like this one's, or whose values are so peculiar that titles do not matter.
    fn instead_of(&self, plan: &Plan<'_>) -> Option<usize> {
        let fitting = self
            .missing
            .iter()
            .filter(|(_, count)| self.filled > 0 && count * 100 >= self.filled * LOOKS);
        let scored = fitting.filter_map(|(index, _)| {
            let field = plan.fields.get(*index)?.field;
            let alike = likeness(&self.title, field);
            (alike >= 50 || is_peculiar(field) && alike > 0).then_some((alike, *index))
        });
        scored.max().map(|(_, index)| index)
    }
}

fn length(cell: &str) -> u32 {
    u32::try_from(cell.chars().count()).unwrap_or(u32::MAX)
}

/// How many of a hundred characters the title shares with the most similar header of the field.
fn likeness(title: &str, field: &Field) -> usize {
    let own = std::iter::once(&field.title.zh).chain(&field.aliases);
    own.map(|header| {
        let mut rest: Vec<char> = header.chars().collect();
        let shared = title.chars().filter(|c| {
            let at = rest.iter().position(|other| other == c);
            at.map(|at| rest.swap_remove(at)).is_some()
        });
        let shared = shared.count();
        200 * shared / (title.chars().count() + header.chars().count()).max(1)
    })
    .max()
    .unwrap_or(0)
}
