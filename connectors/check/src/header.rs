//! Which column of the file is which field of the contract.

use schemas::Contract;
use schemas::values::units::UnitWord;

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
}

/// A column that is a field.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    pub index: usize,
    pub unit: Option<&'static UnitWord>,
}

impl Header {
    pub fn read(contract: &Contract, titles: &[String]) -> Self {
        let mut header = Self {
            titles: titles.to_vec(),
            fields: vec![None; contract.fields().len()],
            ..Self::default()
        };
        for (index, title) in titles.iter().enumerate().filter(|(_, title)| !title.is_empty()) {
            let Some(found) = contract.match_header(title) else {
                header.ignored.push(title.clone());
                continue;
            };
            let field = contract
                .fields()
                .iter()
                .position(|field| field.name == found.field.name);
            match field.and_then(|field| header.fields.get_mut(field)) {
                Some(place @ None) => {
                    *place = Some(Column {
                        index,
                        unit: found.unit,
                    })
                }
                _ => header.twice.push(title.clone()),
            }
        }
        header
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

/// Does a record look like the header of this contract, rather than another's or a row? At least half of the required
/// fields are in it; or it is the header of what this contract refuses at the door, which must not pass for some other
/// feed's and be kept.
pub(crate) fn is_header(contract: &Contract, cells: &[String]) -> bool {
    let refused = cells.iter().filter(|cell| contract.refuses_column(cell)).count();
    // One cell may be a remark above the table.
    if refused > 1 && !is_data(cells) {
        return true;
    }
    let header = Header::read(contract, cells);
    let required = contract.fields().iter().filter(|field| field.required).count();
    let found = header.fields.iter().flatten().count();
    let missing = header.missing(contract).len();
    found > 0 && 2 * missing <= required
}

/// Does a record look like data? Then what is missing is the header.
pub(crate) fn is_data(cells: &[String]) -> bool {
    let number = |cell: &String| {
        cell.contains(|c: char| c.is_ascii_digit())
            && cell.chars().all(|c| c.is_ascii_digit() || ".,-/ ".contains(c))
    };
    cells.iter().any(number)
}
