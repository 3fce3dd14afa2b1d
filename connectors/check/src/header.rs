//! Which column of the file is which field of the contract.

use decode::Format;
use schemas::values::units::UnitWord;
use schemas::{Contract, Field, HeaderMatch};

use crate::{Report, short_names};

use crate::door;

/// The header of a file, understood.
#[derive(Debug, Clone, Default)]
pub(crate) struct Header {
    /// As they stand in the file.
    pub titles: Vec<String>,
    /// Per contract field: its column and the unit of its plain numbers. Derived fields have none of their own.
    pub fields: Vec<Option<Column>>,
    /// Titles that mean a field that another column has already.
    pub twice: Vec<String>,
    /// Titles that the contract does not know.
    pub ignored: Vec<String>,
    /// Short names that were taken for a field, and its title.
    pub short: Vec<(String, String)>,
}

/// A column that is a field.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    pub index: usize,
    pub unit: Option<&'static UnitWord>,
}

impl Header {
    /// A table of dBase has its titles cut short. Initials are believed where nothing else makes the header one.
    pub fn read(contract: &Contract, titles: &[String], format: Format) -> Self {
        let cut = |title: &str| short_names::cut(contract, title);
        let known = match format {
            Format::Dbf => Self::read_by(contract, titles, &cut),
            _ => Self::read_by(contract, titles, &|_| None),
        };
        if known.suffices(contract) {
            return known;
        }
        let initials = |title: &str| cut(title).or_else(|| short_names::initials(contract, title));
        let short = Self::read_by(contract, titles, &initials);
        if short.suffices(contract) { short } else { known }
    }

    fn read_by<'a>(
        contract: &'a Contract,
        titles: &[String],
        short: &dyn Fn(&str) -> Option<&'a Field>,
    ) -> Self {
        let mut header = Self {
            titles: titles.to_vec(),
            fields: vec![None; contract.fields().len()],
            ..Self::default()
        };
        for (index, title) in titles.iter().enumerate().filter(|(_, title)| !title.is_empty()) {
            let found = matched(contract, titles, title);
            let field = found.as_ref().map(|found| found.field);
            let Some(field) = field.or_else(|| short(title)) else {
                header.ignored.push(title.clone());
                continue;
            };
            let place = contract
                .fields()
                .iter()
                .position(|other| other.name == field.name);
            match place.and_then(|place| header.fields.get_mut(place)) {
                Some(place @ None) => {
                    if found.is_none() {
                        header.short.push((title.clone(), field.title.zh.clone()));
                    }
                    *place = Some(Column {
                        index,
                        unit: found.and_then(|found| found.unit),
                    });
                }
                _ => header.twice.push(title.clone()),
            }
        }
        header
    }

    /// At least half of the required fields are in it.
    fn suffices(&self, contract: &Contract) -> bool {
        let required = contract.fields().iter().filter(|field| field.required).count();
        let found = self.fields.iter().flatten().count();
        found > 0 && 2 * self.missing(contract).len() <= required
    }

    /// Is the column one of the contract's fields?
    pub fn is_field(&self, column: usize) -> bool {
        self.fields.iter().flatten().any(|field| field.index == column)
    }

    /// Indexes of the required fields that no column is.
    pub fn missing(&self, contract: &Contract) -> Vec<usize> {
        let fields = contract.fields().iter().zip(&self.fields).enumerate();
        fields
            .filter(|(_, (field, column))| field.required && column.is_none())
            .map(|(index, _)| index)
            .collect()
    }
}

/// For each field of the contract, the column of a checked file that was read as it. `titles` are those of the file or
/// of its rows in quarantine.
pub fn columns_of(contract: &Contract, titles: &[String], report: &Report) -> Vec<Option<usize>> {
    // The one format whose titles are read in another way.
    let format = match report.charset == "dbf" {
        true => Format::Dbf,
        false => Format::Text,
    };
    let fields = Header::read(contract, titles, format).fields;
    fields
        .into_iter()
        .map(|column| column.map(|column| column.index))
        .collect()
}

/// The field that a title names. Of a header in two levels the title is `group/name`; the group is one if another column
/// has it too.
fn matched<'a>(contract: &'a Contract, titles: &[String], title: &str) -> Option<HeaderMatch<'a>> {
    let grouped = || {
        let (group, name) = title.rsplit_once('/')?;
        let of_group = |other: &&String| other.rsplit_once('/').is_some_and(|(first, _)| first == group);
        if titles.iter().filter(of_group).count() < 2 {
            return None;
        }
        let (bare, note) = match group.find(['(', '（', '[', '【']) {
            Some(at) => group.split_at(at),
            None => (group, ""),
        };
        let same_name = |other: &&String| other.rsplit_once('/').is_some_and(|(_, last)| last == name);
        let alone = titles.iter().filter(same_name).count() == 1;
        // The unit of the group is the unit of its columns: without it an amount would be read as another.
        let whole = contract.match_header(&format!("{bare}{name}{note}"));
        whole.or_else(|| {
            alone
                .then(|| contract.match_header(&format!("{name}{note}")))
                .flatten()
        })
    };
    contract.match_header(title).or_else(grouped)
}

/// Does a record look like the header of this contract, rather than another's or a row? At least half of the required
/// fields are in it; or it is the header of what this contract refuses at the door, which must not pass for some other
/// feed's and be kept.
pub(crate) fn is_header(contract: &Contract, cells: &[String]) -> bool {
    // One cell may be a remark above the table.
    if door::titles_closed(contract, cells) > 1 && !is_data(cells) {
        return true;
    }
    Header::read(contract, cells, Format::Text).suffices(contract)
}

/// Does a record look like data? Then what is missing is the header.
pub(crate) fn is_data(cells: &[String]) -> bool {
    let number = |cell: &String| {
        cell.contains(|c: char| c.is_ascii_digit())
            && cell.chars().all(|c| c.is_ascii_digit() || ".,-/ ".contains(c))
    };
    cells.iter().any(number)
}
