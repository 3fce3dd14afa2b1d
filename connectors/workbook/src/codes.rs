//! The code lists behind the drop-downs, on a hidden sheet: a list in the cell's own settings would hold 255 characters.

use rust_xlsxwriter::{Formula, Workbook, utility};
use schemas::codelists::CodeEntry;
use schemas::{Contract, Field, FieldRuleKind, FieldType, RegionCode, mark, texts};

use crate::WorkbookError;

/// Lists on the hidden sheet, one per column.
#[derive(Default)]
pub(crate) struct Codes {
    lists: Vec<(String, Vec<String>)>,
}

impl Codes {
    /// The range of the choices of a field, put on the sheet if it is not there yet. `None` if the field takes no codes.
    pub fn range(
        &mut self,
        contract: &Contract,
        field: &Field,
        unit: Option<&RegionCode>,
    ) -> Option<Formula> {
        let choices = choices(contract, field, unit)?;
        let known = self.lists.iter().position(|(_, list)| *list == choices);
        let column = known.unwrap_or_else(|| {
            self.lists.push((field.title.zh.clone(), choices.clone()));
            self.lists.len() - 1
        });
        let column = utility::column_number_to_name(u16::try_from(column).ok()?);
        let last = choices.len() + 1;
        Some(Formula::new(format!(
            "='{}'!${column}$2:${column}${last}",
            mark::CODES_SHEET
        )))
    }

    pub fn write(&self, book: &mut Workbook) -> Result<(), WorkbookError> {
        let sheet = book.add_worksheet();
        sheet.set_name(mark::CODES_SHEET)?.set_hidden(true);
        for (column, (title, list)) in (0..).zip(&self.lists) {
            sheet.write_string(0, column, title)?;
            for (row, choice) in (1..).zip(list) {
                sheet.write_string(row, column, choice)?;
            }
        }
        Ok(())
    }
}

/// The names a reporter chooses from: those in use, that the contract's rules let pass and that lie in the unit.
fn choices(contract: &Contract, field: &Field, unit: Option<&RegionCode>) -> Option<Vec<String>> {
    let list = match &field.kind {
        FieldType::Boolean => {
            let word = |code| texts::render(code, &[]).zh;
            return Some(vec![word("sheet.yes"), word("sheet.no")]);
        }
        FieldType::Code { list } => contract.code_list(list)?,
        _ => return None,
    };
    let is_place = contract.region().field.as_deref() == Some(field.name.as_str());
    let passes = |entry: &&CodeEntry| {
        !entry.historic && allowed(field, &entry.code) && (!is_place || lies_in(contract, unit, &entry.code))
    };
    let names: Vec<String> = list
        .entries()
        .iter()
        .filter(passes)
        .map(|entry| entry.title.zh.clone())
        .collect();
    (!names.is_empty()).then_some(names)
}

fn allowed(field: &Field, code: &str) -> bool {
    field.rules.iter().all(|rule| match &rule.kind {
        FieldRuleKind::OneOf(codes) => codes.iter().any(|known| known == code),
        FieldRuleKind::NoneOf(codes) => codes.iter().all(|known| known != code),
        _ => true,
    })
}

fn lies_in(contract: &Contract, unit: Option<&RegionCode>, code: &str) -> bool {
    let Ok(region) = RegionCode::parse(code) else {
        return false;
    };
    match unit {
        Some(unit) => unit.covers(&region),
        None => contract.units().iter().any(|unit| unit.covers(&region)),
    }
}
