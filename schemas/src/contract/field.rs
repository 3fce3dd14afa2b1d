//! One field of a contract: its type, its sensitivity, how others may see it, and the headers it answers to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Bilingual;
use super::rules::FieldRule;
use crate::values::units::{self, UnitWord};
use crate::values::width;

/// A column of a feed, as promised.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// Column name in the lake and in SQL.
    pub name: String,
    pub title: Bilingual,
    /// What the field means and why we may hold it.
    pub description: String,
    /// Other headers departments use for it.
    pub aliases: Vec<String>,
    pub kind: FieldType,
    /// A row without it is refused.
    pub required: bool,
    pub class: DataClass,
    pub level: Level,
    /// What a consumer sees unless an agreement says otherwise.
    pub treatment: Treatment,
    pub rules: Vec<FieldRule>,
    /// The unit the value is stored in, e.g. `元`, `kWh`.
    pub unit: Option<String>,
    /// Cells may name a multiple and a currency (see [`crate::values::money`]).
    pub money: Option<MoneyRule>,
    /// The field is a part of another one's cells. It has no column in the file, and no header is matched to it.
    pub derived: Option<Derived>,
    pub(crate) token: bool,
}

impl Field {
    /// The raw value must not reach a feed table: intake replaces it by a keyed token.
    pub fn is_token(&self) -> bool {
        self.token
    }

    /// May file statistics (min, max) of this column be written down? Not for L3 and L4, and never for tokens.
    pub fn statistics_allowed(&self) -> bool {
        self.level <= Level::L2 && !self.token
    }
}

/// What a value is. Contracts decide types; nothing is inferred from data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// Up to `length_max` characters, counted on the stored value.
    Text {
        length_max: u32,
    },
    /// Exact decimal; `scale` is never negative.
    Decimal {
        precision: u8,
        scale: i8,
    },
    /// 64-bit whole number.
    Integer,
    /// Civil day.
    Date,
    /// A code of the named list (see [`super::Contract::code_list`]), stored as the canonical code.
    Code {
        list: String,
    },
    Boolean,
}

/// What the cells of a money field may say beside the amount. The amount is stored in the main unit of its own
/// currency; nothing is converted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoneyRule {
    /// The code list of the currencies that may be named.
    pub currencies: String,
    /// The currency of a cell that names none; without it such an amount has no currency.
    #[serde(default)]
    pub default: Option<String>,
    /// Multiples that may be written: 元, 千, 万, 百万, 亿, …; none listed means all.
    #[serde(default)]
    pub multiples: Vec<String>,
    /// An amount without a unit is refused.
    #[serde(default)]
    pub unit_required: bool,
}

/// Where a derived field comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Derived {
    /// The field whose cells it is a part of.
    pub from: String,
    pub part: Part,
}

/// The parts of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The currency of a money cell, as a code of the money field's list.
    Currency,
    /// The multiple a money cell was written in.
    Multiple,
    /// The cell as it was sent.
    Text,
}

/// Whose data it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataClass {
    /// About an organisation.
    Organisation,
    /// General personal information.
    General,
    /// Identifies a person.
    Identifying,
    /// Sensitive personal information.
    Sensitive,
}

/// How sensitive a value is, L1 public to L4 highly sensitive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Level {
    L1,
    L2,
    L3,
    L4,
}

/// What a reader sees instead of the value. A closed list: an unknown treatment does not parse, and whoever matches
/// on it must say what every one means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Treatment {
    /// The value itself.
    Clear,
    /// A keyed token: equal values give equal tokens, nothing else is told.
    Token,
    /// Nothing.
    Null,
    /// First character of a name, the rest `*`.
    Name1,
    /// An address cut down to its county.
    AddressToCounty,
    /// A date cut down to 1 January.
    Year,
    /// A date cut down to the first of its month.
    Month,
    /// The first four characters, the rest `*`.
    First4,
    /// The last four characters, the rest `*`.
    Last4,
    /// ID numbers: the first six and the last four characters.
    Id6x4,
    /// Phone numbers: the first three and the last four digits.
    Phone3x4,
    /// The same constant for every row: `***`, zero, or 1970-01-01.
    Fixed,
}

impl Treatment {
    /// Is the treatment type-preserving on this type? Everything else is a fault of the contract or the agreement.
    pub fn fits(self, kind: &FieldType) -> bool {
        match self {
            Treatment::Clear | Treatment::Null | Treatment::Fixed => true,
            Treatment::Token | Treatment::First4 | Treatment::Last4 => {
                matches!(kind, FieldType::Text { .. } | FieldType::Code { .. })
            }
            Treatment::Name1 | Treatment::AddressToCounty | Treatment::Id6x4 | Treatment::Phone3x4 => {
                matches!(kind, FieldType::Text { .. })
            }
            Treatment::Year | Treatment::Month => matches!(kind, FieldType::Date),
        }
    }
}

/// A header recognised as a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeaderMatch<'a> {
    pub field: &'a Field,
    /// The unit written in the header, when it wrote one: plain numbers below it are in this unit.
    pub unit: Option<&'static UnitWord>,
}

/// Notes that templates put behind a title and that change nothing about the values.
const FILLING_NOTES: [&str; 8] = [
    "必填",
    "选填",
    "可选",
    "非必填",
    "文本",
    "文本格式",
    "yyyymm",
    "yyyy-mm-dd",
];

pub(super) fn match_header<'a>(
    headers: &BTreeMap<String, usize>,
    fields: &'a [Field],
    header: &str,
) -> Option<HeaderMatch<'a>> {
    let folded = fold_header(header);
    if let Some(field) = headers.get(&folded).and_then(|index| fields.get(*index)) {
        return Some(HeaderMatch { field, unit: None });
    }
    let (title, note) = folded.strip_suffix([')', ']'])?.rsplit_once(['(', '['])?;
    let field = headers.get(title).and_then(|index| fields.get(*index))?;
    if FILLING_NOTES.contains(&note) {
        return Some(HeaderMatch { field, unit: None });
    }
    let unit = units::find(field.unit.as_deref()?, note.strip_prefix("单位:").unwrap_or(note))?;
    Some(HeaderMatch {
        field,
        unit: Some(unit),
    })
}

/// The form in which headers are compared.
pub(crate) fn fold_header(header: &str) -> String {
    let mut folded: String = width::normalise(header)
        .chars()
        .filter(|c| !c.is_whitespace() && !width::is_invisible(*c))
        .flat_map(char::to_lowercase)
        .collect();
    // Templates mark required columns with a star on either side.
    while folded.ends_with('*') {
        folded.pop();
    }
    folded.trim_start_matches('*').to_owned()
}
