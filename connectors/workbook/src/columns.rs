//! The columns of a template: one per field that is sent, in the contract's order, with a title that the check knows
//! again and a format that keeps what is typed.

use schemas::{Contract, Field, FieldType, texts};

use crate::cell;

/// A column and its field.
pub(crate) struct TemplateColumn<'a> {
    pub field: &'a Field,
    /// `*电费（元）`: a star for what may not be empty, the unit in brackets.
    pub title: String,
    /// How numbers and days are shown; none keeps what is typed as it is typed.
    pub num_format: Option<String>,
    pub width: f64,
}

/// All columns. `unit_of` says in which unit a field's plain numbers are, where that is not the unit it is stored in.
pub(crate) fn columns<'a>(
    contract: &'a Contract,
    unit_of: impl Fn(&Field) -> Option<String>,
) -> Vec<TemplateColumn<'a>> {
    contract
        .sent_fields()
        .map(|field| {
            let star = if field.required { "*" } else { "" };
            let unit = unit_of(field).or_else(|| stored_unit(field).map(str::to_owned));
            let unit = unit.map(|unit| format!("（{unit}）")).unwrap_or_default();
            TemplateColumn {
                field,
                title: format!("{star}{}{unit}", field.title.zh),
                num_format: num_format(field),
                width: width(field),
            }
        })
        .collect()
}

/// Cells of a money field may say their unit themselves, so its title says none.
fn stored_unit(field: &Field) -> Option<&str> {
    field.unit.as_deref().filter(|_| field.money.is_none())
}

/// Codes, numbers that identify and months are text: as numbers they would lose zeros or digits.
fn num_format(field: &Field) -> Option<String> {
    Some(match field.kind {
        FieldType::Decimal { scale, .. } if field.money.is_none() => match usize::try_from(scale) {
            Ok(scale @ 1..) => {
                let (shown, more) = ("0".repeat(scale.min(2)), "#".repeat(scale.saturating_sub(2)));
                format!("0.{shown}{more}")
            }
            _ => "0".to_owned(),
        },
        FieldType::Integer => "0".to_owned(),
        FieldType::Date => "yyyy-mm-dd".to_owned(),
        _ => return None,
    })
}

fn width(field: &Field) -> f64 {
    match field.kind {
        FieldType::Text { length_max: 0..=8 } | FieldType::Boolean | FieldType::Code { .. } => 14.0,
        FieldType::Text { length_max: 9..=24 } => 22.0,
        FieldType::Text { .. } => 30.0,
        FieldType::Decimal { .. } | FieldType::Integer | FieldType::Date => 14.0,
    }
}

/// What a column takes, in a few words: type, length or digits, code list.
pub(crate) fn takes(contract: &Contract, field: &Field) -> String {
    let say = |code: &str, args: &[(&str, &str)]| texts::render(code, args).zh;
    if field.money.is_some() {
        return say("sheet.takes_money", &[]);
    }
    match &field.kind {
        FieldType::Text { length_max } => say("sheet.takes_text", &[("max", &length_max.to_string())]),
        FieldType::Decimal { scale, .. } => say("sheet.takes_decimal", &[("scale", &scale.to_string())]),
        FieldType::Integer => say("sheet.takes_integer", &[]),
        FieldType::Date => say("sheet.takes_date", &[]),
        FieldType::Boolean => say("sheet.takes_flag", &[]),
        FieldType::Code { list } => {
            let entries = contract.code_list(list).map_or(0, |list| list.entries().len());
            say("sheet.takes_code", &[("count", &entries.to_string())])
        }
    }
}

/// The box that opens beside a selected cell: what the field means and takes.
pub(crate) fn prompt(contract: &Contract, field: &Field) -> String {
    /// As spreadsheet programs limit it.
    const UNITS_MAX: usize = 255;
    let unit = field.unit.as_deref().filter(|_| field.money.is_none());
    let unit = unit.map(|unit| format!("（{unit}）")).unwrap_or_default();
    let text = format!("{}\n{}{unit}", field.description.trim(), takes(contract, field));
    cell::cut(&text, UNITS_MAX)
}
