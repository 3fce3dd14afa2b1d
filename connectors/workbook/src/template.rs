//! The empty form of a feed: a sheet to fill, one that explains it, and two hidden ones.

use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DataValidationRule, DocProperties, ExcelDateTime, Format,
    Workbook, Worksheet,
};
use schemas::mark::WorkbookMark;
use schemas::{Contract, Field, FieldType, RegionCode, texts};

use crate::codes::Codes;
use crate::columns::{self, TemplateColumn};
use crate::looks::Looks;
use crate::{WorkbookError, cell, guide, marked};

/// The last row a sheet can have.
pub(crate) const LAST_ROW: u32 = 1_048_575;

/// The template of a feed, for one reporting unit or for all of them. The same contract and unit give the same bytes.
///
/// # Errors
/// The writer refused the contract's texts.
pub fn template(contract: &Contract, unit: Option<&RegionCode>) -> Result<Vec<u8>, WorkbookError> {
    let looks = Looks::new();
    let mut book = new_book(contract)?;
    let mut codes = Codes::default();
    let columns = columns::columns(contract, |_| None);
    let sheet = book.add_worksheet();
    sheet.set_name(sheet_name(contract))?.set_freeze_panes(1, 0)?;
    sheet.set_row_height(0, HEADER_HEIGHT)?;
    let form = Form {
        contract,
        unit,
        looks: &looks,
    };
    for (at, column) in (0..).zip(&columns) {
        form.column(sheet, at, column, &mut codes)?;
    }
    guide::of_template(&mut book, contract, unit, &columns, &looks)?;
    codes.write(&mut book)?;
    let mark = WorkbookMark {
        feed: contract.id().clone(),
        contract_version: contract.version().to_owned(),
        unit: unit.cloned(),
        answer: None,
    };
    marked::write(&mut book, &mark)?;
    Ok(book.save_to_buffer()?)
}

pub(crate) const HEADER_HEIGHT: f64 = 32.0;

/// A workbook that says what it is and not when it was made.
pub(crate) fn new_book(contract: &Contract) -> Result<Workbook, WorkbookError> {
    let made = ExcelDateTime::from_ymd(2025, 1, 1)?;
    let title = format!("{} {} {}", contract.title().zh, contract.id(), contract.version());
    let properties = DocProperties::new().set_title(title).set_creation_datetime(&made);
    let mut book = Workbook::new();
    book.set_properties(&properties);
    Ok(book)
}

/// The contract's title as a sheet may be called.
pub(crate) fn sheet_name(contract: &Contract) -> String {
    let allowed = |c: &char| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'');
    let name: String = contract.title().zh.chars().filter(allowed).collect();
    cell::cut(&name, 31)
}

/// What the columns of one form have in common.
pub(crate) struct Form<'a> {
    pub contract: &'a Contract,
    pub unit: Option<&'a RegionCode>,
    pub looks: &'a Looks,
}

impl Form<'_> {
    /// A column's title, format, width and what may be typed below it.
    pub fn column(
        &self,
        sheet: &mut Worksheet,
        at: u16,
        column: &TemplateColumn<'_>,
        codes: &mut Codes,
    ) -> Result<(), WorkbookError> {
        let header = match column.field.required {
            true => &self.looks.required,
            false => &self.looks.header,
        };
        sheet.write_string_with_format(0, at, &column.title, header)?;
        let shown = column
            .num_format
            .as_ref()
            .map(|shown| Format::new().set_num_format(shown));
        sheet.set_column_format(at, shown.as_ref().unwrap_or(&self.looks.text))?;
        sheet.set_column_width(at, column.width)?;
        let validation = self.validation(column.field, codes)?;
        sheet.add_data_validation(1, at, LAST_ROW, at, &validation)?;
        Ok(())
    }

    /// Warns and lets pass: names, codes and aliases are all understood, and more than a drop-down can know.
    fn validation(&self, field: &Field, codes: &mut Codes) -> Result<DataValidation, WorkbookError> {
        let rule = match (codes.range(self.contract, field, self.unit), &field.kind) {
            (Some(range), _) => DataValidation::new().allow_list_formula(range),
            (None, FieldType::Text { length_max }) => {
                DataValidation::new().allow_text_length(DataValidationRule::LessThanOrEqualTo(*length_max))
            }
            (None, FieldType::Decimal { .. }) if field.money.is_none() => {
                DataValidation::new().allow_decimal_number(DataValidationRule::Between(-1e15, 1e15))
            }
            (None, FieldType::Integer) => {
                DataValidation::new().allow_decimal_number(DataValidationRule::Between(-1e15, 1e15))
            }
            (None, _) => DataValidation::new().allow_any_value(),
        };
        let warning = texts::render("sheet.entry_doubtful", &[]).zh;
        Ok(rule
            .ignore_blank(true)
            .set_error_style(DataValidationErrorStyle::Warning)
            .set_error_title(cell::cut(&field.title.zh, 32))?
            .set_error_message(cell::cut(&warning, 255))?
            .set_input_title(cell::cut(&field.title.zh, 32))?
            .set_input_message(columns::prompt(self.contract, field))?)
    }
}
